"""`adopt --zone` of templates: what only the deploy knows is equal where it is the same, and is never printed as known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Environment, Stack, aws_route53, aws_ses
from click.testing import CliRunner

from ses_email_auth import Dns, RecordLayout, SesEmailAuth
from ses_email_auth.cli.main import main
from tests.adopt.drafts import OURS, ZONE, pasted, published
from tests.adopt.templates import identity, record, template

if TYPE_CHECKING:
    from collections.abc import Callable

MAIL_FROM = f"bounce.{ZONE}"
FEEDBACK = ["10 feedback-smtp.", {"Ref": "AWS::Region"}, ".amazonses.com"]
MX_OF_ANY_STACK = ("300", [{"Fn::Join": ["", FEEDBACK]}])


def of(mx: Any, **more: Any) -> str:
    """A template in JSON with this MX at the MAIL FROM domain, and with the identity."""
    body = template(
        Domain=identity(ZONE, MailFromAttributes={"MailFromDomain": MAIL_FROM}),
        Mx=record(MAIL_FROM, "MX", mx, ttl="300"),
        Spf=record(MAIL_FROM, "TXT", OURS, ttl="300"),
    )
    return json.dumps(body | more)


def yaml(mx: str) -> str:
    """The same in YAML, with the short forms of functions."""
    return f"""\
Resources:
  Domain:
    Type: AWS::SES::EmailIdentity
    Properties: {{EmailIdentity: {ZONE}, MailFromAttributes: {{MailFromDomain: {MAIL_FROM}}}}}
  Mx:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: Z0123456789EXAMPLE
      Name: {MAIL_FROM}
      Type: MX
      TTL: 300
      ResourceRecords:
        - {mx}
  Spf:
    Type: AWS::Route53::RecordSet
    Properties: {{HostedZoneId: Z0123456789EXAMPLE, Name: {MAIL_FROM}, Type: TXT, TTL: 300, ResourceRecords: ['{OURS}']}}
"""


def ask(path: str, *options: str) -> str:
    """What is printed; all is well, and nothing that nobody knows is shown as if it were known."""
    result = CliRunner().invoke(main, ["adopt", "--zone", path, *options])
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    assert not any(word in result.stdout for word in ("None", "Token[", "<Region>"))
    assert f"    {MAIL_FROM} MX\n" in result.stdout.partition("taken over as they stand:")[2].partition("new:")[0]
    return result.stdout


SUB = "10 feedback-smtp.${AWS::Region}.amazonses.com"


@pytest.mark.parametrize("options", [pytest.param((), id="no-option"), pytest.param(("--region", "eu-west-1"), id="region")])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(of({"Fn::Sub": SUB}), id="json-sub"),
        pytest.param(of({"Fn::Sub": [SUB.replace("AWS::Region", "R"), {"R": {"Ref": "AWS::Region"}}]}), id="json-sub-variable"),
        pytest.param(of({"Fn::Join": ["", FEEDBACK]}), id="json-join"),
        pytest.param(
            of({"Fn::Join": [" ", ["10", {"Fn::Join": [".", ["feedback-smtp", *FEEDBACK[1:2], "amazonses.com"]]}]]}), id="joins"
        ),
        pytest.param(yaml(f"!Sub {SUB}"), id="yaml-sub"),
        pytest.param(yaml("!Join ['', ['10 feedback-smtp.', !Ref AWS::Region, .amazonses.com]]"), id="yaml-join"),
    ],
)
def test_an_mx_that_names_the_region_of_any_stack(body: str, options: tuple[str, ...]) -> None:
    """It equals ours, in a stack without a region too."""
    Path("t").write_text(body, encoding="utf-8")
    text = ask("t", *options)
    made = published(pasted(text, region=None))
    assert made[f"{MAIL_FROM}.", "MX"] == MX_OF_ANY_STACK
    assert made[f"{MAIL_FROM}.", "TXT"] == ("300", [OURS])
    said = json.loads(CliRunner().invoke(main, ["adopt", "--zone", "t", "--format", "json", *options]).stdout)
    assert said["region"] == (options[1] if options else None)
    assert "deploy this one\n    in the same region\n" in text.replace("this\n    one", "this one\n   ")


def stock(stack: Stack, zone: aws_route53.IPublicHostedZone) -> None:
    """What people write with the CDK alone."""
    aws_ses.EmailIdentity(stack, "I", identity=aws_ses.Identity.public_hosted_zone(zone), mail_from_domain=MAIL_FROM)


def ours(**props: Any) -> Callable[[Stack, aws_route53.IPublicHostedZone], object]:
    """A construct of ours."""
    return lambda stack, zone: SesEmailAuth(
        stack, "E", **({"hosted_zone": zone} | props if "dns" not in props else {"dns": props["dns"](zone)})
    )


@pytest.mark.parametrize("folder", [pytest.param(True, id="assembly"), pytest.param(False, id="template")])
@pytest.mark.parametrize(
    "fill",
    [
        pytest.param(stock, id="stock"),
        pytest.param(ours(mail_from_subdomain="bounce"), id="ours"),
        pytest.param(ours(mail_from_subdomain="bounce", record_layout=RecordLayout.GROUPED), id="ours-grouped"),
        pytest.param(ours(dns=lambda zone: Dns.route53(zone, adopt=True)), id="ours-by-function"),
    ],
)
def test_an_app_without_a_region(fill: Callable[[Stack, aws_route53.IPublicHostedZone], object], *, folder: bool) -> None:
    """Stock constructs and ours, the whole assembly or its template."""
    app = App(outdir=str(Path("cdk.out").absolute()), analytics_reporting=False)
    stack = Stack(app, "S")
    fill(
        stack, aws_route53.PublicHostedZone.from_public_hosted_zone_attributes(stack, "Z", hosted_zone_id="Z0", zone_name=ZONE)
    )
    app.synth()
    text = ask("cdk.out" if folder else "cdk.out/S.template.json", "--domain", ZONE)
    assert published(pasted(text, region=None))[f"{MAIL_FROM}.", "MX"][1] == [{"Fn::Join": ["", FEEDBACK]}]
    flat = " ".join(text.split())
    assert "In that stack keep their logical ids instead" in flat
    assert "the DKIM records are in the file, under names that SES chooses: without dkim_tokens they stay as they are" in flat
    assert "If CloudFormation shall own it" not in flat


def test_two_stacks_of_one_app_in_two_regions() -> None:
    """A region that is known wins: each names its own."""
    app = App(outdir=str(Path("cdk.out").absolute()), analytics_reporting=False)
    for region in ("eu-west-1", "us-east-1"):
        stack = Stack(app, region, env=Environment(account="123456789012", region=region))
        zone = aws_route53.PublicHostedZone.from_public_hosted_zone_attributes(stack, "Z", hosted_zone_id="Z0", zone_name=ZONE)
        SesEmailAuth(stack, "E", hosted_zone=zone, mail_from_subdomain=f"bounce-{region}")
    app.synth()
    result = CliRunner().invoke(main, ["adopt", "--zone", "cdk.out", "--region", "us-east-1", "--format", "json"])
    said = json.loads(result.stdout)
    assert (said["arguments"]["mail_from_subdomain"], said["region"], said["hand_work"]) == (
        '"bounce-us-east-1"',
        "us-east-1",
        [],
    )
    (work,) = json.loads(CliRunner().invoke(main, ["adopt", "--zone", "cdk.out", "--format", "json"]).stdout)["hand_work"]
    assert work["message"].startswith("several names are a MAIL FROM domain: ")


FOR_ANY = "10 feedback-smtp.<region>.amazonses.com"
NO_DEFAULT = {"Parameters": {"P": {"Type": "String"}}}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            of({"Fn::Sub": "10 feedback-smtp.${P}.amazonses.com"}, **NO_DEFAULT),
            f"the file does not say all of {MAIL_FROM} MX: it is 10 feedback-smtp.<…>.amazonses.com, and we publish 10 "
            f"feedback-smtp.<region>.amazonses.com",
            id="region-of-a-parameter",
        ),
        pytest.param(
            of({"Ref": "P"}, **NO_DEFAULT),
            f"the file does not say all of {MAIL_FROM} MX: it is <…>, and we publish 10 feedback-smtp.<region>.amazonses.com",
            id="value-of-a-parameter",
        ),
        pytest.param(
            of({"Fn::Sub": SUB.replace("10", "20")}),
            f"{MAIL_FROM} MX is 20 feedback-smtp.<Region>.amazonses.com, and we publish {FOR_ANY.replace('region', 'Region')}",
            id="another-preference",
        ),
        pytest.param(
            of("10 feedback-smtp.eu-west-1.amazonaws.com"),
            f"{MAIL_FROM} MX is 10 feedback-smtp.eu-west-1.amazonaws.com, and we publish {FOR_ANY}",
            id="misspelt-host",
        ),
        pytest.param(
            json.dumps(template(Domain=identity(ZONE, MailFromAttributes={"MailFromDomain": {"Ref": "P"}})) | NO_DEFAULT),
            "the file does not say which MAIL FROM domain the identity has",
            id="mail-from-of-a-parameter",
        ),
        pytest.param(
            json.dumps(template(Domain=identity(ZONE), T=record(ZONE, "TXT", {"Fn::Sub": '"${P}"'})) | NO_DEFAULT),
            f"{ZONE} TXT holds what the file does not say: nothing changes it (from_domain_spf=False)",
            id="txt-of-a-parameter",
        ),
        pytest.param(
            json.dumps(template(Domain=identity(ZONE), T=record(f"_dmarc.{ZONE}", "TXT", {"Ref": "P"})) | NO_DEFAULT),
            f"the file does not say all of _dmarc.{ZONE} TXT",
            id="dmarc-of-a-parameter",
        ),
        pytest.param(
            json.dumps(template(Domain=identity(ZONE), T=record(ZONE, "TXT", OURS, ttl={"Ref": "P"})) | NO_DEFAULT),
            f"the file does not say the TTL of {ZONE} TXT",
            id="ttl-of-a-parameter",
        ),
    ],
)
def test_what_a_template_does_not_say(body: str, message: str) -> None:
    """It is hand work in words, without a mark of ours and without `None`; what is pasted before that deploys."""
    Path("t").write_text(body, encoding="utf-8")
    result = CliRunner().invoke(main, ["adopt", "--zone", "t", "--format", "json"])
    (work,) = json.loads(result.stdout)["hand_work"]
    assert (result.exit_code, work["message"]) == (1, message)
    text = CliRunner().invoke(main, ["adopt", "--zone", "t"]).stdout
    assert not any(word in text.replace("dmarc_policy=None", "") for word in ("None", "Token["))
    pasted(text, region=None)


def test_a_region_that_the_library_does_not_know() -> None:
    """The host is given then, and the record is the same."""
    Path("t").write_text(of("10 feedback-smtp.eu-new-1.amazonses.com"), encoding="utf-8")
    text = ask("t")
    assert '    mail_from_mx_host="feedback-smtp.eu-new-1.amazonses.com",\n' in text
    made = published(pasted(text, region="eu-new-1"))
    assert made[f"{MAIL_FROM}.", "MX"] == ("300", ["10 feedback-smtp.eu-new-1.amazonses.com"])


def test_an_identity_with_a_key_of_its_own() -> None:
    """Nobody is asked for tokens that it does not have."""
    key = {"DomainSigningPrivateKey": "x", "DomainSigningSelector": "s"}
    Path("t").write_text(json.dumps(template(D=identity(ZONE, DkimSigningAttributes=key))), encoding="utf-8")
    text = CliRunner().invoke(main, ["adopt", "--zone", "t"]).stdout
    assert "the identity signs with a key of its own: its DKIM record stays as it is" in text
    assert "dkim_tokens" not in text
