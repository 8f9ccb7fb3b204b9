"""The warmed parent from which function environments fork: thirty interpreters that import boto3 would take seconds.

`python -m loadtests.local_lambda.fork_server` says that it is ready and reads one JSON object a line: the `strategies`
from outside that functions may be of, or the variables and the log of an environment to start. It says a line for each
that started (`{"pid": 1}`, in the order of the orders) or ended (`{"ended": 1}`). When its standard input ends, so do
they all.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NoReturn

from loadtests.function import entry
from loadtests.function.package import HANDLER
from loadtests.local_lambda.pooled import ENTRY
from scenarios.outside.bundle import Bundle
from scenarios.outside.plug import plug  # which imports all of our own strategies, too, before anything forks

STDIN, STDOUT, STDERR = 0, 1, 2


def main() -> None:
    """Warm up, then fork on demand."""
    children, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    entry.warm()
    _say({"ready": os.getpid()})
    with selectors.DefaultSelector() as selector:
        selector.register(STDIN, selectors.EVENT_READ)
        selector.register(children, selectors.EVENT_READ)
        _serve(selector, children)
    _end_all()


def _serve(selector: selectors.BaseSelector, children: int) -> None:
    """Until standard input ends."""
    orders = b""
    while True:
        for key, _ in selector.select():
            if key.fd == children:
                os.read(children, 4096)
                _say_ended()
            elif not (read := os.read(STDIN, 65536)):
                return
            else:
                *lines, orders = (orders + read).split(b"\n")
                for line in lines:
                    _obey(json.loads(line))


def _end_all() -> None:
    """See every environment gone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)  # this process leads a session, in which no other handles it
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _say_ended() -> None:
    for pid in _ended():
        _say({"ended": pid})


def _ended() -> Iterator[int]:
    with suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            yield pid


def _say(fact: dict[str, int]) -> None:
    os.write(STDOUT, json.dumps(fact).encode() + b"\n")


def _obey(order: dict[str, Any]) -> None:
    if "strategies" in order:
        plug(Bundle(*one) for one in order["strategies"])
    else:
        _start(order["variables"], order["log"])


def _start(variables: dict[str, str], log: str) -> None:
    pid = os.fork()
    if not pid:
        _become(variables, log)
    _say({"pid": pid})


def _become(variables: dict[str, str], log: str) -> NoReturn:
    """Be the environment, as Lambda would have started it."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), STDIN)
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), STDOUT)
    os.dup2(STDOUT, STDERR)
    os.environ.update(variables)
    try:
        from awslambdaric import bootstrap  # only now: it takes the Runtime API's address when it is imported
        from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

        bootstrap.run(os.environ.get(ENTRY, HANDLER), LambdaRuntimeClient(variables["AWS_LAMBDA_RUNTIME_API"]))
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
