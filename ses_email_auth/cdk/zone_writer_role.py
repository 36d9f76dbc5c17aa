"""The role in the account of a hosted zone through which other accounts write records of e-mail authentication, and no others.

Route 53 compares all changes of a batch with the condition keys of one statement, so names and types are two lists. An MX says
who gets the mail of a name: it has a statement of its own, at MAIL FROM domains alone, and our functions send it in a batch of
its own. CNAME and TXT records share a statement: a name that may have the one may have the other. Not handled: aliases and
routing policies, which mail records do not have.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeGuard

from aws_cdk import Stack, aws_iam
from constructs import Construct

from ses_email_auth.cdk.cross_account import check_external_id
from ses_email_auth.cdk.custom_resource import ROLE_PATH, explain_wildcards
from ses_email_auth.cdk.prop_types import check_flag, is_a, is_account_id
from ses_email_auth.cdk.record_writer import CHANGE_WILDCARD, WritableRecords, read_and_write
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

    def __init__(  # noqa: PLR0913 - flat props, as CDK wants them
        self,
        scope: Construct,
        construct_id: str,
        *,
        hosted_zone: aws_route53.IHostedZone,
        role_name: str,
        trusted: Sequence[str | aws_iam.IPrincipal],
        domain_names: Sequence[str] = (),
        record_names: Sequence[str] = (),
        mail_from_names: Sequence[str] = (),
        from_domain_txt: bool = False,
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
            domain_names: the domains whose records may be written: CNAME and TXT at `_dmarc`, `*._domainkey`, `bounce` and
                `bounce-*` below each, MX at the last two. Default: - the name of the zone, if there are no `record_names`
            record_names: further names for CNAME and TXT records, as they stand in the zone; `*` stands for anything. Name
                here what `from_subdomains` publishes. Default: - none
            mail_from_names: further MAIL FROM domains, at which MX records may be written beside CNAME and TXT: where
                `mail_from_subdomain` is none of `bounce` and `bounce-*`. In the same form. Default: - none
            from_domain_txt: whether the TXT records of each domain itself may be written. All its TXT values are one set, with
                the SPF record and the site tokens of others. `SesEmailAuth` and `DomainPolicy` publish SPF there by default,
                and `FromDomainTxt.shared()` changes it: pass True, or `from_domain_spf=False` to them. Default: False
            external_id: what a caller has to say, as `external_id` of `Dns.cross_account`. Default: - nothing

        Raises:
            EmailAuthError: for an argument of a wrong form, or a name outside of the zone.
        """
        _check_role_name(role_name)
        if external_id is not None:
            check_external_id(external_id)
        stack, facts = StackFacts.of(scope)
        zone = route53_dns(hosted_zone, adopt=False).read(stack, facts)
        check_flag("from_domain_txt", from_domain_txt)
        writable = _writable(zone.name, domain_names, record_names, mail_from_names, from_domain_txt=from_domain_txt)
        principals = [_principal(stack, caller, external_id) for caller in _several(trusted)]
        super().__init__(scope, construct_id)
        self._names = tuple(dict.fromkeys(name for records in writable for name in records.names))
        self._role = aws_iam.Role(
            self,
            "Role",
            role_name=role_name,
            description=f"ses-email-auth: writes mail records into the zone {zone.name or zone.hosted_zone_id}",
            assumed_by=aws_iam.CompositePrincipal(*principals),
        )
        for statement in read_and_write(stack.partition, zone.hosted_zone_id, writable):
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


def _writable(
    zone: DomainName | None,
    domain_names: Iterable[str],
    record_names: Iterable[str],
    mail_from_names: Iterable[str],
    *,
    from_domain_txt: bool,
) -> tuple[WritableRecords, ...]:
    domains = [_domain("domain_names", name) for name in text_list("domain_names", domain_names, "['example.com']")]
    patterns = _patterns("record_names", record_names, "_dmarc.example.com")
    further_mail_from = _patterns("mail_from_names", mail_from_names, "mail.example.com")
    if not domains and not patterns:
        if zone is None:
            raise EmailAuthError("'domain_names' must be given for a zone that was imported by its id alone")
        domains = [zone]
    if from_domain_txt and not domains:
        raise EmailAuthError(
            "'from_domain_txt' is about 'domain_names', and there are only 'record_names'; pass the domain there"
        )
    mail_from = [name for domain in domains for name in (f"bounce.{domain}", f"bounce-*.{domain}")] + further_mail_from
    texts = [domain.text for domain in domains if from_domain_txt]
    texts += [name for domain in domains for name in (f"_dmarc.{domain}", f"*._domainkey.{domain}")]
    texts += mail_from + patterns
    _check_inside(zone, [*(domain.text for domain in domains), *texts])
    kinds = ((("MX",), mail_from), (("CNAME", "TXT"), texts))
    return tuple(WritableRecords(types, tuple(dict.fromkeys(names))) for types, names in kinds if names)


def _check_inside(zone: DomainName | None, names: Iterable[str]) -> None:
    if zone is not None and zone.is_known:
        for name in names:
            if not holds_token(name) and name != zone.text and not name.endswith(f".{zone.text}"):
                raise EmailAuthError(f"{name!r} is outside of the zone {zone.text!r}; records cannot stand there")


def _patterns(prop: str, names: Iterable[str], example: str) -> list[str]:
    return [_pattern(prop, name, example) for name in text_list(prop, names, f"[{example!r}]")]


def _domain(prop: str, text: str) -> DomainName:
    try:
        return DomainName(text)
    except InvalidDomainName as error:
        raise EmailAuthError(f"{prop!r}: {error}") from error


def _pattern(prop: str, text: str, example: str) -> str:
    """A name whose `*` stands for anything: checked with a letter in its place."""
    if holds_token(text):
        return text
    if not text.replace("*", "").strip("."):
        raise EmailAuthError(f"{prop!r} holds {text!r}, which is every name; pass for example {example!r}")
    plain = _domain(prop, text.replace("*", "x"))
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
