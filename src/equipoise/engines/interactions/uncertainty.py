"""Values that are not known well, as draws; and draws as a median with an interval."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from equipoise.engines.interactions.kinetics import Floats, checked
from equipoise.values import distributions

EDGE = 0.001
"""A fraction's bound of 0 or 1 is taken to be so far from it, since no Beta distribution has its quantile there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The middle of draws, and the interval that holds ``level`` of them."""

    median: float
    low: float
    high: float
    level: float


def spread(draws: ArrayLike, *, level: float = 0.9) -> Spread:
    """The median and the central interval of draws, shape (draws,)."""
    values = checked("draws", draws)
    low, median, high = np.quantile(values, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return Spread(median=float(median), low=float(low), high=float(high), level=level)


def fractions(
    rng: np.random.Generator, *, low: float, high: float, size: int, at_most: float = 1.0, level: float = 0.9
) -> Floats:
    """Draws of a fraction from the Beta distribution whose central interval of ``level`` is from ``low`` to ``high``.

    A fraction whose bounds are equal is the same in every draw. ``at_most``: larger draws are cut off there.

    Raises
    ------
    ValueError
        Bounds outside 0 to 1, or the wrong way round.
    """
    if not 0 <= low <= high <= 1:
        raise ValueError(f"a fraction from {low:g} to {high:g} is none; should have bounds between 0 and 1 that rise")
    if low == high:
        return np.full(size, low)
    a, b = _beta(max(low, EDGE), min(high, 1 - EDGE), level)
    return np.minimum(rng.beta(a, b, size), at_most)


def positives(rng: np.random.Generator, *, value: float, log_sd: float, size: int) -> Floats:
    """Draws of a quantity above zero from the lognormal distribution with this median and standard deviation of logarithms."""
    checked("value", value, above=0.0)
    checked("log_sd", log_sd, least=0.0)
    return np.asarray(value * np.exp(log_sd * rng.standard_normal(size)))


def log_sd(value: float, sd: float) -> float:
    """The standard deviation of the logarithm that goes with a printed mean and standard deviation (or error) of one quantity.

    For a lognormal distribution: sqrt(log(1 + (sd/value)^2)).
    """
    return distributions.log_sd(float(checked("value", value, above=0.0)), float(checked("sd", sd, least=0.0)))


def within_one(shares: dict[str, Floats]) -> dict[str, Floats]:
    """Fractions of one clearance, drawn apart: a draw that adds up to more than 1 is made to add up to 1."""
    total = np.maximum(sum(shares.values(), np.asarray(0.0)), 1.0)
    return {enzyme: np.asarray(share / total) for enzyme, share in shares.items()}


@lru_cache(maxsize=1024)
def _beta(low: float, high: float, level: float) -> tuple[float, float]:
    """The two shapes of the Beta distribution with these central quantiles."""
    from scipy import optimize, special  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    bounds = np.array([low, high])

    def off(logs: Floats) -> Floats:
        return np.asarray(special.betainc(*np.exp(np.clip(logs, -7.0, 14.0)), bounds) - tails)

    middle, sd = (low + high) / 2, (high - low) / 3.29
    size = max(middle * (1 - middle) / sd**2 - 1, 0.5)
    start = np.log([middle * size, (1 - middle) * size])
    found = optimize.root(off, start, method="hybr", tol=1e-12)
    if np.max(np.abs(off(found.x))) > 1e-8:
        found = optimize.least_squares(off, start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    if np.max(np.abs(off(found.x))) > 1e-6:
        raise ValueError(f"no Beta distribution has {level:.0%} between {low:g} and {high:g}; should be wider apart, or equal")
    a, b = np.exp(found.x)
    return float(a), float(b)
