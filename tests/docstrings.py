"""What an editor shows of a callable: its parameters, and the docstring that signature help takes their texts from."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    Documented: TypeAlias = "Callable[..., Any] | type"

DEFAULT = "Default: "


def docstring(value: Documented) -> str:
    """Of a class, that of its constructor; one without a docstring shows that of the class."""
    written = value.__init__.__doc__ or value.__doc__ if isinstance(value, type) else value.__doc__  # type: ignore[misc]
    return inspect.cleandoc(written or "")


def parameters(value: Documented) -> list[inspect.Parameter]:
    """Those that a caller passes."""
    signature = inspect.signature(value.__init__ if isinstance(value, type) else value)  # type: ignore[misc]
    return [parameter for parameter in signature.parameters.values() if parameter.name not in {"self", "cls"}]


def documented(value: Documented) -> dict[str, str]:
    """The texts of the section `Args:` by parameter, white space folded."""
    return {name: folded(text) for name, text in re.findall(r"(?ms)^ {4}(\w+): (.*?)(?=^ {4}\w|\Z)", section(value, "Args"))}


def errors(value: Documented) -> list[str]:
    """The classes of the section `Raises:`."""
    return re.findall(r"(?m)^ {4}(\w+): \S", section(value, "Raises"))


def section(value: Documented, title: str) -> str:
    """The indented lines below `title`; empty if there is no such section."""
    _, _, behind = f"\n{docstring(value)}".partition(f"\n{title}:\n")
    return re.split(r"\n(?=\S)", behind, maxsplit=1)[0]


def field_texts(kind: type) -> dict[str, str]:
    """The text below each field of a dataclass, of its bases too, white space folded."""
    texts: dict[str, str] = {}
    for base in reversed([base for base in kind.__mro__ if base is not object]):
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(tree, ast.ClassDef)
        for field, text in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                texts[ast.unparse(field.target)] = folded(str(text.value.value))
    return texts


def folded(text: str) -> str:
    """`text` on one line."""
    return re.sub(r"\s+", " ", text).strip()


def first_sentence(text: str) -> str:
    """What `text` says before its default and its other sentences, as it reads behind the name of a parameter."""
    clause = re.split(r"\.(?:\s|\Z)", text.partition(DEFAULT)[0], maxsplit=1)[0]
    return clause[:1].lower() + clause[1:].strip()
