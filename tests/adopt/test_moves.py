"""Moves between templates, as `ses-email-auth adopt OLD NEW` prints them: ids to keep, and what a deploy would lose."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from ses_email_auth.cli.main import main
from tests.adopt.templates import DMARC, NEW, OLD, OTHER, ZONE, assembly, group, identity, record, run, said, template

# --- what is written -------------------------------------------------------------------------------------------------


def test_what_is_printed() -> None:
    """Verdict, construct, argument, what changes."""
    result = run(OLD, template(MailDmarc1A2B3C4D=record("_dmarc.example.com.", path="S/Mail/Dmarc", ttl="300")))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "ok: one update in place: paste the logical ids of 1 resource\n"
        "\n"
        "S/Mail\n"
        "    logical_ids={\n"
        '        "Dmarc": "Policy",\n'
        "    },\n"
        "  updated in place:\n"
        "    _dmarc.example.com TXT: TTL 600 -> 300\n"
    )


@pytest.mark.parametrize(
    "old",
    [
        pytest.param(json.dumps({"TemplateBody": OLD, "StagesAvailable": ["Original"]}), id="get-template"),
        pytest.param(json.dumps({"TemplateBody": json.dumps(OLD)}), id="get-template-of-text"),
        pytest.param(
            "Resources:\n  Policy:\n    Type: AWS::Route53::RecordSet\n    Properties:\n      HostedZoneId: "
            f"{ZONE}\n      Name: _dmarc.example.com.\n      Type: TXT\n      TTL: 600\n      ResourceRecords: ['{DMARC}']\n",
            id="yaml",
        ),
    ],
)
def test_forms_of_a_template(old: str) -> None:
    """JSON, YAML, and what the AWS CLI prints."""
    assert said(old, NEW)["constructs"][0]["logical_ids"] == {"Dmarc": "Policy"}


def test_construct_ids_without_paths() -> None:
    """A template alone may not have them: CDK's logical ids tell, and the name of a subdomain tells its dots."""
    new = template(
        MailDmarc1A2B3C4D=record("_dmarc.example.com."),
        MailFromDomainTxtnewsletter1A2B3C4D=record("news.letter.example.com."),
        MailFromDomainTxtother1A2B3C4D=record("x.example.com."),
        Elsewhere=record("y.example.com."),
    )
    old = template(
        A=record("_dmarc.example.com."),
        B=record("news.letter.example.com."),
        C=record("x.example.com."),
        Elsewhere=record("y.example.com."),
    )
    (construct,) = said(old, new)["constructs"]
    assert (construct["construct"], construct["logical_ids"]) == ("Mail", {"Dmarc": "A", "FromDomainTxt-news.letter": "B"})


def test_each_construct_has_its_own() -> None:
    """Two domains in one stack."""
    old = template(A=record("_dmarc.a.com."), B=record("_dmarc.b.com."))
    new = template(X=record("_dmarc.b.com.", path="S/B/Dmarc"), Y=record("_dmarc.a.com.", path="S/A/Dmarc"))
    found = said(old, new)["constructs"]
    assert [(each["construct"], each["logical_ids"]) for each in found] == [("S/B", {"Dmarc": "B"}), ("S/A", {"Dmarc": "A"})]


def test_dkim_records_of_the_identity() -> None:
    """Matched by what only AWS knows, whatever the identity is called, and for each domain its own."""

    def attribute(logical_id: str, number: int) -> dict[str, Any]:
        name = {"Fn::GetAtt": [logical_id, f"DkimDNSTokenName{number}"]}
        return record(name, "CNAME", {"Fn::GetAtt": [logical_id, f"DkimDNSTokenValue{number}"]})

    old = template(
        IdA=identity("a.com"), IdB=identity("b.com"), A2=attribute("IdA", 2), A1=attribute("IdA", 1), B1=attribute("IdB", 1)
    )
    new = template(
        I=identity("b.com", path="S/B/Identity"),
        R=attribute("I", 1) | {"Metadata": {"aws:cdk:path": "S/B/DkimRecord1"}},
        J=identity("a.com", path="S/A/Identity"),
        Q=attribute("J", 1) | {"Metadata": {"aws:cdk:path": "S/A/DkimRecord1"}},
        P=attribute("J", 2) | {"Metadata": {"aws:cdk:path": "S/A/DkimRecord2"}},
    )
    found = said(old, new)
    assert [each["logical_ids"] for each in found["constructs"]] == [
        {"Identity": "IdB", "DkimRecord1": "B1"},
        {"Identity": "IdA", "DkimRecord1": "A1", "DkimRecord2": "A2"},
    ]
    assert found["needs_a_hand"] is False


@pytest.mark.parametrize(
    ("old", "overrides"),
    [
        pytest.param(record("_dmarc.example.com"), ['add_property_override("Name", "_dmarc.example.com")'], id="no-final-dot"),
        pytest.param(record("_DMARC.example.com."), ['add_property_override("Name", "_DMARC.example.com.")'], id="upper-case"),
        pytest.param(
            record({"Fn::Sub": "_dmarc.example.com"}),
            ['add_property_override("Name", {"Fn::Sub": "_dmarc.example.com"})'],
            id="function",
        ),
        pytest.param(
            record("_dmarc.example.com.", HostedZoneId=None, HostedZoneName="example.com."),
            ['add_property_deletion_override("HostedZoneId")', 'add_property_override("HostedZoneName", "example.com.")'],
            id="hosted-zone-name",
        ),
    ],
)
def test_what_would_be_replaced(old: dict[str, Any], overrides: list[str]) -> None:
    """CloudFormation replaces a record whose name or zone is written otherwise; the escape hatch keeps it as it is."""
    found = said(template(Policy=old), NEW)
    assert found["constructs"][0]["overrides"] == [f'auth.node.find_child("Dmarc").{each}' for each in overrides]
    result = run(template(Policy=old), NEW)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "NG: 1 would be replaced without the lines below")


def test_an_identity_that_is_spelt_otherwise() -> None:
    """Its name too must stay."""
    new = template(I=identity(path="S/Mail/Identity", FeedbackAttributes={"EmailForwardingEnabled": False}))
    (construct,) = said(template(Old=identity("Example.COM")), new)["constructs"]
    assert construct["overrides"] == ['auth.node.find_child("Identity").add_property_override("EmailIdentity", "Example.COM")']
    assert construct["changes"] == {"example.com SES identity": ["FeedbackAttributes"]}


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        pytest.param(
            {"HostedZoneId": {"Ref": "Zone"}}, "its HostedZoneId is written otherwise: both must be the same zone", id="zone"
        ),
        pytest.param(
            {"Name": {"Fn::Sub": "_dmarc.example.com."}},
            "its Name is written otherwise, and resolves to the same text",
            id="name",
        ),
    ],
)
def test_what_nobody_can_tell(changes: dict[str, Any], doubt: str) -> None:
    """It is said, and no reason to stop."""
    found = said(template(Policy=record("_dmarc.example.com.", **changes)), NEW)
    assert (found["constructs"][0]["doubts"], found["needs_a_hand"]) == ([f"_dmarc.example.com TXT: {doubt}"], False)


def test_another_zone_is_another_record() -> None:
    """Two zones of one name."""
    found = said(template(Policy=record("_dmarc.example.com.", HostedZoneId="ZOTHER")), NEW)
    assert (found["constructs"][0]["new"], found["deleted"]) == (
        ["_dmarc.example.com TXT"],
        [{"name": "_dmarc.example.com TXT", "resource": "Policy"}],
    )


def test_a_group_of_ours_under_another_id() -> None:
    """Such a construct takes no `logical_ids`."""
    old = template(I=identity(), Records=group(record("_dmarc.example.com.")))
    new = template(
        J=identity(path="S/Mail/Identity"),
        R=group(record("_dmarc.example.com."), record("example.com."), path="S/Mail/Records"),
    )
    result = run(old, new)
    assert result.exit_code == 0
    assert '    auth.node.find_child("Records").override_logical_id("Records")\n' in result.stdout
    assert "logical_ids=" not in result.stdout


# --- what would be lost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message", "fix"),
    [
        pytest.param(
            template(G=group(record("_dmarc.example.com."))),
            NEW,
            "_dmarc.example.com TXT is live, and the deploy DELETES it: G goes, and MailDmarc1A2B3C4D is the same record",
            "a RecordSetGroup cannot keep the ids of records",
            id="from-a-group",
        ),
        pytest.param(
            OLD,
            template(R=group(record("_dmarc.example.com."), path="S/Mail/Records")),
            "_dmarc.example.com TXT is live, and the deploy DELETES it: Policy goes",
            "a RecordSetGroup cannot keep the ids of records",
            id="to-a-group",
        ),
        pytest.param(
            template(G=group(record("_dmarc.example.com."), record("x.example.com."))),
            template(G=group(record("x.example.com.")), **NEW["Resources"]),
            "_dmarc.example.com TXT is live",
            "a RecordSetGroup cannot keep the ids of records",
            id="out-of-a-group-that-stays",
        ),
        pytest.param(
            template(A=record("x.example.com.")),
            template(B=record("x.example.com.", path="S/Other/Resource")),
            "x.example.com TXT is live",
            "give S/Other/Resource the old id: override_logical_id('A')",
            id="renamed-by-others",
        ),
        pytest.param(
            template(A=identity()),
            template(B=identity(path="S/Id/Resource")),
            "example.com SES identity leaves the stack as A and comes back as B: SES refuses the second one",
            "give S/Id/Resource the old id",
            id="identity",
        ),
        pytest.param(
            OLD,
            template(**OLD["Resources"], **NEW["Resources"]),
            "the new template has Policy still, and MailDmarc1A2B3C4D declares the same again",
            "take Policy out of the app",
            id="both",
        ),
        pytest.param(
            template(A=record("abc._domainkey.example.com.", "CNAME", "abc.dkim.amazonses.com")),
            template(
                I=identity(path="S/Mail/Identity"),
                D=record({"Fn::GetAtt": ["I", "DkimDNSTokenName1"]}, "CNAME", "x", path="S/Mail/DkimRecord1"),
            ),
            "abc._domainkey.example.com CNAME is a DKIM record whose name is written out in A",
            "ask SES for their order",
            id="dkim-written-out",
        ),
        pytest.param(
            OLD,
            template(
                W={
                    "Type": "Custom::SesEmailAuthRecords",
                    "Properties": {"RecordSets": [{"Name": "_dmarc.example.com.", "Type": "TXT"}]},
                    "Metadata": {"aws:cdk:path": "S/Mail/Records"},
                }
            ),
            "_dmarc.example.com TXT is live",
            "our record writer cannot keep the ids of records",
            id="to-the-record-writer",
        ),
        pytest.param(
            template(Policy=record({"Fn::Sub": "_dmarc.${Domain}"}), Other=record({"Fn::Sub": "www.${Domain}"})),
            NEW,
            "_dmarc.${Token[#Domain]} TXT goes as Policy, and nobody can tell whether it is _dmarc.example.com TXT: then the "
            "deploy DELETES it",
            "write the value into a copy of the template, for example as the Default of its parameter",
            id="name-in-a-parameter",
        ),
        pytest.param(
            OLD,
            template(M=record({"Fn::Sub": "_DMARC.${Domain}."}, path="S/Mail/Dmarc")),
            "_dmarc.example.com TXT goes as Policy, and nobody can tell whether it is _DMARC.${Token[#Domain]} TXT",
            "write the value into a copy of the template",
            id="name-in-a-parameter-of-the-new-one",
        ),
        pytest.param(
            template(Policy=record({"Fn::Sub": "_dmarc.${Domain}"})),
            template(M=record({"Fn::Sub": "_dmarc.${Zone}."}, path="S/Mail/Dmarc")),
            "_dmarc.${Token[#Domain]} TXT goes as Policy, and nobody can tell whether it is _dmarc.${Token[#Zone]} TXT",
            "write the value into a copy of the template",
            id="names-in-two-parameters",
        ),
        pytest.param(
            template(A=identity({"Ref": "Domain"})),
            template(B=identity(path="S/Mail/Identity")),
            "${Token[#Domain]} SES identity goes as A, and nobody can tell whether it is example.com SES identity: then the "
            "deploy is refused by SES",
            "write the value into a copy of the template",
            id="identity-in-a-parameter",
        ),
        pytest.param(
            template(P=record("_dmarc.example.com.", DeletionPolicy="Retain", ttl="60"), G=group()),
            template(R=group(record("_dmarc.example.com."), path="S/Mail/Records")),
            "_dmarc.example.com TXT stays as it is, and R is different: Route 53 refuses a second one",
            "give the new one the old TTL and values in this deploy",
            id="retained-and-different",
        ),
    ],
)
def test_losses(old: dict[str, Any], new: dict[str, Any], message: str, fix: str) -> None:
    """What is live and would go is said first, with the way out."""
    result = run(old, new)
    (loss,) = said(old, new)["losses"]
    assert loss["message"].startswith(message)
    assert loss["fix"].startswith(fix)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "NG: 1 would be lost or refused")


def test_names_in_one_parameter() -> None:
    """The same in both templates, whatever its value is; the file is no part of it."""
    old = template(Old=identity({"Ref": "Domain"}), Policy=record({"Fn::Sub": "_dmarc.${Domain}."}))
    new = template(
        New=identity({"Ref": "Domain"}, path="S/Mail/Identity"),
        Dmarc=record({"Fn::Sub": "_dmarc.${Domain}."}, path="S/Mail/Dmarc"),
    )
    found = said(old, new)
    assert found["constructs"][0]["logical_ids"] == {"Identity": "Old", "Dmarc": "Policy"}
    assert (found["losses"], found["constructs"][0]["overrides"]) == ([], [])


def test_a_name_that_nobody_can_tell_under_its_own_id() -> None:
    """The logical id says that it is the same; its text is kept, so that nothing is replaced."""
    old = template(Policy=record({"Fn::Sub": "_dmarc.${Domain}"}))
    found = said(old, template(Policy=record("_dmarc.example.com.", path="S/Mail/Dmarc")))
    (construct,) = found["constructs"]
    assert (found["losses"], construct["new"], construct["logical_ids"]) == ([], [], {"Dmarc": "Policy"})
    assert construct["overrides"] == [
        'auth.node.find_child("Dmarc").add_property_override("Name", {"Fn::Sub": "_dmarc.${Domain}"})'
    ]


def test_an_identity_that_is_retained() -> None:
    """Its records could be taken over under another id; it cannot."""
    old = template(A=identity() | {"DeletionPolicy": "Retain"}, Policy=record("_dmarc.example.com."))
    found = said(old, template(B=identity(path="S/Id/Resource"), **NEW["Resources"]))
    (loss,) = found["losses"]
    assert loss["message"] == "example.com SES identity stays, and B is the same: SES refuses the second one"
    assert "cdk import" in loss["fix"]


def test_retained_for_the_record_writer() -> None:
    """The second of the two steps: it takes over what stands."""
    writer = {
        "Type": "Custom::SesEmailAuthRecords",
        "Properties": {"RecordSets": [{"Name": "_dmarc.example.com", "Type": "TXT"}]},
    }
    old, left = record("_dmarc.example.com.", DeletionPolicy="Retain"), [{"name": "_dmarc.example.com TXT", "resource": "P"}]
    for new in (template(W=writer), template(R=group(record("_dmarc.example.com."), path="S/Mail/Records"))):
        found = said(template(P=old), new)
        assert (found["losses"], found["retained"]) == ([], left)


def test_equal_values_may_be_refused() -> None:
    """A record that is retained and comes back under another id of CloudFormation. Our function takes over in every account."""
    old = template(
        P=record("_dmarc.example.com.", DeletionPolicy="Retain"), Q=record("x.example.com.", DeletionPolicy="Retain")
    )
    result = run(old, template(R=group(record("_dmarc.example.com."), path="S/Mail/Records")))
    assert result.exit_code == 0
    assert result.stdout.endswith(
        "--  of them, 1 would come back under another id with equal values:\n"
        "    CloudFormation may take that over or refuse the deploy, and Retain keeps\n"
        "    all. Better: keep the logical ids, or dns=Dns.route53(zone, adopt=True) in\n"
        "    the new template; or leave them out of it and 'cdk import' them afterwards\n"
        "    (docs/moving.md)\n"
    )
    writer = {
        "Type": "Custom::SesEmailAuthRecords",
        "Properties": {"RecordSets": [{"Name": "_dmarc.example.com", "Type": "TXT"}]},
    }
    assert "may take" not in run(old, template(W=writer)).stdout


def test_routing_policies_and_foreign_dkim() -> None:
    """Sets of one name and type are told apart; a DKIM name of an identity that is nowhere is still one name."""
    sets = {
        "A": record("x.example.com.", SetIdentifier="a", Weight="1"),
        "B": record("x.example.com.", SetIdentifier="b", Weight="1"),
        "C": record({"Fn::GetAtt": ["I", "DkimDNSTokenName1"]}, "CNAME", "x"),
        "D": record({"Ref": "Parameter"}),
    }
    nameless = {"Type": "AWS::SES::EmailIdentity", "Properties": {}}
    result = run(template(I=nameless, **sets), template(A=sets["A"], D=sets["D"], **NEW["Resources"]))
    assert result.stdout.startswith("ok: all is new, and nothing is lost; there is nothing to write\n")
    assert result.stdout.endswith(
        "nothing takes their place:\n    x.example.com TXT (b) (B)\n    <DkimDNSTokenName1> of I CNAME (C)\n"
    )


def test_nothing_is_lost_and_nothing_is_ours() -> None:
    """Which is no reason to stop."""
    result = run(OLD, OLD)
    assert (result.exit_code, result.stdout) == (0, "ok: nothing is lost\n")


def test_what_goes_and_what_stays() -> None:
    """A record without an heir is deleted, unless it is retained."""
    old = template(
        A=record("a.example.com."), B=record("b.example.com.", DeletionPolicy="Retain"), Policy=record("_dmarc.example.com.")
    )
    result = run(old, NEW)
    assert result.exit_code == 0
    assert "deleted from new.json, and nothing takes their place:\n    a.example.com TXT (A)\n" in result.stdout
    assert "leave new.json and stay where they are (DeletionPolicy):\n    b.example.com TXT (B)\n" in result.stdout


def test_the_record_writer_is_named() -> None:
    """It has no ids to keep."""
    writer = {"Type": "Custom::SesEmailAuthRecords", "Properties": {"RecordSets": [{"Name": "x.example.com", "Type": "TXT"}]}}
    result = run(OTHER, template(W=writer, N={"Type": "Custom::SesEmailAuthWait", "Properties": {}}))
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "ok: there are no logical ids to keep")
    assert "\nW: its records are written by a custom resource" in result.stdout
    assert "\nN: " not in result.stdout


def test_dkim_records_of_the_record_writer() -> None:
    """Their names are attributes of the identity there too."""
    names = [{"Fn::GetAtt": ["I", "DkimDNSTokenName1"]}, {"Fn::GetAtt": ["Gone", "DkimDNSTokenName1"]}, {"Fn::GetAtt": "I.x"}]
    sets = {"RecordSets": [{"Name": name, "Type": "CNAME"} for name in names]}
    old = template(I=identity(), D=record({"Fn::GetAtt": ["I", "DkimDNSTokenName1"]}, "CNAME", "x"))
    found = said(old, template(I=identity(), W={"Type": "Custom::SesEmailAuthRecords", "Properties": sets}))
    assert [each["message"].split(",")[0] for each in found["losses"]] == ["<DkimDNSTokenName1> of example.com CNAME is live"]


def test_the_record_writer_under_another_id() -> None:
    """It deletes what it has written when it goes, so it keeps its id; in another zone it is another one."""

    def writer(path: str, ttl: str, zone: Any = ZONE) -> dict[str, Any]:
        sets = [{"Name": "x.example.com", "Type": "TXT", "TTL": ttl, "ResourceRecords": ['"a"', {"Ref": "P"}]}]
        metadata = {"aws:cdk:path": path}
        return {
            "Type": "Custom::SesEmailAuthRecords",
            "Properties": {"HostedZoneId": zone, "RecordSets": sets},
            "Metadata": metadata,
        }

    old = template(Old=writer("S/Mail/Records", "60"))
    (construct,) = said(old, template(New=writer("S/Post/Records", "600")))["constructs"]
    assert construct["overrides"] == ['auth.node.find_child("Records").override_logical_id("Old")']
    assert construct["changes"] == {"x.example.com TXT": ["TTL 60 -> 600"]}
    (elsewhere,) = said(old, template(New=writer("S/Post/Records", "60", "ZOTHER")))["constructs"]
    assert elsewhere["new"] == ["x.example.com TXT"]
    (unclear,) = said(old, template(New=writer("S/Post/Records", "60", {"Ref": "Zone"})))["constructs"]
    assert unclear["logical_ids"] == {"Records": "Old"}


def test_nothing_of_ours() -> None:
    """Something goes, and nothing of ours takes it."""
    result = run(OLD, template(Topic={"Type": "AWS::SNS::Topic"}))
    assert (result.exit_code, result.stdout.splitlines()[:2]) == (
        1,
        ["NG: the new template shows no construct of ses-email-auth; name cdk.out, which", "    has their paths"],
    )


def test_at_rest() -> None:
    """A second run has nothing to say."""
    result = run(NEW, NEW)
    assert (result.exit_code, result.stdout) == (
        0,
        "ok: nothing to write: 1 resource with the ids of before\n\nS/Mail\n",
    )


# --- several stacks --------------------------------------------------------------------------------------------------


def test_two_assemblies_by_the_names_of_their_stacks() -> None:
    """A record that moves to another stack is lost in its own."""
    old = assembly("old", S=OLD, T=OTHER)
    new = assembly("new", S=OTHER, T=NEW)
    result = CliRunner().invoke(main, ["adopt", old, f"{new}/manifest.json", "--format", "json"])
    first, second = json.loads(result.stdout)["stacks"]
    assert first["losses"][0]["fix"].startswith("it moves to the stack T: first deploy the old template with")
    assert (second["constructs"][0]["logical_ids"], second["losses"]) == ({}, [])
    assert result.exit_code == 1


def test_a_stack_that_is_no_more() -> None:
    """What it had is looked for everywhere."""
    result = CliRunner().invoke(main, ["adopt", assembly("old", S=OLD, T=OTHER), assembly("new", T=NEW), "--format", "json"])
    assert json.loads(result.stdout)["stacks"][1]["losses"][0]["fix"].startswith("it moves to the stack T")


def test_one_template_and_an_assembly() -> None:
    """The stack with a construct of ours is meant; --stack says it where there are several."""
    folder = assembly("new", A=NEW, B=OTHER)
    assert run(OLD, "{}").exit_code == 2  # writes old.json
    one = CliRunner().invoke(main, ["adopt", "old.json", folder])
    assert (one.exit_code, one.stdout.splitlines()[2]) == (0, "S/Mail")
    several = assembly("several", A=NEW, B=NEW)
    unclear = CliRunner().invoke(main, ["adopt", "old.json", several])
    assert (unclear.exit_code, unclear.stderr) == (
        2,
        "ses-email-auth: nobody can tell which stack becomes which; name one of them by --stack: A, B\n",
    )
    assert CliRunner().invoke(main, ["adopt", "old.json", several, "--stack", "B"]).exit_code == 0
    assert CliRunner().invoke(main, ["adopt", "old.json", several, "--stack", "C"]).stderr.endswith("there are A, B\n")
