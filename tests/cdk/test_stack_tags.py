"""Tags (aws-cdk #35298): SES refuses an identity that gets one tag key from its stack and from its own properties, and perhaps
a configuration set.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, NestedStack, Stack, Tags

from ses_email_auth import RecordLayout, SendingEvents, SesEmailAuth
from tests.cdk.stacks import DEFAULT_RULES, identity, imported_zone, resources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from tests.cdk.stacks import Template

FLAG = "@aws-cdk/core:explicitStackTags"
Pair = tuple[dict[str, str], dict[str, str]]


def auth(scope: Construct) -> SesEmailAuth:
    """A construct with two resources."""
    return SesEmailAuth(scope, "EmailAuth", hosted_zone=imported_zone(Stack.of(scope)), record_layout=RecordLayout.GROUPED)


def build(context: Mapping[str, object]) -> dict[str, Pair]:
    """The tags of each stack, and of the identity in it."""
    # Nested stacks are assets, which the synthesizer of `new_app` does not take.
    app = App(analytics_reporting=False, context={DEFAULT_RULES: True, **context})
    auth(Stack(app, "no-tag"))
    app_tag = Stack(app, "app-tag")
    auth(app_tag)
    Tags.of(auth(Stack(app, "own-tag"))).add("service", "mail")
    both = Stack(app, "both")
    Tags.of(auth(both)).add("service", "mail")
    Tags.of(both.node.find_child("EmailAuth")).add("team", "ours")
    auth(Stack(app, "stack-prop-alone", tags={"team": "mail"}))
    Tags.of(auth(Stack(app, "stack-prop", tags={"team": "mail"}))).add("service", "mail")
    Tags.of(auth(Stack(app, "stack-prop-and-own", tags={"team": "mail"}))).add("team", "ours")
    outer = Stack(app, "outer", tags={"cost": "1"})
    nested = NestedStack(outer, "Nested")
    Tags.of(auth(nested)).add("service", "mail")
    Tags.of(nested.node.find_child("EmailAuth")).add("cost", "2")
    for scope in (app_tag, both, outer):  # as `Tags.of(app)`, after all else
        Tags.of(scope).add("team", "mail")
    assembly = app.synth()
    pairs: dict[str, Pair] = {
        artifact.stack_name: (dict(artifact.tags), own_tags(artifact.template))
        for artifact in assembly.stacks
        if artifact.stack_name != "outer"
    }
    (inner,) = Path(assembly.directory).glob("*.nested.template.json")
    (resource,) = (
        entry
        for entry in assembly.get_stack_by_name("outer").template["Resources"].values()
        if entry["Type"] == "AWS::CloudFormation::Stack"
    )
    handed_down = dict(assembly.get_stack_by_name("outer").tags) | as_dict(resource["Properties"].get("Tags", []))
    pairs["nested"] = (handed_down, own_tags(json.loads(inner.read_text(encoding="utf-8"))))
    return pairs


def own_tags(template: Template) -> dict[str, str]:
    """The tags that the identity itself has."""
    listed = identity(template).get("Tags")
    assert listed != [], "no tag is no property"
    return as_dict(listed or [])


def as_dict(listed: list[dict[str, Any]]) -> dict[str, str]:
    """Tags by key, none twice."""
    tags = {tag["Key"]: tag["Value"] for tag in listed}
    assert len(tags) == len(listed)
    return tags


@pytest.fixture(scope="module")
def off() -> dict[str, Pair]:
    """With the flag off, as in an app that never heard of it."""
    return build({})


@pytest.fixture(scope="module")
def on() -> dict[str, Pair]:
    """With the flag on, as `cdk init` and our cdk.json set it."""
    return build({FLAG: True})


MAIL = {"team": "mail"}
SERVICE = {"service": "mail"}


@pytest.mark.parametrize(
    ("form", "stack", "own"),
    [
        pytest.param("no-tag", {}, {}, id="no-tag"),
        pytest.param("app-tag", MAIL, {}, id="app-tag"),
        pytest.param("own-tag", {}, SERVICE, id="own-tag"),
        pytest.param("both", MAIL, SERVICE, id="both"),
        pytest.param("stack-prop-alone", MAIL, {}, id="tags-of-the-stack-alone"),
        pytest.param("stack-prop", MAIL, SERVICE, id="tags-of-the-stack"),
        pytest.param("stack-prop-and-own", MAIL, {}, id="tags-of-the-stack-and-own"),
        pytest.param("nested", MAIL | {"cost": "1"}, SERVICE, id="nested-stack"),
    ],
)
def test_flag_off(off: dict[str, Pair], form: str, stack: dict[str, str], own: dict[str, str]) -> None:
    """CDK puts a tag of the app on the stack too; the identity keeps what its stack has not."""
    assert off[form] == (stack, own)


@pytest.mark.parametrize(
    ("form", "stack", "own"),
    [
        pytest.param("no-tag", {}, {}, id="no-tag"),
        pytest.param("app-tag", {}, MAIL, id="app-tag"),
        pytest.param("own-tag", {}, SERVICE, id="own-tag"),
        pytest.param("both", {}, SERVICE | {"team": "ours"}, id="both"),
        pytest.param("stack-prop-alone", MAIL, {}, id="tags-of-the-stack-alone"),
        pytest.param("stack-prop", MAIL, SERVICE, id="tags-of-the-stack"),
        pytest.param("stack-prop-and-own", MAIL, {}, id="tags-of-the-stack-and-own"),
        pytest.param("nested", MAIL | {"cost": "1"}, SERVICE, id="nested-stack"),
    ],
)
def test_flag_on(on: dict[str, Pair], form: str, stack: dict[str, str], own: dict[str, str]) -> None:
    """Tags of the app are on the resources alone, so the identity has them; only tags of the stack itself are left out."""
    assert on[form] == (stack, own)


def test_a_configuration_set_leaves_them_out_too() -> None:
    """It may be refused like an identity (coverage-roadmap #1237); it has the tags of its stack anyway."""
    app = App(analytics_reporting=False, context={DEFAULT_RULES: True, FLAG: False})
    stack = Stack(app, "S", tags={"cost": "1"})
    Tags.of(SendingEvents(stack, "Events", event_bridge=True)).add("service", "mail")
    Tags.of(stack).add("team", "mail")
    artifact = app.synth().get_stack_by_name("S")
    ((_, properties),) = resources(artifact.template, "AWS::SES::ConfigurationSet").items()
    assert (dict(artifact.tags), as_dict(properties["Tags"])) == (MAIL | {"cost": "1"}, SERVICE)


@pytest.mark.parametrize("flag", ["off", "on"])
def test_no_key_twice(request: pytest.FixtureRequest, flag: str) -> None:
    """What SES refuses: "Duplicate tag keys found"."""
    for stack, own in request.getfixturevalue(flag).values():
        assert not stack.keys() & own.keys()
