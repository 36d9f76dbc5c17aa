"""What another DMARC record of a domain means for mail (RFC 9989)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.adopt.impact_kinds import (
    ALIGNMENT_STRICTER,
    POLICY_JUMP,
    POLICY_STEP,
    POLICY_WEAKER,
    POLICY_WITHOUT_REPORTS,
    RECORD_CHANGES,
    RECORD_GOES,
    REPORTS_STOP,
    finding,
)
from ses_email_auth.adopt.python_text import long_literal, name_list
from ses_email_auth.records.dmarc import Alignment, DmarcPolicy, DmarcRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.records.report_uri import ReportUri
    from ses_email_auth.zone.texts import InView

_FULL = 100  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcChange:
    """A DMARC record that takes the place of another.

    Args:
        where: the record set, for example `_dmarc.example.com TXT`.
        domain: the domain that it speaks for.
        is_ours: whether a construct of ours publishes the new one, so that it has our props.
        records: what the findings are about.
    """

    where: str
    domain: str
    is_ours: bool
    records: Sequence[InView]

    def findings(self, old: str, new: str) -> Iterator[Finding]:
        """What receivers do otherwise."""
        before, after = DmarcRecord.read(old).record, DmarcRecord.read(new).record
        if before is None:
            if after is not None:
                yield from self.of_new(new)
            return
        if after is None:
            yield finding(
                RECORD_GOES,
                self.where,
                f'receivers cannot read the new DMARC record and take it for none: "{new}"',
                f'write it right; the old one is "{old}"',
                records=self.records,
            )
            return
        yield from self._weaker(before, after)
        yield from self._stronger(before, after)
        yield from self._reports(before, after)
        yield from self._alignment(before, after)
        if before.effective_fo != after.effective_fo or before.effective_psd is not after.effective_psd:
            yield self._said_change(old, new)

    def of_new(self, new: str) -> Iterator[Finding]:
        """What a record does that stands where none stood."""
        after = DmarcRecord.read(new).record
        if after is not None and _strength(after) and not after.rua:
            yield self._without_reports(after)

    def weaker_than_inherited(self, above: str, new: str, parent: str) -> Iterator[Finding]:
        """A new record below a domain whose policy was stronger for it."""
        inherited, after = DmarcRecord.read(above).record, DmarcRecord.read(new).record
        if inherited is None or after is None:
            return
        policy = inherited.applied(inherited.effective_subdomain_policy)
        if after.applied(after.effective_policy).strength < policy.strength:
            yield finding(
                POLICY_WEAKER,
                self.where,
                f"the domain inherits {policy.value} of {parent}, and its own record says {after.effective_policy.value}",
                "dmarc_policy=None" if self.is_ours else "leave the record out",
                records=self.records,
            )

    def _weaker(self, before: DmarcRecord, after: DmarcRecord) -> Iterator[Finding]:
        weaker = []
        for tag, old, new in _policies(before, after):
            if new.is_weaker_than(old):
                weaker.append(f"{tag}={old.value} -> {new.value}")
        is_up = _strength(after) > _strength(before)
        if after.effective_testing and not before.effective_testing and _is_enforced(after) and not is_up:
            weaker.append("t=y is new: policies apply one level down")
        old_pct, new_pct = _percent(before), _percent(after)
        if new_pct < old_pct and _is_enforced(after) and not is_up:
            weaker.append(f"pct={old_pct} -> {new_pct}")
        if weaker:
            yield finding(
                POLICY_WEAKER,
                self.where,
                f"the policy gets weaker ({'; '.join(weaker)}): receivers let pass more of what is forged",
                self._fix_of_policy(before, after),
                records=self.records,
            )

    def _fix_of_policy(self, before: DmarcRecord, after: DmarcRecord) -> str:
        old = before.effective_policy
        if self.is_ours and after.effective_policy.is_weaker_than(old):
            return f"dmarc_policy=DmarcPolicy.{old.name}"
        return self._whole(str(before))

    def _whole(self, text: str) -> str:
        """The record as it should be."""
        prop = f"dmarc=DmarcRecord.parse({long_literal(text)})"
        return f"{prop}; it takes the place of dmarc_policy and dmarc_rua" if self.is_ours else f'write "{text}"'

    def _stronger(self, before: DmarcRecord, after: DmarcRecord) -> Iterator[Finding]:
        old, new = _strength(before), _strength(after)
        steps = [
            f"{tag}={one.value} -> {other.value}" for tag, one, other in _policies(before, after) if one.is_weaker_than(other)
        ]
        if new <= old:
            if steps:
                yield finding(
                    RECORD_CHANGES, self.where, f"the policy gets stronger ({'; '.join(steps)})", records=self.records
                )
            return
        said = "; ".join(steps) or "t=y goes"
        if not after.rua:
            yield self._without_reports(after)
        if new - old > 1:
            yield finding(
                POLICY_JUMP,
                self.where,
                f"{said} in one step: mail that was forgotten is refused at once",
                "dmarc_policy=DmarcPolicy.QUARANTINE first" if self.is_ours else "write p=quarantine first",
                records=self.records,
            )
        elif after.rua:
            yield finding(POLICY_STEP, self.where, f"{said}, one step up with reports", records=self.records)

    def _without_reports(self, after: DmarcRecord) -> Finding:
        address = f"dmarc-reports@{self.domain}"
        return finding(
            POLICY_WITHOUT_REPORTS,
            self.where,
            f"receivers act on p={after.effective_policy.value}, and nobody gets reports of the mail that it hits",
            f"dmarc_rua={name_list([address])}" if self.is_ours else f"add rua=mailto:{address}, or an address that you read",
            records=self.records,
        )

    def _reports(self, before: DmarcRecord, after: DmarcRecord) -> Iterator[Finding]:
        for tag, old, new in (("rua", before.rua, after.rua), ("ruf", before.ruf, after.ruf)):
            kept = [uri.text for uri in new]
            gone = [uri for uri in old if uri.text not in kept]
            if gone:
                names = ", ".join(map(_address, gone))
                rest = "" if new else "; nobody gets any"
                yield finding(
                    REPORTS_STOP,
                    self.where,
                    f"{tag} loses {names}: no more reports go there{rest}",
                    self._fix_of_reports(tag, [*new, *gone]),
                    records=self.records,
                )
            added = [_address(uri) for uri in new if uri.text not in {each.text for each in old}]
            if added:
                yield finding(RECORD_CHANGES, self.where, f"{tag} gets {', '.join(added)}", records=self.records)

    def _fix_of_reports(self, tag: str, uris: Sequence[ReportUri]) -> str:
        if tag == "rua" and self.is_ours:
            return f"dmarc_rua={name_list(map(_address, uris))}"
        written = f"{tag}={','.join(uri.text for uri in uris)}"
        prop = f"; with SesEmailAuth dmarc_rua={name_list(map(_address, uris))}" if tag == "rua" else ""
        return f"write {written}{prop}"

    def _alignment(self, before: DmarcRecord, after: DmarcRecord) -> Iterator[Finding]:
        pairs = (
            ("adkim", before.effective_adkim, after.effective_adkim),
            ("aspf", before.effective_aspf, after.effective_aspf),
        )
        stricter = [tag for tag, old, new in pairs if new is Alignment.STRICT and old is not new]
        looser = [tag for tag, old, new in pairs if old is Alignment.STRICT and old is not new]
        if stricter:
            said = ", ".join(f"{tag}=r -> s" for tag in stricter)
            fix = self._whole(re.sub(rf";\s*(?:{'|'.join(stricter)})=s", "", str(after)))
            yield finding(
                ALIGNMENT_STRICTER,
                self.where,
                f"{said}: mail that aligns by a subdomain fails DMARC",
                fix,
                records=self.records,
            )
        if looser:
            said = ", ".join(f"{tag}=s -> r" for tag in looser)
            yield finding(RECORD_CHANGES, self.where, f"{said}: subdomains align too", records=self.records)

    def _said_change(self, old: str, new: str) -> Finding:
        return finding(RECORD_CHANGES, self.where, f'"{old}" -> "{new}"', records=self.records)


def _policies(before: DmarcRecord, after: DmarcRecord) -> Iterator[tuple[str, DmarcPolicy, DmarcPolicy]]:
    """The policies that are written in one of them, by tag. Those that follow from `p` are not said twice."""
    yield "p", before.effective_policy, after.effective_policy
    if before.subdomain_policy is not None or after.subdomain_policy is not None:
        yield "sp", before.effective_subdomain_policy, after.effective_subdomain_policy
    if before.nonexistent_subdomain_policy is not None or after.nonexistent_subdomain_policy is not None:
        yield "np", before.effective_nonexistent_subdomain_policy, after.effective_nonexistent_subdomain_policy


def _strength(record: DmarcRecord) -> int:
    """Of the policy for the domain itself, as receivers apply it."""
    return record.applied(record.effective_policy).strength


def _is_enforced(record: DmarcRecord) -> bool:
    """Whether any of its policies asks for more than reports."""
    policies = (record.effective_policy, record.effective_subdomain_policy, record.effective_nonexistent_subdomain_policy)
    return any(policy is not DmarcPolicy.NONE for policy in policies)


def _percent(record: DmarcRecord) -> int:
    """Receivers of RFC 7489 apply the policy to this part of the mail."""
    return _FULL if record.pct is None else record.pct


def _address(uri: ReportUri) -> str:
    return uri.address or uri.text
