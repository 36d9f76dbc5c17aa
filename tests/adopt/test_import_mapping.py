"""`ses-email-auth adopt --mapping NEW`: the identifiers of identities and record sets for `cdk import`."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ses_email_auth.cli.main import main
from tests.adopt.templates import DMARC, NEW, OTHER, ZONE, assembly, group, identity, record, template
from tests.sources.terraform_files import TOKENS as OF_TERRAFORM
from tests.sources.terraform_files import applied_state

TOKENS = ("2" * 32, "7" * 32, "g" * 32)
SOA = {"Name": "example.com.", "Type": "SOA", "TTL": 900, "ResourceRecords": [{"Value": "a. b. 1 2 3 4 5"}]}


def mapping(body: Any, *options: str) -> Result:
    """What the command line does with a template."""
    Path("new.json").write_text(json.dumps(body), encoding="utf-8")
    return CliRunner().invoke(main, ["adopt", "--mapping", "new.json", *options])


def in_zone(body: Any, *sets: dict[str, Any], options: tuple[str, ...] = (), soa: bool = True) -> Result:
    """The same with what Route 53 lists."""
    listed = {"ResourceRecordSets": [*([SOA] if soa else []), *sets]}
    Path("zone.json").write_text(json.dumps(listed), encoding="utf-8")
    return mapping(body, "--zone", "zone.json", *options)


def listed(name: str, kind: str = "TXT", *values: str, ttl: int = 600, **more: Any) -> dict[str, Any]:
    """A record set as Route 53 lists it."""
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": v} for v in values or (DMARC,)], **more}


def dkim(number: int = 1, owner: str = "I") -> dict[str, Any]:
    """A DKIM record whose name only SES knows."""
    name, value = ({"Fn::GetAtt": [owner, f"DkimDNSToken{part}{number}"]} for part in ("Name", "Value"))
    return record(name, "CNAME", value)


SENDING = template(I=identity("Example.com"), D1=dkim(1), D2=dkim(2), D3=dkim(3))
TXT = {"Name": "_dmarc.example.com", "HostedZoneId": ZONE, "Type": "TXT"}
ASK = (
    'only SES knows the names of D1, D2, D3{}; add --dkim-tokens "$(aws sesv2 get-email-identity --email-identity example.com '
    '--query DkimAttributes.Tokens --output text)"\n'
)


def test_identity_and_records() -> None:
    """By their logical ids; nobody has looked at the zone, and that is said."""
    result = mapping(template(I=identity(), **NEW["Resources"]))
    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {"I": {"EmailIdentity": "example.com"}, "MailDmarc1A2B3C4D": TXT},
    )
    assert "nobody has looked whether these records stand" in result.stderr


def test_the_identifiers_are_those_of_the_published_schemas() -> None:
    """What CloudFormation asks for, in the schemas that cfn-lint ships; `SetIdentifier` is that of routing policies alone."""
    with warnings.catch_warnings(action="ignore", category=EncodingWarning):  # of a package that cfn-lint imports
        from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415 - as above

    body = template(I=identity(), R=record("w.example.com.", SetIdentifier="blue", Weight="1"))
    made = json.loads(mapping(body).stdout)
    for logical_id, resource in body["Resources"].items():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource["Type"]).schema
        assert {f"/properties/{name}" for name in made[logical_id]} == set(schema["primaryIdentifier"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("_DMARC.Example.com.", "_dmarc.example.com", id="upper-case-and-dot"),
        pytest.param("A_b..Example.com.", "a_b..example.com", id="no-domain-name"),
        pytest.param({"Fn::Sub": "_dmarc.example.com"}, "_dmarc.example.com", id="function"),
    ],
)
def test_names_as_the_registry_compares_them(name: Any, expected: str) -> None:
    """Lower case, no final dot."""
    assert json.loads(mapping(template(R=record(name))).stdout)["R"]["Name"] == expected


def test_records_without_an_identity() -> None:
    """A DomainPolicy, or `from_existing`, whose identity stays whose it is."""
    result = mapping(NEW)
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"MailDmarc1A2B3C4D": TXT})


@pytest.mark.parametrize(
    ("body", "empty", "sentence"),
    [
        pytest.param(
            {"Parameters": {"D": {"Type": "String"}}, **template(I=identity({"Ref": "D"}))},
            {"I": {"EmailIdentity": ""}},
            "which identity I is",
            id="identity",
        ),
        pytest.param(
            template(R=record({"Fn::Sub": "_dmarc.${Domain}"})),
            {"R": TXT | {"Name": ""}},
            "the template does not say the name of R",
            id="name",
        ),
        pytest.param(
            template(D1=dkim()), {"D1": TXT | {"Name": "", "Type": "CNAME"}}, "does not say the name of D1", id="dkim-of-others"
        ),
        pytest.param(
            template(R=record("_dmarc.example.com", HostedZoneId={"Ref": "Zone"})),
            {"R": TXT | {"HostedZoneId": ""}},
            "does not say the id of the hosted zone of R; write it into the file ('aws route53 list-hosted-zones-by-name')",
            id="zone",
        ),
        pytest.param(
            template(R=record("_dmarc.example.com", HostedZoneId=None, HostedZoneName="example.com.")),
            {"R": TXT | {"HostedZoneId": ""}},
            "does not say the id of the hosted zone of R",
            id="zone-by-name",
        ),
        pytest.param(OTHER, {}, "the template holds no AWS::SES::EmailIdentity and no AWS::Route53::RecordSet", id="nothing"),
    ],
)
def test_what_the_template_does_not_say(body: Any, empty: dict[str, Any], sentence: str) -> None:
    """It has to be written into the file: exit code 1, and how to find it."""
    result = mapping(body)
    assert (result.exit_code, json.loads(result.stdout)) == (1, empty)
    assert sentence in result.stderr


def test_a_condition_is_no_set_identifier() -> None:
    """Two alternatives are told apart by their conditions, which CloudFormation does not know as an identifier."""
    body = {
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}},
        **template(R=record("_dmarc.example.com") | {"Condition": "C"}),
    }
    assert json.loads(mapping(body).stdout) == {"R": TXT}
    assert in_zone(body, listed("_dmarc.example.com.")).stderr == ""


# --- DKIM names ------------------------------------------------------------------------------------------------------

WITH_NAMES = {
    f"D{number}": {"Name": f"{token}._domainkey.example.com", "HostedZoneId": ZONE, "Type": "CNAME"}
    for number, token in enumerate(TOKENS, start=1)
}


@pytest.mark.parametrize("between", [" ", "\t", ", "])
def test_dkim_names_of_the_tokens(between: str) -> None:
    """In the order of SES, as the AWS CLI prints them."""
    result = mapping(SENDING, "--dkim-tokens", between.join(TOKENS))
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"I": {"EmailIdentity": "Example.com"}, **WITH_NAMES})


def test_dkim_names_of_terraform() -> None:
    """Its state keeps the tokens in the order of SES."""
    state = json.dumps(applied_state()).replace("blacksheep.link", "example.com")
    Path("state.json").write_text(state, encoding="utf-8")
    result = mapping(SENDING, "--zone", "state.json")
    names = [json.loads(result.stdout)[name]["Name"] for name in WITH_NAMES]
    assert names == [f"{token}._domainkey.example.com" for token in OF_TERRAFORM]


@pytest.mark.parametrize(
    ("sets", "order"),
    [
        pytest.param([], "", id="nothing-is-listed"),
        pytest.param(
            [
                listed(f"{'b' * 32}._domainkey.example.com.", "CNAME", "x"),
                listed(f"{'a' * 32}._domainkey.example.com.", "CNAME", "y"),
            ],
            f", and a zone does not say which of {'b' * 32}._domainkey.example.com, "
            f"{'a' * 32}._domainkey.example.com is the first",
            id="listed",
        ),
    ],
)
def test_a_zone_does_not_tell_their_order(sets: list[dict[str, Any]], order: str) -> None:
    """A wrong order would give each record the name of another: they are left empty, with the command that tells it."""
    result = in_zone(SENDING, *sets)
    assert (result.exit_code, result.stderr) == (1, f"ses-email-auth: {ASK.format(order)}")
    assert {name: json.loads(result.stdout)[name]["Name"] for name in WITH_NAMES} == dict.fromkeys(WITH_NAMES, "")


@pytest.mark.parametrize(
    ("body", "tokens", "reason"),
    [
        pytest.param(SENDING, TOKENS[0], "--dkim-tokens takes the three tokens of 32 letters and digits", id="one"),
        pytest.param(SENDING, " ".join(TOKENS[:1] * 3), "--dkim-tokens takes the three tokens", id="the-same"),
        pytest.param(SENDING, "a b c", "--dkim-tokens takes the three tokens", id="no-tokens"),
        pytest.param(
            template(I=identity(), J=identity("example.net")),
            " ".join(TOKENS),
            "--dkim-tokens goes with one identity, and the stack has 2",
            id="two-identities",
        ),
    ],
)
def test_tokens_that_cannot_be(body: Any, tokens: str, reason: str) -> None:
    """Exit code 2, and why."""
    result = mapping(body, "--dkim-tokens", tokens)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"ses-email-auth: {reason}")


def test_two_identities_of_one_name() -> None:
    """Terraform's states of two regions: nobody can tell whose tokens are meant."""
    for name, token in (("one", "a"), ("two", "b")):
        values = {"email_identity": "example.com", "dkim_signing_attributes": [{"tokens": [token * 31 + d for d in "123"]}]}
        resource = {"address": "aws_sesv2_email_identity.x", "mode": "managed", "type": "aws_sesv2_email_identity", "name": "x"}
        root = {"resources": [resource | {"values": values}]}
        Path(f"{name}.json").write_text(
            json.dumps({"format_version": "1.0", "values": {"root_module": root}}), encoding="utf-8"
        )
    one = json.loads(mapping(SENDING, "--zone", "one.json").stdout)
    assert one["D3"]["Name"] == f"{'a' * 31}3._domainkey.example.com"
    assert mapping(SENDING, "--zone", "one.json", "--zone", "two.json").exit_code == 1
    unknown = Path("one.json").read_text(encoding="utf-8").replace("tokens", "others")
    Path("none.json").write_text(unknown, encoding="utf-8")
    assert mapping(SENDING, "--zone", "none.json").exit_code == 1


# --- what stands -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        pytest.param(listed("_dmarc.example.com."), "", id="equal"),
        pytest.param(listed("_dmarc.example.com.", ttl=60), "changes it: TTL 60 -> 600", id="ttl"),
        pytest.param(listed("_dmarc.example.com.", "TXT", '"x"'), f'changes it: "x" -> {DMARC}', id="value"),
        pytest.param(listed("_dmarc.example.com.", "TXT", '"x"', ttl=60), f'TTL 60 -> 600; "x" -> {DMARC}', id="both"),
        pytest.param(
            {"Name": "_dmarc.example.com.", "Type": "TXT", "AliasTarget": {"DNSName": "x."}},
            "changes it: it is an alias or has a routing policy",
            id="alias",
        ),
    ],
)
def test_what_the_next_deploy_changes(standing: dict[str, Any], sentence: str) -> None:
    """An import changes no value, so a difference is no reason to stop, but it is said."""
    result = in_zone(NEW, standing)
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"MailDmarc1A2B3C4D": TXT})
    assert (sentence in result.stderr) if sentence else (result.stderr == "")


def test_values_that_only_the_deploy_knows_are_not_compared() -> None:
    """The keys of SES."""
    sets = [listed(f"{token}._domainkey.example.com.", "CNAME", f"{token}.dkim.amazonses.com") for token in TOKENS]
    assert in_zone(SENDING, *sets, options=("--dkim-tokens", " ".join(TOKENS))).stderr == ""


def test_zone_files_have_final_dots() -> None:
    """At names in values; the file of a zone is compared with the form that Route 53 is given."""
    Path("z.zone").write_text(
        "$ORIGIN example.com.\n@ 900 IN SOA ns. a. 1 2 3 4 5\nb 600 IN MX 10 mail.example.net.\n", encoding="utf-8"
    )
    assert mapping(template(R=record("b.example.com", "MX", "10 mail.example.net")), "--zone", "z.zone").stderr == ""


def test_what_does_not_stand_is_not_imported() -> None:
    """CloudFormation would refuse the whole import; the deploy after it makes the record. A list that is cut does not tell."""
    result = in_zone(template(I=identity(), **NEW["Resources"]))
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"I": {"EmailIdentity": "example.com"}})
    assert "_dmarc.example.com TXT (MailDmarc1A2B3C4D) does not stand: the deploy after the import makes it" in result.stderr
    assert "MailDmarc1A2B3C4D" in json.loads(in_zone(NEW, soa=False).stdout)
    assert in_zone(NEW).exit_code == 1


def test_a_zone_below_is_another_one() -> None:
    """What is delegated does not stand in the list, wherever it stands."""
    body = template(R=record("_dmarc.mail.example.com."))
    assert in_zone(body, listed("mail.example.com.", "NS", "ns.example.net.")).exit_code == 0
    assert in_zone(body, listed("l.example.com.", "NS", "ns.example.net.")).exit_code == 1
    assert in_zone(NEW, listed("example.com.", "NS", "ns.example.net.")).exit_code == 1


def test_sets_of_a_routing_policy_are_told_apart() -> None:
    """By their identifiers; a plain record in place of one is said."""
    body = template(R=record("w.example.com.", SetIdentifier="blue", Weight="1"))
    sets = [listed("w.example.com.", ttl=60, SetIdentifier="green"), listed("w.example.com.", SetIdentifier="blue")]
    assert in_zone(body, *sets).stderr == ""
    assert "changes it: it is an alias or has a routing policy" in in_zone(body, sets[0]).stderr


def test_a_record_of_another_zone_is_another() -> None:
    """Terraform knows the ids of zones; a private zone is not seen by receivers."""
    record_of = {"type": "TXT", "name": "_dmarc.example.com", "ttl": 60, "records": ["x"]}
    for zone, private, differs in ((ZONE, False, True), ("ZOTHER", False, False), (ZONE, True, False)):
        resources = [
            ("aws_route53_zone", {"zone_id": zone, "name": "example.com", "private_zone": private}),
            ("aws_route53_record", {"zone_id": zone, **record_of}),
        ]
        root = [{"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "values": v} for kind, v in resources]
        state = {"format_version": "1.0", "values": {"root_module": {"resources": root}}}
        Path("state.json").write_text(json.dumps(state), encoding="utf-8")
        assert ("TTL 60 -> 600" in mapping(NEW, "--zone", "state.json").stderr) is differs


# --- what cannot be imported -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "sentence"),
    [
        pytest.param(
            group(record("_dmarc.example.com."), record("x.example.com."), path="S/Mail/Records"),
            "S/Mail/Records is a AWS::Route53::RecordSetGroup, which CloudFormation cannot import",
            id="group",
        ),
        pytest.param(
            {
                "Type": "Custom::SesEmailAuthRecords",
                "Properties": {"RecordSets": [{"Name": "_dmarc.example.com.", "Type": "TXT"}]},
            },
            "R is a custom resource, which CloudFormation cannot import; with Dns.route53(zone, adopt=True)",
            id="record-writer",
        ),
        pytest.param(
            {"Type": "Custom::SesEmailAuthReplicaIdentity", "Properties": {"EmailIdentity": "example.com"}},
            "R is a custom resource, which CloudFormation cannot import\n",
            id="replica",
        ),
    ],
)
def test_what_cannot_be_imported(resource: dict[str, Any], sentence: str) -> None:
    """It is not in the file, and why is said once."""
    result = mapping(template(I=identity(), R=resource))
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"I": {"EmailIdentity": "example.com"}})
    assert result.stderr.count(sentence) == 1
    assert result.stderr.count("\n") == 1


def test_of_several_stacks() -> None:
    """`cdk import` takes one stack."""
    folder = assembly("new", A=template(I=identity()), B=template(J=identity()), C=OTHER)
    unclear = CliRunner().invoke(main, ["adopt", "--mapping", folder])
    assert (unclear.exit_code, unclear.stderr[-7:]) == (2, ": A, B\n")
    assert "J" in json.loads(CliRunner().invoke(main, ["adopt", "--mapping", folder, "--stack", "B"]).stdout)
