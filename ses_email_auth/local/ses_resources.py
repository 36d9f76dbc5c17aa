"""Resource types beside SES identities that MiniStack's CloudFormation lacks, and `Ref` of a secret.

`AWS::SES::Tenant` and `AWS::SES::Template` are made by MiniStack's API; `AWS::SES::MultiRegionEndpoint` is stored, shown by
GetMultiRegionEndpoint and deleted: nothing is sent through it.
Source: CloudFormation template reference. That a tenant refuses a resource that is no SES resource, or does not exist, is
MiniStack's doing.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast

from ses_email_auth.local import emulator, emulator_ses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_email_auth.local.emulator import Created, Properties, Response
    from ses_email_auth.local.emulator_ses import Body

__all__ = ["install"]

_PATH = "/multi-region-endpoints"

# By account, region and name.
_endpoints: dict[tuple[str, str, str], dict[str, object]] = {}


def install() -> None:
    """Put all of this into MiniStack."""
    emulator.register("AWS::SES::Tenant", create_tenant, update_tenant, delete_tenant, replacing=("TenantName",))
    emulator.register(
        "AWS::SES::MultiRegionEndpoint",
        create_endpoint,
        update_endpoint,
        delete_endpoint,
        replacing=("EndpointName", "Details"),
    )
    emulator.register("AWS::SES::Template", create_template, update_template, delete_template, replacing=())
    emulator_ses.answer_rest(_answer_endpoints)
    emulator.on_reset(_endpoints.clear)
    # On AWS `Ref` of a secret is its ARN; MiniStack's is the name.
    emulator.show_as_physical_id(
        "AWS::SecretsManager::Secret", "Arn", lambda arn: arn.partition(":secret:")[2].rpartition("-")[0]
    )


# --- AWS::SES::Tenant ------------------------------------------------------------------------------------------------


def create_tenant(_logical_id: str, properties: Properties, stack_name: str) -> Created:
    """Make it and associate its resources; `Ref` is the name."""
    name = str(properties["TenantName"])
    wanted: Body = {"TenantName": name, "Tags": _tags(properties, stack_name)}
    if "SuppressionAttributes" in properties:
        wanted["SuppressionAttributes"] = properties["SuppressionAttributes"]
    made = emulator_ses.ask("POST", "/tenants", wanted)
    _associate(name, set(), _resources(properties))
    return name, {"Arn": str(made["TenantArn"])}


def update_tenant(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """Associate and dissociate; suppression attributes and tags are put again."""
    _associate(physical_id, _resources(old), _resources(new))
    if old.get("SuppressionAttributes") != new.get("SuppressionAttributes"):
        wanted = cast("Body", new.get("SuppressionAttributes", {}))
        emulator_ses.ask("POST", "/tenant/suppression", {"TenantName": physical_id, **wanted})
    found = cast("Body", emulator_ses.ask("POST", "/tenants/get", {"TenantName": physical_id})["Tenant"])
    arn, tags = str(found["TenantArn"]), _tags(new, stack_name)
    gone = [tag["Key"] for tag in _tags(old, stack_name) if tag["Key"] not in {kept["Key"] for kept in tags}]
    emulator_ses.ask("DELETE", "/tags", {}, {"ResourceArn": [arn], "TagKeys": gone})
    emulator_ses.ask("POST", "/tags", {"ResourceArn": arn, "Tags": tags})
    return physical_id, {"Arn": arn}


def delete_tenant(physical_id: str, properties: Properties) -> None:
    """Dissociate what the template associated, and delete it."""
    _associate(physical_id, _resources(properties), set())
    emulator_ses.ask("POST", "/tenants/delete", {"TenantName": physical_id})


def _tags(properties: Properties, stack_name: str) -> list[dict[str, str]]:
    return [*cast("list[dict[str, str]]", _listed(properties, "Tags")), *emulator.stack_tags(stack_name)]


def _resources(properties: Properties) -> set[str]:
    return {str(cast("Body", entry)["ResourceArn"]) for entry in _listed(properties, "ResourceAssociations")}


def _associate(tenant: str, before: set[str], after: set[str]) -> None:
    for arn in sorted(before - after):
        emulator_ses.ask("POST", "/tenants/resources/delete", {"TenantName": tenant, "ResourceArn": arn})
    for arn in sorted(after - before):
        emulator_ses.ask("POST", "/tenants/resources", {"TenantName": tenant, "ResourceArn": arn})


# --- AWS::SES::MultiRegionEndpoint -----------------------------------------------------------------------------------


def create_endpoint(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    """Store it; `Ref` is the name."""
    name = str(properties["EndpointName"])
    if _key(name) in _endpoints:
        raise ValueError(f"Resource of type 'AWS::SES::MultiRegionEndpoint' with identifier '{name}' already exists.")
    details = cast("Mapping[str, object]", properties["Details"])
    regions = [str(cast("Body", route)["Region"]) for route in _listed(details, "RouteDetails")]
    endpoint_id = secrets.token_hex(8)
    _endpoints[_key(name)] = {
        "EndpointName": name,
        "EndpointId": endpoint_id,
        "Routes": [{"Region": region} for region in (emulator.region(), *regions)],
        "Status": "READY",
    }
    return name, {"EndpointId": endpoint_id}


def update_endpoint(physical_id: str, _old: Properties, _new: Properties, _stack_name: str) -> Created:
    """Tags alone can change, and nobody reads them here."""
    return physical_id, {"EndpointId": str(_endpoints[_key(physical_id)]["EndpointId"])}


def delete_endpoint(physical_id: str, _properties: Properties) -> None:
    """Forget it."""
    _endpoints.pop(_key(physical_id), None)


def _key(name: str) -> tuple[str, str, str]:
    return emulator.account(), emulator.region(), name


def _answer_endpoints(method: str, path: str, _body: Body, _query: dict[str, list[str]]) -> Response | None:
    """Get and list."""
    if method != "GET" or not path.startswith(_PATH):
        return None
    if path == _PATH:
        mine = [found for key, found in _endpoints.items() if key[:2] == _key("")[:2]]
        return emulator_ses.json_answer({"MultiRegionEndpoints": mine})
    found = _endpoints.get(_key(path.removeprefix(f"{_PATH}/")))
    if found is None:
        return emulator_ses.error("NotFoundException", "The endpoint does not exist.", 404)
    return emulator_ses.json_answer(found)


# --- AWS::SES::Template ----------------------------------------------------------------------------------------------


def create_template(logical_id: str, properties: Properties, stack_name: str) -> Created:
    """Make it; `Ref` is the name."""
    name, wanted = _template(f"{logical_id}-{stack_name}", properties)
    emulator_ses.ask("POST", "/templates", {"TemplateName": name, "TemplateContent": wanted})
    return name, {"Id": name}


def update_template(physical_id: str, _old: Properties, new: Properties, _stack_name: str) -> Created:
    """Change its content."""
    _, wanted = _template(physical_id, new)
    emulator_ses.ask("PUT", f"/templates/{physical_id}", {"TemplateContent": wanted})
    return physical_id, {"Id": physical_id}


def delete_template(physical_id: str, _properties: Properties) -> None:
    """Delete it."""
    emulator_ses.ask("DELETE", f"/templates/{physical_id}", {})


def _template(default: str, properties: Properties) -> tuple[str, Body]:
    given = cast("Mapping[str, object]", properties.get("Template") or {})
    content = {
        short: given.get(name, "") for name, short in (("SubjectPart", "Subject"), ("TextPart", "Text"), ("HtmlPart", "Html"))
    }
    return str(given.get("TemplateName") or default), content


def _listed(properties: Mapping[str, object], name: str) -> list[object]:
    found = properties.get(name)
    return list(found) if isinstance(found, list) else []
