"""Consent of report destinations in other organizations (RFC 9990 section 4, for failure reports RFC 9991 section 5).

Organizational domains come from the Public Suffix List; the DNS tree walk that receivers do can see other borders. Not
handled: the `rua=` override in the consent record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.records.report_uri import ReportUri

__all__ = ["ExternalDestination", "external_destinations"]


@dataclass(frozen=True, slots=True)
class ExternalDestination:
    """A report destination that must consent, by a TXT record in its own zone, before reporters send anything to it."""

    uri: ReportUri
    """The first URI with this host."""

    record_name: DomainName
    """The name of the consent record, `example.com._report._dmarc.reports.example.net`."""

    value: str = "v=DMARC1;"
    """The value of the consent record; older readers need the final ";" (RFC 7489 section 6.4)."""


def external_destinations(domain: DomainName, uris: Iterable[ReportUri]) -> tuple[ExternalDestination, ...]:
    """The hosts of `uris` outside the organization of `domain`, one entry each, in order.

    Hosts that are not known (a CDK token, no host) are left out; so is everything if `domain` is opaque.

    Raises:
        EmailAuthError: if the name of a consent record is over the limits of DNS, so that no consent is possible.
    """
    found: dict[DomainName, ExternalDestination] = {}
    for uri in uris:
        host = uri.host
        if host is not None and host not in found and domain.is_known and not _is_internal(host, domain):
            found[host] = ExternalDestination(uri, _record_name(host, domain))
    return tuple(found.values())


def _is_internal(host: DomainName, domain: DomainName) -> bool:
    if host.is_at_or_below(domain) or domain.is_at_or_below(host):
        return True
    return domain.organizational is not None and domain.organizational == host.organizational


def _record_name(host: DomainName, domain: DomainName) -> DomainName:
    try:
        return DomainName(f"{domain}._report._dmarc.{host}")
    except InvalidDomainName as error:
        message = f"{host.text!r} cannot consent to reports about {domain.text!r} (RFC 9990 section 4): {error.reason}"
        raise EmailAuthError(f"{message}; send the reports to a shorter host, or to {domain.text!r} itself") from error
