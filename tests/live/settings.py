"""What a person says to `make live`, read from environment variables: make hands on what stands on its command line."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
JOURNALS = ROOT / ".live"
DEFAULT_MINUTES = 45
DEFAULT_REGION = "us-east-1"
_RUN = re.compile(r"r[0-9a-f]{8}")
_LABELS = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_NEEDED = {
    "DOMAIN": "a throw-away domain that is delegated to the zone",
    "ZONE_ID": "the id of its public hosted zone",
    "ACCOUNT": "the 12 digits of the account in which all is made",
}


class Refused(Exception):
    """Why nothing is asked and nothing was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run."""

    domain: str
    zone_id: str
    account: str
    region: str = DEFAULT_REGION
    child: str = ""
    """A name below the domain to work under; empty: the zone is empty and all of it may be used."""

    second_profile: str = ""
    second_region: str = ""
    recipient: str = ""
    """A mail address that is verified in the account; it may get one mail."""

    out: Path = DOCS
    minutes: float = DEFAULT_MINUTES
    yes: bool = False
    only: tuple[str, ...] = ()
    """Ids of the questions to ask; empty: all of them."""

    endpoint: str = ""
    """AWS_ENDPOINT_URL: what answers there is not AWS, and the answers say so."""

    resolver: str = ""
    """`address:port` of a resolver, for this process and for the functions that look into DNS."""

    journals: Path = JOURNALS
    run: str
    is_cleaning: bool = False

    @property
    def base(self) -> str:
        """The name at and below which nothing stands but what the runs make."""
        return f"{self.child}.{self.domain}" if self.child else self.domain


def read(environment: Mapping[str, str]) -> Options:
    """The options of a run.

    Raises:
        Refused: for what is missing or has a wrong form.
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    missing = [f"  {name}=…  {meaning}" for name, meaning in _NEEDED.items() if name not in given]
    if missing:
        raise Refused("\n".join(["make live needs", *missing]))
    minutes, run = given.get("MINUTES", str(DEFAULT_MINUTES)), given.get("CLEAN", "")
    _check("ACCOUNT", given["ACCOUNT"], r"\d{12}", "the 12 digits of an AWS account")
    _check("ZONE_ID", given["ZONE_ID"], r"Z[A-Z0-9]{1,31}", "the id of a hosted zone, such as Z0123456789ABC")
    _check("MINUTES", minutes, r"\d{1,3}(\.\d+)?", "a number of minutes up to 999")
    _check("CLEAN", run or "r00000000", _RUN.pattern, "the id of a run, such as r1a2b3c4d")
    domain = given["DOMAIN"].lower().removesuffix(".")
    child = given.get("CHILD", "").lower().removesuffix(".").removesuffix(f".{domain}")
    for name, text in (("DOMAIN", domain), ("CHILD", child or "a")):
        _check(name, text, _LABELS.pattern, "a domain name")
    return Options(
        domain=domain,
        zone_id=given["ZONE_ID"],
        account=given["ACCOUNT"],
        region=given.get("REGION", DEFAULT_REGION),
        child=child,
        second_profile=given.get("SECOND_ACCOUNT_PROFILE", ""),
        second_region=given.get("SECOND_REGION", ""),
        recipient=given.get("RECIPIENT", ""),
        out=Path(given["OUT"]) if "OUT" in given else DOCS,
        minutes=float(minutes),
        yes=given.get("YES", "") not in {"", "0"},
        only=tuple(given.get("ONLY", "").replace(",", " ").split()),
        endpoint=given.get("AWS_ENDPOINT_URL", ""),
        resolver=given.get("SES_EMAIL_AUTH_RESOLVER", ""),
        journals=Path(given.get("JOURNALS", JOURNALS)),
        run=run or f"r{secrets.token_hex(4)}",
        is_cleaning=bool(run),
    )


def _check(name: str, text: str, pattern: str, meaning: str) -> None:
    if re.fullmatch(pattern, text) is None:
        raise Refused(f"{name} must be {meaning}, got {text!r}")
