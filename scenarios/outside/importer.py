"""Imports modules from text, as they came from another process or machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, ModuleType
from typing import Any

from scenarios.outside.bundle import Bundle, package_path_of, path_of


class Sources(MetaPathFinder, InspectLoader):
    """Finds the modules of a bundle, and packages around them where those have no file."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        if not (self.is_package(fullname) or path_of(fullname) in self.bundle.files):
            return None
        return spec_from_loader(fullname, self, is_package=self.is_package(fullname))

    def exec_module(self, module: ModuleType) -> None:
        """What it prints goes to standard error: standard output is for documents."""
        module.__dict__["print"] = _print
        super().exec_module(module)

    def is_package(self, fullname: str) -> bool:
        inside = f"{fullname.replace('.', '/')}/"
        return any(path.startswith(inside) for path in self.bundle.files)

    def get_source(self, fullname: str) -> str:
        return self.bundle.files.get(self._path(fullname), "")

    def get_code(self, fullname: str) -> CodeType:
        """Tracebacks name the file as the user does."""
        return self.source_to_code(self.get_source(fullname), self.bundle.shown(self._path(fullname)))

    def _path(self, fullname: str) -> str:
        return package_path_of(fullname) if self.is_package(fullname) else path_of(fullname)


def _print(*words: object, **how: Any) -> None:
    print(*words, **{"file": sys.stderr, **how})


def imported(bundle: Bundle) -> ModuleType:
    """The strategy's module, freshly made from the bundle; raises whatever the module raises."""
    forget(bundle)
    sources = Sources(bundle)
    sys.meta_path.insert(0, sources)
    try:
        return import_module(bundle.module)
    except BaseException:
        forget(bundle)
        raise


def forget(bundle: Bundle) -> None:
    """Undo `imported`."""
    sys.meta_path[:] = [one for one in sys.meta_path if not (isinstance(one, Sources) and one.bundle == bundle)]
    for path in bundle.files:
        sys.modules.pop(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."), None)
