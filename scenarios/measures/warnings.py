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
    pods = max([plan.pods.replicas, *(fault.pods for fault in scenario.fault if isinstance(fault, ScalePods))])
    for fault in scenario.fault:
        if isinstance(fault, PodCrash) and fault.pod >= pods:
            have = f"there are {pods}, counted from 0" if pods > 1 else "there is only pod 0"
            yield f"the crash of pod {fault.pod} changes nothing: {have}"


def _poison(scenario: Scenario, arrivals: Arrivals) -> Iterator[str]:
    """Mails that the limiter can never admit whole."""
    most = largest_request(scenario.account.limiter, scenario.account.max_send_rate_per_s)
    mails = int((arrivals.recipients > most).sum())
    if mails:
        have = "1 mail has" if mails == 1 else f"{mails} mails have"
        yield f"{have} more than the {most:g} recipients that this limiter ever admits at once"
