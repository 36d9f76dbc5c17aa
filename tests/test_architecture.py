"""The shape of the repository: no circle of imports, no `locals()`, encodings named, and no mention of what does not exist."""

from __future__ import annotations

import ast
import io
import re
from fnmatch import fnmatchcase
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from tokenize import COMMENT, generate_tokens
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parent.parent
PACKAGE = "ses_email_auth"
FOLDERS = (PACKAGE, "tests", "docs", "examples", "benchmarks", ".ci", ".github")
BUILT = {"__pycache__", "__snapshots__", "cdk.out", "cdk.context.json", ".demo"}
FILES = {
    file.relative_to(ROOT).as_posix(): file
    for start in (*(path for path in ROOT.iterdir() if path.is_file()), *(ROOT / folder for folder in FOLDERS))
    for file in (start, *start.rglob("*"))
    if file.is_file() and not BUILT & set(file.parts)
}
MODULES = {
    path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file
    for path, file in FILES.items()
    if path.startswith(f"{PACKAGE}/") and path.endswith(".py")
}


def imports(module: str, tree: ast.Module, modules: Mapping[str, object]) -> set[str]:
    """The modules that a module imports, also inside of functions and for type checkers alone."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            names |= {
                deeper if (deeper := f"{node.module}.{alias.name}") in modules else f"{node.module}" for alias in node.names
            }
    return names & modules.keys()


def circle(trees: Mapping[str, ast.Module]) -> list[str]:
    """The modules of one circle of imports, the first again at the end; empty if there is none."""
    graph = {module: imports(module, tree, trees) for module, tree in trees.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_circle_of_imports() -> None:
    """A module can be read after those that it imports, imports for type checkers counted."""
    assert " -> ".join(circle({module: parsed(file) for module, file in MODULES.items()})) == ""


def test_a_circle_is_seen() -> None:
    """Through a package, a function and an import for type checkers; a module that stands aside is not named."""
    code = {
        "p": "",
        "p.a": "from p import b",
        "p.b": "def f():\n    import p.c",
        "p.c": "if TYPE_CHECKING:\n    from p.a import name",
        "p.d": "from p.a import name",
    }
    first, *others = circle({module: ast.parse(text) for module, text in code.items()})
    assert others[-1] == first
    assert " -> ".join([first, *others]) in "p.a -> p.b -> p.c -> p.a -> p.b -> p.c"


def test_no_locals() -> None:
    """What a function hands on has a name, which editors and type checkers can follow."""
    calls = [
        f"{module}:{node.lineno}"
        for module, file in MODULES.items()
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "locals"
    ]
    assert calls == []


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".py")])
def test_encodings_are_named(path: str) -> None:
    """The default differs between systems, and the interpreter's warning reaches no program that a test starts."""
    calls = [node for node in ast.walk(parsed(FILES[path])) if isinstance(node, ast.Call)]
    assert [f"{path}:{call.lineno}" for call in calls if lacks_encoding(call)] == []


def lacks_encoding(call: ast.Call) -> bool:
    """Whether a call reads or writes text and leaves the encoding to the system."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    binary = any(isinstance(mode, ast.Constant) and "b" in str(mode.value) for mode in call.args[1:])
    opens = method in {"read_text", "write_text", "TextIOWrapper"} or (ast.unparse(call.func) == "open" and not binary)
    keywords = {keyword.arg for keyword in call.keywords}
    starts = "text" in keywords and ast.unparse(call.func) in {"subprocess.run", "subprocess.Popen"}
    return (opens or starts) and "encoding" not in keywords


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("path.read_text()", True, id="read"),
        pytest.param("Path('b').write_text(text, encoding='utf-8')", False, id="write-with-encoding"),
        pytest.param("open('binary')", True, id="open"),
        pytest.param("open(name, 'rb')", False, id="open-binary"),
        pytest.param("subprocess.run(command, text=True)", True, id="text"),
        pytest.param("subprocess.run(command, encoding='utf-8')", False, id="run-with-encoding"),
        pytest.param("run(text=page)", False, id="another-text"),
    ],
)
def test_a_call_without_encoding_is_seen(code: str, *, expected: bool) -> None:
    """Files and the output of programs, as text."""
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    assert lacks_encoding(call) is expected


@cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def test_make_help_lists_every_target() -> None:
    """With a text for each that a person may ask for."""
    makefile = FILES["Makefile"].read_text(encoding="utf-8")
    (targets,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert sorted(targets.split()) == sorted(re.findall(r"^([a-z]+):.* ## \S", makefile, re.MULTILINE))


# --- Mentions of files and modules ---

# `records/spf.py`, `README.md`; `<kind>` and `*` stand for any name.
FILE = re.compile(r"(?<![\w./<>*$(){}@-])(?:[\w.<>*-]+/)*[\w.<>*-]+\.(?:py|md|cjs)\b(?![\w(*]|\.\w)")
# `docs/decisions/`, `tests/cdk`: a path that begins with a folder of this repository.
PATH = re.compile(r"(?<![\w./<>*$(){}@:-])(?:[\w.<>*-]+/)+(?:[\w.<>*-]*[\w>*])?")
# `ses_email_auth.cdk.dns`, and `checks.run` in backticks.
MODULE = re.compile(rf"(?<![\w./-]){PACKAGE}((?:\.\w+)+)|`((?:\w+\.)+\w+)`")
# Files of users, and names of the CDK and of AWS that begin like a folder of ours.
NOT_OURS = {"cdk.out", "cdk.json", "zone.json", "zone.zone_name", "ses.amazonaws.com"}


@cache
def folders() -> frozenset[str]:
    """The folders of this repository, as paths."""
    return frozenset(parent.as_posix() for path in FILES for parent in Path(path).parents)


@cache
def names_a_file(mention: str) -> bool:
    """Whether a file or folder has this name, be it with or without the folders above it."""
    wanted = "*/" + re.sub(r"<\w+>", "*", mention.rstrip("/"))
    return any(fnmatchcase(f"/{path}", wanted) for path in (*FILES, *folders()))


@cache
def names_a_module(mention: str) -> bool:
    """Whether a module has this name, or holds what the part behind its name says."""
    module, name = f"{PACKAGE}.{mention}", ""
    while module not in MODULES:
        module, _, name = module.rpartition(".")
    return name == "" or re.search(rf"\b{name}\b", MODULES[module].read_text(encoding="utf-8")) is not None


def strays(text: str) -> set[str]:
    """Names of files and modules in a text that are not in the repository."""
    tops = {Path(folder).name for folder in folders()}
    packages = {module.split(".")[1] for module in MODULES if module.count(".") > 1}
    modules = {
        whole.removeprefix(".") or short
        for whole, short in MODULE.findall(text)
        if whole or short.partition(".")[0] in packages
    }
    paths = {path for path in PATH.findall(text) if path.partition("/")[0] in tops}
    return {name for name in modules - NOT_OURS if not names_a_module(name)} | {
        path for path in paths | set(FILE.findall(text)) if not names_a_file(path)
    }


def read_by_people(path: str) -> Iterator[str]:
    """Comments and docstrings of Python; all of any other text."""
    try:
        text = FILES[path].read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if not path.endswith(".py"):
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
    yield from (token.string for token in generate_tokens(io.StringIO(text).readline) if token.type == COMMENT)


@pytest.mark.parametrize("path", FILES)
def test_what_is_cited_exists(path: str) -> None:
    """A comment, docstring or page names no file and no module that is not here."""
    assert [mention for text in read_by_people(path) for mention in strays(text)] == []


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        pytest.param("see tests/test_architecture.py, and docs/decisions/.", [], id="paths"),
        pytest.param("README.md and conftest.py", [], id="names"),
        pytest.param("lambdas/<concern>.py, docs/*.md", [], id="any-name"),
        pytest.param("ses_email_auth.domain_name.DomainName", [], id="module"),
        pytest.param("`cdk.out`, https://example.com/docs/nowhere.md, and/or", [], id="not-ours"),
        pytest.param("design.md (see docs/standards.md)", ["design.md", "docs/standards.md"], id="no-such-page"),
        pytest.param("docs/nowhere/ and tests/nowhere", ["docs/nowhere/", "tests/nowhere"], id="no-such-folder"),
        pytest.param("lambdas/<concern>/handler.py", ["lambdas/<concern>/handler.py"], id="none-of-any-name"),
        pytest.param("ses_email_auth.nowhere, `cdk.nowhere.Name`", ["cdk.nowhere.Name", "nowhere"], id="no-such-module"),
        pytest.param("ses_email_auth.domain_name.Nowhere", ["domain_name.Nowhere"], id="no-such-name"),
    ],
)
def test_what_is_not_here_is_seen(text: str, mentions: list[str]) -> None:
    """Names of this repository, with or without folders; links to other places are left alone."""
    assert sorted(strays(text)) == mentions
