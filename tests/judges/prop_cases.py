"""One or more changed values for each prop of each public construct: what `prop_changes.py` synthesizes before and after.

A new prop needs a case here; a test says which is missing. `meanwhile` says what is known of mail, from the code and the docs,
and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from aws_cdk import Duration, RemovalPolicy, SecretValue, aws_kms, aws_route53, aws_ses, aws_sns

from ses_email_auth import (
    Dkim,
    DmarcPolicy,
    DmarcRecord,
    Dns,
    DomainPolicy,
    FromDomainTxt,
    RecordLayout,
    SendingEvents,
    SendingIdentity,
    SesEmailAuth,
    SpfQualifier,
    SpfRecord,
    ZoneWriterRole,
)
from tests.cdk.keys import public_pem

if TYPE_CHECKING:
    from aws_cdk import Stack

Props: TypeAlias = dict[str, Any]
Make: TypeAlias = Callable[["Stack"], Props]

ABSENT = object()
"""Takes a prop of the base out."""

DOMAIN = "example.com"
ROLE = "arn:aws:iam::210987654321:role/mail-records"


@dataclass(frozen=True, slots=True)
class Case:
    """A changed value."""

    label: str
    after: Make
    before: Make = field(default=lambda _stack: {})
    meanwhile: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A public constructor, the props it is made with, and its cases by prop."""

    name: str
    make: Callable[..., object]
    base: Make
    cases: dict[str, list[Case]]


def to(label: str, *, before: Make | None = None, meanwhile: str = "", **after: object) -> Case:
    """A case whose values need no stack."""
    return Case(label, lambda _stack: after, before or (lambda _stack: {}), meanwhile)


def given(**props: object) -> Make:
    """Props that need no stack."""
    return lambda _stack: props


def zone(stack: Stack, zone_id: str = "Z0123456789EXAMPLE") -> aws_route53.IHostedZone:
    """A zone; each id is imported once."""
    existing = stack.node.try_find_child(zone_id)
    if existing is not None:
        return existing  # type: ignore[return-value]
    return aws_route53.HostedZone.from_hosted_zone_attributes(stack, zone_id, hosted_zone_id=zone_id, zone_name=DOMAIN)


OLD_DOMAIN = (
    "the old domain loses its records, and where the construct makes the identity, that too: SES refuses mail of it then"
)
SEEN_LATER = "receivers see the new value when the old TTL is over"
NO_MAIL = "mail is not touched"
OLD_ID_GOES = (
    "a record under a new logical id is made before the old one is deleted, and it is the same record: keep the ids, see "
    "[moving.md](moving.md)"
)
OTHER_OWNER = "another owner of the same records: see [moving.md](moving.md) first"
DKIM_SWITCH = "mail in transit needs the old key: its record goes with this deploy"

COMMON: dict[str, list[Case]] = {
    "hosted_zone": [
        Case(
            "another zone of the same name",
            lambda stack: {"hosted_zone": zone(stack, "Z9876543210EXAMPLE")},
            meanwhile="the records are made in the new zone before they are deleted in the old one",
        )
    ],
    "dns": [
        Case(
            "`hosted_zone` → `Dns.route53(zone, adopt=True)`",
            lambda stack: {"hosted_zone": ABSENT, "dns": Dns.route53(zone(stack), adopt=True)},
            meanwhile=OTHER_OWNER,
        ),
        Case(
            "`hosted_zone` → `Dns.cross_account(…)`",
            lambda _stack: {
                "hosted_zone": ABSENT,
                "dns": Dns.cross_account(zone_name=DOMAIN, hosted_zone_id="Z9876543210EXAMPLE", role_arn=ROLE),
            },
            meanwhile="the records are made in the other account before they are deleted here",
        ),
        to(
            "`hosted_zone` → `Dns.external()`",
            hosted_zone=ABSENT,
            dns=Dns.external(),
            domain_name=DOMAIN,
            meanwhile="the records are deleted: put them into the other DNS first",
        ),
    ],
    "domain_name": [
        to(
            "the zone's name → `mail.example.com`",
            domain_name="mail.example.com",
            meanwhile=OLD_DOMAIN,
        )
    ],
    "organizational_domain": [
        to(
            "by the Public Suffix List → the domain itself",
            before=given(domain_name="mail.example.com"),
            organizational_domain="mail.example.com",
        )
    ],
    "inherited_dmarc": [to("not known → a record", inherited_dmarc="v=DMARC1; p=none; adkim=r", meanwhile=NO_MAIL)],
    "record_layout": [to("`SEPARATE` → `GROUPED`", record_layout=RecordLayout.GROUPED, meanwhile=OTHER_OWNER)],
    "removal_policy": [to("none → `RETAIN`", removal_policy=RemovalPolicy.RETAIN, meanwhile=NO_MAIL)],
}

MAIL_FROM: dict[str, list[Case]] = {
    "mail_from_subdomain": [
        to(
            "`bounce` → `out`",
            mail_from_subdomain="out",
            meanwhile="SES sends with its own MAIL FROM domain until it has seen the new MX; DMARC passes by DKIM",
        ),
        to("`bounce` → None", mail_from_subdomain=None, meanwhile="SPF does not align any more; DMARC passes by DKIM"),
    ],
    "mail_from_mx_host": [
        to("the region's host → another", mail_from_mx_host="feedback-smtp.us-west-2.amazonses.com", meanwhile=SEEN_LATER)
    ],
    "mail_from_behavior_on_mx_failure": [
        to(
            "not set → `REJECT_MESSAGE`",
            mail_from_behavior_on_mx_failure=aws_ses.MailFromBehaviorOnMxFailure.REJECT_MESSAGE,
            meanwhile="SES refuses mail while it does not find the MX",
        )
    ],
    "configuration_set": [
        Case(
            "none → one",
            lambda stack: {"configuration_set": aws_ses.ConfigurationSet.from_configuration_set_name(stack, "Set", "events")},
        )
    ],
    "dkim_ttl": [to("600 s → 1 h", dkim_ttl=Duration.hours(1), meanwhile=SEEN_LATER)],
    "mail_from_mx_ttl": [to("600 s → 1 h", mail_from_mx_ttl=Duration.hours(1), meanwhile=SEEN_LATER)],
    "mail_from_spf_ttl": [to("600 s → 1 h", mail_from_spf_ttl=Duration.hours(1), meanwhile=SEEN_LATER)],
    "wait_for_verification": [
        to("none → 14 minutes", wait_for_verification=Duration.minutes(14), meanwhile="the deployment waits"),
        to(
            "10 → 14 minutes",
            before=given(wait_for_verification=Duration.minutes(10)),
            wait_for_verification=Duration.minutes(14),
            meanwhile="the deployment waits",
        ),
    ],
}

SENDING: dict[str, list[Case]] = {
    **MAIL_FROM,
    "dkim": [
        to(
            "`Dkim.easy()` → `Dkim.bring_your_own(…)`",
            dkim=Dkim.bring_your_own(
                selector="own", private_key=SecretValue.secrets_manager("dkim-key"), public_key=public_pem()
            ),
            meanwhile=DKIM_SWITCH,
        ),
        to("`Dkim.easy()` → `Dkim.managed_key()`", dkim=Dkim.managed_key(), meanwhile=DKIM_SWITCH),
        to(
            "`Dkim.managed_key(1)` → `Dkim.managed_key(2)`",
            before=given(dkim=Dkim.managed_key(1)),
            dkim=Dkim.managed_key(2),
            meanwhile="the identity changes after the new record answers; the key before stays",
        ),
        to(
            "`Dkim.managed_key(2)` → `Dkim.managed_key(3)`",
            before=given(dkim=Dkim.managed_key(2)),
            dkim=Dkim.managed_key(3),
            meanwhile="as above; the oldest key is deleted at the end",
        ),
        to(
            "`Dkim.easy()` → `Dkim.replica_of(…)`",
            dkim=Dkim.replica_of("us-west-2"),
            meanwhile="nothing happens to it",
        ),
    ],
    "dkim_key_length": [
        to(
            "not set → `RSA_1024_BIT`",
            dkim_key_length=aws_ses.EasyDkimSigningKeyLength.RSA_1024_BIT,
            meanwhile="SES makes the next keys with this length; it refuses the length that is in force",
        )
    ],
    "feedback_forwarding": [to("not set → False", feedback_forwarding=False)],
}

EXISTING: dict[str, list[Case]] = {
    **MAIL_FROM,
    "mail_from_subdomain": [to("none → `bounce`", mail_from_subdomain="bounce")],
    "mail_from_mx_host": [
        to(
            "the region's host → another",
            before=given(mail_from_subdomain="bounce"),
            mail_from_mx_host="feedback-smtp.us-west-2.amazonses.com",
            meanwhile=SEEN_LATER,
        )
    ],
    **{
        f"mail_from_{record}_ttl": [
            Case(
                "600 s → 1 h",
                given(**{f"mail_from_{record}_ttl": Duration.hours(1)}),
                given(mail_from_subdomain="bounce"),
                SEEN_LATER,
            )
        ]
        for record in ("mx", "spf")
    },
    "dkim_tokens": [
        to(
            "other tokens",
            dkim_tokens=["d" * 32, "e" * 32, "f" * 32],
            meanwhile="mail that was signed with the old tokens fails DKIM once their records are gone",
        ),
    ],
    "dkim_signing_zone": [to("the region's → another", dkim_signing_zone="dkim.us-west-2.amazonses.com", meanwhile=SEEN_LATER)],
}

NO_RECORD = {"dmarc_policy": None, "dmarc_rua": ()}
POLICY: dict[str, list[Case]] = {
    "domain_name": [
        to(
            "the zone's name → `mail.example.com`",
            before=given(dmarc_policy=DmarcPolicy.NONE),
            dmarc_policy=DmarcPolicy.NONE,
            domain_name="mail.example.com",
            meanwhile=OLD_DOMAIN,
        )
    ],
    "organizational_domain": [
        to(
            "by the Public Suffix List → the domain itself",
            before=given(domain_name="mail.example.com", dmarc_rua=()),
            organizational_domain="mail.example.com",
            meanwhile="the domain has a DMARC record of its own then",
        )
    ],
    "inherited_dmarc": [
        to("not known → a record", before=given(**NO_RECORD), inherited_dmarc="v=DMARC1; p=none", meanwhile=NO_MAIL)
    ],
    "from_subdomains": [to("none → `news`", from_subdomains=["news"])],
    "dmarc": [
        to(
            "made of its parts → a whole record",
            dmarc_rua=(),
            dmarc=DmarcRecord.verbatim("v=DMARC1; p=reject; rua=mailto:a@example.com"),
            meanwhile=SEEN_LATER,
        ),
        to("made of its parts → None", dmarc=None, dmarc_rua=(), meanwhile="the domain has no DMARC policy any more"),
    ],
    "dmarc_policy": [to("`NONE` → `REJECT`", dmarc_policy=DmarcPolicy.REJECT, meanwhile=SEEN_LATER)],
    "dmarc_rua": [to("another address", dmarc_rua=["dmarc@example.com"], meanwhile=SEEN_LATER)],
    "spf": [to("made of its parts → a whole record", spf=SpfRecord.parse("v=spf1 mx ~all"), meanwhile=SEEN_LATER)],
    "spf_includes": [to("none → one", spf_includes=["_spf.google.com"], meanwhile=SEEN_LATER)],
    "spf_qualifier": [to("`SOFTFAIL` → `FAIL`", spf_qualifier=SpfQualifier.FAIL, meanwhile=SEEN_LATER)],
    "from_domain_spf": [
        to(
            "True → False",
            from_domain_spf=False,
            meanwhile="the domain has no SPF record of ours any more",
        )
    ],
    "from_domain_txt_values": [to("none → one", from_domain_txt_values=["site=abc"])],
    "from_domain_txt": [
        to(
            "made of its parts → `FromDomainTxt.adopt(…)`",
            from_domain_txt=FromDomainTxt.adopt(["v=spf1 include:amazonses.com -all"], Duration.minutes(5)),
            meanwhile=SEEN_LATER,
        ),
        to(
            "made of its parts → `FromDomainTxt.shared()`",
            from_domain_txt=FromDomainTxt.shared(),
            meanwhile="nothing happens to it",
        ),
    ],
    "from_domain_txt_ttl": [to("600 s → 1 h", from_domain_txt_ttl=Duration.hours(1), meanwhile=SEEN_LATER)],
    "dmarc_ttl": [to("600 s → 1 h", dmarc_ttl=Duration.hours(1), meanwhile=SEEN_LATER)],
}


def ids(child: str) -> dict[str, list[Case]]:
    """`logical_ids` for a child that the construct has."""
    return {"logical_ids": [to(f"another id for `{child}`", logical_ids={child: "OldId"}, meanwhile=OLD_ID_GOES)]}


TRACKED = given(
    additional_events=[aws_ses.EmailSendingEvent.OPEN], tracking_subdomain="click", domain_name=DOMAIN
)  # plus a zone, below


def tracked(**props: object) -> Make:
    """Props of `SendingEvents` with a tracking domain."""
    return lambda stack: {**TRACKED(stack), "hosted_zone": zone(stack), **props}


EVENTS: dict[str, list[Case]] = {
    "topic": [
        Case(
            "one that is made → another one",
            lambda stack: {"topic": aws_sns.Topic.from_topic_arn(stack, "T", "arn:aws:sns:ap-northeast-1:123456789012:mail")},
            meanwhile="subscriptions of the old topic go with it",
        )
    ],
    "encryption_key": [
        Case(
            "one that is made → another one",
            lambda stack: {
                "encryption_key": aws_kms.Key.from_key_arn(stack, "K", "arn:aws:kms:ap-northeast-1:123456789012:key/abc")
            },
            meanwhile="the policy of an imported key has to let SES and CloudWatch use it",
        )
    ],
    "event_bridge": [to("False → True", event_bridge=True, meanwhile="the topic goes: events go to EventBridge alone")],
    "notify": [to("none → one", notify=["ops@example.com"], meanwhile="SNS asks the address for its consent")],
    "additional_events": [to("none → `REJECT`", additional_events=[aws_ses.EmailSendingEvent.REJECT])],
    "suppression_reasons": [to("both → `BOUNCES_ONLY`", suppression_reasons=aws_ses.SuppressionReasons.BOUNCES_ONLY)],
    "tls_policy": [
        to(
            "`OPTIONAL` → `REQUIRE`",
            tls_policy=aws_ses.ConfigurationSetTlsPolicy.REQUIRE,
            meanwhile="mail to hosts without STARTTLS bounces",
        )
    ],
    "bounce_rate_alarm": [to("0.05 → 0.02", bounce_rate_alarm=0.02), to("0.05 → None", bounce_rate_alarm=None)],
    "complaint_rate_alarm": [to("0.001 → 0.002", complaint_rate_alarm=0.002), to("0.001 → None", complaint_rate_alarm=None)],
    "dashboard": [to("False → True", dashboard=True)],
    "tracking_subdomain": [
        Case(
            "`click` → `links`",
            tracked(tracking_subdomain="links"),
            tracked(),
            "links in mails sent before lead nowhere once the old name is gone",
        )
    ],
    "tracking_target": [Case("SES's → a CDN", tracked(tracking_target="d1.cloudfront.net"), tracked(), SEEN_LATER)],
    "tracking_https_policy": [
        Case("not set → `REQUIRE`", tracked(tracking_https_policy=aws_ses.HttpsPolicy.REQUIRE), tracked())
    ],
    "hosted_zone": [
        Case(
            "another zone of the same name",
            lambda stack: {**TRACKED(stack), "hosted_zone": zone(stack, "Z9876543210EXAMPLE")},
            tracked(),
            "the record is made in the new zone before it is deleted in the old one",
        )
    ],
    "dns": [
        Case(
            "`hosted_zone` → `Dns.route53(zone, adopt=True)`",
            lambda stack: {"hosted_zone": ABSENT, "dns": Dns.route53(zone(stack), adopt=True)},
            tracked(),
            OTHER_OWNER,
        )
    ],
    "domain_name": [Case("the zone's name → `mail.example.com`", tracked(domain_name=f"mail.{DOMAIN}"), tracked())],
    "removal_policy": [to("none → `RETAIN`", removal_policy=RemovalPolicy.RETAIN, meanwhile=NO_MAIL)],
}

WRITER: dict[str, list[Case]] = {
    "hosted_zone": [
        Case(
            "another zone of the same name",
            lambda stack: {"hosted_zone": zone(stack, "Z9876543210EXAMPLE")},
            meanwhile="the other account may not write into the old zone any more",
        )
    ],
    "role_name": [to("another name", role_name="other", meanwhile="`Dns.cross_account(role_arn=…)` has to change too")],
    "trusted": [to("another account", trusted=["111122223333"], meanwhile="the old account may not write any more")],
    "domain_names": [to("the zone → `mail.example.com`", domain_names=[f"mail.{DOMAIN}"])],
    "record_names": [to("none → one more", domain_names=[DOMAIN], record_names=[f"_x.{DOMAIN}"])],
    "mail_from_names": [to("none → one", mail_from_names=[f"out.{DOMAIN}"])],
    "from_domain_txt": [to("False → True", from_domain_txt=True)],
    "external_id": [to("none → one", external_id="secret", meanwhile="`Dns.cross_account(external_id=…)` has to change too")],
}

RUA = ("reports@example.com",)
SUBJECTS = (
    Subject(
        "SesEmailAuth",
        SesEmailAuth,
        lambda stack: {"hosted_zone": zone(stack), "dmarc_rua": RUA},
        {**COMMON, **ids("Dmarc"), **SENDING, **POLICY},
    ),
    Subject(
        "SendingIdentity",
        SendingIdentity,
        lambda stack: {"hosted_zone": zone(stack)},
        {**COMMON, **ids("MailFromMx"), **SENDING},
    ),
    Subject(
        "DomainPolicy",
        DomainPolicy,
        lambda stack: {"hosted_zone": zone(stack), "dmarc_rua": RUA},
        {
            **COMMON,
            **ids("Dmarc"),
            **POLICY,
            "sends_with_ses": [to("True → False", sends_with_ses=False, meanwhile=SEEN_LATER)],
        },
    ),
    Subject(
        "SesEmailAuth.from_existing",
        SesEmailAuth.from_existing,
        lambda stack: {"hosted_zone": zone(stack), "dmarc_rua": RUA, "dkim_tokens": ["a" * 32, "b" * 32, "c" * 32]},
        {**COMMON, **ids("Dmarc"), **EXISTING, **POLICY},
    ),
    Subject("SendingEvents", SendingEvents, lambda _stack: {}, EVENTS),
    Subject(
        "ZoneWriterRole",
        ZoneWriterRole,
        lambda stack: {"hosted_zone": zone(stack), "role_name": "mail-records", "trusted": ["210987654321"]},
        WRITER,
    ),
)
