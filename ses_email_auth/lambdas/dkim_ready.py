"""Waits until the record of a new DKIM key answers, before the identity signs with that key: SES does not sign while it cannot
find the public key.

- An identity that does not exist yet sends nothing, so its first key is not waited for.
- The next generation has to answer at all name servers of the domain, or the deployment fails and nothing has changed.
- The generation before is never refused: a rollback goes back to it, and its record still stands.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from ses_email_auth.lambdas.custom_resource import CONFIG, Failed, Outcome, Request, answer, error_code, retry_denied
from ses_email_auth.lambdas.dns_txt import texts_everywhere

if TYPE_CHECKING:
    from ses_email_auth.lambdas.custom_resource import Properties

_PAUSE = 10  # seconds
_MARGIN = 20  # seconds of the function for the answer
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
        return outcome  # the identity is replaced, too
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
        retry_denied(boto3.client("sesv2", config=CONFIG).get_email_identity, EmailIdentity=domain)
    except ClientError as error:
        if error_code(error) == "NotFoundException":
            return False
        raise
    return True


def _wait(request: Request) -> None:
    """Wait until all name servers have the record."""
    domain, name, value = (str(request.properties[key]) for key in ("EmailIdentity", "Name", "Value"))
    wanted = "".join(_STRING.findall(value))
    seconds = min(float(str(request.properties["Seconds"])), request.remaining_seconds() - _MARGIN)
    until = time.monotonic() + seconds
    while True:
        answers = texts_everywhere(domain, name)
        missing = [server for server, texts in answers.items() if wanted not in texts]
        if answers and not missing:
            return
        if time.monotonic() + _PAUSE > until:
            break
        time.sleep(_PAUSE)
    failure = f"{', '.join(missing)} did not have it" if answers else "no name server could be reached"
    raise Failed(
        f"the new DKIM key did not answer in time, so SES still signs with the old one: {failure}. Publish this record and "
        f"deploy again, the key stays the same: {name} TXT {value}"
    )
