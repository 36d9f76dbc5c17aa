"""The values of a template as CloudFormation reads them: intrinsic functions and conditions ("Intrinsic function reference" of
the CloudFormation user guide).

What a template does not say is never guessed: it becomes a mark, a text in the form of a CDK token, the same mark for the same
thing. A condition then has a third answer: it is not known whether it holds. A parameter counts as its default value, as for a
deploy without arguments; the value of an SSM parameter is not known.
Not handled, so not known: Fn::Base64, Fn::Cidr, Fn::GetAZs, Fn::Length, Fn::ToJsonString, Fn::Transform.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.ses.regions import partition_of
from ses_email_auth.sources.json_values import mapping
from ses_email_auth.sources.references import Environment, References, Text, joined, mark, with_marks

_DEEPEST = 64
_LONGEST_NUMBER = 1 << 64
_INDEX = re.compile(r"[0-9]{1,6}")
_PAIR = 2
_MAP_AND_KEYS = 3
_CONDITION_AND_VALUES = 3
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:[^{}]*\}\}")
_ROLE_ACCOUNT = re.compile(r":iam::([0-9]{12}):")
_DKIM = frozenset(f"DkimDNSToken{half}{number}" for half in ("Name", "Value") for number in (1, 2, 3))
_READER = "Custom::CrossRegionExportReader"
_CONTAINERS = (dict, list, tuple, Mapping)  # most are dict or list, and the check for Mapping is slow
_MAPPINGS = (dict, Mapping)
_DECISIVE = {"Fn::And": False, "Fn::Or": True}


class _NoValue:
    """What `{"Ref": "AWS::NoValue"}` stands for."""


NO_VALUE: Final = _NoValue()


def text_of(value: object) -> Text | None:
    """`value` as CloudFormation reads a text: numbers and booleans are texts too. None for anything else."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, KnownAfterDeploy):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < _LONGEST_NUMBER else None
    return repr(value) if isinstance(value, float) else None


@dataclass(slots=True)
class Template:
    """One template, and what is known of its stack."""

    body: Mapping[str, object]
    base: str
    """Marks begin with it: the path, or what makes two templates of one path differ."""

    environment: Environment = field(default_factory=Environment)
    stack_name: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """The parameters that a parent stack passes; `NO_VALUE` for one whose value is not known."""

    references: References = field(default_factory=References)
    nested_path: Callable[[str], str | None] = field(default=lambda _: None)
    """The path of the template of a nested stack, by its logical id."""

    resources: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    dkim_of: str = ""
    """The identity that was last asked for its DKIM names or values."""

    _truths: dict[str, bool | None] = field(default_factory=dict)
    _named: dict[str, object] = field(default_factory=dict)

    def value(self, written: object, depth: int = 0) -> object:
        """`written` with all functions in it resolved. Members that are AWS::NoValue are left out."""
        if isinstance(written, str):
            return _DYNAMIC.sub(self._dynamic, written) if "{{resolve:" in written else written
        if not isinstance(written, _CONTAINERS):
            return written
        if self.is_too_deep(depth):
            return self.unknown("what is nested too deep")
        if isinstance(written, _MAPPINGS):
            return self._mapping(written, depth + 1)
        members = (self.value(member, depth + 1) for member in written)
        return [member for member in members if member is not NO_VALUE]

    def _mapping(self, written: Mapping[str, object], depth: int) -> object:
        if len(written) == 1:
            name, argument = next(iter(written.items()))
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument, depth)
            if str(name).startswith("Fn::"):
                return self.unknown(str(name), self.value(argument, depth))
        members: dict[str, object] = {}
        for key, member in written.items():
            # Most members are plain texts, and templates hold many of them.
            value = member if isinstance(member, str) and "{{" not in member else self.value(member, depth)
            if value is not NO_VALUE:
                members[key] = value
        return members

    def is_too_deep(self, depth: int) -> bool:
        """Whether to stop here: what is nested so deep is not known."""
        return depth > _DEEPEST

    def condition(self, name: object, depth: int = 0) -> bool | None:
        """Whether a condition holds; None if that is not known."""
        if not isinstance(name, str):
            return None
        if name not in self._truths:
            self._truths[name] = None  # for a condition that asks for itself
            self._truths[name] = _truth(self, mapping(self.body.get("Conditions")).get(name), depth)
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
        where = " ".join(part for part in (self.environment.region, self._deployment) if part)
        return mark(f"{where}#{what}")

    @property
    def _deployment(self) -> str:
        return "" if self.environment.account else self.environment.scope or self.base

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
        kind = mapping(self.resources.get(name)).get("Type")
        return kind if isinstance(kind, str) else ""

    def _name(self, resource: str, property_name: str, depth: int) -> object:
        """What `Ref` gives where it gives the name that the resource has in its properties."""
        if resource not in self._named:
            unknown = self._named[resource] = self.own(f"{resource}.Ref")  # for a resource that asks for itself
            name = self.value(mapping(mapping(self.resources.get(resource)).get("Properties")).get(property_name), depth)
            self._named[resource] = unknown if text_of(name) is None else name
        return self._named[resource]

    def _parameter(self, name: str, declared: Mapping[str, object]) -> object:
        kind = text_of(declared.get("Type"))
        kind = kind if isinstance(kind, str) else ""
        value = self.parameters.get(name, declared.get("Default"))
        if kind.startswith("AWS::SSM::Parameter::"):
            return self.shared(f"resolve:ssm:{value}") if isinstance(value, str) else self.own(name)
        if value is None or value is NO_VALUE:
            return self.own(name)
        if isinstance(value, str) and not holds_token(value) and (kind == "CommaDelimitedList" or kind.startswith("List<")):
            return [part.strip() for part in value.split(",")]
        return value

    def region(self) -> Text:
        """What `AWS::Region` gives."""
        return self.environment.region or KnownAfterDeploy("Region")

    def partition(self) -> str:
        """What `AWS::Partition` gives."""
        region = self.environment.region
        return partition_of(region).name if region else self.own("AWS::Partition")

    def get_att(self, argument: object, depth: int) -> object:
        """What `Fn::GetAtt` gives, in its list form and in its text form."""
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        names = [text_of(self.value(part, depth)) for part in parts] if isinstance(parts, list | tuple) else []
        texts = [text for text in names if isinstance(text, str)]
        if len(texts) < len(names) or len(texts) < 2:  # noqa: PLR2004 - a resource and an attribute
            return self.unknown("Fn::GetAtt", self.value(argument, depth))
        name, attribute = texts[0], ".".join(texts[1:])
        kind = self.kind(name)
        if kind == "AWS::SES::EmailIdentity" and attribute in _DKIM:
            self.dkim_of = name
            return KnownAfterDeploy(attribute)
        if kind == "AWS::Route53::HostedZone" and attribute == "Id":
            return self.own(f"{name}.Ref")
        if kind == _READER:
            return self.references.ask(self.shared(attribute), ("ssm", attribute), self.environment)
        path = self.nested_path(name) if kind == "AWS::CloudFormation::Stack" else None
        own = self.own(f"{name}.{attribute}")
        if path is not None and attribute.startswith("Outputs."):
            return self.references.ask(own, ("file", path, attribute.removeprefix("Outputs.")), Environment())
        return own


def _join(template: Template, argument: object, depth: int) -> object:
    value = template.value(argument, depth)
    if not isinstance(value, list) or len(value) != _PAIR or not isinstance(value[0], str) or not isinstance(value[1], list):
        return template.unknown("Fn::Join", value)
    parts: list[Text] = []
    for member in value[1]:
        text = text_of(member)
        if text is None:
            return template.unknown("Fn::Join", value)
        parts += [value[0], text] if parts else [text]
    return joined(parts)


def _sub(template: Template, argument: object, depth: int) -> object:
    is_pair = isinstance(argument, list | tuple) and len(argument) == _PAIR
    pattern, written = argument if isinstance(argument, list | tuple) and is_pair else (argument, None)
    if not isinstance(pattern, str):
        return template.unknown("Fn::Sub", template.value(argument, depth))
    variables = {name: template.value(value, depth) for name, value in mapping(written).items()}
    parts: list[Text] = []
    at = 0
    for match in _VARIABLE.finditer(pattern):
        parts += [pattern[at : match.start()], _variable(template, match[1], variables, depth)]
        at = match.end()
    # What a dynamic reference names may be put together first.
    return template.value(joined([*parts, pattern[at:]]), depth)


def _variable(template: Template, name: str, variables: Mapping[str, object], depth: int) -> Text:
    if name.startswith("!"):
        return f"${{{name[1:]}}}"
    if name in variables:
        value = variables[name]
    else:
        value = template.get_att(name, depth) if "." in name else template.ref(name, depth)
    text = text_of(value)
    return template.unknown(f"{name} in Fn::Sub", value) if text is None else text


def _select(template: Template, argument: object, depth: int) -> object:
    value = template.value(argument, depth)
    if isinstance(value, list) and len(value) == _PAIR and isinstance(value[1], list):
        index = text_of(value[0])
        if isinstance(index, str) and _INDEX.fullmatch(index) and int(index) < len(value[1]):
            return value[1][int(index)]
    return template.unknown("Fn::Select", value)


def _split(template: Template, argument: object, depth: int) -> object:
    value = template.value(argument, depth)
    if isinstance(value, list) and len(value) == _PAIR:
        separator, text = value
        if isinstance(separator, str) and isinstance(text, str) and separator and not holds_token(text):
            return text.split(separator)
    return template.unknown("Fn::Split", value)


def _find_in_map(template: Template, argument: object, depth: int) -> object:
    value = template.value(argument, depth)
    keys = value[:_MAP_AND_KEYS] if isinstance(value, list) else []
    if len(keys) < _MAP_AND_KEYS or not all(isinstance(key, str) and not holds_token(key) for key in keys):
        return template.unknown("Fn::FindInMap", value)
    inner: object = template.body.get("Mappings")
    for key in keys:
        inner = mapping(inner).get(key)
    if inner is None and isinstance(value, list) and isinstance(value[-1], dict):
        inner = value[-1].get("DefaultValue")  # of AWS::LanguageExtensions
    return template.unknown("Fn::FindInMap", value) if inner is None else inner


def _if(template: Template, argument: object, depth: int) -> object:
    if not isinstance(argument, list | tuple) or len(argument) != _CONDITION_AND_VALUES:
        return template.unknown("Fn::If", template.value(argument, depth))
    holds = template.condition(argument[0], depth)
    if holds is not None:
        return template.value(argument[1 if holds else 2], depth)
    one, another = template.value(argument[1], depth), template.value(argument[2], depth)
    return one if one == another else template.unknown("Fn::If", text_of(argument[0]), one, another)


def _import_value(template: Template, argument: object, depth: int) -> object:
    name = text_of(template.value(argument, depth))
    if not isinstance(name, str):
        return template.unknown("Fn::ImportValue", name)
    return template.references.ask(template.shared(f"Fn::ImportValue {name}"), ("export", name), template.environment)


def _get_stack_output(template: Template, argument: object, depth: int) -> object:
    """What CDK writes for a stack of another account: the account stands in the ARN of the role that may read it."""
    value = mapping(template.value(argument, depth))
    stack, output = text_of(value.get("StackName")), text_of(value.get("OutputName"))
    role, region = text_of(value.get("RoleArn", "")), text_of(value.get("Region", template.environment.region))
    if not isinstance(stack, str) or not isinstance(output, str) or not isinstance(region, str) or role is None:
        return template.unknown("Fn::GetStackOutput", value)
    reader = _ROLE_ACCOUNT.search(with_marks(role))
    here = template.environment.account if role == "" else ""
    environment = Environment(
        here if reader is None else reader[1], "" if holds_token(region) else region, template.environment.scope
    )
    where = " ".join(part for part in (environment.account or environment.scope or template.base, region) if part)
    return template.references.ask(mark(f"{where}#{stack}.{output}"), ("stack", stack, output), environment)


def _truth(template: Template, condition: object, depth: int) -> bool | None:
    """Whether the function of a condition holds; None if that is not known. `False and unknown` is False."""
    if not isinstance(condition, Mapping) or len(condition) != 1 or template.is_too_deep(depth):
        return None
    name, argument = next(iter(condition.items()))
    if name == "Condition":
        return template.condition(argument, depth + 1)
    if not isinstance(argument, list | tuple):
        return None
    if name == "Fn::Equals":
        return _equal([text_of(template.value(side, depth + 1)) for side in argument])
    return _combined(str(name), [_truth(template, part, depth + 1) for part in argument])


def _combined(name: str, answers: list[bool | None]) -> bool | None:
    if name == "Fn::Not" and len(answers) == 1:
        return None if answers[0] is None else not answers[0]
    decisive = _DECISIVE.get(name)
    if decisive is None or not answers:
        return None
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


def _equal(texts: list[Text | None]) -> bool | None:
    known = [text for text in texts if isinstance(text, str)]
    if len(known) != len(texts) or len(known) != 2:  # noqa: PLR2004 - a pair
        return None
    one, another = known
    if one == another:
        return True
    return None if holds_token(one) or holds_token(another) else False


_NAMED_BY_REF: Final = {"AWS::SES::EmailIdentity": "EmailIdentity", "AWS::Route53::RecordSet": "Name"}

_PSEUDO: Final[Mapping[str, Callable[[Template], object]]] = {
    "AWS::Region": Template.region,
    "AWS::AccountId": lambda template: template.environment.account or template.own("AWS::AccountId"),
    "AWS::Partition": Template.partition,
    "AWS::URLSuffix": lambda template: partition_of(template.environment.region).url_suffix,
    "AWS::StackName": lambda template: template.stack_name or template.own("AWS::StackName"),
    "AWS::NoValue": lambda _: NO_VALUE,
}

_FUNCTIONS: Final[Mapping[object, Callable[[Template, object, int], object]]] = {
    "Ref": Template.ref,
    "Fn::GetAtt": Template.get_att,
    "Fn::Join": _join,
    "Fn::Sub": _sub,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::GetStackOutput": _get_stack_output,
}
