"""One server for all load tests, as on a machine that a team shares: runs must not mix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.loadtest.locusts import Served, serving


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A server that allows 50 recipients a second."""
    with serving() as server:
        yield server
