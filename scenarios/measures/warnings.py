"""What a scenario asks for and a strategy cannot give: said beside the result, because nothing else would tell."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.aws.limiter import largest_request
from scenarios.schema.faults import PodCrash, ScalePods
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals
from strategies.resources import Plan


def warnings_of(scenario: Scenario, plan: Plan, arrivals: Arrivals) -> tuple[str, ...]:
    """One sentence each."""
    return (*_idle_crashes(scenario, plan), *_poison(scenario, arrivals))


def _idle_crashes(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """Of a pod, or of a worker, that never lives; nor does a worker whose strategy has none."""
    most = {
        "application": max(pods.replicas for pods in plan.applications()),
        "workers": max((pods.replicas for pods in plan.workers), default=0),
    }
    for fault in scenario.fault:
        if isinstance(fault, ScalePods) and most[fault.of]:
            most[fault.of] = max(most[fault.of], fault.pods)
    for fault in scenario.fault:
        if isinstance(fault, PodCrash) and fault.pod >= most[fault.of]:
            yield f"the crash of {_called(fault.of)} {fault.pod} changes nothing: {_have(fault.of, most[fault.of])}"
        if isinstance(fault, ScalePods) and not most[fault.of]:
            yield f"the scaling of {fault.of} changes nothing: {_have(fault.of, 0)}"


def _called(of: str) -> str:
    return "worker" if of == "workers" else "pod"


def _have(of: str, most: int) -> str:
    if not most:
        return f"the strategy has no {of}"
    return f"there are {most}, counted from 0" if most > 1 else f"there is only {_called(of)} 0"


def _poison(scenario: Scenario, arrivals: Arrivals) -> Iterator[str]:
    """Mails that the limiter can never admit whole."""
    most = largest_request(scenario.account.limiter, scenario.account.max_send_rate_per_s)
    mails = int((arrivals.recipients > most).sum())
    if mails:
        have = "1 mail has" if mails == 1 else f"{mails} mails have"
        yield f"{have} more than the {most:g} recipients that this limiter ever admits at once"
