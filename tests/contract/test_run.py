"""One strategy, unchanged, in both worlds: a scenario in, a ledger out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable
from threading import Timer
from typing import Any

import numpy as np
import pytest

import loadtests.moto.run
import sim.run
from loadtests.application import watchdog
from loadtests.moto import local_aws
from loadtests.moto.local_aws import Moto, begin
from loadtests.ports.kernel import Clock
from loadtests.record import run_registry
from scenarios.errors import BadInput, Interrupted, RunFailed
from scenarios.ledger.fates import Custody, settle
from scenarios.ledger.ledger import FATES, OUTCOMES, PAUSED, REASON, Columns, Ledger
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from strategies.ports import Ports, Unanswered
from strategies.resources import Plan, Pods, Queue
from tests.contract import arms
from tests.contract.arms import SEED, asyncio_alone, scenario, without_services

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("local_aws")]

BROADCAST = scenario(
    account={
        "max_send_rate_per_s": 20.0,
        "limiter": {"burst": 40},
    },  # takes what a busy machine delays and then bunches
    workload=({"process": "batch", "messages": 8, "recipients": 5},),
)


def fates(ledger: Ledger) -> dict[str, int]:
    """Recipients by fate."""
    return {fate: int(ledger.mails[fate].sum()) for fate in FATES}


def test_the_simulated_run_and_the_real_one_account_alike() -> None:
    """The leaky bucket's 40 recipients: all accepted, and no faster than its two pods' pace, in both worlds."""
    simulated, real = (world(BROADCAST, "leaky-bucket", SEED) for world in (sim.run.run, loadtests.moto.run.run))
    assert fates(simulated) == fates(real) == {"accepted": 40, "dead_lettered": 0, "lost": 0, "pending": 0}
    assert real.calls["call"].tolist() == simulated.calls["call"].tolist()
    assert {name: column.dtype for name, column in real.calls.items() if name != REASON} == {
        name: column.dtype for name, column in simulated.calls.items()
    }
    assert real.mails.keys() == simulated.mails.keys()
    assert real.settings == simulated.settings
    assert real.usage["ses_recipients"] == simulated.usage["ses_recipients"] == 40
    last_s = real.mails["last_accepted_s"].max()
    assert last_s >= (40 - 2 * 5) / 20  # two pods' last parts of five may follow the rest at once


def test_a_rate_that_is_tried_loses_nothing_in_either_world() -> None:
    """Pods that begin at four times the limit are refused, slow down, and send again until all is accepted.

    How soon they are slow enough depends on how late answers come, which for real is as late as a machine is busy.
    """
    hasty = scenario(
        account={"max_send_rate_per_s": 20.0, "limiter": {"burst": 5}},
        workload=({"process": "batch", "messages": 40},),
        strategies={"aimd": {"initial_rate": 40.0, "max_rate": 40.0}},
    )
    simulated, real = (world(hasty, "aimd", SEED) for world in (sim.run.run, loadtests.moto.run.run))
    assert fates(simulated) == fates(real) == {"accepted": 40, "dead_lettered": 0, "lost": 0, "pending": 0}
    assert 0 < simulated.mails["throttles"].sum() < 40
    assert real.mails["throttles"].sum() > 0


def test_lanes_and_ways_hold_in_either_world() -> None:
    """The urgent lane waits for no letter, all mail is accepted, and each goes its way."""
    lanes = scenario(
        account={"max_send_rate_per_s": 20.0, "limiter": {"burst": 82}},  # the leaky bucket's mails are sent but once
        workload=(
            {"process": "batch", "messages": 60, "lane": "letters"},
            {"process": "constant", "messages_per_s": 4.0, "duration_s": 3.0, "lane": "resets", "priority": 1},
            {"process": "batch", "messages": 10, "lane": "reports", "strategy": "leaky-bucket"},
        ),
        strategies={"pacemaker": {"share": 0.75}, "leaky-bucket": {"rate_per_pod": 2.5}},
    )
    mails = arrivals(lanes.workload, SEED)
    for world in (sim.run.run, loadtests.moto.run.run):
        ledger = world(lanes, "pacemaker", SEED)
        assert fates(ledger) == {"accepted": 82, "dead_lettered": 0, "lost": 0, "pending": 0}
        waited_s = ledger.mails["last_accepted_s"] - ledger.mails["intended_s"]
        urgent, letters = (waited_s[(mails.ways == 0) & (mails.lanes == lane)] for lane in (0, 1))
        assert urgent.max() < letters.max() / 2
        assert np.isnan(ledger.mails["enqueued_s"])[mails.ways == 1].all()


def of_copies(ledger: Ledger) -> dict[tuple[int, int], tuple[int, int]]:
    """What became of each copy, and whose mailbox it was for, by mail and recipient."""
    assert ledger.delivered is not None
    columns = [ledger.delivered.copies[name].tolist() for name in ("mail", "recipient", "provider", "outcome")]
    return {(mail, recipient): (provider, fate) for mail, recipient, provider, fate in zip(*columns, strict=True)}


def test_mailboxes_are_the_same_in_either_world() -> None:
    """The same recipients bounce, are suppressed and complain, and AWS judges the account alike."""
    mailed = BROADCAST.model_copy(update={"delivery": Delivery.model_validate(MAILBOXES)})
    simulated, real = (world(mailed, "leaky-bucket", SEED) for world in (sim.run.run, loadtests.moto.run.run))
    assert of_copies(real) == of_copies(simulated)
    assert len(of_copies(real)) == 40
    assert len({outcome for _, outcome in of_copies(real).values()}) == 3
    assert real.delivered is not None
    assert simulated.delivered is not None
    assert real.delivered.judged.bounce_rate == simulated.delivered.judged.bounce_rate > 0


MAILBOXES = {
    "providers": {name: {"share": 0.5, "inbox": {"constant_ms": 50}} for name in "ab"},
    "hard_bounce": 0.3,
    "suppressed": 0.2,
    "reputation": {"pauses": False},
}


def test_a_pause_stops_a_campaign_in_either_world() -> None:
    """Within the second: after it all is refused, none is lost, and what the ledger says of AWS is what SES did."""
    table = {**MAILBOXES, "reputation": {"representative_volume": 20}}
    tables = {"workload": ({"process": "batch", "messages": 60},), "horizon_s": 4.0, "delivery": table}
    campaign = scenario(account={"max_send_rate_per_s": 20.0, "limiter": {"burst": 1}}, **tables)
    for world in (sim.run.run, loadtests.moto.run.run):
        ledger = world(campaign, "pacemaker", SEED)
        assert ledger.delivered is not None
        paused_s = ledger.delivered.judged.paused_s
        assert paused_s is not None
        decided_s, outcomes = ledger.calls["decided_s"], ledger.calls["outcome"]
        assert (outcomes[decided_s > paused_s] == PAUSED).all()
        assert (outcomes[decided_s < paused_s] != PAUSED).all()
        assert (outcomes == PAUSED).any()
        assert fates(ledger)["lost"] == 0
        assert 0 < fates(ledger)["accepted"] < 60


@pytest.mark.parametrize(
    ("strategy", "settings", "complaint"),
    [
        ("direct", {"workers": 257}, r"strategies\.direct\.workers = 257: must be at most 256 "),
        ("leaky-bucket", {"pods": 5}, r"strategies\.leaky-bucket\.pods = 5: must be at most 4 "),
        ("lambda-concurrency", {"concurrency": 201}, r"strategies\.lambda-concurrency: 201 invocations at once"),
    ],
)
def test_more_at_once_than_one_machine_can_do_is_refused(
    strategy: str, settings: dict[str, Any], complaint: str
) -> None:
    """What would wait for a thread or a process would be measured as SES's latency: one line says what fits."""
    crowd = scenario(strategies={strategy: settings})
    with pytest.raises(BadInput, match=complaint) as caught:
        loadtests.moto.run.check(crowd, strategy)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("strategy", "settings"), [("direct", {"workers": 256}), ("leaky-bucket", {"pods": 4})])
def test_as_many_calls_at_once_as_the_server_has_threads_are_fine(strategy: str, settings: dict[str, Any]) -> None:
    """What the refusal calls right is accepted."""
    loadtests.moto.run.check(scenario(strategies={strategy: settings}), strategy)


def test_the_horizon_leaves_mails_pending() -> None:
    """A pod that still works at the horizon keeps its mails, and its tasks are not waited for."""

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            group.spawn(_forever(ports))

    began_s = time.monotonic()
    _, custody = asyncio_alone(scenario(horizon_s=0.1), Pods(main))
    assert time.monotonic() - began_s < 10.0
    assert custody.kept.all()


def test_ctrl_c_ends_the_run_and_keeps_the_account() -> None:
    """SIGINT abandons the pods; what they held is pending, and the run knows that it was interrupted."""

    async def main(ports: Ports) -> None:
        signal.raise_signal(signal.SIGINT)
        await _forever(ports)

    world = without_services(BROADCAST, Pods(main), Clock(time.time()))
    assert world.lifecycle.interrupted
    assert world.lifecycle.ended_s < 30.0
    assert world.application.kept(world.lifecycle.ended_s).all()


def test_ctrl_c_before_time_zero_starts_nothing() -> None:
    """SIGINT while the pods still wait for time zero: none of them starts, and every mail is pending."""

    class Pressed(Clock):
        def sleep(self, delay_s: float, /) -> Awaitable[None]:
            signal.raise_signal(signal.SIGINT)
            return super().sleep(delay_s)

    async def main(ports: Ports) -> None:
        raise AssertionError("a pod has started")

    world = without_services(BROADCAST, Pods(main), Pressed(time.time() + 60.0))
    assert (world.lifecycle.interrupted, world.lifecycle.ended_s) == (True, 0.0)
    assert world.application.kept(0.0).all()


@pytest.mark.parametrize("world", ["sim", "moto"])
def test_an_answer_later_than_the_read_timeout_is_none(world: str) -> None:
    """SES accepts the mail and answers after the caller's patience has ended: Unanswered, and the call ends there."""
    patience_s, answer_s = 0.2, 20.0
    slow = scenario(
        client={"read_timeout_s": patience_s},
        latency={"ses_send": {"constant_ms": 1e3 * answer_s}, "ses_throttle": {"constant_ms": 10}},
    )
    caught = []

    async def main(ports: Ports) -> None:
        async for mail in ports.outbox:
            with pytest.raises(Unanswered) as error:
                await ports.mailer.send(mail, range(1))
            caught.append(error.value)

    calls = _play(world, slow, Pods(main))
    assert len(caught) == 1
    assert [OUTCOMES[code] for code in calls["outcome"]] == ["accepted"]
    assert patience_s <= calls["end_s"][0] - calls["start_s"][0] < answer_s


def _play(world: str, scenario: Scenario, pods: Pods) -> Columns:
    """SES's log of what the pods did."""
    return _left(world, scenario, pods)[0]


def _left(world: str, scenario: Scenario, pods: Pods) -> tuple[Columns, Custody]:
    """The same, and who holds what."""
    if world == "sim":
        return arms.sim(scenario, pods)
    with arms.moto(scenario) as play:
        return play(scenario, pods)


def test_the_server_ends_with_its_parents_pipe() -> None:
    """The local AWS serves until its standard input ends, even if its parent was killed, and then exits cleanly."""
    with Moto(BROADCAST, SEED, 1) as server:
        assert len(server.calls()) == 0
    assert server.exit_code == 0


LOADING = """
import sys
from importlib.abc import MetaPathFinder
from threading import Event

class Endless(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "loadtests.endpoint.application":
            Event().wait()

sys.meta_path.insert(0, Endless())
from loadtests.moto.server import main
main()
"""


def test_a_server_whose_parent_is_gone_while_it_starts_ends() -> None:
    """Whenever the other end of its standard input closes, before, amid and after what it is to serve.

    What it is made of need not have been loaded for that.
    """
    wanted = Moto(BROADCAST, SEED, 1).wanted
    for heard in (b"", wanted[: len(wanted) // 2], wanted):
        ended = subprocess.run(
            [sys.executable, "-c", LOADING], input=heard, capture_output=True, timeout=60, check=False
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (1, b"", b"")


FEW_THREADS = """
import threading
start = threading.Thread.start
def few(thread):
    if threading.active_count() > 5:
        raise RuntimeError("can't start new thread")
    start(thread)
threading.Thread.start = few
from loadtests.moto.server import main
main()
"""


def test_a_server_that_cannot_start_says_why_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Some of its threads run when the system gives no more; nothing waits for them."""
    monkeypatch.setattr(local_aws, "SERVER", (sys.executable, "-c", FEW_THREADS))
    monkeypatch.setattr(local_aws, "begin", begin)
    with pytest.raises(RunFailed) as failed, Moto(BROADCAST, SEED, 16):
        pass
    assert str(failed.value) == "the local AWS endpoint did not start: can't start new thread"
    assert capfd.readouterr().err == ""


def test_a_server_that_is_gone_fails_the_run_in_one_line() -> None:
    """Whoever asks an endpoint that has died hears what could not be asked, and why, in the project's own error."""
    with Moto(BROADCAST, SEED, 1) as server:
        pass
    with pytest.raises(RunFailed, match=r"does not answer /_seslab/calls: .*refused") as caught:
        server.calls()
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)
    assert "\n" not in str(caught.value)


async def _forever(ports: Ports) -> None:
    await ports.clock.sleep(1e6)


DYING = {"kind": "pod_crash", "pod": 0, "start_s": 0.5, "duration_s": 0.1}
SLOW_SES = {"ses_send": {"constant_ms": 3000}, "ses_throttle": {"constant_ms": 3000}}


@pytest.mark.parametrize("world", ["sim", "moto"])
@pytest.mark.parametrize(("horizon_s", "fate"), [(30.0, "accepted"), (1.0, "pending")])
def test_a_call_outlives_its_pod(world: str, horizon_s: float, fate: str) -> None:
    """A pod that dies with a call on the wire has not lost its mail: the run waits for SES, at most to the horizon."""
    doomed, begun = scenario(horizon_s=horizon_s, fault=(DYING,), latency=SLOW_SES), list[int]()

    async def main(ports: Ports) -> None:
        """A pod that comes after the crash has nothing left to send."""
        async for mail in ports.outbox:
            begun.append(mail.number)
            await ports.mailer.send(mail, range(mail.recipients))

    calls, custody = _left(world, doomed, Pods(main))
    mails = settle(arrivals(doomed.workload, SEED), calls, custody, np.full(1, np.nan), np.zeros(1, np.int32))
    became = {name: int(mails[name].sum()) for name in FATES if mails[name].sum()}
    assert begun or world == "moto"  # whose machine may stall until the pod dies with the mail in hand
    assert became == {fate if begun else "lost": 1}


@pytest.mark.parametrize("world", ["sim", "moto"])
@pytest.mark.parametrize(("horizon_s", "outcomes"), [(30.0, ["accepted"]), (0.5, [])])
def test_a_run_waits_until_ses_has_decided(world: str, horizon_s: float, outcomes: list[str]) -> None:
    """A caller whose patience ends before SES decides ends the run only once SES has, at most at the horizon."""
    late = scenario(horizon_s=horizon_s, client={"read_timeout_s": 0.2}, latency=SLOW_SES)

    async def main(ports: Ports) -> None:
        async for mail in ports.outbox:
            with pytest.raises(Unanswered):
                await ports.mailer.send(mail, range(1))

    calls = _play(world, late, Pods(main))
    assert [OUTCOMES[code] for code in calls["outcome"][np.isfinite(calls["decided_s"])]] == outcomes


@pytest.mark.parametrize("world", ["sim", "moto"])
@pytest.mark.parametrize("horizon_s", [0.55, 1.0])
def test_what_a_dead_pod_has_on_the_wire_to_a_queue_is_pending(world: str, horizon_s: float) -> None:
    """SQS takes the mail 0.6 s after the request has begun, whose pod dies: before and after that it is not lost."""

    async def main(ports: Ports) -> None:
        async for mail in ports.outbox:
            await ports.queues["q"].put([mail])

    doomed = scenario(horizon_s=horizon_s, fault=(DYING,), latency={"sqs": {"constant_ms": 1200}})
    plan = Plan(None, Pods(main, uses=("q",)), queues=(Queue("q"),))
    if world == "sim":
        calls, custody = arms.sim_plan(doomed, plan)
    else:
        with arms.moto_plan(doomed) as play:
            calls, custody = play(doomed, plan)
    mails = settle(arrivals(doomed.workload, SEED), calls, custody, np.full(1, np.nan), np.zeros(1, np.int32))
    assert {name: int(mails[name].sum()) for name in FATES if mails[name].sum()} == {"pending": 1}


def test_ctrl_c_while_all_is_closed_keeps_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGINT while the run's note is being removed is the last thing that the run hears, not the end of its ledger."""

    def finish(run: str) -> None:
        signal.raise_signal(signal.SIGINT)
        removed(run)

    removed = run_registry.finish
    monkeypatch.setattr(run_registry, "finish", finish)
    ledger = loadtests.moto.run.run(BROADCAST, "leaky-bucket", SEED)
    assert ledger.interrupted
    assert fates(ledger)["accepted"] == 40
    assert run_registry.records() == []


def test_ctrl_c_beside_a_server_that_is_silent_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Soon, as a run that was interrupted, though it cannot be known what became of its mails."""

    def begin(server: Moto) -> int:
        Timer(1.0, _stop_and_interrupt, [server.pid]).start()
        return began(server)

    began = Moto.begin
    monkeypatch.setattr(Moto, "begin", begin)
    monkeypatch.setattr(local_aws, "LOOK_PATIENCE_S", 0.1)
    slow = BROADCAST.model_copy(update={"latency": scenario(latency=SLOW_SES).latency})
    began_s = time.monotonic()
    with pytest.raises(Interrupted, match=r"^interrupted; the local AWS endpoint does not answer"):
        loadtests.moto.run.run(slow, "leaky-bucket", SEED)
    assert time.monotonic() - began_s < 15


def _stop_and_interrupt(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_after_the_end_breaks_nothing_off() -> None:
    """While a run is being accounted for SIGINT only says that nothing more is wanted."""
    lifecycle = without_services(scenario(), Pods(_nothing), Clock(time.time())).lifecycle
    with lifecycle.ended_by_interrupt():
        signal.raise_signal(signal.SIGINT)
    assert lifecycle.interrupted
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_loop_that_awaits_nothing_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it stands, so that its own place can be told; Ctrl-C could not end it either."""

    async def endless(ports: Ports) -> None:
        while True:
            pass

    monkeypatch.setattr(watchdog, "LOOK_EVERY_S", 0.01)
    with pytest.raises(watchdog.Stuck) as stuck:
        without_services(scenario(), Pods(endless), Clock(time.time()))
    assert "endless" in [entry.name for entry in stuck.traceback]


async def _nothing(ports: Ports) -> None:
    """Do nothing at all."""
