"""The SES account of a scenario, and a hypothesis about its limiter, which is documented nowhere."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from scenarios.schema.tables import Positive, Rate, Table, wrong

SANDBOX_RATE_PER_S = 1.0  # of a sandbox account, with its quota: SES's page "Managing your sending limits"
SANDBOX_24H_SEND = 200
MOST_BURST = 10_000_000


class LimiterHypothesis(Table):
    """How SES is supposed to admit recipients."""

    kind: Literal["token-bucket", "fixed-window", "sliding-window"] = Field(
        default="token-bucket", description="the limiter's algorithm; windows are one second long"
    )
    burst: int = Field(
        default_factory=lambda: 0,  # until the account, which knows the rate, fills it in
        ge=1,
        le=MOST_BURST,
        description="B, recipients at once after a pause; default R rounded up, at least 1 (token-bucket only)",
    )
    admission: Literal["strict", "debt"] = Field(
        default="strict",
        description="strict: admitted while tokens >= recipients; debt: while tokens >= 1 (token-bucket only)",
    )
    effective_rate: Positive = Field(default=1.0, le=1, description="share of R at which the limiter really refills")
    refusal_cost: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="share of its recipients that a refused call consumes; it empties a bucket, and overfills a window",
    )
    shards: int = Field(default=1, ge=1, le=10_000, description="independent limiters that share R and the burst")


class Account(Table):
    """What SES allows; in the sandbox 1 recipient a second and 200 in 24 hours, whatever else is said."""

    sandbox: bool = Field(default=False, description="a new account: 1 recipient a second, 200 in 24 hours")
    max_send_rate_per_s: Rate = Field(default=14.0, validate_default=True, description="R, recipients a second")
    max_24h_send: int = Field(
        default=50_000, ge=-1, le=10**12, validate_default=True, description="recipients in 24 hours; -1: unlimited"
    )
    sent_last_24h: int = Field(
        default=0, ge=0, le=10**9, description="recipients accepted in the 24 hours before second 0, evenly"
    )
    daily_edge: Literal["strict", "debt"] = Field(
        default="strict",
        description="strict: a mail must fit into what is left of the 24 hours; debt: anything left will do",
    )
    limiter: LimiterHypothesis = Field(
        default_factory=LimiterHypothesis, validate_default=True, description="a hypothesis"
    )

    @field_validator("max_send_rate_per_s")
    @classmethod
    def _sandbox_rate(cls, rate_per_s: float, info: ValidationInfo) -> float:
        return SANDBOX_RATE_PER_S if info.data.get("sandbox") else rate_per_s

    @field_validator("max_24h_send")
    @classmethod
    def _sandbox_quota(cls, quota: int, info: ValidationInfo) -> int:
        if quota == 0:
            raise ValueError("must be at least 1, or -1 for unlimited")
        return SANDBOX_24H_SEND if info.data.get("sandbox") else quota

    @field_validator("sent_last_24h")
    @classmethod
    def _within_quota(cls, sent: int, info: ValidationInfo) -> int:
        quota = info.data.get("max_24h_send", -1)
        if 0 <= quota < sent:
            raise ValueError(f"must be at most max_24h_send, {quota}")
        return sent

    @field_validator("limiter")
    @classmethod
    def _resolved(cls, limiter: LimiterHypothesis, info: ValidationInfo) -> LimiterHypothesis:
        return resolved(limiter, info.data.get("max_send_rate_per_s", 1))


def resolved(limiter: LimiterHypothesis, rate_per_s: float) -> LimiterHypothesis:
    """With the burst filled in, by default one second's worth. Raises what a validator may raise if none can be so."""
    _check_token_bucket_only(limiter)
    if "burst" not in limiter.model_fields_set:
        keys = {**dict(limiter), "burst": max(1, math.ceil(rate_per_s))}
        limiter = LimiterHypothesis.model_construct(
            limiter.model_fields_set, **keys
        )  # the file has still not set the burst
    if limiter.kind == "token-bucket" and limiter.shards > limiter.burst:
        raise wrong("shards", f"must be at most the burst ({limiter.burst}): a smaller shard admits nothing")
    return limiter


def _check_token_bucket_only(limiter: LimiterHypothesis) -> None:
    if limiter.kind == "token-bucket":
        return
    if "burst" in limiter.model_fields_set:
        raise wrong("burst", f"only a token-bucket has a burst; leave it out for a {limiter.kind}")
    if limiter.admission == "debt":
        raise wrong("admission", f'only a token-bucket admits on debt; a {limiter.kind} is always "strict"')


def refuse_burst(limiter: LimiterHypothesis, burst: int, at: tuple[str | int, ...]) -> None:
    """Raises what a validator may raise if the limiter could not go on with that burst."""
    if limiter.kind != "token-bucket":
        raise wrong(at, f"only a token-bucket has a burst; leave it out for a {limiter.kind}")
    if limiter.shards > burst:
        raise wrong(at, f"must be at least the shards ({limiter.shards}): a smaller shard admits nothing")
