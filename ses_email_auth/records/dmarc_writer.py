"""The canonical order and spelling of DMARC tags (RFC 9989 section 4.8; RFC 7489 section 6.3 for the place of `p`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.records.dmarc import DmarcRecord

__all__ = ["tags"]


def tags(record: DmarcRecord) -> Iterator[tuple[str, str]]:
    """The tags of `record` as (name, value): v, p, sp, np, adkim, aspf, fo, rua, ruf, psd, t, pct, rf, ri, unknown ones."""
    yield "v", "DMARC1"
    # RFC 7489 section 6.3: p comes right behind v; RFC 9989 section 4.7 leaves the order behind v free.
    policies = (("p", record.policy), ("sp", record.subdomain_policy), ("np", record.nonexistent_subdomain_policy))
    for name, word in (*policies, ("adkim", record.adkim), ("aspf", record.aspf)):
        if word is not None:
            yield name, word.value
    if record.fo:
        yield "fo", ":".join(option.value for option in record.fo)
    for name, uris in (("rua", record.rua), ("ruf", record.ruf)):
        if uris:
            yield name, ",".join(map(str, uris))
    if record.psd is not None:
        yield "psd", record.psd.value
    if record.testing is not None:
        yield "t", "y" if record.testing else "n"
    for name, value in (("pct", record.pct), ("rf", record.rf), ("ri", record.ri)):
        if value is not None:
            yield name, str(value)
    yield from record.other
