"""`seslab advise`."""

from __future__ import annotations

from contextlib import suppress
from math import inf
from typing import Annotated

import typer

from scenarios.errors import BadInput
from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import LAST_SEED, AsJson, Cluster, Limiters, Out, Source, Store, Strategies, share

CONFIDENCE = "0.95"
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.5, 0.9999
INDIFFERENCE = "1%"
LEAST_INDIFFERENCE = 1e-9
MOST_SHARE = 0.99
NOTHING = "''"  # as a shell has it
LAST_FIRST_SEED = LAST_SEED - 2_000  # a campaign takes one each


def advise(
    scenario: Source,
    *,
    minimise: Annotated[
        str,
        typer.Option(metavar="FIGURE", help="what is to be small, such as latency_s.p99 or cost_per_million_usd"),
    ],
    strategy: Strategies = None,
    limiters: Limiters = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LAST_FIRST_SEED, help="of the screening; the finals count up")
    ] = None,
    confidence: Annotated[
        str, typer.Option(metavar="P", help="how probably the choice is right, 0.5 to 0.9999 or as a percentage")
    ] = CONFIDENCE,
    indifference: Annotated[
        str, typer.Option(metavar="X", help="a difference that does not matter: of the figure, or a share of the best")
    ] = INDIFFERENCE,
    in_campaigns: Annotated[
        str | None,
        typer.Option(
            "--share",
            metavar="X",
            show_default="as many as the choice takes",
            help="in what share of campaigns the choice must be known to meet everything, such as 95%",
        ),
    ] = None,
    runs: Annotated[
        int | None, typer.Option(metavar="N", min=1, show_default="as many as it takes", help="most simulations")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(metavar="M", min=0.01, show_default="as long as it takes", help="longest time")
    ] = None,
    cluster: Cluster = None,
    store: Store = None,
    out: Out = None,
    json: AsJson = False,
) -> int:
    """Find the best strategy and settings that meet it all.

    Searches the strategies and their settings for the least value of a figure, such that all of the scenario's
    thresholds hold in every run under every limiter that SES may have. Says how sure it is of that, and why the next
    ones are not it. Ends with exit code 1 if nothing meets all of them, 4 if it ended before anything was known to.

    $ seslab advise mixed --minimise latency_s.p99 --minutes 5 --out advice
    """
    with ending_on_ctrl_c():
        import time

        from reports.advise import command
        from reports.advise import folder as of_advice
        from reports.advise.assurance import Assurance
        from reports.advise.bench import Budget, Question
        from reports.advise.figure import ranking_by
        from reports.compare.folder import alone_in
        from reports.robust import folder
        from reports.robust.trials import Simulation
        from reports.running.keeping import ADVICE
        from reports.running.opening import opened
        from scenarios.hypotheses import sets
        from scenarios.measures.cost import load_prices
        from scenarios.schema.scenario_file import files_of
        from seslab import worlds
    if minutes == inf:
        raise BadInput("--minutes inf: must be a number; leave it out where there is no limit")
    until_s = None if minutes is None else time.monotonic() + 60 * minutes
    chosen = ranking_by(worlds.scenario_of(scenario, seed), minimise)
    zone, is_share = indifference_of(indifference)
    sure, part = confidence_of(confidence), None if in_campaigns is None else share_of(in_campaigns)
    contenders = worlds.chosen(strategy, chosen)
    tried = sets.chosen(limiters, chosen.account)
    simulation = Simulation(worlds.simulator(), load_prices(), worlds.standing)
    question = Question(chosen, tried.hypotheses, simulation, Assurance(sure, zone, is_share, part))
    budget = Budget(runs, until_s, time.monotonic)
    with alone_in(out):
        if out is not None:
            read = [*files_of(scenario, chosen), *([("--limiters", limiters)] if limiters else [])]
            folder.prepare(out, read, chosen.name, ADVICE)
            of_advice.refuse_another(out, question.figure, contenders, tried.hypotheses)
        with opened(store, cluster) as executor:
            found = command.advised(question, contenders, budget, executor, tried, out, json)
    return exit_codes.INCONCLUSIVE if found is None else exit_codes.DONE if found else exit_codes.UNMET


def share_of(text: str) -> float:
    """A share of campaigns, as `95%` or `0.95`. Raises BadInput."""
    right = f"must be above 0 and at most {MOST_SHARE:.0%}, which takes hundreds of campaigns, such as 95%"
    return _part("--share", text, 0.0, MOST_SHARE, right)


def confidence_of(text: str) -> float:
    """A probability, likewise. Raises BadInput."""
    right = f"must be from {LEAST_CONFIDENCE:g} to {MOST_CONFIDENCE:g}, such as {CONFIDENCE} or 95%"
    return _part("--confidence", text, LEAST_CONFIDENCE, MOST_CONFIDENCE, right)


def _part(option: str, text: str, least: float, most: float, right: str) -> float:
    with suppress(BadInput):
        part = share(option, text)
        if part is not None and least <= part <= most:
            return part
    from scenarios.formats.quoted import printable

    raise BadInput(f"{option} {printable(text) or NOTHING}: {right}")


def indifference_of(text: str) -> tuple[float, bool]:
    """A positive number of the figure's unit, or a share with `%`, and whether it is that. Raises BadInput."""
    number, percent, rest = text.strip().partition("%")
    try:
        value = float(number) / (100 if percent else 1)
    except ValueError:
        value = 0.0
    if not LEAST_INDIFFERENCE <= value < float("inf") or rest or (percent and value >= 1):
        from scenarios.formats.quoted import printable

        right = (
            f"must be a share of the best below 100% such as 1%, or a number of at least {LEAST_INDIFFERENCE:g} in the "
            "figure's unit"
        )
        raise BadInput(f"--indifference {printable(text) or NOTHING}: {right}")
    return value, bool(percent)
