"""The local AWS served in this process, on a port of the system's choice, and real clients of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import boto3
import numpy as np
from botocore.config import Config
from botocore.exceptions import ClientError
from numpy.typing import NDArray

from loadtests.endpoint.application import local_aws
from loadtests.endpoint.routes import CALLS, DEFAULT_REGION, RAW
from loadtests.endpoint.storing import Store
from loadtests.endpoint.web.listening import listen
from loadtests.ports.local import LOOPBACK
from loadtests.record.logs import DECISION_ROW
from scenarios.schema.model import Scenario
from tests.deploy.patience import PATIENCE_S

SENDER = "me@example.com"
TEXT = {"Subject": {"Data": "seslab"}, "Body": {"Text": {"Data": "One mail of a test."}}}
THREADS = 24
_open = build_opener(ProxyHandler({})).open


class Endpoint:
    """What a test knows of the server: its address, and what it answers."""

    def __init__(self, url: str) -> None:
        self.url, self._clients = url, list[Any]()

    def client(self, service: str, config: Config | None = None, **options: Any) -> Any:
        """A boto3 client that sends each request once, unless the configuration says otherwise."""
        options = {"region_name": DEFAULT_REGION, "aws_access_key_id": "seslab", **options}
        session = boto3.Session(**{"aws_secret_access_key": "seslab", **options})
        once = Config(retries={"total_max_attempts": 1}, proxies={}, max_pool_connections=THREADS)
        client = session.client(service, endpoint_url=self.url, config=once.merge(config) if config else once)
        self._clients.append(client)
        return client

    def ask(self, method: str, path: str, document: Any = None, **headers: str) -> Any:
        """What one of our own routes answers, from JSON."""
        return json.loads(self.raw(method, path, document, **headers))

    def raw(self, method: str, path: str, document: Any = None, **headers: str) -> bytes:
        body = None if document is None else json.dumps(document).encode()
        request = Request(f"{self.url}{path}", body, headers, method=method)
        with _open(request, timeout=PATIENCE_S) as answer:
            content: bytes = answer.read()
        return content

    def decisions(self) -> NDArray[Any]:
        """The witness's log."""
        return np.frombuffer(self.raw(*CALLS, Accept=RAW), DECISION_ROW)

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def served(
    verified: tuple[str, ...] = (SENDER,),
    store: Store | None = None,
    speed: float = 1.0,
    limits_control: bool = False,
    **tables: Any,
) -> Iterator[Endpoint]:
    """An endpoint that has just begun, without latency unless the tables say otherwise.

    What follows acceptance is so many times as fast as in reality.
    """
    latency = {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle", "sqs")}
    usual = {"name": "served", "workload": ({"process": "batch", "messages": 100},), "latency": latency}
    scenario = Scenario.model_validate({**usual, **tables})
    more: dict[str, Any] = {"store": store, "delivery_speed": speed, "limits_control": limits_control}
    application, service = local_aws(scenario, 1, verified, **more)
    server = listen(application, LOOPBACK, 0, THREADS)
    serving = Thread(target=server.serve)
    serving.start()
    endpoint = Endpoint("http://{}:{}".format(*server.bind_addr))
    try:
        endpoint.raw("POST", "/moto-api/reset")  # this process has but one moto
        yield endpoint
    finally:
        endpoint.close()
        server.stop()
        serving.join()
        service.close()


def account(**keys: Any) -> dict[str, Any]:
    """An account without a daily quota, unless the keys say otherwise."""
    return {"max_24h_send": -1, **keys}


def mail(recipients: int = 1, to: str = "you@example.org", **more: Any) -> dict[str, Any]:
    """The arguments of v2's SendEmail."""
    destination = {"ToAddresses": [to] * recipients}
    return {"FromEmailAddress": SENDER, "Destination": destination, "Content": {"Simple": TEXT}, **more}


def mail_v1(recipients: int = 1, to: str = "you@example.org", **more: Any) -> dict[str, Any]:
    """The arguments of v1's SendEmail."""
    return {"Source": SENDER, "Destination": {"ToAddresses": [to] * recipients}, "Message": TEXT, **more}


def traced(call: int, number: int, first: int) -> dict[str, Any]:
    """The tags of a run's own mail."""
    numbers = {"call": call, "mail": number, "first": first}
    return {"EmailTags": [{"Name": name, "Value": str(value)} for name, value in numbers.items()]}


def send(client: Any, **arguments: Any) -> str | None:
    """The error's code, if there is one."""
    try:
        client.send_email(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None
