"""Rows of the table of examples: who sends, and what is heard of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.deploy.examples import DNS_ACCOUNT, DOMAIN, TOKYO, VIRGINIA, Example

if TYPE_CHECKING:
    from tests.deploy.examples import Run


__all__ = ["EXAMPLES"]

# --- events ------------------------------------------------------------------------------------------------------------


def events_deployed(run: Run) -> None:
    """The identity sends with a configuration set whose events go to SNS and EventBridge; two alarms watch."""
    ses = run.aws.client("sesv2")
    name = run.identity()["ConfigurationSetName"]
    destinations = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
    assert {kind for found in destinations for kind in ("SnsDestination", "EventBridgeDestination") if kind in found} == {
        "SnsDestination",
        "EventBridgeDestination",
    }
    assert thresholds(run)["Reputation.BounceRate"] == 0.05


def events_changed(run: Run) -> None:
    """The alarm alone."""
    assert thresholds(run)["Reputation.BounceRate"] == 0.04
    assert run.changes() == {}


def thresholds(run: Run) -> dict[str, float]:
    """Of the alarms, by metric."""
    alarms = run.aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {alarm["MetricName"]: alarm["Threshold"] for alarm in alarms}


# --- other_account_sends -----------------------------------------------------------------------------------------------


def send_from_the_other_account(run: Run, sender: str) -> str:
    """The code of the refusal, or "sent"."""
    content: dict[str, Any] = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    try:
        run.aws.client("sesv2", account=DNS_ACCOUNT).send_email(
            FromEmailAddress=sender,
            FromEmailAddressIdentityArn=f"arn:aws:ses:ap-northeast-1:{TOKYO[0]}:identity/{DOMAIN}",
            Destination={"ToAddresses": ["success@simulator.amazonses.com"]},
            Content=content,
        )
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return "sent"


def other_account_deployed(run: Run) -> None:
    """It may send with one address."""
    assert send_from_the_other_account(run, f"news@{DOMAIN}") == "sent"
    assert send_from_the_other_account(run, f"info@{DOMAIN}") == "AccessDeniedException"


def other_account_changed(run: Run) -> None:
    """And now with the other one."""
    assert send_from_the_other_account(run, f"news@{DOMAIN}") == "AccessDeniedException"
    assert send_from_the_other_account(run, f"info@{DOMAIN}") == "sent"


# --- tenants -----------------------------------------------------------------------------------------------------------


def contact(run: Run) -> str:
    """The tag of the tenant."""
    ses = run.aws.client("sesv2")
    arn = ses.get_tenant(TenantName="customer-1")["Tenant"]["TenantArn"]
    tags = {tag["Key"]: tag["Value"] for tag in ses.list_tags_for_resource(ResourceArn=arn)["Tags"]}
    return str(tags["Contact"])


def tenants_deployed(run: Run) -> None:
    """The tenant uses identity and configuration set; the endpoint spans two regions, in both the domain is verified."""
    ses = run.aws.client("sesv2")
    used = [found["ResourceType"] for found in ses.list_tenant_resources(TenantName="customer-1")["TenantResources"]]
    assert sorted(used) == ["CONFIGURATION_SET", "EMAIL_IDENTITY"]
    routes = ses.get_multi_region_endpoint(EndpointName="blacksheep")["Routes"]
    assert [route["Region"] for route in routes] == [TOKYO[1], VIRGINIA[1]]
    assert [run.identity(place)["VerifiedForSendingStatus"] for place in (TOKYO, VIRGINIA)] == [True, True]
    assert contact(run) == "sales"


def tenants_changed(run: Run) -> None:
    """The tag alone."""
    assert contact(run) == "support"
    assert run.changes() == {}


EXAMPLES = [
    Example(
        name="events",
        stacks={"EventsStack": TOKYO},
        change={"SES_EXAMPLE_BOUNCE_RATE": "0.04"},
        deployed=events_deployed,
        after_change=events_changed,
    ),
    Example(
        name="other_account_sends",
        stacks={"OwnerStack": TOKYO, "SenderStack": (DNS_ACCOUNT, TOKYO[1])},
        change={"SES_EXAMPLE_FROM": f"info@{DOMAIN}"},
        changed=frozenset({"OwnerStack"}),
        deployed=other_account_deployed,
        after_change=other_account_changed,
    ),
    Example(
        name="tenants",
        stacks={"HomeStack": TOKYO, "SecondStack": VIRGINIA},
        change={"SES_EXAMPLE_CONTACT": "support"},
        changed=frozenset({"HomeStack"}),
        deployed=tenants_deployed,
        after_change=tenants_changed,
    ),
]
