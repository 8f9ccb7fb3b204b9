"""How each strategy came to its figures: its settings against the account, the mails and the faults of the scenario."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from reports.words import count, counted, share
from scenarios.aws.limiter import at_once, largest_request
from scenarios.entry import StrategyEntry
from scenarios.schema.faults import Fault, ScalePods
from scenarios.schema.model import Scenario


class Facts(NamedTuple):
    """What a sentence needs of the scenario; rates and sizes in recipients.

    `at_once` is what SES admits after a pause, in its `limiter`'s words a bucket or a window; a call of more than
    `largest_call` is never admitted.
    """

    rate_per_s: float
    limiter: str
    at_once: int
    largest_call: float
    send_median_s: float
    faults: tuple[Fault, ...]
    delivers_twice: bool
    has_neighbour: bool

    @classmethod
    def of(cls, scenario: Scenario) -> Facts:
        """The facts of a scenario."""
        rate_per_s, limiter = scenario.account.max_send_rate_per_s, scenario.account.limiter
        return cls(
            rate_per_s=rate_per_s,
            limiter="bucket" if limiter.kind == "token-bucket" else "window",
            at_once=at_once(limiter, rate_per_s),
            largest_call=largest_request(limiter, rate_per_s),
            send_median_s=scenario.latency.ses_send.median_s,
            faults=scenario.fault,
            delivers_twice=scenario.sqs.duplicate_probability > 0,
            has_neighbour=bool(scenario.neighbour),
        )

    def has_fault(self, kind: str) -> bool:
        """Whether the scenario has a fault of this kind."""
        return any(fault.kind == kind for fault in self.faults)


def mechanism(entry: StrategyEntry, facts: Facts) -> str:
    """How the strategy works with these settings, as resolved by its plan, and what in the scenario it runs into."""
    describe = _MECHANISMS.get(entry["strategy"])
    if describe is None or not entry["settings"]:
        return ""
    return "; ".join(clause for clause in describe(entry, facts) if clause)


def _direct(entry: StrategyEntry, facts: Facts) -> Iterator[str]:
    yield f"no pacing, up to {counted(entry['settings']['workers'], 'mail')} in hand at once"
    yield _never_fits(entry, facts)


def _never_fits(entry: StrategyEntry, facts: Facts) -> str:
    """For strategies that send every mail whole."""
    largest = entry["largest_mail"]
    if not entry["losses"]["throttled"] or largest < max(2, facts.largest_call):
        return ""
    if largest == facts.largest_call:
        rested = "full" if facts.limiter == "bucket" else "empty"
        return f"a mail to {count(largest)} recipients fits the {facts.limiter} only when it is {rested}"
    sizes = f"more than {facts.largest_call:g} recipients (here up to {count(largest)})"
    return f"a mail to {sizes} never fits the {facts.limiter}: refused for ever"


def _leaky_bucket(entry: StrategyEntry, facts: Facts) -> Iterator[str]:
    settings = entry["settings"]
    pods, rate_per_s = settings["pods"], settings["rate_per_pod"]
    each = " each" if pods > 1 else ""
    yield f"{counted(pods, 'pod')} paced at {rate_per_s:g} recipients/s{each}{_together(pods, rate_per_s, facts)}"
    yield _unequal(pods, settings["pod_weights"], rate_per_s)
    yield _burst(entry, facts)
    yield from _scaled(entry, facts, pods, rate_per_s)


def _together(pods: int, rate_per_s: float, facts: Facts) -> str:
    if math.isclose(pods * rate_per_s, facts.rate_per_s):
        return f", together the limit of {facts.rate_per_s:g}/s" if pods > 1 else ", which is the limit"
    together = f", {pods * rate_per_s:g}/s together" if pods > 1 else ""
    return f"{together} against a limit of {facts.rate_per_s:g}/s"


def _unequal(pods: int, weights: tuple[float, ...], rate_per_s: float) -> str:
    if not weights:
        return ""
    mine = [weights[pod % len(weights)] for pod in range(pods)]
    if min(mine) == max(mine):
        return ""
    return f"one pod gets {share(max(mine), sum(mine))} of the mails and sends no more than its {rate_per_s:g}/s"


def _burst(entry: StrategyEntry, facts: Facts) -> str:
    """What pods that do not know of one another may send at one instant."""
    settings, bucket = entry["settings"], f"a {facts.limiter} of {count(facts.at_once)}"
    pods, burst = settings["pods"], settings["burst"]
    if burst > 1:
        return f"up to {count(pods)} × {count(burst)} = {count(pods * burst)} recipients at once against {bucket}"
    at_once = pods * min(settings["chunk"], entry["largest_mail"])
    if pods == 1 or not entry["calls"]["throttled"] or at_once <= facts.at_once:
        return ""
    return f"the pods may call at the same instant, up to {counted(at_once, 'recipient')} at once against {bucket}"


def _scaled(entry: StrategyEntry, facts: Facts, declared: int, rate_per_s: float) -> Iterator[str]:
    """Only what began while the strategy was still sending has left a trace in its figures."""
    lasted_s = entry["makespan_s"] or 0.0
    for fault in facts.faults:
        if fault.kind == "scale_pods" and fault.start_s < lasted_s:
            until = f"to {fault.end_s:g} s" if fault.end_s < lasted_s else "on"
            pods = fault.pods * entry["settings"].get("shares", 1)  # each worker of a load test scales its own
            yield f"from {fault.start_s:g} s {until} {_sending(fault, pods, declared * rate_per_s, rate_per_s, facts)}"


def _sending(fault: ScalePods, many: int, shared_per_s: float, rate_per_s: float, facts: Facts) -> str:
    pods = counted(many, "pod")
    if fault.reshare:
        return f"{pods} of {shared_per_s / many:g}/s, shared anew"
    send = "send" if many > 1 else "sends"
    together = f"{many * rate_per_s:g}/s{' together' * (many > 1)}"
    return f"{pods} {send} {together} against a limit of {facts.rate_per_s:g}/s"


def _sqs_dlq(entry: StrategyEntry, facts: Facts) -> Iterator[str]:
    settings = entry["settings"]
    most = settings["maximum_concurrency"]
    ramp = f"the event source mapping ramps up to {counted(most, 'invocation')} at once"
    batch = f"each sending a batch of up to {count(settings['batch_size'])} without pacing"
    yield f"{ramp}{_default_concurrency(most, facts)}, {batch}"
    yield _never_fits(entry, facts)


def _default_concurrency(most: int, facts: Facts) -> str:
    """Where the number comes from, if it is the one that the rate would need."""
    needed = round(facts.rate_per_s * facts.send_median_s, 9)
    if most != max(2, math.ceil(needed)):
        return ""
    rounded = "" if needed == most else ", rounded up" if needed > 1 else ", but the least is 2"
    return f" ({facts.rate_per_s:g}/s × {facts.send_median_s:g} s = {needed:g}{rounded})"


def _lambda_concurrency(entry: StrategyEntry, facts: Facts) -> Iterator[str]:
    settings = entry["settings"]
    slots, pad_s, largest = settings["concurrency"], settings["pad_s"], entry["largest_mail"]
    ramp = "the event source mapping ramps up" if settings["limit_by"] == "maximum" else "the function is held"
    size = f" of up to {count(largest)} recipients" if largest > 1 else ""
    pace = _pace(slots / pad_s, largest, facts) if pad_s else ""
    yield f"{ramp} to {counted(slots, 'invocation')} at once, one mail{size} and at least {pad_s:g} s each{pace}"
    yield _never_fits(entry, facts)


def _pace(mails_per_s: float, largest: float, facts: Facts) -> str:
    """A concurrency limits mails; what SES limits is recipients."""
    limit = f"against a limit of {facts.rate_per_s:g}/s"
    if largest <= 1:
        return f": at most {mails_per_s:g}/s {limit}"
    return f": up to {mails_per_s:g} × {count(largest)} = {count(mails_per_s * largest)} recipients/s {limit}"


_MANNERS = {"spread": "spread over the second", "burst": "all at the tick", "async": "by asynchronous invocations"}
_TICKERS = {
    "timestamp_wait": "",
    "standard_loop": "the ticks drift: each comes a second and the state machine's own time after the last",
    "express_loop": "the ticks drift, and around each minute those of two loops overlap",
}


def _heartbeat(entry: StrategyEntry, facts: Facts) -> Iterator[str]:
    settings = entry["settings"]
    yield f"{counted(settings['fill'] * facts.rate_per_s, 'recipient')} a tick, {_MANNERS[settings['dispatch']]}"
    yield _TICKERS[settings["ticker"]]


_MECHANISMS: dict[str, Callable[[StrategyEntry, Facts], Iterator[str]]] = {
    "direct": _direct,
    "leaky-bucket": _leaky_bucket,
    "sqs-dlq": _sqs_dlq,
    "lambda-concurrency": _lambda_concurrency,
    "heartbeat": _heartbeat,
}
