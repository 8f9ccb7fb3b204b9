"""What goes wrong during a run, and when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema.accounts.account import MOST_BURST
from scenarios.schema.complaints import WORD
from scenarios.schema.tables import Duration, Positive, Probability, Rate, Seconds, Table


class _Window(Table):
    start_s: Seconds = Field(description="the fault begins")
    duration_s: Duration = Field(description="it lasts this long")

    @property
    def end_s(self) -> float:
        """The first instant at which it is over."""
        return self.start_s + self.duration_s


class _OfSes(_Window):
    account: str | None = Field(
        default=None, pattern=WORD, description="the account that it befalls, of several; default: each of them"
    )


class _Chancy(_Window):
    probability: Probability = Field(description="share of the calls or messages it hits")


class Outage(_OfSes):
    """SES answers every call with a server error."""

    kind: Literal["outage"]


class Slow(_OfSes):
    """SES takes longer: each latency is multiplied."""

    kind: Literal["slow"]
    factor: Positive = Field(le=1e6, description="multiplies SES's latencies")


class _OfPods(_Window):
    of: Literal["application", "workers"] = Field(
        default="application", description="the application's pods, or those that a strategy runs beside it"
    )


class PodCrash(_OfPods):
    """One pod dies with all that it holds, and is back at the end."""

    kind: Literal["pod_crash"]
    pod: int = Field(ge=0, le=9_999, description="which pod, counted from 0")


class ScalePods(_OfPods):
    """The deployment runs another number of pods."""

    kind: Literal["scale_pods"]
    pods: int = Field(ge=1, le=10_000, description="pods that run meanwhile")
    reshare: bool = Field(default=False, description="whether the pods learn of it and divide the limit anew")


class LostResponse(_Chancy, _OfSes):
    """SES accepts a mail, but its answer never arrives."""

    kind: Literal["lost_response"]


class DuplicateDelivery(_Chancy):
    """SQS delivers a message once more."""

    kind: Literal["duplicate_delivery"]


class ExtraThrottling(_Chancy, _OfSes):
    """SES refuses a call although the limit has room."""

    kind: Literal["extra_throttling"]


class RateChange(_OfSes):
    """AWS changes the account's rate; strategies keep believing in the old one."""

    kind: Literal["rate_change"]
    max_send_rate_per_s: Rate = Field(description="recipients a second meanwhile")
    burst: int | None = Field(
        default=None, ge=1, le=MOST_BURST, description="B meanwhile; default unchanged (token-bucket only)"
    )


OF_SES = (Outage, Slow, LostResponse, ExtraThrottling, RateChange)
"""Those that befall an account."""

Fault = Annotated[
    Outage | Slow | PodCrash | ScalePods | LostResponse | DuplicateDelivery | ExtraThrottling | RateChange,
    Field(discriminator="kind"),
]
