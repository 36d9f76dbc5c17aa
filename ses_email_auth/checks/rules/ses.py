"""The rules on Amazon SES, DKIM and MAIL FROM, and the one on a record that is left to the user (RFC 7208 section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.dkim import DKIM_RULES
from ses_email_auth.checks.rules.dkim_key import DKIM_KEY_RULES
from ses_email_auth.checks.rules.dkim_target import DKIM_TARGET_RULES
from ses_email_auth.checks.rules.easy_dkim import EASY_DKIM_RULES
from ses_email_auth.checks.rules.identity import IDENTITY_RULES
from ses_email_auth.checks.rules.mail_from import MAIL_FROM_RULES
from ses_email_auth.checks.rules.mail_from_identity import MAIL_FROM_IDENTITY_RULES
from ses_email_auth.checks.rules.null_mx import NULL_MX_RULES
from ses_email_auth.checks.rules.own_key import OWN_KEY_RULES
from ses_email_auth.checks.rules.private_key import PRIVATE_KEY_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["SES_RULES"]


def _by_hand(view: ZoneView) -> Iterator[Fault]:
    for domain, record in view.spf_by_hand:
        yield Fault(
            where=f"{domain} TXT",
            message=f"SPF of {domain} is left to you; this value covers Amazon SES: {record}",
            fix="keep one SPF record: merge it into what is there",
        )


_FROM_SPF_BY_HAND = Rule(
    id="from-spf-by-hand",
    severity=Severity.INFO,
    need=Need.INTENT,
    reason="Carriers in Japan look for SPF at the From domain too; the record there is somebody else's.",
    reference="RFC 7208 section 3.2",
    faults=_by_hand,
    example='SesEmailAuth(self, "EmailAuth", hosted_zone=zone, from_domain_spf=False)',
)

SES_RULES = (
    *PRIVATE_KEY_RULES,
    *EASY_DKIM_RULES,
    *DKIM_TARGET_RULES,
    *DKIM_RULES,
    *DKIM_KEY_RULES,
    *MAIL_FROM_RULES,
    *MAIL_FROM_IDENTITY_RULES,
    *NULL_MX_RULES,
    *IDENTITY_RULES,
    *OWN_KEY_RULES,
    _FROM_SPF_BY_HAND,
)
