"""A hosted zone of Route 53, in this account or, through a role, in another one (API reference, "ChangeResourceRecordSets").

A ChangeBatch is done whole or not at all, and a DELETE in it must name values and TTL exactly: so nothing is overwritten that
somebody changed in the meantime. UPSERT is never used.
"""

from __future__ import annotations

import logging
import time
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.custom_resource import Failed
from ses_email_auth.lambdas.patience import CONFIG, is_denied, patiently
from ses_email_auth.lambdas.record_set import Key, RecordSet, plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ses_email_auth.lambdas.custom_resource import Properties

__all__ = ["Change", "HostedZone", "Refused", "ZoneIsGone"]

Change = tuple[str, RecordSet]
"""`CREATE` or `DELETE`, and what."""

_PERMISSION_PAUSES = (2, 4, 6)  # seconds: permissions that were just made are not in force everywhere at once
_SYNC_PAUSES = (1, 2, 3, *[5] * 10)  # seconds: "changes generally propagate to all Route 53 servers within 60 seconds"
_GRACE = 20  # seconds that the function keeps for its answer
_PARTS = ("Name", "Type", "Identifier")

_log = logging.getLogger(__name__)


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
    """As above."""

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
        """All that stands at `names`.

        Raises:
            Failed: if it may not be read, or the role cannot be assumed.
            ZoneIsGone: if there is no such zone.
        """
        found: dict[Key, RecordSet] = {}
        for name in sorted(set(names)):
            for record_set in self._at(name):
                found[record_set.key] = record_set
        return found

    def change(self, changes: Sequence[Change], remaining_seconds: Callable[[], float]) -> None:
        """Do all changes at once, and wait until Route 53 answers with them, at most a minute.

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
            code = _code(error)
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
        found: list[RecordSet] = []
        start: dict[str, object] = {"StartRecordName": f"{name}."}
        while True:
            page = self._page(start)
            members = page["ResourceRecordSets"]
            for raw in members if isinstance(members, list) else ():
                record_set = RecordSet.found(raw)
                if record_set.name != name:
                    return found
                found.append(record_set)
            if not page["IsTruncated"] or plain_name(str(page["NextRecordName"])) != name:
                return found
            start = {f"StartRecord{part}": page[f"NextRecord{part}"] for part in _PARTS if f"NextRecord{part}" in page}

    def _page(self, start: Mapping[str, object]) -> Mapping[str, object]:
        # A role that could be assumed is in force.
        pauses = () if self._role_arn else _PERMISSION_PAUSES
        try:
            return patiently(self._route53.list_resource_record_sets, pauses, HostedZoneId=self.zone_id, **start)
        except ClientError as error:
            if _code(error) == "NoSuchHostedZone":
                raise ZoneIsGone(self.zone_id) from error
            if not is_denied(error):
                raise
            raise Failed(f"{self._who} may not read the hosted zone {self.zone_id}; {self._fix}") from error

    def _wait(self, change_id: str, remaining_seconds: Callable[[], float]) -> None:
        """Until all name servers of Route 53 have the change: what waits for the records looks them up at once."""
        for pause in _SYNC_PAUSES:
            try:
                status = self._route53.get_change(Id=change_id)["ChangeInfo"]["Status"]
            except (BotoCoreError, ClientError) as error:  # it was made all the same: a failure would disown it
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


def _session_name(text: str) -> str:
    """`text` as the name of a role session may be."""
    return "".join(character if character.isalnum() or character in "+=,.@-" else "-" for character in text)[:64]


def _assume(role_arn: str, external_id: str, session_name: str) -> dict[str, object]:
    sts: _Sts = boto3.client("sts", config=CONFIG)
    extra = {"ExternalId": external_id} if external_id else {}
    try:
        role = patiently(sts.assume_role, _PERMISSION_PAUSES, RoleArn=role_arn, RoleSessionName=session_name, **extra)
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
    """Who this function is, for the one who has to trust it."""
    try:
        return str(sts.get_caller_identity()["Arn"])
    except ClientError:
        return "this function"


def _code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code", ""))


def _message(error: ClientError) -> str:
    return str(error.response["Error"].get("Message", ""))
