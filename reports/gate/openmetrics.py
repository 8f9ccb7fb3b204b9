"""A gate as OpenMetrics text: figures and verdicts for programs that keep time series."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector

from reports.documents.gate import GateDocument, GateFigure


def openmetrics(gate: GateDocument) -> str:
    """Gauges by scenario, strategy and figure; figures without a value are left out."""
    registry = CollectorRegistry()
    registry.register(_Gate(gate))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]  # prometheus-client types only half
    return text.decode()


class _Gate(Collector):
    def __init__(self, gate: GateDocument) -> None:
        self._gate = gate

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._figures()
        yield self._failures()

    def _figures(self) -> GaugeMetricFamily:
        said = "the mean of a figure of the comparison document, now (head) and before (base)"
        family = GaugeMetricFamily("seslab_gate_figure", said, labels=["scenario", "strategy", "figure", "of"])
        for place, metric in self._metrics():
            for of in ("base", "head"):
                if (mean := metric[of]) is not None:
                    family.add_metric([*place, metric["metric"], of], mean)
        return family

    def _failures(self) -> GaugeMetricFamily:
        said = "1 where a figure, or a threshold of the scenario's own, failed"
        family = GaugeMetricFamily("seslab_gate_failed", said, labels=["scenario", "strategy", "judged"])
        for place, metric in self._metrics():
            family.add_metric([*place, metric["metric"]], metric["verdict"] == "fail")
        for scenario in self._gate["scenarios"]:
            for one in scenario["thresholds"]:
                family.add_metric([scenario["scenario"], one["strategy"], one["expression"]], one["verdict"] == "fail")
        return family

    def _metrics(self) -> Iterator[tuple[tuple[str, str], GateFigure]]:
        for scenario in self._gate["scenarios"]:
            for strategy in scenario["strategies"]:
                for metric in strategy["metrics"]:
                    yield (scenario["scenario"], strategy["strategy"]), metric
