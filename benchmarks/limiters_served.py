"""Six limiters of a local SES, each probed for real: `python -m benchmarks.limiters_served`.

They are of those that `benchmarks.limiters` draws: each kind, and shards of three. The clock is the machine's, so that
calls take as long as it lets them; it takes some minutes.
"""

from __future__ import annotations

import sys
from time import process_time

from rich.console import Console
from rich.progress import track

from benchmarks.limiters import Judged, judged, show
from loadtests.ports.ses import SENDER
from loadtests.probe.asking import SesLimiter
from loadtests.probe.plan import planned
from scenarios.budget import Budget
from scenarios.inference.probing.probe import Notes, probe
from scenarios.ledger.ledger import ACCEPTED
from scenarios.measures.cost import load_prices
from tests.unit.inference.virtual_account import Truth, at_random
from tests.unit.served import account, served

NUMBERS = (0, 2, 3, 5, 11, 24)
BUDGET = Budget(recipients=100_000, usd=100.0)


def main() -> None:
    """Print a row for each limiter, and how many were right."""
    numbers = track(NUMBERS, console=Console(stderr=True), disable=not sys.stderr.isatty())
    show({number: _judged(at_random(number)) for number in numbers}, "Limiters of a local SES, and what a probe says")


def _judged(truth: Truth) -> Judged:
    """How many recipients were used is what the server has accepted."""
    begun_s = process_time()
    with served((SENDER,), account=account(max_send_rate_per_s=truth.rate_per_s, limiter=truth.keys)) as endpoint:
        plan, _ = planned(endpoint.url, None, None, BUDGET, load_prices())
        notes = Notes(plan.allowance.recipients)
        found = probe(SesLimiter(plan.client, plan.envelope, endpoint.url), plan.allowance.pace, notes)
        decisions = endpoint.decisions()
    used = int(decisions["recipients"][decisions["outcome"] == ACCEPTED].sum())
    return judged(truth, found, used, process_time() - begun_s)


if __name__ == "__main__":
    main()
