"""The IAM statements of a CloudFormation template, wherever they stand, with the ARNs written out as far as they are known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Template: TypeAlias = dict[str, Any]

# What `Ref` and `Fn::GetAtt` say of a resource whose ARN a statement names (CloudFormation user guide, "Return values").
_ARNS = {
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:<region>:<account>:alarm:<name>",
    "AWS::Cognito::UserPool": "arn:aws:cognito-idp:<region>:<account>:userpool/<name>",
    "AWS::IAM::Role": "arn:aws:iam::<account>:role/<name>",
    "AWS::IAM::User": "arn:aws:iam::<account>:user/<name>",
    "AWS::KMS::Key": "arn:aws:kms:<region>:<account>:key/<name>",
    "AWS::Lambda::Function": "arn:aws:lambda:<region>:<account>:function:<name>",
    "AWS::Logs::LogGroup": "arn:aws:logs:<region>:<account>:log-group:<name>:*",
    "AWS::S3::Bucket": "arn:aws:s3:::<name>",
    "AWS::SNS::Topic": "arn:aws:sns:<region>:<account>:<name>",
    "AWS::SQS::Queue": "arn:aws:sqs:<region>:<account>:<name>",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:<region>:<account>:secret:<name>",
}
_REF_IS_ARN = {"AWS::SNS::Topic", "AWS::SecretsManager::Secret"}
_PSEUDO = {
    "AWS::AccountId": "<account>",
    "AWS::Partition": "aws",
    "AWS::Region": "<region>",
    "AWS::StackId": "arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>",
    "AWS::URLSuffix": "amazonaws.com",
}

UNKNOWN = "<unknown>"
"""A text that only AWS knows: a parameter, an import of another stack."""


class Kind(Enum):
    """Where a statement stands, which decides what it may say."""

    IDENTITY = auto()
    """A policy of a role, a user or a group."""
    RESOURCE = auto()
    """A policy of a resource: it names principals."""
    KEY = auto()
    """The policy of a KMS key, whose resource is `*`: the key itself (KMS developer guide, "Resource element")."""
    TRUST = auto()
    """Who may assume a role; it has no resource."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; equal ones are judged once."""

    kind: Kind
    is_allowed: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition_keys: tuple[tuple[str, str], ...]
    """Operator and key."""
    negations: tuple[str, ...]
    """`NotAction` and its like: what it uses of them."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The statements of one document."""

    logical_id: str
    statements: tuple[Statement, ...]


def policies(template: Template) -> Iterator[Policy]:
    """All documents of a template: policies that IAM knows, those of resources, and those that a function of ours writes."""
    resources = template.get("Resources", {})
    for logical_id, resource in resources.items():
        for name, document in _documents("", resource.get("Properties", {})):
            yield Policy(logical_id, tuple(_statement(resources, name, raw) for raw in _several(document["Statement"])))


def _documents(name: str, value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The documents in a value, each with the name of its property."""
    if isinstance(value, dict):
        if "Statement" in value and any("Effect" in raw for raw in _several(value["Statement"]) if isinstance(raw, dict)):
            yield name, value
            return
        for key, inner in value.items():
            yield from _documents(key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _documents(name, inner)


def _statement(template: Template, name: str, raw: dict[str, Any]) -> Statement:
    return Statement(
        kind=_kind(name, raw),
        is_allowed=raw["Effect"] == "Allow",
        actions=tuple(str(action) for action in _several(raw.get("Action", []))),
        resources=tuple(_text(template, resource) for resource in _several(raw.get("Resource", []))),
        condition_keys=tuple((operator, key) for operator, keys in raw.get("Condition", {}).items() for key in keys),
        negations=tuple(word for word in ("NotAction", "NotResource", "NotPrincipal") if word in raw),
    )


def _kind(name: str, raw: dict[str, Any]) -> Kind:
    if name == "AssumeRolePolicyDocument":
        return Kind.TRUST
    if name == "KeyPolicy":
        return Kind.KEY
    return Kind.RESOURCE if "Principal" in raw else Kind.IDENTITY


def _text(template: Template, value: object) -> str:
    """A text with what is not known in angle brackets."""
    if isinstance(value, str):
        return value
    assert isinstance(value, dict), value
    ((function, argument),) = value.items()
    if function == "Ref":
        return _ref(template, argument)
    if function == "Fn::GetAtt":
        logical_id, attribute = argument
        kind = template[logical_id]["Type"]
        return _ARNS[kind] if attribute in {"Arn", "TopicArn"} else f"<{logical_id}.{attribute}>"
    if function == "Fn::Join":
        return str(argument[0]).join(_text(template, part) for part in argument[1])
    return UNKNOWN


def _ref(template: Template, name: str) -> str:
    if name not in template:
        return _PSEUDO.get(name, UNKNOWN)
    kind = template[name]["Type"]
    return _ARNS[kind] if kind in _REF_IS_ARN else f"<{name}>"


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
