"""What an editor shows of the public callables: signatures in the words of users, and each parameter documented in place."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import pytest

import ses_email_auth
from ses_email_auth import (
    Dkim,
    Dns,
    DomainPolicy,
    EmailAuthValidation,
    FromDomainTxt,
    SendingEvents,
    SendingIdentity,
    SesEmailAuth,
    ZoneWriterRole,
    rule,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The callables that users write props into.
DOCUMENTED: dict[str, Callable[..., Any]] = {
    "SesEmailAuth": SesEmailAuth.__init__,
    "SesEmailAuth.from_existing": SesEmailAuth.from_existing,
    "SendingIdentity": SendingIdentity.__init__,
    "DomainPolicy": DomainPolicy.__init__,
    "SendingEvents": SendingEvents.__init__,
    "ZoneWriterRole": ZoneWriterRole.__init__,
    "EmailAuthValidation": EmailAuthValidation.__init__,
    "Dns.route53": Dns.route53,
    "Dns.cross_account": Dns.cross_account,
    "Dns.external": Dns.external,
    "Dkim.easy": Dkim.easy,
    "Dkim.bring_your_own": Dkim.bring_your_own,
    "Dkim.managed_key": Dkim.managed_key,
    "Dkim.replica_of": Dkim.replica_of,
    "FromDomainTxt.adopt": FromDomainTxt.adopt,
    "grant_send_email": SesEmailAuth.grant_send_email,
    "allow_account": SesEmailAuth.allow_account,
    "allow_cognito": SesEmailAuth.allow_cognito,
    "add_sending_policy": SesEmailAuth.add_sending_policy,
    "rule": rule,
}
CONSTRUCTORS = ("SesEmailAuth", "SesEmailAuth.from_existing", "SendingIdentity", "DomainPolicy")
# What a prop means in one constructor alone.
DIFFERENT = {
    "SesEmailAuth.from_existing": {
        "mail_from_subdomain",
        "mail_from_behavior_on_mx_failure",
        "configuration_set",
        "wait_for_verification",
    },
    "SesEmailAuth": {"mail_from_subdomain"},
}


def documented(function: Callable[..., Any]) -> dict[str, str]:
    """The texts of the section `Args:` by parameter, white space folded."""
    _, _, behind = (inspect.getdoc(function) or "").partition("Args:\n")
    section = re.split(r"\n(?=\S)", behind, maxsplit=1)[0]
    entries = re.split(r"(?m)^ {4}(?=\w+: )", section)[1:]
    return {name: re.sub(r"\s+", " ", text).strip() for name, text in (entry.split(": ", 1) for entry in entries)}


def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Those that a caller passes."""
    return [each for each in inspect.signature(function).parameters.values() if each.name not in {"self", "cls"}]


def public_callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each public function, and each public method and constructor of a public class."""
    for name in ses_email_auth.__all__:
        value = getattr(ses_email_auth, name)
        if inspect.isclass(value):
            for member, function in inspect.getmembers(value, callable):
                own = not member.startswith("_") or member == "__init__"
                if own and getattr(function, "__module__", "").startswith("ses_email_auth"):
                    yield f"{name}.{member}", function
        elif inspect.isfunction(value):
            yield name, value


CALLABLES = dict(public_callables())


def test_many_callables_are_looked_at() -> None:
    """The tests below mean something."""
    assert len(CALLABLES) > 50
    assert {"SesEmailAuth.__init__", "SesEmailAuth.from_existing", "Dns.route53", "rule"} <= CALLABLES.keys()


@pytest.mark.parametrize("name", sorted(CALLABLES))
def test_no_word_of_ours_in_a_signature(name: str) -> None:
    """A default that is not None reads as words, and its type is that of the values that users pass."""
    signature = inspect.signature(CALLABLES[name])
    assert "Unset" not in str(signature)
    for parameter in signature.parameters.values():
        assert "unset" not in f"{parameter.annotation} {parameter.default!r}".lower()


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_every_parameter_is_documented_in_place(name: str) -> None:
    """In the order of the signature; one that can be left out says its default, in CDK's form."""
    texts = documented(DOCUMENTED[name])
    assert list(texts) == [parameter.name for parameter in parameters(DOCUMENTED[name])]
    for parameter in parameters(DOCUMENTED[name]):
        assert ("Default: " in texts[parameter.name]) == (parameter.default is not inspect.Parameter.empty), parameter.name


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_errors_are_documented(name: str) -> None:
    """Whoever passes a wrong value reads what is raised."""
    assert name == "rule" or "Raises:\n    EmailAuthError: " in (inspect.getdoc(DOCUMENTED[name]) or "")


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_one_prop_has_one_text(name: str) -> None:
    """A prop that several constructors take is documented in the same words in each."""
    texts = {**documented(SendingIdentity.__init__), **documented(DomainPolicy.__init__)}
    for prop, text in documented(DOCUMENTED[name]).items():
        if prop in texts and prop not in DIFFERENT.get(name, set()):
            assert text == texts[prop], prop


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_props_are_keywords(name: str) -> None:
    """Only the scope and the id are positional."""
    assert [each.name for each in parameters(DOCUMENTED[name]) if each.kind is not inspect.Parameter.KEYWORD_ONLY] == [
        "scope",
        "construct_id",
    ]


@pytest.mark.parametrize(
    ("kind", "factories"),
    [
        pytest.param(Dns, ["cross_account", "external", "route53"], id="Dns"),
        pytest.param(Dkim, ["bring_your_own", "easy", "managed_key", "replica_of"], id="Dkim"),
    ],
)
def test_an_editor_offers_the_factories_alone(kind: type, factories: list[str]) -> None:
    """How a kind works inside is not offered to users."""
    assert [name for name in dir(kind) if not name.startswith("_")] == factories
