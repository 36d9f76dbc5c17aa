"""Questions about our functions on the real Lambda: keys, failures beside them, other accounts, replicas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ses_email_auth.errors import EmailAuthError
from tests.live.questions import Answer, NotAsked, question
from tests.live.run import SECOND
from tests.live.stacks import deploy, destroy, outputs, standing, synth, zone_record

if TYPE_CHECKING:
    from tests.live.run import Run
    from tests.live.stacks import Deployment, Template

_REPLICA_SECONDS = 180
_BOTOCORE = (1, 35, 78)
_NO_SECOND_ACCOUNT = "no second account was given (SECOND_ACCOUNT_PROFILE)"
_CANCELLED = "cloudformation-coverage-roadmap #1730, aws-cdk #26139; shown with our functions, the trigger is likely"


# --- a managed key ---------------------------------------------------------------------------------------------------


def _managed_key(run: Run) -> Deployment:
    """One stack for three questions."""
    from ses_email_auth import Dkim, DmarcPolicy, SesEmailAuth  # noqa: PLC0415 - loads the CDK; the page needs none of it

    if "managed-key" not in run.shared:
        chosen: dict[str, Any] = {"domain_name": run.name("managed"), "dmarc_policy": DmarcPolicy.NONE}

        def fill(stack: Any, zone: Any) -> None:
            SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dkim=Dkim.managed_key(), **chosen)

        run.shared["managed-key"] = deploy(run, "managed-key", synth(run, "managed-key", fill))
    return run.shared["managed-key"]  # type: ignore[no-any-return]


@question(
    id="managed-key-form",
    question="Does SES take the private key as KMS makes it (PKCS#8, base64 in one line)?",
    expectation="Yes: the stack deploys.",
    why="SES's guide asks for a base64-encoded key and shows PKCS#1; KMS makes PKCS#8; documents do not say that SES takes it",
    how="a stack with `Dkim.managed_key()`",
    then="Nothing.",
    otherwise="The function writes the key as PKCS#1.",
)
def managed_key_form(run: Run) -> Answer:
    """Deploy it."""
    outcome = _managed_key(run)
    text = outcome.status + (f": {outcome.reason}" if outcome.reason else "")
    return Answer(text, outcome.is_complete, {"status": outcome.status, "reasons": list(outcome.failures.values())})


@question(
    id="managed-key-dns",
    question="Can a Lambda function outside of a VPC ask name servers over UDP port 53?",
    expectation="Yes: the function that waits for the record sees it.",
    why="functions may open any outgoing connection; likely, nobody documents UDP",
    how="the same stack: it would fail at the child DkimReady",
    then="Nothing.",
    otherwise="The function asks Route 53 (TestDNSAnswer) instead of name servers.",
)
def managed_key_dns(run: Run) -> Answer:
    """Look which resource failed."""
    outcome = _managed_key(run)
    blamed = {name: reason for name, reason in outcome.failures.items() if "Ready" in name}
    text = "the record was seen" if outcome.is_complete else next(iter(blamed.values()), "another resource failed before")
    return Answer(text, outcome.is_complete, {"reasons": list(blamed.values())})


@question(
    id="managed-key-tokens",
    question="What does GetEmailIdentity show as Tokens of an identity with a key of one's own?",
    expectation="The selector, alone.",
    why='SES API reference: for a key pair of your own "this object contains the selector"; in what form is not said',
    how="sesv2 get-email-identity",
    then="Nothing.",
    otherwise="The functions read the selector in the form that SES shows.",
)
def managed_key_tokens(run: Run) -> Answer:
    """Ask SES."""
    if not _managed_key(run).is_complete:
        raise NotAsked("the stack with the managed key did not deploy")
    dkim = run.client("sesv2").get_email_identity(EmailIdentity=run.name("managed"))["DkimAttributes"]
    tokens, origin = dkim.get("Tokens", []), dkim.get("SigningAttributesOrigin")
    text = f"{', '.join(tokens) or 'none'}; origin {origin}"
    return Answer(text, tokens == ["ses-1"] and origin == "EXTERNAL", {"tokens": tokens, "origin": origin})


# --- a resource that fails beside the record writer --------------------------------------------------------------------


def _written(run: Run, label: str, policy: str, *, fails: bool, values: tuple[str, ...] = ()) -> Template:
    """Records that our function writes, and beside it a record set that Route 53 refuses at the same time."""
    from ses_email_auth import DmarcPolicy, Dns, DomainPolicy  # noqa: PLC0415 - as above

    name = run.name(label)

    def fill(stack: Any, zone: Any) -> None:
        chosen: dict[str, Any] = {
            "domain_name": name,
            "dmarc_policy": DmarcPolicy(policy),
            "from_domain_txt_values": list(values),
        }
        DomainPolicy(stack, "Policy", dns=Dns.route53(zone, adopt=True), sends_with_ses=True, **chosen)

    template = synth(run, label, fill)
    if fails:
        # It waits for what the custom resource waits for, so that both begin together.
        first = [key for key, resource in template["Resources"].items() if not resource["Type"].startswith("Custom::")]
        bad = zone_record(f"bad.{name}", "TXT", "no quotes", zone_id=run.options.zone_id)
        template["Resources"]["Bad"] = bad | {"DependsOn": first}
    return template


@question(
    id="failure-beside-a-creation",
    question="A resource fails beside the record writer in a first deploy: do its records stay?",
    expectation="Rolled back, no record is left, and the next deploy succeeds.",
    why=_CANCELLED,
    how="a stack with `adopt=True` and a record set that Route 53 refuses; then the same without it",
    then="Nothing.",
    otherwise="The answer says what was left: the function looks for the rollback later, or the pages name the leftover.",
)
def failure_beside_a_creation(run: Run) -> Answer:
    """Fail, look, delete, deploy again."""
    name, label = run.name("beside-create"), "beside-create"
    failed = deploy(run, label, _written(run, label, "none", fails=True))
    left = list(standing(run, name))
    destroy(run, label)
    again = deploy(run, label, _written(run, label, "none", fails=False))
    text = f"{failed.status}; left: {', '.join(left) or 'nothing'}; the next deploy: {again.status} {again.reason}".strip()
    expected = failed.status == "ROLLBACK_COMPLETE" and not left and again.is_complete
    return Answer(text, expected, {"failed": failed.failures, "left": left, "again": again.status})


@question(
    id="failure-beside-an-update",
    question="A resource fails beside the record writer in an update: what do the records say after the rollback?",
    expectation="Rolled back, all records as before, and the next deploy succeeds.",
    why=_CANCELLED,
    how="a stack with `adopt=True`; an update of the policy beside a record set that Route 53 refuses; then without it",
    then="Nothing.",
    otherwise="As for a creation. A record that says what no template says is a fault of ours.",
)
def failure_beside_an_update(run: Run) -> Answer:
    """Deploy, fail, look, deploy again."""
    name, label = run.name("beside-update"), "beside-update"
    first = deploy(run, label, _written(run, label, "none", fails=False))
    before = standing(run, name)
    failed = deploy(run, label, _written(run, label, "quarantine", fails=True, values=("added",)))
    after = standing(run, name)
    again = deploy(run, label, _written(run, label, "quarantine", fails=False, values=("added",)))
    changed = sorted({key for key in before.keys() | after.keys() if before.get(key) != after.get(key)})
    text = (
        f"{failed.status}; changed: {', '.join(changed) or 'nothing'}; the next deploy: {again.status} {again.reason}".strip()
    )
    expected = first.is_complete and failed.status == "UPDATE_ROLLBACK_COMPLETE" and not changed and again.is_complete
    return Answer(text, expected and bool(before), {"failed": failed.failures, "changed": changed, "again": again.status})


# --- another account ---------------------------------------------------------------------------------------------------


def _from_another_account(run: Run, label: str, region: str) -> Answer:
    """Write the records of a domain from the second account, through a role of this one."""
    from ses_email_auth import DmarcPolicy, Dns, SesEmailAuth, ZoneWriterRole  # noqa: PLC0415 - as above

    options, place = run.options, f"{SECOND}/{region}"
    second, role = run.account(place), run.stack("writer")[:64]
    names = [run.name("other"), run.name("opt-in")]

    def writer(stack: Any, zone: Any) -> None:
        ZoneWriterRole(stack, "Writer", hosted_zone=zone, role_name=role, trusted=[second], domain_names=names)

    if "writer-role" not in run.shared:
        run.shared["writer-role"] = deploy(run, "writer-role", synth(run, "writer-role", writer))
    dns: dict[str, Any] = {
        "hosted_zone_id": options.zone_id,
        "zone_name": options.domain,
        "role_arn": f"arn:aws:iam::{options.account}:role/{role}",
    }

    def mail(stack: Any, _zone: Any) -> None:
        chosen: dict[str, Any] = {"domain_name": run.name(label), "dmarc_policy": DmarcPolicy.NONE, "from_domain_spf": False}
        SesEmailAuth(stack, "EmailAuth", dns=Dns.cross_account(**dns), **chosen)

    try:
        template = synth(run, label, mail, place)
    except EmailAuthError as error:
        raise NotAsked(f"SES is not known to take mail in {region}: {error}") from None
    outcome = deploy(run, label, template, place=place)
    stand = list(standing(run, run.name(label)))
    text = f"{outcome.status}{': ' if outcome.reason else ''}{outcome.reason}; {len(stand)} records stand"
    return Answer(text, outcome.is_complete and len(stand) == 6, {"region": region, "reasons": outcome.failures})


@question(
    id="other-account",
    question="Does a function in another account write the records through `ZoneWriterRole`, right in the first deploy?",
    expectation="Yes: all six records stand.",
    why="AssumeRole across accounts is documented; how soon a new role may be assumed is not: users tell of 15 s and more",
    how="the role in this account, a stack with `Dns.cross_account` in the second",
    then="Nothing.",
    otherwise="AccessDenied after the pauses: they get longer, and the page says to deploy again.",
    optional=True,
)
def other_account(run: Run) -> Answer:
    """From the same region."""
    if not run.options.second_profile:
        raise NotAsked(_NO_SECOND_ACCOUNT)
    return _from_another_account(run, "other", run.options.region)


@question(
    id="opt-in-region",
    question="The same from an opt-in region that the zone's account has not opted into?",
    expectation="Yes: the function asks STS in the region of the partition's Route 53.",
    why="aws-cdk #23081, #26562, #26593: STS of an opt-in region is refused by an account that has not opted in; likely",
    how="the same stack in SECOND_REGION of the second account",
    then="Nothing.",
    otherwise="docs/situations.md names the regions in which a cross-account zone does not work.",
    optional=True,
)
def opt_in_region(run: Run) -> Answer:
    """From the second region."""
    if not run.options.second_profile:
        raise NotAsked(_NO_SECOND_ACCOUNT)
    if not run.options.second_region:
        raise NotAsked("no opt-in region was given (SECOND_REGION)")
    return _from_another_account(run, "opt-in", run.options.second_region)


# --- replicas and the runtime --------------------------------------------------------------------------------------------


@question(
    id="lambda-boto3",
    question="Which boto3 does Lambda's Python have: does it know the arguments that replicas need?",
    expectation="botocore 1.35.78 or newer.",
    why="AWS lists no version for the runtime; the argument came with botocore 1.35.78",
    how="a function that answers its versions",
    then="Nothing.",
    otherwise="The functions bring a boto3 of their own, or refuse with the version in the sentence.",
)
def lambda_boto3(run: Run) -> Answer:
    """Invoke a function of three lines."""
    code = "import boto3, botocore\ndef handle(event, context):\n    return [boto3.__version__, botocore.__version__]\n"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    function = {"Runtime": "python3.13", "Handler": "index.handle", "Code": {"ZipFile": code}, "Timeout": 30}
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function | {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
    }
    template = {"Resources": resources, "Outputs": {"Name": {"Value": {"Ref": "Function"}}}}
    outcome = deploy(run, "boto3", template)
    if not outcome.is_complete:
        return Answer(f"{outcome.status}: {outcome.reason}", is_as_expected=False)
    answer = run.client("lambda").invoke(FunctionName=outputs(run, "boto3")["Name"])
    boto3, botocore = json.loads(answer["Payload"].read())
    version = tuple(int(part) for part in botocore.split("."))
    return Answer(f"boto3 {boto3}, botocore {botocore}", version >= _BOTOCORE, {"boto3": boto3, "botocore": botocore})


@question(
    id="replica-states",
    question="Which states does a replica go through, and does an error arrive after it was made?",
    expectation="It ends in SUCCESS within 3 minutes.",
    why="SES API reference has REPLICATION_* among the error types and does not say when they come; unknown",
    how="the verified identity, and a stack in a second region with `Dkim.replica_of`; SES is asked for 3 minutes",
    then="Nothing.",
    otherwise="FAILED or PENDING: the function looks that long before it answers, and says the error.",
)
def replica_states(run: Run) -> Answer:
    """Make a replica and watch it."""
    from ses_email_auth import Dkim, SendingIdentity  # noqa: PLC0415 - as above
    from tests.live.ask_identity import verified_identity  # noqa: PLC0415 - the other questions do not need it

    name, place = verified_identity(run), f"home/{run.replica_region}"

    def fill(stack: Any, zone: Any) -> None:
        replica = Dkim.replica_of(run.options.region)
        SendingIdentity(stack, "EmailAuth", hosted_zone=zone, domain_name=name, dkim=replica)

    outcome = deploy(run, "replica", synth(run, "replica", fill, place), place=place)
    if not outcome.is_complete:
        return Answer(f"{outcome.status}: {outcome.reason}", is_as_expected=False, facts={"reasons": outcome.failures})
    states: list[str] = []

    def probe() -> bool:
        answer = run.client("sesv2", place).get_email_identity(EmailIdentity=name)
        error = answer.get("VerificationInfo", {}).get("ErrorType", "")
        state = f"{answer['DkimAttributes'].get('Status')} {error}".strip()
        if not states or states[-1] != state:
            states.append(state)
        return state == "SUCCESS"

    run.wait(probe, _REPLICA_SECONDS)
    return Answer(f"{outcome.status}; DKIM: {', then '.join(states)}", states[-1] == "SUCCESS", {"states": states})


QUESTIONS = (
    managed_key_form,
    managed_key_dns,
    managed_key_tokens,
    failure_beside_a_creation,
    failure_beside_an_update,
    lambda_boto3,
    replica_states,
    other_account,
    opt_in_region,
)
