"""Mails before a server of a constant rate, first come, first served, without latency or burst (Lindley, 1952)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Served(NamedTuple):
    """Of each mail: how long the server had been idle before its turn, and the instant at which it was done.

    The first is equal for mails between which the server never was idle.
    """

    idle_s: Floats
    done_s: Floats


def served(intended_s: Floats, recipients: NDArray[Any], rate_per_s: float) -> Served:
    """Each mail takes as long as the server needs for its recipients."""
    work_s = np.cumsum(recipients, dtype=np.float64) / rate_per_s
    idle_s = np.maximum.accumulate(intended_s - work_s + recipients / rate_per_s)
    return Served(idle_s, idle_s + work_s)


def fluid_waits_s(intended_s: Floats, recipients: NDArray[Any], rate_per_s: float) -> Floats:
    """How long each mail waits until the server begins with it."""
    waits_s: Floats = served(intended_s, recipients, rate_per_s).done_s - recipients / rate_per_s - intended_s
    return waits_s
