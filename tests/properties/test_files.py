"""Whatever is in a file that the command line reads: it is used, or refused in one line."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from loadtests.deploy.safety import allowed
from loadtests.load.targets.check_target import body_of
from loadtests.record import run_registry
from reports.compare import command, folder
from reports.diff import document as diffing
from reports.diff import table as diff_table
from reports.gate import baseline as baselines
from reports.gate import table as gate_table
from reports.terminal import to_json
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import printable
from scenarios.ledger import store
from scenarios.measures.bound import bound_of
from scenarios.measures.cost import PRICES, load_prices
from scenarios.measures.measured import measured
from scenarios.schema.files import CATALOGUE
from scenarios.schema.scenario_file import as_toml, load
from scenarios.traffic.trace import make_trace
from scenarios.traffic.trace_csv import read_trace
from scenarios.traffic.workload import arrivals
from sim.run import run
from tests.unit.entries import comparison, entry, sent
from tests.unit.gated import SMALL, baseline, small, verdict

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PLAIN = "5e-324 1e309 -0.0 -1 0 NaN 99999999999999999999 true null 1979-05-27 0001-01-01 [] {} [{}] = , <> ' { \ufeff"
ODD = (
    *PLAIN.split(),
    *('""', '"[bold]x[/]"', '"\\ud800"', '"/dev/null"', '"../x"', "{ a = 1 }", "\0", "\n\n", "\u00e9", "\u2028"),
    *("1" + "0" * 400, "[" * 600, "[" * 100_000, "(" * 50_000, '{"a":' * 600, "x" * 300),
)
"""What is no harm in one place and makes no sense in another."""

PLACES = 9
WORD = re.compile(rb'"[^"\n]*"|[\w.+-]+|[^\w\s]')


@cache
def known() -> str:
    """A baseline as a gate stores it."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "b.json")
        baselines.save(path, baseline(small(Path(place)), ["direct", "heartbeat"], seeds=2))
        return path.read_text()


def scenario(path: Path) -> None:
    """It is run if it is small, and spelt out as a run's folder has it."""
    found = load(str(path))
    assert load(str(path)) == found
    (path.parent / "again.toml").write_text(as_toml(found))
    assert load(str(path.parent / "again.toml")) == found
    if sum(len(one.begins_s) * one.expected_mails for one in (*found.workload, *found.neighbour)) <= 1000:
        ideal = bound_of(found, arrivals(found.workload, found.seed))
        measured(found, run(found, "direct", found.seed), ideal, load_prices())


def run_dir(path: Path) -> None:
    """It is shown as `report` and `diff` show it."""
    found = folder.document(path.parent)
    with redirect_stdout(StringIO()):
        command.show(found, as_json=False)
        command.show(found, as_json=True)
        both = diffing.document(found, found, (), lambda *_: None)
        to_json(both)
        diff_table.table(both), list(diff_table.sentences(both))


def gated(path: Path) -> None:
    """A gate looks at it."""
    document = verdict(baselines.read(path), small(path.parent))
    gate_table.table(document), list(gate_table.sentences(document))
    to_json(document)


def journal(_: Path) -> None:
    """It is passed over where it is no record."""
    assert len(run_registry.leftovers()) <= 1


RECORD = {"run": "r", "world": "moto", "strategy": "direct", "seed": 1, "scenario_toml": "", "children": []}
READERS: dict[str, tuple[str, Callable[[], str], Callable[[Path], object]]] = {
    "scenario": ("s.toml", lambda: (CATALOGUE / "mixed.toml").read_text(), scenario),
    "small scenario": ("s.toml", lambda: SMALL, scenario),
    "trace": ("t.csv", lambda: "at_s,recipients\n0,1\n0.5,50\n", read_trace),
    "events": (
        "e.jsonl",
        lambda: (EXAMPLES / "events.jsonl").read_text(),
        lambda path: make_trace(path, path.with_name("out.csv")),
    ),
    "mbox": (
        "m",
        lambda: "From a@b.c Mon Jan  1 00:00:00 2024\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nTo: a@b.c\n\nx\n",
        lambda path: make_trace(path, path.with_name("out.csv")),
    ),
    "comparison": (
        "comparison.json",
        lambda: to_json(comparison(entry("direct", sent(1, 2.0)), entry("heartbeat", sent(4, 2.0)))),
        run_dir,
    ),
    "baseline": ("b.json", known, gated),
    "prices": ("p.toml", PRICES.read_text, load_prices),
    "addresses": ("a.txt", lambda: "a@b.c # one\n\nd@e.f\n", lambda path: allowed([str(path)])),
    "body": ("b.txt", lambda: '{"to": {to}}', lambda path: body_of(f"@{path}")),
    "record": ("r.json", lambda: json.dumps(RECORD | {"process": {"pid": 1, "born": "x"}}), journal),
}


@st.composite
def broken(draw: st.DrawFn, whole: bytes) -> bytes:
    """A few words of it made odd, or pieces cut out."""
    for _ in range(draw(st.integers(1, 3))):
        start, end = draw(st.sampled_from([found.span() for found in WORD.finditer(whole)] or [(0, 0)]))
        end = draw(st.sampled_from([end, end, start, len(whole)]))
        odd = draw(st.sampled_from(ODD).map(str.encode) | st.binary(max_size=4))
        whole = whole[:start] + odd + whole[end:]
    return whole


def use_or_refuse(use: Callable[[Path], object], path: Path) -> None:
    """Nothing but one line is raised."""
    said = ""
    try:
        use(path)
    except (BadInput, RunFailed) as error:
        said = str(error)
    assert said == printable(said)


def check(kind: str, content: bytes) -> None:
    """The file in a folder of its own, which is that of the journal too."""
    name, _, use = READERS[kind]
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", place)
        path = run_registry.directory() / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        use_or_refuse(use, path)


@pytest.mark.parametrize("kind", READERS)
def test_an_odd_word_anywhere_is_used_or_refused_in_one_line(kind: str) -> None:
    """Each in the place of some words of the file, evenly spread over it."""
    whole = READERS[kind][1]().encode()
    words = [found.span() for found in WORD.finditer(whole)]
    for start, end in words[:: max(1, len(words) // PLACES)]:
        for odd in ODD:
            check(kind, whole[:start] + odd.encode() + whole[end:])


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=25)
@given(data=st.data())
def test_whatever_a_file_holds_it_is_used_or_refused_in_one_line(kind: str, data: st.DataObject) -> None:
    """Several odd words, or pieces missing, or anything at all."""
    check(kind, data.draw(broken(READERS[kind][1]().encode()) | st.binary(max_size=50)))


@cache
def ledgers() -> dict[str, bytes]:
    """The two tables of a run."""
    with tempfile.TemporaryDirectory() as place:
        store.write(run(load("sandbox"), "direct", 1), Path(place))
        return {path.name: path.read_bytes() for path in Path(place).iterdir()}


@settings(max_examples=40)
@given(name=st.sampled_from(["ledger-direct.parquet", "calls-direct.parquet"]), data=st.data())
def test_whatever_a_ledger_holds_it_is_used_or_refused_in_one_line(name: str, data: st.DataObject) -> None:
    """A few bytes of it changed."""
    content = bytearray(ledgers()[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1) | st.integers(max(0, len(content) - 4000), len(content) - 1))
        content[at : at + data.draw(st.sampled_from([0, 1, 1, 8]))] = data.draw(st.binary(min_size=1, max_size=4))
    with tempfile.TemporaryDirectory() as place:
        for each, whole in (ledgers() | {name: bytes(content)}).items():
            (Path(place) / each).write_bytes(whole)
        of = load("sandbox")
        ideal = bound_of(of, arrivals(of.workload, 1))
        use_or_refuse(lambda path: measured(of, store.read(path, "direct"), ideal, load_prices()), Path(place))
