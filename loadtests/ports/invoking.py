"""Lambda's Invoke for real, asynchronously: Lambda's own queue has the event once it answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from loadtests.ports.payloads import invocation
from loadtests.ports.request_threads import RequestThreads
from strategies.ports import Mail


class InvokeFailed(Exception):
    """Lambda did not take an event; the message names the function."""


class Invoker:
    """One host's access to a function."""

    def __init__(self, client: Any, function: str, threads: RequestThreads) -> None:
        self._client, self._function, self._threads = client, function, threads

    def invoke(self, mails: Sequence[Mail], /) -> Awaitable[None]:
        return self._threads.carry(self._invoke, mails)

    def _invoke(self, mails: Sequence[Mail]) -> None:
        payload = json.dumps(invocation(mails)).encode()
        try:
            self._client.invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise InvokeFailed(f"{self._function}: {error}") from error
