"""The rules, each a function over a view of a zone, and all of them together.

The parked names of `parked` are asked for by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.rules.alignment import ALIGNMENT_RULES, DMARC_ALIGNMENT_RULES
from ses_email_auth.checks.rules.dkim import DKIM_RULES
from ses_email_auth.checks.rules.dkim_key import DKIM_KEY_RULES
from ses_email_auth.checks.rules.dmarc import DMARC_PRESENCE_RULES, DMARC_RULES
from ses_email_auth.checks.rules.dmarc_reports import REPORT_RULES, REPORT_URI_RULES
from ses_email_auth.checks.rules.dmarc_syntax import DMARC_SYNTAX_RULES
from ses_email_auth.checks.rules.easy_dkim import DKIM_TARGET_RULES, EASY_DKIM_RULES, LEFT_OVER_RULES
from ses_email_auth.checks.rules.identity import IDENTITY_RULES, OWN_KEY_RULES
from ses_email_auth.checks.rules.intent import FEEDBACK_RULES, SPF_BY_HAND_RULES
from ses_email_auth.checks.rules.mail_from import MAIL_FROM_IDENTITY_RULES, MAIL_FROM_RULES
from ses_email_auth.checks.rules.mx import MX_RULES
from ses_email_auth.checks.rules.null_mx import NULL_MX_RULES
from ses_email_auth.checks.rules.record_set import RECORD_SET_RULES
from ses_email_auth.checks.rules.spf import SPF_RULES, SPF_SES_RULES, SPF_TARGET_RULES
from ses_email_auth.checks.rules.spf_syntax import SPF_SYNTAX_RULES
from ses_email_auth.checks.rules.spf_terms import SPF_TERM_RULES
from ses_email_auth.checks.rules.stray_text import NEAR_MISS_RULES, PRIVATE_KEY_RULES
from ses_email_auth.checks.rules.transport import BIMI_RULES, TRANSPORT_RULES
from ses_email_auth.checks.rules.zone import ZONE_RULES

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Rule

__all__ = ["PLAN_RULES", "RULES"]

PLAN_RULES: tuple[Rule, ...] = (
    *SPF_SYNTAX_RULES,
    *SPF_RULES,
    *SPF_TARGET_RULES,
    *SPF_TERM_RULES,
    *NEAR_MISS_RULES,
    *PRIVATE_KEY_RULES,
    *DMARC_SYNTAX_RULES,
    *REPORT_URI_RULES,
    *REPORT_RULES,
    *DMARC_RULES,
    *ALIGNMENT_RULES,
    *DKIM_KEY_RULES,
    *MAIL_FROM_IDENTITY_RULES,
    *RECORD_SET_RULES,
    *SPF_BY_HAND_RULES,
    *FEEDBACK_RULES,
)
"""Those that can speak about what our own constructs publish: its texts and policies are the user's, all else is ours. An app
may build hundreds of domains, so the other rules are left to the plug-in, which also sees what stands beside."""

RULES: tuple[Rule, ...] = (
    *PLAN_RULES,
    *SPF_SES_RULES,
    *DMARC_PRESENCE_RULES,
    *DMARC_ALIGNMENT_RULES,
    *EASY_DKIM_RULES,
    *LEFT_OVER_RULES,
    *DKIM_TARGET_RULES,
    *DKIM_RULES,
    *MAIL_FROM_RULES,
    *NULL_MX_RULES,
    *IDENTITY_RULES,
    *OWN_KEY_RULES,
    *TRANSPORT_RULES,
    *BIMI_RULES,
    *MX_RULES,
    *ZONE_RULES,
)
