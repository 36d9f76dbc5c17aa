"""The sending half: which records one region needs, and where bounces go."""

from __future__ import annotations

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.alignment import AlignmentQuestion, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.publication.sending import SendingPlan, mail_from_domain, mx_host

NAME = DomainName("blacksheep.link")
BOUNCE = DomainName("bounce.blacksheep.link")
TOKEN = "${Token[AWS.Region.4]}"
TOKYO_HOST = "feedback-smtp.ap-northeast-1.amazonses.com"
REGION_HOST = KnownAfterDeploy("Region", "feedback-smtp.", ".amazonses.com")


def lines(plan: SendingPlan) -> dict[str, str]:
    """The records as lines of a zone file."""
    return {child: str(record) for child, record in plan.records().items()}


DKIM = {f"DkimRecord{n}": f"<DkimDNSTokenName{n}> 600 IN CNAME <DkimDNSTokenValue{n}>" for n in (1, 2, 3)}


def test_the_reference_records() -> None:
    """Three CNAMEs of names that only AWS knows, one MX, one SPF string, in this order."""
    plan = SendingPlan(identity=NAME, mail_from=BOUNCE, mx_host=TOKYO_HOST, region="ap-northeast-1")
    assert lines(plan) == {
        **DKIM,
        "MailFromMx": f"bounce.blacksheep.link. 600 IN MX 10 {TOKYO_HOST}",
        "MailFromSpf": 'bounce.blacksheep.link. 600 IN TXT "v=spf1 include:amazonses.com ~all"',
    }
    assert list(plan.records()) == ["DkimRecord1", "DkimRecord2", "DkimRecord3", "MailFromMx", "MailFromSpf"]


def test_without_a_mail_from_domain_there_is_dkim_alone() -> None:
    """Bounces then go to SES's own domain."""
    assert lines(SendingPlan(identity=NAME, mail_from=None, mx_host=None)) == DKIM


def test_each_kind_of_record_has_its_own_ttl() -> None:
    """Taking over a record that exists needs its TTL."""
    plan = SendingPlan(identity=NAME, mail_from=BOUNCE, mx_host=TOKYO_HOST, dkim_ttl=1, mail_from_mx_ttl=2, mail_from_spf_ttl=3)
    assert [record.ttl for record in plan.records().values()] == [1, 1, 1, 2, 3]


def test_a_host_that_holds_the_region_stays_unknown() -> None:
    """In a stack without a region, the preference goes in front of the unknown part."""
    plan = SendingPlan(identity=NAME, mail_from=BOUNCE, mx_host=REGION_HOST)
    assert plan.records()["MailFromMx"].resource_records == (KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com"),)


def test_a_host_that_is_a_token_is_the_one_host_of_the_mx() -> None:
    """`mail_from_mx_host` of another stack; the MAIL FROM domain counts for the proof as any other."""
    host = "${Token[Feedback.Host.7]}"
    plan = SendingPlan(identity=NAME, mail_from=BOUNCE, mx_host=mx_host("xx-new-1", host, wanted=True))
    assert plan.records()["MailFromMx"].resource_records == (f"10 {host}",)
    question = AlignmentQuestion(from_domain=NAME, identities=(plan.ses_identity(),))
    assert prove(question).spf.domain == BOUNCE


def test_the_identity_as_the_proof_sees_it() -> None:
    """It signs with its own name."""
    plan = SendingPlan(identity=NAME, mail_from=BOUNCE, mx_host=TOKYO_HOST, on_mx_failure=MxFailure.REJECT_MESSAGE)
    assert plan.ses_identity() == SesIdentity(
        name="blacksheep.link", dkim_domain=NAME, mail_from=BOUNCE, on_mx_failure=MxFailure.REJECT_MESSAGE
    )


@pytest.mark.parametrize(
    ("subdomain", "name"),
    [
        pytest.param(None, None, id="off"),
        pytest.param("bounce", "bounce.blacksheep.link", id="label"),
        pytest.param("Bounce.BlackSheep.link.", "bounce.blacksheep.link", id="full-name"),
    ],
)
def test_the_mail_from_domain(subdomain: str | None, name: str | None) -> None:
    """Below the identity; None switches it off."""
    assert mail_from_domain(NAME, subdomain) == (None if name is None else DomainName(name))


@pytest.mark.parametrize(
    ("subdomain", "sentence"),
    [
        pytest.param(
            "mail.other.org",
            "'mail_from_subdomain' must be a label below 'blacksheep.link', got 'mail.other.org'; pass for example 'bounce'",
            id="outside-of-the-identity",
        ),
        pytest.param(
            "blacksheep.link",
            "'mail_from_subdomain' must be below 'blacksheep.link', not the domain itself; pass for example 'bounce'",
            id="the-identity",
        ),
        pytest.param(
            "",
            "'mail_from_subdomain' must be a label below 'blacksheep.link', got ''; pass for example 'bounce'",
            id="empty-is-not-off",
        ),
    ],
)
def test_what_is_no_mail_from_domain(subdomain: str, sentence: str) -> None:
    """SES would answer 400."""
    with pytest.raises(EmailAuthError) as caught:
        mail_from_domain(NAME, subdomain)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("region", "override", "wanted", "host"),
    [
        pytest.param("ap-northeast-1", None, True, TOKYO_HOST, id="region"),
        pytest.param(None, None, True, REGION_HOST, id="no-region"),
        pytest.param(TOKEN, None, True, REGION_HOST, id="region-is-a-token"),
        pytest.param("xx-new-1", "Feedback.Example.COM.", True, "feedback.example.com", id="unknown-region-with-override"),
        pytest.param("ap-northeast-1", "feedback.example.com", True, "feedback.example.com", id="override-wins"),
        pytest.param(None, f"X.{TOKEN}", True, f"X.{TOKEN}", id="override-with-a-token"),
        pytest.param("ap-northeast-1", None, False, None, id="not-wanted"),
        pytest.param("xx-new-1", None, False, None, id="without-mail-from-an-unknown-region-is-no-fault"),
    ],
)
def test_the_host_that_takes_bounces(
    region: str | None, override: str | None, host: str | KnownAfterDeploy | None, *, wanted: bool
) -> None:
    """By region, or as the user says."""
    assert mx_host(region, override, wanted=wanted) == host


CHINA = "Amazon SES does not exist in the China region 'cn-north-1'; deploy the stack to another region"


@pytest.mark.parametrize(
    ("region", "override", "wanted", "sentence"),
    [
        pytest.param("cn-north-1", None, True, CHINA, id="china"),
        pytest.param("cn-north-1", "feedback.example.com", True, CHINA, id="china-has-nothing-to-override"),
        pytest.param("cn-north-1", None, False, CHINA, id="china-without-mail-from"),
        pytest.param(
            "xx-new-1",
            None,
            True,
            "no MAIL FROM host of Amazon SES is documented for the region 'xx-new-1'; correct the region, or pass "
            "mail_from_mx_host= with the host that the SES console of that region shows",
            id="unknown-region",
        ),
        pytest.param(
            "ap-northeast-1",
            "feedback.example.com",
            False,
            "'mail_from_mx_host' has no use without a MAIL FROM domain; leave it out",
            id="override-without-use",
        ),
        pytest.param(
            "ap-northeast-1",
            "10 feedback.example.com",
            True,
            "'mail_from_mx_host' must be a domain name, but '10 feedback.example.com' is not a domain name: the label "
            "'10 feedback' may hold letters, digits and inner hyphens only; pass for example 'example.com'",
            id="override-with-a-preference",
        ),
    ],
)
def test_where_bounces_cannot_go(region: str, override: str | None, sentence: str, *, wanted: bool) -> None:
    """No SES there, no documented host, or no use."""
    with pytest.raises(EmailAuthError) as caught:
        mx_host(region, override, wanted=wanted)
    assert str(caught.value) == sentence
