"""Who may send mail of an identity: grants in the account, and sending authorization for others (service authorization
reference, "Amazon SES" and "Amazon SES v2"; developer guide, "Using sending authorization").

A statement that names an identity has to name the configuration set and the template of a mail too. CloudFormation has no
resource for sending authorization policies, so a function of ours writes them.

A condition on a key that an action does not have denies the action: `ses:SendBulkEmail` knows no addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aws_cdk import CfnResource, Stack, aws_iam

from ses_email_auth.cdk.custom_resource import custom_resource, whether_cancelled
from ses_email_auth.cdk.prop_types import is_a, is_account_id
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.prop_values import domain, text_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import aws_cognito, aws_ses
    from constructs import Construct

    from ses_email_auth.cdk.record_sets import Json

SEND = ("ses:SendEmail", "ses:SendRawEmail")
"""What sends a mail that is written out, with either API and with SMTP."""

# SendEmail of SESv2 takes templates too; these are those of the first API.
_SEND_TEMPLATE = ("ses:SendTemplatedEmail", "ses:SendBulkTemplatedEmail")
# Service authorization reference: the bulk action of SESv2 has neither ses:FromAddress nor ses:FeedbackAddress.
_SEND_WITHOUT_ADDRESS_KEYS = ("ses:SendBulkEmail",)
_TEMPLATE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IN_POLICIES = frozenset("*?$")  # wildcards and variables of IAM


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """The addresses that may be used to send; None is no limit."""

    from_addresses: Iterable[str] | None = None
    feedback_addresses: Iterable[str] | None = None

    def conditions(self, identity: DomainName) -> dict[str, dict[str, list[str]]]:
        """As conditions of a statement; empty without a limit.

        Raises:
            EmailAuthError: for what is no list of addresses, and for From addresses that `identity` does not cover.
        """
        limits = {
            "ses:FromAddress": _addresses("from_addresses", self.from_addresses, identity, is_covered=True),
            "ses:FeedbackAddress": _addresses("feedback_addresses", self.feedback_addresses, identity, is_covered=False),
        }
        limited = {key: addresses for key, addresses in limits.items() if addresses is not None}
        return {"StringLike": limited} if limited else {}


@dataclass(frozen=True, slots=True)
class SendingScope:
    """What a grant names beside the identity and its configuration set; None is nothing."""

    templates: Iterable[str] | None = None
    sandbox_recipients: Iterable[str] | None = None


def grant_send_email(
    stack: Stack,
    grantee: aws_iam.IGrantable,
    identity: DomainName,
    configuration_set: aws_ses.IConfigurationSet | None,
    limits: SendingLimits,
    scope: SendingScope,
) -> aws_iam.Grant:
    """Let `grantee` send mail of `identity`, with its configuration set if it has one and with the templates of `scope`."""
    conditions = limits.conditions(identity)
    names, recipients = _template_names(scope.templates), _recipients(scope.sandbox_recipients)
    templates = [ses_arn(stack, "template", name) for name in names]
    arns = [ses_arn(stack, "identity", identity.text)]
    if configuration_set is not None:
        arns.append(ses_arn(stack, "configuration-set", configuration_set.configuration_set_name))
    actions = [*SEND, *(_SEND_TEMPLATE if names else ())]
    without_keys = _SEND_WITHOUT_ADDRESS_KEYS if names and not conditions else ()
    grant = aws_iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[*actions, *without_keys],
        resource_arns=[*arns, *templates],
        conditions=conditions or None,
    )
    if not recipients:
        return grant
    # A recipient is an identity too: without the condition its own address could be sent From.
    to_recipients = aws_iam.Grant.add_to_principal(
        grantee=grantee,
        actions=actions,
        # With the templates, which are allowed above: a statement then says all that its actions ask for.
        resource_arns=[*(ses_arn(stack, "identity", name) for name in recipients), *templates],
        conditions=_from_identity(identity, conditions),
    )
    return grant.combine(to_recipients)


def _from_identity(identity: DomainName, conditions: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
    """`conditions`, and a From address that `identity` covers."""
    covered = {"ses:FromAddress": [f"*@{identity}", f"*@*.{identity}"]}
    return {"StringLike": covered | conditions.get("StringLike", {})}


def ses_arn(stack: Stack, resource: str, name: str) -> str:
    """The ARN of something of SES in the account and the region of `stack`."""
    return stack.format_arn(service="ses", resource=resource, resource_name=name)


def _template_names(templates: Iterable[str] | None) -> list[str]:
    if templates is None:
        return []
    names = text_list("templates", templates, "['welcome']")
    if not names:
        raise EmailAuthError("'templates' is an empty list, which grants nothing; leave it out to grant no template")
    for name in names:
        if not holds_token(name) and _TEMPLATE.fullmatch(name) is None:
            raise EmailAuthError(
                f"'templates' must hold names of SES templates, got {name!r}; a name has 1 to 64 letters, digits, '-' and '_'"
            )
    return list(names)


def _recipients(recipients: Iterable[str] | None) -> list[str]:
    """The names of the identities that the recipients are."""
    if recipients is None:
        return []
    names = [_recipient(entry) for entry in text_list("sandbox_recipients", recipients, "['you@example.org']")]
    if not names:
        raise EmailAuthError("'sandbox_recipients' is an empty list, which grants nothing; leave it out")
    return list(dict.fromkeys(names))


def _recipient(entry: str) -> str:
    if holds_token(entry):
        return entry
    local_part, at, host = entry.rpartition("@")
    if (at and not local_part) or not _IN_POLICIES.isdisjoint(entry) or any(c.isspace() for c in entry):
        raise EmailAuthError(
            f"'sandbox_recipients' must hold mail addresses or domains that are verified in the account, got {entry!r}; pass "
            f"for example 'you@example.org'"
        )
    return f"{local_part}{at}{domain('sandbox_recipients', host)}"


def _addresses(prop: str, addresses: Iterable[str] | None, identity: DomainName, *, is_covered: bool) -> list[str] | None:
    if addresses is None:
        return None
    allowed = [_address(prop, entry, identity, is_covered) for entry in text_list(prop, addresses, f"['info@{identity}']")]
    if not allowed:
        raise EmailAuthError(f"{prop!r} is an empty list, which grants nothing; leave it out to allow every address")
    return allowed


def _address(prop: str, address: str, identity: DomainName, is_covered: bool) -> str:  # noqa: FBT001 - private
    """An address as IAM compares it; a From address must be one that SES lets the identity send."""
    if holds_token(address):
        return address
    local_part, at, host = address.rpartition("@")
    if not at or not local_part or any(c.isspace() for c in address):
        raise EmailAuthError(f"{prop!r} must hold mail addresses, got {address!r}; pass for example 'info@{identity}'")
    try:
        name = DomainName(host)
    except ValueError as error:
        raise EmailAuthError(f"{prop!r} holds {address!r}, but {error}") from error
    if is_covered and name.is_at_or_below(identity) is False:
        raise EmailAuthError(
            f"{prop!r} holds {address!r}, which the identity {identity.text!r} does not cover; SES would refuse it; "
            f"make an identity for {name.text!r}"
        )
    return f"{local_part}@{name}"


_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
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
    """Another account may send: its own IAM policies say which roles there.

    Raises:
        EmailAuthError: for what is no account id, and for addresses that the identity does not cover.
    """
    if not is_account_id(account_id):
        raise EmailAuthError(f"'account_id' must be the 12 digits of an AWS account, as text, got {account_id!r}")
    return _document(stack, identity, aws_iam.AccountPrincipal(account_id), limits.conditions(identity))


def cognito_policy(
    stack: Stack, identity: DomainName, user_pool: aws_cognito.IUserPool, limits: SendingLimits
) -> aws_iam.PolicyDocument:
    """One Cognito user pool may send (Cognito developer guide, "Authorizing Amazon Cognito to send Amazon SES email").

    Raises:
        EmailAuthError: for what is no user pool, and for addresses that the identity does not cover.
    """
    from aws_cdk import aws_cognito  # noqa: PLC0415 - few use Cognito, all would import it

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
    stack = Stack.of(scope)
    return custom_resource(
        scope,
        child,
        concern="sending_policy",
        resource_type=_TYPE,
        # CDK writes the document itself when it synthesizes: statements that are added later are in it.
        properties={"Identity": identity.text, "PolicyName": name, "Policy": cast("Json", document)},
        statements=[
            aws_iam.PolicyStatement(actions=list(_WRITING), resources=[ses_arn(stack, "identity", identity.text)]),
            whether_cancelled(stack),
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


def _check_name(scope: Construct, child: str, name: object) -> None:
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise EmailAuthError(f"'name' must have 1 to 64 letters, digits, '-' and '_', got {name!r}; pass for example 'partner'")
    if scope.node.try_find_child(child) is not None:
        raise EmailAuthError(f"there is a sending policy {name!r} already; pass another name")
    types = [node.cfn_resource_type for node in scope.node.children if isinstance(node, CfnResource)]
    if types.count(_TYPE) >= _MAX_POLICIES:
        raise EmailAuthError(f"an identity takes {_MAX_POLICIES} sending policies; put the statements into fewer documents")


def _check_document(name: str, document: aws_iam.PolicyDocument) -> None:
    if not isinstance(document, aws_iam.PolicyDocument):
        raise EmailAuthError(f"'document' must be an aws_iam.PolicyDocument, got {document!r}")
    problems = document.validate_for_resource_policy()
    if document.is_empty or problems:
        raise EmailAuthError(f"the sending policy {name!r} is incomplete: {problems[0] if problems else 'it has no statement'}")
