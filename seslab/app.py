"""The commands as Typer knows them, each imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer

from scenarios.errors import BadInput
from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.front_page import ABOUT, COMMANDS
from seslab.grammar import Command, Commands, complaint
from seslab.help_page import OPTIONS, WIDEST
from seslab.spread import spread

MODULES = {name: module for some in COMMANDS.values() for name, (module, _) in some.items()}
CONTEXT: dict[str, Any] = {"max_content_width": WIDEST, "help_option_names": ["-h", "--help"]}


class _Imported(Mapping[str, Any]):
    """Commands by name."""

    def __getitem__(self, name: str) -> Any:
        return _command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


@cache
def _command(name: str) -> Any:
    with ending_on_ctrl_c():
        module = import_module(f"seslab.commands.{MODULES[name]}")
    alone = typer.Typer(add_completion=False, context_settings=CONTEXT, pretty_exceptions_enable=False)
    alone.command(name, cls=Command)(spread(getattr(module, name.split()[-1].replace("-", "_"))))
    return typer.main.get_command(alone)


class _All(Commands):
    def __init__(self, **more: Any) -> None:
        super().__init__(**{**more, "commands": _Imported()})


app = typer.Typer(cls=_All, help=ABOUT, context_settings=CONTEXT, rich_markup_mode=None, pretty_exceptions_enable=False)


def run(words: list[str], name: str) -> int:
    """The exit code of what words ask for. Raises BadInput where they ask for nothing that there is."""
    try:
        code: int | None = app(words, prog_name=name, standalone_mode=False)
    except typer.TyperException as error:
        raise BadInput(complaint(error, name)) from error
    except typer.Abort:
        raise KeyboardInterrupt from None
    if code == exit_codes.INTERRUPTED:  # Typer's recent versions keep the exception to themselves
        raise KeyboardInterrupt
    return code or exit_codes.DONE


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"seslab {version('seslab')}")
        raise typer.Exit


@app.callback()
def seslab(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help=OPTIONS["--version"])
    ] = False,
) -> None:
    """What can be asked of no command in particular."""
