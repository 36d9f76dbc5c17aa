"""What each prop of the constructs does to the template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, RemovalPolicy, aws_ses

from ses_email_auth import (
    DmarcPolicy,
    DmarcRecord,
    DomainPolicy,
    FromDomainTxt,
    RecordLayout,
    SendingIdentity,
    SesEmailAuth,
    SpfQualifier,
    SpfRecord,
)
from tests.cdk.stacks import dkim, identity, imported_zone, new_app, new_stack, records, templates

if TYPE_CHECKING:
    from tests.cdk.stacks import Template

SPF = '"v=spf1 include:amazonses.com ~all"'
MX = "10 feedback-smtp.ap-northeast-1.amazonses.com"
RETAIN = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}

# (construct, props): one stack each
FORMS: dict[str, tuple[type[SesEmailAuth | SendingIdentity | DomainPolicy], dict[str, Any]]] = {
    "full-mail-from": (SesEmailAuth, {"mail_from_subdomain": "Bounce.Mail.BLACKSHEEP.link."}),
    "no-mail-from": (SesEmailAuth, {"mail_from_subdomain": None}),
    "ttls": (
        SesEmailAuth,
        {
            "dkim_ttl": Duration.hours(1),
            "mail_from_mx_ttl": Duration.minutes(2),
            "mail_from_spf_ttl": Duration.seconds(0),
            "from_domain_txt_ttl": Duration.days(1),
            "dmarc_ttl": Duration.seconds(61),
            "from_subdomains": ["news"],
        },
    ),
    "identity": (
        SesEmailAuth,
        {
            "mail_from_behavior_on_mx_failure": aws_ses.MailFromBehaviorOnMxFailure.REJECT_MESSAGE,
            "dkim_key_length": aws_ses.EasyDkimSigningKeyLength.RSA_2048_BIT,
            "feedback_forwarding": False,
        },
    ),
    "whole-dmarc": (SesEmailAuth, {"dmarc": DmarcRecord.verbatim("v=DMARC1;p=reject;sp=none;rua=mailto:a@example.net")}),
    "no-dmarc": (SesEmailAuth, {"dmarc_policy": None}),
    "spf-parts": (
        SesEmailAuth,
        {
            "spf_includes": ["_spf.Google.com"],
            "spf_qualifier": SpfQualifier.FAIL,
            "from_domain_txt_values": ["site=AbC", "MS=ms1"],
            "from_subdomains": ["News", "a.b.blacksheep.link"],
        },
    ),
    "whole-spf": (SesEmailAuth, {"spf": SpfRecord.parse("v=spf1 mx include:_spf.google.com ?all")}),
    "no-spf": (SesEmailAuth, {"from_domain_spf": False}),
    "values-without-spf": (SesEmailAuth, {"from_domain_spf": False, "from_domain_txt_values": ["MS=ms1"]}),
    "adopted": (
        SesEmailAuth,
        {"from_domain_txt": FromDomainTxt.adopt(["v=spf1 -all", ("a" * 200, "b" * 100)], Duration.minutes(5))},
    ),
    "not-ses": (DomainPolicy, {"sends_with_ses": False, "from_subdomains": ["news"], "dmarc_policy": DmarcPolicy.REJECT}),
    "sending": (SendingIdentity, {"mail_from_subdomain": "out"}),
    "ids": (SesEmailAuth, {"logical_ids": {"Identity": "OldIdentity", "DkimRecord2": "OldDkim", "Dmarc": "DCB28BBFE"}}),
    **{
        f"{policy.name}-{layout.value}".replace("_", "-"): (SesEmailAuth, {"removal_policy": policy, "record_layout": layout})
        for policy in (RemovalPolicy.DESTROY, RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        for layout in RecordLayout
    },
}


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """All forms, and a stack without a region."""
    app = new_app()
    for name, (construct, props) in FORMS.items():
        stack = new_stack(app, name)
        construct(stack, "EmailAuth", hosted_zone=imported_zone(stack), **props)
    anywhere = new_stack(app, "anywhere", region=None, account=None)
    SesEmailAuth(anywhere, "EmailAuth", hosted_zone=imported_zone(anywhere))
    named = new_stack(app, "configuration-set")
    configuration_set = aws_ses.ConfigurationSet(named, "Set", configuration_set_name="mail")
    SesEmailAuth(named, "EmailAuth", hosted_zone=imported_zone(named), configuration_set=configuration_set)
    return templates(app)


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        pytest.param(
            "full-mail-from",
            [f"bounce.mail.blacksheep.link. 600 MX {MX}", f"bounce.mail.blacksheep.link. 600 TXT {SPF}"],
            id="full-name-below-the-identity",
        ),
        pytest.param("sending", [f"out.blacksheep.link. 600 MX {MX}", f"out.blacksheep.link. 600 TXT {SPF}"], id="one-label"),
        pytest.param(
            "anywhere",
            [
                "bounce.blacksheep.link. 600 MX 10 feedback-smtp.<AWS::Region>.amazonses.com",
                f"bounce.blacksheep.link. 600 TXT {SPF}",
            ],
            id="no-region-yet",
        ),
    ],
)
def test_mail_from(built: dict[str, Template], form: str, lines: list[str]) -> None:
    """The MX of SES and its SPF at the MAIL FROM domain; the identity says the same name."""
    assert records(built[form])[3:5] == lines
    name = lines[0].partition(". ")[0]
    assert identity(built[form])["MailFromAttributes"] == {"MailFromDomain": name}


def test_region_of_a_stack_without_one(built: dict[str, Template]) -> None:
    """CloudFormation joins the host."""
    mx = built["anywhere"]["Resources"]["EmailAuthMailFromMxC6FA3491"]["Properties"]
    assert mx["ResourceRecords"] == [{"Fn::Join": ["", ["10 feedback-smtp.", {"Ref": "AWS::Region"}, ".amazonses.com"]]}]


def test_no_mail_from(built: dict[str, Template]) -> None:
    """None: neither records nor a word in the identity."""
    assert identity(built["no-mail-from"]) == {"EmailIdentity": "blacksheep.link"}
    assert records(built["no-mail-from"])[3:] == [
        f"blacksheep.link. 600 TXT {SPF}",
        '_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=none"',
    ]


def test_ttls(built: dict[str, Template]) -> None:
    """One TTL for each kind of record."""
    assert records(built["ttls"]) == [
        *dkim(3600),
        f"bounce.blacksheep.link. 120 MX {MX}",
        f"bounce.blacksheep.link. 0 TXT {SPF}",
        f"blacksheep.link. 86400 TXT {SPF}",
        f"news.blacksheep.link. 86400 TXT {SPF}",
        '_dmarc.blacksheep.link. 61 TXT "v=DMARC1; p=none"',
    ]


def test_identity_props(built: dict[str, Template]) -> None:
    """What SES is told when it is told."""
    assert identity(built["identity"]) == {
        "EmailIdentity": "blacksheep.link",
        "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"},
        "FeedbackAttributes": {"EmailForwardingEnabled": False},
        "MailFromAttributes": {"MailFromDomain": "bounce.blacksheep.link", "BehaviorOnMxFailure": "REJECT_MESSAGE"},
    }


def test_configuration_set(built: dict[str, Template]) -> None:
    """The identity's default configuration set."""
    (name,) = [
        logical_id
        for logical_id, resource in built["configuration-set"]["Resources"].items()
        if resource["Type"] == "AWS::SES::ConfigurationSet"
    ]
    assert identity(built["configuration-set"])["ConfigurationSetAttributes"] == {"ConfigurationSetName": {"Ref": name}}


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        pytest.param(
            "whole-dmarc",
            [
                f"blacksheep.link. 600 TXT {SPF}",
                '_dmarc.blacksheep.link. 600 TXT "v=DMARC1;p=reject;sp=none;rua=mailto:a@example.net"',
            ],
            id="dmarc-to-the-letter",
        ),
        pytest.param("no-dmarc", [f"blacksheep.link. 600 TXT {SPF}"], id="no-dmarc"),
        pytest.param(
            "spf-parts",
            [
                'blacksheep.link. 600 TXT "v=spf1 include:_spf.google.com include:amazonses.com -all" | "site=AbC" | "MS=ms1"',
                f"news.blacksheep.link. 600 TXT {SPF}",
                f"a.b.blacksheep.link. 600 TXT {SPF}",
                '_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=none"',
            ],
            id="spf-and-site-tokens-in-one-set",
        ),
        pytest.param(
            "whole-spf",
            [
                'blacksheep.link. 600 TXT "v=spf1 mx include:_spf.google.com include:amazonses.com ?all"',
                '_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=none"',
            ],
            id="spf-keeps-its-all",
        ),
        pytest.param("no-spf", ['_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=none"'], id="no-spf"),
        pytest.param(
            "values-without-spf",
            [
                'blacksheep.link. 600 TXT "MS=ms1"',
                '_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=none"',
            ],
            id="values-without-spf",
        ),
        pytest.param(
            "adopted",
            [
                f'blacksheep.link. 300 TXT "v=spf1 -all" | "{"a" * 200}" "{"b" * 100}"',
                '_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=none"',
            ],
            id="adopted-with-its-cuts",
        ),
    ],
)
def test_policy_records(built: dict[str, Template], form: str, lines: list[str]) -> None:
    """What stands at the From domain and at `_dmarc`."""
    assert records(built[form])[5:] == lines


def test_domain_that_does_not_send_through_ses(built: dict[str, Template]) -> None:
    """SPF then names no sender, below the domain neither, and there is no identity."""
    assert records(built["not-ses"]) == [
        'blacksheep.link. 600 TXT "v=spf1 ~all"',
        'news.blacksheep.link. 600 TXT "v=spf1 ~all"',
        '_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=reject"',
    ]


def test_logical_ids(built: dict[str, Template]) -> None:
    """Named children keep the id of the deployed stack, in references too; the others have the ids that CDK makes."""
    resources = built["ids"]["Resources"]
    assert list(resources) == [
        "OldIdentity",
        "EmailAuthDkimRecord130B40BFA",
        "OldDkim",
        "EmailAuthDkimRecord36ACEEAD6",
        "EmailAuthMailFromMxC6FA3491",
        "EmailAuthMailFromSpfFC6BFC52",
        "EmailAuthFromDomainTxt4D62F6B5",
        "DCB28BBFE",
    ]
    assert resources["OldDkim"]["Properties"]["Name"] == {"Fn::GetAtt": ["OldIdentity", "DkimDNSTokenName2"]}


@pytest.mark.parametrize("layout", ["separate", "grouped"])
@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        pytest.param("DESTROY", {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}, id="DESTROY"),
        pytest.param("RETAIN", {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}, id="RETAIN"),
        pytest.param(
            "RETAIN-ON-UPDATE-OR-DELETE",
            {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"},
            id="RETAIN_ON_UPDATE_OR_DELETE",
        ),
    ],
)
def test_removal_policy(built: dict[str, Template], policy: str, layout: str, wanted: dict[str, str]) -> None:
    """On identity and records alike: an identity that is kept without its records is revoked by SES."""
    resources = built[f"{policy}-{layout}"]["Resources"]
    assert len(resources) == (8 if layout == "separate" else 2)
    for resource in resources.values():
        assert {key: resource.get(key) for key in wanted} == wanted


def test_what_a_construct_says_of_itself() -> None:
    """Attributes of `SesEmailAuth`."""
    stack = new_stack(new_app())
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), mail_from_subdomain="bounce")
    assert auth.domain_name == "blacksheep.link"
    assert auth.mail_from_domain == "bounce.blacksheep.link"
    assert auth.cfn_identity.email_identity == "blacksheep.link"
    assert [str(record) for record in auth.records][3:] == [
        f"bounce.blacksheep.link. 600 IN MX {MX}",
        f"bounce.blacksheep.link. 600 IN TXT {SPF}",
        f"blacksheep.link. 600 IN TXT {SPF}",
        '_dmarc.blacksheep.link. 600 IN TXT "v=DMARC1; p=none"',
    ]
    assert auth.alignment.verdict.name == "BOTH"
    assert "blacksheep.link" in str(auth.alignment)
    zone = imported_zone(stack, construct_id="Second")
    assert SesEmailAuth(stack, "Plain", hosted_zone=zone, mail_from_subdomain=None).mail_from_domain is None


def test_identity_for_apis_of_cdk() -> None:
    """`identity` is made on first access, once."""
    stack = new_stack(new_app())
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack))
    assert "ImportedIdentity" not in [child.node.id for child in auth.node.children]
    assert auth.identity.email_identity_name == "blacksheep.link"
    assert auth.identity is auth.identity
