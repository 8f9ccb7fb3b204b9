"""What a search for advice comes to: a document, which is kept and shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reports import terminal
from reports.advise import folder, table
from reports.advise.bench import Bench, Budget, Question
from reports.advise.document import document, told
from reports.advise.finals import MOST_CAMPAIGNS
from reports.advise.naming import named, with_variants
from reports.advise.search import Search, searched
from reports.advise.sentences import sentences
from reports.running.executors import Executor
from reports.running.experiment import Job
from reports.running.keeping import REPORT
from reports.running.parallel import Enough, Outcome
from scenarios.errors import Interrupted
from scenarios.hypotheses.sets import Chosen, as_toml
from scenarios.schema.scenario_file import as_toml_in

LONG = 200
"""Campaigns that nobody expects to wait for."""


def advised(
    question: Question,
    contenders: Sequence[str],
    budget: Budget,
    executor: Executor,
    left: Chosen,
    out: Path | None,
    as_json: bool,
) -> bool | None:
    """Search, keep and show what came of it; whether anything is admissible, None where that is not known.

    Raises Interrupted, or RunFailed, once what is there is kept and shown, or BadInput.
    """
    search = Search(Bench(question, partial(_performed, executor), budget), contenders)
    with terminal.following("Searching") as show:
        searched(search, _Progress(search, show))
    is_kept = False
    if search.ranked:
        advice = document(search, left.left_out)
        try:
            is_kept = out is not None and _kept(search, out, left)
        except KeyboardInterrupt as again:
            raise Interrupted(
                f"interrupted: {budget.spent} runs made; {out} is as it was, not written again"
            ) from again
        finally:  # also where the disk is full
            terminal.present(advice, as_json, table.table(advice), sentences(advice))
    elif search.ended == "budget":
        terminal.tell("nothing is known: the budget was spent before the first run")
    if search.ended == "interrupted":
        kept = f"; what was found is in {out}" if is_kept else ""
        raise Interrupted(f"interrupted: {budget.spent} runs made{kept}")
    if search.failure is not None:
        raise search.failure
    return True if search.choice else False if search.ended == "decided" else None


def _kept(search: Search, out: Path, left: Chosen) -> bool:
    """Keeps it, unless the folder has more: what came to its end, or what more runs have found before their end."""
    if more := folder.better_in(out, search.ended, search.bench.budget.spent):
        terminal.tell(f"note: {out} keeps {more}, and only shown")
        return False
    keep(search, out, left)
    terminal.tell_who_watches(f"page: {out / REPORT}")
    return True


@dataclass
class _Progress:
    """How far it has come, and once that it may take long, for who does not watch too."""

    search: Search
    show: Callable[[str], None]
    is_warned: bool = False

    def __call__(self, far: str) -> None:
        self.show(far)
        most = self.search.finals.most_campaigns if self.search.finals else 0
        if most > LONG and not self.is_warned:
            self.is_warned = True
            terminal.tell(
                "note: finalists differ so much from campaign to campaign so far, for an indifference so small, that "
                f"it may take up to {min(most, MOST_CAMPAIGNS):,} campaigns, and ends as soon as they are told apart; "
                "a larger --indifference takes fewer, and --minutes or Ctrl-C ends it earlier"
            )


def keep(search: Search, out: Path, left: Chosen) -> None:
    """Document, scenario, limiters, picture and page, in that folder. Raises BadInput and RunFailed."""
    scenario = search.bench.question.scenario
    kept = with_variants(scenario, named(scenario, told(search), search.choice))
    folder.save(out, document(search, left.left_out), as_toml_in(out, kept), as_toml(left.hypotheses))


def _performed(executor: Executor, jobs: Sequence[Job], enough: Enough) -> Outcome:
    """How far it has come is told of the whole search."""
    return executor.perform(jobs, _unseen, enough)


def _unseen(_number: int, _share: float) -> None:
    pass
