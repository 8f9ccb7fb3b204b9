"""Lambda functions on virtual time: environments, concurrency, timeouts, the bill, and asynchronous events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from scenarios.async_queue import EVENT_AGE_MOST_S, THROTTLE_BACKOFF_MOST_S
from scenarios.errors import FunctionError
from scenarios.lambda_quotas import ACCOUNT_CONCURRENCY, KEEP_WARM_S
from sim.functions import Bill
from sim.kernel import Clock
from sim.world import Simulation
from strategies.ports import InvokeThrottled, Mail, Ports
from strategies.resources import Function, Handler, Pods
from tests.unit.virtual import (
    ASYNC_S,
    COLD_S,
    CPU_S,
    DISPATCH_S,
    batch,
    calls,
    constant,
    everyone,
    exactly,
    fates,
    fault,
    play,
    scenario,
    simulation,
)

TIMEOUT_S = 60.0
FULL_CORE_MB = 1769
COLD_BEGIN_S = DISPATCH_S + COLD_S  # from the invocation until a cold handler runs


class Result(NamedTuple):
    """The number of the environment that ran, or the error; and the instant of the answer."""

    came_of: Any
    ended_s: float


class Witness:
    """Makes handlers that sleep for as long as their event says, and notes which environment began when."""

    def __init__(self) -> None:
        self.environments = 0
        self.began: list[tuple[int, float]] = []

    def handler(self, ports: Ports) -> Handler:
        """One environment's handler; the first environment is number 1."""
        self.environments += 1
        number = self.environments

        async def handle(sleep_s: float) -> int:
            self.began.append((number, ports.clock.now()))
            await ports.clock.sleep(sleep_s)
            if sleep_s == FAIL_S:
                raise ValueError("the function's")
            return number

        return handle


FAIL_S = 0.375  # who sleeps that long fails


class Run(NamedTuple):
    """A function that was invoked."""

    began: list[tuple[int, float]]
    results: list[Result]
    bill: Bill
    simulated: Simulation


def invoked(*invocations: tuple[float, float], declared: dict[str, Any] | None = None, **tables: Any) -> Run:
    """Invoke a function synchronously, each time at an instant and with a sleep."""
    witness, results = Witness(), dict[int, Result]()
    function = Function("f", witness.handler, **{"timeout_s": TIMEOUT_S, **(declared or {})})
    simulated = simulation(scenario(**{"horizon_s": 5000.0, **tables}), functions=(function,))
    live = simulated.functions["f"]

    async def invoke(index: int, at_s: float, sleep_s: float) -> None:
        await Clock(simulated.world).sleep(at_s)
        try:
            came_of: Any = await live.invoke(sleep_s)
        except (FunctionError, InvokeThrottled) as error:
            came_of = type(error)
        results[index] = Result(came_of, simulated.world.now)

    play(simulated, *(invoke(index, *invocation) for index, invocation in enumerate(invocations)))
    return Run(witness.began, [results[index] for index in sorted(results)], live.bill(), simulated)


def test_an_environment_starts_cold_and_stays_warm() -> None:
    """The first invocation waits for dispatch and cold start, the next for dispatch alone, in the same environment."""
    run = invoked((0.0, 1.0), (10.0, 1.0))
    assert run.began == [(1, COLD_BEGIN_S), (1, 10.0 + DISPATCH_S)]
    assert run.results == [Result(1, COLD_BEGIN_S + 1.0), Result(1, 11.0 + DISPATCH_S)]


def test_the_environment_used_last_is_used_first() -> None:
    """Of two warm environments the one that ended later is taken, so that the other may grow cold."""
    run = invoked((0.0, 5.0), (1.0, 1.0), (10.0, 1.0), (12.0, 3.0), (13.0, 1.0))
    assert [environment for environment, _ in run.began] == [1, 2, 1, 1, 2]


@pytest.mark.parametrize(("idle_s", "environment"), [(KEEP_WARM_S, 1), (KEEP_WARM_S + 2.0**-20, 2)])
def test_an_idle_environment_is_given_up(idle_s: float, environment: int) -> None:
    """It is kept for its time and not longer; the next invocation then starts cold."""
    ended_s = COLD_BEGIN_S + 1.0
    run = invoked((0.0, 1.0), (ended_s + idle_s - DISPATCH_S, 1.0))
    assert run.began[1][0] == environment


def test_an_error_leaves_the_environment_warm() -> None:
    """A handler that raises fails its caller, and keeps its memory."""
    run = invoked((0.0, FAIL_S), (10.0, 1.0))
    assert [result.came_of for result in run.results] == [FunctionError, 1]


def test_reserved_concurrency_refuses_at_once() -> None:
    """With all of it running, from the invocation on, another is refused without a wait and without a bill."""
    run = invoked((0.0, 1.0), (0.25, 1.0), (COLD_BEGIN_S + 1.25, 1.0), declared={"reserved_concurrency": 1})
    assert run.results[1] == Result(InvokeThrottled, 0.25)
    assert [result.came_of for result in run.results] == [1, InvokeThrottled, 1]
    assert run.bill.requests == 2


def test_functions_share_the_accounts_concurrency() -> None:
    """With as many invocations running as the account has, any other function is refused as well."""
    functions = tuple(Function(name, Witness().handler, TIMEOUT_S) for name in "fg")
    simulated = simulation(scenario(horizon_s=5000.0), functions=functions)
    running = [simulated.functions["f"].invoke(30.0) for _ in range(ACCOUNT_CONCURRENCY - 1)]
    last, refused = (simulated.functions["g"].invoke(30.0) for _ in range(2))
    assert not any(reply.settled for reply in (*running, last))
    assert isinstance(refused.error, InvokeThrottled)


def test_a_timeout_kills_the_environment_and_its_memory() -> None:
    """At its timeout, counted from the handler's start, an invocation fails; the next one starts from nothing."""
    run = invoked((0.0, 10.0), (20.0, 1.0), declared={"timeout_s": 3.0})
    assert run.results == [Result(FunctionError, COLD_BEGIN_S + 3.0), Result(2, 20.0 + COLD_BEGIN_S + 1.0)]
    assert run.began == [(1, COLD_BEGIN_S), (2, 20.0 + COLD_BEGIN_S)]


def test_a_handler_that_ends_in_time_is_not_timed_out() -> None:
    """The timer of an invocation that has ended harms neither it nor the next one in its environment."""
    run = invoked((0.0, 2.0), (3.0, 2.5), declared={"timeout_s": 3.0})
    assert [result.came_of for result in run.results] == [1, 1]


def test_ses_still_decides_on_what_a_killed_function_has_sent() -> None:
    """The call is on the wire: SES accepts it at its instant, though nobody waits for the answer any more."""
    answered: list[bool] = []

    def handler(ports: Ports) -> Handler:
        async def handle(event: None) -> None:
            await ports.mailer.send(Mail(0, 1, 0.0), range(1))
            answered.append(True)

        return handle

    async def script() -> None:
        with pytest.raises(FunctionError):
            await simulated.functions["f"].invoke(None)

    far = {"ses_send": constant(8.0), "ses_throttle": constant(8.0)}
    function = Function("f", handler, timeout_s=1.0, memory_mb=FULL_CORE_MB)
    simulated = simulation(scenario(latency=far, horizon_s=30.0), functions=(function,))
    (call,) = calls(play(simulated, script()))
    assert (call.outcome, call.decided_s) == ("accepted", exactly(COLD_BEGIN_S + CPU_S + 4.0))
    assert answered == []


@pytest.mark.parametrize(
    ("sleep_s", "milliseconds"), [(0.0, 0), (0.25, 250), (0.25 + 2.0**-20, 251), (0.2509765625, 251)]
)
def test_the_bill_is_in_started_milliseconds(sleep_s: float, milliseconds: int) -> None:
    """A cold start is billed with its invocation, each invocation rounded up to the millisecond on its own."""
    run = invoked((0.0, sleep_s), (10.0, sleep_s), declared={"memory_mb": 512})
    assert run.bill.requests == 2
    assert run.bill.billed_ms == 500 + 2 * milliseconds
    assert run.bill.gb_s == (500 + 2 * milliseconds) / 1000 * 0.5


def test_a_timed_out_invocation_is_billed_up_to_its_timeout() -> None:
    """Cold start and timeout, and nothing of what it would have done."""
    run = invoked((0.0, 10.0), declared={"timeout_s": 3.0})
    assert (run.bill.requests, run.bill.billed_ms) == (1, 3500)


def test_a_tenth_of_a_second_is_billed_as_100_ms_at_any_time() -> None:
    """An invocation of exactly 100 ms is never billed as 101 because of the instant at which it began."""
    run = invoked(*((number * 0.7, 0.1) for number in range(200)), latency={"lambda_cold_start": constant(0.0)})
    assert run.bill.billed_ms == 200 * 100


def test_what_runs_at_the_end_is_billed_to_that_instant() -> None:
    """Cost is billed up to the end of the run: here 4 s of an invocation of 30 s, and its cold start."""
    run = invoked((0.0, 30.0), horizon_s=COLD_BEGIN_S + 4.0)
    assert run.simulated.usage()["lambda_requests"] == 1
    assert run.simulated.usage()["lambda_gb_s"] == 4.5 * 0.5


def test_a_thousand_environments_may_start_within_ten_seconds() -> None:
    """1,000 environments of a function may start in 10 s, all at once if need be: five cold ones begin together."""
    run = invoked(*[(0.0, 1.0)] * 5)
    assert [began_s for _, began_s in run.began] == [COLD_BEGIN_S] * 5


def test_no_more_than_the_scaling_rate_starts() -> None:
    """A thousand environments may start at once, and 100 more with each second: the last of 2,000 after ten.

    As many again are wanted a second after the first thousand, all of which are killed by then.
    """
    wanted = [(0.0, 30.0)] * 1000 + [(1.0, 30.0)] * 1000
    run = invoked(*wanted, declared={"timeout_s": 0.25})
    starts_s = [began_s - COLD_BEGIN_S for _, began_s in run.began]
    assert starts_s[:1100] == [0.0] * 1000 + [1.0] * 100
    assert starts_s[1100:] == pytest.approx([1.0 + number / 100 for number in range(1, 901)], abs=1e-9)


SHORT_S = 2.0**-6  # an invocation


def short_ones(per_s: int, **declared: Any) -> list[tuple[int, float]]:
    """Which environments begin when, with short invocations at even distances after a first one that warms one up."""
    return invoked((0.0, SHORT_S), *((1.0 + number / per_s, SHORT_S) for number in range(64)), declared=declared).began


@pytest.mark.parametrize(("per_s", "suffices"), [(8, True), (11, False), (16, False)])
def test_an_environment_serves_ten_requests_a_second(per_s: int, suffices: bool) -> None:
    """No environment serves more in any second; however short they are, more than ten take more than one."""
    began = short_ones(per_s)
    assert len(began) == 1 + 64
    environments = {environment for environment, _ in began}
    assert (len(environments) == 1) == suffices
    for number in environments:
        mine_s = [at_s for environment, at_s in began if environment == number]
        assert all(later_s - sooner_s >= 1.0 - 1e-9 for sooner_s, later_s in zip(mine_s, mine_s[10:], strict=False))


def test_reserved_concurrency_bounds_requests_too() -> None:
    """With one environment reserved a function serves at most 10 requests a second, and refuses the others."""
    began = short_ones(per_s=16, reserved_concurrency=1)
    assert {environment for environment, _ in began} == {1}
    assert max(Counter(int(at_s) for _, at_s in began).values()) <= 10


Handle = Callable[[Ports, Sequence[Mail]], Any]


def events(mails: int, handle: Handle, gap_s: float = 0.0, **declared: Any) -> Simulation:
    """A pod that invokes a function asynchronously, once for each mail, and then ends."""

    def handler(ports: Ports) -> Handler:
        return lambda event: handle(ports, event)

    async def main(ports: Ports) -> None:
        for mail in await ports.outbox.take(mails):
            await ports.functions["f"].invoke([mail])
            await ports.clock.sleep(gap_s)

    function = Function("f", handler, **{"timeout_s": TIMEOUT_S, **declared})
    of = scenario(batch(mails), horizon_s=100_000.0)
    return play(simulation(of, pods=Pods(main, uses=("f",)), functions=(function,)))


ACCEPTED_S = DISPATCH_S / 2  # Lambda has the event: the caller learns of it as long again later
FIRST_TRY_S = ACCEPTED_S + ASYNC_S


def test_an_asynchronous_event_waits_in_lambdas_queue() -> None:
    """The caller goes on once the event is accepted; the function begins after Lambda's delay and a cold start."""
    began_s: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        began_s.append(ports.clock.now())

    events(1, handle)
    assert began_s == [FIRST_TRY_S + COLD_BEGIN_S]


def test_a_failed_event_is_tried_after_60_and_120_seconds_and_then_dropped() -> None:
    """Three tries in all; then nobody has the mail any more: it is lost."""
    began_s: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        began_s.append(ports.clock.now())
        raise ValueError("always")

    done = events(1, handle)
    first_s = FIRST_TRY_S + COLD_BEGIN_S
    second_s = first_s + 60.0 + DISPATCH_S
    assert began_s == [first_s, second_s, second_s + 120.0 + DISPATCH_S]
    assert fates(done) == {"accepted": [0], "dead_lettered": [0], "lost": [1], "pending": [0], "duplicated": [0]}
    assert done.world.now == began_s[-1]


def test_an_event_that_succeeds_in_the_end_sends_its_mail() -> None:
    """A function that fails behind an accepted mail sends it again with its next try."""
    tries: list[int] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        tries.append(len(tries))
        await ports.mailer.send(mails[0], everyone(1))
        if len(tries) == 1:
            raise ValueError("once")

    assert fates(events(1, handle))["duplicated"] == [1]
    assert tries == [0, 1]


def test_a_timed_out_event_is_a_failed_one() -> None:
    """It is tried again like one whose function raised, in a new environment."""
    began_s: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        began_s.append(ports.clock.now())
        await ports.clock.sleep(1e6)

    events(1, handle, timeout_s=2.0)
    gap_s = 2.0 + COLD_BEGIN_S
    first_s = FIRST_TRY_S + COLD_BEGIN_S
    assert began_s == [first_s, first_s + gap_s + 60.0, first_s + 2 * gap_s + 180.0]


@pytest.mark.parametrize(("busy_s", "waited_s"), [(0.75, 1.0), (2.5, 3.0), (6.5, 7.0), (14.5, 15.0), (30.5, 31.0)])
def test_a_throttled_event_backs_off_a_second_doubling(busy_s: float, waited_s: float) -> None:
    """While the function's only environment is busy, tries come 1, 3, 7, 15 and 31 s after the first."""
    began_s: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        began_s.append(ports.clock.now())
        if len(began_s) == 1:
            await ports.clock.sleep(busy_s - COLD_S)

    events(2, handle, reserved_concurrency=1)
    first_try_s = DISPATCH_S + FIRST_TRY_S  # of the second event, whose caller waited for the first answer
    assert began_s == [FIRST_TRY_S + COLD_BEGIN_S, first_try_s + waited_s + DISPATCH_S]


def throttled_for_ever() -> Simulation:
    """An event for a function that has no concurrency at all."""

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        raise AssertionError("never invoked")

    return events(1, handle, reserved_concurrency=0)


def test_an_event_that_stays_throttled_for_six_hours_is_dropped() -> None:
    """Lambda's maximum event age is 6 h from its acceptance; what is older is lost, and not before."""
    done = throttled_for_ever()
    assert fates(done)["lost"] == [1]
    assert done.world.now >= ACCEPTED_S + EVENT_AGE_MOST_S


def test_an_event_that_is_too_old_is_dropped_with_its_next_try() -> None:
    """Tries come five minutes apart at last: what is too old then is gone, and the run over."""
    assert throttled_for_ever().world.now <= FIRST_TRY_S + EVENT_AGE_MOST_S + THROTTLE_BACKOFF_MOST_S


def test_the_age_of_an_event_is_counted_from_its_acceptance_over_all_tries() -> None:
    """An event that fails when it is six hours old is not tried again, nor is one that waited for it for so long."""
    tries: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        tries.append(ports.clock.now())
        if mails[0].number == 0:
            await ports.clock.sleep(8 * 3600.0)  # holds the only environment for longer than an event may live
        raise ValueError("the other one's")

    done = events(2, handle, reserved_concurrency=1, timeout_s=9 * 3600.0)
    assert len(tries) == 1
    assert fates(done)["lost"] == [1, 1]


def orphaned(dies_s: float) -> tuple[list[float], Simulation]:
    """A pod that invokes a function at 0 and dies then; when the function begins, and what becomes of the mail."""
    began_s: list[float] = []

    def handler(ports: Ports) -> Handler:
        async def handle(mails: Sequence[Mail]) -> None:
            began_s.append(ports.clock.now())
            await ports.mailer.send(mails[0], everyone(1))

        return handle

    async def main(ports: Ports) -> None:
        await ports.functions["f"].invoke(await ports.outbox.take(1))
        await ports.clock.sleep(1e6)

    crash = fault("pod_crash", dies_s, 1e6, pod=0)
    parts = {"pods": Pods(main, uses=("f",)), "functions": (Function("f", handler, TIMEOUT_S),)}
    return began_s, play(simulation(scenario(fault=(crash,)), **parts))


@pytest.mark.parametrize(
    "dies_s",
    [
        pytest.param(ACCEPTED_S / 2),
        (ACCEPTED_S + DISPATCH_S) / 2,
        ACCEPTED_S + ASYNC_S / 2,
    ],
    ids=["on its way", "accepted", "answered"],
)
def test_a_pod_that_dies_leaves_its_event_alone(dies_s: float) -> None:
    """Once on its way, an event reaches Lambda, whose it then is: its function runs though the caller is gone."""
    began_s, done = orphaned(dies_s)
    assert began_s == [FIRST_TRY_S + COLD_BEGIN_S]
    assert fates(done)["accepted"] == [1]
