"""What theory says of queues and limiters, in formulas that know no simulator.

λ are arrivals and μ services a second; R is a limiter's rate and B its burst, in recipients.
"""

from __future__ import annotations

from math import factorial, floor

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def d_d_1_mean_wait_s(mails: int, arrivals_per_s: float, services_per_s: float) -> float:
    """Mail k arrives at k ÷ λ and begins at k ÷ min(λ, μ)."""
    return (mails - 1) / 2 * (1 / min(arrivals_per_s, services_per_s) - 1 / arrivals_per_s)


def d_d_1_last_start_s(mails: int, services_per_s: float) -> float:
    """Of so many mails at once: (n - 1) ÷ μ after they came."""
    return (mails - 1) / services_per_s


def lindley(arrivals_s: Floats, service_s: float) -> Floats:
    """Starts of service in a queue with one server: the later of the arrival and the predecessor's end."""
    start_s, free_s = np.empty_like(arrivals_s), 0.0
    for mail, at_s in enumerate(arrivals_s.tolist()):
        start_s[mail] = free_s = max(at_s, free_s)
        free_s += service_s
    return start_s


def m_d_1_mean_wait_s(utilisation: float, services_per_s: float) -> float:
    """Pollaczek and Khinchine, for constant service: ρ ÷ (2 μ (1 - ρ)). Exponential service waits twice as long."""
    return utilisation / (2 * services_per_s * (1 - utilisation))


def erlang_c(servers: int, load: float) -> float:
    """The probability that an arrival waits, with `load` = λ ÷ μ erlangs on `servers`."""
    waiting = load**servers / factorial(servers) * servers / (servers - load)
    return waiting / (sum(load**k / factorial(k) for k in range(servers)) + waiting)


def m_m_c_mean_wait_s(servers: int, load: float, service_s: float) -> float:
    """C(c, a) ÷ (c μ - λ)."""
    return erlang_c(servers, load) * service_s / (servers - load)


def strict_batch_s(recipients: int, burst: int, rate_per_s: float) -> float:
    """The least makespan of N recipients at one instant: max(0, N - B) ÷ R."""
    return max(0, recipients - burst) / rate_per_s


def debt_batch_s(mails: int, size: int, burst: int, rate_per_s: float) -> float:
    """In debt the last mail rides on one token: max(0, N - n - B + 1) ÷ R for mails of n recipients, N in all."""
    return max(0, mails * size - size - burst + 1) / rate_per_s


def window_batch_s(recipients: int, capacity: int) -> int:
    """From a whole second on, `capacity` go at once and as many each second later: ⌈N ÷ C⌉ - 1."""
    return -(-recipients // capacity) - 1


def strict_accepts(burst: float, dripped: float, refusal_cost: float = 0.0, calls: int = 0) -> int:
    """Of calls without end ⌊(B + R·T - c·N) ÷ (1 - c)⌋ pass in T seconds, where a refusal costs less than drips in.

    What passes and what refusals cost is never more than there was, and room for one more is never left. Where each
    call is for several recipients, burst and drip are counted in calls.
    """
    return floor((burst + dripped - refusal_cost * calls) / (1 - refusal_cost))


def starving_accepts(burst: int, rate_per_s: float, calls_per_s: float) -> int:
    """Where a refusal costs all that drips in, nothing passes after the burst: ⌊(B - 1) ÷ (1 - R ÷ λ)⌋ + 1."""
    return floor((burst - 1) / (1 - rate_per_s / calls_per_s)) + 1


def debt_accepts(burst: int, dripped: float, size: int) -> int:
    """Mail m passes once B + R·t holds a token more than the m - 1 before it: ⌊(B + R·T - 1) ÷ n⌋ + 1 in T seconds."""
    return floor((burst + dripped - 1) / size) + 1
