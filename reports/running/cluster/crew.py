"""The workers of a cluster: how many have the same code as here, and a line about each that has not."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from reports import terminal
from reports.running.cluster.worker import admission
from reports.running.store.source_code import code_digest

if TYPE_CHECKING:
    from distributed import Client

PATIENCE_S = 5.0  # for an answer: while a client closes itself, none comes
LOOK_EVERY_S = 1.0  # an answer of the scheduler, with all of its workers, each time
_PREFIX, _BARE = "seslab-", "no seslab"
_SHOWN = 12  # digits of a digest


class Crew:
    """As it was at the last look; others come and go meanwhile."""

    def __init__(self, client: Client) -> None:
        """Waits until all that are there have said which code they have."""
        self._client, self._known, self._told = client, 0, set[str]()
        self.resource = _PREFIX + code_digest()
        client.register_plugin(admission(_PREFIX, _BARE))
        self._look()

    @property
    def has_strangers(self) -> bool:
        """Whether some worker, there or gone, has other code."""
        return bool(self._told)

    def count(self) -> int:
        """How many have the same code; who has not is told once."""
        if self._client.status == "running" and monotonic() - self._looked_at_s >= LOOK_EVERY_S:
            self._look()
        return self._known

    def _look(self) -> None:
        self._looked_at_s = monotonic()
        try:
            known = self._client.sync(self._client.scheduler.identity, n_workers=-1, callback_timeout=PATIENCE_S)
        except OSError:  # of which TimeoutError is one; whether it went away, the connection of the jobs will tell
            return
        workers: Mapping[str, Mapping[str, Any]] = known["workers"]
        self._known = sum(self.resource in one["resources"] for one in workers.values())
        for address, one in sorted(workers.items()):
            if self.resource not in one["resources"]:
                self._tell(address, _code(one))

    def _tell(self, address: str, code: str | None) -> None:
        if code is not None and address not in self._told:
            self._told.add(address)
            here = _digits(self.resource)
            terminal.tell(f"note: {address} is given no runs: it has {_spelt(code)}, and here is {here}")


def _code(worker: Mapping[str, Any]) -> str | None:
    """The resource called after its code; none of a worker that has only just come."""
    return next((name for name in worker["resources"] if name == _BARE or name.startswith(_PREFIX)), None)


def _spelt(code: str) -> str:
    return code if code == _BARE else f"code {_digits(code)}"


def _digits(resource: str) -> str:
    return resource.removeprefix(_PREFIX)[:_SHOWN]
