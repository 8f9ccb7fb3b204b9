"""Calls out of a kept run, out of the call log of `seslab serve`, or out of a CSV file of anybody's."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable, unknown
from scenarios.inference.calls import Calls, calls_of
from scenarios.ledger import names
from scenarios.ledger.ledger import ACCEPTED, ACCOUNT, OUTCOMES, THROTTLED, Columns, Ledger
from scenarios.schema.accounts.account import Account
from scenarios.schema.scenario_file import load_kept
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, read_text

COLUMNS = ("at", "recipients", "outcome")
WITHIN = "within"
"""A column that need not be there: how far each row's instant may be from its decision, in seconds."""
MOST_RECIPIENTS = 50  # of one call, as SES has it
MOST_WITHIN_S = 60.0
MOST_ROWS = 20_000
"""Of a file: of those that come first, some may be in disorder, or no decisions."""
LATEST_S = 1e12


class Trace(NamedTuple):
    """The calls on which a limiter has decided, and how many others there were; the rate that SES names, if known.

    `unread` rows of a long file come after those that were read.
    """

    calls: Calls
    others: int
    rate_per_s: float | None
    unread: int = 0


class _Row(NamedTuple):
    """`within_s` is None where the row does not say it; a clock of instants has a zone, one of seconds has none."""

    at_s: float
    is_instant: bool
    within_s: float | None
    recipients: int
    outcome: str


def read_calls(path: Path, strategy: str | None, account: str | None, within_s: float) -> Trace:
    """A decision lies within `within_s` of its instant, where nothing is known more exactly. Raises BadInput."""
    if path.is_dir():
        return _kept(path, strategy, account)
    for option, name in (("--strategy", strategy), ("--account", account)):
        if name is not None:
            where = printable(f"{option} {name}: is for the folder of a kept run, and {path} is none; leave it out")
            raise BadInput(where)
    try:
        text = read_text(path, MOST_BYTES_OF_DOCUMENT)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise BadInput(
            f"{printable(path)}: cannot be read: {reason}; name a run's folder, a call log or a CSV"
        ) from error
    if not text.strip():
        raise BadInput(f"{printable(path)}: is empty; a row for each call must stand under {','.join(COLUMNS)}")
    if text.lstrip().startswith(("{", "[")):
        logged = _logged(path, text)
        return _trace(path, list(_rows_of_log(path, logged[:MOST_ROWS])), within_s, max(0, len(logged) - MOST_ROWS))
    lines = text.splitlines()
    rows = list(_listed(path, lines[: MOST_ROWS + 1]))
    return _trace(path, rows, within_s, max(0, len(lines) - 1 - MOST_ROWS))


def _trace(path: Path, rows: list[_Row], within_s: float, unread: int) -> Trace:
    decided = [row for row in rows if row.outcome in (OUTCOMES[ACCEPTED], OUTCOMES[THROTTLED])]
    if not decided:
        raise BadInput(
            f"{printable(path)}: has no call that was accepted or throttled; without any nothing can be told"
        )
    columns = ([row.at_s for row in decided], [row.recipients for row in decided])
    accepted = [row.outcome == OUTCOMES[ACCEPTED] for row in decided]
    halves = [within_s if row.within_s is None else row.within_s for row in decided]
    return Trace(calls_of(*columns, accepted, halves), len(rows) - len(decided), None, unread)


def as_csv(calls: Calls) -> str:
    """Calls as rows that `read_calls` takes."""
    columns = (calls.at_s.tolist(), calls.half_s.tolist(), calls.recipients.tolist(), calls.accepted.tolist())
    rows = (
        f"{at_s!r},{half_s!r},{recipients:.0f},{OUTCOMES[ACCEPTED if accepted else THROTTLED]}\n"
        for at_s, half_s, recipients, accepted in zip(*columns, strict=True)
    )
    return "at_s,within_s,recipients,outcome\n" + "".join(rows)


def _kept(directory: Path, strategy: str | None, account: str | None) -> Trace:
    """Where SES's own instant is not known, the decision lies between the call's begin and end."""
    from scenarios.ledger import store

    ledger = store.read(directory, _one_of(directory, strategy))
    calls, allowed = _decided_by(directory, ledger, account)
    decided = np.isin(calls["outcome"], (ACCEPTED, THROTTLED))
    start_s, at_s, end_s = (calls[name][decided] for name in ("start_s", "decided_s", "end_s"))
    unseen = np.isnan(at_s)
    timed = ~(unseen & (np.isnan(start_s) | np.isnan(end_s)))
    if not timed.any():
        raise BadInput(f"{printable(directory)}: no call of {ledger.strategy} was accepted or throttled")
    middle, half = np.where(unseen, (start_s + end_s) / 2, at_s), np.where(unseen, (end_s - start_s) / 2, 0.0)
    accepted = calls["outcome"][decided] == ACCEPTED
    found = calls_of(middle[timed], calls["recipients"][decided][timed], accepted[timed], half[timed])
    return Trace(found, len(decided) - int(timed.sum()), allowed.max_send_rate_per_s)


def _decided_by(directory: Path, ledger: Ledger, name: str | None) -> tuple[Columns, Account]:
    """The calls on which one limiter has decided, and what it belongs to: each account has a limiter of its own."""
    scenario = load_kept(directory / "scenario.toml")
    if not ledger.accounts:
        if name is not None:
            raise BadInput(printable(f"--account {name}: {directory} has no accounts with names; leave it out"))
        return ledger.calls, scenario.account
    if name is None:
        raise BadInput(f"--account: missing; {printable(directory)} has calls of {', '.join(ledger.accounts)}")
    if name not in ledger.accounts:
        raise BadInput(unknown("account", printable(name), [*ledger.accounts]))
    mine = ledger.calls[ACCOUNT] == ledger.accounts.index(name)
    return {key: column[mine] for key, column in ledger.calls.items()}, scenario.accounts[name]


def _one_of(directory: Path, strategy: str | None) -> str:
    kept = names.kept_in(directory)
    if not kept:
        raise BadInput(f"{printable(directory)}: has no ledger; name the --out folder of a run")
    if strategy is None and len(kept) > 1:
        raise BadInput(f"--strategy: missing; {printable(directory)} has ledgers of {', '.join(map(printable, kept))}")
    if strategy is not None and strategy not in kept:
        raise BadInput(unknown("strategy", printable(strategy), kept))
    return strategy or kept[0]


def _logged(path: Path, text: str) -> list[tuple[Any, Any, Any]]:
    """Of `GET /_seslab/calls`."""
    try:
        calls = json.loads(text)["calls"]
        return [(call["decided_s"], call["recipients"], call["outcome"]) for call in calls]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(
            f"{printable(path)}: is no call log; it must be what GET /_seslab/calls of a seslab serve answers"
        ) from error


def _rows_of_log(path: Path, rows: list[tuple[Any, Any, Any]]) -> Iterator[_Row]:
    for number, row in enumerate(rows, 1):
        yield _row(f"{path}: call {number}", *row, None)


def _listed(path: Path, lines: list[str]) -> Iterator[_Row]:
    try:
        table = list(csv.reader(lines))
    except csv.Error as error:
        raise BadInput(f"{printable(path)}: is no CSV: {error}") from error
    at = _columns(path, table[0] if table else [])
    first: _Row | None = None
    for line, cells in enumerate(table[1:], 2):
        if not cells:
            continue
        where, width = f"{path}:{line}", len(table[0])
        if len(cells) != width:
            raise BadInput(f"{printable(where)}: has {len(cells)} cells; must have {width}, as the header has")
        instant, recipients, outcome = (cells[at[name]].strip() for name in COLUMNS)
        row = _row(where, instant, recipients, outcome, cells[at[WITHIN]] if WITHIN in at else None)
        first = first or row
        if row.is_instant != first.is_instant:
            raise BadInput(printable(f"{where}: at = {instant}: all rows must have seconds, or all instants"))
        yield row


def _columns(path: Path, header: list[str]) -> Mapping[str, int]:
    found = [name.strip().removesuffix("_s") for name in header]
    missing = [name for name in COLUMNS if found.count(name) != 1]
    if missing:
        raise BadInput(f"{printable(path)}:1: the header needs one column '{missing[0]}': {','.join(COLUMNS)}")
    if found.count(WITHIN) > 1:
        raise BadInput(f"{printable(path)}:1: the header has column '{WITHIN}' twice")
    return {name: found.index(name) for name in (*COLUMNS, WITHIN) if name in found}


def _row(where: str, at: Any, recipients: Any, outcome: Any, within: Any) -> _Row:
    at_s, is_instant = _seconds(at), False
    if at_s is None:
        at_s, is_instant = _instant_s(at), True
    if at_s is None or abs(at_s) > LATEST_S:
        raise BadInput(
            printable(
                f"{where}: at = {at}: must be seconds, or an instant with its zone such as 2026-12-01T08:00:00.250Z"
            )
        )
    number = int(recipients) if str(recipients).isdecimal() else 0
    if not 1 <= number <= MOST_RECIPIENTS:
        raise BadInput(
            printable(f"{where}: recipients = {recipients}: must be a whole number from 1 to {MOST_RECIPIENTS}")
        )
    if outcome not in OUTCOMES:
        raise BadInput(f"{printable(where)}: {unknown('outcome', printable(str(outcome)), [*OUTCOMES])}")
    within_s = None if within is None else _seconds(within)
    if within is not None and (within_s is None or not 0 <= within_s <= MOST_WITHIN_S):
        raise BadInput(printable(f"{where}: within_s = {within}: must be seconds from 0 to {MOST_WITHIN_S:g}"))
    return _Row(at_s, is_instant, within_s, number, outcome)


def _seconds(text: Any) -> float | None:
    try:
        seconds = float(text)
    except (TypeError, ValueError):
        return None
    return seconds if isfinite(seconds) else None


def _instant_s(text: Any) -> float | None:
    """None also without a zone: the hour that a clock is set back would be read twice."""
    try:
        instant = datetime.fromisoformat(str(text))
        return instant.timestamp() if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None
