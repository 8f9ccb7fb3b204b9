"""The stretch of a run in which something happens: in a picture of a day, a newsletter of 13 minutes is one line."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.measures.fluid import served

SHORT = 0.25  # of the run: a longer stretch is seen well enough in the picture of the whole
LEAST_WAIT_S = 2.0  # a shorter queue is not what a picture is for
BEFORE, AFTER = 0.1, 0.5  # of its length, are shown too: most senders are slower than the ideal one


class Stretch(NamedTuple):
    """From when to when, in whole seconds of the scenario."""

    start_s: float
    end_s: float


def busiest(intended_s: NDArray[np.float64], recipients: NDArray[Any], rate_per_s: float) -> Stretch | None:
    """Around the longest queue that mails have before a server of that rate.

    None where no mail waits for long, or where the queue lasts for much of the run.
    """
    if not len(intended_s):
        return None
    idle_s, done_s = served(intended_s, recipients, rate_per_s)
    waited_s = done_s - intended_s
    longest = int(waited_s.argmax())
    if waited_s[longest] < LEAST_WAIT_S:
        return None
    first = int(np.searchsorted(idle_s, idle_s[longest], side="left"))  # idle for as long: no pause in between
    last = int(np.searchsorted(idle_s, idle_s[longest], side="right")) - 1
    length_s = done_s[last] - intended_s[first]
    start_s = max(0.0, np.floor(intended_s[first] - BEFORE * length_s))
    end_s = np.ceil(done_s[last] + AFTER * length_s)
    is_short = end_s - start_s <= SHORT * max(done_s[-1], intended_s[-1])
    return Stretch(float(start_s), float(end_s)) if is_short else None
