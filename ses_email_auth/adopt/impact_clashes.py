"""What a deploy makes that stands already, where the state before does not say who owns it: a zone file, a list of Route 53, or
what another tool made. A deploy deletes nothing of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.adopt.impact_kinds import CLASH, NEW_SENDER, RECORD_NEW, finding
from ses_email_auth.adopt.record_changes import changes, records_of
from ses_email_auth.adopt.shared_spf import shared_names
from ses_email_auth.adopt.states import Owner
from ses_email_auth.adopt.template_moves import may_share_zone
from ses_email_auth.checks.finding import Severity
from ses_email_auth.ses.hosts import SPF_INCLUDE, is_feedback_mx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.adopt.scene import Scene
    from ses_email_auth.adopt.states import State
    from ses_email_auth.adopt.template_moves import Entry
    from ses_email_auth.checks.finding import Finding

_ADOPT = "dns=Dns.route53(zone, adopt=True)"
_DRAFT = "'ses-email-auth adopt --zone' writes the arguments that equal what stands"


def clashes(new: State, before: Sequence[Entry], after: Sequence[Entry], scene: Scene) -> Iterator[Finding]:
    """What is refused, what would change, and what is new."""
    equal: dict[str, list[Entry]] = {}
    beside_cname: set[str] = set()
    for entry in after:
        same = next((old for old in before if _is_same(old, entry)), None)
        if same is None:
            yield from _without_equal(entry, before, beside_cname)
        elif entry.record is None:
            if _is_near(same, entry):
                yield _identity(entry, same)
        elif (same.values, same.record and same.record.ttl) == (entry.values, entry.record.ttl):
            if not _takes_over(entry):
                equal.setdefault(entry.resource.construct_path.rpartition("/")[0], []).append(entry)
        else:
            yield _different(entry, same, new)
            yield from changes(same, entry, scene)
    yield from (_equal(entries) for entries in equal.values())
    yield from _shared(new, scene)


def _is_same(old: Entry, new: Entry) -> bool:
    """Whether name and type are equal, in zones that may be one."""
    if old.key != new.key:
        return False
    return may_share_zone(old, new)


def _is_near(old: Entry, new: Entry) -> bool:
    """Whether both identities may be in one account and region."""
    places = [(each.account, each.region) for entry in (old, new) if (each := entry.resource.identity) is not None]
    return all("" in pair or len(set(pair)) == 1 for pair in zip(*places, strict=True))


def _takes_over(entry: Entry) -> bool:
    """Whether our function takes over what is equal."""
    return entry.is_written and str(entry.resource.properties.get("Adopt", "")).lower() == "true"


def _identity(new: Entry, old: Entry) -> Finding:
    ids = (old.resource.logical_id, new.resource.logical_id)
    message = f"the identity exists ({ids[0]}), and {ids[1]} makes it again: SES refuses a second one"
    fix = (
        "SesEmailAuth.from_existing makes its records alone; or import it ('ses-email-auth adopt --mapping', 'cdk import') "
        "after 'terraform state rm'"
    )
    return finding(CLASH, new.where, message, fix, records=records_of(new, old))


def _different(new: Entry, old: Entry, state: State) -> Finding:
    old_ttl, new_ttl = (entry.record.ttl if entry.record is not None else "" for entry in (old, new))
    if old.values == new.values:
        said = f"TTL {old_ttl or '(none)'} -> {new_ttl or '(none)'}"
    else:
        said = f"{', '.join(old.values) or '(no value)'} -> {', '.join(new.values) or '(no value)'}"
    known = "this stack made it" if state.kind.owner is Owner.CLOUDFORMATION else "this state has it"
    message = f"it stands with other values ({said}); unless {known}, Route 53 refuses a second one"
    return finding(
        CLASH,
        new.where,
        message,
        f"take over what stands: {_DRAFT}, and {_ADOPT}; change it later",
        records=records_of(new, old),
    )


def _equal(entries: Sequence[Entry]) -> Finding:
    names = ", ".join(entry.place for entry in entries)
    message = (
        f"{names} {'stand' if len(entries) > 1 else 'stands'} already with equal values: unless this stack made "
        f"{'them' if len(entries) > 1 else 'it'}, the deploy takes over or is refused, nobody knows which; nothing is lost"
    )
    return finding(CLASH, entries[0].where, message, _ADOPT, severity=Severity.WARNING, records=records_of(*entries))


def _without_equal(entry: Entry, before: Sequence[Entry], beside_cname: set[str]) -> Iterator[Finding]:
    """What is new, and what cannot stand beside a CNAME (RFC 1034 section 3.6.2)."""
    name, kind = entry.key
    others = [old for old in before if old.key[0] == name and old.record is not None and "CNAME" in {old.key[1], kind}]
    if entry.record is not None and others:
        if name in beside_cname:
            return
        beside_cname.add(name)
        message = f"{others[0].place} stands at the name, and a CNAME stands alone: Route 53 refuses the new record"
        is_mail_from = any(is_feedback_mx(str(value)) for value in entry.record.values)
        fix = "take the other record away first, or choose another name"
        if is_mail_from:
            fix = 'choose another name: mail_from_subdomain="ses-bounce"'
        yield finding(CLASH, entry.where, message, fix, records=records_of(entry, others[0]))
    else:
        yield finding(RECORD_NEW, entry.where, f"{entry.place} is new", records=records_of(entry))


def _shared(new: State, scene: Scene) -> Iterator[Finding]:
    for stack in new.stacks:
        for name in shared_names(stack):
            texts = [text for entry in scene.before if entry.key == (name, "TXT") for text in entry.texts]
            if not any(f"include:{SPF_INCLUDE}" in text.lower().split() for text in texts):
                message = f"the SPF record gets include:{SPF_INCLUDE}, and all else stays (FromDomainTxt.shared)"
                yield finding(NEW_SENDER, f"{name} TXT", message)
