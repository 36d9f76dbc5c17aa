"""The sentences of the alignment proof: one table for each language, the same keys in both (a test holds them equal)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.publication.alignment import Assumption, Break, LegReason, Verdict
from ses_email_auth.records.dmarc import DmarcPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ENGLISH", "JAPANESE"]

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
