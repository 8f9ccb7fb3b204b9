"""`seslab loadtest`: a scenario's load through Locust, and a ledger of what SES really accepted."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from loadtests.application.worker_share import refuse_indivisible
from loadtests.load import histogram, locust_process, wait_downstream
from loadtests.load.assignment import LEFT, NOTED, WORLD, ZERO, Assignment, WorkerMails, written
from loadtests.load.conclusion import Conclusion
from loadtests.load.options import Crew, check, options, worker_options
from loadtests.load.results import shares_ledger
from loadtests.load.results.earlier import paused_before
from loadtests.load.results.ledger import ledger_of
from loadtests.load.results.locust_results import LocustResults, histogram_of
from loadtests.load.targets.accounts import accounts_of, mails_of, pool_of
from loadtests.load.targets.check_target import check_place, refuse_unknown
from loadtests.load.targets.choose_target import LoadRequest, target_of
from loadtests.load.targets.endpoint_client import of_run
from loadtests.load.targets.target import Target
from loadtests.ports.kernel import Clock
from loadtests.ports.local import LOOPBACK
from loadtests.record import run_registry
from loadtests.record.run_name import new_run
from loadtests.record.run_registry import RunRecord
from scenarios.errors import CutOff, RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import ACCEPTED, Ledger
from scenarios.measures.bound import expected_s
from scenarios.measures.cost import Prices
from scenarios.outside.plug import plugged
from scenarios.runs import Watch
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.system.held import temporary_folder
from scenarios.system.reading import read_text
from scenarios.system.whole_files import replaced
from scenarios.traffic.slices import slices_of
from scenarios.traffic.workload import Arrivals, arrivals

LEAST = {"anything-accepted": ("*.recipients.accepted > 0",)}
"""A load of which nothing arrives has tested nothing."""


def demanding(scenario: Scenario) -> Scenario:
    """The scenario with what every load test must come to; a threshold of that name in its own file stands instead."""
    return scenario.model_copy(update={"thresholds": {**LEAST, **scenario.thresholds}})


def prepare(
    scenario: Scenario, senders: Sequence[str], asked: LoadRequest, prices: Prices, show: Callable[[str], None]
) -> partial[Ledger]:
    """Check everything, and ask before mail goes anywhere but to this machine; returns what makes a run.

    Raises BadInput for what is not allowed or missing, RunFailed where the endpoint does not answer.
    """
    check(asked.crew)
    for sender in senders:
        refuse_unknown(sender, scenario)
        check_place(sender, asked.place)
        if sender in scenario.contenders:
            for part in slices_of(scenario).values():
                refuse_indivisible(part, sender, asked.crew.size)
    return partial(run, asked=asked, target=target_of(scenario, senders, asked, prices, show), say=show)


def run(
    scenario: Scenario,
    sender: str,
    seed: int,
    watch: Watch | None = None,
    *,
    asked: LoadRequest,
    target: Target,
    out: Path | None = None,
    page_stays: bool = False,
    say: Callable[[str], None] = print,
) -> Ledger:
    """Let Locust send a scenario's mails; Ctrl-C keeps what was done. With `out` Locust's own reports are kept there.

    `sender` is a user or a strategy; `page_stays` says whether a page of Locust's is there until it is left. Raises
    RunFailed where Locust cannot run, workers never connect, or the endpoint stops answering.
    """
    started_s = time.perf_counter()
    mails = arrivals(scenario.workload, seed)
    with (
        target.opened(scenario, assigned(scenario, sender, seed, asked)) as assignment,
        folder_with(assignment, mails_of(scenario, seed)) as folder,
        _cut_off(partial(_left_by_cut_off, scenario, assignment, folder, target, out)),
    ):
        _watched(watch, folder, expected_s(scenario, mails))
        conclude = partial(ledger_left_by, scenario, assignment, mails, folder, target)
        conclusion = Conclusion(scenario, mails, folder, conclude, _page_of(asked), page_stays, say)
        with _noted(scenario, assignment, folder, out) as record:
            was_interrupted = _sent(
                asked.crew, record, folder, partial(conclusion.looked, target.look), out, conclusion.page
            )
        ledger = conclusion.ledger(was_interrupted)
        if out is not None:
            conclusion.add_to(out / f"locust-{sender}.html")
        ledger = replace(ledger, warnings=(*ledger.warnings, *target.warnings(scenario)))
        if not was_interrupted:
            _refuse_without_workers(LocustResults.read(folder), ledger, out)
    return replace(ledger, wall_s=time.perf_counter() - started_s)


def _refuse_without_workers(results: LocustResults, ledger: Ledger, out: Path | None) -> None:
    """Raises RunFailed if a worker was lost in mid-run; what is known all the same is kept."""
    if not results.silent:
        return
    if out is not None:
        store.write(ledger, out)
    lost, kept = ", ".join(map(str, results.silent)), "" if out is None else f"; what is known of its mails is in {out}"
    raise RunFailed(f"{ledger.strategy}: worker {lost} of {results.workers} was lost in mid-run{kept}")


@contextmanager
def _noted(scenario: Scenario, assignment: Assignment, folder: Path, out: Path | None) -> Iterator[RunRecord]:
    """As long as Locust runs: the next command finds what a killed one has left."""
    place = {"endpoint": assignment.place.endpoint, "folder": str(folder)}
    record = run_registry.begun_here(new_run(), WORLD, assignment.user, assignment.seed, scenario, out, **place)
    run_registry.write(record)
    (folder / NOTED).write_text(str(run_registry.path_of(record.run)))
    try:
        yield record
    finally:
        run_registry.finish(record.run)


def _page_of(asked: LoadRequest) -> str | None:
    """Where SES's side is shown meanwhile: what is far away tells it only later."""
    has_side = asked.crew.web_port is not None and asked.place.endpoint is not None
    return f"http://{LOOPBACK}:{asked.crew.web_port}" if has_side else None


def _sent(
    crew: Crew, record: RunRecord, folder: Path, look: Callable[[], None], out: Path | None, page: str | None
) -> bool:
    """Locust's part, whatever its own exit code is; returns whether Ctrl-C ended it."""
    log, sender = folder / "locust.log", record.strategy
    begun = partial(run_registry.with_child, record)
    was_interrupted = locust_process.run(options(crew, sender, out, page is None), folder, log, begun, look)
    _keep(folder, log, sender, out)
    if not (folder / LEFT).exists():
        raise KeyboardInterrupt if was_interrupted else locust_process.failure(log, crew)
    return was_interrupted


def work(crew: Crew) -> None:
    """Work for a master elsewhere until it has no more to do. Raises RunFailed where there is none any more."""
    with temporary_folder("seslab-worker-") as folder:
        log = folder / "locust.log"
        if locust_process.work(worker_options(crew), log) or locust_process.is_orphaned(log):
            raise locust_process.failure(log, crew)


def assigned(scenario: Scenario, sender: str, seed: int, asked: LoadRequest) -> Assignment:
    """What Locust is told."""
    return Assignment(
        user=sender,
        place=asked.place,
        seed=seed,
        horizon_s=scenario.horizon_s,
        source=asked.envelope.source,
        to=asked.envelope.to,
        archive=scenario.archive,
        read_timeout_s=scenario.client.read_timeout_s,
        scenario=as_toml(scenario) if sender in scenario.contenders else "",
        strategies=plugged(),
        accounts=accounts_of(scenario),
        pool=pool_of(scenario),
    )


@contextmanager
def folder_with(assignment: Assignment, mails: WorkerMails) -> Iterator[Path]:
    """What is to be done, in a folder for what will come of it."""
    with temporary_folder("seslab-loadtest-", _is_noted) as folder:
        written(assignment, mails, folder)
        yield folder


def _is_noted(folder: Path) -> bool:
    """Whether a record speaks of it: only who tidies up by that may remove it, once a ledger has been made of it."""
    with suppress(OSError, ValueError):
        return Path(read_text(folder / NOTED)).is_file()
    return False


def ledger_left_by(
    scenario: Scenario,
    assignment: Assignment,
    mails: Arrivals,
    folder: Path,
    target: Target,
    was_interrupted: bool = False,
) -> Ledger:
    """The ledger of what Locust has left, once the application or the functions have done with the mails, too.

    Ctrl-C may come when Locust has sent all: it ends what would follow all the same.
    Raises RunFailed where a worker could not send, or the target answers no more.
    """
    results, sent = LocustResults.read(folder), mails_of(scenario, assignment.seed)
    results = replace(results, interrupted=results.interrupted or was_interrupted)
    if results.failures:
        raise RunFailed(f"{assignment.user}: {results.failures[0]}")
    results, queued = wait_downstream.awaited(assignment, results, target, sent)
    expected = int((results.calls["seen"] == ACCEPTED).sum())
    decisions = [of_run(rows, assignment, sent) for rows in target.decisions(results.zero_unix_s, expected)]
    if assignment.scenario:
        ledger = shares_ledger.ledger_of(scenario, assignment, mails, results, folder, decisions)
        ledger = replace(ledger, interrupted=ledger.interrupted or was_interrupted)
    else:
        ledger = ledger_of(scenario, assignment, mails, results, decisions, queued)
    return replace(ledger, warnings=(*ledger.warnings, *paused_before(ledger, scenario)))


@contextmanager
def _cut_off(left: Callable[[], str]) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise CutOff(left()) from None


def _left_by_cut_off(scenario: Scenario, assignment: Assignment, folder: Path, target: Target, out: Path | None) -> str:
    """What SES had accepted by then, where a server near by tells at once, and what the folder lacks."""
    without = f"{assignment.user} has no ledger" if out is None else f"{out} has no ledger of {assignment.user}"
    zero = folder / ZERO
    if assignment.place.endpoint is None or not (zero.is_file() and (second := zero.read_text())):
        return without
    with suppress(RunFailed):
        sent = mails_of(scenario, assignment.seed)
        rows = [of_run(decided, assignment, sent) for decided in target.decisions(float(second), 0)]
        accepted = sum(int((one["outcome"] == ACCEPTED).sum()) for one in rows)
        return f"{without}, though SES had accepted {accepted} call{'s' * (accepted != 1)}"
    return without


def _watched(watch: Watch | None, folder: Path, expected_s: float) -> None:
    """Time zero is the master's choice; until it has chosen, nothing is done."""
    if watch is not None:
        watch(lambda: _share(folder / ZERO, expected_s))


def _share(zero: Path, expected_s: float) -> float:
    text = zero.read_text() if zero.exists() else ""
    return min(0.99, max(0.0, Clock(float(text)).now() / expected_s)) if text else 0.0


def _keep(folder: Path, log: Path, sender: str, out: Path | None) -> None:
    """Locust's own log, and the histograms as HdrHistogram's tools read them."""
    if out is None:
        return
    with replaced(out / f"locust-{sender}.log") as unfinished:
        shutil.copy(log, unfinished)
    if (folder / LEFT).exists():
        results = LocustResults.read(folder)
        for name in ("response", "service"):
            path = out / f"hdr-{sender}-{name}.hlog"
            histogram.write_log(histogram_of(folder, name), path, results.zero_unix_s, results.ended_s)
