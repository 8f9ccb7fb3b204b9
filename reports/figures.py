"""All figures of a comparison, as SVG and PNG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reports import canvas, fig_backlog, fig_cost, fig_fates, fig_latency, fig_offset, fig_rate
from reports.compare import ranked
from reports.series import series
from scenarios.ledger.ledger import Ledger

FROM_SERIES = {
    "rate": fig_rate.draw,
    "offset": fig_offset.draw,
    "backlog": fig_backlog.draw,
    "latency": fig_latency.draw,
}
FROM_ENTRIES = {"fates": fig_fates.draw, "cost": fig_cost.draw}


def draw_all(directory: Path, comparison: Mapping[str, Any], read: Callable[[str], Ledger]) -> list[Path]:
    """Draws into a folder; returns the files. `read` gives one strategy's ledger, and one at a time is held."""
    entries = ranked(comparison["strategies"])
    if not entries:
        return []
    all_series = [series(read(entry["strategy"])) for entry in entries]
    directory.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    with canvas.style():
        for name, draw in FROM_SERIES.items():
            paths += canvas.save(draw(comparison, all_series), directory, name)
        for name, draw_entries in FROM_ENTRIES.items():
            paths += canvas.save(draw_entries(comparison, entries), directory, name)
    return paths
