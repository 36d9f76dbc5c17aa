"""What one template offers and others ask for: exports, outputs, and what CDK keeps in the SSM parameters of another region.

Templates are read one by one and dropped. A value of another template is written as a mark, a text in the form of a CDK token,
and the marks are replaced when all templates are read. A mark without an answer stays: nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token, split_at_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Place", "References", "Text", "joined", "mark", "with_marks"]

Text: TypeAlias = "str | KnownAfterDeploy"

_LONGEST = 100_000  # octets; a record set of Route 53 holds 32,000 at most
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stack is deployed, as far as it is known: empty texts are not known."""

    account: str = ""
    region: str = ""
    scope: str = ""

    def may_be(self, other: Place) -> bool:
        """Whether both can be the same account and region."""
        return all(
            not one or not another or one == another
            for one, another in ((self.account, other.account), (self.region, other.region))
        )


@dataclass(slots=True)
class References:
    """All offers and requests of the templates that are read together."""

    offers: dict[tuple[str, ...], dict[int, tuple[Place, object]]] = field(default_factory=dict)
    """By what is asked for, then by the number of the template that offers it."""

    requests: dict[str, tuple[tuple[str, ...], Place]] = field(default_factory=dict)
    """By mark."""

    _answers: dict[str, object] = field(default_factory=dict)

    def offer(self, key: tuple[str, ...], by: int, place: Place, value: object) -> None:
        """Keep what a template says. A template that is read again replaces what it said before."""
        self.offers.setdefault(key, {})[by] = (place, value)

    def ask(self, text: str, key: tuple[str, ...], place: Place) -> str:
        """The mark `text`, to be replaced by what somebody offers under `key`."""
        self.requests[text] = (key, place)
        return text

    def resolve_references(self, text: Text, depth: int = 0) -> Text:
        """`text` with every mark replaced that has an answer."""
        if isinstance(text, KnownAfterDeploy):
            before, after = self.resolve_references(text.before, depth), self.resolve_references(text.after, depth)
            return joined([before, KnownAfterDeploy(text.attribute), after])
        if not holds_token(text):
            return text
        return joined([self._answer(part, depth) if is_token else part for part, is_token in split_at_tokens(text)])

    def _answer(self, token: str, depth: int) -> Text:
        if token not in self.requests or depth > _DEEPEST:
            return token
        if token not in self._answers:
            self._answers[token] = token  # what leads back to itself stays as it is
            found = self._offered(*self.requests[token])
            if isinstance(found, str | KnownAfterDeploy):
                self._answers[token] = self.resolve_references(found, depth + 1)
        answer = self._answers[token]
        return answer if isinstance(answer, str | KnownAfterDeploy) else token

    def _offered(self, key: tuple[str, ...], place: Place) -> object:
        found = [(where, value) for where, value in self.offers.get(key, {}).values() if where.may_be(place)]
        near = [(where, value) for where, value in found if where.scope == place.scope]
        values = [value for _, value in near or found]
        return values[0] if values and all(value == values[0] for value in values) else None


def mark(what: str) -> str:
    """A text that says that `what` is not known, in the form of a CDK token."""
    return f"${{Token[{what.replace(']', ')')}]}}"


def with_marks(text: Text) -> str:
    """`text` as one string."""
    return text if isinstance(text, str) else f"{text.before}{mark(text.attribute)}{text.after}"


def joined(parts: Sequence[Text]) -> Text:
    """The parts as one text. A single part that AWS will know keeps that knowledge; of several each becomes a mark."""
    if sum(len(part) if isinstance(part, str) else len(part.before) + len(part.after) for part in parts) > _LONGEST:
        return mark("a text that is too long")
    before, known, after = "", None, ""
    for part in parts:
        if isinstance(part, str):
            before, after = (before + part, after) if known is None else (before, after + part)
        elif known is None:
            before, known, after = before + part.before, part.attribute, part.after
        else:
            return "".join(map(with_marks, parts))
    if known is None:
        return before
    whole = KnownAfterDeploy(known, before, after)
    return with_marks(whole) if holds_token(before) or holds_token(after) else whole
