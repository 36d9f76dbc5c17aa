"""The code of both READMEs and of docs/situations.md runs, links lead somewhere, and what is said of texts is true."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk.aws_route53 import CfnRecordSet, HostedZone, PublicHostedZone
from click.testing import CliRunner

from ses_email_auth import DmarcPolicy, SesEmailAuth
from ses_email_auth.cli.main import main

if TYPE_CHECKING:
    from constructs import Construct

ROOT = Path(__file__).parent.parent
ENGLISH, JAPANESE = "README.md", "README.ja.md"
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in (ENGLISH, JAPANESE)}
TRANSLATED = {ENGLISH: JAPANESE, "docs/situations.md": "docs/situations.ja.md"}
WITH_CODE = {name: (ROOT / name).read_text(encoding="utf-8") for pair in TRANSLATED.items() for name in pair}
PAGES = (
    *("docs/moving.md", "docs/changes.md", "docs/rules.md", "docs/architecture.md", "docs/live.md", "docs/proof.md"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
)
WITH_LINKS = (*WITH_CODE, *PAGES)
ZONES = {"mail.example.com": "example.com"}
OURS = "SesEmailAuth", "SendingIdentity", "DomainPolicy", "SendingEvents", "ZoneWriterRole"


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of one language, also those that are indented in a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(body) for _, body in found]


def run(code: str) -> Construct:
    """Run one block inside of a stack, with `self` and `zone` at hand; a class in it is tried as a stack."""
    app = cdk.App(analytics_reporting=False)
    env = cdk.Environment(account="123456789012", region="ap-northeast-1")
    stack = cdk.Stack(app, "Stack", env=env)
    name = next((zone for domain, zone in ZONES.items() if domain in code), "blacksheep.link")
    zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z1", zone_name=name)
    names: dict[str, object] = {"self": stack, "stack": stack, "app": app, "zone": zone, "__name__": "readme"}
    exec(compile(code, "README", "exec"), names)  # noqa: S102 - our own README
    for value in names.values():
        if inspect.isclass(value) and issubclass(value, cdk.Stack) and value is not cdk.Stack:
            return value(app, "Own", env=env)
    return stack


@pytest.mark.parametrize(
    ("page", "index"), [(name, index) for name, text in WITH_CODE.items() for index in range(len(blocks(text, "python")))]
)
def test_the_code_of_a_page_runs(page: str, index: int) -> None:
    """Each Python block does what it says, leaves the constructs of ours that it names in the tree, and synthesizes."""
    code = blocks(WITH_CODE[page], "python")[index]
    root = run(code).node.root
    assert isinstance(root, cdk.App)
    ours = {type(child).__name__ for child in root.node.find_all()} & set(OURS)
    calls = re.sub(r"\bpartial\((\w+),", r"\1(", code)
    assert ours == set(re.findall(rf"\b({'|'.join(OURS)})(?:\.from_existing)?\(", calls))
    if "lookup" not in code:
        root.synth()


@pytest.mark.parametrize(
    "name", [*WITH_CODE, *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("examples/*/app.py")))]
)
def test_the_longest_wait_is_advised(name: str) -> None:
    """Resolvers may remember for 900 s that a name was not there (SOA of a Route 53 zone); a wait takes at most 14 minutes."""
    waits = re.findall(r"wait_for_verification=(Duration\.\w+\(\d+\))", (ROOT / name).read_text(encoding="utf-8"))
    assert set(waits) <= {"Duration.minutes(14)"}


@pytest.mark.parametrize(("english", "japanese"), TRANSLATED.items())
def test_both_languages_hold_the_same_code(english: str, japanese: str) -> None:
    """The Japanese page has the same blocks; comments may be translated."""
    for language in ("python", "console"):
        first, second = (
            [re.sub(r" *#.*", "", code) for code in blocks(WITH_CODE[page], language)] for page in (english, japanese)
        )
        assert first == second


@pytest.mark.parametrize(("english", "japanese"), TRANSLATED.items())
def test_both_languages_have_the_same_sections(english: str, japanese: str) -> None:
    """Headings of the same levels, and rows of tables, in the same order."""
    first, second = (re.findall(r"^(#+|\|)", prose(WITH_CODE[page]), re.MULTILINE) for page in (english, japanese))
    assert first == second


@pytest.mark.parametrize("page", WITH_LINKS)
def test_links_lead_somewhere(page: str) -> None:
    """Files of this repository that a page links to exist, and have the heading that is meant."""
    text = prose((ROOT / page).read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`+[^`\n]*`+", "", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


def prose(text: str) -> str:
    """A page without its code blocks."""
    return re.sub(r"^( *)```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as GitHub makes them: lower case, no punctuation, a hyphen for each space."""
    headings = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("readme", "language"), [(ENGLISH, "en"), (JAPANESE, "ja")])
def test_the_proof_in_the_readme_is_what_is_printed(readme: str, language: str) -> None:
    """The proof of the reference example stands in the README to the letter."""
    stack = run(blocks(READMES[readme], "python")[0])
    (auth,) = (child for child in stack.node.children if isinstance(child, SesEmailAuth))
    assert auth.alignment.explain(language) in READMES[readme]


@pytest.mark.parametrize("readme", READMES)
def test_the_table_names_every_prop(readme: str) -> None:
    """The table of props has each of the construct's, and no other."""
    table = next(part for part in READMES[readme].split("\n## ") if part.lower().startswith(("props", "プロパティ")))
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    props = {prop for row in rows for prop in re.findall(r"`(\w+)`", row)}
    signature = inspect.signature(SesEmailAuth.__init__).parameters
    assert props == set(signature) - {"self", "scope", "construct_id"}


@pytest.mark.parametrize("readme", READMES)
def test_the_table_of_records_is_what_is_published(readme: str) -> None:
    """Every value of the first example stands in the table."""
    stack = run(blocks(READMES[readme], "python")[0])
    (auth,) = (child for child in stack.node.children if isinstance(child, SesEmailAuth))
    values = {f"`{text}`" for record in auth.records for text in record.texts if "Dkim" not in text}
    assert values <= set(re.findall(r"`[^`\n]+`", READMES[readme]))


@pytest.mark.parametrize("readme", READMES)
def test_the_screen_of_lint_is_what_is_printed(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stacks that each write an SPF record at one name."""
    monkeypatch.chdir(tmp_path)
    app = cdk.App(analytics_reporting=False, outdir=str(tmp_path / "cdk.out"))
    for name in ("A", "B"):
        CfnRecordSet(
            cdk.Stack(app, name),
            "Spf",
            hosted_zone_id="Z1",
            name="example.com",
            type="TXT",
            ttl="300",
            resource_records=[f'"v=spf1 include:{name.lower()}.example -all"'],
        )
    app.synth()
    result = CliRunner().invoke(main, ["lint", "cdk.out"])
    assert result.output in READMES[readme]
    assert result.exit_code == 1


@pytest.mark.parametrize("readme", READMES)
def test_the_screen_of_impact_is_what_is_printed(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deploy that forgets a sender and goes from p=none to p=reject."""
    monkeypatch.chdir(tmp_path)
    for folder, props in (
        ("before", {"spf_includes": ["_spf.google.com"]}),
        ("cdk.out", {"dmarc_policy": DmarcPolicy.REJECT}),
    ):
        app = cdk.App(analytics_reporting=False, outdir=str(tmp_path / folder))
        stack = cdk.Stack(app, "MailStack", env=cdk.Environment(account="123456789012", region="ap-northeast-1"))
        zone = PublicHostedZone(stack, "Zone", zone_name="blacksheep.link")
        SesEmailAuth(stack, "EmailAuth", hosted_zone=zone, dmarc_rua=["dmarc-reports@blacksheep.link"], **props)
        app.synth()
    body = json.loads(Path("before", "MailStack.template.json").read_text(encoding="utf-8"))
    Path("deployed.json").write_text(json.dumps({"TemplateBody": body}), encoding="utf-8")
    result = CliRunner().invoke(main, ["impact", "deployed.json", "cdk.out"])
    lines = re.compile(r"json:[0-9]+")  # other props of the construct move them
    assert lines.sub("json", result.output) in lines.sub("json", READMES[readme])
    assert result.exit_code == 1
