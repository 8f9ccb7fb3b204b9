"""What must hold before anything is sent for real: who may get mail, how much of it, and what it may cost."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from loadtests.ports.ses import Envelope
from scenarios.aws.ticker import TRANSITIONS
from scenarios.errors import BadInput
from scenarios.measures.cost import Prices, cost
from scenarios.schema.files import printable
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals
from strategies.resources import FULL_CORE_MB, Plan

SIMULATOR = "simulator.amazonses.com"
SIMULATED = ("success", "bounce", "complaint", "ooto", "suppressionlist")
SQS_REQUESTS_A_MAIL = 4  # put, receive, delete, and as much again for empty receives and looks: an estimate
SPREAD = 2.0  # a send takes its median or more; an estimate

BUDGET_RECIPIENTS = 1000
BUDGET_USD = 1.0


class Budget(NamedTuple):
    """The most that all runs of a command together may send and cost."""

    recipients: int = BUDGET_RECIPIENTS
    usd: float = BUDGET_USD


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
    lines = [source] if "@" in source and not Path(source).is_file() else _lines(source)
    for number, line in enumerate(lines, 1):
        if address := line.partition("#")[0].strip().lower():
            if not is_address(address):
                where = f"line {number}: " if len(lines) > 1 else ""
                raise BadInput(f"--allow {printable(source)}: {where}{printable(address)!r} is not an address")
            yield address


def _lines(source: str) -> list[str]:
    try:
        return Path(source).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"--allow {printable(source)}: must be an address, or a text file with one a line: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or "not UTF-8 text"


def is_address(text: str) -> bool:
    """Whether it could be one: something, an @, a domain, no blanks."""
    local, _, domain = text.rpartition("@")
    return bool(local and domain) and not any(c.isspace() or c in '<>,;"' for c in text)


def check_recipients(envelope: Envelope, allow: Collection[str]) -> None:
    """Every recipient that the envelope can make is the mailbox simulator's or on the allow list. Raises BadInput."""
    address = _filled(envelope.to)
    local, _, domain = address.rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    if domain == SIMULATOR and plain.partition("@")[0] in SIMULATED:
        return
    if plain not in allow and address not in allow:
        raise BadInput(
            f"--to {printable(envelope.to)!r}: {printable(plain)} is neither the mailbox simulator's "
            f"({'|'.join(SIMULATED)}@{SIMULATOR}) nor allowed; name it with --allow if its owner wants this mail"
        )


def _filled(to: str) -> str:
    """An address that the template makes; numbers may stand only in the label, so that all go to one mailbox."""
    try:
        address = to.format(mail=0, who=0).lower()
        other = to.format(mail=1, who=1).lower()
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise BadInput(f"--to {printable(to)!r}: may hold {{mail}} and {{who}} and no other braces") from error
    if not is_address(address) or _mailbox(address) != _mailbox(other):
        raise BadInput(f"--to {printable(to)!r}: must be an address, with {{mail}} and {{who}} only after a +")
    return address


def _mailbox(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


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
    if not load.usd <= budget.usd:  # a budget that is no number allows nothing
        raise BadInput(
            f"--budget-usd {budget.usd:g}: the runs would cost about {load.usd:.2f} USD; "
            "choose a smaller scenario, or raise the budget"
        )


def ask(yes: bool) -> None:
    """Raises BadInput unless the user says yes, or has said so beforehand."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInput("mail for real: asks before it sends, and nobody is here to answer; add --yes")
    sys.stderr.write("Go ahead? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadInput("mail for real: not confirmed; nothing was made or sent")


def load_of(scenario: Scenario, plan: Plan, mails: Arrivals, prices: Prices) -> Load:
    """What one run sends if each mail is sent once, and what that costs if it lasts to the horizon."""
    count, recipients = len(mails.recipients), int(mails.recipients.sum())
    return Load(count, recipients, cost(_usage(scenario, plan, count, recipients), prices))


def _usage(scenario: Scenario, plan: Plan, mails: int, recipients: int) -> dict[str, float]:
    """A generous estimate: one invocation a mail, a whole second of the ticker's function each second."""
    ticks = scenario.horizon_s * len(plan.tickers)
    invocations = mails * len(plan.mappings)
    memory_gb = max((function.memory_mb for function in plan.functions), default=FULL_CORE_MB) / 1024
    busy_s = invocations * (SPREAD * scenario.latency.ses_send.median_s + 1.0) + ticks
    return {
        "ses_recipients": float(recipients),
        "sqs_requests": float(SQS_REQUESTS_A_MAIL * mails * len(plan.queues)),
        "lambda_requests": invocations + ticks,
        "lambda_gb_s": busy_s * memory_gb,
        "stepfunctions_transitions": ticks * TRANSITIONS,
    }


def total(loads: Collection[Load]) -> Load:
    """Of all runs of a command."""
    return Load(*(sum(column) for column in zip(*loads, strict=True))) if loads else Load(0, 0, 0.0)
