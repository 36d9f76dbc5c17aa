"""What an editor shows of the constructs: one text for one prop, props as keywords, and the factories of `Dns` and `Dkim`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from ses_email_auth import Dkim, Dns, DomainPolicy, SendingIdentity, SesEmailAuth
from tests.docstrings import documented, parameters

if TYPE_CHECKING:
    from tests.docstrings import Documented

CONSTRUCTORS: dict[str, Documented] = {
    "SesEmailAuth": SesEmailAuth,
    "SesEmailAuth.from_existing": SesEmailAuth.from_existing,
    "SendingIdentity": SendingIdentity,
    "DomainPolicy": DomainPolicy,
}
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


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_one_prop_has_one_text(name: str) -> None:
    """A prop that several constructors take is documented in the same words in each."""
    texts = {**documented(SendingIdentity), **documented(DomainPolicy)}
    for prop, text in documented(CONSTRUCTORS[name]).items():
        if prop in texts and prop not in DIFFERENT.get(name, set()):
            assert text == texts[prop], prop


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_props_are_keywords(name: str) -> None:
    """Only the scope and the id are positional."""
    kinds = {parameter.name: parameter.kind for parameter in parameters(CONSTRUCTORS[name])}
    assert [prop for prop, kind in kinds.items() if kind is not inspect.Parameter.KEYWORD_ONLY] == ["scope", "construct_id"]


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
