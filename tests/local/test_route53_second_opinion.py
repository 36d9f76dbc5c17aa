"""Route 53 of the local AWS beside moto's: the same change batches and listings, which are two accounts of one documentation.

Where both say the same, that is what the test holds. Where they differ, the third column says who is right, in AWS's own words
or those of a report; the test holds that ours is, and that they still differ.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from tests.local.templates import SPF, ZONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.local_aws import LocalAws

HOST, DOT = f"x.{ZONE}", f"x.{ZONE}."
OTHER = '"other"'
TARGET = "target.example.com"
_references = itertools.count()


def txt(name: str, *values: str, rtype: str = "TXT", ttl: int | None = 600, **more: Any) -> dict[str, Any]:
    """A record set as the API has it."""
    fields: dict[str, Any] = {"Name": name, "Type": rtype, **more}
    fields |= {"TTL": ttl} if ttl is not None else {}
    return fields | ({"ResourceRecords": [{"Value": value} for value in values]} if values else {})


def many(sets: int, values: int, length: int = 3) -> list[dict[str, Any]]:
    """Record sets with so many values each, of so many characters with their quotation marks."""
    return [txt(f"n{n}.{ZONE}", *(f'"{value:0{length - 2}}"' for value in range(values))) for n in range(sets)]


def each(action: str, record_sets: Sequence[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """The same action for all."""
    return [(action, record_set) for record_set in record_sets]


SPF_AT_HOST = (DOT, "TXT", 600, [SPF])
# What stands before, the batch, and what stands after it; None: the batch is refused, and nothing has changed.
AGREED = [
    pytest.param([], [("CREATE", txt(HOST, SPF))], [SPF_AT_HOST], id="create"),
    pytest.param([txt(HOST, SPF)], [("CREATE", txt(HOST, SPF))], None, id="create-what-stands-there"),
    pytest.param([txt(HOST, SPF)], [("DELETE", txt(HOST, SPF))], [], id="delete"),
    pytest.param([txt(HOST, SPF)], [("DELETE", txt(DOT, SPF))], [], id="delete-with-a-final-dot"),
    pytest.param([txt(HOST, SPF)], [("DELETE", txt(HOST, OTHER))], None, id="delete-with-another-value"),
    pytest.param([txt(HOST, SPF)], [("DELETE", txt(HOST, SPF, ttl=1))], None, id="delete-with-another-ttl"),
    pytest.param([], [("DELETE", txt(HOST, SPF))], None, id="delete-what-is-not-there"),
    pytest.param(
        [txt(HOST, SPF)],
        [("DELETE", txt(HOST, SPF)), ("CREATE", txt(HOST, OTHER))],
        [(DOT, "TXT", 600, [OTHER])],
        id="delete-and-create-in-one-batch",
    ),
    pytest.param([], [("UPSERT", txt(HOST, SPF))], [SPF_AT_HOST], id="upsert-of-a-new-one"),
    pytest.param([txt(HOST, OTHER)], [("UPSERT", txt(HOST, SPF))], [SPF_AT_HOST], id="upsert-overwrites"),
    pytest.param([txt(HOST, SPF)], [("UPSERT", txt(HOST, SPF))], [SPF_AT_HOST], id="upsert-of-the-same"),
    pytest.param(
        [txt(HOST, TARGET, rtype="CNAME")],
        [("DELETE", txt(HOST, TARGET, rtype="CNAME")), ("CREATE", txt(HOST, SPF))],
        [SPF_AT_HOST],
        id="a-cname-makes-place-in-one-batch",
    ),
    pytest.param(
        [txt(HOST, SPF)],
        [("CREATE", txt(HOST, "10 mx.example.com", rtype="MX"))],
        [(DOT, "MX", 600, ["10 mx.example.com"]), SPF_AT_HOST],
        id="other-types-share-a-name",
    ),
    pytest.param([], [("CREATE", txt("x.example.com", SPF))], None, id="outside-the-zone"),
    pytest.param([], [("CREATE", txt("link", SPF))], None, id="above-the-zone"),
    pytest.param(
        [],
        [("CREATE", txt(HOST, f'"{"a" * 255}" "b"'))],
        [(DOT, "TXT", 600, [f'"{"a" * 255}" "b"'])],
        id="txt-of-two-strings-is-kept-as-it-is-written",
    ),
    pytest.param(
        [], [("CREATE", txt(HOST, SPF)), ("DELETE", txt(f"y.{ZONE}", SPF))], None, id="all-or-nothing-where-a-delete-fails"
    ),
    pytest.param(
        [txt(HOST, SPF)],
        [("UPSERT", txt(f"y.{ZONE}", SPF)), ("CREATE", txt(HOST, SPF))],
        None,
        id="all-or-nothing-where-a-create-fails",
    ),
    pytest.param(
        [txt(HOST, SPF, SetIdentifier="a", Weight=1)],
        [("CREATE", txt(HOST, SPF, SetIdentifier="b", Weight=1))],
        [SPF_AT_HOST, SPF_AT_HOST],
        id="a-routing-policy-has-several",
    ),
    pytest.param([], each("CREATE", many(11, 91)), None, id="1001-values"),
    pytest.param([], each("UPSERT", many(3, 167)), None, id="501-values-of-upserts-count-twice"),
]
ALL_OR_NONE = "API reference, ChangeResourceRecordSets: either all or none of the changes in a batch are made"
# As above; the third column says what AWS says, whose outcome stands in the last one.
DIFFERENT = [
    pytest.param(
        [txt(HOST, SPF)],
        [("CREATE", txt(HOST, OTHER))],
        "seen at AWS: '… but it already exists', for other values too (AnalogJ/lexicon #179)",
        None,
        id="create-over-other-values",
    ),
    pytest.param(
        [],
        [("CREATE", txt(HOST, SPF)), ("CREATE", txt(HOST, SPF))],
        "a name and type has one simple record set (as above)",
        None,
        id="create-twice-in-one-batch",
    ),
    pytest.param(
        [txt(HOST, SPF)],
        [("DELETE", txt(HOST, SPF)), ("DELETE", txt(HOST, SPF))],
        "API reference, older text: one that is deleted twice in a batch is InvalidChangeBatch",
        None,
        id="delete-twice-in-one-batch",
    ),
    pytest.param(
        [txt(HOST, SPF, OTHER)],
        [("DELETE", txt(HOST, OTHER, SPF))],
        "values are a set (RFC 2181 section 5); no document of AWS speaks about their order: not known",
        [],
        id="delete-with-values-in-another-order",
    ),
    pytest.param(
        [txt(HOST, SPF)],
        [("CREATE", txt(HOST, TARGET, rtype="CNAME"))],
        "RFC 1034 section 3.6.2; seen at AWS: 'a conflicting RRSet of type CNAME … already exists' (hashicorp/terraform #9732)",
        None,
        id="cname-beside-txt",
    ),
    pytest.param(
        [txt(HOST, TARGET, rtype="CNAME")],
        [("CREATE", txt(HOST, SPF))],
        "as above",
        None,
        id="txt-beside-cname",
    ),
    pytest.param(
        [],
        [("CREATE", txt(ZONE, TARGET, rtype="CNAME"))],
        "developer guide, CNAME record type: not for the top node of a zone",
        None,
        id="cname-at-the-apex",
    ),
    pytest.param(
        [], [("CREATE", txt(HOST, TARGET, "b.example.com", rtype="CNAME"))], "RFC 2181 section 10.1", None, id="two-cnames"
    ),
    pytest.param(
        [],
        [("CREATE", txt(f"xnot{ZONE}", SPF))],
        "the zone is a suffix of labels, not of letters (RFC 1034 section 3.1)",
        None,
        id="outside-the-zone-with-its-letters",
    ),
    pytest.param(
        [],
        [("CREATE", txt(HOST, "v=spf1 -all"))],
        "developer guide, TXT record type: strings stand in double quotation marks",
        None,
        id="txt-without-quotes",
    ),
    pytest.param(
        [],
        [("CREATE", txt(HOST, f'"{"a" * 256}"'))],
        "developer guide, TXT record type: 255 characters; seen at AWS: CharacterStringTooLong (boto/boto3 #1462)",
        None,
        id="txt-string-of-256",
    ),
    pytest.param(
        [],
        [("CREATE", txt(HOST, SPF, SPF))],
        "seen at AWS: 'Duplicate Resource Record' (kubernetes-sigs/external-dns #1929)",
        None,
        id="value-twice",
    ),
    pytest.param(
        [],
        [("CREATE", txt(HOST, "mx.example.com", rtype="MX"))],
        "developer guide, MX record type: priority and domain name",
        None,
        id="mx-without-preference",
    ),
    pytest.param(
        [],
        [("CREATE", txt(HOST, SPF, ttl=None))],
        "seen at AWS: InvalidInput (boto/boto3 #612)",
        None,
        id="without-ttl",
    ),
    pytest.param([], [("CREATE", txt(HOST))], "as above", None, id="without-values"),
    pytest.param(
        [], [("CREATE", txt(HOST, SPF)), ("CREATE", txt("x.example.com", SPF))], ALL_OR_NONE, None, id="all-or-nothing"
    ),
    pytest.param(
        [],
        [("CREATE", txt("X.BlackSheep.Link", SPF))],
        "developer guide, DNS domain name format: letters are lower case, however they are written",
        [SPF_AT_HOST],
        id="upper-case",
    ),
    pytest.param(
        [],
        [("CREATE", txt(f"*.{ZONE}", SPF))],
        r"developer guide, DNS domain name format: the asterisk is listed as \052",
        [(f"\\052.{ZONE}.", "TXT", 600, [SPF])],
        id="asterisk",
    ),
    pytest.param([], [("CREATE", txt(f"{'a' * 64}.{ZONE}", SPF))], "RFC 1035 section 2.3.4", None, id="label-of-64"),
    pytest.param(
        [txt(HOST, SPF, SetIdentifier="a", Weight=1)],
        [("CREATE", txt(HOST, SPF))],
        "seen at AWS: 'cannot be created as other RRSets exist with the same name and type' (chef-boneyard/route53 #100)",
        None,
        id="a-simple-one-beside-a-routing-policy",
    ),
    pytest.param(
        [],
        each("CREATE", many(11, 12, length=250)),
        "API reference, ChangeResourceRecordSets: 32,000 characters in all values of a request",
        None,
        id="33000-characters",
    ),
]

Outcome = tuple[bool, list[tuple[str, str, int, list[str]]]]


def _new_zone(route53: Any) -> str:
    return str(route53.create_hosted_zone(Name=ZONE, CallerReference=f"opinion-{next(_references)}")["HostedZone"]["Id"])


def _change(route53: Any, zone: str, changes: Sequence[tuple[str, dict[str, Any]]]) -> bool:
    """Whether the batch is taken."""
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": dict(record_set)} for action, record_set in changes]}
    try:
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    except (route53.exceptions.InvalidChangeBatch, route53.exceptions.InvalidInput):
        return False
    return True


def _outcome(route53: Any, standing: Sequence[dict[str, Any]], changes: Sequence[tuple[str, dict[str, Any]]]) -> Outcome:
    """Whether the batch was taken, and what stands in the zone then."""
    zone = _new_zone(route53)
    if standing:
        assert _change(route53, zone, each("CREATE", standing))
    taken = _change(route53, zone, changes)
    listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return taken, [
        (r["Name"], r["Type"], r.get("TTL", -1), [record["Value"] for record in r.get("ResourceRecords", [])])
        for r in listed
        if r["Type"] not in {"NS", "SOA"}
    ]


def _expected(standing: Sequence[dict[str, Any]], after: list[tuple[str, str, int, list[str]]] | None) -> Outcome:
    if after is not None:
        return True, after
    before = [(f"{r['Name']}.", r["Type"], r["TTL"], [record["Value"] for record in r["ResourceRecords"]]) for r in standing]
    return False, before


def _moto() -> Any:
    """A client, to be made and used within `mock_aws`."""
    return boto3.client("route53", region_name="us-east-1")


@pytest.mark.parametrize(("standing", "changes", "after"), AGREED)
def test_both_agree(local: LocalAws, standing: Any, changes: Any, after: Any) -> None:
    """Two accounts of Route 53 that were written apart say the same."""
    expected = _expected(standing, after)
    assert _outcome(local.client("route53"), standing, changes) == expected
    with mock_aws():
        assert _outcome(_moto(), standing, changes) == expected


@pytest.mark.parametrize(("standing", "changes", "source", "after"), DIFFERENT)
def test_they_differ(local: LocalAws, standing: Any, changes: Any, source: str, after: Any) -> None:
    """Ours is as AWS says; moto's is not, or takes more than AWS does."""
    expected = _expected(standing, after)
    assert _outcome(local.client("route53"), standing, changes) == expected, source
    with mock_aws():
        assert _outcome(_moto(), standing, changes) != expected, "moto says the same now: move the row to AGREED"


# --- listings -----------------------------------------------------------------------------------------------------------

LISTED = [
    (f"{ZONE}.", "MX"),
    (f"{ZONE}.", "NS"),
    (f"{ZONE}.", "SOA"),
    (f"{ZONE}.", "TXT"),
    (f"_dmarc.{ZONE}.", "TXT"),
    (f"x._domainkey.{ZONE}.", "CNAME"),
    (f"a.{ZONE}.", "A"),
    (f"a.{ZONE}.", "TXT"),
    (f"b.a.{ZONE}.", "TXT"),
    (f"a2.{ZONE}.", "TXT"),
]
VALUES = {"A": "192.0.2.1", "CNAME": TARGET, "MX": "10 mx.example.com", "TXT": SPF}


def _zone_to_list(route53: Any, *more: tuple[str, str]) -> str:
    zone = _new_zone(route53)
    wanted = [(name, rtype) for name, rtype in (*reversed(LISTED), *more) if rtype not in {"NS", "SOA"}]
    assert _change(route53, zone, [("CREATE", txt(name, VALUES[rtype], rtype=rtype)) for name, rtype in wanted])
    return zone


def _page(route53: Any, zone: str, **start: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """What is on the page, and where the next one starts."""
    page = route53.list_resource_record_sets(HostedZoneId=zone, **start)
    following = {f"Start{member[4:]}": page[member] for member in ("NextRecordName", "NextRecordType") if member in page}
    assert bool(following) is page["IsTruncated"]
    return [(r["Name"], r["Type"]) for r in page["ResourceRecordSets"]], following


def _listings(route53: Any) -> list[list[tuple[str, str]]]:
    """All at once, page by page, and from several starts."""
    zone = _zone_to_list(route53)
    paged: list[tuple[str, str]] = []
    following: dict[str, str] | None = {}
    while following is not None:
        found, rest = _page(route53, zone, MaxItems="3", **following)
        paged += found
        following = rest or None
    starts = (
        {"StartRecordName": f"a.{ZONE}"},
        {"StartRecordName": f"a.{ZONE}", "StartRecordType": "MX"},
        {"StartRecordName": f"a.{ZONE}.", "StartRecordType": "TXT"},
        {"StartRecordName": f"zzz.{ZONE}"},
        {"StartRecordName": f"missing._domainkey.{ZONE}", "StartRecordType": "TXT"},
        {"StartRecordName": "example.com"},
    )
    return [_page(route53, zone)[0], paged, *(_page(route53, zone, MaxItems="2", **start)[0] for start in starts)]


def test_listings(local: LocalAws) -> None:
    """By names with labels reversed, then by type; a page starts at the first that is not before its start."""
    expected = [LISTED, LISTED, LISTED[6:8], LISTED[7:9], LISTED[7:9], [], LISTED[5:7], LISTED[:2]]
    assert _listings(local.client("route53")) == expected
    with mock_aws():
        assert _listings(_moto()) == expected


def test_a_hyphen_is_before_a_dot(local: LocalAws) -> None:
    """API reference: the final dot counts, so `a-b` is listed before `a`. Neither MiniStack nor moto has it."""
    route53 = local.client("route53")
    expected = [*LISTED[:6], (f"a-b.{ZONE}.", "TXT"), *LISTED[6:]]
    assert _page(route53, _zone_to_list(route53, (f"a-b.{ZONE}", "TXT")))[0] == expected
    with mock_aws():
        route53 = _moto()
        assert _page(route53, _zone_to_list(route53, (f"a-b.{ZONE}", "TXT")))[0] != expected


def test_a_start_with_a_type_needs_a_name(local: LocalAws) -> None:
    """API reference: "If you specify Type but not Name", InvalidInput."""
    _refuses_a_type_alone(local.client("route53"))
    with mock_aws():
        _refuses_a_type_alone(_moto())


def _refuses_a_type_alone(route53: Any) -> None:
    zone = _new_zone(route53)
    with pytest.raises(route53.exceptions.InvalidInput):
        route53.list_resource_record_sets(HostedZoneId=zone, StartRecordType="TXT")


def test_a_start_in_upper_case(local: LocalAws) -> None:
    """Developer guide, DNS domain name format: it is the same name."""
    route53 = local.client("route53")
    assert _page(route53, _zone_to_list(route53), StartRecordName=f"A.{ZONE}", MaxItems="2")[0] == LISTED[6:8]
