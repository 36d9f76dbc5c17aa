"""Sharing an SPF record with its owners: one include more, one include less, all else byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ses_email_auth.lambdas.shared_spf import adding, handle, is_only, removing
from tests.lambdas.events import cloudformation, resource_event, stack_event
from tests.lambdas.route53 import Aws, Zone, refusal, txt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lambdas.events import Stack

D, SES = "example.com", "amazonses.com"
ID = f"Z1/{D}/{SES}"
TOKEN = "google-site-verification=abc"
PROPS: dict[str, Any] = {"HostedZoneId": "Z1", "Domain": D, "Name": D, "Include": SES, "All": "~all", "TTL": 600}
GOOGLE = "v=spf1 include:_spf.google.com ~all"


@pytest.fixture
def stack(aws: Aws) -> Iterator[Stack]:  # noqa: ARG001 - in place before the handler runs
    """CloudFormation."""
    with cloudformation(handle) as found:
        yield found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([GOOGLE], ["v=spf1 include:_spf.google.com include:amazonses.com ~all"], id="before-all"),
        pytest.param(["V=SPF1 MX -ALL"], ["V=SPF1 MX include:amazonses.com -ALL"], id="case-is-kept"),
        pytest.param(["v=spf1 mx"], ["v=spf1 mx include:amazonses.com"], id="no-all"),
        pytest.param(["v=spf1"], ["v=spf1 include:amazonses.com"], id="no-term"),
        pytest.param(["v=spf1 mx  "], ["v=spf1 mx include:amazonses.com  "], id="spaces-at-the-end"),
        pytest.param(["v=spf1  mx   all"], ["v=spf1  mx   include:amazonses.com all"], id="odd-spaces"),
        pytest.param(
            ["v=spf1 a redirect=_spf.example.net"], ["v=spf1 a include:amazonses.com redirect=_spf.example.net"], id="redirect"
        ),
        pytest.param(["v=spf1 exp=e.example.net a ?all"], ["v=spf1 include:amazonses.com exp=e.example.net a ?all"], id="exp"),
        pytest.param(
            ["v=spf1 inc", "lude:x.example ~a", "ll"], ["v=spf1 inc", "lude:x.example include:amazonses.com ~a", "ll"], id="cut"
        ),
        pytest.param(["v=spf1 a ", "~all"], ["v=spf1 a ", "include:amazonses.com ~all"], id="at-a-cut"),
        pytest.param(["", "v=spf1 ~all"], ["", "v=spf1 include:amazonses.com ~all"], id="empty-string"),
        pytest.param(["v=spf1 allow:x ~all"], ["v=spf1 allow:x include:amazonses.com ~all"], id="a-term-that-begins-with-all"),
    ],
)
def test_in_and_out(before: list[str], after: list[str]) -> None:
    """The include stands where it is read, and leaves no trace when it goes."""
    assert adding(tuple(before), SES) == tuple(after)
    assert removing(tuple(after), SES) == tuple(before if before != ["v=spf1 mx  "] else ["v=spf1 mx"])


def test_a_string_that_gets_too_long() -> None:
    """It is cut after 255 octets; receivers join the strings."""
    text = "v=spf1 " + "ip4:192.0.2.1 " * 17 + "~all"
    assert len(text) == 249
    changed = adding((text,), SES)
    assert changed is not None
    assert [len(string) for string in changed] == [255, 22 + 249 - 255]
    assert "".join(changed) == text.replace("~all", "include:amazonses.com ~all")
    back = removing(changed, SES)
    assert back is not None
    assert "".join(back) == text


def test_a_string_that_gets_empty() -> None:
    """It goes, and those around it stay."""
    assert removing(("v=spf1 a ", "include:amazonses.com ", "~all"), SES) == ("v=spf1 a ", "~all")


def test_signs_that_have_to_be_escaped(stack: Stack, zone: Zone) -> None:
    """Quotes, backslashes and octets outside of ASCII in the record itself."""
    zone.put({**txt(D), "ResourceRecords": [r'"v=spf1 exists:\\\"\303\251 ~all"']})
    stack.create(**PROPS)
    assert zone.values(D) == [r'"v=spf1 exists:\\\"\303\251 include:amazonses.com ~all"']


@pytest.mark.parametrize(
    "text", ["v=spf1 include:amazonses.com ~all", "v=spf1 +INCLUDE:AmazonSES.com. -all", "v=spf1 ~all include:amazonses.com"]
)
def test_the_include_is_there(text: str) -> None:
    """Nothing is added."""
    assert adding((text,), SES) is None


def test_nothing_to_remove() -> None:
    """Another verdict on the host is not ours."""
    assert removing(("v=spf1 ?include:amazonses.com ~all",), SES) is None


@pytest.mark.parametrize(
    ("text", "only"),
    [
        pytest.param("v=spf1 include:amazonses.com ~all", True, id="as-it-was-made"),
        pytest.param("v=spf1 include:amazonses.com -all", True, id="another-verdict-on-others"),
        pytest.param("v=spf1 include:amazonses.com a ~all", False, id="one-more-sender"),
        pytest.param("v=spf1 include:amazonses.com redirect=x.example", False, id="redirect"),
        pytest.param("include:amazonses.com ~all", False, id="no-spf"),
    ],
)
def test_a_record_that_says_no_more(text: str, *, only: bool) -> None:
    """It can go as a whole."""
    assert is_only((text,), SES) is only


def test_a_record_of_others(stack: Stack, zone: Zone) -> None:
    """Other values, their order, their cuts and the TTL are kept; a delete gives the old set back."""
    zone.put({**txt(D, TOKEN, GOOGLE, ttl=300), "ResourceRecords": [f'"{TOKEN}"', f'"{GOOGLE}"', '"caf\\303\\251" "x"']})
    before = dict(zone.sets)
    created = stack.create(**PROPS)
    assert (created.status, created.physical_id) == ("SUCCESS", f"{ID}/include")
    spf = '"v=spf1 include:_spf.google.com include:amazonses.com ~all"'
    assert zone.values(D) == [f'"{TOKEN}"', spf, '"caf\\303\\251" "x"']
    assert zone.sets[f"{D}.", "TXT"]["TTL"] == 300
    assert stack.update(created.physical_id, old=PROPS, **PROPS, RoleArn="arn").physical_id == created.physical_id
    assert stack.delete(created.physical_id, **PROPS).status == "SUCCESS"
    assert zone.sets == before
    assert stack.delete(created.physical_id, **PROPS).status == "SUCCESS"
    assert zone.sets == before


def test_no_record_at_all(stack: Stack, zone: Zone) -> None:
    """The set is made, and goes again."""
    created = stack.create(**PROPS)
    assert created.physical_id == f"{ID}/record"
    assert zone.values(D) == ['"v=spf1 include:amazonses.com ~all"']
    assert zone.sets[f"{D}.", "TXT"]["TTL"] == 600
    stack.delete(created.physical_id, **PROPS)
    assert zone.sets == {}


def test_no_spf_among_the_values(stack: Stack, zone: Zone) -> None:
    """A value more, and it goes again."""
    zone.put(txt(D, TOKEN, ttl=60))
    created = stack.create(**PROPS)
    assert created.physical_id == f"{ID}/record"
    assert zone.values(D) == [f'"{TOKEN}"', '"v=spf1 include:amazonses.com ~all"']
    stack.delete(created.physical_id, **PROPS)
    assert zone.values(D) == [f'"{TOKEN}"']


def test_others_have_added_to_our_record(stack: Stack, zone: Zone) -> None:
    """Then it is theirs too, and only the include goes."""
    created = stack.create(**PROPS)
    zone.put(txt(D, "v=spf1 include:amazonses.com a ~all"))
    stack.delete(created.physical_id, **PROPS)
    assert zone.values(D) == ['"v=spf1 a ~all"']


def test_it_was_there(stack: Stack, zone: Zone) -> None:
    """Nothing was added, so nothing is taken back."""
    zone.put(txt(D, "v=spf1 include:amazonses.com -all"))
    created = stack.create(**PROPS)
    assert (created.status, created.physical_id) == ("SUCCESS", f"{ID}/nothing")
    assert stack.delete(created.physical_id, **PROPS).status == "SUCCESS"
    assert stack.delete("an-id-that-cloudformation-made-up", **PROPS).status == "SUCCESS"
    assert zone.batches == []


def test_tried_again_after_a_time_out(stack: Stack, zone: Zone, tmp_path: Path) -> None:
    """The second try knows what the first one added; where the note is lost, it counts as there before."""
    zone.put(txt(D, GOOGLE))
    first = stack.create(**PROPS)
    assert stack.again() == first
    for note in tmp_path.iterdir():
        note.unlink()
    assert stack.again().physical_id == f"{ID}/nothing"
    assert len(zone.batches) == 1


def test_somebody_is_faster(stack: Stack, zone: Zone, aws: Aws) -> None:
    """The change is made again upon what stands then."""
    zone.put(txt(D, GOOGLE))
    zone.before_change = [lambda: zone.put(txt(D, "v=spf1 mx ~all"))]
    assert stack.create(**PROPS).physical_id == f"{ID}/include"
    assert zone.values(D) == ['"v=spf1 mx include:amazonses.com ~all"']
    assert aws.slept == [0]
    zone.errors["change_resource_record_sets"] = [refusal("InvalidChangeBatch", "too long")] * 6
    assert stack.delete(f"{ID}/include", **PROPS).reason == "Route 53 refuses the change, nothing was changed: too long"


def test_an_answer_that_was_lost(stack: Stack, zone: Zone) -> None:
    """Botocore sends the batch again and is refused; the include is its own."""
    zone.put(txt(D, GOOGLE))
    zone.before_change = [lambda: zone.put(txt(D, "v=spf1 include:_spf.google.com include:amazonses.com ~all"))]
    zone.errors["change_resource_record_sets"] = [refusal("InvalidChangeBatch", attempts=1)]
    assert stack.create(**PROPS).physical_id == f"{ID}/include"


@pytest.mark.parametrize(("status", "stays"), [("CREATE_COMPLETE", True), ("DELETE_COMPLETE", False)])
def test_a_construct_that_is_renamed(stack: Stack, zone: Zone, aws: Aws, status: str, *, stays: bool) -> None:
    """The new resource needs the include, so the delete of the old one leaves it; unless the new one is gone, too."""
    zone.put(txt(D, GOOGLE))
    without = dict(zone.sets)
    created = stack.create(**PROPS)
    old_name, stack.logical_id = stack.logical_id, "Renamed1A2B3C4D"
    renamed = stack.create(**PROPS)
    new_one = {"LogicalResourceId": "Renamed1A2B3C4D", "PhysicalResourceId": renamed.physical_id, "ResourceStatus": status}
    aws.resources = [new_one]
    included, stack.logical_id = dict(zone.sets), old_name
    assert stack.delete(created.physical_id, **PROPS).status == "SUCCESS"
    assert zone.sets == (included if stays else without)


def test_another_name_is_a_replacement(stack: Stack, zone: Zone) -> None:
    """First there, then no more here."""
    zone.put(txt(D, GOOGLE))
    old = stack.create(**PROPS).physical_id
    new = PROPS | {"Name": f"news.{D}"}
    replaced = stack.update(old, old=PROPS, **new)
    assert replaced.physical_id == f"Z1/news.{D}/{SES}/record"
    stack.delete(old, **PROPS)
    assert (zone.values(D), zone.values(f"news.{D}")) == ([f'"{GOOGLE}"'], ['"v=spf1 include:amazonses.com ~all"'])
    refused = stack.update(replaced.physical_id, old=new, **PROPS, RoleArn="")
    assert refused.physical_id == f"{ID}/include"


@pytest.mark.parametrize(
    ("stands", "more", "reason"),
    [
        pytest.param(
            txt(D, "v=spf1 a ~all", "v=spf1 mx ~all"),
            {},
            f"""'{D}' TXT holds 2 SPF records, and receivers believe none of them (RFC 7208 section 4.5): "v=spf1 a ~all", """
            f""""v=spf1 mx ~all" (TTL 600); nothing was changed; let their owners merge them into one""",
            id="two-records",
        ),
        pytest.param(
            txt(D, "v=spf1 -include:amazonses.com ~all"),
            {},
            f"the SPF record at '{D}' TXT cannot include amazonses.com: it holds '-include:amazonses.com', which is another "
            f"verdict on the same senders: 'v=spf1 -include:amazonses.com ~all'; nothing was changed",
            id="another-verdict",
        ),
        pytest.param(
            txt(D, f"v=spf1 {' '.join(f'include:{n}.example' for n in range(6))} a mx:x.example ptr redirect=y.example"),
            {},
            "it has 10 terms that cost a DNS lookup, and receivers do 10 at most (RFC 7208 section 4.6.4)",
            id="ten-lookups",
        ),
        pytest.param(
            txt(D, GOOGLE),
            {"SetIdentifier": "x", "Weight": 1},
            f"'{D}' TXT has a routing policy, so nothing was changed; add the include by hand",
            id="routing-policy",
        ),
        pytest.param(
            txt(D, "x.example", kind="CNAME"),
            {},
            f"'{D}' is a CNAME, so SPF cannot stand there: x.example (TTL 600); nothing was changed",
            id="cname",
        ),
    ],
)
def test_what_is_refused(stack: Stack, zone: Zone, stands: dict[str, Any], more: dict[str, Any], reason: str) -> None:
    """With the value found; nothing is changed, and a delete has nothing to do."""
    zone.put(stands, **more)
    refused = stack.create(**PROPS)
    assert (refused.status, refused.physical_id) == ("FAILED", "not-created")
    assert reason in refused.reason
    assert stack.delete(f"{ID}/include", **PROPS).status == "SUCCESS"
    assert zone.batches == []


def test_a_zone_that_is_gone(stack: Stack, zone: Zone) -> None:
    """There is nothing to take back."""
    zone.errors["list_resource_record_sets"] = [refusal("NoSuchHostedZone")]
    assert stack.delete(f"{ID}/include", **PROPS).status == "SUCCESS"


NOT_WANTED = "the stack is rolled back or deleted, so this request is not wanted any more; nothing was changed"


def test_a_create_that_is_cancelled(stack: Stack, zone: Zone, aws: Aws) -> None:
    """Its delete came first: nothing is added any more."""
    zone.put(txt(D, GOOGLE))
    aws.events = [stack_event("ROLLBACK_IN_PROGRESS"), resource_event("CREATE_FAILED"), stack_event("CREATE_IN_PROGRESS")]
    assert stack.delete("Stack-EmailAuthFromDomainTxt-1A2B3C4D5E6F", **PROPS).status == "SUCCESS"
    late = stack.create(**PROPS)
    assert (late.reason, zone.batches, zone.values(D)) == (NOT_WANTED, [], [f'"{GOOGLE}"'])


def test_a_create_that_is_cancelled_while_it_adds(stack: Stack, zone: Zone, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The include is taken back; what the owners wrote meanwhile stays."""
    zone.put(txt(D, GOOGLE))
    looks = iter([[stack_event("CREATE_IN_PROGRESS")], [stack_event("ROLLBACK_IN_PROGRESS")]])

    def describe_stack_events(**_: object) -> dict[str, Any]:
        events = next(looks)
        if events == [stack_event("ROLLBACK_IN_PROGRESS")]:
            zone.put(txt(D, TOKEN, "v=spf1 include:_spf.google.com include:amazonses.com a ~all"))
        return {"StackEvents": events}

    monkeypatch.setattr(aws, "describe_stack_events", describe_stack_events)
    assert stack.create(**PROPS).reason == NOT_WANTED
    assert zone.values(D) == [f'"{TOKEN}"', '"v=spf1 include:_spf.google.com a ~all"']


def test_the_way_back_from_a_replacement_is_wanted(stack: Stack, zone: Zone, aws: Aws) -> None:
    """A rollback is no reason to refuse its own request."""
    zone.put(txt(D, GOOGLE))
    old = stack.create(**PROPS).physical_id
    new = PROPS | {"Name": f"news.{D}"}
    replaced = stack.update(old, old=PROPS, **new).physical_id
    aws.events = [resource_event("UPDATE_IN_PROGRESS"), stack_event("UPDATE_ROLLBACK_IN_PROGRESS")]
    assert stack.update(replaced, old=new, **PROPS).status == "SUCCESS"
    stack.delete(replaced, **new)
    assert set(zone.sets) == {(f"{D}.", "TXT")}
