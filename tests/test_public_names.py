"""The public names: complete, lazily loaded, and known to a type checker."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ses_email_auth

PACKAGE = Path(ses_email_auth.__file__).parent
NEED_CDK = {
    "Dkim",
    "Dns",
    "DomainPolicy",
    "EmailAuthValidation",
    "RecordLayout",
    "SendingEvents",
    "SendingIdentity",
    "SesEmailAuth",
    "ZoneWriterRole",
}
# Names that others depend on.
PROMISED = NEED_CDK | {
    "Alignment",
    "AlignmentProof",
    "DkimKeyRecord",
    "DmarcPolicy",
    "DmarcRecord",
    "DomainName",
    "EmailAuthError",
    "FailureOption",
    "Fault",
    "Finding",
    "FromDomainTxt",
    "InvalidDomainName",
    "KnownAfterDeploy",
    "Need",
    "RecordSyntaxError",
    "RecordType",
    "ReportUri",
    "ResourceRecordSet",
    "Rule",
    "Severity",
    "SpfQualifier",
    "SpfRecord",
    "Verdict",
    "ZoneView",
    "rule",
}
CONSUMER = """\
from aws_cdk import App, Stack
from aws_cdk.aws_route53 import HostedZone

from ses_email_auth import DmarcPolicy, SesEmailAuth


class Mail(Stack):
    def __init__(self, app: App) -> None:
        super().__init__(app, "Mail")
        zone = HostedZone.from_lookup(self, "Zone", domain_name="blacksheep.link")
        auth = SesEmailAuth(
            self, "EmailAuth",
            hosted_zone=zone,
            mail_from_subdomain="bounce",
            dmarc_policy=DmarcPolicy.NONE,
            dmarc_rua=["dmarc-reports@blacksheep.link"],
        )
        print(auth.alignment)
"""


def python(code: str) -> str:
    """What `code` prints in an interpreter of its own."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8").stdout.strip()


def test_all_is_what_was_promised() -> None:
    """Nothing is missing and nothing slipped in: a name in `__all__` cannot be taken back."""
    assert set(ses_email_auth.__all__) == PROMISED
    assert ses_email_auth.__all__ == sorted(ses_email_auth.__all__, key=str)
    assert dir(ses_email_auth) == sorted(ses_email_auth.__all__)


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_each_name_can_be_loaded(name: str) -> None:
    """The name is that of what it gives, and stays the same object."""
    value = getattr(ses_email_auth, name)
    assert value.__name__ == name
    assert getattr(ses_email_auth, name) is value


def test_who_needs_no_function_does_not_pay_for_one() -> None:
    """A third of a second for `aws_lambda`: only a custom resource loads it."""
    heavy = "['aws_cdk.aws_lambda', 'aws_cdk.aws_kms', 'aws_cdk.aws_logs', 'aws_cdk.aws_cloudwatch']"
    code = f"import sys, ses_email_auth.cdk.constructs; print([name for name in {heavy} if name in sys.modules])"
    assert python(code) == "[]"


def test_unknown_name() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match=r"^module 'ses_email_auth' has no attribute 'SesEmailAut'$"):
        _ = ses_email_auth.SesEmailAut  # type: ignore[attr-defined]  # on purpose


def test_type_checkers_and_python_see_the_same_names() -> None:
    """The imports under TYPE_CHECKING name each module that `__getattr__` loads."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    guarded = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    seen = {
        alias.name: node.module
        for block in guarded
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == {name: f"ses_email_auth.{module}" for name, module in ses_email_auth._MODULES.items()}


def test_pure_names_do_without_cdk() -> None:
    """Neither the package nor any name that needs no CDK brings it in: it costs a second and 93 MB."""
    pure = sorted(PROMISED - NEED_CDK)
    loaded = "print(sorted(sys.modules.keys() & {'aws_cdk', 'constructs', 'jsii'}))"
    assert python(f"import sys, ses_email_auth as s; [getattr(s, n) for n in {pure}]; {loaded}") == "[]"


@pytest.mark.parametrize("name", sorted(NEED_CDK))
def test_names_of_the_edge_bring_cdk(name: str) -> None:
    """The counterpart: if this fails, NEED_CDK is too long, and the test above looks at less than it could."""
    module = ses_email_auth._MODULES[name]
    assert module.startswith("cdk.")


def test_import_of_the_package_loads_nothing() -> None:
    """Only what is asked for is loaded."""
    code = "import sys, ses_email_auth; print([m for m in sys.modules if m.startswith('ses_email_auth.')])"
    assert python(code) == "[]"


CHANGES = {
    "example": ("", ""),
    "misspelt_name": ("import DmarcPolicy, SesEmailAuth", "import DmarcPolicy, SesEmailAuht as SesEmailAuth"),
    "misspelt_prop": ("mail_from_subdomain=", "mail_from="),
    "wrong_type": ("dmarc_policy=DmarcPolicy.NONE", 'dmarc_policy="none"'),
}


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What `mypy --strict` says of the example and of its changes; one run, since it reads all of aws_cdk."""
    folder = tmp_path_factory.mktemp("consumer")
    for name, change in CHANGES.items():
        (folder / f"{name}.py").write_text(CONSUMER.replace(*change), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *sorted(folder.iterdir())],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=PACKAGE.parent,  # its settings and its cache
    )
    assert run.stderr == ""
    # By file name alone: with a warm cache mypy repeats lines with the folder of the run before.
    return [Path(line.partition(":")[0]).name + ":" + line.partition(":")[2] for line in run.stdout.splitlines()]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        pytest.param("misspelt_name", 'Module "ses_email_auth" has no attribute "SesEmailAuht"', id="misspelt-name"),
        pytest.param("misspelt_prop", 'Unexpected keyword argument "mail_from" for "SesEmailAuth"', id="misspelt-prop"),
        pytest.param("wrong_type", 'Argument "dmarc_policy" to "SesEmailAuth" has incompatible type "str"', id="wrong-type"),
    ],
)
def test_type_checker_refuses(mypy: list[str], name: str, error: str) -> None:
    """A type checker sees what is misspelt, one error for each; `__getattr__` would hide it."""
    (line,) = [line for line in mypy if line.startswith(f"{name}.py:") and ": error: " in line]
    assert error in line


def test_type_checker_takes_the_example(mypy: list[str]) -> None:
    """The example of the README has no error."""
    assert [line for line in mypy if line.startswith("example.py:")] == []
