"""The pictures: made, readable as text, and the same bytes for the same figures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from reports.compare import folder as run_folder
from reports.compare.command import Presented
from reports.compare.document import document
from reports.compare.drawings import FROM_ENTRIES, LATENCY, OVER_TIME, draw_all, gathered
from reports.documents.comparison import ComparisonDocument
from reports.figures import offset as offset_figure
from reports.figures.palette import look
from reports.figures.series import MOST_BINS, MOST_COLUMNS, coarsen, series, width_s
from scenarios.entry import USERS
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.ledger.ledger import FAILED, THROTTLED, Ledger
from scenarios.measures.bound import Bound
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from strategies.registry import STRATEGIES
from tests.unit.entries import SETTINGS
from tests.unit.pictures import texts
from tests.unit.synthetic import Call, Mail, ledger_of

NAMES = (*OVER_TIME, LATENCY, *FROM_ENTRIES)
SCENARIO = Scenario.model_validate(
    {
        "name": "by-hand",
        "account": {"max_send_rate_per_s": 10.0},
        "workload": ({"process": "batch", "messages": 4},),
        "fault": ({"kind": "rate_change", "start_s": 2.0, "duration_s": 3.0, "max_send_rate_per_s": 5.0},),
    }
)


def comparison(ledgers: dict[str, Ledger]) -> ComparisonDocument:
    """The document of these ledgers."""
    entries = [measure(one, 10.0, 10, 1.0, load_prices()) for one in ledgers.values()]
    return document(SCENARIO, "sim", 1, 1, Bound(1.0, 1.0, 1.0), entries)


def draw(directory: Path, ledgers: dict[str, Ledger]) -> dict[str, Path]:
    """All figures of these ledgers, by file name."""
    paths = draw_all(directory, gathered(comparison(ledgers), ledgers.__getitem__))
    return {path.name: path for path in paths}


def texts_of(figure: str, directory: Path, ledgers: dict[str, Ledger]) -> str:
    """What a reader finds in one figure of these ledgers, which is drawn alone."""
    run = gathered(comparison(ledgers), ledgers.__getitem__)
    draw_all(directory, run._replace(not_drawn=dict.fromkeys({*NAMES} - {figure}, "not asked for")))
    return texts(directory / f"{figure}.svg")


def paced(strategy: str, mails: int = 60, refuse: int = 7, period_s: float = 0.1) -> Ledger:
    """A mail each `period_s`, every `refuse`-th refused."""
    calls = [Call(i, i * period_s + 0.05, THROTTLED * (i % refuse == 0)) for i in range(mails)]
    return ledger_of(strategy, [Mail(0.0)] * mails, calls, settings=SETTINGS.get(strategy, {}))


def unlike(names: Iterable[str]) -> dict[str, Ledger]:
    """Each slower than the one before it, or their curves would lie on one another."""
    return {name: paced(name, period_s=0.1 + 0.02 * place) for place, name in enumerate(names)}


together = pytest.mark.xdist_group("figures")  # or each process would draw them anew


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The figures of all strategies."""
    return draw(tmp_path_factory.mktemp("figures"), unlike(STRATEGIES))


@together
def test_each_figure_comes_as_svg_and_png(drawn: dict[str, Path]) -> None:
    """Both formats of every figure are written, and none is empty."""
    assert set(drawn) == {f"{name}.{kind}" for name in NAMES for kind in ("svg", "png")}
    for name in NAMES:
        assert drawn[f"{name}.png"].read_bytes().startswith(b"\x89PNG")
        assert drawn[f"{name}.png"].stat().st_size > 5_000


@together
@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("rate", "(s)"),
        ("offset", "(s)"),
        ("backlog", "(s)"),
        ("latency", "(s)"),
        ("fates", "(%)"),
        ("cost", "US dollars"),
    ],
)
def test_names_and_units_are_text(drawn: dict[str, Path], name: str, unit: str) -> None:
    """Every strategy's name and the axes' units can be read and searched for in the SVG."""
    shown = texts(drawn[f"{name}.svg"])
    assert unit in shown
    assert all(strategy in shown for strategy in STRATEGIES)
    assert shown.startswith("by-hand: ") or "\nby-hand: " in shown


@together
def test_pictures_are_deterministic(drawn: dict[str, Path], tmp_path: Path) -> None:
    """The same ledgers give the same SVG, byte for byte, in another process too."""
    code = "import sys, pathlib; from tests.unit.test_figures import draw, unlike, STRATEGIES; "
    code += "draw(pathlib.Path(sys.argv[1]), unlike(STRATEGIES))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=Path(__file__).parents[2])
    for name in NAMES:
        assert (tmp_path / f"{name}.svg").read_bytes() == drawn[f"{name}.svg"].read_bytes()


@pytest.mark.parametrize(
    "ledgers",
    [
        {"heartbeat": ledger_of("heartbeat", [Mail(0.0)], [Call(0, 0.4)], settings=SETTINGS["heartbeat"])},
        {"direct": ledger_of("direct", [Mail(0.0)], [Call(0, 0.0, THROTTLED)], settings=SETTINGS["direct"])},
        {"own": ledger_of("own", [Mail(0.0, otherwise="pending")], []), "other": paced("other", 3)},
        {"own": ledger_of("own", [], [])},
        {"\x1b[31m\u202e": paced("\x1b[31m\u202e", 3)},
    ],
    ids=["half a second", "nothing accepted", "no call", "no mail", "odd name"],
)
def test_odd_runs_are_drawn_without_a_warning(tmp_path: Path, ledgers: dict[str, Ledger]) -> None:
    """A run may be short, in vain or empty, and have any name; every figure can be made, of signs that are seen."""
    made = draw_all(tmp_path, gathered(comparison(ledgers), ledgers.__getitem__)._replace(not_drawn={}))
    assert len(made) == 2 * len(NAMES)
    assert all(line.isprintable() for path in made if path.suffix == ".svg" for line in texts(path).splitlines())


def test_no_strategy_draws_nothing(tmp_path: Path) -> None:
    """Without a strategy there is nothing to draw, and nothing fails."""
    assert draw(tmp_path, {}) == {}


def test_a_day_is_no_more_points_than_half_a_minute() -> None:
    """However long the run, a line has at most some two thousand points."""
    day = series(paced("heartbeat", 20_000, period_s=4.32))
    assert len(day.accepted) <= MOST_BINS
    assert day.offsets.shape[1] <= MOST_COLUMNS
    assert max(len(day.waiting), len(day.latency_s)) <= 2000


def test_binned_rates_keep_every_recipient() -> None:
    """Bins of any width hold all that was accepted and refused, and so does the heat map."""
    ledger = paced("heartbeat", 5_000, period_s=1.7)
    one = series(ledger)
    accepted = int(ledger.mails["accepted"].sum())
    assert one.bin_s == width_s(one.end_s, MOST_BINS) > 1
    assert (one.accepted * one.bin_s).sum() == pytest.approx(accepted)
    assert ((one.accepted + one.refused) * one.bin_s).sum() == pytest.approx(5_000)
    assert (one.offsets * one.column_s).sum() == pytest.approx(5_000)
    assert (coarsen(one.accepted, 4).sum() * one.bin_s) == pytest.approx(accepted)


def test_failed_calls_are_drawn_apart_from_refused_ones(tmp_path: Path) -> None:
    """A server error is no refusal: the series counts each, and the legend names what there is."""
    out = ledger_of("own", [Mail(0.0)] * 5, [Call(i, 0.1 + i, (0, FAILED, FAILED, THROTTLED, 0)[i]) for i in range(5)])
    one = series(out)
    assert (one.accepted.sum(), one.failed.sum(), one.refused.sum()) == (2, 2, 1)
    assert "failed (server error)" in texts_of("rate", tmp_path / "out", {"own": out})
    assert "failed (server error)" not in texts_of("rate", tmp_path / "fine", {"own": paced("own", 12)})


def test_a_refused_burst_is_cut_and_written(tmp_path: Path) -> None:
    """A burst of 500 at a limit of 10 neither flattens the picture nor goes unsaid."""
    calls = [Call(i, 0.5, THROTTLED * (i > 9)) for i in range(510)]
    shown = texts_of("rate", tmp_path, {"own": ledger_of("own", [Mail(0.0)] * 510, calls)})
    assert "refused: up to 500/s, off the scale" in shown


@pytest.mark.parametrize(
    ("ledgers", "left_out"),
    [
        ({"own": paced("own")}, {"cost"}),
        ({"own": paced("own"), "other": paced("other")}, {"cost", "backlog", "latency"}),
        ({"own": paced("own"), "other": paced("other", period_s=0.2)}, set()),
        ({"direct": ledger_of("direct", [Mail(0.0)], [Call(0, 0.0, THROTTLED)])}, {"cost", "latency", "backlog"}),
        ({"own": ledger_of("own", [], [])}, {"cost", "latency", "backlog", "offset"}),
    ],
    ids=["alone", "alike", "unlike", "nothing accepted", "no mail"],
)
def test_what_says_nothing_is_not_drawn(tmp_path: Path, ledgers: dict[str, Ledger], left_out: set[str]) -> None:
    """A lone dot, or curves on one another; what an earlier run had drawn there is gone, and the reason is known."""
    (tmp_path / "cost.svg").write_text("an earlier run's")
    run = gathered(comparison(ledgers), ledgers.__getitem__)
    assert {path.stem for path in draw_all(tmp_path, run)} == {*NAMES} - left_out
    assert {path.stem for path in tmp_path.iterdir()} == {*NAMES} - left_out
    assert run.not_drawn.keys() == left_out


NOON = Scenario.model_validate(
    {
        "name": "noon",
        "horizon_s": 86_400.0,
        "account": {"max_send_rate_per_s": 10.0},
        "workload": (
            {"process": "constant", "messages_per_s": 0.01, "duration_s": 80_000.0, "lane": "letters", "priority": 1},
            {"process": "batch", "messages": 600, "at": "12:00", "lane": "news"},
        ),
    }
)


def at_noon(strategy: str) -> Ledger:
    """A trickle for a day and a batch at noon, a mail of which goes each tenth of a second."""
    due_s = arrivals(NOON.workload, 1).intended_s.tolist()
    went_s = [due_s + 0.1 * (number % 600) for number, due_s in enumerate(due_s)]
    calls = [Call(number, at_s) for number, at_s in enumerate(went_s)]
    return ledger_of(strategy, [Mail(at_s) for at_s in due_s], sorted(calls, key=lambda call: call.decided_s))


def test_kinds_of_mail_are_told_apart_and_the_queue_is_seen(tmp_path: Path) -> None:
    """Panels by name, the axis by the clock, and of the day only the time around the batch."""
    ledger = at_noon("own")
    run = gathered(comparison({"own": ledger}), {"own": ledger}.__getitem__, NOON)
    [near] = run.close
    assert near.start_s <= 43_200 <= 43_260 <= near.end_s < 43_400
    assert [part.name for part in run.series[0].parts] == ["letters", "news"]
    assert max(run.series[0].parts[0].waiting) < 10 < max(near.parts[1].waiting)
    assert near.accepted.sum() * near.bin_s >= 600
    draw_all(tmp_path, run)
    for name in ("rate", "backlog"):
        assert {"12:00:00", "12:01:00", "time of day"} <= set(texts(tmp_path / f"{name}.svg").splitlines())
    assert {"letters", "news"} <= set(texts(tmp_path / "latency.svg").splitlines())


def test_whoever_lost_mail_is_hollow(tmp_path: Path) -> None:
    """A cheap and quick place bought with losses looks different, and the title says what is better."""
    entries = {"own": paced("own", 20), "safe": ledger_of("safe", [Mail(0.0)], [Call(0, 1.0)])}
    shown = texts_of("cost", tmp_path, entries)
    assert "3 lost or dead-lettered (hollow)" in shown
    assert shown.count("(hollow)") == 1
    assert "towards the lower left is better, if nothing is lost" in shown


def test_a_cost_axis_says_what_it_leaves_out(tmp_path: Path) -> None:
    """Dollars that do not begin at 0 exaggerate differences; whoever reads them is told."""
    said = "(the axis does not begin at 0)"
    priced = ledger_of("own", [Mail(0.0)], [Call(0, 1.0)], usage={"ses_recipients": 1.0})
    assert said in texts_of("cost", tmp_path / "priced", {"own": priced})
    assert said not in texts_of("cost", tmp_path / "free", {"own": paced("own")})


@pytest.mark.parametrize(("slow_s", "ticks"), [(50.0, {"10", "30"}), (5_000.0, {"1", "100"})])
def test_latencies_of_all_sizes_are_told_apart(tmp_path: Path, slow_s: float, ticks: set[str]) -> None:
    """Where one p99 is more than a hundred times another, a linear axis would put the quick ones on one place."""
    sizes = {"quick": 1.0, "slow": slow_s}
    ledgers = {name: ledger_of(name, [Mail(0.0)], [Call(0, at_s)]) for name, at_s in sizes.items()}
    shown = set(texts_of("cost", tmp_path, ledgers).splitlines())
    assert ticks <= shown
    assert ("0" in shown) == ("30" in ticks)


def test_one_recipient_is_seen_on_white() -> None:
    """The palest colour of the heat map contrasts with the paper as thin graphics must: 3 to 1 (WCAG 2.1, 1.4.11)."""
    red, green, blue, _ = offset_figure.colors()(0)
    luminance = sum(k * ((c + 0.055) / 1.055) ** 2.4 for k, c in ((0.2126, red), (0.7152, green), (0.0722, blue)))
    assert 1.05 / (luminance + 0.05) >= 3


def test_sliding_maximum_agrees_with_the_peak() -> None:
    """The highest point of the second panel is the entry's peak_1s."""
    ledger = paced("heartbeat", 300, refuse=5, period_s=0.07)
    assert series(ledger).peak_1s.max() == measure(ledger, 10.0, 10, 1.0, load_prices())["peak_1s"]


def test_backlog_starts_full_and_ends_with_what_is_pending() -> None:
    """Four submitted at once, two accepted, one lost after its call, one never tried: one is left waiting."""
    mails = [Mail(0.0), Mail(0.0), Mail(0.0), Mail(0.0, otherwise="pending")]
    one = series(ledger_of("own", mails, [Call(0, 2.0), Call(1, 4.0), Call(2, 3.0, THROTTLED)]))
    at = [float(one.waiting[np.searchsorted(one.waiting_at_s, t, side="right") - 1]) for t in (0.0, 2.5, 3.5, 4.0)]
    assert at == [4, 3, 2, 1]


def test_latency_curve_is_the_share_that_waited_longer() -> None:
    """With 2,000 recipients the curve reaches 0.1 % at the right place and ends at zero."""
    one = series(all_accepted())
    longer = one.still_waiting[np.searchsorted(one.latency_s, 1998.0, side="right") - 1]
    assert longer == pytest.approx(0.001)
    assert one.still_waiting[-1] == 0


def all_accepted() -> Ledger:
    """Recipient i waits i seconds, for i from 1 to 2,000."""
    return ledger_of("own", [Mail(0.0)] * 2_000, [Call(i, i + 1.0) for i in range(2_000)])


def test_senders_look_different_with_and_without_colour() -> None:
    """No two of the strategies and of a load test's users share a colour, a marker, a line style or a hatch."""
    looks = [look(name) for name in (*STRATEGIES, *USERS)]
    for kind in ("color", "marker", "linestyle", "hatch"):
        assert len({str(getattr(one, kind)) for one in looks}) == len(looks)


def test_importing_reports_is_quick() -> None:
    """The command line imports reports for its table; matplotlib and scipy wait until they are needed."""
    code = "import sys, reports.compare.document, reports.compare.folder, reports.statistics.replications; "
    code += "sys.exit(bool({'matplotlib', 'scipy'} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_stored_run_is_drawn_again(tmp_path: Path) -> None:
    """From the stored document and ledgers come the same pictures as from the run itself."""
    ledgers = {"heartbeat": paced("heartbeat", 12)}
    run_folder.save(tmp_path, comparison(ledgers), 'name = "by-hand"\n')
    store.write(ledgers["heartbeat"], tmp_path)
    run_folder.draw(tmp_path, run_folder.document(tmp_path))
    drawn_first = draw(tmp_path / "first", ledgers)
    assert drawn_first.keys() == {path.name for path in (tmp_path / "figures").iterdir()}
    for name, first in drawn_first.items():
        assert (tmp_path / "figures" / name).read_bytes() == first.read_bytes()


def test_where_no_pictures_are_wanted_none_of_an_earlier_run_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They would speak of other figures than the document beside them; what is somebody else's stays."""
    (tmp_path / "figures").mkdir()
    for name in ("rate.svg", "rate.png", "mine.svg"):
        (tmp_path / "figures" / name).touch()
    made = comparison({"heartbeat": paced("heartbeat", 12)})
    monkeypatch.setenv("SESLAB_PICTURES", "none")
    Presented(tmp_path, as_json=True).show(made, load("sandbox"), {})
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["mine.svg"]
    assert run_folder.document(tmp_path) == json.loads(capsys.readouterr().out)


def stored(directory: Path, **changes: Any) -> Path:
    """The folder of a run whose document was changed by hand."""
    whole = comparison({"heartbeat": paced("heartbeat", 12)})
    run_folder.save(directory, cast(ComparisonDocument, whole | changes), 'name = "by-hand"\n')
    store.write(paced("heartbeat", 12), directory)
    return directory


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"account": None}, "account = null: must be a table"),
        ({"strategies": {}}, "strategies = {}: must be an array"),
        ({"strategies": ["heartbeat"]}, 'strategies[0] = "heartbeat": must be a table'),
        ({"strategies": [{"strategy": "heartbeat"}]}, "strategies[0].settings: is required"),
    ],
)
def test_what_a_document_lacks_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    """A document changed by hand is refused, and the message names the key."""
    with pytest.raises(BadInput) as error:
        run_folder.document(stored(tmp_path, **changes))
    assert str(error.value) == f"{tmp_path / 'comparison.json'}: {said}"


def test_a_defect_of_a_figure_is_no_fault_of_the_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `KeyError` while drawing a good document surfaces as what it is."""
    monkeypatch.setitem(FROM_ENTRIES, "fates", lambda _comparison, entries: entries[0]["no such figure"])
    with pytest.raises(KeyError, match="no such figure"):
        run_folder.draw(tmp_path, run_folder.document(stored(tmp_path)))


def test_missing_ledger_is_named(tmp_path: Path) -> None:
    """A run whose ledger is gone cannot be drawn, and the message says whose it was."""
    run_folder.save(tmp_path, comparison({"heartbeat": paced("heartbeat", 12)}), 'name = "by-hand"\n')
    with pytest.raises(BadInput, match="no ledger of heartbeat"):
        run_folder.draw(tmp_path, run_folder.document(tmp_path))
