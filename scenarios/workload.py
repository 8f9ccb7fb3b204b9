"""When mails fall due and to how many recipients each goes: the workloads of a scenario, merged.

Times and recipients come from streams named by seed, purpose and the workload's place in the file, so that adding a
workload at the end changes no other, and changing the recipients moves no arrival.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import BadInput
from scenarios.processes import Trace, Workload
from scenarios.tables import MAX_MAILS
from scenarios.trace_csv import read_trace


class Arrivals(NamedTuple):
    """The mails of a run in the order in which they fall due: seconds, sorted, and recipients; 12 bytes a mail."""

    intended_s: NDArray[np.float64]
    recipients: NDArray[np.int32]


def arrivals(workloads: Sequence[Workload], seed: int, purpose: str = "workload") -> Arrivals:
    """Every mail of the workloads, merged in time; of equal instants the earlier workload goes first.

    Raises BadInput for a trace that cannot be read and for more than 10^8 mails.
    """
    parts = [_one(workload, partial(_stream, seed, purpose, index)) for index, workload in enumerate(workloads)]
    if sum(len(part.intended_s) for part in parts) > MAX_MAILS:
        raise BadInput(f"{purpose}: more than {MAX_MAILS} mails in total; a run holds at most that many")
    return _merged(parts)


def _one(workload: Workload, stream: Callable[[str], np.random.Generator]) -> Arrivals:
    if isinstance(workload, Trace):
        at_s, recipients = read_trace(workload.path)
        return Arrivals(at_s / workload.speedup, recipients + np.int32(workload.shadow_copies))
    instants = workload.instants(stream("instants"))
    return Arrivals(instants, workload.draw_recipients(stream("recipients"), len(instants)))


def _merged(parts: Sequence[Arrivals]) -> Arrivals:
    if len(parts) == 1:
        return parts[0]
    intended_s = np.concatenate([part.intended_s for part in parts] or [np.empty(0)])
    recipients = np.concatenate([part.recipients for part in parts] or [np.empty(0, np.int32)])
    order = np.argsort(intended_s, kind="stable")
    return Arrivals(intended_s[order], recipients[order])


def _stream(seed: int, purpose: str, index: int, use: str) -> np.random.Generator:
    name = zlib.crc32(f"{purpose}/{index}/{use}".encode())
    return np.random.default_rng(np.random.SeedSequence([seed, name]))
