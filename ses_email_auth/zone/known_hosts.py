"""Hosts of Google and Microsoft in MX and CNAME records, for rules on names that are misspelt.

Names as both services tell their customers to write them: the MX of Google Workspace (smtp.google.com, before 2023
aspmx.l.google.com and its like), the MX, Autodiscover and DKIM of Microsoft 365, with its names of 2024 and later below
`mx.microsoft` and `dkim.mail.microsoft`. Seen in stored copies of their guides and in public zones, 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass

from ses_email_auth.records.resource_record_set import RecordType


@dataclass(frozen=True, slots=True)
class KnownHost:
    """A host, or the end that many hosts share."""

    text: str
    owner: str
    type: RecordType
    """The type of the records that name it."""

    is_end: bool = False
    """Whether a label of the customer stands in front."""

    is_telling: bool = False
    """Whether nobody else has hosts of such a form, so that a name that is nearly the same can only be meant as this one."""


KNOWN_HOSTS = (
    KnownHost("aspmx.l.google.com", "Google", RecordType.MX, is_telling=True),
    *(KnownHost(f"alt{n}.aspmx.l.google.com", "Google", RecordType.MX, is_telling=True) for n in range(1, 5)),
    *(KnownHost(f"aspmx{n}.googlemail.com", "Google", RecordType.MX, is_telling=True) for n in range(2, 6)),
    KnownHost("smtp.google.com", "Google", RecordType.MX),
    KnownHost("mail.protection.outlook.com", "Microsoft", RecordType.MX, is_end=True, is_telling=True),
    KnownHost("mx.microsoft", "Microsoft", RecordType.MX, is_end=True),
    KnownHost("autodiscover.outlook.com", "Microsoft", RecordType.CNAME),
    KnownHost("onmicrosoft.com", "Microsoft", RecordType.CNAME, is_end=True),
    KnownHost("dkim.mail.microsoft", "Microsoft", RecordType.CNAME, is_end=True, is_telling=True),
    KnownHost("googlehosted.com", "Google", RecordType.CNAME, is_end=True),
)
