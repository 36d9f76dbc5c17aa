"""Events of configuration sets: what SES publishes to SNS when a mail goes to its mailbox simulator.

Sources: SES developer guide ("Using the mailbox simulator", "Contents of event data that Amazon SES publishes to Amazon
SNS", "Setting up an Amazon SNS topic": the policy of the topic's key must let ses.amazonaws.com use it). Nothing is told of a
mail to any other address but that it was sent.
Not handled: the other destinations, bulk mail, and whether the policy of the topic lets SES publish.
"""

# ruff: noqa: SLF001 - MiniStack's private names

from __future__ import annotations

import http
import json
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, cast

# ministack is installed in a virtual environment of its own, where mypy does not run
from ministack.services import kms, ses_v2, sns  # type: ignore[import-not-found]  # as above
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]  # as above

from ses_email_auth.local import emulator_ses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.local.emulator import Created, Handler, Properties, Response
    from ses_email_auth.local.emulator_ses import Body

_SENDING = "/v2/email/outbound-emails"
_SIMULATOR = "simulator.amazonses.com"
_EVENTS = {"success": ("DELIVERY",), "bounce": ("BOUNCE",), "complaint": ("DELIVERY", "COMPLAINT")}
_NEEDED = {"kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKey*", "kms:*"}


def install() -> None:
    """Publish after each mail that was taken."""
    original: Handler = ses_v2.handle_request

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, object]) -> Response:
        response = await original(method, path, headers, body, query)
        if method == "POST" and path == _SENDING and response[0] == http.HTTPStatus.OK:
            _publish(json.loads(body), str(json.loads(response[2])["MessageId"]))
        return response

    ses_v2.handle_request = handle
    _keep_keys_of_topics()


def _keep_keys_of_topics() -> None:
    """Let a topic of a stack have its key, which MiniStack's CloudFormation leaves out."""
    functions = provisioners._RESOURCE_HANDLERS["AWS::SNS::Topic"]
    create, update = functions["create"], functions["update"]

    def kept(created: Created, properties: Properties) -> Created:
        sns._topics[created[0]]["attributes"]["KmsMasterKeyId"] = properties.get("KmsMasterKeyId", "")
        return created

    def updated(physical_id: str, old: Properties, new: Properties, *arguments: object, **options: object) -> Created:
        return kept(update(physical_id, old, new, *arguments, **options), new)

    functions["create"] = lambda name, properties, *arguments: kept(create(name, properties, *arguments), properties)
    functions["update"] = updated


def _publish(request: Body, message_id: str) -> None:
    """The events of one mail, to the topics of its configuration set."""
    sender = parseaddr(str(request.get("FromEmailAddress") or ""))[1]
    destination = cast("dict[str, list[str]]", request.get("Destination") or {})
    recipients = [parseaddr(recipient)[1] for addresses in destination.values() for recipient in addresses or []]
    events = [(event, recipient) for recipient in recipients for event in ("SEND", *_events_of(recipient))]
    for topic, wanted in _topics(str(request.get("ConfigurationSetName") or _default_set(sender))):
        for event, recipient in events:
            if event in wanted:
                mail = {"source": sender, "messageId": message_id, "destination": recipients}
                kind = event.lower()
                detail: Body = {"timestamp": datetime.now(UTC).isoformat()}
                if event == "BOUNCE":
                    detail |= {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": recipient}]}
                told = {"eventType": event.capitalize(), "mail": mail, kind: detail}
                sns.publish_internal(topic, json.dumps(told), "Amazon SES Email Event Notification")


def _events_of(recipient: str) -> tuple[str, ...]:
    name, _, host = recipient.lower().partition("@")
    return _EVENTS.get(name.partition("+")[0], ()) if host == _SIMULATOR else ()


def _default_set(sender: str) -> str:
    """The configuration set of the identity that is nearest to the sender."""
    labels, known = sender.rpartition("@")[2].split("."), emulator_ses.identities()
    names = [sender, *(".".join(labels[i:]) for i in range(len(labels)))]
    return next((known[name].get("ConfigurationSetName", "") for name in names if name in known), "")


def _topics(configuration_set: str) -> Iterator[tuple[str, list[str]]]:
    """The topics that SES may publish to, with the events that they want."""
    stored = ses_v2._config_sets.get(configuration_set) or {}
    for destination in (stored.get("EventDestinations") or {}).values():
        arn = (destination.get("SnsDestination") or {}).get("TopicArn")
        if arn and destination.get("Enabled") and _may_use_key_of(arn):
            yield arn, destination["MatchingEventTypes"]


def _may_use_key_of(topic_arn: str) -> bool:
    """Whether a statement of the key's policy names SES and what it needs; a topic without a key is open."""
    topic = sns._topic_by_arn_any_scope(topic_arn) or {}
    key = kms._resolve_key(topic.get("attributes", {}).get("KmsMasterKeyId") or "")
    statements = json.loads(key["Policy"])["Statement"] if key else []
    statements = statements if isinstance(statements, list) else [statements]
    return not key or any(
        "ses.amazonaws.com" in _listed(s, "Principal") and _NEEDED & set(_listed(s, "Action")) for s in statements
    )


def _listed(statement: Body, name: str) -> list[object]:
    value = statement.get(name)
    value = value.get("Service") if isinstance(value, dict) else value
    return value if isinstance(value, list) else [value]
