"""`seslab loadtest`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from scenarios.errors import BadInput
from seslab import exit_codes
from seslab.ctrl_c import importing
from seslab.options import AsJson, Aws, Out, Seed, Strategies


def loadtest(
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help="a name, or a TOML file")] = None,
    *,
    user: Annotated[list[str] | None, typer.Option(help="ses-v2, ses-v1, smtp, sqs or http; default ses-v2")] = None,
    strategy: Strategies = None,
    endpoint: Annotated[str | None, typer.Option(help="the URL of a seslab serve")] = None,
    aws: Aws,
    events: Annotated[str | None, typer.Option(help="aws: the URL of a queue with SES's events")] = None,
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
    seed: Seed = None,
    out: Out = None,
    json: AsJson = False,
) -> int:
    """Send a scenario's load with Locust, and judge it by what SES accepted; 1 if a threshold is not met."""
    with importing():
        from loadtests.load import loadtest as loading
        from loadtests.load.targets.check_target import body_of, headers_of
        from loadtests.load.targets.choose_target import Asked, Crew, Place
        from reports import terminal
        from reports.compare import command, folder
        from reports.running import experiment
        from scenarios.measures.cost import load_prices
        from seslab import worlds
    crew = Crew(processes, master, workers, wait_s, master_host, master_port, web_port)
    if worker:
        loading.work(crew)
        return exit_codes.DONE
    worlds.tidy()
    if scenario is None:
        raise BadInput("SCENARIO: missing; give a name of the catalogue, or a TOML file")
    chosen, prices = worlds.scenario_of(scenario, seed), load_prices()
    senders = [*(user or ()), *(strategy or ())] or ["ses-v2"]
    place = Place(endpoint, aws.region, smtp, queue, target, method, headers_of(header or ()), body_of(body))
    asked = Asked(place, worlds.permit(aws), crew, events)
    run = loading.prepare(chosen, senders, asked, prices, terminal.tell)
    if out is not None:
        folder.prepare(out)
    jobs = experiment.jobs(partial(run, out=out), chosen, senders, 1, prices, out)
    met = command.compared(jobs, "locust", chosen, 1, out, json)
    return exit_codes.DONE if met else exit_codes.UNMET
