"""Two stacks that want the same domain."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

import pytest

from ses_email_auth import DomainPolicy, RecordLayout
from tests.deploy.stacks import RUA, email_auth, in_zone, synth, watched
from tests.local.templates import ZONE, make_zone

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws


@functools.cache
def both(layout: RecordLayout) -> str:
    """A stack with a SesEmailAuth, as text."""
    return json.dumps(email_auth(record_layout=layout))


@functools.cache
def policy_alone() -> str:
    """A stack with a DomainPolicy, as text."""

    def build(stack: Stack, zone: IPublicHostedZone) -> None:
        DomainPolicy(stack, "EmailAuth", hosted_zone=zone, dmarc_rua=[RUA])

    return json.dumps(synth(build))


@pytest.mark.parametrize("first", RecordLayout)
@pytest.mark.parametrize("second", RecordLayout)
def test_the_second_is_refused_and_the_first_loses_nothing(aws: LocalAws, first: RecordLayout, second: RecordLayout) -> None:
    """SES refuses the identity before a record is taken over; a rollback would delete it."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(both(first), zone))
    with watched(aws) as watch:
        outcome = aws.deploy("T", in_zone(both(second), zone))
        aws.destroy("T")
    assert (outcome.status, list(outcome.failures)) == ("ROLLBACK_COMPLETE", ["EmailAuthIdentity26A6EF86"])
    assert outcome.failures["EmailAuthIdentity26A6EF86"].endswith("already exists.")
    assert (watch.missing, watch.unverified) == (set(), False)


def test_a_second_policy_is_taken_over_and_deleted_by_either(aws: LocalAws) -> None:
    """Equal records have two owners then: whichever stack goes first takes them with it."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(both(RecordLayout.SEPARATE), zone))
    policy = {(f"{ZONE}.", "TXT"), (f"_dmarc.{ZONE}.", "TXT")}
    with watched(aws) as watch:
        assert aws.deploy("T", in_zone(policy_alone(), zone)).status == "CREATE_COMPLETE"
        assert watch.missing == set()
        assert aws.destroy("T").status == "DELETE_COMPLETE"
    assert watch.missing == policy
    assert aws.destroy("S").status == "DELETE_COMPLETE"
