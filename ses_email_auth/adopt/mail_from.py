"""The MAIL FROM domain of a draft: the one that exists, or a name at which nothing stands.

What stands at a name is never to be removed for our records. SES asks for exactly one MX record there; while it does not find
it, it sends with a MAIL FROM domain of its own, or not at all, as `BehaviorOnMxFailure` says (API reference v2,
"MailFromAttributes").
"""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

from ses_email_auth.adopt.draft import readable
from ses_email_auth.adopt.existing import ALIAS, ROUTING
from ses_email_auth.adopt.python_text import literal
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token
from ses_email_auth.records.spf import SpfRecord
from ses_email_auth.ses.hosts import SPF_INCLUDE, feedback_region, is_feedback_mx
from ses_email_auth.ses.regions import can_send

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ses_email_auth.adopt.draft import Draft
    from ses_email_auth.zone.declared import DeclaredRecordSet, DeclaredValue

OUR_SPF = str(SpfRecord.of_includes([SPF_INCLUDE]))
_MX_OF_ANY_STACK = KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com")
_NOT_KNOWN = "region not known"
_SUBDOMAINS = ("bounce", "ses-bounce")


def find_mail_from(draft: Draft, region: str | None) -> DomainName | None:
    """The MAIL FROM domain whose records the draft publishes; None if it publishes none. Its region goes into the draft.

    Args:
        draft: says what exists.
        region: which region, where several have a MAIL FROM domain. Default: - the only one
    """
    draft.region = region
    regions = _regions(draft)
    here = {name for name, its_region in regions.items() if region is None or its_region in {region, _NOT_KNOWN}}
    its_own = {name for name in _of_identities(draft, region) if name in here or name not in regions}
    names = its_own or here
    if len(names) == 1:
        return _at(draft, names.pop(), regions)
    if names:
        draft.needs(
            f"several names are a MAIL FROM domain: {_listed(names, regions)}",
            "name the home region by --region; the others become a SendingIdentity each",
        )
    elif regions:
        draft.needs(
            f"no name is a MAIL FROM domain of {region}; there is {_listed(regions, regions)}", "name that region by --region"
        )
    elif any(identity.mail_from is not None and identity.mail_from_domain is None for identity in draft.existing.identities):
        draft.needs(
            "the file does not say which MAIL FROM domain the identity has",
            f"add mail_from_subdomain=…, which SES knows (aws sesv2 get-email-identity --email-identity {draft.domain} --query "
            f"MailFromAttributes)",
        )
    elif not draft.is_existing:
        return _new_name(draft)
    return None


def publish_mail_from(draft: Draft, name: DomainName) -> None:
    """Write the MAIL FROM domain, and compare its two record sets."""
    draft.arguments["mail_from_subdomain"] = literal(draft.below(name))
    host = f"feedback-smtp.{draft.region or '<region>'}.amazonses.com"
    if draft.region is not None and can_send(draft.region) is None:
        draft.arguments["mail_from_mx_host"] = literal(host)
    _compare(draft, (name.text, "MX"), "mail_from_mx_ttl", _MX_OF_ANY_STACK if draft.follows_stack else f"10 {host}")
    _compare(draft, (name.text, "TXT"), "mail_from_spf_ttl", f'"{OUR_SPF}"')


def _regions(draft: Draft) -> dict[DomainName, str]:
    """The names whose only MX is the host of SES for bounces, and the region that it names."""
    regions: dict[DomainName, str] = {}
    for (_, kind), record in draft.existing.records.items():
        name = record.name
        if kind != "MX" or len(record.values) != 1 or not isinstance(name, DomainName):
            continue
        value = str(record.values[0])
        if name != draft.domain and name.is_hostname and is_feedback_mx(value):
            regions[name] = feedback_region(value) or _NOT_KNOWN
    return regions


def _of_identities(draft: Draft, region: str | None) -> set[DomainName]:
    """The MAIL FROM domains that the identities of the region name."""
    return {
        name
        for identity in draft.existing.identities
        if region is None or identity.region in {"", region}
        if (name := identity.mail_from_domain) is not None and name.is_subdomain_of(draft.domain)
    }


def _listed(names: Iterable[DomainName], regions: Mapping[DomainName, str]) -> str:
    return ", ".join(f"{name} ({regions.get(name, _NOT_KNOWN)})" for name in sorted(names))


def _at(draft: Draft, name: DomainName, regions: Mapping[DomainName, str]) -> DomainName | None:
    """`name`, which is the MAIL FROM domain today, or another name where its records cannot stand."""
    if regions.get(name, _NOT_KNOWN) != _NOT_KNOWN:
        draft.region = regions[name]
    mx = draft.existing.records.get((name.text, "MX"))
    draft.follows_stack = name in regions and mx is not None and isinstance(mx.values[0], KnownAfterDeploy)
    what = draft.existing.obstacle(name, "MX", "TXT") or _foreign(mx)
    if not what:
        return name
    if not draft.is_existing:
        return _new_name(draft, name, what)
    if what in {ALIAS, ROUTING}:
        draft.notes.append(
            f"{name}, the MAIL FROM domain of the identity, has {what}, which no argument can write: nothing changes it, and "
            f"the draft has no mail_from_subdomain"
        )
        return None
    return _moved(draft, name, what)


def _foreign(mx: DeclaredRecordSet | None) -> str:
    """What is wrong with an MX that receives mail elsewhere; empty if it may be that of SES."""
    if mx is None or any(is_feedback_mx(str(value)) or _holds_unknown(value) for value in mx.values):
        return ""
    return f"the MX {', '.join(map(str, mx.values))}"


def _moved(draft: Draft, name: DomainName, what: str) -> DomainName:
    """Another name than the one that SES has for the identity and cannot use."""
    other = _free_name(draft)
    behaviors = {identity.on_mx_failure for identity in draft.existing.identities} - {None}
    behavior = f" --behavior-on-mx-failure {behaviors.pop()}" if len(behaviors) == 1 else ""
    draft.needs(
        f"{name} is the MAIL FROM domain of the identity and has {what}: SES wants an MX of its own there, and nothing else. "
        f"Without it the MAIL FROM domain is not verified, and SES sends with its own, or rejects (BehaviorOnMxFailure)",
        f"leave {name} as it is. The draft makes the records of {other}; after its deploy name {other} where the identity is "
        f"made, or: aws sesv2 put-email-identity-mail-from-attributes --email-identity {draft.domain} --mail-from-domain "
        f"{other}{behavior}",
    )
    return other


def _new_name(draft: Draft, wanted: DomainName | None = None, what: str = "") -> DomainName:
    """The MAIL FROM domain of an identity that is made; a note says why it is not the usual one."""
    wanted = draft.domain.child(_SUBDOMAINS[0]) if wanted is None else wanted
    free = _free_name(draft)
    if free != wanted:
        what = what or draft.existing.obstacle(wanted, "MX", "TXT") or f"{', '.join(draft.existing.types_at(wanted))} records"
        draft.notes.append(
            f"{wanted} has {what}, and nothing changes that: the MAIL FROM domain needs a name of its own, so the draft takes "
            f"{free}"
        )
    return free


def _free_name(draft: Draft) -> DomainName:
    """The first of the usual names at which nothing stands but what we would write."""
    labels = chain(_SUBDOMAINS, (f"{_SUBDOMAINS[0]}{number}" for number in count(2)))
    return next(name for name in map(draft.domain.child, labels) if _is_free(draft, name))


def _is_free(draft: Draft, name: DomainName) -> bool:
    if draft.existing.obstacle(name, "MX", "TXT"):
        return False
    types = draft.existing.types_at(name)
    return not types or (types == ["TXT"] and draft.existing.records[name.text, "TXT"].values == (f'"{OUR_SPF}"',))


def _compare(draft: Draft, key: tuple[str, str], ttl_prop: str, wanted: DeclaredValue) -> None:
    """Take over a record set with one value if it is the one that we publish."""
    record = draft.existing.records.get(key)
    if record is None:
        draft.new.append(" ".join(key))
        return
    place, values = " ".join(key), ", ".join(map(readable, record.values))
    if record.values == (wanted,) or (record.origin.line is not None and record.values == (f"{wanted}.",)):
        draft.take_over(key, ttl_prop, record)
    elif any(map(_holds_unknown, record.values)):
        draft.needs(
            f"the file does not say all of {place}: it is {values}, and we publish {readable(wanted)}",
            "look whether that is the same ('aws route53 list-resource-record-sets'); if not, change it to our value first",
        )
    else:
        or_else = "; or take mail_from_subdomain out, and its records stay as they are" if draft.is_existing else ""
        draft.needs(f"{place} is {values}, and we publish {readable(wanted)}", f"change it to that value first{or_else}")


def _holds_unknown(value: DeclaredValue) -> bool:
    return isinstance(value, str) and holds_token(value)
