"""Laws of the status tracker: whatever happens to events on their way, the table says in the end what is so."""

from __future__ import annotations

from collections import Counter
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pydantic import ValidationError

import sim.run
from scenarios.delivery.deliveries import delivered_of
from scenarios.events.events import bare
from scenarios.ledger.delivered import DELIVERY_FATES
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.model import Scenario
from scenarios.tracking.figures import TrackerFigures, figures_of, truth
from scenarios.tracking.notices import notices_of
from scenarios.tracking.request import request_of
from sim.tracking import track
from strategies.tracking.states import Event, State, Status, canonical, joined, needs_banner
from tests.properties.test_delivery import deliveries
from tests.unit.virtual import batch, evenly, fault, scenario

HORIZON_S = 3000.0
STATES_OF = {
    "delivered": {State.DELIVERED, State.COMPLAINED},
    "bounced": {State.BOUNCED},
    "suppressed": {State.BOUNCED},
    "expired": {State.RETURNED},
    "pending": {State.SENT, State.DELAYED},
}
events = st.builds(Event, st.just("m"), st.just("a@example.com"), st.sampled_from(State), st.floats(0, 100))
windows = st.lists(
    st.fixed_dictionaries({"start_s": st.floats(0, 100), "duration_s": st.floats(1, 300)}), max_size=2
).map(tuple)
trackers = st.fixed_dictionaries(
    {
        "duplicate_probability": st.sampled_from([0.0, 0.05, 1.0]),
        "out_of_order": st.sampled_from([0.0, 0.05, 0.5]),
        "late": st.just({"min_ms": 1.0, "max_ms": 500_000.0}),
        "killed": windows,
        "batch_size": st.integers(1, 10),
        "max_receives": st.just(100),
    }
)


def in_the_end(told: list[Event]) -> Status | None:
    """What is known after these events, heard in this order."""
    known = None
    for event in told:
        known = joined(known, event)
    return known


@given(st.lists(events, min_size=1, max_size=12), st.data())
def test_neither_order_nor_repetition_matters(told: list[Event], data: st.DataObject) -> None:
    """Any permutation of events, each heard once or more, ends in the same status, which is that of one of them."""
    again = data.draw(st.lists(st.sampled_from(told), max_size=12))
    heard = data.draw(st.permutations([*told, *again]))
    end = in_the_end(told)
    assert end == in_the_end(heard)
    assert end in {Status(event.kind, event.at_s) for event in told}


@given(st.lists(events, min_size=1, max_size=12))
def test_a_status_never_falls(told: list[Event]) -> None:
    """After each event it says at least as much as before, so that a bounce is never turned back into a delivery."""
    heights = [in_the_end(told[: n + 1]) for n in range(len(told))]
    states = [status.state for status in heights if status]
    assert states == sorted(states)
    assert states[-1] == max(event.kind for event in told)


@settings(max_examples=40)
@given(deliveries())
def test_events_tell_what_became_of_each_copy(delivery: Delivery) -> None:
    """What all events of a copy come to is its fate in the ledger, and each copy has a status."""
    ledger = sim.run.run(_sent(delivery), "leaky-bucket", 3)
    notices = notices_of(delivery, 3, ledger.calls, HORIZON_S)
    assert [notice.at_s for notice in notices] == sorted(notice.at_s for notice in notices)
    assert all(notice.at_s <= HORIZON_S for notice in notices)
    known = truth(event for notice in notices for event in notice.events)
    fates = delivered_of(delivery, 3, ledger.calls, HORIZON_S).copies["outcome"]
    expected = Counter(DELIVERY_FATES[fate] for fate in fates)
    found = Counter(status.state for status in known.values())
    for states, names in _by_states(expected):
        assert sum(found[state] for state in states) == sum(expected[name] for name in names)


def _by_states(expected: Counter[Any]) -> list[tuple[set[State], list[Any]]]:
    """Fates that end in the same states belong together."""
    return [(states, [name for name in STATES_OF if STATES_OF[name] == states]) for states in STATES_OF.values()]


def _sent(delivery: Delivery, **tables: Any) -> Scenario:
    mails = (batch(60), batch(20, at_s=5.0, recipients=7))
    return scenario(*mails, rate_per_s=50.0, horizon_s=HORIZON_S, delivery=delivery.model_dump(), **tables)


@settings(max_examples=20)
@given(deliveries(), trackers, st.sampled_from([0.0, 0.3]))
def test_nothing_on_the_way_makes_a_status_wrong(delivery: Delivery, table: dict[str, Any], doubled: float) -> None:
    """Events told twice, late and in another order to a tracker that is killed: every status right, nothing lost."""
    told = tracked(_sent(delivery, tracker=table, sqs={"duplicate_probability": doubled}))
    assert (told["right"], told["lost"], told["dead_letters"]) == (1.0, 0, 0)
    assert sum(told["states"].values()) == told["recipients"]


def tracked(of: Scenario) -> TrackerFigures:
    """What a simulated tracker makes of a run of this scenario."""
    request = request_of(of, 3, sim.run.run(of, "leaky-bucket", 3).calls)
    return figures_of(request, track(request))


def campaign(**table: Any) -> TrackerFigures:
    """5,000 mails in 100 s, of which some bounce and complain."""
    return tracked(scenario(
        evenly(50.0, 100.0), rate_per_s=60.0, horizon_s=600.0, tracker=table,
        delivery={
            "hard_bounce": 0.05, "complaint": 0.02, "complaint_after": {"mean_ms": 60_000},
            "reputation": {"pauses": False},
        },
    ))  # fmt: skip


def test_ten_thousand_events_and_a_killed_tracker() -> None:
    """5 % told twice, 5 % late by up to a minute, and no tracker for a minute: every status right, nothing lost."""
    killed = ({"start_s": 30.0, "duration_s": 60.0},)
    told = campaign(duplicate_probability=0.05, out_of_order=0.05, killed=killed)
    calm = campaign(delay={"constant_ms": 500})
    assert told["events"] == calm["events"] > 10_000
    assert told["duplicates"] == pytest.approx(500, rel=0.2)
    assert told["overtaken"] > 200
    assert calm["duplicates"] == calm["overtaken"] == 0
    for one in (told, calm):
        assert (one["right"], one["lost"], one["dead_letters"]) == (1.0, 0, 0)
    assert told["states"] == calm["states"]
    assert (calm["staleness_s"]["p99"] or 0) < 2 < 60 < (told["staleness_s"]["p99"] or 0)


def test_a_tracker_that_is_gone_too_long_leaves_dead_letters() -> None:
    """What it was handed too often is in the dead-letter queue, which is counted, and nothing is lost."""
    told = campaign(killed=({"start_s": 30.0, "duration_s": 500.0},), max_receives=2)
    assert told["right"] is not None
    assert 0 < told["right"] < 1
    assert told["dead_letters"] > 0
    assert told["lost"] == 0


def test_addresses_are_as_they_will_be_read() -> None:
    """Whatever letters a provider's name has, its recipients are under their own keys once events are parsed."""
    delivery = Delivery.model_validate({"providers": {"GMail-2": {"share": 1, "inbox": {"constant_ms": 1}}}})
    ledger = sim.run.run(_sent(delivery), "leaky-bucket", 3)
    addresses = {event.recipient for notice in notices_of(delivery, 3, ledger.calls, 9.0) for event in notice.events}
    assert len(addresses) == int(ledger.mails["recipients"].sum())
    assert addresses == set(map(bare, addresses)) == set(map(canonical, addresses))


def test_a_banner_is_for_an_address_that_bounced_lately() -> None:
    """A bounce calls for it until the TTL is over; a delivery, a delay or a complaint does not."""
    others = [Status(state, 50.0) for state in State if state != State.BOUNCED]
    assert not needs_banner(others, 60.0, 100.0)
    assert needs_banner([*others, Status(State.BOUNCED, 0.0)], 100.0, 100.0)
    assert not needs_banner([Status(State.BOUNCED, 0.0)], 100.5, 100.0)


def test_a_tracker_needs_something_that_happens() -> None:
    """Without [delivery] there is nothing to tell; the faults of senders are none of the tracker's."""
    with pytest.raises(ValidationError, match=r"needs a table \[delivery\]"):
        scenario(tracker={})
    crash = fault("pod_crash", 0.0, 1.0, pod=0)
    assert tracked(_sent(Delivery(), tracker={}, fault=(crash,)))["right"] == 1.0
