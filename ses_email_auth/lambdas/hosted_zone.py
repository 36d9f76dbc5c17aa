r"""A hosted zone of Route 53, its record sets, and how they are changed (API reference, "ChangeResourceRecordSets").

The zone is one of this account or, through a role, of another one. A ChangeBatch is done whole or not at all, and a DELETE in
it must name values and TTL exactly: so nothing is overwritten that was changed in the meantime. UPSERT is never used.

Record sets are equal if their names are, without regard to case, final dot and escapes (`\052` is `*`); their TXT values by
their strings, as they are cut; their other values without regard to case and final dot. The order of values does not count.

Not handled: what alias records and routing policies say; such a set equals nothing.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeAlias

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.custom_resource import CONFIG, Failed, error_code, is_denied, retry_denied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ses_email_auth.lambdas.custom_resource import Properties, Request, RetryNote

UNCHANGED = "nothing was changed"

Key: TypeAlias = tuple[str, str]
"""Name and type."""

_PERMISSION_PAUSES = (2, 4, 6)  # seconds: permissions that were just made are not in force everywhere at once
_SYNC_PAUSES = (1, 2, 3, *[5] * 10)  # seconds: "changes generally propagate to all Route 53 servers within 60 seconds"
_GRACE = 20  # seconds that the function keeps for its answer
_PARTS = ("Name", "Type", "Identifier")

_OCTAL = re.compile(r"\\([0-7]{3})")
_STRING = re.compile(r'"((?:[^"\\]|\\[0-7]{3}|\\.)*)"|(\S+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-7]{3})|(.))", re.DOTALL)
_SIMPLE = {"Name", "Type", "TTL", "ResourceRecords"}
_SHOWN = 300  # characters of the values in a sentence

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one name and type."""

    name: str
    """In lower case, without a final dot and escapes."""

    type: str
    ttl: int
    values: tuple[str, ...]
    """As Route 53 takes them: TXT in quotes."""

    is_simple: bool = True
    """Whether it is neither an alias nor has a routing policy."""

    raw: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    """As Route 53 returned it."""

    @classmethod
    def from_properties(cls, properties: Mapping[str, object]) -> RecordSet:
        """One of the `RecordSets` of a custom resource; numbers are texts there."""
        values = properties["ResourceRecords"]
        members = values if isinstance(values, list) else [values]
        return cls(
            plain_name(str(properties["Name"])), str(properties["Type"]), int(str(properties["TTL"])), tuple(map(str, members))
        )

    @classmethod
    def from_route53(cls, raw: Mapping[str, object]) -> RecordSet:
        """A record set that Route 53 returned."""
        records = raw.get("ResourceRecords")
        values = tuple(str(record["Value"]) for record in records) if isinstance(records, list) else ()
        ttl = int(str(raw.get("TTL", 0)))
        return cls(plain_name(str(raw["Name"])), str(raw["Type"]), ttl, values, set(raw) <= _SIMPLE, raw)

    @property
    def key(self) -> Key:
        """Name and type."""
        return self.name, self.type

    @property
    def place(self) -> str:
        """Name and type in a sentence."""
        return f"'{self.name}' {self.type}"

    def is_like(self, other: RecordSet | None) -> bool:
        """Whether both hold the same values with the same TTL."""
        return other is not None and self.is_simple and other.is_simple and self.meaning == other.meaning

    @property
    def fingerprint(self) -> str:
        """Eight digits that only equal sets share."""
        return hashlib.sha256(repr(self.meaning).encode()).hexdigest()[:8]

    def route53(self) -> dict[str, object]:
        """As a ChangeBatch takes it. A set that was read is named exactly as it was, so that a later one is not meant."""
        if self.raw:
            return dict(self.raw)
        records = [{"Value": value} for value in self.values]
        return {"Name": f"{self.name}.", "Type": self.type, "TTL": self.ttl, "ResourceRecords": records}

    def __str__(self) -> str:
        if not self.is_simple:
            return "an alias or a record with a routing policy"
        text = ", ".join(self.values)
        return f"{text if len(text) <= _SHOWN else text[:_SHOWN] + '...'} (TTL {self.ttl})"

    @property
    def meaning(self) -> tuple[object, ...]:
        """The part that is the same in equal sets."""
        values = sorted(strings_of(value) if self.type == "TXT" else (value.lower().rstrip("."),) for value in self.values)
        return self.name, self.type, self.ttl, values


Change: TypeAlias = tuple[str, RecordSet]
"""`CREATE` or `DELETE`, and the record set."""


class Refused(Exception):
    """Route 53 does not take a ChangeBatch: the zone is not what it was when it was read, or a record is bad."""

    def __init__(self, error: ClientError) -> None:
        """After a lost answer botocore has sent the batch before, so that the zone may hold it."""
        super().__init__(_message(error))
        self.was_sent_before = bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0))


class ZoneIsGone(Failed):
    """There is no such hosted zone."""

    def __init__(self, zone_id: str) -> None:
        """With its id."""
        super().__init__(f"there is no hosted zone {zone_id}, so nothing was changed; pass the id of the zone of the domain")


class _Route53(Protocol):
    """The calls that are used."""

    def list_resource_record_sets(self, **arguments: object) -> Mapping[str, object]: ...
    def change_resource_record_sets(self, **arguments: object) -> Mapping[str, Mapping[str, object]]: ...
    def get_change(self, **arguments: object) -> Mapping[str, Mapping[str, object]]: ...


class _Sts(Protocol):
    """The calls that are used."""

    def assume_role(self, **arguments: object) -> Mapping[str, Mapping[str, str]]: ...
    def get_caller_identity(self) -> Mapping[str, object]: ...


class HostedZone:
    """The zone that `HostedZoneId` of the properties names, with `RoleArn` and `ExternalId` if they are there."""

    def __init__(self, properties: Properties) -> None:
        """Asks nothing of AWS yet."""
        self.zone_id = str(properties["HostedZoneId"]).removeprefix("/hostedzone/")
        self._role_arn = str(properties.get("RoleArn", ""))
        self._external_id = str(properties.get("ExternalId", ""))
        self._session_name = _session_name(f"ses-email-auth-{properties['Domain']}")

    @cached_property
    def _route53(self) -> _Route53:
        keys = _assume(self._role_arn, self._external_id, self._session_name) if self._role_arn else {}
        client: _Route53 = boto3.client("route53", config=CONFIG, **keys)
        return client

    def read(self, names: Iterable[str]) -> dict[Key, RecordSet]:
        """All record sets at `names`.

        Raises:
            Failed: if it may not be read, or the role cannot be assumed.
            ZoneIsGone: if there is no such zone.
        """
        return {record_set.key: record_set for name in sorted(set(names)) for record_set in self._at(name)}

    def change(self, changes: Sequence[Change], remaining_seconds: Callable[[], float]) -> None:
        """Do all changes at once, and wait at most a minute until Route 53 answers with them.

        Raises:
            Failed: if they are not allowed.
            Refused: if Route 53 does not take them; then nothing was changed.
            ZoneIsGone: if there is no such zone.
        """
        batch = [{"Action": action, "ResourceRecordSet": record_set.route53()} for action, record_set in changes]
        try:
            answer = self._route53.change_resource_record_sets(
                HostedZoneId=self.zone_id, ChangeBatch={"Comment": "ses-email-auth", "Changes": batch}
            )
        except ClientError as error:
            code = error_code(error)
            if code == "InvalidChangeBatch":
                raise Refused(error) from error
            if code == "NoSuchHostedZone":
                raise ZoneIsGone(self.zone_id) from error
            if not is_denied(error):
                raise
            wanted = "; ".join(f"{action} {record_set.place}" for action, record_set in changes)
            raise Failed(
                f"{self._who} may not do this in the hosted zone {self.zone_id}: {wanted}; nothing was changed; {self._fix}"
            ) from error
        self._wait(str(answer["ChangeInfo"]["Id"]), remaining_seconds)

    def _at(self, name: str) -> list[RecordSet]:
        record_sets: list[RecordSet] = []
        start: dict[str, object] = {"StartRecordName": f"{name}."}
        while True:
            page = self._page(start)
            members = page["ResourceRecordSets"]
            for raw in members if isinstance(members, list) else ():
                record_set = RecordSet.from_route53(raw)
                if record_set.name != name:
                    return record_sets
                record_sets.append(record_set)
            if not page["IsTruncated"] or plain_name(str(page["NextRecordName"])) != name:
                return record_sets
            start = {f"StartRecord{part}": page[f"NextRecord{part}"] for part in _PARTS if f"NextRecord{part}" in page}

    def _page(self, start: Mapping[str, object]) -> Mapping[str, object]:
        # A role that could be assumed is in force.
        pauses = () if self._role_arn else _PERMISSION_PAUSES
        try:
            return retry_denied(self._route53.list_resource_record_sets, pauses, HostedZoneId=self.zone_id, **start)
        except ClientError as error:
            if error_code(error) == "NoSuchHostedZone":
                raise ZoneIsGone(self.zone_id) from error
            if not is_denied(error):
                raise
            raise Failed(f"{self._who} may not read the hosted zone {self.zone_id}; {self._fix}") from error

    def _wait(self, change_id: str, remaining_seconds: Callable[[], float]) -> None:
        """Wait until all name servers of Route 53 have the change: what depends on the records looks them up at once."""
        for pause in _SYNC_PAUSES:
            try:
                status = self._route53.get_change(Id=change_id)["ChangeInfo"]["Status"]
            except (BotoCoreError, ClientError) as error:  # the change is made: a failure would disown it
                _log.warning("the change cannot be followed: %s", type(error).__name__)
                return
            if status == "INSYNC":
                return
            if remaining_seconds() < pause + _GRACE:
                break
            time.sleep(pause)
        _log.warning("the change %s was accepted and is not on all name servers yet", change_id)

    @property
    def _who(self) -> str:
        return self._role_arn or "the function"

    @property
    def _fix(self) -> str:
        if self._role_arn:
            return "let ZoneWriterRole allow these names, in the account of the zone"
        return "a policy of the organization or a permissions boundary may forbid it"


def make_change(request: Request, zone: HostedZone, note: RetryNote, plan: Callable[[], list[Change]], tries: int) -> None:
    """Make the changes that `plan` wants; it reads the zone again each time that Route 53 refuses them.

    Raises:
        Failed: if they are refused `tries` times, or not allowed.
        ZoneIsGone: if there is no such zone.
    """
    refusal = ""
    for attempt in range(tries):
        changes = plan()
        try:
            if changes:
                zone.change(changes, request.remaining_seconds)
        except Refused as error:
            refusal = str(error)
            _log.warning("refused: %s", refusal)
            if not error.was_sent_before:
                note.delete()
            time.sleep(attempt)
        else:
            return
    raise Failed(f"Route 53 refuses the change, {UNCHANGED}: {refusal}")


def plain_name(name: str) -> str:
    """A name in the form in which two equal names are equal."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), name).lower().rstrip(".")


def strings_of(value: str) -> tuple[str, ...]:
    """The strings of a TXT value, quotes and escapes taken away; each octet outside of ASCII is one character."""
    return tuple(_unescaped(match) for match in _STRING.finditer(value))


def quoted(strings: tuple[str, ...]) -> str:
    """The TXT value that has these strings, in Route 53's escapes."""
    return " ".join(f'"{"".join(_escaped(string))}"' for string in strings)


def _unescaped(match: re.Match[str]) -> str:
    text = match[2] if match[1] is None else match[1]
    return _ESCAPE.sub(lambda escape: escape[2] if escape[1] is None else chr(int(escape[1], 8)), text)


def _escaped(string: str) -> Iterator[str]:
    for character in string:
        if character in '"\\':
            yield f"\\{character}"
        elif " " <= character <= "~":
            yield character
        else:
            yield f"\\{ord(character):03o}"


def _session_name(text: str) -> str:
    """`text` as the name of a role session may be."""
    return "".join(character if character.isalnum() or character in "+=,.@-" else "-" for character in text)[:64]


def _assume(role_arn: str, external_id: str, session_name: str) -> dict[str, object]:
    sts: _Sts = boto3.client("sts", config=CONFIG)
    extra = {"ExternalId": external_id} if external_id else {}
    try:
        role = retry_denied(sts.assume_role, _PERMISSION_PAUSES, RoleArn=role_arn, RoleSessionName=session_name, **extra)
    except ClientError as error:
        if not is_denied(error):
            raise
        raise Failed(
            f"{role_arn} cannot be assumed: it does not exist, or does not trust {_own_role(sts)}; deploy the stack "
            f"with ZoneWriterRole in the account of the zone first, with this account in 'trusted'"
        ) from error
    keys = role["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def _own_role(sts: _Sts) -> str:
    """The role of this function, which the other role has to trust."""
    try:
        return str(sts.get_caller_identity()["Arn"])
    except ClientError:
        return "this function"


def _message(error: ClientError) -> str:
    return str(error.response["Error"].get("Message", ""))
