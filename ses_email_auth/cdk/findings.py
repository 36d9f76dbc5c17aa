"""The findings of a construct: warnings become annotations that a user can acknowledge, errors are raised."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aws_cdk import Validations, aws_ses

from ses_email_auth.checks.finding import Finding, Severity
from ses_email_auth.checks.rules import PLAN_RULES
from ses_email_auth.checks.run import check
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import readable
from ses_email_auth.publication.dkim_keys import OwnKey
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from constructs import Construct

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.plan import DomainPlan

LIBRARY = "ses-email-auth"
"""The name of the plug-in, and what stands before `::` in an acknowledgement."""

_BITS = {
    aws_ses.EasyDkimSigningKeyLength.RSA_1024_BIT: 1024,
    aws_ses.EasyDkimSigningKeyLength.RSA_2048_BIT: 2048,
}


def findings_of(
    plan: DomainPlan, key_length: aws_ses.EasyDkimSigningKeyLength | None, *, feedback_by_mail: bool
) -> tuple[Finding, ...]:
    """What the checks say of a plan.

    Args:
        plan: what is published.
        key_length: what is asked of Easy DKIM.
        feedback_by_mail: whether there is an identity, and no configuration set for it.

    Raises:
        EmailAuthError: if it could not work.
    """
    policy = plan.policy
    published = None if policy is None else policy.dmarc.record
    view = ZoneView(
        records=tuple(plan.records.values()),
        zone=plan.zone,
        dmarc_elsewhere={
            name: record
            for name, record in plan.dmarc_records.items()
            if isinstance(record, DmarcRecord) and record is not published
        },
        dmarc_parsed={} if published is None else {str(published): published},
        dmarc_undecided=(plan.domain,) if policy is not None and policy.dmarc.undecided else (),
        spf_by_hand=((plan.domain, policy.spf),) if policy is not None and policy.leaves_spf else (),
        easy_dkim_bits=None if key_length is None else _BITS[key_length],
        own_selectors=_own_selectors(plan),
        feedback_by_mail=plan.domain if feedback_by_mail else None,
        proofs=plan.proofs,
    )
    taken_over = readable(f"{plan.domain} TXT") if policy is not None and policy.takes_over else None
    findings = tuple(_as_warning(finding) if finding.where == taken_over else finding for finding in check(view, PLAN_RULES))
    for finding in findings:
        if finding.severity is Severity.ERROR:
            raise EmailAuthError(str(finding))
    return findings


def _own_selectors(plan: DomainPlan) -> tuple[tuple[str, DomainName], ...]:
    """The selector of a key of one's own; the keys of Easy DKIM and managed keys are not known yet."""
    dkim = None if plan.sending is None else plan.sending.dkim
    return ((dkim.selector, plan.domain),) if isinstance(dkim, OwnKey) else ()


def _as_warning(finding: Finding) -> Finding:
    """A fault of a record set that is taken over: it is there already, and it can be mended only once it is ours."""
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.ERROR else finding


def annotate(scope: Construct, findings: tuple[Finding, ...]) -> None:
    """Show the warnings at synthesis, under ids that `Validations.of(scope).acknowledge(...)` takes."""
    for finding in findings:
        if finding.severity is Severity.WARNING:
            Validations.of(scope).add_warning(
                f"{LIBRARY}::{finding.id}", f"{finding.message}; {finding.fix} ({finding.reference})"
            )
