"""Tests on a Dask cluster of this machine are for `make cluster-test` alone."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """They start processes and kill them, which takes seconds."""
    return None if "cluster" in config.getoption("markexpr") else True
