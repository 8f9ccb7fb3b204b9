"""The local AWS as a process of its own, served on this machine only.

`python -m loadtests.moto.server` reads what to serve from standard input, prints its addresses and serves until
standard input ends: when its starter wants it to stop, or is gone. It notices from its first instant, before it has
even loaded what it is made of, so that it never outlives its parent. Our own routes have an address of their own: a
question there must not wait until one of the calls on their way has ended.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import NoReturn

from scenarios.errors import BadInput

LENGTH_BYTES = 8  # of the number that says how long is what follows
TROUBLE = "trouble: "  # begins a line that says why there are no addresses
OWN_THREADS = 2  # for our own routes


def main() -> None:
    """Serve what the parent pickled: scenario, seed, connections, a witness's file or None, and who is verified."""
    wanted, serving, over = SimpleQueue[bytes](), Event(), Event()
    try:
        Thread(target=_attend, args=(wanted, serving, over), daemon=True).start()
        _serve(wanted, serving, over)
    except MemoryError:
        _fail("out of memory")
    except ModuleNotFoundError as error:
        _fail(f"{error.name} is not installed: install seslab with its extra moto")
    except (BadInput, OSError, RuntimeError) as error:  # RuntimeError: no more threads
        _fail(str(error))


def _fail(why: str) -> NoReturn:
    """Some threads may have started: they are not waited for."""
    with suppress(OSError):  # the parent may be gone
        print(f"{TROUBLE}{why}", flush=True)
    os._exit(1)


def _attend(wanted: SimpleQueue[bytes], serving: Event, over: Event) -> None:
    """Hand over what the parent wants, and see to it that all is over when the parent is gone."""
    wanted.put(sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES))))
    sys.stdin.buffer.read()
    if not serving.is_set():
        os._exit(1)
    over.set()


def _serve(wanted: SimpleQueue[bytes], serving: Event, over: Event) -> None:
    from loadtests.endpoint.application import local_aws
    from loadtests.endpoint.web.listening import leave, listen
    from loadtests.ports.local import LOOPBACK

    scenario, seed, connections, witness, verified = pickle.loads(wanted.get())
    application, service = local_aws(scenario, seed, verified, witness)
    servers = [listen(application, LOOPBACK, 0, threads) for threads in (connections, OWN_THREADS)]
    for server in servers:
        Thread(target=server.serve, daemon=True).start()
    serving.set()
    print(*("{}:{}".format(*server.bind_addr) for server in servers), flush=True)
    sys.stdout = sys.stderr  # moto prints now and then; the pipe is not read any more
    over.wait()
    service.closing.set()
    stopped = [server.stop() for server in servers]
    if not all(stopped):
        leave()
    service.close()


if __name__ == "__main__":
    main()
