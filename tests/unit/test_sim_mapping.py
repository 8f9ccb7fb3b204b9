"""The event source mapping on virtual time: how many pollers there are, what they gather, and what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from math import ceil
from typing import Any

import pytest

import sim.run
from scenarios.ledger.ledger import THROTTLED
from sim.world import Simulation
from strategies.enqueue import enqueue
from strategies.ports import Ports, Received
from strategies.resources import Function, Handler, Mapping, Pods, Queue
from tests.unit.virtual import COLD_S, DISPATCH_S, SEED, SQS_S, batch, constant, fault, play, scenario, simulation

NEVER = batch(1, at_s=1e6)
LONG_S = 890.0  # an invocation that outlasts every test
HIDDEN_S = 30.0
POLL_S = 20.0 + SQS_S  # a long poll in vain, as its poller sees it
TAKEN_S = SQS_S / 2  # when the pollers receive what falls due at 0: they have been waiting for it
GATHERED_S = TAKEN_S + SQS_S / 2
BEGUN_S = GATHERED_S + DISPATCH_S + COLD_S  # when the first batch of a cold function is handled

Handle = Callable[[Ports, list[Received]], Awaitable[list[str] | None]]


async def nothing(ports: Ports, messages: list[Received]) -> list[str] | None:
    """Take a batch and be done with it."""
    return None


async def linger(ports: Ports, messages: list[Received]) -> list[str] | None:
    """Take a batch and never come back."""
    await ports.clock.sleep(LONG_S)
    return None


async def rest(ports: Ports, messages: list[Received]) -> list[str] | None:
    """Take a batch and be done with it a second later."""
    await ports.clock.sleep(1.0)
    return None


class Handled:
    """Notes every batch: when, and which mails; its first invocation lasts `busy_s`."""

    def __init__(self, busy_s: float = 0.0) -> None:
        self.began: list[tuple[float, list[int]]] = []
        self._busy_s = busy_s

    async def __call__(self, ports: Ports, messages: list[Received]) -> list[str] | None:
        self.began.append((ports.clock.now(), [message.mail.number for message in messages]))
        if len(self.began) == 1:
            await ports.clock.sleep(self._busy_s)
        return None


class Timetable:
    """Each mail's invocation lasts until its instant, or until `last_s`; those of `broken` mails then raise."""

    def __init__(self, ends_s: dict[int, float], last_s: float, broken: range = range(0)) -> None:
        self._ends_s, self._last_s, self._broken = ends_s, last_s, broken
        self.began = 0

    async def __call__(self, ports: Ports, messages: list[Received]) -> list[str] | None:
        (message,) = messages
        self.began += 1
        await ports.clock.sleep(self._ends_s.get(message.mail.number, self._last_s) - ports.clock.now())
        if message.mail.number in self._broken:
            raise ValueError("the function's")
        return None


def drained(
    handle: Handle,
    *workload: dict[str, Any],
    horizon_s: float,
    visibility_timeout_s: float = HIDDEN_S,
    reserved: int | None = None,
    max_receive_count: int | None = None,
    ramp: str = "linear",
    faults: tuple[dict[str, Any], ...] = (),
    **mapping: Any,
) -> Simulation:
    """Mails go into a queue as they fall due, ten a call, and a mapping feeds a function with them."""

    def handler(ports: Ports) -> Handler:
        return lambda messages: handle(ports, messages)

    tables: dict[str, Any] = {"lambda": {"dispatch": constant(DISPATCH_S), "ramp": ramp}, "fault": faults}
    parts = {
        "pods": Pods(partial(enqueue, queue="mails"), uses=("mails",)),
        "queues": (Queue("mails", visibility_timeout_s, max_receive_count),),
        "functions": (Function("f", handler, timeout_s=900.0, reserved_concurrency=reserved),),
        "mappings": (Mapping("mails", "f", **mapping),),
    }
    return play(simulation(scenario(*workload, horizon_s=horizon_s, **tables), **parts))


@pytest.mark.parametrize(("maximum", "pollers"), [(None, 5), (3, 3), (100, 5)])
def test_a_mapping_starts_with_five_pollers(maximum: int | None, pollers: int) -> None:
    """Or with its MaximumConcurrency, if that is less; each waits in a long poll of 20 s, billed once."""
    done = drained(nothing, NEVER, horizon_s=POLL_S, maximum_concurrency=maximum)
    assert done.mappings[0].most_pollers == pollers
    assert done.sqs_bill.requests == pollers


@pytest.mark.parametrize(("maximum", "quiet"), [(None, 2), (3, 3), (100, 5)])
def test_a_quiet_mapping_shrinks_to_two_pollers(maximum: int | None, quiet: int) -> None:
    """Polls in vain send pollers away down to two; with a MaximumConcurrency those it began with stay."""
    begun = min(5, maximum or 5)
    for polls in range(3):
        done = drained(nothing, NEVER, horizon_s=(polls + 1) * POLL_S, maximum_concurrency=maximum)
        assert done.sqs_bill.requests == begun + polls * quiet


@pytest.mark.parametrize(
    ("ramp", "for_s", "pollers"),
    [
        ("linear", 0.19, 5), ("linear", 0.21, 6), ("linear", 1.01, 10), ("linear", 10.01, 55), ("linear", 60.01, 305),
        ("step", 59.99, 5), ("step", 60.01, 305), ("step", 119.99, 305), ("step", 120.01, 605),
    ],
)  # fmt: skip
def test_a_backlog_grows_the_mapping_by_300_pollers_a_minute(ramp: str, for_s: float, pollers: int) -> None:
    """Five a second one by one, or 300 at the end of each minute, counted from the first batch."""
    done = drained(linger, batch(700), horizon_s=GATHERED_S + for_s, ramp=ramp, batch_size=1)
    assert done.mappings[0].most_pollers == pollers


def test_a_mapping_grows_up_to_its_maximum_concurrency() -> None:
    """However much waits, there are no more pollers, and so no more invocations, than that."""
    handled = Timetable({}, last_s=LONG_S + 1.0)
    done = drained(handled, batch(100), horizon_s=LONG_S, batch_size=1, maximum_concurrency=12)
    assert done.mappings[0].most_pollers == 12
    assert handled.began == 12
    assert done.receives.sum() == 12


def test_a_mapping_grows_no_further_than_its_backlog() -> None:
    """Of six long invocations five are taken at once; the sixth makes it grow by one, and then nothing waits."""
    done = drained(linger, batch(6), horizon_s=100.0, batch_size=1)
    assert done.mappings[0].most_pollers == 6


def test_a_mapping_shrinks_back_after_a_burst() -> None:
    """Long after its backlog, two pollers are left of many: two requests in every 20 seconds."""
    runs = [drained(nothing, batch(500), NEVER, horizon_s=500.0 + polls * POLL_S, batch_size=1) for polls in (0, 3)]
    assert runs[0].mappings[0].most_pollers > 5
    assert runs[1].sqs_bill.requests - runs[0].sqs_bill.requests == 3 * 2


def test_a_batch_holds_what_one_receive_brings_and_no_more_than_its_size() -> None:
    """Without a window nothing is waited for: 25 mails put ten a call make batches of 10, 10 and 5."""
    handled = Handled()
    drained(handled, batch(25), horizon_s=10.0, batch_size=10)
    assert [numbers for _, numbers in handled.began] == [[*range(10)], [*range(10, 20)], [*range(20, 25)]]


def test_a_full_batch_does_not_wait_for_its_window() -> None:
    """Fifteen messages make a batch of fifteen with the second receive, whatever the window."""
    handled = Handled()
    drained(handled, batch(15), horizon_s=60.0, batch_size=15, window_s=10.0, maximum_concurrency=1)
    assert handled.began == [(BEGUN_S + SQS_S, [*range(15)])]


def test_a_batch_that_does_not_fill_is_invoked_when_its_window_is_over() -> None:
    """The window begins with the first messages' arrival, and closes with the receive that is then under way."""
    handled = Handled()
    drained(handled, batch(12), horizon_s=60.0, batch_size=15, window_s=10.0, maximum_concurrency=1)
    assert handled.began == [(BEGUN_S + 10.0 + SQS_S, [*range(12)])]


def test_what_comes_within_the_window_joins_the_batch() -> None:
    """Three mails at intervals share one invocation; the one after the window has one of its own."""
    handled = Handled()
    mails = (batch(1), batch(1, at_s=1.0), batch(1, at_s=3.0), batch(1, at_s=9.0))
    drained(handled, *mails, horizon_s=60.0, batch_size=100, window_s=5.0, maximum_concurrency=1)
    assert [numbers for _, numbers in handled.began] == [[0, 1, 2], [3]]


def test_only_the_failed_messages_of_a_batch_return() -> None:
    """What the handler names comes back at its visibility timeout, to the tick; the rest is deleted."""
    handled = Handled()

    async def fail_second_once(ports: Ports, messages: list[Received]) -> list[str] | None:
        await handled(ports, messages)
        return [message.message_id for message in messages if (message.mail.number, message.receive_count) == (1, 1)]

    done = drained(fail_second_once, batch(3), horizon_s=100.0)
    again_s = TAKEN_S + HIDDEN_S + SQS_S / 2 + DISPATCH_S
    assert handled.began == [(BEGUN_S, [0, 1, 2]), (again_s, [1])]
    assert done.receives.tolist() == [1, 2, 1]
    assert len(done.queues["mails"]) == 0


@pytest.mark.parametrize("reports", [True, False])
def test_an_error_of_the_function_returns_the_whole_batch(reports: bool) -> None:
    """An invocation that raises deletes nothing: every message is received again at its visibility timeout."""
    handled = Handled()

    async def raise_once(ports: Ports, messages: list[Received]) -> list[str] | None:
        await handled(ports, messages)
        if messages[0].receive_count == 1:
            raise ValueError("the function's")
        return None

    done = drained(raise_once, batch(3), horizon_s=100.0, report_batch_item_failures=reports)
    again_s = TAKEN_S + HIDDEN_S + SQS_S / 2 + DISPATCH_S
    assert handled.began == [(BEGUN_S, [0, 1, 2]), (again_s, [0, 1, 2])]
    assert done.receives.tolist() == [2, 2, 2]
    assert len(done.queues["mails"]) == 0


def test_unreported_failures_are_deleted_with_their_batch() -> None:
    """Without ReportBatchItemFailures what a handler returns means nothing: the invocation succeeded."""

    async def name_all(ports: Ports, messages: list[Received]) -> list[str] | None:
        return [message.message_id for message in messages]

    done = drained(name_all, batch(3), horizon_s=100.0, report_batch_item_failures=False)
    assert done.receives.tolist() == [1, 1, 1]
    assert len(done.queues["mails"]) == 0


FOR_TWENTY: dict[str, Any] = {"visibility_timeout_s": 300.0, "batch_size": 1}
GROWN_S = 10.0  # twenty mails at once have long made twenty pollers


@pytest.mark.parametrize(("reports", "stay"), [(True, 20), (False, 10)])
def test_errors_scale_polling_down_unless_failures_are_reported(reports: bool, stay: int) -> None:
    """Twenty invocations that raise at about one time send half of the pollers away, or none of them."""
    fail = Timetable({}, last_s=GROWN_S, broken=range(20))
    done = drained(fail, batch(20), horizon_s=20.0, report_batch_item_failures=reports, **FOR_TWENTY)
    puts, first_polls = 2, 20
    assert done.sqs_bill.requests == puts + first_polls + stay


@pytest.mark.parametrize(("maximum", "mails", "stay"), [(None, 20, 5), (40, 20, 5), (3, 3, 3)])
def test_errors_leave_as_many_pollers_as_a_mapping_begins_with(maximum: int | None, mails: int, stay: int) -> None:
    """A poller for each mail; errors a second apart halve them again and again, but not below five or the maximum."""
    ends_s = {number: GROWN_S + number for number in range(3)}
    fail = Timetable(ends_s, last_s=GROWN_S + 3.0, broken=range(mails))
    keys = {"report_batch_item_failures": False, "maximum_concurrency": maximum, **FOR_TWENTY}
    done = drained(fail, batch(mails), horizon_s=20.0, **keys)
    assert done.sqs_bill.requests == ceil(mails / 10) + mails + stay  # to put them, to get them, and then in vain


@pytest.mark.parametrize(
    ("busy_s", "waited_s", "receives"),
    [(0.75, 1.0, 1), (2.5, 3.0, 1), (6.5, 7.0, 1), (14.5, 15.0, 1), (16.5, 30.0, 2)],
)
def test_a_throttled_batch_is_held_and_tried_again_until_its_visibility_timeout(
    busy_s: float, waited_s: float, receives: int
) -> None:
    """Tries come 1, 3, 7 and 15 s after the first; the next would be too late, so the message is received anew."""
    handled = Handled(busy_s - COLD_S)
    done = drained(handled, batch(2), horizon_s=100.0, reserved=1, batch_size=1)
    assert handled.began == [(BEGUN_S, [0]), (GATHERED_S + waited_s + DISPATCH_S, [1])]
    assert done.receives.tolist() == [1, receives]


@pytest.mark.parametrize(
    ("visibility_timeout_s", "window_s"), [(15.0 + SQS_S / 4, 0.0), (16.0, 2.0)], ids=["latency", "window"]
)
def test_a_throttled_batch_is_not_tried_once_others_may_have_it(visibility_timeout_s: float, window_s: float) -> None:
    """A function that never fails handles each mail once, although the second is throttled for its whole timeout."""
    handled = Handled(10.0)
    mails = batch(1), batch(1, at_s=window_s + 1.0 if window_s else 0.0)
    keys: dict[str, Any] = {"visibility_timeout_s": visibility_timeout_s, "batch_size": 11 if window_s else 1}
    drained(handled, *mails, horizon_s=200.0, reserved=1, window_s=window_s, **keys)
    assert [numbers for _, numbers in handled.began] == [[0], [1]]


def test_a_throttled_mapping_grows_all_the_same() -> None:
    """While there is a backlog it hires five a second and lets one go: in the end every mail is held by a poller."""
    table = Timetable({}, last_s=LONG_S)
    done = drained(table, batch(100), horizon_s=HIDDEN_S, reserved=1, batch_size=1)
    assert table.began == 1
    assert done.mappings[0].most_pollers == 100


def test_a_poll_in_vain_does_not_undo_what_errors_have_scaled_down() -> None:
    """Halved to five, a mapping has no use for more pollers because one of them finds nothing meanwhile.

    Of ten pollers one polls in vain from about 9 to 29 s, and one's function fails at 10 s; the other eight are back
    at 40 s, and five of them stay.
    """
    table = Timetable({0: GROWN_S - 1.0, 1: GROWN_S}, last_s=GROWN_S + 30.0, broken=range(1, 2))
    done = drained(table, batch(10), horizon_s=GROWN_S + 40.0, report_batch_item_failures=False, **FOR_TWENTY)
    put, first_polls, deletes, vain_poll, stay = 1, 10, 9, 1, 5
    assert done.sqs_bill.requests == put + first_polls + deletes + vain_poll + stay


def test_a_duplicate_is_handled_once_more() -> None:
    """Two pollers that got one message at one instant both invoke: neither knows of the other."""
    handled, duplicates = Handled(), fault("duplicate_delivery", 0.0, 1.0, probability=1.0)
    drained(handled, batch(1), horizon_s=100.0, batch_size=1, faults=(duplicates,))
    assert handled.began == [(BEGUN_S, [0])] * 2


@pytest.mark.parametrize(("reserved", "most", "dead"), [(1, 1, True), (1, 5, False), (100, 1, False)])
def test_good_mail_is_dead_lettered_when_one_reception_in_vain_is_one_too_many(
    reserved: int, most: int, dead: bool
) -> None:
    """A hundred seconds' work for one environment: pollers hold more than it can take before the visibility timeout.

    What they give back has been received: once is enough for a dead-letter queue that allows one, five are not reached.
    """
    done = drained(rest, batch(100), horizon_s=3600.0, reserved=reserved, max_receive_count=most, batch_size=1)
    assert (len(done.queues["mails"].dead.columns()[0]) > 0) == dead
    assert len(done.queues["mails"]) == 0


def padded(limit_by: str, pad_s: float) -> Any:
    """200 mails at once for two padded invocations at a time, on an account that refuses nothing."""
    settings = {"concurrency": 2, "pad_s": pad_s, "limit_by": limit_by}
    of = scenario(batch(200), horizon_s=3600.0, strategies={"lambda-concurrency": settings})
    return sim.run.run(of, "lambda-concurrency", SEED)


def test_with_reserved_concurrency_only_good_mail_ends_in_the_dead_letter_queue() -> None:
    """Pollers take more than the function may run; what they hold in vain counts as received, until it is dead."""
    ledger = padded("reserved", pad_s=10.0)
    assert ledger.mails["dead_lettered"].sum() > 0
    assert ledger.mails["lost"].sum() == 0
    assert not (ledger.calls["outcome"] == THROTTLED).any()
    assert (ledger.mails["attempts"][ledger.mails["dead_lettered"] > 0] == 0).all()


def test_with_reserved_concurrency_short_invocations_end_before_mail_is_received_too_often() -> None:
    """Padded to a second, an invocation makes room soon: mails come back, and yet all are sent in the end."""
    ledger = padded("reserved", pad_s=1.0)
    assert ledger.mails["accepted"].sum() == 200
    assert 1 < ledger.mails["receives"].max() <= ledger.settings["max_receive_count"]


@pytest.mark.parametrize("pad_s", [1.0, 10.0])
def test_with_maximum_concurrency_the_mapping_takes_no_more_than_it_can_hand_on(pad_s: float) -> None:
    """The same mails under the mapping's own limit: each is received once, and sent."""
    ledger = padded("maximum", pad_s)
    assert ledger.mails["accepted"].sum() == 200
    assert ledger.mails["receives"].max() == 1
