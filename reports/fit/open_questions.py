"""What calls cannot tell of a limiter, in sentences, and which calls would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from reports.documents.fit import SURE
from reports.words import names
from scenarios.inference.alike import alike
from scenarios.inference.fit import Explanation, Fit, Interval
from scenarios.inference.halves import explain
from scenarios.inference.suppositions import Kind
from scenarios.inference.written import name_of
from strategies.presentation.words import count, counted

EDGE = 1.01
WIDE = 0.02
"""A rate whose interval reaches further to either side is not known well."""
OTHER_CAUSES = (
    "others may have sent too, the limit may have changed, or instants are less exact than said (--within-ms)"
)
FEW = 0.1
"""Of the calls: true shards contradict every limiter without them more often than that."""
LIKELY = 0.05
"""The least weight of a limiter whose parameters are among what may be."""


def open_questions(fit: Fit, rate_per_s: float | None, decided: Kind | None) -> list[str]:
    """A sentence each, the gravest first; `decided` is the kind that is not open."""
    if not fit.calls.refused:
        return list(_without_refusals(fit))
    if not fit.calls.accepted.any():
        return list(_without_acceptances(fit))
    return [
        *_unexplained(fit),
        *_alive(fit, decided),
        *_inexact(fit),
        *_alike(fit),
        *_parameters([one for one in fit.alive if one.weight >= LIKELY] or fit.alive[:1]),
        *_edges(fit, rate_per_s),
        *_nominal(rate_per_s),
    ]


def _without_refusals(fit: Fit) -> Iterator[str]:
    calls = fit.calls
    yield "no call was refused: every kind of limiter explains that"
    yield (
        f"it lets through at least {counted(calls.busiest_second(), 'recipient')} within a second, and "
        f"{count(calls.recipients.max())} in one call; how many more, only refusals tell"
    )


def _without_acceptances(fit: Fit) -> Iterator[str]:
    least = int(fit.calls.recipients.min())
    yield "no call was accepted: an account that is paused, or whose limit others use up, explains that as well"
    if least > 1:
        yield f"whether it lets fewer than {counted(least, 'recipient')} through at once: only smaller calls tell"


def _unexplained(fit: Fit) -> Iterator[str]:
    if fit.is_explained:
        return
    if fit.rivals is None:
        best = fit.explanations[0]
        found = f"even {name_of(best)} is contradicted by {count(best.unexplained)} of {count(len(fit.calls.at_s))}"
        yield f"no kind explains the calls by itself: {found}; {OTHER_CAUSES}"
    elif explain(fit.rivals, fit.calls):
        first, second = (f"{name_of(one)} of {one.rate_per_s.best:.4g} recipients/s" for one in fit.rivals)
        yield f"whether the limit has changed: {first} explains the first half of the calls, {second} the second"
    else:
        yield f"whether there are shards: without them no kind explains the calls; but {OTHER_CAUSES}"


def _alive(fit: Fit, decided: Kind | None) -> Iterator[str]:
    """Of a kind that is decided, only what else may be of that kind."""
    open_ = [one for one in fit.alive if decided in (None, one.supposition.kind)]
    if len(open_) == 1 or not fit.is_explained or (decided and fit.explanations[0].weight >= SURE):
        return
    yield f"which it is of {names([name_of(one) for one in open_])}"
    if {"token-bucket", "debt"} <= {one.supposition.kind for one in open_}:
        yield "calls for more recipients than are left, but not none, would tell debt from a strict bucket"


def _parameters(believed: Sequence[Explanation]) -> Iterator[str]:
    """Over all that are believed: each one's interval holds only if that one is right."""
    low, high = _hull([one.rate_per_s for one in believed])
    if any(one.supposition.has_burst for one in believed) and high - low > 2 * WIDE * believed[0].rate_per_s.median:
        yield f"the rate: {low:.4g} to {high:.4g} recipients/s; a longer time with refusals would tell"
    buckets = [one.capacity for one in believed if one.supposition.has_burst]
    windows = [one.capacity for one in believed if not one.supposition.has_burst]
    for what, kind, capacities in (("the burst", "bucket", buckets), ("what a window holds", "window", windows)):
        if not capacities:
            continue
        low, high = _hull(capacities)
        if high - low > 1:
            if_so = f", if it is a {kind}" if buckets and windows else ""
            between = f"{what}{if_so}: {count(low)} to {count(high)}"
            yield f"{between}; a burst after a pause, down to single recipients, would tell"


def _hull(intervals: Sequence[Interval]) -> tuple[float, float]:
    return min(one.low for one in intervals), max(one.high for one in intervals)


def _edges(fit: Fit, rate_per_s: float | None) -> Iterator[str]:
    """Where the best explanation lies at the edge of what was tried, the right one may lie beyond."""
    best, (low_per_s, high_per_s) = fit.explanations[0], fit.within.rate_per_s
    if best.supposition.has_burst and best.capacity.high >= int(fit.within.burst):
        yield f"whether the burst is larger: at most {counted(int(fit.within.burst), 'recipient')} were tried"
    if best.rate_per_s.low <= low_per_s * EDGE:
        yield f"whether the rate is lower: none below {low_per_s:.4g} recipients/s was tried"
    if rate_per_s is None and best.rate_per_s.high >= high_per_s / EDGE:
        yield f"whether the rate is higher: none above {high_per_s:.4g} recipients/s was tried"


def _inexact(fit: Fit) -> Iterator[str]:
    """Shards explain a few outcomes that one limiter has not made, and so do instants that are a little off."""
    is_of_shards = all(one.supposition.shards > 1 for one in fit.alive)
    if not (fit.is_explained and is_of_shards) or fit.calls.half_s.any():
        return
    of_one = [one for one in fit.explanations if one.supposition.shards == 1]
    number, best = len(fit.calls.at_s), min(of_one, key=lambda one: one.unexplained, default=None)
    if best is not None and best.unexplained <= FEW * number:
        contradicted = f"only {count(best.unexplained)} of {count(number)} contradict {name_of(best)}"
        yield f"whether there are shards, or instants less exact than said (--within-ms): {contradicted}"


def _alike(fit: Fit) -> Iterator[str]:
    best = fit.explanations[0]
    same = (best.supposition, *alike(fit.calls, best.supposition, round(best.capacity.best)))
    alive = [name_of(one) for one in fit.alive if one.supposition in same]
    if len(alive) > 1:
        *most, last = np.unique(fit.calls.recipients).tolist()
        sizes = names([*map(count, most), counted(last, "recipient")])
        yield f"{names(alive)} apart by any call of {sizes}: they decide alike on those"


def _nominal(rate_per_s: float | None) -> Iterator[str]:
    if rate_per_s is None:
        yield "how far that is below the rate that SES names: say it with --rate"
