"""One strategy, unchanged, in both worlds: a scenario in, a ledger out."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

import loadtests.run
import sim.run
from loadtests.kernel import Clock
from loadtests.pods import Deployment
from loadtests.targets import Moto
from scenarios.errors import BadInput
from scenarios.ledger import FATES, Ledger
from scenarios.workload import arrivals
from strategies.ports import Ports
from strategies.resources import Pods
from tests.contract.arms import SEED, asyncio_alone, scenario

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("local_aws")]

BROADCAST = scenario(
    account={"max_send_rate_per_s": 20.0},
    workload=({"process": "batch", "messages": 8, "recipients": 5},),
)


def fates(ledger: Ledger) -> dict[str, int]:
    """Recipients by fate."""
    return {fate: int(ledger.mails[fate].sum()) for fate in FATES}


def test_the_simulated_run_and_the_real_one_account_alike() -> None:
    """The leaky bucket's 40 recipients: all accepted, and no faster than its two pods' pace, in both worlds."""
    simulated, real = (world(BROADCAST, "leaky-bucket", SEED) for world in (sim.run.run, loadtests.run.run))
    assert fates(simulated) == fates(real) == {"accepted": 40, "dead_lettered": 0, "lost": 0, "pending": 0}
    assert real.calls["call"].tolist() == simulated.calls["call"].tolist()
    assert {name: column.dtype for name, column in real.calls.items()} == {
        name: column.dtype for name, column in simulated.calls.items()
    }
    assert real.mails.keys() == simulated.mails.keys()
    assert real.settings == simulated.settings
    assert real.usage["ses_recipients"] == simulated.usage["ses_recipients"] == 40
    last_s = real.mails["last_accepted_s"].max()
    assert last_s >= (40 - 2 * 5) / 20  # two pods' last parts of five may follow the rest at once


def test_a_strategy_with_queues_is_refused_before_anything_starts() -> None:
    """What this world cannot run yet ends in one line that says what to do."""
    with pytest.raises(BadInput, match=r"'heartbeat' needs queues and functions.*use --on sim"):
        loadtests.run.run(BROADCAST, "heartbeat", SEED)


def test_a_scenario_with_faults_is_refused_before_anything_starts() -> None:
    """A fault that would silently not happen must not be run."""
    outage = scenario(fault=({"kind": "outage", "start_s": 1.0, "duration_s": 1.0},))
    with pytest.raises(BadInput, match="does not inject faults"):
        loadtests.run.run(outage, "direct", SEED)


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

    deployment = Deployment(Pods(main), arrivals(BROADCAST.workload, SEED), None, Clock(time.time()), SEED)
    asyncio.run(deployment.work(30.0))
    assert deployment.interrupted
    assert deployment.ended_s < 30.0
    assert deployment.custody().kept.all()


def test_the_server_ends_with_its_parents_pipe() -> None:
    """The local AWS serves until its standard input ends, even if its parent was killed, and then exits cleanly."""
    with Moto(BROADCAST, SEED, 1) as moto:
        assert moto.calls()["call"] == []
    assert moto.exit_code == 0


async def _forever(ports: Ports) -> None:
    await ports.clock.sleep(1e6)
