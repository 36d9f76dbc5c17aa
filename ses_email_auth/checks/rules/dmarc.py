"""Rules on what DMARC policies do (RFC 9989 sections 4.7 and 4.10; RFC 7489 for receivers that follow it).

Not handled here: their text (`dmarc_syntax_rules`), their place (`dmarc_presence_rules`), reports (`report_rules`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.records.dmarc import DmarcPolicy, PsdFlag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.dmarc import DmarcRecord

__all__ = ["DMARC_RULES"]

_FULL = 100
_NO_SUBDOMAIN = "once reports show that no genuine mail of subdomains fails"


def _inherited(view: ZoneView) -> Iterator[Fault]:
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


def _weaker_than_parent(view: ZoneView) -> Iterator[Fault]:
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
    found = None
    _, _, above = name.partition(".")
    while above:
        if above in known:
            found = above
        _, _, above = above.partition(".")
    return found


def _strongest(record: DmarcRecord) -> tuple[str, DmarcPolicy]:
    """The stronger of the policies that RFC 7489 knows, and its tag: sp counts where p is weaker."""
    policy, subdomains = record.effective_policy, record.effective_subdomain_policy
    return ("sp", subdomains) if policy.is_weaker_than(subdomains) else ("p", policy)


def _t_alone(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in view.dmarc_records:
        tag, policy = _strongest(record)
        # RFC 7489 section 6.6.4: with pct=0 old receivers apply the next weaker policy, which is what t=y means to new ones.
        if record.effective_testing and policy is not DmarcPolicy.NONE and record.pct != 0:
            yield Fault(
                where=where,
                message=f"t=y is not known to RFC 7489 receivers: they apply {tag}={policy.value} in full",
                fix="leave out t=y, and take the next policy only when the reports allow it",
            )


def _pct(view: ZoneView) -> Iterator[Fault]:
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


def _sp_ignored(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in view.dmarc_records:
        above = None if record.subdomain_policy is None else _without_say(domain, record)
        if above is not None:
            yield Fault(where=where, message=f"sp is ignored below the organizational domain {above}", fix="leave out sp")


def _sp_weaker(view: ZoneView) -> Iterator[Fault]:
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
        found = [
            (tag, policy, over, stronger)
            for tag, policy, over, stronger in (("sp", sp, "p", default), ("np", np, "p" if sp is None else "sp", below))
            if policy is not None and policy.is_weaker_than(stronger)
        ]
        if found and _without_say(domain, record) is None:
            for weak in found:
                yield (where, *weak)


def _psd(view: ZoneView) -> Iterator[Fault]:
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


def _np_no_effect(view: ZoneView) -> Iterator[Fault]:
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


DMARC_RULES = (
    Rule(
        id="dmarc-inherited",
        severity=Severity.WARNING,
        need=Need.INTENT,
        reason="Below the organizational domain an own p=none would undo the policy of a parent, so none is published unasked.",
        reference="RFC 9989 section 4.10.1",
        faults=_inherited,
        example='SesEmailAuth(self, "EmailAuth", hosted_zone=zone, domain_name="mail.example.com")',
    ),
    Rule(
        id="dmarc-weaker-than-parent",
        severity=Severity.WARNING,
        need=Need.RECORDS,
        reason="The record of the author domain wins over that of its parent, also when it is weaker.",
        reference="RFC 9989 section 4.10.1",
        faults=_weaker_than_parent,
        example=('_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject"\n_dmarc.mail.example.com. 600 IN TXT "v=DMARC1; p=none"'),
    ),
    Rule(
        id="dmarc-t-alone",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="t=y is new: receivers that follow RFC 7489 ignore it and apply the policy in full.",
        reference="RFC 9989 section 4.7",
        faults=_t_alone,
        example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; t=y"',
    ),
    Rule(
        id="dmarc-pct",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="pct was removed from DMARC: new receivers apply the policy to all mail, old ones to a share of it.",
        reference="RFC 9989 appendix C.5.2",
        faults=_pct,
        example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=quarantine; pct=25"',
    ),
    Rule(
        id="dmarc-sp-ignored",
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="sp speaks for subdomains only in the record of the organizational domain.",
        reference="RFC 9989 section 4.7",
        faults=_sp_ignored,
        example='_dmarc.mail.example.com. 600 IN TXT "v=DMARC1; p=none; sp=reject"',
    ),
    Rule(
        id="dmarc-sp-weaker",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="A forger takes the name that is protected least; and without a policy for subdomains no BIMI logo is shown.",
        reference="RFC 9989 section 4.7",
        faults=_sp_weaker,
        example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; sp=none"',
    ),
    Rule(
        id="dmarc-psd",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="psd=y is for registries: receivers take each name below the domain for an organization of its own.",
        reference="RFC 9989 section 4.10.2",
        faults=_psd,
        example='_dmarc.example.com. 600 IN TXT "v=DMARC1; p=reject; psd=y"',
    ),
    Rule(
        id="dmarc-np-no-effect",
        severity=Severity.INFO,
        need=Need.RECORDS,
        reason="np is for names that DNS answers with NXDOMAIN; a wildcard or Route 53's DNSSEC signing leaves none.",
        reference="RFC 9989 appendix A.4, RFC 9824",
        faults=_np_no_effect,
        example=('_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; np=reject"\n*.example.com. 600 IN A 192.0.2.1'),
    ),
)
