"""The warm-up document: through which addresses how many go, date by date. Schema `seslab/warmup/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from scenarios.entries.counts import Amount

SCHEMA: Final = "seslab/warmup/v1"

Whole = Annotated[int, Field(ge=0)]
IsoDate = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class RampTable(TypedDict):
    """How fast an address is warmed up."""

    per: Annotated[Literal["hour", "day"], Field(description="the time that each number is for")]
    step_days: Annotated[int, Field(description="how long each step lasts")]
    most: Annotated[list[int], Field(description="recipients through one address, a number for each step")]


class AddressesTable(TypedDict):
    """The addresses, and how mail gets to them."""

    number: Annotated[int, Field(description="how many; of managed ones an estimate")]
    kind: Annotated[Literal["standard", "managed"], Field(description="warmed up by a ramp, or by SES")]
    overflow: Annotated[Literal["shared", "held"], Field(description="what is done with mail beyond the ramp")]
    ramp: Annotated[RampTable, Field(description="that mail goes by")]


class ReceptionFigures(TypedDict):
    """What providers make of a date's mail through the addresses."""

    deferred: Annotated[
        Whole, Field(description="recipients turned away at the first attempt because there were so many")
    ]
    expired: Annotated[Whole, Field(description="of these, recipients turned away until SES gave up")]
    bounced: Annotated[Whole, Field(description="hard bounces")]


class DayFigures(TypedDict):
    """One date."""

    date: Annotated[IsoDate, Field(description="year, month and day")]
    most: Annotated[
        int | None, Field(description="through one address, in the time that the ramp is for; null once it is warm")
    ]
    due: Annotated[Whole, Field(description="recipients that fall due on it")]
    addresses: Annotated[list[Whole], Field(description="recipients through each address")]
    shared: Annotated[Whole, Field(description="recipients through addresses that are shared")]
    held: Annotated[Whole, Field(description="recipients held back at its end")]
    reception: NotRequired[
        Annotated[ReceptionFigures, Field(description="only where the scenario has a table [delivery]")]
    ]


class TotalFigures(TypedDict):
    """All dates: due = dedicated + shared + what is held at the end, which is 0."""

    due: Annotated[Whole, Field(description="recipients")]
    dedicated: Annotated[Whole, Field(description="recipients through the addresses")]
    shared: Annotated[Whole, Field(description="recipients through shared addresses")]
    most_held: Annotated[Whole, Field(description="most recipients held back at a day's end")]


class ProviderFigures(TypedDict):
    """Whether a mailbox provider will remember the addresses."""

    provider: Annotated[str, Field(description="its name")]
    share: Annotated[float, Field(description="of all recipients")]
    per_day_each: Annotated[
        Amount, Field(description="recipients of each of its domains through each address on an average day")
    ]
    enough_from_per_day: Annotated[Amount, Field(description="recipients of all providers a day that are enough")]
    is_enough: Annotated[bool, Field(description="whether there are so many")]


class CostFigures(TypedDict):
    """What the addresses cost."""

    usd_per_month: Annotated[float | None, Field(description="dollars for all of them; null where not known")]
    usd_of_plan: Annotated[float | None, Field(description="the same for the dates of the plan")]
    usd_per_thousand: Annotated[float | None, Field(description="dollars of a month for each 1,000 of its recipients")]
    mail_usd_per_thousand: Annotated[float, Field(description="what SES takes for 1,000 recipients")]


@with_config(STRICT)
class WarmupDocument(TypedDict):
    """A plan of a warm-up. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/warmup/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    account: NotRequired[Annotated[str, Field(description="only of several: whose addresses they are")]]
    seed: Annotated[int, Field(description="of its mail")]
    from_date: Annotated[IsoDate, Field(description="the first date")]
    repeats_days: Annotated[int, Field(description="the scenario's mail begins anew after so many days")]
    addresses: Annotated[AddressesTable, Field(description="which addresses")]
    days: Annotated[list[DayFigures], Field(description="the dates in their order")]
    done_on: Annotated[IsoDate, Field(description="the last of them: from it on all goes through the addresses")]
    total: Annotated[TotalFigures, Field(description="over all dates")]
    over_quota: Annotated[
        list[IsoDate], Field(description="dates on which more is to be sent than the account's quota of 24 hours")
    ]
    cost: Annotated[CostFigures, Field(description="in dollars")]
    providers: Annotated[list[ProviderFigures], Field(description="the largest first")]


SEVERAL: Final = "seslab/warmups/v1"


@with_config(STRICT)
class WarmupsDocument(TypedDict):
    """A plan for each of several accounts. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/warmups/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="the scenario's name")]
    warmups: Annotated[list[WarmupDocument], Field(description="of each account that has addresses of its own")]
    without: Annotated[list[str], Field(description="the accounts that have none")]
