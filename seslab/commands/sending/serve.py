"""`seslab serve`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from seslab import completion
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import LAST_PORT, offering

LIMITERS = ("token-bucket", "fixed-window", "sliding-window")
ADMISSIONS = ("strict", "debt")
MOST_MAILS = 1_000_000


def serve(
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=LAST_PORT, help="the port of HTTP; 0 lets the system choose")
    ] = 5555,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="the address to listen on; any but loopback lets others in")
    ] = "127.0.0.1",
    smtp_port: Annotated[
        int, typer.Option(metavar="N", min=0, max=LAST_PORT, help="the port of SMTP; 0 lets the system choose")
    ] = 2525,
    smtps_port: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            max=LAST_PORT,
            show_default="none",
            help="a port of SMTP in TLS from the first byte, such as 2465; 0 lets the system choose",
        ),
    ] = None,
    rate: Annotated[float | None, typer.Option(metavar="R", show_default="14", help="recipients a second")] = None,
    burst: Annotated[int | None, typer.Option(metavar="B", show_default="R", help="recipients at once")] = None,
    limiter: Annotated[str | None, offering(LIMITERS, show_default="token-bucket", help="how SES admits")] = None,
    admission: Annotated[
        str | None, offering(ADMISSIONS, show_default="strict", help="what a token bucket asks of a mail")
    ] = None,
    daily: Annotated[
        int | None, typer.Option(metavar="N", show_default="50000", help="recipients in 24 hours; -1 for any number")
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="a new account: verified recipients only, 200 a day, one a second")
    ] = False,
    control_limit: Annotated[
        bool,
        typer.Option("--control-limit", help="throttle operations that do not send: each once a second, as SES does"),
    ] = False,
    scenario: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            autocompletion=completion.scenarios,
            help="whose account, latencies and faults to serve",
        ),
    ] = None,
    verify: Annotated[
        list[str] | None,
        typer.Option(metavar="IDENTITY", help="an address or a domain that may send, or * for all; may be repeated"),
    ] = None,
    latency_ms: Annotated[
        float | None,
        typer.Option(metavar="N", show_default="the scenario's, or 0", help="how long every send takes"),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="a name by which clients may ask, such as a container's; may be repeated"),
    ] = None,
    keep_mb: Annotated[
        float, typer.Option(metavar="N", help="how many MB of mail to keep for looking at, the newest")
    ] = 100.0,
    keep_mails: Annotated[
        int, typer.Option(metavar="N", min=0, max=MOST_MAILS, help="how many mails to keep for looking at, the newest")
    ] = 10_000,
    delivery: Annotated[
        bool,
        typer.Option("--delivery", help="mailbox providers decide on accepted mail, the catalogue's or the scenario's"),
    ] = False,
    delivery_speed: Annotated[
        float, typer.Option(metavar="N", help="how many times as fast as in reality things go after acceptance")
    ] = 1.0,
    fates_at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DOMAIN",
            show_default="fates.test",
            help="where addresses say what becomes of their mail, or * for anywhere; may be repeated",
        ),
    ] = None,
    smtp_credentials: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default="anybody",
            help="who may log in to SMTP, a line ACCESS_KEY_ID PASSWORD for each",
        ),
    ] = None,
) -> None:
    """Serve a local AWS whose SES throttles like SES.

    It listens until Ctrl-C or kill, and any SDK can use it.

    $ seslab serve --rate 14 --verify example.com
    """
    with ending_on_ctrl_c():
        from loadtests.endpoint import serve as serving
    account = {
        "max_send_rate_per_s": rate,
        "limiter.burst": burst,
        "limiter.kind": limiter,
        "limiter.admission": admission,
        "max_24h_send": daily,
        "sandbox": sandbox or None,
    }
    chosen = serving.scenario_of(scenario, latency_ms, account, delivery)
    at = serving.Addresses(host, port, smtp_port, smtps_port, tuple(allow_host or ()))
    say = partial(print, flush=True)
    after = delivery_speed, fates_at or (), control_limit, smtp_credentials
    serving.serve(chosen, at, verify or (), say, keep_mb, keep_mails, *after)
