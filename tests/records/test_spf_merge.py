"""`SpfRecord.merge`: one record for a domain that sends through both."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_email_auth.errors import EmailAuthError
from ses_email_auth.records.spf import All, Include, Mechanism, Redirect, SpfQualifier, SpfRecord, UnknownModifier
from tests.records.spf_strategies import TOKEN, mergeable_pairs, records

SES = "v=spf1 include:amazonses.com ~all"


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        pytest.param(
            "v=spf1 include:_spf.google.com -all",
            SES,
            "v=spf1 include:_spf.google.com include:amazonses.com -all",
            id="before-all-and-its-qualifier-stays",
        ),
        pytest.param(
            "v=spf1 include:firewall.example.com a mx ~all",
            SES,
            "v=spf1 include:firewall.example.com a mx include:amazonses.com ~all",
            id="a-name-that-holds-another-word-is-kept",
        ),
        pytest.param("v=spf1 +include:AmazonSES.com. ?all", SES, "v=spf1 include:AmazonSES.com. ?all", id="same-by-meaning"),
        pytest.param("v=spf1 a/32//128 ~all", "v=spf1 a ~all", "v=spf1 a/32//128 ~all", id="default-lengths"),
        pytest.param("v=spf1 mx:A.b ~all", "v=spf1 mx:a.b/32 ~all", "v=spf1 mx:A.b ~all", id="default-lengths-of-mx"),
        pytest.param("v=spf1 ip4:192.0.2.1/24", "v=spf1 ip4:192.0.2.0/24", "v=spf1 ip4:192.0.2.1/24", id="same-network"),
        pytest.param("v=spf1 ptr ptr:a.B", "v=spf1 ptr:A.b ptr", "v=spf1 ptr ptr:a.B", id="ptr"),
        pytest.param(
            "v=spf1 exists:%{s}.a.b",
            "v=spf1 exists:%{S}.a.b",
            "v=spf1 exists:%{s}.a.b exists:%{S}.a.b",
            id="upper-case-macro-letter-is-another-name",
        ),
        pytest.param("v=spf1 a ~all mx", "v=spf1 mx -all", "v=spf1 a mx ~all mx", id="what-we-have-behind-all-never-matches"),
        pytest.param("v=spf1 a ~all", "v=spf1 mx -all ptr", "v=spf1 a mx ~all", id="what-they-have-behind-all-stays-dead"),
        pytest.param(
            "v=spf1 a exp=e.f",
            "v=spf1 mx redirect=a.b x=1",
            "v=spf1 a mx exp=e.f x=1 redirect=a.b",
            id="their-redirect-comes-last",
        ),
        pytest.param("v=spf1 a -a ~all", "v=spf1 a ~all", "v=spf1 a -a ~all", id="our-first-one-counts"),
        pytest.param("v=spf1 a ~all", "v=spf1 -mx mx ~all", "v=spf1 a -mx ~all", id="their-first-one-counts"),
        pytest.param("v=spf1 a", SES, "v=spf1 a include:amazonses.com ~all", id="their-all-if-we-have-none"),
        pytest.param("v=spf1", "v=spf1", "v=spf1", id="nothing"),
        pytest.param("v=spf1 exp=a.b", SES, "v=spf1 include:amazonses.com ~all exp=a.b", id="modifiers-stay-behind"),
        pytest.param(
            "v=spf1 redirect=_spf.corp.example",
            SES,
            "v=spf1 include:amazonses.com redirect=_spf.corp.example",
            id="our-redirect",
        ),
        pytest.param("v=spf1 a", "v=spf1 mx redirect=a.b", "v=spf1 a mx redirect=a.b", id="their-redirect-if-we-have-none"),
        pytest.param(
            "v=spf1 a -all", "v=spf1 mx redirect=a.b", "v=spf1 a mx include:a.b -all", id="their-redirect-would-be-void"
        ),
        pytest.param("v=spf1 redirect=a.b", "v=spf1 redirect=A.B. a", "v=spf1 a redirect=a.b", id="one-redirect-twice"),
        pytest.param(
            "v=spf1 redirect=a.b ~all", "v=spf1 mx redirect=c.d -all", "v=spf1 redirect=a.b mx ~all", id="void-redirects"
        ),
        pytest.param(
            "v=spf1 a redirect=a.b",
            "v=spf1 x=1 mx exp=e.f x=1",
            "v=spf1 a mx x=1 exp=e.f x=1 redirect=a.b",
            id="redirect-stays-last",
        ),
        pytest.param(
            "v=spf1 x=1 exp=a.b ~all", "v=spf1 exp=c.d x=1 x=2 -all", "v=spf1 x=1 exp=a.b ~all x=2", id="our-exp-stays"
        ),
        pytest.param(
            "v=spf1 a ~all",
            "v=spf1 -ip4:192.0.2.1 include:a.b -all",
            "v=spf1 a -ip4:192.0.2.1 include:a.b ~all",
            id="their-exception-stays-before-their-include",
        ),
        pytest.param(
            f"v=spf1 {TOKEN} ~all", f"v=spf1 {TOKEN} include:{TOKEN} -all", f"v=spf1 {TOKEN} include:{TOKEN} ~all", id="tokens"
        ),
        pytest.param(
            f"v=spf1 ip4:{TOKEN}", f"v=spf1 ip4:{TOKEN}/24", f"v=spf1 ip4:{TOKEN} ip4:{TOKEN}/24", id="opaque-networks"
        ),
    ],
)
def test_merge(ours: str, theirs: str, merged: str) -> None:
    """The exact text."""
    assert str(SpfRecord.parse(ours).merge(SpfRecord.parse(theirs))) == merged


def test_nothing_to_add_keeps_the_spelling() -> None:
    """A record that was taken over verbatim does not change in the zone without need."""
    text = "v=spf1  +include:AmazonSES.com   -all "
    assert str(SpfRecord.verbatim(text).merge(SpfRecord.parse(SES))) == text


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [
        pytest.param(
            "v=spf1 redirect=a.b",
            "v=spf1 redirect=c.d",
            "cannot merge 'redirect=a.b' with 'redirect=c.d': a record can redirect only once (RFC 7208 section 6); "
            "write one as 'include:c.d' in a record with an 'all'",
            id="two-redirects",
        ),
        pytest.param(
            "v=spf1 ?include:amazonses.com -all",
            SES,
            "cannot merge '?include:amazonses.com' with 'include:amazonses.com': both match the same hosts, and the first "
            "hides the second (RFC 7208 section 4.6.2); give both the same qualifier",
            id="ours-would-hide-theirs",
        ),
    ],
)
def test_what_no_record_can_say(ours: str, theirs: str, message: str) -> None:
    """The author must choose; the error says between what."""
    with pytest.raises(EmailAuthError) as caught:
        SpfRecord.parse(ours).merge(SpfRecord.parse(theirs))
    assert str(caught.value) == message


def test_the_advice_for_two_redirects_works() -> None:
    """What the error tells to write can be merged."""
    ours, theirs = SpfRecord.parse("v=spf1 redirect=a.b"), SpfRecord.parse("v=spf1 include:c.d ~all")
    assert str(ours.merge(theirs)) == "v=spf1 include:c.d redirect=a.b"


def _decider(record: SpfRecord) -> str:
    """What answers for a host that no mechanism matches, in the words of sections 4.7, 5.1 and 6.1."""
    if record.all_qualifier is not None:
        return record.all_qualifier.value
    return "?" if record.redirect is None else str(Redirect(record.redirect).meaning)


def _matched(record: SpfRecord, matching: set[object]) -> str | None:
    """The qualifier of the first mechanism that matches, for a host that `matching` describes; None if only `all` is left."""
    for term in record.terms:
        if isinstance(term, All):
            return None
        if isinstance(term, Mechanism) and term.meaning in matching:
            return term.qualifier.value
    return None


@given(mergeable_pairs(), st.data())
@settings(max_examples=100)
def test_law_every_host_keeps_its_result(pair: tuple[SpfRecord, SpfRecord], data: st.DataObject) -> None:
    """Evaluated as section 4.6.2 says: what ours matches keeps its result, then what theirs matches, then ours decides."""
    ours, theirs = pair
    merged = ours.merge(theirs)
    meanings = [term.meaning for term in (*ours.mechanisms, *theirs.mechanisms, *merged.mechanisms)]
    matching: set[object] = set(data.draw(st.lists(st.sampled_from(meanings))) if meanings else [])
    expected = _matched(ours, matching) or _matched(theirs, matching)
    if expected is None and theirs.all_qualifier is None and theirs.redirect is not None and ours.all_qualifier is not None:
        # A void redirect: what it lets pass passes.
        expected = "+" if Include(theirs.redirect).meaning in matching else None
    assert _matched(merged, matching) == expected
    neither = ours.all_qualifier is None and ours.redirect is None
    assert _decider(merged) == _decider(theirs if neither else ours)


@given(mergeable_pairs())
@settings(max_examples=80)
def test_law_nothing_of_ours_changes(pair: tuple[SpfRecord, SpfRecord]) -> None:
    """Our terms are all there, in their order; theirs are there by meaning; a second merge adds nothing."""
    ours, theirs = pair
    merged = ours.merge(theirs)
    rest = iter(merged.terms)
    assert all(term in rest for term in ours.terms)
    assert {m.meaning for m in theirs.modifiers if isinstance(m, UnknownModifier)} <= {m.meaning for m in merged.modifiers}
    assert merged.merge(theirs) == merged
    assert merged.merge(ours) == merged
    assert SpfRecord.parse(str(merged)) == merged


@given(records)
@settings(max_examples=60)
def test_law_idempotent(record: SpfRecord) -> None:
    """A record merged with itself, or with nothing, is the record."""
    assert record.merge(record) is record
    assert record.merge(SpfRecord(())) is record


@given(records)
@settings(max_examples=60)
def test_law_a_merged_sender_is_not_lost(record: SpfRecord) -> None:
    """Adopting a new include keeps our `all` and adds one lookup at most."""
    merged = record.merge(SpfRecord.of_includes(["new.example.net"]))
    assert "new.example.net" in merged.includes
    assert merged.all_qualifier is (
        record.all_qualifier if record.effective_all is record.all_qualifier else SpfQualifier.SOFTFAIL
    )
    assert merged.dns_lookups == record.dns_lookups + 1
