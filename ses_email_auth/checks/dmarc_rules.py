"""Rules on DMARC policies (RFC 9989 sections 4.7 and 4.10; RFC 7489 for receivers that follow it). Reports: `report_rules`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.records.dmarc import DmarcPolicy, PsdFlag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.records.dmarc import DmarcRecord

__all__ = ["DMARC_RULES"]

_FULL = 100


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
    known = dict(view.dmarc_elsewhere) | {domain: record for domain, _, record in view.dmarc_records}
    for domain, where, record in view.dmarc_records:
        above = [(name, parent) for name, parent in known.items() if domain.is_subdomain_of(name)]
        for name, parent in sorted(above, key=lambda pair: len(pair[0].text))[:1]:
            wanted = parent.applied(parent.effective_subdomain_policy)
            own = record.applied(record.effective_policy)
            if own.is_weaker_than(wanted):
                gain = (
                    f"anyone may forge @{domain} again" if own is DmarcPolicy.NONE else f"forged mail @{domain} is let in again"
                )
                yield Fault(
                    where=where,
                    message=f"{own.value} takes the place of {wanted.value} from {name}: {gain}",
                    fix=f"leave the record out (dmarc_policy=None), or publish p={wanted.value}",
                )


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
            message, severity = f"pct={record.pct} is historic and changes nothing here", Severity.INFO
        else:
            tested = f", one level down by t=y: {record.applied(policy).value}" if record.effective_testing else ""
            message = (
                f"pct={record.pct} is not known to RFC 9989 receivers: they apply {tag}={policy.value} to all mail{tested}"
            )
            severity = Severity.WARNING
        yield Fault(where=where, message=message, fix="leave out pct", severity=severity)


def _sp_ignored(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in view.dmarc_records:
        above = domain.organizational
        # RFC 9989 section 4.10.2: psd=n makes the domain an organizational one.
        if record.psd is PsdFlag.NO or record.subdomain_policy is None or above is None:
            continue
        if domain.is_subdomain_of(above):
            yield Fault(where=where, message=f"sp is ignored below the organizational domain {above}", fix="leave out sp")


def _np_no_effect(view: ZoneView) -> Iterator[Fault]:
    wildcards = [str(record.name) for record in view.records if str(record.name).startswith("*.")]
    for domain, where, record in view.dmarc_records:
        if record.nonexistent_subdomain_policy is None:
            continue
        if any(name == f"*.{domain}" for name in wildcards):
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
    ),
    Rule(
        id="dmarc-weaker-than-parent",
        severity=Severity.WARNING,
        need=Need.RECORDS,
        reason="The record of the author domain wins over that of its parent, also when it is weaker.",
        reference="RFC 9989 section 4.10.1",
        faults=_weaker_than_parent,
    ),
    Rule(
        id="dmarc-t-alone",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="t=y is new: receivers that follow RFC 7489 ignore it and apply the policy in full.",
        reference="RFC 9989 section 4.7",
        faults=_t_alone,
    ),
    Rule(
        id="dmarc-pct",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="pct was removed from DMARC: new receivers apply the policy to all mail, old ones to a share of it.",
        reference="RFC 9989 appendix C.5.2",
        faults=_pct,
    ),
    Rule(
        id="dmarc-sp-ignored",
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="sp speaks for subdomains only in the record of the organizational domain.",
        reference="RFC 9989 section 4.7",
        faults=_sp_ignored,
    ),
    Rule(
        id="dmarc-np-no-effect",
        severity=Severity.INFO,
        need=Need.RECORDS,
        reason="np is for names that DNS answers with NXDOMAIN; a wildcard or Route 53's DNSSEC signing leaves none.",
        reference="RFC 9989 appendix A.4, RFC 9824",
        faults=_np_no_effect,
    ),
)
