"""Which of several accounts gets the next call of a host: pure, the same in every world.

A host knows only its own calls. It deals them in proportion to the rates, so that hosts which pace the sum between them
give each account its share; an account that has just refused is passed over for a while.

SES's global endpoints deal evenly between two Regions, and away from one that is impaired. Throttling is no impairment.
Sources, read in November 2026: docs.aws.amazon.com/ses/latest/dg/global-endpoints.html and
docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateMultiRegionEndpoint.html. How soon AWS notices, and when it
turns back to a Region, is not documented: here a Region is tried again after five seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf

from scenarios.aws.limiter import exact
from strategies.ports import Paused, QuotaExceeded, SendError, Throttled, Unanswered, Unavailable

IMPAIRED_S = 5.0
CLOSED_S = 60.0  # a quota frees itself over hours, and a pause ends by a person's hand


class Router:
    """Deals calls by weight. `throttled_s` is how long each account is passed over once it has throttled a call.

    `first` is dealt to first: hosts that begin with the same account would all meet it at the same instants.
    """

    def __init__(self, weights: Sequence[float], throttled_s: Sequence[float], first: int = 0) -> None:
        self._weights, self._throttled_s, self._first = weights, throttled_s, first
        self._dealt = [0.0] * len(weights)
        self._shut_until_s = [-inf] * len(weights)

    def choose(self, now_s: float, recipients: int) -> int:
        """The account that is furthest behind its share of those that are open; where none is, what opens first."""
        open_ = [number for number, until_s in enumerate(self._shut_until_s) if until_s <= now_s]
        among = open_ or [min(range(len(self._weights)), key=self._shut_until_s.__getitem__)]
        chosen = min(among, key=self._turn)
        self._dealt[chosen] += recipients / self._weights[chosen]
        for number in range(len(self._dealt)):
            if number not in among:  # what an account misses while it is shut is not made up for
                self._dealt[number] = max(self._dealt[number], self._dealt[chosen])
        return chosen

    def _turn(self, number: int) -> tuple[float, int]:
        """Those that were dealt as much take turns from the host's first one on."""
        return self._dealt[number], (number - self._first) % len(self._weights)

    def failed(self, number: int, now_s: float, error: SendError) -> None:
        """An account did not take a call; what is wrong with the mail itself says nothing of the account."""
        self._shut_until_s[number] = max(self._shut_until_s[number], now_s + self._passed_over_s(number, error))

    def _passed_over_s(self, number: int, error: SendError) -> float:
        match error:
            case QuotaExceeded() | Paused():  # the first of which is a kind of throttling to SDKs
                return CLOSED_S
            case Throttled():
                return self._throttled_s[number]
            case Unavailable() | Unanswered():
                return IMPAIRED_S
        return 0.0


def weights_of(routing: str, rates_per_s: Sequence[float]) -> list[float]:
    """In which proportion accounts with these rates are dealt calls while all are open; `routing` is as in [pool]."""
    return [1.0 if routing == "global-endpoint" else rate_per_s for rate_per_s in rates_per_s]


def shares_of(routing: str, rates_per_s: Sequence[float]) -> list[Fraction]:
    """The same as shares of all recipients, which add up to 1."""
    weights = [exact(one) for one in weights_of(routing, rates_per_s)]
    return [one / sum(weights) for one in weights]


def router_of(routing: str, rates_per_s: Sequence[float], host: int) -> Router:
    """One host's, by its number: to be made anew for each. SES's own endpoint begins the same for all.

    `routing` is as in the table [pool], whose accounts have these rates.
    """
    weights = weights_of(routing, rates_per_s)
    if routing == "global-endpoint":
        return Router(weights, [0.0] * len(weights))
    return Router(weights, [1 / rate_per_s for rate_per_s in rates_per_s], host % len(rates_per_s))
