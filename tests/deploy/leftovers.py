"""What a local AWS holds: what a destroyed stack could have left, what was logged, what must be in no log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

__all__ = ["empty", "leftovers", "logged", "secrets"]


def leftovers(aws: LocalAws, account: str, region: str) -> dict[str, list[str]]:
    """The names of what is there, by kind."""

    def client(service: str) -> Any:
        return aws.client(service, region, account)

    sesv2, stacks = client("sesv2"), client("cloudformation").list_stacks()["StackSummaries"]
    return {
        "stack": [found["StackName"] for found in stacks if found["StackStatus"] != "DELETE_COMPLETE"],
        "identity": [found["IdentityName"] for found in sesv2.list_email_identities()["EmailIdentities"]],
        "configuration set": sesv2.list_configuration_sets()["ConfigurationSets"],
        "tenant": [found["TenantName"] for found in sesv2.list_tenants()["Tenants"]],
        "function": [found["FunctionName"] for found in client("lambda").list_functions()["Functions"]],
        "role": [found["RoleName"] for found in client("iam").list_roles()["Roles"]],
        "secret": [found["Name"] for found in client("secretsmanager").list_secrets()["SecretList"]],
        "topic": [found["TopicArn"] for found in client("sns").list_topics()["Topics"]],
        "rule": [found["Name"] for found in client("events").list_rules()["Rules"]],
        "alarm": [found["AlarmName"] for found in client("cloudwatch").describe_alarms()["MetricAlarms"]],
        "user pool": [found["Name"] for found in client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]],
    }


def logged(aws: LocalAws, account: str, region: str) -> str:
    """All that CloudWatch Logs holds."""
    logs = aws.client("logs", region, account)
    texts = []
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        texts += [event["message"] for event in events]
    return "\n".join(texts)


def secrets(aws: LocalAws, account: str, region: str) -> set[str]:
    """A part of each long secret."""
    client = aws.client("secretsmanager", region, account)
    names = [found["ARN"] for found in client.list_secrets()["SecretList"]]
    texts = [client.get_secret_value(SecretId=name).get("SecretString", "") for name in names]
    return {text[len(text) // 2 :][:40] for text in texts if len(text) > 100}


def empty(aws: LocalAws, zone_id: str, account: str) -> None:
    """Delete a zone and what the preparation has put into it."""
    route53 = aws.client("route53", account=account)
    for found in route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]:
        if found["Type"] not in {"NS", "SOA"}:
            batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": found}]}
            route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)
    route53.delete_hosted_zone(Id=zone_id)
