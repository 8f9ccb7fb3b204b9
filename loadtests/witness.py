"""Two views of the same calls made one: when the caller saw them begin and end, and what SES decided when."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.logs import ClientLog
from scenarios.ledger import FAILED, Columns


def joined(witness: NDArray[Any], client: ClientLog, ended_s: float) -> Columns:
    """The calls in the order in which SES decided, and behind them those that failed before it saw them.

    `witness` holds rows of `DECISION`. What SES decided after the end, or not at all, is left out.
    """
    calls = client.rows()  # threads may still write; these are later than the witness's, which they therefore contain
    seen = witness[(witness["call"] >= 0) & (witness["decided_s"] <= ended_s)]
    failed = np.setdiff1d(np.flatnonzero(calls["end_s"] <= ended_s), witness["call"])
    ours = calls[np.concatenate((seen["call"], failed))]
    return {
        "call": np.arange(len(ours)),
        **{name: ours[name] for name in ("mail", "first_recipient", "recipients", "start_s")},
        "decided_s": np.concatenate((seen["decided_s"], np.full(len(failed), np.nan))),
        "end_s": ours["end_s"],
        "outcome": np.concatenate((seen["outcome"], np.full(len(failed), FAILED, np.uint8))),
    }
