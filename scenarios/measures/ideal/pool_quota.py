"""The best possible of a pool whose accounts have 24-hour quotas of their own: what one has left is no help to another.

A relaxation that no order of calls beats. From its first mail on, each account gives at most what its limiter lets
through without a pause, and at most what its quota has left, at the highest of its rates and bursts. What was sent in
the 24 hours before second 0 is freed evenly, as `day_before` has it; what is sent now is not freed within a day.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from scenarios.aws.admission import DAY_S, UNLIMITED
from scenarios.aws.limit_steps import limit_steps
from scenarios.aws.limiter import at_once
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import members_of
from strategies.ports import MAX_RECIPIENTS

HALVINGS = 60  # of a day: finer than the limiter's clock


def least_span_s(pool: Scenario, recipients: int, first_s: float) -> float:
    """Seconds from the first mail, at `first_s`, before which so many cannot have been accepted; at most a day."""
    supplies = [_supply_of(member, first_s) for member in members_of(pool).values()]
    too_short_s, long_s = 0.0, DAY_S
    for _ in range(HALVINGS):
        middle_s = (too_short_s + long_s) / 2
        if sum(supply(middle_s) for supply in supplies) < recipients:
            too_short_s = middle_s
        else:
            long_s = middle_s
    return too_short_s


def _supply_of(member: Scenario, first_s: float) -> Callable[[float], float]:
    """The most recipients that one account accepts within so many seconds of the first mail."""
    account, steps = member.account, limit_steps(member)
    limiter = account.limiter
    rate_per_s = max(step.rate_per_s for step in steps) * limiter.effective_rate
    full = max(max(step.burst for step in steps), at_once(limiter, max(step.rate_per_s for step in steps)))
    windows = 2 if limiter.kind == "fixed-window" else 1  # one may end as the mail comes, and the next begin
    room = windows * full + (MAX_RECIPIENTS * limiter.shards if limiter.admission == "debt" else 0)
    left = inf if account.max_24h_send == UNLIMITED else float(account.max_24h_send - account.sent_last_24h)
    left += MAX_RECIPIENTS if account.daily_edge == "debt" else 0
    freed_per_s = account.sent_last_24h / DAY_S
    return lambda span_s: min(room + rate_per_s * span_s, left + freed_per_s * (first_s + span_s + 1))
