"""A resource fails beside one of ours: CloudFormation sends delete and update back while our function still works.

The function is held at a request to Route 53 until its resource is undone: at the list, before it looks whether the stack turns
back, or at the change, behind that. Then it goes on, while its role still exists.
"""

from __future__ import annotations

import functools
import http
import json
from typing import TYPE_CHECKING, Any

import pytest

from ses_email_auth import DmarcPolicy, Dns, DomainPolicy, FromDomainTxt
from tests.deploy.stacks import RUA, Built, build, upload
from tests.local.templates import ZONE, change, function, make_zone, member

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.aws_route53 import IPublicHostedZone

    from tests.local_aws import LocalAws

TXT, DMARC = (f"{ZONE}.", "TXT"), (f"_dmarc.{ZONE}.", "TXT")
GOOGLE, BOTH = '"v=spf1 include:_spf.google.com -all"', '"v=spf1 include:_spf.google.com include:amazonses.com -all"'
LIST, CHANGE = "GET", "POST"

# Fails as soon as our function is held. Its delete comes behind ours: it lets our function go on, and waits for its end.
FAILING = """
import json, os, time, urllib.error, urllib.request
def asked(what):
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_side-by-side/" + what, method="POST")
    try:
        urllib.request.urlopen(request).close()
    except urllib.error.HTTPError:
        return False
    return True
def wait(what):
    until = time.monotonic() + 20
    while not asked(what) and time.monotonic() < until:
        time.sleep(0.05)
def handle(event, context):
    deletes = event["RequestType"] == "Delete"
    if deletes:
        asked("release")
    wait("idle" if deletes else "held")
    answer = {"Status": "SUCCESS" if deletes else "FAILED", "Reason": "beside", "PhysicalResourceId": "beside"}
    answer |= {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    put = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT")
    urllib.request.urlopen(put).close()
"""


@functools.cache
def built(zone_id: str, *, shared: bool = False, **props: Any) -> Built:
    """A stack whose records our functions write."""

    def fill(stack: Stack, zone: IPublicHostedZone) -> None:
        txt = {"from_domain_txt": FromDomainTxt.shared()} if shared else {}
        dns = Dns.route53(zone) if shared else Dns.route53(zone, adopt=True)
        DomainPolicy(stack, "Policy", dns=dns, dmarc_rua=[RUA], **txt, **props)

    return build(fill, zone_id)


def template(aws: LocalAws, zone_id: str, *, fails: bool = False, **props: Any) -> dict[str, Any]:
    """The template, its assets uploaded; with a resource that fails beside ours."""
    body: dict[str, Any] = json.loads(json.dumps(upload(aws, built(zone_id, **props))))
    if fails:
        kind = "SharedSpf" if props.get("shared") else "Records"
        (ours,) = (each for each in body["Resources"].values() if each["Type"] == f"Custom::SesEmailAuth{kind}")
        body["Resources"] |= {f"A{name}": each for name, each in function(FAILING).items()}
        body["Resources"]["AFunction"]["Properties"]["Role"] = {"Fn::GetAtt": ["ARole", "Arn"]}
        body["Resources"]["ABroken"] = {
            "Type": "Custom::Broken",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["AFunction", "Arn"]}},
            "DependsOn": [*ours["DependsOn"], ours["Properties"]["Role"]["Fn::GetAtt"][0]],
        }
    return body


def race(aws: LocalAws, body: dict[str, Any], held: str) -> list[str]:
    """Deploy while our function is held at a request with this method. Returns the reasons of failures."""
    assert aws.request("POST", "/_side-by-side/on") == http.HTTPStatus.OK
    assert aws.request("POST", f"/_side-by-side/hold?method={held}") == http.HTTPStatus.OK
    outcome = aws.deploy("S", body)
    assert outcome.status in {"ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
    assert aws.request("POST", "/_side-by-side/idle") == http.HTTPStatus.OK
    return list(outcome.failures.values())


@pytest.mark.parametrize("held", [LIST, CHANGE], ids=["before-it-looks", "after-it-looked"])
def test_a_create_that_is_cancelled(aws: LocalAws, held: str) -> None:
    """Nothing stays in the zone after the rollback, and the next deploy owns its records."""
    zone_id = make_zone(aws)
    failures = race(aws, template(aws, zone_id, fails=True), held)
    assert "Resource creation cancelled" in failures
    assert aws.records() == {}
    aws.destroy("S")
    assert aws.deploy("S", template(aws, zone_id)).failures == {}
    assert set(aws.records()) == {TXT, DMARC}
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {}


@pytest.mark.parametrize("held", [LIST, CHANGE], ids=["before-it-looks", "after-it-looked"])
def test_an_update_that_is_cancelled(aws: LocalAws, held: str) -> None:
    """The zone is as before, and the next deploy changes it."""
    zone_id = make_zone(aws)
    assert aws.deploy("S", template(aws, zone_id)).failures == {}
    before = aws.records()
    props: dict[str, Any] = {"dmarc_policy": DmarcPolicy.REJECT}
    failures = race(aws, template(aws, zone_id, fails=True, **props), held)
    assert "Resource update cancelled" in failures
    assert aws.records() == before
    assert aws.deploy("S", template(aws, zone_id, **props)).status == "UPDATE_COMPLETE"
    assert aws.records()[DMARC] == (600, [f'"v=DMARC1; p=reject; rua=mailto:{RUA}"'])


@pytest.mark.parametrize("held", [LIST, CHANGE], ids=["before-it-looks", "after-it-looked"])
def test_a_shared_spf_record(aws: LocalAws, held: str) -> None:
    """The SPF record of others is as it was, and the next deploy adds the include."""
    zone_id = make_zone(aws)
    change(aws, zone_id, ("CREATE", member(ZONE, GOOGLE)))
    race(aws, template(aws, zone_id, fails=True, shared=True), held)
    assert aws.records() == {TXT: (600, [GOOGLE])}
    aws.destroy("S")
    assert aws.deploy("S", template(aws, zone_id, shared=True)).failures == {}
    assert aws.records()[TXT] == (600, [BOTH])
    assert aws.destroy("S").status == "DELETE_COMPLETE"
    assert aws.records() == {TXT: (600, [GOOGLE])}
