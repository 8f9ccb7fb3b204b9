"""Ledgers on disk: Parquet files per strategy, a row per mail and per SES call, and one per copy where any is known."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.ledger.delivered import DELIVERY_FATES, Delivered, Judged, Judgement
from scenarios.ledger.ledger import (
    ACCEPTED,
    ACCOUNT,
    MESSAGES,
    OUTCOMES,
    REASON,
    THROTTLED,
    Columns,
    Ledger,
    Unbalanced,
    assert_conserved,
)
from scenarios.ledger.names import CALLS_OF, COPIES_OF, MAILS_OF
from scenarios.system.reading import is_irregular
from scenarios.system.whole_files import replaced

ROWS = 65_536  # written or read at once, so that no table exists twice in memory
MOST_ROWS = 1_000_000_000
LAST_S = 1e9  # three decades: what is later is no instant of a run
ABOUT = b"seslab"  # key of the metadata: what the ledger says besides its tables
_TABLES = ("mails", "calls", "delivered")
_ALONE: dict[str, Any] = {"use_threads": False, "pre_buffer": False}
"""No thread of Arrow's goes on reading a broken file while Python ends, which would crash it; it is as fast."""
_DICTIONARY, _SENTENCES, _FATES = pa.array(OUTCOMES), pa.array(MESSAGES), pa.array(DELIVERY_FATES)
_NAMES = (MAILS_OF, CALLS_OF)
_WORDS = ("message_id", REASON)
_COUNTED = ("call", "mail")  # each row's is a little more than the last one's

MAILS = pa.schema(
    [(name, pa.int32()) for name in ("mail", "recipients")]
    + [(name, pa.float64()) for name in ("intended_s", "enqueued_s", "first_attempt_s", "last_accepted_s")]
    + [(name, pa.int32()) for name in ("attempts", "throttles", "receives")]
    + [(name, pa.int32()) for name in ("accepted", "dead_lettered", "lost", "pending", "duplicated")]
)
CALLS = pa.schema(
    [("call", pa.int64())]
    + [(name, pa.int32()) for name in ("mail", "first_recipient", "recipients")]
    + [(name, pa.float64()) for name in ("start_s", "decided_s", "end_s")]
    + [("outcome", pa.dictionary(pa.int8(), pa.string())), ("message_id", pa.string())]
    + [(REASON, pa.dictionary(pa.int32(), pa.string()))]
)


_BY_ACCOUNT = pa.field("account", pa.dictionary(pa.int8(), pa.string()))
COPIES = pa.schema(
    [(name, pa.int32()) for name in ("mail", "recipient")]
    + [("provider", pa.dictionary(pa.int8(), pa.string())), ("accepted_s", pa.float64()), ("deferrals", pa.int32())]
    + [(name, pa.float64()) for name in ("next_attempt_s", "ended_s", "complained_s")]
    + [("outcome", pa.dictionary(pa.int8(), pa.string()))]
)


def write(ledger: Ledger, directory: Path) -> None:
    """Write `ledger-STRATEGY.parquet`, `calls-STRATEGY.parquet` and what became of copies, all or none; NaN is null.

    Raises as `replaced` does if nothing can be written there.
    """
    about = {field.name: getattr(ledger, field.name) for field in fields(ledger) if field.name not in _TABLES}
    metadata = {ABOUT: json.dumps(about).encode()}
    with ExitStack() as whole:
        mails, calls = (whole.enter_context(replaced(directory / name.format(ledger.strategy))) for name in _NAMES)
        _write(mails, MAILS.with_metadata(metadata), ledger.mails, _plain)
        _write_calls(calls, ledger)
        if ledger.delivered is not None:
            copies = whole.enter_context(replaced(directory / COPIES_OF.format(ledger.strategy)))
            _write_copies(copies, ledger.delivered)
    if ledger.delivered is None:  # an earlier run, of which copies were told, would be taken for this one
        (directory / COPIES_OF.format(ledger.strategy)).unlink(missing_ok=True)


def _write_calls(path: Path, ledger: Ledger) -> None:
    """Which account decided is a column of the ledgers that have several."""
    if not ledger.accounts:
        _write(path, CALLS, ledger.calls, _call)
        return
    names = pa.array(ledger.accounts)

    def column_of(rows: Columns, field: pa.Field) -> pa.Array:
        if field.name != ACCOUNT:
            return _call(rows, field)
        return pa.DictionaryArray.from_arrays(pa.array(rows[ACCOUNT].astype(np.int8)), names)

    _write(path, CALLS.append(_BY_ACCOUNT), ledger.calls, column_of)


def _write_copies(path: Path, delivered: Delivered) -> None:
    judged = [{"account": whose, "tenant": tenant, **one._asdict()} for whose, tenant, one in delivered.judgements]
    about = {"providers": delivered.providers, "judged": judged}
    words = {"provider": pa.array(delivered.providers), "outcome": _FATES}

    def column_of(rows: Columns, field: pa.Field) -> pa.Array:
        if field.name not in words:
            return _plain(rows, field)
        return pa.DictionaryArray.from_arrays(pa.array(rows[field.name].astype(np.int8)), words[field.name])

    _write(path, COPIES.with_metadata({ABOUT: json.dumps(about).encode()}), delivered.copies, column_of)


def _write(path: Path, schema: pa.Schema, columns: Columns, column_of: Callable[..., pa.Array]) -> None:
    with path.open("wb") as file, pq.ParquetWriter(file, schema, **_encodings(schema)) as writer:
        count = len(next(iter(columns.values())))
        for start in range(0, max(count, 1), ROWS):
            rows = {name: column[start : start + ROWS] for name, column in columns.items()}
            writer.write_batch(pa.record_batch([column_of(rows, field) for field in schema], schema=schema))


def _encodings(schema: pa.Schema) -> dict[str, Any]:
    """A dictionary for what repeats itself, and for nothing else: Arrow would begin one of every instant and number."""
    unlike = {*_COUNTED, "message_id", *(field.name for field in schema if pa.types.is_floating(field.type))}
    counted = {name: "DELTA_BINARY_PACKED" for name in _COUNTED if name in schema.names}
    return {"use_dictionary": [name for name in schema.names if name not in unlike], "column_encoding": counted}


def _plain(rows: Columns, field: pa.Field) -> pa.Array:
    return pa.array(np.ascontiguousarray(rows[field.name]), type=field.type, from_pandas=True)


def _call(rows: Columns, field: pa.Field) -> pa.Array:
    if field.name == "outcome":
        return pa.DictionaryArray.from_arrays(pa.array(rows["outcome"].astype(np.int8)), _DICTIONARY)
    if field.name == "message_id":
        return _message_ids(rows)
    if field.name == REASON:
        return _reasons(rows, field)
    return _plain(rows, field)


def _reasons(rows: Columns, field: pa.Field) -> pa.Array:
    """SES's own sentence for each refusal; a simulated SES has one for each outcome."""
    accepted = rows["outcome"] == ACCEPTED
    if REASON in rows:
        said = pa.array([said or None for said in rows[REASON]], type=pa.string())
        return said.dictionary_encode().cast(field.type)
    return pa.DictionaryArray.from_arrays(pa.array(rows["outcome"].astype(np.int32), mask=accepted), _SENTENCES)


def _message_ids(rows: Columns) -> pa.Array:
    """What SES called each mail that it accepted; a simulated SES calls it by the number of the call."""
    if "message_id" in rows:
        return pa.array(rows["message_id"], type=pa.string(), from_pandas=True)
    numbers = pc.cast(pa.array(rows["call"]), pa.string())
    accepted = pa.array(rows["outcome"] == ACCEPTED)
    return pc.if_else(accepted, pc.binary_join_element_wise("sim", numbers, "-"), pa.scalar(None, pa.string()))


def read(directory: Path, strategy: str) -> Ledger:
    """A ledger as it was written. Raises BadInput when a file is missing or is no ledger."""
    try:
        mails = _table(directory / MAILS_OF.format(strategy), MAILS.names)
        about = json.loads(mails.schema.metadata[ABOUT])
        calls = _calls(directory / CALLS_OF.format(strategy), is_simulated=about["world"] == "sim")
        about["warnings"], about["accounts"] = tuple(about["warnings"]), tuple(about.get("accounts", ()))
        delivered = _delivered(directory / COPIES_OF.format(strategy))
        rows = _columns(calls, CALLS) | _said(calls) | _decided_by(calls, about["accounts"])
        ledger = Ledger(mails=_columns(mails, MAILS), calls=rows, delivered=delivered, **about)
        _refuse_impossible(ledger)
        return ledger
    except FileNotFoundError as error:
        raise BadInput(f"{directory}: no ledger of {strategy}; run `seslab compare` with --out first") from error
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"{directory}: the ledger of {strategy} cannot be read: {_first_line(error)}") from error


def _delivered(path: Path) -> Delivered | None:
    """None where the scenario had no [delivery], and so no such file."""
    if not os.path.lexists(path):
        return None
    table = _table(path, COPIES.names)
    about = json.loads(table.schema.metadata[ABOUT])
    providers, words = tuple(about["providers"]), {"provider": pa.array(about["providers"]), "outcome": _FATES}
    copies = {
        field.name: _codes(table.column(field.name), words[field.name])
        if field.name in words
        else _numpy(table.column(field.name), field)
        for field in COPIES
    }
    return Delivered(copies, providers, _judgements(about["judged"]))


def _judgements(told: Any) -> tuple[Judgement, ...]:
    """Older files say it of all together."""
    each = [{"account": "", "tenant": "", **told}] if isinstance(told, dict) else told
    return tuple(Judgement(one.pop("account"), one.pop("tenant"), Judged(**one)) for one in each)


def _calls(path: Path, is_simulated: bool) -> pa.Table:
    """Without what is not needed again: an outcome tells what a simulated SES said. Older files have no sentences."""
    names = [name for name in CALLS.names if name not in _WORDS or (name == REASON and not is_simulated)]
    return _table(path, [*names, ACCOUNT])


def _table(path: Path, names: list[str]) -> pa.Table:
    """Of a pipe the end cannot be read first, and a small file may claim any number of rows."""
    if is_irregular(path):
        raise OSError(f"{path.name} is no regular file")
    with path.open("rb") as file:  # opened here: to Arrow a path must be UTF-8
        about = pq.read_metadata(file)
        if about.num_rows > MOST_ROWS:
            raise ValueError(f"{path.name} has more than {MOST_ROWS:,} rows")
        columns = [name for name in names if name in about.schema.names]
        return pq.read_table(file, columns=columns, **_ALONE)


def _columns(table: pa.Table, schema: pa.Schema) -> Columns:
    return {field.name: _numpy(table.column(field.name), field) for field in schema if field.name not in _WORDS}


def _said(calls: pa.Table) -> Columns:
    if REASON not in calls.column_names:
        return {}
    return {REASON: np.array([intern(said or "") for said in calls.column(REASON).to_pylist()], dtype=object)}


def _decided_by(calls: pa.Table, accounts: tuple[str, ...]) -> Columns:
    """The number of each call's account; a ledger of one account does not tell."""
    return {ACCOUNT: _codes(calls.column(ACCOUNT), pa.array(accounts))} if accounts else {}


def _numpy(column: pa.ChunkedArray, field: pa.Field) -> Any:
    if field.name == "outcome":
        return _codes(column, _DICTIONARY)
    if column.null_count and not pa.types.is_floating(field.type):
        raise ValueError(f"{field.name}: null, where a number must be")
    return column.cast(field.type).to_numpy()


def _codes(column: pa.ChunkedArray, words: pa.Array) -> Any:
    """Raises ValueError for a word that is none of them."""
    codes = pc.index_in(column.cast(pa.string()), words)
    if codes.null_count:
        raise ValueError(f"an outcome, a provider or an account that is none of {', '.join(words.to_pylist())}")
    return codes.to_numpy().astype(np.uint8)


def _refuse_impossible(ledger: Ledger) -> None:
    """A file that was changed by hand must not surprise what reads it. Raises ValueError: what is wrong."""
    mails, calls = ledger.mails, ledger.calls
    if not all(isinstance(word, str) for word in (ledger.strategy, ledger.scenario, ledger.world)):
        raise ValueError("strategy, scenario and world must be texts")
    decided_s = calls["decided_s"][np.isin(calls["outcome"], (ACCEPTED, THROTTLED))]
    if np.isnan(mails["intended_s"]).any() or not (decided_s >= 0).all():
        raise ValueError("a mail without its instant, or a call without the instant of its decision")
    copies = {} if ledger.delivered is None else ledger.delivered.copies
    times = [column for table in (mails, calls, copies) for column in table.values() if column.dtype.kind == "f"]
    if any((np.abs(column) > LAST_S).any() for column in times):
        raise ValueError(f"an instant beyond {LAST_S:g} s")
    if not all(np.isin(table["mail"], mails["mail"]).all() for table in (calls, copies) if table):
        raise ValueError("a call of a mail that is not in the ledger")
    try:
        assert_conserved(ledger)
    except Unbalanced as error:
        raise ValueError(str(error)) from error


def _first_line(error: Exception) -> str:
    return printable(str(error).splitlines()[0]) if str(error) else type(error).__name__
