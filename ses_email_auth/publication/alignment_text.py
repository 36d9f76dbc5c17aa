"""The alignment proof as text for people, in English and Japanese, for terminals of 80 columns.

What is said stands in `alignment_words`; how it is laid out stands here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError, visible
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.alignment import AlignmentProof, Assumption, Break, Leg, LegReason, Verdict
from ses_email_auth.publication.alignment_words import ENGLISH, JAPANESE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["explain", "width", "wrap"]

_COLUMNS = 80
_IDENTIFIER_COLUMNS = 27
_UNITS = re.compile(r" +|[!-~]+|[\u3041-\u3096]+|[\u30a1-\u30fc]+|.", re.DOTALL)  # a run of kana is a word, or its ending
_NEVER_FIRST = "、。)」ー"
_NEVER_LAST = "(「"
_LANGUAGES: dict[str, Mapping[object, str]] = {"en": ENGLISH, "ja": JAPANESE}


def explain(proof: AlignmentProof, language: str) -> str:
    """`proof` as text; where they differ, the answers of both standards.

    Raises:
        EmailAuthError: for a language other than `en` and `ja`.
    """
    if language not in _LANGUAGES:
        raise EmailAuthError(f"a proof is written in 'en' or 'ja', got {language!r}")
    words = _LANGUAGES[language]
    lines = [*_header(proof, words), *_body(proof, words)]
    if proof.rfc7489 is not None:
        old = [words["rfc7489"], *_body(proof.rfc7489, words)]
        lines = [words["differ"], *_header(proof, words), words["rfc9989"], *_body(proof, words), *old]
    return "\n".join(visible(line) for line in lines)  # no name may steer the terminal


def wrap(text: str, first: str, rest: str) -> list[str]:
    """`text` in lines of at most 80 columns, East Asian ambiguous characters counted as two.

    Breaks at spaces, and between Japanese characters but for the marks that may not begin or end a line.
    """
    lines, line = [], first
    for unit in _units(text):
        if width(line + unit.rstrip()) > _COLUMNS and line.strip():
            lines.append(line.rstrip())
            line = rest + unit.lstrip()
        else:
            line += unit
    return [*lines, line.rstrip()]


def _units(text: str) -> Iterator[str]:
    """The pieces that must not be cut."""
    held = ""
    for unit in _UNITS.findall(text):
        if held and not (unit[0] in _NEVER_FIRST or held[-1] in _NEVER_LAST):
            yield held
            held = ""
        held += unit
    if held:
        yield held


def width(text: str) -> int:
    """How many columns `text` takes, East Asian ambiguous characters counted as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in text)


def _header(proof: AlignmentProof, words: Mapping[object, str]) -> list[str]:
    return wrap(words["header" if proof.signer is not None else "header refused"].format(**_names(proof)), "", "  ")


def _body(proof: AlignmentProof, words: Mapping[object, str]) -> list[str]:
    names = _names(proof)
    if proof.signer is None:
        why = Verdict.REFUSED_BY_SES if proof.verdict is Verdict.REFUSED_BY_SES else "signer unknown"
        return wrap("=> " + words[why].format(**names), "  ", "     ")
    column = max(_IDENTIFIER_COLUMNS, *(len(text) + 2 for text in (_identifier("d=", proof.dkim), _identifier("", proof.spf))))
    lines = _leg("DKIM", "d=", proof.dkim, "adkim", column, words)
    lines += _leg("SPF ", "", proof.spf, "aspf", column, words)
    lines += wrap("=> " + words[proof.verdict].format(**names) + words["gap"] + _policy(proof, words, names), "  ", "     ")
    for sentence in _conditions(proof, words, names):
        lines += wrap(sentence, "  ", "  ")
    return lines


def _names(proof: AlignmentProof) -> dict[str, str]:
    signer = proof.signer
    return {
        "author": f"{proof.local_part or '*'}@{proof.from_domain}",
        "domain": proof.from_domain.text,
        "region": f" {proof.region}" if proof.region is not None else "",
        "identity": "" if signer is None else signer.name,
        "mail_from": "" if signer is None or signer.mail_from is None else signer.mail_from.text,
        "ses_domain": str(proof.spf_on_mx_failure.domain or ""),
        "policy": "" if proof.policy is None else proof.policy.value,
        "tag": proof.policy_tag or "",
        "at": "" if proof.policy_at is None else f"_dmarc.{proof.policy_at}",
    }


def _identifier(prefix: str, leg: Leg) -> str:
    if leg.domain is None:
        return "-"
    return prefix + (str(leg.domain) if isinstance(leg.domain, KnownAfterDeploy) else leg.domain.text)


def _leg(label: str, prefix: str, leg: Leg, tag: str, column: int, words: Mapping[object, str]) -> list[str]:
    """One line for an identifier; a long reason goes on below itself."""
    start = f"  {label}  {_identifier(prefix, leg).ljust(column)}"
    mode = "" if leg.domain is None or leg.reason is LegReason.SES_DOMAIN else f" ({tag}={leg.mode.value})"
    text = f"{words[leg.aligned]}: {words[leg.reason]}{mode}"
    if width(start + text) <= _COLUMNS:
        return [start + text]
    return [start.rstrip(), *wrap(text, " " * 8, " " * 8)]


def _policy(proof: AlignmentProof, words: Mapping[object, str], names: Mapping[str, str]) -> str:
    if proof.policy is None:
        return words["policy unknown" if proof.policy_at is not None else "no policy"].format(**names)
    own = proof.policy_at == proof.from_domain
    return words["policy" if own else "policy inherited"].format(**names, meaning=words[proof.policy])


def _conditions(proof: AlignmentProof, words: Mapping[object, str], names: Mapping[str, str]) -> Iterator[str]:
    """What the proof assumes, why it is no better, and what breaks it."""
    holds = tuple(a for a in (Assumption.DKIM_SUCCESS, Assumption.MAIL_FROM_SUCCESS) if a in proof.assumptions)
    if holds and proof.verdict is not Verdict.CANNOT_TELL:
        yield words[holds].format(**names)
    for reason in _reasons(proof):
        yield words[reason].format(**names)
    if Break.MX_LOST in proof.breaks_when and proof.verdict is not Verdict.CANNOT_TELL:
        yield words[_mx_lost(proof)].format(**names)
    roads = tuple(b for b in (Break.FORWARDER, Break.MAILING_LIST) if b in proof.breaks_when)
    if roads:
        yield words[roads].format(**names)


def _reasons(proof: AlignmentProof) -> Iterator[object]:
    """Why the answer is no better, or not more certain."""
    if proof.dkim.reason is LegReason.PENDING:
        yield "dkim pending"
    if proof.verdict is Verdict.DKIM_ONLY and proof.spf.reason is LegReason.SES_DOMAIN:
        yield "spf of ses"
    if proof.spf.reason is LegReason.STRICT:
        yield "aspf strict"
    yield from (a for a in (Assumption.RELAXED, Assumption.WALK_LIMIT) if a in proof.assumptions)


def _mx_lost(proof: AlignmentProof) -> str:
    if proof.spf_on_mx_failure.reason is LegReason.SES_REFUSES:
        return "mx lost: refused"
    if proof.dkim.aligned is None:
        return "mx lost: dkim decides"
    return "mx lost: dkim alone" if proof.dkim.aligned else "mx lost: nothing left"
