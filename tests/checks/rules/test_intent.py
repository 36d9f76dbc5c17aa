"""Tests of the rules on what the author of a stack chose."""

from __future__ import annotations

from dataclasses import replace

from ses_email_auth.checks.finding import Severity
from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.spf import SpfRecord
from tests.checks.rule_table import loud, rule_test, silent
from tests.checks.views import FEEDBACK, TOKEN, ZONE, easy_dkim, identity, mx, part, token_names

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


def test_who_sends_through_ses() -> None:
    """Identities tell, and the CNAMEs of Easy DKIM; what holds a token tells nothing."""
    view = part(
        identity("a@mail.example.com"),
        identity(TOKEN),
        *easy_dkim("a"),
        *easy_dkim("b", domain="news.example.com"),
        *easy_dkim("c", domain=TOKEN),
        *easy_dkim("d", "dkim.example.net", domain="other.example.com"),
        *token_names(1),
    )
    assert view.ses_senders == {ZONE, DomainName("mail.example.com"), DomainName("news.example.com")}


def test_what_a_mail_from_domain_is_known_by() -> None:
    """A feedback host among its MX values, whichever set they stand in."""
    bounce = DomainName("bounce.example.com")
    view = part(mx(bounce.text, FEEDBACK), mx(bounce.text, "0 ."), mx("example.com", "10 mail.example.com"))
    assert view.mail_from_mx == {bounce: (FEEDBACK, "0 .")}
