"""Tests of the rules on what Amazon SES needs."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ses_email_auth.checks.finding import Severity
from ses_email_auth.checks.zone_view import ZoneView
from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.publication.alignment import AlignmentQuestion, MxFailure, SesIdentity
from ses_email_auth.publication.alignment_proof import prove
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfRecord
from tests.checks.views import FEEDBACK, TOKEN, ZONE, finding, found, mx, other, part, txt

if TYPE_CHECKING:
    from collections.abc import Iterable

PUBLISH = "publish all three CNAMEs that SES shows"
ELSEWHERE = "10 feedback-smtp.us-east-1.amazonses.com"
ONE_MX = "a MAIL FROM domain has one MX, that of SES; with a second one SES's set-up fails"


def _easy_dkim(names: Iterable[str], zone: str = "dkim.amazonses.com", domain: str = "example.com") -> list[ResourceRecordSet]:
    return [other(f"{name}._domainkey.{domain}", RecordType.CNAME, f"{name}.{zone}") for name in names]


def _own(*attributes: str) -> list[ResourceRecordSet]:
    """DKIM names that only AWS knows."""
    return [ResourceRecordSet(KnownAfterDeploy(name), RecordType.CNAME, 600, (KnownAfterDeploy("x"),)) for name in attributes]


def _rsa(bits: int) -> str:
    """A key record whose modulus has so many bits; nobody can sign with it."""
    key = RSAPublicNumbers(65537, (1 << (bits - 1)) + 1).public_key()
    return "p=" + base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _selector(value: str) -> ZoneView:
    return part(txt("s._domainkey.example.com", value))


def _on_mx_failure(behavior: MxFailure, mail_from: str | None) -> ZoneView:
    identity = SesIdentity(
        name="example.com",
        dkim_domain=ZONE,
        mail_from=None if mail_from is None else DomainName(mail_from),
        on_mx_failure=behavior,
    )
    return ZoneView(records=(), proofs=(prove(AlignmentQuestion(from_domain=ZONE, identities=(identity,))),))


ED25519 = "k=ed25519; p=" + base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()

LOUD = [
    pytest.param(
        "ses-dkim-partial",
        part(*_easy_dkim("a")),
        Severity.ERROR,
        "_domainkey.example.com CNAME",
        "only 1 of the 3 DKIM records of example.com can be seen; SES verifies all or nothing",
        PUBLISH,
        id="one-of-three",
    ),
    pytest.param(
        "ses-dkim-partial",
        part(*_easy_dkim("ab", "a31d.dkim.us-west-2.amazonses.com"), *_easy_dkim("abc", domain="mail.example.com")),
        Severity.ERROR,
        "_domainkey.example.com CNAME",
        "only 2 of the 3 DKIM records of example.com can be seen; SES verifies all or nothing",
        PUBLISH,
        id="two-of-three-in-a-cell-of-a-region",
    ),
    pytest.param(
        "ses-dkim-partial",
        part(*_easy_dkim("abcd")),
        Severity.ERROR,
        "_domainkey.example.com CNAME",
        "only 1 of the 3 DKIM records of example.com can be seen; SES verifies all or nothing",
        PUBLISH,
        id="a-second-account-with-one-of-three",
    ),
    pytest.param(
        "ses-dkim-partial",
        part(*_own("DkimDNSTokenName1", "DkimDNSTokenName3")),
        Severity.ERROR,
        "_domainkey CNAME",
        "only 2 of the 3 DKIM records of the identity can be seen; SES verifies all or nothing",
        PUBLISH,
        id="two-of-three-names-that-aws-knows",
    ),
    pytest.param(
        "mail-from-receives",
        part(mx("bounce.example.com", FEEDBACK, "10 inbound-smtp.us-east-1.amazonaws.com")),
        Severity.ERROR,
        "bounce.example.com MX",
        ONE_MX,
        "receive mail at another name",
        id="mail-from-that-receives",
    ),
    pytest.param(
        "mail-from-receives",
        ZoneView(records=(mx("bounce.example.com", "10 FEEDBACK-SMTP.x"), mx("bounce.example.com", "20 mail.example.com"))),
        Severity.ERROR,
        "bounce.example.com MX",
        ONE_MX,
        "receive mail at another name",
        id="two-sets-of-one-name",
    ),
    pytest.param(
        "mail-from-receives",
        part(
            ResourceRecordSet(
                DomainName("bounce.example.com"),
                RecordType.MX,
                600,
                (KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com"), ELSEWHERE),
            )
        ),
        Severity.ERROR,
        "bounce.example.com MX",
        ONE_MX,
        "give each region a MAIL FROM domain of its own",
        id="two-regions-with-one-mail-from",
    ),
    pytest.param(
        "dkim-key-short",
        _selector(_rsa(1023)),
        Severity.ERROR,
        "s._domainkey.example.com TXT",
        "the key has 1023 bits; receivers ignore signatures with less than 1024",
        "make a new key of 2048 bits under a new selector",
        id="receivers-ignore-it",
    ),
    pytest.param(
        "dkim-key-short",
        _selector(_rsa(1024)),
        Severity.INFO,
        "s._domainkey.example.com TXT",
        "the key has 1024 bits; 2048 are usual",
        "",
        id="1024-bits-pass-everywhere",
    ),
    pytest.param(
        "dkim-key-short",
        replace(part(), easy_dkim_bits=1024),
        Severity.WARNING,
        "DkimSigningAttributes",
        "SES is asked for keys of 1024 bits",
        "leave out dkim_key_length: SES then uses 2048",
        id="asked-of-easy-dkim",
    ),
    pytest.param(
        "from-spf-by-hand",
        replace(part(), spf_by_hand=((ZONE, SpfRecord.of_includes(["_spf.google.com", "amazonses.com"])),)),
        Severity.INFO,
        "example.com TXT",
        "SPF of example.com is left to you; this value covers Amazon SES: "
        "v=spf1 include:_spf.google.com include:amazonses.com ~all",
        "keep one SPF record: merge it into what is there",
        id="spf-left-to-the-user",
    ),
    pytest.param(
        "mail-from-reject-on-create",
        _on_mx_failure(MxFailure.REJECT_MESSAGE, "bounce.example.com"),
        Severity.INFO,
        "bounce.example.com MX",
        "a new identity sends nothing until SES has seen the MX, which takes up to 72 hours",
        "",
        id="reject-message",
    ),
]

SILENT = [
    pytest.param("ses-dkim-partial", part(*_easy_dkim("abc")), id="all-three"),
    pytest.param(
        "ses-dkim-partial", part(*_easy_dkim("abc"), *_easy_dkim("def", "dkim.eu-south-1.amazonses.com.")), id="two-regions"
    ),
    pytest.param("ses-dkim-partial", part(*_own(*(f"DkimDNSTokenName{n}" for n in (1, 2, 3)))), id="names-that-aws-knows"),
    pytest.param("ses-dkim-partial", part(*_own("Name")), id="another-name-that-aws-knows"),
    pytest.param(
        "ses-dkim-partial",
        part(*_easy_dkim("a", "dkim.example.net")),
        id="another-service",
    ),
    pytest.param("ses-dkim-partial", part(other("x.example.com", RecordType.CNAME, "a.dkim.amazonses.com")), id="no-dkim-name"),
    pytest.param("ses-dkim-partial", part(*_easy_dkim("a", domain=TOKEN)), id="a-domain-that-nobody-knows"),
    pytest.param("ses-dkim-partial", part(other(TOKEN, RecordType.CNAME, TOKEN)), id="nobody-knows-what-this-is"),
    pytest.param("mail-from-receives", part(mx("bounce.example.com", FEEDBACK)), id="one-mx"),
    pytest.param("mail-from-receives", part(mx("a.example.com", FEEDBACK), mx("b.example.com", ELSEWHERE)), id="two-names"),
    pytest.param("mail-from-receives", part(mx("example.com", "1 a.example.net", "2 b.example.net")), id="two-mx-of-others"),
    pytest.param("dkim-key-short", _selector(_rsa(2048)), id="2048-bits"),
    pytest.param("dkim-key-short", _selector(ED25519), id="ed25519-has-256-bits"),
    pytest.param("dkim-key-short", _selector("v=DKIM1; p="), id="revoked"),
    pytest.param("dkim-key-short", _selector("v=DKIM1; p=AAAA"), id="no-key"),
    pytest.param("dkim-key-short", part(txt("example.com", _rsa(1024))), id="not-below-_domainkey"),
    pytest.param("dkim-key-short", replace(part(), easy_dkim_bits=2048), id="2048-asked-of-easy-dkim"),
    pytest.param("from-spf-by-hand", part(), id="spf-published"),
    pytest.param("mail-from-reject-on-create", _on_mx_failure(MxFailure.USE_DEFAULT_VALUE, "bounce.example.com"), id="default"),
    pytest.param("mail-from-reject-on-create", _on_mx_failure(MxFailure.REJECT_MESSAGE, None), id="no-mail-from"),
    pytest.param("mail-from-reject-on-create", part(), id="nothing-is-sent"),
]


@pytest.mark.parametrize(("rule", "view", "severity", "where", "message", "fix"), LOUD)
def test_a_fault_is_found(rule: str, view: ZoneView, severity: Severity, where: str, message: str, fix: str) -> None:
    """Each fault is said once, with its severity, place, sentence and fix."""
    assert found(rule, view) == [finding(rule, severity, where, message, fix)]


@pytest.mark.parametrize(("rule", "view"), SILENT)
def test_what_is_right_is_left_alone(rule: str, view: ZoneView) -> None:
    """The rule finds nothing."""
    assert found(rule, view) == []


def test_a_behaviour_is_said_once_for_all_from_domains() -> None:
    """The behaviour belongs to the identity, so its first proof is enough."""
    view = _on_mx_failure(MxFailure.REJECT_MESSAGE, "bounce.example.com")
    assert len(found("mail-from-reject-on-create", replace(view, proofs=view.proofs * 2))) == 1
