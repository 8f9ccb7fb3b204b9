"""Every command by its name, in the order of the help: the one place to add a new one.

The first page is laid out from here, without a parser and without any command: it is there at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from shutil import get_terminal_size

from seslab.help_page import OPTIONS, WIDEST, laid_out

COMMANDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Decide": {
        "compare": ("deciding.compare", "Run strategies on one scenario and compare them."),
        "robust": ("deciding.robust", "Try strategies under many limiters that SES may have."),
        "fit": ("deciding.fit", "Find the limiter behind accepted and refused calls."),
        "headroom": ("deciding.headroom", "Find how far a setting can go until a threshold fails."),
        "advise": ("deciding.advise", "Find the best strategy and settings that meet it all."),
        "sweep": ("deciding.sweep", "Vary a scenario, and see what becomes of a figure."),
        "play": ("deciding.play", "Change a scenario on a page, and see what comes of it."),
        "report": ("deciding.kept_runs", "Draw a kept run's figures again, and show its table."),
        "diff": ("deciding.kept_runs", "Set kept runs side by side."),
        "history": ("deciding.history", "Follow figures and verdicts over many commits."),
        "calibrate": ("deciding.calibrate", "Set real runs of strategies beside simulated ones."),
        "verify": ("deciding.verify", "Set the simulator beside closed forms."),
        "track": ("deciding.track", "Track what becomes of accepted mail, event by event."),
        "gate": ("deciding.gate", "Fail if strategies became slower, leakier or dearer."),
        "gate update": ("deciding.gate", "Make what strategies do now the gate's baseline."),
    },
    "Plan": {
        "plan": ("deciding.planning", "Tell how long a limit is enough, and what to ask for."),
        "warmup": ("deciding.planning", "Plan how new IP addresses are warmed up, date by date."),
    },
    "Look up": {
        "scenarios": ("listings", "List the scenarios of the catalogue."),
        "strategies": ("listings", "List the strategies, their settings and the defaults."),
        "schema": ("listings", "Print the JSON Schema of a scenario or a document."),
    },
    "Bring your own traffic": {"trace": ("trace", "Make a trace from mail that was really sent.")},
    "Keep a list clean": {
        "suppression list": ("sending.suppression", "Show whom SES does not send to any more."),
        "suppression add": ("sending.suppression", "Put addresses onto SES's suppression list."),
        "suppression remove": ("sending.suppression", "Take addresses off SES's suppression list."),
        "suppression undo": ("sending.suppression", "Take back what add or remove has done."),
    },
    "Prepare": {
        "preflight": ("sending.preflight", "Check a domain and an account before anything is sent."),
        "smtp-credentials": ("sending.smtp_credentials", "Derive SMTP credentials, or a stack that rotates them."),
    },
    "Send for real": {
        "serve": ("sending.serve", "Serve a local AWS whose SES throttles like SES."),
        "probe": ("sending.probe", "Find out about your limiter with few recipients."),
        "loadtest": ("sending.loadtest", "Load-test with Locust, judged by what SES accepted."),
        "loadtest worker": ("sending.loadtest", "Send for a master on another machine."),
        "deploy": ("sending.stacks", "Make a strategy's stack, and leave it there."),
        "status": ("sending.stacks", "List the stacks of runs."),
        "teardown": ("sending.stacks", "Remove a run's stack and bucket."),
    },
    "After sending": {
        "bounces": ("sending.bounces", "Tell who cannot be reached, and what to do."),
        "events": ("sending.events", "Make a table of SES's events, for queries."),
    },
}
"""By what they are for: the module in `seslab.commands` that has the function of the name's last word, and a summary.

The summary begins the function's docstring too, which `seslab COMMAND --help` shows.
"""

ABOUT = """
Which way of sending through Amazon SES is best?

`seslab COMMAND --help` tells more of each command.

$ seslab compare broadcast-900
"""


def of_two_words(first: str) -> list[str]:
    """The second words of commands that begin so."""
    names = (name.split() for some in COMMANDS.values() for name in some)
    return [words[1] for words in names if words[0] == first and words[1:]]


def front_page(width: int) -> str:
    """The help of all commands, in lines of so many columns."""
    topics = [(topic, [(name, says) for name, (_, says) in some.items()]) for topic, some in COMMANDS.items()]
    return laid_out("seslab COMMAND [OPTIONS] ...", ABOUT, [*topics, ("Options", list(OPTIONS.items()))], width)


def columns() -> int:
    """As many as Typer gives to a page."""
    return max(min(get_terminal_size().columns, WIDEST) - 2, 50)
