"""A rule on the names of DKIM records: those of another domain, to which a panel or a zone file has appended the zone (RFC 6376
section 3.6.2.1; RFC 1035 section 5.1).

Much looks like a domain and is none: `mail.info`, `news.jp`, `co.uk` and `dev` are fine names below a zone. So the rule speaks
where the target of the record belongs to the other domain too, where that domain is an e-mail provider's, and, as a warning,
where the name ends as nobody names hosts. Not handled: the zone's own name, twice (`zone`), and names that are known after the
deploy (`easy_dkim`).
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.zone import doubled_suffixes, undoubled
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.declared import DeclaredRecordSet, declared_name
from ses_email_auth.zone.known_includes import KNOWN_INCLUDES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

_DOMAINKEY = "._domainkey."
_HOSTS = (RecordType.A, RecordType.AAAA, RecordType.CNAME, RecordType.NS)
_MANY = 3  # a zone with the keys of so many others keeps them for its customers
# Not .net and .org: eng.net.example.com and alumni.org.example.edu are names of hosts.
_LIKE_NO_HOST = re.compile(r"[^.]+\.(?:com|(?:ac|co|com|ed|edu|go|gov|ne|net|or|org)\.[a-z]{2})")


@rule(
    id="dkim-name-foreign",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    reason="Verifiers ask for a key below the domain that signs; with this zone behind that name nobody finds it.",
    reference="RFC 6376 section 3.6.2.1",
    example="s1._domainkey.sendgrid.net.example.com. 600 IN CNAME s1.domainkey.u123.wl.sendgrid.net.",
)
def dkim_name_foreign(view: ZoneView) -> Iterator[Fault]:
    certain: dict[DomainName, list[RecordInView]] = {}
    likely: dict[DomainName, list[RecordInView]] = {}
    for record, domain, zone in _foreign_names(view):
        if _belongs_to(record, domain):
            certain.setdefault(domain, []).append(record)
        elif _ends_like_no_host(domain) and not _is_subdomain(view, domain, zone):
            likely.setdefault(domain, []).append(record)
    if len({domain.organizational for domain in likely}) >= _MANY or _are_led_to(view, likely):
        likely = {}
    for domain in dict.fromkeys((*certain, *likely)):
        records = (*certain.get(domain, ()), *likely.get(domain, ()))
        looks = "is" if domain in certain else "looks like"
        meant = f"{str(records[0].name).partition(_DOMAINKEY)[0]}{_DOMAINKEY}{domain}"
        yield Fault(
            where=visible(records[0].place),
            message=f"{domain} {looks} a domain of another organization, and nobody looks for its keys in this zone",
            fix=f"publish {meant} in the zone of {domain.organizational}; "
            f"if this zone's domain signs, leave {domain} out of the name",
            severity=Severity.ERROR if domain in certain else None,
            records=tuple(record.part("Name") if isinstance(record, DeclaredRecordSet) else record for record in records),
        )


def _foreign_names(view: ZoneView) -> Iterator[tuple[RecordInView, DomainName, DomainName]]:
    """The DKIM records whose name has a whole domain between `_domainkey` and the zone, with both."""
    suffixes = doubled_suffixes(view)
    for record in (*view.sets(RecordType.CNAME), *view.sets(RecordType.TXT)):
        name = record.name
        if not isinstance(name, DomainName) or _DOMAINKEY not in name.text or not name.is_known:
            continue
        zone = view.zone or name.organizational
        below = name.text.partition(_DOMAINKEY)[2]
        if zone is None or not below.endswith(f".{zone}") or undoubled(name.text, suffixes) is not None:
            continue
        domain = declared_name(below.removesuffix(f".{zone}"))
        is_domain = domain is not None and domain.organizational is not None and domain.has_top_level_domain
        if domain is not None and is_domain and not view.is_delegated(name):
            yield record, domain, zone


def _belongs_to(record: RecordInView, domain: DomainName) -> bool:
    """Whether the domain is certainly none of this zone: a provider's, or the one that the CNAME leads to or names."""
    if domain.organizational in _providers():
        return True
    target = record.texts[0] if record.type is RecordType.CNAME and record.texts else ""
    host = declared_name(target) if target and not holds_token(target) else None
    if host is None:
        return False
    # Microsoft: selector1-example-com._domainkey.<tenant>.onmicrosoft.com
    names_it = host.labels[0].endswith(f"-{domain.text.replace('.', '-')}") and _DOMAINKEY in host.text
    return names_it or (host.organizational is not None and host.organizational == domain.organizational)


@functools.cache
def _providers() -> frozenset[DomainName | None]:
    return frozenset(DomainName(host).organizational for host in KNOWN_INCLUDES)


def _ends_like_no_host(domain: DomainName) -> bool:
    return _LIKE_NO_HOST.fullmatch(str(domain.organizational)) is not None


def _is_subdomain(view: ZoneView, domain: DomainName, zone: DomainName) -> bool:
    """Whether the zone has hosts or an identity of the name, so that it is meant as it is written."""
    name = zone.child(domain.text)
    if any(identity.domain == name for identity in view.identities):
        return True
    above: DomainName | None = name
    while above is not None and above != zone:
        if view.at(above, *_HOSTS):
            return True
        above = above.parent
    return False


def _are_led_to(view: ZoneView, likely: dict[DomainName, list[RecordInView]]) -> bool:
    """Whether a CNAME in view leads to one of these names: then it is meant."""
    names = {str(record.name) for records in likely.values() for record in records}
    return any(text.lower().removesuffix(".") in names for record in view.sets(RecordType.CNAME) for text in record.texts)
