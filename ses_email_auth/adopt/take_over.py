"""The records of one domain that exist already, as our constructs would publish them: found, compared, or in need of a hand.

The draft of a construct that takes over what stands in DNS: its arguments, and what they cannot express.

What stands of the sending half, the DKIM records and those of the MAIL FROM domain, as arguments of `SesEmailAuth`.

Whoever has DKIM records of SES has an identity: CloudFormation must not make it again, so `from_existing` is written, with the
tokens that stand. Not handled: own keys (BYODKIM).

The arguments of `SesEmailAuth` whose first deploy equals what stands in DNS, so that CloudFormation takes the records over.

CloudFormation takes a record set over if name, type, TTL and values are the same (reported by users, not documented by AWS).
What no argument can express is said, with what to change in DNS before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.adopt.move_problem import MoveProblem
from ses_email_auth.adopt.python_text import literal, name_list
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.publication.sending import DEFAULT_TTL
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.route53_txt import character_strings, txt_strings
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.hosts import SPF_INCLUDE, feedback_region, is_easy_dkim_target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.sources.source_file import SourceFile
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

__all__ = [
    "OUR_SPF",
    "Existing",
    "TakeOver",
    "choose_domain",
    "existing",
    "seconds_of",
    "sending",
    "take_over",
    "txt_values",
]

_LONGEST_TTL = 10


@dataclass(slots=True, kw_only=True)
class Existing:
    """What stands for one domain."""

    domain: DomainName
    zone: DomainName | None
    """The name of its hosted zone; None if nobody can tell."""

    is_complete: bool = False
    """Whether a file holds all of the zone, so that what is not there does not exist."""

    records: dict[tuple[str, str], DeclaredRecordSet] = field(default_factory=dict)
    """By name and type."""

    routed: set[tuple[str, str]] = field(default_factory=set)
    """The ones with a routing policy, or that are aliases: CloudFormation would have to know all of it."""

    identities: list[DeclaredIdentity] = field(default_factory=list)

    def txt(self, name: DomainName) -> DeclaredRecordSet | None:
        """The TXT record set at `name`."""
        return self.records.get((name.text, "TXT"))


def choose_domain(found: Iterable[SourceFile], wanted: str | None) -> Existing:
    """The domain that is meant, and what stands for it.

    Raises:
        EmailAuthError: if it is no domain name, if nobody can tell which one is meant, or if nothing is known of it.
    """
    listed = list(found)
    zones = {zone.name for each in listed for zone in each.zones if zone.name is not None and not zone.is_private}
    if wanted is not None:
        made = existing(listed, DomainName(wanted), zones)
        if made.zone is None and not (made.records or made.routed or made.identities):
            raise EmailAuthError(
                f"the files say nothing of {made.domain.text!r}; name another domain by --domain{_known(zones)}"
            )
        return made
    identities = {i.domain for each in listed for i in each.identities if not i.is_address and i.domain is not None}
    candidates = identities or zones
    if len(candidates) != 1:
        raise EmailAuthError(f"nobody can tell which domain is meant; name it by --domain{_known(candidates)}")
    return existing(listed, next(iter(candidates)), zones)


def _known(domains: Iterable[DomainName]) -> str:
    names = sorted(each.text for each in domains)
    return f": {', '.join(names)}" if names else ""


def existing(found: Iterable[SourceFile], domain: DomainName, zones: Iterable[DomainName]) -> Existing:
    """What stands for `domain` in the nearest of `zones`; records of private zones do not count."""
    above = [zone for zone in zones if domain.is_at_or_below(zone)]
    made = Existing(domain=domain, zone=max(above, key=lambda zone: len(zone.labels), default=None))
    for contents in found:
        made.identities += [each for each in contents.identities if each.domain == domain and not each.is_address]
        made.is_complete |= any(zone.is_complete for zone in contents.zones if zone.name == made.zone)
        others = {z.zone_id for z in contents.zones if z.is_private or (z.name is not None and z.name != made.zone)}
        for record in contents.records:
            name = record.name
            if record.zone_id in others or not isinstance(name, DomainName) or not name.is_known:
                continue
            if not name.is_at_or_below(domain):
                continue
            key = (name.text, record.type_text)
            if record.set_identifier is not None or record.is_alias:
                made.routed.add(key)
            else:
                made.records[key] = record
    return made


def txt_values(record: DeclaredRecordSet) -> tuple[str | tuple[str, ...], ...] | None:
    """The values as `FromDomainTxt.adopt` takes them; None if that would not give the same text again."""
    values: list[str | tuple[str, ...]] = []
    for written in record.values:
        if isinstance(written, KnownAfterDeploy) or holds_token(written):
            return None
        strings = txt_strings(written)
        text = "".join(strings)
        values.append(text if character_strings(text) == strings else strings)
    try:
        again = ResourceRecordSet(DomainName("example.com"), RecordType.TXT, 0, tuple(values)).resource_records
    except EmailAuthError:
        return None
    return tuple(values) if again == record.values else None


def seconds_of(record: DeclaredRecordSet) -> int | None:
    """The TTL; None if the file does not say."""
    written = record.ttl
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= _LONGEST_TTL else None


@dataclass(slots=True, kw_only=True)
class TakeOver:
    """What to write, and what that means."""

    found: Existing
    arguments: dict[str, str] = field(default_factory=dict)
    """Props with their values as Python."""

    equal: list[str] = field(default_factory=list)
    """The record sets that stand and stay as they are."""

    fresh: list[str] = field(default_factory=list)
    """The ones that the first deploy adds."""

    hand_work: list[MoveProblem] = field(default_factory=list)
    later: dict[str, str] = field(default_factory=dict)
    """What takes the place of `from_domain_txt` in the deploy after that."""

    is_existing: bool = False
    """Whether the identity stands already, so that nothing may make it again."""

    region: str | None = None
    """Where the MAIL FROM domain says that SES is."""

    def standing(self, key: tuple[str, str]) -> DeclaredRecordSet | None:
        """The record set that stands there; what keeps ours from being made is hand work."""
        name, kind = key
        if key in self.found.routed or (name, "CNAME") in {*self.found.records, *self.found.routed}:
            self.hand_work.append(
                MoveProblem(
                    f"{name} has a CNAME, an alias or a routing policy, so {kind} cannot stand there",
                    "replace it by a plain record",
                )
            )
            return None
        record = self.found.records.get(key)
        if record is None:
            self.fresh.append(" ".join(key))
        return record

    def keep(self, key: tuple[str, str], argument: str, record: DeclaredRecordSet) -> None:
        """It stands, and the prop `argument` keeps its TTL."""
        self.equal.append(" ".join(key))
        self.set_ttl(" ".join(key), argument, seconds_of(record))

    def set_ttl(self, place: str, argument: str, ttl: int | None) -> None:
        """Give the prop `argument` what stands at `place`, unless that is the default."""
        if ttl is None:
            self.hand_work.append(
                MoveProblem(f"the file does not say the TTL of {place}", f"add {argument}=Duration.seconds(…)")
            )
        elif ttl != DEFAULT_TTL:
            self.arguments[argument] = f"Duration.seconds({ttl})"

    def below(self, name: DomainName) -> str:
        """A name as the props take it: one label, or the full name."""
        label = name.relative_to(self.found.domain)
        return name.text if "." in label else label


OUR_SPF = str(SpfRecord.of_includes([SPF_INCLUDE]))
_NAMES = 3  # of Easy DKIM, in each region
_TOKEN = re.compile(r"[a-z0-9]{32}")


def sending(made: TakeOver, region: str | None) -> None:
    """Write the arguments of the identity that sends from `region`."""
    _dkim(made)
    _mail_from(made, region)


def _dkim(made: TakeOver) -> None:
    suffix = f"._domainkey.{made.found.domain}"
    found = {
        name.removesuffix(suffix): record
        for (name, kind), record in made.found.records.items()
        if kind == "CNAME" and name.endswith(suffix) and any(is_easy_dkim_target(str(value)) for value in record.values)
    }
    made.is_existing = bool(found or made.found.identities)
    if not found:
        if not made.is_existing:
            made.fresh += [f"<token {number}>{suffix} CNAME" for number in range(1, _NAMES + 1)]
        return
    zones = {_signing_zone(token, record) for token, record in found.items()}
    ttls = {seconds_of(record) for record in found.values()}
    if len(found) != _NAMES or len(ttls) != 1 or len(zones) != 1 or "" in zones:
        made.hand_work.append(
            MoveProblem(
                f"there are {len(found)} DKIM records of SES, with the TTLs {', '.join(sorted(map(str, ttls)))}; we publish "
                f"{_NAMES} for a region, with one TTL, each <token>{suffix} to <token> in the zone of SES",
                "ask SES which are in use ('aws sesv2 get-email-identity --query DkimAttributes'); give these to dkim_tokens",
            )
        )
        return
    made.equal += [f"{token}{suffix} CNAME" for token in found]
    made.arguments["dkim_tokens"] = name_list(found)
    made.arguments["dkim_signing_zone"] = literal(zones.pop())
    made.set_ttl("the DKIM records", "dkim_ttl", ttls.pop())


def _signing_zone(token: str, record: DeclaredRecordSet) -> str:
    """Where SES keeps the key; empty if the record is not as we would write it."""
    value = str(record.values[0])
    if record.origin.line is not None:  # a zone file has a final dot at every name, whatever Route 53 was given
        value = value.removesuffix(".")
    if _TOKEN.fullmatch(token) is None or not value.startswith(f"{token}.") or value != value.lower().removesuffix("."):
        return ""
    return value.removeprefix(f"{token}.")


def _mail_from(made: TakeOver, region: str | None) -> None:
    found = {
        name: feedback_region(str(record.values[0]))
        for (name, kind), record in made.found.records.items()
        if kind == "MX" and len(record.values) == 1 and feedback_region(str(record.values[0])) is not None
    }
    named = [name for name, place in found.items() if region in {None, place}]
    places = ", ".join(f"{name} ({found[name]})" for name in sorted(named or found))
    if found and not named:
        made.hand_work.append(
            MoveProblem(f"no name is a MAIL FROM domain of {region}; there is {places}", "name that region by --region")
        )
        return
    if len(named) > 1:
        made.hand_work.append(
            MoveProblem(
                f"several names are a MAIL FROM domain: {places}",
                "name the home region by --region; the others become a SendingIdentity each",
            )
        )
        return
    mail_from = DomainName(named[0]) if named else _said(made)
    if mail_from is None:
        return
    made.region = found.get(mail_from.text)
    made.arguments["mail_from_subdomain"] = literal(made.below(mail_from))
    _compare(made, (mail_from.text, "MX"), "mail_from_mx_ttl", f"10 feedback-smtp.{made.region}.amazonses.com")
    _compare(made, (mail_from.text, "TXT"), "mail_from_spf_ttl", f'"{OUR_SPF}"')


def _said(made: TakeOver) -> DomainName | None:
    """The MAIL FROM domain that has no MX here: the one of the identity, or the one that a new identity gets."""
    said = {each.mail_from_domain for each in made.found.identities} - {None}
    if len(said) == 1:
        return said.pop()
    return None if made.is_existing else made.found.domain.child("bounce")


def _compare(made: TakeOver, key: tuple[str, str], ttl: str, wanted: str) -> None:
    """Whether a record set with one value is the one that we publish."""
    record = made.standing(key)
    if record is None:
        return
    values = tuple(map(str, record.values))
    is_same = values == (wanted,) or (record.origin.line is not None and values == (f"{wanted}.",))
    if is_same:
        made.keep(key, ttl, record)
    else:
        made.hand_work.append(
            MoveProblem(f"{' '.join(key)} is {', '.join(values)}, and we publish {wanted}", "change it to that value first")
        )


def take_over(contents: Iterable[SourceFile], domain: str | None = None, region: str | None = None) -> TakeOver:
    """The arguments for one domain.

    Args:
        contents: what the readers have read.

        domain: which domain. Default: - that of the only SES identity, or of the only zone

        region: which region, where several have a MAIL FROM domain. Default: - the only one

    Raises:
        EmailAuthError: if nobody can tell which domain is meant.
    """
    made = TakeOver(found=choose_domain(contents, domain))
    own, zone = made.found.domain, made.found.zone
    made.arguments["hosted_zone"] = "zone"
    if own != zone:
        made.arguments["domain_name"] = literal(own.text)
    sending(made, region)
    _from_domain(made)
    _from_subdomains(made)
    _dmarc(made)
    made.arguments["removal_policy"] = "RemovalPolicy.RETAIN"
    return made


def _from_domain(made: TakeOver) -> None:
    key = (made.found.domain.text, "TXT")
    record = made.standing(key)
    if record is None:
        return
    values = txt_values(record)
    if values == (OUR_SPF,):
        made.keep(key, "from_domain_txt_ttl", record)
        return
    ttl = seconds_of(record)
    if values is None or ttl is None:
        made.hand_work.append(
            MoveProblem(
                f"{' '.join(key)} has no TTL here, or is written otherwise than we would", "write FromDomainTxt.adopt by hand"
            )
        )
        return
    made.equal.append(" ".join(key))
    made.arguments["from_domain_txt"] = f"FromDomainTxt.adopt({name_list(values)}, ttl=Duration.seconds({ttl}))"
    _say_later(made, record.texts, ttl)


def _say_later(made: TakeOver, texts: Iterable[str], ttl: int) -> None:
    """What takes the place of `from_domain_txt` in the next deploy."""
    spf = [text for text in texts if SpfRecord.is_spf(text)]
    others = [text for text in texts if not SpfRecord.is_spf(text)]
    if len(spf) > 1:
        made.hand_work.append(
            MoveProblem(f"{made.found.domain} has {len(spf)} SPF records", "merge them: receivers believe neither")
        )
    if len(spf) == 1:
        try:
            made.later["spf"] = f"SpfRecord.parse({literal(str(SpfRecord.verbatim(spf[0])))})"
        except EmailAuthError as error:
            made.hand_work.append(MoveProblem(f"the SPF record of {made.found.domain} is broken: {error}", "mend it first"))
    if others:
        made.later["from_domain_txt_values"] = name_list(others)
    if ttl != DEFAULT_TTL:
        made.later["from_domain_txt_ttl"] = f"Duration.seconds({ttl})"


def _from_subdomains(made: TakeOver) -> None:
    mail_from = made.arguments.get("mail_from_subdomain")
    txt = made.found.txt(made.found.domain)
    ttl = DEFAULT_TTL if txt is None or "from_domain_txt" in made.arguments else seconds_of(txt)
    labels = []
    for (text, kind), record in made.found.records.items():
        name = DomainName(text)
        if kind != "TXT" or name == made.found.domain or not name.is_hostname or literal(made.below(name)) == mail_from:
            continue
        if txt_values(record) == (OUR_SPF,) and (text, "MX") not in made.found.records and seconds_of(record) == ttl:
            labels.append(made.below(name))
            made.equal.append(f"{name} TXT")
    if labels:
        made.arguments["from_subdomains"] = name_list(sorted(labels))


def _dmarc(made: TakeOver) -> None:
    key = (made.found.domain.child("_dmarc").text, "TXT")
    record = made.standing(key)
    if record is None:
        return
    values = txt_values(record)
    if values is None or len(values) != 1 or not isinstance(values[0], str):
        made.hand_work.append(
            MoveProblem(f"{' '.join(key)} is not one text", "write the DMARC record as one value, in one string")
        )
        return
    try:
        parsed = DmarcRecord.verbatim(values[0])
    except EmailAuthError as error:
        made.hand_work.append(MoveProblem(f"{' '.join(key)} is no DMARC record: {error}", "mend it first"))
        return
    made.keep(key, "dmarc_ttl", record)
    made.arguments["dmarc"] = f"DmarcRecord.verbatim({literal(str(parsed))})"
