"""The table [tracker]: how the application learns what became of its mail, and what goes wrong on the way."""

from __future__ import annotations

from pydantic import Field

from scenarios.schema.latency import Latency, Lognormal, Uniform
from scenarios.schema.tables import Duration, Probability, Seconds, Table
from strategies.resources import LEAST_MEMORY_MB, MEMORY_MB, MOST_MEMORY_MB


class Killed(Table):
    """The tracker dies with what it has in hand, and so does each that is started until the end."""

    start_s: Seconds = Field(description="it is killed")
    duration_s: Duration = Field(description="for so long none lives")

    @property
    def end_s(self) -> float:
        """The first instant at which one lives again."""
        return self.start_s + self.duration_s


class Tracker(Table):
    """SES's events, through SNS and SQS, to a function that keeps the status of each recipient in DynamoDB."""

    delay: Latency = Field(
        default=Lognormal(median_ms=500, p99_ms=5000),
        description="from what happens until its event is in the queue; AWS names no figure",
    )
    duplicate_probability: Probability = Field(default=0.0, description="that an event is told twice")
    out_of_order: Probability = Field(default=0.0, description="share of the events that are late")
    late: Latency = Field(default=Uniform(min_ms=1000, max_ms=60_000), description="how much later these are")
    killed: tuple[Killed, ...] = Field(default=(), description="when no tracker lives")
    batch_size: int = Field(default=10, ge=1, le=10_000, description="most messages of one invocation")
    window_s: float = Field(default=0.0, ge=0, le=300, description="so long a batch is gathered")
    concurrency: int = Field(default=10, ge=2, le=1000, description="most invocations at once")
    visibility_timeout_s: float = Field(
        default=60.0, ge=5, le=43_200, description="a message that was not done with comes back after so long"
    )
    memory_mb: int = Field(default=MEMORY_MB, ge=LEAST_MEMORY_MB, le=MOST_MEMORY_MB, description="of the function")
    max_receives: int = Field(default=10, ge=1, le=1000, description="receives after which it is dead-lettered")
    ttl_s: float = Field(
        default=30 * 86_400.0, ge=1, le=1e9, description="a status is kept, and a bounce means a banner, for so long"
    )
