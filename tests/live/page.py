"""Writes docs/live.md from the newest file in docs/live: `python -m tests.live.page > docs/live.md`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tests.live.answers import newest
from tests.live.catalogue import QUESTIONS
from tests.live.settings import DOCS

if TYPE_CHECKING:
    from tests.live.questions import Question

_HEAD = """# What AWS answered

Some of what this library does rests on things that AWS does not document. `make live` asks a real account: {count} questions,
each with what we expect and why. [How to run it](#how-to-run-it) is below; [what is proved how](proof.md) says what else judges
this library. This page is written by `python -m tests.live.page`.
"""
_NOBODY = """
**Nobody has run it on AWS yet.** The suite runs to its end on [our own local AWS](proof.md) in our tests. That shows that it
asks and cleans up; what it is told there is what we believe, and proves nothing about AWS.
"""
_ASKED = """
Asked on {date}, in {region}, at {asked}: {count} answers, of which {expected} were as expected. Ids of accounts and zones,
ARNs, keys and addresses are masked.
"""
_RUN = """
## How to run it

You need an account in which a few things may be made and removed, and a throw-away domain that is delegated to a public hosted
zone of that account. The zone holds nothing but its NS and SOA records, or you name a child below which nothing stands:

```console
make live DOMAIN=example.com ZONE_ID=Z0123456789ABC ACCOUNT=123456789012
make live DOMAIN=example.com ZONE_ID=Z0123456789ABC ACCOUNT=123456789012 CHILD=live REGION=eu-west-1
```

| variable | default | |
|---|---|---|
| `DOMAIN`, `ZONE_ID`, `ACCOUNT` | | the domain, its zone, and the account that the credentials must be of |
| `CHILD` | none: the zone must be empty | a name below the domain to work under |
| `REGION` | `us-east-1` | where most is made; a replica is made in `us-east-1` or `us-west-2` |
| `SECOND_ACCOUNT_PROFILE` | the question is not asked | a profile of another account, which writes into the zone |
| `SECOND_REGION` | the question is not asked | an opt-in region of that account, which the first one has not opted into |
| `RECIPIENT` | another domain of the run | a verified address of the account, for the question about recipients |
| `MINUTES` | 45 | a ceiling: what is not asked by then is left out. The cleaning comes after it |
| `OUT` | `docs` | where the answers and the page go |
| `ONLY` | all | the ids of the questions to ask |
| `YES=1` | it asks, where a terminal sits there | go on without asking |
| `CLEAN` | | the id of a run that was killed: removes what it made, and asks nothing |

It says what it will make and what that costs, less than 0.10 USD by our estimate, before it begins. It refuses another account,
another domain's zone, a zone that is not empty and a domain that is not delegated to it. The id of the run is in every name. It
cleans up at the end, after Ctrl-C and after a crash, and lists what is left; secrets and KMS keys are only scheduled to be
deleted, after 7 days or more. `python -m tests.live` takes the same as environment variables. Its exit code is 0 if every
answer was as expected, 1 if one was not, or was not asked for lack of time, or if something is left, 2 if it was refused, and
130 if it was interrupted; `make` makes 2 of all but 0. The answers go to `docs/live/`, and this page is written anew: please
send both.

Credentials are found as boto3 finds them (`AWS_PROFILE`), and the permissions of an administrator are assumed. What is to be
made is first noted in `.live/`, by which a run that was killed is cleaned up. It sends up to ten mails, to SES's mailbox
simulator; if SES takes the one of `recipient-of-the-sandbox`, that one goes to `RECIPIENT`, or bounces.
"""


def page(whole: dict[str, Any] | None) -> str:
    """The page for the content of a file, or for none."""
    parts = [_HEAD.format(count=len(QUESTIONS))]
    if whole is None:
        parts.append(_NOBODY)
    else:
        answers = whole["answers"]
        expected = sum(entry["verdict"] == "as expected" for entry in answers)
        parts.append(_ASKED.format(**{**whole, "count": len(answers), "expected": expected}))
    parts += [_RUN, "\n## The questions\n"]
    if whole is None:
        parts += [_open(question) for question in QUESTIONS]
    else:
        parts += [_answered(entry) for entry in whole["answers"]]
    return "".join(parts)


def _open(question: Question) -> str:
    return _section(question.id, question.question) + _lines(
        expectation=question.expectation,
        why=question.why,
        how=question.how,
        answer="nobody has asked yet",
        **{"if so": question.then, "if not": question.otherwise},
    )


def _answered(entry: dict[str, Any]) -> str:
    answer = f"**{entry['verdict']}**: {_plain(entry['answer'])}"
    return _section(entry["id"], entry["question"]) + _lines(
        expectation=entry["expectation"], why=entry["why"], how=entry["how"], answer=answer, consequence=entry["consequence"]
    )


def _section(name: str, question: str) -> str:
    return f"\n### {name}\n\n{question}\n\n"


def _lines(**parts: str) -> str:
    return "".join(f"- {name}: {text}\n" for name, text in parts.items())


def _plain(text: str) -> str:
    """A sentence of AWS inside of Markdown: masks in angle brackets are no HTML."""
    return " ".join(text.split()).replace("<", "&lt;").replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page(newest(DOCS / "live")))
