"""DKIM key records: the TXT at `<selector>._domainkey.<domain>` (RFC 6376 sections 3.2 and 3.6.1, RFC 8301, RFC 8463).

RSA keys stand in DNS as DER: SubjectPublicKeyInfo, as everyone publishes it (RFC 6376 appendix C), or the RSAPublicKey (PKCS#1)
that section 3.6.1 names. Ed25519 keys stand there as their raw 32 bytes (RFC 8463 section 4.2). No error here ever holds a key.

Not handled: signatures, the name of the record, `g=`, which RFC 6376 dropped (it is kept as an unknown tag), the meaning of
quoted-printable in `n=`, which of the words verifiers know (they ignore the others), X.509 certificates, PEM files with several
keys.
"""

from __future__ import annotations

import base64
import binascii
import enum
import re
from dataclasses import dataclass, field

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token, split_at_tokens
from ses_email_auth.records.route53_txt import character_strings
from ses_email_auth.records.tag_list import Tag, check_value, checked_unknown_tags, scan, value_fault

_KNOWN_TAGS = ("v", "k", "h", "s", "t", "n", "p")
_TAG_LIST = "RFC 6376 section 3.2"
_KEY_RECORD = "RFC 6376 section 3.6.1"
_VERSION = "DKIM1"
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_FOLDING = re.compile(r"(?:[ \t]*\r\n)?[ \t]+")
_HYPHENATED_WORD = re.compile(r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?")  # RFC 6376 section 2.10
_MIN_BITS, _MAX_BITS = 1024, 4096
_ED25519_OCTETS, _ED25519_BITS = 32, 256
_NOT_SHOWN = "(not shown)"
# A private key in DER begins with SEQUENCE, its length, and the INTEGER 0 or 1 (PKCS#8, PKCS#1, SEC 1); no public key does.
_PRIVATE_DER = re.compile(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01]", re.DOTALL)
_DER_START = 12  # base64 characters that hold the nine octets of the longest such start


class DkimKeyType(enum.Enum):
    """The key types of `k=` (RFC 6376 section 3.6.1, RFC 8463 section 4.2)."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class DkimKeyRecord:
    """A public key in DNS (RFC 6376 section 3.6.1). `str()` is the text of the TXT record; fields keep what was written, None
    for an absent tag.

    Args:
        public_key: the octets of `p=`: RSA in DER, as SubjectPublicKeyInfo (`from_pem` gives it) or PKCS#1 as it was written;
            the 32 octets of an Ed25519 key; none for a revoked key.
        key_type: `k=`, the key type. Default: - rsa
        hash_algorithms: `h=`, for example `("sha256",)`. Default: - all are allowed
        service_types: `s=`, for example `("email",)`. Default: - `*`, all services
        flags: `t=`: `y` testing, `s` no subdomains in i=. Default: - none
        notes: `n=`, for people; quoted-printable as it was written. Default: - none
        has_version: whether `v=DKIM1` is written; AWS prints records without it. Default: True
        unknown_tags: (name, value) of tags that verifiers ignore, in order. Default: - none

    Raises:
        EmailAuthError: if the key is not one of its type, or a field cannot stand in a record.
    """

    public_key: bytes
    """The octets of `p=`: RSA in DER, as SubjectPublicKeyInfo (`from_pem` gives it) or PKCS#1 as it was written; the 32
    octets of an Ed25519 key; none for a revoked key."""

    key_type: DkimKeyType | None = None
    """`k=`, the key type. Default: - rsa"""

    hash_algorithms: tuple[str, ...] | None = None
    """`h=`, for example `("sha256",)`. Default: - all are allowed"""

    service_types: tuple[str, ...] | None = None
    """`s=`, for example `("email",)`. Default: - `*`, all services"""

    flags: tuple[str, ...] | None = None
    """`t=`: `y` testing, `s` no subdomains in i=. Default: - none"""

    notes: str | None = None
    """`n=`, for people; quoted-printable as it was written."""

    has_version: bool = True
    """Whether `v=DKIM1` is written; AWS prints records without it."""

    unknown_tags: tuple[tuple[str, str], ...] = ()
    """(name, value) of tags that verifiers ignore, in order."""

    _verbatim: str | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.public_key, bytes):
            raise EmailAuthError(f"public_key must be bytes, got {type(self.public_key).__name__}; use DkimKeyRecord.from_pem")
        if self.key_type is not None and not isinstance(self.key_type, DkimKeyType):
            raise EmailAuthError(f"key_type must be a DkimKeyType, got {self.key_type!r}; use DkimKeyType.RSA")
        object.__setattr__(self, "hash_algorithms", _checked_words("hash_algorithms", self.hash_algorithms))
        object.__setattr__(self, "service_types", _checked_words("service_types", self.service_types))
        object.__setattr__(self, "flags", _checked_words("flags", self.flags))
        if self.notes is not None:
            check_value("notes", self.notes)
        object.__setattr__(self, "unknown_tags", checked_unknown_tags("unknown_tags", self.unknown_tags, _KNOWN_TAGS))
        if not self.is_revoked:
            bits_of(self.public_key, self.effective_key_type)

    def __str__(self) -> str:
        if self._verbatim is not None:
            return self._verbatim
        tags = [
            ("v", _VERSION if self.has_version else None),
            ("k", None if self.key_type is None else self.key_type.value),
            ("h", _joined(self.hash_algorithms)),
            ("s", _joined(self.service_types)),
            ("t", _joined(self.flags)),
            ("n", self.notes),
            ("p", base64.b64encode(self.public_key).decode("ascii")),
            *self.unknown_tags,
        ]
        return "; ".join(f"{name}={value}" for name, value in tags if value is not None)

    @classmethod
    def parse(cls, text: str) -> DkimKeyRecord:
        """Read the text of a key record.

        RSA keys of any size are read (other people publish them); `key_bits` tells what receivers will do with them.

        Args:
            text: the value of the TXT record, its strings joined without a space.

        Raises:
            RecordSyntaxError: if verifiers could not use the record. A private key in it is never shown.
        """
        hidden = private_key_hidden(text)
        if hidden is not None:
            message = "this is a private key, which everyone can read now; remove it, make a new key, publish its public half"
            raise RecordSyntaxError(message, *hidden, _KEY_RECORD)
        tags = scan(text, reference=_TAG_LIST)
        known = _known_tags(text, tags)
        key_type = _key_type(text, known.get("k"))
        return cls(
            public_key=_public_key(text, known.get("p"), key_type or DkimKeyType.RSA),
            key_type=key_type,
            hash_algorithms=_read_words(text, known.get("h")),
            service_types=_read_words(text, known.get("s")),
            flags=_read_words(text, known.get("t")),
            notes=known["n"].value if "n" in known else None,
            has_version="v" in known,
            unknown_tags=tuple((tag.name, tag.value) for tag in tags if tag.name not in known),
        )

    @classmethod
    def verbatim(cls, text: str) -> DkimKeyRecord:
        """Like `parse`, but `str()` gives `text` unchanged: for a record that exists and must not change.

        Args:
            text: the value of the TXT record, its strings joined without a space.

        Raises:
            RecordSyntaxError: as `parse` does.
        """
        record = cls.parse(text)
        object.__setattr__(record, "_verbatim", text)
        return record

    @classmethod
    def from_pem(cls, pem: str | bytes) -> DkimKeyRecord:
        """The record for a public key in PEM form: `v=DKIM1; k=...; p=...`.

        Args:
            pem: RSA of 1024 to 4096 bits (`BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`), or Ed25519 (`BEGIN PUBLIC KEY`).
                Below 1024 verifiers must refuse the key, above 4096 they may (RFC 8301 section 3.2).

        Raises:
            EmailAuthError: for any other key, above all a private one, which no sentence ever holds.
        """
        key_type, public_key = public_key_from_pem(pem)
        return cls(public_key, key_type)

    @property
    def effective_key_type(self) -> DkimKeyType:
        """`key_type`, or its default."""
        return DkimKeyType.RSA if self.key_type is None else self.key_type

    @property
    def effective_service_types(self) -> tuple[str, ...]:
        """`service_types`, or their default."""
        return ("*",) if self.service_types is None else self.service_types

    @property
    def is_revoked(self) -> bool:
        """Whether `p=` is empty: signatures with this selector fail from now on."""
        return not self.public_key

    @property
    def is_testing(self) -> bool:
        """Whether `t=y` is set: verifiers treat the mail as if it were not signed."""
        return self.flags is not None and "y" in self.flags

    @property
    def key_bits(self) -> int | None:
        """The size of the key in bits (256 for Ed25519); None for a revoked key."""
        return None if self.is_revoked else bits_of(self.public_key, self.effective_key_type)

    @property
    def strings(self) -> tuple[str, ...]:
        """`str()` cut into strings of at most 255 octets, as TXT needs them; a 2048 bit key takes two."""
        return character_strings(str(self))


def _joined(words: tuple[str, ...] | None) -> str | None:
    return None if words is None else ":".join(words)


def _known_tags(text: str, tags: tuple[Tag, ...]) -> dict[str, Tag]:
    seen: dict[str, Tag] = {}
    for tag in tags:
        if tag.name in seen:  # section 3.2: a duplicate makes the whole list invalid
            raise RecordSyntaxError(f"the tag {tag.name}= stands twice; keep one", text, tag.name_span, _TAG_LIST)
        fault = value_fault(tag.value)
        if fault is not None:
            at = tag.value_span[0] + fault
            message = f"the value of {tag.name}= must be printable US-ASCII, got {text[at]!r}"
            raise RecordSyntaxError(message, text, (at, at + 1), _TAG_LIST)
        seen[tag.name] = tag
    version = seen.get("v")
    if version is not None and version is not tags[0]:
        raise RecordSyntaxError("v= must be the first tag", text, version.name_span, _KEY_RECORD)
    if version is not None and version.value != _VERSION:
        message = f"v= must be exactly {_VERSION}, got {version.value!r}"
        raise RecordSyntaxError(message, text, version.value_span, _KEY_RECORD)
    return {name: seen[name] for name in _KNOWN_TAGS if name in seen}


def _key_type(text: str, tag: Tag | None) -> DkimKeyType | None:
    if tag is None:
        return None
    try:
        return DkimKeyType(tag.value)
    except ValueError:  # section 3.6.1: keys of unknown types are ignored, so the record is of no use
        message = f"k= must be rsa or ed25519, got {tag.value!r}; verifiers ignore other keys"
        raise RecordSyntaxError(message, text, tag.value_span, _KEY_RECORD) from None


def _read_words(text: str, tag: Tag | None) -> tuple[str, ...] | None:
    if tag is None:
        return None
    words = tuple(word.strip() for word in tag.value.split(":"))
    if not all(map(_is_word, words)):
        message = f"{tag.name}= must be words of letters, digits and inner hyphens with ':' between them"
        raise RecordSyntaxError(message, text, tag.value_span, _KEY_RECORD)
    return words


def _public_key(text: str, tag: Tag | None, key_type: DkimKeyType) -> bytes:
    if tag is None:
        message = "p= is missing (tag names are case-sensitive); an empty p= revokes the key"
        raise RecordSyntaxError(message, text, (len(text), len(text)), _KEY_RECORD)
    if holds_token(tag.value):
        message = "p= holds a CDK token; the key must be known while the app is synthesized"
        raise RecordSyntaxError(message, text, tag.value_span, _KEY_RECORD)
    value = _FOLDING.sub("", tag.value)
    if value.startswith("p="):
        raise RecordSyntaxError("p= stands there twice; write it once", text, tag.value_span, _KEY_RECORD)
    stray = _NOT_BASE64.search(value)
    if stray is not None:
        at = tag.value_span[0] + tag.value.index(stray[0])
        message = f"{stray[0]!r} is not a base64 character; p= holds the key alone, without BEGIN and END lines or quotes"
        raise RecordSyntaxError(message, text, (at, at + 1), _KEY_RECORD)
    try:
        key = base64.b64decode(value, validate=True)
        if key:
            bits_of(key, key_type)
    except binascii.Error:
        message = f"the {len(value)} characters of p= are not whole base64; was the key cut?"
        raise RecordSyntaxError(message, text, tag.value_span, _KEY_RECORD) from None
    except EmailAuthError as error:
        raise RecordSyntaxError(str(error), text, tag.value_span, _KEY_RECORD) from None
    return key


def _checked_words(name: str, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The value of the field `name` (`h=`, `s=` or `t=`) as a tuple.

    Raises:
        EmailAuthError: for a bare string, no word, or a text that is not a word.
    """
    if words is None:
        return None
    if isinstance(words, str):
        raise EmailAuthError(f"{name} must be a tuple of strings, got {words!r}; write ({words!r},)")
    if not words:
        raise EmailAuthError(f"{name} must not be empty; None leaves the tag out")
    for word in words:
        if not _is_word(word):
            raise EmailAuthError(f"{name} holds {word!r}, which is not a word of letters, digits and inner hyphens")
    return tuple(words)


def _is_word(word: str) -> bool:
    """Whether `word` can stand in `h=`, `s=` or `t=`. A CDK token counts as a letter.

    `*` has a meaning in `s=` alone; in the others verifiers ignore it like any word they do not know.
    """
    known = "".join("x" if is_token else part for part, is_token in split_at_tokens(word))
    return word == "*" or _HYPHENATED_WORD.fullmatch(known) is not None


def bits_of(key: bytes, key_type: DkimKeyType) -> int:
    """The size of a public key in bits.

    Args:
        key: the octets of `p=`.
        key_type: what `k=` says they are.

    Raises:
        EmailAuthError: if they are no key of that type.
    """
    if key_type is DkimKeyType.ED25519:
        if len(key) != _ED25519_OCTETS:
            raise EmailAuthError(
                f"an Ed25519 key is {_ED25519_OCTETS} octets, the raw key without the SubjectPublicKeyInfo around it "
                f"(RFC 8463 section 4.2), got {len(key)}; DkimKeyRecord.from_pem takes it out"
            )
        return _ED25519_BITS
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - keeps the import of the pure part fast
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    try:
        loaded = load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm):
        loaded = None
    if not isinstance(loaded, RSAPublicKey):
        raise EmailAuthError(
            f"the {len(key)} octets of the key are not an RSA public key (SubjectPublicKeyInfo or PKCS#1, in DER); "
            "was it cut, or is it of another type than k= says?"
        )
    return loaded.key_size


def public_key_from_pem(pem: str | bytes, prop: str = "pem") -> tuple[DkimKeyType, bytes]:
    """The type and the octets of `p=` of a public key in PEM form; RSA always as SubjectPublicKeyInfo.

    Args:
        pem: the key.
        prop: its name in errors.

    Raises:
        EmailAuthError: for a private key, a key that is neither RSA nor Ed25519, and an RSA key that receivers need not
            or must not accept.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - keeps the import of the pure part fast
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415

    text = pem.decode("latin-1") if isinstance(pem, bytes) else pem
    if holds_token(text):
        raise EmailAuthError(f"{prop!r} holds a CDK token; the key must be known while the app is synthesized")
    if "PRIVATE KEY" in text:
        raise EmailAuthError(
            f"{prop!r} is a private key; pass the public one: openssl pkey -in key.pem -pubout -out public.pem"
        )
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        # "from None": the error of the library could quote what it read.
        raise EmailAuthError(
            f"{prop!r} must be a public key in PEM form, with its line BEGIN PUBLIC KEY or BEGIN RSA PUBLIC KEY"
        ) from None
    if isinstance(key, Ed25519PublicKey):
        return DkimKeyType.ED25519, key.public_bytes_raw()
    if not isinstance(key, RSAPublicKey):
        raise EmailAuthError(f"{prop!r} must be an RSA or an Ed25519 key; DKIM knows no other (RFC 6376, RFC 8463)")
    # RFC 8301 section 3.2: verifiers must refuse keys below 1024 bits, and need not know those above 4096.
    if not _MIN_BITS <= key.key_size <= _MAX_BITS:
        allowed = f"{_MIN_BITS} to {_MAX_BITS} bits (RFC 8301 section 3.2)"
        raise EmailAuthError(f"{prop!r} must be an RSA key of {allowed}, got {key.key_size}; make one of 2048")
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return DkimKeyType.RSA, key.public_bytes(serialization.Encoding.DER, form)


def private_key_hidden(text: str) -> tuple[str, tuple[int, int]] | None:
    """None for a record text without a private key; else the text with each private key replaced, and the first one's place.

    Also finds keys that were cut off or damaged behind their start. A raw Ed25519 seed cannot be told from a public key.
    """
    parts: list[str] = []
    span: tuple[int, int] | None = None
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if _looks_private(name):
            shown = _NOT_SHOWN
        elif _looks_private(value):
            shown = name + equals + _NOT_SHOWN
        else:
            parts.append(part)
            continue
        end = sum(len(earlier) + 1 for earlier in parts) + len(shown)
        parts.append(shown)
        span = span or (end - len(_NOT_SHOWN), end)
    return None if span is None else (";".join(parts), span)


def _looks_private(text: str) -> bool:
    start = re.sub(r"[^A-Za-z0-9+/]", "", text)[:_DER_START]
    der = base64.b64decode(start[: len(start) // 4 * 4])
    return "PRIVATE KEY" in text or _PRIVATE_DER.match(der) is not None
