"""Short ways to write records, SES identities and views of the zone example.com."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy
from ses_email_auth.records.resource_record_set import RecordType, ResourceRecordSet
from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet, Origin
from ses_email_auth.zone.view import ZoneView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ses_email_auth.records.resource_record_set import RecordValue
    from ses_email_auth.zone.declared import DeclaredValue, RecordInView

ZONE = DomainName("example.com")
TOKEN = "${Token[TOKEN.16]}"
REPORTS = "rua=mailto:dmarc@example.com"
FEEDBACK = "10 feedback-smtp.ap-northeast-1.amazonses.com"
SELECTOR = "s._domainkey.example.com"
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""The public key of RFC 8463 appendix A."""

TEMPLATE = "app.template.json"


# Views


def part(*things: RecordInView | DeclaredIdentity, zone: str | None = "example.com") -> ZoneView:
    """Some records of a zone, and identities."""
    return _view(things, zone, complete=False)


def whole(*things: RecordInView | DeclaredIdentity, zone: str | None = "example.com") -> ZoneView:
    """All records of a zone, and identities."""
    return _view(things, zone, complete=True)


def dmarc(tags: str, domain: str = "example.com") -> ZoneView:
    """One DMARC record, somewhere in the zone."""
    return part(txt(f"_dmarc.{domain}", f"v=DMARC1; {tags}"))


def _view(things: tuple[RecordInView | DeclaredIdentity, ...], zone: str | None, *, complete: bool) -> ZoneView:
    return ZoneView(
        records=tuple(thing for thing in things if not isinstance(thing, DeclaredIdentity)),
        identities=tuple(thing for thing in things if isinstance(thing, DeclaredIdentity)),
        zone=None if zone is None else DomainName(zone),
        complete=complete,
    )


# Record sets of our own constructs


def txt(name: str, *values: RecordValue) -> ResourceRecordSet:
    """A TXT set."""
    return record_set(name, RecordType.TXT, *values)


def mx(name: str, *values: RecordValue) -> ResourceRecordSet:
    """An MX set."""
    return record_set(name, RecordType.MX, *values)


def record_set(name: str, record_type: RecordType, *values: RecordValue) -> ResourceRecordSet:
    """A set of any type."""
    return ResourceRecordSet(DomainName(name), record_type, 600, values)


def easy_dkim(names: Iterable[str], zone: str = "dkim.amazonses.com", domain: str = "example.com") -> list[ResourceRecordSet]:
    """A CNAME of Easy DKIM for each name."""
    return [record_set(f"{name}._domainkey.{domain}", RecordType.CNAME, f"{name}.{zone}") for name in names]


def own_names(*numbers: int) -> list[ResourceRecordSet]:
    """CNAMEs of Easy DKIM whose names only AWS knows."""
    return [
        ResourceRecordSet(
            KnownAfterDeploy(f"DkimDNSTokenName{number}"),
            RecordType.CNAME,
            600,
            (KnownAfterDeploy(f"DkimDNSTokenValue{number}"),),
        )
        for number in numbers
    ]


# What files declare


def declared(  # noqa: PLR0913 - as `DeclaredRecordSet.of`
    spelling: str,
    type_text: str,
    *values: DeclaredValue,
    ttl: str = "600",
    other_ttls: tuple[str, ...] = (),
    set_identifier: str | None = None,
    is_alias: bool = False,
    known_name: KnownAfterDeploy | None = None,
    owner: str = "",
    path: str = TEMPLATE,
    resource: str = "Record",
    line: int | None = None,
) -> DeclaredRecordSet:
    """A record set of a template, or of a zone file if it has a line; TXT values in Route 53's form."""
    in_template = Origin(path, resource=resource, location="Properties/ResourceRecords")
    return DeclaredRecordSet.of(
        spelling,
        type_text,
        values,
        in_template if line is None else Origin(path, resource=f"line {line}", line=line),
        known_name=known_name,
        ttl=ttl,
        other_ttls=other_ttls,
        set_identifier=set_identifier,
        is_alias=is_alias,
        identity=owner,
    )


def typed_dkim(names: Iterable[str], zone: str = "dkim.amazonses.com", origin: Origin | None = None) -> list[DeclaredRecordSet]:
    """CNAMEs of Easy DKIM that were typed into a file."""
    records = [declared(f"{name}._domainkey.example.com", "CNAME", f"{name}.{zone}") for name in names]
    return records if origin is None else [replace(record, origin=origin) for record in records]


def token_names(*numbers: int, owner: str = "Identity", after: str = "", path: str = TEMPLATE) -> list[DeclaredRecordSet]:
    """CNAMEs of Easy DKIM in a template that takes their names from an identity."""
    return [
        declared(
            "",
            "CNAME",
            KnownAfterDeploy(f"DkimDNSTokenValue{number}"),
            known_name=KnownAfterDeploy(f"DkimDNSTokenName{number}", after=after),
            owner=owner,
            path=path,
            resource=f"Dkim{number}",
        )
        for number in numbers
    ]


def identity(  # noqa: PLR0913 - what a template can say
    name: str = "example.com",
    *,
    resource: str = "Identity",
    path: str = TEMPLATE,
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
    """An SES identity of a template; with a selector it has a key too, unless `key` says otherwise."""
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


# Keys


def rsa(bits: int) -> str:
    """A public key with a modulus of that many bits, to which there is no private key."""
    key = RSAPublicNumbers(65537, (1 << (bits - 1)) + 1).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
