"""Turns among lanes: a guaranteed share is kept, whatever is more urgent, and priority holds otherwise."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from strategies.policies.lanes import Turns

LANES = st.integers(1, 5)
SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=40)


@given(data=st.data(), lanes=LANES)
def test_a_lane_that_waits_gets_its_share_but_for_the_largest_mail(data: st.DataObject, lanes: int) -> None:
    """Of all that goes while it waits, at least its share; what is missing is less than a mail of each lane."""
    shares = data.draw(st.lists(st.floats(0, 1 / lanes), min_size=lanes, max_size=lanes))
    rounds = data.draw(st.lists(st.lists(st.integers(1, 50), min_size=lanes, max_size=lanes), min_size=1, max_size=99))
    turns, sent = Turns(shares), [0] * lanes
    for sizes in rounds:
        lane = turns.next(sizes)
        turns.sent(lane, sizes)
        sent[lane] += sizes[lane]
        for other, share in enumerate(shares):
            assert sent[other] >= share * sum(sent) - 50 * lanes


@given(sizes=st.lists(st.integers(0, 50), min_size=1, max_size=5).filter(any))
def test_without_shares_the_most_urgent_lane_goes_first(sizes: list[int]) -> None:
    """However often it has gone before."""
    turns = Turns([0.0] * len(sizes))
    for _ in range(20):
        lane = turns.next(sizes)
        assert lane == next(place for place, size in enumerate(sizes) if size)
        turns.sent(lane, sizes)


@given(urgent=SIZES, share=st.floats(0.01, 1))
def test_what_a_lane_was_not_there_to_use_is_not_owed_to_it(urgent: list[int], share: float) -> None:
    """A newsletter that has just begun does not go before a password reset for having been absent."""
    turns = Turns([0.0, share])
    for size in urgent:
        turns.sent(0, [size, 0])
    assert turns.next([1, 1]) == 0
