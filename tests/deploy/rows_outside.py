"""Rows of the table of examples: DNS that is not at AWS, and an identity that was made elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.deploy.examples import DNS_ACCOUNT, DOMAIN, TOKYO, ZONE_ID, Example, Zone
from tests.local.templates import change, member

if TYPE_CHECKING:
    from tests.deploy.examples import Run

__all__ = ["EXAMPLES"]

RUA = {"SES_EXAMPLE_RUA": f"reports@{DOMAIN}"}
DMARC = '"v=DMARC1; p=none; rua=mailto:{}@blacksheep.link"'


# --- external_dns ----------------------------------------------------------------------------------------------------


def external_dns_deployed(run: Run) -> None:
    """Nothing is written anywhere; what the outputs say, pasted into a zone by hand, is what SES wants to see."""
    assert run.records() == {}
    assert run.identity()["VerifiedForSendingStatus"] is False
    pasted = [record_of(text) for text in run.outputs("ExternalStack").values()]
    change(run.aws, ZONE_ID, *(("CREATE", record) for record in pasted), account=DNS_ACCOUNT)
    assert len(pasted) == 7
    assert run.values(f"_dmarc.{DOMAIN}", "TXT") == [DMARC.format("dmarc-reports")]
    identity = run.identity()
    assert (identity["VerifiedForSendingStatus"], identity["MailFromAttributes"]["MailFromDomainStatus"]) == (True, "SUCCESS")
    change(run.aws, ZONE_ID, *(("DELETE", record) for record in pasted), account=DNS_ACCOUNT)


def record_of(output: str) -> dict[str, object]:
    """What a person makes of an output: a record set."""
    fields = dict(line.partition(": ")[::2] for line in output.splitlines())
    name = DOMAIN if fields["host"] == "@" else f"{fields['host']}.{DOMAIN}"
    value = f'"{fields["value"]}"' if fields["type"] == "TXT" else fields["value"]
    value = f"{fields['priority']} {value}" if fields["type"] == "MX" else value
    return member(name, value, rtype=fields["type"], ttl=int(fields["ttl"]))


def external_dns_changed(run: Run) -> None:
    """An output, and nothing in any zone."""
    assert run.changes() == {}
    texts = [record_of(text)["ResourceRecords"] for text in run.outputs("ExternalStack").values()]
    assert [DMARC.format("reports")] in texts


# --- from_existing ---------------------------------------------------------------------------------------------------


def from_existing_stands(run: Run) -> None:
    """The identity, as somebody made it in the console; its tokens are written into the app, as the reader does it."""
    ses = run.aws.client("sesv2")
    tokens = ses.create_email_identity(EmailIdentity=DOMAIN)["DkimAttributes"]["Tokens"]
    ses.put_email_identity_mail_from_attributes(EmailIdentity=DOMAIN, MailFromDomain=f"bounce.{DOMAIN}")
    app = run.folder / "app.py"
    text, placeholder = app.read_text(encoding="utf-8"), '[letter * 32 for letter in "abc"]'
    assert placeholder in text
    app.write_text(text.replace(placeholder, repr(tokens)), encoding="utf-8")


def from_existing_deployed(run: Run) -> None:
    """Its records stand, so it is verified."""
    assert len(run.records()) == 7
    identity = run.identity()
    assert (identity["VerifiedForSendingStatus"], identity["MailFromAttributes"]["MailFromDomainStatus"]) == (True, "SUCCESS")


def from_existing_changed(run: Run) -> None:
    """One record."""
    assert run.changes() == {(f"_dmarc.{DOMAIN}", "TXT"): ([DMARC.format("dmarc-reports")], [DMARC.format("reports")])}


def from_existing_destroyed(run: Run) -> None:
    """The identity is still there: it was never ours."""
    assert run.identity()["DkimAttributes"]["Status"] == "PENDING"
    run.aws.client("sesv2").delete_email_identity(EmailIdentity=DOMAIN)


EXAMPLES = [
    Example(
        name="external_dns",
        stacks={"ExternalStack": TOKYO},
        change=RUA,
        zones=(Zone(account=DNS_ACCOUNT),),
        deployed=external_dns_deployed,
        after_change=external_dns_changed,
    ),
    Example(
        name="from_existing",
        stacks={"ExistingStack": TOKYO},
        change=RUA,
        prepare=from_existing_stands,
        deployed=from_existing_deployed,
        after_change=from_existing_changed,
        destroyed=from_existing_destroyed,
    ),
]
