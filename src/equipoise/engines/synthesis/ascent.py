"""Local maxima of a smooth log-likelihood: along a line, and by Newton's climb from the tops of a lattice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Surface = Callable[[Floats], tuple[float, Floats, Floats]]
"""Height, slope and curvature of a log-likelihood at coordinates of shape (t,)."""
STEPS = 200
"""Newton steps after which a climb gives up."""
CLIMBS = 8
"""Tops of the lattice that are climbed, the highest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Top:
    """Where a climb ended: coordinates, height, curvature there, steps, and whether it is a maximum."""

    position: Floats
    height: float
    curvature: Floats
    steps: int
    reached: bool


def climb(surface: Surface, start: Floats, smallest: Floats) -> Top:
    """Climb to a local maximum by Newton's steps, turned uphill where the surface is not concave, and halved until they rise.

    Coordinates are measured in their own size, but not below ``smallest``, the size at which they begin to matter. The end is
    where another step would raise the log-likelihood by less than 1e-20, that is, where coordinates are within some 1e-10 of
    their standard errors, or where rounding ends it. From a saddle the climb goes on along the steepest bend upward.
    """
    here, step = np.asarray(start, dtype=np.float64), 0
    height, slope, curvature = surface(here)
    while step < STEPS:
        ruler = np.maximum(np.abs(here), smallest)
        values, vectors = np.linalg.eigh(ruler[:, None] * curvature * ruler)
        bend = np.maximum(np.abs(values), 1e-12 * max(float(np.abs(values).max()), 1e-12))
        uphill = vectors.T @ (ruler * slope)
        move = ruler * (vectors @ (uphill / bend))
        gain = float(uphill @ (uphill / bend))
        if gain < 1e-20:
            move, gain = _upward_bend(here, curvature), 0.0
            if not move.any():
                return Top(position=here, height=height, curvature=curvature, steps=step, reached=True)
        fraction = min(1.0, 2.0 / float(np.abs(move / ruler).max())) if gain else 1.0
        found = _rise(surface, here, fraction * move, height=height, gain=fraction * gain)
        if found is None:
            return Top(position=here, height=height, curvature=curvature, steps=step, reached=gain < 1e-9)
        here, height, slope, curvature = found
        step += 1
    return Top(position=here, height=height, curvature=curvature, steps=step, reached=gain < 1e-12)


def _rise(
    surface: Surface, here: Floats, move: Floats, *, height: float, gain: float
) -> tuple[Floats, float, Floats, Floats] | None:
    """Return the first place along a move, halved again and again, that is high enough, with what the surface has there."""
    rounding, fraction = 1e-13 * (1 + abs(height)) if gain else 0.0, 1.0
    while fraction > 1e-12:
        there = here + fraction * move
        value, slope, curvature = surface(there)
        if value > height + 1e-4 * fraction * gain - rounding:
            return there, value, slope, curvature
        fraction /= 2
    return None


def _upward_bend(here: Floats, curvature: Floats) -> Floats:
    """Return the move from a saddle along which the surface bends upward most, in typical standard errors; 0 at a maximum."""
    ruler = np.maximum(np.abs(here), 1.0)
    values, vectors = np.linalg.eigh(ruler[:, None] * curvature * ruler)
    move: Floats = ruler * vectors[:, -1] if values[-1] > 1e-6 else np.zeros_like(here)
    return move


def line_maxima(slope: Callable[[float], float], grid: Floats) -> tuple[list[float], int]:
    """Return the local maxima along a rising grid of what has this slope, and how often the slope was evaluated.

    Brent's method finds the maximum between two places of which the first rises and the second does not; the first place of
    the grid is a maximum if nothing rises there, the last never is.
    """
    from scipy.optimize import brentq  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    rises = np.array([slope(place) for place in grid]) > 0
    tops, evaluations = [] if rises[0] else [float(grid[0])], grid.size
    for i in np.flatnonzero(rises[:-1] & ~rises[1:]):
        top, report = brentq(slope, grid[i], grid[i + 1], xtol=1e-300, rtol=1e-14, full_output=True)
        tops.append(float(top))
        evaluations += int(report.function_calls)
    return tops, evaluations


def tops_of(heights: Floats, counts: tuple[int, ...]) -> Codes:
    """Return the places of a lattice that no neighbour along an axis exceeds, the highest first and at most ``CLIMBS``."""
    lattice = heights.reshape(counts)
    highest = np.ones(counts, dtype=np.bool_)
    for axis in range(len(counts)):
        earlier, later = [slice(None)] * len(counts), [slice(None)] * len(counts)
        earlier[axis], later[axis] = slice(None, -1), slice(1, None)
        rises = lattice[tuple(later)] > lattice[tuple(earlier)]
        highest[tuple(earlier)] &= ~rises
        falls = lattice[tuple(later)] < lattice[tuple(earlier)]
        highest[tuple(later)] &= ~falls
    places = np.flatnonzero(highest)
    return places[np.argsort(-heights[places], kind="stable")][:CLIMBS]


def best_of(tops: Sequence[Top], images: Sequence[Floats], smallest: float) -> tuple[int, int]:
    """Return which top is highest and how many distinct maxima there are; tops are the same where their images agree."""
    order = sorted(range(len(tops)), key=lambda i: -tops[i].height)
    if not tops[order[0]].reached:
        raise ArithmeticError(
            f"the likelihood did not converge: Newton's steps from {len(tops)} starts, {STEPS} at most from each, "
            "reached no maximum; the effects may be too few for these variance parameters"
        )
    distinct: list[Floats] = []
    for i in order:
        near = (np.abs(images[i] - other) <= 1e-4 * (np.abs(images[i]) + np.abs(other)) + smallest for other in distinct)
        if tops[i].reached and not any(bool(same.all()) for same in near):
            distinct.append(images[i])
    return order[0], len(distinct)
