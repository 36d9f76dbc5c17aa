"""A zone in one account and the mail in another: through a role that may write some records and no others."""

from __future__ import annotations

import contextlib
import functools
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_cdk import App, BootstraplessSynthesizer, Environment, Stack, aws_iam
from aws_cdk.aws_route53 import PublicHostedZone

from ses_email_auth import DmarcPolicy, Dns, DomainPolicy, SesEmailAuth, ZoneWriterRole
from tests.deploy.stacks import RUA, TOKYO, build, identity, upload
from tests.local.templates import SPF, ZONE, change, make_zone, member

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws import LocalAws

DNS_ACCOUNT = "210987654321"
MAIL_ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{DNS_ACCOUNT}:role/mail-records"
NAMES = {(f"bounce.{ZONE}.", "MX"), (f"bounce.{ZONE}.", "TXT"), (f"{ZONE}.", "TXT"), (f"_dmarc.{ZONE}.", "TXT")}


def role_stack(zone_id: str, **props: Any) -> dict[str, Any]:
    """The template of the DNS account."""
    app = App(analytics_reporting=False, default_stack_synthesizer=BootstraplessSynthesizer())
    stack = Stack(app, "Dns", env=Environment(account=DNS_ACCOUNT, region=TOKYO))
    zone = PublicHostedZone.from_public_hosted_zone_attributes(stack, "Zone", hosted_zone_id=zone_id, zone_name=ZONE)
    props = {"role_name": "mail-records", "trusted": [MAIL_ACCOUNT]} | props
    ZoneWriterRole(stack, "MailRecords", hosted_zone=zone, **props)
    return dict(app.synth().get_stack_by_name("Dns").template)


def with_role(aws: LocalAws, **props: Any) -> str:
    """A zone in the DNS account and the role to write there; returns the id of the zone."""
    zone_id = make_zone(aws, account=DNS_ACCOUNT)
    assert aws.deploy("Dns", role_stack(zone_id, **props), account=DNS_ACCOUNT).status == "CREATE_COMPLETE"
    return zone_id


def mail(aws: LocalAws, zone_id: str, make: Callable[[Stack, Dns], object] | None = None, **dns: Any) -> dict[str, Any]:
    """The template of the mail account, its assets uploaded."""
    return upload(aws, _built(zone_id, make or with_identity, **dns))


@functools.cache
def _built(zone_id: str, make: Callable[[Stack, Dns], object], **dns: Any) -> Any:
    place = {"hosted_zone_id": zone_id, "zone_name": ZONE, "role_arn": ROLE} | dns
    return build(lambda stack, _: make(stack, Dns.cross_account(**place)), zone_id)


def with_identity(stack: Stack, dns: Dns) -> None:
    """All records of a domain."""
    SesEmailAuth(stack, "EmailAuth", dns=dns, dmarc_rua=[RUA])


def with_reject(stack: Stack, dns: Dns) -> None:
    """The same with another policy and one more sender."""
    SesEmailAuth(stack, "EmailAuth", dns=dns, dmarc_rua=[RUA], dmarc_policy=DmarcPolicy.REJECT, from_subdomains=["news"])


def records(aws: LocalAws) -> dict[tuple[str, str], tuple[int, list[str]]]:
    """What stands in the zone."""
    return aws.records(DNS_ACCOUNT)


def test_the_whole_life_of_a_domain(aws: LocalAws) -> None:
    """Deployed, changed and destroyed; SES finds all it needs in the zone of the other account."""
    zone_id = with_role(aws, from_domain_txt=True)
    change(aws, zone_id, ("CREATE", member(f"www.{ZONE}", '"others"')), account=DNS_ACCOUNT)
    assert aws.deploy("S", mail(aws, zone_id)).failures == {}
    written = records(aws)
    assert set(written) > NAMES
    assert len(written) == len(NAMES) + 3 + 1
    assert identity(aws)["VerifiedForSendingStatus"] is True
    assert identity(aws)["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"
    assert aws.records() == {}

    dmarc = (f"_dmarc.{ZONE}.", "TXT")
    wider = role_stack(zone_id, domain_names=[ZONE], record_names=[f"news.{ZONE}"], from_domain_txt=True)
    assert aws.deploy("Dns", wider, account=DNS_ACCOUNT).failures == {}
    assert aws.deploy("S", mail(aws, zone_id, with_reject)).status == "UPDATE_COMPLETE"
    assert records(aws) == written | {
        dmarc: (600, [f'"v=DMARC1; p=reject; rua=mailto:{RUA}"']),
        (f"news.{ZONE}.", "TXT"): (600, [SPF]),
    }
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert list(records(aws)) == [(f"www.{ZONE}.", "TXT")]


def test_a_role_that_may_write_dmarc_and_bounce_alone(aws: LocalAws) -> None:
    """A role for `_dmarc` and `bounce` alone: other records are refused, and the deploy rolls back with nothing changed."""
    zone_id = with_role(aws, record_names=[f"_dmarc.{ZONE}"], mail_from_names=[f"bounce.{ZONE}"])
    outcome = aws.deploy("S", mail(aws, zone_id))
    assert outcome.status == "ROLLBACK_COMPLETE"
    (reason,) = outcome.failures.values()
    assert f"{ROLE} may not do this in the hosted zone {zone_id}: CREATE '" in reason
    assert f"CREATE '{ZONE}' TXT; CREATE '_dmarc.{ZONE}' TXT; nothing was changed; let ZoneWriterRole allow" in reason
    assert records(aws) == {}
    assert aws.client("sesv2").list_email_identities()["EmailIdentities"] == []


CREATED = {
    "mx": [(f"bounce.{ZONE}", "MX", "10 mx.example.net")],
    "regional-mx": [(f"bounce-us-east-1.{ZONE}", "MX", "10 mx.example.net")],
    "named-mx": [(f"mail.{ZONE}", "MX", "10 mx.example.net")],
    "others": [
        (f"bounce.{ZONE}", "TXT", SPF),
        (f"_dmarc.{ZONE}", "TXT", '"v=DMARC1; p=none"'),
        (f"a._domainkey.{ZONE}", "CNAME", "a.dkim.amazonses.com"),
        (f"b._domainkey.{ZONE}", "TXT", '"p="'),
    ],
    "apex-mx": [(ZONE, "MX", "10 mx.example.net")],
    "apex-txt": [(ZONE, "TXT", SPF)],
    "dmarc-mx": [(f"_dmarc.{ZONE}", "MX", "10 mx.example.net")],
    "mx-and-others": [(f"bounce.{ZONE}", "MX", "10 mx.example.net"), (f"bounce.{ZONE}", "TXT", SPF)],
    "www": [(f"www.{ZONE}", "CNAME", "mx.example.net")],
}


@pytest.mark.parametrize(
    ("props", "more"),
    [
        pytest.param({}, set(), id="default"),
        pytest.param({"from_domain_txt": True}, {"apex-txt"}, id="txt-of-the-domain"),
        pytest.param({"mail_from_names": [f"mail.{ZONE}"]}, {"named-mx"}, id="another-mail-from"),
    ],
)
def test_what_a_role_may_write(aws: LocalAws, props: dict[str, Any], more: set[str]) -> None:
    """No MX but at MAIL FROM domains, no TXT of the domain unless asked for: who has the role cannot take its mail."""
    zone_id = with_role(aws, trusted=[aws_iam.AccountPrincipal(MAIL_ACCOUNT)], **props)
    keys = aws.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="mail")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=TOKYO)
    with contextlib.closing(session.client("route53", endpoint_url=aws.endpoint)) as route53:
        written = {name for name, changes in CREATED.items() if is_written(route53, zone_id, changes)}
    assert written == {"mx", "regional-mx", "others"} | more


def is_written(route53: Any, zone_id: str, created: list[tuple[str, str, str]]) -> bool:
    """Whether one batch goes through, and back."""
    record_sets = [
        {"Name": name, "Type": kind, "TTL": 600, "ResourceRecords": [{"Value": value}]} for name, kind, value in created
    ]
    for verb in ("CREATE", "DELETE"):
        batch = {"Changes": [{"Action": verb, "ResourceRecordSet": record_set} for record_set in record_sets]}
        try:
            route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)
        except route53.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return False
    return True


def policy_alone(stack: Stack, dns: Dns) -> None:
    """One record, at `_dmarc`."""
    DomainPolicy(stack, "Policy", dns=dns, from_domain_spf=False, dmarc_rua=[RUA])


def policy_and_spf(stack: Stack, dns: Dns) -> None:
    """One more, at the domain itself."""
    DomainPolicy(stack, "Policy", dns=dns, dmarc_policy=DmarcPolicy.REJECT, dmarc_rua=[RUA])


def test_what_that_role_allows_is_written(aws: LocalAws) -> None:
    """What the role allows is written; an update that wants more is refused whole, and the old state stands."""
    zone_id = with_role(aws, record_names=[f"_dmarc.{ZONE}"])
    assert aws.deploy("S", mail(aws, zone_id, policy_alone)).failures == {}
    before = records(aws)
    assert list(before) == [(f"_dmarc.{ZONE}.", "TXT")]
    assert aws.deploy("S", mail(aws, zone_id, policy_and_spf)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert records(aws) == before
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert records(aws) == {}


@pytest.mark.parametrize(
    ("role", "dns"),
    [
        pytest.param({"trusted": ["111122223333"]}, {}, id="another-account", marks=pytest.mark.full),
        pytest.param({"external_id": "mail-2026"}, {}, id="no-external-id", marks=pytest.mark.full),
        pytest.param({}, {"role_arn": f"{ROLE}-2"}, id="no-such-role"),
    ],
)
def test_a_role_that_does_not_trust(aws: LocalAws, role: dict[str, Any], dns: dict[str, Any]) -> None:
    """A role that does not trust: the reason names the role and whom it has to trust."""
    zone_id = with_role(aws, **role)
    outcome = aws.deploy("S", mail(aws, zone_id, policy_alone, **dns))
    assert outcome.status == "ROLLBACK_COMPLETE"
    (reason,) = outcome.failures.values()
    assert "cannot be assumed: it does not exist, or does not trust arn:aws:sts::123456789012:assumed-role/" in reason
    assert records(aws) == {}


def test_an_external_id(aws: LocalAws) -> None:
    """The function passes the external id that the role asks for."""
    zone_id = with_role(aws, external_id="mail-2026")
    assert aws.deploy("S", mail(aws, zone_id, policy_alone, external_id="mail-2026")).failures == {}
    assert set(records(aws)) == {(f"_dmarc.{ZONE}.", "TXT")}


def test_others_of_the_account_are_not_trusted(aws: LocalAws) -> None:
    """A role of the mail account that is none of ours may not assume it, whatever its own policies say."""
    with_role(aws)
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": MAIL_ACCOUNT}}
    arn = iam.create_role(RoleName="other", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_role_policy(RoleName="other", PolicyName="all", PolicyDocument=document(everything))
    keys = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="other")["Credentials"]
    other = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=TOKYO)
    session = other.client("sts", endpoint_url=aws.endpoint)
    with (
        contextlib.closing(session),
        pytest.raises(session.exceptions.ClientError, match="not authorized to perform: sts:AssumeRole"),
    ):
        session.assume_role(RoleArn=ROLE, RoleSessionName="other")


def document(statement: dict[str, Any]) -> str:
    """A policy with one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
