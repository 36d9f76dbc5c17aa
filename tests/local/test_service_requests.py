"""What AWS refuses by the model of a service, the local AWS refuses: each kind of constraint, in each protocol."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ses_email_auth.local import service_models, settings
from tests.local_aws import ROOT, interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_aws import LocalAws

ROLE = "arn:aws:iam::123456789012:role/writer"
DOMAIN = "example.com"
KEY = "cHJpdmF0ZQ=="


def batch(**fields: Any) -> dict[str, Any]:
    """The arguments of ChangeResourceRecordSets, with other fields of the record set."""
    record_set = {"Name": DOMAIN, "Type": "TXT", "TTL": 600, "ResourceRecords": [{"Value": '"x"'}]} | fields
    return {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record_set}]}}


def session(**more: Any) -> dict[str, Any]:
    """The arguments of AssumeRole."""
    return {"RoleArn": ROLE, "RoleSessionName": "ses-email-auth"} | more


def signing(**attributes: str) -> dict[str, Any]:
    """The arguments of CreateEmailIdentity with a key of one's own."""
    own = {"DomainSigningSelector": "ses", "DomainSigningPrivateKey": KEY} | attributes
    return {"EmailIdentity": DOMAIN, "DkimSigningAttributes": own}


IN_SET = "changeBatch.changes.1.member.resourceRecordSet"
REFUSED = [
    # service, method of boto3, parameters, code, where, what the member must do
    pytest.param(
        "sesv2",
        "create_email_identity",
        signing(DomainSigningSelector="a_b"),
        "BadRequestException",
        "Value 'a_b' at 'dkimSigningAttributes.domainSigningSelector'",
        "satisfy regular expression pattern: ^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\\-]*[a-zA-Z0-9]))$",
        id="sesv2-pattern",
    ),
    pytest.param(
        "sesv2",
        "create_email_identity",
        signing(DomainSigningPrivateKey="-----BEGIN"),
        "BadRequestException",
        "Value at 'dkimSigningAttributes.domainSigningPrivateKey'",  # nothing that is secret is shown
        "satisfy regular expression pattern: ^[a-zA-Z0-9+\\/]+={0,2}$",
        id="sesv2-pattern-of-a-secret",
    ),
    pytest.param(
        "sesv2",
        "create_email_identity",
        {"EmailIdentity": ""},
        "BadRequestException",
        "Value '' at 'emailIdentity'",
        "have length greater than or equal to 1",
        id="sesv2-min",
    ),
    pytest.param(
        "sesv2",
        "create_email_identity_policy",
        {"EmailIdentity": DOMAIN, "PolicyName": "p" * 65, "Policy": "{}"},
        "BadRequestException",
        f"Value '{'p' * 65}' at 'policyName'",
        "have length less than or equal to 64",
        id="sesv2-max-in-the-path",
    ),
    pytest.param(
        "sesv2",
        "put_email_identity_mail_from_attributes",
        {"EmailIdentity": "user+a/b@example.com", "BehaviorOnMxFailure": "IGNORE"},
        "BadRequestException",
        "Value 'IGNORE' at 'behaviorOnMxFailure'",
        "satisfy enum value set: [USE_DEFAULT_VALUE, REJECT_MESSAGE]",
        id="sesv2-enum-behind-a-slash-in-a-name",
    ),
    pytest.param(
        "sesv2",
        "tag_resource",
        {"ResourceArn": f"arn:aws:ses:us-east-1:123456789012:identity/{DOMAIN}", "Tags": [{"Key": "a"}]},
        "BadRequestException",
        "Value null at 'tags.1.member.value'",
        "not be null",
        id="sesv2-required",
    ),
    pytest.param(
        "route53", "change_resource_record_sets", batch(Type="TXTT"), "InvalidInput", f"Value 'TXTT' at '{IN_SET}.type'",
        "satisfy enum value set: [", id="route53-enum",
    ),
    pytest.param(
        "route53", "change_resource_record_sets", batch(TTL=-1), "InvalidInput", f"Value '-1' at '{IN_SET}.tTL'",
        "have value greater than or equal to 0", id="route53-min-of-a-number",
    ),
    pytest.param(
        "route53", "change_resource_record_sets", batch(TTL="soon"), "InvalidInput", f"Value 'soon' at '{IN_SET}.tTL'",
        "be of type long", id="route53-type",
    ),
    pytest.param(
        "route53", "change_resource_record_sets", batch(ResourceRecords=[]), "InvalidInput",
        f"Value '[]' at '{IN_SET}.resourceRecords'", "have length greater than or equal to 1", id="route53-empty-list",
    ),
    pytest.param(
        "route53", "change_resource_record_sets", batch(SetIdentifier="x" * 129), "InvalidInput",
        f"Value '{'x' * 129}' at '{IN_SET}.setIdentifier'", "have length less than or equal to 128", id="route53-max",
    ),
    pytest.param(
        "route53", "change_resource_record_sets", batch(ResourceRecords=[{}]), "InvalidInput",
        f"Value null at '{IN_SET}.resourceRecords.1.member.value'",
        "not be null", id="route53-required",
    ),
    pytest.param(
        "route53",
        "change_resource_record_sets",
        batch(CidrRoutingConfig={"CollectionId": "0", "LocationName": "*"}),
        "InvalidInput",
        f"Value '0' at '{IN_SET}.cidrRoutingConfig.collectionId'",
        "satisfy regular expression pattern: [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
        id="route53-pattern",
    ),
    pytest.param(
        "route53",
        "list_resource_record_sets",
        {"HostedZoneId": "Z1", "StartRecordName": DOMAIN, "StartRecordType": "TYPE257"},
        "InvalidInput",
        "Value 'TYPE257' at 'startRecordType'",
        "satisfy enum value set: [",
        id="route53-enum-in-the-query",
    ),
    pytest.param(
        "sts", "assume_role", session(RoleSessionName="ses email auth"), "ValidationError",
        "Value 'ses email auth' at 'roleSessionName'", "satisfy regular expression pattern: [\\w+=,.@-]*", id="sts-pattern",
    ),
    pytest.param(
        "sts", "assume_role", session(RoleSessionName="müller"), "ValidationError", "Value 'müller' at 'roleSessionName'",
        "satisfy regular expression pattern: [\\w+=,.@-]*", id="sts-pattern-knows-ascii-alone",
    ),
    pytest.param(
        "sts", "assume_role", session(RoleSessionName="line\n"), "ValidationError", "Value 'line\n' at 'roleSessionName'",
        "satisfy regular expression pattern: [\\w+=,.@-]*", id="sts-pattern-to-the-end",
    ),
    pytest.param(
        "sts", "assume_role", session(RoleSessionName="s" * 65), "ValidationError", f"Value '{'s' * 65}' at 'roleSessionName'",
        "have length less than or equal to 64", id="sts-max",
    ),
    pytest.param(
        "sts", "assume_role", session(DurationSeconds=899), "ValidationError", "Value '899' at 'durationSeconds'",
        "have value greater than or equal to 900", id="sts-min-of-a-number",
    ),
    pytest.param(
        "sts", "assume_role", session(Tags=[{"Key": str(number), "Value": ""} for number in range(51)]), "ValidationError",
        "at 'tags'", "have length less than or equal to 50", id="sts-max-of-a-list",
    ),
    pytest.param(
        "sts", "assume_role", session(PolicyArns=[{"arn": ROLE}, {"arn": "short"}]), "ValidationError",
        "Value 'short' at 'policyArns.2.member.arn'", "have length greater than or equal to 20", id="sts-min-in-a-list",
    ),
    pytest.param(
        "sts", "assume_role", {"RoleArn": ROLE}, "ValidationError", "Value null at 'roleSessionName'", "not be null",
        id="sts-required",
    ),
    pytest.param(
        "kms", "generate_data_key_pair", {"KeyId": "alias/k", "KeyPairSpec": "RSA_1024"}, "ValidationException",
        "Value 'RSA_1024' at 'keyPairSpec'", "satisfy enum value set: [RSA_2048, ", id="kms-enum",
    ),
    pytest.param(
        "kms", "generate_data_key_pair", {"KeyPairSpec": "RSA_2048"}, "ValidationException", "Value null at 'keyId'",
        "not be null", id="kms-required",
    ),
    pytest.param(
        "kms", "generate_data_key_pair", {"KeyId": "", "KeyPairSpec": "RSA_2048"}, "ValidationException", "Value '' at 'keyId'",
        "have length greater than or equal to 1", id="kms-min",
    ),
    pytest.param(
        "kms", "create_alias", {"AliasName": "alias/a b", "TargetKeyId": "k"}, "ValidationException",
        "Value 'alias/a b' at 'aliasName'", "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$", id="kms-pattern",
    ),
    pytest.param(
        "kms", "generate_data_key_pair", {"KeyId": "k" * 2049, "KeyPairSpec": "RSA_2048"}, "ValidationException",
        f"Value '{'k' * 2049}' at 'keyId'", "have length less than or equal to 2048", id="kms-max",
    ),
    pytest.param(
        "kms",
        "generate_data_key_pair",
        {"KeyId": "k", "KeyPairSpec": "RSA_2048", "Recipient": {"AttestationDocument": b"x" * 262145}},
        "ValidationException",
        "Value at 'recipient.attestationDocument'",
        "have length less than or equal to 262144",
        id="kms-max-of-binary-data",
    ),
    pytest.param(
        "secretsmanager", "create_secret", {"Name": "n" * 513}, "ValidationException", f"Value '{'n' * 513}' at 'name'",
        "have length less than or equal to 512", id="secretsmanager-max",
    ),
    pytest.param(
        "secretsmanager", "create_secret", {"Name": "n", "SecretString": "s" * 65537}, "ValidationException",
        "Value at 'secretString'", "have length less than or equal to 65536", id="secretsmanager-max-of-a-secret",
    ),
    pytest.param(
        "secretsmanager", "create_secret", {"Name": ""}, "ValidationException", "Value '' at 'name'",
        "have length greater than or equal to 1", id="secretsmanager-min",
    ),
    pytest.param(
        "secretsmanager", "describe_secret", {}, "ValidationException", "Value null at 'secretId'", "not be null",
        id="secretsmanager-required",
    ),
    pytest.param(
        "secretsmanager", "create_secret", {"Name": "n", "AddReplicaRegions": [{"Region": "Tokyo"}]}, "ValidationException",
        "Value 'Tokyo' at 'addReplicaRegions.1.member.region'", "satisfy regular expression pattern: ^([a-z]+-)+\\d+$",
        id="secretsmanager-pattern",
    ),
    pytest.param(
        "secretsmanager", "list_secrets", {"SortOrder": "up"}, "ValidationException", "Value 'up' at 'sortOrder'",
        "satisfy enum value set: [asc, desc]", id="secretsmanager-enum",
    ),
    pytest.param(
        "ses", "set_identity_mail_from_domain", {"Identity": DOMAIN, "BehaviorOnMXFailure": "IGNORE"}, "ValidationError",
        "Value 'IGNORE' at 'behaviorOnMXFailure'", "satisfy enum value set: [UseDefaultValue, RejectMessage]", id="ses-enum",
    ),
    pytest.param(
        "cloudformation", "create_stack", {"StackName": "a_b", "TemplateBody": "{}", "OnFailure": "GIVE_UP"},
        "ValidationError", "Value 'GIVE_UP' at 'onFailure'", "satisfy enum value set: [DO_NOTHING, ROLLBACK, DELETE]",
        id="cloudformation-enum",
    ),
]  # fmt: skip


@contextlib.contextmanager
def unchecked(aws: LocalAws, service: str) -> Iterator[Any]:
    """A client of boto3 that looks at nothing before it sends."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    with contextlib.closing(_session().client(service, endpoint_url=aws.endpoint, config=config)) as client:
        yield client


@functools.cache
def _session() -> boto3.Session:
    """It reads each model once."""
    return boto3.Session(aws_access_key_id=settings.ACCOUNT, aws_secret_access_key="local", region_name="us-east-1")


@pytest.mark.parametrize(("service", "method", "parameters", "code", "where", "constraint"), REFUSED)
def test_refused(
    local: LocalAws, service: str, method: str, parameters: dict[str, Any], code: str, where: str, constraint: str
) -> None:
    """The service's code, and AWS's sentence."""
    with unchecked(local, service) as client, pytest.raises(ClientError) as refusal:
        getattr(client, method)(**parameters)
    error = refusal.value.response["Error"]
    assert error["Code"] == code
    assert error["Message"].startswith("1 validation error detected: ")
    assert where in error["Message"]
    assert f" failed to satisfy constraint: Member must {constraint}" in error["Message"]


def test_all_faults_are_named(local: LocalAws) -> None:
    """One sentence with all of them."""
    with (
        unchecked(local, "sts") as client,
        pytest.raises(ClientError, match=r": 2 validation errors detected: Value .*; Value "),
    ):
        client.assume_role(RoleArn="short", RoleSessionName="a b")


@pytest.mark.parametrize(
    ("service", "method", "parameters", "known", "unknown", "path"),
    [
        pytest.param(
            "sesv2", "tag_resource", {"ResourceArn": "arn:x", "Tags": []}, '"Tags"', '"Labels"', "labels", id="sesv2"
        ),
        pytest.param(
            "route53", "change_resource_record_sets", batch(), "TTL>", "Ttl>", f"{IN_SET}.ttl", id="route53"
        ),
        pytest.param(
            "kms", "generate_data_key_pair", {"KeyId": "k", "KeyPairSpec": "RSA_2048", "DryRun": True}, '"DryRun"', '"Dry"',
            "dry", id="kms",
        ),
        pytest.param(
            "secretsmanager", "delete_secret", {"SecretId": "s", "RecoveryWindowInDays": 7}, '"RecoveryWindowInDays"',
            '"RecoveryDays"', "recoveryDays", id="secretsmanager",
        ),
        pytest.param("ses", "verify_domain_identity", {"Domain": DOMAIN}, "", "", "region", id="ses"),
        pytest.param("sts", "assume_role", session(), "", "", "duration", id="sts"),
    ],
)  # fmt: skip
def test_unknown_member(
    local: LocalAws, service: str, method: str, parameters: dict[str, Any], known: str, unknown: str, path: str
) -> None:
    """A member that the model does not know would be left out without a word, or is refused."""

    def rename(request: Any, **_: Any) -> None:
        body = request.data.decode() if isinstance(request.data, bytes) else request.data
        if isinstance(body, dict):  # a form
            request.data = {**body, path.capitalize(): "x"}
        else:
            assert known in body
            request.data = body.replace(known, unknown).encode()

    with unchecked(local, service) as client:
        client.meta.events.register("before-sign", rename)
        with pytest.raises(ClientError, match=f"Unknown member '.*' at '{path}'"):
            getattr(client, method)(**parameters)


@pytest.mark.parametrize(
    ("service", "method", "parameters", "body", "sentence"),
    [
        pytest.param("kms", "generate_data_key_pair", {"KeyId": "k", "KeyPairSpec": "x"}, "{", "not JSON", id="json"),
        pytest.param("sesv2", "create_email_identity", {"EmailIdentity": DOMAIN}, "[]", "not a JSON object", id="json-list"),
        pytest.param("route53", "change_resource_record_sets", batch(), "<a>", "Invalid XML", id="xml"),
        pytest.param(
            "route53",
            "change_resource_record_sets",
            batch(),
            "<R><ChangeBatch><Changes><Change/><Other/></Changes></ChangeBatch></R>",
            "the element 'Other' where 'Change' is expected",
            id="xml-list",
        ),
        pytest.param("sts", "assume_role", session(), "Action=AssumeRole&Tags.member.x.Key=a", "need numbers", id="query-list"),
        pytest.param("sts", "assume_role", session(), "Action=AssumeRole&Tags=a&Tags.x=b", "a value and members", id="query"),
        pytest.param("sts", "assume_role", session(), "Action=AssumeRole&RoleArn.x=b", "has no members", id="query-scalar"),
    ],
)
def test_what_cannot_be_read(
    local: LocalAws, service: str, method: str, parameters: dict[str, Any], body: str, sentence: str
) -> None:
    """A refusal, not an error of the server."""

    def replace(request: Any, **_: Any) -> None:
        request.data = body.encode()

    with unchecked(local, service) as client:
        client.meta.events.register("before-sign", replace)
        with pytest.raises(ClientError, match=sentence) as refusal:
            getattr(client, method)(**parameters)
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_what_is_right_passes(aws: LocalAws) -> None:
    """Through every protocol, with lists, numbers, texts that need escapes, and a name with a slash."""
    with unchecked(aws, "sesv2") as ses:
        ses.create_email_identity(EmailIdentity=DOMAIN, Tags=[{"Key": "a", "Value": ""}])
        assert ses.get_email_identity(EmailIdentity=DOMAIN)["Tags"] == [{"Key": "a", "Value": ""}]
        ses.untag_resource(ResourceArn=f"arn:aws:ses:us-east-1:123456789012:identity/{DOMAIN}", TagKeys=["a"])
    with unchecked(aws, "route53") as route53:
        zone = route53.create_hosted_zone(Name=DOMAIN, CallerReference="1")["HostedZone"]["Id"]
        change = {**batch(ResourceRecords=[{"Value": '"a & <b>"'}, {"Value": '"c"'}]), "HostedZoneId": zone}
        route53.change_resource_record_sets(**change)
        route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName=DOMAIN, StartRecordType="TXT", MaxItems="2")
        route53.update_hosted_zone_comment(Id=zone)  # without a body
    with unchecked(aws, "kms") as kms:
        key = kms.create_key(Tags=[])["KeyMetadata"]["KeyId"]
        kms.generate_data_key_pair(KeyId=key, KeyPairSpec="RSA_2048")
    with unchecked(aws, "cloudformation") as cloudformation:
        cloudformation.create_stack(
            StackName="S", TemplateBody=json.dumps({"Resources": {}}), Tags=[], Capabilities=["CAPABILITY_IAM"]
        )


# --- which botocore, which patterns ---------------------------------------------------------------------------------------

SERVICES = ("cloudformation", "kms", "route53", "secretsmanager", "ses", "sesv2", "sts")


def _of_the_local_aws(expression: str) -> Any:
    """What an expression about `service_models` is in the environment of the local AWS, whose botocore is pinned."""
    code = f"import json; from ses_email_auth.local import service_models; print(json.dumps({expression}))"
    done = subprocess.run([interpreter(), "-c", code], cwd=ROOT, capture_output=True, check=True, text=True, encoding="utf-8")
    return json.loads(done.stdout)


def test_patterns_that_python_cannot_read() -> None:
    r"""Two types of STS and one of Route 53 know classes of Unicode (`\p{L}`); no call of ours uses them."""
    unread = _of_the_local_aws(f"{{name: sorted(service_models.unread_patterns(name)) for name in {SERVICES}}}")
    assert {name: types for name, types in unread.items() if types} == {
        "route53": ["CidrNonce"],
        "sts": ["tagKeyType", "tagValueType"],
    }
    assert service_models._compiled(r"[a-z&&[^b]]") is None  # Java: without b


def test_the_pinned_botocore_knows_what_handlers_call() -> None:
    """An operation that it does not know would not be looked at."""
    called: dict[str, set[str]] = {}
    for path in sorted((ROOT / "ses_email_auth" / "lambdas").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        methods = set(re.findall(r"\.([a-z0-9_]+)\b", text))
        for service in re.findall(r'boto3\.client\("(\w+)"', text):
            names = service_models.service(service).operation_names
            operations = {name for name in names if re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() in methods}
            called[service] = called.get(service, set()) | operations
    assert sorted(called) == ["cloudformation", "kms", "route53", "secretsmanager", "sesv2", "sts"]
    assert all(called.values())
    known = _of_the_local_aws(f"{{name: service_models.service(name).operation_names for name in {SERVICES}}}")
    assert not {(service, name) for service, names in called.items() for name in names - set(known[service])}
