"""A first deploy over records that exist or that another stack has: CloudFormation takes equal ones over, refuses others."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, RemovalPolicy

from ses_email_auth import DmarcPolicy, DmarcRecord, FromDomainTxt, RecordLayout
from tests.deploy.readers import watched
from tests.deploy.stacks import email_auth, identity, in_zone, plain, policy_alone
from tests.local.templates import ZONE, change, make_zone, member

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

TXT, DMARC = (f"{ZONE}.", "TXT"), (f"_dmarc.{ZONE}.", "TXT")
TOKEN = "google-site-verification=abc"
STANDS = [
    member(ZONE, '"v=spf1 include:_spf.google.com " "~all"', f'"{TOKEN}"', ttl=300),
    member(f"_dmarc.{ZONE}", f'"v=DMARC1;p=none;rua=mailto:x@{ZONE}"', ttl=3600),
]
ADOPTING: dict[str, Any] = {
    "from_domain_txt": FromDomainTxt.adopt([("v=spf1 include:_spf.google.com ", "~all"), TOKEN], ttl=Duration.seconds(300)),
    "dmarc": DmarcRecord.verbatim(f"v=DMARC1;p=none;rua=mailto:x@{ZONE}"),
    "dmarc_ttl": Duration.seconds(3600),
}


@functools.cache
def adopting(layout: RecordLayout = RecordLayout.SEPARATE, removal_policy: RemovalPolicy | None = None) -> str:
    """The first deploy, as text."""
    return json.dumps(email_auth(record_layout=layout, removal_policy=removal_policy, **ADOPTING))


@pytest.mark.usefixtures("classic")
@pytest.mark.parametrize("layout", RecordLayout)
def test_taken_over_then_replaced(aws: LocalAws, layout: RecordLayout) -> None:
    """The first deploy changes no record that stood, the second writes what the props say."""
    zone = make_zone(aws)
    change(aws, zone, *(("CREATE", record_set) for record_set in STANDS))
    before = aws.records()
    with watched(aws) as watch:
        assert aws.deploy("S", in_zone(adopting(layout), zone)).status == "CREATE_COMPLETE"
    assert (watch.missing, watch.rounds > 2) == (set(), True)
    taken = aws.records()
    assert {key: taken[key] for key in before} == before
    assert identity(aws)["VerifiedForSendingStatus"] is True

    second = email_auth(
        record_layout=layout,
        spf_includes=["_spf.google.com"],
        from_domain_txt_values=[TOKEN],
        dmarc_policy=DmarcPolicy.QUARANTINE,
        dmarc_rua=[f"x@{ZONE}"],
    )
    assert aws.deploy("S", in_zone(second, zone)).status == "UPDATE_COMPLETE"
    assert aws.records() == taken | {
        TXT: (600, ['"v=spf1 include:_spf.google.com include:amazonses.com ~all"', f'"{TOKEN}"']),
        DMARC: (600, [f'"v=DMARC1; p=quarantine; rua=mailto:x@{ZONE}"']),
    }
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


@pytest.mark.parametrize("renames", ["in-place", "replace"])
def test_equal_records_are_refused_in_the_registry(aws: LocalAws, renames: str) -> None:
    """What stood is as it was; under RETAIN the deploy leaves what it had made new, as the README says."""
    aws.play(record_sets="registry", renames=renames)
    zone = make_zone(aws)
    change(aws, zone, *(("CREATE", record_set) for record_set in STANDS))
    before = aws.records()
    with watched(aws) as watch:
        outcome = aws.deploy("S", in_zone(adopting(removal_policy=RemovalPolicy.RETAIN), zone))
    assert (outcome.status, watch.missing) == ("ROLLBACK_COMPLETE", set())
    left = aws.records()
    assert {key: left[key] for key in before} == before
    (reason,) = outcome.failures.values()
    assert reason == f"Resource of type 'AWS::Route53::RecordSet' with identifier '_dmarc.{ZONE}|{zone}|TXT' already exists."
    assert sorted(kind for _, kind in left.keys() - before.keys()) == ["CNAME"] * 3 + ["MX"]
    assert aws.client("sesv2").list_email_identities()["EmailIdentities"] != []
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert {key: aws.records()[key] for key in before} == before


@pytest.mark.usefixtures("classic")
@pytest.mark.parametrize("layout", RecordLayout)
@pytest.mark.parametrize(
    "other",
    [
        pytest.param(member(ZONE, '"v=spf1 include:_spf.google.com ~all"', f'"{TOKEN}"', ttl=300), id="cut-elsewhere"),
        pytest.param({**STANDS[0], "TTL": "3600"}, id="ttl"),
        pytest.param(member(ZONE, '"v=spf1 include:_spf.google.com " "~all"', ttl=300), id="one-value-less"),
        pytest.param(member(f"_dmarc.{ZONE}", f'"v=DMARC1; p=none; rua=mailto:x@{ZONE}"', ttl=3600), id="spaces"),
    ],
)
def test_a_different_record_is_refused_and_nothing_changes(aws: LocalAws, layout: RecordLayout, other: dict[str, Any]) -> None:
    """A record that differs is refused with CloudFormation's sentence, which the README quotes."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", other))
    before = aws.records()
    with watched(aws) as watch:
        outcome = aws.deploy("S", in_zone(adopting(layout), zone))
    name = next(iter(before))[0]
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert list(outcome.failures.values()) == [
        f"[Tried to create resource record set [name='{name}', type='TXT'] but it already exists]"
    ]
    assert aws.records() == before
    assert watch.missing == set()
    assert aws.client("sesv2").list_email_identities()["EmailIdentities"] == []


@pytest.mark.usefixtures("classic")
def test_what_was_taken_over_goes_in_a_rollback(aws: LocalAws) -> None:
    """DMARC is equal and taken over, TXT is different and refused, and the rollback deletes DMARC."""
    assert after_a_refusal(aws, None) == {}
    assert aws.client("sesv2").list_email_identities()["EmailIdentities"] == []


@pytest.mark.usefixtures("classic")
def test_retain_except_on_create_does_not_help_there(aws: LocalAws) -> None:
    """`RETAIN_ON_UPDATE_OR_DELETE` deletes in the rollback of a creation."""
    assert after_a_refusal(aws, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE) == {}


@pytest.mark.usefixtures("classic")
def test_retain_keeps_what_was_taken_over(aws: LocalAws) -> None:
    """With RemovalPolicy.RETAIN the rollback keeps what was taken over; what it had made new must be deleted by hand."""
    assert after_a_refusal(aws, RemovalPolicy.RETAIN) == {DMARC: (3600, STANDS[1]["ResourceRecords"])}
    assert aws.client("sesv2").list_email_identities()["EmailIdentities"] != []


def after_a_refusal(aws: LocalAws, policy: RemovalPolicy | None) -> dict[tuple[str, str], tuple[int, list[str]]]:
    """What is left at `_dmarc` when an equal DMARC record stood there, and a TXT record that is different."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", {**STANDS[0], "TTL": "60"}), ("CREATE", STANDS[1]))
    outcome = aws.deploy("S", in_zone(adopting(removal_policy=policy), zone))
    assert (outcome.status, list(outcome.failures)) == ("ROLLBACK_COMPLETE", ["EmailAuthFromDomainTxt4D62F6B5"])
    left = aws.records()
    assert left[TXT] == (60, STANDS[0]["ResourceRecords"])
    return {key: value for key, value in left.items() if key == DMARC}


# --- two stacks that want the same domain ----------------------------------------------------------------------------


@pytest.mark.parametrize("first", RecordLayout)
@pytest.mark.parametrize("second", RecordLayout)
def test_the_second_is_refused_and_the_first_loses_nothing(aws: LocalAws, first: RecordLayout, second: RecordLayout) -> None:
    """SES refuses the identity before a record is taken over; a rollback would delete it."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(email_auth(record_layout=first), zone))
    with watched(aws) as watch:
        outcome = aws.deploy("T", in_zone(email_auth(record_layout=second), zone))
        aws.destroy("T")
    assert (outcome.status, list(outcome.failures)) == ("ROLLBACK_COMPLETE", ["EmailAuthIdentity26A6EF86"])
    assert outcome.failures["EmailAuthIdentity26A6EF86"].endswith("already exists.")
    assert (watch.missing, watch.unverified) == (set(), False)


@pytest.mark.usefixtures("classic")
def test_a_second_policy_is_taken_over_and_deleted_by_either(aws: LocalAws) -> None:
    """Equal records have two owners then: whichever stack goes first takes them with it."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(plain(), zone))
    policy = {(f"{ZONE}.", "TXT"), (f"_dmarc.{ZONE}.", "TXT")}
    with watched(aws) as watch:
        assert aws.deploy("T", in_zone(policy_alone(), zone)).status == "CREATE_COMPLETE"
        assert watch.missing == set()
        assert aws.destroy("T").status == "DELETE_COMPLETE"
    assert watch.missing == policy
    assert aws.destroy("S").status == "DELETE_COMPLETE"
