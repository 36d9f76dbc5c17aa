"""Rules on DMARC records (RFC 9989 sections 4.7, 4.8, 4.10; RFC 9990 section 4; RFC 7489 for receivers that follow it)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.records.dmarc import DmarcPolicy
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.dmarc import DmarcRecord

__all__ = ["DMARC_RULES"]

_FULL = 100


def _readable(view: ZoneView) -> Iterator[tuple[DomainName, str, DmarcRecord]]:
    for entry in view.dmarc:
        if entry.record is not None:
            yield entry.domain, entry.where, entry.record


def _no_rua(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in _readable(view):
        if not record.rua:
            blind = "" if record.effective_policy is DmarcPolicy.NONE else ", which is enforcing blind"
            yield Fault(
                where=where,
                message=f"nobody gets reports about mail From {domain}{blind}",
                fix="pass dmarc_rua=[...] with an address that can receive mail",
            )


def _rua_not_uri(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dmarc:
        for problem in entry.reading.problems:
            tag = _tag_before(problem.error.source, problem.error.span[0])
            if tag in {"rua", "ruf"}:
                yield Fault(
                    where=entry.where,
                    message=f"{tag} holds what is not a report URI: {problem.error.message}",
                    fix=f"write {tag}=mailto:dmarc-reports@{entry.domain}",
                )


def _tag_before(source: str, at: int) -> str:
    """The name of the tag that the character at `at` belongs to."""
    start = source.rfind(";", 0, at) + 1
    return source[start:].partition("=")[0].strip().lower()


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
    known = dict(view.dmarc_elsewhere) | {domain: record for domain, _, record in _readable(view)}
    for domain, where, record in _readable(view):
        above = [(name, parent) for name, parent in known.items() if domain.is_subdomain_of(name)]
        for name, parent in sorted(above, key=lambda pair: len(pair[0].text))[:1]:
            wanted = parent.applied(parent.effective_subdomain_policy)
            own = record.applied(record.effective_policy)
            if own.is_weaker_than(wanted):
                yield Fault(
                    where=where,
                    message=f"p={own.value} takes the place of {wanted.value} from {name}: anyone may forge @{domain} again",
                    fix=f"leave the record out (dmarc_policy=None), or publish p={wanted.value}",
                )


def _t_alone(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in _readable(view):
        if record.effective_testing and record.effective_policy is not DmarcPolicy.NONE and record.pct != 0:
            yield Fault(
                where=where,
                message=f"t=y is not known to RFC 7489 receivers: they apply p={record.effective_policy.value} in full",
                fix="leave out t=y, and take the next policy only when the reports allow it",
            )


def _pct(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in _readable(view):
        if record.pct is None:
            continue
        harmless = record.pct == _FULL or record.effective_policy is DmarcPolicy.NONE
        yield Fault(
            where=where,
            message=(
                f"pct={record.pct} is historic and changes nothing here"
                if harmless
                else f"pct={record.pct} is not known to RFC 9989 receivers: they apply "
                f"p={record.effective_policy.value} to all mail"
            ),
            fix="leave out pct",
            severity=Severity.INFO if harmless else Severity.WARNING,
        )


def _sp_ignored(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in _readable(view):
        above = domain.organizational
        if record.subdomain_policy is not None and above is not None and domain.is_subdomain_of(above):
            yield Fault(where=where, message=f"sp is ignored below the organizational domain {above}", fix="leave out sp")


def _fo_without_ruf(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in _readable(view):
        if record.fo and not record.ruf:
            yield Fault(where=where, message="fo is ignored without ruf", fix="leave out fo")


def _np_no_effect(view: ZoneView) -> Iterator[Fault]:
    wildcards = [str(record.name) for record in view.records if str(record.name).startswith("*.")]
    for domain, where, record in _readable(view):
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


def _rua_external(view: ZoneView) -> Iterator[Fault]:
    for domain, where, record in _readable(view):
        for destination in record.external_destinations(domain):
            whole = view.complete and view.zone is not None and destination.record_name.is_at_or_below(view.zone)
            if whole and view.at(destination.record_name, RecordType.TXT):
                continue
            yield Fault(
                where=where,
                message=f"reports to {destination.uri} are sent only if its owner allows it",
                fix=f'ask for this record, unless they have it: {destination.record_name} TXT "{destination.value}"',
                severity=Severity.WARNING if whole else Severity.INFO,
            )


def _rua_undeliverable(view: ZoneView) -> Iterator[Fault]:
    for _, where, record in _readable(view):
        for uri in record.rua:
            host = uri.host
            if uri.scheme != "mailto" or host is None or view.zone is None or not host.is_at_or_below(view.zone):
                continue
            yield from _host_faults(view, where, host)


def _host_faults(view: ZoneView, where: str, host: DomainName) -> Iterator[Fault]:
    fix = "name an address that receives mail"
    exchanges = [text for record in view.at(host, RecordType.MX) for text in record.texts]
    if any(text.split()[-1] == "." for text in exchanges):
        yield Fault(where=where, message=f"{host} takes no mail (null MX), so every report bounces", fix=fix)
    elif any("feedback-smtp." in text for text in exchanges):
        yield Fault(where=where, message=f"{host} is a MAIL FROM domain: SES takes bounces there, and no reports", fix=fix)
    elif not exchanges and not view.at(host, RecordType.A, RecordType.AAAA):
        if view.complete:
            yield Fault(where=where, message=f"{host} has no MX, so every report bounces", fix=fix)
        else:
            yield Fault(
                where=where,
                message=f"cannot tell whether reports arrive; {host} has no MX in this app",
                severity=Severity.INFO,
            )


DMARC_RULES = (
    Rule(
        id="dmarc-no-rua",
        severity=Severity.WARNING,
        need=Need.RECORD,
        reason="Without reports nobody learns who sends as the domain, or whether genuine mail fails.",
        reference="RFC 9989 section 4.7",
        faults=_no_rua,
    ),
    Rule(
        id="dmarc-rua-not-uri",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="Receivers read URIs: a bare address, a space or a second mailto: makes them send no report.",
        reference="RFC 9989 section 4.8",
        faults=_rua_not_uri,
    ),
    Rule(
        id="dmarc-rua-external",
        severity=Severity.WARNING,
        need=Need.ABSENCE,
        reason="Reports go to another organization only if that organization publishes its consent.",
        reference="RFC 9990 section 4",
        faults=_rua_external,
    ),
    Rule(
        id="dmarc-rua-undeliverable",
        severity=Severity.WARNING,
        need=Need.ABSENCE,
        reason="Reports are mail: an address that takes none loses them.",
        reference="RFC 5321 section 5.1, RFC 7505",
        faults=_rua_undeliverable,
    ),
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
        id="dmarc-fo-without-ruf",
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="fo says when failure reports are wanted; without ruf none are.",
        reference="RFC 9989 section 4.7",
        faults=_fo_without_ruf,
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
