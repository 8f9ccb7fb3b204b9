"""Chance by name: one number for each seed, purpose, mail and attempt, the same in every world."""

from __future__ import annotations

from array import array

import numpy as np

from scenarios.schema.latency import Latency
from strategies.dice import uniform


def generator(seed: int, purpose: str) -> np.random.Generator:
    """The stream of random numbers of that name."""
    return np.random.default_rng(np.random.SeedSequence([seed, *purpose.encode()]))


class PerMail:
    """A latency per mail and attempt: the first attempts drawn up front as an array, the few others when needed."""

    def __init__(self, latency: Latency, seed: int, purpose: str, mails: int) -> None:
        self._latency, self._seed, self._purpose = latency, seed, purpose
        self.first = array("d", latency.sample(generator(seed, purpose), mails).tobytes())

    def of(self, mail: int, attempt: int) -> float:
        """In seconds; attempts count from 0. A mail that is none of the run's has latencies too, but none up front."""
        if not attempt and 0 <= mail < len(self.first):
            return self.first[mail]
        return self._latency.quantile(uniform(self._seed, self._purpose, mail, attempt))
