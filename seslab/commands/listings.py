"""`seslab scenarios`, `seslab strategies` and `seslab schema`: what there is to choose from."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab import completion
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import known
from strategies.registry import STRATEGIES

DOCUMENTS = ("scenario", "comparison", "gate", "diff", "calibration", "baseline")


def scenarios() -> None:
    """List the scenarios of the catalogue.

    $ seslab scenarios
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from scenarios.schema.model import describe_catalogue
    terminal.listing(describe_catalogue())


def strategies() -> None:
    """List the strategies, their settings and the defaults.

    $ seslab strategies
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from scenarios.schema.settings import describe_settings
    rows = []
    for name, module in STRATEGIES.items():
        rows.append((name, "", str(module.__doc__)))
        rows += [(f"  {setting}", default, meaning) for setting, default, meaning in describe_settings(module.Settings)]
    terminal.listing(rows)


def schema(
    document: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT",
            callback=known("document", DOCUMENTS),
            autocompletion=completion.words(DOCUMENTS),
            help=f"whose schema: {', '.join(DOCUMENTS)}",
        ),
    ] = "scenario",
) -> None:
    """Print the JSON Schema of a scenario or a document.

    $ seslab schema comparison
    """
    with ending_on_ctrl_c():
        import json

        from reports.schemas import json_schema
    print(json.dumps(json_schema(document), indent=2))
