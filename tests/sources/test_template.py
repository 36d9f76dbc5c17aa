"""Templates: record sets, identities and zones, and what one template takes from another."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile, UnreadableSource
from ses_email_auth.sources.template import TemplateFile, is_template, read_template_body, read_templates
from ses_email_auth.sources.views import views

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

ACCOUNT = "111111111111"


def _read(resources: object, region: str = "", **parts: object) -> SourceFile:
    return read_templates([TemplateFile(path="t.json", body={"Resources": resources, **parts}, region=region)])[0]


def _record(**properties: object) -> Mapping[str, object]:
    written = {"Name": "example.com.", "Type": "TXT", "ResourceRecords": ['"a"'], "HostedZoneId": "Z1", **properties}
    return {"Type": "AWS::Route53::RecordSet", "Properties": {name: each for name, each in written.items() if each != "-"}}


def _one(**properties: object) -> DeclaredRecordSet:
    return _read({"R": _record(**properties)}).records[0]


def _identity(**properties: object) -> DeclaredIdentity:
    resource = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "example.com", **properties}}
    return _read({"Id": resource}, "eu-west-1").identities[0]


def test_a_record_set_is_read_as_it_stands_there() -> None:
    """Name, type, values, TTL and the place where it was written."""
    record = _one(TTL=600)
    assert (record.spelling, record.type_text, record.values, record.ttl) == ("example.com.", "TXT", ('"a"',), "600")
    assert record.name == DomainName("example.com")
    assert (record.zone_id, record.set_identifier, record.is_alias) == ("Z1", None, False)
    assert (record.origin.path, record.origin.resource) == ("t.json", "R")
    assert record.origin.location == "Properties/ResourceRecords"


VALUES = [
    pytest.param(["a", 1, True], ("a", "1", "true"), id="scalars"),
    pytest.param(["a", ["b"], None, {"c": "d"}], ("a",), id="members-of-a-wrong-kind"),
    pytest.param("a", ("a",), id="a-text-for-a-list"),
    pytest.param(None, (), id="null"),
    pytest.param({"a": "b"}, (), id="a-mapping"),
    pytest.param([{"Ref": "AWS::NoValue"}, "a"], ("a",), id="no-value"),
    pytest.param([{"Ref": "AWS::Region"}], (KnownAfterDeploy("Region"),), id="region"),
]


@pytest.mark.parametrize(("written", "values"), VALUES)
def test_values_of_a_wrong_kind_are_left_out(written: object, values: tuple[object, ...]) -> None:
    """They are a mistake for CloudFormation to refuse, not for us to fall over."""
    assert _one(ResourceRecords=written).values == values


class _Text(str):
    """A text that is not quite one."""

    __slots__ = ()


def test_a_subclass_of_str_is_a_text() -> None:
    """A template may come from a program instead of a file."""
    assert _one(Type=_Text("txt"), HostedZoneId=_Text("Z1")).zone_id == "Z1"


ZONES = [
    pytest.param("/hostedzone/Z1", "Z1", id="with-a-prefix"),
    pytest.param("DUMMY", "", id="looked-up-later"),
    pytest.param({"Ref": "AWS::Region"}, "", id="something-else"),
    pytest.param(["Z1"], "", id="a-list"),
    pytest.param({"Ref": "P"}, "${Token[t.json#P]}", id="not-known"),
]


@pytest.mark.parametrize(("written", "zone_id"), ZONES)
def test_the_zone_of_a_record(written: object, zone_id: str) -> None:
    """As precise as the template is."""
    assert _one(HostedZoneId=written).zone_id == zone_id


def test_a_record_may_name_its_zone() -> None:
    """`HostedZoneName` makes a zone of that name, for this template alone."""
    contents = _read(
        {
            "A": _record(HostedZoneId="-", HostedZoneName="Example.com."),
            "B": _record(HostedZoneId="-", HostedZoneName="example.com"),
        }
    )
    assert {record.zone_id for record in contents.records} == {"name:example.com@t.json"}
    assert contents.zones == [DeclaredZone(zone_id="name:example.com@t.json", name=DomainName("example.com"))]
    unknown = _read({"A": _record(HostedZoneId="-", HostedZoneName={"Ref": "P"})})
    assert unknown.zones[0].name is None


SKIPPED = [
    pytest.param({"R": _record(Name="-")}, id="no-name"),
    pytest.param({"R": _record(Name=["a"])}, id="name-that-is-a-list"),
    pytest.param({"R": _record(Type={"a": "b"})}, id="type-that-is-a-mapping"),
    pytest.param({"R": {"Type": ["AWS::Route53::RecordSet"]}}, id="resource-type-that-is-a-list"),
    pytest.param({"R": {"Type": "AWS::Route53::RecordSet"}}, id="no-properties"),
    pytest.param({"R": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"RecordSets": "x"}}}, id="group-of-a-text"),
    pytest.param({"R": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"RecordSets": ["x"]}}}, id="group-of-texts"),
    pytest.param({"R": {"Type": "AWS::SES::EmailIdentity", "Properties": {}}}, id="identity-without-a-name"),
    pytest.param({"R": {"Type": "AWS::Route53::DNSSEC", "Properties": {}}}, id="dnssec-of-nothing"),
    pytest.param(["R"], id="resources-that-are-a-list"),
    pytest.param({"R": {**_record(), "Condition": "No"}}, id="condition-that-does-not-hold"),
]


@pytest.mark.parametrize("resources", SKIPPED)
def test_what_says_nothing_is_left_out(resources: object) -> None:
    """A resource that cannot be read, and one that is not deployed."""
    contents = _read(resources, Conditions={"No": {"Fn::Equals": ["a", "b"]}})
    assert (contents.records, contents.identities, contents.zones) == ([], [], [])


def test_resources_under_open_conditions_are_alternatives() -> None:
    """Nobody can tell which of them is deployed, so they are not duplicates."""
    conditions = {"Yes": {"Fn::Equals": ["a", "a"]}}
    resources = {
        "A": {**_record(), "Condition": "One"},
        "B": {**_record(), "Condition": "Two"},
        "C": {**_record(SetIdentifier="own"), "Condition": "Two"},
        "D": {**_record(), "Condition": "Yes"},
    }
    found = [record.set_identifier for record in _read(resources, Conditions=conditions).records]
    assert found == ["condition One", "condition Two", "own", None]


def test_groups_give_each_member_its_place() -> None:
    """The zone may stand at the group or at the member; the place leads to the member."""
    member = {"Name": "example.com", "Type": "A", "AliasTarget": {"DNSName": "x"}, "ResourceRecords": ["x"]}
    dkim = {"Name": {"Fn::GetAtt": ["Id", "DkimDNSTokenName1"]}, "Type": "CNAME", "HostedZoneId": "Z2"}
    contents = _read(
        {
            "Id": {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "example.com"}},
            "G": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"HostedZoneId": "Z1", "RecordSets": [member, dkim]}},
            "H": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"RecordSets": [{"Ref": "AWS::NoValue"}, dkim]}},
        }
    )
    assert [record.zone_id for record in contents.records] == ["Z1", "Z1", "Z2"]
    assert [record.origin.location for record in contents.records] == [
        "Properties/RecordSets/0/AliasTarget",
        "Properties/RecordSets/1/ResourceRecords",
        "Properties/RecordSets/0/ResourceRecords",
    ]
    assert (contents.records[0].is_alias, contents.records[0].values) == (True, ())
    assert [record.identity for record in contents.records] == ["", "Id", ""]


@pytest.mark.parametrize(
    ("given", "zones"),
    [
        pytest.param(
            {"HostedZoneId": "Z1", "ZoneName": "Example.com", "RoleArn": "arn:aws:iam::210987654321:role/x"},
            [DeclaredZone(zone_id="Z1", name=DomainName("example.com"), account="210987654321")],
            id="another-account",
        ),
        pytest.param({"HostedZoneId": "Z1", "ZoneName": {"Ref": "P"}}, [DeclaredZone(zone_id="Z1")], id="own-account"),
        pytest.param({}, [], id="no-zone"),
    ],
)
def test_records_of_our_writer_are_read(given: dict[str, object], zones: list[DeclaredZone]) -> None:
    """They stand in the zone beside all others, as members of a group do."""
    member = {"Name": "_dmarc.example.com.", "Type": "TXT", "TTL": "600", "ResourceRecords": ['"v=DMARC1; p=none"']}
    contents = _read({"W": {"Type": "Custom::SesEmailAuthRecords", "Properties": {**given, "RecordSets": [member]}}})
    (record,) = contents.records
    assert (record.place, record.zone_id) == ("_dmarc.example.com TXT", given.get("HostedZoneId", ""))
    assert record.origin.location == "Properties/RecordSets/0/ResourceRecords"
    assert contents.zones == zones


def test_a_dkim_name_knows_its_identity() -> None:
    """Two identities have names of their own, also where CDK doubles the zone."""
    identity = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "example.com"}}
    names = {"A": {"Fn::GetAtt": ["A", "DkimDNSTokenName1"]}, "B": {"Fn::Sub": "${B.DkimDNSTokenName1}.example.com."}}
    records = _read({"A": identity, "B": identity} | {f"R{id_}": _record(Name=name) for id_, name in names.items()}).records
    assert [record.identity for record in records] == ["A", "B"]
    assert [record.name for record in records] == [
        KnownAfterDeploy("DkimDNSTokenName1"),
        KnownAfterDeploy("DkimDNSTokenName1", "", ".example.com."),
    ]


def test_zones_and_their_signatures() -> None:
    """A zone with VPCs is private; DNSSEC is a resource of its own."""
    zone = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com."}}
    private = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": {"Ref": "P"}, "VPCs": [{"VPCId": "v"}]}}
    signed = {"Type": "AWS::Route53::DNSSEC", "Properties": {"HostedZoneId": {"Ref": "Z"}}}
    maybe = {**signed, "Condition": "Maybe"}
    contents = _read({"Z": zone, "P": private, "D": signed, "E": maybe})
    assert contents.zones == [
        DeclaredZone(zone_id="${Token[t.json#Z.Ref]}", name=DomainName("example.com")),
        DeclaredZone(zone_id="${Token[t.json#P.Ref]}", is_private=True),
        DeclaredZone(zone_id="${Token[t.json#Z.Ref]}", dnssec_signed=True),
    ]


def test_an_identity_is_read() -> None:
    """What rules ask of it."""
    identity = _identity(
        MailFromAttributes={"MailFromDomain": "bounce.example.com", "BehaviorOnMxFailure": "REJECT_MESSAGE"},
        DkimSigningAttributes={"NextSigningKeyLength": "RSA_2048_BIT"},
        ConfigurationSetAttributes={"ConfigurationSetName": "set"},
    )
    assert (identity.name, identity.region, identity.mail_from) == ("example.com", "eu-west-1", "bounce.example.com")
    assert (identity.on_mx_failure, identity.easy_dkim_bits, identity.configuration_set) == ("REJECT_MESSAGE", 2048, "set")
    assert (identity.signs, identity.own_key, identity.own_selector) == (True, False, None)


SIGNS = [
    pytest.param("example.com", None, True, id="domain"),
    pytest.param("example.com", {"SigningEnabled": False}, False, id="off"),
    pytest.param("example.com", {"SigningEnabled": "true"}, True, id="on-as-a-text"),
    pytest.param("example.com", {"SigningEnabled": {"Ref": "P"}}, None, id="not-known"),
    pytest.param("example.com", {"Fn::If": ["Maybe", {"SigningEnabled": True}, {}]}, None, id="attributes-not-known"),
    pytest.param("a@example.com", None, None, id="address"),
]


@pytest.mark.parametrize(("name", "attributes", "signs"), SIGNS)
def test_whether_an_identity_signs(name: str, attributes: object, signs: bool | None) -> None:  # noqa: FBT001 - a table
    """Easy DKIM is on for a domain unless it is switched off."""
    assert _identity(EmailIdentity=name, DkimAttributes=attributes).signs is signs


KEYS = [
    pytest.param("MIIEvSecret", True, id="literal"),
    pytest.param("{{resolve:secretsmanager:s:SecretString:::}}", False, id="secret"),
    pytest.param({"Ref": "P"}, False, id="parameter"),
    pytest.param("", False, id="empty"),
]


@pytest.mark.parametrize(("key", "in_file"), KEYS)
def test_a_private_key_is_dropped(key: object, in_file: bool) -> None:  # noqa: FBT001 - a table
    """It is known that there is one and whether everybody can read it; the key itself stays in the file."""
    identity = _identity(DkimSigningAttributes={"DomainSigningPrivateKey": key, "DomainSigningSelector": "s"})
    assert (identity.own_key, identity.own_key_in_file, identity.own_selector) == (True, in_file, "s")
    assert "MIIEvSecret" not in repr(identity)


def test_the_construct_path_comes_from_the_assembly_or_the_metadata() -> None:
    """CDK writes it twice; people write it never."""
    resources = {name: {**_record(), "Metadata": {"aws:cdk:path": f"Stack/{name}/Resource"}} for name in "AB"}
    resources |= {"C": {**_record(), "Metadata": {"aws:cdk:path": 3}}}
    file = TemplateFile(path="t.json", body={"Resources": resources}, construct_paths={"A": "Stack/Mine"})
    assert [record.origin.construct_path for record in read_templates([file])[0].records] == [
        "Stack/Mine",
        "Stack/B/Resource",
        "",
    ]


ZONE = {"Z": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com"}}}


def _outputs(export: object = "Zone") -> Mapping[str, object]:
    return {"Out": {"Value": {"Ref": "Z"}, "Export": {"Name": export}}}


def _file(path: str, body: Mapping[str, object], **known: str) -> TemplateFile:
    return TemplateFile(path=path, body=body, **known)  # type: ignore[arg-type]


def _zone_ids(*files: TemplateFile) -> list[str]:
    return [record.zone_id for contents in read_templates(files) for record in contents.records]


def _user(reference: object) -> Mapping[str, object]:
    return {"Resources": {"R": _record(HostedZoneId=reference)}}


THE_ZONE = "${Token[a.json#Z.Ref]}"
OWNER = {"Resources": ZONE, "Outputs": _outputs()}
OUTPUT = {"Fn::GetStackOutput": {"StackName": "A", "OutputName": "Out", "Region": "eu-west-1"}}
ROLE = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{ACCOUNT}:role/r"]]}
FOREIGN = {"Fn::GetStackOutput": {**OUTPUT["Fn::GetStackOutput"], "RoleArn": ROLE}}
HERE = {"account": ACCOUNT, "region": "eu-west-1"}

ACROSS = [
    pytest.param({"Fn::ImportValue": "Zone"}, HERE, HERE, True, id="import"),
    pytest.param({"Fn::ImportValue": "Zone"}, {}, HERE, True, id="import-where-nobody-knows-the-account"),
    pytest.param({"Fn::ImportValue": "Zone"}, HERE, {**HERE, "region": "us-east-1"}, False, id="import-into-another-region"),
    pytest.param(
        {"Fn::ImportValue": "Zone"}, HERE, {**HERE, "account": "222222222222"}, False, id="import-into-another-account"
    ),
    pytest.param({"Fn::ImportValue": "Other"}, HERE, HERE, False, id="import-of-nothing"),
    pytest.param(OUTPUT, {**HERE, "stack_name": "A"}, HERE, True, id="output-of-this-account"),
    pytest.param(FOREIGN, {**HERE, "stack_name": "A"}, {"account": "222222222222"}, True, id="output-of-another-account"),
    pytest.param(FOREIGN, {"account": "222222222222", "stack_name": "A"}, HERE, False, id="output-of-the-wrong-account"),
    pytest.param(OUTPUT, {**HERE, "stack_name": "B"}, HERE, False, id="output-of-another-stack"),
]


@pytest.mark.parametrize(("reference", "owner", "user", "is_found"), ACROSS)
def test_a_zone_is_followed_into_another_template(
    reference: object,
    owner: dict[str, str],
    user: dict[str, str],
    is_found: bool,  # noqa: FBT001 - a table
) -> None:
    """By export and import, and by the output of a stack; in whichever order the files come."""
    files = [_file("a.json", OWNER, **owner), _file("b.json", _user(reference), **user)]
    for order in (files, files[::-1]):
        found = _zone_ids(*order)
        assert (found == [THE_ZONE]) is is_found
        assert holds_token(found[0])


def test_a_zone_of_another_region_is_followed() -> None:
    """CDK writes exports into SSM parameters of the other region and reads them there."""
    key = "/cdk/exports/B/Zone"
    writer = {
        "Type": "Custom::CrossRegionExportWriter",
        "Properties": {"WriterProps": {"region": "us-east-1", "exports": {key: {"Ref": "Z"}}}},
    }
    odd = {"Type": "Custom::CrossRegionExportWriter", "Properties": {"WriterProps": {"region": 3, "exports": ["x"]}}}
    reader = {"Type": "Custom::CrossRegionExportReader", "Properties": {}}
    body = {"Resources": {"R": _record(HostedZoneId={"Fn::GetAtt": ["Reader", key]}), "Reader": reader}}
    owner = _file("a.json", {"Resources": {**ZONE, "W": writer, "X": odd}}, **HERE)
    assert _zone_ids(owner, _file("b.json", body, account=ACCOUNT, region="us-east-1")) == [THE_ZONE]
    assert _zone_ids(owner, _file("b.json", body, account=ACCOUNT, region="us-east-2")) != [THE_ZONE]


def test_two_stages_keep_their_zones_apart() -> None:
    """Exports of equal names in two stages of nobody knows which account: each stage has its own."""
    files = [
        _file(f"{stage}/{name}.json", body, scope=stage)
        for stage in ("dev", "prod")
        for name, body in (("a", OWNER), ("b", _user({"Fn::ImportValue": "Zone"})))
    ]
    assert _zone_ids(*files) == ["${Token[dev/a.json#Z.Ref]}", "${Token[prod/a.json#Z.Ref]}"]
    assert [len(view.records) for view in views(read_templates(files))] == [1, 1]
    elsewhere = _file("c.json", _user({"Fn::ImportValue": "Zone"}), scope="other")
    assert _zone_ids(files[0], files[2], elsewhere)[0] not in ("${Token[dev/a.json#Z.Ref]}", "${Token[prod/a.json#Z.Ref]}")


def test_names_and_values_are_filled_in_too() -> None:
    """An output can be any text, and what only AWS knows stays what it is."""
    outputs = {
        "Name": {"Value": "example.com", "Export": {"Name": "Name"}},
        "Host": {"Value": {"Fn::Sub": "mx.${AWS::Region}.x"}, "Export": {"Name": "Host"}},
        "Dkim": {"Value": {"Fn::GetAtt": ["Id", "DkimDNSTokenName1"]}, "Export": {"Name": "Dkim"}},
        "List": {"Value": ["a"], "Export": {"Name": "List"}},
        "Never": {"Value": "x", "Condition": "No", "Export": {"Name": "Never"}},
        "Odd": 3,
    }
    identity = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "example.com"}}
    owner = {"Resources": {"Id": identity}, "Outputs": outputs, "Conditions": {"No": {"Fn::Equals": ["a", "b"]}}}
    named = {"Fn::ImportValue": "Name"}
    user = {
        "Resources": {
            "A": _record(Name=named, ResourceRecords=[{"Fn::Join": ["", ["10 ", {"Fn::ImportValue": "Host"}]]}]),
            "B": _record(
                Name={"Fn::ImportValue": "Dkim"}, ResourceRecords=[{"Ref": "AWS::Region"}, {"Fn::ImportValue": "List"}]
            ),
            "I": {
                "Type": "AWS::SES::EmailIdentity",
                "Properties": {
                    "EmailIdentity": named,
                    "MailFromAttributes": {"MailFromDomain": {"Fn::Sub": ["b.${n}", {"n": named}]}},
                },
            },
            "J": identity,
            "N": _record(Name={"Fn::ImportValue": "Never"}),
        }
    }
    found = read_templates([_file("a.json", owner), _file("b.json", user, scope="x")])[1]
    one, two, never = found.records
    assert (one.name, one.values) == (DomainName("example.com"), (KnownAfterDeploy("Region", "10 mx.", ".x"),))
    assert two.name == KnownAfterDeploy("DkimDNSTokenName1")
    assert two.values[0] == KnownAfterDeploy("Region")
    assert holds_token(str(two.values[1]))
    assert holds_token(never.spelling)
    assert (found.identities[0].name, found.identities[0].mail_from) == ("example.com", "b.example.com")


def test_references_in_a_circle_end() -> None:
    """Two exports that import each other, and a chain of imports without end, are not known."""
    circle = {
        "Outputs": {
            "X": {"Value": {"Fn::ImportValue": "Y"}, "Export": {"Name": "X"}},
            "Y": {"Value": {"Fn::ImportValue": "X"}, "Export": {"Name": "Y"}},
        }
    }
    chain = {
        "Outputs": {f"O{n}": {"Value": {"Fn::ImportValue": f"E{n + 1}"}, "Export": {"Name": f"E{n}"}} for n in range(3000)}
    }
    found = _zone_ids(
        _file("a.json", {**circle, **_user({"Fn::ImportValue": "X"})}),
        _file("b.json", {**chain, **_user({"Fn::ImportValue": "E0"})}),
    )
    assert all(map(holds_token, found))


def test_two_templates_of_one_path_are_two() -> None:
    """Marks of one are not marks of the other."""
    first, second = _zone_ids(*[_file("t.json", {"Resources": {**ZONE, "R": _record(HostedZoneId={"Ref": "Z"})}})] * 2)
    assert first != second


CHILD = {
    "Parameters": {"Zone": {"Type": "String"}, "Name": {"Type": "String", "Default": "default.example"}},
    "Resources": {"R": _record(HostedZoneId={"Ref": "Zone"}, Name={"Ref": "Name"}), "Own": ZONE["Z"]},
    "Outputs": {"Own": {"Value": {"Ref": "Own"}}},
}


def _parent(**resource: object) -> Mapping[str, object]:
    given = {"Zone": {"Ref": "Z"}, "Name": "given.example"}
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "./child.json", "Parameters": given},
        **resource,
    }
    return {"Resources": {**ZONE, "N": nested, "R": _record(HostedZoneId={"Fn::GetAtt": ["N", "Outputs.Own"]})}}


HASH = "a" * 64
LINKS = [
    pytest.param({}, {}, id="by-the-url"),
    pytest.param(
        {
            "Properties": {
                "TemplateURL": {"Fn::Sub": f"https://x.${{AWS::URLSuffix}}/{HASH}.json"},
                "Parameters": {"Zone": {"Ref": "Z"}, "Name": "given.example"},
            }
        },
        {"assets": {HASH: "dir/child.json"}},
        id="by-the-hash",
    ),
    pytest.param({"Metadata": {"aws:asset:path": "child.json"}}, {}, id="by-the-metadata"),
    pytest.param({}, {"nested": {"N": "dir/child.json"}}, id="as-given"),
]


@pytest.mark.parametrize(("resource", "known"), LINKS)
def test_parameters_of_a_nested_stack_are_what_the_parent_passes(
    resource: dict[str, object], known: dict[str, dict[str, str]]
) -> None:
    """However the parent names its template; the outputs lead back."""
    parent = TemplateFile(path="dir/a.json", body=_parent(**resource), account=ACCOUNT, region="eu-west-1", scope="s", **known)  # type: ignore[arg-type]
    for child in (
        TemplateFile(path="dir/child.json", body=CHILD),
        TemplateFile(path="dir/child.json", body=CHILD, is_nested=True),
    ):
        for files in ([parent, child], [child, parent]):
            by_path = {contents.path: contents for contents in read_templates(files)}
            nested = by_path["dir/child.json"]
            assert (nested.records[0].zone_id, nested.records[0].spelling) == ("${Token[dir/a.json#Z.Ref]}", "given.example")
            assert (nested.account, nested.region, nested.scope) == (ACCOUNT, "eu-west-1", "s")
            assert by_path["dir/a.json"].records[0].zone_id == "${Token[dir/child.json#Own.Ref]}"


def test_a_template_with_two_parents_has_what_both_agree_on() -> None:
    """A parameter that they pass with two values is not known, and so is the place if they differ."""
    one, two = dict(_parent()), json.loads(json.dumps(_parent()).replace("given.example", "other.example"))
    files = [
        TemplateFile(path="a.json", body=one, region="eu-west-1"),
        TemplateFile(path="b.json", body=two, region="us-east-1"),
        TemplateFile(path="child.json", body=CHILD, is_nested=True),
    ]
    nested = read_templates(files)[2]
    assert holds_token(nested.records[0].spelling)
    assert nested.region == ""


def test_a_nested_template_without_a_parent_is_read_with_its_defaults() -> None:
    """A parent that is not there, that cannot be matched, or that nests itself, changes nothing."""
    orphan = read_templates([TemplateFile(path="child.json", body=CHILD, is_nested=True)])[0]
    assert (orphan.records[0].spelling, orphan.records[0].zone_id) == ("default.example", "${Token[child.json#Zone]}")
    remote = dict(_parent(Properties={"TemplateURL": "https://x/y.json"}))
    assert holds_token(_zone_ids(_file("a.json", remote))[0])
    grows = {"Parameters": {"Zone": {"Type": "String", "Default": "x"}}}
    passes = {"TemplateURL": "a.json", "Parameters": {"Zone": {"Fn::Sub": "${Zone}x"}}}
    itself = {
        "Resources": {"N": {"Type": "AWS::CloudFormation::Stack", "Properties": passes}, "R": _record(Name={"Ref": "Zone"})},
        **grows,
    }
    assert len(read_templates([_file("a.json", itself)])[0].records) == 1


BODIES = [
    pytest.param('{"Resources": {}}', {"Resources": {}}, id="json"),
    pytest.param('\ufeff {"A": 600}', {"A": "600"}, id="byte-order-mark"),
    pytest.param('{"A": ' + "9" * 5000 + "}", {"A": "9" * 5000}, id="huge-number"),
    pytest.param("Resources: {}", {"Resources": {}}, id="yaml"),
]


@pytest.mark.parametrize(("text", "body"), BODIES)
def test_json_and_yaml_are_told_apart_by_content(text: str, body: object) -> None:
    """The name of the file says nothing."""
    assert read_template_body(text, "t") == body


UNREADABLE = [
    pytest.param('{"a": ', "line 1: expecting value", id="json"),
    pytest.param('{"a": ' + "[" * 100_000, "nested too deep", id="deep"),
    pytest.param("[1]", "it is no template", id="list"),
    pytest.param("", "it is no template", id="empty"),
    pytest.param("a: [", "line 2", id="yaml"),
]


@pytest.mark.parametrize(("text", "reason"), UNREADABLE)
def test_what_is_no_template_is_refused(text: str, reason: str) -> None:
    """With the line, where there is one."""
    with pytest.raises(UnreadableSource, match=reason):
        read_template_body(text, "t")


def test_files_are_read_from_their_paths(tmp_path: Path) -> None:
    """And what cannot be read is named with its path."""
    good = tmp_path / "t.json"
    good.write_text(json.dumps({"Resources": {"R": _record()}}), encoding="utf-8")
    assert len(read_templates([TemplateFile(path=str(good))])[0].records) == 1
    latin = tmp_path / "latin.json"
    latin.write_bytes(b"\xff\xfe\xff")
    huge = tmp_path / "huge.json"
    huge.touch()
    os.truncate(huge, (64 << 20) + 1)
    cases = {
        str(tmp_path / "none"): "no such file",
        str(tmp_path): "no regular file",
        str(latin): "no UTF-8",
        str(huge): "larger",
        "a\0b": "no path",
    }
    for path, reason in cases.items():
        with pytest.raises(UnreadableSource, match=reason):
            read_templates([TemplateFile(path=path)])


TEMPLATES = [
    pytest.param({"Resources": {"R": {"Type": "T"}}}, True, id="template"),
    pytest.param({"Resources": {"Fn::ForEach::X": []}}, True, id="loop"),
    pytest.param({"Resources": {"R": {"Type": 3}}}, False, id="no-type"),
    pytest.param({"Resources": {}}, False, id="no-resources"),
    pytest.param({"Resources": []}, False, id="list"),
    pytest.param([], False, id="no-mapping"),
]


@pytest.mark.parametrize(("body", "answer"), TEMPLATES)
def test_what_a_template_is(body: object, answer: bool) -> None:  # noqa: FBT001 - a table
    """A mapping with resources that have a type."""
    assert is_template(body) is answer


WORDS = st.sampled_from(
    [
        "Ref",
        "Fn::GetAtt",
        "Fn::Join",
        "Fn::Sub",
        "Fn::Select",
        "Fn::Split",
        "Fn::FindInMap",
        "Fn::If",
        "Fn::ImportValue",
        "Fn::GetStackOutput",
        "Fn::Equals",
        "Fn::And",
        "Condition",
        "A",
        "B",
        "Type",
        "Properties",
        "Name",
        "HostedZoneId",
        "ResourceRecords",
        "RecordSets",
        "EmailIdentity",
        "DkimAttributes",
        "Parameters",
        "TemplateURL",
        "t.json",
        "Value",
        "Export",
        "StackName",
        "OutputName",
        "${A}",
        "${A.B}",
        "Default",
        "Fn::ForEach::X",
        "AWS::NoValue",
        "AWS::Region",
        "VPCs",
    ]
)
TYPES = st.sampled_from(
    [
        "AWS::Route53::RecordSet",
        "AWS::Route53::RecordSetGroup",
        "AWS::Route53::HostedZone",
        "AWS::Route53::DNSSEC",
        "AWS::SES::EmailIdentity",
        "AWS::CloudFormation::Stack",
        "Custom::CrossRegionExportReader",
        "Custom::CrossRegionExportWriter",
    ]
)
LEAVES = st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(WORDS, st.text(max_size=4)), inner, max_size=4)
    ),
    max_leaves=12,
)
RESOURCES = st.dictionaries(
    WORDS,
    st.one_of(JSON, st.fixed_dictionaries({"Type": TYPES, "Properties": JSON}, optional={"Condition": JSON, "Metadata": JSON})),
    max_size=5,
)
SECTIONS = {name: st.dictionaries(WORDS, JSON, max_size=3) for name in ("Parameters", "Conditions", "Mappings", "Outputs")}
ANY_BODY = st.one_of(
    st.dictionaries(WORDS, JSON, max_size=3),
    st.fixed_dictionaries({"Resources": RESOURCES}, optional={**SECTIONS, "Other": JSON}),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ANY_BODY, min_size=1, max_size=3))
def test_no_template_makes_the_reader_fall(bodies: list[dict[str, object]]) -> None:
    """Whatever stands where, the answer is contents, and the views of them."""
    list(views(read_templates([TemplateFile(path="t.json", body=body, stack_name="A") for body in bodies])))
