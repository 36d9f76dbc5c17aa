"""Rows of the table of examples: where records go, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.deploy.examples import DNS_ACCOUNT, DOMAIN, TOKYO, ZONE_ID, Example, Zone
from tests.local.templates import change, member

if TYPE_CHECKING:
    from tests.deploy.examples import Run

__all__ = ["EXAMPLES"]

DMARC = (f"_dmarc.{DOMAIN}", "TXT")

# --- cross_account -----------------------------------------------------------------------------------------------------


def cross_account_deployed(run: Run) -> None:
    """All records stand in the other account, SES has verified the domain by them."""
    assert run.aws.records() == {}
    assert len(run.aws.records(DNS_ACCOUNT)) == 7
    assert run.identity()["VerifiedForSendingStatus"] is True


def cross_account_changed(run: Run) -> None:
    """One record alone."""
    assert list(run.changes()) == [DMARC]


# --- shared_spf --------------------------------------------------------------------------------------------------------

TOKEN, GOOGLE = '"google-site-verification=abc"', '"v=spf1 include:_spf.google.com -all"'


def shared_spf_stands(run: Run) -> None:
    """What other teams have written."""
    change(run.aws, ZONE_ID, ("CREATE", member(DOMAIN, TOKEN, GOOGLE, ttl=300)))


def shared_spf_deployed(run: Run) -> None:
    """One include more, and all else as it was; `Run` sees that it is gone in the end."""
    both = '"v=spf1 include:_spf.google.com include:amazonses.com -all"'
    assert run.records()[DOMAIN, "TXT"] == (300, [TOKEN, both])
    assert run.identity()["VerifiedForSendingStatus"] is True


def shared_spf_changed(run: Run) -> None:
    """The policy alone."""
    assert list(run.changes()) == [DMARC]


# --- existing_records --------------------------------------------------------------------------------------------------

SES = '"v=spf1 include:amazonses.com ~all"'


def existing_records_stand(run: Run) -> None:
    """What Terraform has made: the TXT of the domain and the MX of the MAIL FROM domain."""
    change(run.aws, ZONE_ID, ("CREATE", member(DOMAIN, SES, TOKEN, ttl=600)))
    mx = "10 feedback-smtp.ap-northeast-1.amazonses.com"
    change(run.aws, ZONE_ID, ("CREATE", member(f"bounce.{DOMAIN}", mx, rtype="MX")))


def existing_records_deployed(run: Run) -> None:
    """The five others beside these two; `Run` sees that the two are there in the end."""
    assert len(run.aws.records()) == 7
    assert run.identity()["VerifiedForSendingStatus"] is True


def existing_records_changed(run: Run) -> None:
    """The policy alone."""
    assert list(run.changes()) == [DMARC]


EXAMPLES = [
    Example(
        name="existing_records",
        stacks={"ExistingRecords": TOKYO},
        change={"SES_EXAMPLE_POLICY": "quarantine"},
        prepare=existing_records_stand,
        deployed=existing_records_deployed,
        after_change=existing_records_changed,
    ),
    Example(
        name="cross_account",
        stacks={"DnsStack": (DNS_ACCOUNT, TOKYO[1]), "MailStack": TOKYO},
        change={"SES_EXAMPLE_POLICY": "quarantine"},
        changed=frozenset({"MailStack"}),
        zones=(Zone(account=DNS_ACCOUNT),),
        deployed=cross_account_deployed,
        after_change=cross_account_changed,
    ),
    Example(
        name="shared_spf",
        stacks={"SharedSpf": TOKYO},
        change={"SES_EXAMPLE_POLICY": "quarantine"},
        prepare=shared_spf_stands,
        deployed=shared_spf_deployed,
        after_change=shared_spf_changed,
    ),
]
