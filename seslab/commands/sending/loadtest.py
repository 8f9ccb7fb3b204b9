"""`seslab loadtest` and `seslab loadtest worker`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import LAST_PORT, AsJson, Aws, Out, Seed, Source, of_strategies, offering

if TYPE_CHECKING:
    from scenarios.ledger.ledger import Ledger

MOST_ROUNDS = 1_000  # each is named in the plan of what goes out for real
USERS = ("ses-v2", "ses-v1", "smtp", "sqs", "http")


def _of_one_user(metavar: str, help: str) -> Any:
    return typer.Option(metavar=metavar, help=help, rich_help_panel="For smtp, sqs and http")


def _of_a_crew(*names: str, help: str, **more: Any) -> Any:
    return typer.Option(*names, help=help, rich_help_panel="On more processors, or more machines", **more)


Processes = Annotated[int, _of_a_crew(metavar="N", min=1, help="processes on this machine that send")]
Port = Annotated[int, _of_a_crew(metavar="N", min=1, max=LAST_PORT, help="the master's port")]


def loadtest(
    scenario: Source,
    *,
    user: Annotated[list[str] | None, offering(USERS, show_default="ses-v2", help="who sends; may be repeated")] = None,
    strategy: Annotated[list[str] | None, of_strategies("one to run on the workers; may be repeated")] = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="a `seslab serve`; without it --region is needed")
    ] = None,
    aws: Aws,
    events: Annotated[
        str | None,
        typer.Option(metavar="URL", help="a queue with SES's events; sqs and http need it", rich_help_panel="On AWS"),
    ] = None,
    smtp: Annotated[str | None, _of_one_user("HOST:PORT", "smtp: SES's SMTP interface")] = None,
    queue: Annotated[str | None, _of_one_user("URL", "sqs: the queue of a deployed strategy")] = None,
    target: Annotated[str | None, _of_one_user("URL", "http: the application's route")] = None,
    method: Annotated[str, _of_one_user("NAME", "http: the method")] = "POST",
    header: Annotated[list[str] | None, _of_one_user("LINE", "http: NAME: VALUE; may be repeated")] = None,
    body: Annotated[
        str, _of_one_user("TEXT", "http: a template of {to}, {mail}, {recipients}, {subject} and {account}, or @FILE")
    ] = "",
    processes: Processes = 1,
    master: Annotated[bool, _of_a_crew("--master", help="wait for workers, and let them send")] = False,
    workers: Annotated[int, _of_a_crew(metavar="N", min=1, help="master: how many workers to wait for")] = 1,
    wait_s: Annotated[int, _of_a_crew(metavar="N", min=1, help="master: for how many seconds at most")] = 60,
    master_host: Annotated[str, _of_a_crew(metavar="ADDRESS", help="master: where to listen")] = "127.0.0.1",
    master_port: Port = 5557,
    web_port: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=LAST_PORT, help="show Locust's page on this port, until it is left"),
    ] = None,
    rounds: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=MOST_ROUNDS, help="how often to send the same mails: shows what is luck"),
    ] = 1,
    seed: Seed = None,
    out: Out = None,
    json: AsJson = False,
) -> int:
    """Load-test with Locust, judged by what SES accepted.

    Mail that leaves this machine needs --from, is bounded by the budgets, and is shown and asked for first. Ends with
    exit code 1 if one of the scenario's thresholds is not met, or if nothing was accepted.

    $ seslab loadtest rehearsal --endpoint http://127.0.0.1:5555
    """
    with ending_on_ctrl_c():
        from loadtests.load import loadtest as loading
        from loadtests.load.targets.check_target import body_of, headers_of, method_of
        from loadtests.load.targets.choose_target import Crew, LoadRequest, Place
        from reports import terminal
        from reports.compare import command, folder
        from reports.figures.curves import taking
        from reports.running.rounds import Rounds
        from scenarios.measures.cost import load_prices
        from scenarios.schema.scenario_file import files_of
        from seslab import worlds
    worlds.tidy()
    chosen, prices = loading.demanding(worlds.scenario_of(scenario, seed)), load_prices()
    senders = [*(user or ()), *(strategy or ())] or ["ses-v2"]
    place = Place(endpoint, aws.region, smtp, queue, target, method_of(method), headers_of(header or ()), body_of(body))
    crew = Crew(processes, master, workers, wait_s, master_host, master_port, web_port)
    asked = LoadRequest(place, worlds.permit(aws), crew, events, rounds)
    run = loading.prepare(chosen, senders, asked, prices, terminal.tell)

    def runner(into: Path | None, is_last: bool) -> partial[Ledger]:
        return partial(run, out=into, page_stays=is_last)

    with folder.alone_in(out):
        if out is not None:
            read = [*files_of(scenario, chosen), *aws.files, *_template(body)]
            folder.prepare(out, read=read, scenarios=[chosen.name])
        jobs = Rounds(runner, chosen, senders, rounds, prices, out, taking(chosen))
        met = command.compared(jobs, "locust", chosen, command.Presented(out, json))
    return exit_codes.DONE if met else exit_codes.UNMET


def _template(body: str) -> list[tuple[str, Path]]:
    return [("the template of --body", Path(body[1:]))] if body.startswith("@") else []


def worker(
    *,
    master_host: Annotated[str, _of_a_crew(metavar="ADDRESS", help="where the master is")] = "127.0.0.1",
    master_port: Port = 5557,
    processes: Processes = 1,
) -> None:
    """Send for a master on another machine.

    The master is `seslab loadtest SCENARIO --master`, and says what to send.

    $ seslab loadtest worker --master-host 10.0.0.5
    """
    with ending_on_ctrl_c():
        from loadtests.load import loadtest as loading
        from loadtests.load.options import Crew
    loading.work(Crew(processes=processes, host=master_host, port=master_port))
