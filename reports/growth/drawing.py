"""A plan as a picture: what falls due within 24 hours, month by month, beside the quota; what is not met is hatched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.documents.plan import PlanDocument
from reports.figures import canvas, palette
from reports.growth.pool import as_dealt
from reports.growth.table import title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LOOKS = {"thresholds met": ("#2F6B5E", ""), "thresholds not met": (palette.BAND, "////")}
_MOST_NAMES = 12


def draw(plan: PlanDocument) -> Figure:
    """Bars by month, and the quota as a line if there is one."""
    figure = canvas.sheet(title(plan), 10, 4.4)
    axes = figure.subplots()
    _bars(axes, plan)
    if (quota := quota_of(plan)) is not None:
        named = "quota as calls are dealt" if "accounts" in plan else "quota"
        axes.axhline(quota, color=palette.INK, linestyle="--", linewidth=1, label=f"{named}: {quota:,}")
    _axes(axes, plan)
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def quota_of(plan: PlanDocument) -> int | None:
    """Of a pool what fits until the first account's is used up; None where there is none."""
    if "accounts" in plan:
        return min(as_dealt(plan["accounts"]).values(), default=None)
    quota = plan["limit"]["max_24h_send"]
    return quota if quota >= 0 else None


def _bars(axes: Axes, plan: PlanDocument) -> None:
    for (name, (fill, hatch)), meets in zip(_LOOKS.items(), (True, False), strict=True):
        some = [(place, one["most_24h"]) for place, one in enumerate(plan["months"]) if one["meets"] is meets]
        if some:
            at, heights = zip(*some, strict=True)
            axes.bar(at, heights, 0.9, label=name, color=fill, hatch=hatch, edgecolor=palette.INK, linewidth=0.4)


def _axes(axes: Axes, plan: PlanDocument) -> None:
    step = -(-len(plan["months"]) // _MOST_NAMES)
    named = range(0, len(plan["months"]), step)
    axes.set_xticks(list(named), [plan["months"][place]["month"] for place in named])
    axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
    axes.set_xlabel("month")
    axes.set_ylabel("most recipients within 24 hours")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
