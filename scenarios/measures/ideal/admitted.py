"""When recipients are admitted, and what lets them through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.traffic.workload import Arrivals

Floats = NDArray[np.float64]


class Admitted(NamedTuple):
    """One entry per recipient, in the order of admission: its mail's intended instant, and SES's."""

    intended_s: Floats
    admitted_s: Floats


Through = Callable[[Iterable[Arrivals]], Iterator[Admitted]]
"""Mails through a limiter: a chunk comes out before the next one is asked for."""
