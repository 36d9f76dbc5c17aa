"""Assertions for tests of your own stacks: what a template publishes, read as receivers read it.

    template = EmailAuthTemplate.from_stack(stack)
    assert template.dmarc("example.com").policy is DmarcPolicy.REJECT
    assert template.findings() == ()

TXT strings are joined and intrinsics are resolved as far as the template says what they are. A record that is missing raises an
`AssertionError` that prints those that the template has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.rules import RULES
from ses_email_auth.checks.run import check_all
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.alignment import AlignmentQuestion, IdentityKind, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.sources.source_file import UnreadableSource
from ses_email_auth.sources.template import TemplateFile, read_templates
from ses_email_auth.sources.views import views

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk import Stack
    from aws_cdk.assertions import Template

    from ses_email_auth.checks.finding import Finding, Rule
    from ses_email_auth.publication.alignment import AlignmentProof
    from ses_email_auth.publication.dmarc_discovery import DmarcRecords
    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet
    from ses_email_auth.zone.view import ZoneView

__all__ = ["EmailAuthTemplate"]

_DKIM_NAME, _DKIM_VALUE = "DkimDNSTokenName", "DkimDNSTokenValue"
_TOKENS = 3  # Easy DKIM gives a domain three names


class EmailAuthTemplate:
    """What a synthesized stack publishes for e-mail.

    Make it by `from_stack` or `from_template`.
    """

    def __init__(self, sources: Iterable[SourceFile]) -> None:
        """Internal: use `from_stack` or `from_template`.

        Args:
            sources: what the factories read.
        """
        self._sources = list(sources)
        self._records: list[DeclaredRecordSet] = [record for source in self._sources for record in source.records]
        self._identities: list[DeclaredIdentity] = [identity for source in self._sources for identity in source.identities]

    @classmethod
    def from_stack(cls, stack: Stack) -> EmailAuthTemplate:
        """The template of `stack`, with the stacks nested in it. Synthesizes the app.

        Args:
            stack: a stack of an app or a stage.

        Raises:
            EmailAuthError: if the stack belongs to no app.
        """
        from ses_email_auth.cdk.synthesized import source_files_of  # noqa: PLC0415 - `from_template` needs no AWS CDK

        return cls(source_files_of(stack))

    @classmethod
    def from_template(cls, template: Template | Mapping[str, object], *, region: str = "") -> EmailAuthTemplate:
        """A template: a dict, or the `Template` of `aws_cdk.assertions`.

        Args:
            template: what `json.load` gives of a template, or CDK's `Template`.
            region: where it is deployed. Default: - not known

        Raises:
            UnreadableSource: if it is no template.
        """
        body: object = template.to_json() if hasattr(template, "to_json") else template
        if not (isinstance(body, Mapping) and isinstance(body.get("Resources"), Mapping)):
            raise UnreadableSource("template", "it has no Resources")
        return cls(read_templates([TemplateFile(path="template", body=body, region=region)]))

    def dmarc(self, domain: str) -> DmarcRecord:
        """The DMARC record of `domain`: the one at `_dmarc.<domain>`.

        Args:
            domain: the domain, without `_dmarc`.

        Raises:
            AssertionError: if there is none, there are several, or receivers would ignore it.
            InvalidDomainName: if `domain` is no domain name.
        """
        texts = [text for text in self._texts(f"_dmarc.{domain}") if DmarcRecord.is_dmarc(text)]
        text = self._only(texts, f"DMARC record at _dmarc.{domain}")
        try:
            return DmarcRecord.parse(text)
        except EmailAuthError as error:
            raise AssertionError(f"the DMARC record at _dmarc.{domain} is wrong: {error}") from error

    def spf(self, domain: str) -> SpfRecord:
        """The SPF record at `domain`.

        Args:
            domain: a From domain or a MAIL FROM domain.

        Raises:
            AssertionError: if there is none, there are several, or receivers would answer permerror.
            InvalidDomainName: if `domain` is no domain name.
        """
        text = self._only([text for text in self._texts(domain) if SpfRecord.is_spf(text)], f"SPF record at {domain}")
        try:
            return SpfRecord.parse(text)
        except EmailAuthError as error:
            raise AssertionError(f"the SPF record at {domain} is wrong: {error}") from error

    def mx(self, domain: str) -> tuple[str, ...]:
        """The MX values at `domain`, such as `10 feedback-smtp.eu-west-1.amazonses.com`; a region that is not known yet is
        written `<Region>`.

        Args:
            domain: a MAIL FROM domain, or any other name.

        Raises:
            AssertionError: if there are none.
            InvalidDomainName: if `domain` is no domain name.
        """
        values = tuple(text for record in self._at(domain, RecordType.MX) for text in record.texts)
        if not values:
            raise AssertionError(f"no MX at {domain}{self._what_is_there()}")
        return values

    def dkim_tokens(self, domain: str) -> tuple[str, ...]:
        """The three Easy DKIM tokens of `domain`; one that AWS makes is written as its attribute, `DkimDNSTokenName1`.

        Args:
            domain: the domain that signs, without `_domainkey`.

        Raises:
            AssertionError: unless all three CNAMEs are there, each with the value of its own token.
            InvalidDomainName: if `domain` is no domain name.
        """
        tokens = sorted({token for record in self._records for token in self._token(record, DomainName(domain))})
        if len(tokens) != _TOKENS:
            found = f"only {', '.join(tokens)}" if tokens else "none"
            raise AssertionError(f"{domain} needs {_TOKENS} DKIM records, found {found}{self._what_is_there()}")
        return tuple(tokens)

    def findings(self, *, at_least: Severity = Severity.WARNING, extra_rules: Iterable[Rule] = ()) -> tuple[Finding, ...]:
        """What the checks say, the worst first.

        Args:
            at_least: leave out what is less severe. Default: - infos are left out
            extra_rules: rules of your own beside ours. Default: - no other rules
        """
        findings = check_all(views(self._sources), (*RULES, *extra_rules))
        return tuple(finding for finding in findings if finding.severity.rank <= at_least.rank)

    def alignment(self, domain: str) -> AlignmentProof:
        """The proof that mail From `domain` passes DMARC, or not, by the identities and DMARC records of the template.

        Args:
            domain: the From domain.

        Raises:
            AssertionError: if the template has no SES identity at all.
            InvalidDomainName: if `domain` is no domain name.
        """
        if not self._identities:
            raise AssertionError(f"no SES identity could send as {domain}{self._what_is_there()}")
        return _proof_of(DomainName(domain), self._identities, views(self._sources))

    def _at(self, domain: str, kind: RecordType) -> list[DeclaredRecordSet]:
        name = DomainName(domain)
        return [record for record in self._records if record.name == name and record.type is kind]

    def _texts(self, domain: str) -> list[str]:
        return [text for record in self._at(domain, RecordType.TXT) for text in record.texts]

    def _only(self, texts: list[str], what: str) -> str:
        if not texts:
            raise AssertionError(f"no {what}{self._what_is_there()}")
        if len(texts) > 1:
            raise AssertionError(f"{len(texts)} records where one {what} must stand: {'; '.join(map(repr, texts))}")
        return texts[0]

    def _token(self, record: DeclaredRecordSet, domain: DomainName) -> Iterable[str]:
        """The token of `record`, if it is a DKIM record of `domain` that leads to its own token."""
        if record.type is not RecordType.CNAME or len(record.values) != 1:
            return
        name, value = record.name, record.values[0]
        if isinstance(name, KnownAfterDeploy):
            identities = {identity.origin.resource for identity in self._identities if identity.domain == domain}
            matches = isinstance(value, KnownAfterDeploy) and value.attribute == name.attribute.replace(_DKIM_NAME, _DKIM_VALUE)
            if record.identity in identities and matches and name.attribute.startswith(_DKIM_NAME):
                yield str(name).strip("<>")
        elif name is not None and name.text.endswith(f"._domainkey.{domain}"):
            token = name.labels[0]
            if str(value).lower().startswith(f"{token}."):
                yield token

    def _what_is_there(self) -> str:
        lines = [f"  {record.place} {value}" for record in self._records for value in (record.texts or ("(alias)",))]
        return "; the template has:\n" + "\n".join(lines) if lines else "; the template has no records"


def _proof_of(from_domain: DomainName, identities: Sequence[DeclaredIdentity], zones: Iterable[ZoneView]) -> AlignmentProof:
    """The proof for mail From `from_domain`; a domain without a DMARC record in view may have one elsewhere."""
    records: DmarcRecords = {domain: record for zone in zones for domain, _, record in zone.dmarc_records}
    organization = from_domain.organizational or from_domain
    if not any(from_domain.is_at_or_below(domain) for domain in records):
        records = {organization: DmarcKnowledge.UNKNOWN}
    regions = {identity.region for identity in identities}
    return prove(
        AlignmentQuestion(
            from_domain=from_domain,
            identities=tuple(_ses_identity(identity) for identity in identities if identity.domain is not None),
            dmarc_records=records,
            region=(next(iter(regions)) or None) if len(regions) == 1 else None,
        )
    )


def _ses_identity(identity: DeclaredIdentity) -> SesIdentity:
    rejects = identity.on_mx_failure == MxFailure.REJECT_MESSAGE.value
    return SesIdentity(
        name=identity.name,
        kind=IdentityKind.ADDRESS if identity.is_address else IdentityKind.DOMAIN,
        dkim_domain=None if identity.signs is False else identity.domain,
        mail_from=identity.mail_from_domain,
        on_mx_failure=MxFailure.REJECT_MESSAGE if rejects else MxFailure.USE_DEFAULT_VALUE,
    )
