"""What Route 53 refuses, through its own API and through CloudFormation alike; a batch is all or nothing."""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import SPF, ZONE, change, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

HOST = f"x.{ZONE}."
TARGET = "target.example.com"

REFUSED = [
    pytest.param(member(HOST, "v=spf1 -all"), "enclosed in quotation marks", id="txt-without-quotes"),
    pytest.param(member(HOST, '"a" b'), "enclosed in quotation marks", id="txt-half-quoted"),
    pytest.param(member(HOST, f'"{"a" * 256}"'), "CharacterStringTooLong", id="txt-string-of-256"),
    pytest.param(
        member(HOST, " ".join([f'"{"a" * 250}"'] * 16)), "less than or equal to 4000", id="value-over-4000-characters"
    ),
    pytest.param(member(HOST, SPF, SPF), "Duplicate Resource Record", id="same-value-twice"),
    pytest.param(member(HOST, "mx.example.com", rtype="MX"), "doesn't have 2 fields", id="mx-without-preference"),
    pytest.param(member(HOST, "65536 mx.example.com", rtype="MX"), "0 to 65535", id="mx-preference-of-17-bits"),
    pytest.param(member(HOST, "ten mx.example.com", rtype="MX"), "0 to 65535", id="mx-preference-in-words"),
    pytest.param(member(HOST, TARGET, "b.example.com", rtype="CNAME"), "exactly one", id="cname-with-two-targets"),
    pytest.param(member(HOST, f"{TARGET} b", rtype="CNAME"), "UnsupportedCharacter", id="cname-with-a-space"),
    pytest.param(member(ZONE, TARGET, rtype="CNAME"), "not permitted at apex", id="cname-at-the-apex"),
    pytest.param(member("x.example.com", SPF), f"is not permitted in zone {ZONE}.", id="outside-the-zone"),
    pytest.param(member(f"x.not{ZONE}", SPF), f"is not permitted in zone {ZONE}.", id="the-zone-is-no-suffix-of-letters"),
    pytest.param(member(f"{'a' * 64}.{ZONE}", SPF), "DomainLabelTooLong", id="label-of-64"),
    pytest.param(member(f"{'a.' * 130}{ZONE}", SPF), "DomainNameTooLong", id="name-over-255"),
    pytest.param(member(HOST, SPF, rtype="TXTT"), "enum value set", id="unknown-type"),
    pytest.param(member(HOST, SPF, ttl=2**31), "2147483647", id="ttl-of-32-bits"),
]

ACCEPTED = [
    pytest.param(member(HOST, f'"{"a" * 255}""bb"'), id="txt-strings-without-a-space"),
    pytest.param(member(HOST, '"a \\" b" "\\344"'), id="txt-with-escapes"),
    pytest.param(member(HOST, '"' + "\\344" * 255 + '"'), id="an-escape-is-one-octet"),
    pytest.param(member(HOST, SPF, ttl=0), id="ttl-zero"),
    pytest.param(member(HOST, "0 .", rtype="MX"), id="null-mx"),
    pytest.param(member(HOST, "65535 mx.example.com", rtype="MX"), id="mx-largest-preference"),
    pytest.param(member(f"*.{ZONE}", SPF), id="wildcard"),
    pytest.param(member(f"_dmarc.{ZONE}", '"v=DMARC1; p=none"'), id="underscore"),
    pytest.param(member(f"*{'a' * 62}.{ZONE}", SPF), id="an-escape-in-a-name-is-one-octet"),
]


@pytest.mark.parametrize(("wanted", "sentence"), REFUSED)
def test_refused(aws: LocalAws, wanted: dict[str, Any], sentence: str) -> None:
    """API and CloudFormation refuse such a record set, with nothing changed."""
    zone = make_zone(aws)
    route53 = aws.client("route53")
    # What the model of the API refuses never becomes a batch: InvalidInput.
    with pytest.raises((route53.exceptions.InvalidChangeBatch, route53.exceptions.InvalidInput), match=sentence):
        change(aws, zone, ("UPSERT", member(f"good.{ZONE}", SPF)), ("CREATE", wanted))
    bad = {"Type": "AWS::Route53::RecordSet", "Properties": {"HostedZoneId": zone, **wanted}}
    outcome = aws.deploy("S", template(Bad=bad))
    assert outcome.status == "ROLLBACK_COMPLETE"
    assert sentence in outcome.failures["Bad"]
    assert aws.records() == {}


@pytest.mark.usefixtures("classic")
@pytest.mark.parametrize("wanted", ACCEPTED)
def test_accepted(aws: LocalAws, wanted: dict[str, Any]) -> None:
    """What looks odd and is right; CloudFormation adopts what the API made."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", wanted))
    good = {"Type": "AWS::Route53::RecordSet", "Properties": {"HostedZoneId": zone, **wanted}}
    assert aws.deploy("S", template(Good=good)).status == "CREATE_COMPLETE"
    assert list(aws.records().values()) == [(int(wanted["TTL"]), wanted["ResourceRecords"])]


@pytest.mark.parametrize("left_out", ["TTL", "ResourceRecords"])
def test_ttl_and_values_are_needed(aws: LocalAws, left_out: str) -> None:
    """CloudFormation's schema has both as optional; Route 53 does not."""
    bad = record(make_zone(aws), HOST, SPF)
    del bad["Properties"][left_out]
    assert "all of [TTL, and ResourceRecords]" in aws.deploy("S", template(Bad=bad)).failures["Bad"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(member(HOST, SPF), member(HOST, TARGET, rtype="CNAME"), id="cname-beside-txt"),
        pytest.param(member(HOST, TARGET, rtype="CNAME"), member(HOST, SPF), id="txt-beside-cname"),
        pytest.param(member(HOST, TARGET, rtype="CNAME"), member("X.BlackSheep.link", SPF), id="name-in-other-case"),
    ],
)
def test_a_cname_stands_alone(aws: LocalAws, first: dict[str, Any], second: dict[str, Any]) -> None:
    """RFC 1034 section 3.6.2; within one batch one may take the other's place."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", first))
    route53 = aws.client("route53")
    with pytest.raises(route53.exceptions.InvalidChangeBatch, match="conflicts with other records"):
        change(aws, zone, ("UPSERT", second))
    assert (
        "conflicts with other records"
        in aws.deploy(
            "S", template(Bad=record(zone, HOST, SPF) if second["Type"] == "TXT" else record(zone, HOST, TARGET, rtype="CNAME"))
        ).failures["Bad"]
    )
    change(aws, zone, ("CREATE", second), ("DELETE", first))
    assert [rtype for _, rtype in aws.records()] == [second["Type"]]


@pytest.mark.parametrize(
    ("action", "wanted", "sentence"),
    [
        pytest.param("CREATE", member(HOST, SPF), "but it already exists", id="create-identical"),
        pytest.param("DELETE", member(HOST, SPF, ttl=1), "do not match the current values", id="delete-other-ttl"),
        pytest.param("DELETE", member(HOST, '"x"'), "do not match the current values", id="delete-other-value"),
        pytest.param("DELETE", member(f"y.{ZONE}", SPF), "but it was not found", id="delete-missing"),
    ],
)
def test_the_api_itself_adopts_nothing(aws: LocalAws, action: str, wanted: dict[str, Any], sentence: str) -> None:
    """Adoption and forgiveness are CloudFormation's; ChangeResourceRecordSets says what is wrong."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member(HOST, SPF)))
    route53 = aws.client("route53")
    with pytest.raises(route53.exceptions.InvalidChangeBatch, match=sentence):
        change(aws, zone, ("CREATE", member(f"good.{ZONE}", SPF)), (action, wanted))
    assert list(aws.records()) == [(HOST, "TXT")]


def test_every_fault_of_a_batch_is_named(aws: LocalAws) -> None:
    """The error lists all faults of a batch in brackets, without repeating one."""
    zone = make_zone(aws)
    route53 = aws.client("route53")
    with pytest.raises(route53.exceptions.InvalidChangeBatch) as refusal:
        change(aws, zone, ("DELETE", member(f"y.{ZONE}", SPF)), ("CREATE", member("z.example.com", SPF)))
    assert refusal.value.response["Error"]["Message"] == (
        f"[Tried to delete resource record set [name='y.{ZONE}.', type='TXT'] but it was not found, "
        f"RRSet with DNS name z.example.com. is not permitted in zone {ZONE}.]"
    )


def test_an_unknown_zone(aws: LocalAws) -> None:
    """An unknown zone is NoSuchHostedZone, not a bad batch."""
    route53 = aws.client("route53")
    with pytest.raises(route53.exceptions.NoSuchHostedZone):
        change(aws, "Z0000000000000", ("CREATE", member(HOST, SPF)))


def test_names_are_listed_as_route_53_lists_them(aws: LocalAws) -> None:
    """Names are listed in lower case, with a final dot, the asterisk as an octal escape."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", member("*._DomainKey.BlackSheep.link", '"v=DKIM1; p="')))
    listed = aws.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert f"\\052._domainkey.{ZONE}." in [record_set["Name"] for record_set in listed]


def test_a_change_can_be_waited_for(aws: LocalAws) -> None:
    """The answer to a change holds an id that GetChange knows."""
    zone = make_zone(aws)
    route53 = aws.client("route53")
    batch = {
        "Changes": [
            {
                "Action": "CREATE",
                "ResourceRecordSet": {"Name": HOST, "Type": "TXT", "TTL": 1, "ResourceRecords": [{"Value": SPF}]},
            }
        ]
    }
    info = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]
    assert route53.get_change(Id=info["Id"])["ChangeInfo"]["Status"] in {"PENDING", "INSYNC"}


@pytest.mark.parametrize("written", ["Target.example.com", "target.example.com."])
def test_an_alias_is_deleted_by_another_spelling(aws: LocalAws, written: str) -> None:
    """The target is a name: neither case nor final dot counts."""
    zone = make_zone(aws)

    def alias(target: str) -> dict[str, Any]:
        place = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": target, "EvaluateTargetHealth": False}
        return {"Name": HOST, "Type": "A", "AliasTarget": place}

    client = aws.client("route53")
    for action, target in (("CREATE", written), ("DELETE", TARGET)):
        changes = [{"Action": action, "ResourceRecordSet": alias(target)}]
        client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    assert aws.records() == {}


def test_a_zone_is_found_by_another_spelling(aws: LocalAws) -> None:
    """Names of zones are stored in lower case, whether the API or CloudFormation creates them."""
    client = aws.client("route53")
    client.create_hosted_zone(Name="Api.Example", CallerReference="1")
    zone = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "Stack.Example"}}
    spf = {"HostedZoneName": "stack.example.", **member("x.Stack.Example", SPF)}
    by_name = {"Type": "AWS::Route53::RecordSet", "Properties": spf, "DependsOn": "Zone"}
    assert aws.deploy("S", template(Zone=zone, Spf=by_name)).failures == {}
    zone["Properties"] |= {"HostedZoneConfig": {"Comment": "ours"}}
    assert aws.deploy("S", template(Zone=zone, Spf=by_name)).failures == {}
    for name in ("API.example", "stack.EXAMPLE."):
        (found,) = client.list_hosted_zones_by_name(DNSName=name, MaxItems="1")["HostedZones"]
        assert found["Name"] == name.lower().removesuffix(".") + "."


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("<R", id="no-xml"),
        pytest.param("<R/>", id="no-batch"),
        pytest.param("<R><ChangeBatch/></R>", id="no-changes"),
        pytest.param("<R><ChangeBatch><Changes><Change/></Changes></ChangeBatch></R>", id="no-record-set"),
        pytest.param(
            "<R><ChangeBatch><Changes><Change><ResourceRecordSet/></Change></Changes></ChangeBatch></R>", id="no-name"
        ),
    ],
)
def test_an_unsigned_batch_that_cannot_be_read(aws: LocalAws, body: str) -> None:
    """A refusal, not an error of the server; what is signed is refused for its form before."""
    zone = make_zone(aws)
    with closing(http.client.HTTPConnection(aws.endpoint.removeprefix("http://"), timeout=30)) as connection:
        connection.request("POST", f"/2013-04-01/hostedzone/{zone}/rrset/", body)
        assert connection.getresponse().status == http.HTTPStatus.FORBIDDEN


def test_the_next_zone_needs_an_id(aws: LocalAws) -> None:
    """The control request without one is refused."""
    assert aws.request("POST", "/_route53/next-zone-id") == http.HTTPStatus.BAD_REQUEST
