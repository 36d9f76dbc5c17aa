"""Texts about the rules, for `lint --list`, `lint --explain`, SARIF and docs/rules.md."""

from __future__ import annotations

import difflib
import re
from itertools import chain
from typing import TYPE_CHECKING, cast

from ses_email_auth.adopt.impact_kinds import KINDS
from ses_email_auth.checks.finding import Need, Rule, Severity
from ses_email_auth.checks.notices import NOTICES, WHAT_TO_DO
from ses_email_auth.checks.rules import RULES
from ses_email_auth.checks.rules.parked import PARKED_RULES
from ses_email_auth.checks.run import check_all
from ses_email_auth.publication.columns import wrap
from ses_email_auth.sources.views import views

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.checks.finding import Explanation
    from ses_email_auth.sources.source_file import SourceFile

SEVERITIES = {
    Severity.ERROR: "receivers, SES or Route 53 refuse or ignore it today",
    Severity.WARNING: "it will hurt, or protects less than its author thinks",
    Severity.INFO: "true, and needs no action; shown with --info",
}
_MEANT = """\
If it is meant, in a CDK app
    Validations.of(x).acknowledge(Acknowledgment(
        id="ses-email-auth::{id}", reason="..."
    ))
and here
    ses-email-auth lint --ignore {id} PATH
"""
_CHANGE_MEANT = """\
If it is meant
    ses-email-auth impact --ignore {id} OLD NEW
"""
_DOCUMENT = re.compile(r"(?:RFC (\d+)|(draft-[\w-]+))(?: (section|appendix) ([\w.]+))?")
_TEMPLATE = re.compile(r"(?:# region: (\S+)\n)?Resources:")
_GUIDES = {
    "Amazon SES": "https://docs.aws.amazon.com/ses/latest/dg/Welcome.html",
    "Amazon Route 53": "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/Welcome.html",
    "AWS CloudFormation": "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/Welcome.html",
    "AWS CDK": "https://docs.aws.amazon.com/cdk/v2/guide/home.html",
}


def rules(*, parked: bool) -> tuple[Rule, ...]:
    """The rules that `lint` runs, with those on parked domains or without."""
    return (*RULES, *PARKED_RULES) if parked else RULES


def is_opt_in(rule: Explanation) -> bool:
    """Whether the rule runs only with `--parked`."""
    return rule in PARKED_RULES


def by_id() -> dict[str, Explanation]:
    """All that findings of any command can be about, by id: rules, and the notices that are no rules."""
    return {rule.id: rule for rule in chain(rules(parked=True), NOTICES, KINDS)}


def near(rule_id: str) -> str:
    """A clause that names ids like `rule_id`; empty if there are none."""
    similar = difflib.get_close_matches(rule_id, by_id(), n=3)
    return f"; did you mean {' or '.join(similar)}?" if similar else "; --list shows all"


def listing() -> str:
    """All rules by severity, one line of reason for each."""
    lines: list[str] = []
    for severity, meaning in SEVERITIES.items():
        lines += ["", f"{severity.value.upper()}  {meaning}"]
        for rule in by_id().values():
            if rule.severity is severity:
                mark = " (--parked)" if is_opt_in(rule) else ""
                lines += [f"  {rule.id}{mark}", *wrap(rule.reason, "      ", "      ")]
    return "\n".join([*lines[1:], "", "More of one: ses-email-auth lint --explain ID", ""])


def explanation(rule: Explanation) -> str:
    """All there is to know about one rule."""
    message, fix = speech(rule)
    lines = [*wrap(f"{rule.id}  {rule.severity.value.upper()}: {SEVERITIES[rule.severity]}", "", "  "), ""]
    lines += [*wrap(rule.reason, "", ""), ""]
    lines += [f"Looks at  {rule.need.value}{'; only with --parked' if is_opt_in(rule) else ''}"]
    lines += [*wrap(rule.reference, "Source    ", "          "), f"          {reference_url(rule.reference)}"]
    if rule.example:
        lines += ["", "Example", *(f"    {line}".rstrip() for line in rule.example.strip("\n").splitlines())]
    if message:
        lines += ["", "It says", *wrap(message, "    ", "    ")]
    lines += ["", "What to do", *wrap(fix, "    ", "    "), ""]
    meant = _CHANGE_MEANT if rule.need is Need.CHANGE else _MEANT
    return "\n".join([*lines, meant.format(id=rule.id)])


def speech(rule: Explanation) -> tuple[str, str]:
    """What the rule says of its own example, and what to do; the first is empty if it can be tried on no file."""
    findings = check_all(views(_example(rule)), [rule]) if isinstance(rule, Rule) else ()
    best = next((finding for finding in findings if finding.fix), findings[0] if findings else None)
    fix = "" if best is None else best.fix
    rest = "nothing: it needs no action" if rule.severity is Severity.INFO else "the finding says it, with your own names"
    return "" if best is None else best.message, fix or WHAT_TO_DO.get(rule.id, rest)


def _example(rule: Explanation) -> list[SourceFile]:
    """The files of the example; none where it is Python, or where there is no example."""
    if rule.need is Need.INTENT or not rule.example:
        return []
    return [source for part in rule.example.split("\n---\n") for source in _example_part(part)]


def _example_part(text: str) -> list[SourceFile]:
    region = _TEMPLATE.match(text)
    if region is not None:
        from ses_email_auth.sources.template import TemplateFile, read_templates  # noqa: PLC0415 - YAML is slow
        from ses_email_auth.sources.yaml_template import parse_yaml  # noqa: PLC0415 - as above

        body = cast("Mapping[str, object]", parse_yaml(text, "example"))
        return read_templates([TemplateFile(path="example", body=body, region=region[1] or "")])
    from ses_email_auth.sources.zone_file import read_zone_file  # noqa: PLC0415 - not for a list

    return [read_zone_file(text, "example.zone")]


def reference_url(reference: str) -> str:
    """Where `reference` can be read."""
    match = _DOCUMENT.match(reference)
    if match is None:
        return next(url for guide, url in _GUIDES.items() if reference.startswith(guide))
    number, draft, kind, section = match.groups()
    place = f"#{kind}-{section}" if section else ""
    return f"https://datatracker.ietf.org/doc/html/{draft or f'rfc{number}'}{place}"
