"""Rules on DKIM keys in DNS: their text, and the hashes, services, sizes and types of keys that receivers take (RFC 6376
section 3.6, RFC 8301, RFC 8463), and that Amazon SES signs with.

Not handled: whether mail is signed with a selector. Only an identity in view that names it as its own tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Fault, Need, Severity, rule
from ses_email_auth.checks.rules.record_text import shown
from ses_email_auth.checks.rules.stray_text import holds_private_key, meant_as, near_miss
from ses_email_auth.errors import visible
from ses_email_auth.records.dkim import DkimKeyType
from ses_email_auth.zone.view import keys_in_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.zone.texts import TextInView
    from ses_email_auth.zone.view import ZoneView


@rule(
    id="dkim-syntax",
    severity=Severity.ERROR,
    need=Need.RECORD,
    reason="Verifiers that cannot read the key treat every signature with this selector as none.",
    reference="RFC 6376 section 3.6.1",
    example='s._domainkey.example.com. 600 IN TXT "v=DKIM1; k=rsa"',
)
def dkim_syntax(view: ZoneView) -> Iterator[Fault]:
    for entry in view.dkim:
        text = entry.source
        if not entry.problem or holds_private_key(text.text):
            continue
        if meant_as(text.text) == "DKIM" and near_miss(view, text) is not None:  # that rule says it
            continue
        if entry.key is not None:
            yield Fault(where=text.where, message=f"verifiers pass over a part of it: {entry.problem}", severity=Severity.INFO)
        else:
            yield Fault(
                where=text.where,
                message=f"verifiers take every text here for a key and cannot use this one: {entry.problem}",
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
    for entry in view.dkim:
        text = entry.source  # one of several sets of a routing policy answers alone
        texts.setdefault((text.name, text.set_identifier), {}).setdefault(text.text, text)
    for (name, _), values in texts.items():
        if len(values) > 1:  # RFC 6376 section 3.6.2.2: the result is undefined
            yield Fault(
                where=f"{name} TXT",
                message=f"{len(values)} texts stand at one selector; a verifier takes any of them, or none",
                fix="keep the one that the signer uses; a new key gets a new selector",
                records=tuple(values.values()),
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
    for entry, key, _ in keys_in_view(view):
        if key.is_testing and not key.is_revoked:
            yield Fault(
                where=entry.where,
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
    for entry, key, is_own in keys_in_view(view):
        if not key.is_revoked or entry.is_wildcard:  # at a wildcard it says that the domain signs nothing
            continue
        if is_own:
            yield Fault(
                where=entry.where,
                message="the empty p= revokes the key, and SES is told to sign with this selector",
                fix="publish the public key, or give the identity the selector of a key that is published",
                severity=Severity.ERROR,
            )
        else:
            yield Fault(where=entry.where, message="the empty p= revokes the key; signatures with it fail")


@rule(
    id="dkim-granularity",
    severity=Severity.INFO,
    need=Need.RECORD,
    reason="The tag g= limited a key to some addresses; RFC 6376 dropped it, and it protects nothing.",
    reference="RFC 6376 section 3.2",
    example='s._domainkey.example.com. 600 IN TXT "k=ed25519; g=*; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="',
)
def dkim_granularity(view: ZoneView) -> Iterator[Fault]:
    for entry, key, _ in keys_in_view(view):
        if any(name == "g" for name, _ in key.unknown_tags):
            yield Fault(where=entry.where, message="g= is of DomainKeys, which DKIM replaced; verifiers pass over it")


_WEAK_BITS = 1024
_GOOD_BITS = 2048
_NEW_KEY = "make a new key of 2048 bits under a new selector"


@rule(
    id="dkim-sha1",
    severity=Severity.ERROR,
    need=Need.RECORD,
    for_constructs=True,
    reason="Signers use SHA-256; a key for SHA-1 alone refuses their signatures, and verifiers refuse SHA-1.",
    reference="RFC 8301 section 3.1",
    example='s._domainkey.example.com. 600 IN TXT "k=ed25519; h=sha1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="',
)
def dkim_sha1(view: ZoneView) -> Iterator[Fault]:
    for entry, key, _ in keys_in_view(view):
        hashes = key.hash_algorithms
        if hashes is not None and not key.is_revoked and "sha256" not in map(str.lower, hashes):
            yield Fault(
                where=entry.where,
                message=f"h= allows {shown(':'.join(hashes))} and not sha256, with which signers sign; such signatures fail",
                fix="leave out h=, or write h=sha256",
            )


@rule(
    id="dkim-not-for-email",
    severity=Severity.INFO,
    need=Need.RECORD,
    for_constructs=True,
    reason="A key whose s= names other services alone is ignored for mail; some are meant for reports.",
    reference="RFC 6376 section 3.6.1",
    example='s._domainkey.example.com. 600 IN TXT "k=ed25519; s=tlsrpt; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="',
)
def dkim_not_for_email(view: ZoneView) -> Iterator[Fault]:
    for entry, key, is_own in keys_in_view(view):
        services = key.effective_service_types
        if key.is_revoked or {"*", "email"} & set(map(str.lower, services)):
            continue
        message = f"s= allows {shown(':'.join(services))} and not email"
        if is_own:
            yield Fault(
                where=entry.where,
                message=f"{message}, and SES is told to sign mail with this selector",
                fix="leave out s=, or write s=email",
                severity=Severity.ERROR,
            )
        else:
            yield Fault(where=entry.where, message=f"{message}; verifiers of mail pass over the key")


@rule(
    id="dkim-key-short",
    severity=Severity.WARNING,
    need=Need.RECORD,
    for_constructs=True,
    reason="Signers should use keys of 2048 bits; below 1024 receivers must reject the signature.",
    reference="RFC 8301 section 3.2",
    example='s._domainkey.example.com. 600 IN TXT "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAIAAAAAAAAAAAAAAAAAAAAAA"'
    ' "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAECAwEAAQ=="',
)
def dkim_key_short(view: ZoneView) -> Iterator[Fault]:
    for entry, key, is_own in keys_in_view(view):
        bits = key.key_bits
        if bits is None or bits >= _GOOD_BITS or key.effective_key_type is not DkimKeyType.RSA:
            continue
        if bits < _WEAK_BITS:  # RFC 8301 section 3.2: verifiers must not take the signature for valid
            yield Fault(
                where=entry.where,
                message=f"the key has {bits} bits; receivers ignore signatures with less than {_WEAK_BITS}",
                fix=_NEW_KEY,
                severity=Severity.ERROR,
            )
        elif is_own:
            yield Fault(where=entry.where, message=f"the key has {bits} bits; signers should use {_GOOD_BITS}", fix=_NEW_KEY)
        else:  # receivers take such a key, and nothing says whose selector it is
            yield Fault(where=entry.where, message=f"the key has {bits} bits; 2048 are usual", severity=Severity.INFO)
    yield from _asked_for_short_keys(view)


def _asked_for_short_keys(view: ZoneView) -> Iterator[Fault]:
    if view.easy_dkim_bits is not None and view.easy_dkim_bits < _GOOD_BITS:
        yield Fault(
            where="DkimSigningAttributes",
            message=f"SES is asked for keys of {view.easy_dkim_bits} bits",
            fix="leave out dkim_key_length: SES then uses 2048",
        )
    for identity in view.identities:
        if identity.easy_dkim_bits == _WEAK_BITS:
            yield Fault(
                where=visible(identity.name),
                message=f"SES is asked for keys of {_WEAK_BITS} bits to sign the mail of {shown(identity.name)}",
                fix="leave the key length out: SES then uses 2048",
                records=(identity.part("DkimSigningAttributes/NextSigningKeyLength"),),
            )


@rule(
    id="dkim-ed25519-ses",
    severity=Severity.ERROR,
    need=Need.RECORDS,
    for_constructs=True,
    reason="Amazon SES signs with RSA keys alone, so its signatures cannot match an Ed25519 key.",
    reference="Amazon SES developer guide, BYODKIM",
    example="""\
Resources:
  Identity:
    Type: AWS::SES::EmailIdentity
    Properties:
      EmailIdentity: example.com
      DkimSigningAttributes:
        DomainSigningSelector: s
        DomainSigningPrivateKey: "{{resolve:secretsmanager:dkim-key}}"
  Key:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com.
      Name: s._domainkey.example.com.
      Type: TXT
      TTL: "600"
      ResourceRecords:
        - '"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="'
""",
)
def dkim_ed25519_ses(view: ZoneView) -> Iterator[Fault]:
    for entry, key, is_own in keys_in_view(view):
        if is_own and key.effective_key_type is DkimKeyType.ED25519:
            yield Fault(
                where=entry.where,
                message="SES is told to sign with this selector, and it signs with RSA alone; this key is Ed25519",
                fix="publish an RSA key of 2048 bits, and give SES its private half",
            )
