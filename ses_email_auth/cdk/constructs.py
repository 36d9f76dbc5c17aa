"""The three constructs. Their signatures are their props, one by one; `props` documents them, a test keeps the two equal."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ses_email_auth.cdk.email_auth_construct import EmailAuthConstruct
from ses_email_auth.cdk.existing import existing_dkim
from ses_email_auth.cdk.existing_props import ExistingIdentityProps
from ses_email_auth.cdk.flat_props import given, spread
from ses_email_auth.cdk.props import DomainPolicyProps, SendingIdentityProps, SesEmailAuthProps
from ses_email_auth.cdk.record_resources import RecordLayout
from ses_email_auth.cdk.sending_construct import SendingConstruct
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.publication.prop_values import UNSET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, RemovalPolicy, aws_route53, aws_ses
    from constructs import Construct

    from ses_email_auth.cdk.dkim import Dkim
    from ses_email_auth.cdk.dns import Dns
    from ses_email_auth.publication.policy import FromDomainTxt
    from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
    from ses_email_auth.records.spf import SpfQualifier, SpfRecord

__all__ = ["DomainPolicy", "SendingIdentity", "SesEmailAuth"]


class SesEmailAuth(SendingConstruct):
    """Makes the mail that a domain sends through Amazon SES pass SPF, DKIM and DMARC.

    Defines the SES identity with Easy DKIM and a MAIL FROM domain, and all DNS records, in one deploy. Does what a
    `SendingIdentity` and a `DomainPolicy` do; for further regions add a `SendingIdentity` there.

    The props are documented at `SesEmailAuthProps`.

    Raises:
        EmailAuthError: at this line, for props that SES, Route 53 or receivers would refuse.

    """

    def __init__(  # noqa: PLR0913 - flat props, as CDK wants them
        self,
        scope: Construct,
        construct_id: str,
        *,
        hosted_zone: aws_route53.IHostedZone | None = None,
        dns: Dns | None = None,
        domain_name: str | None = None,
        organizational_domain: str | None = None,
        inherited_dmarc: str | DmarcRecord | None = None,
        record_layout: RecordLayout = RecordLayout.SEPARATE,
        logical_ids: Mapping[str, str] | None = None,
        removal_policy: RemovalPolicy | None = None,
        mail_from_subdomain: str | None = "bounce",
        mail_from_mx_host: str | None = None,
        mail_from_behavior_on_mx_failure: aws_ses.MailFromBehaviorOnMxFailure | None = None,
        dkim: Dkim | None = None,
        dkim_key_length: aws_ses.EasyDkimSigningKeyLength | None = None,
        configuration_set: aws_ses.IConfigurationSet | None = None,
        feedback_forwarding: bool | None = None,
        dkim_ttl: Duration | None = None,
        mail_from_mx_ttl: Duration | None = None,
        mail_from_spf_ttl: Duration | None = None,
        wait_for_verification: Duration | None = None,
        from_subdomains: Sequence[str] = (),
        dmarc: DmarcRecord | None = UNSET,
        dmarc_policy: DmarcPolicy | None = UNSET,
        dmarc_rua: Sequence[str] = (),
        spf: SpfRecord | None = None,
        spf_includes: Sequence[str] = (),
        spf_qualifier: SpfQualifier | None = None,
        from_domain_spf: bool = True,
        from_domain_txt_values: Sequence[str] = (),
        from_domain_txt: FromDomainTxt | None = None,
        from_domain_txt_ttl: Duration | None = None,
        dmarc_ttl: Duration | None = None,
    ) -> None:
        super().__init__(scope, construct_id, SesEmailAuthProps(**given(locals(), SesEmailAuthProps)))

    @classmethod
    def from_props(cls, scope: Construct, construct_id: str, props: SesEmailAuthProps) -> SesEmailAuth:
        """The construct with all its props in one value, for example one changed by `dataclasses.replace`."""
        return cls(scope, construct_id, **spread(props))

    @classmethod
    def from_existing(  # noqa: PLR0913 - flat props, as CDK wants them
        cls,
        scope: Construct,
        construct_id: str,
        *,
        hosted_zone: aws_route53.IHostedZone | None = None,
        dns: Dns | None = None,
        domain_name: str | None = None,
        organizational_domain: str | None = None,
        inherited_dmarc: str | DmarcRecord | None = None,
        record_layout: RecordLayout = RecordLayout.SEPARATE,
        logical_ids: Mapping[str, str] | None = None,
        removal_policy: RemovalPolicy | None = None,
        dkim_tokens: Sequence[str] = (),
        dkim_signing_zone: str | None = None,
        mail_from_subdomain: str | None = None,
        mail_from_mx_host: str | None = None,
        mail_from_behavior_on_mx_failure: aws_ses.MailFromBehaviorOnMxFailure | None = None,
        configuration_set: aws_ses.IConfigurationSet | None = None,
        dkim_ttl: Duration | None = None,
        mail_from_mx_ttl: Duration | None = None,
        mail_from_spf_ttl: Duration | None = None,
        wait_for_verification: Duration | None = None,
        from_subdomains: Sequence[str] = (),
        dmarc: DmarcRecord | None = UNSET,
        dmarc_policy: DmarcPolicy | None = UNSET,
        dmarc_rua: Sequence[str] = (),
        spf: SpfRecord | None = None,
        spf_includes: Sequence[str] = (),
        spf_qualifier: SpfQualifier | None = None,
        from_domain_spf: bool = True,
        from_domain_txt_values: Sequence[str] = (),
        from_domain_txt: FromDomainTxt | None = None,
        from_domain_txt_ttl: Duration | None = None,
        dmarc_ttl: Duration | None = None,
    ) -> SesEmailAuth:
        """Records and permissions for an identity that was made elsewhere: in the console, by Terraform, by another stack.

        The identity is in the account and the region of this stack; it is neither made nor deleted. SES is changed only on
        request: `allow_account` and its like add a policy, and `wait_for_verification` sets a MAIL FROM domain again that SES
        has given up. The props are documented at `ExistingIdentityProps`.

        Raises:
            EmailAuthError: at this line, for props that Route 53 or receivers would refuse.
        """
        existing = ExistingIdentityProps(**given(locals(), ExistingIdentityProps))
        _, facts = StackFacts.of(scope)
        dkim = existing_dkim(existing.dkim_tokens, existing.dkim_signing_zone, facts.region)
        return cls.from_props(scope, construct_id, SesEmailAuthProps(**_shared(existing), dkim=dkim))


class SendingIdentity(SendingConstruct):
    """The regional half: the SES identity of a domain, its DKIM records and its MAIL FROM domain.

    For a second region, or where the policy of the domain lives elsewhere. The props are documented at
    `SendingIdentityProps`.

    Raises:
        EmailAuthError: at this line, for props that SES or Route 53 would refuse.

    """

    def __init__(  # noqa: PLR0913 - flat props, as CDK wants them
        self,
        scope: Construct,
        construct_id: str,
        *,
        hosted_zone: aws_route53.IHostedZone | None = None,
        dns: Dns | None = None,
        domain_name: str | None = None,
        organizational_domain: str | None = None,
        inherited_dmarc: str | DmarcRecord | None = None,
        record_layout: RecordLayout = RecordLayout.SEPARATE,
        logical_ids: Mapping[str, str] | None = None,
        removal_policy: RemovalPolicy | None = None,
        mail_from_subdomain: str | None = UNSET,
        mail_from_mx_host: str | None = None,
        mail_from_behavior_on_mx_failure: aws_ses.MailFromBehaviorOnMxFailure | None = None,
        dkim: Dkim | None = None,
        dkim_key_length: aws_ses.EasyDkimSigningKeyLength | None = None,
        configuration_set: aws_ses.IConfigurationSet | None = None,
        feedback_forwarding: bool | None = None,
        dkim_ttl: Duration | None = None,
        mail_from_mx_ttl: Duration | None = None,
        mail_from_spf_ttl: Duration | None = None,
        wait_for_verification: Duration | None = None,
    ) -> None:
        super().__init__(scope, construct_id, SendingIdentityProps(**given(locals(), SendingIdentityProps)))

    @classmethod
    def from_props(cls, scope: Construct, construct_id: str, props: SendingIdentityProps) -> SendingIdentity:
        """The construct with all its props in one value, for example one changed by `dataclasses.replace`."""
        return cls(scope, construct_id, **spread(props))


class DomainPolicy(EmailAuthConstruct):
    """The domain-wide half: the SPF record of the From domain and the DMARC record, once for all regions.

    Also for a domain that does not send through Amazon SES (`sends_with_ses=False`). The props are documented at
    `DomainPolicyProps`.

    Raises:
        EmailAuthError: at this line, for props that Route 53 or receivers would refuse.

    """

    def __init__(  # noqa: PLR0913 - flat props, as CDK wants them
        self,
        scope: Construct,
        construct_id: str,
        *,
        hosted_zone: aws_route53.IHostedZone | None = None,
        dns: Dns | None = None,
        domain_name: str | None = None,
        organizational_domain: str | None = None,
        inherited_dmarc: str | DmarcRecord | None = None,
        record_layout: RecordLayout = RecordLayout.SEPARATE,
        logical_ids: Mapping[str, str] | None = None,
        removal_policy: RemovalPolicy | None = None,
        from_subdomains: Sequence[str] = (),
        dmarc: DmarcRecord | None = UNSET,
        dmarc_policy: DmarcPolicy | None = UNSET,
        dmarc_rua: Sequence[str] = (),
        spf: SpfRecord | None = None,
        spf_includes: Sequence[str] = (),
        spf_qualifier: SpfQualifier | None = None,
        from_domain_spf: bool = True,
        from_domain_txt_values: Sequence[str] = (),
        from_domain_txt: FromDomainTxt | None = None,
        from_domain_txt_ttl: Duration | None = None,
        dmarc_ttl: Duration | None = None,
        sends_with_ses: bool = True,
    ) -> None:
        super().__init__(scope, construct_id, DomainPolicyProps(**given(locals(), DomainPolicyProps)))

    @classmethod
    def from_props(cls, scope: Construct, construct_id: str, props: DomainPolicyProps) -> DomainPolicy:
        """The construct with all its props in one value, for example one changed by `dataclasses.replace`."""
        return cls(scope, construct_id, **spread(props))


def _shared(existing: ExistingIdentityProps) -> dict[str, Any]:
    """The fields that the props of a new identity have, too."""
    names = {field.name for field in fields(SesEmailAuthProps)}
    return {name: value for name, value in spread(existing).items() if name in names}
