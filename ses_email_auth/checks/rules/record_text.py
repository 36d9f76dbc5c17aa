"""What is wrong with the texts at a name that holds one record of one kind and nothing else: `_mta-sts`, `_smtp._tls`, `_bimi`.

Receivers pass over texts that do not begin like the record; of the others there must be one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault
from ses_email_auth.checks.rules.shown import said, shown
from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ses_email_auth.checks.seen import RecordInView
    from ses_email_auth.checks.zone_view import TextInView

__all__ = ["is_hidden", "text_faults"]


def is_hidden(value: object) -> bool:
    """Whether a value, a name or a TTL is known only after the deploy."""
    return isinstance(value, KnownAfterDeploy) or holds_token(str(value))


def text_faults(
    texts: Iterable[TextInView],
    *,
    kind: str,
    begin: str,
    is_one: Callable[[str], bool],
    parse: Callable[[str], object],
    effect: str,
) -> Iterator[Fault]:
    """What receivers pass over at each name, and why.

    Args:
        texts: the TXT values at names of this kind.
        kind: what the record is called, with its article.
        begin: how it begins.
        is_one: whether receivers take a text as a record of the kind.
        parse: reads a text, or raises a `RecordSyntaxError`.
        effect: what receivers do with two records.
    """
    # By set: DNS never answers with texts of two, and one that two files tell of is no second record.
    sets: dict[int, list[TextInView]] = {}
    for text in texts:
        sets.setdefault(id(text.record), []).append(text)
    for group in sets.values():
        name = group[0].name
        records = [text for text in group if is_one(text.text)]
        if len(records) > 1:
            yield Fault(
                where=f"{name} TXT",
                message=f"{name} has {len(records)} {kind.split()[1]} records; {effect}",
                fix="keep one of them",
            )
        elif records:
            yield from _syntax(records[0], parse)
        elif not any(_holds_hidden(text.record) for text in group):
            yield Fault(
                where=f"{name} TXT",
                message=f"{shown(group[0].text)} is not {kind} record: it does not begin with {begin!r}, and is passed over",
                fix=f"begin it with {begin!r}, case and spaces included, or remove it",
            )


def _syntax(text: TextInView, parse: Callable[[str], object]) -> Iterator[Fault]:
    try:
        parse(text.text)
    except RecordSyntaxError as error:
        yield Fault(where=text.where, message=f"{shown(text.text)}: {said(error)}", fix="correct it, or remove the record")


def _holds_hidden(record: RecordInView) -> bool:
    return any(map(is_hidden, record.values))
