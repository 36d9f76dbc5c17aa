"""A hosted zone in memory that behaves as Route 53 does, for handlers that read and write record sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

Key = tuple[str, ...]
"""Name, type and, in a routing policy, the identifier."""

MAX_PAGES = 1000


def refusal(code: str, message: str = "no", attempts: int = 0) -> ClientError:
    """An error as botocore raises it."""
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"RetryAttempts": attempts}}
    return ClientError(response, "ChangeResourceRecordSets")


def txt(name: str, *values: str, ttl: int = 600, kind: str = "TXT") -> dict[str, Any]:
    """A member of `RecordSets`."""
    return {"Name": f"{name}.", "Type": kind, "TTL": ttl, "ResourceRecords": [f'"{v}"' if kind == "TXT" else v for v in values]}


class Zone:
    """The client of Route 53 and the zone behind it."""

    def __init__(self) -> None:
        self.sets: dict[Key, dict[str, Any]] = {}
        self.batches: list[list[str]] = []
        """What was done: `CREATE name type`."""

        self.pages = 0
        self.page_size = 300
        self.statuses = ["PENDING", "INSYNC"]
        self.errors: dict[str, list[Exception]] = {}
        """By call: what the next ones raise."""

        self.before_list: list[Callable[[], None]] = []
        """Done once before the next page each."""

        self.before_change: list[Callable[[], None]] = []
        """Done once before the next batch each: somebody else is faster."""

        self.after_change: list[Exception] = []
        """Raised once after the next batch each: the answer is lost."""

    def put(self, member: dict[str, Any], **more: Any) -> None:
        """Let somebody else write a record set."""
        records = [{"Value": value} for value in member["ResourceRecords"]]
        raw = {
            "Name": member["Name"].replace("*", "\\052"),
            "Type": member["Type"],
            "TTL": member["TTL"],
            "ResourceRecords": records,
        }
        self.sets[_key(raw | more)] = raw | more

    def values(self, name: str, kind: str = "TXT") -> list[str] | None:
        """What stands there."""
        found = self.sets.get((f"{name}.", kind))
        return None if found is None else [record["Value"] for record in found["ResourceRecords"]]

    def list_resource_record_sets(self, **arguments: Any) -> dict[str, Any]:
        """By name from the right, then by type and identifier."""
        if self.before_list:
            self.before_list.pop(0)()
        self._raise("list_resource_record_sets")
        assert arguments["HostedZoneId"] == "Z1"
        self.pages += 1
        assert self.pages < MAX_PAGES, "the same page again and again"
        start = _order(*(arguments.get(f"StartRecord{part}", "") for part in ("Name", "Type", "Identifier")))
        listed = sorted((raw for raw in self.sets.values() if _order(*_key(raw)) >= start), key=lambda raw: _order(*_key(raw)))
        page, rest = listed[: self.page_size], listed[self.page_size :]
        parts = zip(("NextRecordName", "NextRecordType", "NextRecordIdentifier"), _key(rest[0]) if rest else (), strict=False)
        following = dict(parts)
        return {"ResourceRecordSets": page, "IsTruncated": bool(rest), **following}

    def change_resource_record_sets(self, **arguments: Any) -> dict[str, Any]:
        """All or nothing."""
        if self.before_change:
            self.before_change.pop(0)()
        self._raise("change_resource_record_sets")
        after, done = dict(self.sets), []
        for each in arguments["ChangeBatch"]["Changes"]:
            action, raw = each["Action"], each["ResourceRecordSet"]
            name = raw["Name"].replace("*", "\\052")
            key = _key({**raw, "Name": name})
            if action == "DELETE":
                if after.get(key) != raw:
                    raise refusal("InvalidChangeBatch", f"[Tried to delete {key}, but the values provided do not match]")
                del after[key]
            else:
                assert action == "CREATE"
                if key in after:
                    raise refusal("InvalidChangeBatch", f"[Tried to create {key} but it already exists]")
                after[key] = {**raw, "Name": name}
            done.append(f"{action} {raw['Name']} {raw['Type']}")
        self.sets = after
        self.batches.append(done)
        if self.after_change:
            raise self.after_change.pop(0)
        return {"ChangeInfo": {"Id": "/change/C1", "Status": "PENDING"}}

    def get_change(self, **arguments: Any) -> dict[str, Any]:
        """Pending, then in sync."""
        self._raise("get_change")
        assert arguments == {"Id": "/change/C1"}
        return {"ChangeInfo": {"Status": self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]}}

    def _raise(self, call: str) -> None:
        waiting = self.errors.get(call, [])
        if waiting:
            raise waiting.pop(0)


class Aws:
    """What `boto3.client` gives to a handler."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.assumed: list[dict[str, Any]] = []
        self.keys: list[dict[str, Any]] = []
        """The credentials of each client of Route 53."""

        self.regions: list[object] = []
        """Where each client of STS asks; None is the region of the function."""

        self.role_errors: list[Exception] = []
        self.events: list[dict[str, Any]] = []
        """What CloudFormation remembers, the newest first."""

        self.event_errors: list[Exception] = []
        self.resources: list[dict[str, Any]] = []
        """Those of the stack, as ListStackResources has them."""

        self.slept: list[float] = []

    def client(self, service: str, config: object = None, **keys: Any) -> Any:
        """As boto3 has it."""
        if service == "route53":
            assert config is not None
            self.keys.append(keys)
            return self.zone
        if service == "sts":
            self.regions.append(keys["region_name"])
        return self

    def assume_role(self, **arguments: Any) -> dict[str, Any]:
        """Of STS."""
        self.assumed.append(arguments)
        if self.role_errors:
            raise self.role_errors.pop(0)
        return {"Credentials": {"AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T", "Expiration": "never"}}

    def get_caller_identity(self) -> dict[str, str]:
        """Of STS."""
        if self.role_errors:
            raise self.role_errors.pop(0)
        return {"Arn": "arn:aws:sts::123456789012:assumed-role/writer/session"}

    def describe_stack_events(self, *, StackName: str, NextToken: str = "0") -> dict[str, Any]:  # noqa: N803 - the API
        """Of CloudFormation: one event a page."""
        assert StackName.startswith("arn:aws:cloudformation:")
        if self.event_errors:
            raise self.event_errors.pop(0)
        at = int(NextToken)
        more = {"NextToken": str(at + 1)} if at + 1 < len(self.events) else {}
        return {"StackEvents": self.events[at : at + 1], **more}

    def list_stack_resources(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - as above
        """Of CloudFormation."""
        assert StackName.startswith("arn:aws:cloudformation:")
        if self.event_errors:
            raise self.event_errors.pop(0)
        return {"StackResourceSummaries": self.resources}

    def sleep(self, seconds: float) -> None:
        """Instead of `time.sleep`."""
        self.slept.append(seconds)


def _key(raw: dict[str, Any]) -> Key:
    identifier = raw.get("SetIdentifier")
    return (raw["Name"], raw["Type"]) if identifier is None else (raw["Name"], raw["Type"], identifier)


def _order(name: str, kind: str, identifier: str = "") -> tuple[str, str, str]:
    labels = name.rstrip(".").replace("*", "\\052").split(".")
    return "".join(f"{label}." for label in reversed(labels)), kind, identifier
