"""The moves of docs/moving.md and the recipes of README, "Changing it later", one step after the other.

A move is a generator: it makes what stands, yields once, and then yields the status after each of its steps.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, RemovalPolicy
from botocore.exceptions import ClientError
from click.testing import CliRunner

from ses_email_auth import DmarcPolicy, DmarcRecord, Dns, DomainPolicy, FromDomainTxt, RecordLayout, SesEmailAuth
from ses_email_auth.cli.main import main
from tests.deploy.moves import adopt, by_cdk, by_hand, in_a_group, made_by_terraform, moved, paste, what_stands
from tests.deploy.stacks import RUA, build, email_auth, identity, in_zone, logical_ids, plain, policy_alone, upload
from tests.local.templates import ZONE, change, make_zone, member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.deploy.stacks import Template
    from tests.local_aws import LocalAws

__all__ = ["KEPT", "LOST", "MOVES", "REFUSED", "Move", "Stage"]

KEPT, REFUSED, LOST = "no answer missing", "refused, nothing changed", "**loses records: never do it**"
RETAIN, RETAIN_LATER = RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
KEPT_POLICIES = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
GROUPED = RecordLayout.GROUPED
KEPT_IDENTITY = {"Identity": "EmailAuthIdentity26A6EF86"}
NOTHING: Template = {"Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a move is played: an empty zone of a local AWS, and a folder for files."""

    aws: LocalAws
    zone: str
    folder: Path

    @classmethod
    def of(cls, aws: LocalAws, folder: Path) -> Stage:
        """One with a new zone."""
        return cls(aws, make_zone(aws), folder)

    def deploy(self, template: Template | str, stack: str = "S") -> str:
        """How a deploy ends."""
        return self.aws.deploy(stack, in_zone(template, self.zone)).status

    def deploy_built(self, fill: Callable[[Stack, IPublicHostedZone], object], stack: str = "S") -> str:
        """How a deploy with functions ends."""
        return self.aws.deploy(stack, upload(self.aws, build(fill, self.zone))).status

    def adopt(self, old: Template | str, new: Template | str) -> dict[str, Any]:
        """What `ses-email-auth adopt OLD NEW` says."""
        return adopt(self.folder, in_zone(old, self.zone), in_zone(new, self.zone))

    def draft(self, kind: str = "article") -> str:
        """What `ses-email-auth adopt --zone` prints of what Terraform has made."""
        files = what_stands(self.folder, made_by_terraform(self.aws, self.zone, kind), self.aws, self.zone)
        return CliRunner().invoke(main, ["adopt", *(word for file in files for word in ("--zone", file))]).stdout

    def import_into_stack(self, template: Template | str, only: str = "") -> str:
        """How an import ends, with the identifiers that `adopt --mapping` writes, as `cdk import` sends them."""
        wanted = in_zone(template, self.zone)
        (self.folder / "new.json").write_text(json.dumps(wanted), encoding="utf-8")
        listed = self.aws.client("route53").list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]
        (self.folder / "zone.json").write_text(json.dumps({"ResourceRecordSets": listed}), encoding="utf-8")
        words = ["adopt", "--mapping", str(self.folder / "new.json"), "--zone", str(self.folder / "zone.json")]
        if "AWS::SES::EmailIdentity" in json.dumps(wanted):
            words += ["--dkim-tokens", " ".join(identity(self.aws)["DkimAttributes"]["Tokens"])]
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        current = self._current()
        additions = {
            name: identifier
            for name, identifier in json.loads(done.stdout).items()
            if name not in current["Resources"] and only in wanted["Resources"][name]["Type"]
        }
        for name in additions:  # the CDK CLI adds the policy, which an import needs
            current["Resources"][name] = {"DeletionPolicy": "Retain"} | wanted["Resources"][name]
        return self._import(current, additions)

    def _current(self) -> Template:
        try:
            body = self.aws.client("cloudformation").get_template(StackName="S")["TemplateBody"]
        except ClientError:
            return {"Resources": {}}
        return dict(body) if isinstance(body, dict) else dict(json.loads(body))

    def _import(self, body: Template, identifiers: dict[str, dict[str, str]]) -> str:
        cloudformation = self.aws.client("cloudformation")
        names = {"StackName": "S", "ChangeSetName": "import"}
        try:
            cloudformation.create_change_set(
                **names,
                ChangeSetType="IMPORT",
                TemplateBody=json.dumps(body),
                ResourcesToImport=[
                    {"ResourceType": body["Resources"][name]["Type"], "LogicalResourceId": name, "ResourceIdentifier": each}
                    for name, each in identifiers.items()
                ],
            )
            if cloudformation.describe_change_set(**names)["Status"] == "FAILED":
                return "FAILED"
        except cloudformation.exceptions.ClientError as refusal:
            if refusal.response["Error"]["Code"] != "ValidationError":
                raise
            return "FAILED"
        cloudformation.execute_change_set(**names)
        cloudformation.get_waiter("stack_import_complete").wait(StackName="S", WaiterConfig={"Delay": 0, "MaxAttempts": 500})
        return "IMPORT_COMPLETE"


@dataclass(frozen=True, slots=True)
class Move:
    """A move, and what it does in each world."""

    name: str
    """As in the table of docs/moving.md."""

    classic: str
    registry: str
    steps: Callable[[Stage], Iterator[str]]
    changes_name: bool = False
    """Whether a `Name` changes or is written otherwise, so that it matters how the registry changes one."""

    goes: frozenset[tuple[str, str]] = frozenset()
    """The records that the move shall take away."""


# --- keep the logical ids --------------------------------------------------------------------------------------------


def keep_ids(old: Callable[[], Template], stage: Stage) -> Iterator[str]:
    """What `adopt OLD NEW` writes, pasted."""
    before = old()
    yield stage.deploy(before)
    yield stage.deploy(moved(stage.adopt(before, plain())))


def without_ids(stage: Stage) -> Iterator[str]:
    """From CDK's own constructs without `logical_ids`."""
    yield stage.deploy(by_cdk())
    yield stage.deploy(plain())


def without_the_lines(stage: Stage, *, by_zone_name: bool) -> Iterator[str]:
    """Records that name their zone, or have names without a final dot, without the lines that keep it; all else is equal."""
    before = json.loads(policy_alone("EmailAuth"))
    for resource in before["Resources"].values():
        properties = resource["Properties"]
        if by_zone_name:
            del properties["HostedZoneId"]
            properties["HostedZoneName"] = f"{ZONE}."
        else:
            properties["Name"] = properties["Name"].removesuffix(".")
    yield stage.deploy(before)
    yield stage.deploy(policy_alone("EmailAuth"))


def renamed(old: str, new: str, stage: Stage) -> Iterator[str]:
    """One template after the other, in one step."""
    yield stage.deploy(old)
    yield stage.deploy(new)


def with_ids(stage: Stage) -> Iterator[str]:
    """A construct under another id, with `logical_ids`, and a stricter policy in the same deploy."""
    yield stage.deploy(plain())
    ids = logical_ids(json.loads(plain()))
    yield stage.deploy(email_auth(construct_id="Mail", logical_ids=ids, dmarc_policy=DmarcPolicy.REJECT, dmarc_rua=[RUA]))


def renamed_text(construct_id: str, **props: Any) -> str:
    """A SesEmailAuth as text."""
    return json.dumps(email_auth(construct_id=construct_id, **props))


# --- two steps -------------------------------------------------------------------------------------------------------


def written(
    policy: RemovalPolicy | None = None, construct_id: str = "EmailAuth", below: tuple[str, ...] = ()
) -> Callable[[Stack, IPublicHostedZone], None]:
    """A SesEmailAuth whose records our function writes, and lines below it."""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        dns = Dns.route53(zone, adopt=True)
        auth = SesEmailAuth(stack, construct_id, dns=dns, dmarc_rua=[RUA], removal_policy=policy)
        for line in below:
            exec(line, {"auth": auth})  # noqa: S102 - what a person would paste

    return fill


def written_policy(policy: RemovalPolicy | None = None) -> Callable[[Stack, IPublicHostedZone], None]:
    """A DomainPolicy whose records our function writes."""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        dns = Dns.route53(zone, adopt=True)
        DomainPolicy(stack, "EmailAuth", dns=dns, dmarc_rua=[RUA], removal_policy=policy)

    return fill


def without_records(policy: RemovalPolicy, construct_id: str = "EmailAuth") -> str:
    """A SesEmailAuth with an identity alone."""

    def fill(stack: Stack, _zone: IPublicHostedZone) -> None:
        SesEmailAuth(stack, construct_id, dns=Dns.external(), domain_name=ZONE, dmarc_rua=[RUA], removal_policy=policy)

    return json.dumps(build(fill, "Z0123456789EXAMPLE")[0])


def retain_then_adopt(old: Callable[[RemovalPolicy | None], str], stage: Stage) -> Iterator[str]:
    """Retain, then our function takes over, then RETAIN goes."""
    yield stage.deploy(old(None))
    yield stage.deploy(old(RETAIN))
    yield stage.deploy_built(written(RETAIN))
    yield stage.deploy_built(written())


def retain_then_import(old: Callable[[RemovalPolicy | None], str], stage: Stage) -> Iterator[str]:
    """Retain, let go, import under new ids, then RETAIN goes."""
    yield stage.deploy(old(None))
    yield stage.deploy(old(RETAIN))
    yield stage.deploy(without_records(RETAIN))
    yield stage.import_into_stack(email_auth(removal_policy=RETAIN))
    yield stage.deploy(plain())


def retain_then_equal(
    old: Callable[[RemovalPolicy | None], str], new: Callable[[RemovalPolicy | None], str], stage: Stage
) -> Iterator[str]:
    """Retain, then equal values under other ids, then RETAIN goes."""
    yield stage.deploy(old(None))
    yield stage.deploy(old(RETAIN))
    yield stage.deploy(new(RETAIN))
    yield stage.deploy(new(None))


def group_by_hand(policy: RemovalPolicy | None) -> str:
    """A group of records, its identity with the id that ours would have."""
    body = in_a_group(**(KEPT_POLICIES if policy is RETAIN else {}))
    return json.dumps(body).replace('"Domain"', '"EmailAuthIdentity26A6EF86"')


def separate(policy: RemovalPolicy | None) -> str:
    """Records one by one."""
    return renamed_text("EmailAuth", removal_policy=policy)


def grouped(policy: RemovalPolicy | None) -> str:
    """Records as a group."""
    return renamed_text("EmailAuth", record_layout=GROUPED, removal_policy=policy)


def to_another_stack(stage: Stage, *, by_function: bool) -> Iterator[str]:
    """A DomainPolicy: retained here, taken over there, then dropped here."""
    yield stage.deploy(policy_alone("EmailAuth"))
    yield stage.deploy(policy_alone("EmailAuth", RETAIN))
    yield (
        stage.deploy_built(written_policy(RETAIN), "T") if by_function else stage.deploy(policy_alone("EmailAuth", RETAIN), "T")
    )
    yield stage.deploy(NOTHING)
    yield stage.deploy_built(written_policy(), "T") if by_function else stage.deploy(policy_alone("EmailAuth"), "T")


def writer_in_one_step(stage: Stage) -> Iterator[str]:
    """CloudFormation's records become those of our function without RETAIN."""
    yield stage.deploy(plain())
    yield stage.deploy_built(written())


def writer_under_another_id(stage: Stage) -> Iterator[str]:
    """With the lines that `adopt` prints."""
    yield stage.deploy_built(written())
    old, new = (build(written(None, name), stage.zone)[0] for name in ("EmailAuth", "Mail"))
    (construct,) = stage.adopt(old, new)["constructs"]
    yield stage.deploy_built(written(None, "Mail", tuple(construct["overrides"])))


def writer_back(stage: Stage) -> Iterator[str]:
    """The records of our function become CloudFormation's own, by equal values."""
    yield stage.deploy_built(written())
    yield stage.deploy_built(written(RETAIN))
    yield stage.deploy(separate(RETAIN))
    yield stage.deploy(plain())


def half_way(policy: RemovalPolicy, stage: Stage) -> Iterator[str]:
    """A DomainPolicy under another id, in a deploy that fails after its records."""
    yield stage.deploy(policy_alone("Policy"))
    yield stage.deploy(policy_alone("Policy", policy))
    new = json.loads(policy_alone("Rules", policy))
    bad = {"HostedZoneId": "Z0123456789EXAMPLE", **member(f"x.{ZONE}", "no quotes")}
    new["Resources"]["Bad"] = {"Type": "AWS::Route53::RecordSet", "Properties": bad, "DependsOn": list(new["Resources"])}
    yield stage.deploy(new)


# --- from Terraform and by hand --------------------------------------------------------------------------------------


def from_terraform(dns: str, stage: Stage) -> Iterator[str]:
    """What `adopt --zone` prints, as it is or with our function; then RETAIN goes."""
    text = stage.draft()
    text = text.replace("hosted_zone=zone", dns)
    yield ""
    yield stage.deploy_built(functools.partial(paste, text))
    yield stage.deploy_built(functools.partial(paste, text.replace("RemovalPolicy.RETAIN", "RemovalPolicy.DESTROY")))


def imported(stage: Stage, *, owned: bool, only: str = "", then: str = "hosted_zone=zone") -> Iterator[str]:
    """What `adopt --zone` prints, imported; with the identity, or with that of others."""
    text = stage.draft()
    if owned:
        text = re.sub(
            r"    dkim_tokens=\[.*?\],\n|    dkim_signing_zone=.*?\n", "", text.replace(".from_existing(", "("), flags=re.DOTALL
        )
    yield ""
    yield stage.import_into_stack(build(functools.partial(paste, text), stage.zone)[0], only)
    text = text.replace("RemovalPolicy.RETAIN", "RemovalPolicy.DESTROY")
    yield stage.deploy_built(functools.partial(paste, text.replace("hosted_zone=zone", then)))


def new_identity(stage: Stage) -> Iterator[str]:
    """TXT and DMARC of a domain stand, and no identity: our function takes them over."""
    change(stage.aws, stage.zone, ("CREATE", member(ZONE, '"v=spf1 -all"', '"token"', ttl=300)))
    change(stage.aws, stage.zone, ("CREATE", member(f"_dmarc.{ZONE}", '"v=DMARC1;p=none"', ttl=3600)))
    yield ""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        SesEmailAuth(
            stack,
            "EmailAuth",
            dns=Dns.route53(zone, adopt=True),
            from_domain_txt=FromDomainTxt.adopt(["v=spf1 -all", "token"], ttl=Duration.seconds(300)),
            dmarc=DmarcRecord.verbatim("v=DMARC1;p=none"),
            dmarc_ttl=Duration.hours(1),
        )

    yield stage.deploy_built(fill)


def shared(stage: Stage) -> Iterator[str]:
    """A TXT set that others own gets SES's include."""
    change(stage.aws, stage.zone, ("CREATE", member(ZONE, '"v=spf1 include:_spf.google.com ~all"', '"token"', ttl=300)))
    yield ""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dmarc_rua=[RUA], from_domain_txt=FromDomainTxt.shared())

    yield stage.deploy_built(fill)


# --- changing it later -----------------------------------------------------------------------------------------------


def another_mail_from(layout: RecordLayout, stage: Stage) -> Iterator[str]:
    """Its two records come and go."""
    yield stage.deploy(email_auth(record_layout=layout))
    status = stage.deploy(email_auth(record_layout=layout, mail_from_subdomain="mail"))
    assert {(f"mail.{ZONE}.", "MX"), (f"mail.{ZONE}.", "TXT")} <= stage.aws.records().keys()
    yield status


def leaving(policy: RemovalPolicy, stage: Stage) -> Iterator[str]:
    """The stack goes."""
    yield stage.deploy(email_auth(removal_policy=policy))
    yield stage.aws.destroy("S").status


MAIL_FROM = frozenset({(f"bounce.{ZONE}.", "MX"), (f"bounce.{ZONE}.", "TXT")})
NO_DOT = functools.partial(without_the_lines, by_zone_name=False)
NO_ID = functools.partial(without_the_lines, by_zone_name=True)
IDENTITY_ALONE = functools.partial(imported, owned=True, only="SES", then="dns=Dns.route53(zone, adopt=True)")
ANOTHER_POLICY = functools.partial(renamed, policy_alone("Policy"), policy_alone("Rules"))
ANOTHER_POLICY_IN_STEPS = functools.partial(
    retain_then_equal, functools.partial(policy_alone, "Policy"), functools.partial(policy_alone, "Rules")
)
ANOTHER_CONSTRUCT = functools.partial(renamed, plain(), renamed_text("Mail", logical_ids=KEPT_IDENTITY))
TO_GROUPED = functools.partial(retain_then_equal, separate, grouped)
TO_SEPARATE = functools.partial(retain_then_equal, grouped, separate)
ANOTHER_MAIL_FROM = functools.partial(another_mail_from, RecordLayout.SEPARATE)

MOVES = [
    Move("1: `logical_ids`, from `aws_ses` and `TxtRecord`", KEPT, KEPT, functools.partial(keep_ids, by_cdk)),
    Move("1: the same, names without a final dot", KEPT, KEPT, functools.partial(keep_ids, by_hand), changes_name=True),
    Move("1: the same, `HostedZoneName`", KEPT, KEPT, functools.partial(keep_ids, functools.partial(by_hand, "", f"{ZONE}."))),
    Move("1: a name without its final dot, without the lines", LOST, KEPT, NO_DOT, changes_name=True),
    Move("1: `HostedZoneName`, without the lines", LOST, REFUSED, NO_ID),
    Move("1: without `logical_ids`: SES refuses a second identity", REFUSED, REFUSED, without_ids),
    Move("2: from a group to `adopt=True`", KEPT, KEPT, functools.partial(retain_then_adopt, group_by_hand)),
    Move("2: from a group by `cdk import`", REFUSED, KEPT, functools.partial(retain_then_import, group_by_hand)),
    Move("2: from a group by equal values", KEPT, REFUSED, functools.partial(retain_then_equal, group_by_hand, separate)),
    Move("2: to another stack with `adopt=True`", KEPT, KEPT, functools.partial(to_another_stack, by_function=True)),
    Move("2: to another stack by equal values", KEPT, REFUSED, functools.partial(to_another_stack, by_function=False)),
    Move("2: from single records to `adopt=True`", KEPT, KEPT, functools.partial(retain_then_adopt, separate)),
    Move("2: from `adopt=True` back by equal values", KEPT, REFUSED, writer_back),
    Move("2: in one step to `adopt=True`", LOST, LOST, writer_in_one_step),
    Move("2: equal values and `RETAIN`, the deploy fails half way", REFUSED, REFUSED, functools.partial(half_way, RETAIN)),
    Move("2: the same with `RETAIN_ON_UPDATE_OR_DELETE`", LOST, REFUSED, functools.partial(half_way, RETAIN_LATER)),
    Move("3: with `adopt=True`", KEPT, KEPT, functools.partial(from_terraform, "dns=Dns.route53(zone, adopt=True)")),
    Move("3: with `adopt=True`, the identity is new", KEPT, KEPT, new_identity),
    Move("3: `FromDomainTxt.shared()`", KEPT, KEPT, shared),
    Move("3: `cdk import` of the records alone", REFUSED, KEPT, functools.partial(imported, owned=False)),
    Move("3: as printed, by equal values", KEPT, REFUSED, functools.partial(from_terraform, "hosted_zone=zone")),
    Move("4: `cdk import` of identity and records", REFUSED, KEPT, functools.partial(imported, owned=True)),
    Move("4: `cdk import` of the identity, then `adopt=True`", KEPT, KEPT, IDENTITY_ALONE),
    Move("later: another construct id, with `logical_ids`", KEPT, KEPT, with_ids),
    Move("later: another id of `adopt=True`, with the lines of `adopt`", KEPT, KEPT, writer_under_another_id),
    Move("later: another id of a `DomainPolicy`, without `logical_ids`", LOST, REFUSED, ANOTHER_POLICY),
    Move("later: another id of a `DomainPolicy`, retained, then by equal values", KEPT, REFUSED, ANOTHER_POLICY_IN_STEPS),
    Move("later: new ids of the records alone", LOST, REFUSED, ANOTHER_CONSTRUCT),
    Move("later: `SEPARATE` to `GROUPED` in one step", LOST, LOST, functools.partial(renamed, plain(), grouped(None))),
    Move("later: `SEPARATE` to `GROUPED`, retained, then by equal values (a guess)", KEPT, KEPT, TO_GROUPED),
    Move("later: `GROUPED` to `SEPARATE` in one step", LOST, REFUSED, functools.partial(renamed, grouped(None), plain())),
    Move("later: `GROUPED` to `SEPARATE`, retained, then by equal values", KEPT, REFUSED, TO_SEPARATE),
    Move("later: `GROUPED`, retained, then to `adopt=True`", KEPT, KEPT, functools.partial(retain_then_adopt, grouped)),
    Move("later: another MAIL FROM subdomain", KEPT, KEPT, ANOTHER_MAIL_FROM, changes_name=True, goes=MAIL_FROM),
    Move(
        "later: another MAIL FROM subdomain, `GROUPED`",
        KEPT,
        KEPT,
        functools.partial(another_mail_from, GROUPED),
        goes=MAIL_FROM,
    ),
    Move("later: leaving, with `RETAIN`", KEPT, KEPT, functools.partial(leaving, RETAIN)),
    Move("later: leaving, with `RETAIN_ON_UPDATE_OR_DELETE`", KEPT, KEPT, functools.partial(leaving, RETAIN_LATER)),
]
