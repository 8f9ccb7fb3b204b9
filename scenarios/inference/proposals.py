"""Where a population looks next: near its points, farther off, and anywhere in one parameter or in all.

Limiters are exact, so that the likelihood has plateaus of which one limiter's is the highest and narrow, and others may
be wide: a bucket that is never full again after a first draining is explained nearly as well by any larger burst. Who
only looks nearby stays on the plateau that was reached first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenarios.inference.calls import Floats

NEAR, FAR, ALONG, ANYWHERE = range(4)
SHARES = np.array([0.6, 0.2, 0.15, 0.05])
"""Of the points: drawn near a point of the population, far from one, anywhere along one parameter, or anywhere."""
FARTHER = 6.0  # than near, as a factor of the spread
MOST_STEP = 8.0  # of a normal law, in its spread: a longer one is drawn once in 10^15


def proposed(
    points: Floats, weights: Floats, lows: Floats, highs: Floats, size: int, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """New points around the old ones, and the logarithm of the density that they are drawn from."""
    kernel, span = _kernel(points, weights, highs - lows), highs - lows
    around = points[chance.choice(len(points), size, p=weights)]
    how = chance.choice(len(SHARES), size, p=SHARES)
    step = chance.standard_normal(around.shape) @ np.linalg.cholesky(kernel).T
    moved = _reflected(around + np.where(how == FAR, FARTHER, 1.0)[:, None] * step, lows, highs)
    anywhere = lows + span * chance.random(moved.shape)
    which = chance.integers(len(lows), size=size)
    anew = (how == ANYWHERE)[:, None] | ((how == ALONG)[:, None] & (which[:, None] == np.arange(len(lows))))
    moved[anew] = anywhere[anew]
    return moved, np.log(_mixture(moved, points, weights, kernel, lows, highs))


def _mixture(at: Floats, points: Floats, weights: Floats, kernel: Floats, lows: Floats, highs: Floats) -> Floats:
    """The density of all four ways together."""
    span = highs - lows
    near, far = _densities(at, points, weights, kernel, lows, highs, (1.0, FARTHER))
    mixture: Floats = SHARES[NEAR] * near + SHARES[FAR] * far + SHARES[ANYWHERE] / np.prod(span)
    for along in range(len(span)):
        others = np.flatnonzero(np.arange(len(span)) != along)
        mixture += SHARES[ALONG] / len(span) / span[along] * _marginal(others, at, points, weights, kernel, lows, highs)
    return mixture


def _marginal(
    of: NDArray[np.intp],
    at: Floats,
    points: Floats,
    weights: Floats,
    kernel: Floats,
    lows: Floats,
    highs: Floats,
) -> Floats:
    """Near the points in these parameters, whatever the others are."""
    if not len(of):
        return np.ones(len(at))
    part = kernel[np.ix_(of, of)]
    return _densities(at[:, of], points[:, of], weights, part, lows[of], highs[of], (1.0,))[0]


def _kernel(points: Floats, weights: Floats, span: Floats) -> Floats:
    """The spread of the population, and a little for a population that has none, as Silverman's rule scales it."""
    dimensions = points.shape[1]
    away = points - weights @ points
    spread = (weights[:, None] * away).T @ away
    scale = (4.0 / (dimensions + 2) / max(1.0, 1.0 / (weights**2).sum())) ** (2.0 / (dimensions + 4))
    kernel: Floats = max(scale, 0.15) * spread + np.diag((1e-6 * span) ** 2)
    return kernel


def _reflected(points: Floats, lows: Floats, highs: Floats) -> Floats:
    span = highs - lows
    folded = np.mod(points - lows, 2 * span)
    reflected: Floats = lows + np.where(folded > span, 2 * span - folded, folded)
    return reflected


def _densities(
    at: Floats, points: Floats, weights: Floats, kernel: Floats, lows: Floats, highs: Floats, wider: Sequence[float]
) -> list[Floats]:
    """Of the mixture of kernels, so much wider each, with what was reflected at the nearer bounds."""
    half = np.linalg.cholesky(np.linalg.inv(kernel))
    known, scale = points @ half, np.sqrt(np.linalg.det(2 * np.pi * kernel))
    totals = [np.zeros(len(at)) for _ in wider]
    for image in _images(at, points, max(wider) * np.sqrt(np.diag(kernel)), lows, highs):
        seen = image @ half
        apart = (seen**2).sum(axis=1)[:, None] + (known**2).sum(axis=1)[None, :] - 2 * seen @ known.T
        exponent = -0.5 * np.maximum(apart, 0.0)
        for factor, total in zip(wider, totals, strict=True):
            total += np.exp(exponent / factor**2) @ weights / factor ** len(lows)
    return [total / scale for total in totals]


def _images(at: Floats, points: Floats, spread: Floats, lows: Floats, highs: Floats) -> list[Floats]:
    """The points, and where their mirror images are: beyond the bounds that a step may reach, and beyond corners."""
    images = [at]
    for column in range(at.shape[1]):
        reached = [
            bound
            for bound in (lows[column], highs[column])
            if np.abs(points[:, column] - bound).min() < MOST_STEP * spread[column]
        ]
        images += [_mirrored(image, column, bound) for image in images for bound in reached]
    return images


def _mirrored(points: Floats, column: int, bound: float) -> Floats:
    mirrored = points.copy()
    mirrored[:, column] = 2 * bound - mirrored[:, column]
    return mirrored
