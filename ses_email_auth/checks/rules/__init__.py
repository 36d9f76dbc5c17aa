"""The rules, each a function over a view of a zone, and all of them together.

The parked names of `parked` are asked for by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.rules.alignment import ALIGNMENT_RULES
from ses_email_auth.checks.rules.bimi import BIMI_RULES
from ses_email_auth.checks.rules.dmarc import DMARC_RULES
from ses_email_auth.checks.rules.dmarc_alignment import DMARC_ALIGNMENT_RULES
from ses_email_auth.checks.rules.dmarc_presence import DMARC_PRESENCE_RULES
from ses_email_auth.checks.rules.dmarc_report_uris import REPORT_URI_RULES
from ses_email_auth.checks.rules.dmarc_reports import REPORT_RULES
from ses_email_auth.checks.rules.dmarc_syntax import DMARC_SYNTAX_RULES
from ses_email_auth.checks.rules.mx import MX_RULES
from ses_email_auth.checks.rules.near_miss import NEAR_MISS_RULES
from ses_email_auth.checks.rules.record_set import RECORD_SET_RULES
from ses_email_auth.checks.rules.ses import SES_RULES
from ses_email_auth.checks.rules.spf import SPF_RULES
from ses_email_auth.checks.rules.spf_ses import SPF_SES_RULES
from ses_email_auth.checks.rules.spf_syntax import SPF_SYNTAX_RULES
from ses_email_auth.checks.rules.spf_target import SPF_TARGET_RULES
from ses_email_auth.checks.rules.spf_term import SPF_TERM_RULES
from ses_email_auth.checks.rules.transport import TRANSPORT_RULES
from ses_email_auth.checks.rules.zone import ZONE_RULES

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    *SPF_SYNTAX_RULES,
    *SPF_RULES,
    *SPF_TARGET_RULES,
    *SPF_TERM_RULES,
    *SPF_SES_RULES,
    *NEAR_MISS_RULES,
    *DMARC_PRESENCE_RULES,
    *DMARC_SYNTAX_RULES,
    *REPORT_URI_RULES,
    *REPORT_RULES,
    *DMARC_RULES,
    *ALIGNMENT_RULES,
    *DMARC_ALIGNMENT_RULES,
    *SES_RULES,
    *TRANSPORT_RULES,
    *BIMI_RULES,
    *RECORD_SET_RULES,
    *MX_RULES,
    *ZONE_RULES,
)
