"""Every record text that the props of a domain can lead to is accepted by checkdmarc and pyspf; disagreements are listed.

The props go through the same functions as those of the constructs, and the values are read back from Route 53's form.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import checkdmarc.dmarc
import checkdmarc.spf
import pytest
import spf as pyspf
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.publication.plan import DomainPlan
from ses_email_auth.publication.policy import PolicyPlan, choose_dmarc, from_domain_spf, from_domains, known_dmarc, site_values
from ses_email_auth.publication.prop_values import UNSET
from ses_email_auth.publication.sending import SendingPlan, mail_from_domain, mx_host
from ses_email_auth.records.dmarc import Alignment, DmarcPolicy, DmarcRecord, FailureOption, PsdFlag
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.records.spf import SpfQualifier, SpfRecord
from tests.dns_server import txt_strings
from tests.records import spf_strategies
from tests.records.test_spf_second_opinions import ANSWERS, checkdmarc_is_too_strict, pyspf_is_too_strict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOMAIN = DomainName("blacksheep.link")
REGION = "ap-northeast-1"

_hosts = st.sampled_from(
    ["example.com", "Reports.EXAMPLE.net.", "日本語.jp", "bücher.example", "a-b.co.jp", f"{'x' * 63}.example.org"]
)
_atoms = st.text(string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12)
_quoted = st.text("".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"\\'), max_size=8).map('"{}"'.format)
_local_parts = st.lists(_atoms, min_size=1, max_size=3).map(".".join) | _quoted
addresses = st.builds("{}@{}".format, _local_parts, _hosts)
uris = addresses | st.sampled_from(["https://reports.example.com/in?a=1&b=(2)", "mailto:a%21b@example.com!10m"])
_uri_lists = st.lists(uris, max_size=4)
_options = st.lists(st.sampled_from(FailureOption), unique=True, max_size=3).filter(
    lambda fo: not {FailureOption.ALL_FAIL, FailureOption.ANY_FAIL} <= set(fo)
)
policies = st.sampled_from(DmarcPolicy)
dmarc_records = st.builds(
    DmarcRecord,
    policy=policies,
    subdomain_policy=st.none() | policies,
    nonexistent_subdomain_policy=st.none() | policies,
    adkim=st.none() | st.sampled_from(Alignment),
    aspf=st.none() | st.sampled_from(Alignment),
    rua=_uri_lists,
    ruf=_uri_lists,
    fo=_options,
    psd=st.none() | st.sampled_from(PsdFlag),
    testing=st.none() | st.booleans(),
)
includes = st.lists(
    st.sampled_from(
        [
            "_spf.google.com",
            "SPF.protection.outlook.com.",
            "spf_c.example.com",
            "日本語.jp",
            "amazonses.com",
            "%{d}._spf.example.net",
        ]
    ),
    max_size=6,
)
_text = st.text("".join(chr(c) for c in range(0x20, 0x7F) if chr(c) not in '"\\') + "é日", min_size=1, max_size=40)
_long_text = st.builds(lambda text, times: text * times, _text, st.integers(7, 60))
_like_spf = st.sampled_from(["v=spf1 -all", "V=SPF1", "v=spf10 -all", "spf1", "v=spf2.0/pra -all"])
site_texts = st.lists(_text | _long_text | _like_spf, max_size=4, unique=True)


@pytest.fixture(autouse=True, scope="module")
def no_network() -> Iterator[None]:
    """DNS answers for every name."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (checkdmarc.dmarc, checkdmarc.spf):
            patch.setattr(module, "query_dns", None)
            patch.setattr(module, "get_mx_records", lambda *_, **__: [{"preference": 10, "hostname": "mx.example.org"}])
        patch.setattr(checkdmarc.dmarc, "verify_dmarc_report_destination", lambda *_, **__: None)
        patch.setattr(checkdmarc.spf, "get_a_records", lambda *_, **__: ["203.0.113.1"])
        patch.setattr(checkdmarc.spf, "get_txt_records", lambda *_, **__: ["text"])
        patch.setattr(checkdmarc.spf, "query_spf_record", lambda *_, **__: {"record": "v=spf1 -all", "warnings": []})
        patch.setattr(pyspf, "MAX_LOOKUP", 1000)
        patch.setattr(pyspf, "MAX_VOID_LOOKUPS", 1000)
        yield


def strings(record: ResourceRecordSet) -> list[tuple[bytes, ...]]:
    """The values as DNS carries them: read back from what Route 53 is given."""
    return [tuple(txt_strings(str(value))) for value in record.resource_records]


def text(record: ResourceRecordSet) -> str:
    """The one value of a set, its strings joined."""
    (value,) = strings(record)
    return b"".join(value).decode()


def checkdmarc_takes_spf(spf: str) -> str | None:
    """The reason why it does not."""
    try:
        checkdmarc.spf.parse_spf_record(spf, DOMAIN.text, ignore_too_many_lookups=True)
    except checkdmarc.spf.SPFError as error:
        return str(error)
    return None


def checkdmarc_takes_dmarc(dmarc: str) -> str | None:
    """The reason why it does not."""
    try:
        checkdmarc.dmarc.parse_dmarc_record(dmarc, DOMAIN.text)
    except checkdmarc.dmarc.DMARCError as error:
        return str(error)
    return None


def pyspf_reads(record: ResourceRecordSet) -> tuple[str | None, str, str]:
    """The SPF record that pyspf finds in a TXT set, its result for a host that no term names, and the reason; strict mode."""
    found = strings(record)

    def lookup(name: str, kind: str, *_: object) -> list[tuple[tuple[str, str], object]]:
        if kind == "TXT" and name == DOMAIN.text:
            return [((name, kind), value) for value in found]
        return [((name, kind), ANSWERS[kind])] if kind in ANSWERS else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyspf, "DNSLookup", lookup)
        query = pyspf.query(i="198.51.100.9", s=f"me@{DOMAIN}", h="helo.example.org", strict=True)
        result, _, reason = query.check()
        return query.dns_spf(DOMAIN.text), result, reason


def plan(
    dmarc: DmarcRecord | None, spf: SpfRecord, texts: tuple[str, ...] = (), subdomains: tuple[str, ...] = ()
) -> DomainPlan:
    """What a SesEmailAuth of blacksheep.link publishes."""
    mail_from = mail_from_domain(DOMAIN, "bounce")
    choice = choose_dmarc(DOMAIN, None, dmarc, UNSET, ())
    return DomainPlan(
        domain=DOMAIN,
        zone=DOMAIN,
        sending=SendingPlan(identity=DOMAIN, mail_from=mail_from, mx_host=mx_host(REGION, None, wanted=True), region=REGION),
        policy=PolicyPlan(
            domain=DOMAIN,
            from_subdomains=from_domains(DOMAIN, subdomains, mail_from),
            spf=spf,
            from_domain_txt=ResourceRecordSet(DOMAIN, RecordType.TXT, 600, (str(spf), *texts)),
            dmarc=choice,
        ),
        dmarc_records=known_dmarc(DOMAIN, None, choice.record, None),
    )


# --- DMARC -----------------------------------------------------------------------------------------------------------


@given(policies, st.lists(addresses, max_size=4))
@settings(max_examples=60)
@example(DmarcPolicy.NONE, ["dmarc-reports@blacksheep.link"])
def test_short_form(policy: DmarcPolicy, rua: list[str]) -> None:
    """`dmarc_policy` and `dmarc_rua`: checkdmarc takes it and reads the same addresses."""
    record = choose_dmarc(DOMAIN, None, UNSET, policy, rua).record
    assert record is not None
    published = text(plan(record, SpfRecord.of_includes([])).records["Dmarc"])
    assert checkdmarc_takes_dmarc(published) is None
    tags = checkdmarc.dmarc.parse_dmarc_record(published, DOMAIN.text)["tags"]
    assert tags["p"]["value"] == policy.value
    read = [uri["address"] for uri in tags["rua"]["value"]] if rua else []
    assert read == [str(uri).removeprefix("mailto:") for uri in record.rua]


@given(dmarc_records)
@settings(max_examples=100)
def test_whole_dmarc_records(record: DmarcRecord) -> None:
    """Whatever tags they have."""
    assert checkdmarc_takes_dmarc(text(plan(record, SpfRecord.of_includes([])).records["Dmarc"])) is None


# --- SPF -------------------------------------------------------------------------------------------------------------


@given(includes, st.none() | st.sampled_from(SpfQualifier), site_texts)
@settings(max_examples=80)
@example([], None, [])
def test_spf_of_includes_beside_other_texts(hosts: list[str], qualifier: SpfQualifier | None, texts: list[str]) -> None:
    """Pyspf finds our record among the others, however they are cut, and comes to the verdict on all other senders."""
    try:
        values = site_values(texts)
    except EmailAuthError:
        reject()
    spf = from_domain_spf(None, hosts, qualifier)
    published = plan(None, spf, values).records["FromDomainTxt"]
    assert all(len(part) <= 255 for value in strings(published) for part in value)
    assert all(str(value).isascii() for value in published.resource_records)
    assert [b"".join(value).decode() for value in strings(published)] == [str(spf), *values]
    verdict = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}[(qualifier or SpfQualifier.SOFTFAIL).value]
    assert pyspf_reads(published)[:2] == (str(spf), verdict)
    assert checkdmarc_takes_spf(str(spf)) is None


@given(spf_strategies.records)
@settings(max_examples=80)
def test_spf_merged_with_a_record_of_the_user(own: SpfRecord) -> None:
    """`spf=`: Amazon SES is merged into whatever stands there."""
    try:
        spf = from_domain_spf(own, (), None)
    except EmailAuthError:  # the two cannot be one record
        reject()
    if not pyspf_is_too_strict(spf):
        found, result, reason = pyspf_reads(plan(None, spf).records["FromDomainTxt"])
        assert found == str(spf)
        assert result != "permerror" or "trivial recursion" in reason, reason
    if not checkdmarc_is_too_strict(spf):
        assert checkdmarc_takes_spf(str(spf)) is None


def test_spf_of_the_other_names() -> None:
    """MAIL FROM and `from_subdomains` have the same record, which does not depend on props."""
    records: Mapping[str, ResourceRecordSet] = plan(None, SpfRecord.of_includes([]), subdomains=("news", "日本")).records
    names = ["MailFromSpf", "FromDomainTxt-news", "FromDomainTxt-xn--wgv71a"]
    assert {text(records[name]) for name in names} == {"v=spf1 include:amazonses.com ~all"}
    assert checkdmarc_takes_spf("v=spf1 include:amazonses.com ~all") is None
