"""Tests of DKIM key records. The keys are made here; dkimpy is the second opinion."""

from __future__ import annotations

import base64
import copy
import dataclasses
import functools
import types

import dkim
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.records.dkim import DkimKeyRecord, DkimKeyType

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
SPKI, PKCS1 = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1
PRIVATE_FORMS = (serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL)
TOKEN = "${Token[TOKEN.16]}"
# The key of RFC 8463 appendix A.2, whose record the RFC prints.
RFC_8463 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
MESSAGE = b"From: Joe <joe@blacksheep.link>\r\nTo: a@example.com\r\nSubject: x\r\n\r\nHi.\r\n"


@functools.cache
def _rsa(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@functools.cache
def _ed25519() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def _public(bits: int, form: serialization.PublicFormat = SPKI, encoding: serialization.Encoding = DER) -> bytes:
    return _rsa(bits).public_key().public_bytes(encoding, form)


def _b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _small_rsa_key() -> bytes:
    """SubjectPublicKeyInfo of a 512 bit modulus; cryptography makes no such private key any more."""
    return rsa.RSAPublicNumbers(65537, 2**511 + 1).public_key().public_bytes(DER, SPKI)


RSA_2048 = _public(2048)
P_2048 = _b64(RSA_2048)
P_1024 = _b64(_public(1024))
ED_SPKI = _ed25519().public_key().public_bytes(DER, SPKI)
P_ED = _b64(_ed25519().public_key().public_bytes_raw())


@pytest.mark.parametrize(
    ("record", "text"),
    [
        pytest.param(DkimKeyRecord(b""), "v=DKIM1; p=", id="revoked"),
        pytest.param(DkimKeyRecord(RSA_2048), f"v=DKIM1; p={P_2048}", id="key-type-left-out"),
        pytest.param(DkimKeyRecord(RSA_2048, DkimKeyType.RSA), f"v=DKIM1; k=rsa; p={P_2048}", id="usual"),
        pytest.param(DkimKeyRecord(RSA_2048, has_version=False), f"p={P_2048}", id="bare-as-aws-prints-it"),
        pytest.param(
            DkimKeyRecord(
                RSA_2048, DkimKeyType.RSA, ("sha1", "sha256"), ("email", "*"), ("y", "s"), "a =20b", unknown_tags=(("x", ""),)
            ),
            f"v=DKIM1; k=rsa; h=sha1:sha256; s=email:*; t=y:s; n=a =20b; p={P_2048}; x=",
            id="all-tags",
        ),
        pytest.param(DkimKeyRecord(b"", notes=f"see {TOKEN}"), f"v=DKIM1; n=see {TOKEN}; p=", id="token-unchanged"),
        pytest.param(DkimKeyRecord(b"", flags=(f"a{TOKEN}",)), f"v=DKIM1; t=a{TOKEN}; p=", id="token-in-a-word"),
    ],
)
def test_text_of_a_record(record: DkimKeyRecord, text: str) -> None:
    """The canonical text, and back to an equal record."""
    assert str(record) == text
    assert DkimKeyRecord.parse(text) == record


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param(f"p={P_2048};v2=a", f"p={P_2048}; v2=a", id="order-of-unknown-tags"),
        pytest.param(f" v = DKIM1 ;\tp\t= {P_2048} ; ", f"v=DKIM1; p={P_2048}", id="white-space-and-final-semicolon"),
        pytest.param(f"p={P_2048[:64]} \t{P_2048[64:128]}\r\n {P_2048[128:]}", f"p={P_2048}", id="folded-key"),
        pytest.param("h=sha1 : sha256; p=", "h=sha1:sha256; p=", id="white-space-in-a-list"),
        pytest.param("p=; k=rsa; v1=x; g=*", "k=rsa; p=; v1=x; g=*", id="historic-g-is-kept"),
        pytest.param("P=x; p=", "p=; P=x", id="tag-names-are-case-sensitive-so-P-is-unknown"),
        pytest.param("h=sha512; s=tlsrpt; t=z; p=", "h=sha512; s=tlsrpt; t=z; p=", id="unknown-words-are-kept"),
        pytest.param("n=; p=", "n=; p=", id="empty-notes-are-not-absent"),
    ],
)
def test_parse_is_canonical(text: str, canonical: str) -> None:
    """What differs only in form comes out in one form; `verbatim` keeps the form and is the same record."""
    record = DkimKeyRecord.parse(text)
    assert str(record) == canonical
    verbatim = DkimKeyRecord.verbatim(text)
    assert str(verbatim) == text
    assert verbatim == record == copy.copy(verbatim)
    assert str(dataclasses.replace(verbatim, notes="new")) == str(dataclasses.replace(record, notes="new"))


def test_absent_tags_stay_absent() -> None:
    """Fields say what was written; defaults are properties of their own."""
    record = DkimKeyRecord.parse(f"p={P_2048}")
    assert (record.has_version, record.key_type, record.hash_algorithms, record.service_types) == (False, None, None, None)
    assert (record.flags, record.notes, record.unknown_tags) == (None, None, ())
    assert (record.effective_key_type, record.effective_service_types) == (DkimKeyType.RSA, ("*",))


def test_written_tags() -> None:
    """Each tag reaches its field."""
    record = DkimKeyRecord.parse(f"v=DKIM1; h=sha256; k=ed25519; n=for b.; s=email; t=y:s; p={P_ED}; x=1")
    assert (record.has_version, record.key_type, record.hash_algorithms) == (True, DkimKeyType.ED25519, ("sha256",))
    assert (record.service_types, record.flags, record.notes) == (("email",), ("y", "s"), "for b.")
    assert record.unknown_tags == (("x", "1"),)
    assert (record.effective_key_type, record.effective_service_types) == (DkimKeyType.ED25519, ("email",))


@pytest.mark.parametrize(
    ("text", "bits", "revoked", "testing"),
    [
        pytest.param(f"p={P_2048}", 2048, False, False, id="rsa"),
        pytest.param(f"p={P_1024}; t=s", 1024, False, False, id="t-without-y"),
        pytest.param(f"p={_b64(_public(1024, PKCS1))}", 1024, False, False, id="pkcs1"),
        pytest.param(f"p={_b64(_small_rsa_key())}; t=s:y", 512, False, True, id="others-publish-keys-that-must-fail"),
        pytest.param(RFC_8463, 256, False, False, id="ed25519"),
        pytest.param("k=ed25519; p=; t=y", None, True, True, id="revoked"),
    ],
)
def test_what_a_record_means(text: str, bits: int | None, revoked: bool, testing: bool) -> None:  # noqa: FBT001 - table
    """Size of the key, revocation, testing."""
    record = DkimKeyRecord.parse(text)
    assert (record.key_bits, record.is_revoked, record.is_testing) == (bits, revoked, testing)


def test_pkcs1_is_kept_as_it_was_written() -> None:
    """RFC 6376 section 3.6.1 names this form; turning it into the other one would change a record that is to be taken over."""
    text = f"v=DKIM1; k=rsa; p={_b64(_public(2048, PKCS1))}"
    assert str(DkimKeyRecord.parse(text)) == text


@pytest.mark.parametrize(
    ("pem", "text"),
    [
        pytest.param(_public(2048, SPKI, PEM), f"v=DKIM1; k=rsa; p={P_2048}", id="spki"),
        pytest.param(_public(2048, PKCS1, PEM).decode(), f"v=DKIM1; k=rsa; p={P_2048}", id="pkcs1-becomes-spki"),
        pytest.param(_public(1024, SPKI, PEM), f"v=DKIM1; k=rsa; p={P_1024}", id="smallest"),
        pytest.param(
            _ed25519().public_key().public_bytes(PEM, SPKI), f"v=DKIM1; k=ed25519; p={P_ED}", id="ed25519-becomes-32-octets"
        ),
    ],
)
def test_from_pem(pem: str | bytes, text: str) -> None:
    """A public key file becomes the record that everyone publishes."""
    assert str(DkimKeyRecord.from_pem(pem)) == text


@pytest.mark.parametrize(
    ("octets", "sizes"),
    [
        pytest.param(_public(1024), [234], id="1024-one-string"),
        pytest.param(RSA_2048, [255, 155], id="2048-two-strings"),
    ],
)
def test_strings(octets: bytes, sizes: list[int]) -> None:
    """A TXT string holds 255 octets; the strings joined are the record."""
    record = DkimKeyRecord(octets, DkimKeyType.RSA)
    assert [len(string) for string in record.strings] == sizes
    assert "".join(record.strings) == str(record)


def _too_big() -> bytes:
    """A PEM of 4097 bits; its modulus is no product of two primes, which nobody looks at."""
    return rsa.RSAPublicNumbers(65537, 2**4096 + 1).public_key().public_bytes(PEM, SPKI)


DSA = dsa.generate_private_key(1024).public_key()  # noqa: S505 - small because it is made fast; it protects nothing
SMALL_PEM = rsa.RSAPublicNumbers(65537, 2**1022 + 1).public_key().public_bytes(PEM, SPKI)
NO_PEM = "'pem' must be a public key in PEM form, with its line BEGIN PUBLIC KEY or BEGIN RSA PUBLIC KEY"
OTHER_KIND = "'pem' must be an RSA or an Ed25519 key; DKIM knows no other (RFC 6376, RFC 8463)"
PRIVATE = "'pem' is a private key; pass the public one: openssl pkey -in key.pem -pubout -out public.pem"
SIZE = "'pem' must be an RSA key of 1024 to 4096 bits (RFC 8301 section 3.2), got {}; make one of 2048"


def _private_pem(form: serialization.PrivateFormat) -> bytes:
    return _rsa(2048).private_bytes(PEM, form, serialization.NoEncryption())


@pytest.mark.parametrize(
    ("pem", "message"),
    [
        pytest.param("", NO_PEM, id="empty"),
        pytest.param(P_2048, NO_PEM, id="base64-alone"),
        pytest.param("\udcff", NO_PEM, id="not-even-text"),
        pytest.param(_b64(_private_pem(PRIVATE_FORMS[0])), NO_PEM, id="private-key-in-disguise-is-not-shown"),
        pytest.param(_private_pem(PRIVATE_FORMS[0]), PRIVATE, id="private-pkcs8"),
        pytest.param(_private_pem(PRIVATE_FORMS[1]).decode(), PRIVATE, id="private-pkcs1"),
        pytest.param(
            ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(PEM, SPKI), OTHER_KIND, id="p-256-is-no-dkim-key"
        ),
        pytest.param(DSA.public_bytes(PEM, SPKI), OTHER_KIND, id="dsa"),
        pytest.param(SMALL_PEM, SIZE.format(1023), id="verifiers-must-refuse-it"),
        pytest.param(_too_big(), SIZE.format(4097), id="verifiers-need-not-know-it"),
        pytest.param(TOKEN, "'pem' holds a CDK token; the key must be known while the app is synthesized", id="token"),
    ],
)
def test_from_pem_refuses(pem: str | bytes, message: str) -> None:
    """Exact sentences; none holds a part of what was given, and no error behind it does."""
    with pytest.raises(EmailAuthError) as caught:
        DkimKeyRecord.from_pem(pem)
    assert str(caught.value) == message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


NO_P = "p= is missing (tag names are case-sensitive); an empty p= revokes the key"


@pytest.mark.parametrize(
    ("text", "message", "fault", "section"),
    [
        pytest.param("", "a tag is missing here; write name=value, and one ';' between tags", "", "3.2", id="empty"),
        pytest.param(
            "v=DKIM1", "p= is missing (tag names are case-sensitive); an empty p= revokes the key", "", "3.6.1", id="no-p"
        ),
        pytest.param("p=; n=a; n=b", "the tag n= stands twice; keep one", "n", "3.2", id="duplicate"),
        pytest.param("p=; x=a; x=a", "the tag x= stands twice; keep one", "x", "3.2", id="duplicate-unknown-tag"),
        pytest.param("p=; v=DKIM1", "v= must be the first tag", "v", "3.6.1", id="version-not-first"),
        pytest.param("v=dkim1; p=", "v= must be exactly DKIM1, got 'dkim1'", "dkim1", "3.6.1", id="version-case"),
        pytest.param("v=; p=", "v= must be exactly DKIM1, got ''", "", "3.6.1", id="version-empty"),
        pytest.param(
            "k=RSA; p=", "k= must be rsa or ed25519, got 'RSA'; verifiers ignore other keys", "RSA", "3.6.1", id="k-case"
        ),
        pytest.param(
            "k=dsa; p=", "k= must be rsa or ed25519, got 'dsa'; verifiers ignore other keys", "dsa", "3.6.1", id="k-other"
        ),
        pytest.param(
            "h=; p=", "h= must be words of letters, digits and inner hyphens with ':' between them", "", "3.6.1", id="h-empty"
        ),
        pytest.param(
            "t=y,s; p=",
            "t= must be words of letters, digits and inner hyphens with ':' between them",
            "y,s",
            "3.6.1",
            id="t-comma",
        ),
        pytest.param("n=鍵; p=", "the value of n= must be printable US-ASCII, got '鍵'", "鍵", "3.2", id="notes-not-ascii"),
        pytest.param("p=AB \xa0CD", "the value of p= must be printable US-ASCII, got '\\xa0'", "\xa0", "3.2", id="nbsp"),
        pytest.param("p=AB\nCD", "the value of p= must be printable US-ASCII, got '\\n'", "\n", "3.2", id="bare-line-end"),
        pytest.param(
            'p=AB "CD"',
            "'\"' is not a base64 character; p= holds the key alone, without BEGIN and END lines or quotes",
            '"',
            "3.6.1",
            id="quotes-of-a-zone-file",
        ),
        pytest.param(
            f"p=-----BEGIN PUBLIC KEY----- {P_1024}",
            "'-' is not a base64 character; p= holds the key alone, without BEGIN and END lines or quotes",
            "-",
            "3.6.1",
            id="pem-lines",
        ),
        pytest.param("p=p=AAAA", "p= stands there twice; write it once", "p=AAAA", "3.6.1", id="its-name-twice"),
        pytest.param(
            f"p={P_1024[:-1]}",
            "the 215 characters of p= are not whole base64; was the key cut?",
            P_1024[:-1],
            "3.6.1",
            id="cut-in-a-group",
        ),
        pytest.param(
            "p=AA==AAAA",
            "the 8 characters of p= are not whole base64; was the key cut?",
            "AA==AAAA",
            "3.6.1",
            id="two-texts-joined",
        ),
        pytest.param(
            f"p={P_1024[:100]}",
            "the 75 octets of the key are not an RSA public key (SubjectPublicKeyInfo or PKCS#1, in DER); "
            "was it cut, or is it of another type than k= says?",
            P_1024[:100],
            "3.6.1",
            id="cut-between-groups",
        ),
        pytest.param(
            f"p={_b64(ED_SPKI)}",
            "the 44 octets of the key are not an RSA public key (SubjectPublicKeyInfo or PKCS#1, in DER); "
            "was it cut, or is it of another type than k= says?",
            _b64(ED_SPKI),
            "3.6.1",
            id="ed25519-without-k",
        ),
        pytest.param(
            f"k=ed25519; p={_b64(ED_SPKI)}",
            "an Ed25519 key is 32 octets, the raw key without the SubjectPublicKeyInfo around it (RFC 8463 section 4.2), "
            "got 44; DkimKeyRecord.from_pem takes it out",
            _b64(ED_SPKI),
            "3.6.1",
            id="ed25519-as-spki",
        ),
        pytest.param(
            f"p={TOKEN}", "p= holds a CDK token; the key must be known while the app is synthesized", TOKEN, "3.6.1", id="token"
        ),
    ],
)
def test_parse_refuses(text: str, message: str, fault: str, section: str) -> None:
    """The sentence, the place and the section; `verbatim` refuses the same."""
    with pytest.raises(RecordSyntaxError) as caught:
        DkimKeyRecord.parse(text)
    error = caught.value
    assert (error.message, error.source, error.reference) == (message, text, f"RFC 6376 section {section}")
    assert text[slice(*error.span)] == fault
    with pytest.raises(RecordSyntaxError):
        DkimKeyRecord.verbatim(text)


def test_a_parse_error_prints_a_caret() -> None:
    """The record stands below the sentence, with a caret below the fault."""
    with pytest.raises(RecordSyntaxError) as caught:
        DkimKeyRecord.parse("p=; v=DKIM1")
    assert str(caught.value) == "v= must be the first tag (RFC 6376 section 3.6.1)\n    p=; v=DKIM1\n        ^"


def _private_der(form: serialization.PrivateFormat, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return _b64(key.private_bytes(DER, form, serialization.NoEncryption()))


P_PRIVATE = _private_der(PRIVATE_FORMS[0], _rsa(2048))
P_PRIVATE_EC = _private_der(PRIVATE_FORMS[1], ec.generate_private_key(ec.SECP256R1()))
P_PRIVATE_ED = _b64(_ed25519().private_bytes(DER, PRIVATE_FORMS[0], serialization.NoEncryption()))
PRIVATE_PEM_LINE = _private_pem(PRIVATE_FORMS[1]).decode().replace("\n", " ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(f"v=DKIM1; p={P_PRIVATE}; t=y", "v=DKIM1; p=(not shown); t=y", id="pkcs8"),
        pytest.param(f"p={_private_der(PRIVATE_FORMS[1], _rsa(1024))}", "p=(not shown)", id="pkcs1"),
        pytest.param(f"p={P_PRIVATE_EC}", "p=(not shown)", id="elliptic-curve"),
        pytest.param(f"k=ed25519; p={P_PRIVATE_ED}", "k=ed25519; p=(not shown)", id="ed25519"),
        pytest.param(f"p={P_PRIVATE[:301]}", "p=(not shown)", id="cut-off"),
        pytest.param(f'p="{P_PRIVATE[:20]}" "{P_PRIVATE[20:]}"', "p=(not shown)", id="in-quotes"),
        pytest.param(f"p={PRIVATE_PEM_LINE}; x=1", "p=(not shown); x=1", id="pem-lines"),
        pytest.param(f"p=; {P_PRIVATE}", "p=;(not shown)", id="without-a-tag"),
        pytest.param(f"n={P_PRIVATE}; p={P_PRIVATE}", "n=(not shown); p=(not shown)", id="twice"),
    ],
)
def test_a_private_key_is_never_shown(text: str, shown: str) -> None:
    """The error carries the record with the key cut out, and the caret stands there."""
    with pytest.raises(RecordSyntaxError) as caught:
        DkimKeyRecord.parse(text)
    error = caught.value
    assert error.message == (
        "this is a private key, which everyone can read now; remove it, make a new key, publish its public half"
    )
    assert error.source == shown
    assert error.source[slice(*error.span)] == "(not shown)"
    assert error.span[0] == shown.index("(not shown)")
    assert error.__context__ is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"public_key": P_2048}, "public_key must be bytes, got str; use DkimKeyRecord.from_pem", id="key-as-text"),
        pytest.param({"key_type": "rsa"}, "key_type must be a DkimKeyType, got 'rsa'; use DkimKeyType.RSA", id="bare-string"),
        pytest.param(
            {"flags": "y"}, "flags must be a tuple of strings, got 'y'; write ('y',)", id="string-where-a-tuple-is-due"
        ),
        pytest.param({"hash_algorithms": ()}, "hash_algorithms must not be empty; None leaves the tag out", id="empty-tuple"),
        pytest.param(
            {"service_types": ("e:mail",)},
            "service_types holds 'e:mail', which is not a word of letters, digits and inner hyphens",
            id="separator-in-a-word",
        ),
        pytest.param(
            {"notes": "a;b"},
            "notes must be printable US-ASCII without ';' and without white space at its ends",
            id="semicolon-in-notes",
        ),
        pytest.param(
            {"notes": " a"},
            "notes must be printable US-ASCII without ';' and without white space at its ends",
            id="space-that-would-be-lost",
        ),
        pytest.param(
            {"unknown_tags": (("x", "a "),)},
            "the value of the tag 'x' must be printable US-ASCII without ';' and without white space at its ends",
            id="space-at-the-end-of-an-unknown-tag",
        ),
        pytest.param(
            {"unknown_tags": (("p", "a"),)},
            "unknown_tags holds the name 'p'; it must be a tag name, not a known one, and once only",
            id="known-tag",
        ),
        pytest.param(
            {"unknown_tags": (("x", "1"), ("x", "2"))},
            "unknown_tags holds the name 'x'; it must be a tag name, not a known one, and once only",
            id="twice",
        ),
        pytest.param(
            {"unknown_tags": (("1", "a"),)},
            "unknown_tags holds the name '1'; it must be a tag name, not a known one, and once only",
            id="not-a-name",
        ),
        pytest.param(
            {"public_key": b"x", "key_type": DkimKeyType.ED25519},
            "an Ed25519 key is 32 octets, the raw key without the SubjectPublicKeyInfo around it (RFC 8463 section 4.2), "
            "got 1; DkimKeyRecord.from_pem takes it out",
            id="key-of-another-type",
        ),
    ],
)
def test_an_invalid_record_cannot_be_built(fields: dict[str, object], message: str) -> None:
    """The constructor holds the same rules as the parser."""
    with pytest.raises(EmailAuthError) as caught:
        DkimKeyRecord(**{"public_key": b"", **fields})
    assert str(caught.value) == message


_WORDS = st.from_regex(r"[A-Za-z]([A-Za-z0-9-]{0,3}[A-Za-z0-9])?", fullmatch=True) | st.just(TOKEN)
_WORD_LISTS = st.none() | st.lists(_WORDS, min_size=1, max_size=3).map(tuple)
_VALUES = st.lists(st.from_regex(r"[!-:<-~]{1,4}", fullmatch=True), max_size=3).map(" ".join)
_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{1,3}", fullmatch=True)
_KEYS = st.sampled_from(
    [
        (b"", None),
        (b"", DkimKeyType.ED25519),
        (RSA_2048, None),
        (_public(1024, PKCS1), DkimKeyType.RSA),
        (base64.b64decode(P_ED), DkimKeyType.ED25519),
    ]
)


@st.composite
def _records(draw: st.DrawFn) -> DkimKeyRecord:
    public_key, key_type = draw(_KEYS)
    return DkimKeyRecord(
        public_key,
        key_type,
        draw(_WORD_LISTS),
        draw(_WORD_LISTS),
        draw(_WORD_LISTS),
        draw(st.none() | _VALUES),
        draw(st.booleans()),
        tuple(draw(st.dictionaries(_NAMES, _VALUES, max_size=2)).items()),
    )


@settings(max_examples=50)
@given(_records())
def test_what_is_written_is_read(record: DkimKeyRecord) -> None:
    """Law 1: a record's text is the record; and verbatim of it is the same."""
    assert DkimKeyRecord.parse(str(record)) == record
    assert str(DkimKeyRecord.verbatim(str(record))) == str(record)
    assert "".join(record.strings) == str(record)


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["v=DKIM1", "p=", f"p={P_1024}", "k=rsa", "h= sha1:\tx", "x=\u3000", "t=y", " ", "a=b c", "="]))
)
def test_canonical_text_is_stable(parts: list[str]) -> None:
    """Law 2: reading and writing once more changes nothing; law 4: what is refused says where."""
    text = ";".join(parts)
    try:
        canonical = str(DkimKeyRecord.parse(text))
    except RecordSyntaxError as error:
        assert 0 <= error.span[0] <= error.span[1] <= len(text)  # noqa: PT017 - both ends of the law in one test
    else:
        assert str(DkimKeyRecord.parse(canonical)) == canonical


def _verifies(record: DkimKeyRecord, private_key: bytes, algorithm: bytes) -> bool:
    """Whether dkimpy accepts a message that it signed with `private_key` when DNS holds `record`."""
    signature = dkim.sign(
        MESSAGE, b"key-2026", b"blacksheep.link", private_key, include_headers=[b"from"], signature_algorithm=algorithm
    )
    asked: list[bytes] = []

    def lookup(name: bytes, **_: object) -> bytes:
        asked.append(name)
        return "".join(record.strings).encode("ascii")

    passed = dkim.verify(signature + MESSAGE, dnsfunc=lookup)
    assert asked == [b"key-2026._domainkey.blacksheep.link."]
    return bool(passed)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(DkimKeyRecord.from_pem(_public(2048, SPKI, PEM)), id="from-pem"),
        pytest.param(DkimKeyRecord.parse(f"p={_b64(_public(2048, PKCS1))}"), id="pkcs1"),
        pytest.param(DkimKeyRecord(RSA_2048, None, ("sha256",), ("email",), ("s",), "x"), id="with-other-tags"),
    ],
)
def test_dkimpy_verifies_with_an_rsa_record(record: DkimKeyRecord) -> None:
    """Second opinion: a signature made with the private half passes, one made with another key does not."""
    assert _verifies(record, _private_pem(PRIVATE_FORMS[1]), b"rsa-sha256")
    other = _rsa(1024).private_bytes(PEM, PRIVATE_FORMS[1], serialization.NoEncryption())
    assert not _verifies(record, other, b"rsa-sha256")


class _SigningKey:
    """PyNaCl's class of that name on top of cryptography: the one primitive that dkimpy takes from PyNaCl."""

    def __init__(self, key: bytes, encoder: object) -> None:
        assert encoder == "base64"
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(key))

    def sign(self, message: bytes) -> types.SimpleNamespace:
        return types.SimpleNamespace(signature=self._key.sign(message))


class _VerifyKey:
    def __init__(self, key: bytes, encoder: object) -> None:
        assert encoder == "base64"
        self._key = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(key))

    def verify(self, message: bytes, signature: bytes) -> bytes:
        self._key.verify(signature, message)
        return message


def test_dkimpy_verifies_with_an_ed25519_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Second opinion on RFC 8463; PyNaCl is not installed, so its signature primitive is replaced."""
    nacl = types.SimpleNamespace(
        signing=types.SimpleNamespace(SigningKey=_SigningKey, VerifyKey=_VerifyKey),
        encoding=types.SimpleNamespace(Base64Encoder="base64"),
        exceptions=types.SimpleNamespace(ValueError=ValueError, BadSignatureError=InvalidSignature),
    )
    monkeypatch.setattr(dkim, "nacl", nacl, raising=False)
    record = DkimKeyRecord.from_pem(_ed25519().public_key().public_bytes(PEM, SPKI))
    assert _verifies(record, base64.b64encode(_ed25519().private_bytes_raw()), b"ed25519-sha256")
    assert not _verifies(record, base64.b64encode(bytes(32)), b"ed25519-sha256")
