"""How far a number can go: the edge that halving finds is the edge that there is."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.documents.headroom import HeadroomDocument
from reports.headroom import command
from reports.headroom.attempts import Search
from reports.headroom.bisection import bisect, middle_of
from reports.headroom.quantity import quantity_of
from reports.headroom.span import span_of
from reports.headroom.table import sentences, table
from reports.robust.trials import Simulation
from reports.running.experiment import Job
from reports.running.experiment import perform as made
from reports.running.parallel import Enough, Outcome
from reports.statistics.campaigns import campaigns_share
from scenarios.errors import BadInput
from scenarios.hypotheses import sets
from scenarios.hypotheses.hypothesis import hypotheses_of
from scenarios.hypotheses.sets import Chosen
from scenarios.measures.cost import load_prices
from scenarios.schema.files import catalogue
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from sim.run import run
from strategies.registry import STRATEGIES
from tests.unit.test_documents import assert_declared

CONSTANT = {"constant_ms": 10.0}
LOSSLESS = {"lossless": ("*.recipients.lost == 0",)}


def scenario(**tables: Any) -> Scenario:
    """A broadcast of 200 by one pod, whose calls all take the same."""
    plain: dict[str, Any] = {
        "name": "by-hand",
        "account": {"max_send_rate_per_s": 30.0},
        "workload": ({"process": "batch", "messages": 200, "name": "letter"},),
        "strategies": {"leaky-bucket": {"pods": 1}},
        "latency": dict.fromkeys(("ses_send", "ses_throttle"), CONSTANT),
        "thresholds": LOSSLESS,
    }
    return Scenario.model_validate({**plain, **tables})


def perform(jobs: Sequence[Job], enough: Enough) -> Outcome:
    """One after the other, here."""
    results = []
    for job in jobs:
        results.append(made(job))
        if enough(results[-1]):
            break
    return Outcome(results, False, None, tuple(range(len(results))))


def search(given: Scenario, setting: str, *limiters: dict[str, Any], contender: str = "leaky-bucket") -> Search:
    """What is moved of whom, with two seeds under these limiters."""
    return Search(
        given,
        contender,
        quantity_of(given, contender, setting),
        lambda account: Chosen(hypotheses_of({"hypothesis": limiters}, account)),
        2,
        Simulation(run, load_prices()),
    )


def searched(asked: Search, low: float | None = None, high: float | None = None) -> HeadroomDocument:
    """What comes of it."""
    headroom = command.searched(asked, span_of(asked, low, high), perform, lambda _line: None)
    assert_declared(HeadroomDocument, headroom)
    return headroom


@given(
    ends=st.lists(st.floats(0.01, 1e6), min_size=2, max_size=2, unique=True).map(sorted),
    edge=st.floats(0, 1),
    holds_below=st.booleans(),
    is_whole=st.booleans(),
)
def test_halving_ends_at_the_edge(ends: list[float], edge: float, holds_below: bool, is_whole: bool) -> None:
    """Nothing can be tried between the last value that holds and the first that does not, in either direction."""
    low, high = [float(int(end) + 1) for end in ends] if is_whole else ends
    at, asked = low + edge * (high - low), list[float]()

    def failing(value: float) -> str | None:
        asked.append(value)
        return None if (value <= at) == holds_below else "it"

    bisect(low, high, failing, is_whole)
    held = [value for value in asked if (value <= at) == holds_below]
    failed = [value for value in asked if value not in held]
    assert len(asked) == len(set(asked)) or low == high
    assert all(value == int(value) for value in asked) or not is_whole
    if held and failed:
        nearest = (max(held), min(failed)) if holds_below else (min(held), max(failed))
        assert middle_of(*nearest, is_whole) is None
    assert len(asked) <= 34


@given(window=st.lists(st.integers(2, 999), min_size=2, max_size=2).map(sorted))
def test_a_window_between_two_failures_is_found(window: list[int]) -> None:
    """Too slow below and too lossy above: what fails tells on which side of the window a value lies."""
    least, most = window
    asked: dict[float, str | None] = {}

    def failing(value: float) -> str | None:
        asked[value] = "slow" if value < least else "lossy" if value > most else None
        return asked[value]

    bisect(1, 1000, failing, is_whole=True)
    held = [value for value, what in asked.items() if what is None]
    assert (min(held), max(held)) == (least, most)
    assert {least - 1, most + 1} <= asked.keys()


def test_where_the_same_fails_at_both_ends_the_present_value_is_asked() -> None:
    """It is the best guess there is; from it both edges are found."""
    asked: dict[float, str | None] = {}

    def failing(value: float) -> str | None:
        asked[value] = None if 20 <= value <= 30 else "it"
        return asked[value]

    bisect(1, 100, failing, is_whole=True, inside=25)
    held = [value for value, what in asked.items() if what is None]
    assert (min(held), max(held)) == (20, 30)


def edge_of(headroom: HeadroomDocument) -> tuple[float, float]:
    """The last value that holds and the first that fails, of a search that found one edge."""
    [edge] = headroom["edges"]
    assert headroom["value"] == edge["value"]
    return edge["value"], edge["fails_at"]


@pytest.mark.parametrize("burst", [1, 5, 20])
@pytest.mark.parametrize("effective_rate", [1.0, 0.9])
def test_the_largest_rate_is_that_of_theory(burst: int, effective_rate: float) -> None:
    """So many mails n at r a second draw (n - 1)(1 - R/r) tokens beyond what refills at R, of which there are B - 1."""
    limiter = {"name": "bucket", "burst": burst, "effective_rate": effective_rate}
    headroom = searched(search(scenario(), "rate_per_pod", limiter))
    edge = effective_rate * 30 / (1 - (burst - 1) / 199)
    assert headroom["answer"] == "largest"
    value, fails_at = edge_of(headroom)
    assert value <= edge * (1 + 1e-9)
    assert fails_at >= edge * (1 - 1e-9)
    assert fails_at - value <= 0.011 * edge


def test_what_must_not_be_less_is_found_as_well() -> None:
    """The direction is found: the last of 200 mails goes 199 ÷ R seconds after the first, and takes 10 ms."""
    quick = scenario(thresholds={"quick": ("*.makespan_s <= 10",)})
    headroom = searched(search(quick, "account.max_send_rate_per_s", {"name": "bucket", "burst": "R"}))
    assert headroom["answer"] == "smallest"
    assert edge_of(headroom) == (20.0, 19.9)
    assert sentences(headroom)[0].startswith("account.max_send_rate_per_s with leaky-bucket: at least 20, and ")


def test_the_smallest_of_all_limiters_counts() -> None:
    """A value must hold under every one; what failed is named with its limiter, and the price is told."""
    slow = {"name": "slow", "effective_rate": 0.5}
    headroom = searched(search(scenario(), "rate_per_pod", slow, {"name": "usual"}))
    alone = searched(search(scenario(), "rate_per_pod", slow))
    assert headroom["value"] == alone["value"]
    failures = [one["failure"]["hypothesis"] for one in headroom["steps"] if one["failure"]]
    assert set(failures[1:]) == {"slow"}
    assert headroom["price"] is not None
    assert headroom["price"]["present"]["value"] == 30
    assert len(table(headroom).rows) == 2
    assert any(
        line.startswith("rate_per_pod 17.") and "instead of 30: makespan " in line for line in sentences(headroom)
    )


@pytest.mark.parametrize(
    ("threshold", "answer"),
    [("*.recipients.lost < 1000", "everywhere"), ("*.recipients.accepted > 1000", "nowhere")],
)
def test_a_range_without_an_edge_is_said_to_have_none(threshold: str, answer: str) -> None:
    """Where both ends answer alike, and the present value as they do, it is told what they answer."""
    headroom = searched(search(scenario(thresholds={"some": (threshold,)}), "rate_per_pod", {"name": "usual"}))
    assert headroom["answer"] == answer
    assert (headroom["value"], headroom["price"], headroom["edges"]) == (None, None, [])
    assert sum(line.startswith("at ") for line in sentences(headroom)) == (3 if answer == "nowhere" else 0)


def test_safety_and_speed_leave_a_window() -> None:
    """A rate must not be so low that 200 mails take more than 10 s, nor so high that the bucket runs dry."""
    both = scenario(thresholds={**LOSSLESS, "quick": ("*.makespan_s <= 10",)})
    headroom = searched(search(both, "rate_per_pod", {"name": "bucket", "burst": 1, "effective_rate": 0.9}))
    assert headroom["answer"] == "between"
    least, most = headroom["edges"]
    assert (least["value"], least["fails_at"], headroom["value"]) == (20.0, 19.9, most["value"])
    assert most["value"] <= 27.0 <= most["fails_at"]
    assert sentences(headroom)[0].startswith("rate_per_pod of leaky-bucket: between 20 and 2")


def test_whole_numbers_are_sought_among_whole_numbers() -> None:
    """The largest campaign that is over in 10 s: 300 at 30 a second, and the one at second 0."""
    quick = scenario(thresholds={"quick": ("*.makespan_s <= 10.011",)})
    headroom = searched(search(quick, "workload.letter.messages", {"name": "usual"}))
    assert edge_of(headroom) == (301, 302)


def test_the_quota_is_named_where_it_refuses() -> None:
    """Whose mail is lost then, the threshold does not say."""
    account = {"max_send_rate_per_s": 30.0, "max_24h_send": 250}
    headroom = searched(search(scenario(account=account), "workload.letter.messages", {"name": "usual", "burst": 30}))
    assert edge_of(headroom) == (250, 251)
    assert [line.partition("seed 1; ")[2] for line in sentences(headroom) if line.startswith("at 251")] == [
        "the 24-hour quota refused 1 call"
    ]


def test_ctrl_c_leaves_the_bracket() -> None:
    """What holds and what fails so far, and no answer."""
    calls = 0

    def broken_later(jobs: Sequence[Job], enough: Enough) -> Outcome:
        nonlocal calls
        calls += 1
        return perform(jobs, enough)._replace(interrupted=calls > 3)

    asked = search(scenario(), "rate_per_pod", {"name": "usual"})
    headroom = command.searched(asked, (7.5, 120.0), broken_later, lambda _line: None)
    assert_declared(HeadroomDocument, headroom)
    assert (headroom["answer"], headroom["price"], edge_of(headroom)) == ("unfinished", None, (30, 120))
    assert sentences(headroom)[0] == "rate_per_pod of leaky-bucket: 30 holds and 120 fails so far"


def test_fifty_nine_campaigns_are_the_least_for_95_percent() -> None:
    """Of 58 that all hold, no more than 94 % of all others can be told."""
    assert campaigns_share(58) < 0.95 <= campaigns_share(59)


@pytest.mark.parametrize("name", catalogue())
def test_a_number_put_back_changes_nothing(name: str) -> None:
    """Whatever is read of a scenario and set to what it is gives the scenario again."""
    given = load(name)
    for key in ("client.read_timeout_s", "horizon_s", "workload.0.shadow_copies"):
        quantity = quantity_of(given, "heartbeat", key)
        assert quantity.present is not None
        assert quantity.of(given, quantity.present).model_dump() == given.model_dump()


@pytest.mark.parametrize("contender", [*STRATEGIES, "calm"])
def test_a_setting_is_moved_and_no_other(contender: str) -> None:
    """Of a strategy or a variant; what the account makes of a setting that is left open is its present value."""
    given = scenario(variants={"calm": {"strategy": "heartbeat", "fill": 0.9}})
    name = {"direct": "workers", "leaky-bucket": "rate_per_pod", "calm": "fill", "heartbeat": "fill"}.get(contender)
    for key in [name] if name else []:
        quantity = quantity_of(given, contender, key)
        moved = quantity.of(given, 1)
        assert getattr(moved.settings_of(contender), key) == 1
        assert moved.with_settings(contender, {key: getattr(given.settings_of(contender), key)}).settings_of(
            contender
        ) == given.settings_of(contender)


def tried_at_both_ends(setting: str, low: float | None, high: float | None) -> None:
    """What a search begins with."""
    span_of(search(scenario(), setting, {"name": "usual"}), low, high)


@pytest.mark.parametrize(
    ("setting", "low", "high", "said"),
    [
        (
            "rate_per_pd",
            None,
            None,
            "--setting rate_per_pd: unknown setting 'rate_per_pd', did you mean 'rate_per_pod'?",
        ),
        (
            "retry",
            None,
            None,
            "--setting retry: is no number; numbers of leaky-bucket are pods, rate_per_pod, burst, chunk",
        ),
        ("pod_weights", None, None, "--setting pod_weights: is no number"),
        ("pods", 0.5, None, "--from 0.5: pods is a whole number"),
        ("rate_per_pod", 20.0, 10.0, "--from 20 --to 10: the first must be less than the second"),
        ("pods", None, inf, "--to inf: must be a finite number"),
        ("rate_per_pod", nan, None, "--from nan: must be a finite number"),
        ("account.limiter.burst", None, None, "each limiter that is tried takes its place"),
        ("seed", None, None, "--setting seed: is chance; --seed says which"),
        ("strategies.heartbeat.fill", None, None, "is nothing that leaky-bucket reads; name a setting of its own"),
        ("bill.runs_per_month", None, None, "--setting bill.runs_per_month: the scenario does not have it"),
        ("neighbour.0.x", None, None, "--setting neighbour.0.x: the scenario does not have it"),
        (
            "rate_per_pod",
            -1.0,
            10.0,
            "--from -1: by-hand: strategies.leaky-bucket.rate_per_pod = -1.0: must be greater than 0",
        ),
        (
            "account.max_rate",
            None,
            None,
            "--setting account.max_rate: unknown key 'max_rate', known are sandbox, max_send_rate_per_s,",
        ),
        ("account.sandbox", None, None, "--setting account.sandbox: is no number"),
        ("workload.7.messages", None, None, "unknown key '7', known are 0, letter"),
        ("workload.0.shadow_copies", None, None, "is 0 here, around which there is no range; name --from and --to"),
        ("workload.0.messages", 1.0, 1e12, "workload[0].messages = 1000000000000: must be at most 100,000,000"),
    ],
)
def test_what_cannot_be_moved_is_one_line(setting: str, low: float | None, high: float | None, said: str) -> None:
    """It names the option or the key, and says what would be right; no such value is run."""
    with pytest.raises(BadInput) as caught:
        tried_at_both_ends(setting, low, high)
    assert said in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [
        ({}, "has no thresholds, so that any value will do"),
        ({"x": ("direct.makespan_s < 1",)}, "none of its thresholds"),
    ],
)
def test_without_a_demand_there_is_no_headroom(thresholds: dict[str, Any], said: str) -> None:
    """A scenario must say what is to hold, of the contender whose setting it is."""
    with pytest.raises(BadInput, match=said):
        command.refuse_undemanding("mine.toml", scenario(thresholds=thresholds), "heartbeat")


def test_a_moved_account_has_other_limiters() -> None:
    """A burst in multiples of the rate moves with it."""
    quantity = quantity_of(scenario(), "heartbeat", "account.max_send_rate_per_s")
    bursts = [sets.plausible(quantity.of(scenario(), rate).account).hypotheses[3].limiter.burst for rate in (10, 20)]
    assert bursts == [20, 40]


def test_a_setting_is_sought_where_a_scenario_may_have_it() -> None:
    """An end that the setting excludes is none; a dotted name of the contender's own is the same setting."""
    given = scenario(variants={"calm": {"strategy": "aimd", "decrease": 0.5}})
    for key in ("decrease", "variants.calm.decrease"):
        assert span_of(search(given, key, {"name": "usual"}, contender="calm"), None, None) == (0.125, 0.999)


def test_the_limiters_are_those_of_the_value_that_was_found() -> None:
    """A small account has fewer: the number that the sentence tells is that of the account at the edge."""
    quick = scenario(thresholds={"quick": ("*.makespan_s <= 70",)})
    asked = search(quick, "account.max_send_rate_per_s")._replace(limiters_of=sets.plausible, replications=1)
    headroom = searched(asked, 0.5, 100.0)
    assert headroom["value"] is not None
    there = sets.plausible(asked.at(headroom["value"]).account)
    assert headroom["hypotheses"] == [one.name for one in there.hypotheses]
    assert f"under all {len(there.hypotheses)} limiters" in sentences(headroom)[0]


def test_a_quiet_hour_is_measured_once_a_value_and_only_if_it_is_asked_for() -> None:
    """It is the same under every limiter and with every seed."""
    told: list[float] = []

    def standing(some: Scenario, _contender: str) -> dict[str, float]:
        told.append(some.settings_of("leaky-bucket").rate_per_pod)
        return {"pods": 1.0}

    limiters = ({"name": "one"}, {"name": "two", "burst": 7})
    cheap = scenario(bill={"runs_per_month": 2}, thresholds={**LOSSLESS, "cheap": ("*.month.total_usd < 1000",)})
    for some in (scenario(), cheap):
        asked = search(some, "rate_per_pod", *limiters)
        headroom = searched(asked._replace(simulation=Simulation(run, load_prices(), standing)))
        assert told == ([] if some is not cheap else [one["value"] for one in headroom["steps"]])


def test_what_the_sandbox_fixes_is_not_moved() -> None:
    """Whatever a scenario says, SES allows one recipient a second there."""
    with pytest.raises(BadInput, match="is fixed in the sandbox"):
        quantity_of(scenario(account={"sandbox": True}), "leaky-bucket", "account.max_send_rate_per_s")
