"""`seslab scenarios`, `seslab strategies` and `seslab schema`: what there is to choose from."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab import completion
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import known, plugged_in
from strategies.registry import STRATEGIES

DOCUMENTS = (
    "scenario",
    "comparison",
    "robustness",
    "headroom",
    "advice",
    "sweep",
    "fit",
    "gate",
    "diff",
    "calibration",
    "baseline",
    "verification",
    "tracking",
    "history",
    "bounces",
    "suppression",
    "warmup",
    "warmups",
    "plan",
    "plans",
    "growth",
    "preflight",
    "origin",
)


def scenarios() -> None:
    """List the scenarios of the catalogue.

    $ seslab scenarios
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from scenarios.schema.scenario_file import describe_catalogue
    terminal.listing(describe_catalogue())


def strategies(
    strategy: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STRATEGY...",
            callback=plugged_in,
            autocompletion=completion.strategies,
            help="those to list: names, files or modules of your own",
            show_default="all",
        ),
    ] = None,
) -> None:
    """List the strategies, their settings and the defaults.

    $ seslab strategies
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from scenarios.schema.settings import describe_settings
        from seslab.worlds import known as known_strategies
    rows = []
    for name, module in ((name, STRATEGIES[name]) for name in known_strategies(strategy)):
        rows.append((name, "", str(module.__doc__).strip().partition("\n")[0]))
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
