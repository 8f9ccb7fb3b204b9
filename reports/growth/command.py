"""What a plan for growing mail comes to: searched with processes that stay warm, shown and kept."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from reports import terminal
from reports.documents.plan import PlanDocument
from reports.growth import folder, several
from reports.growth.document import planned
from reports.growth.dollars import dollars_of
from reports.growth.months import Tried, Volume
from reports.growth.sentences import sentences
from reports.growth.several import of_part
from reports.growth.table import table
from reports.headroom.attempts import Broken, Perform, Search
from reports.headroom.command import performed
from reports.running.parallel import Crew
from scenarios.errors import Interrupted
from scenarios.growth.growth import Growth, Request
from scenarios.growth.limits import part_of
from scenarios.hypotheses.hypothesis import Hypothesis
from scenarios.hypotheses.sets import Chosen
from scenarios.schema.accounts.account import Account
from scenarios.schema.accounts.accounts import UNNAMED
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import slices_of


def own_limiter(account: Account) -> Chosen:
    """The scenario's own hypothesis alone; a burst that it leaves open follows the account's rate."""
    return Chosen([Hypothesis("its-own", account.limiter, "", "", None)])


def plan_of(search: Search, growth: Growth, perform: Perform, name: str = UNNAMED) -> PlanDocument:
    """Of the only account, or of one part by its name.

    Raises BadInput, Broken where Ctrl-C ends a run, and RunFailed.
    """
    part = part_of(search.scenario, name)
    tried = Tried(search._replace(quantity=Volume(name)), perform)
    plan = planned(growth, part, tried, dollars_of(search, part, perform))
    return of_part(plan, search.scenario, name) if search.scenario.accounts else plan


def run(search: Search, growth: Growth) -> list[PlanDocument]:
    """The same of each part, by several processes. Raises BadInput, Interrupted and RunFailed."""
    crew = Crew(len(search.limiters_of(search.scenario.account).hypotheses) * search.replications)
    try:
        perform = partial(performed, crew)
        return [plan_of(search, growth, perform, name) for name in slices_of(search.scenario)]
    except (Broken, KeyboardInterrupt) as error:
        raise Interrupted("interrupted: a plan is nothing by halves") from error
    finally:
        crew.dismiss()


def show(plans: list[PlanDocument], scenario: Scenario, request: Request, as_json: bool, out: Path | None) -> None:
    """On standard output, and in a folder if one is given."""
    if scenario.accounts:
        _show_several(plans, scenario, request, as_json, out)
        return
    [plan] = plans
    if out is not None:
        folder.save(out, plan, request)
    terminal.present(plan, as_json, table(plan), sentences(plan))


def _show_several(
    plans: list[PlanDocument], scenario: Scenario, request: Request, as_json: bool, out: Path | None
) -> None:
    document = several.document(plans, scenario)
    if out is not None:
        folder.save_several(out, document, request)
    terminal.present(document, as_json, several.tables(document), several.sentences(document))
