"""What is about to be done to a list, and to which record, before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from loadtests.suppression.addresses import REASONS, Named
from loadtests.suppression.changes import Wish
from loadtests.suppression.choice import Choice
from loadtests.suppression.listed import SuppressionList
from loadtests.suppression.place import Place, place_of
from loadtests.suppression.record import Header, Record, record_at
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable


def additions(named: Iterable[Named], reason: str | None) -> list[Wish]:
    """An address gets the reason that is asked for, else that of its line; else a bounce's, unless it has one."""
    asked = ((one.address, reason or one.reason) for one in named)
    return [Wish(address, wanted or REASONS[0], yields=wanted is None) for address, wanted in asked]


def removals(named: Sequence[Named], choice: Choice, listed: SuppressionList) -> list[Wish]:
    """Those that are named, or else those of the list that are meant. Raises BadInput and RunFailed."""
    if named:
        return [Wish(one.address, None) for one in named]
    entries = sorted(listed.entries(choice), key=lambda entry: entry.address)
    return [Wish(entry.address, None, entry.reason, is_known=True) for entry in entries]


def check_removal(named: Sequence[Named], choice: Choice) -> None:
    """Raises BadInput where it is not said what to remove, or said in two ways."""
    if named and not choice.is_open:
        raise BadInput(
            "--domain, --reason, --since and --until choose among all that is listed; leave them out where addresses "
            "are named"
        )
    if not named and choice.is_open:
        raise BadInput(
            "ADDRESS...: missing; name addresses, --from a file, or what to remove by --domain, --reason, --since or "
            "--until"
        )


def record_for(path: Path | None, place: Place, action: str, choice: dict[str, object], now: datetime) -> Record:
    """The record to add to; one of its own where no file is named. Raises BadInput for one of something else."""
    header = Header(action, place.at, place.account, choice)
    path = path or Path(f"suppression-{action}-{now:%Y%m%dT%H%M%S}.jsonl")
    found = record_at(path)
    if found is None:
        return Record(path, header)
    if found.header != header:
        raise BadInput(f"--log {printable(path)}: {_difference(found.header, header)}; name another file")
    if found.undone:
        raise BadInput(f"--log {printable(path)}: has been taken back; name another file")
    return found


def _difference(found: Header, header: Header) -> str:
    """The first thing in which a record is another one's."""
    for name, its, ours in zip(Header._fields, found, header, strict=True):
        if its != ours:
            return f"is the record of {name} = {printable(its)}, and this is {printable(ours)}"
    raise AssertionError("the headers are the same")


def record_to_undo(path: Path) -> Record:
    """Raises BadInput for a file that is no record."""
    found = record_at(path)
    if found is None:
        raise BadInput(
            f"{printable(path)}: {'is empty' if path.exists() else 'no such file'}; name the record of a run"
        )
    return found


def place_of_record(record: Record) -> Place:
    """Where its list is. Raises BadInput where the credentials are another account's."""
    account, at = record.header.account, record.header.at
    place = place_of(None, at) if account is not None else place_of(at, None)
    if place.account != account:
        raise BadInput(
            f"{printable(record.path)}: is the record of account {printable(account)}, and the "
            f"credentials are of {place.account}; log in to that account"
        )
    return place
