"""A second, smaller account of the same rules, in strings and dicts, to judge `prove` by.

Written from the standards, not from the code: RFC 9989 sections 4.4, 4.7 and 4.10, RFC 7489 sections 3.1, 3.2 and 6.6.3.
"""

from __future__ import annotations

from typing import NamedTuple

from publicsuffixlist import PublicSuffixList

Tags = dict[str, str]
Records = dict[str, Tags]

_LIST = PublicSuffixList()
_LOWER = {"reject": "quarantine", "quarantine": "none", "none": "none"}


class Identity(NamedTuple):
    """A domain identity; `signs` with its own name, bounces go to `mail_from` or to SES."""

    name: str
    signs: bool
    mail_from: str | None


class Answer(NamedTuple):
    """What the model says."""

    verdict: str
    policy: str | None
    policy_at: str | None


def above(name: str) -> list[str]:
    """The name and all above it, the longest first."""
    labels = name.split(".")
    return [".".join(labels[n:]) for n in range(len(labels))]


def asked(name: str) -> list[str]:
    """What a walk asks: the name, then at most seven names of seven labels or fewer."""
    return [name, *[n for n in above(name)[1:] if n.count(".") < 7]]


def organization(name: str, records: Records, *, walk: bool) -> str:
    """The organizational domain."""
    if not walk:
        return _LIST.privatesuffix(name) or name
    best = name
    for step in asked(name):
        psd = records.get(step, {}).get("psd")
        if psd == "n":
            return step
        if psd == "y" and step != name:
            return next(n for n in above(name) if n.partition(".")[2] == step)
        if step in records:
            best = step
    return best


def discover(name: str, records: Records, *, walk: bool) -> tuple[str, Tags] | None:
    """Where the policy for `name` stands, and what it says."""
    places = [name, organization(name, records, walk=walk)]
    if walk:
        suffix = places[1].partition(".")[2]
        places += [suffix] if suffix in asked(name) and records.get(suffix, {}).get("psd") == "y" else []
    return next(((place, records[place]) for place in places if place in records), None)


def answer(author: str, identities: list[Identity], records: Records, *, walk: bool) -> Answer:
    """The verdict and the policy for forgeries."""
    found = discover(author, records, walk=walk)
    at, tags = found if found is not None else (None, {})
    policy = None
    if found is not None:
        policy = tags["p"] if at == author else tags.get("sp", tags["p"])
        policy = _LOWER[policy] if walk and tags.get("t") == "y" else policy
    covering = [i for i in identities if i.name in above(author)]
    if not covering:
        return Answer("REFUSED_BY_SES", policy, at)
    if walk and author not in records and any(n in records for n in set(above(author)) - set(asked(author))):
        return Answer("CANNOT_TELL", policy, at)
    signer = max(covering, key=lambda i: i.name.count("."))

    def aligned(identifier: str | None, tag: str) -> bool:
        if identifier is None or tags.get(tag) == "s":
            return identifier == author
        return organization(identifier, records, walk=walk) == organization(author, records, walk=walk)

    dkim, spf = aligned(signer.name if signer.signs else None, "adkim"), aligned(signer.mail_from, "aspf")
    return Answer({(1, 1): "BOTH", (1, 0): "DKIM_ONLY", (0, 1): "SPF_ONLY", (0, 0): "FAIL"}[dkim, spf], policy, at)
