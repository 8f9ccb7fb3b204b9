"""Where a real run sends its calls."""

from __future__ import annotations

import pickle
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from numpy.typing import NDArray

from loadtests.endpoint.client import EndpointClient, Route
from loadtests.moto.server import LENGTH_BYTES, TROUBLE
from scenarios.errors import RunFailed
from scenarios.schema.model import Scenario
from scenarios.system.children import OURS

SERVER = (*OURS, "loadtests.moto.server")
PATIENCE_S = 5.0
HEAD_START_S = 0.2  # for the pods to be built before time zero
LOOK_PATIENCE_S, LOOKS = 2.0, 3  # a busy machine answers late, but not so late so often


def begin() -> subprocess.Popen[bytes]:
    """A process that serves once it has heard what, in a session of its own: after Ctrl-C we still want its log."""
    return subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)


class Moto:
    """moto behind our SES limiter, in a process of its own that ends with the block.

    What SES decides it also writes to the file `witness`, should no process be left to ask. `begun` is told the process
    before anything is asked of it: one that is stopped does not notice when its parent is gone. Who is `verified` may
    send from the first.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        connections: int,
        witness: Path | None = None,
        begun: Callable[[int], object] = lambda _pid: None,
        verified: Sequence[str] = (),
    ) -> None:
        bare = scenario.model_copy(update={"strategies": {}})  # whose settings may be of modules that it does not know
        wanted = pickle.dumps((bare, seed, connections, witness, verified))
        self.wanted, self._begun = len(wanted).to_bytes(LENGTH_BYTES) + wanted, begun

    def __enter__(self) -> Self:
        self._process = begin()
        try:
            self._begun(self.pid)
            self._address, own_address = self._introduce()
            self._own_url = f"http://{own_address}"
            self._client = EndpointClient(self._own_url, _silence, LOOK_PATIENCE_S)
        except BaseException:
            self._stop()
            raise
        return self

    def _introduce(self) -> list[str]:
        """Tell the process what to serve; it answers with its addresses: AWS's, and that of our own routes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # a server that is gone already will not answer either
            self._process.stdin.write(self.wanted)
            self._process.stdin.flush()
        line = self._process.stdout.readline().decode().strip()
        if line.startswith(TROUBLE):
            raise RunFailed(f"the local AWS endpoint did not start: {line.removeprefix(TROUBLE)}")
        if not line:
            raise RunFailed("the local AWS endpoint did not start; its own message stands above")
        return line.split()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        """End the process's standard input, which is its signal to stop, and see it gone."""
        try:
            self._process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it serves."""
        return self._process.poll()

    @property
    def url(self) -> str:
        return f"http://{self._address}"

    def look(self) -> int:
        """How many sends SES has not decided on; raises RunFailed without an answer, however often it is asked."""
        return patiently_looked(self._client)

    def kill(self) -> None:
        """End it even if it is stopped; threads that wait for its answer get an error."""
        self._process.kill()

    def asked_about(self, account: str, region: str) -> EndpointClient:
        """Asks about one of several accounts, by its number."""
        return EndpointClient(self._own_url, _silence, LOOK_PATIENCE_S, region, account)

    def begin(self) -> int:
        """Start at a whole second, so that all logs of a run align; returns it."""
        zero_unix_s = ceil(time.time() + HEAD_START_S)
        self.start(zero_unix_s)
        return zero_unix_s

    def usage(self, polls: int) -> dict[str, float]:
        """The requests to SQS, our own looks into queues left out, and those to DynamoDB."""
        return usage_of(self._client, polls)

    def start(self, zero_unix_s: int) -> None:
        """Begin anew with a full limiter and an empty log; scenario second 0 is this second of Unix time."""
        self._client.start(zero_unix_s, PATIENCE_S)

    def calls(self) -> NDArray[Any]:
        """The witness: every call that SES decided, an array of `DECISION` in the order of its decisions."""
        return self._client.decisions()

    def queues(self) -> dict[str, list[dict[str, Any]]]:
        """Every queue's messages."""
        return self._client.queues()


def patiently_looked(client: EndpointClient) -> int:
    """How many sends SES has not decided on; raises RunFailed without an answer, however often it is asked."""
    for _ in range(LOOKS - 1):
        with suppress(RunFailed):
            return client.in_flight()
    return client.in_flight()


def usage_of(client: EndpointClient, polls: int) -> dict[str, float]:
    """The requests to SQS, our own looks into queues left out, and those to DynamoDB."""
    requests = client.requests()
    tables = {kind: float(requests[kind]) for kind in ("dynamodb_reads", "dynamodb_writes")}
    return {"sqs_requests": float(requests["sqs"] - polls), **tables}


def _silence(route: Route, error: Exception) -> str:
    return f"the local AWS endpoint does not answer {route[1]}: {error}"
