"""What a run is called, wherever it takes place."""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path

EXAMPLE = "20261124t073000-a1b2c3"

_RUN = re.compile(r"\d{8}t\d{6}-[0-9a-f]{6}")


def new_run() -> str:
    """A name for a run that no other run has, and that sorts by time, such as `EXAMPLE`."""
    return f"{time.strftime('%Y%m%dt%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"


def is_run(text: str) -> bool:
    """Whether it could be such a name."""
    return _RUN.fullmatch(text) is not None


def of_slice(path: Path, account: str) -> Path:
    """The file that is for one account what `path` is for a run of one account."""
    return path.with_name(f"{path.stem}-{account}{path.suffix}")
