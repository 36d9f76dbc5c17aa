"""Findings for programs: JSON, SARIF 2.1.0, and workflow commands of GitHub Actions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.cli.findings_github import as_github
from ses_email_auth.cli.findings_json import as_json
from ses_email_auth.cli.findings_sarif import as_sarif
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.zone.declared import Origin
from tests.cli.lint_results import STACK, ZONE, finding, linted
from tests.hostile import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ses_email_auth.cli.report import Report

FORMATS = {"json": as_json, "sarif": as_sarif, "github": as_github}
TWO_STACKS = finding(origins=(STACK, ZONE, *(Origin("z", line=number) for number in range(1, 5))))


def test_json() -> None:
    """One object for each finding, with these keys; the first place, and the others in the message."""
    document = json.loads(as_json(linted(TWO_STACKS, finding("cannot-tell", Severity.INFO, where="", fix="", origins=()))))
    assert document == {
        "schema": 1,
        "unreadable": [],
        "findings": [
            {
                "id": "spf-multiple",
                "severity": "error",
                "message": "two SPF records (also: zones/example.com.zone:12; z:1; z:2; and 2 more)",
                "fix": "merge them",
                "reference": "RFC 7208 section 4.5",
                "path": "cdk.out/Mail.template.json",
                "line": 40,
                "resource": "Spf2D1",
                "name": "example.com",
            },
            {
                "id": "cannot-tell",
                "severity": "info",
                "message": "two SPF records",
                "fix": "",
                "reference": "RFC 7208 section 4.5",
                "path": "",
                "line": None,
                "resource": "",
                "name": "",
            },
        ],
    }


def test_json_without_findings() -> None:
    """A program needs no special case."""
    assert json.loads(as_json(linted())) == {"schema": 1, "unreadable": [], "findings": []}


def test_json_says_what_cannot_be_read() -> None:
    """A file that cannot be read must not look clean; a file whose line is not known has the line null."""
    said = linted(
        finding(origins=(Origin("plan.json", resource="a.b"),)), unreadable=(UnreadableSource("x\u202e", "it is empty"),)
    )
    document = json.loads(as_json(said))
    assert document["unreadable"] == [{"path": r"x\u202e", "reason": "it is empty"}]
    assert document["findings"][0]["line"] is None


def test_github() -> None:
    """A command for each finding, beside its line, and the verdict; properties and messages are escaped."""
    said = linted(
        finding(message="50% off, two: really", origins=(STACK, ZONE)),
        finding("dmarc-no-rua", Severity.WARNING, origins=(Origin("a,b:c%.zone"),)),
        finding("cannot-tell", Severity.INFO, where="", fix="", origins=()),
    )
    assert as_github(said).splitlines() == [
        (
            "::error file=cdk.out/Mail.template.json,line=40,title=spf-multiple%3A example.com TXT::"
            "50%25 off, two: really (also: zones/example.com.zone:12)%0AFix: merge them%0A(RFC 7208 section 4.5)"
        ),
        (
            "::warning file=a%2Cb%3Ac%25.zone,title=dmarc-no-rua%3A example.com TXT::"
            "two SPF records%0AFix: merge them%0A(RFC 7208 section 4.5)"
        ),
        "::notice title=cannot-tell::two SPF records%0A(RFC 7208 section 4.5)",
        "1 error, 1 warning in 1 zone",
    ]


def test_paths_are_those_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative to the working folder if they lie below; else absolute."""
    monkeypatch.chdir(tmp_path)
    below, outside = Origin(str(tmp_path / "a b" / "z.zone")), Origin(str(tmp_path.parent / "z.zone"))
    assert "file=a b/z.zone," in as_github(linted(finding(origins=(below,))))
    assert f"file={tmp_path.parent.as_posix()}/z.zone," in as_github(linted(finding(origins=(outside,))))
    uris = [_uri(_sarif(linted(finding(origins=(each,))))["results"][0]["locations"][0]) for each in (below, outside)]
    assert uris == ["a%20b/z.zone", f"file://{tmp_path.parent.as_posix()}/z.zone"]


def test_a_path_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slashes, and a drive in a URI behind an empty host (RFC 8089 appendix E.2)."""
    from pathlib import PureWindowsPath  # noqa: PLC0415 - beside its only use

    class Windows(PureWindowsPath):
        @classmethod
        def cwd(cls) -> Windows:
            return cls("C:\\work")

    monkeypatch.setattr("ses_email_auth.cli.locations.Path", Windows)
    inside, outside = Origin("C:\\work\\dns\\a#.zone", line=1), Origin("D:\\dns\\b.zone", line=1)
    said = linted(finding(origins=(inside, outside)))
    result = _sarif(said)["results"][0]
    assert _uri(result["locations"][0]) == "dns/a%23.zone"
    assert _uri(result["relatedLocations"][0]) == "file:///D:/dns/b.zone"
    assert "file=dns/a#.zone,line=1" in as_github(said)


def _sarif(said: Report) -> dict[str, Any]:
    log = json.loads(as_sarif(said))
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def _uri(location: dict[str, Any]) -> str:
    return str(location["physicalLocation"]["artifactLocation"]["uri"])


def test_sarif() -> None:
    """A result with its place in file and construct, its other places, and the rule that says it."""
    run = _sarif(linted(finding(origins=(STACK, ZONE)), finding("dmarc-no-rua", Severity.WARNING, fix="")))
    driver = run["tool"]["driver"]
    first, second = run["results"]
    assert first == {
        "ruleId": "spf-multiple",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "two SPF records (also: zones/example.com.zone:12). Fix: merge them"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "cdk.out/Mail.template.json"},
                    "region": {"startLine": 40},
                },
                "logicalLocations": [{"name": "Spf2D1", "fullyQualifiedName": "Mail/Spf", "kind": "resource"}],
                "message": {"text": "Mail/Spf (Spf2D1)"},
            }
        ],
        "relatedLocations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "zones/example.com.zone"}, "region": {"startLine": 12}},
                "id": 1,
            }
        ],
        "partialFingerprints": first["partialFingerprints"],
    }
    assert second["level"] == "warning"
    assert second["message"] == {"text": "two SPF records"}
    assert [rule["id"] for rule in driver["rules"]] == ["spf-multiple", "dmarc-no-rua"]
    assert driver["rules"][second["ruleIndex"]]["id"] == second["ruleId"]
    assert driver["rules"][0]["helpUri"] == "https://datatracker.ietf.org/doc/html/rfc7208#section-4.5"


def test_sarif_names_a_resource_without_a_construct_and_a_file_without_a_line() -> None:
    """Terraform has addresses, and nobody knows the line."""
    (result,) = _sarif(linted(finding(origins=(Origin("plan.json", resource="aws_route53_record.spf"),))))["results"]
    (location,) = result["locations"]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "aws_route53_record.spf"
    assert "region" not in location["physicalLocation"]


def test_sarif_says_what_stands_in_no_file_beside_the_results() -> None:
    """Code scanning refuses an upload with a result that has no location."""
    run = _sarif(
        linted(
            finding("rule-failed", Severity.WARNING, origins=(), message="the rule x failed", fix="report it"),
            unreadable=(UnreadableSource("x\u202e", "no such file"),),
        )
    )
    assert run["results"] == []
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {"level": "warning", "message": {"text": "rule-failed: the rule x failed. Fix: report it"}},
                {"level": "error", "message": {"text": r"cannot read 'x\u202e': no such file"}},
            ],
        }
    ]


def test_fingerprints_follow_the_fault_and_not_the_line() -> None:
    """A line more above changes nothing; another name, rule or resource does; two faults of one record differ."""

    def prints(*findings: Any) -> list[str]:
        return [result["partialFingerprints"]["idNameResource/v1"] for result in _sarif(linted(*findings))["results"]]

    moved = Origin("zones/example.com.zone", resource="line 13", line=13)
    assert prints(finding()) == prints(finding(origins=(moved,), message="other words"))
    different = [finding(), finding("spf-pass-all"), finding(where="a.example.com TXT"), finding(origins=(STACK,)), finding()]
    assert len(set(prints(*different))) == len(different)


REQUIRED = {
    "log": {"version": str, "$schema": str, "runs": list},
    "run": {"tool": dict, "results": list, "invocations": list},
    "rule": {"id": str, "shortDescription": dict, "fullDescription": dict, "helpUri": str, "help": dict},
    "result": {"ruleId": str, "ruleIndex": int, "level": str, "message": dict, "locations": list, "partialFingerprints": dict},
}


def _has(kind: str, thing: dict[str, Any]) -> None:
    wrong = [key for key, of in REQUIRED[kind].items() if not isinstance(thing.get(key), of)]
    assert wrong == [], f"{kind} lacks {wrong}"


@pytest.mark.parametrize("text", ["plain", *HOSTILE.values()], ids=["plain", *HOSTILE])
def test_sarif_is_valid(text: str) -> None:
    """What the schema asks for, whatever the texts hold: fields, levels, URI references, lines, texts that are not empty."""
    origins = (Origin(text, resource=text, construct_path=text, line=3), Origin(f"/{text}", resource=text))
    log = json.loads(as_sarif(linted(finding(message=text, fix=text, where=text, origins=origins))))
    _has("log", log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    _has("run", run)
    for rule in run["tool"]["driver"]["rules"]:
        _has("rule", rule)
        assert urlsplit(rule["helpUri"]).scheme == "https"
    for result in run["results"]:
        _has("result", result)
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert "](" not in result["message"]["text"]  # section 3.11.6: a viewer would make a link of it
        for location in (*result["locations"], *result["relatedLocations"]):
            uri = _uri(location)
            assert "](" not in location["message"]["text"]
            assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2}|^file://|:)+", uri)
            assert urlsplit(uri).scheme in {"", "file"}
            assert location["physicalLocation"].get("region", {"startLine": 1})["startLine"] >= 1
    assert unquote(_uri(run["results"][0]["locations"][0])) != ""


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _strings(each)]
    return [text for each in value for text in _strings(each)] if isinstance(value, list) else [str(value)]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text(form: str, text: str) -> None:
    """No control, no direction mark, no command but ours, in the output and in the values that a program reads from it."""
    write: Callable[[Report], str] = FORMATS[form]
    origins = (Origin(text, resource=text, construct_path=text), Origin(f"/{text}"))
    said = linted(
        finding(message=text, fix=text, where=text, origins=origins),
        finding("rule-failed", Severity.WARNING, message=text, fix=text, where=text, origins=()),
        unreadable=(UnreadableSource(text, text),),
    )
    printed = write(said)
    assert printed.endswith("\n")
    assert printed.replace("\n", "").isprintable()
    assert "##[" not in printed
    commands = [line for line in printed.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == (2 if form == "github" else 0)
    assert [line for line in commands if not re.match(r"::(error|warning) (\w+=[^:,]*)(,\w+=[^:,]*)*::", line)] == []
    if form != "github":
        assert printed.isascii()
        # Between the parts of a text we break lines ourselves, in help texts; no text of others holds one.
        values = [value for value in _strings(json.loads(printed)) if "What to do" not in value]
        assert [value for value in values if not value.isprintable()] == []
