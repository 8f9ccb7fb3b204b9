"""The local AWS as a process of its own, for tests; everybody may send.

`python -m loadtests.testing.server` prints the ports of HTTP and SMTP, or why there are none, and serves until its
standard input ends: when its starter is gone. It notices from its first instant.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from threading import Thread
from typing import NoReturn

TROUBLE = "trouble: "  # begins a line that says why there are no ports


def main() -> None:
    """Serve an account that answers at once, until the starter is gone."""
    Thread(target=_end_with_starter, daemon=True).start()
    try:
        _serve()
    except ModuleNotFoundError as error:
        _fail(f"{error.name} is not installed; the local SES needs it: install seslab with its extra moto")
    except (OSError, RuntimeError) as error:  # RuntimeError: no more threads
        _fail(str(error))


def _end_with_starter() -> None:
    with suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    os._exit(0)


def _fail(why: str) -> NoReturn:
    """Some threads may have started: they are not waited for."""
    with suppress(OSError):  # the starter may be gone
        print(f"{TROUBLE}{why}", flush=True)
    os._exit(1)


def _serve() -> None:
    from loadtests.endpoint import serve
    from loadtests.endpoint.addresses import ANYBODY
    from loadtests.endpoint.application import local_aws
    from loadtests.endpoint.web.listening import listen
    from loadtests.ports.local import LOOPBACK

    scenario = serve.scenario_of(None, None, {})
    application, service = local_aws(scenario, scenario.seed, (ANYBODY,))
    server = listen(application, LOOPBACK, 0, serve.THREADS)
    with serve.mail(service, LOOPBACK, 0) as smtp_port:
        print(server.bind_addr[1], smtp_port, flush=True)
        sys.stdout = sys.stderr  # moto prints now and then; the pipe is not read any more
        server.serve()


if __name__ == "__main__":
    main()
