"""The twenty questions of the alignment proof that two test modules ask: what it computes, and how it is printed."""

from __future__ import annotations

from ses_email_auth.domain_name import DomainName
from ses_email_auth.publication.alignment import AlignmentQuestion, IdentityKind, MxFailure, SesIdentity
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge, DmarcRecords
from ses_email_auth.records.dmarc import DmarcRecord

BLACKSHEEP, NEWS, MAIL = "blacksheep.link", "news.blacksheep.link", "mail.blacksheep.link"
DEEP = "a.b.c.d.e.f.g.blacksheep.link"  # nine labels
TOKYO, OREGON = "ap-northeast-1", "us-west-2"


def name(text: str | None) -> DomainName | None:
    """`text` as a name, None stays."""
    return None if text is None else DomainName(text)


def identity(
    domain: str = BLACKSHEEP,
    *,
    dkim: bool = True,
    mail_from: str | None = "bounce",
    dkim_known: bool = True,
    on_mx_failure: MxFailure = MxFailure.USE_DEFAULT_VALUE,
) -> SesIdentity:
    """A domain identity that signs with its own name; `mail_from` is a label below it."""
    return SesIdentity(
        name=domain,
        dkim_domain=DomainName(domain) if dkim else None,
        dkim_known=dkim_known,
        mail_from=None if mail_from is None else DomainName(f"{mail_from}.{domain}"),
        on_mx_failure=on_mx_failure,
    )


def records(texts: dict[str, str | None]) -> DmarcRecords:
    """DMARC records by name; a text without version is completed, None means that it was not given."""
    return {
        DomainName(at): DmarcKnowledge.UNKNOWN if text is None else DmarcRecord.parse(f"v=DMARC1; {text}")
        for at, text in texts.items()
    }


def ask(
    *identities: SesIdentity,
    dmarc: str | dict[str, str | None],
    from_domain: str = BLACKSHEEP,
    region: str | None = TOKYO,
    local_part: str | None = None,
) -> AlignmentQuestion:
    """A question; a single DMARC record stands at blacksheep.link."""
    return AlignmentQuestion(
        from_domain=DomainName(from_domain),
        identities=identities,
        dmarc_records=records({BLACKSHEEP: dmarc} if isinstance(dmarc, str) else dmarc),
        region=region,
        local_part=local_part,
    )


INFO = SesIdentity(name="info@blacksheep.link", kind=IdentityKind.ADDRESS)

CASES = {
    "1": ask(identity(), dmarc="p=none"),
    "2": ask(identity(mail_from=None), dmarc="p=none"),
    "3": ask(identity(), dmarc="p=none; aspf=s"),
    "4": ask(identity(dkim=False), dmarc="p=quarantine"),
    "5": ask(identity(dkim=False, mail_from=None), dmarc="p=reject"),
    "6": ask(identity(dkim=False), dmarc="p=none; aspf=s"),
    "7": ask(identity(), dmarc="p=none; sp=reject", from_domain=NEWS),
    "8": ask(identity(), dmarc="p=quarantine; adkim=s", from_domain=NEWS),
    "9": ask(identity(), dmarc="p=reject; adkim=s; aspf=s", from_domain=NEWS),
    "10": ask(identity(), dmarc={BLACKSHEEP: "p=reject", NEWS: "p=none"}, from_domain=NEWS),
    "11": ask(identity(MAIL), dmarc="p=reject; adkim=s; aspf=s", from_domain=MAIL),
    "12": ask(identity(MAIL), dmarc="p=reject"),
    "13": ask(identity(), identity(NEWS, mail_from=None), dmarc="p=none", from_domain=NEWS),
    "14": ask(identity(), INFO, dmarc="p=none", local_part="info"),
    "15": ask(identity(), dmarc={BLACKSHEEP: "p=reject", MAIL: "p=none; psd=n"}, from_domain=f"eu.{MAIL}"),
    "16": ask(identity("example.tokyo.jp"), dmarc={"example.tokyo.jp": "p=quarantine"}, from_domain="shop.example.tokyo.jp"),
    "17": ask(identity(), dmarc={BLACKSHEEP: None}),
    "18": ask(identity(dkim_known=False), dmarc="p=none"),
    "19": ask(identity(mail_from="bounce-us-west-2"), dmarc="p=none", region=OREGON),
    "20": ask(identity(), dmarc={BLACKSHEEP: "p=none", "b.c.d.e.f.g.blacksheep.link": "p=reject"}, from_domain=DEEP),
}
