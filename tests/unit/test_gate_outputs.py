"""What a gate leaves for other programs: JUnit, Markdown, OpenMetrics and its document say what the terminal says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from reports.documents.gate import SCHEMA, GateDocument, GateFigure, GateScenario, GateStrategy
from reports.gate import table as gate_table
from reports.gate.baseline import Baseline
from reports.gate.document import doubted
from reports.gate.files import Files
from reports.gate.junit import junit
from reports.gate.markdown import markdown
from reports.gate.openmetrics import openmetrics
from reports.markdown import grid
from reports.terminal import to_json
from scenarios.errors import RunFailed
from scenarios.schema.thresholds import JudgedThreshold
from tests.unit.gated import baseline, of, small, variant, verdict

THRESHOLDS = '[thresholds]\nlossless = "*.recipients.lost == 0"\n'


@pytest.fixture(scope="module")
def slower(tmp_path_factory: pytest.TempPathFactory) -> GateDocument:
    """The gate's document where one strategy became slower and the other stayed."""
    folder = tmp_path_factory.mktemp("small")
    known = baseline(small(folder, THRESHOLDS), ["direct", "heartbeat"])
    return verdict(known, small(folder, f"[strategies.heartbeat]\nfill = 0.5\n{THRESHOLDS}"))


def metrics(document: GateDocument) -> list[GateFigure]:
    """Every figure of every strategy."""
    return [one for s in document["scenarios"] for strategy in s["strategies"] for one in strategy["metrics"]]


def test_the_document_is_plain_data(slower: GateDocument) -> None:
    """JSON with a schema, a verdict for each level, the worse above the better."""
    document = json.loads(to_json(slower))
    assert (document["schema"], document["verdict"], document["against"]) == (SCHEMA, "fail", "baseline.json")
    [scenario] = document["scenarios"]
    assert [entry["verdict"] for entry in scenario["strategies"]] == ["pass", "fail"]
    assert [one["verdict"] for one in scenario["thresholds"]] == ["fail", "pass"]


def test_junit_has_a_case_for_each_strategy_and_figure(slower: GateDocument) -> None:
    """And one for each threshold; the sums are what the cases say."""
    root = ElementTree.fromstring(junit(slower))
    cases = root.findall("testsuite/testcase")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(names) == len(set(names)) == len(metrics(slower)) + 2
    assert ("small.heartbeat", "makespan_s") in names
    assert ("small.direct", "lossless: *.recipients.lost == 0") in names
    failed = sum(one["verdict"] == "fail" for one in (*metrics(slower), *slower["scenarios"][0]["thresholds"]))
    for element in (root, root.find("testsuite")):
        assert element is not None
        assert (element.get("tests"), element.get("failures")) == (str(len(cases)), str(failed))
        assert element.get("errors") == "0"
    assert root.get("skipped") is None  # which Jenkins' schema refuses
    assert len(root.findall(".//failure")) == failed > 0


def test_a_failure_has_what_was_expected_what_is_and_the_interval(slower: GateDocument) -> None:
    """On lines of their own, with the cause; the message alone says by how much."""
    root = ElementTree.fromstring(junit(slower))
    [case] = [
        case for case in root.iter("testcase") if case.get("name") == "makespan_s" and len(case.findall("failure"))
    ]
    failure = case.find("failure")
    assert failure is not None
    lines = str(failure.text).splitlines()
    assert lines[0].startswith("expected: ")
    assert lines[0].endswith(" s (lower, tolerance 0)")
    assert lines[1].startswith("actual: ")
    assert lines[2].startswith(f"{100 * slower['confidence']:.6g} % interval of the difference: +")
    assert lines[3] == "fill = 0.5, was 1.0"
    assert str(failure.get("message")).startswith("makespan_s ")
    assert str(failure.get("message")).endswith(": worse")


def test_whatever_a_threshold_is_called_the_xml_is_whole(slower: GateDocument) -> None:
    """TOML allows characters in a name that XML does not."""
    scenario = slower["scenarios"][0]
    named: list[JudgedThreshold] = [{**one, "name": "a\x01b"} for one in scenario["thresholds"]]
    root = ElementTree.fromstring(junit({**slower, "scenarios": [{**scenario, "thresholds": named}]}))
    messages = [str(failure.get("message")) for failure in root.iter("failure")]
    assert any(message.startswith(r"✗ a\x01b: ") for message in messages)


def test_a_doubt_is_skipped_in_junit(slower: GateDocument) -> None:
    """It neither passes nor fails, so a service shows it and goes on."""
    scenario = slower["scenarios"][0]
    strategies: list[GateStrategy] = [
        {**one, "metrics": [doubted(metric, "the cat sat on it") for metric in one["metrics"]]}
        for one in scenario["strategies"]
    ]
    doubtful: GateDocument = {**slower, "scenarios": [{**scenario, "strategies": strategies}]}
    root = ElementTree.fromstring(junit(doubtful))
    assert [suite.get("skipped") for suite in root] == [str(len(root.findall(".//skipped")))]
    skipped = root.findall(".//skipped")
    assert skipped
    assert all(str(one.get("message")).endswith(": worse or not, because the cat sat on it") for one in skipped)
    assert gate_table.verdict_line(doubtful).endswith(f"; {len(skipped)} doubtful because the cat sat on it")


def test_markdown_shows_what_moved(slower: GateDocument) -> None:
    """One row for each figure that moved, with as many cells as there are columns; the rest is folded away."""
    text = markdown(slower)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {9}
    assert len(rows) == 2 + len(gate_table.moved(of(slower, "heartbeat")))
    assert text.startswith("### ✗ fail: ")
    assert "- small, heartbeat: fill = 0.5, was 1.0" in text
    assert text.index("<details>") < text.index("- ✓ small: direct: unchanged, call for call")


def test_markdown_without_anything_that_moved_has_no_table(tmp_path: Path) -> None:
    """A pass is a line, and the lines behind it."""
    known = baseline(small(tmp_path), ["heartbeat"])
    text = markdown(verdict(known, small(tmp_path)))
    assert "|" not in text
    assert text.startswith("### ✓ pass: ")


def test_a_cell_cannot_end_its_row() -> None:
    """Names may hold anything."""
    assert grid(["a"], [["x|y\nz"]]).splitlines()[-1] == r"| x\|y z |"


def families(document: GateDocument) -> dict[str, Any]:
    """The gate's metrics as Prometheus's own parser reads them."""
    parsed = text_string_to_metric_families(openmetrics(document))  # type: ignore[no-untyped-call]  # it has no types
    return {family.name: family for family in parsed}


def test_openmetrics_are_read_by_prometheus_own_parser(slower: GateDocument) -> None:
    """Each figure before and now, and whether it failed."""
    found = families(slower)
    figures = {
        (sample.labels["strategy"], sample.labels["figure"], sample.labels["of"]): sample.value
        for sample in found["seslab_gate_figure"].samples
    }
    for strategy in slower["scenarios"][0]["strategies"]:
        for metric in strategy["metrics"]:
            for of_side in ("base", "head"):
                assert figures.get((strategy["strategy"], metric["metric"], of_side)) == metric[of_side]
    failed = {
        (sample.labels["strategy"], sample.labels["judged"]): sample.value
        for sample in found["seslab_gate_failed"].samples
    }
    assert failed["heartbeat", "makespan_s"] == failed["direct", "*.recipients.lost == 0"] == 1
    assert failed["direct", "makespan_s"] == failed["heartbeat", "*.recipients.lost == 0"] == 0
    assert len(failed) == len(metrics(slower)) + 2


def test_a_figure_without_a_value_has_no_sample() -> None:
    """Where nothing is finished there is no efficiency: no number stands for it, and JUnit shows none."""
    known: Baseline = baseline(variant("sandbox"), ["direct"], seeds=2)
    document = verdict(known, variant("sandbox"))
    missing = {one["metric"] for one in metrics(document) if one["head"] is None}
    assert missing
    family = families(document)["seslab_gate_figure"]
    assert not missing & {sample.labels["figure"] for sample in family.samples}
    ElementTree.fromstring(junit(document))


def test_files_are_written_whole_and_summaries_added_to(tmp_path: Path, slower: GateDocument) -> None:
    """A job's summary may have parts of others before."""
    files = Files(tmp_path / "j.xml", tmp_path / "s.md", tmp_path / "o.txt")
    (tmp_path / "s.md").write_text("before\n")
    files.prepare()
    files.write(slower)
    files.write(slower)
    assert (tmp_path / "s.md").read_text() == "\n".join(("before\n", markdown(slower), markdown(slower)))
    assert (tmp_path / "j.xml").read_text() == junit(slower)
    assert (tmp_path / "o.txt").read_text() == openmetrics(slower)


def test_a_gate_that_cannot_be_made_leaves_its_reason(tmp_path: Path) -> None:
    """What reads files and no exit codes sees an error, be it of markup, and no pass of an earlier gate."""
    files = Files(tmp_path / "j.xml", tmp_path / "s.md", tmp_path / "o.txt")
    (tmp_path / "j.xml").write_text("<testsuites/>")
    with pytest.raises(RunFailed), files.even_without_verdict():
        raise RunFailed("now: ended with 7: <b>|")
    root = ElementTree.parse(tmp_path / "j.xml").getroot()
    assert (root.get("errors"), root.get("failures"), len(root.findall(".//testcase"))) == ("1", "0", 1)
    assert [one.get("message") for one in root.iter("error")] == ["now: ended with 7: <b>|"]
    assert (tmp_path / "s.md").read_text().startswith("### ✗ no verdict: now: ended with 7: ")
    assert not (tmp_path / "o.txt").exists()


def test_every_cause_has_its_line(slower: GateDocument) -> None:
    """Settings, the first difference, and the two cases in which there is none to name."""
    entry = of(slower, "heartbeat")
    assert entry["divergence"] is not None
    settings, difference = gate_table.causes(entry)
    assert settings == "fill = 0.5, was 1.0"
    assert difference.startswith(f"first difference: call {entry['divergence']['call']}, mail ")
    [later] = gate_table.causes({**entry, "settings": {}, "divergence": {}})
    assert later == "the first 1,000 calls of the first seed are the same: the difference is later, or not in the calls"
    [measured] = gate_table.causes({**entry, "settings": {}, "divergence": None, "unchanged": True})
    assert measured.startswith("its runs are the same, call for call")


def test_the_summary_names_what_is_worst() -> None:
    """A failure before a doubt, a doubt before a gain, however large."""
    rows = [("improved", 100.0, 1.0), ("inconclusive", 10.0, 11.0), ("fail", 10.0, 10.1)]
    entries = [
        {
            "metric": f"latency_s.p{n}",
            "verdict": v,
            "base": b,
            "head": h,
            "difference": h - b,
            "interval": (0.0, 1.0),
            "without": [0, 0],
        }
        for n, (v, b, h) in enumerate(rows)
    ]
    for last, name in ((3, "p2"), (2, "p1"), (1, "p0")):
        strategy = {"strategy": "direct", "verdict": "fail", "unchanged": False, "settings": {}, "divergence": None}
        scenario = {
            "scenario": "x",
            "thresholds": [],
            "notes": [],
            "strategies": [strategy | {"metrics": entries[:last]}],
        }
        assert f"; latency_s.{name} " in next(gate_table.scenario_lines(cast(GateScenario, scenario)))
