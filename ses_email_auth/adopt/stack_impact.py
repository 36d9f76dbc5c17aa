"""What deployments of stacks do to mail: the findings about each record and identity, by what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.adopt.fates import Deployment, End, Fate
from ses_email_auth.adopt.identity_changes import dkim_goes, identity_changes, identity_goes, is_dkim, is_easy_dkim
from ses_email_auth.adopt.impact_kinds import (
    CANNOT_TELL,
    CLASH,
    RECORD_MOVES,
    RECORD_NEW,
    RECORD_STAYS,
    SPF_SENDER_GOES,
    STACK_STAYS,
    TTL,
    finding,
)
from ses_email_auth.adopt.impact_moves import moves
from ses_email_auth.adopt.record_changes import changes, is_about_mail, losses, named, new_text, records_of, use_of
from ses_email_auth.adopt.scene import Scene
from ses_email_auth.adopt.shared_spf import shared_names
from ses_email_auth.adopt.template_moves import construct_moves, is_same
from ses_email_auth.adopt.zone_changes import zones_go
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.ses.hosts import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.adopt.template_moves import ConstructMove, Entry
    from ses_email_auth.checks.finding import Finding

_IN_VIEW_STILL = frozenset({End.RETAINED, End.TAKEN_OVER, End.STACK_STAYS, End.REFUSED})
_SAME_PLACE = frozenset({End.STAYS, End.MOVES})


def impact_by_stack(deployments: Sequence[Deployment]) -> list[list[Finding]]:
    """What deployments of stacks do to mail together, for each of them."""
    fates = [[fate for fate in each.fates() if not fate.old.is_private] for each in deployments]
    flat = [fate for own in fates for fate in own]
    everywhere = list({id(entry): entry for each in deployments for entry in each.everywhere}.values())
    staying = [fate.old for fate in flat if fate.end in _IN_VIEW_STILL]
    scene = Scene([fate.old for fate in flat], [*everywhere, *staying])
    heirs = {id(fate.new) for fate in flat}
    found: list[list[Finding]] = []
    for deployment, own in zip(deployments, fates, strict=True):
        constructs = () if deployment.new is None else construct_moves(deployment.old, deployment.new)
        new = [each for each in everywhere if each.stack is deployment.new and (id(each) not in heirs or _has(own, each))]
        findings = [
            *zones_go(deployment, own),
            *of_fates(own, constructs, new, scene),
            *_stack_stays(deployment, own),
            *_shared(deployment, scene),
        ]
        found.append(findings)
    return found


def _has(fates: Sequence[Fate], entry: Entry) -> bool:
    return any(fate.new is entry for fate in fates)


def of_fates(
    fates: Sequence[Fate], constructs: Sequence[ConstructMove], new: Sequence[Entry], scene: Scene
) -> Iterator[Finding]:
    """What these fates mean, and what is new beside them.

    Args:
        fates: what becomes of the entries before.
        constructs: our constructs in the new template.
        new: the entries after.
        scene: all that is in view.
    """
    yield from moves(fates, constructs)
    for fate in fates:
        yield from _of_fate(fate, scene)
    yield from dkim_goes([fate.old for fate in fates if fate.end is End.GOES and is_dkim(fate.old)], scene)
    unseen = [fate.old for fate in fates if fate.end is End.UNSEEN and is_about_mail(fate.old, scene)]
    if unseen:
        message = f"{named(unseen)}: not in NEW, which does not hold the whole zone (no SOA record)"
        yield finding(CANNOT_TELL, unseen[0].where, message, records=records_of(*unseen))
    yield from _new(fates, new, scene)
    yield from _of_easy_dkim(fates, new)


def _of_easy_dkim(fates: Sequence[Fate], new: Sequence[Entry]) -> Iterator[Finding]:
    """What is to be said of DKIM records whose names only AWS knows: once for all of a domain."""
    known = {id(fate.new) for fate in fates if fate.new is not None}
    added: dict[str, list[Entry]] = {}
    for entry in new:
        if is_easy_dkim(entry) and id(entry) not in known:
            added.setdefault(entry.where, []).append(entry)
    for where, entries in added.items():
        yield finding(RECORD_NEW, where, f"{named(entries)} are new", records=records_of(*entries))
    ttls: dict[tuple[str, str, str], list[Entry]] = {}
    for fate in fates:
        if fate.new is not None and fate.end in _SAME_PLACE and is_easy_dkim(fate.new) and fate.new.record and fate.old.record:
            ttls.setdefault((fate.new.where, fate.old.record.ttl, fate.new.record.ttl), []).append(fate.new)
    for (where, before, after), entries in ttls.items():
        if before != after:
            message = f"the TTL of {named(entries)} changes from {before or '(none)'} to {after or '(none)'}"
            yield finding(TTL, where, message, records=records_of(*entries))


def _stack_stays(deployment: Deployment, fates: Sequence[Fate]) -> Iterator[Finding]:
    stays = [fate.old for fate in fates if fate.end is End.STACK_STAYS]
    if stays and deployment.old is not None:
        name = deployment.old.name or deployment.old.path
        message = f"the stack {name} is no more in the app; it stays deployed and keeps {named(stays)}"
        yield finding(STACK_STAYS, "", message, records=records_of(*stays[:1]))


def _of_fate(fate: Fate, scene: Scene) -> Iterator[Finding]:
    old, new = fate.old, fate.new
    if fate.end in _SAME_PLACE and new is not None:
        yield from identity_changes(old, new) if old.record is None else changes(old, new, scene)
    elif fate.end is End.MAY_STAY and new is not None:
        message = f"nobody can tell whether {old.place} and {new.place} are the same"
        yield finding(CANNOT_TELL, new.where or old.where, message, records=records_of(new, old))
    elif fate.end is End.MAY_MOVE and new is not None:
        message = f"{old.place} goes as {old.resource.logical_id}, and nobody can tell whether it is {new.place}"
        fix = "write the value into a copy of the template, for example as the Default of its parameter, and ask again"
        yield finding(CANNOT_TELL, old.where or new.where, message, fix, records=records_of(old, new))
    elif fate.end is End.RETAINED:
        yield finding(RECORD_STAYS, old.where, "it leaves the stack and stays (DeletionPolicy)", records=records_of(old))
    elif fate.end is End.GOES and not is_dkim(old):
        yield from [identity_goes(old)] if old.record is None else losses(old, scene)


def _new(fates: Sequence[Fate], new: Sequence[Entry], scene: Scene) -> Iterator[Finding]:
    """What the new template declares and the old one does not."""
    known = {id(fate.new) for fate in fates if fate.new is not None}
    for entry in new:
        if id(entry) in known or not is_about_mail(entry, scene):
            continue
        before = [fate for fate in fates if is_same(fate.old, entry)]
        if len(before) > 1 and len(before) >= sum(is_same(other, entry) for other in new):
            continue  # it stood there twice before
        double = next((fate.old for fate in before if fate.end is End.STAYS), None)
        if double is not None:
            message = f"{double.resource.logical_id} declares it still, and {entry.resource.logical_id} declares it again"
            fix = f"take {double.resource.construct_path or double.resource.logical_id} out of the app"
            yield finding(CLASH, entry.where, message, fix, records=records_of(entry, double))
            continue
        if not is_easy_dkim(entry):
            yield finding(RECORD_NEW, entry.where, f"{entry.place} is new", records=records_of(entry))
        for text in entry.texts if entry.type in {None, RecordType.TXT} else ():
            yield from new_text(entry, use_of(entry.key[0], text), [text], scene, records_of(entry))


def _shared(deployment: Deployment, scene: Scene) -> Iterator[Finding]:
    """`FromDomainTxt.shared()`, which owns one term of a record of others."""
    if deployment.new is None:
        return
    before = {} if deployment.old is None else shared_names(deployment.old)
    after = shared_names(deployment.new)
    standing = {entry.key[0] for entry in deployment.everywhere if entry.key[1] == "TXT"}
    for name, resource in before.items():
        if name in after or resource.is_retained:
            continue
        if name in standing:
            message = "the TXT set stands, and others own it: Route 53 refuses a second one"
            yield finding(CLASH, f"{name} TXT", message, "leave from_domain_txt=FromDomainTxt.shared() as it is")
        else:
            message = f"FromDomainTxt.shared() takes include:{SPF_INCLUDE} back: mail from SES fails SPF for the domain"
            yield finding(SPF_SENDER_GOES, f"{name} TXT", message, "from_domain_txt=FromDomainTxt.shared()")
    for name in after.keys() - before.keys():
        olds = [entry for entry in scene.before if entry.key == (name, "TXT") and entry not in scene.after]
        if olds:
            message = (
                f"{olds[0].resource.logical_id} goes, and FromDomainTxt.shared() only adds to what stands: CloudFormation may "
                f"then delete both"
            )
            fix = "first deploy 'DeletionPolicy: Retain' at the old TXT set (removal_policy=RemovalPolicy.RETAIN), then this"
            yield finding(RECORD_MOVES, f"{name} TXT", message, fix, records=records_of(*olds))
