"""Values of record sets in view: what findings speak about, and point at.

Texts that hold a CDK token are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeAlias

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, RecordInView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ses_email_auth.zone.declared import DeclaredPart, Origin

InView: TypeAlias = "RecordInView | DeclaredIdentity"
"""What a finding can be about."""

PartInView: TypeAlias = "TextInView | DeclaredPart"
"""What a finding can point at."""


def value_in_view(record: RecordInView, index: int) -> InView | PartInView:
    """One value of a record set, for a finding about it; the set itself if our own constructs publish it."""
    return record.value_at(index) if isinstance(record, DeclaredRecordSet) else record


def values_in_view(record: RecordInView, is_meant: Callable[[str], bool]) -> tuple[InView | PartInView, ...]:
    """The values of a record set whose texts are meant; the set itself if none is."""
    return tuple(value_in_view(record, index) for index, text in enumerate(record.texts) if is_meant(text)) or (record,)


@dataclass(frozen=True, slots=True)
class TextInView:
    """One TXT value, its strings joined as receivers join them."""

    name: DomainName
    text: str
    record: RecordInView
    """The set that holds it."""

    index: int
    """Which of its values it is."""

    @property
    def where(self) -> PlaceOfText:
        """The record, for findings."""
        return PlaceOfText(self)

    @property
    def origin(self) -> Origin | None:
        """Where it stands; None for what our own constructs publish."""
        return self.record.value_at(self.index).origin if isinstance(self.record, DeclaredRecordSet) else None

    @property
    def set_identifier(self) -> str | None:
        """Of a routing policy: DNS answers with one of the sets at the name, never with texts of two of them."""
        return self.record.set_identifier if isinstance(self.record, DeclaredRecordSet) else None


def texts_of(records: Iterable[RecordInView]) -> Iterator[TextInView]:
    """The TXT values of record sets whose text is known."""
    for record in records:
        if isinstance(record.name, DomainName):
            for index, (value, text) in enumerate(zip(record.values, record.texts, strict=True)):
                if not (isinstance(value, KnownAfterDeploy) or holds_token(text)):
                    yield TextInView(record.name, text, record, index)


class PlaceOfText(str):
    """The name and the type of a record, as findings name it: `example.com TXT`.

    It knows which of several texts is meant, so that a finding there points at the line of that one.
    """

    __slots__ = ("of",)
    of: TextInView

    def __new__(cls, of: TextInView) -> Self:
        """The place of a text."""
        place = super().__new__(cls, f"{of.name} TXT")
        place.of = of
        return place
