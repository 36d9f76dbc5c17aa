"""Rules on MAIL FROM domains and their MX records (Amazon SES developer guide, "Using a custom MAIL FROM domain"; API
reference, PutEmailIdentityMailFromAttributes).

Sets of a routing policy are alternatives: DNS answers with one of them. Not handled: null MX (`null_mx`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.null_mx import is_null_mx
from ses_email_auth.checks.rules.record_text import shown
from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.publication.alignment import MxFailure
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.ses.hosts import feedback_region, host_fault, is_feedback_mx
from ses_email_auth.zone.declared import DeclaredRecordSet
from ses_email_auth.zone.texts import value_in_view, values_in_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.zone.declared import RecordInView
    from ses_email_auth.zone.view import ZoneView

_MAIL_FROM = "MailFromAttributes/MailFromDomain"


@rule(
    id="mail-from-outside-identity",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="SES refuses a MAIL FROM domain that is not a subdomain of the identity, so the deploy fails.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
    example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      MailFromAttributes:
        MailFromDomain: bounce.example.net
""",
)
def mail_from_outside_identity(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        name, domain = identity.mail_from_domain, identity.domain
        if name is not None and domain is not None and name.is_subdomain_of(domain) is False:
            yield Fault(
                where=visible(identity.name),
                message=f"the MAIL FROM domain {shown(name.text)} is not below {shown(domain.text)}; SES refuses it",
                fix=f"take a name such as bounce.{domain}",
                records=(identity.part(_MAIL_FROM),),
            )
    yield from _organizational(view)


def _organizational(view: ZoneView) -> Iterator[Fault]:
    """Feedback hosts at a domain above which no identity can be, by the Public Suffix List."""
    named = {identity.mail_from_domain for identity in view.identities}
    for name in view.mail_from_mx:
        if name not in named and can_be_no_mail_from(view, name):
            yield Fault(
                where=f"{name} MX",
                message=f"{name} has the MX of a MAIL FROM domain; SES takes none but subdomains of the domain that sends",
                fix=f"move the MX to a name such as bounce.{name}, and make that the MAIL FROM domain",
                records=view.at(name, RecordType.MX),
            )


@rule(
    id="mail-from-no-mx",
    severity=Severity.ERROR,
    need=Need.ABSENCE,
    for_constructs=True,
    reason="Without its MX a MAIL FROM domain fails after 72 hours, and SES does not look again.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
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
)
def mail_from_no_mx(view: ZoneView) -> Iterator[Fault]:
    if view.zone is None:
        return
    for identity in view.identities:
        name = identity.mail_from_domain
        if name is None or name in view.mail_from_mx or not name.is_at_or_below(view.zone) or view.is_delegated(name):
            continue
        # A CNAME leads to a name whose MX is not in view; a null MX is for another rule.
        answer = view.answers(name, RecordType.MX, RecordType.CNAME)
        if any(record.type is RecordType.CNAME or any(text.endswith(" .") for text in record.texts) for record in answer):
            continue
        publish = f"publish one MX there: 10 feedback-smtp.{visible(identity.region) or '<region>'}.amazonses.com"
        is_taken = bool(view.at(name, RecordType.MX))
        yield Fault(
            where=f"{name} MX",
            message=f"{name}, the MAIL FROM domain of {shown(identity.name)}, has {'another MX' if answer else 'no MX'}",
            fix=f"{another_mail_from(name)}; that MX usually belongs to somebody else" if is_taken else publish,
            records=(*(part for record in answer for part in values_in_view(record, bool)), identity.part(_MAIL_FROM)),
        )


def another_mail_from(name: DomainName) -> str:
    """The fix where others have a record at the MAIL FROM name: many e-mail providers ask for one at `bounce`."""
    label = "ses-mail" if name.labels[0] == "ses-bounce" else "ses-bounce"
    return f'choose another MAIL FROM domain, for example mail_from_subdomain="{label}"'


@rule(
    id="mail-from-cname",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    reason="SES looks for its own MX at the MAIL FROM domain; behind a CNAME are the records of whoever it leads to.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
    example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      MailFromAttributes:
        MailFromDomain: bounce.example.com
  Other:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com.
      Name: bounce.example.com.
      Type: CNAME
      TTL: 600
      ResourceRecords: [bounces.provider.example]
""",
)
def mail_from_cname(view: ZoneView) -> Iterator[Fault]:
    for identity in view.identities:
        name = identity.mail_from_domain
        if name is None or view.at(name, RecordType.MX):  # beside an MX, cname-beside-data says it
            continue
        for record in view.at(name, RecordType.CNAME):
            is_alternative = isinstance(record, DeclaredRecordSet) and record.set_identifier is not None
            if is_alternative or not record.texts or _leads_to_ses(view, record.texts[0]):
                continue
            yield Fault(
                where=f"{name} CNAME",
                message=f"{name}, the MAIL FROM domain of {shown(identity.name)}, is a CNAME, beside which no MX can stand",
                fix=f"{another_mail_from(name)}; the CNAME usually belongs to another e-mail provider",
                records=(value_in_view(record, 0), identity.part(_MAIL_FROM)),
            )


def _leads_to_ses(view: ZoneView, target: str) -> bool:
    """Whether a CNAME leads to a name in view that has the MX of SES, or nobody knows where."""
    return (
        holds_token(target) or "<" in target or any(target.removesuffix(".").lower() == name.text for name in view.mail_from_mx)
    )


@rule(
    id="mail-from-used-as-from",
    severity=Severity.WARNING,
    need=Need.RECORDS,
    for_constructs=True,
    reason="Bounces and replies meet at the name: its MX leads to SES, which takes bounces and drops all else.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
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
)
def mail_from_used_as_from(view: ZoneView) -> Iterator[Fault]:
    mail_from = {identity.mail_from_domain for identity in view.identities}
    reported: set[DomainName] = set()
    for identity in view.identities:
        domain = identity.domain
        if domain is not None and domain not in reported and (domain in mail_from or domain in view.mail_from_mx):
            reported.add(domain)
            yield Fault(
                where=visible(identity.name),
                message=f"{domain} is a MAIL FROM domain, and an identity of its own sends mail from it",
                fix="send from another domain: SES asks that a MAIL FROM domain is used for nothing else",
                records=(identity, *view.at(domain, RecordType.MX)),
            )


_UP_TO = "a new identity sends nothing until SES has seen the MX, which takes up to 72 hours"


@rule(
    id="mail-from-reject-on-create",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="REJECT_MESSAGE refuses all mail while the MX is not found, and at first it never is.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
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
)
def mail_from_reject_on_create(view: ZoneView) -> Iterator[Fault]:
    for proof in view.proofs[:1]:
        signer = proof.signer
        if signer is not None and signer.mail_from is not None and signer.on_mx_failure is MxFailure.REJECT_MESSAGE:
            yield Fault(where=f"{signer.mail_from} MX", message=_UP_TO)
    for identity in view.identities:
        if identity.mail_from is not None and identity.on_mx_failure == MxFailure.REJECT_MESSAGE.value:
            behavior = identity.part("MailFromAttributes/BehaviorOnMxFailure")
            yield Fault(where=visible(identity.name), message=_UP_TO, records=(behavior,))


def can_be_no_mail_from(view: ZoneView, name: DomainName) -> bool:
    """Whether no identity can be above `name`: it is an organizational domain by the Public Suffix List.

    Of a suffix that has an owner (`foo.kawasaki.jp` by `*.kawasaki.jp`) the zone is above the name, or not in view.
    """
    is_top = name == view.zone or (view.zone is None and name.text.count(".") == 1)
    return is_top and name == name.organizational and any(map(feedback_region, view.mail_from_mx[name]))


def _mail_from_sets(view: ZoneView) -> Iterator[tuple[DomainName, tuple[RecordInView, ...]]]:
    """The MX sets of MAIL FROM domains, those together with which DNS answers together."""
    for name in view.mail_from_mx:
        if can_be_no_mail_from(view, name):  # mail-from-outside-identity says it
            continue
        together: dict[str | None, list[RecordInView]] = {}
        for record in view.at(name, RecordType.MX):
            together.setdefault(record.set_identifier if isinstance(record, DeclaredRecordSet) else None, []).append(record)
        for records in together.values():
            if any(is_feedback_mx(text) for record in records for text in record.texts):
                yield name, tuple(records)


def _hosts(record: RecordInView) -> list[str]:
    """The hosts of a set, as far as they are meant to take mail."""
    return [_host(text.rpartition(" ")[2]) for text in record.texts if not is_null_mx(text)]


def _host(written: str) -> str:
    return written if holds_token(written) else written.lower().removesuffix(".")


def _regions(records: tuple[RecordInView, ...]) -> set[str | None]:
    """The regions of the feedback hosts; None stands for one that is not known yet."""
    return {feedback_region(text) for record in records for text in record.texts if is_feedback_mx(text)}


def _is_other(host: str, *, alone: bool) -> bool:
    """Whether a host is none of SES; `alone` if the set has no second host, so that a token could be the host of SES."""
    return not is_feedback_mx(host) and not (alone and (holds_token(host) or "<" in host))


_ONE_MX = "a MAIL FROM domain has one MX, that of SES; with a second one SES's set-up fails"


@rule(
    id="mail-from-receives",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="SES sets up a custom MAIL FROM domain only if its one MX is SES's feedback host.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
    example="""\
bounce.example.com. 600 IN MX 10 feedback-smtp.ap-northeast-1.amazonses.com.
bounce.example.com. 600 IN MX 20 mail.example.com.
""",
)
def mail_from_receives(view: ZoneView) -> Iterator[Fault]:
    for name, records in _mail_from_sets(view):
        fix = ""
        for hosts in map(_hosts, records):
            if any(_is_other(host, alone=len(hosts) == 1) for host in hosts):
                fix = "receive mail at another name"
            elif len(hosts) > len(set(hosts)):
                fix = fix or "keep one of the values"
        if fix:
            others = (part for record in records for part in values_in_view(record, lambda text: not is_feedback_mx(text)))
            yield Fault(where=f"{name} MX", message=_ONE_MX, fix=fix, records=tuple(others))


@rule(
    id="mail-from-shared",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="The MX of a MAIL FROM domain names one region, and SES asks that it is the only one.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
    example="""\
bounce.example.com. 600 IN MX 10 feedback-smtp.ap-northeast-1.amazonses.com.
bounce.example.com. 600 IN MX 10 feedback-smtp.us-east-1.amazonses.com.
""",
)
def mail_from_shared(view: ZoneView) -> Iterator[Fault]:
    for name, records in _mail_from_sets(view):
        sets = [_hosts(record) for record in records]
        if any(_is_other(host, alone=len(hosts) == 1) for hosts in sets for host in hosts):
            continue
        if len(_regions(records) - {None}) > 1 or any(len(set(hosts)) > 1 for hosts in sets):
            yield Fault(
                where=f"{name} MX",
                message="one MAIL FROM domain has feedback hosts of several regions; SES asks for one MX, so its set-up fails",
                fix="give each region a MAIL FROM domain of its own",
                records=tuple(part for record in records for part in values_in_view(record, is_feedback_mx)),
            )


@rule(
    id="mail-from-wrong-region",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="SES looks for the feedback host of the region that sends; another one does not count.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
    example="""\
# region: eu-west-1
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      MailFromAttributes:
        MailFromDomain: bounce.example.com
  Mx:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: Z0123456789EXAMPLE
      Name: bounce.example.com
      Type: MX
      TTL: 600
      ResourceRecords: [10 feedback-smtp.us-east-1.amazonses.com]
""",
)
def mail_from_wrong_region(view: ZoneView) -> Iterator[Fault]:
    by_mail_from: dict[DomainName, set[str]] = {}
    for identity in view.identities:
        if identity.mail_from_domain in view.mail_from_mx and identity.mail_from_domain is not None:
            by_mail_from.setdefault(identity.mail_from_domain, set()).add(identity.region)
    for identity in view.identities:
        name = identity.mail_from_domain
        if name is None or name not in by_mail_from or not identity.region:
            continue
        records = view.at(name, RecordType.MX)
        regions = _regions(records)
        # The MX can serve an identity of the other region, or one whose region is not known.
        if None in regions or identity.region in regions or (regions | {""}) & by_mail_from[name]:
            continue
        there = ", ".join(sorted(filter(None, regions)))
        yield Fault(
            where=f"{name} MX",
            message=f"the MX leads to SES in {shown(there)}, and {shown(identity.name)} sends from {shown(identity.region)}",
            fix=f"point it to feedback-smtp.{visible(identity.region)}.amazonses.com",
            records=(*(part for record in records for part in values_in_view(record, is_feedback_mx)), identity),
        )


@rule(
    id="mail-from-host-misspelt",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="SES looks for its feedback host to the letter; its hosts for bounces, receiving and sending look alike.",
    reference="Amazon SES developer guide, custom MAIL FROM domain",
    example="bounce.example.com. 600 IN MX 10 feedback-smtp.us-east-1.amazonaws.com.",
)
def mail_from_host_misspelt(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.MX):
        for index, text in enumerate(record.texts):
            host = text.rpartition(" ")[2]
            if holds_token(text) or "<" in host:
                continue
            fault = host_fault(host)
            if fault is not None:
                yield Fault(
                    where=visible(record.place),
                    message=f"{shown(host)} {fault.reason}",
                    fix=fault.fix,
                    severity=None if fault.is_sure else Severity.WARNING,
                    records=(value_in_view(record, index),),
                )
