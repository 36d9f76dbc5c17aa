"""The hosts that people give to `SpfRecord.of_includes` (RFC 7208 sections 5.2 and 7.1, RFC 8616 section 4).

Stricter than the grammar, which allows `include:https://x.example`: outside of macros only letters, digits, hyphens,
underscores and dots pass, and literal names are at most 253 octets.
"""

from __future__ import annotations

import re

from ses_email_auth.domain_name import DomainName
from ses_email_auth.errors import EmailAuthError, InvalidDomainName, RecordSyntaxError
from ses_email_auth.known_after_deploy import holds_token, is_list_token
from ses_email_auth.records.spf_macro import check_domain_spec, domain_spec_meaning, literal_text

__all__ = ["include_host"]

_PREFIX = re.compile(r"[+\-~?]?[A-Za-z0-9]+[:=]|[+\-~?]")  # "include:", "redirect=", "~"
_NO_HOST_CHARACTER = re.compile(r"[^A-Za-z0-9._-]")
_MAX_NAME = 253  # RFC 1035 section 2.3.4, as text without the final dot


def include_host(host: str) -> str:
    """The domain-spec for `include:`: A-labels, lower case, no final dot; text with a token stays as it is.

    Raises:
        EmailAuthError: if it is not a host; the sentence says what it looks like and what to pass.
    """
    if not isinstance(host, str):
        raise _refusal(host, "it is no text")
    if is_list_token(host):
        raise _refusal(host, "it is a CDK list token")
    reason = _what_it_is(host)
    if reason is not None:
        raise _refusal(host, reason)
    name = host if holds_token(host) else _normalize(host)
    try:
        check_domain_spec(name)
    except RecordSyntaxError as fault:
        raise _refusal(host, f"{fault.message} ({fault.reference})") from None
    return name


def _normalize(host: str) -> str:
    # By labels: DomainName refuses underscores inside of labels, as in 'spf_c.example.com', and macros.
    try:
        name = ".".join(part if part.isascii() else str(DomainName(part)) for part in host.split("."))
    except InvalidDomainName as fault:
        raise _refusal(host, fault.reason) from None
    literal = literal_text(name)
    bad = _NO_HOST_CHARACTER.search(literal)
    if bad is not None:
        raise _refusal(host, f"{bad.group()!r} is no character of a host")
    name = domain_spec_meaning(name)
    if len(name) > _MAX_NAME and literal_text(name) == name:
        raise _refusal(host, f"it has {len(name)} octets; at most {_MAX_NAME} are allowed")
    return name


def _what_it_is(host: str) -> str | None:
    """What somebody pasted instead of a host."""
    prefix = _PREFIX.match(host)
    if not host:
        return "it is empty"
    if any(char.isspace() for char in host):
        return "it holds white space"
    if "://" in host:
        return "it is a URL"
    if "@" in host:
        return "it is a mail address"
    return None if prefix is None else f"it begins with {prefix.group()!r}"


def _refusal(host: object, reason: str) -> EmailAuthError:
    return EmailAuthError(f"includes must be hosts, got {host!r}: {reason}; pass the host alone, for example '_spf.google.com'")
