"""A trace: a CSV file with the columns at_s and recipients, one row a mail; other columns are ignored."""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as pa_csv

from scenarios.errors import BadInput
from scenarios.schema.tables import MAX_MAILS
from scenarios.system.whole_files import replaced_or_fed

ADVICE = "name a file that can be written"
COLUMNS = ("at_s", "recipients")
MOST_RECIPIENTS = 100_000  # of one mail
_LONGEST_HEADER = 1 << 20
_LATEST_S = 1e12  # any two dates that a mail can carry lie closer
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")  # Arrow's, where Python's has _ and ٣
_WHOLE = re.compile(r"[0-9]+")

Rows = tuple[NDArray[np.float64], NDArray[np.int32]]


def read_trace(path: Path) -> Rows:
    """The mails of a trace, sorted by time: seconds (float64) and recipients (int32).

    Raises BadInput, naming file and line, for a file that cannot be read or a row that makes no sense.
    """
    try:
        at_s, recipients = _columns(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: cannot be read: {_reason(error)}") from error
    if not len(at_s):
        raise BadInput(f"{path}: has no mails; a trace needs a row for each mail under the header at_s,recipients")
    if (at_s[1:] >= at_s[:-1]).all():
        return at_s, recipients
    order = np.argsort(at_s, kind="stable")
    return at_s[order], recipients[order]


def read_column(path: Path, column: str) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """When each mail of a trace falls due, and what another column says of it, sorted by time as `read_trace` sorts.

    Raises BadInput as that does, and where there is no such column.
    """
    at_s, values = [], []
    try:
        if (count := _header(path).count(column)) > 1:
            raise BadInput(f"{path}:1: the header has {count} columns '{column}', by which [split] divides the mail")
        for line, row in _rows(path):
            if (value := row.get(column)) is None or isinstance(value, list):
                raise BadInput(f"{path}:{line}: has no column '{column}', by which [split] divides the mail")
            at_s.append(float(str(row.get("at_s"))))
            values.append(sys.intern(value.strip()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: cannot be read: {_reason(error)}") from error
    except ValueError:
        raise _complaint(path, "at_s must be a number of seconds") from None
    times = np.array(at_s)
    order = np.argsort(times, kind="stable")
    return times[order], np.array(values, dtype=object)[order]


def line_with(path: Path, column: str, value: str) -> int:
    """The line of the first row whose column says this, which is looked for only where that is wrong."""
    return next(line for line, row in _rows(path) if str(row.get(column)).strip() == value)


def write_trace(path: Path, at_s: NDArray[np.float64], recipients: NDArray[np.int32]) -> None:
    """Writes the rows as they come, times to the microsecond. Raises as `whole_files.replaced` does."""
    with replaced_or_fed(path, ADVICE) as where, where.open("a", encoding="utf-8", newline="") as out:
        out.write(",".join(COLUMNS) + "\n")
        out.writelines(f"{at:.6f},{count}\n" for at, count in zip(at_s, recipients, strict=True))


def _columns(path: Path) -> Rows:
    """Both columns as they stand in the file; arrow reads them fast, and `_complaint` finds what stopped it."""
    _check_header(path)
    try:
        with pa.OSFile(os.fsencode(path)) as file:  # with one of Python's a thread that reads ahead may abort the exit
            batches = [_checked(batch, path) for batch in _reader(file)]
    except pa.ArrowInvalid as error:
        raise _complaint(path, str(error)) from error
    if sum(len(at_s) for at_s, _ in batches) > MAX_MAILS:
        raise BadInput(f"{path}: more than {MAX_MAILS} mails; a run holds at most that many")
    at_s = np.concatenate([np.empty(0), *(times for times, _ in batches)])
    return at_s, np.concatenate([np.empty(0, np.int32), *(recipients for _, recipients in batches)])


def _check_header(path: Path) -> None:
    header = _header(path)
    missing = [column for column in COLUMNS if header.count(column) != 1]
    if missing:
        raise BadInput(f"{path}:1: the header needs one column '{missing[0]}': at_s,recipients")


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader([lines.readline(_LONGEST_HEADER)]), [])


def _reader(file: pa.NativeFile) -> pa_csv.CSVStreamingReader:
    types = {"at_s": pa.float64(), "recipients": pa.int32()}
    convert = pa_csv.ConvertOptions(column_types=types, include_columns=list(COLUMNS), null_values=[])
    return pa_csv.open_csv(file, convert_options=convert)


def _checked(batch: pa.RecordBatch, path: Path) -> Rows:
    at_s, recipients = (batch.column(column).to_numpy(zero_copy_only=False) for column in COLUMNS)
    fine = (at_s >= 0) & (at_s <= _LATEST_S) & (recipients >= 1) & (recipients <= MOST_RECIPIENTS)  # NaN compares false
    if not fine.all():
        raise _complaint(path, "a row is out of range")
    return at_s, recipients


def _complaint(path: Path, otherwise: str) -> BadInput:
    """Finds the first bad row again, slowly, because arrow does not know the line of a row."""
    for line, row in _rows(path):
        trouble = _trouble(row)
        if trouble:
            return BadInput(f"{path}:{line}: {trouble}")
    return BadInput(f"{path}: {' '.join(otherwise.split())}")


def _rows(path: Path) -> Iterator[tuple[int, dict[str | None, str | list[str] | None]]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            yield reader.line_num, row


def _trouble(row: dict[str | None, str | list[str] | None]) -> str | None:
    at_s, recipients = (row.get(column) for column in COLUMNS)
    if None in row or None in row.values():
        return "must have as many cells as the header has"
    if not _is_within(at_s, _NUMBER, 0, _LATEST_S):
        return f"at_s = {at_s!r}: must be a number of seconds from 0 to {_LATEST_S:g}"
    if not _is_within(recipients, _WHOLE, 1, MOST_RECIPIENTS):
        return f"recipients = {recipients!r}: must be a whole number from 1 to {MOST_RECIPIENTS}"
    return None


def _is_within(text: object, form: re.Pattern[str], least: float, most: float) -> bool:
    bare = str(text).strip(" \t")
    return form.fullmatch(bare) is not None and least <= float(bare) <= most


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return error.strerror or str(error) if isinstance(error, OSError) else f"it is no CSV: {error}"
