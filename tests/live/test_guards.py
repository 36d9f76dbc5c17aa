"""What is refused before AWS is asked, and the delegation, which only a real AWS has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dns_server import dns_server
from tests.live import account
from tests.live.run import Run
from tests.live.settings import Refused, read

GIVEN = {"DOMAIN": "Example.com.", "ZONE_ID": "Z0123456789ABC", "ACCOUNT": "123456789012"}


def test_what_is_read() -> None:
    """Names in lower case without a final dot; a child is one below the domain, however it is written."""
    options = read(GIVEN | {"CHILD": "Live.example.com", "MINUTES": "3", "ONLY": "a, b c"})
    assert (options.domain, options.base, options.minutes, options.only) == (
        "example.com",
        "live.example.com",
        3,
        ("a", "b", "c"),
    )
    assert read(GIVEN).base == "example.com"
    assert read(GIVEN).run != read(GIVEN).run


def test_what_is_missing_is_listed() -> None:
    """All of it at once."""
    with pytest.raises(Refused) as caught:
        read({"ACCOUNT": "123456789012", "ZONE_ID": " "})
    assert str(caught.value).splitlines() == [
        "make live needs",
        "  DOMAIN=…  a throw-away domain that is delegated to the zone",
        "  ZONE_ID=…  the id of its public hosted zone",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ACCOUNT", "1234"),
        ("ZONE_ID", "/hostedzone/Z1"),
        ("MINUTES", "soon"),
        ("CLEAN", "../r12345678"),
        ("DOMAIN", "exa mple.com"),
        ("CHILD", "*"),
    ],
)
def test_a_wrong_form(name: str, text: str) -> None:
    """The sentence names the variable and what it holds."""
    with pytest.raises(Refused, match=f"{name} must be ") as caught:
        read(GIVEN | {name: text})
    assert repr(text.lower()) in str(caught.value).lower()


class Route53:
    """Answers what a zone of AWS does."""

    def __init__(self, *servers: str, private: bool = False) -> None:
        self._zone = {
            "HostedZone": {"Name": "example.com.", "Config": {"PrivateZone": private}},
            "DelegationSet": {"NameServers": list(servers)},
        }

    def get_hosted_zone(self, **_: str) -> dict[str, Any]:
        """The zone."""
        return self._zone

    def get_paginator(self, _: str) -> Route53:
        """Its records."""
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        """NS and SOA."""
        return [{"ResourceRecordSets": [{"Name": "example.com.", "Type": rtype} for rtype in ("NS", "SOA")]}]


class Sts:
    """The account."""

    def get_caller_identity(self) -> dict[str, str]:
        """Who asks."""
        return {"Account": "123456789012"}


def check(route53: Route53, **given: str) -> list[str]:
    """The warnings for a zone of which public DNS says that its name server is ns.example.net."""
    with dns_server([("example.com", "NS", 60, ["ns.example.net."])]) as server:
        run = Run(read(GIVEN | {"SES_EMAIL_AUTH_RESOLVER": f"{server.host}:{server.port}"} | given))
        run._clients["route53", "home", "us-east-1"] = route53
        run._clients["sts", "home", "us-east-1"] = Sts()
        return account.check(run)


def test_a_domain_that_is_delegated() -> None:
    """Nothing to say."""
    assert check(Route53("NS.example.net")) == []


def test_a_domain_that_is_delegated_elsewhere() -> None:
    """Both sets of name servers are named."""
    with pytest.raises(Refused, match=r"is delegated to ns.example.net, but the zone Z0123456789ABC has ns-1.awsdns-01.org"):
        check(Route53("ns-1.awsdns-01.org"))


def test_a_private_zone() -> None:
    """SES looks into public DNS alone."""
    with pytest.raises(Refused, match="is private"):
        check(Route53("ns.example.net", private=True))


def test_an_endpoint_that_was_given() -> None:
    """It is not AWS, and nobody delegates to it: a note."""
    (note,) = check(Route53("ns-1.awsdns-01.org"), AWS_ENDPOINT_URL="http://127.0.0.1:4566")
    assert "is not AWS" in note
