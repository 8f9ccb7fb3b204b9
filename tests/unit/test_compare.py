"""The comparison for programs and for people."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from reports.compare import command, recovered
from reports.compare import folder as run_folder
from reports.compare.document import document
from reports.compare.ownership import refuse_another
from reports.compare.part_columns import parts_in, shortened
from reports.compare.table import sentences, table
from reports.documents.comparison import ComparisonDocument
from reports.layout import laid_out
from reports.ranking.ranking import ranking
from reports.running import experiment, run_jobs
from reports.running.experiment import Result
from reports.running.parallel import Outcome
from reports.terminal import to_json
from scenarios.entry import StrategyEntry
from scenarios.errors import BadInput, Interrupted
from scenarios.ledger import store
from scenarios.measures.bound import Bound
from scenarios.measures.cost import load_prices
from scenarios.schema.scenario_file import as_toml, load
from sim.run import run
from tests.unit.entries import comparison, entry, sent
from tests.unit.synthetic import Call


def order_of(entries: Sequence[StrategyEntry]) -> list[str]:
    """The contenders, best first."""
    return [one.entry["strategy"] for one in ranking(entries)]


def printed(shown: ComparisonDocument) -> str:
    """The table as plain text."""
    return "\n".join(line.plain for line in laid_out(table(shown), 110))


def row_of(contender: str, text: str) -> list[str]:
    """The words of its row."""
    rows = (line.split() for line in text.splitlines())
    return next(row for row in rows if row[1:2] == [contender])


def test_document_has_the_keys_of_the_contract() -> None:
    """The document opens with schema, scenario, world, seed, replications and bound, then the strategies."""
    shown = json.loads(to_json(comparison(entry("heartbeat", sent(4, 2.0)))))
    assert shown["schema"] == "seslab/comparison/v1"
    assert (shown["scenario"], shown["world"], shown["seed"], shown["replications"]) == ("by-hand", "sim", 1, 1)
    assert shown["bound"] == {"makespan_s": 1.5, "latency_mean_s": 0.7, "latency_p99_s": 1.4}
    assert shown["strategies"][0]["efficiency"] == 0.75


def test_json_is_the_same_bytes_for_the_same_figures() -> None:
    """Two runs of one seed print one document."""
    assert to_json(comparison(entry("direct", sent(1, 2.0)))) == to_json(comparison(entry("direct", sent(1, 2.0))))


def test_json_refuses_what_json_has_no_word_for() -> None:
    """NaN in a document is a defect, and must not reach a reader that cannot parse it."""
    with pytest.raises(ValueError, match="JSON"):
        to_json({"makespan_s": float("nan")})


def test_ranking_puts_safety_before_speed() -> None:
    """What loses nothing comes first, however slow; then what is unfinished; then by the share accepted."""
    entries = [
        entry("direct", sent(1, 0.1)),
        entry("sqs-dlq", sent(3, 0.2), "dead_lettered"),
        entry("slow", sent(4, 9.0)),
        entry("unfinished", sent(3, 0.1), "pending"),
        entry("fast", sent(4, 2.0)),
    ]
    assert order_of(entries) == ["fast", "slow", "unfinished", "sqs-dlq", "direct"]


def test_ranking_takes_makespans_within_a_hundredth_for_equal() -> None:
    """Among equals fewer duplicates come first, then the lower p99, then the name; 1 % is taken from the fastest."""
    twice = Call(0, 9.0)
    entries = [
        entry("fastest, with a duplicate", [*sent(4, 100.0), twice]),
        entry("b", sent(4, 100.9)),
        entry("a", sent(4, 100.9)),
        entry("slower", sent(4, 100.5)),
        entry("next class", sent(4, 101.1)),
        entry("its peer", [*sent(4, 102.0), twice]),
    ]
    order = ["slower", "a", "b", "fastest, with a duplicate", "next class", "its peer"]
    assert order_of(entries) == order
    assert order_of(entries[::-1]) == order


def test_table_is_complete() -> None:
    """A loss of zero is printed as 0, and an absent figure as a dash."""
    calls = [*sent(4, 2.0), Call(0, 3.0)]
    text = printed(comparison(entry("lambda-concurrency", calls), entry("direct", sent(0, 1.0))))
    safe = row_of("lambda-concurrency", text)
    assert " ".join(safe) == "1 lambda-concurrency 100 % 0 0 0 1 2.00 75 % 1.00 2.00 2 0 0.00"
    unsafe = row_of("direct", text)
    assert " ".join(unsafe) == "2 direct 0 % 4 0 0 0 - - - - 0 4 -"


def with_lanes(name: str, **waited_s: float | None) -> StrategyEntry:
    """An entry whose lanes had such a p99."""
    whole = entry(name, sent(4, 1.0))
    lanes = [
        {"lane": lane, "priority": -place, "recipients": whole["recipients"], "latency_s": {"p50": p99_s, "p99": p99_s}}
        for place, (lane, p99_s) in enumerate(waited_s.items())
    ]
    return cast(StrategyEntry, {**whole, "lanes": lanes})


def test_ranking_asks_for_the_most_urgent_mail() -> None:
    """Where lanes are told apart, equals are ranked by the p99 of the most urgent lane, whatever all mail waits."""
    entries = [
        with_lanes("late", reset=9.0, letter=9.0),
        with_lanes("prompt", reset=0.1, letter=99.0),
        with_lanes("nothing", reset=None, letter=1.0),
    ]
    assert order_of(entries) == ["prompt", "late", "nothing"]
    equally = [{**one, "lanes": [lane | {"priority": 0} for lane in one["lanes"]]} for one in entries]
    assert order_of(cast(list[StrategyEntry], equally)) == ["late", "prompt", "nothing"]


def test_each_lane_has_a_column() -> None:
    """In the order of urgency; the least urgent one's falls away first, and a run that tells no lanes has dashes."""
    entries = with_lanes("heartbeat", transactional=0.5, newsletter=None, digest=3.0), entry("direct", sent(4, 1.0))
    sheet = table(comparison(*entries))
    names = ["p99", "p99 of transact…", "p99 of newslett…", "p99 of digest"]
    first = [column.name for column in sheet.columns].index("p99")
    assert [column.name for column in sheet.columns][first : first + 4] == names
    cells = {row[1]: tuple(row[first + 1 : first + 4]) for row in sheet.rows}
    assert cells == {"heartbeat": ("0.500", "-", "3.00"), "direct": ("-", "-", "-")}
    kept = [sheet.kept_within(width) for width in range(sheet.width, 0, -1)]
    fallen = dict.fromkeys(n for some in kept if some for n in range(first, first + 4) if n not in some)
    assert list(fallen) == [first, first + 3, first + 2, first + 1]


@pytest.mark.parametrize(
    ("by", "heading", "cell"),
    [
        ("latency_s.p50", "p50", "0.500"),
        ("latency_s.p95", "p95 latency", "1.00"),
        ("calls.throttled", "throttled calls", "0"),
        ("lanes.reset.latency_s.p99", "p99 of reset", "0.500"),
        ("lanes.reset.latency_s.p50", "p50 latency of reset", "0.500"),
        ("goodput_per_s", "goodput", "4"),
    ],
)
def test_what_ranks_has_a_column_that_stays(by: str, heading: str, cell: str) -> None:
    """On the narrowest terminal, where the makespan is gone; what has no column otherwise has the last one."""
    shown = comparison(with_lanes("heartbeat", reset=0.5, letter=1.0))
    shown["rank"] = {"by": by, "figure": by}
    sheet = table(shown)
    kept = next(kept for width in range(sheet.width) if (kept := sheet.kept_within(width)))
    names = [sheet.columns[number].name for number in kept]
    assert names == ["#", "strategy", "accepted", "lost", "DLQ", "pending", "dup", heading]
    assert sheet.rows[0][kept[-1]] == cell


def with_workloads(name: str, *called: str | None) -> StrategyEntry:
    """An entry of several workloads, some of which have names; they waited 0, 1, 2, … seconds."""
    whole = entry(name, sent(4, 1.0))
    workloads = [
        {"index": place, "process": "batch", "latency_s": {"p50": 0.0, "p99": float(place)}}
        | ({"name": word} if word else {})
        for place, word in enumerate(called)
    ]
    return cast(StrategyEntry, {**whole, "workloads": workloads})


def test_each_workload_has_a_column_where_lanes_are_not_told_apart() -> None:
    """In the order of the file, by its name or its number; not where there are more than lanes may be."""
    sheet = table(comparison(both := with_workloads("heartbeat", "transactional", None, "digest")))
    names = [column.name for column in sheet.columns if column.name.startswith("p99")]
    assert names == ["p99", "p99 of transact…", "p99 of [1]", "p99 of digest"]
    first = [column.name for column in sheet.columns].index("p99 of [1]")
    assert [tuple(row[first - 1 : first + 2]) for row in sheet.rows] == [("0", "1.00", "2.00")]
    assert parts_in([{**both, "lanes": with_lanes("heartbeat", reset=1.0, news=2.0)["lanes"]}]) == ["reset", "news"]
    assert parts_in([with_workloads("direct", *[None] * 21)]) == []


@pytest.mark.parametrize(
    ("names", "short"),
    [
        ("transactional newsletter default", "transact… newslett… default"),
        ("newsletter-morning newsletter-evening", "new…rning new…ening"),
        ("reset-mails-1 reset-mails-2", "reset-m…1 reset-m…2"),
        ("newsletter newslett", "newslett… newslett"),
    ],
)
def test_lanes_are_told_apart_by_few_letters(names: str, short: str) -> None:
    """Their first ones, unless the last ones are needed."""
    assert shortened(names.split()) == short.split()


def test_times_are_seconds_in_every_run() -> None:
    """Runs of one sweep compare column by column: however long one takes, its headings are those of the others."""
    headings = {
        tuple("/".join(column.above) for column in table(comparison(entry("one", sent(4, last_s)))).columns)
        for last_s in (0.0004, 0.5, 3.0, 400.0, 90_000.0)
    }
    [columns] = headings
    assert [name for name in columns if name.endswith("/s")] == ["makespan/s", "p50/s", "p99/s"]


def test_a_quick_strategy_beside_a_slow_one_keeps_its_digits() -> None:
    """No duration is rounded to nothing."""
    text = printed(comparison(entry("slow", sent(4, 5422.0)), entry("quick", sent(1, 0.0314))))
    assert row_of("slow", text)[8:13] == ["5,422", "0", "%", "2,711", "5,422"]
    assert row_of("quick", text)[8:12] == ["0.008", "-", "0.008", "0.008"]


def test_caption_speaks_in_the_columns_unit() -> None:
    """The best possible stands below what it is compared with; a bound of zero is said in words."""
    alone = comparison(entry("x", sent(4, 2.0)))
    for makespan_s, said in ((5421.0, "in 5,421 s"), (0.0, "at once")):
        alone["bound"]["makespan_s"] = makespan_s
        assert printed(alone).splitlines()[-2].strip() == f"4 recipients; at best all are accepted {said}"
    assert printed(alone).splitlines()[-1].strip() == "p50, p99: latency from the intended instant"


def test_table_says_what_it_is_a_mean_of() -> None:
    """A mean is not passed off as a single run."""
    assert "means of 5 replications" in printed(comparison(entry("direct", sent(1, 2.0)), replications=5))


def test_sentences_follow_the_table() -> None:
    """One sentence per strategy, best first."""
    said = sentences(comparison(entry("direct", sent(1, 0.1)), entry("heartbeat", sent(4, 2.0))))
    assert [sentence.partition(":")[0] for sentence in said] == ["heartbeat", "direct"]


def test_run_directory_is_made_or_refused(tmp_path: Path) -> None:
    """A folder is created with its parents; a file in its place is the user's to move."""
    assert run_folder.prepare(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("mine")
    for taken in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadInput, match="--out"):
            run_folder.prepare(taken)
    assert (tmp_path / "file").read_text() == "mine"


AS_RUN = as_toml(load("sandbox"))
MINE = '# mine\n[[workload]]\nprocess = "batch"\nmessages = 1\n'


@pytest.mark.parametrize(
    ("found", "strange"),
    [
        ({"scenario.toml": MINE}, "scenario.toml"),
        ({"scenario.toml": "no TOML"}, "scenario.toml"),
        ({"scenario.toml": AS_RUN}, None),
        ({"scenario.toml": MINE, "comparison.json": to_json(comparison(entry("direct", sent(1, 2.0))))}, None),
        ({"comparison.json": '{"before": 1, "after": 2}'}, "comparison.json"),
        ({"calibration.json": "[]", "scenario.toml": AS_RUN}, "calibration.json"),
        ({"figures/rate.svg": "<svg/>"}, "figures"),
        ({"figures/rate.svg": "<svg/>", "ledger-direct.parquet": "PAR1 of a killed run"}, None),
        ({"ledger-direct.parquet": "mine"}, "ledger-direct.parquet"),
        ({"ledger-direct.parquet": "PAR1 of a killed run", "notes.txt": "mine", "figures/notes.txt": "mine"}, None),
    ],
)
def test_what_no_run_has_written_is_not_written_over(
    tmp_path: Path, found: dict[str, str], strange: str | None
) -> None:
    """A folder with another's scenario, document or figures is refused; an earlier run's, whole or not, is not."""
    for name, text in found.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    if strange is None:
        run_folder.prepare(tmp_path)
    else:
        with pytest.raises(BadInput, match=f"^--out .*: has {strange}, which no run has written"):
            run_folder.prepare(tmp_path)


OTHERS = [
    ("history.json", "gate.json", "a gate of inv"),
    ("gate.json", "comparison.json", "a comparison of inv"),
    ("diff.json", "history.json", "a history of inv"),
    ("comparison.json", "gate.json", "a gate of inv"),
    ("comparison.json", "robustness.json", "a robustness of inv"),
    ("robustness.json", "comparison.json", "a comparison of inv"),
    ("comparison.json", "sweep.json", "a sweep of inv"),
    ("diff.json", "ledger-direct.parquet", "ledger-direct.parquet, which diff.json would replace"),
    ("robustness.json", "ledger-direct.parquet", "ledger-direct.parquet, which robustness.json would replace"),
    ("gate.json", "gate.json", None),
    ("history.json", "origin.json", None),
    ("comparison.json", "calibration.json", None),
]


@pytest.mark.parametrize(("document", "found", "refused"), OTHERS)
def test_documents_of_another_kind_stay(tmp_path: Path, document: str, found: str, refused: str | None) -> None:
    """What a command keeps is replaced only by its like, and by what runs leave, what they have left."""
    schema = f'{{"schema": "seslab/{found.removesuffix(".json")}/v1", "scenario": "inv"}}'
    (tmp_path / found).write_text("PAR1" if found.endswith(".parquet") else schema)
    if refused is None:
        run_folder.prepare(tmp_path, document=document)
    else:
        said = re.escape(f"has {refused}; name another folder")
        with pytest.raises(BadInput, match=said):
            run_folder.prepare(tmp_path, document=document)
    assert (tmp_path / found).exists()


@pytest.mark.parametrize(
    ("name", "text", "document"),
    [
        ("scenario.toml", 'name = "one"', "comparison.json"),
        ("gate.json", '{"schema": "seslab/gate/v3", "scenarios": [{"scenario": "one"}]}', "gate.json"),
        ("plan.json", '{"schema": "seslab/plan/v1", "scenario": "one"}', "plan.json"),
    ],
)
def test_results_of_another_scenario_are_not_replaced(tmp_path: Path, name: str, text: str, document: str) -> None:
    """Those of the same one are, and what cannot be told is nobody's."""
    refuse_another(tmp_path, "--out", document, ["other"])
    (tmp_path / name).write_text(text)
    refuse_another(tmp_path, "--out", document, ["one"])
    with pytest.raises(BadInput) as error:
        refuse_another(tmp_path, "--out", document, ["other"])
    assert str(error.value) == f"--out {tmp_path}: has results of one, and not of other; name another folder"
    (tmp_path / name).write_text("[[[")
    refuse_another(tmp_path, "--out", document, ["other"])


def test_a_run_does_not_write_over_the_scenario_that_it_reads(tmp_path: Path) -> None:
    """Its comments would be lost, by whatever name it is read; as a run spells it out it stays the same."""
    run_folder.save(tmp_path, comparison(entry("direct", sent(1, 2.0))), MINE)
    (tmp_path / "link.toml").symlink_to("scenario.toml")
    (tmp_path / "hard.toml").hardlink_to(tmp_path / "scenario.toml")
    for name in ("scenario.toml", "link.toml", "hard.toml"):
        with pytest.raises(BadInput, match=r"its scenario.toml is the scenario that is read"):
            run_folder.prepare(tmp_path, read=[("the scenario", tmp_path / name)])
    (tmp_path / "scenario.toml").write_text(AS_RUN)
    run_folder.prepare(tmp_path, read=[("the scenario", tmp_path / "scenario.toml")])


@pytest.mark.parametrize(
    "name", ["ledger-direct.parquet", "calls-direct.parquet", "locust-http.html", "figures/rate.svg"]
)
def test_a_run_writes_over_nothing_that_it_reads(tmp_path: Path, name: str) -> None:
    """A link may stand where a ledger or a figure would: what it leads to would be lost."""
    (tmp_path / "mine.csv").write_text("PAR1")
    link = tmp_path / "run" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "mine.csv")
    with pytest.raises(BadInput, match=rf"its {link.name} is its trace that is read"):
        run_folder.prepare(tmp_path / "run", read=[("its trace", tmp_path / "mine.csv")])


def test_a_folder_is_one_runs_at_a_time(tmp_path: Path) -> None:
    """The one that came later would be written over, or write over the other; and afterwards it is free again."""
    with run_folder.alone_in(tmp_path / "a"):
        with (
            pytest.raises(BadInput, match="another run is under way there"),
            run_folder.alone_in(tmp_path / "a"),
        ):
            pass
        with run_folder.alone_in(tmp_path / "b"), run_folder.alone_in(None):
            pass
    (tmp_path / "link").symlink_to(tmp_path)
    with run_folder.alone_in(tmp_path / "a"), run_folder.alone_in(tmp_path / "link"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_an_interrupted_mean_says_of_how_many_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of three replications was made, and of the other strategy none: the notes say so, and the document."""
    done = Outcome([Result(entry("direct", sent(1, 2.0)), Bound(1.5, 0.7, 1.4))], interrupted=True)
    monkeypatch.setattr(run_jobs, "perform", lambda *_: done)
    jobs = experiment.jobs(run, load("sandbox"), ["direct", "heartbeat"], 3, load_prices(), None)
    with pytest.raises(Interrupted):
        command.compared(jobs, "sim", load("sandbox"), command.Presented(as_json=True))
    said = json.loads(capsys.readouterr().out)["strategies"][0]["warnings"]
    assert said == ["direct: interrupted, 1 of 3 runs compared", "heartbeat: interrupted, not run"]


def test_a_comparison_of_fewer_leaves_no_ledgers_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be taken for contenders of it; what was no contender before is the user's own."""
    monkeypatch.setenv("SESLAB_PICTURES", "none")
    scenario, kept = load("sandbox"), command.Presented(tmp_path, as_json=True)
    (tmp_path / "ledger-mine.parquet").write_bytes(b"PAR1")
    for contenders in (["direct", "heartbeat"], ["heartbeat"]):
        jobs = experiment.jobs(run, scenario, contenders, 1, load_prices(), tmp_path)
        command.compared(jobs, "sim", scenario, kept)
        ledgers = {f"{what}-{name}.parquet" for what in ("ledger", "calls") for name in contenders}
        assert {path.name for path in tmp_path.glob("*.parquet")} == {"ledger-mine.parquet", *ledgers}


def test_saved_document_is_whole_and_alone(tmp_path: Path) -> None:
    """What is saved is what was printed, and no temporary file stays behind."""
    shown = comparison(entry("direct", sent(1, 2.0)))
    run_folder.save(tmp_path, shown, 'name = "by-hand"\n')
    assert (tmp_path / "comparison.json").read_text(encoding="utf-8") == to_json(shown)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["comparison.json", "scenario.toml"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": "other/v1"}', "null", '{"schema": "seslab/comparison/v1"}']
)
def test_malformed_run_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    """Whatever stands in comparison.json, the message names the file."""
    (tmp_path / "comparison.json").write_text(text)
    with pytest.raises(BadInput) as error:
        run_folder.document(tmp_path)
    assert "comparison.json" in str(error.value)
    assert "\n" not in str(error.value)


def test_what_a_killed_command_has_left_is_read_as_a_run(tmp_path: Path) -> None:
    """The document is that of the strategies that were done, as if no other had been asked for, and says why."""
    run_folder.save(tmp_path, comparison(entry("direct", sent(1, 2.0))), MINE)  # of an earlier command
    scenario = load("sandbox")
    jobs = experiment.jobs(run, scenario, ["heartbeat", "leaky-bucket", "direct"], 2, load_prices(), tmp_path)
    done = [experiment.perform(job) for job in (jobs[0], jobs[2])]
    found = run_folder.document(tmp_path)
    assert found["strategies"][0]["warnings"].pop() == recovered.WITHOUT_DOCUMENT
    entries, bound = experiment.summarise(done)
    assert found == json.loads(to_json(document(scenario, "sim", scenario.seed, 1, bound, entries)))


def test_a_ledger_is_read_with_its_own_scenario_only(tmp_path: Path) -> None:
    """In a folder whose scenario is another's, one line says whose ledger it is not."""
    store.write(run(load("sandbox"), "direct", 1), tmp_path)
    (tmp_path / "scenario.toml").write_text(MINE)
    with pytest.raises(BadInput, match=r"the ledger of direct is not of its scenario\.toml"):
        run_folder.document(tmp_path)


def test_missing_run_is_refused(tmp_path: Path) -> None:
    """A folder without a comparison says what it should have been."""
    with pytest.raises(BadInput, match="expected the folder of a run"):
        run_folder.document(tmp_path)
