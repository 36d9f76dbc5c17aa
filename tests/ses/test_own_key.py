"""Tests of the rules of SES for a DKIM key of one's own. The keys are made here, one of each kind for all tests."""

from __future__ import annotations

import base64
import functools
import re

import botocore.session
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.ses.own_key import check_public_key, check_selector, private_key_body

TOKEN = "${Token[Secret.7]}"
PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PKCS8 = serialization.PrivateFormat.PKCS8
MUST_BE = "the private key must be an RSA key of 1024 to 2048 bits in PEM form (PKCS#1 or PKCS#8) without a passphrase: "


@functools.cache
def _rsa(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def _pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
    form: serialization.PrivateFormat = PKCS8,
    passphrase: bytes | None = None,
) -> str:
    encryption = serialization.NoEncryption() if passphrase is None else serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


def _public_pem() -> str:
    public = _rsa(2048).public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _api_pattern(shape: str) -> re.Pattern[str]:
    """The rule that the installed botocore carries for a text of the sesv2 API."""
    return re.compile(botocore.session.Session().get_service_model("sesv2").shape_for(shape).metadata["pattern"])


@pytest.mark.parametrize(
    "selector",
    [
        pytest.param("a", id="one-character"),
        pytest.param("Key-2026", id="letters-digits-hyphen"),
        pytest.param("x" * 63, id="longest"),
        pytest.param(TOKEN, id="token-is-not-judged"),
    ],
)
def test_good_selector(selector: str) -> None:
    """What SES takes passes, and so does what nobody can read yet."""
    check_selector(selector)


@pytest.mark.parametrize(
    ("selector", "got"),
    [
        pytest.param("", "''", id="empty"),
        pytest.param("a.b", "'a.b'", id="dot-is-legal-in-rfc-6376-but-not-in-ses"),
        pytest.param("a_b", "'a_b'", id="underscore"),
        pytest.param("-a", "'-a'", id="outer-hyphen"),
        pytest.param("a\n", "'a\\n'", id="line-end"),
        pytest.param("x" * 64, "a text of 64 characters", id="too-long-is-not-shown-it-could-be-a-key"),
    ],
)
def test_bad_selector(selector: str, got: str) -> None:
    """The sentence says the rule, what was given, and an example."""
    with pytest.raises(EmailAuthError) as caught:
        check_selector(selector)
    assert str(caught.value) == (
        "the DKIM selector must be 1 to 63 letters, digits and inner hyphens, without dots and underscores, "
        f"got {got}; pass for example 'key-2026'"
    )


@given(st.text(alphabet="aZ0-_.", max_size=6))
def test_selector_rule_is_the_one_of_the_api(selector: str) -> None:
    """Our rule and botocore's pattern agree."""
    try:
        check_selector(selector)
    except EmailAuthError:
        assert _api_pattern_of_selector().match(selector) is None
    else:
        assert _api_pattern_of_selector().match(selector) is not None


@functools.cache
def _api_pattern_of_selector() -> re.Pattern[str]:
    return _api_pattern("Selector")


@pytest.mark.parametrize(
    ("bits", "form"),
    [
        pytest.param(1024, PKCS8, id="1024-pkcs8"),
        pytest.param(2048, PKCS8, id="2048-pkcs8"),
        pytest.param(2048, PKCS1, id="2048-pkcs1"),
    ],
)
def test_private_key_body(bits: int, form: serialization.PrivateFormat) -> None:
    """The body is the same key on one line, in the alphabet that the API asks for."""
    body = private_key_body(_pem(_rsa(bits), form))
    assert _api_pattern("PrivateKey").fullmatch(body)
    loaded = serialization.load_der_private_key(base64.b64decode(body), None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    assert loaded.private_numbers() == _rsa(bits).private_numbers()


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(_pem(_rsa(2048)).encode(), id="bytes"),
        pytest.param(_pem(_rsa(2048)).replace("\n", "\r\n"), id="windows-line-ends"),
        pytest.param(_pem(_rsa(2048)).replace("\n", " "), id="line-ends-lost-in-an-environment-variable"),
        pytest.param("Key of 鍵\n" + _pem(_rsa(2048)) + "\n\n", id="text-around-the-block"),
    ],
)
def test_private_key_body_does_not_depend_on_white_space(pem: str | bytes) -> None:
    """How the file was carried here does not matter."""
    assert private_key_body(pem) == private_key_body(_pem(_rsa(2048)))


def test_a_secret_passes_unchanged() -> None:
    """A CDK token is not read."""
    assert private_key_body(TOKEN) == TOKEN


BACKSLASH_N = _pem(_rsa(2048)).replace("\n", "\\n")
GENRSA = "'openssl genrsa -out key.pem 2048'"
PLAIN = "this one has a passphrase; remove it with 'openssl pkey -in key.pem -out plain.pem'"
UNREADABLE = "this one cannot be read; was it cut, or are its line ends written as a backslash and an n?"
OTHER_KIND = f"this is a key of another kind, which SES cannot sign with; make one with {GENRSA}"
NO_BLOCK = "found {} PEM blocks; pass the whole PEM file with its BEGIN and END lines"


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        pytest.param("", NO_BLOCK.format(0), id="empty"),
        pytest.param(private_key_body(_pem(_rsa(2048))), NO_BLOCK.format(0), id="body-without-begin-and-end"),
        pytest.param(_pem(_rsa(2048))[:-40], NO_BLOCK.format(0), id="cut-off"),
        pytest.param(_pem(_rsa(2048)) + _public_pem(), NO_BLOCK.format(2), id="two-blocks"),
        pytest.param(_pem(_rsa(2048), PKCS8, b"x"), PLAIN, id="pkcs8-with-passphrase"),
        pytest.param(_pem(_rsa(2048), PKCS1, b"x"), PLAIN, id="pkcs1-with-passphrase"),
        pytest.param(_public_pem(), f"this is a file of the kind 'PUBLIC KEY'; make a key with {GENRSA}", id="public-key"),
        pytest.param(
            _pem(ec.generate_private_key(ec.SECP256R1()), PKCS1),
            f"this is a file of the kind 'EC PRIVATE KEY'; make a key with {GENRSA}",
            id="ec-in-its-own-form",
        ),
        pytest.param(_pem(ec.generate_private_key(ec.SECP256R1())), OTHER_KIND, id="ec-pkcs8"),
        pytest.param(_pem(ed25519.Ed25519PrivateKey.generate()), OTHER_KIND, id="ed25519-ses-signs-with-rsa-only"),
        pytest.param(BACKSLASH_N, UNREADABLE, id="line-ends-as-backslash-n"),
        pytest.param("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", UNREADABLE, id="not-a-key"),
        pytest.param(_pem(_rsa(3072)), f"this one has 3072 bits; make a key with {GENRSA}", id="too-long-for-ses"),
    ],
)
def test_private_key_that_ses_refuses(pem: str, reason: str) -> None:
    """The sentence says what is wrong and what to run, and never holds a part of the key."""
    with pytest.raises(EmailAuthError) as caught:
        private_key_body(pem)
    assert str(caught.value) == MUST_BE + reason
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("bits", [1024, 2048])
def test_good_public_key(bits: int) -> None:
    """The ends of what SES takes."""
    check_public_key("rsa", bits)


@pytest.mark.parametrize(("kind", "bits"), [("rsa", 1023), ("rsa", 2049), ("ed25519", 256), ("rsa", None)])
def test_bad_public_key(kind: str, bits: int | None) -> None:
    """To which SES can hold no private one."""
    with pytest.raises(
        EmailAuthError, match=r"^'public_key' must be an RSA key of 1024 to 2048 bits, SES signs with no other; got "
    ):
        check_public_key(kind, bits)
