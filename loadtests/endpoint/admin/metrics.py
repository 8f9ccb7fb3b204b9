"""The same numbers for Prometheus, put together when it asks."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from loadtests.endpoint.admin.stats import stats
from loadtests.endpoint.service import Service
from scenarios.ledger.ledger import OUTCOMES


class Accounts(Collector):
    """Every account's counters and gauges."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        whose = ("account", *(("name",) if self._service.accounts.named else ()), "region")
        calls = CounterMetricFamily("seslab_ses_calls", "Sends decided.", labels=(*whose, "outcome"))
        recipients = CounterMetricFamily("seslab_ses_recipients", "Recipients accepted.", labels=whose)
        tokens = GaugeMetricFamily("seslab_ses_tokens", "Recipients that a request could have now.", labels=whose)
        used = GaugeMetricFamily("seslab_ses_used_24h", "Recipients that count on the 24-hour quota.", labels=whose)
        for one in map(stats, self._service.all()):
            its = tuple(one[label] for label in whose)
            for outcome in OUTCOMES:
                calls.add_metric((*its, outcome), one[outcome])
            recipients.add_metric(its, one["recipients"])
            tokens.add_metric(its, one["tokens"])
            used.add_metric(its, one["used_24h"])
        yield from (calls, recipients, tokens, used)
