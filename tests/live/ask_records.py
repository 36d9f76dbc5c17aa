"""Questions about `AWS::Route53::RecordSet`: which world of record sets it is, and what becomes of a record in a move."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tests.live.questions import Answer, question
from tests.live.stacks import deploy, import_into, put_record, standing, zone_record

if TYPE_CHECKING:
    from tests.live.run import Run
    from tests.live.stacks import Deployment, Template

_TYPE = "AWS::Route53::RecordSet"
_SCHEMA = "the schema that AWS published on 2026-09-17 and cfn-lint ships; likely, never seen"
_VALUE = '"v=live; asked=yes"'
_RETAIN = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def _template(run: Run, name: str, logical_id: str = "Record", value: str = _VALUE, **policies: str) -> Template:
    return {"Resources": {logical_id: zone_record(name, "TXT", value, zone_id=run.options.zone_id, **policies)}}


def _stands(run: Run, name: str) -> bool:
    return f"{name} TXT" in standing(run, name)


def _said(outcome: Deployment) -> str:
    return f"{outcome.status}{': ' if outcome.reason else ''}{outcome.reason}"


@question(
    id="record-set-type",
    question="Is AWS::Route53::RecordSet a type of CloudFormation's registry, and which of its props replace it?",
    expectation="FULLY_MUTABLE, with handlers; HostedZoneId and HostedZoneName replace it, Name does not.",
    why=_SCHEMA,
    how="cloudformation describe-type",
    then="The pages may name the registry's world as the one that holds; the other one stays in the tests.",
    otherwise="The classic world holds: docs/moving.md says so first, and `adopt --mapping` must not write records.",
)
def record_set_type(run: Run) -> Answer:
    """Describe the type."""
    answer = run.client("cloudformation").describe_type(Type="RESOURCE", TypeName=_TYPE)
    schema = json.loads(answer.get("Schema") or "{}")
    handlers, create_only = sorted(schema.get("handlers", {})), sorted(schema.get("createOnlyProperties", []))
    facts = {
        "provisioning": answer.get("ProvisioningType", ""),
        "handlers": handlers,
        "create_only": create_only,
        "identifier": schema.get("primaryIdentifier", []),
    }
    expected = facts["provisioning"] == "FULLY_MUTABLE" and "/properties/Name" not in create_only
    told = f"handlers: {', '.join(handlers)}; create only: {', '.join(create_only)}" if schema else "no schema is told"
    text = f"{facts['provisioning']}; {told}"
    return Answer(text, expected, facts)


@question(
    id="equal-record",
    question="A stack declares a record that stands already with equal values: is it taken over, or refused?",
    expectation="Refused with AlreadyExists, and the record stands as before.",
    why=f"{_SCHEMA}: such types refuse a second creation. Classic ones were seen to take over, last on 2026-06-07.",
    how="a record made by hand, then a stack with the same record",
    then='"Equal values" is no way to move where this holds; `adopt=True`, `shared()` and `cdk import` are.',
    otherwise="Taken over: the two-step moves of docs/moving.md hold. Lost: no page may advise any of them.",
)
def equal_record(run: Run) -> Answer:
    """Make it by hand, then by a stack."""
    name = run.name("equal")
    put_record(run, name, "TXT", _VALUE)
    outcome = deploy(run, "equal", _template(run, name, **_RETAIN))
    stands = _stands(run, name)
    taken = "taken over" if outcome.is_complete else "refused"
    text = f"{taken}, {_said(outcome)}; the record {'stands' if stands else 'is gone'}"
    return Answer(
        text, not outcome.is_complete and stands, {"status": outcome.status, "reason": outcome.reason, "stands": stands}
    )


@question(
    id="renamed-record",
    question="A record gets another logical id with equal values in one update: is it lost?",
    expectation="The update is refused and rolled back; the record was never absent.",
    why=f"{_SCHEMA}; classic record sets were seen to lose it in a green deploy",
    how="a stack with a record; an update with another logical id; Route 53 is read all the time",
    then="A rename without `logical_ids` is refused; README calls it safe but useless.",
    otherwise="Lost: the warning of README is right in the registry's world too. Kept in a green deploy: it may be softened.",
)
def renamed_record(run: Run) -> Answer:
    """Rename it."""
    name = run.name("renamed")
    first = deploy(run, "renamed", _template(run, name))
    if not first.is_complete:
        return Answer(f"the first deploy ended in {_said(first)}", is_as_expected=False)
    outcome = deploy(run, "renamed", _template(run, name, "Renamed"), watch=lambda: _stands(run, name))
    stands = _stands(run, name)
    lost = "lost" if not stands else "absent for a while" if outcome.missing else "never absent"
    expected = not outcome.is_complete and stands and not outcome.missing
    return Answer(f"{_said(outcome)}; the record was {lost}", expected, {"status": outcome.status, "record": lost})


@question(
    id="record-with-another-name",
    question="The Name of a record set changes: is that an update in place or a replacement, and does the new record stand?",
    expectation="Either way the new record stands and the old one is gone.",
    why=f"{_SCHEMA}: Name is not create-only, but a part of the identifier. Which of the two it is, nobody can tell.",
    how="a stack with a record; an update of its Name",
    then="Another MAIL FROM subdomain is a change in one deploy, as README says.",
    otherwise="The old record stays, or the new one is lost: `mail_from_subdomain` must get new logical ids for another name.",
)
def record_with_another_name(run: Run) -> Answer:
    """Change the name."""
    old, new = run.name("named-before"), run.name("named-after")
    deploy(run, "named", _template(run, old))
    outcome = deploy(run, "named", _template(run, new))
    before, after = _stands(run, old), _stands(run, new)
    text = f"{_said(outcome)}; new record: {'stands' if after else 'absent'}, old record: {'stands' if before else 'gone'}"
    return Answer(text, outcome.is_complete and after and not before, {"status": outcome.status, "new": after, "old": before})


@question(
    id="import-of-a-record",
    question="Can a record that stands be imported into a stack?",
    expectation="Yes, by Name, HostedZoneId and Type (docs/moving.md).",
    why=f"{_SCHEMA}: it has a read handler and the identifier Name, HostedZoneId, Type, SetIdentifier",
    how="a record made by hand, then an IMPORT change set, as `cdk import` makes one",
    then="`adopt --mapping` and `cdk import` are the way to move records between stacks.",
    otherwise="Records cannot be imported where this was asked: the pages keep `adopt=True` and `shared()` alone.",
)
def import_of_a_record(run: Run) -> Answer:
    """Import it, with the identifier that the type names."""
    name = run.name("imported")
    put_record(run, name, "TXT", _VALUE)
    keys = {"Name": f"{name}.", "HostedZoneId": run.options.zone_id, "Type": "TXT"}
    outcome = import_into(run, "record-import", _template(run, name, **_RETAIN), {"Record": keys})
    if not outcome.is_complete:  # the schema takes the final dot off
        bare = {"Name": name, "HostedZoneId": run.options.zone_id, "Type": "TXT"}
        first, outcome = outcome, import_into(run, "record-import-2", _template(run, name, **_RETAIN), {"Record": bare})
        outcome.failures.setdefault("(with the final dot)", first.reason)
    stands = _stands(run, name)
    text = f"{_said(outcome)}; the record {'stands' if stands else 'is gone'}"
    return Answer(text, outcome.is_complete and stands, {"status": outcome.status, "reasons": list(outcome.failures.values())})


@question(
    id="import-of-an-identity",
    question="Can an identity that exists be imported into a stack?",
    expectation="Yes, by EmailIdentity; nothing about it changes.",
    why="the published schema and AWS's list of importable types; sure, but never seen",
    how="an identity made by the API, then an IMPORT change set",
    then="Nothing: docs/moving.md says so.",
    otherwise="docs/moving.md section 4 goes; an existing identity stays outside of CloudFormation (`from_existing`).",
)
def import_of_an_identity(run: Run) -> Answer:
    """Import it."""
    name, sesv2 = run.name("imported-identity"), run.client("sesv2")
    run.journal.note("identity", name, run.home)
    sesv2.create_email_identity(EmailIdentity=name)
    before = sesv2.get_email_identity(EmailIdentity=name)["DkimAttributes"]["Tokens"]
    resource = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": name}, **_RETAIN}
    outcome = import_into(run, "identity-import", {"Resources": {"Identity": resource}}, {"Identity": {"EmailIdentity": name}})
    try:
        same = sesv2.get_email_identity(EmailIdentity=name)["DkimAttributes"]["Tokens"] == before
    except ClientError:
        same = False
    text = f"{_said(outcome)}; its DKIM tokens are {'the same' if same else 'not the same'}"
    return Answer(text, outcome.is_complete and same, {"status": outcome.status, "same_tokens": same})


QUESTIONS = (record_set_type, equal_record, renamed_record, record_with_another_name, import_of_a_record, import_of_an_identity)
