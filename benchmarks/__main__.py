"""Print every benchmark as ratios within this run: speed is measured here and never asserted in a test."""

from __future__ import annotations

import sys

from rich.table import Table

from benchmarks import cluster, endpoint, keeping, playing, pods, queues, scale, several, silent, start, sweep, watched
from benchmarks.printing import console
from strategies.registry import STRATEGIES

LARGE = 5_000_000


def main() -> None:
    """Against Python's start, SimPy by hand, the number of mails, and the local AWS against moto."""
    _print_start(start.measure())
    _print_pods(pods.measure())
    _print_strategies(pods.measure_strategies())
    sizes = (*scale.SIZES, LARGE) if "--large" in sys.argv else scale.SIZES
    _print_scale("A day of mail at 14 recipients/s, of growing length", scale.measure("day", sizes))
    _print_scale("A batch of mail at 500 recipients/s, all of it waiting", scale.measure("backlog", (100_000,)))
    _print_kept(keeping.measure(sizes[-1]))
    _print_sweep(sweep.measure())
    _print_several(several.measure())
    _print_clustered(cluster.measure())
    _print_playing(playing.measure())
    _print_endpoint(endpoint.measure())
    _print_watched(watched.measure())
    _print_silent(silent.measure())
    _print_queues(queues.measure())  # last: it makes this process's moto ours


def _print_start(took_s: dict[str, float]) -> None:
    table = Table(title=f"Start to end, in turn: median of {start.ROUNDS}", box=None)
    for heading in ("command", "ms", "× of python", "× of import numpy"):
        table.add_column(heading, justify="left" if heading == "command" else "right")
    for name, seconds in took_s.items():
        ratios = (f"{seconds / took_s[reference]:.2f}" for reference in ("python", "import numpy"))
        table.add_row(name, f"{1000 * seconds:,.0f}", *ratios)
    console.print(table)


def _print_pods(results: list[pods.Result]) -> None:
    title = f"\nTwo paced pods, {pods.MAILS:,} mails: best of {pods.ROUNDS} by processor time, the ledger included"
    table = Table(title=title, box=None)
    rivals = [name for name in results[0].seconds if name != pods.OURS]
    for heading in ("load", "recipients", "mails/s", *(f"× {rival}" for rival in rivals), "aim, × lists"):
        table.add_column(heading, justify="left" if heading == "load" else "right")
    for result in results:
        ratios = [f"{result.times_as_fast(rival):.2f}" for rival in rivals]
        aim = "2" if result.load == "batch" else "1.5"
        rate = f"{pods.MAILS / result.seconds[pods.OURS]:,.0f}"
        table.add_row(result.load, str(result.recipients), rate, *ratios, aim)
    console.print(table)


def _print_several(results: list[several.Several]) -> None:
    title = f"\nFour accounts, {several.MAILS:,} mails, × the four alone: median of {several.ROUNDS} by processor time"
    table = Table(title=title, box=None)
    for heading in ("strategy", "seconds", "× alone", "aim"):
        table.add_column(heading, justify="left" if heading == "strategy" else "right")
    for one in results:
        table.add_row(one.strategy, f"{min(one.whole_s):.2f}", f"{one.ratio:.2f}", f"{several.AIM}")
    console.print(table)


def _print_strategies(results: list[pods.Result]) -> None:
    table = Table(title="\nWhat a mail costs by each strategy, × by leaky-bucket", box=None)
    for heading in ("strategy", *(result.load for result in results), "aim"):
        table.add_column(heading, justify="left" if heading == "strategy" else "right")
    aims = {"sqs-dlq": "2.2", "heartbeat": "2.5", "lambda-concurrency": "3"}
    for strategy in results[0].seconds:
        ratios = [f"{result.seconds[strategy] / result.seconds['leaky-bucket']:.2f}" for result in results]
        table.add_row(strategy, *ratios, aims.get(strategy, ""))
    console.print(table)


def _print_scale(title: str, runs: list[scale.Run]) -> None:
    allowed = f"{scale.BYTES_PER_MAIL} bytes a mail and {scale.BYTES_PER_CALL} a call"
    table = Table(title=f"\n{title} (aim: linear, and at most {allowed})", box=None)
    for heading in ("strategy", "mails", "µs/mail", "× of the smallest", "bytes/mail", "of the memory allowed"):
        table.add_column(heading, justify="left" if heading == "strategy" else "right")
    smallest = {run.strategy: run for run in reversed(runs)}
    for run in runs:
        ratio = run.us_per_mail / smallest[run.strategy].us_per_mail
        table.add_row(
            run.strategy,
            f"{run.mails:,}",
            f"{run.us_per_mail:.1f}",
            f"{ratio:.2f}",
            f"{run.bytes / run.mails:.0f}",
            f"{run.share_of_memory:.0%}",
        )
    console.print(table)


def _print_kept(kept: keeping.Kept) -> None:
    shares = ", ".join(f"{part} {kept.share(part):.1%}" for part in keeping.PARTS[1:])
    console.print(
        f"\nA day of {kept.mails:,} mails by all strategies, kept: beside {kept.seconds['runs']:.0f} s of runs "
        f"{kept.share_beside:.0%} of that (aim 15 %): {shares}"
    )


def _print_sweep(swept: sweep.Sweep) -> None:
    console.print(
        f"\n{swept.runs:,} runs of broadcast-900 ({len(sweep.HYPOTHESES)} limiters, {sweep.SEEDS} seeds): "
        f"{swept.seconds:.0f} s (aim 60), {swept.processor_s:.0f} s of processors, "
        f"{swept.share_in_runs:.0%} of the processors' time in the runs themselves; "
        f"the same again, out of the store: {swept.again_s:.2f} s"
    )


def _print_clustered(clustered: cluster.Clustered | None) -> None:
    if clustered is None:
        console.print("\nNo cluster was measured: distributed is not installed")
        return
    console.print(
        f"\n{len(clustered.own)} times {clustered.runs:,} runs of {clustered.each_ms:.0f} ms by {clustered.workers} "
        f"workers of a Dask cluster, in turn with as many own processes: {clustered.elapsed:.2f} of their throughput, "
        f"{clustered.processor:.2f} by processor time (aim 0.8)"
    )


def _print_playing(answers: list[playing.Answers]) -> None:
    title = f"\nAn answer of seslab play about {len(STRATEGIES)} strategies, in seconds: median of {playing.ROUNDS}"
    table = Table(title=title, box=None)
    for heading in ("mails", "all are run", "aim", "one is", "none is"):
        table.add_column(heading, justify="right")
    for one in answers:
        aim = "1" if one.mails == max(playing.SIZES) else ""
        table.add_row(f"{one.mails:,}", f"{one.all_s:.2f}", aim, f"{one.one_s:.2f}", f"{one.none_s:.2f}")
    console.print(table)


def _print_queues(costs: list[queues.Cost]) -> None:
    table = Table(title="\nSQS by the number of messages that wait (aim: receive at most 1.5 × that at 100)", box=None)
    for heading in ("whose", "waiting", "send µs", "receive(10) µs", "send × at 100", "receive × at 100"):
        table.add_column(heading, justify="left" if heading == "whose" else "right")
    shallow = {cost.whose: cost for cost in reversed(costs)}
    for cost in costs:
        base = shallow[cost.whose]
        ratios = (f"{cost.send_us / base.send_us:.2f}", f"{cost.receive_us / base.receive_us:.2f}")
        table.add_row(cost.whose, f"{cost.depth:,}", f"{cost.send_us:,.0f}", f"{cost.receive_us:,.0f}", *ratios)
    console.print(table)


def _print_endpoint(rates: dict[str, endpoint.Rate]) -> None:
    title = f"\nSES v2 sends from {endpoint.CLIENTS} boto3 clients, one server process: median of {endpoint.ROUNDS}"
    table = Table(title=title, box=None)
    for heading in ("server", "sends/s", "× of moto's", "by its own processor time", "× of moto's", "aim"):
        table.add_column(heading, justify="left" if heading == "server" else "right")
    moto = rates["moto"]
    for kind, rate in rates.items():
        by_clock = (f"{rate.per_s:,.0f}", f"{rate.per_s / moto.per_s:.2f}")
        by_own = (f"{rate.per_own_s:,.0f}", f"{rate.per_own_s / moto.per_own_s:.2f}")
        table.add_row(kind, *by_clock, *by_own, "3" if kind == "seslab" else "")
    console.print(table)


def _print_watched(rates: dict[str, endpoint.Rate]) -> None:
    table = Table(title=f"\nThe same sends while the page at /_seslab/ asks: median of {endpoint.ROUNDS}", box=None)
    for heading in ("who looks", "sends/s", "× of nobody", "by its own processor time", "× of nobody", "aim"):
        table.add_column(heading, justify="left" if heading == "who looks" else "right")
    nobody = rates[watched.UNWATCHED]
    for who, rate in rates.items():
        by_clock = (f"{rate.per_s:,.0f}", f"{rate.per_s / nobody.per_s:.2f}")
        by_own = (f"{rate.per_own_s:,.0f}", f"{rate.per_own_s / nobody.per_own_s:.2f}")
        table.add_row(who, *by_clock, *by_own, "0.9" if who == watched.WATCHED else "")
    console.print(table)


def _print_silent(slowest_s: dict[str, float]) -> None:
    beside = ", ".join(f"beside {name} {1000 * took_s:.0f} ms" for name, took_s in slowest_s.items())
    title = f"The slowest of {silent.ASKED} answers, with {silent.CONNECTIONS} silent connections (aim: no later)"
    console.print(f"\n{title}: {beside}")


if __name__ == "__main__":
    main()
