"""Tests of what SES says about regions, and of our list against the one that botocore carries."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import botocore.session
import pytest

import ses_email_auth
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.ses.regions import (
    RECEIVING_REGIONS,
    SENDING_REGIONS,
    can_receive,
    can_send,
    default_mail_from_domain,
    dkim_zone,
    inbound_host,
    mail_from_mx_host,
    partition_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "${Token[AWS.Region.4]}"

# Regions with an SES endpoint in botocore which we do not list, each looked at by a person. A new one makes the test
# fail: look in the AWS General Reference for its feedback and inbound hosts, then list it here or in ses/regions.py.
REVIEWED = {
    "ap-east-2": "endpoint only; not in the General Reference, no AWS::SES::EmailIdentity there (2026-11)",
    "ap-southeast-4": "endpoint only; not in the General Reference, no AWS::SES::EmailIdentity there (2026-11)",
    "ap-southeast-6": "endpoint only; not in the General Reference, no AWS::SES::EmailIdentity there (2026-11)",
    "ap-southeast-7": "endpoint only; not in the General Reference, no AWS::SES::EmailIdentity there (2026-11)",
    "eu-south-2": "endpoint only; not in the General Reference, no AWS::SES::EmailIdentity there (2026-11)",
    "eusc-de-east-1": "European Sovereign Cloud: its host suffix is documented nowhere (2026-11)",
    "mx-central-1": "endpoint only; not in the General Reference, no AWS::SES::EmailIdentity there (2026-11)",
}

# AWS General Reference, "DKIM domains" (2026-11-24).
SHARED_ZONE = "dkim.amazonses.com"
DKIM_ZONES = {
    "af-south-1": "dkim.af-south-1.amazonses.com",
    "ap-northeast-1": SHARED_ZONE,
    "ap-northeast-2": SHARED_ZONE,
    "ap-northeast-3": "dkim.ap-northeast-3.amazonses.com",
    "ap-south-1": SHARED_ZONE,
    "ap-south-2": "dkim.ap-south-2.amazonses.com",
    "ap-southeast-1": SHARED_ZONE,
    "ap-southeast-2": SHARED_ZONE,
    "ap-southeast-3": "dkim.ap-southeast-3.amazonses.com",
    "ap-southeast-5": "dkim.ap-southeast-5.amazonses.com",
    "ca-central-1": SHARED_ZONE,
    "ca-west-1": "dkim.ca-west-1.amazonses.com",
    "eu-central-1": SHARED_ZONE,
    "eu-central-2": "dkim.eu-central-2.amazonses.com",
    "eu-north-1": SHARED_ZONE,
    "eu-south-1": "dkim.eu-south-1.amazonses.com",
    "eu-west-1": SHARED_ZONE,
    "eu-west-2": SHARED_ZONE,
    "eu-west-3": SHARED_ZONE,
    "il-central-1": "dkim.il-central-1.amazonses.com",
    "me-central-1": "dkim.me-central-1.amazonses.com",
    "me-south-1": SHARED_ZONE,
    "sa-east-1": SHARED_ZONE,
    "us-east-1": SHARED_ZONE,
    "us-east-2": SHARED_ZONE,
    "us-gov-east-1": "dkim.us-gov-east-1.amazonses.com",
    "us-gov-west-1": SHARED_ZONE,
    "us-west-1": SHARED_ZONE,
    "us-west-2": SHARED_ZONE,
}


def _botocore_regions(*partitions: str) -> set[str]:
    session = botocore.session.Session()
    return {region for partition in partitions for region in session.get_available_regions("sesv2", partition)}


def test_each_sending_region_is_known_to_botocore() -> None:
    """A region that we list but AWS has no SES endpoint in would be a typing error of ours."""
    assert _botocore_regions("aws", "aws-us-gov") >= SENDING_REGIONS


def test_each_region_of_botocore_is_listed_or_reviewed() -> None:
    """A newer botocore with a new SES region makes this fail, so that the region is looked up."""
    partitions = botocore.session.Session().get_available_partitions()
    assert _botocore_regions(*partitions) == SENDING_REGIONS | REVIEWED.keys()


def test_reviewed_regions_are_not_listed() -> None:
    """A region that became documented leaves the reviewed list."""
    assert not SENDING_REGIONS & REVIEWED.keys()


def test_sending_regions_are_the_deed_regions() -> None:
    """The second list in botocore, of regions that can lend their DKIM key, says the same."""
    shape = botocore.session.Session().get_service_model("sesv2").shape_for("DkimSigningAttributesOrigin")
    prefix = "AWS_SES_"
    regions = {name.removeprefix(prefix).lower().replace("_", "-") for name in shape.enum if name.startswith(prefix)}
    assert regions == SENDING_REGIONS


def test_china_has_no_ses() -> None:
    """The botocore of today knows no SES endpoint in the China partition; if that changes, our refusal is wrong."""
    assert _botocore_regions("aws-cn") == set()


def test_numbers_of_regions() -> None:
    """29 regions send (27 and two of GovCloud), 22 of them receive."""
    assert (len(SENDING_REGIONS), len(RECEIVING_REGIONS)) == (29, 22)


@pytest.mark.parametrize(
    ("region", "send", "receive"),
    [
        pytest.param("ap-northeast-1", True, True, id="both"),
        pytest.param("eu-central-2", True, False, id="sends-only"),
        pytest.param("us-gov-west-1", True, False, id="govcloud-sends-only"),
        pytest.param("cn-north-1", False, False, id="china"),
        pytest.param("mx-central-1", None, None, id="endpoint-without-documentation"),
        pytest.param("mars-north-1", None, None, id="unknown-may-be-new"),
        pytest.param(None, None, None, id="stack-without-region"),
        pytest.param(TOKEN, None, None, id="token"),
    ],
)
def test_can_send_and_receive(region: str | None, send: bool | None, receive: bool | None) -> None:  # noqa: FBT001 - table
    """Yes and no are said only where a document says so."""
    assert can_send(region) is send
    assert can_receive(region) is receive


def test_dkim_zones() -> None:
    """The zone of the keys of each region; one that is not documented counts as most are."""
    assert {region: dkim_zone(region) for region in SENDING_REGIONS} == DKIM_ZONES
    assert dkim_zone("mx-central-1") == SHARED_ZONE


def test_the_local_aws_knows_the_same_dkim_zones() -> None:
    """Its table is a copy, since it imports nothing of ours and runs in an environment of its own."""
    modules = [
        ast.parse(path.read_text(encoding="utf-8")) for path in (Path(ses_email_auth.__file__).parent / "local").glob("*.py")
    ]
    tables = [
        node.value
        for module in modules
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_REGIONS_WITH_DKIM_ZONE"
    ]
    assert len(tables) == 1
    regions = {node.value for node in ast.walk(tables[0]) if isinstance(node, ast.Constant)}
    assert regions == {region for region, zone in DKIM_ZONES.items() if zone != SHARED_ZONE}


@pytest.mark.parametrize(
    ("region", "name", "url_suffix"),
    [
        pytest.param("ap-northeast-1", "aws", "amazonaws.com", id="commercial"),
        pytest.param("us-gov-west-1", "aws-us-gov", "amazonaws.com", id="govcloud"),
        pytest.param("cn-north-1", "aws-cn", "amazonaws.com.cn", id="china"),
        pytest.param("", "aws", "amazonaws.com", id="no-region"),
    ],
)
def test_partition(region: str, name: str, url_suffix: str) -> None:
    """What `AWS::Partition` and `AWS::URLSuffix` give there."""
    partition = partition_of(region)
    assert (partition.name, partition.url_suffix) == (name, url_suffix)


@pytest.mark.parametrize(
    ("ask", "region", "host"),
    [
        pytest.param(mail_from_mx_host, "ap-northeast-1", "feedback-smtp.ap-northeast-1.amazonses.com", id="mx"),
        pytest.param(mail_from_mx_host, "us-gov-west-1", "feedback-smtp.us-gov-west-1.amazonses.com", id="mx-govcloud"),
        pytest.param(default_mail_from_domain, "ap-northeast-1", "ap-northeast-1.amazonses.com", id="default"),
        pytest.param(default_mail_from_domain, "us-east-1", "amazonses.com", id="default-us-east-1-has-no-region-in-it"),
        pytest.param(default_mail_from_domain, "eusc-de-east-1", "eusc-de-east-1.amazonses.com", id="default-undocumented"),
        pytest.param(inbound_host, "ap-northeast-1", "inbound-smtp.ap-northeast-1.amazonaws.com", id="inbound"),
    ],
)
def test_host_names(ask: Callable[[str], str], region: str, host: str) -> None:
    """The exact names; the inbound host ends in amazonaws.com, not amazonses.com."""
    assert ask(region) == host


@pytest.mark.parametrize("region", [pytest.param(None, id="no-region"), pytest.param(TOKEN, id="token")])
@pytest.mark.parametrize(
    ("ask", "host"),
    [
        pytest.param(mail_from_mx_host, KnownAfterDeploy("Region", "feedback-smtp.", ".amazonses.com"), id="mx"),
        pytest.param(default_mail_from_domain, KnownAfterDeploy("Region", "", ".amazonses.com"), id="default"),
        pytest.param(inbound_host, KnownAfterDeploy("Region", "inbound-smtp.", ".amazonaws.com"), id="inbound"),
    ],
)
def test_a_stack_without_region(
    ask: Callable[[str | None], KnownAfterDeploy], host: KnownAfterDeploy, region: str | None
) -> None:
    """Nothing is refused: the host is known after deployment."""
    assert ask(region) == host


@pytest.mark.parametrize(
    "region",
    [
        pytest.param("mars-north-1", id="does-not-exist"),
        pytest.param("AP-NORTHEAST-1", id="not-a-region-code"),
        pytest.param("", id="empty"),
        pytest.param("ap-east-1", id="region-without-ses"),
        pytest.param("eusc-de-east-1", id="sovereign-cloud-suffix-unknown"),
        pytest.param("us-iso-east-1", id="iso-suffix-unknown"),
        pytest.param("mx-central-1", id="endpoint-without-documentation"),
    ],
)
def test_mail_from_host_of_an_undocumented_region(region: str) -> None:
    """The sentence names the way out."""
    with pytest.raises(EmailAuthError) as caught:
        mail_from_mx_host(region)
    assert str(caught.value) == (
        f"no MAIL FROM host of Amazon SES is documented for the region {region!r}; correct the region, or pass "
        "mail_from_mx_host= with the host that the SES console of that region shows"
    )


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1"])
@pytest.mark.parametrize("ask", [mail_from_mx_host, default_mail_from_domain, inbound_host])
def test_china_is_refused(ask: Callable[[str], str], region: str) -> None:
    """There is no SES in China, so no host of it, and no override helps."""
    with pytest.raises(EmailAuthError) as caught:
        ask(region)
    assert str(caught.value) == (
        f"Amazon SES does not exist in the China region {region!r}; deploy the stack to another region"
    )


@pytest.mark.parametrize(
    "region",
    [
        pytest.param("eu-central-2", id="sends-only"),
        pytest.param("us-gov-west-1", id="govcloud"),
        pytest.param("mars-north-1", id="unknown"),
    ],
)
def test_inbound_host_where_ses_does_not_receive(region: str) -> None:
    """The sentence says which regions do."""
    with pytest.raises(EmailAuthError) as caught:
        inbound_host(region)
    assert str(caught.value) == (
        f"Amazon SES does not receive mail in the region {region!r}; receive it in one of "
        "af-south-1, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-southeast-1, ap-southeast-2, "
        "ap-southeast-3, ca-central-1, eu-central-1, eu-north-1, eu-south-1, eu-west-1, eu-west-2, eu-west-3, il-central-1, "
        "me-south-1, sa-east-1, us-east-1, us-east-2, us-west-1, us-west-2"
    )
