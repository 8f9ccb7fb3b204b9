"""A cluster that is not there is told in one line, before anything is run."""

from __future__ import annotations

import socket

import pytest

from reports.running.cluster import executor
from reports.running.opening import opened
from scenarios.errors import BadInput, RunFailed


@pytest.mark.parametrize("address", ["nonsense", "foo://x", "tcp://127.0.0.1", "tcp://127.0.0.1:x"])
def test_what_is_no_address_is_bad_input(address: str) -> None:
    """It ends with exit code 2."""
    pytest.importorskip("distributed")
    with (
        pytest.raises(BadInput, match=rf"^--cluster {address}: must be an address such as tcp://"),
        opened(None, address),
    ):
        pass


def test_a_cluster_that_cannot_be_reached_ends_at_once() -> None:
    """Nobody listens at a port that is only taken; it ends with exit code 3."""
    pytest.importorskip("distributed")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        where = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(RunFailed, match=rf"^--cluster {where}: cannot be reached within"), opened(None, where):
            pass


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one of HTTP, which waits for the words that it knows."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(executor, "PATIENCE_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        line = rf"^--cluster {where}: what listens there does not answer as a Dask scheduler within 0.05 s$"
        with pytest.raises(RunFailed, match=line), opened(None, where):
            pass


def test_tls_needs_a_certificate() -> None:
    """Without one, whoever is there would be taken for no scheduler."""
    pytest.importorskip("distributed")
    line = r"^--cluster tls://127\.0\.0\.1:1: needs a certificate; set DASK_DISTRIBUTED__COMM__TLS__CA_FILE and what"
    with pytest.raises(BadInput, match=line), opened(None, "tls://127.0.0.1:1"):
        pass
