"""Kinds that decide alike on calls of some sizes, so that no further call of these sizes tells them apart.

On calls of one size a strict bucket of B decides as one on debt does whose burst is smaller by all but one recipient of
a call. And where a limiter holds one call and no second, a sliding window lets one through a second; so does a bucket
whose rate is that of one call a second. In the sandbox, of one recipient a second, that is so of every kind but one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.inference.calls import Calls
from scenarios.inference.suppositions import Kind, Supposition


def alike(calls: Calls, one: Supposition, capacity: int) -> tuple[Supposition, ...]:
    """The others that, at some rate and capacity, decide as this one does on all calls of such sizes."""
    sizes = np.unique(calls.recipients).astype(int)
    if one.costly:
        return ()
    kinds = {*_buckets(one, sizes.tolist()), *_one_at_a_time(one, capacity, sizes.tolist())} - {one.kind}
    return tuple(one._replace(kind=kind) for kind in sorted(kinds))


def strict(calls: Calls, one: Supposition) -> Supposition:
    """The strict bucket that explains calls of one size as one on debt does, point by point of its space; or itself."""
    is_same = one.kind == "debt" and not one.costly and len(np.unique(calls.recipients)) == 1
    return one._replace(kind="token-bucket") if is_same else one


def _buckets(one: Supposition, sizes: list[int]) -> Iterator[Kind]:
    if one.has_burst and len(sizes) == 1:
        yield from ("token-bucket", "debt")


def _one_at_a_time(one: Supposition, capacity: int, sizes: list[int]) -> Iterator[Kind]:
    """Of limiters whose shards each hold one call of the smallest size, but neither two nor any larger one."""
    size, larger = sizes[0], sizes[1:2]
    least, most = capacity // one.shards, -(-capacity // one.shards)
    holds_one = {
        "sliding-window": size <= least and most < min([2 * size, *larger]),
        "token-bucket": least == most == size,
        "debt": least == most == 1 and not larger,
        "fixed-window": False,
    }
    if holds_one[one.kind]:
        yield from ("sliding-window", "token-bucket")
        if not larger:
            yield "debt"
