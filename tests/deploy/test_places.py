"""Layouts, identities in the zone and below it, regions: SES finds the records of all of them."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

import pytest

from ses_email_auth import DmarcPolicy, RecordLayout, SendingIdentity
from tests.deploy.readers import watched
from tests.deploy.stacks import TOKYO, email_auth, identity, in_zone, synth
from tests.local.templates import SPF, ZONE, make_zone

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

OSAKA, IRELAND, OREGON = "ap-northeast-3", "eu-west-1", "us-west-2"
MAIL = f"mail.{ZONE}"


@functools.cache
def template(layout: RecordLayout, name: str, region: str | None) -> str:
    """As text."""
    return json.dumps(email_auth(region, domain_name=name, record_layout=layout, dmarc_policy=DmarcPolicy.REJECT))


@pytest.mark.parametrize("layout", RecordLayout)
@pytest.mark.parametrize("name", [pytest.param(ZONE, id="zone"), pytest.param(MAIL, id="subdomain-of-the-zone")])
@pytest.mark.parametrize(
    ("region", "deployed_to", "dkim_zone"),
    [
        pytest.param(TOKYO, TOKYO, "dkim.amazonses.com", id="tokyo"),
        pytest.param(IRELAND, IRELAND, "dkim.amazonses.com", id="ireland"),
        pytest.param(OSAKA, OSAKA, f"dkim.{OSAKA}.amazonses.com", id="osaka-with-a-dkim-zone-of-its-own"),
        pytest.param(None, OREGON, "dkim.amazonses.com", id="region-known-only-after-the-deploy"),
    ],
)
def test_deployed(aws: LocalAws, layout: RecordLayout, name: str, region: str | None, deployed_to: str, dkim_zone: str) -> None:
    """The right records stand in the zone, SES verifies them, and all of them go with the stack."""
    body = in_zone(template(layout, name, region), make_zone(aws))
    assert aws.deploy("S", body, deployed_to).status == "CREATE_COMPLETE"
    answer = identity(aws, name, deployed_to)
    assert aws.records() == {
        **{
            (f"{token}._domainkey.{name}.", "CNAME"): (600, [f"{token}.{dkim_zone}"])
            for token in answer["DkimAttributes"]["Tokens"]
        },
        (f"bounce.{name}.", "MX"): (600, [f"10 feedback-smtp.{deployed_to}.amazonses.com"]),
        (f"bounce.{name}.", "TXT"): (600, [SPF]),
        (f"{name}.", "TXT"): (600, [SPF]),
        (f"_dmarc.{name}.", "TXT"): (600, ['"v=DMARC1; p=reject"']),
    }
    assert answer["VerifiedForSendingStatus"] is True
    assert answer["DkimAttributes"]["Status"] == answer["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"
    assert aws.destroy("S", deployed_to).status == "DELETE_COMPLETE"
    assert aws.records() == {}


@pytest.mark.usefixtures("every_world")
@pytest.mark.parametrize("layout", RecordLayout)
def test_the_same_construct_in_a_second_region_is_refused(aws: LocalAws, layout: RecordLayout) -> None:
    """The same construct in a second region is refused by its MX, before shared records are taken over."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(template(layout, ZONE, TOKYO), zone))
    before = aws.records()
    outcome = aws.deploy("S", in_zone(template(layout, ZONE, IRELAND), zone), IRELAND)
    assert outcome.status == "ROLLBACK_COMPLETE"
    (reason,) = outcome.failures.values()
    assert f"'bounce.{ZONE}" in reason
    assert "MX" in reason
    assert "already exists" in reason
    assert aws.records() == before


@pytest.mark.parametrize("layout", RecordLayout)
def test_a_sending_identity_is_for_the_second_region(aws: LocalAws, layout: RecordLayout) -> None:
    """A SendingIdentity in a second region has its own DKIM keys and MAIL FROM domain, and no policy."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(template(layout, ZONE, TOKYO), zone))
    before = aws.records()
    second = synth(lambda stack, dns: SendingIdentity(stack, "Mail", hosted_zone=dns, record_layout=layout), IRELAND)
    assert aws.deploy("S", in_zone(second, zone), IRELAND).status == "CREATE_COMPLETE"
    tokens = identity(aws, region=IRELAND)["DkimAttributes"]["Tokens"]
    assert aws.records() == {
        **before,
        **{(f"{token}._domainkey.{ZONE}.", "CNAME"): (600, [f"{token}.dkim.amazonses.com"]) for token in tokens},
        (f"bounce-{IRELAND}.{ZONE}.", "MX"): (600, [f"10 feedback-smtp.{IRELAND}.amazonses.com"]),
        (f"bounce-{IRELAND}.{ZONE}.", "TXT"): (600, [SPF]),
    }
    for region in (TOKYO, IRELAND):
        assert identity(aws, region=region)["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"


@pytest.mark.usefixtures("every_world")
@pytest.mark.parametrize("layout", RecordLayout)
@pytest.mark.parametrize("label", [pytest.param("ses-bounce", id="another"), pytest.param(None, id="none")])
def test_another_mail_from_domain(aws: LocalAws, layout: RecordLayout, label: str | None) -> None:
    """Another MAIL FROM domain: its two records come and go, and a reader misses no other."""
    zone = make_zone(aws)
    aws.deploy("S", in_zone(template(layout, ZONE, TOKYO), zone))
    before = aws.records()
    changed = email_auth(record_layout=layout, dmarc_policy=DmarcPolicy.REJECT, mail_from_subdomain=label)
    with watched(aws) as watch:
        assert aws.deploy("S", in_zone(changed, zone)).status == "UPDATE_COMPLETE"
    old = {(f"bounce.{ZONE}.", kind) for kind in ("MX", "TXT")}
    new = set() if label is None else {(f"{label}.{ZONE}.", kind) for kind in ("MX", "TXT")}
    assert aws.records().keys() == before.keys() - old | new
    assert (watch.missing, watch.unverified) == (old, False)
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


def test_the_longest_domain(aws: LocalAws) -> None:
    """Labels of 63 octets, and 209 in all: more would leave no room for the names of DKIM records."""
    name = ".".join(["a", *["b" * 63] * 3, ZONE])
    assert aws.deploy("S", in_zone(email_auth(domain_name=name, dmarc_policy=DmarcPolicy.NONE), make_zone(aws))).failures == {}
    answer = identity(aws, name)
    assert answer["VerifiedForSendingStatus"] is True
    assert answer["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"
    assert max(len(record) for record, _ in aws.records()) == 254  # with the final dot
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}
