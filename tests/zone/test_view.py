"""Tests of what a view of a zone tells."""

from __future__ import annotations

from ses_email_auth.domain_name import DomainName
from tests.zone.views import FEEDBACK, TOKEN, ZONE, easy_dkim, identity, mx, part, token_names


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
