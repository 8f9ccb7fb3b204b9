"""Where a deployed strategy runs: its cloud, its SES, and who saw what SES did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from loadtests.application.access import Connector
from loadtests.deploy.cloud import Cloud
from loadtests.ports.ses import Envelope

SERVICES = ("sqs", "lambda", "dynamodb")
"""What pods ask beside SES."""


class Witness(Protocol):
    """SES's side of a run."""

    def begin(self, zero_unix_s: int) -> None:
        """Scenario second 0 is this second of Unix time."""
        ...

    def look(self) -> None:
        """Called now and then during the run; raises RunFailed when it must not go on."""
        ...

    def calls(self, expected: int) -> NDArray[Any]:
        """Rows of `loadtests.record.logs.DECISION`; waits a while for as many acceptances as callers have seen."""
        ...


@dataclass(frozen=True)
class RunSite:
    """A place for one run. `ses_url` is set where SES is not the cloud's own; delays are in seconds."""

    cloud: Cloud
    envelope: Envelope
    witness_of: Callable[[Mapping[str, str]], Witness]  # by the outputs of the stack
    ses_url: str | None = None
    publishes: bool = True  # SES's events, into a queue of the stack: where nothing else tells what SES did
    witness: Path | None = None  # a file with what is known of SES's decisions, should no process be left to ask
    children: tuple[int, ...] = ()  # processes that lead groups of their own, to be killed after a killed run
    quiet_s: float = 0.0  # so long must queues look empty to be so
    poll_s: int = 0  # so long is a queue asked before it is empty
    look_s: float = 0.1  # between two looks
    settle_s: float = 1.0  # logs take so long to arrive
    recalls: bool = False  # whether a function that runs ends when its configuration changes
    head_s: float = 1.0  # a run begins so long before its time zero

    def connector(self, read_timeout_s: float) -> Connector:
        """For the application's pods, which send each request once."""
        urls = {**dict.fromkeys(SERVICES, self.cloud.url), "sesv2": self.ses_url or self.cloud.url}
        return Connector(self.cloud.session, read_timeout_s, urls)
