"""The catalogue of scenarios: complete, described, and each of its files sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.schema.scenario_file import as_toml, describe_catalogue, load
from scenarios.traffic.workload import arrivals
from tests.unit.scenario_files import loaded

CATALOGUE = [
    "autoscaling",
    "broadcast-900",
    "broadcast-900-14",
    "dirty-list",
    "dirty-list-cleaned",
    "gmail-defers",
    "lost-responses",
    "mixed",
    "newsletter-monday",
    "noisy-neighbour",
    "one-pool",
    "outage",
    "oversized-mail",
    "press-release",
    "quota-exhausted",
    "rehearsal",
    "reserved-concurrency",
    "sandbox",
    "slices-by-country",
    "transactional-day",
    "unbalanced-pods",
    "warm-up",
]


@pytest.mark.parametrize("name", CATALOGUE)
def test_catalogue(name: str, tmp_path: Path) -> None:
    """A scenario of the catalogue says what it shows, reads back, and needs half its horizon at most."""
    scenario = load(name)
    assert (scenario.name, scenario.description[-1]) == (name, ".")
    assert loaded(tmp_path, as_toml(scenario)) == scenario
    intended_s, recipients, *_ = arrivals(scenario.workload, scenario.seed)
    assert recipients.sum() / scenario.account.max_send_rate_per_s <= scenario.horizon_s / 2
    assert intended_s[-1] < scenario.horizon_s


def test_catalogue_is_complete() -> None:
    """The catalogue is listed with its descriptions, sorted, and is the published one."""
    assert [name for name, _ in describe_catalogue()] == CATALOGUE
