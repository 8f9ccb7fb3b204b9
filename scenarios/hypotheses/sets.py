"""Which hypotheses a scenario is tried under: `plausible` of seslab, or those of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.formats.toml import toml_document
from scenarios.hypotheses.hypothesis import Hypothesis, hypotheses_of, hypothesis_of
from scenarios.schema.accounts.account import Account
from scenarios.schema.complaints import complaint
from scenarios.schema.files import read_table
from scenarios.system.reading import is_regular

PLAUSIBLE = Path(__file__).with_name("plausible.toml")


class LeftOut(NamedTuple):
    """A hypothesis of `plausible` that says nothing of an account, and why."""

    name: str
    why: str


class Chosen(NamedTuple):
    """The hypotheses to try, in the order of their file."""

    hypotheses: Sequence[Hypothesis]
    left_out: Sequence[LeftOut] = ()


def chosen(path: Path | None, account: Account) -> Chosen:
    """Those of a file, or those of seslab. Raises BadInput."""
    return of_accounts(path)(account)


def of_accounts(path: Path | None) -> Callable[[Account], Chosen]:
    """The same for whatever account; a file, which may be a pipe, is read once.

    Both raise BadInput: one line that names the file, the key and what would be right.
    """
    if path is None:
        return plausible
    table = _read(path)
    return lambda account: Chosen(_validated(table, account, str(path)))


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise BadInput(f"{printable(path)}: no such file; name one with [[hypothesis]] tables")
    return read_table(path)


def plausible(account: Account) -> Chosen:
    """Those of seslab, without what a small account cannot have, or has already under another name."""
    taken: list[Hypothesis] = []
    left_out: list[LeftOut] = []
    for table in read_table(PLAUSIBLE)["hypothesis"]:
        one = _possible(table, account)
        if isinstance(one, LeftOut):
            left_out.append(one)
        elif same := next((other.name for other in taken if other.limiter == one.limiter), None):
            left_out.append(LeftOut(one.name, f"on this account it is the same as {same}"))
        else:
            taken.append(one)
    return Chosen(taken, left_out)


def _possible(table: dict[str, Any], account: Account) -> Hypothesis | LeftOut:
    try:
        return hypothesis_of(table, account)
    except ValidationError as error:
        return LeftOut(table["name"], complaint(error, table))


def _validated(table: dict[str, Any], account: Account, source: str) -> Sequence[Hypothesis]:
    try:
        return hypotheses_of(table, account)
    except ValidationError as error:
        raise BadInput(printable(f"{source}: {complaint(error, table)}")) from error


def is_as_kept(path: Path) -> bool:
    """Whether a file is one that `as_toml` has written: nothing is lost if another takes its place."""
    try:
        account = Account(max_send_rate_per_s=_ANY_RATE_PER_S)
        return is_regular(path) and as_toml(chosen(path, account).hypotheses).encode() == path.read_bytes()
    except (BadInput, OSError):
        return False


_ANY_RATE_PER_S = 1e6  # bursts that are not told are then no less than any number of shards


def as_toml(hypotheses: Sequence[Hypothesis]) -> str:
    """As a file that `chosen` reads back: bursts as whole numbers, and no key that was not set."""
    return toml_document({"hypothesis": tuple(map(_table, hypotheses))})


def _table(one: Hypothesis) -> dict[str, Any]:
    limiter = one.limiter.model_dump(exclude_unset=True)
    said = {"description": one.description, "source": one.source, "weight": one.weight}
    return {"name": one.name, **limiter, **{key: value for key, value in said.items() if value not in ("", None)}}
