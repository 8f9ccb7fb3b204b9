"""A server to be measured, until standard input ends: `python -m benchmarks.serving seslab|moto`."""

from __future__ import annotations

import sys
from threading import Thread
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from loadtests.endpoint.application import local_aws
from loadtests.endpoint.web.listening import listen
from loadtests.ports.local import LOOPBACK
from scenarios.schema.model import Scenario

KINDS = ("seslab", "moto")
THREADS = 16
UNLIMITED: dict[str, Any] = {
    "name": "unlimited",
    "account": {"max_send_rate_per_s": 1e6, "max_24h_send": -1},
    "workload": ({"process": "batch", "messages": 1},),
    "latency": {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle", "sqs")},
}


def main() -> None:
    """Both kinds run in the same way, each in a process of its own."""
    application: Any = DomainDispatcherApplication(create_backend_app)
    if sys.argv[1] == "seslab":
        application, _ = local_aws(Scenario.model_validate(UNLIMITED), 1)
    server = listen(application, LOOPBACK, 0, THREADS)
    print("http://{}:{}".format(*server.bind_addr), flush=True)
    Thread(target=server.serve, daemon=True).start()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
