"""The take-over of a zone by `ses-email-auth adopt --zone FILE`: the construct publishes what stands, to the letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ses_email_auth.cli.main import main
from tests.adopt.drafts import MX, OURS, SENDING, SOA, ZONE, dkim, listed, pasted, published, run, said
from tests.hostile import HOSTILE


@pytest.mark.parametrize(
    "sets",
    [
        pytest.param(
            [listed(f"{ZONE}.", "TXT", OURS, ttl=600), listed(f"_dmarc.{ZONE}.", "TXT", '"v=DMARC1; p=none"')], id="plain"
        ),
        pytest.param(
            [
                listed(f"{ZONE}.", "TXT", '"v=spf1 include:_spf.google.com " "~all"', '"google-site-verification=abc"'),
                listed(f"_dmarc.{ZONE}.", "TXT", f'"v=DMARC1;p=reject;rua=mailto:x@{ZONE}"', ttl=3600),
            ],
            id="others-in-the-set",
        ),
        pytest.param(
            [listed(f"{ZONE}.", "TXT", '"a\\"b\\\\c\\303\\251"', f'"{"x" * 255}" "{"y" * 45}"')], id="escapes-and-cuts"
        ),
        pytest.param([listed(f"{ZONE}.", "TXT", '"' + "x" * 200 + '" "' + "y" * 10 + '"', '""')], id="cut-elsewhere"),
        pytest.param(
            [listed(f"{ZONE}.", "TXT", OURS), listed(f"news.{ZONE}.", "TXT", OURS), listed(f"a.b.{ZONE}.", "TXT", OURS)],
            id="from-subdomains",
        ),
    ],
)
def test_the_first_deploy_equals_what_stands(sets: list[dict[str, Any]]) -> None:
    """Name, type, TTL, values and their cuts."""
    result = run(*sets, *SENDING)
    assert (result.exit_code, result.stderr) == (0, "")
    made = published(pasted(result.stdout))
    standing = {
        (each["Name"], each["Type"]): (str(each["TTL"]), [value["Value"] for value in each["ResourceRecords"]])
        for each in (*sets, *SENDING)
    }
    assert {key: made.get(key) for key in standing} == standing
    new = said(*sets, *SENDING)["new"]
    assert {" ".join((name.removesuffix("."), kind)) for name, kind in made.keys() - standing.keys()} <= set(new)


def test_what_is_printed() -> None:
    """Verdict, imports, the call, what it means, what comes next."""
    result = run(listed(f"{ZONE}.", "TXT", '"v=spf1 include:_spf.google.com -all"', '"token"'), *SENDING)
    assert result.stdout == (
        "ok: 3 record sets of blacksheep.link would be taken over as they stand\n"
        "\n"
        "from aws_cdk import Duration, RemovalPolicy\n"
        "from ses_email_auth import FromDomainTxt, SesEmailAuth\n"
        "\n"
        "SesEmailAuth(\n"
        "    self,\n"
        '    "EmailAuth",\n'
        "    hosted_zone=zone,  # better: dns=Dns.route53(zone, adopt=True)\n"
        '    mail_from_subdomain="bounce",\n'
        "    mail_from_mx_ttl=Duration.seconds(1800),\n"
        "    mail_from_spf_ttl=Duration.seconds(900),\n"
        "    from_domain_txt=FromDomainTxt.adopt(\n"
        '        ["v=spf1 include:_spf.google.com -all", "token"],\n'
        "        ttl=Duration.seconds(300),\n"
        "    ),\n"
        "    removal_policy=RemovalPolicy.RETAIN,\n"
        ")\n"
        "\n"
        "taken over as they stand:\n"
        "    bounce.blacksheep.link MX\n"
        "    bounce.blacksheep.link TXT\n"
        "    blacksheep.link TXT\n"
        "new:\n"
        "    <token 1>._domainkey.blacksheep.link CNAME\n"
        "    <token 2>._domainkey.blacksheep.link CNAME\n"
        "    <token 3>._domainkey.blacksheep.link CNAME\n"
        "    _dmarc.blacksheep.link TXT\n"
        "--  the MAIL FROM domain is that of ap-northeast-1: deploy the stack there\n"
        "--  the best way to own these records: a function of ours takes them over, in\n"
        "    every account. Write this in place of hosted_zone, and keep it in all later\n"
        "    deploys:\n"
        "    from ses_email_auth import Dns\n"
        "    dns=Dns.route53(zone, adopt=True),\n"
        "--  or import them by 'cdk import' with the file of 'ses-email-auth adopt\n"
        "    --mapping', which nobody has tried on AWS; or deploy as printed, by equal\n"
        "    values: CloudFormation may refuse that as 'already exists', and then RETAIN\n"
        "    keeps all (docs/moving.md)\n"
        "--  the deploy after this one, in place of from_domain_txt:\n"
        "    from ses_email_auth import SpfRecord\n"
        '    spf=SpfRecord.parse("v=spf1 include:_spf.google.com -all"),\n'
        '    from_domain_txt_values=["token"],\n'
        "    from_domain_txt_ttl=Duration.seconds(300),\n"
    )


def test_what_comes_next_without_a_ttl() -> None:
    """The default needs no prop."""
    assert said(listed(f"{ZONE}.", "TXT", '"token"', ttl=600))["later"] == {"from_domain_txt_values": '["token"]'}


def test_values_that_cannot_be_published() -> None:
    """Two equal values, and what nobody knows yet."""
    for values in (['"a"', '"a"'], ['"${Token[x]}"'], ["${Token[x]}"]):
        (work,) = said(listed(f"{ZONE}.", "TXT", *values))["hand_work"]
        assert work["fix"] == "write FromDomainTxt.adopt by hand"


def test_dkim_records_that_stand() -> None:
    """Then an identity stands too, which nothing may make again: `from_existing` with its tokens."""
    sets = [*dkim(1800, 1800, 1800, zone="dkim.af-south-1.amazonses.com"), *SENDING]
    result = run(*sets)
    assert result.exit_code == 0
    assert "\nSesEmailAuth.from_existing(\n" in result.stdout
    made = published(pasted(result.stdout))
    assert {key: value for key, value in made.items() if key[1] == "CNAME"} == {
        (each["Name"], "CNAME"): ("1800", [each["ResourceRecords"][0]["Value"]]) for each in sets[:3]
    }
    assert f"{1:032}._domainkey.{ZONE} CNAME" in said(*sets)["taken_over"]
    assert "mail_from_subdomain" not in said(*dkim(600, 600, 600))["arguments"]


def test_a_second_region() -> None:
    """Each has a MAIL FROM domain; which one is meant has to be said."""
    other = listed(f"bounce-eu-west-1.{ZONE}.", "MX", "10 feedback-smtp.eu-west-1.amazonses.com")
    (work,) = said(other, *SENDING)["hand_work"]
    assert work["message"] == (
        "several names are a MAIL FROM domain: bounce-eu-west-1.blacksheep.link (eu-west-1), "
        "bounce.blacksheep.link (ap-northeast-1)"
    )
    found = said(other, *SENDING, options=("--region", "eu-west-1"))
    assert (found["arguments"]["mail_from_subdomain"], found["region"]) == ('"bounce-eu-west-1"', "eu-west-1")


def test_a_region_that_is_not_there() -> None:
    """A slip of the pen must not leave the MAIL FROM domain out."""
    (work,) = said(*SENDING, options=("--region", "ap-northeast-2"))["hand_work"]
    assert work["message"] == (
        "no name is a MAIL FROM domain of ap-northeast-2; there is bounce.blacksheep.link (ap-northeast-1)"
    )


def test_a_draft_without_a_mail_from_domain_uses_no_name_of_others() -> None:
    """Of a new identity too, whose default would be `bounce`."""
    other = listed(f"mail.{ZONE}.", "MX", "10 feedback-smtp.eu-west-1.amazonses.com")
    for sets, options in (
        ([*SENDING, other], ()),
        ([listed(f"bounce.{ZONE}.", "CNAME", "x.example.net"), other], ("--region", "us-east-1")),
    ):
        result = run(*sets, options=options)
        assert (result.exit_code, "    mail_from_subdomain=None,\n" in result.stdout) == (1, True)
        assert not any(name.startswith("bounce") for name, _ in published(pasted(result.stdout)))
        assert "MAIL FROM domain is that of" not in result.stdout
        assert said(*sets, options=options)["region"] is None


@pytest.mark.parametrize("domain", ["blacksheep.example", "link"])
def test_a_domain_that_is_not_there(domain: str) -> None:
    """Nor may one in the domain say that all is well."""
    result = run(*SENDING, options=("--domain", domain))
    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        f"ses-email-auth: the files say nothing of '{domain}'; name another domain by --domain: blacksheep.link\n",
    )


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        pytest.param(
            [listed(f"bounce.{ZONE}.", "MX", MX.replace("10", "20"))], "bounce.blacksheep.link MX is 20 feedback", id="mx"
        ),
        pytest.param(
            [listed(f"bounce.{ZONE}.", "MX", f"{MX}.")], "bounce.blacksheep.link MX is 10 feedback", id="mx-with-a-dot"
        ),
        pytest.param(
            [SENDING[0], listed(f"bounce.{ZONE}.", "TXT", '"v=spf1 -all"')],
            'bounce.blacksheep.link TXT is "v=spf1 -all"',
            id="spf",
        ),
        pytest.param(dkim(60), "there is 1 DKIM record of SES, a region has 3", id="one-dkim"),
        pytest.param(dkim(60, 60), "there are 2 DKIM records of SES, a region has 3", id="two-dkim"),
        pytest.param(dkim(60, 60, 300), "there are 3 DKIM records of SES, with the TTLs 300, 60", id="dkim-ttls"),
        pytest.param(
            [*dkim(60, 60), listed(f"x._domainkey.{ZONE}.", "CNAME", "y.dkim.amazonses.com", ttl=60)], "there are 3", id="dkim"
        ),
        pytest.param(dkim(60, 60, 60, zone="dkim.amazonses.com."), "there are 3 DKIM records of SES", id="dkim-dots"),
        pytest.param(
            [listed(f"_dmarc.{ZONE}.", "TXT", '"v=DMARC1; p=bogus"')], "_dmarc.blacksheep.link TXT is no DMARC", id="dmarc"
        ),
        pytest.param(
            [listed(f"_dmarc.{ZONE}.", "TXT", '"v=DMARC1" "; p=none"')], "_dmarc.blacksheep.link TXT is not one", id="cut"
        ),
        pytest.param([listed(f"_dmarc.{ZONE}.", "TXT", '"a"', '"b"')], "_dmarc.blacksheep.link TXT is not one text", id="two"),
        pytest.param(
            [listed(f"{ZONE}.", "TXT", '"x"', SetIdentifier="a", Weight=1)],
            "blacksheep.link TXT: records with a routing policy, which no argument can write",
            id="routing",
        ),
        pytest.param(
            [listed(f"{ZONE}.", "TXT", '"\\377"')], "blacksheep.link TXT has no TTL here, or is written", id="no-utf-8"
        ),
        pytest.param([listed(f"{ZONE}.", "TXT", "unquoted")], "blacksheep.link TXT has no TTL here, or is", id="unquoted"),
        pytest.param(
            [listed(f"{ZONE}.", "TXT", '"v=spf1 -all"', '"v=spf1 ~all"')], "blacksheep.link has 2 SPF records", id="two-spf"
        ),
        pytest.param(
            [listed(f"{ZONE}.", "TXT", '"v=spf1 bogus -all"')], "the SPF record of blacksheep.link is broken", id="spf"
        ),
        pytest.param(
            [listed(f"{ZONE}.", "TXT", OURS, ttl=None)], "the file does not say the TTL of blacksheep.link", id="no-ttl"
        ),
    ],
)
def test_hand_work(sets: list[Any], message: str) -> None:
    """What no argument can express ends with 1, and the fix is said."""
    found = said(*sets)
    assert [each["message"][: len(message)] for each in found["hand_work"]] == [message]
    assert all(each["fix"] for each in found["hand_work"])
    result = run(*sets)
    assert result.exit_code == 1
    assert result.stdout.startswith("NG: 1 thing to do by hand; ")


def test_a_domain_below_the_zone() -> None:
    """Records above it are others'."""
    found = said(listed(f"{ZONE}.", "TXT", '"x"'), listed(f"mail.{ZONE}.", "TXT", '"y"'), options=("--domain", f"mail.{ZONE}"))
    assert found["arguments"]["domain_name"] == f'"mail.{ZONE}"'
    assert found["arguments"]["from_domain_txt"] == 'FromDomainTxt.adopt(["y"], ttl=Duration.seconds(300))'


def zone_file(name: str, *lines: str) -> str:
    """A whole zone as a file, by its name."""
    soa = f"{name}. 900 IN SOA ns.example.net. admin.example.net. 1 7200 900 1209600 300"
    Path(f"{name}.zone").write_text("\n".join([soa, *lines, ""]), encoding="utf-8")
    return f"{name}.zone"


def test_the_nearest_zone_at_or_above_the_domain_is_its_zone() -> None:
    """Records of a zone above it, of one below and of one beside are none of the construct."""
    files = [
        zone_file(ZONE, f'mail.{ZONE}. 300 IN TXT "above"'),
        zone_file(f"mail.{ZONE}", f'mail.{ZONE}. 300 IN TXT "here"', f'_dmarc.mail.{ZONE}. 300 IN TXT "v=DMARC1; p=none"'),
        zone_file(f"a.mail.{ZONE}", f"a.mail.{ZONE}. 300 IN TXT {OURS}"),
        zone_file(f"shop.{ZONE}", f'_dmarc.shop.{ZONE}. 300 IN TXT "v=DMARC1; p=reject"'),
    ]
    for order in (files, files[::-1]):
        options = [option for file in order for option in ("--zone", file)]
        result = CliRunner().invoke(main, ["adopt", *options, "--domain", f"mail.{ZONE}", "--format", "json"])
        found = json.loads(result.stdout)
        assert "domain_name" not in found["arguments"]  # that is the name of the zone
        assert found["taken_over"] == [f"mail.{ZONE} TXT", f"_dmarc.mail.{ZONE} TXT"]
        assert found["arguments"]["from_domain_txt"] == 'FromDomainTxt.adopt(["here"], ttl=Duration.seconds(300))'


def test_zone_files_have_final_dots() -> None:
    """Whatever Route 53 was given."""
    Path("z.zone").write_text(
        f"$ORIGIN {ZONE}.\n@ 900 IN SOA ns.example.net. a.example.net. 1 2 3 4 5\n"
        f"bounce 600 IN MX {MX}.\nbounce 600 IN TXT {OURS}\n"
        + "".join(f"{number:032}._domainkey 600 IN CNAME {number:032}.dkim.amazonses.com.\n" for number in range(3)),
        encoding="utf-8",
    )
    result = CliRunner().invoke(main, ["adopt", "--zone", "z.zone"])
    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        0,
        "ok: 5 record sets of blacksheep.link would be taken over as they stand",
    )
    assert '    dkim_signing_zone="dkim.amazonses.com",\n' in result.stdout


def test_terraform() -> None:
    """Identity, MAIL FROM domain and records in one file."""
    resources = [
        ("aws_route53_zone", {"zone_id": "Z1", "name": ZONE}),
        ("aws_ses_domain_identity", {"domain": ZONE, "arn": f"arn:aws:ses:eu-west-1:123456789012:identity/{ZONE}"}),
        ("aws_ses_domain_mail_from", {"domain": ZONE, "mail_from_domain": f"mail.{ZONE}"}),
        (
            "aws_route53_record",
            {"zone_id": "Z1", "name": f"_dmarc.{ZONE}", "type": "TXT", "ttl": 60, "records": ["v=DMARC1; p=none"]},
        ),
    ]
    listing = [
        {"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "values": values} for kind, values in resources
    ]
    state = {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": listing}}}
    Path("state.json").write_text(json.dumps(state), encoding="utf-8")
    result = CliRunner().invoke(main, ["adopt", "--zone", "state.json"])
    assert result.exit_code == 0, result.output
    assert '    mail_from_subdomain="mail",\n' in result.stdout
    assert "\nSesEmailAuth.from_existing(\n" in result.stdout
    assert "its DKIM records are not in the file" in result.stdout
    assert "the file does not hold the whole zone" in result.stdout
    Path("zone.json").write_text(
        json.dumps({"ResourceRecordSets": [SOA, listed(f"{ZONE}.", "TXT", '"token"')]}), encoding="utf-8"
    )
    both = CliRunner().invoke(main, ["adopt", "--zone", "state.json", "--zone", "zone.json"])
    assert "the file does not hold the whole zone" not in both.stdout
    assert '    from_domain_txt=FromDomainTxt.adopt(["token"], ttl=Duration.seconds(300)),\n' in both.stdout
    assert "\nSesEmailAuth.from_existing(\n" in both.stdout


def test_a_domain_that_nobody_can_tell() -> None:
    """Two zones in one file: --domain says which."""
    resources = {
        name: {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": f"{name.lower()}.example.com."}}
        for name in ("A", "B")
    }
    Path("t.json").write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    result = CliRunner().invoke(main, ["adopt", "--zone", "t.json"])
    assert (result.exit_code, result.stderr) == (
        2,
        "ses-email-auth: nobody can tell which domain is meant; name it by --domain: a.example.com, b.example.com\n",
    )
    assert CliRunner().invoke(main, ["adopt", "--zone", "t.json", "--domain", "a.example.com"]).exit_code == 0
    assert CliRunner().invoke(main, ["adopt", "--zone", "t.json", "--domain", "-"]).exit_code == 2
    assert CliRunner().invoke(main, ["adopt", "--zone", "missing"]).exit_code == 2


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
def test_hostile_text(text: str) -> None:
    """No control reaches the terminal, and what is pasted is the text that stands."""
    octets = "".join(f"\\{octet:03o}" for octet in text.encode("utf-8", "replace"))
    sets = [
        listed(f"{ZONE}.", "TXT", f'"{octets}"'),
        listed(f"bounce.{ZONE}.", "MX", text),
        listed(f"{octets}.{ZONE}.", "TXT", OURS),
        listed(f"_dmarc.{ZONE}.", "TXT", f'"v=DMARC1; p=none; x={octets}"'),
    ]
    for options in ((), ("--format", "json")):
        result = run(*sets, options=options)
        assert result.exit_code in {0, 1}
        assert all(character.isprintable() or character == "\n" for character in result.stdout)
        assert not any(line.lstrip().startswith("::") for line in result.stdout.splitlines())
        assert "##[" not in result.stdout
