"""AWS::SES::EmailIdentity: DKIM names, verification by DNS, updates, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.templates import SPF, ZONE, change, dkim_records, identity, make_zone, member, record, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

TOKYO, OSAKA = "ap-northeast-1", "ap-northeast-3"
MAIL_FROM = {"MailFromDomain": f"bounce.{ZONE}"}
MX = f"10 feedback-smtp.{TOKYO}.amazonses.com"


def get(aws: LocalAws, name: str = ZONE, region: str = TOKYO) -> dict[str, Any]:
    """GetEmailIdentity."""
    return dict(aws.client("sesv2", region).get_email_identity(EmailIdentity=name))


def exists(aws: LocalAws, name: str) -> bool:
    """Whether SES knows the identity."""
    return name in [listed["IdentityName"] for listed in aws.client("sesv2").list_email_identities()["EmailIdentities"]]


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        pytest.param(TOKYO, "dkim.amazonses.com", id="the-common-one"),
        pytest.param(OSAKA, f"dkim.{OSAKA}.amazonses.com", id="region-with-a-zone-of-its-own"),
        pytest.param("us-gov-west-1", "dkim.amazonses.com", id="govcloud-west-is-common"),
        pytest.param("us-gov-east-1", "dkim.us-gov-east-1.amazonses.com", id="govcloud-east-is-not"),
    ],
)
def test_dkim_names_and_values(aws: LocalAws, region: str, zone: str) -> None:
    """Fn::GetAtt agrees with the tokens and the zone that GetEmailIdentity shows."""
    body = template(Identity=identity())
    body["Outputs"] = {
        f"{part}{i}": {"Value": {"Fn::GetAtt": ["Identity", f"DkimDNSToken{part}{i}"]}}
        for part in ("Name", "Value")
        for i in (1, 2, 3)
    }
    assert aws.deploy("S", body, region).status == "CREATE_COMPLETE"
    stack = aws.client("cloudformation", region).describe_stacks(StackName="S")["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    dkim = get(aws, region=region)["DkimAttributes"]
    assert dkim["SigningHostedZone"] == zone
    assert len(set(dkim["Tokens"])) == 3
    for i, token in enumerate(dkim["Tokens"], 1):
        assert outputs[f"Name{i}"] == f"{token}._domainkey.{ZONE}"
        assert outputs[f"Value{i}"] == f"{token}.{zone}"


def test_there_is_no_fourth_token(aws: LocalAws) -> None:
    """An unknown attribute fails the deployment."""
    body = template(Identity=identity())
    body["Outputs"] = {"Bad": {"Value": {"Fn::GetAtt": ["Identity", "DkimDNSTokenName4"]}}}
    assert aws.deploy("S", body).status == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize("region", [TOKYO, OSAKA])
def test_verified_exactly_while_dns_holds_the_records(aws: LocalAws, region: str) -> None:
    """DKIM and MAIL FROM become SUCCESS with the records, and PENDING when one of them goes."""
    zone = make_zone(aws)
    own = identity(MailFromAttributes=MAIL_FROM)
    aws.deploy("Id", template(Identity=own), region)
    assert states(get(aws, region=region)) == ("PENDING", False, "PENDING")
    mx = member(f"bounce.{ZONE}", f"10 feedback-smtp.{region}.amazonses.com", rtype="MX")
    aws.deploy("Id", template(Identity=own, **dkim_records(zone)), region)
    assert states(get(aws, region=region)) == ("SUCCESS", True, "PENDING")
    change(aws, zone, ("CREATE", mx))
    assert states(get(aws, region=region)) == ("SUCCESS", True, "SUCCESS")
    aws.deploy("Id", template(Identity=own, Dkim1=dkim_records(zone)["Dkim1"], Dkim3=dkim_records(zone)["Dkim3"]), region)
    assert states(get(aws, region=region)) == ("PENDING", False, "SUCCESS")


def states(answer: dict[str, Any]) -> tuple[str, bool, str]:
    """The statuses of DKIM, of sending and of MAIL FROM."""
    dkim, mail_from = answer["DkimAttributes"]["Status"], answer["MailFromAttributes"]["MailFromDomainStatus"]
    assert answer["VerificationStatus"] == dkim
    return dkim, answer["VerifiedForSendingStatus"], mail_from


@pytest.mark.parametrize(
    ("values", "status"),
    [
        pytest.param([MX], "SUCCESS", id="right"),
        pytest.param([f"{MX}."], "SUCCESS", id="final-dot"),
        pytest.param([MX, "20 mx.example.com"], "PENDING", id="a-second-mx"),
        pytest.param(["10 feedback-smtp.us-east-1.amazonses.com"], "PENDING", id="other-region"),
        pytest.param([f"10 inbound-smtp.{TOKYO}.amazonaws.com"], "PENDING", id="the-host-for-receiving"),
    ],
)
def test_mail_from_needs_exactly_one_mx(aws: LocalAws, values: list[str], status: str) -> None:
    """SES does not set up a MAIL FROM domain with another or a second MX."""
    aws.deploy("S", template(Identity=identity(MailFromAttributes=MAIL_FROM)))
    change(aws, make_zone(aws), ("CREATE", member(f"bounce.{ZONE}", *values, rtype="MX")))
    assert get(aws)["MailFromAttributes"]["MailFromDomainStatus"] == status


def test_dkim_with_a_doubled_name_is_not_found(aws: LocalAws) -> None:
    """The well-known mistake: the zone appended to a name that has it."""
    zone = make_zone(aws)
    records = dkim_records(zone)
    for i, resource in enumerate(records.values(), 1):
        resource["Properties"]["Name"] = {"Fn::Join": ["", [{"Fn::GetAtt": ["Identity", f"DkimDNSTokenName{i}"]}, f".{ZONE}"]]}
    assert aws.deploy("S", template(Identity=identity(), **records)).status == "CREATE_COMPLETE"
    assert get(aws)["DkimAttributes"]["Status"] == "PENDING"


def test_a_zone_in_another_account_counts_and_a_private_one_does_not(aws: LocalAws) -> None:
    """Records of a private zone verify nothing: SES looks into public DNS."""
    aws.deploy("S", template(Identity=identity(MailFromAttributes=MAIL_FROM)))
    mx = member(f"bounce.{ZONE}", MX, rtype="MX")
    private = (
        aws.client("route53")
        .create_hosted_zone(
            Name=ZONE,
            CallerReference="private",
            HostedZoneConfig={"PrivateZone": True},
            VPC={"VPCRegion": TOKYO, "VPCId": "vpc-00000000"},
        )["HostedZone"]["Id"]
        .removeprefix("/hostedzone/")
    )
    change(aws, private, ("CREATE", mx))
    assert get(aws)["MailFromAttributes"]["MailFromDomainStatus"] == "PENDING"
    change(aws, make_zone(aws, account="210987654321"), ("CREATE", mx), account="210987654321")
    assert get(aws)["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"


def test_sending_needs_a_verified_identity(aws: LocalAws) -> None:
    """Sending is refused with MessageRejected until the DKIM records stand."""
    zone = make_zone(aws)
    ses = aws.client("sesv2")
    message = {
        "FromEmailAddress": f"info@{ZONE}",
        "Destination": {"ToAddresses": ["success@simulator.amazonses.com"]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    }
    aws.deploy("S", template(Identity=identity()))
    with pytest.raises(ses.exceptions.MessageRejected):
        ses.send_email(**message)
    aws.deploy("S", template(Identity=identity(), **dkim_records(zone)))
    assert ses.send_email(**message)["MessageId"]


def test_what_a_new_identity_says(aws: LocalAws) -> None:
    """The defaults of SES: signing on, 2048 bits, forwarding on, no MAIL FROM, no configuration set."""
    aws.deploy("S", template(Identity=identity()))
    answer = get(aws)
    assert (answer["IdentityType"], answer["FeedbackForwardingStatus"], answer["Tags"]) == ("DOMAIN", True, [])
    assert (answer["DkimAttributes"]["SigningEnabled"], answer["DkimAttributes"]["CurrentSigningKeyLength"]) == (
        True,
        "RSA_2048_BIT",
    )
    assert answer["MailFromAttributes"] == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    assert "ConfigurationSetName" not in answer


def test_an_update_changes_everything_but_the_tokens(aws: LocalAws) -> None:
    """Properties change in place; taken out of the template again, they go back to their defaults."""
    aws.client("sesv2").create_configuration_set(ConfigurationSetName="set")
    aws.deploy("S", template(Identity=identity()))
    before = get(aws)
    properties: dict[str, Any] = {
        "MailFromAttributes": {**MAIL_FROM, "BehaviorOnMxFailure": "REJECT_MESSAGE"},
        "DkimAttributes": {"SigningEnabled": "false"},
        "FeedbackAttributes": {"EmailForwardingEnabled": False},
        "ConfigurationSetAttributes": {"ConfigurationSetName": "set"},
        "Tags": [{"Key": "team", "Value": "mail"}],
    }
    assert aws.deploy("S", template(Identity=identity(**properties))).status == "UPDATE_COMPLETE"
    after = get(aws)
    assert after["MailFromAttributes"] == {**properties["MailFromAttributes"], "MailFromDomainStatus": "PENDING"}
    assert (after["DkimAttributes"]["SigningEnabled"], after["FeedbackForwardingStatus"]) == (False, False)
    assert (after["ConfigurationSetName"], after["Tags"]) == ("set", properties["Tags"])
    assert after["DkimAttributes"]["Tokens"] == before["DkimAttributes"]["Tokens"]
    aws.deploy("S", template(Identity=identity()))
    strip = {"ResponseMetadata": None, "VerificationInfo": None}
    assert get(aws) | strip == before | strip


def test_key_length(aws: LocalAws) -> None:
    """The key length can be set at creation and changed; setting the length in force is refused."""
    aws.deploy("S", template(Identity=identity()))
    outcome = aws.deploy("S", template(Identity=identity(DkimSigningAttributes={"NextSigningKeyLength": "RSA_2048_BIT"})))
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert outcome.failures == {"Identity": f"The DKIM signing key length of the identity <{ZONE}> is RSA_2048_BIT already."}
    shorter = identity(DkimSigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"})
    assert aws.deploy("S", template(Identity=shorter)).status == "UPDATE_COMPLETE"
    assert get(aws)["DkimAttributes"]["CurrentSigningKeyLength"] == "RSA_1024_BIT"
    shorter["Properties"]["MailFromAttributes"] = MAIL_FROM
    assert aws.deploy("S", template(Identity=shorter)).status == "UPDATE_COMPLETE"


def test_key_length_at_creation(aws: LocalAws) -> None:
    """The default key length may be written out in an update."""
    signing = {"NextSigningKeyLength": "RSA_2048_BIT"}
    assert aws.deploy("S", template(Identity=identity(DkimSigningAttributes=signing))).status == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    "mail_from",
    [
        pytest.param(f"bounce.{ZONE}", id="sibling"),
        pytest.param(f"ses.{ZONE}", id="the-identity-itself"),
        pytest.param(f"notses.{ZONE}", id="no-suffix-of-letters"),
    ],
)
def test_mail_from_must_be_below_the_identity(aws: LocalAws, mail_from: str) -> None:
    """A MAIL FROM domain elsewhere is refused in SES's words, at creation and at an update."""
    bad = identity(f"ses.{ZONE}", MailFromAttributes={"MailFromDomain": mail_from})
    sentence = f"Provided MAIL-FROM domain <{mail_from}> is not subdomain of the domain of the identity <ses.{ZONE}>."
    assert aws.deploy("S", template(Identity=bad)).failures == {"Identity": sentence}
    aws.deploy("T", template(Identity=identity(f"ses.{ZONE}")))
    outcome = aws.deploy("T", template(Identity=bad))
    assert (outcome.status, outcome.failures) == ("UPDATE_ROLLBACK_COMPLETE", {"Identity": sentence})


def test_an_identity_that_exists_is_refused(aws: LocalAws) -> None:
    """An identity that exists is never adopted, unlike a record, and the rollback leaves it alone."""
    aws.client("sesv2").create_email_identity(EmailIdentity=ZONE)
    outcome = aws.deploy("S", template(Identity=identity()))
    assert outcome.failures == {
        "Identity": f"Resource of type 'AWS::SES::EmailIdentity' with identifier '{ZONE}' already exists."
    }
    assert exists(aws, ZONE)


def test_an_identity_made_by_the_api_is_verified_in_the_same_way(aws: LocalAws) -> None:
    """The identity of a subdomain is pending until its three CNAMEs stand."""
    tokens = aws.client("sesv2").create_email_identity(EmailIdentity=ZONE)["DkimAttributes"]["Tokens"]
    assert get(aws)["VerifiedForSendingStatus"] is False
    cnames = [member(f"{token}._domainkey.{ZONE}", f"{token}.dkim.amazonses.com", rtype="CNAME") for token in tokens]
    change(aws, make_zone(aws), *(("CREATE", cname) for cname in cnames))
    assert get(aws)["VerifiedForSendingStatus"] is True


def test_an_address_has_no_dkim_names(aws: LocalAws) -> None:
    """An address counts as verified: no link can be clicked here. Its MAIL FROM is below its domain."""
    mail_from = {"MailFromDomain": f"bounce.{ZONE}"}
    assert (
        aws.deploy("S", template(Identity=identity(f"info@{ZONE}", MailFromAttributes=mail_from))).status == "CREATE_COMPLETE"
    )
    answer = get(aws, f"info@{ZONE}")
    assert (answer["IdentityType"], answer["VerifiedForSendingStatus"]) == ("EMAIL_ADDRESS", True)
    assert (answer["DkimAttributes"]["Status"], answer["DkimAttributes"]["Tokens"]) == ("NOT_STARTED", [])


@pytest.mark.parametrize(
    ("policies", "old_stays"),
    [
        pytest.param({}, False, id="delete"),
        pytest.param({"UpdateReplacePolicy": "Retain"}, True, id="retain"),
        pytest.param({"UpdateReplacePolicy": "RetainExceptOnCreate"}, True, id="retain-except-on-create"),
    ],
)
def test_another_name_is_a_replacement(aws: LocalAws, policies: dict[str, str], *, old_stays: bool) -> None:
    """The new identity is made, then the old one deleted, unless UpdateReplacePolicy keeps it."""
    aws.deploy("S", template(Identity=identity(policies=policies)))
    assert aws.deploy("S", template(Identity=identity("example.com", policies=policies))).status == "UPDATE_COMPLETE"
    assert (exists(aws, "example.com"), exists(aws, ZONE)) == (True, old_stays)


@pytest.mark.parametrize(
    ("policy", "after_failure", "after_delete"),
    [
        pytest.param("Delete", False, False, id="delete"),
        pytest.param("Retain", True, True, id="retain"),
        pytest.param("RetainExceptOnCreate", False, True, id="retain-except-on-create"),
    ],
)
def test_deletion_policy(aws: LocalAws, policy: str, *, after_failure: bool, after_delete: bool) -> None:
    """DeletionPolicy decides in a first deployment that fails, and when the stack is deleted."""
    zone = make_zone(aws)
    own = identity(policies={"DeletionPolicy": policy})
    aws.deploy("S", template(Identity=own, Bad=record(zone, f"x.{ZONE}", "no quotes", DependsOn="Identity")))
    assert exists(aws, ZONE) is after_failure
    aws.reset()
    aws.deploy("S", template(Identity=own))
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert exists(aws, ZONE) is after_delete


def test_a_failed_update_restores_the_identity(aws: LocalAws) -> None:
    """A failed update sets the MAIL FROM domain back."""
    zone = make_zone(aws)
    aws.deploy("S", template(Identity=identity(MailFromAttributes=MAIL_FROM)))
    bad = record(zone, f"x.{ZONE}", "no quotes", DependsOn="Identity")
    changed = identity(MailFromAttributes={"MailFromDomain": f"ses-bounce.{ZONE}"})
    assert aws.deploy("S", template(Identity=changed, Bad=bad)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert get(aws)["MailFromAttributes"]["MailFromDomain"] == f"bounce.{ZONE}"


def test_tags_of_stack_and_resource_add_up(aws: LocalAws) -> None:
    """An identity gets the tags of the stack and its own when their keys differ."""
    own = identity(Tags=[{"Key": "team", "Value": "mail"}])
    assert aws.deploy("S", template(Identity=own), Tags=[{"Key": "stage", "Value": "prod"}]).status == "CREATE_COMPLETE"
    assert get(aws)["Tags"] == [{"Key": "team", "Value": "mail"}, {"Key": "stage", "Value": "prod"}]


@pytest.mark.parametrize("value", ["mail", "other"])
def test_a_tag_of_stack_and_resource_with_one_key_is_refused(aws: LocalAws, value: str) -> None:
    """aws-cdk #35298: CloudFormation hands both to SES, even if they are equal."""
    own = identity(Tags=[{"Key": "team", "Value": "mail"}])
    outcome = aws.deploy("S", template(Identity=own), Tags=[{"Key": "team", "Value": value}])
    assert (outcome.status, outcome.failures) == ("ROLLBACK_COMPLETE", {"Identity": "Duplicate tag keys found"})


def test_one_deployment_of_the_reference_example(aws: LocalAws) -> None:
    """Identity and its seven records in one stack: verified at once, and nothing left after the deletion."""
    zone = make_zone(aws)
    dmarc = '"v=DMARC1; p=none; rua=mailto:dmarc-reports@blacksheep.link"'
    body = template(
        Identity=identity(MailFromAttributes=MAIL_FROM),
        **dkim_records(zone),
        Mx=record(zone, f"bounce.{ZONE}.", MX, rtype="MX"),
        MailFromSpf=record(zone, f"bounce.{ZONE}.", SPF),
        Spf=record(zone, f"{ZONE}.", SPF),
        Dmarc=record(zone, f"_dmarc.{ZONE}.", dmarc),
    )
    assert aws.deploy("S", body).status == "CREATE_COMPLETE"
    assert states(get(aws)) == ("SUCCESS", True, "SUCCESS")
    assert len(aws.records()) == 7
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert (aws.records(), exists(aws, ZONE)) == ({}, False)
