"""A sweep for people: a row for each value, a map of numbers for two dimensions, else the best and what matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reports import units
from reports.columns import Block, Column, Sheet
from reports.documents.sweep import SweepDocument, SweptCell, SweptValue
from reports.sweep import sensitivity_table
from reports.sweep.points import text
from scenarios.schema.rank import better
from strategies.presentation.words import counted

BEST = 5  # of each contender
INFINITE = "∞"
SOME_MISSING = "*"

Cells = Mapping[tuple[SweptValue, ...], SweptCell]


def tables(sweep: SweepDocument) -> tuple[Sheet, ...]:
    """For a grid of one dimension one, of two one for each contender; else the best, and which dimension matters."""
    if sweep["design"] == "sobol":
        return (sensitivity_table.table(sweep),) if sweep.get("sensitivity") else ()
    if sweep["design"] == "grid" and len(sweep["dimensions"]) == 1:
        return (_lines(sweep),)
    if sweep["design"] == "grid" and len(sweep["dimensions"]) == 2:
        return tuple(_map(sweep, name) for name in sweep["contenders"])
    return _best(sweep), _effects(sweep)


def sentences(sweep: SweepDocument) -> list[str]:
    """The best cell, or what matters most, and the notes."""
    said = sensitivity_table.sentences(sweep) if sweep["design"] == "sobol" else _best_cell(sweep)
    return [*said, *(f"note: {note}" for note in _notes(sweep))]


def _notes(sweep: SweepDocument) -> Iterator[str]:
    if is_part(sweep):
        yield f"{sweep['runs_made']:,} of {sweep['runs']:,} runs were made"
    yield from sweep["notes"]


def is_part(sweep: SweepDocument) -> bool:
    """Whether runs are missing, as Ctrl-C or a failure ended it."""
    return sweep["runs_made"] < sweep["runs"]


def _cells_met(sweep: SweepDocument) -> str:
    """Of which some run was made, and of how many, if that is not all of them."""
    whole = counted(sweep["runs"] // sweep["replications"], "cell")
    return f"{len(sweep['cells']):,} of {whole}" if is_part(sweep) else whole


def _best_cell(sweep: SweepDocument) -> Iterator[str]:
    good = best_first(sweep)
    for cell in good[:1]:
        ties = sum(one["median"] == cell["median"] for one in good[1:])
        pairs = zip(sweep["dimensions"], cell["values"], strict=True)
        where = ", ".join(f"{one['key']} = {text(value)}" for one, value in pairs)
        said = units.shown(sweep["figure"], cell["median"])
        so_far = f" so far, in {_cells_met(sweep)}" if is_part(sweep) else ""
        as_good = f", and {counted(ties, 'other')} as good" if ties else ""
        yield f"best {sweep['figure']}{so_far}, {said}: {cell['contender']} with {where}{as_good}"
        yield f"again: {cell['command']}"
    if not good:
        whose = "no run so far" if is_part(sweep) else "no run"
        yield f"{sweep['figure']}: {whose} has this figure, or none accepted all mail and met all thresholds"


def best_first(sweep: SweepDocument) -> list[SweptCell]:
    """Of those that accept all mail and meet all thresholds in every run; ties as they come."""
    sign = -1 if better(sweep["figure"]) == "higher" else 1
    good = [one for one in sweep["cells"] if is_good(one)]
    return sorted(good, key=lambda one: sign * (one["median"] or 0.0))


def is_good(cell: SweptCell) -> bool:
    """Whether it has a figure, all mail was accepted and all thresholds were met in all of its runs."""
    return cell["median"] is not None and not cell["incomplete_runs"] and cell["met_runs"] in (None, cell["runs"])


def is_spoilt(cell: SweptCell) -> bool:
    """Whether mail is missing, or a threshold is not met, in some of its runs."""
    return bool(cell["incomplete_runs"]) or cell["met_runs"] not in (None, cell["runs"])


def cell_texts(cells: Sequence[SweptCell | None]) -> list[str]:
    """As exact as each other, with a mark where mail is missing or a threshold is not met; a blank for none."""
    numbers = units.alike([None if one is None else one["median"] for one in cells])
    blank = " " if any(one is not None and is_spoilt(one) for one in cells) else ""
    return [_cell_text(one, number, blank) for one, number in zip(cells, numbers, strict=True)]


def _cell_text(cell: SweptCell | None, number: str, blank: str) -> str:
    if cell is None:
        return ""
    said = INFINITE if cell["median"] is None and cell["incomplete_runs"] else number
    return f"{said}{SOME_MISSING if is_spoilt(cell) else blank}"


def cells_of(sweep: SweepDocument, contender: str) -> Cells:
    """By their values."""
    return {tuple(one["values"]): one for one in sweep["cells"] if one["contender"] == contender}


def shown(sweep: SweepDocument) -> str:
    """What is shown, of how many runs."""
    unit = units.unit_of(sweep["figure"]).strip()
    most = max((one["runs"] for one in sweep["cells"]), default=0)  # fewer than asked for, where it was interrupted
    fewer = "up to " if any(one["runs"] < most for one in sweep["cells"]) else ""
    of_seeds = f", median of {fewer}{most} seeds" if most > 1 else ""
    return f"{sweep['figure']}{f' ({unit})' if unit else ''}{of_seeds}"


def _lines(sweep: SweepDocument) -> Sheet:
    [dimension] = sweep["dimensions"]
    by_contender = [cells_of(sweep, name) for name in sweep["contenders"]]
    every = [[cells.get((value,)) for cells in by_contender] for value in dimension["values"]]
    rows = _texts(every)
    many = len(by_contender)
    columns = [
        Column(name.replace("-", "\n"), falls=1 + many - place) for place, name in enumerate(sweep["contenders"])
    ]
    return Sheet(
        title=f"{sweep['scenario']}: {shown(sweep)}",
        columns=[Column(dimension["key"].replace(".", ".\n")), *columns],
        blocks=[Block([[text(value), *row] for value, row in zip(dimension["values"], rows, strict=True)])],
        caption=_legend(sweep["cells"]),
    )


def _map(sweep: SweepDocument, contender: str) -> Sheet:
    """The columns in the middle fall away first: the ends say more."""
    down, across = sweep["dimensions"]
    cells = cells_of(sweep, contender)
    rows = _texts([[cells.get((one, other)) for other in across["values"]] for one in down["values"]])
    columns = [Column(text(value)) for value in across["values"]]
    return Sheet(
        title=f"{sweep['scenario']}, {contender}: {shown(sweep)}\ndown: {down['key']}; across: {across['key']}",
        columns=[Column(down["key"].replace(".", ".\n")), *_from_the_middle(columns)],
        blocks=[Block([[text(value), *row] for value, row in zip(down["values"], rows, strict=True)])],
        caption=_legend(list(cells.values())),
    )


def _from_the_middle(columns: Sequence[Column]) -> list[Column]:
    """In the order in which they fall, the middle one first; both ends stay."""
    middle = (len(columns) - 1) / 2
    order = sorted(range(1, len(columns) - 1), key=lambda place: abs(place - middle))
    turns = {place: turn for turn, place in enumerate(order, start=1)}
    return [one._replace(falls=turns.get(place, 0)) for place, one in enumerate(columns)]


def _texts(rows: Sequence[Sequence[SweptCell | None]]) -> list[list[str]]:
    """All of a table as exact as each other."""
    texts = iter(cell_texts([one for row in rows for one in row]))
    return [[next(texts) for _ in row] for row in rows]


def _legend(cells: Sequence[SweptCell]) -> str:
    if not any(map(is_spoilt, cells)):
        return ""
    judged = any(one["met_runs"] is not None for one in cells)
    return f"{SOME_MISSING}: in some run mail was not accepted" + (", or a threshold was not met" if judged else "")


def _best(sweep: SweepDocument) -> Sheet:
    best = best_first(sweep)
    some = [one for name in sweep["contenders"] for one in [cell for cell in best if cell["contender"] == name][:BEST]]
    numbers = units.alike([one["median"] for one in some])
    return Sheet(
        title=f"{sweep['scenario']}: the best of {_cells_met(sweep)}, {shown(sweep)}",
        columns=[
            Column("contender"),
            Column(sweep["figure"].replace(".", ".\n")),
            *(
                Column(one["key"].replace(".", ".\n"), falls=len(sweep["dimensions"]) - place)
                for place, one in enumerate(sweep["dimensions"])
            ),
        ],
        blocks=[
            Block(
                [
                    [one["contender"], number, *map(text, one["values"])]
                    for one, number in zip(some, numbers, strict=True)
                ]
            )
        ],
        caption="only where all mail was accepted and all thresholds were met",
    )


def _effects(sweep: SweepDocument) -> Sheet:
    by = {(one["key"], one["contender"]): one["rank_correlation"] for one in sweep["effects"]}
    many = len(sweep["contenders"])
    return Sheet(
        title=f"how each dimension goes with {sweep['figure']}",
        columns=[
            Column("dimension"),
            *(
                Column(name.replace("-", "\n"), falls=1 + many - place)
                for place, name in enumerate(sweep["contenders"])
            ),
        ],
        blocks=[
            Block(
                [
                    [one["key"], *(_correlation(by[one["key"], name]) for name in sweep["contenders"])]
                    for one in sweep["dimensions"]
                ]
            )
        ],
        caption="Spearman's rank correlation over all points: +1, they always rise together; −1, one falls; 0, neither",
    )


def _correlation(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"
