"""Several accounts in the comparison document."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from reports.documents.limits import BoundFigures, LimiterTable


class NamedAccountTable(TypedDict):
    """What SES allowed one account of several."""

    account: Annotated[str, Field(description="as the scenario calls it")]
    pooled: Annotated[bool, Field(description="whether it sent out of the pool, and not its own mail alone")]
    max_send_rate_per_s: Annotated[float, Field(description="R, recipients a second")]
    max_24h_send: Annotated[int, Field(description="recipients in 24 hours; -1: unlimited")]
    limiter: Annotated[LimiterTable, Field(description="the hypothesis about its limiter")]
    region: NotRequired[Annotated[str, Field(description="where it sent, if the scenario says so")]]
    identity: NotRequired[Annotated[str, Field(description="whose its mail was, if the scenario says so")]]


class ApartTable(TypedDict):
    """What an ideal sender made an account's own mail wait, first come first served; 99 % of its recipients."""

    account: Annotated[str, Field(description="as the scenario calls it")]
    slice_p99_s: Annotated[float, Field(description="seconds, the account sending its own mail alone")]
    pool_p99_s: Annotated[float, Field(description="seconds, where there is the scenario's pool, or one of all")]


class ArrangementTable(TypedDict):
    """The mails of the first seed in slices and with a pool, the scenario's or one of all, sent by ideal senders."""

    slices: Annotated[BoundFigures, Field(description="each account sending its own mail")]
    pool: Annotated[BoundFigures, Field(description="those that are pooled sending all mail of theirs")]
    accounts: Annotated[list[ApartTable], Field(description="each account that has mail")]
    said: Annotated[str, Field(description="what slicing costs and protects, in a sentence")]
