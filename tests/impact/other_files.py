"""Zone files, lists of Route 53, Terraform, and arguments that are swapped."""

from __future__ import annotations

from ses_email_auth import (
    FromDomainTxt,
)
from tests.impact.inputs import (
    DOMAIN,
    FEEDBACK,
    KEY,
    POLICY,
    REPORTS,
    SPF,
    TOKEN,
    WHOLE_ZONE,
    ours,
    route53,
    terraform,
    zone_file,
)
from tests.impact.pairs import (
    APEX,
    BOUNCE,
    DMARC,
    PLAIN,
    SAME,
    Pair,
)

PLAIN_SETS = (
    (f"{DOMAIN}.", "TXT", ['"v=spf1 include:amazonses.com ~all"']),
    (f"{DMARC}.", "TXT", [f'"v=DMARC1; p=none; rua=mailto:{REPORTS}"']),
    (f"{BOUNCE}.", "MX", [FEEDBACK]),
    (f"{BOUNCE}.", "TXT", ['"v=spf1 include:amazonses.com ~all"']),
)
STATE_SETS = (
    (DMARC, "TXT", [POLICY.strip('"')]),
    (APEX, "TXT", [SPF.strip('"'), TOKEN]),
    (f"www.{DOMAIN}", "A", ["192.0.2.1"]),
)

OTHERS = [
    Pair(
        id="zone-file-with-another-spf",
        reason="Route 53 has one TXT set for a name, so the deploy is refused; what stands there would be lost by force",
        old=zone_file(*WHOLE_ZONE[:2]),
        new=ours(**PLAIN),
        says=(f"error impact-clash {APEX}",),
        may=("impact-spf-sender-goes", "impact-site-token-goes"),
        words={"impact-clash": ("refuse",)},
    ),
    Pair(
        id="zone-file-with-the-same",
        reason="equal values: taken over or refused, and nothing is lost",
        may=("impact-clash",),
        old=zone_file('@ 600 IN TXT "v=spf1 include:amazonses.com ~all"'),
        new=ours(**PLAIN),
    ),
    Pair(
        id="zone-file-with-what-the-app-does-not-touch",
        reason="a zone file owns nothing that a deploy of CDK deletes",
        old=zone_file(
            "@ 600 IN MX 10 mx1.example.net.",
            "www 600 IN A 192.0.2.1",
            f"k1._domainkey 600 IN TXT {KEY}",
            soa=True,
        ),
        new=ours(**PLAIN),
    ),
    Pair(
        id="zone-file-with-a-cname-at-the-mail-from-name",
        reason="a CNAME stands alone at its name (RFC 1034 section 3.6.2), so Route 53 refuses MX and TXT",
        old=zone_file("bounce 600 IN CNAME u123.wl.example.net."),
        new=ours(**PLAIN),
        says=(f"error impact-clash {BOUNCE}",),
        words={"impact-clash": ("mail_from_subdomain",)},
    ),
    Pair(
        id="zone-file-and-a-shared-spf-record",
        reason="the function adds SES to the set that stands: no clash, no loss",
        old=zone_file(*WHOLE_ZONE[:2]),
        new=ours(**PLAIN, from_domain_txt=FromDomainTxt.shared()),
    ),
    Pair(
        id="route53-list-with-the-same",
        reason="all as it is wanted: taken over or refused, and nothing is lost",
        may=("impact-clash",),
        old=route53(*PLAIN_SETS),
        new=ours(**PLAIN),
    ),
    Pair(
        id="route53-list-with-another-policy",
        reason="the DMARC record stands with p=quarantine",
        old=route53((f"{DMARC}.", "TXT", [POLICY]), (f"{DOMAIN}.", "MX", ["10 mx1.example.net."])),
        new=ours(**PLAIN),
        says=(f"error impact-clash {DMARC}",),
        may=("impact-policy-weaker",),
    ),
    Pair(
        id="terraform-state-with-other-values",
        reason="Terraform goes on to own them: two owners of one record",
        old=terraform(*STATE_SETS),
        new=ours(**PLAIN),
        says=(f"error impact-clash {APEX}", f"error impact-clash {DMARC}"),
        may=("impact-spf-sender-goes", "impact-site-token-goes", "impact-policy-weaker"),
    ),
    Pair(
        id="terraform-state-with-what-the-app-does-not-touch",
        reason="a state owns nothing that a deploy of CDK deletes",
        old=terraform((f"k1._domainkey.{DOMAIN}", "TXT", ["v=DKIM1; p=AAAA"]), (APEX, "MX", ["10 mx1.example.net"])),
        new=ours(**PLAIN),
    ),
    Pair(
        id="terraform-plan-as-it-is",
        reason="state and plan are the same",
        old=terraform(*STATE_SETS),
        new=terraform(*STATE_SETS, plan=True),
    ),
    Pair(
        id="terraform-plan-destroys",
        reason="what is in the state and not in the plan is destroyed",
        old=terraform(*STATE_SETS),
        new=terraform(*STATE_SETS[1:], plan=True),
        says=(f"error impact-record-goes {DMARC}",),
    ),
    Pair(
        id="terraform-plan-with-another-address",
        reason="Terraform destroys the old address and makes the new one, in any order",
        old=terraform(*STATE_SETS),
        new=terraform(*STATE_SETS, plan=True, prefix="mail"),
        says=("error impact-record-moves *",),
        words={"impact-record-moves": ("moved {|terraform state mv",)},
    ),
    Pair(
        id="terraform-plan-changes",
        reason="a sender less, in place",
        old=terraform(*STATE_SETS),
        new=terraform(STATE_SETS[0], (APEX, "TXT", ["v=spf1 include:amazonses.com ~all", TOKEN]), STATE_SETS[2], plan=True),
        says=(f"error impact-spf-sender-goes {APEX}",),
    ),
    Pair(
        id="zone-file-as-it-is",
        reason="other order, other spelling",
        old=zone_file(*WHOLE_ZONE, soa=True),
        new=zone_file(*reversed(WHOLE_ZONE), soa=True),
    ),
    Pair(
        id="a-whole-zone-file-without-a-record",
        reason="both files are the whole zone, so the record goes when the new one is loaded",
        old=zone_file(*WHOLE_ZONE, soa=True),
        new=zone_file(*(line for line in WHOLE_ZONE if not line.startswith("_dmarc")), soa=True),
        says=(f"error impact-record-goes {DMARC}",),
    ),
    Pair(
        id="part-of-a-zone-file-without-a-record",
        reason="a part of a zone says nothing of the rest",
        old=zone_file(*WHOLE_ZONE),
        new=zone_file(*(line for line in WHOLE_ZONE if not line.startswith("_dmarc"))),
    ),
    Pair(
        id="a-zone-file-with-a-sender-less",
        reason="the record stands in both",
        old=zone_file(*WHOLE_ZONE, soa=True),
        new=zone_file(*(line.replace("include:_spf.google.com ", "") for line in WHOLE_ZONE), soa=True),
        says=(f"error impact-spf-sender-goes {APEX}",),
    ),
    Pair(
        id="swapped-with-get-template",
        reason="OLD is what the app makes, NEW what AWS has: the answer would be the wrong way round",
        old=ours(**PLAIN),
        new=SAME,
        says=("error impact-swapped ",),
        words={"impact-swapped": ("OLD", "NEW")},
    ),
    Pair(
        id="swapped-with-a-zone-file",
        reason="likewise",
        old=ours(**PLAIN),
        new=zone_file(*WHOLE_ZONE, soa=True),
        says=("error impact-swapped ",),
    ),
    Pair(
        id="swapped-with-a-route53-list",
        reason="likewise",
        old=ours(**PLAIN),
        new=route53(*PLAIN_SETS),
        says=("error impact-swapped ",),
    ),
    Pair(
        id="swapped-with-a-terraform-state",
        reason="likewise",
        old=ours(**PLAIN),
        new=terraform(*STATE_SETS),
        says=("error impact-swapped ",),
    ),
]
