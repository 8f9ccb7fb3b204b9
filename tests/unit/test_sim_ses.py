"""SES on virtual time: when it decides, when it answers, how it fails, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from itertools import pairwise
from typing import Any

import pytest

from scenarios.aws.admission import admission_of
from scenarios.aws.limiter import exact
from scenarios.ledger.ledger import ACCEPTED, OUTCOMES, QUOTA, REJECTED, THROTTLED
from scenarios.traffic.workload import arrivals
from strategies.ports import Mail, Ports, QuotaExceeded, Rejected, SendError, Throttled, Unanswered, Unavailable
from strategies.resources import FULL_CORE_MB, Function, Handler, Pods
from tests.unit.virtual import (
    ACCEPT_S,
    CPU_S,
    REFUSE_S,
    SEED,
    Call,
    batch,
    calls,
    constant,
    everyone,
    exactly,
    fault,
    play,
    scenario,
    simulation,
)

DAY_S = 86_400.0
DECIDE_S = REFUSE_S / 2  # the smaller draw, halved

Answer = tuple[int, type[SendError] | None, float]
"""Mail, what its call raised, and when it was answered."""

Sends = Sequence[tuple[float, int]]
"""Instants at which a mail goes out, and its recipients."""


async def send(ports: Ports, answers: list[Answer], mail: Mail, at_s: float = 0.0) -> None:
    """Send one mail at an instant and note what came of it."""
    await ports.clock.sleep(at_s - ports.clock.now())
    kind: type[SendError] | None = None
    try:
        await ports.mailer.send(mail, everyone(mail.recipients))
    except SendError as error:
        kind = type(error)
    answers.append((mail.number, kind, ports.clock.now()))


def sender(answers: list[Answer], sends: Sends) -> Callable[[Ports], Coroutine[Any, Any, None]]:
    """Main of a pod that makes these calls."""

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            for number, (at_s, recipients) in enumerate(sends):
                group.spawn(send(ports, answers, Mail(number, recipients, at_s), at_s))

    return main


def sending(sends: Sends, connections: int = 64, **tables: Any) -> tuple[list[Answer], list[Call]]:
    """Make these calls from one pod; what it was answered, and SES's log."""
    answers: list[Answer] = []
    of = scenario(batch(len(sends)), **tables)
    done = play(simulation(of, pods=Pods(sender(answers, sends), connections=connections)))
    return answers, calls(done)


def outcomes(log: Sequence[Call]) -> list[str]:
    """What SES made of each call."""
    return [call.outcome for call in log]


@pytest.mark.parametrize(("accept_s", "refuse_s"), [(0.25, 0.125), (0.125, 0.5)], ids=["refusals quicker", "slower"])
def test_ses_decides_after_half_the_smaller_draw_and_answers_at_the_outcomes(accept_s: float, refuse_s: float) -> None:
    """Until it is decided upon, a call is the same on the wire whatever comes of it; then its outcome's draw counts."""
    latency = {"ses_send": constant(accept_s), "ses_throttle": constant(refuse_s)}
    answers, log = sending([(0.0, 1), (0.0, 1)], rate_per_s=1.0, latency=latency)
    half_s = min(accept_s, refuse_s) / 2
    assert [call.start_s for call in log] == [0.0, 0.0]
    assert [call.decided_s for call in log] == [exactly(CPU_S + half_s), exactly(2 * CPU_S + half_s)]
    assert [call.end_s for call in log] == [exactly(CPU_S + accept_s), exactly(2 * CPU_S + refuse_s)]
    assert outcomes(log) == ["accepted", "throttled"]
    assert sorted(answers) == [(0, None, log[0].end_s), (1, Throttled, log[1].end_s)]


def test_a_host_has_so_many_calls_on_the_wire_as_connections() -> None:
    """A call that finds no connection free starts when one ends, in order; waiting is no part of the call."""
    _, log = sending([(0.0, 1)] * 5, connections=2)
    first_end_s, second_end_s = CPU_S + ACCEPT_S, 2 * CPU_S + ACCEPT_S
    third_end_s, fourth_end_s = first_end_s + CPU_S + ACCEPT_S, second_end_s + CPU_S + ACCEPT_S
    assert [call.start_s for call in log] == [
        0.0, 0.0, exactly(first_end_s), exactly(second_end_s), exactly(third_end_s)
    ]  # fmt: skip
    assert [call.mail for call in log] == [0, 1, 2, 3, 4]
    assert log[3].end_s == exactly(fourth_end_s)


def test_a_hosts_calls_share_its_processor() -> None:
    """On a full core calls leave a millisecond apart; after a pause nothing of it is saved up or owed."""
    _, log = sending([(0.0, 1)] * 4 + [(1.0, 1)] * 2)
    left_s = [call.decided_s - DECIDE_S for call in log]
    assert left_s == [exactly(at_s) for at_s in (0.001, 0.002, 0.003, 0.004, 1.001, 1.002)]


def test_each_host_has_a_processor_of_its_own() -> None:
    """Two pods that send at once do not slow each other down."""
    of = scenario(batch(2))
    done = play(simulation(of, pods=Pods(sender([], [(0.0, 1)]), replicas=2)))
    assert [call.decided_s for call in calls(done)] == [exactly(CPU_S + DECIDE_S)] * 2


@pytest.mark.parametrize(("memory_mb", "cores"), [(512, 512 / FULL_CORE_MB), (1769, 1.0), (3538, 1.0)])
def test_a_function_has_a_core_in_proportion_to_its_memory(memory_mb: int, cores: float) -> None:
    """At 1,769 MB a function has a core; with less, calls leave further apart; more does not speed up one thread."""

    def handler(ports: Ports) -> Handler:
        async def handle(event: None) -> None:
            await sender([], [(0.0, 1)] * 3)(ports)

        return handle

    async def script() -> None:
        await simulated.functions["f"].invoke(None)

    function = Function("f", handler, timeout_s=60.0, memory_mb=memory_mb)
    simulated = simulation(scenario(batch(3), horizon_s=5.0), functions=(function,))
    log = calls(play(simulated, script()))
    assert [later.decided_s - sooner.decided_s for sooner, later in pairwise(log)] == [exactly(CPU_S / cores)] * 2


def test_a_slow_answer_is_no_answer_but_ses_accepted() -> None:
    """At start, processor and read timeout the caller gives up, to the tick; SES has decided long before."""
    answers, log = sending(
        [(0.0, 1), (0.0, 1)], latency={"ses_send": constant(5.0)}, client={"read_timeout_s": 1.0}, rate_per_s=1.0
    )
    assert sorted(answers) == [(0, Unanswered, exactly(CPU_S + 1.0)), (1, Throttled, exactly(2 * CPU_S + REFUSE_S))]
    assert log[0].outcome == "accepted"
    assert log[0].decided_s == exactly(CPU_S + DECIDE_S)
    assert log[0].end_s == exactly(CPU_S + 1.0)


def test_an_answer_just_in_time_counts() -> None:
    """An answer that takes as long as the read timeout is no later than it."""
    answers, _ = sending([(0.0, 1)], client={"read_timeout_s": ACCEPT_S})
    assert answers == [(0, None, exactly(CPU_S + ACCEPT_S))]


def test_a_lost_answer_is_missed_at_the_read_timeout() -> None:
    """SES accepted at the usual instant; the caller learns nothing until its read timeout. Refusals are not lost."""
    lost = fault("lost_response", 0.0, 10.0, probability=1.0)
    answers, log = sending([(0.0, 1), (0.0, 1)], fault=(lost,), client={"read_timeout_s": 2.0}, rate_per_s=1.0)
    assert sorted(answers) == [(0, Unanswered, exactly(CPU_S + 2.0)), (1, Throttled, exactly(2 * CPU_S + REFUSE_S))]
    assert outcomes(log) == ["accepted", "throttled"]
    assert log[0].decided_s == exactly(CPU_S + DECIDE_S)


def test_a_caller_may_give_up_before_ses_decides() -> None:
    """With both latencies far above the read timeout SES decides after the caller has gone; time only goes forward."""
    answers: list[Answer] = []
    seen_s: list[float] = []

    async def look(ports: Ports) -> None:
        for _ in range(10):
            seen_s.append(ports.clock.now())
            await ports.clock.sleep(1.0)

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            group.spawn(look(ports))
            await send(ports, answers, Mail(0, 1, 0.0))
            seen_s.append(ports.clock.now())

    far = {"ses_send": constant(8.0), "ses_throttle": constant(8.0)}
    done = play(simulation(scenario(latency=far, client={"read_timeout_s": 1.0}), pods=Pods(main)))
    assert seen_s == sorted(seen_s)
    assert answers == [(0, Unanswered, exactly(CPU_S + 1.0))]
    assert [(call.decided_s, call.outcome) for call in calls(done)] == [(exactly(CPU_S + 4.0), "accepted")]


def test_an_outage_fails_what_reaches_ses_meanwhile() -> None:
    """From its start up to, not including, its end every call fails at the refusal's draw, and costs no token."""
    begin_s = CPU_S + DECIDE_S
    answers, log = sending([(0.0, 1), (1.0, 1)], fault=(fault("outage", begin_s, 1.0),), rate_per_s=0.001)
    assert outcomes(log) == ["failed", "accepted"]
    assert log[1].decided_s == exactly(begin_s + 1.0)
    assert answers[0] == (0, Unavailable, exactly(CPU_S + REFUSE_S))


def test_slowness_multiplies_every_latency() -> None:
    """Call, decision and answer take that many times as long for calls that leave during the fault; two multiply."""
    twice = (fault("slow", 0.0, 1.0, factor=2.0), fault("slow", 0.0, 1.0, factor=3.0))
    _, log = sending([(0.0, 1), (0.0, 1), (3.0, 1)], fault=twice, rate_per_s=1.0)
    assert [call.decided_s for call in log] == [
        exactly(CPU_S + 6 * DECIDE_S), exactly(2 * CPU_S + 6 * DECIDE_S), exactly(3.0 + CPU_S + DECIDE_S)
    ]  # fmt: skip
    assert [call.end_s for call in log] == [
        exactly(CPU_S + 6 * ACCEPT_S), exactly(2 * CPU_S + 6 * REFUSE_S), exactly(3.0 + CPU_S + ACCEPT_S)
    ]  # fmt: skip


def test_extra_throttling_refuses_although_there_is_room() -> None:
    """It hits calls as a throttle and takes no token: the limiter's only one is still there afterwards."""
    answers, log = sending(
        [(0.0, 1), (1.0, 1)], fault=(fault("extra_throttling", 0.0, 1.0, probability=1.0),), rate_per_s=0.001
    )
    assert answers[0] == (0, Throttled, exactly(CPU_S + REFUSE_S))
    assert outcomes(log) == ["throttled", "accepted"]


@pytest.mark.parametrize(("edge", "second"), [("strict", "quota"), ("debt", "accepted")])
def test_the_daily_quotas_edge(edge: str, second: str) -> None:
    """With one recipient left, a mail of two is refused in `strict` and accepted in `debt`; afterwards none is left."""
    account = {"max_send_rate_per_s": 1000.0, "max_24h_send": 10, "daily_edge": edge}
    answers, log = sending([(0.0, 9), (1.0, 2), (2.0, 1), (3.0, 1)], account=account)
    assert outcomes(log) == ["accepted", second, "quota" if edge == "debt" else "accepted", "quota"]
    assert answers[-1] == (3, QuotaExceeded, exactly(3.0 + CPU_S + REFUSE_S))


def test_the_daily_quota_rolls() -> None:
    """What was accepted counts for exactly 24 hours: at that instant its recipients are free again, and only they."""
    of = scenario(account={"max_send_rate_per_s": 1000.0, "max_24h_send": 10})
    decide = admission_of(of, None, 1).decide
    assert [decide(0.0, 4), decide(100.0, 6)] == [ACCEPTED, ACCEPTED]
    assert [decide(DAY_S - 2**-20, 1), decide(DAY_S, 5), decide(DAY_S, 4)] == [QUOTA, QUOTA, ACCEPTED]
    assert [decide(DAY_S + 100.0 - 2**-20, 1), decide(DAY_S + 100.0, 6)] == [QUOTA, ACCEPTED]


def test_what_is_refused_uses_no_quota_and_what_the_quota_refuses_uses_no_token() -> None:
    """Quota and rate are asked in this order, and only an accepted mail pays both."""
    of = scenario(account={"max_send_rate_per_s": 0.001, "max_24h_send": 4, "limiter": {"burst": 3}})
    decide = admission_of(of, None, 1).decide
    assert [decide(0.0, 5), decide(0.0, 2), decide(0.0, 2), decide(0.0, 1)] == [QUOTA, ACCEPTED, THROTTLED, ACCEPTED]


def test_51_recipients_are_rejected() -> None:
    """Before quota and rate are asked, and at no cost: the next mail of 50 finds all tokens and all quota."""
    account = {"max_send_rate_per_s": 50.0, "max_24h_send": 50}
    answers, log = sending([(0.0, 51), (0.0, 50)], account=account)
    assert outcomes(log) == ["rejected", "accepted"]
    assert min(answers) == (0, Rejected, exactly(CPU_S + REFUSE_S))
    assert admission_of(scenario(account=account), None, 1).decide(0.0, 0) == REJECTED


def shared(sends: Sends, neighbour: Sequence[dict[str, Any]], **tables: Any) -> list[str]:
    """The outcomes of these calls next to another sender's."""
    _, log = sending(sends, neighbour=tuple(neighbour), rate_per_s=10.0, **tables)
    return outcomes(log)


def test_neighbours_drain_the_limiter() -> None:
    """Another sender's mail takes its tokens at its own instant, before whoever comes later."""
    at_s = CPU_S + DECIDE_S
    assert shared([(0.0, 10)], [batch(1, at_s=0.0, recipients=10)]) == ["throttled"]
    assert shared([(0.0, 10)], [batch(1, at_s=at_s, recipients=1)]) == ["throttled"]
    assert shared([(0.0, 10)], [batch(1, at_s=at_s + 0.001, recipients=1)]) == ["accepted"]
    assert shared([(1.0, 10)], [batch(1, at_s=0.0, recipients=10)]) == ["accepted"]


def test_neighbours_use_the_quota_and_stay_out_of_the_ledger() -> None:
    """What they were allowed counts against the account's 24 hours; SES's log holds our calls alone."""
    account = {"max_send_rate_per_s": 10.0, "max_24h_send": 12}
    log = sending([(2.0, 3), (3.0, 2)], neighbour=(batch(1, recipients=10),), account=account)[1]
    assert [(call.mail, call.outcome) for call in log] == [(0, "quota"), (1, "accepted")]


def test_a_refused_neighbour_takes_nothing() -> None:
    """It is throttled like everybody else, and does not come again."""
    assert shared([(0.0, 9), (0.1, 1)], [batch(2, at_s=0.1, recipients=10)]) == ["accepted", "accepted"]


def test_neighbours_before_a_rate_change_meet_the_old_rate() -> None:
    """A neighbour takes 10 tokens just before the change; just after it ours finds what has dripped since."""
    of = scenario(rate_per_s=10.0, neighbour=(batch(1, at_s=9.75, recipients=10),))
    admission = admission_of(of, arrivals(of.neighbour, SEED, "neighbour"), 1)
    admission.set_rate(10.0, exact(20.0))
    assert OUTCOMES[admission.decide(10.0625, 5)] == "throttled"  # 0.25 s x 10/s + 0.0625 s x 20/s = 3.75


def test_a_rate_change_reaches_the_limiter_at_its_instant() -> None:
    """Tokens drip at the old rate up to the change and at the new one from then on; afterwards at the old one again."""
    slower = fault("rate_change", 1.0, 1.0, max_send_rate_per_s=2.0)
    _, log = sending([(0.0, 10), (1.0, 10), (2.0, 3), (2.0, 2), (2.25, 2), (2.25, 1)], rate_per_s=10.0, fault=(slower,))
    assert outcomes(log) == ["accepted", "throttled", "accepted", "accepted", "accepted", "accepted"]


def test_a_rate_change_brings_its_burst_and_takes_it_away() -> None:
    """Meanwhile the bucket holds 4, and overflows at once; afterwards it holds 10 again, which it has to fill first."""
    smaller = fault("rate_change", 1.0, 1.0, max_send_rate_per_s=2.0, burst=4)
    log = [(1.0, 5), (1.0, 4), (1.625, 1), (2.0, 2), (2.0, 1), (2.5, 6), (2.5, 5), (4.0, 10)]
    _, made = sending(log, rate_per_s=10.0, fault=(smaller,))
    passed = [outcome == "accepted" for outcome in outcomes(made)]
    assert passed == [False, True, True, False, True, False, True, True]
