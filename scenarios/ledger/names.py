"""What a ledger's files are called, and which of them a folder has; known without the library that reads them."""

from __future__ import annotations

import os
from pathlib import Path

MAILS_OF, CALLS_OF, COPIES_OF = "ledger-{}.parquet", "calls-{}.parquet", "deliveries-{}.parquet"
"""Of a strategy; the last only of a scenario with [delivery]."""

PATTERNS = tuple(name.format("*") for name in (MAILS_OF, CALLS_OF, COPIES_OF))


def files_of(directory: Path, strategy: str) -> list[Path]:
    """Where its ledger is, be it there or not."""
    return [directory / name.format(strategy) for name in (MAILS_OF, CALLS_OF, COPIES_OF)]


def has(directory: Path, strategy: str) -> bool:
    """Whether a ledger was kept there."""
    return os.path.lexists(directory / MAILS_OF.format(strategy))


def kept_in(directory: Path) -> list[str]:
    """The strategies that have a ledger there, the one that was written first before the others."""
    paths = sorted(directory.glob(MAILS_OF.format("*")), key=lambda path: path.lstat().st_mtime_ns)
    before, after = MAILS_OF.split("{}")
    return [path.name.removeprefix(before).removesuffix(after) for path in paths]
