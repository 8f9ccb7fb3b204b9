"""What a search for headroom comes to: a document, which is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from reports import terminal
from reports.documents.headroom import HeadroomDocument
from reports.headroom import table
from reports.headroom.attempts import Attempt, Broken, Perform, Search, attempt
from reports.headroom.bisection import bisect
from reports.headroom.document import document, nearest_edge
from reports.headroom.price import price_of
from reports.running.experiment import Job
from reports.running.parallel import Crew, Enough, Outcome
from reports.running.progress import progress
from scenarios.errors import BadInput, Interrupted
from scenarios.schema.model import Scenario

EXAMPLE = '[thresholds] lossless = "*.recipients.lost == 0"'


def refuse_undemanding(source: str, scenario: Scenario, contender: str) -> None:
    """Raises BadInput where no threshold is about the contender: any value would do."""
    if not scenario.demands:
        raise BadInput(f"{source}: has no thresholds, so that any value will do; say what must hold, such as {EXAMPLE}")
    if not any(one.concerns(contender) for one in scenario.demands):
        raise BadInput(f"{source}: none of its thresholds is about {contender}; begin one with {contender} or with *")


def found(search: Search, span: tuple[float, float], as_json: bool) -> bool:
    """Search, with processes that stay warm, and show what came of it; whether any value is safe.

    Raises Interrupted once the bracket so far is shown, or RunFailed.
    """
    crew = Crew(len(search.limiters_of(search.scenario.account).hypotheses) * search.replications)
    try:
        headroom = searched(search, span, partial(performed, crew), terminal.tell_who_watches)
    finally:
        crew.dismiss()
    terminal.present(headroom, as_json, table.table(headroom), table.sentences(headroom))
    if headroom["answer"] == "unfinished":
        raise Interrupted(f"interrupted: {len(headroom['steps'])} values tried")
    return headroom["answer"] != "nowhere"


def searched(
    search: Search, span: tuple[float, float], perform: Perform, tell: Callable[[str], None]
) -> HeadroomDocument:
    """The document; where Ctrl-C comes in between, as far as it got. Raises BadInput and RunFailed."""
    attempts: list[Attempt] = []
    price = None
    try:
        failing = partial(_failing, search, attempts, perform, tell)
        bisect(*span, failing, search.quantity.is_whole, search.quantity.present)
        if (value := nearest_edge(search.quantity.present, attempts)) is not None:
            price = price_of(search, value, perform)
    except (Broken, KeyboardInterrupt):
        return document(search, span, attempts, False, None)
    return document(search, span, attempts, True, price)


def _failing(
    search: Search, attempts: list[Attempt], perform: Perform, tell: Callable[[str], None], value: float
) -> str | None:
    """The threshold that fails, if one does; the limiters under which one failed before are asked first."""
    hardest = [one.failure.hypothesis for one in attempts if one.failure is not None]
    attempts.append(attempt(search, value, hardest, perform))
    failure = attempts[-1].failure
    tell(
        f"{search.quantity.name} = {table.value_text(value)}: "
        + ("holds" if failure is None else f"fails under {failure.hypothesis}, seed {failure.seed}")
    )
    return None if failure is None else failure.threshold["expression"]


def performed(crew: Crew, jobs: Sequence[Job], enough: Enough) -> Outcome:
    """With progress, by processes that stay warm."""
    with progress(jobs) as show:
        crew.work(jobs, show, enough)
    return crew.outcome()
