"""Rules on records of Amazon SES that no identity in view needs (developer guide, "Easy DKIM in Amazon SES")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.easy_dkim import NAMES, typed_cnames
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["LEFT_OVER_RULES"]


def _unknown_signer(view: ZoneView) -> Iterator[Fault]:
    if not view.complete:
        return
    signing: dict[str, int] = {}
    for identity in view.identities:
        if not identity.is_address:
            easy = identity.own_selector is None and not identity.own_key and identity.signs is not False
            signing[str(identity.domain)] = signing.get(str(identity.domain), 0) + NAMES * easy
    for domain, named in typed_cnames(view).items():
        if domain in signing and len(named) > signing[domain]:
            yield Fault(
                where=f"_domainkey.{domain} CNAME",
                message=f"{domain} has {len(named)} DKIM records of SES, and the identities in view explain {signing[domain]}; "
                "another account or region can sign as this domain",
                records=tuple(named.values()),
            )


def _verification_txt(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.TXT):
        if isinstance(record.name, DomainName) and record.name.text.startswith("_amazonses."):
            yield Fault(
                where=visible(record.place),
                message="SES verifies domains by DKIM now; once it shows DKIM as verified, this record can go",
                records=(record,),
            )


LEFT_OVER_RULES = (
    Rule(
        id="ses-unknown-signer",
        severity=Severity.INFO,
        need=Need.ABSENCE,
        reason="As long as DKIM records of another SES identity stand, the account that has it signs as the domain.",
        reference="Amazon SES developer guide, Easy DKIM",
        faults=_unknown_signer,
        example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
---
example.com. 900 IN SOA ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 900
a._domainkey.example.com. 600 IN CNAME a.dkim.amazonses.com.
b._domainkey.example.com. 600 IN CNAME b.dkim.amazonses.com.
c._domainkey.example.com. 600 IN CNAME c.dkim.amazonses.com.
d._domainkey.example.com. 600 IN CNAME d.dkim.amazonses.com.
e._domainkey.example.com. 600 IN CNAME e.dkim.amazonses.com.
f._domainkey.example.com. 600 IN CNAME f.dkim.amazonses.com.
""",
    ),
    Rule(
        id="ses-verification-txt",
        severity=Severity.INFO,
        need=Need.RECORD,
        reason="SES once proved domains by a TXT at _amazonses; DKIM proves them today, and receivers never look there.",
        reference="Amazon SES developer guide, creating identities",
        faults=_verification_txt,
        example='_amazonses.example.com. 600 IN TXT "pmBGN/7MjnfhTKUZ06Enqq1PeGUaOkw8lGhcfwefcHU="',
    ),
)
