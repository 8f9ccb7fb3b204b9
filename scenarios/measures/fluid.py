"""Mails before a server of a constant rate, first come, first served, without latency or burst (Lindley, 1952)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def idle_until_s(intended_s: NDArray[np.float64], recipients: NDArray[Any], rate_per_s: float) -> NDArray[np.float64]:
    """For how long the server has been idle before each mail's turn: equal for mails between which it never was."""
    work_s = np.cumsum(recipients, dtype=np.float64) / rate_per_s
    idle_s: NDArray[np.float64] = np.maximum.accumulate(intended_s - work_s + recipients / rate_per_s)
    return idle_s


def fluid_waits_s(intended_s: NDArray[np.float64], recipients: NDArray[Any], rate_per_s: float) -> NDArray[np.float64]:
    """How long each mail waits until the server begins with it."""
    work_s = np.cumsum(recipients, dtype=np.float64) / rate_per_s
    waits_s: NDArray[np.float64] = (
        idle_until_s(intended_s, recipients, rate_per_s) + work_s - recipients / rate_per_s - intended_s
    )
    return waits_s
