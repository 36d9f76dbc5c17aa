"""Rules on SES identities that files declare: their names, their regions and their own keys (Amazon SES developer guide,
"Creating and verifying identities" and "BYODKIM"; sesv2 API, DkimSigningAttributes).

Not handled: what SES knows of an identity, and identities whose names are known only after the deploy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import shown
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName, visible
from ses_email_auth.ses.own_key import check_selector
from ses_email_auth.ses.regions import can_send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.zone.declared import DeclaredIdentity
    from ses_email_auth.zone.view import ZoneView

# CDK tokens, placeholders and dynamic references of CloudFormation, and what AWS alone knows.
_NOT_LITERAL = ("${", "{{", "<")


def _is_literal(name: str) -> bool:
    return bool(name) and not any(mark in name for mark in _NOT_LITERAL)


@rule(
    id="ses-identity-name",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="SES verifies domains and addresses in domains; another name is refused, or never verified.",
    reference="Amazon SES developer guide, creating identities",
    example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example..com
""",
)
def ses_identity_name(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        problem = _name_problem(identity.name.rpartition("@")[2]) if _is_literal(identity.name) else None
        if problem is not None:
            yield Fault(
                where=visible(identity.name),
                message=f"{shown(identity.name)} cannot be an identity: {problem}",
                fix="write a domain such as example.com, or an address in it",
                records=(identity.part("EmailIdentity"),),
            )


def _name_problem(text: str) -> str | None:
    try:
        domain = DomainName(text)
    except InvalidDomainName as error:
        return visible(error.reason)
    if len(domain.labels) == 1 or "*" in domain.labels:
        return f"{shown(text)} is no domain that sends mail"
    return f"{shown(text)} is a public suffix" if domain.is_public_suffix and _is_of_a_registry(domain) else None


def _is_of_a_registry(suffix: DomainName) -> bool:
    """Whether a registry owns the suffix. The others, such as github.io, belong to companies that may send mail."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - 27 ms, for a rare fault

    return PublicSuffixList(only_icann=True).privatesuffix(suffix.text) is None


_IDEMPOTENT = ("aws_ses_domain_identity", "aws_ses_email_identity")


@rule(
    id="ses-identity-twice",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="An account has an identity once in a region, so the second resource of that name fails with its stack.",
    reference="Amazon SES developer guide, creating identities",
    example="""\
Resources:
  One:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
  Two:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
""",
)
def ses_identity_twice(view: ZoneView) -> Iterator[Fault]:
    same: dict[tuple[str, ...], list[DeclaredIdentity]] = {}
    for identity in view.identities:
        scope = _scope(identity)
        if scope is not None:
            name = identity.name if identity.is_address else identity.name.lower().removesuffix(".")
            same.setdefault((name, *scope), []).append(identity)
    for identities in same.values():
        if len({(identity.origin.path, identity.origin.resource) for identity in identities}) > 1:
            first = identities[0]
            yield Fault(
                where=visible(first.name),
                message=f"{shown(first.name)} is declared {len(identities)} times for one account and region; "
                "the second cannot be created",
                fix="declare it once, and refer to it elsewhere",
                records=tuple(identities),
            )


def _scope(identity: DeclaredIdentity) -> tuple[str, ...] | None:
    """What holds an identity of one name once; None if that cannot be told."""
    # The older API, which these resources of Terraform use, takes a name that exists.
    is_older = any(kind in identity.origin.resource for kind in _IDEMPOTENT)
    if is_older or identity.alternative is not None or not _is_literal(identity.name):
        return None
    if identity.account and identity.region:
        return (identity.account, identity.region)
    # A template goes to one region. In a Terraform plan, whose addresses hold dots, providers differ in theirs.
    return ("", identity.origin.path) if not identity.region and "." not in identity.origin.resource else None


@rule(
    id="ses-address-identity",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    reason="SES applies the settings of the most specific identity: an address with its own loses the domain's MAIL FROM.",
    reference="Amazon SES developer guide, creating identities",
    example="""\
Resources:
  Domain:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      MailFromAttributes:
        MailFromDomain: bounce.example.com
  Address:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: info@example.com
""",
)
def ses_address_identity(view: ZoneView) -> Iterator[Fault]:
    domains = {
        identity.domain: identity
        for identity in view.identities
        if not identity.is_address and identity.mail_from_domain is not None
    }
    for identity in view.identities:
        if not identity.is_address or identity.mail_from is not None or not _is_literal(identity.name):
            continue
        above = identity.domain
        while above is not None and above not in domains:
            above = above.parent
        other = domains.get(above)
        if other is not None and _may_meet(identity, other):
            yield Fault(
                where=visible(identity.name),
                message=f"{shown(identity.name)} has an identity of its own, without the MAIL FROM domain {other.mail_from} "
                f"of {shown(other.name)}; its mail can leave with a MAIL FROM domain of SES",
                fix=f"leave the address to the identity {visible(other.name)}, or give it the same kind of MAIL FROM domain",
                records=(identity, other),
            )


def _may_meet(one: DeclaredIdentity, other: DeclaredIdentity) -> bool:
    """Whether two identities can be of one account and region, as far as that is known."""
    if one.alternative != other.alternative:
        return False
    return (one.region == other.region or not (one.region and other.region)) and (
        one.account == other.account or not (one.account and other.account)
    )


@rule(
    id="ses-region",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="A stack that declares an identity where SES does not exist cannot be deployed.",
    reference="Amazon SES developer guide, regions",
    example="""\
# region: cn-north-1
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
""",
)
def ses_region(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        if identity.region and can_send(identity.region) is False:
            yield Fault(
                where=visible(identity.name),
                message=f"Amazon SES does not exist in the China region {shown(identity.region)}",
                fix="deploy the identity to another region",
                records=(identity,),
            )


_EXAMPLE = """\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      DkimSigningAttributes:
"""


@rule(
    id="ses-own-key-conflict",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="SES takes a selector and a private key together, or makes keys itself; anything between is refused.",
    reference="Amazon SES developer guide, BYODKIM",
    example=f"{_EXAMPLE}        DomainSigningSelector: key-2026\n",
)
def ses_own_key_conflict(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        problem = _conflict_of(identity)
        if problem is not None:
            yield Fault(
                where=visible(identity.name),
                message=f"{shown(identity.name)} has {problem[0]}",
                fix=problem[1],
                records=(identity.part("DkimSigningAttributes"),),
            )


def _conflict_of(identity: DeclaredIdentity) -> tuple[str, str] | None:
    has_selector = identity.own_selector is not None
    if (identity.own_key or has_selector) and identity.is_address:
        return "a DKIM key of its own, which SES takes for domains alone", "give the key to the identity of the domain"
    if (identity.own_key or has_selector) and identity.easy_dkim_bits is not None:
        return "a DKIM key of its own and a key length for keys that SES makes", "keep one of them"
    if has_selector and not identity.own_key:
        return "a DKIM selector without its private key", "give both, or neither for Easy DKIM"
    if identity.own_key and not has_selector:
        return "a private DKIM key without its selector", "give both, or neither for Easy DKIM"
    return None


_SHOWN = 24


@rule(
    id="ses-selector",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="SES takes one label as a selector, though DKIM allows several; a stack with another one cannot be deployed.",
    reference="Amazon SES developer guide, BYODKIM",
    example=f"""\
{_EXAMPLE}\
        DomainSigningSelector: key.2026
        DomainSigningPrivateKey: "{{{{resolve:secretsmanager:dkim-key}}}}"
""",
)
def ses_selector(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        if identity.own_selector is None or "{{" in identity.own_selector or "<" in identity.own_selector:
            continue
        try:
            check_selector(identity.own_selector)
        except EmailAuthError:  # its sentence shows the text, which could be a key in the wrong place
            yield Fault(
                where=visible(identity.name),
                message=f"SES refuses the selector {shown(identity.own_selector, _SHOWN)} of {shown(identity.name)}; "
                "it takes 1 to 63 letters, digits and inner hyphens, without dots",
                fix="take for example key-2026",
                records=(identity.part("DkimSigningAttributes/DomainSigningSelector"),),
            )
