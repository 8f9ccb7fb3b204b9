"""A local AWS from outside: our own routes, asked over HTTP. The serving side imports nothing of this."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from loadtests.endpoint.routes import (
    CALLS,
    DEFAULT_ACCOUNT,
    DEFAULT_REGION,
    DELIVERY,
    QUEUES,
    RAW,
    REASONS,
    START,
    STATS,
)
from loadtests.record.logs import DECISION, DECISION_ROW, with_reasons
from scenarios.errors import RunFailed

Route = tuple[str, str]
"""A method and a path."""

LOG_PATIENCE_S = 60.0  # a whole run hangs on this one answer
UNANSWERED = (OSError, HTTPException, ValueError)
"""What `answer_to` raises; ValueError for an address, or for an answer, that makes no sense."""


def answer_to(url: str, route: Route, patience_s: float, document: Any = None) -> bytes:
    """A server's answer to a question, sent with a JSON document if there is one; raises one of `UNANSWERED`."""
    method, path = route
    with closing(_connection(url, patience_s)) as connection:
        body = None if document is None else json.dumps(document)
        connection.request(method, path, body, {"Accept": RAW})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != HTTPStatus.OK:
            raise HTTPException(f"{answer.status} {answer.reason}{_sentence(content)}")
        return content


def _sentence(content: bytes) -> str:
    """What our own routes say of an error, such as by which names the server may be asked."""
    with suppress(ValueError, KeyError, TypeError):
        return f": {json.loads(content)['message']}"
    return ""


def _connection(url: str, patience_s: float) -> HTTPConnection:
    """No proxy may see, or delay, a question to this very machine: the environment names none here."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.netloc, timeout=patience_s)


def _reasons_in(content: bytes) -> tuple[list[str], NDArray[Any]]:
    """SES's sentences, and for each call the number of its own."""
    sentences, _, numbers = content.partition(b"\n")
    return json.loads(sentences), np.frombuffer(numbers, "<u2")


class EndpointClient:
    """Asks about one account in one region; raises RunFailed where there is no answer.

    `wording` says so in one line, from the route and the error. Short questions wait for `look_patience_s`, those for
    logs for `LOG_PATIENCE_S`.
    """

    def __init__(
        self,
        url: str,
        wording: Callable[[Route, Exception], str],
        look_patience_s: float,
        region: str = DEFAULT_REGION,
        account: str = DEFAULT_ACCOUNT,
    ) -> None:
        self.url, self._wording, self._look_patience_s = url, wording, look_patience_s
        self._account_number, self._region = account, region
        self._whose = f"account={account}&region={region}"
        self._known, self._known_since = np.zeros(0, DECISION), 0.0

    def start(self, zero_unix_s: int, patience_s: float) -> None:
        """Let it begin anew with full limiters and empty logs; scenario second 0 is this second of Unix time."""
        self._known = np.zeros(0, DECISION)
        self._ask(START, patience_s, bytes, {"zero_unix_s": zero_unix_s})

    def in_flight(self) -> int:
        """How many sends SES has not decided on: of the account, where it has a name, or else of all."""
        stats = self._stats(self._look_patience_s)
        return int(self._mine(stats).get("in_flight", stats["in_flight"]))

    def requests(self) -> dict[str, int]:
        """How many requests SQS (`sqs`) and DynamoDB have had since second 0: the account's, or all, likewise."""
        stats = self._stats(LOG_PATIENCE_S)
        counts: dict[str, int] = self._mine(stats).get("requests", stats["requests"])
        return counts

    def zero_unix_s(self) -> float:
        """When its own second 0 was."""
        return float(self._account().get("zero_unix_s", 0.0))

    def rate_per_s(self) -> float | None:
        """The recipients a second that it allows; None before it has been asked for anything."""
        rate_per_s: float | None = self._account().get("max_send_rate_per_s")
        return rate_per_s

    def limits(self) -> tuple[float, float] | None:
        """That rate, and the recipients in 24 hours, negative for any number."""
        mine = self._account()
        return (mine["max_send_rate_per_s"], mine["max_24h_send"]) if "max_send_rate_per_s" in mine else None

    def names(self) -> list[str]:
        """Of the accounts that have any."""
        return [one["name"] for one in self._stats(self._look_patience_s)["accounts"] if "name" in one]

    def delivers(self) -> Mapping[str, Any]:
        """What it tells of the delivery stage."""
        told: Mapping[str, Any] = self._ask_mine(DELIVERY, self._look_patience_s, json.loads)
        return told

    def decisions(self) -> NDArray[Any]:
        """All that SES has decided, in its order: rows of `DECISION`, in seconds since its own second 0.

        Only what is new is asked for.
        """
        new = f"&from={len(self._known)}"
        rows = self._ask_mine(CALLS, LOG_PATIENCE_S, lambda content: np.frombuffer(content, DECISION_ROW), new)
        sentences, numbers = self._ask_mine(REASONS, LOG_PATIENCE_S, _reasons_in, new)
        told = with_reasons(rows, [sentences[number] for number in numbers[: len(rows)].tolist()])
        self._known = np.concatenate((self._known, told))
        return self._known

    def decisions_since(self, zero_unix_s: float) -> NDArray[Any]:
        """The same in seconds since another instant."""
        since = self.zero_unix_s()  # a server without a short answer is not waited for as long as a log
        if since != self._known_since:  # it was started anew
            self._known, self._known_since = np.zeros(0, DECISION), since
        rows = self.decisions().copy()
        rows["decided_s"] += since - zero_unix_s
        return rows

    def queues(self) -> dict[str, list[dict[str, Any]]]:
        """Every queue's messages by its name: their `body`, `receive_count` and `state`."""
        contents: dict[str, list[dict[str, Any]]] = self._ask_mine(QUEUES, LOG_PATIENCE_S, json.loads)
        return contents

    def _account(self) -> Mapping[str, Any]:
        return self._mine(self._stats(self._look_patience_s))

    def _mine(self, stats: Mapping[str, Any]) -> Mapping[str, Any]:
        accounts = stats["accounts"]
        mine = (one for one in accounts if (one["account"], one["region"]) == (self._account_number, self._region))
        return next(mine, {})

    def _stats(self, patience_s: float) -> Mapping[str, Any]:
        """Of all accounts: one that is not there yet, or has another name, is told by its absence."""
        counts: Mapping[str, Any] = self._ask(STATS, patience_s, json.loads)
        return counts

    def _ask_mine(self, route: Route, patience_s: float, read: Callable[[bytes], Any], more: str = "") -> Any:
        """About the account alone."""
        return self._ask(route, patience_s, read, query=f"?{self._whose}{more}")

    def _ask(
        self, route: Route, patience_s: float, read: Callable[[bytes], Any], document: Any = None, query: str = ""
    ) -> Any:
        method, path = route
        try:
            return read(answer_to(self.url, (method, f"{path}{query}"), patience_s, document))
        except UNANSWERED as error:
            raise RunFailed(self._wording(route, error)) from error
