"""One deploy makes a domain's Amazon SES mail pass SPF, DKIM and DMARC.

The names below are the public ones; each is loaded when it is first asked for, so that the pure part of the package
imports in milliseconds and without the AWS CDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ses_email_auth.cdk.constructs import DomainPolicy, SendingIdentity, SesEmailAuth
    from ses_email_auth.cdk.dkim import Dkim
    from ses_email_auth.cdk.dns import Dns
    from ses_email_auth.cdk.record_sets import RecordLayout
    from ses_email_auth.cdk.sending_events import SendingEvents
    from ses_email_auth.cdk.validation import EmailAuthValidation
    from ses_email_auth.cdk.zone_writer_role import ZoneWriterRole
    from ses_email_auth.checks.finding import Fault, Finding, Need, Rule, Severity, rule
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.errors import EmailAuthError, InvalidDomainName, RecordSyntaxError
    from ses_email_auth.known_after_deploy import KnownAfterDeploy
    from ses_email_auth.publication.alignment import AlignmentProof, Verdict
    from ses_email_auth.publication.policy import FromDomainTxt
    from ses_email_auth.records.dkim import DkimKeyRecord
    from ses_email_auth.records.dmarc import Alignment, DmarcPolicy, DmarcRecord, FailureOption
    from ses_email_auth.records.report_uri import ReportUri
    from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
    from ses_email_auth.records.spf import SpfQualifier, SpfRecord
    from ses_email_auth.zone.view import ZoneView

__all__ = [
    "Alignment",
    "AlignmentProof",
    "Dkim",
    "DkimKeyRecord",
    "DmarcPolicy",
    "DmarcRecord",
    "Dns",
    "DomainName",
    "DomainPolicy",
    "EmailAuthError",
    "EmailAuthValidation",
    "FailureOption",
    "Fault",
    "Finding",
    "FromDomainTxt",
    "InvalidDomainName",
    "KnownAfterDeploy",
    "Need",
    "RecordLayout",
    "RecordSyntaxError",
    "RecordType",
    "ReportUri",
    "ResourceRecordSet",
    "Rule",
    "SendingEvents",
    "SendingIdentity",
    "SesEmailAuth",
    "Severity",
    "SpfQualifier",
    "SpfRecord",
    "Verdict",
    "ZoneView",
    "ZoneWriterRole",
    "rule",
]

# A type checker reads the imports above; were it to see `__getattr__`, it would accept a misspelt name.
if not TYPE_CHECKING:
    _MODULES = {
        "Alignment": "records.dmarc",
        "AlignmentProof": "publication.alignment",
        "Dkim": "cdk.dkim",
        "DkimKeyRecord": "records.dkim",
        "DmarcPolicy": "records.dmarc",
        "DmarcRecord": "records.dmarc",
        "Dns": "cdk.dns",
        "DomainName": "domain_name",
        "DomainPolicy": "cdk.constructs",
        "EmailAuthError": "errors",
        "EmailAuthValidation": "cdk.validation",
        "FailureOption": "records.dmarc",
        "Fault": "checks.finding",
        "Finding": "checks.finding",
        "FromDomainTxt": "publication.policy",
        "InvalidDomainName": "errors",
        "KnownAfterDeploy": "known_after_deploy",
        "Need": "checks.finding",
        "RecordLayout": "cdk.record_sets",
        "RecordSyntaxError": "errors",
        "RecordType": "records.resource_record_set",
        "ReportUri": "records.report_uri",
        "ResourceRecordSet": "records.resource_record_set",
        "Rule": "checks.finding",
        "SendingEvents": "cdk.sending_events",
        "SendingIdentity": "cdk.constructs",
        "SesEmailAuth": "cdk.constructs",
        "Severity": "checks.finding",
        "SpfQualifier": "records.spf",
        "SpfRecord": "records.spf",
        "Verdict": "publication.alignment",
        "ZoneView": "zone.view",
        "ZoneWriterRole": "cdk.zone_writer_role",
        "rule": "checks.finding",
    }

    def __getattr__(name: str) -> object:
        """Load a public name on first use (PEP 562)."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - only once a name is asked for

        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """The public names."""
        return sorted(__all__)
