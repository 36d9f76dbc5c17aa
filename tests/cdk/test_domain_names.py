"""Domain names as people type them: Unicode, capitals, a final dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ses_email_auth import DmarcPolicy, SesEmailAuth
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
