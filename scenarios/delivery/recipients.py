"""What each recipient is like, drawn once: one seed, one population, whatever the strategy and the world."""

from __future__ import annotations

from bisect import bisect_right
from enum import IntEnum
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple

from scenarios.schema.delivery.delivery import Delivery
from strategies.dice import uniform

PLACES = 1 << 20  # a mail has fewer recipients, and may go out in parts


class Kind(IntEnum):
    """How a recipient, or its mailbox, takes mail."""

    GOOD = 0
    SUPPRESSED = 1
    SUPPRESSED_GLOBALLY = 2
    UNKNOWN = 3
    FULL = 4
    COMPLAINING = 5


class Nature(NamedTuple):
    """Whose mailbox it is, by the provider's place among the scenario's, in which of its domains, and of what kind."""

    provider: int
    domain: int
    kind: Kind


def key_of(mail: int, place: int) -> int:
    """One number for a recipient of a mail."""
    return mail * PLACES + place


def key_of_address(address: str) -> int:
    """One number for a mailbox, whatever the letters' case: 63 bits, the same in every process."""
    name = blake2b(address.lower().encode(errors="replace"), digest_size=8)
    return int.from_bytes(name.digest(), "little") >> 1


class Population:
    """All recipients there may be; nothing is kept of any."""

    def __init__(self, delivery: Delivery, seed: int) -> None:
        self._seed, providers = seed, delivery.providers
        self._domains = [one.domains for one in providers.values()]
        self._edges = list(accumulate(one.share for one in providers.values()))
        before = (delivery.suppressed, delivery.suppressed_globally)
        self._kinds = [list(accumulate((*before, *delivery.shares_of(name)))) for name in providers]

    def nature(self, key: int) -> Nature:
        """Of the recipient with this key."""
        provider, within = self._provider(uniform(self._seed, "delivery/provider", key, 0))
        drawn = bisect_right(self._kinds[provider], uniform(self._seed, "delivery/kind", key, 0))
        return Nature(provider, int(within * self._domains[provider]), _KINDS[drawn])

    def _provider(self, u: float) -> tuple[int, float]:
        """Whose share of [0, 1) it falls into, and where in it."""
        edges = self._edges
        provider = min(bisect_right(edges, u * edges[-1]), len(edges) - 1)
        low = edges[provider - 1] if provider else 0.0
        return provider, min(max((u * edges[-1] - low) / (edges[provider] - low), 0.0), _BELOW_ONE)


_KINDS = (Kind.SUPPRESSED, Kind.SUPPRESSED_GLOBALLY, Kind.UNKNOWN, Kind.FULL, Kind.COMPLAINING, Kind.GOOD)
"""In the order of their shares; whoever is none of them is good."""
_BELOW_ONE = 1 - 2**-53
