"""What one contender did under one hypothesis, over all replications."""

from __future__ import annotations

from collections.abc import Sequence

from reports.documents.robustness import RobustCell
from reports.ranking.requirement import requirement_of
from reports.statistics.replications import combine, samples_of
from scenarios.entries.counts import RecipientCounts
from scenarios.entry import StrategyEntry
from scenarios.figures import by_its_word
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged
from scenarios.verdicts import PASS


def ranked_by(scenario: Scenario) -> str:
    """The figure that matters among those that get everything accepted."""
    return scenario.rank.figure if scenario.rank else "makespan_s"


def cell_of(scenario: Scenario, hypothesis: str, entries: Sequence[StrategyEntry]) -> RobustCell:
    """`entries` are those of the replications, in the order of their seeds."""
    mean, samples = combine(entries), samples_of(entries)
    met = judged(scenario.thresholds, [mean])
    not_accepted, p99_s = not_accepted_of(mean["recipients"]), mean["latency_of_all_s"]["p99"]
    return {
        "hypothesis": hypothesis,
        "recipients": {
            "submitted": mean["recipients"]["submitted"],
            "lost": mean["recipients"]["lost"],
            "dead_lettered": mean["recipients"]["dead_lettered"],
            "pending": mean["recipients"]["pending"],
        },
        "not_accepted_share": not_accepted / (mean["recipients"]["submitted"] or 1),
        "incomplete_replications": sum(not_accepted_of(one["recipients"]) > 0 for one in entries),
        "efficiency": mean["efficiency"],
        "latency_p99_s": p99_s,
        "latency_p99_infinite": p99_s is None and not_accepted > 0,
        "makespan_s": mean["makespan_s"],
        "samples": samples.get(by_its_word(ranked_by(scenario), mean), []),
        "thresholds": met,
        "meets_all": requirement_of(mean["strategy"], met) == PASS if met else None,
    }


def not_accepted_of(recipients: RecipientCounts) -> float:
    """Lost, dead-lettered or still pending."""
    return recipients["lost"] + recipients["dead_lettered"] + recipients["pending"]


def loses(cell: RobustCell) -> bool:
    """Whether mail is gone, or in a dead-letter queue, in any replication."""
    return lost_share(cell) > 0


def lost_share(cell: RobustCell) -> float:
    """Lost and dead-lettered recipients of those submitted, over the replications."""
    recipients = cell["recipients"]
    return (recipients["lost"] + recipients["dead_lettered"]) / (recipients["submitted"] or 1)


def accepts_all(cell: RobustCell) -> bool:
    """Whether every recipient was accepted in every replication."""
    return cell["incomplete_replications"] == 0
