"""The local AWS as a process of its own, served on this machine only.

`python -m loadtests.moto.server` reads what to serve from standard input, prints its addresses and serves until
standard input ends: when its starter wants it to stop, or is gone. So it never outlives its parent. Our own routes have
an address of their own: a question there must not wait until one of the calls on their way has ended.
"""

from __future__ import annotations

import pickle
import sys
from threading import Thread

from loadtests.endpoint.application import local_aws
from loadtests.endpoint.listening import leave, listen
from loadtests.ports.local import LOOPBACK

OWN_THREADS = 2  # for our own routes


def main() -> None:
    """Serve the scenario, seed, number of connections and witness, a file or None, that the parent pickled."""
    scenario, seed, connections, witness = pickle.load(sys.stdin.buffer)
    application, service = local_aws(scenario, seed, witness=witness)
    servers = [listen(application, LOOPBACK, 0, threads) for threads in (connections, OWN_THREADS)]
    print(*("{}:{}".format(*server.bind_addr) for server in servers), flush=True)
    sys.stdout = sys.stderr  # moto prints now and then; the pipe is not read any more
    for server in servers:
        Thread(target=server.serve, daemon=True).start()
    sys.stdin.buffer.read()
    service.closing.set()
    stopped = [server.stop() for server in servers]
    if not all(stopped):
        leave()
    service.close()


if __name__ == "__main__":
    main()
