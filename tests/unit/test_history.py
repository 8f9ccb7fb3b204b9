"""Laws of a history: what is read, in which order commits stand, and what is said of their figures."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast
from unittest.mock import Mock

import pytest
import rich.cells

from reports import layout
from reports.diff import page as diff_page
from reports.diff import table as diff_table
from reports.diff.document import document as diff_of
from reports.documents.comparison import ComparisonDocument
from reports.documents.gate import GateDocument
from reports.documents.history import HistoryDocument, HistoryPoint
from reports.documents.origin import OriginDocument
from reports.gate import folder as gate_folder
from reports.gate import page as gate_page
from reports.gate.document import Part
from reports.gate.document import document as gate_of
from reports.history import table
from reports.history.document import FIGURES, document, wished
from reports.history.page import page_of
from reports.history.reading import Commit, commits_in
from reports.running.keeping import COMPARISON, GATE, ORIGIN, REPORT
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.verdicts import Verdict
from tests.unit import browser
from tests.unit.entries import comparison, entry, sent
from tests.unit.gated import SMALL, baseline, small, verdict
from tests.unit.in_process import seslab_here

FOLLOWED = ("recipients.lost", "makespan_s")


def kept(folder: Path, commit: str | None, made_unix_s: float, accepted: int = 4) -> Path:
    """A folder with a comparison in which so many of four mails are accepted."""
    folder.mkdir(parents=True)
    (folder / COMPARISON).write_text(to_json(comparison(entry("direct", sent(accepted, 2.0)))))
    origin: OriginDocument = {
        "schema": "seslab/origin/v1", "commit": commit, "made_unix_s": made_unix_s, "seslab": "0",
    }  # fmt: skip
    (folder / ORIGIN).write_text(to_json(origin))
    return folder


def made(*directories: Path, figures: Sequence[str] = FOLLOWED) -> HistoryDocument:
    """The history of these directories."""
    return document(commits_in(directories), figures)


def lost_in(history: HistoryDocument) -> list[HistoryPoint]:
    """The points of what was lost, of the only sender."""
    [points] = [one["points"] for one in history["series"] if one["figure"] == "recipients.lost"]
    return points


def test_commits_stand_in_the_order_of_their_time(tmp_path: Path) -> None:
    """Whatever their folders are called, and however deep they are; those of one commit stand together."""
    kept(tmp_path / "a", "f" * 40, 300.0, accepted=1)
    kept(tmp_path / "z" / "deep" / "run", "e" * 40, 100.0)
    kept(tmp_path / "again", "e" * 40, 200.0, accepted=3)
    history = made(tmp_path)
    assert [(one["name"], one["made_unix_s"]) for one in history["commits"]] == [("e" * 7, 100.0), ("f" * 7, 300.0)]
    assert [len(one["folders"]) for one in history["commits"]] == [2, 1]
    assert [(one["commit"], one["value"]) for one in lost_in(history)] == [(0, 1), (1, 3)]


def test_without_a_commit_a_folder_is_one(tmp_path: Path) -> None:
    """Folders of earlier releases say nothing of themselves: they stand as they are named."""
    late, early = kept(tmp_path / "late", None, 9.0), kept(tmp_path / "early", None, 1.0)
    for folder in (late, early):
        (folder / ORIGIN).unlink()
    assert [one["name"] for one in made(late, early, late)["commits"]] == ["late", "early"]
    assert "as their folders are named" in table.table(made(late, early)).title


def test_what_has_no_time_stands_before_what_has_one(tmp_path: Path) -> None:
    """A single folder that says nothing of itself leaves the others in their order, and is told of."""
    for number, commit in enumerate("fa7c"):
        kept(tmp_path / commit, commit * 40, float(number))
    (tmp_path / "7" / ORIGIN).unlink()
    history = made(tmp_path)
    assert [one["name"][0] for one in history["commits"]] == ["7", "f", "a", "c"]
    note = "note: 7 first: no origin.json says when they were made"
    assert table.sentences(history) == [note]
    assert note in page_of(history)


def test_what_was_measured_again_counts_as_it_was_last(tmp_path: Path) -> None:
    """However the folders are called: its figures, its thresholds, and a gate's verdict."""
    failed, passed = gate("fail", "fail"), gate("pass", "pass")
    for folder, made_unix_s, given in (("z", 1.0, failed), ("a", 2.0, passed), ("b", 0.0, failed)):
        kept(tmp_path / folder, "e" * 40, made_unix_s, accepted=4 if given is passed else 1)
    first, *_ = commits_in([tmp_path])
    assert [Path(folder).name for folder in first.folders] == ["b", "z", "a"]
    again = document([replace(first, gates=[failed, failed, passed])], FOLLOWED)
    assert [(one["verdict"], one["made_unix_s"]) for one in again["commits"]] == [("pass", 0.0)]
    assert lost_in(made(tmp_path))[0]["value"] == 0
    assert table.sentences(again) == []


def test_a_gates_verdict_is_the_figures(tmp_path: Path) -> None:
    """With what the gate has measured; and the page, the table and the sentence tell the same commit."""
    known = baseline(small(tmp_path), ["heartbeat"])
    for number, fill in enumerate((1.0, 0.5, 1.0)):
        gate = verdict(known, small(tmp_path, f"[strategies.heartbeat]\nfill = {fill}\n"))
        folder = tmp_path / f"{number}"
        folder.mkdir()
        gate_folder.save(folder, gate)
        (folder / ORIGIN).unlink()
    history = made(*(tmp_path / f"{number}" for number in range(3)))
    assert [one["verdict"] for one in history["commits"]] == ["pass", "fail", "pass"]
    [line] = [line for line in table.sentences(history) if "makespan_s" in line]
    assert line.startswith("✗ small in sim: heartbeat: makespan_s failed in 1: ")
    assert ", before " in line
    assert [row[0].strip() for row in table.table(history).rows if any("✗" in cell for cell in row)] == ["1"]
    shown = page_of(history)
    assert line.removeprefix("✗ ") in shown
    assert '"name":"failed"' in shown
    assert table.markdown(history).startswith("### 2: pass; 1 of 3 commits failed, last 1\n")


def gate(lost: Verdict, threshold: Verdict, efficiency: Verdict = "pass") -> GateDocument:
    """As far as a history reads it: two figures of one sender, and what is demanded of the first and of a third."""
    figures = (("recipients.lost", lost, 2.0), ("efficiency", efficiency, None))
    metrics = [{"metric": name, "verdict": verdict, "head": value} for name, verdict, value in figures]
    demands = [
        {"strategy": "direct", "figure": name, "value": 2.0, "interval": None, "verdict": threshold}
        for name in ("recipients.lost", "peak_1s")
    ]
    strategies = [{"strategy": "direct", "metrics": metrics}, {"strategy": "another", "metrics": metrics[:0]}]
    one = {"scenario": "by-hand", "strategies": strategies, "thresholds": demands}
    return cast(GateDocument, {"world": "sim", "against": "base", "scenarios": [one]})


@pytest.mark.parametrize(
    ("given", "failed"),
    [
        (gate("inconclusive", "fail"), {"recipients.lost", "peak_1s"}),
        (gate("fail", "pass"), {"recipients.lost"}),
        (gate("pass", "pass", efficiency="fail"), {"efficiency"}),
        (gate("improved", "pass"), set()),
    ],
)
def test_no_commit_fails_without_a_sentence(given: GateDocument, failed: set[str]) -> None:
    """What a gate and its thresholds find counts alike, also of figures that are not followed and have no column."""
    passed = comparison(entry("direct", sent(4, 2.0)))
    history = document([Commit("one", None, None, gates=[given], comparisons=[passed])], FOLLOWED)
    assert [one["verdict"] == "fail" for one in history["commits"]] == [bool(failed)]
    said = table.sentences(history)
    assert {line.split(": ")[2].split()[0] for line in said} == failed
    assert all("no value" in line for line in said if "efficiency" in line)
    assert [column.name for column in table.table(history).columns] == ["commit", "recipients lost", "makespan_s"]
    [row] = table.table(history).rows
    assert ("✗" in row[1]) == ("recipients.lost" in failed)


def test_a_comparisons_failure_is_not_undone_by_a_gate() -> None:
    """Of a figure that both have, the gate's value counts, and the worse verdict."""
    threshold = {"name": "all", "expression": "", "strategy": "direct", "figure": "recipients.lost", "interval": None}
    run = comparison(entry("direct", sent(1, 2.0))) | {"thresholds": [threshold | {"value": 3.0, "verdict": "fail"}]}
    one = Commit("one", None, None, gates=[gate("inconclusive", "pass")], comparisons=[cast(ComparisonDocument, run)])
    assert [(point["value"], point["verdict"]) for point in lost_in(document([one], FOLLOWED))] == [(2.0, "fail")]


def test_a_failure_that_lasts_is_told_once(tmp_path: Path) -> None:
    """Since when, and from what; not once more for each commit."""
    run = comparison(entry("direct", sent(1, 2.0)))
    threshold = {"name": "all", "expression": "direct.recipients.lost == 0", "strategy": "direct", "value": 3.0}
    judged = {**run, "thresholds": [threshold | {"figure": "recipients.lost", "interval": None, "verdict": "fail"}]}
    for number in range(3):
        folder = kept(tmp_path / f"{number}", f"{number}" * 40, float(number))
        if number:
            (folder / COMPARISON).write_text(json.dumps(judged))
    [line] = table.sentences(made(tmp_path))
    assert line == "✗ by-hand in sim: direct: recipients.lost fails since 1111111: 3, before 0"


def test_thousands_of_commits_are_told_in_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest rows and failures and a page that opens; each cell is measured a few times, however many there are."""
    measured = Mock(side_effect=len)
    for module in (rich.cells, layout):
        monkeypatch.setattr(module, "cell_len", measured)
    flaky = [gate("fail", "pass"), gate("pass", "pass")] * 1000
    history = document([Commit(f"{at}", f"{at}", at, gates=[one]) for at, one in enumerate(flaky)], FOLLOWED)
    sheet, said = table.table(history), table.sentences(history)
    assert sheet.lead == "1999: pass; 1,000 of 2,000 commits failed, last 1998"
    assert [row[0].strip() for row in sheet.rows] == [f"{at}" for at in range(1950, 2000)]
    assert sheet.caption == "the newest 50 of 2,000 commits; the document has all"
    assert said[0].startswith("✗ by-hand in sim: direct: recipients.lost failed in 1998")
    assert (len(said), said[-1]) == (31, "and 970 failures before, which the document has")
    assert layout.laid_out(sheet, 80)
    assert measured.call_count < 10 * sum(map(len, sheet.rows))
    assert len(page_of(history)) < 200_000


def in_turn(*values: float) -> list[Commit]:
    """Commits of which one and the same sender lost so many."""
    given = [gate("pass", "pass") for _ in values]
    for one, value in zip(given, values, strict=True):
        one["scenarios"][0]["strategies"][0]["metrics"][0]["head"] = value
    return [Commit(f"run-{at}-of-today", f"{at}", at, gates=[one]) for at, one in enumerate(given)]


def test_what_would_show_nothing_is_said() -> None:
    """A figure that is 0 throughout or in a single commit has no chart, and the page says which."""
    assert "No figure is drawn: 0 throughout<" in page_of(document(in_turn(0, 0), FOLLOWED))
    once = comparison(entry("direct", sent(4, 2.0)))
    once["scenario"] = "another"
    history = document([*in_turn(0, 42, 0), Commit("last", None, None, comparisons=[once])], FOLLOWED)
    said = "Not drawn, no sender has it in two commits: another in sim: recipients.lost, another in sim: makespan_s<"
    assert said in page_of(history)
    assert '"shows":"by-hand in sim: recipients.lost"' in page_of(history)
    assert '"shows":"another' not in page_of(history)
    assert "One commit has no trend" in page_of(document(in_turn(42), FOLLOWED))


CUT = """[...document.querySelectorAll("h1, h2, h3, .sheet td, .sheet th, p, li, .chart text")].filter((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    const isCut = one.clientWidth && one.scrollWidth > one.clientWidth;
    return width && !one.closest("thead") && (left < 0 || right > innerWidth || isCut);
}).map((one) => one.textContent)"""
"""What sticks out of a window, or of its own place."""


@pytest.mark.skipif(browser.found() is None, reason="no Chromium is installed")
def test_a_phone_shows_all_of_it(tmp_path: Path) -> None:
    """Of a history, a gate and a diff nothing is cut, however long a name is; markers stand at what was measured."""
    gates = in_turn(0, 42, 0)
    for one in gates:
        one.gates[0]["scenarios"][0]["strategies"][0]["strategy"] = "sender" * 40
    known = baseline(small(tmp_path), ["heartbeat"])
    slower = verdict(known, small(tmp_path, "[strategies.heartbeat]\nfill = 0.3\n"))
    before, after = (comparison(entry("direct", sent(4, last_s))) for last_s in (0.02, 3.0))
    diff = diff_of(before, after, (), lambda *_: None)
    pages = {
        "gate": gate_page.page_of(slower),
        "diff": diff_page.page_of(diff, diff_table.table(diff), diff_table.sentences(diff)),
        "history": page_of(document(gates, FOLLOWED)),
    }
    with browser.tab() as tab:
        tab.show(390, 844)
        for name, page in pages.items():
            (tmp_path / f"{name}.html").write_text(page)
            tab.open(tmp_path / f"{name}.html")
            assert tab.value("document.documentElement.scrollWidth") == 390
            assert tab.value(CUT) == []
            assert tab.troubles() == []
        markers = "[...document.querySelectorAll('.drawing .dot')].map((one) => one.getAttribute('transform'))"
        ends = "(({left, right}) => [left, right])(document.querySelector('.drawing .axis').getBoundingClientRect())"
        (left, right), placed = tab.value(ends), tab.value(markers)
    places = sorted(float(re.findall(r"[\d.]+", one)[0]) for one in placed)
    assert places == pytest.approx([52, 52 + (right - left) / 2, 52 + right - left], abs=1)


def test_what_is_no_history_is_one_line(tmp_path: Path) -> None:
    """A folder without documents, one of an older schema, and a figure that does not exist."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        BadInput, match=r"empty: neither it nor a folder in it has a gate\.json or comparison\.json; name"
    ):
        commits_in([tmp_path / "empty"])
    (tmp_path / GATE).write_text(to_json(gate_of("sim", "HEAD", [Part("one", "", [], [])])).replace("/v1", "/v0"))
    with pytest.raises(BadInput, match=r'gate\.json: schema = "seslab/gate/v0": must be "seslab/gate/v1"$'):
        commits_in([tmp_path])
    with pytest.raises(BadInput, match=r"^--figure latency\.p99: unknown figure .*'latency_s\.p99'"):
        wished(["latency.p99"])
    assert wished([]) == FIGURES


def unread_pipe(path: Path) -> None:
    """What would keep its reader waiting."""
    path.unlink()
    os.mkfifo(path)


def dangling(path: Path) -> None:
    """A link to nowhere."""
    path.unlink()
    path.symlink_to("nowhere.json")


def nameless(path: Path) -> None:
    """Where a commit has no letters."""
    path.write_text(path.read_text().replace("a" * 40, " "))


@pytest.mark.parametrize(
    ("spoil", "name", "said"),
    [
        (unread_pipe, COMPARISON, "comparison.json: is no regular file"),
        (dangling, COMPARISON, "comparison.json: is no regular file"),
        (dangling, ORIGIN, "origin.json: is no regular file"),
        (nameless, ORIGIN, 'origin.json: commit = " ": must be one word'),
    ],
)
def test_what_cannot_be_read_is_no_commit(tmp_path: Path, spoil: Callable[[Path], None], name: str, said: str) -> None:
    """It ends the history with one line, or is left out and told, if that is wished."""
    for folder in "ab":
        kept(tmp_path / folder, folder * 40, 1.0)
    spoil(tmp_path / "a" / name)
    with pytest.raises(BadInput, match=re.escape(said)):
        commits_in([tmp_path])
    broken: list[BadInput] = []
    history = document(commits_in([tmp_path], broken.append), FOLLOWED, [*map(str, broken)])
    assert [one["name"] for one in history["commits"]] == ["bbbbbbb"]
    [note] = table.sentences(history)
    assert note.startswith("note: left out: ")
    assert note.endswith(said)
    assert commits_in([tmp_path / "a"], broken.append) == []


def test_commands_leave_what_a_history_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate and a comparison of one commit are two folders of one point; a page and a document are written."""
    monkeypatch.setenv("GITHUB_SHA", "abc1234def")
    monkeypatch.setenv("SESLAB_PICTURES", "none")
    (tmp_path / "small.toml").write_text(SMALL)
    for words in (
        "gate update small.toml -s direct --baseline b.json --reason first",
        "gate small.toml --baseline b.json --out kept/gate",
        "compare small.toml -s direct --out kept/run",
    ):
        assert seslab_here(*words.split(), cwd=tmp_path).returncode == 0
    ended = seslab_here("history", "kept", "--out", "history", "--summary", "history.md", "--json", cwd=tmp_path)
    told = json.loads(ended.stdout)
    assert [(one["name"], len(one["folders"])) for one in told["commits"]] == [("abc1234", 2)]
    assert json.loads((tmp_path / "history" / "history.json").read_text()) == told
    assert "One commit has no trend" in (tmp_path / "history" / REPORT).read_text()
    assert (tmp_path / "history.md").read_text().startswith("### abc1234: pass; 0 of 1 commit failed\n")
    refused = seslab_here("history", "kept", "--out", "kept/gate", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
