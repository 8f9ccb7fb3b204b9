"""How much the runs of a command may send and cost, where the user says nothing else."""

from __future__ import annotations

from typing import NamedTuple


class Budget(NamedTuple):
    """The most that all runs of a command together may send and cost."""

    recipients: int = 1000
    usd: float = 1.0
