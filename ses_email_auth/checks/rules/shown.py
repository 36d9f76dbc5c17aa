"""How findings show text that somebody else wrote: short, printable, and never a private key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.records.dkim_key import private_key_hidden

if TYPE_CHECKING:
    from ses_email_auth.errors import RecordSyntaxError

__all__ = ["PRIVATE_KEY", "said", "shown"]

# How the base64 of a private key begins (PKCS#8, PKCS#1, SEC 1), in the middle of other text too; no public key does.
PRIVATE_KEY = re.compile(r"M[A-P][A-Za-z0-9+/]{1,4}(?:[QAgw]IBA|AgE[AB]|CAQ[AE])[A-Za-z0-9+/=]*")
_MOST = 60
_MESSAGE_START, _MESSAGE_END = 80, 100


def shown(text: str, most: int = _MOST) -> str:
    """`text` in quotes, at most `most` characters of it; a private key in it is left out."""
    hidden = private_key_hidden(text)
    kept = PRIVATE_KEY.sub("(not shown)", text if hidden is None else hidden[0])
    return repr(kept[:most]) + ("..." if len(kept) > most else "")


def said(error: RecordSyntaxError) -> str:
    """The message of an error, without the middle of a long one, and without what it quotes of a text with a private key."""
    if private_key_hidden(error.source) is not None or PRIVATE_KEY.search(error.source) is not None:
        return "it holds a private key (not shown)"
    message = error.message
    if len(message) <= _MESSAGE_START + _MESSAGE_END:
        return message
    return f"{message[:_MESSAGE_START]} ... {message[-_MESSAGE_END:]}"
