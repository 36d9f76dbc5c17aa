"""Tests of the assertions for people who test their own stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Environment, NestedStack, Stack, Stage, assertions, aws_route53, aws_ses
from constructs import RootConstruct

from ses_email_auth import Alignment, DmarcPolicy, RecordLayout, SesEmailAuth, Severity, SpfRecord, Verdict
from ses_email_auth.checks.finding import Fault, Need, Rule
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.testing import EmailAuthTemplate
from tests.cdk.stacks import ACCOUNT, TOKYO, imported_zone, new_app, new_stack
from tests.lint.apps import sending_domain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.view import ZoneView

SES = "v=spf1 include:amazonses.com ~all"
TOKENS = ("DkimDNSTokenName1", "DkimDNSTokenName2", "DkimDNSTokenName3")


def _ours(**props: Any) -> EmailAuthTemplate:
    stack = new_stack(new_app(), region=props.pop("region", TOKYO))
    arguments = {"dmarc_policy": DmarcPolicy.REJECT, "dmarc_rua": ["dmarc@example.com"]} | props
    SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack, "example.com"), **arguments)
    return EmailAuthTemplate.from_stack(stack)


def _template(*records: dict[str, Any]) -> EmailAuthTemplate:
    resources = {f"R{n}": {"Type": "AWS::Route53::RecordSet", "Properties": each} for n, each in enumerate(records)}
    return EmailAuthTemplate.from_template({"Resources": resources})


def _txt(name: str, *values: str) -> dict[str, Any]:
    return {"Name": name, "Type": "TXT", "TTL": "300", "HostedZoneId": "Z1", "ResourceRecords": list(values)}


@pytest.mark.parametrize("layout", RecordLayout)
def test_what_our_construct_publishes(layout: RecordLayout) -> None:
    """All of it can be asked, in both layouts."""
    template = _ours(record_layout=layout)
    assert template.dmarc("example.com").policy is DmarcPolicy.REJECT
    assert template.spf("example.com") == SpfRecord.parse(SES)
    assert str(template.spf("bounce.example.com")) == SES
    assert template.mx("bounce.example.com") == (f"10 feedback-smtp.{TOKYO}.amazonses.com",)
    assert template.dkim_tokens("example.com") == TOKENS
    assert template.findings() == ()
    assert template.alignment("example.com").verdict is Verdict.BOTH


def test_names_may_be_written_as_people_write_them() -> None:
    """Upper case and a final dot are the same name."""
    template = _ours()
    assert template.dmarc("Example.COM.").policy is DmarcPolicy.REJECT
    assert template.spf("BOUNCE.example.com").includes == ("amazonses.com",)


def test_a_region_that_is_not_known_is_marked() -> None:
    """The stack has no region."""
    assert _ours(region=None).mx("bounce.example.com") == ("10 feedback-smtp.<Region>.amazonses.com",)


def test_stacks_without_our_constructs() -> None:
    """Any CDK app: here all is written by hand, in a stage, with the zone in the stack."""
    app = new_app()
    stack = Stack(Stage(app, "Prod", env=Environment(account=ACCOUNT, region=TOKYO)), "Mail")
    zone = aws_route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
    sending_domain(stack, "example.com", zone.hosted_zone_id)
    template = EmailAuthTemplate.from_stack(stack)
    assert template.dkim_tokens("example.com") == TOKENS
    assert template.alignment("example.com").verdict is Verdict.BOTH
    assert template.findings() == ()


def test_a_nested_stack_belongs_to_its_parent_and_other_stacks_do_not() -> None:
    """`from_stack` sees the records of the stack and of those nested in it."""
    app = App(analytics_reporting=False)  # a nested stack is an asset, which new_app's synthesizer refuses
    parent = new_stack(app, "Parent")
    nested = NestedStack(parent, "Nested")
    zone = aws_route53.PublicHostedZone(parent, "Zone", zone_name="example.com")
    aws_route53.TxtRecord(nested, "Spf", zone=zone, values=["v=spf1 -all"])
    other = new_stack(app, "Other")
    aws_route53.TxtRecord(other, "Spf", zone=imported_zone(other, "example.net"), values=["v=spf1 ?all"])
    for stack in (parent, nested):
        assert str(EmailAuthTemplate.from_stack(stack).spf("example.com")) == "v=spf1 -all"
        with pytest.raises(AssertionError, match=r"no SPF record at example\.net"):
            EmailAuthTemplate.from_stack(stack).spf("example.net")
    assert str(EmailAuthTemplate.from_stack(other).spf("example.net")) == "v=spf1 ?all"


def test_a_template_of_the_cdks_own_assertions() -> None:
    """`from_template` takes it, and a dict."""
    stack = new_stack(new_app())
    aws_ses.EmailIdentity(stack, "Identity", identity=aws_ses.Identity.domain("example.com"))
    template = assertions.Template.from_stack(stack)
    for given in (template, template.to_json()):
        proof = EmailAuthTemplate.from_template(given, region=TOKYO).alignment("example.com")
        assert proof.verdict is Verdict.DKIM_ONLY
        assert TOKYO in str(proof)


def test_long_texts_are_joined() -> None:
    """As receivers join them."""
    head = "v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(1, 17)) + " "
    template = _template(_txt("example.com.", f'"{head}" "ip4:198.51.100.1 -all"'))
    assert str(template.spf("example.com")) == f"{head}ip4:198.51.100.1 -all"


def test_dkim_names_that_are_typed() -> None:
    """Each CNAME must lead to its own token."""
    names = [
        {"Name": f"{t}._domainkey.example.com", "Type": "CNAME", "TTL": "300", "ResourceRecords": [f"{t}.dkim.amazonses.com"]}
        for t in "abc"
    ]
    other = {"Name": "www.example.com", "Type": "CNAME", "TTL": "300", "ResourceRecords": ["web.example.net"]}
    assert _template(other, *names).dkim_tokens("example.com") == ("a", "b", "c")
    names[2]["ResourceRecords"] = ["a.dkim.amazonses.com"]
    with pytest.raises(AssertionError, match="needs 3 DKIM records, found only a, b; the template has"):
        _template(*names).dkim_tokens("example.com")
    names[2]["ResourceRecords"] = []
    with pytest.raises(AssertionError, match="found only a, b"):
        _template(*names).dkim_tokens("example.com")


def test_dkim_names_of_another_identity_do_not_count() -> None:
    """Two identities in one stack: the tokens of one are not those of the other, nor are mixed-up values."""
    resources: dict[str, Any] = {
        name: {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": domain}}
        for name, domain in (("One", "example.com"), ("Two", "example.net"))
    }
    for n in (1, 2, 3):
        resources[f"R{n}"] = {
            "Type": "AWS::Route53::RecordSet",
            "Properties": {
                "Name": {"Fn::GetAtt": ["One", f"DkimDNSTokenName{n}"]},
                "Type": "CNAME",
                "TTL": "300",
                "HostedZoneId": "Z1",
                "ResourceRecords": [{"Fn::GetAtt": ["One", f"DkimDNSTokenValue{n}"]}],
            },
        }
    template = EmailAuthTemplate.from_template({"Resources": resources})
    assert template.dkim_tokens("example.com") == TOKENS
    with pytest.raises(AssertionError, match=r"example\.net needs 3 DKIM records, found none"):
        template.dkim_tokens("example.net")
    resources["R1"]["Properties"]["ResourceRecords"] = [{"Fn::GetAtt": ["One", "DkimDNSTokenValue2"]}]
    with pytest.raises(AssertionError, match="found only DkimDNSTokenName2, DkimDNSTokenName3"):
        EmailAuthTemplate.from_template({"Resources": resources}).dkim_tokens("example.com")


def test_a_failure_prints_what_is_there() -> None:
    """The reader of a failed test need not print the template."""
    template = _template(_txt("example.com.", '"MS=ms1"'), _txt("_dmarc.example.com.", '"v=DMARC1; p=bogus"'))
    with pytest.raises(
        AssertionError, match=r"no SPF record at example\.com; the template has:\n  example.com TXT MS=ms1\n  _dm"
    ):
        template.spf("example.com")
    with pytest.raises(AssertionError, match=r"the DMARC record at _dmarc\.example\.com is wrong: p must be one of"):
        template.dmarc("example.com")
    with pytest.raises(AssertionError, match=r"no MX at example\.com; the template has"):
        template.mx("example.com")
    with pytest.raises(AssertionError, match="no SES identity could send as example"):
        template.alignment("example.com")
    with pytest.raises(AssertionError, match=r"no DMARC record at _dmarc\.example\.net; the template has no records"):
        _template().dmarc("example.net")


def test_two_records_where_one_must_stand() -> None:
    """Receivers answer permerror, so there is no record to give."""
    template = _template(_txt("example.com.", '"v=spf1 -all"', '"v=spf1 ~all"'))
    with pytest.raises(AssertionError, match=r"2 records where one SPF record at example\.com must stand: 'v=spf1 -all'; 'v"):
        template.spf("example.com")
    with pytest.raises(AssertionError, match=r"the SPF record at example\.com is wrong"):
        _template(_txt("example.com.", '"v=spf1 bogus"')).spf("example.com")


def test_an_alias_is_shown_as_one() -> None:
    """It has no values."""
    alias = {"Name": "example.com.", "Type": "A", "HostedZoneId": "Z1", "AliasTarget": {"DNSName": "x", "HostedZoneId": "Z2"}}
    with pytest.raises(AssertionError, match=r"example\.com A \(alias\)"):
        _template(alias).mx("example.com")


def test_findings_leave_infos_out_and_take_rules_of_yours() -> None:
    """The default is what a person must act on."""

    def no_reject(view: ZoneView) -> Iterator[Fault]:
        for _, where, record in view.dmarc_records:
            if record.policy is not DmarcPolicy.REJECT:
                yield Fault(where=where, message="we publish p=reject", fix="publish p=reject")

    rule = Rule(
        id="acme-reject", severity=Severity.ERROR, need=Need.RECORD, reason="House rule.", reference="ACME 1", faults=no_reject
    )
    template = _template(_txt("_dmarc.example.com.", '"v=DMARC1; p=none; fo=1"'))
    assert [each.id for each in template.findings()] == ["dmarc-no-rua"]
    assert [each.id for each in template.findings(at_least=Severity.ERROR)] == []
    assert [each.id for each in template.findings(extra_rules=[rule])] == ["acme-reject", "dmarc-no-rua"]
    assert "dmarc-fo-without-ruf" in {each.id for each in template.findings(at_least=Severity.INFO)}


def test_the_proof_uses_the_dmarc_record_of_the_template() -> None:
    """Strict SPF alignment never holds with SES; without a record in the template alignment is assumed to be relaxed."""
    strict = _ours(dmarc_policy=None, dmarc_rua=())
    assert strict.alignment("example.com").verdict is Verdict.BOTH
    stack = new_stack(new_app())
    sending_domain(stack, "example.com", "Z1")
    dmarc = stack.node.find_child("Dmarc")
    assert isinstance(dmarc, aws_route53.CfnRecordSet)
    dmarc.resource_records = ['"v=DMARC1; p=reject; aspf=s; adkim=s; rua=mailto:a@example.com"']
    template = EmailAuthTemplate.from_stack(stack)
    assert template.dmarc("example.com").aspf is Alignment.STRICT
    assert template.alignment("example.com").verdict is Verdict.DKIM_ONLY
    assert template.alignment("news.example.com").verdict is Verdict.FAIL


def test_a_stack_outside_of_an_app_is_refused() -> None:
    """It cannot be synthesized."""
    with pytest.raises(EmailAuthError, match="the stack 'Mail' is in no App"):
        EmailAuthTemplate.from_stack(Stack(RootConstruct(), "Mail"))


def test_what_is_no_template_is_refused() -> None:
    """One sentence says so."""
    for given in ({"a": 1}, {"Resources": []}, []):
        with pytest.raises(EmailAuthError, match="cannot read 'template': it has no Resources"):
            EmailAuthTemplate.from_template(given)  # type: ignore[arg-type]
