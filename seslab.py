"""seslab on the command line: the only file that knows all the rooms."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from reports import compare as comparing
from reports import experiment, parallel, rundir
from scenarios.cost import load_prices
from scenarios.errors import BadInput, RunFailed
from scenarios.files import printable
from scenarios.model import Scenario, as_toml, describe_catalogue, load, scenario_schema
from scenarios.settings import describe_settings
from scenarios.tables import unknown
from scenarios.workload import arrivals
from strategies.registry import STRATEGIES

EXIT_USAGE, EXIT_FAILED, EXIT_INTERRUPTED = 2, 3, 130
WORLDS = {"sim": "sim.run", "moto": "loadtests.run"}
NOT_YET = ("ministack", "aws")
QUICK_MAILS = 20_000  # a simulation of so many is over before a process has started
TABLE_WIDTH = 110


class Interrupted(Exception):
    """Ctrl-C has ended a comparison; the message says how far it came."""


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Which way of sending through Amazon SES is best?",
)
err = Console(stderr=True)


@app.command()
def compare(
    scenario: Annotated[str, typer.Argument(help="a name of the catalogue, or a TOML file")],
    strategy: Annotated[list[str] | None, typer.Option("--strategy", "-s", help="one to run; default all")] = None,
    on: Annotated[str, typer.Option(help="the world to run in: sim or moto")] = "sim",
    seed: Annotated[int | None, typer.Option(min=0, help="instead of the scenario's")] = None,
    replications: Annotated[int, typer.Option(min=1, help="runs per strategy, seeds counting up")] = 1,
    out: Annotated[Path | None, typer.Option(help="a folder for document, ledgers and figures")] = None,
    json: Annotated[bool, typer.Option("--json", help="print the document and nothing else")] = False,
) -> None:
    """Run strategies on one scenario and compare them."""
    strategies = [_known("strategy", name, STRATEGIES) for name in dict.fromkeys(strategy or STRATEGIES)]
    chosen = load(scenario)
    if seed is not None:
        chosen = chosen.model_copy(update={"seed": seed})
    if out is not None:
        rundir.prepare(out)
    if on == "moto":
        _refuse_early(chosen, strategies)
    jobs = experiment.jobs(_runner(on), chosen, strategies, replications, load_prices(), out)
    outcome = _perform(jobs, on)
    if outcome.results:
        entries, bound = experiment.summarise(outcome.results)
        document = comparing.document(chosen, on, chosen.seed, replications, bound, entries)
        if out is not None:
            _keep(out, document, chosen)
        _show(document, json)
    if outcome.interrupted:
        raise Interrupted(_so_far(len(outcome.results), len(jobs), out))


def _known(what: str, name: str, names: Collection[str]) -> str:
    if name not in names:
        raise BadInput(unknown(what, printable(name), list(names)))
    return name


def _runner(world: str) -> experiment.Runner:
    if world in NOT_YET:
        raise BadInput(f"--on {world!r}: not built yet; use sim or moto")
    runner: experiment.Runner = import_module(WORLDS[_known("world", world, WORLDS)]).run
    return runner


def _refuse_early(scenario: Scenario, strategies: list[str]) -> None:
    """Real runs take real time: what cannot run is said before any of them begins."""
    from loadtests.run import plan_of

    for strategy in strategies:
        plan_of(scenario, strategy)


def _perform(jobs: list[experiment.Job], world: str) -> parallel.Outcome:
    """Small simulations here and at once; real runs one after the other, so that they do not disturb each other."""
    mails = len(jobs) * len(arrivals(jobs[0].scenario.workload, jobs[0].seed).recipients)
    with _progress(jobs) as progress:
        if world != "sim" or mails < QUICK_MAILS:
            return parallel.in_turn(jobs, progress)
        return parallel.side_by_side(jobs, progress)


@contextmanager
def _progress(jobs: list[experiment.Job]) -> Iterator[Callable[[int, float], None]]:
    """Bars on a terminal's standard error, nothing anywhere else."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        tasks = [
            bars.add_task(f"{job.strategy} (seed {job.seed})", total=1.0, start=False, visible=False) for job in jobs
        ]

        def show(number: int, share: float) -> None:
            bars.start_task(tasks[number])
            bars.update(tasks[number], completed=share, visible=share < 1.0)

        yield show


def _keep(out: Path, document: dict[str, Any], scenario: Scenario) -> None:
    rundir.save(out, document, as_toml(scenario))
    with err.status("Drawing") if err.is_terminal else _nothing():
        rundir.redraw(out)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _show(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(comparing.to_json(document))
        return
    console = _console()
    console.print(comparing.table(document))
    console.print()
    warnings = dict.fromkeys(warning for entry in document["strategies"] for warning in entry["warnings"])
    for line in [*comparing.sentences(document), *(f"note: {warning}" for warning in warnings)]:
        console.print(line, soft_wrap=console.is_terminal, highlight=False)


def _console() -> Console:
    """The table never falls apart: where it is not a terminal that says how wide it is, it is wide enough."""
    console = Console()
    return console if console.is_terminal else Console(width=TABLE_WIDTH)


def _so_far(done: int, planned: int, out: Path | None) -> str:
    kept = f"; what was done is in {out}" if out is not None and done else ""
    return f"interrupted: {done} of {planned} runs begun or done{kept}"


@app.command()
def scenarios() -> None:
    """List the catalogue."""
    _list(describe_catalogue())


@app.command()
def strategies() -> None:
    """List the strategies and their settings."""
    rows = []
    for name, module in STRATEGIES.items():
        rows.append((name, "", str(module.__doc__)))
        rows += [(f"  {setting}", default, meaning) for setting, default, meaning in describe_settings(module.Settings)]
    _list(rows)


def _list(rows: Sequence[tuple[str, ...]]) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    _console().print(table)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a scenario file."""
    import json

    print(json.dumps(scenario_schema(), indent=2))


@app.command()
def trace(
    source: Annotated[Path, typer.Argument(metavar="IN", help="SES event JSON lines, an mbox or a maildir")],
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="the trace to write")],
) -> None:
    """Make a trace from mail that was really sent."""
    from scenarios.trace import make_trace

    made = make_trace(source, out)
    err.print(
        f"{out}: {made.mails} mails, {made.recipients} recipients from {made.kind}; {made.skipped} skipped",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def report(run_dir: Annotated[Path, typer.Argument(help="the --out folder of a comparison")]) -> None:
    """Draw a stored run's report again."""
    _show(rundir.redraw(run_dir), as_json=False)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="of HTTP; 0 lets the system choose")] = 5555,
    host: Annotated[str, typer.Option(help="the address to listen on; any but loopback lets others in")] = "127.0.0.1",
    smtp_port: Annotated[int, typer.Option(min=0, max=65_535, help="of SMTP; 0 lets the system choose")] = 2525,
    rate: Annotated[float | None, typer.Option(help="R, recipients a second; default 14")] = None,
    burst: Annotated[int | None, typer.Option(help="B, recipients at once; default R")] = None,
    limiter: Annotated[str | None, typer.Option(help="token-bucket, fixed-window or sliding-window")] = None,
    admission: Annotated[str | None, typer.Option(help="strict or debt")] = None,
    daily: Annotated[int | None, typer.Option(help="recipients in 24 hours, -1 for any number; default 50,000")] = None,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="a new account")] = False,
    scenario: Annotated[str | None, typer.Option(help="whose account, latencies and faults to serve")] = None,
    verify: Annotated[list[str] | None, typer.Option(help="an address or domain that may send")] = None,
    latency_ms: Annotated[float | None, typer.Option(help="of every send; default the scenario's, or none")] = None,
) -> None:
    """Serve a local AWS whose SES throttles like SES."""
    from loadtests import serve as serving

    account = {
        "max_send_rate_per_s": rate,
        "limiter.burst": burst,
        "limiter.kind": limiter,
        "limiter.admission": admission,
        "max_24h_send": daily,
        "sandbox": sandbox or None,
    }
    chosen = serving.scenario_of(scenario, latency_ms, account)
    serving.serve(chosen, serving.Addresses(host, port, smtp_port), verify or (), lambda line: print(line, flush=True))


def main() -> None:
    """Run the command line; every foreseeable end is one line and an exit code."""
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False) or 0
        if code == EXIT_INTERRUPTED:  # Typer's recent versions keep the exception to themselves
            raise KeyboardInterrupt
    except typer.TyperException as error:
        code = _complain(_usage(error), EXIT_USAGE)
    except BadInput as error:
        code = _complain(str(error), EXIT_USAGE)
    except RunFailed as error:
        code = _complain(str(error), EXIT_FAILED)
    except Interrupted as error:
        code = _complain(str(error), EXIT_INTERRUPTED)
    except (KeyboardInterrupt, typer.Abort):
        code = _complain("interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _usage(error: Exception) -> str:
    """Typer's words on one line."""
    said = getattr(error, "format_message", error.__str__)()
    return f"{' '.join(said.split())} (try seslab --help)"


def _complain(message: str, code: int) -> int:
    print(f"seslab: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
