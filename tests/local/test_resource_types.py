"""The resource types that situations of a domain need: each is created and deleted, and what is ours is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import ZONE, function, identity, role, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

ACCOUNT = "123456789012"
SES = f"arn:aws:ses:ap-northeast-1:{ACCOUNT}"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """One resource."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def policy(principal: object, action: str, on: object = "*") -> dict[str, Any]:
    """A policy of a resource."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": on}
    return {"Version": "2012-10-17", "Statement": [statement]}


TOPIC = resource("SNS::Topic")
SET = resource(
    "SES::ConfigurationSet",
    Name="set",
    DeliveryOptions={"TlsPolicy": "OPTIONAL"},
    ReputationOptions={"ReputationMetricsEnabled": True},
    SendingOptions={"SendingEnabled": True},
    SuppressionOptions={"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    TrackingOptions={"CustomRedirectDomain": f"click.{ZONE}", "HttpsPolicy": "REQUIRE"},
    VdmOptions={"DashboardOptions": {"EngagementMetrics": "ENABLED"}},
)
ALARM = {
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "EvaluationPeriods": 1,
    "MetricName": "Reputation.BounceRate",
    "Namespace": "AWS/SES",
    "Period": 3600,
    "Statistic": "Average",
    "Threshold": 0.05,
    "TreatMissingData": "ignore",
}


def destination(**where: Any) -> dict[str, Any]:
    """An event destination of the set."""
    event = {"Enabled": True, "MatchingEventTypes": ["BOUNCE", "COMPLAINT"], **where}
    return resource("SES::ConfigurationSetEventDestination", ConfigurationSetName={"Ref": "Set"}, EventDestination=event)


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param({"Set": SET}, id="configuration-set"),
        pytest.param(
            {"Set": SET, "Topic": TOPIC, "D": destination(SnsDestination={"TopicARN": {"Ref": "Topic"}})}, id="to-sns"
        ),
        pytest.param(
            {
                "Set": SET,
                "D": destination(
                    EventBridgeDestination={"EventBusArn": f"arn:aws:events:ap-northeast-1:{ACCOUNT}:event-bus/default"}
                ),
            },
            id="to-eventbridge",
        ),
        pytest.param(
            {
                "Topic": TOPIC,
                "P": resource(
                    "SNS::TopicPolicy",
                    Topics=[{"Ref": "Topic"}],
                    PolicyDocument=policy({"Service": "ses.amazonaws.com"}, "sns:Publish", {"Ref": "Topic"}),
                ),
            },
            id="topic-policy",
        ),
        pytest.param({"Group": resource("Logs::LogGroup", LogGroupName="/own", RetentionInDays=30)}, id="log-group"),
        pytest.param(
            {
                **function("def handle(event, context): pass"),
                "P": resource(
                    "Lambda::Permission",
                    Action="lambda:InvokeFunction",
                    FunctionName={"Ref": "Function"},
                    Principal="events.amazonaws.com",
                ),
            },
            id="permission",
        ),
        pytest.param(
            {
                "Role": role(),
                "P": resource(
                    "IAM::Policy",
                    PolicyName="p",
                    Roles=[{"Ref": "Role"}],
                    PolicyDocument={"Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]},
                ),
            },
            id="policy",
        ),
        pytest.param({"Key": resource("KMS::Key", KeyPolicy=policy(ROOT, "kms:*"), EnableKeyRotation=True)}, id="key"),
        pytest.param({"Rule": resource("Events::Rule", EventPattern={"source": ["aws.ses"]}, State="ENABLED")}, id="rule"),
        pytest.param({"Alarm": resource("CloudWatch::Alarm", **ALARM)}, id="alarm"),
        pytest.param({"D": resource("CloudWatch::Dashboard", DashboardName="d", DashboardBody="{}")}, id="dashboard"),
        pytest.param(
            {
                "Pool": resource(
                    "Cognito::UserPool",
                    EmailConfiguration={
                        "EmailSendingAccount": "DEVELOPER",
                        "From": f"a@{ZONE}",
                        "SourceArn": f"{SES}:identity/{ZONE}",
                    },
                )
            },
            id="user-pool",
        ),
    ],
)
def test_it_comes_and_goes(aws: LocalAws, resources: dict[str, Any]) -> None:
    """Each resource type is created, and deleted with its stack."""
    outcome = aws.deploy("S", template(**resources))
    assert (outcome.status, outcome.failures) == ("CREATE_COMPLETE", {})
    outcome = aws.destroy("S")
    assert (outcome.status, outcome.failures) == ("DELETE_COMPLETE", {})


def test_a_configuration_set(aws: LocalAws) -> None:
    """GetConfigurationSet shows all options."""
    aws.deploy("S", template(Set=SET))
    answer = aws.client("sesv2").get_configuration_set(ConfigurationSetName="set")
    assert answer["TrackingOptions"] == {"CustomRedirectDomain": f"click.{ZONE}", "HttpsPolicy": "REQUIRE"}
    assert answer["SuppressionOptions"]["SuppressedReasons"] == ["BOUNCE", "COMPLAINT"]
    assert answer["DeliveryOptions"]["TlsPolicy"] == "OPTIONAL"


def test_a_tenant(aws: LocalAws) -> None:
    """A tenant is associated with resources; they can change, and are left when the tenant goes."""

    def tenant(*arns: str) -> dict[str, Any]:
        associations = [{"ResourceArn": arn} for arn in arns]
        suppression = {"SuppressedReasons": ["BOUNCE"], "SuppressionScope": "TENANT" if len(arns) == 1 else "ACCOUNT"}
        wanted = resource(
            "SES::Tenant", TenantName="shop", ResourceAssociations=associations, SuppressionAttributes=suppression
        )
        body = template(Identity=identity(), Set=SET, Tenant=wanted | {"DependsOn": ["Identity", "Set"]})
        body["Outputs"] = {"Arn": {"Value": {"Fn::GetAtt": ["Tenant", "Arn"]}}}
        return body

    def associated() -> list[str]:
        listed = aws.client("sesv2").list_tenant_resources(TenantName="shop")["TenantResources"]
        return sorted(entry["ResourceArn"] for entry in listed)

    both = [f"{SES}:configuration-set/set", f"{SES}:identity/{ZONE}"]
    assert aws.deploy("S", tenant(both[1])).status == "CREATE_COMPLETE"
    assert aws.outputs("S")["Arn"].startswith(f"{SES}:tenant/shop/")
    assert associated() == both[1:]
    ses = aws.client("sesv2")
    with pytest.raises(ses.exceptions.BadRequestException, match="because it has tenant associations"):
        ses.delete_email_identity(EmailIdentity=ZONE)
    assert aws.deploy("S", tenant(*both)).status == "UPDATE_COMPLETE"
    assert associated() == both
    tenant = aws.client("sesv2").get_tenant(TenantName="shop")["Tenant"]
    assert tenant["SuppressionAttributes"]["SuppressionScope"] == "ACCOUNT"
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.client("sesv2").list_tenants()["Tenants"] == []


def test_a_tenant_of_what_does_not_exist(aws: LocalAws) -> None:
    """A tenant of a missing resource fails the deployment, and nothing stays."""
    wanted = resource("SES::Tenant", TenantName="shop", ResourceAssociations=[{"ResourceArn": f"{SES}:identity/a.example"}])
    assert aws.deploy("S", template(Tenant=wanted)).status == "ROLLBACK_COMPLETE"


def test_a_multi_region_endpoint(aws: LocalAws) -> None:
    """An endpoint is shown in its region alone."""
    details = {"RouteDetails": [{"Region": "us-east-1"}]}
    wanted = resource("SES::MultiRegionEndpoint", EndpointName="e", Details=details)
    assert aws.deploy("S", template(E=wanted)).status == "CREATE_COMPLETE"
    ses = aws.client("sesv2")
    endpoint = ses.get_multi_region_endpoint(EndpointName="e")
    assert (endpoint["Status"], [route["Region"] for route in endpoint["Routes"]]) == ("READY", ["ap-northeast-1", "us-east-1"])
    assert [e["EndpointName"] for e in ses.list_multi_region_endpoints()["MultiRegionEndpoints"]] == ["e"]
    assert aws.client("sesv2", "us-east-1").list_multi_region_endpoints()["MultiRegionEndpoints"] == []
    assert aws.deploy("T", template(E=wanted)).status == "ROLLBACK_COMPLETE"
    aws.destroy("S")
    with pytest.raises(ses.exceptions.NotFoundException):
        ses.get_multi_region_endpoint(EndpointName="e")


def test_a_template(aws: LocalAws) -> None:
    """A template is created, changed in place and deleted."""
    body = template(T=resource("SES::Template", Template={"TemplateName": "t", "SubjectPart": "one", "TextPart": "x"}))
    aws.deploy("S", body)
    body["Resources"]["T"]["Properties"]["Template"]["SubjectPart"] = "two"
    assert aws.deploy("S", body).status == "UPDATE_COMPLETE"
    content = aws.client("sesv2").get_email_template(TemplateName="t")["TemplateContent"]
    assert (content["Subject"], content["Text"]) == ("two", "x")
    assert aws.destroy("S").status == "DELETE_COMPLETE"


def test_ref_of_a_secret_is_its_arn(aws: LocalAws) -> None:
    """`Ref` of a secret is its ARN, as grants of CDK need it, also after an update."""
    body = template(S=resource("SecretsManager::Secret", SecretString="one", Description="d"))
    body["Outputs"] = {"Ref": {"Value": {"Ref": "S"}}}
    aws.deploy("S", body)
    arn = aws.outputs("S")["Ref"]
    assert arn.startswith(f"arn:aws:secretsmanager:ap-northeast-1:{ACCOUNT}:secret:S-S-")
    body["Resources"]["S"]["Properties"]["SecretString"] = "two"
    assert aws.deploy("S", body).status == "UPDATE_COMPLETE"
    assert aws.outputs("S") == {"Ref": arn}
    assert aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "two"
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.client("secretsmanager").list_secrets()["SecretList"] == []


def test_a_hosted_zone_with_a_chosen_id(aws: LocalAws) -> None:
    """A control request chooses the id of the next zone."""
    aws.create_zone(ZONE, "Z0123456789EXAMPLE")
    zones = aws.client("route53").list_hosted_zones()["HostedZones"]
    assert [(zone["Id"], zone["Name"]) for zone in zones] == [("/hostedzone/Z0123456789EXAMPLE", f"{ZONE}.")]
    other = aws.client("route53").create_hosted_zone(Name="a.example", CallerReference="a")["HostedZone"]["Id"]
    assert other != "/hostedzone/Z0123456789EXAMPLE"
