"""What a deploy does to mail, one rule of the judgement after the other; whole deployments are in tests/impact."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ses_email_auth.adopt.identity_changes import identity_changes
from ses_email_auth.adopt.impact import impact
from ses_email_auth.adopt.impact_kinds import KINDS, worst_first
from ses_email_auth.adopt.record_changes import changes
from ses_email_auth.adopt.scene import Scene
from ses_email_auth.adopt.states import Kind, read_state
from ses_email_auth.adopt.template_moves import entries
from tests.adopt.templates import ZONE, assembly, group, identity, record, template

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Finding

KEY, OTHER_KEY = (base64.b64encode(bytes([number]) * 32).decode("ascii") for number in (1, 2))  # of Ed25519
SHARED = "Custom::SesEmailAuthSharedSpf"
BOUNCE = {"MailFromDomain": "bounce.example.com"}
FEEDBACK = "10 feedback-smtp.eu-west-1.amazonses.com"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(old: Any, new: Any, stack: str | None = None) -> tuple[Finding, ...]:
    """The findings about two files: templates as dicts, other files as texts, folders by their paths."""
    paths = []
    for name, body in (("old", old), ("new", new)):
        if isinstance(body, Path):
            paths.append(str(body))
        else:
            text = body if isinstance(body, str) else json.dumps(body)
            paths.append(f"{name}.{'zone' if text.startswith('$') else 'json'}")
            Path(paths[-1]).write_text(text, encoding="utf-8")
    after = read_state(paths[1])
    return impact(read_state(paths[0], beside=after), after, stack)


def briefly(findings: tuple[Finding, ...]) -> list[str]:
    """Severity, id without its beginning, and name."""
    return [f"{each.severity.value} {each.id.removeprefix('impact-')} {each.name}".rstrip() for each in findings]


def txt(name: str, *texts: str, **more: Any) -> dict[str, Any]:
    """A TXT record set with these texts."""
    return record(f"{name}.", "TXT", *(f'"{text}"' for text in texts), **more)


def one(resource: dict[str, Any]) -> dict[str, Any]:
    """A template with one resource."""
    return template(R=resource)


def zone(*lines: str, whole: bool = True) -> str:
    """A zone file of example.com."""
    soa = ["@ 3600 IN SOA ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 300"] if whole else []
    return "\n".join(["$ORIGIN example.com.", "$TTL 600", *soa, *lines, ""])


# --- DMARC -----------------------------------------------------------------------------------------------------------

RUA = "rua=mailto:a@example.com"


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        pytest.param("v=DMARC1; p=none", "v=DMARC1; p=none", [], id="same"),
        pytest.param(f"v=DMARC1; p=none; {RUA}", f"v=DMARC1; p=quarantine; {RUA}", ["info policy-step"], id="step"),
        pytest.param("v=DMARC1; p=none", "v=DMARC1; p=quarantine", ["warning policy-without-reports"], id="no-reports"),
        pytest.param(
            "v=DMARC1; p=none", "v=DMARC1; p=reject", ["warning policy-jump", "warning policy-without-reports"], id="jump"
        ),
        pytest.param(
            f"v=DMARC1; p=none; {RUA}", f"v=DMARC1; p=reject; t=y; {RUA}", ["info policy-step"], id="reject-in-testing"
        ),
        pytest.param(f"v=DMARC1; p=reject; t=y; {RUA}", f"v=DMARC1; p=reject; {RUA}", ["info policy-step"], id="testing-ends"),
        pytest.param("v=DMARC1; p=reject", "v=DMARC1; p=none", ["warning policy-weaker"], id="weaker"),
        pytest.param("v=DMARC1; p=reject", "v=DMARC1; p=reject; t=y", ["warning policy-weaker"], id="testing"),
        pytest.param("v=DMARC1; p=reject", "v=DMARC1; p=reject; pct=5", ["warning policy-weaker"], id="percent"),
        pytest.param("v=DMARC1; p=reject", "v=DMARC1; p=reject; np=none", ["warning policy-weaker"], id="np"),
        pytest.param("v=DMARC1; p=none; sp=none", "v=DMARC1; p=none; sp=reject", ["info record-changes"], id="sp-stronger"),
        pytest.param("v=DMARC1; p=none", "v=DMARC1; p=none; adkim=s", ["warning alignment-stricter"], id="stricter"),
        pytest.param("v=DMARC1; p=none; aspf=s", "v=DMARC1; p=none", ["info record-changes"], id="looser"),
        pytest.param("v=DMARC1; p=none; fo=1", "v=DMARC1; p=none", ["info record-changes"], id="fo"),
        pytest.param("v=DMARC1; p=none", f"v=DMARC1; p=none; {RUA}", ["info record-changes"], id="more-reports"),
        pytest.param(f"v=DMARC1; p=none; r{RUA[1:]}", "v=DMARC1; p=none", ["warning reports-stop"], id="no-rua"),
        pytest.param("v=DMARC1; p=none; ruf=mailto:a@b.example", "v=DMARC1; p=none", ["warning reports-stop"], id="no-ruf"),
        pytest.param("v=DMARC1; p=none", "v=DMARC1 p=none", ["error record-goes"], id="unreadable"),
        pytest.param("v=DMARC1 p=none", "v=DMARC1; p=reject", ["warning policy-without-reports"], id="readable-again"),
        pytest.param("v=DMARC1 p=none", "v=DMARC1 p=reject", [], id="never-readable"),
    ],
)
def test_another_dmarc_record(old: str, new: str, wanted: list[str]) -> None:
    """By what receivers do otherwise."""
    name = "_dmarc.example.com"
    assert briefly(found(one(txt(name, old)), one(txt(name, new)))) == [f"{each} {name}" for each in wanted]


def test_lines_for_dmarc() -> None:
    """Props for our construct, the text for a template by hand."""
    name, path = "_dmarc.example.com", "S/Mail/Dmarc"
    old = txt(name, "v=DMARC1; p=reject; sp=reject; rua=mailto:a@b.example,https://x.example/r; ruf=mailto:c@b.example")
    new = "v=DMARC1; p=none; sp=none; adkim=s"
    ours = {each.id: each.fix for each in found(one(old), one(txt(name, new, path=path)))}
    assert ours["impact-policy-weaker"] == "dmarc_policy=DmarcPolicy.REJECT"
    assert ours["impact-alignment-stricter"].startswith('dmarc=DmarcRecord.parse("v=DMARC1; p=none; sp=none"); it takes')
    by_hand = {each.id: each.fix for each in found(one(old), one(txt(name, new)))}
    assert by_hand["impact-alignment-stricter"] == 'write "v=DMARC1; p=none; sp=none"'
    rua, ruf = (each.fix for each in found(one(old), one(txt(name, new))) if each.id == "impact-reports-stop")
    assert rua.startswith("write rua=mailto:a@b.example,https://x.example/r; with SesEmailAuth dmarc_rua=[")
    assert ruf == "write ruf=mailto:c@b.example"
    assert 'dmarc_rua=["a@b.example", "https://x.example/r"]' in ours.get("impact-reports-stop", "") + rua


@pytest.mark.parametrize(
    ("above", "new", "wanted"),
    [
        pytest.param("v=DMARC1; p=reject", "v=DMARC1; p=none", ["warning policy-weaker", "info record-new"], id="weaker"),
        pytest.param("v=DMARC1; p=none", "v=DMARC1; p=none", ["info record-new"], id="equal"),
        pytest.param("v=DMARC1; p=bogus", "v=DMARC1; p=none", ["info record-new"], id="unreadable"),
        pytest.param("token", "v=DMARC1; p=none", ["info record-new"], id="none"),
    ],
)
def test_a_new_dmarc_record_below_another(above: str, new: str, wanted: list[str]) -> None:
    """It takes the place of the policy that the subdomain inherits."""
    old = template(T=txt("example.com", "token"), A=txt("_dmarc.example.com", above))
    after = template(**old["Resources"], B=txt("_dmarc.mail.example.com", new))
    assert briefly(found(old, after)) == [f"{each} _dmarc.mail.example.com" for each in wanted]


# --- SPF -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        pytest.param("include:a.example -all", "include:a.example -all", [], id="same"),
        pytest.param("include:a.example -all", "-all include:a.example", ["error spf-sender-goes"], id="behind-all"),
        pytest.param("include:a.example -all", "~include:a.example -all", ["error spf-sender-goes"], id="softfail"),
        pytest.param("redirect=a.example", "include:a.example", [], id="redirect-becomes-include"),
        pytest.param("redirect=a.example", "redirect=b.example", ["error spf-sender-goes", "info new-sender"], id="redirect"),
        pytest.param("ip4:192.0.2.1 -all", "ip4:192.0.2.0/24 -all", ["info new-sender"], id="wider"),
        pytest.param("ip6:2001:db8::1 -all", "ip6:2001:db8::/32 -all", ["info new-sender"], id="wider-6"),
        pytest.param("ip4:192.0.2.0/24 -all", "ip4:192.0.2.1 -all", ["error spf-sender-goes"], id="narrower"),
        pytest.param("a -all", "+all", ["warning policy-weaker", "info new-sender"], id="all-pass"),
        pytest.param("-all", "~all", ["warning policy-weaker"], id="weaker"),
        pytest.param("?all", "~all", ["info record-changes"], id="stronger"),
        pytest.param("a -all", "bogus -all", ["error record-goes"], id="unreadable"),
        pytest.param("bogus -all", "a -all", [], id="never-readable"),
        pytest.param("a redirect=x.example", "a -all", ["error spf-sender-goes"], id="all-in-place-of-redirect"),
    ],
)
def test_another_spf_record(old: str, new: str, wanted: list[str]) -> None:
    """By its senders."""
    findings = found(one(txt("example.com", f"v=spf1 {old}")), one(txt("example.com", f"v=spf1 {new}")))
    assert briefly(findings) == [f"{each} example.com" for each in wanted]


@pytest.mark.parametrize(
    ("old", "new", "ours", "fix"),
    [
        pytest.param(
            "include:a.example include:b.example -all",
            "include:b.example include:amazonses.com -all",
            True,
            'spf_includes=["b.example", "a.example"]',
            id="include",
        ),
        pytest.param(
            "include:a.example -all",
            "-all",
            False,
            'write "v=spf1 include:a.example -all"; with SesEmailAuth spf_includes=["a.example"]',
            id="include-by-hand",
        ),
        pytest.param(
            "mx -all", "-all", True, 'spf=SpfRecord.parse("v=spf1 mx -all"); it takes the place of spf_includes', id="mx"
        ),
        pytest.param("mx -all", "-all", False, 'write "v=spf1 mx -all"', id="mx-by-hand"),
        pytest.param("mx -all", "-mx -all", False, 'write "v=spf1 mx -mx -all"', id="other-qualifier"),
        pytest.param("redirect=a.example", "-all", False, 'write "v=spf1 include:a.example -all"', id="redirect"),
    ],
)
def test_lines_for_senders(old: str, new: str, ours: bool, fix: str) -> None:  # noqa: FBT001 - a row
    """What is pasted brings the sender back."""
    after = txt("example.com", f"v=spf1 {new}", path="S/Mail/FromDomainTxt" if ours else "")
    (goes,) = (
        each for each in found(one(txt("example.com", f"v=spf1 {old}")), one(after)) if each.id == "impact-spf-sender-goes"
    )
    assert goes.fix == fix


def test_an_include_that_another_one_in_view_covers() -> None:
    """It is a loss of words alone; the records that includes lead to are followed, also in a circle."""
    old = template(A=txt("example.com", "v=spf1 include:a.example include:b.example -all"))
    near = txt("b.example", "v=spf1 include:c.example +all")
    far = txt("c.example", "v=spf1 include:b.example include:a.example include:broken.example -all")
    broken = txt("broken.example", "v=spf1 bogus")
    mx = record("b.example.", "MX", "10 a.example")
    new = template(A=txt("example.com", "v=spf1 include:b.example -all"), B=near, C=far, D=broken, M=mx)
    assert "info spf-sender-goes example.com" in briefly(found(old, new))


def test_the_whole_record_goes() -> None:
    """With what stood in it."""
    old = template(A=txt("example.com", "v=spf1 include:amazonses.com ~all", "token=1"), B=txt("b.example.com", "v=spf1 -all"))
    first, second = found(old, template(Topic={"Type": "AWS::SNS::Topic"}))
    assert first.message == "the SPF record goes, and with it include:amazonses.com, token=1"
    assert 'from_domain_spf=True, from_domain_txt_values=["token=1"]' in first.fix
    assert second.message == "the SPF record goes"


def test_a_subdomain_of_our_construct() -> None:
    """The prop has those that stay too."""
    spf = "v=spf1 include:amazonses.com ~all"
    a, b = (txt(f"{name}.example.com", spf, path=f"S/Mail/FromDomainTxt-{name}") for name in ("a", "b"))
    (goes,) = found(template(A=a, B=b), template(A=a))
    assert goes.fix == 'from_subdomains=["a", "b"]'


# --- other texts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "wanted"),
    [
        pytest.param("_smtp._tls.example.com", "v=TLSRPTv1; rua=mailto:a@b.example", "", "warning reports-stop", id="tls-rpt"),
        pytest.param(
            "_smtp._tls.example.com",
            "v=TLSRPTv1; rua=mailto:a@b.example",
            "v=TLSRPTv1; rua=mailto:c@b.example",
            "warning reports-stop",
            id="tls-rpt-address",
        ),
        pytest.param(
            "_smtp._tls.example.com",
            "v=TLSRPTv1; rua=mailto:a@b.example",
            "v=TLSRPTv1; rua=mailto:a@b.example,mailto:c@b.example",
            "info record-changes",
            id="tls-rpt-more",
        ),
        pytest.param("_smtp._tls.example.com", "v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; x", "", id="tls-rpt-wrong"),
        pytest.param("_mta-sts.example.com", "v=STSv1; id=1", "", "warning policy-weaker", id="mta-sts"),
        pytest.param("_mta-sts.example.com", "v=STSv1; id=1", "v=STSv1; id=2", "info record-changes", id="mta-sts-id"),
        pytest.param("default._bimi.example.com", "v=BIMI1; l=https://x.example/l.svg;", "", "info record-goes", id="bimi"),
        pytest.param("a.example._report._dmarc.example.com", "v=DMARC1;", "", "warning reports-stop", id="consent"),
        pytest.param("_acme-challenge.example.com", "abc", "", "", id="challenge"),
        pytest.param("_acme-challenge.example.com", "abc", "def", "", id="challenge-changes"),
        pytest.param("example.com", "token=1", "", "warning site-token-goes", id="token"),
        pytest.param("example.com", "token=" + "1" * 80, "token=2", "warning site-token-goes", id="long-token"),
        pytest.param("_dmarc.example.com", "v=DMARC1; p=none", "", "error record-goes", id="dmarc"),
        pytest.param("k._domainkey.example.com", f"v=DKIM1; k=ed25519; p={KEY}", "", "error dkim-goes", id="dkim"),
        pytest.param(
            "k._domainkey.example.com",
            f"v=DKIM1; k=ed25519; p={KEY}",
            f"v=DKIM1; k=ed25519; p={OTHER_KEY}",
            "error dkim-goes",
            id="other-key",
        ),
        pytest.param(
            "k._domainkey.example.com", f"v=DKIM1; k=ed25519; p={KEY}", "v=DKIM1; p=", "error dkim-goes", id="revoked"
        ),
        pytest.param(
            "k._domainkey.example.com", f"v=DKIM1; k=ed25519; p={KEY}", "v=DKIM1; p=?", "error dkim-goes", id="unreadable"
        ),
        pytest.param("k._domainkey.example.com", "v=DKIM1; p=", f"v=DKIM1; k=ed25519; p={KEY}", "", id="was-revoked"),
        pytest.param(
            "k._domainkey.example.com",
            f"v=DKIM1; k=ed25519; p={KEY}",
            f"v=DKIM1; k=ed25519; t=y; p={KEY}",
            "warning policy-weaker",
            id="testing",
        ),
        pytest.param(
            "k._domainkey.example.com",
            f"v=DKIM1; k=ed25519; p={KEY}",
            f"k=ed25519; p={KEY}",
            "info record-changes",
            id="same-key",
        ),
    ],
)
def test_other_texts(name: str, old: str, new: str, wanted: str) -> None:
    """Each by what it is for; `new` may be empty: then the record goes."""
    after = one(txt(name, new)) if new else template(T={"Type": "AWS::SNS::Topic"})
    assert briefly(found(one(txt(name, old)), after)) == ([f"{wanted} {name}"] if wanted else [])


def test_a_text_that_leaves_its_set() -> None:
    """The SPF record goes, and the set stays; two of one kind are none."""
    old = template(A=txt("example.com", "v=spf1 a -all", "token=1"), B=txt("_dmarc.example.com", "v=DMARC1; p=none"))
    new = template(
        A=txt("example.com", "token=1", path="S/Mail/FromDomainTxt"),
        B=txt("_dmarc.example.com", "v=DMARC1; p=none", "v=DMARC1; p=reject"),
    )
    assert briefly(found(old, new)) == ["error record-goes example.com", "error record-goes _dmarc.example.com"]


def test_values_that_are_not_known() -> None:
    """Nobody can tell; what is deleted for certain is said."""
    unknown = record("example.com.", "TXT", {"Fn::Sub": '"v=spf1 include:${Other} -all"'})
    known = txt("example.com", "v=spf1 a -all", "token=1")
    assert briefly(found(one(known), one(unknown))) == ["info cannot-tell example.com"]
    assert briefly(found(one(unknown), template(T={"Type": "AWS::SNS::Topic"}))) == ["error record-goes example.com"]


# --- MX, CNAME, hosts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "old", "new", "wanted"),
    [
        pytest.param("example.com", "MX", "10 a.example", "10 b.example", "info record-changes", id="mx"),
        pytest.param("example.com", "MX", "10 a.example", "0 .", "error record-goes", id="null-mx"),
        pytest.param("example.com", "MX", "0 .", "", "info record-goes", id="null-mx-goes"),
        pytest.param("example.com", "MX", "10 a.example", "", "error record-goes", id="mx-goes"),
        pytest.param("b.example.com", "MX", FEEDBACK, "", "error mail-from-mx-goes", id="feedback-goes"),
        pytest.param("b.example.com", "MX", FEEDBACK, "10 a.example", "error mail-from-mx-goes", id="feedback-elsewhere"),
        pytest.param(
            "b.example.com", "MX", FEEDBACK, FEEDBACK.replace("eu-west", "us-east"), "error mail-from-mx-goes", id="region"
        ),
        pytest.param("x._domainkey.example.com", "CNAME", "a.example", "b.example", "warning dkim-goes", id="key-elsewhere"),
        pytest.param(
            "x._domainkey.example.com", "CNAME", "x.dkim.amazonses.com", "b.example", "error dkim-goes", id="key-not-at-ses"
        ),
        pytest.param("x._domainkey.example.com", "CNAME", "a.example", "A.example.", "", id="same-host"),
        pytest.param("_dmarc.example.com", "CNAME", "a.example", "b.example", "info record-changes", id="dmarc-elsewhere"),
        pytest.param("_dmarc.example.com", "CNAME", "a.example", "", "error record-goes", id="dmarc-cname"),
        pytest.param("www.example.com", "CNAME", "a.example", "b.example", "", id="web"),
        pytest.param("www.example.com", "CNAME", "a.example", "", "", id="web-goes"),
        pytest.param("www.example.com", "A", "192.0.2.1", "192.0.2.2", "", id="host"),
    ],
)
def test_hosts(name: str, kind: str, old: str, new: str, wanted: str) -> None:
    """MX and CNAME by where they lead."""
    after = one(record(f"{name}.", kind, new)) if new else template(T={"Type": "AWS::SNS::Topic"})
    assert briefly(found(one(record(f"{name}.", kind, old)), after)) == ([f"{wanted} {name}"] if wanted else [])


def test_the_host_of_an_mx() -> None:
    """Mail finds no server when its address goes."""
    mx = record("example.com.", "MX", "10 mail.example.com")
    assert briefly(found(template(M=mx, A=record("mail.example.com.", "A", "192.0.2.1")), template(M=mx))) == [
        "error record-goes mail.example.com"
    ]


def test_an_mx_of_ses_that_stays() -> None:
    """Another preference; a value that nobody knows."""
    old = one(record("b.example.com.", "MX", FEEDBACK))
    assert briefly(found(old, one(record("b.example.com.", "MX", FEEDBACK.replace("10", "20"))))) == [
        "info record-changes b.example.com"
    ]
    unknown = one(record("b.example.com.", "MX", {"Fn::Sub": "10 ${Host}"}))
    assert briefly(found(old, unknown)) == ["info cannot-tell b.example.com"]
    names = [one(record("x._domainkey.example.com.", "CNAME", value)) for value in ("a.example", {"Ref": "Host"})]
    assert briefly(found(*names)) == ["info cannot-tell x._domainkey.example.com"]


def test_names_that_are_none() -> None:
    """A new record below a name that is no domain name."""
    old = template(A=txt("_dmarc.example.com", "v=DMARC1; p=none"))
    new = template(**old["Resources"], B=txt("_dmarc.a_b.example.com", "v=DMARC1; p=none"))
    assert briefly(found(old, new)) == ["info record-new _dmarc.a_b.example.com"]


def test_a_new_record_in_a_set_that_stays() -> None:
    """A policy that comes beside a token."""
    old = one(txt("_dmarc.example.com", "token"))
    assert briefly(found(old, one(txt("_dmarc.example.com", "token", "v=DMARC1; p=reject")))) == [
        "warning policy-without-reports _dmarc.example.com"
    ]


def test_a_condition_that_nobody_knows() -> None:
    """The record may be declared, or not."""
    maybe = one(txt("_dmarc.example.com", "v=DMARC1; p=none") | {"Condition": "Open"})
    maybe |= {"Parameters": {"Stage": {"Type": "String"}}}
    maybe |= {"Conditions": {"Open": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}}
    old = one(txt("_dmarc.example.com", "v=DMARC1; p=none"))
    assert briefly(found(old, maybe)) == ["info cannot-tell _dmarc.example.com"]
    never = maybe | {"Conditions": {"Open": {"Fn::Equals": ["a", "b"]}}}
    assert briefly(found(old, never)) == ["error record-goes _dmarc.example.com"]


def test_aliases_say_nothing() -> None:
    """They have no values."""
    old = record("example.com.", "MX", "10 a.example")
    new = record("example.com.", "MX", AliasTarget={"DNSName": "x.example", "HostedZoneId": "Z"}, ResourceRecords=None)
    assert found(one(old), one(new)) == ()


# --- identities and keys ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        pytest.param({}, {"DkimAttributes": {"SigningEnabled": False}}, ["error dkim-goes example.com"], id="signing-off"),
        pytest.param(
            {"MailFromAttributes": BOUNCE},
            {"MailFromAttributes": {"MailFromDomain": "Bounce.example.com."}},
            [],
            id="spelling",
        ),
        pytest.param(
            {"MailFromAttributes": BOUNCE},
            {"MailFromAttributes": {"MailFromDomain": "out.example.com"}},
            ["warning mail-from-changes bounce.example.com"],
            id="other-mail-from",
        ),
        pytest.param({"MailFromAttributes": BOUNCE}, {}, ["warning mail-from-changes bounce.example.com"], id="no-mail-from"),
        pytest.param(
            {"MailFromAttributes": BOUNCE},
            {"MailFromAttributes": {"MailFromDomain": {"Ref": "Name"}}},
            ["info cannot-tell example.com"],
            id="mail-from-by-parameter",
        ),
        pytest.param(
            {"MailFromAttributes": {"MailFromDomain": {"Ref": "Name"}}},
            {"MailFromAttributes": {"MailFromDomain": {"Ref": "Name"}}},
            [],
            id="one-parameter",
        ),
        pytest.param(
            {"MailFromAttributes": BOUNCE},
            {"MailFromAttributes": BOUNCE | {"BehaviorOnMxFailure": "REJECT_MESSAGE"}},
            ["info record-changes example.com"],
            id="behavior",
        ),
        pytest.param(
            {},
            {"FeedbackAttributes": {"EmailForwardingEnabled": False}},
            ["info record-changes example.com"],
            id="feedback",
        ),
    ],
)
def test_another_setting_of_an_identity(old: dict[str, Any], new: dict[str, Any], wanted: list[str]) -> None:
    """What SES does otherwise."""
    assert briefly(found(one(identity(**old)), one(identity(**new)))) == wanted


def test_an_identity_goes() -> None:
    """Its MAIL FROM records go with it and are not said; an address has no records."""
    old = template(
        I=identity(MailFromAttributes=BOUNCE),
        M=record("bounce.example.com.", "MX", FEEDBACK),
        S=txt("bounce.example.com", "v=spf1 include:amazonses.com ~all"),
        A=identity("me@example.org"),
    )
    assert briefly(found(old, template(T={"Type": "AWS::SNS::Topic"}))) == [
        "error identity-goes example.com",
        "error identity-goes me@example.org",
    ]


def test_the_mail_from_records_go_and_ses_uses_them() -> None:
    """By hand the record, with our construct the prop."""
    after = template(I=identity(MailFromAttributes=BOUNCE, path="S/Mail/Identity"))
    ours = template(
        **after["Resources"],
        M=record("bounce.example.com.", "MX", FEEDBACK, path="S/Mail/MailFromMx"),
        S=txt("bounce.example.com", "v=spf1 include:amazonses.com ~all"),
    )
    mx, spf = found(ours, after)
    assert (mx.id, spf.id) == ("impact-mail-from-mx-goes", "impact-mail-from-mx-goes")
    assert mx.fix == 'mail_from_subdomain="bounce"'
    assert spf.fix.startswith('keep "v=spf1 include:amazonses.com ~all"; with SesEmailAuth mail_from_subdomain=')


def own(selector: str) -> dict[str, Any]:
    """An identity with an own key."""
    return identity(DkimSigningAttributes={"DomainSigningSelector": selector, "DomainSigningPrivateKey": "{{resolve:x:y}}"})


def key(selector: str) -> dict[str, Any]:
    """Its record."""
    return txt(f"{selector}._domainkey.example.com", f"v=DKIM1; k=ed25519; p={KEY}")


@pytest.mark.parametrize(
    ("before", "after", "severity", "words"),
    [
        pytest.param("k2", "k3", "info", "no identity in view signs with", id="the-key-before-the-last"),
        pytest.param("k1", "k2", "error", "another key signs from now on", id="the-key-that-signed"),
        pytest.param("k1", "k1", "error", "what is signed with it fails", id="the-key-that-signs"),
    ],
)
def test_an_own_key_goes(before: str, after: str, severity: str, words: str) -> None:
    """By what SES signs with before and after."""
    other = {"J": identity("example.org")}
    (goes,) = found(template(I=own(before), K=key("k1"), **other), template(I=own(after), **other))
    assert (goes.id, goes.severity.value, words in goes.message) == ("impact-dkim-goes", severity, True)


def test_dkim_records_of_nobody() -> None:
    """An identity without a name, and one whose own is not in view."""
    name = {"Fn::GetAtt": ["I", "DkimDNSTokenName1"]}
    nameless = {"Type": "AWS::SES::EmailIdentity", "Properties": {}}
    old = template(I=nameless, D=record(name, "CNAME", "x"))
    assert briefly(found(old, template(I=nameless))) == ["warning dkim-goes"]


# --- what moves, stays and is refused --------------------------------------------------------------------------------


def test_refused_and_doubled() -> None:
    """An id with another type; a record that is declared twice."""
    dmarc = txt("_dmarc.example.com", "v=DMARC1; p=none")
    writer = {"Type": "Custom::SesEmailAuthRecords", "Properties": {"HostedZoneId": ZONE, "RecordSets": []}}
    assert briefly(found(one(dmarc), one(writer))) == ["error clash _dmarc.example.com"]
    assert briefly(found(one(dmarc), template(R=dmarc, S=dmarc))) == ["error clash _dmarc.example.com"]
    assert found(template(R=dmarc, S=dmarc), template(R=dmarc, S=dmarc)) == ()
    twice = template(G=group(dmarc, dmarc))
    assert found(twice, twice) == ()


def test_what_is_retained() -> None:
    """It stays; equal it may be taken over, different it is refused."""
    dmarc = txt("_dmarc.example.com", "v=DMARC1; p=none")
    kept = dmarc | {"DeletionPolicy": "Retain"}
    assert briefly(found(one(kept), template(T={"Type": "AWS::SNS::Topic"}))) == ["info record-stays _dmarc.example.com"]
    assert briefly(found(one(kept), template(S=dmarc))) == ["info record-stays _dmarc.example.com"]
    other = txt("_dmarc.example.com", "v=DMARC1; p=reject")
    assert briefly(found(one(kept), template(S=other))) == ["error clash _dmarc.example.com"]


def test_a_group_under_another_id() -> None:
    """Its line is an override; a name that is written otherwise needs those of adopt."""
    member = record("_dmarc.example.com.")
    (moves,) = found(template(G=group(member)), template(R=group(member, path="S/Mail/Records")))
    assert 'auth.node.find_child("Records").override_logical_id("G")' in moves.fix
    (moves,) = found(one(record("_DMARC.example.com")), template(D=record("_dmarc.example.com.", path="S/Mail/Dmarc")))
    assert "'ses-email-auth adopt OLD NEW' prints" in moves.fix


def test_a_record_out_of_our_writer() -> None:
    """The kind of DNS stays."""
    sets = {
        "RecordSets": [{"Name": "_dmarc.example.com", "Type": "TXT", "TTL": "600", "ResourceRecords": ['"v=DMARC1; p=none"']}]
    }
    writer = {"Type": "Custom::SesEmailAuthRecords", "Properties": {"HostedZoneId": ZONE, **sets}}
    (moves,) = found(template(W=writer), template(D=record("_dmarc.example.com.", path="S/Mail/Dmarc")))
    assert moves.fix.startswith("dns=Dns.route53(zone, adopt=True)")


def test_shared_spf() -> None:
    """Our function owns one term of a record of others."""
    shared = {"Type": SHARED, "Properties": {"Name": "example.com"}}
    own_record, nothing = txt("example.com", "v=spf1 a ~all"), template(T={"Type": "AWS::SNS::Topic"})
    assert briefly(found(one(shared), one(shared))) == []
    assert briefly(found(one(shared), nothing)) == ["error spf-sender-goes example.com"]
    assert briefly(found(one(shared | {"DeletionPolicy": "Retain"}), nothing)) == []
    assert "error clash example.com" in briefly(found(one(shared), template(S=own_record)))
    assert "error record-moves example.com" in briefly(found(template(S=own_record), one(shared)))
    assert briefly(found(nothing, one(shared))) == []
    assert briefly(found(zone('@ IN TXT "v=spf1 a ~all"'), one(shared))) == ["info new-sender example.com"]
    assert briefly(found(zone('@ IN TXT "v=spf1 include:amazonses.com ~all"'), one(shared))) == []


@pytest.mark.parametrize(
    ("new", "severity"),
    [
        pytest.param({}, "error", id="goes"),
        pytest.param({"Other": "example.com"}, "error", id="another-id"),
        pytest.param({"Zone": "example.com"}, "", id="stays"),
    ],
)
def test_a_hosted_zone(new: dict[str, str], severity: str) -> None:
    """It has other name servers when it is made anew."""

    def stack(zones: dict[str, str]) -> dict[str, Any]:
        made = {
            name: {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": f"{domain}."}} for name, domain in zones.items()
        }
        inside = {"HostedZoneId": {"Ref": next(iter(zones))}} if zones else {}
        return template(**made, **({"D": record("_dmarc.example.com.", **inside)} if zones else {"T": {"Type": "A::B::C"}}))

    said = [each for each in found(stack({"Zone": "example.com"}), stack(new)) if each.where == "example.com NS"]
    assert [each.severity.value for each in said] == ([severity] if severity else [])


def test_a_retained_zone_goes_silently() -> None:
    """It stays with its records."""
    hosted = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com."}, "DeletionPolicy": "Retain"}
    inside = record("_dmarc.example.com.", HostedZoneId={"Ref": "Z"}, DeletionPolicy="Retain")
    assert briefly(found(template(Z=hosted, D=inside), template(T={"Type": "A::B::C"}))) == [
        "info record-stays _dmarc.example.com"
    ]
    assert found(template(Z=hosted), template(T={"Type": "A::B::C"})) == ()


# --- several stacks --------------------------------------------------------------------------------------------------


def test_the_stack_of_a_template_without_a_name() -> None:
    """The one with the same ids; a tie is a question."""
    dmarc = record("_dmarc.example.com.", path="S/Mail/Dmarc")
    app = Path(assembly("app", A=template(X=dmarc), B=template(R=dmarc)))
    assert briefly(found(one(record("_dmarc.example.com.", ttl="60")), app)) == ["info ttl _dmarc.example.com"]
    tie = Path(assembly("tie", A=one(dmarc), B=one(dmarc)))
    with pytest.raises(ValueError, match="--stack"):
        found(one(dmarc), tie)
    assert found(one(dmarc), tie, "A") == ()


def test_a_stack_that_is_not_in_the_app() -> None:
    """It stays deployed and keeps its records: what makes them again is refused."""
    mail = template(I=identity(), D=record("_dmarc.example.com."), E=record("example.com.", "TXT", '"a"'))
    old = Path(assembly("old", One=mail, Two=template(T={"Type": "A::B::C"})))
    again = template(I=identity(), D=record("_dmarc.example.com."), E=record("example.com.", "TXT", '"b"'))
    new = Path(assembly("new", Two=again))
    assert briefly(found(old, new)) == [
        "error clash example.com",
        "error clash example.com",
        "warning clash _dmarc.example.com",
        "info stack-stays",
    ]


def test_another_zone_has_no_heir() -> None:
    """The same name in another hosted zone, and in another account, is another record."""
    old = Path(assembly("old", One=one(record("_dmarc.example.com.")), Two=template(T={"Type": "A::B::C"})))
    elsewhere = template(D=record("_dmarc.example.com.", HostedZoneId="ZOTHER"))
    new = Path(assembly("new", One=template(T={"Type": "A::B::C"}), Two=elsewhere))
    assert briefly(found(old, new)) == ["error record-goes _dmarc.example.com", "info record-new _dmarc.example.com"]


def test_an_identity_in_another_stack_of_the_app() -> None:
    """SES refuses it while the first stack has it."""
    nothing = template(T={"Type": "A::B::C"})
    old = Path(assembly("old", One=one(identity()), Two=nothing))
    (moves,) = found(old, Path(assembly("new", One=nothing, Two=one(identity()))))
    assert (moves.id, "in the stack Two" in moves.message) == ("impact-record-moves", True)
    zoneless = one(record("_dmarc.example.com.", HostedZoneId=None))
    (moves,) = found(Path(assembly("old2", One=zoneless, Two=nothing)), Path(assembly("new2", One=nothing, Two=zoneless)))
    assert (moves.id, "in the stack Two" in moves.message) == ("impact-record-moves", True)


# --- other files -----------------------------------------------------------------------------------------------------


def test_a_zone_that_is_published_anew() -> None:
    """Names and types tell records; only a whole zone shows what goes."""
    old = zone('_dmarc IN TXT "v=DMARC1; p=none"', "@ IN MX 10 mail", "www IN A 192.0.2.1")
    assert briefly(found(old, zone("@ IN MX 10 mail"))) == ["error record-goes _dmarc.example.com"]
    assert briefly(found(old, zone("@ IN MX 10 mail", whole=False))) == ["info cannot-tell _dmarc.example.com"]


def test_what_stands_in_a_zone() -> None:
    """A deploy deletes nothing there: it is refused, or takes over."""
    standing = zone(
        '_dmarc 600 IN TXT "v=DMARC1; p=none"', "@ 600 IN MX 10 a.example.", "b 600 IN CNAME x.example.", "c 600 IN A 192.0.2.1"
    )
    new = template(
        D=record("_dmarc.example.com."),
        M=record("example.com.", "MX", "10 a.example.", ttl="60"),
        B=record("b.example.com.", "MX", FEEDBACK),
        B2=txt("b.example.com", "v=spf1 -all"),
        C=record("c.example.com.", "CNAME", "x.example"),
        N=txt("new.example.com", "v=spf1 -all"),
    )
    findings = found(standing, new)
    assert briefly(findings) == [
        "error clash example.com",
        "error clash b.example.com",
        "error clash c.example.com",
        "warning clash _dmarc.example.com",
        "info ttl example.com",
        "info record-new new.example.com",
    ]
    assert 'mail_from_subdomain="ses-bounce"' in findings[1].fix


def test_our_function_takes_over() -> None:
    """What is equal; other values it refuses as Route 53 does."""
    sets = [{"Name": "_dmarc.example.com", "Type": "TXT", "TTL": "600", "ResourceRecords": ['"v=DMARC1; p=none"']}]
    properties = {"HostedZoneId": ZONE, "Adopt": "true", "RecordSets": sets}
    writer = one({"Type": "Custom::SesEmailAuthRecords", "Properties": properties})
    assert found(zone('_dmarc 600 IN TXT "v=DMARC1; p=none"'), writer) == ()
    assert briefly(found(zone('_dmarc 600 IN TXT "v=DMARC1; p=reject"'), writer)) == [
        "error clash _dmarc.example.com",
        "warning policy-weaker _dmarc.example.com",
    ]


def state(**resources: str) -> dict[str, Any]:
    """A state of Terraform with DMARC records by address, and an identity."""
    listed = [
        {
            "address": f"aws_route53_record.{name}",
            "mode": "managed",
            "type": "aws_route53_record",
            "name": name,
            "values": {
                "zone_id": ZONE,
                "name": "_dmarc.example.com",
                "fqdn": "_dmarc.example.com",
                "type": "TXT",
                "ttl": 600,
                "records": [text],
            },
        }
        for name, text in resources.items()
    ]
    listed.append(
        {
            "address": "aws_sesv2_email_identity.i",
            "mode": "managed",
            "type": "aws_sesv2_email_identity",
            "name": "i",
            "values": {"email_identity": "example.com", "region": "eu-west-1"},
        }
    )
    return {"format_version": "1.0", "terraform_version": "1.9", "values": {"root_module": {"resources": listed}}}


def plan(**resources: str) -> dict[str, Any]:
    """The plan that leads to it."""
    body = state(**resources)
    return {"format_version": "1.2", "planned_values": body["values"], "resource_changes": []}


def test_terraform_deletes_what_it_owns() -> None:
    """By address: what goes, moves, is renamed by the plan, or only forgotten."""
    old = state(a="v=DMARC1; p=none")
    assert briefly(found(old, plan())) == ["error record-goes _dmarc.example.com"]
    (moves,) = found(old, plan(b="v=DMARC1; p=none"))
    assert (moves.id, moves.fix) == (
        "impact-record-moves",
        "terraform state mv aws_route53_record.a aws_route53_record.b",
    )
    renamed = plan(b="v=DMARC1; p=none")
    renamed["resource_changes"] = [{"address": "aws_route53_record.b", "previous_address": "aws_route53_record.a"}]
    assert found(old, renamed) == ()
    forgotten = plan()
    forgotten["resource_changes"] = [{"address": "aws_route53_record.a", "change": {"actions": ["forget"]}}]
    assert briefly(found(old, forgotten)) == ["info record-stays _dmarc.example.com"]


def test_an_identity_that_terraform_has() -> None:
    """SES refuses a second one in the same region."""
    (clash,) = found(state(), one(identity()))
    assert (clash.id, "terraform state rm" in clash.fix) == ("impact-clash", True)
    here = Path(assembly("here", S=one(identity())))
    assert briefly(found(state(), here)) == ["error clash example.com"]
    elsewhere = state()
    elsewhere["values"]["root_module"]["resources"][-1]["values"]["region"] = "us-east-1"
    assert briefly(found(elsewhere, here)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(plan(), state(), id="terraform"),
        pytest.param(one(identity()), zone("@ IN MX 10 a.example."), id="zone"),
        pytest.param(one(identity()), {"ResourceRecordSets": []}, id="list"),
    ],
)
def test_swapped(old: Any, new: Any) -> None:
    """Only that is said, with the command."""
    (swapped,) = found(old, new)
    assert (swapped.id, swapped.severity.value) == ("impact-swapped", "error")
    assert swapped.fix.startswith("ses-email-auth impact new.")


def test_kinds_of_files(folder: Path) -> None:
    """By their content; an assembly by its manifest too."""
    assembly("app", S=one(identity()))
    (folder / "t.yaml").write_text("Resources:\n  I:\n    Type: AWS::SES::EmailIdentity\n", encoding="utf-8")
    (folder / "broken.json").write_text('{"Resources"', encoding="utf-8")
    kinds = {path: read_state(path).kind for path in ("app", "app/manifest.json", "t.yaml")}
    assert kinds == {"app": Kind.ASSEMBLY, "app/manifest.json": Kind.ASSEMBLY, "t.yaml": Kind.TEMPLATE}
    with pytest.raises(ValueError, match="broken"):
        read_state("broken.json")
    for path in ("", "a\0b"):
        with pytest.raises(ValueError, match="it is no path"):
            read_state(path)


def test_a_change_batch() -> None:
    """It deletes what it says, and leaves all else."""
    old = zone('_dmarc IN TXT "v=DMARC1; p=none"', '@ IN TXT "v=spf1 a -all"', "@ IN MX 10 mail")

    def change(action: str, name: str, kind: str, value: str) -> dict[str, Any]:
        listed = {"Name": name, "Type": kind, "TTL": 600, "ResourceRecords": [{"Value": value}]}
        return {"Action": action, "ResourceRecordSet": listed}

    batch = {
        "Changes": [
            change("DELETE", "_dmarc.example.com.", "TXT", '"v=DMARC1; p=none"'),
            change("DELETE", "example.com.", "TXT", '"v=spf1 a -all"'),
            change("CREATE", "example.com.", "TXT", '"v=spf1 a mx -all"'),
        ]
    }
    assert briefly(found(old, batch)) == [
        "error record-goes _dmarc.example.com",
        "info new-sender example.com",
        "info cannot-tell example.com",
    ]


def test_folders(folder: Path) -> None:
    """A cdk.out below; templates that are named after their stacks; nothing else."""
    (folder / "project").mkdir()
    assembly("project/cdk.out", Mail=one(record("_dmarc.example.com.", ttl="60")), Other=one(identity("example.org")))
    (folder / "deployed").mkdir()
    for name, resource in (("Mail", record("_dmarc.example.com.")), ("Other", identity("example.org"))):
        (folder / "deployed" / f"{name}.json").write_text(json.dumps({"TemplateBody": one(resource)}), encoding="utf-8")
    assert briefly(found(folder / "deployed", folder / "project")) == ["info ttl _dmarc.example.com"]
    (folder / "project" / "second").mkdir()
    assembly("project/second/cdk.out", S=one(identity()))
    with pytest.raises(ValueError, match="it holds 2 cloud assemblies"):
        read_state("project")
    (folder / "deployed" / "example.com.zone").write_text(zone(), encoding="utf-8")
    with pytest.raises(ValueError, match="no folder of templates alone"):
        read_state("deployed")
    (folder / "zones").mkdir()
    (folder / "zones" / "example.com.zone").write_text(zone("@ IN MX 10 mail"), encoding="utf-8")
    assert briefly(found(folder / "zones", zone())) == ["error record-goes example.com"]


def test_a_record_is_no_identity() -> None:
    """What is asked of the wrong half says nothing."""
    Path("t.json").write_text(json.dumps(template(I=identity(), R=txt("example.com", "a"))), encoding="utf-8")
    one_identity, one_record = entries(read_state("t.json").stacks[0])
    assert list(identity_changes(one_record, one_record)) == []
    assert list(changes(one_identity, one_identity, Scene((), ()))) == []


def test_worst_first() -> None:
    """By severity, then in the order of the table."""
    findings = found(
        template(D=txt("_dmarc.example.com", "v=DMARC1; p=reject", ttl="60"), S=txt("example.com", "v=spf1 a mx -all")),
        template(D=txt("_dmarc.example.com", "v=DMARC1; p=none"), S=txt("example.com", "v=spf1 mx -all")),
    )
    assert [each.id for each in findings] == ["impact-spf-sender-goes", "impact-policy-weaker", "impact-ttl"]
    assert worst_first(findings[::-1]) == findings
    assert len({kind.id for kind in KINDS}) == len(KINDS)
