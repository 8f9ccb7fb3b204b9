"""A fit for a terminal: a row for each limiter that is still believed."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import Block, Column, Row, Sheet
from reports.documents.fit import SURE, FitDocument, FittedExplanation, FittedParameter
from scenarios.formats.toml import toml_document
from strategies.presentation.words import count, counted

VERDICTS = {
    "decided": "decided",
    "undecided": "undecided",
    "unexplained": "undecided: more than one limiter alone may be behind the calls",
    "no-refusals": "undecided: no call was refused",
    "no-acceptances": "undecided: no call was accepted",
}

WHOLE = 0.9995
"""Of all probability: what is left out beyond that is seen in no figure."""


def table(fit: FitDocument) -> Sheet:
    """The most probable one first."""
    calls = fit["calls"]
    return Sheet(
        title=f"{fit['source']}: the limiter behind {counted(calls['looked_at'], 'call')}, "
        f"{count(calls['refused'])} of them refused",
        columns=[
            Column("limiter"),
            Column("proba-\nbility", note=_left_out(fit)),
            Column("rate", "per s", note="in the long run, at its best, and the 95 % interval"),
            Column("at once", note="recipients: the burst, or what a window holds"),
            Column("refusal\ncosts", "%", falls=2, note="of a refused call's recipients"),
            Column("contra-\ndicted", falls=1, note="by so many calls"),
        ],
        blocks=[Block([_row(one) for one in fit["explanations"]])],
        lead=answer(fit),
    )


def _left_out(fit: FitDocument) -> str:
    """Whose probability the kinds have, and no row."""
    is_whole = sum(one["weight"] for one in fit["explanations"]) >= WHOLE
    return "" if is_whole else "what is below 1 % has no row, and counts for its kind"


def answer(fit: FitDocument) -> str:
    """Which kind it is, or that it is not known."""
    kind, weight = max(fit["kinds"].items(), key=lambda item: item[1])
    if fit["verdict"] != "decided":
        return VERDICTS[fit["verdict"]]
    decided = f"decided: a {_word(kind)} ({_percent(weight)})"
    best, *_ = believed = [one for one in fit["explanations"] if one["kind"] == kind]
    if best["weight"] >= SURE or not (left := _open(believed)):
        return decided
    return f"the kind is {decided}; {left} is not"


def _open(explanations: list[FittedExplanation]) -> str:
    """What those of one kind differ in."""
    differ = {
        "the number of shards": len({one["shards"] for one in explanations}) > 1,
        "what refusals cost": len({one["refusals_cost"] for one in explanations}) > 1,
    }
    return " or ".join(what for what, is_open in differ.items() if is_open)


def sentences(fit: FitDocument) -> Iterator[str]:
    """What is written into a scenario, and what the calls leave open."""
    if "probe" in fit:
        probe, calls = fit["probe"], fit["calls"]
        sent = sent_words(probe["recipients_asked"], calls["recipients_accepted"], calls["looked_at"])
        yield f"{sent} of {count(probe['recipients_allowed'])} allowed: {', '.join(probe['experiments'])}"
        if probe["interrupted"]:
            yield "interrupted: the probe would have asked more"
        if probe["ran_out"]:
            yield "the allowed recipients were not enough for what would have told more"
    if left_out := fit["calls"]["left_out"]:
        yield f"looked at: the first {counted(fit['calls']['looked_at'], 'call')}, and not {count(left_out)} after them"
    for line in fit["cannot_tell"]:
        yield f"cannot tell: {line}"


def sent_words(asked: int, accepted: int, calls: int) -> str:
    """What a probe has used of the rate, and what it has asked for in all."""
    return f"asked for {counted(asked, 'recipient')} in {counted(calls, 'call')}, accepted {count(accepted)}"


def account_toml(fit: FitDocument, named_per_s: float) -> str:
    """The best limiter as tables of a scenario file, its rate a share of the named one."""
    best = fit["explanations"][0]
    return toml_document({"account": {"max_send_rate_per_s": named_per_s}}).lstrip() + (
        "\n[account.limiter]\n" + toml_document(best["limiter"]) if best["limiter"] else ""
    )


def _word(kind: str) -> str:
    return {"debt": "token bucket that admits on debt", "token-bucket": "token bucket"}.get(
        kind, kind.replace("-", " ")
    )


def _row(one: FittedExplanation) -> Row:
    return [
        one["name"],
        _percent(one["weight"]),
        _between(one["rate_per_s"]),
        _between(one["capacity"]),
        _percents(one["refusal_cost"]) if one["refusals_cost"] else "-",
        count(one["unexplained"]),
    ]


def _between(one: FittedParameter) -> str:
    return _with_interval(*(f"{value:.4g}" for value in (one["best"], one["low"], one["high"])))


def _percents(one: FittedParameter) -> str:
    return _with_interval(*(f"{100 * value:.0f}" for value in (one["best"], one["low"], one["high"])))


def _with_interval(best: str, low: str, high: str) -> str:
    return best if low == best == high else f"{best} ({low}-{high})"


def _percent(weight: float) -> str:
    if weight >= WHOLE:
        return ">99.9 %"
    return f"{100 * weight:.1f} %"
