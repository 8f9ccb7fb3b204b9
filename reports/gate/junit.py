"""A gate as JUnit's XML, which every CI service shows: a suite per scenario, a case per strategy and figure."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from reports.documents.gate import GateDocument, GateFigure, GateScenario, GateStrategy
from reports.gate.table import causes, cells, figure_line, interval_heading
from reports.junit_xml import counted, not_tested, text_of
from reports.threshold_lines import met_value, threshold_line
from reports.units import between
from scenarios.formats.quoted import printable
from scenarios.schema.thresholds import JudgedThreshold, beside_the_value


def junit(gate: GateDocument) -> str:
    """Failures fail and doubts are skipped, each with what was expected, what is, and the interval."""
    root = Element("testsuites", name="seslab gate")
    for scenario in gate["scenarios"]:
        _suite(root, scenario, interval_heading(gate))
    return text_of(root)


def without_verdict(why: str) -> str:
    """An error, as JUnit calls what could not be tested."""
    return not_tested("seslab gate", "verdict", why)


def _suite(root: Element, scenario: GateScenario, heading: str) -> None:
    suite = SubElement(root, "testsuite", name=scenario["scenario"])
    for strategy in scenario["strategies"]:
        for metric in strategy["metrics"]:
            case = SubElement(suite, "testcase", classname=_class(scenario, strategy), name=metric["metric"], time="0")
            _judge(case, metric["verdict"], figure_line(metric), _details(strategy, metric, heading))
    for threshold in scenario["thresholds"]:
        name = f"{printable(threshold['name'])}: {threshold['expression']}"
        case = SubElement(suite, "testcase", classname=_class(scenario, threshold), name=name, time="0")
        _judge(case, threshold["verdict"], threshold_line(threshold), _met(threshold))
    counted(suite)


def _met(threshold: JudgedThreshold) -> str:
    return f"expected: {threshold['expression']}\nactual: {met_value(threshold)}{beside_the_value(threshold)}"


def _class(scenario: GateScenario, sender: GateStrategy | JudgedThreshold) -> str:
    """Many services show what stands before the dot as a folder."""
    return f"{scenario['scenario']}.{sender['strategy']}".replace(" ", "_")


def _details(strategy: GateStrategy, metric: GateFigure, heading: str) -> str:
    figure, base, now, *_ = cells(metric)
    lines = [
        f"expected: {base} ({metric['direction']}, tolerance {metric['tolerance']})",
        f"actual: {now}",
        f"{heading} of the difference: {between(figure, metric['interval'])}",
        *causes(strategy),
    ]
    return "\n".join(lines)


def _judge(case: Element, verdict: str, message: str, details: str) -> None:
    kind = {"fail": "failure", "inconclusive": "skipped"}.get(verdict, "system-out")
    said = SubElement(case, kind) if kind == "system-out" else SubElement(case, kind, message=message)
    said.text = details
