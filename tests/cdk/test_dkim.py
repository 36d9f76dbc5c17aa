"""Kinds of DKIM: their templates, what is refused, and what the proof and the checks say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import SecretValue, aws_ses

from ses_email_auth import Dkim, EmailAuthError, RecordLayout, SesEmailAuth, Severity
from ses_email_auth.cdk.dkim import signing_of
from ses_email_auth.records.dkim import DkimKeyRecord
from tests.cdk.keys import SECRET, own_key, private_pem, public_pem
from tests.cdk.stacks import child_ids, identity, imported_zone, new_app, new_stack, records, templates

if TYPE_CHECKING:
    from aws_cdk import Stack

BITS_1024 = aws_ses.EasyDkimSigningKeyLength.RSA_1024_BIT


def warnings(made: SesEmailAuth) -> list[str]:
    """The ids of what is shown at synthesis."""
    return [found.id for found in made.findings if found.severity is Severity.WARNING]


def auth(stack: Stack, dkim: Dkim, **props: Any) -> SesEmailAuth:
    """A construct that gives no warning of its own."""
    return SesEmailAuth(
        stack, "EmailAuth", hosted_zone=imported_zone(stack), dmarc_rua=["d@blacksheep.link"], dkim=dkim, **props
    )


@pytest.fixture
def stack() -> Stack:
    """A stack in Tokyo."""
    return new_stack(new_app())


def test_own_key(stack: Stack) -> None:
    """A reference to the secret, and the public key in two strings; no other DKIM record."""
    made = auth(stack, own_key())
    template = templates(stack.node.root)["Stack"]
    assert identity(template)["DkimSigningAttributes"] == {
        "DomainSigningSelector": "key-1",
        "DomainSigningPrivateKey": f"{{{{resolve:secretsmanager:{SECRET}:SecretString:::}}}}",
    }
    first, second = DkimKeyRecord.from_pem(public_pem()).strings
    assert records(template)[0] == f'key-1._domainkey.blacksheep.link. 600 TXT "{first}" "{second}"'
    assert len(records(template)) == 5
    assert child_ids(made)[:2] == ["Identity", "DkimKey"]
    assert warnings(made) == []


@pytest.mark.parametrize(("layout", "child"), [(RecordLayout.SEPARATE, "DkimKey"), (RecordLayout.GROUPED, "Records")])
def test_the_public_key_stands_first(stack: Stack, layout: RecordLayout, child: str) -> None:
    """SES does not sign while it cannot find the public key; the other records still wait for the identity."""
    made = auth(stack, own_key(), record_layout=layout)
    template = templates(stack.node.root)["Stack"]["Resources"]
    ids = {each.node.id: stack.get_logical_id(each) for each in made.node.children if hasattr(each, "logical_id")}
    assert template[ids["Identity"]]["DependsOn"] == [ids[child]]
    assert "Comment" not in template[ids[child]]["Properties"]
    if layout is RecordLayout.SEPARATE:
        assert template[ids["MailFromMx"]]["Properties"]["Comment"] == {"Ref": ids["Identity"]}


def test_a_stored_reference_with_parts(stack: Stack) -> None:
    """A field of a JSON secret, or another stage, are references too."""
    secret = SecretValue.secrets_manager(SECRET, json_field="key", version_stage="AWSPREVIOUS")
    auth(stack, own_key(private_key=secret))
    found = identity(templates(stack.node.root)["Stack"])["DkimSigningAttributes"]["DomainSigningPrivateKey"]
    assert found == f"{{{{resolve:secretsmanager:{SECRET}:SecretString:key:AWSPREVIOUS:}}}}"


def test_a_short_key_is_a_warning(stack: Stack) -> None:
    """SES takes 1024 bits; signers should use 2048."""
    made = auth(stack, own_key(public_key=public_pem(1024)))
    assert warnings(made) == ["dkim-key-short"]


def test_the_proof_is_that_of_easy_dkim(stack: Stack) -> None:
    """SES signs as the domain with a key of one's own, too."""
    easy = auth(new_stack(new_app()), Dkim.easy())
    assert str(auth(stack, own_key()).alignment) == str(easy.alignment)


def test_key_length_is_of_easy_dkim_alone(stack: Stack) -> None:
    """Only there SES makes the keys."""
    made = auth(stack, Dkim.easy(BITS_1024))
    assert warnings(made) == ["dkim-key-short"]
    assert signing_of(own_key(), None).key_length is None


PRIVATE_LINE = "".join(private_pem().splitlines()[1:-1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"selector": "a.b"}, "the DKIM selector must be 1 to 63 letters", id="selector-with-dot"),
        pytest.param({"selector": 1}, "'selector' must be a text, got int; pass for example 'key-2026'", id="selector-number"),
        pytest.param(
            {"private_key": PRIVATE_LINE},
            "'private_key' must be a SecretValue, got str (not shown); put the key into Secrets Manager and pass "
            "SecretValue.secrets_manager('<name of the secret>')",
            id="private-key-as-text",
        ),
        pytest.param(
            {"private_key": SecretValue.unsafe_plain_text(PRIVATE_LINE)},
            "'private_key' is a plain text, which would stand in the template for everyone to read; put the key into Secrets "
            "Manager and pass SecretValue.secrets_manager('<name of the secret>')",
            id="private-key-in-plain",
        ),
        pytest.param(
            {"private_key": SecretValue.unsafe_plain_text("")}, "'private_key' is a plain text", id="private-key-empty"
        ),
        pytest.param(
            {"private_key": SecretValue.unsafe_plain_text("x" + SecretValue.secrets_manager("a").unsafe_unwrap())},
            "'private_key' is a plain text",
            id="plain-around-a-reference",
        ),
        pytest.param(
            {"private_key": SecretValue.ssm_secure("/dkim/key")},
            "'private_key' is in Parameter Store, from where CloudFormation gives nothing to SES; put the key into Secrets "
            "Manager and pass SecretValue.secrets_manager('<name of the secret>')",
            id="parameter-store",
        ),
        pytest.param(
            {"public_key": private_pem()}, "'public_key' is a private key; pass the public one", id="private-as-public"
        ),
        pytest.param(
            {"public_key": PRIVATE_LINE}, "'public_key' must be a public key in PEM form", id="private-line-as-public"
        ),
        pytest.param(
            {"public_key": None},
            "'public_key' must be the text of a PEM file, got NoneType; read it with Path('public.pem').read_text()",
            id="no-public-key",
        ),
        pytest.param(
            {"public_key": public_pem(3072)},
            "'public_key' must be an RSA key of 1024 to 2048 bits, SES signs with no other; got rsa of 3072 bits; make a key "
            "with 'openssl genrsa -out key.pem 2048'",
            id="too-long-for-SES",
        ),
    ],
)
def test_refused(stack: Stack, changes: dict[str, Any], message: str) -> None:
    """At the user's line, and no sentence holds a part of a key."""
    with pytest.raises(EmailAuthError) as caught:
        auth(stack, own_key(**changes))
    said = str(caught.value)
    assert said.startswith(message)
    assert not [at for at in range(0, len(PRIVATE_LINE) - 16, 8) if PRIVATE_LINE[at : at + 16] in said]


@pytest.mark.parametrize(
    ("length", "got", "fix"),
    [
        pytest.param("rsa_1024_bit", "'rsa_1024_bit'", "RSA_1024_BIT", id="its-name"),
        pytest.param(2048, "2048", "RSA_2048_BIT", id="number"),
        pytest.param("", "''", "RSA_2048_BIT", id="empty"),
    ],
)
def test_what_is_no_key_length(length: Any, got: str, fix: str) -> None:
    """The enum of CDK alone; jsii would name neither the argument nor the fix."""
    with pytest.raises(EmailAuthError) as caught:
        Dkim.easy(length)
    assert str(caught.value) == (
        f"'key_length' must be an EasyDkimSigningKeyLength, got {got}; use EasyDkimSigningKeyLength.{fix}"
    )


@pytest.mark.parametrize("dkim", [pytest.param("easy", id="text"), pytest.param(0, id="zero"), pytest.param(Dkim, id="class")])
def test_what_is_no_dkim(stack: Stack, dkim: Any) -> None:
    """At the user's line, and nothing is left in the tree."""
    with pytest.raises(EmailAuthError, match=rf"^'dkim' must be a Dkim, got {type(dkim).__name__}; use Dkim\.easy\(\)$"):
        auth(stack, dkim)
    assert child_ids(stack) == ["Zone"]


def test_both_forms(stack: Stack) -> None:
    """`dkim_key_length` is a short form."""
    with pytest.raises(EmailAuthError, match=r"^'dkim_key_length' is the short form of 'dkim', so both cannot be given"):
        auth(stack, own_key(), dkim_key_length=BITS_1024)
    assert child_ids(stack) == ["Zone"]


def test_logical_ids(stack: Stack) -> None:
    """The record can keep the id that it has."""
    auth(stack, own_key(), logical_ids={"DkimKey": "OldKey"})
    template = templates(stack.node.root)["Stack"]["Resources"]
    assert template["OldKey"]["Properties"]["Name"] == "key-1._domainkey.blacksheep.link."
    assert "OldKey" in json.dumps([resource.get("DependsOn") for resource in template.values()])
