"""Row of the table of examples: what is made when SES has verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.deploy.examples import DOMAIN, TOKYO, Example

if TYPE_CHECKING:
    from tests.deploy.examples import Run

__all__ = ["EXAMPLES"]


def deployed(run: Run) -> None:
    """The user pool stands, and the domain is verified with its MAIL FROM."""
    assert len(run.aws.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"]) == 1
    verified(run, f"bounce.{DOMAIN}")


def changed(run: Run) -> None:
    """The records of the MAIL FROM domain have moved, and SES has verified the new one."""
    verified(run, f"mail.{DOMAIN}")
    assert {name for name, _ in run.changes()} == {f"bounce.{DOMAIN}", f"mail.{DOMAIN}"}


def verified(run: Run, mail_from: str) -> None:
    """The identity, with this MAIL FROM domain."""
    identity = run.identity()
    assert identity["VerifiedForSendingStatus"]
    found = identity["MailFromAttributes"]
    assert (found["MailFromDomain"], found["MailFromDomainStatus"]) == (mail_from, "SUCCESS")


EXAMPLES = [
    Example(
        name="waiting",
        stacks={"WaitingStack": TOKYO},
        change={"SES_EXAMPLE_MAIL_FROM": "mail"},
        deployed=deployed,
        after_change=changed,
    )
]
