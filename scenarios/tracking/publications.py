"""How notices reach the queue: late, twice, and not in the order in which things happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scenarios.schema.delivery.tracker import Tracker
from scenarios.tracking.notices import Notice
from strategies.dice import uniform


class Publication(NamedTuple):
    """A notice on its way: when the queue has it."""

    at_s: float
    notice: Notice


def publications_of(notices: Sequence[Notice], tracker: Tracker, seed: int) -> list[Publication]:
    """In the order in which the queue gets them: one seed, one order, in every world."""
    return sorted(_published(notices, tracker, seed), key=lambda one: one.at_s)


def _published(notices: Sequence[Notice], tracker: Tracker, seed: int) -> Iterator[Publication]:
    for number, notice in enumerate(notices):
        is_doubled = uniform(seed, "tracker/duplicate", number, 0) < tracker.duplicate_probability
        for time in range(1 + is_doubled):
            yield Publication(notice.at_s + _delay_s(tracker, seed, number, time), notice)


def _delay_s(tracker: Tracker, seed: int, number: int, time: int) -> float:
    delay_s = tracker.delay.quantile(uniform(seed, "tracker/delay", number, time))
    if uniform(seed, "tracker/out of order", number, time) < tracker.out_of_order:
        delay_s += tracker.late.quantile(uniform(seed, "tracker/late", number, time))
    return delay_s


def overtaken(publications: Sequence[Publication]) -> int:
    """How many reach the queue after one that happened later to the same recipient."""
    count, latest_s = 0, dict[tuple[str, str], float]()
    for _, notice in publications:
        keys = [(event.message_id, event.recipient) for event in notice.events]
        count += any(latest_s.get(key, notice.at_s) > notice.at_s for key in keys)
        latest_s |= {key: max(notice.at_s, latest_s.get(key, notice.at_s)) for key in keys}
    return count
