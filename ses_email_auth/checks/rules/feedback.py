"""The rule on bounces and complaints that no program hears of (SES developer guide, "Setting up event notifications")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["FEEDBACK_RULES"]


def _nowhere(view: ZoneView) -> Iterator[Fault]:
    if view.feedback_by_mail is not None:
        yield Fault(
            where=view.feedback_by_mail.text,
            message=f"{view.feedback_by_mail} has no configuration set, so SES mails its bounces and complaints to the "
            "Return-Path or From address alone",
            fix="make a SendingEvents, and pass its configuration_set",
        )


FEEDBACK_RULES = (
    Rule(
        id="ses-feedback-nowhere",
        severity=Severity.INFO,
        need=Need.INTENT,
        reason="SES pauses accounts that keep sending to addresses that bounce; who does not hear of bounces cannot stop.",
        reference="Amazon SES developer guide, setting up event notifications",
        faults=_nowhere,
        example='SesEmailAuth(self, "EmailAuth", hosted_zone=zone)',
    ),
)
