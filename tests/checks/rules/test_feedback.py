"""Tests of the rule on bounces and complaints that no program hears of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from tests.checks.ses_views import identity, view_of
from tests.checks.views import ZONE, finding, found, part

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

LOUD = [
    pytest.param(
        "ses-feedback-nowhere",
        replace(part(), feedback_by_mail=ZONE),
        Severity.INFO,
        "example.com",
        "example.com has no configuration set, so SES mails its bounces and complaints to the Return-Path or From address "
        "alone",
        "make a SendingEvents, and pass its configuration_set",
        id="no-configuration-set",
    ),
]

SILENT = [
    pytest.param("ses-feedback-nowhere", part(), id="configuration-set"),
    pytest.param("ses-feedback-nowhere", view_of(identity()), id="an-identity-of-a-file-may-be-told-elsewhere"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []
