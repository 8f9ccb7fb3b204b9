"""One worker's share of a strategy's run against an endpoint that is up, in a process of its own.

`python -m loadtests.load.shares.share_process` reads a packed `ShareOrder` from standard input, says each SES call that
has ended on standard output, and leaves its ledger in `share-PLACE` in the order's folder. SIGINT, SIGTERM and the end
of its input, which is the worker's, end the run, and the ledger so far is kept. It exits as `seslab` does: with one
line, and 2 for what cannot be right, 3 for what could not be done.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Thread, Timer
from typing import Any, NoReturn

from loadtests.application.run_request import RunRequest
from loadtests.deploy import on_aws
from loadtests.deploy.cloud import aws, speaking_plainly
from loadtests.deploy.run import attended, requests_of
from loadtests.deploy.staging import refuse_functions
from loadtests.load.assignment import WORLD
from loadtests.load.shares.attached import Attached
from loadtests.load.shares.share_order import ShareOrder, unpacked
from loadtests.load.shares.telling import Teller
from loadtests.moto.play import played
from loadtests.ports.local import local_session
from loadtests.record import run_registry
from scenarios.budget import Budget
from scenarios.errors import BadInput, Interrupted, RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import Ledger
from scenarios.runs import blaming

UNCOUNTED = "the cost leaves out {}, which an endpoint that others use counts for all of them"
EXIT_USAGE, EXIT_FAILED = 2, 3
AGAIN_S = 0.1
PATIENCE_S = 20.0  # in which a run that is ended keeps what it has done


def main() -> None:
    """Do what is ordered."""
    _be_interruptible()
    order = unpacked(sys.stdin.buffer)
    Thread(target=_end_with_input, daemon=True).start()
    folder = order.folder / f"share-{order.share.place}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with blaming(order.scenario.strategy_of(order.strategy)):
            store.write(share(order, folder), folder)
    except BadInput as error:
        _leave(error, EXIT_USAGE)
    except (Interrupted, RunFailed) as error:
        _leave(error, EXIT_FAILED)


def _be_interruptible() -> None:
    """SIGTERM is another SIGINT; one that comes before there is a run to end comes again."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.signal(signal.SIGINT, _come_again)


def _come_again(*_: Any) -> None:
    timer = Timer(AGAIN_S, os.kill, (os.getpid(), signal.SIGINT))
    timer.daemon = True
    timer.start()


def _end_with_input() -> None:
    """The worker is gone: a strategy that does not end now would run for ever."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    last = Timer(PATIENCE_S, os._exit, (EXIT_FAILED,))
    last.daemon = True
    last.start()
    os.kill(os.getpid(), signal.SIGINT)


def _leave(error: Exception, code: int) -> NoReturn:
    """Wait for no answer any more."""
    print(error, file=sys.stderr, flush=True)
    os._exit(code)


def share(order: ShareOrder, folder: Path) -> Ledger:
    """Play it; functions write their logs to the folder."""
    started_s = time.perf_counter()
    teller = Teller(order.mails.intended_s, order.zero_unix_s)
    plan = order.share.plan(order.scenario, order.strategy)
    which = order.scenario, order.strategy, plan, order.seed, order.mails, order.share
    request = RunRequest(*which, order.envelope, order.run, teller.hear)
    if order.endpoint is None:
        ledger = _on_account(order, request)
    else:
        ledger = _on_endpoint(order, request, teller, folder / f"{order.name}.log")
    return replace(ledger, wall_s=time.perf_counter() - started_s)


def _on_endpoint(order: ShareOrder, request: RunRequest, teller: Teller, log: Path) -> Ledger:
    """Where a `seslab serve` is SES and SQS, and functions run on this machine."""
    endpoint, session = Attached(order), local_session()
    with ExitStack() as until_over, endpoint.tidied(session), teller.following(log):
        ledger = request.ledger(played(request, endpoint, log, until_over).evidence, WORLD)
    asked = requests_of(request.plan)
    uncounted = (UNCOUNTED.format(asked),) if asked else ()
    return replace(ledger, warnings=(*ledger.warnings, *uncounted))


def _on_account(order: ShareOrder, request: RunRequest) -> Ledger:
    """Where SES is AWS's own, and the queue of its events there already."""
    refuse_functions(order.strategy, request.plan)
    run_registry.make_directory()  # for the events that are read: a worker's machine may have none yet
    assert order.outputs is not None
    budget, cloud = Budget(order.budget_recipients), aws(order.region)
    with on_aws.site(request, order.name, cloud, order.envelope, budget) as site, speaking_plainly(cloud.world):
        try:
            quiet_s = site.quiet_s if request.plan.queues else 0.0
            of_its_queues = replace(site, quiet_s=quiet_s)
            ledger = attended(request, of_its_queues, order.outputs, order.zero_unix_s, _nothing_to_halt)
        finally:
            run_registry.finish(order.name)
    return replace(ledger, world=WORLD)


def _nothing_to_halt() -> None:
    """There are no functions."""


if __name__ == "__main__":
    main()
