"""Entries of a comparison made by hand, their document, and what is said about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.compare.document import document
from reports.compare.explain import explain
from reports.compare.mechanism import Facts
from reports.documents.comparison import ComparisonDocument
from scenarios.entry import StrategyEntry
from scenarios.ledger.ledger import THROTTLED
from scenarios.measures.bound import Bound
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.model import Scenario
from tests.unit.synthetic import Call, Mail, ledger_of

SETTINGS: dict[str, dict[str, Any]] = {
    "direct": {"retry": "none", "workers": 64, "pods": 1},
    "leaky-bucket": {"pods": 2, "rate_per_pod": 15.0, "burst": 1, "chunk": 15, "retry": "none", "pod_weights": ()},
    "aimd": {
        "pods": 2,
        "initial_rate": 15.0,
        "increase": 0.5,
        "decrease": 0.9,
        "min_rate": 0.75,
        "max_rate": 30.0,
        "chunk": 15,
        "patience_s": 300.0,
    },
    "shared-bucket": {
        "pods": 2,
        "rate": 30.0,
        "burst": 30,
        "take": 1,
        "atomic": True,
        "chunk": 15,
        "patience_s": 300.0,
    },
    "sqs-dlq": {
        "batch_size": 10,
        "maximum_concurrency": 2,
        "visibility_timeout_s": 30.0,
        "max_receive_count": 5,
        "report_batch_item_failures": True,
    },
    "lambda-concurrency": {"concurrency": 30, "pad_s": 1.0, "limit_by": "maximum", "max_receive_count": 5},
    "heartbeat": {"fill": 1.0, "dispatch": "spread", "ticker": "timestamp_wait", "lookahead": 2.0},
}
SCENARIO = Scenario.model_validate(
    {
        "name": "by-hand",
        "account": {"max_send_rate_per_s": 30.0},
        "workload": ({"process": "batch", "messages": 4},),
    }
)
FACTS = Facts.of(SCENARIO)


def entry(strategy: str, calls: Sequence[Call], otherwise: str = "lost", **settings: Any) -> StrategyEntry:
    """Four mails at once."""
    mails = [Mail(0.0, otherwise=otherwise)] * 4
    ledger = ledger_of(strategy, mails, calls, settings=SETTINGS.get(strategy, {}) | settings)
    return measure(ledger, 30.0, 30, 1.5, load_prices())


def sent(accepted: int, last_s: float, refused: int = THROTTLED) -> list[Call]:
    """Four calls, the first so many of them accepted."""
    return [Call(i, last_s * (i + 1) / 4, 0 if i < accepted else refused) for i in range(4)]


def facts(**tables: Any) -> Facts:
    """The facts of the scenario with these tables besides."""
    lists = {key: tuple(table) if isinstance(table, list) else table for key, table in tables.items()}
    return Facts.of(Scenario.model_validate({**SCENARIO.model_dump(by_alias=True), **lists}))


def told(strategy: str, given: Facts, calls: Sequence[Call], mails: Sequence[Mail], **settings: Any) -> str:
    """The sentence about these mails and calls."""
    ledger = ledger_of(strategy, mails, calls, settings=SETTINGS[strategy] | settings)
    return explain(measure(ledger, 30.0, 30, 1.5, load_prices()), given)


def number(figure: float | None) -> float:
    """A figure that there is."""
    assert figure is not None
    return figure


def comparison(*entries: StrategyEntry, replications: int = 1) -> ComparisonDocument:
    """The document of these entries."""
    return document(SCENARIO, "sim", 1, replications, Bound(1.5, 0.7, 1.4), entries)
