"""A strategy from outside as it travels to other processes and machines."""

from __future__ import annotations

from typing import NamedTuple


class Bundle(NamedTuple):
    """The text of each file by its path as Python imports it, such as `company/sending.py`; `module` has the strategy.

    `reference` is what leads to it here: a file, a module, or the name of an entry point. Lists and strings make one,
    so that it can come as JSON.
    """

    name: str
    module: str
    reference: str
    files: dict[str, str]

    @property
    def is_file(self) -> bool:
        """Whether it is a single file that was named by its path."""
        return self.module.startswith(OF_FILE)

    def shown(self, path: str) -> str:
        """What a message calls one of its files."""
        return self.reference if self.is_file else path


OF_FILE = "outside_"
"""Modules of files begin so: a `types.py` of the user's is not Python's own."""


def path_of(module: str) -> str:
    """A module's file."""
    return f"{module.replace('.', '/')}.py"


def package_path_of(module: str) -> str:
    """The file of a module that is a package."""
    return f"{module.replace('.', '/')}/__init__.py"
