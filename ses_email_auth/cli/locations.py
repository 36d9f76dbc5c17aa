"""Where findings come from, as text: files as a CI runner knows them, and the resources in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from ses_email_auth.errors import display
from ses_email_auth.sources.lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ses_email_auth.checks.finding import Finding
    from ses_email_auth.zone.declared import Origin

Lines: TypeAlias = "Mapping[Origin, int | None]"

_SHOWN = 3


def file_of(origin: Origin) -> str:
    """The file with slashes, relative to the working folder if it lies below: what a repository calls it."""
    path, here = Path(origin.path), Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def uri_of(origin: Origin) -> str:
    """The file as a URI reference (RFC 3986): relative, or `file:///…` outside of the working folder."""
    file = file_of(origin)
    if not Path(file).is_absolute():
        return quote(file, errors="backslashreplace")  # a name that is no UTF-8 must not stop us
    return "file://" + quote(file if file.startswith("/") else f"/{file}", safe="/:", errors="backslashreplace")


def resource_of(origin: Origin) -> str:
    """What a person looks for in the file: the construct with its logical id, or an address of Terraform. Empty for a line."""
    if origin.line is not None and origin.resource == f"line {origin.line}":
        return ""
    if not origin.construct_path:
        return origin.resource
    return f"{origin.construct_path} ({origin.resource})" if origin.resource else origin.construct_path


def lines_of(findings: Iterable[Finding]) -> Lines:
    """The line of each origin. Findings come rule by rule; here each file is gone through once."""
    origins = {origin for finding in findings for origin in finding.places}
    return {origin: line_of(origin) for origin in sorted(origins, key=lambda origin: origin.path)}


def location(origin: Origin, lines: Lines) -> str:
    """File, line and resource on one line."""
    line = lines[origin]
    at = origin.path if line is None else f"{origin.path}:{line}"
    return display(f"{at}  {resource_of(origin)}".rstrip())


def other_locations(finding: Finding, lines: Lines) -> str:
    """The locations of a finding but for the first, as a clause behind its message; empty if there are no others."""
    others = finding.places[1:]
    if not others:
        return ""
    more = f"; and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    return f" (also: {'; '.join(location(origin, lines) for origin in others[:_SHOWN])}{more})"
