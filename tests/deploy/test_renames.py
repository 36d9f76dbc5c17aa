"""A construct that gets another id, place or layout in a deployed stack: what loses records, and what does not.

In the classic world CloudFormation takes an equal record over under its new id, then deletes that of the old id, which is the
same one. `test_move_table` has the same moves in both worlds, this module what SES says meanwhile.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnResource, RemovalPolicy
from constructs import Construct

from ses_email_auth import DmarcPolicy, RecordLayout, SesEmailAuth
from tests.deploy.moves import by_cdk
from tests.deploy.readers import watched
from tests.deploy.stacks import (
    RUA,
    Template,
    change_set,
    email_auth,
    identity,
    in_zone,
    logical_ids,
    plain,
    policy_alone,
    resources,
    synth,
)
from tests.local.templates import SPF, ZONE, make_zone, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

EXISTS = f"Resource of type 'AWS::SES::EmailIdentity' with identifier '{ZONE}' already exists."
RETAIN, RETAIN_LATER = RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
KEPT_IDENTITY = {"Identity": "EmailAuthIdentity26A6EF86"}
BOTH_WAYS = [
    pytest.param(RecordLayout.SEPARATE, RecordLayout.GROUPED, id="separate-to-grouped"),
    pytest.param(RecordLayout.GROUPED, RecordLayout.SEPARATE, id="grouped-to-separate"),
]


@functools.cache
def auth(
    construct_id: str = "EmailAuth",
    layout: RecordLayout = RecordLayout.SEPARATE,
    policy: RemovalPolicy | None = None,
    *,
    keep_identity: bool = False,
) -> str:
    """A stack with a SesEmailAuth, as text."""
    ids = KEPT_IDENTITY if keep_identity else None
    return json.dumps(email_auth(construct_id=construct_id, record_layout=layout, removal_policy=policy, logical_ids=ids))


@pytest.fixture
def steps(aws: LocalAws) -> Callable[..., str]:
    """Deploys templates one after the other into stack S; returns the last status."""
    zone = make_zone(aws)

    def deploy(*templates: str | Template) -> str:
        status = ""
        for template in templates:
            status = aws.deploy("S", in_zone(template, zone)).status
        return status

    return deploy


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", RecordLayout)
@pytest.mark.parametrize("policy", [None, RETAIN_LATER, RETAIN])
def test_a_new_construct_id_is_refused_by_ses(aws: LocalAws, layout: RecordLayout, policy: RemovalPolicy | None) -> None:
    """SES refuses a new construct id: the identity exists. The rollback deletes no live record."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(auth(layout=layout, policy=policy), zone))
    before = aws.records()
    with watched(aws) as watch:
        outcome = aws.deploy("S", in_zone(auth("Mail", layout, policy), zone))
    assert (outcome.status, outcome.failures) == ("UPDATE_ROLLBACK_COMPLETE", {"MailIdentityCD921232": EXISTS})
    assert (watch.missing, watch.unverified) == (set(), False)
    assert aws.records() == before


@pytest.mark.usefixtures("classic")
def test_new_ids_of_records_alone_lose_them_all(aws: LocalAws, steps: Callable[..., str]) -> None:
    """New ids of the records alone: a green deploy, and all records are gone."""
    steps(auth())
    with watched(aws) as watch:
        assert steps(auth("Mail", keep_identity=True)) == "UPDATE_COMPLETE"
    assert aws.records() == {}
    assert (len(watch.missing), watch.unverified) == (7, True)
    assert identity(aws)["DkimAttributes"]["Status"] == "PENDING"


@pytest.mark.usefixtures("classic")
@pytest.mark.parametrize(("old", "new"), BOTH_WAYS)
def test_another_layout_loses_all_records(
    aws: LocalAws, steps: Callable[..., str], old: RecordLayout, new: RecordLayout
) -> None:
    """The documented danger of `record_layout`; the identity has the same id in both layouts, so SES refuses nothing."""
    steps(auth(layout=old))
    with watched(aws) as watch:
        assert steps(auth(layout=new)) == "UPDATE_COMPLETE"
    assert aws.records() == {}
    assert watch.unverified


@pytest.mark.usefixtures("classic")
@pytest.mark.parametrize(
    ("policy", "left"),
    [
        pytest.param(RETAIN, 2, id="retain-keeps-them"),
        pytest.param(RETAIN_LATER, 0, id="retain-on-update-or-delete-loses-them"),
    ],
)
def test_a_rename_that_fails_half_way(aws: LocalAws, steps: Callable[..., str], policy: RemovalPolicy, left: int) -> None:
    """The rollback deletes what it has made, taken over records included, unless the policy is RETAIN."""
    steps(policy_alone("Policy"), policy_alone("Policy", policy))
    renamed = json.loads(policy_alone("Rules", policy))
    renamed["Resources"]["Bad"] = record("Z0123456789EXAMPLE", f"x.{ZONE}", "no quotes", DependsOn=list(renamed["Resources"]))
    with watched(aws) as watch:
        assert steps(renamed) == "UPDATE_ROLLBACK_COMPLETE"
    assert (len(aws.records()), len(watch.missing)) == (left, 2 - left)


# --- what goes well: keep the logical ids ----------------------------------------------------------------------------


def nested(construct_id: str, **props: Any) -> Template:
    """A SesEmailAuth that was moved below another construct."""

    def build(stack: Stack, zone: IPublicHostedZone) -> None:
        SesEmailAuth(Construct(stack, "Mail"), construct_id, hosted_zone=zone, dmarc_rua=[RUA], **props)

    return synth(build)


@pytest.mark.parametrize("move", [pytest.param(email_auth, id="id"), pytest.param(nested, id="place")])
def test_logical_ids_make_a_rename_no_change_at_all(move: Callable[..., Template]) -> None:
    """With `logical_ids` a renamed or moved construct gives the same template to the letter."""
    before = json.loads(plain())
    after = move(construct_id="Other", logical_ids=logical_ids(before))
    assert after == before


def test_logical_ids_kept_while_the_policy_changes(aws: LocalAws, steps: Callable[..., str]) -> None:
    """With `logical_ids` a change of policy changes one record in place, and a reader misses nothing."""
    steps(auth())
    before = aws.records()
    renamed = email_auth(
        construct_id="Mail",
        logical_ids=logical_ids(json.loads(auth())),
        dmarc_policy=DmarcPolicy.REJECT,
        dmarc_rua=[RUA],
    )
    with watched(aws) as watch:
        assert steps(renamed) == "UPDATE_COMPLETE"
    dmarc = (f"_dmarc.{ZONE}.", "TXT")
    assert aws.records() == before | {dmarc: (600, [f'"v=DMARC1; p=reject; rua=mailto:{RUA}"'])}
    assert (watch.missing, watch.unverified) == ({dmarc}, False)


def test_a_group_keeps_its_ids_by_the_escape_hatch() -> None:
    """`logical_ids` is for separate records; a group has two resources, which CDK's own `override_logical_id` renames."""

    def build(stack: Stack, zone: IPublicHostedZone) -> None:
        auth = SesEmailAuth(stack, "Mail", hosted_zone=zone, dmarc_rua=[RUA], record_layout=RecordLayout.GROUPED)
        auth.cfn_identity.override_logical_id("EmailAuthIdentity26A6EF86")
        group = auth.node.find_child("Records")
        assert isinstance(group, CfnResource)
        group.override_logical_id("EmailAuthRecords2A7B651D")

    assert synth(build) == json.loads(auth(layout=RecordLayout.GROUPED))


# --- what goes well: retain ------------------------------------------------------------------------------------------


# --- from CDK's own constructs ---------------------------------------------------------------------------------------

FROM_L2 = {
    "Identity": "Identity2D60E2CC",
    "DkimRecord1": "IdentityDkimDnsToken133E6CCBA",
    "DkimRecord2": "IdentityDkimDnsToken2AD0AA6D9",
    "DkimRecord3": "IdentityDkimDnsToken3A6A24F78",
    "MailFromMx": "IdentityMailFromMxRecord4D92B544",
    "MailFromSpf": "IdentityMailFromTxtRecord8A2CF0BC",
    "FromDomainTxt": "Spf455B68FA",
    "Dmarc": "Dmarc65510571",
}


def test_from_cdks_own_constructs(aws: LocalAws) -> None:
    """With `logical_ids` one update in place: nothing is made, replaced or deleted, and the DKIM tokens stay."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(by_cdk(), zone))
    before, tokens = aws.records(), identity(aws)["DkimAttributes"]["Tokens"]
    ours = in_zone(email_auth(logical_ids=FROM_L2), zone)
    changes = change_set(aws, ours)
    assert set(changes) == set(FROM_L2.values()) - {FROM_L2["Identity"]}
    assert set(changes.values()) == {("Modify", "False")}
    physical_ids = resources(aws)
    assert aws.deploy("S", ours).status == "UPDATE_COMPLETE"
    after = aws.records()
    assert after.keys() == before.keys()
    assert {ttl for ttl, _ in after.values()} == {600}
    assert after[f"_dmarc.{ZONE}.", "TXT"] == (600, [f'"v=DMARC1; p=none; rua=mailto:{RUA}"'])
    assert after[f"{ZONE}.", "TXT"] == (600, [SPF])
    assert resources(aws) == physical_ids
    assert identity(aws)["DkimAttributes"]["Tokens"] == tokens
    assert identity(aws)["VerifiedForSendingStatus"] is True


def test_from_cdks_own_constructs_without_logical_ids(aws: LocalAws) -> None:
    """From CDK's own constructs without `logical_ids`: SES refuses the second identity, and nothing is lost."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(by_cdk(), zone))
    before = aws.records()
    outcome = aws.deploy("S", in_zone(plain(), zone))
    assert (outcome.status, list(outcome.failures.values())) == ("UPDATE_ROLLBACK_COMPLETE", [EXISTS])
    assert aws.records() == before
