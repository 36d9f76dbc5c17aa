"""Rules on identities and their MAIL FROM domains (Amazon SES developer guide, "Using a custom MAIL FROM domain"; API
reference, PutEmailIdentityMailFromAttributes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.mail_from import can_be_no_mail_from
from ses_email_auth.checks.rules.shown import shown
from ses_email_auth.errors import visible
from ses_email_auth.publication.alignment import MxFailure
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView
    from ses_email_auth.domain_name import DomainName

__all__ = ["MAIL_FROM_IDENTITY_RULES"]

_UP_TO = "a new identity sends nothing until SES has seen the MX, which takes up to 72 hours"


def _outside_identity(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        name, domain = identity.mail_from_domain, identity.domain
        if name is not None and domain is not None and name.is_subdomain_of(domain) is False:
            yield Fault(
                where=visible(identity.name),
                message=f"the MAIL FROM domain {shown(name.text)} is not below {shown(domain.text)}; SES refuses it",
                fix=f"take a name such as bounce.{domain}",
                records=(identity,),
            )
    yield from _organizational(view)


def _organizational(view: ZoneView) -> Iterator[Fault]:
    """Feedback hosts at a domain above which nobody can have an identity, by the Public Suffix List."""
    said = {identity.mail_from_domain for identity in view.identities}
    for name in view.mail_from_mx:
        if name not in said and can_be_no_mail_from(view, name):
            yield Fault(
                where=f"{name} MX",
                message=f"{name} has the MX of a MAIL FROM domain; SES takes none but subdomains of the domain that sends",
                fix=f"move the MX to a name such as bounce.{name}, and make that the MAIL FROM domain",
                records=view.at(name, RecordType.MX),
            )


def _no_mx(view: ZoneView) -> Iterator[Fault]:
    if not view.complete or view.zone is None:
        return
    for identity in view.identities:
        name = identity.mail_from_domain
        if name is None or name in view.mail_from_mx or not name.is_at_or_below(view.zone) or view.is_delegated(name):
            continue
        # A CNAME leads to a name whose MX nobody can see here; a null MX is for another rule.
        found = view.answers(name, RecordType.MX, RecordType.CNAME)
        if any(record.type is RecordType.CNAME or any(text.endswith(" .") for text in record.texts) for record in found):
            continue
        yield Fault(
            where=f"{name} MX",
            message=f"{name}, the MAIL FROM domain of {shown(identity.name)}, has {'another MX' if found else 'no MX'}",
            fix=f"publish one MX there: 10 feedback-smtp.{visible(identity.region) or '<region>'}.amazonses.com",
            records=(*found, identity),
        )


def _used_as_from(view: ZoneView) -> Iterator[Fault]:
    mail_from = {identity.mail_from_domain for identity in view.identities}
    told: set[DomainName] = set()
    for identity in view.identities:
        domain = identity.domain
        if domain is not None and domain not in told and (domain in mail_from or domain in view.mail_from_mx):
            told.add(domain)
            yield Fault(
                where=visible(identity.name),
                message=f"{domain} is a MAIL FROM domain, and an identity of its own sends mail from it",
                fix="send from another domain: SES asks that a MAIL FROM domain is used for nothing else",
                records=(identity, *view.at(domain, RecordType.MX)),
            )


def _reject_on_create(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs[:1]:
        signer = proof.signer
        if signer is not None and signer.mail_from is not None and signer.on_mx_failure is MxFailure.REJECT_MESSAGE:
            yield Fault(where=f"{signer.mail_from} MX", message=_UP_TO)
    for identity in view.identities:
        if identity.mail_from is not None and identity.on_mx_failure == MxFailure.REJECT_MESSAGE.value:
            yield Fault(where=visible(identity.name), message=_UP_TO, records=(identity,))


MAIL_FROM_IDENTITY_RULES = (
    Rule(
        id="mail-from-outside-identity",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="SES refuses a MAIL FROM domain that is not a subdomain of the identity, so the deploy fails.",
        reference="Amazon SES developer guide, custom MAIL FROM domain",
        faults=_outside_identity,
        example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      MailFromAttributes:
        MailFromDomain: bounce.example.net
""",
    ),
    Rule(
        id="mail-from-no-mx",
        severity=Severity.ERROR,
        need=Need.ABSENCE,
        reason="Without its MX a MAIL FROM domain fails after 72 hours, and SES does not look again.",
        reference="Amazon SES developer guide, custom MAIL FROM domain",
        faults=_no_mx,
        example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      MailFromAttributes:
        MailFromDomain: bounce.example.com
---
example.com. 900 IN SOA ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 900
bounce.example.com. 600 IN TXT "v=spf1 include:amazonses.com ~all"
""",
    ),
    Rule(
        id="mail-from-used-as-from",
        severity=Severity.WARNING,
        need=Need.RECORDS,
        reason="Bounces and replies meet at the name: its MX leads to SES, which takes bounces and drops all else.",
        reference="Amazon SES developer guide, custom MAIL FROM domain",
        faults=_used_as_from,
        example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      MailFromAttributes:
        MailFromDomain: bounce.example.com
  Bounce:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: bounce.example.com
""",
    ),
    Rule(
        id="mail-from-reject-on-create",
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="REJECT_MESSAGE refuses all mail while the MX is not found, and at first it never is.",
        reference="Amazon SES developer guide, custom MAIL FROM domain",
        faults=_reject_on_create,
        example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      MailFromAttributes:
        MailFromDomain: bounce.example.com
        BehaviorOnMxFailure: REJECT_MESSAGE
""",
    ),
)
