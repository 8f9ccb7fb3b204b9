"""seslab on the command line: its commands, and how each ends."""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # while the rest is imported, Ctrl-C ends this without a traceback

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from reports import terminal
from reports.calibrate import document as calibrating
from reports.calibrate import folder as calibration_folder
from reports.calibrate import table as calibration_table
from reports.compare import command as compare_command
from reports.compare import folder as run_folder
from reports.diff import document as diffing
from reports.diff import table as diff_table
from reports.gate import command as gate_command
from reports.gate import files as gate_files
from reports.gate import interleaved
from reports.gate import simulated as simulated_gate
from reports.gate import table as gate_table
from reports.running import experiment
from reports.running.run_jobs import Interrupted, whole
from scenarios.errors import BadInput, RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import Ledger
from scenarios.measures.cost import load_prices
from scenarios.schema.files import printable
from scenarios.schema.model import Scenario, as_toml, describe_catalogue, load, scenario_schema
from scenarios.schema.settings import describe_settings
from scenarios.schema.tables import unknown
from scenarios.system.whole_files import write_text
from scenarios.verdicts import FAIL
from strategies.registry import STRATEGIES

signal.signal(signal.SIGINT, signal.default_int_handler)

EXIT_UNMET, EXIT_USAGE, EXIT_FAILED, EXIT_INTERRUPTED = 1, 2, 3, 130
EXIT_OF = {"pass": 0, "improved": 0, "fail": EXIT_UNMET, "inconclusive": 4}
WORLDS = {"sim": "sim.run", "moto": "loadtests.moto.run", "ministack": "loadtests.deploy.on_ministack"}
CHECKS = {"moto": ("loadtests.moto.run", "plan_of"), "ministack": ("loadtests.deploy.on_ministack", "check")}

Source = Annotated[str, typer.Argument(metavar="SCENARIO", help="a name of the catalogue, or a TOML file")]
Names = Annotated[list[str] | None, typer.Option("--strategy", "-s", help="one to run; default all")]
Out = Annotated[Path | None, typer.Option(help="a folder for document, ledgers and figures")]
AsJson = Annotated[bool, typer.Option("--json", help="print the document and nothing else")]
Region = Annotated[str | None, typer.Option(help="aws: the region; default boto3's")]
Sender = Annotated[str | None, typer.Option("--from", help="aws: a sender that SES has verified")]
To = Annotated[str | None, typer.Option(help="aws: instead of the mailbox simulator")]
Allow = Annotated[list[str] | None, typer.Option(help="aws: an address that may get mail, or a file of them")]
MostRecipients = Annotated[int, typer.Option("--budget-recipients", min=0, help="aws: most recipients of all runs")]
MostUsd = Annotated[float, typer.Option("--budget-usd", min=0, help="aws: most dollars of all runs")]
Yes = Annotated[bool, typer.Option("--yes", help="aws: do not ask")]
Place = Annotated[str, typer.Option("--on", help="where: ministack, one that runs already, or aws")]


class Permission(NamedTuple):
    """What the options for AWS allow."""

    region: str | None
    source: str | None
    to: str | None
    allow: tuple[str, ...]
    recipients: int
    usd: float
    yes: bool


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Which way of sending through Amazon SES is best?",
)


@app.command()
def compare(
    scenario: Source,
    strategy: Names = None,
    on: Annotated[str, typer.Option(help="the world to run in: sim, moto, ministack or aws")] = "sim",
    seed: Annotated[int | None, typer.Option(min=0, help="instead of the scenario's")] = None,
    replications: Annotated[int, typer.Option(min=1, help="runs per strategy, seeds counting up")] = 1,
    out: Out = None,
    json: AsJson = False,
    region: Region = None,
    sender: Sender = None,
    to: To = None,
    allow: Allow = None,
    budget_recipients: MostRecipients = 1000,
    budget_usd: MostUsd = 1.0,
    yes: Yes = False,
) -> int:
    """Run strategies on one scenario and compare them; 1 if a threshold of the scenario's own is not met."""
    _tidy()
    strategies, chosen = _strategies(strategy), _loaded(scenario, seed)
    if out is not None:
        run_folder.prepare(out)
    allowed = Permission(region, sender, to, tuple(allow or ()), budget_recipients, budget_usd, yes)
    runner = _runner(on, chosen, strategies, replications, out, allowed)
    jobs = experiment.jobs(runner, chosen, strategies, replications, load_prices(), out)
    return 0 if compare_command.compared(jobs, on, chosen, replications, out, json) else EXIT_UNMET


def _loaded(source: str, seed: int | None) -> Scenario:
    scenario = load(source)
    return scenario if seed is None else scenario.model_copy(update={"seed": seed})


def _strategies(names: list[str] | None) -> list[str]:
    return [_known("strategy", name, STRATEGIES) for name in dict.fromkeys(names or STRATEGIES)]


def _known(what: str, name: str, names: Collection[str]) -> str:
    if name not in names:
        raise BadInput(unknown(what, printable(name), list(names)))
    return name


def _tidy() -> None:
    """Clean up after real runs that were killed; cheap where there are none."""
    from loadtests.record import run_registry

    if run_registry.leftovers():
        from loadtests.deploy.tidy import tidy

        tidy(terminal.tell)


def _runner(
    world: str, scenario: Scenario, strategies: list[str], replications: int, out: Path | None, allowed: Permission
) -> experiment.Runner:
    """What makes a run; real runs take real time, so what cannot run is said before any of them begins."""
    _known("world", world, (*WORLDS, "aws"))
    if world == "aws":
        return partial(_on_aws(scenario, strategies, replications, allowed), out=out)
    if world in CHECKS:
        module, name = CHECKS[world]
        for strategy in strategies:
            getattr(import_module(module), name)(scenario, strategy)
    run: Any = import_module(WORLDS[world]).run
    return run if world == "sim" else partial(run, out=out)  # a real run that is killed leaves its ledger there


def _on_aws(scenario: Scenario, strategies: list[str], replications: int, allowed: Permission) -> Any:
    """Checks, shows and asks before anything is sent."""
    from loadtests.deploy import on_aws
    from loadtests.deploy.cloud import aws
    from loadtests.deploy.safety import Budget

    to = {} if allowed.to is None else {"to": allowed.to}
    budget = Budget(allowed.recipients, allowed.usd)
    permit = on_aws.Permit(source=allowed.source, allow=allowed.allow, budget=budget, yes=allowed.yes, **to)
    cloud = aws(allowed.region)
    return on_aws.prepare(cloud, scenario, strategies, replications, permit, load_prices(), terminal.tell)


@app.command()
def calibrate(
    scenario: Source,
    strategy: Names = None,
    on: Annotated[str, typer.Option(help="the real world: moto, ministack or aws")] = "moto",
    seeds: Annotated[int, typer.Option(min=1, help="simulations per strategy, seeds counting up")] = 30,
    out: Out = None,
    write: Annotated[Path | None, typer.Option(help="a file for the scenario with the fitted latencies")] = None,
    json: AsJson = False,
    region: Region = None,
    sender: Sender = None,
    to: To = None,
    allow: Allow = None,
    budget_recipients: MostRecipients = 1000,
    budget_usd: MostUsd = 1.0,
    yes: Yes = False,
) -> None:
    """Run strategies for real and in the simulator, and set both side by side."""
    _tidy()
    strategies, chosen, prices = _strategies(strategy), load(scenario), load_prices()
    as_run = calibrating.judged(chosen)
    calibration_folder.prepare(out, write)
    allowed = Permission(region, sender, to, tuple(allow or ()), budget_recipients, budget_usd, yes)
    real_runner = _runner(_known("real world", on, (*CHECKS, "aws")), as_run, strategies, 1, out, allowed)
    simulate = import_module(WORLDS["sim"]).run
    real = whole(calibrating.real_jobs(real_runner, chosen, strategies, prices, out), on, out)
    simulated = whole(calibrating.simulated_jobs(simulate, chosen, strategies, seeds, prices), "sim", out)
    pairs = calibrating.pairs(real, simulated)
    document = calibrating.document(chosen, on, pairs)
    if out is not None:
        calibration_folder.save(out, document, as_toml(as_run), pairs)
    if write is not None:
        write_text(write, as_toml(calibrating.refitted(chosen, document)))
    terminal.present(document, json, calibration_table.table(document), calibration_table.sentences(document))


@app.command()
def gate(
    scenario: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="names of the catalogue, or TOML files")],
    baseline: Annotated[Path | None, typer.Option(help="the file that says what is expected")] = None,
    strategy: Names = None,
    on: Annotated[str, typer.Option(help="the world to run in: sim or, with --against, moto")] = "sim",
    against: Annotated[str | None, typer.Option(help="a git revision, or a command, to run in turn with this")] = None,
    rounds: Annotated[int | None, typer.Option(min=2, help="of real runs: two of each side")] = None,
    update: Annotated[bool, typer.Option("--update", help="make what is now the baseline")] = False,
    reason: Annotated[str | None, typer.Option(help="of an update; kept in the file")] = None,
    seeds: Annotated[int | None, typer.Option(min=2, help="simulations per strategy, seeds counting up")] = None,
    tolerance: Annotated[list[str] | None, typer.Option(help="of an update: '*.makespan_s=2%' and the like")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="what is inconclusive ends with code 4")] = False,
    junit: Annotated[Path | None, typer.Option(help="a file for JUnit's XML")] = None,
    summary: Annotated[Path | None, typer.Option(help="a file that Markdown is added to")] = None,
    openmetrics: Annotated[Path | None, typer.Option(help="a file for OpenMetrics text")] = None,
    json: AsJson = False,
) -> int:
    """Fail if strategies have become slower, leakier or dearer than they were."""
    files, names = gate_files.Files(junit, summary, openmetrics), _strategies(strategy) if strategy else []
    only_a_verdict = {**files._asdict(), "on": on != "sim", "json": json, "strict": strict}
    asked = {"seeds": seeds, "rounds": rounds, "reason": reason, "tolerance": tolerance, **only_a_verdict}
    gate_command.refuse_vain(update, against, _known("world", on, ("sim", "moto")), asked)
    files.prepare(baseline)
    chosen = simulated_gate.distinct([load(source) for source in scenario])
    if update:
        gate_command.update(baseline, chosen, names, seeds, reason, tolerance or (), _simulated)
        return 0
    if against is None:
        document = gate_command.stored(baseline, chosen, names, on, _simulated)
    else:
        lasting = interleaved.Lasting(on, seeds or simulated_gate.SEEDS, rounds or interleaved.ROUNDS)
        document = gate_command.in_turn(against, baseline, scenario, chosen, names, lasting)
    files.write(document)
    terminal.present(document, json, gate_table.table(document), gate_table.sentences(document))
    return EXIT_OF[document["verdict"]] if strict or document["verdict"] == FAIL else 0


def _simulated(wanted: Sequence[simulated_gate.Wanted]) -> list[experiment.Result]:
    return whole(simulated_gate.jobs(import_module(WORLDS["sim"]).run, wanted, load_prices()), "sim")


@app.command()
def scenarios() -> None:
    """List the catalogue."""
    terminal.listing(describe_catalogue())


@app.command()
def strategies() -> None:
    """List the strategies and their settings."""
    rows = []
    for name, module in STRATEGIES.items():
        rows.append((name, "", str(module.__doc__)))
        rows += [(f"  {setting}", default, meaning) for setting, default, meaning in describe_settings(module.Settings)]
    terminal.listing(rows)


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
    from scenarios.traffic.trace import make_trace

    made = make_trace(source, out)
    terminal.tell(f"{out}: {made.mails} mails, {made.recipients} recipients from {made.kind}; {made.skipped} skipped")


@app.command()
def report(run_dir: Annotated[Path, typer.Argument(help="the --out folder of a comparison")]) -> None:
    """Draw a stored run's report again."""
    compare_command.show(run_folder.redraw(run_dir), as_json=False)


@app.command()
def diff(
    run_a: Annotated[Path, typer.Argument(help="the --out folder of a run, in whatever world")],
    run_b: Annotated[Path, typer.Argument(help="another")],
    strategy: Annotated[list[str] | None, typer.Option("--strategy", "-s", help="NAME, or A=B of one each")] = None,
    summary: Annotated[Path | None, typer.Option(help="a file that Markdown is added to")] = None,
    json: AsJson = False,
) -> None:
    """Set two runs side by side."""
    gate_files.Files(summary=summary).prepare()
    a, b = map(run_folder.document, (run_a, run_b))
    document = diffing.document(a, b, strategy or (), partial(_ledger, {"a": run_a, "b": run_b}))
    if summary is not None:
        gate_files.append(summary, diff_table.markdown(document))
    terminal.present(document, json, diff_table.table(document), diff_table.sentences(document))


def _ledger(folders: Mapping[str, Path], side: str, strategy: str) -> Ledger | None:
    return store.read(folders[side], strategy) if store.has(folders[side], strategy) else None


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
    from loadtests.endpoint import serve as serving

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


@app.command()
def loadtest(
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help="a name, or a TOML file")] = None,
    user: Annotated[list[str] | None, typer.Option(help="ses-v2, ses-v1, smtp, sqs or http; default ses-v2")] = None,
    strategy: Annotated[list[str] | None, typer.Option("--strategy", "-s", help="one to run on the workers")] = None,
    endpoint: Annotated[str | None, typer.Option(help="the URL of a seslab serve")] = None,
    region: Annotated[str | None, typer.Option(help="instead: AWS, in this region")] = None,
    events: Annotated[str | None, typer.Option(help="aws: the URL of a queue with SES's events")] = None,
    sender: Annotated[str | None, typer.Option("--from", help="a sender that SES has verified")] = None,
    to: To = None,
    allow: Allow = None,
    budget_recipients: MostRecipients = 1000,
    budget_usd: MostUsd = 1.0,
    yes: Yes = False,
    smtp: Annotated[str | None, typer.Option(help="smtp: HOST:PORT")] = None,
    queue: Annotated[str | None, typer.Option(help="sqs: the URL of a deployed strategy's queue")] = None,
    target: Annotated[str | None, typer.Option(help="http: the URL of the application's route")] = None,
    method: Annotated[str, typer.Option(help="http: the method")] = "POST",
    header: Annotated[list[str] | None, typer.Option(help="http: NAME: VALUE")] = None,
    body: Annotated[str, typer.Option(help="http: a template of {to}, {mail}, {recipients}, {subject}, or @FILE")] = "",
    processes: Annotated[int, typer.Option(min=1, help="of Locust, on this machine")] = 1,
    master: Annotated[bool, typer.Option("--master", help="wait for workers, and let them send")] = False,
    workers: Annotated[int, typer.Option(min=1, help="master: how many to wait for")] = 1,
    wait_s: Annotated[int, typer.Option(min=1, help="master: for so many seconds at most")] = 60,
    worker: Annotated[bool, typer.Option("--worker", help="send for a master, which says what")] = False,
    master_host: Annotated[str, typer.Option(help="master: where to listen; worker: where it is")] = "127.0.0.1",
    master_port: Annotated[int, typer.Option(min=1, max=65_535, help="of the master")] = 5557,
    web_port: Annotated[int | None, typer.Option(min=1, max=65_535, help="show Locust's page meanwhile")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="instead of the scenario's")] = None,
    out: Out = None,
    json: AsJson = False,
) -> int:
    """Send a scenario's load with Locust, and judge it by what SES accepted; 1 if a threshold is not met."""
    from loadtests.load import loadtest as loading
    from loadtests.load.targets import check_target, choose_target

    crew = choose_target.Crew(processes, master, workers, wait_s, master_host, master_port, web_port)
    if worker:
        loading.work(crew)
        return 0
    _tidy()
    if scenario is None:
        raise BadInput("SCENARIO: missing; give a name of the catalogue, or a TOML file")
    chosen, senders = _loaded(scenario, seed), _senders(user, strategy)
    sent = (method, check_target.headers_of(header or ()), check_target.body_of(body))
    place = choose_target.Place(endpoint, region, smtp, queue, target, *sent)
    permit = choose_target.permit_of(sender, to, allow or (), budget_recipients, budget_usd, yes)
    asked = choose_target.Asked(place, permit, crew, events)
    run = loading.prepare(chosen, senders, asked, load_prices(), terminal.tell)
    if out is not None:
        run_folder.prepare(out)
    jobs = experiment.jobs(partial(run, out=out), chosen, senders, 1, load_prices(), out)
    return 0 if compare_command.compared(jobs, "locust", chosen, 1, out, json) else EXIT_UNMET


def _senders(users: list[str] | None, strategies: list[str] | None) -> list[str]:
    """Who sends a load: users of Locust, strategies on its workers."""
    return [*(users or ()), *(_strategies(strategies) if strategies else ())] or ["ses-v2"]


@app.command()
def deploy(
    scenario: Source,
    strategy: Annotated[str, typer.Option("--strategy", "-s", help="the one to deploy")],
    on: Place = "aws",
    region: Region = None,
    sender: Sender = None,
) -> None:
    """Make a strategy's stack, which stays until it is torn down; nothing is sent."""
    from loadtests.deploy import commands

    place = commands.cloud_of(on, region)
    for line in commands.deploy(place, load(scenario), _known("strategy", strategy, STRATEGIES), sender, terminal.tell):
        print(line)


@app.command()
def status(
    on: Place = "aws",
    region: Region = None,
) -> None:
    """List the stacks of runs: run, strategy, state, age."""
    from loadtests.deploy import commands

    terminal.listing(commands.status(commands.cloud_of(on, region)))


@app.command()
def teardown(
    run: Annotated[str | None, typer.Argument(help="as status lists it")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every run's")] = False,
    on: Place = "aws",
    region: Region = None,
) -> None:
    """Remove a run's stack and bucket, in whatever state they are."""
    from loadtests.deploy import commands

    commands.teardown(commands.cloud_of(on, region), run, everything, terminal.tell)


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
    except ModuleNotFoundError as error:
        code = _complain(_missing(error), EXIT_FAILED)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _missing(error: ModuleNotFoundError) -> str:
    """What real worlds need is an extra; anything else that is missing is a defect of ours."""
    package = (error.name or "").partition(".")[0]
    if package in (*sys.stdlib_module_names, "seslab", "strategies", "scenarios", "sim", "loadtests", "reports"):
        raise error
    if package in ("locust", "gevent", "hdrh"):
        return f"{package} is not installed; load tests need it: install seslab with its extra locust"
    return f"{package} is not installed; real worlds need it: install seslab with its extra moto"


def _usage(error: Exception) -> str:
    """Typer's words on one line."""
    said = getattr(error, "format_message", error.__str__)()
    return f"{' '.join(said.split())} (try seslab --help)"


def _complain(message: str, code: int) -> int:
    print(f"seslab: {message}", file=sys.stderr)
    return code
