"""Tests of the reader of `terraform.tfstate`: it reads what `terraform show -json` prints of the same state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

import pytest

from ses_email_auth.sources.json_values import mappings, text
from ses_email_auth.sources.read import read
from ses_email_auth.sources.terraform import read_terraform
from ses_email_auth.sources.terraform_state import is_state_file, read_state_file
from tests.sources.terraform_files import applied_state, first_plan, plan, record, resource, state

if TYPE_CHECKING:
    from pathlib import Path

Json: TypeAlias = dict[str, object]


def state_file(*resources: Json, **more: object) -> Json:
    """A state of version 4."""
    frame: Json = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "outputs": {}}
    return frame | {"resources": list(resources)} | more


def kept(shown: Json) -> Json:
    """The state that `terraform show -json` shows as `shown`."""
    resources: dict[tuple[str, str, str], Json] = {}
    for each in mappings(shown["values"]["root_module"]["resources"]):  # type: ignore[index]
        mode, kind, name = (text(each[key]) for key in ("mode", "type", "name"))
        entry = resources.setdefault((mode, kind, name), {"mode": mode, "type": kind, "name": name, "instances": []})
        instance = {"schema_version": 0, "attributes": each["values"]}
        entry["instances"].append(instance if "index" not in each else {"index_key": each["index"], **instance})  # type: ignore[attr-defined]
    return json.loads(json.dumps(state_file(*resources.values())))  # type: ignore[no-any-return]


def described(body: Json, reader: str) -> str:
    """All that a reader finds, as text: record sets are equal only if they are one object."""
    found = (read_terraform if reader == "shown" else read_state_file)(body, "x.json")
    records = sorted(repr(each) for each in found.records)
    identities = sorted(repr(each) for each in found.identities)
    return "\n".join((*records, *identities, repr(found.zones), found.account, found.region, found.terraform))


def test_a_state_is_what_terraform_shows_of_it() -> None:
    """Records with `count` and without, a zone that is a data source, the identity and what belongs to it."""
    shown = applied_state()
    assert described(kept(shown), "kept") == described(shown, "shown")


def instance(**more: object) -> Json:
    """A record set."""
    return {"attributes": {"name": "a.example.com", "zone_id": "Z1", "type": "TXT", "ttl": 60, "records": ["a"]}, **more}


RECORD: Json = {"mode": "managed", "type": "aws_route53_record", "name": "r"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param({**RECORD, "instances": [instance()]}, ["aws_route53_record.r"], id="one"),
        pytest.param(
            {**RECORD, "instances": [instance(index_key=0), instance(index_key=1)]},
            ["aws_route53_record.r[0]", "aws_route53_record.r[1]"],
            id="count",
        ),
        pytest.param(
            {**RECORD, "each": "map", "instances": [instance(index_key='a"b')]},
            [r'aws_route53_record.r["a\"b"]'],
            id="for-each",
        ),
        pytest.param(
            {**RECORD, "module": 'module.dns["eu"].module.x', "instances": [instance()]},
            ['module.dns["eu"].module.x.aws_route53_record.r'],
            id="module",
        ),
        pytest.param({**RECORD, "mode": "data", "instances": [instance()]}, [], id="data"),
        pytest.param({**RECORD, "instances": [instance(deposed="00000001")]}, [], id="deposed"),
        pytest.param({**RECORD, "instances": [instance(status="tainted")]}, ["aws_route53_record.r"], id="tainted"),
        pytest.param({**RECORD, "instances": None}, [], id="no-instances"),
        pytest.param(RECORD, [], id="nothing"),
    ],
)
def test_each_instance_is_a_resource(entry: Json, expected: list[str]) -> None:
    """By the address that Terraform gives it; what the next apply destroys is none."""
    assert [each.origin.resource for each in read_state_file(state_file(entry), "s").records] == expected


@pytest.mark.parametrize(
    "attributes", [pytest.param({"attributes": None}, id="null"), pytest.param({"attributes_flat": {"type": "TXT"}}, id="flat")]
)
def test_attributes_that_are_not_there_are_not_known(attributes: Json) -> None:
    """The record set is there, and nothing is known of it."""
    (found,) = read_state_file(state_file({**RECORD, "instances": [attributes]}), "s").records
    assert (found.type_text, found.ttl, found.spelling) == ("?", "", "${Token[aws_route53_record.r.name]}")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(state_file(), True, id="empty"),
        pytest.param(state_file(resources=None), True, id="null"),
        pytest.param(state_file(version=3), False, id="version-3"),
        pytest.param({"version": 4, "resources": []}, False, id="something-else"),
        pytest.param({"version": 4, "lineage": "x", "encrypted_data": "x"}, False, id="encrypted"),
        pytest.param([], False, id="list"),
    ],
)
def test_a_state_is_told_by_its_version(body: object, expected: bool) -> None:  # noqa: FBT001 - a column
    """Others are refused with what to do."""
    assert is_state_file(body) is expected


def put(folder: Path, **bodies: Json) -> list[str]:
    """The names of the files that are read, of a folder with these."""
    for name, body in bodies.items():
        (folder / name).write_text(json.dumps(body), encoding="utf-8")
    return [each.path.rpartition("/")[2] for each in read([folder])]


def of_zone(zone_id: str) -> Json:
    """A state with a record set by an address that many use."""
    return state(
        [resource("aws_route53_record.dmarc", {"name": "_dmarc", "zone_id": zone_id, "type": "TXT", "records": ["a"]})]
    )


OF_A_REGION = state([resource("aws_ses_domain_identity.a", {"domain": "example.com"})])


OTHER = state([record("other", "TXT", "b.example.org", "a")])


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        pytest.param({"a_state": applied_state(), "b_plan": first_plan()}, ["b_plan"], id="a-plan-wins"),
        pytest.param({"a_tfstate": kept(applied_state()), "b_backup": kept(applied_state())}, ["a_tfstate"], id="backup"),
        pytest.param({"a_state": applied_state(), "b_tfstate": kept(applied_state())}, ["a_state"], id="shown-and-kept"),
        pytest.param({"a_state": OTHER, "b_plan": first_plan()}, ["a_state", "b_plan"], id="another-configuration"),
        pytest.param({"a": of_zone("Z1"), "b": of_zone("Z2")}, ["a", "b"], id="another-zone"),
        pytest.param({"a": OF_A_REGION, "b": OF_A_REGION}, ["a", "b"], id="another-region"),
        pytest.param({"a": first_plan(), "b": first_plan()}, ["a", "b"], id="two-plans"),
        pytest.param(
            {
                "a": OF_A_REGION,
                "b": plan([resource("aws_ses_domain_identity.a", {"domain": "example.com"})]),
            },
            ["b"],
            id="identities-alone",
        ),
    ],
)
def test_a_state_that_another_file_replaces_is_left_out(tmp_path: Path, bodies: dict[str, Json], expected: list[str]) -> None:
    """Else each record of a plan beside its `terraform.tfstate` would stand there twice."""
    assert put(tmp_path, **bodies) == expected
