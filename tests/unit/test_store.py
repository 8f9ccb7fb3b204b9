"""Ledgers on disk: what is read is what was written, and what cannot be read says so in one line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

import sim.run
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.ledger.delivered import DELIVERY_FATES
from scenarios.ledger.ledger import MESSAGES, OUTCOMES, PAUSED, REJECTED, Ledger, digest, refusals_of
from tests.unit.virtual import SEED, batch, fault, scenario

STRATEGY = "sqs-dlq"
MAILS, CALLS, COPIES = (f"{kind}-{STRATEGY}.parquet" for kind in ("ledger", "calls", "deliveries"))
ACCOUNT = {"max_send_rate_per_s": 5.0, "max_24h_send": 30}


@cache
def simulated() -> Ledger:
    """A run with every outcome and every fate but lost; its last mail is never due, and so never attempted."""
    workload = (
        batch(20), batch(1, at_s=20.0, recipients=51), batch(1, at_s=40.0), batch(1, at_s=60.0, recipients=30),
        batch(9, at_s=499.0), batch(1, at_s=600.0),
    )  # fmt: skip
    settings = {STRATEGY: {"max_receive_count": 1, "maximum_concurrency": 10, "batch_size": 2}}
    out = fault("outage", 40.0, 10.0)
    strict = {"share": 1, "inbox": {"mean_ms": 2e4}, "per_hour": 8, "defer_s": 30}
    delivery: dict[str, Any] = {
        "providers": {"strict": strict}, "hard_bounce": 0.3, "suppressed": 0.3, "complaint": 0.2, "soft_bounce": 0.1,
        "retry": {"first_s": 200, "most_s": 200}, "max_delivery_s": 300,
    }  # fmt: skip
    more: dict[str, Any] = {"account": ACCOUNT, "fault": (out,), "strategies": settings, "delivery": delivery}
    of = scenario(*workload, horizon_s=500.0, **more)
    return sim.run.run(of, STRATEGY, SEED)


def nothing_happened() -> Ledger:
    """A run in which no mail falls due: its table of calls has no rows."""
    return sim.run.run(scenario(batch(3, at_s=90.0), horizon_s=1.0), STRATEGY, SEED)


def in_real_life() -> Ledger:
    """A call whose begin and end only SES saw, what SES said, a warning, and an early end."""
    ledger = simulated()
    start_s, end_s = ledger.calls["start_s"].copy(), ledger.calls["end_s"].copy()
    start_s[2] = end_s[2] = np.nan
    said = np.where(ledger.calls["outcome"] == REJECTED, "Email address is not verified.", "").astype(object)
    calls = {**ledger.calls, "start_s": start_s, "end_s": end_s, "reason": said}
    return replace(ledger, world="moto", calls=calls, warnings=("one", "another"), interrupted=True)


@pytest.mark.parametrize("made", [simulated, nothing_happened, in_real_life])
@pytest.mark.parametrize("rows", [store.ROWS, 7], ids=["at once", "in pieces"])
def test_what_is_read_is_what_was_written(
    made: Callable[[], Ledger], rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every column with its type and to the last bit, and all that a ledger says besides, however many batches."""
    monkeypatch.setattr(store, "ROWS", rows)
    written = made()
    store.write(written, tmp_path)
    read = store.read(tmp_path, STRATEGY)
    for before, after in zip(tables(written), tables(read), strict=True):
        assert [(name, column.dtype) for name, column in after.items()] == [
            (name, column.dtype) for name, column in before.items()
        ]
        for name in before:
            np.testing.assert_array_equal(after[name], before[name], strict=True)
    assert digest(read) == digest(written)
    for field in fields(Ledger):
        if field.name not in ("mails", "calls", "delivered"):
            assert _plain(getattr(read, field.name)) == _plain(getattr(written, field.name))
    if written.delivered is not None and read.delivered is not None:
        assert read.delivered[1:] == written.delivered[1:]


def tables(ledger: Ledger) -> list[dict[str, Any]]:
    """Mails, calls, and what became of the copies, where anything is known of that."""
    return [ledger.mails, ledger.calls, *(() if ledger.delivered is None else (ledger.delivered.copies,))]


def _plain(value: object) -> object:
    """As JSON keeps it, in which settings are written: it has no tuples."""
    return json.loads(json.dumps(value))


def test_a_folder_may_be_called_anything(tmp_path: Path) -> None:
    """Its name need not be text."""
    folder = tmp_path / os.fsdecode(b"\xe9")
    folder.mkdir()
    store.write(simulated(), folder)
    assert digest(store.read(folder, STRATEGY)) == digest(simulated())


def test_deliveries_of_an_earlier_run_go(tmp_path: Path) -> None:
    """Beside a ledger that has none they would be taken for its own."""
    store.write(simulated(), tmp_path)
    store.write(replace(simulated(), delivered=None), tmp_path)
    assert store.read(tmp_path, STRATEGY).delivered is None


def test_the_run_of_these_tests_leaves_nothing_out() -> None:
    """It has all outcomes but one, all fates of copies, mails never enqueued, attempted or accepted, dead letters."""
    ledger = simulated()
    assert set(ledger.calls["outcome"].tolist()) == set(range(len(OUTCOMES))) - {PAUSED}
    assert ledger.delivered is not None
    assert set(ledger.delivered.copies["outcome"].tolist()) == set(range(len(DELIVERY_FATES)))
    for name in ("enqueued_s", "first_attempt_s", "last_accepted_s"):
        assert 0 < np.isnan(ledger.mails[name]).sum() < len(ledger.mails[name])
    assert all(ledger.mails[fate].sum() for fate in ("accepted", "dead_lettered", "pending"))


def columns(path: Path) -> dict[str, list[object]]:
    """A Parquet file as any other program reads it."""
    table: dict[str, list[object]] = pq.read_table(path).to_pydict()
    return table


class Breaking(dict[str, NDArray[Any]]):
    """Columns whose writing breaks off."""

    def values(self) -> Any:
        raise KeyboardInterrupt


def test_both_files_are_replaced_or_none(tmp_path: Path) -> None:
    """Mails of one run beside calls of another would be no ledger."""
    store.write(in_real_life(), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        store.write(replace(simulated(), seed=SEED + 1, calls=Breaking(simulated().calls)), tmp_path)
    assert store.read(tmp_path, STRATEGY).seed == in_real_life().seed
    assert {path.name for path in tmp_path.iterdir()} == {MAILS, CALLS, COPIES}


def test_what_never_happened_is_null(tmp_path: Path) -> None:
    """Never enqueued, attempted or accepted, and start or end unseen: null in the files, which hold no NaN."""
    ledger = in_real_life()
    store.write(ledger, tmp_path)
    mails, calls = columns(tmp_path / MAILS), columns(tmp_path / CALLS)
    for name in ("enqueued_s", "first_attempt_s", "last_accepted_s"):
        assert [at_s is None for at_s in mails[name]] == np.isnan(ledger.mails[name]).tolist()
    for name in ("start_s", "end_s"):
        assert [number for number, at_s in enumerate(calls[name]) if at_s is None] == [2]
    for column in (*mails.values(), *calls.values()):
        assert not any(isinstance(value, float) and isnan(value) for value in column)


def test_the_files_have_the_columns_of_the_reference(tmp_path: Path) -> None:
    """One row per mail and one per call, outcomes by name."""
    ledger = simulated()
    store.write(ledger, tmp_path)
    mails, calls = columns(tmp_path / MAILS), columns(tmp_path / CALLS)
    assert list(mails) == [
        "mail", "recipients", "intended_s", "enqueued_s", "first_attempt_s", "last_accepted_s", "attempts", "throttles",
        "receives", "accepted", "dead_lettered", "lost", "pending", "duplicated",
    ]  # fmt: skip
    assert list(calls) == [
        "call", "mail", "first_recipient", "recipients", "start_s", "decided_s", "end_s", "outcome", "message_id",
        "reason",
    ]  # fmt: skip
    assert calls["outcome"] == [OUTCOMES[code] for code in ledger.calls["outcome"]]
    assert calls["reason"] == [MESSAGES[code] or None for code in ledger.calls["outcome"]]
    assert len(mails["mail"]) == len(ledger.mails["mail"])


def test_a_ledger_of_an_older_seslab_is_read(tmp_path: Path) -> None:
    """Its calls have no column of reasons, and their digest is what it was."""
    store.write(in_real_life(), tmp_path)
    calls = pq.read_table(tmp_path / CALLS)
    pq.write_table(calls.drop_columns(["reason"]), tmp_path / CALLS)
    read = store.read(tmp_path, STRATEGY)
    assert digest(read) == digest(in_real_life())
    assert refusals_of(read.calls).keys() == {(code, MESSAGES[code]) for code in range(1, len(OUTCOMES))}


def test_only_accepted_calls_have_a_message_id(tmp_path: Path) -> None:
    """A simulated SES names what it accepts by the number of the call: one id each, and none for what it refuses."""
    store.write(simulated(), tmp_path)
    calls = columns(tmp_path / CALLS)
    assert calls["message_id"] == [
        f"sim-{call}" if outcome == "accepted" else None
        for call, outcome in zip(calls["call"], calls["outcome"], strict=True)
    ]


def test_the_message_ids_of_a_real_ses_are_kept(tmp_path: Path) -> None:
    """A world that knows what SES called its mails writes that."""
    ledger = simulated()
    ids = [f"0100-{call}" if call % 3 == 0 else None for call in ledger.calls["call"].tolist()]
    calls = {**ledger.calls, "message_id": np.array(ids, dtype=object)}
    store.write(replace(ledger, calls=calls), tmp_path)
    assert columns(tmp_path / CALLS)["message_id"] == ids


def gone(path: Path) -> None:
    """No file."""
    path.unlink()


def empty(path: Path) -> None:
    """A file without a byte."""
    path.write_bytes(b"")


def text(path: Path) -> None:
    """Something else, of several lines."""
    path.write_text("mail,recipients\n0,1\n" * 10)


def cut_short(path: Path) -> None:
    """A write that did not end."""
    path.write_bytes(path.read_bytes()[:-100])


def scrambled(path: Path) -> None:
    """Its end is that of a ledger, its pages are not."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\xff" * 64 + whole[68:])


def another_table(path: Path) -> None:
    """Parquet, but no ledger."""
    pq.write_table(pa.table({"price": [1.0, 2.0]}), path)


def folder(path: Path) -> None:
    """A folder of that name."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("name", [MAILS, CALLS])
@pytest.mark.parametrize("broken", [gone, empty, text, cut_short, scrambled, another_table, folder])
def test_what_cannot_be_read_is_bad_input_in_one_line(
    broken: Callable[[Path], None], name: str, tmp_path: Path
) -> None:
    """Whatever is wrong with either file, the message names folder and strategy, and there is no traceback."""
    store.write(simulated(), tmp_path)
    broken(tmp_path / name)
    with pytest.raises(BadInput) as caught:
        store.read(tmp_path, STRATEGY)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}: ")
    assert STRATEGY in message
    assert len(message.splitlines()) == 1


def test_a_strategy_that_was_not_run_says_how_to_run_it(tmp_path: Path) -> None:
    """The other strategy's files are there; this one's are not."""
    store.write(simulated(), tmp_path)
    with pytest.raises(BadInput, match=r"no ledger of heartbeat; run `seslab compare` with --out first$"):
        store.read(tmp_path, "heartbeat")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        pytest.param(MAILS, "accepted"),
        (CALLS, "outcome"),
    ],
)
def test_a_missing_column_is_bad_input(name: str, column: str, tmp_path: Path) -> None:
    """A table without one of the columns is no ledger, and is not found out later."""
    store.write(simulated(), tmp_path)
    pq.write_table(pq.read_table(tmp_path / name).drop_columns([column]), tmp_path / name)
    with pytest.raises(BadInput, match=column):
        store.read(tmp_path, STRATEGY)


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("mails", "intended_s", np.nan, "without its instant"),
        ("mails", "last_accepted_s", np.inf, "an instant beyond 1e\\+09 s"),
        ("mails", "lost", 7, "do not add up"),
        ("calls", "decided_s", np.nan, "without the instant of its decision"),
        ("calls", "decided_s", -1.0, "without the instant of its decision"),
        ("calls", "mail", 1_000_000, "a call of a mail that is not in the ledger"),
    ],
)
def test_what_cannot_have_happened_is_bad_input(
    table: str, column: str, value: float, said: str, tmp_path: Path
) -> None:
    """A ledger that was changed by hand ends with one line, wherever it would have surprised what reads it."""
    ledger = simulated()
    columns = dict(getattr(ledger, table))
    columns[column] = columns[column].copy()
    columns[column][0] = value
    mails, calls = (columns, ledger.calls) if table == "mails" else (ledger.mails, columns)
    store.write(replace(ledger, mails=mails, calls=calls), tmp_path)
    with pytest.raises(BadInput, match=said):
        store.read(tmp_path, STRATEGY)
