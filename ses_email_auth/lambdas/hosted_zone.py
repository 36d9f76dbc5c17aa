r"""A hosted zone of Route 53, its record sets, and how they are changed (API reference, "ChangeResourceRecordSets").

The zone is one of this account or, through a role, of another one. A ChangeBatch is done whole or not at all, and a DELETE in
it must name values and TTL exactly: so nothing is overwritten that was changed in the meantime. UPSERT is never used.
`zone_change` says what holds for several batches.

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

    from ses_email_auth.lambdas.custom_resource import Properties

Key: TypeAlias = tuple[str, str]
"""Name and type."""

_SYNC_PAUSES = (1, 2, 3, *[5] * 10)  # seconds: "changes generally propagate to all Route 53 servers within 60 seconds"
_GRACE = 20  # seconds that the function keeps for its answer
_PARTS = ("Name", "Type", "Identifier")
_PLAIN = re.compile(r"[a-z0-9_.-]+")  # names whose place in a list is documented
# The region of Route 53 in each partition (botocore 1.44.8, "endpoints.json").
_ROUTE53_REGIONS = {
    "aws": "us-east-1",
    "aws-cn": "cn-northwest-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-us-gov": "us-gov-west-1",
}

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
        self._domain = plain_name(str(properties["Domain"]))
        self._session_name = _session_name(f"ses-email-auth-{self._domain}")

    @cached_property
    def _route53(self) -> _Route53:
        keys = _assume(self._role_arn, self._external_id, self._session_name) if self._role_arn else {}
        client: _Route53 = boto3.client("route53", config=CONFIG, **keys)
        return client

    def read(self, names: Iterable[str]) -> dict[Key, RecordSet]:
        """All record sets at `names`.

        A page holds 300 record sets and begins at any name, so those of one domain, which are neighbours, take few.

        Raises:
            Failed: if it may not be read, or the role cannot be assumed.
            ZoneIsGone: if there is no such zone.
        """
        wanted = set(names)
        plain = sorted(filter(_PLAIN.fullmatch, wanted), key=_place_in_list)
        found: dict[Key, RecordSet] = {}
        for group in (plain, *([name] for name in sorted(wanted.difference(plain)))):
            found |= self._neighbours(group)
        return found

    def change(self, changes: Sequence[Change]) -> str:
        """Do all changes at once. Returns the id of the change, which `wait` takes.

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
            fix = self._fix_of([record_set for _, record_set in changes])
            raise Failed(
                f"{self._who} may not do this in the hosted zone {self.zone_id}: {wanted}; nothing was changed; {fix}"
            ) from error
        return str(answer["ChangeInfo"]["Id"])

    def wait(self, change_id: str, remaining_seconds: Callable[[], float], is_given_up: Callable[[], bool]) -> None:
        """Wait at most a minute until all name servers of Route 53 have the change; shorter if the request is given up."""
        for pause in _SYNC_PAUSES:
            try:
                status = self._route53.get_change(Id=change_id)["ChangeInfo"]["Status"]
            except (BotoCoreError, ClientError) as error:  # the change is made: a failure would disown it
                _log.warning("the change cannot be followed: %s", type(error).__name__)
                return
            if status == "INSYNC" or is_given_up():
                return
            if remaining_seconds() < pause + _GRACE:
                break
            time.sleep(pause)
        _log.warning("the change %s was accepted and is not on all name servers yet", change_id)

    def _neighbours(self, names: list[str]) -> dict[Key, RecordSet]:
        """All record sets at `names`, which are in the order of the list."""
        found: dict[Key, RecordSet] = {}
        start: dict[str, object] = {}
        while names:
            page = self._page(start or {"StartRecordName": f"{names[0]}."})
            members = page["ResourceRecordSets"]
            listed = [RecordSet.from_route53(raw) for raw in members] if isinstance(members, list) else []
            found |= {record_set.key: record_set for record_set in listed if record_set.name in names}
            if not page["IsTruncated"]:
                break
            following = plain_name(str(page["NextRecordName"]))
            names = _behind(names, {record_set.name for record_set in listed}, following)
            parts = {f"StartRecord{part}": page[f"NextRecord{part}"] for part in _PARTS if f"NextRecord{part}" in page}
            start = parts if following in names else {}
        return found

    def _page(self, start: Mapping[str, object]) -> Mapping[str, object]:
        client, arguments = self._route53, {"HostedZoneId": self.zone_id, **start}
        try:
            if self._role_arn:  # a role that could be assumed is in force
                return client.list_resource_record_sets(**arguments)
            return retry_denied(client.list_resource_record_sets, **arguments)
        except ClientError as error:
            if error_code(error) == "NoSuchHostedZone":
                raise ZoneIsGone(self.zone_id) from error
            if not is_denied(error):
                raise
            raise Failed(f"{self._who} may not read the hosted zone {self.zone_id}; {self._fix}") from error

    @property
    def _who(self) -> str:
        return self._role_arn or "the function"

    @property
    def _fix(self) -> str:
        if self._role_arn:
            return "let ZoneWriterRole allow these names, in the account of the zone"
        return "a policy of the organization or a permissions boundary may forbid it"

    def _fix_of(self, record_sets: Iterable[RecordSet]) -> str:
        """The fix for changes of these record sets."""
        keys = {record_set.key for record_set in record_sets} if self._role_arn else set()
        own = f"; the TXT record of '{self._domain}' itself needs ZoneWriterRole(from_domain_txt=True)"
        mail_from = "; an MX record needs its name in 'mail_from_names' there"
        has_mx = any(kind == "MX" for _, kind in keys)
        return f"{self._fix}{own if (self._domain, 'TXT') in keys else ''}{mail_from if has_mx else ''}"


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


def _behind(names: Sequence[str], listed: set[str], following: str) -> list[str]:
    """Of `names`, for the first of which a page was asked, those that the page has not settled.

    `following` is the name at which the next page begins. A name is settled if its place in the list is on the page, whether it
    stands there or not (API reference, "ListResourceRecordSets"). How names with other signs are sorted is not documented: they
    show nothing.
    """
    reached = max((_place_in_list(name) for name in (*listed, following) if _PLAIN.fullmatch(name)), default="")
    settled = {names[0], *listed}
    return [name for name in names if name == following or (name not in settled and _place_in_list(name) >= reached)]


def _place_in_list(name: str) -> str:
    """What Route 53 sorts by: "DNS name with the labels reversed, for example: com.example.www.", in ASCII order."""
    return "".join(f"{label}." for label in reversed(name.split(".")))


def _assume(role_arn: str, external_id: str, session_name: str) -> dict[str, object]:
    """The credentials of the role.

    They are asked for where Route 53 is: an account that has not opted in to the region of the function is not known to STS
    there (aws-cdk #23081, #26562, #26593). In another partition STS of the function's region is asked.
    """
    region = _ROUTE53_REGIONS.get(role_arn.split(":")[1])
    sts: _Sts = boto3.client("sts", region_name=region, config=CONFIG)
    extra = {"ExternalId": external_id} if external_id else {}
    try:
        role = retry_denied(sts.assume_role, RoleArn=role_arn, RoleSessionName=session_name, **extra)
    except ClientError as error:
        if not is_denied(error):
            raise
        raise Failed(
            f"{role_arn} cannot be assumed: it does not exist, or does not trust {_own_role(sts)}, or asks for another "
            f"external id, or a policy of an organization forbids sts:AssumeRole in {region or 'this region'}; deploy the "
            f"stack with ZoneWriterRole in the account of the zone first, with this account in 'trusted'"
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
