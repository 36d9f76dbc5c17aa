"""Every example synthesizes without a word, is linted clean, and gives cdk-nag nothing to say.

Not in tests/cdk: cdk-nag wants a newer `constructs` than the oldest one that those tests are run with.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk import App, aws_sns

from tests.cdk.nag import ask_nag, nag_findings, said_by_nag
from tests.cdk.stacks import new_app, new_stack

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/app.py"))
LONGEST = 80  # lines: an example is read from top to end


@pytest.fixture(scope="module", params=NAMES)
def example(request: pytest.FixtureRequest) -> Path:
    """The folder of one."""
    return EXAMPLES / str(request.param)


@pytest.fixture(scope="module")
def outdir(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it was synthesized, as the CLI does it, with cdk-nag looking on."""
    folder = tmp_path_factory.mktemp(example.name) / "cdk.out"
    context = json.loads((example / "cdk.json").read_text(encoding="utf-8"))["context"]

    class Watched(App):
        """What the example takes for CDK's own."""

        def __init__(self, **props: Any) -> None:
            super().__init__(**{"outdir": str(folder), "context": context, "analytics_reporting": False} | props)
            ask_nag(self)

    before = Path.cwd()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(aws_cdk, "App", Watched)
        patched.syspath_prepend(str(example))
        os.chdir(example)
        try:
            runpy.run_path(str(example / "app.py"), run_name="__main__")
        except RuntimeError as error:  # what is found fails the synthesis; the tests say what it was
            if "ValidationFailed" not in str(error):
                raise
        finally:
            os.chdir(before)
    assert (folder / "manifest.json").exists()
    return folder


def test_cdk_nag_has_nothing_to_say(outdir: Path) -> None:
    """What remains is acknowledged in our code, with the reason."""
    assert said_by_nag(outdir) == []


def test_nothing_is_reported(outdir: Path) -> None:
    """Neither by CDK's own validation nor by our constructs."""
    report = outdir / "validation-report.json"
    plugins = json.loads(report.read_text(encoding="utf-8"))["pluginReports"] if report.exists() else []
    assert [violation["ruleName"] for plugin in plugins for violation in plugin["violations"]] == []


def test_lint_has_nothing_to_say(outdir: Path) -> None:
    """No error and no warning; what needs no action is left out."""
    command = [sys.executable, "-m", "ses_email_auth.cli", "lint", "--fail-on", "warning", str(outdir)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_can_be_run_as_it_is(example: Path) -> None:
    """It has the context of our own app, a docstring, and a length that people read."""
    context = json.loads((example / "cdk.json").read_text(encoding="utf-8"))
    assert (
        context["context"].items() >= json.loads((EXAMPLES.parent / "cdk.json").read_text(encoding="utf-8"))["context"].items()
    )
    assert context["app"] == "python3 app.py"
    text = (example / "app.py").read_text(encoding="utf-8")
    assert text.startswith(('"""', 'r"""'))
    assert len(text.splitlines()) <= LONGEST


def test_cdk_nag_does_look() -> None:
    """A topic that takes messages over plain HTTP is found: its silence about others means something."""
    app = new_app()
    aws_sns.Topic(new_stack(app), "Topic")
    (said,) = nag_findings(app)
    assert said == "AwsSolutions-SNS3 at Stack/Topic/Resource: The SNS Topic does not require publishers to use SSL."
