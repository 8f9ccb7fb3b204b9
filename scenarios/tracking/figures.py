"""Whether the tracker knows in the end what is so, how soon it knew, and what it never heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple, cast

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from scenarios.measures.metrics import Weighted, distribution
from scenarios.tracking.publications import overtaken
from scenarios.tracking.request import Kept, Key, Tracked, TrackRequest
from strategies.tracking.states import Event, Status, joined

Share = Annotated[float, Field(ge=0, le=1)]


class Staleness(TypedDict):
    """Seconds from what happened until the table says so, over the statuses in the end; null if there is none."""

    mean: Annotated[float | None, Field(description="their mean")]
    p50: Annotated[float | None, Field(description="half of them took at most so long")]
    p95: Annotated[float | None, Field(description="95 % of them took at most so long")]
    p99: Annotated[float | None, Field(description="99 % of them took at most so long")]
    max: Annotated[float | None, Field(description="the longest")]


class HeardFigures(TypedDict):
    """What is known of some recipients."""

    recipients: Annotated[int, Field(description="of accepted mails, each as often as SES accepted it")]
    right: Annotated[Share | None, Field(description="share of them whose status is right in the end; null of none")]
    staleness_s: Annotated[Staleness, Field(description="from what happened until the table says so")]
    events: Annotated[int, Field(description="records that SES had to tell")]
    duplicates: Annotated[int, Field(description="told once more")]
    overtaken: Annotated[int, Field(description="told after one that happened later to the same recipient")]
    lost: Annotated[int, Field(description="things told of a recipient, in neither table nor dead-letter queue")]
    states: Annotated[dict[str, int], Field(description="recipients by what is so in the end")]


class TrackerFigures(HeardFigures):
    """What came of a tracker, or of those of several accounts together."""

    dead_letters: Annotated[int, Field(description="messages in the dead-letter queue")]
    invocations: Annotated[int | None, Field(description="of the tracker's function; null where they are not counted")]


class Heard(NamedTuple):
    """What an account's tracker was to hear, and what it has made of it."""

    request: TrackRequest
    tracked: Tracked


class Known(NamedTuple):
    """Of some of an account's recipients: what is so, how many of them are right, and how long each was not."""

    so: Sequence[Status]
    right: int
    waited_s: Sequence[float]
    events: int
    publications: int
    overtaken: int
    lost: int


def figures_of(request: TrackRequest, tracked: Tracked) -> TrackerFigures:
    """What came of a tracker."""
    return figures_together([Heard(request, tracked)])


def figures_together(trackers: Sequence[Heard]) -> TrackerFigures:
    """What came of those of several accounts."""
    invocations = [one.tracked.invocations for one in trackers]
    counted = [one for one in invocations if one is not None]
    return {
        **_figures([_known(*one, None) for one in trackers]),
        "dead_letters": sum(one.tracked.dead_letters for one in trackers),
        "invocations": sum(counted) if len(counted) == len(invocations) else None,
    }


def figures_of_tenant(request: TrackRequest, tracked: Tracked, tenant: int) -> HeardFigures:
    """What came of the mail of one of the account's tenants, by its number."""
    return _figures([_known(request, tracked, tenant)])


def _known(request: TrackRequest, tracked: Tracked, tenant: int | None) -> Known:
    """Of all mail of the account, or of one tenant's."""
    notices = [one for one in request.notices if tenant in (None, one.tenant)]
    told = [one for one in request.publications if tenant in (None, one.notice.tenant)]
    events = [event for notice in notices for event in notice.events]
    so, dead = truth(events), set(tracked.dead)
    kept = {key: tracked.kept[key] for key in so if key in tracked.kept}
    return Known(
        [*so.values()],
        sum(key in kept and kept[key].status == status for key, status in so.items()),
        [one.kept_s - one.status.at_s for one in kept.values()],
        len(notices),
        len(told),
        overtaken(told),
        sum(event not in dead and not _is_known(kept, event) for event in events),
    )


def _figures(several: Sequence[Known]) -> HeardFigures:
    so = [status for one in several for status in one.so]
    events = sum(one.events for one in several)
    return {
        "recipients": len(so),
        "right": sum(one.right for one in several) / len(so) if so else None,
        "staleness_s": _staleness_s([waited for one in several for waited in one.waited_s]),
        "events": events,
        "duplicates": sum(one.publications for one in several) - events,
        "overtaken": sum(one.overtaken for one in several),
        "lost": sum(one.lost for one in several),
        "states": dict(Counter(status.state.name.lower() for status in sorted(so))),
    }


def truth(events: Iterable[Event]) -> dict[Key, Status]:
    """How far each mail has come on its way to each recipient."""
    known: dict[Key, Status] = {}
    for event in events:
        key = (event.recipient, event.message_id)
        known[key] = joined(known.get(key), event)
    return known


def _is_known(kept: Mapping[Key, Kept], event: Event) -> bool:
    """Whether the table says at least as much as the event."""
    found = kept.get((event.recipient, event.message_id))
    return found is not None and joined(found.status, event) == found.status


def _staleness_s(waited_s: Sequence[float]) -> Staleness:
    """From what happened until the table says so, over the statuses in the end."""
    each_s = np.array(waited_s, float)
    return cast(Staleness, distribution(Weighted.of(each_s, np.ones(len(each_s), np.int64))))
