"""A local AWS that was there before: how it is asked, and which of its decisions are on a run's own mails."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.endpoint.client import EndpointClient, Route
from loadtests.load.assignment import Assignment, is_of
from scenarios.formats.quoted import printable

LOOK_PATIENCE_S = 10.0  # an overloaded server answers late, and one that is stopped never


def client_of(url: str, region: str) -> EndpointClient:
    """Asks a `seslab serve` that is up; it is never told to begin anew."""

    def silence(route: Route, error: Exception) -> str:
        method, path = route
        return f"--endpoint {printable(url)}: no answer to {method} {path} ({error}); is a seslab serve there?"

    return EndpointClient(url, silence, LOOK_PATIENCE_S, region)


def of_run(decisions: NDArray[Any], assignment: Assignment, mails: int) -> NDArray[Any]:
    """The decisions on a run's own mails, under the numbers that its scenario gives them."""
    first = assignment.first_number
    ours = np.full(len(decisions), True) if first else is_of(decisions["call"], assignment.run)
    rows = decisions[ours & (decisions["mail"] >= first) & (decisions["mail"] < first + mails)].copy()
    rows["mail"] -= first
    return rows
