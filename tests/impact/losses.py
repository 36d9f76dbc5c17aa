"""What goes: from our construct, from templates that somebody wrote by hand."""

from __future__ import annotations

from typing import Any

from ses_email_auth import (
    DomainPolicy,
    SesEmailAuth,
)
from tests.adopt.templates import identity, record
from tests.impact.inputs import (
    DOMAIN,
    FEEDBACK,
    GOOGLE,
    KEY,
    MICROSOFT,
    REPORTS,
    SITE,
    SPF,
    TOKEN,
    TOKENS,
    Deployed,
    hand,
    ours,
)
from tests.impact.pairs import (
    APEX,
    BOUNCE,
    DMARC,
    EMPTY,
    FULL,
    NEWS,
    NONE,
    REJECT,
    STRICT,
    Pair,
    with_spf,
)

LOST_FROM_OURS = [
    Pair(
        id="one-sender-of-two",
        reason="mail of Microsoft 365 fails SPF at once; the line keeps the sender that is left",
        old=Deployed(ours(**FULL)),
        new=ours(**FULL | {"spf_includes": [GOOGLE]}),
        says=(f"error impact-spf-sender-goes {APEX}",),
        words={"impact-spf-sender-goes": (MICROSOFT, f'spf_includes=["{GOOGLE}", "{MICROSOFT}"]')},
        paste=("spf_includes",),
    ),
    Pair(
        id="all-other-senders",
        reason="the app forgot what stood there",
        old=ours(**FULL),
        new=ours(**{name: value for name, value in FULL.items() if name != "spf_includes"}),
        says=(f"error impact-spf-sender-goes {APEX}",),
        words={"impact-spf-sender-goes": (GOOGLE, MICROSOFT, "spf_includes=[")},
        paste=("spf_includes",),
    ),
    Pair(
        id="a-sender-by-its-addresses",
        reason="an ip4 term is a sender as an include is; spf_includes cannot say it",
        old=Deployed(ours(**with_spf("v=spf1 ip4:192.0.2.0/24 include:_spf.google.com ~all"))),
        new=ours(dmarc_rua=[REPORTS], spf_includes=[GOOGLE]),
        says=(f"error impact-spf-sender-goes {APEX}",),
        words={"impact-spf-sender-goes": ("ip4:192.0.2.0/24",)},
        paste=("spf",),
    ),
    Pair(
        id="the-spf-record-of-the-from-domain",
        reason="from_domain_spf=False takes the SPF string out of a set that stays for its tokens: no sender is left",
        old=Deployed(ours(**FULL)),
        new=ours(**{name: value for name, value in FULL.items() if name != "spf_includes"} | {"from_domain_spf": False}),
        says=(f"error impact-spf-sender-goes|impact-record-goes {APEX}",),
    ),
    Pair(
        id="the-whole-txt-set-of-the-from-domain",
        reason="the resource leaves the stack, and CloudFormation deletes it",
        old=Deployed(ours(dmarc_rua=[REPORTS])),
        new=ours(dmarc_rua=[REPORTS], from_domain_spf=False),
        says=(f"error impact-record-goes {APEX}",),
    ),
    Pair(
        id="spf-of-a-subdomain",
        reason="mail From news.example.com was covered",
        old=Deployed(ours(dmarc_rua=[REPORTS], from_subdomains=["news"])),
        new=ours(dmarc_rua=[REPORTS]),
        says=(f"error impact-record-goes {NEWS}",),
        words={"impact-record-goes": ("from_subdomains=[",)},
        paste=("from_subdomains",),
    ),
    Pair(
        id="a-site-token",
        reason="Google takes the verification back when it looks again; mail still passes",
        old=Deployed(ours(**FULL)),
        new=ours(**FULL | {"from_domain_txt_values": ["MS=ms12345678"]}),
        says=(f"warning impact-site-token-goes {APEX}",),
        words={"impact-site-token-goes": (TOKEN, "from_domain_txt_values=[", "MS=ms12345678")},
        paste=("from_domain_txt_values",),
    ),
    Pair(
        id="all-site-tokens",
        reason="likewise; the line names all",
        old=Deployed(ours(**FULL)),
        new=ours(**{name: value for name, value in FULL.items() if name != "from_domain_txt_values"}),
        says=(f"warning impact-site-token-goes {APEX}",),
        words={"impact-site-token-goes": (TOKEN, "MS=ms12345678")},
        paste=("from_domain_txt_values",),
    ),
    Pair(
        id="the-dmarc-record",
        reason="forgeries pass again, and Gmail refuses bulk mail of a domain without DMARC",
        old=Deployed(ours(**FULL)),
        new=ours(**{name: value for name, value in FULL.items() if name != "dmarc_rua"} | {"dmarc_policy": None}),
        says=(f"error impact-record-goes {DMARC}",),
        words={"impact-record-goes": ("DmarcPolicy.QUARANTINE|policy=|DmarcRecord", REPORTS)},
        paste=("dmarc|dmarc_policy",),
    ),
    Pair(
        id="the-reports",
        reason="nobody sees any more who sends in the name of the domain",
        old=Deployed(ours(dmarc_policy=NONE, dmarc_rua=[REPORTS])),
        new=ours(dmarc_policy=NONE),
        says=(f"warning impact-reports-stop {DMARC}",),
        words={"impact-reports-stop": (f'dmarc_rua=["{REPORTS}"]',)},
        paste=("dmarc_rua",),
    ),
    Pair(
        id="the-reports-to-one-of-two",
        reason="for its reader the reports stop; the line keeps the other one",
        old=Deployed(ours(**FULL)),
        new=ours(**FULL | {"dmarc_rua": ["reports@example.net"]}),
        says=(f"warning impact-reports-stop {DMARC}",),
        words={"impact-reports-stop": (REPORTS, "reports@example.net")},
        paste=("dmarc_rua",),
    ),
    Pair(
        id="the-reports-of-a-policy-that-is-enforced",
        reason="the policy works on, and nobody sees whom it hits",
        old=Deployed(ours(**STRICT)),
        new=ours(dmarc_policy=REJECT),
        says=(f"warning impact-reports-stop {DMARC}",),
        may=("impact-policy-without-reports",),
        paste=("dmarc_rua",),
    ),
    Pair(
        id="the-identity",
        reason="a DomainPolicy in place of SesEmailAuth: SES refuses mail From the domain",
        old=Deployed(ours(dmarc_policy=NONE, dmarc_rua=[REPORTS])),
        new=ours(_kind=DomainPolicy, dmarc_policy=NONE, dmarc_rua=[REPORTS]),
        says=(f"error impact-identity-goes {APEX}",),
        may=("impact-dkim-goes", "impact-mail-from-mx-goes", "impact-record-goes", "impact-mail-from-changes"),
    ),
    Pair(
        id="the-identity-for-from-existing",
        reason="from_existing makes no identity, and the deploy deletes the one that the stack has",
        old=Deployed(ours(dmarc_rua=[REPORTS])),
        new=ours(_kind=SesEmailAuth.from_existing, dmarc_rua=[REPORTS], dkim_tokens=list(TOKENS), mail_from_subdomain="bounce"),
        says=(f"error impact-identity-goes {APEX}",),
        may=("impact-dkim-goes",),
    ),
    Pair(
        id="the-construct",
        reason="the stack stays for other things; identity and all records go with the construct",
        old=Deployed(ours(dmarc_rua=[REPORTS])),
        new=EMPTY,
        says=(
            f"error impact-dkim-goes {APEX}",
            f"error impact-identity-goes {APEX}",
            f"error impact-record-goes {APEX}",
            f"error impact-record-goes {DMARC}",
        ),
        may=("impact-mail-from-mx-goes",),
    ),
    Pair(
        id="another-mail-from",
        reason="SES uses its own MAIL FROM domain until it has seen the new MX: SPF does not align for that time",
        old=Deployed(ours(dmarc_rua=[REPORTS])),
        new=ours(dmarc_rua=[REPORTS], mail_from_subdomain="mail"),
        says=(f"warning impact-mail-from-changes {APEX}|{BOUNCE}",),
        words={"impact-mail-from-changes": (f"mail.{DOMAIN}", 'mail_from_subdomain="bounce"')},
        paste=("mail_from_subdomain",),
    ),
    Pair(
        id="no-mail-from",
        reason="SES uses its own MAIL FROM domain: SPF never aligns, and DKIM carries DMARC alone",
        old=Deployed(ours(dmarc_rua=[REPORTS])),
        new=ours(dmarc_rua=[REPORTS], mail_from_subdomain=None),
        says=(f"warning impact-mail-from-changes {APEX}|{BOUNCE}",),
        words={"impact-mail-from-changes": ('mail_from_subdomain="bounce"',)},
        paste=("mail_from_subdomain",),
    ),
]

BYODKIM = record(f"sel1._domainkey.{DOMAIN}.", "TXT", KEY)
SIGNED_OFF = identity(
    DOMAIN, MailFromAttributes={"MailFromDomain": f"bounce.{DOMAIN}"}, DkimAttributes={"SigningEnabled": False}
)


def _easy_dkim_by_attributes(body: dict[str, Any]) -> None:
    for name in [name for name in body["Resources"] if "DkimRecord" in name]:
        del body["Resources"][name]


LOST_BY_HAND = [
    Pair(
        id="mail-from-mx",
        reason="the identity still asks for it: SES gives the MAIL FROM domain up",
        old=hand(),
        new=hand(Mx=None),
        says=(f"error impact-mail-from-mx-goes {BOUNCE}",),
        words={"impact-mail-from-mx-goes": (FEEDBACK,)},
    ),
    Pair(
        id="mail-from-mx-points-elsewhere",
        reason="SES looks for its own host alone",
        old=hand(),
        new=hand(Mx=record(f"bounce.{DOMAIN}.", "MX", "10 mx1.example.net.")),
        says=(f"error impact-mail-from-mx-goes {BOUNCE}",),
    ),
    Pair(
        id="mail-from-spf",
        reason="SPF of all mail through SES is none, and SES gives the MAIL FROM domain up",
        old=hand(),
        new=hand(BounceSpf=None),
        says=(f"error impact-record-goes|impact-mail-from-mx-goes {BOUNCE}",),
        words={"impact-record-goes|impact-mail-from-mx-goes": ("v=spf1 include:amazonses.com ~all",)},
    ),
    Pair(
        id="mail-from-spf-without-ses",
        reason="the record stays, and Amazon SES is not in it any more",
        old=hand(),
        new=hand(BounceSpf=record(f"bounce.{DOMAIN}.", "TXT", '"v=spf1 ~all"')),
        says=(f"error impact-spf-sender-goes {BOUNCE}",),
        words={"impact-spf-sender-goes": ("amazonses.com",)},
    ),
    Pair(
        id="a-sender-becomes-a-fail",
        reason="the term stands there still, and lets nobody through: -include is not a sender",
        old=hand(),
        new=hand(Apex=record(f"{DOMAIN}.", "TXT", SPF.replace("include:_spf", "-include:_spf"), SITE)),
        says=(f"error impact-spf-sender-goes {APEX}",),
    ),
    Pair(
        id="a-sender-behind-all",
        reason="what stands behind all is never read (RFC 7208 section 5.1)",
        old=hand(),
        new=hand(Apex=record(f"{DOMAIN}.", "TXT", '"v=spf1 include:amazonses.com ~all include:_spf.google.com"', SITE)),
        says=(f"error impact-spf-sender-goes {APEX}",),
    ),
    Pair(
        id="dkim-cname",
        reason="one of three: SES asks for all, and mail that is signed with that key fails",
        old=hand(),
        new=hand(Dkim2=None),
        says=(f"error impact-dkim-goes {TOKENS[1]}._domainkey.{DOMAIN}",),
    ),
    Pair(
        id="dkim-cname-points-elsewhere",
        reason="the key is not there",
        old=hand(),
        new=hand(Dkim2=record(f"{TOKENS[1]}._domainkey.{DOMAIN}.", "CNAME", "keys.example.net")),
        says=(f"error impact-dkim-goes {TOKENS[1]}._domainkey.{DOMAIN}",),
    ),
    Pair(
        id="dkim-key",
        reason="a key of somebody's own, for any sender",
        old=hand(Key=BYODKIM),
        new=hand(),
        says=(f"error impact-dkim-goes sel1._domainkey.{DOMAIN}",),
    ),
    Pair(
        id="dkim-key-revoked",
        reason="an empty p revokes the key (RFC 6376 section 3.6.1)",
        old=hand(Key=BYODKIM),
        new=hand(Key=record(f"sel1._domainkey.{DOMAIN}.", "TXT", '"v=DKIM1; p="')),
        says=(f"error impact-dkim-goes sel1._domainkey.{DOMAIN}",),
    ),
    Pair(
        id="dkim-of-our-construct",
        reason="names that only AWS knows: one finding, at the domain, which one can type",
        old=Deployed(ours(dmarc_rua=[REPORTS])),
        new=Deployed(ours(dmarc_rua=[REPORTS]), change=_easy_dkim_by_attributes),
        says=(f"error impact-dkim-goes {APEX}",),
    ),
    Pair(
        id="signing-off",
        reason="the records stay, and SES signs nothing",
        old=hand(),
        new=hand(Identity=SIGNED_OFF),
        says=(f"error impact-dkim-goes {APEX}",),
    ),
    Pair(
        id="inbound-mx",
        reason="nobody can answer, and reports bounce",
        old=hand(),
        new=hand(Inbound=None),
        says=(f"error impact-record-goes {APEX}",),
        words={"impact-record-goes": ("10 mx1.example.net",)},
    ),
    Pair(
        id="the-identity-by-hand",
        reason="DNS stays, and SES sends nothing",
        old=hand(),
        new=hand(Identity=None),
        says=(f"error impact-identity-goes {APEX}",),
    ),
    Pair(
        id="dmarc-becomes-unreadable",
        reason="receivers ignore a record with p=bogus and no rua as if there were none",
        old=hand(),
        new=hand(Dmarc=record(f"_dmarc.{DOMAIN}.", "TXT", '"v=DMARC1 p=quarantine"')),
        says=(f"error|warning impact-record-goes|impact-policy-weaker {DMARC}",),
        may=("impact-reports-stop",),
    ),
]
