"""The role in the account of a hosted zone through which other accounts write records of e-mail authentication, and no others.

Route 53 compares all changes of a batch with the condition keys of one statement, so names and types are two lists: the role
may write a TXT record at each of its names. Not handled: aliases and routing policies, which mail records do not have.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeGuard

from aws_cdk import Stack, aws_iam
from constructs import Construct

from ses_email_auth.cdk.cross_account import check_external_id
from ses_email_auth.cdk.custom_resource import ROLE_PATH, explain_wildcards
from ses_email_auth.cdk.prop_types import is_a, is_account_id
from ses_email_auth.cdk.record_writer import CHANGE_WILDCARD, read_and_write
from ses_email_auth.cdk.route53_dns import route53_dns
from ses_email_auth.cdk.stack_facts import StackFacts
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.prop_values import text_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk import aws_route53

_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)  # IAM API reference, "CreateRole"
_PRINCIPALS = ("aws-cdk-lib.aws_iam.IPrincipal", "aws-cdk-lib.aws_iam.IRole")


class ZoneWriterRole(Construct):
    """A role that may write the mail records of some domains into a hosted zone, for `Dns.cross_account(...)` elsewhere."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        hosted_zone: aws_route53.IHostedZone,
        role_name: str,
        trusted: Sequence[str | aws_iam.IPrincipal],
        domain_names: Sequence[str] = (),
        record_names: Sequence[str] = (),
        external_id: str | None = None,
    ) -> None:
        """A role that may write the mail records of some domains into a hosted zone.

        Args:
            scope: a stack in the account of the zone.
            construct_id: the id of the construct.
            hosted_zone: the public hosted zone.
            role_name: the name of the role; the other account has to know it before it exists.
            trusted: who may write: account ids, of which the functions of this library alone are trusted (their roles have the
                path `/ses-email-auth/`), or principals.
            domain_names: the domains whose records may be written: at the domain itself, `_dmarc`, `*._domainkey`, `bounce` and
                `bounce-*` below it. Default: - the name of the zone, if there are no `record_names`
            record_names: further names, as they stand in the zone; `*` stands for anything. Default: - none
            external_id: what a caller has to say, as `external_id` of `Dns.cross_account`. Default: - nothing

        Raises:
            EmailAuthError: for an argument of a wrong form, or a name outside of the zone.
        """
        _check_role_name(role_name)
        if external_id is not None:
            check_external_id(external_id)
        stack, facts = StackFacts.of(scope)
        zone = route53_dns(hosted_zone, adopt=False).read(stack, facts)
        names = _names(zone.name, domain_names, record_names)
        principals = [_principal(stack, caller, external_id) for caller in _several(trusted)]
        super().__init__(scope, construct_id)
        self._names = names
        self._role = aws_iam.Role(
            self,
            "Role",
            role_name=role_name,
            description=f"ses-email-auth: writes mail records into the zone {zone.name or zone.hosted_zone_id}",
            assumed_by=aws_iam.CompositePrincipal(*principals),
        )
        for statement in read_and_write(stack.partition, zone.hosted_zone_id, names):
            self._role.add_to_policy(statement)
        explain_wildcards(self._role, CHANGE_WILDCARD)

    @property
    def role(self) -> aws_iam.Role:
        """The role: the escape hatch."""
        return self._role

    @property
    def role_arn(self) -> str:
        """What `Dns.cross_account(role_arn=...)` takes; in another account write it with the name of the role."""
        return self._role.role_arn

    @property
    def record_names(self) -> tuple[str, ...]:
        """The names that may be written; `*` stands for anything."""
        return self._names


def _check_role_name(role_name: object) -> None:
    if isinstance(role_name, str) and (holds_token(role_name) or _ROLE_NAME.fullmatch(role_name)):
        return
    raise EmailAuthError(
        f"'role_name' must have 1 to 64 letters, digits and '+=,.@-_', got {role_name!r}; pass for example 'mail-records'"
    )


def _names(zone: DomainName | None, domain_names: Iterable[str], record_names: Iterable[str]) -> tuple[str, ...]:
    domains = [_domain("domain_names", name) for name in text_list("domain_names", domain_names, "['example.com']")]
    patterns = [_pattern(name) for name in text_list("record_names", record_names, "['_dmarc.example.com']")]
    if not domains and not patterns:
        if zone is None:
            raise EmailAuthError("'domain_names' must be given for a zone that was imported by its id alone")
        domains = [zone]
    names = [name for domain in domains for name in _names_of(domain)] + patterns
    if zone is not None and zone.is_known:
        for name in names:
            if not holds_token(name) and name != zone.text and not name.endswith(f".{zone.text}"):
                raise EmailAuthError(f"{name!r} is outside of the zone {zone.text!r}; records cannot stand there")
    return tuple(dict.fromkeys(names))


def _names_of(domain: DomainName) -> tuple[str, ...]:
    text = domain.text
    return text, f"_dmarc.{text}", f"*._domainkey.{text}", f"bounce.{text}", f"bounce-*.{text}"


def _domain(prop: str, text: str) -> DomainName:
    try:
        return DomainName(text)
    except InvalidDomainName as error:
        raise EmailAuthError(f"{prop!r}: {error}") from error


def _pattern(text: str) -> str:
    """A name whose `*` stands for anything: checked with a letter in its place."""
    if holds_token(text):
        return text
    if not text.replace("*", "").strip("."):
        raise EmailAuthError(f"'record_names' holds {text!r}, which is every name; pass for example '_dmarc.example.com'")
    plain = _domain("record_names", text.replace("*", "x"))
    return text.lower().removesuffix(".") if "*" in text else plain.text


def _several(trusted: object) -> list[object]:
    if isinstance(trusted, str) or not isinstance(trusted, list | tuple) or not trusted:
        raise EmailAuthError(
            f"'trusted' must be a list of account ids and principals, got {trusted!r}; pass for example ['123456789012']"
        )
    return list(trusted)


def _principal(stack: Stack, trusted: object, external_id: str | None) -> aws_iam.IPrincipal:
    conditions: dict[str, dict[str, str]] = {} if external_id is None else {"StringEquals": {"sts:ExternalId": external_id}}
    if isinstance(trusted, str):
        if not is_account_id(trusted):
            raise EmailAuthError(
                f"'trusted' holds {trusted!r}, which is no account id of 12 digits; pass for example '123456789012'"
            )
        principal: aws_iam.IPrincipal = aws_iam.AccountPrincipal(trusted)
        conditions["ArnLike"] = {"aws:PrincipalArn": f"arn:{stack.partition}:iam::{trusted}:role{ROLE_PATH}*"}
    elif _is_principal(trusted):
        principal = trusted
    else:
        raise EmailAuthError(
            f"'trusted' holds {trusted!r}; pass an account id, for example '123456789012', or aws_iam.ArnPrincipal(...)"
        )
    return aws_iam.PrincipalWithConditions(principal, conditions) if conditions else principal


def _is_principal(trusted: object) -> TypeGuard[aws_iam.IPrincipal]:
    return isinstance(trusted, aws_iam.PrincipalBase) or is_a(trusted, aws_iam.Role, *_PRINCIPALS)
