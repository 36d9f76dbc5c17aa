r"""Record sets as CloudFormation passes them and as Route 53 returns them, in a form in which equal ones are equal.

Equal are: names without regard to case, final dot and escapes (`\052` is `*`); TXT values by their strings, as they are cut;
other values without regard to case and final dot; the order of values does not count. Not handled: what alias records and
routing policies say; such a set equals nothing.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Key", "RecordSet", "named", "plain_name", "quoted", "strings_of"]

Key: TypeAlias = tuple[str, str]
"""Name and type."""

_OCTAL = re.compile(r"\\([0-7]{3})")
_STRING = re.compile(r'"((?:[^"\\]|\\[0-7]{3}|\\.)*)"|(\S+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-7]{3})|(.))", re.DOTALL)
_SIMPLE = {"Name", "Type", "TTL", "ResourceRecords"}
_SHOWN = 300  # characters of the values in a sentence


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one name and type."""

    name: str
    """In lower case, without a final dot and escapes."""

    type: str
    ttl: int
    values: tuple[str, ...]
    """As Route 53 takes them: TXT in quotes."""

    is_simple: bool = True
    """Whether it is neither an alias nor has a routing policy."""

    raw: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    """How Route 53 returned it."""

    @classmethod
    def wanted(cls, properties: Mapping[str, object]) -> RecordSet:
        """One of the `RecordSets` of a custom resource; numbers are texts there."""
        values = properties["ResourceRecords"]
        members = values if isinstance(values, list) else [values]
        return cls(
            plain_name(str(properties["Name"])), str(properties["Type"]), int(str(properties["TTL"])), tuple(map(str, members))
        )

    @classmethod
    def found(cls, raw: Mapping[str, object]) -> RecordSet:
        """One that Route 53 returned."""
        records = raw.get("ResourceRecords")
        values = tuple(str(record["Value"]) for record in records) if isinstance(records, list) else ()
        ttl = int(str(raw.get("TTL", 0)))
        return cls(plain_name(str(raw["Name"])), str(raw["Type"]), ttl, values, set(raw) <= _SIMPLE, raw)

    @property
    def key(self) -> Key:
        """Name and type."""
        return self.name, self.type

    @property
    def place(self) -> str:
        """How sentences name it."""
        return named(self.key)

    def is_like(self, other: RecordSet | None) -> bool:
        """Whether both say the same, TTL included."""
        return other is not None and self.is_simple and other.is_simple and self.meaning == other.meaning

    @property
    def fingerprint(self) -> str:
        """Eight digits that two sets share only if they say the same."""
        return hashlib.sha256(repr(self.meaning).encode()).hexdigest()[:8]

    def route53(self) -> dict[str, object]:
        """What a ChangeBatch takes. One that was read is named exactly as it was, so that a later one is not meant."""
        if self.raw:
            return dict(self.raw)
        records = [{"Value": value} for value in self.values]
        return {"Name": f"{self.name}.", "Type": self.type, "TTL": self.ttl, "ResourceRecords": records}

    def __str__(self) -> str:
        if not self.is_simple:
            return "an alias or a record with a routing policy"
        text = ", ".join(self.values)
        return f"{text if len(text) <= _SHOWN else text[:_SHOWN] + '...'} (TTL {self.ttl})"

    @property
    def meaning(self) -> tuple[object, ...]:
        """What two equal sets have in common."""
        values = sorted(strings_of(value) if self.type == "TXT" else (value.lower().rstrip("."),) for value in self.values)
        return self.name, self.type, self.ttl, values


def named(key: Key) -> str:
    """Name and type in a sentence."""
    return f"'{key[0]}' {key[1]}"


def plain_name(name: str) -> str:
    """A name in the form in which two equal names are equal."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), name).lower().rstrip(".")


def strings_of(value: str) -> tuple[str, ...]:
    """The strings of a TXT value, quotes and escapes taken away; each octet outside of ASCII is one character."""
    return tuple(_unescaped(match) for match in _STRING.finditer(value))


def quoted(strings: tuple[str, ...]) -> str:
    """The TXT value that has these strings, in Route 53's escapes."""
    return " ".join(f'"{"".join(_escaped(string))}"' for string in strings)


def _unescaped(match: re.Match[str]) -> str:
    text = match[2] if match[1] is None else match[1]
    return _ESCAPE.sub(lambda escape: escape[2] if escape[1] is None else chr(int(escape[1], 8)), text)


def _escaped(string: str) -> Iterator[str]:
    for character in string:
        if character in '"\\':
            yield f"\\{character}"
        elif " " <= character <= "~":
            yield character
        else:
            yield f"\\{ord(character):03o}"
