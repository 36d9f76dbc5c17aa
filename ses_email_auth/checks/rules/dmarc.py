"""Rules on DMARC policies: what they ask for, alone and together, and names with too many DMARC records or none (RFC 9989
sections 4.5, 4.7, 4.10 and 5.1; RFC 7489 section 6.6.3 for receivers that follow it).

Not handled: the text of the records (`dmarc_syntax`), reports (`dmarc_reports`), zones that are not in view, and what stands
behind a CNAME (hosted DMARC). The tree walk of RFC 9989 section 4.10 is `ses_email_auth.publication.dmarc_discovery`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import is_hidden, shown
from ses_email_auth.checks.rules.stray_text import meant_as
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import InvalidDomainName
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.dmarc_discovery import MAX_WALK_LABELS, DmarcKnowledge, Policy, Standard, policy_for
from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord, PsdFlag
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.declared import declared_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.publication.dmarc_discovery import DmarcRecords
    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.texts import InView
    from ses_email_auth.zone.view import DmarcInView, ZoneView

# What only a DMARC record says; at _dmarc nothing else has a reason to.
_ABOUT_DMARC = re.compile(r"dmarc1|(?:\A|[;\s])p\s*=\s*(?:none|quarantine|reject)", re.IGNORECASE)


def dmarc_name(domain: DomainName) -> DomainName | None:
    """The name of the DMARC record of `domain`; None if it would be too long."""
    try:
        return domain.child("_dmarc")
    except InvalidDomainName:
        return None


def ancestry(domain: DomainName, last: DomainName) -> Iterator[DomainName]:
    """`domain` and the names above it, up to `last`."""
    step: DomainName | None = domain
    while step is not None:
        yield step
        step = None if step == last else step.parent


def rivals(view: ZoneView) -> Iterator[tuple[DmarcInView, ...]]:
    """The DMARC records that one answer holds: those of a name; alternatives of a routing policy are answers of their own.

    Equal texts are one record (RFC 2181 section 5).
    """
    answers: dict[tuple[DomainName, str | None], dict[str, DmarcInView]] = {}
    for entry in view.dmarc:
        answers.setdefault((entry.domain, entry.source.set_identifier), {}).setdefault(entry.source.text, entry)
    for entries in answers.values():
        yield tuple(entries.values())


def records_by_name(view: ZoneView) -> DmarcRecords:
    """The DMARC records in view and elsewhere by domain; those of names with several answers are not known."""
    records: dict[DomainName, DmarcRecord | DmarcKnowledge] = dict(view.dmarc_elsewhere)
    for entries in rivals(view):
        only = entries[0]
        record = only.record if len(entries) == 1 and only.source.set_identifier is None else None
        records[only.domain] = DmarcKnowledge.UNKNOWN if record is None else record
    return records


def policies(view: ZoneView, domain: DomainName, records: DmarcRecords) -> tuple[Policy, ...]:
    """What receivers of both standards find for mail From `domain`; none where a CNAME or a token hides it."""
    name = dmarc_name(domain)
    if domain not in records and name is not None and answers_with_dmarc(view, name):
        return ()
    both = [policy_for(domain, records, standard) for standard in Standard]
    return tuple(policy for policy in both if isinstance(policy.record, DmarcRecord))


def enforced(policy: Policy) -> DmarcPolicy | None:
    """What is done to mail that fails: `quarantine` or `reject`; None if nothing is."""
    return policy.applied if policy.applied is not DmarcPolicy.NONE else None


def answers_with_dmarc(view: ZoneView, name: DomainName) -> bool:
    """Whether receivers may find a DMARC record at `name`, as far as can be seen.

    A CNAME, an alias, a delegation and a token lead to what is not in view. A text at the very name that was meant to be a
    record counts, right or wrong: other rules speak about it.
    """
    own = view.all_at(name)
    if any(record.type in {RecordType.CNAME, RecordType.NS} for record in own) or view.is_delegated(name):
        return True
    if any(record.type is RecordType.TXT and _may_be_dmarc(record) for record in own):
        return True
    return any(
        record.type is RecordType.CNAME
        or not record.texts
        or any(holds_token(t) or DmarcRecord.is_dmarc(t) for t in record.texts)
        for record in view.answers(name, RecordType.TXT, RecordType.CNAME)
    )


def is_about_dmarc(text: str) -> bool:
    """Whether a text at `_dmarc` was meant to be a record, however it begins."""
    return meant_as(text) == "DMARC" or _ABOUT_DMARC.search(text) is not None


def _may_be_dmarc(record: RecordInView) -> bool:
    return not record.values or any(map(is_hidden, record.values)) or any(map(is_about_dmarc, record.texts))


@rule(
    id="dmarc-inherited",
    severity=Severity.WARNING,
    need=Need.INTENT,
    for_constructs=True,
    reason="Below the organizational domain an own p=none would undo the policy of a parent, so none is published unasked.",
    reference="RFC 9989 section 4.10.1",
    example='SesEmailAuth(self, "EmailAuth", hosted_zone=zone, domain_name="mail.example.com")',
)
def dmarc_inherited(view: ZoneView) -> Iterator[Fault]:
    for domain in view.dmarc_undecided:
        above = domain.organizational
        policy = (
            f"the policy of {above} applies (its sp=, else its p=)"
            if above is not None and above != domain
            else "that of the domain above it, if there is one, applies"
        )
        yield Fault(
            where=f"_dmarc.{domain} TXT",
            message=f"{domain} publishes no DMARC record of its own, so {policy}",
            fix="pass dmarc_policy=None to say that this is meant, or DmarcPolicy.X to publish one",
        )


@rule(
    id="dmarc-weaker-than-parent",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    for_constructs=True,
    reason="The record of the author domain wins over that of its parent, also when it is weaker.",
    reference="RFC 9989 section 4.10.1",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject"\n_dmarc.mail.example.com. 600 IN TXT "v=DMARC1; p=none"',
)
def dmarc_weaker_than_parent(view: ZoneView) -> Iterator[Fault]:
    known = {name.text: record for name, record in view.dmarc_elsewhere.items()}
    for entry in view.dmarc:
        if entry.record is not None and entry.source.set_identifier is None:  # others are there only sometimes
            known[entry.domain.text] = entry.record
    for domain, where, record in view.dmarc_records:
        name = _highest(domain.text, known)
        if name is None:
            continue
        wanted = known[name].applied(known[name].effective_subdomain_policy)
        own = record.applied(record.effective_policy)
        if own.is_weaker_than(wanted):
            gain = f"anyone may forge @{domain} again" if own is DmarcPolicy.NONE else f"forged mail @{domain} is let in again"
            yield Fault(
                where=where,
                message=f"{own.value} here takes the place of {wanted.value}, the policy of {name}: {gain}",
                fix=f"leave the record out, or publish p={wanted.value}",
                records=(*view.placed(where), *view.placed(f"_dmarc.{name} TXT")),
            )


def _highest(name: str, known: Mapping[str, DmarcRecord]) -> str | None:
    """The name with the fewest labels above `name` that has a record."""
    highest = None
    _, _, above = name.partition(".")
    while above:
        if above in known:
            highest = above
        _, _, above = above.partition(".")
    return highest


def _strongest(record: DmarcRecord) -> tuple[str, DmarcPolicy]:
    """The stronger of the policies that RFC 7489 knows, and its tag: sp counts where p is weaker."""
    policy, subdomains = record.effective_policy, record.effective_subdomain_policy
    return ("sp", subdomains) if policy.is_weaker_than(subdomains) else ("p", policy)


@rule(
    id="dmarc-t-alone",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="t=y is new: receivers that follow RFC 7489 ignore it and apply the policy in full.",
    reference="RFC 9989 section 4.7",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; t=y"',
)
def dmarc_t_alone(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        tag, policy = _strongest(record)
        # RFC 7489 section 6.6.4: with pct=0 old receivers apply the next weaker policy, which is what t=y means to new ones.
        if record.effective_testing and policy is not DmarcPolicy.NONE and record.pct != 0:
            yield Fault(
                where=where,
                message=f"t=y is not known to RFC 7489 receivers: they apply {tag}={policy.value} in full",
                fix="leave out t=y, and take the next policy only when the reports allow it",
            )


_FULL = 100


@rule(
    id="dmarc-pct",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="pct was removed from DMARC: new receivers apply the policy to all mail, old ones to a share of it.",
    reference="RFC 9989 appendix C.5.2",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=quarantine; pct=25"',
)
def dmarc_pct(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        if record.pct is None:
            continue
        tag, policy = _strongest(record)
        if record.pct == _FULL or policy is DmarcPolicy.NONE:
            message, severity, fix = f"pct={record.pct} is historic and changes nothing here", Severity.INFO, "leave out pct"
        elif record.pct == 0 and record.effective_testing:  # RFC 7489 section 6.6.4 and RFC 9989 appendix A.6 agree then
            applied = record.applied(policy).value
            message = f"pct=0 and t=y together: old and new receivers apply {applied} in place of {tag}={policy.value}"
            severity, fix = Severity.INFO, ""
        else:
            tested = f", one level down by t=y: {record.applied(policy).value}" if record.effective_testing else ""
            message = f"RFC 9989 receivers do not know pct={record.pct}: they apply {tag}={policy.value} to all mail{tested}"
            severity, fix = Severity.WARNING, "leave out pct"
        yield Fault(where=where, message=message, fix=fix, severity=severity)


def _without_say(domain: DomainName, record: DmarcRecord) -> DomainName | None:
    """The organizational domain whose record speaks for subdomains in place of this one; None if this one does."""
    above = domain.organizational
    # RFC 9989 section 4.10.2: psd=n makes the domain an organizational one.
    return above if record.psd is not PsdFlag.NO and above is not None and domain != above else None


@rule(
    id="dmarc-sp-ignored",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="sp speaks for subdomains only in the record of the organizational domain.",
    reference="RFC 9989 section 4.7",
    example='_dmarc.mail.example.com. 600 IN TXT "v=DMARC1; p=none; sp=reject"',
)
def dmarc_sp_ignored(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in view.dmarc_records:
        above = None if record.subdomain_policy is None else _without_say(domain, record)
        if above is not None:
            yield Fault(where=where, message=f"sp is ignored below the organizational domain {above}", fix="leave out sp")


_NO_SUBDOMAIN = "once reports show that no genuine mail of subdomains fails"


@rule(
    id="dmarc-sp-weaker",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="A forger takes the name that is protected least; and without a policy for subdomains no BIMI logo is shown.",
    reference="RFC 9989 section 4.7",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; sp=none"',
)
def dmarc_sp_weaker(view: ZoneView) -> Iterator[Fault]:
    for where, tag, policy, over, stronger in _weaker_tags(view):
        whose = "subdomains" if tag == "sp" else "subdomains that do not exist"
        gain = f"anyone may forge mail of {whose}" if policy is DmarcPolicy.NONE else f"forged mail of {whose} is let in"
        yield Fault(
            where=where,
            message=f"{tag}={policy.value} is weaker than {over}={stronger.value}: {gain}",
            fix=f"leave out {tag}, {_NO_SUBDOMAIN}",
        )


def _weaker_tags(view: ZoneView) -> Iterator[tuple[str, str, DmarcPolicy, str, DmarcPolicy]]:
    """Where sp or np asks for less than the tag that would count without it, in records that speak for subdomains."""
    for domain, where, record in view.dmarc_records:
        sp, np = record.subdomain_policy, record.nonexistent_subdomain_policy
        below, default = record.effective_subdomain_policy, record.effective_policy
        weaker = [
            (tag, policy, over, stronger)
            for tag, policy, over, stronger in (("sp", sp, "p", default), ("np", np, "p" if sp is None else "sp", below))
            if policy is not None and policy.is_weaker_than(stronger)
        ]
        if weaker and _without_say(domain, record) is None:
            for row in weaker:
                yield (where, *row)


@rule(
    id="dmarc-psd",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="psd=y is for registries: receivers take each name below the domain for an organization of its own.",
    reference="RFC 9989 section 4.10.2",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; psd=y"',
)
def dmarc_psd(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in view.dmarc_records:
        if record.psd is not PsdFlag.YES or not domain.is_known:
            continue
        if domain.organizational is not None:
            yield Fault(
                where=where,
                message=f"psd=y says that {domain} is a public suffix: names below it then no longer align with each other",
                fix="leave out psd",
            )
        elif record.ruf:
            yield Fault(where=where, message="a public suffix must not ask for failure reports", fix="leave out ruf")


@rule(
    id="dmarc-np-no-effect",
    severity=Severity.INFO,
    need=Need.RECORDS,
    for_constructs=True,
    reason="np is for names that DNS answers with NXDOMAIN; a wildcard or Route 53's DNSSEC signing leaves none.",
    reference="RFC 9989 appendix A.4, RFC 9824",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; np=reject"\n*.example.com. 600 IN A 192.0.2.1',
)
def dmarc_np_no_effect(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in view.dmarc_records:
        if record.nonexistent_subdomain_policy is None:
            continue
        if view.all_at(domain.child("*")):
            yield Fault(where=where, message=f"np never applies, since *.{domain} makes every name exist", fix="use sp")
        elif view.dnssec_signed:
            yield Fault(
                where=where,
                message="np may never apply: Route 53 answers unknown names of a signed zone without NXDOMAIN",
                fix="use sp",
            )


@rule(
    id="dmarc-multiple",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="With two DMARC records at one name receivers do not choose: they apply neither.",
    reference="RFC 9989 section 4.10",
    example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:a@example.com"\n'
    '_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; rua=mailto:b@example.com"',
)
def dmarc_multiple(view: ZoneView) -> Iterator[Fault]:
    for entries in rivals(view):
        if len(entries) > 1:
            yield Fault(
                where=entries[0].where,
                message=f"{entries[0].domain} has {len(entries)} DMARC records; receivers discard all of them",
                fix="keep one; several report addresses go into one rua=, with ',' between them",
                records=tuple(entry.source for entry in entries),
            )


_CONSENT = "*._report._dmarc."
# "*" is a wildcard at the left end only (RFC 4592 section 2.1.1); Route 53 prints it as an octal escape.
_WILDCARD_WITHIN = ("_dmarc.*.", "_dmarc.\\052.")
_ONE_RECORD = "publish one record at _dmarc.{}; its sp= and np= speak for subdomains"


@rule(
    id="dmarc-wildcard",
    severity=Severity.WARNING,
    need=Need.RECORD,
    reason="Receivers ask at _dmarc of a name; a wildcard answers only where nothing else exists, and for all its names.",
    reference="RFC 4592 section 3.3.1",
    example='*.example.com. 600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"',
)
def dmarc_wildcard(view: ZoneView) -> Iterator[Fault]:
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


_START = "v=DMARC1; p=none; rua=mailto:dmarc-reports"


@rule(
    id="dmarc-missing",
    severity=Severity.WARNING,
    need=Need.ABSENCE,
    reason="Gmail, Yahoo and Microsoft ask senders for DMARC, and docomo warns its users of mail without it.",
    reference="RFC 9989 section 5.1",
    example="example.com. 900 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
    "example.com. 600 IN MX 10 mail.example.net.",
)
def dmarc_missing(view: ZoneView) -> Iterator[Fault]:
    if view.zone is None:
        return
    missing: dict[DomainName, DomainName] = {}
    for domain in sorted(view.ses_senders):
        _note_missing(view, missing, domain)
    sending = frozenset(missing)
    for record in view.sets(RecordType.MX):
        # RFC 7505: a null MX takes no mail.
        takes_mail = any(text.split()[-1:] not in ([], ["."]) for text in record.texts)
        if isinstance(record.name, DomainName) and takes_mail and record.name not in view.mail_from_mx:
            _note_missing(view, missing, record.name, organizations_only=True)
    proofs = _proofs(view, frozenset(missing.values()))
    for organization, domain in missing.items():
        does = "sends mail through Amazon SES" if organization in sending else "has a mail server"
        neither = "" if domain == organization else f", and {organization} has none"
        yield Fault(
            where=f"_dmarc.{organization} TXT",
            message=f"{domain} {does} but has no DMARC record{neither}; some receivers refuse or mark its mail",
            fix=f'publish _dmarc.{organization} TXT "{_START}@{organization}", with an address that receives mail',
            records=tuple(proofs.get(domain, ())),
        )


@dmarc_missing.also(need=Need.NEW_ZONE)
def _dmarc_missing_beside_the_zone(view: ZoneView) -> Iterator[Fault]:
    # What makes a zone usually makes its records too; but another stack may publish this one.
    for fault in dmarc_missing.faults(view):
        name = DomainName(fault.where.partition(" ")[0])
        zone = view.zone_of(name)
        if zone is None or not zone.all_at(name):
            yield replace(fault, severity=Severity.INFO, fix=f"{fault.fix}, unless something else publishes it")


def _note_missing(
    view: ZoneView, missing: dict[DomainName, DomainName], domain: DomainName, *, organizations_only: bool = False
) -> None:
    """Note the first domain of each organization that has no DMARC record, if the zone shows that there is none."""
    own = dmarc_name(domain)
    if own is None or (view.all_at(own) and answers_with_dmarc(view, own)):  # the usual case, and cheap to tell
        return
    organization = domain.organizational
    if organization is None or organization in missing or view.zone is None or not organization.is_at_or_below(view.zone):
        return
    if view.is_delegated(domain) or (organizations_only and domain != organization):
        return
    names = map(dmarc_name, ancestry(domain, organization))
    if not any(name is None or answers_with_dmarc(view, name) for name in names):
        missing[organization] = domain


def _proofs(view: ZoneView, domains: frozenset[DomainName]) -> Mapping[DomainName, list[InView]]:
    """What shows that these domains have to do with mail."""
    proofs: dict[DomainName, list[InView]] = {}
    for identity in view.identities:
        if identity.domain in domains:
            proofs.setdefault(identity.domain, []).append(identity)
    for record in (*view.sets(RecordType.CNAME), *view.sets(RecordType.MX)) if domains else ():
        domain = declared_name(str(record.name).rpartition("._domainkey.")[2])
        if domain in domains:
            proofs.setdefault(domain, []).append(record)
    return proofs


@rule(
    id="dmarc-org-missing",
    severity=Severity.INFO,
    need=Need.ABSENCE,
    reason="Receivers find out by DMARC records which names belong together; the organizational domain must have one.",
    reference="RFC 9989 section 5.1.4",
    example="example.com. 900 IN SOA ns.example.net. hostmaster.example.com. 1 7200 900 1209600 300\n"
    '_dmarc.mail.example.com. 600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@mail.example.com"',
)
def dmarc_org_missing(view: ZoneView) -> Iterator[Fault]:
    if view.zone is None:
        return
    missing: dict[DomainName, DomainName] = {}
    for domain, _, _ in view.dmarc_records:
        organization = domain.organizational
        if organization is not None and domain != organization and organization.is_at_or_below(view.zone):
            missing.setdefault(organization, domain)
    for organization, domain in missing.items():
        name = dmarc_name(organization)
        if name is not None and not answers_with_dmarc(view, name):
            yield Fault(
                where=f"_dmarc.{domain} TXT",
                message=f"{domain} has a DMARC record and {organization} has none: to RFC 9989 receivers they are two "
                "organizations, and DKIM or SPF of one does not align with mail From the other",
                fix=f"publish a record at _dmarc.{organization} too",
            )


@dmarc_org_missing.also(need=Need.NEW_ZONE)
def _dmarc_org_missing_beside_the_zone(view: ZoneView) -> Iterator[Fault]:
    yield from dmarc_org_missing.faults(view)


@rule(
    id="dmarc-deep",
    severity=Severity.INFO,
    need=Need.RECORD,
    reason="The walk up the tree leaves out names of more than seven labels, except the domain of the mail itself.",
    reference="RFC 9989 section 5.1.8",
    example='_dmarc.a.b.c.d.e.f.example.com. 600 IN TXT "v=DMARC1; p=none"',
)
def dmarc_deep(view: ZoneView) -> Iterator[Fault]:
    for domain, where, _ in view.dmarc_records:
        if len(domain.labels) > MAX_WALK_LABELS:
            yield Fault(
                where=where,
                message=f"only mail From {domain} itself finds this record: for names below, receivers look at names of "
                f"{MAX_WALK_LABELS} labels and fewer",
            )
