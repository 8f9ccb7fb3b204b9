"""How each strategy came to its figures, in its own words, and what in the scenario a sentence may name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, NamedTuple

from reports.words import names
from scenarios.aws.limiter import at_once, largest_request
from scenarios.entry import LaneEntry, StrategyEntry, strategy_of
from scenarios.outside.blame import told
from scenarios.outside.plug import bundle_of
from scenarios.schema.faults import Fault
from scenarios.schema.labels import lanes_on
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import slices_of
from strategies.presentation.seen import LaneSeen, Scaling, Seen
from strategies.raised import Raised
from strategies.registry import STRATEGIES


class Facts(NamedTuple):
    """What a sentence needs of the scenario; rates and sizes in recipients, as `Seen` has them."""

    rate_per_s: float
    limiter: str
    at_once: int
    largest_call: float
    send_median_s: float
    faults: tuple[Fault, ...]
    delivers_twice: bool
    has_neighbour: bool
    lanes_elsewhere: frozenset[str]
    other_ways: tuple[str, ...]
    first_part: tuple[str, Facts] | None = None

    @classmethod
    def of(cls, scenario: Scenario) -> Facts:
        """The facts of a scenario; where accounts share nothing, those of the first of them beside those of all."""
        (name, first), *others = slices_of(scenario).items()
        facts = cls._of_one(scenario)
        return facts._replace(first_part=(_by_parts(scenario, name), cls._of_one(first))) if others else facts

    @classmethod
    def _of_one(cls, scenario: Scenario) -> Facts:
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
            lanes_elsewhere=frozenset(lane.name for lane in {*scenario.lanes} - {*lanes_on(None, scenario.workload)}),
            other_ways=tuple(_other_ways(scenario)),
        )

    def has_fault(self, kind: str) -> bool:
        """Whether the scenario has a fault of this kind."""
        return any(fault.kind == kind for fault in self.faults)


def _by_parts(scenario: Scenario, first: str) -> str:
    """Who sends together and who does not, and of whom a mechanism is told."""
    pooled = scenario.arrangement.pooled
    each = f"{names(pooled)} out of one pool, each other account" if pooled else "each account"
    return f"{each} by itself, for instance {first}"


def mechanism(entry: StrategyEntry, facts: Facts) -> str:
    """How the strategy works with these settings, as resolved by its plan, and what in the scenario it runs into."""
    return _or_why_not(entry, lambda: told_mechanism(entry, facts))


def after_refusal(entry: StrategyEntry) -> str:
    """What the strategy does with a mail that was refused; empty where it does not say so."""
    return _or_why_not(entry, lambda: told_after_refusal(entry))


def told_mechanism(entry: StrategyEntry, facts: Facts) -> str:
    """Raises whatever the strategy's own words raise; nothing is told of a sender that has none."""
    words = getattr(STRATEGIES.get(strategy_of(entry)), "mechanism", None)
    if words is None or not entry["settings"]:
        return ""
    within = facts if facts.first_part is None else facts.first_part[1]
    clauses = words(_settings(entry), _seen(entry, within)) or ()
    said = "; ".join(clause for clause in ([clauses] if isinstance(clauses, str) else clauses) if clause)
    return said if facts.first_part is None else f"{facts.first_part[0]}: {said}"


def told_after_refusal(entry: StrategyEntry) -> str:
    """Likewise."""
    words = getattr(STRATEGIES.get(strategy_of(entry)), "after_refusal", None)
    said = words(_settings(entry)) if words and entry["settings"] else None
    if not isinstance(said, str | None):
        raise TypeError(f"after_refusal says {said!r}; must be a string")
    return said or ""


def _or_why_not(entry: StrategyEntry, words: Callable[[], str]) -> str:
    """The words of a strategy from outside may fail where those of its trial did not; the run stands all the same."""
    bundle = bundle_of(strategy_of(entry))
    try:
        return words()
    except Exception as error:
        if bundle is None:
            raise
        return f"its own words fail: {told(bundle, Raised.of(error))}"


def _settings(entry: StrategyEntry) -> Any:
    """As attributes: those of many shares put together need not be what `Settings` lets pass.

    A run that was kept before a setting existed had what is now its default.
    """
    usual = asdict(STRATEGIES[strategy_of(entry)].Settings())
    return SimpleNamespace(**usual | entry["settings"])


def _seen(entry: StrategyEntry, facts: Facts) -> Seen:
    return Seen(
        rate_per_s=facts.rate_per_s,
        limiter=facts.limiter,
        at_once=facts.at_once,
        largest_call=facts.largest_call,
        send_median_s=facts.send_median_s,
        largest_mail=entry["largest_mail"],
        makespan_s=entry["makespan_s"],
        throttled_calls=entry["calls"]["throttled"],
        lost_to_throttling=entry["losses"]["throttled"],
        scalings=tuple(
            Scaling(fault.start_s, fault.end_s, fault.pods, fault.reshare)
            for fault in facts.faults
            if fault.kind == "scale_pods"
        ),
        shares=entry["settings"].get("shares", 1),
        lanes=_own_lanes(entry, facts),
    )


def _own_lanes(entry: StrategyEntry, facts: Facts) -> tuple[LaneSeen, ...]:
    """Those that the strategy itself sends, where they are several: others go ways of their own."""
    own = tuple(_lane(lane) for lane in entry.get("lanes", ()) if lane["lane"] not in facts.lanes_elsewhere)
    return own if len(own) > 1 else ()


def _other_ways(scenario: Scenario) -> Iterator[str]:
    """Which mail goes which way, whoever contends."""
    for index, workload in enumerate(scenario.workload):
        if workload.strategy is not None:
            word = workload.lane if len(scenario.lanes) > 1 else workload.name
            named = f"{word} mail" if word else f"workload[{index}]"
            yield f"{named} goes by {workload.strategy}"


def _lane(lane: LaneEntry) -> LaneSeen:
    gone = lane["recipients"]["lost"] + lane["recipients"]["dead_lettered"]
    return LaneSeen(lane["lane"], lane["priority"], lane["latency_s"]["p99"], gone)
