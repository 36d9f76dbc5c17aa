"""DMARC records (RFC 9989 sections 4.7, 4.8 and 4.10.1; the historic tags of RFC 7489 section 6.3 are kept).

Not handled here: finding the record (the DNS tree walk of RFC 9989 section 4.10), good practice (`ses_email_auth.checks`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records import dmarc_values as values
from ses_email_auth.records.dmarc_external import ExternalDestination, external_destinations
from ses_email_auth.records.dmarc_reader import DISCOVERY, DmarcProblem, DmarcReading, TagReader
from ses_email_auth.records.dmarc_values import Alignment, DmarcPolicy, FailureOption, PsdFlag
from ses_email_auth.records.dmarc_writer import tags
from ses_email_auth.records.report_uri import ReportUri, report_uris

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Alignment",
    "DmarcPolicy",
    "DmarcProblem",
    "DmarcReading",
    "DmarcRecord",
    "ExternalDestination",
    "FailureOption",
    "PsdFlag",
]

_VERSION = re.compile(
    r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)"
)  # RFC 9989 section 4.8: dmarc-version, then dmarc-sep or the end

_NP = "nonexistent_subdomain_policy"


@dataclass(frozen=True, slots=True, init=False)
class DmarcRecord:
    """The value of the TXT record at `_dmarc.<domain>`.

    Fields keep what was written, None or () is an absent tag; the `effective_*` properties know the defaults. `str()`
    gives the canonical text, or the original one of a record made by `verbatim`; the spelling is no part of equality.

    In `rua` and `ruf` an entry is a `ReportUri`, a bare mail address, or the text of a URI.

    Raises:
        EmailAuthError: if a value is of a wrong kind, if `fo` holds both 0 and 1 or an option twice, or if there is neither
            a policy nor a `rua`: receivers then apply no DMARC at all (RFC 9989 section 4.10.1).
    """

    policy: DmarcPolicy | None
    """`p`: for mail from the domain itself. Absent, it is `none`."""
    subdomain_policy: DmarcPolicy | None
    """`sp`: for mail from subdomains. Absent, it is `policy`."""
    nonexistent_subdomain_policy: DmarcPolicy | None
    """`np`: for mail from subdomains that DNS answers with NXDOMAIN. Absent, it is `subdomain_policy`."""
    adkim: Alignment | None
    """`adkim`: how close the DKIM domain must be. Absent, it is relaxed."""
    aspf: Alignment | None
    """`aspf`: how close the SPF domain must be. Absent, it is relaxed."""
    rua: tuple[ReportUri, ...]
    """`rua`: where aggregate reports go."""
    ruf: tuple[ReportUri, ...]
    """`ruf`: where failure reports go."""
    fo: tuple[FailureOption, ...]
    """`fo`: when failure reports are wanted."""
    psd: PsdFlag | None
    """`psd`: what the domain is in the tree walk."""
    testing: bool | None
    """`t`: True asks receivers to apply every policy one level down."""
    pct: int | None
    """`pct`: historic, per cent from 0 to 100."""
    rf: str | None
    """`rf`: historic, formats of failure reports."""
    ri: int | None
    """`ri`: historic, seconds between aggregate reports."""
    other: tuple[tuple[str, str], ...]
    """Unknown tags as (name, value), in order; receivers ignore them."""
    _spelling: str | None = field(init=False, compare=False, repr=False)

    def __init__(  # noqa: PLR0913 - one argument for each tag
        self,
        *,
        policy: DmarcPolicy | None = None,
        subdomain_policy: DmarcPolicy | None = None,
        nonexistent_subdomain_policy: DmarcPolicy | None = None,
        adkim: Alignment | None = None,
        aspf: Alignment | None = None,
        rua: Iterable[ReportUri | str] = (),
        ruf: Iterable[ReportUri | str] = (),
        fo: Iterable[FailureOption] = (),
        psd: PsdFlag | None = None,
        testing: bool | None = None,
        pct: int | None = None,
        rf: str | None = None,
        ri: int | None = None,
        other: Iterable[tuple[str, str]] = (),
    ) -> None:
        put = partial(object.__setattr__, self)
        put("policy", values.checked_enum("policy", policy, DmarcPolicy))
        put("subdomain_policy", values.checked_enum("subdomain_policy", subdomain_policy, DmarcPolicy))
        put(_NP, values.checked_enum(_NP, nonexistent_subdomain_policy, DmarcPolicy))
        put("adkim", values.checked_enum("adkim", adkim, Alignment))
        put("aspf", values.checked_enum("aspf", aspf, Alignment))
        put("rua", report_uris("rua", rua))
        put("ruf", report_uris("ruf", ruf))
        put("fo", values.checked_failure_options(fo))
        put("psd", values.checked_enum("psd", psd, PsdFlag))
        put("testing", values.checked_flag("testing", testing))
        put("pct", values.checked_number("pct", pct, values.MAX_PCT))
        put("rf", values.checked_formats(rf))
        put("ri", values.checked_number("ri", ri, values.MAX_RI))
        put("other", values.checked_other(other))
        put("_spelling", None)
        if self.policy is None and not self.rua:
            raise EmailAuthError(
                f"policy or rua must be given, or receivers apply no DMARC ({DISCOVERY}); use DmarcPolicy.NONE"
            )

    def __str__(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in tags(self)) if self._spelling is None else self._spelling

    @classmethod
    def parse(cls, text: str) -> DmarcRecord:
        """Reads a record strictly.

        Raises:
            RecordSyntaxError: for the first thing in `text` that RFC 9989 section 4.7, 4.8 or 4.10.1 calls wrong.
        """
        reading = cls.read(text)
        if reading.record is None or reading.problems:
            raise reading.problems[0].error
        return reading.record

    @classmethod
    def verbatim(cls, text: str) -> DmarcRecord:
        """Like `parse`, but `str()` gives `text` unchanged: for taking over a record that stands in DNS already.

        Raises:
            RecordSyntaxError: as `parse`.
        """
        record = cls.parse(text)
        object.__setattr__(record, "_spelling", text)
        return record

    @classmethod
    def read(cls, text: str) -> DmarcReading:
        """What a receiver makes of `text`, and what is wrong with it; never raises."""
        reader = TagReader(text)
        record = cls._from(reader) if reader.is_readable else None
        return DmarcReading(record, reader.in_order())

    @staticmethod
    def is_dmarc(text: str) -> bool:
        """Whether a receiver takes a TXT value at `_dmarc` as a DMARC record, good or bad (RFC 9989 section 4.10)."""
        return _VERSION.match(text) is not None

    @property
    def effective_policy(self) -> DmarcPolicy:
        """The policy for the domain itself. Default: `none` (RFC 9989 section 4.10.1)"""
        return self.policy if self.policy is not None else DmarcPolicy.NONE

    @property
    def effective_subdomain_policy(self) -> DmarcPolicy:
        """The policy for subdomains. Default: that of the domain"""
        return self.subdomain_policy if self.subdomain_policy is not None else self.effective_policy

    @property
    def effective_nonexistent_subdomain_policy(self) -> DmarcPolicy:
        """The policy for names that do not exist. Default: that of subdomains"""
        written = self.nonexistent_subdomain_policy
        return written if written is not None else self.effective_subdomain_policy

    @property
    def effective_adkim(self) -> Alignment:
        """The DKIM alignment. Default: relaxed"""
        return self.adkim if self.adkim is not None else Alignment.RELAXED

    @property
    def effective_aspf(self) -> Alignment:
        """The SPF alignment. Default: relaxed"""
        return self.aspf if self.aspf is not None else Alignment.RELAXED

    @property
    def effective_fo(self) -> tuple[FailureOption, ...]:
        """When failure reports are wanted. Default: if nothing gives an aligned pass"""
        return self.fo or (FailureOption.ALL_FAIL,)

    @property
    def effective_psd(self) -> PsdFlag:
        """What the domain is in the tree walk. Default: unknown"""
        return self.psd if self.psd is not None else PsdFlag.UNKNOWN

    @property
    def effective_testing(self) -> bool:
        """Whether policies apply one level down. Default: False"""
        return self.testing is True

    def applied(self, policy: DmarcPolicy) -> DmarcPolicy:
        """What is left of `policy` after `t=y`: `reject` becomes `quarantine`, `quarantine` becomes `none`."""
        return list(DmarcPolicy)[max(policy.strength - 1, 0)] if self.effective_testing else policy

    def external_destinations(self, domain: DomainName | str) -> tuple[ExternalDestination, ...]:
        """The hosts of `rua` and `ruf` outside the organization of `domain`, one entry each (RFC 9990 section 4).

        Without consent of such a host reporters send nothing to it. Opaque hosts are left out.

        Raises:
            EmailAuthError: if `domain` is not a domain name, or a host cannot consent because the record name is too long.
        """
        name = domain if isinstance(domain, DomainName) else DomainName(domain)
        return external_destinations(name, self.rua + self.ruf)

    @staticmethod
    def _from(reader: TagReader) -> DmarcRecord | None:
        policies = [reader.choice(name, DmarcPolicy) for name in ("p", "sp", "np")]
        rua = reader.uris("rua")
        if reader.is_void:
            # RFC 9989 section 4.10.1: receivers act as if it said p=none, but only for a record with a valid rua.
            policies = [DmarcPolicy.NONE if rua else None, None, None]
        elif policies[0] is None and not rua:
            message = "there is neither a p nor a valid rua, so receivers apply no DMARC; write 'p=none'"
            reader.add(message, (len(reader.text), len(reader.text)), DISCOVERY, voids_record=True)
        applies = policies[0] is not None or bool(rua)
        record = DmarcRecord(
            policy=policies[0] if applies else DmarcPolicy.NONE,  # the rest is read too, so that every problem is found
            subdomain_policy=policies[1],
            nonexistent_subdomain_policy=policies[2],
            adkim=reader.choice("adkim", Alignment),
            aspf=reader.choice("aspf", Alignment),
            rua=rua,
            ruf=reader.uris("ruf"),
            fo=reader.failure_options(),
            psd=reader.choice("psd", PsdFlag),
            testing=reader.yes_or_no("t"),
            pct=reader.number("pct", values.MAX_PCT),
            rf=reader.formats(),
            ri=reader.number("ri", values.MAX_RI),
            other=reader.others(),
        )
        return record if applies else None
