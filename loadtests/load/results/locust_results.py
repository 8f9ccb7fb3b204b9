"""What Locust leaves in its folder: the master's word on how the run ended, and the workers' files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from loadtests.load import histogram
from loadtests.load.assignment import LEFT
from loadtests.record.logs import CALL, from_bytes
from scenarios.traffic.workload import ALIKE


@dataclass(frozen=True)
class LocustResults:
    """What Locust has left in a folder: rows of `CALL`, one for each mail that was sent, and how it ended.

    `accounts` has the place of the account that each of them went through; it is empty where there is one.
    """

    zero_unix_s: int
    ended_s: float
    interrupted: bool
    silent: list[int]
    workers: int
    failures: list[str]
    calls: NDArray[Any]
    accounts: NDArray[np.uint8] = field(default_factory=lambda: ALIKE)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """From the master's word and the workers' files."""
        about = json.loads((folder / LEFT).read_text())
        return cls(**about, calls=calls_in(folder), accounts=accounts_in(folder))

    def of_mails(self, numbers: NDArray[np.int64]) -> Self:
        """The calls of the mails with these numbers, ascending, which are counted anew."""
        mine = np.isin(self.calls["mail"], numbers)
        accounts = self.accounts[mine] if len(self.accounts) else self.accounts
        return replace(self, calls=of_mails(self.calls, numbers), accounts=accounts)

    def through(self, place: int) -> NDArray[Any]:
        """The calls that went through the account of that place."""
        return self.calls[self.accounts == place] if len(self.accounts) else self.calls


def of_mails(rows: NDArray[Any], numbers: NDArray[np.int64]) -> NDArray[Any]:
    """Those of the mails with these numbers, ascending, which are counted anew."""
    mine = rows[np.isin(rows["mail"], numbers)].copy()
    mine["mail"] = np.searchsorted(numbers, mine["mail"])
    return mine


def calls_in(folder: Path) -> NDArray[Any]:
    """What the workers have told of their calls."""
    files = sorted(folder.glob("worker-*/calls"))
    return np.concatenate([np.zeros(0, CALL), *(from_bytes(file.read_bytes()) for file in files)])


def accounts_in(folder: Path) -> NDArray[np.uint8]:
    """The places of the accounts of those calls, where they are told."""
    files = sorted(folder.glob("worker-*/accounts"))
    return np.concatenate([ALIKE, *(np.frombuffer(file.read_bytes(), np.uint8) for file in files)])


def histogram_of(folder: Path, name: str) -> Any:
    """The durations of all workers: `response` since the intended instant, `service` since the call's start."""
    return histogram.merged(file.read_bytes() for file in folder.glob(f"worker-*/{name}"))
