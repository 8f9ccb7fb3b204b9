"""What is counted of some mails and of calls, and how long their recipients waited."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

Amount = Annotated[float, Field(ge=0)]
"""Of recipients, calls or what AWS counts."""


class RecipientCounts(TypedDict):
    """Recipients by what SES did with them: submitted = accepted + dead_lettered + lost + pending."""

    submitted: Annotated[Amount, Field(description="of all mails")]
    accepted: Annotated[Amount, Field(description="accepted by SES, however often")]
    dead_lettered: Annotated[Amount, Field(description="in a dead-letter queue, received too often")]
    lost: Annotated[Amount, Field(description="given up: nothing will send them any more")]
    pending: Annotated[Amount, Field(description="still to be sent or decided when the run ended")]
    duplicated: Annotated[Amount, Field(description="acceptances of a recipient beyond its first")]


class CallCounts(TypedDict):
    """Calls of SES by their outcome."""

    attempted: Annotated[Amount, Field(description="of whatever outcome")]
    accepted: Annotated[Amount, Field(description="admitted by SES")]
    throttled: Annotated[Amount, Field(description="refused for the rate")]
    quota: Annotated[Amount, Field(description="refused for the 24-hour quota")]
    rejected: Annotated[Amount, Field(description="refused for what the mail is")]
    failed: Annotated[Amount, Field(description="met a server error")]
    paused: NotRequired[Annotated[Amount, Field(description="refused because the account is paused")]]


class LatencyFigures(TypedDict):
    """Seconds from the intended instant to the acceptance, over accepted recipients; null if nothing was accepted."""

    mean: Annotated[float | None, Field(description="their mean")]
    p50: Annotated[float | None, Field(description="half of them waited at most so long")]
    p95: Annotated[float | None, Field(description="95 % of them waited at most so long")]
    p99: Annotated[float | None, Field(description="99 % of them waited at most so long")]
    max: Annotated[float | None, Field(description="the longest")]


class LatencyOfAll(TypedDict):
    """The same over all submitted recipients; null if infinite, as it is once one too many was not accepted."""

    mean: Annotated[float | None, Field(description="their mean; null as soon as one was not accepted")]
    p50: Annotated[float | None, Field(description="half of all were accepted within so long")]
    p95: Annotated[float | None, Field(description="95 % of all were accepted within so long")]
    p99: Annotated[float | None, Field(description="99 % of all were accepted within so long")]
    max: Annotated[float | None, Field(description="the longest; null as soon as one was not accepted")]


class PartFigures(TypedDict):
    """Some of the mails apart from the others."""

    recipients: Annotated[RecipientCounts, Field(description="its own, by fate")]
    latency_s: Annotated[LatencyFigures, Field(description="of its own recipients, in seconds")]
    latency_of_all_s: NotRequired[
        Annotated[LatencyOfAll, Field(description="of its own recipients, those not accepted infinitely late")]
    ]
