"""`seslab track`."""

from __future__ import annotations

from typing import Annotated

from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Seed, Source, of_strategies, one_of

WORLDS = ("sim", "moto", "ministack")
SENDER = "leaky-bucket"


def track(
    scenario: Source,
    *,
    strategy: Annotated[str, of_strategies("who sends the mail, simulated", SENDER)] = SENDER,
    on: Annotated[str, one_of("world", WORLDS, help="where the tracker is")] = "sim",
    seed: Seed = None,
    json: AsJson = False,
) -> int:
    """Track what becomes of accepted mail, event by event.

    SES's events go through a topic and a queue to a function that keeps each recipient's status in a table. They are
    doubled, delayed and disordered as the scenario's table [tracker] says. Ends with exit code 1 if a status is wrong
    in the end or an event is lost. Each account has a tracker of its own.

    $ seslab track mine.toml
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from reports.track import table
        from reports.track.document import document
        from scenarios.tracking.figures import Heard
        from scenarios.tracking.request import plan_of, requests_of
        from seslab import worlds
    chosen = worlds.scenario_of(scenario, seed)
    (name,) = worlds.chosen([strategy], chosen)
    plan_of(chosen)  # which may be refused: before anything is sent
    sent = worlds.suitable_simulator(chosen, [name])(chosen, name, chosen.seed, None)
    if sent.interrupted:
        raise KeyboardInterrupt
    trackers: dict[str, Heard] = {}
    for account, request in requests_of(chosen, sent).items():
        of = f" of {account}" if chosen.accounts else ""
        with terminal.busy(f"telling {len(request.publications):,} events{of} in {on}"):
            trackers[account] = Heard(request, worlds.tracked(on, request))
    tracking = document(chosen, name, on, trackers)
    terminal.present(tracking, json, table.tables(tracking), table.sentences(tracking))
    return exit_codes.DONE if tracking["holds"] else exit_codes.UNMET
