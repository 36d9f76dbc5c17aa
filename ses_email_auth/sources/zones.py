"""The hosted zones that files declare, told apart by their id and account, never by their name: two stages of an app own zones
of equal names. Records whose zone is not known stay with their file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.known_after_deploy import KnownAfterDeploy, holds_token

if TYPE_CHECKING:
    from ses_email_auth.sources.source_file import DeclaredZone, SourceFile
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet

_DKIM_NAME = "DkimDNSTokenName"


@dataclass(frozen=True, slots=True)
class Standpoint:
    """From where a zone is seen: its stages and accounts, as far as they are known.

    Files without either are seen from anywhere: a zone file is what DNS has for all.
    """

    stages: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()

    def may_see(self, other: Standpoint) -> bool:
        """Whether nothing says that the two are deployed apart."""
        pairs = ((self.stages, other.stages), (self.accounts, other.accounts))
        return all(not one or not another or one & another for one, another in pairs)

    def narrowed_by(self, other: Standpoint) -> Standpoint:
        """Both together."""
        return Standpoint(
            self.stages & other.stages or self.stages or other.stages,
            self.accounts & other.accounts or self.accounts or other.accounts,
        )


@dataclass(eq=False)
class Zone:
    """What all files declare of one hosted zone."""

    records: list[DeclaredRecordSet] = field(default_factory=list)
    declared: list[DeclaredZone] = field(default_factory=list)
    identities: list[DeclaredIdentity] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)
    """Of the files with a scope; of the others their paths."""

    stages: set[str] = field(default_factory=set)
    """The scopes alone."""

    accounts: set[str] = field(default_factory=set)
    is_said_complete: bool = False
    """Whether the user says that the files hold all its records."""

    @cached_property
    def name(self) -> DomainName | None:
        """The name, if a file says it."""
        return next((zone.name for zone in self.declared if zone.name is not None), None)

    @cached_property
    def is_in_dns(self) -> bool:
        """Whether one file holds all its records: those that DNS has."""
        return any(zone.is_complete for zone in self.declared)

    @property
    def is_complete(self) -> bool:
        """Whether all its records are in view."""
        return self.is_said_complete or self.is_in_dns

    @property
    def is_created(self) -> bool:
        """Whether a file makes it."""
        return any(zone.is_created for zone in self.declared)

    @cached_property
    def hides_names(self) -> bool:
        """Whether a record may stand at any name: one that is known after the deploy, and that SES does not give to a key."""
        return any(
            not record.name.attribute.startswith(_DKIM_NAME)
            if isinstance(record.name, KnownAfterDeploy)
            else record.name is not None and not record.name.is_known
            for record in self.records
        )

    @property
    def is_private(self) -> bool:
        """Whether only a VPC sees it."""
        return any(zone.is_private for zone in self.declared)

    @property
    def dnssec_signed(self) -> bool | None:
        """Whether it is signed; None if no file says so."""
        signed = [zone.dnssec_signed for zone in self.declared if zone.dnssec_signed is not None]
        return any(signed) if signed else None

    @cached_property
    def standpoint(self) -> Standpoint:
        """Which other zones it sees."""
        return Standpoint(frozenset(self.stages), frozenset(self.accounts - {""}))

    @property
    def ends(self) -> dict[DomainName, str]:
        """How its names end: of each organizational domain the name at or above all that stands there.

        To these organizations the identities of a zone without a name may belong.
        """
        ends: dict[DomainName, str] = {}
        for name in {record.name for record in self.records if isinstance(record.name, DomainName)}:
            organization = name.organizational or name
            text = name.text.removeprefix("*.")
            end = ends.get(organization, text)
            while text != end and not text.endswith(f".{end}"):
                end = end.partition(".")[2]
            ends[organization] = end
        return ends

    def add_file(self, file: SourceFile) -> None:
        """Note where the zone is declared."""
        self.paths.add(file.path)
        self.scopes.add(file.scope or file.path)
        self.accounts.add(file.account)
        if file.scope:
            self.stages.add(file.scope)


def zones_of(files: list[SourceFile]) -> dict[tuple[str, str], Zone]:
    """The zones of all files, by account and id."""
    accounts = _accounts_by_zone(files)
    # A mark names the resource that makes the zone, so it is one zone also where a stack of another account refers to it.
    owners = {zone.zone_id: file.account for file in files for zone in file.zones if holds_token(zone.zone_id)}
    owners |= {zone.zone_id: zone.account for file in files for zone in file.zones if zone.account}
    zones: dict[tuple[str, str], Zone] = {}

    def zone_of(zone_id: str, file: SourceFile) -> Zone:
        known = accounts.get(zone_id, set())
        account = owners.get(zone_id) or file.account or (next(iter(known)) if len(known) == 1 else "")
        zone = zones.setdefault((account, zone_id) if zone_id else (file.path, ""), Zone())
        zone.add_file(file)
        return zone

    for file in files:
        for declared in file.zones:
            zone_of(declared.zone_id, file).declared.append(declared)
        for record in file.records:
            zone_of(record.zone_id, file).records.append(record)
    return zones


def _accounts_by_zone(files: list[SourceFile]) -> dict[str, set[str]]:
    """The accounts that name each zone: a file without an account belongs to the only one."""
    accounts: dict[str, set[str]] = {}
    for file in files:
        if file.account:
            for zone_id in {record.zone_id for record in file.records} | {zone.zone_id for zone in file.zones}:
                accounts.setdefault(zone_id, set()).add(file.account)
    return accounts
