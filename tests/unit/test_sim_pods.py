"""Pods on virtual time: how mails are dealt to them, and what a crash or another number of pods does to the mails."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

import pytest

import sim.run
from sim.world import Simulation
from strategies.ports import Mail, Ports
from strategies.resources import Pods
from tests.unit.virtual import (
    ACCEPT_S,
    CPU_S,
    REFUSE_S,
    SEED,
    batch,
    calls,
    constant,
    evenly,
    everyone,
    exactly,
    fates,
    fault,
    play,
    scenario,
    simulation,
)

Main = Callable[[Ports], Coroutine[Any, Any, None]]
FOREVER_S = 1e6
BETWEEN_S = 1.0625  # between the mails 8 and 9 of eight a second


class Dealt:
    """The mails that each incarnation of a pod got, in the order in which the incarnations started."""

    def __init__(self) -> None:
        self.pods: list[list[int]] = []

    async def main(self, ports: Ports) -> None:
        """Take mails and do nothing with them."""
        mine: list[int] = []
        self.pods.append(mine)
        async for mail in ports.outbox:
            mine += [mail.number]


def dealt(*workload: dict[str, Any], pods: int = 2, weights: tuple[float, ...] = (), **tables: Any) -> list[list[int]]:
    """Deal these mails to pods that take each at once."""
    witness = Dealt()
    play(simulation(scenario(*workload, **tables), pods=Pods(witness.main, pods, weights)))
    return witness.pods


def numbers(first: int, end: int, step: int = 1) -> list[int]:
    """Numbers of mails."""
    return list(range(first, end, step))


@pytest.mark.parametrize("workload", [batch(30), evenly(10.0, 3.0)], ids=["at once", "one by one"])
def test_mails_go_round_robin(workload: dict[str, Any]) -> None:
    """Mail k goes to pod k mod 3, whether they come all together or one after the other."""
    assert dealt(workload, pods=3) == [numbers(pod, 30, 3) for pod in range(3)]


def shares(weights: tuple[float, ...], mails: int) -> list[list[int]]:
    """For each pod, how many mails it has after each mail."""
    pods = dealt(evenly(10.0, mails / 10), pods=len(weights), weights=weights)
    return [list(accumulate(number in mine for number in range(mails))) for mine in map(set, pods)]


def furthest_off(weights: tuple[float, ...], mails: int) -> float:
    """By how many mails a pod was ever away from its share."""
    total = sum(weights)
    return max(
        abs(got - weight / total * (number + 1))
        for weight, counts in zip(weights, shares(weights, mails), strict=True)
        for number, got in enumerate(counts)
    )


@pytest.mark.parametrize("weights", [(1.0, 1.0), (1.0, 3.0), (0.3, 0.7), (2.0, 1.0), (1.0, 2.0, 3.0)])
def test_weights_hold_within_one_mail_at_any_time(weights: tuple[float, ...]) -> None:
    """After every single mail each pod is at most one mail away from its share of all mails so far."""
    assert furthest_off(weights, 200) <= 1.0


def test_skewed_weights_hold_within_one_mail_too() -> None:
    """One pod of weight 5 beside five of weight 1 gets half of the mails, at any time."""
    assert furthest_off((5.0, 1.0, 1.0, 1.0, 1.0, 1.0), 20) <= 1.0


async def in_turn(ports: Ports) -> None:
    """Send mail after mail."""
    async for mail in ports.outbox:
        await ports.mailer.send(mail, everyone(mail.recipients))


async def all_at_once(ports: Ports) -> None:
    """Begin a call for every mail that is due."""
    async with ports.group() as group:
        async for mail in ports.outbox:
            group.spawn(_send(ports, mail))


async def _send(ports: Ports, mail: Mail) -> None:
    await ports.mailer.send(mail, everyone(mail.recipients))


def crashed(main: Main, *workload: dict[str, Any], pods: int = 1, **fault_keys: Any) -> Simulation:
    """Pods that send, one of which crashes for good at second 1."""
    keys = {"start_s": 1.0, "duration_s": FOREVER_S, "pod": 0, **fault_keys}
    of = scenario(*workload, fault=({"kind": "pod_crash", **keys},))
    return play(simulation(of, pods=Pods(main, pods)))


SEND_S = CPU_S + ACCEPT_S  # of one call after the other


def test_a_crash_loses_what_the_pod_has_not_sent() -> None:
    """Of ten mails in its memory the pod has sent four by second 1: the other six are lost, and nothing else."""
    done = crashed(in_turn, batch(20), pods=2, pod=1)
    sent = 4  # three that are answered, and the fourth on the wire
    assert 3 * SEND_S < 1.0 < 4 * SEND_S
    assert fates(done)["lost"] == [int(number % 2 == 1 and number >= 2 * sent) for number in range(20)]
    assert sum(fates(done)["accepted"]) == 10 + sent


def test_what_is_on_the_wire_keeps_sess_decision() -> None:
    """SES decides on a dead pod's calls at their instants, and the run lasts until it has; the rest is lost."""
    far = {"ses_send": constant(8.0), "ses_throttle": constant(8.0)}
    crash = fault("pod_crash", 1.0, FOREVER_S, pod=0)
    of = scenario(batch(3), batch(1, at_s=2.0), rate_per_s=2.0, latency=far, fault=(crash,), horizon_s=60.0)
    done = play(simulation(of, pods=Pods(all_at_once)))
    decided_s = [exactly(number * CPU_S + 4.0) for number in (1, 2, 3)]
    assert [(call.decided_s, call.outcome) for call in calls(done)] == [
        (decided_s[0], "accepted"), (decided_s[1], "accepted"), (decided_s[2], "throttled")
    ]  # fmt: skip
    assert (fates(done)["accepted"], fates(done)["lost"]) == ([1, 1, 0, 0], [0, 0, 1, 0])
    assert fates(done)["pending"] == [0, 0, 0, 1]  # it fell due when no pod lived


def test_the_run_ends_when_ses_has_decided_on_the_last_call_of_the_dead() -> None:
    """With nothing else to wait for, that decision is the end."""
    far = {"ses_send": constant(8.0), "ses_throttle": constant(8.0)}
    of = scenario(latency=far, fault=(fault("pod_crash", 1.0, FOREVER_S, pod=0),), horizon_s=60.0)
    done = play(simulation(of, pods=Pods(in_turn)))
    assert done.world.now_s == calls(done)[0].decided_s == exactly(CPU_S + 4.0)
    assert fates(done)["accepted"] == [1]


def test_a_dead_pod_dials_no_more() -> None:
    """Calls that waited for a connection when their pod died are never made: their mails are lost."""
    crash = fault("pod_crash", SEND_S / 2, FOREVER_S, pod=0)
    of = scenario(batch(3), batch(1, at_s=50.0), fault=(crash,), horizon_s=20.0)
    done = play(simulation(of, pods=Pods(all_at_once, connections=1)))
    assert [call.mail for call in calls(done)] == [0]
    assert fates(done)["lost"] == [0, 1, 1, 0]


def test_a_dead_pod_processes_no_more() -> None:
    """Of five calls that share the processor two have left after 2.5 ms: the other three never reach SES."""
    crash = fault("pod_crash", 0.0025, FOREVER_S, pod=0)
    of = scenario(batch(5), batch(1, at_s=50.0), fault=(crash,), horizon_s=20.0)
    done = play(simulation(of, pods=Pods(all_at_once)))
    assert [call.mail for call in calls(done)] == [0, 1]
    assert fates(done)["lost"] == [0, 0, 1, 1, 1, 0]


def test_a_dead_pods_undecided_call_is_pending_at_the_horizon() -> None:
    """What is undecided when observation ends is pending, whoever sent it."""
    far = {"ses_send": constant(8.0), "ses_throttle": constant(8.0)}
    crash = fault("pod_crash", 1.0, FOREVER_S, pod=0)
    done = play(simulation(scenario(latency=far, fault=(crash,), horizon_s=3.0), pods=Pods(in_turn)))
    assert fates(done)["pending"] == [1]


def test_a_restarted_pod_takes_new_mails_with_a_new_memory() -> None:
    """What fell due before the crash was the old pod's; meanwhile all goes to the others; then both take turns."""
    pods = dealt(evenly(8.0, 4.0), fault=(fault("pod_crash", BETWEEN_S, 1.0, pod=1),))
    survivor, crashed_pod, restarted = pods
    assert crashed_pod == numbers(1, 9, 2)
    assert survivor == [*numbers(0, 9, 2), *numbers(9, 17), *numbers(17, 32, 2)]
    assert restarted == numbers(18, 32, 2)


def test_a_restarted_pod_gets_its_weight_and_no_more() -> None:
    """With equal weights the survivor goes on getting half of the mails once the other is back."""
    survivor, _, restarted = dealt(
        evenly(8.0, 8.0), weights=(1.0, 1.0), fault=(fault("pod_crash", BETWEEN_S, 1.0, pod=1),)
    )
    both = numbers(17, 64)
    assert abs(len(set(survivor) & set(both)) - len(set(restarted) & set(both))) <= 1


def test_with_no_pod_alive_mails_wait_in_the_outbox() -> None:
    """Nothing is lost of what falls due meanwhile; the next incarnation gets it all at once."""
    old, new = dealt(evenly(8.0, 3.0), pods=1, fault=(fault("pod_crash", BETWEEN_S, 1.0, pod=0),))
    assert (old, new) == (numbers(0, 9), numbers(9, 24))
    done = crashed(in_turn, batch(3), batch(2, at_s=2.0))
    assert fates(done)["pending"][3:] == [1, 1]


@pytest.mark.parametrize(("again_s", "fate"), [(20.0, "pending"), (3.0, "lost")], ids=["not yet", "and crashes again"])
def test_mail_due_while_no_pod_lives_is_safe_until_a_pod_has_it(again_s: float, fate: str) -> None:
    """It is in no memory, so that it is pending if the run ends before; the pod that gets it loses it as any other."""
    down = fault("pod_crash", 1.0, again_s - 1.0, pod=0)
    down_again = fault("pod_crash", again_s + SEND_S, FOREVER_S, pod=0)
    faults = (down, down_again) if fate == "lost" else (down,)
    done = play(simulation(scenario(batch(3, at_s=2.0), horizon_s=10.0, fault=faults), pods=Pods(in_turn)))
    assert fates(done)[fate][-1] == 1


def test_overlapping_crashes_end_with_the_last() -> None:
    """A pod that crashes again while it is down stays down until both faults are over."""
    twice = (fault("pod_crash", BETWEEN_S, 1.0, pod=1), fault("pod_crash", 1.5, 2.5, pod=1))
    survivor, _, restarted = dealt(evenly(8.0, 6.0), fault=twice)
    assert restarted[0] > 4 * 8
    assert set(numbers(9, 33)) <= set(survivor)


def test_changes_at_one_instant_are_one_change() -> None:
    """Three pods that become four as the fault before ends keep their memories: no pod dies between the two."""
    first = fault("scale_pods", 1.0, 2.0, pods=3)
    then = fault("scale_pods", 3.0, FOREVER_S, pods=4)
    pods = dealt(evenly(8.0, 6.0), pods=1, fault=(first, then))
    assert [len(mine) > 0 for mine in pods] == [True] * 4
    assert all(mine[-1] > 3 * 8 for mine in pods)


def test_a_crash_of_a_pod_that_is_not_there_is_no_crash() -> None:
    """A number beyond the deployment's changes nothing."""
    assert dealt(batch(6), batch(6, at_s=2.0), fault=(fault("pod_crash", 1.0, 0.5, pod=7),)) == dealt(
        batch(6), batch(6, at_s=2.0), fault=(fault("slow", 1.0, 0.5, factor=1.0),)
    )


def test_scaling_up_deals_to_the_new_pods_as_well() -> None:
    """From the instant on mails go to all in turn, from the first pod on; at the end the new ones are gone."""
    first, second = dealt(evenly(8.0, 3.0), pods=1, fault=(fault("scale_pods", BETWEEN_S, 1.0, pods=2),))
    assert first == [*numbers(0, 9), *numbers(9, 17, 2), *numbers(17, 24)]
    assert second == numbers(10, 17, 2)


def test_scaling_down_loses_the_memory_of_the_pods_that_go() -> None:
    """A pod that is scaled away has had its mails: what it has not sent is lost; the others take all from then on."""
    of = scenario(batch(20), batch(2, at_s=10.0), fault=(fault("scale_pods", 1.0, FOREVER_S, pods=1),))
    done = play(simulation(of, pods=Pods(in_turn, 2)))
    assert fates(done)["lost"] == [int(number % 2 == 1 and number >= 8) for number in range(20)] + [0, 0]
    assert fates(done)["accepted"][20:] == [1, 1]


@pytest.mark.parametrize(("reshare", "told"), [(False, [2, 2, 2]), (True, [2, 4, 2])])
def test_pods_learn_of_scaling_only_when_they_are_told(reshare: bool, told: list[int]) -> None:
    """With `reshare` each pod sees how many they are now; without, what the deployment was declared with."""
    seen: list[int] = []

    async def main(ports: Ports) -> None:
        for at_s in (0.5, 1.5, 2.5):
            await ports.clock.sleep(at_s - ports.clock.now())
            seen.append(ports.share.replicas)

    scale = fault("scale_pods", 1.0, 1.0, pods=4, reshare=reshare)
    done = play(simulation(scenario(fault=(scale,)), pods=Pods(partial(_first_pod, main, []), 2)))
    assert done.world.now_s >= 2.5
    assert seen == told


async def _first_pod(main: Main, started: list[bool], ports: Ports) -> None:
    """Run main in the pod that starts first, and nothing in the others."""
    started.append(True)
    if len(started) == 1:
        await main(ports)


@pytest.mark.parametrize(("reshare", "per_s"), [(False, 20.0), (True, 10.0)])
def test_leaky_buckets_that_are_scaled_up_keep_to_the_limit_only_if_told(reshare: bool, per_s: float) -> None:
    """Two pods of 5 recipients a second become four: 20 a second in all, or with `reshare` still 10."""
    scale = fault("scale_pods", 1.0, 100.0, pods=4, reshare=reshare)
    of = scenario(evenly(50.0, 8.0), rate_per_s=10.0, horizon_s=8.0, fault=(scale,))
    ledger = sim.run.run(of, "leaky-bucket", SEED)
    starts_s = ledger.calls["start_s"]
    for from_s, until_s in pairwise((2.0, 4.0, 6.0, 8.0)):
        assert abs(((starts_s >= from_s) & (starts_s < until_s)).sum() - per_s * (until_s - from_s)) <= 4


@pytest.mark.parametrize("lanes", ["ignore", "strict"])
def test_no_call_that_starts_after_a_reshare_uses_the_old_share(lanes: str) -> None:
    """A pod of 4 a second learns at 1.1 s of a second one: its next call is the first of one each half second."""
    scale = fault("scale_pods", 1.1, 100.0, pods=2, reshare=True)
    leaky = {"pods": 1, "lanes": lanes}
    of = scenario(batch(9), rate_per_s=4.0, fault=(scale,), strategies={"leaky-bucket": leaky})
    starts_s = sim.run.run(of, "leaky-bucket", SEED).calls["start_s"].tolist()
    assert starts_s == [exactly(at_s) for at_s in (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.75, 2.25, 2.75)]


def test_refused_calls_of_a_dead_pod_are_lost() -> None:
    """SES refuses what the dead pod had on the wire: nobody is left to send it again."""
    crash = fault("pod_crash", REFUSE_S / 4, FOREVER_S, pod=0)
    done = play(simulation(scenario(batch(3), rate_per_s=1.0, fault=(crash,)), pods=Pods(all_at_once)))
    assert [call.outcome for call in calls(done)] == ["accepted", "throttled", "throttled"]
    assert fates(done)["lost"] == [0, 1, 1]
