"""A run's ledger, built from the evidence that the run leaves; fates come from `fates`, and the sums are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.delivered import Delivered
from scenarios.ledger.fates import Custody, Floats, settle
from scenarios.ledger.ledger import Columns, Ledger, admitted, assert_conserved
from scenarios.traffic.workload import Arrivals

ALL_MAILS = slice(None)


class Subject(NamedTuple):
    """Whose ledger it is: of which strategy, by which settings, in which scenario and world."""

    strategy: str
    scenario: str
    seed: int
    world: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What tells the fates, and what is told beside them.

    `enqueued_s` says when a queue first had each mail, `receives` how often queues gave it out; None where no queue was
    seen. `usage` holds raw counts of what is billed; SES's recipients are not among them, since the calls tell these.
    """

    ended_s: float
    calls: Columns
    custody: Custody
    enqueued_s: Floats | None = None
    receives: NDArray[np.int32] | None = None
    usage: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    interrupted: bool = False
    delivered: Delivered | None = None


def build_ledger(
    subject: Subject, arrivals: Arrivals, evidence: Evidence, played: NDArray[np.int32] | slice = ALL_MAILS
) -> Ledger:
    """The ledger of a run that was given the mails numbered `played` of all `arrivals`; it has no `wall_s` yet.

    Raises `Unbalanced` when a recipient's fate is not accounted for, which would be a defect of seslab.
    """
    mails = _mails(arrivals, evidence)
    ledger = Ledger(
        **subject._asdict(),
        ended_s=evidence.ended_s,
        mails={name: column[played] for name, column in mails.items()},
        calls=evidence.calls,
        usage={"ses_recipients": float(admitted(evidence.calls)), **evidence.usage},
        warnings=evidence.warnings,
        interrupted=evidence.interrupted,
        delivered=evidence.delivered,
    )
    assert_conserved(ledger)
    return ledger


def _mails(arrivals: Arrivals, evidence: Evidence) -> Columns:
    count = len(arrivals.recipients)
    enqueued_s, receives = evidence.enqueued_s, evidence.receives
    return settle(
        arrivals,
        evidence.calls,
        evidence.custody,
        np.full(count, np.nan) if enqueued_s is None else enqueued_s,
        np.zeros(count, np.int32) if receives is None else receives,
    )


def all_pending(arrivals: Arrivals) -> Custody:
    """Custody where nothing is known but SES's decisions: what SES did not accept may still be sent."""
    return Custody(np.ones(len(arrivals.recipients), dtype=bool))
