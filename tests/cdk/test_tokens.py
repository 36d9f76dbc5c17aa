"""Text that is known only after the deploy goes through unchanged: `.lower()` on a token gives a template with `${token[` in it
and no error anywhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsii
import pytest
from aws_cdk import CfnParameter, IStableStringProducer, Lazy, Token, aws_ses

from ses_email_auth import DmarcPolicy, DmarcRecord, EmailAuthError, FromDomainTxt, RecordLayout, SesEmailAuth, SpfRecord
from tests.cdk.stacks import identity, imported_zone, new_app, new_stack, records, templates

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cdk.stacks import Template

SPF = '"v=spf1 include:amazonses.com ~all"'

# (props made of a token, what must stand in the records)
PROPS: dict[str, tuple[Callable[[str], dict[str, Any]], str]] = {
    "domain_name": (
        lambda token: {"domain_name": token, "dmarc_policy": DmarcPolicy.REJECT, "dmarc_rua": [f"a@{token}"]},
        '_dmarc.<Text>. 600 TXT "v=DMARC1; p=reject; rua=mailto:a@<Text>"',
    ),
    "domain_name-below": (lambda token: {"domain_name": f"{token}.example.com"}, f"<Text>.example.com. 600 TXT {SPF}"),
    "organizational_domain": (lambda token: {"organizational_domain": token}, f"example.com. 600 TXT {SPF}"),
    "inherited_dmarc": (
        lambda token: {"inherited_dmarc": token, "dmarc_policy": None},
        f"example.com. 600 TXT {SPF}",
    ),
    "mail_from_subdomain": (lambda token: {"mail_from_subdomain": token}, f"<Text>.example.com. 600 TXT {SPF}"),
    "mail_from_subdomain-full": (
        lambda token: {"mail_from_subdomain": f"{token}.example.com"},
        f"<Text>.example.com. 600 TXT {SPF}",
    ),
    "mail_from_mx_host": (lambda token: {"mail_from_mx_host": token}, "bounce.example.com. 600 MX 10 <Text>"),
    "from_subdomains": (lambda token: {"from_subdomains": ["1", token]}, f"<Text>.example.com. 600 TXT {SPF}"),
    "dmarc_rua": (
        lambda token: {"dmarc_rua": [token, f"mailto:{token}"]},
        '_dmarc.example.com. 600 TXT "v=DMARC1; p=none; rua=mailto:<Text>,mailto:<Text>"',
    ),
    "dmarc": (
        lambda token: {"dmarc": DmarcRecord(policy=DmarcPolicy.NONE, rua=[token], ruf=[token])},
        '_dmarc.example.com. 600 TXT "v=DMARC1; p=none; rua=mailto:<Text>; ruf=mailto:<Text>"',
    ),
    "dmarc-verbatim": (
        lambda token: {"dmarc": DmarcRecord.verbatim(f"v=DMARC1;p=none;rua=mailto:{token}")},
        '_dmarc.example.com. 600 TXT "v=DMARC1;p=none;rua=mailto:<Text>"',
    ),
    "spf": (
        lambda token: {"spf": SpfRecord.parse(f"v=spf1 include:{token} -all")},
        'example.com. 600 TXT "v=spf1 include:<Text> include:amazonses.com -all"',
    ),
    "spf_includes": (
        lambda token: {"spf_includes": [token]},
        'example.com. 600 TXT "v=spf1 include:<Text> include:amazonses.com ~all"',
    ),
    "from_domain_txt_values": (
        lambda token: {"from_domain_txt_values": [token, f"Site={token}"]},
        f'example.com. 600 TXT {SPF} | "<Text>" | "Site=<Text>"',
    ),
    "from_domain_txt": (
        lambda token: {"from_domain_txt": FromDomainTxt.adopt([token, ("A", token)], 300)},
        'example.com. 300 TXT "<Text>" | "A" "<Text>"',
    ),
}


@jsii.implements(IStableStringProducer)
class _Name:
    """What a `Lazy` says at synthesis."""

    def produce(self) -> str:
        """The text."""
        return "Sub.Example.COM"


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """A stack for each prop, with a token in it."""
    app = new_app()
    for name, (props, _) in PROPS.items():
        stack = new_stack(app, name.replace("_", "-"))
        token = CfnParameter(stack, "Text", default="text.example").value_as_string
        SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack, "example.com"), **props(token))
    stack = new_stack(app, "the-rest")
    token = CfnParameter(stack, "Text", default="text").value_as_string
    zone = imported_zone(stack, Lazy.string(_Name()))
    SesEmailAuth(
        stack,
        "EmailAuth",
        hosted_zone=zone,
        configuration_set=aws_ses.ConfigurationSet.from_configuration_set_name(stack, "Set", token),
        record_layout=RecordLayout.GROUPED,
    )
    return templates(app)


@pytest.mark.parametrize(("prop", "line"), [pytest.param(prop, line, id=prop) for prop, (_, line) in PROPS.items()])
def test_token_in_a_text_prop(built: dict[str, Template], prop: str, line: str) -> None:
    """The token is in the record as it was given, and nothing else has changed a letter of one."""
    template = built[prop.replace("_", "-")]
    assert line in records(template)
    assert "${Token[" not in json.dumps(template)
    assert "${token[" not in json.dumps(template).lower()


def test_token_in_the_identity(built: dict[str, Template]) -> None:
    """The identity and its MAIL FROM domain keep it too."""
    assert identity(built["domain-name"]) == {
        "EmailIdentity": {"Ref": "Text"},
        "MailFromAttributes": {"MailFromDomain": {"Fn::Join": ["", ["bounce.", {"Ref": "Text"}]]}},
    }
    assert identity(built["the-rest"])["ConfigurationSetAttributes"] == {"ConfigurationSetName": {"Ref": "Text"}}


def test_zone_with_a_lazy_name(built: dict[str, Template]) -> None:
    """What a `Lazy` says at synthesis is not ours to change: its letters stay."""
    assert records(built["the-rest"])[-1].startswith("Sub.Example.COM. 600 TXT")


@pytest.mark.parametrize(
    ("props", "sentence"),
    [
        pytest.param({"dmarc_policy": "${Token[TOKEN.1]}"}, "use DmarcPolicy.NONE, .QUARANTINE or .REJECT", id="enum"),
        pytest.param(
            {"logical_ids": {"Dmarc": "${Token[TOKEN.1]}"}}, "a logical id has letters and digits only", id="logical-id"
        ),
    ],
)
def test_token_where_none_can_be(props: dict[str, Any], sentence: str) -> None:
    """What must be known at synthesis."""
    stack = new_stack(new_app())
    with pytest.raises(EmailAuthError, match=sentence):
        SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), **props)


def test_list_token_to_adopt() -> None:
    """A list token looks like a list with one element."""
    with pytest.raises(EmailAuthError, match=r"^FromDomainTxt\.adopt got a list that is known only after the deploy; pass its"):
        FromDomainTxt.adopt(Token.as_list({"Ref": "Values"}), 300)


def test_what_cannot_be_told_is_one_info() -> None:
    """No warning about text that nobody can read yet, and no word of it at synthesis."""
    stack = new_stack(new_app())
    token = CfnParameter(stack, "Text", default="text").value_as_string
    auth = SesEmailAuth(
        stack, "EmailAuth", hosted_zone=imported_zone(stack), from_subdomains=[token], dmarc_rua=[f"{token}@example.com"]
    )
    assert [finding.id for finding in auth.findings] == ["ses-feedback-nowhere", "cannot-tell"]
