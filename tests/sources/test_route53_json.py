"""Tests of the reader of what Route 53 lists."""

from __future__ import annotations

from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.sources.route53_json import is_change_batch, is_route53, read_change_batch, read_route53
from ses_email_auth.sources.source_file import DeclaredZone, UnreadableSource
from ses_email_auth.zone.declared import Origin

Json: TypeAlias = dict[str, object]

SOA: Json = {
    "Name": "example.com.",
    "Type": "SOA",
    "TTL": 900,
    "ResourceRecords": [{"Value": "ns-1.awsdns-00.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"}],
}
TXT: Json = {
    "Name": r"\052.example.com.",
    "Type": "TXT",
    "TTL": 300,
    "ResourceRecords": [{"Value": r'"a\100b"'}, {"Value": '"c" "d"'}],
}
ALIAS: Json = {
    "Name": "www.example.com.",
    "Type": "A",
    "AliasTarget": {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d1.cloudfront.net.", "EvaluateTargetHealth": False},
}
WEIGHTED: Json = {
    "Name": "a.example.com.",
    "Type": "TXT",
    "SetIdentifier": "blue",
    "Weight": 1,
    "TTL": 60,
    "ResourceRecords": [{"Value": '"a"'}],
}


def listed(*sets: object, **more: object) -> Json:
    """What the AWS CLI prints."""
    return {"ResourceRecordSets": list(sets), **more}


def test_a_record_set_keeps_what_route_53_says() -> None:
    r"""Escapes stay octal; `\052` is the asterisk of a wildcard."""
    (record,) = read_route53(listed(TXT), "zone.json").records
    assert record.spelling == r"\052.example.com."
    assert record.name == DomainName("*.example.com")
    assert record.values == (r'"a\100b"', '"c" "d"')
    assert record.texts == ("a@b", "cd")
    assert record.ttl == "300"
    assert record.origin == Origin("zone.json", resource="ResourceRecordSets[0]")
    assert record.zone_id == "zone.json"
    assert not record.is_alias


def test_an_alias_and_a_routing_policy_are_told() -> None:
    """An alias has no values and no TTL; sets of a policy have an identifier."""
    alias, weighted = read_route53(listed(ALIAS, WEIGHTED), "zone.json").records
    assert (alias.is_alias, alias.values, alias.ttl, alias.set_identifier) == (True, (), "", None)
    assert weighted.set_identifier == "blue"


COMPLETE = [
    pytest.param(listed(SOA, TXT), "example.com", True, id="all"),
    pytest.param(listed(SOA, IsTruncated=False, MaxItems="300"), "example.com", True, id="not-cut"),
    pytest.param(listed(SOA, IsTruncated=True), "example.com", False, id="cut-by-route-53"),
    pytest.param(listed(SOA, NextToken="eyJ"), "example.com", False, id="cut-by-the-cli"),
    pytest.param(listed(SOA, NextRecordName="b.example.com."), "example.com", False, id="more-to-come"),
    pytest.param(listed(TXT), None, False, id="without-a-soa"),
    pytest.param(listed(), None, False, id="nothing"),
    pytest.param(listed({**SOA, "Name": "a..b."}), None, False, id="soa-of-no-name"),
]


@pytest.mark.parametrize(("body", "name", "is_complete"), COMPLETE)
def test_a_zone_is_complete_with_its_soa(body: Json, name: str | None, is_complete: bool) -> None:  # noqa: FBT001 - a column
    """A list that was cut or filtered says nothing about what is absent."""
    assert read_route53(body, "zone.json").zones == [
        DeclaredZone(zone_id="zone.json", name=None if name is None else DomainName(name), is_complete=is_complete)
    ]


@pytest.mark.parametrize("entry", [{"Name": "a."}, {"Type": "TXT"}, {"Name": 1, "Type": "TXT"}, "text", None])
def test_an_entry_without_name_or_type_is_refused(entry: object) -> None:
    """Route 53 lists none; the error says which it is."""
    with pytest.raises(UnreadableSource, match=r"ResourceRecordSets\[1\] has no Name or no Type"):
        read_route53(listed(SOA, entry), "zone.json")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(listed(), True, id="empty-list"),
        pytest.param({"ResourceRecordSets": "x"}, False, id="no-list"),
        pytest.param([SOA], False, id="the-list-alone"),
        pytest.param({"Resources": {}}, False, id="template"),
        pytest.param(None, False, id="null"),
    ],
)
def test_a_list_of_route_53_is_told_by_its_key(body: object, expected: bool) -> None:  # noqa: FBT001 - a column
    """Nothing else has a list of `ResourceRecordSets`."""
    assert is_route53(body) is expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Name", "Type", "TTL", "ResourceRecords", "Value", "AliasTarget"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(VALUES)
def test_no_json_does_harm(entry: object) -> None:
    """Whatever the list holds is read or refused."""
    try:
        read_route53(listed(SOA, entry), "zone.json")
    except UnreadableSource as error:
        assert "ResourceRecordSets[1]" in str(error)  # noqa: PT017 - not every entry is refused


def changes(*pairs: tuple[str, object]) -> Json:
    """What `--change-batch` takes."""
    return {"Comment": "x", "Changes": [{"Action": action, "ResourceRecordSet": entry} for action, entry in pairs]}


def test_a_change_batch_declares_what_is_there_afterwards() -> None:
    """What it creates and upserts; the deletion of what it creates anew takes nothing away."""
    source_file = read_change_batch(changes(("DELETE", TXT), ("CREATE", TXT), ("DELETE", SOA), ("UPSERT", ALIAS)), "b.json")
    first, second = source_file.records
    assert (first.name, first.values, first.ttl) == (DomainName("*.example.com"), (r'"a\100b"', '"c" "d"'), "300")
    assert first.origin == Origin("b.json", resource="Changes[1]")
    assert (second.is_alias, second.origin.resource) == (True, "Changes[3]")
    assert first.zone_id == ""
    assert source_file.zones == []


@pytest.mark.parametrize("written", ["Z1", "/hostedzone/Z1"])
def test_a_change_batch_of_the_command_line_names_its_zone(written: str) -> None:
    """As `--cli-input-json` takes it; the zone is one with that of other files, and not whole."""
    source_file = read_change_batch({"HostedZoneId": written, "ChangeBatch": changes(("CREATE", TXT))}, "b.json")
    assert [record.zone_id for record in source_file.records] == ["Z1"]
    assert source_file.zones == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(
            changes(("ADD", TXT)), "Changes[0] has the action 'ADD'; Route 53 knows CREATE, UPSERT, DELETE", id="action"
        ),
        pytest.param(changes(("create", TXT)), "Changes[0] has the action 'create'; Route 53 knows", id="lower-case"),
        pytest.param(changes(("CREATE", TXT), ("UPSERT", {})), "Changes[1] has no Name or no Type; each", id="no-name"),
        pytest.param(changes(("DELETE", None)), "Changes[0] has no Name or no Type", id="nothing"),
        pytest.param({"Changes": [1, {"ResourceRecordSet": {}}]}, "Changes[0] has the action ''", id="a-number"),
    ],
)
def test_a_change_that_route_53_refuses_says_so(body: object, reason: str) -> None:
    """The batch is applied as a whole or not at all."""
    with pytest.raises(UnreadableSource) as caught:
        read_change_batch(body, "b.json")
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(changes(("CREATE", TXT)), True, id="batch"),
        pytest.param({"ChangeBatch": changes(("CREATE", TXT))}, True, id="without-a-zone"),
        pytest.param({"ChangeBatch": [], **changes(("CREATE", TXT))}, False, id="no-batch"),
        pytest.param({"Changes": []}, False, id="empty"),
        pytest.param({"Changes": {}}, False, id="no-list"),
        pytest.param([], False, id="list"),
    ],
)
def test_a_change_batch_is_told_by_its_record_sets(body: object, expected: bool) -> None:  # noqa: FBT001 - a column
    """Other commands print `Changes` too."""
    assert is_change_batch(body) is expected
