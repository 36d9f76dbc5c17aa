"""Tests of the hosts of SES in other people's records, and of those that look like one."""

from __future__ import annotations

import pytest

from ses_email_auth.ses.hosts import (
    SPF_INCLUDE,
    feedback_region,
    host_fault,
    is_easy_dkim_target,
    is_feedback_mx,
)
from ses_email_auth.ses.regions import SENDING_REGIONS, inbound_host, mail_from_mx_host

WRITE = "write feedback-smtp.<region>.amazonses.com with the region that sends"
US = "write feedback-smtp.us-east-1.amazonses.com"


@pytest.mark.parametrize(
    ("target", "is_one"),
    [
        pytest.param("a.dkim.amazonses.com", True, id="most-regions"),
        pytest.param("a.DKIM.amazonses.com.", True, id="case-and-final-dot"),
        pytest.param("a.dkim.eu-south-1.amazonses.com", True, id="a-region"),
        pytest.param("a.a31d.dkim.us-west-2.amazonses.com", True, id="a-cell"),
        pytest.param("dkim.amazonses.com", False, id="no-token"),
        pytest.param("a.dkim.amazonses.com.example.com", False, id="goes-on"),
        pytest.param("a.dkim.example.net", False, id="another-service"),
        pytest.param("a.dkim.amazonses.com\n", False, id="line-end"),
    ],
)
def test_easy_dkim_target(target: str, is_one: bool) -> None:  # noqa: FBT001 - a row
    """The zone of the keys varies by region and cell."""
    assert is_easy_dkim_target(target) is is_one


def test_spf_include() -> None:
    """One include for all regions."""
    assert SPF_INCLUDE == "amazonses.com"


@pytest.mark.parametrize(
    ("value", "is_one", "region"),
    [
        pytest.param("10 feedback-smtp.us-east-1.amazonses.com", True, "us-east-1", id="right"),
        pytest.param("10 Feedback-SMTP.EU-West-1.amazonses.com.", True, "eu-west-1", id="case-and-final-dot"),
        pytest.param("10 feedback-smtp.<Region>.amazonses.com", True, None, id="known-after-the-deploy"),
        pytest.param("10 feedback-smtp.us-east-1.amazonaws.com", True, None, id="misspelt"),
        pytest.param("10 mail.example.com", False, None, id="another-host"),
        pytest.param("", False, None, id="empty"),
    ],
)
def test_feedback_host(value: str, is_one: bool, region: str | None) -> None:  # noqa: FBT001 - a row
    """A host that is misspelt is meant as one, and tells no region."""
    assert is_feedback_mx(value) is is_one
    assert feedback_region(value) == region


@pytest.mark.parametrize(
    ("host", "reason", "fix"),
    [
        pytest.param("feedback-smtp.us-east-1.amazonaws.com", "does not end in amazonses.com", US, id="suffix"),
        pytest.param("Feedback-SMTP.us-east-1.amazonse.com.", "does not end in amazonses.com", US, id="typo-in-the-suffix"),
        pytest.param("feedback-smtp.us-east-1", "does not end in amazonses.com", US, id="cut"),
        pytest.param(
            "feedback-smtp.us-east-1.amazonses.com.example.com",
            "goes on behind amazonses.com",
            f"{US}; in a zone file with a final dot",
            id="final-dot-forgotten",
        ),
        pytest.param("feedback-smtp.amazonses.com", "names no region", WRITE, id="no-region"),
        pytest.param("feedback-smtp.amazonaws.com", "names no region", WRITE, id="no-region-and-suffix"),
        pytest.param("feedback-smtp.tokyo.amazonses.com", "names no region", WRITE, id="a-city"),
        pytest.param("feedback-smtp.us-east1.amazonses.com", "names no region", WRITE, id="a-hyphen-missing"),
        pytest.param(
            "feedback-smtp.cn-north-1.amazonses.com", "names a China region, where SES does not exist", WRITE, id="china"
        ),
        pytest.param(
            "feedback.us-east-1.amazonses.com",
            "is no host of SES; its feedback hosts begin with feedback-smtp",
            WRITE,
            id="start",
        ),
        pytest.param(
            "inbound-smtp.us-east-1.amazonses.com",
            "is no host of SES; the hosts that receive mail end in amazonaws.com",
            "write inbound-smtp.<region>.amazonaws.com",
            id="inbound",
        ),
        pytest.param(
            "email-smtp.us-east-1.amazonaws.com",
            "is where SES takes mail to send; it accepts none from other mail servers",
            f"{WRITE}, or inbound-smtp.<region>.amazonaws.com to receive mail",
            id="the-host-that-sends",
        ),
    ],
)
def test_misspelt_host(host: str, reason: str, fix: str) -> None:
    """Each mistake has its reason and its fix."""
    fault = host_fault(host)
    assert fault is not None
    assert (fault.reason, fault.fix, fault.is_sure) == (reason, fix, True)


def test_a_region_that_could_be_new() -> None:
    """Regions appear faster than tables of them."""
    fault = host_fault("feedback-smtp.mx-central-1.amazonses.com")
    assert fault is not None
    assert not fault.is_sure


@pytest.mark.parametrize(
    "host",
    [
        *(pytest.param(str(mail_from_mx_host(region)), id=region) for region in sorted(SENDING_REGIONS)),
        pytest.param(str(inbound_host("us-east-1")), id="inbound"),
        pytest.param("feedback-smtp.example.com", id="feedback-of-others"),
        pytest.param("feedback-smtp.eusc-de-east-1.amazonses.eu", id="another-partition"),
        pytest.param("feedback.example.com", id="others"),
        pytest.param("feedback.amazonses.com", id="another-name-of-ses"),
        pytest.param("inbound-smtp.example.com", id="inbound-of-others"),
        pytest.param("email-smtp.example.com", id="sending-of-others"),
        pytest.param(".", id="null-mx"),
        pytest.param("", id="empty"),
    ],
)
def test_right_host(host: str) -> None:
    """The hosts of SES and of others are left alone."""
    assert host_fault(host) is None
