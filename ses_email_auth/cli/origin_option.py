"""The option `--origin` of commands that read zone files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_email_auth.domain_name import DomainName


def _domain(_context: click.Context, _parameter: click.Parameter, value: str | None) -> DomainName | None:
    from ses_email_auth.domain_name import DomainName  # noqa: PLC0415 - --help needs no names
    from ses_email_auth.errors import InvalidDomainName  # noqa: PLC0415 - as above

    try:
        return None if value is None else DomainName(value)
    except InvalidDomainName as error:
        raise click.BadParameter(str(error)) from error


def origin_option(function: Callable[..., int]) -> Callable[..., int]:
    """Add `--origin NAME`; the argument `origin` is its `DomainName`, or None."""
    return click.option(
        "--origin",
        metavar="NAME",
        callback=_domain,
        help="The domain of a zone file that does not name it.",
    )(function)
