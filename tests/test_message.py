"""The point of it all: a message is signed, sent and judged, by DNS alone, and the alignment proof said so before.

A stack is deployed to the local AWS and its records are served by a real name server. Beside them stand what Amazon publishes:
the DKIM keys behind the CNAMEs, made here, and the SPF record of amazonses.com, made up. dkimpy judges DKIM, pyspf SPF,
authheaders DMARC, by RFC 7489 and by the tree walk of RFC 9989.
"""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import authheaders
import dkim
import dns.resolver
import pytest
import spf
from authheaders import dmarc_lookup
from aws_cdk import Environment, Stack, assertions
from aws_cdk.aws_route53 import HostedZone
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ses_email_auth import (
    DkimKeyRecord,
    DmarcPolicy,
    DmarcRecord,
    DomainName,
    EmailAuthError,
    RecordType,
    ResourceRecordSet,
    SesEmailAuth,
    Verdict,
)
from ses_email_auth.publication.alignment import AlignmentProof, AlignmentQuestion
from ses_email_auth.publication.alignment_proof import prove
from tests.deploy.stacks import TOKYO, bare_app, in_zone
from tests.dns_server import Record, dns_server, from_route53
from tests.local.templates import ZONE, change, make_zone, member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.local_aws import LocalAws

NEWS, MAIL, EVIL = f"news.{ZONE}", f"mail.{ZONE}", "evil.example"
SES_IP, OTHER_IP = "203.0.113.5", "198.51.100.66"
SES_MAIL_FROM = f"{TOKYO}.amazonses.com"


@functools.cache
def key(owner: str) -> rsa.RSAPrivateKey:  # noqa: ARG001 - each owner has one
    """The RSA key of 2048 bits of `owner`."""
    return rsa.generate_private_key(65537, 2048)


def pem(owner: str) -> bytes:
    """Its private half, as dkimpy reads it."""
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key(owner).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def key_record(name: str, owner: str) -> Record:
    """Its public half in DNS, in as many strings as it needs."""
    public = key(owner).public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    made = ResourceRecordSet(DomainName(name), RecordType.TXT, 600, (str(DkimKeyRecord.from_pem(public.decode())),))
    return Record(name, "TXT", 600, tuple(map(str, made.resource_records)))


@dataclass(frozen=True)
class Dns:
    """What receivers see."""

    resolver: dns.resolver.Resolver

    def texts(self, name: str) -> list[bytes]:
        """The TXT values at a name, CNAMEs followed, strings joined."""
        try:
            return [b"".join(data.strings) for data in self.resolver.resolve(name, "TXT")]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []

    def dkim_txt(self, name: bytes, timeout: float = 5) -> bytes | None:  # noqa: ARG002 - dkimpy's signature
        """For dkimpy."""
        return next(iter(self.texts(name.decode())), None)

    def dmarc_txt(self, name: str) -> str | None:
        """For authheaders."""
        return next((text.decode() for text in self.texts(name)), None)

    def spf_lookup(self, name: str, qtype: str, *_: object) -> list[tuple[tuple[str, str], tuple[bytes, ...]]]:
        """For pyspf; no record here leads to any other type."""
        assert qtype == "TXT"
        return [((name, qtype), (text,)) for text in self.texts(name)]


@dataclass(frozen=True)
class Mail:
    """A message as it arrives."""

    body: bytes
    ip: str
    mail_from: str


def message(from_domain: str = ZONE) -> bytes:
    """An unsigned message."""
    return (
        f"From: Shop <info@{from_domain}>\r\nTo: someone@example.com\r\nSubject: Order\r\n"
        f"Date: Tue, 24 Nov 2026 09:00:00 +0900\r\nMessage-ID: <1@{TOKYO}.amazonses.com>\r\n\r\nThank you.\r\n"
    ).encode()


def signed(text: bytes, selector: str, domain: str, owner: str = "ses") -> bytes:
    """The message with a DKIM signature."""
    return bytes(dkim.sign(text, selector.encode(), domain.encode(), pem(owner))) + text


@dataclass(frozen=True)
class Judgement:
    """What a receiver finds."""

    dkim: str
    spf: str
    dmarc: str
    policy: str
    aligned: tuple[bool, bool]
    """Whether DMARC passes by DKIM alone, and by SPF alone."""


def judge(seen: Dns, mail: Mail, *, walk: bool) -> Judgement:
    """Ask dkimpy, pyspf and authheaders."""

    def dmarc(spf_result: Any, dkim_result: Any) -> Any:
        return authheaders.check_dmarc(mail.body, spf_result, dkim_result, dnsfunc=seen.dmarc_txt, dmarcbis=walk)

    def by_spf() -> Any:
        return authheaders.check_spf(mail.ip, mail.mail_from, "a1.smtp-out.amazonses.com")

    dkim_result = authheaders.check_dkim(mail.body, dnsfunc=seen.dkim_txt)
    assert (dkim_result.result == "pass") is dkim.verify(mail.body, dnsfunc=seen.dkim_txt)
    both = dmarc(by_spf(), dkim_result)
    alone = (dmarc(None, dkim_result).result == "pass", dmarc(by_spf(), None).result == "pass")
    return Judgement(dkim_result.result, by_spf().result, both.result, both.policy, alone)


@dataclass(frozen=True)
class Case:
    """A domain, and who sends."""

    props: dict[str, Any]
    identity: str = ZONE
    from_domain: str = ZONE
    at_zone: str | None = None
    """A DMARC record that somebody else has published at the zone."""


def dmarc(text: str) -> DmarcRecord:
    """A whole record."""
    return DmarcRecord.parse(f"v=DMARC1; {text}")


REFERENCE = Case({"dmarc_policy": DmarcPolicy.NONE, "dmarc_rua": [f"dmarc-reports@{ZONE}"]})
CASES = {
    "reference": (REFERENCE, Verdict.BOTH),
    "enforced": (Case({"dmarc_policy": DmarcPolicy.REJECT}), Verdict.BOTH),
    "no-mail-from": (Case({"mail_from_subdomain": None}), Verdict.DKIM_ONLY),
    "aspf": (Case({"dmarc": dmarc("p=reject; aspf=s")}), Verdict.DKIM_ONLY),
    "adkim": (Case({"dmarc": dmarc("p=reject; adkim=s")}), Verdict.BOTH),
    "both-strict": (Case({"dmarc": dmarc("p=reject; adkim=s; aspf=s")}), Verdict.DKIM_ONLY),
    "from-subdomain": (
        Case({"dmarc": dmarc("p=none; sp=reject"), "from_subdomains": ["news"]}, from_domain=NEWS),
        Verdict.BOTH,
    ),
    "from-subdomain-adkim": (
        Case({"dmarc": dmarc("p=quarantine; adkim=s"), "from_subdomains": ["news"]}, from_domain=NEWS),
        Verdict.SPF_ONLY,
    ),
    "from-subdomain-aspf": (
        Case({"dmarc": dmarc("p=quarantine; aspf=s"), "from_subdomains": ["news"]}, from_domain=NEWS),
        Verdict.DKIM_ONLY,
    ),
    "from-subdomain-both-strict": (Case({"dmarc": dmarc("p=reject; adkim=s; aspf=s")}, from_domain=NEWS), Verdict.FAIL),
    "below-a-strict-parent": (
        Case(
            {"inherited_dmarc": "v=DMARC1; p=reject; adkim=s; aspf=s"},
            identity=MAIL,
            from_domain=MAIL,
            at_zone="v=DMARC1; p=reject; adkim=s; aspf=s",
        ),
        Verdict.DKIM_ONLY,
    ),
    "below-with-a-policy-of-its-own": (
        Case(
            {"dmarc_policy": DmarcPolicy.QUARANTINE, "inherited_dmarc": "v=DMARC1; p=reject"},
            identity=MAIL,
            from_domain=MAIL,
            at_zone="v=DMARC1; p=reject",
        ),
        Verdict.BOTH,
    ),
}


# authheaders 0.16 walks on from a record at the author domain and takes the policy further up; by RFC 9989 section 4.10.1
# the record of the author domain wins.
WALKS_TOO_FAR = {"below-with-a-policy-of-its-own": "reject"}


@pytest.fixture(autouse=True, scope="module")
def fast_public_suffixes() -> Iterator[None]:
    """The Public Suffix List is read once; authheaders reads it for each question."""
    cached = functools.cache(dmarc_lookup.get_org_domain)
    with pytest.MonkeyPatch.context() as patch:
        for module in (authheaders, dmarc_lookup):
            patch.setattr(module, "get_org_domain", cached)
        yield


@dataclass(frozen=True)
class Published:
    """A case, deployed: what was proved, and what receivers see."""

    case: Case
    proof: AlignmentProof
    dns: Dns
    token: str
    mail_from: str
    """The domain of the envelope sender: the one that SES is content with, or its own."""

    def genuine(self) -> Mail:
        """A message as SES sends it."""
        body = signed(message(self.case.from_domain), self.token, self.case.identity)
        return Mail(body, SES_IP, f"0106-000@{self.mail_from}")


@pytest.fixture
def publish(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Case], Published]]:
    """Deploys a case, one for each test."""
    servers = contextlib.ExitStack()

    def do(case: Case) -> Published:
        stack = Stack(bare_app(), "S", env=Environment(region=TOKYO))
        zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name=ZONE)
        auth = SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, domain_name=case.identity, **case.props)
        zone_id = make_zone(aws)
        if case.at_zone is not None:
            change(aws, zone_id, ("CREATE", member(f"_dmarc.{ZONE}", f'"{case.at_zone}"')))
        template = in_zone(assertions.Template.from_stack(stack).to_json(), zone_id)
        assert aws.deploy("S", template).status == "CREATE_COMPLETE"
        found = aws.client("sesv2").get_email_identity(EmailIdentity=case.identity)
        assert found["DkimAttributes"]["Status"] == "SUCCESS"
        mail_from = found["MailFromAttributes"]
        tokens = found["DkimAttributes"]["Tokens"]
        running = servers.enter_context(dns_server([*from_route53(aws.client("route53")), *amazons(tokens), *evils()]))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port, resolver.lifetime = [running.host], running.port, 5
        seen = Dns(resolver)
        monkeypatch.setattr(spf, "DNSLookup", seen.spf_lookup)
        sender = mail_from["MailFromDomain"] if mail_from.get("MailFromDomainStatus") == "SUCCESS" else SES_MAIL_FROM
        return Published(case, proof_of(auth, case), seen, tokens[1], sender)

    with servers:
        yield do


def proof_of(auth: SesEmailAuth, case: Case) -> AlignmentProof:
    """What the construct proves of the From domain; of one that it would not take, what it would prove."""
    for proof in auth.alignment:
        if proof.from_domain.text == case.from_domain:
            return proof
    assert auth._plan.sending is not None
    return prove(
        AlignmentQuestion(
            from_domain=DomainName(case.from_domain),
            identities=(auth._plan.sending.ses_identity(),),
            dmarc_records=auth._plan.dmarc_records,
            region=TOKYO,
        )
    )


def amazons(tokens: list[str]) -> list[Record]:
    """What Amazon publishes."""
    ses_spf = ('"v=spf1 ip4:203.0.113.0/24 -all"',)
    return [
        *(key_record(f"{token}.dkim.amazonses.com", "ses") for token in tokens),
        Record("amazonses.com", "TXT", 900, ses_spf),
        Record(SES_MAIL_FROM, "TXT", 900, ses_spf),
    ]


def evils() -> list[Record]:
    """A domain that is all right, but of somebody else."""
    return [key_record(f"s1._domainkey.{EVIL}", "evil"), Record(EVIL, "TXT", 600, (f'"v=spf1 ip4:{OTHER_IP} -all"',))]


def legs(proof: AlignmentProof) -> Judgement:
    """The proof in the form of a judgement on a genuine message."""
    assert proof.policy is not None
    aligned = (bool(proof.dkim.aligned), bool(proof.spf.aligned))
    return Judgement("pass", "pass", "pass" if any(aligned) else "fail", proof.policy.value, aligned)


@pytest.mark.parametrize("name", CASES)
def test_the_judges_find_what_was_proved(publish: Callable[[Case], Published], name: str) -> None:
    """For a genuine message: which identifiers align, whether DMARC passes, which policy is in force; by both standards."""
    case, verdict = CASES[name]
    published = publish(case)
    new, old = published.proof, published.proof.rfc7489 or published.proof
    assert new.verdict is verdict
    # The MX is lost, so SES takes its own domain for the envelope.
    lost = replace(published.genuine(), mail_from=f"0106-000@{SES_MAIL_FROM}")
    for walk, proof in ((True, new), (False, old)):
        expected, fallen_back = legs(proof), legs(replace(proof, spf=proof.spf_on_mx_failure))
        if walk and name in WALKS_TOO_FAR:
            expected, fallen_back = (replace(found, policy=WALKS_TOO_FAR[name]) for found in (expected, fallen_back))
        assert judge(published.dns, published.genuine(), walk=walk) == expected
        assert judge(published.dns, lost, walk=walk) == fallen_back


def test_the_reference_example(publish: Callable[[Case], Published]) -> None:
    """In plain words."""
    published = publish(REFERENCE)
    mail = published.genuine()
    assert mail.mail_from == f"0106-000@bounce.{ZONE}"
    assert dkim.verify(mail.body, dnsfunc=published.dns.dkim_txt)
    assert f"d={ZONE};".encode() in mail.body
    assert spf.check2(mail.ip, mail.mail_from, "a1.smtp-out.amazonses.com")[0] == "pass"
    header = authheaders.check_dmarc(
        mail.body,
        authheaders.check_spf(mail.ip, mail.mail_from, "a1.smtp-out.amazonses.com"),
        authheaders.check_dkim(mail.body, dnsfunc=published.dns.dkim_txt),
        dnsfunc=published.dns.dmarc_txt,
    )
    assert str(header) == f"dmarc=pass (Used From Domain Record) header.from={ZONE} policy.dmarc=none"
    # Carriers in Japan ask SPF of the From domain too.
    assert spf.check2(mail.ip, f"info@{ZONE}", "a1.smtp-out.amazonses.com")[0] == "pass"
    assert spf.check2(OTHER_IP, f"info@{ZONE}", EVIL)[0] == "softfail"


@pytest.mark.parametrize("walk", [pytest.param(False, id="rfc7489"), pytest.param(True, id="rfc9989")])
@pytest.mark.parametrize("policy", [DmarcPolicy.NONE, DmarcPolicy.REJECT], ids=["none", "reject"])
def test_forgeries_fail(publish: Callable[[Case], Published], policy: DmarcPolicy, *, walk: bool) -> None:
    """Whatever else is right about them; the receiver learns which policy to apply, and it is the one of the proof."""
    published = publish(Case({"dmarc_policy": policy}))
    plain, genuine = message(), published.genuine()
    own = f"info@{ZONE}"
    forgeries = {
        "unsigned-from-elsewhere": (Mail(plain, OTHER_IP, own), ("fail", "softfail")),
        "unsigned-with-an-envelope-of-its-own": (Mail(plain, OTHER_IP, f"x@{EVIL}"), ("fail", "pass")),
        "signed-by-another-domain": (Mail(signed(plain, "s1", EVIL, "evil"), OTHER_IP, f"x@{EVIL}"), ("pass", "pass")),
        "signed-with-another-key": (
            Mail(signed(plain, published.token, ZONE, "evil"), OTHER_IP, own),
            ("fail", "softfail"),
        ),
        "edited-and-sent-on": (
            Mail(genuine.body.replace(b"Thank you", b"Pay here"), OTHER_IP, genuine.mail_from),
            ("fail", "softfail"),
        ),
        "another-customer-of-ses": (Mail(plain, SES_IP, f"0106-000@{SES_MAIL_FROM}"), ("fail", "pass")),
    }
    for name, (mail, results) in forgeries.items():
        judgement = judge(published.dns, mail, walk=walk)
        assert (name, judgement.dkim, judgement.spf) == (name, *results)
        assert (name, judgement.dmarc, judgement.aligned) == (name, "fail", (False, False))
        assert published.proof.policy is not None
        assert judgement.policy == published.proof.policy.value == policy.value


def test_a_forwarder_breaks_spf_alone(publish: Callable[[Case], Published]) -> None:
    """The proof says so under "breaks when"."""
    published = publish(REFERENCE)
    forwarded = replace(published.genuine(), ip=OTHER_IP)
    assert judge(published.dns, forwarded, walk=True) == Judgement("pass", "softfail", "pass", "none", (True, False))


def test_a_from_domain_that_fails_is_refused_by_the_construct() -> None:
    """What the judges of `from-subdomain-both-strict` say is an error at the user's line."""
    stack = Stack(bare_app(), "S", env=Environment(region=TOKYO))
    zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z1", zone_name=ZONE)
    with pytest.raises(EmailAuthError, match=NEWS):
        SesEmailAuth(stack, "E", hosted_zone=zone, from_subdomains=["news"], dmarc=dmarc("p=reject; adkim=s; aspf=s"))
