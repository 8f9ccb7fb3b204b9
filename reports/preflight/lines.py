"""A preflight as people read it: a line for each thing that was looked at, and what to do below those that need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reports.documents.preflight import PreflightDocument, PreflightFinding, Verdict
from strategies.presentation.words import counted

SIGNS: Mapping[Verdict, str] = {"right": "✓", "wrong": "✗", "open": "–"}


def lines(document: PreflightDocument) -> Iterator[str]:
    """In the document's order; the last says what it comes to."""
    at = f"account {document['account']} ({document['at']})" if document["account"] else document["at"]
    yield f"{document['domain']}, {at}"
    width = max(len(one["check"]) for one in document["findings"])
    for one in document["findings"]:
        yield _line(one, width)
        if one["do"]:
            yield f"  do: {one['do']}"
    yield _verdict(document)


def _line(one: PreflightFinding, width: int) -> str:
    return f"{SIGNS[one['verdict']]} {one['check']}:{' ' * (width - len(one['check']))} {one['says']}"


def _verdict(document: PreflightDocument) -> str:
    found = Counter(one["verdict"] for one in document["findings"])
    left = f", {found['open']} open" if found["open"] else ""
    if not found["wrong"]:
        return f"nothing is wrong: {found['right']} right{left}"
    return f"{counted(found['wrong'], 'thing')} wrong, {found['right']} right{left}"
