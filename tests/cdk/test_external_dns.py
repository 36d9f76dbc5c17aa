"""`Dns.external()`: outputs to paste, and no record resource."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aws_cdk import CfnParameter, Validations

from ses_email_auth import (
    Dkim,
    Dns,
    DomainPolicy,
    EmailAuthError,
    EmailAuthValidation,
    RecordLayout,
    SesEmailAuth,
    Severity,
)
from tests.cdk.keys import app_with_assets
from tests.cdk.stacks import new_app, new_stack, templates

MX = "bounce\ntype: MX\nttl: 600\nbefore: 72 hours from the deployment, then SES gives the MAIL FROM domain up\n"


def outputs(region: str | None = "ap-northeast-1", **props: Any) -> dict[str, Any]:
    """The outputs of a stack with one domain."""
    app = new_app()
    props = {"domain_name": "blacksheep.link", "dns": Dns.external()} | props
    SesEmailAuth(new_stack(app, region=region), "EmailAuth", **props)
    (template,) = templates(app).values()
    assert {resource["Type"] for resource in template["Resources"].values()} == {"AWS::SES::EmailIdentity"}
    return {key: output["Value"] for key, output in template["Outputs"].items()}


def test_reference_domain() -> None:
    """The keys are the path and the child; each field is a line, the priority of an MX is a field of its own."""
    found = outputs()
    assert list(found) == [
        *(f"EmailAuthDkimRecord{n}" for n in (1, 2, 3)),
        "EmailAuthMailFromMx",
        "EmailAuthMailFromSpf",
        "EmailAuthFromDomainTxt",
        "EmailAuthDmarc",
    ]
    assert found["EmailAuthMailFromMx"] == (f"host: {MX}priority: 10\nvalue: feedback-smtp.ap-northeast-1.amazonses.com\n")
    assert found["EmailAuthFromDomainTxt"] == "host: @\ntype: TXT\nttl: 600\nvalue: v=spf1 include:amazonses.com ~all\n"
    assert found["EmailAuthDmarc"].startswith("host: _dmarc\ntype: TXT\n")


def test_dkim_host_is_cut_by_cloudformation() -> None:
    """The token is taken from the name; what stands below the zone is added."""
    _, (start, token, middle, *_) = outputs(domain_name="mail.blacksheep.link")["EmailAuthDkimRecord1"]["Fn::Join"]
    assert start == "host: "
    assert token["Fn::Select"][1]["Fn::Split"][0] == "._domainkey."
    assert middle.startswith("._domainkey.mail\ntype: CNAME\n")


def test_long_text_is_given_in_strings_too() -> None:
    """A panel wants the joined text, or the strings."""
    value = outputs(from_domain_txt_values=["a" * 300])["EmailAuthFromDomainTxt"]
    assert f"\nvalue: {'a' * 300}\n" in value
    assert f'\nor in strings: "{"a" * 255}" "{"a" * 45}"\n' in value


def test_keys_have_letters_and_digits_alone() -> None:
    """CloudFormation refuses any other; of two that would be the same, the second keeps the hash of CDK."""
    found = outputs(from_subdomains=["news", "a.b.blacksheep.link", "ab"])
    keys = [key for key in found if "FromDomainTxt" in key]
    assert keys[:3] == ["EmailAuthFromDomainTxt", "EmailAuthFromDomainTxtnews", "EmailAuthFromDomainTxtab"]
    assert re.fullmatch("EmailAuthFromDomainTxtab[0-9A-F]{8}", keys[3])
    assert [value.partition("\n")[0] for key, value in found.items() if key in keys] == [
        "host: @",
        "host: news",
        "host: a.b",
        "host: ab",
    ]


def test_a_long_path() -> None:
    """A key has 255 characters at most: CDK shortens its own."""
    app = new_app()
    SesEmailAuth(new_stack(app), "E" * 250, domain_name="blacksheep.link", dns=Dns.external())
    (template,) = templates(app).values()
    assert [key for key in template["Outputs"] if len(key) > 255] == []
    assert f"{'E' * 250}Dmarc" in template["Outputs"]


def test_region_of_the_stack() -> None:
    """Where only AWS knows it, the host of the MX is put together by CloudFormation."""
    value = outputs(region=None)["EmailAuthMailFromMx"]
    assert value == {
        "Fn::Join": [
            "",
            [
                f"host: {MX}priority: 10\nvalue: ",
                {"Fn::Join": ["", ["feedback-smtp.", {"Ref": "AWS::Region"}, ".amazonses.com"]]},
                "\n",
            ],
        ]
    }


def test_managed_key() -> None:
    """The value of a zone file, and what is left when CloudFormation has taken its quotes away."""
    app = app_with_assets()
    stack = new_stack(app)
    SesEmailAuth(stack, "EmailAuth", domain_name="blacksheep.link", dns=Dns.external(), dkim=Dkim.managed_key())
    (template,) = templates(app).values()
    (key,) = (name for name in template["Resources"] if name.startswith("EmailAuthManagedKey1") and "Role" not in name)
    text = {"Fn::GetAtt": [key, "DkimKeyText1"]}
    joined = {"Fn::Join": ["", {"Fn::Split": ['" "', text]}]}
    assert template["Outputs"]["EmailAuthDkimKey1"]["Value"]["Fn::Join"][1] == [
        "host: ses-1._domainkey\ntype: TXT\nttl: 600\nvalue: ",
        {"Fn::Select": ["1", {"Fn::Split": ['"', joined]}]},
        "\nor in strings: ",
        text,
        "\n",
    ]


def test_zone_name() -> None:
    """Hosts are relative to the zone that is named."""
    found = outputs(domain_name="mail.blacksheep.link", dns=Dns.external("mail.blacksheep.link"))
    assert found["EmailAuthFromDomainTxt"].startswith("host: @\n")


@pytest.mark.parametrize(
    ("props", "message"),
    [
        pytest.param(
            {"domain_name": None},
            "'domain_name' must be given, since Dns.external() names no zone; pass for example 'example.com'",
            id="no-domain",
        ),
        pytest.param(
            {"record_layout": RecordLayout.GROUPED},
            "'record_layout' says how CloudFormation writes records; Dns.external() writes none; leave it out",
            id="layout",
        ),
        pytest.param(
            {"logical_ids": {"Dmarc": "D"}}, "'logical_ids' holds 'Dmarc'; this construct has Identity", id="id-of-a-record"
        ),
    ],
)
def test_refusals(props: dict[str, Any], message: str) -> None:
    """What has no sense without records."""
    with pytest.raises(EmailAuthError) as caught:
        outputs(**props)
    assert str(caught.value) == message


def test_a_zone_that_only_the_deploy_knows() -> None:
    """Hosts could not be cut from it."""
    with pytest.raises(EmailAuthError, match=r"^'zone_name' must be known at synthesis"):
        Dns.external(CfnParameter(new_stack(new_app()), "Name").value_as_string)


def test_the_plugin_does_not_miss_what_stands_elsewhere() -> None:
    """Outputs are no zone: nothing follows from a record that is not in one."""
    app = new_app()
    Validations.of(app).add_plugins(EmailAuthValidation(fail_on=Severity.INFO))
    SesEmailAuth(new_stack(app), "EmailAuth", domain_name="blacksheep.link", dns=Dns.external(), dmarc_rua=["d@example.net"])
    app.synth()


def test_policy_has_no_logical_ids() -> None:
    """It has no resource at all."""
    with pytest.raises(EmailAuthError, match="has no resource of its own"):
        DomainPolicy(new_stack(new_app()), "P", domain_name="blacksheep.link", dns=Dns.external(), logical_ids={"Dmarc": "D"})
