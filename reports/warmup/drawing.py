"""A plan as a picture: through which addresses each date's mail goes, and how much of it providers turn away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.documents.warmup import WarmupDocument
from reports.figures import canvas, palette
from reports.warmup.sentences import title
from reports.warmup.shares import is_received, turned_away

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TICKS = 8
_EPOCH = date(1970, 1, 1).toordinal()  # where matplotlib begins to count days


class Part(NamedTuple):
    """Some of each date's recipients, as they look: told apart without colour, and no contenders."""

    name: str
    recipients: Sequence[int]
    fill: str
    hatch: str


def draw(warmup: WarmupDocument) -> Figure:
    """Bars by date, and below them the share that is turned away, where that is modelled."""
    heights = [2, 1] if is_received(warmup) else [1]
    figure = canvas.sheet(title(warmup), 10, 6.4 if is_received(warmup) else 4.4)
    panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    _bars(panels[0], warmup)
    if is_received(warmup):
        _away(panels[1], warmup)
    _dates(panels[-1], _on(warmup))
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _parts(warmup: WarmupDocument) -> list[Part]:
    days = warmup["days"]
    return [
        Part("through addresses of one's own", [sum(day["addresses"]) for day in days], "#2F6B5E", ""),
        Part("through shared addresses", [day["shared"] for day in days], palette.BAND, "////"),
        Part("held back at the end of the day", [day["held"] for day in days], "#FFFFFF", "xxxx"),
    ]


def _bars(axes: Axes, warmup: WarmupDocument) -> None:
    on, bottom = _on(warmup), [0] * len(warmup["days"])
    for part in _parts(warmup):
        if any(part.recipients):
            look: Any = {"color": part.fill, "hatch": part.hatch, "edgecolor": palette.INK, "linewidth": 0.4}
            axes.bar(on, part.recipients, 0.9, bottom, label=part.name, **look)
            bottom = [low + high for low, high in zip(bottom, part.recipients, strict=True)]
    axes.set_ylim(0, 1.05 * max(bottom))
    axes.set_ylabel("recipients a day")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")


def _away(axes: Axes, warmup: WarmupDocument) -> None:
    percents = [100 * (turned_away(day) or 0.0) for day in warmup["days"]]
    axes.plot(_on(warmup), percents, color=palette.INK, marker="o", markersize=3, linewidth=1)
    axes.set_ylim(0, max(1.0, *percents) * 1.1)
    axes.set_ylabel("turned away at first (%)")


def _on(warmup: WarmupDocument) -> list[int]:
    return [date.fromisoformat(day["date"]).toordinal() - _EPOCH for day in warmup["days"]]


def _dates(axes: Axes, on: Sequence[int]) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    if len(on) <= MOST_TICKS:  # of so few days the locator would count hours
        axes.set_xticks(on)
    else:
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=MOST_TICKS))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))  # type: ignore[no-untyped-call]
    axes.set_xlabel("date")
