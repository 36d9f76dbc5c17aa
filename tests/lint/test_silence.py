"""Tests that what many domains have gives no finding above info: a false alarm teaches people to look away."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import Environment, Stack, Stage, Validations, aws_route53, aws_ses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ses_email_auth import DmarcPolicy, EmailAuthValidation, SendingIdentity, SesEmailAuth
from tests.cdk.stacks import ACCOUNT, TOKYO, imported_zone, new_app, new_stack
from tests.lint.apps import above_info, findings, record, sending_domain
from tests.sources import terraform_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import App

ZONE_ID = "Z0123456789EXAMPLE"


def _key() -> str:
    """A public key of 2048 bits, as it stands in a key record."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode("ascii")


def _txt(text: str) -> str:
    """A TXT value in Route 53's form."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))


def _our_construct(app: App) -> None:
    stack = new_stack(app)
    SesEmailAuth(
        stack,
        "EmailAuth",
        hosted_zone=imported_zone(stack),
        dmarc_policy=DmarcPolicy.NONE,
        dmarc_rua=["dmarc-reports@blacksheep.link"],
    )


def _our_construct_in_two_regions(app: App) -> None:
    tokyo, dublin = new_stack(app, "Tokyo"), new_stack(app, "Dublin", "eu-west-1")
    SesEmailAuth(tokyo, "EmailAuth", hosted_zone=imported_zone(tokyo), dmarc_rua=["dmarc@blacksheep.link"])
    SendingIdentity(dublin, "Sending", hosted_zone=imported_zone(dublin))


def _stock_identity(app: App) -> None:
    stack = new_stack(app)
    zone = aws_route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
    aws_ses.EmailIdentity(stack, "Identity", identity=aws_ses.Identity.public_hosted_zone(zone))


def _stock_identity_with_mail_from(app: App) -> None:
    stack = new_stack(app)
    zone = aws_route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
    identity = aws_ses.Identity.public_hosted_zone(zone)
    aws_ses.EmailIdentity(stack, "Identity", identity=identity, mail_from_domain="bounce.example.com")


def _stock_identity_without_a_zone(app: App) -> None:
    aws_ses.EmailIdentity(new_stack(app), "Identity", identity=aws_ses.Identity.domain("example.com"))


def _stock_identity_of_an_address(app: App) -> None:
    aws_ses.EmailIdentity(new_stack(app), "Identity", identity=aws_ses.Identity.email("me@example.com"))


def _google_workspace(app: App) -> None:
    stack = new_stack(app)
    spf = "v=spf1 include:_spf.google.com include:amazonses.com ~all"
    sending_domain(stack, "example.com", ZONE_ID, apex_spf=spf)
    record(stack, "Google", ZONE_ID, "google._domainkey.example.com.", "TXT", _txt(f"v=DKIM1; k=rsa; p={_key()}"))


def _hosted_dmarc(app: App) -> None:
    stack = new_stack(app)
    record(stack, "Dmarc", ZONE_ID, "_dmarc.example.com.", "CNAME", "example.com.hosted-dmarc.example.net.")
    record(stack, "MtaSts", ZONE_ID, "_mta-sts.example.com.", "CNAME", "_mta-sts.hosted.example.net.")
    record(stack, "Spf", ZONE_ID, "example.com.", "TXT", '"v=spf1 include:amazonses.com ~all"')


def _report_vendor(app: App) -> None:
    policy = '"v=DMARC1; p=reject; rua=mailto:abc@ag.example.net,mailto:dmarc@example.com; ruf=mailto:abc@fr.example.net; fo=1"'
    record(new_stack(app), "Dmarc", ZONE_ID, "_dmarc.example.com.", "TXT", policy)


def _twenty_texts(app: App) -> None:
    tokens = [f'"site-verification-{number}=abcdefghijklmnop{number:02d}"' for number in range(17)]
    others = ['"MS=ms12345678"', '"v=spf1 include:amazonses.com -all"', '"atlassian-domain-verification=aBcDeFgHiJkLmNoP"']
    record(new_stack(app), "Apex", ZONE_ID, "example.com.", "TXT", *tokens, *others)


def _two_stages(app: App) -> None:
    for name in ("Dev", "Prod"):
        stage = Stage(app, name, env=Environment(account=ACCOUNT, region=TOKYO))
        stack = Stack(stage, "Mail")
        zone = aws_route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
        sending_domain(stack, "example.com", zone.hosted_zone_id)


def _weighted(app: App) -> None:
    stack = new_stack(app)
    for name, all_term in (("blue", "~all"), ("green", "-all")):
        value = f'"v=spf1 include:amazonses.com {all_term}"'
        record(stack, name, ZONE_ID, "example.com.", "TXT", value, weight=50, set_identifier=name)


def _below_an_unseen_parent(app: App) -> None:
    stack = new_stack(app)
    zone = aws_route53.PublicHostedZone(stack, "Zone", zone_name="mail.example.com")
    aws_ses.EmailIdentity(
        stack, "Identity", identity=aws_ses.Identity.domain("mail.example.com"), mail_from_domain="bounce.mail.example.com"
    )
    record(stack, "Mx", zone.hosted_zone_id, "bounce.mail.example.com", "MX", f"10 feedback-smtp.{TOKYO}.amazonses.com")
    record(stack, "Spf", zone.hosted_zone_id, "bounce.mail.example.com", "TXT", '"v=spf1 include:amazonses.com ~all"')


APPS = [
    _our_construct,
    _our_construct_in_two_regions,
    _stock_identity,
    _stock_identity_with_mail_from,
    _stock_identity_without_a_zone,
    _stock_identity_of_an_address,
    _google_workspace,
    _hosted_dmarc,
    _report_vendor,
    _twenty_texts,
    _two_stages,
    _weighted,
    _below_an_unseen_parent,
]


@pytest.mark.parametrize("build", APPS, ids=lambda build: build.__name__.strip("_").replace("_", "-"))
def test_an_app_gives_nothing_above_info(build: Callable[[App], None]) -> None:
    """Neither `lint` on its cdk.out nor the plug-in, which would fail the synthesis or warn in it."""
    app = new_app()
    build(app)
    Validations.of(app).add_plugins(EmailAuthValidation())
    folder = Path(app.synth().directory)
    assert json.loads((folder / "validation-report.json").read_text(encoding="utf-8"))["pluginReports"] == []
    assert above_info(findings(folder)) == []


@pytest.mark.parametrize("when", [terraform_files.first_plan, terraform_files.applied_state], ids=lambda when: when.__name__)
def test_the_records_of_the_article_give_no_fault(when: Callable[[], object], tmp_path: Path) -> None:
    """In Terraform: the first plan, in which SES's tokens are unknown, and the state after it."""
    path = tmp_path / "terraform.json"
    path.write_text(json.dumps(when()), encoding="utf-8")
    assert above_info(findings(path)) == []


def _large_zone() -> str:
    """A zone file with 2,000 records of every usual kind."""
    lines = [
        "$ORIGIN example.com.",
        "$TTL 3600",
        "@ IN SOA ns1.example.net. hostmaster.example.com. (",
        "    2026112401 ; serial",
        "    7200 3600 1209600 900 )",
        "@ IN NS ns1.example.net.",
        "@ IN NS ns2.example.net.",
        "@ IN A 192.0.2.1",
        "@ IN MX 1 smtp.google.com.",
        '@ IN TXT "v=spf1 include:_spf.google.com include:amazonses.com ~all"',
        '@ IN TXT "google-site-verification=abcdefghijklmnopqrstuvwxyz"',
        '@ IN TXT "MS=ms123"',
        '@ IN CAA 0 issue "amazon.com"',
        '_dmarc IN TXT "v=DMARC1;p=quarantine;rua=mailto:dmarc@example.com"',
        '_smtp._tls IN TXT "v=TLSRPTv1; rua=mailto:tls@example.com"',
        '_mta-sts IN TXT "v=STSv1; id=20261124T000000;"',
        "mta-sts IN CNAME mta-sts.example.net.",
        f"google._domainkey IN TXT {_txt(f'v=DKIM1; k=rsa; p={_key()}')}",
        *(f"token{number}._domainkey IN CNAME token{number}.dkim.amazonses.com." for number in range(3)),
        "bounce IN MX 10 feedback-smtp.us-east-1.amazonses.com.",
        'bounce IN TXT "v=spf1 include:amazonses.com ~all"',
        "_sip._tcp IN SRV 10 60 5060 sip.example.net.",
        "legacy_host IN A 192.0.2.77",
        "lab IN NS ns1.lab.example.net.",
        "*.apps IN A 192.0.2.9",
    ]
    lines += [f"host{number} IN A 192.0.2.{number % 250 + 1}" for number in range(900)]
    lines += [f"host{number} IN AAAA 2001:db8::{number:x}" for number in range(500)]
    lines += [f"www{number} IN CNAME host{number}" for number in range(400)]
    lines += [f'_acme-challenge.host{number} IN TXT "{number:043d}"' for number in range(200)]
    return "\n".join(lines) + "\n"


def test_a_zone_file_with_2000_records_gives_nothing_above_info(tmp_path: Path) -> None:
    """All records are in view, so that rules on absence speak too."""
    path = tmp_path / "example.com.zone"
    text = _large_zone()
    assert text.count(" IN ") > 2000
    path.write_text(text, encoding="utf-8")
    assert above_info(findings(path)) == []


SMALL_COMPANY = """\
$ORIGIN example.com.
$TTL 3600
@ IN SOA ns1.example.net. hostmaster.example.com. 1 7200 3600 1209600 900
@ IN NS ns1.example.net.
@ IN A 192.0.2.1
@ IN MX 0 example-com.mail.protection.outlook.com.
@ IN TXT "v=spf1 include:spf.protection.outlook.com include:amazonses.com -all"
_dmarc IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
autodiscover IN CNAME autodiscover.outlook.com.
selector1._domainkey IN CNAME selector1-example-com._domainkey.example.onmicrosoft.com.
selector2._domainkey IN CNAME selector2-example-com._domainkey.example.d-v1.dkim.mail.microsoft.
shop._domainkey IN CNAME shop.keys
shop.keys IN TXT "v=DKIM1; p="
s1._domainkey.news.jp IN TXT "v=DKIM1; p="
s1._domainkey.eng.net IN TXT "v=DKIM1; p="
s1._domainkey.co.uk IN CNAME s1.domainkey.u123.wl.sendgrid.net.
bounce IN CNAME u123.wl.sendgrid.net.
ses-bounce IN MX 10 feedback-smtp.us-east-1.amazonses.com.
ses-bounce IN TXT "v=spf1 include:amazonses.com ~all"
legacy IN MX 10 mx1.legacy
mx1.legacy IN AAAA 2001:db8::1
apps IN MX 10 in.apps
*.apps IN A 192.0.2.9
www IN CNAME @
blog IN CNAME www
docs IN CNAME v2.apps
lab IN NS ns1.example.net.
db IN CNAME db1.lab
_acme-challenge.www IN CNAME www.acme
intern IN MX 10 smtp.google.com.
old IN MX 10 aspmx2.googlemail.com.
"""


def test_a_zone_of_a_small_company_gives_nothing_above_info(tmp_path: Path) -> None:
    """Targets of every kind that exist or belong to others, and subdomains that look like domains."""
    path = tmp_path / "example.com.zone"
    path.write_text(SMALL_COMPANY, encoding="utf-8")
    assert above_info(findings(path)) == []
