"""The prop `wait_for_verification` and what it adds to a template: one resource that comes last, with the least rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnResource, Duration, RemovalPolicy, Stack, Token, aws_cognito

from ses_email_auth import Dkim, Dns, EmailAuthError, RecordLayout, SendingIdentity, SesEmailAuth
from tests.cdk.keys import own_key
from tests.cdk.nag import nag_findings
from tests.cdk.stacks import DEFAULT_RULES, child_ids, imported_zone, new_stack, resources

if TYPE_CHECKING:
    from tests.cdk.stacks import Template

KIND = "Custom::SesEmailAuthVerification"
RUA = ["dmarc-reports@blacksheep.link"]
TEN_MINUTES = Duration.minutes(10)


def app() -> App:
    """An app that may have assets, in which each finding of CDK's own validation is an error."""
    return App(analytics_reporting=False, context={DEFAULT_RULES: True})


def waiting(stack: Stack, construct_id: str = "EmailAuth", **props: Any) -> SesEmailAuth:
    """A construct that waits ten minutes."""
    place: dict[str, Any] = {} if "dns" in props else {"hosted_zone": imported_zone(stack, construct_id=f"{construct_id}Zone")}
    return SesEmailAuth(stack, construct_id, **{"dmarc_rua": RUA, "wait_for_verification": TEN_MINUTES, **place, **props})


def template(stack: Stack) -> Template:
    """The template of a stack."""
    root = stack.node.root
    assert isinstance(root, App)
    return dict(root.synth().get_stack_by_name(stack.stack_name).template)


def wait(made: Template) -> dict[str, Any]:
    """The one resource that waits, without what all custom resources have."""
    (found,) = resources(made, KIND).values()
    return {name: value for name, value in found.items() if name not in {"ServiceToken", "ServiceTimeout", "Role"}}


def test_properties() -> None:
    """What is waited for, how long, and the zone that is read when the time is over."""
    stack = new_stack(app())
    waiting(stack)
    assert wait(template(stack)) == {
        "Identity": "blacksheep.link",
        "MailFrom": "bounce.blacksheep.link",
        "Dkim": "EasyDkim",
        "Seconds": "600",
        "HostedZoneId": "Z0123456789EXAMPLE",
    }


def test_child_id() -> None:
    """The child `Verification` is part of the contract; without the prop nothing changes."""
    stack = new_stack(app())
    auth = waiting(stack)
    assert "Verification" in child_ids(auth)
    plain = waiting(stack, "Plain", domain_name="mail.blacksheep.link", dmarc_rua=[], wait_for_verification=None)
    assert not [name for name in child_ids(plain) if name.startswith("Verification")]


@pytest.mark.parametrize("layout", list(RecordLayout))
def test_comes_after_everything(layout: RecordLayout) -> None:
    """The identity and each record stand before there is anything to wait for."""
    stack = new_stack(app())
    waiting(stack, record_layout=layout)
    made = template(stack)["Resources"]
    kinds = {"AWS::SES::EmailIdentity", "AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"}
    (last,) = (found for found in made.values() if found["Type"] == KIND)
    assert {name for name, found in made.items() if found["Type"] in kinds} <= set(last["DependsOn"])


def test_verified_is_what_others_depend_on() -> None:
    """A user pool that sends through SES is made when SES has verified."""
    stack = new_stack(app())
    auth = waiting(stack)
    pool = aws_cognito.UserPool(stack, "Pool")
    pool.node.add_dependency(auth.verified)
    made = template(stack)["Resources"]
    (found,) = (each for each in made.values() if each["Type"] == "AWS::Cognito::UserPool")
    assert [made[name]["Type"] for name in found["DependsOn"]] == [KIND]


def test_verified_without_a_wait() -> None:
    """It says what to set."""
    stack = new_stack(app())
    auth = waiting(stack, wait_for_verification=None)
    with pytest.raises(EmailAuthError) as raised:
        _ = auth.verified
    assert str(raised.value) == (
        "'verified' needs 'wait_for_verification', which 'Stack/EmailAuth' has not; pass for example "
        "wait_for_verification=Duration.minutes(14)"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(600, "must be a Duration, got 600; pass for example Duration.minutes(14)", id="number"),
        pytest.param("10m", "must be a Duration, got '10m'; pass for example Duration.minutes(14)", id="text"),
        pytest.param(
            Duration.minutes(15), "must be at most 14 minutes, since a Lambda function runs 15, got 900", id="too-long"
        ),
        pytest.param(Duration.days(2), "in a stack of its own, and ask 'aws sesv2 get-email-identity' in between", id="days"),
        pytest.param(Duration.seconds(0), "must be longer than 0 seconds; leave it out to not wait", id="zero"),
        pytest.param(Duration.millis(1500), "must be whole seconds, got a Duration that is none", id="part-of-a-second"),
        pytest.param(
            Duration.seconds(Token.as_number({"Ref": "Wait"})),
            "is a number that is known only after the deploy",
            id="token",
        ),
    ],
)
@pytest.mark.parametrize("kind", [SesEmailAuth, SendingIdentity])
def test_refused(kind: type[SesEmailAuth | SendingIdentity], value: object, message: str) -> None:
    """Each wrong value says what is right, and leaves nothing in the tree."""
    stack = new_stack(app())
    zone = imported_zone(stack)
    with pytest.raises(EmailAuthError, match="'wait_for_verification'") as raised:
        kind(stack, "EmailAuth", hosted_zone=zone, wait_for_verification=value)  # type: ignore[arg-type]  # on purpose
    assert message in str(raised.value)
    assert child_ids(stack) == ["Zone"]


@pytest.mark.parametrize("minutes", [1, 14])
def test_limits(minutes: int) -> None:
    """Up to 14 minutes, in a function that runs 15."""
    stack = new_stack(app())
    waiting(stack, wait_for_verification=Duration.minutes(minutes))
    made = template(stack)
    assert wait(made)["Seconds"] == str(minutes * 60)
    (function,) = resources(made, "AWS::Lambda::Function").values()
    assert function["Timeout"] == 900


@pytest.mark.parametrize(
    ("props", "changed"),
    [
        pytest.param({"mail_from_subdomain": "mail"}, {"MailFrom": "mail.blacksheep.link"}, id="mail-from"),
        pytest.param({"mail_from_subdomain": None}, {"MailFrom": None}, id="no-mail-from"),
        pytest.param({"domain_name": "m.blacksheep.link", "dmarc_rua": []}, {"Identity": "m.blacksheep.link"}, id="domain"),
        pytest.param({"dkim": Dkim.managed_key(2)}, {"Dkim": "ManagedKey", "Selector": "ses-2"}, id="managed-key"),
        pytest.param({"dkim": own_key()}, {"Dkim": "OwnKey", "Selector": "key-1"}, id="own-key"),
        pytest.param({"dkim": Dkim.replica_of("us-east-1")}, {"Dkim": "Replica"}, id="replica"),
    ],
)
def test_waits_again(props: dict[str, Any], changed: dict[str, str | None]) -> None:
    """Each thing that SES has to verify anew changes a property, so CloudFormation calls the function again."""
    stack = new_stack(app())
    waiting(stack, **props)
    found = wait(template(stack))
    assert {name: found.get(name) for name in changed} == changed


def test_rights() -> None:
    """Of this identity, this stack and this zone alone; MAIL FROM is set only where there is one."""
    stack = new_stack(app())
    waiting(stack, mail_from_subdomain=None)
    roles = resources(template(stack), "AWS::IAM::Role")
    (policy,) = (role["Policies"][0]["PolicyDocument"]["Statement"] for role in roles.values() if "Policies" in role)
    arn = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":ses:ap-northeast-1:123456789012:identity/blacksheep.link"]]}
    zone = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":route53:::hostedzone/Z0123456789EXAMPLE"]]}
    assert [(each["Action"], each["Resource"]) for each in policy] == [
        ("ses:GetEmailIdentity", arn),
        ("cloudformation:DescribeStacks", {"Ref": "AWS::StackId"}),
        (["route53:GetHostedZone", "route53:ListResourceRecordSets"], zone),
    ]


def test_zone_whose_records_a_function_writes_is_read() -> None:
    """It is in the account of the stack like any other."""
    stack = new_stack(app())
    waiting(stack, dns=Dns.route53(imported_zone(stack), adopt=True))
    assert wait(template(stack))["HostedZoneId"] == "Z0123456789EXAMPLE"


def test_zone_of_another_account_is_not_read() -> None:
    """Neither its id nor a right to read it is in the template of the wait."""
    stack = new_stack(app())
    role = "arn:aws:iam::210987654321:role/mail-records"
    waiting(stack, dns=Dns.cross_account(hosted_zone_id="Z1FOREIGN", zone_name="blacksheep.link", role_arn=role))
    made = template(stack)
    assert "HostedZoneId" not in wait(made)
    (last,) = (found for found in made["Resources"].values() if found["Type"] == KIND)
    assert [name for name in last["DependsOn"] if made["Resources"][name]["Type"] == "Custom::SesEmailAuthRecords"]


def test_two_waits_one_function() -> None:
    """However long each of them waits."""
    stack = new_stack(app())
    waiting(stack)
    waiting(stack, "Two", domain_name="m.blacksheep.link", dmarc_rua=[], wait_for_verification=Duration.minutes(2))
    made = template(stack)
    assert sorted(found["Seconds"] for found in resources(made, KIND).values()) == ["120", "600"]
    assert len(resources(made, "AWS::Lambda::Function")) == 1


def test_retained_records() -> None:
    """`removal_policy` is about the identity and the records: a wait is nothing to keep."""
    stack = new_stack(app())
    waiting(stack, removal_policy=RemovalPolicy.RETAIN)
    (found,) = (each for each in template(stack)["Resources"].values() if each["Type"] == KIND)
    assert "DeletionPolicy" not in found


def test_nag() -> None:
    """cdk-nag has nothing to say."""
    root = app()
    stack = new_stack(root)
    after = CfnResource(stack, "After", type="AWS::SES::ConfigurationSet")
    after.node.add_dependency(waiting(stack).verified)
    assert nag_findings(root) == []
