"""Values that one template takes from another: exports, outputs, and what CDK keeps in the SSM parameters of another region.

Templates are read one by one and dropped. A value of another template is a mark at first, a text in the form of a CDK token;
the marks are replaced when all templates are read. A mark that no template answers stays: the value is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token, split_at_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

Text: TypeAlias = "str | KnownAfterDeploy"

_LONGEST = 100_000  # octets; a record set of Route 53 holds 32,000 at most
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a stack is deployed; what is empty is not known."""

    account: str = ""
    region: str = ""
    scope: str = ""
    """As in `SourceFile.scope`."""

    def may_be(self, other: Environment) -> bool:
        """Whether both can be the same account and region."""
        return all(
            not one or not another or one == another
            for one, another in ((self.account, other.account), (self.region, other.region))
        )


@dataclass(slots=True)
class References:
    """The values that templates offer and ask for, of all templates that are read together."""

    offers: dict[tuple[str, ...], dict[int, tuple[Environment, object]]] = field(default_factory=dict)
    """By what is asked for, then by the number of the template that offers it."""

    requests: dict[str, tuple[tuple[str, ...], Environment]] = field(default_factory=dict)
    """By mark."""

    _answers: dict[str, object] = field(default_factory=dict)

    def offer(self, key: tuple[str, ...], by: int, environment: Environment, value: object) -> None:
        """Keep a value of a template. A template that is read again replaces its earlier values."""
        self.offers.setdefault(key, {})[by] = (environment, value)

    def ask(self, text: str, key: tuple[str, ...], environment: Environment) -> str:
        """The mark `text`, to be replaced by the value that a template offers under `key`."""
        self.requests[text] = (key, environment)
        return text

    def resolve(self, text: Text, depth: int = 0) -> Text:
        """`text` with its marks replaced by values that a template offers."""
        if isinstance(text, KnownAfterDeploy):
            before, after = self.resolve(text.before, depth), self.resolve(text.after, depth)
            return joined([before, KnownAfterDeploy(text.attribute), after])
        if not holds_token(text):
            return text
        return joined([self._answer(part, depth) if is_token else part for part, is_token in split_at_tokens(text)])

    def _answer(self, token: str, depth: int) -> Text:
        if token not in self.requests or depth > _DEEPEST:
            return token
        if token not in self._answers:
            self._answers[token] = token  # a value that leads back to itself stays a mark
            value = self._offered(*self.requests[token])
            if isinstance(value, str | KnownAfterDeploy):
                self._answers[token] = self.resolve(value, depth + 1)
        answer = self._answers[token]
        return answer if isinstance(answer, str | KnownAfterDeploy) else token

    def _offered(self, key: tuple[str, ...], environment: Environment) -> object:
        offers = [(owner, value) for owner, value in self.offers.get(key, {}).values() if owner.may_be(environment)]
        near = [(owner, value) for owner, value in offers if owner.scope == environment.scope]
        values = [value for _, value in near or offers]
        return values[0] if values and all(value == values[0] for value in values) else None


def mark(what: str) -> str:
    """A text that says that `what` is not known, in the form of a CDK token.

    What stands in front of the last `#` makes it differ from others, and is not shown to people.
    """
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
