"""A fit as a picture: where calls were refused, how much got through, and what is believed of the limiter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.documents.fit import FitDocument
from reports.figures import canvas, palette
from reports.fit.table import answer
from scenarios.inference.calls import Calls

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEAST_BARS, MOST_BARS = 4, 8


def draw(fit: FitDocument, calls: Calls) -> Figure:
    """The calls above, the probabilities below."""
    figure = canvas.sheet(f"{fit['source']}: {answer(fit)}", 8, 5.2)
    above, below = figure.subplots(2, 1, height_ratios=[3, 2])
    _calls(above, calls)
    _weights(below, fit)
    return figure


def _calls(axes: Axes, calls: Calls) -> None:
    since_s = calls.at_s - calls.at_s[0]
    got_s, recipients = since_s[calls.accepted], calls.recipients[calls.accepted]
    changed_s, by = np.concatenate((got_s, got_s + 1.0)), np.concatenate((recipients, -recipients))
    order = np.argsort(changed_s, kind="stable")
    within = np.cumsum(by[order])
    axes.step(
        changed_s[order], within, where="post", color=palette.INK, linewidth=1, label="accepted in the last second"
    )
    refused_s = since_s[~calls.accepted]
    axes.plot(refused_s, np.zeros_like(refused_s), "|", color="#B3261E", markersize=9, label="refused")
    axes.set_xlabel("time since the first call (s)")
    axes.set_ylabel("recipients")
    axes.set_ylim(0, 1.25 * float(within.max(initial=1.0)))
    axes.legend(loc="upper right", ncols=2)


def _weights(axes: Axes, fit: FitDocument) -> None:
    shown = fit["explanations"][:MOST_BARS]
    axes.barh([one["name"] for one in shown], [100 * one["weight"] for one in shown], color="#2F6B5E", height=0.6)
    axes.set_ylim(max(len(shown), LEAST_BARS) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel("probability (%)")
