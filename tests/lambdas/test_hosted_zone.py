"""Reading a hosted zone in few pages, and where the role of another account is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
import pytest

from ses_email_auth.lambdas import hosted_zone as module
from ses_email_auth.lambdas.hosted_zone import HostedZone
from tests.lambdas.route53 import txt

if TYPE_CHECKING:
    from tests.lambdas.route53 import Aws, Zone

D = "example.com"
PROPERTIES = {"HostedZoneId": "/hostedzone/Z1", "Domain": D}


@pytest.fixture
def hosted_zone(aws: Aws) -> HostedZone:  # noqa: ARG001 - in place before the zone is read
    """The zone of the test."""
    return HostedZone(PROPERTIES)


def test_many_record_sets_at_one_name(hosted_zone: HostedZone, zone: Zone) -> None:
    """One page for each, and one that shows that the next name begins."""
    zone.page_size = 1
    for kind in ("A", "AAAA", "CAA", "MX"):
        zone.put(txt(D, "x", kind=kind))
    zone.put(txt(f"_dmarc.{D}", "v=DMARC1; p=none"))
    zone.put(txt(f"zzz.{D}", "x"))
    assert list(hosted_zone.read([D])) == [(D, "A"), (D, "AAAA"), (D, "CAA"), (D, "MX")]
    assert zone.pages == 4


@pytest.mark.parametrize("page_size", [1, 2, 3])
def test_many_record_sets_of_one_routing_policy(hosted_zone: HostedZone, zone: Zone, page_size: int) -> None:
    """They share name and type, so the next page begins at an identifier."""
    zone.page_size = page_size
    for identifier in ("blue", "green", "red"):
        zone.put(txt(D, identifier), SetIdentifier=identifier, Weight=1)
    zone.put(txt(D, "x", kind="TLSA"))  # its place in the list does not matter here: behind TXT or before
    record_sets = hosted_zone.read([D])
    assert set(record_sets) == {(D, "TXT"), (D, "TLSA")}
    assert not record_sets[D, "TXT"].is_simple


# Those of one domain with all that a construct writes, in no order.
NAMES = [f"c._domainkey.{D}", D, f"bounce.{D}", f"_dmarc.{D}", f"a._domainkey.{D}", f"b._domainkey.{D}", f"bounce-tokyo.{D}"]


@pytest.mark.parametrize(
    ("others", "page_size", "pages"),
    [
        pytest.param(0, 300, 1, id="small"),
        pytest.param(5, 300, 1, id="neighbours-on-one-page"),
        pytest.param(1000, 300, 6, id="large"),
        pytest.param(1000, 1, 12, id="tiny-pages"),
    ],
)
def test_few_pages(hosted_zone: HostedZone, zone: Zone, others: int, page_size: int, pages: int) -> None:
    """A page serves all names whose place is on it; between names that lie far apart nothing is read."""
    zone.page_size = page_size
    for name in NAMES:
        zone.put(txt(name, "x"))
    # Below the names and between them; `-` sorts before the dot.
    for number in range(others):
        for below in (f"bounce.{D}", f"bounce-a.{D}", f"_domainkey.{D}", D):
            zone.put(txt(f"x{number}.{below}", "y"))
        zone.put(txt(f"cc{number}._domainkey.{D}", "y"))
    absent = [f"none.{D}", f"d._domainkey.{D}", f"bounce-a.{D}"]
    assert {name for name, _ in hosted_zone.read([*NAMES, *absent])} == set(NAMES)
    assert zone.pages <= pages


@pytest.mark.parametrize("page_size", [1, 2, 3, 5, 300])
def test_no_record_set_is_missed(hosted_zone: HostedZone, zone: Zone, page_size: int) -> None:
    """However names are cut into pages, also such whose place in the list is not documented."""
    zone.page_size = page_size
    names = [*NAMES, f"*.{D}", f"*._report._dmarc.{D}", f"z.{D}", f"a-b.{D}", f"b.a.{D}", f"a.{D}"]
    for name in names:
        for kind in ("A", "TXT", "TLSA"):
            zone.put(txt(name, "x", kind=kind))
    zone.put(txt(f"x@y.{D}", "x"))
    wanted = [f"missing.{D}", f"*.z.{D}", *names[::2]]
    read = hosted_zone.read(wanted)
    assert set(read) == {(name, kind) for name in names[::2] for kind in ("A", "TXT", "TLSA")}


def test_where_route_53_is() -> None:
    """The table says of each partition what botocore does; a partition without Route 53 is not in it."""
    path = Path(botocore.__file__).parent / "data" / "endpoints.json"
    regions = {}
    for partition in json.loads(path.read_text(encoding="utf-8"))["partitions"]:
        service = partition["services"].get("route53")
        if service is not None:
            regions[partition["partition"]] = service["endpoints"][service["partitionEndpoint"]]["credentialScope"]["region"]
    assert regions == module._ROUTE53_REGIONS


@pytest.mark.parametrize(
    ("partition", "region"), [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-eusc", None)], ids=str
)
def test_where_the_role_is_asked_for(aws: Aws, partition: str, region: str | None) -> None:
    """In the region of Route 53: an account need not have opted in to the region of the function."""
    role = f"arn:{partition}:iam::210987654321:role/mail-records"
    HostedZone({**PROPERTIES, "RoleArn": role}).read([D])
    assert aws.regions == [region]
