"""The TXT record set of the From domain, in which SPF stands beside site tokens and whatever else is there (RFC 7208
section 3.2: one SPF record; section 3.4: all strings share one answer).

Not handled here: how one include gets into a set that others own; a function does that when the stack is deployed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import is_list_token
from ses_email_auth.publication.wish_values import Seconds, seconds, text_list
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfQualifier, SpfRecord
from ses_email_auth.ses.spf import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.domain_name import DomainName

__all__ = ["FromDomainTxt", "from_domain_spf", "site_values"]


@dataclass(frozen=True, slots=True)
class FromDomainTxt:
    """A TXT record set that exists: one to take over, `adopt(...)`, or one that others own, `shared()`.

    A set to take over is published byte for byte, so that CloudFormation takes it over at the first deploy: it does if name,
    type, values and TTL are the same (reported by users, not documented by AWS). Deploy that with
    `removal_policy=RemovalPolicy.RETAIN`: the rollback of a deploy that fails for another reason would delete the record set,
    which is the live one. Change it with the next deploy.
    """

    values: tuple[str | tuple[str, ...], ...]
    ttl: int
    is_shared: bool = False
    """Whether others own the set; `values` and `ttl` then say nothing."""

    @classmethod
    def shared(cls) -> FromDomainTxt:
        """A record set that others own: a function adds Amazon SES to the one SPF record in it, and leaves all else.

        Where there is no SPF record it makes one, with `spf_qualifier` and `from_domain_txt_ttl`. When the construct goes, it
        takes back what it added. If Amazon SES is there already, nothing is added, and nothing is taken back; so let one
        construct alone share the set of a domain. Two SPF records in the set, or one that leaves no DNS lookup for the
        include, are refused.
        """
        return cls((), 0, is_shared=True)

    @classmethod
    def adopt(cls, values: Iterable[str | tuple[str, ...]], ttl: Seconds) -> FromDomainTxt:
        """The record set as it is now.

        Args:
            values: each TXT value without quotes. A value that is cut into several strings is a tuple of these strings;
                one text of more than 255 octets is cut after every 255.
            ttl: the TTL as it is now.

        Raises:
            EmailAuthError: if `values` is empty or no list, or a value is not what DNS can hold.
        """
        if isinstance(values, str):
            raise EmailAuthError(f"FromDomainTxt.adopt takes a list of TXT values, got the string {values!r}")
        try:
            kept = tuple(value if isinstance(value, str) else tuple(value) for value in values)
        except TypeError as error:
            raise EmailAuthError(f"FromDomainTxt.adopt takes a list of TXT values, got {values!r}") from error
        if any(is_list_token(string) for value in kept for string in ((value,) if isinstance(value, str) else value)):
            raise EmailAuthError(
                "FromDomainTxt.adopt got a list that is known only after the deploy; pass its values one by one"
            )
        if not kept:
            raise EmailAuthError("FromDomainTxt.adopt got no value; without a TXT record there is nothing to take over")
        return cls(kept, seconds("ttl", ttl))

    def at(self, name: DomainName) -> ResourceRecordSet:
        """The record set at `name`."""
        return ResourceRecordSet(name, RecordType.TXT, self.ttl, self.values)


def from_domain_spf(
    spf: SpfRecord | None, includes: Iterable[str], qualifier: SpfQualifier | None, senders: tuple[str, ...] = (SPF_INCLUDE,)
) -> SpfRecord:
    """The SPF record of a From domain: the user's own senders first, then `senders`.

    Raises:
        EmailAuthError: if both a whole record and parts of one are given, or a part is bad.
    """
    entries = text_list("spf_includes", includes, "['_spf.google.com']")
    if spf is not None:
        if not isinstance(spf, SpfRecord):
            raise EmailAuthError(f"'spf' must be an SpfRecord, got {spf!r}; use SpfRecord.parse(...)")
        if entries or qualifier is not None:
            raise EmailAuthError(
                "'spf' is the whole record, so 'spf_includes' and 'spf_qualifier' cannot be given beside it; "
                "leave them out, or leave 'spf' out"
            )
        return spf.merge(SpfRecord.of_includes(senders))
    if qualifier is not None and not isinstance(qualifier, SpfQualifier):
        raise EmailAuthError(f"'spf_qualifier' must be an SpfQualifier, got {qualifier!r}; use SpfQualifier.SOFTFAIL")
    try:
        return SpfRecord.of_includes([*entries, *senders], SpfQualifier.SOFTFAIL if qualifier is None else qualifier)
    except EmailAuthError as error:
        raise EmailAuthError(f"'spf_includes': {error}") from error


def site_values(values: Iterable[str]) -> tuple[str, ...]:
    """The other TXT values that stand beside SPF, such as site tokens.

    Raises:
        EmailAuthError: for an SPF or DMARC record among them, and for quotes, which validators of templates refuse.
    """
    entries = text_list("from_domain_txt_values", values, "['google-site-verification=...']")
    for entry in entries:
        if SpfRecord.is_spf(entry):
            raise EmailAuthError(
                f"'from_domain_txt_values' holds the SPF record {entry!r}; a second one makes receivers believe neither "
                f"(RFC 7208 section 4.5); pass spf=SpfRecord.parse(...) or spf_includes=[...]"
            )
        if DmarcRecord.is_dmarc(entry):
            raise EmailAuthError(
                f"'from_domain_txt_values' holds the DMARC record {entry!r}; it belongs at _dmarc: "
                f"pass dmarc=DmarcRecord.parse(...)"
            )
        if '"' in entry or "\\" in entry:
            raise EmailAuthError(
                f"'from_domain_txt_values' holds {entry!r}; pass the text without quotes and backslashes, "
                f"they are added for you"
            )
    return entries
