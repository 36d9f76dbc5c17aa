"""The sample app: what people deploy first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Environment

from app import EmailAuthStack
from ses_email_auth import EmailAuthError
from tests.cdk.stacks import dkim, identity, new_app, records, resources, templates

if TYPE_CHECKING:
    from tests.cdk.stacks import Template

ROOT = Path(__file__).parent.parent
MX = "10 feedback-smtp.ap-northeast-1.amazonses.com"
SPF = '"v=spf1 include:amazonses.com ~all"'
REFERENCE = [
    *dkim(),
    f"bounce.blacksheep.link. 600 MX {MX}",
    f"bounce.blacksheep.link. 600 TXT {SPF}",
    f"blacksheep.link. 600 TXT {SPF}",
    '_dmarc.blacksheep.link. 600 TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@blacksheep.link"',
]


def stack(**context: str) -> EmailAuthStack:
    """The stack of the app, with context as `-c name=value` gives it."""
    app = new_app()
    for name, value in context.items():
        app.node.set_context(name, value)
    return EmailAuthStack(app, "EmailAuthStack", env=Environment(region="ap-northeast-1"))


def run(tmp_path: Path, **context: object) -> subprocess.CompletedProcess[str]:
    """`python app.py` as the CDK CLI starts it, in an environment without credentials and without a proxy."""
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            "CDK_OUTDIR": str(tmp_path),
            "CDK_CONTEXT_JSON": json.dumps(json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"] | context),
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
            # HOME holds the unpacked CDK; unpacking it takes seconds.
            **{name: os.environ[name] for name in ("HOME", "JSII_NODE", "PATH") if name in os.environ},
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def template(folder: Path) -> Template:
    """What the app wrote."""
    written: Template = json.loads((folder / "EmailAuthStack.template.json").read_text(encoding="utf-8"))
    return written


def test_defaults(tmp_path: Path) -> None:
    """Without any setting: the identity and the seven records of the reference example, without a word on the screen."""
    ran = run(tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    written = template(tmp_path)
    assert records(written) == REFERENCE
    assert identity(written)["EmailIdentity"] == "blacksheep.link"
    kinds = [resource["Type"] for resource in written["Resources"].values()]
    assert sorted(kind for kind in kinds if not kind.startswith("AWS::CDK")) == sorted(
        ["AWS::SES::EmailIdentity", *["AWS::Route53::RecordSet"] * 7]
    )


def test_settings(tmp_path: Path) -> None:
    """Domain, zone, region, policy and rua come from context."""
    ran = run(tmp_path, domain="Example.com", zone_id="Z42", region="eu-west-1", policy="quarantine", rua="reports@example.net")
    assert (ran.returncode, ran.stderr) == (0, "")
    written = template(tmp_path)
    assert records(written)[3:] == [
        "bounce.example.com. 600 MX 10 feedback-smtp.eu-west-1.amazonses.com",
        f"bounce.example.com. 600 TXT {SPF}",
        f"example.com. 600 TXT {SPF}",
        '_dmarc.example.com. 600 TXT "v=DMARC1; p=quarantine; rua=mailto:reports@example.net"',
    ]
    assert {entry["HostedZoneId"] for entry in resources(written, "AWS::Route53::RecordSet").values()} == {"Z42"}


def test_rua_follows_the_domain() -> None:
    """The reports of a domain go to that domain, unless somebody says otherwise."""
    auth = stack(domain="example.com").email_auth
    assert str(auth.records[-1]) == ('_dmarc.example.com. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com"')


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        pytest.param(
            {"policy": "rejekt"}, "context 'policy' must be one of none, quarantine, reject, got 'rejekt'", id="policy"
        ),
        pytest.param({"policy": ""}, "context 'policy' must be one of none, quarantine, reject, got ''", id="empty-policy"),
        pytest.param(
            {"domain": ""}, "'hosted_zone' has the name '', but '' is not a domain name: it is empty", id="empty-domain"
        ),
        pytest.param(
            {"rua": "nobody"},
            "'dmarc_rua': 'nobody' is not a report address: it has no '@'; write for example 'dmarc-reports@example.com'",
            id="rua",
        ),
    ],
)
def test_bad_setting(context: dict[str, str], sentence: str) -> None:
    """An empty setting is not taken for the default: it would deploy another domain than its author thinks."""
    with pytest.raises(EmailAuthError) as caught:
        stack(**context)
    assert str(caught.value) == sentence


def test_bad_setting_on_the_screen(tmp_path: Path) -> None:
    """The last line names the setting and the words that are known."""
    ran = run(tmp_path, policy="rejekt")
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].endswith(
        "EmailAuthError: context 'policy' must be one of none, quarantine, reject, got 'rejekt'"
    )


def test_ids_are_those_of_the_contract() -> None:
    """A renamed construct would remove live records."""
    app_stack = stack()
    built: Any = templates(app_stack.node.root)["EmailAuthStack"]
    assert "EmailAuthDmarc12692FC9" in built["Resources"]
