"""Who else may send: the documents, the custom resource that writes them, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnParameter, CfnResource, Duration, RemovalPolicy, Stack, aws_cognito, aws_iam

from ses_email_auth import EmailAuthError, SendingIdentity, SesEmailAuth
from tests.cdk.stacks import ACCOUNT, DEFAULT_RULES, TOKYO, child_ids, imported_zone, new_stack, resources, templates

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cdk.stacks import Template

TYPE = "Custom::SesEmailAuthSendingPolicy"
SENDER = "210987654321"


def arn(resource: str, partition_service: str = "ses") -> dict[str, Any]:
    """An ARN in the stack's account and region."""
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":{partition_service}:{TOKYO}:{ACCOUNT}:{resource}"]]}


def root(account: object) -> dict[str, Any]:
    """A whole account."""
    parts = f":iam::{account}:root" if isinstance(account, str) else account
    joined = [parts] if isinstance(parts, str) else [":iam::", parts, ":root"]
    return {"AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, *joined]]}}


def statement(**more: object) -> dict[str, Any]:
    """What each document of ours says."""
    return {
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Effect": "Allow",
        "Resource": arn("identity/blacksheep.link"),
    } | more


def new_app() -> App:
    """An app whose stacks take assets."""
    return App(analytics_reporting=False, context={DEFAULT_RULES: True})


def sending(stack: Stack, construct_id: str = "EmailAuth", **props: Any) -> SesEmailAuth:
    """The reference domain."""
    return SesEmailAuth(stack, construct_id, hosted_zone=imported_zone(stack, construct_id=f"{construct_id}Zone"), **props)


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """A stack for each kind of policy."""
    app = new_app()
    sending(new_stack(app, "account")).allow_account(SENDER, from_addresses=["News@BlackSheep.link"])
    stack = new_stack(app, "cognito")
    sending(stack).allow_cognito(aws_cognito.UserPool.from_user_pool_id(stack, "Pool", f"{TOKYO}_AbCdEfGhI"))
    stack = new_stack(app, "token")
    account = CfnParameter(stack, "Account", default=SENDER).value_as_string
    sending(stack).allow_account(account, name="partner")
    stack = new_stack(app, "own")
    auth = sending(stack)
    document = aws_iam.PolicyDocument()
    document.add_statements(_statement(auth.identity_arn, SENDER))
    auth.add_sending_policy("own", document)
    document.add_statements(_statement(auth.identity_arn, "333333333333"))
    auth.allow_account(SENDER)
    return templates(app)


def _statement(resource: str, account: str) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(
        actions=["ses:SendEmail"], resources=[resource], principals=[aws_iam.AccountPrincipal(account)]
    )


def policies(template: Template) -> list[Template]:
    """What the function is told, without what all custom resources have."""
    machinery = {"ServiceToken", "ServiceTimeout", "Role"}
    return [
        {name: value for name, value in found.items() if name not in machinery} for found in resources(template, TYPE).values()
    ]


def test_another_account_may_send(built: dict[str, Template]) -> None:
    """The root of the account, so that its own policies say who; with these addresses only."""
    assert policies(built["account"]) == [
        {
            "Identity": "blacksheep.link",
            "PolicyName": f"account-{SENDER}",
            "Policy": {
                "Statement": [
                    statement(Principal=root(SENDER), Condition={"StringLike": {"ses:FromAddress": ["News@blacksheep.link"]}})
                ],
                "Version": "2012-10-17",
            },
        }
    ]


def test_one_user_pool_may_send(built: dict[str, Template]) -> None:
    """Cognito's service may for this pool of this account and for no other: the confused deputy is kept out."""
    (found,) = policies(built["cognito"])
    assert found["PolicyName"] == "cognito"
    assert found["Policy"]["Statement"] == [
        statement(
            Principal={"Service": "email.cognito-idp.amazonaws.com"},
            Condition={
                "StringEquals": {"aws:SourceAccount": [ACCOUNT]},
                "ArnLike": {"aws:SourceArn": [arn(f"userpool/{TOKYO}_AbCdEfGhI", "cognito-idp")]},
            },
        )
    ]


def test_an_account_that_is_known_after_the_deploy(built: dict[str, Template]) -> None:
    """A token stays as it is."""
    (found,) = policies(built["token"])
    assert found["Policy"]["Statement"] == [statement(Principal=root({"Ref": "Account"}))]


def test_a_document_of_ones_own(built: dict[str, Template]) -> None:
    """Statements that are added later are in it."""
    own, account = policies(built["own"])
    assert [(each["Action"], each["Principal"]) for each in own["Policy"]["Statement"]] == [
        ("ses:SendEmail", root(SENDER)),
        ("ses:SendEmail", root("333333333333")),
    ]
    assert account["PolicyName"] == f"account-{SENDER}"


def test_the_function_may_write_policies_of_this_identity_alone(built: dict[str, Template]) -> None:
    """Nothing of SES without the ARN of the identity."""
    writing = [
        found
        for kind in ("AWS::IAM::Role", "AWS::IAM::Policy")
        for properties in resources(built["own"], kind).values()
        for document in (
            *(policy["PolicyDocument"] for policy in properties.get("Policies", [])),
            *([properties["PolicyDocument"]] if "PolicyDocument" in properties else []),
        )
        for found in document["Statement"]
        if any(action.startswith("ses:") for action in found["Action"])
    ]
    assert writing
    for found in writing:
        assert found["Resource"] == arn("identity/blacksheep.link")
        assert set(found["Action"]) == {
            "ses:GetEmailIdentityPolicies",
            "ses:CreateEmailIdentityPolicy",
            "ses:UpdateEmailIdentityPolicy",
            "ses:DeleteEmailIdentityPolicy",
        }


def test_the_policy_stands_between_identity_and_end(built: dict[str, Template]) -> None:
    """It is written after the identity, and so deleted before it."""
    template = built["account"]
    (identity,) = resources(template, "AWS::SES::EmailIdentity")
    (policy,) = resources(template, TYPE)
    assert identity in template["Resources"][policy]["DependsOn"]


def test_the_policy_waits_for_the_verification(built: dict[str, Template]) -> None:
    """SES may refuse it before; nothing that is waited for waits for the policy."""
    app = new_app()
    sending(new_stack(app), wait_for_verification=Duration.minutes(14)).allow_account(SENDER)
    everything = templates(app)["Stack"]["Resources"]
    (policy,) = (name for name, resource in everything.items() if resource["Type"] == TYPE)
    (verified,) = (name for name, resource in everything.items() if resource["Type"] == "Custom::SesEmailAuthVerification")
    assert verified in everything[policy]["DependsOn"]
    assert not any(policy in resource.get("DependsOn", []) for resource in everything.values())
    assert not resources(built["account"], "Custom::SesEmailAuthVerification")


def test_a_permission_goes_with_its_line() -> None:
    """`removal_policy` keeps the mail going; a right that was taken away must not be kept."""
    app = new_app()
    sending(new_stack(app), removal_policy=RemovalPolicy.RETAIN).allow_account(SENDER)
    template = templates(app)["Stack"]
    (policy,) = resources(template, TYPE)
    assert "DeletionPolicy" not in template["Resources"][policy]


def test_what_comes_back_can_be_waited_for() -> None:
    """The custom resource, a child of the construct."""
    stack = new_stack(new_app())
    auth = sending(stack)
    policy = auth.allow_account(SENDER)
    assert isinstance(policy, CfnResource)
    assert policy.cfn_resource_type == TYPE
    assert f"SendingPolicy-account-{SENDER}" in child_ids(auth)


def test_twenty_policies() -> None:
    """As many as SES takes, and one error for the next."""
    auth = sending(new_stack(new_app()))
    for number in range(20):
        auth.allow_account(f"{number:012}")
    with pytest.raises(EmailAuthError) as caught:
        auth.allow_account(SENDER)
    assert str(caught.value) == "an identity takes 20 sending policies; put the statements into fewer documents"


NO_DOCUMENT: Any = {}
REFUSED: list[Any] = [
    pytest.param(
        lambda auth: auth.allow_account(123456789012),
        "'account_id' must be the 12 digits of an AWS account, as text, got 123456789012",
        id="number",
    ),
    pytest.param(
        lambda auth: auth.allow_account("1234-5678-9012"),
        "'account_id' must be the 12 digits of an AWS account, as text, got '1234-5678-9012'",
        id="dashes",
    ),
    pytest.param(
        lambda auth: auth.allow_account(CfnParameter(auth, "Id").value_as_string),
        "'account_id' is known only after the deploy, so 'name' must be given, for example 'partner'",
        id="token-without-a-name",
    ),
    pytest.param(
        lambda auth: auth.allow_account(SENDER, from_addresses=["a@example.org"]),
        "'from_addresses' holds 'a@example.org', which the identity 'blacksheep.link' does not cover; SES would refuse it; "
        "make an identity for 'example.org'",
        id="address-of-others",
    ),
    pytest.param(
        lambda auth: auth.allow_account(SENDER, name="a b"),
        "'name' must have 1 to 64 letters, digits, '-' and '_', got 'a b'; pass for example 'partner'",
        id="name",
    ),
    pytest.param(
        lambda auth: [auth.allow_account(SENDER), auth.allow_account(SENDER)],
        f"there is a sending policy 'account-{SENDER}' already; pass another name",
        id="twice",
    ),
    pytest.param(
        lambda auth: auth.allow_cognito("pool"), "'user_pool' must be an aws_cognito.IUserPool, got 'pool'", id="no-pool"
    ),
    pytest.param(
        lambda auth: auth.add_sending_policy("own", NO_DOCUMENT),
        "'document' must be an aws_iam.PolicyDocument, got {}",
        id="no-document",
    ),
    pytest.param(
        lambda auth: auth.add_sending_policy("own", aws_iam.PolicyDocument()),
        "the sending policy 'own' is incomplete: it has no statement",
        id="empty-document",
    ),
    pytest.param(
        lambda auth: auth.add_sending_policy(
            "own",
            aws_iam.PolicyDocument(
                statements=[aws_iam.PolicyStatement(actions=["ses:SendEmail"], resources=[auth.identity_arn])]
            ),
        ),
        "the sending policy 'own' is incomplete: A PolicyStatement used in a resource-based policy must specify at least one "
        "IAM principal.",
        id="nobody",
    ),
]


@pytest.mark.parametrize(("ask", "sentence"), REFUSED)
def test_refused(ask: Callable[[SesEmailAuth], object], sentence: str) -> None:
    """The fault and the way out, at the user's line; nothing more is in the tree."""
    auth = sending(new_stack(new_app()))
    with pytest.raises(EmailAuthError) as caught:
        ask(auth)
    assert str(caught.value) == sentence


def test_identity_arn() -> None:
    """That of the domain, in the account and region of the stack."""
    stack = new_stack(new_app())
    auth = SendingIdentity(stack, "Sending", hosted_zone=imported_zone(stack))
    assert stack.resolve(auth.identity_arn) == arn("identity/blacksheep.link")
