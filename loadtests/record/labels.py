"""A label in a recipient's address that names run, mail and recipient, for applications that set no tags."""

from __future__ import annotations

import re
from typing import NamedTuple

from loadtests.record.numbering import number_of

_LABEL = re.compile(r"[^@]*\+([0-9]{1,10})\.([0-9]{1,10})\.([0-9]{1,10})@")


class Label(NamedTuple):
    """Whose recipient it is: `run` is a load test's number, `who` the recipient's in its mail."""

    run: int
    mail: int
    who: int


def labelled(to: str, run: int) -> str:
    """A template of addresses with such labels, from any other."""
    local, _, domain = to.rpartition("@")
    return f"{local.partition('+')[0]}+{run}.{{mail}}.{{who}}@{domain}"


def label_of(address: str) -> Label | None:
    """The label of a bare address."""
    found = _LABEL.match(address)
    return found and Label(*map(int, found.groups()))


def call_of(label: Label) -> int:
    """What the calls of labelled mail are called: all of a run alike."""
    return int(number_of(label.run, 0))
