"""The fit document: which limiters explain calls, and what the calls cannot tell. Schema `seslab/fit/v1`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT

SCHEMA: Final = "seslab/fit/v1"
SURE = 0.95
"""The probability from which on something is decided."""

Verdict = Literal["decided", "undecided", "unexplained", "no-refusals", "no-acceptances"]


class FittedCalls(TypedDict):
    """The calls that were looked at."""

    looked_at: Annotated[int, Field(description="calls on which a limiter decided, from the first one on")]
    left_out: Annotated[int, Field(description="further calls, beyond as many as are looked at")]
    others: Annotated[int, Field(description="calls that failed for other reasons than the rate")]
    refused: Annotated[int, Field(description="of those looked at")]
    recipients_accepted: Annotated[int, Field(description="recipients of those that were accepted")]
    lasted_s: Annotated[float, Field(description="from the first to the last, in seconds")]


class FittedParameter(TypedDict):
    """A parameter: it is between `low` and `high` with 95 % probability, if the explanation is right."""

    low: Annotated[float, Field(description="the 2.5th percentile")]
    median: Annotated[float, Field(description="the median")]
    high: Annotated[float, Field(description="the 97.5th percentile")]
    best: Annotated[float, Field(description="its value where all parameters together explain the calls best")]


class FittedExplanation(TypedDict):
    """A limiter that may be the one."""

    name: Annotated[str, Field(description="its name, also in the file of hypotheses")]
    kind: Annotated[Literal["token-bucket", "debt", "fixed-window", "sliding-window"], Field(description="its kind")]
    shards: Annotated[int, Field(description="independent limiters that share rate and capacity")]
    refusals_cost: Annotated[bool, Field(description="whether refused calls use anything up")]
    weight: Annotated[float, Field(description="its probability, all being equal beforehand")]
    log_evidence: Annotated[float, Field(description="natural logarithm of the calls' probability under it")]
    unexplained: Annotated[int, Field(description="calls that came out otherwise than its best parameters can explain")]
    rate_per_s: Annotated[FittedParameter, Field(description="recipients a second in the long run")]
    capacity: Annotated[FittedParameter, Field(description="recipients at once: the burst, or what a window holds")]
    refusal_cost: Annotated[FittedParameter, Field(description="share of its recipients that a refused call uses up")]
    limiter: Annotated[dict[str, Any], Field(description="the keys of [account.limiter] at its best parameters")]


class ProbeFigures(TypedDict):
    """What a probe has sent."""

    at: Annotated[str, Field(description="the region, or the URL of the endpoint")]
    experiments: Annotated[list[str], Field(description="what was asked, in that order")]
    recipients_allowed: Annotated[int, Field(description="the most that could have been accepted")]
    recipients_asked: Annotated[int, Field(description="recipients of all calls, accepted or refused")]
    ran_out: Annotated[bool, Field(description="whether they were not enough for what would have told more")]
    interrupted: Annotated[bool, Field(description="whether Ctrl-C ended it early")]


@with_config(STRICT)
class FitDocument(TypedDict):
    """The document."""

    schema: Literal["seslab/fit/v1"]
    source: Annotated[str, Field(description="where the calls are from")]
    max_send_rate_per_s: Annotated[float | None, Field(description="R as SES names it; null where it is not known")]
    calls: Annotated[FittedCalls, Field(description="the calls that were looked at")]
    verdict: Annotated[
        Verdict,
        Field(description="decided: one kind has 95 % or more; unexplained: one limiter alone may not be behind them"),
    ]
    kinds: Annotated[dict[str, float], Field(description="the probability of each kind, over shards and costs")]
    explanations: Annotated[list[FittedExplanation], Field(description="those that are still believed, best first")]
    cannot_tell: Annotated[list[str], Field(description="what the calls leave open, a sentence each")]
    probe: NotRequired[Annotated[ProbeFigures, Field(description="what a probe has sent; absent of other calls")]]
