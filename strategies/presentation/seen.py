"""What a sentence about a strategy may go by."""

from __future__ import annotations

from typing import NamedTuple


class Scaling(NamedTuple):
    """For a while there are so many pods, whose shares of the rate are `reshare`d or stay as they were."""

    start_s: float
    end_s: float
    pods: int
    reshare: bool


class LaneSeen(NamedTuple):
    """What came of a lane's recipients: their p99 latency, None if unknown, and how many were lost or dead-lettered."""

    name: str
    priority: int
    p99_s: float | None
    gone: float = 0.0


class Seen(NamedTuple):
    """The account of a run and what came of it; rates and sizes in recipients.

    `at_once` is what SES admits after a pause, in its `limiter`'s words a bucket or a window; a call of more than
    `largest_call` is never admitted. Of several replications each figure is the mean. `shares` is more than one where a
    load test ran the strategy on several workers. `lanes` are told where there are several, the most urgent first.
    """

    rate_per_s: float
    limiter: str
    at_once: int
    largest_call: float
    send_median_s: float
    largest_mail: float
    makespan_s: float | None
    throttled_calls: float
    lost_to_throttling: float
    scalings: tuple[Scaling, ...] = ()
    shares: int = 1
    lanes: tuple[LaneSeen, ...] = ()
