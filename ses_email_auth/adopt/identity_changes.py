"""What a deploy does to SES identities and to the keys they sign with."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from ses_email_auth.adopt.impact_kinds import (
    CANNOT_TELL,
    DKIM_GOES,
    IDENTITY_GOES,
    MAIL_FROM_CHANGES,
    RECORD_CHANGES,
    finding,
)
from ses_email_auth.adopt.python_text import literal
from ses_email_auth.adopt.record_changes import named, records_of
from ses_email_auth.adopt.template_moves import differing
from ses_email_auth.checks.finding import Severity
from ses_email_auth.known_after_deploy import holds_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ses_email_auth.adopt.scene import Scene
    from ses_email_auth.adopt.template_moves import Entry
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.zone.declared import DeclaredIdentity

_DOMAINKEY = "_domainkey."
_OF = "> of "
_SAID = frozenset({"MailFromAttributes", "DkimAttributes", "DkimSigningAttributes"})


def identity_changes(old: Entry, new: Entry) -> Iterator[Finding]:
    """What the settings of an identity mean, in place of those before."""
    before, after = old.resource.identity, new.resource.identity
    if before is None or after is None:
        return
    records = records_of(new, old)
    if before.signs is not False and after.signs is False:
        message = "SES signs its mail no more: DKIM signing is switched off"
        yield finding(DKIM_GOES, new.where, message, "leave DkimAttributes.SigningEnabled out", records=records)
    yield from _mail_from_changes(old, new)
    if before.on_mx_failure != after.on_mx_failure and after.mail_from is not None:
        message = f"what SES does when it does not find the MX of the MAIL FROM domain: {after.on_mx_failure or 'its default'}"
        yield finding(RECORD_CHANGES, new.where, message, records=records)
    others = [name for name in differing(old.resource, new.resource) if name not in _SAID]
    if others:
        yield finding(RECORD_CHANGES, new.where, f"the identity changes in place: {', '.join(others)}", records=records)


def _mail_from_changes(old: Entry, new: Entry) -> Iterator[Finding]:
    before, after = (entry.resource.identity.mail_from if entry.resource.identity else None for entry in (old, new))
    if before is None or before == after:
        return
    records = records_of(new, old)
    if holds_token(before) or (after is not None and holds_token(after)):
        if old.resource.properties.get("MailFromAttributes") != new.resource.properties.get("MailFromAttributes"):
            yield finding(CANNOT_TELL, new.where, "nobody can tell whether its MAIL FROM domain changes", records=records)
        return
    if after is not None and before.lower().removesuffix(".") == after.lower().removesuffix("."):
        return
    label = before.removesuffix(".").lower().removesuffix(f".{new.key[0]}")
    if after is None:
        message = f"the MAIL FROM domain {before} goes: SES uses one of its own, which never aligns; DMARC hangs on DKIM alone"
    else:
        message = (
            f"the MAIL FROM domain changes from {before} to {after}: until SES has seen the new MX, DMARC hangs on DKIM alone; "
            f"bounces to the old name are lost when its MX goes"
        )
    where = f"{before.removesuffix('.').lower()} MX"
    yield finding(MAIL_FROM_CHANGES, where, message, f"mail_from_subdomain={literal(label)}", records=records)


def identity_goes(old: Entry) -> Finding:
    """An identity is deleted."""
    message = "SES deletes the identity, and refuses its mail from then on"
    fix = (
        f"keep {old.resource.construct_path or old.resource.logical_id}; or deploy 'DeletionPolicy: Retain' at it first "
        f"(removal_policy=RemovalPolicy.RETAIN)"
    )
    return finding(IDENTITY_GOES, old.where, message, fix, records=records_of(old))


# --- DKIM keys -------------------------------------------------------------------------------------------------------


def is_dkim(entry: Entry) -> bool:
    """Whether a record set is at a selector."""
    return entry.record is not None and (_DOMAINKEY in entry.key[0] or "<DkimDNSTokenName" in entry.key[0])


def is_easy_dkim(entry: Entry) -> bool:
    """Whether it is a DKIM record whose name only AWS knows."""
    return entry.key[0].startswith("<DkimDNSTokenName")


class _Key(enum.Enum):
    """What a DKIM record that goes was to mail: the meaning, the fix and the severity."""

    IN_USE = (
        "a DKIM key goes: what is signed with it fails DKIM",
        "keep the DKIM records; or deploy 'DeletionPolicy: Retain' at them first (removal_policy=RemovalPolicy.RETAIN)",
        Severity.ERROR,
    )
    REPLACED = (
        "another key signs from now on, and the old one goes at once: mail that is on its way fails DKIM",
        "deploy 'DeletionPolicy: Retain' at the old DKIM records first, and delete them by hand some days later",
        Severity.ERROR,
    )
    NAMELESS = (
        "a DKIM key goes of an identity whose name nobody can tell",
        "keep the DKIM records",
        Severity.WARNING,
    )
    UNUSED = ("a DKIM key goes that no identity in view signs with", "", Severity.INFO)


def dkim_goes(gone: Sequence[Entry], scene: Scene) -> Iterator[Finding]:
    """What it means that these DKIM records go: one finding for each name; one for all whose names only AWS knows."""
    groups: dict[tuple[str, _Key], list[Entry]] = {}
    for entry in gone:
        groups.setdefault((entry.where, _key(*_domain_and_selector(entry), scene)), []).append(entry)
    for (where, key), members in groups.items():
        meaning, fix, severity = key.value
        names = f": {named(members)}" if len(members) > 1 else ""
        yield finding(DKIM_GOES, where, f"{meaning}{names}", fix, severity=severity, records=records_of(*members))


def _domain_and_selector(entry: Entry) -> tuple[str, str]:
    name = entry.key[0]
    if is_easy_dkim(entry):  # <DkimDNSTokenName1> of example.com
        return name.rpartition(_OF)[2], ""
    selector, _, domain = name.partition(f".{_DOMAINKEY}")
    return domain, selector


def _key(domain: str, selector: str, scene: Scene) -> _Key:
    """By what SES signs with after the deploy, and what it signed with before. Easy DKIM has no selector that is known."""
    if not selector and "." not in domain:
        return _Key.NAMELESS
    before, after = (_selectors(identities) for identities in (scene.identities_before(domain), scene.identities_after(domain)))
    if selector and before and "" not in before and selector not in {*before, *after}:
        return _Key.UNUSED
    was_used = selector in before or not selector
    return _Key.REPLACED if was_used and after and selector not in after else _Key.IN_USE


def _selectors(identities: Iterable[DeclaredIdentity]) -> set[str]:
    """What they sign with: the selectors of own keys, an empty text for Easy DKIM."""
    return {(identity.own_selector or "").lower() for identity in identities if identity.signs is not False}
