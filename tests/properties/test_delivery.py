"""Laws of what becomes of accepted mail, whatever the providers, and of AWS's patience with the account."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter, ValidationError

import sim.run
from scenarios.delivery.deferrals import HOUR_S, Deferrals
from scenarios.delivery.deliveries import Deliveries, delivered_of
from scenarios.delivery.recipients import Population, key_of
from scenarios.delivery.reputation import PAUSE_BOUNCES, REVIEW_BOUNCES, Reputation
from scenarios.entry import StrategyEntry
from scenarios.ledger.delivered import BOUNCED, DELIVERED, DELIVERY_FATES, EXPIRED, PENDING, SUPPRESSED
from scenarios.ledger.ledger import PAUSED, Ledger, digest
from scenarios.measures.bound import Bound
from scenarios.measures.cost import load_prices
from scenarios.measures.delivery import REACHABLE
from scenarios.measures.measured import measured
from scenarios.schema.delivery.delivery import LEAST_DELIVERY_S, Delivery
from scenarios.schema.delivery.provider import CATALOGUE, Providers, catalogue, known_providers
from scenarios.schema.model import Scenario
from tests.unit.virtual import batch, fault, scenario

SHARES = st.floats(0, 0.2)
STRATEGIES = st.sampled_from(["direct", "sqs-dlq", "pacemaker", "leaky-bucket"])
RUNS = settings(max_examples=50)


@st.composite
def providers(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """One to three, whose shares add up."""
    weights = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    return {
        f"p{number}": {
            "share": weight / sum(weights),
            "inbox": {"mean_ms": draw(st.sampled_from([1.0, 1e3, 1e5]))},
            "per_hour": draw(st.none() | st.integers(1, 40)),
            "defer_s": draw(st.sampled_from([1.0, 60.0, 5000.0])),
            "domains": draw(st.integers(1, 3)),
            "reports_complaints": draw(st.booleans()),
        }
        for number, weight in enumerate(weights)
    }


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """Any table [delivery]."""
    table = {
        "providers": draw(providers()),
        **{
            key: draw(SHARES)
            for key in ("hard_bounce", "soft_bounce", "complaint", "suppressed", "suppressed_globally")
        },
        "retry": {"first_s": draw(st.sampled_from([10.0, 200.0])), "factor": draw(st.sampled_from([1.0, 2.0]))},
        "max_delivery_s": draw(st.sampled_from([LEAST_DELIVERY_S, 2000.0])),
        "sending_ips": draw(st.integers(1, 3)),
        "reputation": {"representative_volume": draw(st.sampled_from([10, 100, 10_000]))},
    }
    return Delivery.model_validate(table)


def run(delivery: Delivery, strategy: str, *faults: dict[str, Any], horizon_s: float = 3000.0) -> Ledger:
    """A campaign of single mails and of mails to seven."""
    of = scenario(
        batch(60), batch(20, at_s=5.0, recipients=7), rate_per_s=50.0, horizon_s=horizon_s, fault=faults,
        delivery=delivery.model_dump(),
    )  # fmt: skip
    return sim.run.run(of, strategy, 3)


@RUNS
@given(deliveries(), STRATEGIES, st.booleans())
def test_any_delivery_adds_up(delivery: Delivery, strategy: str, is_bad: bool) -> None:
    """No copy is lost or invented, nothing happens before its time, and the calls alone tell all of it."""
    faults = [fault("lost_response", 0.0, 20.0, probability=0.3), fault("outage", 2.0, 3.0)] if is_bad else []
    ledger = run(delivery, strategy, *faults)
    check_fates(ledger, delivery)
    check_instants(ledger, delivery)
    check_calls(ledger, delivery)


def check_fates(ledger: Ledger, delivery: Delivery) -> None:
    """Accepted = delivered + bounced + suppressed + expired + pending, at each provider, and no copy from nowhere."""
    assert ledger.delivered is not None
    copies, entry = ledger.delivered.copies, figures(ledger, delivery)
    of_all, parts = entry["delivery"], [one["delivery"] for one in entry["providers"]]
    admitted = int(ledger.mails["accepted"].sum() + ledger.mails["duplicated"].sum())
    assert of_all["copies"] == admitted == sum(one["copies"] for one in parts)
    for counts in (of_all, *parts):
        assert counts["copies"] == sum(counts[fate] for fate in DELIVERY_FATES)
    per_recipient = Counter(zip(copies["mail"].tolist(), copies["recipient"].tolist(), strict=True))
    assert sum(per_recipient.values()) - len(per_recipient) == int(ledger.mails["duplicated"].sum())


def figures(ledger: Ledger, delivery: Delivery) -> StrategyEntry:
    """The entry of the comparison document."""
    of = scenario(rate_per_s=50.0, delivery=delivery.model_dump())
    return measured(of, ledger, Bound(None, None, None), load_prices())


def check_instants(ledger: Ledger, delivery: Delivery) -> None:
    """No copy ends before it was accepted, or after observation; one that is given up ends when SES's patience does."""
    assert ledger.delivered is not None
    copies = ledger.delivered.copies
    ended = copies["outcome"] != PENDING
    assert (copies["ended_s"][ended] >= copies["accepted_s"][ended]).all()
    assert (copies["ended_s"][ended] <= 3000.0).all()
    expired = copies["outcome"] == EXPIRED
    np.testing.assert_allclose(copies["ended_s"][expired] - copies["accepted_s"][expired], delivery.max_delivery_s)
    suppressed = copies["outcome"] == SUPPRESSED
    assert (copies["ended_s"][suppressed] == copies["accepted_s"][suppressed]).all()
    complained = ~np.isnan(copies["complained_s"])
    assert (copies["outcome"][complained] == DELIVERED).all()
    assert (copies["complained_s"][complained] >= copies["ended_s"][complained]).all()


def check_calls(ledger: Ledger, delivery: Delivery) -> None:
    """Whoever has the calls can work it out anew, which the real worlds do, and it is the same to the last bit."""
    again = delivered_of(delivery, 3, ledger.calls, 3000.0)
    assert ledger.delivered is not None
    assert again.judged == ledger.delivered.judged
    for name, column in ledger.delivered.copies.items():
        np.testing.assert_array_equal(again.copies[name], column, strict=True)


@given(st.lists(st.floats(0, 4000), max_size=60), st.integers(1, 20), st.sampled_from([1.0, 900.0, 9000.0]))
def test_a_provider_takes_no_more_in_an_hour_than_it_says(gaps_s: list[float], most: int, defer_s: float) -> None:
    """And after it has turned one away it takes none for as long as it says, then a whole hour's again."""
    table = {"share": 1, "inbox": {"constant_ms": 1}, "per_hour": most, "defer_s": defer_s}
    [provider] = TypeAdapter(Providers).validate_python({"p": table}).values()
    rule, at_s = Deferrals([provider]), np.cumsum([0.0, *(gap / 50 for gap in gaps_s)])
    took = [rule.takes(at, 0, 0, 0) for at in at_s.tolist()]
    taken_s = at_s[np.array(took)]
    for start_s in taken_s[:1]:
        assert np.count_nonzero((taken_s >= start_s) & (taken_s < start_s + min(HOUR_S, defer_s))) <= 2 * most
    turned_away = [at for at, was_taken in zip(at_s.tolist(), took, strict=True) if not was_taken]
    if turned_away:
        first_s = turned_away[0]
        assert not any(first_s < at < first_s + defer_s for at in taken_s.tolist())
        assert sum(took[: took.index(False)]) == most or at_s[took.index(False)] >= HOUR_S


@given(st.integers(1, 50), st.lists(st.booleans(), max_size=300))
def test_a_rate_is_over_the_last_recipients(volume: int, bounced: list[bool]) -> None:
    """Of those before the first none had bounced; review and pause begin with the bounce that reaches them."""
    reputation = Reputation(volume, pauses=True)
    shares = []
    for number, is_bounced in enumerate(bounced):
        reputation.sent()
        if is_bounced:
            reputation.bounced(number, float(number))
            reputation.bounced(number, float(number))  # told twice, counted once
        shares.append(sum(bounced[max(0, number + 1 - volume) : number + 1]) / volume)
        assert reputation.bounces.now == pytest.approx(shares[-1])
    for since_s, least in ((reputation.reviewed_s, REVIEW_BOUNCES), (reputation.paused_s, PAUSE_BOUNCES)):
        assert since_s == next((n for n, share in enumerate(shares) if share >= least and bounced[n]), None)


@given(st.integers(1, 20), st.lists(st.integers(0, 60), max_size=30))
def test_late_complaints_count_with_their_neighbours(volume: int, complained: list[int]) -> None:
    """The worst row of so many recipients, whoever was sent to since, and in whatever order they complain."""
    reputation = Reputation(volume, pauses=True)
    for _ in range(100):
        reputation.sent()
    for number in complained:
        reputation.complained(number, 1e6)
    who = set(complained)
    worst = max((sum(begin <= one < begin + volume for one in who) for begin in who), default=0)
    assert reputation.complaints.most == pytest.approx(worst / volume)


@RUNS
@given(deliveries(), STRATEGIES, st.booleans())
def test_what_has_not_arrived_is_infinitely_late(delivery: Delivery, strategy: str, is_bad: bool) -> None:
    """Of those whose mailbox takes mail, each has it or not, be it accepted or not: at every provider, and in all."""
    ledger = run(delivery, strategy, *([fault("outage", 1.0, 400.0)] if is_bad else []), horizon_s=600.0)
    entry, population = figures(ledger, delivery), Population(delivery, 3)
    sizes = enumerate(ledger.mails["recipients"].tolist())
    natures = [population.nature(key_of(mail, place)) for mail, size in sizes for place in range(size)]
    reachable = Counter(nature.provider for nature in natures if nature.kind in REACHABLE)
    for number, part in enumerate(entry["providers"]):
        assert part["delivery"]["delivered"] + part["delivery"]["unreached"] == reachable[number]
    whole = entry["delivery"]
    assert whole["delivered"] + whole["unreached"] == sum(reachable.values())
    of_all = entry["inbox_of_all_s"]
    assert (of_all["max"] is None) == (whole["unreached"] > 0 or not whole["delivered"])
    if not whole["unreached"]:
        assert dict(of_all) == dict(entry["inbox_s"])


@pytest.mark.parametrize(
    "strategy", ["direct", "leaky-bucket", "heartbeat", "sqs-dlq", "pacemaker", "lambda-concurrency"]
)
def test_a_paused_account_refuses_within_the_second(strategy: str) -> None:
    """Nothing is accepted any more; what a queue holds is not lost; without pauses everything goes on."""
    table = {"hard_bounce": 0.5, "reputation": {"representative_volume": 500}}
    paused = judged_run(strategy, table)
    assert paused.delivered is not None
    paused_s = paused.delivered.judged.paused_s
    assert paused_s is not None
    calls = paused.calls
    assert (calls["decided_s"][calls["outcome"] != PAUSED] < paused_s).all()
    assert (calls["decided_s"][calls["outcome"] == PAUSED] >= paused_s).all()
    if strategy not in ("direct", "leaky-bucket"):
        assert not paused.mails["lost"].sum()
    table["reputation"] = {"representative_volume": 500, "pauses": False}
    warned = judged_run(strategy, table)
    assert warned.delivered is not None
    assert warned.delivered.judged.paused_s is not None
    assert not (warned.calls["outcome"] == PAUSED).any()


def judged_run(strategy: str, delivery: dict[str, Any]) -> Ledger:
    """A thousand mails at 50 a second, each retried where the strategy is one that retries."""
    of = scenario(batch(1000), rate_per_s=50.0, horizon_s=600.0, delivery=delivery)
    return sim.run.run(of, strategy, 1)


def test_one_seed_is_one_population_under_every_strategy() -> None:
    """A recipient's provider and its mailbox's kind depend on neither strategy nor order, and a run has one digest."""
    table = {"hard_bounce": 0.2, "suppressed": 0.1}
    bounced = []
    for strategy in ("leaky-bucket", "heartbeat"):
        ledger = judged_run(strategy, table | {"reputation": {"pauses": False}})
        assert ledger.delivered is not None
        copies = ledger.delivered.copies
        bounced.append(set(copies["mail"][copies["outcome"] == BOUNCED].tolist()))
        assert digest(ledger) == digest(judged_run(strategy, table | {"reputation": {"pauses": False}}))
    late = bounced[0] ^ bounced[1]  # of those that were sent last, some had not bounced by the end
    assert len(late) <= 5 < len(bounced[0] & bounced[1])


def test_without_delivery_nothing_is_said_of_it() -> None:
    """And the ledger's digest is that of the calls and mails alone."""
    ledger = sim.run.run(scenario(batch(5)), "direct", 1)
    assert ledger.delivered is None
    assert "delivery" not in measured(scenario(), ledger, Bound(None, None, None), load_prices())


def test_deferral_by_hand() -> None:
    """Two an hour, then none for 900 s: the third waits for its next attempt, which is the first of another hour."""
    strict = {"share": 1, "inbox": {"constant_ms": 1000}, "per_hour": 2, "defer_s": 900}
    table = {"providers": {"strict": strict}, "retry": {"first_s": 1000, "most_s": 1000}}
    office = Deliveries(Delivery.model_validate(table), seed=1)
    for mail in range(3):
        office.take(float(mail), mail, range(1))
    early, late = office.until(500.0).copies, office.until(2000.0).copies
    assert early["outcome"].tolist() == [DELIVERED, DELIVERED, PENDING]
    assert early["ended_s"][:2].tolist() == [1.0, 2.0]
    again_s = early["next_attempt_s"][2]
    assert 902.0 <= again_s <= 1102.0
    assert (late["ended_s"][2], late["deferrals"].tolist()) == (again_s + 1.0, [0, 0, 1])


def test_the_catalogue_says_what_it_rests_on() -> None:
    """Each number has its source, and the shares add up."""
    for name, table in tomllib.loads(CATALOGUE.read_text()).items():
        assert set(table) - {"sources", "share", "reply"} == set(table["sources"]), name
    assert sum(one.share for one in known_providers().values()) == pytest.approx(1)
    assert set(known_providers()) == set(catalogue())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"providers": {"gmail": 0.5, "yahoo": 0.4}}, "the shares must add up to 1, not 0.9"),
        ({"providers": {"gmial": 1}}, "unknown provider 'gmial', did you mean 'gmail'?"),
        ({"providers": {}}, "at least 1"),
        ({"providers": {"gmail": {"share": 1, "hard_bounce": 0.9, "soft_bounce": 0.2}}}, "must add up to at most 1"),
        ({"retry": {"first_s": 10, "most_s": 5}}, "must be at least first_s (10)"),
        ({"retry": {"first_s": 1e-6}}, "greater than or equal to 1"),
        ({"max_delivery_s": 60}, "greater than or equal to 300"),
    ],
)
def test_what_cannot_be_is_refused(table: dict[str, Any], said: str) -> None:
    """In words that tell what would be right."""
    with pytest.raises(ValidationError) as refused:
        Delivery.model_validate(table)
    assert said in str(refused.value)


def test_thresholds_of_delivery_need_the_table() -> None:
    """And a provider must be one of the scenario's."""
    asked: dict[str, Any] = {"thresholds": {"quick": "*.providers.gmail.inbox_s.p99 < 60"}}
    with pytest.raises(ValidationError, match=r"needs a table \[delivery\]"):
        scenario(**asked)
    with pytest.raises(ValidationError, match="the providers are yahoo"):
        scenario(**asked, delivery={"providers": {"yahoo": 1.0}})
    assert isinstance(scenario(**asked, delivery={}), Scenario)
