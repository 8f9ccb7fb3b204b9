"""Hears what files and queues hold, and counts what is not understood."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from scenarios.errors import BadInput
from scenarios.events.envelopes import Document, as_document, carrier_of, kind_of, opened
from scenarios.events.events import Event, event_of, name_of
from scenarios.events.files import documents_in
from scenarios.formats.quoted import printable
from strategies.presentation.words import counted

EVERY = 1_000  # events between two looks at how far it has come
MOST_NAMED = 20
OTHERS = "others"

Show = Callable[[int], None]


class Keeper(Protocol):
    """What makes something of events."""

    def hear(self, event: Event, /) -> None: ...


class Listener:
    """Passes on what it hears to a keeper, and knows how much of each kind that was."""

    def __init__(self, keeper: Keeper, show: Show) -> None:
        self.heard, self.strange = Counter[str](), Counter[str]()
        self._keeper, self._show, self._events = keeper, show, 0

    def hear(self, document: Document) -> bool:
        """Whether all that the document carries were events that are understood."""
        understood = [self.hear_record(record) for record in opened(document)]
        return all(understood)

    def hear_record(self, record: Document) -> bool:
        """Whether this, which was opened already, was an event that is understood."""
        event = event_of(record)
        if event is None:
            self.leave_out(name_of(record))
            return False
        self._keeper.hear(event)
        self.heard[event.kind] += 1
        self._events += 1
        if self._events % EVERY == 0:
            self._show(self._events)
        return True

    def leave_out(self, name: str) -> None:
        """Something that is no event, by what it is called; of many names the first ones are kept."""
        self.strange[name if name in self.strange or len(self.strange) < MOST_NAMED else OTHERS] += 1

    def sentences(self) -> Iterable[str]:
        """What was read, and what was left out."""
        yield f"{counted(self._events, 'event')} read{_listed(self.heard)}"
        if self.strange:
            yield f"not understood, and left out{_listed(self.strange)}"


def hear_file(path: Path, listener: Listener) -> None:
    """Raises BadInput for a file that is not whole, or in which nothing is an event of SES's."""
    is_empty, has_events = True, False
    for _, document in documents_in(path):
        is_empty = False
        for record in opened(document):
            has_events |= listener.hear_record(record) or bool(kind_of(record) or carrier_of(record))
    if not (is_empty or has_events):
        raise BadInput(f"{printable(path)}: holds no event of SES's; expected what SES publishes, one JSON object each")


def hear_text(text: str, listener: Listener) -> bool:
    """Whether a message's text was an event; SES greets a new topic with a line that is no JSON."""
    return listener.hear(as_document(text))


def refuse_inside(out: Path, read: Iterable[Path], advice: str) -> None:
    """Raises BadInput where what is written would take the place of what is read, or be read the next time."""
    for source in read:
        if _is_inside(out, source):
            raise BadInput(f"--out {printable(out)}: lies in {printable(source)}, which is read; {advice}")


def _is_inside(one: Path, other: Path) -> bool:
    inner, outer = Path(os.path.realpath(one)), Path(os.path.realpath(other))
    return inner == outer or (os.path.isdir(outer) and outer in inner.parents)


def _listed(counts: Counter[str]) -> str:
    listed = ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
    return f": {listed}" if listed else ""
