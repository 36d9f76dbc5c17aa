"""What people must know of the files beside what is found in them: a zone name that is a guess, and private zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.sources.source_file import SourceFile

_NAMED = 3  # the rest is counted


def notes(sources: Sequence[SourceFile]) -> tuple[str, ...]:
    """One sentence each."""
    return (*_guessed(sources), *_private(sources))


def _guessed(sources: Sequence[SourceFile]) -> Iterator[str]:
    guesses = [f"{source.guessed_zone} for {source.path}" for source in sources if source.guessed_zone is not None]
    if guesses:
        yield (
            f"the zone is taken from the name of the file: {_some(guesses)}; if that is wrong, give --origin NAME, or write "
            "'$ORIGIN NAME.' as the first line"
        )


def _private(sources: Sequence[SourceFile]) -> Iterator[str]:
    """Private zones that hold records; one without any has nothing to say."""
    private = {zone.zone_id: zone for source in sources for zone in source.zones if zone.is_private}
    with_records = {record.zone_id for source in sources for record in source.records} if private else set()
    names = [str(zone.name or "without a known name") for zone_id, zone in private.items() if zone_id in with_records]
    if names:
        one = len(names) == 1
        yield (
            f"{len(names)} private {'zone' if one else 'zones'} left out ({_some(names)}): "
            f"receivers do not see {'it' if one else 'them'}"
        )


def _some(texts: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    rest = len(texts) - _NAMED
    return ", ".join(texts[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
