"""A DKIM key of one's own (Amazon SES developer guide, "Provide your own DKIM authentication token (BYODKIM)").

The template holds a reference to the secret, which CloudFormation resolves when it calls SES. Not handled: whether the halves
belong together: the private one is not seen at synthesis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import SecretValue, aws_ses

from ses_email_auth.cdk.identity_resources import IdentityResources, cfn_identity
from ses_email_auth.cdk.signing import Signing
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import split_at_tokens
from ses_email_auth.publication.dkim_keys import OwnKey
from ses_email_auth.publication.prop_values import refuse_dynamic_reference
from ses_email_auth.records.dkim import DkimKeyRecord, public_key_from_pem
from ses_email_auth.ses.own_key import check_public_key, check_selector

if TYPE_CHECKING:
    from aws_cdk import Stack
    from constructs import Construct

    from ses_email_auth.cdk.identity_resources import IdentitySettings
    from ses_email_auth.cdk.stack_facts import StackFacts
    from ses_email_auth.publication.dkim_keys import DkimKeys
    from ses_email_auth.publication.plan import DomainPlan

_PARAMETER_STORE = "{{resolve:ssm"
_SECRET = "SecretValue.secrets_manager('<name of the secret>')"  # noqa: S105 - how to get one, for sentences


@dataclass(frozen=True, slots=True)
class OwnKeySigning(Signing):
    """`Dkim.bring_your_own(...)`."""

    key: OwnKey
    reference: str
    """A token that becomes the reference to the secret."""

    def keys(self) -> DkimKeys:
        """One TXT record."""
        return self.key

    def check(self, stack: Stack, facts: StackFacts) -> None:  # noqa: ARG002 - for other ways
        """Refuse a secret that CloudFormation does not give to SES.

        Raises:
            EmailAuthError: for one in Parameter Store.
        """
        reference = stack.resolve(self.reference)
        if isinstance(reference, str) and reference.startswith(_PARAMETER_STORE):
            raise EmailAuthError(
                "'private_key' is in Parameter Store, from where CloudFormation gives nothing to SES; put the key into Secrets "
                f"Manager and pass {_SECRET}"
            )

    def identity_resources(self, scope: Construct, plan: DomainPlan, settings: IdentitySettings) -> IdentityResources:
        """One `AWS::SES::EmailIdentity`, which waits for the record: SES does not sign while it cannot find the public key."""
        attributes = aws_ses.CfnEmailIdentity.DkimSigningAttributesProperty(
            domain_signing_selector=self.key.selector, domain_signing_private_key=self.reference
        )
        identity = cfn_identity(scope, plan, settings, attributes)
        return IdentityResources(identity=identity, identity_id=identity.logical_id, first=frozenset({"DkimKey"}))


def own_key(selector: object, private_key: object, public_key: object) -> Signing:
    """`Dkim.bring_your_own`, its arguments checked."""
    if not isinstance(selector, str):
        raise EmailAuthError(f"'selector' must be a text, got {type(selector).__name__}; pass for example 'key-2026'")
    refuse_dynamic_reference("selector", selector)
    check_selector(selector)
    if not isinstance(public_key, str | bytes):
        raise EmailAuthError(
            f"'public_key' must be the text of a PEM file, got {type(public_key).__name__}; "
            "read it with Path('public.pem').read_text()"
        )
    key_type, key = public_key_from_pem(public_key, "public_key")
    record = DkimKeyRecord(key, key_type)
    check_public_key(key_type.value, record.key_bits)
    return OwnKeySigning(OwnKey(selector, record), _reference(private_key))


def _reference(private_key: object) -> str:
    """The secret as a token. Neither a sentence nor a template may ever hold what is in a plain text."""
    if not isinstance(private_key, SecretValue):
        raise EmailAuthError(
            f"'private_key' must be a SecretValue, got {type(private_key).__name__} (not shown); put the key into Secrets "
            f"Manager and pass {_SECRET}"
        )
    reference = private_key.unsafe_unwrap()
    if [is_token for _, is_token in split_at_tokens(reference)] != [True]:
        raise EmailAuthError(
            f"'private_key' is a plain text, which would stand in the template for everyone to read; put the key into Secrets "
            f"Manager and pass {_SECRET}"
        )
    return reference
