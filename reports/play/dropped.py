"""A file that was dropped on the page: a scenario, or mails to replay."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from reports.play.trace_files import TraceFiles
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable

SCENARIO, TRACE = ".toml", ".csv"
LONGEST = 90
MOST_EXACT = 2**53 - 1
"""Beyond, a browser takes one whole number for another."""


def taken(files: TraceFiles, name: str, content: bytes) -> dict[str, Any]:
    """What the page makes of it. Raises BadInput, in the line that the command has for such a file."""
    shown = printable(PurePath(name).name).replace("\\", "-")[-LONGEST:] or "dropped"
    stem = PurePath(shown).stem
    if shown.endswith(SCENARIO):
        return {"name": stem, "scenario": plain(files.table_of(shown, content), shown), "said": f"{shown} is open"}
    text, said = files.trace_of(shown, content)
    return {"name": f"{stem}{TRACE}", "text": text, "said": f"{shown}: {said}"}


def plain(value: Any, name: str) -> Any:
    """Without what TOML can say and JSON cannot, none of which a scenario has. Raises BadInput."""
    if isinstance(value, Mapping):
        return {key: plain(one, name) for key, one in value.items()}
    if isinstance(value, tuple):
        return [plain(one, name) for one in value]
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise BadInput(f"{name}: {value} is no value that a scenario has")
    if isinstance(value, int) and abs(value) > MOST_EXACT:
        raise BadInput(f"{name}: {value} is more than a page can hold, at most {MOST_EXACT}")
    return value
