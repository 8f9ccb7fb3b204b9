"""An account's suppression list: whom SES does not bother again, though it accepts mail for them."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from typing import NamedTuple

from loadtests.endpoint.addresses import bare

REASONS = ("BOUNCE", "COMPLAINT")


class Suppressed(NamedTuple):
    """Why an address is on the list, and since when."""

    address: str
    reason: str
    at_unix_s: float


class SuppressionList:
    """Addresses are on it whatever their letters' case; only those count that are on it for a reason in use."""

    def __init__(self) -> None:
        self.reasons: frozenset[str] = frozenset(REASONS)
        self._entries: dict[str, Suppressed] = {}

    def put(self, address: str, reason: str) -> None:
        self._entries[address.lower()] = Suppressed(address, reason, time.time())

    def get(self, address: str) -> Suppressed | None:
        return self._entries.get(address.lower())

    def delete(self, address: str) -> bool:
        """Whether the address was on the list."""
        return self._entries.pop(address.lower(), None) is not None

    def entries(self, reasons: Collection[str]) -> list[Suppressed]:
        """Those that are on it for one of the reasons, in the order in which they came."""
        return [entry for entry in self._entries.values() if entry.reason in reasons]

    def among(self, recipients: Iterable[str]) -> frozenset[str]:
        """The recipients whom SES will not bother."""
        if not self._entries:
            return frozenset()
        found = ((address, self.get(bare(address))) for address in recipients)
        return frozenset(address for address, entry in found if entry and entry.reason in self.reasons)
