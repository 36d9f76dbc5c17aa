"""Tests of the reader of what `terraform show -json` prints."""

from __future__ import annotations

import copy
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.run import check_all
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.sources.source_file import DeclaredZone
from ses_email_auth.sources.terraform import is_terraform, read_terraform
from ses_email_auth.sources.views import views
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin
from tests.sources.terraform_files import (
    ACCOUNT,
    DOMAIN,
    REGION,
    TOKENS,
    ZONE_ID,
    applied_state,
    change,
    configured,
    first_plan,
    plan,
    record,
    resource,
    state,
)

Json: TypeAlias = dict[str, object]

KEY = "-----BEGIN PRIVATE KEY-----MIIEvQ"


def records(body: object) -> list[DeclaredRecordSet]:
    """The record sets of a plan or a state."""
    return read_terraform(body, "plan.json").records


def only(body: object) -> DeclaredRecordSet:
    """The one record set."""
    (found,) = records(body)
    return found


def identity(body: object) -> DeclaredIdentity:
    """The one identity."""
    (found,) = read_terraform(body, "plan.json").identities
    return found


def test_the_first_plan_of_blacksheep_link() -> None:
    """DKIM is known after the apply, each record with its number and its identity; all else is there."""
    source_file = read_terraform(first_plan(), "plan.json")
    dkim, rest = source_file.records[:3], source_file.records[3:]
    assert [each.name for each in dkim] == [KnownAfterDeploy(f"DkimDNSTokenName{n}") for n in (1, 2, 3)]
    assert [each.values for each in dkim] == [(KnownAfterDeploy(f"DkimDNSTokenValue{n}"),) for n in (1, 2, 3)]
    assert {each.identity for each in dkim} == {"aws_ses_domain_identity.this"}
    assert [(str(each.name), each.type_text, each.texts) for each in rest] == [
        ("mail.blacksheep.link", "MX", ("10 feedback-smtp.ap-northeast-1.amazonses.com",)),
        ("mail.blacksheep.link", "TXT", ("v=spf1 include:amazonses.com ~all",)),
        ("_dmarc.blacksheep.link", "TXT", ("v=DMARC1;p=none;rua=mailto:dmarc-reports@blacksheep.link",)),
    ]
    assert {each.zone_id for each in source_file.records} == {ZONE_ID}
    assert {each.ttl for each in source_file.records} == {"600"}
    assert source_file.zones == [DeclaredZone(zone_id=ZONE_ID, name=DomainName(DOMAIN))]
    assert (source_file.account, source_file.region) == ("", REGION)
    (found,) = source_file.identities
    assert (found.name, found.region, found.mail_from, found.on_mx_failure, found.signs) == (
        DOMAIN,
        REGION,
        "mail.blacksheep.link",
        "USE_DEFAULT_VALUE",
        True,
    )
    assert found.origin == Origin("plan.json", resource="aws_ses_domain_identity.this")


def test_the_state_after_the_apply() -> None:
    """The DKIM names are known, and so is the account."""
    source_file = read_terraform(applied_state(), "state.json")
    assert [str(each.name) for each in source_file.records[:3]] == [f"{token}._domainkey.{DOMAIN}" for token in TOKENS]
    assert [each.values for each in source_file.records[:3]] == [(f"{token}.dkim.amazonses.com",) for token in TOKENS]
    assert (source_file.account, source_file.region) == (ACCOUNT, REGION)
    (found,) = source_file.identities
    assert (found.account, found.region, found.mail_from, found.signs) == (ACCOUNT, REGION, f"mail.{DOMAIN}", True)


@pytest.mark.parametrize("body", [pytest.param(first_plan(), id="plan"), pytest.param(applied_state(), id="state")])
def test_what_is_right_gives_no_error(body: Json) -> None:
    """The rules have nothing against it that hurts mail."""
    found = check_all(views([read_terraform(body, "plan.json")]))
    assert [str(each) for each in found if each.severity is Severity.ERROR] == []


NAMES = [
    pytest.param("", "example.com", id="the-zone-itself"),
    pytest.param("bounce", "bounce.example.com", id="relative"),
    pytest.param("Bounce.Example.com.", "bounce.example.com", id="absolute"),
    pytest.param("a.example.net", "a.example.net.example.com", id="of-another-zone"),
    pytest.param("badexample.com", "badexample.com", id="the-provider-looks-at-text-not-at-labels"),
    pytest.param("*.mail", "*.mail.example.com", id="wildcard"),
]


@pytest.mark.parametrize(("written", "expected"), NAMES)
def test_a_name_is_what_the_provider_makes_of_it(written: str, expected: str) -> None:
    """It adds the zone's name unless the text ends in it."""
    main = resource("aws_route53_zone.main", {"name": "example.com.", "zone_id": f"/hostedzone/{ZONE_ID}"})
    assert only(plan([main, record("r", "TXT", written, "a")])).spelling == expected


def test_the_full_name_of_a_state_wins() -> None:
    """Also where the zone is not in the file."""
    assert only(state([record("r", "TXT", "bounce", "a", full_name="bounce.example.org")])).spelling == "bounce.example.org"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("bounce.example.com", "bounce.example.com", id="complete"),
        pytest.param("_dmarc", "_dmarc.${Token[aws_route53_record.r.zone]}", id="relative"),
        pytest.param("_dmarc.link", "_dmarc.link.${Token[aws_route53_record.r.zone]}", id="no-registrable-domain"),
        pytest.param("", "${Token[aws_route53_record.r.zone]}", id="the-zone-itself"),
        pytest.param("a..b", "a..b.${Token[aws_route53_record.r.zone]}", id="no-name"),
    ],
)
def test_a_relative_name_in_an_unknown_zone_is_not_known(written: str, expected: str) -> None:
    """Nobody guesses what stands behind it."""
    found = only(plan([record("r", "TXT", written, "a")]))
    assert found.spelling == expected
    assert isinstance(found.name, DomainName)


VALUES = [
    pytest.param("TXT", ["v=spf1 -all"], ('"v=spf1 -all"',), id="quotes-are-added"),
    pytest.param("TXT", ['abc""def', 'x" "y'], ('"abc""def"', '"x" "y"'), id="strings-are-cut-by-hand"),
    pytest.param("TXT", ['"a"'], ('""a""',), id="quotes-of-the-author-are-too-many"),
    pytest.param("SPF", ["v=spf1 -all"], ('"v=spf1 -all"',), id="type-99"),
    pytest.param("txt", ["a"], ('"a"',), id="lower-case"),
    pytest.param("MX", ["10 a.example.com"], ("10 a.example.com",), id="other-values-are-kept"),
    pytest.param("TXT", [], (), id="none"),
]


@pytest.mark.parametrize(("kind", "values", "expected"), VALUES)
def test_values_are_what_the_provider_sends(kind: str, values: list[str], expected: tuple[str, ...]) -> None:
    """A TXT value is put between quotes, and nothing in it is escaped."""
    assert only(plan([record("r", kind, "a.example.com", *values)])).values == expected


def test_an_alias_has_no_values_and_a_policy_an_identifier() -> None:
    """An alias is a list of one block; the TTL is left out."""
    values = {"zone_id": ZONE_ID, "name": "a.example.com", "type": "A", "alias": [{"name": "x"}], "set_identifier": "blue"}
    found = only(plan([resource("aws_route53_record.r", values)]))
    assert (found.is_alias, found.values, found.ttl, found.set_identifier) == (True, (), "", "blue")


def unknown(kind: str, values: Json, after_unknown: Json, index: object = None, **expressions: object) -> DeclaredRecordSet:
    """A record set of which something is not known, beside two identities."""
    address = _address(index)
    return only(
        plan(
            [
                resource("aws_sesv2_email_identity.new", {"email_identity": "new.example.com"}),
                resource("aws_ses_domain_identity.old", {"domain": "old.example.com"}),
                resource("aws_ses_domain_dkim.old", {}),
                resource(address, {"type": kind, "name": "a.example.com", **values}, index=index),
            ],
            changes=[change(address, after_unknown)],
            configuration=[
                configured("aws_route53_record.r", **expressions),
                configured("aws_ses_domain_identity.old", domain="old.example.com"),
                configured("aws_ses_domain_dkim.old", domain=["aws_ses_domain_identity.old.id", "aws_ses_domain_identity.old"]),
            ],
        )
    )


def _address(index: object) -> str:
    if index is None:
        return "aws_route53_record.r"
    return f"aws_route53_record.r[{index}]" if isinstance(index, int) else f'aws_route53_record.r["{index}"]'


NEW = "aws_sesv2_email_identity.new.dkim_signing_attributes[0].tokens"
OLD = "aws_ses_domain_dkim.old.dkim_tokens"

UNKNOWN_NAMES = [
    pytest.param(0, [NEW, "count.index"], "DkimDNSTokenName1", "aws_sesv2_email_identity.new", id="newer-api"),
    pytest.param("2", [OLD, "each.key"], "DkimDNSTokenName3", "aws_ses_domain_identity.old", id="older-api-by-an-id"),
    pytest.param(None, [f"{OLD}[1]", OLD], "DkimDNSTokenName2", "aws_ses_domain_identity.old", id="number-in-the-reference"),
    pytest.param(
        0, ["aws_route53_zone.z.name", OLD, "count.index"], "DkimDNSTokenName1", "aws_ses_domain_identity.old", id="not-first"
    ),
    pytest.param(1, [f"{NEW}[0]", NEW], "DkimDNSTokenName1", "aws_sesv2_email_identity.new", id="the-reference-wins"),
]

UNKNOWN_MARKS = [
    pytest.param(1, [OLD], id="nothing-says-which"),
    pytest.param(3, [OLD, "count.index"], id="there-is-no-fourth"),
    pytest.param("a", [OLD, "each.key"], id="a-key-that-is-no-number"),
    pytest.param("²", [OLD, "each.key"], id="a-digit-of-unicode"),
    pytest.param(0, ["local.tokens", "count.index"], id="a-local-value"),
    pytest.param(0, ["aws_ses_domain_dkim.other.dkim_tokens", "count.index"], id="an-identity-elsewhere"),
    pytest.param(0, ["aws_sesv2_email_identity.new.dkim_signing_attributes", "count.index"], id="no-token"),
    pytest.param(0, "constant", id="no-reference"),
]


@pytest.mark.parametrize(("index", "references", "attribute", "owner"), UNKNOWN_NAMES)
def test_a_dkim_name_is_known_by_its_reference(index: object, references: object, attribute: str, owner: str) -> None:
    """The number is that of the reference, else that of the instance."""
    found = unknown("CNAME", {"name": None}, {"name": True}, index, name=references)
    assert found.name == KnownAfterDeploy(attribute)
    assert found.identity == owner
    assert found.spelling == f"<{attribute}>"


@pytest.mark.parametrize(("index", "references"), UNKNOWN_MARKS)
def test_another_name_is_a_mark(index: object, references: object) -> None:
    """It is opaque; no rule guesses what it is."""
    found = unknown("CNAME", {"name": None}, {"name": True}, index, name=references)
    assert isinstance(found.name, DomainName)
    assert not found.name.is_known
    assert found.identity == ""


@pytest.mark.parametrize(
    ("kind", "values", "after_unknown", "expected"),
    [
        pytest.param("TXT", {}, {"records": True}, ('"${Token[aws_route53_record.r.records]}"',), id="all-of-a-text"),
        pytest.param(
            "TXT",
            {"records": ["a", None]},
            {"records": [False, True]},
            ('"a"', '"${Token[aws_route53_record.r.records]}"'),
            id="one",
        ),
        pytest.param("CNAME", {}, {"records": True}, ("${Token[aws_route53_record.r.records]}",), id="a-host"),
        pytest.param("TXT", {"records": None}, {}, ('"${Token[aws_route53_record.r.records]}"',), id="null"),
        pytest.param("MX", {}, {}, ("${Token[aws_route53_record.r.records]}",), id="left-out"),
        pytest.param("MX", {"records": []}, {}, (), id="an-empty-list-is-known"),
        pytest.param("A", {"records": None, "alias": [{"name": None}]}, {}, (), id="an-alias-has-none"),
    ],
)
def test_values_that_are_not_known_are_marks(kind: str, values: Json, after_unknown: Json, expected: tuple[str, ...]) -> None:
    """Those that are known stay as they are."""
    found = unknown(kind, values, after_unknown)
    assert found.values == expected


def test_marks_are_tokens_whatever_the_address() -> None:
    """Brackets and quotes of an address would end the token too early."""
    found = unknown("TXT", {}, {"records": True}, 'a"]}b')
    assert all(holds_token(text) for text in found.texts)


ZONES_BY_KEY = [
    resource('aws_route53_zone.all["a"]', {"name": "a.example"}, index="a"),
    resource('aws_route53_zone.all["b"]', {"name": "b.example", "vpc": [{"vpc_id": "vpc-1"}]}, index="b"),
    resource("aws_route53_zone.one[0]", {"name": "one.example"}, index=0),
]

ZONE_REFERENCES = [
    pytest.param(
        "a", ['aws_route53_zone.all["b"].zone_id', "aws_route53_zone.all"], 'aws_route53_zone.all["b"]', id="by-its-key"
    ),
    pytest.param("a", ["aws_route53_zone.all", "each.key"], 'aws_route53_zone.all["a"]', id="by-the-key-of-the-record"),
    pytest.param("c", ["aws_route53_zone.all", "each.key"], "", id="no-such-zone"),
    pytest.param("a", ["aws_route53_zone.all", "local.key"], "", id="not-known-which"),
    pytest.param("a", ["aws_route53_zone.one.zone_id"], "aws_route53_zone.one[0]", id="the-only-one"),
    pytest.param("a", ["aws_route53_zone.one[0].zone_id"], "aws_route53_zone.one[0]", id="by-its-number"),
    pytest.param("a", ["aws_route53_zone.one[1].zone_id"], "", id="another-number"),
    pytest.param("a", ["local.zone_id", "path.module", "self.x", "not a reference"], "", id="a-local-value"),
]


@pytest.mark.parametrize(("index", "references", "expected"), ZONE_REFERENCES)
def test_a_zone_that_is_not_made_yet_is_known_by_its_address(index: str, references: list[str], expected: str) -> None:
    """Its id is known after the apply; the configuration says which it is."""
    values: Json = {"type": "TXT", "name": "a", "records": ["a"]}
    body = plan(
        [*ZONES_BY_KEY, resource(f'aws_route53_record.r["{index}"]', values, index=index)],
        configuration=[configured("aws_route53_record.r", zone_id=references)],
    )
    found = only(body)
    assert found.zone_id == expected
    assert expected or not isinstance(found.name, DomainName) or not found.name.is_known


def test_private_zones_are_told() -> None:
    """By a VPC, or by what a data source says."""
    private = resource("data.aws_route53_zone.x", {"name": "x.example", "id": "Z9", "private_zone": True}, mode="data")
    found = read_terraform(
        plan(ZONES_BY_KEY, prior=[private, resource("aws_route53_zone.gone", {"zone_id": "Z8"})]), "plan.json"
    )
    assert [(each.zone_id, each.is_private) for each in found.zones] == [
        ('aws_route53_zone.all["a"]', False),
        ('aws_route53_zone.all["b"]', True),
        ("aws_route53_zone.one[0]", False),
        ("Z9", True),
    ]


def in_module(*, passed: object, outputs: Json | None = None, reference: str = "var.zone_id") -> DeclaredRecordSet:
    """A record in a module that is called for each of two keys, and what its zone is."""
    record_values: Json = {"type": "TXT", "name": "_dmarc", "records": ["a"]}
    body = plan([resource("aws_route53_zone.main", {"name": "example.com"})])
    root = body["planned_values"]["root_module"]  # type: ignore[index]
    inner = 'module.mail["a.b"]'
    root["child_modules"] = [
        {"address": inner, "resources": [resource(f"{inner}.aws_route53_record.r", record_values)]},
        {"address": "module.zones", "resources": [resource("module.zones.aws_route53_zone.z", {"name": "example.org"})]},
    ]
    expression = {"references": passed} if isinstance(passed, list) else {"constant_value": passed}
    body["configuration"]["root_module"]["module_calls"] = {  # type: ignore[index]
        "mail": {
            "expressions": {"zone_id": expression},
            "module": {"resources": [configured("aws_route53_record.r", zone_id=[reference])]},
        },
        "zones": {"module": {"outputs": outputs or {}, "resources": [configured("aws_route53_zone.z", name="example.org")]}},
    }
    return only(body)


OUTPUT: Json = {"id": {"expression": {"references": ["aws_route53_zone.z.zone_id", "aws_route53_zone.z"]}}}


@pytest.mark.parametrize(
    ("found", "zone_id", "name"),
    [
        pytest.param(
            in_module(passed=["aws_route53_zone.main.zone_id"]), "aws_route53_zone.main", "_dmarc.example.com", id="variable"
        ),
        pytest.param(
            in_module(passed=["module.zones.id"], outputs=OUTPUT),
            "module.zones.aws_route53_zone.z",
            "_dmarc.example.org",
            id="output",
        ),
        pytest.param(in_module(passed=["module.zones.other"], outputs=OUTPUT), "", None, id="unknown-output"),
        pytest.param(in_module(passed="Z1"), "", None, id="a-constant-would-be-known"),
        pytest.param(in_module(passed=["var.zone_id"]), "", None, id="a-variable-of-the-root"),
        pytest.param(in_module(passed=[], reference="var.other"), "", None, id="another-variable"),
    ],
)
def test_zones_are_followed_through_modules(found: DeclaredRecordSet, zone_id: str, name: str | None) -> None:
    """Through variables and outputs; else the zone is not known, and so is a relative name."""
    assert found.zone_id == zone_id
    assert isinstance(found.name, DomainName)
    assert found.name.text == name if name is not None else not found.name.is_known
    assert found.origin.resource == 'module.mail["a.b"].aws_route53_record.r'


def test_outputs_that_lead_nowhere_end() -> None:
    """An output that refers to itself is no plan of Terraform, but no reason to hang."""
    circle: Json = {"id": {"expression": {"references": ["module.zones.id"] * 20}}}  # all ways through would be 20 ** 20
    body = plan([resource("aws_route53_record.r", {"type": "TXT", "name": "a", "records": ["a"]})])
    body["configuration"]["root_module"] = {  # type: ignore[index]
        "resources": [configured("aws_route53_record.r", zone_id=["module.zones.id"])],
        "module_calls": {"zones": {"module": _nested(circle)}},
    }
    assert only(body).zone_id == ""


def _nested(outputs: Json) -> Json:
    module: Json = {"outputs": outputs}
    for _ in range(40):
        module = {"outputs": outputs, "module_calls": {"zones": {"module": module}}}
    return module


IDENTITIES = [
    pytest.param(
        [resource("aws_sesv2_email_identity.a", {"email_identity": "example.com", "configuration_set_name": "main"})],
        {"signs": True, "configuration_set": "main", "easy_dkim_bits": None, "own_key": False},
        id="easy-dkim-is-on",
    ),
    pytest.param(
        [
            resource(
                "aws_sesv2_email_identity.a",
                {"email_identity": "example.com", "dkim_signing_attributes": [{"next_signing_key_length": "RSA_1024_BIT"}]},
            )
        ],
        {"easy_dkim_bits": 1024, "own_selector": None, "own_key": False},
        id="key-length",
    ),
    pytest.param(
        [
            resource(
                "aws_sesv2_email_identity.a",
                {
                    "email_identity": "example.com",
                    "dkim_signing_attributes": [{"domain_signing_selector": "s1", "domain_signing_private_key": KEY}],
                },
            )
        ],
        {"signs": True, "own_selector": "s1", "own_key": True, "own_key_in_file": False},
        id="own-key",
    ),
    pytest.param(
        [
            resource(
                "aws_sesv2_email_identity.a",
                {
                    "email_identity": "example.com",
                    "dkim_signing_attributes": [
                        {"signing_attributes_origin": "EXTERNAL", "next_signing_key_length": "RSA_2048_BIT"}
                    ],
                },
            )
        ],
        {"own_key": True, "easy_dkim_bits": None},
        id="own-key-that-the-state-does-not-have",
    ),
    pytest.param(
        [resource("aws_sesv2_email_identity.a", {"email_identity": "me@example.com"})],
        {"signs": None, "is_address": True},
        id="address",
    ),
    pytest.param(
        [resource("aws_ses_email_identity.a", {"email": "me@example.com"})],
        {"signs": None, "is_address": True},
        id="older-address",
    ),
    pytest.param(
        [resource("aws_ses_domain_identity.a", {"domain": "example.com"})], {"signs": None}, id="older-domain-without-dkim"
    ),
    pytest.param(
        [
            resource("aws_ses_domain_identity.a", {"domain": "Example.com", "region": "eu-west-1"}),
            resource("aws_ses_domain_dkim.b", {"domain": "example.com", "region": "us-east-1"}),
            resource(
                "aws_ses_domain_mail_from.a",
                {"domain": "example.com", "mail_from_domain": "b.example.com", "behavior_on_mx_failure": "RejectMessage"}
                | {"region": "eu-west-1"},
            ),
        ],
        {"signs": None, "region": "eu-west-1", "mail_from": "b.example.com", "on_mx_failure": "REJECT_MESSAGE"},
        id="each-region-on-its-own",
    ),
    pytest.param(
        [
            resource("aws_sesv2_email_identity.a", {"email_identity": "example.com"}),
            resource(
                "aws_sesv2_email_identity_mail_from_attributes.a",
                {
                    "email_identity": "example.com",
                    "mail_from_domain": "b.example.com",
                    "behavior_on_mx_failure": "USE_DEFAULT_VALUE",
                },
            ),
        ],
        {"mail_from": "b.example.com", "on_mx_failure": "USE_DEFAULT_VALUE"},
        id="mail-from-of-the-newer-api",
    ),
    pytest.param(
        [
            resource("aws_sesv2_email_identity.a", {"email_identity": "example.com"}),
            resource("aws_sesv2_email_identity_mail_from_attributes.a", {"email_identity": "example.com"}),
        ],
        {"mail_from": None, "on_mx_failure": None},
        id="no-mail-from",
    ),
    pytest.param(
        [resource("aws_sesv2_email_identity.a", {})],
        {"name": "${Token[aws_sesv2_email_identity.a.email_identity]}"},
        id="unknown",
    ),
    pytest.param(
        [
            resource(
                "aws_ses_domain_identity.a", {"domain": "example.com", "arn": "arn:aws-us-gov:ses:us-gov-west-1:111122223333:x"}
            )
        ],
        {"region": "us-gov-west-1", "account": "111122223333"},
        id="region-and-account-of-an-arn",
    ),
]


@pytest.mark.parametrize(("resources", "expected"), IDENTITIES)
def test_an_identity_is_joined_from_its_resources(resources: list[Json], expected: Json) -> None:
    """By domain and region, since that is how the provider joins them."""
    found = identity(state(resources))
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_mail_from_domain_can_be_unknown() -> None:
    """It is a mark, and not "none"."""
    body = plan(
        [
            resource("aws_ses_domain_identity.a", {"domain": "example.com"}),
            resource("aws_ses_domain_mail_from.a", {"domain": "example.com"}),
        ],
        changes=[change("aws_ses_domain_mail_from.a", {"mail_from_domain": True})],
    )
    assert identity(body).mail_from == "${Token[aws_ses_domain_mail_from.a.mail_from_domain]}"


@pytest.mark.parametrize(
    ("written", "after_unknown", "expected"),
    [
        pytest.param({"constant_value": KEY}, {}, (True, True), id="typed"),
        pytest.param({"references": ["var.key"]}, {}, (True, False), id="kept-elsewhere"),
        pytest.param(
            {"references": ["tls_private_key.k.private_key_pem"]},
            {"domain_signing_private_key": True},
            (True, False),
            id="not-yet",
        ),
    ],
)
def test_a_private_key_is_told_and_never_shown(written: Json, after_unknown: Json, expected: tuple[bool, bool]) -> None:
    """A key that is written out can be read by everybody; no key leaves the file."""
    block = {} if after_unknown else {"domain_signing_private_key": KEY}
    body = plan(
        [resource("aws_sesv2_email_identity.a", {"email_identity": "example.com", "dkim_signing_attributes": [block]})],
        changes=[change("aws_sesv2_email_identity.a", {"dkim_signing_attributes": [after_unknown]})],
        configuration=[
            {
                "address": "aws_sesv2_email_identity.a",
                "expressions": {"dkim_signing_attributes": [{"domain_signing_private_key": written}]},
            }
        ],
    )
    source_file = read_terraform(body, "plan.json")
    assert (source_file.identities[0].own_key, source_file.identities[0].own_key_in_file) == expected
    assert "PRIVATE KEY" not in repr(source_file)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        pytest.param({"constant_value": "eu-west-1"}, "eu-west-1", id="constant"),
        pytest.param({"references": ["var.region"]}, REGION, id="variable"),
        pytest.param({"references": ["var.other"]}, "", id="unknown-variable"),
        pytest.param({"references": ["local.region"]}, "", id="local-value"),
        pytest.param({}, "", id="of-the-environment"),
    ],
)
def test_the_region_of_a_plan_is_that_of_its_provider(region: Json, expected: str) -> None:
    """As far as the configuration says it."""
    address = "aws_ses_domain_identity.a"
    body = plan([resource(address, {"domain": "example.com"})], configuration=[configured(address)], region=region or {"x": 1})
    source_file = read_terraform(body, "plan.json")
    assert (source_file.region, source_file.identities[0].region) == (expected, expected)


def test_two_regions_are_none() -> None:
    """A file of two regions or two accounts has neither."""
    arns = [
        f"arn:aws:ses:{region}:{account}:identity/x" for region, account in (("eu-west-1", "1" * 12), ("us-east-1", "2" * 12))
    ]
    body = state(
        [resource(f"aws_ses_domain_identity.a{n}", {"domain": "example.com", "arn": arn}) for n, arn in enumerate(arns)]
    )
    source_file = read_terraform(body, "state.json")
    assert (source_file.region, source_file.account) == ("", "")
    assert [each.region for each in source_file.identities] == ["eu-west-1", "us-east-1"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(first_plan(), True, id="plan"),
        pytest.param(applied_state(), True, id="state"),
        pytest.param({"format_version": "1.0", "terraform_version": "1.11.4"}, True, id="empty-state"),
        pytest.param({"format_version": "1.0"}, False, id="something-else"),
        pytest.param({"values": {}}, False, id="no-version"),
        pytest.param([], False, id="list"),
    ],
)
def test_terraform_is_told_by_its_keys(body: object, expected: bool) -> None:  # noqa: FBT001 - a column
    """A version of the format, and values."""
    assert is_terraform(body) is expected


def test_a_data_source_that_reads_a_record_makes_none() -> None:
    """Only what is managed is published."""
    assert records(plan([resource("data.aws_route53_record.r", {"name": "a"}, mode="data")])) == []
    assert (
        read_terraform(
            plan([resource("data.aws_sesv2_email_identity.a", {"email_identity": "x"}, mode="data")]), "p"
        ).identities
        == []
    )


def _nulls() -> list[object]:
    """Each attribute of each resource of a plan and of a state, and all attributes of each together."""
    rows: list[object] = []
    for kind, body in (("plan", first_plan()), ("state", applied_state())):
        for number, each in enumerate(_shown(body)):
            rows += [
                pytest.param(body, number, name, id=f"{kind}-{each['address']}-{name}")
                for name in (*each["values"], None)  # type: ignore[misc]
            ]
    return rows


def _shown(body: Json) -> list[Json]:
    return (body.get("planned_values") or body["values"])["root_module"]["resources"]  # type: ignore[index, no-any-return]


def _found(body: Json) -> set[tuple[str, str]]:
    return {(each.id, each.where) for each in check_all(views([read_terraform(body, "x.json")])) if each.id != "cannot-tell"}


@pytest.mark.parametrize(("body", "number", "name"), _nulls())
@pytest.mark.parametrize("is_left_out", [False, True])
def test_nothing_is_found_in_a_null(body: Json, number: int, name: str | None, is_left_out: bool) -> None:  # noqa: FBT001 - a column
    """Null, left out, or `"values": null` and `{}`: nobody can tell, so no rule says more than without it."""
    changed = copy.deepcopy(body)
    each = _shown(changed)[number]
    if name is None:
        each["values"] = {} if is_left_out else None
    elif is_left_out:
        del each["values"][name]  # type: ignore[attr-defined]
    else:
        each["values"][name] = None  # type: ignore[index]
    assert _found(changed) - _found(body) == set()


@pytest.mark.parametrize(
    ("values", "zones", "expected"),
    [
        pytest.param({"fqdn": "a.b.example.com", "name": "a"}, ["example.com", "example.org"], "Z0", id="by-the-full-name"),
        pytest.param({"fqdn": "example.com"}, ["example.com"], "Z0", id="the-zone-itself"),
        pytest.param({"fqdn": "a.example.com"}, ["example.com", "example.com"], "", id="two-zones-of-one-name"),
        pytest.param({"fqdn": "badexample.com"}, ["example.com"], "", id="labels-count"),
        pytest.param({"name": "a"}, ["example.com"], "", id="a-name-that-may-be-anywhere"),
        pytest.param({"name": None}, ["example.com"], "Z0", id="nothing-is-known-and-one-zone"),
        pytest.param({}, ["example.com", "example.org"], "", id="nothing-is-known-and-two-zones"),
    ],
)
def test_a_record_whose_zone_is_null_may_be_placed(values: Json, zones: list[str], expected: str) -> None:
    """By its full name, or where there is one place only; so a set of records is not torn apart."""
    declared = [resource(f"aws_route53_zone.z{n}", {"name": name, "zone_id": f"Z{n}"}) for n, name in enumerate(zones)]
    found = only(state([*declared, resource("aws_route53_record.r", {"type": "TXT", "zone_id": None, **values})]))
    assert found.zone_id == expected


def test_a_file_without_values_holds_nothing() -> None:
    """As Terraform prints a plan that destroys everything, and tools that leave nulls."""
    for body in (
        {"format_version": "1.0", "values": None},
        {"format_version": "1.2", "planned_values": {"root_module": {}}},
        {"format_version": "1.2", "planned_values": None},
    ):
        source_file = read_terraform(body, "x.json")
        assert (source_file.records, source_file.identities, source_file.zones) == ([], [], [])


def test_what_is_destroyed_declares_nothing() -> None:
    """It stands among the changes and in the state before, and not in what the plan leads to."""
    gone = record("gone", "TXT", "a.example.com", "v=spf1 +all")
    destroyed: Json = {
        "address": "aws_route53_record.gone",
        "change": {"actions": ["delete"], "before": gone["values"], "after": None, "after_unknown": {}},
    }
    assert records(plan([], prior=[gone], changes=[destroyed])) == []


def test_a_deposed_instance_declares_nothing() -> None:
    """It has the address of the instance that has replaced it: in a state, and among the changes of a plan."""
    old = record("r", "TXT", "old.example.com", "a") | {"deposed_key": "00000001"}
    new = record("r", "TXT", "new.example.com", "a")
    assert only(state([new, old])).spelling == only(state([old, new])).spelling == "new.example.com"
    unknown_values = resource("aws_route53_record.r", {"type": "MX", "name": "a.example.com"})
    changes = [change("aws_route53_record.r", {"set_identifier": True}), change("aws_route53_record.r", {}) | {"deposed": "1"}]
    found = only(plan([unknown_values], changes=changes))
    assert found.set_identifier == "${Token[aws_route53_record.r.set_identifier]}"


def test_a_mail_from_domain_of_the_older_api_is_never_none() -> None:
    """Its resource must have one; that of the newer API without one stands for the domain of SES."""
    body = state(
        [
            resource("aws_ses_email_identity.a", {"email": "a@example.com"}),
            resource("aws_ses_domain_mail_from.a", {"domain": "a@example.com", "mail_from_domain": None}),
        ]
    )
    assert identity(body).mail_from == "${Token[aws_ses_domain_mail_from.a.mail_from_domain]}"


def test_an_identity_that_is_not_known_takes_nothing_of_another() -> None:
    """Two nulls are not the same name."""
    body = state(
        [
            resource("aws_sesv2_email_identity.a", {"email_identity": None}),
            resource("aws_ses_domain_mail_from.b", {"domain": None, "mail_from_domain": "bounce.example.com"}),
        ]
    )
    assert identity(body).mail_from is None


PARTS = st.sampled_from(
    [
        None,
        True,
        1,
        "",
        "text",
        [],
        {},
        [None],
        [{}],
        [[]],
        "aws_route53_record",
        "aws_route53_zone",
        "data",
        "module.a[0]",
        ["var.x", "module.a.b"],
    ]
)


@given(st.data())
def test_no_change_to_a_plan_does_harm(data: st.DataObject) -> None:
    """Any value at any place is read somehow: a plan of another version is no reason to stop."""
    body = copy.deepcopy(data.draw(st.sampled_from([first_plan(), applied_state()])))
    place: object = body
    for _ in range(data.draw(st.integers(1, 7))):
        keys: list[object] = (
            list(place) if isinstance(place, dict) else list(range(len(place))) if isinstance(place, list) else []
        )
        if not keys:
            break
        parent, key = place, data.draw(st.sampled_from(keys))
        place = parent[key]  # type: ignore[index]
    parent[key] = data.draw(PARTS)  # type: ignore[index]
    source_file = read_terraform(body, "plan.json")
    for each in check_all(views([source_file])):
        assert each.id != "rule-failed"
