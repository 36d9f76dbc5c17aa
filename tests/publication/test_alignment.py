"""The printed proof: the wanted screens, word for word, in 80 width, and nothing in it that could steer a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication import alignment
from ses_email_auth.publication.alignment import (
    ENGLISH,
    JAPANESE,
    AlignmentQuestion,
    IdentityKind,
    MxFailure,
    SesIdentity,
)
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.publication.columns import width
from tests.publication.alignment_cases import CASES, INFO, NEWS, ask, identity

TOKEN = "${Token[TOKEN.16]}"
LONG = ".".join(["a" * 60, "b" * 60, "example.com"])

SCREEN_EN = """\
From: *@blacksheep.link, sent by SES ap-northeast-1, identity blacksheep.link
  DKIM  d=blacksheep.link          aligned: same domain (adkim=r)
  SPF   bounce.blacksheep.link     aligned: below the From domain (aspf=r)
  => DMARC passes by DKIM and by SPF. Receivers apply p=none to forgeries.
  Holds when SES reports DKIM SUCCESS and MAIL FROM SUCCESS.
  If the MX of bounce.blacksheep.link is lost, SES sends from
  ap-northeast-1.amazonses.com: SPF not aligned, DMARC passes by DKIM alone.
  A forwarder breaks SPF; a mailing list that edits mail breaks DKIM too."""

SCREEN_JA = """\
差出人 *@blacksheep.link、SES ap-northeast-1、送信ID は blacksheep.link
  DKIM  d=blacksheep.link          一致: 差出人と同じドメイン (adkim=r)
  SPF   bounce.blacksheep.link     一致: 差出人のサブドメイン (aspf=r)
  => DKIM と SPF の両方で DMARC に合格します。なりすましには p=none が適用
     されます (何もしない、監視のみ)。
  条件: SES の状態が DKIM も MAIL FROM も SUCCESS であること。
  bounce.blacksheep.link の MX が消えると、SES は ap-northeast-1.amazonses.com
  から送ります。SPF は一致しなくなり、DKIM だけで合格します。
  転送されると SPF が、本文を書き換えるメーリングリストでは DKIM も失敗します。"""

CASE_15_EN = """\
Receivers that follow RFC 9989 (2026) and RFC 7489 come to different results.
From: *@eu.mail.blacksheep.link, sent by SES ap-northeast-1, identity
  blacksheep.link
  By RFC 9989:
  DKIM  d=blacksheep.link
        not aligned: other organizational domain (adkim=r)
  SPF   bounce.blacksheep.link
        not aligned: other organizational domain (aspf=r)
  => DMARC fails: nothing aligns; at p=reject every mail of this identity is
     refused. Receivers apply p=none from _dmarc.mail.blacksheep.link to
     forgeries.
  By RFC 7489:
  DKIM  d=blacksheep.link          aligned: above the From domain (adkim=r)
  SPF   bounce.blacksheep.link     aligned: same organizational domain (aspf=r)
  => DMARC passes by DKIM and by SPF. Receivers apply p=reject from
     _dmarc.blacksheep.link to forgeries.
  Holds when SES reports DKIM SUCCESS and MAIL FROM SUCCESS.
  If the MX of bounce.blacksheep.link is lost, SES sends from
  ap-northeast-1.amazonses.com: SPF not aligned, DMARC passes by DKIM alone.
  A forwarder breaks SPF; a mailing list that edits mail breaks DKIM too."""

CASE_15_JA = """\
RFC 9989 (2026年) の受信側と RFC 7489 の受信側とで、結果が異なります。
差出人 *@eu.mail.blacksheep.link、SES ap-northeast-1、送信ID は blacksheep.link
  RFC 9989 の場合:
  DKIM  d=blacksheep.link          不一致: 別の組織ドメイン (adkim=r)
  SPF   bounce.blacksheep.link     不一致: 別の組織ドメイン (aspf=r)
  => DMARC は不合格です。一致するものがなく、p=reject ならこの送信ID のメール
     はすべて拒否されます。なりすましには _dmarc.mail.blacksheep.link の p=none
     が適用されます (何もしない、監視のみ)。
  RFC 7489 の場合:
  DKIM  d=blacksheep.link          一致: 差出人の上位ドメイン (adkim=r)
  SPF   bounce.blacksheep.link     一致: 同じ組織ドメイン (aspf=r)
  => DKIM と SPF の両方で DMARC に合格します。なりすましには
     _dmarc.blacksheep.link の p=reject が適用されます (受信を拒否する)。
  条件: SES の状態が DKIM も MAIL FROM も SUCCESS であること。
  bounce.blacksheep.link の MX が消えると、SES は ap-northeast-1.amazonses.com
  から送ります。SPF は一致しなくなり、DKIM だけで合格します。
  転送されると SPF が、本文を書き換えるメーリングリストでは DKIM も失敗します。"""


def flow(text: str) -> str:
    """The text with its line ends and indents taken away, to look for sentences in it."""
    return " ".join(text.split())


def printed(question: AlignmentQuestion, language: str = "en") -> str:
    """The proof as text."""
    return prove(question).explain(language)


MORE = {
    "no-record": ask(identity(), dmarc={}),
    "reject-message": ask(identity(on_mx_failure=MxFailure.REJECT_MESSAGE), dmarc="p=reject"),
    "no-region": ask(identity(mail_from=None), dmarc="p=none", region=None),
    "testing": ask(identity(), dmarc="p=reject; t=y"),
    "pending-alone": ask(identity(dkim_known=False, mail_from=None), dmarc="p=quarantine"),
    "not-given-below": ask(identity(), dmarc={"blacksheep.link": None}, from_domain=NEWS),
    "token": ask(replace(identity(TOKEN), mail_from=DomainName("${Token[X.1]}")), dmarc={TOKEN: "p=none"}, from_domain=TOKEN),
    "token-hides-the-identity": ask(identity(TOKEN), dmarc="p=none"),
    "address": ask(identity(), INFO, dmarc="p=none", local_part="info"),
}
ALL = CASES | MORE


@pytest.mark.parametrize(
    ("case", "language", "screen"),
    [
        pytest.param("1", "en", SCREEN_EN, id="1-en"),
        pytest.param("1", "ja", SCREEN_JA, id="1-ja"),
        pytest.param("15", "en", CASE_15_EN, id="15-en"),
        pytest.param("15", "ja", CASE_15_JA, id="15-ja"),
    ],
)
def test_the_screens(case: str, language: str, screen: str) -> None:
    """Word for word, in both languages, and by both standards."""
    assert printed(CASES[case], language) == screen


def test_str_is_the_english_text() -> None:
    """`print(proof)` needs no argument."""
    assert str(prove(CASES["1"])) == SCREEN_EN


@pytest.mark.parametrize(
    ("case", "language", "sentence"),
    [
        pytest.param(
            "2",
            "en",
            "SPF passes for ap-northeast-1.amazonses.com, which never aligns, so DMARC rests on DKIM alone. Microsoft asks for "
            "SPF and DKIM to pass, and both do.",
            id="2-en",
        ),
        pytest.param(
            "3",
            "en",
            "aspf=s asks for a MAIL FROM domain equal to the From domain, and SES wants it below the identity, so SPF can "
            "never align. Remove aspf=s.",
            id="3-en",
        ),
        pytest.param("4", "en", "SPF not aligned, and DMARC fails.", id="4-en"),
        pytest.param("12", "en", "=> SES refuses to send: no identity covers blacksheep.link.", id="12-en"),
        pytest.param("14", "en", "From: info@blacksheep.link, sent by SES ap-northeast-1, identity info@bl", id="14-en"),
        pytest.param(
            "17",
            "en",
            "The record at _dmarc.blacksheep.link decides what receivers do to forgeries. Holds when SES reports DKIM SUCCESS "
            "and MAIL FROM SUCCESS. Assuming relaxed alignment: the record at _dmarc.blacksheep.link was not given (pass "
            "inherited_dmarc=). Under strict alignment DKIM with d= of the From domain still aligns, SPF does not.",
            id="17-en",
        ),
        pytest.param(
            "17",
            "ja",
            "_dmarc.blacksheep.link のレコードが分からないため、relaxed と仮定しています (inherited_dmarc= で指定できます)。"
            "strict の場合も、d= が差出人と同じドメイン なら DKIM は一致しますが、SPF は一致しません。",
            id="17-ja",
        ),
        pytest.param(
            "18",
            "en",
            "Holds when SES reports MAIL FROM SUCCESS. Once SES reports DKIM SUCCESS, DMARC passes by DKIM.",
            id="18-en",
        ),
        pytest.param("18", "en", "SPF not aligned, and DMARC rests on DKIM alone.", id="18-en-without-mx"),
        pytest.param("19", "en", "SES sends from us-west-2.amazonses.com: SPF not aligned", id="19-en"),
        pytest.param(
            "20",
            "en",
            "=> Cannot tell whether DMARC passes. Receivers apply p=none from _dmarc.blacksheep.link to forgeries. RFC 9989 "
            "receivers look at the From domain and then only at names of 7 labels or fewer, so they never find a longer one's "
            "record: publish the policy at the From domain itself (RFC 9989 section 5.1.8).",
            id="20-en",
        ),
        pytest.param(
            "20",
            "ja",
            "RFC 9989 の受信側が調べるのは、差出人ドメイン自身と、7ラベル以下の上位ドメイン だけです。それより長い名前の"
            "レコードは見つからないため、差出人ドメイン自身に ポリシーを公開してください (RFC 9989 5.1.8)。",
            id="20-ja",
        ),
        pytest.param("no-record", "en", "No DMARC record: receivers apply no policy to forgeries.", id="no-record"),
        pytest.param("no-region", "en", "From: *@blacksheep.link, sent by SES, identity blacksheep.link", id="no-region"),
        pytest.param("no-region", "en", "SPF <Region>.amazonses.com not aligned: SES's own domain", id="no-region-spf"),
        pytest.param(
            "reject-message",
            "en",
            "If the MX of bounce.blacksheep.link is lost, SES refuses to send.",
            id="reject-message",
        ),
        pytest.param(
            "token-hides-the-identity",
            "en",
            "=> Cannot tell which identity covers blacksheep.link: a name is known only after the deploy.",
            id="token-hides-the-identity",
        ),
    ],
)
def test_a_sentence_of_a_case(case: str, language: str, sentence: str) -> None:
    """Word for word, line ends aside."""
    assert sentence in flow(printed(ALL[case], language))


@pytest.mark.parametrize(
    ("case", "never"),
    [
        pytest.param("3", "is lost", id="3: SPF never aligned, so no MX matters"),
        pytest.param("5", "Holds when", id="5: a failure holds anyway"),
        pytest.param("9", "is lost", id="9: nothing is left to lose"),
        pytest.param("12", "aligned", id="12: what is not sent is not compared"),
    ],
)
def test_what_is_beside_the_point_is_not_said(case: str, never: str) -> None:
    """A true sentence that changes nothing is noise."""
    assert never not in flow(printed(CASES[case]))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("case", ALL)
def test_every_line_fits_into_80_columns(case: str, language: str) -> None:
    """Also on a terminal that shows ambiguous characters wide; no line is blank or ends in a blank."""
    lines = printed(ALL[case], language).splitlines()
    assert max(map(width, lines)) <= 80
    assert all(line == line.rstrip() != "" for line in lines)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_longer_name_stands_alone_on_its_line(language: str) -> None:
    """Names are not cut: they are there to be copied."""
    long = [
        line for line in printed(ask(identity(LONG), dmarc={}, from_domain=LONG), language).splitlines() if width(line) > 80
    ]
    assert long
    assert all(len(line.split()) <= 2 and LONG in line for line in long)


def test_both_languages_have_the_same_sentences() -> None:
    """The same keys, and the same blanks to fill in, except where one language says less."""
    assert ENGLISH.keys() == JAPANESE.keys()
    fields = {
        word: [{part.split("}")[0] for part in table[word].split("{")[1:]} for table in (ENGLISH, JAPANESE)] for word in ENGLISH
    }
    assert {word for word, (english, japanese) in fields.items() if english != japanese} == {"policy", "policy inherited"}
    assert fields["policy"] == [{"tag", "policy"}, {"tag", "policy", "meaning"}]


class Watched(dict[object, str]):
    """A word table that remembers what was asked of it."""

    def __init__(self, words: dict[object, str]) -> None:
        super().__init__(words)
        self.asked: set[object] = set()

    def __getitem__(self, key: object) -> str:
        self.asked.add(key)
        return super().__getitem__(key)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """The English words, watched."""
    words = Watched(dict(ENGLISH))
    monkeypatch.setitem(alignment._LANGUAGES, "en", words)
    return words


def test_no_sentence_is_dead(watched: Watched) -> None:
    """Each word is said in some case."""
    for question in ALL.values():
        printed(question)
    assert set(ENGLISH) - watched.asked == set()


def test_another_language_is_refused() -> None:
    """With the two that there are."""
    with pytest.raises(EmailAuthError) as caught:
        prove(CASES["1"]).explain("fr")
    assert str(caught.value) == "a proof is written in 'en' or 'ja', got 'fr'"


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("\x1b[31mred", id="colour"),
        pytest.param("\x1b]8;;http://x.example\x07link\x1b]8;;\x07", id="hyperlink"),
        pytest.param("a\n  => DMARC passes", id="a-line-of-its-own"),
        pytest.param("a\r\x08b", id="overwrite"),
        pytest.param("\u202eknil.peehskcalb", id="bidi-override"),
        pytest.param("\u2066\u200b\x9b", id="isolate-zero-width-and-c1"),
        pytest.param("{domain}{0}", id="a-field-to-fill-in"),
    ],
)
def test_no_name_can_steer_a_terminal(hostile: str, language: str) -> None:
    """In a local part, an address identity, a name with a token, a region: escapes are shown, lines are ours."""
    name = DomainName(f"{hostile}.{TOKEN}")
    address = SesIdentity(name=f"{hostile}@blacksheep.link", kind=IdentityKind.ADDRESS, dkim_domain=name, mail_from=name)
    question = ask(address, dmarc="p=none", local_part=hostile, region=f"{hostile}-{TOKEN}")
    text = printed(question, language)
    assert all(line.isprintable() for line in text.split("\n"))
    assert sum(line.startswith("  => ") for line in text.split("\n")) == 1
