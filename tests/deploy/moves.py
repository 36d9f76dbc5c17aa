"""What the moves begin with, and `ses-email-auth adopt` between the old template and the new one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_route53, aws_ses
from click.testing import CliRunner

from ses_email_auth import Dns, SesEmailAuth
from ses_email_auth.cli.main import main
from tests.deploy.stacks import RUA, Template, synth
from tests.local.templates import SPF, ZONE, change, dkim_records, group, identity, member, record, template

if TYPE_CHECKING:
    from pathlib import Path

    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

__all__ = ["DMARC", "MX", "adopt", "by_cdk", "by_hand", "in_a_group", "made_by_terraform", "moved", "paste", "what_stands"]

ZONE_ID = "Z0123456789EXAMPLE"
DMARC = f'"v=DMARC1; p=none; rua=mailto:{RUA}"'
MX = "10 feedback-smtp.ap-northeast-1.amazonses.com"


def by_cdk() -> Template:
    """What people write with CDK's own constructs: `EmailIdentity` and `TxtRecord`."""

    def build(stack: Stack, zone: IPublicHostedZone) -> None:
        aws_ses.EmailIdentity(
            stack, "Identity", identity=aws_ses.Identity.public_hosted_zone(zone), mail_from_domain=f"bounce.{ZONE}"
        )
        aws_route53.TxtRecord(stack, "Spf", zone=zone, values=["v=spf1 include:amazonses.com ~all"])
        aws_route53.TxtRecord(stack, "Dmarc", zone=zone, record_name="_dmarc", values=[DMARC.strip('"')])

    return synth(build)


def by_hand(dot: str = "", zone_name: str | None = None) -> Template:
    """A template that was written without the CDK: names without a final dot, perhaps the zone by its name."""
    body = template(
        Domain=identity(MailFromAttributes={"MailFromDomain": f"bounce.{ZONE}"}),
        **dkim_records(ZONE_ID, "Domain"),
        BounceMx=record(ZONE_ID, f"bounce.{ZONE}{dot}", MX, rtype="MX", ttl=300),
        BounceSpf=record(ZONE_ID, f"bounce.{ZONE}{dot}", SPF, ttl=300),
        Apex=record(ZONE_ID, f"{ZONE}{dot}", SPF, ttl=300),
        Policy=record(ZONE_ID, f"_dmarc.{ZONE}{dot}", DMARC, ttl=300),
    )
    for resource in body["Resources"].values():
        if zone_name is not None and "HostedZoneId" in resource["Properties"]:
            del resource["Properties"]["HostedZoneId"]
            resource["Properties"]["HostedZoneName"] = zone_name
    return body


def in_a_group(**policies: str) -> Template:
    """All records of a domain in one `AWS::Route53::RecordSetGroup`, as many write them."""
    dkim = [cname["Properties"] for cname in dkim_records(ZONE_ID, "Domain").values()]
    members = [{key: value for key, value in cname.items() if key != "HostedZoneId"} for cname in dkim]
    members += [
        member(f"bounce.{ZONE}.", MX, rtype="MX"),
        member(f"bounce.{ZONE}.", SPF),
        member(f"{ZONE}.", SPF),
        member(f"_dmarc.{ZONE}.", DMARC),
    ]
    body = template(
        Domain=identity(MailFromAttributes={"MailFromDomain": f"bounce.{ZONE}"}), Mail=group(ZONE_ID, *members) | policies
    )
    body["Resources"]["Domain"].update(policies)
    return body


def adopt(folder: Path, old: Template | list[Any], new: Template, *options: str) -> dict[str, Any]:
    """What `ses-email-auth adopt --format json` says of one stack; with the exit code."""
    for name, body in (("old", old), ("new", new)):
        (folder / f"{name}.json").write_text(json.dumps(body), encoding="utf-8")
    done = CliRunner().invoke(main, ["adopt", str(folder / "old.json"), str(folder / "new.json"), "--format", "json", *options])
    assert done.exit_code in {0, 1}, done.output
    (stack,) = json.loads(done.stdout)["stacks"]
    return dict(stack) | {"exit_code": done.exit_code}


def moved(said: dict[str, Any], **props: Any) -> Template:
    """The stack with what `adopt` said pasted into it: the argument and the lines below the construct."""
    (construct,) = said["constructs"]

    def build(stack: Stack, zone: IPublicHostedZone) -> None:
        # `auth` is what the lines of `adopt` call the construct.
        auth = SesEmailAuth(
            stack, "EmailAuth", hosted_zone=zone, dmarc_rua=[RUA], logical_ids=construct["logical_ids"], **props
        )
        for line in construct["overrides"]:
            exec(line, {"auth": auth})  # noqa: S102 - what a person would paste

    return synth(build)


def paste(text: str, stack: Stack, zone: IPublicHostedZone) -> None:
    """Put the construct that `adopt --zone` printed into `stack`."""
    lines = text.splitlines()
    begin = next(index for index, line in enumerate(lines) if line.startswith("from "))
    source = "\n".join(lines[begin : lines.index(")") + 1])
    exec(source, {"self": stack, "zone": zone, "Dns": Dns})  # noqa: S102 - what a person would paste


TXT = ('"v=spf1 include:_spf.google.com include:amazonses.com -all"', '"google-site-verification=abc"')
"""What the article's readers have at their domain."""


def made_by_terraform(aws: LocalAws, zone: str, kind: str) -> dict[str, Any]:
    """An identity and its records as Terraform makes them; returns what `terraform show -json` says of them.

    Args:
        aws: where.
        zone: the id of the zone.
        kind: `aws_ses_domain_identity`, `aws_sesv2_email_identity`, or `article`: the first one with TXT records by hand.
    """
    sesv2 = aws.client("sesv2")
    tokens = sesv2.create_email_identity(EmailIdentity=ZONE)["DkimAttributes"]["Tokens"]
    sesv2.put_email_identity_mail_from_attributes(EmailIdentity=ZONE, MailFromDomain=f"bounce.{ZONE}")
    sets = [member(f"{token}._domainkey.{ZONE}", f"{token}.dkim.amazonses.com", rtype="CNAME") for token in tokens]
    sets += [member(f"bounce.{ZONE}", MX, rtype="MX"), member(f"bounce.{ZONE}", SPF)]
    by_hand = [member(ZONE, *TXT, ttl=300), member(f"_dmarc.{ZONE}", f'"v=DMARC1;p=none;rua=mailto:{RUA}"', ttl=3600)]
    change(aws, zone, *(("CREATE", record_set) for record_set in (*sets, *by_hand)))
    in_state = sets if kind == "article" else [*sets, *by_hand]
    records = [
        _resource("aws_route53_record", f"r{number}", _record(zone, record_set)) for number, record_set in enumerate(in_state)
    ]
    root = [_resource("aws_route53_zone", "this", {"zone_id": zone, "name": ZONE}), *_identity(kind), *records]
    return {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": root}}}


def _identity(kind: str) -> list[dict[str, Any]]:
    arn = f"arn:aws:ses:ap-northeast-1:123456789012:identity/{ZONE}"
    mail_from = {"mail_from_domain": f"bounce.{ZONE}"}
    if kind == "aws_sesv2_email_identity":
        return [
            _resource(kind, "this", {"email_identity": ZONE, "arn": arn}),
            _resource("aws_sesv2_email_identity_mail_from_attributes", "this", {"email_identity": ZONE, **mail_from}),
        ]
    return [
        _resource("aws_ses_domain_identity", "this", {"domain": ZONE, "arn": arn}),
        _resource("aws_ses_domain_dkim", "this", {"domain": ZONE}),
        _resource("aws_ses_domain_mail_from", "this", {"domain": ZONE, **mail_from}),
    ]


def _record(zone: str, record_set: dict[str, Any]) -> dict[str, Any]:
    values = [value[1:-1] if record_set["Type"] == "TXT" else value for value in record_set["ResourceRecords"]]
    return {
        "zone_id": zone,
        "name": record_set["Name"],
        "type": record_set["Type"],
        "ttl": int(record_set["TTL"]),
        "records": values,
    }


def _resource(kind: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "values": values}


def what_stands(folder: Path, state: dict[str, Any], aws: LocalAws, zone: str) -> list[str]:
    """The files that `adopt --zone` is asked about: the state, and what Route 53 lists."""
    listed = aws.client("route53").list_resource_record_sets(HostedZoneId=zone)
    (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
    (folder / "zone.json").write_text(json.dumps({"ResourceRecordSets": listed["ResourceRecordSets"]}), encoding="utf-8")
    return [str(folder / "state.json"), str(folder / "zone.json")]
