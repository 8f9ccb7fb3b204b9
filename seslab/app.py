"""Every command by its name, in the order of the help: the one place to add a new one."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from seslab.calibrate import calibrate
from seslab.compare import compare
from seslab.gate import gate
from seslab.kept_runs import diff, report
from seslab.loadtest import loadtest
from seslab.lookup import scenarios, schema, strategies
from seslab.serve import serve
from seslab.spread import Body, spread
from seslab.stacks import deploy, status, teardown
from seslab.trace import trace

COMMANDS: Mapping[str, Body] = {
    "compare": compare,
    "calibrate": calibrate,
    "gate": gate,
    "scenarios": scenarios,
    "strategies": strategies,
    "schema": schema,
    "trace": trace,
    "report": report,
    "diff": diff,
    "serve": serve,
    "loadtest": loadtest,
    "deploy": deploy,
    "status": status,
    "teardown": teardown,
}

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Which way of sending through Amazon SES is best?",
)
for _name, _body in COMMANDS.items():
    app.command(_name)(spread(_body))
