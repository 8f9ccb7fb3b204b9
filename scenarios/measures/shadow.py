"""What shadow copies come to: recipients that SES counts and bills like any other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenarios.entry import ShadowFigures
from scenarios.ledger.ledger import ACCEPTED, Ledger
from scenarios.schema.processes import Workload
from scenarios.traffic.workload import origins


def shadow_of(ledger: Ledger, workloads: Sequence[Workload], usd_per_recipient: float) -> ShadowFigures | None:
    """Of the recipients that SES accepted, those that are copies; None where no mail has any.

    A mail's copies are its first recipients, as they are in a real run.
    """
    if not any(one.copies for one in workloads):
        return None
    copies = np.array([one.copies for one in workloads])[origins(workloads, ledger.seed)]
    calls = ledger.calls
    accepted = calls["outcome"] == ACCEPTED
    first = calls["first_recipient"][accepted]
    last = np.minimum(first + calls["recipients"][accepted], copies[calls["mail"][accepted]])
    recipients = int(np.maximum(last - first, 0).sum(dtype=np.int64))
    return {"recipients": recipients, "usd": recipients * usd_per_recipient}
