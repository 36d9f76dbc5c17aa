"""`Dkim.replica_of(region)`: the whole identity is a custom resource."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Tags, aws_iam, aws_ses

from ses_email_auth import Dkim, EmailAuthError, EmailAuthValidation, SendingIdentity, SesEmailAuth, Verdict
from tests.cdk.keys import app_with_assets
from tests.cdk.stacks import child_ids, imported_zone, new_stack, records, resources, templates
from tests.cdk.validated import app_with, said, synthesized

if TYPE_CHECKING:
    from aws_cdk import App, Stack

REPLICA = "Custom::SesEmailAuthReplicaIdentity"
VIRGINIA = "us-east-1"


@pytest.fixture
def app() -> App:
    """An app."""
    return app_with_assets()


def replica(stack: Stack, region: str = "ap-northeast-1", **props: Any) -> SendingIdentity:
    """A second region."""
    return SendingIdentity(stack, "Mail", hosted_zone=imported_zone(stack), dkim=Dkim.replica_of(region), **props)


def properties(app: App, name: str = "Stack") -> dict[str, Any]:
    """Those of the replica, what handlers need aside."""
    (found,) = resources(templates(app)[name], REPLICA).values()
    return {key: value for key, value in found.items() if key not in {"ServiceToken", "ServiceTimeout", "Role", "IdentityArn"}}


def test_the_least(app: App) -> None:
    """Identity and MAIL FROM, and no DKIM record: those of the parent serve."""
    made = replica(new_stack(app, region=VIRGINIA))
    assert properties(app) == {
        "EmailIdentity": "blacksheep.link",
        "ParentRegion": "ap-northeast-1",
        "MailFromAttributes": {"MailFromDomain": "bounce-us-east-1.blacksheep.link"},
    }
    assert records(templates(app)["Stack"]) == [
        "bounce-us-east-1.blacksheep.link. 600 MX 10 feedback-smtp.us-east-1.amazonses.com",
        'bounce-us-east-1.blacksheep.link. 600 TXT "v=spf1 include:amazonses.com ~all"',
    ]
    assert child_ids(made)[0] == "Identity"


def test_without_a_mail_from_domain(app: App) -> None:
    """Nothing is asked of SES, and no record is needed at all."""
    replica(new_stack(app, region=VIRGINIA), mail_from_subdomain=None)
    assert properties(app) == {"EmailIdentity": "blacksheep.link", "ParentRegion": "ap-northeast-1"}
    assert records(templates(app)["Stack"]) == []


def test_everything(app: App) -> None:
    """The properties of an `AWS::SES::EmailIdentity`, and the tags of the construct and of the app."""
    stack = new_stack(app, region=VIRGINIA)
    made = replica(
        stack,
        mail_from_behavior_on_mx_failure=aws_ses.MailFromBehaviorOnMxFailure.REJECT_MESSAGE,
        configuration_set=aws_ses.ConfigurationSet.from_configuration_set_name(stack, "Set", "news"),
        feedback_forwarding=False,
    )
    Tags.of(made).add("team", "mail")
    Tags.of(app).add("app", "shop")
    found = properties(app)
    assert found["MailFromAttributes"]["BehaviorOnMxFailure"] == "REJECT_MESSAGE"
    assert found["ConfigurationSetAttributes"] == {"ConfigurationSetName": "news"}
    assert found["FeedbackAttributes"] == {"EmailForwardingEnabled": "false"}
    assert found["Tags"] == [{"Key": "app", "Value": "shop"}, {"Key": "team", "Value": "mail"}]


def test_tags_of_the_stack(app: App) -> None:
    """CloudFormation gives them to its own resources alone, so they are written."""
    stack = new_stack(app, region=VIRGINIA)
    stack.tags.set_tag("cost", "1")
    replica(stack)
    assert properties(app)["Tags"] == [{"Key": "cost", "Value": "1"}]


def test_records_wait_for_it(app: App) -> None:
    """As for every identity."""
    stack = new_stack(app, region=VIRGINIA)
    replica(stack)
    template = templates(app)["Stack"]
    (name,) = resources(template, REPLICA)
    mx = next(found for found in resources(template, "AWS::Route53::RecordSet").values() if found["Type"] == "MX")
    assert mx["Comment"] == {"Ref": name}


def test_permissions(app: App) -> None:
    """On this identity, to take the key of the parent for this region, and to see whether the stack rolls back."""
    replica(new_stack(app, region=VIRGINIA))
    found = resources(templates(app)["Stack"], "AWS::IAM::Role")
    (work,) = (role["Policies"][0]["PolicyDocument"]["Statement"] for name, role in found.items() if name.startswith("Mail"))
    own, parent, events = work
    assert (events["Action"], events["Resource"]) == ("cloudformation:DescribeStackEvents", {"Ref": "AWS::StackId"})
    assert "*" not in json.dumps(work).replace('"Fn::Join": ["", ["arn:"', "")
    assert "ses:us-east-1:123456789012:identity/blacksheep.link" in json.dumps(own["Resource"])
    assert parent["Action"] == "ses:ReplicateEmailIdentityDKIMSigningKey"
    assert parent["Condition"] == {"ForAllValues:StringEquals": {"ses:ReplicaRegion": [VIRGINIA]}}
    assert "ses:ap-northeast-1:123456789012:identity/blacksheep.link" in json.dumps(parent["Resource"])


def test_no_cfn_identity(app: App) -> None:
    """But `identity`, grants and the proof are as ever."""
    stack = new_stack(app, region=VIRGINIA)
    made = replica(stack)
    with pytest.raises(
        EmailAuthError, match=r"has no 'cfn_identity' here, a custom resource makes the identity; use 'identity'$"
    ):
        _ = made.cfn_identity
    assert made.identity.email_identity_name == "blacksheep.link"
    made.grant_send_email(aws_iam.User(stack, "User"))
    assert made.alignment.verdict is Verdict.BOTH


@pytest.mark.parametrize(
    ("stack_region", "region", "message"),
    [
        pytest.param(VIRGINIA, VIRGINIA, "'dkim' is a replica of 'us-east-1', which is the region of the stack", id="same"),
        pytest.param(
            VIRGINIA, "us-gov-west-1", "'dkim' is a replica of 'us-gov-west-1', which another partition", id="partition"
        ),
        pytest.param(
            "cn-north-1", VIRGINIA, "Amazon SES does not exist in the China region 'cn-north-1'", id="a-partition-without-ses"
        ),
    ],
)
def test_a_region_that_does_not_fit(app: App, stack_region: str, region: str, message: str) -> None:
    """Nothing is left in the tree."""
    stack = new_stack(app, region=stack_region)
    with pytest.raises(EmailAuthError) as caught:
        replica(stack, region)
    assert str(caught.value).startswith(message)
    assert child_ids(stack) == ["Zone"]


@pytest.mark.parametrize(
    ("region", "message"),
    [
        pytest.param("mars-1", "'region' must be a region from which Amazon SES sends, got 'mars-1'", id="unknown"),
        pytest.param("${Token[AWS.Region.4]}", "'region' must be a region code, got a token", id="token"),
        pytest.param(None, "'region' must be a region code, got NoneType; pass for example 'ap-northeast-1'", id="none"),
    ],
)
def test_refused(region: Any, message: str) -> None:
    """At the user's line."""
    with pytest.raises(EmailAuthError) as caught:
        Dkim.replica_of(region)
    assert str(caught.value).startswith(message)


def test_a_stack_without_a_region(app: App) -> None:
    """Nobody can tell whether the parent is there, too; SES will."""
    stack = new_stack(app, region=None)
    replica(stack, mail_from_subdomain="bounce-2")
    assert properties(app)["ParentRegion"] == "ap-northeast-1"


@pytest.mark.parametrize(
    ("mail_from", "wanted"),
    [
        pytest.param("bounce-us-east-1", [], id="each-its-own"),
        pytest.param("bounce", [("error", "mail-from-shared"), ("error", "record-set-twice")], id="one-for-both"),
    ],
)
def test_two_regions(mail_from: str, wanted: list[tuple[str, str]]) -> None:
    """The policy stands once; a MAIL FROM domain that two regions share ends the synthesis, though a replica is no
    `AWS::SES::EmailIdentity`.
    """
    app = app_with(EmailAuthValidation())
    home, second = new_stack(app, "Tokyo"), new_stack(app, "Virginia", region=VIRGINIA)
    SesEmailAuth(home, "Mail", hosted_zone=imported_zone(home), mail_from_subdomain="bounce", dmarc_rua=["d@blacksheep.link"])
    replica(second, mail_from_subdomain=mail_from)
    assert bool(synthesized(app)) == bool(wanted)
    assert sorted({(severity, rule) for severity, rule, _ in said(app)}) == wanted
