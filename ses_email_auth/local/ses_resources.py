"""CloudFormation's AWS::SES::EmailIdentity, Tenant, MultiRegionEndpoint and Template; and `Ref` of a secret.

What an update of an EmailIdentity calls is a guess: here a part of the properties that did not change is not set again, so a
MAIL FROM domain that has failed stays so. Tenants and templates are made by MiniStack's API; a MultiRegionEndpoint is stored,
shown by GetMultiRegionEndpoint and deleted: nothing is sent through it.
Source: CloudFormation template reference, and reports on GitHub for tags. That a tenant refuses a resource that is no SES
resource, or does not exist, is MiniStack's doing.
Not handled: tags of a stack that change later.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from ses_email_auth.local import emulator, emulator_registry, emulator_ses, identities
from ses_email_auth.local.identities import is_domain

if TYPE_CHECKING:
    from ses_email_auth.local.emulator import Created, Properties, Response
    from ses_email_auth.local.emulator_ses import Body, Identity

_PATH = "/multi-region-endpoints"

# By account, region and name.
_endpoints: dict[tuple[str, str, str], dict[str, object]] = {}


def install() -> None:
    """Put all of this into MiniStack."""
    emulator.register(
        "AWS::SES::EmailIdentity", create_identity, update_identity, delete_identity, replacing=("EmailIdentity",)
    )
    emulator_registry.let_import("AWS::SES::EmailIdentity", ("EmailIdentity",), find_identity)
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


# --- AWS::SES::EmailIdentity -----------------------------------------------------------------------------------------------


def create_identity(_logical_id: str, properties: Properties, stack_name: str) -> Created:
    """Make an identity that does not exist yet."""
    name = str(properties["EmailIdentity"])
    if name in emulator_ses.identities():
        raise ValueError(f"Resource of type 'AWS::SES::EmailIdentity' with identifier '{name}' already exists.")
    identities.refuse_mail_from_elsewhere(name, _part(properties, "MailFromAttributes").get("MailFromDomain"))
    signing = _part(properties, "DkimSigningAttributes")
    identity = identities.create(name, signing, _identity_tags(properties, stack_name), _configuration_set(properties))
    _put_mail_from(identity, properties)
    _put_flags(identity, properties)
    return name, _attributes(identity)


def update_identity(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """Change all but the name; what is taken out of the template goes back to its default."""
    identity = identities.existing(physical_id)
    identities.refuse_mail_from_elsewhere(physical_id, _part(new, "MailFromAttributes").get("MailFromDomain"))
    tags = _identity_tags(new, stack_name)
    before, signing = _part(old, "DkimSigningAttributes"), dict(_part(new, "DkimSigningAttributes"))
    if before != signing:
        if not signing and "DomainSigningSelector" not in before:
            signing = {"NextSigningKeyLength": identity["DkimAttributes"].get("CurrentSigningKeyLength")}
        elif "DomainSigningSelector" not in before:
            identities.refuse_length_in_force(identity, signing.get("NextSigningKeyLength"))
        identities.put_signing(identity, signing)
    identities.put_configuration_set(identity, _configuration_set(new))
    if _part(old, "MailFromAttributes") != _part(new, "MailFromAttributes"):
        _put_mail_from(identity, new)
    _put_flags(identity, new)
    identity["Tags"] = tags
    return physical_id, _attributes(identity)


def delete_identity(physical_id: str, _properties: Properties) -> None:
    """Delete it, if it is still there."""
    if physical_id in emulator_ses.identities():
        identities.delete(physical_id)


def find_identity(identifier: Mapping[str, str]) -> Created | None:
    """One that exists, to be imported; None if there is none."""
    name = identifier["EmailIdentity"]
    identity = emulator_ses.identities().get(name)
    return None if identity is None else (name, _attributes(identity))


def _attributes(identity: Identity) -> dict[str, str]:
    """What Fn::GetAtt answers: names and values of the three CNAMEs, which only Easy DKIM has."""
    dkim, name = identity["DkimAttributes"], identity["EmailIdentity"]
    if not is_domain(name) or dkim.get("SigningAttributesOrigin") == "EXTERNAL":
        return {}
    tokens, zone = dkim["Tokens"], dkim["SigningHostedZone"]
    names = {f"DkimDNSTokenName{i}": f"{token}._domainkey.{name}" for i, token in enumerate(tokens, 1)}
    return names | {f"DkimDNSTokenValue{i}": f"{token}.{zone}" for i, token in enumerate(tokens, 1)}


def _put_mail_from(identity: Identity, properties: Properties) -> None:
    mail_from = _part(properties, "MailFromAttributes")
    identities.put_mail_from(identity, mail_from.get("MailFromDomain"), mail_from.get("BehaviorOnMxFailure"))


def _put_flags(identity: Identity, properties: Properties) -> None:
    identity["FeedbackForwardingStatus"] = _flag(_part(properties, "FeedbackAttributes").get("EmailForwardingEnabled"))
    identity["DkimAttributes"]["SigningEnabled"] = _flag(_part(properties, "DkimAttributes").get("SigningEnabled"))


def _configuration_set(properties: Properties) -> str | None:
    name = _part(properties, "ConfigurationSetAttributes").get("ConfigurationSetName")
    return None if name is None else str(name)


def _identity_tags(properties: Properties, stack_name: str) -> list[dict[str, str]]:
    """The tags of the resource and of the stack; AWS hands both to SES, which refuses a key twice (aws-cdk #35298)."""
    own = properties.get("Tags")
    tags = [{"Key": str(tag["Key"]), "Value": str(tag["Value"])} for tag in own] if isinstance(own, list) else []
    tags += emulator.stack_tags(stack_name)
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise ValueError("Duplicate tag keys found")
    return tags


def _part(properties: Properties, name: str) -> Mapping[str, object]:
    part = properties.get(name)
    return part if isinstance(part, Mapping) else {}


def _flag(value: object) -> bool:
    """A flag of a template, true by default; YAML may carry it as text."""
    return value not in (False, "false")


# --- AWS::SES::Tenant ------------------------------------------------------------------------------------------------


def create_tenant(_logical_id: str, properties: Properties, stack_name: str) -> Created:
    """Make it and associate its resources; `Ref` is the name."""
    name = str(properties["TenantName"])
    body: Body = {"TenantName": name, "Tags": _tenant_tags(properties, stack_name)}
    if "SuppressionAttributes" in properties:
        body["SuppressionAttributes"] = properties["SuppressionAttributes"]
    tenant = emulator_ses.ask("POST", "/tenants", body)
    _associate(name, set(), _resources(properties))
    return name, {"Arn": str(tenant["TenantArn"])}


def update_tenant(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """Associate and dissociate; suppression attributes and tags are put again."""
    _associate(physical_id, _resources(old), _resources(new))
    if old.get("SuppressionAttributes") != new.get("SuppressionAttributes"):
        suppression = cast("Body", new.get("SuppressionAttributes", {}))
        emulator_ses.ask("POST", "/tenant/suppression", {"TenantName": physical_id, **suppression})
    tenant = cast("Body", emulator_ses.ask("POST", "/tenants/get", {"TenantName": physical_id})["Tenant"])
    arn, tags = str(tenant["TenantArn"]), _tenant_tags(new, stack_name)
    gone = [tag["Key"] for tag in _tenant_tags(old, stack_name) if tag["Key"] not in {kept["Key"] for kept in tags}]
    emulator_ses.ask("DELETE", "/tags", {}, {"ResourceArn": [arn], "TagKeys": gone})
    emulator_ses.ask("POST", "/tags", {"ResourceArn": arn, "Tags": tags})
    return physical_id, {"Arn": arn}


def delete_tenant(physical_id: str, properties: Properties) -> None:
    """Dissociate what the template associated, and delete it."""
    _associate(physical_id, _resources(properties), set())
    emulator_ses.ask("POST", "/tenants/delete", {"TenantName": physical_id})


def _tenant_tags(properties: Properties, stack_name: str) -> list[dict[str, str]]:
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
    """Tags alone can change, and nothing reads them here."""
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
        listed = [endpoint for key, endpoint in _endpoints.items() if key[:2] == _key("")[:2]]
        return emulator_ses.json_answer({"MultiRegionEndpoints": listed})
    endpoint = _endpoints.get(_key(path.removeprefix(f"{_PATH}/")))
    if endpoint is None:
        return emulator_ses.error("NotFoundException", "The endpoint does not exist.", 404)
    return emulator_ses.json_answer(endpoint)


# --- AWS::SES::Template ----------------------------------------------------------------------------------------------


def create_template(logical_id: str, properties: Properties, stack_name: str) -> Created:
    """Make it; `Ref` is the name."""
    name, content = _template(f"{logical_id}-{stack_name}", properties)
    emulator_ses.ask("POST", "/templates", {"TemplateName": name, "TemplateContent": content})
    return name, {"Id": name}


def update_template(physical_id: str, _old: Properties, new: Properties, _stack_name: str) -> Created:
    """Change its content."""
    _, content = _template(physical_id, new)
    emulator_ses.ask("PUT", f"/templates/{physical_id}", {"TemplateContent": content})
    return physical_id, {"Id": physical_id}


def delete_template(physical_id: str, _properties: Properties) -> None:
    """Delete it."""
    emulator_ses.ask("DELETE", f"/templates/{physical_id}", {})


def _template(default: str, properties: Properties) -> tuple[str, Body]:
    """Name and content of a template; without a name it is called `default`."""
    template = cast("Mapping[str, object]", properties.get("Template") or {})
    parts = (("SubjectPart", "Subject"), ("TextPart", "Text"), ("HtmlPart", "Html"))
    return str(template.get("TemplateName") or default), {short: template.get(name, "") for name, short in parts}


def _listed(properties: Mapping[str, object], name: str) -> list[object]:
    entries = properties.get(name)
    return list(entries) if isinstance(entries, list) else []
