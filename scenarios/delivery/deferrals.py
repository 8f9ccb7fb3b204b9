"""How many recipients a provider takes: so many within an hour from one IP address for a domain, then none for a while.

After that it counts anew, so that of a sender who never rests it takes more than so many in each hour of the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scenarios.schema.delivery.provider import Provider

HOUR_S = 3600.0

Most = Callable[[int, float], int | None]
"""What the provider with this number takes in an hour that holds this instant; None: any number."""


class Counter:
    """Of one IP address at one domain: an hour begins with its first recipient."""

    __slots__ = ("closed_until_s", "count", "ends_s")

    def __init__(self) -> None:
        self.ends_s = self.closed_until_s = float("-inf")
        self.count = 0

    def takes(self, at_s: float, most: int, defer_s: float) -> bool:
        """Whether there is room for one more; instants must not decrease."""
        if at_s < self.closed_until_s:
            return False
        if at_s >= self.ends_s:
            self.ends_s, self.count = at_s + HOUR_S, 0
        if self.count < most:
            self.count += 1
            return True
        self.closed_until_s = self.ends_s = at_s + defer_s
        return False


class Deferrals:
    """All providers' counters."""

    def __init__(self, providers: Sequence[Provider], most: Most | None = None) -> None:
        """Without `most`, what each provider takes in an hour is always the same."""
        limits = [one.per_hour for one in providers]
        self._most = most or (lambda provider, _at_s: limits[provider])
        self._defer_s = [one.defer_s for one in providers]
        self._counters: dict[tuple[int, int, int], Counter] = {}

    def takes(self, at_s: float, provider: int, domain: int, ip: int) -> bool:
        """Whether a provider takes one more recipient at this instant."""
        most = self._most(provider, at_s)
        if most is None:
            return True
        counter = self._counters.setdefault((provider, domain, ip), Counter())
        return counter.takes(at_s, most, self._defer_s[provider])
