"""Documents as programs see them: what is written is what their types declare, and nothing else is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from reports.calibrate import document as calibrating
from reports.diff import document as diffing
from reports.documents.calibration import CalibrationDocument
from reports.documents.comparison import ComparisonDocument, FaultTable
from reports.documents.diff import DiffDocument
from reports.documents.gate import GateDocument
from reports.documents.limits import LimiterTable
from reports.documents.reading import adapter, parsed
from reports.gate.against import Runs, Side, compared
from reports.gate.document import Compared, Part
from reports.gate.document import document as gate_document
from reports.gate.measured import Measured
from reports.gate.other_comparison import OtherComparison
from reports.gate.rounds import LAGGED
from reports.gate.verdict import Rule
from reports.running.experiment import perform
from reports.schemas import DOCUMENTS, json_schema
from reports.terminal import to_json
from scenarios.errors import BadInput, RunFailed
from scenarios.measures.cost import load_prices
from scenarios.schema.accounts.account import LimiterHypothesis
from scenarios.schema.faults import Fault
from scenarios.schema.scenario_file import load
from sim.run import run
from tests.unit.comparisons import simulated
from tests.unit.entries import comparison, entry, sent
from tests.unit.gated import baseline, small, variant, verdict
from tests.unit.synthetic import Call, Mail, ledger_of

EXPECTED = 'must be "seslab/comparison/v1"'
WHOLE = comparison(entry("direct", sent(1, 2.0)), entry("heartbeat", sent(4, 2.0)))


def assert_declared(kind: type, document: Mapping[str, Any]) -> None:
    """What stays of a document of which only what is declared is read: all of it."""
    text, known = to_json(document), adapter(kind)
    assert known.dump_python(known.validate_json(text), mode="json") == json.loads(text)


@pytest.mark.parametrize(
    "name",
    [
        "gmail-defers",
        "lost-responses",
        "mixed",
        "oversized-mail",
        "quota-exhausted",
        "reserved-concurrency",
        "unbalanced-pods",
    ],
)
def test_a_comparison_is_what_is_declared(name: str) -> None:
    """Whatever the scenario: several workloads, faults, thresholds, every kind of loss, mailbox providers."""
    scenario = load(name).model_copy(update={"thresholds": {"lossless": ("*.recipients.lost == 0",)}})
    assert_declared(ComparisonDocument, simulated(scenario, "leaky-bucket", "sqs-dlq"))


def test_replications_and_nulls_are_what_is_declared() -> None:
    """Means, intervals and samples, also where nothing was accepted or some run has no figure."""
    rehearsal = load("rehearsal").model_copy(update={"thresholds": {"quick": ("direct.makespan_s < 1",)}})
    assert_declared(ComparisonDocument, simulated(rehearsal, "direct", "heartbeat", replications=3))
    assert_declared(ComparisonDocument, comparison(entry("direct", []), entry("heartbeat", sent(0, 1.0))))


def gates(folder: Path) -> Iterator[GateDocument]:
    """One that fails, with its causes; one with figures that nothing has; one of real runs, with their noise."""
    lossless = '[thresholds]\nlossless = "*.recipients.lost == 0"\n'
    known = baseline(small(folder, lossless), ["direct", "heartbeat"])
    yield verdict(known, small(folder, f"[strategies.heartbeat]\nfill = 0.5\n{lossless}"))
    yield verdict(baseline(variant("sandbox"), ["direct"], seeds=2), variant("sandbox"))
    base = Measured({"pod_weights": ()}, "a", "", {"makespan_s": [1.0, 2.0]})
    head = Measured({"pod_weights": (2.0, 1.0)}, "b", "", {"makespan_s": [1.5, None]})
    real = Compared(
        "leaky-bucket", {"makespan_s": Rule("lower")}, base, head, {"makespan_s": 0.5}, {"makespan_s": LAGGED}
    )
    yield gate_document("moto", "HEAD", [Part("real", "", [real], [], ["a note"])])


def test_a_gates_document_is_what_is_declared(tmp_path: Path) -> None:
    """In each case that a gate knows."""
    for document in gates(tmp_path):
        assert_declared(GateDocument, document)


@pytest.mark.parametrize("accepted", [0, 1, 12])
def test_a_diff_is_what_is_declared(accepted: int) -> None:
    """With and without intervals; of mails that both, one of two or none accepted, and without ledgers."""
    mails = [Mail(0.0)] * 12
    ledgers = {"a": ledger_of("direct", mails, [Call(mail, 1.0) for mail in range(12)])}
    ledgers["b"] = ledger_of("direct", mails, [Call(mail, 2.0 + mail) for mail in range(accepted)])
    one = simulated(load("rehearsal"), "direct", replications=2)
    other = simulated(load("rehearsal"), "direct", replications=3 if accepted else 1)
    assert_declared(DiffDocument, diffing.document(one, other, (), lambda side, _: ledgers[side]))
    assert_declared(DiffDocument, diffing.document(one, one, (), lambda *_: None))


@pytest.mark.parametrize("name", ["rehearsal", "sandbox", "outage"])
def test_a_calibration_is_what_is_declared(name: str) -> None:
    """With fitted latencies and without, faults, and a setting that is replaced."""
    scenario, prices = load(name), load_prices()
    real = [perform(job) for job in calibrating.real_jobs(run, scenario, ["direct"], prices, None)]
    simulated = [perform(job) for job in calibrating.simulated_jobs(run, scenario, ["direct"], 2, prices)]
    document = calibrating.document(scenario, "moto", calibrating.pairs(real, simulated))
    assert_declared(CalibrationDocument, document)


def test_tables_of_a_scenario_are_told_whole() -> None:
    """A document has each key of the limiter and of every kind of fault."""
    kinds = get_args(get_args(Fault)[0])
    assert FaultTable.__annotations__.keys() == {key for kind in kinds for key in kind.model_fields}
    assert LimiterTable.__annotations__.keys() == LimiterHypothesis.model_fields.keys()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_json_schema_says_what_each_key_means(name: str) -> None:
    """It is JSON, called as the documents call it, with a meaning for each key but those that have a single value."""
    schema = json.loads(json.dumps(json_schema(name), allow_nan=False))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == schema["title"] == f"seslab/{name}/v1"
    tables = [schema, *(one for one in schema.get("$defs", {}).values() if "properties" in one)]
    keys = [(table["title"], key, about) for table in tables for key, about in table["properties"].items()]
    assert [(title, key) for title, key, about in keys if not {"description", "const"} & about.keys()] == []


def test_mypy_finds_a_misspelt_key() -> None:
    """Each line is wrong; if mypy did not say so, `make check` would complain of an ignore that ignores nothing."""
    with pytest.raises(KeyError):
        WHOLE["strategis"]  # type: ignore[typeddict-item]
    with pytest.raises(KeyError):
        WHOLE["strategies"][0]["recipients"]["acepted"]  # type: ignore[typeddict-item]
    with pytest.raises(KeyError):
        gate_document("sim", "HEAD", [])["verdikt"]  # type: ignore[typeddict-item]
    with pytest.raises(KeyError):
        diffing.document(WHOLE, WHOLE, (), lambda *_: None)["strategies"][0]["figure"]  # type: ignore[typeddict-item]
    with pytest.raises(KeyError):
        calibrating.document(load("sandbox"), "moto", [])["widened"]  # type: ignore[typeddict-item]


def changed(*path: str | int, to: object) -> str:
    """The text of a comparison of which one value is another."""
    document = json.loads(to_json(WHOLE))
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = to
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            changed("schema", to="seslab/comparison/v2"),
            'schema = "seslab/comparison/v2": must be "seslab/comparison/v1"',
        ),
        (to_json(gate_document("sim", "HEAD", [])), 'schema = "seslab/gate/v1": must be "seslab/comparison/v1"'),
        ("{}", "schema: is required"),
        ("[]", "must be a table"),
        ("", "not JSON: breaks off or goes wrong at line 1, column 1"),
        (to_json(WHOLE)[:2000], "not JSON: breaks off or goes wrong at line "),
        ("[" * 100_000, "not JSON: nested too deeply"),
        (changed("seed", to="1"), 'seed = "1": must be a whole number'),
        (changed("replications", to=True), "replications = true: must be a whole number"),
        (changed("strategies", 1, "makespan_s", to=float("nan")), 'strategies[1].makespan_s = "NaN": must be a number'),
        (
            changed("strategies", 0, "recipients", "lost", to=-1),
            "strategies[0].recipients.lost = -1: must be at least 0",
        ),
        (changed("strategies", 0, "peak_1s", to=None), "strategies[0].peak_1s = null: must be a number"),
        (changed("strategies", 0, "explanation", to=["é"]), 'strategies[0].explanation = ["é"]: must be a string'),
        (
            changed("strategies", 0, "look", to={"color": "red", "marker": "o", "linestyle": "-", "hatch": ""}),
            'strategies[0].look.color = "red": must match',
        ),
        (
            changed("strategies", 0, "ci95", "makespan_s", to=[1]),
            "makespan_s = [1]: must have at least 2 item",
        ),
        (changed("account", "rate_steps", to=[]), "account.rate_steps = []: must have at least 1 item"),
        (changed("bound", to={"a\nb": 1}), "bound.makespan_s: is required"),
    ],
)
def test_what_is_no_comparison_is_one_line(text: str, said: str) -> None:
    """It names the source, the key and its value, and says what would be right."""
    with pytest.raises(BadInput) as caught:
        parsed(ComparisonDocument, text, "run/comparison.json")
    line = str(caught.value)
    assert line.startswith("run/comparison.json: ")
    assert said in line
    assert line.isprintable()


def test_what_is_read_is_what_stands_there() -> None:
    """Numbers as they were written, and what this seslab does not know besides: documents may grow."""
    text = changed("strategies", 0, "bounced", to={"soft": 3})
    assert json.dumps(parsed(ComparisonDocument, text, "")) == text


def other_seslab(folder: Path, entry: Mapping[str, Any]) -> Side:
    """One of another version, whose answer is always the same."""
    (folder / "answer.json").write_text(json.dumps({"schema": "seslab/comparison/v1", "strategies": [entry]}))
    return Side("old", ("sh", "-c", "cat answer.json"), folder, os.environ)


def test_an_older_seslab_answers_a_gate(tmp_path: Path) -> None:
    """Of a base no more is asked than what is compared; what this seslab says of itself must be whole."""
    old = other_seslab(tmp_path, {"strategy": "direct", "settings": {}, "digest": "sha256:", "new": 1})
    runs = Runs("small.toml", ["direct"], "sim", 1)
    assert compared(old, runs, tmp_path, OtherComparison)["strategies"][0]["digest"] == "sha256:"
    with pytest.raises(RunFailed, match="old: did not answer with a seslab/comparison/v1 as seslab compare"):
        compared(old, runs, tmp_path, ComparisonDocument)
    with pytest.raises(RunFailed, match="old: was asked for heartbeat, answered direct"):
        compared(old, runs._replace(strategies=["heartbeat"]), tmp_path, OtherComparison)
