"""What a plan for growing mail comes to: searched with processes that stay warm, shown and kept."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from reports import terminal
from reports.documents.plan import PlanDocument
from reports.growth import folder
from reports.growth.document import planned
from reports.growth.dollars import dollars_of
from reports.growth.months import Tried
from reports.growth.sentences import sentences
from reports.growth.table import table
from reports.headroom.attempts import Broken, Perform, Search
from reports.headroom.command import performed
from reports.running.parallel import Crew
from scenarios.errors import Interrupted
from scenarios.growth.growth import Growth, Request
from scenarios.hypotheses.hypothesis import hypotheses_of
from scenarios.hypotheses.sets import Chosen
from scenarios.schema.accounts.account import Account


def own_limiter(account: Account) -> Chosen:
    """The scenario's own hypothesis alone; a burst that it leaves open follows the account's rate."""
    table = {"name": "its-own", **account.limiter.model_dump(exclude_unset=True)}
    return Chosen(hypotheses_of({"hypothesis": (table,)}, account))


def plan_of(search: Search, growth: Growth, perform: Perform) -> PlanDocument:
    """Raises BadInput, Broken where Ctrl-C ends a run, and RunFailed."""
    return planned(growth, Tried(search, perform), dollars_of(search, perform))


def run(search: Search, growth: Growth) -> PlanDocument:
    """The same by several processes. Raises BadInput, Interrupted and RunFailed."""
    crew = Crew(len(search.limiters_of(search.scenario.account).hypotheses) * search.replications)
    try:
        return plan_of(search, growth, partial(performed, crew))
    except (Broken, KeyboardInterrupt) as error:
        raise Interrupted("interrupted: a plan is nothing by halves") from error
    finally:
        crew.dismiss()


def show(plan: PlanDocument, request: Request, as_json: bool, out: Path | None) -> None:
    """On standard output, and in a folder if one is given."""
    if out is not None:
        folder.save(out, plan, request)
    terminal.present(plan, as_json, table(plan), sentences(plan))
