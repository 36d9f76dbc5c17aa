"""The rule on Easy DKIM CNAMEs that lead past the key (Amazon SES developer guide, "Easy DKIM in Amazon SES").

SES gives `<token>._domainkey.<domain>` the target `<token>.dkim.<part>.amazonses.com`. Not handled: whether the token and the
part are those of the identity, which only SES knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Rule, Severity
from ses_email_auth.checks.rules.shown import shown
from ses_email_auth.checks.rules.spelling import is_one_off
from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import visible
from ses_email_auth.known_after_deploy import holds_token
from ses_email_auth.records.resource_record_set import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.checks.zone_view import ZoneView

__all__ = ["DKIM_TARGET_RULES", "domains_past_the_key"]

_TARGET = re.compile(r"(?P<token>[a-z0-9]{20,63})\.dkim\.(?P<part>(?:[a-z0-9-]+\.){0,2}?)(?P<host>[a-z]+)\.com(?P<more>\..+)?")
_HOST = "amazonses"
_OTHER_HOSTS = ("amazonaws", "amazonse")
_SELECTOR = "._domainkey."


def _past_the_key(view: ZoneView) -> Iterator[Fault]:
    for record in view.sets(RecordType.CNAME):
        name = record.name
        if not isinstance(name, DomainName) or not name.is_known or len(record.texts) != 1 or holds_token(record.texts[0]):
            continue
        match = _TARGET.fullmatch(record.texts[0].lower().removesuffix("."))
        trouble = None if match is None else _trouble(name.text, match)
        if trouble is not None:
            yield Fault(where=visible(record.place), message=trouble[0], fix=trouble[1], records=(record,))


def _trouble(name: str, match: re.Match[str]) -> tuple[str, str] | None:
    """What is wrong with a CNAME whose target looks like a key of SES, and the fix."""
    token, host = match["token"], match["host"]
    right = f"{token}.dkim.{match['part']}{_HOST}.com"
    if host != _HOST and host not in _OTHER_HOSTS and not is_one_off(host, _HOST):
        return None
    if host != _HOST:
        return f"its target ends in {host}.com; the DKIM keys of SES are below {_HOST}.com", f"write {right}"
    if match["more"] is not None:
        behind = f"its target has {shown(match['more'][1:])} behind the host of SES, where no key is"
        return behind, f"write {right}. with the final dot"
    first, _, rest = name.partition(".")
    if first == token and not rest.startswith(_SELECTOR[1:]):
        return f"it stands at {name}, and SES and receivers look below _domainkey only", f"write {token}{_SELECTOR}{rest}"
    # A token has always the same length; a selector of another length is one that somebody chose.
    if rest.startswith(_SELECTOR[1:]) and first != token and len(first) == len(token) and first.isalnum():
        mixed = f"it leads to the key of {shown(token)}, and each DKIM name of SES leads to the key of its own token"
        return mixed, f"write {first}.dkim.{match['part']}{_HOST}.com"
    return None


def domains_past_the_key(view: ZoneView) -> frozenset[str]:
    """The domains with a DKIM name about which this rule speaks."""
    names = (fault.where.removesuffix(" CNAME").partition(".")[2] for fault in _past_the_key(view))
    return frozenset(name.removeprefix(_SELECTOR[1:]) for name in names)


DKIM_TARGET_RULES = (
    Rule(
        id="ses-dkim-target",
        severity=Severity.ERROR,
        need=Need.RECORD,
        reason="SES verifies a domain only if each DKIM name leads to its key, by name and target as SES gave them.",
        reference="Amazon SES developer guide, Easy DKIM",
        faults=_past_the_key,
        example="abcdefghijklmnopqrstuvwxyz234567._domainkey.example.com. 600 IN CNAME "
        "abcdefghijklmnopqrstuvwxyz234567.dkim.amazonaws.com.",
    ),
)
