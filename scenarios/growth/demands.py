"""What must hold of each account by itself, where a scenario's thresholds are of all its accounts together."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.errors import BadInput
from scenarios.figures import FIGURES, FIGURES_OF_ACCOUNTS, in_two
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import Threshold
from scenarios.traffic.slices import slices_of

_ADD_UP = (
    "recipients",
    "calls",
    "losses",
    "usage",
    "month",
    "shadow",
    "delivery",
    "cost_usd",
    "receives",
    "goodput_per_s",
    "peak_1s",
    "attempted_peak_1s",
)
_SHARE = "delivery.within_deadline"


def refuse_sums(source: str, scenario: Scenario) -> None:
    """Raises BadInput for a threshold on what accounts have together only: each has its part of a number of calls.

    What must not happen at all, must not happen anywhere.
    """
    parts = slices_of(scenario)
    if len(parts) < 2:
        return
    for name, threshold in _named(scenario):
        kind = in_two(threshold.figure).whose.partition(".")[0]
        its = [part for part, of in parts.items() if _figure_in(scenario, part, of, threshold.figure)]
        if kind != "accounts" and len(its) > 1 and _adds_up(threshold.figure) and not threshold.forbids:
            raise BadInput(
                f"{source}: thresholds.{name}: {threshold.expression}: adds up over {', '.join(its)}, which are looked "
                "at one by one; say it of accounts.NAME, or leave it out"
            )


def demands_of(scenario: Scenario, name: str, part: Scenario) -> dict[str, tuple[str, ...]]:
    """The thresholds of one part of a scenario, under their names in the file.

    What must hold of all mail, must hold of each part's. What is said of an account, a tenant, a workload or a lane
    must hold where that is sent.
    """
    found: dict[str, tuple[str, ...]] = {}
    for key, _, expression in _concerning(scenario, name, part):
        found[key] = (*found.get(key, ()), expression)
    return found


def in_the_file(scenario: Scenario, name: str, part: Scenario) -> dict[tuple[str, str], str]:
    """What the file says for each of those, by its name and what is asked of the part."""
    return {(key, asked): threshold.expression for key, threshold, asked in _concerning(scenario, name, part)}


def _concerning(scenario: Scenario, name: str, part: Scenario) -> Iterator[tuple[str, Threshold, str]]:
    for key, threshold in _named(scenario):
        if (figure := _figure_in(scenario, name, part, threshold.figure)) is not None:
            yield key, threshold, _expression(threshold, figure)


def _named(scenario: Scenario) -> list[tuple[str, Threshold]]:
    return [(name, Threshold.parse(one)) for name, several in scenario.thresholds.items() for one in several]


def _adds_up(figure: str) -> bool:
    of_it = in_two(figure).figure
    return of_it.partition(".")[0] in _ADD_UP and of_it != _SHARE


def _expression(threshold: Threshold, figure: str) -> str:
    """With the figure in place of the threshold's, and all else as the file has it."""
    before, _, after = threshold.expression.partition(threshold.figure)
    return f"{before}{figure}{after}"


def _figure_in(scenario: Scenario, name: str, part: Scenario, figure: str) -> str | None:
    """What the figure is called in a run of the part alone, or None where it is of another part."""
    whose, of_it = in_two(figure)
    kind, _, word = whose.rstrip(".").partition(".")
    match kind:
        case "accounts" if word in part.accounts:
            return figure
        case "accounts":
            return _of_one(part, of_it) if word == name else None
        case "tenants":
            return figure if word in part.tenants else None
        case "lanes":
            lanes = [lane.name for lane in part.lanes]
            return None if word not in lanes else figure if len(lanes) > 1 else of_it
        case "workloads":
            return _of_workload(scenario, part, word, of_it)
    return figure


def _of_one(part: Scenario, of_it: str) -> str:
    """An account alone has what it has as one of several under the same names, but for these."""
    if of_it in {*FIGURES_OF_ACCOUNTS} - {*FIGURES}:
        raise BadInput(f"{part.name}: thresholds: {of_it} is no figure of an account alone; leave it out")
    return of_it if part.tenants else of_it.replace("own_reputation.", "reputation.")


def _of_workload(scenario: Scenario, part: Scenario, word: str, of_it: str) -> str | None:
    """Workloads without a name are counted, and in the part there may be fewer."""
    place = int(word) if word.isdigit() else [one.name for one in scenario.workload].index(word)
    places = [place if one.taken is None else one.taken.place for place, one in enumerate(part.workload)]
    if place not in places:
        return None
    return f"workloads.{word if not word.isdigit() else places.index(place)}.{of_it}" if len(places) > 1 else of_it
