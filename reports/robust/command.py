"""What trying hypotheses comes to: a document, which is kept and shown."""

from __future__ import annotations

from pathlib import Path

from reports import terminal
from reports.documents.robustness import RobustnessDocument
from reports.robust import folder, table
from reports.robust.document import document
from reports.robust.trials import Simulation, Trial, cells_of, jobs_of, whole
from reports.running import run_jobs
from reports.running.executors import Executor
from reports.running.keeping import REPORT
from reports.statistics.medians import LEAST
from scenarios.hypotheses.sets import Chosen, as_toml
from scenarios.schema.scenario_file import as_toml as scenario_toml


def tried(
    trial: Trial, chosen: Chosen, simulation: Simulation, executor: Executor, out: Path | None, as_json: bool
) -> bool:
    """Make the runs, keep and show what they came to; whether any contender meets all thresholds, if there are some.

    Raises Interrupted, or RunFailed, once what is whole is kept and shown.
    """
    jobs = jobs_of(trial, simulation)
    outcome = run_jobs.perform(jobs, "sim", executor)
    made, answered = cells_of(trial, outcome), True
    if made:
        told = whole(trial, made)
        robustness = document(told, made, chosen.left_out, [*_missing(trial, told), *_untold(trial)])
        try:
            if out is not None:
                folder.save(out, robustness, scenario_toml(trial.scenario), as_toml(trial.hypotheses))
                terminal.tell_who_watches(f"page: {out / REPORT}")
        finally:  # also where the disk is full
            show(robustness, as_json)
        answered = is_answered(robustness)
    if outcome.interrupted:
        raise run_jobs.interrupted(outcome, jobs, out if made else None)
    if outcome.failure is not None:
        raise outcome.failure
    return answered


def is_answered(robustness: RobustnessDocument) -> bool:
    """Whether a contender meets all thresholds under all hypotheses; without thresholds nothing is asked."""
    met = [one["met_under"] for one in robustness["contenders"] if one["met_under"] is not None]
    return not met or max(met) == len(robustness["hypotheses"])


def show(robustness: RobustnessDocument, as_json: bool) -> None:
    """On standard output."""
    sheets = table.table(robustness), table.matrix(robustness)
    terminal.present(robustness, as_json, sheets, table.sentences(robustness))


def _missing(trial: Trial, told: Trial) -> list[str]:
    """What an early end has left out."""
    contenders = [one for one in trial.contenders if one not in told.contenders]
    names = [one.name for one in told.hypotheses]
    hypotheses = [one.name for one in trial.hypotheses if one.name not in names]
    return [f"{one}: not run under all limiters" for one in contenders] + [f"{one}: not tried" for one in hypotheses]


def _untold(trial: Trial) -> list[str]:
    if trial.replications >= LEAST:
        return []
    return [f"which of two contenders is faster is told from {LEAST} replications on"]
