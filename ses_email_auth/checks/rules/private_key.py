"""Rules on private keys that everybody can read (RFC 6376 section 8.3). No finding here ever holds a part of a key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.shown import PRIVATE_KEY, shown
from ses_email_auth.errors import visible
from ses_email_auth.records.dkim_key import private_key_hidden
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["PRIVATE_KEY_RULES", "holds_private_key"]

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


def _in_txt(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.TXT):
        if any(map(holds_private_key, record.texts)):
            yield Fault(
                where=visible(record.place),
                message="a value here holds a private key (not shown); whoever has read it can sign as this domain",
                fix=_ROTATE,
                records=(record,),
            )


def _in_template(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        if identity.own_key_in_file:
            yield Fault(
                where=visible(identity.name),
                message=f"the private DKIM key of {shown(identity.name)} stands in the file; whoever can read it can sign mail",
                fix="keep the key in a secret and refer to it, and rotate it now: new key, new selector",
                records=(identity,),
            )


PRIVATE_KEY_RULES = (
    Rule(
        id="private-key-in-txt",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="DNS is public: with the private key anybody signs mail as the domain, and receivers take it for genuine.",
        reference="RFC 6376 section 8.3",
        faults=_in_txt,
        example='s._domainkey.example.com. 600 IN TXT "v=DKIM1; p=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"',
    ),
    Rule(
        id="private-key-in-template",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="A template is kept in repositories, buckets and logs; a key that stands in it is known to all who read those.",
        reference="Amazon SES developer guide, BYODKIM",
        faults=_in_template,
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
    ),
)
