"""Lambda functions on virtual time: environments, concurrency, timeouts and the bill."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import pytest

from scenarios.aws.lambda_bill import LambdaBill
from scenarios.aws.lambda_quotas import ACCOUNT_CONCURRENCY, KEEP_WARM_S
from scenarios.errors import FunctionError
from sim.kernel import Clock, serve
from sim.world import Simulation
from strategies.ports import InvokeThrottled, Mail, Ports
from strategies.resources import Function, Handler
from tests.unit.virtual import (
    COLD_BEGIN_S,
    CPU_S,
    DISPATCH_S,
    calls,
    constant,
    exactly,
    play,
    scenario,
    simulation,
)

TIMEOUT_S = 60.0
FULL_CORE_MB = 1769


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
    bill: LambdaBill
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
        results[index] = Result(came_of, simulated.world.now_s)

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
    live, refused = simulation(scenario(horizon_s=5000.0), functions=functions).functions, list[str]()

    async def invoke(name: str) -> None:
        try:
            await live[name].invoke(30.0)
        except InvokeThrottled:
            refused.append(name)

    for name in (*"f" * (ACCOUNT_CONCURRENCY - 1), "g", "g"):
        serve(invoke(name))
    assert refused == ["g"]


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
