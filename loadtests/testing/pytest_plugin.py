"""The fixture `ses`: a throttling SES for each test of a sender. Every run of pytest imports this, and little else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from loadtests.testing.ses import Ses

MARKER = "ses(*, rate, burst, limiter, admission, daily): what the fixture ses allows in this test"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def _ses_of_process() -> Iterator[Ses]:
    """One for each process of pytest-xdist; it begins when the first test wants it."""
    from loadtests.testing.process import served
    from loadtests.testing.ses import Ses

    with _failing_in_one_line(), served() as at:
        yield Ses(at)


@pytest.fixture
def ses(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _ses_of_process: Ses) -> Ses:
    """A throttling SES as if it had just begun, which AWS's clients find; `@pytest.mark.ses(rate=14)` limits it."""
    from loadtests.testing.environment import REMOVED, variables

    with _failing_in_one_line():
        _ses_of_process.reset()
        _limit(_ses_of_process, request.node.get_closest_marker("ses"))
    for name, value in variables(_ses_of_process.url).items():
        monkeypatch.setenv(name, value)
    for name in REMOVED:
        monkeypatch.delenv(name, raising=False)
    return _ses_of_process


def _limit(ses: Ses, marker: pytest.Mark | None) -> None:
    """Raises BadInput for what no limit can be."""
    if marker is None:
        return
    try:
        ses.limit(*marker.args, **marker.kwargs)
    except TypeError as error:
        raise pytest.fail.Exception(f"@pytest.mark.ses: {error}", pytrace=False) from None


@contextmanager
def _failing_in_one_line() -> Iterator[None]:
    """What a test's author has to put right needs no traceback of ours."""
    from scenarios.errors import BadInput, RunFailed

    try:
        yield
    except (BadInput, RunFailed) as error:
        raise pytest.fail.Exception(f"ses: {error}", pytrace=False) from None
