"""Step Functions as a clock: three ways of ticking each second, and a relay, each with a drift and a bill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, pairwise, repeat
from typing import Any, Literal, NamedTuple

import pytest

from scenarios.aws.ticker import EXPRESS_GB, EXPRESS_TICKS, STANDARD_TICKS, Ticker, TickerBill
from sim.kernel import Clock, World, serve
from sim.world import Simulation
from strategies.ports import Ports, Tick
from strategies.resources import Function, Handler
from strategies.resources import Ticker as Declared
from tests.docs.examples import ROOT
from tests.unit.virtual import (
    ASYNC_S,
    COLD_S,
    DISPATCH_S,
    JITTER_S,
    TRANSITION_S,
    constant,
    play,
    scenario,
    simulation,
)

Kind = Literal["timestamp_wait", "standard_loop", "express_loop", "relay"]

LATE_S = JITTER_S + TRANSITION_S + DISPATCH_S  # from the second until the handler of a warm function
OVERHEAD_S = DISPATCH_S + 3 * TRANSITION_S  # of a tick, beside what it waits and what the function takes
PERIOD_S = 1.0 + OVERHEAD_S
MINUTE_S = 60.0


class Beat(NamedTuple):
    """A tick as the function saw it."""

    number: int
    due_s: float
    began_s: float


def beats(
    kind: Kind, horizon_s: float, last_s: Callable[[Tick], float] = lambda tick: 0.0, timeout_s: float = 900.0
) -> tuple[list[Beat], TickerBill]:
    """Let a function be ticked, each tick lasting as long as `last_s` says; the ticks in the order of their begin."""
    seen: list[Beat] = []

    def handler(ports: Ports) -> Handler:
        async def handle(tick: Tick) -> None:
            seen.append(Beat(tick.number, tick.due_s, ports.clock.now()))
            await ports.clock.sleep(last_s(tick))

        return handle

    function = Function("f", handler, timeout_s)
    done = play(simulation(scenario(horizon_s=horizon_s), functions=(function,), tickers=(Declared("f", kind),)))
    return seen, done.tickers[0].bill


def test_timestamp_wait_ticks_on_whole_seconds_without_drift() -> None:
    """Tick k is due at second k and handled a jitter, a transition and a dispatch later, also after a thousand."""
    seen, _ = beats("timestamp_wait", horizon_s=1000.0)
    assert seen[0] == Beat(0, 0.0, LATE_S + COLD_S)
    assert seen[1:] == [Beat(number, float(number), number + LATE_S) for number in range(1, 1000)]


def test_timestamp_wait_is_billed_by_its_transitions() -> None:
    """Wait, task and choice for each tick begun, and nothing else."""
    _, bill = beats("timestamp_wait", horizon_s=100.0)
    assert bill == TickerBill(transitions=3 * 100)


def test_a_late_tick_shifts_none_of_those_after_it() -> None:
    """A tick of 1.5 s makes the next one late, which is still that second's; the one after comes as ever."""
    seen, _ = beats("timestamp_wait", 8.0, lambda tick: 1.5 if tick.number == 3 else 0.0)
    late_s = 3 + LATE_S + 1.5 + OVERHEAD_S
    assert seen[3:] == [Beat(3, 3.0, 3 + LATE_S), Beat(4, 4.0, late_s), *(Beat(k, k, k + LATE_S) for k in (5, 6, 7))]


def test_seconds_that_a_long_tick_misses_altogether_are_skipped() -> None:
    """After 3.25 s the machine goes on with the second it is in: those in between have no tick at all."""
    seen, _ = beats("timestamp_wait", 9.0, lambda tick: 3.25 if tick.number == 3 else 0.0)
    late_s = 3 + LATE_S + 3.25 + OVERHEAD_S
    assert seen[3:] == [
        Beat(3, 3.0, 3 + LATE_S), Beat(4, 6.0, late_s), Beat(5, 7.0, 7 + LATE_S), Beat(6, 8.0, 8 + LATE_S)
    ]  # fmt: skip


@pytest.mark.parametrize("fails", ["raises", "times out"])
def test_the_machine_survives_a_function_that_fails(fails: str) -> None:
    """Whether a tick raises or runs into its timeout, the next one comes, in order."""

    def last_s(tick: Tick) -> float:
        if tick.number != 2:
            return 0.0
        if fails == "raises":
            raise ValueError("the function's")
        return 800.0

    seen, _ = beats("timestamp_wait", 8.0, last_s, timeout_s=2.0)
    assert [beat.number for beat in seen] == list(range(len(seen)))
    assert seen[-1].due_s == 7.0


def test_standard_loop_drifts_by_its_overhead() -> None:
    """Each period is a second, the invocation and three transitions: the ticks move on against the clock."""
    seen, bill = beats("standard_loop", horizon_s=100.0)
    assert [beat.due_s for beat in seen] == [number * PERIOD_S for number in range(len(seen))]
    assert len(seen) == 89  # instead of 100
    assert bill == TickerBill(transitions=3 * len(seen))


def test_standard_loop_does_not_wait_for_the_function() -> None:
    """Its invocations are asynchronous: ticks of 2.5 s overlap, and come at the same pace."""
    seen, _ = beats("standard_loop", 20.0, lambda tick: 2.5)
    assert [beat.due_s for beat in seen] == [number * PERIOD_S for number in range(len(seen))]
    assert seen[-1].began_s == seen[-1].due_s + ASYNC_S + DISPATCH_S


def test_standard_loop_pauses_between_executions() -> None:
    """Before its history is full a fresh execution takes over, 50 to 500 ms later; the numbers go on."""
    seen, _ = beats("standard_loop", horizon_s=(STANDARD_TICKS + 10) * PERIOD_S)
    gaps = [later.due_s - sooner.due_s for sooner, later in pairwise(seen)]
    gap_s = gaps.pop(STANDARD_TICKS - 1)
    assert set(gaps) == {PERIOD_S}
    assert PERIOD_S + 0.05 <= gap_s <= PERIOD_S + 0.5
    assert [beat.number for beat in seen] == list(range(len(seen)))


@pytest.mark.parametrize(("kind", "each"), [("timestamp_wait", 3), ("relay", 2)])
def test_every_standard_workflow_begins_anew_before_its_history_is_full(kind: Kind, each: int) -> None:
    """A tick that lasts to the end of its second delays the successor's first by the pause between executions alone."""
    last = STANDARD_TICKS - 1
    seen, bill = beats(kind, STANDARD_TICKS + 10.0, lambda tick: 1.0 if tick.number == last else 0.0)
    late_s = [beat.began_s - beat.due_s for beat in seen]
    gap_s = seen[last + 1].began_s - seen[last].began_s - 1.0 - each * TRANSITION_S - DISPATCH_S
    assert 0.05 <= gap_s <= 0.5
    assert len(set(late_s[1 : last + 1])) == 1
    assert [beat.number for beat in seen] == list(range(len(seen)))
    assert bill.transitions == each * len(seen) + 1


def test_the_models_page_says_how_long_an_execution_ticks() -> None:
    """The number of ticks in the documentation is the one after which all worlds begin anew."""
    page = (ROOT / "docs/background/model.md").read_text()
    assert f"every {STANDARD_TICKS:,} ticks" in page


def express(phase: float, horizon_s: float, jitters: Sequence[float] = ()) -> tuple[list[float], Ticker]:
    """Instants at which the ticks of an Express loop are due: of a rule with that phase, a share of a minute.

    Each jitter is a number in [0, 1), of which a half is none.
    """
    due: list[float] = []

    def handler(ports: Ports) -> Handler:
        async def handle(tick: Tick) -> None:
            due.append(tick.due_s)

        return handle

    immediate: dict[str, Any] = {"lambda": {"dispatch": constant(0.0), "async_delay": constant(0.0)}}
    of = scenario(horizon_s=horizon_s, **immediate)
    simulated = simulation(of, functions=(Function("f", handler, 900.0),))
    ticker = _ticker(simulated, simulated.world, chain([phase], jitters, repeat(0.5)))
    ticker.start("express_loop")
    play(simulated)
    return sorted(due), ticker


def _ticker(simulated: Simulation, world: World, chance: Any) -> Ticker:
    function, events = simulated.functions["f"], simulated.async_queues["f"]
    late, transition, calling = repeat(JITTER_S), repeat(TRANSITION_S), repeat(DISPATCH_S)
    return Ticker(Clock(world), serve, function.invoke, events.tick, late, transition, calling, chance)


def loop(start_s: float) -> list[float]:
    """The ticks of one execution."""
    return [start_s + number * PERIOD_S for number in range(EXPRESS_TICKS)]


def test_express_loops_overlap_at_the_minute() -> None:
    """Sixty periods last longer than a minute: until the old loop has ended, ticks come twice a second."""
    due, _ = express(phase=0.25, horizon_s=4 * MINUTE_S)
    started_s = [minute * MINUTE_S + 15.0 for minute in (-1, 0, 1, 2, 3)]
    expected = sorted(at_s for start_s in started_s for at_s in loop(start_s) if 0.0 <= at_s < 4 * MINUTE_S - COLD_S)
    assert due == pytest.approx(expected, abs=1e-9)
    overlap = [at_s for at_s in due if 75.0 <= at_s < 75.0 + EXPRESS_TICKS * PERIOD_S - MINUTE_S]
    assert len(overlap) == 6 + 7  # the last ones of the old loop, the first ones of the new
    assert max(later - sooner for sooner, later in pairwise(overlap)) < 1.0


def test_express_loops_start_within_half_a_second_of_their_phase() -> None:
    """The rule that starts them jitters around the same second of each minute."""
    due, _ = express(0.5, 3 * MINUTE_S, jitters=[0.5, 0.5, 0.0, 0.999, 0.25])
    assert [at_s in due for at_s in (30.0 - 0.5, 90.0 + 0.499, 150.0 - 0.25)] == [True, True, True]


@pytest.mark.parametrize(
    ("phase", "first_minute"),
    [
        pytest.param(0.0, -1),
        (59 / 60, -2),
    ],
    ids=["early", "late"],
)
def test_express_loop_bill(phase: float, first_minute: int) -> None:
    """A request and a scheduler's invocation for each loop, no transitions, and 64 MB for as long as loops run.

    Of the loops that run when the scenario begins what is left is billed, and nothing that was before.
    """
    _, ticker = express(phase, horizon_s=3 * MINUTE_S)
    starts_s = [(minute + phase) * MINUTE_S for minute in range(first_minute, 3)]
    bill = ticker.bill
    assert (bill.transitions, bill.express_requests, bill.scheduler_invocations) == (0, 3, 3)
    ends_s = [min(start_s + EXPRESS_TICKS * PERIOD_S, 3 * MINUTE_S) for start_s in starts_s]
    ran_s = [end_s - max(0.0, start_s) for start_s, end_s in zip(starts_s, ends_s, strict=True)]
    assert bill.express_gb_s / EXPRESS_GB == pytest.approx(sum(ran_s), abs=2 * PERIOD_S)  # of two loops the last second


def test_the_scenario_begins_in_the_middle_of_things() -> None:
    """A rule late in its minute: at second 0 the last loop and the one before overlap, as at every other minute."""
    due, _ = express(phase=59 / 60, horizon_s=2 * MINUTE_S)
    at_the_minute, at_the_start = (sum(at_s <= one < at_s + 5.0 for one in due) for at_s in (60.0, 0.0))
    assert at_the_minute == at_the_start


def test_a_relay_calls_again_as_soon_as_the_call_before_is_over() -> None:
    """No call overlaps the one before, or is later than the machine takes; for each the bill has two transitions."""
    seen, bill = beats("relay", 1000.0, lambda tick: 90.25)
    gaps_s = [after.began_s - before.began_s - 90.25 for before, after in pairwise(seen)]
    assert gaps_s == pytest.approx([2 * TRANSITION_S + DISPATCH_S] * (len(seen) - 1))
    assert [beat.number for beat in seen] == list(range(len(seen)))
    assert bill == TickerBill(transitions=2 * len(seen))


def test_a_relay_calls_once_a_second_at_most_and_later_after_an_error() -> None:
    """Where a call is short the next one waits for the next whole second, and where it fails for a second at least."""

    def fails_at_first(tick: Tick) -> float:
        if tick.number == 0:
            raise ValueError("the function's")
        return 0.0

    seen, _ = beats("relay", 6.0, fails_at_first)
    failed_s = seen[0].began_s
    assert [beat.due_s for beat in seen] == [0.0, 2.0, 3.0, 4.0, 5.0]
    assert seen[1].due_s >= failed_s + 1.0
