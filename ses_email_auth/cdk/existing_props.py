"""The props of `SesEmailAuth.from_existing`. What only SES could be told is not among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.cdk.policy_props import PolicyProps
from ses_email_auth.cdk.sending_props import SendingRecordProps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration, aws_ses

__all__ = ["ExistingIdentityProps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingIdentityProps(PolicyProps, SendingRecordProps):
    """The props of `SesEmailAuth.from_existing`.

    What SES says of the identity is read with `aws sesv2 get-email-identity --email-identity <domain>`.
    """

    dkim_tokens: Sequence[str] = ()
    """The three tokens of Easy DKIM: `DkimAttributes.Tokens`.

    Default: - no DKIM records; they stand already, or somebody else publishes them
    """

    dkim_signing_zone: str | None = None
    """The zone in which SES keeps the keys: `DkimAttributes.SigningHostedZone`. It varies by region and cell, so give it.

    Default: - that of the region by the published table: `dkim.amazonses.com` in most
    """

    mail_from_subdomain: str | None = None
    """The MAIL FROM domain that the identity has: one label, or a full name below the domain. Its MX and SPF records are
    published; it is not set in SES.

    Default: - the identity has none; no such records
    """

    mail_from_behavior_on_mx_failure: aws_ses.MailFromBehaviorOnMxFailure | None = None
    """What the identity does if SES does not find the MAIL FROM MX. For the proof; it is not set in SES.

    Default: - USE_DEFAULT_VALUE
    """

    configuration_set: aws_ses.IConfigurationSet | None = None
    """The default configuration set of the identity, which grants have to name. It is not set in SES.

    Default: - none
    """

    wait_for_verification: Duration | None = None
    """How long the deployment waits until SES has verified the identity and its MAIL FROM domain; at most 14 minutes. A MAIL
    FROM domain that SES has given up is set again.

    Default: - it does not wait
    """
