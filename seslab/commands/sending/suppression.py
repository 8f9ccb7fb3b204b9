"""`seslab suppression list`, `add`, `remove` and `undo`: an account's suppression list at SES."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from scenarios.errors import BadInput, RunFailed
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Region, one_of

if TYPE_CHECKING:
    from loadtests.suppression.changes import Outcome, Show, Wish
    from loadtests.suppression.listed import SuppressionList
    from loadtests.suppression.pace import RealClock
    from loadtests.suppression.place import Place
    from loadtests.suppression.record import Record
    from reports.documents.suppression import Action, SuppressedAddress

REASONS = ("BOUNCE", "COMPLAINT")
PATIENCE_S = 1.0  # before a second Ctrl-C breaks off the request in flight

# Named here, since a function of this module is called list.
Addresses = Annotated[list[str] | None, typer.Argument(metavar="ADDRESS...", help="in the spelling that SES lists")]
Domains = Annotated[
    list[str] | None, typer.Option(metavar="DOMAIN", help="only those at this very domain; may be repeated")
]
File = Annotated[
    Path | None, typer.Option("--from", metavar="FILE", help="a file with an address a line, or of `list --csv`")
]
Endpoint = Annotated[
    str | None, typer.Option(metavar="URL", help="a `seslab serve`, or another SES; without it --region is needed")
]
Csv = Annotated[bool, typer.Option("--csv", help="print address, reason and date as CSV")]


def _of_changes(*names: str, metavar: str | None, help: str, default: str = "") -> Any:
    return typer.Option(*names, metavar=metavar, help=help, show_default=default, rich_help_panel="Safety")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of the listed addresses are meant."""

    domain: Domains = None
    reason: Annotated[str | None, one_of("reason", REASONS, "--reason", help="only those listed for it")] = None
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="only those listed from then on, such as 2026-11-01")
    ] = None
    until: Annotated[str | None, typer.Option(metavar="DATE", help="only those listed before")] = None


@dataclass(frozen=True, slots=True)
class Safety:
    """How what is done is asked for."""

    dry_run: Annotated[bool, _of_changes("--dry-run", metavar=None, help="show the plan, and change nothing")] = False
    yes: Annotated[bool, _of_changes("--yes", metavar=None, help="do not ask")] = False


Log = Annotated[
    Path | None,
    _of_changes(
        "--log",
        metavar="FILE",
        help="the record of what is done, which undo takes; a run that it has goes on",
        default="a new one in this folder, named by action and time",
    ),
]


def add(
    address: Addresses = None,
    *,
    source: File = None,
    reason: Annotated[
        str | None,
        one_of(
            "reason",
            REASONS,
            "--reason",
            help="why they are listed; by default the file's, else BOUNCE, and what is listed already keeps its own",
        ),
    ] = None,
    endpoint: Endpoint = None,
    region: Region = None,
    safety: Safety,
    log: Log = None,
    json: AsJson = False,
) -> None:
    """Put addresses onto SES's suppression list.

    Shows a plan and asks first. SES takes one request a second, and an address takes two: a look, and the change.

    $ seslab suppression add --from gone.txt --region eu-west-1
    """
    with ending_on_ctrl_c():
        from loadtests.suppression import addresses, plan
    named = addresses.named(address or (), source)
    if not named:
        raise BadInput("ADDRESS...: missing; name addresses, or a file of them with --from")
    place = _place(endpoint, region)
    record = plan.record_for(log, place, "add", {"reason": reason}, datetime.now(UTC))
    _make("add", _asking(place), record, plan.additions(named, reason), _Asked(safety, json))


def remove(
    address: Addresses = None,
    *,
    source: File = None,
    chosen: Chosen,
    endpoint: Endpoint = None,
    region: Region = None,
    safety: Safety,
    log: Log = None,
    json: AsJson = False,
) -> None:
    """Take addresses off SES's suppression list.

    Those that are named, or those that domain, reason and dates choose. Shows a plan and asks first; the record that it
    leaves undoes it.

    $ seslab suppression remove --domain privaterelay.appleid.com --until 2026-06-01 --region eu-west-1 --dry-run
    """
    with ending_on_ctrl_c():
        from loadtests.suppression import addresses, plan
        from loadtests.suppression.choice import choice_of
        from reports import terminal
    now = datetime.now(UTC)
    named = addresses.named(address or (), source)
    choice = choice_of(chosen.domain or (), chosen.reason, chosen.since, chosen.until, now)
    plan.check_removal(named, choice)
    place = _place(endpoint, region)
    record = plan.record_for(log, place, "remove", choice.told(), now)
    asking = _asking(place)
    with terminal.busy("Reading the list"):
        wishes = plan.removals(named, choice, asking.listed)
    _make("remove", asking, record, wishes, _Asked(safety, json))


def undo(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="the file that add or remove has written")],
    *,
    safety: Safety,
    json: AsJson = False,
) -> None:
    """Take back what add or remove has done.

    What was removed is put back for its reason, and what was added is removed; what has changed since stays as it is.
    SES gives a new date to what is put back.

    $ seslab suppression undo suppression-remove-20261129T080000.jsonl
    """
    with ending_on_ctrl_c():
        from loadtests.suppression import changes, plan
        from reports.suppression import document as making
    found = plan.record_to_undo(record)
    asking = _asking(plan.place_of_record(found))
    rows = [making.planned(address, change.before) for address, change in found.to_undo().items()]

    def run(show: Show) -> Iterator[Outcome]:
        return changes.undo(asking.listed, found, show)

    _carry_out(_Job("undo", asking, record, rows, 2 * len(rows), run), _Asked(safety, json))


def list(
    *, chosen: Chosen, endpoint: Endpoint = None, region: Region = None, csv: Csv = False, json: AsJson = False
) -> None:
    """Show whom SES does not send to any more.

    $ seslab suppression list --domain privaterelay.appleid.com --region eu-west-1
    """
    with ending_on_ctrl_c():
        from loadtests.suppression.choice import choice_of
        from reports import terminal
        from reports.suppression import document as making
        from reports.suppression import table
    if csv and json:
        raise BadInput("--csv: prints one thing, and --json another; leave out one of the two")
    choice = choice_of(chosen.domain or (), chosen.reason, chosen.since, chosen.until, datetime.now(UTC))
    place = _place(endpoint, region)
    with terminal.busy("Reading the list"):
        found = sorted(_asking(place).listed.entries(choice))
    document = making.document("list", place.at, place.account, [making.listed(*entry) for entry in found])
    if csv:
        print(table.as_csv(document), end="")
    else:
        terminal.present(document, json, table.table(document), ())


class _Asked(NamedTuple):
    """How a change is asked for, and told."""

    safety: Safety
    json: bool


class _Asking(NamedTuple):
    """A list that is asked at one pace, however long, and what stops that."""

    place: Place
    listed: SuppressionList
    clock: RealClock


class _Job(NamedTuple):
    """Changes that are planned, and what makes them."""

    action: Action
    asking: _Asking
    record: Path
    rows: Sequence[SuppressedAddress]
    requests: int
    run: Callable[[Show], Iterator[Outcome]]


def _place(endpoint: str | None, region: str | None) -> Place:
    with ending_on_ctrl_c():
        from loadtests.suppression.place import place_of
    return place_of(endpoint, region)


def _asking(place: Place) -> _Asking:
    with ending_on_ctrl_c():
        from loadtests.suppression.listed import SuppressionList
        from loadtests.suppression.pace import Pace, RealClock
        from reports import terminal
    clock = RealClock()
    pace = Pace(place.every_s, clock)
    return _Asking(place, SuppressionList(place.client(), pace, place.world, terminal.tell_who_watches), clock)


def _make(action: Action, asking: _Asking, record: Record, wishes: Sequence[Wish], asked: _Asked) -> None:
    """What an earlier run has settled stays as it is."""
    with ending_on_ctrl_c():
        from loadtests.suppression import changes
        from reports.suppression import document as making
    left = [wish for wish in wishes if not record.is_settled(wish.address)]
    rows = [making.planned(wish.address, wish.after or wish.before) for wish in left]

    def run(show: Show) -> Iterator[Outcome]:
        return changes.make(left, asking.listed, record, show)

    _carry_out(_Job(action, asking, record.path, rows, sum(wish.requests for wish in left), run), asked)


def _carry_out(job: _Job, asked: _Asked) -> None:
    """Show the plan, ask, do it and tell. Raises RunFailed where SES has refused an address."""
    with ending_on_ctrl_c():
        from loadtests.deploy import safety
        from reports import terminal
        from reports.suppression import document as making
        from reports.suppression import table
    place = job.asking.place
    dry_run = asked.safety.dry_run or not job.rows
    planned = making.document(
        job.action, place.at, place.account, job.rows, dry_run=asked.safety.dry_run, requests=job.requests
    )
    terminal.tell(table.plan(planned, place.every_s))
    if dry_run:
        terminal.present(planned, asked.json, table.table(planned) if job.rows else (), ())
        return
    safety.confirm(asked.safety.yes, f"suppression {job.action}", "changes a list", "nothing was changed")
    outcomes = _outcomes(job)
    rows = [making.changed(one.address, one.reason, making.word(job.action, one.came_to), one.said) for one in outcomes]
    told = making.document(job.action, place.at, place.account, rows, record=str(job.record), requests=job.requests)
    terminal.present(told, asked.json, (), table.sentences(told))
    if refusal := table.refusal(rows):
        raise RunFailed(refusal)


def _outcomes(job: _Job) -> Sequence[Outcome]:
    """Ctrl-C ends it after the request in flight."""
    with ending_on_ctrl_c():
        from reports import terminal
        from reports.suppression import table
        from scenarios.system.interrupts import interrupts_call
    with terminal.following("Changing the list") as shown, interrupts_call(job.asking.clock.stop, PATIENCE_S):

        def show(done: int) -> None:
            shown(table.progress(done, len(job.rows), job.asking.place.every_s, job.requests))

        return [*job.run(show)]
