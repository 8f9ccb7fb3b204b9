"""Mails through a limiter, first come first served: each recipient takes the next place that is not gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.aws.limiter import whole
from scenarios.measures.ideal.admitted import Admitted, Floats, Through
from scenarios.measures.ideal.changing_window import ChangingWindow, next_second, second_later
from scenarios.measures.ideal.token_time import EffectiveStep, TokenTime
from scenarios.schema.accounts.account import LimiterHypothesis
from scenarios.traffic.workload import Arrivals
from strategies.ports import MAX_RECIPIENTS


def through(limiter: LimiterHypothesis, effective: list[EffectiveStep]) -> Through:
    """As the kind of limiter has it, whose windows may hold another number after each step."""
    if limiter.kind == "token-bucket":
        on_one_token = 1 if limiter.admission == "strict" else MAX_RECIPIENTS
        clock = TokenTime(effective, limiter.burst)
        return lambda chunks: _through_bucket(chunks, limiter.burst, clock, on_one_token)
    frees_s = next_second if limiter.kind == "fixed-window" else second_later
    if len(effective) > 1:
        return lambda chunks: _through_changing_window(chunks, ChangingWindow(effective, frees_s))
    fixed_or_sliding = _through_fixed_window if limiter.kind == "fixed-window" else _through_sliding_window
    return lambda chunks: fixed_or_sliding(chunks, whole(effective[0].rate_per_s))


def _through_bucket(chunks: Iterable[Arrivals], burst: int, clock: TokenTime, on_one_token: int) -> Iterator[Admitted]:
    """The bucket as a debtor that may hand out `burst` tokens before they are minted.

    Of every `on_one_token` recipients of a mail the first waits for its token, and the others ride with it.
    """
    for intended_s, first, place in _queued(chunks, clock.overflowed):
        place -= place % on_one_token
        yield Admitted(intended_s, np.maximum(intended_s, clock.when(first + (place + 1 - burst))))


def _through_fixed_window(chunks: Iterable[Arrivals], capacity: int) -> Iterator[Admitted]:
    """Every whole second mints `capacity` places at once; those of the past are worth nothing."""
    for intended_s, first, place in _queued(chunks, lambda at_s: at_s.astype(np.int64) * capacity):
        yield Admitted(intended_s, np.maximum(intended_s, (first + place) // capacity))


def _through_sliding_window(chunks: Iterable[Arrivals], capacity: int) -> Iterator[Admitted]:
    """A recipient takes the place of the one `capacity` before it, a second after that one."""
    latest_s = np.full(capacity, -np.inf)
    for intended_s in _recipients(chunks):
        admitted_s = _lagged(intended_s, latest_s + 1.0)
        latest_s = np.concatenate((latest_s, admitted_s))[-capacity:]
        yield Admitted(intended_s, admitted_s)


def _lagged(intended_s: Floats, free_s: Floats) -> Floats:
    """max(intended, one second after the predecessor), where row after row stands below its predecessors.

    `free_s` are the instants from which the first row's places are free.
    """
    rows = -(-len(intended_s) // len(free_s))
    own_s = np.full((rows, len(free_s)), np.inf)
    own_s.reshape(-1)[: len(intended_s)] = intended_s
    np.maximum(own_s[0], free_s, out=own_s[0])
    row_s = np.arange(float(rows))[:, None]
    admitted_s = np.maximum.accumulate(own_s - row_s, axis=0)
    admitted_s += row_s  # exact for recipients that need not wait: their instant is at least their row
    return admitted_s.reshape(-1)[: len(intended_s)]


def _through_changing_window(chunks: Iterable[Arrivals], window: ChangingWindow) -> Iterator[Admitted]:
    for intended_s in _recipients(chunks):
        yield Admitted(intended_s, np.array([window.admit(at_s) for at_s in intended_s.tolist()]))


def _queued(
    chunks: Iterable[Arrivals], gone: Callable[[Floats], Any]
) -> Iterator[tuple[Floats, Any, NDArray[np.int64]]]:
    """For each recipient its intended instant, the number of its mail's first token, and its place in the mail.

    A mail's first token is the next after its predecessor's last, or, after an idle time, the next that is not gone.
    """
    taken = 0
    for mails in chunks:
        before = np.cumsum(mails.recipients, dtype=np.int64) - mails.recipients
        first = before + np.maximum.accumulate(np.maximum(gone(mails.intended_s) - before, taken))
        taken = first[-1] + mails.recipients[-1]
        mail = np.repeat(np.arange(len(before)), mails.recipients)
        yield mails.intended_s[mail], first[mail], np.arange(len(mail)) - before[mail]


def _recipients(chunks: Iterable[Arrivals]) -> Iterator[Floats]:
    """The intended instant of every recipient."""
    return (np.repeat(mails.intended_s, mails.recipients) for mails in chunks)
