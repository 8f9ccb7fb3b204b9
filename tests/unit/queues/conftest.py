"""An SQS without queues, and threads to use it with."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from moto.sqs.models import sqs_backends

from loadtests.endpoint.sqs import queues
from loadtests.endpoint.sqs.queues import Backend
from tests.unit.queues.clients import ACCOUNT, REGION


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Backend:
    """An SQS of one account and region without queues."""
    monkeypatch.setattr(queues, "duplicate", bool)
    monkeypatch.setattr(queues, "misses", bool)
    queues.install()
    backend = sqs_backends[ACCOUNT][REGION]
    assert isinstance(backend, Backend)
    return backend


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Room for 16 clients."""
    with ThreadPoolExecutor(16) as pool:
        yield pool
