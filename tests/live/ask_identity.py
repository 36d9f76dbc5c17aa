"""Questions about an identity in its life: how long SES needs, another MAIL FROM domain, tags, replacement, destruction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.live.cleaning import own_leftovers
from tests.live.questions import Answer, NotAsked, question
from tests.live.stacks import deploy, destroy, standing, synth

if TYPE_CHECKING:
    from tests.live.run import Run

VERIFICATION_SECONDS = 14 * 60
_SOA_CACHE = "Route 53's SOA lets resolvers remember for 900 s that a name was not there"


def _identity(run: Run, label: str, mail_from: str = "bounce") -> dict[str, Any]:
    """A stack with a SesEmailAuth at a name of the run."""
    from ses_email_auth import DmarcPolicy, SesEmailAuth  # noqa: PLC0415 - loads the CDK; the page needs none of it

    def fill(stack: Any, zone: Any) -> None:
        SesEmailAuth(
            stack,
            "EmailAuth",
            hosted_zone=zone,
            domain_name=run.name(label),
            mail_from_subdomain=mail_from,
            dmarc_policy=DmarcPolicy.NONE,
        )

    return synth(run, "identity" if label == "mail" else label, fill)


def verified_identity(run: Run) -> str:
    """The identity that others use to send; deployed once, and waited for.

    Raises:
        NotAsked: if SES does not verify it.
    """
    name = run.name("mail")
    if "identity" not in run.shared:
        started = time.monotonic()
        outcome = deploy(run, "identity", _identity(run, "mail"))
        run.shared["identity"] = outcome
        run.shared["times"] = _times(run, name, started) if outcome.is_complete else {}
    if "DKIM" not in run.shared["times"]:
        raise NotAsked("SES has not verified the identity that the question needs")
    return name


def _times(
    run: Run, name: str, started: float, wanted: tuple[str, ...] = ("identity", "DKIM", "MAIL FROM")
) -> dict[str, float]:
    """Seconds until each was SUCCESS; what has not come about is left out."""
    times: dict[str, float] = {}

    def probe() -> bool:
        answer = run.client("sesv2").get_email_identity(EmailIdentity=name)
        states = {
            "identity": answer.get("VerificationStatus"),
            "DKIM": answer["DkimAttributes"].get("Status"),
            "MAIL FROM": answer.get("MailFromAttributes", {}).get("MailFromDomainStatus"),
        }
        for part in wanted:
            if states[part] == "SUCCESS":
                times.setdefault(part, round(time.monotonic() - started, 1))
        return times.keys() >= set(wanted)

    run.wait(probe, VERIFICATION_SECONDS)
    return times


def _told(times: dict[str, float]) -> str:
    return ", ".join(f"{part} {seconds:.0f} s" for part, seconds in times.items()) or "nothing was verified"


@question(
    id="verification-time",
    question="How long after the deploy begins does SES count identity, DKIM and MAIL FROM as verified?",
    expectation="All three within 14 minutes.",
    why=f"unknown; users tell of minutes, and {_SOA_CACHE}",
    how="a stack with one SesEmailAuth; SES is asked until all three say SUCCESS",
    then="`wait_for_verification=Duration.minutes(14)` is right; the pages may name the time that was measured.",
    otherwise="The longest wait of a function is too short: README advises a second deploy for what needs the domain.",
)
def verification_time(run: Run) -> Answer:
    """Deploy and wait."""
    try:
        verified_identity(run)
    except NotAsked:
        outcome = run.shared["identity"]
        if not outcome.is_complete:
            return Answer(f"the stack ended in {outcome.status}: {outcome.reason}", is_as_expected=False)
    times = run.shared["times"]
    return Answer(_told(times), len(times) == 3, {"seconds": times})


@question(
    id="changed-mail-from",
    question="Another MAIL FROM subdomain in a second deploy: do its records stand, and does SES find them?",
    expectation="New MX and TXT stand, the old ones are gone, MAIL FROM is SUCCESS within 14 minutes.",
    why="follows from the question about the Name of a record set; open, since Name may be changed in place or replace",
    how="the stack of the verified identity, with `mail_from_subdomain` changed",
    then='"Another MAIL FROM subdomain" in README stays as it is.',
    otherwise="The construct gives the two records logical ids that hold the name, so that a change is two resources.",
)
def changed_mail_from(run: Run) -> Answer:
    """Change it; later questions send with the new one."""
    name = verified_identity(run)
    started = time.monotonic()
    outcome = deploy(run, "identity", _identity(run, "mail", "return"))
    stand = standing(run, name)
    new = all(f"return.{name} {rtype}" in stand for rtype in ("MX", "TXT"))
    old = [key for key in stand if key.startswith(f"bounce.{name} ")]
    times = _times(run, name, started, ("MAIL FROM",)) if outcome.is_complete else {}
    text = f"{outcome.status}; new records {'stand' if new else 'are absent'}, {len(old)} old ones; {_told(times)}"
    return Answer(text, outcome.is_complete and new and not old and bool(times), {"status": outcome.status, "seconds": times})


@question(
    id="tags-with-the-flag-off",
    question="An app-level tag without CDK's flag explicitStackTags: do identity and configuration set deploy?",
    expectation="Yes, and each has the tag once.",
    why="aws-cdk #35298 for the identity, which the construct mends; of configuration sets nothing is known",
    how="an app with `Tags.of(app)` and a stack with SesEmailAuth and SendingEvents",
    then="Nothing.",
    otherwise='"Duplicate tag keys" names the resource that still gets tags twice: it gets the same step as the identity.',
)
def tags_with_the_flag_off(run: Run) -> Answer:
    """Deploy with the tags of the stack, as the CDK command line does."""
    from ses_email_auth import DmarcPolicy, SendingEvents, SesEmailAuth  # noqa: PLC0415 - as above

    name, tags = run.name("tagged"), {"ses-live": run.options.run}

    def fill(stack: Any, zone: Any) -> None:
        events = SendingEvents(stack, "Events", event_bridge=True, bounce_rate_alarm=None, complaint_rate_alarm=None)
        chosen: dict[str, Any] = {"hosted_zone": zone, "domain_name": name, "dmarc_policy": DmarcPolicy.NONE}
        SesEmailAuth(stack, "EmailAuth", configuration_set=events.configuration_set, **chosen)

    template = synth(run, "tagged", fill, tags=tags, context={"@aws-cdk/core:explicitStackTags": False})
    outcome = deploy(run, "tagged", template, tags=tags)
    if not outcome.is_complete:
        return Answer(f"{outcome.status}: {outcome.reason}", is_as_expected=False, facts={"reasons": outcome.failures})
    found = run.client("sesv2").get_email_identity(EmailIdentity=name).get("Tags", [])
    times = [tag["Key"] for tag in found].count("ses-live")
    return Answer(f"{outcome.status}; the identity has the tag {times} times", times == 1, {"status": outcome.status})


@question(
    id="replacement-leaves-nothing",
    question="Another domain name in a construct replaces its identity: is anything of the old domain left?",
    expectation="Nothing of the old domain; identity and records of the new one stand.",
    why="CloudFormation deletes what was replaced when all else is done; sure, but never seen with our order of records",
    how="a stack with one SesEmailAuth, then another `domain_name`",
    then="Nothing.",
    otherwise='What was left is named in README under "Changing it later", and the order of deletion is looked at.',
)
def replacement_leaves_nothing(run: Run) -> Answer:
    """Replace it."""
    from ses_email_auth import DmarcPolicy, SesEmailAuth  # noqa: PLC0415 - as above

    old, new = run.name("replaced"), run.name("replacing")

    def template(name: str) -> dict[str, Any]:
        chosen: dict[str, Any] = {"domain_name": name, "dmarc_policy": DmarcPolicy.NONE}
        return synth(run, "replaced", lambda stack, zone: SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, **chosen))

    first = deploy(run, "replaced", template(old))
    if not first.is_complete:
        return Answer(f"the first deploy ended in {first.status}: {first.reason}", is_as_expected=False)
    outcome = deploy(run, "replaced", template(new))
    left, made = [*standing(run, old), *_identities(run, old)], [*standing(run, new), *_identities(run, new)]
    text = f"{outcome.status}; left of the old domain: {', '.join(left) or 'nothing'}; of the new one: {len(made)}"
    expected = outcome.is_complete and not left and len(made) == 8
    return Answer(text, expected, {"status": outcome.status, "left": left, "new": len(made)})


def _identities(run: Run, name: str) -> list[str]:
    try:
        run.client("sesv2").get_email_identity(EmailIdentity=name)
    except ClientError:
        return []
    return [f"{name} identity"]


@question(
    id="destroy-leaves-nothing",
    question="Stacks with functions, a managed key, policies and events are destroyed: what is left?",
    expectation="Nothing but the secrets and KMS keys whose deletion is scheduled.",
    why="all resources are in their stacks; roles may not make log groups, so that a late line of a log makes none",
    how="the stacks of the questions before are deleted; then all that has the run id in its name is listed",
    then="Nothing.",
    otherwise="What was left is named in README, and the construct makes it go, or says that it stays.",
)
def destroy_leaves_nothing(run: Run) -> Answer:
    """Destroy those that stand."""
    outcomes = destroy(run, "managed-key", "policies", "beside-create", "beside-update", "sending", "tagged", "replaced")
    if not outcomes:
        raise NotAsked("no stack of the questions before stands")
    failed = {label: outcome.reason for label, outcome in outcomes.items() if outcome.status != "DELETE_COMPLETE"}
    names = [run.name(label) for label in ("managed", "policies", "beside-create", "beside-update", "tagged", "replacing")]
    stacks = [run.stack(label) for label in outcomes]
    found = [f"{kind} {name}" for kind, name in own_leftovers(run) if any(stack in name for stack in stacks) or name in names]
    found += [f"record {key}" for name in names for key in standing(run, name)]
    gone = f"{len(outcomes) - len(failed)} of {len(outcomes)} stacks are gone"
    text = f"{gone}; left: {', '.join(found) or 'nothing'}" + "".join(f"; {label}: {why}" for label, why in failed.items())
    return Answer(text, not failed and not found, {"left": found, "failed": failed})


FIRST = (verification_time,)
QUESTIONS = (changed_mail_from, tags_with_the_flag_off, replacement_leaves_nothing)
LAST = (destroy_leaves_nothing,)
