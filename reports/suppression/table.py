"""A suppression list, a plan or what came of it: a table, CSV, and what there is to say in sentences."""

from __future__ import annotations

import csv
import shlex
from collections import Counter
from collections.abc import Sequence
from io import StringIO

from reports.columns import Block, Column, Sheet
from reports.documents.suppression import Outcome, SuppressedAddress, SuppressionDocument
from reports.words import duration, names
from strategies.presentation.words import count

SHOWN = 3  # addresses that a sentence names
MINUTES_FROM_S = 300
DOES = {"add": "to add", "remove": "to remove", "undo": "to put back"}
SAYS: dict[Outcome, str] = {
    "added": "added",
    "removed": "removed",
    "put back": "put back as they were",
    "as before": "already as before",
    "changed since": "changed by others since, and left",
    "refused": "refused",
}


UNCHANGED = {"add": "listed already", "remove": "not on the list"}
SPELLING = "SES asks for the very spelling in which an address is listed; seslab suppression list shows it."


def table(document: SuppressionDocument) -> Sheet:
    """A row for each address; of changes that are planned with that word."""
    columns = [Column("address"), Column("reason"), Column("since, UTC", falls=1)]
    rows = [_row(one) for one in document["addresses"]]
    if document["action"] != "list":
        columns[-1:] = [Column("outcome")]
    what = "suppression list" if document["action"] == "list" else f"what {document['action']} would do to the list"
    title = f"{what} of {place(document)}: {addresses(len(rows))}"
    return Sheet(title, columns, [Block(rows)], named_by=1)


def _row(one: SuppressedAddress) -> list[str]:
    cells = [one["address"], one["reason"] or "-"]
    return [*cells, one["outcome"] if "outcome" in one else minute(one["since"])]


def minute(since: str | None) -> str:
    """An instant in ISO 8601 as people read it."""
    return "-" if since is None else since[:16].replace("T", " ")


def place(document: SuppressionDocument) -> str:
    return f"account {document['account']} ({document['at']})" if document["account"] else document["at"]


def addresses(number: int) -> str:
    return f"{count(number)} address{'es' * (number != 1)}"


def as_csv(document: SuppressionDocument) -> str:
    """With a heading, for a spreadsheet, and for `--from`."""
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("address", "reason", "since"))
    lines.writerows((one["address"], one["reason"], one["since"] or "") for one in document["addresses"])
    return text.getvalue()


def plan(document: SuppressionDocument, every_s: float) -> str:
    """What is about to be done, where, and how long it takes."""
    found, requests = document["addresses"], document["requests"]
    if not found:
        return f"{place(document)}: nothing {DOES[document['action']]}"
    such = names([one["address"] for one in found[:SHOWN]])
    sample = such if len(found) <= SHOWN else f"such as {such}"
    asked = "1 request" if requests == 1 else f"at most {count(requests)} requests"
    at_once = "" if every_s else ", which a server on this machine takes at once; AWS takes them"
    what = f"{addresses(len(found))} {DOES[document['action']]}, {sample}"
    return f"{place(document)}: {what}; {asked}{at_once} one a second, in {_whole(requests)}"


def _whole(span_s: float) -> str:
    """As long as so many requests take at one a second."""
    return f"{count(span_s)} s" if span_s < MINUTES_FROM_S else duration(span_s)


def sentences(document: SuppressionDocument) -> list[str]:
    """What came of it, and how it is taken back."""
    outcomes = Counter(one.get("outcome") for one in document["addresses"])
    says = SAYS | ({"unchanged": UNCHANGED[action]} if (action := document["action"]) in UNCHANGED else {})
    told = [f"{', '.join(f'{count(outcomes[word])} {said}' for word, said in says.items() if outcomes[word])}."]
    if action == "remove" and outcomes["unchanged"]:
        told.append(SPELLING)
    if outcomes["added"] or outcomes["removed"]:
        told.append(_way_back(str(document["record"])))
    return told


def _way_back(record: str) -> str:
    return f"{record} has each; seslab suppression undo {shlex.quote(record)} takes it back."


def refusal(found: Sequence[SuppressedAddress]) -> str | None:
    """What to end with where SES has refused an address."""
    refused = [one for one in found if one.get("outcome") == "refused"]
    if not refused:
        return None
    first = refused[0]
    return f"{addresses(len(refused))} refused, the first {first['address']}: {first.get('said', '')}"


def progress(done: int, of: int, every_s: float, requests: int) -> str:
    """How far it has come."""
    left_s = round(requests * every_s * (1 - done / of))
    return f"{count(done)} of {addresses(of)}{f', {_whole(left_s)} left' if left_s else ''}"
