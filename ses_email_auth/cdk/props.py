"""The props of the constructs, each documented once: here, or in the half that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from ses_email_auth.cdk.policy_props import PolicyProps
from ses_email_auth.cdk.sending_props import SendingProps

__all__ = ["DomainPolicyProps", "SendingIdentityProps", "SesEmailAuthProps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SesEmailAuthProps(PolicyProps, SendingProps):
    """The props of `SesEmailAuth`, for `SesEmailAuth.from_props` and `dataclasses.replace`."""

    mail_from_subdomain: str | None = "bounce"
    """The MAIL FROM subdomain: one label, or a full name below the domain. None uses SES's own MAIL FROM domain, which never
    aligns. The name must not be used for anything else, and in one region only.

    Default: - `bounce`
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingIdentityProps(SendingProps):
    """The props of `SendingIdentity`, for `SendingIdentity.from_props`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainPolicyProps(PolicyProps):
    """The props of `DomainPolicy`, for `DomainPolicy.from_props`."""

    sends_with_ses: bool = True
    """Whether the domain sends through Amazon SES, so that SPF names it.

    Default: - True
    """
