"""Tests of what follows from two files together: all that is named is what one receiver sees, but for stages and accounts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.run import check_all
from ses_email_auth.domain_name import DomainName
from ses_email_auth.sources.read import read
from ses_email_auth.sources.source_file import DeclaredZone, SourceFile
from ses_email_auth.sources.views import views
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ses_email_auth.checks.finding import Finding

SOA = "@ 900 IN SOA ns1.example.org. hostmaster.example.org. 1 7200 900 1209600 900\n@ 900 IN NS ns1.example.org."


def zone(name: str, *lines: str, whole: bool = True) -> str:
    """A zone file."""
    return "\n".join([f"$ORIGIN {name}.", *([SOA] if whole else []), *lines, ""])


def template(zone_id: str, *records: tuple[str, str, str]) -> str:
    """A template with record sets of one zone."""
    return json.dumps(
        {
            "Resources": {
                f"R{number}": {
                    "Type": "AWS::Route53::RecordSet",
                    "Properties": {
                        "HostedZoneId": zone_id,
                        "Name": name,
                        "Type": kind,
                        "TTL": "60",
                        "ResourceRecords": [value],
                    },
                }
                for number, (name, kind, value) in enumerate(records)
            }
        }
    )


INCLUDES = '@ 600 IN TXT "v=spf1 include:_spf.example.net ~all"'
ELEVEN = "v=spf1 " + " ".join(f"a:h{number}.example.org" for number in range(10)) + " ~all"
RUA = '_dmarc 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.net"'
CONSENT = 'example.com._report._dmarc 600 IN TXT "v=DMARC1;"'
MX = "@ 600 IN MX 10 mx.example.net."

LOUD = [
    pytest.param(
        zone("example.com", INCLUDES), zone("example.net"), "spf-include-no-spf", "error", id="an-include-without-spf"
    ),
    pytest.param(
        zone("example.com", '@ 600 IN TXT "v=spf1 redirect=_spf.example.net"'),
        zone("example.net", '_spf 600 IN TXT "token"'),
        "spf-include-no-spf",
        "error",
        id="a-redirect-without-spf",
    ),
    pytest.param(
        template("Z1", ("example.com.", "TXT", '"v=spf1 include:_spf.example.net ~all"')),
        zone("example.net"),
        "spf-include-no-spf",
        "error",
        id="a-template-includes-what-a-whole-zone-does-not-have",
    ),
    pytest.param(
        zone("example.com", INCLUDES),
        zone("example.net", f'_spf 600 IN TXT "{ELEVEN}"'),
        "spf-too-many-lookups",
        "error",
        id="eleven-lookups-in-two-zones",
    ),
    pytest.param(
        zone("example.com", INCLUDES),
        template("Z1", ("_spf.example.net.", "TXT", f'"{ELEVEN}"')),
        "spf-too-many-lookups",
        "error",
        id="eleven-lookups-in-a-zone-and-a-template",
    ),
    pytest.param(
        zone("example.com", INCLUDES),
        zone("example.net", '_spf 600 IN TXT "v=spf1 include:example.com ~all"'),
        "spf-include-loop",
        "error",
        id="a-loop-through-two-zones-is-said-once",
    ),
    pytest.param(zone("example.com", MX), zone("example.net"), "mx-target-missing", "error", id="an-mx-leads-to-nothing"),
    pytest.param(
        zone("example.com", MX),
        zone("example.net", "mx 600 IN CNAME host.example.org."),
        "mx-to-cname",
        "warning",
        id="to-a-cname",
    ),
    pytest.param(
        zone("example.com", "www 600 IN CNAME web.example.net."),
        zone("example.net"),
        "cname-target-missing",
        "warning",
        id="a-cname-leads-to-nothing",
    ),
    pytest.param(zone("example.com", RUA), zone("example.net"), "dmarc-rua-external", "warning", id="no-consent"),
    pytest.param(
        zone("example.com", RUA), zone("example.net", CONSENT), "dmarc-rua-undeliverable", "warning", id="reports-to-no-server"
    ),
]

SILENT = [
    pytest.param(
        zone("example.com", INCLUDES),
        zone("example.net", '_spf 600 IN TXT "v=spf1 -all"'),
        "spf-include-no-spf",
        id="the-include-has-spf",
    ),
    pytest.param(
        zone("example.com", INCLUDES), zone("example.net", whole=False), "spf-include-no-spf", id="its-zone-is-not-whole"
    ),
    pytest.param(
        zone("example.com", INCLUDES),
        zone("example.net", "_spf 600 IN NS ns1.example.org."),
        "spf-include-no-spf",
        id="the-include-is-delegated",
    ),
    pytest.param(
        zone("example.net", '@ 600 IN TXT "v=spf1 include:_spf.example.net ~all"'),
        template("Z1", ("_spf.example.net.", "TXT", '"v=spf1 -all"')),
        "spf-include-no-spf",
        id="a-template-will-publish-it",
    ),
    pytest.param(
        zone("example.com", MX), zone("example.net", "mx 600 IN A 192.0.2.1"), "mx-target-missing", id="the-host-has-an-address"
    ),
    pytest.param(
        zone("example.com", "@ 600 IN MX 10 mx.mail.example.net."),
        zone("example.net", "mail 600 IN NS ns1.example.org."),
        "mx-target-missing",
        id="the-host-is-delegated",
    ),
    pytest.param(
        zone("example.com", MX),
        zone("example.net", "mx 600 IN CNAME host.example.org."),
        "mx-target-missing",
        id="a-cname-is-there",
    ),
    pytest.param(zone("example.com", RUA), zone("example.net", CONSENT), "dmarc-rua-external", id="consent-is-given"),
    pytest.param(
        zone("example.com", RUA),
        template("Z1", ("*._report._dmarc.example.net.", "TXT", '"v=DMARC1;"')),
        "dmarc-rua-external",
        id="consent-to-all-in-a-template",
    ),
    pytest.param(
        zone("example.com", RUA),
        zone("example.net", "@ 600 IN MX 10 mx.example.org."),
        "dmarc-rua-undeliverable",
        id="a-server-takes-reports",
    ),
]


def _found(folder: Path, *texts: str, complete: bool = False) -> tuple[Finding, ...]:
    for number, text in enumerate(texts):
        kind = "template.json" if text.startswith("{") else "zone"
        (folder / f"{number}.{kind}").write_text(text, encoding="utf-8")
    return check_all(views(read([folder]), complete=complete))


@pytest.mark.parametrize(("one", "other", "rule", "severity"), LOUD)
def test_two_files_show_a_fault(one: str, other: str, rule: str, severity: str, tmp_path: Path) -> None:
    """Neither file alone shows it."""
    found = [each for each in _found(tmp_path, one, other) if (each.id, each.severity.value) == (rule, severity)]
    assert len(found) == 1
    (tmp_path / "alone").mkdir()
    assert [each for each in _found(tmp_path / "alone", one) if (each.id, each.severity.value) == (rule, severity)] == []


@pytest.mark.parametrize(("one", "other", "rule"), SILENT)
def test_two_files_show_no_fault(one: str, other: str, rule: str, tmp_path: Path) -> None:
    """The second file has what the first one needs, or cannot tell."""
    assert [each for each in _found(tmp_path, one, other) if each.id == rule] == []


def _file(
    path: str, name: str, *records: tuple[str, str, str], scope: str = "", account: str = "", private: bool = False
) -> SourceFile:
    declared = DeclaredZone(zone_id=path, name=DomainName(name), is_complete=True, is_private=private)
    sets = [
        DeclaredRecordSet.of(own, kind, (value,), Origin(path), ttl="60", zone_id=path)
        for own, kind, value in (("ns." + name, "A", "192.0.2.1"), *records)
    ]
    return SourceFile(path=path, scope=scope, account=account, records=sets, zones=[declared])


INCLUDING = ("example.com", "TXT", '"v=spf1 include:_spf.example.net ~all"')


@pytest.mark.parametrize(
    ("one", "other", "is_joined"),
    [
        pytest.param({}, {}, True, id="files"),
        pytest.param({"scope": "cdk.out"}, {"scope": "cdk.out"}, True, id="one-app"),
        pytest.param({"scope": "cdk.out/assembly-Dev"}, {"scope": "cdk.out/assembly-Prod"}, False, id="two-stages"),
        pytest.param({"scope": "cdk.out/assembly-Dev"}, {}, True, id="a-stage-and-a-zone-file"),
        pytest.param({"account": "1" * 12}, {"account": "2" * 12}, False, id="two-accounts"),
        pytest.param({"account": "1" * 12}, {"account": "1" * 12}, True, id="one-account"),
        pytest.param({"account": "1" * 12}, {}, True, id="an-account-and-a-zone-file"),
        pytest.param({}, {"private": True}, False, id="a-private-zone"),
    ],
)
def test_what_is_never_joined(one: Mapping[str, object], other: Mapping[str, object], is_joined: bool) -> None:  # noqa: FBT001
    """Two stages, two accounts and private zones are no part of what one receiver sees."""
    including = _file("a", "example.com", INCLUDING, **one)  # type: ignore[arg-type]
    included = _file("b", "example.net", **other)  # type: ignore[arg-type]
    found = {each.id for each in check_all(views([including, included]))}
    assert ("spf-include-no-spf" in found) is is_joined


def test_a_zone_in_the_middle_is_nearer() -> None:
    """A name below a zone that is in view in part is not absent, though the zone above is whole."""
    parent = _file("a", "example.net")
    child = SourceFile(
        path="b",
        records=[DeclaredRecordSet.of("www.mail.example.net", "A", ("192.0.2.1",), Origin("b"), zone_id="b")],
        zones=[DeclaredZone(zone_id="b", name=DomainName("mail.example.net"))],
    )
    including = _file("c", "example.com", ("example.com", "TXT", '"v=spf1 include:_spf.mail.example.net ~all"'))
    assert "spf-include-no-spf" in {each.id for each in check_all(views([parent, including]))}
    assert "spf-include-no-spf" not in {each.id for each in check_all(views([parent, child, including]))}


@pytest.mark.parametrize("size", [5, 40])
def test_a_large_loop_through_many_zones_ends(size: int) -> None:
    """Each zone includes the next one; the first to say it, or each of a large loop, is enough."""
    files = [
        _file(f"f{at}", f"e{at}.example", (f"e{at}.example", "TXT", f'"v=spf1 include:e{(at + 1) % size}.example ~all"'))
        for at in range(size)
    ]
    found = [each for each in check_all(views(files)) if each.id == "spf-include-loop"]
    assert len(found) == (1 if size == 5 else size)


SENDER = (
    ("a._domainkey.example.com.", "CNAME", "a.dkim.amazonses.com"),
    ("b._domainkey.example.com.", "CNAME", "b.dkim.amazonses.com"),
    ("c._domainkey.example.com.", "CNAME", "c.dkim.amazonses.com"),
)


def test_complete_makes_absence_count(tmp_path: Path) -> None:
    """A template says nothing of what is absent, unless it is said to hold all."""
    text = template("Z1", ("bounce.example.com.", "MX", "10 feedback-smtp.us-east-1.amazonses.com"), *SENDER)
    rule = "spf-amazonses-at-mail-from-missing"
    assert rule not in {each.id for each in _found(tmp_path, text)}
    assert rule in {each.id for each in _found(tmp_path, text, complete=True)}


def _with_zone(*records: tuple[str, str, str]) -> str:
    body = json.loads(template("placeholder", *records))
    for resource in body["Resources"].values():
        resource["Properties"]["HostedZoneId"] = {"Ref": "Zone"}
    body["Resources"]["Zone"] = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com."}}
    return json.dumps(body)


def test_a_template_that_makes_the_zone_is_asked_for_dmarc(tmp_path: Path) -> None:
    """What makes a zone usually publishes its DMARC record, but another stack may: an info."""
    found = [each for each in _found(tmp_path, _with_zone(*SENDER)) if each.id == "dmarc-missing"]
    assert [each.severity for each in found] == [Severity.INFO]
    assert found[0].fix.endswith("unless something else publishes it")


def test_a_template_that_uses_a_zone_is_not_asked_for_dmarc(tmp_path: Path) -> None:
    """Neither is one that publishes the record, or has it in a zone file beside it."""
    dmarc = ("_dmarc.example.com.", "TXT", '"v=DMARC1; p=none; rua=mailto:d@example.com"')
    ids = [
        {each.id for each in _found(tmp_path, *texts)}
        for texts in (
            [template("Z1", *SENDER)],
            [_with_zone(*SENDER, dmarc)],
            [_with_zone(*SENDER), zone("example.com", '_dmarc 60 IN TXT "v=DMARC1; p=none; rua=mailto:d@example.com"')],
        )
    ]
    assert [each & {"dmarc-missing"} for each in ids] == [set(), set(), set()]


def test_a_template_that_makes_the_zone_is_asked_for_the_record_of_the_organization(tmp_path: Path) -> None:
    """`dmarc-org-missing` is an info anyway."""
    text = _with_zone(("_dmarc.mail.example.com.", "TXT", '"v=DMARC1; p=reject; rua=mailto:d@mail.example.com"'))
    assert "dmarc-org-missing" in {each.id for each in _found(tmp_path, text)}


def test_reports_to_a_host_of_another_template(tmp_path: Path) -> None:
    """What a second template has at the host is not asked for again."""
    dmarc = ("_dmarc.example.com.", "TXT", '"v=DMARC1; p=none; rua=mailto:d@example.com"')
    mx = ("example.com.", "MX", "10 mx.example.org")
    rule = "dmarc-rua-undeliverable"
    assert rule in {each.id for each in _found(tmp_path, _with_zone(dmarc))}
    assert rule not in {each.id for each in _found(tmp_path, _with_zone(dmarc), template("Z1", mx))}


def _stage(path: str, name: str, *records: tuple[str, str, str], scope: str = "", account: str = "") -> SourceFile:
    """A template that makes a zone: of an app's stage, or of an account."""
    sets = [DeclaredRecordSet.of(own, kind, (value,), Origin(path), ttl="60", zone_id=path) for own, kind, value in records]
    zones = [DeclaredZone(zone_id=path, name=DomainName(name), is_created=True)]
    return SourceFile(path=path, scope=scope, account=account, records=sets, zones=zones)


MANY = ("_spf.example.net", "TXT", f'"{ELEVEN}"')
FEW = ("_spf.example.net", "TXT", '"v=spf1 ip4:192.0.2.1 ~all"')


@pytest.mark.parametrize(
    ("others", "is_followed"),
    [
        pytest.param([_stage("b", "example.net", MANY, scope="Dev")], True, id="one-stage"),
        pytest.param(
            [_stage("b", "example.net", MANY, scope="Dev"), _stage("c", "example.net", FEW, scope="Prod")],
            False,
            id="two-stages-have-the-zone",
        ),
        pytest.param(
            [_stage("b", "example.net", MANY, account="1" * 12), _stage("c", "example.net", FEW, account="2" * 12)],
            False,
            id="two-accounts-have-the-zone",
        ),
        pytest.param([_file("b", "example.net", MANY), _file("c", "example.net", FEW)], False, id="two-exports-of-the-zone"),
        pytest.param(
            [
                _stage("b", "example.net", ("_spf.example.net", "TXT", '"v=spf1 include:example.org ~all"'), scope="Dev"),
                _stage("c", "example.org", ("example.org", "TXT", f'"{ELEVEN}"'), scope="Prod"),
            ],
            False,
            id="from-one-stage-into-the-other",
        ),
    ],
)
def test_a_zone_file_beside_an_app(others: list[SourceFile], is_followed: bool) -> None:  # noqa: FBT001 - a column
    """It sees what can be only one thing; which of two stages DNS will have is not known."""
    found = {(each.id, each.where) for each in check_all(views([_file("a", "example.com", INCLUDING), *others]))}
    assert (("spf-too-many-lookups", "example.com TXT") in found) is is_followed


def test_ses_is_allowed_in_another_zone() -> None:
    """Where an include leads to a record in view, nothing needs to be assumed of it."""
    bounce = ("bounce.example.com", "MX", "10 feedback-smtp.us-east-1.amazonses.com")
    spf = ("bounce.example.com", "TXT", '"v=spf1 include:_spf.example.net ~all"')
    rule = "spf-amazonses-at-mail-from-missing"
    for text, is_missing in (("v=spf1 -all", True), ("v=spf1 include:amazonses.com ~all", False)):
        files = [_file("a", "example.com", bounce, spf), _file("b", "example.net", ("_spf.example.net", "TXT", f'"{text}"'))]
        assert (rule in {each.id for each in check_all(views(files))}) is is_missing
    assert rule not in {each.id for each in check_all(views(files[:1]))}


def test_an_include_of_a_zone_in_view_is_no_slip() -> None:
    """Whoever has the zone knows how its name is spelt."""
    files = [
        _file("a", "example.com", ("example.com", "TXT", '"v=spf1 include:amazonse.com ~all"')),
        _file("b", "amazonse.com", ("amazonse.com", "TXT", '"v=spf1 -all"')),
    ]
    assert "spf-include-typo" not in {each.id for each in check_all(views(files))}
    assert "spf-include-typo" in {each.id for each in check_all(views(files[:1]))}


BOUNCE = ("bounce.example.com", "MX", "10 feedback-smtp.us-east-1.amazonses.com")
IDENTITY = DeclaredIdentity(name="example.com", origin=Origin("f"), mail_from="bounce.example.com")
SECOND = SourceFile(path="b", records=[DeclaredRecordSet.of(BOUNCE[0], "MX", (BOUNCE[2],), Origin("b"), ttl="60", zone_id="a")])
TOKEN = "${Token[T.1]}.example.com"


@pytest.mark.parametrize(
    ("files", "rule", "is_said"),
    [
        pytest.param([_stage("a", "example.com", BOUNCE)], "spf-amazonses-at-mail-from-missing", True, id="one-zone"),
        pytest.param(
            [_stage("a", "example.com", BOUNCE), _stage("b", "example.com", ("x.example.com", "A", "192.0.2.1"))],
            "spf-amazonses-at-mail-from-missing",
            False,
            id="two-that-may-be-parts-of-one-zone",
        ),
        pytest.param(
            [
                _stage("a", "example.com", BOUNCE, scope="Dev"),
                _stage("b", "example.com", ("x.example.com", "A", "192.0.2.1"), scope="Prod"),
            ],
            "spf-amazonses-at-mail-from-missing",
            True,
            id="two-stages",
        ),
        pytest.param(
            [_stage("a", "example.com", BOUNCE, (TOKEN, "TXT", '"x"'))],
            "spf-amazonses-at-mail-from-missing",
            False,
            id="a-name-that-is-not-known-yet",
        ),
        pytest.param([_stage("", "example.com", BOUNCE)], "spf-amazonses-at-mail-from-missing", False, id="no-zone-is-known"),
        pytest.param(
            [
                replace(_stage("a", "example.com", BOUNCE, scope="Dev"), identities=[IDENTITY]),
                _stage("b", "example.com", ("x.example.com", "A", "192.0.2.1"), scope="Prod"),
            ],
            "mail-from-no-mx",
            False,
            id="an-identity-stays-in-its-stage",
        ),
        pytest.param(
            [_stage("a", "example.com", *((f"{t}._domainkey.example.com", "CNAME", f"{t}.dkim.amazonses.com") for t in "abc"))],
            "dkim-cname-by-hand",
            True,
            id="what-a-template-holds-is-still-typed",
        ),
        pytest.param([_stage("a", "example.com", BOUNCE), SECOND], "record-set-twice", True, id="and-deployed-by-two-stacks"),
    ],
)
def test_what_complete_means(files: list[SourceFile], rule: str, is_said: bool) -> None:  # noqa: FBT001 - a column
    """The user's word is taken for a zone that is known to be one, and it changes nothing but what absence says."""
    assert (rule in {each.id for each in check_all(views(files, complete=True))}) is is_said


def test_complete_changes_no_severity() -> None:
    """Route 53 refuses a name outside of the zone; a server that reads zone files passes over it."""
    outside = ("www.example.org", "A", "192.0.2.1")
    found = check_all(views([_stage("a", "example.com", outside), _file("b", "example.net", outside)], complete=True))
    assert [each.severity.value for each in found if each.id == "name-outside-zone"] == ["error", "warning"]
