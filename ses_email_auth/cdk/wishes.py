"""From props to the plan of a domain: CDK's types become plain values, and every prop is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_ses

from ses_email_auth.cdk.kinds import check_enum, check_flag, check_removal_policy, is_a
from ses_email_auth.cdk.props import DomainPolicyProps, SendingIdentityProps, SesEmailAuthProps
from ses_email_auth.cdk.record_resources import RecordLayout, check_logical_ids
from ses_email_auth.cdk.waiting import wait_seconds
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
    from aws_cdk import Duration

    from ses_email_auth.cdk.dkim import Dkim
    from ses_email_auth.cdk.dns import ZoneFacts
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.domain_name import DomainName

__all__ = ["Props", "plan_of"]

Props = SesEmailAuthProps | SendingIdentityProps | DomainPolicyProps

_CONFIGURATION_SET = "aws-cdk-lib.aws_ses.IConfigurationSet"


def plan_of(props: Props, zone: ZoneFacts, facts: StackFacts, dkim: Dkim | None) -> DomainPlan:
    """The plan that `props` ask for; `dkim` is None where nothing is sent.

    Raises:
        EmailAuthError: for the first prop that cannot be.
    """
    _check_types(props)
    if zone.one_resource and props.record_layout is RecordLayout.GROUPED:
        raise EmailAuthError("'record_layout' says how CloudFormation writes records; a function writes these; leave it out")
    _check_outputs(props, zone)
    override = None if props.organizational_domain is None else domain("organizational_domain", props.organizational_domain)
    name = identity_domain(props.domain_name, zone.name, override)
    sending = None if dkim is None or isinstance(props, DomainPolicyProps) else _sending(props, name, facts, dkim)
    mail_from = None if sending is None else sending.mail_from
    policy = None if isinstance(props, SendingIdentityProps) else _policy(props, name, override, mail_from)
    own = None if policy is None else policy.dmarc.record
    if policy is not None and policy.shares and not zone.hosted_zone_id:
        raise EmailAuthError(
            "'from_domain_txt' is shared by a function that writes into a hosted zone, and there is none here; pass "
            "from_domain_spf=False and add Amazon SES by hand"
        )
    inherited = inherited_record(props.inherited_dmarc, name, own, override)
    plan = DomainPlan(
        domain=name,
        zone=zone.name,
        sending=sending,
        policy=policy,
        dmarc_records=known_dmarc(name, override, own, inherited),
        organizational_domain=override,
    )
    if props.logical_ids is not None:
        records = ("Records",) if zone.one_resource and plan.records else () if zone.as_outputs else tuple(plan.records)
        if policy is not None and policy.shares:
            records += ("FromDomainTxt",)
        children = (*(("Identity",) if dkim is not None and dkim.makes_identity else ()), *records)
        check_logical_ids(props.logical_ids, children, props.record_layout)
    return plan


def _check_outputs(props: Props, zone: ZoneFacts) -> None:
    """What has no sense, or is not known, where no resource writes a record."""
    if zone.as_outputs and zone.name is None and props.domain_name is None:
        raise EmailAuthError("'domain_name' must be given, since Dns.external() names no zone; pass for example 'example.com'")
    if zone.as_outputs and props.record_layout is RecordLayout.GROUPED:
        raise EmailAuthError("'record_layout' says how CloudFormation writes records; Dns.external() writes none; leave it out")


def _sending(props: SesEmailAuthProps | SendingIdentityProps, name: DomainName, facts: StackFacts, dkim: Dkim) -> SendingPlan:
    subdomain = props.mail_from_subdomain
    if not is_given(subdomain):
        if facts.region is None:
            raise EmailAuthError(
                "'mail_from_subdomain' must be given in a stack without a region: its default is 'bounce-<region>', and each "
                "region needs a MAIL FROM domain of its own"
            )
        subdomain = f"bounce-{facts.region}"
    mail_from = mail_from_domain(name, subdomain)
    host = mx_host(facts.region, props.mail_from_mx_host, wanted=mail_from is not None)
    behavior = props.mail_from_behavior_on_mx_failure
    return SendingPlan(
        identity=name,
        mail_from=mail_from,
        mx_host=host,
        on_mx_failure=MxFailure.USE_DEFAULT_VALUE if behavior is None else MxFailure(behavior.value),
        region=facts.region,
        dkim=dkim.wish(),
        dkim_ttl=_ttl("dkim_ttl", props.dkim_ttl),
        mail_from_mx_ttl=_ttl("mail_from_mx_ttl", props.mail_from_mx_ttl),
        mail_from_spf_ttl=_ttl("mail_from_spf_ttl", props.mail_from_spf_ttl),
    )


def _policy(
    props: SesEmailAuthProps | DomainPolicyProps, name: DomainName, override: DomainName | None, mail_from: DomainName | None
) -> PolicyPlan:
    senders = (SPF_INCLUDE,) if isinstance(props, SesEmailAuthProps) or props.sends_with_ses else ()
    spf = from_domain_spf(props.spf, props.spf_includes, props.spf_qualifier, senders)
    values = site_values(props.from_domain_txt_values)
    ttl = _ttl("from_domain_txt_ttl", props.from_domain_txt_ttl)
    if props.from_domain_txt is not None:
        _check_adopted_alone(props, props.from_domain_txt)
        txt: ResourceRecordSet | None = None if props.from_domain_txt.is_shared else props.from_domain_txt.at(name)
    else:
        texts = (str(spf), *values) if props.from_domain_spf else values
        txt = ResourceRecordSet(name, RecordType.TXT, ttl, texts) if texts else None
    return PolicyPlan(
        domain=name,
        from_subdomains=from_domains(name, props.from_subdomains, mail_from),
        senders=senders,
        spf=spf,
        from_domain_txt=txt,
        takes_over=txt is not None and props.from_domain_txt is not None,
        shares=props.from_domain_txt is not None and props.from_domain_txt.is_shared,
        from_domain_txt_ttl=ttl,
        dmarc=choose_dmarc(name, override, props.dmarc, props.dmarc_policy, props.dmarc_rua),
        dmarc_ttl=_ttl("dmarc_ttl", props.dmarc_ttl),
    )


def _ttl(prop: str, value: Duration | None) -> int:
    return DEFAULT_TTL if value is None else seconds(prop, value)


def _check_adopted_alone(props: SesEmailAuthProps | DomainPolicyProps, txt: FromDomainTxt) -> None:
    """`from_domain_txt` is the whole record set, or one that others own: nothing may be said of its values beside it."""
    if txt.is_shared and isinstance(props, DomainPolicyProps) and not props.sends_with_ses:
        raise EmailAuthError("'from_domain_txt' is shared to add Amazon SES, but 'sends_with_ses' is False; leave one out")
    others = {
        "spf": props.spf is not None,
        "spf_includes": bool(props.spf_includes),
        "spf_qualifier": props.spf_qualifier is not None and not txt.is_shared,
        "from_domain_txt_values": bool(props.from_domain_txt_values),
        "from_domain_spf": not props.from_domain_spf,
    }
    given = [name for name, is_given in others.items() if is_given]
    if given and txt.is_shared:
        raise EmailAuthError(
            f"'from_domain_txt' is shared, others decide what stands in it, so '{given[0]}' cannot be given beside it; "
            f"leave '{given[0]}' out"
        )
    if given:
        raise EmailAuthError(
            f"'from_domain_txt' is the whole TXT record set, so '{given[0]}' cannot be given beside it; "
            f"deploy once as it is, then replace 'from_domain_txt' by '{given[0]}'"
        )


def _check_types(props: Props) -> None:
    """No wrong value may reach jsii, whose errors name neither the prop nor the fix."""
    check_enum("record_layout", props.record_layout, RecordLayout.SEPARATE)
    check_removal_policy(props.removal_policy)
    if not isinstance(props, DomainPolicyProps):
        _check_sending_types(props)
    if not isinstance(props, SendingIdentityProps):
        check_flag("from_domain_spf", props.from_domain_spf)
        if props.from_domain_txt is not None and not isinstance(props.from_domain_txt, FromDomainTxt):
            raise EmailAuthError(
                f"'from_domain_txt' must be a FromDomainTxt, got {props.from_domain_txt!r}; "
                f"use FromDomainTxt.adopt([...], ttl=Duration.seconds(300)) or FromDomainTxt.shared()"
            )
    if isinstance(props, DomainPolicyProps):
        check_flag("sends_with_ses", props.sends_with_ses)


def _check_sending_types(props: SesEmailAuthProps | SendingIdentityProps) -> None:
    behavior = props.mail_from_behavior_on_mx_failure
    if behavior is not None:
        check_enum("mail_from_behavior_on_mx_failure", behavior, aws_ses.MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE)
    if props.dkim_key_length is not None:
        check_enum("dkim_key_length", props.dkim_key_length, aws_ses.EasyDkimSigningKeyLength.RSA_2048_BIT)
    if props.feedback_forwarding is not None:
        check_flag("feedback_forwarding", props.feedback_forwarding)
    if props.wait_for_verification is not None:
        wait_seconds(props.wait_for_verification)
    configuration_set = props.configuration_set
    if configuration_set is not None and not is_a(configuration_set, aws_ses.ConfigurationSet, _CONFIGURATION_SET):
        raise EmailAuthError(
            f"'configuration_set' must be a configuration set, got {configuration_set!r}; "
            f"use ConfigurationSet.from_configuration_set_name(...)"
        )
