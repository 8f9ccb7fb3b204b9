"""The local Lambda: real processes that run AWS's runtime client, reused, refused, timed out and mourned."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from loadtests.local_lambda.environments import Nursery
from loadtests.local_lambda.functions import Function
from loadtests.local_lambda.lambda_api import Api
from loadtests.ports.kernel import Clock
from loadtests.ports.payloads import invocation
from loadtests.record.run_registry import birth_of
from scenarios.aws.lambda_quotas import REQUESTS_PER_S
from scenarios.aws.warm_pool import Concurrency
from scenarios.errors import FunctionError, RunFailed
from strategies.ports import InvokeThrottled, Mail
from strategies.resources import Function as Declared
from tests.deploy.patience import PATIENCE_S, until
from tests.unit import local_cases

pytestmark = [pytest.mark.real_time]

WELL, RAISES, EXITS, HANGS = 1, 2, 3, 4
VARIABLES = {
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "AWS_DEFAULT_REGION": "us-east-1",
    "SESLAB_STRATEGY": local_cases.MODULE,
    "SESLAB_SETTINGS": "{}",
    "SESLAB_RATE_PER_S": "1",
    "SESLAB_SEND_MEDIAN_S": "0.05",
    "SESLAB_LANES": '[["default", 0]]',
    "SESLAB_WAYS": "[]",
    "SESLAB_SEED": "1",
    "SESLAB_FROM": "a@example.com",
    "SESLAB_TO": "{mail}@example.com",
    "SESLAB_ARCHIVE": "[]",
    "SESLAB_FUNCTION": "f",
}


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """One warmed parent for all tests."""
    with ExitStack() as stack:
        api = stack.enter_context(Api(lambda function, event: None))
        yield stack.enter_context(Nursery(api, VARIABLES, tmp_path_factory.mktemp("local") / "log"))


def act(nursery: Nursery, script: Callable[[Function], Awaitable[None]], **declared: Any) -> Function:
    """Play a script with a function that costs no time of its own."""
    fields = {"name": "f", "handler": None, "timeout_s": PATIENCE_S, **declared}
    function = Function(
        Clock(0.0), Declared(**fields), Concurrency(), lambda: nursery.start({}), repeat(0.0), repeat(0.0)
    )
    asyncio.run(_await(script(function)))
    return function


async def _await(script: Awaitable[None]) -> None:
    await script


async def call(function: Function, does: int = WELL) -> list[str]:
    """What the invocation's environment remembers: how often it served, and its process."""
    answer = await function.invoke(invocation([Mail(0, does, 0.0)]))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_an_environment_serves_again_once_it_may(nursery: Nursery) -> None:
    """A warm process is reused, with its memory; two invocations at once have a process each."""
    seen: list[list[str]] = []

    async def script(function: Function) -> None:
        seen.append(await call(function))
        await asyncio.sleep(1 / REQUESTS_PER_S)
        seen.append(await call(function))
        seen.extend(await asyncio.gather(call(function), call(function)))

    function = act(nursery, script)
    assert [served for served, _ in seen[:2]] == ["1", "2"]
    assert seen[0][1] == seen[1][1]
    assert len({process for _, process in seen[1:]}) >= 2
    assert function.bill.requests == 4
    assert function.bill.billed_ms >= 4


def test_beyond_its_concurrency_a_function_is_not_started(nursery: Nursery) -> None:
    """Reserved concurrency refuses at once, and the next invocation after the first has ended is served."""

    async def script(function: Function) -> None:
        first = asyncio.gather(call(function))
        await asyncio.sleep(0)
        with pytest.raises(InvokeThrottled):
            await call(function)
        await first
        await asyncio.sleep(1 / REQUESTS_PER_S)
        await call(function)

    act(nursery, script, reserved_concurrency=1)


@pytest.mark.parametrize(
    ("does", "says"), [(RAISES, "refused by the handler"), (EXITS, "process ended"), (HANGS, "timed out")]
)
def test_what_goes_wrong_is_a_function_error(nursery: Nursery, does: int, says: str) -> None:
    """A handler that raises, a process that dies, one that hangs: each is told, and the next invocation is served."""

    async def script(function: Function) -> None:
        with pytest.raises(FunctionError, match=says):
            await call(function, does)
        function._declared = replace(function._declared, timeout_s=PATIENCE_S)  # for a process that has yet to start
        await asyncio.sleep(1 / REQUESTS_PER_S)
        served, _ = await call(function)
        assert served == ("2" if does == RAISES else "1")  # only an environment that lives remembers

    act(nursery, script, timeout_s=0.5 if does == HANGS else PATIENCE_S)


def test_an_environment_that_is_killed_before_it_is_there_does_not_stay(nursery: Nursery) -> None:
    """A function may time out while its process has yet to start: that must not do the work after all."""
    environment = nursery.start({})
    environment.kill()
    pid = until(lambda: environment.pid)
    assert pid is not None
    until(lambda: birth_of(pid) is None)


def test_no_environment_outlives_its_nursery(tmp_path: Path) -> None:
    """When the block ends, every process that it started is gone."""
    processes: list[int] = []

    async def script(function: Function) -> None:
        processes.append(int((await call(function))[1]))

    with Api(lambda function, event: None) as api, Nursery(api, VARIABLES, tmp_path / "log") as nursery:
        act(nursery, script)
        os.kill(processes[0], 0)
    with pytest.raises(ProcessLookupError):
        os.kill(processes[0], 0)


def test_environments_do_not_outlive_their_parent(tmp_path: Path) -> None:
    """Where the warmed parent is killed no environment starts any more, and those that work end with the block."""
    with Api(lambda function, event: None) as api:
        with Nursery(api, VARIABLES, tmp_path / "log") as nursery:
            environment = nursery.start({})
            environment.post.hand_in(invocation([Mail(0, HANGS, 0.0)]), 60.0)
            pid = until(lambda: environment.pid)
            assert pid is not None
            parent = os.getpgid(pid)
            os.kill(parent, signal.SIGKILL)
            until(lambda: birth_of(parent) is None)
            with pytest.raises(RunFailed, match="parent process has ended"):
                nursery.start({})
        until(lambda: birth_of(pid) is None)
