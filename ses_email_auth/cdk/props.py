"""The props of the constructs, each documented here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.cdk.record_resources import RecordLayout
from ses_email_auth.publication.wish_values import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, RemovalPolicy, aws_route53, aws_ses

    from ses_email_auth.cdk.dns import Dns
    from ses_email_auth.publication.from_domain_txt import FromDomainTxt
    from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
    from ses_email_auth.records.spf import SpfQualifier, SpfRecord

__all__ = ["DomainPolicyProps", "SendingIdentityProps", "SesEmailAuthProps"]


@dataclass(frozen=True, kw_only=True)
class _CommonProps:
    __slots__ = ()

    hosted_zone: aws_route53.IHostedZone | None = None
    """The public hosted zone, in the account of the stack, that the records go to. The short form of `dns`.

    Default: - `dns` must be given
    """

    dns: Dns | None = None
    """Where the records go.

    Default: - `Dns.route53(hosted_zone)`
    """

    domain_name: str | None = None
    """The domain: the name of the zone or a name below it. Unicode is taken too.

    Default: - the name of the zone
    """

    organizational_domain: str | None = None
    """The organizational domain, where the Public Suffix List is wrong about it.

    Default: - by the Public Suffix List
    """

    inherited_dmarc: str | DmarcRecord | None = None
    """The DMARC record that stands at a parent domain, or already at `_dmarc`. For the proof and the checks; never published.

    Default: - not known; relaxed alignment is assumed
    """

    record_layout: RecordLayout = RecordLayout.SEPARATE
    """How record sets become resources; chosen at the first deploy.

    Default: - RecordLayout.SEPARATE
    """

    logical_ids: Mapping[str, str] | None = None
    """Logical ids that resources have in a deployed stack, by child id: `{"Dmarc": "DCB28BBFE"}`. Only with
    `RecordLayout.SEPARATE`.

    Default: - the ids that CDK makes
    """

    removal_policy: RemovalPolicy | None = None
    """What happens to identity and records together when they leave the stack. For production:
    `RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE`; a failed first deploy then leaves nothing. For a deploy that takes records over,
    in a rename or where they exist already: `RemovalPolicy.RETAIN`, since a rollback deletes what was taken over, but for that.

    Default: - they are deleted
    """


@dataclass(frozen=True, kw_only=True)
class _SendingProps(_CommonProps):
    __slots__ = ()

    mail_from_subdomain: str | Unset | None = UNSET
    """The MAIL FROM subdomain: one label, or a full name below the domain. None uses SES's own MAIL FROM domain, which never
    aligns. The name must not be used for anything else, and in one region only.

    Default: - `bounce-<region>`; a stack without a region must say it
    """

    mail_from_mx_host: str | None = None
    """The host of the MAIL FROM MX, in a region that this library does not know.

    Default: - `feedback-smtp.<region>.amazonses.com`
    """

    mail_from_behavior_on_mx_failure: aws_ses.MailFromBehaviorOnMxFailure | None = None
    """What SES does if it does not find the MAIL FROM MX. REJECT_MESSAGE refuses all mail of a new identity until it does.

    Default: - SES's own, USE_DEFAULT_VALUE: mail goes out with SES's MAIL FROM domain and passes DMARC by DKIM
    """

    dkim_key_length: aws_ses.EasyDkimSigningKeyLength | None = None
    """The length of the next DKIM keys. SES refuses to set the length that is in force already.

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

    dkim_ttl: Duration | None = None
    """The TTL of the three DKIM records.

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
class _PolicyProps(_CommonProps):
    __slots__ = ()

    from_subdomains: Sequence[str] = ()
    """Names below the domain that mail is sent From: one label, or a full name. Each gets its SPF record.

    Default: - none
    """

    dmarc: DmarcRecord | Unset | None = UNSET
    """The whole DMARC record; None publishes none.

    Default: - made of `dmarc_policy` and `dmarc_rua`
    """

    dmarc_policy: DmarcPolicy | Unset | None = UNSET
    """What receivers shall do to forgeries; None publishes no DMARC record.

    Default: - DmarcPolicy.NONE at an organizational domain, no record below it
    """

    dmarc_rua: Sequence[str] = ()
    """The addresses that aggregate reports go to.

    Default: - nobody gets reports
    """

    spf: SpfRecord | None = None
    """The SPF record that stands for the other senders of the domain. Amazon SES is merged into it, and its `all` is kept.

    Default: - made of `spf_includes` and `spf_qualifier`
    """

    spf_includes: Sequence[str] = ()
    """Other senders of the domain, as the hosts that SPF shall include: `["_spf.google.com"]`.

    Default: - only Amazon SES sends
    """

    spf_qualifier: SpfQualifier | None = None
    """The verdict on all other senders.

    Default: - SpfQualifier.SOFTFAIL
    """

    from_domain_spf: bool = True
    """Whether to publish the SPF record of the From domain. Carriers in Japan look for it. With False, and no other TXT
    values, the record set is left alone, and a finding says the value to add by hand.

    Default: - True
    """

    from_domain_txt_values: Sequence[str] = ()
    """Other TXT values at the From domain, such as site tokens: they share one record set with SPF.

    Default: - none
    """

    from_domain_txt: FromDomainTxt | None = None
    """The whole TXT record set of the From domain: `FromDomainTxt.adopt(values, ttl)` takes over what exists.

    Default: - made of SPF and `from_domain_txt_values`
    """

    from_domain_txt_ttl: Duration | None = None
    """The TTL of the TXT records at the From domain and `from_subdomains`.

    Default: - 600 seconds
    """

    dmarc_ttl: Duration | None = None
    """The TTL of the DMARC record.

    Default: - 600 seconds
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SesEmailAuthProps(_PolicyProps, _SendingProps):
    """The props of `SesEmailAuth`, for `SesEmailAuth.from_props` and `dataclasses.replace`."""

    mail_from_subdomain: str | Unset | None = "bounce"
    """The MAIL FROM subdomain: one label, or a full name below the domain. None uses SES's own MAIL FROM domain, which never
    aligns. The name must not be used for anything else, and in one region only.

    Default: - `bounce`
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingIdentityProps(_SendingProps):
    """The props of `SendingIdentity`, for `SendingIdentity.from_props`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainPolicyProps(_PolicyProps):
    """The props of `DomainPolicy`, for `DomainPolicy.from_props`."""

    sends_with_ses: bool = True
    """Whether the domain sends through Amazon SES, so that SPF names it.

    Default: - True
    """
