"""What is said beside a result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from scenarios.measures.unheeded import UNHEEDED, unheeded_in
from scenarios.measures.warnings import warnings_of
from scenarios.runs import plan_of
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from strategies.presentation.words import rated
from strategies.resources import Pods

SET = {
    "account": {"max_24h_send": 100, "daily_edge": "debt", "limiter": {"burst": 20}},
    "latency": {key: {"constant_ms": 1} for key in ("ses_send", "ses_throttle", "sqs", "table", "lambda_cold_start")},
    "client": {"send_cpu_ms": 2, "call_cpu_ms": 2},
    "lambda": {"ramp": "step", "dispatch": {"constant_ms": 1}, "async_delay": {"constant_ms": 1}},
    "sqs": {"duplicate_probability": 0.1, "empty_probability": 0.1, "short_poll_share": 1.0},
    "ticker": {"jitter": {"constant_ms": 1}, "transition": {"constant_ms": 1}},
    "neighbour": ({"process": "batch", "messages": 1},),
    "fault": (
        {"kind": "duplicate_delivery", "start_s": 0, "duration_s": 1, "probability": 0.1},
        {"kind": "outage", "start_s": 0, "duration_s": 1},
        {"kind": "pod_crash", "start_s": 0, "duration_s": 1, "pod": 0},
    ),
}
"""Whatever a world may not heed, set otherwise than by default."""
ONE = {"process": "batch", "messages": 1}


def unheeded(world: str, **tables: Any) -> set[str]:
    """The keys that the world's warning names."""
    batch = {"process": "batch", "messages": 1}
    said = unheeded_in(world, Scenario.model_validate({"name": "set", "workload": (batch,), **tables}))
    return {key for line in said for key in line.partition(": ")[2].split(", ")}


def test_what_a_world_does_not_heed_is_said() -> None:
    """Each key that is set in vain has its name in the warning, one that acts has not, and by default none is there."""
    fault = {
        "moto": set[str](),
        "ministack": {"fault.duplicate_delivery"},
        "aws": {"fault.duplicate_delivery", "fault.outage", "neighbour"},
    }
    for world, keys in UNHEEDED.items():
        assert unheeded(world, **SET) == ({*keys} - {"account.sandbox"}) | fault[world]
        assert unheeded(world) == set()
    assert "account.sandbox" in unheeded("aws", account={"sandbox": True})
    assert [line for line in unheeded("aws", delivery={}) if line]
    assert unheeded("ministack", delivery={}) == unheeded("moto", delivery={}) == set()
    assert unheeded("sim", **SET) == set()


def warned(recipients: int, rate_per_s: float = 14.0, messages: int = 3, **more: Any) -> tuple[str, ...]:
    """The warnings of mails of that size, sent by the pods of leaky-bucket."""
    batch = {"process": "batch", "messages": messages, "recipients": recipients}
    account = {"max_send_rate_per_s": rate_per_s, "limiter": more.pop("limiter", {})}
    scenario = Scenario.model_validate({"name": "warned", "workload": (batch,), "account": account, **more})
    return warnings_of(scenario, plan_of(scenario, "leaky-bucket"), arrivals(scenario.workload, 1))


@pytest.mark.parametrize(
    ("limiter", "rate_per_s", "most"),
    [
        ({}, 14.0, 14),
        ({"burst": 20}, 14.0, 20),
        ({"burst": 20, "shards": 3}, 14.0, 7),
        ({"kind": "fixed-window"}, 14.9, 14),
        ({"kind": "sliding-window", "effective_rate": 0.5}, 14.9, 7),
        ({"kind": "fixed-window"}, 0.5, 1),
    ],
)
def test_mails_that_no_limiter_can_hold_are_counted(limiter: dict[str, Any], rate_per_s: float, most: int) -> None:
    """A mail may have as many recipients as the largest shard of a bucket or of a window holds, and not one more."""
    said = f"3 mails have more than the {rated(most, 'recipient')} that this limiter ever admits at once"
    assert warned(most, rate_per_s, limiter=limiter) == ()
    assert warned(most + 1, rate_per_s, limiter=limiter) == (said,)


def test_on_debt_every_mail_passes() -> None:
    """A bucket that lends admits any mail."""
    assert warned(50, limiter={"admission": "debt"}) == ()


@pytest.mark.parametrize(
    ("quota", "sent", "said"),
    [
        (100, 0, []),
        (99, 0, ["100 recipients are asked for within 24 hours, of whom the quota lets 99 through"]),
        (110, 20, ["115 recipients are asked for within 24 hours, of whom the quota lets 110 through"]),
        (-1, 1000, []),
    ],
)
def test_more_than_the_quota_is_said(quota: int, sent: int, said: list[str]) -> None:
    """Also what was sent the day before, of which a quarter is a day old when the mail falls due at six o'clock."""
    account = {"max_send_rate_per_s": 200.0, "max_24h_send": quota, "sent_last_24h": sent}
    batch = {"process": "batch", "messages": 100, "at": "06:00"}
    tables = {"name": "warned", "horizon_s": 90_000.0, "workload": (batch,), "account": account}
    scenario = Scenario.model_validate(tables)
    found = warnings_of(scenario, plan_of(scenario, "leaky-bucket"), arrivals(scenario.workload, 1))
    assert list(found) == said


@pytest.mark.parametrize(("rank", "many"), [({}, 1), ({"rank": {"by": "latency_s.p99"}}, 0)])
def test_a_makespan_that_arrivals_decide_is_said_to_be_one(rank: dict[str, Any], many: int) -> None:
    """A batch beside a trickle that outlasts it; whoever ranks by a figure of his own knows."""
    trickle = {"process": "constant", "messages_per_s": 0.1, "duration_s": 500.0}
    tables = {"name": "warned", "workload": (trickle, {"process": "batch", "messages": 1000}), **rank}
    scenario = Scenario.model_validate(tables)
    found = warnings_of(scenario, plan_of(scenario, "leaky-bucket"), arrivals(scenario.workload, 1))
    assert sum("decide the makespan" in one for one in found) == many
    assert warned(1, messages=1000) == ()


def test_a_single_mail_is_said_in_the_singular() -> None:
    """One mail has, two mails have."""
    assert warned(50, messages=1) == ("1 mail has more than the 14 recipients that this limiter ever admits at once",)


@pytest.mark.parametrize(("pods", "said"), [(1, "there is only pod 0"), (2, "there are 2, counted from 0")])
def test_a_crash_of_nobody_is_said(pods: int, said: str) -> None:
    """A fault that names a pod which never exists would pass unseen."""
    crash = {"kind": "pod_crash", "start_s": 1.0, "duration_s": 1.0, "pod": 2}
    settings = {"leaky-bucket": {"pods": pods}}
    assert warned(1, fault=(crash,), strategies=settings) == (f"the crash of pod 2 changes nothing: {said}",)
    more = {"kind": "scale_pods", "start_s": 0.0, "duration_s": 9.0, "pods": 3}
    assert warned(1, fault=(crash, more), strategies=settings) == ()


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        (0, ["the crash of worker 1 changes nothing: the strategy has no workers",
             "the scaling of workers changes nothing: the strategy has no workers"]),
        (1, ["the crash of worker 3 changes nothing: there are 3, counted from 0"]),
        (4, []),
    ],
)  # fmt: skip
def test_a_fault_of_workers_that_are_not_there_is_said(workers: int, said: list[str]) -> None:
    """They are counted apart from the application's pods, and a strategy without any cannot have more."""
    faults: list[dict[str, Any]] = [
        {"kind": "pod_crash", "of": "workers", "start_s": 1.0, "duration_s": 1.0, "pod": 1 if workers == 0 else 3},
        {"kind": "scale_pods", "of": "workers", "start_s": 2.0, "duration_s": 1.0, "pods": 3},
    ]
    scenario = Scenario.model_validate({"name": "w", "workload": (ONE,), "fault": tuple(faults)})
    beside = (Pods(cast("Any", None), replicas=workers),) * (workers > 0)
    plan = replace(plan_of(scenario, "leaky-bucket"), workers=beside)
    assert list(warnings_of(scenario, plan, arrivals(scenario.workload, 1))) == said
