"""SES's global endpoints: each over two regions of an account, between which its mail is dealt.

They deal as `scenarios.aws.routing` says, so that the simulator's do the same: evenly, and away from a region that is
out. Sources, read in November 2026: the references of CreateMultiRegionEndpoint and MultiRegionEndpoint in API v2;
the forms of ids, and the words, are inferences. Such an endpoint is ready at once, as identities are verified at once.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from threading import Lock

from loadtests.endpoint.refusals import Refused
from scenarios.aws.routing import Router
from scenarios.ledger.ledger import REJECTED
from strategies.ports import Unavailable

REGIONS = 2
MOST_ENDPOINTS = 1_000  # of an account: an assumption, so that nothing is kept unbounded


def _router() -> Router:
    return Router([1.0] * REGIONS, [0.0] * REGIONS)


@dataclass(eq=False, slots=True)
class GlobalEndpoint:
    """One of them; the first of its regions is the one in which it is managed. Many threads send through it."""

    name: str
    regions: tuple[str, str]
    id: str = field(default_factory=lambda: f"{secrets.token_hex(4)}.{secrets.token_hex(2)[:3]}")
    created_unix_s: float = field(default_factory=time.time)
    _router: Router = field(default_factory=_router)
    _lock: Lock = field(default_factory=Lock)

    def choose(self, now_s: float, recipients: int) -> int:
        """The place of the region that the next mail goes through."""
        with self._lock:
            return self._router.choose(now_s, recipients)

    def found_out(self, place: int, now_s: float) -> None:
        """A region has met a server error: for a while mail goes through the other."""
        with self._lock:
            self._router.failed(place, now_s, Unavailable())


class GlobalEndpoints:
    """Of one account."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], GlobalEndpoint] = {}
        self._changes = Lock()

    def managed_in(self, region: str) -> list[GlobalEndpoint]:
        """By name, as lists have them."""
        return [endpoint for (at, _), endpoint in sorted(self._all.items()) if at == region]

    def create(self, name: str, region: str, second: str) -> GlobalEndpoint:
        """Raises Refused if there is one of this name in the first region."""
        with self._changes:
            if (region, name) in self._all:
                raise Refused(
                    REJECTED, "AlreadyExistsException", f"Multi-region endpoint with name <{name}> already exists."
                )
            if len(self._all) >= MOST_ENDPOINTS:
                raise Refused(REJECTED, "LimitExceeded", f"There are {MOST_ENDPOINTS} multi-region endpoints already.")
            self._all[region, name] = GlobalEndpoint(name, (region, second))
            return self._all[region, name]

    def get(self, name: str, region: str) -> GlobalEndpoint:
        """Raises Refused if none is managed in that region by this name."""
        found = self._all.get((region, name))
        if found is None:
            raise _missing(name)
        return found

    def remove(self, name: str, region: str) -> None:
        """Raises Refused likewise."""
        with self._changes:
            self.get(name, region)
            del self._all[region, name]

    def of_id(self, endpoint_id: str) -> GlobalEndpoint:
        """Whichever region it is managed in; raises Refused if there is none."""
        found = next((one for one in list(self._all.values()) if one.id == endpoint_id), None)
        if found is None:
            raise _missing(endpoint_id)
        return found


def _missing(which: str) -> Refused:
    return Refused(REJECTED, "NotFoundException", f"Multi-region endpoint <{which}> does not exist.")
