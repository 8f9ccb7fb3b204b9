"""How close each contender comes to the best possible under each hypothesis, and where it loses mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reports.documents.robustness import RobustCell, RobustnessDocument
from reports.figures import canvas, palette
from scenarios.formats.quoted import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

LEAST_SHOWN = 0.5  # of the best possible: what is slower looks alike
_DARK = 0.68  # along the shades: from there on ink would not be read
_MISSING, _HATCH = "#FFFFFF", "////"
_SHADES = ("#F7EBC4", "#8FB5C4", "#1B4B77")  # slow to fast, and light to dark, so that grey tells as much
_CELL_IN, _AROUND_IN, _LEAST_IN = (0.72, 0.42), (3.0, 2.0), (9.0, 4.4)  # room for the words of bar and axes


def draw(robustness: RobustnessDocument, text_of: Callable[[RobustCell], str]) -> Figure:
    """A row for each contender, best first, a column for each hypothesis; `text_of` says what stands in a cell."""
    rows, columns = len(robustness["contenders"]), len(robustness["hypotheses"])
    title = f"{printable(robustness['scenario'])}: how each contender fares, whatever SES's limiter is"
    wide_in, high_in = _AROUND_IN[0] + _CELL_IN[0] * columns, _AROUND_IN[1] + _CELL_IN[1] * rows
    figure = canvas.sheet(title, max(_LEAST_IN[0], wide_in), max(_LEAST_IN[1], high_in))
    axes, shades = figure.subplots(), _shades()
    for row, one in enumerate(robustness["contenders"]):
        for column, cell in enumerate(one["cells"]):
            _cell(axes, row, column, cell, shades)
            _say(axes, row, column, cell, text_of(cell))
    _name(axes, robustness)
    _legend(figure, axes, shades, robustness)
    return figure


def _shades() -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("speed", _SHADES)


def _cell(axes: Axes, row: int, column: int, cell: RobustCell, shades: Colormap) -> None:
    """White and hatched where mail is missing, which nobody takes for a shade."""
    from matplotlib.patches import Rectangle

    whole = not cell["incomplete_replications"]
    face, edge = (shades(_depth(cell)), "#FFFFFF") if whole else (_MISSING, palette.FAINT)
    hatch = None if whole else _HATCH
    axes.add_patch(Rectangle((column, row), 1, 1, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=1))


def _say(axes: Axes, row: int, column: int, cell: RobustCell, text: str) -> None:
    """In white on what is dark, and on a white ground where there is a hatch."""
    ground = {"boxstyle": "round,pad=0.15", "facecolor": _MISSING, "edgecolor": "none"}
    axes.text(
        column + 0.5,
        row + 0.5,
        text,
        ha="center",
        va="center",
        fontsize=8.5,
        color="#FFFFFF" if _depth(cell) > _DARK else palette.INK,
        bbox=ground if cell["incomplete_replications"] else None,
    )


def _depth(cell: RobustCell) -> float:
    """How far along the shades; what has no share is light."""
    return max(0.0, ((cell["efficiency"] or 0.0) - LEAST_SHOWN) / (1 - LEAST_SHOWN))


def _name(axes: Axes, robustness: RobustnessDocument) -> None:
    """Rows and columns, and what they are."""
    contenders = [printable(one["contender"]) for one in robustness["contenders"]]
    hypotheses = [printable(one["name"]) for one in robustness["hypotheses"]]
    axes.set_yticks([row + 0.5 for row in range(len(contenders))], contenders)
    axes.set_xticks([column + 0.5 for column in range(len(hypotheses))], hypotheses, rotation=35, ha="right")
    axes.set_xlim(0, len(hypotheses))
    axes.set_ylim(len(contenders), 0)
    axes.set_xlabel("what SES's limiter may be")
    axes.set_ylabel("contenders, the safest first")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _legend(figure: Figure, axes: Axes, shades: Colormap, robustness: RobustnessDocument) -> None:
    """The shades with their unit, and the hatch."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.patches import Patch

    scale = ScalarMappable(Normalize(100 * LEAST_SHOWN, 100), shades)
    bar = figure.colorbar(scale, ax=axes, pad=0.02, aspect=25, extend="min")
    bar.set_label("all accepted: speed, % of the best")
    bar.outline.set_visible(False)
    judged = any(one["met_under"] is not None for one in robustness["contenders"])
    unmet = "; ✓, ✗, ?: all thresholds are met, one is not, or one is inconclusive" if judged else ""
    label = f"−N %: so much of the mail was lost, dead-lettered or left unsent{unmet}"
    missing = Patch(facecolor=_MISSING, hatch=_HATCH, edgecolor=palette.FAINT, label=label)
    figure.legend(handles=[missing], loc="outside lower left")
