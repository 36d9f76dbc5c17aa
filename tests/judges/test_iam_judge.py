"""The judge of IAM statements finds each kind of fault, and says nothing of what is right."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import aws_iam

from tests.cdk.stacks import new_app, new_stack
from tests.judges import acknowledged, iam_judge
from tests.judges.statements import Kind, Statement
from tests.judges.watch import JudgedWrong

IDENTITY = "arn:aws:ses:ap-northeast-1:123456789012:identity/example.com"
TEMPLATE = "arn:aws:ses:ap-northeast-1:123456789012:template/welcome"
ZONE = "arn:aws:route53:::hostedzone/Z1"
FROM = {"StringLike": {"ses:FromAddress": ["a@example.com"]}}


def allow(*actions: str, on: Any, under: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    """A statement as a template has it."""
    condition = {} if under is None else {"Condition": under}
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **condition, **others}


def judged(statement: dict[str, Any], of: str = "PolicyDocument") -> list[str]:
    """What the judge says of a template with this one statement."""
    resources = {
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": {of: {"Statement": [statement]}}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {}},
    }
    return [fault for logical_id, fault in iam_judge.faults({"Resources": resources}) if logical_id == "Policy"]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(allow("ses:SendEmail", "ses:SendRawEmail", on=IDENTITY, under=FROM), id="a-key-that-all-actions-have"),
        pytest.param(allow("ses:SendTemplatedEmail", "ses:SendEmail", on=[IDENTITY, TEMPLATE]), id="several-resources"),
        pytest.param(allow("SES:sendemail", on=IDENTITY, under={"StringLike": {"SES:fromaddress": "a"}}), id="case"),
        pytest.param(allow("ses:GetAccount", on="*"), id="an-action-without-resources"),
        pytest.param(allow("sns:Publish", on={"Ref": "Topic"}), id="a-reference"),
        pytest.param(allow("logs:PutLogEvents", on={"Fn::GetAtt": ["Group", "Arn"]}), id="streams-of-a-log-group"),
        pytest.param(allow("sns:Publish", on={"Fn::ImportValue": "Other"}), id="what-another-stack-knows"),
        pytest.param(
            allow("ses:GetEmailIdentity", on=IDENTITY, under={"StringEquals": {"aws:ResourceTag/team": "mail"}}), id="a-tag"
        ),
        pytest.param(
            allow("ses:SendBulkEmail", on=[IDENTITY, TEMPLATE], under={"StringLikeIfExists": {"ses:FromAddress": "a"}}),
            id="a-key-that-may-be-absent",
        ),
        pytest.param(
            allow("sns:Publish", on={"Ref": "Topic"}, under={"StringEquals": {"aws:SourceAccount": "1"}}, Principal="*"),
            id="a-call-of-a-service",
        ),
        pytest.param({**allow("ses:*", on="*"), "Effect": "Deny", "Action": "ses:SendEmail"}, id="a-denial-may-be-wide"),
    ],
)
def test_right(statement: dict[str, Any]) -> None:
    """Nothing is said."""
    assert judged(statement) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        pytest.param(
            allow("ses:SendEmail", "ses:SendBulkEmail", on=[IDENTITY, TEMPLATE], under=FROM),
            "ses:SendBulkEmail has no condition key ses:FromAddress: StringLike would deny it",
            id="a-key-that-one-action-has-not",
        ),
        pytest.param(
            allow("ses:GetEmailIdentity", on=IDENTITY, under={"StringEquals": {"aws:PrincipalArm": "x"}}),
            "ses:GetEmailIdentity has no condition key aws:PrincipalArm: StringEquals would deny it",
            id="a-global-key-that-does-not-exist",
        ),
        pytest.param(
            allow("ses:GetEmailIdentity", on=IDENTITY, under={"ArnLike": {"aws:SourceArn": "x"}}),
            "aws:SourceArn is for policies of resources, it stands in calls of services: ArnLike would deny "
            "ses:GetEmailIdentity",
            id="a-key-of-services-in-a-role",
        ),
        pytest.param(allow("ses:SendMail", on=IDENTITY), "no service has the action ses:SendMail", id="no-such-action"),
        pytest.param(allow("sesv2:SendEmail", on=IDENTITY), "no service has the action sesv2:SendEmail", id="no-such-service"),
        pytest.param(allow("ses:Send*", on=IDENTITY), "ses:Send* names no action", id="an-action-that-is-not-named"),
        pytest.param(
            allow("route53:GetHostedZone", on=[ZONE, IDENTITY]),
            f"{IDENTITY} is no resource of route53:GetHostedZone; they work on arn:${{Partition}}:route53:::hostedzone/${{Id}}",
            id="a-resource-of-another-type",
        ),
        pytest.param(
            allow("ses:SendBulkEmail", on=IDENTITY),
            "ses:SendBulkEmail is never allowed: it needs "
            "arn:${Partition}:ses:${Region}:${Account}:template/${TemplateName} too",
            id="a-resource-that-is-missing",
        ),
        pytest.param(
            allow("ses:GetEmailIdentity", "route53:GetHostedZone", on=IDENTITY),
            "route53:GetHostedZone is never allowed: it works on arn:${Partition}:route53:::hostedzone/${Id}",
            id="no-resource-of-one-action",
        ),
        pytest.param(
            allow("ses:GetAccount", "ses:GetEmailIdentity", on=IDENTITY),
            "ses:GetAccount works on no resource that has an ARN: it has to be allowed on *",
            id="no-resource-that-could-be-named",
        ),
        pytest.param(
            allow("sns:Publish", on="*"),
            "sns:Publish is allowed on *, but could be on arn:${Partition}:sns:${Region}:${Account}:${TopicName}",
            id="everything",
        ),
        pytest.param(
            allow("route53:GetHostedZone", on="arn:aws:route53:::hostedzone/*"),
            "route53:GetHostedZone is allowed on arn:aws:route53:::hostedzone/*, which is every "
            "arn:${Partition}:route53:::hostedzone/${Id}",
            id="every-zone",
        ),
        pytest.param(
            {"Effect": "Allow", "NotAction": "ses:SendEmail", "Resource": IDENTITY},
            "NotAction also covers what AWS adds later: name what is meant",
            id="all-but-one",
        ),
        pytest.param({"Effect": "Allow", "Action": "ses:SendEmail"}, "it names no resource", id="no-resource"),
    ],
)
def test_wrong(statement: dict[str, Any], said: str) -> None:
    """One sentence, which names the action and what is wrong with it."""
    assert judged(statement) == [said]


def test_an_action_that_needs_another_one() -> None:
    """`lambda:CreateFunction` hands a role on, so the caller needs `iam:PassRole`."""
    function = "arn:aws:lambda:ap-northeast-1:123456789012:function:mail"
    said = judged(allow("lambda:CreateFunction", on=function))
    assert "lambda:CreateFunction needs iam:PassRole, which the policy does not allow" in said


def test_who_may_assume_a_role() -> None:
    """A trust policy has no resource; its conditions are those of `sts:AssumeRole`."""
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    for key in ("sts:ExternalId", "aws:PrincipalArn"):
        assert judged({**trust, "Condition": {"StringEquals": {key: "x"}}}, "AssumeRolePolicyDocument") == []
    assert judged({**trust, "Condition": {"StringEquals": {"sts:ExternalID2": "x"}}}, "AssumeRolePolicyDocument") == [
        "sts:AssumeRole has no condition key sts:ExternalID2: StringEquals would deny it"
    ]


def test_the_policy_of_a_key() -> None:
    """`*` is the key itself there; conditions are judged all the same."""
    statement = allow("kms:Decrypt", on="*", Principal={"Service": "ses.amazonaws.com"})
    assert judged(statement, "KeyPolicy") == []
    assert judged({**statement, "Condition": {"StringEquals": {"kms:ViaServices": "x"}}}, "KeyPolicy") == [
        "kms:Decrypt has no condition key kms:ViaServices: StringEquals would deny it"
    ]


def test_a_policy_that_a_function_writes() -> None:
    """It is found wherever it stands, as the property of a custom resource too."""
    document = {"Statement": [allow("ses:SendMail", on=IDENTITY, Principal={"AWS": "123456789012"})]}
    template = {"Resources": {"Sending": {"Type": "Custom::SesEmailAuthSendingPolicy", "Properties": {"Policy": document}}}}
    assert list(iam_judge.faults(template)) == [("Sending", "no service has the action ses:SendMail")]


@pytest.mark.parametrize(("kind", "action", "resource"), acknowledged.WILDCARDS)
def test_each_wildcard_is_acknowledged_for_a_fault(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, action: str, resource: str
) -> None:
    """Without its entry the judge says something."""
    statement = Statement(kind, is_allowed=True, actions=(action,), resources=(resource,), condition_keys=(), negations=())
    judge = iam_judge.statement_faults.__wrapped__
    assert judge(statement) == ()
    monkeypatch.setattr(acknowledged, "WILDCARDS", {})
    assert len(judge(statement)) == 1


def test_what_a_test_synthesizes_is_judged() -> None:
    """The line that synthesizes it fails, and says the construct, the fault and the data."""
    app = new_app()
    role = aws_iam.Role(new_stack(app), "Role", assumed_by=aws_iam.AccountRootPrincipal())
    role.add_to_policy(aws_iam.PolicyStatement(actions=["ses:SendMail"], resources=[IDENTITY]))
    with pytest.raises(JudgedWrong) as caught:
        app.synth()
    head, fault, _of_cfn_lint = str(caught.value).splitlines()
    assert "by policy_sentry 0." in head
    assert fault == "Stack/Role/DefaultPolicy/Resource (RoleDefaultPolicy5FFB7DAB): no service has the action ses:SendMail"
