"""The alignment proof: the question, the answer with its reasons, and the answer as text in English and Japanese.

`alignment_proof` computes the answer. The sentences of both languages stand in tables with the same keys.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, visible
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.columns import COLUMNS, width, wrap
from ses_email_auth.records.dmarc import DmarcPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_email_auth.publication.dmarc_discovery import DmarcRecords
    from ses_email_auth.records.dmarc import Alignment


class IdentityKind(enum.Enum):
    """What an SES identity is."""

    DOMAIN = "domain"
    ADDRESS = "address"


class MxFailure(enum.Enum):
    """What SES does when it does not find the MX of the MAIL FROM domain (`BehaviorOnMxFailure`)."""

    USE_DEFAULT_VALUE = "USE_DEFAULT_VALUE"
    REJECT_MESSAGE = "REJECT_MESSAGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class SesIdentity:
    """One SES identity of a region, as far as it matters to DMARC."""

    name: str
    """A domain name, or an address for `IdentityKind.ADDRESS`."""

    kind: IdentityKind = IdentityKind.DOMAIN

    dkim_domain: DomainName | None = None
    """The `d=` of its signature; None if SES signs with no key of ours. An address inherits its domain's."""

    dkim_known: bool = True
    """False while SES has not confirmed the key, for example just after a switch to an own key."""

    mail_from: DomainName | None = None
    """The custom MAIL FROM domain; None means SES's own."""

    on_mx_failure: MxFailure = MxFailure.USE_DEFAULT_VALUE

    @property
    def domain(self) -> DomainName:
        """The domain of the identity, also of an address."""
        return DomainName(self.name.rpartition("@")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentQuestion:
    """What is asked: does mail From this domain pass DMARC?"""

    from_domain: DomainName
    """The domain of the From address (the author domain)."""

    identities: tuple[SesIdentity, ...]
    """All identities of the region that are known."""

    dmarc_records: DmarcRecords = field(default_factory=dict)

    organizational_domain: DomainName | None = None
    """Overrides the Public Suffix List, for example where a private entry of it is in the way."""

    region: str | None = None
    """None in a stack without a region."""

    local_part: str | None = None
    """The part before the `@`, where an address identity may be used; None stands for any address."""


class LegReason(enum.Enum):
    """Why an identifier aligns with the From domain, or not."""

    SAME_DOMAIN = "same domain"
    BELOW_FROM = "below the From domain"
    ABOVE_FROM = "above the From domain"
    SAME_ORGANIZATION = "same organizational domain"
    STRICT = "strict alignment asks for the same domain"
    OTHER_ORGANIZATION = "other organizational domain"
    NOT_SIGNED = "SES does not sign with a key of this domain"
    PENDING = "not before SES reports SUCCESS"
    SES_DOMAIN = "SES's own domain"
    SES_REFUSES = "SES refuses to send"
    TOKEN = "known after the deploy"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One of the two identifiers that DMARC looks at."""

    domain: DomainName | KnownAfterDeploy | None
    """The domain that passes DKIM or SPF; None if there is none."""

    aligned: bool | None
    """None: cannot tell."""

    reason: LegReason

    mode: Alignment
    """`adkim` or `aspf` in force."""


class Verdict(enum.Enum):
    """How mail passes DMARC, the best first."""

    BOTH = "BOTH"
    DKIM_ONLY = "DKIM_ONLY"
    SPF_ONLY = "SPF_ONLY"
    CANNOT_TELL = "CANNOT_TELL"
    FAIL = "FAIL"
    REFUSED_BY_SES = "REFUSED_BY_SES"

    @property
    def rank(self) -> int:
        """0 for the best, counting up."""
        return list(Verdict).index(self)


class Assumption(enum.Enum):
    """What a proof takes for granted."""

    DKIM_SUCCESS = "SES reports DKIM SUCCESS"
    MAIL_FROM_SUCCESS = "SES reports MAIL FROM SUCCESS"
    RELAXED = "alignment is relaxed: the DMARC record was not given"
    WALK_LIMIT = "the DMARC record is deeper than RFC 9989 receivers look"


class Break(enum.Enum):
    """What makes a leg fail though everything is set up right."""

    MX_LOST = "the MX of the MAIL FROM domain is lost"
    FORWARDER = "a forwarder sends the mail on"
    MAILING_LIST = "a mailing list edits the mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentProof:
    """The answer to an `AlignmentQuestion`, by the rules of RFC 9989.

    `str()` prints it in English, `explain("ja")` in Japanese; both fit into 80 columns, but for names longer than that.
    Constructs have it as `alignment`, and `EmailAuthTemplate.alignment` gives it for a template.

    Args:
        from_domain: the domain of the From address (the author domain).
        local_part: the part before the `@` of the From address; None stands for any address.
        region: the AWS region that mail is sent from; None if it is not known.
        signer: the most specific identity that covers the address; SES takes its settings.
        dkim: the domain that passes DKIM, and whether it aligns.
        spf: the domain that passes SPF, and whether it aligns.
        spf_on_mx_failure: what takes the place of `spf` when SES does not find the MX of the MAIL FROM domain.
        policy: what receivers do to forgeries, after `sp` and `t`; None without a record, or with one that was not given.
        policy_at: the name that carries the `_dmarc` record; None if there is none.
        policy_tag: `p` or `sp`, the tag that decides; None without a record, or with one that was not given.
        verdict: how mail passes DMARC.
        assumptions: what the proof takes for granted.
        breaks_when: what makes a leg fail though everything is set up right.
        rfc7489: the answer of receivers that still follow RFC 7489, where it differs. Default: - the same answer
    """

    from_domain: DomainName
    local_part: str | None
    region: str | None
    signer: SesIdentity | None
    """The most specific identity that covers the address; SES takes its settings. None if SES would refuse to send, or if
    a token hides which one it is."""

    dkim: Leg
    spf: Leg
    spf_on_mx_failure: Leg
    """What takes the place of `spf` when SES does not find the MX of the MAIL FROM domain."""

    policy: DmarcPolicy | None
    """What receivers do to forgeries, after `sp` and `t`; None without a record, or with one that was not given."""

    policy_at: DomainName | None
    """The name that carries the `_dmarc` record; None if there is none."""

    policy_tag: str | None
    """`p` or `sp`, the tag that decides; None without a record, or with one that was not given."""

    verdict: Verdict
    assumptions: tuple[Assumption, ...]
    breaks_when: tuple[Break, ...]
    rfc7489: AlignmentProof | None = None
    """The answer of receivers that still follow RFC 7489, where it differs."""

    @property
    def worst_verdict(self) -> Verdict:
        """The worse of the verdicts of both standards."""
        return self.verdict if self.rfc7489 is None else max(self.verdict, self.rfc7489.verdict, key=lambda v: v.rank)

    def __str__(self) -> str:
        return self.explain()

    def explain(self, language: str = "en") -> str:
        """The proof as text, in `en` or `ja`; where they differ, the answers of both standards.

        Raises:
            EmailAuthError: for another language.
        """
        if language not in _LANGUAGES:
            raise EmailAuthError(f"a proof is written in 'en' or 'ja', got {language!r}")
        words = _LANGUAGES[language]
        header, body = _header(self, words), _body(self, words)
        if self.rfc7489 is None:
            lines = [*header, *body]
        else:
            lines = [words["differ"], *header, words["rfc9989"], *body, words["rfc7489"], *_body(self.rfc7489, words)]
        return "\n".join(visible(line) for line in lines)  # no name may steer the terminal


ENGLISH: Mapping[object, str] = {
    "gap": " ",
    "header": "From: {author}, sent by SES{region}, identity {identity}",
    "header refused": "From: {author}, sent by SES{region}",
    "differ": "Receivers that follow RFC 9989 (2026) and RFC 7489 come to different results.",
    "rfc9989": "  By RFC 9989:",
    "rfc7489": "  By RFC 7489:",
    True: "aligned",
    False: "not aligned",
    None: "cannot tell",
    LegReason.SAME_DOMAIN: "same domain",
    LegReason.BELOW_FROM: "below the From domain",
    LegReason.ABOVE_FROM: "above the From domain",
    LegReason.SAME_ORGANIZATION: "same organizational domain",
    LegReason.STRICT: "strict, so only the From domain itself will do",
    LegReason.OTHER_ORGANIZATION: "other organizational domain",
    LegReason.NOT_SIGNED: "no signature of this domain",
    LegReason.PENDING: "SES has not confirmed the key yet",
    LegReason.SES_DOMAIN: "SES's own domain",
    LegReason.TOKEN: "known after the deploy",
    Verdict.BOTH: "DMARC passes by DKIM and by SPF.",
    Verdict.DKIM_ONLY: "DMARC passes by DKIM alone.",
    Verdict.SPF_ONLY: "DMARC passes by SPF alone.",
    Verdict.CANNOT_TELL: "Cannot tell whether DMARC passes.",
    Verdict.FAIL: "DMARC fails: nothing aligns; at p=reject every mail of this identity is refused.",
    Verdict.REFUSED_BY_SES: "SES refuses to send: no identity covers {domain}.",
    "signer unknown": "Cannot tell which identity covers {domain}: a name is known only after the deploy.",
    "policy": "Receivers apply {tag}={policy} to forgeries.",
    "policy inherited": "Receivers apply {tag}={policy} from {at} to forgeries.",
    "policy unknown": "The record at {at} decides what receivers do to forgeries.",
    "no policy": "No DMARC record: receivers apply no policy to forgeries.",
    DmarcPolicy.NONE: "",
    DmarcPolicy.QUARANTINE: "",
    DmarcPolicy.REJECT: "",
    (Assumption.DKIM_SUCCESS,): "Holds when SES reports DKIM SUCCESS.",
    (Assumption.MAIL_FROM_SUCCESS,): "Holds when SES reports MAIL FROM SUCCESS.",
    (Assumption.DKIM_SUCCESS, Assumption.MAIL_FROM_SUCCESS): "Holds when SES reports DKIM SUCCESS and MAIL FROM SUCCESS.",
    Assumption.RELAXED: (
        "Assuming relaxed alignment: the record at {at} was not given (pass inherited_dmarc=). Under strict alignment DKIM "
        "with d= of the From domain still aligns, SPF does not."
    ),
    Assumption.WALK_LIMIT: (
        "RFC 9989 receivers look at the From domain and then only at names of 7 labels or fewer, so they never find a longer "
        "one's record: publish the policy at the From domain itself (RFC 9989 section 5.1.8)."
    ),
    "dkim pending": "Once SES reports DKIM SUCCESS, DMARC passes by DKIM.",
    "spf of ses": (
        "SPF passes for {ses_domain}, which never aligns, so DMARC rests on DKIM alone. Microsoft asks for SPF and DKIM to "
        "pass, and both do."
    ),
    "aspf strict": (
        "aspf=s asks for a MAIL FROM domain equal to the From domain, and SES wants it below the identity, so SPF can never "
        "align. Remove aspf=s."
    ),
    "mx lost: dkim alone": (
        "If the MX of {mail_from} is lost, SES sends from {ses_domain}: SPF not aligned, DMARC passes by DKIM alone."
    ),
    "mx lost: nothing left": (
        "If the MX of {mail_from} is lost, SES sends from {ses_domain}: SPF not aligned, and DMARC fails."
    ),
    "mx lost: dkim decides": (
        "If the MX of {mail_from} is lost, SES sends from {ses_domain}: SPF not aligned, and DMARC rests on DKIM alone."
    ),
    "mx lost: refused": "If the MX of {mail_from} is lost, SES refuses to send.",
    (Break.FORWARDER, Break.MAILING_LIST): "A forwarder breaks SPF; a mailing list that edits mail breaks DKIM too.",
    (Break.FORWARDER,): "A forwarder breaks SPF.",
    (Break.MAILING_LIST,): "A mailing list that edits mail breaks DKIM.",
}

JAPANESE: Mapping[object, str] = {
    "gap": "",
    "header": "差出人 {author}、SES{region}、送信ID は {identity}",
    "header refused": "差出人 {author}、SES{region}",
    "differ": "RFC 9989 (2026年) の受信側と RFC 7489 の受信側とで、結果が異なります。",
    "rfc9989": "  RFC 9989 の場合:",
    "rfc7489": "  RFC 7489 の場合:",
    True: "一致",
    False: "不一致",
    None: "不明",
    LegReason.SAME_DOMAIN: "差出人と同じドメイン",
    LegReason.BELOW_FROM: "差出人のサブドメイン",
    LegReason.ABOVE_FROM: "差出人の上位ドメイン",
    LegReason.SAME_ORGANIZATION: "同じ組織ドメイン",
    LegReason.STRICT: "strict のため、差出人と同じドメインでなければならない",
    LegReason.OTHER_ORGANIZATION: "別の組織ドメイン",
    LegReason.NOT_SIGNED: "このドメインの署名がない",
    LegReason.PENDING: "SES がまだ鍵を確認していない",
    LegReason.SES_DOMAIN: "SES のドメイン",
    LegReason.TOKEN: "デプロイ後に決まる",
    Verdict.BOTH: "DKIM と SPF の両方で DMARC に合格します。",
    Verdict.DKIM_ONLY: "DKIM だけで DMARC に合格します。",
    Verdict.SPF_ONLY: "SPF だけで DMARC に合格します。",
    Verdict.CANNOT_TELL: "DMARC に合格するかどうかは判断できません。",
    Verdict.FAIL: "DMARC は不合格です。一致するものがなく、p=reject ならこの送信ID のメールはすべて拒否されます。",
    Verdict.REFUSED_BY_SES: "{domain} を対象とする送信ID がないため、SES が送信を拒否します。",
    "signer unknown": "デプロイ後に決まる名前があるため、{domain} を対象とする送信ID を判断できません。",
    "policy": "なりすましには {tag}={policy} が適用されます ({meaning})。",
    "policy inherited": "なりすましには {at} の {tag}={policy} が適用されます ({meaning})。",
    "policy unknown": "なりすましの扱いは {at} のレコードで決まります。",
    "no policy": "DMARC レコードがないため、なりすましには何も適用されません。",
    DmarcPolicy.NONE: "何もしない、監視のみ",
    DmarcPolicy.QUARANTINE: "迷惑メールとして扱う",
    DmarcPolicy.REJECT: "受信を拒否する",
    (Assumption.DKIM_SUCCESS,): "条件: SES の DKIM の状態が SUCCESS であること。",
    (Assumption.MAIL_FROM_SUCCESS,): "条件: SES の MAIL FROM の状態が SUCCESS であること。",
    (Assumption.DKIM_SUCCESS, Assumption.MAIL_FROM_SUCCESS): "条件: SES の状態が DKIM も MAIL FROM も SUCCESS であること。",
    Assumption.RELAXED: (
        "{at} のレコードが分からないため、relaxed と仮定しています (inherited_dmarc= で指定できます)。strict の場合も、d= が"
        "差出人と同じドメインなら DKIM は一致しますが、SPF は一致しません。"
    ),
    Assumption.WALK_LIMIT: (
        "RFC 9989 の受信側が調べるのは、差出人ドメイン自身と、7ラベル以下の上位ドメインだけです。それより長い名前のレコードは"
        "見つからないため、差出人ドメイン自身にポリシーを公開してください (RFC 9989 5.1.8)。"
    ),
    "dkim pending": "SES の DKIM の状態が SUCCESS になれば、DKIM で DMARC に合格します。",
    "spf of ses": (
        "SPF は {ses_domain} として合格しますが、差出人とは一致しないため、DMARC は DKIM だけが頼りです。SPF と DKIM の両方の"
        "合格を求める Microsoft の条件は満たします。"
    ),
    "aspf strict": (
        "aspf=s では MAIL FROM が差出人と同じドメインでなければなりませんが、SES の MAIL FROM は送信ID のサブドメインに"
        "限られるため、SPF は一致しません。aspf=s を外してください。"
    ),
    "mx lost: dkim alone": (
        "{mail_from} の MX が消えると、SES は {ses_domain} から送ります。SPF は一致しなくなり、DKIM だけで合格します。"
    ),
    "mx lost: nothing left": (
        "{mail_from} の MX が消えると、SES は {ses_domain} から送ります。SPF は一致しなくなり、DMARC は不合格になります。"
    ),
    "mx lost: dkim decides": (
        "{mail_from} の MX が消えると、SES は {ses_domain} から送ります。SPF は一致しなくなり、合否は DKIM だけで決まります。"
    ),
    "mx lost: refused": "{mail_from} の MX が消えると、SES は送信を拒否します。",
    (Break.FORWARDER, Break.MAILING_LIST): "転送されると SPF が、本文を書き換えるメーリングリストでは DKIM も失敗します。",
    (Break.FORWARDER,): "転送されると SPF が失敗します。",
    (Break.MAILING_LIST,): "本文を書き換えるメーリングリストでは DKIM が失敗します。",
}


_LANGUAGES: dict[str, Mapping[object, str]] = {"en": ENGLISH, "ja": JAPANESE}
_IDENTIFIER_COLUMNS = 27


def _header(proof: AlignmentProof, words: Mapping[object, str]) -> list[str]:
    return wrap(words["header" if proof.signer is not None else "header refused"].format(**_names(proof)), "", "  ")


def _body(proof: AlignmentProof, words: Mapping[object, str]) -> list[str]:
    names = _names(proof)
    if proof.signer is None:
        why = Verdict.REFUSED_BY_SES if proof.verdict is Verdict.REFUSED_BY_SES else "signer unknown"
        return wrap("=> " + words[why].format(**names), "  ", "     ")
    column = max(_IDENTIFIER_COLUMNS, *(len(text) + 2 for text in (_identifier("d=", proof.dkim), _identifier("", proof.spf))))
    lines = _leg("DKIM", "d=", proof.dkim, "adkim", column, words)
    lines += _leg("SPF ", "", proof.spf, "aspf", column, words)
    lines += wrap("=> " + words[proof.verdict].format(**names) + words["gap"] + _policy(proof, words, names), "  ", "     ")
    for sentence in _conditions(proof, words, names):
        lines += wrap(sentence, "  ", "  ")
    return lines


def _names(proof: AlignmentProof) -> dict[str, str]:
    signer = proof.signer
    return {
        "author": f"{proof.local_part or '*'}@{proof.from_domain}",
        "domain": proof.from_domain.text,
        "region": f" {proof.region}" if proof.region is not None else "",
        "identity": "" if signer is None else signer.name,
        "mail_from": "" if signer is None or signer.mail_from is None else signer.mail_from.text,
        "ses_domain": str(proof.spf_on_mx_failure.domain or ""),
        "policy": "" if proof.policy is None else proof.policy.value,
        "tag": proof.policy_tag or "",
        "at": "" if proof.policy_at is None else f"_dmarc.{proof.policy_at}",
    }


def _identifier(prefix: str, leg: Leg) -> str:
    if leg.domain is None:
        return "-"
    return prefix + (str(leg.domain) if isinstance(leg.domain, KnownAfterDeploy) else leg.domain.text)


def _leg(label: str, prefix: str, leg: Leg, tag: str, column: int, words: Mapping[object, str]) -> list[str]:
    """One line for an identifier; a long reason goes on below itself."""
    start = f"  {label}  {_identifier(prefix, leg).ljust(column)}"
    mode = "" if leg.domain is None or leg.reason is LegReason.SES_DOMAIN else f" ({tag}={leg.mode.value})"
    text = f"{words[leg.aligned]}: {words[leg.reason]}{mode}"
    if width(start + text) <= COLUMNS:
        return [start + text]
    return [start.rstrip(), *wrap(text, " " * 8, " " * 8)]


def _policy(proof: AlignmentProof, words: Mapping[object, str], names: Mapping[str, str]) -> str:
    if proof.policy is None:
        return words["policy unknown" if proof.policy_at is not None else "no policy"].format(**names)
    own = proof.policy_at == proof.from_domain
    return words["policy" if own else "policy inherited"].format(**names, meaning=words[proof.policy])


def _conditions(proof: AlignmentProof, words: Mapping[object, str], names: Mapping[str, str]) -> Iterator[str]:
    """What the proof assumes, why it is no better, and what breaks it."""
    holds = tuple(a for a in (Assumption.DKIM_SUCCESS, Assumption.MAIL_FROM_SUCCESS) if a in proof.assumptions)
    if holds and proof.verdict is not Verdict.CANNOT_TELL:
        yield words[holds].format(**names)
    for reason in _reasons(proof):
        yield words[reason].format(**names)
    if Break.MX_LOST in proof.breaks_when and proof.verdict is not Verdict.CANNOT_TELL:
        yield words[_mx_lost(proof)].format(**names)
    on_the_way = tuple(b for b in (Break.FORWARDER, Break.MAILING_LIST) if b in proof.breaks_when)
    if on_the_way:
        yield words[on_the_way].format(**names)


def _reasons(proof: AlignmentProof) -> Iterator[object]:
    """Why the answer is no better, or not more certain."""
    if proof.dkim.reason is LegReason.PENDING:
        yield "dkim pending"
    if proof.verdict is Verdict.DKIM_ONLY and proof.spf.reason is LegReason.SES_DOMAIN:
        yield "spf of ses"
    if proof.spf.reason is LegReason.STRICT:
        yield "aspf strict"
    yield from (a for a in (Assumption.RELAXED, Assumption.WALK_LIMIT) if a in proof.assumptions)


def _mx_lost(proof: AlignmentProof) -> str:
    if proof.spf_on_mx_failure.reason is LegReason.SES_REFUSES:
        return "mx lost: refused"
    if proof.dkim.aligned is None:
        return "mx lost: dkim decides"
    return "mx lost: dkim alone" if proof.dkim.aligned else "mx lost: nothing left"
