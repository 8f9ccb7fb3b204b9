"""The right to be the one consumer: an item in a table that its holder renews, and that others watch."""

from __future__ import annotations

from strategies.ports import Clock, Table

KEY = "consumer"
LEASE_S = 6.0
RENEW_EVERY_S = 2.0
WATCH_EVERY_S = 2.0


class Lease:
    """Held for `LEASE_S` from the beginning of its last renewal, by the holder's clock.

    For others it is over once its version has not changed for so long by their own clock: no two clocks are compared.
    """

    def __init__(self, clock: Clock, table: Table) -> None:
        self._clock, self._table = clock, table
        self._version = 0
        self._until_s = 0.0

    def until_s(self) -> float:
        """How long it is held, by the holder's clock."""
        return self._until_s

    async def acquire(self) -> bool:
        """Wait until no other holds it, and take it; True if none ever did."""
        seen, since_s = -1, 0.0
        while True:
            asked_s = self._clock.now()
            version = (await self._table.get(KEY)).version
            if version != seen:
                seen, since_s = version, self._clock.now()  # it may have been put since the table was asked
            if (version == 0 or asked_s - since_s > LEASE_S) and await self._take(version):
                return version == 0
            await self._clock.sleep(WATCH_EVERY_S)

    async def renew(self) -> None:
        """Renew it again and again; returns once it is over."""
        while self._clock.now() < self._until_s:
            await self.renew_once()

    async def renew_once(self) -> None:
        """Wait a while and renew it; it is over if another has taken it, or if it had run out before."""
        await self._clock.sleep(RENEW_EVERY_S)
        until_s = self._until_s
        if not await self._take(self._version) or self._clock.now() >= until_s:
            self._until_s = 0.0

    async def _take(self, version: int) -> bool:
        until_s = self._clock.now() + LEASE_S
        if not await self._table.put(KEY, (), version):
            return False
        self._version, self._until_s = version + 1, until_s
        return True
