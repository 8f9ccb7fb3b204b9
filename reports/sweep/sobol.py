"""Sobol indices: at which points a figure is wanted, and what its values there tell about each dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

RESAMPLES = 200
CONFIDENCE = 0.95


class Share(NamedTuple):
    """Of a figure's variance, with half of its interval."""

    share: float
    margin: float


class Shares(NamedTuple):
    """What goes with a dimension alone, and what would be left if all others were known."""

    first: Share
    total: Share


def points(dimensions: int, base: int, seed: int) -> Any:
    """Saltelli's (Saltelli et al., 2010), a row each: how far along each dimension it lies, from 0 to less than 1.

    `base`, a power of two, times two more than there are dimensions. Each block of so many rows has a point of one
    sample, that point with one dimension after the other from a second sample, and the second sample's own point.
    """
    import numpy as np
    from scipy.stats import qmc

    both = qmc.Sobol(2 * dimensions, rng=np.random.default_rng(seed)).random(base)
    one, other = both[:, None, :dimensions], both[:, None, dimensions:]
    mixed = np.where(np.eye(dimensions, dtype=bool), other, one)
    rows = np.concatenate([one, mixed, other], axis=1).reshape(-1, dimensions)
    return rows.clip(0.0, 1.0 - 1e-9)


def shares(values: Sequence[float], dimensions: int, seed: int) -> list[Shares]:
    """Of each dimension, from the figure at `points`. The intervals are normal ones.

    SciPy's: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.sobol_indices.html. Its own intervals are
    others each time, as nothing seeds them; so the blocks are drawn again here.
    """
    import numpy as np
    from scipy import stats
    from scipy.special import ndtri

    blocks = np.reshape(values, (-1, dimensions + 2))

    def found(drawn: Any) -> Any:
        some = blocks[drawn]
        figures = {"f_A": some[None, :, 0], "f_B": some[None, :, -1], "f_AB": some.T[1:-1, None, :]}
        indices = stats.sobol_indices(func=figures, n=len(some))
        return np.array([indices.first_order, indices.total_order])

    every = np.arange(len(blocks))
    drawn_again = stats.bootstrap(
        (every,), found, n_resamples=RESAMPLES, vectorized=False, method="percentile", rng=np.random.default_rng(seed)
    )
    margins = ndtri((1 + CONFIDENCE) / 2) * drawn_again.standard_error
    first, total = np.stack([found(every), margins], axis=-1).tolist()
    return [Shares(Share(*alone), Share(*in_all)) for alone, in_all in zip(first, total, strict=True)]
