"""The props of what sends: `SesEmailAuth` and `SendingIdentity`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.cdk.common_props import CommonProps
from ses_email_auth.publication.prop_values import UNSET

if TYPE_CHECKING:
    from aws_cdk import Duration, aws_ses

    from ses_email_auth.cdk.dkim import Dkim

__all__ = ["SendingProps", "SendingRecordProps"]


@dataclass(frozen=True, kw_only=True)
class SendingRecordProps(CommonProps):
    """What the records of an identity need, whoever made it."""

    __slots__ = ()

    mail_from_mx_host: str | None = None
    """The host of the MAIL FROM MX, in a region that this library does not know.

    Default: - `feedback-smtp.<region>.amazonses.com`
    """

    dkim_ttl: Duration | None = None
    """The TTL of the DKIM records.

    Default: - 600 seconds
    """

    mail_from_mx_ttl: Duration | None = None
    """The TTL of the MAIL FROM MX record.

    Default: - 600 seconds
    """

    mail_from_spf_ttl: Duration | None = None
    """The TTL of the MAIL FROM SPF record.

    Default: - 600 seconds
    """


@dataclass(frozen=True, kw_only=True)
class SendingProps(SendingRecordProps):
    """The half of one region."""

    __slots__ = ()

    mail_from_subdomain: str | None = UNSET
    """The MAIL FROM subdomain: one label, or a full name below the domain. None uses SES's own MAIL FROM domain, which never
    aligns. The name must not be used for anything else, and in one region only.

    Default: - `bounce-<region>`; a stack without a region must say it
    """

    mail_from_behavior_on_mx_failure: aws_ses.MailFromBehaviorOnMxFailure | None = None
    """What SES does if it does not find the MAIL FROM MX. REJECT_MESSAGE refuses all mail of a new identity until it does.

    Default: - SES's own, USE_DEFAULT_VALUE: mail goes out with SES's MAIL FROM domain and passes DMARC by DKIM
    """

    dkim: Dkim | None = None
    """How SES signs: `Dkim.easy()`, an own key, a managed key, or a replica of another region.

    Default: - `Dkim.easy(dkim_key_length)`
    """

    dkim_key_length: aws_ses.EasyDkimSigningKeyLength | None = None
    """The length of the next DKIM keys: the short form of `dkim`. SES refuses to set the length that is in force already.

    Default: - not set; SES uses 2048 bits
    """

    configuration_set: aws_ses.IConfigurationSet | None = None
    """The default configuration set of the identity.

    Default: - none
    """

    feedback_forwarding: bool | None = None
    """Whether SES mails bounces and complaints to the From address. Without an event destination it does so anyway.

    Default: - SES's own, true
    """

    wait_for_verification: Duration | None = None
    """How long the deployment waits until SES has verified the identity and its MAIL FROM domain; at most 14 minutes.
    `verified` is what others depend on then.

    Default: - it does not wait
    """
