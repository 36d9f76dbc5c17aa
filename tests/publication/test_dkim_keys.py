"""The records of each kind of DKIM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.dkim_keys import EasyDkim, ManagedKey, OwnKey, Replica, existing_keys
from ses_email_auth.publication.sending import SendingPlan
from ses_email_auth.records.dkim import DkimKeyRecord
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from ses_email_auth.publication.dkim_keys import DkimKeys

IDENTITY = DomainName("mail.example.com")
TOKEN = DomainName("${Token[Domain.7]}")


@pytest.fixture(scope="module")
def record() -> DkimKeyRecord:
    """The record of a key of 2048 bits."""
    public = rsa.generate_private_key(65537, 2048).public_key()
    return DkimKeyRecord.from_pem(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_easy_dkim() -> None:
    """Three CNAMEs of which only AWS knows names and values."""
    assert [str(record) for record in EasyDkim().records(IDENTITY, 60).values()] == [
        f"<DkimDNSTokenName{n}> 60 IN CNAME <DkimDNSTokenValue{n}>" for n in (1, 2, 3)
    ]


def test_own_key(record: DkimKeyRecord) -> None:
    """One TXT in two strings, which together are the record."""
    ((child, txt),) = OwnKey("Key-1", record).records(IDENTITY, 300).items()
    assert (child, txt.place, txt.ttl) == ("DkimKey", "key-1._domainkey.mail.example.com TXT", 300)
    assert txt.texts == (str(record),)
    (value,) = txt.resource_records
    assert str(value).startswith('"v=DKIM1; k=rsa; p=MIIB')
    assert str(value).count('" "') == 1


@pytest.mark.parametrize(
    ("generation", "wanted"),
    [
        pytest.param(1, {"DkimKey1": "s-1._domainkey.mail.example.com. 60 IN TXT <DkimKeyText1>"}, id="first"),
        pytest.param(
            7,
            {
                "DkimKey7": "s-7._domainkey.mail.example.com. 60 IN TXT <DkimKeyText7>",
                "DkimKey6": "s-6._domainkey.mail.example.com. 60 IN TXT <DkimKeyText6>",
            },
            id="the-one-before-stays",
        ),
    ],
)
def test_managed_key(generation: int, wanted: dict[str, str]) -> None:
    """The key that signs and the one before; each value is a whole one."""
    records = ManagedKey("s", generation).records(IDENTITY, 60)
    assert {child: str(record) for child, record in records.items()} == wanted
    assert all(isinstance(value, KnownAfterDeploy) for record in records.values() for value in record.values)


def test_replica() -> None:
    """Nothing: the records of the parent serve."""
    assert Replica().records(IDENTITY, 60) == {}


@pytest.mark.parametrize(
    ("region", "zone", "wanted"),
    [
        pytest.param("us-east-1", None, "dkim.amazonses.com", id="by-the-table"),
        pytest.param("eu-south-1", None, "dkim.eu-south-1.amazonses.com", id="by-the-table-with-a-region"),
        pytest.param(None, "a31d.dkim.us-west-2.amazonses.com", "a31d.dkim.us-west-2.amazonses.com", id="of-a-cell"),
    ],
)
def test_existing_keys(region: str | None, zone: str | None, wanted: str) -> None:
    """A CNAME for each token, in the zone of the region or in the one that SES reports; none without tokens."""
    tokens = [letter * 32 for letter in "abc"]
    assert [str(record) for record in existing_keys(tokens, zone, region).records(IDENTITY, 60).values()] == [
        f"{token}._domainkey.mail.example.com. 60 IN CNAME {token}.{wanted}" for token in tokens
    ]
    assert existing_keys([], None, region).records(IDENTITY, 60) == {}


def test_a_domain_that_is_a_token(record: DkimKeyRecord) -> None:
    """Is kept to the letter."""
    (own,) = OwnKey("key-1", record).records(TOKEN, 60).values()
    (managed,) = ManagedKey("ses", 1).records(TOKEN, 60).values()
    assert (str(own.name), str(managed.name)) == (f"key-1._domainkey.{TOKEN}", f"ses-1._domainkey.{TOKEN}")


@pytest.mark.parametrize("kind", ["easy", "own", "managed", "replica"])
def test_all_sign_as_the_domain(kind: str, record: DkimKeyRecord) -> None:
    """So the alignment proof is the same for each; MAIL FROM does not depend on it."""
    kinds: dict[str, DkimKeys] = {
        "easy": EasyDkim(),
        "own": OwnKey("key-1", record),
        "managed": ManagedKey("ses", 2),
        "replica": Replica(),
    }
    plan = SendingPlan(identity=IDENTITY, mail_from=IDENTITY.child("bounce"), mx_host="feedback.example", dkim=kinds[kind])
    assert plan.ses_identity().dkim_domain == IDENTITY
    assert [record.type for child, record in plan.records().items() if child.startswith("MailFrom")] == [
        RecordType.MX,
        RecordType.TXT,
    ]
