"""Whether the tracker knows in the end what is so, how soon it knew, and what it never heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, cast

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


class TrackerFigures(TypedDict):
    """What came of a tracker."""

    recipients: Annotated[int, Field(description="of accepted mails, each as often as SES accepted it")]
    right: Annotated[Share | None, Field(description="share of them whose status is right in the end; null of none")]
    staleness_s: Annotated[Staleness, Field(description="from what happened until the table says so")]
    events: Annotated[int, Field(description="records that SES had to tell")]
    duplicates: Annotated[int, Field(description="told once more")]
    overtaken: Annotated[int, Field(description="told after one that happened later to the same recipient")]
    dead_letters: Annotated[int, Field(description="messages in the dead-letter queue")]
    lost: Annotated[int, Field(description="things told of a recipient, in neither table nor dead-letter queue")]
    invocations: Annotated[int | None, Field(description="of the tracker's function; null where they are not counted")]
    states: Annotated[dict[str, int], Field(description="recipients by what is so in the end")]


def figures_of(request: TrackRequest, tracked: Tracked) -> TrackerFigures:
    """What came of it."""
    events = [event for notice in request.notices for event in notice.events]
    so, dead = truth(events), set(tracked.dead)
    kept = tracked.kept
    missed = [event for event in events if not _is_known(kept, event)]
    return {
        "recipients": len(so),
        "right": _share_right(so, kept),
        "staleness_s": _staleness_s(kept.values()),
        "events": len(request.notices),
        "duplicates": len(request.publications) - len(request.notices),
        "overtaken": overtaken(request.publications),
        "dead_letters": tracked.dead_letters,
        "lost": sum(event not in dead for event in missed),
        "invocations": tracked.invocations,
        "states": dict(Counter(status.state.name.lower() for status in sorted(so.values()))),
    }


def _share_right(so: Mapping[Key, Status], kept: Mapping[Key, Kept]) -> float | None:
    right = sum(key in kept and kept[key].status == status for key, status in so.items())
    return right / len(so) if so else None


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


def _staleness_s(kept: Iterable[Kept]) -> Staleness:
    """From what happened until the table says so, over the statuses in the end."""
    waited_s = np.array([one.kept_s - one.status.at_s for one in kept], float)
    return cast(Staleness, distribution(Weighted.of(waited_s, np.ones(len(waited_s), np.int64))))
