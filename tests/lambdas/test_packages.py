"""What is sent to Lambda for each concern: only what the Python runtime there has, complete, and always the same bytes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import ses_email_auth
from ses_email_auth.cdk.custom_resource import handler_folder

PACKAGE = Path(ses_email_auth.__file__).parent
LAMBDAS = PACKAGE / "lambdas"
IN_LAMBDA = sys.stdlib_module_names | {"boto3", "botocore"}


def _concerns() -> list[str]:
    """The concerns of all custom resources, as the calls of `custom_resource` in the package say."""
    concerns = set()
    for path in sorted((PACKAGE / "cdk").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "custom_resource":
                concerns |= {ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg == "concern"}
    return sorted(concerns)


CONCERNS = _concerns()
EACH = pytest.mark.parametrize("concern", CONCERNS)


def _imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            names.add(str(node.module))
    return names


def test_every_handler_is_packed() -> None:
    """Each module with a handler belongs to a custom resource, and the other way round."""
    handlers = [path.stem for path in LAMBDAS.glob("*.py") if "\ndef handle(" in path.read_text(encoding="utf-8")]
    assert sorted(handlers) == CONCERNS
    assert "verification" in CONCERNS


@EACH
def test_only_python_files(concern: str) -> None:
    """No `__pycache__`, which would change the hash; and one place to begin."""
    folder = Path(handler_folder(concern))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".py"}
    assert (folder / "index.py").read_text(encoding="utf-8").startswith(f"from ses_email_auth.lambdas.{concern} import handle")


@EACH
def test_imports(concern: str) -> None:
    """The standard library, boto3, botocore, and siblings that are in the folder, each of which somebody needs."""
    folder = Path(handler_folder(concern))
    needed = set()
    for path in folder.rglob("*.py"):
        for module in _imported(path):
            if module.partition(".")[0] == "ses_email_auth":
                own = folder / f"{module.replace('.', '/')}.py"
                assert own.is_file(), f"{module} is not in the package of {concern}"
                needed.add(own)
            else:
                assert module.partition(".")[0] in IN_LAMBDA, module
    assert {path for path in folder.rglob("*.py") if path.name not in {"__init__.py", "index.py"}} == needed


@EACH
def test_runs_alone(concern: str) -> None:
    """In its folder, without anything of the environment, it is imported from there and has a handler."""
    folder = handler_folder(concern)
    script = (
        "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, '.'); import index; "
        "print(index.handle.__code__.co_filename, index.handle.__code__.co_argcount)"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", script], cwd=folder, capture_output=True, encoding="utf-8", check=True
    )
    path, arguments = run.stdout.split()
    assert (Path(folder) / path).resolve().is_relative_to(Path(folder).resolve())
    assert arguments == "2"


def test_same_hash_in_every_process() -> None:
    """CDK gives the asset the same hash in each process: nothing of a machine, a time or an order is in it."""
    script = (
        "import json, sys; from aws_cdk import FileSystem; from ses_email_auth.cdk.custom_resource import handler_folder; "
        "print(json.dumps({concern: FileSystem.fingerprint(handler_folder(concern)) for concern in json.loads(sys.argv[1])}))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script, json.dumps(CONCERNS)],
            cwd=PACKAGE.parent,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(set(json.loads(runs[0]).values())) == len(CONCERNS)
