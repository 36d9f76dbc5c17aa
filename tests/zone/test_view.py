"""Tests of what a view of a zone tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.records.resource_record_set import RecordType
from ses_email_auth.zone.spf_walk import Cost
from tests.zone.views import (
    FEEDBACK,
    TOKEN,
    ZONE,
    declared,
    easy_dkim,
    identity,
    mx,
    part,
    record_set,
    token_names,
    txt,
    whole,
)

if TYPE_CHECKING:
    from ses_email_auth.zone.view import ZoneView


def test_who_sends_through_ses() -> None:
    """Identities tell, and the CNAMEs of Easy DKIM; what holds a token tells nothing."""
    view = part(
        identity("a@mail.example.com"),
        identity(TOKEN),
        *easy_dkim("a"),
        *easy_dkim("b", domain="news.example.com"),
        *easy_dkim("c", domain=TOKEN),
        *easy_dkim("d", "dkim.example.net", domain="other.example.com"),
        *token_names(1),
    )
    assert view.ses_senders == {ZONE, DomainName("mail.example.com"), DomainName("news.example.com")}


def test_what_a_mail_from_domain_is_known_by() -> None:
    """A feedback host among its MX values, whichever set they stand in."""
    bounce = DomainName("bounce.example.com")
    view = part(mx(bounce.text, FEEDBACK), mx(bounce.text, "0 ."), mx("example.com", "10 mail.example.com"))
    assert view.mail_from_mx == {bounce: (FEEDBACK, "0 .")}


@pytest.mark.parametrize(
    ("view", "answer"),
    [
        pytest.param(whole(mx("a.example.com", "1 x.example"), mx("*.example.com", "2 x.example")), "1 x.example", id="own"),
        pytest.param(whole(mx("*.example.com", "2 x.example")), "2 x.example", id="a-wildcard"),
        pytest.param(whole(mx("*.com", "3 x.example"), mx("*.example.com", "2 x.example")), "2 x.example", id="the-nearest"),
        pytest.param(whole(txt("a.example.com", "x"), mx("*.example.com", "2 x.example")), None, id="the-name-exists"),
        pytest.param(whole(mx("*.b.example.com", "2 x.example")), None, id="another-wildcard"),
    ],
)
def test_what_dns_answers(view: ZoneView, answer: str | None) -> None:
    """RFC 4592 section 3.3.1: a name that exists, with whatever type, is answered by no wildcard."""
    answers = view.answers(DomainName("a.example.com"), RecordType.MX)
    assert [record.texts[0] for record in answers] == ([] if answer is None else [answer])


@pytest.mark.parametrize(
    ("name", "is_delegated"),
    [
        pytest.param("example.com", False, id="the-zone-itself"),
        pytest.param("news.example.com", True, id="the-cut"),
        pytest.param("a.news.example.com", True, id="below-the-cut"),
        pytest.param("mail.example.com", False, id="beside-it"),
    ],
)
def test_what_is_delegated(name: str, is_delegated: bool) -> None:  # noqa: FBT001 - a column of the table
    """RFC 1034 section 4.2.1: NS records below the name of the zone cut a part off."""
    apex = record_set("example.com", RecordType.NS, "ns.example.net")
    cut = record_set("news.example.com", RecordType.NS, "ns.example.net")
    view = whole(apex, cut, txt("mail.example.com", "x"))
    assert view.is_delegated(DomainName(name)) is is_delegated


def test_texts_with_a_token_are_left_out_and_counted() -> None:
    """A record set counts once, whether its name or a value holds the token."""
    view = part(txt("example.com", "a", f"b{TOKEN}"), txt(f"a.{TOKEN}", "c"), declared("example.com", "TXT", '"d"'))
    assert [text.text for text in view.texts] == ["a", "c", "d"]
    assert view.hidden == 2


def test_where_spf_records_lead_and_what_that_costs() -> None:
    """Lookups in view, and with the table of known includes; a loop has no cost."""
    view = part(
        txt("example.com", "v=spf1 include:_spf.example.com include:sendgrid.net -all include:void.example.com"),
        txt("_spf.example.com", "v=spf1 a mx ~all"),
        txt("a.example.com", "v=spf1 redirect=b.example.com"),
        txt("b.example.com", "v=spf1 include:a.example.com ~all"),
    )
    assert view.spf_walk.costs == {ZONE: Cost(4, 5), DomainName("_spf.example.com"): Cost(2, 2)}
    assert view.spf_walk.loops == dict.fromkeys(
        [DomainName("a.example.com"), DomainName("b.example.com")], (DomainName("a.example.com"), DomainName("b.example.com"))
    )


def test_dkim_keys_stand_at_selectors() -> None:
    """Policies at `_domainkey` and at names with an underscore are no keys (RFC 4870, RFC 5617, RFC 6651)."""
    names = ("s", "a.b", "*", "_adsp", "_report")
    keys = [txt(f"{name}._domainkey.example.com", "v=DKIM1; p=") for name in names]
    view = part(*keys, txt("_domainkey.example.com", "o=~"), txt(f"s._domainkey.{TOKEN}", "v=DKIM1; p="))
    assert [(entry.selector, entry.domain, entry.is_wildcard) for entry in view.dkim] == [
        ("s", "example.com", False),
        ("a.b", "example.com", False),
        ("*", "example.com", True),
    ]
