"""The three constructs that publish records. Each names and documents its props one by one and hands them on by keyword."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.cdk.construct_bases import EmailAuthConstruct, SendingConstruct
from ses_email_auth.cdk.dkim import Dkim
from ses_email_auth.cdk.props import CommonProps, PolicyProps, SendingProps
from ses_email_auth.cdk.record_sets import RecordLayout
from ses_email_auth.cdk.signing import existing_signing
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.publication.prop_values import UNSET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, RemovalPolicy, aws_route53, aws_ses
    from constructs import Construct

    from ses_email_auth.cdk.dns import Dns
    from ses_email_auth.publication.policy import FromDomainTxt
    from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
    from ses_email_auth.records.spf import SpfQualifier, SpfRecord


class SesEmailAuth(SendingConstruct):
    """Makes the mail that a domain sends through Amazon SES pass SPF, DKIM and DMARC.

    Defines the SES identity with Easy DKIM and a MAIL FROM domain, and all DNS records, in one deploy. Does what a
    `SendingIdentity` and a `DomainPolicy` do; for further regions add a `SendingIdentity` there.
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
        """Makes the mail that a domain sends through Amazon SES pass SPF, DKIM and DMARC, in one deploy.

        Args:
            scope: the construct or stack around it, which decides account and region.
            construct_id: the id below `scope`; another one makes other logical ids.
            hosted_zone: the public hosted zone, in the account of the stack, that the records go to. The short form of
                `dns`. Default: - `dns` must be given
            dns: where the records go. Default: - `Dns.route53(hosted_zone)`
            domain_name: the domain: the name of the zone or a name below it. Unicode is taken too. Default: - the name of
                the zone
            organizational_domain: the organizational domain, where the Public Suffix List is wrong about it. Default: - by
                the Public Suffix List
            inherited_dmarc: the DMARC record that stands at a parent domain, or already at `_dmarc`, as text or as a
                `DmarcRecord`. For the proof and the checks; never published. Default: - not known; relaxed alignment is
                assumed
            record_layout: how record sets become resources; chosen at the first deploy. Another one on a deployed stack may
                delete all records in a deploy that ends well, or be refused: `ses-email-auth impact` says so before, and
                README, "Changing it later", has the safe way. Default: - RecordLayout.SEPARATE
            logical_ids: logical ids that resources have in a deployed stack, by child id: `{"Dmarc": "DCB28BBFE"}`. Only
                with `RecordLayout.SEPARATE`. Default: - the ids that CDK makes
            removal_policy: what happens to identity and records together when they leave the stack. For production:
                `RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE`; a failed first deploy then leaves nothing. For a deploy in which
                CloudFormation may take records over, since they exist already: `RemovalPolicy.RETAIN`; without it a
                rollback deletes what was taken over. Default: - they are deleted
            mail_from_subdomain: the MAIL FROM subdomain: one label, or a full name below the domain. None uses SES's own
                MAIL FROM domain, which never aligns. The name must not be used for anything else, and in one region only.
                Default: - `bounce`
            mail_from_mx_host: the host of the MAIL FROM MX, in a region that this library does not know. Default: -
                `feedback-smtp.<region>.amazonses.com`
            mail_from_behavior_on_mx_failure: what SES does if it does not find the MAIL FROM MX. REJECT_MESSAGE refuses all
                mail of a new identity until it does. Default: - SES's own, USE_DEFAULT_VALUE: mail goes out with SES's MAIL
                FROM domain and passes DMARC by DKIM
            dkim: how SES signs: `Dkim.easy()`, an own key, a managed key, or a replica of another region. Default: -
                `Dkim.easy(dkim_key_length)`
            dkim_key_length: the length of the next DKIM keys: the short form of `dkim`. SES refuses to set the length that
                is in force already. Default: - not set; SES uses 2048 bits
            configuration_set: the default configuration set of the identity. Default: - none
            feedback_forwarding: whether SES mails bounces and complaints to the From address. Without an event destination
                it does so anyway. Default: - SES's own, true
            dkim_ttl: the TTL of the DKIM records, whole seconds. Default: - 600 seconds
            mail_from_mx_ttl: the TTL of the MAIL FROM MX record, whole seconds. Default: - 600 seconds
            mail_from_spf_ttl: the TTL of the MAIL FROM SPF record, whole seconds. Default: - 600 seconds
            wait_for_verification: how long the deployment waits until SES has verified the identity and its MAIL FROM
                domain; at most 14 minutes. `verified` is what others depend on then. Default: - it does not wait
            from_subdomains: names below the domain that mail is sent From: one label, or a full name. Each gets its SPF
                record. Default: - none
            dmarc: the whole DMARC record; None publishes none. Default: - made of `dmarc_policy` and `dmarc_rua`
            dmarc_policy: what receivers shall do to forgeries; None publishes no DMARC record. Default: - DmarcPolicy.NONE
                at an organizational domain, no record below it
            dmarc_rua: the addresses that aggregate reports go to. Default: - nobody gets reports
            spf: the SPF record that stands for the other senders of the domain. Amazon SES is merged into it, and its `all`
                is kept. Default: - made of `spf_includes` and `spf_qualifier`
            spf_includes: other senders of the domain, as the hosts that SPF shall include: `["_spf.google.com"]`. Default:
                - only Amazon SES sends
            spf_qualifier: the verdict on all other senders. Default: - SpfQualifier.SOFTFAIL
            from_domain_spf: whether to publish the SPF record of the From domain. Carriers in Japan look for it. With
                False, and no other TXT values, the record set is left alone, and a finding says the value to add by hand.
                Default: - True
            from_domain_txt_values: other TXT values at the From domain, such as site tokens: they share one record set with
                SPF. Default: - none
            from_domain_txt: the whole TXT record set of the From domain: `FromDomainTxt.adopt(values, ttl)` takes over what
                exists. Default: - made of SPF and `from_domain_txt_values`
            from_domain_txt_ttl: the TTL of the TXT records at the From domain and `from_subdomains`, whole seconds.
                Default: - 600 seconds
            dmarc_ttl: the TTL of the DMARC record, whole seconds. Default: - 600 seconds

        Raises:
            EmailAuthError: at this line, for props that SES, Route 53 or receivers would refuse.
        """
        super().__init__(
            scope,
            construct_id,
            common=CommonProps(
                hosted_zone=hosted_zone,
                dns=dns,
                domain_name=domain_name,
                organizational_domain=organizational_domain,
                inherited_dmarc=inherited_dmarc,
                record_layout=record_layout,
                logical_ids=logical_ids,
                removal_policy=removal_policy,
            ),
            sending=SendingProps(
                mail_from_subdomain=mail_from_subdomain,
                mail_from_mx_host=mail_from_mx_host,
                mail_from_behavior_on_mx_failure=mail_from_behavior_on_mx_failure,
                dkim=dkim,
                dkim_key_length=dkim_key_length,
                configuration_set=configuration_set,
                feedback_forwarding=feedback_forwarding,
                dkim_ttl=dkim_ttl,
                mail_from_mx_ttl=mail_from_mx_ttl,
                mail_from_spf_ttl=mail_from_spf_ttl,
                wait_for_verification=wait_for_verification,
            ),
            policy=PolicyProps(
                from_subdomains=from_subdomains,
                dmarc=dmarc,
                dmarc_policy=dmarc_policy,
                dmarc_rua=dmarc_rua,
                spf=spf,
                spf_includes=spf_includes,
                spf_qualifier=spf_qualifier,
                from_domain_spf=from_domain_spf,
                from_domain_txt_values=from_domain_txt_values,
                from_domain_txt=from_domain_txt,
                from_domain_txt_ttl=from_domain_txt_ttl,
                dmarc_ttl=dmarc_ttl,
            ),
        )

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
        has given up. What SES says of the identity: `aws sesv2 get-email-identity --email-identity <domain>`.

        Args:
            scope: the construct or stack around it, which decides account and region.
            construct_id: the id below `scope`; another one makes other logical ids.
            hosted_zone: the public hosted zone, in the account of the stack, that the records go to. The short form of
                `dns`. Default: - `dns` must be given
            dns: where the records go. Default: - `Dns.route53(hosted_zone)`
            domain_name: the domain: the name of the zone or a name below it. Unicode is taken too. Default: - the name of
                the zone
            organizational_domain: the organizational domain, where the Public Suffix List is wrong about it. Default: - by
                the Public Suffix List
            inherited_dmarc: the DMARC record that stands at a parent domain, or already at `_dmarc`, as text or as a
                `DmarcRecord`. For the proof and the checks; never published. Default: - not known; relaxed alignment is
                assumed
            record_layout: how record sets become resources; chosen at the first deploy. Another one on a deployed stack may
                delete all records in a deploy that ends well, or be refused: `ses-email-auth impact` says so before, and
                README, "Changing it later", has the safe way. Default: - RecordLayout.SEPARATE
            logical_ids: logical ids that resources have in a deployed stack, by child id: `{"Dmarc": "DCB28BBFE"}`. Only
                with `RecordLayout.SEPARATE`. Default: - the ids that CDK makes
            removal_policy: what happens to identity and records together when they leave the stack. For production:
                `RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE`; a failed first deploy then leaves nothing. For a deploy in which
                CloudFormation may take records over, since they exist already: `RemovalPolicy.RETAIN`; without it a
                rollback deletes what was taken over. Default: - they are deleted
            dkim_tokens: the three tokens of Easy DKIM: `DkimAttributes.Tokens`. Default: - no DKIM records; they stand
                already, or somebody else publishes them
            dkim_signing_zone: the zone in which SES keeps the keys: `DkimAttributes.SigningHostedZone`. It varies by region
                and cell, so give it. Default: - that of the region by the published table: `dkim.amazonses.com` in most
            mail_from_subdomain: the MAIL FROM domain that the identity has: one label, or a full name below the domain. Its
                MX and SPF records are published; it is not set in SES. Default: - the identity has none; no such records
            mail_from_mx_host: the host of the MAIL FROM MX, in a region that this library does not know. Default: -
                `feedback-smtp.<region>.amazonses.com`
            mail_from_behavior_on_mx_failure: what the identity does if SES does not find the MAIL FROM MX. For the proof;
                it is not set in SES. Default: - USE_DEFAULT_VALUE
            configuration_set: the default configuration set of the identity, which grants have to name. It is not set in
                SES. Default: - none
            dkim_ttl: the TTL of the DKIM records, whole seconds. Default: - 600 seconds
            mail_from_mx_ttl: the TTL of the MAIL FROM MX record, whole seconds. Default: - 600 seconds
            mail_from_spf_ttl: the TTL of the MAIL FROM SPF record, whole seconds. Default: - 600 seconds
            wait_for_verification: how long the deployment waits until SES has verified the identity and its MAIL FROM
                domain; at most 14 minutes. A MAIL FROM domain that SES has given up is set again. Default: - it does not
                wait
            from_subdomains: names below the domain that mail is sent From: one label, or a full name. Each gets its SPF
                record. Default: - none
            dmarc: the whole DMARC record; None publishes none. Default: - made of `dmarc_policy` and `dmarc_rua`
            dmarc_policy: what receivers shall do to forgeries; None publishes no DMARC record. Default: - DmarcPolicy.NONE
                at an organizational domain, no record below it
            dmarc_rua: the addresses that aggregate reports go to. Default: - nobody gets reports
            spf: the SPF record that stands for the other senders of the domain. Amazon SES is merged into it, and its `all`
                is kept. Default: - made of `spf_includes` and `spf_qualifier`
            spf_includes: other senders of the domain, as the hosts that SPF shall include: `["_spf.google.com"]`. Default:
                - only Amazon SES sends
            spf_qualifier: the verdict on all other senders. Default: - SpfQualifier.SOFTFAIL
            from_domain_spf: whether to publish the SPF record of the From domain. Carriers in Japan look for it. With
                False, and no other TXT values, the record set is left alone, and a finding says the value to add by hand.
                Default: - True
            from_domain_txt_values: other TXT values at the From domain, such as site tokens: they share one record set with
                SPF. Default: - none
            from_domain_txt: the whole TXT record set of the From domain: `FromDomainTxt.adopt(values, ttl)` takes over what
                exists. Default: - made of SPF and `from_domain_txt_values`
            from_domain_txt_ttl: the TTL of the TXT records at the From domain and `from_subdomains`, whole seconds.
                Default: - 600 seconds
            dmarc_ttl: the TTL of the DMARC record, whole seconds. Default: - 600 seconds

        Raises:
            EmailAuthError: at this line, for props that Route 53 or receivers would refuse.
        """
        _, facts = StackFacts.of(scope)
        return cls(
            scope,
            construct_id,
            hosted_zone=hosted_zone,
            dns=dns,
            domain_name=domain_name,
            organizational_domain=organizational_domain,
            inherited_dmarc=inherited_dmarc,
            record_layout=record_layout,
            logical_ids=logical_ids,
            removal_policy=removal_policy,
            mail_from_subdomain=mail_from_subdomain,
            mail_from_mx_host=mail_from_mx_host,
            mail_from_behavior_on_mx_failure=mail_from_behavior_on_mx_failure,
            dkim=Dkim(existing_signing(dkim_tokens, dkim_signing_zone, facts.region)),
            configuration_set=configuration_set,
            dkim_ttl=dkim_ttl,
            mail_from_mx_ttl=mail_from_mx_ttl,
            mail_from_spf_ttl=mail_from_spf_ttl,
            wait_for_verification=wait_for_verification,
            from_subdomains=from_subdomains,
            dmarc=dmarc,
            dmarc_policy=dmarc_policy,
            dmarc_rua=dmarc_rua,
            spf=spf,
            spf_includes=spf_includes,
            spf_qualifier=spf_qualifier,
            from_domain_spf=from_domain_spf,
            from_domain_txt_values=from_domain_txt_values,
            from_domain_txt=from_domain_txt,
            from_domain_txt_ttl=from_domain_txt_ttl,
            dmarc_ttl=dmarc_ttl,
        )


class SendingIdentity(SendingConstruct):
    """The regional half: the SES identity of a domain, its DKIM records and its MAIL FROM domain.

    For a second region, or where the policy of the domain lives elsewhere.
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
        """The regional half: the SES identity of a domain, its DKIM records and its MAIL FROM domain.

        Args:
            scope: the construct or stack around it, which decides account and region.
            construct_id: the id below `scope`; another one makes other logical ids.
            hosted_zone: the public hosted zone, in the account of the stack, that the records go to. The short form of
                `dns`. Default: - `dns` must be given
            dns: where the records go. Default: - `Dns.route53(hosted_zone)`
            domain_name: the domain: the name of the zone or a name below it. Unicode is taken too. Default: - the name of
                the zone
            organizational_domain: the organizational domain, where the Public Suffix List is wrong about it. Default: - by
                the Public Suffix List
            inherited_dmarc: the DMARC record that stands at a parent domain, or already at `_dmarc`, as text or as a
                `DmarcRecord`. For the proof and the checks; never published. Default: - not known; relaxed alignment is
                assumed
            record_layout: how record sets become resources; chosen at the first deploy. Another one on a deployed stack may
                delete all records in a deploy that ends well, or be refused: `ses-email-auth impact` says so before, and
                README, "Changing it later", has the safe way. Default: - RecordLayout.SEPARATE
            logical_ids: logical ids that resources have in a deployed stack, by child id: `{"Dmarc": "DCB28BBFE"}`. Only
                with `RecordLayout.SEPARATE`. Default: - the ids that CDK makes
            removal_policy: what happens to identity and records together when they leave the stack. For production:
                `RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE`; a failed first deploy then leaves nothing. For a deploy in which
                CloudFormation may take records over, since they exist already: `RemovalPolicy.RETAIN`; without it a
                rollback deletes what was taken over. Default: - they are deleted
            mail_from_subdomain: the MAIL FROM subdomain: one label, or a full name below the domain. None uses SES's own
                MAIL FROM domain, which never aligns. The name must not be used for anything else, and in one region only.
                Default: - `bounce-<region>`; a stack without a region must say it
            mail_from_mx_host: the host of the MAIL FROM MX, in a region that this library does not know. Default: -
                `feedback-smtp.<region>.amazonses.com`
            mail_from_behavior_on_mx_failure: what SES does if it does not find the MAIL FROM MX. REJECT_MESSAGE refuses all
                mail of a new identity until it does. Default: - SES's own, USE_DEFAULT_VALUE: mail goes out with SES's MAIL
                FROM domain and passes DMARC by DKIM
            dkim: how SES signs: `Dkim.easy()`, an own key, a managed key, or a replica of another region. Default: -
                `Dkim.easy(dkim_key_length)`
            dkim_key_length: the length of the next DKIM keys: the short form of `dkim`. SES refuses to set the length that
                is in force already. Default: - not set; SES uses 2048 bits
            configuration_set: the default configuration set of the identity. Default: - none
            feedback_forwarding: whether SES mails bounces and complaints to the From address. Without an event destination
                it does so anyway. Default: - SES's own, true
            dkim_ttl: the TTL of the DKIM records, whole seconds. Default: - 600 seconds
            mail_from_mx_ttl: the TTL of the MAIL FROM MX record, whole seconds. Default: - 600 seconds
            mail_from_spf_ttl: the TTL of the MAIL FROM SPF record, whole seconds. Default: - 600 seconds
            wait_for_verification: how long the deployment waits until SES has verified the identity and its MAIL FROM
                domain; at most 14 minutes. `verified` is what others depend on then. Default: - it does not wait

        Raises:
            EmailAuthError: at this line, for props that SES or Route 53 would refuse.
        """
        super().__init__(
            scope,
            construct_id,
            common=CommonProps(
                hosted_zone=hosted_zone,
                dns=dns,
                domain_name=domain_name,
                organizational_domain=organizational_domain,
                inherited_dmarc=inherited_dmarc,
                record_layout=record_layout,
                logical_ids=logical_ids,
                removal_policy=removal_policy,
            ),
            sending=SendingProps(
                mail_from_subdomain=mail_from_subdomain,
                mail_from_mx_host=mail_from_mx_host,
                mail_from_behavior_on_mx_failure=mail_from_behavior_on_mx_failure,
                dkim=dkim,
                dkim_key_length=dkim_key_length,
                configuration_set=configuration_set,
                feedback_forwarding=feedback_forwarding,
                dkim_ttl=dkim_ttl,
                mail_from_mx_ttl=mail_from_mx_ttl,
                mail_from_spf_ttl=mail_from_spf_ttl,
                wait_for_verification=wait_for_verification,
            ),
            policy=None,
        )


class DomainPolicy(EmailAuthConstruct):
    """The domain-wide half: the SPF record of the From domain and the DMARC record, once for all regions.

    Also for a domain that does not send through Amazon SES (`sends_with_ses=False`).
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
        """The domain-wide half: the SPF record of the From domain and the DMARC record, once for all regions.

        Args:
            scope: the construct or stack around it, which decides account and region.
            construct_id: the id below `scope`; another one makes other logical ids.
            hosted_zone: the public hosted zone, in the account of the stack, that the records go to. The short form of
                `dns`. Default: - `dns` must be given
            dns: where the records go. Default: - `Dns.route53(hosted_zone)`
            domain_name: the domain: the name of the zone or a name below it. Unicode is taken too. Default: - the name of
                the zone
            organizational_domain: the organizational domain, where the Public Suffix List is wrong about it. Default: - by
                the Public Suffix List
            inherited_dmarc: the DMARC record that stands at a parent domain, or already at `_dmarc`, as text or as a
                `DmarcRecord`. For the proof and the checks; never published. Default: - not known; relaxed alignment is
                assumed
            record_layout: how record sets become resources; chosen at the first deploy. Another one on a deployed stack may
                delete all records in a deploy that ends well, or be refused: `ses-email-auth impact` says so before, and
                README, "Changing it later", has the safe way. Default: - RecordLayout.SEPARATE
            logical_ids: logical ids that resources have in a deployed stack, by child id: `{"Dmarc": "DCB28BBFE"}`. Only
                with `RecordLayout.SEPARATE`. Default: - the ids that CDK makes
            removal_policy: what happens to identity and records together when they leave the stack. For production:
                `RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE`; a failed first deploy then leaves nothing. For a deploy in which
                CloudFormation may take records over, since they exist already: `RemovalPolicy.RETAIN`; without it a
                rollback deletes what was taken over. Default: - they are deleted
            from_subdomains: names below the domain that mail is sent From: one label, or a full name. Each gets its SPF
                record. Default: - none
            dmarc: the whole DMARC record; None publishes none. Default: - made of `dmarc_policy` and `dmarc_rua`
            dmarc_policy: what receivers shall do to forgeries; None publishes no DMARC record. Default: - DmarcPolicy.NONE
                at an organizational domain, no record below it
            dmarc_rua: the addresses that aggregate reports go to. Default: - nobody gets reports
            spf: the SPF record that stands for the other senders of the domain. Amazon SES is merged into it, and its `all`
                is kept. Default: - made of `spf_includes` and `spf_qualifier`
            spf_includes: other senders of the domain, as the hosts that SPF shall include: `["_spf.google.com"]`. Default:
                - only Amazon SES sends
            spf_qualifier: the verdict on all other senders. Default: - SpfQualifier.SOFTFAIL
            from_domain_spf: whether to publish the SPF record of the From domain. Carriers in Japan look for it. With
                False, and no other TXT values, the record set is left alone, and a finding says the value to add by hand.
                Default: - True
            from_domain_txt_values: other TXT values at the From domain, such as site tokens: they share one record set with
                SPF. Default: - none
            from_domain_txt: the whole TXT record set of the From domain: `FromDomainTxt.adopt(values, ttl)` takes over what
                exists. Default: - made of SPF and `from_domain_txt_values`
            from_domain_txt_ttl: the TTL of the TXT records at the From domain and `from_subdomains`, whole seconds.
                Default: - 600 seconds
            dmarc_ttl: the TTL of the DMARC record, whole seconds. Default: - 600 seconds
            sends_with_ses: whether the domain sends through Amazon SES, so that SPF names it. Default: - True

        Raises:
            EmailAuthError: at this line, for props that Route 53 or receivers would refuse.
        """
        super().__init__(
            scope,
            construct_id,
            common=CommonProps(
                hosted_zone=hosted_zone,
                dns=dns,
                domain_name=domain_name,
                organizational_domain=organizational_domain,
                inherited_dmarc=inherited_dmarc,
                record_layout=record_layout,
                logical_ids=logical_ids,
                removal_policy=removal_policy,
            ),
            sending=None,
            policy=PolicyProps(
                sends_with_ses=sends_with_ses,
                from_subdomains=from_subdomains,
                dmarc=dmarc,
                dmarc_policy=dmarc_policy,
                dmarc_rua=dmarc_rua,
                spf=spf,
                spf_includes=spf_includes,
                spf_qualifier=spf_qualifier,
                from_domain_spf=from_domain_spf,
                from_domain_txt_values=from_domain_txt_values,
                from_domain_txt=from_domain_txt,
                from_domain_txt_ttl=from_domain_txt_ttl,
                dmarc_ttl=dmarc_ttl,
            ),
        )
