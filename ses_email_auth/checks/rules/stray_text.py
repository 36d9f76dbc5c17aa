"""Rules on texts that should not stand where they do: near misses of records, and private keys that anyone can read.

Receivers pass over a near miss in silence (RFC 7208 section 4.5, RFC 9989 section 4.8, RFC 6376 section 3.6.1). No finding here
holds a part of a key (RFC 6376 section 8.3).

Not handled: faults behind the version of a record in plain ASCII, which are for rules on the syntax.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import PRIVATE_KEY, is_one_off, shown, without_quotes
from ses_email_auth.errors import EmailAuthError, visible
from ses_email_auth.records.dkim import DkimKeyRecord, private_key_hidden
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.route53_txt import quoted_strings
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.zone.declared import DeclaredRecordSet
from ses_email_auth.zone.texts import value_in_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.zone.texts import TextInView
    from ses_email_auth.zone.view import ZoneView

_Problem: TypeAlias = "tuple[str, str]"
"""What is wrong, and the fix."""

_MEANT = re.compile(
    r"v\s*=\s*(spf1|dmarc1|dkim1)(?![\w.-])|(spf1)(?:\s|\Z)"
    r"|v\s*=\s*(spf1)(?=-all|include:|redirect=|exists:|ip[46]:|(?:a|mx|ptr)[ :/])"
    r"|v\s*=\s*(spf)(?:[02-9]|1\d+|)\s",  # there is no other version
    re.IGNORECASE,
)
# Quotes and their backslashes, soft hyphens, zero-width characters and direction marks, which text takes along from
# documents; NFKC turns full-width letters and odd spaces into plain ones.
_ASCII_DRESSING = " \t\r\n\v\f\"'\\"
_DRESSING = re.compile(r"[\"'\\\u00ad\u2018-\u201f\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]+")
_HEAD = 64  # characters that hold the version of a record, dressed or not
# RFC 6376 section 3.2: white space may stand around a tag name and its value.
_DKIM_START = re.compile(r"[ \t]*v[ \t]*=[ \t]*DKIM1[ \t]*(?:;|\Z)")
_SHOWN = 24  # characters of a text in a message: enough to know it by, too few for any part of a key
_PASTED = " v=spf1 "
_STARTS = {"SPF": "'v=spf1 '", "DMARC": "'v=DMARC1;'", "DKIM": "'v=DKIM1;'"}


@rule(
    id="txt-near-miss",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="Text pasted from a document holds full-width letters, odd spaces or curly quotes; receivers see no record.",
    reference="RFC 7208 section 4.5, RFC 9989 section 4.8",
    example='_dmarc.example.com. 600 IN TXT "v=dmarc1; p=none"',
)
def txt_near_miss(view: ZoneView) -> Iterator[Fault]:
    places = _Places(view)
    for text in view.texts:
        problem = places.near_miss(text)
        if problem is not None and not _is_refused_alone(text):
            yield Fault(where=text.where, message=f"{shown(text.text, _SHOWN)} {problem[0]}", fix=problem[1])


def _is_refused_alone(text: TextInView) -> bool:
    """Whether only the quotation marks of the value are wrong, which `txt-quoting` says; blanks between its words are lost."""
    if not isinstance(text.record, DeclaredRecordSet):  # ours have texts without quotation marks
        return False
    written = str(text.record.values[text.index])
    meant = written.replace('"', "").strip("'")
    kinds = meant_as(text.text), meant_as(meant)
    return (
        quoted_strings(written) is None
        and kinds[0] is not None
        and kinds[1] is not None
        and _text_problem(text.text, kinds[0]) is not None
        and _text_problem(meant, kinds[1]) is None
    )


def near_miss(view: ZoneView, text: TextInView) -> _Problem | None:
    """What this rule says of one text: what is wrong, and the fix. For rules that leave such a text to it."""
    return _Places(view).near_miss(text)


def meant_as(text: str) -> str | None:
    """`SPF`, `DMARC` or `DKIM` if `text` is such a record, or was meant to be one; None for other texts."""
    if text.isascii():  # nearly all texts, and most begin with another letter
        text = text.lstrip(_ASCII_DRESSING)
        if text[:1] not in {"v", "V", "s", "S"}:
            return None
        head = text[:_HEAD]
    else:
        head = unicodedata.normalize("NFKC", text[:_HEAD])
    meant = _MEANT.match(_DRESSING.sub("", head).lstrip())
    return None if meant is None else (meant[1] or meant[2] or meant[3] or meant[4]).upper().removesuffix("1")


def _text_problem(text: str, kind: str) -> _Problem | None:
    """Why a text that looks like a record of `kind` is none."""
    looks = f"looks like {'an SPF' if kind == 'SPF' else f'a {kind}'} record, but"
    stray = None if text.isascii() else next(character for character in text if not character.isascii())
    if stray is not None:
        name = f"U+{ord(stray):04X} {unicodedata.name(stray, '')}".rstrip()
        return f"{looks} holds {name}; records are ASCII", "type the record by hand, in plain ASCII"
    if ('"' in text or text.startswith("'")) and not _is_valid(text, kind):
        return f"{looks} receivers see its quotation marks too, as a part of the text", without_quotes(text)
    if not _is_seen(text, kind):
        return f"{looks} does not begin with {_STARTS[kind]}, so receivers pass over it", f"begin it with {_STARTS[kind]}"
    return None


def _pasted_problem(text: TextInView) -> _Problem | None:
    """Why an SPF record behind other words is none; at a selector every text is a key, and its `n=` is a note."""
    if _PASTED not in text.text.lower() or "._domainkey." in text.name.text:
        return None
    return "holds an SPF record behind other words, so receivers pass over it", "make two values of it, one for each"


@dataclass(frozen=True)
class _Places:
    """Whether records stand where receivers do not look for them: at a mail domain itself, or at `dmarc` for `_dmarc`.

    Elsewhere a CNAME may lead to them: hosted DMARC, and the key records of mail services.
    """

    view: ZoneView

    @cached_property
    def targets(self) -> frozenset[str]:
        """The names that CNAMEs in view lead to."""
        return frozenset(text.lower().removesuffix(".") for record in self.view.sets(RecordType.CNAME) for text in record.texts)

    def near_miss(self, text: TextInView) -> _Problem | None:
        """Why a text that was meant to be a record is none, or is one that receivers do not find."""
        kind = meant_as(text.text)
        if kind is None:
            return _pasted_problem(text)
        problem = _text_problem(text.text, kind) or self._place_problem(text.name, kind)
        # spf-string-join says where the space is missing.
        return (
            None if problem is not None and kind == "SPF" and any(map(_is_cut_behind_version, text.record.values)) else problem
        )

    def _place_problem(self, name: DomainName, kind: str) -> _Problem | None:
        if kind == "DMARC" and _is_nearly_dmarc(name) and name.text not in self.targets:
            right = f"_dmarc.{name.parent}"
            return f"is a DMARC record at {name}; receivers look at _dmarc only", f"move it to {right}"
        if kind == "DKIM" and name.text not in self.targets:
            selector, label, domain = _around_domainkey(name)
            if domain:
                right = f"{selector}._domainkey.{domain}"
                return f"is a DKIM key below {label}; receivers look below _domainkey only", f"move it to {right}"
        if kind == "SPF" or not self._is_mail_domain(name) or name.text in self.targets:
            return None
        if kind == "DMARC":
            return f"is a DMARC record at {name}; receivers look at _dmarc only", f"move it to _dmarc.{name}"
        place = f"<selector>._domainkey.{name}"
        return f"is a DKIM key at {name}; receivers look below _domainkey only", f"move it to {place}"

    def _is_mail_domain(self, name: DomainName) -> bool:
        """Whether mail comes from or goes to `name`, as far as can be seen."""
        if not (name.is_known and name.is_hostname):
            return False
        view = self.view
        return name == view.zone or name in view.spf or bool(view.at(name, RecordType.MX)) or name == name.organizational


def _is_nearly_dmarc(name: DomainName) -> bool:
    """Whether the first label is `_dmarc`, misspelt. With a digit it can be a name of its own, such as `_dmarc2`."""
    label, _, above = name.text.partition(".")
    return bool(above) and name.is_known and not any(map(str.isdigit, label)) and is_one_off(label, "_dmarc")


def _around_domainkey(name: DomainName) -> tuple[str, str, str]:
    """The selector, `_domainkey` misspelt, and the domain; nothing if the second label is not that."""
    selector, _, rest = name.text.partition(".")
    label, _, domain = rest.partition(".")
    return (selector, label, domain) if name.is_known and is_one_off(label, "_domainkey") else ("", "", "")


def _is_cut_behind_version(value: object) -> bool:
    """Whether the first string of a TXT value is the version of SPF alone."""
    if isinstance(value, tuple):
        return len(value) > 1 and str(value[0]).lower() == "v=spf1"
    start = '"v=spf1" '
    return isinstance(value, str) and value[: len(start)].lower() == start


def _is_seen(text: str, kind: str) -> bool:
    """Whether receivers take the text as a record of `kind`, good or bad."""
    if kind == "SPF":
        return SpfRecord.is_spf(text)
    return DmarcRecord.is_dmarc(text) if kind == "DMARC" else _DKIM_START.match(text) is not None


def _is_valid(text: str, kind: str) -> bool:
    readers = {"SPF": SpfRecord.parse, "DMARC": DmarcRecord.parse, "DKIM": DkimKeyRecord.parse}
    try:
        readers[kind](text)
    except EmailAuthError:
        return False
    return True


_ARMOUR = re.compile(r"BEGIN[A-Z0-9 ]{0,40} PRIVATE KEY")
# The first octet of a key in DER is 0x30, so its base64 begins with M and one of sixteen letters. Few texts do.
_COULD_BE_DER = re.compile(r"(?:\A|[;=])[^A-Za-z0-9+/;=]*M[^A-Za-z0-9+/;=]*[A-P]")
# "dkim key: MIIE...". In the middle of other base64 chance alone could make such letters.
_BEHIND_WORDS = re.compile(rf"(?<![A-Za-z0-9+/=]){PRIVATE_KEY.pattern}")
_ROTATE = "remove it, rotate the key now, and publish the public half of the new one under a new selector"


def holds_private_key(text: str) -> bool:
    """Whether `text` holds a private key, whole or cut off behind its start: in PEM armour, or its base64 alone."""
    if "PRIVATE KEY" in text and _ARMOUR.search(text) is not None:
        return True
    if _BEHIND_WORDS.search(text) is not None:
        return True
    return _COULD_BE_DER.search(text) is not None and private_key_hidden(text.replace("PRIVATE KEY", "")) is not None


@rule(
    id="private-key-in-txt",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="DNS is public: with the private key anybody signs mail as the domain, and receivers take it for genuine.",
    reference="RFC 6376 section 8.3",
    example='s._domainkey.example.com. 600 IN TXT "v=DKIM1; p=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"',
)
def private_key_in_txt(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.TXT):
        index = next((index for index, text in enumerate(record.texts) if holds_private_key(text)), None)
        if index is not None:
            yield Fault(
                where=visible(record.place),
                message="a value here holds a private key (not shown); whoever has read it can sign as this domain",
                fix=_ROTATE,
                records=(value_in_view(record, index),),
            )


@rule(
    id="private-key-in-template",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="A template is kept in repositories, buckets and logs; a key that stands in it is known to all who read those.",
    reference="Amazon SES developer guide, BYODKIM",
    example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      DkimSigningAttributes:
        DomainSigningSelector: key-2026
        DomainSigningPrivateKey: MIIEvQIBADANBgkqhkiG9w0BAQEFAASC
""",
)
def private_key_in_template(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        if identity.own_key_in_file:
            yield Fault(
                where=visible(identity.name),
                message=f"the private DKIM key of {shown(identity.name)} stands in the file; whoever can read it can sign mail",
                fix="keep the key in a secret and refer to it, and rotate it now: new key, new selector",
                records=(identity.part("DkimSigningAttributes/DomainSigningPrivateKey"),),
            )
