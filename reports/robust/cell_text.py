"""What a cell says, in the table and in the picture."""

from __future__ import annotations

from reports.documents.robustness import RobustCell
from reports.robust.cells import accepts_all
from reports.robust.wording import missing
from strategies.presentation.words import share

_MARKS = {True: "✓", False: "✗", None: ""}


def cell_text(cell: RobustCell) -> str:
    """Whether all thresholds are met, and what share of the best was reached, or of the mail was missing."""
    return _MARKS[cell["meets_all"]] + _share_text(cell)


def _share_text(cell: RobustCell) -> str:
    """A share of the best possible, or of what was not accepted behind a minus."""
    if not accepts_all(cell):
        return f"−{missing(cell['not_accepted_share'])}"
    return "-" if cell["efficiency"] is None else share(cell["efficiency"], 1)
