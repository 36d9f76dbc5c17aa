"""What a changed prop does, in docs/changes.md: each public prop has a row, and the page says what the schemas say today."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from constructs import Construct

import ses_email_auth
from tests.judges import schema_judge
from tests.judges.changes_page import changes_page
from tests.judges.prop_cases import SUBJECTS
from tests.judges.prop_changes import PropChange, fates, prop_changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.judges.prop_cases import Subject

PAGE = Path(__file__).parents[2] / "docs" / "changes.md"


def props(make: Callable[..., object]) -> set[str]:
    """What a constructor takes beside scope and id."""
    signature = inspect.signature(make.__init__ if inspect.isclass(make) else make)
    return set(signature.parameters) - {"self", "scope", "construct_id"}


@pytest.fixture(scope="module")
def changes() -> list[PropChange]:
    """All rows."""
    return prop_changes()


def test_each_construct_is_there() -> None:
    """All public classes that are made below a scope."""
    public = [getattr(ses_email_auth, name) for name in ses_email_auth.__all__]
    made = {thing.__name__ for thing in public if inspect.isclass(thing) and issubclass(thing, Construct)}
    assert {subject.name.partition(".")[0] for subject in SUBJECTS} == made


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_each_prop_has_a_row(subject: Subject) -> None:
    """If this fails: add a case to tests/judges/prop_cases.py, then `make changes`."""
    assert set(subject.cases) == props(subject.make)


def test_the_page_is_what_the_schemas_say(changes: list[PropChange]) -> None:
    """If this fails: look at what has changed, in our templates or in AWS's schemas, then `make changes`."""
    assert PAGE.read_text(encoding="utf-8") == changes_page(changes), schema_judge.version()


RECORD = {"HostedZoneId": "Z1", "Name": "a.example.com.", "Type": "TXT", "ResourceRecords": ['"x"']}


def compared(
    resource_type: str, old: dict[str, object], new: dict[str, object], **others: object
) -> dict[str, tuple[str, ...]]:
    """What becomes of one resource beside `others`, which stay as they are written."""
    names = {"It": "It", **{name: name for name in others}}
    before, after = ({"It": {"Type": resource_type, "Properties": properties}, **others} for properties in (old, new))
    return fates((before, names), (after, names))


@pytest.mark.parametrize(
    ("resource_type", "old", "new", "does"),
    [
        pytest.param("AWS::Route53::RecordSet", RECORD, RECORD, {}, id="nothing"),
        pytest.param("AWS::Route53::RecordSet", RECORD, {**RECORD, "TTL": "1"}, {"update `TTL`": ("`It`",)}, id="in-place"),
        pytest.param(
            "AWS::Route53::RecordSet",
            RECORD,
            {**RECORD, "HostedZoneId": "Z2"},
            {"replace `HostedZoneId`": ("`It`",)},
            id="replaced",
        ),
        pytest.param(
            "AWS::Route53::RecordSet", RECORD, {**RECORD, "Name": "b."}, {"rename `Name`": ("`It`",)}, id="both-worlds"
        ),
        pytest.param("Custom::Records", {"A": "1"}, {"A": "2"}, {"call `A`": ("`It`",)}, id="a-function-decides"),
        pytest.param(
            "AWS::SES::ConfigurationSetEventDestination",
            {"EventDestination": {"Name": "a"}},
            {"EventDestination": {"Name": "b"}},
            {"maybe `EventDestination`": ("`It`",)},
            id="aws-decides",
        ),
    ],
)
def test_a_changed_property(
    resource_type: str, old: dict[str, object], new: dict[str, object], does: dict[str, tuple[str, ...]]
) -> None:
    """By the schema of its type."""
    assert compared(resource_type, old, new) == does


def test_another_type_is_refused() -> None:
    """A logical id keeps its type."""
    before, after = ({"It": {"Type": name}} for name in ("AWS::Route53::RecordSet", "Custom::Records"))
    assert fates((before, {"It": "It"}), (after, {"It": "It"})) == {"refuse": ("`It`",)}


def test_what_refers_to_a_replaced_resource_changes_too() -> None:
    """The names of DKIM records are attributes of the identity: with another identity they are other names."""
    record = {"Type": "AWS::Route53::RecordSet", "Properties": {**RECORD, "Name": {"Fn::GetAtt": ["It", "DkimDNSTokenName1"]}}}
    does = compared("AWS::SES::EmailIdentity", {"EmailIdentity": "a.org"}, {"EmailIdentity": "b.org"}, Dkim=record)
    assert does == {"rename `Name`": ("`Dkim`",), "replace `EmailIdentity`": ("`It`",)}
