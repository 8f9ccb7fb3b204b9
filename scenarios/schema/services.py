"""How the services behave that a run uses: their latencies, the SDK's client, Lambda, SQS and Step Functions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from scenarios.schema.latency import Latency, Lognormal, Uniform
from scenarios.schema.tables import Positive, Probability, Share, Table
from strategies.resources import CALL_CPU_S

LEAST_CPU_MS = 0.001  # a call that took no time at all could be repeated without end in one instant


class Latencies(Table):
    """How long each service takes to answer."""

    ses_send: Latency = Field(
        default=Lognormal(median_ms=50, p99_ms=250), description="an accepted SendEmail, start to end"
    )
    ses_throttle: Latency = Field(
        default=Lognormal(median_ms=20, p99_ms=60), description="a refused SendEmail, start to end"
    )
    sqs: Latency = Field(default=Lognormal(median_ms=15, p99_ms=100), description="any SQS call")
    table: Latency = Field(default=Lognormal(median_ms=5, p99_ms=25), description="any call of DynamoDB")
    lambda_cold_start: Latency = Field(
        default=Lognormal(median_ms=400, p99_ms=900), description="a new environment, until its handler runs"
    )


class Client(Table):
    """The AWS SDK's client."""

    read_timeout_s: Positive = Field(
        default=60.0, le=1e6, description="an answer of SES that takes longer counts as lost; botocore's is 60"
    )
    send_cpu_ms: float = Field(
        default=1000 * CALL_CPU_S,
        ge=LEAST_CPU_MS,
        le=1e6,
        description="what a call of SES takes of a whole processor; measured",
    )
    call_cpu_ms: float = Field(
        default=1000 * CALL_CPU_S, ge=0, le=1e6, description="likewise a call of SQS, DynamoDB or Lambda"
    )


class LambdaService(Table):
    """AWS Lambda and its event source mappings."""

    ramp: Literal["linear", "step"] = Field(
        default="linear", description="how a mapping adds its 300 slots a minute: 5 a second, or all each minute"
    )
    dispatch: Latency = Field(default=Uniform(min_ms=5, max_ms=30), description="from a mapping to the handler")
    async_delay: Latency = Field(
        default=Lognormal(median_ms=30, p99_ms=300), description="an asynchronous invocation, until it starts"
    )


class Sqs(Table):
    """What SQS may do at any receive."""

    duplicate_probability: Probability = Field(default=0.0, description="that a message is delivered once more")
    empty_probability: Probability = Field(
        default=0.0, description="that a short poll misses all the messages there are"
    )
    short_poll_share: Share = Field(
        default=0.5, description="of a queue of fewer than 1,000 messages a short poll finds this share, at least one"
    )


class Tickers(Table):
    """Step Functions as a clock."""

    jitter: Latency = Field(
        default=Uniform(min_ms=20, max_ms=100), description="how late timestamp_wait's wait for a whole second ends"
    )
    transition: Latency | None = Field(
        default=None, description="one state transition; default: the one of the strategy's kind of ticker"
    )
