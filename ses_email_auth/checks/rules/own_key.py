"""Rules on identities that sign with a key of one's own (Amazon SES developer guide, "BYODKIM"; sesv2 API,
DkimSigningAttributes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.shown import shown
from ses_email_auth.errors import EmailAuthError, visible
from ses_email_auth.ses.own_key import check_selector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.seen import SeenIdentity
    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["OWN_KEY_RULES"]

_SHOWN = 24


def _conflict(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        trouble = _conflict_of(identity)
        if trouble is not None:
            yield Fault(
                where=visible(identity.name),
                message=f"{shown(identity.name)} has {trouble[0]}",
                fix=trouble[1],
                records=(identity,),
            )


def _conflict_of(identity: SeenIdentity) -> tuple[str, str] | None:
    has_selector = identity.own_selector is not None
    if (identity.own_key or has_selector) and identity.is_address:
        return "a DKIM key of its own, which SES takes for domains alone", "give the key to the identity of the domain"
    if (identity.own_key or has_selector) and identity.easy_dkim_bits is not None:
        return "a DKIM key of its own and a key length for keys that SES makes", "keep one of them"
    if has_selector and not identity.own_key:
        return "a DKIM selector without its private key", "give both, or neither for Easy DKIM"
    if identity.own_key and not has_selector:
        return "a private DKIM key without its selector", "give both, or neither for Easy DKIM"
    return None


def _selector(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        if identity.own_selector is None or "{{" in identity.own_selector or "<" in identity.own_selector:
            continue
        try:
            check_selector(identity.own_selector)
        except EmailAuthError:  # its sentence shows the text, which could be a key in the wrong place
            yield Fault(
                where=visible(identity.name),
                message=f"SES refuses the selector {shown(identity.own_selector, _SHOWN)} of {shown(identity.name)}; "
                "it takes 1 to 63 letters, digits and inner hyphens, without dots",
                fix="take for example key-2026",
                records=(identity,),
            )


_EXAMPLE = """\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      DkimSigningAttributes:
"""

OWN_KEY_RULES = (
    Rule(
        id="ses-own-key-conflict",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="SES takes a selector and a private key together, or makes keys itself; anything between is refused.",
        reference="Amazon SES developer guide, BYODKIM",
        faults=_conflict,
        example=f"{_EXAMPLE}        DomainSigningSelector: key-2026\n",
    ),
    Rule(
        id="ses-selector",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="SES takes one label as a selector, though DKIM allows several; a stack with another one cannot be deployed.",
        reference="Amazon SES developer guide, BYODKIM",
        faults=_selector,
        example=f"""\
{_EXAMPLE}\
        DomainSigningSelector: key.2026
        DomainSigningPrivateKey: "{{{{resolve:secretsmanager:dkim-key}}}}"
""",
    ),
)
