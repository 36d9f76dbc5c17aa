"""The names of `adopt --zone` that others use: nothing is ever to be replaced, and the draft is one that deploys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ses_email_auth.cli.main import main
from tests.adopt.drafts import MX, OURS, SENDING, ZONE, dkim, listed, pasted, published, run, said
from tests.adopt.templates import identity, template

BOUNCE = f"bounce.{ZONE}"
ALIAS = {"AliasTarget": {"HostedZoneId": "Z2", "DNSName": "x.example.net.", "EvaluateTargetHealth": False}}


def cname(name: str) -> dict[str, Any]:
    """A CNAME to a service of others."""
    return listed(f"{name}.", "CNAME", "u1.wl.example.net")


@pytest.mark.parametrize(
    ("sets", "label", "what"),
    [
        pytest.param([cname(BOUNCE)], "ses-bounce", "a CNAME", id="cname"),
        pytest.param([cname(BOUNCE), cname(f"ses-{BOUNCE}")], "bounce2", "a CNAME", id="two-cnames"),
        pytest.param(
            [cname(BOUNCE), cname(f"ses-{BOUNCE}"), listed(f"bounce2.{ZONE}.", "A", "192.0.2.1")],
            "bounce3",
            "a CNAME",
            id="three",
        ),
        pytest.param([listed(f"{BOUNCE}.", "MX", "10 mx.example.net")], "ses-bounce", "MX records", id="mx-of-others"),
        pytest.param([listed(f"{BOUNCE}.", "TXT", '"v=spf1 -all"')], "ses-bounce", "TXT records", id="txt-of-others"),
        pytest.param(
            [listed(f"{BOUNCE}.", "A", "192.0.2.1"), listed(f"{BOUNCE}.", "TXT", '"x"')],
            "ses-bounce",
            "A, TXT records",
            id="a-host",
        ),
        pytest.param([listed(f"{BOUNCE}.", "TXT", **ALIAS)], "ses-bounce", "an alias record", id="alias"),
        pytest.param(
            [listed(f"{BOUNCE}.", "MX", MX, SetIdentifier="a", Weight=1)],
            "ses-bounce",
            "records with a routing policy",
            id="routing",
        ),
        pytest.param(
            [listed(f"{BOUNCE}.", "NS", "ns.example.net")],
            "ses-bounce",
            f"NS records at {BOUNCE}, so that another zone answers for it",
            id="delegated",
        ),
        pytest.param(
            [SENDING[0], listed(f"{BOUNCE}.", "TXT", OURS, SetIdentifier="a", Weight=1)],
            "ses-bounce",
            "records with a routing policy",
            id="spf-with-a-routing-policy",
        ),
    ],
)
def test_a_name_that_others_use(sets: list[dict[str, Any]], label: str, what: str) -> None:
    """A new identity gets the first name at which nothing stands, and a note says why."""
    found = said(*sets)
    assert (found["arguments"]["mail_from_subdomain"], found["hand_work"]) == (f'"{label}"', [])
    assert [note.partition(", and nothing")[0] for note in found["notes"]] == [f"{BOUNCE} has {what}"]
    result = run(*sets)
    assert result.exit_code == 0
    assert "replace it" not in result.stdout
    assert f"so the draft takes {label}.{ZONE}" in " ".join(result.stdout.split())
    made = published(pasted(result.stdout))
    assert {name for name, kind in made if kind == "MX"} == {f"{label}.{ZONE}."}
    assert not {(f"{BOUNCE}.", "MX"), (f"{BOUNCE}.", "TXT")} & made.keys()


@pytest.mark.parametrize(
    "sets", [pytest.param([], id="nothing"), pytest.param([listed(f"{BOUNCE}.", "TXT", OURS)], id="our-spf-alone")]
)
def test_a_name_that_is_free(sets: list[dict[str, Any]]) -> None:
    """What is there already as we would write it is no reason to take another name."""
    found = said(*sets)
    assert (found["arguments"]["mail_from_subdomain"], found["notes"]) == ('"bounce"', [])
    assert (f"{BOUNCE} TXT" in found["taken_over"]) == bool(sets)


def with_identity(*sets: dict[str, Any], form: str = "json", **attributes: str) -> Any:
    """What is said where SES has an identity whose MAIL FROM domain is `bounce`."""
    body = template(D=identity(ZONE, MailFromAttributes={"MailFromDomain": BOUNCE, **attributes}))
    Path("t.json").write_text(json.dumps(body), encoding="utf-8")
    result = run(*sets, options=("--zone", "t.json", "--format", form))
    return json.loads(result.stdout) | {"exit_code": result.exit_code} if form == "json" else result.stdout


@pytest.mark.parametrize(
    ("record", "what"),
    [
        pytest.param(cname(BOUNCE), "a CNAME", id="cname"),
        pytest.param(listed(f"{BOUNCE}.", "MX", "10 mx.example.net"), "the MX 10 mx.example.net", id="mx-of-others"),
    ],
)
def test_the_mail_from_domain_of_an_identity_that_cannot_be(record: dict[str, Any], what: str) -> None:
    """What SES does is said, and how it gets another one; what stands there stays."""
    found = with_identity(record)
    assert (found["exit_code"], found["arguments"]["mail_from_subdomain"]) == (1, '"ses-bounce"')
    (work,) = found["hand_work"]
    assert work["message"] == (
        f"{BOUNCE} is the MAIL FROM domain of the identity and has {what}: SES wants an MX of its own there, and nothing else. "
        "Without it the MAIL FROM domain is not verified, and SES sends with its own, or rejects (BehaviorOnMxFailure)"
    )
    assert work["fix"].startswith(f"leave {BOUNCE} as it is. The draft makes the records of ses-{BOUNCE}; ")
    assert work["fix"].endswith(
        f"aws sesv2 put-email-identity-mail-from-attributes --email-identity {ZONE} --mail-from-domain ses-{BOUNCE}"
    )
    rejects = with_identity(record, BehaviorOnMxFailure="REJECT_MESSAGE")["hand_work"][0]["fix"]
    assert rejects.endswith(f" --mail-from-domain ses-{BOUNCE} --behavior-on-mx-failure REJECT_MESSAGE")
    assert (f"ses-{BOUNCE}.", "MX") in published(pasted(with_identity(record, form="text")))


def test_a_mail_from_domain_with_a_routing_policy() -> None:
    """SES may well find that MX: the draft leaves it out and changes nothing."""
    found = with_identity(listed(f"{BOUNCE}.", "MX", MX, SetIdentifier="a", Weight=1))
    assert (found["exit_code"], found["hand_work"], "mail_from_subdomain" in found["arguments"]) == (0, [], False)
    assert found["notes"][0].startswith(f"{BOUNCE}, the MAIL FROM domain of the identity, has records with a routing policy, ")


def test_the_name_of_the_identity_wins() -> None:
    """A name that was used before may still have its MX."""
    old = listed(f"old.{ZONE}.", "MX", MX.replace("ap-northeast-1", "eu-west-1"))
    found = with_identity(*SENDING, old)
    assert (found["arguments"]["mail_from_subdomain"], found["region"], found["hand_work"]) == (
        '"bounce"',
        "ap-northeast-1",
        [],
    )


def test_the_domain_itself_is_no_mail_from_domain() -> None:
    """Nor is a wildcard: SES wants a name below the domain."""
    found = said(listed(f"{ZONE}.", "MX", MX), listed(f"\\052.{ZONE}.", "MX", MX))
    assert found["arguments"]["mail_from_subdomain"] == '"bounce"'


def test_dmarc_that_others_host() -> None:
    """A CNAME at `_dmarc` is no fault: the draft publishes none, and nothing is left to do."""
    for sets in (
        [cname(f"_dmarc.{ZONE}")],
        [listed(f"_dmarc.{ZONE}.", "NS", "ns.example.net")],
        [listed(f"_dmarc.{ZONE}.", "TXT", **ALIAS)],
    ):
        result = run(*sets)
        assert (result.exit_code, "    dmarc_policy=None,\n" in result.stdout) == (0, True)
        assert "inherited_dmarc=" in result.stdout
        assert f"_dmarc.{ZONE} TXT" not in result.stdout
        assert not any(name.startswith("_dmarc") for name, _ in published(pasted(result.stdout)))


def test_a_domain_that_is_a_cname() -> None:
    """Below the apex it may be: its SPF record is that of the target."""
    domain = f"shop.{ZONE}"
    result = run(cname(domain), options=("--domain", domain))
    assert (result.exit_code, "    from_domain_spf=False,\n" in result.stdout) == (0, True)
    assert "receivers read the SPF record of its target" in " ".join(result.stdout.split())
    assert (f"{domain}.", "TXT") not in published(pasted(result.stdout))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param('"v=spf1 include:amazonses.com -all"', 0, id="ses-is-in-it"),
        pytest.param('"v=spf1 include:_spf.example.net -all"', 1, id="ses-is-missing"),
        pytest.param('"token"', 1, id="no-spf"),
    ],
)
def test_a_domain_with_a_routing_policy(value: str, code: int) -> None:
    """It stays as it is; only a missing include is work."""
    result = run(listed(f"{ZONE}.", "TXT", value, SetIdentifier="a", Weight=1))
    assert (result.exit_code, "    from_domain_spf=False,\n" in result.stdout) == (code, True)
    assert ("add include:amazonses.com to the SPF there" in result.stdout) == bool(code)
    assert (f"{ZONE}.", "TXT") not in published(pasted(result.stdout))


def test_a_domain_that_another_zone_answers_for() -> None:
    """Records beside a delegation are seen by nobody."""
    domain = f"mail.{ZONE}"
    result = run(listed(f"{domain}.", "NS", "ns.example.net"), options=("--domain", domain))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{domain} is delegated to a zone of its own (NS records)" in result.stderr


def test_spf_below_a_name_of_others() -> None:
    """SPF of a From subdomain is taken over where it is seen, and where the TTL is that of all."""
    sets = [listed(f"{name}.{ZONE}.", "TXT", OURS, ttl=600) for name in ("news", "a.shop")]
    found = said(*sets, listed(f"shop.{ZONE}.", "NS", "ns.example.net"), cname(f"_dmarc.{ZONE}"))
    assert found["arguments"]["from_subdomains"] == '["news"]'
    unreadable_txt = listed(f"{ZONE}.", "TXT", "unquoted", ttl=300)
    assert said(*sets, unreadable_txt)["arguments"]["from_subdomains"] == f'["a.shop.{ZONE}", "news"]'


# --- Easy DKIM -------------------------------------------------------------------------------------------------------


def of_other_tokens(sets: list[dict[str, Any]], letter: str) -> list[dict[str, Any]]:
    """The same records with other tokens."""
    return [json.loads(json.dumps(each).replace("0" * 31, letter * 31)) for each in sets]


TOKYO = dkim(600, 600, 600)
MILAN = of_other_tokens(dkim(600, 600, 600, zone="dkim.eu-south-1.amazonses.com"), "m")
IRELAND = of_other_tokens(TOKYO, "i")


@pytest.mark.parametrize(
    ("region", "tokens", "zone"),
    [
        pytest.param("eu-south-1", MILAN, "dkim.eu-south-1.amazonses.com", id="zone-of-its-own"),
        pytest.param("ap-northeast-1", TOKYO, "dkim.amazonses.com", id="shared-zone"),
    ],
)
def test_the_tokens_of_a_region(region: str, tokens: list[dict[str, Any]], zone: str) -> None:
    """The zone of the keys tells, where it can."""
    mx = listed(f"{BOUNCE}.", "MX", MX.replace("ap-northeast-1", region), ttl=600)
    result = run(mx, *TOKYO, *MILAN)
    assert result.exit_code == 0
    lines = [f'        "{each["Name"].partition(".")[0]}",\n' for each in tokens]
    assert f'    dkim_tokens=[\n{"".join(lines)}    ],\n    dkim_signing_zone="{zone}",\n' in result.stdout
    assert "3 more DKIM records of SES stay as they are" in result.stdout
    made = published(pasted(result.stdout, region))
    assert {name for name, kind in made if kind == "CNAME"} == {each["Name"] for each in tokens}


@pytest.mark.parametrize(
    ("options", "sets"),
    [
        pytest.param((), [*TOKYO, *MILAN], id="no-region"),
        pytest.param(("--region", "eu-west-1"), [*TOKYO, *IRELAND], id="one-zone"),
        pytest.param(("--region", "af-south-1"), [*TOKYO, *MILAN], id="neither-zone"),
    ],
)
def test_tokens_that_nobody_can_tell(options: tuple[str, ...], sets: list[dict[str, Any]]) -> None:
    """They are listed by the zone of their keys, and stay as they are."""
    result = run(*sets, options=options)
    assert result.exit_code == 1
    flat = " ".join(result.stdout.split())
    assert "there are 6 DKIM records of SES, a region has 3, and the file does not say which are those of your region" in flat
    for each in sets:
        assert f"    {each['Name'].partition('.')[0]}\n" in result.stdout
    assert "DKIM records of SES with their keys in dkim.amazonses.com:\n" in result.stdout
    assert not any(kind == "CNAME" for _, kind in published(pasted(result.stdout)))


def test_terraform_knows_the_tokens_and_their_order() -> None:
    """Of two regions with one zone of keys."""
    tokens = [each["Name"].partition(".")[0] for each in (IRELAND[2], IRELAND[0], IRELAND[1])]
    arn = f"arn:aws:ses:eu-west-1:123456789012:identity/{ZONE}"
    resources = [
        ("aws_ses_domain_identity", {"domain": ZONE, "arn": arn}),
        ("aws_ses_domain_dkim", {"domain": ZONE, "dkim_tokens": tokens}),
    ]
    listing = [
        {"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "values": values} for kind, values in resources
    ]
    state = {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": listing}}}
    Path("state.json").write_text(json.dumps(state), encoding="utf-8")
    found = said(*TOKYO, *IRELAND, options=("--zone", "state.json"))
    assert (json.loads(found["arguments"]["dkim_tokens"]), found["hand_work"]) == (tokens, [])


def test_an_import_needs_no_tokens() -> None:
    """The note names only what the draft has."""
    with_tokens = run(*TOKYO).stdout
    assert "write SesEmailAuth(...) without dkim_tokens and dkim_signing_zone" in " ".join(with_tokens.split())
    without = " ".join(run(*TOKYO, *IRELAND).stdout.split())
    assert without.endswith("and write SesEmailAuth(...)")


# --- files that cannot be read ---------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_hides_no_other() -> None:
    """The draft of the rest is printed; what is absent from it may stand all the same."""
    Path("bad.json").write_text('{"ResourceRecordSets": [{}]}', encoding="utf-8")
    result = run(*SENDING, options=("--zone", "bad.json"))
    assert result.exit_code == 2
    assert result.stdout.startswith("NG: 1 path cannot be read; 2 record sets of blacksheep.link would be taken over\n")
    assert "NG  cannot read 'bad.json': " in result.stdout
    assert "the file does not hold the whole zone" in result.stdout
    assert result.stderr.startswith("ses-email-auth: cannot read 'bad.json': ")
    found = said(*SENDING, options=("--zone", "bad.json", "--zone", "missing"))
    assert (found["schema"], found["is_complete"], found["arguments"]["mail_from_subdomain"]) == (1, False, '"bounce"')
    assert [error["path"] for error in found["unreadable"]] == ["bad.json", "missing"]
    assert all(error["reason"] for error in found["unreadable"])
    assert (said(*SENDING)["schema"], said(*SENDING)["unreadable"], said(*SENDING)["is_complete"]) == (1, [], True)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--zone", "bad.json"], id="zone"),
        pytest.param(["--zone", "bad.json", "--domain", ZONE], id="domain"),
        pytest.param(["bad.json", "bad.json"], id="templates"),
    ],
)
def test_nothing_that_can_be_read(arguments: list[str]) -> None:
    """No answer, for programs too."""
    Path("bad.json").write_text('{"Resources": {', encoding="utf-8")
    text = CliRunner().invoke(main, ["adopt", *arguments])
    assert (text.exit_code, text.stdout) == (2, "")
    result = CliRunner().invoke(main, ["adopt", *arguments, "--format", "json"])
    document = json.loads(result.stdout)
    assert (result.exit_code, document.keys(), document["schema"]) == (2, {"schema", "unreadable"}, 1)
    assert [error["path"] for error in document["unreadable"]] == ["bad.json"]
    assert result.stderr == text.stderr
    assert text.stderr.startswith("ses-email-auth: cannot read 'bad.json': ")
    assert text.stderr.count("\n") == 1
