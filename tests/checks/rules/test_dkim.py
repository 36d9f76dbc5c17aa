"""Tests of the rules on DKIM keys: their text, and what a key can be used for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from tests.checks.rule_table import Row, findings_of, loud, rule_test, silent
from tests.zone.views import ED25519, SELECTOR, TOKEN, declared, identity, part, rsa, txt

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView

KEY = f"v=DKIM1; k=ed25519; p={ED25519}"
WHERE = f"{SELECTOR} TXT"
ED25519_KEY = f"k=ed25519; p={ED25519}"
NEW_KEY = "make a new key of 2048 bits under a new selector"
CANNOT = "verifiers take every text here for a key and cannot use this one: "
PASS_OVER = "verifiers pass over a part of it: "
AS_GIVEN = "publish the key record as the signer gives it, and no other text at this name"
TWO = "2 texts stand at one selector; a verifier takes any of them, or none"
KEEP = "keep the one that the signer uses; a new key gets a new selector"
WORDS = "must be words of letters, digits and inner hyphens with ':' between them"


def _at(value: str) -> ZoneView:
    return part(txt(SELECTOR, value))


def _syntax(name: str, value: str, trouble: str) -> Row:
    return loud("dkim-syntax", _at(value), Severity.ERROR, WHERE, f"{CANNOT}{trouble}", AS_GIVEN, id=name)


def _ignored(name: str, value: str, trouble: str) -> Row:
    return loud("dkim-syntax", _at(value), Severity.INFO, WHERE, f"{PASS_OVER}{trouble}", "", id=name)


def _own(value: str) -> ZoneView:
    return part(txt(SELECTOR, value), identity(selector="s"))


LOUD = [
    _syntax("the-name-of-p-in-its-value", "v=DKIM1; p=p=MIGfMA0G", "p= stands there twice; write it once"),
    _syntax("no-key", "v=DKIM1; k=rsa", "p= is missing (tag names are case-sensitive); an empty p= revokes the key"),
    _syntax("version-of-another-kind", "v=DKIM2; p=", "v= must be exactly DKIM1, got 'DKIM2'"),
    _syntax("version-not-first", "p=; v=DKIM1", "v= must be the first tag"),
    _syntax("a-tag-twice", "v=DKIM1; p=; p=", "the tag p= stands twice; keep one"),
    _syntax("flags-twice", "v=DKIM1; t=s; t=s; p=", "the tag t= stands twice; keep one"),
    _syntax("unknown-key-type", "k=dsa; p=AAAA", "k= must be rsa or ed25519, got 'dsa'; verifiers ignore other keys"),
    _syntax(
        "a-key-that-was-cut",
        f"p={rsa(1024)[:101]}",
        "the 101 characters of p= are not whole base64; was the key cut?",
    ),
    _syntax(
        "a-site-token-is-shown-in-part",
        "google-site-verification-abcdefghijklmnop",
        "'google-site-verification...' has no '='; write name=value",
    ),
    _syntax("spf", "v=spf1 -all", "v= must be exactly DKIM1, got 'spf1 -all'"),
    _syntax("two-semicolons", "v=DKIM1;; p=", "a tag is missing here; write name=value, and one ';' between tags"),
    _syntax(
        "flags-that-are-none-and-no-key",
        "v=DKIM1; t=y!",
        "p= is missing (tag names are case-sensitive); an empty p= revokes the key",
    ),
    _ignored("empty-flags", f"{KEY}; t=", f"t= {WORDS}"),
    _ignored("a-colon-too-many", f"v=DKIM1; h=sha256:; k=ed25519; p={ED25519}", f"h= {WORDS}"),
    _ignored(
        "one-of-four", f"h=; s=; t=; n=a\x01; k=ed25519; p={ED25519}", "the value of n= must be printable US-ASCII, got '\\x01'"
    ),
    _ignored("notes", f"{KEY}; n=a\x01b", "the value of n= must be printable US-ASCII, got '\\x01'"),
    loud("dkim-multiple", part(txt(SELECTOR, KEY, "v=DKIM1; p=")), Severity.ERROR, WHERE, TWO, KEEP, id="in-one-set"),
    loud("dkim-multiple", part(txt(SELECTOR, KEY, "a note")), Severity.ERROR, WHERE, TWO, KEEP, id="a-key-and-a-note"),
    loud(
        "dkim-multiple",
        part(txt(SELECTOR, KEY), txt(SELECTOR, "p=")),
        Severity.ERROR,
        WHERE,
        TWO,
        KEEP,
        id="in-two-sets",
    ),
    loud(
        "dkim-testing",
        _at(f"v=DKIM1; k=ed25519; t=s:y; p={ED25519}"),
        Severity.WARNING,
        WHERE,
        "t=y says that the domain only tests DKIM; verifiers may treat its mail as if it were not signed",
        "leave out t=y",
        id="testing",
    ),
    loud(
        "dkim-revoked",
        part(txt(SELECTOR, "v=DKIM1; p="), identity(selector="S")),
        Severity.ERROR,
        WHERE,
        "the empty p= revokes the key, and SES is told to sign with this selector",
        "publish the public key, or give the identity the selector of a key that is published",
        id="in-use",
    ),
    loud(
        "dkim-revoked",
        part(txt(SELECTOR, "p="), identity("mail.example.com", selector="s"), identity(selector="t")),
        Severity.INFO,
        WHERE,
        "the empty p= revokes the key; signatures with it fail",
        "",
        id="of-others",
    ),
    loud(
        "dkim-granularity",
        _at(f"{KEY}; g=*"),
        Severity.INFO,
        WHERE,
        "g= is of DomainKeys, which DKIM replaced; verifiers pass over it",
        "",
        id="granularity",
    ),
    loud(
        "dkim-sha1",
        _at(f"h=sha1; {ED25519_KEY}"),
        Severity.ERROR,
        WHERE,
        "h= allows 'sha1' and not sha256, with which signers sign; such signatures fail",
        "leave out h=, or write h=sha256",
        id="sha1-alone",
    ),
    loud(
        "dkim-not-for-email",
        _own(f"s=tlsrpt:x; {ED25519_KEY}"),
        Severity.ERROR,
        WHERE,
        "s= allows 'tlsrpt:x' and not email, and SES is told to sign mail with this selector",
        "leave out s=, or write s=email",
        id="in-use",
    ),
    loud(
        "dkim-not-for-email",
        _at(f"s=tlsrpt; {ED25519_KEY}"),
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
        _own(ED25519_KEY),
        Severity.ERROR,
        WHERE,
        "SES is told to sign with this selector, and it signs with RSA alone; this key is Ed25519",
        "publish an RSA key of 2048 bits, and give SES its private half",
        id="ed25519",
    ),
]

SILENT = [
    silent("dkim-syntax", _at(KEY), id="a-key"),
    silent("dkim-syntax", _at("p="), id="revoked"),
    silent("dkim-syntax", _at(f"{KEY}; x=1; t=s:unknown"), id="words-and-tags-that-nobody-knows"),
    silent("dkim-syntax", _at("v=dkim1; p="), id="near-miss"),
    silent("dkim-syntax", _at("v=DKIM1; p=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"), id="private-key"),
    silent("dkim-syntax", part(txt("_domainkey.example.com", "o=~")), id="policy-of-domainkeys"),
    silent("dkim-syntax", part(txt("_adsp._domainkey.example.com", "dkim=all")), id="adsp"),
    silent("dkim-syntax", part(txt("_report._domainkey.example.com", "ra=dkim; rr=all")), id="reports"),
    silent("dkim-syntax", part(txt("example.com", "v=DKIM2")), id="elsewhere"),
    silent("dkim-syntax", _at(f"v=DKIM1; p={TOKEN}"), id="token"),
    silent("dkim-syntax", part(txt(f"s._domainkey.{TOKEN}", "v=DKIM1")), id="token-in-the-name"),
    silent("dkim-multiple", part(txt(SELECTOR, KEY), txt(SELECTOR, KEY)), id="one-text-twice"),
    silent("dkim-multiple", part(txt(SELECTOR, KEY), txt("t._domainkey.example.com", "p=")), id="two-selectors"),
    silent(
        "dkim-multiple",
        part(
            declared(SELECTOR, "TXT", f'"{KEY}"', set_identifier="blue"),
            declared(SELECTOR, "TXT", '"p="', set_identifier="green"),
        ),
        id="routing-policy",
    ),
    silent("dkim-testing", _at("t=y; p="), id="testing-and-revoked"),
    silent("dkim-testing", _at(f"{KEY}; t=s"), id="another-flag"),
    silent("dkim-revoked", part(txt("*._domainkey.example.com", "v=DKIM1; p=")), id="parked"),
    silent("dkim-revoked", _at(KEY), id="not-revoked"),
    silent("dkim-granularity", _at(KEY), id="without"),
    silent("dkim-sha1", _at(f"h=sha1:SHA256; {ED25519_KEY}"), id="both"),
    silent("dkim-sha1", _at("h=sha1; p="), id="revoked"),
    silent("dkim-sha1", _at(ED25519_KEY), id="all"),
    silent("dkim-not-for-email", _at(f"s=tlsrpt:email; {ED25519_KEY}"), id="email-too"),
    silent("dkim-not-for-email", _at(f"s=*; {ED25519_KEY}"), id="all"),
    silent("dkim-not-for-email", _at("s=tlsrpt; p="), id="revoked"),
    silent("dkim-key-short", _own(f"p={rsa(2048)}"), id="2048-bits"),
    silent("dkim-key-short", _at(ED25519_KEY), id="ed25519-has-256-bits"),
    silent("dkim-key-short", _at("v=DKIM1; p="), id="revoked"),
    silent("dkim-key-short", _at("v=DKIM1; p=AAAA"), id="no-key"),
    silent("dkim-key-short", part(txt("example.com", f"p={rsa(1024)}")), id="not-below-_domainkey"),
    silent("dkim-key-short", replace(part(), easy_dkim_bits=2048), id="2048-asked-of-easy-dkim"),
    silent("dkim-key-short", part(identity(bits=2048)), id="2048-asked-in-a-template"),
    silent("dkim-ed25519-ses", _at(ED25519_KEY), id="of-others"),
    silent("dkim-ed25519-ses", _own(f"p={rsa(2048)}"), id="rsa"),
]


test_rules = rule_test(LOUD, SILENT)


def test_texts_of_two_sets_lead_to_both() -> None:
    """The finding leads to both sets."""
    view = part(txt(SELECTOR, KEY), txt(SELECTOR, "p="), txt(SELECTOR, KEY))
    assert [finding.records for finding in findings_of("dkim-multiple", view)] == [view.records[:2]]


def test_each_routing_policy_answers_alone() -> None:
    """Two texts in one of the alternatives are a fault of that one."""
    view = part(*(declared(SELECTOR, "TXT", f'"{KEY}"', '"p="', set_identifier=color) for color in ("blue", "green")))
    assert [finding.records for finding in findings_of("dkim-multiple", view)] == [view.records[:1], view.records[1:]]


def test_no_part_of_a_long_text_is_shown() -> None:
    """It could be a part of a private key, which looks like any other letters."""
    secret = "c2VjcmV0" * 20
    for text in (secret, secret * 2, f"k={secret}; p=", f"{secret}=;", f"v={secret}; p=", f"p={secret}", f"p='{secret}'"):
        (finding,) = findings_of("dkim-syntax", replace(_at(text), complete=True))
        assert secret[:25] not in finding.message
