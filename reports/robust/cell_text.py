"""What a cell says, in the table and in the picture."""

from __future__ import annotations

from reports.documents.robustness import RobustCell
from reports.ranking.requirement import WORST_FIRST
from reports.robust.cells import accepts_all
from reports.robust.wording import missing
from reports.units import MARKS
from strategies.presentation.words import share


def cell_text(cell: RobustCell) -> str:
    """Whether all thresholds are met, and what share of the best was reached, or of the mail was missing."""
    return _mark(cell) + _share_text(cell)


def _mark(cell: RobustCell) -> str:
    """Of the worst verdict; nothing where nothing is demanded."""
    verdicts = {one["verdict"] for one in cell["thresholds"]}
    return next((MARKS[verdict] for verdict in WORST_FIRST if verdict in verdicts), "")


def _share_text(cell: RobustCell) -> str:
    """A share of the best possible, or of what was not accepted behind a minus."""
    if not accepts_all(cell):
        return f"−{missing(cell['not_accepted_share'])}"
    return "-" if cell["efficiency"] is None else share(cell["efficiency"], 1)
