"""A suppression list: whom SES does not bother again, though it accepts mail for them."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from threading import Lock
from typing import NamedTuple

from loadtests.endpoint.addresses import bare

REASONS = ("BOUNCE", "COMPLAINT")
MOST_FOUND = 100_000  # addresses that SES itself puts on the list; an assumption: AWS's has no bound


class Suppressed(NamedTuple):
    """Why an address is on the list, and since when."""

    address: str
    reason: str
    at_unix_s: float


class SuppressionList:
    """Mail is compared with it whatever its letters' case.

    A change must spell an address as it stands there: "API calls for suppression list management require an
    exact case match" (SES developer guide, Managing tenant suppression list entries, read 2026-11-29).
    """

    def __init__(self) -> None:
        self._entries: dict[str, Suppressed] = {}
        self._spellings: dict[str, set[str]] = {}  # of an address, by its lower case
        self._found, self._changes = set[str](), Lock()

    def put(self, address: str, reason: str) -> None:
        with self._changes:
            self._found.discard(address)
            self._entries[address] = Suppressed(address, reason, time.time())
            self._spellings.setdefault(address.lower(), set()).add(address)

    def find(self, address: str, reason: str) -> None:
        """SES itself has found a reason."""
        if len(self._found) < MOST_FOUND:
            self.put(address, reason)
            self._found.add(address)

    def forget_found(self) -> None:
        """Only those stay on the list whom requests have put there."""
        for address in list(self._found):
            self.delete(address)

    def get(self, address: str) -> Suppressed | None:
        return self._entries.get(address)

    def delete(self, address: str) -> bool:
        """Whether the address was on the list."""
        with self._changes:
            self._found.discard(address)
            spelt = self._spellings.get(address.lower(), set())
            spelt.discard(address)
            if not spelt:
                self._spellings.pop(address.lower(), None)
            return self._entries.pop(address, None) is not None

    def entries(self, reasons: Collection[str]) -> list[Suppressed]:
        """Those that are on it for one of the reasons, in the order in which they came."""
        return [entry for entry in list(self._entries.values()) if entry.reason in reasons]

    def among(self, recipients: Iterable[str], reasons: Collection[str] = REASONS) -> frozenset[str]:
        """The recipients that are on it for one of the reasons."""
        if not self._entries:
            return frozenset()
        return frozenset(address for address in recipients if self._holds(bare(address).lower(), reasons))

    def _holds(self, lowered: str, reasons: Collection[str]) -> bool:
        spelt = map(self.get, list(self._spellings.get(lowered, ())))
        return any(entry is not None and entry.reason in reasons for entry in spelt)
