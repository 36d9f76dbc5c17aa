"""Tests of cloud assemblies: those that the CDK writes, and broken and hostile ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, Environment, NestedStack, Stack, Stage, aws_route53, aws_ses

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.assembly import is_assembly, read_assembly, template_files
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile, UnreadableSource
from ses_email_auth.sources.views import views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from constructs import Construct

OWN, OTHER = "111111111111", "222222222222"
IRELAND, VIRGINIA = "eu-west-1", "us-east-1"


class _Nested(NestedStack):
    """A record in a zone of another stack, a zone of its own, and perhaps one more nested stack."""

    def __init__(self, scope: Construct, construct_id: str, zone: aws_route53.IHostedZone, *, deep: bool = True) -> None:
        super().__init__(scope, construct_id)
        _text(self, construct_id.lower(), zone)
        self.own = aws_route53.PublicHostedZone(self, "Own", zone_name="own.example.com")
        if deep:
            _Nested(self, "Deep", zone, deep=False)


def _text(scope: Construct, name: str, zone: aws_route53.IHostedZone) -> None:
    aws_route53.TxtRecord(scope, "Txt", zone=zone, record_name=name, values=["v=spf1 -all"])


def _stage(app: App, name: str) -> None:
    """A zone in one stack, and records in it from nested stacks, another stack, another region and another account."""
    stage = Stage(app, name)
    here, there, elsewhere = ((OWN, IRELAND), (OWN, VIRGINIA), (OTHER, IRELAND))
    stacks = {
        stack_id: Stack(stage, stack_id, env=Environment(account=account, region=region), cross_region_references=True)
        for stack_id, (account, region) in {"Zone": here, "Same": here, "Region": there, "Account": elsewhere}.items()
    }
    zone = aws_route53.PublicHostedZone(stacks["Zone"], "Zone", zone_name="example.com")
    nested = _Nested(stacks["Zone"], "Nest", zone)
    _text(stacks["Zone"], "above", nested.own)
    for stack_id in ("Same", "Region", "Account"):
        _text(stacks[stack_id], stack_id.lower(), zone)


def _alone(app: App) -> None:
    """A stack of no account and region with an identity."""
    stack = Stack(app, "Alone")
    zone = aws_route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
    domain = aws_ses.Identity.public_hosted_zone(zone)
    aws_ses.EmailIdentity(stack, "Identity", identity=domain, mail_from_domain="bounce.example.com")


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stages with zones of one name, and a stack beside them."""
    directory = tmp_path_factory.mktemp("assembly") / "cdk.out"
    app = App(analytics_reporting=False, outdir=str(directory))
    _stage(app, "Prod")
    _stage(app, "Dev")
    _alone(app)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDK_VALIDATION", "false")
        app.synth()
    return directory


@pytest.fixture
def copy(assembly: Path, tmp_path: Path) -> Path:
    """An assembly that a test may change."""
    return Path(shutil.copytree(assembly, tmp_path / "cdk.out"))


def _by_construct(files: Iterable[SourceFile]) -> dict[str, str]:
    return {record.origin.construct_path: record.zone_id for file in files for record in file.records}


def _zone_of(files: Iterable[SourceFile], path_part: str) -> str:
    return next(zone.zone_id for file in files if path_part in file.path for zone in file.zones)


PARTS = ("Zone/Nest/Txt", "Zone/Nest/Deep/Txt", "Same/Txt", "Region/Txt", "Account/Txt")


@pytest.mark.parametrize("stage", ["Prod", "Dev"])
@pytest.mark.parametrize("part", PARTS)
def test_a_zone_is_the_same_wherever_it_is_used(assembly: Path, stage: str, part: str) -> None:
    """In nested stacks, another stack, another region and another account; and never that of the other stage."""
    files = read_assembly(assembly)
    assert _by_construct(files)[f"{stage}/{part}/Resource"] == _zone_of(files, f"/{stage}Zone")


def test_an_output_of_a_nested_stack_is_followed(assembly: Path) -> None:
    """The zone of the nested stack, used by its parent."""
    files = read_assembly(assembly)
    assert _by_construct(files)["Prod/Zone/Txt/Resource"] == _zone_of(files, "/ProdZoneNest")


def test_the_views_hold_each_stage_apart(assembly: Path) -> None:
    """Zones of equal names in two stages are two; each holds what other stacks, regions and accounts write into it."""
    sizes = [len(view.records) for view in views(read_assembly(assembly)) if view.zone == DomainName("example.com")]
    assert sorted(sizes) == [5, 5, 5]


def test_each_stack_knows_its_environment(assembly: Path) -> None:
    """Account, region and stage; nested stacks have those of their parent, and a stack without an environment has none."""
    environments = {
        Path(file.path).name.split(".")[0]: (file.account, file.region, Path(file.scope).name)
        for file in read_assembly(assembly)
    }
    assert environments["Alone"] == ("", "", "cdk.out")
    assert {name[:-8]: environment for name, environment in environments.items() if name.startswith("Prod")} == {
        "ProdZone": (OWN, IRELAND, "assembly-Prod"),
        "ProdZoneNest": (OWN, IRELAND, "assembly-Prod"),
        "ProdZoneNestDeep": (OWN, IRELAND, "assembly-Prod"),
        "ProdSame": (OWN, IRELAND, "assembly-Prod"),
        "ProdRegion": (OWN, VIRGINIA, "assembly-Prod"),
        "ProdAccount": (OTHER, IRELAND, "assembly-Prod"),
    }


def test_identities_and_their_records_are_found(assembly: Path) -> None:
    """The names of DKIM records and the region are what only AWS knows."""
    alone = next(file for file in read_assembly(assembly) if file.path.endswith("Alone.template.json"))
    assert [(identity.name, identity.mail_from, identity.signs) for identity in alone.identities] == [
        ("example.com", "bounce.example.com", True)
    ]
    identity = alone.identities[0].origin
    assert identity.construct_path == "Alone/Identity/Resource"
    assert [record.name for record in alone.records[:3]] == [KnownAfterDeploy(f"DkimDNSTokenName{n}") for n in (1, 2, 3)]
    assert {record.identity for record in alone.records[:3]} == {identity.resource}
    mx = next(record for record in alone.records if record.type_text == "MX")
    assert mx.values == (KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com"),)


def _change(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    body = json.loads(path.read_text(encoding="utf-8"))
    change(body)
    path.write_text(json.dumps(body), encoding="utf-8")


def _without_template_names(body: dict[str, object]) -> None:
    for entries in body.values():
        assert isinstance(entries, list)
        entries[:] = [entry for entry in entries if entry["type"] != "aws:cdk:templateFile"]


def test_nested_templates_are_found_as_older_releases_write_them(copy: Path) -> None:
    """CDK 2.271 does not name their files in the metadata; its unique id leads there."""
    for path in copy.glob("*/*.metadata.json"):
        _change(path, _without_template_names)
    files = read_assembly(copy)
    assert _by_construct(files)["Prod/Zone/Nest/Deep/Txt/Resource"] == _zone_of(files, "/ProdZone")


def test_nested_templates_are_found_without_metadata(copy: Path) -> None:
    """By the hash in the URL; the construct paths are then lost with the metadata."""
    _change(copy / "assembly-Prod" / "manifest.json", _forget_metadata)
    files = read_assembly(copy)
    nested = next(file for file in files if "ProdZoneNestDeep" in file.path)
    assert nested.records[0].zone_id == _zone_of(files, "/ProdZone")
    assert (nested.account, nested.region) == (OWN, IRELAND)
    assert nested.records[0].origin.construct_path == ""


def _forget_metadata(body: dict[str, object]) -> None:
    artifacts = body["artifacts"]
    assert isinstance(artifacts, dict)
    for artifact in artifacts.values():
        artifact.pop("additionalMetadataFile", None)


def test_a_nested_template_without_a_parent_is_read_alone(copy: Path) -> None:
    """Its parameters are not known; nothing else is lost."""
    nested = next(copy.glob("assembly-Prod/ProdZoneNestDeep*"))
    shutil.copy(nested, nested.with_name("Stray12345678.nested.template.json"))
    stray = next(file for file in read_assembly(copy) if "Stray" in file.path)
    assert len(stray.records) == 1
    assert holds_token(stray.records[0].zone_id)
    assert stray.account == ""


def _write(directory: Path, artifacts: object, **files: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}), encoding="utf-8")
    for name, text in files.items():
        (directory / f"{name}.json").write_text(text, encoding="utf-8")
    return directory


def _stack(template: object = "t.json", **more: object) -> dict[str, object]:
    return {"type": "aws:cloudformation:stack", "properties": {"templateFile": template}, **more}


ZONE = json.dumps({"Resources": {"Z": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com"}}}})


def test_metadata_may_stand_in_the_manifest(tmp_path: Path) -> None:
    """Where releases before 2.271 wrote it; entries of a wrong kind are left out."""
    record = {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "a.example.com", "Type": "A"}}
    metadata = {
        "/S/R": [3, {"type": "aws:cdk:logicalId", "data": ["R"]}, {"type": "aws:cdk:logicalId", "data": "R"}],
        "/S/X": {"type": "aws:cdk:logicalId"},
        "/S/N.NestedStack/N.NestedStackResource": [{"type": "aws:cdk:logicalId", "data": "N"}],
    }
    template = json.dumps({"Resources": {"R": record}})
    directory = _write(
        tmp_path, {"S": _stack(metadata=metadata, environment="aws://unknown-account/unknown-region")}, t=template
    )
    (file,) = read_assembly(directory)
    assert file.records[0].origin.construct_path == "S/R"
    assert (file.account, file.region) == ("", "")


HARMLESS = [
    pytest.param([], id="artifacts-that-are-a-list"),
    pytest.param({"S": 3, "T": {"type": "cdk:tree"}}, id="artifacts-of-other-kinds"),
    pytest.param({"S": _stack(template=["t"])}, id="template-that-is-a-list"),
    pytest.param({"S": {"type": "aws:cloudformation:stack", "properties": []}}, id="properties-that-are-a-list"),
    pytest.param({"S": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ["s"]}}}, id="stage-that-is-a-list"),
    pytest.param({"S": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}, id="stage-in-itself"),
]


@pytest.mark.parametrize("artifacts", HARMLESS)
def test_a_manifest_that_says_nothing_gives_nothing(tmp_path: Path, artifacts: object) -> None:
    """Artifacts of a wrong kind are left out, and a stage in itself is read once."""
    assert read_assembly(_write(tmp_path, artifacts)) == []


def test_odd_facts_of_a_stack_are_not_known(tmp_path: Path) -> None:
    """Its template is read all the same."""
    odd = _stack(environment=["aws"], metadata=[], additionalMetadataFile=["x"])
    assets = {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}}
    listed = json.dumps({"files": {"a": 3, "b": {"source": {"path": ["x"]}}, "c": {"source": {"path": "../x"}}}})
    directory = _write(tmp_path, {"S": odd, "A": assets, "B": {"type": "cdk:asset-manifest"}}, t=ZONE, assets=listed)
    shutil.copy(directory / "t.json", directory / "x.nested.template.json")
    zones = [zone for file in read_assembly(directory) for zone in file.zones]
    assert [zone.name for zone in zones] == [DomainName("example.com")] * 2
    assert all(isinstance(zone, DeclaredZone) for zone in zones)


OUTSIDE = [
    pytest.param(_stack("../secret.json"), id="above"),
    pytest.param(_stack("/etc/passwd"), id="absolute"),
    pytest.param(_stack("link.json"), id="by-a-link"),
    pytest.param(_stack("a\0b"), id="null-character"),
    pytest.param(_stack("loop"), id="link-to-itself"),
    pytest.param(_stack("t.json", additionalMetadataFile="../secret.json"), id="metadata"),
    pytest.param({"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}, id="stage"),
]


@pytest.mark.parametrize("artifact", OUTSIDE)
def test_nothing_outside_of_the_assembly_is_read(tmp_path: Path, artifact: object) -> None:
    """A manifest that leads out of its folder is refused."""
    directory = _write(tmp_path / "cdk.out", {"S": artifact}, t=ZONE)
    (tmp_path / "secret.json").write_text(ZONE, encoding="utf-8")
    (directory / "link.json").symlink_to(tmp_path / "secret.json")
    (directory / "x.nested.template.json").symlink_to(tmp_path / "secret.json")
    (directory / "loop").symlink_to(directory / "loop")
    with pytest.raises(UnreadableSource, match="outside of the assembly"):
        template_files(directory)


def test_a_nested_template_outside_of_the_assembly_is_left_out(tmp_path: Path) -> None:
    """A link that leads out is not followed."""
    directory = _write(tmp_path / "cdk.out", {})
    (tmp_path / "secret.json").write_text(ZONE, encoding="utf-8")
    (directory / "x.nested.template.json").symlink_to(tmp_path / "secret.json")
    assert template_files(directory) == []


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    """The template, the manifest of a stage, and manifests that are no JSON."""
    with pytest.raises(UnreadableSource, match="no such file"):
        read_assembly(_write(tmp_path / "a", {"S": _stack("none.json")}))
    with pytest.raises(UnreadableSource, match="no such file"):
        read_assembly(_write(tmp_path / "b", {"S": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "none"}}}))
    broken = _write(tmp_path / "c", {})
    for text, reason in (("{", "not valid JSON"), ("[" * 100_000, "not valid JSON"), ("[]", "no manifest")):
        (broken / "manifest.json").write_text(text, encoding="utf-8")
        with pytest.raises(UnreadableSource, match=reason):
            read_assembly(broken)


def test_stages_nested_deep_are_read(tmp_path: Path) -> None:
    """Each once, without recursion."""
    directory = tmp_path
    for _ in range(60):
        directory = _write(directory, {"S": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "s"}}}) / "s"
    _write(directory, {"S": _stack(), "Up": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}}, t=ZONE)
    assert len(read_assembly(tmp_path)) == 1


def test_what_an_assembly_is(tmp_path: Path) -> None:
    """A folder with a manifest of artifacts; a web app has a manifest too."""
    assert not is_assembly(tmp_path)
    manifest = tmp_path / "manifest.json"
    for text, answer in (('{"name": "app"}', False), ("{", False), ('{"version": "1", "artifacts": {}}', True)):
        manifest.write_text(text, encoding="utf-8")
        assert is_assembly(tmp_path) is answer
    manifest.write_text("{", encoding="utf-8")
    (tmp_path / "cdk.out").write_text("{}", encoding="utf-8")
    assert is_assembly(tmp_path)
