"""Who else may send mail of an identity (developer guide, "Using sending authorization with Amazon SES").

CloudFormation has no resource for these policies, so a function of ours writes them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from aws_cdk import CfnResource, Stack, aws_iam

from ses_email_auth.cdk.custom_resource import custom_resource
from ses_email_auth.cdk.grants import SEND, ses_arn
from ses_email_auth.cdk.kinds import is_a
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token

if TYPE_CHECKING:
    from aws_cdk import aws_cognito
    from constructs import Construct

    from ses_email_auth.cdk.grants import SendingLimits
    from ses_email_auth.cdk.record_resources import Json
    from ses_email_auth.domain_name import DomainName

__all__ = ["account_policy", "cognito_policy", "sending_policy"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_MAX_POLICIES = 20
_TYPE = "Custom::SesEmailAuthSendingPolicy"
_WRITING = (
    "ses:GetEmailIdentityPolicies",
    "ses:CreateEmailIdentityPolicy",
    "ses:UpdateEmailIdentityPolicy",
    "ses:DeleteEmailIdentityPolicy",
)
_POOLS = ("aws-cdk-lib.aws_cognito.IUserPool", "aws-cdk-lib.interfaces.aws_cognito.IUserPoolRef")


def account_policy(stack: Stack, identity: DomainName, account_id: str, limits: SendingLimits) -> aws_iam.PolicyDocument:
    """Another account may send: its own IAM policies say who there.

    Raises:
        EmailAuthError: for what is no account id, and for addresses that the identity does not cover.
    """
    if not _is_account(account_id):
        raise EmailAuthError(f"'account_id' must be the 12 digits of an AWS account, as text, got {account_id!r}")
    return _document(stack, identity, aws_iam.AccountPrincipal(account_id), limits.conditions(identity))


def cognito_policy(
    stack: Stack, identity: DomainName, user_pool: aws_cognito.IUserPool, limits: SendingLimits
) -> aws_iam.PolicyDocument:
    """One Cognito user pool may send (Cognito developer guide, "Authorizing Amazon Cognito to send Amazon SES email").

    Raises:
        EmailAuthError: for what is no user pool, and for addresses that the identity does not cover.
    """
    from aws_cdk import aws_cognito  # noqa: PLC0415 - only who uses Cognito pays for it

    if not is_a(user_pool, aws_cognito.UserPool, *_POOLS):
        raise EmailAuthError(f"'user_pool' must be an aws_cognito.IUserPool, got {user_pool!r}")
    conditions = limits.conditions(identity)
    conditions["StringEquals"] = {"aws:SourceAccount": [user_pool.env.account]}
    conditions["ArnLike"] = {"aws:SourceArn": [user_pool.user_pool_arn]}
    return _document(stack, identity, aws_iam.ServicePrincipal("email.cognito-idp.amazonaws.com"), conditions)


def sending_policy(scope: Construct, identity: DomainName, name: str, document: aws_iam.PolicyDocument) -> CfnResource:
    """The custom resource that gives `identity` the policy; a child of `scope`.

    Raises:
        EmailAuthError: for what SES would refuse: a bad or second name, too many policies.
    """
    child = f"SendingPolicy-{name}"
    _check_name(scope, child, name)
    _check_document(name, document)
    return custom_resource(
        scope,
        child,
        concern="sending_policy",
        resource_type=_TYPE,
        # CDK writes the document itself when it synthesizes: statements that are added later are in it.
        properties={"Identity": identity.text, "PolicyName": name, "Policy": cast("Json", document)},
        statements=[
            aws_iam.PolicyStatement(actions=list(_WRITING), resources=[ses_arn(Stack.of(scope), "identity", identity.text)])
        ],
    )


def _document(
    stack: Stack, identity: DomainName, principal: aws_iam.IPrincipal, conditions: dict[str, dict[str, list[str]]]
) -> aws_iam.PolicyDocument:
    return aws_iam.PolicyDocument(
        statements=[
            aws_iam.PolicyStatement(
                principals=[principal],
                actions=list(SEND),
                resources=[ses_arn(stack, "identity", identity.text)],
                conditions=conditions or None,
            )
        ]
    )


def _is_account(account_id: object) -> bool:
    return isinstance(account_id, str) and (holds_token(account_id) or _ACCOUNT.fullmatch(account_id) is not None)


def _check_name(scope: Construct, child: str, name: object) -> None:
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise EmailAuthError(f"'name' must have 1 to 64 letters, digits, '-' and '_', got {name!r}; pass for example 'partner'")
    if scope.node.try_find_child(child) is not None:
        raise EmailAuthError(f"there is a sending policy {name!r} already; pass another name")
    kinds = [node.cfn_resource_type for node in scope.node.children if isinstance(node, CfnResource)]
    if kinds.count(_TYPE) >= _MAX_POLICIES:
        raise EmailAuthError(f"an identity takes {_MAX_POLICIES} sending policies; put the statements into fewer documents")


def _check_document(name: str, document: aws_iam.PolicyDocument) -> None:
    if not isinstance(document, aws_iam.PolicyDocument):
        raise EmailAuthError(f"'document' must be an aws_iam.PolicyDocument, got {document!r}")
    faults = document.validate_for_resource_policy()
    if document.is_empty or faults:
        raise EmailAuthError(f"the sending policy {name!r} is incomplete: {faults[0] if faults else 'it has no statement'}")
