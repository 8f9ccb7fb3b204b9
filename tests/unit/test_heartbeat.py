"""Laws of the heartbeat: budgets, oversized mails, order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from strategies.consuming.prefetch import Prefetch
from strategies.policies.packing import Allowance, pack
from strategies.ports import Ports
from strategies.resources import Pods, Queue
from tests.unit.simulated import outcomes, run, total
from tests.unit.virtual import (
    batch,
    evenly,
    fates,
    fault,
    play,
    scenario,
    simulation,
)


def test_heartbeat_carries_the_fraction_of_its_budget() -> None:
    """Half a recipient a tick is one every other tick; 2.3 are 23 in ten ticks, exactly, for ever."""
    half, mixed = Allowance(0.5), Allowance(2.3)
    assert [half.next_tick() for _ in range(6)] == [0, 1, 0, 1, 0, 1]
    assert sum(mixed.next_tick() for _ in range(1000)) == 2300


def test_heartbeat_keeps_to_its_budget() -> None:
    """A backlog goes out at R a second: SES refuses nothing, and no tick sends more than its budget."""
    ledger = run("heartbeat", batch(100), rate_per_s=10.0)
    assert set(outcomes(ledger)) == {"accepted"}
    assert np.bincount(ledger.calls["start_s"].astype(int)).max() <= 10
    assert total(ledger, "accepted") == 100


def test_heartbeat_sends_refused_mail_first_and_receives_it_once() -> None:
    """What the first tick was refused is sent before anything else, and never returns to the queue."""
    first_tick = fault("extra_throttling", 0.0, 1.375, probability=1.0)
    ledger = run("heartbeat", batch(20), rate_per_s=5.0, fault=(first_tick,))
    assert outcomes(ledger) == ["throttled"] * 5 + ["accepted"] * 20
    assert ledger.calls["mail"].tolist() == [*range(5), *range(20)]
    assert ledger.mails["receives"].tolist() == [1] * 20


@pytest.mark.parametrize(("rate_per_s", "recipients", "most"), [(10.0, 11, 5), (10.0, 50, 5), (60.0, 51, 25)])
def test_heartbeat_splits_what_no_second_holds(rate_per_s: float, recipients: int, most: int) -> None:
    """A mail of more recipients than R, or than SES takes, goes out in parts of half of that, each recipient once."""
    ledger = run("heartbeat", batch(2, recipients=recipients), rate_per_s=rate_per_s)
    assert ledger.calls["recipients"].max() == most
    assert [total(ledger, column) for column in ("accepted", "duplicated")] == [2 * recipients, 0]


def test_heartbeat_halves_what_ses_never_holds() -> None:
    """A mail that fits a tick but not SES's bucket goes out in parts, once it has been refused three times."""
    account = {"max_send_rate_per_s": 80.0, "limiter": {"burst": 9}}
    ledger = run("heartbeat", batch(1, recipients=10), account=account, horizon_s=60.0)
    assert outcomes(ledger)[:3] == ["throttled"] * 3
    assert total(ledger, "accepted") == 10
    assert max(ledger.calls["recipients"][3:]) == 5


SPLIT_BEGINS_S = 0.125  # the mail is in the queue
EVERY_STAGE_S = [number / 32 for number in range(1, 16)]  # receive, put the parts, delete the original, and between


@pytest.mark.parametrize("dies_s", EVERY_STAGE_S)
def test_a_split_that_is_cut_short_loses_nothing(dies_s: float) -> None:
    """Parts are in the queue before the original leaves it: whenever the splitter dies, no recipient is missing."""
    incarnations: list[float] = []

    async def main(ports: Ports) -> None:
        incarnations.append(ports.clock.now())
        if len(incarnations) == 1:
            await ports.queues["mails"].put(await ports.outbox.take(1))
            await Prefetch(ports, "mails", largest=5).fill(12.0)
        else:
            await _send_all(ports)

    crash = fault("pod_crash", SPLIT_BEGINS_S + dies_s, 1.0, pod=0)
    of = scenario(batch(1, recipients=12), fault=(crash,), horizon_s=100.0)
    done = play(simulation(of, pods=Pods(main, uses=("mails",)), queues=(Queue("mails", 8.0, 5),)))
    assert len(incarnations) == 2
    assert fates(done)["accepted"] == [12]


async def _send_all(ports: Ports) -> None:
    """Send whatever comes out of the queue."""
    queue = ports.queues["mails"]
    for _ in range(10):
        messages = await queue.receive(10, 5.0)
        for message in messages:
            mail = message.mail
            await ports.mailer.send(mail, range(mail.first, mail.first + mail.recipients))
        await queue.delete(messages)


def waits_s(sizes: Sequence[int], budget: int) -> dict[int, int]:
    """For each mail of a queue that is held as a whole, the tick that takes it."""
    waiting, tick, taken = list(enumerate(sizes)), 0, dict[int, int]()
    while waiting:
        chosen = {waiting[index] for index in pack([size for _, size in waiting], budget)}
        taken.update({number: tick for number, _ in chosen})
        waiting, tick = [one for one in waiting if one not in chosen], tick + 1
    return taken


def test_packing_never_starves_a_large_mail() -> None:
    """A mail as large as a whole budget among small ones waits for at most as many ticks as mails stand before it."""
    for place in range(30):
        sizes = [3] * place + [10] + [3] * (40 - place)
        assert waits_s(sizes, budget=10)[place] <= place


def test_packing_fills_the_budget_with_what_fits() -> None:
    """In order, each mail that still fits; the first always goes."""
    assert pack([7, 5, 3, 1], 10) == [0, 2]
    assert pack([10, 1, 1], 10) == [0]
    assert pack([4, 4, 4, 2], 10) == [0, 1, 3]
    assert pack([], 10) == []


def test_heartbeat_does_not_starve_a_large_mail() -> None:
    """Ten recipients at once in an endless stream of small mails at R: sent soon, and in one piece."""
    stream, large = evenly(10.0, 60.0), batch(1, at_s=5.0, recipients=10)
    ledger = run("heartbeat", stream, large, rate_per_s=10.0, horizon_s=300.0)
    number = int(np.argmax(ledger.mails["recipients"]))
    assert ledger.mails["attempts"][number] == 1
    assert ledger.mails["last_accepted_s"][number] <= 15.0
    assert total(ledger, "accepted") == 610


@pytest.mark.parametrize("kind", ["timestamp_wait", "standard_loop", "express_loop"])
@pytest.mark.parametrize("dispatch", ["spread", "burst", "async"])
def test_every_heartbeat_sends_everything_once(dispatch: str, kind: str) -> None:
    """However it ticks and dispatches, and though SES refuses some, every mail is accepted, none twice."""
    settings = {"dispatch": dispatch, "ticker": kind}
    ledger = run("heartbeat", batch(200), settings=settings, rate_per_s=10.0, horizon_s=600.0)
    assert [total(ledger, column) for column in ("accepted", "duplicated")] == [200, 0]
