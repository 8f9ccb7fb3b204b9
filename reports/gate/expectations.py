"""Between a baseline and what has been measured: what a gate needs of one, and how one is made anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reports.gate.baseline import Baseline, Expected, Metric, Sender, Tolerance, parse_tolerance, versions
from reports.gate.identity import identity_of
from reports.gate.measured import Measured
from reports.gate.verdict import Rule
from reports.statistics.intervals import mean_of
from scenarios.directions import DIRECTIONS, direction_of
from scenarios.errors import BadInput
from scenarios.figures import figures_like, in_two, is_of_month
from scenarios.formats.quoted import printable, unknown
from scenarios.schema.model import Scenario


class Wished(NamedTuple):
    """A tolerance that a user sets: of a figure, of one strategy or of all (`*`)."""

    strategy: str
    figure: str
    tolerance: Tolerance

    @classmethod
    def parse(cls, text: str, contenders: Collection[str]) -> Wished:
        """From `heartbeat.latency_s.p99=2%` or `*.makespan_s=0.05`. Raises BadInput."""
        name, _, amount = text.partition("=")
        strategy, _, figure = name.strip().partition(".")
        try:
            tolerance = amount.strip() if amount.strip().endswith("%") else float(amount)
            parse_tolerance(tolerance)
        except ValueError as error:
            hint = "expected STRATEGY.FIGURE=AMOUNT, such as '*.makespan_s=2%' or 'heartbeat.latency_s.p99=0.05'"
            raise BadInput(printable(f"--tolerance {text!r}: {hint}")) from error
        if strategy not in ("*", *contenders):
            raise BadInput(printable(f"--tolerance {text!r}: {unknown('strategy', strategy, list(contenders))}"))
        known = [name for name in figures_like(figure) if direction_of(name)]
        if figure not in known:
            raise BadInput(printable(f"--tolerance {text!r}: {unknown('figure', figure, known)}"))
        return cls(strategy, figure, tolerance)


def expected(path: Path, baseline: Baseline, scenario: Scenario) -> Expected:
    """What the file expects of the scenario. Raises BadInput if it knows none of that name, or another."""
    found = baseline.scenarios.get(scenario.name)
    if found is None:
        known = ", ".join(baseline.scenarios) or "none"
        raise BadInput(
            printable(f"{path}: has no scenario '{scenario.name}' (it has {known}); add it with seslab gate update")
        )
    if found.digest != identity_of(scenario):
        raise BadInput(
            printable(
                f"{path}: scenarios.{scenario.name}.digest: made for another scenario of that name: account, mails, "
                "services, faults or seed have changed; if they should, call seslab gate update"
            )
        )
    return found


def rules_of(sender: Sender) -> dict[str, Rule]:
    return {name: metric.rule for name, metric in sender.metrics.items()}


def default_rules() -> dict[str, Rule]:
    """Where no file says otherwise, nothing may become worse."""
    return {name: Rule(direction) for name, direction in DIRECTIONS.items()}


def measured_of(sender: Sender) -> Measured:
    """The base, as the file keeps it."""
    values = {name: metric.values for name, metric in sender.metrics.items()}
    return Measured(sender.settings, sender.digest, sender.events, values)


def made(
    scenario: Scenario,
    seeds: Sequence[int],
    reason: str,
    measured: Mapping[str, Measured],
    before: Expected | None,
    wishes: Sequence[Wished],
) -> Expected:
    """A scenario's part of the file; directions and tolerances that were set before are kept, wishes come last."""
    return Expected(
        digest=identity_of(scenario),
        seeds=tuple(seeds),
        reason=reason,
        versions=dict(versions()),
        strategies={
            name: _sender(name, one, before.strategies.get(name) if before else None, wishes)
            for name, one in measured.items()
        },
    )


def _sender(name: str, measured: Measured, before: Sender | None, wishes: Sequence[Wished]) -> Sender:
    wished = {wish.figure: wish.tolerance for wish in wishes if wish.strategy in ("*", name)}
    old = before.metrics if before else {}
    if (strange := next((figure for figure in wished if figure not in measured.values), None)) is not None:
        raise BadInput(printable(f"--tolerance {name}.{strange}: {unknown('figure', strange, list(measured.values))}"))
    watched = [figure for figure in dict.fromkeys((*(old or DIRECTIONS), *wished)) if figure in measured.values]
    metrics = {figure: _metric(figure, measured, old.get(figure), wished) for figure in watched}
    return Sender(settings=dict(measured.settings), digest=measured.digest, events=measured.events, metrics=metrics)


def _metric(figure: str, measured: Measured, before: Metric | None, wished: Mapping[str, Tolerance]) -> Metric:
    values = tuple(measured.values[figure])
    return Metric(
        value=mean_of(values),
        direction=before.direction if before else DIRECTIONS[in_two(figure).figure],
        tolerance=wished.get(figure, before.tolerance if before else 0.0),
        values=values,
    )


def refuse_strange_figures(path: Path, scenario: str, sender: Sender, strategy: str, measured: Measured) -> None:
    """Raises BadInput for a figure that this run does not have, such as one of a workload that is not there."""
    strange = next((name for name in sender.metrics if name not in measured.values), None)
    if strange is not None:
        where = f"scenarios.{scenario}.strategies.{strategy}.metrics"
        if is_of_month(strange):
            raise BadInput(printable(f"{path}: {where}: {strange}: a month needs a table [bill] in the scenario"))
        raise BadInput(printable(f"{path}: {where}: {unknown('figure', strange, list(measured.values))}"))
