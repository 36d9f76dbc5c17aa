"""Zones in other accounts: what stands in the templates of both accounts, and what is refused at the user's line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnParameter, Stack, aws_iam
from aws_cdk.aws_route53 import HostedZone

from ses_email_auth import (
    Dkim,
    Dns,
    DomainPolicy,
    EmailAuthError,
    EmailAuthValidation,
    RecordLayout,
    SesEmailAuth,
    ZoneWriterRole,
)
from tests.cdk.stacks import child_ids, imported_zone, new_stack, resources, templates
from tests.cdk.validated import app_with, said, stack_of, synthesized, txt, zone_of

if TYPE_CHECKING:
    from ses_email_auth.cdk.dns import Dns as Place

ROLE = "arn:aws:iam::210987654321:role/mail-records"
PLACE: dict[str, Any] = {"hosted_zone_id": "Z0123456789EXAMPLE", "zone_name": "blacksheep.link", "role_arn": ROLE}
RECORDS = "Custom::SesEmailAuthRecords"
ZONE_ARN = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":route53:::hostedzone/Z0123456789EXAMPLE"]]}


def app() -> App:
    """Functions have assets, which need a bootstrapped account."""
    return App(analytics_reporting=False)


def written(dns: Place | None = None, **props: Any) -> dict[str, Any]:
    """The template of a stack with all records of blacksheep.link."""
    place = app()
    stack = new_stack(place)
    SesEmailAuth(stack, "EmailAuth", dns=dns or Dns.cross_account(**PLACE), **props)
    return templates(place)["Stack"]


def work(template: dict[str, Any]) -> list[dict[str, Any]]:
    """What the role of the one custom resource allows."""
    (found,) = [
        role["Policies"][0]["PolicyDocument"]["Statement"]
        for role in resources(template, "AWS::IAM::Role").values()
        if role.get("Policies")
    ]
    return list(found)


def test_one_resource_for_all_records() -> None:
    """As Route 53 names things; no record of CloudFormation's own."""
    template = written()
    assert resources(template, "AWS::Route53::RecordSet") == {}
    ((logical_id, found),) = resources(template, RECORDS).items()
    assert logical_id == "EmailAuthRecords2A7B651D"
    for name in ("ServiceToken", "ServiceTimeout", "Role"):
        found.pop(name)
    sets = found.pop("RecordSets")
    assert found == {
        "HostedZoneId": "Z0123456789EXAMPLE",
        "ZoneName": "blacksheep.link",
        "Domain": "blacksheep.link",
        "RoleArn": ROLE,
        "After": {"Ref": "EmailAuthIdentity26A6EF86"},
    }
    token = {part: {"Fn::GetAtt": ["EmailAuthIdentity26A6EF86", f"DkimDNSToken{part}1"]} for part in ("Name", "Value")}
    assert sets[0] == {"Type": "CNAME", "TTL": "600", "Name": token["Name"], "ResourceRecords": [token["Value"]]}
    assert sets[-1] == {
        "Type": "TXT",
        "TTL": "600",
        "Name": "_dmarc.blacksheep.link.",
        "ResourceRecords": ['"v=DMARC1; p=none"'],
    }
    assert len(sets) == 7


def test_what_the_function_may_do() -> None:
    """Become the one role, and read what CloudFormation remembers of its own stack."""
    assert work(written()) == [
        {"Action": "sts:AssumeRole", "Effect": "Allow", "Resource": ROLE},
        {
            "Action": ["cloudformation:DescribeStackEvents", "cloudformation:ListStackResources"],
            "Effect": "Allow",
            "Resource": {"Ref": "AWS::StackId"},
        },
    ]


def test_taking_over_in_the_own_account() -> None:
    """The same resource without a role, and permissions for the one zone."""
    place = app()
    stack = new_stack(place)
    auth = SesEmailAuth(stack, "EmailAuth", dns=Dns.route53(imported_zone(stack), adopt=True))
    assert child_ids(auth)[:2] == ["Identity", "Records"]
    template = templates(place)["Stack"]
    (found,) = resources(template, RECORDS).values()
    assert (found["Adopt"], "RoleArn" in found) == ("true", False)
    types = {"route53:ChangeResourceRecordSetsRecordTypes": ["CNAME", "MX", "TXT"]}
    actions = {"route53:ChangeResourceRecordSetsActions": ["CREATE", "DELETE"]}
    change, read, follow, _ = work(template)
    assert change == {
        "Action": "route53:ChangeResourceRecordSets",
        "Condition": {
            "ForAllValues:StringEquals": types | actions,
            "Null": dict.fromkeys([*types, *actions], "false"),
        },
        "Effect": "Allow",
        "Resource": ZONE_ARN,
    }
    assert (read["Action"], read["Resource"]) == ("route53:ListResourceRecordSets", ZONE_ARN)
    assert follow["Action"] == "route53:GetChange"


def test_more_arguments() -> None:
    """Each reaches the resource; a zone of which the id alone is known needs a domain name."""
    place = Dns.cross_account(**PLACE | {"hosted_zone_id": "/hostedzone/Z1", "external_id": "mail-2026", "adopt": True})
    (found,) = resources(written(place), RECORDS).values()
    assert (found["HostedZoneId"], found["ExternalId"], found["Adopt"]) == ("Z1", "mail-2026", "true")
    stack = new_stack(app())
    zone = HostedZone.from_hosted_zone_id(stack, "Zone", "Z1")
    DomainPolicy(stack, "Policy", dns=Dns.route53(zone, adopt=True), domain_name="blacksheep.link")
    (found,) = resources(templates_of(stack), RECORDS).values()
    assert ("ZoneName" in found, "After" in found) == (False, False)


def templates_of(stack: Stack) -> dict[str, Any]:
    """The template of the one stack of an app."""
    return templates(stack.node.root)[stack.stack_name]  # type: ignore[arg-type] # the root is an App


def test_tokens_are_passed_on() -> None:
    """Id, name and role may be known only after the deploy."""
    stack = new_stack(app())
    texts = {name: CfnParameter(stack, name.replace("_", "")).value_as_string for name in (*PLACE, "external_id")}
    DomainPolicy(stack, "Policy", dns=Dns.cross_account(**texts), domain_name="blacksheep.link", from_domain_spf=False)
    (found,) = resources(templates_of(stack), RECORDS).values()
    assert [found[name] for name in ("HostedZoneId", "ZoneName", "RoleArn", "ExternalId")] == [
        {"Ref": "hostedzoneid"},
        {"Ref": "zonename"},
        {"Ref": "rolearn"},
        {"Ref": "externalid"},
    ]


def test_an_old_logical_id() -> None:
    """The one resource can keep the id that it has in a deployed stack."""
    assert list(resources(written(logical_ids={"Records": "OldRecords"}), RECORDS)) == ["OldRecords"]
    with pytest.raises(EmailAuthError, match="'logical_ids' holds 'Dmarc'; this construct has Identity, Records"):
        written(logical_ids={"Dmarc": "Old"})


def test_nothing_to_publish() -> None:
    """No function, no resource."""
    place = app()
    stack = new_stack(place)
    none = {"dmarc_policy": None, "from_domain_spf": False}
    DomainPolicy(stack, "Policy", dns=Dns.cross_account(**PLACE), **none)
    DomainPolicy(stack, "Own", dns=Dns.route53(imported_zone(stack), adopt=True), **none)
    assert templates(place)["Stack"].get("Resources", {}) == {}


def test_a_managed_key() -> None:
    """Its public half is written by the writer, and the identity waits for that."""
    template = written(dkim=Dkim.managed_key(1))
    identity = template["Resources"]["EmailAuthIdentity26A6EF86"]
    (found,) = resources(template, RECORDS).values()
    assert "After" not in found
    assert "EmailAuthRecords2A7B651D" in str(template["Resources"])
    assert identity["Type"] == "AWS::SES::EmailIdentity"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        pytest.param({"hosted_zone_id": "blacksheep.link"}, "'hosted_zone_id' must be the id of a hosted zone, got", id="id"),
        pytest.param({"hosted_zone_id": None}, "'hosted_zone_id' must be a text, got None; pass for example 'Z01", id="no-id"),
        pytest.param(
            {"zone_name": "bad name"}, "'zone_name' has the value 'bad name', but 'bad name' is not a domain", id="name"
        ),
        pytest.param(
            {"role_arn": "mail-records"}, "'role_arn' must be the ARN of a role, got 'mail-records'; pass that", id="role"
        ),
        pytest.param({"role_arn": "arn:aws:iam::1:role/x"}, "'role_arn' must be the ARN of a role", id="short-account"),
        pytest.param({"external_id": "x"}, "'external_id' must have 2 to 1224 letters", id="external-id"),
        pytest.param({"external_id": 12}, "'external_id' must be a text, got 12; pass for example 'mail-2026'", id="number"),
        pytest.param({"adopt": "yes"}, "'adopt' must be True or False, got 'yes'", id="adopt"),
    ],
)
def test_arguments_that_are_refused(given: dict[str, Any], error: str) -> None:
    """At once, with the fix."""
    with pytest.raises(EmailAuthError) as caught:
        Dns.cross_account(**PLACE | given)
    assert str(caught.value).startswith(error)


def test_further_refusals() -> None:
    """A layout of CloudFormation's records, and a flag that is none."""
    with pytest.raises(EmailAuthError, match="'record_layout' says how CloudFormation writes records; a function writes these"):
        written(record_layout=RecordLayout.GROUPED)
    with pytest.raises(EmailAuthError, match="'adopt' must be True or False, got 'yes'"):
        Dns.route53(imported_zone(new_stack(app())), adopt="yes")  # type: ignore[arg-type]
    place = app()
    zone = imported_zone(new_stack(place, "Zones", account="210987654321"))
    with pytest.raises(EmailAuthError, match=r"use dns=Dns.cross_account\(...\) with a ZoneWriterRole in account 210987654321"):
        SesEmailAuth(new_stack(place), "EmailAuth", hosted_zone=zone)


# --- the plug-in -----------------------------------------------------------------------------------------------------


def test_the_plug_in_sees_what_the_writer_writes() -> None:
    """Beside the records that a stack in the account of the zone has at the same name."""
    place = app_with(EmailAuthValidation())
    dns, mail = stack_of(place, "Dns", account="210987654321"), stack_of(place, "Mail")
    txt(dns, "v=spf1 include:_spf.google.com -all", zone=zone_of(dns, "blacksheep.link"))
    SesEmailAuth(mail, "EmailAuth", dns=Dns.cross_account(**PLACE), dmarc_rua=["a@blacksheep.link"])
    assert "blacksheep.link has 2 SPF records" in synthesized(place)
    paths = ("Dns/Txt/Resource", "Mail/EmailAuth/Records")
    assert said(place) == [("error", rule, path) for rule in ("record-set-twice", "spf-multiple") for path in paths]


# --- the role in the account of the zone -----------------------------------------------------------------------------


def role(**props: Any) -> tuple[ZoneWriterRole, dict[str, Any]]:
    """A role for blacksheep.link and its properties."""
    stack = new_stack(app(), account="210987654321")
    props = {"hosted_zone": imported_zone(stack), "role_name": "mail-records", "trusted": ["123456789012"]} | props
    made = ZoneWriterRole(stack, "Role", **props)
    template = templates_of(stack)
    (found,) = resources(template, "AWS::IAM::Role").values()
    (policy,) = resources(template, "AWS::IAM::Policy").values()
    return made, found | {"Work": policy["PolicyDocument"]["Statement"]}


def test_the_default_role() -> None:
    """The mail records of the zone's own domain, for the functions of this library in the other account."""
    made, found = role()
    assert (found["RoleName"], made.role.role_arn) == ("mail-records", made.role_arn)
    partition = {"Ref": "AWS::Partition"}
    assert found["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Action": "sts:AssumeRole",
            "Condition": {
                "ArnLike": {
                    "aws:PrincipalArn": {"Fn::Join": ["", ["arn:", partition, ":iam::123456789012:role/ses-email-auth/*"]]}
                }
            },
            "Effect": "Allow",
            "Principal": {"AWS": {"Fn::Join": ["", ["arn:", partition, ":iam::123456789012:root"]]}},
        }
    ]
    bounces = ["bounce.blacksheep.link", "bounce-*.blacksheep.link"]
    assert allowed(found) == {
        ("MX",): bounces,
        ("CNAME", "TXT"): ["_dmarc.blacksheep.link", "*._domainkey.blacksheep.link", *bounces],
    }
    for change in found["Work"][:2]:
        assert change["Condition"]["Null"] == dict.fromkeys(
            (f"route53:ChangeResourceRecordSets{what}" for what in ("RecordTypes", "Actions", "NormalizedRecordNames")), "false"
        )
        assert change["Resource"] == ZONE_ARN
    assert [statement["Action"] for statement in found["Work"]] == [
        "route53:ChangeResourceRecordSets",
        "route53:ChangeResourceRecordSets",
        "route53:ListResourceRecordSets",
        "route53:GetChange",
    ]


def allowed(found: dict[str, Any]) -> dict[tuple[str, ...], list[str]]:
    """Of each statement of a role that changes records: types -> names."""
    key = "route53:ChangeResourceRecordSets"
    conditions = [statement["Condition"] for statement in found["Work"] if statement["Action"] == key]
    names = [condition["ForAllValues:StringLike"][f"{key}NormalizedRecordNames"] for condition in conditions]
    types = [condition["ForAllValues:StringEquals"][f"{key}RecordTypes"] for condition in conditions]
    listed = [[texts] if isinstance(texts, str) else list(texts) for texts in (*types, *names)]
    return dict(zip(map(tuple, listed[: len(types)]), listed[len(types) :], strict=True))


def test_txt_at_the_domain_itself() -> None:
    """Only when asked for, and no MX there."""
    _, found = role(domain_names=["news.blacksheep.link", "blacksheep.link"], from_domain_txt=True)
    names = allowed(found)
    assert names["CNAME", "TXT"][:2] == ["news.blacksheep.link", "blacksheep.link"]
    assert all(name.startswith("bounce") for name in names["MX",])


def test_other_mail_from_domains() -> None:
    """MX at the names that are said to be MAIL FROM domains; a record name is none by itself."""
    _, found = role(record_names=["_dmarc.blacksheep.link"], mail_from_names=["mail.blacksheep.link", "b-*.blacksheep.link."])
    mail_from = ["mail.blacksheep.link", "b-*.blacksheep.link"]
    assert allowed(found) == {("MX",): mail_from, ("CNAME", "TXT"): [*mail_from, "_dmarc.blacksheep.link"]}
    _, found = role(record_names=["bounce.blacksheep.link"])
    assert allowed(found) == {("CNAME", "TXT"): ["bounce.blacksheep.link"]}
    made, _ = role(mail_from_names=["mail.blacksheep.link"])
    assert len(made.record_names) == 5


@pytest.mark.parametrize(
    ("props", "names"),
    [
        pytest.param({"record_names": ["_DMARC.blacksheep.link.", "bounce-*.BlackSheep.link."]}, 2, id="names-alone"),
        pytest.param({"domain_names": ["news.blacksheep.link", "news.blacksheep.link"]}, 4, id="a-domain-twice"),
        pytest.param({"domain_names": ["news.blacksheep.link"], "record_names": ["blacksheep.link"]}, 5, id="both"),
    ],
)
def test_which_names(props: dict[str, Any], names: int) -> None:
    """As Route 53 compares them: lower case, no final dot."""
    made, _ = role(**props)
    assert len(made.record_names) == names
    assert all(name == name.lower() and name.endswith("blacksheep.link") for name in made.record_names)


def test_tokens_in_a_role() -> None:
    """They are passed on as they are."""
    stack = new_stack(app())
    text = CfnParameter(stack, "P").value_as_string
    zone = HostedZone.from_hosted_zone_id(stack, "Zone", "Z1")
    made = ZoneWriterRole(
        stack,
        "Role",
        hosted_zone=zone,
        role_name=text,
        trusted=[text],
        domain_names=[text],
        record_names=[text],
        mail_from_names=[f"mail.{text}"],
        external_id=text,
    )
    bounces = (f"bounce.{text}", f"bounce-*.{text}", f"mail.{text}")
    assert made.record_names == (*bounces, f"_dmarc.{text}", f"*._domainkey.{text}", text)
    assert "${token[" not in str(templates_of(stack))


def test_trusted_principals() -> None:
    """Others than our functions are named one by one; an external id holds for all."""
    principal = aws_iam.ArnPrincipal("arn:aws:iam::123456789012:role/deployer")
    _, found = role(trusted=["123456789012", principal], external_id="mail-2026")
    statements = found["AssumeRolePolicyDocument"]["Statement"]
    assert [statement["Condition"]["StringEquals"] for statement in statements] == [{"sts:ExternalId": "mail-2026"}] * 2
    assert statements[1]["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/deployer"}
    stack = new_stack(app())
    imported = aws_iam.Role.from_role_arn(stack, "R", "arn:aws:iam::123456789012:role/deployer")
    _, found = role(trusted=[imported, aws_iam.AccountPrincipal("111122223333")])
    assert all("Condition" not in statement for statement in found["AssumeRolePolicyDocument"]["Statement"])


@pytest.mark.parametrize(
    ("props", "error"),
    [
        pytest.param({"role_name": "mail records"}, "'role_name' must have 1 to 64 letters, digits and", id="role-name"),
        pytest.param({"role_name": None}, "'role_name' must have 1 to 64 letters, digits and", id="no-role-name"),
        pytest.param({"trusted": "123456789012"}, "'trusted' must be a list of account ids and principals, got", id="text"),
        pytest.param({"trusted": []}, "'trusted' must be a list of account ids and principals, got []", id="nobody"),
        pytest.param({"trusted": ["1234"]}, "'trusted' holds '1234', which is no account id of 12 digits", id="short-account"),
        pytest.param({"trusted": [object]}, "'trusted' holds <class 'object'>; pass an account id", id="no-principal"),
        pytest.param({"external_id": "x"}, "'external_id' must have 2 to 1224", id="external-id"),
        pytest.param({"domain_names": ["example.com"]}, "'example.com' is outside of the zone 'blacksheep.link'", id="outside"),
        pytest.param({"domain_names": ["a b"]}, "'domain_names': 'a b' is not a domain name", id="domain"),
        pytest.param({"record_names": "a"}, "'record_names' must be a list of strings", id="one-name"),
        pytest.param({"record_names": ["*"]}, "'record_names' holds '*', which is every name", id="all-names"),
        pytest.param({"mail_from_names": ["*."]}, "'mail_from_names' holds '*.', which is every name", id="all-mail-from"),
        pytest.param(
            {"mail_from_names": ["mail.example.com"]}, "'mail.example.com' is outside of the zone", id="mail-from-outside"
        ),
        pytest.param({"from_domain_txt": "yes"}, "'from_domain_txt' must be True or False, got 'yes'", id="no-flag"),
        pytest.param(
            {"from_domain_txt": True, "record_names": ["_dmarc.blacksheep.link"]},
            "'from_domain_txt' is about 'domain_names', and there are only 'record_names'; pass the domain there",
            id="no-domain-for-txt",
        ),
        pytest.param({"record_names": ["a b"]}, "'record_names': 'a b' is not a domain name", id="bad-name"),
        pytest.param({"hosted_zone": "Z1"}, "'hosted_zone' must be a hosted zone, got 'Z1'", id="zone"),
    ],
)
def test_roles_that_are_refused(props: dict[str, Any], error: str) -> None:
    """At once, and nothing is left in the tree."""
    stack = new_stack(app())
    given = {"hosted_zone": imported_zone(stack), "role_name": "mail-records", "trusted": ["123456789012"]} | props
    with pytest.raises(EmailAuthError) as caught:
        ZoneWriterRole(stack, "Role", **given)
    assert str(caught.value).startswith(error)
    assert child_ids(stack) == ["Zone"]


def test_a_zone_without_a_name() -> None:
    """Then the names have to be said."""
    stack = new_stack(app())
    zone = HostedZone.from_hosted_zone_id(stack, "Zone", "Z1")
    with pytest.raises(EmailAuthError, match="'domain_names' must be given for a zone that was imported by its id alone"):
        ZoneWriterRole(stack, "Role", hosted_zone=zone, role_name="r", trusted=["123456789012"])
    assert ZoneWriterRole(
        stack, "Role", hosted_zone=zone, role_name="r", trusted=["123456789012"], record_names=["_dmarc.example.com"]
    ).record_names == ("_dmarc.example.com",)
