"""Which hosted zones are taken, and what is said of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii
import pytest
from aws_cdk import CfnParameter, aws_ec2, aws_s3
from aws_cdk import aws_route53 as route53

from ses_email_auth import Dns, DomainPolicy, EmailAuthError, RecordLayout, SesEmailAuth
from tests.cdk.stacks import (
    ACCOUNT,
    child_ids,
    dkim,
    identity,
    imported_zone,
    new_app,
    new_stack,
    records,
    resources,
    templates,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from constructs import Construct

    from tests.cdk.stacks import Template

RUA = ["dmarc-reports@example.com"]
FIX = "use aws_route53.HostedZone.from_lookup(...) or .from_hosted_zone_attributes(...)"
PRIVATE = "'hosted_zone' is a private zone; SES and receivers look in public DNS; pass the public zone of the same name"
NO_NAME = (
    "'hosted_zone' has no readable name; pass domain_name=, or make the zone by "
    "HostedZone.from_hosted_zone_attributes(hosted_zone_id=..., zone_name=...)"
)


def of_example_com(sub: str = "") -> list[str]:
    """What `example.com` or a name below it publishes."""
    name = f"{sub}example.com."
    return [
        *dkim(),
        f"bounce.{name} 600 MX 10 feedback-smtp.ap-northeast-1.amazonses.com",
        f'bounce.{name} 600 TXT "v=spf1 include:amazonses.com ~all"',
        f'{name} 600 TXT "v=spf1 include:amazonses.com ~all"',
    ]


DMARC = '_dmarc.example.com. 600 TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com"'


@jsii.implements(route53.IHostedZone)
class OwnZone:
    """A zone that somebody wrote in Python."""


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """Each kind of zone in a stack of its own."""
    app = new_app()

    def auth(name: str, zone: Callable[[Stack], route53.IHostedZone], **props: Any) -> None:
        stack = new_stack(app, name)
        SesEmailAuth(stack, "EmailAuth", hosted_zone=zone(stack), **{"dmarc_rua": RUA} | props)

    attributes = route53.HostedZone.from_hosted_zone_attributes
    auth("lookup", lambda stack: route53.HostedZone.from_lookup(stack, "Zone", domain_name="example.com"))
    auth("spelling", lambda stack: attributes(stack, "Zone", hosted_zone_id="/hostedzone/Z1", zone_name="Example.COM."))
    auth("created", lambda stack: route53.PublicHostedZone(stack, "Zone", zone_name="example.com"))
    auth("created-dot", lambda stack: route53.HostedZone(stack, "Zone", zone_name="example.com."))
    auth("id", lambda stack: route53.HostedZone.from_hosted_zone_id(stack, "Zone", "Z1"), domain_name="example.com")
    auth(
        "public-id",
        lambda stack: route53.PublicHostedZone.from_public_hosted_zone_id(stack, "Zone", "Z1"),
        domain_name="example.com",
    )
    auth(
        "parameter",
        lambda stack: attributes(
            stack, "Zone", hosted_zone_id="Z1", zone_name=CfnParameter(stack, "Name", default="a.example").value_as_string
        ),
        dmarc_policy=None,
        dmarc_rua=[],
    )
    home = new_stack(app, "home")
    zone = route53.PublicHostedZone(home, "Zone", zone_name="example.com")
    auth("other-stack", lambda _: zone)
    for layout in RecordLayout:
        auth(
            f"below-{layout.value}",
            imported_example_com,
            domain_name="Mail.Example.COM",
            record_layout=layout,
            dmarc_policy=None,
            dmarc_rua=[],
        )
    stack = new_stack(app, "dns")
    DomainPolicy(stack, "EmailAuth", dns=Dns.route53(imported_example_com(stack)), dmarc_rua=RUA)
    return templates(app)


def imported_example_com(stack: Stack) -> route53.IHostedZone:
    """The zone of `example.com`, by id and name."""
    return imported_zone(stack, "example.com")


@pytest.mark.parametrize("form", ["lookup", "spelling", "created", "created-dot", "id", "public-id", "other-stack"])
def test_records_of_a_zone(built: dict[str, Template], form: str) -> None:
    """However the zone is come by and spelled, the records are the same."""
    assert records(built[form]) == [*of_example_com(), DMARC]
    assert identity(built[form])["EmailIdentity"] == "example.com"


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        pytest.param("lookup", "DUMMY", id="first-pass-of-from_lookup"),
        pytest.param("spelling", "Z1", id="without-the-path-of-the-API"),
        pytest.param("created", {"Ref": "ZoneA5DE4B68"}, id="created"),
        pytest.param("id", "Z1", id="id-alone"),
        pytest.param("other-stack", {"Fn::ImportValue": "home:ExportsOutputRefZoneA5DE4B6864A9A0D8"}, id="other-stack"),
    ],
)
def test_zone_id(built: dict[str, Template], form: str, wanted: object) -> None:
    """The id as Route 53 wants it, or the reference that CDK makes."""
    ids = [properties["HostedZoneId"] for properties in resources(built[form], "AWS::Route53::RecordSet").values()]
    assert ids == [wanted] * 7


def test_zone_named_by_a_parameter(built: dict[str, Template]) -> None:
    """A name that is known only after the deploy goes through unchanged."""
    assert records(built["parameter"]) == [
        *dkim(),
        "bounce.<Name>. 600 MX 10 feedback-smtp.ap-northeast-1.amazonses.com",
        'bounce.<Name>. 600 TXT "v=spf1 include:amazonses.com ~all"',
        '<Name>. 600 TXT "v=spf1 include:amazonses.com ~all"',
    ]
    assert identity(built["parameter"])["EmailIdentity"] == {"Ref": "Name"}


@pytest.mark.parametrize("layout", ["separate", "grouped"])
def test_identity_below_the_zone(built: dict[str, Template], layout: str) -> None:
    """All records land at the identity's names, none at the zone's."""
    template = built[f"below-{layout}"]
    assert records(template) == of_example_com("mail.")
    assert identity(template) == {
        "EmailIdentity": "mail.example.com",
        "MailFromAttributes": {"MailFromDomain": "bounce.mail.example.com"},
    }


def test_dns_is_the_long_form(built: dict[str, Template]) -> None:
    """`dns=Dns.route53(zone)` says the same as `hosted_zone=zone`."""
    assert records(built["dns"]) == [of_example_com()[-1], DMARC]


def vpc(scope: Construct) -> aws_ec2.IVpc:
    """A VPC for private zones."""
    return aws_ec2.Vpc.from_vpc_attributes(scope, "Vpc", vpc_id="vpc-1", availability_zones=["a"])


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [
        pytest.param(
            lambda stack: route53.PrivateHostedZone(stack, "Zone", zone_name="example.com", vpc=vpc(stack)),
            PRIVATE,
            id="private-created",
        ),
        pytest.param(
            lambda stack: route53.PrivateHostedZone.from_private_hosted_zone_id(stack, "Zone", "Z1"),
            PRIVATE,
            id="private-imported",
        ),
        pytest.param(
            lambda stack: route53.HostedZone(stack, "Zone", zone_name="example.com", vpcs=[vpc(stack)]),
            PRIVATE,
            id="private-by-its-vpcs",
        ),
        pytest.param(
            lambda stack: route53.CfnHostedZone(stack, "Zone", name="example.com"),
            "'hosted_zone' is an L1 CfnHostedZone, which does not know its name; use aws_route53.HostedZone."
            "from_hosted_zone_attributes(self, 'Zone', hosted_zone_id=zone.attr_id, zone_name=...)",
            id="L1",
        ),
        pytest.param(lambda _: "Z1", f"'hosted_zone' must be a hosted zone, got 'Z1'; {FIX}", id="string"),
        pytest.param(lambda _: None, f"'hosted_zone' must be given; {FIX}", id="None"),
        pytest.param(lambda stack: route53.HostedZone.from_hosted_zone_id(stack, "Zone", "Z1"), NO_NAME, id="no-name"),
        pytest.param(
            lambda stack: route53.PublicHostedZone.from_public_hosted_zone_id(stack, "Zone", "Z1"),
            NO_NAME,
            id="public-without-a-name",
        ),
        pytest.param(
            lambda stack: imported_zone(stack, "a b.example"),
            "'hosted_zone' has the name 'a b.example', but 'a b.example' is not a domain name: the label 'a b' may hold "
            "letters, digits and inner hyphens only",
            id="bad-name",
        ),
        pytest.param(
            lambda stack: imported_zone(stack, "_internal.example.com"),
            "'hosted_zone' has the name '_internal.example.com', in which no mail address can end; pass domain_name=",
            id="no-mail-domain",
        ),
        pytest.param(
            lambda stack: imported_zone(stack, "co.jp"),
            "'co.jp' is a public suffix, not a domain one can own; if the Public Suffix List is wrong here, "
            "pass organizational_domain='co.jp'",
            id="public-suffix",
        ),
        pytest.param(
            lambda stack: imported_zone(stack, "foo.kawasaki.jp"),
            "'foo.kawasaki.jp' is a public suffix, not a domain one can own; if the Public Suffix List is wrong here, "
            "pass organizational_domain='foo.kawasaki.jp'",
            id="public-suffix-by-a-wildcard",
        ),
    ],
)
def test_refused_zone(zone: Callable[[Stack], Any], sentence: str) -> None:
    """Our own sentence, not one of jsii, and nothing is left in the tree."""
    stack = new_stack(new_app())
    given = zone(stack)
    before = child_ids(stack)
    with pytest.raises(EmailAuthError) as caught:
        SesEmailAuth(stack, "EmailAuth", hosted_zone=given)
    assert str(caught.value) == sentence
    assert child_ids(stack) == before


def test_bucket_is_no_zone() -> None:
    """Any other construct is named as what it is."""
    stack = new_stack(new_app())
    with pytest.raises(EmailAuthError, match=r"^'hosted_zone' must be a hosted zone, got <aws_cdk\.aws_s3\.Bucket object"):
        SesEmailAuth(stack, "EmailAuth", hosted_zone=aws_s3.Bucket(stack, "Bucket"))  # type: ignore[arg-type]  # on purpose


def test_dns_of_what_is_no_zone() -> None:
    """`Dns` itself refuses what is no zone."""
    with pytest.raises(EmailAuthError, match=r"^'hosted_zone' must be a hosted zone, got 'Z1'; use "):
        Dns.route53("Z1")  # type: ignore[arg-type]  # on purpose


def test_dns_that_is_none() -> None:
    """The zone itself is `hosted_zone`."""
    stack = new_stack(new_app())
    with pytest.raises(EmailAuthError, match=r"^'dns' must be a Dns, got 'Z1'; use Dns\.route53\(zone\)$"):
        SesEmailAuth(stack, "EmailAuth", dns="Z1")  # type: ignore[arg-type]  # on purpose


def test_both_forms_of_dns() -> None:
    """Two places for one record set are one too many."""
    stack = new_stack(new_app())
    zone = imported_zone(stack)
    with pytest.raises(EmailAuthError) as caught:
        SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dns=Dns.route53(zone))
    assert str(caught.value) == "'hosted_zone' is the short form of 'dns', so both cannot be given; leave one out"


def test_own_implementation_of_a_zone() -> None:
    """A Python class that implements `IHostedZone` is a zone."""
    assert "OwnZone" in repr(Dns.route53(OwnZone()))  # type: ignore[arg-type]  # its members are not asked for here


def test_zone_of_another_account() -> None:
    """CloudFormation writes records of its own account only, so the deploy would fail."""
    app = new_app()
    there = new_stack(app, "There", account="210987654321")
    here = new_stack(app, "Here")
    with pytest.raises(EmailAuthError) as caught:
        SesEmailAuth(here, "EmailAuth", hosted_zone=imported_zone(there))
    assert str(caught.value) == (
        f"'hosted_zone' is in account 210987654321 and this stack in {ACCOUNT}; CloudFormation writes records of its own "
        f"account only; use dns=Dns.cross_account(...) with a ZoneWriterRole in account 210987654321"
    )
    assert child_ids(here) == []


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        pytest.param(None, ACCOUNT, id="zone-anywhere"),
        pytest.param(ACCOUNT, None, id="stack-anywhere"),
        pytest.param(ACCOUNT, ACCOUNT, id="one-account"),
    ],
)
def test_zone_of_another_stack(theirs: str | None, ours: str | None) -> None:
    """Only two known accounts that differ are refused."""
    app = new_app()
    zone = imported_zone(new_stack(app, "There", account=theirs))
    assert SesEmailAuth(new_stack(app, "Here", account=ours), "EmailAuth", hosted_zone=zone).domain_name == "blacksheep.link"


def test_public_suffix_that_somebody_owns() -> None:
    """`organizational_domain` overrules the list, which also holds private entries."""
    stack = new_stack(new_app())
    zone = imported_zone(stack, "foo.kawasaki.jp")
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, organizational_domain="foo.kawasaki.jp")
    assert str(auth.records[-1]) == '_dmarc.foo.kawasaki.jp. 600 IN TXT "v=DMARC1; p=none"'
