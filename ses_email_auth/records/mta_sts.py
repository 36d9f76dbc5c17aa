"""MTA-STS records: the TXT at `_mta-sts.<domain>` (RFC 8461 section 3.1).

Not handled: the policy file at `https://mta-sts.<domain>`, which is not in DNS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ses_email_auth.errors import EmailAuthError, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.tag_list import checked_unknown_fields, is_record, read_fields, unknown_fields

_REFERENCE = "RFC 8461 section 3.1"
_VERSION = "v=STSv1"
_KNOWN = ("v", "id")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_ID_FORM = "1 to 32 letters and digits, without hyphens"


@dataclass(frozen=True, slots=True)
class MtaStsRecord:
    """Says that the domain has an MTA-STS policy, and which one. `str()` is the text of the TXT record.

    Raises:
        EmailAuthError: if a field cannot stand in a record.
    """

    policy_id: str
    """`id`: changes with every change of the policy; 1 to 32 letters and digits. A CDK token is kept to the letter."""

    other: tuple[tuple[str, str], ...] = ()
    """(name, value) of fields that senders ignore, in order."""

    _spelling: str | None = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not _is_id(self.policy_id):
            raise EmailAuthError(f"policy_id must be {_ID_FORM}, got {self.policy_id!r}; write for example '20261124T120000'")
        object.__setattr__(self, "other", checked_unknown_fields(self.other, _KNOWN))

    def __str__(self) -> str:
        if self._spelling is not None:
            return self._spelling
        fields = (_VERSION, f"id={self.policy_id}", *(f"{name}={value}" for name, value in self.other))
        return "; ".join(fields) + ";"  # as in the example of the RFC

    @classmethod
    def parse(cls, text: str) -> MtaStsRecord:
        """Reads the text of a record, its strings joined without white space.

        White space in front of the first ";" is refused: the grammar allows it, but the same section lets senders discard
        such a record.

        Raises:
            RecordSyntaxError: if senders could not use the record.
        """
        tags = read_fields(text, version=_VERSION, known=_KNOWN, reference=_REFERENCE)
        policy_id = None
        for tag in tags:
            if tag.name == "v" or (tag.name == "id" and policy_id is not None):
                raise RecordSyntaxError(f"{tag.name}= stands twice; keep one", text, tag.name_span, _REFERENCE)
            if tag.name == "id":
                if not _is_id(tag.value):
                    raise RecordSyntaxError(f"id= must be {_ID_FORM}", text, tag.value_span, _REFERENCE)
                policy_id = tag.value
        if policy_id is None:
            raise RecordSyntaxError("id= is missing (names are case-sensitive)", text, (len(text), len(text)), _REFERENCE)
        return cls(policy_id, unknown_fields(tags, _KNOWN))

    @classmethod
    def verbatim(cls, text: str) -> MtaStsRecord:
        """Like `parse`, but `str()` gives `text` unchanged: for a record that exists and must not change.

        Raises:
            RecordSyntaxError: as `parse` does.
        """
        record = cls.parse(text)
        object.__setattr__(record, "_spelling", text)
        return record

    @staticmethod
    def is_mta_sts(text: str) -> bool:
        """Whether senders take a TXT value at `_mta-sts` as an MTA-STS record, good or bad."""
        return is_record(text, _VERSION)


def _is_id(text: str) -> bool:
    return holds_token(text) or _ID.fullmatch(text) is not None
