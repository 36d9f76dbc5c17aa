"""Rules on the text of DKIM keys in DNS (RFC 6376 section 3.6).

Not handled: whether anybody signs with a selector. Only an identity in view that names it as its own tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.stray_text import holds_private_key, meant_as, near_miss
from ses_email_auth.zone.view import keys_in_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.zone.view import TextInView, ZoneView


@rule(
    id="dkim-syntax",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="Verifiers that cannot read the key treat every signature with this selector as none.",
    reference="RFC 6376 section 3.6.1",
    example='s._domainkey.example.com. 600 IN TXT "v=DKIM1; k=rsa"',
)
def dkim_syntax(view: ZoneView) -> Iterator[Fault]:
    for found in view.dkim:
        text = found.source
        if not found.trouble or holds_private_key(text.text):
            continue
        if meant_as(text.text) == "DKIM" and near_miss(view, text) is not None:  # that rule says it
            continue
        if found.key is not None:
            yield Fault(where=text.where, message=f"verifiers pass over a part of it: {found.trouble}", severity=Severity.INFO)
        else:
            yield Fault(
                where=text.where,
                message=f"verifiers take every text here for a key and cannot use this one: {found.trouble}",
                fix="publish the key record as the signer gives it, and no other text at this name",
            )


@rule(
    id="dkim-multiple",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    reason="One selector has one key record; with two of them nobody knows which one a verifier takes.",
    reference="RFC 6376 section 3.6.2.2",
    example="""\
s._domainkey.example.com. 600 IN TXT "v=DKIM1; p="
s._domainkey.example.com. 600 IN TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
""",
)
def dkim_multiple(view: ZoneView) -> Iterator[Fault]:
    texts: dict[tuple[DomainName, str | None], dict[str, TextInView]] = {}
    for found in view.dkim:
        text = found.source  # one of several sets of a routing policy answers alone
        texts.setdefault((text.name, text.set_identifier), {}).setdefault(text.text, text)
    for (name, _), values in texts.items():
        if len(values) > 1:  # RFC 6376 section 3.6.2.2: the result is undefined
            yield Fault(
                where=f"{name} TXT",
                message=f"{len(values)} texts stand at one selector; a verifier takes any of them, or none",
                fix="keep the one that the signer uses; a new key gets a new selector",
                records=tuple({id(each.record): each.record for each in values.values()}.values()),
            )


@rule(
    id="dkim-testing",
    severity=Severity.WARNING,
    need=Need.RECORD,
    reason="A key in testing mode protects nothing: its mail counts as mail without a signature.",
    reference="RFC 6376 section 3.6.1",
    example='s._domainkey.example.com. 600 IN TXT "k=ed25519; t=y; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="',
)
def dkim_testing(view: ZoneView) -> Iterator[Fault]:
    for found, key, _ in keys_in_view(view):
        if key.is_testing and not key.is_revoked:
            yield Fault(
                where=found.where,
                message="t=y says that the domain only tests DKIM; verifiers may treat its mail as if it were not signed",
                fix="leave out t=y",
            )


@rule(
    id="dkim-revoked",
    severity=Severity.INFO,
    need=Need.RECORD,
    reason="An empty p= tells verifiers that the key is withdrawn, so signatures with its selector fail.",
    reference="RFC 6376 section 3.6.1",
    example='s._domainkey.example.com. 600 IN TXT "v=DKIM1; p="',
)
def dkim_revoked(view: ZoneView) -> Iterator[Fault]:
    for found, key, is_own in keys_in_view(view):
        if not key.is_revoked or found.is_wildcard:  # at a wildcard it says that the domain signs nothing
            continue
        if is_own:
            yield Fault(
                where=found.where,
                message="the empty p= revokes the key, and SES is told to sign with this selector",
                fix="publish the public key, or give the identity the selector of a key that is published",
                severity=Severity.ERROR,
            )
        else:
            yield Fault(where=found.where, message="the empty p= revokes the key; signatures with it fail")


@rule(
    id="dkim-granularity",
    severity=Severity.INFO,
    need=Need.RECORD,
    reason="The tag g= limited a key to some addresses; RFC 6376 dropped it, and it protects nothing.",
    reference="RFC 6376 section 3.2",
    example='s._domainkey.example.com. 600 IN TXT "k=ed25519; g=*; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="',
)
def dkim_granularity(view: ZoneView) -> Iterator[Fault]:
    for found, key, _ in keys_in_view(view):
        if any(name == "g" for name, _ in key.unknown_tags):
            yield Fault(where=found.where, message="g= is of DomainKeys, which DKIM replaced; verifiers pass over it")
