"""The figures of each workload and of each lane apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from reports.compare.explain import explain
from reports.compare.mechanism import Facts
from reports.running.experiment import Job, perform
from reports.statistics.replications import combine
from scenarios.entry import StrategyEntry
from scenarios.figures import figure_of, figures_of, is_figure
from scenarios.ledger.ledger import Ledger, digest
from scenarios.measures.apart import apart
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.processes import Workload
from scenarios.traffic.recorded import recorded
from scenarios.traffic.workload import arrivals, origins
from sim.run import run
from tests.unit.entries import number
from tests.unit.synthetic import Call, Mail, ledger_of

TABLES: list[dict[str, Any]] = [
    {"process": "batch", "at_s": 2.0, "messages": 2},
    {"process": "constant", "messages_per_s": 1.0, "duration_s": 4.0, "recipients": 3},
    {"process": "batch", "at_s": 2.0, "messages": 1},
]
WORKLOADS: list[Workload] = [TypeAdapter(Workload).validate_python(table) for table in TABLES]
PLACES = [1, 1, 0, 0, 1, 2, 1]
"""Whose the mails are: constant ones at 0, 1, 2 and 3 s, the batches at 2 s."""


def scenario(tables: list[dict[str, Any]]) -> Scenario:
    """The workloads on an account that holds them."""
    return Scenario.model_validate(
        {"name": "several", "account": {"max_send_rate_per_s": 30.0}, "workload": tuple(tables)}
    )


def measured(tables: list[dict[str, Any]], seed: int = 1) -> StrategyEntry:
    """The entry of one simulation."""
    return perform(Job(run, scenario(tables), "leaky-bucket", seed, load_prices())).entry


def test_every_mail_has_its_workload() -> None:
    """Origins name, in the order of the arrivals, the workload that each mail comes from, a byte each."""
    assert origins(WORKLOADS, 1).tolist() == PLACES
    assert origins(WORKLOADS, 1).itemsize == 1
    sizes = np.array([1, 3, 1])
    assert np.array_equal(sizes[origins(WORKLOADS, 1)], arrivals(WORKLOADS, 1).recipients)


@pytest.mark.parametrize("count", [255, 256])
def test_a_byte_is_not_taken_for_more_than_it_holds(count: int) -> None:
    """However many the workloads, each is known by its own number."""
    many = [WORKLOADS[2]] * count
    assert origins(many, 1).tolist() == list(range(count))


def by_hand() -> Ledger:
    """Mail i waits i seconds, but the last of the first batch, which is lost, and the single one, sent twice."""
    mails = [Mail(at_s, recipients) for at_s, recipients in zip(*arrivals(WORKLOADS, 1)[:2], strict=True)]
    calls = [Call(i, mail.intended_s + i, recipients=mail.recipients) for i, mail in enumerate(mails) if i != 3]
    return ledger_of("own", mails, [*calls, Call(5, 20.0)])


def test_each_workload_has_its_own_fates_and_latencies() -> None:
    """Fates and quantiles are those of the workload's recipients alone."""
    first, second, third = apart(by_hand(), WORKLOADS)["workloads"]
    assert [(one["index"], one["process"]) for one in (first, second, third)] == [
        (0, "batch"),
        (1, "constant"),
        (2, "batch"),
    ]
    assert (first["recipients"]["accepted"], first["recipients"]["lost"]) == (1, 1)
    assert first["latency_s"] == {"mean": 2.0, "p50": 2.0, "p95": 2.0, "p99": 2.0, "max": 2.0}
    assert first["latency_of_all_s"] == {"mean": None, "p50": 2.0, "p95": None, "p99": None, "max": None}
    assert second["recipients"]["accepted"] == 12
    assert second["latency_s"] == {"mean": 11 / 4, "p50": 1.0, "p95": 6.0, "p99": 6.0, "max": 6.0}
    assert (third["recipients"]["accepted"], third["recipients"]["duplicated"]) == (1, 1)
    assert third["latency_s"]["max"] == 5.0


def test_workloads_add_up_to_the_whole() -> None:
    """Each fate of a simulation is the sum over its workloads, and the longest latency is the longest of theirs."""
    entry = measured([{"process": "poisson", "messages_per_s": 20.0, "duration_s": 3.0}, *TABLES])
    parts = [figures_of(one["recipients"]) for one in entry["workloads"]]
    for fate, whole in figures_of(entry["recipients"]).items():
        assert sum(number(part[fate]) for part in parts) == whole
    assert max(number(one["latency_s"]["max"]) for one in entry["workloads"]) == entry["latency_s"]["max"]


def test_recorded_mails_are_the_same_under_every_seed() -> None:
    """Whatever the seed, a run of the recorded scenario sends what the scenario's own seed drew, whosever it is."""
    mix = {"values": (1, 2, 9), "weights": (1, 1, 1)}
    drawn = scenario([{"process": "poisson", "messages_per_s": 20.0, "duration_s": 3.0, "recipients": mix}, *TABLES])
    kept = recorded(drawn)
    for seed in (drawn.seed, 7):
        there, here = arrivals(kept.workload, seed), arrivals(drawn.workload, drawn.seed)
        assert np.array_equal(there.intended_s, here.intended_s)
        assert np.array_equal(there.recipients, here.recipients)
        assert np.array_equal(origins(kept.workload, seed), origins(drawn.workload, drawn.seed))
    assert digest(run(kept, "heartbeat", drawn.seed)) == digest(run(drawn, "heartbeat", drawn.seed))
    assert digest(run(kept, "heartbeat", 7)) != digest(run(kept, "heartbeat", 8))


def test_a_single_workload_is_not_told_twice() -> None:
    """With one workload the entry's own figures are its."""
    assert "workloads" not in measured(TABLES[:1])


def test_replications_are_combined_workload_by_workload() -> None:
    """Means and intervals have the workload's number in their dotted names; process and number stay what they are."""
    tables = [{"process": "poisson", "messages_per_s": 20.0, "duration_s": 3.0}, *TABLES]
    entries = [measured(tables, seed) for seed in range(1, 7)]
    combined = combine(entries)
    waited_s = [number(entry["workloads"][0]["latency_s"]["p99"]) for entry in entries]
    assert combined["workloads"][0]["latency_s"]["p99"] == pytest.approx(sum(waited_s) / 6)
    assert [(one["index"], one["process"]) for one in combined["workloads"]] == [
        (0, "poisson"),
        (1, "batch"),
        (2, "constant"),
        (3, "batch"),
    ]
    low, high = combined["ci95"]["workloads.0.latency_s.p99"]
    assert low <= combined["medians"]["workloads.0.latency_s.p99"] <= high
    assert not any(name.endswith((".index", ".process")) for name in combined["ci95"])


def test_the_sentence_tells_lanes_apart_before_workloads() -> None:
    """Where there are several lanes, the last clause is theirs."""
    entry: StrategyEntry = {**measured(TABLES[:1]), **apart(by_hand(), scenario(LANES).workload)}
    assert explain(entry, Facts.of(scenario(LANES))).endswith(
        "; digest mail waited p50 1.00 s and p99 6.00 s, news mail waited p50 2.00 s and p99 5.00 s"
    )


NAMED: list[dict[str, Any]] = [{**TABLES[0], "name": "digest"}, TABLES[1], {**TABLES[2], "name": "news"}]


def test_a_workload_is_known_by_its_name() -> None:
    """In the entry, in the names of its figures and in the sentence; one without a name by its number."""
    parts = apart(by_hand(), scenario(NAMED).workload)
    assert [(one["index"], one.get("name")) for one in parts["workloads"]] == [(0, "digest"), (1, None), (2, "news")]
    entry: StrategyEntry = {**measured(TABLES[:1]), **parts}
    names = [name for name in figures_of(entry) if name.endswith("s.latency_s.p99") or ".latency_s.p99" in name]
    assert names == [f"workloads.{word}.latency_s.p99" for word in ("digest", "1", "news")]
    assert all(map(is_figure, names))
    assert {name: figure_of(entry, name) for name in figures_of(entry)} == figures_of(entry)
    assert [figure_of(entry, name) for name in ("latency_s", "workloads.news", "latency_s.p99.p99", "no", "")] == [
        None
    ] * 5
    assert explain(entry, Facts.of(scenario(NAMED))).endswith(
        "; digest mail waited p50 2.00 s and p99 2.00 s, workload[1] (constant) waited p50 1.00 s and p99 6.00 s, "
        "news mail waited p50 5.00 s and p99 5.00 s"
    )


def test_recorded_mails_keep_their_names() -> None:
    """What is sent again is called as it was."""
    assert [one.name for one in recorded(scenario(NAMED)).workload] == ["digest", None, "news"]


def test_the_sentence_tells_the_workloads_apart() -> None:
    """The last clause has the median and the p99 of each; or says that nothing was accepted."""
    entry = measured(TABLES[:1]) | {"workloads": apart(by_hand(), WORKLOADS)["workloads"]}
    entry["workloads"][2]["latency_s"] = {"mean": None, "p50": None, "p95": None, "p99": None, "max": None}
    assert explain(entry, Facts.of(scenario(TABLES))).endswith(
        "; workload[0] (batch) waited p50 2.00 s and p99 2.00 s, workload[1] (constant) waited p50 1.00 s and "
        "p99 6.00 s, workload[2] (batch) had nothing accepted"
    )


LANES: list[dict[str, Any]] = [
    {**TABLES[0], "lane": "news"},
    {**TABLES[1], "lane": "digest", "priority": 1},
    {**TABLES[2], "lane": "news"},
]
"""The middle one goes first; its lane is called as a key of an entry is that holds no figures."""


def test_each_lane_has_the_figures_of_all_its_workloads() -> None:
    """The most urgent lane stands first; a lane's fates are the sum of its workloads', its waits are all of theirs."""
    parts = apart(by_hand(), scenario(LANES).workload)
    digests, news = parts["lanes"]
    assert [(one["lane"], one["priority"]) for one in (digests, news)] == [("digest", 1), ("news", 0)]
    first, second, third = parts["workloads"]
    assert (digests["recipients"], digests["latency_s"]) == (second["recipients"], second["latency_s"])
    for fate, number_of_all in figures_of(news["recipients"]).items():
        assert number_of_all == sum(number(figures_of(one["recipients"])[fate]) for one in (first, third))
    assert news["latency_s"] == {"mean": 3.5, "p50": 2.0, "p95": 5.0, "p99": 5.0, "max": 5.0}
    assert "lanes" not in apart(by_hand(), WORKLOADS)


def test_replications_are_combined_lane_by_lane() -> None:
    """Means, samples and intervals have the lane's word in their dotted names, whatever word it is."""
    entries = [measured(LANES, seed) for seed in range(1, 7)]
    combined, name = combine(entries), "lanes.digest.latency_s.mean"
    assert combined["samples"][name] == [figures_of(entry)[name] for entry in entries]
    assert combined["lanes"][0]["latency_s"]["mean"] == pytest.approx(sum(map(number, combined["samples"][name])) / 6)
    assert name in combined["ci95"]
    assert [(one["lane"], one["priority"]) for one in combined["lanes"]] == [("digest", 1), ("news", 0)]
    assert all(map(is_figure, (one for one in figures_of(combined) if one.startswith("lanes."))))
