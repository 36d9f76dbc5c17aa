"""`Dkim`: how SES signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from aws_cdk import aws_ses

from ses_email_auth.cdk.own_key import own_key
from ses_email_auth.cdk.prop_types import check_enum
from ses_email_auth.cdk.replica import replica_of
from ses_email_auth.cdk.signing import EasySigning
from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from aws_cdk import SecretValue, aws_kms

    from ses_email_auth.cdk.signing import Signing


@final
class Dkim:
    """How SES signs the mail of an identity. Make one with `Dkim.easy()`, `Dkim.bring_your_own(...)`, `Dkim.managed_key()` or
    `Dkim.replica_of(...)`.
    """

    __slots__ = ("_signing",)

    def __init__(self, signing: Signing) -> None:
        """Internal: use `Dkim.easy()`, `Dkim.bring_your_own(...)`, `Dkim.managed_key()` or `Dkim.replica_of(...)`.

        Args:
            signing: what the factories make.
        """
        self._signing = signing

    def __repr__(self) -> str:
        return f"Dkim({self._signing!r})"

    @staticmethod
    def easy(key_length: aws_ses.EasyDkimSigningKeyLength | None = None) -> Dkim:
        """Easy DKIM: SES makes and rotates the keys, three CNAME records point to them.

        Args:
            key_length: of the next keys. SES refuses to set the length that is in force already. Default: - not set; SES
                uses 2048 bits

        Raises:
            EmailAuthError: if `key_length` is no `EasyDkimSigningKeyLength`.
        """
        if key_length is not None:
            check_enum("key_length", key_length, aws_ses.EasyDkimSigningKeyLength.RSA_2048_BIT)
        return Dkim(EasySigning(key_length))

    @staticmethod
    def bring_your_own(*, selector: str, private_key: SecretValue, public_key: str) -> Dkim:
        """A key of your own (BYODKIM): its public half becomes one TXT record, which stands before SES gets the private half.

        Args:
            selector: the label in front of `._domainkey`. A new key needs a new one.
            private_key: a secret that holds the base64 of an RSA key of 1024 to 2048 bits on one line, without BEGIN and END:
                `SecretValue.secrets_manager(...)`. It never stands in the template.
            public_key: the public half in PEM form.

        Raises:
            EmailAuthError: for a selector or a key that SES would refuse, and for a private key that is not in a secret; no
                sentence ever holds a key.
        """
        return Dkim(own_key(selector, private_key, public_key))

    @staticmethod
    def managed_key(generation: int = 1, *, selector: str = "ses", encryption_key: aws_kms.IKey | None = None) -> Dkim:
        """An RSA key of 2048 bits that is made at deployment, by AWS KMS; its private half lies in Secrets Manager and in SES.

        Args:
            generation: raise it by one to make the next key. Its record is published beside the old one, SES signs with it
                when the record answers, and the old record goes with the following number. Default: 1
            selector: the keys are published as `<selector>-<generation>`. Default: `ses`
            encryption_key: a symmetric KMS key, under which the secrets lie. Default: - one for each stack is made

        Raises:
            EmailAuthError: for a generation that is no whole number from 1, or a selector that SES would refuse.
        """
        from ses_email_auth.cdk.managed_key import managed_key  # noqa: PLC0415 - few have one, all would import aws_kms

        return Dkim(managed_key(generation, selector, encryption_key))

    @staticmethod
    def replica_of(region: str) -> Dkim:
        """The keys and DKIM records of the Easy DKIM identity of the same domain in another region (Deterministic Easy DKIM).

        That identity has to be verified first. CloudFormation cannot make a replica, so a custom resource does, and there is no
        `cfn_identity`.

        Args:
            region: where the parent stands, in the same account.

        Raises:
            EmailAuthError: for a region where SES does not send.
        """
        return Dkim(replica_of(region))


def signing_of(dkim: Dkim | None, key_length: aws_ses.EasyDkimSigningKeyLength | None) -> Signing:
    """The way in which SES signs: `dkim`, or its short form `key_length`, else Easy DKIM.

    Raises:
        EmailAuthError: if both are given, or `dkim` is no Dkim.
    """
    if dkim is None:
        return EasySigning(key_length)
    if key_length is not None:
        raise EmailAuthError(
            "'dkim_key_length' is the short form of 'dkim', so both cannot be given; use Dkim.easy(key_length)"
        )
    if not isinstance(dkim, Dkim):
        raise EmailAuthError(f"'dkim' must be a Dkim, got {type(dkim).__name__}; use Dkim.easy()")
    return dkim._signing  # noqa: SLF001 - hidden from users, whose editors list what they may call
