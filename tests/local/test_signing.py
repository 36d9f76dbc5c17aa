"""How an identity signs: own keys (BYODKIM), Deterministic Easy DKIM replicas, and changes from one to another."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.local.templates import ZONE, change, dkim_records, identity, make_zone, member, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

TOKYO, FRANKFURT = "ap-northeast-1", "eu-central-1"
KEYS = [rsa.generate_private_key(65537, 1024) for _ in range(2)]  # noqa: S505 - the shortest that SES takes, for speed


def private(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    """A key as SES takes it: one line."""
    return base64.b64encode(key.private_bytes(Encoding.DER, form, NoEncryption())).decode()


def public(key: rsa.RSAPrivateKey) -> str:
    """What `p=` holds."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def own(key: rsa.RSAPrivateKey = KEYS[0], selector: str = "s1") -> dict[str, str]:
    """DkimSigningAttributes."""
    return {"DomainSigningSelector": selector, "DomainSigningPrivateKey": private(key)}


def key_record(key: rsa.RSAPrivateKey = KEYS[0], selector: str = "s1", text: str = '"v=DKIM1; k=rsa; p={}"') -> dict[str, Any]:
    """The TXT record with its public half."""
    return member(f"{selector}._domainkey.{ZONE}", text.format(public(key)))


def get(aws: LocalAws, region: str = TOKYO) -> dict[str, Any]:
    """GetEmailIdentity."""
    return dict(aws.client("sesv2", region).get_email_identity(EmailIdentity=ZONE))


def refused(call: Any, **arguments: Any) -> tuple[str, str]:
    """Code and message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("record", "status", "error"),
    [
        pytest.param(key_record(), "SUCCESS", None, id="right"),
        pytest.param(key_record(text='"p={}"'), "SUCCESS", None, id="p-alone"),
        pytest.param(key_record(text='"v=DKIM1; k=rsa; " "p={}"'), "SUCCESS", None, id="two-strings"),
        pytest.param(key_record(KEYS[1]), "PENDING", "INVALID_VALUE", id="another-key"),
        pytest.param(key_record(text='"v=DKIM1; p="'), "PENDING", "INVALID_VALUE", id="revoked"),
        pytest.param(key_record(selector="s2"), "PENDING", "HOST_NOT_FOUND", id="another-selector"),
        pytest.param(
            member(f"s1._domainkey.{ZONE}", "x.dkim.amazonses.com", rtype="CNAME"), "PENDING", "TYPE_NOT_FOUND", id="cname"
        ),
    ],
)
def test_own_key(aws: LocalAws, record: dict[str, Any], status: str, error: str | None) -> None:
    """Verified exactly while the selector holds the public half of the key; no tokens to publish."""
    assert aws.deploy("S", template(Identity=identity(DkimSigningAttributes=own()))).status == "CREATE_COMPLETE"
    answer = get(aws)
    assert (answer["DkimAttributes"]["SigningAttributesOrigin"], answer["DkimAttributes"]["Tokens"]) == ("EXTERNAL", ["s1"])
    assert private(KEYS[0]) not in str(answer)
    change(aws, make_zone(aws), ("CREATE", record))
    answer = get(aws)
    assert (answer["DkimAttributes"]["Status"], answer["VerificationInfo"].get("ErrorType")) == (status, error)


def test_own_key_has_no_dkim_names(aws: LocalAws) -> None:
    """An own key has no DKIM names: Fn::GetAtt of them fails the deployment."""
    body = template(Identity=identity(DkimSigningAttributes=own()), **dkim_records(make_zone(aws)))
    assert aws.deploy("S", body).status == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("TUlJ", id="no-key"),
        pytest.param("no base64", id="no-base64"),
        pytest.param(private(ec.generate_private_key(ec.SECP256R1())), id="no-rsa"),
        pytest.param(private(rsa.generate_private_key(65537, 3072)), id="too-long"),
        pytest.param("\n".join([private(KEYS[0])[:64], private(KEYS[0])[64:]]), id="two-lines"),
    ],
)
def test_a_key_that_is_refused(aws: LocalAws, key: str) -> None:
    """API and CloudFormation refuse an unfit key; the message holds nothing of it."""
    signing = {"DomainSigningSelector": "s1", "DomainSigningPrivateKey": key}
    outcome = aws.deploy("S", template(Identity=identity(DkimSigningAttributes=signing)))
    assert outcome.failures == {"Identity": "Invalid DomainSigningPrivateKey."}
    if " " not in key and "\n" not in key:  # botocore knows the pattern
        create = aws.client("sesv2").create_email_identity
        code, text = refused(create, EmailIdentity=ZONE, DkimSigningAttributes=signing)
        assert (code, text) == ("BadRequestException", "Invalid DomainSigningPrivateKey.")


def test_pkcs1_is_taken_too(aws: LocalAws) -> None:
    """A key in PKCS#1, as openssl genrsa of old wrote it, is taken."""
    signing = {"DomainSigningSelector": "s1", "DomainSigningPrivateKey": private(KEYS[0], PrivateFormat.TraditionalOpenSSL)}
    answer = aws.client("sesv2").create_email_identity(EmailIdentity=ZONE, DkimSigningAttributes=signing)
    assert answer["DkimAttributes"]["SigningAttributesOrigin"] == "EXTERNAL"


def test_a_key_from_secrets_manager(aws: LocalAws) -> None:
    """A key can come by a dynamic reference to Secrets Manager, so that it is in no template."""
    secret = aws.client("secretsmanager").create_secret(Name="dkim", SecretString=f'{{"key": "{private(KEYS[0])}"}}')["ARN"]
    signing = {
        "DomainSigningSelector": "s1",
        "DomainSigningPrivateKey": f"{{{{resolve:secretsmanager:{secret}:SecretString:key::}}}}",
    }
    zone = make_zone(aws)
    assert aws.deploy("S", template(Identity=identity(DkimSigningAttributes=signing))).status == "CREATE_COMPLETE"
    change(aws, zone, ("CREATE", key_record()))
    assert get(aws)["VerifiedForSendingStatus"] is True
    shown = aws.client("cloudformation").get_template(StackName="S")["TemplateBody"]
    assert private(KEYS[0]) not in str(shown)


def test_the_next_key(aws: LocalAws) -> None:
    """With another selector and key DKIM is pending until the new record stands."""
    zone = make_zone(aws)
    change(aws, zone, ("CREATE", key_record()))
    aws.deploy("S", template(Identity=identity(DkimSigningAttributes=own())))
    assert get(aws)["DkimAttributes"]["Status"] == "SUCCESS"
    put = aws.client("sesv2").put_email_identity_dkim_signing_attributes
    answer = put(EmailIdentity=ZONE, SigningAttributesOrigin="EXTERNAL", SigningAttributes=own(KEYS[1], "s2"))
    assert (answer["DkimStatus"], answer["DkimTokens"]) == ("PENDING", ["s2"])
    change(aws, zone, ("CREATE", key_record(KEYS[1], "s2")))
    assert get(aws)["DkimAttributes"]["Status"] == "SUCCESS"


def test_from_easy_dkim_to_an_own_key_and_back(aws: LocalAws) -> None:
    """From Easy DKIM to an own key and back: the same tokens come back."""
    ses = aws.client("sesv2")
    tokens = ses.create_email_identity(EmailIdentity=ZONE)["DkimAttributes"]["Tokens"]
    put = ses.put_email_identity_dkim_signing_attributes
    put(EmailIdentity=ZONE, SigningAttributesOrigin="EXTERNAL", SigningAttributes=own())
    assert get(aws)["DkimAttributes"]["Tokens"] == ["s1"]
    assert put(EmailIdentity=ZONE, SigningAttributesOrigin="AWS_SES")["DkimTokens"] == tokens
    dkim = get(aws)["DkimAttributes"]
    assert (dkim["SigningAttributesOrigin"], dkim["SigningHostedZone"]) == ("AWS_SES", "dkim.amazonses.com")


@pytest.mark.parametrize(
    ("origin", "signing"),
    [
        pytest.param("EXTERNAL", {"NextSigningKeyLength": "RSA_1024_BIT"}, id="no-key"),
        pytest.param("AWS_SES", own(), id="key-for-easy-dkim"),
        pytest.param("AWS_SES", {"NextSigningKeyLength": "RSA_2048_BIT"}, id="length-in-force"),
        pytest.param("AWS_SES", {"DomainSigningAttributesOrigin": "AWS_SES"}, id="origin-twice"),
        pytest.param("EXTERNAL", {"DomainSigningSelector": "s1"}, id="half"),
    ],
)
def test_signing_that_is_refused(aws: LocalAws, origin: str, signing: dict[str, str]) -> None:
    """PutEmailIdentityDkimSigningAttributes refuses attributes that do not fit their origin."""
    ses = aws.client("sesv2")
    ses.create_email_identity(EmailIdentity=ZONE)
    put = ses.put_email_identity_dkim_signing_attributes
    assert (
        refused(put, EmailIdentity=ZONE, SigningAttributesOrigin=origin, SigningAttributes=signing)[0] == "BadRequestException"
    )


def test_a_token_is_never_the_same_again(aws: LocalAws) -> None:
    """A token is never the same again, neither in another region nor after a deletion."""
    tokens: list[str] = []
    for region in (TOKYO, FRANKFURT, TOKYO):
        ses = aws.client("sesv2", region)
        tokens += ses.create_email_identity(EmailIdentity=ZONE)["DkimAttributes"]["Tokens"]
        ses.delete_email_identity(EmailIdentity=ZONE)
    assert len(set(tokens)) == 9
    assert all(len(token) == 32 and token.isalnum() and token == token.lower() for token in tokens)


# --- Deterministic Easy DKIM -----------------------------------------------------------------------------------------

REPLICA = {"DomainSigningAttributesOrigin": "AWS_SES_AP_NORTHEAST_1"}


def test_a_replica(aws: LocalAws) -> None:
    """A replica signs with the keys of its parent: the same tokens, verified by the parent's records."""
    parent = aws.client("sesv2").create_email_identity(EmailIdentity=ZONE)["DkimAttributes"]
    replica = aws.client("sesv2", FRANKFURT).create_email_identity(EmailIdentity=ZONE, DkimSigningAttributes=REPLICA)
    dkim = replica["DkimAttributes"]
    assert (dkim["SigningAttributesOrigin"], dkim["Tokens"]) == ("AWS_SES_AP_NORTHEAST_1", parent["Tokens"])
    cnames = [member(f"{token}._domainkey.{ZONE}", f"{token}.dkim.amazonses.com", rtype="CNAME") for token in parent["Tokens"]]
    change(aws, make_zone(aws), *(("CREATE", cname) for cname in cnames))
    assert get(aws, FRANKFURT)["VerifiedForSendingStatus"] is True


def test_what_a_replica_needs(aws: LocalAws) -> None:
    """A replica needs a parent in another region, with Easy DKIM, which is no replica itself."""
    create = aws.client("sesv2", FRANKFURT).create_email_identity
    wanted = {"EmailIdentity": ZONE, "DkimSigningAttributes": REPLICA}
    assert refused(create, **wanted)[1] == f"There is no identity {ZONE} in ap-northeast-1 to replicate."
    own_region = {"DomainSigningAttributesOrigin": "AWS_SES_EU_CENTRAL_1"}
    assert "must be in another region" in refused(create, EmailIdentity=ZONE, DkimSigningAttributes=own_region)[1]
    aws.client("sesv2").create_email_identity(EmailIdentity=ZONE, DkimSigningAttributes=own())
    assert "does not use Easy DKIM, but EXTERNAL" in refused(create, **wanted)[1]
    for origin in ("AWS_SES", "EXTERNAL"):
        signing = {"DomainSigningAttributesOrigin": origin}
        assert refused(create, EmailIdentity=ZONE, DkimSigningAttributes=signing)[0] == "BadRequestException"


def test_a_parent_stays_as_long_as_its_replicas(aws: LocalAws) -> None:
    """A parent cannot be deleted before its replicas."""
    ses, other = aws.client("sesv2"), aws.client("sesv2", FRANKFURT)
    ses.create_email_identity(EmailIdentity=ZONE)
    other.create_email_identity(EmailIdentity=ZONE, DkimSigningAttributes=REPLICA)
    assert refused(ses.delete_email_identity, EmailIdentity=ZONE)[0] == "BadRequestException"
    other.delete_email_identity(EmailIdentity=ZONE)
    ses.delete_email_identity(EmailIdentity=ZONE)
