"""A verification for people: theory and measurement side by side, and sentences that say how sure that is."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import Block, Column, Row, Sheet
from reports.documents.verification import Check, VerificationDocument, VerifiedLaw
from reports.units import MARKS
from reports.verify.bench import TICK_S
from reports.words import decimals
from scenarios.verdicts import FAIL, PASS
from strategies.presentation.words import counted


def table(verification: VerificationDocument) -> Sheet:
    """A block of rows for each law."""
    each = f"{_percent(verification['confidence_each'])} %"
    columns = (Column("check"), Column("theory"), Column("measured"), Column("±", each, falls=1), Column("holds"))
    return Sheet(_title(verification), columns, list(map(_block, verification["laws"])), _caption(verification))


def sentences(verification: VerificationDocument) -> list[str]:
    """How many hold, which do not, and how sure that is."""
    checks = [(law, check) for law in verification["laws"] for check in law["checks"]]
    wrong = [(law, check) for law, check in checks if not check["holds"]]
    return [
        _verdict(len(wrong), len(checks)),
        *(_failure(law, check) for law, check in wrong),
        *_how_sure(verification, [check for _, check in checks]),
    ]


def _title(verification: VerificationDocument) -> str:
    runs = counted(verification["replications"], "replication")
    return f"the simulator beside theory, seed {verification['seed']}, {runs}"


def _caption(verification: VerificationDocument) -> str:
    each, all_ = (_percent(verification[key]) for key in ("confidence_each", "confidence"))
    return "\n".join(
        (
            f"±: half of an interval of {each} %, so that all hold at once with {all_} %",
            f"exact: a single run, to the recipient or to a tick of {1e9 * TICK_S:.2g} ns",
        )
    )


def _block(law: VerifiedLaw) -> Block:
    return Block(list(map(_row, law["checks"])), f"{law['law']}: {law['about']} ({law['source']})")


def _row(check: Check) -> Row:
    return [f"  {check['what']}", _theory(check), *_measured(check), _mark(check["holds"])]


def _mark(holds: bool) -> str:
    return MARKS[PASS if holds else FAIL]


def _theory(check: Check) -> str:
    least, most = (None if end is None else _shown(end, check) for end in (check["least"], check["most"]))
    if least is None or most is None:
        sides = f"≥ {least}" if most is None else f"≤ {most}"
    else:
        sides = least if least == most else f"{least} to {most}"
    return f"{sides}{_unit(check)}"


def _measured(check: Check) -> tuple[str, str]:
    if check["measured"] is None:
        return "nothing", "-"
    half = _half_width(check)
    margin = "exact" if half is None else f"{_shown(half, check)}{_unit(check)}"
    return f"{_shown(check['measured'], check)}{_unit(check)}", margin


def _half_width(check: Check) -> float | None:
    """Of the interval of a mean; a single run has none."""
    if check["interval"] is None or check["replications"] == 1:
        return None
    return (check["interval"][1] - check["interval"][0]) / 2


def _shown(figure: float, check: Check) -> str:
    """As exact as the interval, which has two digits; without one, six digits where it must be one figure."""
    half = _half_width(check)
    if half is None:
        return f"{figure:.6g}" if check["least"] == check["most"] else f"{figure:.4g}"
    return f"{figure:,.{decimals(half, 2)}f}"


def _unit(check: Check) -> str:
    return f" {check['unit']}" if check["unit"] else ""


def _verdict(wrong: int, checks: int) -> str:
    if wrong:
        return f"{_mark(False)} {wrong} of {counted(checks, 'check')} failed"
    return f"{_mark(True)} all {counted(checks, 'check')} hold"


def _failure(law: VerifiedLaw, check: Check) -> str:
    measured, margin = _measured(check)
    band = "" if _half_width(check) is None else f" ±{margin}"
    return f"{_mark(False)} {law['law']}, {check['what']}: measured {measured}{band}, in theory {_theory(check)}"


def _how_sure(verification: VerificationDocument, checks: list[Check]) -> Iterator[str]:
    by_chance = [check for check in checks if check["replications"] > 1]
    all_ = counted(len(checks), "check")
    if exact := len(checks) - len(by_chance):
        yield f"exact: {exact} of {all_}; chance has no say in them, and any other figure would be an error"
    if by_chance:
        runs, seeds = counted(verification["replications"], "replication"), 1 / (1 - verification["confidence"])
        yield (
            f"means: {len(by_chance)} of {all_}, over {runs}; "
            f"a right simulator fails under one seed of some {seeds:,.0f}"
        )
        yield from _sharpness(by_chance)


def _sharpness(by_chance: list[Check]) -> Iterator[str]:
    """Each of these has one figure in theory, from which no interval that holds is far."""
    widths = [half / abs(check["least"]) for check in by_chance if check["least"] and (half := _half_width(check))]
    if widths:
        ends = dict.fromkeys(f"±{100 * width:.2g} %" for width in (min(widths), max(widths)))
        yield f"their intervals: {' to '.join(ends)} of the figure; an error of twice as much would hardly stay hidden"


def _percent(confidence: float) -> str:
    """With two digits of what is missing."""
    missing = 100 * (1 - confidence)
    return f"{100 - missing:.{decimals(missing, 2)}f}"
