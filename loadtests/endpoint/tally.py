"""An account's decisions in sum, kept up to date at the cost of the new ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.record.logs import DECISION_ROW
from scenarios.ledger.ledger import ACCEPTED, OUTCOMES
from scenarios.measures.metrics import peak_1s


class Tally:
    """Counts of calls by outcome, accepted recipients, and the fullest second."""

    def __init__(self) -> None:
        self.calls, self.recipients, self.peak_1s = 0, 0, 0
        self.by_outcome = np.zeros(len(OUTCOMES), np.int64)
        self._last_second = np.zeros(0, DECISION_ROW)

    def add(self, rows: NDArray[Any]) -> None:
        """The next decisions, rows of `DECISION_ROW`; a window that began before them may be the fullest."""
        accepted = rows[rows["outcome"] == ACCEPTED]
        self.calls += len(rows)
        self.by_outcome = self.by_outcome + np.bincount(rows["outcome"], minlength=len(OUTCOMES))
        self.recipients += int(accepted["recipients"].sum(dtype=np.int64))
        recent = np.concatenate((self._last_second, accepted))
        self.peak_1s = max(self.peak_1s, peak_1s(recent["decided_s"], recent["recipients"]))
        if len(recent):
            self._last_second = recent[recent["decided_s"] > recent["decided_s"][-1] - 1.0]
