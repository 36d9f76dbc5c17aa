"""Tests of the consent that report destinations in other organizations must give."""

from __future__ import annotations

import pytest

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord, ExternalDestination
from ses_email_auth.records.report_uri import ReportUri

TOKEN = "${Token[TOKEN.16]}"


def _record_names(domain: str, rua: list[str], ruf: tuple[str, ...] = ()) -> list[str]:
    record = DmarcRecord(policy=DmarcPolicy.NONE, rua=rua, ruf=ruf)
    return [str(destination.record_name) for destination in record.external_destinations(domain)]


@pytest.mark.parametrize(
    ("domain", "rua", "names"),
    [
        pytest.param("example.com", ["a@example.com"], [], id="same-name"),
        pytest.param("example.com", ["a@reports.example.com"], [], id="below"),
        pytest.param("mail.example.com", ["a@example.com"], [], id="above"),
        pytest.param("mail.example.com", ["a@reports.example.com"], [], id="same-organization"),
        pytest.param("example.com", ["a@example.net"], ["example.com._report._dmarc.example.net"], id="other-organization"),
        pytest.param("a.co.jp", ["a@b.co.jp"], ["a.co.jp._report._dmarc.b.co.jp"], id="a-public-suffix-is-no-organization"),
        pytest.param("co.jp", ["a@com.example"], ["co.jp._report._dmarc.com.example"], id="domain-is-a-public-suffix"),
        pytest.param("co.jp", ["a@nic.co.jp"], [], id="below-a-public-suffix"),
        pytest.param("nic.co.jp", ["a@co.jp"], [], id="public-suffix-above"),
        pytest.param("co.jp", ["a@ne.jp"], ["co.jp._report._dmarc.ne.jp"], id="two-public-suffixes"),
        pytest.param("例え.jp", ["a@e.example"], ["xn--r8jz45g.jp._report._dmarc.e.example"], id="a-labels"),
        pytest.param(
            "a.example", ["a@b.example", "c@b.example"], ["a.example._report._dmarc.b.example"], id="one-entry-for-a-host"
        ),
        pytest.param("a.example", ["https://b.example/r"], ["a.example._report._dmarc.b.example"], id="any-scheme-with-a-host"),
        pytest.param("a.example", [TOKEN, f"a@{TOKEN}", "urn:x:y"], [], id="hosts-that-are-not-known"),
        pytest.param(TOKEN, ["a@b.example"], [], id="domain-that-is-not-known"),
    ],
)
def test_who_must_consent(domain: str, rua: list[str], names: list[str]) -> None:
    """Only hosts of another organization need a record, whose name is made of both names."""
    assert _record_names(domain, rua) == names


def test_failure_reports_need_consent_too() -> None:
    """RFC 9991 section 5: ruf follows the same rule; rua comes first."""
    assert _record_names("a.example", ["x@c.example"], ("x@b.example", "y@c.example")) == [
        "a.example._report._dmarc.c.example",
        "a.example._report._dmarc.b.example",
    ]


def test_a_destination_says_what_to_publish() -> None:
    """The entry holds the first URI, the name and the value; the domain may be given as a DomainName."""
    record = DmarcRecord(policy=DmarcPolicy.NONE, rua=["a@b.example", "c@b.example"])
    assert record.external_destinations(DomainName("A.example.")) == (
        ExternalDestination(ReportUri.mailto("a@b.example"), DomainName("a.example._report._dmarc.b.example"), "v=DMARC1;"),
    )


def test_the_value_is_a_record_for_old_and_new_readers() -> None:
    """Readers of RFC 7489 want the final semicolon, those of RFC 9989 take it."""
    (destination,) = DmarcRecord(policy=DmarcPolicy.NONE, rua=["a@b.example"]).external_destinations("a.example")
    assert destination.value == "v=DMARC1;"
    assert DmarcRecord.is_dmarc(destination.value)


def test_a_name_over_the_limits_of_dns_is_refused() -> None:
    """RFC 9990 section 4: a destination that cannot consent gets no reports."""
    host = ".".join(["y" * 60] * 3) + ".example"
    domain = ".".join(["x" * 60] * 2) + ".example"
    record = DmarcRecord(policy=DmarcPolicy.NONE, rua=[f"a@{host}"])
    with pytest.raises(EmailAuthError, match=r"cannot consent to reports about .* \(RFC 9990 section 4\): it has \d+ octets"):
        record.external_destinations(domain)
