"""What a comparison makes of its runs: a document, which is kept and shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from reports import files, terminal
from reports.compare import document as comparison
from reports.compare import folder as run_folder
from reports.compare import table as compare_table
from reports.compare.markdown import markdown
from reports.documents.comparison import ComparisonDocument
from reports.running import experiment, run_jobs
from scenarios.schema.model import Scenario, as_toml
from scenarios.verdicts import FAIL
from strategies.presentation.words import counted


def compared(
    jobs: Sequence[experiment.Job],
    world: str,
    scenario: Scenario,
    replications: int,
    out: Path | None,
    as_json: bool,
    summary: Path | None = None,
) -> bool:
    """Make the runs, keep and show what they came to; whether the scenario's own thresholds are met.

    Raises BadInput before the first run if no Markdown can be added to `summary`; Interrupted, or RunFailed, once what
    was done is kept and shown.
    """
    if summary is not None:
        files.refuse_unwritable("--summary", summary)
    outcome, met = run_jobs.perform(jobs, world), True
    results = run_jobs.complete(outcome, replications)
    if results:
        entries, bound = experiment.summarise(results)
        if outcome.interrupted:
            entries[0]["warnings"] = [*entries[0]["warnings"], *_unfinished(results, jobs, replications)]
        document = comparison.document(scenario, world, scenario.seed, replications, bound, entries)
        if out is not None:
            _keep(out, document, scenario)
        if summary is not None:
            files.append(summary, markdown(document))
        show(document, as_json)
        met = all(one["verdict"] != FAIL for one in document["thresholds"])
    if outcome.interrupted:
        raise run_jobs.interrupted(outcome, jobs, out)
    if outcome.failure is not None:
        raise outcome.failure
    return met


def _unfinished(
    results: Sequence[experiment.Result], jobs: Sequence[experiment.Job], replications: int
) -> Iterator[str]:
    """What an interrupted command did not come to: of each strategy, so that no mean passes for that of all."""
    made = Counter(result.entry["strategy"] for result in results)
    for number in range(0, len(jobs), replications):
        strategy = jobs[number].strategy
        if made[strategy] < replications:
            runs = f"{made[strategy]} of {counted(replications, 'run')}" if made[strategy] else "not run"
            yield f"{strategy}: interrupted, {runs}"


def _keep(out: Path, document: ComparisonDocument, scenario: Scenario) -> None:
    run_folder.save(out, document, as_toml(scenario))
    with terminal.busy("Drawing"):
        run_folder.draw(out, document)


def show(document: ComparisonDocument, as_json: bool) -> None:
    """The comparison on standard output."""
    terminal.present(document, as_json, compare_table.table(document), compare_table.sentences(document))
