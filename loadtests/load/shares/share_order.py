"""What one worker's share of a strategy's run is asked to do: the order for `share_process`."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import BinaryIO, NamedTuple

from loadtests.application.worker_share import WorkerShare
from loadtests.ports.ses import Envelope
from scenarios.budget import Budget
from scenarios.outside.plug import plug, plugged
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals


class ShareOrder(NamedTuple):
    """All shares of a run have the same order but for `share`; `run` is a number of 31 bits that no other run has.

    `mails` are the whole scenario's, as the master has drawn them.

    With `endpoint`, the URL of a `seslab serve`, mails go there; else to SES in `region`, which publishes what it does
    with those of this share alone into the queue of the stack with these `outputs`, and of which it may accept so many
    recipients as `budget_recipients` says. The ledger will be in `folder`.
    """

    scenario: Scenario
    strategy: str
    seed: int
    run: int
    share: WorkerShare
    zero_unix_s: int
    folder: Path
    mails: Arrivals
    envelope: Envelope = Envelope()
    endpoint: str | None = None
    region: str | None = None
    outputs: dict[str, str] | None = None
    budget_recipients: int = Budget().recipients

    @property
    def name(self) -> str:
        """Of this share alone: its queues are called by it."""
        return f"seslab-{self.run}-{self.share.place}"


def packed(order: ShareOrder) -> bytes:
    """For another process; strategies from outside go first, since the order's settings may be of one of them."""
    return pickle.dumps(plugged()) + pickle.dumps(order)


def unpacked(stream: BinaryIO) -> ShareOrder:
    """What `packed` has made of an order."""
    plug(pickle.load(stream))
    order: ShareOrder = pickle.load(stream)
    return order
