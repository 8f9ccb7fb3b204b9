"""Comparisons of simulated runs, as the command makes them."""

from __future__ import annotations

from reports.compare.document import document
from reports.documents.comparison import ComparisonDocument
from reports.running.accounts import Across
from reports.running.experiment import jobs, perform, summarise
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from sim.run import run


def simulated(scenario: Scenario, *strategies: str, replications: int = 1) -> ComparisonDocument:
    """What `seslab compare` makes of it."""
    made = [perform(job) for job in jobs(Across(run), scenario, strategies, replications, load_prices(), None)]
    entries, bound = summarise(made)
    return document(scenario, "sim", scenario.seed, replications, bound, entries)
