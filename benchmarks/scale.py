"""Cost and memory against the number of mails: days that grow in length, and one batch that all waits at once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from strategies.registry import STRATEGIES

CATALOGUE_MAILS = 500_000  # of transactional-day
SIZES = (50_000, 500_000)
BYTES_PER_MAIL, BYTES_PER_CALL = 300, 64


class Run(NamedTuple):
    """What one run took in a process of its own, beyond what the interpreter and its imports did."""

    strategy: str
    mails: int
    calls: int
    cpu_s: float
    bytes: int

    @property
    def us_per_mail(self) -> float:
        return 1e6 * self.cpu_s / self.mails

    @property
    def share_of_memory(self) -> float:
        """Of what is allowed: so many bytes a mail and so many a call."""
        return self.bytes / (BYTES_PER_MAIL * self.mails + BYTES_PER_CALL * self.calls)


def day(mails: int) -> Scenario:
    """The catalogue's day at its own rate, so many mails long."""
    whole = load("transactional-day")
    share = mails / CATALOGUE_MAILS
    traffic = whole.workload[0].model_copy(update={"messages": mails, "duration_s": 86_400.0 * share})
    account = whole.account.model_copy(update={"max_24h_send": -1})
    return whole.model_copy(
        update={"workload": (traffic,), "horizon_s": 86_400.0 * share + 3_600.0, "account": account}
    )


def backlog(mails: int) -> Scenario:
    """All mails due at once on an account of 500 recipients/s: nearly all of them wait nearly all the time."""
    return Scenario.model_validate(
        {
            "name": "backlog",
            "horizon_s": 1e6,
            "account": {"max_send_rate_per_s": 500.0, "max_24h_send": -1},
            "workload": ({"process": "batch", "messages": mails},),
        }
    )


WORKLOADS = {"day": day, "backlog": backlog}


def measure(workload: str, sizes: tuple[int, ...] = SIZES) -> list[Run]:
    """Each strategy with each number of mails."""
    return [_in_a_process(workload, strategy, mails) for strategy in STRATEGIES for mails in sizes]


def _in_a_process(workload: str, strategy: str, mails: int) -> Run:
    command = [sys.executable, "-m", "benchmarks.scale", workload, strategy, str(mails)]
    return Run(*json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def _here(workload: str, strategy: str, mails: int) -> Run:
    from sim.run import run

    scenario = WORKLOADS[workload](mails)
    before, started_s = _peak_bytes(), time.process_time()
    ledger = run(scenario, strategy, scenario.seed)
    cpu_s, after = time.process_time() - started_s, _peak_bytes()
    return Run(strategy, len(ledger.mails["mail"]), len(ledger.calls["mail"]), cpu_s, after - before)


def _peak_bytes() -> int:
    """Of this process alone: `getrusage` would begin with the parent's peak."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    print(json.dumps(_here(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
