"""DKIM keys that are made at deployment, and how the next one takes over from the one before.

Each generation is a resource of its own, which is made once and never changed. So a change is what CloudFormation does anyway:
it makes the new key and its record, waits (`DkimReady`), gives the identity the new secret, and takes the oldest key away at
the end. In a rollback the identity gets the secret before, which is still there. No function of ours ever reads a secret:
CloudFormation does when it calls SES.

Not handled: a schedule. It would change keys behind CloudFormation's back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import ArnFormat, Duration, RemovalPolicy, SecretValue, Stack, aws_iam, aws_kms, aws_ses

from ses_email_auth.cdk.custom_resource import LONGEST_MINUTES, custom_resource, whether_cancelled
from ses_email_auth.cdk.identity_resources import IdentityResources, cfn_identity
from ses_email_auth.cdk.prop_types import is_a
from ses_email_auth.cdk.signing import Signing
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import is_number_token
from ses_email_auth.publication.dkim_keys import ManagedKey, key_attribute, selector_of
from ses_email_auth.publication.prop_values import refuse_dynamic_reference
from ses_email_auth.ses.own_key import check_selector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import CfnResource
    from constructs import Construct

    from ses_email_auth.cdk.identity_resources import IdentitySettings
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.publication.dkim_keys import DkimKeys
    from ses_email_auth.publication.plan import DomainPlan

_KEY = "aws-cdk-lib.aws_kms.IKey"
_WHY_WILDCARD = "Secrets Manager puts six characters of its own behind the name of a secret"
_OWN_KEY_ID = "SesEmailAuthManagedKeyEncryption"
_WAIT_SECONDS = (LONGEST_MINUTES - 1) * 60


@dataclass(frozen=True, slots=True)
class ManagedKeySigning(Signing):
    """`Dkim.managed_key()`."""

    key: ManagedKey
    encryption_key: aws_kms.IKey | None

    def keys(self) -> DkimKeys:
        """One TXT record for the key that signs, one for the key before."""
        return self.key

    def identity_resources(self, scope: Construct, plan: DomainPlan, settings: IdentitySettings) -> IdentityResources:
        """The keys, and an `AWS::SES::EmailIdentity` that signs with the last of them."""
        generations = self.key.generations
        keys = self._keys(scope, plan.domain)
        secret = SecretValue.secrets_manager(keys[self.key.generation].ref)
        attributes = aws_ses.CfnEmailIdentity.DkimSigningAttributesProperty(
            domain_signing_selector=selector_of(self.key.selector, self.key.generation),
            domain_signing_private_key=secret.unsafe_unwrap(),  # a reference, which CloudFormation resolves
        )
        identity = cfn_identity(scope, plan, settings, attributes)
        return IdentityResources(
            identity=identity,
            identity_id=identity.logical_id,
            origins={key_attribute(n): keys[n].logical_id for n in generations},
            others={_child(n): keys[n] for n in generations},
            first=frozenset(f"DkimKey{n}" for n in generations),
        )

    def after_publication(
        self, scope: Construct, domain: DomainName, identity: IdentityResources, published: Mapping[str, CfnResource]
    ) -> dict[str, CfnResource]:
        """Between the records and the identity: the identity changes once the new record answers."""
        generation = self.key.generation
        arn = Stack.of(scope).format_arn(service="ses", resource="identity", resource_name=domain.text)
        ready = custom_resource(
            scope,
            "DkimReady",
            concern="dkim_ready",
            resource_type="Custom::SesEmailAuthDkimReady",
            properties={
                "EmailIdentity": domain.text,
                "Generation": str(generation),
                "Name": f"{selector_of(self.key.selector, generation)}._domainkey.{domain}",
                "Value": {"Fn::GetAtt": [identity.origins[key_attribute(generation)], key_attribute(generation)]},
                "Seconds": str(_WAIT_SECONDS),
            },
            statements=[aws_iam.PolicyStatement(actions=["ses:GetEmailIdentity"], resources=[arn])],
            timeout=Duration.minutes(LONGEST_MINUTES),
        )
        for resource in identity.awaited(published):
            ready.node.add_dependency(resource)
        identity.wait_for([ready])
        return {"DkimReady": ready}

    def _secrets(self, domain: DomainName, generation: int) -> str:
        """The name of the secret. It ends in one of the stack, behind which Secrets Manager puts six characters of its own."""
        return f"ses-email-auth/{domain}/{selector_of(self.key.selector, generation)}/*"

    def _keys(self, scope: Construct, domain: DomainName) -> dict[int, CfnResource]:
        """The custom resources that make the keys, by generation."""
        stack, facts = StackFacts.of(scope)
        encryption_key = _encryption_key(stack) if self.encryption_key is None else self.encryption_key
        arn = encryption_key.key_arn
        return {
            n: custom_resource(
                scope,
                _child(n),
                concern="managed_key",
                resource_type="Custom::SesEmailAuthManagedKey",
                properties={
                    "Domain": domain.text,
                    "Selector": self.key.selector,
                    "Generation": str(n),
                    "EncryptionKey": arn,
                },
                statements=_statements(stack, self._secrets(domain, n), arn),
                wildcards={_as_nag_says(self._secrets(domain, n), facts): _WHY_WILDCARD},
            )
            for n in self.key.generations
        }


def managed_key(generation: object, selector: object, encryption_key: aws_kms.IKey | None) -> Signing:
    """`Dkim.managed_key`, its arguments checked."""
    if isinstance(generation, bool) or not isinstance(generation, int) or generation < 1:
        raise EmailAuthError(f"'generation' must be a whole number from 1, got {_shown(generation)}; begin with 1")
    if not isinstance(selector, str):
        raise EmailAuthError(f"'selector' must be a text, got {type(selector).__name__}; pass for example 'ses'")
    refuse_dynamic_reference("selector", selector)
    check_selector(selector)
    check_selector(selector_of(selector, generation))
    if encryption_key is not None and not is_a(encryption_key, aws_kms.Key, _KEY):
        raise EmailAuthError(
            f"'encryption_key' must be a KMS key, got {type(encryption_key).__name__}; use aws_kms.Key.from_key_arn(...)"
        )
    return ManagedKeySigning(ManagedKey(selector, generation), encryption_key)


def _shown(generation: object) -> str:
    """Nothing but a number is shown: it could be a key in the wrong place."""
    if not isinstance(generation, int | float):
        return type(generation).__name__
    return "one that is known only after the deploy" if is_number_token(generation) else str(generation)


def _child(generation: int) -> str:
    return f"ManagedKey{generation}"


def _encryption_key(stack: Stack) -> aws_kms.IKey:
    """The KMS key of a stack, made with the first managed key in it."""
    existing = stack.node.try_find_child(_OWN_KEY_ID)
    if isinstance(existing, aws_kms.Key):
        return existing
    # What it encrypts can be restored for 30 days, and so can the key.
    return aws_kms.Key(
        stack,
        _OWN_KEY_ID,
        description="ses-email-auth: encrypts the private DKIM keys in Secrets Manager",
        enable_key_rotation=True,
        pending_window=Duration.days(30),
        removal_policy=RemovalPolicy.DESTROY,
    )


def _as_nag_says(secrets: str, facts: StackFacts) -> str:
    """How cdk-nag names the resource."""
    region, account = facts.region or "<AWS::Region>", facts.account or "<AWS::AccountId>"
    return f"Resource::arn:<AWS::Partition>:secretsmanager:{region}:{account}:secret:{secrets}"


def _statements(stack: Stack, secrets: str, encryption_key: str) -> list[aws_iam.PolicyStatement]:
    """What may be done for a key. Not `secretsmanager:GetSecretValue`: the function that made it never reads it again."""
    arn = stack.format_arn(
        service="secretsmanager", resource="secret", resource_name=secrets, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    via = f"secretsmanager.{stack.region}.{stack.url_suffix}"
    return [
        aws_iam.PolicyStatement(
            actions=["kms:GenerateDataKeyPair"],
            resources=[encryption_key],
            conditions={"StringEquals": {"kms:DataKeyPairSpec": "RSA_2048"}},
        ),
        # Secrets Manager uses the key on behalf of the maker of a secret.
        aws_iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[encryption_key],
            conditions={"StringEquals": {"kms:ViaService": via}},
        ),
        aws_iam.PolicyStatement(
            actions=[
                f"secretsmanager:{action}" for action in ("CreateSecret", "DeleteSecret", "DescribeSecret", "RestoreSecret")
            ],
            resources=[arn],
        ),
        whether_cancelled(stack),
    ]
