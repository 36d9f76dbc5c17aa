"""An SPF record that others own, through CloudFormation: one include more while the stack stands."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from ses_email_auth import Dns, DomainPolicy, FromDomainTxt
from tests.deploy.stacks import RUA, Built, build, upload
from tests.deploy.test_cross_account import DNS_ACCOUNT, ROLE, with_role
from tests.local.templates import ZONE, change, make_zone, member

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

TXT = (f"{ZONE}.", "TXT")
TOKEN = '"google-site-verification=abc"'
GOOGLE = '"v=spf1 include:_spf.google.com " "-all"'
BOTH = '"v=spf1 include:_spf.google.com " "include:amazonses.com -all"'


@functools.cache
def built(zone_id: str, *, elsewhere: bool = False) -> Built:
    """A stack that shares the TXT set of the domain."""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        place = {"hosted_zone_id": zone_id, "zone_name": ZONE, "role_arn": ROLE}
        dns = Dns.cross_account(**place) if elsewhere else Dns.route53(zone)
        shared = FromDomainTxt.shared()
        DomainPolicy(stack, "Policy", dns=dns, from_domain_txt=shared, dmarc_rua=[RUA])

    return build(fill, zone_id)


def test_while_the_stack_stands(aws: LocalAws) -> None:
    """Tokens, cuts, TTL and verdict stay those of the owners; one include comes and goes with the stack."""
    zone_id = make_zone(aws)
    change(aws, zone_id, ("CREATE", member(ZONE, TOKEN, GOOGLE, ttl=300)))
    assert aws.deploy("S", upload(aws, built(zone_id))).failures == {}
    assert aws.records()[TXT] == (300, [TOKEN, BOTH])
    # The owners go on with their work.
    change(aws, zone_id, ("UPSERT", member(ZONE, BOTH, '"another"', ttl=60)))
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {TXT: (60, [GOOGLE, '"another"'])}


def test_a_set_that_was_not_there(aws: LocalAws) -> None:
    """A TXT set that was not there is made, and goes with the stack."""
    zone_id = make_zone(aws)
    assert aws.deploy("S", upload(aws, built(zone_id))).failures == {}
    assert aws.records()[TXT] == (600, ['"v=spf1 include:amazonses.com ~all"'])
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_two_records_are_refused(aws: LocalAws) -> None:
    """Two SPF records are refused; the stack rolls back and the records stand as they were."""
    zone_id = make_zone(aws)
    change(aws, zone_id, ("CREATE", member(ZONE, GOOGLE, '"v=spf1 mx ~all"')))
    before = aws.records()
    outcome = aws.deploy("S", upload(aws, built(zone_id)))
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert "holds 2 SPF records, and receivers believe none of them" in next(iter(outcome.failures.values()))
    assert aws.records() == before


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([ZONE, f"_dmarc.{ZONE}"], id="allowed"),
        pytest.param([f"_dmarc.{ZONE}"], id="not-allowed", marks=pytest.mark.full),
    ],
)
def test_in_another_account(aws: LocalAws, names: list[str]) -> None:
    """In another account SPF is shared through the role, if it may write that name."""
    zone_id = with_role(aws, record_names=names)
    change(aws, zone_id, ("CREATE", member(ZONE, GOOGLE)), account=DNS_ACCOUNT)
    outcome = aws.deploy("S", upload(aws, built(zone_id, elsewhere=True)))
    if len(names) == 1:
        (reason,) = outcome.failures.values()
        assert f"{ROLE} may not do this in the hosted zone {zone_id}: DELETE '{ZONE}' TXT; CREATE '{ZONE}' TXT" in reason
        assert aws.records(DNS_ACCOUNT) == {TXT: (600, [GOOGLE])}
    else:
        assert (outcome.failures, aws.records(DNS_ACCOUNT)[TXT]) == ({}, (600, [BOTH]))
        assert aws.destroy("S").status == "DELETE_COMPLETE"
        assert aws.records(DNS_ACCOUNT) == {TXT: (600, [GOOGLE])}
