"""Apps and stacks for tests, and templates in a form that reads like a zone file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from aws_cdk import App, BootstraplessSynthesizer, Environment, Stack, aws_route53

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

TOKYO = "ap-northeast-1"
ACCOUNT = "123456789012"
DEFAULT_RULES = "@aws-cdk/core:validateAgainstDefaultRules"

Template: TypeAlias = dict[str, Any]


def new_app(**flags: object) -> App:
    """An app in which each finding of CDK's own validation is an error; `flags` are names behind `@aws-cdk/`."""
    context = {DEFAULT_RULES: True} | {f"@aws-cdk/{name}": value for name, value in flags.items()}
    return App(analytics_reporting=False, default_stack_synthesizer=BootstraplessSynthesizer(), context=context)


def new_stack(app: App, name: str = "Stack", region: str | None = TOKYO, account: str | None = ACCOUNT) -> Stack:
    """A stack in a region and an account."""
    return Stack(app, name, env=Environment(region=region, account=account))


def imported_zone(stack: Stack, zone_name: str = "blacksheep.link", construct_id: str = "Zone") -> aws_route53.IHostedZone:
    """A zone as `from_hosted_zone_attributes` gives it."""
    return aws_route53.HostedZone.from_hosted_zone_attributes(
        stack, construct_id, hosted_zone_id="Z0123456789EXAMPLE", zone_name=zone_name
    )


def child_ids(scope: Construct) -> list[str]:
    """The ids of the children of a construct."""
    return [child.node.id for child in scope.node.children]


def templates(app: App) -> dict[str, Template]:
    """The templates of all stacks by stack name: one synthesis for them all."""
    return {artifact.stack_name: artifact.template for artifact in app.synth().stacks}


def resources(template: Template, kind: str) -> dict[str, Template]:
    """The properties of the resources of one type, by logical id."""
    return {
        name: resource.get("Properties", {}) for name, resource in template["Resources"].items() if resource["Type"] == kind
    }


def identity(template: Template) -> Template:
    """The properties of the one identity."""
    (properties,) = resources(template, "AWS::SES::EmailIdentity").values()
    return properties


def records(template: Template) -> list[str]:
    """All record sets, one a line, in the order of the template: `name ttl type value | value`."""
    alone = resources(template, "AWS::Route53::RecordSet").values()
    groups = resources(template, "AWS::Route53::RecordSetGroup").values()
    return [_line(properties) for properties in (*alone, *(member for group in groups for member in group["RecordSets"]))]


def _line(properties: Mapping[str, Any]) -> str:
    values = " | ".join(_text(value) for value in properties["ResourceRecords"])
    return f"{_text(properties['Name'])} {properties['TTL']} {properties['Type']} {values}"


def _text(value: Any) -> str:
    """A text with its intrinsics in angle brackets."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::GetAtt" in value:
        return f"<{value['Fn::GetAtt'][1]}>"
    return "".join(_text(part) for part in value["Fn::Join"][1])


def dkim(ttl: int = 600) -> list[str]:
    """The three DKIM records, which only AWS knows."""
    return [f"<DkimDNSTokenName{n}> {ttl} CNAME <DkimDNSTokenValue{n}>" for n in (1, 2, 3)]
