"""What is deployed and what shall be deployed, in every form that people have it in; synthesized once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from aws_cdk import App, DefaultStackSynthesizer, Environment, Stack, aws_route53

from ses_email_auth import Dns, SesEmailAuth
from tests.adopt.templates import ZONE, identity, record
from tests.cdk.keys import public_pem
from tests.cdk.stacks import ACCOUNT, TOKYO, new_app

if TYPE_CHECKING:
    from collections.abc import Callable

DOMAIN = "example.com"
GOOGLE = "_spf.google.com"
MICROSOFT = "spf.protection.outlook.com"
TOKEN = "google-site-verification=abc123"
REPORTS = "dmarc-reports@example.com"


class Input(Protocol):
    """OLD or NEW of a command line."""

    def path(self, folder: Path) -> str:
        """What to name on the command line; what has to be written for it goes to `folder`."""
        ...


@dataclass(frozen=True)
class Cdk:
    """The folder that `cdk synth` writes for an app."""

    build: Callable[[App], object]

    @cached_property
    def assembly(self) -> Path:
        """Synthesized once for all tests, without the CDK's own validation, which takes a second."""
        app = new_app()
        self.build(app)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CDK_VALIDATION", "false")
            return Path(app.synth().directory)

    def path(self, folder: Path) -> str:  # noqa: ARG002 - nothing is written there
        """The folder."""
        return str(self.assembly)

    def template(self, stack: str = "Mail") -> dict[str, Any]:
        """The template of one stack."""
        body: dict[str, Any] = json.loads((self.assembly / f"{stack}.template.json").read_text(encoding="utf-8"))
        return body


@dataclass(frozen=True)
class Ours(Cdk):
    """An app with one stack, `Mail`, and one construct of ours in it."""

    props: dict[str, Any] = field(default_factory=dict)

    def pasted(self, lines: dict[str, Any]) -> Ours:
        """The same app with further arguments; `dmarc` and `spf` stand in place of their short forms."""
        short = tuple(f"{name}_" for name in ("dmarc", "spf") if name in lines)
        return ours(**{name: value for name, value in self.props.items() if not name.startswith(short)} | lines)


@dataclass(frozen=True)
class File:
    """A file of any kind."""

    name: str
    text: str

    def path(self, folder: Path) -> str:
        """The file, written."""
        path = folder / self.name
        path.write_text(self.text, encoding="utf-8")
        return str(path)


@dataclass(frozen=True)
class Deployed:
    """What `aws cloudformation get-template` prints of a stack that an app has deployed."""

    app: Cdk
    stack: str = "Mail"
    change: Callable[[dict[str, Any]], object] | None = None

    def path(self, folder: Path) -> str:
        """The file, written."""
        body = self.app.template(self.stack)
        if self.change is not None:
            self.change(body)
        return File("deployed.json", json.dumps({"TemplateBody": body, "StagesAvailable": ["Original"]})).path(folder)


_OURS: dict[str, Ours] = {}


def ours(**props: Any) -> Ours:
    """Our construct with these props; a prop that needs the zone is a function of it.

    `_id` is the id of the construct, `_kind` another class, `_beside` adds to the stack.
    """
    key = repr(sorted(props.items(), key=lambda pair: pair[0]))
    if key not in _OURS:
        _OURS[key] = Ours(lambda app: in_stack(bootstrapped(app, "Mail"), **props), props)
    return _OURS[key]


def bootstrapped(app: App, name: str) -> Stack:
    """A stack that may hold functions and nested stacks, whose files are assets."""
    environment = Environment(account=ACCOUNT, region=TOKYO)
    return Stack(app, name, env=environment, synthesizer=DefaultStackSynthesizer())


def in_stack(stack: Stack, zone_name: str = DOMAIN, zone_id: str = ZONE, **props: Any) -> None:
    """The construct of `ours` in a stack."""
    zone = aws_route53.HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id=zone_id, zone_name=zone_name)
    kind, construct_id = props.pop("_kind", SesEmailAuth), props.pop("_id", "EmailAuth")
    props.pop("_beside", lambda _: None)(stack)
    given = {name: value(zone) if callable(value) else value for name, value in props.items()}
    kind(stack, construct_id, **{"dns": Dns.route53(zone)} | given)


TOKENS = ("2d6v4yjgpynfpmzwnmkxy4abcdefghij", "7xkq5vbp3zjoyvd4xkmr2aabcdefghij", "gu7mwp4n6ucqhlr5t2nfzkabcdefghij")
FEEDBACK = "10 feedback-smtp.ap-northeast-1.amazonses.com"
SPF = '"v=spf1 include:_spf.google.com include:amazonses.com ~all"'
SITE = f'"{TOKEN}"'
KEY = f'"v=DKIM1; k=rsa; p={"".join(public_pem(1024).splitlines()[1:-1])}"'
POLICY = f'"v=DMARC1; p=quarantine; rua=mailto:{REPORTS}"'


def dmarc(tags: str) -> dict[str, Any]:
    """The DMARC record of the domain with these tags."""
    return record(f"_dmarc.{DOMAIN}.", "TXT", f'"v=DMARC1; {tags}"')


def resources(**changes: dict[str, Any] | None) -> dict[str, Any]:
    """A domain that somebody wrote by hand, by logical ids; None takes one out."""
    written = {
        "Identity": identity(DOMAIN, MailFromAttributes={"MailFromDomain": f"bounce.{DOMAIN}"}),
        **{
            f"Dkim{number}": record(f"{token}._domainkey.{DOMAIN}.", "CNAME", f"{token}.dkim.amazonses.com")
            for number, token in enumerate(TOKENS, 1)
        },
        "Mx": record(f"bounce.{DOMAIN}.", "MX", FEEDBACK),
        "BounceSpf": record(f"bounce.{DOMAIN}.", "TXT", '"v=spf1 include:amazonses.com ~all"'),
        "Apex": record(f"{DOMAIN}.", "TXT", SPF, SITE),
        "Dmarc": record(f"_dmarc.{DOMAIN}.", "TXT", POLICY),
        "Inbound": record(f"{DOMAIN}.", "MX", "10 mx1.example.net."),
        "Www": record(f"www.{DOMAIN}.", "A", "192.0.2.1"),
    } | changes
    return {name: body for name, body in written.items() if body is not None}


def hand(_body: dict[str, Any] | None = None, **changes: dict[str, Any] | None) -> File:
    """The template of these resources, with `_body` beside them."""
    return File("template.json", json.dumps({"Resources": resources(**changes), **(_body or {})}))


def zone_file(*lines: str, soa: bool = False, name: str = "example.com.zone") -> File:
    """A zone file; only with its SOA it is the whole zone."""
    head = f"{DOMAIN}. 900 IN SOA ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 900\n" if soa else ""
    return File(name, f"$ORIGIN {DOMAIN}.\n{head}" + "".join(f"{line}\n" for line in lines))


WHOLE_ZONE = (
    f"@ 600 IN TXT {SPF}",
    f"@ 600 IN TXT {SITE}",
    "@ 600 IN MX 10 mx1.example.net.",
    f"_dmarc 600 IN TXT {POLICY}",
    f"bounce 600 IN MX {FEEDBACK}.",
    'bounce 600 IN TXT "v=spf1 include:amazonses.com ~all"',
    *(f"{token}._domainkey 600 IN CNAME {token}.dkim.amazonses.com." for token in TOKENS),
    "www 600 IN A 192.0.2.1",
)


def route53(*sets: tuple[str, str, list[str]], ttl: int = 600) -> File:
    """What `aws route53 list-resource-record-sets` prints."""
    listed = [
        {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]}
        for name, kind, values in sets
    ]
    return File("records.json", json.dumps({"ResourceRecordSets": listed}))


def terraform(*records: tuple[str, str, list[str]], plan: bool = False, prefix: str = "r") -> File:
    """What `terraform show -json` prints, of a state or of a plan; values are without quotes, and addresses come of names."""
    listed = [
        {
            "address": f"aws_route53_record.{prefix}_{re.sub('[^a-z]', '_', name)}_{kind.lower()}",
            "mode": "managed",
            "type": "aws_route53_record",
            "name": f"{prefix}_{re.sub('[^a-z]', '_', name)}_{kind.lower()}",
            "values": {"zone_id": ZONE, "name": name, "type": kind, "ttl": 600, "records": values, "set_identifier": None},
        }
        for name, kind, values in records
    ]
    body = {"format_version": "1.2", "terraform_version": "1.11.4"}
    module = {"root_module": {"resources": listed}}
    return File("terraform.json", json.dumps(body | ({"planned_values": module} if plan else {"values": module})))
