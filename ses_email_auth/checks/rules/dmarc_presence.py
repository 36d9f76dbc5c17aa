"""Rules on where DMARC records stand, and where none does (RFC 9989 sections 4.5, 4.10 and 5.1; RFC 7489 section 6.6.3).

Not handled: zones that are not in view, and what stands behind a CNAME (hosted DMARC).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.dmarc_policies import ancestry, answers_with_dmarc, dmarc_name, rivals
from ses_email_auth.checks.rules.shown import shown
from ses_email_auth.checks.seen import seen_name
from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.checks.zone_view import InView, ZoneView

__all__ = ["DMARC_PRESENCE_RULES"]

_CONSENT = "*._report._dmarc."
_MAX_WALK_LABELS = 7  # RFC 9989 section 4.10: a longer name is cut to seven labels after the first query
# "*" is a wildcard at the left end only (RFC 4592 section 2.1.1); Route 53 prints it as an octal escape.
_WILDCARD_WITHIN = ("_dmarc.*.", "_dmarc.\\052.")
_ONE_RECORD = "publish one record at _dmarc.{}; its sp= and np= speak for subdomains"
_START = "v=DMARC1; p=none; rua=mailto:dmarc-reports"


def _multiple(view: ZoneView) -> Iterator[Fault]:
    for entries in rivals(view):
        if len(entries) > 1:
            sets = {id(entry.source.record): entry.source.record for entry in entries}
            yield Fault(
                where=entries[0].where,
                message=f"{entries[0].domain} has {len(entries)} DMARC records; receivers discard all of them",
                fix="keep one; several report addresses go into one rua=, with ',' between them",
                records=tuple(sets.values()),
            )


def _wildcard(view: ZoneView) -> Iterator[Fault]:
    for text in view.texts:
        name = text.name.text
        if (
            not name.startswith("*.")
            or name.startswith(_CONSENT)
            or not text.name.is_known
            or not DmarcRecord.is_dmarc(text.text)
        ):
            continue
        domain = name.removeprefix("*.").removeprefix("_dmarc.")
        message = f"{name} answers for names that do not exist; at a name that exists receivers find no DMARC record"
        if name.startswith("*._dmarc."):
            message = f"receivers ask for _dmarc.{domain}, which {name} does not answer"
        yield Fault(where=text.where, message=message, fix=_ONE_RECORD.format(domain))
    for record in view.seen:
        spelling = record.spelling.lower() if record.name is None else ""
        if spelling.startswith(_WILDCARD_WITHIN) and any(map(DmarcRecord.is_dmarc, record.texts)):
            yield Fault(
                where=record.place,
                message="a '*' behind _dmarc is no wildcard, so receivers never find the record",
                fix=_ONE_RECORD.format(shown(spelling.split(".", 2)[2].removesuffix("."))[1:-1]),
                records=(record,),
            )
    for cname in view.sets(RecordType.CNAME):
        name = cname.name.text if isinstance(cname.name, DomainName) and cname.name.is_known else ""
        if name.startswith("*.") and "_" not in name:
            yield Fault(
                where=cname.place,
                message=f"{name} also answers for _dmarc and _domainkey names that do not exist, from where the CNAME leads",
                severity=Severity.INFO,
                records=(cname,),
            )


def _missing(view: ZoneView) -> Iterator[Fault]:
    if not view.complete or view.zone is None:
        return
    found: dict[DomainName, DomainName] = {}
    for domain in sorted(view.ses_senders):
        _note(view, found, domain)
    sending = frozenset(found)
    for record in view.sets(RecordType.MX):
        # RFC 7505: a null MX takes no mail.
        takes_mail = any(text.split()[-1:] not in ([], ["."]) for text in record.texts)
        if isinstance(record.name, DomainName) and takes_mail and record.name not in view.mail_from_mx:
            _note(view, found, record.name, organizations_only=True)
    proofs = _proofs(view, frozenset(found.values()))
    for organization, domain in found.items():
        does = "sends mail through Amazon SES" if organization in sending else "has a mail server"
        neither = "" if domain == organization else f", and {organization} has none"
        yield Fault(
            where=f"_dmarc.{organization} TXT",
            message=f"{domain} {does} but has no DMARC record{neither}; some receivers refuse or mark its mail",
            fix=f'publish _dmarc.{organization} TXT "{_START}@{organization}", with an address that receives mail',
            records=tuple(proofs.get(domain, ())),
        )


def _note(view: ZoneView, found: dict[DomainName, DomainName], domain: DomainName, *, organizations_only: bool = False) -> None:
    """Notes the first domain of each organization that has no DMARC record, if the zone shows that there is none."""
    own = dmarc_name(domain)
    if own is None or (view.all_at(own) and answers_with_dmarc(view, own)):  # the usual case, and cheap to tell
        return
    organization = domain.organizational
    if organization is None or organization in found or view.zone is None or not organization.is_at_or_below(view.zone):
        return
    if view.is_delegated(domain) or (organizations_only and domain != organization):
        return
    names = map(dmarc_name, ancestry(domain, organization))
    if not any(name is None or answers_with_dmarc(view, name) for name in names):
        found[organization] = domain


def _proofs(view: ZoneView, domains: frozenset[DomainName]) -> Mapping[DomainName, list[InView]]:
    """What shows that these domains have to do with mail."""
    found: dict[DomainName, list[InView]] = {}
    for identity in view.identities:
        if identity.domain in domains:
            found.setdefault(identity.domain, []).append(identity)
    for record in (*view.sets(RecordType.CNAME), *view.sets(RecordType.MX)) if domains else ():
        domain = seen_name(str(record.name).rpartition("._domainkey.")[2])
        if domain in domains:
            found.setdefault(domain, []).append(record)
    return found


def _organizational_missing(view: ZoneView) -> Iterator[Fault]:
    if not view.complete or view.zone is None:
        return
    found: dict[DomainName, DomainName] = {}
    for domain, _, _ in view.dmarc_records:
        organization = domain.organizational
        if organization is not None and domain != organization and organization.is_at_or_below(view.zone):
            found.setdefault(organization, domain)
    for organization, domain in found.items():
        name = dmarc_name(organization)
        if name is not None and not answers_with_dmarc(view, name):
            yield Fault(
                where=f"_dmarc.{domain} TXT",
                message=f"{domain} has a DMARC record and {organization} has none: to RFC 9989 receivers they are two "
                "organizations, and DKIM or SPF of one does not align with mail From the other",
                fix=f"publish a record at _dmarc.{organization} too",
            )


def _deep(view: ZoneView) -> Iterator[Fault]:
    for domain, where, _ in view.dmarc_records:
        if len(domain.labels) > _MAX_WALK_LABELS:
            yield Fault(
                where=where,
                message=f"only mail From {domain} itself finds this record: for names below, receivers look at names of "
                f"{_MAX_WALK_LABELS} labels and fewer",
            )


DMARC_PRESENCE_RULES = (
    Rule(
        id="dmarc-multiple",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="With two DMARC records at one name receivers do not choose: they apply neither.",
        reference="RFC 9989 section 4.10",
        faults=_multiple,
        example=(
            '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:a@example.com"\n'
            '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; rua=mailto:b@example.com"'
        ),
    ),
    Rule(
        id="dmarc-wildcard",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="Receivers ask at _dmarc of a name; a wildcard answers only where nothing else exists, and for all its names.",
        reference="RFC 4592 section 3.3.1",
        faults=_wildcard,
        example='*.example.com. 600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"',
    ),
    Rule(
        id="dmarc-missing",
        severity=Severity.WARNING,
        need=Need.ABSENCE,
        reason="Gmail, Yahoo and Microsoft ask senders for DMARC, and docomo warns its users of mail without it.",
        reference="RFC 9989 section 5.1",
        faults=_missing,
        example=(
            "example.com. 900 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
            "example.com. 600 IN MX 10 mail.example.net."
        ),
    ),
    Rule(
        id="dmarc-org-missing",
        severity=Severity.INFO,
        need=Need.ABSENCE,
        reason="Receivers find out by DMARC records which names belong together; the organizational domain must have one.",
        reference="RFC 9989 section 5.1.4",
        faults=_organizational_missing,
        example=(
            "example.com. 900 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
            '_dmarc.mail.example.com. 600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@mail.example.com"'
        ),
    ),
    Rule(
        id="dmarc-deep",
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="The walk up the tree leaves out names of more than seven labels, except the domain of the mail itself.",
        reference="RFC 9989 section 5.1.8",
        faults=_deep,
        example='_dmarc.a.b.c.d.e.f.example.com. 600 IN TXT "v=DMARC1; p=none"',
    ),
)
