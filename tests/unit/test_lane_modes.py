"""Laws of the ways in which strategies treat several lanes."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from scenarios.errors import BadInput
from scenarios.ledger.ledger import Ledger, digest
from scenarios.runs import plan_of
from scenarios.traffic.workload import arrivals
from seslab.options import Aws
from seslab.worlds import runner
from strategies.policies.lanes import refuse_unused_shares
from tests.unit.simulated import run, total
from tests.unit.virtual import SEED, batch, evenly, exactly, fault, scenario

ALL = ("share", "strict", "weighted")
WAYS = [("sqs-dlq", "share"), *((strategy, lanes) for strategy in ("leaky-bucket", "heartbeat") for lanes in ALL)]
ways = pytest.mark.parametrize(("strategy", "lanes"), WAYS)
SHARING = [(strategy, lanes) for strategy, lanes in WAYS if lanes != "strict"]
RATE_PER_S = 20.0
URGENT = {"lane": "resets", "priority": 1}
RESETS = {**evenly(2.0, 30.0, 0.5), **URGENT}
NEWS = {**batch(300), "lane": "news"}


def sent(strategy: str, lanes: str, *workload: dict[str, Any], **more: Any) -> Ledger:
    """A run on constant latencies, with these settings."""
    return run(strategy, *workload, settings={"lanes": lanes, **more}, rate_per_s=RATE_PER_S, horizon_s=600.0)


def in_batch(ledger: Ledger) -> NDArray[np.bool_]:
    """Which mails are the newsletter's."""
    newsletter: NDArray[np.bool_] = ledger.mails["intended_s"] == 0.0
    return newsletter


@ways
def test_a_single_lane_is_sent_as_if_it_were_ignored(strategy: str, lanes: str) -> None:
    """Where all mail is of one lane, every call is at the same instant."""
    mails = (batch(60, recipients=7), evenly(2.0, 30.0, 0.5))
    ignored, used = (digest(sent(strategy, mode, *mails)) for mode in ("ignore", lanes))
    assert used == ignored


@ways
def test_an_urgent_mail_does_not_wait_behind_the_newsletter(strategy: str, lanes: str) -> None:
    """With a newsletter of many seconds before it, it waits for less than two; ignored, it waits for many."""
    longest_s = []
    for mode in ("ignore", lanes):
        ledger = sent(strategy, mode, NEWS, RESETS)
        waits_s = ledger.mails["last_accepted_s"] - ledger.mails["intended_s"]
        longest_s.append(waits_s[~in_batch(ledger)].max())
        assert total(ledger, "accepted") == len(waits_s)
    ignored_s, used_s = longest_s
    assert used_s < 2.0 < 10.0 < ignored_s


@pytest.mark.parametrize(("strategy", "lanes"), SHARING)
def test_a_lane_with_a_share_never_starves(strategy: str, lanes: str) -> None:
    """While urgent mail comes at twice the limit, a fifth of all that goes out is the newsletter's, but for a few."""
    flood = {**evenly(2 * RATE_PER_S, 60.0, 0.1), **URGENT}
    ledger = sent(strategy, lanes, {**NEWS, "messages": 600}, flood, lane_shares=(0.8, 0.2))
    for until_s in (20.0, 40.0, 60.0):
        gone = ledger.mails["last_accepted_s"] <= until_s
        assert gone[in_batch(ledger)].sum() >= 0.2 * gone.sum() - 4


@pytest.mark.parametrize(("lanes", "lasts_s"), [("share", 299 / 5), ("weighted", 299 / 20), ("strict", 299 / 20)])
def test_what_a_lane_leaves_is_another_s_unless_it_is_shared_out(lanes: str, lasts_s: float) -> None:
    """With a quarter of the limit to itself, a newsletter alone takes four times as long as with turns at all of it."""
    shares = {} if lanes == "strict" else {"lane_shares": (0.75, 0.25)}
    late = {**batch(1, at_s=100.0), **URGENT}
    ledger = sent("leaky-bucket", lanes, NEWS, late, pods=1, **shares)
    assert ledger.calls["start_s"][:300].max() == exactly(lasts_s)


@pytest.mark.parametrize("dispatch", ["spread", "burst", "async"])
def test_what_a_heartbeat_is_refused_stays_in_its_lane(dispatch: str) -> None:
    """Resets that SES refuses are ahead of the newsletter again in a few seconds, and each is accepted once."""
    refusing = fault("extra_throttling", 3.0, 3.0, probability=0.7)
    tried = {"lanes": "strict", "dispatch": dispatch}
    ledger = run("heartbeat", NEWS, RESETS, settings=tried, rate_per_s=RATE_PER_S, horizon_s=600.0, fault=(refusing,))
    assert [total(ledger, column) for column in ("accepted", "duplicated")] == [360, 0]
    resets = ~in_batch(ledger)
    assert (ledger.mails["throttles"][resets] > 0).any()
    assert (ledger.mails["last_accepted_s"] - ledger.mails["intended_s"])[resets].max() < 6.0


moments_s = st.integers(0, 60).map(lambda eighth: eighth / 8)
recipients = st.integers(1, 10)


@settings(max_examples=40)
@given(
    news=st.lists(st.tuples(moments_s, recipients), min_size=1, max_size=12),
    resets=st.lists(st.tuples(moments_s, recipients), min_size=1, max_size=8),
)
def test_strictly_no_urgent_mail_waits_behind_two(
    news: list[tuple[float, int]], resets: list[tuple[float, int]]
) -> None:
    """Of the less urgent, at most one begins between the instant at which an urgent mail falls due and its own."""
    lanes = [batch(2, at_s, many) | {"lane": "news"} for at_s, many in news]
    lanes += [batch(1, at_s, many) | URGENT for at_s, many in resets]
    ledger = sent("leaky-bucket", "strict", *lanes, pods=1, rate_per_pod=8.0, chunk=10)
    urgent = scenario_lanes(lanes) == 0
    starts_s, intended_s = ledger.mails["first_attempt_s"], ledger.mails["intended_s"]
    for due_s, start_s in zip(intended_s[urgent], starts_s[urgent], strict=True):
        assert ((starts_s > due_s) & (starts_s < start_s) & ~urgent).sum() <= 1


def scenario_lanes(workload: list[dict[str, Any]]) -> NDArray[np.uint8]:
    """The lane of each mail."""
    return arrivals(scenario(*workload).workload, SEED).lanes


MISFITS = {"too few": (0.5,), "too many": (0.2, 0.2, 0.2)}


@pytest.mark.parametrize("shares", MISFITS.values(), ids=MISFITS)
@pytest.mark.parametrize(("strategy", "lanes"), SHARING)
def test_shares_are_one_for_each_lane(strategy: str, lanes: str, shares: tuple[float, ...]) -> None:
    """Otherwise no plan is made, and one line names the setting, its value and the lanes in their order."""
    of = scenario(NEWS, RESETS, strategies={strategy: {"lanes": lanes, "lane_shares": shares}})
    with pytest.raises(BadInput) as refused:
        plan_of(of, strategy)
    wanted = f"{strategy}: lane_shares = {list(shares)}: must be one for each of 2 lanes, in the order resets, news"
    assert str(refused.value) == wanted


def test_what_does_not_suit_is_said_before_any_run() -> None:
    """A comparison ends at once, although the strategies before it could run."""
    of = scenario(NEWS, RESETS, strategies={"heartbeat": {"lanes": "share", "lane_shares": (1.0,)}})
    with pytest.raises(BadInput, match="heartbeat: lane_shares"):
        runner("sim", of, ["direct", "heartbeat"], 1, None, Aws())


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("news", "News"), "must differ from news in more than case and dashes"),
        (("a-1", "a1"), "must differ from a-1 in more"),
        (("default", "dead"), "must not end in dead"),
        (("x", "x-dead"), "must not end in dead"),
    ],
)
def test_a_queue_is_one_lanes_alone(names: tuple[str, str], why: str) -> None:
    """Lanes whose queues a stack could not tell apart, or would take for dead-letter queues, are refused."""
    with pytest.raises(ValueError, match=why):
        scenario(*({**NEWS, "lane": name} for name in names))


@pytest.mark.parametrize(
    ("lanes", "shares", "why"),
    [
        ("ignore", (1.0,), "must be left out with lanes = ignore"),
        ("strict", (0.5, 0.5), "must be left out with lanes = strict"),
        ("share", (0.6, 0.6), "at most 1, not 1.2"),
    ],
)
def test_shares_that_cannot_be_are_refused(lanes: str, shares: tuple[float, ...], why: str) -> None:
    """Those that nothing would use, and those of more than there is."""
    with pytest.raises(ValueError, match=why):
        refuse_unused_shares(lanes, shares)


def test_tenths_add_up_to_one() -> None:
    """Ten tenths, and three shares whose sum is a rounding above 1, are not too much."""
    for shares in ((0.1,) * 10, (0.7, 0.1, 0.2), (1 / 3,) * 3):
        refuse_unused_shares("weighted", shares)
