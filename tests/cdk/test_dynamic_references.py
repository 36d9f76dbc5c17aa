"""What CloudFormation would replace at deployment: a secret must not stand in public DNS, whatever prop it is written into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import SecretValue, aws_ses
from aws_cdk.aws_ssm import StringParameter

from ses_email_auth import (
    Dkim,
    DmarcPolicy,
    DmarcRecord,
    Dns,
    EmailAuthError,
    SendingEvents,
    SesEmailAuth,
    SpfRecord,
    ZoneWriterRole,
)
from tests.cdk.stacks import child_ids, imported_zone, new_app, new_stack, records, templates
from tests.cdk.test_tokens import PROPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

REFERENCE = "{{resolve:secretsmanager:db:SecretString:password}}"
SAID = (
    f"holds the dynamic reference '{REFERENCE}', which CloudFormation would replace by what it refers to, for everyone to read "
    "in public DNS; pass the text itself"
)
SECRET = "holds a token for a secret, which would stand in public DNS for everyone to read; pass the text itself"
# Where a record cannot be built with the reference in the place of the token.
WRITTEN: dict[str, Callable[[str], dict[str, Any]]] = {
    "spf": lambda text: {"spf": SpfRecord.parse(f"v=spf1 exists:{text}.example.com ~all")},
    "dmarc": lambda text: {"dmarc": DmarcRecord(policy=DmarcPolicy.NONE, other=[("x", text)])},
    "dmarc-verbatim": lambda text: {"dmarc": DmarcRecord.verbatim(f"v=DMARC1;p=none;x={text}")},
}
TRACKED = [aws_ses.EmailSendingEvent.OPEN]


@pytest.fixture
def stack() -> Stack:
    """A stack without anything in it."""
    return new_stack(new_app())


def place(stack: Stack, kind: str) -> dict[str, Any]:
    """Where the records go."""
    if kind == "external":
        return {"dns": Dns.external("example.com"), "domain_name": "example.com"}
    return {"hosted_zone": imported_zone(stack, "example.com")}


@pytest.mark.parametrize("kind", ["route53", "external"])
@pytest.mark.parametrize("prop", PROPS)
def test_in_every_text_prop(stack: Stack, prop: str, kind: str) -> None:
    """The prop is named, and nothing is left in the tree."""
    made = place(stack, kind)
    before = child_ids(stack)
    with pytest.raises(EmailAuthError) as caught:
        SesEmailAuth(stack, "EmailAuth", **made | WRITTEN.get(prop, PROPS[prop][0])(REFERENCE))
    assert str(caught.value) == f"'{prop.partition('-')[0]}' {SAID}"
    assert child_ids(stack) == before


@pytest.mark.parametrize("prop", ["spf", "dmarc", "dmarc-verbatim"])
def test_records_that_refuse_it_themselves(prop: str) -> None:
    """It is no host and no address."""
    with pytest.raises(EmailAuthError):
        PROPS[prop][0](REFERENCE)


@pytest.mark.parametrize("kind", ["route53", "external"])
@pytest.mark.parametrize("prop", PROPS)
def test_secret_as_a_token(stack: Stack, prop: str, kind: str) -> None:
    """The way of CDK to the same text."""
    made = place(stack, kind)
    props = PROPS[prop][0](SecretValue.secrets_manager("db").unsafe_unwrap())
    with pytest.raises(EmailAuthError) as caught:
        SesEmailAuth(stack, "EmailAuth", **made | props)
    assert str(caught.value) == f"'{prop.partition('-')[0]}' {SECRET}"


@pytest.mark.parametrize(
    ("prop", "make"),
    [
        pytest.param("dmarc_rua", lambda text: {"dmarc_rua": (entry for entry in [text])}, id="generator"),
        pytest.param("spf_includes", lambda text: {"spf_includes": [text.upper()]}, id="capitals"),
        pytest.param("logical_ids", lambda text: {"logical_ids": {"Dmarc": text}}, id="logical-id"),
    ],
)
def test_other_places(stack: Stack, prop: str, make: Callable[[str], dict[str, Any]]) -> None:
    """One-shot iterables, other cases, values of a dict."""
    zone = imported_zone(stack, "example.com")
    with pytest.raises(EmailAuthError, match=rf"^'{prop}' holds the dynamic reference"):
        SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, **make(REFERENCE))


CALLS: list[Any] = [
    ("zone_name", lambda _: Dns.external(REFERENCE)),
    *(
        (
            prop,
            lambda _, prop=prop: Dns.cross_account(
                **{"hosted_zone_id": "Z1", "zone_name": "a.jp", "role_arn": "arn:aws:iam::210987654321:role/m"}
                | {prop: REFERENCE}
            ),
        )
        for prop in ("hosted_zone_id", "zone_name", "role_arn")
    ),
    ("selector", lambda _: Dkim.managed_key(selector=REFERENCE)),
    (
        "selector",
        lambda _: Dkim.bring_your_own(selector=REFERENCE, private_key=SecretValue.secrets_manager("k"), public_key=""),
    ),
    ("dkim_tokens", lambda stack: existing(stack, dkim_tokens=[REFERENCE])),
    (
        "dkim_signing_zone",
        lambda stack: existing(stack, dkim_tokens=["a" * 32, "b" * 32, "c" * 32], dkim_signing_zone=REFERENCE),
    ),
    ("domain_names", lambda stack: writer(stack, domain_names=[REFERENCE])),
    ("record_names", lambda stack: writer(stack, record_names=[REFERENCE])),
    ("mail_from_names", lambda stack: writer(stack, mail_from_names=[REFERENCE])),
    ("external_id", lambda stack: writer(stack, external_id=REFERENCE)),
    ("notify", lambda stack: SendingEvents(stack, "Events", notify=[f"{REFERENCE}@a.jp"])),
    *(
        (prop, lambda stack, prop=prop: tracking(stack, **{"tracking_subdomain": "click", prop: REFERENCE}))
        for prop in ("tracking_subdomain", "tracking_target", "domain_name")
    ),
    ("from_addresses", lambda stack: existing(stack).grant_send_email(None, from_addresses=[f"{REFERENCE}@a.jp"])),  # type: ignore[arg-type]
    ("templates", lambda stack: existing(stack).grant_send_email(None, templates=[REFERENCE])),  # type: ignore[arg-type]
]


def existing(stack: Stack, **props: Any) -> SesEmailAuth:
    """Records for an identity that exists."""
    return SesEmailAuth.from_existing(stack, "Existing", hosted_zone=imported_zone(stack), **props)


def writer(stack: Stack, **props: Any) -> ZoneWriterRole:
    """A role in the account of the zone."""
    return ZoneWriterRole(stack, "Role", hosted_zone=imported_zone(stack), role_name="mail", trusted=["123456789012"], **props)


def tracking(stack: Stack, **props: Any) -> SendingEvents:
    """Events with a name for links."""
    return SendingEvents(stack, "Events", hosted_zone=imported_zone(stack), additional_events=TRACKED, **props)


@pytest.mark.parametrize(("prop", "call"), [pytest.param(*row, id=f"{n}-{row[0]}") for n, row in enumerate(CALLS)])
def test_other_constructs_and_factories(stack: Stack, prop: str, call: Callable[[Stack], object]) -> None:
    """Each names the argument."""
    with pytest.raises(EmailAuthError, match=rf"^'{prop}' holds the dynamic reference"):
        call(stack)


def test_tokens_of_an_existing_identity(stack: Stack) -> None:
    """What reaches no prop of the constructor is seen in the record."""
    token = SecretValue.secrets_manager("db").unsafe_unwrap()
    with pytest.raises(EmailAuthError, match=r"_domainkey\.blacksheep\.link CNAME' holds a token for a secret"):
        existing(stack, dkim_tokens=[token, "b" * 32, "c" * 32])


def test_a_plain_parameter_as_a_token() -> None:
    """Of Parameter Store, and no secret: a site token may lie there."""
    app = new_app()
    stack = new_stack(app)
    parameter = StringParameter.from_string_parameter_attributes(stack, "P", parameter_name="site", version=3)
    zone = imported_zone(stack, "example.com")
    SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, from_domain_txt_values=[parameter.string_value])
    assert '"{{resolve:ssm:site:3}}"' in "".join(records(templates(app)["Stack"]))


def test_braces_alone(stack: Stack) -> None:
    """A text that only looks a little like it."""
    zone = imported_zone(stack, "example.com")
    SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, from_domain_txt_values=["{{site}} resolve: x"])
