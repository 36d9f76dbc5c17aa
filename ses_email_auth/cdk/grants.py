"""Permissions to send, as narrow as SES allows (service authorization reference, "Amazon SES" and "Amazon SES v2").

A statement that names an identity is asked for the configuration set and the template of a mail too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Stack, aws_iam

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.prop_values import text_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import aws_ses

__all__ = ["SEND", "SendingLimits", "grant_send_email", "ses_arn"]

SEND = ("ses:SendEmail", "ses:SendRawEmail")
"""What sends a mail that is written out, with either API and with SMTP."""

# SendEmail of SESv2 takes templates too; the others are those of SES and the bulk one of SESv2.
_SEND_TEMPLATE = ("ses:SendTemplatedEmail", "ses:SendBulkTemplatedEmail", "ses:SendBulkEmail")
_TEMPLATE = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """The addresses that somebody may send with; None is no limit."""

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
        given = {key: addresses for key, addresses in limits.items() if addresses is not None}
        return {"StringLike": given} if given else {}


def grant_send_email(
    stack: Stack,
    grantee: aws_iam.IGrantable,
    identity: DomainName,
    configuration_set: aws_ses.IConfigurationSet | None,
    limits: SendingLimits,
    templates: Iterable[str] | None,
) -> aws_iam.Grant:
    """Let `grantee` send mail of `identity`, with its configuration set if it has one and with these templates."""
    conditions = limits.conditions(identity)
    names = _template_names(templates)
    arns = [ses_arn(stack, "identity", identity.text)]
    if configuration_set is not None:
        arns.append(ses_arn(stack, "configuration-set", configuration_set.configuration_set_name))
    return aws_iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[*SEND, *(_SEND_TEMPLATE if names else ())],
        resource_arns=[*arns, *(ses_arn(stack, "template", name) for name in names)],
        conditions=conditions or None,
    )


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


def _addresses(prop: str, addresses: Iterable[str] | None, identity: DomainName, *, is_covered: bool) -> list[str] | None:
    if addresses is None:
        return None
    found = [_address(prop, entry, identity, is_covered) for entry in text_list(prop, addresses, f"['info@{identity}']")]
    if not found:
        raise EmailAuthError(f"{prop!r} is an empty list, which grants nothing; leave it out to allow every address")
    return found


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
