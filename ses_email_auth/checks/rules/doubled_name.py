"""Names that end in their domain twice, because somebody appended the zone to a whole name (RFC 1035 section 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["doubled_suffixes", "undoubled"]


def doubled_suffixes(view: ZoneView) -> tuple[tuple[str, int], ...] | None:
    """What the name of a set ends in if somebody appended the zone to a whole name, and how much is to be cut off."""
    zone = view.zone
    if zone is None or not zone.is_known or not view.seen:
        return None
    domains = dict.fromkeys(name.text for name in (zone, zone.organizational) if name is not None and "." in name.text)
    return tuple((f"{domain}.{zone}", len(zone.text) + 1) for domain in domains)


def undoubled(text: str, suffixes: tuple[tuple[str, int], ...] | None) -> str | None:
    """The name that was meant; None if nothing is doubled."""
    if suffixes is not None:
        for suffix, cut in suffixes:
            if text.endswith(suffix) and (text == suffix or text[-len(suffix) - 1] == "."):
                return text[:-cut]
        return None
    last = text.rpartition(".")[2]
    if text.count(f".{last}") < 2:  # noqa: PLR2004 - no domain can stand there twice
        return None
    labels = text.split(".")
    for count in range(2, len(labels) // 2 + 1):
        if labels[-count:] == labels[-2 * count : -count]:
            return ".".join(labels[:-count])
    return None
