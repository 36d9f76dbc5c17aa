"""The moves of docs/moving.md on the local AWS, by the words that `adopt` prints: what is deployed, diffed and imported.

What each move does in each world of record sets is in `test_move_table`.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, BootstraplessSynthesizer, Environment, RemovalPolicy, Stack
from aws_cdk.aws_route53 import PublicHostedZone
from click.testing import CliRunner

from ses_email_auth import SesEmailAuth
from ses_email_auth.cli.main import main
from ses_email_auth.local import settings
from tests.deploy.cdk_cli import Cli
from tests.deploy.move_table import written
from tests.deploy.moves import DMARC, TXT, adopt, by_cdk, by_hand, in_a_group, made_by_terraform, moved, paste, what_stands
from tests.deploy.readers import read_dns
from tests.deploy.stacks import (
    RUA,
    TOKYO,
    build,
    change_set,
    email_auth,
    identity,
    in_zone,
    plain,
    policy_alone,
    resources,
    upload,
)
from tests.local.templates import ZONE, change, make_zone, member

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.stacks import Template
    from tests.local_aws import LocalAws

RETAIN = RemovalPolicy.RETAIN
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def status(aws: LocalAws, template: Template, stack: str = "S") -> str:
    """How a deploy ends; a test that expects no failure shows the reasons."""
    done = aws.deploy(stack, template)
    assert done.failures == {}
    return done.status


# --- the reader itself -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("classic")
def test_the_reader_sees_a_move_that_goes_wrong(aws: LocalAws) -> None:
    """Renamed without `logical_ids`, the records of a DomainPolicy are gone in a green deploy, and the reader tells."""
    zone = make_zone(aws)
    status(aws, in_zone(policy_alone("Policy"), zone))
    with read_dns(aws) as reader:
        assert status(aws, in_zone(policy_alone("Rules"), zone)) == "UPDATE_COMPLETE"
    assert reader.missing == {(f"{ZONE}.", "TXT"), (f"_dmarc.{ZONE}.", "TXT")}


# --- keep the logical ids --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "old",
    [
        pytest.param(by_cdk, id="aws-ses-email-identity"),
        pytest.param(functools.partial(by_hand, "."), id="l1"),
        pytest.param(by_hand, id="l1-without-a-final-dot"),
        pytest.param(functools.partial(by_hand, "", f"{ZONE}."), id="l1-with-hosted-zone-name"),
    ],
)
def test_within_a_stack(aws: LocalAws, tmp_path: Path, old: Any) -> None:
    """What `adopt OLD NEW` writes makes one update in place: nothing is made, replaced or deleted."""
    zone = make_zone(aws)
    before = in_zone(old(), zone)
    assert status(aws, before) == "CREATE_COMPLETE"
    tokens, physical_ids = identity(aws)["DkimAttributes"]["Tokens"], resources(aws)
    said = adopt(tmp_path, before, in_zone(plain(), zone))
    assert said["losses"] == []
    ours = in_zone(moved(said), zone)
    assert set(change_set(aws, ours).values()) == {("Modify", "False")}
    with read_dns(aws) as reader:
        assert status(aws, ours) == "UPDATE_COMPLETE"
    assert (reader.missing, reader.other, reader.queries > len(reader.before)) == (set(), set(), True)
    assert resources(aws) == physical_ids
    assert identity(aws)["DkimAttributes"]["Tokens"] == tokens
    assert adopt(tmp_path, ours, ours)["exit_code"] == 0


def test_with_what_get_template_prints(aws: LocalAws, tmp_path: Path) -> None:
    """`adopt` reads the old template as `get-template` prints it."""
    zone = make_zone(aws)
    status(aws, in_zone(by_cdk(), zone))
    printed = aws.client("cloudformation").get_template(StackName="S")
    said = adopt(tmp_path, {"TemplateBody": printed["TemplateBody"]}, in_zone(plain(), zone))
    assert said["exit_code"] == 0
    assert len(said["constructs"][0]["logical_ids"]) == 8


@pytest.mark.usefixtures("classic")
def test_without_the_ids_the_names_are_replaced_and_lost(aws: LocalAws, tmp_path: Path) -> None:
    """What the lines below the construct are for: without them a name without a final dot is another one to CloudFormation."""
    zone = make_zone(aws)
    before = in_zone(by_hand(), zone)
    status(aws, before)
    said = adopt(tmp_path, before, in_zone(plain(), zone))
    assert said["exit_code"] == 1
    said["constructs"][0]["overrides"] = []
    changes = change_set(aws, in_zone(moved(said), zone))
    assert {name for name, (_, replacement) in changes.items() if replacement == "True"} == {
        "BounceMx",
        "BounceSpf",
        "Apex",
        "Policy",
    }


@pytest.mark.full
def test_cdk_diff_says_no_replacement(aws: LocalAws, tmp_path: Path) -> None:
    """The real CDK CLI, over the stack that is deployed."""
    zone = make_zone(aws)
    before = in_zone(by_cdk(), zone)
    status(aws, before)
    said = adopt(tmp_path, before, in_zone(plain(), zone))
    shown = cdk_diff(aws, tmp_path, zone, said["constructs"][0]["logical_ids"])
    assert "[~] AWS::Route53::RecordSet EmailAuth/Dmarc" in shown
    assert "[+] AWS" not in shown
    assert "[-] AWS" not in shown
    assert "replace" not in shown.lower()  # "requires replacement", "may be replaced"
    assert "[-] AWS" in cdk_diff(aws, tmp_path, zone, {})


def cdk_diff(aws: LocalAws, folder: Path, zone: str, logical_ids: dict[str, str]) -> str:
    """What `cdk diff` prints of our construct in stack S."""
    assembly = folder / f"cdk.out{len(logical_ids)}"
    app = App(outdir=str(assembly), analytics_reporting=False, default_stack_synthesizer=BootstraplessSynthesizer())
    stack = Stack(app, "S", env=Environment(account=settings.ACCOUNT, region=TOKYO))
    hosted = PublicHostedZone.from_public_hosted_zone_attributes(stack, "Zone", hosted_zone_id=zone, zone_name=ZONE)
    SesEmailAuth(stack, "EmailAuth", hosted_zone=hosted, dmarc_rua=[RUA], logical_ids=logical_ids)
    app.synth()
    return Cli(aws, folder).run(folder, "diff", "--app", str(assembly), "S", "--no-color").partition("Stack S (")[2]


# --- two steps: retain, then take over -------------------------------------------------------------------------------


@pytest.mark.usefixtures("classic")
def test_from_a_group(aws: LocalAws, tmp_path: Path) -> None:
    """A group cannot keep ids of records: retained first, then taken over under new ids, then RETAIN goes."""
    zone = make_zone(aws)
    status(aws, in_zone(in_a_group(), zone))
    target = in_zone(email_auth(removal_policy=RETAIN), zone)
    assert adopt(tmp_path, in_zone(in_a_group(), zone), target)["exit_code"] == 1
    with read_dns(aws) as reader:
        retained = in_zone(in_a_group(**KEPT), zone)
        assert status(aws, retained) == "UPDATE_COMPLETE"
        said = adopt(tmp_path, retained, target)
        assert (said["exit_code"], said["losses"], len(said["retained"])) == (0, [], 7)
        for template in (moved(said, removal_policy=RETAIN), moved(said)):
            assert status(aws, in_zone(template, zone)) == "UPDATE_COMPLETE"
    assert (reader.missing, reader.other) == (set(), set())
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


@pytest.mark.usefixtures("every_world")
def test_another_value_in_the_second_step_is_refused(aws: LocalAws, tmp_path: Path) -> None:
    """Another value in the second step is refused with nothing lost, and `adopt` says so before."""
    zone = make_zone(aws)
    retained = in_zone(in_a_group(**KEPT), zone)
    status(aws, retained)
    other = in_zone(email_auth(removal_policy=RETAIN, dmarc_rua=[f"other@{ZONE}"]), zone)
    said = adopt(tmp_path, retained, other)
    assert (said["exit_code"], len(said["losses"])) == (1, 1)
    assert said["losses"][0]["message"].startswith(f"_dmarc.{ZONE} TXT stays as it is")
    ids = said["constructs"][0]["logical_ids"]
    with read_dns(aws) as reader:
        refused = email_auth(removal_policy=RETAIN, dmarc_rua=[f"other@{ZONE}"], logical_ids=ids)
        assert aws.deploy("S", in_zone(refused, zone)).status == "UPDATE_ROLLBACK_COMPLETE"
    assert (reader.missing, reader.other) == (set(), set())


def test_to_the_record_writer_in_one_step(tmp_path: Path) -> None:
    """What loses all records, as the table of moves shows, `adopt` warns of."""
    template = build(written(), "Z0123456789EXAMPLE")[0]
    assert len(adopt(tmp_path, json.loads(plain()), template)["losses"]) == 7


# --- from Terraform and by hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("aws_ses_domain_identity", marks=pytest.mark.full),
        pytest.param("aws_sesv2_email_identity", marks=pytest.mark.full),
        "article",
    ],
)
@pytest.mark.parametrize(
    "adopt_by_function", [pytest.param(True, id="record-writer"), pytest.param(False, id="cloudformation")]
)
def test_from_terraform(aws: LocalAws, tmp_path: Path, kind: str, *, adopt_by_function: bool) -> None:
    """What `adopt --zone` prints changes nothing at the first deploy; the identity stays whose it is."""
    aws.play(record_sets="registry" if adopt_by_function else "classic")
    zone = make_zone(aws)
    files = what_stands(tmp_path, made_by_terraform(aws, zone, kind), aws, zone)
    before, stands = aws.records(), said_by_ses(aws)
    text = printed(files)
    if adopt_by_function:
        text = text.replace("hosted_zone=zone", "dns=Dns.route53(zone, adopt=True)")
    first = build(functools.partial(paste, text), zone)
    kept = build(functools.partial(paste, text.replace("RemovalPolicy.RETAIN", "RemovalPolicy.DESTROY")), zone)
    with read_dns(aws) as reader:
        assert status(aws, upload(aws, first)) == "CREATE_COMPLETE"
        assert status(aws, upload(aws, kept)) == "UPDATE_COMPLETE"
    assert (reader.missing, reader.other, len(reader.before)) == (set(), set(), 7)
    assert (aws.records(), said_by_ses(aws)) == (before, stands)

    then = later(text)
    spf = '        "v=spf1 include:_spf.google.com include:amazonses.com -all",\n'
    assert f"    spf=SpfRecord.parse(\n{spf}    ),\n" in text
    with read_dns(aws) as reader:
        assert status(aws, upload(aws, build(functools.partial(paste, then), zone))) == "UPDATE_COMPLETE"
    assert reader.missing == set()
    assert aws.records()[f"{ZONE}.", "TXT"] == (300, list(TXT))
    assert aws.records()[f"_dmarc.{ZONE}.", "TXT"] == (600, [DMARC])
    assert said_by_ses(aws) == stands


LATER = f"""    spf=__import__("ses_email_auth").SpfRecord.parse("v=spf1 include:_spf.google.com include:amazonses.com -all"),
    from_domain_txt_values=["google-site-verification=abc"],
    from_domain_txt_ttl=Duration.seconds(300),
    dmarc_rua=["{RUA}"],
"""


def later(text: str) -> str:
    """The deploy after that: the domain as a person would write it."""
    return text[: text.index("    from_domain_txt=")] + LATER + text[text.index("    removal_policy=") :]


def said_by_ses(aws: LocalAws) -> dict[str, Any]:
    """GetEmailIdentity, without when it was asked."""
    answer = identity(aws)
    return {name: value for name, value in answer.items() if name not in {"ResponseMetadata", "VerificationInfo"}}


def printed(files: list[str]) -> str:
    """What `adopt --zone` prints; all is well."""
    arguments = [word for file in files for word in ("--zone", file)]
    done = CliRunner().invoke(main, ["adopt", *arguments])
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    assert "SesEmailAuth.from_existing(" in done.stdout
    return done.stdout


@pytest.mark.usefixtures("every_world")
def test_a_record_that_differs_is_refused_and_nothing_is_lost(aws: LocalAws, tmp_path: Path) -> None:
    """Somebody changed DMARC after `adopt` had looked: the deploy is rolled back, with a reader that misses nothing."""
    zone = make_zone(aws)
    text = printed(what_stands(tmp_path, made_by_terraform(aws, zone, "article"), aws, zone))
    change(aws, zone, ("UPSERT", member(f"_dmarc.{ZONE}", '"v=DMARC1; p=reject"', ttl=3600)))
    by_function = text.replace("hosted_zone=zone", "dns=Dns.route53(zone, adopt=True)")
    before, stands = aws.records(), said_by_ses(aws)
    for body in (text, by_function):
        with read_dns(aws) as reader:
            assert aws.deploy("S", upload(aws, build(functools.partial(paste, body), zone))).status == "ROLLBACK_COMPLETE"
        assert (reader.missing, reader.other) == (set(), set())
        assert (aws.records(), said_by_ses(aws)) == (before, stands)
        aws.destroy("S")
    assert aws.records() == before


# --- identity and records by cdk import ------------------------------------------------------------------------------


def test_by_cdk_import(aws: LocalAws, tmp_path: Path) -> None:
    """With the file of `adopt --mapping` the CDK CLI imports identity and records; the deploy after it replaces nothing."""
    aws.play(record_sets="registry", renames="replace")
    zone = make_zone(aws)
    files = what_stands(tmp_path, made_by_terraform(aws, zone, "article"), aws, zone)
    stands, tokens = aws.records(), identity(aws)["DkimAttributes"]["Tokens"]
    text = printed(files)
    owned = re.sub(
        r"    dkim_tokens=\[.*?\],\n|    dkim_signing_zone=.*?\n", "", text.replace(".from_existing(", "("), flags=re.DOTALL
    )
    first = assembly_of(tmp_path / "first", owned, zone)
    mapping = CliRunner().invoke(
        main, ["adopt", "--mapping", first, "--zone", files[1], "--dkim-tokens", "\t".join(tokens), "--stack", "S"]
    )
    assert (mapping.exit_code, mapping.stderr, len(json.loads(mapping.stdout))) == (0, "", 8)
    (tmp_path / "mapping.json").write_text(mapping.stdout, encoding="utf-8")
    cli = Cli(aws, tmp_path)
    with read_dns(aws) as reader:
        cli.run(tmp_path, "import", "S", "--app", first, "--resource-mapping", str(tmp_path / "mapping.json"))
        assert set(resources(aws)) == set(json.loads(mapping.stdout))
        assert "There were no differences" in cli.run(tmp_path, "diff", "S", "--app", first, "--no-color")
    assert (reader.missing, reader.other) == (set(), set())
    assert (aws.records(), identity(aws)["DkimAttributes"]["Tokens"]) == (stands, tokens)

    then = assembly_of(tmp_path / "then", later(owned), zone)
    with read_dns(aws) as reader:
        shown = cli.run(tmp_path, "diff", "S", "--app", then, "--no-color").partition("Stack S (")[2]
        cli.run(tmp_path, "deploy", "S", "--app", then, "--require-approval", "never")
    assert "[~] AWS::Route53::RecordSet EmailAuth/Dmarc" in shown
    assert not re.search(r"\[[+-]\] AWS|replace", shown)
    assert (reader.missing, reader.other) == (set(), {(f"_dmarc.{ZONE}.", "TXT")})
    assert aws.records() == stands | {(f"_dmarc.{ZONE}.", "TXT"): (600, [DMARC])}


def assembly_of(folder: Path, text: str, zone: str) -> str:
    """The cloud assembly of stack S with the construct that is printed."""
    app = App(outdir=str(folder), analytics_reporting=False, default_stack_synthesizer=BootstraplessSynthesizer())
    stack = Stack(app, "S", env=Environment(account=settings.ACCOUNT, region=TOKYO))
    paste(text, stack, PublicHostedZone.from_public_hosted_zone_attributes(stack, "Zone", hosted_zone_id=zone, zone_name=ZONE))
    app.synth()
    return str(folder)
