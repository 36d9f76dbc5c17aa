"""Tests of the resources of a template: record sets, zones and identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile
from ses_email_auth.sources.template import TemplateFile, read_templates
from tests.sources.templates import record_set

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet


def _read(resources: object, region: str = "", **parts: object) -> SourceFile:
    return read_templates([TemplateFile(path="t.json", body={"Resources": resources, **parts}, region=region)])[0]


def _one(**properties: object) -> DeclaredRecordSet:
    return _read({"R": record_set(**properties)}).records[0]


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
    file = _read(
        {
            "A": record_set(HostedZoneId="-", HostedZoneName="Example.com."),
            "B": record_set(HostedZoneId="-", HostedZoneName="example.com"),
        }
    )
    assert {record.zone_id for record in file.records} == {"name:example.com@t.json"}
    assert file.zones == [DeclaredZone(zone_id="name:example.com@t.json", name=DomainName("example.com"))]
    unknown = _read({"A": record_set(HostedZoneId="-", HostedZoneName={"Ref": "P"})})
    assert unknown.zones[0].name is None


SKIPPED = [
    pytest.param({"R": record_set(Name="-")}, id="no-name"),
    pytest.param({"R": record_set(Name=["a"])}, id="name-that-is-a-list"),
    pytest.param({"R": record_set(Type={"a": "b"})}, id="type-that-is-a-mapping"),
    pytest.param({"R": {"Type": ["AWS::Route53::RecordSet"]}}, id="resource-type-that-is-a-list"),
    pytest.param({"R": {"Type": "AWS::Route53::RecordSet"}}, id="no-properties"),
    pytest.param({"R": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"RecordSets": "x"}}}, id="group-of-a-text"),
    pytest.param({"R": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"RecordSets": ["x"]}}}, id="group-of-texts"),
    pytest.param({"R": {"Type": "AWS::SES::EmailIdentity", "Properties": {}}}, id="identity-without-a-name"),
    pytest.param({"R": {"Type": "AWS::Route53::DNSSEC", "Properties": {}}}, id="dnssec-of-nothing"),
    pytest.param(["R"], id="resources-that-are-a-list"),
    pytest.param({"R": {**record_set(), "Condition": "No"}}, id="condition-that-does-not-hold"),
]


@pytest.mark.parametrize("resources", SKIPPED)
def test_what_says_nothing_is_left_out(resources: object) -> None:
    """A resource that cannot be read, and one that is not deployed."""
    file = _read(resources, Conditions={"No": {"Fn::Equals": ["a", "b"]}})
    assert (file.records, file.identities, file.zones) == ([], [], [])


def test_resources_under_open_conditions_are_alternatives() -> None:
    """Nobody can tell which of them is deployed, so they are not duplicates."""
    conditions = {"Yes": {"Fn::Equals": ["a", "a"]}}
    resources = {
        "A": {**record_set(), "Condition": "One"},
        "B": {**record_set(), "Condition": "Two"},
        "C": {**record_set(SetIdentifier="own"), "Condition": "Two"},
        "D": {**record_set(), "Condition": "Yes"},
    }
    identifiers = [record.set_identifier for record in _read(resources, Conditions=conditions).records]
    assert identifiers == ["condition One", "condition Two", "own", None]


def test_groups_give_each_member_its_place() -> None:
    """The zone may stand at the group or at the member; the place leads to the member."""
    member = {"Name": "example.com", "Type": "A", "AliasTarget": {"DNSName": "x"}, "ResourceRecords": ["x"]}
    dkim = {"Name": {"Fn::GetAtt": ["Id", "DkimDNSTokenName1"]}, "Type": "CNAME", "HostedZoneId": "Z2"}
    file = _read(
        {
            "Id": {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "example.com"}},
            "G": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"HostedZoneId": "Z1", "RecordSets": [member, dkim]}},
            "H": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"RecordSets": [{"Ref": "AWS::NoValue"}, dkim]}},
        }
    )
    assert [record.zone_id for record in file.records] == ["Z1", "Z1", "Z2"]
    assert [record.origin.location for record in file.records] == [
        "Properties/RecordSets/0/AliasTarget",
        "Properties/RecordSets/1/ResourceRecords",
        "Properties/RecordSets/0/ResourceRecords",
    ]
    assert (file.records[0].is_alias, file.records[0].values) == (True, ())
    assert [record.identity for record in file.records] == ["", "Id", ""]


@pytest.mark.parametrize(
    ("properties", "zones"),
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
def test_records_of_our_writer_are_read(properties: dict[str, object], zones: list[DeclaredZone]) -> None:
    """They stand in the zone beside all others, as members of a group do."""
    member = {"Name": "_dmarc.example.com.", "Type": "TXT", "TTL": "600", "ResourceRecords": ['"v=DMARC1; p=none"']}
    file = _read({"W": {"Type": "Custom::SesEmailAuthRecords", "Properties": {**properties, "RecordSets": [member]}}})
    (record,) = file.records
    assert (record.place, record.zone_id) == ("_dmarc.example.com TXT", properties.get("HostedZoneId", ""))
    assert record.origin.location == "Properties/RecordSets/0/ResourceRecords"
    assert file.zones == zones


def test_a_dkim_name_knows_its_identity() -> None:
    """Two identities have names of their own, also where CDK doubles the zone."""
    identity = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "example.com"}}
    names = {"A": {"Fn::GetAtt": ["A", "DkimDNSTokenName1"]}, "B": {"Fn::Sub": "${B.DkimDNSTokenName1}.example.com."}}
    records = _read({"A": identity, "B": identity} | {f"R{id_}": record_set(Name=name) for id_, name in names.items()}).records
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
    file = _read({"Z": zone, "P": private, "D": signed, "E": maybe})
    assert file.zones == [
        DeclaredZone(zone_id="${Token[t.json#Z.Ref]}", name=DomainName("example.com"), is_created=True),
        DeclaredZone(zone_id="${Token[t.json#P.Ref]}", is_created=True, is_private=True),
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
    resources = {name: {**record_set(), "Metadata": {"aws:cdk:path": f"Stack/{name}/Resource"}} for name in "AB"}
    resources |= {"C": {**record_set(), "Metadata": {"aws:cdk:path": 3}}}
    template = TemplateFile(path="t.json", body={"Resources": resources}, construct_paths={"A": "Stack/Mine"})
    assert [record.origin.construct_path for record in read_templates([template])[0].records] == [
        "Stack/Mine",
        "Stack/B/Resource",
        "",
    ]
