"""What a scenario asks for and a strategy cannot give: said beside the result, because nothing else would tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.aws.admission import DAY_S, UNLIMITED, day_before
from scenarios.aws.limiter import largest_request
from scenarios.figures import in_two
from scenarios.measures.fluid import fluid_waits_s
from scenarios.schema.faults import PodCrash, ScalePods
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals
from strategies.presentation.words import rated
from strategies.resources import Plan

QUEUE_S, NONE_S = 10.0, 1.0  # a queue worth telling, and none
LATE_TRICKLE = "the last mails meet no queue and decide the makespan and its share of the best: [rank] by a latency"
_OF_A_LENGTH = ("makespan_s", "efficiency", "utilisation", "goodput_per_s")


def concerns(warning: str, figure: str) -> bool:
    """Whether it should be read before that figure is believed: the last mails decide only how long a run takes."""
    return warning != LATE_TRICKLE or in_two(figure).figure in _OF_A_LENGTH


def warnings_of(scenario: Scenario, plan: Plan, arrivals: Arrivals) -> tuple[str, ...]:
    """One sentence each."""
    of_mail = (_poison, _too_many_a_day, _late_trickle)
    return (*_idle_crashes(scenario, plan), *(said for warnings in of_mail for said in warnings(scenario, arrivals)))


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
    accounts = scenario.accounts.values() or (scenario.account,)
    most = max(largest_request(one.limiter, one.max_send_rate_per_s) for one in accounts)
    mails = int((arrivals.recipients > most).sum())
    if mails:
        have = "1 mail has" if mails == 1 else f"{mails} mails have"
        yield f"{have} more than the {rated(most, 'recipient')} that this limiter ever admits at once"


def _too_many_a_day(scenario: Scenario, arrivals: Arrivals) -> Iterator[str]:
    """More than the quota lets through, however they are sent."""
    account, past = scenario.account, list(day_before(scenario.account.sent_last_24h))
    at_s = np.concatenate(([at_s for at_s, _ in past], arrivals.intended_s))
    until = np.cumsum([*(count for _, count in past), *arrivals.recipients.tolist()])
    begun = np.searchsorted(at_s, at_s - DAY_S, side="right")
    most = int((until - np.concatenate(([0], until))[begun]).max(initial=0))
    if most > account.max_24h_send != UNLIMITED:
        more = f"of whom the quota lets {account.max_24h_send:,} through"
        yield f"{most:,} recipients are asked for within 24 hours, {more}"


def _late_trickle(scenario: Scenario, arrivals: Arrivals) -> Iterator[str]:
    """What queued was sent long before the last mail falls due."""
    if scenario.rank is not None or not len(arrivals.intended_s):
        return
    waited_s = fluid_waits_s(arrivals.intended_s, arrivals.recipients, scenario.account.max_send_rate_per_s)
    if waited_s.max() > QUEUE_S and waited_s[-1] < NONE_S:
        yield LATE_TRICKLE
