"""Where a strategy from outside is: a file, a module, or an entry point of an installed package."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import BadInput
from scenarios.outside.bundle import OF_FILE, Bundle, package_path_of, path_of
from scenarios.outside.importer import Sources
from scenarios.outside.imports import imports_of, refuse_forbidden
from scenarios.system.reading import is_irregular, is_regular, read_bytes

GROUP = "seslab.strategies"
MOST_BYTES = 1_000_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


def installed() -> dict[str, EntryPoint]:
    """The strategies that installed packages bring, by their names."""
    return {one.name: one for one in entry_points(group=GROUP)}


def found(word: str, base: Path | None = None) -> Bundle | None:
    """What a file's path, a module or the name of an entry point leads to, and None for any other word.

    A relative path starts at `base`. Raises BadInput.
    """
    if word.endswith(".py") or "/" in word or "\\" in word:
        return _of_file(base / word if base else Path(word))
    if (entry := installed().get(word)) is not None:
        return _of_module(entry.module, word, word)
    return _of_module(word, word, word.rpartition(".")[2]) if _MODULE.fullmatch(word) else None


def _of_file(path: Path) -> Bundle:
    """Imports nothing that lies beside it."""
    if path.suffix != ".py":
        raise BadInput(f"{path}: is no Python file: its name must end in .py")
    name, module = _named(path.stem, str(path)), OF_FILE + re.sub(r"\W", "_", path.stem)
    source = _read(path)
    refuse_forbidden(imports_of(source, module, is_package=False, shown=str(path)), module, str(path))
    return Bundle(name, module, str(path), {path_of(module): source})


def _named(stem: str, reference: str) -> str:
    """What a strategy is called. Raises BadInput."""
    name = stem.replace("_", "-")
    if _NAME.fullmatch(name) is None:
        raise BadInput(
            f"{reference}: {name!r} is no name for a strategy: must be letters, digits and dashes, at most 40"
        )
    return name


def _read(path: Path) -> str:
    try:
        if is_irregular(path):
            raise BadInput(f"{path}: is no file; name the Python file of a strategy")
        return read_bytes(path, MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: must be UTF-8 text") from error
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            raise BadInput(f"{path}: larger than {MOST_BYTES:,} bytes; name the Python file of a strategy") from error
        raise BadInput(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _of_module(module: str, reference: str, name: str) -> Bundle:
    """With all of its own package that it imports, and the packages around those."""
    own = module.partition(".")[0]
    files, waiting = dict[str, str](), [module]
    if (located := _located(module)) is None or located[1] is None:
        raise BadInput(f"{reference}: no such module here or where Python finds its packages; a file begins with ./")
    while waiting:
        for path, source, imported in _with_packages(waiting.pop(), own):
            if path not in files:
                files[path] = source
                waiting += imported
    return Bundle(_named(name, reference), module, reference, files)


def _with_packages(module: str, own: str) -> Iterator[tuple[str, str, list[str]]]:
    """The file of a module and those of the packages around it: path, text, and what it imports of its own package."""
    parts = module.split(".")
    for last in range(1, len(parts) + 1):
        one = ".".join(parts[:last])
        located = _located(one)
        if located is None:
            return  # a name in a module, and no module
        path, file = located
        if file is not None:
            source = _read(file)
            imports = imports_of(source, one, path.endswith("__init__.py"), path)
            refuse_forbidden(imports, own, path)
            yield path, source, [found.module for found in imports if found.module.partition(".")[0] == own]


def _located(module: str) -> tuple[str, Path | None] | None:
    """A module's path and file, without running it or what is around it; no file for a package that has none.

    The working directory comes first, as for `python -m`.
    """
    top, *inner = module.split(".")
    found = _in(top, [Path(), *map(Path, sys.path)]) or _hooked(top)
    for name in inner:
        found = _in(name, found.folders) if found else None
    if found is None:
        return None
    return package_path_of(module) if found.folders else path_of(module), found.file


class _Found(NamedTuple):
    """A module's file, and the folders that its own modules are in, if it is a package."""

    file: Path | None
    folders: Sequence[Path] = ()


def _in(name: str, folders: Sequence[Path]) -> _Found | None:
    """As Python finds it: a package before a module, and a mere folder last."""
    for folder in folders:
        if is_regular(file := folder / name / "__init__.py"):
            return _Found(file, [folder / name])
        if is_regular(file := folder / f"{name}.py"):
            return _Found(file)
    mere = [folder / name for folder in folders if os.path.isdir(folder / name)]
    return _Found(None, mere) if mere else None


def _hooked(top: str) -> _Found | None:
    """A package that is installed to be edited may have a finder of its own."""
    finders = (one for one in sys.meta_path if one is not PathFinder and not isinstance(one, Sources))
    spec = next((spec for one in finders if (spec := one.find_spec(top, None))), None)
    if spec is None or not str(spec.origin).endswith(".py"):
        return None
    return _Found(Path(str(spec.origin)), [Path(one) for one in spec.submodule_search_locations or ()])
