"""Tests of reading files and folders: how a format is recognised, and what is refused."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import InvalidDomainName
from ses_email_auth.sources.read import read
from ses_email_auth.sources.source_file import UnreadableSource
from tests.sources.terraform_files import applied_state

if TYPE_CHECKING:
    from collections.abc import Iterable


Json: TypeAlias = dict[str, object]


ZONE = "$ORIGIN example.com.\n@ 600 IN SOA a. b. 1 2 3 4 5\n"


LISTED = json.dumps(
    {"ResourceRecordSets": [{"Name": "route53.example.com.", "Type": "TXT", "ResourceRecords": [{"Value": '"a"'}]}]}
)


TERRAFORM = json.dumps(applied_state())


def record_set(name: str) -> Json:
    """A record set of a template."""
    return {
        "Type": "AWS::Route53::RecordSet",
        "Properties": {"Name": name, "Type": "TXT", "TTL": "60", "ResourceRecords": ['"a"'], "HostedZoneId": "Z1"},
    }


TEMPLATE = json.dumps({"Resources": {"A": record_set("template.example.com.")}})


YAML = """Resources:
  A:
    Type: AWS::Route53::RecordSet
    Properties: {Name: yaml.example.com., Type: TXT, TTL: "60", ResourceRecords: ['"a"'], HostedZoneId: Z1}
"""


INDENTED = "".join(f"    {line}" for line in YAML.splitlines(keepends=True))


SERVERLESS = """service: mail
provider:
  name: aws
resources:
""" + "".join(f"  {line}" for line in YAML.splitlines(keepends=True))


def printed(body: object) -> str:
    """What `aws cloudformation get-template` prints."""
    return json.dumps({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}, indent=4)


BATCH: Json = {
    "Comment": "x",
    "Changes": [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": "batch.example.com.",
                "Type": "TXT",
                "TTL": 60,
                "ResourceRecords": [{"Value": '"a"'}],
            },
        }
    ],
}


LISTED_YAML = """IsTruncated: false
ResourceRecordSets:
- Name: route53.example.com.
  ResourceRecords:
  - Value: '"a"'
  TTL: 300
  Type: TXT
"""


BATCH_YAML = """HostedZoneId: Z1
ChangeBatch:
  Changes:
  - Action: CREATE
    ResourceRecordSet: {Name: batch.example.com., Type: TXT, TTL: 60, ResourceRecords: [{Value: '"a"'}]}
"""


STATE: Json = {
    "version": 4,
    "terraform_version": "1.11.4",
    "serial": 3,
    "lineage": "00000000-0000-0000-0000-000000000000",
    "outputs": {},
    "resources": [
        {
            "mode": "managed",
            "type": "aws_route53_record",
            "name": "a",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [
                {
                    "schema_version": 2,
                    "attributes": {"fqdn": "state.example.com", "zone_id": "Z1", "type": "TXT", "ttl": 60, "records": ["a"]},
                }
            ],
        }
    ],
}


MAIN_TF = """terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

resource "aws_route53_record" "dmarc" {
  zone_id = var.zone_id
}
"""


def put(folder: Path, name: str, text: str | bytes) -> Path:
    """A file in the folder."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    return file


def first_names(paths: Iterable[str | Path]) -> list[str]:
    """The name of the first record of each file."""
    return [str(file.records[0].name) for file in read(paths)]


KINDS = [
    pytest.param("a.json", TEMPLATE, "template.example.com", id="template"),
    pytest.param("a.txt", f"\n\t {TEMPLATE}", "template.example.com", id="white-space-in-front"),
    pytest.param("a.json", codecs.BOM_UTF8 + TEMPLATE.encode(), "template.example.com", id="byte-order-mark"),
    pytest.param("a.json", TEMPLATE.encode("utf-16"), "template.example.com", id="template-in-utf-16"),
    pytest.param("a.json", '{"Odd": 1, ' + TEMPLATE[1:], "template.example.com", id="template-with-an-odd-first-key"),
    pytest.param("a.json", '{"Description": "x", ' + TEMPLATE[1:], "template.example.com", id="description-first"),
    pytest.param("a.yaml", YAML, "yaml.example.com", id="yaml"),
    pytest.param("a", f"---\nDescription: x\r\n{YAML}", "yaml.example.com", id="yaml-with-more-in-front"),
    pytest.param("a.json", LISTED, "route53.example.com", id="route-53"),
    pytest.param("a.json", '{"Note": "Resources", ' + LISTED[1:], "route53.example.com", id="route-53-with-an-odd-first-key"),
    pytest.param("a.json", codecs.BOM_UTF16_LE + LISTED.encode("utf-16-le"), "route53.example.com", id="from-powershell"),
    pytest.param("a.json", TERRAFORM, "2d6v4yjgpynfpmzwnmkxy4._domainkey.blacksheep.link", id="terraform"),
    pytest.param("a.yaml", INDENTED, "yaml.example.com", id="yaml-that-is-indented"),
    pytest.param(
        "a.yaml", f"\n# a comment\n---\n  # x\n{INDENTED}", "yaml.example.com", id="yaml-that-is-indented-with-more-in-front"
    ),
    pytest.param("a.yaml", f"%YAML 1.1\n---\n{INDENTED}", "yaml.example.com", id="yaml-that-is-indented-after-a-directive"),
    pytest.param("serverless.yml", SERVERLESS, "yaml.example.com", id="serverless"),
    pytest.param(
        "serverless.json",
        json.dumps({"service": "mail", "provider": {"name": "aws"}, "resources": json.loads(TEMPLATE)}),
        "template.example.com",
        id="serverless-in-json",
    ),
    pytest.param("a.json", printed(json.loads(TEMPLATE)), "template.example.com", id="get-template"),
    pytest.param("a.json", printed(YAML), "yaml.example.com", id="get-template-of-yaml"),
    pytest.param("a.json", printed(TEMPLATE), "template.example.com", id="get-template-of-json-as-text"),
    pytest.param(
        "a.json",
        json.dumps({"StagesAvailable": [], "TemplateBody": json.loads(TEMPLATE)}),
        "template.example.com",
        id="get-template-in-another-order",
    ),
    pytest.param(
        "a.json",
        json.dumps({"ResponseMetadata": {}, "TemplateBody": YAML}),
        "yaml.example.com",
        id="get-template-of-an-sdk",
    ),
    pytest.param("a.json", json.dumps(YAML), "yaml.example.com", id="get-template-by-query"),
    pytest.param(
        "a.yaml",
        "StagesAvailable:\n- Original\nTemplateBody: |\n" + INDENTED,
        "yaml.example.com",
        id="get-template-printed-as-yaml",
    ),
    pytest.param("a.yaml", LISTED_YAML, "route53.example.com", id="route-53-printed-as-yaml"),
    pytest.param("a.yaml", BATCH_YAML, "batch.example.com", id="change-batch-as-cli-input-yaml"),
    pytest.param("a.json", json.dumps(BATCH), "batch.example.com", id="change-batch"),
    pytest.param(
        "a.json",
        json.dumps({"HostedZoneId": "Z1", "ChangeBatch": BATCH}),
        "batch.example.com",
        id="change-batch-as-cli-input-json",
    ),
    pytest.param("terraform.tfstate", json.dumps(STATE), "state.example.com", id="tfstate"),
    pytest.param("a.zone", ZONE, "example.com", id="zone-file"),
    pytest.param("a.txt", 'example.com. 600 IN TXT "\udce9"', "example.com", id="zone-file-in-latin-1"),
    pytest.param("db.example.com", "www A 192.0.2.1", "www.example.com", id="zone-file-that-begins-like-prose"),
]


@pytest.mark.parametrize(("name", "text", "expected"), KINDS)
def test_a_file_is_known_by_what_is_in_it(tmp_path: Path, name: str, text: str | bytes, expected: str) -> None:
    """Its name does not matter."""
    file = put(tmp_path, name, text)
    (source_file,) = read([file])
    assert str(source_file.records[0].name) == expected
    assert source_file.path == str(file)


@pytest.mark.parametrize("text", ["www 600 A 192.0.2.1", "www A 192.0.2.1"], ids=["clear", "like-prose"])
@pytest.mark.parametrize("origin", ["Example.com.", DomainName("example.com")], ids=["text", "name"])
def test_an_origin_is_that_of_zone_files_without_one(tmp_path: Path, text: str, origin: DomainName | str) -> None:
    """Other files need none."""
    files = read([put(tmp_path, "zone", text), put(tmp_path, "a.json", TEMPLATE)], origin=origin)
    assert [str(file.records[0].name) for file in files] == ["www.example.com", "template.example.com"]


def test_an_origin_that_is_no_domain_is_refused() -> None:
    """Whether or not a file would need it."""
    with pytest.raises(InvalidDomainName, match="a b"):
        read([], origin="a b")


def test_octets_of_a_zone_file_stay_what_they_are(tmp_path: Path) -> None:
    """A file in Latin-1 means its octets, also if they are no UTF-8."""
    (source_file,) = read([put(tmp_path, "a.zone", b'example.com. 600 IN TXT "\xe9"')])
    assert source_file.records[0].values == (r'"\351"',)


FAULTS = [
    pytest.param("", "it is empty", id="empty"),
    pytest.param(" \n", "it is empty", id="blank"),
    pytest.param(b"a\0b", "it is binary", id="binary"),
    pytest.param(
        b"PK\x03\x04xyz", "it is a zip archive; print a plan of Terraform with 'terraform show -json' first", id="zip"
    ),
    pytest.param(
        '{"a": 1}', "it is JSON, but no CloudFormation template, no list of Route 53 and no plan or state of", id="json"
    ),
    pytest.param("[1]", "it is JSON, but no CloudFormation template", id="list"),
    pytest.param(
        '{"lineage": "x", "serial": 1}', "it is Terraform's own state; give what 'terraform show -json' prints", id="state"
    ),
    pytest.param('{"artifacts": {}}', "it is the manifest of a cloud assembly; give its folder", id="manifest-elsewhere"),
    pytest.param('{\n "a" 1}', "it is no valid JSON: line 2, column 6: expecting ':' delimiter", id="broken-json"),
    pytest.param('{"a": ' + "1" * 5000 + "}", "it is no valid JSON: exceeds the limit", id="a-number-that-python-refuses"),
    pytest.param('{"Resources": \n1,}', "line 2", id="broken-template"),
    pytest.param(b'{"a": "\xe9"}', "it is JSON, but not UTF-8", id="json-in-latin-1"),
    pytest.param("[" * 200_000, "it is nested too deeply", id="deep"),
    pytest.param("Resources:\n  A: [\n", "line", id="broken-yaml"),
    pytest.param(
        "Dear all,\n",
        "it is no JSON, no CloudFormation template, and as a zone file it breaks off at line 1: 'ALL,' is",
        id="prose",
    ),
    pytest.param(
        MAIN_TF,
        "it is the configuration of Terraform, whose values are not known yet; run 'terraform plan -out plan && "
        "terraform show -json plan > plan.json', and name plan.json",
        id="main-tf",
    ),
    pytest.param('{"resource": {"aws_route53_record": {}}}', "it is the configuration of Terraform", id="main-tf-json"),
    pytest.param(
        '{"format_version": "1.0"}', "it is what 'terraform show -json' prints where there is no state; run", id="no-state"
    ),
    pytest.param(
        '{"app": "python3 app.py", "context": {}}', "it belongs to the code of a CDK app; run 'cdk synth'", id="cdk-json"
    ),
    pytest.param("from aws_cdk import App\n", "it belongs to the code of a CDK app", id="app-py"),
    pytest.param("import { App } from 'aws-cdk-lib';\n", "it belongs to the code of a CDK app", id="app-ts"),
    pytest.param(
        "service: x\nprovider:\n  name: aws\nfunctions: {}\n",
        "it is the configuration of a Serverless service without resources; run 'serverless package'",
        id="serverless",
    ),
    pytest.param(
        '{"service": "x", "provider": {}, "functions": {}}',
        "it is the configuration of a Serverless service",
        id="serverless-json",
    ),
    pytest.param(
        "import type { AWS } from '@serverless/typescript';\n", "it is the configuration of a Serverless", id="serverless-ts"
    ),
    pytest.param('{"TemplateBody": "a: [\\nResources"}', "line ", id="broken-yaml-in-get-template"),
    pytest.param(
        '{"TemplateBody": {"Resource": "Resources"}}', "it is no template: its TemplateBody", id="no-template-in-get-template"
    ),
    pytest.param(
        '{"Changes": [{"Type": "Resource", "ResourceChange": {"Action": "Add"}}]}', "it is JSON, but", id="change-set"
    ),
    pytest.param('{"version": 3, "lineage": "x", "modules": []}', "it is Terraform's own state; give what", id="old-state"),
    pytest.param(ZONE + "www A\n", "line 3: the A record has no value", id="broken-zone-file"),
    pytest.param('{"ResourceRecordSets": [1]}', "ResourceRecordSets[0] has no Name", id="broken-list"),
]


@pytest.mark.parametrize(("text", "reason"), FAULTS)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, text: str | bytes, reason: str) -> None:
    """The error names the file as it was given, and what is wrong."""
    file = put(tmp_path, "file", text)
    with pytest.raises(UnreadableSource) as caught:
        read([file])
    assert caught.value.reason.startswith(reason)
    assert caught.value.path == str(file)


@pytest.mark.parametrize(
    ("name", "text", "start"),
    [
        pytest.param("main.tf.json", '{"locals": {}}', "it is the configuration of Terraform", id="terraform"),
        pytest.param("main.tf.json", "{}", "it is JSON, but no", id="terraform-without-a-block"),
        pytest.param("cdk.json", '{"app": "npx tsx app.ts"}', "it belongs to the code of a CDK app", id="cdk"),
        pytest.param("cdk.context.json", "{}", "it belongs to the code of a CDK app", id="cdk-context"),
        pytest.param("a.json", '{"app": "x"}', "it is JSON, but no", id="an-app-of-something-else"),
    ],
)
def test_a_json_that_could_be_anything_is_known_by_its_name(tmp_path: Path, name: str, text: str, start: str) -> None:
    """Where its content alone says too little."""
    with pytest.raises(UnreadableSource) as caught:
        read([put(tmp_path, name, text)])
    assert caught.value.reason.startswith(start)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("no/such/file", "no such file or directory", id="missing"),
        pytest.param("a\0b", "it is no path", id="no-path"),
        pytest.param("", "it is no path", id="no-name"),
        pytest.param("x" * 300, "file name too long", id="long"),
    ],
)
def test_a_path_that_leads_nowhere_says_so(path: str, reason: str) -> None:
    """In the words of the system."""
    with pytest.raises(UnreadableSource) as caught:
        read([path])
    assert caught.value.reason.startswith(reason)


def test_paths_keep_their_order(tmp_path: Path) -> None:
    """Also templates, which are read together."""
    names = {"z": TEMPLATE, "y": ZONE, "x": YAML, "w": LISTED}
    assert first_names([put(tmp_path, name, text) for name, text in names.items()]) == [
        "template.example.com",
        "example.com",
        "yaml.example.com",
        "route53.example.com",
    ]


def test_what_is_named_twice_is_read_once(tmp_path: Path) -> None:
    """Whatever the spelling of its path, and also if its folder is named too."""
    file = put(tmp_path, "a.zone", ZONE)
    spelled = tmp_path / ".." / tmp_path.name / "a.zone"
    assert len(read([file, spelled, tmp_path])) == 1
    assert len(read([tmp_path, file])) == 1


def test_templates_see_each_others_exports(tmp_path: Path) -> None:
    """All of one call are read together, in whichever order they are named."""
    exporting = {
        "Resources": {"Z": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com"}}},
        "Outputs": {"O": {"Value": {"Ref": "Z"}, "Export": {"Name": "zone"}}},
    }
    importing = record_set("example.com.")
    importing["Properties"] |= {"HostedZoneId": {"Fn::ImportValue": "zone"}}  # type: ignore[operator]
    paths = [
        put(tmp_path, "b.json", json.dumps({"Resources": {"A": importing}})),
        put(tmp_path, "a.json", json.dumps(exporting)),
    ]
    with_record, with_zone = read(paths)
    assert with_record.records[0].zone_id == with_zone.zones[0].zone_id != ""


def test_a_folder_is_all_files_in_it_that_are_known(tmp_path: Path) -> None:
    """In the order of their names; other files and folders are passed over."""
    put(tmp_path, "b.json", LISTED)
    put(tmp_path, "a.zone", ZONE)
    put(tmp_path, "README.md", "Hello, world")
    put(tmp_path, "logo.png", b"\x89PNG\0")
    put(tmp_path, "empty.txt", "")
    put(tmp_path, "package.json", '{"name": "x"}')
    put(tmp_path, "broken.json", '{"name": ')
    put(tmp_path, "deep.json", "[" * 200_000)
    put(tmp_path, "below/c.zone", ZONE)
    (tmp_path / "gone").symlink_to("nowhere")
    files = read([tmp_path])
    assert [Path(file.path).name for file in files] == ["a.zone", "b.json"]
    assert files[0].path == str(tmp_path / "a.zone")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.zone", ZONE + "www A\n", id="zone-file"),
        pytest.param("a.json", LISTED[:-1], id="list-of-route-53"),
        pytest.param("a.json", TERRAFORM[:-1], id="terraform"),
        pytest.param("a.json", TEMPLATE[:-1], id="template"),
        pytest.param("a.json", '{"Odd": 1, "Resources": ', id="template-by-a-key"),
        pytest.param("a.json", json.dumps(BATCH)[:-1], id="change-batch"),
        pytest.param("a.json", json.dumps(STATE)[:-1], id="tfstate"),
        pytest.param("a.json", printed({"Resources": {}})[:-1], id="get-template"),
        pytest.param("a.json", printed("Resources: ["), id="get-template-of-broken-yaml"),
        pytest.param("a.yaml", LISTED_YAML + "- x: [", id="list-of-route-53-in-yaml"),
        pytest.param("a.yml", SERVERLESS + "\t- x", id="serverless"),
    ],
)
def test_a_broken_file_in_a_folder_is_not_passed_over(tmp_path: Path, name: str, text: str) -> None:
    """Its format is known, so it is one of the files that are meant."""
    put(tmp_path, "ok.zone", ZONE)
    put(tmp_path, name, text)
    with pytest.raises(UnreadableSource) as caught:
        read([tmp_path])
    assert caught.value.path == str(tmp_path / name)


def test_a_folder_without_anything_is_refused(tmp_path: Path) -> None:
    """Nothing in it is known."""
    put(tmp_path, "README.md", "Hello, world")
    with pytest.raises(UnreadableSource) as caught:
        read([tmp_path])
    assert caught.value.reason == "no file in it is a template, a list of records or a zone file"


def test_a_folder_of_code_is_answered_with_the_command_to_run(tmp_path: Path) -> None:
    """What Terraform and the CDK read holds no records yet. Beside other files it is passed over."""
    put(tmp_path, "README.md", "Hello, world")
    put(tmp_path, "app.py", "import aws_cdk as cdk\n")
    put(tmp_path, "main.tf", MAIN_TF)
    with pytest.raises(UnreadableSource) as caught:
        read([tmp_path])
    assert caught.value.reason.startswith(
        "no file in it is a template, a list of records or a zone file; 'app.py': it belongs to the code of a CDK app; "
        "run 'cdk synth', and name the folder cdk.out"
    )
    put(tmp_path, "a.zone", ZONE)
    assert first_names([tmp_path]) == ["example.com"]


@pytest.mark.parametrize("place", ["cdk.out", "infra/cdk.out", "packages/mail/infra/cdk.out"])
def test_an_assembly_below_a_folder_is_read(tmp_path: Path, place: str) -> None:
    """As people call a command: for the folder of the app. Once, also if it is named too."""
    folder = assembly(tmp_path / place)
    assert first_names([tmp_path]) == ["template.example.com"]
    assert first_names([tmp_path, folder]) == first_names([folder, tmp_path]) == ["template.example.com"]


def test_an_assembly_below_a_folder_is_read_beside_its_files(tmp_path: Path) -> None:
    """All of several; the files of the folder come first."""
    put(tmp_path, "a.zone", ZONE)
    for name in ("b", "a"):
        assembly(tmp_path / name / "cdk.out")
    put(tmp_path, "a/below.zone", ZONE)
    paths = [Path(file.path).relative_to(tmp_path).as_posix() for file in read([tmp_path])]
    assert paths == ["a.zone", "a/cdk.out/S.template.json", "b/cdk.out/S.template.json"]


@pytest.mark.parametrize(
    "place", ["node_modules/x/cdk.out", ".venv/x/cdk.out", ".git/cdk.out", "venv/cdk.out", "a.snapshot", "cdk.out.old"]
)
def test_an_assembly_of_others_is_left_alone(tmp_path: Path, place: str) -> None:
    """What lies in packages, in hidden folders and under other names is not what this app deploys."""
    assembly(tmp_path / place)
    put(tmp_path, "cdk.out/notes.txt", "no assembly")
    with pytest.raises(UnreadableSource, match="no file in it is a template"):
        read([tmp_path])


def test_a_broken_assembly_below_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    """It must not look clean."""
    put(assembly(tmp_path / "cdk.out"), "manifest.json", "{")
    put(tmp_path, "a.zone", ZONE)
    unreadable: list[UnreadableSource] = []
    assert len(read([tmp_path], unreadable)) == 1
    assert [error.path for error in unreadable] == [str(tmp_path / "cdk.out" / "manifest.json")]


def assembly(folder: Path) -> Path:
    """What `cdk synth` writes for one stack."""
    put(folder, "cdk.out", '{"version": "48.0.0"}')
    put(folder, "S.template.json", TEMPLATE)
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/ap-northeast-1",
        "properties": {"templateFile": "S.template.json"},
    }
    put(folder, "manifest.json", json.dumps({"version": "48.0.0", "artifacts": {"S": artifact}}))
    return folder


def test_a_cloud_assembly_is_read_as_one(tmp_path: Path) -> None:
    """By its folder or by its manifest, and once if both are named; it tells account and region."""
    folder = assembly(tmp_path / "cdk.out")
    (source_file,) = read([folder, folder / "manifest.json"])
    template = next(folder.glob("*.template.json"))
    assert [len(read(paths)) for paths in ([folder, template], [template, folder])] == [1, 1]
    assert (source_file.account, source_file.region) == ("111122223333", "ap-northeast-1")
    assert first_names([folder / "manifest.json"]) == ["template.example.com"]


@pytest.mark.parametrize(
    ("text", "expected"), [(TEMPLATE, "template.example.com"), (YAML, "yaml.example.com"), (LISTED, "route53.example.com")]
)
def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    """`-` takes what another program prints."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
    (source_file,) = read(["-", "-"])
    assert source_file.path == "-"
    assert str(source_file.records[0].name) == expected


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """As a shell passes one for `<(...)`; a template too, which is read from its path otherwise."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(TEMPLATE, "utf-8"))
    writer.start()
    assert first_names([pipe]) == ["template.example.com"]
    writer.join()


def test_a_folder_that_cannot_be_listed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words of the system."""

    def refuse(_: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(UnreadableSource, match="permission denied"):
        read([tmp_path])


def test_what_cannot_be_read_may_be_collected(tmp_path: Path) -> None:
    """The other files are read all the same, in their order; a broken template counts as an empty one."""
    paths = ["no/such/file", put(tmp_path, "a.json", TEMPLATE[:-1]), put(tmp_path, "b.zone", ZONE), tmp_path / "c"]
    unreadable: list[UnreadableSource] = []
    files = read(paths, unreadable)
    assert [(Path(file.path).name, len(file.records)) for file in files] == [("a.json", 0), ("b.zone", 1)]
    assert [Path(error.path).name for error in unreadable] == ["file", "c", "a.json"]


LEAVES = (
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(["AWS::Route53::RecordSet", "1.2", "TXT"])
)


KEYS = st.sampled_from(
    ["Resources", "A", "Type", "Properties", "ResourceRecordSets", "Name", "format_version", "values", "root_module"]
)


JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=10)


@given(st.one_of(st.binary(), st.text().map(str.encode), JSON.map(json.dumps).map(str.encode), JSON.map(repr).map(str.encode)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_does_harm(tmp_path: Path, octets: bytes) -> None:
    """Whatever it holds, it is read or refused with its name."""
    file = put(tmp_path, "file", octets)
    try:
        read([file])
    except UnreadableSource as error:
        assert error.path == str(file)  # noqa: PT017 - not every file is refused
