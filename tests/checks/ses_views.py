"""Short ways to write what files say of Amazon SES: identities, and record sets of templates."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin
from ses_email_auth.zone.view import ZoneView
from tests.checks.views import ZONE, other

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.zone.declared import DeclaredValue, RecordInView

ORIGIN = Origin("app.template.json", resource="Resource", location="Properties/ResourceRecords")
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""The public key of RFC 8463 appendix A."""

SELECTOR = "s._domainkey.example.com"


def rsa(bits: int) -> str:
    """A key whose modulus has so many bits; nobody can sign with it."""
    key = RSAPublicNumbers(65537, (1 << (bits - 1)) + 1).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def identity(  # noqa: PLR0913 - what a template can say
    name: str = "example.com",
    *,
    resource: str = "Identity",
    path: str = ORIGIN.path,
    account: str = "",
    region: str = "",
    mail_from: str | None = None,
    on_mx_failure: str | None = None,
    signs: bool | None = True,
    selector: str | None = None,
    key: bool | None = None,
    key_in_file: bool = False,
    bits: int | None = None,
    alternative: str | None = None,
) -> DeclaredIdentity:
    """An identity of a template; with a selector it has a key too, unless `key` says otherwise."""
    return DeclaredIdentity(
        name=name,
        origin=Origin(path, resource=resource),
        account=account,
        region=region,
        mail_from=mail_from,
        on_mx_failure=on_mx_failure,
        signs=signs,
        own_selector=selector,
        own_key=selector is not None if key is None else key,
        own_key_in_file=key_in_file,
        easy_dkim_bits=bits,
        alternative=alternative,
    )


def seen(
    name: str,
    kind: RecordType,
    *values: DeclaredValue,
    origin: Origin = ORIGIN,
    known_name: KnownAfterDeploy | None = None,
    set_identifier: str | None = None,
    owner: str = "",
) -> DeclaredRecordSet:
    """A record set of a template."""
    written = tuple(f'"{value}"' if kind is RecordType.TXT and isinstance(value, str) else value for value in values)
    return DeclaredRecordSet.of(
        name, kind.value, written, origin, known_name=known_name, set_identifier=set_identifier, identity=owner
    )


def view_of(*things: RecordInView | DeclaredIdentity, complete: bool = False) -> ZoneView:
    """A view of example.com with these records and identities."""
    return ZoneView(
        records=tuple(each for each in things if not isinstance(each, DeclaredIdentity)),
        identities=tuple(each for each in things if isinstance(each, DeclaredIdentity)),
        zone=ZONE,
        complete=complete,
    )


def easy_dkim(names: Iterable[str], zone: str = "dkim.amazonses.com", domain: str = "example.com") -> list[ResourceRecordSet]:
    """A DKIM CNAME for each letter."""
    return [other(f"{name}._domainkey.{domain}", RecordType.CNAME, f"{name}.{zone}") for name in names]


def typed(names: Iterable[str], zone: str = "dkim.amazonses.com", origin: Origin = ORIGIN) -> list[DeclaredRecordSet]:
    """The same as somebody typed them into a template."""
    return [seen(f"{name}._domainkey.example.com", RecordType.CNAME, f"{name}.{zone}", origin=origin) for name in names]


def token_names(*numbers: int, owner: str = "Identity", after: str = "", path: str = ORIGIN.path) -> list[DeclaredRecordSet]:
    """DKIM CNAMEs of a template whose names come from an identity."""
    return [
        seen(
            "",
            RecordType.CNAME,
            KnownAfterDeploy(f"DkimDNSTokenValue{number}"),
            origin=Origin(path, resource=f"Dkim{number}"),
            known_name=KnownAfterDeploy(f"DkimDNSTokenName{number}", after=after),
            owner=owner,
        )
        for number in numbers
    ]


def own_names(*numbers: int) -> list[ResourceRecordSet]:
    """DKIM CNAMEs of our own constructs."""
    return [
        ResourceRecordSet(
            KnownAfterDeploy(f"DkimDNSTokenName{number}"),
            RecordType.CNAME,
            600,
            (KnownAfterDeploy(f"DkimDNSTokenValue{number}"),),
        )
        for number in numbers
    ]
