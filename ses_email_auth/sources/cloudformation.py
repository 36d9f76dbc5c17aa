"""The intrinsic functions and conditions of CloudFormation ("Intrinsic function reference" of the CloudFormation user guide).

What a template does not say is never guessed: it becomes a mark (a text in the form of a CDK token), the same mark for the same
thing. A parameter counts as its default value, as for a deploy without arguments; the value of an SSM parameter is not known.
Not handled, so not known: Fn::Base64, Fn::Cidr, Fn::GetAZs, Fn::Length, Fn::ToJsonString, Fn::Transform.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.conditions import truth
from ses_email_auth.sources.functions import FUNCTIONS
from ses_email_auth.sources.references import Place, References, Text, mark
from ses_email_auth.sources.template_values import NO_VALUE, mapping, text_of

__all__ = ["Template"]

_DEEPEST = 64
_DYNAMIC = re.compile(r"\{\{resolve:[^{}]*\}\}")
_DKIM = frozenset(f"DkimDNSToken{half}{number}" for half in ("Name", "Value") for number in (1, 2, 3))
_CONTAINERS = (dict, list, tuple, Mapping)  # most are dict or list, and the check for Mapping is slow
_MAPPINGS = (dict, Mapping)
_READER = "Custom::CrossRegionExportReader"


@dataclass(slots=True)
class Template:
    """One template, and what is known of its stack."""

    body: Mapping[str, object]
    base: str
    """Marks begin with it: the path, or what makes two templates of one path differ."""

    place: Place = field(default_factory=Place)
    stack_name: str = ""
    given: Mapping[str, object] = field(default_factory=dict)
    """The parameters that a parent stack passes. Those of which nobody can tell are `NO_VALUE`."""

    references: References = field(default_factory=References)
    child: Callable[[str], str | None] = field(default=lambda _: None)
    """The path of the template of a nested stack, by its logical id."""

    resources: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    dkim_of: str = ""
    """The identity that was last asked for its DKIM names or values."""

    _truths: dict[str, bool | None] = field(default_factory=dict)
    _named: dict[str, object] = field(default_factory=dict)

    def value(self, given: object, depth: int = 0) -> object:
        """`given` with all functions in it resolved. Members that are AWS::NoValue are left out."""
        if isinstance(given, str):
            return _DYNAMIC.sub(self._dynamic, given) if "{{resolve:" in given else given
        if not isinstance(given, _CONTAINERS):
            return given
        if self.is_too_deep(depth):
            return self.unknown("what is nested too deep")
        if isinstance(given, _MAPPINGS):
            return self._mapping(given, depth + 1)
        found = (self.value(member, depth + 1) for member in given)
        return [member for member in found if member is not NO_VALUE]

    def _mapping(self, given: Mapping[str, object], depth: int) -> object:
        if len(given) == 1:
            name, argument = next(iter(given.items()))
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument, depth)
            if str(name).startswith("Fn::"):
                return self.unknown(str(name), self.value(argument, depth))
        members: dict[str, object] = {}
        for key, member in given.items():
            # Most members are plain texts, and templates hold many of them.
            found = member if isinstance(member, str) and "{{" not in member else self.value(member, depth)
            if found is not NO_VALUE:
                members[key] = found
        return members

    def is_too_deep(self, depth: int) -> bool:
        """Whether to stop here: what is nested so deep is not known."""
        return depth > _DEEPEST

    def condition(self, name: object, depth: int = 0) -> bool | None:
        """Whether a condition holds; None if nobody can tell."""
        if not isinstance(name, str):
            return None
        if name not in self._truths:
            self._truths[name] = None  # for a condition that asks for itself
            self._truths[name] = truth(self, mapping(self.body.get("Conditions")).get(name), depth)
        return self._truths[name]

    def own(self, what: str) -> str:
        """A mark that no other template has."""
        return mark(f"{self.base}#{what}")

    def unknown(self, what: str, *about: object) -> str:
        """A mark for a value that is not known, equal for equal arguments in one template only."""
        if about:
            digest = hashlib.sha256(repr(about).encode("utf-8", "replace")).hexdigest()[:12]
            return self.own(f"{what} {digest}")
        return self.own(what)

    def shared(self, what: str) -> str:
        """A mark that all stacks of one account and region share; those of unknown accounts share it within one deployment."""
        return mark(" ".join(part for part in (what, self.place.region, self._deployment) if part))

    @property
    def _deployment(self) -> str:
        return "" if self.place.account else self.place.scope or self.base

    def _dynamic(self, match: re.Match[str]) -> str:
        return self.shared(match.group().strip("{}"))

    def ref(self, name: object, depth: int) -> object:
        """What `{"Ref": name}` gives."""
        if not isinstance(name, str):
            return self.unknown("Ref", self.value(name, depth))
        if name in _PSEUDO:
            return _PSEUDO[name](self)
        declared = mapping(self.body.get("Parameters")).get(name)
        if isinstance(declared, Mapping):
            return self._parameter(name, declared)
        kind = self.kind(name)
        if kind in _NAMED_BY_REF:
            return self._name(name, _NAMED_BY_REF[kind], depth)
        return self.own(f"{name}.Ref") if kind else self.own(name)

    def kind(self, name: str) -> str:
        """The type of a resource; empty if there is none."""
        found = mapping(self.resources.get(name)).get("Type")
        return found if isinstance(found, str) else ""

    def _name(self, resource: str, property_name: str, depth: int) -> object:
        """What `Ref` gives where it gives the name that the resource has in its properties."""
        if resource not in self._named:
            unknown = self._named[resource] = self.own(f"{resource}.Ref")  # for a resource that asks for itself
            found = self.value(mapping(mapping(self.resources.get(resource)).get("Properties")).get(property_name), depth)
            self._named[resource] = unknown if text_of(found) is None else found
        return self._named[resource]

    def _parameter(self, name: str, declared: Mapping[str, object]) -> object:
        kind = text_of(declared.get("Type"))
        kind = kind if isinstance(kind, str) else ""
        found = self.given.get(name, declared.get("Default"))
        if kind.startswith("AWS::SSM::Parameter::"):
            return self.shared(f"resolve:ssm:{found}") if isinstance(found, str) else self.own(name)
        if found is None or found is NO_VALUE:
            return self.own(name)
        if isinstance(found, str) and not holds_token(found) and (kind == "CommaDelimitedList" or kind.startswith("List<")):
            return [part.strip() for part in found.split(",")]
        return found

    def region(self) -> Text:
        """What `AWS::Region` gives."""
        return self.place.region or KnownAfterDeploy("Region")

    def partition(self) -> str:
        """What `AWS::Partition` gives."""
        region = self.place.region
        if not region:
            return self.own("AWS::Partition")
        return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"

    def get_att(self, argument: object, depth: int) -> object:
        """What `Fn::GetAtt` gives, in its list form and in its text form."""
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        found = [text_of(self.value(part, depth)) for part in parts] if isinstance(parts, list | tuple) else []
        texts = [text for text in found if isinstance(text, str)]
        if len(texts) < len(found) or len(texts) < 2:  # noqa: PLR2004 - a resource and an attribute
            return self.unknown("Fn::GetAtt", self.value(argument, depth))
        name, attribute = texts[0], ".".join(texts[1:])
        kind = self.kind(name)
        if kind == "AWS::SES::EmailIdentity" and attribute in _DKIM:
            self.dkim_of = name
            return KnownAfterDeploy(attribute)
        if kind == "AWS::Route53::HostedZone" and attribute == "Id":
            return self.own(f"{name}.Ref")
        if kind == _READER:
            return self.references.ask(self.shared(attribute), ("ssm", attribute), self.place)
        path = self.child(name) if kind == "AWS::CloudFormation::Stack" else None
        own = self.own(f"{name}.{attribute}")
        if path is not None and attribute.startswith("Outputs."):
            return self.references.ask(own, ("file", path, attribute.removeprefix("Outputs.")), Place())
        return own


_NAMED_BY_REF: Final = {"AWS::SES::EmailIdentity": "EmailIdentity", "AWS::Route53::RecordSet": "Name"}
_PSEUDO: Final[Mapping[str, Callable[[Template], object]]] = {
    "AWS::Region": Template.region,
    "AWS::AccountId": lambda template: template.place.account or template.own("AWS::AccountId"),
    "AWS::Partition": Template.partition,
    "AWS::URLSuffix": lambda template: "amazonaws.com.cn" if template.place.region.startswith("cn-") else "amazonaws.com",
    "AWS::StackName": lambda template: template.stack_name or template.own("AWS::StackName"),
    "AWS::NoValue": lambda _: NO_VALUE,
}
_FUNCTIONS: Final[Mapping[object, Callable[[Template, object, int], object]]] = {
    "Ref": Template.ref,
    "Fn::GetAtt": Template.get_att,
    **FUNCTIONS,
}
