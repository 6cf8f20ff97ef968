"""The distributions of meta-analysis: normal, Student's t, F and chi-squared, of numbers and of arrays.

The normal of a single number comes from the standard library, so that an interval of one proportion does not wait for SciPy
(a fifth of a second). Where degrees of freedom are NaN, Student's t is the normal.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@lru_cache(maxsize=1024)
def central_quantile(level: float, df: float | None = None) -> float:
    """Half-width, in standard errors, of an interval at a level: of the normal, or of Student's t where df is given."""
    upper = (1 + level) / 2
    if df is None or math.isnan(df):
        return NormalDist().inv_cdf(upper)
    from scipy.special import stdtrit  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    return float(stdtrit(df, upper))


def central_quantiles(level: float, df: Floats) -> Floats:
    """Half-widths as :func:`central_quantile` gives them, of any shape; NaN where degrees of freedom are below 1."""
    return _each(df, lambda one: math.nan if one < 1 else central_quantile(level, one))


def two_sided_p(statistic: float, df: int | None = None) -> float:
    """Probability of a statistic at least so far from 0, by the normal, or by Student's t where df is given."""
    if df is None:
        return math.erfc(abs(statistic) / math.sqrt(2))
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import

    return 2 * float(stdtr(df, -abs(statistic)))


def two_sided_ps(statistic: ArrayLike, df: ArrayLike) -> Floats:
    """Probabilities as :func:`two_sided_p` gives them, of any shape; the normal where df is NaN."""
    from scipy.special import ndtr, stdtr  # noqa: PLC0415 - slow to import

    beyond = -np.abs(np.asarray(statistic, dtype=np.float64))
    freedom = np.broadcast_to(np.asarray(df, dtype=np.float64), beyond.shape)
    normal = np.isnan(freedom)
    if normal.all():
        return np.asarray(2 * ndtr(beyond))
    if not normal.any():
        return np.asarray(2 * stdtr(freedom, beyond))
    return np.asarray(np.where(normal, 2 * ndtr(beyond), 2 * stdtr(np.where(normal, 1.0, freedom), beyond)))


def chi2_upper(value: float, df: int) -> float:
    """Probability of a chi-squared at least so large; NaN without degrees of freedom."""
    return float(chi2_uppers(value, df)) if df > 0 else math.nan


def chi2_uppers(value: ArrayLike, df: ArrayLike) -> Floats:
    """Probability of a chi-squared at least so large, of any shape."""
    from scipy.special import chdtrc  # noqa: PLC0415 - slow to import

    return np.asarray(chdtrc(df, value))


@lru_cache(maxsize=1024)
def chi2_quantile(upper: float, df: int) -> float:
    """Chi-squared that is exceeded with probability ``upper``."""
    from scipy.special import chdtri  # noqa: PLC0415 - slow to import

    return float(chdtri(df, upper))


def chi2_quantiles(upper: float, df: Floats) -> Floats:
    """Chi-squared that is exceeded with probability ``upper``, for degrees of freedom of any shape."""
    return _each(df, lambda one: chi2_quantile(upper, int(one)))


def f_uppers(value: ArrayLike, df: ArrayLike, df2: ArrayLike) -> Floats:
    """Probability of an F at least so large; of chi-squared over df where ``df2`` is NaN."""
    from scipy.special import chdtrc, fdtrc  # noqa: PLC0415 - slow to import

    below = np.asarray(df2, dtype=np.float64)
    first = np.asarray(df, dtype=np.float64)
    found = np.asarray(value, dtype=np.float64)
    exact = fdtrc(first, np.where(np.isnan(below), 1.0, below), found)
    return np.asarray(np.where(np.isnan(below), chdtrc(first, found * first), exact))


def _each(df: Floats, quantile: Callable[[float], float]) -> Floats:
    """Apply a costly function of degrees of freedom once for each that occurs."""
    if df.size == 1 or (df.size and df.min() == df.max()):
        return np.full(df.shape, quantile(float(df.flat[0])))
    known, place = np.unique(df, return_inverse=True)
    return np.array([quantile(float(one)) for one in known], dtype=np.float64)[place].reshape(df.shape)
