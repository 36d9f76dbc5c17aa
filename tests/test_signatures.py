"""What an editor shows of the public callables: signatures in the words of users, and each parameter documented in place."""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

import ses_email_auth
from ses_email_auth import DkimKeyRecord, DmarcRecord, Rule, SpfRecord, rule, testing
from tests.docstrings import DEFAULT, docstring, documented, errors, field_texts, first_sentence, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.docstrings import Documented

PUBLIC = {name: getattr(module, name) for module in (ses_email_auth, testing) for name in module.__all__}
# Methods that take props as constructors do; of `EmailAuthTemplate` all are such.
GRANTS = {"grant_send_email", "allow_account", "allow_cognito", "add_sending_policy"}
# Those that take every value, or leave the question to a type checker.
NEVER_RAISE = {
    "AlignmentProof",
    "Dkim",
    "DmarcRecord.is_dmarc",
    "DmarcRecord.read",
    "Dns",
    "EmailAuthTemplate",
    "EmailAuthTemplate.findings",
    "Fault",
    "Finding",
    "FromDomainTxt",
    "FromDomainTxt.shared",
    "InvalidDomainName",
    "KnownAfterDeploy",
    "RecordSyntaxError",
    "Rule",
    "SpfRecord.is_spf",
    "ZoneView",
    "rule",
}


def public_callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each public function, and each public method and constructor of a public class."""
    for name, value in PUBLIC.items():
        if inspect.isclass(value):
            for member, function in inspect.getmembers(value, callable):
                own = not member.startswith("_") or member == "__init__"
                if own and getattr(function, "__module__", "").startswith("ses_email_auth"):
                    yield f"{name}.{member}", function
        elif inspect.isfunction(value):
            yield name, value


def documented_callables() -> Iterator[tuple[str, Documented]]:
    """Each public function, constructor and factory, and the methods that take props."""
    for path, function in CALLABLES.items():
        name, _, member = path.partition(".")
        kind = PUBLIC[name]
        if member == "__init__":
            yield name, kind
        elif (
            not member
            or isinstance(inspect.getattr_static(kind, member), classmethod | staticmethod)
            or member in GRANTS
            or kind is testing.EmailAuthTemplate
        ):
            yield path, function


CALLABLES = dict(public_callables())
DOCUMENTED = dict(documented_callables())
VALUES = {name: value for name, value in DOCUMENTED.items() if isinstance(value, type) and is_dataclass(value)}


def test_many_callables_are_looked_at() -> None:
    """The tests below mean something: no class is left out but enums and the error that takes any text."""
    assert len(CALLABLES) > 70
    assert len(VALUES) == 13
    classes = {name for name, value in PUBLIC.items() if isinstance(value, type) and not issubclass(value, Enum)}
    assert classes - DOCUMENTED.keys() == {"EmailAuthError"}
    assert {"SesEmailAuth.from_existing", "SendingIdentity.allow_account", "Dns.route53", "rule"} <= DOCUMENTED.keys()
    assert {"EmailAuthTemplate.from_stack", "EmailAuthTemplate.mx", "SpfRecord.of_includes"} <= DOCUMENTED.keys()


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
        assert (DEFAULT in texts[parameter.name]) == (parameter.default is not inspect.Parameter.empty), parameter.name


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_errors_are_documented(name: str) -> None:
    """Whoever passes a wrong value reads what is raised."""
    family = {"AssertionError", "EmailAuthError", "InvalidDomainName", "RecordSyntaxError", "UnreadableSource"}
    assert set(errors(DOCUMENTED[name])) <= family
    assert bool(errors(DOCUMENTED[name])) == (name not in NEVER_RAISE), docstring(DOCUMENTED[name])


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_field_has_the_text_of_its_argument(name: str) -> None:
    """Editors show the text below a field for a keyword, that of `Args:` for a position: one sentence, and one default."""
    arguments = documented(VALUES[name])
    for field, text in field_texts(VALUES[name]).items():
        if field in arguments:
            assert first_sentence(arguments[field]) == first_sentence(text), field
            assert DEFAULT not in text or text.partition(DEFAULT)[2] == arguments[field].partition(DEFAULT)[2], field


def test_fields_are_looked_at() -> None:
    """The test above means something, also for fields that a class inherits."""
    assert len(documented(DmarcRecord)) == len(documented(DmarcRecord).keys() & field_texts(DmarcRecord).keys()) == 14
    assert {"reason", "example", "faults", "for_constructs"} <= field_texts(Rule).keys()


def test_a_rule_and_its_decorator_say_the_same() -> None:
    """What the decorator `rule` takes goes into a `Rule` unchanged."""
    texts = documented(Rule)
    del texts["faults"]  # the decorated function
    assert documented(rule) == texts


def test_the_text_of_a_record_is_documented_once() -> None:
    """All factories that read a TXT value take the same."""
    readers = [
        *(DkimKeyRecord.parse, DkimKeyRecord.verbatim),
        *(DmarcRecord.parse, DmarcRecord.verbatim, DmarcRecord.read, DmarcRecord.is_dmarc),
        *(SpfRecord.parse, SpfRecord.verbatim, SpfRecord.is_spf),
    ]
    assert len({documented(reader)["text"] for reader in readers}) == 1
