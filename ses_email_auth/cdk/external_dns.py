"""DNS that AWS does not host: the records become outputs of the stack, to paste into the panel of the DNS provider.

An output has a line for each field of the panel. What only AWS knows is cut to the form of the panel by CloudFormation itself:
the name of a DKIM record comes with its domain, the public key of a managed key in the quotes of a zone file. Not handled: a
panel that wants a final dot behind a host in a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Stack, Token

from ses_email_auth.cdk.record_sets import RecordLayout, in_template
from ses_email_auth.cdk.record_target import RecordTarget, ZoneFacts
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.publication.prop_values import domain
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_cdk import CfnResource
    from constructs import Construct

    from ses_email_auth.cdk.record_sets import Json
    from ses_email_auth.cdk.record_target import PublishRequest
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.records.resource_record_set import ResourceRecordSet

_MAX_KEY = 255  # CloudFormation user guide, "Outputs"
_DKIM = "._domainkey"
_MX_DEADLINE = "72 hours from the deployment, then SES gives the MAIL FROM domain up"
_DKIM_DEADLINE = "72 hours from the deployment, then SES stops looking"
_AGAIN = "What SES has given up has to be set again: aws sesv2 put-email-identity-mail-from-attributes."


def external_dns(zone_name: object) -> RecordTarget:
    """`Dns.external`, its argument checked."""
    if isinstance(zone_name, str) and holds_token(zone_name):
        raise EmailAuthError(
            "'zone_name' must be known at synthesis, since the hosts of the records are said below it, got a token; pass for "
            "example 'example.com'"
        )
    return ExternalDns(None if zone_name is None else domain("zone_name", zone_name))


@dataclass(frozen=True, slots=True)
class ExternalDns(RecordTarget):
    """`Dns.external()`."""

    zone_name: DomainName | None

    def read(self, stack: Stack, facts: StackFacts) -> ZoneFacts:  # noqa: ARG002 - the zone is none of the stack
        """The name that the user said, and no id."""
        return ZoneFacts(self.zone_name, "")

    def check(self, layout: RecordLayout, domain_name: str | None) -> None:
        """Refuse what is not known, or makes no sense, where no resource writes a record.

        Raises:
            EmailAuthError: if neither zone nor domain has a name, and for `RecordLayout.GROUPED`.
        """
        if self.zone_name is None and domain_name is None:
            raise EmailAuthError(
                "'domain_name' must be given, since Dns.external() names no zone; pass for example 'example.com'"
            )
        if layout is RecordLayout.GROUPED:
            raise EmailAuthError(
                "'record_layout' says how CloudFormation writes records; Dns.external() writes none; leave it out"
            )

    def children(self, records: Mapping[str, ResourceRecordSet]) -> tuple[str, ...]:  # noqa: ARG002 - for other kinds
        """None: outputs are no resources."""
        return ()

    def publish(self, request: PublishRequest) -> dict[str, CfnResource]:
        """One output for each record set, and no resource."""
        zone = self.zone_name or request.domain.organizational or request.domain
        keys: set[str] = set()
        for child, record in request.records.items():
            output = CfnOutput(
                request.scope,
                child,
                value=_as_text(_lines(_fields(record, request, zone))),
                description=_description(record, zone),
            )
            key = _key(request.scope, child)
            if len(key) <= _MAX_KEY and key not in keys:
                output.override_logical_id(key)
                keys.add(key)
        return {}


def _key(scope: Construct, child: str) -> str:
    """The key of an output: the path in the stack, without the hash of CDK. It is read by people, and by scripts.

    CloudFormation takes letters and digits alone, and a child may be called `FromDomainTxt-a.b`.
    """
    path = scope.node.path.removeprefix(Stack.of(scope).node.path)
    return re.sub(r"[^A-Za-z0-9]", "", path + child)


def _fields(record: ResourceRecordSet, request: PublishRequest, zone: DomainName) -> Iterator[tuple[str, list[Json]]]:
    """The fields of a panel, in the order of most of them; a value is last, and each on its own line."""
    yield "host", _host(record, request, zone)
    yield "type", [record.type.value]
    yield "ttl", [str(record.ttl)]
    if record.type is RecordType.MX:
        yield "before", [_MX_DEADLINE]
    if _is_easy_dkim(record):
        yield "before", [_DKIM_DEADLINE]
    values = zip(record.texts, record.values, record.resource_records, strict=True)
    for text, value, presentation in values:
        if record.type is RecordType.MX:
            yield from _mx(value if isinstance(value, KnownAfterDeploy) else text, request.identity.origins)
        elif isinstance(value, KnownAfterDeploy):
            shown = in_template(value, request.identity.origins)
            yield "value", [_unquoted(shown) if record.type is RecordType.TXT else shown]
            if record.type is RecordType.TXT:
                yield "or in strings", [shown]
        else:
            yield "value", [text]
            if record.type is RecordType.TXT and '" "' in str(presentation):
                yield "or in strings", [str(presentation)]


def _host(record: ResourceRecordSet, request: PublishRequest, zone: DomainName) -> list[Json]:
    """The name below the zone. SES tells `<token>._domainkey.<domain>`, of which the token is taken."""
    if isinstance(record.name, KnownAfterDeploy):
        below = request.domain.relative_to(zone)
        name = in_template(record.name, request.identity.origins)
        token: Json = {"Fn::Select": ["0", {"Fn::Split": [f"{_DKIM}.", name]}]}
        return [token, _DKIM if below == "@" else f"{_DKIM}.{below}"]
    return [record.name.relative_to(zone)]


def _mx(value: str | KnownAfterDeploy, origins: Mapping[str, str]) -> Iterator[tuple[str, list[Json]]]:
    """Panels have a field of its own for the preference, most of them call it priority."""
    if isinstance(value, KnownAfterDeploy):
        priority, _, before = value.before.partition(" ")
        host = in_template(KnownAfterDeploy(value.attribute, before, value.after), origins)
    else:
        priority, _, host = value.partition(" ")
    yield "priority", [priority]
    yield "value", [host]


def _unquoted(text: Json) -> Json:
    """A TXT value that is known after the deploy, its strings joined and without quotes; keys hold none themselves."""
    joined: Json = {"Fn::Join": ["", {"Fn::Split": ['" "', text]}]}
    return {"Fn::Select": ["1", {"Fn::Split": ['"', joined]}]}


def _lines(fields: Iterator[tuple[str, list[Json]]]) -> list[Json]:
    """One text for what is known, one entry for what is not."""
    lines: list[Json] = []
    for name, parts in fields:
        for part in (f"{name}: ", *parts, "\n"):
            last = lines[-1] if lines else None
            if isinstance(part, str) and isinstance(last, str):
                lines[-1] = last + part
            else:
                lines.append(part)
    return lines


def _as_text(lines: list[Json]) -> str:
    return lines[0] if len(lines) == 1 and isinstance(lines[0], str) else Token.as_string({"Fn::Join": ["", lines]})


def _is_easy_dkim(record: ResourceRecordSet) -> bool:
    return isinstance(record.name, KnownAfterDeploy)


def _description(record: ResourceRecordSet, zone: DomainName) -> str:
    what = f"Add this {record.type.value} record to the zone {zone.text} at your DNS provider"
    if record.type is RecordType.MX:
        return f"{what} within {_MX_DEADLINE}. {_AGAIN}"
    if _is_easy_dkim(record):
        return f"{what} within {_DKIM_DEADLINE}."
    return f"{what}. A name takes one record that begins with the same v=: never add a second."
