"""What a gate of a user's own application compares: two versions of it, and the loads that both meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from loadtests.load.applications.started import Command
from loadtests.load.applications.versions import USER, Version, check
from loadtests.load.assignment import Place
from loadtests.load.loadtest import demanding
from loadtests.load.targets.check_target import SCHEMES, body_of, headers_of, method_of
from reports.gate.against import NEITHER, checkout, words_of
from reports.gate.applications import Load
from reports.running.experiment import Job, perform
from scenarios.entry import StrategyEntry
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.hypotheses import sets
from scenarios.hypotheses.hypothesis import under
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from seslab.options import PLAUSIBLE, Application

OTHER = "give the other version: its URL, or with --run a git revision or a command"


def loads(scenarios: Sequence[Scenario], limiters: str | None) -> list[Load]:
    """Each scenario, under each of the limiters if there are any. Raises BadInput."""
    demanded = [demanding(one) for one in scenarios]
    if limiters is None:
        return [Load(one.name, one) for one in demanded]
    of_account = sets.of_accounts(None if limiters == PLAUSIBLE else Path(limiters))
    return [
        Load(f"{one.name}, {hypothesis.name}", under(one, hypothesis))
        for one in demanded
        for hypothesis in of_account(one.account).hypotheses
    ]


@contextmanager
def versions(asked: Application, against: str | None, out: Path | None = None) -> Iterator[tuple[Version, Version]]:
    """The base and what is now, which can be run as long as the block lasts; `out` keeps what they say.

    Raises BadInput, and RunFailed.
    """
    if against is None:
        raise BadInput(f"--against: missing; {OTHER}")
    place = Place(
        endpoint=asked.endpoint,
        url=asked.target,
        method=method_of(asked.method),
        headers=headers_of(asked.header or ()),
        body=body_of(asked.body),
    )
    here = None if asked.run is None else Command(words_of(asked.run, "--run", "no such command"), Path.cwd())
    head = Version("now", "--target", place, here, obeys=asked.endpoint is not None and asked.limiters is not None)
    with _base(head, against) as base:
        check((base, head))
        yield _logged(base, out, "base"), _logged(head, out, "now")


def _logged(version: Version, out: Path | None, side: str) -> Version:
    """What an earlier gate has kept of that side goes."""
    if out is None or version.command is None:
        return version
    log = out / f"application-{side}.log"
    log.write_bytes(b"")
    return replace(version, log=log)


@contextmanager
def _base(head: Version, against: str) -> Iterator[Version]:
    """In the place of the head, unless it has a URL of its own."""
    if urlsplit(against).scheme in SCHEMES:
        yield replace(head, name=against, flag="--against", place=replace(head.place, url=against), command=None)
        return
    if head.command is None:
        raise BadInput(f"--against {printable(against)}: is no URL; {OTHER}")
    with checkout(against) as found:
        if found is None:
            command = Command(words_of(against, "--against", NEITHER), Path.cwd())
        else:
            command = Command(head.command.words, found.here)
        yield replace(head, name=against, command=command)


def measured(version: Version) -> Callable[[Scenario], StrategyEntry]:
    """What makes a run of it and measures it."""
    prices = load_prices()
    return lambda scenario: perform(Job(version.run, scenario, USER, scenario.seed, prices)).entry
