"""What Locust leaves in its folder: the master's word on how the run ended, and the workers' files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from loadtests.load import histogram
from loadtests.load.assignment import LEFT
from loadtests.record.logs import CALL, from_bytes


@dataclass(frozen=True)
class LocustResults:
    """What Locust has left in a folder: rows of `CALL`, one for each mail that was sent, and how it ended."""

    zero_unix_s: int
    ended_s: float
    interrupted: bool
    silent: list[int]
    workers: int
    failures: list[str]
    calls: NDArray[Any]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """From the master's word and the workers' files."""
        about = json.loads((folder / LEFT).read_text())
        return cls(**about, calls=calls_in(folder))


def calls_in(folder: Path) -> NDArray[Any]:
    """What the workers have told of their calls."""
    files = sorted(folder.glob("worker-*/calls"))
    return np.concatenate([np.zeros(0, CALL), *(from_bytes(file.read_bytes()) for file in files)])


def histogram_of(folder: Path, name: str) -> Any:
    """The durations of all workers: `response` since the intended instant, `service` since the call's start."""
    return histogram.merged(file.read_bytes() for file in folder.glob(f"worker-*/{name}"))
