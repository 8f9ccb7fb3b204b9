"""SES's own events as a witness: what it says it accepted, mail by mail."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.record import run_registry
from loadtests.record.labels import call_of, label_of
from loadtests.record.logs import DECISION
from scenarios.events.envelopes import kind_of
from scenarios.ledger.ledger import ACCEPTED, REJECTED

MOST = 10  # messages of one receive
HIDE_S = 2  # what a reader takes, but does not live to take out, comes back after so long
TAGS = ("call", "mail", "first")
Event = Mapping[str, Any]


def rows(events: Iterable[Event], zero_unix_s: float) -> NDArray[Any]:
    """The mails that events tell of, as `DECISION` in the order in which SES took them."""
    told = Told(zero_unix_s)
    told.hear(events)
    return told.rows()


class Told:
    """What events have told so far, each of them heard once.

    Every event of a mail, be it a Send or a Bounce, tells that SES accepted it, and when; a Reject tells that it then
    refused it for what it is. Mails with neither our tags nor our label are another sender's.
    """

    def __init__(self, zero_unix_s: float) -> None:
        self._zero_unix_s, self._mails = zero_unix_s, dict[str, tuple[Any, ...]]()
        self.accepted_recipients = 0

    def __len__(self) -> int:
        return len(self._mails)

    def hear(self, events: Iterable[Event]) -> None:
        for event in events:
            trace = _trace(event["mail"])
            if trace is not None:
                self._note(trace, event)

    def _note(self, trace: tuple[int, ...], event: Event) -> None:
        mail = event["mail"]
        before = self._mails.get(mail["messageId"])
        outcome, reason = before[-2:] if before else (ACCEPTED, "")
        if kind_of(event) == "Reject":
            outcome, reason = REJECTED, str(event.get("reject", {}).get("reason", ""))
        row = self._mails[mail["messageId"]] = _row(trace, mail, self._zero_unix_s, outcome, reason)
        self.accepted_recipients += _accepted(row) - (_accepted(before) if before else 0)

    def rows(self) -> NDArray[Any]:
        """In the order in which SES took them."""
        return np.sort(np.array(list(self._mails.values()), DECISION), order=["decided_s", "call"])


def _accepted(row: tuple[Any, ...]) -> int:
    *_, recipients, _, outcome, _ = row
    return recipients if outcome == ACCEPTED else 0


def _trace(mail: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Call, mail and first recipient, by tags, or by the label of the first recipient."""
    if all(tag in mail.get("tags", ()) for tag in TAGS):
        return tuple(int(mail["tags"][tag][0]) for tag in TAGS)
    label = label_of(mail["destination"][0]) if mail.get("destination") else None
    return label and (call_of(label), label.mail, label.who)


def _row(
    trace: tuple[int, ...], mail: Mapping[str, Any], zero_unix_s: float, outcome: int, reason: str
) -> tuple[Any, ...]:
    decided_s = dt.datetime.fromisoformat(mail["timestamp"]).timestamp() - zero_unix_s
    return *trace, len(mail["destination"]), decided_s, outcome, reason


class EventsQueue:
    """The queue that a stack's events end in, and what was read of it.

    Each batch is in the file `kept` before the queue forgets it: a killed reader loses nothing.
    """

    def __init__(self, sqs: Any, url: str, kept: Path) -> None:
        self._sqs, self._url, self._kept = sqs, url, kept
        self.events: list[Event] = []

    def read(self, wait_s: int = 0) -> int:
        """Take out one batch; how many messages it brought. Raises BadInput if it cannot be kept."""
        answer = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=MOST, VisibilityTimeout=HIDE_S, WaitTimeSeconds=wait_s
        )
        messages = answer.get("Messages", ())
        if messages:
            self._keep([event for message in messages if (event := _event(message["Body"])) is not None])
            entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
        return len(messages)

    def _keep(self, events: list[Event]) -> None:
        """A line begins each event rather than ends it: behind one that was cut off the next is still whole."""
        run_registry.append(self._kept, "".join(f"\n{json.dumps(event)}" for event in events).encode())
        self.events += events

    def read_all(self) -> None:
        """Take out what is there now."""
        while self.read():
            pass

    def read_out(self) -> None:
        """Take out all that comes until none has come for longer than `HIDE_S`."""
        while self.read(HIDE_S + 1):
            pass


def kept_events(kept: Path) -> list[Event]:
    """What readers of a queue have kept, one that was killed among them; an event that was cut off is none."""
    lines = kept.read_text(encoding="utf-8", errors="replace").split("\n") if kept.is_file() else ()
    return [event for line in lines if (event := _event(line)) is not None]


def _event(body: str) -> Event | None:
    """None for anything else: SES greets a new topic with a line of text."""
    try:
        event = json.loads(body)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "mail" in event else None
