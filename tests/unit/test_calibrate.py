"""Both worlds side by side: verdicts, the document, the table and the pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest

from reports.calibrate import document as calibration
from reports.calibrate import folder as calibration_folder
from reports.calibrate import table as calibration_table
from reports.calibrate.curves import PERMILLE, curves_of, rates
from reports.calibrate.document import COUNTS, DELIVERIES, INBOX_TIMES, MEASURES, Pair
from reports.compare import folder as run_folder
from reports.documents.calibration import CalibratedStrategy
from reports.running import experiment, parallel
from reports.running.experiment import Result
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.ledger.ledger import THROTTLED, Ledger
from scenarios.measures.bound import Bound
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.latency import Lognormal
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml, load
from sim.run import run
from strategies.registry import STRATEGIES
from tests.unit.pictures import texts
from tests.unit.read_page import Read
from tests.unit.synthetic import Call, Mail, ledger_of

SEEDS = 4
FIGURES = (*MEASURES, *COUNTS, *INBOX_TIMES, *DELIVERIES)
SCENARIO = Scenario.model_validate(
    {
        "name": "by-hand",
        "account": {"max_send_rate_per_s": 30.0},
        "workload": ({"process": "poisson", "messages_per_s": 20.0, "duration_s": 5.0, "recipients": 2},),
        "horizon_s": 30.0,
        "delivery": {},
    }
)


def result(ledger: Ledger, gather: experiment.Gather) -> Result:
    """What a job comes to whose run gave this ledger."""
    return Result(measure(ledger, 30.0, 30, 1.0, load_prices()), Bound(1.0, 1.0, 1.0), gather(ledger))


def pair(real: Ledger, simulated: Sequence[Ledger]) -> Pair:
    """A strategy in both worlds."""
    return Pair(real.strategy, result(real, lambda ledger: ledger), [result(one, curves_of) for one in simulated])


def entry(real: Ledger, *simulated: Ledger) -> CalibratedStrategy:
    """The document's entry of a pair."""
    return calibration.document(SCENARIO, "moto", [pair(real, simulated)])["strategies"][0]


def outside(real: Ledger, *simulated: Ledger) -> set[str]:
    """The figures that are judged to be outside."""
    return {name for name, figure in entry(real, *simulated)["figures"].items() if figure["verdict"] == "outside"}


def sent(accepted: int, of: int = 100, last_s: float = 10.0, **more: Any) -> Ledger:
    """Mails of which the first so many are accepted, evenly up to an instant; the others are lost without a call."""
    calls = [Call(i, last_s * (i + 1) / accepted) for i in range(accepted)]
    return ledger_of("own", [Mail(0.0)] * of, calls, **more)


@pytest.fixture(scope="module")
def both() -> list[Pair]:
    """Every strategy: a simulation in the place of a real run, and simulations of its seed and the next ones."""
    prices = load_prices()
    real = parallel.in_turn(calibration.real_jobs(run, SCENARIO, list(STRATEGIES), prices, None), lambda *_: None)
    simulated = parallel.in_turn(
        calibration.simulated_jobs(run, SCENARIO, list(STRATEGIES), SEEDS, prices), lambda *_: None
    )
    return calibration.pairs(real.results, simulated.results)


def test_a_simulation_is_inside_its_own_seeds(both: list[Pair]) -> None:
    """A run that is one of those it is compared with is inside on every figure, under every strategy."""
    shown = calibration.document(SCENARIO, "moto", both)
    assert [one["strategy"] for one in shown["strategies"]] == list(STRATEGIES)
    for one in shown["strategies"]:
        assert {name: figure["verdict"] for name, figure in one["figures"].items()} == dict.fromkeys(FIGURES, "inside")
    assert shown["seeds"] == SEEDS
    for strategy in STRATEGIES:
        assert f"{strategy}: all {len(FIGURES)} figures inside" in calibration_table.sentences(shown)


def test_every_seed_sends_the_real_runs_mails(both: list[Pair]) -> None:
    """What was asked for is known: seeds differ by how the services behave, not by how many mails they drew."""
    for one in both:
        submitted = [run.entry["recipients"]["submitted"] for run in (one.real, *one.simulated)]
        assert len(set(submitted)) == 1
        assert len({run.entry["digest"] for run in one.simulated}) == SEEDS


def test_a_real_run_that_is_slower_is_outside_and_named(both: list[Pair]) -> None:
    """Decisions five seconds later move what depends on time and nothing else; the sentence gives both sides."""
    heartbeat = next(one for one in both if one.strategy == "heartbeat")
    calls = {**heartbeat.ledger.calls, "decided_s": heartbeat.ledger.calls["decided_s"] + 5.0}
    late = heartbeat._replace(real=result(replace(heartbeat.ledger, calls=calls), lambda ledger: ledger))
    shown = calibration.document(SCENARIO, "moto", [late])
    figures = shown["strategies"][0]["figures"]
    assert {name for name, figure in figures.items() if figure["verdict"] == "outside"} == set(MEASURES)
    said = calibration_table.sentences(shown)[0]
    assert said.startswith("heartbeat: 7 of 12 figures inside; makespan outside: real ")
    assert said.count(", simulated ") == len(MEASURES)


@pytest.mark.parametrize(("lost", "judged_outside"), [(2, set()), (3, {"recipients.accepted", "recipients.lost"})])
def test_counts_may_differ_by_two_percent_of_the_recipients(lost: int, judged_outside: set[str]) -> None:
    """Of 100 recipients two more may be lost than in any simulation."""
    assert outside(sent(100 - lost), sent(100)) == judged_outside


@pytest.mark.parametrize(("last_s", "is_outside"), [(10.5, False), (10.51, True), (9.5, False), (9.49, True)])
def test_measures_may_differ_by_five_percent(last_s: float, is_outside: bool) -> None:
    """A makespan may be a twentieth beyond the simulated ones, at either side."""
    assert ("makespan_s" in outside(sent(100, last_s=last_s), sent(100))) is is_outside


def test_the_range_is_that_of_all_seeds() -> None:
    """Between the least and the most of the simulations everything is inside."""
    shown = entry(sent(80, last_s=9.0), sent(100, last_s=10.0), sent(50, last_s=5.0))
    assert shown["figures"]["recipients.accepted"] == {"real": 80, "simulated": [50, 100], "verdict": "inside"}
    assert shown["figures"]["makespan_s"] == {"real": 9.0, "simulated": [5.0, 10.0], "verdict": "inside"}


def test_what_never_was_compares_too() -> None:
    """Without an acceptance there is no makespan: alike in both worlds is inside, in one of them only is outside."""
    assert "makespan_s" not in outside(sent(0), sent(0))
    assert "makespan_s" not in outside(sent(0), sent(0), sent(100))
    assert "makespan_s" in outside(sent(0), sent(100))
    assert "makespan_s" in outside(sent(100), sent(0))
    assert entry(sent(0), sent(0))["figures"]["makespan_s"]["simulated"] is None


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (
            {"usage": {"harness_lag_s": 0.0823}},
            "the harness was saturated: its event loop woke up to 82 ms late",
        ),
        ({"interrupted": True}, "the real run was interrupted"),
    ],
)
def test_a_run_that_proves_nothing_gets_no_verdict(more: dict[str, Any], reason: str) -> None:
    """A harness that could not keep up, or that somebody stopped, says nothing of the simulator."""
    shown = calibration.document(SCENARIO, "moto", [pair(sent(10, **more), [sent(100)])])
    (one,) = shown["strategies"]
    assert one["no_verdict"] == reason
    assert {figure["verdict"] for figure in one["figures"].values()} == {None}
    assert calibration_table.sentences(shown)[0] == f"own: no verdict, because {reason}"


def test_a_harness_that_kept_up_is_judged() -> None:
    """Some milliseconds late is every event loop, and no price is asked for it."""
    shown = entry(sent(100, usage={"harness_lag_s": 0.05}), sent(100))
    assert shown["no_verdict"] is None
    assert shown["harness_lag_s"] == 0.05


def test_latencies_are_fitted_from_real_calls_that_can_be_trusted() -> None:
    """Calls of a saturated harness waited for it, not for SES."""
    slow = ledger_of("own", [Mail(0.0)] * 90, [Call(i, 1.0 + i, call_s=0.4) for i in range(90)])
    saturated = replace(slow, usage={"harness_lag_s": 0.1})
    pairs = [pair(one, [sent(90)]) for one in (sent(90), saturated)]
    shown = calibration.document(SCENARIO, "moto", pairs)
    send, throttle = shown["latency"]["ses_send"], shown["latency"]["ses_throttle"]
    assert (send["calls"], send["fitted"]) == (90, {"median_ms": 50.0, "p99_ms": 50.0})
    assert throttle["fitted"] is None
    after = calibration.refitted(SCENARIO, shown)
    assert after.latency.ses_send == Lognormal(median_ms=50, p99_ms=50)
    assert after.latency.ses_throttle == SCENARIO.latency.ses_throttle
    alone = calibration.document(SCENARIO, "moto", pairs[1:])["latency"]["ses_send"]
    assert alone["fitted"] is None
    assert alone["reason"].startswith("the harness was saturated")


def test_direct_is_judged_with_few_workers(both: list[Pair]) -> None:
    """Both worlds run it with eight, which is said; who asks for fewer gets fewer, and nothing is said."""
    direct = next(one for one in both if one.strategy == "direct")
    assert [one.entry["settings"]["workers"] for one in (direct.real, *direct.simulated)] == [8] * (1 + SEEDS)
    shown = calibration.document(SCENARIO, "moto", [direct])
    assert shown["replaced"] == [{"strategy": "direct", "setting": "workers", "scenario": 64, "used": 8}]
    said = "direct: judged with workers = 8 in both worlds, instead of the scenario's 64"
    assert calibration_table.sentences(shown)[0] == said
    few = Scenario.model_validate({**SCENARIO.model_dump(by_alias=True), "strategies": {"direct": {"workers": 3}}})
    assert calibration.judged(few).settings_of("direct").workers == 3
    assert calibration.document(few, "moto", [direct])["replaced"] == []
    others = [one for one in both if one is not direct]
    assert calibration.document(SCENARIO, "moto", others)["replaced"] == []


def test_curves_travel_from_other_processes(both: list[Pair]) -> None:
    """What is gathered beside a run in a process of its own is what is gathered here."""
    jobs = calibration.simulated_jobs(run, SCENARIO, ["leaky-bucket"], 2, load_prices())
    outcome = parallel.side_by_side(jobs, lambda *_: None)
    leaky_bucket = next(one for one in both if one.strategy == "leaky-bucket")
    for there, here in zip(outcome.results, leaky_bucket.simulated, strict=False):
        assert np.array_equal(there.gathered.quantiles_s, here.gathered.quantiles_s)
        assert np.array_equal(there.gathered.accepted, here.gathered.accepted)


def test_curves_keep_quantiles_and_recipients() -> None:
    """Mail i of 1,000 waits i seconds: the quantiles are exact, and bins of any width hold everybody."""
    ledger = ledger_of("own", [Mail(0.0)] * 1_000, [Call(i, i + 1.0) for i in range(1_000)])
    curves = curves_of(ledger)
    assert curves.quantiles_s.tolist() == list(PERMILLE)
    assert (rates(curves, 4 * curves.bin_s, 400) * 4 * curves.bin_s).sum() == pytest.approx(1_000)


def test_document_is_json_and_the_table_complete(both: list[Pair]) -> None:
    """Everything in the document has a word in JSON, every figure a name, and every strategy a block."""
    shown = calibration.document(SCENARIO, "moto", both)
    assert json.loads(to_json(shown))["schema"] == "seslab/calibration/v1"
    assert calibration_table.LABELS.keys() == set(FIGURES)
    sheet = calibration_table.table(shown)
    assert {block.heading for block in sheet.blocks} == set(STRATEGIES)
    rows = [[cell.strip() for cell in row] for row in sheet.rows]
    assert ["goodput", "inside"] in [[row[0], row[-1]] for row in rows]
    assert not any("duplicates" in row for row in rows)


def test_table_shows_edges_to_three_digits() -> None:
    """Milliseconds that decide about a verdict can be told apart."""
    calls = [Call(0, 0.00912)]
    shown = calibration.document(
        SCENARIO, "moto", [pair(ledger_of("own", [Mail(0.0)], calls), [ledger_of("own", [Mail(0.0)], calls)])]
    )
    row = next(row for row in calibration_table.table(shown).rows if "p50" in row[0])
    assert row == ["  p50 latency", "0.00912 s", "0.00912 s", "inside"]


@pytest.fixture(scope="module")
def kept(both: list[Pair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `--out` leaves."""
    folder = tmp_path_factory.mktemp("calibrated")
    calibration_folder.save(folder, calibration.document(SCENARIO, "moto", both), SCENARIO, both)
    return folder


def test_folder_holds_what_was_run(both: list[Pair], kept: Path) -> None:
    """Document, scenario as run, and both figures, whose names and units can be searched for."""
    shown = calibration.document(SCENARIO, "moto", both)
    assert json.loads((kept / "calibration.json").read_text(encoding="utf-8")) == json.loads(to_json(shown))
    assert (kept / "scenario.toml").read_text() == as_toml(SCENARIO)
    for name, unit in (("quantiles", "latency in moto (s)"), ("seconds", "recipients/s")):
        words = texts(kept / "figures" / f"{name}.svg")
        assert unit in words
        assert all(strategy in words for strategy in STRATEGIES)
        assert f"range of {SEEDS} simulated seeds" in words
        assert (kept / "figures" / f"{name}.png").stat().st_size > 5_000


def test_the_page_has_each_verdict(both: list[Pair], kept: Path, tmp_path: Path) -> None:
    """With the sentences of the terminal and both figures; what is drawn of its ledgers later leaves it alone."""
    shown = calibration.document(SCENARIO, "moto", both)
    page = (kept / "report.html").read_text()
    read, cells = Read(page), {cell for row in calibration_table.table(shown).rows for cell in row}
    assert {cell.strip() for cell in cells} <= {cell for tag in ("td", "th") for cell in read.all(tag)}
    assert set(calibration_table.sentences(shown)) <= set(read.all("li"))
    assert sum(tag == "img" for tag, _ in read.elements) == 2
    copytree(kept, tmp_path, dirs_exist_ok=True)
    for one in both:
        store.write(one.ledger, tmp_path)
    run_folder.draw(tmp_path, run_folder.document(tmp_path))
    assert (tmp_path / "report.html").read_text() == page


def test_where_nothing_can_be_written_is_said_first(tmp_path: Path) -> None:
    """Before a run of minutes the option is named whose results could not be kept."""
    (tmp_path / "file").write_text("mine")
    for out, fitted, option in (
        (tmp_path / "file", None, "--out"),
        (None, tmp_path / "file" / "fitted.toml", "--write"),
        (None, tmp_path, "--write"),
    ):
        with pytest.raises(BadInput, match=f"^{option} "):
            calibration_folder.prepare(out, fitted, "some")
    calibration_folder.prepare(tmp_path / "out", tmp_path / "new" / "fitted.toml", "some")
    assert (tmp_path / "new").is_dir()


@pytest.mark.parametrize(
    ("real", "simulated"),
    [
        (sent(0), [sent(0)]),
        (sent(10), [sent(0), sent(0)]),
        (ledger_of("own", [Mail(0.0)], [Call(0, 0.0)]), [ledger_of("own", [Mail(0.0)], [Call(0, 0.0)])]),
        (sent(100, last_s=5000.0), [sent(100, last_s=2.0)]),
        (ledger_of("own", [Mail(0.0)], [Call(0, 1.0, THROTTLED)]), [ledger_of("own", [], [])]),
    ],
    ids=["nothing accepted", "nothing simulated", "at once", "another width", "no mail"],
)
def test_odd_runs_are_drawn_without_a_warning(tmp_path: Path, real: Ledger, simulated: list[Ledger]) -> None:
    """A run may be short, in vain or out of all proportion; both figures are still made."""
    pairs = [pair(real, simulated)]
    shown = calibration.document(SCENARIO, "moto", pairs)
    assert len(calibration_folder.draw_all(tmp_path, shown, pairs)) == 4


def test_real_ledgers_are_kept(tmp_path: Path) -> None:
    """With a folder the real run's ledger and scenario are there as soon as it has ended, and read as a run."""
    jobs = calibration.real_jobs(run, load("sandbox"), ["leaky-bucket"], load_prices(), tmp_path)
    parallel.in_turn(jobs, lambda *_: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "calls-leaky-bucket.parquet",
        "ledger-leaky-bucket.parquet",
        "scenario.toml",
    ]
    assert [entry["strategy"] for entry in run_folder.document(tmp_path)["strategies"]] == ["leaky-bucket"]
