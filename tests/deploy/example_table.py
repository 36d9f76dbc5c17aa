"""The table of examples: where their stacks lie, what the second deployment changes, and what must be seen each time."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.deploy.example_run import DNS_ACCOUNT, DOMAIN, TOKYO, VIRGINIA, ZONE_ID, Example, Zone
from tests.local.templates import change, member

if TYPE_CHECKING:
    from tests.deploy.example_run import Run

DMARC_KEY = (f"_dmarc.{DOMAIN}", "TXT")
DMARC_TEXT = '"v=DMARC1; p=none; rua=mailto:{}@blacksheep.link"'
RUA = {"SES_EXAMPLE_RUA": f"reports@{DOMAIN}"}  # what the second deployment of some examples changes

# --- waiting -----------------------------------------------------------------------------------------------------------


def waiting_deployed(run: Run) -> None:
    """The user pool stands, and the domain is verified with its MAIL FROM."""
    assert len(run.aws.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"]) == 1
    verified(run, f"bounce.{DOMAIN}")


def waiting_changed(run: Run) -> None:
    """The records of the MAIL FROM domain have moved, and SES has verified the new one."""
    verified(run, f"mail.{DOMAIN}")
    assert {name for name, _ in run.changes()} == {f"bounce.{DOMAIN}", f"mail.{DOMAIN}"}


def verified(run: Run, mail_from: str) -> None:
    """The identity, with this MAIL FROM domain."""
    identity = run.identity()
    assert identity["VerifiedForSendingStatus"]
    attributes = identity["MailFromAttributes"]
    assert (attributes["MailFromDomain"], attributes["MailFromDomainStatus"]) == (mail_from, "SUCCESS")


# --- cross_account -----------------------------------------------------------------------------------------------------


def cross_account_deployed(run: Run) -> None:
    """All records stand in the other account, SES has verified the domain by them."""
    assert run.aws.records() == {}
    assert len(run.aws.records(DNS_ACCOUNT)) == 7
    assert run.identity()["VerifiedForSendingStatus"] is True


def cross_account_changed(run: Run) -> None:
    """One record alone."""
    assert list(run.changes()) == [DMARC_KEY]


# --- shared_spf --------------------------------------------------------------------------------------------------------

TOKEN, GOOGLE = '"google-site-verification=abc"', '"v=spf1 include:_spf.google.com -all"'


def shared_spf_stands(run: Run) -> None:
    """What other teams have written."""
    change(run.aws, ZONE_ID, ("CREATE", member(DOMAIN, TOKEN, GOOGLE, ttl=300)))


def shared_spf_deployed(run: Run) -> None:
    """One include more, and all else as it was; `Run` sees that it is gone in the end."""
    both = '"v=spf1 include:_spf.google.com include:amazonses.com -all"'
    assert run.records()[DOMAIN, "TXT"] == (300, [TOKEN, both])
    assert run.identity()["VerifiedForSendingStatus"] is True


def shared_spf_changed(run: Run) -> None:
    """The policy alone."""
    assert list(run.changes()) == [DMARC_KEY]


# --- existing_records --------------------------------------------------------------------------------------------------

SES_SPF = '"v=spf1 include:amazonses.com ~all"'


def existing_records_stand(run: Run) -> None:
    """What Terraform has made: the TXT of the domain and the MX of the MAIL FROM domain."""
    change(run.aws, ZONE_ID, ("CREATE", member(DOMAIN, SES_SPF, TOKEN, ttl=600)))
    mx = "10 feedback-smtp.ap-northeast-1.amazonses.com"
    change(run.aws, ZONE_ID, ("CREATE", member(f"bounce.{DOMAIN}", mx, rtype="MX")))


def existing_records_deployed(run: Run) -> None:
    """The five others beside these two; `Run` sees that the two are there in the end."""
    assert len(run.aws.records()) == 7
    assert run.identity()["VerifiedForSendingStatus"] is True


def existing_records_changed(run: Run) -> None:
    """The policy alone."""
    assert list(run.changes()) == [DMARC_KEY]


# --- external_dns ----------------------------------------------------------------------------------------------------


def external_dns_deployed(run: Run) -> None:
    """Nothing is written anywhere; what the outputs say, pasted into a zone by hand, is what SES wants to see."""
    assert run.records() == {}
    assert run.identity()["VerifiedForSendingStatus"] is False
    pasted = [record_of(text) for text in run.outputs("ExternalStack").values()]
    change(run.aws, ZONE_ID, *(("CREATE", record) for record in pasted), account=DNS_ACCOUNT)
    assert len(pasted) == 7
    assert run.values(f"_dmarc.{DOMAIN}", "TXT") == [DMARC_TEXT.format("dmarc-reports")]
    identity = run.identity()
    assert (identity["VerifiedForSendingStatus"], identity["MailFromAttributes"]["MailFromDomainStatus"]) == (True, "SUCCESS")
    change(run.aws, ZONE_ID, *(("DELETE", record) for record in pasted), account=DNS_ACCOUNT)


def record_of(output: str) -> dict[str, object]:
    """What a person makes of an output: a record set."""
    fields = dict(line.partition(": ")[::2] for line in output.splitlines())
    name = DOMAIN if fields["host"] == "@" else f"{fields['host']}.{DOMAIN}"
    value = f'"{fields["value"]}"' if fields["type"] == "TXT" else fields["value"]
    value = f"{fields['priority']} {value}" if fields["type"] == "MX" else value
    return member(name, value, rtype=fields["type"], ttl=int(fields["ttl"]))


def external_dns_changed(run: Run) -> None:
    """An output, and nothing in any zone."""
    assert run.changes() == {}
    texts = [record_of(text)["ResourceRecords"] for text in run.outputs("ExternalStack").values()]
    assert [DMARC_TEXT.format("reports")] in texts


# --- from_existing ---------------------------------------------------------------------------------------------------


def from_existing_stands(run: Run) -> None:
    """The identity as a user made it in the console; its tokens are written into the app, as the reader does it."""
    ses = run.aws.client("sesv2")
    tokens = ses.create_email_identity(EmailIdentity=DOMAIN)["DkimAttributes"]["Tokens"]
    ses.put_email_identity_mail_from_attributes(EmailIdentity=DOMAIN, MailFromDomain=f"bounce.{DOMAIN}")
    app = run.folder / "app.py"
    text, placeholder = app.read_text(encoding="utf-8"), '[letter * 32 for letter in "abc"]'
    assert placeholder in text
    app.write_text(text.replace(placeholder, repr(tokens)), encoding="utf-8")


def from_existing_deployed(run: Run) -> None:
    """Its records stand, so it is verified."""
    assert len(run.records()) == 7
    identity = run.identity()
    assert (identity["VerifiedForSendingStatus"], identity["MailFromAttributes"]["MailFromDomainStatus"]) == (True, "SUCCESS")


def from_existing_changed(run: Run) -> None:
    """One record."""
    assert run.changes() == {
        (f"_dmarc.{DOMAIN}", "TXT"): ([DMARC_TEXT.format("dmarc-reports")], [DMARC_TEXT.format("reports")])
    }


def from_existing_destroyed(run: Run) -> None:
    """The identity is still there: it was never ours."""
    assert run.identity()["DkimAttributes"]["Status"] == "PENDING"
    run.aws.client("sesv2").delete_email_identity(EmailIdentity=DOMAIN)


# --- own_key -----------------------------------------------------------------------------------------------------------


SELECTORS = ("key-2026", "key-2027")


def own_key_prepared(run: Run) -> None:
    """A pair of keys; its private half under both selectors, since the example has one public half."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (run.folder / "public.pem").write_bytes(pem)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for selector in SELECTORS:
        run.aws.client("secretsmanager").create_secret(
            Name=f"dkim/{DOMAIN}/{selector}", SecretString=base64.b64encode(der).decode()
        )


def own_key_deployed(run: Run) -> None:
    """SES signs with it."""
    dkim = run.identity()["DkimAttributes"]
    assert (dkim["SigningAttributesOrigin"], dkim["Tokens"], dkim["Status"]) == ("EXTERNAL", ["key-2026"], "SUCCESS")


def own_key_changed(run: Run) -> None:
    """Another selector."""
    dkim = run.identity()["DkimAttributes"]
    assert (dkim["Tokens"], dkim["Status"]) == (["key-2027"], "SUCCESS")
    assert {name for name, _ in run.changes()} == {f"{selector}._domainkey.{DOMAIN}" for selector in SELECTORS}


def own_key_destroyed(run: Run) -> None:
    """The secrets are those of the user."""
    for selector in SELECTORS:
        run.aws.client("secretsmanager").delete_secret(SecretId=f"dkim/{DOMAIN}/{selector}", ForceDeleteWithoutRecovery=True)


# --- managed_key -------------------------------------------------------------------------------------------------------


def managed_key_deployed(run: Run) -> None:
    """SES signs with a key that was made."""
    assert run.values(f"ses-1._domainkey.{DOMAIN}", "TXT")[0].startswith('"v=DKIM1; k=rsa; p=')
    dkim = run.identity()["DkimAttributes"]
    assert (dkim["SigningAttributesOrigin"], dkim["Tokens"], dkim["Status"]) == ("EXTERNAL", ["ses-1"], "SUCCESS")


def managed_key_changed(run: Run) -> None:
    """With the next one; the first stays for mail that is on its way."""
    ((key, (before, _)),) = run.changes().items()
    assert (key, before) == ((f"ses-2._domainkey.{DOMAIN}", "TXT"), None)
    dkim = run.identity()["DkimAttributes"]
    assert (dkim["Tokens"], dkim["Status"]) == (["ses-2"], "SUCCESS")


# --- two_regions -------------------------------------------------------------------------------------------------------


def two_regions_deployed(run: Run) -> None:
    """Virginia signs with the keys of Tokyo: three DKIM records for both; each has its MAIL FROM."""
    tokyo, virginia = run.identity(TOKYO), run.identity(VIRGINIA)
    assert virginia["DkimAttributes"]["SigningAttributesOrigin"] == "AWS_SES_AP_NORTHEAST_1"
    assert virginia["DkimAttributes"]["Tokens"] == tokyo["DkimAttributes"]["Tokens"]
    assert [identity["VerifiedForSendingStatus"] for identity in (tokyo, virginia)] == [True, True]
    assert [identity["MailFromAttributes"]["MailFromDomainStatus"] for identity in (tokyo, virginia)] == ["SUCCESS", "SUCCESS"]
    assert sum("._domainkey." in name for name, _ in run.records()) == 3


def two_regions_changed(run: Run) -> None:
    """The MAIL FROM of Virginia."""
    places = [(f"{label}.{DOMAIN}", kind) for label in ("bounce-us-east-1", "mail-virginia") for kind in ("MX", "TXT")]
    assert run.changes().keys() == set(places)
    assert run.identity(VIRGINIA)["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"


# --- events ------------------------------------------------------------------------------------------------------------


def events_deployed(run: Run) -> None:
    """The identity sends with a configuration set whose events go to SNS and EventBridge; two alarms watch."""
    ses = run.aws.client("sesv2")
    name = run.identity()["ConfigurationSetName"]
    destinations = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
    kinds = {"SnsDestination", "EventBridgeDestination"}
    assert {kind for destination in destinations for kind in kinds & destination.keys()} == kinds
    assert thresholds(run)["Reputation.BounceRate"] == 0.05


def events_changed(run: Run) -> None:
    """The alarm alone."""
    assert thresholds(run)["Reputation.BounceRate"] == 0.04
    assert run.changes() == {}


def thresholds(run: Run) -> dict[str, float]:
    """Of the alarms, by metric."""
    alarms = run.aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {alarm["MetricName"]: alarm["Threshold"] for alarm in alarms}


# --- other_account_sends -----------------------------------------------------------------------------------------------


def send_from_the_other_account(run: Run, sender: str) -> str:
    """The code of the refusal, or "sent"."""
    content: dict[str, Any] = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    try:
        run.aws.client("sesv2", account=DNS_ACCOUNT).send_email(
            FromEmailAddress=sender,
            FromEmailAddressIdentityArn=f"arn:aws:ses:ap-northeast-1:{TOKYO[0]}:identity/{DOMAIN}",
            Destination={"ToAddresses": ["success@simulator.amazonses.com"]},
            Content=content,
        )
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return "sent"


def other_account_deployed(run: Run) -> None:
    """It may send with one address."""
    assert send_from_the_other_account(run, f"news@{DOMAIN}") == "sent"
    assert send_from_the_other_account(run, f"info@{DOMAIN}") == "AccessDeniedException"


def other_account_changed(run: Run) -> None:
    """And now with the other one."""
    assert send_from_the_other_account(run, f"news@{DOMAIN}") == "AccessDeniedException"
    assert send_from_the_other_account(run, f"info@{DOMAIN}") == "sent"


# --- tenants -----------------------------------------------------------------------------------------------------------


def contact(run: Run) -> str:
    """The tag of the tenant."""
    ses = run.aws.client("sesv2")
    arn = ses.get_tenant(TenantName="customer-1")["Tenant"]["TenantArn"]
    tags = {tag["Key"]: tag["Value"] for tag in ses.list_tags_for_resource(ResourceArn=arn)["Tags"]}
    return str(tags["Contact"])


def tenants_deployed(run: Run) -> None:
    """The tenant uses identity and configuration set; the endpoint spans two regions, in both the domain is verified."""
    ses = run.aws.client("sesv2")
    used = [resource["ResourceType"] for resource in ses.list_tenant_resources(TenantName="customer-1")["TenantResources"]]
    assert sorted(used) == ["CONFIGURATION_SET", "EMAIL_IDENTITY"]
    routes = ses.get_multi_region_endpoint(EndpointName="blacksheep")["Routes"]
    assert [route["Region"] for route in routes] == [TOKYO[1], VIRGINIA[1]]
    assert [run.identity(place)["VerifiedForSendingStatus"] for place in (TOKYO, VIRGINIA)] == [True, True]
    assert contact(run) == "sales"


def tenants_changed(run: Run) -> None:
    """The tag alone."""
    assert contact(run) == "support"
    assert run.changes() == {}


EXAMPLES = [
    Example(
        name="waiting",
        stacks={"WaitingStack": TOKYO},
        change={"SES_EXAMPLE_MAIL_FROM": "mail"},
        deployed=waiting_deployed,
        after_change=waiting_changed,
    ),
    Example(
        name="existing_records",
        stacks={"ExistingRecords": TOKYO},
        change={"SES_EXAMPLE_POLICY": "quarantine"},
        prepare=existing_records_stand,
        deployed=existing_records_deployed,
        after_change=existing_records_changed,
    ),
    Example(
        name="cross_account",
        stacks={"DnsStack": (DNS_ACCOUNT, TOKYO[1]), "MailStack": TOKYO},
        change={"SES_EXAMPLE_POLICY": "quarantine"},
        changed=frozenset({"MailStack"}),
        zones=(Zone(account=DNS_ACCOUNT),),
        deployed=cross_account_deployed,
        after_change=cross_account_changed,
    ),
    Example(
        name="shared_spf",
        stacks={"SharedSpf": TOKYO},
        change={"SES_EXAMPLE_POLICY": "quarantine"},
        prepare=shared_spf_stands,
        deployed=shared_spf_deployed,
        after_change=shared_spf_changed,
    ),
    Example(
        name="external_dns",
        stacks={"ExternalStack": TOKYO},
        change=RUA,
        zones=(Zone(account=DNS_ACCOUNT),),
        deployed=external_dns_deployed,
        after_change=external_dns_changed,
    ),
    Example(
        name="from_existing",
        stacks={"ExistingStack": TOKYO},
        change=RUA,
        prepare=from_existing_stands,
        deployed=from_existing_deployed,
        after_change=from_existing_changed,
        destroyed=from_existing_destroyed,
    ),
    Example(
        name="own_key",
        stacks={"OwnKey": TOKYO},
        change={"SELECTOR": "key-2027"},
        prepare=own_key_prepared,
        deployed=own_key_deployed,
        after_change=own_key_changed,
        destroyed=own_key_destroyed,
    ),
    Example(
        name="managed_key",
        stacks={"ManagedKey": TOKYO},
        change={"GENERATION": "2"},
        deployed=managed_key_deployed,
        after_change=managed_key_changed,
    ),
    Example(
        name="two_regions",
        stacks={"Tokyo": TOKYO, "Virginia": VIRGINIA},
        change={"MAIL_FROM": "mail-virginia"},
        changed=frozenset({"Virginia"}),
        deployed=two_regions_deployed,
        after_change=two_regions_changed,
    ),
    Example(
        name="events",
        stacks={"EventsStack": TOKYO},
        change={"SES_EXAMPLE_BOUNCE_RATE": "0.04"},
        deployed=events_deployed,
        after_change=events_changed,
    ),
    Example(
        name="other_account_sends",
        stacks={"OwnerStack": TOKYO, "SenderStack": (DNS_ACCOUNT, TOKYO[1])},
        change={"SES_EXAMPLE_FROM": f"info@{DOMAIN}"},
        changed=frozenset({"OwnerStack"}),
        deployed=other_account_deployed,
        after_change=other_account_changed,
    ),
    Example(
        name="tenants",
        stacks={"HomeStack": TOKYO, "SecondStack": VIRGINIA},
        change={"SES_EXAMPLE_CONTACT": "support"},
        changed=frozenset({"HomeStack"}),
        deployed=tenants_deployed,
        after_change=tenants_changed,
    ),
]
