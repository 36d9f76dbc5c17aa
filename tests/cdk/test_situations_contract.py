"""The ids, types and outputs of each situation are a contract, too: CloudFormation takes another id for another resource, and
another name of an output breaks the scripts that read it. A change to a list below is a breaking release.

Not in the lists: the role of a custom resource, which gets another id with each change of what it allows, on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, Stack

from ses_email_auth import Dkim, Dns, FromDomainTxt, RecordLayout, SendingIdentity, SesEmailAuth
from tests.cdk.keys import app_with_assets, own_key
from tests.cdk.stacks import TOKYO, imported_zone, new_stack, templates
from tests.cdk.test_template_contract import DKIM, IDENTITY, MAIL_FROM, POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cdk.stacks import Template

RECORD_SET = "AWS::Route53::RecordSet"
WRITTEN = {"EmailAuthRecords2A7B651D": "Custom::SesEmailAuthRecords"}
FUNCTIONS = {
    "record_writer": ("SesEmailAuthRecordWriter", "BDE68BC1"),
    "managed_key": ("SesEmailAuthManagedKey", "14123CC4"),
    "dkim_ready": ("SesEmailAuthDkimReady", "A2B51836"),
    "replica_identity": ("SesEmailAuthReplicaIdentity", "3E2D49B7"),
    "verification": ("SesEmailAuthVerification", "04BA2775"),
    "shared_spf": ("SesEmailAuthSharedSpf", "73034750"),
    "sending_policy": ("SesEmailAuthSendingPolicy", "AD4A8D8B"),
}
"""The function of each concern: the id that we give, and what CDK puts behind it. Its ARN stands in each custom resource."""


OF_FUNCTIONS = ("AWS::Lambda::", "AWS::IAM::", "AWS::Logs::")


def auth(stack: Stack, **props: Any) -> SesEmailAuth:
    """A construct whose records CloudFormation writes, if `props` say nothing else."""
    place = {} if "dns" in props else {"hosted_zone": imported_zone(stack)}
    return SesEmailAuth(stack, "EmailAuth", **place, **props)


def cross_account() -> Dns:
    """A zone of another account."""
    role = "arn:aws:iam::210987654321:role/mail-records"
    return Dns.cross_account(hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link", role_arn=role)


SITUATIONS: dict[str, tuple[Callable[[Stack], object], dict[str, str], list[str]]] = {
    "adopt": (
        lambda stack: auth(stack, dns=Dns.route53(imported_zone(stack), adopt=True)),
        IDENTITY | WRITTEN,
        ["record_writer"],
    ),
    "cross-account": (lambda stack: auth(stack, dns=cross_account()), IDENTITY | WRITTEN, ["record_writer"]),
    "external": (lambda stack: auth(stack, dns=Dns.external("blacksheep.link")), IDENTITY, []),
    "own-key": (
        lambda stack: auth(stack, dkim=own_key()),
        IDENTITY | {"EmailAuthDkimKey87B1C84A": RECORD_SET} | MAIL_FROM | POLICY,
        [],
    ),
    "own-key-grouped": (
        lambda stack: auth(stack, dkim=own_key(), record_layout=RecordLayout.GROUPED),
        IDENTITY | {"EmailAuthRecords2A7B651D": "AWS::Route53::RecordSetGroup"},
        [],
    ),
    "managed-key": (
        lambda stack: auth(stack, dkim=Dkim.managed_key(2)),
        {
            "EmailAuthManagedKey180DEE87E": "Custom::SesEmailAuthManagedKey",
            "EmailAuthManagedKey2A072DDA6": "Custom::SesEmailAuthManagedKey",
            "EmailAuthDkimKey1EEA0BA52": RECORD_SET,
            "EmailAuthDkimKey2C2691448": RECORD_SET,
            "EmailAuthDkimReady9BC3A3D4": "Custom::SesEmailAuthDkimReady",
            "SesEmailAuthManagedKeyEncryptionCAFA4947": "AWS::KMS::Key",
        }
        | IDENTITY
        | MAIL_FROM
        | POLICY,
        ["managed_key", "dkim_ready"],
    ),
    "replica": (
        lambda stack: SendingIdentity(stack, "EmailAuth", hosted_zone=imported_zone(stack), dkim=Dkim.replica_of("us-east-1")),
        dict.fromkeys(IDENTITY, "Custom::SesEmailAuthReplicaIdentity") | MAIL_FROM,
        ["replica_identity"],
    ),
    "waiting": (
        lambda stack: auth(stack, wait_for_verification=Duration.minutes(10)),
        IDENTITY | DKIM | MAIL_FROM | POLICY | {"EmailAuthVerification4D96EA1D": "Custom::SesEmailAuthVerification"},
        ["verification"],
    ),
    "shared": (
        lambda stack: auth(stack, from_domain_txt=FromDomainTxt.shared()),
        IDENTITY | DKIM | MAIL_FROM | POLICY | {"EmailAuthFromDomainTxt4D62F6B5": "Custom::SesEmailAuthSharedSpf"},
        ["shared_spf"],
    ),
    "existing": (
        lambda stack: SesEmailAuth.from_existing(
            stack,
            "EmailAuth",
            hosted_zone=imported_zone(stack),
            dkim_tokens=[letter * 32 for letter in "abc"],
            mail_from_subdomain="bounce",
        ),
        DKIM | MAIL_FROM | POLICY,
        [],
    ),
    "policy": (
        lambda stack: auth(stack).allow_account("210987654321"),
        IDENTITY
        | DKIM
        | MAIL_FROM
        | POLICY
        | {"EmailAuthSendingPolicyaccount2109876543216452E2A5": "Custom::SesEmailAuthSendingPolicy"},
        ["sending_policy"],
    ),
}


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """Each situation in a stack of its own."""
    app = app_with_assets()
    for name, (build, _, _) in SITUATIONS.items():
        build(new_stack(app, name, TOKYO))
    return templates(app)


@pytest.mark.parametrize(
    ("name", "wanted", "concerns"),
    [pytest.param(name, wanted, concerns, id=name) for name, (_, wanted, concerns) in SITUATIONS.items()],
)
def test_logical_ids_and_types(built: dict[str, Template], name: str, wanted: dict[str, str], concerns: list[str]) -> None:
    """Nothing but these resources, under these ids, and the functions that work for them."""
    found = {logical_id: each["Type"] for logical_id, each in built[name]["Resources"].items()}
    functions = [logical_id for logical_id, kind in found.items() if kind == "AWS::Lambda::Function"]
    assert {logical_id: kind for logical_id, kind in found.items() if not kind.startswith(OF_FUNCTIONS)} == wanted
    assert functions == ["".join(FUNCTIONS[concern]) for concern in concerns]


def test_each_custom_resource_calls_its_function_directly(built: dict[str, Template]) -> None:
    """Another service token would be refused by CloudFormation."""
    known = {"".join(name) for name in FUNCTIONS.values()}
    called = set()
    for template in built.values():
        for resource in template["Resources"].values():
            if resource["Type"].startswith("Custom::"):
                called.add(resource["Properties"]["ServiceToken"]["Fn::GetAtt"][0])
    assert called == known


def test_outputs(built: dict[str, Template]) -> None:
    """People read them, and scripts do; no other situation has any."""
    assert {name: list(template["Outputs"]) for name, template in built.items() if "Outputs" in template} == {
        "external": [
            "EmailAuthDkimRecord1",
            "EmailAuthDkimRecord2",
            "EmailAuthDkimRecord3",
            "EmailAuthMailFromMx",
            "EmailAuthMailFromSpf",
            "EmailAuthFromDomainTxt",
            "EmailAuthDmarc",
        ]
    }
