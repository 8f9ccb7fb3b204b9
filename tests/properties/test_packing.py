"""What goes out in a second fits into it, in order, and nobody waits for ever."""

from __future__ import annotations

from fractions import Fraction
from itertools import cycle, islice
from math import floor

import hypothesis.strategies as st
from hypothesis import given, settings

from strategies.parts import cut, everyone, parts
from strategies.policies.packing import Allowance, Common, pack
from strategies.ports import Mail

LAWS = settings(max_examples=100)
sizes = st.lists(st.integers(1, 50), max_size=40)
budgets = st.integers(0, 120)
rates = st.one_of(st.floats(0.01, 200.0).map(lambda rate: round(rate, 3)), st.sampled_from([0.1, 1 / 3, 0.7, 14.0]))


@LAWS
@given(sizes=sizes, budget=budgets)
def test_what_is_packed_fits_in_order(sizes: list[int], budget: int) -> None:
    """Indices ascend without repeats, and their mails fill no more than the budget."""
    chosen = pack(sizes, budget)
    assert chosen == sorted(set(chosen))
    assert sum(sizes[index] for index in chosen) <= budget


@LAWS
@given(sizes=sizes, budget=budgets)
def test_whoever_still_fits_goes(sizes: list[int], budget: int) -> None:
    """A mail stays if and only if those packed before it leave it no room."""
    chosen = pack(sizes, budget)
    for index, size in enumerate(sizes):
        before = sum(sizes[earlier] for earlier in chosen if earlier < index)
        assert (index in chosen) == (before + size <= budget)


@LAWS
@given(sizes=sizes, per_tick=rates, crowd=st.lists(sizes, max_size=60))
def test_nobody_starves(sizes: list[int], per_tick: float, crowd: list[list[int]]) -> None:
    """A mail that a tick can hold goes within as many ticks as it has mails before it, whatever joins behind it."""
    largest = max(1, min(50, int(per_tick)))
    allowance = Allowance(max(1.0, per_tick))
    waiting = [(min(size, largest), place) for place, size in enumerate(sizes)]
    for tick in range(len(sizes)):
        chosen = set(pack([size for size, _ in waiting], allowance.next_tick()))
        waiting = [mail for index, mail in enumerate(waiting) if index not in chosen]
        assert all(place > tick for _, place in waiting if place >= 0)
        waiting += [(min(size, largest), -1) for size in (crowd[tick] if tick < len(crowd) else [])]


lanes = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.3]), sizes), min_size=1, max_size=4)


@LAWS
@given(lanes=lanes, budgets=st.lists(budgets, min_size=1, max_size=5))
def test_lanes_fill_one_budget(lanes: list[tuple[float, list[int]]], budgets: list[int]) -> None:
    """Together no more than it holds, each in order; and a mail stays only where it finds no room."""
    common = Common(1.0, [share for share, _ in lanes])
    waiting = [sizes for _, sizes in lanes]
    for budget in budgets:
        chosen = common.pack(waiting, [budget] * len(lanes))
        assert all(places == sorted(set(places)) for places in chosen)
        left = budget - sum(sizes[place] for sizes, places in zip(waiting, chosen, strict=True) for place in places)
        waiting = [stayed(sizes, places) for sizes, places in zip(waiting, chosen, strict=True)]
        assert left >= 0
        assert all(size > left for sizes in waiting for size in sizes)


def stayed(sizes: list[int], places: list[int]) -> list[int]:
    """The mails that were not at these places."""
    return [size for place, size in enumerate(sizes) if place not in places]


@LAWS
@given(sizes=sizes, share=st.sampled_from([0.0, 0.4, 1.0]))
def test_a_single_lane_fills_its_budget_as_if_alone(sizes: list[int], share: float) -> None:
    """Lanes and shares make no difference where there is one."""
    assert Common(50.0, [share]).pack([sizes], [50]) == [pack(sizes, 50)]


crowds = st.lists(st.lists(st.integers(1, 20), min_size=1, max_size=6), min_size=3, max_size=3)


@LAWS
@given(shares=st.sampled_from([(0.5, 0.5), (0.9, 0.1), (0.2, 0.3, 0.5), (0.6, 0.1)]), crowds=crowds)
def test_no_lane_with_a_share_starves(shares: tuple[float, ...], crowds: list[list[int]]) -> None:
    """Of lanes in which much waits at every tick each gets its share of all recipients, but for two mails."""
    common, gone = Common(20.0, shares), [0] * len(shares)
    flows = [cycle(crowd) for crowd in crowds[: len(shares)]]
    waiting: list[list[int]] = [[] for _ in shares]
    for _ in range(60):
        for mails, flow in zip(waiting, flows, strict=True):
            mails += islice(flow, 60 - len(mails))
        for lane, places in enumerate(common.pack(waiting, common.next_tick())):
            left = stayed(waiting[lane], places)
            gone[lane] += sum(waiting[lane]) - sum(left)
            waiting[lane] = left
    for share, sent in zip(shares, gone, strict=True):
        assert sent >= share * sum(gone) - 40


@LAWS
@given(urgent=st.lists(st.integers(0, 9), min_size=3, max_size=9), large=st.integers(1, 10), crowd=sizes)
def test_a_large_mail_goes_in_the_tick_after_its_turn(urgent: list[int], large: int, crowd: list[int]) -> None:
    """Urgent mail that never fills a second delays the others' first by one tick, however large that is."""
    common, waiting = Common(10.0, (0.0, 0.0)), [large, *(min(size, 10) for size in crowd)]
    for size in urgent[:2]:
        mails = [size] if size else []
        first, others = common.pack([mails, waiting], common.next_tick())
        if 0 in others:
            return
        assert first == list(range(len(mails)))
        waiting = stayed(waiting, others)
    raise AssertionError("it has not gone")


@LAWS
@given(per_tick=rates, ticks=st.integers(1, 300))
def test_an_allowance_adds_up(per_tick: float, ticks: int) -> None:
    """After k ticks exactly the whole part of k times the rate has been allowed, for every k."""
    allowance, total = Allowance(per_tick), 0
    for tick in range(1, ticks + 1):
        total += allowance.next_tick()
        assert total == floor(tick * Fraction(repr(per_tick)))


mails = st.builds(Mail, st.integers(0, 9), st.integers(1, 200), st.just(0.0), st.integers(0, 100))


@LAWS
@given(mail=mails, chunk=st.integers(1, 50))
def test_parts_cover_everyone_once(mail: Mail, chunk: int) -> None:
    """Parts of at most a chunk, all but the last full, that together are everyone; cut mails carry the same."""
    in_parts = list(parts(mail, chunk))
    assert [to for part in in_parts for to in part] == list(everyone(mail))
    assert all(len(part) == chunk for part in in_parts[:-1])
    assert 0 < len(in_parts[-1]) <= chunk
    assert [everyone(piece) for piece in cut(mail, chunk)] == in_parts
    assert {(piece.number, piece.intended_s) for piece in cut(mail, chunk)} == {(mail.number, mail.intended_s)}
