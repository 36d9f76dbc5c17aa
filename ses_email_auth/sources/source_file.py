"""What a reader returns: the record sets, SES identities and hosted zones that one file declares.

`views` groups several files by hosted zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.zone.declared import DeclaredIdentity, DeclaredRecordSet


@dataclass(slots=True, kw_only=True)
class SourceFile:
    """The record sets, SES identities and hosted zones of one file."""

    path: str
    account: str = ""
    """The AWS account that it is deployed to; empty if it is not known."""

    region: str = ""
    """The region, empty likewise."""

    scope: str = ""
    """What is deployed together: the folder of an assembly, one for each stage. Default: - the file alone"""

    records: list[DeclaredRecordSet] = field(default_factory=list)
    identities: list[DeclaredIdentity] = field(default_factory=list)
    zones: list[DeclaredZone] = field(default_factory=list)
    guessed_zone: DomainName | None = None
    """The zone that a zone file is taken for by its name alone; None if the file or the user names it."""

    terraform: str = ""
    """`plan` or `state` if it is one of Terraform; empty for all else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredZone:
    """A hosted zone that a file declares or is."""

    zone_id: str
    """As in `DeclaredRecordSet.zone_id`."""

    name: DomainName | None = None

    account: str = ""
    """The account that holds the zone, where it is not that of the file."""

    is_complete: bool = False
    """Whether the file holds all records of the zone."""

    is_created: bool = False
    """Whether the file makes the zone, so that most of its records are likely to stand beside it."""

    is_private: bool = False
    """Whether only a VPC sees it. Receivers do not."""

    dnssec_signed: bool | None = None


class UnreadableSource(EmailAuthError):
    """A file that cannot be read, or whose format is not known.

    Args:
        path: the file, as the user wrote it.
        reason: what is wrong, in lower case without a full stop.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"cannot read {path!r}: {reason}")
        self.path = path
        self.reason = reason
