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
    "differ": "Receivers of RFC 9989 (2026) and of RFC 7489 judge this mail differently.",
    "rfc7489": "  By RFC 7489:",
    True: "aligned",
    False: "not aligned",
    None: "cannot tell",
    LegReason.SAME_DOMAIN: "same domain",
    LegReason.BELOW_FROM: "below the From domain",
    LegReason.ABOVE_FROM: "the From domain is below it",
    LegReason.SAME_ORGANIZATION: "same organizational domain",
    LegReason.STRICT: "strict, so only the From domain itself will do",
    LegReason.OTHER_ORGANIZATION: "other organizational domain",
    LegReason.NOT_SIGNED: "SES signs with no key of this domain",
    LegReason.PENDING: "SES has not confirmed the key yet",
    LegReason.SES_DOMAIN: "SES's own domain",
    LegReason.SES_REFUSES: "SES refuses to send",
    LegReason.TOKEN: "known after the deploy",
    Verdict.BOTH: "DMARC passes by DKIM and by SPF.",
    Verdict.DKIM_ONLY: "DMARC passes by DKIM alone.",
    Verdict.SPF_ONLY: "DMARC passes by SPF alone.",
    Verdict.CANNOT_TELL: "Whether DMARC passes cannot be told.",
    Verdict.FAIL: "DMARC fails: nothing aligns; at p=reject every mail of this identity is refused.",
    Verdict.REFUSED_BY_SES: "SES refuses to send: no identity covers {domain}.",
    "policy": "Receivers apply {tag}={policy} to forgeries.",
    "policy inherited": "Receivers apply {tag}={policy} from {at} to forgeries.",
    "policy unknown": "What receivers do to forgeries stands at {at}.",
    "no policy": "No DMARC record: receivers apply no policy to forgeries.",
    DmarcPolicy.NONE: "",
    DmarcPolicy.QUARANTINE: "",
    DmarcPolicy.REJECT: "",
    (Assumption.DKIM_SUCCESS,): "Holds when SES reports DKIM SUCCESS.",
    (Assumption.MAIL_FROM_SUCCESS,): "Holds when SES reports MAIL FROM SUCCESS.",
    (Assumption.DKIM_SUCCESS, Assumption.MAIL_FROM_SUCCESS): "Holds when SES reports DKIM SUCCESS and MAIL FROM SUCCESS.",
    Assumption.RELAXED: (
        "Assuming relaxed alignment; the record at {at} was not given (inherited_dmarc=). A DKIM leg of the same domain "
        "holds for strict alignment too, the SPF leg does not."
    ),
    Assumption.WALK_LIMIT: (
        "RFC 9989 receivers look at no more than 7 labels above a From domain: publish the policy at the From domain "
        "itself (RFC 9989 section 5.1.8)."
    ),
    "mx lost: dkim alone": (
        "If the MX of {mail_from} is lost, SES sends from {ses_domain}: SPF not aligned, DMARC passes by DKIM alone."
    ),
    "mx lost: nothing left": (
        "If the MX of {mail_from} is lost, SES sends from {ses_domain}: SPF not aligned, and DMARC fails."
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
    "differ": "RFC 9989 (2026年) の受信側と RFC 7489 の受信側とで、判定が異なります。",
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
    LegReason.NOT_SIGNED: "このドメインの鍵では署名されない",
    LegReason.PENDING: "SES がまだ鍵を確認していない",
    LegReason.SES_DOMAIN: "SES のドメイン",
    LegReason.SES_REFUSES: "SES が送信を拒否する",
    LegReason.TOKEN: "デプロイ後に決まる",
    Verdict.BOTH: "DKIM と SPF の両方で DMARC に合格します。",
    Verdict.DKIM_ONLY: "DKIM だけで DMARC に合格します。",
    Verdict.SPF_ONLY: "SPF だけで DMARC に合格します。",
    Verdict.CANNOT_TELL: "DMARC に合格するかどうかは、まだ分かりません。",
    Verdict.FAIL: "DMARC は不合格です。一致するものがなく、p=reject ではこの ID のメールがすべて拒否されます。",
    Verdict.REFUSED_BY_SES: "{domain} を含む送信ID がないため、SES が送信を拒否します。",
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
        "{at} のレコードが渡されていないため (inherited_dmarc=)、relaxed と仮定しています。同じドメインの DKIM は strict でも"
        "一致しますが、SPF は一致しません。"
    ),
    Assumption.WALK_LIMIT: (
        "RFC 9989 の受信側は7ラベルまでしかたどりません。差出人ドメイン自身にポリシーを公開してください (RFC 9989 5.1.8)。"
    ),
    "mx lost: dkim alone": (
        "{mail_from} の MX が消えると、SES は {ses_domain} から送ります。SPF は一致しなくなり、DKIM だけで合格します。"
    ),
    "mx lost: nothing left": (
        "{mail_from} の MX が消えると、SES は {ses_domain} から送ります。SPF は一致しなくなり、DMARC は不合格になります。"
    ),
    "mx lost: refused": "{mail_from} の MX が消えると、SES は送信を拒否します。",
    (Break.FORWARDER, Break.MAILING_LIST): "転送されると SPF が、本文を書き換えるメーリングリストでは DKIM も失敗します。",
    (Break.FORWARDER,): "転送されると SPF が失敗します。",
    (Break.MAILING_LIST,): "本文を書き換えるメーリングリストでは DKIM が失敗します。",
}
