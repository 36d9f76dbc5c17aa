"""Tests that no file makes the checks crash or hang, and that no text of a record acts on a terminal, a CI log or an editor.

`make fuzz` draws 10,000 mutations of each kind; a normal run draws fewer.
"""

from __future__ import annotations

import json
import os
import re
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ses_email_auth.checks.run import check_all
from ses_email_auth.cli.main import main
from ses_email_auth.sources.read import read
from ses_email_auth.sources.route53_json import is_change_batch, is_route53, read_change_batch, read_route53
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.sources.template import TemplateFile, read_templates
from ses_email_auth.sources.terraform import is_terraform, read_terraform
from ses_email_auth.sources.terraform_state import is_state_file, read_state_file
from ses_email_auth.sources.views import views
from ses_email_auth.sources.zone_file import read_zone_file

if TYPE_CHECKING:
    from pathlib import Path

    from ses_email_auth.checks.finding import Finding

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "200"))
FUZZ = settings(max_examples=EXAMPLES, deadline=5000, suppress_health_check=list(HealthCheck))

TEXTS = st.sampled_from(
    [
        *("v=spf1 include:amazonses.com ~all", "v=spf1 +all", "v=spf1 include:a.example.com include:a.example.com ?all"),
        *("v=spf1 redirect=example.com", "v=spf1 ip4:10.0.0.0/8 ptr exists:%{i}._x.example.com -all", "v=spf1"),
        *("v=DMARC1; p=reject", "v=DMARC1;p=none;rua=mailto:a@example.net!10m,https://x", "v=DMARC1; sp=bad; p=; ;; pct=x"),
        *(
            "ｖ＝ＤＭＡＲＣ１； p=none",
            "v=DKIM1; p=",
            "v=DKIM1; k=ed25519; p=AAAA; h=sha1",
            "p=" + "A" * 300,
            "v=STSv1; id=a-b",
        ),
        *("v=TLSRPTv1;rua=mailto:a@b", "v=BIMI1; l=https://x/y.svg; a=", "", '"', "\\", "\\300", "\\052", "=" * 50, ";" * 50),
        *(
            "\x1b]8;;https://evil\x07",
            "\u202eevil",
            "\n::error::owned",
            "%0A::error::owned",
            "\x85\u2028\x00",
            "${Token[TOKEN.1]}",
        ),
        *("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "日本語", "\U0001f600", "a" * 5000, "\ud800"),
    ]
)
NAMES = st.one_of(
    st.sampled_from(
        [
            *("example.com.", "_dmarc.example.com", "*.example.com", "\\052.example.com", "s._domainkey.example.com."),
            *("_mta-sts.example.com", "_smtp._tls.example.com", "default._bimi.example.com", "bounce.example.com", "@", ""),
            *("_dmarc.example.com.example.com", "a_b.example.com", "x" * 64 + ".example.com", "..", "日本語.jp", "\ud800.jp"),
            *("example.net._report._dmarc.example.com", "a.b.c.d.e.f.g.h.i.example.com", "_dmarc", "."),
        ]
    ),
    TEXTS,
)
KINDS = st.sampled_from(["TXT", "TXT", "TXT", "MX", "CNAME", "A", "NS", "SOA", "SPF", "txt", "TXTT", "", "日本"])
HOSTS = st.sampled_from(
    [
        *("10 feedback-smtp.us-east-1.amazonses.com", "10 feedback-smtp.eu-west-1.amazonses.com.", "0 .", "x", "70000 a.b"),
        *("a.dkim.amazonses.com", "example.com", "192.0.2.1", "10 192.0.2.1", "10  "),
    ]
)
INTRINSICS = st.recursive(
    st.one_of(
        st.sampled_from(
            [
                {"Ref": "AWS::Region"},
                {"Ref": "Zone"},
                {"Ref": "AWS::NoValue"},
                {"Ref": []},
                {"Fn::GetAtt": ["Identity", "DkimDNSTokenName1"]},
                {"Fn::GetAtt": "Identity.DkimDNSTokenValue1"},
                {"Fn::ImportValue": "x"},
                {"Fn::GetStackOutput": {"StackName": "a", "OutputName": "b"}},
                {"Fn::Sub": "${Zone}.${!x}.${"},
                {"Fn::Sub": ["${a}", {"a": 1}]},
                {"Fn::Sub": None},
            ]
        ),
        TEXTS,
    ),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"Fn::Join": [".", parts]}, st.lists(inner, max_size=3)),
        st.builds(lambda at, parts: {"Fn::Select": [at, parts]}, st.integers(-2, 3), st.lists(inner, max_size=3)),
        st.builds(lambda part: {"Fn::Split": [".", part]}, inner),
        st.builds(lambda a, b: {"Fn::If": ["Condition", a, b]}, inner, inner),
        st.builds(lambda a: {"Fn::Sub": ["${a}", {"a": a}]}, inner),
    ),
    max_leaves=6,
)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.just(10**400), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


VALUES = st.one_of(TEXTS.map(_quoted), TEXTS, HOSTS, INTRINSICS)
RECORDS = st.fixed_dictionaries(
    {"Name": st.one_of(NAMES, INTRINSICS), "Type": st.one_of(KINDS, JUNK), "ResourceRecords": st.lists(VALUES, max_size=3)},
    optional={
        "TTL": st.one_of(st.sampled_from(["300", 300, "-1", "x", None, 2**40]), INTRINSICS),
        "HostedZoneId": st.one_of(st.sampled_from(["Z1", "DUMMY", "/hostedzone/Z2"]), INTRINSICS, JUNK),
        "HostedZoneName": st.one_of(NAMES, JUNK),
        "SetIdentifier": st.one_of(NAMES, JUNK),
        "AliasTarget": JUNK,
    },
)
IDENTITIES = st.fixed_dictionaries(
    {"EmailIdentity": st.one_of(NAMES, st.just("a@example.com"), INTRINSICS)},
    optional={
        "MailFromAttributes": st.one_of(st.fixed_dictionaries({"MailFromDomain": st.one_of(NAMES, INTRINSICS)}), JUNK),
        "DkimAttributes": st.one_of(st.just({"SigningEnabled": False}), JUNK),
        "DkimSigningAttributes": st.one_of(
            st.fixed_dictionaries({"DomainSigningSelector": NAMES, "DomainSigningPrivateKey": TEXTS}), JUNK
        ),
    },
)
RESOURCES = st.one_of(
    st.builds(lambda properties: {"Type": "AWS::Route53::RecordSet", "Properties": properties}, st.one_of(RECORDS, JUNK)),
    st.builds(
        lambda members, zone: {
            "Type": "AWS::Route53::RecordSetGroup",
            "Properties": {"RecordSets": members, "HostedZoneId": zone},
        },
        st.one_of(st.lists(RECORDS, max_size=3), JUNK),
        INTRINSICS,
    ),
    st.builds(lambda properties: {"Type": "AWS::SES::EmailIdentity", "Properties": properties}, st.one_of(IDENTITIES, JUNK)),
    st.builds(lambda name: {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": name}}, st.one_of(NAMES, JUNK)),
    JUNK,
)
TEMPLATES = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(["Zone", "Identity", "A", "B", "C", "\x1b[2J"]), RESOURCES, max_size=5)},
    optional=dict.fromkeys(("Parameters", "Mappings", "Conditions", "Outputs", "Transform", "Metadata"), JUNK),
)
ZONE_LINES = st.lists(
    st.one_of(
        st.builds(
            lambda name, kind, value: f"{name} 300 IN {kind} {value}", NAMES, KINDS, st.one_of(TEXTS.map(_quoted), HOSTS)
        ),
        st.sampled_from(
            ["$ORIGIN example.com.", "$TTL 1h", "$INCLUDE x", "@ IN SOA a b ( 1 2", "3 4 5 )", "\t", "; x", ")", "("]
        ),
        TEXTS,
    ),
    max_size=8,
).map("\n".join)


ACTIONS = st.one_of(st.sampled_from(["CREATE", "UPSERT", "DELETE"]), JUNK)
VARIABLES = st.sampled_from(
    [
        *(
            "${self:custom.domain}",
            "${self:custom.${opt:stage}.x}",
            "${env:A, 'b'}",
            "${file(./a.yml):b}",
            "${ssm:/a",
            "${a:",
            "${",
        ),
        *("#{AWS::Region}", "#{", "${AWS::Region}", "${Token[x]}${self:a}", "${self:}\x1b[2J", "{}${self:a}}}"),
    ]
)


def _set_of_route53(entry: Any) -> Any:
    if not isinstance(entry, dict) or not isinstance(entry.get("ResourceRecords"), list):
        return entry
    return entry | {"ResourceRecords": [{"Value": value} for value in entry["ResourceRecords"]]}


def _no_rule_failed(findings: tuple[Finding, ...]) -> None:
    assert [str(finding) for finding in findings if finding.id == "rule-failed"] == []


@FUZZ
@given(TEMPLATES)
def test_templates(body: dict[str, Any]) -> None:
    """Any mutation of a template is read, or refused in one sentence; no rule fails."""
    try:
        source_files = read_templates([TemplateFile(path="t.json", body=body, region="us-east-1")])
    except UnreadableSource:
        return
    _no_rule_failed(check_all(views(source_files)))


@FUZZ
@given(ZONE_LINES)
def test_zone_files(text: str) -> None:
    """Any text is read as a zone file, or refused in one sentence."""
    try:
        source_file = read_zone_file(text, "example.com.zone")
    except UnreadableSource:
        return
    _no_rule_failed(check_all(views([source_file])))


@FUZZ
@given(st.lists(st.one_of(RECORDS, JUNK), max_size=4), JUNK)
def test_json_of_route53_and_terraform(records: list[Any], junk: Any) -> None:
    """Any mutation of what the AWS command line and Terraform print is read, or refused in one sentence."""
    listed = {"ResourceRecordSets": [_set_of_route53(each) for each in records], "IsTruncated": junk}
    planned = [
        {
            "address": f"aws_route53_record.r[{number}]",
            "type": "aws_route53_record",
            "values": {key.lower(): value for key, value in each.items()} | {"records": each.get("ResourceRecords")}
            if isinstance(each, dict)
            else each,
        }
        for number, each in enumerate(records)
    ]
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": planned}}, "configuration": junk}
    for body, fits, read_body in ((listed, is_route53, read_route53), (plan, is_terraform, read_terraform)):
        assert fits(body)
        try:
            source_file = read_body(body, "x.json")
        except UnreadableSource:
            continue
        _no_rule_failed(check_all(views([source_file])))


@FUZZ
@given(st.lists(st.tuples(ACTIONS, st.one_of(RECORDS, JUNK)), min_size=1, max_size=4), JUNK, st.booleans())
def test_change_batches(changes: list[tuple[Any, Any]], junk: Any, is_wrapped: bool) -> None:  # noqa: FBT001 - drawn
    """Any mutation of a change batch is read, or refused in one sentence."""
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": _set_of_route53(entry)} for action, entry in changes] + [junk]}
    body = {"HostedZoneId": junk, "ChangeBatch": batch} if is_wrapped else batch
    assert is_change_batch(body)
    try:
        source_file = read_change_batch(body, "x.json")
    except UnreadableSource:
        return
    _no_rule_failed(check_all(views([source_file])))


@FUZZ
@given(st.lists(st.one_of(RECORDS, JUNK), max_size=4), st.lists(JUNK, min_size=5, max_size=5))
def test_states_of_terraform(records: list[Any], junk: list[Any]) -> None:
    """Any mutation of a `terraform.tfstate` is read."""
    instances = [
        {
            "index_key": number if number % 2 else junk[0],
            "deposed": junk[4] if number == 3 else None,
            "attributes": {key.lower(): value for key, value in each.items()} | {"records": each.get("ResourceRecords")}
            if isinstance(each, dict)
            else each,
        }
        for number, each in enumerate(records)
    ]
    kept = {
        "mode": "managed",
        "type": "aws_route53_record",
        "name": junk[1],
        "module": junk[2],
        "instances": [*instances, junk[3]],
    }
    body = {"version": 4, "lineage": junk[0], "resources": [kept, *junk]}
    assert is_state_file(body)
    _no_rule_failed(check_all(views([read_state_file(body, "terraform.tfstate")])))


@FUZZ
@given(TEMPLATES, st.lists(st.one_of(VARIABLES, JUNK), max_size=3), st.sampled_from(range(7)))
def test_templates_within_other_files(tmp_path_factory: pytest.TempPathFactory, body: Any, parts: list[Any], kind: int) -> None:
    """Any mutation of what `get-template` prints, or of a `serverless.yml`, is read, or refused in one sentence."""
    resources = body["Resources"] | {f"V{number}": _with_variable(part) for number, part in enumerate(parts)}
    template = body | {"Resources": resources}
    service = {"service": "x", "provider": {}, "resources": [template, *parts]}
    file = tmp_path_factory.mktemp("hostile") / "file"
    text = (
        json.dumps({"TemplateBody": template, "StagesAvailable": parts}),
        json.dumps({"TemplateBody": json.dumps(template)}),
        json.dumps({"StagesAvailable": 1, "TemplateBody": f"Resources:\n  A: {parts}"}),
        json.dumps(json.dumps(template)),
        json.dumps(service),
        f"service: x\nprovider: x\nresources: {json.dumps(template)}",
        f"    # x\n    Description: x\n    Resources: {json.dumps(resources)}",
    )[kind]
    file.write_text(text, encoding="utf-8", errors="replace")
    try:
        source_files = read([file])
    except UnreadableSource:
        return
    _no_rule_failed(check_all(views(source_files)))


def _with_variable(part: Any) -> Any:
    properties = {"Name": part, "Type": "TXT", "TTL": part, "HostedZoneId": part, "ResourceRecords": [part, {"Fn::Sub": part}]}
    return {"Type": "AWS::Route53::RecordSet", "Properties": properties}


HOSTILE = [
    "v=spf1 \x1b]8;;https://evil.example\x07 +all",
    "v=DMARC1; p=none; rua=mailto:a@b.example\n::error file=x::owned",
    "v=DMARC1; \u202epj=reject\u2069; p=bad\u200b",
    "ｖ＝ＤＭＡＲＣ１；\u0085\u2028::warning::owned",
    "%0A::error::owned | =cmd() <script>",
    "-----BEGIN PRIVATE KEY-----\x1b[31m",
]
INERT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def _hostile_template(folder: Path) -> Path:
    resources = {
        f"R{number}{text[:8]}": {
            "Type": "AWS::Route53::RecordSet",
            "Metadata": {"aws:cdk:path": f"Stack/{text}/Resource"},
            "Properties": {
                "Name": "_dmarc.example.com." if "DMARC" in text else f"x{number}.example.com\n::error::name.",
                "Type": "TXT",
                "TTL": "300",
                "HostedZoneId": f"Z{number}",
                "ResourceRecords": [_quoted(text), _quoted("v=spf1 +all"), _quoted("v=spf1 -all")],
            },
        }
        for number, text in enumerate(HOSTILE)
    }
    path = folder / "stack\u202e.template.json"
    path.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["table", "json", "sarif", "github"])
def test_hostile_text_comes_out_inert(form: str, tmp_path: Path) -> None:
    """No control or direction character, and no line that a CI system takes as a command, but ours."""
    result = CliRunner().invoke(main, ["lint", "--format", form, "--info", str(_hostile_template(tmp_path))])
    assert result.exit_code == 1, result.output
    values = _strings(json.loads(result.output)) if form in {"json", "sarif"} else [result.output]
    assert [value for value in values if INERT.search(value)] == []
    commands = [line for line in result.output.splitlines() if "::" in line[:9]]
    assert bool(commands) == (form == "github")
    assert [
        line for line in commands if not re.match(r"::(error|warning|notice) (file|title)=[^:,]*(,\w+=[^:,]*)*::[^\s]", line)
    ] == []


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _strings(each)]
    return [text for each in value for text in _strings(each)] if isinstance(value, list) else []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("v=spf1 " + "include:a.example.com " * 2900, id="many-includes"),
        pytest.param("v=DMARC1; " + "x=y; " * 13000, id="many-tags"),
        pytest.param("v=spf1 " + "%" * 60000 + "{", id="macros"),
        pytest.param("\u200b" * 50000 + "v=spf1 -all", id="dressing"),
        pytest.param('"' * 50001, id="quotes"),
        pytest.param("\\" * 50001, id="backslashes"),
        pytest.param("A" * 65000, id="one-letter"),
    ],
)
def test_no_text_makes_it_hang(text: str) -> None:
    """Texts as long as DNS can carry: processor time, so that a machine under load does not count."""
    name = "_dmarc.example.com." if "DMARC" in text else "example.com."
    properties = {"Name": name, "Type": "TXT", "TTL": "300", "ResourceRecords": [text, _quoted(text)], "HostedZoneId": "Z1"}
    body = {"Resources": {"R": {"Type": "AWS::Route53::RecordSet", "Properties": properties}}}
    started = time.process_time()
    _no_rule_failed(check_all(views(read_templates([TemplateFile(path="t", body=body)]))))
    assert time.process_time() - started < 5


def test_a_text_of_megabytes_needs_little_memory() -> None:
    """The patterns keep no way back for each character of a string: in a zone file, and in the rules that read values."""
    text = f'$ORIGIN example.com.\n@ 300 IN TXT "{"a" * 2_000_000}"\n'
    tracemalloc.start()
    check_all(views([read_zone_file(text, "big.zone")]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000
