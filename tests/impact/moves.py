"""The same records in another layout, under another logical id, with another owner."""

from __future__ import annotations

from typing import Any

from aws_cdk import (
    Duration,
    RemovalPolicy,
    Stack,
    aws_route53,
    aws_ses,
)

from ses_email_auth import (
    Dns,
    FromDomainTxt,
    RecordLayout,
)
from tests.adopt.templates import ZONE, group, record
from tests.cdk.keys import own_key
from tests.cdk.stacks import new_stack
from tests.impact.inputs import (
    DOMAIN,
    GOOGLE,
    POLICY,
    REPORTS,
    Cdk,
    Deployed,
    dmarc,
    hand,
    ours,
)
from tests.impact.pairs import (
    APEX,
    BOUNCE,
    DMARC,
    EMPTY,
    FULL,
    PLAIN,
    SAME,
    Pair,
)

RETAINED = PLAIN | {"removal_policy": RemovalPolicy.RETAIN}
BOTH_WORLDS = {"impact-record-moves": ("delete", "refuse")}


def _retain(body: dict[str, Any]) -> None:
    for resource in body["Resources"].values():
        resource |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def _stock(stack: Stack) -> None:
    """The constructs of the CDK, as people write them."""
    zone = aws_route53.PublicHostedZone.from_public_hosted_zone_attributes(stack, "Zone", hosted_zone_id=ZONE, zone_name=DOMAIN)
    identity = aws_ses.Identity.public_hosted_zone(zone)
    aws_ses.EmailIdentity(stack, "Sender", identity=identity, mail_from_domain=BOUNCE)
    seconds = Duration.seconds(600)
    aws_route53.TxtRecord(
        stack, "Spf", zone=zone, record_name=DOMAIN, values=["v=spf1 include:amazonses.com ~all"], ttl=seconds
    )
    values = [f"v=DMARC1; p=none; rua=mailto:{REPORTS}"]
    aws_route53.TxtRecord(stack, "Policy", zone=zone, record_name=f"_dmarc.{DOMAIN}", values=values, ttl=seconds)


STOCK = Cdk(lambda app: _stock(new_stack(app, "Mail")))


def _ids_of(app: Cdk) -> dict[str, str]:
    """The logical ids of our construct in another app, by its children."""
    names = ("Identity", "DkimRecord1", "DkimRecord2", "DkimRecord3", "MailFromMx", "MailFromSpf", "FromDomainTxt", "Dmarc")
    ids = list(app.template()["Resources"])
    return {name: next(each for each in ids if name in each) for name in names}


MOVED = [
    Pair(
        id="separate-to-grouped",
        reason="the group takes equal records over and the old resources delete them, or the deploy is refused",
        old=SAME,
        new=ours(**PLAIN, record_layout=RecordLayout.GROUPED),
        says=("error impact-record-moves *",),
        words={"impact-record-moves": (APEX, BOUNCE, DMARC, "delete", "refuse", "record_layout")},
        paste=("record_layout",),
    ),
    Pair(
        id="grouped-to-separate",
        reason="likewise, the other way",
        old=Deployed(ours(**PLAIN, record_layout=RecordLayout.GROUPED)),
        new=ours(**PLAIN),
        says=("error impact-record-moves *",),
        words={"impact-record-moves": (APEX, BOUNCE, DMARC, "delete", "refuse", "record_layout")},
        paste=("record_layout",),
    ),
    Pair(
        id="another-construct-id",
        reason="all logical ids change, the identity's too",
        old=SAME,
        new=ours(**PLAIN, _id="Mail"),
        says=("error impact-record-moves *",),
        words={"impact-record-moves": (APEX, BOUNCE, DMARC, "delete", "refuse", "logical_ids={")},
        paste=("logical_ids",),
    ),
    Pair(
        id="another-construct-id-with-the-old-logical-ids",
        reason="the resources are the same",
        old=SAME,
        new=ours(**PLAIN, _id="Mail", logical_ids=lambda _: _ids_of(ours(**PLAIN))),
        silent=True,
    ),
    Pair(
        id="from-the-constructs-of-the-cdk",
        reason="another construct, another id: the same trap",
        old=Deployed(STOCK),
        new=ours(**PLAIN),
        says=("error impact-record-moves *",),
        words={"impact-record-moves": (APEX, DMARC, "logical_ids={")},
        paste=("logical_ids",),
    ),
    Pair(
        id="the-constructs-of-the-cdk-as-they-are",
        reason="an app without anything of ours",
        old=Deployed(STOCK),
        new=STOCK,
        silent=True,
    ),
    Pair(
        id="one-record-under-another-id-by-hand",
        reason="a new logical id alone",
        old=hand(),
        new=hand(Dmarc=None, Policy=record(f"_dmarc.{DOMAIN}.", "TXT", POLICY)),
        says=(f"error impact-record-moves {DMARC}",),
        words=BOTH_WORLDS,
    ),
    Pair(
        id="one-record-into-a-group-by-hand",
        reason="a group has its members under its own id",
        old=hand(),
        new=hand(Dmarc=None, Group=group(record(f"_dmarc.{DOMAIN}.", "TXT", POLICY))),
        says=(f"error impact-record-moves {DMARC}",),
        words=BOTH_WORLDS,
    ),
    Pair(
        id="to-our-record-writer",
        reason="our function takes the records over, and then CloudFormation deletes the old resources",
        old=SAME,
        new=ours(**PLAIN, dns=lambda zone: Dns.route53(zone, adopt=True)),
        says=("error impact-record-moves *",),
    ),
    Pair(
        id="to-our-record-writer-retained",
        reason="the old resources keep the records, and our function takes them over",
        old=Deployed(ours(**RETAINED)),
        new=ours(**RETAINED, dns=lambda zone: Dns.route53(zone, adopt=True)),
    ),
    Pair(
        id="our-record-writer-as-it-is",
        reason="the same custom resource",
        old=Deployed(ours(**PLAIN, dns=lambda zone: Dns.route53(zone, adopt=True))),
        new=ours(**PLAIN, dns=lambda zone: Dns.route53(zone, adopt=True)),
        silent=True,
    ),
    Pair(
        id="a-sender-goes-from-our-record-writer",
        reason="a record is a record, whoever writes it",
        old=Deployed(ours(**FULL, dns=lambda zone: Dns.route53(zone, adopt=True))),
        new=ours(**FULL | {"spf_includes": [GOOGLE]}, dns=lambda zone: Dns.route53(zone, adopt=True)),
        says=(f"error impact-spf-sender-goes {APEX}",),
        paste=("spf_includes",),
    ),
    Pair(
        id="dmarc-goes-from-our-record-writer",
        reason="it deletes what it has made",
        old=Deployed(ours(**PLAIN, dns=lambda zone: Dns.route53(zone, adopt=True))),
        new=ours(dmarc_policy=None, dns=lambda zone: Dns.route53(zone, adopt=True)),
        says=(f"error impact-record-goes {DMARC}",),
    ),
    Pair(
        id="to-a-shared-spf-record",
        reason="the logical id stays and its type changes: CloudFormation refuses that, and nothing is lost",
        old=SAME,
        new=ours(**PLAIN, from_domain_txt=FromDomainTxt.shared()),
        says=(f"error impact-clash {APEX}",),
    ),
    Pair(
        id="to-a-shared-spf-record-retained",
        reason="under another logical id: the set stays, and SES is in it",
        old=Deployed(ours(**RETAINED)),
        new=ours(**RETAINED, from_domain_txt=FromDomainTxt.shared(), logical_ids={"FromDomainTxt": "SharedSpf"}),
    ),
    Pair(
        id="to-a-shared-spf-record-under-another-id",
        reason="the function finds SES in the set that stands, and then the old resource deletes the set",
        old=SAME,
        new=ours(**PLAIN, from_domain_txt=FromDomainTxt.shared(), logical_ids={"FromDomainTxt": "SharedSpf"}),
        says=(f"error impact-record-moves|impact-record-goes {APEX}",),
    ),
    Pair(
        id="retained-and-gone",
        reason="DeletionPolicy: Retain: the record stays in the zone",
        old=Deployed(ours(**FULL | {"removal_policy": RemovalPolicy.RETAIN})),
        new=EMPTY,
    ),
    Pair(
        id="retained-except-on-create-and-gone",
        reason="RetainExceptOnCreate keeps what leaves in an update",
        old=Deployed(ours(**FULL | {"removal_policy": RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE})),
        new=EMPTY,
    ),
    Pair(
        id="retained-and-different-under-another-id",
        reason="Route 53 has one set for a name and type: both worlds refuse the second one, and nothing is lost",
        old=Deployed(Cdk(lambda app: _stock(new_stack(app, "Mail"))), change=_retain),
        new=hand(
            Identity=None,
            Dmarc=dmarc(f"p=quarantine; rua=mailto:{REPORTS}"),
            **dict.fromkeys(("Mx", "BounceSpf", "Apex", "Dkim1", "Dkim2", "Dkim3")),
        ),
        says=(f"error impact-clash {DMARC}",),
    ),
    Pair(
        id="retained-and-equal-in-a-group",
        reason="nothing is lost in either world",
        old=Deployed(ours(**RETAINED)),
        new=ours(**RETAINED, record_layout=RecordLayout.GROUPED),
        may=("impact-clash", "impact-record-moves"),
    ),
    Pair(
        id="from-a-template-by-hand-to-our-construct",
        reason="all that a person forgets in one evening",
        old=hand(),
        new=ours(**PLAIN),
        says=(
            "error impact-record-moves *",
            f"error impact-spf-sender-goes {APEX}",
            f"error impact-record-goes {APEX}",
            f"warning impact-site-token-goes {APEX}",
            f"warning impact-policy-weaker {DMARC}",
        ),
        words={
            "impact-spf-sender-goes": ('spf_includes=["_spf.google.com"]',),
            "impact-site-token-goes": ("from_domain_txt_values=[",),
            "impact-policy-weaker": ("DmarcPolicy.QUARANTINE",),
        },
    ),
    Pair(
        id="an-own-key-in-place-of-easy-dkim",
        reason="mail that is on its way was signed with the old keys, and CloudFormation deletes them at once",
        old=SAME,
        new=ours(**PLAIN, dkim=lambda _: own_key()),
        says=(f"error impact-dkim-goes {APEX}",),
    ),
]
