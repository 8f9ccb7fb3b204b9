"""`seslab serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab.ctrl_c import importing


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
    with importing():
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
