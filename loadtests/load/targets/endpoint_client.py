"""What a local AWS that somebody else started has decided on a run's mails, told from all others."""

from __future__ import annotations

import json
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from loadtests.endpoint.routes import CALLS, DEFAULT_ACCOUNT, QUEUES, RAW, STATS
from loadtests.load.assignment import Assignment, is_of
from loadtests.record.logs import DECISION
from scenarios.errors import RunFailed
from scenarios.schema.files import printable

PATIENCE_S = 60.0  # a whole run hangs on this one answer
LOOK_PATIENCE_S = 10.0  # who is overloaded answers late, and who is stopped never


class LocalAws:
    """A `seslab serve` that is up; one region of its account. It is asked, and never told to begin anew."""

    def __init__(self, url: str, region: str) -> None:
        self.url, self._region = url, region

    def decisions(self, zero_unix_s: float) -> NDArray[Any]:
        """Everything that its SES has decided, as rows of `DECISION`, in seconds since `zero_unix_s`."""
        late_s = self.zero_unix_s() - zero_unix_s  # who has no short answer is not waited for as long as for a log
        rows = np.frombuffer(self._ask(CALLS), DECISION).copy()
        rows["decided_s"] += late_s
        return rows

    def zero_unix_s(self) -> float:
        """When its own second 0 was."""
        return float(self._account().get("zero_unix_s", 0.0))

    def rate_per_s(self) -> float | None:
        """The recipients a second that it allows; None before it has been asked for anything."""
        rate_per_s: float | None = self._account().get("max_send_rate_per_s")
        return rate_per_s

    def _account(self) -> dict[str, Any]:
        accounts = json.loads(self._ask(STATS, LOOK_PATIENCE_S))["accounts"]
        mine = (one for one in accounts if (one["account"], one["region"]) == (DEFAULT_ACCOUNT, self._region))
        return next(mine, {})

    def queues(self) -> dict[str, list[dict[str, Any]]]:
        """Every queue's messages, by its name."""
        contents: dict[str, list[dict[str, Any]]] = json.loads(self._ask(QUEUES))
        return contents

    def check(self) -> None:
        """Raises RunFailed unless it is up and is one of ours."""
        self._ask(STATS, LOOK_PATIENCE_S)

    def _ask(self, route: tuple[str, str], patience_s: float = PATIENCE_S) -> bytes:
        method, path = route
        try:
            with closing(_connection(self.url, patience_s)) as connection:
                connection.request(method, f"{path}?region={self._region}", headers={"Accept": RAW})
                answer = connection.getresponse()
                if answer.status != HTTPStatus.OK:
                    raise HTTPException(f"{answer.status} {answer.reason}")
                return answer.read()
        except (OSError, HTTPException, ValueError) as error:
            raise RunFailed(
                f"--endpoint {printable(self.url)}: no answer to {method} {path} ({error}); is a seslab serve there?"
            ) from error


def _connection(url: str, patience_s: float) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.netloc, timeout=patience_s)


def of_run(decisions: NDArray[Any], assignment: Assignment, mails: int) -> NDArray[Any]:
    """The decisions on a run's own mails, under the numbers that its scenario gives them."""
    first = assignment.first_number
    ours = np.full(len(decisions), True) if first else is_of(decisions["call"], assignment.run)
    rows = decisions[ours & (decisions["mail"] >= first) & (decisions["mail"] < first + mails)].copy()
    rows["mail"] -= first
    return rows
