"""What is not known while an app is synthesized, in its two kinds.

(a) What only AWS knows is a `KnownAfterDeploy` of ours: the DKIM names and values, the region of a stack without one. Each
edge writes it in its own way (`Fn::GetAtt`, a marked cell, a stack output).

(b) Text of the user that holds a CDK token is opaque. The pure layers know it by its form alone (`holds_token`) and never
change a character of it: lower-casing `${Token[TOKEN.16]}` gives a template with a wrong name and no error anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["KnownAfterDeploy", "holds_token", "is_list_token", "is_number_token", "readable", "split_at_tokens"]

_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
_ANY_CASE = re.compile(r"\$\{token\[([^\]]*)\]\}", re.IGNORECASE)
_OF_CDK = re.compile(r"TOKEN\.[0-9]+|\.[0-9]+$", re.IGNORECASE)
_INDEX = re.compile(r"\[([^\[\])]*)\)")  # `references.mark` closes a bracket so
_DIGEST = re.compile(r" [0-9a-f]{12}$")
_LIST_TOKEN = re.compile(r"#\{Token\[[^\]]*\]\}")
# CDK encodes a number token as a huge negative double: 0xFFEF and above in its upper sixteen bits, about -1.8e308 to
# -1.4e306; Duration arithmetic shrinks it by some orders of magnitude (aws-cdk-lib, core/lib/private/encoding).
_NUMBER_TOKENS_BELOW = -1e280


@dataclass(frozen=True, slots=True)
class KnownAfterDeploy:
    """A text of which one part is decided by AWS at deployment.

    `str()` marks the unknown part, as in `10 feedback-smtp.<Region>.amazonses.com`.

    Args:
        attribute: what AWS will know: `DkimDNSTokenName1..3` and `DkimDNSTokenValue1..3` (attributes of
            AWS::SES::EmailIdentity) or `Region` (the pseudo parameter AWS::Region).
        before: text in front of the unknown part. Default: - none
        after: text behind the unknown part. Default: - none
    """

    attribute: str
    """What AWS will know: `DkimDNSTokenName1..3` and `DkimDNSTokenValue1..3` (attributes of AWS::SES::EmailIdentity) or
    `Region` (the pseudo parameter AWS::Region)."""

    before: str = ""
    """Text in front of the unknown part."""

    after: str = ""
    """Text behind the unknown part."""

    def __str__(self) -> str:
        return f"{self.before}<{self.attribute}>{self.after}"


def holds_token(text: str) -> bool:
    """Whether `text` holds a CDK string token, so that it must be passed on unchanged."""
    return "${Token[" in text and _TOKEN.search(text) is not None


def readable(text: str) -> str:
    """`text` for people: each token, and each mark of a reader of files, as `<what is not known>`."""
    return _ANY_CASE.sub(_what_is_meant, text) if "${" in text else text


def _what_is_meant(token: re.Match[str]) -> str:
    """What a token is for; CDK gives most of them a number alone."""
    _, is_mark, what = token[1].rpartition("#")
    what = _DIGEST.sub("", what).removesuffix(".Ref") if is_mark else _INDEX.sub(r"[\1]", _OF_CDK.sub("", what))
    return f"<{what}>" if what else "<value known after deploy>"


def split_at_tokens(text: str) -> list[tuple[str, bool]]:
    """`text` cut into (part, is_token) pairs, in order and without empty parts."""
    parts: list[tuple[str, bool]] = []
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() > at:
            parts.append((text[at : match.start()], False))
        parts.append((match.group(), True))
        at = match.end()
    if at < len(text):
        parts.append((text[at:], False))
    return parts


def is_list_token(text: str) -> bool:
    """Whether `text` is the one element of an encoded CDK list token."""
    return _LIST_TOKEN.search(text) is not None


def is_number_token(number: float) -> bool:
    """Whether `number` is an encoded CDK number token, or a Duration made from one."""
    return number < _NUMBER_TOKENS_BELOW
