"""SESv2's operations on identities, what GetEmailIdentity says about verification, and sending authorization policies."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.templates import ZONE, change, make_zone, member

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

MX = member(f"bounce.{ZONE}", "10 feedback-smtp.ap-northeast-1.amazonses.com", rtype="MX")
POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "ses:SendEmail"}]})


@pytest.fixture
def ses(aws: LocalAws) -> Any:
    """SESv2 with the identity."""
    client = aws.client("sesv2")
    client.create_email_identity(EmailIdentity=ZONE)
    return client


def get(ses: Any) -> dict[str, Any]:
    """GetEmailIdentity."""
    return dict(ses.get_email_identity(EmailIdentity=ZONE))


def code(call: Any, **arguments: Any) -> str:
    """The code of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def publish_dkim(aws: LocalAws, ses: Any, zone: str) -> None:
    """The three records."""
    tokens = get(ses)["DkimAttributes"]["Tokens"]
    cnames = [member(f"{token}._domainkey.{ZONE}", f"{token}.dkim.amazonses.com", rtype="CNAME") for token in tokens]
    change(aws, zone, *(("CREATE", cname) for cname in cnames))


def test_settings(aws: LocalAws, ses: Any) -> None:
    """Each Put operation changes its setting; MAIL FROM and configuration set can be taken away."""
    aws.client("sesv2").create_configuration_set(ConfigurationSetName="set")
    ses.put_email_identity_mail_from_attributes(
        EmailIdentity=ZONE, MailFromDomain=f"bounce.{ZONE}", BehaviorOnMxFailure="REJECT_MESSAGE"
    )
    ses.put_email_identity_feedback_attributes(EmailIdentity=ZONE, EmailForwardingEnabled=False)
    ses.put_email_identity_configuration_set_attributes(EmailIdentity=ZONE, ConfigurationSetName="set")
    ses.put_email_identity_dkim_attributes(EmailIdentity=ZONE, SigningEnabled=False)
    answer = get(ses)
    assert answer["MailFromAttributes"] == {
        "MailFromDomain": f"bounce.{ZONE}",
        "MailFromDomainStatus": "PENDING",
        "BehaviorOnMxFailure": "REJECT_MESSAGE",
    }
    assert (answer["FeedbackForwardingStatus"], answer["ConfigurationSetName"]) == (False, "set")
    assert answer["DkimAttributes"]["SigningEnabled"] is False
    ses.put_email_identity_mail_from_attributes(EmailIdentity=ZONE)
    ses.put_email_identity_configuration_set_attributes(EmailIdentity=ZONE)
    answer = get(ses)
    assert answer["MailFromAttributes"] == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    assert "ConfigurationSetName" not in answer


def test_what_is_refused(ses: Any) -> None:
    """Refused: names that do not exist or exist already, and a MAIL FROM domain elsewhere."""
    assert code(ses.create_email_identity, EmailIdentity=ZONE) == "AlreadyExistsException"
    assert code(ses.create_email_identity, EmailIdentity="a.example", ConfigurationSetName="gone") == "NotFoundException"
    assert code(ses.get_email_identity, EmailIdentity="a.example") == "NotFoundException"
    assert code(ses.delete_email_identity, EmailIdentity="a.example") == "NotFoundException"
    put = ses.put_email_identity_mail_from_attributes
    assert code(put, EmailIdentity=ZONE, MailFromDomain="bounce.a.example") == "BadRequestException"
    put = ses.put_email_identity_configuration_set_attributes
    assert code(put, EmailIdentity=ZONE, ConfigurationSetName="gone") == "NotFoundException"


def test_what_is_listed(aws: LocalAws, ses: Any) -> None:
    """An identity is listed with its status, and gone after a deletion, in SES as in SESv2."""
    listed = ses.list_email_identities()["EmailIdentities"]
    assert listed == [{"IdentityName": ZONE, "IdentityType": "DOMAIN", "SendingEnabled": True, "VerificationStatus": "PENDING"}]
    assert aws.client("ses").list_identities()["Identities"] == [ZONE]
    ses.delete_email_identity(EmailIdentity=ZONE)
    assert (ses.list_email_identities()["EmailIdentities"], aws.client("ses").list_identities()["Identities"]) == ([], [])


def test_tags(ses: Any) -> None:
    """Tags are added, replaced by key and taken away; two operations show them."""
    arn = f"arn:aws:ses:ap-northeast-1:123456789012:identity/{ZONE}"
    ses.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    ses.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    ses.untag_resource(ResourceArn=arn, TagKeys=["b"])
    assert ses.list_tags_for_resource(ResourceArn=arn)["Tags"] == get(ses)["Tags"] == [{"Key": "a", "Value": "3"}]


# --- verification ----------------------------------------------------------------------------------------------------


def test_verification_info(aws: LocalAws, ses: Any) -> None:
    """VerificationInfo says when SES looked, what it missed, and in which zone."""
    info = get(ses)["VerificationInfo"]
    assert (info["ErrorType"], "LastSuccessTimestamp" in info, "SOARecord" in info) == ("HOST_NOT_FOUND", False, False)
    zone = make_zone(aws)
    info = get(ses)["VerificationInfo"]
    assert info["SOARecord"]["SerialNumber"] == 1
    assert info["SOARecord"]["PrimaryNameServer"].startswith("ns-")
    publish_dkim(aws, ses, zone)
    info = get(ses)["VerificationInfo"]
    assert "ErrorType" not in info
    assert info["LastCheckedTimestamp"] == info["LastSuccessTimestamp"]
    assert abs(info["LastSuccessTimestamp"].timestamp() - time.time()) < 10


def test_a_wrong_value_and_a_wrong_type(aws: LocalAws, ses: Any) -> None:
    """A wrong value and a wrong type have different error types."""
    zone, token = make_zone(aws), get(ses)["DkimAttributes"]["Tokens"][0]
    wrong = member(f"{token}._domainkey.{ZONE}", "x.dkim.amazonses.com", rtype="CNAME")
    change(aws, zone, ("CREATE", wrong))
    assert get(ses)["VerificationInfo"]["ErrorType"] == "INVALID_VALUE"
    change(aws, zone, ("DELETE", wrong), ("CREATE", member(f"{token}._domainkey.{ZONE}", '"p=x"')))
    assert get(ses)["VerificationInfo"]["ErrorType"] == "TYPE_NOT_FOUND"


def test_verification_that_takes_its_time(aws: LocalAws, ses: Any) -> None:
    """With the control request `delay` the records have to stand for some seconds."""
    aws.control("delay", seconds="0.5")
    publish_dkim(aws, ses, make_zone(aws))
    assert get(ses)["VerifiedForSendingStatus"] is False
    time.sleep(0.6)
    assert get(ses)["VerifiedForSendingStatus"] is True
    aws.reset()
    ses.create_email_identity(EmailIdentity=ZONE)
    publish_dkim(aws, ses, make_zone(aws))
    assert get(ses)["VerifiedForSendingStatus"] is True


def test_dns_that_does_not_answer(aws: LocalAws, ses: Any) -> None:
    """With the control request `dkim-error` SES cannot look until it is sent again without an error."""
    publish_dkim(aws, ses, make_zone(aws))
    aws.control("dkim-error", identity=ZONE, error="DNS_SERVER_ERROR")
    answer = get(ses)
    assert (answer["VerificationStatus"], answer["VerificationInfo"]["ErrorType"]) == ("PENDING", "DNS_SERVER_ERROR")
    aws.control("dkim-error", identity=ZONE)
    assert get(ses)["VerificationStatus"] == "SUCCESS"


def test_mail_from_that_has_failed(aws: LocalAws, ses: Any) -> None:
    """A MAIL FROM domain that has failed stays so though the MX stands, until it is set again."""
    put = ses.put_email_identity_mail_from_attributes
    put(EmailIdentity=ZONE, MailFromDomain=f"bounce.{ZONE}")
    aws.control("mail-from-failed", identity=ZONE)
    change(aws, make_zone(aws), ("CREATE", MX))
    assert get(ses)["MailFromAttributes"]["MailFromDomainStatus"] == "FAILED"
    put(EmailIdentity=ZONE, MailFromDomain=f"bounce.{ZONE}")
    assert get(ses)["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"


def test_dkim_that_has_failed(aws: LocalAws, ses: Any) -> None:
    """DKIM that has failed stays so though the records stand."""
    aws.control("dkim-failed", identity=ZONE)
    publish_dkim(aws, ses, make_zone(aws))
    assert get(ses)["VerificationStatus"] == "FAILED"


@pytest.mark.parametrize("path", ["/_ses/nothing?identity=blacksheep.link", "/_ses/dkim-failed?identity=a.example"])
def test_a_control_request_that_makes_no_sense(aws: LocalAws, ses: Any, path: str) -> None:
    """A control request with an unknown name or identity is answered with status 400."""
    assert get(ses) != {}
    assert aws.request("POST", path) == 400


# --- policies --------------------------------------------------------------------------------------------------------


def test_policies_of_sesv2(ses: Any) -> None:
    """A policy is created once, updated only if it exists, and shown with the identity."""
    names = {"EmailIdentity": ZONE, "PolicyName": "Partner"}
    assert code(ses.update_email_identity_policy, **names, Policy=POLICY) == "NotFoundException"
    ses.create_email_identity_policy(**names, Policy=POLICY)
    assert code(ses.create_email_identity_policy, **names, Policy=POLICY) == "AlreadyExistsException"
    changed = POLICY.replace("SendEmail", "SendRawEmail")
    ses.update_email_identity_policy(**names, Policy=changed)
    assert ses.get_email_identity_policies(EmailIdentity=ZONE)["Policies"] == {"Partner": changed}
    assert get(ses)["Policies"] == {"Partner": changed}
    ses.delete_email_identity_policy(**names)
    assert ses.get_email_identity_policies(EmailIdentity=ZONE)["Policies"] == {}


def test_policies_of_ses(aws: LocalAws, ses: Any) -> None:
    """SES's Put is an upsert, and deleting a missing policy is no error; the store is that of SESv2."""
    v1 = aws.client("ses")
    names = {"Identity": ZONE, "PolicyName": "Partner"}
    v1.put_identity_policy(**names, Policy=POLICY.replace("SendEmail", "SendRawEmail"))
    v1.put_identity_policy(**names, Policy=POLICY)
    assert v1.list_identity_policies(Identity=ZONE)["PolicyNames"] == ["Partner"]
    assert v1.get_identity_policies(Identity=ZONE, PolicyNames=["Partner", "gone"])["Policies"] == {"Partner": POLICY}
    assert ses.get_email_identity_policies(EmailIdentity=ZONE)["Policies"] == {"Partner": POLICY}
    v1.delete_identity_policy(**names)
    v1.delete_identity_policy(**names)
    assert v1.list_identity_policies(Identity=ZONE)["PolicyNames"] == []


@pytest.mark.parametrize("policy", ["no JSON", "{}", '{"Statement": [{"Effect": "Allow", "Action": "ses:SendEmail"}]}'])
def test_a_policy_that_is_refused(aws: LocalAws, ses: Any, policy: str) -> None:
    """SES and SESv2 refuse documents, names and identities that make no policy."""
    v1 = aws.client("ses")
    assert code(v1.put_identity_policy, Identity=ZONE, PolicyName="p", Policy=policy) == "InvalidPolicy"
    create = ses.create_email_identity_policy
    assert code(create, EmailIdentity=ZONE, PolicyName="p", Policy=policy) == "BadRequestException"
    assert code(v1.put_identity_policy, Identity="a.example", PolicyName="p", Policy=POLICY) == "InvalidParameterValue"
    assert code(v1.put_identity_policy, Identity=ZONE, PolicyName="p p", Policy=POLICY) == "InvalidParameterValue"


def test_no_more_than_twenty(aws: LocalAws, ses: Any) -> None:
    """An identity has at most twenty policies."""
    assert get(ses)["Policies"] == {}
    put = aws.client("ses").put_identity_policy
    for i in range(20):
        put(Identity=ZONE, PolicyName=f"p{i}", Policy=POLICY)
    put(Identity=ZONE, PolicyName="p0", Policy=POLICY)
    assert code(put, Identity=ZONE, PolicyName="p20", Policy=POLICY) == "LimitExceeded"
