"""Rules on what the props of our constructs leave to the user.

The SPF record of the From domain (RFC 7208 section 3.2), and bounces and complaints without a configuration set (Amazon SES
developer guide, "Setting up event notifications").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.view import ZoneView


@rule(
    id="from-spf-by-hand",
    severity=Severity.INFO,
    need=Need.INTENT,
    for_constructs=True,
    reason="Carriers in Japan look for SPF at the From domain too; the record there is somebody else's.",
    reference="RFC 7208 section 3.2",
    example='SesEmailAuth(self, "EmailAuth", hosted_zone=zone, from_domain_spf=False)',
)
def from_spf_by_hand(view: ZoneView) -> Iterator[Fault]:
    for domain, record in view.spf_by_hand:
        yield Fault(
            where=f"{domain} TXT",
            message=f"SPF of {domain} is left to you; this value covers Amazon SES: {record}",
            fix="keep one SPF record: merge it into what is there",
        )


@rule(
    id="ses-feedback-nowhere",
    severity=Severity.INFO,
    need=Need.INTENT,
    for_constructs=True,
    reason="SES pauses accounts that keep sending to addresses that bounce; who does not hear of bounces cannot stop.",
    reference="Amazon SES developer guide, setting up event notifications",
    example='SesEmailAuth(self, "EmailAuth", hosted_zone=zone)',
)
def ses_feedback_nowhere(view: ZoneView) -> Iterator[Fault]:
    if view.feedback_by_mail is not None:
        yield Fault(
            where=view.feedback_by_mail.text,
            message=f"{view.feedback_by_mail} has no configuration set, so SES mails its bounces and complaints to the "
            "Return-Path or From address alone",
            fix="make a SendingEvents, and pass its configuration_set",
        )
