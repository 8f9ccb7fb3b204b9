"""What a comparison makes of its runs: a document, which is kept and shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reports import files, terminal
from reports.compare import document as comparison
from reports.compare import folder as run_folder
from reports.compare import table as compare_table
from reports.compare.markdown import markdown
from reports.compare.spread import spread
from reports.documents.comparison import ComparisonDocument
from reports.figures.curves import Curves
from reports.ranking.precision import Made, made_precisely
from reports.running import experiment, pictures, run_jobs
from reports.running.executors import Executor
from reports.running.experiment import Jobs, Repeated
from reports.running.keeping import REPORT
from reports.running.origin import write_origin
from reports.running.rounds import Rounds
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.verdicts import FAIL
from strategies.presentation.words import counted


@dataclass(frozen=True, slots=True)
class Presented:
    """Where a comparison goes besides standard output."""

    out: Path | None = None
    as_json: bool = False
    summary: Path | None = None

    def show(self, document: ComparisonDocument, scenario: Scenario, curves: Mapping[str, Curves]) -> None:
        """Keep it and show it; it is shown where it cannot be kept, too."""
        try:
            if self.out is not None:
                _keep(self.out, document, scenario, curves)
            if self.summary is not None:
                files.append(self.summary, markdown(document))
        finally:
            show(document, self.as_json)


def compared(
    jobs: Repeated, world: str, scenario: Scenario, presented: Presented, executor: Executor | None = None
) -> bool:
    """Make the runs, keep and show what they came to; whether the scenario's own thresholds are met.

    Raises BadInput before the first run if no Markdown can be added to `summary`; Interrupted, or RunFailed, once what
    was done is kept and shown.
    """
    _refuse_unwritable(presented)
    with _replacing(presented.out, jobs.strategies):
        outcome = run_jobs.perform(jobs, world, executor)
        return _concluded(Made(outcome, jobs.replications, None), jobs, world, scenario, presented)


def compared_precisely(
    jobs: Jobs, world: str, scenario: Scenario, asked: float, presented: Presented, executor: Executor | None = None
) -> bool:
    """The same with as many replications as that precision takes, at most those of `jobs`."""
    _refuse_unwritable(presented)
    with _replacing(presented.out, jobs.strategies):
        made = made_precisely(jobs, world, asked, scenario, executor)
        return _concluded(made, jobs, world, scenario, presented, asked)


@contextmanager
def _replacing(out: Path | None, contenders: Sequence[str]) -> Iterator[None]:
    """What an earlier comparison has of others goes once this one has come to its end."""
    before = run_folder.contenders_in(out)
    yield
    if out is not None:
        run_folder.forget_ledgers(out, {*before} - {*contenders})


def _refuse_unwritable(presented: Presented) -> None:
    if presented.summary is not None:
        files.refuse_unwritable("--summary", presented.summary)


def _concluded(
    made: Made,
    jobs: Repeated,
    world: str,
    scenario: Scenario,
    presented: Presented,
    asked: float | None = None,
) -> bool:
    outcome, met = made.outcome, True
    results = run_jobs.complete(outcome, made.replications)
    if results:
        entries, bound = experiment.summarise(results)
        if outcome.interrupted:
            entries[0]["warnings"] = [*entries[0]["warnings"], *_unfinished(results, jobs, made.replications)]
        many = max(Counter(result.entry["strategy"] for result in results).values())
        document = comparison.document(scenario, world, scenario.seed, many, bound, entries)
        if asked is not None:
            document["precision"] = {"asked": asked, "reached": made.reached}
        if isinstance(jobs, Rounds):
            document["rounds"] = many
        curves = {one.entry["strategy"]: one.curves for one in results if one.curves is not None}
        presented.show(document, scenario, curves)
        met = all(one["verdict"] != FAIL for one in document["thresholds"])
    if outcome.interrupted:
        raise run_jobs.interrupted(outcome, jobs, presented.out)
    if outcome.failure is not None:
        raise outcome.failure
    return met


def _unfinished(results: Sequence[experiment.Result], jobs: Repeated, replications: int) -> Iterator[str]:
    """What an interrupted command did not come to: of each strategy, so that no mean passes for that of all."""
    made = Counter(result.entry["strategy"] for result in results)
    for strategy in jobs.strategies:
        if made[strategy] < replications:
            runs = f"{made[strategy]} of {counted(replications, 'run')} compared" if made[strategy] else "not run"
            yield f"{strategy}: interrupted, {runs}"


def _keep(out: Path, document: ComparisonDocument, scenario: Scenario, curves: Mapping[str, Curves]) -> None:
    run_folder.save(out, document, as_toml(scenario))
    write_origin(out)
    if not pictures.are_wanted():
        run_folder.forget_figures(out)
        return
    with terminal.busy("Drawing"):
        run_folder.draw(out, document, curves)
    terminal.tell_who_watches(f"page: {out / REPORT}")


def show(document: ComparisonDocument, as_json: bool) -> None:
    """The comparison on standard output."""
    further = *compare_table.accounts_in(document), *compare_table.providers_of(document), *spread(document)
    sheets = compare_table.table(document), *further
    terminal.present(document, as_json, sheets, compare_table.sentences(document))
