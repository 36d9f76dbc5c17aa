"""Stacks of our constructs for the local AWS: synthesized in this process, deployed through boto3, and watched meanwhile."""

from __future__ import annotations

import contextlib
import functools
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws_cdk import App, BootstraplessSynthesizer, Environment, Stack, assertions
from aws_cdk.aws_route53 import PublicHostedZone

from ses_email_auth import SesEmailAuth
from ses_email_auth.local import settings
from tests.dns_server import from_route53
from tests.local.templates import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

__all__ = [
    "RUA",
    "TOKYO",
    "Records",
    "Template",
    "Watch",
    "bare_app",
    "change_set",
    "email_auth",
    "identity",
    "in_zone",
    "logical_ids",
    "plain",
    "synth",
    "watched",
]

TOKYO = settings.REGION
RUA = f"dmarc-reports@{ZONE}"
_ZONE_ID = "Z0123456789EXAMPLE"  # stands in templates until the zone has been made, so that tests can share them

Template = dict[str, Any]
Records = dict[tuple[str, str], tuple[int, list[str]]]


def bare_app(**context: Any) -> App:
    """An app whose stacks need no bootstrap."""
    return App(analytics_reporting=False, default_stack_synthesizer=BootstraplessSynthesizer(), context=context)


def synth(build: Callable[[Stack, IPublicHostedZone], object], region: str | None = TOKYO) -> Template:
    """The template of a stack that `build` fills; the zone is blacksheep.link."""
    stack = Stack(bare_app(), "S", env=Environment(region=region))
    zone = PublicHostedZone.from_public_hosted_zone_attributes(stack, "Zone", hosted_zone_id=_ZONE_ID, zone_name=ZONE)
    build(stack, zone)
    return dict(assertions.Template.from_stack(stack).to_json())


def email_auth(region: str | None = TOKYO, construct_id: str = "EmailAuth", **props: Any) -> Template:
    """The template of a stack with one SesEmailAuth for blacksheep.link; reports go to `RUA` unless `props` say otherwise."""
    if not {"dmarc", "dmarc_policy", "dmarc_rua"} & set(props):
        props["dmarc_rua"] = [RUA]
    return synth(lambda stack, zone: SesEmailAuth(stack, construct_id, hosted_zone=zone, **props), region)


@functools.cache
def plain() -> str:
    """The template of `email_auth()` as text: most tests begin with it."""
    return json.dumps(email_auth())


def in_zone(template: Template | str, zone_id: str) -> Template:
    """`template` with the id of the zone that exists."""
    text = template if isinstance(template, str) else json.dumps(template)
    return dict(json.loads(text.replace(_ZONE_ID, zone_id)))


def logical_ids(template: Template, construct_id: str = "EmailAuth") -> dict[str, str]:
    """Child id -> logical id: a logical id is the path without signs, then eight digits of a hash."""
    return {logical_id.removeprefix(construct_id)[:-8]: logical_id for logical_id in template["Resources"]}


def identity(aws: LocalAws, name: str = ZONE, region: str = TOKYO) -> dict[str, Any]:
    """GetEmailIdentity."""
    return dict(aws.client("sesv2", region).get_email_identity(EmailIdentity=name))


def change_set(
    aws: LocalAws, template: Template, kind: str = "UPDATE", stack: str = "S", **options: Any
) -> dict[str, tuple[str, str]]:
    """What a change set says before it is executed: logical id -> (action, replacement)."""
    cloudformation = aws.client("cloudformation")
    names = {"StackName": stack, "ChangeSetName": "c"}
    cloudformation.create_change_set(**names, ChangeSetType=kind, TemplateBody=json.dumps(template), **options)
    cloudformation.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 0, "MaxAttempts": 50})
    changes = [found["ResourceChange"] for found in cloudformation.describe_change_set(**names)["Changes"]]
    return {found["LogicalResourceId"]: (found["Action"], found.get("Replacement", "")) for found in changes}


@dataclass
class Watch:
    """What a reader saw that asked again and again."""

    expected: Records
    rounds: int = 0
    missing: set[tuple[str, str]] = field(default_factory=set)
    """(name, type) of the answers that were absent or not as expected at least once."""

    unverified: bool = False
    """Whether SES did not count the identity as verified at least once."""

    failure: Exception | None = None


@contextlib.contextmanager
def watched(aws: LocalAws, region: str = TOKYO) -> Iterator[Watch]:
    """Ask Route 53 and SES all the time whether all that stands now still stands."""
    watch, done = Watch(aws.records()), threading.Event()
    route53, sesv2 = aws.client("route53"), aws.client("sesv2", region)
    has_identity = bool(sesv2.list_email_identities()["EmailIdentities"])

    def read() -> None:
        found = {(record.name, record.type): (record.ttl, list(record.values)) for record in from_route53(route53)}
        watch.missing |= {key for key, value in watch.expected.items() if found.get(key) != value}
        if has_identity:
            watch.unverified |= not sesv2.get_email_identity(EmailIdentity=ZONE)["VerifiedForSendingStatus"]
        watch.rounds += 1

    def run() -> None:
        try:
            while not done.is_set():
                read()
        except Exception as error:  # noqa: BLE001 - it is told to the test, which runs in another thread
            watch.failure = error

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()
    if watch.failure is not None:
        raise watch.failure
    read()
