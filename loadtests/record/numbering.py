"""How calls are numbered, so that those of several runs can lie in one witness: the run's number is the upper half."""

from __future__ import annotations

from typing import Any

BITS = 32
"""Of the lower half, in which a run's own calls are told apart."""


def number_of(run: Any, own: Any) -> Any:
    """The number of a run's call that the run itself calls `own`; numbers or arrays of them."""
    return run << BITS | own


def own_of(number: Any) -> Any:
    """What the run itself calls it; a number or an array of them."""
    return number & ((1 << BITS) - 1)


def run_of(number: Any) -> Any:
    """Whose call it is; a number or an array of them."""
    return number >> BITS
