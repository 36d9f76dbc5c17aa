"""Domain names as people type them: Unicode, capitals, a final dot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ses_email_auth import Dkim, DmarcPolicy, DomainPolicy, EmailAuthError, SendingIdentity, SesEmailAuth
from tests.cdk.stacks import dkim, identity, imported_zone, new_app, new_stack, records, templates

if TYPE_CHECKING:
    from tests.cdk.stacks import Template

A_LABELS = "xn--wgv71a119e.jp"

# zone name, domain_name, the name in DNS
NAMES = {
    "unicode": (A_LABELS, "日本語.jp", A_LABELS),
    "unicode-zone": ("日本語.jp", None, A_LABELS),
    "full-width": (A_LABELS, "日本語。ｊｐ", A_LABELS),
    "unicode-label-below": (A_LABELS, "メール.日本語.jp", f"xn--4dkua4c.{A_LABELS}"),
    "capitals-and-dot": ("BlackSheep.LINK.", "BLACKSHEEP.link.", "blacksheep.link"),
    "a-labels": (A_LABELS, "XN--WGV71A119E.JP.", A_LABELS),
}


@pytest.fixture(scope="module")
def built() -> dict[str, Template]:
    """Each name in a stack of its own."""
    app = new_app()
    for form, (zone_name, domain_name, _) in NAMES.items():
        stack = new_stack(app, form)
        SesEmailAuth(
            stack,
            "EmailAuth",
            hosted_zone=imported_zone(stack, zone_name),
            domain_name=domain_name,
            mail_from_subdomain="Bounce",
            from_subdomains=["お知らせ"],
            dmarc_rua=[f"DMARC@{domain_name or zone_name}".removesuffix(".")],
            dmarc_policy=DmarcPolicy.NONE,
        )
    return templates(app)


@pytest.mark.parametrize(("form", "name"), [pytest.param(form, name, id=form) for form, (_, _, name) in NAMES.items()])
def test_records(built: dict[str, Template], form: str, name: str) -> None:
    """A-labels in lower case everywhere, the part before the `@` of an address as it was given."""
    assert records(built[form]) == [
        *dkim(),
        f"bounce.{name}. 600 MX 10 feedback-smtp.ap-northeast-1.amazonses.com",
        f'bounce.{name}. 600 TXT "v=spf1 include:amazonses.com ~all"',
        f'{name}. 600 TXT "v=spf1 include:amazonses.com ~all"',
        f'xn--t8j8aziv630a.{name}. 600 TXT "v=spf1 include:amazonses.com ~all"',
        f'_dmarc.{name}. 600 TXT "v=DMARC1; p=none; rua=mailto:DMARC@{name}"',
    ]
    assert identity(built[form]) == {
        "EmailIdentity": name,
        "MailFromAttributes": {"MailFromDomain": f"bounce.{name}"},
    }


LONGEST = ".".join(["a", *["b" * 63] * 3, "blacksheep.link"])
"""209 octets: the token of SES and `._domainkey.` are 44."""

KEY = "k" * 63


def room(octets: int, what: str, name: str) -> str:
    """The sentence."""
    return (
        f"'domain_name' must have at most {octets} octets, since the name of {what} is {253 - octets} longer and DNS takes "
        f"253; got {len(name)}: '{name}'"
    )


def test_the_longest_domain() -> None:
    """All of it fits, also what is read from the identity in a comment, which takes 256 characters."""
    app = new_app()
    stack = new_stack(app, "S")
    auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), domain_name=LONGEST, from_subdomains=["n" * 43])
    assert len(LONGEST) == 209
    assert max(len(str(record.name)) for record in auth.records) == 253
    assert templates(app)["S"]["Resources"]


@pytest.mark.parametrize(
    ("construct", "name", "props", "sentence"),
    [
        pytest.param(SesEmailAuth, f"a{LONGEST}", {}, room(209, "a DKIM record", f"a{LONGEST}"), id="easy-dkim"),
        pytest.param(
            SendingIdentity,
            f"a{LONGEST}",
            {"dkim": Dkim.replica_of("us-east-1")},
            room(209, "a DKIM record", f"a{LONGEST}"),
            id="replica",
        ),
        pytest.param(
            SesEmailAuth,
            LONGEST,
            {"dkim": Dkim.managed_key(selector=KEY[:60])},
            room(179, "a DKIM record", LONGEST),
            id="managed-key",
        ),
        pytest.param(
            SesEmailAuth,
            LONGEST,
            {"mail_from_subdomain": "m" * 44},
            f"'mail_from_subdomain' must be a label below '{LONGEST}', but '{'m' * 44}.{LONGEST}' is not a domain name: it has "
            "254 octets; at most 253 are allowed; pass for example 'bounce'",
            id="mail-from",
        ),
        pytest.param(
            DomainPolicy,
            f"{'c' * 37}.{LONGEST}",
            {"organizational_domain": f"{'c' * 37}.{LONGEST}"},
            room(246, "the DMARC record", f"{'c' * 37}.{LONGEST}"),
            id="dmarc",
        ),
    ],
)
def test_a_domain_that_is_too_long(construct: Any, name: str, props: dict[str, Any], sentence: str) -> None:
    """SES or Route 53 would refuse it in the deployment; the reason stands at the user's line."""
    stack = new_stack(new_app())
    with pytest.raises(EmailAuthError) as caught:
        construct(stack, "EmailAuth", hosted_zone=imported_zone(stack), domain_name=name, **props)
    assert str(caught.value) == sentence


def test_a_long_domain_without_these_records() -> None:
    """A policy without DMARC, and an identity whose keys stand already, need no room."""
    stack = new_stack(new_app())
    zone = imported_zone(stack)
    name = f"{'c' * 43}.{LONGEST}"
    assert DomainPolicy(stack, "Policy", hosted_zone=zone, domain_name=name, dmarc_policy=None).records
    SesEmailAuth.from_existing(stack, "Existing", hosted_zone=zone, domain_name=name, dmarc_policy=None)
