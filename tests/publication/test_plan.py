"""The plan of a domain: sending half and policy half together, and the proof of both."""

from __future__ import annotations

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.alignment import Verdict
from ses_email_auth.publication.dmarc_discovery import DmarcKnowledge, DmarcRecords
from ses_email_auth.publication.plan import AlignmentProofs, DomainPlan
from ses_email_auth.publication.policy import DmarcChoice, PolicyPlan
from ses_email_auth.publication.sending import SendingPlan
from ses_email_auth.records.dmarc import DmarcRecord
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfRecord

BLACKSHEEP = DomainName("blacksheep.link")
NEWS = DomainName("news.blacksheep.link")
DMARC = DmarcRecord.parse("v=DMARC1; p=none; rua=mailto:dmarc-reports@blacksheep.link")
SPF = SpfRecord.parse("v=spf1 include:amazonses.com ~all")
SENDING = SendingPlan(
    identity=BLACKSHEEP,
    mail_from=BLACKSHEEP.child("bounce"),
    mx_host="feedback-smtp.ap-northeast-1.amazonses.com",
    region="ap-northeast-1",
)
POLICY = PolicyPlan(
    domain=BLACKSHEEP,
    spf=SPF,
    from_domain_txt=ResourceRecordSet(BLACKSHEEP, RecordType.TXT, 600, (str(SPF),)),
    dmarc=DmarcChoice(DMARC, undecided=False),
)


def plan(
    *,
    sending: SendingPlan | None = SENDING,
    policy: PolicyPlan | None = POLICY,
    dmarc: DmarcRecords | None = None,
    zone: DomainName | None = BLACKSHEEP,
    override: DomainName | None = None,
) -> DomainPlan:
    """The plan of the reference domain."""
    return DomainPlan(
        domain=BLACKSHEEP,
        zone=zone,
        sending=sending,
        policy=policy,
        dmarc_records={BLACKSHEEP: DMARC} if dmarc is None else dmarc,
        organizational_domain=override,
    )


def policy(*subdomains: DomainName) -> PolicyPlan:
    """The reference policy with From subdomains."""
    return PolicyPlan(
        domain=BLACKSHEEP,
        from_subdomains=subdomains,
        spf=SPF,
        from_domain_txt=None,
        dmarc=DmarcChoice(DMARC, undecided=False),
    )


def test_the_seven_records_of_the_reference_example() -> None:
    """What a deploy to ap-northeast-1 publishes for blacksheep.link."""
    assert {child: str(record) for child, record in plan().records.items()} == {
        "DkimRecord1": "<DkimDNSTokenName1> 600 IN CNAME <DkimDNSTokenValue1>",
        "DkimRecord2": "<DkimDNSTokenName2> 600 IN CNAME <DkimDNSTokenValue2>",
        "DkimRecord3": "<DkimDNSTokenName3> 600 IN CNAME <DkimDNSTokenValue3>",
        "MailFromMx": "bounce.blacksheep.link. 600 IN MX 10 feedback-smtp.ap-northeast-1.amazonses.com",
        "MailFromSpf": 'bounce.blacksheep.link. 600 IN TXT "v=spf1 include:amazonses.com ~all"',
        "FromDomainTxt": 'blacksheep.link. 600 IN TXT "v=spf1 include:amazonses.com ~all"',
        "Dmarc": '_dmarc.blacksheep.link. 600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@blacksheep.link"',
    }
    assert list(plan().records) == [
        *("DkimRecord1", "DkimRecord2", "DkimRecord3", "MailFromMx", "MailFromSpf"),
        *("FromDomainTxt", "Dmarc"),
    ]


def test_each_half_stands_alone() -> None:
    """A second region needs no second policy; most domains do not send through SES."""
    assert list(plan(policy=None).records) == list(SENDING.records())
    assert list(plan(sending=None).records) == list(POLICY.records())
    assert plan(sending=None, policy=None).records == {}


def test_the_sending_half_proves_its_own_domain() -> None:
    """Also without a policy half; nothing is proved where nothing is sent."""
    assert [proof.from_domain for proof in plan(policy=None).proofs] == [BLACKSHEEP]
    assert plan(sending=None).proofs == ()


def test_every_from_domain_is_proved() -> None:
    """The domain first, then its From subdomains, in order."""
    proofs = plan(policy=policy(NEWS, BLACKSHEEP.child("shop"))).proofs
    assert [proof.from_domain.text for proof in proofs] == [
        "blacksheep.link",
        "news.blacksheep.link",
        "shop.blacksheep.link",
    ]
    assert {proof.region for proof in proofs} == {"ap-northeast-1"}
    assert str(proofs) == "\n\n".join(str(proof) for proof in proofs)
    assert proofs.explain("ja") == "\n\n".join(proof.explain("ja") for proof in proofs)


@pytest.mark.parametrize(
    ("dmarc", "verdict"),
    [
        pytest.param("v=DMARC1; p=none", Verdict.BOTH, id="relaxed"),
        pytest.param("v=DMARC1; p=none; adkim=s", Verdict.SPF_ONLY, id="the-subdomain-is-worse"),
        pytest.param("v=DMARC1; p=none; aspf=s", Verdict.DKIM_ONLY, id="both-the-same"),
        pytest.param("v=DMARC1; p=none; adkim=s; aspf=s", Verdict.FAIL, id="the-subdomain-fails"),
    ],
)
def test_the_verdict_of_a_construct_is_the_worst(dmarc: str, verdict: Verdict) -> None:
    """Over all From domains."""
    assert plan(policy=policy(NEWS), dmarc={BLACKSHEEP: DmarcRecord.parse(dmarc)}).proofs.verdict is verdict


def test_the_verdict_of_a_construct_counts_both_standards() -> None:
    """A record with `psd=n` cuts the subdomain off for RFC 9989 receivers only."""
    records = {BLACKSHEEP: DMARC, NEWS: DmarcRecord.parse("v=DMARC1; p=none; psd=n")}
    proofs = plan(policy=policy(NEWS), dmarc=records).proofs
    assert [proof.verdict for proof in proofs] == [Verdict.BOTH, Verdict.FAIL]
    assert proofs.verdict is Verdict.FAIL
    assert AlignmentProofs(proofs[:1]).verdict is Verdict.BOTH


def test_the_verdict_of_a_construct_counts_the_older_standard_where_it_is_worse() -> None:
    """A record at a public suffix makes strangers one organization for RFC 9989 receivers only."""
    domain = DomainName("tokyo.jp")
    sending = SendingPlan(identity=domain, mail_from=domain.child("bounce"), mx_host="a.example", region="us-west-2")
    (proof,) = proofs = DomainPlan(
        domain=domain, zone=domain, sending=sending, policy=None, dmarc_records={domain: DMARC}
    ).proofs
    assert (proof.verdict, proofs.verdict) == (Verdict.BOTH, Verdict.DKIM_ONLY)


def test_the_override_of_the_organizational_domain_reaches_the_proof() -> None:
    """Without it, foo.kawasaki.jp and a name below it are two organizations for RFC 7489 receivers."""
    domain = DomainName("foo.kawasaki.jp")
    sending = SendingPlan(identity=domain, mail_from=domain.child("bounce"), mx_host="a.example", region="us-west-2")

    def proofs(override: DomainName | None) -> AlignmentProofs:
        return DomainPlan(
            domain=domain,
            zone=domain,
            sending=sending,
            policy=None,
            dmarc_records={domain: DmarcKnowledge.UNKNOWN},
            organizational_domain=override,
        ).proofs

    assert proofs(None).verdict is Verdict.DKIM_ONLY
    assert proofs(domain).verdict is Verdict.BOTH


def test_a_plan_that_does_not_fit_its_zone_is_refused() -> None:
    """At the user's line, not at the deploy."""
    with pytest.raises(EmailAuthError) as caught:
        plan(zone=DomainName("example.com"))
    assert str(caught.value) == "'bounce.blacksheep.link' is outside of the zone 'example.com'; nobody would look there"


def test_a_zone_without_a_name_is_not_judged() -> None:
    """Then the domain stands for it."""
    assert list(plan(zone=None).records) == list(plan().records)


def test_two_sets_of_one_name_are_refused() -> None:
    """A From subdomain that is the MAIL FROM domain has SPF twice."""
    with pytest.raises(EmailAuthError) as caught:
        plan(policy=policy(BLACKSHEEP.child("bounce")))
    assert str(caught.value) == "'bounce.blacksheep.link' has two TXT record sets; put all values into one"
