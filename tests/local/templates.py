"""Plain CloudFormation templates for these tests: no CDK, so they are fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

ZONE = "blacksheep.link"
SPF = '"v=spf1 include:amazonses.com ~all"'


def template(**resources: dict[str, Any]) -> dict[str, Any]:
    """A template with these resources by their logical ids."""
    return {"Resources": resources}


def record(
    zone_id: str | dict[str, str], name: str, *values: str, rtype: str = "TXT", ttl: int = 600, **policies: str
) -> dict[str, Any]:
    """An AWS::Route53::RecordSet; `policies` are DeletionPolicy and the like."""
    properties = {"HostedZoneId": zone_id, **member(name, *values, rtype=rtype, ttl=ttl)}
    return {"Type": "AWS::Route53::RecordSet", "Properties": properties, **policies}


def member(name: str, *values: str, rtype: str = "TXT", ttl: int = 600) -> dict[str, Any]:
    """A member of a group."""
    return {"Name": name, "Type": rtype, "TTL": str(ttl), "ResourceRecords": list(values)}


def group(zone_id: str, *members: dict[str, Any]) -> dict[str, Any]:
    """An AWS::Route53::RecordSetGroup."""
    return {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"HostedZoneId": zone_id, "RecordSets": list(members)}}


def identity(name: str = ZONE, *, policies: dict[str, str] | None = None, **properties: Any) -> dict[str, Any]:
    """An AWS::SES::EmailIdentity."""
    return {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": name, **properties}, **(policies or {})}


def dkim_records(zone_id: str, logical_id: str = "Identity") -> dict[str, Any]:
    """The three CNAMEs of an identity of the same template."""
    return {
        f"Dkim{i}": {
            "Type": "AWS::Route53::RecordSet",
            "Properties": {
                "HostedZoneId": zone_id,
                "Name": {"Fn::GetAtt": [logical_id, f"DkimDNSTokenName{i}"]},
                "Type": "CNAME",
                "TTL": "600",
                "ResourceRecords": [{"Fn::GetAtt": [logical_id, f"DkimDNSTokenValue{i}"]}],
            },
        }
        for i in (1, 2, 3)
    }


def make_zone(aws: LocalAws, name: str = ZONE, account: str = "123456789012") -> str:
    """Create a public hosted zone; returns its id."""
    answer = aws.client("route53", account=account).create_hosted_zone(Name=name, CallerReference=name)
    return str(answer["HostedZone"]["Id"].removeprefix("/hostedzone/"))


def change(aws: LocalAws, zone_id: str, *changes: tuple[str, dict[str, Any]], account: str = "123456789012") -> None:
    """ChangeResourceRecordSets: actions with members."""
    batch = [
        {
            "Action": action,
            "ResourceRecordSet": {
                **wanted,
                "TTL": int(wanted["TTL"]),
                "ResourceRecords": [{"Value": value} for value in wanted["ResourceRecords"]],
            },
        }
        for action, wanted in changes
    ]
    aws.client("route53", account=account).change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": batch})
