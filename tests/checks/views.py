"""Short ways to write a view of the zone example.com, and how a row of a rule's table is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Finding
from ses_email_auth.checks.rules import RULES
from ses_email_auth.checks.run import check
from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from ses_email_auth.checks.finding import Severity

ZONE = DomainName("example.com")
TOKEN = "${Token[TOKEN.16]}"
REPORTS = "rua=mailto:dmarc@example.com"
FEEDBACK = "10 feedback-smtp.ap-northeast-1.amazonses.com"


def txt(name: str, *values: str) -> ResourceRecordSet:
    """A TXT set."""
    return ResourceRecordSet(DomainName(name), RecordType.TXT, 600, values)


def mx(name: str, *values: str) -> ResourceRecordSet:
    """An MX set."""
    return ResourceRecordSet(DomainName(name), RecordType.MX, 600, values)


def other(name: str, kind: RecordType, *values: str) -> ResourceRecordSet:
    """A set of another type."""
    return ResourceRecordSet(DomainName(name), kind, 600, values)


def part(*records: ResourceRecordSet) -> ZoneView:
    """Some records of the zone."""
    return ZoneView(records=records, zone=ZONE)


def whole(*records: ResourceRecordSet, zone: str = "example.com") -> ZoneView:
    """All records of the zone."""
    return ZoneView(records=records, zone=DomainName(zone), complete=True)


def dmarc(tags: str, domain: str = "example.com") -> ZoneView:
    """One DMARC record, somewhere in the zone."""
    return part(txt(f"_dmarc.{domain}", f"v=DMARC1; {tags}"))


def found(rule: str, view: ZoneView) -> list[Finding]:
    """What one rule finds, when all rules look."""
    return [finding for finding in check(view) if finding.id == rule]


def finding(rule: str, severity: Severity, where: str, message: str, fix: str) -> Finding:
    """The finding of a row, with the reference of its rule."""
    (reference,) = [each.reference for each in RULES if each.id == rule]
    return Finding(id=rule, severity=severity, message=message, fix=fix, reference=reference, where=where)
