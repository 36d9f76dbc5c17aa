"""Tests of the rules on TXT values that are no records: near misses, and private keys, which are made here."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.rules.stray_text import holds_private_key
from ses_email_auth.checks.run import check
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from tests.checks.rule_table import Row, findings_of, loud, rule_test, silent
from tests.zone.views import (
    ED25519,
    FEEDBACK,
    SELECTOR,
    TOKEN,
    ZONE,
    declared,
    dmarc,
    identity,
    mx,
    part,
    record_set,
    rsa,
    txt,
    whole,
)

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

NEAR_MISS = "txt-near-miss"
KEY = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7"  # how every RSA key of 1024 bits begins
TYPE = "type the record by hand, in plain ASCII"
UNQUOTE = "take out the quotation marks inside of the text, and keep the pair around it"
DMARC_START = "looks like a DMARC record, but does not begin with 'v=DMARC1;', so receivers pass over it"
SPF_START = "looks like an SPF record, but does not begin with 'v=spf1 ', so receivers pass over it"
PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PKCS8 = serialization.PrivateFormat.PKCS8
_PLAIN = (serialization.Encoding.PEM, PKCS1, serialization.NoEncryption())
_PLAIN_PKCS8 = (serialization.Encoding.PEM, PKCS8, serialization.NoEncryption())
PEMS = {
    "rsa-pkcs1": rsa_keys.generate_private_key(65537, 2048).private_bytes(*_PLAIN).decode(),
    "rsa-pkcs8": rsa_keys.generate_private_key(65537, 2048).private_bytes(*_PLAIN_PKCS8).decode(),
    "ed25519": ed25519.Ed25519PrivateKey.generate().private_bytes(*_PLAIN_PKCS8).decode(),
    "sec1": ec.generate_private_key(ec.SECP256R1()).private_bytes(*_PLAIN).decode(),
}
BODIES = {name: "".join(pem.splitlines()[1:-1]) for name, pem in PEMS.items()}
BODY = BODIES["rsa-pkcs8"]
HELD = "a value here holds a private key (not shown); whoever has read it can sign as this domain"
ROTATE = "remove it, rotate the key now, and publish the public half of the new one under a new selector"


def _stray(kind: str, character: str) -> str:
    return f"looks like {kind} record, but holds {character}; records are ASCII"


def _quoted(kind: str) -> str:
    return f"looks like {kind} record, but receivers see its quotation marks too, as a part of the text"


def _miss(record: RecordInView, shown: str, trouble: str, fix: str, *, id: str) -> Row:  # noqa: A002 - as `loud`
    """The text is shown in part, what is wrong is named, and every invisible character by its name."""
    return loud(NEAR_MISS, part(record), Severity.ERROR, f"{record.name} TXT", f"{shown} {trouble}", fix, id=id)


def _none(view: ZoneView, *, id: str) -> Row:  # noqa: A002
    return silent(NEAR_MISS, view, id=id)


LOUD = [
    _miss(
        txt("example.com", "google-site-verification=abc V=spf1 include:amazonses.com ~all"),
        "'google-site-verification'...",
        "holds an SPF record behind other words, so receivers pass over it",
        "make two values of it, one for each",
        id="two-values-in-one-string",
    ),
    _miss(
        txt("s1.domainkey.example.com", f"v=DKIM1; k=rsa; p={KEY}"),
        "'v=DKIM1; k=rsa; p=MIGfMA'...",
        "is a DKIM key below domainkey; receivers look below _domainkey only",
        "move it to s1._domainkey.example.com",
        id="domainkey-without-its-underscore",
    ),
    _miss(
        txt("example.com", "v=spf include:amazonses.com ~all"),
        "'v=spf include:amazonses.'...",
        SPF_START,
        "begin it with 'v=spf1 '",
        id="spf-of-no-version",
    ),
    _miss(
        txt("example.com", "v=spf2 include:amazonses.com ~all"),
        "'v=spf2 include:amazonses'...",
        SPF_START,
        "begin it with 'v=spf1 '",
        id="spf-of-a-version-that-is-none",
    ),
    _miss(
        txt("_dmarc.example.com", "ｖ＝ＤＭＡＲＣ１；　ｐ＝ｎｏｎｅ"),
        "'ｖ＝ＤＭＡＲＣ１；\\u3000ｐ＝ｎｏｎｅ'",
        _stray("a DMARC", "U+FF56 FULLWIDTH LATIN SMALL LETTER V"),
        TYPE,
        id="full-width",
    ),
    _miss(
        txt("example.com", "ｖ＝ｓｐｆ１ include:amazonses.com ~all"),
        "'ｖ＝ｓｐｆ１ include:amazonses'...",
        _stray("an SPF", "U+FF56 FULLWIDTH LATIN SMALL LETTER V"),
        TYPE,
        id="full-width-spf",
    ),
    _miss(
        txt("_dmarc.example.com", "v=DMARC1;\u3000p=none"),
        "'v=DMARC1;\\u3000p=none'",
        _stray("a DMARC", "U+3000 IDEOGRAPHIC SPACE"),
        TYPE,
        id="ideographic-space",
    ),
    _miss(
        txt("example.com", "v=spf1\u00a0include:amazonses.com ~all"),
        "'v=spf1\\xa0include:amazonses'...",
        _stray("an SPF", "U+00A0 NO-BREAK SPACE"),
        TYPE,
        id="no-break-space",
    ),
    _miss(
        txt("example.com", "\u200bv=spf1 include:amazonses.com ~all"),
        "'\\u200bv=spf1 include:amazonse'...",
        _stray("an SPF", "U+200B ZERO WIDTH SPACE"),
        TYPE,
        id="zero-width-space-in-front",
    ),
    _miss(
        txt("_dmarc.example.com", "v=DM\u00adARC1; p=none"),
        "'v=DM\\xadARC1; p=none'",
        _stray("a DMARC", "U+00AD SOFT HYPHEN"),
        TYPE,
        id="soft-hyphen-within",
    ),
    _miss(
        txt("example.com", "\ufeffv=spf1 -all"),
        "'\\ufeffv=spf1 -all'",
        _stray("an SPF", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        TYPE,
        id="byte-order-mark",
    ),
    _miss(
        txt("_dmarc.example.com", "“v=DMARC1; p=none”"),
        "'“v=DMARC1; p=none”'",
        _stray("a DMARC", "U+201C LEFT DOUBLE QUOTATION MARK"),
        TYPE,
        id="curly-quotes",
    ),
    _miss(
        txt("example.com", "v=spf1 include:amazonses.com –all"),
        "'v=spf1 include:amazonses'...",
        _stray("an SPF", "U+2013 EN DASH"),
        TYPE,
        id="a-dash-that-a-word-processor-made",
    ),
    _miss(
        txt("_dmarc.example.com", "v=DMARC1; p=none; x=\x80"),
        "'v=DMARC1; p=none; x=\\x80'",
        _stray("a DMARC", "U+0080"),
        TYPE,
        id="a-control-character-has-no-name",
    ),
    _miss(
        txt("example.com", '"v=spf1 include:amazonses.com ~all"'),
        "'\"v=spf1 include:amazonse'...",
        _quoted("an SPF"),
        f'{UNQUOTE}: "v=spf1 include:amazonses.com ~all"',
        id="quotes-of-a-zone-file",
    ),
    _miss(
        txt("_dmarc.example.com", '\\"v=DMARC1; p=none\\"'),
        "'\\\"v=DMARC1; p=none\\\"'",
        _quoted("a DMARC"),
        f'{UNQUOTE}: "v=DMARC1; p=none"',
        id="escaped-twice",
    ),
    _miss(
        txt("example.com", 'v=spf1 include:amazonses.com" " ~all'),
        "'v=spf1 include:amazonses'...",
        _quoted("an SPF"),
        f'{UNQUOTE}: "v=spf1 include:amazonses.com ~all"',
        id="two-strings-pasted-as-one",
    ),
    _miss(
        txt("_dmarc.example.com", 'v=DMARC1; p="none"'),
        "'v=DMARC1; p=\"none\"'",
        _quoted("a DMARC"),
        f'{UNQUOTE}: "v=DMARC1; p=none"',
        id="quoted-value",
    ),
    _miss(
        txt("s._domainkey.example.com", f'"v=DKIM1; p={KEY}"'),
        "'\"v=DKIM1; p=MIGfMA0GCSqG'...",
        _quoted("a DKIM"),
        f'{UNQUOTE}: "v=DKIM1; p={KEY}"',
        id="quoted-key",
    ),
    _miss(
        txt("s._domainkey.example.com", f'"v=DKIM1; k=rsa; p={KEY * 2}"'),
        "'\"v=DKIM1; k=rsa; p=MIGfM'...",
        _quoted("a DKIM"),
        UNQUOTE,
        id="a-long-key",
    ),
    _miss(
        txt("example.com", "'v=spf1 mx -all'"),
        "\"'v=spf1 mx -all'\"",
        _quoted("an SPF"),
        f'{UNQUOTE}: "v=spf1 mx -all"',
        id="single-quotes",
    ),
    _miss(
        declared("_dmarc.example.com", "TXT", "v=dmarc1; p=none"),
        "'v=dmarc1;p=none'",
        DMARC_START,
        "begin it with 'v=DMARC1;'",
        id="without-quotation-marks-it-would-be-none-either",
    ),
    _miss(
        txt("_dmarc.example.com", "v=DMARC1: p=none"),
        "'v=DMARC1: p=none'",
        DMARC_START,
        "begin it with 'v=DMARC1;'",
        id="colon-for-semicolon",
    ),
    _miss(
        txt("_dmarc.example.com", "v=DMARC1 p=none"),
        "'v=DMARC1 p=none'",
        DMARC_START,
        "begin it with 'v=DMARC1;'",
        id="no-semicolon",
    ),
    _miss(
        txt("_dmarc.example.com", "v=dmarc1; p=none"),
        "'v=dmarc1; p=none'",
        DMARC_START,
        "begin it with 'v=DMARC1;'",
        id="the-version-is-case-sensitive",
    ),
    _miss(
        txt("_dmarc.example.com", " v=DMARC1; p=none"),
        "' v=DMARC1; p=none'",
        DMARC_START,
        "begin it with 'v=DMARC1;'",
        id="space-in-front",
    ),
    _miss(
        txt("_dmarc.example.com", "v=DMARC1\\; p=none"),
        "'v=DMARC1\\; p=none'",
        DMARC_START,
        "begin it with 'v=DMARC1;'",
        id="escaped-semicolon",
    ),
    _miss(
        txt("example.com", "v=spf1; include:amazonses.com ~all"),
        "'v=spf1; include:amazonse'...",
        SPF_START,
        "begin it with 'v=spf1 '",
        id="spf-with-semicolon",
    ),
    _miss(
        txt("example.com", "spf1 include:amazonses.com ~all"),
        "'spf1 include:amazonses.c'...",
        SPF_START,
        "begin it with 'v=spf1 '",
        id="spf-without-v",
    ),
    _miss(txt("example.com", "spf1"), "'spf1'", SPF_START, "begin it with 'v=spf1 '", id="spf-without-anything"),
    _miss(
        txt("example.com", "v = spf1 -all"), "'v = spf1 -all'", SPF_START, "begin it with 'v=spf1 '", id="spaces-around-equals"
    ),
    _miss(txt("example.com", "v=spf1\t-all"), "'v=spf1\\t-all'", SPF_START, "begin it with 'v=spf1 '", id="tab-for-space"),
    _miss(
        txt("s._domainkey.example.com", f"v=dkim1; k=rsa; p={KEY}"),
        "'v=dkim1; k=rsa; p=MIGfMA'...",
        "looks like a DKIM record, but does not begin with 'v=DKIM1;', so receivers pass over it",
        "begin it with 'v=DKIM1;'",
        id="dkim-version-is-case-sensitive",
    ),
    _miss(
        txt("example.com", f"v=DKIM1; k=rsa; p={KEY}"),
        "'v=DKIM1; k=rsa; p=MIGfMA'...",
        "is a DKIM key at example.com; receivers look below _domainkey only",
        "move it to <selector>._domainkey.example.com",
        id="dkim-at-the-apex",
    ),
    _miss(
        txt("example.com", "v=DMARC1; p=none"),
        "'v=DMARC1; p=none'",
        "is a DMARC record at example.com; receivers look at _dmarc only",
        "move it to _dmarc.example.com",
        id="dmarc-at-the-apex",
    ),
    _miss(
        txt("dmarc.example.com", "v=DMARC1; p=none"),
        "'v=DMARC1; p=none'",
        "is a DMARC record at dmarc.example.com; receivers look at _dmarc only",
        "move it to _dmarc.example.com",
        id="the-underscore-is-missing",
    ),
    _miss(
        txt("news.example.com", "v=spf1 -all", "v=DMARC1; p=none"),
        "'v=DMARC1; p=none'",
        "is a DMARC record at news.example.com; receivers look at _dmarc only",
        "move it to _dmarc.news.example.com",
        id="dmarc-beside-spf",
    ),
    _miss(
        txt("example.com", "v=spf1include:amazonses.com ~all"),
        "'v=spf1include:amazonses.'...",
        SPF_START,
        "begin it with 'v=spf1 '",
        id="no-space-behind-the-version",
    ),
    _miss(txt("example.com", "v=spf1-all"), "'v=spf1-all'", SPF_START, "begin it with 'v=spf1 '", id="no-space-before-all"),
    _miss(
        txt("_dmrac.example.com", "v=DMARC1; p=none"),
        "'v=DMARC1; p=none'",
        "is a DMARC record at _dmrac.example.com; receivers look at _dmarc only",
        "move it to _dmarc.example.com",
        id="a-misspelt-label",
    ),
    loud(
        "private-key-in-txt",
        part(txt(SELECTOR, f"v=DKIM1; k=rsa; p={BODY}", "another")),
        Severity.ERROR,
        f"{SELECTOR} TXT",
        HELD,
        ROTATE,
        id="at-a-selector",
    ),
    loud(
        "private-key-in-txt",
        part(txt(SELECTOR, f"dkim private key: {BODIES['rsa-pkcs1'][:200]}")),
        Severity.ERROR,
        f"{SELECTOR} TXT",
        HELD,
        ROTATE,
        id="behind-words",
    ),
    loud(
        "private-key-in-txt",
        part(declared("a_b.example.com", "TXT", *(f'"{half}"' for half in (BODY[:200], BODY[200:])))),
        Severity.ERROR,
        "a_b.example.com TXT",
        HELD,
        ROTATE,
        id="at-any-name",
    ),
    loud(
        "private-key-in-template",
        part(identity(selector="s", key_in_file=True)),
        Severity.ERROR,
        "example.com",
        "the private DKIM key of 'example.com' stands in the file; whoever can read it can sign mail",
        "keep the key in a secret and refer to it, and rotate it now: new key, new selector",
        id="in-a-template",
    ),
]

SILENT = [
    silent(NEAR_MISS, part(declared("example.com", "TXT", 'v=spf1 "include:amazonses.com" ~all')), id="quotation-marks-alone"),
    silent(NEAR_MISS, part(declared("example.com", "TXT", "'v=spf1 -all'")), id="single-quotation-marks-alone"),
    _none(part(txt("example.com", "google-site-verification=v=spf1", "a v=spf10 b")), id="a-token-with-a-version"),
    _none(part(txt("s._domainkey.example.com", "n=not v=spf1 but DKIM; p=")), id="the-notes-of-a-key"),
    _none(part(txt("_dmarc2.example.com", "v=DMARC1; p=none")), id="a-number-is-no-slip"),
    _none(part(declared("example.com", "TXT", '"V=spf1" "include:a.example -all"'), zone=None), id="spf-string-join-says-it"),
    _none(
        part(ResourceRecordSet(ZONE, RecordType.TXT, 600, (("v=spf1", "include:a.example -all"),))), id="in-a-set-of-ours-too"
    ),
    _none(part(txt("dmarc", "v=DMARC1; p=none")), id="a-top-level-domain"),
    _none(
        part(
            txt("dmarc.example.com", "v=DMARC1; p=none"),
            record_set("_dmarc.a.example.com", RecordType.CNAME, "DMARC.example.com."),
        ),
        id="a-cname-in-view-leads-to-it",
    ),
    _none(
        part(txt("example.com", "v=DKIM1; p="), record_set("s._domainkey.a.example.com", RecordType.CNAME, "example.com")),
        id="a-cname-in-view-leads-to-the-key",
    ),
    _none(part(txt("example.com", "v=spf1a", "v=spf1-test", "v=spf1allowed", "sssss", "verify")), id="other-words"),
    _none(part(txt("example.com", "v=spf1 include:amazonses.com ~all", "google-site-verification=a")), id="spf"),
    _none(part(txt("example.com", "v=spf1")), id="an-spf-record-may-be-empty"),
    _none(part(txt("example.com", "V=SPF1 -ALL")), id="the-spf-version-is-case-insensitive"),
    _none(part(txt("example.com", 'v=spf1 exists:%{i}."a.example.com -all')), id="rfc-7208-allows-a-quotation-mark"),
    _none(dmarc("p=none"), id="dmarc"),
    _none(part(txt("_dmarc.example.com", "v=DMARC1;p=none;rua=mailto:a@example.com")), id="dmarc-without-spaces"),
    _none(part(txt("_dmarc.example.com", 'v=DMARC1; p=none; x="y"')), id="rfc-9989-allows-a-quotation-mark"),
    _none(part(txt("example.net._report._dmarc.example.com", "v=DMARC1;")), id="consent-to-reports"),
    _none(part(txt("*._report._dmarc.example.com", "v=DMARC1")), id="consent-to-all-reports"),
    _none(part(txt("policy.example.com", "v=DMARC1; p=reject")), id="the-end-of-a-cname-of-hosted-dmarc"),
    _none(part(txt("*.example.com", "v=DMARC1; p=reject", "v=spf1 -all")), id="a-wildcard-answers-at-_dmarc-too"),
    _none(part(txt(f"_dmarc.{TOKEN}", "v=DMARC1; p=none")), id="dmarc-below-a-token"),
    _none(part(txt(TOKEN, "v=DMARC1; p=none")), id="nobody-knows-what-name-this-is"),
    _none(part(txt("example.com", f"“v=spf1 {TOKEN}")), id="a-text-with-a-token"),
    _none(part(txt("s._domainkey.example.com", f"v=DKIM1; k=rsa; p={KEY}")), id="dkim"),
    _none(part(txt("s._domainkey.example.com", f" v = DKIM1 ; p={KEY}")), id="dkim-allows-white-space"),
    _none(part(txt("s._domainkey.example.com", 'v=DKIM1; n=the "old" key; p=')), id="notes-of-a-key-may-quote"),
    _none(part(txt("s._domainkey.example.com", f"p={KEY}")), id="aws-prints-keys-without-a-version"),
    _none(part(txt("s1.dkim.example.com", "v=DKIM1; p=")), id="the-end-of-a-cname-of-a-mail-service"),
    _none(part(txt("example.com", "MS=ms123")), id="microsoft"),
    _none(part(txt("example.com", '"token" “of a”', "v=verifydomain MS=1", "v=spf10", "v=spf2.0")), id="other-texts"),
    _none(part(txt("example.com", *(f"site-{n}-verification=v=spf{n}" for n in range(20)))), id="twenty-verifications"),
    silent("private-key-in-txt", part(txt(SELECTOR, f"v=DKIM1; p={rsa(2048)}")), id="public-key"),
    silent("private-key-in-txt", part(txt("example.com", "MS=ms123", "v=spf1 -all", "MIIxyz")), id="other-texts"),
    silent("private-key-in-txt", part(), id="no-text"),
    silent("private-key-in-template", part(identity(selector="s")), id="a-secret"),
]

test_rules = rule_test(LOUD, SILENT)


@pytest.mark.parametrize(
    ("view", "count"),
    [
        pytest.param(part(txt("mail.example.com", "v=DKIM1; p=")), 0, id="just-a-name"),
        pytest.param(part(txt("mail.example.com", "v=DKIM1; p="), mx("mail.example.com", FEEDBACK), zone=None), 1, id="mx"),
        pytest.param(part(txt("mail.example.com", "v=DKIM1; p=", "v=spf1 -all"), zone=None), 1, id="spf"),
        pytest.param(part(txt("mail.example.com", "v=DKIM1; p="), zone="mail.example.com"), 1, id="zone"),
        pytest.param(part(txt("example.com", "v=DKIM1; p="), zone=None), 1, id="organizational-domain-in-an-unnamed-zone"),
        pytest.param(part(txt("_x.example.com", "v=DKIM1; p=", "v=spf1 -all"), zone=None), 0, id="no-host-name"),
    ],
)
def test_a_key_is_misplaced_only_at_a_mail_domain(view: ZoneView, count: int) -> None:
    """Key records that CNAMEs lead to have any name; a domain that sends or receives mail is no such name."""
    assert len(findings_of(NEAR_MISS, view)) == count


def test_no_key_is_ever_shown() -> None:
    """A private key that was pasted as a record is not repeated in a build log."""
    secret = "MIICXAIBAAKBgQC7" + "S3cr3t" * 40
    (finding,) = findings_of(NEAR_MISS, part(txt("example.com", f"v=DKIM1; p={secret}")))
    assert "S3cr3t" not in str(finding)


@pytest.mark.parametrize("text", ["v=DKIM1; p= ", '"v=DKIM1; p=', "v=dkim1; p="])
def test_no_private_key_is_shown_even_in_part(text: str) -> None:
    """Not one character of a private key, whatever stands around it."""
    (finding,) = findings_of(NEAR_MISS, part(txt("s._domainkey.example.com", f"{text}MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw")))
    assert "MII" not in finding.message


@pytest.mark.parametrize("name", PEMS)
@pytest.mark.parametrize(
    "form",
    [
        pytest.param("{body}", id="bare"),
        pytest.param("v=DKIM1; p={body}", id="in-a-tag"),
        pytest.param('p="{body}"', id="in-quotes"),
        pytest.param("p= \t{body} ; t=s", id="white-space"),
        pytest.param("{pem}", id="pem"),
        pytest.param("{flat}", id="pem-on-one-line"),
    ],
)
def test_a_private_key_is_known_by_its_start(name: str, form: str) -> None:
    """Whatever stands around it, and also if its end was cut off."""
    text = form.format(body=BODIES[name], pem=PEMS[name], flat=PEMS[name].replace("\n", " "))
    assert holds_private_key(text)
    assert holds_private_key(text[:45])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("this text is no PRIVATE KEY", id="words"),
        pytest.param("BEGIN PUBLIC KEY " + rsa(1024), id="public-pem"),
        pytest.param(ED25519, id="raw-public-key"),
        pytest.param("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", id="start-of-a-public-key"),
        pytest.param("MZ", id="short"),
        pytest.param(base64.b64encode(bytes(48)).decode(), id="other-octets"),
    ],
)
def test_other_texts_hold_none(text: str) -> None:
    """A false alarm here would cost the rotation of a key."""
    assert not holds_private_key(text)


def test_no_finding_of_any_rule_holds_a_private_key() -> None:
    """Findings stand in logs that many people read."""
    pems = [pem.replace("\n", " ") for pem in PEMS.values()]
    texts = [f"v=DKIM1; p={BODY}", BODY, f"{BODY}=x", f"k={BODY}", f"v=DMARC1; p={BODY}", *pems]
    names = (SELECTOR, "example.com", "_dmarc.example.com", "_amazonses.example.com", "bounce.example.com")
    view = whole(
        *(declared(name, "TXT", f'"{text}"') for name in names for text in texts), identity(selector=BODY, key_in_file=True)
    )
    findings = check(view)
    assert sum(finding.id == "private-key-in-txt" for finding in findings) == len(names) * len(texts)
    assert [finding for finding in findings if BODY[:30] in f"{finding}{finding.where}"] == []
