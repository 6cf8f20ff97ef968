"""The three distributions of meta-analysis: normal, Student's t and chi-squared."""

from scipy.special import chdtrc, chdtri, ndtr, ndtri, stdtr, stdtrit  # type: ignore[import-untyped]


def central_quantile(level: float, df: int | None = None) -> float:
    """Half-width, in standard errors, of an interval at a level: of the normal, or of Student's t where df is given."""
    upper = (1 + level) / 2
    return float(ndtri(upper) if df is None else stdtrit(df, upper))


def two_sided_p(statistic: float, df: int | None = None) -> float:
    """Probability of a statistic at least so far from 0, by the normal, or by Student's t where df is given."""
    tail = -abs(statistic)
    return 2 * float(ndtr(tail) if df is None else stdtr(df, tail))


def chi2_upper(value: float, df: int) -> float:
    """Probability of a chi-squared at least so large."""
    return float(chdtrc(df, value))


def chi2_quantile(upper: float, df: int) -> float:
    """Chi-squared that is exceeded with probability ``upper``."""
    return float(chdtri(df, upper))
