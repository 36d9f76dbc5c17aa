"""`FromDomainTxt.shared()` in templates."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import App, Duration, RemovalPolicy

from ses_email_auth import Dns, DomainPolicy, EmailAuthError, FromDomainTxt, SesEmailAuth, SpfQualifier, SpfRecord
from tests.cdk.stacks import imported_zone, new_stack, records, resources, templates

SPF = "Custom::SesEmailAuthSharedSpf"
ROLE = "arn:aws:iam::210987654321:role/mail-records"


def template(kind: Any = SesEmailAuth, dns: Dns | None = None, **props: Any) -> dict[str, Any]:
    """The template of a stack in which the TXT set of the domain is shared."""
    app = App(analytics_reporting=False)
    stack = new_stack(app)
    place = dns or Dns.route53(imported_zone(stack))
    kind(stack, "EmailAuth", dns=place, from_domain_txt=FromDomainTxt.shared(), **props)
    return templates(app)["Stack"]


def test_what_the_function_gets() -> None:
    """The other records are CloudFormation's own; the TXT set of the domain is not among them."""
    made = template()
    assert [line.split()[0] for line in records(made)][3:] == ["bounce.blacksheep.link."] * 2 + ["_dmarc.blacksheep.link."]
    ((logical_id, found),) = resources(made, SPF).items()
    assert logical_id == "EmailAuthFromDomainTxt4D62F6B5"
    for name in ("ServiceToken", "ServiceTimeout", "Role"):
        found.pop(name)
    assert found == {
        "HostedZoneId": "Z0123456789EXAMPLE",
        "ZoneName": "blacksheep.link",
        "Domain": "blacksheep.link",
        "Name": "blacksheep.link",
        "Include": "amazonses.com",
        "All": "~all",
        "TTL": "600",
        "After": {"Ref": "EmailAuthIdentity26A6EF86"},
    }


def test_a_record_that_has_to_be_made() -> None:
    """Its verdict on others and its TTL can be said; `from_subdomains` have records of their own."""
    made = template(
        DomainPolicy,
        spf_qualifier=SpfQualifier.NEUTRAL,
        from_domain_txt_ttl=Duration.minutes(5),
        from_subdomains=["news"],
        removal_policy=RemovalPolicy.RETAIN,
    )
    (found,) = resources(made, SPF).values()
    assert (found["All"], found["TTL"], "After" in found) == ("?all", "300", False)
    assert records(made)[0] == 'news.blacksheep.link. 300 TXT "v=spf1 include:amazonses.com ~all"'
    (resource,) = (each for each in made["Resources"].values() if each["Type"] == SPF)
    assert resource["DeletionPolicy"] == "Retain"


def test_through_a_role() -> None:
    """As the records, which are one resource."""
    dns = Dns.cross_account(hosted_zone_id="Z1", zone_name="blacksheep.link", role_arn=ROLE)
    made = template(dns=dns, logical_ids={"FromDomainTxt": "OldTxt", "Records": "OldRecords"})
    assert resources(made, SPF)["OldTxt"]["RoleArn"] == ROLE
    assert len(resources(made, "Custom::SesEmailAuthRecords")["OldRecords"]["RecordSets"]) == 6


def test_nothing_else_to_publish() -> None:
    """Then there is no resource `Records` that could keep an id."""
    dns = Dns.cross_account(hosted_zone_id="Z1", zone_name="blacksheep.link", role_arn=ROLE)
    made = template(DomainPolicy, dns, dmarc_policy=None, logical_ids={"FromDomainTxt": "OldTxt"})
    assert list(resources(made, SPF)) == ["OldTxt"]


def test_nothing_is_left_to_do_by_hand() -> None:
    """The finding `from-spf-by-hand` speaks of records that nobody writes."""
    stack = new_stack(App(analytics_reporting=False))
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), from_domain_txt=FromDomainTxt.shared())
    assert "from-spf-by-hand" not in {finding.id for finding in auth.findings}


@pytest.mark.parametrize(
    ("kind", "props", "error"),
    [
        pytest.param(
            SesEmailAuth, {"spf_includes": ["x.example"]}, "so 'spf_includes' cannot be given beside it", id="includes"
        ),
        pytest.param(SesEmailAuth, {"spf": SpfRecord.parse("v=spf1 a ~all")}, "so 'spf' cannot be given beside it", id="spf"),
        pytest.param(SesEmailAuth, {"from_domain_txt_values": ["x"]}, "leave 'from_domain_txt_values' out", id="values"),
        pytest.param(SesEmailAuth, {"from_domain_spf": False}, "leave 'from_domain_spf' out", id="no-spf"),
        pytest.param(DomainPolicy, {"sends_with_ses": False}, "'sends_with_ses' is False; leave one out", id="no-ses"),
    ],
)
def test_what_cannot_be_said_beside_it(kind: Any, props: dict[str, Any], error: str) -> None:
    """Others decide what stands in the set."""
    with pytest.raises(EmailAuthError, match=error):
        template(kind, **props)


def test_no_hosted_zone() -> None:
    """Where a person enters the records, that person adds the include."""
    with pytest.raises(
        EmailAuthError, match="a function that writes into a hosted zone, and there is none here; pass from_dom"
    ):
        template(dns=Dns.external("blacksheep.link"), domain_name="blacksheep.link")
