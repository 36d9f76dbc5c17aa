"""The props of a construct as plain values, checked, and the plan that follows from them: CDK's types end here.

A construct has what all constructs share, and a sending half, a policy half, or both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_ses

from ses_email_auth.cdk.identity_resources import IdentitySettings
from ses_email_auth.cdk.prop_types import check_enum, check_flag, check_removal_policy, is_a
from ses_email_auth.cdk.record_sets import RecordLayout, check_logical_ids
from ses_email_auth.cdk.verification import wait_seconds
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.alignment import MxFailure
from ses_email_auth.publication.plan import DomainPlan
from ses_email_auth.publication.policy import (
    FromDomainTxt,
    PolicyPlan,
    choose_dmarc,
    from_domain_spf,
    from_domains,
    inherited_record,
    known_dmarc,
    site_values,
)
from ses_email_auth.publication.prop_values import domain, identity_domain, is_given, seconds
from ses_email_auth.publication.sending import DEFAULT_TTL, SendingPlan, mail_from_domain, mx_host
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.ses.hosts import SPF_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, RemovalPolicy, aws_route53

    from ses_email_auth.cdk.dkim import Dkim
    from ses_email_auth.cdk.dns import Dns
    from ses_email_auth.cdk.record_target import RecordTarget, ZoneFacts
    from ses_email_auth.cdk.signing import Signing
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
    from ses_email_auth.records.spf import SpfQualifier, SpfRecord

_CONFIGURATION_SET = "aws-cdk-lib.aws_ses.IConfigurationSet"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonProps:
    """What all constructs share."""

    hosted_zone: aws_route53.IHostedZone | None
    dns: Dns | None
    domain_name: str | None
    organizational_domain: str | None
    inherited_dmarc: str | DmarcRecord | None
    record_layout: RecordLayout
    logical_ids: Mapping[str, str] | None
    removal_policy: RemovalPolicy | None

    def check(self) -> None:
        """Refuse values of a wrong type, before jsii sees them: its errors name neither the prop nor the fix.

        Raises:
            EmailAuthError: for the first of them.
        """
        check_enum("record_layout", self.record_layout, RecordLayout.SEPARATE)
        check_removal_policy(self.removal_policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingProps:
    """The sending half: the identity in one region, its DKIM and its MAIL FROM domain."""

    mail_from_subdomain: str | None
    mail_from_mx_host: str | None
    mail_from_behavior_on_mx_failure: aws_ses.MailFromBehaviorOnMxFailure | None
    dkim: Dkim | None
    dkim_key_length: aws_ses.EasyDkimSigningKeyLength | None
    configuration_set: aws_ses.IConfigurationSet | None
    feedback_forwarding: bool | None
    dkim_ttl: Duration | None
    mail_from_mx_ttl: Duration | None
    mail_from_spf_ttl: Duration | None
    wait_for_verification: Duration | None

    def check(self) -> None:
        """Refuse values of a wrong type.

        Raises:
            EmailAuthError: for the first of them.
        """
        behavior = self.mail_from_behavior_on_mx_failure
        if behavior is not None:
            check_enum("mail_from_behavior_on_mx_failure", behavior, aws_ses.MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE)
        if self.dkim_key_length is not None:
            check_enum("dkim_key_length", self.dkim_key_length, aws_ses.EasyDkimSigningKeyLength.RSA_2048_BIT)
        if self.feedback_forwarding is not None:
            check_flag("feedback_forwarding", self.feedback_forwarding)
        if self.wait_for_verification is not None:
            wait_seconds(self.wait_for_verification)
        configuration_set = self.configuration_set
        if configuration_set is not None and not is_a(configuration_set, aws_ses.ConfigurationSet, _CONFIGURATION_SET):
            raise EmailAuthError(
                f"'configuration_set' must be a configuration set, got {configuration_set!r}; "
                f"use ConfigurationSet.from_configuration_set_name(...)"
            )

    def plan(self, name: DomainName, facts: StackFacts, signing: Signing) -> SendingPlan:
        """What the identity `name` publishes.

        Raises:
            EmailAuthError: for the first prop that cannot be.
        """
        keys = signing.keys()
        keys.check_room(name)
        mail_from = mail_from_domain(name, self._mail_from_subdomain(facts))
        behavior = self.mail_from_behavior_on_mx_failure
        return SendingPlan(
            identity=name,
            mail_from=mail_from,
            mx_host=mx_host(facts.region, self.mail_from_mx_host, wanted=mail_from is not None),
            on_mx_failure=MxFailure.USE_DEFAULT_VALUE if behavior is None else MxFailure(behavior.value),
            region=facts.region,
            dkim=keys,
            dkim_ttl=_ttl("dkim_ttl", self.dkim_ttl),
            mail_from_mx_ttl=_ttl("mail_from_mx_ttl", self.mail_from_mx_ttl),
            mail_from_spf_ttl=_ttl("mail_from_spf_ttl", self.mail_from_spf_ttl),
        )

    def settings(self) -> IdentitySettings:
        """What is asked of the identity itself."""
        return IdentitySettings(
            mail_from_behavior_on_mx_failure=self.mail_from_behavior_on_mx_failure,
            configuration_set=self.configuration_set,
            feedback_forwarding=self.feedback_forwarding,
        )

    def _mail_from_subdomain(self, facts: StackFacts) -> str | None:
        if is_given(self.mail_from_subdomain):
            return self.mail_from_subdomain
        if facts.region is None:
            raise EmailAuthError(
                "'mail_from_subdomain' must be given in a stack without a region: its default is 'bounce-<region>', and each "
                "region needs a MAIL FROM domain of its own"
            )
        return f"bounce-{facts.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProps:
    """The policy half: SPF of the From domain and DMARC, once for all regions."""

    sends_with_ses: bool = True
    from_subdomains: Sequence[str]
    dmarc: DmarcRecord | None
    dmarc_policy: DmarcPolicy | None
    dmarc_rua: Sequence[str]
    spf: SpfRecord | None
    spf_includes: Sequence[str]
    spf_qualifier: SpfQualifier | None
    from_domain_spf: bool
    from_domain_txt_values: Sequence[str]
    from_domain_txt: FromDomainTxt | None
    from_domain_txt_ttl: Duration | None
    dmarc_ttl: Duration | None

    def check(self) -> None:
        """Refuse values of a wrong type.

        Raises:
            EmailAuthError: for the first of them.
        """
        check_flag("from_domain_spf", self.from_domain_spf)
        if self.from_domain_txt is not None and not isinstance(self.from_domain_txt, FromDomainTxt):
            raise EmailAuthError(
                f"'from_domain_txt' must be a FromDomainTxt, got {self.from_domain_txt!r}; "
                f"use FromDomainTxt.adopt([...], ttl=Duration.seconds(300)) or FromDomainTxt.shared()"
            )
        check_flag("sends_with_ses", self.sends_with_ses)

    def plan(self, name: DomainName, organizational: DomainName | None, mail_from: DomainName | None) -> PolicyPlan:
        """What the domain `name` publishes for all regions.

        Args:
            name: the domain.
            organizational: overrides the Public Suffix List.
            mail_from: the MAIL FROM domain of the sending half, which no mail may be sent From.

        Raises:
            EmailAuthError: for the first prop that cannot be.
        """
        senders = (SPF_INCLUDE,) if self.sends_with_ses else ()
        spf = from_domain_spf(self.spf, self.spf_includes, self.spf_qualifier, senders)
        values = site_values(self.from_domain_txt_values)
        ttl = _ttl("from_domain_txt_ttl", self.from_domain_txt_ttl)
        if self.from_domain_txt is not None:
            self._check_adopted_alone(self.from_domain_txt)
            txt = None if self.from_domain_txt.is_shared else self.from_domain_txt.at(name)
        else:
            texts = (str(spf), *values) if self.from_domain_spf else values
            txt = ResourceRecordSet(name, RecordType.TXT, ttl, texts) if texts else None
        return PolicyPlan(
            domain=name,
            from_subdomains=from_domains(name, self.from_subdomains, mail_from),
            senders=senders,
            spf=spf,
            from_domain_txt=txt,
            takes_over=txt is not None and self.from_domain_txt is not None,
            shares=self.from_domain_txt is not None and self.from_domain_txt.is_shared,
            from_domain_txt_ttl=ttl,
            dmarc=choose_dmarc(name, organizational, self.dmarc, self.dmarc_policy, self.dmarc_rua),
            dmarc_ttl=_ttl("dmarc_ttl", self.dmarc_ttl),
        )

    def _check_adopted_alone(self, txt: FromDomainTxt) -> None:
        """`from_domain_txt` is the whole record set, or one that others own: no prop may speak of its values beside it."""
        if txt.is_shared and not self.sends_with_ses:
            raise EmailAuthError("'from_domain_txt' is shared to add Amazon SES, but 'sends_with_ses' is False; leave one out")
        beside = {
            "spf": self.spf is not None,
            "spf_includes": bool(self.spf_includes),
            "spf_qualifier": self.spf_qualifier is not None and not txt.is_shared,
            "from_domain_txt_values": bool(self.from_domain_txt_values),
            "from_domain_spf": not self.from_domain_spf,
        }
        prop = next((name for name, is_given in beside.items() if is_given), None)
        if prop is not None and txt.is_shared:
            raise EmailAuthError(
                f"'from_domain_txt' is shared, others decide what stands in it, so '{prop}' cannot be given beside it; "
                f"leave '{prop}' out"
            )
        if prop is not None:
            raise EmailAuthError(
                f"'from_domain_txt' is the whole TXT record set, so '{prop}' cannot be given beside it; "
                f"deploy once as it is, then replace 'from_domain_txt' by '{prop}'"
            )


def domain_plan(
    common: CommonProps,
    sending: SendingProps | None,
    policy: PolicyProps | None,
    *,
    target: RecordTarget,
    zone: ZoneFacts,
    facts: StackFacts,
    signing: Signing | None,
) -> DomainPlan:
    """The plan that the props ask for; `signing` is None without a sending half.

    Raises:
        EmailAuthError: for the first prop that cannot be.
    """
    for half in (common, sending, policy):
        if half is not None:
            half.check()
    target.check(common.record_layout, common.domain_name)
    override = None if common.organizational_domain is None else domain("organizational_domain", common.organizational_domain)
    name = identity_domain(common.domain_name, zone.name, override)
    sending_plan = None if sending is None or signing is None else sending.plan(name, facts, signing)
    mail_from = None if sending_plan is None else sending_plan.mail_from
    policy_plan = None if policy is None else policy.plan(name, override, mail_from)
    if policy_plan is not None and policy_plan.shares and not zone.hosted_zone_id:
        raise EmailAuthError(
            "'from_domain_txt' is shared by a function that writes into a hosted zone, and there is none here; pass "
            "from_domain_spf=False and add Amazon SES by hand"
        )
    own = None if policy_plan is None else policy_plan.dmarc.record
    inherited = inherited_record(common.inherited_dmarc, name, own, override)
    plan = DomainPlan(
        domain=name,
        zone=zone.name,
        sending=sending_plan,
        policy=policy_plan,
        dmarc_records=known_dmarc(name, override, own, inherited),
        organizational_domain=override,
    )
    if common.logical_ids is not None:
        check_logical_ids(common.logical_ids, _children(plan, target, signing), common.record_layout)
    return plan


def _children(plan: DomainPlan, target: RecordTarget, signing: Signing | None) -> tuple[str, ...]:
    """The children that can be given a logical id."""
    identity = ("Identity",) if signing is not None and signing.makes_identity else ()
    shared = ("FromDomainTxt",) if plan.policy is not None and plan.policy.shares else ()
    return (*identity, *target.children(plan.records), *shared)


def _ttl(prop: str, value: Duration | None) -> int:
    return DEFAULT_TTL if value is None else seconds(prop, value)
