"""Plans of several accounts as one document, and for people: a table each, and sentences that say of whom they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reports.columns import Sheet
from reports.documents.plan import SEVERAL, PlanDocument, PlansDocument
from reports.growth.sentences import of_account, of_all
from reports.growth.table import table
from scenarios.growth.demands import in_the_file
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import slices_of

_DIVIDED = (
    "mail overflows as it does under the present limits: with another limit of one account, the others have other mail"
)


def of_part(plan: PlanDocument, scenario: Scenario, name: str) -> PlanDocument:
    """The plan of a part, which says whose it is, and what is asked of it and fails there as the file says it."""
    said = in_the_file(scenario, name, slices_of(scenario)[name])
    for failure in (plan["failure"], plan["unmet_at"] and plan["unmet_at"]["failure"]):
        if failure is not None:
            met = failure["threshold"]
            failure["threshold"] = {**met, "expression": said.get((met["name"], met["expression"]), met["expression"])}
    return {**plan, "account": name, "thresholds": [*dict.fromkeys(key for key, _ in said)]}


def document(plans: Sequence[PlanDocument], scenario: Scenario) -> PlansDocument:
    """Plain data."""
    split = None if scenario.split is None else scenario.split.by
    return {"schema": SEVERAL, "scenario": scenario.name, "split": split, "plans": [*plans]}


def tables(document: PlansDocument) -> tuple[Sheet, ...]:
    """One for each account, below its answer."""
    return tuple(table(plan).told_of(plan["account"]) for plan in document["plans"])


def sentences(document: PlansDocument) -> Iterator[str]:
    """Account by account, and once what is so of all."""
    for plan in document["plans"]:
        yield from (f"{plan['account']}: {one}" for one in of_account(plan))
    yield from dict.fromkeys(one for plan in document["plans"] for one in of_all(plan))
    for plan in document["plans"]:
        if not plan.get("thresholds", ()):
            yield f"{plan['account']}: no threshold concerns its mail, so that only its quota limits it"
    asked = Counter(name for plan in document["plans"] for name in plan.get("thresholds", ()))
    if max(asked.values(), default=0) > 1:
        yield "a threshold on all mail is asked of each account's by itself"
    if document["split"] == "overflow":
        yield _DIVIDED
