"""What scenario and seed decide of an account's calls, whenever time zero is."""

from __future__ import annotations

from scenarios.schema.model import Scenario
from scenarios.traffic.chance import PerMail
from scenarios.traffic.workload import Arrivals, arrivals


class Draws:
    """Latencies and neighbours."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        mails = len(arrivals(scenario.workload, seed).intended_s)
        self.accepts = PerMail(scenario.latency.ses_send, seed, "ses_send", mails)
        self.refusals = PerMail(scenario.latency.ses_throttle, seed, "ses_throttle", mails)
        self.seed = seed
        self.neighbours: Arrivals = arrivals(scenario.neighbour, seed, "neighbour")
