"""What is refused: one sentence at the user's line that names the prop, the value, what is allowed and the fix; nothing is left
in the tree. Refused hosted zones stand in test_zones.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Token, aws_ses

from ses_email_auth import (
    DmarcPolicy,
    DmarcRecord,
    DomainPolicy,
    EmailAuthError,
    FromDomainTxt,
    RecordLayout,
    SendingIdentity,
    SesEmailAuth,
    SpfRecord,
)
from tests.cdk.stacks import child_ids, imported_zone, new_app, new_stack

if TYPE_CHECKING:
    from aws_cdk import Stack, aws_route53

LABEL = "may hold letters, digits and inner hyphens only"
BOUNCE = "'mail_from_subdomain' must be a label below 'example.com'"
EXAMPLE = "pass for example 'bounce'"
NONE_RECORD = DmarcRecord.parse("v=DMARC1; p=none")
SECONDS = "pass for example Duration.seconds(600)"
STRICT = DmarcRecord.parse("v=DMARC1; p=none; rua=mailto:a@example.com; adkim=s; aspf=s")
LIST_TOKEN = Token.as_list({"Ref": "Names"})
NUMBER_TOKEN = Token.as_number({"Ref": "Number"})


@pytest.fixture(scope="module")
def stack() -> Stack:
    """A stack in Tokyo; a refused construct leaves it as it is."""
    return new_stack(new_app())


@pytest.fixture(scope="module")
def zone(stack: Stack) -> aws_route53.IHostedZone:
    """The zone of `example.com`."""
    return imported_zone(stack, "example.com")


MAIL_FROM = [
    pytest.param({"mail_from_subdomain": "mail.other.org"}, f"{BOUNCE}, got 'mail.other.org'; {EXAMPLE}", id="outside"),
    pytest.param(
        {"mail_from_subdomain": "bounce.notexample.com"}, f"{BOUNCE}, got 'bounce.notexample.com'; {EXAMPLE}", id="like-it"
    ),
    pytest.param(
        {"mail_from_subdomain": "example.com"},
        f"'mail_from_subdomain' must be below 'example.com', not the domain itself; {EXAMPLE}",
        id="the-identity",
    ),
    pytest.param(
        {"mail_from_subdomain": "Example.COM."},
        f"'mail_from_subdomain' must be below 'example.com', not the domain itself; {EXAMPLE}",
        id="the-identity-spelled-otherwise",
    ),
    pytest.param({"mail_from_subdomain": ""}, f"{BOUNCE}, got ''; {EXAMPLE}", id="empty"),
    pytest.param({"mail_from_subdomain": "  "}, f"{BOUNCE}, got '  '; {EXAMPLE}", id="blank"),
    pytest.param({"mail_from_subdomain": "bounce."}, f"{BOUNCE}, got 'bounce.'; {EXAMPLE}", id="top-level"),
    pytest.param({"mail_from_subdomain": "_bounce"}, f"{BOUNCE}, got '_bounce'; {EXAMPLE}", id="underscore"),
    pytest.param({"mail_from_subdomain": 5}, f"{BOUNCE}, got 5; {EXAMPLE}", id="number"),
    pytest.param(
        {"mail_from_subdomain": "bou nce"},
        f"{BOUNCE}, but 'bou nce' is not a domain name: the label 'bou nce' {LABEL}; {EXAMPLE}",
        id="bad-label",
    ),
    pytest.param(
        {"mail_from_subdomain": "a" * 64},
        f"{BOUNCE}, but '{'a' * 64}' is not a domain name: the label '{'a' * 64}' has 64 octets; at most 63 are allowed; "
        f"{EXAMPLE}",
        id="64-octets",
    ),
    pytest.param(
        {"mail_from_subdomain": None, "mail_from_mx_host": "mx.example.net"},
        "'mail_from_mx_host' has no use without a MAIL FROM domain; leave it out",
        id="host-without-a-use",
    ),
    pytest.param(
        {"mail_from_mx_host": "10 mx.example.net"},
        f"'mail_from_mx_host' must be a domain name, but '10 mx.example.net' is not a domain name: the label '10 mx' {LABEL}; "
        "pass for example 'example.com'",
        id="host-with-its-preference",
    ),
]
DOMAIN = [
    pytest.param(
        {"domain_name": "notexample.com"},
        "'domain_name' must be 'example.com', the name of the zone, or a name below it, got 'notexample.com'; records "
        "outside of the zone are never found",
        id="like-the-zone",
    ),
    pytest.param(
        {"domain_name": "example.org"},
        "'domain_name' must be 'example.com', the name of the zone, or a name below it, got 'example.org'; records "
        "outside of the zone are never found",
        id="outside-of-the-zone",
    ),
    pytest.param(
        {"domain_name": "a_b.example.com"},
        f"'domain_name' must be a domain name, but 'a_b.example.com' is not a domain name: the label 'a_b' {LABEL}; "
        "pass for example 'example.com'",
        id="bad-label",
    ),
    pytest.param(
        {"domain_name": f"{'a' * 64}.example.com"},
        f"'domain_name' must be a domain name, but '{'a' * 64}.example.com' is not a domain name: the label '{'a' * 64}' has "
        "64 octets; at most 63 are allowed; pass for example 'example.com'",
        id="64-octets",
    ),
    pytest.param(
        {"domain_name": "a@example.com"},
        "'domain_name' must be a domain name, got the address 'a@example.com'; pass the part behind the '@'",
        id="address",
    ),
    pytest.param(
        {"domain_name": ""},
        "'domain_name' must be a domain name, but '' is not a domain name: it is empty; pass for example 'example.com'",
        id="empty",
    ),
    pytest.param(
        {"domain_name": "com"},
        "'domain_name' must be a domain that mail addresses can end in, got 'com'; pass for example 'example.com'",
        id="top-level",
    ),
    pytest.param(
        {"organizational_domain": "example.org"},
        "'organizational_domain' must be 'example.com' or a name above it, got 'example.org'",
        id="another-organization",
    ),
    pytest.param(
        {"from_subdomains": ["a.other.org"]},
        "'from_subdomains' must be a label below 'example.com', got 'a.other.org'; pass for example 'news'",
        id="from-outside",
    ),
    pytest.param({"from_subdomains": ["news", "News.example.com."]}, "'from_subdomains' holds 'news' twice", id="from-twice"),
    pytest.param(
        {"from_subdomains": ["bounce"]},
        "'from_subdomains' holds 'bounce', which is the MAIL FROM domain; SES wants that name for nothing else",
        id="from-the-MAIL-FROM-domain",
    ),
]
DMARC = [
    pytest.param(
        {"dmarc_rua": ["nobody"]},
        "'dmarc_rua': 'nobody' is not a report address: it has no '@'; write for example 'dmarc-reports@example.com'",
        id="bad-rua",
    ),
    pytest.param(
        {"dmarc_rua": ["a b@example.com"]},
        "'dmarc_rua': 'a b@example.com' is not a report address: it holds white space; remove it",
        id="space-in-rua",
    ),
    pytest.param(
        {"dmarc_rua": [" a@example.com"]},
        "'dmarc_rua': ' a@example.com' is not a report address: it holds white space; remove it",
        id="space-before-rua",
    ),
    pytest.param(
        {"dmarc_rua": ["a@example.com,b@example.com"]},
        "'dmarc_rua': 'a@example.com,b@example.com' is not a report address: it holds ',' or ';'; write each address as an "
        "entry of its own",
        id="two-in-one",
    ),
    pytest.param({"dmarc_rua": [""]}, "'dmarc_rua' holds an empty entry; leave it out", id="empty-rua"),
    pytest.param(
        {"dmarc_policy": None, "dmarc_rua": ["a@example.com"]},
        "'dmarc_rua' has no record to stand in, because 'example.com' publishes none; pass dmarc_policy=DmarcPolicy.NONE, or "
        "leave 'dmarc_rua' out",
        id="rua-without-a-record",
    ),
    pytest.param(
        {"dmarc": NONE_RECORD, "dmarc_policy": DmarcPolicy.NONE},
        "'dmarc' is the whole record, so 'dmarc_policy' and 'dmarc_rua' cannot be given beside it; leave them out, or leave "
        "'dmarc' out",
        id="dmarc-and-dmarc_policy",
    ),
    pytest.param(
        {"dmarc": None, "dmarc_policy": None},
        "'dmarc' is the whole record, so 'dmarc_policy' and 'dmarc_rua' cannot be given beside it; leave them out, or leave "
        "'dmarc' out",
        id="None-is-a-value",
    ),
    pytest.param(
        {"dmarc": NONE_RECORD, "dmarc_rua": ["a@example.com"]},
        "'dmarc' is the whole record, so 'dmarc_policy' and 'dmarc_rua' cannot be given beside it; leave them out, or leave "
        "'dmarc' out",
        id="dmarc-and-dmarc_rua",
    ),
    pytest.param(
        {"inherited_dmarc": "p=reject", "dmarc_policy": None},
        "'inherited_dmarc': the record must begin with 'v=DMARC1'; receivers ignore it otherwise (RFC 9989 section 4.8)\n"
        "    p=reject\n    ^",
        id="inherited-without-a-version",
    ),
    pytest.param(
        {"inherited_dmarc": "v=DMARC1; p=reject"},
        "'inherited_dmarc' says what stands at 'example.com' already, and a DMARC record is published there too; pass "
        "dmarc_policy=None to leave the existing one alone",
        id="inherited-and-own",
    ),
    pytest.param(
        {"dmarc": STRICT, "from_subdomains": ["news"]},
        "alignment-fails: mail From news.example.com cannot pass DMARC, nothing aligns: DKIM example.com (strict alignment "
        "asks for the same domain), SPF bounce.example.com (strict alignment asks for the same domain); use relaxed alignment "
        "(leave out adkim and aspf), or make an identity for that domain (RFC 9989 section 4.4)",
        id="nothing-aligns",
    ),
]
SPF = [
    pytest.param(
        {"from_domain_txt_values": ["v=spf1 -all"]},
        "'from_domain_txt_values' holds the SPF record 'v=spf1 -all'; a second one makes receivers believe neither "
        "(RFC 7208 section 4.5); pass spf=SpfRecord.parse(...) or spf_includes=[...]",
        id="SPF-among-the-values",
    ),
    pytest.param(
        {"from_domain_txt_values": ["v=DMARC1; p=none"]},
        "'from_domain_txt_values' holds the DMARC record 'v=DMARC1; p=none'; it belongs at _dmarc: pass "
        "dmarc=DmarcRecord.parse(...)",
        id="DMARC-among-the-values",
    ),
    pytest.param(
        {"from_domain_txt_values": ['"site=1"']},
        "'from_domain_txt_values' holds '\"site=1\"'; pass the text without quotes and backslashes, they are added for you",
        id="quotes",
    ),
    pytest.param(
        {"spf_includes": ["include:_spf.google.com"]},
        "'spf_includes': includes must be hosts, got 'include:_spf.google.com': it begins with 'include:'; pass the host "
        "alone, for example '_spf.google.com'",
        id="include-with-a-prefix",
    ),
    pytest.param(
        {"spf_includes": ["https://_spf.google.com"]},
        "'spf_includes': includes must be hosts, got 'https://_spf.google.com': it is a URL; pass the host alone, for example "
        "'_spf.google.com'",
        id="include-with-a-scheme",
    ),
    pytest.param({"spf_includes": [""]}, "'spf_includes' holds an empty entry; leave it out", id="empty-include"),
    pytest.param(
        {"spf": SpfRecord.parse("v=spf1 ~all"), "spf_includes": ["_spf.google.com"]},
        "'spf' is the whole record, so 'spf_includes' and 'spf_qualifier' cannot be given beside it; leave them out, or leave "
        "'spf' out",
        id="spf-and-spf_includes",
    ),
    *(
        pytest.param(
            {"from_domain_txt": FromDomainTxt.adopt(["v=spf1 ~all"], 300), prop: value},
            f"'from_domain_txt' is the whole TXT record set, so '{prop}' cannot be given beside it; deploy once as it is, then "
            f"replace 'from_domain_txt' by '{prop}'",
            id=f"from_domain_txt-and-{prop}",
        )
        for prop, value in {
            "spf": SpfRecord.parse("v=spf1 ~all"),
            "spf_includes": ["_spf.google.com"],
            "from_domain_txt_values": ["site=1"],
            "from_domain_spf": False,
        }.items()
    ),
]
LISTS = [
    *(
        pytest.param(
            {prop: entry},
            f"'{prop}' must be a list of strings, got the string '{entry}'; pass a list, for example ['{example}']",
            id=f"string-for-{prop}",
        )
        for prop, entry, example in [
            ("dmarc_rua", "a@example.com", "dmarc-reports@example.com"),
            ("spf_includes", "_spf.google.com", "_spf.google.com"),
            ("from_domain_txt_values", "site=1", "google-site-verification=..."),
            ("from_subdomains", "news", "news"),
        ]
    ),
    *(
        pytest.param(
            {prop: LIST_TOKEN},
            f"'{prop}' is a list that is known only after the deploy; pass its entries one by one",
            id=f"list-token-for-{prop}",
        )
        for prop in ("dmarc_rua", "spf_includes", "from_domain_txt_values", "from_subdomains")
    ),
    pytest.param(
        {"dmarc_rua": [None]},
        "'dmarc_rua' must hold strings, got None; pass a list, for example ['dmarc-reports@example.com']",
        id="None-in-a-list",
    ),
    pytest.param(
        {"logical_ids": ["Dmarc"]},
        "'logical_ids' must be a dict, got ['Dmarc']; pass for example {'Dmarc': 'OldId'}",
        id="list-for-a-dict",
    ),
]
KINDS = [
    *(
        pytest.param({prop: value}, f"'{prop}' must be {kind}, got {value!r}; use {use}", id=f"{prop}-{value}")
        for prop, value, kind, use in [
            ("dmarc_policy", "reject", "a DmarcPolicy", "DmarcPolicy.REJECT"),
            ("dmarc_policy", "rejekt", "a DmarcPolicy", "DmarcPolicy.NONE, .QUARANTINE or .REJECT"),
            ("spf_qualifier", "~", "an SpfQualifier", "SpfQualifier.SOFTFAIL"),
            ("record_layout", "grouped", "a RecordLayout", "RecordLayout.GROUPED"),
            ("record_layout", None, "a RecordLayout", "RecordLayout.SEPARATE"),
            ("removal_policy", "retain", "a RemovalPolicy", "RemovalPolicy.RETAIN"),
            ("removal_policy", True, "a RemovalPolicy", "RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE"),
            (
                "mail_from_behavior_on_mx_failure",
                "reject_message",
                "a MailFromBehaviorOnMxFailure",
                "MailFromBehaviorOnMxFailure.REJECT_MESSAGE",
            ),
            ("dkim_key_length", 2048, "an EasyDkimSigningKeyLength", "EasyDkimSigningKeyLength.RSA_2048_BIT"),
            ("dmarc", "v=DMARC1; p=none", "a DmarcRecord", "DmarcRecord.parse(...)"),
            ("spf", "v=spf1 ~all", "an SpfRecord", "SpfRecord.parse(...)"),
            (
                "from_domain_txt",
                "v=spf1 ~all",
                "a FromDomainTxt",
                "FromDomainTxt.adopt([...], ttl=Duration.seconds(300)) or FromDomainTxt.shared()",
            ),
            ("configuration_set", "mail", "a configuration set", "ConfigurationSet.from_configuration_set_name(...)"),
            ("configuration_set", 4, "a configuration set", "ConfigurationSet.from_configuration_set_name(...)"),
        ]
    ),
    pytest.param(
        {"feedback_forwarding": "no"}, "'feedback_forwarding' must be True or False, got 'no'", id="feedback_forwarding"
    ),
    pytest.param({"from_domain_spf": "no"}, "'from_domain_spf' must be True or False, got 'no'", id="from_domain_spf"),
    pytest.param(
        {"inherited_dmarc": 3, "dmarc_policy": None},
        "'inherited_dmarc' must be the text of a DMARC record, got 3; pass for example 'v=DMARC1; p=reject'",
        id="inherited_dmarc",
    ),
    pytest.param(
        {"removal_policy": RemovalPolicy.SNAPSHOT},
        "'removal_policy' cannot be SNAPSHOT, there is nothing to take a snapshot of; use RemovalPolicy.RETAIN",
        id="snapshot",
    ),
    pytest.param({"domain_name": NUMBER_TOKEN}, None, id="number-token-for-a-text"),
    pytest.param({"domain_name": LIST_TOKEN}, None, id="list-token-for-a-text"),
    pytest.param({"mail_from_subdomain": Token.as_any({"Ref": "Name"})}, None, id="token-that-is-no-text"),
    pytest.param({"domain_name": ["example.com"]}, None, id="list-for-a-text"),
]
TTLS = [
    pytest.param({"dkim_ttl": "600"}, f"'dkim_ttl' must be a Duration or whole seconds, got '600'; {SECONDS}", id="text"),
    pytest.param(
        {"mail_from_mx_ttl": [1]}, f"'mail_from_mx_ttl' must be a Duration or whole seconds, got [1]; {SECONDS}", id="list"
    ),
    pytest.param(
        {"mail_from_spf_ttl": Duration.seconds(NUMBER_TOKEN)},
        f"'mail_from_spf_ttl' is a number that is known only after the deploy; {SECONDS}",
        id="number-token",
    ),
    pytest.param(
        {"from_domain_txt_ttl": Duration.millis(1500)},
        f"'from_domain_txt_ttl' must be whole seconds, got a Duration that is none; {SECONDS}",
        id="part-of-a-second",
    ),
    pytest.param(
        {"dmarc_ttl": Duration.days(30_000)},
        f"'dmarc_ttl' must be whole seconds from 0 to 2147483647, got 2592000000; {SECONDS}",
        id="more-than-DNS-can-hold",
    ),
    pytest.param(
        {"dmarc_ttl": -1}, f"'dmarc_ttl' must be whole seconds from 0 to 2147483647, got -1; {SECONDS}", id="negative"
    ),
]
IDS = [
    pytest.param(
        {"logical_ids": {"DMARC": "OldId"}},
        "'logical_ids' holds 'DMARC'; this construct has Identity, DkimRecord1, DkimRecord2, DkimRecord3, MailFromMx, "
        "MailFromSpf, FromDomainTxt, Dmarc",
        id="unknown-child",
    ),
    pytest.param(
        {"logical_ids": {"Dmarc": "old-id"}},
        "'logical_ids' gives 'Dmarc' the id 'old-id'; a logical id has letters and digits only",
        id="bad-id",
    ),
    pytest.param(
        {"logical_ids": {"Dmarc": "OldId", "MailFromMx": "OldId"}}, "'logical_ids' holds the id 'OldId' twice", id="id-twice"
    ),
    pytest.param(
        {"logical_ids": {"Dmarc": "OldId"}, "record_layout": RecordLayout.GROUPED},
        "'logical_ids' goes with RecordLayout.SEPARATE only; leave out record_layout",
        id="grouped",
    ),
]


@pytest.mark.parametrize(("props", "sentence"), [*MAIL_FROM, *DOMAIN, *DMARC, *SPF, *LISTS, *KINDS, *TTLS, *IDS])
def test_refused(stack: Stack, zone: aws_route53.IHostedZone, props: dict[str, Any], sentence: str | None) -> None:
    """One sentence, raised where the user wrote the construct, before the construct is in the tree."""
    before = child_ids(stack)
    with pytest.raises(EmailAuthError) as caught:
        SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, **props)
    (prop, value), *_ = props.items()
    assert str(caught.value) == sentence or (sentence is None and f"'{prop}' must be a " in str(caught.value))
    assert sentence is not None or f", got {value!r}; pass for example " in str(caught.value)
    assert child_ids(stack) == before
    users = [frame.line for frame in traceback.extract_tb(caught.value.__traceback__) if frame.filename == __file__]
    assert users == ['SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, **props)']


@pytest.mark.parametrize(
    ("region", "props", "sentence"),
    [
        pytest.param(
            "xx-north-9",
            {},
            "no MAIL FROM host of Amazon SES is documented for the region 'xx-north-9'; correct the region, or pass "
            "mail_from_mx_host= with the host that the SES console of that region shows",
            id="unknown",
        ),
        pytest.param(
            "cn-north-1",
            {},
            "Amazon SES does not exist in the China region 'cn-north-1'; deploy the stack to another region",
            id="China",
        ),
        pytest.param(
            "cn-northwest-1",
            {"mail_from_mx_host": "feedback-smtp.example.net"},
            "Amazon SES does not exist in the China region 'cn-northwest-1'; deploy the stack to another region",
            id="China-with-a-host",
        ),
        pytest.param(
            "cn-north-1",
            {"mail_from_subdomain": None},
            "Amazon SES does not exist in the China region 'cn-north-1'; deploy the stack to another region",
            id="China-without-MAIL-FROM",
        ),
    ],
)
@pytest.mark.parametrize("construct", [SesEmailAuth, SendingIdentity])
def test_refused_region(construct: type[SesEmailAuth], region: str, props: dict[str, Any], sentence: str) -> None:
    """A region without SES is refused; one that we do not know only as long as nobody says its host."""
    stack = new_stack(new_app(), region=region)
    zone = imported_zone(stack)
    with pytest.raises(EmailAuthError) as caught:
        construct(stack, "EmailAuth", hosted_zone=zone, **props)
    assert str(caught.value) == sentence
    assert child_ids(stack) == ["Zone"]


def test_unknown_region_with_a_host() -> None:
    """A region that is newer than this library works as soon as its host is said."""
    stack = new_stack(new_app(), region="xx-north-9")
    auth = SesEmailAuth(
        stack, "EmailAuth", hosted_zone=imported_zone(stack), mail_from_mx_host="Feedback-SMTP.xx-north-9.amazonses.com."
    )
    assert str(auth.records[3]) == "bounce.blacksheep.link. 600 IN MX 10 feedback-smtp.xx-north-9.amazonses.com"


def test_domain_policy_has_no_region() -> None:
    """What does not send through SES works in China too."""
    stack = new_stack(new_app(), region="cn-north-1")
    assert len(DomainPolicy(stack, "Policy", hosted_zone=imported_zone(stack), sends_with_ses=False).records) == 2


def test_sending_identity_without_a_region() -> None:
    """Its default holds the region, and each region needs a name of its own."""
    stack = new_stack(new_app(), region=None)
    with pytest.raises(EmailAuthError) as caught:
        SendingIdentity(stack, "Sending", hosted_zone=imported_zone(stack))
    assert str(caught.value) == (
        "'mail_from_subdomain' must be given in a stack without a region: its default is 'bounce-<region>', and each region "
        "needs a MAIL FROM domain of its own"
    )


@pytest.mark.parametrize(
    ("props", "sentence"),
    [
        pytest.param(
            {"sends_with_ses": "no"}, "'sends_with_ses' must be True or False, got 'no'", id="sends_with_ses-is-no-flag"
        ),
        pytest.param(
            {"logical_ids": {"Identity": "OldId"}},
            "'logical_ids' holds 'Identity'; this construct has FromDomainTxt, Dmarc",
            id="no-identity-here",
        ),
    ],
)
def test_refused_by_domain_policy(stack: Stack, zone: aws_route53.IHostedZone, props: dict[str, Any], sentence: str) -> None:
    """What only a `DomainPolicy` has, or has not."""
    before = child_ids(stack)
    with pytest.raises(EmailAuthError) as caught:
        DomainPolicy(stack, "Policy", hosted_zone=zone, **props)
    assert str(caught.value) == sentence
    assert child_ids(stack) == before


def test_l1_configuration_set(stack: Stack, zone: aws_route53.IHostedZone) -> None:
    """An L1 does not know its name in the way of `IConfigurationSet`."""
    l1 = aws_ses.CfnConfigurationSet(stack, "L1")
    with pytest.raises(EmailAuthError, match=r"^'configuration_set' must be a configuration set, got <aws_cdk.*; use Config"):
        SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, configuration_set=l1)  # type: ignore[arg-type]  # on purpose


def test_second_try_after_a_refusal(stack: Stack, zone: aws_route53.IHostedZone) -> None:
    """A refused construct does not take its id."""
    with pytest.raises(EmailAuthError):
        SesEmailAuth(stack, "Again", hosted_zone=zone, mail_from_subdomain="")
    assert SesEmailAuth(stack, "Again", hosted_zone=zone).node.id == "Again"
