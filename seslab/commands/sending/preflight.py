"""`seslab preflight`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.errors import RunFailed
from seslab import completion, exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Region

if TYPE_CHECKING:
    from loadtests.preflight.facts import Traffic


def preflight(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="that mail is from, such as news.example.com")],
    *,
    region: Region = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="a `seslab serve`, or another SES; without it --region is needed")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            autocompletion=completion.scenarios,
            help="whose traffic rate and quota have to hold",
        ),
    ] = None,
    configuration_set: Annotated[
        str | None, typer.Option(metavar="NAME", show_default="the identity's", help="that your mails name")
    ] = None,
    sample: Annotated[Path | None, typer.Option(metavar="FILE", help="a mail to look at, such as mail.eml")] = None,
    dns: Annotated[
        str | None, typer.Option(metavar="SERVER", show_default="the system's", help="the name server to ask")
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="a file for JUnit's XML")] = None,
    json: AsJson = False,
) -> None:
    """Check a domain and an account before anything is sent.

    Asks DNS and SES, changes nothing, and says what is wrong and what to do; exit code 1 if something is.

    $ seslab preflight news.example.com --region eu-west-1 --scenario broadcast-900 --sample mail.eml
    """
    with ending_on_ctrl_c():
        from datetime import UTC, datetime

        from loadtests.deploy.cloud import Cloud
        from loadtests.preflight.domain_name import domain_of
        from loadtests.preflight.judging.every import findings
        from loadtests.preflight.look import facts_of
        from loadtests.preflight.reading.name_server import name_server
        from loadtests.preflight.reading.sample import sample_of
        from loadtests.preflight.reading.ses import checked_set
        from loadtests.suppression.place import place_of
        from reports import terminal
        from reports.files import refuse_taken, refuse_unwritable
        from reports.preflight import document as making
        from reports.preflight import lines
        from reports.preflight.junit import junit as to_junit
        from scenarios.system.whole_files import write_text
    name, server, chosen = domain_of(domain), name_server(dns), checked_set(configuration_set)
    mail = None if sample is None else sample_of(sample)
    traffic = _traffic(scenario)
    if junit is not None:
        refuse_taken({"--junit": junit}, [("--sample", sample)] if sample else ())
        refuse_unwritable("--junit", junit)
    with _even_without_findings(junit), terminal.busy("Asking DNS and SES"):
        place = place_of(endpoint, region)
        cloud = Cloud(place.world, place.session, place.url)
        facts = facts_of(name, server, cloud, datetime.now(UTC), chosen, mail, traffic, place.every_s)
    rows = [making.finding(*finding) for finding in findings(facts)]
    read = str(sample) if sample else None
    document = making.document(name, place.at, place.account, server.at, rows, scenario, read)
    if junit is not None:
        write_text(junit, to_junit(document))
    terminal.present(document, json, (), lines.lines(document))
    if document["verdict"] == "wrong":
        raise typer.Exit(exit_codes.UNMET)


def _traffic(scenario: str | None) -> Traffic | None:
    if scenario is None:
        return None
    with ending_on_ctrl_c():
        from loadtests.preflight.reading.traffic import traffic_of
        from seslab.worlds import scenario_of
    return traffic_of(scenario_of(scenario))


@contextmanager
def _even_without_findings(junit: Path | None) -> Iterator[None]:
    """Where DNS or SES gives no answer, the file for CI says so."""
    with ending_on_ctrl_c():
        from reports.preflight.junit import without_findings
        from scenarios.system.whole_files import write_text
    try:
        yield
    except RunFailed as failure:
        if junit is not None:
            write_text(junit, without_findings(str(failure)))
        raise
