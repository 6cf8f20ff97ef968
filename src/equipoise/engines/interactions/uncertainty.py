"""Values that are not known well, as draws; and draws as a median with an interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.engines.interactions.kinetics import Floats, checked
from equipoise.values import distributions


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


def fractions(rng: np.random.Generator, *, value: float, low: float, high: float, size: int, level: float = 0.9) -> Floats:
    r"""Draws of a fraction that has ``value`` in the middle and ``level`` of itself from ``low`` to ``high``.

    Half lies below the value and half above, spread evenly from each of the three to the next; the tails go on as steeply, and
    end at 0 and at 1. Of all distributions with these three quantiles, one that is even between them assumes least (it has the
    largest entropy). A Beta distribution has two parameters and cannot keep all three.

    A fraction whose bounds are equal is the same in every draw.

    Raises
    ------
    ValueError
        Bounds outside 0 to 1 or the wrong way round, or a value outside its bounds.
    """
    if not 0 <= low <= value <= high <= 1:
        raise ValueError(
            f"a fraction of {value:g} from {low:g} to {high:g} is none; should lie in bounds between 0 and 1 that rise"
        )
    tail = (1 - level) / 2
    beyond = tail / (0.5 - tail)
    ends = max(low - beyond * (value - low), 0.0), min(high + beyond * (high - value), 1.0)
    return np.interp(rng.uniform(size=size), [0, tail, 0.5, 1 - tail, 1], [ends[0], low, value, high, ends[1]])


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
