"""Reading a hosted zone: all pages of a name, and none of the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
    zone.put(txt(D, "x", kind="TYPE257"))
    record_sets = hosted_zone.read([D])
    assert list(record_sets) == [(D, "TXT"), (D, "TYPE257")]
    assert not record_sets[D, "TXT"].is_simple
