"""A plan as a CSV for spreadsheets: a row for each month."""

from __future__ import annotations

import csv
from io import StringIO

from reports.documents.plan import PlanDocument


def to_csv(plan: PlanDocument) -> str:
    """With a header; dollars are empty where they are not known."""
    out = StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["month", "volume", "most in 24 h", "fits quota", "meets thresholds", "dollars"])
    for one in plan["months"]:
        usd = "" if one["usd"] is None else round(one["usd"], 2)
        yes = ["yes" if it else "no" for it in (one["fits_quota"], one["meets"])]
        rows.writerow([one["month"], one["volume"], one["most_24h"], *yes, usd])
    return out.getvalue()
