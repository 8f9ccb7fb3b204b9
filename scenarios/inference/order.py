"""What is not known of the order of decisions: blurred instants that overlap say nothing of which came first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.inference.calls import Calls, Floats

TOUCHING_S = 1e-6
"""Calls one after another, of which one begins as another ends, do not overlap but for what floats are off by."""


class Disorder(NamedTuple):
    """Recipients of neighbours of each call, a row each: `earlier` rows may have come after it, `later` ones before."""

    earlier: Floats
    later: Floats


def disorder(calls: Calls, used: Floats) -> Disorder:
    """`used` is what each call has used up."""
    earlier, later = np.zeros_like(used), np.zeros_like(used)
    widest_s = 2 * float(calls.half_s.max())
    for apart in range(1, len(used)):
        gap_s = calls.at_s[apart:] - calls.at_s[:-apart]
        if gap_s.min() >= widest_s:
            break
        overlap = gap_s < calls.half_s[apart:] + calls.half_s[:-apart] - TOUCHING_S
        earlier[apart:] += overlap * used[:-apart]
        later[:-apart] += overlap * used[apart:]
    return Disorder(earlier, later)
