"""Rules on domains that say they take no mail, or do not say that they do (RFC 7505; RFC 5321 section 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.texts import values_in_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView


def is_null_mx(value: str) -> bool:
    """Whether an MX value says that the domain takes no mail: its host is the root (RFC 7505 section 3)."""
    return value.rpartition(" ")[2] == "."


def _null(view: ZoneView) -> Iterator[tuple[DomainName, RecordInView]]:
    """The MX sets that hold a null MX, once for each name."""
    seen: set[DomainName] = set()
    for record in view.sets(RecordType.MX):
        if isinstance(record.name, DomainName) and record.name not in seen and any(map(is_null_mx, record.texts)):
            seen.add(record.name)
            yield record.name, record


def _mail_from_names(view: ZoneView) -> set[DomainName]:
    """The MAIL FROM domains that records or identities show."""
    names = {identity.mail_from_domain for identity in view.identities} | set(view.mail_from_mx)
    return {name for name in names if name is not None}


@rule(
    id="null-mx-mail-from",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="Many receivers refuse mail from a domain that takes none, and SES asks for an MX of its own there.",
    reference="RFC 7505 section 4.2",
    example="""\
bounce.example.com. 600 IN MX 0 .
bounce.example.com. 600 IN MX 10 feedback-smtp.ap-northeast-1.amazonses.com.
""",
)
def null_mx_mail_from(view: ZoneView) -> Iterator[Fault]:
    mail_from = _mail_from_names(view)
    for name, record in _null(view):
        if name in mail_from:
            yield Fault(
                where=visible(record.place),
                message=f"the MAIL FROM domain {name} has a null MX; receivers refuse mail from a domain that takes none",
                fix="keep the MX of SES alone: 10 feedback-smtp.<region>.amazonses.com",
                records=values_in_view(record, is_null_mx),
            )


@rule(
    id="null-mx-from",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    reason="Whoever answers a mail gets an error, and some receivers distrust a From domain that takes no mail.",
    reference="RFC 7505 section 4.2",
    example="""\
example.com. 600 IN MX 0 .
token1._domainkey.example.com. 600 IN CNAME token1.dkim.amazonses.com.
token2._domainkey.example.com. 600 IN CNAME token2.dkim.amazonses.com.
token3._domainkey.example.com. 600 IN CNAME token3.dkim.amazonses.com.
""",
)
def null_mx_from(view: ZoneView) -> Iterator[Fault]:
    senders = view.ses_senders - _mail_from_names(view)
    for name, record in _null(view):
        if name in senders:
            yield Fault(
                where=visible(record.place),
                message=f"{name} sends through SES, and its null MX says that it takes no mail; replies are lost",
                fix="publish the MX of a host that takes its mail, or remove the null MX",
                records=values_in_view(record, is_null_mx),
            )


@rule(
    id="mx-null-with-others",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="A domain that takes no mail has the null MX as its one MX; beside others it is against the standard.",
    reference="RFC 7505 section 3",
    example="""\
example.com. 600 IN MX 0 .
example.com. 600 IN MX 10 mail.example.com.
""",
)
def mx_null_with_others(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.MX):
        null = [text for text in record.texts if is_null_mx(text)]
        if null and len(null) < len(record.texts) and record.name not in view.mail_from_mx:
            yield Fault(
                where=visible(record.place),
                message="a null MX stands beside other MX records; it must stand alone, and senders differ in what they do",
                fix="remove '0 .' if the domain takes mail, else the others",
                records=values_in_view(record, is_null_mx),
            )


@rule(
    id="from-cannot-receive",
    severity=Severity.INFO,
    need=Need.ABSENCE,
    reason="Replies, and bounces that SES sends by mail, go to the From domain; Microsoft asks that it can receive.",
    reference="RFC 5321 section 5.1",
    example="""\
example.com. 900 IN SOA ns.example.com. hostmaster.example.com. 1 7200 900 1209600 86400
token1._domainkey.example.com. 600 IN CNAME token1.dkim.amazonses.com.
token2._domainkey.example.com. 600 IN CNAME token2.dkim.amazonses.com.
token3._domainkey.example.com. 600 IN CNAME token3.dkim.amazonses.com.
""",
)
def from_cannot_receive(view: ZoneView) -> Iterator[Fault]:
    for name in sorted(view.ses_senders - _mail_from_names(view)):
        is_here = view.zone is not None and name.is_at_or_below(view.zone) is True and not view.is_delegated(name)
        # A CNAME leads to a name whose MX is not in view.
        if is_here and not view.answers(name, RecordType.MX, RecordType.CNAME):
            yield Fault(where=f"{name} MX", message=f"{name} sends mail and has no MX, so replies to it may be lost")
