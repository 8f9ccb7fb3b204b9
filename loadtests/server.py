"""The local AWS as a process of its own: moto behind the throttling SES, served on this machine only.

`python -m loadtests.server` reads what to serve from standard input, prints its address and serves until standard input
ends: when whoever started it wants it to stop, or is gone. So it never outlives its parent.
"""

from __future__ import annotations

import pickle
import sys
from threading import Thread

from cheroot.wsgi import Server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from loadtests.throttle import ThrottlingSes
from scenarios.model import Scenario

LOOPBACK = "127.0.0.1"
BACKLOG = 1024  # connections not yet accepted; cheroot's 5 makes a burst of clients wait a second for TCP to retry


def bind(scenario: Scenario, seed: int, connections: int, port: int = 0) -> Server:
    """A server that is bound and listens; `port` 0 lets the system choose. Call `serve` and, in the end, `stop`."""
    moto = DomainDispatcherApplication(create_backend_app)
    server = Server(
        (LOOPBACK, port),
        ThrottlingSes(scenario, seed, moto),
        numthreads=connections + 2,  # one for each call on its way, and for who asks about them
        request_queue_size=BACKLOG,
        shutdown_timeout=1,
    )
    server.expiration_interval = 0.05  # how often it looks whether to stop; cheroot's 0.5 s would be felt in every run
    server.prepare()
    return server


def main() -> None:
    """Serve the scenario, seed and number of connections that the parent pickled."""
    server = bind(*pickle.load(sys.stdin.buffer))
    print("{}:{}".format(*server.bind_addr), flush=True)
    sys.stdout = sys.stderr  # moto prints now and then; nobody reads the pipe any more
    Thread(target=server.serve).start()
    sys.stdin.buffer.read()
    server.stop()


if __name__ == "__main__":
    main()
