"""The rule on texts that were meant to be records and are none (RFC 7208 section 4.5, RFC 9989 section 4.8, RFC 6376 section
3.6.1): a reader of records passes over them in silence, as receivers do.

Not handled: faults behind the version of a record in plain ASCII, which are for rules on the syntax.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeAlias

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.dkim import DkimKeyRecord
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import SpfRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import TextInView, ZoneView
    from ses_email_auth.domain_name import DomainName

__all__ = ["NEAR_MISS_RULES"]

_Trouble: TypeAlias = "tuple[str, str]"
"""What is wrong, and the fix."""

_MEANT = re.compile(r"v\s*=\s*(spf1|dmarc1|dkim1)(?![\w.-])|(spf1)(?:\s|\Z)", re.IGNORECASE)
# Quotes and their backslashes, soft hyphens, zero-width characters and direction marks, which text takes along from
# documents; NFKC turns full-width letters and odd spaces into plain ones.
_DRESSING = re.compile(r"[\"'\\\u00ad\u2018-\u201f\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]+")
# RFC 6376 section 3.2: white space may stand around a tag name and its value.
_DKIM_START = re.compile(r"[ \t]*v[ \t]*=[ \t]*DKIM1[ \t]*(?:;|\Z)")
_SHOWN = 24  # characters of a text in a message: enough to know it by, too few for any part of a key
_STARTS = {"SPF": "'v=spf1 '", "DMARC": "'v=DMARC1;'", "DKIM": "'v=DKIM1;'"}


def _near_miss(view: ZoneView) -> Iterator[Fault]:
    for text in view.texts:
        meant = _MEANT.match(_DRESSING.sub("", unicodedata.normalize("NFKC", text.text)).lstrip())
        if meant is None:
            continue
        kind = (meant[1] or meant[2]).upper().removesuffix("1")
        trouble = _text_trouble(text.text, kind) or _place_trouble(view, text, kind)
        if trouble is not None:
            shown = repr(text.text[:_SHOWN]) + ("..." if len(text.text) > _SHOWN else "")
            yield Fault(where=text.where, message=f"{shown} {trouble[0]}", fix=trouble[1])


def _text_trouble(text: str, kind: str) -> _Trouble | None:
    """Why a text that looks like a record of `kind` is none."""
    looks = f"looks like {'an SPF' if kind == 'SPF' else f'a {kind}'} record, but"
    stray = next((character for character in text if not character.isascii()), None)
    if stray is not None:
        name = f"U+{ord(stray):04X} {unicodedata.name(stray, '')}".rstrip()
        return f"{looks} holds {name}; records are ASCII", "type the record by hand, in plain ASCII"
    if '"' in text and not _is_valid(text, kind):
        return f"{looks} holds quotation marks, which belong to zone files", "leave the quotation marks out"
    if not _is_seen(text, kind):
        return f"{looks} does not begin with {_STARTS[kind]}, so receivers pass over it", f"begin it with {_STARTS[kind]}"
    return None


def _place_trouble(view: ZoneView, text: TextInView, kind: str) -> _Trouble | None:
    """Whether a record stands where nobody looks for it: at a mail domain itself, or at `dmarc` for `_dmarc`.

    Elsewhere a CNAME may lead to it: hosted DMARC, and the key records of mail services.
    """
    at_domain = _is_mail_domain(view, text.name)
    if kind == "DMARC" and text.name.labels[0] == "dmarc":
        return f"is a DMARC record at {text.name}; receivers look at _dmarc only", f"move it to _{text.name}"
    if kind == "DMARC" and at_domain:
        return f"is a DMARC record at {text.name}; receivers look at _dmarc only", f"move it to _dmarc.{text.name}"
    if kind == "DKIM" and at_domain:
        place = f"<selector>._domainkey.{text.name}"
        return f"is a DKIM key at {text.name}; receivers look below _domainkey only", f"move it to {place}"
    return None


def _is_mail_domain(view: ZoneView, name: DomainName) -> bool:
    """Whether mail comes from or goes to `name`, as far as can be seen."""
    if not (name.is_known and name.is_hostname):
        return False
    return name in {view.zone, name.organizational} or name in view.spf or bool(view.at(name, RecordType.MX))


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


NEAR_MISS_RULES = (
    Rule(
        id="txt-near-miss",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="Text pasted from a document holds full-width letters, odd spaces or curly quotes; receivers see no record.",
        reference="RFC 7208 section 4.5, RFC 9989 section 4.8",
        faults=_near_miss,
    ),
)
