"""The tracking document: what a status tracker knows in the end. Schema `seslab/tracking/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT
from scenarios.tracking.figures import HeardFigures, TrackerFigures

SCHEMA: Final = "seslab/tracking/v1"


class TrackerSettings(TypedDict):
    """How it was set, as the scenario's table [tracker] says."""

    batch_size: Annotated[int, Field(description="most messages of one invocation")]
    window_s: Annotated[float, Field(description="so long a batch is gathered")]
    concurrency: Annotated[int, Field(description="most invocations at once")]
    memory_mb: NotRequired[Annotated[int, Field(description="of the function that tracks")]]
    visibility_timeout_s: Annotated[float, Field(description="after so long a message comes back")]
    max_receives: Annotated[int, Field(description="receives after which a message is dead-lettered")]
    ttl_s: Annotated[float, Field(description="so long a status is kept, and a bounce means a banner")]


class AccountTracker(TrackerFigures):
    """What the tracker of one of several accounts knows in the end."""

    account: Annotated[str, Field(description="whose it is")]


class TenantTracker(HeardFigures):
    """What is known in the end of a tenant's recipients."""

    tenant: Annotated[str, Field(description="as the scenario calls it")]
    account: NotRequired[Annotated[str, Field(description="of several: whose tenant it is, and whose tracker knows")]]


@with_config(STRICT)
class TrackingDocument(TypedDict):
    """What a tracker made of a run's events. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/tracking/v1"], Field(description="which kind of document this is")]
    scenario: Annotated[str, Field(description="its name")]
    strategy: Annotated[str, Field(description="the contender whose accepted mail it was, simulated")]
    world: Annotated[str, Field(description="where the tracker was")]
    seed: Annotated[int, Field(description="of the run, and of what went wrong on the way")]
    settings: Annotated[TrackerSettings, Field(description="the tracker's")]
    tracker: Annotated[TrackerFigures, Field(description="what came of it; of several accounts of all their trackers")]
    accounts: NotRequired[Annotated[list[AccountTracker], Field(description="of several accounts each one's tracker")]]
    tenants: NotRequired[Annotated[list[TenantTracker], Field(description="of tenants of SES: each one's")]]
    holds: Annotated[bool, Field(description="whether every status is right in the end and no event is lost")]
