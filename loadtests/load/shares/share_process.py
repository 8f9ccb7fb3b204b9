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
from loadtests.deploy.run import attended
from loadtests.deploy.staging import refuse_functions
from loadtests.load.assignment import PART, WORLD
from loadtests.load.shares.attached import Attached
from loadtests.load.shares.share_order import ShareOrder, unpacked
from loadtests.load.shares.telling import Teller
from loadtests.load.shares.through_accounts import ledgers_of
from loadtests.moto.play import played
from loadtests.ports.local import local_session
from loadtests.record import run_registry
from scenarios.budget import Budget
from scenarios.errors import BadInput, Interrupted, RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import Ledger
from scenarios.runs import blaming

EXIT_USAGE, EXIT_FAILED = 2, 3
AGAIN_S = 0.1
PATIENCE_S = 20.0  # in which a run that is ended keeps what it has done


def main() -> None:
    """Do what is ordered."""
    _be_interruptible()
    order = unpacked(sys.stdin.buffer)
    Thread(target=_end_with_input, daemon=True).start()
    try:
        order.folder_of_share.mkdir(parents=True, exist_ok=True)
        with blaming(order.scenario.strategy_of(order.strategy)):
            share(order)
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


def share(order: ShareOrder) -> None:
    """Play it and write its ledger, or one for each of several accounts; functions write their logs beside them."""
    started_s, folder = time.perf_counter(), order.folder_of_share
    log = folder / f"{order.name}.log"
    if order.scenario.accounts:
        ledgers = {folder / PART.format(name): one for name, one in ledgers_of(order, log).items()}
    else:
        ledgers = {folder: _of_one(order, log)}
    for place, ledger in ledgers.items():
        place.mkdir(exist_ok=True)
        store.write(replace(ledger, wall_s=time.perf_counter() - started_s), place)


def _of_one(order: ShareOrder, log: Path) -> Ledger:
    teller = Teller(order.mails.intended_s, order.zero_unix_s)
    plan = order.share.plan(order.scenario, order.strategy)
    which = order.scenario, order.strategy, plan, order.seed, order.mails, order.share
    request = RunRequest(*which, order.envelope, order.run, teller.hear)
    if order.endpoint is None:
        return _on_account(order, request)
    return _on_endpoint(order, request, teller, log)


def _on_endpoint(order: ShareOrder, request: RunRequest, teller: Teller, log: Path) -> Ledger:
    """Where a `seslab serve` is SES and SQS, and functions run on this machine."""
    endpoint, session = Attached(order, {}), local_session()
    with ExitStack() as until_over, endpoint.tidied(session), teller.following(log):
        return endpoint.ledger(request, played(request, endpoint, log, until_over).evidence)


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
