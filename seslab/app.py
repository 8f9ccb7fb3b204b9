"""Every command by its name, in the order of the help: the one place to add a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from seslab.commands.calibrate import calibrate
from seslab.commands.compare import compare
from seslab.commands.gate import gate, update
from seslab.commands.kept_runs import diff, report
from seslab.commands.listings import scenarios, schema, strategies
from seslab.commands.loadtest import loadtest, worker
from seslab.commands.serve import serve
from seslab.commands.stacks import deploy, status, teardown
from seslab.commands.trace import trace
from seslab.grammar import Command, Commands
from seslab.help_page import WIDEST
from seslab.spread import Body, spread

COMMANDS: Mapping[str, Mapping[str, Body]] = {
    "Decide": {
        "compare": compare,
        "report": report,
        "diff": diff,
        "calibrate": calibrate,
        "gate": gate,
        "gate update": update,
    },
    "Look up": {"scenarios": scenarios, "strategies": strategies, "schema": schema},
    "Bring your own traffic": {"trace": trace},
    "Send for real": {
        "serve": serve,
        "loadtest": loadtest,
        "loadtest worker": worker,
        "deploy": deploy,
        "status": status,
        "teardown": teardown,
    },
}
"""By what they are for."""

ABOUT = """
Which way of sending through Amazon SES is best?

`seslab COMMAND --help` tells more of each command.

$ seslab compare broadcast-900
"""

app = typer.Typer(
    cls=Commands,
    help=ABOUT,
    context_settings={"max_content_width": WIDEST, "help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"seslab {version('seslab')}")
        raise typer.Exit


@app.callback()
def seslab(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="show the version")
    ] = False,
) -> None:
    """What can be asked of no command in particular."""


for _topic, _commands in COMMANDS.items():
    for _name, _body in _commands.items():
        app.command(_name, cls=Command, rich_help_panel=_topic)(spread(_body))
