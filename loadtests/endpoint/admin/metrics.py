"""The same numbers for Prometheus, put together when it asks."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from loadtests.endpoint.admin.stats import stats
from loadtests.endpoint.service import Service
from scenarios.ledger.ledger import OUTCOMES

WHOSE = ("account", "region")


class Accounts(Collector):
    """Every account's counters and gauges."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        calls = CounterMetricFamily("seslab_ses_calls", "Sends decided.", labels=(*WHOSE, "outcome"))
        recipients = CounterMetricFamily("seslab_ses_recipients", "Recipients accepted.", labels=WHOSE)
        tokens = GaugeMetricFamily("seslab_ses_tokens", "Recipients that a request could have now.", labels=WHOSE)
        used = GaugeMetricFamily("seslab_ses_used_24h", "Recipients that count on the 24-hour quota.", labels=WHOSE)
        for one in map(stats, self._service.all()):
            whose = (one["account"], one["region"])
            for outcome in OUTCOMES:
                calls.add_metric((*whose, outcome), one[outcome])
            recipients.add_metric(whose, one["recipients"])
            tokens.add_metric(whose, one["tokens"])
            used.add_metric(whose, one["used_24h"])
        yield from (calls, recipients, tokens, used)
