"""`seslab play`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from scenarios.errors import BadInput
from seslab import completion
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import LAST_PORT, Strategies


def play(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO",
            autocompletion=completion.scenarios,
            help="what to begin with: a name that `seslab scenarios` lists, or a TOML file",
        ),
    ] = "broadcast-900",
    *,
    strategy: Strategies = None,
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=LAST_PORT, help="the port of the page; 0 lets the system choose")
    ] = 5556,
) -> None:
    """Change a scenario on a page, and see what comes of it.

    The page is served on this machine until Ctrl-C, and to no other. It needs the extra page.

    $ seslab play broadcast-900
    """
    with ending_on_ctrl_c():
        _refuse_without_extra()
        from reports.play import command
        from reports.play.simulator import Simulation
        from scenarios.measures.cost import load_prices
        from seslab import worlds
    chosen = worlds.scenario_of(scenario, None)
    contenders = worlds.chosen(strategy, chosen)
    simulation = Simulation(worlds.suitable_simulator, load_prices(), worlds.standing)
    command.play(scenario, contenders, port, simulation, lambda line: print(line, flush=True))


def _refuse_without_extra() -> None:
    """Raises BadInput where what listens is not installed."""
    for package in ("starlette", "uvicorn"):
        if find_spec(package) is None:
            raise BadInput(f"{package} is not installed; the page needs it: install seslab with its extra page")
