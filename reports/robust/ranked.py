"""The figure by which a scenario ranks, of one contender under all hypotheses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reports.documents.robustness import RobustCell, WorstCase
from reports.statistics.intervals import mean_of
from scenarios.schema.rank import better


def worst_ranked(cells: Sequence[RobustCell], figure: str) -> WorstCase:
    """In each replication the worst over the hypotheses, and of these the mean: what one campaign comes to.

    `under` is where it is worst most often.
    """
    campaigns = list(zip(*(cell["samples"] for cell in cells), strict=True))
    if not campaigns or None in (value for values in campaigns for value in values):
        return {"value": None, "infinite": bool(campaigns) and "_of_all_s." in figure, "under": None}
    known = [[value for value in values if value is not None] for values in campaigns]
    most = max if better(figure) == "lower" else min
    found = Counter(values.index(most(values)) for values in known if len(set(values)) > 1)
    under = cells[found.most_common(1)[0][0]]["hypothesis"] if found else None
    return {"value": mean_of([most(values) for values in known]), "infinite": False, "under": under}
