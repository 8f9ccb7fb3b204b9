"""Random small scenarios: every workload, limiter, fault and setting, short enough to run by the hundred."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import hypothesis.strategies as st

from scenarios.schema.model import Scenario

Tables = st.SearchStrategy[dict[str, Any]]

instants_s = st.sampled_from([0.0, 0.25, 1.0, 1.5, 3.0, 7.0])
durations_s = st.sampled_from([0.5, 1.0, 2.5, 6.0, 30.0])
chances = st.sampled_from([0.05, 0.3, 1.0])
recipients = st.one_of(
    st.just(1),
    st.integers(1, 60),
    st.just({"values": (1, 7, 50, 55), "weights": (0.6, 0.2, 0.15, 0.05)}),
)


def table(**columns: st.SearchStrategy[Any]) -> Tables:
    """A table of a scenario file."""
    return st.fixed_dictionaries(columns)


def optional(**columns: st.SearchStrategy[Any]) -> Tables:
    """A table of which any key may be silent."""
    return st.fixed_dictionaries({}, optional=columns)


batches = table(
    process=st.just("batch"), at_s=instants_s, messages=st.sampled_from([25, 40, 8, 1]), recipients=recipients
)
streams = table(
    process=st.sampled_from(["constant", "poisson"]),
    start_s=instants_s,
    duration_s=st.sampled_from([5.0, 2.0, 0.5]),
    messages_per_s=st.sampled_from([12.0, 4.0, 0.5]),
    recipients=recipients,
)
lanes = st.sampled_from([{}, {}, {"lane": "urgent", "priority": 1}, {"lane": "bulk", "priority": -1}])
mails = st.tuples(st.one_of(batches, streams), lanes).map(lambda two: two[0] | two[1])
workloads = st.lists(mails, min_size=1, max_size=3).map(tuple)
some_workloads = st.lists(streams, max_size=1).map(tuple)

buckets = optional(
    burst=st.integers(1, 60), admission=st.sampled_from(["strict", "debt"]), shards=st.sampled_from([1, 1, 2])
)
windows = table(kind=st.sampled_from(["fixed-window", "sliding-window"]))
costs = optional(effective_rate=st.sampled_from([1.0, 0.8]), refusal_cost=st.sampled_from([0.0, 0.5, 1.0]))
limiters = st.tuples(st.one_of(buckets, windows), costs).map(lambda two: two[0] | two[1])
fair_buckets = optional(burst=st.integers(1, 60), effective_rate=st.sampled_from([1.0, 0.8]), shards=st.just(1))


def fitting(account: dict[str, Any]) -> dict[str, Any]:
    """An account whose every shard has a burst."""
    limiter = account["limiter"]
    if limiter.get("burst", account["max_send_rate_per_s"]) < limiter.get("shards", 1):
        return {**account, "limiter": {**limiter, "shards": 1}}
    return account


def accounts(limiter: Tables) -> Tables:
    """Accounts with such a limiter, often small ones, some with a quota that runs out."""
    rates = st.sampled_from([14.0, 33.3, 5.0, 0.7, 1.0, 100.0])
    quotas = st.sampled_from([-1, -1, -1, -1, 200, 30, 1])
    edges = st.sampled_from(["strict", "debt"])
    return table(max_send_rate_per_s=rates, max_24h_send=quotas, daily_edge=edges, limiter=limiter).map(fitting)


def fault(kind: str, **columns: st.SearchStrategy[Any]) -> Tables:
    """A fault that begins early."""
    return table(kind=st.just(kind), start_s=instants_s, duration_s=durations_s, **columns)


faults_of_nature = st.one_of(
    fault("outage"),
    fault("slow", factor=st.sampled_from([0.5, 4.0, 50.0])),
    fault("lost_response", probability=chances),
    fault("duplicate_delivery", probability=chances),
    fault("extra_throttling", probability=chances),
)
groups = st.sampled_from(["application", "application", "workers"])
faults_of_pods = st.one_of(
    fault("pod_crash", of=groups, pod=st.integers(0, 3)),
    fault("scale_pods", of=groups, pods=st.integers(1, 4), reshare=st.booleans()),
)
rate_changes = fault(
    "rate_change", max_send_rate_per_s=st.sampled_from([0.9, 10.0, 60.0]), burst=st.sampled_from([None, 2, 40])
)
any_faults = st.lists(st.one_of(faults_of_nature, faults_of_pods, rate_changes), max_size=5).map(tuple)
calm_faults = st.lists(st.one_of(faults_of_nature, faults_of_pods), max_size=3).map(tuple)

latencies = st.sampled_from(
    [
        {},
        {"ses_send": {"constant_ms": 40}, "ses_throttle": {"constant_ms": 10}, "sqs": {"constant_ms": 0}},
        {
            "ses_send": {"mean_ms": 300},
            "ses_throttle": {"min_ms": 0, "max_ms": 900},
            "lambda_cold_start": {"mean_ms": 99},
        },
    ]
)
clients = st.sampled_from([{}, {"read_timeout_s": 0.5}, {"read_timeout_s": 2.0}])
queues = optional(duplicate_probability=st.sampled_from([0.0, 0.2]), empty_probability=st.sampled_from([0.0, 0.5]))


def _with_a_weight_for_each_pod(settings: dict[str, Any]) -> dict[str, Any]:
    weights = settings.get("pod_weights", ())
    return settings | {"pod_weights": tuple(islice(cycle(weights), settings.get("pods", 2)))} if weights else settings


uses_of_lanes = st.sampled_from(["ignore", "share", "strict", "weighted"])
shares_of_lanes = st.sampled_from([(), (0.6, 0.3, 0.1), (0.05, 0.2, 0.15)])


def _with_a_share_for_each_lane(tables: dict[str, Any]) -> dict[str, Any]:
    """Settings that suit the lanes of the workloads, of which there are at most three."""
    many = len({workload.get("lane") for workload in tables["workload"]})
    ((strategy, settings),) = tables["strategies"].items()
    has_shares = settings.get("lanes") in ("share", "weighted") and settings.get("lane_shares")
    others = {key: value for key, value in settings.items() if key != "lane_shares"}
    suiting = others | ({"lane_shares": settings["lane_shares"][:many]} if has_shares else {})
    return tables | {"strategies": {strategy: suiting}}


def _with_bursts_for_buckets_alone(tables: dict[str, Any]) -> dict[str, Any]:
    """Faults that suit the limiter: a window has no burst that could change."""
    if tables["account"]["limiter"].get("kind", "token-bucket") == "token-bucket":
        return tables
    faults = ({key: value for key, value in fault.items() if key != "burst"} for fault in tables["fault"])
    return tables | {"fault": tuple(faults)}


retries = st.sampled_from(["none", "legacy", "standard", "adaptive"])
patience_s = st.sampled_from([0.0, 2.0, 300.0])
settings_of: dict[str, Tables] = {
    "direct": optional(retry=retries, workers=st.sampled_from([1, 3, 64]), pods=st.sampled_from([1, 3])),
    "leaky-bucket": optional(
        pods=st.integers(1, 4),
        rate_per_pod=st.sampled_from([0.5, 7.0, 40.0]),
        burst=st.sampled_from([1, 5, 30]),
        chunk=st.sampled_from([1, 7, 50]),
        retry=retries,
        pod_weights=st.sampled_from([(), (1.0,), (3.0, 1.0)]),
        lanes=uses_of_lanes,
        lane_shares=shares_of_lanes,
    ).map(_with_a_weight_for_each_pod),
    "aimd": optional(
        pods=st.integers(1, 4),
        initial_rate=st.sampled_from([1.0, 40.0]),
        increase=st.sampled_from([0.1, 20.0]),
        decrease=st.sampled_from([0.5, 0.9]),
        chunk=st.sampled_from([1, 7, 50]),
        patience_s=patience_s,
    ),
    "shared-bucket": optional(
        pods=st.integers(1, 4),
        rate=st.sampled_from([0.5, 7.0, 40.0]),
        burst=st.sampled_from([1, 5, 60]),
        take=st.sampled_from([1, 10]),
        atomic=st.booleans(),
        chunk=st.sampled_from([1, 7, 50]),
        patience_s=patience_s,
    ),
    "sqs-dlq": optional(
        batch_size=st.sampled_from([1, 10, 25]),
        maximum_concurrency=st.sampled_from([2, 5]),
        visibility_timeout_s=st.sampled_from([1.0, 5.0, 30.0]),
        max_receive_count=st.sampled_from([1, 2, 5]),
        report_batch_item_failures=st.booleans(),
        lanes=st.sampled_from(["ignore", "share"]),
        lane_shares=shares_of_lanes,
    ),
    "lambda-concurrency": optional(
        concurrency=st.sampled_from([2, 7]),
        pad_s=st.sampled_from([0.0, 0.2, 1.0]),
        limit_by=st.sampled_from(["maximum", "reserved"]),
    ),
    "heartbeat": optional(
        fill=st.sampled_from([0.3, 0.9, 2.0]),
        dispatch=st.sampled_from(["spread", "burst", "async"]),
        ticker=st.sampled_from(["timestamp_wait", "standard_loop", "express_loop"]),
        lookahead=st.sampled_from([0.0, 2.0, 5.0]),
        lanes=uses_of_lanes,
        lane_shares=shares_of_lanes,
    ),
    "pacemaker": optional(
        runs_as=st.sampled_from(["pod", "function"]),
        share=st.sampled_from([1.0, 0.4]),
        least_share=st.sampled_from([0.0, 0.05, 0.4]),
        consumers=st.sampled_from([1, 2]),
        relief_s=st.sampled_from([10.0, 300.0]),
        memory_mb=st.sampled_from([128, 1769]),
    ),
}


def scenarios(
    strategy: str,
    limiter: Tables = limiters,
    faults: st.SearchStrategy[Any] = any_faults,
    neighbours: st.SearchStrategy[Any] = some_workloads,
) -> st.SearchStrategy[Scenario]:
    """Scenarios for a strategy with random settings."""
    tables = {
        "name": st.just("random"),
        "horizon_s": st.sampled_from([200.0, 200.0, 40.0, 5.0, 0.5]),
        "account": accounts(limiter),
        "workload": workloads,
        "neighbour": neighbours,
        "latency": latencies,
        "client": clients,
        "lambda": optional(ramp=st.sampled_from(["linear", "step"])),
        "sqs": queues,
        "fault": faults,
        "strategies": settings_of[strategy].map(lambda settings: {strategy: settings}),
    }
    suiting = st.fixed_dictionaries(tables).map(_with_a_share_for_each_lane).map(_with_bursts_for_buckets_alone)
    return suiting.map(Scenario.model_validate)
