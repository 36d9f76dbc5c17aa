"""Tests of the rule on bounces and complaints that no program hears of."""

from __future__ import annotations

from dataclasses import replace

from ses_email_auth.checks.finding import Severity
from tests.checks.rule_table import loud, rule_test, silent
from tests.checks.views import ZONE, identity, part

LOUD = [
    loud(
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
    silent("ses-feedback-nowhere", part(), id="configuration-set"),
    silent("ses-feedback-nowhere", part(identity()), id="an-identity-of-a-file-may-be-told-elsewhere"),
]


test_rules = rule_test(LOUD, SILENT)
