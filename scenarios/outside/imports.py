"""What the files of a strategy import, and what they may not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from typing import NamedTuple

from scenarios.errors import BadInput

ALLOWED = frozenset(
    {
        "__future__", "abc", "array", "bisect", "collections", "contextlib", "copy", "dataclasses", "decimal", "enum",
        "fractions", "functools", "hashlib", "heapq", "itertools", "math", "numbers", "operator", "re", "strategies",
        "string", "struct", "types", "typing",
    }
)  # fmt: skip
"""What a decision needs: a strategy has no clock, no chance and no AWS but its ports."""


FORBIDDEN = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "input", "open"})
"""Built-in functions that lead round `ALLOWED`."""


class Import(NamedTuple):
    """One module that a line may mean; `from a import b` may mean `a` as well as `a.b`."""

    module: str
    line: int


def imports_of(source: str, module: str, is_package: bool, shown: str) -> list[Import]:
    """All that a file imports, wherever in the file. Raises BadInput where it is not Python."""
    package = module if is_package else module.rpartition(".")[0]
    try:
        return [one for node in ast.walk(ast.parse(source, shown)) for one in _imports(node, package)]
    except SyntaxError as error:
        raise BadInput(f"{shown}:{error.lineno or 1}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, a thousand brackets
        raise BadInput(f"{shown}: is not Python: {str(error) or 'nested too deeply'}") from error
    except ImportError as error:
        raise BadInput(f"{shown}: {error}; a file that stands alone can import nothing beside it") from error


def _imports(node: ast.AST, package: str) -> Iterator[Import]:
    if isinstance(node, ast.Name) and node.id in FORBIDDEN:
        yield Import(node.id, node.lineno)
    elif isinstance(node, ast.Import):
        yield from (Import(alias.name, node.lineno) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        origin = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
        yield Import(origin, node.lineno)
        yield from (Import(f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def refuse_forbidden(imports: list[Import], own: str, shown: str) -> None:
    """Raises BadInput for what is neither in `ALLOWED` nor in the strategy's `own` package."""
    for one in imports:
        top = one.module.partition(".")[0]
        if top not in ALLOWED and top != own:
            verb = "calls" if top in FORBIDDEN else "imports"
            raise BadInput(
                f"{shown}:{one.line}: {verb} {top}: time, chance and AWS come from the ports; "
                f"a strategy may import {', '.join(sorted(ALLOWED - {'__future__'}))}"
            )
