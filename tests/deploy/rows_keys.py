"""Rows of the table of examples: keys, and regions that share them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.deploy.examples import DOMAIN, TOKYO, VIRGINIA, Example

if TYPE_CHECKING:
    from tests.deploy.examples import Run


__all__ = ["EXAMPLES"]

# --- own_key -----------------------------------------------------------------------------------------------------------


SELECTORS = ("key-2026", "key-2027")


def own_key_prepared(run: Run) -> None:
    """A pair of keys; its private half under both selectors, since the example has one public half."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (run.folder / "public.pem").write_bytes(pem)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for selector in SELECTORS:
        run.aws.client("secretsmanager").create_secret(
            Name=f"dkim/{DOMAIN}/{selector}", SecretString=base64.b64encode(der).decode()
        )


def own_key_deployed(run: Run) -> None:
    """SES signs with it."""
    dkim = run.identity()["DkimAttributes"]
    assert (dkim["SigningAttributesOrigin"], dkim["Tokens"], dkim["Status"]) == ("EXTERNAL", ["key-2026"], "SUCCESS")


def own_key_changed(run: Run) -> None:
    """Another selector."""
    dkim = run.identity()["DkimAttributes"]
    assert (dkim["Tokens"], dkim["Status"]) == (["key-2027"], "SUCCESS")
    assert {name for name, _ in run.changes()} == {f"{selector}._domainkey.{DOMAIN}" for selector in SELECTORS}


def own_key_destroyed(run: Run) -> None:
    """The secrets are those of the user."""
    for selector in SELECTORS:
        run.aws.client("secretsmanager").delete_secret(SecretId=f"dkim/{DOMAIN}/{selector}", ForceDeleteWithoutRecovery=True)


# --- managed_key -------------------------------------------------------------------------------------------------------


def managed_key_deployed(run: Run) -> None:
    """SES signs with a key that was made."""
    assert run.values(f"ses-1._domainkey.{DOMAIN}", "TXT")[0].startswith('"v=DKIM1; k=rsa; p=')
    dkim = run.identity()["DkimAttributes"]
    assert (dkim["SigningAttributesOrigin"], dkim["Tokens"], dkim["Status"]) == ("EXTERNAL", ["ses-1"], "SUCCESS")


def managed_key_changed(run: Run) -> None:
    """With the next one; the first stays for mail that is on its way."""
    ((key, (before, _)),) = run.changes().items()
    assert (key, before) == ((f"ses-2._domainkey.{DOMAIN}", "TXT"), None)
    dkim = run.identity()["DkimAttributes"]
    assert (dkim["Tokens"], dkim["Status"]) == (["ses-2"], "SUCCESS")


# --- two_regions -------------------------------------------------------------------------------------------------------


def two_regions_deployed(run: Run) -> None:
    """Virginia signs with the keys of Tokyo: three DKIM records for both; each has its MAIL FROM."""
    tokyo, virginia = run.identity(TOKYO), run.identity(VIRGINIA)
    assert virginia["DkimAttributes"]["SigningAttributesOrigin"] == "AWS_SES_AP_NORTHEAST_1"
    assert virginia["DkimAttributes"]["Tokens"] == tokyo["DkimAttributes"]["Tokens"]
    assert [found["VerifiedForSendingStatus"] for found in (tokyo, virginia)] == [True, True]
    assert [found["MailFromAttributes"]["MailFromDomainStatus"] for found in (tokyo, virginia)] == ["SUCCESS", "SUCCESS"]
    assert sum("._domainkey." in name for name, _ in run.records()) == 3


def two_regions_changed(run: Run) -> None:
    """The MAIL FROM of Virginia."""
    places = [(f"{label}.{DOMAIN}", kind) for label in ("bounce-us-east-1", "mail-virginia") for kind in ("MX", "TXT")]
    assert run.changes().keys() == set(places)
    assert run.identity(VIRGINIA)["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"


EXAMPLES = [
    Example(
        name="own_key",
        stacks={"OwnKey": TOKYO},
        change={"SELECTOR": "key-2027"},
        prepare=own_key_prepared,
        deployed=own_key_deployed,
        after_change=own_key_changed,
        destroyed=own_key_destroyed,
    ),
    Example(
        name="managed_key",
        stacks={"ManagedKey": TOKYO},
        change={"GENERATION": "2"},
        deployed=managed_key_deployed,
        after_change=managed_key_changed,
    ),
    Example(
        name="two_regions",
        stacks={"Tokyo": TOKYO, "Virginia": VIRGINIA},
        change={"MAIL_FROM": "mail-virginia"},
        changed=frozenset({"Virginia"}),
        deployed=two_regions_deployed,
        after_change=two_regions_changed,
    ),
]
