"""When mails fall due and to how many recipients each goes: the workloads of a scenario, merged.

Times and recipients come from streams named by seed, purpose and the workload's place in the file, so that adding a
workload at the end changes no other, and changing the recipients moves no arrival. What is repeated has streams of its
own each further time, so that a later horizon adds repetitions and changes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import BadInput
from scenarios.schema.labels import number_of_way, place_on_way
from scenarios.schema.processes import Drawn, Trace, Workload
from scenarios.schema.tables import MAX_MAILS
from scenarios.traffic.chance import generator

ALIKE: NDArray[np.uint8] = np.empty(0, np.uint8)


class Arrivals(NamedTuple):
    """The mails of a run in the order in which they fall due: seconds, sorted, and recipients; 12 bytes a mail.

    `ways` has the number of each mail's way, and `lanes` the place of its lane among those of its way; they are empty
    where all mails are alike.
    """

    intended_s: NDArray[np.float64]
    recipients: NDArray[np.int32]
    lanes: NDArray[np.uint8] = ALIKE
    ways: NDArray[np.uint8] = ALIKE

    def lane(self, number: int) -> int:
        """The lane of that mail."""
        return int(self.lanes[number]) if len(self.lanes) else 0

    def lanes_of(self, numbers: NDArray[Any]) -> Iterable[int]:
        """The lane of each of these mails."""
        return self.lanes[numbers].tolist() if len(self.lanes) else repeat(0)

    def on_way(self, numbers: NDArray[np.int32], way: int) -> NDArray[np.int32]:
        """Those of these mails that go one way."""
        return _labelled(numbers, self.ways, way)

    def in_lane(self, numbers: NDArray[np.int32], lane: int) -> NDArray[np.int32]:
        """Those of these mails that are of one lane."""
        return _labelled(numbers, self.lanes, lane)


def _labelled(numbers: NDArray[np.int32], labels: NDArray[np.uint8], label: int) -> NDArray[np.int32]:
    """Those of these mails that have a label; where all are alike it is 0."""
    if not len(labels):
        return numbers if label == 0 else numbers[:0]
    found: NDArray[np.int32] = numbers[labels[numbers] == label]
    return found


def arrivals(workloads: Sequence[Workload], seed: int, purpose: str = "workload") -> Arrivals:
    """Every mail of the workloads, merged in time; of equal instants the earlier workload goes first.

    Raises BadInput for a trace that cannot be read and for more than 10^8 mails.
    """
    return _merged(parts(workloads, seed, purpose), place_on_way(workloads), number_of_way(workloads))


def origins(workloads: Sequence[Workload], seed: int) -> NDArray[np.unsignedinteger[Any]]:
    """For each mail of `arrivals`, the place in the file of the workload that it comes from."""
    drawn = parts(workloads, seed, "workload")
    smallest = np.min_scalar_type(len(drawn))
    return _of_each_mail(np.arange(len(drawn), dtype=smallest), drawn)[_order(drawn)]


def parts(workloads: Sequence[Workload], seed: int, purpose: str) -> list[Arrivals]:
    """The mails of each workload, not merged; raises BadInput as `arrivals` does."""
    drawn = [_own(workload, seed, purpose, index) for index, workload in enumerate(workloads)]
    if sum(len(part.intended_s) for part in drawn) > MAX_MAILS:
        raise BadInput(f"{purpose}: more than {MAX_MAILS} mails in total; a run holds at most that many")
    return drawn


def _own(workload: Workload, seed: int, purpose: str, index: int) -> Arrivals:
    """Its mails, or those of them that the account has whose scenario it is; drawn alike either way."""
    taken = workload.taken
    mails = _one(workload, seed, f"{purpose}/{index if taken is None else taken.place}")
    if taken is None or taken.chosen is None:
        return mails
    chosen = taken.chosen(seed)
    return Arrivals(mails.intended_s[chosen], mails.recipients[chosen])


def _one(workload: Workload, seed: int, name: str) -> Arrivals:
    """Its mails of all times that it begins, which may overlap."""
    each = _replayed(workload, seed, name) if isinstance(workload, Trace) else _drawn(workload, seed, name)
    return _merged(each, [0] * len(each), [0] * len(each))


def _replayed(trace: Trace, seed: int, name: str) -> list[Arrivals]:
    """The same mails each time that it begins."""
    from scenarios.traffic.trace_csv import read_trace

    at_s, recipients = read_trace(trace.path)
    if trace.volume != 1:
        copies = _copies(trace, len(at_s), seed, name)
        at_s, recipients = np.repeat(at_s, copies), np.repeat(recipients, copies)
    times = len(trace.begins_s)
    if len(at_s) * times > MAX_MAILS:
        raise BadInput(f"{trace.path}: its {len(at_s)} mails, {times} times, are more than the {MAX_MAILS} of a run")
    offsets_s, recipients = at_s / trace.speedup, recipients + np.int32(trace.copies)
    return [Arrivals(begin_s + offsets_s, recipients) for begin_s in trace.begins_s]


def column_of(trace: Trace, column: str, seed: int, place: int) -> NDArray[Any]:
    """A text that a column of a trace has for each of its mails, in the order of `parts`. Raises BadInput."""
    from scenarios.traffic.trace_csv import read_column

    at_s, values = read_column(trace.path, column)
    if trace.volume != 1:
        copies = _copies(trace, len(at_s), seed, f"workload/{place}")
        at_s, values = np.repeat(at_s, copies), np.repeat(values, copies)
    times = np.concatenate([begin_s + at_s / trace.speedup for begin_s in trace.begins_s])
    return np.tile(values, len(trace.begins_s))[np.argsort(times, kind="stable")]


def _copies(trace: Trace, mails: int, seed: int, name: str) -> NDArray[np.int64]:
    """How often each of so many mails is sent. Raises BadInput where that is too often."""
    volume, rng = trace.volume, generator(seed, f"{name}/volume")
    if volume * mails > MAX_MAILS:
        raise BadInput(f"volume {volume:g}: makes {volume * mails:,.0f} mails of {mails}; a run holds {MAX_MAILS:,}")
    whole, rest = divmod(volume, 1)
    return np.int64(whole) + (rng.random(mails) < rest).astype(np.int64)


def _drawn(workload: Drawn, seed: int, name: str) -> list[Arrivals]:
    """Drawn anew each time that it begins, the first time as if it began only once."""
    names = [name if again == 0 else f"{name}/{again}" for again in range(len(workload.begins_s))]
    return [_once(workload, begin_s, seed, one) for begin_s, one in zip(workload.begins_s, names, strict=True)]


def _once(workload: Drawn, begin_s: float, seed: int, name: str) -> Arrivals:
    offsets_s = workload.offsets_s(generator(seed, f"{name}/instants"))
    recipients = workload.draw_recipients(generator(seed, f"{name}/recipients"), len(offsets_s))
    return Arrivals(begin_s + offsets_s, recipients)


def _merged(drawn: Sequence[Arrivals], lanes: Sequence[int], ways: Sequence[int]) -> Arrivals:
    if len(drawn) == 1:
        return drawn[0]
    order = _order(drawn)
    recipients = np.concatenate([part.recipients for part in drawn] or [np.empty(0, np.int32)])
    lane, way = (
        _of_each_mail(np.array(labels, np.uint8), drawn)[order] if any(labels) else ALIKE for labels in (lanes, ways)
    )
    return Arrivals(_instants(drawn)[order], recipients[order], lane, way)


def _of_each_mail(value: NDArray[Any], drawn: Sequence[Arrivals]) -> NDArray[Any]:
    """What each workload has, for each of its mails."""
    return np.repeat(value, [len(part.intended_s) for part in drawn])


def _instants(drawn: Sequence[Arrivals]) -> NDArray[np.float64]:
    return np.concatenate([part.intended_s for part in drawn] or [np.empty(0)])


def _order(drawn: Sequence[Arrivals]) -> NDArray[np.intp]:
    """In which the mails of all drawn fall due."""
    return np.argsort(_instants(drawn), kind="stable")
