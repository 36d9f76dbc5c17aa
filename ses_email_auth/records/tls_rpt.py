"""TLS-RPT records: the TXT at `_smtp._tls.<domain>` (RFC 8460 section 3).

Not handled: the reports themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.records.report_uri import ReportUri, report_uris
from ses_email_auth.records.tag_list import checked_unknown_fields, is_record, read_fields, unknown_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ses_email_auth.records.tag_list import Tag

_REFERENCE = "RFC 8460 section 3"
_VERSION = "v=TLSRPTv1"
_KNOWN = ("v", "rua")
_WSP = " \t"


@dataclass(frozen=True, slots=True, init=False)
class TlsRptRecord:
    """Where reports on TLS failures go. `str()` is the text of the TXT record.

    In `rua` an entry is a `ReportUri`, a bare mail address, or the text of a `mailto:` or `https:` URI.

    Raises:
        EmailAuthError: if there is no `rua`, or a field cannot stand in a record.
    """

    rua: tuple[ReportUri, ...]
    """`rua`: at least one."""

    other: tuple[tuple[str, str], ...]
    """(name, value) of fields that senders ignore, in order."""

    _spelling: str | None = field(init=False, compare=False, repr=False)

    def __init__(self, rua: Iterable[ReportUri | str], other: Iterable[tuple[str, str]] = ()) -> None:
        uris = report_uris("rua", rua)
        if not uris:
            raise EmailAuthError("rua must hold at least one address; write for example ['tls-reports@example.com']")
        for uri in uris:
            fault = _fault(uri)
            if fault is not None:
                raise EmailAuthError(f"rua holds {str(uri)!r}: {fault}")
        object.__setattr__(self, "rua", uris)
        object.__setattr__(self, "other", checked_unknown_fields(other, _KNOWN))
        object.__setattr__(self, "_spelling", None)

    def __str__(self) -> str:
        if self._spelling is not None:
            return self._spelling
        rua = ",".join(map(str, self.rua))
        return "; ".join((_VERSION, f"rua={rua}", *(f"{name}={value}" for name, value in self.other)))

    @classmethod
    def parse(cls, text: str) -> TlsRptRecord:
        """Reads the text of a record, its strings joined without white space. Several `rua` are one list.

        White space in front of the first ";" is refused: the grammar allows it, but the same section lets senders discard
        such a record.

        Raises:
            RecordSyntaxError: if senders could not use the record.
        """
        tags = read_fields(text, version=_VERSION, known=_KNOWN, reference=_REFERENCE)
        rua: list[ReportUri] = []
        for tag in tags:
            if tag.name == "v":
                raise RecordSyntaxError("v= stands twice; keep one", text, tag.name_span, _REFERENCE)
            if tag.name == "rua":
                rua += _uris(text, tag)
        if not rua:
            raise RecordSyntaxError("rua= is missing (names are case-sensitive)", text, (len(text), len(text)), _REFERENCE)
        return cls(rua, unknown_fields(tags, _KNOWN))

    @classmethod
    def verbatim(cls, text: str) -> TlsRptRecord:
        """Like `parse`, but `str()` gives `text` unchanged: for a record that exists and must not change.

        Raises:
            RecordSyntaxError: as `parse` does.
        """
        record = cls.parse(text)
        object.__setattr__(record, "_spelling", text)
        return record

    @staticmethod
    def is_tls_rpt(text: str) -> bool:
        """Whether senders take a TXT value at `_smtp._tls` as a TLS-RPT record, good or bad."""
        return is_record(text, _VERSION)


def _uris(text: str, tag: Tag) -> Iterator[ReportUri]:
    start = tag.value_span[0]
    for part in tag.value.split(","):
        span = (start + len(part) - len(part.lstrip(_WSP)), start + len(part.rstrip(_WSP)))
        start += len(part) + 1
        try:
            uri = ReportUri.parse(part.strip(_WSP))
        except EmailAuthError as error:
            raise RecordSyntaxError(str(error), text, _in_order(span), _REFERENCE) from error
        fault = _fault(uri)
        if fault is not None:
            raise RecordSyntaxError(fault, text, span, _REFERENCE)
        yield uri


def _in_order(span: tuple[int, int]) -> tuple[int, int]:
    """The span of a part that is all white space begins behind its end."""
    return min(span), span[1]


def _fault(uri: ReportUri) -> str | None:
    """What is wrong with a URI that DMARC takes."""
    if uri.size_limit is not None:
        return "TLS-RPT knows no size limit; leave it away, or write %21 for '!'"
    if not uri.is_known:
        return None
    if uri.scheme not in {"mailto", "https"}:
        return f"reports go to mailto: and https: only, not to {uri.scheme}:"
    if uri.scheme == "https" and not urlsplit(uri.text).hostname:
        return "it has no host; write for example https://example.com/reports"
    return None
