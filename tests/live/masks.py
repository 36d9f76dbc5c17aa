"""What must not be published: ids of accounts and zones, ARNs, keys, tokens and people's addresses become words in brackets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADDRESS = re.compile(r"[\w.+-]+@((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
_PUBLIC_DOMAINS = ("simulator.amazonses.com",)
# In this order: an ARN holds most of the others.
_MASKS = (
    (re.compile(r"\barn:aws[\w-]*:([a-z0-9-]*):[^\s\"'`,;)\]]*"), r"<\1 arn>"),
    (re.compile(r"https?://[^\s\"'`,;)\]]+"), "<url>"),
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{8,}\b"), "<key id>"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"(?<![A-Za-z0-9])Z(?=[A-Z0-9]*\d)[A-Z0-9]{9,31}(?![A-Za-z0-9])"), "<zone>"),
    (re.compile(r"(?<!\d)\d{12}(?!\d)"), "<account>"),
    (re.compile(r"\b(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{32,}\b"), "<token>"),
)


def masked(value: Any, domain: str, secrets: Iterable[str] = ()) -> Any:
    """`value`, a text or what JSON can hold, with all such texts masked; addresses of `domain` may stay, `secrets` may not."""
    if isinstance(value, dict):
        return {masked(key, domain, secrets): masked(part, domain, secrets) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(part, domain, secrets) for part in value]
    if not isinstance(value, str):
        return value
    for secret in filter(None, secrets):
        value = value.replace(secret, "<masked>")
    for pattern, word in _MASKS:
        value = pattern.sub(word, value)
    return _ADDRESS.sub(lambda found: found[0] if _is_of(found[1].lower(), domain) else "<address>", value)


def leaks(text: str, domain: str) -> list[str]:
    """What should have been masked."""
    found = [match[0] for pattern, _ in _MASKS for match in pattern.finditer(text)]
    return found + [match[0] for match in _ADDRESS.finditer(text) if not _is_of(match[1].lower(), domain)]


def _is_of(host: str, domain: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in (domain, *_PUBLIC_DOMAINS))
