"""Sweeps: what is varied is what is run, each row is one command, and nothing is run twice."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from math import pi
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from reports.documents.sweep import SweepDocument
from reports.figures import sweep as picture
from reports.layout import laid_out
from reports.robust.trials import Simulation
from reports.running.store.run_store import RunStore
from reports.running.store.stored import Stored
from reports.sweep import folder, parquet, sensitivity_drawing, sensitivity_table
from reports.sweep.again import command_of
from reports.sweep.asked import Words, sweep_of
from reports.sweep.campaign import Sweep, Swept, run_of, swept
from reports.sweep.document import document
from reports.sweep.points import Point, saltelli, text
from reports.sweep.rows import Rows
from reports.sweep.sensitivity import indices, rough
from reports.sweep.shown import figure_of
from reports.sweep.sobol import points, shares
from reports.sweep.table import best_first, cell_texts, sentences, tables
from scenarios.errors import BadInput
from scenarios.formats.dotted import with_value
from scenarios.hypotheses import sets
from scenarios.hypotheses.assumptions import assumptions
from scenarios.measures.cost import load_prices
from scenarios.measures.warnings import LATE_TRICKLE
from scenarios.outside import plug
from scenarios.schema.model import Scenario
from sim.run import run
from tests.unit.checkout import ROOT
from tests.unit.in_process import seslab_here
from tests.unit.test_documents import assert_declared
from tests.unit.test_run_store import Counting

SIMULATION = Simulation(run, load_prices())
RATE = "account.max_send_rate_per_s"
TOML = """
[account]
max_send_rate_per_s = 30

[[workload]]
process = "batch"
messages = 40
name = "letter"

[thresholds]
quick = "*.makespan_s < 2"
"""


def scenario() -> Scenario:
    """A small broadcast, of which a threshold demands something."""
    return Scenario.model_validate(
        {
            "name": "small",
            "account": {"max_send_rate_per_s": 30.0},
            "workload": ({"process": "batch", "messages": 40, "name": "letter"},),
            "thresholds": {"quick": ("*.makespan_s < 2",)},
        }
    )


def asked(
    *vary: str, sample: int | None = None, show: str | None = None, contenders: Sequence[str] = ("heartbeat",)
) -> Sweep:
    """What these words ask for, two seeds each."""
    words = Words("small.toml", vary, sample, show, None, 2)
    return sweep_of(words, scenario(), contenders, sets.of_accounts(None), SIMULATION, 1000)


def made(sweep: Sweep) -> Swept:
    """Of runs in turn."""
    return swept(sweep, Counting(most=200))


def test_a_grid_is_every_combination_once() -> None:
    """And each of its scenarios has exactly those values, the limiter's among them."""
    sweep = asked(f"{RATE}=20,30", "workload.letter.messages=10..30/3", "limiter=burst-1,fixed-window")
    assert len({one.values for one in sweep.points}) == len(sweep.points) == 2 * 3 * 2
    for values, world in sweep.points:
        kind = world.account.limiter.kind if world.account.limiter.burst != 1 else "burst-1"
        assert (world.account.max_send_rate_per_s, world.workload[0].expected_mails, kind) == values


def test_a_strategy_from_outside_is_named_by_its_file(tmp_path: Path) -> None:
    """Also by the command of another contender's run, in which its settings are varied."""
    mine = tmp_path / "mine.py"
    mine.write_text((ROOT / "strategies" / "direct.py").read_text())
    name = plug.named(str(mine))
    try:
        sweep = asked(f"strategies.{name}.workers=1,2", contenders=("heartbeat", name))
        own, other = (command_of(sweep, 0, contender, 1) for contender in (name, "heartbeat"))
    finally:
        plug.unplug(name)
    varied = f"seslab sweep small.toml --vary strategies.{name}.workers=1"
    assert own == f"{varied} -s {mine} --seed 1 --replications 1"
    assert other == f"{varied} -s heartbeat -s {mine} --seed 1 --replications 1"


@pytest.mark.parametrize(
    ("show", "instead"),
    [
        ("month.total_usd", "a month needs a table [bill]"),
        ("delivery.within_deadline", "what becomes of accepted mail needs a table [delivery]"),
        ("workloads.letter.latency_s.p99", "figures per workload need several"),
    ],
)
def test_a_figure_that_no_run_has_is_not_shown(show: str, instead: str) -> None:
    """It is said before anything runs what it needs."""
    with pytest.raises(BadInput, match=rf"^--show {re.escape(show)}: no such figure: {re.escape(instead)}$"):
        asked(f"{RATE}=10,20", show=show)


def test_a_figure_that_some_runs_have_is_shown() -> None:
    """The others' commands do not ask for it; nor does one for what is shown anyway."""
    sweep = asked("workload.0.shadow_copies=0,1", show="shadow.usd")
    shows = ["--show shadow.usd" in command_of(sweep, point, "heartbeat", 1) for point in (0, 1)]
    assert shows == [False, True]
    assert "--show" not in command_of(asked(f"{RATE}=10,20"), 0, "heartbeat", 1)


def test_a_workload_that_is_counted_is_shown_by_its_name() -> None:
    """As its runs have it."""
    workload = tuple({"process": "batch", "messages": 2, "name": name} for name in ("sale", "receipts"))
    both = Scenario.model_validate(scenario().model_dump(by_alias=True, exclude_unset=True) | {"workload": workload})
    assert figure_of(both, "workloads.1.latency_s.p99") == "workloads.receipts.latency_of_all_s.p99"


def test_a_map_of_many_cells_is_no_larger_than_a_page() -> None:
    """And names as many of its values as there is room for."""
    told = document(asked(f"{RATE}=1..100/100", "horizon_s=1000,2000"), Swept(Rows(()), 0, False, None))
    figure = picture.draw(told, cell_texts)
    assert max(figure.get_size_inches()) < 17
    [axes, _] = figure.axes
    assert len(axes.get_yticks()) <= 30
    assert axes.get_ylim() == (100, 0)


def test_a_map_has_a_panel_for_each_contender_and_no_other() -> None:
    """However many places the last row has."""
    many = ("heartbeat", "direct", "leaky-bucket", "aimd")
    told = document(asked(f"{RATE}=1,2", "horizon_s=9,10", contenders=many), Swept(Rows(()), 0, False, None))
    *panels, _ = picture.draw(told, cell_texts).axes
    assert [axes.get_title() for axes in panels if axes.get_visible()] == [*many]
    assert len(panels) > len(many)


@pytest.mark.parametrize(("show", "is_told"), [(None, True), ("efficiency", True), ("latency_s.p99", False)])
def test_a_late_trickle_is_told_of_where_it_decides(
    show: str | None, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Latencies are not what the last mails decide."""
    monkeypatch.setattr(Rows, "warnings", [LATE_TRICKLE])
    notes = document(asked(f"{RATE}=1,2", show=show), Swept(Rows(()), 0, False, None))["notes"]
    assert notes == ([f"in some run {LATE_TRICKLE}"] if is_told else [])


def test_what_a_run_warns_of_is_told_once() -> None:
    """However many runs say so, with whatever numbers."""
    crash = {"kind": "pod_crash", "start_s": 1.0, "duration_s": 1.0, "pod": 7}
    table = {**scenario().model_dump(by_alias=True, exclude_unset=True), "fault": (crash,)}
    words = Words("small.toml", (f"{RATE}=20,30",), None, None, None, 2)
    one = sweep_of(words, Scenario.model_validate(table), ("direct",), sets.of_accounts(None), SIMULATION, 10)
    [note] = document(one, made(one))["notes"]
    assert note.startswith("in some run the crash of pod 7 changes nothing: ")


def test_a_key_that_moves_nothing_is_named() -> None:
    """What a strategy may depend on need not matter in every scenario; what moves something is not named."""
    sweep = asked(f"{RATE}=10,40", "account.max_24h_send=1000,2000")
    assert document(sweep, made(sweep))["notes"] == ["whatever account.max_24h_send is, the runs are the same"]
    assert document(sweep, Swept(Rows(()), 8, True, None))["notes"] == []


def test_a_folder_is_one_sweeps(tmp_path: Path) -> None:
    """Other values and seeds may follow in it, other keys, contenders and designs may not."""
    sweep = asked(f"{RATE}=10,20")
    folder.prepare(tmp_path, "small")
    folder.refuse_another(tmp_path, sweep)
    parquet.write(tmp_path / "runs.parquet", sweep, Rows(()))
    folder.refuse_another(tmp_path, asked(f"{RATE}=10..40/4"))
    both = asked(f"{RATE}=10,20", contenders=("direct", "heartbeat"))
    (tmp_path / "two").mkdir()
    parquet.write(tmp_path / "two" / "runs.parquet", both, Rows(()))
    folder.refuse_another(tmp_path / "two", asked(f"{RATE}=10,20", contenders=("heartbeat", "direct")))
    for another, line in (
        (asked(f"{RATE}=10..40", sample=4), "design: grid; here sample"),
        (asked("horizon_s=10,20"), f"dimensions: {RATE}; here horizon_s"),
        (asked(f"{RATE}=10,20", contenders=("direct",)), "contenders: heartbeat; here direct"),
    ):
        with pytest.raises(BadInput) as error:
            folder.refuse_another(tmp_path, another)
        assert str(error.value) == f"--out {tmp_path}: has another sweep ({line}); name another folder"


def test_a_latin_hypercube_meets_every_stratum_once() -> None:
    """However few points there are, each dimension alone is spread evenly, and the same seed gives the same points."""
    sweep = asked(
        f"{RATE}=10..50", "strategies.heartbeat.fill=0.5..1", "strategies.heartbeat.dispatch=spread,burst", sample=8
    )
    rates = sorted((one.values[0] - 10) / 5 for one in sweep.points if not isinstance(one.values[0], str))
    assert [int(one) for one in rates] == [*range(8)]
    assert sorted(str(one.values[2]) for one in sweep.points) == ["burst"] * 4 + ["spread"] * 4
    assert sweep.points == asked(*sweep.varied, sample=8).points


def test_a_law_is_nothing_by_halves() -> None:
    """A number of a default law leaves its other numbers as they are; other tables say only what they are told."""
    resolved = scenario().model_dump(by_alias=True)
    changed = with_value({}, ("latency", "ses_send", "median_ms"), 20.0, resolved)
    assert changed == {"latency": {"ses_send": {"median_ms": 20.0, "p99_ms": 250.0}}}
    assert with_value({}, ("account", "limiter", "kind"), "debt", resolved) == {
        "account": {"limiter": {"kind": "debt"}}
    }


@pytest.mark.parametrize(
    ("vary", "line"),
    [
        ("account.rate=1", "--vary account.rate: unknown key 'rate', known are"),
        (f"{RATE}=3..1/2", f"--vary {RATE}=3..1/2: the first must be less than the second"),
        (f"{RATE}=1..3", f"--vary {RATE}: a range needs steps, such as lo..hi/5, or --sample"),
        (f"{RATE}=1..x/3", f"--vary {RATE}=1..x/3: must be numbers"),
        ("horizon_s=5..", "--vary horizon_s=5..: a range is lo..hi/steps and stands alone, such as"),
        ("horizon_s=5,1..9/2", "--vary horizon_s=5,1..9/2: a range is lo..hi/steps and stands alone, such as"),
        ("limiter=all,burst-1", "--vary limiter=all,burst-1: all are there already; all stands alone"),
        (f"{RATE}=1..2/1", f"--vary {RATE}=1..2/1: must have 2 to"),
        (f"{RATE}=1,2,1.0", f"--vary {RATE}=1,2,1.0: 1.0 is there twice; give each value once"),
        (f"{RATE}=1,,2", f"--vary {RATE}=1,,2: a value is missing beside a comma"),
        ("limiter=burst-1,burst-1", "--vary limiter=burst-1,burst-1: burst-1 is there twice; give each value once"),
        (f"{RATE}=-1", f"{RATE}=-1: account.max_send_rate_per_s = -1: must be greater than 0"),
        (
            "workload.letter.messages=1.5..3/2",
            "--vary workload.letter.messages=1.5..3/2: workload.letter.messages is a whole",
        ),
        ("fill", "--vary fill: must be KEY=a,b,c or KEY=lo..hi/steps, such as"),
        ("limiter=burst", "--vary limiter=burst: unknown limiter 'burst'"),
        ("strategies.heartbeat.fil=1", "strategies.heartbeat.fil=1: strategies.heartbeat.fil = 1: unknown key 'fil'"),
        ("strategies.fill=1", "--vary strategies.fill: must be strategies.NAME.SETTING"),
        (
            "direct.workers=1",
            "--vary direct.workers: is no key of a scenario; did you mean 'strategies.direct.workers'?",
        ),
        ("workload.0.messages=1..1000/1000", None),
    ],
)
def test_what_cannot_be_varied_is_said_before_anything_runs(vary: str, line: str | None) -> None:
    """One line with the word that is wrong; a thousand combinations are as many as are allowed here."""
    if line is None:
        assert len(asked(vary).points) == 1000
        line = "--vary: 2,000 combinations; at most 1,000, or draw some of them with --sample"
        with pytest.raises(BadInput) as error:
            asked(vary, f"{RATE}=1,2")
    else:
        with pytest.raises(BadInput) as error:
            asked(vary)
    assert str(error.value).startswith(line)


def test_a_key_is_varied_once() -> None:
    """Under whatever of its names."""
    with pytest.raises(BadInput, match=r"^--vary workload\.0\.messages: is varied twice"):
        asked("workload.letter.messages=1,2", "workload.0.messages=3,4")


@pytest.mark.parametrize("key", ["account.limiter.burst", "account.limiter.effective_rate"])
def test_a_key_of_a_limiter_is_not_varied_beside_limiters(key: str) -> None:
    """Each of which sets it anew: the rows would tell of values that no run had."""
    with pytest.raises(BadInput, match=rf"^--vary {re.escape(key)}: each limiter that varies sets it"):
        asked(f"{key}=1,2", "limiter=burst-1,burst-2R")


def test_a_plain_setting_is_that_of_the_only_contender() -> None:
    """Of several contenders it has to be named."""
    assert [one.scenario.settings_of("heartbeat").fill for one in asked("fill=0.5,1").points] == [0.5, 1.0]
    with pytest.raises(BadInput, match=r"^--vary fill: is no key of a scenario; .* strategies\.NAME\.fill$"):
        asked("fill=0.5,1", contenders=("heartbeat", "direct"))


@pytest.mark.parametrize(
    ("vary", "line"),
    [
        ("seed=1,2", "--vary seed: --seed sets the first seed, and --replications how many there are"),
        ("name=a,b", "--vary name: no run of these strategies depends on it"),
        ("strategies.direct.workers=1,2", "--vary strategies.direct.workers: no run of these strategies"),
    ],
)
def test_what_nothing_depends_on_is_not_varied(vary: str, line: str) -> None:
    """Its rows would be the same under other names."""
    with pytest.raises(BadInput) as error:
        asked(vary)
    assert str(error.value).startswith(line)


def test_anothers_setting_makes_no_run_anew(tmp_path: Path) -> None:
    """What a contender does not depend on is not varied for it: the store has its runs."""
    store, counting = RunStore(tmp_path), Counting()
    sweep = asked("strategies.heartbeat.fill=0.5,1", contenders=("heartbeat", "direct"))
    assert len(swept(sweep, Stored(counting, store)).rows) == 8
    again = Counting()
    assert swept(sweep, Stored(again, store)).rows.digests
    store.close()
    assert again.given == []
    assert len({job.seed for job in counting.given if job.strategy == "direct"}) == 2


def test_rows_and_cells_are_those_of_their_runs() -> None:
    """Medians, spans and marks follow from the rows, and the document is what its schema says."""
    sweep = asked(f"{RATE}=10,40", contenders=("direct", "heartbeat"), show="recipients.lost")
    done = made(sweep)
    told = document(sweep, done)
    assert_declared(SweepDocument, told)
    for cell in told["cells"]:
        mine = [
            done.rows.figure("recipients.lost")[place]
            for place, number in enumerate(done.rows.numbers)
            if sweep.contenders[run_of(sweep, number).contender] == cell["contender"]
            and [*sweep.points[run_of(sweep, number).point].values] == cell["values"]
        ]
        assert (cell["runs"], cell["least"], cell["greatest"]) == (2, min(mine), max(mine))
        assert cell["median"] == sum(mine) / 2
        assert cell["incomplete_runs"] == sum(value > 0 for value in mine)
    assert {cell["met_runs"] for cell in told["cells"]} == {0, 2}
    assert [(cell["contender"], cell["values"]) for cell in best_first(told)] == [("direct", [40]), ("heartbeat", [40])]
    assert sentences(told)[0].endswith(f"direct with {RATE} = 40, and 1 other as good")
    assert tables(told)[0].title.endswith("recipients.lost, median of 2 seeds")
    told["cells"][-1]["runs"] = 1  # as Ctrl-C leaves it
    assert tables(told)[0].title.endswith("recipients.lost, median of up to 2 seeds")


@pytest.mark.parametrize(
    ("vary", "sample"),
    [
        ((f"{RATE}=10..60/6",), None),
        ((f"{RATE}=10..50/3", "limiter=all"), None),
        ((f"{RATE}=10..60", "strategies.heartbeat.fill=0.5..1", "workload.0.messages=10..40"), 6),
    ],
)
def test_tables_fit_a_terminal(vary: tuple[str, ...], sample: int | None) -> None:
    """80 columns hold them, with every value of the first dimension, or every dimension."""
    sweep = asked(*vary, sample=sample, contenders=("heartbeat", "leaky-bucket"))
    told = document(sweep, made(sweep))
    for sheet in tables(told):
        lines = [line.plain for line in laid_out(sheet, 80)]
        assert max(map(len, lines)) <= 80
    first = "\n".join(line.plain for line in laid_out(tables(told)[-1], 80))
    for name in (
        map(text, told["dimensions"][0]["values"]) if sample is None else (one.name for one in sweep.dimensions)
    ):
        assert name in first
    assert sentences(told)[1].startswith("again: seslab sweep small.toml --vary ")


def sensitivity(sample: int = 2) -> Sweep:
    """Of two strategies to what the models assume."""
    words = Words("small.toml", (), sample, "makespan_s", None, None, is_sensitivity=True)
    return sweep_of(words, scenario(), ("heartbeat", "direct"), sets.of_accounts(None), SIMULATION, 1000)


def test_every_assumption_is_varied_within_its_range() -> None:
    """Saltelli's points: two more for each of the base than there are assumptions; bursts are whole recipients."""
    sweep = sensitivity()
    assert [one.name for one in sweep.dimensions] == [one.key for one in assumptions() if not one.of]
    assert len(sweep.points) == 2 * (len(sweep.dimensions) + 2)
    for values, _ in sweep.points:
        for one, value in zip(sweep.dimensions, values, strict=True):
            assert one.span is not None
            assert not isinstance(value, str)
            assert one.span.low <= value <= one.span.high
    assert all(12 <= one.scenario.account.limiter.burst <= 90 for one in sweep.points)


def test_what_a_scenario_has_is_varied_with_it() -> None:
    """Its deliveries and its ticker, if it says anything of them, and nothing of its assumptions is left out."""
    more = {"delivery": {}, "ticker": {"transition": {"median_ms": 30, "p99_ms": 100}}}
    whole = Scenario.model_validate({**scenario().model_dump(by_alias=True, exclude_unset=True), **more})
    words = Words("small.toml", (), 2, "makespan_s", None, None, is_sensitivity=True)
    sweep = sweep_of(words, whole, ("heartbeat",), sets.of_accounts(None), SIMULATION, 1000)
    assert [one.name for one in sweep.dimensions] == [one.key for one in assumptions()]
    assert sweep.notes == []


def test_indices_of_a_known_function_are_known() -> None:
    """Ishigami's (https://doi.org/10.1109/ISUMA.1990.151285), within the intervals; asked again, they are the same."""
    at = points(3, 1024, 1)
    assert ((at >= 0) & (at < 1)).all()
    x, y, z = (at.T * 2 - 1) * pi
    figure = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
    known = ((0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437))
    found = shares(list(figure), 3, seed=1)
    for (first, total), wanted in zip(found, known, strict=True):
        for told, share in zip((first, total), wanted, strict=True):
            assert abs(told.share - share) < told.margin < 0.15
    assert shares(list(figure), 3, seed=1) == found


def test_indices_find_what_a_figure_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a figure that is 3 a + b of two assumptions, 0.9 of the variance is the first one's, alone and in all."""
    some = sensitivity()
    points = [Point(values, some.scenario) for values in saltelli(some.dimensions, 256, 1)]
    sweep = some._replace(contenders=["heartbeat"], points=points)
    of = {one.name: place for place, one in enumerate(sweep.dimensions)}
    weights = {"latency.ses_send.p99_ms": 3.0, "client.call_cpu_ms": 1.0}
    spans = {name: sweep.dimensions[of[name]].span for name in weights}

    def figure(values: Sequence[Any]) -> float:
        shares = {name: (values[of[name]] - span.low) / (span.high - span.low) for name, span in spans.items() if span}
        return float(sum(weights[name] * share for name, share in shares.items()))

    monkeypatch.setattr("reports.sweep.sensitivity._values", lambda *_: [figure(one.values) for one in sweep.points])
    found = {one["key"]: one for one in indices(sweep, Swept(Rows(()), 0, False, None))}
    for key, wanted in (("latency.ses_send.p99_ms", 0.9), ("client.call_cpu_ms", 0.1), ("sqs.short_poll_share", 0.0)):
        assert found[key]["first"] == pytest.approx(wanted, abs=0.05)
        assert found[key]["total"] == pytest.approx(wanted, abs=0.05)


def test_which_unknown_matters_is_told_and_drawn() -> None:
    """In 80 columns, the weightiest first; what has no index is said."""
    sweep = sensitivity()
    told = document(sweep, made(sweep))
    assert_declared(SweepDocument, told)
    assert {one["contender"] for one in told["sensitivity"]} == {"heartbeat", "direct"}
    [sheet] = tables(told)
    assert max(len(line.plain) for line in laid_out(sheet, 80)) <= 80
    assert {row[0] for row in sheet.rows} == {one.key for one in assumptions() if not one.of}
    assert re.fullmatch(
        r"heartbeat: makespan_s lies between [\d.]+ s and [\d.]+ s, its median is [\d.]+ s; "
        r"what matters most cannot be told from so few points; take a larger --sample",
        sentences(told)[0],
    )
    assert any("direct: in " in said and "mail was not accepted" in said for said in sentences(told))
    [axes] = sensitivity_drawing.draw(told).axes
    assert axes.get_yticklabels()[0].get_text() == sheet.rows[0][0]


@pytest.mark.parametrize(
    ("second", "margin", "said"),
    [
        (0.3, 0.1, "what matters most is account.limiter.burst, 0.60 ± 0.10, 0.50 of it alone"),
        (
            0.3,
            0.2,
            "what matters most is account.limiter.burst, 0.60 ± 0.20, 0.50 of it alone, or client.call_cpu_ms: "
            "a larger --sample tells",
        ),
        (0.3, 0.6, "what matters most cannot be told from so few points; take a larger --sample"),
    ],
)
def test_what_matters_most_is_said_as_far_as_it_is_known(second: float, margin: float, said: str) -> None:
    """Not where its interval reaches that of the next, or nothing."""
    keys = {"account.limiter.burst": 0.6, "client.call_cpu_ms": second}
    told: Any = {
        "figure": "makespan_s",
        "spans": [{"contender": "heartbeat", "least": 5.809, "greatest": 5.8284, "median": 5.81}],
        "sensitivity": [
            {"contender": "heartbeat", "key": key, "first": 0.5, "first_margin": margin}
            | {"total": total, "total_margin": margin}
            for key, total in keys.items()
        ],
    }
    assert next(iter(sensitivity_table.sentences(told))) == (
        f"heartbeat: makespan_s lies between 5.8090 s and 5.8284 s, its median is 5.8100 s; {said}"
    )


def test_an_index_of_which_nothing_is_known_is_not_drawn() -> None:
    """Its interval is wider than all that an index can be: a bar of it would leave the others no room."""
    keys = {"account.limiter.burst": 0.3, "client.call_cpu_ms": 44.0}
    told: Any = {
        "scenario": "small",
        "figure": "makespan_s",
        "dimensions": [{"key": key, "low": 1.0, "high": 2.0} for key in keys],
        "sensitivity": [
            {"contender": "heartbeat", "key": key, "first": 0.1, "total": 0.6, "total_margin": margin}
            for key, margin in keys.items()
        ],
    }
    sheet = sensitivity_table.table(told)
    assert [row[-1] for row in sheet.rows] == ["0.60 ±0.30", "cannot tell"]
    [axes] = sensitivity_drawing.draw(told).axes
    assert [one.get_text() for one in axes.texts] == ["cannot tell"]
    assert axes.get_xlim()[1] < 1


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ((0.7, 0.4), []),
        ((1.1, 0.0), ["h: few points allow an index of 1.10, and a true one is 1 at most; take a larger --sample"]),
        (
            (0.3, 0.2),
            ["h: few points allow indices that add up to 0.50, and true ones to 1 at least; take a larger --sample"],
        ),
    ],
)
def test_indices_that_no_true_ones_can_be_are_said(totals: Sequence[float], said: Sequence[str]) -> None:
    """Total indices are at most 1 each, and at least 1 together."""
    found: Any = [{"contender": "h", "total": one} for one in totals]
    assert list(rough(found)) == said


def test_what_cannot_be_a_sensitivity_is_said() -> None:
    """It varies the assumptions, by powers of two."""
    for vary, sample, line in (
        (("a=1",), None, "--sensitivity: varies what the models assume; leave out --vary"),
        ((), 3, "--sample 3: with --sensitivity must be a power of two from 2 up, such as 64"),
        ((), 1, "--sample 1: with --sensitivity must be a power of two from 2 up, such as 64"),
    ):
        words = Words("small.toml", vary, sample, None, None, None, is_sensitivity=True)
        with pytest.raises(BadInput) as error:
            sweep_of(words, scenario(), ("heartbeat",), sets.of_accounts(None), SIMULATION, 1000)
        assert str(error.value) == line
    with pytest.raises(BadInput, match=r"^--vary: say what varies, such as .*, or --sensitivity$"):
        asked()


def test_the_page_on_the_models_has_each_assumption() -> None:
    """With its range, as it is declared."""
    page = (ROOT / "docs" / "background" / "model.md").read_text()
    for one in assumptions():
        times = " R" if one.times else ""
        assert f"| `{one.key}` | {one.low:.12g}{times} | {one.high:.12g}{times} | {one.why} |" in page


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a command, in which `small.toml` and `out` are."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "small.toml").write_text(TOML)
    words = (
        "sweep",
        "small.toml",
        "-s",
        "heartbeat",
        "-s",
        "direct",
        "--vary",
        f"{RATE}=20,30",
        "--vary",
        "limiter=burst-1,debt",
    )
    ended = seslab_here(*words, "--replications", "2", "--out", "out", "--store", "runs", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    return folder


def test_each_row_says_what_makes_it_again(kept: Path) -> None:
    """Its command comes to its digest; every figure has a column."""
    table = pq.read_table(kept / "out" / "runs.parquet")
    assert table.num_rows == 2 * 2 * 2 * 2
    assert {RATE, "limiter", "contender", "seed", "meets_all", "latency_of_all_s.p99", "cost_usd", "digest"} <= {
        *table.column_names
    }
    row: dict[str, Any] = table.slice(5, 1).to_pylist()[0]
    ended = seslab_here(*shlex.split(row["command"])[1:], "--out", "again", "--store", "other", cwd=kept)
    assert ended.returncode == 0, ended.stderr
    [again] = pq.read_table(kept / "again" / "runs.parquet").to_pylist()
    assert {**again, "wall_s": 0, "command": 0} == {**row, "wall_s": 0, "command": 0}


def test_a_folder_has_all_of_it_and_is_never_anothers(kept: Path) -> None:
    """The document, the runs, the scenario, the picture and the page; a folder with other things is refused."""
    assert {path.name for path in (kept / "out").iterdir()} == {
        "sweep.json",
        "runs.parquet",
        "scenario.toml",
        "report.html",
        "figures",
    }
    page = (kept / "out" / "report.html").read_text()
    assert "seslab sweep scenario.toml --vary" in page
    told: SweepDocument = json.loads((kept / "out" / "sweep.json").read_text())
    assert told["runs_made"] == told["runs"] == 16
    words = ("sweep", "small.toml", "--vary", f"{RATE}=20,30")
    ended = seslab_here(*words, "--out", ".", cwd=kept)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "which is no earlier answer; name an empty folder" in ended.stderr
