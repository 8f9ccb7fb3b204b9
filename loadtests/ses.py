"""SES for real: SendEmail through boto3, in threads of its own, botocore's retries off, its errors translated."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from loadtests.kernel import Clock
from loadtests.logs import ClientLog
from scenarios.errors import RunFailed
from scenarios.ledger import MESSAGES, QUOTA
from strategies.ports import Mail, QuotaExceeded, Rejected, SendError, Throttled, Unanswered, Unavailable

SENDER = "seslab@example.com"
CONTENT = {"Simple": {"Subject": {"Data": "seslab"}, "Body": {"Text": {"Data": "One mail of a load test."}}}}


def connect(url: str, region: str, connections: int, read_timeout_s: float) -> Any:
    """A client that sends each call once: hidden retries would falsify every count. Its keys open nothing."""
    once = Config(
        retries={"total_max_attempts": 1},
        max_pool_connections=connections,
        read_timeout=read_timeout_s,
        proxies={},  # a proxy of the environment must not see, or delay, a call to this very machine
    )
    session = boto3.Session(aws_access_key_id="seslab", aws_secret_access_key="seslab", region_name=region)
    return session.client("sesv2", endpoint_url=url, config=once)


def verify(url: str, region: str) -> None:
    """Make the sender one that may send; raises RunFailed. The endpoint's first answer takes long: it loads itself."""
    try:
        with closing(connect(url, region, 1, read_timeout_s=60.0)) as client:
            client.create_email_identity(EmailIdentity=SENDER)
    except (BotoCoreError, ClientError) as error:
        raise RunFailed(f"{url} does not take {SENDER} as a sender: {error}") from error


class Mailer:
    """One pod's SES: as many calls at once as it has connections. A caller that dies does not un-send its mail."""

    def __init__(self, client: Any, clock: Clock, log: ClientLog, connections: int) -> None:
        self._client, self._clock, self._log = client, clock, log
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="ses")

    def send(self, mail: Mail, to: range, /) -> Awaitable[None]:
        return asyncio.get_running_loop().run_in_executor(self._threads, self._send, mail, to)

    def _send(self, mail: Mail, to: range) -> None:
        call = self._log.begin(mail, to, self._clock.now())
        try:
            self._client.send_email(**request(call, mail, to))
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise translated(error) from error
        finally:
            self._log.end(call, self._clock.now())

    def close(self) -> None:
        """Start no further call; those on the wire end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def request(call: int, mail: Mail, to: range) -> dict[str, Any]:
    """SendEmail's arguments: only ever to the mailbox simulator; the tags let a witness name the recipients."""
    tags = {"call": call, "mail": mail.number, "first": to.start}
    return {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": [f"success+{mail.number}.{who}@simulator.amazonses.com" for who in to]},
        "Content": CONTENT,
        "EmailTags": [{"Name": name, "Value": str(value)} for name, value in tags.items()],
    }


def translated(error: ClientError | ConnectionError | HTTPClientError) -> SendError:
    """What a foreign error means for the mail."""
    if isinstance(error, ClientError):
        return _refusal(error.response)
    if isinstance(error, ReadTimeoutError | ConnectionClosedError):
        return Unanswered(str(error))  # sent, but SES's decision never came back
    return Unavailable(str(error))


def _refusal(response: Any) -> SendError:
    code, message = response["Error"]["Code"], response["Error"]["Message"]
    if response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return Unavailable(message)
    if code == "TooManyRequestsException":
        return QuotaExceeded(message) if message == MESSAGES[QUOTA] else Throttled(message)
    return Rejected(f"{code}: {message}")
