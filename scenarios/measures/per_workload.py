"""Figures of each workload of a scenario apart: what a newsletter does to the password resets beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenarios.entry import WorkloadEntry
from scenarios.ledger.ledger import Ledger
from scenarios.ledger.recipients import Acceptances, acceptances
from scenarios.measures.metrics import latency_figures, recipient_counts
from scenarios.schema.processes import Workload
from scenarios.traffic.workload import origins


def per_workload(ledger: Ledger, workloads: Sequence[Workload]) -> list[WorkloadEntry]:
    """Recipients by fate and their latencies, workload by workload in the order of the scenario file."""
    origin, accepted = origins(workloads, ledger.seed), acceptances(ledger)
    figures: list[WorkloadEntry] = []
    for index, workload in enumerate(workloads):
        mine = origin == index
        own = replace(ledger, mails={name: column[mine] for name, column in ledger.mails.items()})
        part = Acceptances(*(column[mine[accepted.mail]] for column in accepted))
        recipients = recipient_counts(own)
        figures.append(
            {
                "index": index,
                "process": workload.process,
                "recipients": recipients,
                **latency_figures(ledger, part, recipients["submitted"]),
            }
        )
    return figures
