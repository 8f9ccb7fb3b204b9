"""The document of what a command has left that did not come to its end, so that it is read as any other run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from reports.compare.document import document
from reports.documents.comparison import ComparisonDocument
from reports.running.keeping import COMPARISON, SCENARIO
from scenarios.errors import BadInput
from scenarios.ledger import names
from scenarios.ledger.ledger import Ledger
from scenarios.measures.bound import bound_of
from scenarios.measures.cost import load_prices
from scenarios.measures.measured import measured
from scenarios.schema.scenario_file import load_kept
from scenarios.system.reading import is_regular
from scenarios.traffic.workload import arrivals

WITHOUT_DOCUMENT = f"no {COMPARISON} was written: this is made of the ledgers that there are"


def is_unfinished(directory: Path) -> bool:
    """Whether there are ledgers with their scenario and no document of them."""
    if os.path.lexists(directory / COMPARISON) or not is_regular(directory / SCENARIO):
        return False
    return bool(names.kept_in(directory))


def of_ledgers(directory: Path) -> ComparisonDocument:
    """Of the ledger that was written last, and of those that the same command had made before. Raises BadInput."""
    made = of_run(directory, names.kept_in(directory)[-1])
    first = made["strategies"][0]
    first["warnings"] = [*first["warnings"], WITHOUT_DOCUMENT]
    return made


def of_run(directory: Path, strategy: str) -> ComparisonDocument:
    """Of the strategy's ledger, and of those that the same command had made before. Raises BadInput."""
    from scenarios.ledger import store

    read = partial(store.read, directory)
    scenario, last = load_kept(directory / SCENARIO), read(strategy)
    mails = arrivals(scenario.workload, last.seed)
    if scenario.name != last.scenario or len(mails.recipients) != len(last.mails["mail"]):
        raise BadInput(f"{directory}: the ledger of {strategy} is not of its {SCENARIO}")
    ideal = bound_of(scenario, mails)
    entries = [
        measured(scenario, ledger, ideal, load_prices())
        for ledger in _of_one_command(names.kept_in(directory), read, last)
    ]
    return document(scenario, last.world, last.seed, 1, ideal, entries)


def _of_one_command(kept: Iterable[str], read: Callable[[str], Ledger], last: Ledger) -> Iterator[Ledger]:
    """Earlier ones first; what another scenario, world or seed has left in the folder is not compared with it."""
    for name in kept:
        with suppress(BadInput):
            ledger = read(name)
            if _run_of(ledger) == _run_of(last):
                yield ledger


def _run_of(ledger: Ledger) -> tuple[str, str, int, int]:
    return ledger.scenario, ledger.world, ledger.seed, len(ledger.mails["mail"])
