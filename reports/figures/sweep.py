"""A figure where keys of a scenario vary: lines over one dimension, heat maps over two, points of a sample of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, log
from typing import TYPE_CHECKING, Any

from reports.documents.sweep import SweepDocument, SweptCell, SweptDimension, SweptValue
from reports.figures import canvas, palette
from reports.units import unit_of
from scenarios.formats.quoted import printable
from scenarios.schema.rank import better

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Texts = Callable[[Sequence[SweptCell | None]], list[str]]
"""What is written into cells."""

_SHADES = ("#1B4B77", "#8FB5C4", "#F7EBC4")  # good to bad, and dark to light, so that grey tells as much
_HATCH, _DARK = "////", 0.55
_CELL_IN, _AROUND_IN, _LEAST_IN, _MOST_IN = (0.66, 0.34), (1.9, 1.5), (4.6, 2.8), (13.2, 10.2)
_ACROSS = 3  # panels side by side
_PANEL_IN = (3.2, 2.5)
UNEVEN = 9  # times the least distance
MISSING = "in some run mail was not accepted"
MOST_SAID = 400  # cells: with more, figures in them would not be read
MOST_NAMED = (20, 30)  # values of an axis across, and down: as many as a panel has room for


def draw(sweep: SweepDocument, texts: Texts) -> Figure:
    """As the tables have it."""
    many = len(sweep["dimensions"])
    if sweep["design"] == "grid" and many == 1:
        return _lines(sweep)
    return _maps(sweep, texts) if sweep["design"] == "grid" and many == 2 else _points(sweep)


def _title(sweep: SweepDocument) -> str:
    return f"{printable(sweep['scenario'])}: {_named(sweep)}"


def _named(sweep: SweepDocument) -> str:
    """The figure with its unit."""
    unit = unit_of(sweep["figure"]).strip()
    return f"{sweep['figure']} ({unit})" if unit else sweep["figure"]


def _cells(sweep: SweepDocument, contender: str) -> list[SweptCell]:
    return [one for one in sweep["cells"] if one["contender"] == contender]


def _is_numeric(values: Sequence[SweptValue]) -> bool:
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)


def _lines(sweep: SweepDocument) -> Figure:
    """A line for each contender with the span of its seeds; words are evenly apart."""
    [dimension] = sweep["dimensions"]
    values = dimension["values"]
    numeric = _is_numeric(values)
    handles = [canvas.key(name) for name in sweep["contenders"]]
    if any(one["incomplete_runs"] and one["median"] is not None for one in sweep["cells"]):
        handles.append(_missing_key())
    figure = canvas.sheet(_title(sweep), 9.0, canvas.beside(handles, 4.0))
    axes: Axes = figure.subplots()
    for name in sweep["contenders"]:
        known = [one for one in _cells(sweep, name) if one["median"] is not None]
        places: Any = [one["values"][0] if numeric else values.index(one["values"][0]) for one in known]
        mine = palette.look(name)
        canvas.marked_line(axes, name, places, [one["median"] or 0.0 for one in known], (0, 1))
        least, greatest = ([one[end] or 0.0 for one in known] for end in ("least", "greatest"))
        axes.fill_between(places, least, greatest, color=mine.color, alpha=0.12, linewidth=0)
        _mark_missing(axes, places, known)
    if not numeric:
        axes.set_xticks(range(len(values)), [printable(str(one)) for one in values], rotation=25, ha="right")
    elif _grows_by_factors(values):
        axes.set_xscale("log")
        axes.set_xticks(values, [str(one) for one in values])
        axes.set_xticks([], minor=True)
    axes.set_xlabel(printable(dimension["key"]))
    axes.set_ylabel(_named(sweep))
    axes.grid(axis="y", color=palette.FAULT)
    figure.legend(handles=handles, loc="outside right upper")
    return figure


def _grows_by_factors(values: Sequence[Any]) -> bool:
    """Whether numbers such as 1, 10, 100 would lie on each other where distances are differences."""
    ordered: list[float] = sorted(set(values))
    if len(ordered) < 3 or ordered[0] <= 0:  # two have one distance
        return False
    steps = [after - before for before, after in pairwise(ordered)]
    factors = [log(after / before) for before, after in pairwise(ordered)]
    return max(steps) / min(steps) > max(UNEVEN, max(factors) / min(factors))


def _missing_key() -> Line2D:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=palette.INK, marker="x", linestyle="none", label=MISSING)


def _mark_missing(axes: Axes, places: Sequence[float], known: Sequence[SweptCell]) -> None:
    """A cross where mail is missing: a line that only looks good."""
    missing = [(at, one["median"] or 0.0) for at, one in zip(places, known, strict=True) if one["incomplete_runs"]]
    if missing:
        at, figures = zip(*missing, strict=True)
        axes.scatter(at, figures, marker="x", color=palette.INK, zorder=3, s=40, linewidth=1.6)


def _maps(sweep: SweepDocument, texts: Texts) -> Figure:
    """A panel for each contender, all of one scale: darker is better, hatched where mail is missing."""
    down, across = sweep["dimensions"]
    contenders = sweep["contenders"]
    wide, high = (_inches(which, len(one["values"])) for which, one in enumerate((across, down)))
    columns = min(len(contenders), max(1, int(14 // wide)))
    lines = ceil(len(contenders) / columns)
    figure = canvas.sheet(_title(sweep), wide * columns + 1.2, high * lines + 0.4)
    panels = [*figure.subplots(lines, columns, squeeze=False).flat]
    shades, scale = _shades(sweep)
    for axes, name in zip(panels, contenders, strict=False):
        _map(axes, sweep, name, shades, scale, texts)
    for axes in panels[len(contenders) :]:
        axes.set_visible(False)
    _bar(figure, sweep, shades, scale)
    return figure


def _inches(which: int, cells: int) -> float:
    """Of a panel's width, or height: as much as cells with figures in them take, where these can be read."""
    return max(_LEAST_IN[which], _AROUND_IN[which] + min(_MOST_IN[which], _CELL_IN[which] * cells))


def _shades(sweep: SweepDocument) -> tuple[Colormap, Normalize]:
    """Dark is better, whichever way that is; hatched cells have no shade, and stretch no scale."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    whole = [one["median"] for one in sweep["cells"] if not one["incomplete_runs"]]
    known = [median for median in whole if median is not None] or [0.0]
    shades = _SHADES[::-1] if better(sweep["figure"]) == "higher" else _SHADES
    return LinearSegmentedColormap.from_list("figure", shades), Normalize(min(known), max(known))


def _map(axes: Axes, sweep: SweepDocument, contender: str, shades: Colormap, scale: Normalize, texts: Texts) -> None:
    """Whatever has no shade lets the hatched ground through, but for cells of which no run was made."""
    import numpy as np

    down, across = sweep["dimensions"]
    cells = _cells(sweep, contender)
    rows, columns = ({value: at for at, value in enumerate(one["values"])} for one in (down, across))
    places = [(rows[cell["values"][0]], columns[cell["values"][1]]) for cell in cells]
    known = np.full((len(rows), len(columns)), np.nan)
    unmade = np.ones_like(known)
    for place, cell in zip(places, cells, strict=True):
        known[place] = np.nan if _is_missing(cell) else cell["median"]
        unmade[place] = np.nan
    are_few = len(sweep["cells"]) <= MOST_SAID
    axes.patch.set(facecolor="#FFFFFF", edgecolor=palette.FAINT, hatch=_HATCH)
    axes.pcolormesh(known, cmap=shades, norm=scale, rasterized=not are_few)
    axes.pcolormesh(unmade, cmap="Greys", vmin=1, vmax=2, rasterized=not are_few)
    if are_few:
        for place, cell, said in zip(places, cells, texts(cells), strict=True):
            _say(axes, place, said, None if _is_missing(cell) else shades(scale(cell["median"] or 0.0)))
    _name(axes, contender, down, across)


def _is_missing(cell: SweptCell) -> bool:
    return bool(cell["incomplete_runs"]) or cell["median"] is None


def _say(axes: Axes, place: tuple[int, int], said: str, shade: Any) -> None:
    """In a cell of that shade, or, where it has none, on a ground of its own."""
    ground = {"boxstyle": "round,pad=0.15", "facecolor": "#FFFFFF", "edgecolor": "none"} if shade is None else None
    ink = "#FFFFFF" if shade is not None and _luminance(shade) < _DARK else palette.INK
    row, column = place
    axes.text(column + 0.5, row + 0.5, said, ha="center", va="center", fontsize=8, color=ink, bbox=ground)


def _luminance(shade: Any) -> float:
    """From black, 0, to white, 1."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(shade)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _name(axes: Axes, contender: str, down: SweptDimension, across: SweptDimension) -> None:
    axes.set_title(printable(contender))
    shown = [_thinned(len(one["values"]), most) for one, most in ((down, MOST_NAMED[1]), (across, MOST_NAMED[0]))]
    axes.set_yticks([row + 0.5 for row in shown[0]], [printable(str(down["values"][row])) for row in shown[0]])
    names = [printable(str(across["values"][column])) for column in shown[1]]
    slant: dict[str, Any] = {} if _is_numeric(across["values"]) else {"rotation": 25, "ha": "right"}
    axes.set_xticks([column + 0.5 for column in shown[1]], names, **slant)
    axes.set_xlim(0, len(across["values"]))
    axes.set_ylim(len(down["values"]), 0)
    axes.set_xlabel(printable(across["key"]))
    axes.set_ylabel(printable(down["key"]))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _thinned(many: int, most: int) -> range:
    """Which of so many values are named beside an axis: all, or evenly so many that names do not meet."""
    return range(0, many, ceil(many / most))


def _bar(figure: Figure, sweep: SweepDocument, shades: Colormap, scale: Normalize) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.patches import Patch

    bar = figure.colorbar(ScalarMappable(scale, shades), ax=figure.axes, pad=0.02, aspect=25)
    bar.set_label(_named(sweep))
    bar.outline.set_visible(False)
    if any(one["incomplete_runs"] for one in sweep["cells"]):
        missing = Patch(facecolor="#FFFFFF", hatch=_HATCH, edgecolor=palette.FAINT, label=MISSING)
        figure.legend(handles=[missing], loc="outside lower left")


def _points(sweep: SweepDocument) -> Figure:
    """A panel for each dimension, a point for each cell; whichever way it leans, it matters."""
    dimensions = sweep["dimensions"]
    columns = min(_ACROSS, len(dimensions))
    lines = ceil(len(dimensions) / columns)
    handles = [canvas.key(name) for name in sweep["contenders"]]
    high = max(canvas.beside(handles, 0.0), _PANEL_IN[1] * lines + 0.8)
    figure = canvas.sheet(_title(sweep), _PANEL_IN[0] * columns + 2.0, high)
    panels = [*figure.subplots(lines, columns, squeeze=False, sharey=True).flat]
    for place, (axes, dimension) in enumerate(zip(panels, dimensions, strict=False)):
        _scatter(axes, sweep, place, dimension)
        if place % columns == 0:
            axes.set_ylabel(_named(sweep))
    for axes in panels[len(dimensions) :]:
        axes.set_visible(False)
    figure.legend(handles=handles, loc="outside right upper")
    return figure


def _scatter(axes: Axes, sweep: SweepDocument, place: int, dimension: SweptDimension) -> None:
    words = [*dict.fromkeys(one["values"][place] for one in sweep["cells"])]
    numeric = _is_numeric(words)
    for name in sweep["contenders"]:
        known = [one for one in _cells(sweep, name) if one["median"] is not None]
        at: Any = [one["values"][place] if numeric else words.index(one["values"][place]) for one in known]
        mine = palette.look(name)
        axes.scatter(
            at,
            [one["median"] or 0.0 for one in known],
            s=9,
            color=mine.color,
            marker=mine.marker,
            alpha=0.6,
            linewidth=0,
        )
    if not numeric:
        axes.set_xticks(range(len(words)), [printable(str(one)) for one in words], rotation=25, ha="right")
    axes.set_xlabel(printable(dimension["key"]))
