"""The sending half: what one region publishes to send mail of a domain (Amazon SES developer guide, "Easy DKIM" and "Using a
custom MAIL FROM domain").

The DKIM records, and the MX and SPF records of the MAIL FROM domain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.publication.alignment import MxFailure, SesIdentity
from ses_email_auth.publication.dkim_keys import EasyDkim
from ses_email_auth.publication.prop_values import domain, name_below
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.hosts import SPF_INCLUDE
from ses_email_auth.ses.regions import can_send, mail_from_mx_host

if TYPE_CHECKING:
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.dkim_keys import DkimKeys

DEFAULT_TTL = 600
"""Seconds: short enough to mend a mistake in the first weeks."""

_MX_PREFERENCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPlan:
    """An SES identity in one region: its keys and its MAIL FROM domain."""

    identity: DomainName
    mail_from: DomainName | None
    mx_host: str | KnownAfterDeploy | None
    """The host of the MAIL FROM MX; None without a MAIL FROM domain."""

    on_mx_failure: MxFailure = MxFailure.USE_DEFAULT_VALUE
    region: str | None = None
    """None in a stack without a region."""

    dkim: DkimKeys = field(default_factory=EasyDkim)
    dkim_ttl: int = DEFAULT_TTL
    mail_from_mx_ttl: int = DEFAULT_TTL
    mail_from_spf_ttl: int = DEFAULT_TTL

    def records(self) -> dict[str, ResourceRecordSet]:
        """The record sets by the id of the construct child that carries them."""
        records = dict(self.dkim.records(self.identity, self.dkim_ttl))
        if self.mail_from is not None:
            # Exactly one MX, or SES's set-up fails (developer guide, "Publishing an MX record").
            records["MailFromMx"] = ResourceRecordSet(
                self.mail_from, RecordType.MX, self.mail_from_mx_ttl, (_mx_value(self.mx_host),)
            )
            records["MailFromSpf"] = ResourceRecordSet(
                self.mail_from, RecordType.TXT, self.mail_from_spf_ttl, (str(SpfRecord.of_includes([SPF_INCLUDE])),)
            )
        return records

    def ses_identity(self) -> SesIdentity:
        """The identity as the alignment proof sees it."""
        return SesIdentity(
            name=self.identity.text, dkim_domain=self.identity, mail_from=self.mail_from, on_mx_failure=self.on_mx_failure
        )


def _mx_value(host: str | KnownAfterDeploy | None) -> str | KnownAfterDeploy:
    if isinstance(host, KnownAfterDeploy):
        return KnownAfterDeploy(host.attribute, f"{_MX_PREFERENCE} {host.before}", host.after)
    return f"{_MX_PREFERENCE} {host}"


def mail_from_domain(identity: DomainName, mail_from_subdomain: str | None) -> DomainName | None:
    """The MAIL FROM domain that the prop means; None switches it off.

    Raises:
        EmailAuthError: if it is not below the identity: SES refuses that.
    """
    if mail_from_subdomain is None:
        return None
    return name_below("mail_from_subdomain", identity, mail_from_subdomain, "bounce")


def mx_host(region: str | None, override: str | None, *, wanted: bool) -> str | KnownAfterDeploy | None:
    """The host that takes the bounces of a MAIL FROM domain in `region`; None if no MAIL FROM domain is wanted.

    Raises:
        EmailAuthError: if SES does not exist there, or its host is not documented and no `mail_from_mx_host` overrides it.
    """
    if can_send(region) is False:
        return mail_from_mx_host(region)  # raises: without SES there is nothing to override
    if not wanted:
        if override is not None:
            raise EmailAuthError("'mail_from_mx_host' has no use without a MAIL FROM domain; leave it out")
        return None
    if override is None:
        return mail_from_mx_host(region)
    return override if holds_token(override) else domain("mail_from_mx_host", override).text
