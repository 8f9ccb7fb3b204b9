"""What a limiter lets a sender have that never stops asking: no more than its envelope, and no less than it should.

The sender asks 32 times as often as the limit allows, so that room never lasts until it is wasted. Rates are powers of
two: what drips in between two calls is then a whole part of a recipient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np

from reports.running.experiment import Result
from reports.verify.bench import Bench, Experiment, Finding, Law, Range, at_most, exactly
from reports.verify.closed_forms import debt_accepts, starving_accepts, strict_accepts
from reports.verify.scenes import scene
from scenarios.aws.limiter import TICKS_PER_S
from scenarios.ledger.ledger import ACCEPTED, Ledger, admitted
from scenarios.schema.model import Scenario

RATE_PER_S, BURST, CALLS_PER_S, FROM_S, LASTING_S = 16, 24, 512, 0.5, 20
CALLS = CALLS_PER_S * LASTING_S
DRIPPED = RATE_PER_S * (CALLS - 1) / CALLS_PER_S  # recipients, from the first call to the last
CLOCK_SECONDS = LASTING_S + 1  # it asks in half of the first and half of the last
SHARE, SHARDS = 0.75, 4
CHEAP, DEAR = 1 / 64, 1 / 2
"""What a refusal costs: less than what drips in between two calls, and more."""


class Admitted(NamedTuple):
    """The accepted calls: ticks of the limiter's clock, and recipients."""

    ticks: Any
    recipients: Any


Fullest = Callable[[Admitted], float]
"""The most that any window held, as a kind of limiter counts it."""


class Case(NamedTuple):
    """A limiter, the size of each mail, its envelope, and what the greedy sender gets of it."""

    name: str
    limiter: dict[str, Any]
    size: int
    fullest: Fullest
    envelope: float
    gets: Range


def beyond_rate(rate_per_s: float, made: Admitted) -> float:
    """The most recipients in any window beyond R·τ."""
    after = np.cumsum(made.recipients) - rate_per_s * made.ticks / TICKS_PER_S
    least_before = np.minimum.accumulate(after - made.recipients)
    return float((after - least_before).max(initial=0.0))


def beyond_rate_but_last(rate_per_s: float, made: Admitted) -> float:
    """The same where the last mail of a window does not count."""
    before = np.cumsum(made.recipients) - made.recipients - rate_per_s * made.ticks / TICKS_PER_S
    return float((before - np.minimum.accumulate(before)).max(initial=0.0))


def in_whole_second(made: Admitted) -> float:
    """The most recipients in a second that begins with the clock's."""
    return float(np.bincount(made.ticks // TICKS_PER_S, made.recipients).max(initial=0.0))


def in_any_second(made: Admitted) -> float:
    """The most recipients in any (t - 1, t]."""
    until = np.cumsum(made.recipients)
    first = np.searchsorted(made.ticks, made.ticks - TICKS_PER_S, side="right")
    return float((until - (until - made.recipients)[first]).max(initial=0.0))


def sharded_gets() -> Range:
    """No more than one bucket would give; in each shard less than a recipient is left, and one that is yet to ask."""
    most = BURST + DRIPPED
    return Range(ceil(most - 2 * SHARDS), floor(most))


def _bucket(name: str, gets: Range, size: int = 1, rate_per_s: float = RATE_PER_S, **keys: Any) -> Case:
    return Case(name, {"burst": BURST, **keys}, size, partial(beyond_rate, rate_per_s), BURST, gets)


CASES = (
    _bucket("strict", exactly(strict_accepts(BURST, DRIPPED))),
    _bucket("strict, mails to 7", exactly(7 * strict_accepts(BURST / 7, DRIPPED / 7)), size=7),
    Case(
        "debt, mails to 50",
        {"burst": BURST, "admission": "debt"},
        50,
        partial(beyond_rate_but_last, RATE_PER_S),
        BURST - 1,
        exactly(50 * debt_accepts(BURST, DRIPPED, 50)),
    ),
    Case("fixed window", {"kind": "fixed-window"}, 1, in_whole_second, RATE_PER_S, exactly(RATE_PER_S * CLOCK_SECONDS)),
    Case("sliding window", {"kind": "sliding-window"}, 1, in_any_second, RATE_PER_S, exactly(RATE_PER_S * LASTING_S)),
    _bucket(f"{SHARDS} shards", sharded_gets(), shards=SHARDS),
    _bucket(
        f"effective rate {SHARE:g}",
        exactly(strict_accepts(BURST, SHARE * DRIPPED)),
        rate_per_s=SHARE * RATE_PER_S,
        effective_rate=SHARE,
    ),
    _bucket("refusals cost 1/64", exactly(strict_accepts(BURST, DRIPPED, CHEAP, CALLS)), refusal_cost=CHEAP),
    _bucket("refusals cost 1/2", exactly(starving_accepts(BURST, RATE_PER_S, CALLS_PER_S)), refusal_cost=DEAR),
)


def greedy(case: Case) -> Scenario:
    """Calls at even distances, none of which is made again."""
    calls = {"process": "constant", "start_s": FROM_S, "messages_per_s": CALLS_PER_S, "duration_s": LASTING_S}
    account = {"max_send_rate_per_s": float(RATE_PER_S), "max_24h_send": -1, "limiter": case.limiter}
    return scene({**calls, "recipients": case.size}, account=account, strategies={"direct": {"workers": 1000}})


def fullest_and_all(fullest: Fullest, ledger: Ledger) -> tuple[float, int]:
    """The most that any window held, and all that was accepted."""
    calls = ledger.calls
    rows = np.flatnonzero(calls["outcome"] == ACCEPTED)
    ticks = np.floor(calls["decided_s"][rows] * TICKS_PER_S).astype(np.int64)
    return fullest(Admitted(ticks, calls["recipients"][rows].astype(np.int64))), admitted(calls)


def _experiments(bench: Bench) -> Iterator[Experiment]:
    for case in CASES:
        gather = partial(fullest_and_all, case.fullest)
        yield Experiment(bench.once(greedy(case), "direct", gather), partial(_findings, case))


def _findings(case: Case, results: Sequence[Result]) -> Iterator[Finding]:
    [(fullest, accepted)] = (result.gathered for result in results)
    yield Finding(f"fullest window, {case.name}", "", at_most(case.envelope), [fullest])
    yield Finding(f"accepted in all, {case.name}", "", case.gets, [accepted])


LAW = Law(
    "limiters",
    "who never stops asking gets all that the kind of limiter may give, and no more",
    "Cruz, A Calculus for Network Delay, 1991",
    _experiments,
)
