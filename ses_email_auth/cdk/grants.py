"""Permissions to send, as narrow as SES allows (service authorization reference, "Amazon SES v2")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack, aws_iam

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.wish_values import text_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import aws_ses

__all__ = ["grant_send_email"]

_ACTIONS = ["ses:SendEmail", "ses:SendRawEmail"]


def grant_send_email(
    stack: Stack,
    grantee: aws_iam.IGrantable,
    identity: DomainName,
    configuration_set: aws_ses.IConfigurationSet | None,
    from_addresses: Iterable[str] | None,
) -> aws_iam.Grant:
    """Let `grantee` send mail of `identity`; SES asks for the permission on the configuration set too, if there is one."""
    arns = [_arn(stack, "identity", identity.text)]
    if configuration_set is not None:
        arns.append(_arn(stack, "configuration-set", configuration_set.configuration_set_name))
    conditions = None if from_addresses is None else _conditions(identity, from_addresses)
    return aws_iam.Grant.add_to_principal(
        grantee=grantee,
        actions=_ACTIONS,
        resource_arns=arns,
        conditions=conditions,
    )


def _conditions(identity: DomainName, from_addresses: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    addresses = [_covered(entry, identity) for entry in text_list("from_addresses", from_addresses, f"['info@{identity}']")]
    if not addresses:
        raise EmailAuthError("'from_addresses' is an empty list, which grants nothing; leave it out to allow every address")
    return {"StringLike": {"ses:FromAddress": addresses}}


def _arn(stack: Stack, resource: str, name: str) -> str:
    return stack.format_arn(service="ses", resource=resource, resource_name=name)


def _covered(address: str, identity: DomainName) -> str:
    """A From address that SES lets the identity send."""
    if holds_token(address):
        return address
    local_part, at, host = address.rpartition("@")
    if not at or not local_part or any(c.isspace() for c in address):
        raise EmailAuthError(f"'from_addresses' must hold mail addresses, got {address!r}; pass for example 'info@{identity}'")
    try:
        name = DomainName(host)
    except ValueError as error:
        raise EmailAuthError(f"'from_addresses' holds {address!r}, but {error}") from error
    if name.is_at_or_below(identity) is False:
        raise EmailAuthError(
            f"'from_addresses' holds {address!r}, which the identity {identity.text!r} does not cover; SES would refuse it; "
            f"make an identity for {name.text!r}"
        )
    return f"{local_part}@{name}"
