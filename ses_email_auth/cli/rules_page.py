"""Writes docs/rules.md from the rules themselves: `python -m ses_email_auth.cli.rules_page > docs/rules.md`."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.cli.rule_help import SEVERITIES, by_id, is_opt_in, reference_url, speech

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.finding import Explanation

_HEAD = """\
# Rules

What `ses-email-auth lint`, the plug-in `EmailAuthValidation` and the constructs look for. This page is made of the rules:
`python -m ses_email_auth.cli.rules_page > docs/rules.md`. Severity is what happens to mail.

A rule that is wrong for you is left out with `ses-email-auth lint --ignore ID`, or acknowledged in a CDK app, for all below the
construct `x`:

```text
Validations.of(x).acknowledge(Acknowledgment(id="ses-email-auth::ID", reason="..."))
```
"""


def rules_page() -> str:
    """The page, in Markdown."""
    return "\n".join([_HEAD, *_table(), *(line for rule in _ordered() for line in _section(rule))])


def _ordered() -> Iterator[Explanation]:
    """The worst first."""
    for severity in Severity:
        yield from (rule for rule in by_id().values() if rule.severity is severity)


def _table() -> Iterator[str]:
    for severity in Severity:
        links = ", ".join(f"[{rule.id}](#{rule.id})" for rule in _ordered() if rule.severity is severity)
        yield f"- **{severity.value}**: {SEVERITIES[severity]}. {links}"
    yield ""


def _section(rule: Explanation) -> Iterator[str]:
    message, fix = speech(rule)
    yield f"## {rule.id}\n"
    opt_in = ", only with `--parked`" if is_opt_in(rule) else ""
    yield f"{rule.severity.value}{opt_in} · looks at {rule.need.value} · [{rule.reference}]({reference_url(rule.reference)})\n"
    yield re.sub(r"([<*_`])", r"\\\1", rule.reason) + "\n"
    if rule.example:
        yield f"```text\n{rule.example.strip()}\n```\n"
    if message:
        yield f"It says: {_code(message)}\n"
    yield f"What to do: {_code(fix) if message else fix}\n"


def _code(text: str) -> str:
    """`text` as code that may hold backticks."""
    return f"`` {text} ``"


if __name__ == "__main__":
    sys.stdout.write(rules_page())
