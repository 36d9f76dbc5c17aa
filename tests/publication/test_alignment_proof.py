"""The alignment proof: the twenty cases, what only some of them show, and a second account of the rules as the judge."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.alignment import (
    AlignmentProof,
    AlignmentQuestion,
    Assumption,
    Break,
    LegReason,
    MxFailure,
    SesIdentity,
    Verdict,
)
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.dmarc import Alignment, DmarcRecord
from tests.publication.alignment_cases import BLACKSHEEP, CASES, DEEP, INFO, MAIL, NEWS, OREGON, TOKYO, ask, identity
from tests.publication.alignment_model import Identity, above, answer

TOKEN = "${Token[TOKEN.16]}"
SAME, BELOW, ABOVE, ORGANIZATION = (
    LegReason.SAME_DOMAIN,
    LegReason.BELOW_FROM,
    LegReason.ABOVE_FROM,
    LegReason.SAME_ORGANIZATION,
)
OTHER, STRICT, UNSIGNED = LegReason.OTHER_ORGANIZATION, LegReason.STRICT, LegReason.NOT_SIGNED
PENDING, SES, REFUSED = LegReason.PENDING, LegReason.SES_DOMAIN, LegReason.SES_REFUSES
V = Verdict


def forgeries(proof: AlignmentProof) -> str | None:
    """What is done to them and where it stands, in short."""
    if proof.policy_at is None:
        return None
    policy = "?" if proof.policy is None else f"{proof.policy_tag}={proof.policy.value}"
    return f"{policy} at {proof.policy_at}"


def without_mx(proof: AlignmentProof) -> Verdict:
    """The verdict when SES does not find the MX of the MAIL FROM domain."""
    if proof.spf_on_mx_failure.reason is REFUSED:
        return Verdict.REFUSED_BY_SES
    if proof.dkim.aligned is None:
        return Verdict.CANNOT_TELL
    return Verdict.DKIM_ONLY if proof.dkim.aligned else Verdict.FAIL


@pytest.mark.parametrize(
    ("case", "verdict", "dkim", "spf", "policy", "mx_lost"),
    [
        pytest.param("1", V.BOTH, SAME, BELOW, f"p=none at {BLACKSHEEP}", V.DKIM_ONLY, id="1"),
        pytest.param("2", V.DKIM_ONLY, SAME, SES, f"p=none at {BLACKSHEEP}", V.DKIM_ONLY, id="2"),
        pytest.param("3", V.DKIM_ONLY, SAME, STRICT, f"p=none at {BLACKSHEEP}", V.DKIM_ONLY, id="3"),
        pytest.param("4", V.SPF_ONLY, UNSIGNED, BELOW, f"p=quarantine at {BLACKSHEEP}", V.FAIL, id="4"),
        pytest.param("5", V.FAIL, UNSIGNED, SES, f"p=reject at {BLACKSHEEP}", V.FAIL, id="5"),
        pytest.param("6", V.FAIL, UNSIGNED, STRICT, f"p=none at {BLACKSHEEP}", V.FAIL, id="6"),
        pytest.param("7", V.BOTH, ABOVE, ORGANIZATION, f"sp=reject at {BLACKSHEEP}", V.DKIM_ONLY, id="7"),
        pytest.param("8", V.SPF_ONLY, STRICT, ORGANIZATION, f"p=quarantine at {BLACKSHEEP}", V.FAIL, id="8"),
        pytest.param("9", V.FAIL, STRICT, STRICT, f"p=reject at {BLACKSHEEP}", V.FAIL, id="9"),
        pytest.param("10", V.BOTH, ABOVE, ORGANIZATION, f"p=none at {NEWS}", V.DKIM_ONLY, id="10"),
        pytest.param("11", V.DKIM_ONLY, SAME, STRICT, f"p=reject at {BLACKSHEEP}", V.DKIM_ONLY, id="11"),
        pytest.param("12", V.REFUSED_BY_SES, REFUSED, REFUSED, f"p=reject at {BLACKSHEEP}", V.REFUSED_BY_SES, id="12"),
        pytest.param("13", V.DKIM_ONLY, SAME, SES, f"p=none at {BLACKSHEEP}", V.DKIM_ONLY, id="13"),
        pytest.param("14", V.DKIM_ONLY, SAME, SES, f"p=none at {BLACKSHEEP}", V.DKIM_ONLY, id="14"),
        pytest.param("15", V.FAIL, OTHER, OTHER, f"p=none at {MAIL}", V.FAIL, id="15"),
        pytest.param("16", V.BOTH, ABOVE, ORGANIZATION, "p=quarantine at example.tokyo.jp", V.DKIM_ONLY, id="16"),
        pytest.param("17", V.BOTH, SAME, BELOW, f"? at {BLACKSHEEP}", V.DKIM_ONLY, id="17"),
        pytest.param("18", V.SPF_ONLY, PENDING, BELOW, f"p=none at {BLACKSHEEP}", V.CANNOT_TELL, id="18"),
        pytest.param("19", V.BOTH, SAME, BELOW, f"p=none at {BLACKSHEEP}", V.DKIM_ONLY, id="19"),
        pytest.param("20", V.CANNOT_TELL, ABOVE, ORGANIZATION, f"p=none at {BLACKSHEEP}", V.DKIM_ONLY, id="20"),
    ],
)
def test_the_twenty_cases(
    case: str, verdict: Verdict, dkim: LegReason, spf: LegReason, policy: str | None, mx_lost: Verdict
) -> None:
    """By RFC 9989: verdict, both legs, the policy for forgeries, and what is left when the MX is lost."""
    proof = prove(CASES[case])
    assert (proof.verdict, proof.dkim.reason, proof.spf.reason, forgeries(proof)) == (verdict, dkim, spf, policy)
    assert without_mx(proof) is mx_lost
    assert (proof.rfc7489 is not None) is (case in ("15", "20"))


def test_case_1_in_full() -> None:
    """Everything that a proof says."""
    proof = prove(CASES["1"])
    assert (proof.from_domain, proof.local_part, proof.region) == (DomainName(BLACKSHEEP), None, TOKYO)
    assert proof.signer == identity()
    assert (proof.dkim.domain, proof.dkim.aligned, proof.dkim.mode) == (DomainName(BLACKSHEEP), True, Alignment.RELAXED)
    assert (proof.spf.domain, proof.spf.aligned) == (DomainName("bounce.blacksheep.link"), True)
    lost = proof.spf_on_mx_failure
    assert (lost.domain, lost.aligned, lost.reason) == (DomainName("ap-northeast-1.amazonses.com"), False, SES)
    assert proof.assumptions == (Assumption.DKIM_SUCCESS, Assumption.MAIL_FROM_SUCCESS)
    assert proof.breaks_when == (Break.MX_LOST, Break.FORWARDER, Break.MAILING_LIST)
    assert proof.worst_verdict is Verdict.BOTH


@pytest.mark.parametrize(
    ("case", "assumptions", "breaks"),
    [
        pytest.param("2", [Assumption.DKIM_SUCCESS], [Break.MAILING_LIST], id="2"),
        pytest.param("3", [Assumption.DKIM_SUCCESS], [Break.MAILING_LIST], id="3: SPF never aligned, so no MX matters"),
        pytest.param("4", [Assumption.MAIL_FROM_SUCCESS], [Break.MX_LOST, Break.FORWARDER], id="4"),
        pytest.param("5", [], [], id="5: nothing to assume, nothing to break"),
        pytest.param("6", [], [], id="6"),
        pytest.param("12", [], [], id="12"),
        pytest.param(
            "17",
            [Assumption.DKIM_SUCCESS, Assumption.MAIL_FROM_SUCCESS, Assumption.RELAXED],
            [Break.MX_LOST, Break.FORWARDER, Break.MAILING_LIST],
            id="17",
        ),
        pytest.param("18", [Assumption.MAIL_FROM_SUCCESS], [Break.MX_LOST, Break.FORWARDER], id="18: SPF alone, for now"),
        pytest.param(
            "20",
            [Assumption.DKIM_SUCCESS, Assumption.MAIL_FROM_SUCCESS, Assumption.WALK_LIMIT],
            [Break.MX_LOST, Break.FORWARDER, Break.MAILING_LIST],
            id="20",
        ),
    ],
)
def test_what_a_proof_hangs_on(case: str, assumptions: list[Assumption], breaks: list[Break]) -> None:
    """Only what would change the answer."""
    proof = prove(CASES[case])
    assert proof.assumptions == tuple(assumptions)
    assert proof.breaks_when == tuple(breaks)


def test_case_12_is_refused_not_unaligned() -> None:
    """Nothing is compared: SES does not send."""
    proof = prove(CASES["12"])
    assert (proof.signer, proof.dkim.aligned, proof.spf.aligned, proof.spf_on_mx_failure.aligned) == (None, None, None, None)


def test_case_13_the_more_specific_identity_wins() -> None:
    """In whatever order the identities come."""
    question = CASES["13"]
    backwards = replace(question, identities=question.identities[::-1])
    assert prove(question).signer == prove(backwards).signer == identity(NEWS, mail_from=None)


def test_case_14_an_address_identity_inherits_dkim_but_not_mail_from() -> None:
    """It is the most specific; the domain behind it signs."""
    proof = prove(CASES["14"])
    assert proof.signer == replace(INFO, dkim_domain=DomainName(BLACKSHEEP))
    assert proof.spf.domain == DomainName("ap-northeast-1.amazonses.com")


@pytest.mark.parametrize(
    ("identities", "local_part", "signer"),
    [
        pytest.param([identity(), INFO], "sales", BLACKSHEEP, id="another-address"),
        pytest.param([identity(), INFO], "Info", BLACKSHEEP, id="SES-compares-the-case"),
        pytest.param([identity(), INFO], None, BLACKSHEEP, id="any-address"),
        pytest.param([identity(), replace(INFO, name=f"None@{BLACKSHEEP}")], None, BLACKSHEEP, id="an-address-named-None"),
        pytest.param([INFO], "info", INFO.name, id="address-alone"),
        pytest.param([INFO], "sales", None, id="an-address-covers-no-other"),
    ],
)
def test_which_identity_covers_an_address(identities: list[SesIdentity], local_part: str | None, signer: str | None) -> None:
    """The address itself, else the domain."""
    proof = prove(ask(*identities, dmarc="p=none", local_part=local_part))
    assert (None if proof.signer is None else proof.signer.name) == signer


def test_an_address_identity_alone_is_not_signed_with_our_domain() -> None:
    """Nothing to inherit: DMARC fails."""
    assert prove(ask(INFO, dmarc="p=none", local_part="info")).verdict is Verdict.FAIL


def test_an_address_identity_with_a_key_of_its_own_keeps_it() -> None:
    """Nothing is inherited then."""
    own = replace(INFO, dkim_domain=DomainName("other.example"))
    assert prove(ask(identity(), own, dmarc="p=none", local_part="info")).dkim.domain == DomainName("other.example")


def test_an_address_identity_waits_for_the_key_of_its_domain() -> None:
    """What SES has not confirmed is not inherited as confirmed."""
    proof = prove(ask(identity(dkim_known=False), INFO, dmarc="p=none", local_part="info"))
    assert (proof.dkim.reason, proof.verdict) == (PENDING, Verdict.CANNOT_TELL)


def test_case_15_shows_both_standards() -> None:
    """Another organization by the walk, the same by the list; the worse verdict counts."""
    proof = prove(CASES["15"])
    old = proof.rfc7489
    assert old is not None
    assert (old.verdict, old.dkim.reason, old.spf.reason, forgeries(old)) == (
        Verdict.BOTH,
        ABOVE,
        ORGANIZATION,
        f"p=reject at {BLACKSHEEP}",
    )
    assert old.rfc7489 is None
    assert proof.worst_verdict is Verdict.FAIL


def test_case_16_the_walk_takes_the_shortest_record() -> None:
    """With a record at tokyo.jp and none at example.tokyo.jp, two companies there would be one organization."""
    question = ask(identity("b.tokyo.jp"), dmarc={"tokyo.jp": "p=none"}, from_domain="b.tokyo.jp")
    stranger = replace(question, identities=(replace(question.identities[0], dkim_domain=DomainName("a.tokyo.jp")),))
    proof = prove(stranger)
    assert proof.dkim.reason is ORGANIZATION
    assert proof.rfc7489 is not None
    assert proof.rfc7489.dkim.reason is OTHER


def test_case_17_strict_alignment_would_spare_dkim_alone() -> None:
    """What the text of the assumption says, proved."""
    assert prove(ask(identity(), dmarc="p=none; adkim=s; aspf=s")).verdict is Verdict.DKIM_ONLY


def test_case_18_passes_by_both_when_ses_reports_success() -> None:
    """The same question with the key confirmed."""
    assert prove(ask(identity(), dmarc="p=none")).verdict is Verdict.BOTH


def test_a_pending_key_that_could_not_align_is_no_hope() -> None:
    """Strict alignment fails with any state of the key."""
    proof = prove(ask(identity(dkim_known=False), dmarc="p=none; adkim=s; aspf=s", from_domain=NEWS))
    assert (proof.dkim.reason, proof.verdict) == (STRICT, Verdict.FAIL)


def test_case_19_one_proof_per_region() -> None:
    """Each with its own MAIL FROM domain and its own fall-back."""
    regions = {TOKYO: identity(), OREGON: identity(mail_from="bounce-us-west-2")}
    proofs = [prove(ask(signer, dmarc="p=none", region=region)) for region, signer in regions.items()]
    assert [(str(p.region), str(p.spf.domain), str(p.spf_on_mx_failure.domain)) for p in proofs] == [
        ("ap-northeast-1", "bounce.blacksheep.link", "ap-northeast-1.amazonses.com"),
        ("us-west-2", "bounce-us-west-2.blacksheep.link", "us-west-2.amazonses.com"),
    ]
    assert [p.verdict for p in proofs] == [Verdict.BOTH, Verdict.BOTH]


def test_case_20_is_solved_by_what_its_text_asks_for() -> None:
    """The policy at the From domain itself: then both standards agree."""
    proof = prove(ask(identity(), dmarc={BLACKSHEEP: "p=none", DEEP: "p=reject"}, from_domain=DEEP))
    assert (proof.verdict, forgeries(proof), proof.rfc7489) == (Verdict.BOTH, f"p=reject at {DEEP}", None)
    assert Assumption.WALK_LIMIT not in proof.assumptions


def test_what_ses_refuses_stays_refused_below_the_walk() -> None:
    """Nobody asks how receivers would judge mail that is never sent."""
    question = replace(CASES["20"], identities=(identity("other.example"),))
    assert prove(question).verdict is Verdict.REFUSED_BY_SES


def test_ses_may_refuse_when_the_mx_is_lost() -> None:
    """`REJECT_MESSAGE`: no mail rather than mail without SPF."""
    proof = prove(ask(identity(on_mx_failure=MxFailure.REJECT_MESSAGE), dmarc="p=none; aspf=s"))
    assert (proof.spf_on_mx_failure.domain, proof.spf_on_mx_failure.reason) == (None, REFUSED)
    assert proof.breaks_when == (Break.MX_LOST, Break.MAILING_LIST)


def test_reject_message_says_nothing_without_a_mail_from_domain() -> None:
    """There is no MX to lose."""
    proof = prove(ask(identity(mail_from=None, on_mx_failure=MxFailure.REJECT_MESSAGE), dmarc="p=none"))
    assert (proof.spf_on_mx_failure.reason, proof.breaks_when) == (SES, (Break.MAILING_LIST,))


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        pytest.param("us-east-1", DomainName("amazonses.com"), id="us-east-1-has-no-region-in-it"),
        pytest.param(None, KnownAfterDeploy("Region", "", ".amazonses.com"), id="no-region"),
    ],
)
def test_the_domain_that_ses_falls_back_to(region: str | None, domain: DomainName | KnownAfterDeploy) -> None:
    """SES's own, by region."""
    assert prove(ask(identity(), dmarc="p=none", region=region)).spf_on_mx_failure.domain == domain


def test_there_is_no_proof_for_china() -> None:
    """SES does not exist there."""
    with pytest.raises(EmailAuthError, match="Amazon SES does not exist in the China region 'cn-north-1'"):
        prove(ask(identity(), dmarc="p=none", region="cn-north-1"))


@pytest.mark.parametrize(
    ("dmarc", "new", "old"),
    [
        pytest.param("p=reject; t=y", "p=quarantine", "p=reject", id="RFC-7489-receivers-ignore-t"),
        pytest.param("p=quarantine; pct=0", "p=quarantine", "p=none", id="RFC-9989-receivers-ignore-pct"),
        pytest.param("p=quarantine; t=y; pct=0", "p=none", None, id="together-they-mean-the-same-to-both"),
    ],
)
def test_forgeries_may_be_treated_differently(dmarc: str, new: str, old: str | None) -> None:
    """The mail itself passes by both standards."""
    proof = prove(ask(identity(), dmarc=dmarc))
    assert forgeries(proof) == f"{new} at {BLACKSHEEP}"
    assert (None if proof.rfc7489 is None else forgeries(proof.rfc7489)) == (None if old is None else f"{old} at {BLACKSHEEP}")
    assert proof.worst_verdict is Verdict.BOTH


def token_question(from_domain: str, signer: SesIdentity, dmarc: str = "p=none") -> AlignmentQuestion:
    """A question in which a name holds a token."""
    return ask(signer, dmarc={from_domain: dmarc}, from_domain=from_domain)


@pytest.mark.parametrize(
    ("from_domain", "signer", "dmarc", "verdict", "reasons"),
    [
        pytest.param(TOKEN, identity(TOKEN), "p=none", V.BOTH, (SAME, BELOW), id="all-below-one-token"),
        pytest.param(
            TOKEN, identity(TOKEN), "p=none; adkim=s; aspf=s", V.DKIM_ONLY, (SAME, STRICT), id="strict-is-certain-too"
        ),
        pytest.param(
            f"{TOKEN}.example.com", identity("example.com"), "p=none", V.DKIM_ONLY, (ABOVE, LegReason.TOKEN), id="above"
        ),
        pytest.param(
            TOKEN,
            replace(identity(TOKEN), dkim_domain=DomainName("example.com"), mail_from=None),
            "p=none",
            V.CANNOT_TELL,
            (LegReason.TOKEN, SES),
            id="nobody-can-tell-the-organization",
        ),
        pytest.param(
            "example.com", identity(TOKEN), "p=none", V.CANNOT_TELL, (LegReason.TOKEN,) * 2, id="nobody-can-tell-who-signs"
        ),
    ],
)
def test_what_a_token_hides_is_not_guessed(
    from_domain: str, signer: SesIdentity, dmarc: str, verdict: Verdict, reasons: tuple[LegReason, LegReason]
) -> None:
    """What is certain is said, the rest cannot be told."""
    proof = prove(token_question(from_domain, signer, dmarc))
    assert (proof.verdict, (proof.dkim.reason, proof.spf.reason)) == (verdict, reasons)


def test_verdicts_are_ranked() -> None:
    """So that the worst of several can be found."""
    assert [verdict.rank for verdict in Verdict] == [0, 1, 2, 3, 4, 5]
    assert max(Verdict, key=lambda verdict: verdict.rank) is Verdict.REFUSED_BY_SES


SUFFIXES = ["x.jp", "x.co.jp", "x.tokyo.jp", "kawasaki.jp", "foo.kawasaki.jp", "city.kawasaki.jp", "x.link"]
PREFIXES = st.lists(st.sampled_from("ab"), max_size=3) | st.lists(st.just("a"), min_size=5, max_size=8)
NAMES = st.tuples(PREFIXES, st.sampled_from(SUFFIXES)).map(lambda parts: ".".join([*parts[0], parts[1]]))
TAGS = st.fixed_dictionaries(
    {"p": st.sampled_from(["none", "quarantine", "reject"])},
    optional={
        "sp": st.sampled_from(["none", "quarantine", "reject"]),
        "adkim": st.sampled_from("rs"),
        "aspf": st.sampled_from("rs"),
        "psd": st.sampled_from("yynnu"),
        "t": st.sampled_from("yn"),
    },
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[str, list[Identity], dict[str, dict[str, str]]]:
    """A From domain, some identities, most of them at or above it, and records at names that somebody may ask for."""
    author = draw(NAMES)
    names = draw(st.lists(st.sampled_from(above(author)) | NAMES, min_size=1, max_size=3, unique=True))
    identities = [
        Identity(name, draw(st.booleans()), draw(st.sampled_from([None, f"bounce.{name}", f"a.{name}"]))) for name in names
    ]
    places = sorted({place for name in [author, *names, *(f"a.{name}" for name in names)] for place in above(name)})
    return author, identities, draw(st.dictionaries(st.sampled_from(places), TAGS, max_size=4))


@given(worlds())
@settings(max_examples=300, deadline=None)
def test_law_the_proof_agrees_with_a_second_account_of_the_rules(
    world: tuple[str, list[Identity], dict[str, dict[str, str]]],
) -> None:
    """Verdict and policy, by both standards.

    One difference is meant: where no DMARC record applies at all, RFC 9989 gives no organizational domain to compare (section
    4.10.2 then takes the name itself), and the proof compares by the Public Suffix List; only the policy is judged there.
    """
    author, identities, records = world
    proof = prove(
        AlignmentQuestion(
            from_domain=DomainName(author),
            identities=tuple(
                SesIdentity(
                    name=i.name,
                    dkim_domain=DomainName(i.name) if i.signs else None,
                    mail_from=None if i.mail_from is None else DomainName(i.mail_from),
                )
                for i in identities
            ),
            dmarc_records={
                DomainName(at): DmarcRecord.parse("; ".join(["v=DMARC1", *(f"{tag}={value}" for tag, value in tags.items())]))
                for at, tags in records.items()
            },
        )
    )
    for walk, said in ((True, proof), (False, proof.rfc7489 or proof)):
        model = answer(author, identities, records, walk=walk)
        policy = None if said.policy is None else said.policy.value
        assert (policy, None if said.policy_at is None else said.policy_at.text) == (model.policy, model.policy_at)
        if model.policy_at is not None or not walk:
            assert said.verdict.value == model.verdict
