"""Whatever stands in a zone: the draft of `adopt --zone` deploys, and writes nowhere where something else stands."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adopt.drafts import MX, OURS, ZONE, dkim, listed, pasted, published, run, said

NAMES = [ZONE, *(f"{label}.{ZONE}" for label in ("_dmarc", "bounce", "ses-bounce", "mail", "news"))]
ALIAS = {"AliasTarget": {"HostedZoneId": "Z2", "DNSName": "x.example.net.", "EvaluateTargetHealth": False}}
TXT = [OURS, '"v=spf1 -all"', '"v=DMARC1; p=none"', '"v=DMARC1; p=bogus"', '"x" "y"', "unquoted"]
EXCHANGES = [MX, MX.replace("ap-northeast-1", "eu-west-1"), MX.replace("10", "20"), "10 mx.example.net"]
WEIGHTED = {"SetIdentifier": "a", "Weight": 1}


@st.composite
def record_sets(draw: st.DrawFn, name: str) -> list[dict[str, Any]]:
    """What may stand at a name: a CNAME or NS alone, others together."""
    ttl = draw(st.sampled_from([300, 600]))
    txt = listed(f"{name}.", "TXT", draw(st.sampled_from(TXT)), ttl=ttl)
    mx = listed(f"{name}.", "MX", draw(st.sampled_from(EXCHANGES)), ttl=ttl)
    alone = [[listed(f"{name}.", "CNAME", "x.example.net")], [listed(f"{name}.", "NS", "ns.example.net")]]
    others = [[], [txt], [mx], [txt, mx], [listed(f"{name}.", "A", "192.0.2.1")], [txt | WEIGHTED], [mx | WEIGHTED, txt]]
    aliases = [[listed(f"{name}.", kind, **ALIAS)] for kind in ("TXT", "MX")]
    return draw(st.sampled_from([*others, *aliases, *(alone if name != ZONE else [])]))


SIGNING = st.sampled_from([[], dkim(600, 600, 600), dkim(300, 600, 600), dkim(600)])
REGIONS = st.sampled_from([(), ("--region", "eu-west-1"), ("--region", "us-east-1")])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(*map(record_sets, NAMES)), SIGNING, REGIONS)
def test_nothing_of_others_is_written_over(
    zone: tuple[list[dict[str, Any]], ...], signing: list[dict[str, Any]], options: tuple[str, ...]
) -> None:
    """But for what is said to be changed first, each record set of the draft is new at its name, or equals what stands."""
    sets = [*signing, *(each for standing in zone for each in standing), listed(f"x.{ZONE}.", "TXT", '"x"')]
    result = run(*sets, options=options)
    assert result.exit_code in {0, 1}
    found = said(*sets, options=options)
    made = published(pasted(result.stdout, found["region"] or "ap-northeast-1"))
    first = " ".join(work["message"] for work in found["hand_work"])
    stands = {(each["Name"], each["Type"]): each for each in sets}
    assert {(f"{place.partition(' ')[0]}.", place.partition(" ")[2]) for place in found["taken_over"]} <= made.keys()
    for (name, kind), (ttl, values) in made.items():
        assert (name, "CNAME") not in stands or kind == "CNAME"
        assert (name, "NS") not in stands
        each = stands.get((name, kind))
        if each is not None and f"{name.removesuffix('.')} {kind}" not in first:
            assert each == listed(name, kind, *values, ttl=int(ttl))
