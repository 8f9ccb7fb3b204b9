"""What the processes of a test run import, compiled before they begin.

All of them import the same modules in the same order at the same time, so that each would compile nearly all of them.
"""

from __future__ import annotations

import compileall
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from _pytest.assertion import rewrite

from tests.unit.checkout import ROOMS, ROOT


def ahead(config: pytest.Config) -> None:
    """Python's own modules by its own means; those of tests, in which pytest rewrites assertions, by pytest's."""
    for room in ROOMS:
        compileall.compile_dir(ROOT / room, quiet=2, workers=0)
    tests = sorted(path for name in ("test_*.py", "conftest.py") for path in (ROOT / "tests").rglob(name))
    if not (other := os.fork()):
        try:
            _rewrite(tests[::2], config)
        finally:
            os._exit(0)
    _rewrite(tests[1::2], config)
    os.waitpid(other, 0)


def _rewrite(tests: Sequence[Path], config: pytest.Config) -> None:
    """A module that cannot be read is told by the process that collects its tests."""
    for path in tests:
        folder = rewrite.get_cache_dir(path)
        kept = folder / f"{path.stem}{rewrite.PYC_TAIL}"
        with suppress(OSError, SyntaxError):
            if rewrite._read_pyc(path, kept) is None and rewrite.try_makedirs(folder):
                status, code = rewrite._rewrite_test(path, config)
                rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, status, kept)
