"""An SQS without queues, and threads to use it with."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from moto.sqs.models import sqs_backends

from loadtests.endpoint.sqs import queues as settings
from loadtests.endpoint.sqs.queues import Backend
from tests.unit.queues.asked import Queues
from tests.unit.queues.clients import ACCOUNT, REGION
from tests.unit.served import served


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Backend:
    """An SQS of one account and region without queues."""
    monkeypatch.setattr(settings, "duplicate", bool)
    monkeypatch.setattr(settings, "finds", lambda wanted, _visible: wanted)
    settings.install()
    backend = sqs_backends[ACCOUNT][REGION]
    assert isinstance(backend, Backend)
    return backend


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Room for 16 clients."""
    with ThreadPoolExecutor(16) as pool:
        yield pool


@pytest.fixture(scope="module")
def queues() -> Iterator[Queues]:
    """A local AWS with some queues."""
    with served() as endpoint:
        yield Queues(endpoint)
