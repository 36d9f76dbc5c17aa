"""Tests of the rules on SES identities that files declare, and on their own DKIM keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Severity
from tests.checks.rule_table import Row, findings_of, loud, rule_test, silent
from tests.zone.views import TOKEN, identity, part

if TYPE_CHECKING:
    from ses_email_auth.zone.declared import DeclaredIdentity

WRITE = "write a domain such as example.com, or an address in it"
TWICE = "'example.com' is declared 2 times for one account and region; the second cannot be created"
ONCE = "declare it once, and refer to it elsewhere"
ADDRESS = "'a@mail.example.com' has an identity of its own, without the MAIL FROM domain bounce.example.com of 'example.com'; "
ADDRESS += "its mail can leave with a MAIL FROM domain of SES"
LEAVE = "leave the address to the identity example.com, or give it the same kind of MAIL FROM domain"


def _name(name: str, trouble: str, row: str) -> Row:
    message = f"{name!r} cannot be an identity: {trouble}"
    return loud("ses-identity-name", part(identity(name)), Severity.ERROR, name, message, WRITE, id=row)


def _conflict(declared: DeclaredIdentity, trouble: str, fix: str, row: str) -> Row:
    message = f"{declared.name!r} has {trouble}"
    return loud("ses-own-key-conflict", part(declared), Severity.ERROR, declared.name, message, fix, id=row)


LOUD = [
    _name("example..com", "it has an empty label; dots must stand alone between labels", "empty-label"),
    _name("a@b c.example", "the label 'b c' may hold letters, digits and inner hyphens only", "white-space"),
    _name("localhost", "'localhost' is no domain that sends mail", "one-label"),
    _name("*.example.com", "'*.example.com' is no domain that sends mail", "wildcard"),
    _name("co.jp", "'co.jp' is a public suffix", "public-suffix"),
    loud(
        "ses-identity-twice",
        part(identity(resource="A"), identity("Example.com.", resource="B")),
        Severity.ERROR,
        "example.com",
        TWICE,
        ONCE,
        id="in-one-template",
    ),
    loud(
        "ses-identity-twice",
        part(*(identity(path=path, account="1", region="us-east-1") for path in ("a.json", "b.json"))),
        Severity.ERROR,
        "example.com",
        TWICE,
        ONCE,
        id="in-two-templates-for-one-region",
    ),
    loud(
        "ses-address-identity",
        part(identity("a@mail.example.com"), identity(mail_from="bounce.example.com", region="us-east-1")),
        Severity.WARNING,
        "a@mail.example.com",
        ADDRESS,
        LEAVE,
        id="below-the-domain",
    ),
    loud(
        "ses-region",
        part(identity(region="cn-north-1")),
        Severity.ERROR,
        "example.com",
        "Amazon SES does not exist in the China region 'cn-north-1'",
        "deploy the identity to another region",
        id="china",
    ),
    _conflict(
        identity(selector="s", bits=2048),
        "a DKIM key of its own and a key length for keys that SES makes",
        "keep one of them",
        "own-key-and-key-length",
    ),
    _conflict(
        identity(selector="s", key=False),
        "a DKIM selector without its private key",
        "give both, or neither for Easy DKIM",
        "selector-alone",
    ),
    _conflict(
        identity(key=True),
        "a private DKIM key without its selector",
        "give both, or neither for Easy DKIM",
        "private-key-alone",
    ),
    _conflict(
        identity("a@example.com", selector="s"),
        "a DKIM key of its own, which SES takes for domains alone",
        "give the key to the identity of the domain",
        "an-address",
    ),
    loud(
        "ses-selector",
        part(identity(selector="a_b")),
        Severity.ERROR,
        "example.com",
        "SES refuses the selector 'a_b' of 'example.com'; it takes 1 to 63 letters, digits and inner hyphens, without dots",
        "take for example key-2026",
        id="underscore",
    ),
]

SILENT = [
    silent("ses-identity-name", part(identity(), identity("a@example.com"), identity("日本語.jp")), id="good"),
    silent("ses-identity-name", part(identity("github.io")), id="a-suffix-of-a-company"),
    silent("ses-identity-name", part(identity(f"{TOKEN}.")), id="token"),
    silent("ses-identity-name", part(identity("{{resolve:ssm:name}}"), identity("${Name}"), identity("")), id="later"),
    silent(
        "ses-identity-twice",
        part(*(identity(account="1", region=region) for region in ("us-east-1", "eu-west-1"))),
        id="regions",
    ),
    silent("ses-identity-twice", part(identity(path="a.json"), identity(path="b.json")), id="regions-not-known"),
    silent("ses-identity-twice", part(identity(path="a.json", region="x"), identity(path="b.json", region="x")), id="accounts"),
    silent("ses-identity-twice", part(identity(), identity()), id="one-resource-seen-twice"),
    silent(
        "ses-identity-twice", part(identity(resource="A", alternative="condition X"), identity(resource="B")), id="condition"
    ),
    silent(
        "ses-identity-twice",
        part(identity(resource="aws_sesv2_email_identity.a"), identity(resource="aws_sesv2_email_identity.b")),
        id="two-providers-of-terraform",
    ),
    silent(
        "ses-identity-twice",
        part(*(identity(resource=f"aws_ses_domain_identity.{name}", account="1", region="x") for name in "ab")),
        id="the-older-api",
    ),
    silent(
        "ses-identity-twice",
        part(identity("A@example.com", resource="A"), identity("a@example.com", resource="B")),
        id="case",
    ),
    silent("ses-identity-twice", part(identity(TOKEN, resource="A"), identity(TOKEN, resource="B")), id="token"),
    silent("ses-address-identity", part(identity("a@example.com"), identity()), id="no-mail-from"),
    silent("ses-address-identity", part(identity("a@example.com")), id="no-domain"),
    silent(
        "ses-address-identity",
        part(identity("a@example.com", mail_from="b.example.com"), identity(mail_from="b.example.com")),
        id="both",
    ),
    silent(
        "ses-address-identity",
        part(identity("a@example.com", region="us-east-1"), identity(mail_from="b.example.com", region="eu-west-1")),
        id="two-regions",
    ),
    silent(
        "ses-address-identity",
        part(identity("a@example.com", account="1"), identity(mail_from="b.example.com", account="2")),
        id="two-accounts",
    ),
    silent(
        "ses-address-identity",
        part(identity("a@example.com", alternative="condition X"), identity(mail_from="b.example.com")),
        id="condition",
    ),
    silent("ses-address-identity", part(identity(f"a@{TOKEN}"), identity(mail_from="b.example.com")), id="token"),
    silent("ses-region", part(identity(), identity(region="us-east-1"), identity(region="xx-north-9")), id="others"),
    silent("ses-own-key-conflict", part(identity(), identity(selector="s"), identity(bits=1024)), id="one-of-them"),
    silent("ses-selector", part(identity(), identity(selector="key-2026"), identity(selector=TOKEN)), id="good"),
    silent("ses-selector", part(identity(selector="{{resolve:ssm:name}}"), identity(selector="<Name>")), id="later"),
]


test_rules = rule_test(LOUD, SILENT)


def test_both_identities_of_one_name_are_named() -> None:
    """The finding leads to each of the two resources."""
    view = part(identity(resource="A"), identity(resource="B"))
    assert [finding.records for finding in findings_of("ses-identity-twice", view)] == [view.identities]


def test_unprintable_names_are_shown_harmless() -> None:
    """Names of templates can be anything."""
    (finding,) = findings_of("ses-identity-name", part(identity("a\x1b[2J.example\u202e.com")))
    assert f"{finding}{finding.where}".isprintable()
