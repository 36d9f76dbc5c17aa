"""Tests of the rules on what a DKIM key can be used for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from tests.checks.rule_table import loud, rule_test, silent
from tests.zone.views import ED25519, SELECTOR, identity, part, rsa, txt

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

KEY = f"k=ed25519; p={ED25519}"
WHERE = f"{SELECTOR} TXT"
NEW_KEY = "make a new key of 2048 bits under a new selector"


def _at(value: str) -> ZoneView:
    return part(txt(SELECTOR, value))


def _own(value: str) -> ZoneView:
    return part(txt(SELECTOR, value), identity(selector="s"))


LOUD = [
    loud(
        "dkim-sha1",
        _at(f"h=sha1; {KEY}"),
        Severity.ERROR,
        WHERE,
        "h= allows 'sha1' and not sha256, with which signers sign; such signatures fail",
        "leave out h=, or write h=sha256",
        id="sha1-alone",
    ),
    loud(
        "dkim-not-for-email",
        _own(f"s=tlsrpt:x; {KEY}"),
        Severity.ERROR,
        WHERE,
        "s= allows 'tlsrpt:x' and not email, and SES is told to sign mail with this selector",
        "leave out s=, or write s=email",
        id="in-use",
    ),
    loud(
        "dkim-not-for-email",
        _at(f"s=tlsrpt; {KEY}"),
        Severity.INFO,
        WHERE,
        "s= allows 'tlsrpt' and not email; verifiers of mail pass over the key",
        "",
        id="of-others",
    ),
    loud(
        "dkim-key-short",
        _at(f"p={rsa(1023)}"),
        Severity.ERROR,
        WHERE,
        "the key has 1023 bits; receivers ignore signatures with less than 1024",
        NEW_KEY,
        id="receivers-ignore-it",
    ),
    loud(
        "dkim-key-short",
        _at(f"p={rsa(1024)}"),
        Severity.INFO,
        WHERE,
        "the key has 1024 bits; 2048 are usual",
        "",
        id="1024-bits-pass-everywhere",
    ),
    loud(
        "dkim-key-short",
        _own(f"p={rsa(1024)}"),
        Severity.WARNING,
        WHERE,
        "the key has 1024 bits; signers should use 2048",
        NEW_KEY,
        id="1024-bits-of-our-own",
    ),
    loud(
        "dkim-key-short",
        replace(part(), easy_dkim_bits=1024),
        Severity.WARNING,
        "DkimSigningAttributes",
        "SES is asked for keys of 1024 bits",
        "leave out dkim_key_length: SES then uses 2048",
        id="asked-of-easy-dkim",
    ),
    loud(
        "dkim-key-short",
        part(identity(bits=1024)),
        Severity.WARNING,
        "example.com",
        "SES is asked for keys of 1024 bits to sign the mail of 'example.com'",
        "leave the key length out: SES then uses 2048",
        id="asked-in-a-template",
    ),
    loud(
        "dkim-ed25519-ses",
        _own(KEY),
        Severity.ERROR,
        WHERE,
        "SES is told to sign with this selector, and it signs with RSA alone; this key is Ed25519",
        "publish an RSA key of 2048 bits, and give SES its private half",
        id="ed25519",
    ),
]

SILENT = [
    silent("dkim-sha1", _at(f"h=sha1:SHA256; {KEY}"), id="both"),
    silent("dkim-sha1", _at("h=sha1; p="), id="revoked"),
    silent("dkim-sha1", _at(KEY), id="all"),
    silent("dkim-not-for-email", _at(f"s=tlsrpt:email; {KEY}"), id="email-too"),
    silent("dkim-not-for-email", _at(f"s=*; {KEY}"), id="all"),
    silent("dkim-not-for-email", _at("s=tlsrpt; p="), id="revoked"),
    silent("dkim-key-short", _own(f"p={rsa(2048)}"), id="2048-bits"),
    silent("dkim-key-short", _at(KEY), id="ed25519-has-256-bits"),
    silent("dkim-key-short", _at("v=DKIM1; p="), id="revoked"),
    silent("dkim-key-short", _at("v=DKIM1; p=AAAA"), id="no-key"),
    silent("dkim-key-short", part(txt("example.com", f"p={rsa(1024)}")), id="not-below-_domainkey"),
    silent("dkim-key-short", replace(part(), easy_dkim_bits=2048), id="2048-asked-of-easy-dkim"),
    silent("dkim-key-short", part(identity(bits=2048)), id="2048-asked-in-a-template"),
    silent("dkim-ed25519-ses", _at(KEY), id="of-others"),
    silent("dkim-ed25519-ses", _own(f"p={rsa(2048)}"), id="rsa"),
]


test_rules = rule_test(LOUD, SILENT)
