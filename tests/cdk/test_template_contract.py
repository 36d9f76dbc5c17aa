"""Ids, names, types and shapes are a contract: to change one replaces live records, which Route 53 refuses, or removes them
in a green deploy. A change to a list below is a breaking release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.json import JSONSnapshotExtension

from ses_email_auth import DmarcPolicy, DomainPolicy, RecordLayout, SendingIdentity, SesEmailAuth
from tests.cdk.stacks import dkim, identity, imported_zone, new_app, new_stack, records, resources, templates

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.cdk.stacks import Template

GROUP = {"EmailAuthRecords2A7B651D": "AWS::Route53::RecordSetGroup"}
IDENTITY = {"EmailAuthIdentity26A6EF86": "AWS::SES::EmailIdentity"}
DKIM = {
    "EmailAuthDkimRecord130B40BFA": "AWS::Route53::RecordSet",
    "EmailAuthDkimRecord2B675A262": "AWS::Route53::RecordSet",
    "EmailAuthDkimRecord36ACEEAD6": "AWS::Route53::RecordSet",
}
MAIL_FROM = {
    "EmailAuthMailFromMxC6FA3491": "AWS::Route53::RecordSet",
    "EmailAuthMailFromSpfFC6BFC52": "AWS::Route53::RecordSet",
}
POLICY = {
    "EmailAuthFromDomainTxt4D62F6B5": "AWS::Route53::RecordSet",
    "EmailAuthDmarc12692FC9": "AWS::Route53::RecordSet",
}
SENDING_RECORDS = [
    *dkim(),
    "bounce.blacksheep.link. 600 MX 10 feedback-smtp.ap-northeast-1.amazonses.com",
    'bounce.blacksheep.link. 600 TXT "v=spf1 include:amazonses.com ~all"',
]
REGIONAL_RECORDS = [line.replace("bounce.", "bounce-ap-northeast-1.") for line in SENDING_RECORDS]
POLICY_RECORDS = [
    'blacksheep.link. 600 TXT "v=spf1 include:amazonses.com ~all"',
    '_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@blacksheep.link"',
]


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """The reference example in every form, each in a stack of its own."""
    app = new_app()
    for layout in RecordLayout:
        stacks = [new_stack(app, f"{name}-{layout.value}") for name in ("both", "sending", "policy")]
        zones = [imported_zone(stack) for stack in stacks]
        SesEmailAuth(
            stacks[0],
            "EmailAuth",
            hosted_zone=zones[0],
            mail_from_subdomain="bounce",
            dmarc_policy=DmarcPolicy.NONE,
            dmarc_rua=["dmarc-reports@blacksheep.link"],
            record_layout=layout,
        )
        SendingIdentity(stacks[1], "EmailAuth", hosted_zone=zones[1], record_layout=layout)
        DomainPolicy(
            stacks[2],
            "EmailAuth",
            hosted_zone=zones[2],
            dmarc_rua=["dmarc-reports@blacksheep.link"],
            record_layout=layout,
        )
    return templates(app)


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        pytest.param("both-separate", IDENTITY | DKIM | MAIL_FROM | POLICY, id="SesEmailAuth-SEPARATE"),
        pytest.param("sending-separate", IDENTITY | DKIM | MAIL_FROM, id="SendingIdentity-SEPARATE"),
        pytest.param("policy-separate", POLICY, id="DomainPolicy-SEPARATE"),
        pytest.param("both-grouped", IDENTITY | GROUP, id="SesEmailAuth-GROUPED"),
        pytest.param("sending-grouped", IDENTITY | GROUP, id="SendingIdentity-GROUPED"),
        pytest.param("policy-grouped", GROUP, id="DomainPolicy-GROUPED"),
    ],
)
def test_logical_ids_and_types(built: dict[str, Template], form: str, wanted: dict[str, str]) -> None:
    """Nothing but these resources, under these ids: CloudFormation takes another id for another resource."""
    template = built[form]
    assert {name: resource["Type"] for name, resource in template["Resources"].items()} == wanted
    assert set(template) == {"Resources"}


@pytest.mark.parametrize("layout", ["separate", "grouped"])
@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        pytest.param("both", SENDING_RECORDS + POLICY_RECORDS, id="SesEmailAuth"),
        pytest.param("sending", REGIONAL_RECORDS, id="SendingIdentity"),
        pytest.param("policy", POLICY_RECORDS, id="DomainPolicy"),
    ],
)
def test_records(built: dict[str, Template], form: str, layout: str, wanted: list[str]) -> None:
    """Names in lower case with a final dot, as CDK's own records spell them; both layouts publish the same, in one order."""
    assert records(built[f"{form}-{layout}"]) == wanted


def test_dkim_names_and_values_are_bare_attributes(built: dict[str, Template]) -> None:
    """SES alone knows the DKIM names, zone included: a final dot or the zone's name behind one would double it."""
    sets = resources(built["both-separate"], "AWS::Route53::RecordSet")
    for n, logical_id in enumerate(DKIM, 1):
        assert sets[logical_id]["Name"] == {"Fn::GetAtt": ["EmailAuthIdentity26A6EF86", f"DkimDNSTokenName{n}"]}
        assert sets[logical_id]["ResourceRecords"] == [{"Fn::GetAtt": ["EmailAuthIdentity26A6EF86", f"DkimDNSTokenValue{n}"]}]


@pytest.mark.parametrize("form", ["both", "sending", "policy"])
def test_zone_is_named_by_id(built: dict[str, Template], form: str) -> None:
    """`HostedZoneId`, never `HostedZoneName`: a change between the two replaces the record."""
    alone = resources(built[f"{form}-separate"], "AWS::Route53::RecordSet").values()
    (group,) = resources(built[f"{form}-grouped"], "AWS::Route53::RecordSetGroup").values()
    for properties in alone:
        assert [key for key in properties if key != "Comment"] == ["HostedZoneId", "Type", "TTL", "Name", "ResourceRecords"]
        assert properties["HostedZoneId"] == "Z0123456789EXAMPLE"
    assert list(group) == ["HostedZoneId", "RecordSets"]
    assert group["HostedZoneId"] == "Z0123456789EXAMPLE"
    for member in group["RecordSets"]:
        # In this order `cdk diff` shows the name beside a changed value.
        assert list(member) == ["Type", "TTL", "Name", "ResourceRecords"]


@pytest.mark.parametrize(
    ("form", "order"),
    [
        pytest.param(
            "both", ["Identity", "Identity", "Identity", "Identity", "MailFromMx", "MailFromMx", "MailFromMx"], id="both"
        ),
        pytest.param("sending", ["Identity", "Identity", "Identity", "Identity", "MailFromMx"], id="sending"),
        pytest.param("policy", [None, None], id="policy-alone-waits-for-nothing"),
    ],
)
def test_what_can_be_refused_comes_first(built: dict[str, Template], form: str, order: list[str | None]) -> None:
    """The identity, then the MX, then the rest: a rollback deletes what was taken over, and that may be a live record."""
    found = []
    for properties in resources(built[f"{form}-separate"], "AWS::Route53::RecordSet").values():
        name, comment = properties["Name"], properties.get("Comment", {})
        refers = name["Fn::GetAtt"][0] if isinstance(name, dict) else comment.get("Ref")
        found.append(refers and refers.removeprefix("EmailAuth")[:-8])
    assert found == order


def test_identity_says_only_what_differs_from_ses(built: dict[str, Template]) -> None:
    """No key length (SES refuses to set the one in force), no forwarding, no configuration set, no tags."""
    assert identity(built["both-separate"]) == {
        "EmailIdentity": "blacksheep.link",
        "MailFromAttributes": {"MailFromDomain": "bounce.blacksheep.link"},
    }


@pytest.mark.parametrize("form", ["both-separate", "both-grouped", "sending-separate"])
def test_whole_template(built: dict[str, Template], form: str, snapshot: SnapshotAssertion) -> None:
    """The whole template, key by key."""
    assert built[form] == snapshot(extension_class=JSONSnapshotExtension)
