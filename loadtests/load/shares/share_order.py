"""What one worker's share of a strategy's run is asked to do: the order for `share_process`."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loadtests.application.worker_share import WorkerShare
from loadtests.ports.ses import Envelope
from scenarios.budget import Budget
from scenarios.outside.plug import plug, plugged
from scenarios.schema.accounts.accounts import POOL
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import NOBODY, slices_of
from scenarios.traffic.workload import ALIKE, Arrivals


class ShareOrder(NamedTuple):
    """All shares of a run have the same order but for `share`; `run` is a number of 31 bits that no other run has.

    `mails` are the whole scenario's, as the master has drawn them, and `accounts` says whose each is, as `WorkerMails`
    do, where there are several.

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
    accounts: NDArray[np.uint8] = ALIKE
    envelope: Envelope = Envelope()
    endpoint: str | None = None
    region: str | None = None
    outputs: dict[str, str] | None = None
    budget_recipients: int = Budget().recipients

    @property
    def folder_of_share(self) -> Path:
        """Where the ledger will be."""
        return self.folder / f"share-{self.share.place}"

    @property
    def parts(self) -> Iterator[tuple[str, Scenario, Arrivals]]:
        """Each of several accounts, or the pool of some, with its mails."""
        names = [*self.scenario.accounts]
        for name, part in slices_of(self.scenario).items():
            mine = np.flatnonzero(self.accounts == (NOBODY if name == POOL else names.index(name)))
            yield name, part, Arrivals._make(column[mine] if len(column) else column for column in self.mails)

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
