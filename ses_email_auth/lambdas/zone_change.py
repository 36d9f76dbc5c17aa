"""How the handlers change a zone: in two batches, of which both are done or none, and never after a stack has turned back.

- MX records are a batch of their own, behind all others. Route 53 compares the condition keys of a policy with all changes of
  a batch (developer guide, "Using IAM policy conditions for fine-grained access control"), so this lets a role allow MX records
  at other names than TXT records. It is the same in a zone of the own account, so that there is one way of writing.
- If the second batch is refused, what the first one wrote is taken back by its values: what others wrote meanwhile stays. For a
  moment the zone holds one half. If taking it back fails, the reason says which records are left.
- What takes back goes the other way, MX records first. So the half that a crash leaves is always that of the first batch, and
  an update back can tell it.
- When another resource of the stack fails, CloudFormation cancels this one, and sends the delete or the update back while the
  request is still worked on (cloudformation-coverage-roadmap #1730, aws-cdk #26139). So the events of the stack are read before
  each batch, and nothing is written any more; and once more before the answer, and what was written is taken back.
- What nothing waits for is answered before all name servers of Route 53 have it. An identity that gets its key from outside
  waits for the record of that key.

Not handled: a stack that turns back in the moment between the last look and the answer, and a request that Lambda starts only
after that, which looks like the update back. A function that ends in the midst of its work has no time to take anything back;
if Lambda tries again, the note of the first try tells its records from those of others (`RetryNote`).
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError

from ses_email_auth.lambdas.custom_resource import Failed, time_left, time_limit
from ses_email_auth.lambdas.hosted_zone import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ses_email_auth.lambdas.custom_resource import Request, RetryNote
    from ses_email_auth.lambdas.hosted_zone import Change, HostedZone

UNCHANGED = "nothing was changed"

_TAKING_BACK = 15  # seconds of the function, which are kept for taking back

Plan: TypeAlias = "Callable[[], list[Change]]"
"""Reads the zone, and says what has to be changed there."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """The changes that one request makes in a zone."""

    request: Request
    zone: HostedZone
    note: RetryNote
    tries: int
    """How often the zone is read again after Route 53 has refused a change."""

    is_given_up: Callable[[], bool]
    """Whether CloudFormation does not want the changes any more."""

    goes_back: bool = False
    """Whether the changes take back those of another request."""

    def make(self, plan: Plan, taking_back: Callable[[Sequence[Change]], list[Change]] | None = None) -> None:
        """Make the changes that `plan` wants. `taking_back` says what takes those back that were made; by default their values.

        Raises:
            Failed: if they are refused `tries` times, not allowed, or not wanted any more.
            ZoneIsGone: if there is no such zone.
        """
        take_back = taking_back or self._inverse
        refusal = ""
        for attempt in range(self.tries):
            made: list[Change] = []
            try:
                self._make(plan(), made)
            except Refused as error:
                self._take_back(made, take_back, str(error))
                refusal = str(error)
                _log.warning("refused: %s", refusal)
                if not error.was_sent_before:
                    self.note.delete()
                time.sleep(attempt)
            except Exception as error:
                self._take_back(made, take_back, str(error))
                raise
            else:
                return
        raise Failed(f"Route 53 refuses the change, {UNCHANGED}: {refusal}")

    def _make(self, changes: Sequence[Change], made: list[Change]) -> None:
        """Make all changes; `made` gets those that Route 53 has taken."""
        change_id = ""
        batches = _batches(changes)
        with time_limit(time_left() - _TAKING_BACK):
            for batch in reversed(batches) if self.goes_back else batches:
                self._refuse_if_given_up()
                change_id = self.zone.change(batch)
                made += batch
        if any(_is_key(change) for change in changes):
            self.zone.wait(change_id, self.request.remaining_seconds, self.is_given_up)
        if made:
            self._refuse_if_given_up()

    def _refuse_if_given_up(self) -> None:
        if self.is_given_up():
            raise Failed(f"the stack is rolled back or deleted, so this request is not wanted any more; {UNCHANGED}")

    def _take_back(self, made: list[Change], plan: Callable[[Sequence[Change]], list[Change]], cause: str) -> None:
        """Take back what was made.

        Raises:
            Failed: if that is not possible.
        """
        if not made:
            return
        fault = ""
        for attempt in range(self.tries):
            try:
                batches = _batches(plan(made))
                for batch in batches if self.goes_back else reversed(batches):
                    self.zone.change(batch)
            except (Refused, Failed, ClientError, BotoCoreError) as error:
                fault = str(error)
                _log.warning("not taken back: %s", fault)
                time.sleep(attempt)
            else:
                return
        places = ", ".join(dict.fromkeys(record_set.place for _, record_set in made))
        raise Failed(f"{cause}; {places} had been written before, and could not be taken back: {fault}; look at them by hand")

    def _inverse(self, made: Sequence[Change]) -> list[Change]:
        """The changes after which the zone is as before those that were made; what others wrote meanwhile stays."""
        created = {record_set.key: record_set for action, record_set in made if action == "CREATE"}
        deleted = {record_set.key: record_set for action, record_set in made if action == "DELETE"}
        standing = self.zone.read(name for name, _ in {**created, **deleted})
        ours = [key for key, record_set in created.items() if record_set.is_like(standing.get(key))]
        deletes: list[Change] = [("DELETE", standing[key]) for key in ours]
        free = [key for key in deleted if key in ours or key not in standing]
        return [*deletes, *(("CREATE", deleted[key]) for key in free)]


def _batches(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes of MX records behind all others."""
    others = [change for change in changes if change[1].type != "MX"]
    mx = [change for change in changes if change[1].type == "MX"]
    return [batch for batch in (others, mx) if batch]


def _is_key(change: Change) -> bool:
    """Whether the change is that of a DKIM key that does not come from the identity; the identity waits for it."""
    _, record_set = change
    return record_set.type == "TXT" and "._domainkey." in record_set.name
