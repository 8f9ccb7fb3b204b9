"""What the models assume because nobody publishes it: each with the range in which the truth may be."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

ASSUMPTIONS = Path(__file__).with_name("assumptions.toml")


class Assumption(NamedTuple):
    """A key of a scenario and its range, of an account's rate if it is a multiple of that.

    `of` is the table without which a scenario has nothing of the kind.
    """

    key: str
    low: float
    high: float
    why: str
    times: str = ""
    of: str = ""

    def span(self, rate_per_s: float) -> tuple[float, float]:
        """The range on an account with that rate; multiples of it are whole recipients, and one at least."""
        if not self.times:
            return self.low, self.high
        return max(1, round(self.low * rate_per_s)), max(2, round(self.high * rate_per_s))


def assumptions() -> list[Assumption]:
    """All of them, in the order of the page on the models."""
    return [Assumption(**one) for one in tomllib.loads(ASSUMPTIONS.read_text("utf-8"))["assumption"]]
