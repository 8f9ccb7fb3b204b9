"""Lambda's Invoke for real, asynchronously: Lambda's own queue has the event once it answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from loadtests.bodies import invocation
from strategies.ports import Mail


class InvokeFailed(Exception):
    """Lambda did not take an event; the message names the function."""


class Invoker:
    """One host's access to a function."""

    def __init__(self, client: Any, function: str, connections: int) -> None:
        self._client, self._function = client, function
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="lambda")

    def invoke(self, mails: Sequence[Mail], /) -> Awaitable[None]:
        return asyncio.get_running_loop().run_in_executor(self._threads, self._invoke, mails)

    def _invoke(self, mails: Sequence[Mail]) -> None:
        payload = json.dumps(invocation(mails)).encode()
        try:
            self._client.invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise InvokeFailed(f"{self._function}: {error}") from error

    def close(self) -> None:
        """Start no further request; those on the wire end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
