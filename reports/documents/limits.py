"""What SES allowed, and what is possible within that, in several documents."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class BoundFigures(TypedDict):
    """What senders without latency can do with the same mails. Null for a workload without recipients."""

    makespan_s: Annotated[
        float | None,
        Field(description="seconds from the first intended instant to the last acceptance, which no sender beats"),
    ]
    latency_mean_s: Annotated[
        float | None, Field(description="first come, first served: mean latency over recipients, in seconds")
    ]
    latency_p99_s: Annotated[
        float | None, Field(description="first come, first served: 99 % of the recipients wait at most so many seconds")
    ]


class LimiterTable(TypedDict):
    """How SES was supposed to admit recipients, as the scenario's [account.limiter] says."""

    kind: Annotated[str, Field(description="token-bucket, fixed-window or sliding-window")]
    burst: Annotated[int, Field(description="B, recipients at once after a pause; R rounded up for a window")]
    admission: Annotated[str, Field(description="strict or debt")]
    effective_rate: Annotated[float, Field(description="share of R at which the limiter really refilled")]
    refusal_cost: Annotated[float, Field(description="share of its recipients that a refused call consumed")]
    shards: Annotated[int, Field(description="independent limiters that shared R and the burst")]
