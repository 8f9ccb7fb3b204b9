"""Headroom for people: the price as a table, and sentences on how far, what fails beyond, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from reports import words
from reports.columns import Block, Column, Row, Sheet
from reports.documents.headroom import HeadroomDocument, HeadroomEdge, HeadroomFailure, HeadroomFigures, HeadroomStep
from reports.threshold_lines import threshold_line
from reports.units import side_by_side
from scenarios.schema.model import Scenario
from strategies.presentation.words import count, counted, share


def table(headroom: HeadroomDocument) -> Sheet:
    """The present and the found value side by side; no rows where nothing was found."""
    price = headroom["price"]
    rows = [] if price is None else [_row("now", price["present"]), _row("found", price["found"])]
    runs = counted(headroom["replications"], "replication")
    return Sheet(
        title=f"{headroom['scenario']}: {_what(headroom)}, {runs}",
        columns=[
            Column(""),
            Column("value"),
            Column("lost"),
            Column("pend-\ning"),
            Column("makespan", "s"),
            Column("of\nbest", falls=2),
            Column("p99", "s", note="latency from the intended instant"),
            Column("$ per\nmillion", falls=1),
        ],
        blocks=[Block(rows)],
        caption="under the scenario's own limiter" if rows else "",
    )


def sentences(headroom: HeadroomDocument) -> list[str]:
    """The answer first."""
    return [
        *_answer(headroom),
        *_beyond(headroom),
        *_confidence(headroom),
        *_price(headroom),
        *(f"note: {one['name']} is left out: {one['why']}" for one in headroom["left_out"]),
    ]


def _row(name: str, figures: HeadroomFigures) -> Row:
    efficiency, usd = figures["efficiency"], figures["cost_per_million_usd"]
    return [
        name,
        value_text(figures["value"]),
        count(figures["lost"]),
        count(figures["pending"]),
        words.seconds(figures["makespan_s"]),
        "-" if efficiency is None else share(efficiency, 1),
        words.seconds(figures["latency_p99_s"]),
        "-" if usd is None else f"{usd:,.2f}",
    ]


def value_text(value: float | None) -> str:
    """As a scenario would say it."""
    return "-" if value is None else f"{value:.10g}"


def _answer(headroom: HeadroomDocument) -> Iterator[str]:
    what = _what(headroom)
    low, high = value_text(headroom["low"]), value_text(headroom["high"])
    limiters = f"under {_all_limiters(headroom)}"
    match headroom["answer"]:
        case "largest" | "smallest" | "between":
            yield f"{what}: {_where(headroom['edges'])}, and all thresholds hold {limiters}"
        case "everywhere":
            yield f"{what}: all thresholds hold {limiters} at both ends, {low} and {high}; --from and --to look farther"
        case "nowhere":
            yield f"{what}: no value was found between {low} and {high} at which all thresholds hold {limiters}"
        case "unfinished":
            yield f"{what}: {_bracket(headroom)}"


def _what(headroom: HeadroomDocument) -> str:
    """A setting is of its contender; a key of the scenario is there whoever sends."""
    is_key = "." in headroom["setting"] or headroom["setting"] in Scenario.model_fields
    return f"{headroom['setting']} {'with' if is_key else 'of'} {headroom['contender']}"


def _where(edges: Sequence[HeadroomEdge]) -> str:
    """At most 12, at least 3, or between 3 and 12."""
    values = [value_text(edge["value"]) for edge in edges]
    return f"between {' and '.join(values)}" if len(edges) > 1 else f"at {edges[0]['side']} {values[0]}"


def _bracket(headroom: HeadroomDocument) -> str:
    """How far an interrupted search has come."""
    edges = [f"{value_text(one['value'])} holds and {value_text(one['fails_at'])} fails" for one in headroom["edges"]]
    steps = [f"{value_text(one['value'])} {'holds' if one['holds'] else 'fails'}" for one in headroom["steps"]]
    return f"{', '.join(edges or steps) or 'nothing is known'} so far"


def _all_limiters(headroom: HeadroomDocument) -> str:
    names = headroom["hypotheses"]
    return f"all {len(names)} limiters" if len(names) > 1 else names[0]


def _beyond(headroom: HeadroomDocument) -> Iterator[str]:
    """What fails at the next value; where none holds, what fails where one threshold gives way to another."""
    told = [edge["fails_at"] for edge in headroom["edges"]] or _turn(headroom["steps"])
    for one in sorted(headroom["steps"], key=lambda step: step["value"]):
        if one["failure"] is not None and one["value"] in told:
            yield f"at {value_text(one['value'])}: {failed(one['failure'])}"


def _turn(steps: Sequence[HeadroomStep]) -> Sequence[float]:
    failures = sorted((one["value"], one["failure"]["threshold"]["expression"]) for one in steps if one["failure"])
    for (value, failing), (next_value, other) in pairwise(failures):
        if failing != other:
            return value, next_value
    return [value for value, _ in failures]


def failed(failure: HeadroomFailure) -> str:
    """Which threshold, by how much, under which limiter."""
    refused = failure.get("refused_for_quota", 0)
    quota = f"; the 24-hour quota refused {counted(refused, 'call')}" if refused else ""
    return f"{threshold_line(failure['threshold'])} under {failure['hypothesis']}, seed {failure['seed']}{quota}"


def _confidence(headroom: HeadroomDocument) -> Iterator[str]:
    at_least = headroom["campaigns_share"]
    if at_least is None or headroom["answer"] == "unfinished":
        return
    runs, each = headroom["replications"], "each limiter" if len(headroom["hypotheses"]) > 1 else "the limiter"
    values = " and ".join(value_text(edge["value"]) for edge in headroom["edges"])
    held = f"{values} held in {runs} of {counted(runs, 'campaign')} under {each}"
    it = "it" if len(headroom["edges"]) == 1 else "each of them"
    yield f"{held}: with 95 % confidence {it} does in at least {share(at_least, 1)} of campaigns such as these"


def _price(headroom: HeadroomDocument) -> Iterator[str]:
    """Of a makespan that both have."""
    price = headroom["price"]
    if price is None or headroom["present"] in (None, headroom["value"]):
        return
    before_s, after_s = price["present"]["makespan_s"], price["found"]["makespan_s"]
    if before_s is None or after_s is None or price["present"]["pending"] or price["present"]["lost"]:
        return  # what leaves mail behind is not the quicker for it
    told = side_by_side("makespan_s", before_s, after_s, after_s - before_s, None)
    values = f"{value_text(headroom['value'])} instead of {value_text(headroom['present'])}"
    yield f"{headroom['setting']} {values}: makespan {told.now} instead of {told.base}, {told.by}"
