"""How long to wait after a failed send, and when to give up: botocore 1.44.5's retry modes as pure policies.

Read from the installed sources (`botocore/retries/standard.py`, `quota.py`, `retryhandler.py`, `data/_retry.json`)
and held to them by differential tests. What 1.44.5 really does:

- `standard` is the default mode. It is the behaviour that 1.43 hid behind AWS_NEW_RETRIES_2026; that switch is gone.
- A throttle backs off from 1 s and costs 5 of the retry quota; any other error, read timeouts included, backs off
  from 50 ms and costs 14. (Up to 1.43 everything backed off from 1 s, and only timeouts cost more: 10.)
- The quota is a client's. A first-attempt success earns 1; a success after retries gives back what the last retry
  cost and no more; a mail that is given up gives nothing back.
- `legacy` has neither quota nor cap.

Both retry the daily quota's refusal, because SES's v1 API gives it the code of a throttle. `x-amz-retry-after` is
left out: SES does not send it.
"""

from __future__ import annotations

from typing import Literal, Protocol

from strategies.ports import SendError, Throttled, Unanswered, Unavailable

RetryMode = Literal["none", "legacy", "standard", "adaptive"]

RETRIED = (Throttled, Unavailable, Unanswered)


class Backoff(Protocol):
    """The retry policy of one client (a pod or a function environment), shared by all its mails."""

    def failed(self, error: type[SendError], attempt: int, chance: float) -> float | None:
        """Seconds to wait after failed attempt number `attempt` (from 1), or None: give up.

        `chance` is uniform in [0, 1). Errors come as classes: an instance kept would keep its caller's frame alive.
        """
        ...

    def succeeded(self, last_error: type[SendError] | None) -> None:
        """Note a success; `last_error` is the failure before it, None if there was none."""
        ...


class Legacy:
    """Five attempts, and waits of up to 1, 2, 4 and 8 s."""

    __slots__ = ()

    def failed(self, error: type[SendError], attempt: int, chance: float) -> float | None:
        if attempt >= 5 or not issubclass(error, RETRIED):
            return None
        return chance * 2.0 ** (attempt - 1)

    def succeeded(self, last_error: type[SendError] | None) -> None:
        """Nothing is kept between mails."""


class Standard:
    """Three attempts, waits that start by the kind of error, and a quota that stops retries in an outage.

    Invariant: 0 <= quota <= 500.
    """

    __slots__ = ("_quota",)

    def __init__(self) -> None:
        self._quota = 500

    def failed(self, error: type[SendError], attempt: int, chance: float) -> float | None:
        if attempt >= 3 or not issubclass(error, RETRIED) or _cost(error) > self._quota:
            return None
        self._quota -= _cost(error)
        return chance * min(20.0, _base_s(error) * 2.0 ** (attempt - 1))

    def succeeded(self, last_error: type[SendError] | None) -> None:
        earned = 1 if last_error is None else _cost(last_error)
        self._quota = min(500, self._quota + earned)


def _cost(error: type[SendError]) -> int:
    return 5 if issubclass(error, Throttled) else 14


def _base_s(error: type[SendError]) -> float:
    return 1.0 if issubclass(error, Throttled) else 0.05
