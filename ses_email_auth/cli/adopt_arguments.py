"""What `adopt --zone FILE` prints: the construct whose first deploy changes nothing that stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ses_email_auth.adopt.python_text import folded
from ses_email_auth.cli.display import display, harmless
from ses_email_auth.publication.columns import wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.adopt.take_over import TakeOver

__all__ = ["arguments_json", "arguments_text"]

_CDK = ("Duration", "RemovalPolicy")
_OURS = ("DmarcRecord", "FromDomainTxt")


def arguments_text(made: TakeOver) -> str:
    """The verdict, what needs a hand, then what to paste."""
    lines = [_verdict(made)]
    for each in made.hand_work:
        lines += [
            "",
            *wrap(f"NG  {display(each.message)}", "", "    "),
            *wrap(f"fix: {display(each.fix)}", "    ", "         "),
        ]
    lines += ["", *_imports(made), "", f"{_callee(made)}(", "    self,", '    "EmailAuth",']
    for name, text in made.arguments.items():
        lines += folded(f"    {name}=", text, ",")
    lines += [")", ""]
    lines += _listed("taken over as they stand:", made.equal)
    lines += _listed("new:", made.fresh)
    for note in _notes(made):
        lines += wrap(f"--  {note}", "", "    ")
    if made.later:
        lines.append("--  the deploy after this one, in place of from_domain_txt:")
        lines += ["    from ses_email_auth import SpfRecord"] if "spf" in made.later else []
        for name, text in made.later.items():
            lines += folded(f"    {name}=", text, ",")
    return "\n".join(map(harmless, lines)) + "\n"


def _notes(made: TakeOver) -> Iterator[str]:
    """What else to know."""
    if made.fresh and not made.found.is_complete:
        yield (
            "the file does not hold the whole zone: if one of these stands already, name the list of Route 53 too "
            "(aws route53 list-resource-record-sets)"
        )
    if made.is_existing:
        yield (
            "the identity exists. Or import it ('cdk import' with 'ses-email-auth adopt --mapping'), and write "
            "SesEmailAuth(...) without dkim_tokens and dkim_signing_zone"
        )
    if made.is_existing and "dkim_tokens" not in made.arguments and not made.hand_work:
        yield (
            "its DKIM records are not in the file: give dkim_tokens and dkim_signing_zone, which SES knows "
            "(aws sesv2 get-email-identity --query DkimAttributes)"
        )
    if made.region is not None:
        yield f"the MAIL FROM domain is that of {made.region}: deploy the stack there"


def arguments_json(made: TakeOver) -> str:
    """The same for programs."""
    found = {
        "domain": made.found.domain.text,
        "call": _callee(made),
        "region": made.region,
        "is_complete": made.found.is_complete,
        "arguments": made.arguments,
        "imports": _imports(made),
        "taken_over": [display(each) for each in made.equal],
        "new": [display(each) for each in made.fresh],
        "hand_work": [{"message": display(each.message), "fix": display(each.fix)} for each in made.hand_work],
        "later": made.later,
        "identities": [display(each.origin.resource) for each in made.found.identities],
    }
    return json.dumps(found, indent=2) + "\n"


def _verdict(made: TakeOver) -> str:
    count = len(made.equal)
    sets = f"{count} record set{'s' if count != 1 else ''} of {made.found.domain}"
    if made.hand_work:
        things = f"{len(made.hand_work)} thing{'s' if len(made.hand_work) > 1 else ''}"
        return f"NG: {things} to do by hand; {sets} would be taken over"
    return f"ok: {sets} would be taken over as they stand"


def _callee(made: TakeOver) -> str:
    return "SesEmailAuth.from_existing" if made.is_existing else "SesEmailAuth"


def _imports(made: TakeOver) -> list[str]:
    text = " ".join(made.arguments.values())
    cdk = [name for name in _CDK if f"{name}." in text]
    ours = [name for name in _OURS if f"{name}." in text]
    return [f"from aws_cdk import {', '.join(cdk)}", f"from ses_email_auth import {', '.join([*ours, 'SesEmailAuth'])}"]


def _listed(title: str, places: list[str]) -> list[str]:
    return [title, *(f"    {display(each)}" for each in places)] if places else []
