"""The three distributions of meta-analysis: normal, Student's t and chi-squared.

The normal comes from the standard library, so that an interval of one proportion does not wait for SciPy (a fifth of a second).
"""

import math
from statistics import NormalDist


def central_quantile(level: float, df: int | None = None) -> float:
    """Half-width, in standard errors, of an interval at a level: of the normal, or of Student's t where df is given."""
    upper = (1 + level) / 2
    if df is None:
        return NormalDist().inv_cdf(upper)
    from scipy.special import stdtrit  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    return float(stdtrit(df, upper))


def two_sided_p(statistic: float, df: int | None = None) -> float:
    """Probability of a statistic at least so far from 0, by the normal, or by Student's t where df is given."""
    if df is None:
        return math.erfc(abs(statistic) / math.sqrt(2))
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import

    return 2 * float(stdtr(df, -abs(statistic)))


def chi2_upper(value: float, df: int) -> float:
    """Probability of a chi-squared at least so large."""
    from scipy.special import chdtrc  # noqa: PLC0415 - slow to import

    return float(chdtrc(df, value))


def chi2_quantile(upper: float, df: int) -> float:
    """Chi-squared that is exceeded with probability ``upper``."""
    from scipy.special import chdtri  # noqa: PLC0415 - slow to import

    return float(chdtri(df, upper))
