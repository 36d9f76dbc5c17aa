"""SPF includes of mail services, and how many lookups the record behind each costs.

Checked 2026-11-24 against stored answers of public SPF checkers (most of wirewiki.com, which lists the record of each step and
the sum), not against DNS itself. Services change their records; older pages say 3 more for Google (_netblocks.google.com and
its like). So the table holds the smallest number seen, and rules draw no more than a warning from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKED = "2026-11"
"""The month of that check, for messages."""

# The lookups inside of the record; the include itself costs one more. None where the record was not seen.
KNOWN_INCLUDES: Mapping[str, int | None] = {
    "_spf.eu.mailgun.org": 0,
    "_spf.elasticemail.com": 1,  # an exists
    "_spf.google.com": 0,
    "_spf.hostedemail.com": 0,
    "_spf.mailgun.org": 2,
    "_spf.salesforce.com": 1,  # an exists
    "amazonses.com": 0,
    "mail.zendesk.com": 0,
    "mailgun.org": 4,  # _spf.mailgun.org with its two, and _spf.eu.mailgun.org
    "relay.mailchannels.net": 0,
    "secureserver.net": 2,
    "sendgrid.net": 1,  # by the sum of a record; sendgrid.net includes ab.sendgrid.net
    "servers.mcsv.net": 0,
    "sparkpostmail.com": 1,  # an exists
    "spf.mandrillapp.com": 0,
    "spf.messagingengine.com": 0,
    "spf.protection.outlook.com": 0,
    "spf.zoho.com": 0,
    "transmail.net": 0,
    "zoho.eu": 1,
    # The name is documented, its record was not seen.
    "_spf.heteml.jp": None,
    "kagoya.net": None,
    "mail-spf.ferret-one.com": None,
    "spf.espar.biz": None,
    "spf.haihaimail.jp": None,
    # K: names from memory, unverified. Rules on misspelt includes know them; nothing is counted.
    "_spf.activehosted.com": None,
    "_spf.atlassian.net": None,
    "_spf.lolipop.jp": None,
    "amazon.com": None,
    "aspmx.googlemail.com": None,
    "mktomail.com": None,
    "spf.brevo.com": None,
    "spf.constantcontact.com": None,
    "spf.mailjet.com": None,
    "spf.mtasv.net": None,
    "spf.sender.xserver.jp": None,
    "spf.sendinblue.com": None,
    "zoho.com": None,
    "zohomail.com": None,
}

# What people write for amazonses.com, the one include of Amazon SES (guide: "Using a custom MAIL FROM domain").
WRONG_SES_INCLUDES = frozenset(
    {
        "_spf.amazonses.com",
        "amazonaws.com",
        "ses.amazonaws.com",
        "ses.amazonses.com",
        "spf.amazonses.com",
    }
)
