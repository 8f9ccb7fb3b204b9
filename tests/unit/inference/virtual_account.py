"""An account on a clock that costs no time: its limiter is the simulator's, and calls take as long as they would."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scenarios.aws.limiter import build_limiter
from scenarios.inference.probing.experiments import Pace
from scenarios.inference.probing.probe import Answer, Notes, Probed, probe
from scenarios.schema.accounts.account import LimiterHypothesis, resolved

SECONDS_WORTH = 20


class VirtualAccount:
    """Decides anywhere between a call's begin and its end, as SES does."""

    def __init__(self, limiter: LimiterHypothesis, rate_per_s: float, call_s: float, seed: int) -> None:
        self._limiter = build_limiter(resolved(limiter, rate_per_s), rate_per_s, seed)
        self._chance, self._call_s, self._now_s = np.random.default_rng(seed), call_s, 0.0
        self._ahead_s = float(self._chance.uniform(0, 5))  # of the limiter's clock, so that windows begin anywhere
        self.accepted = 0

    def now_s(self) -> float:
        return self._now_s

    def wait_until(self, at_s: float) -> None:
        self._now_s = max(self._now_s, at_s)

    def ask(self, recipients: int) -> Answer:
        start_s, taken_s = self._now_s, self._call_s * self._chance.uniform(0.5, 1.5)
        decided_s = start_s + taken_s * self._chance.random()
        self._now_s = start_s + taken_s
        accepted = self._limiter.admit(self._ahead_s + decided_s, recipients)
        self.accepted += recipients * accepted
        return Answer(start_s, self._now_s, accepted)


class Truth(NamedTuple):
    """A limiter that is to be found, by the kind that a fit would call it."""

    rate_per_s: float
    kind: str
    keys: dict[str, Any]

    @property
    def limiter(self) -> LimiterHypothesis:
        return LimiterHypothesis.model_validate(self.keys)

    @property
    def in_the_long_run_per_s(self) -> float:
        """What it lets through; a window of a second holds whole recipients."""
        rate_per_s = self.rate_per_s * self.limiter.effective_rate
        return float(int(rate_per_s + 1e-9)) if "window" in self.kind else rate_per_s


def at_random(number: int) -> Truth:
    """One of a sequence of limiters: of any kind, B from 1 to 3 R, 0.85 to 1 of R, one to four shards."""
    chance = np.random.default_rng(1000 + number)
    rate_per_s = float(chance.choice([14, 20, 35, 50, 80, 100, 150, 200]))
    shards = int(chance.integers(1, 5)) if chance.random() < 0.6 else 1
    kind = ["token-bucket", "debt", "fixed-window", "sliding-window"][int(chance.integers(4))]
    keys: dict[str, Any] = {"effective_rate": round(float(chance.uniform(0.85, 1)), 3), "shards": shards}
    if "window" in kind:
        keys["kind"] = kind
    else:
        keys["burst"] = int(chance.integers(shards, 3 * int(rate_per_s) + 1))
    if kind == "debt":
        keys["admission"] = "debt"
    return Truth(rate_per_s, kind, keys)


def probed(truth: Truth, call_s: float = 0.008, seed: int = 0) -> tuple[Probed, int]:
    """What a probe finds of it, and how many recipients that took."""
    account = VirtualAccount(truth.limiter, truth.rate_per_s, call_s, seed)
    notes = Notes(int(SECONDS_WORTH * truth.rate_per_s))
    return probe(account, Pace(truth.rate_per_s, call_s), notes), account.accepted
