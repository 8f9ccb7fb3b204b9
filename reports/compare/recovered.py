"""The document of what a killed run has left, so that it is read as any other run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reports.compare import folder
from reports.compare.document import document
from reports.compare.ownership import SCENARIO
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.ledger.ledger import Ledger
from scenarios.measures.bound import bound_of
from scenarios.measures.cost import load_prices
from scenarios.measures.measured import measured
from scenarios.schema.model import as_toml, load
from scenarios.traffic.workload import arrivals


def keep_document(directory: Path, strategy: str) -> None:
    """Writes it, of the strategy's ledger and of those that the same command had made before. Raises BadInput."""
    scenario, recovered = load(str(directory / SCENARIO)), store.read(directory, strategy)
    ideal = bound_of(scenario, arrivals(scenario.workload, recovered.seed))
    entries = [measured(scenario, ledger, ideal, load_prices()) for ledger in _of_one_command(directory, recovered)]
    made = document(scenario, recovered.world, recovered.seed, 1, ideal, entries)
    folder.save(directory, made, as_toml(scenario))


def _of_one_command(directory: Path, recovered: Ledger) -> Iterator[Ledger]:
    """Earlier ones first; what another scenario, world or seed has left in the folder is not compared with it."""
    for name in store.kept_in(directory):
        with suppress(BadInput):
            ledger = store.read(directory, name)
            if _run_of(ledger) == _run_of(recovered):
                yield ledger


def _run_of(ledger: Ledger) -> tuple[str, str, int]:
    return ledger.scenario, ledger.world, ledger.seed
