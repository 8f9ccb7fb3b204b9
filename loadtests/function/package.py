"""What a Lambda is given to run: the strategy that the simulator runs, and of our code only what it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from loadtests.function.entry import ToldWay
from scenarios.outside.plug import bundle_of
from strategies.registry import module_of
from strategies.resources import Plan

ROOT = Path(__file__).parents[2]
ROOMS = ("loadtests", "reports", "scenarios", "strategies")
"""What a packed file may import of ours; where seslab is installed, boto3 and NumPy lie in `ROOT` too."""

HANDLER = "loadtests.function.entry.handle"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
READABLE = 0o644 << 16


class Beside(NamedTuple):
    """What a package holds for a function beside those of strategies: modules, and files that they read."""

    modules: tuple[str, ...]
    files: tuple[str, ...] = ()


def told_ways(plan: Plan) -> list[ToldWay]:
    """What functions are told of a plan's ways."""
    return [
        ToldWay(way.strategy, module_of(way.plan.strategy), way.plan.settings, way.account.lanes) for way in plan.ways
    ]


def package(*strategies: str, beside: Iterable[Beside] = ()) -> bytes:
    """A zip of the sources: the same sources give the same bytes, uncompressed because zlibs differ."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for path, content in sorted(sources(*strategies, beside=[*beside]).items()):
            about = ZipInfo(path, EPOCH)
            about.external_attr, about.create_system = READABLE, 3
            archive.writestr(about, content)
    return file.getvalue()


def key_of(content: bytes) -> str:
    """The package's name in a bucket: another package, another name, so that a stack sees the change."""
    return f"{sha256(content).hexdigest()}.zip"


def sources(*strategies: str, beside: Sequence[Beside] = ()) -> dict[str, bytes]:
    """The files of strategies, and those of ours that they and the handlers import, by their paths in the package."""
    bundles = filter(None, map(bundle_of, strategies))
    outside = {path: text.encode() for bundle in bundles for path, text in bundle.files.items()}
    waiting = [HANDLER.rpartition(".")[0], *map(module_of, strategies)]
    waiting += [module for one in beside for module in one.modules]
    waiting += [module for text in outside.values() for module in _imports(text)]
    files = [*_closed(waiting), *(ROOT / name for one in beside for name in one.files)]
    return outside | {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files}


def _closed(waiting: list[str]) -> set[Path]:
    """The files of ours that these modules are, and all that those import."""
    found: set[Path] = set()
    while waiting:
        new = set(_files(waiting.pop())) - found
        found |= new
        waiting += [module for path in new for module in _imports(path.read_bytes())]
    return found


def _files(module: str) -> Iterator[Path]:
    """A module's file and its packages' `__init__.py`; nothing for what is not ours."""
    if module.partition(".")[0] not in ROOMS:
        return
    path = ROOT.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            yield file
            yield from (parent / "__init__.py" for parent in file.parents if ROOT in parent.parents)


def _imports(source: bytes) -> Iterator[str]:
    """Every module that a file may mean by its imports."""
    for node in _run(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """All that ever runs: what is for type checkers alone does not travel."""
    yield node
    for inside in ast.iter_child_nodes(node):
        if not (isinstance(inside, ast.If) and ast.unparse(inside.test) == "TYPE_CHECKING"):
            yield from _run(inside)
