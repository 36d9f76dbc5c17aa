"""The life of the sample app: deployed, changed, failed, destroyed."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

import pytest
from aws_cdk import Environment, assertions

from app import EmailAuthStack
from tests.deploy.readers import watched
from tests.deploy.stacks import TOKYO, Template, bare_app, change_set, identity, in_zone
from tests.local.templates import SPF, ZONE, make_zone, record

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

DMARC = (f"_dmarc.{ZONE}.", "TXT")


@functools.cache
def sample(policy: str) -> str:
    """The template of app.py, as text."""
    stack = EmailAuthStack(bare_app(policy=policy), "EmailAuthStack", env=Environment(region=TOKYO))
    return json.dumps(assertions.Template.from_stack(stack).to_json())


@pytest.fixture
def deployed(aws: LocalAws) -> str:
    """The sample app, deployed as stack S; the id of its zone."""
    zone = make_zone(aws)
    assert aws.deploy("S", in_zone(sample("none"), zone)).status == "CREATE_COMPLETE"
    return zone


def test_seven_records_and_the_identity(aws: LocalAws, deployed: str) -> None:
    """The sample app makes an identity and exactly these seven records."""
    assert len(in_zone(sample("none"), deployed)["Resources"]) == 8
    tokens = identity(aws)["DkimAttributes"]["Tokens"]
    assert len(set(tokens)) == 3
    assert aws.records() == {
        **{(f"{token}._domainkey.{ZONE}.", "CNAME"): (600, [f"{token}.dkim.amazonses.com"]) for token in tokens},
        (f"bounce.{ZONE}.", "MX"): (600, ["10 feedback-smtp.ap-northeast-1.amazonses.com"]),
        (f"bounce.{ZONE}.", "TXT"): (600, [SPF]),
        (f"{ZONE}.", "TXT"): (600, [SPF]),
        DMARC: (600, [f'"v=DMARC1; p=none; rua=mailto:dmarc-reports@{ZONE}"']),
    }
    assert [listed["IdentityName"] for listed in aws.client("sesv2").list_email_identities()["EmailIdentities"]] == [ZONE]


def test_ses_is_content(aws: LocalAws, deployed: str) -> None:  # noqa: ARG001 - it deploys
    """SES has verified DKIM with 2048 bits, MAIL FROM and the identity."""
    answer = identity(aws)
    assert answer["VerifiedForSendingStatus"] is True
    assert answer["DkimAttributes"]["Status"] == "SUCCESS"
    assert answer["DkimAttributes"]["CurrentSigningKeyLength"] == "RSA_2048_BIT"
    mail_from = answer["MailFromAttributes"]
    assert (mail_from["MailFromDomain"], mail_from["MailFromDomainStatus"]) == (f"bounce.{ZONE}", "SUCCESS")


def test_a_policy_change_touches_the_dmarc_record_alone(aws: LocalAws, deployed: str) -> None:
    """A policy change touches the DMARC record alone: in the change set, in the zone, and for a reader meanwhile."""
    before = aws.records()
    stricter = in_zone(sample("quarantine"), deployed)
    assert change_set(aws, stricter) == {"EmailAuthDmarc12692FC9": ("Modify", "False")}
    with watched(aws) as watch:
        assert aws.deploy("S", stricter).status == "UPDATE_COMPLETE"
    assert aws.records() == before | {DMARC: (600, [f'"v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@{ZONE}"'])}
    assert (watch.missing, watch.unverified) == ({DMARC}, False)


def test_a_failed_update_restores_the_old_policy(aws: LocalAws, deployed: str) -> None:
    """An update that fails after the record was changed restores the old policy."""
    before = aws.records()
    broken = in_zone(sample("quarantine"), deployed)
    broken["Resources"]["Bad"] = record(deployed, f"x.{ZONE}", "no quotes", DependsOn=list(broken["Resources"]))
    with watched(aws) as watch:
        outcome = aws.deploy("S", broken)
    assert (outcome.status, list(outcome.failures)) == ("UPDATE_ROLLBACK_COMPLETE", ["Bad"])
    assert aws.records() == before
    assert (watch.missing <= {DMARC}, watch.unverified) == (True, False)


def test_destroy_leaves_nothing(aws: LocalAws, deployed: str) -> None:  # noqa: ARG001 - it deploys
    """Destroy leaves neither a record nor the identity."""
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}
    assert aws.client("sesv2").list_email_identities()["EmailIdentities"] == []


def test_a_first_deploy_that_fails_leaves_nothing(aws: LocalAws) -> None:
    """A first deploy that fails leaves nothing and can be repeated."""
    zone = make_zone(aws)
    broken: Template = in_zone(sample("none"), zone)
    broken["Resources"]["Bad"] = record(zone, f"x.{ZONE}", "no quotes", DependsOn=list(broken["Resources"]))
    assert aws.deploy("S", broken).status == "ROLLBACK_COMPLETE"
    assert aws.records() == {}
    aws.destroy("S")
    assert aws.deploy("S", in_zone(sample("none"), zone)).status == "CREATE_COMPLETE"
