"""The document of a plan: growing mail against the account's limit, month by month. Schema `seslab/plan/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.headroom import HeadroomFailure
from reports.documents.reading import STRICT

SCHEMA: Final = "seslab/plan/v1"


class LimitTable(TypedDict):
    """What SES allows."""

    max_send_rate_per_s: Annotated[float, Field(description="recipients a second")]
    max_24h_send: Annotated[int, Field(description="recipients in 24 hours; -1: any number")]


class MonthTable(TypedDict):
    """One month under the present limit."""

    month: Annotated[str, Field(description="year and month")]
    volume: Annotated[float, Field(description="so many times the scenario's mail")]
    most_24h: Annotated[int, Field(description="most recipients within any 24 hours, with those of the day before")]
    fits_quota: Annotated[bool, Field(description="whether the account may send as many")]
    meets: Annotated[bool, Field(description="whether every run meets every threshold, and the quota is enough")]
    usd: Annotated[float | None, Field(description="dollars of this month; null without a table [bill]")]


class MemberTable(TypedDict):
    """One account of a pool, as the pool's calls are dealt."""

    account: Annotated[str, Field(description="its name")]
    region: NotRequired[Annotated[str, Field(description="its AWS Region, where the scenario says it")]]
    limit: Annotated[LimitTable, Field(description="its own, as the scenario has it")]
    share: Annotated[float, Field(description="of the pool's recipients that it is dealt while all take calls")]
    bears: Annotated[float, Field(description="of them that it must bear: more where it stands in for another account")]
    most_24h: Annotated[list[int], Field(description="of each month: most recipients that it is dealt within 24 hours")]


class MemberAskTable(TypedDict):
    """What to ask AWS for one account of a pool."""

    account: Annotated[str, Field(description="its name")]
    limit: Annotated[LimitTable, Field(description="what is enough for it, which may be what it has")]


class AskTable(TypedDict):
    """What to ask AWS for, so that the last month meets the thresholds."""

    limit: Annotated[LimitTable, Field(description="the least that is enough in the month that has most mail")]
    before: Annotated[str, Field(description="the first month in which the present limit is not enough")]
    month: Annotated[str, Field(description="the month that has most mail")]
    accounts: NotRequired[Annotated[list[MemberAskTable], Field(description="only of a pool: each account of it")]]
    open: Annotated[list[str], Field(description="keys of [request] that AWS asks for and the file does not have")]


class UnmetTable(TypedDict):
    """What fails at the greatest rate that was tried."""

    max_send_rate_per_s: Annotated[float, Field(description="that rate, in recipients a second")]
    failure: Annotated[HeadroomFailure, Field(description="the first run that did not meet a threshold")]


@with_config(STRICT)
class PlanDocument(TypedDict):
    """Growing mail against a limit. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/plan/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    contender: Annotated[str, Field(description="who sends")]
    seed: Annotated[int, Field(description="the first seed")]
    replications: Annotated[int, Field(description="runs of each volume under each limiter, seeds counting up")]
    hypotheses: Annotated[list[str], Field(description="the limiters under which all thresholds must hold")]
    account: NotRequired[Annotated[str, Field(description="only of several: whose plan it is, an account or the pool")]]
    thresholds: NotRequired[
        Annotated[list[str], Field(description="only of several: the scenario's that concern its mail, by their names")]
    ]
    region: NotRequired[Annotated[str, Field(description="the account's AWS Region, where the scenario says it")]]
    limit: Annotated[LimitTable, Field(description="the account's, as the scenario has it; of a pool all together")]
    accounts: NotRequired[Annotated[list[MemberTable], Field(description="only of a pool: each account of it")]]
    months: Annotated[list[MonthTable], Field(description="in their order")]
    enough_until: Annotated[str | None, Field(description="the last month before one that is not met; null: none")]
    failure: Annotated[HeadroomFailure | None, Field(description="what the first month that is not met fails by")]
    ask: Annotated[
        AskTable | None, Field(description="null where the limit is enough, or where no rate that was tried would be")
    ]
    unmet_at: Annotated[
        UnmetTable | None, Field(description="where no rate is enough: what fails at the greatest; else null")
    ]


SEVERAL: Final = "seslab/plans/v1"


@with_config(STRICT)
class PlansDocument(TypedDict):
    """A plan for each of several accounts. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/plans/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    split: Annotated[str | None, Field(description="how the scenario divides mail among accounts; null: it does not")]
    plans: Annotated[list[PlanDocument], Field(description="of each account with mail of its own, and of the pool")]
