"""What the figures of a calibration need of one ledger: the latencies' quantiles and the accepted rate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reports.figures.series import MOST_BINS, Floats, coarsen, end_of, per_bin, width_s
from reports.figures.stretch import Stretch
from scenarios.ledger.ledger import ACCEPTED, Ledger
from scenarios.ledger.recipients import acceptances
from scenarios.measures.metrics import latencies

PERMILLE = (*range(10, 1000, 10), 995, 999)
"""The shares of recipients at whose latencies two runs are compared."""


class Curves(NamedTuple):
    """Recipients a second in bins of `bin_s` up to the last event, and latencies at `PERMILLE`, if any was accepted."""

    end_s: float
    bin_s: int
    accepted: Floats
    quantiles_s: Floats


def curves_of(ledger: Ledger) -> Curves:
    """Gathers the curves of one ledger."""
    end_s = end_of(ledger)
    bin_s = width_s(end_s, MOST_BINS)
    return Curves(end_s, bin_s, per_bin(ledger, Stretch(0.0, end_s), bin_s, [ACCEPTED]), _quantiles_s(ledger))


def _quantiles_s(ledger: Ledger) -> Floats:
    accepted = acceptances(ledger)
    total = int(accepted.fresh.sum(dtype=np.int64))
    if not total:
        return np.empty(0)
    sorted_s = latencies(ledger, accepted)
    return np.array([sorted_s.at_rank(-(-share * total // 1000)) for share in PERMILLE])


def rates(curves: Curves, bin_s: int, bins: int) -> Floats:
    """The accepted rate in so many bins of that width, a multiple of the curves' own."""
    means = coarsen(curves.accepted, bin_s // curves.bin_s).mean(axis=-1)
    return np.pad(means, (0, bins - len(means)))
