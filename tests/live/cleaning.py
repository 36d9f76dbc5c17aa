"""Removes what a run has made, by its journal and by the run id in every name, and lists what is left.

Order: stacks (those that others stand on last), then what stacks retain or leave: records, identities, buckets, log groups,
secrets and keys. Secrets and KMS keys cannot be removed at once; their deletion is scheduled.
"""

from __future__ import annotations

import contextlib
import functools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.live.account import records
from tests.live.run import HOME, SECOND
from tests.live.stacks import physical_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.live.run import Run

FOUNDATIONS = ("writer-role", "identity")
"""Labels of stacks on which other stacks stand."""

_STACK_SECONDS = 20 * 60
_CREATION_SECONDS = 3 * 60
_ROUNDS = 3
_WINDOW_DAYS = 7  # the shortest that KMS and Secrets Manager take
_GONE = {"DELETE_COMPLETE"}


@dataclass(slots=True)
class Left:
    """What is there after the cleaning."""

    left: list[str] = field(default_factory=list)
    scheduled: list[str] = field(default_factory=list)
    """What AWS deletes by itself after some days."""

    faults: list[str] = field(default_factory=list)
    """What could not be done or looked at."""


def clean(run: Run, say: Callable[[str], None]) -> Left:
    """Remove all that the run has made. It goes on where a step fails."""
    run.deadline = 0
    result = Left()
    places = _places(run)
    for place in places:
        with _noted(result, f"keys of {place}"):
            for stack in _stacks(run, place):
                for key in physical_ids(run, stack, "AWS::KMS::Key", place):
                    run.journal.note("key", key, place)
    _delete_stacks(run, places, result, say)
    for what, remove in _STEPS.items():
        for place in places if what != "records" else places[:1]:
            with _noted(result, f"{what} of {place}"):
                remove(run, place)
    for place in places:
        with _noted(result, f"what is left in {place}"):
            result.left += [f"{kind} {name} ({place})" for kind, name in own_leftovers(run, place)]
            result.scheduled += _scheduled(run, place)
    with _noted(result, "the zone"):
        result.left += [f"record {name} {rtype}" for name, rtype in _own_records(run)]
    if not result.left and not result.faults:
        run.journal.close()
    return result


@contextlib.contextmanager
def _noted(result: Left, what: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, RuntimeError) as error:
        result.faults.append(f"{what}: {error}")


def _places(run: Run) -> list[str]:
    """Where the run has made something, the own account and region first."""
    places = [run.home, f"{HOME}/{run.replica_region}", *(made.place for made in run.journal.entries)]
    if run.options.second_profile:
        places += [f"{SECOND}/{region}" for region in (run.options.region, run.options.second_region) if region]
    return list(dict.fromkeys(places))


# --- stacks ----------------------------------------------------------------------------------------------------------


def _stacks(run: Run, place: str) -> list[str]:
    """The stacks of the run that are there: those of the journal, and all others of the name."""
    noted = {made.name for made in run.journal.entries if made.kind == "stack" and made.place == place}
    cloudformation = run.client("cloudformation", place)
    status = cloudformation.meta.service_model.shape_for("StackStatus").enum
    pages = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=[s for s in status if s not in _GONE])
    listed = [summary["StackName"] for page in pages for summary in page["StackSummaries"] if "ParentId" not in summary]
    own = [name for name in dict.fromkeys(listed) if name in noted or name.startswith(run.stack(""))]
    return [name for name in own if _status(run, place, name) not in _GONE]


def _status(run: Run, place: str, stack: str) -> str:
    try:
        return str(run.client("cloudformation", place).describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return "DELETE_COMPLETE"
        raise


def _delete_stacks(run: Run, places: list[str], result: Left, say: Callable[[str], None]) -> None:
    """First those on which nothing stands; what fails is tried again when others are gone."""
    for number in range(_ROUNDS):
        found = []
        for place in places:
            with _noted(result, f"stacks of {place}"):
                found += [(place, stack) for stack in _stacks(run, place)]
        first = [entry for entry in found if entry[1].removeprefix(run.stack("")) not in FOUNDATIONS]
        for wave in (first, [entry for entry in found if entry not in first]):
            if wave:
                say(f"deleting {len(wave)} stack{'s' if len(wave) > 1 else ''}")
            with _noted(result, "deleting stacks"):
                _delete_wave(run, wave, retaining=number == _ROUNDS - 1)
        if not found:
            return


def _delete_wave(run: Run, wave: list[tuple[str, str]], *, retaining: bool) -> None:
    for place, stack in wave:
        # A creation may be cut off, an update may not. A function that works still would write behind our back: give it time.
        run.wait(functools.partial(_is_settled, run, place, stack), _CREATION_SECONDS)
        _wait_until(run, place, stack, lambda status: not _is_busy(status) or status.startswith(("CREATE", "DELETE")))
        options: dict[str, Any] = {}
        if retaining and _status(run, place, stack) == "DELETE_FAILED":
            options["RetainResources"] = _failed_resources(run, place, stack)
        run.client("cloudformation", place).delete_stack(StackName=stack, **options)
    for place, stack in wave:
        _wait_until(run, place, stack, lambda status: not _is_busy(status))


def _is_settled(run: Run, place: str, stack: str) -> bool:
    return not _is_busy(_status(run, place, stack))


def _is_busy(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def _wait_until(run: Run, place: str, stack: str, is_right: Callable[[str], bool]) -> None:
    deadline = time.monotonic() + _STACK_SECONDS
    if not run.wait(lambda: is_right(_status(run, place, stack)), deadline - time.monotonic()):
        raise RuntimeError(f"{stack} is still {_status(run, place, stack)}")


def _failed_resources(run: Run, place: str, stack: str) -> list[str]:
    listed = run.client("cloudformation", place).describe_stack_resources(StackName=stack)["StackResources"]
    return [resource["LogicalResourceId"] for resource in listed if resource["ResourceStatus"] == "DELETE_FAILED"]


# --- what stacks leave -----------------------------------------------------------------------------------------------


def _own_records(run: Run) -> list[tuple[str, str]]:
    """The records below the name of the run: no other's can be there."""
    end = f".{run.options.run}.{run.options.base}"
    return [(record["Name"], record["Type"]) for record in records(run) if record["Name"].endswith(end)]


def _remove_records(run: Run, _place: str) -> None:
    own = set(_own_records(run))
    changes = [
        {"Action": "DELETE", "ResourceRecordSet": record} for record in records(run) if (record["Name"], record["Type"]) in own
    ]
    if changes:
        batch = {"Changes": changes}
        run.client("route53").change_resource_record_sets(HostedZoneId=run.options.zone_id, ChangeBatch=batch)


def _identities(run: Run, place: str) -> list[str]:
    sesv2 = run.client("sesv2", place)
    names: list[str] = []
    page: dict[str, Any] = {}
    while not names or page.get("NextToken"):
        page = sesv2.list_email_identities(PageSize=1000, **({"NextToken": page["NextToken"]} if page else {}))
        names += [identity["IdentityName"] for identity in page["EmailIdentities"]]
        if not page.get("NextToken"):
            break
    return [name for name in names if name.endswith(f".{run.options.run}.{run.options.base}")]


def _remove_identities(run: Run, place: str) -> None:
    for name in _identities(run, place):
        run.client("sesv2", place).delete_email_identity(EmailIdentity=name)


def _buckets(run: Run, place: str) -> list[str]:
    """Bucket names are those of the account; the name ends in account and region."""
    name = run.stack(place.replace("/", "-"))
    return [b["Name"] for b in run.client("s3", place).list_buckets()["Buckets"] if b["Name"] == name]


def _remove_buckets(run: Run, place: str) -> None:
    s3 = run.client("s3", place)
    for bucket in _buckets(run, place):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=item["Key"])
        s3.delete_bucket(Bucket=bucket)


def _log_groups(run: Run, place: str) -> list[str]:
    pages = run.client("logs", place).get_paginator("describe_log_groups").paginate(logGroupNamePattern=run.options.run)
    return [group["logGroupName"] for page in pages for group in page["logGroups"] if run.options.run in group["logGroupName"]]


def _remove_log_groups(run: Run, place: str) -> None:
    for name in _log_groups(run, place):
        run.client("logs", place).delete_log_group(logGroupName=name)


def _secrets(run: Run, place: str) -> list[dict[str, Any]]:
    pages = run.client("secretsmanager", place).get_paginator("list_secrets").paginate(IncludePlannedDeletion=True)
    return [secret for page in pages for secret in page["SecretList"] if f".{run.options.run}." in secret["Name"]]


def _remove_secrets(run: Run, place: str) -> None:
    for secret in _secrets(run, place):
        if "DeletedDate" not in secret:
            run.client("secretsmanager", place).delete_secret(SecretId=secret["Name"], RecoveryWindowInDays=_WINDOW_DAYS)


def _keys(run: Run, place: str) -> list[tuple[str, str]]:
    """The KMS keys of the journal: id and state."""
    kms, found = run.client("kms", place), []
    for made in run.journal.entries:
        if made.kind == "key" and made.place == place:
            with contextlib.suppress(kms.exceptions.NotFoundException):
                found.append((made.name, str(kms.describe_key(KeyId=made.name)["KeyMetadata"]["KeyState"])))
    return found


def _remove_keys(run: Run, place: str) -> None:
    for key, state in _keys(run, place):
        if state != "PendingDeletion":
            run.client("kms", place).schedule_key_deletion(KeyId=key, PendingWindowInDays=_WINDOW_DAYS)


_STEPS: dict[str, Callable[[Run, str], None]] = {
    "records": _remove_records,
    "identities": _remove_identities,
    "buckets": _remove_buckets,
    "log groups": _remove_log_groups,
    "secrets": _remove_secrets,
    "keys": _remove_keys,
}


def own_leftovers(run: Run, place: str = "") -> Iterator[tuple[str, str]]:
    """Kind and name of what is there still."""
    place = place or run.home

    def own(names: list[str]) -> list[str]:
        return [name for name in names if run.options.run in name]

    yield from (("stack", name) for name in _stacks(run, place))
    yield from (("identity", name) for name in _identities(run, place))
    yield from (("bucket", name) for name in _buckets(run, place))
    yield from (("log group", name) for name in _log_groups(run, place))
    yield from (("secret", secret["Name"]) for secret in _secrets(run, place) if "DeletedDate" not in secret)
    yield from (("key", key) for key, state in _keys(run, place) if state != "PendingDeletion")
    functions = run.client("lambda", place).get_paginator("list_functions").paginate()
    yield from (("function", name) for name in own([f["FunctionName"] for page in functions for f in page["Functions"]]))
    if place == run.home or place.startswith(SECOND):
        roles = run.client("iam", place).get_paginator("list_roles").paginate()
        yield from (("role", name) for name in own([role["RoleName"] for page in roles for role in page["Roles"]]))
    queues = run.client("sqs", place).list_queues(QueueNamePrefix=run.stack("")).get("QueueUrls", [])
    yield from (("queue", url.rpartition("/")[2]) for url in queues)
    sets = run.client("sesv2", place).list_configuration_sets(PageSize=1000)["ConfigurationSets"]
    yield from (("configuration set", name) for name in own(sets))
    topics = run.client("sns", place).get_paginator("list_topics").paginate()
    yield from (("topic", arn.rpartition(":")[2]) for arn in own([t["TopicArn"] for page in topics for t in page["Topics"]]))


def _scheduled(run: Run, place: str) -> list[str]:
    secrets = [f"secret {secret['Name']} ({place})" for secret in _secrets(run, place) if "DeletedDate" in secret]
    return secrets + [f"KMS key {key} ({place})" for key, state in _keys(run, place) if state == "PendingDeletion"]
