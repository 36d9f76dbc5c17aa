"""Tests of the rules on private keys that everybody can read. The keys are made here."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.rules.stray_text import holds_private_key
from ses_email_auth.checks.run import check
from ses_email_auth.zone.declared import DeclaredRecordSet, Origin
from tests.checks.rule_table import loud, rule_test, silent
from tests.checks.views import ED25519, SELECTOR, declared, identity, part, rsa, txt, whole

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

LOUD = [
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
        part(
            DeclaredRecordSet.of(
                "a_b.example.com", "TXT", tuple(f'"{part}"' for part in (BODY[:200], BODY[200:])), Origin("app.template.json")
            )
        ),
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
    silent("private-key-in-txt", part(txt(SELECTOR, f"v=DKIM1; p={rsa(2048)}")), id="public-key"),
    silent("private-key-in-txt", part(txt("example.com", "MS=ms123", "v=spf1 -all", "MIIxyz")), id="other-texts"),
    silent("private-key-in-txt", part(), id="no-text"),
    silent("private-key-in-template", part(identity(selector="s")), id="a-secret"),
]


test_rules = rule_test(LOUD, SILENT)


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
    """A false alarm here would make somebody rotate a key."""
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
    assert sum(each.id == "private-key-in-txt" for each in findings) == len(names) * len(texts)
    assert [each for each in findings if BODY[:30] in f"{each}{each.where}"] == []
