"""Roles: who may take one, and that it can do what its policies allow and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local.templates import SPF, ZONE, dkim_records, identity, invoked, make_zone, member, role, template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

SENDER, DNS = "123456789012", "210987654321"
WRITER = f"arn:aws:iam::{DNS}:role/Writer"


def allow(*actions: str, resource: str = "*", **conditions: Any) -> dict[str, Any]:
    """A statement; conditions by operator, `__` for the colon of a set operator."""
    own = {"Condition": {name.replace("__", ":"): value for name, value in conditions.items()}} if conditions else {}
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **own}


def make_role(
    aws: LocalAws, *statements: dict[str, Any], account: str = DNS, principal: object = None, condition: object = None
) -> str:
    """The role Writer; the sender's account may take it, or `principal`."""
    trust: dict[str, Any] = {"Principal": principal or {"AWS": f"arn:aws:iam::{SENDER}:root"}}
    trust |= {"Condition": condition} if condition is not None else {}
    own = role(*statements, trust=trust, RoleName="Writer")
    assert aws.deploy("Roles", template(Writer=own), account=account).status == "CREATE_COMPLETE"
    return f"arn:aws:iam::{account}:role/Writer"


def assume(aws: LocalAws, arn: str = WRITER, account: str = SENDER, **options: str) -> dict[str, str]:
    """Its credentials."""
    answer = aws.client("sts", account=account).assume_role(RoleArn=arn, RoleSessionName="test", **options)
    return dict(answer["Credentials"])


def client(aws: LocalAws, service: str, credentials: dict[str, str]) -> Any:
    """A client that has these credentials."""
    keys = [credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    config = Config(retries={"total_max_attempts": 1})
    return boto3.Session(*keys, "ap-northeast-1").client(service, endpoint_url=aws.endpoint, config=config)


def refused(call: Any, **arguments: Any) -> str:
    """The message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}
    return str(caught.value.response["Error"]["Message"])


def batch(*changes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A ChangeBatch."""
    entries = [
        {
            "Action": action,
            "ResourceRecordSet": {**own, "TTL": 600, "ResourceRecords": [{"Value": value} for value in own["ResourceRecords"]]},
        }
        for action, own in changes
    ]
    return {"Changes": entries}


def test_a_role_of_another_account(aws: LocalAws) -> None:
    """A role of another account works on what that account has; the caller's account gets no records."""
    zone = make_zone(aws, account=DNS)
    make_role(aws, allow("route53:ChangeResourceRecordSets", resource=f"arn:aws:route53:::hostedzone/{zone}"))
    credentials = assume(aws)
    assert client(aws, "sts", credentials).get_caller_identity()["Arn"] == f"arn:aws:sts::{DNS}:assumed-role/Writer/test"
    route53 = client(aws, "route53", credentials)
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch(("CREATE", member(ZONE, SPF))))
    assert aws.records(DNS) == {(f"{ZONE}.", "TXT"): (600, [SPF])}
    assert aws.records() == {}


def test_what_is_not_allowed_is_refused(aws: LocalAws) -> None:
    """What a role may not do is refused in the words of AWS, with the resource."""
    zone, other = make_zone(aws, account=DNS), make_zone(aws, "other.example", account=DNS)
    make_role(aws, allow("route53:ChangeResourceRecordSets", resource=f"arn:aws:route53:::hostedzone/{zone}"))
    route53 = client(aws, "route53", assume(aws))
    wanted = batch(("CREATE", member("x.other.example", SPF)))
    who = f"User: arn:aws:sts::{DNS}:assumed-role/Writer/test is not authorized to perform: route53:"
    why = "because no identity-based policy allows the route53:"
    assert refused(route53.change_resource_record_sets, HostedZoneId=other, ChangeBatch=wanted) == (
        f"{who}ChangeResourceRecordSets on resource: arn:aws:route53:::hostedzone/{other} {why}ChangeResourceRecordSets action"
    )
    assert refused(route53.list_resource_record_sets, HostedZoneId=zone) == (
        f"{who}ListResourceRecordSets on resource: arn:aws:route53:::hostedzone/{zone} {why}ListResourceRecordSets action"
    )
    assert refused(route53.list_hosted_zones_by_name).endswith(f"on resource: * {why}ListHostedZonesByName action")
    assert refused(client(aws, "sts", assume(aws)).assume_role, RoleArn=WRITER, RoleSessionName="again") != ""


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        pytest.param([("CREATE", member(f"_dmarc.{ZONE}", '"v=DMARC1; p=none"'))], True, id="right"),
        pytest.param([("CREATE", member(f"_DMARC.{ZONE}.", '"v=DMARC1; p=none"'))], True, id="normalized"),
        pytest.param([("CREATE", member(f"a._domainkey.{ZONE}", '"p="'))], True, id="wildcard"),
        pytest.param([("CREATE", member(f"*.{ZONE}", '"x"'))], True, id="octal-escape"),
        pytest.param([("CREATE", member(f"www.{ZONE}", '"x"'))], False, id="other-name"),
        pytest.param([("CREATE", member(f"_dmarc.{ZONE}", "1.2.3.4", rtype="A"))], False, id="other-type"),
        pytest.param([("UPSERT", member(f"_dmarc.{ZONE}", '"x"'))], False, id="other-action"),
        pytest.param(
            [("CREATE", member(f"_dmarc.{ZONE}", '"x"')), ("CREATE", member(f"www.{ZONE}", '"x"'))], False, id="one-of-two"
        ),
    ],
)
def test_condition_keys_of_route53(aws: LocalAws, changes: list[tuple[str, dict[str, Any]]], *, allowed: bool) -> None:
    r"""ForAllValues: every record of the batch has to fit; names are lower case, without final dot, `*` is `\052`."""
    key = "route53:ChangeResourceRecordSets"
    names = [f"_dmarc.{ZONE}", f"*._domainkey.{ZONE}", f"\\052.{ZONE}"]
    make_role(
        aws,
        allow(
            key,
            ForAllValues__StringLike={f"{key}NormalizedRecordNames": names},
            ForAllValues__StringEquals={f"{key}RecordTypes": ["TXT", "CNAME"], f"{key}Actions": ["CREATE", "DELETE"]},
        ),
    )
    zone = make_zone(aws, account=DNS)
    change = client(aws, "route53", assume(aws)).change_resource_record_sets
    if allowed:
        change(HostedZoneId=zone, ChangeBatch=batch(*changes))
    else:
        refused(change, HostedZoneId=zone, ChangeBatch=batch(*changes))
    assert (aws.records(DNS) != {}) is allowed


def test_a_denial_counts_more(aws: LocalAws) -> None:
    """A denial counts more than any permission."""
    zone = make_zone(aws, account=DNS)
    names = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": [ZONE]}
    deny = allow("route53:ChangeResourceRecordSets", ForAnyValue__StringEquals=names) | {"Effect": "Deny"}
    make_role(aws, allow("route53:*"), deny)
    route53 = client(aws, "route53", assume(aws))
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch(("CREATE", member(f"a.{ZONE}", SPF))))
    wanted = batch(("CREATE", member(ZONE, SPF)))
    said = refused(route53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch=wanted)
    assert said.endswith("with an explicit deny in an identity-based policy")


def test_a_change_can_be_asked_for(aws: LocalAws) -> None:
    """route53:GetChange is about change/*."""
    zone = make_zone(aws, account=DNS)
    make_role(
        aws,
        allow("route53:ChangeResourceRecordSets"),
        allow("route53:GetChange", resource="arn:aws:route53:::change/*"),
        allow("route53:GetHostedZone", resource=f"arn:aws:route53:::hostedzone/{zone}"),
    )
    route53 = client(aws, "route53", assume(aws))
    change = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch(("CREATE", member(ZONE, SPF))))
    assert route53.get_change(Id=change["ChangeInfo"]["Id"])["ChangeInfo"]["Id"] == change["ChangeInfo"]["Id"]
    assert route53.get_hosted_zone(Id=zone)["HostedZone"]["Name"] == f"{ZONE}."


def test_who_may_take_a_role(aws: LocalAws) -> None:
    """The trust policy decides; a role that does not exist is refused in the same way."""
    make_role(aws, allow("route53:*"), condition={"StringEquals": {"sts:ExternalId": "secret"}})
    assume(aws, ExternalId="secret")
    take = aws.client("sts", account=SENDER).assume_role
    who = f"User: arn:aws:iam::{SENDER}:root is not authorized to perform: sts:AssumeRole on resource: "
    assert refused(take, RoleArn=WRITER, RoleSessionName="test") == f"{who}{WRITER}"
    refused(take, RoleArn=WRITER, RoleSessionName="test", ExternalId="other")
    refused(take, RoleArn=f"{WRITER}s", RoleSessionName="test")
    stranger = aws.client("sts", account="111111111111").assume_role
    refused(stranger, RoleArn=WRITER, RoleSessionName="test", ExternalId="secret")


@pytest.mark.parametrize(("operator", "org"), [("StringEquals", "own"), ("StringNotEquals", "other")])
def test_a_role_for_the_organization(aws: LocalAws, operator: str, org: str) -> None:
    """aws:PrincipalOrgID; all accounts are in the one organization that exists here."""
    own = aws.client("organizations", account=DNS).describe_organization()["Organization"]["Id"]
    condition = {operator: {"aws:PrincipalOrgID": {"own": own, "other": "o-other"}[org]}}
    make_role(aws, allow("route53:*"), principal={"AWS": "*"}, condition=condition)
    assume(aws)


def test_the_principal_of_a_session_is_its_role(aws: LocalAws) -> None:
    """aws:PrincipalArn is the ARN of the role with its path, not that of the session."""
    condition = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{SENDER}:role/mail/*"}}
    make_role(aws, allow("route53:*"), principal={"AWS": "*"}, condition=condition)
    trust = {"Principal": {"AWS": SENDER}}
    for name, path in (("Right", "/mail/"), ("Wrong", "/")):
        own = role(allow("sts:AssumeRole"), trust=trust, RoleName=name, Path=path)
        aws.deploy(name, template(Role=own))
    take = {"RoleArn": WRITER, "RoleSessionName": "again"}
    client(aws, "sts", assume(aws, f"arn:aws:iam::{SENDER}:role/mail/Right")).assume_role(**take)
    refused(client(aws, "sts", assume(aws, f"arn:aws:iam::{SENDER}:role/Wrong")).assume_role, **take)


def test_a_trust_policy_is_enough_in_its_own_account(aws: LocalAws) -> None:
    """A trust policy that names the caller's role is enough in its own account, and not across accounts."""
    trust = {"Principal": {"AWS": SENDER}}
    aws.deploy("Caller", template(Role=role(trust=trust, RoleName="Caller")))
    caller = {"AWS": f"arn:aws:iam::{SENDER}:role/Caller"}
    near, far = (make_role(aws, account=account, principal=caller) for account in (SENDER, DNS))
    sts = client(aws, "sts", assume(aws, f"arn:aws:iam::{SENDER}:role/Caller"))
    sts.assume_role(RoleArn=near, RoleSessionName="near")
    refused(sts.assume_role, RoleArn=far, RoleSessionName="far")


def test_a_function_takes_a_role_of_another_account(aws: LocalAws) -> None:
    """A function needs sts:AssumeRole on a role of another account, and to be trusted there."""
    zone = make_zone(aws, account=DNS)
    make_role(aws, allow("route53:ListResourceRecordSets"))
    code = f"""
import boto3
def handle(event, context):
    keys = boto3.client("sts").assume_role(RoleArn="{WRITER}", RoleSessionName="function")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    records = session.client("route53").list_resource_record_sets(HostedZoneId="{zone}")["ResourceRecordSets"]
    return [record["Type"] for record in records]
"""
    assert invoked(aws, code, [allow("sts:AssumeRole", resource=WRITER)]) == ["NS", "SOA"]
    aws.destroy("Invoked")
    denied = invoked(aws, code, [allow("sts:AssumeRole", resource=f"{WRITER}s")])
    assert "is not authorized to perform: sts:AssumeRole on resource: " + WRITER in denied["errorMessage"]


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        pytest.param(f"arn:aws:ses:ap-northeast-1:{SENDER}:identity/{ZONE}", True, id="right"),
        pytest.param(f"arn:aws:ses:*:{SENDER}:identity/*.link", True, id="wildcard"),
        pytest.param(f"arn:aws:ses:eu-west-1:{SENDER}:identity/{ZONE}", False, id="other-region"),
    ],
)
def test_actions_on_an_identity(aws: LocalAws, resource: str, *, allowed: bool) -> None:
    """SESv2, by the ARN of the identity; what is not sending is in the first API about no resource, and so refused."""
    aws.client("sesv2").create_email_identity(EmailIdentity=ZONE)
    arn = make_role(aws, allow("ses:*", resource=resource), account=SENDER)
    v1, v2 = (client(aws, service, assume(aws, arn)) for service in ("ses", "sesv2"))
    policy = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "ses:SendEmail"}}'
    assert "on resource: * because" in refused(v1.put_identity_policy, Identity=ZONE, PolicyName="p", Policy=policy)
    calls: list[tuple[Any, dict[str, str]]] = [
        (v2.get_email_identity, {"EmailIdentity": ZONE}),
        (v2.create_email_identity_policy, {"EmailIdentity": ZONE, "PolicyName": "p", "Policy": policy}),
        (v2.list_tags_for_resource, {"ResourceArn": f"arn:aws:ses:ap-northeast-1:{SENDER}:identity/{ZONE}"}),
    ]
    for call, arguments in calls:
        if allowed:
            call(**arguments)
        else:
            said = refused(call, **arguments)
            assert f"on resource: arn:aws:ses:ap-northeast-1:{SENDER}:identity/{ZONE} because" in said


def mail(sender: str = f"info@{ZONE}", **more: str) -> dict[str, Any]:
    """The arguments of SendEmail."""
    content = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    destination = {"ToAddresses": ["success@simulator.amazonses.com"]}
    return {"FromEmailAddress": sender, "Destination": destination, "Content": content, **more}


def make_verified(aws: LocalAws) -> str:
    """A verified identity; returns its ARN."""
    zone = make_zone(aws)
    aws.deploy("Id", template(Identity=identity(), **dkim_records(zone)))
    return f"arn:aws:ses:ap-northeast-1:{SENDER}:identity/{ZONE}"


def test_sending_is_allowed_by_sender(aws: LocalAws) -> None:
    """ses:FromAddress; and a configuration set needs a permission of its own."""
    arn = make_verified(aws)
    aws.client("sesv2").create_configuration_set(ConfigurationSetName="set")
    sender = {"ses:FromAddress": [f"*@{ZONE}"]}
    role_arn = make_role(aws, allow("ses:SendEmail", resource=arn, StringLike=sender), account=SENDER)
    ses = client(aws, "sesv2", assume(aws, role_arn))
    assert ses.send_email(**mail())["MessageId"]
    assert ses.send_email(**mail(f"Info <info@{ZONE}>"))["MessageId"]
    who = f"User `arn:aws:sts::{SENDER}:assumed-role/Writer/test' is not authorized to perform `ses:SendEmail' on resource "
    assert refused(ses.send_email, **mail(f"info@news.{ZONE}")) == f"{who}`{arn}'"
    said = refused(ses.send_email, **mail(ConfigurationSetName="set"))
    assert said == f"{who}`arn:aws:ses:ap-northeast-1:{SENDER}:configuration-set/set'"


def test_a_recipient_that_is_an_identity_has_to_be_allowed_too(aws: LocalAws) -> None:
    """As in the sandbox, where all recipients are."""
    arn = make_verified(aws)
    aws.client("sesv2").create_email_identity(EmailIdentity="you@gmail.com")
    to_you = mail() | {"Destination": {"ToAddresses": ["You <you@gmail.com>"]}}
    narrow = client(aws, "sesv2", assume(aws, make_role(aws, allow("ses:SendEmail", resource=arn), account=SENDER)))
    you = f"arn:aws:ses:ap-northeast-1:{SENDER}:identity/you@gmail.com"
    assert refused(narrow.send_email, **to_you).endswith(f"on resource `{you}'")
    aws.destroy("Roles", account=SENDER)
    right = [allow("ses:SendEmail", resource=name) for name in (arn, you)]
    assert client(aws, "sesv2", assume(aws, make_role(aws, *right, account=SENDER))).send_email(**to_you)["MessageId"]


def test_another_account_sends(aws: LocalAws) -> None:
    """Another account sends through an identity only if a policy of that identity allows it."""
    arn = make_verified(aws)
    ses = aws.client("sesv2", account=DNS)
    with_arn = mail(FromEmailAddressIdentityArn=arn)
    assert refused(ses.send_email, **with_arn) == (
        f"User `arn:aws:iam::{DNS}:root' is not authorized to perform `ses:SendEmail' on resource `{arn}'"
    )
    policy = f"""{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{DNS}"}},
        "Action": ["ses:SendEmail"], "Resource": "{arn}",
        "Condition": {{"StringLike": {{"ses:FromAddress": "news@*"}}}}}}]}}"""
    aws.client("ses").put_identity_policy(Identity=ZONE, PolicyName="Partner", Policy=policy)
    refused(ses.send_email, **with_arn)
    assert ses.send_email(**mail(f"news@{ZONE}", FromEmailAddressIdentityArn=arn))["MessageId"]
    with pytest.raises(ses.exceptions.MessageRejected):  # without the ARN it is an identity of its own that is meant
        ses.send_email(**mail(f"news@{ZONE}"))
    stranger = aws.client("sesv2", account="111111111111")
    refused(stranger.send_email, **mail(f"news@{ZONE}", FromEmailAddressIdentityArn=arn))


def test_keys_and_secrets(aws: LocalAws) -> None:
    """KMS and Secrets Manager allow by the ARN of key and secret."""
    body = template(Key={"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": key_policy()}}, Secret=secret())
    body["Outputs"] = {"Key": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}}, "Secret": {"Value": {"Ref": "Secret"}}}
    assert aws.deploy("Keys", body).status == "CREATE_COMPLETE"
    outputs = aws.outputs("Keys")
    arn = make_role(
        aws,
        allow("kms:GenerateDataKeyPair", resource=outputs["Key"]),
        allow("secretsmanager:PutSecretValue", resource=outputs["Secret"]),
        account=SENDER,
    )
    kms, secrets = (client(aws, service, assume(aws, arn)) for service in ("kms", "secretsmanager"))
    pair = kms.generate_data_key_pair(KeyId=outputs["Key"], KeyPairSpec="RSA_2048")
    secrets.put_secret_value(SecretId=outputs["Secret"], SecretString="x")
    assert len(pair["PublicKey"]) == 294
    assert f"on resource: {outputs['Key']} because" in refused(kms.describe_key, KeyId=outputs["Key"])
    assert f"on resource: {outputs['Secret']} because" in refused(secrets.get_secret_value, SecretId=outputs["Secret"])


def key_policy() -> dict[str, Any]:
    """The policy that CDK gives a key: the account decides by the policies of its roles."""
    root = {"AWS": f"arn:aws:iam::{SENDER}:root"}
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}]}


def secret() -> dict[str, Any]:
    """A secret."""
    return {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "s"}}


ARN = f"arn:aws:ses:ap-northeast-1:{SENDER}"
IDENTITY, TEMPLATE, SET = (f"{ARN}:{name}" for name in (f"identity/{ZONE}", "template/t", "configuration-set/s"))


@pytest.mark.parametrize(
    ("resources", "condition", "denied"),
    [
        pytest.param([IDENTITY, TEMPLATE, SET], {}, None, id="all"),
        pytest.param([TEMPLATE, SET], {}, IDENTITY, id="no-identity"),
        pytest.param([IDENTITY, SET], {}, TEMPLATE, id="no-template"),
        pytest.param([IDENTITY, TEMPLATE], {}, SET, id="no-configuration-set"),
        pytest.param(
            [IDENTITY, TEMPLATE, SET], {"ses:FromAddress": f"info@{ZONE}"}, IDENTITY, id="a-key-that-it-does-not-have"
        ),
    ],
)
def test_bulk_mail(aws: LocalAws, resources: list[str], condition: dict[str, str], denied: str | None) -> None:
    """It needs the identity, the template and the configuration set, and knows no key for the From address."""
    aws.deploy("S", template(Identity=identity(), **dkim_records(make_zone(aws))))
    sesv2 = aws.client("sesv2")
    sesv2.create_email_template(TemplateName="t", TemplateContent={"Subject": "s", "Text": "t"})
    sesv2.create_configuration_set(ConfigurationSetName="s")
    conditions = {"Condition": {"StringLike": condition}} if condition else {}
    arn = make_role(aws, {"Effect": "Allow", "Action": "ses:SendBulkEmail", "Resource": resources} | conditions, account=SENDER)
    send = client(aws, "sesv2", assume(aws, arn)).send_bulk_email
    request = {
        "FromEmailAddress": f"info@{ZONE}",
        "ConfigurationSetName": "s",
        "DefaultContent": {"Template": {"TemplateName": "t", "TemplateData": "{}"}},
        "BulkEmailEntries": [{"Destination": {"ToAddresses": ["success@simulator.amazonses.com"]}}],
    }
    if denied is None:
        assert send(**request)["BulkEmailEntryResults"][0]["Status"] == "SUCCESS"
    else:
        assert refused(send, **request).endswith(f"`ses:SendBulkEmail' on resource `{denied}'")
