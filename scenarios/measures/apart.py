"""Figures of each workload and of each lane apart: what a newsletter does to the password resets beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NotRequired, cast

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from scenarios.entries.counts import PartFigures
from scenarios.entry import LaneEntry, WorkloadEntry
from scenarios.ledger.ledger import Ledger
from scenarios.ledger.recipients import Acceptances, acceptances
from scenarios.measures.metrics import COUNTED, latency_figures, recipient_counts
from scenarios.schema.labels import lanes_of, places_of
from scenarios.schema.processes import Workload
from scenarios.traffic.workload import origins


class Apart(TypedDict):
    """What an entry has besides, where there are several workloads or lanes."""

    workloads: NotRequired[list[WorkloadEntry]]
    lanes: NotRequired[list[LaneEntry]]


def apart(ledger: Ledger, workloads: Sequence[Workload]) -> Apart:
    """The workloads in the order of the file, and the lanes, the most urgent first; nothing where there is only one."""
    if len(workloads) < 2:
        return {}
    origin, lanes, accepted = origins(workloads, ledger.seed), lanes_of(workloads), acceptances(ledger)
    parts: Apart = {
        "workloads": [
            _of_workload(index, workload, figures_of_mails(ledger, accepted, origin == index))
            for index, workload in enumerate(workloads)
        ]
    }
    if len(lanes) > 1:
        place = np.array(places_of(workloads))[origin]
        parts["lanes"] = [
            {"lane": lane.name, "priority": lane.priority, **figures_of_mails(ledger, accepted, place == index)}
            for index, lane in enumerate(lanes)
        ]
    return parts


def _of_workload(index: int, workload: Workload, figures: PartFigures) -> WorkloadEntry:
    named = {"name": workload.name} if workload.name else {}
    return cast(WorkloadEntry, {"index": index, **named, "process": workload.process, **figures})


def figures_of_mails(ledger: Ledger, accepted: Acceptances, mine: NDArray[Any]) -> PartFigures:
    """Recipients by fate, and their latencies, of the mails that are `mine`."""
    rows, part = np.flatnonzero(mine), accepted.where(mine[accepted.mail])
    own = replace(ledger, mails={name: ledger.mails[name][rows] for name in COUNTED})
    recipients = recipient_counts(own)
    return {"recipients": recipients, **latency_figures(ledger, part, recipients["submitted"])}
