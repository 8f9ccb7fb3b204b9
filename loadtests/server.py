"""The local AWS as a process of its own, served on this machine only.

`python -m loadtests.server` reads what to serve from standard input, prints its address and serves until standard input
ends: when whoever started it wants it to stop, or is gone. So it never outlives its parent.
"""

from __future__ import annotations

import pickle
import sys
from threading import Thread

from loadtests.endpoint.application import local_aws
from loadtests.endpoint.listening import LOOPBACK, leave, listen, stop


def main() -> None:
    """Serve the scenario, seed, number of connections and witness, a file or None, that the parent pickled."""
    scenario, seed, connections, witness = pickle.load(sys.stdin.buffer)
    application, service = local_aws(scenario, seed, witness=witness)
    server = listen(application, LOOPBACK, 0, connections + 2)  # one for each call, and for who asks about them
    print("{}:{}".format(*server.bind_addr), flush=True)
    sys.stdout = sys.stderr  # moto prints now and then; nobody reads the pipe any more
    Thread(target=server.serve, daemon=True).start()
    sys.stdin.buffer.read()
    service.closing.set()
    if not stop(server):
        leave()
    service.close()


if __name__ == "__main__":
    main()
