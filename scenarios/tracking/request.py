"""What a world is asked to track, and what it has tracked in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from scenarios.aws.plan_limits import refuse_beyond
from scenarios.delivery.tenancy import tenancy_of
from scenarios.errors import BadInput
from scenarios.ledger.join import part_of
from scenarios.ledger.ledger import ACCOUNT, Columns, Ledger
from scenarios.runs import account_of
from scenarios.schema.accounts.accounts import UNNAMED
from scenarios.schema.model import Scenario
from scenarios.tracking.notices import Notice, notices_of
from scenarios.tracking.publications import Publication, publications_of
from scenarios.traffic.slices import members_of, numbered_slices_of
from strategies.resources import Plan
from strategies.tracking import tracker
from strategies.tracking.states import Event, Status

Key = tuple[str, str]
"""Recipient and message."""


class TrackRequest(NamedTuple):
    """What SES tells of one account's mail of a run, and the tracker that hears it."""

    scenario: Scenario
    seed: int
    plan: Plan
    notices: Sequence[Notice]
    publications: Sequence[Publication]


class Kept(NamedTuple):
    """An item of the table: a status, and when the tracker put it there."""

    status: Status
    kept_s: float


class Tracked(NamedTuple):
    """The table in the end, the events that the dead-letter queue has, and how many messages tell of them.

    Not every world counts its invocations.
    """

    kept: Mapping[Key, Kept]
    dead: Iterable[Event]
    dead_letters: int
    invocations: int | None


def requests_of(scenario: Scenario, ledger: Ledger) -> dict[str, TrackRequest]:
    """What is to be tracked of a run, by the account that sent it: SES tells each account of its own mail.

    One account alone is called default. Raises BadInput as `request_of` does.
    """
    if not scenario.accounts:
        return {UNNAMED: request_of(scenario, ledger.seed, ledger.calls)}
    requests: dict[str, TrackRequest] = {}
    for name, (part, numbers) in numbered_slices_of(scenario, ledger.seed).items():
        calls = part_of(ledger, numbers, None).calls
        for account, member in (members_of(part) if part.accounts else {name: part}).items():
            its = calls[ACCOUNT] == ledger.accounts.index(account)
            requests[account] = request_of(member, ledger.seed, {key: column[its] for key, column in calls.items()})
    return requests


def request_of(scenario: Scenario, seed: int, calls: Columns) -> TrackRequest:
    """What is to be tracked of one account's calls. Raises BadInput for a scenario without [delivery] and [tracker]."""
    if scenario.delivery is None or scenario.tracker is None:
        raise BadInput(f"{scenario.name}: needs the tables [delivery] and [tracker]: what happens, and how it is told")
    tenancy = tenancy_of(scenario, scenario.delivery, seed)
    notices = notices_of(scenario.delivery, seed, calls, scenario.horizon_s, tenancy)
    publications = publications_of(notices, scenario.tracker, seed)
    return TrackRequest(scenario, seed, plan_of(scenario), notices, publications)


def plan_of(scenario: Scenario) -> Plan:
    """The tracker's parts, as the scenario sets it. Raises BadInput."""
    table = scenario.tracker
    if table is None:
        raise BadInput(f"{scenario.name}: needs a table [tracker]")
    names = tracker.Settings.__dataclass_fields__
    plan = tracker.plan(tracker.Settings(**{name: getattr(table, name) for name in names}), account_of(scenario))
    refuse_beyond(plan, f"{scenario.name}: tracker: ")
    return plan
