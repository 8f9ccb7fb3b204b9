"""The parts of a comparison that any page shows alike: the answer, the ranking, thresholds, fates and charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.compare.break_even import break_even_sentences
from reports.compare.drawings import MONTH, Gathered
from reports.compare.spread import spread
from reports.compare.table import (
    accounts_in,
    accounts_of,
    arrangement_sentences,
    explanations,
    notes,
    providers_of,
    table,
)
from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas
from reports.figures.worth import DELIVERED
from reports.inboxes.by_provider import by_provider
from reports.inboxes.pauses import paused_s_of
from reports.inboxes.reputations import reputations
from reports.page import entry_charts, time_charts
from reports.page.charts import Chart
from reports.page.elements import Markup, element, joined, lines
from reports.page.fates import bars
from reports.page.rests_on import seeds
from reports.page.signs import Sign, named_by
from reports.page.tables import sheet
from reports.page.time_curves import Seen, seen
from reports.page.whole import Section, chart, figure
from reports.ranking.answer import answer, ranking_of
from reports.ranking.ranking import tier
from reports.threshold_lines import threshold_lines
from scenarios.verdicts import FAIL
from strategies.presentation.words import counted

WORLDS = {
    "sim": "simulated",
    "moto": "sent for real, to an SES on one machine",
    "ministack": "sent for real, on a local AWS",
    "aws": "sent for real, on AWS",
    "locust": "load test with Locust",
}
TITLES = {
    "rate": (
        "Rate",
        "What SES accepted each second, and on top of it what it refused (dotted), against the {limit} (dashed).",
    ),
    "backlog": ("Backlog", "Recipients submitted that were neither accepted, lost nor dead-lettered yet."),
    "latency": (
        "Latency",
        "The share of the accepted recipients that waited longer. Lower and further left is better.",
    ),
    "cost": ("Cost", "Dollars against the wait of the slowest hundredth. Lower left is better, if nothing is lost."),
    DELIVERED: (
        "Accepted and delivered",
        "What SES had accepted (area), what of it was in the inbox (lowest line), and on top of that what bounced, was "
        "suppressed or given up (line between them). The rest waits at mailbox providers.",
    ),
    MONTH: ("A month", "What a month costs at other volumes; the line marks the scenario's own."),
    "offset": ("Within each second", "When inside each second the calls reached SES."),
}


def said_first(comparison: ComparisonDocument) -> str:
    """The answer; of a single contender of which nothing is demanded, what became of it."""
    return answer(comparison) or explanations(comparison)[0]


def is_good(comparison: ComparisonDocument) -> bool:
    """Whether the first of the ranking is one to take."""
    leader = ranking_of(comparison)[0]
    is_unmet = bool(comparison["thresholds"]) and leader.requirement in (FAIL, None)
    return not is_unmet and tier(leader.entry) != 2 and paused_s_of(leader.entry) is None


def about(comparison: ComparisonDocument) -> str:
    """What was run, where and how often."""
    submitted = max(entry["recipients"]["submitted"] for entry in comparison["strategies"])
    where = WORLDS.get(comparison["world"], comparison["world"])
    return f"{counted(submitted, 'recipient')} at {_limit(comparison)}, {where}, {how_often(comparison)}"


def _limit(comparison: ComparisonDocument) -> str:
    """Of accounts that share nothing, none may send what all may together."""
    limit, many = comparison["account"]["max_send_rate_per_s"], len(comparison.get("accounts", ()))
    if canvas.is_sliced(comparison):
        return f"{many} limits that add up to {limit:g} a second"
    return f"a limit of {limit:g} a second"


def how_often(comparison: ComparisonDocument) -> str:
    """Under which seeds, or in how many rounds of one."""
    return seeds(comparison["seed"], comparison["replications"], comparison.get("rounds", 1))


def ranking(comparison: ComparisonDocument, signs: Sequence[Sign]) -> Section:
    """The table, with a sentence below each row, and what should be known of the runs."""
    ranks = ranking_of(comparison)
    said = [
        sentence.removeprefix(f"{one.entry['strategy']}: ")
        for one, sentence in zip(ranks, explanations(comparison), strict=True)
    ]
    ranked = sheet(table(comparison), said, named_by(signs))
    more = lines([*break_even_sentences(comparison), *notes(comparison)])
    return Section("ranking", "Ranking", joined((ranked, *map(sheet, spread(comparison)), more)))


def providers(comparison: ComparisonDocument) -> Iterator[Section]:
    """What mailbox providers, and AWS, made of the mail, where a scenario says what becomes of it.

    Providers make much the same of all who send the same: those of all but the first are folded.
    """
    if "delivery" in comparison:
        entries, deadline_s = [one.entry for one in ranking_of(comparison)], comparison["delivery"]["deadline_s"]
        others = by_provider(entries, deadline_s, "mailbox providers of each contender")
        folded = [element("details", element("summary", one.title), sheet(one)) for one in others if len(entries) > 1]
        tables = map(sheet, (*providers_of(comparison), reputations(entries)))
        yield Section("inboxes", "Inboxes", joined((*tables, *folded)))


def accounts(comparison: ComparisonDocument) -> Iterator[Section]:
    """Accounts and tenants, and what slices cost and protect; those of all contenders but the first are folded."""
    first = [*accounts_in(comparison)]
    if not first:
        return
    others = [table for one in ranking_of(comparison)[1:] for table in accounts_of(comparison, one.entry)]
    folded = [element("details", element("summary", one.title), sheet(one)) for one in others]
    said = lines(arrangement_sentences(comparison))
    title = "Accounts" if "accounts" in comparison else "Tenants"
    yield Section("accounts", title, joined((said, *map(sheet, first), *folded)))


def thresholds(comparison: ComparisonDocument) -> Iterator[Section]:
    """What each contender met of what is demanded, if anything is."""
    if judged := comparison["thresholds"]:
        yield Section("thresholds", "Thresholds", lines(threshold_lines(judged), class_="thresholds"))


def charts(run: Gathered) -> list[Chart]:
    """What the script draws, in the order of the page."""
    entries, over_time = run.comparison["strategies"], seen(run.series, run.close, run.clock)
    every = [
        time_charts.rate(run.comparison, over_time),
        time_charts.backlog(run.comparison, over_time),
        *_of_inboxes(run, over_time),
        entry_charts.latency(run.series, entries),
        entry_charts.cost(entries),
        *([entry_charts.month(run.comparison, entries)] if "bill" in run.comparison else []),
    ]
    return [one for one in every if one["name"] not in run.not_drawn]


def _of_inboxes(run: Gathered, over_time: Seen) -> Iterator[Chart]:
    """What has no acceptance has no time axis either."""
    if "delivery" in run.comparison and DELIVERED not in run.not_drawn:
        yield time_charts.delivered(run.comparison, over_time)


def not_drawn(run: Gathered) -> Markup:
    """What would say nothing, and why."""
    return lines([f"{TITLES[name][0]} is not drawn: {why}" for name, why in run.not_drawn.items()])


def of_first_seed(run: Gathered) -> Iterator[Markup]:
    """Which run the charts show, where there were several."""
    if run.comparison["replications"] > 1:
        which = "first round" if "rounds" in run.comparison else "run of the first seed"
        yield element("p", f"Charts over time and of latencies show the {which}.")


def fates(run: Gathered) -> Markup:
    """What became of the recipients of each contender."""
    return figure("fates", "Fates", "What became of the recipients.", bars(run.comparison["strategies"]))


def drawn(comparison: ComparisonDocument, name: str, still: Markup) -> Markup:
    """Where the script draws a chart, under its title; `still` stands there where no script runs."""
    title, shows = TITLES[name]
    return figure(name, title, shows.format(limit=canvas.limit_of(comparison)), chart(name, still))
