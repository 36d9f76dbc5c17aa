"""Tests of the rules on what the author of a stack chose."""

from __future__ import annotations

from dataclasses import replace

from ses_email_auth.checks.finding import Severity
from ses_email_auth.records.spf import SpfRecord
from tests.checks.rule_table import loud, rule_test, silent
from tests.zone.views import ZONE, identity, part

LOUD = [
    loud(
        "from-spf-by-hand",
        replace(part(), spf_by_hand=((ZONE, SpfRecord.of_includes(["_spf.google.com", "amazonses.com"])),)),
        Severity.INFO,
        "example.com TXT",
        "SPF of example.com is left to you; this value covers Amazon SES: "
        "v=spf1 include:_spf.google.com include:amazonses.com ~all",
        "keep one SPF record: merge it into what is there",
        id="spf-left-to-the-user",
    ),
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
    silent("from-spf-by-hand", part(), id="spf-published"),
    silent("ses-feedback-nowhere", part(), id="configuration-set"),
    silent("ses-feedback-nowhere", part(identity()), id="an-identity-of-a-file-may-be-told-elsewhere"),
]

test_rules = rule_test(LOUD, SILENT)
