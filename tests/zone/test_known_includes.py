"""Tests of the table of known SPF includes."""

from __future__ import annotations

import re

from ses_email_auth.records.spf import Include
from ses_email_auth.ses.hosts import SPF_INCLUDE
from ses_email_auth.zone.known_includes import CHECKED, KNOWN_INCLUDES, WRONG_SES_INCLUDES


def test_the_table_holds_hosts_in_the_form_in_which_they_are_looked_up() -> None:
    """Each is a domain that an include can name, in lower case; SES's own costs one lookup."""
    assert re.fullmatch(r"20\d\d-\d\d", CHECKED)
    assert {str(Include(host)) for host in KNOWN_INCLUDES} == {f"include:{host.lower()}" for host in KNOWN_INCLUDES}
    assert KNOWN_INCLUDES[SPF_INCLUDE] == 0
    assert all(cost is None or 0 <= cost < 10 for cost in KNOWN_INCLUDES.values())
    assert WRONG_SES_INCLUDES.isdisjoint(KNOWN_INCLUDES)
