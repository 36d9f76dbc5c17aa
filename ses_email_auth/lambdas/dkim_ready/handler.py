"""Stands between the record of a new DKIM key and the identity that shall sign with it: SES does not sign while it cannot find
the public key.

- An identity that does not exist yet sends nothing, so nobody waits for its first key.
- The next generation has to answer at all name servers of the domain, or the deployment fails and nothing has changed.
- Going back is never refused: that is what a rollback does, and the record of the generation before still stands.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from ses_email_auth.lambdas.custom_resource import Failed, Outcome, Request, answer
from ses_email_auth.lambdas.dns_txt import texts_everywhere
from ses_email_auth.lambdas.patience import CONFIG, patiently

if TYPE_CHECKING:
    from ses_email_auth.lambdas.custom_resource import Properties

__all__ = ["handle"]

_EVERY = 10  # seconds
_FOR_THE_ANSWER = 20  # seconds that have to be left
_STRING = re.compile(r'"([^"]*)"')


def handle(event: dict[str, object], context: object) -> None:
    """Answer CloudFormation."""
    answer(event, context, _work)


def _work(request: Request) -> Outcome:
    new, old = request.properties, request.old_properties
    domain = str(new["EmailIdentity"])
    outcome = Outcome(f"{domain}/dkim")
    if request.kind == "Delete":
        return outcome
    if request.kind == "Create":
        if _exists(domain):
            _wait(request)
    elif new["EmailIdentity"] != old["EmailIdentity"]:
        return outcome  # the identity is made anew, too
    elif _selector(new) != _selector(old):
        _wait(request)
    elif _generation(new) > _generation(old):
        if _generation(new) > _generation(old) + 1:
            raise Failed(
                f"'generation' goes from {_generation(old)} to {_generation(new)}, so the record of the key that signs now "
                f"would go at once; deploy {_generation(old) + 1} first"
            )
        _wait(request)
    return outcome


def _generation(properties: Properties) -> int:
    return int(str(properties["Generation"]))


def _selector(properties: Properties) -> str:
    return str(properties["Name"]).partition(".")[0].rpartition("-")[0]


def _exists(domain: str) -> bool:
    try:
        patiently(boto3.client("sesv2", config=CONFIG).get_email_identity, EmailIdentity=domain)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return False
        raise
    return True


def _wait(request: Request) -> None:
    """Until the record answers everywhere."""
    domain, name, value = (str(request.properties[key]) for key in ("EmailIdentity", "Name", "Value"))
    wanted = "".join(_STRING.findall(value))
    seconds = min(float(str(request.properties["Seconds"])), request.remaining_seconds() - _FOR_THE_ANSWER)
    until = time.monotonic() + seconds
    while True:
        found = texts_everywhere(domain, name)
        missing = [server for server, texts in found.items() if wanted not in texts]
        if found and not missing:
            return
        if time.monotonic() + _EVERY > until:
            break
        time.sleep(_EVERY)
    seen = f"{', '.join(missing)} did not have it" if found else "no name server could be reached"
    raise Failed(
        f"the new DKIM key did not answer in time, so SES still signs with the old one: {seen}. Publish this record and deploy "
        f"again, the key stays the same: {name} TXT {value}"
    )
