"""What other values of a record set mean for mail, and what it means that a record set goes.

Texts are compared as receivers read them: an SPF record by its senders, a DMARC record by its tags, a DKIM key by its key, all
others as they are. Records that have nothing to do with mail are passed over.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from ses_email_auth.adopt.dmarc_changes import DmarcChange
from ses_email_auth.adopt.impact_kinds import (
    CANNOT_TELL,
    DKIM_GOES,
    MAIL_FROM_MX_GOES,
    POLICY_WEAKER,
    RECORD_CHANGES,
    RECORD_GOES,
    REPORTS_STOP,
    SITE_TOKEN_GOES,
    TTL,
    finding,
)
from ses_email_auth.adopt.python_text import literal, long_literal, name_list
from ses_email_auth.adopt.spf_changes import spf_changes, spf_senders
from ses_email_auth.adopt.template_moves import owner_of
from ses_email_auth.checks.finding import Severity
from ses_email_auth.errors import RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.bimi import BimiRecord
from ses_email_auth.records.dkim import DkimKeyRecord
from ses_email_auth.records.mta_sts import MtaStsRecord
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.records.tls_rpt import TlsRptRecord
from ses_email_auth.ses.hosts import feedback_region, is_easy_dkim_target, is_feedback_mx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_email_auth.adopt.scene import Scene
    from ses_email_auth.adopt.template_moves import Entry
    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.zone.texts import InView

_DOMAINKEY = "._domainkey."
_SHOWN = 60  # characters of a value
_NAMED = 12  # records in one sentence


class Use(enum.Enum):
    """What a TXT value is to mail."""

    SPF = "SPF record"
    DMARC = "DMARC record"
    CONSENT = "consent to get reports of another domain"
    DKIM = "DKIM key"
    MTA_STS = "MTA-STS record"
    TLS_RPT = "TLS-RPT record"
    BIMI = "BIMI record"
    CHALLENGE = "challenge for a certificate"
    OTHER = "TXT value"


def use_of(name: str, text: str) -> Use:  # noqa: PLR0911 - one line for each use
    """What the TXT value `text` at `name` is to mail."""
    if "._report._dmarc." in name:
        return Use.CONSENT
    if name.startswith("_dmarc.") and text.lower().startswith("v=dmarc1"):  # right or wrong
        return Use.DMARC
    if _DOMAINKEY in name:
        return Use.DKIM
    if name.startswith("_mta-sts.") and MtaStsRecord.is_mta_sts(text):
        return Use.MTA_STS
    if name.startswith("_smtp._tls.") and TlsRptRecord.is_tls_rpt(text):
        return Use.TLS_RPT
    if "._bimi." in name and BimiRecord.is_bimi(text):
        return Use.BIMI
    if name.startswith("_acme-challenge."):
        return Use.CHALLENGE
    return Use.SPF if SpfRecord.is_spf(text) else Use.OTHER


def records_of(*entries: Entry | None) -> tuple[InView, ...]:
    """What findings about these entries are about."""
    found: list[InView] = []
    for entry in entries:
        thing = None if entry is None else (entry.record or entry.resource.identity)
        if thing is not None:
            found.append(thing)
    return tuple(found)


def named(entries: Sequence[Entry]) -> str:
    """The records and identities of a sentence; DKIM records whose names only AWS knows are counted."""
    names: dict[str, int] = {}
    for entry in entries:
        is_easy = entry.key[0].startswith("<DkimDNSTokenName")
        name = f"DKIM records of {entry.where.partition(' ')[0] or 'the identity'}" if is_easy else entry.place
        names[name] = names.get(name, 0) + 1
    listed = [f"the {count} {name}" if name.startswith("DKIM records") else name for name, count in names.items()]
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more


def changes(old: Entry, new: Entry, scene: Scene) -> Iterator[Finding]:
    """What the record set `new` means for mail, in place of `old`."""
    if old.record is None or new.record is None:
        return
    if old.record.is_alias or new.record.is_alias or not new.record.values:  # without values CloudFormation refuses it
        return
    if old.values != new.values:
        if not old.is_known or not new.is_known:
            yield _cannot_tell(old, new)
        if new.type is RecordType.TXT:
            yield from _txt_changes(old, new, scene)
        elif new.type is RecordType.MX:
            yield from _mx_changes(old, new)
        elif new.type is RecordType.CNAME:
            yield from _cname_changes(old, new)
    is_easy = new.key[0].startswith("<")  # those of a domain are said together
    if old.record.ttl != new.record.ttl and is_about_mail(old, scene) and not is_easy:
        message = f"the TTL changes from {old.record.ttl or '(none)'} to {new.record.ttl or '(none)'}"
        yield finding(TTL, new.where, message, records=records_of(new, old))


def is_about_mail(entry: Entry, scene: Scene) -> bool:
    """Whether mail, or a proof that lies beside it, depends on a record set."""
    if entry.record is None or entry.type in {RecordType.TXT, RecordType.MX}:
        return True
    name = entry.key[0]
    if entry.type is RecordType.CNAME and (
        "_domainkey" in name
        or "<DkimDNSTokenName" in name
        or name.startswith(("_dmarc.", "_mta-sts.", "_smtp._tls.", "mta-sts."))
    ):
        return True
    return name in scene.mx_hosts


def _cannot_tell(old: Entry, new: Entry) -> Finding:
    message = "the value is known only after the deploy, so nobody can tell whether it changes"
    return finding(CANNOT_TELL, new.where, message, records=records_of(new, old))


# --- TXT -------------------------------------------------------------------------------------------------------------


def _txt_changes(old: Entry, new: Entry, scene: Scene) -> Iterator[Finding]:
    name, records = new.key[0], records_of(new, old)
    before, after = _by_use(name, old.texts), _by_use(name, new.texts)
    for use, texts in before.items():
        wanted = after.get(use, [])
        if set(texts) == set(wanted):
            continue
        if use in {Use.OTHER, Use.CHALLENGE}:
            gone = [text for text in texts if text not in wanted]
            if gone and new.is_known:
                yield from _tokens_go(old, gone, [*wanted], is_ours=bool(owner_of(new)[1]), use=use, records=records)
        elif not wanted and new.is_known:
            yield from lost_text(old, use, texts, scene, heir=new)
        elif len(wanted) > 1 and len(texts) == 1 and use in {Use.SPF, Use.DMARC}:
            message = f"there are {len(wanted)} {use.value}s at the name then, and receivers take that for none"
            yield finding(RECORD_GOES, new.where, message, "write one of them", records=records)
        elif wanted:
            yield from _text_changes(new, use, texts[0], wanted[0], scene, records)
    for use, texts in after.items():
        if use not in before:
            yield from new_text(new, use, texts, scene, records)


def _by_use(name: str, texts: Sequence[str]) -> dict[Use, list[str]]:
    uses: dict[Use, list[str]] = {}
    for text in texts:
        uses.setdefault(use_of(name, text), []).append(text)
    return uses


def _text_changes(
    new: Entry, use: Use, old_text: str, new_text: str, scene: Scene, records: Sequence[InView]
) -> Iterator[Finding]:
    is_ours, name = bool(owner_of(new)[1]), new.key[0]
    if use is Use.SPF:
        yield from spf_changes(new.where, old_text, new_text, is_ours=is_ours, records_at=scene.spf_at, records=records)
    elif use is Use.DMARC:
        domain = name.removeprefix("_dmarc.")
        yield from DmarcChange(where=new.where, domain=domain, is_ours=is_ours, records=records).findings(old_text, new_text)
    elif use is Use.DKIM:
        yield from _key_changes(new, old_text, new_text, records)
    elif use is Use.TLS_RPT:
        yield from _tls_reports(new, old_text, new_text, records)
    else:
        yield finding(
            RECORD_CHANGES, new.where, f"the {use.value} changes: {_cut(old_text)} -> {_cut(new_text)}", records=records
        )


def new_text(new: Entry, use: Use, texts: Sequence[str], scene: Scene, records: Sequence[InView]) -> Iterator[Finding]:
    """What a text does that stands where none of its kind stood."""
    is_ours, name = bool(owner_of(new)[1]), new.key[0]
    if use is Use.DMARC:
        domain = name.removeprefix("_dmarc.")
        change = DmarcChange(where=new.where, domain=domain, is_ours=is_ours, records=records)
        yield from change.of_new(texts[0])
        inherited = scene.inherited_dmarc(domain)
        if inherited is not None:
            parent, text = inherited
            yield from change.weaker_than_inherited(text, texts[0], parent)


def _tokens_go(
    old: Entry, gone: Sequence[str], kept: Sequence[str], *, is_ours: bool, use: Use, records: Sequence[InView]
) -> Iterator[Finding]:
    if use is Use.CHALLENGE:
        return
    values = ", ".join(map(_cut, gone))
    prop = f"from_domain_txt_values={name_list([*kept, *gone])}"
    fix = prop if is_ours else f"keep {values} in the set; with SesEmailAuth {prop}"
    message = f"{values} {'goes' if len(gone) == 1 else 'go'}: a site that looks for it again does not find it"
    yield finding(SITE_TOKEN_GOES, old.where, message, fix, records=records)


def _key_changes(new: Entry, old_text: str, new_text: str, records: Sequence[InView]) -> Iterator[Finding]:
    before, after = _key(old_text), _key(new_text)
    if before is None or before.is_revoked:
        return
    fix = "publish the new key under a selector of its own, and let the old record stand for some days"
    if after is None or after.is_revoked:
        said = "no verifier can read" if after is None else "revokes the key"
        yield finding(DKIM_GOES, new.where, f"the new record {said}: what is signed with it fails DKIM", fix, records=records)
    elif before.public_key != after.public_key:
        message = (
            "another key takes the place of the old one under the same selector: mail that is signed with the old one fails"
        )
        yield finding(DKIM_GOES, new.where, message, fix, records=records)
    elif after.is_testing and not before.is_testing:
        message = "the key gets t=y: verifiers may treat mail as if it were not signed"
        yield finding(POLICY_WEAKER, new.where, message, "leave t=y out", records=records)
    else:
        yield finding(RECORD_CHANGES, new.where, "the DKIM record changes, and its key stays", records=records)


def _key(text: str) -> DkimKeyRecord | None:
    try:
        return DkimKeyRecord.parse(text)
    except RecordSyntaxError:
        return None


def _tls_reports(new: Entry, old_text: str, new_text: str, records: Sequence[InView]) -> Iterator[Finding]:
    try:
        before, after = TlsRptRecord.parse(old_text), TlsRptRecord.parse(new_text)
    except RecordSyntaxError:
        return
    gone = [uri.text for uri in before.rua if uri.text not in {each.text for each in after.rua}]
    if gone:
        message = f"rua loses {', '.join(gone)}: no more reports about TLS go there"
        yield finding(REPORTS_STOP, new.where, message, f'write "{before}"', records=records)
    else:
        yield finding(RECORD_CHANGES, new.where, "the TLS-RPT record gets another address", records=records)


# --- MX and CNAME ----------------------------------------------------------------------------------------------------


def _mx_changes(old: Entry, new: Entry) -> Iterator[Finding]:
    records = records_of(new, old)
    before, after = sorted(old.texts), sorted(new.texts)
    said = f"{', '.join(before)} -> {', '.join(after)}"
    if any(map(is_feedback_mx, before)) and new.is_known:
        regions = {region for text in before if (region := feedback_region(text))}
        wanted = {region for text in after if (region := feedback_region(text))}
        if not any(map(is_feedback_mx, after)) or (regions and wanted and regions != wanted):
            message = f"SES does not find its MX at the MAIL FROM domain any more: {said}"
            yield finding(MAIL_FROM_MX_GOES, new.where, message, f'write "{before[0]}", and nothing else', records=records)
            return
    if any(map(_is_null_mx, after)) and not any(map(_is_null_mx, before)):
        message = f"the domain takes no mail any more (null MX): {said}"
        yield finding(RECORD_GOES, new.where, message, f'write "{before[0]}"' if before else "", records=records)
    elif before and after and new.is_known:
        yield finding(RECORD_CHANGES, new.where, f"mail arrives elsewhere: {said}", records=records)


def _is_null_mx(value: str) -> bool:
    return value.rpartition(" ")[2] == "."


def _cname_changes(old: Entry, new: Entry) -> Iterator[Finding]:
    if not old.texts or not new.texts:
        return
    before, after = (entry.texts[0].lower().removesuffix(".") for entry in (old, new))
    if before == after:
        return
    records, name = records_of(new, old), new.key[0]
    if "_domainkey" in name or "<DkimDNSTokenName" in name:
        severity = None if is_easy_dkim_target(before) and not is_easy_dkim_target(after) else Severity.WARNING
        message = (
            f"the DKIM record leads to {after} in place of {before}: what is signed with the key there fails if it is another"
        )
        yield finding(DKIM_GOES, new.where, message, f'write "{before}"', severity=severity, records=records)
    elif name.startswith("_"):
        yield finding(RECORD_CHANGES, new.where, f"{before} -> {after}", records=records)


# --- what goes as a whole --------------------------------------------------------------------------------------------


def losses(old: Entry, scene: Scene) -> Iterator[Finding]:
    """What it means that a record set is deleted and nothing takes its place. DKIM records are said by the domain."""
    if old.type is RecordType.TXT:
        uses = _by_use(old.key[0], old.texts)
        others = uses.pop(Use.OTHER, [])
        for use, texts in uses.items():
            yield from lost_text(old, use, texts, scene, others=others)
        if others and Use.SPF not in uses:
            yield from _tokens_go(old, others, [], is_ours=False, use=Use.OTHER, records=records_of(old))
        if not old.is_known and not uses and not others:
            yield finding(RECORD_GOES, old.where, "it is deleted, and its value is not known", _KEEP, records=records_of(old))
    elif old.type is RecordType.MX:
        yield from _lost_mx(old, scene)
    elif is_about_mail(old, scene) and "_domainkey" not in old.key[0] and "<DkimDNSTokenName" not in old.key[0]:
        message = (
            "it is deleted, and an MX leads to it: mail finds no server"
            if old.key[0] in scene.mx_hosts
            else f"it is deleted, and what it leads to speaks for the domain no more: {', '.join(old.texts)}"
        )
        yield finding(RECORD_GOES, old.where, message, _KEEP, records=records_of(old))


_KEEP = "keep the record in the new one, or 'DeletionPolicy: Retain' at the old one first"


def lost_text(
    old: Entry, use: Use, texts: Sequence[str], scene: Scene, heir: Entry | None = None, others: Sequence[str] = ()
) -> Iterator[Finding]:
    """What it means that a TXT value goes, and none of its kind takes its place; `others` go with it."""
    records, text = records_of(heir, old), texts[0]
    is_ours = bool(owner_of(heir)[1]) if heir is not None else scene.is_ours(old)
    if use is Use.SPF:
        yield from _lost_spf(old, text, others, scene, is_ours=is_ours, records=records)
    elif use is Use.DMARC:
        message = f'the DMARC record goes ("{_cut(text)}"): receivers apply no policy of this domain, and nobody gets reports'
        prop = f"dmarc=DmarcRecord.parse({long_literal(text)})"
        fix = (
            f"{prop}; it takes the place of dmarc_policy and dmarc_rua"
            if is_ours
            else f'keep "{text}"; with SesEmailAuth {prop}'
        )
        yield finding(RECORD_GOES, old.where, message, fix, records=records)
    elif use is Use.CONSENT:
        message = "the consent goes: reporters send no more reports of the other domain to this one"
        yield finding(REPORTS_STOP, old.where, message, _KEEP, records=records)
    elif use is Use.TLS_RPT:
        yield finding(REPORTS_STOP, old.where, "the TLS-RPT record goes: no more reports about TLS", _KEEP, records=records)
    elif use is Use.MTA_STS:
        message = "the MTA-STS record goes: senders take mail to the domain without a check of TLS once their caches are over"
        yield finding(POLICY_WEAKER, old.where, message, _KEEP, records=records)
    elif use is Use.BIMI:
        message = "the BIMI record goes: mailboxes show the logo no more"
        yield finding(RECORD_GOES, old.where, message, severity=Severity.INFO, records=records)


def _lost_spf(
    old: Entry, text: str, tokens: Sequence[str], scene: Scene, *, is_ours: bool, records: Sequence[InView]
) -> Iterator[Finding]:
    name = old.key[0]
    use = scene.mail_from_use(name)
    if use == "gone":
        return
    if use == "stays":
        message = f"the SPF record of the MAIL FROM domain goes, and SES still uses {name}"
        yield finding(MAIL_FROM_MX_GOES, old.where, message, _mail_from(old, text, scene), records=records)
        return
    senders = spf_senders(text)
    with_it = [*senders, *map(_cut, tokens)]
    said = f"the SPF record goes, and with it {', '.join(with_it)}" if with_it else "the SPF record goes"
    includes = [sender.removeprefix("include:") for sender in senders if sender.startswith("include:")]
    others = [include for include in includes if include.lower() != "amazonses.com"]
    subdomains = scene.from_subdomains(old)
    if subdomains:
        prop = f"from_subdomains={name_list(subdomains)}"
    else:
        prop = f"spf_includes={name_list(others)}" if others else "from_domain_spf=True"
    if tokens:
        prop += f", from_domain_txt_values={name_list(tokens)}"
    fix = prop if is_ours else f'keep "{text}"; with SesEmailAuth {prop}'
    yield finding(RECORD_GOES, old.where, said, fix, records=records)


def _mail_from(old: Entry, text: str, scene: Scene) -> str:
    """How a record of the MAIL FROM domain stays."""
    prop = f"mail_from_subdomain={literal(old.key[0].partition('.')[0])}"
    return prop if scene.is_ours(old) else f'keep "{text}"; with SesEmailAuth {prop}'


def _lost_mx(old: Entry, scene: Scene) -> Iterator[Finding]:
    name, records = old.key[0], records_of(old)
    if any(map(is_feedback_mx, map(str, old.record.values if old.record is not None else ()))):
        use = scene.mail_from_use(name)
        if use == "gone":
            return
        unless = "SES still uses it" if use == "stays" else "no identity in view says that SES does not use it any more"
        message = f"the MX of the MAIL FROM domain goes, and {unless}"
        fix = _mail_from(old, ", ".join(old.texts), scene)
        yield finding(MAIL_FROM_MX_GOES, old.where, message, fix, records=records)
    elif old.texts and all(map(_is_null_mx, old.texts)):
        message = "the null MX goes, which says that the domain takes no mail"
        yield finding(RECORD_GOES, old.where, message, severity=Severity.INFO, records=records)
    else:
        values = ", ".join(old.texts)
        message = f"the MX goes ({values}): mail to {name} finds no server" if values else f"the MX of {name} goes"
        yield finding(RECORD_GOES, old.where, message, _KEEP, records=records)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN or holds_token(text) else f"{text[:_SHOWN]}..."
