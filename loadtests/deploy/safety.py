"""What must hold before anything is sent for real: who may get mail, how much of it, and what it may cost."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from loadtests.ports.ses import Envelope
from scenarios.aws.ticker import transitions_of
from scenarios.budget import Budget
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.measures.cost import Prices, cost
from scenarios.measures.tiers import prices_of
from scenarios.schema.model import Scenario
from scenarios.system.reading import read_text
from scenarios.traffic.workload import Arrivals
from strategies.resources import FULL_CORE_MB, Plan

SIMULATOR = "simulator.amazonses.com"
SIMULATED = ("success", "bounce", "complaint", "ooto", "suppressionlist")
SQS_REQUESTS_A_MAIL = 4  # put, receive, delete, and as much again for empty receives and looks: an estimate
TABLE_REQUESTS_A_SECOND = 1  # of each pod and function that uses a table, of either kind; as many for each mail
SPREAD = 2.0  # a send takes its median or more; an estimate

MOST_LOCAL, MOST_ADDRESS = 64, 254  # characters: RFC 5321, 4.5.3.1
_ATOM, _NAME = r"[A-Za-z0-9!#$%&'*+/=?^_`|~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@{_NAME}(?:\.{_NAME})*")


class Load(NamedTuple):
    """What is about to be sent: mails, their recipients, and what it should cost."""

    mails: int
    recipients: int
    usd: float


def allowed(sources: Collection[str]) -> frozenset[str]:
    """Addresses in lower case, from addresses and from files with one a line; `#` begins a comment.

    Raises BadInput.
    """
    return frozenset(address for source in sources for address in _addresses(source))


def _addresses(source: str) -> Iterator[str]:
    lines = [source] if "@" in source and not os.path.exists(source) else _lines(source)
    for number, line in enumerate(lines, 1):
        if address := line.partition("#")[0].strip():
            if not is_address(address):
                where = f"line {number}: " if len(lines) > 1 else ""
                raise BadInput(f"--allow {printable(source)}: {where}{printable(address)!r} is not an address")
            yield address.lower()


def _lines(source: str) -> list[str]:
    if not source:
        raise BadInput("--allow: is empty; name an address, or a text file with one a line")
    try:
        return read_text(Path(source)).replace("\r\n", "\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"--allow {printable(source)}: must be an address, or a text file with one a line: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or "not UTF-8 text"


def is_address(text: str) -> bool:
    """Whether it is one plain address of ASCII alone: without a name, comment or quotes, or what a reader may fold."""
    found = _ADDRESS.fullmatch(text)
    return found is not None and len(found["local"]) <= MOST_LOCAL and len(text) <= MOST_ADDRESS


def check_recipients(envelope: Envelope, allow: Collection[str], mails: Arrivals) -> None:
    """Every recipient of every mail is at the mailbox simulator or on the allow list. Raises BadInput."""
    for address in envelope.archive:
        _check_archive(address, allow)
    mailbox = _mailbox_of(envelope, mails)
    local, _, domain = mailbox.partition("@")
    if domain == SIMULATOR and local in SIMULATED:
        return
    if mailbox not in allow and envelope.to.lower() not in allow:
        raise BadInput(
            f"--to {printable(envelope.to)!r}: {mailbox} is neither the mailbox simulator's "
            f"({'|'.join(SIMULATED)}@{SIMULATOR}) nor allowed; name it with --allow if its owner wants this mail"
        )


def _check_archive(address: str, allow: Collection[str]) -> None:
    local, _, domain = address.lower().partition("@")
    if not is_address(address):
        raise BadInput(f"shadow_copies = {printable(address)!r}: must be one plain address")
    if address.lower() not in allow and not (domain == SIMULATOR and local.partition("+")[0] in SIMULATED):
        raise BadInput(
            f"shadow_copies = {printable(address)!r}: is not allowed; name it with --allow if it is your archive"
        )


def _mailbox_of(envelope: Envelope, mails: Arrivals) -> str:
    """The one mailbox, in lower case, that gets all mails: numbers stand in its label alone.

    The longest numbers make the longest address: where that is one, so is each.
    """
    local, _, domain = envelope.to.partition("@")
    mailbox = f"{local.partition('+')[0]}@{domain}"
    last, widest = max(len(mails.recipients) - 1, 0), max(int(mails.recipients.max(initial=1)) - 1, 0)
    if not (is_address(mailbox) and is_address(envelope.address(0, 0)) and is_address(envelope.address(last, widest))):
        raise BadInput(
            f"--to {printable(envelope.to)!r}: must be one plain address, with {{mail}} and {{who}} only after a +, "
            f"of at most {MOST_LOCAL} characters before the @ once they are filled in"
        )
    return mailbox.lower()


def check_sender(source: str | None) -> str:
    """Raises BadInput unless it is an address of the user's own."""
    if not source or not is_address(source):
        given = f"{printable(source)!r}: not an address" if source else "missing"
        raise BadInput(f"--from {given}; name a sender that SES has verified for this account and region")
    return source


def check_budget(load: Load, budget: Budget) -> None:
    """Raises BadInput that names what is too much, and of what."""
    if load.recipients > budget.recipients:
        raise BadInput(
            f"--budget-recipients {budget.recipients}: the runs have {load.recipients:,} recipients; "
            "choose a smaller scenario, or raise the budget"
        )
    if not math.isfinite(budget.usd):
        raise BadInput(f"--budget-usd {budget.usd:g}: is no budget; name the most dollars that the runs may cost")
    if load.usd > budget.usd:
        raise BadInput(
            f"--budget-usd {budget.usd:g}: the runs would cost about {load.usd:.2f} USD; "
            "choose a smaller scenario, or raise the budget"
        )


def ask(yes: bool) -> None:
    """Raises BadInput unless the user says yes, or has said so beforehand."""
    confirm(yes, "mail for real", "sends", "nothing was made or sent")


def confirm(yes: bool, what: str, does: str, nothing: str) -> None:
    """The same of anything that asks before it `does` so; `nothing` says what has become of a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInput(f"{what}: asks before it {does}, and nobody is here to answer; add --yes")
    sys.stderr.write("Go ahead? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadInput(f"{what}: not confirmed; {nothing}")


def load_of(scenario: Scenario, plan: Plan, mails: Arrivals, prices: Prices) -> Load:
    """What one run sends if each mail is sent once, and what that costs if it lasts to the horizon."""
    count, recipients = len(mails.recipients), int(mails.recipients.sum())
    own = prices_of(scenario, prices, recipients)
    return Load(count, recipients, cost(_usage(scenario, plan, count, recipients), own))


def _usage(scenario: Scenario, plan: Plan, mails: int, recipients: int) -> dict[str, float]:
    """A generous estimate: one invocation a mail, a whole second of the ticker's function each second."""
    ticks = scenario.horizon_s * len(plan.tickers)
    items = TABLE_REQUESTS_A_SECOND * (scenario.horizon_s + mails) * _users_of_tables(plan)
    invocations = mails * len(plan.mappings)
    memory_gb = max((function.memory_mb for function in plan.functions), default=FULL_CORE_MB) / 1024
    busy_s = invocations * (SPREAD * scenario.latency.ses_send.median_s + 1.0) + ticks
    return {
        "ses_recipients": float(recipients),
        "sqs_requests": float(SQS_REQUESTS_A_MAIL * mails * len(plan.queues)),
        "lambda_requests": invocations + ticks,
        "lambda_gb_s": busy_s * memory_gb,
        "stepfunctions_transitions": scenario.horizon_s * sum(transitions_of(one.kind) for one in plan.tickers),
        "dynamodb_reads": items,
        "dynamodb_writes": items,
    }


def _users_of_tables(plan: Plan) -> int:
    """How many pods and functions use a table, each counted for every one that it uses."""
    tables = {table.name for table in plan.tables}
    pods = sum(one.replicas * len(tables & {*one.uses}) for one in plan.all_pods())
    return pods + sum(len(tables & {*one.uses}) for one in plan.functions)


def total(loads: Collection[Load]) -> Load:
    """Of all runs of a command."""
    return Load(*(sum(column) for column in zip(*loads, strict=True))) if loads else Load(0, 0, 0.0)
