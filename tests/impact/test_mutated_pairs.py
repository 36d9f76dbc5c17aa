"""Tests that no pair of files makes `impact` crash, and of the laws that hold for all pairs.

`make fuzz` draws 10,000 mutations of each kind; a normal run draws fewer.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from ses_email_auth.cli.main import main
from ses_email_auth.cli.rule_help import by_id
from tests.adopt.templates import group
from tests.impact.inputs import ZONE, resources
from tests.lint.test_hostile import FUZZ, INERT, INTRINSICS, JUNK, KINDS, NAMES, RECORDS, TEMPLATES, VALUES, ZONE_LINES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Resources = dict[str, Any]

IDS = sorted(resources())
RESOURCE_IDS = st.sampled_from(IDS)


def _edit(change: Callable[[Resources, str], object]) -> st.SearchStrategy[Callable[[Resources], object]]:
    return RESOURCE_IDS.map(lambda name: lambda body: change(body, name) if name in body else None)


def _with_value(draw: st.SearchStrategy[Any], key: str) -> st.SearchStrategy[Callable[[Resources], object]]:
    return st.builds(
        lambda name, value: lambda body: body[name]["Properties"].update({key: value}) if name in body else None,
        RESOURCE_IDS,
        draw,
    )


def _group_all(body: Resources) -> None:
    records = {name: each for name, each in body.items() if each["Type"] == "AWS::Route53::RecordSet"}
    for name in records:
        del body[name]
    body["Group"] = group(*records.values())


EDITS = st.one_of(
    _edit(lambda body, name: body.pop(name)),
    _edit(lambda body, name: body.update({f"{name}2": body.pop(name)})),
    _edit(lambda body, name: body.update({f"{name}3": copy.deepcopy(body[name])})),
    _edit(lambda body, name: body[name].update(DeletionPolicy="Retain")),
    _edit(lambda body, name: body[name].update(Condition="Open")),
    _edit(lambda body, name: body[name].update(Condition="Never")),
    _edit(lambda body, name: body[name].update(Type="AWS::SES::EmailIdentity")),
    st.just(_group_all),
    _with_value(st.lists(VALUES, max_size=3), "ResourceRecords"),
    _with_value(st.one_of(NAMES, INTRINSICS), "Name"),
    _with_value(st.one_of(KINDS, JUNK), "Type"),
    _with_value(st.one_of(st.sampled_from(["1", 300, None]), INTRINSICS, JUNK), "TTL"),
    _with_value(st.one_of(st.sampled_from(["Z2", ZONE]), INTRINSICS, JUNK), "HostedZoneId"),
    _with_value(st.one_of(NAMES, INTRINSICS), "EmailIdentity"),
    _with_value(st.one_of(st.fixed_dictionaries({"MailFromDomain": st.one_of(NAMES, INTRINSICS)}), JUNK), "MailFromAttributes"),
    _with_value(st.one_of(st.sampled_from([{"SigningEnabled": False}, {"SigningEnabled": "false"}]), JUNK), "DkimAttributes"),
)
CONDITIONS = {
    "Parameters": {"Stage": {"Type": "String"}},
    "Conditions": {"Open": {"Fn::Equals": [{"Ref": "Stage"}, "a"]}, "Never": {"Fn::Equals": ["a", "b"]}},
}


def _edited(edits: list[Callable[[Resources], object]]) -> dict[str, Any]:
    body = copy.deepcopy(resources())
    for edit in edits:
        edit(body)
    return {"Resources": body, **CONDITIONS}


EDITED = st.lists(EDITS, max_size=4).map(_edited)


def _listed(records: list[Any], junk: Any) -> dict[str, Any]:
    sets = [
        each | {"ResourceRecords": [{"Value": value} for value in each["ResourceRecords"]]} if isinstance(each, dict) else each
        for each in records
    ]
    return {"ResourceRecordSets": sets, "IsTruncated": junk}


def _terraform(records: list[Any], junk: Any, kind: str) -> dict[str, Any]:
    managed = [
        {
            "address": f"aws_route53_record.r[{number}]",
            "type": "aws_route53_record",
            "mode": "managed",
            "values": {key.lower(): value for key, value in each.items()} | {"records": each.get("ResourceRecords")}
            if isinstance(each, dict)
            else each,
        }
        for number, each in enumerate(records)
    ]
    return {"format_version": "1.2", kind: {"root_module": {"resources": managed}}, "configuration": junk}


SOME_RECORDS = st.lists(RECORDS, max_size=4)
TEMPLATE = st.one_of(EDITED, TEMPLATES).map(json.dumps)
FILES = st.one_of(
    TEMPLATE,
    st.one_of(EDITED, TEMPLATES).map(lambda body: json.dumps({"TemplateBody": body})),
    ZONE_LINES,
    st.builds(_listed, SOME_RECORDS, JUNK).map(json.dumps),
    st.builds(_terraform, SOME_RECORDS, JUNK, st.sampled_from(["planned_values", "values"])).map(json.dumps),
)


def _said(old: str, new: str, folder: Path) -> tuple[int, list[dict[str, Any]]]:
    """The findings, after all that holds for every pair."""
    paths = []
    for name, text in (("old", old), ("new", new)):
        (folder / name).mkdir(exist_ok=True)
        path = folder / name / "example.com.zone"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        paths.append(str(path))
    result = CliRunner().invoke(main, ["impact", *paths, "--format", "json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code in {0, 1, 2}, result.output
    assert result.stdout.isascii()
    assert not INERT.search(result.output)
    document = json.loads(result.stdout)
    findings: list[dict[str, Any]] = document["findings"]
    assert (result.exit_code == 2) == bool(document["unreadable"])
    assert {each["id"] for each in findings} <= set(by_id())
    assert all(each["fix"] for each in findings if each["severity"] != "info")
    shown = CliRunner().invoke(main, ["impact", *paths])
    assert shown.exit_code == result.exit_code
    assert not INERT.search(shown.output)
    assert [line for line in shown.stdout.splitlines() if len(line) > 80 and " " in line.strip()[:60]] == []
    return result.exit_code, findings


def _faults(findings: list[dict[str, Any]]) -> list[str]:
    return [f"{each['id']} {each['message']}" for each in findings if each["severity"] != "info"]


@FUZZ
@given(old=FILES, new=FILES)
def test_any_pair(old: str, new: str, tmp_path: Path) -> None:
    """Any two files of any kind: an answer, or one sentence why there is none."""
    _said(old, new, tmp_path)


@FUZZ
@given(old=EDITED, new=EDITED)
def test_two_templates_of_one_domain(old: dict[str, Any], new: dict[str, Any], tmp_path: Path) -> None:
    """Templates that are nearly the same, so that records move, change and go."""
    _said(json.dumps(old), json.dumps(new), tmp_path)


@FUZZ
@example(text='example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"')
@example(text=json.dumps({"Resources": {"Group": group(*[resources()["Apex"]] * 2)}}))
@example(text=json.dumps({"Resources": {"One": resources()["Apex"], "Two": resources()["Apex"]}}))
@given(text=FILES)
def test_a_file_and_itself(text: str, tmp_path: Path) -> None:
    """Where nothing changes, nothing is an error or a warning."""
    _, findings = _said(text, text, tmp_path)
    assert _faults(findings) == []


@FUZZ
@given(body=EDITED)
def test_what_is_retained_does_not_go(body: dict[str, Any], tmp_path: Path) -> None:
    """With Retain at everything, a template without any of it is no loss."""
    old = copy.deepcopy(body)
    for resource in old["Resources"].values():
        resource["DeletionPolicy"] = "Retain"
    new = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
    _, findings = _said(json.dumps(old), json.dumps(new), tmp_path)
    assert _faults(findings) == []
