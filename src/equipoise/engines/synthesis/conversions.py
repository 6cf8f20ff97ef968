"""From what papers print to what is pooled: intervals, p-values, medians, clusters, arms to be joined, other measures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile
from equipoise.engines.synthesis.effects import Effects, check_level, check_options, columns, effect_size, refuse

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
Printed = Literal["log", "identity"]
Summary = Literal["luo", "wan", "hozo", "bland"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """Means, standard deviations and people of k groups, each of shape (k,)."""

    mean: Floats
    sd: Floats
    n: Floats


def from_interval(
    estimate: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    level: float = 0.95,
    df: ArrayLike | None = None,
    scale: Printed = "log",
    measure: str = "GEN",
) -> Effects:
    r"""Effects and variances of printed estimates with symmetric confidence intervals.

    .. math:: y = g(\text{estimate}), \qquad v = \left(\frac{g(\text{high}) - g(\text{low})}{2 q}\right)^2

    with q the normal quantile of the level (1.96 for 0.95), or Student's with ``df``, and :math:`g = \ln` for ratios
    (``scale="log"``) and the identity for differences [1]_. The estimate need not stand in the middle of its interval: print
    rounds, and only the width enters the variance.

    Parameters
    ----------
    estimate, low, high
        Shape (k,), low <= estimate <= high and low < high; above 0 on the log scale.
    level
        Level of the intervals, such as 0.95.
    df
        Degrees of freedom, shape (k,), where intervals come from a t distribution, as those of small trials.
    measure
        metafor's code of what was printed, such as ``OR``.

    Raises
    ------
    ValueError
        An interval that misses its estimate, has no width, or is not above 0 on the log scale.

    References
    ----------
    .. [1] Higgins, Li & Deeks (editors), chapter 6 of the Cochrane Handbook for Systematic Reviews of Interventions, version 6,
       sections 6.3.1, 6.3.2 and 6.5.2.3.
    """
    check_level(level)
    (estimate, low, high) = columns(estimate=estimate, low=low, high=high)
    if scale == "log":
        refuse(~(low > 0), "low", low, "above 0 for a ratio; a difference needs scale='identity'")
    refuse(~((low <= estimate) & (estimate <= high)), "estimate", estimate, "within its interval")
    refuse(~(low < high), "high", high, "above low, or the interval has no width")
    quantile = central_quantile(level) if df is None else _quantile(np.full(estimate.shape, (1 - level) / 2), df)
    width = _pooled_scale(high, scale) - _pooled_scale(low, scale)
    return effect_size(measure, effect=_pooled_scale(estimate, scale), variance=(width / (2 * quantile)) ** 2)


def from_p_value(
    estimate: ArrayLike, p: ArrayLike, *, df: ArrayLike | None = None, scale: Printed = "log", measure: str = "GEN"
) -> Effects:
    r"""Effects and variances of printed estimates with two-sided p-values of no effect.

    .. math:: y = g(\text{estimate}), \qquad v = \left(\frac{y}{q}\right)^2, \qquad q = F^{-1}(1 - p / 2)

    with F the normal distribution, or Student's with ``df``, and g as in :func:`from_interval` [1]_. A rounded p-value of a
    small effect gives a poor variance; "p < 0.05" gives a bound, not a variance.

    Parameters
    ----------
    estimate
        Shape (k,): not 1 for a ratio (``scale="log"``), not 0 for a difference: no effect says nothing of its variance.
    p
        Shape (k,), two-sided, between 0 and 1, both excluded.
    df
        Degrees of freedom, shape (k,), where the test was a t test.
    measure
        metafor's code of what was printed, such as ``OR``.

    Raises
    ------
    ValueError
        A p-value out of range, an estimate of no effect, or a ratio not above 0.

    References
    ----------
    .. [1] Altman & Bland 2011, BMJ 343:d2090, who approximate the normal quantile.
    .. [2] Cochrane Handbook, version 6, section 6.5.2.3.
    """
    (estimate, p) = columns(estimate=estimate, p=p)
    if scale == "log":
        refuse(~(estimate > 0), "estimate", estimate, "above 0 for a ratio; a difference needs scale='identity'")
    refuse(~((p > 0) & (p < 1)), "p", p, "between 0 and 1, both excluded")
    effect = _pooled_scale(estimate, scale)
    refuse(effect == 0, "estimate", estimate, "an effect, as no effect says nothing of its variance")
    return effect_size(measure, effect=effect, variance=(effect / _quantile(p / 2, df)) ** 2)


def sd_from_se(se: ArrayLike, n: ArrayLike, n2: ArrayLike | None = None) -> Floats:
    r"""Standard deviation from a standard error: of one mean, or with ``n2`` the pooled one from that of a difference of means.

    .. math:: s = \text{SE} \sqrt{n}, \qquad s = \text{SE} \Big/ \sqrt{\tfrac1{n_1} + \tfrac1{n_2}}

    All of shape (k,), above 0, else ValueError.

    References
    ----------
    .. [1] Cochrane Handbook, version 6, sections 6.5.2.2 and 6.5.2.3.
    """
    given = {"se": se, "n": n} | ({} if n2 is None else {"n2": n2})
    arrays = dict(zip(given, columns(**given), strict=True))
    for name, array in arrays.items():
        refuse(~(array > 0), name, array, "above 0")
    return arrays["se"] / np.sqrt(1 / arrays["n"] + (1 / arrays["n2"] if n2 is not None else 0))


def joined(mean: ArrayLike, sd: ArrayLike, n: ArrayLike) -> Groups:
    r"""Join arms as if all their people had been one group.

    .. math:: N = \sum_j n_j, \quad \bar m = \frac1N \sum_j n_j m_j, \quad
              s^2 = \frac{\sum_j (n_j - 1) s_j^2 + \sum_j n_j (m_j - \bar m)^2}{N - 1}

    For two arms this is the Handbook's formula [1]_; it is exact for any number.

    Parameters
    ----------
    mean, sd, n
        Shape (j,) for j arms of one study, or (j, k) for k studies; n 0 for an arm that a study does not have.

    Raises
    ------
    ValueError
        Unequal shapes, numbers that are not finite, a negative standard deviation or size, or fewer than two people.

    References
    ----------
    .. [1] Cochrane Handbook, version 6, section 6.5.2.10.
    """
    arrays = [np.asarray(column, dtype=np.float64) for column in (mean, sd, n)]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1 or arrays[0].ndim not in (1, 2) or not arrays[0].size:
        found = ", ".join(f"{name} {array.shape}" for name, array in zip(("mean", "sd", "n"), arrays, strict=True))
        raise ValueError(f"arms have shapes {found}; they should be of one shape, arms along the first axis")
    m, s, people = (array.reshape(len(array), -1) for array in arrays)
    for name, array, least in (("mean", m, -np.inf), ("sd", s, 0), ("n", people, 0)):
        for arm, values in enumerate(array):
            refuse(
                ~(np.isfinite(values) & (values >= least)), f"{name} of arm {arm}", values, "finite, and an sd or n 0 or more"
            )
    total = people.sum(axis=0)
    refuse(~(total > 1), "n, all arms together,", total, "more than 1")
    centre = (people * m).sum(axis=0) / total
    squares = (np.maximum(people - 1, 0) * s**2).sum(axis=0) + (people * (m - centre) ** 2).sum(axis=0)
    return Groups(mean=centre, sd=np.sqrt(squares / (total - 1)), n=total)


def design_effect(*, size: ArrayLike, icc: ArrayLike) -> Floats:
    r"""Factor by which clusters inflate a variance.

    .. math:: 1 + (m - 1) \rho

    Parameters
    ----------
    size
        People in a cluster, on average: 1 or more.
    icc
        Intracluster correlation, 0 to 1.

    References
    ----------
    .. [1] Higgins, Eldridge & Li, chapter 23 of the Cochrane Handbook, version 6, section 23.1.4.
    """
    (m, rho) = columns(size=size, icc=icc)
    refuse(~(m >= 1), "size", m, "1 or more people in a cluster")
    refuse(~((rho >= 0) & (rho <= 1)), "icc", rho, "from 0 to 1")
    return np.asarray(1 + (m - 1) * rho)


def effective_counts(*counts: ArrayLike, size: ArrayLike, icc: ArrayLike) -> tuple[Floats, ...]:
    """Counts (events, totals, people) of trials that randomised clusters, each divided by the :func:`design_effect`.

    They are fractions, and stay so. Means and standard deviations stay as they are. A variance that was computed as if people
    had been randomised one by one is multiplied by the design effect instead.
    """
    effect = design_effect(size=size, icc=icc)
    return tuple(np.asarray(count, dtype=np.float64) / effect for count in counts)


def smd_from_log_odds_ratio(effect: ArrayLike, variance: ArrayLike) -> Effects:
    r"""Standardised mean differences from log odds ratios, if a logistic quantity lies behind the event.

    .. math:: d = y \frac{\sqrt 3}{\pi}, \qquad v_d = v \frac{3}{\pi^2}

    References
    ----------
    .. [1] Hasselblad & Hedges 1995, Psychological Bulletin 117:167-178; Chinn 2000, Statistics in Medicine 19:3127-3131.
    """
    return _times(effect, variance, np.sqrt(3) / np.pi, "SMD")


def log_odds_ratio_from_smd(effect: ArrayLike, variance: ArrayLike) -> Effects:
    """Log odds ratios from standardised mean differences: the reverse of :func:`smd_from_log_odds_ratio`."""
    return _times(effect, variance, np.pi / np.sqrt(3), "OR")


def smd_from_correlation(effect: ArrayLike, variance: ArrayLike, *, share: float = 0.5) -> Effects:
    r"""Standardised mean differences from correlations (COR), of which a split of one variable makes two groups.

    .. math:: d = \frac{\sqrt a \, r}{\sqrt{1 - r^2}}, \qquad v_d = \frac{a \, v}{(1 - r^2)^3}, \qquad a = \frac{1}{p (1 - p)}

    with p the share of people in the first group, a = 4 for halves.

    References
    ----------
    .. [1] Borenstein, Hedges, Higgins & Rothstein 2009, Introduction to Meta-Analysis, chapter 7.
    """
    (r, v) = columns(effect=effect, variance=variance)
    refuse(~(np.abs(r) < 1), "effect", r, "between -1 and 1, both excluded")
    a, rest = _split(share), 1 - r**2
    return effect_size("SMD", effect=np.sqrt(a / rest) * r, variance=a * v / rest**3)


def correlation_from_smd(effect: ArrayLike, variance: ArrayLike, *, share: float = 0.5) -> Effects:
    r"""Correlations (COR) from standardised mean differences: the reverse of :func:`smd_from_correlation`.

    .. math:: r = \frac{d}{\sqrt{d^2 + a}}, \qquad v_r = \frac{a^2 v}{(d^2 + a)^3}
    """
    (d, v) = columns(effect=effect, variance=variance)
    a = _split(share)
    return effect_size("COR", effect=d / np.sqrt(d**2 + a), variance=a**2 * v / (d**2 + a) ** 3)


def risk_ratio_from_odds_ratio(odds_ratio: ArrayLike, *, baseline: ArrayLike) -> Floats:
    r"""Risk ratio that an odds ratio means at a baseline risk; bounds of intervals go the same way.

    .. math:: \text{RR} = \frac{\text{OR}}{1 - p_0 + p_0 \, \text{OR}}

    For an odds ratio adjusted for other variables it is an approximation, and may mislead.

    Parameters
    ----------
    odds_ratio
        Above 0, any shape.
    baseline
        Risk in the second group, between 0 and 1, both excluded.

    References
    ----------
    .. [1] Zhang & Yu 1998, JAMA 280:1690-1691.
    """
    value, risk = _ratio_and_risk(odds_ratio, baseline, "odds ratio")
    return np.asarray(value / (1 - risk + risk * value))


def odds_ratio_from_risk_ratio(risk_ratio: ArrayLike, *, baseline: ArrayLike) -> Floats:
    r"""Odds ratio that a risk ratio means at a baseline risk; RR times baseline must stay below 1.

    .. math:: \text{OR} = \frac{\text{RR} (1 - p_0)}{1 - p_0 \, \text{RR}}
    """
    value, risk = _ratio_and_risk(risk_ratio, baseline, "risk ratio")
    if (value * risk >= 1).any():
        raise ValueError("a risk ratio times its baseline risk is 1 or more; that risk should be below 1")
    return np.asarray(value * (1 - risk) / (1 - risk * value))


def mean_and_sd(
    *,
    n: ArrayLike,
    median: ArrayLike,
    q1: ArrayLike | None = None,
    q3: ArrayLike | None = None,
    minimum: ArrayLike | None = None,
    maximum: ArrayLike | None = None,
    method: Summary = "luo",
) -> Groups:
    r"""Means and standard deviations from medians with a range, with quartiles, or with both.

    With :math:`\xi = 2 \Phi^{-1}\!\left(\frac{n - 0.375}{n + 0.25}\right)` and
    :math:`\eta = 2 \Phi^{-1}\!\left(\frac{0.75 n - 0.125}{n + 0.25}\right)`, the expected range and interquartile range of n
    standard normal numbers; a, q1, m, q3, b the five numbers:

    - ``luo`` [1]_: the mean is a weighted mean of the median, the mid-range and the mid-quartiles, with
      :math:`w = 4/(4 + n^{0.75})` of the mid-range; or :math:`0.7 + 0.39/n` of the mid-quartiles; or with all five
      :math:`2.2/(2.2 + n^{0.75})` and :math:`0.7 - 0.72/n^{0.55}`. The standard deviation is :math:`(b - a)/\xi` or
      :math:`(q_3 - q_1)/\eta` (Wan [2]_), and with all five the mean of both with the weight :math:`1/(1 + 0.07 n^{0.6})`
      of the first (Shi [3]_).
    - ``wan`` [2]_: means (a + 2m + b)/4, (q1 + m + q3)/3, (a + 2 q1 + 2m + 2 q3 + b)/8; standard deviations as above, with
      all five the plain mean of both.
    - ``hozo`` [4]_, from the range alone: the mean is (a + 2m + b)/4 up to 25 people and the median above; the standard
      deviation :math:`\sqrt{((a - 2m + b)^2/4 + (b - a)^2)/12}` up to 15 people, a quarter of the range up to 70, a sixth
      above.
    - ``bland`` [5]_, from all five: the mean as ``wan``; the variance
      :math:`\frac{a^2 + 2 q_1^2 + 2 m^2 + 2 q_3^2 + b^2}{16} + \frac{a q_1 + q_1 m + m q_3 + q_3 b}{8} - \bar x^2`.

    All but the last two suppose normal data: where the median lies far from the middle, they mislead. And a study with
    estimated moments is less precise than its variance will say.

    Parameters
    ----------
    n
        People, shape (k,), 5 or more.
    median, q1, q3, minimum, maximum
        Shape (k,), in order; with the median either minimum and maximum, or q1 and q3, or all four.

    Raises
    ------
    ValueError
        Other sets of numbers, numbers out of order, fewer than 5 people, or a method that cannot use these numbers.

    References
    ----------
    .. [1] Luo, Wan, Liu & Tong 2018, Statistical Methods in Medical Research 27:1785-1805, equations 7, 11 and 15.
    .. [2] Wan, Wang, Liu & Tong 2014, BMC Medical Research Methodology 14:135.
    .. [3] Shi, Luo, Weng, Zeng, Lin, Chu & Tong 2020, Research Synthesis Methods 11:641-654.
    .. [4] Hozo, Djulbegovic & Hozo 2005, BMC Medical Research Methodology 5:13.
    .. [5] Bland 2015, International Journal of Statistics in Medical Research 4:57-64.
    """
    given = {"minimum": minimum, "q1": q1, "median": median, "q3": q3, "maximum": maximum}
    present = {name: column for name, column in given.items() if column is not None}
    check_options(method=(method, get_args(Summary)))
    known = _BY_SUMMARY[method]
    if tuple(present) not in known:
        right = " or ".join(", ".join(names) for names in known)
        raise ValueError(f"there are {', '.join(present)}; for method {method!r} there should be {right}")
    (people, *numbers) = columns(n=n, **present)
    refuse(~(people >= 5), "n", people, "5 or more")
    for (before, low), (name, high) in pairwise(zip(present, numbers, strict=True)):
        refuse(~(low <= high), name, high, f"not below {before}")
    mean, sd = known[tuple(present)](people, *numbers)
    return Groups(mean=mean, sd=sd, n=people)


def _luo_range(n: Floats, a: Floats, m: Floats, b: Floats) -> Pair:
    w = 4 / (4 + n**0.75)
    return w * (a + b) / 2 + (1 - w) * m, (b - a) / _expected_range(n)


def _luo_quartiles(n: Floats, q1: Floats, m: Floats, q3: Floats) -> Pair:
    w = 0.7 + 0.39 / n
    return w * (q1 + q3) / 2 + (1 - w) * m, (q3 - q1) / _expected_quartiles(n)


def _luo_five(n: Floats, *five: Floats) -> Pair:
    a, q1, m, q3, b = five
    w, u = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    of_range = 1 / (1 + 0.07 * n**0.6)
    sd = of_range * (b - a) / _expected_range(n) + (1 - of_range) * (q3 - q1) / _expected_quartiles(n)
    return w * (a + b) / 2 + u * (q1 + q3) / 2 + (1 - w - u) * m, sd


def _wan_range(n: Floats, a: Floats, m: Floats, b: Floats) -> Pair:
    return (a + 2 * m + b) / 4, (b - a) / _expected_range(n)


def _wan_quartiles(n: Floats, q1: Floats, m: Floats, q3: Floats) -> Pair:
    return (q1 + m + q3) / 3, (q3 - q1) / _expected_quartiles(n)


def _wan_five(n: Floats, *five: Floats) -> Pair:
    a, q1, m, q3, b = five
    return (a + 2 * q1 + 2 * m + 2 * q3 + b) / 8, ((b - a) / _expected_range(n) + (q3 - q1) / _expected_quartiles(n)) / 2


def _hozo(n: Floats, a: Floats, m: Floats, b: Floats) -> Pair:
    few = np.sqrt(((a - 2 * m + b) ** 2 / 4 + (b - a) ** 2) / 12)
    return np.where(n <= 25, (a + 2 * m + b) / 4, m), np.where(n <= 15, few, (b - a) / np.where(n <= 70, 4, 6))


def _bland(n: Floats, *five: Floats) -> Pair:
    mean, _ = _wan_five(n, *five)
    a, q1, m, q3, b = (number - mean for number in five)  # the variance does not depend on the origin: nothing cancels
    squares = (a**2 + 2 * q1**2 + 2 * m**2 + 2 * q3**2 + b**2) / 16
    return mean, np.sqrt(squares + (a * q1 + q1 * m + m * q3 + q3 * b) / 8)


_RANGE = ("minimum", "median", "maximum")
_QUARTILES = ("q1", "median", "q3")
_FIVE = ("minimum", "q1", "median", "q3", "maximum")
_BY_SUMMARY: Mapping[str, Mapping[tuple[str, ...], Callable[..., Pair]]] = MappingProxyType(
    {
        "luo": {_RANGE: _luo_range, _QUARTILES: _luo_quartiles, _FIVE: _luo_five},
        "wan": {_RANGE: _wan_range, _QUARTILES: _wan_quartiles, _FIVE: _wan_five},
        "hozo": {_RANGE: _hozo},
        "bland": {_FIVE: _bland},
    }
)


def _expected_range(n: Floats) -> Floats:
    from scipy.special import ndtri  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    return np.asarray(2 * ndtri((n - 0.375) / (n + 0.25)), dtype=np.float64)


def _expected_quartiles(n: Floats) -> Floats:
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import

    return np.asarray(2 * ndtri((0.75 * n - 0.125) / (n + 0.25)), dtype=np.float64)


def _pooled_scale(values: Floats, scale: Printed) -> Floats:
    if scale not in get_args(Printed):
        raise ValueError(f"scale is {scale!r}; it should be 'log' for ratios or 'identity' for differences")
    return np.log(values) if scale == "log" else values


def _quantile(tail: Floats, df: ArrayLike | None) -> Floats:
    """Quantile of the normal, or of Student's t with df, above which a number lies with this probability."""
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415 - slow to import

    if df is None:
        return np.asarray(-ndtri(tail), dtype=np.float64)
    (freedom, _) = columns(df=df, estimate=tail)
    refuse(~(freedom > 0), "df", freedom, "above 0")
    return np.asarray(-stdtrit(freedom, tail), dtype=np.float64)


def _times(effect: ArrayLike, variance: ArrayLike, factor: float, measure: str) -> Effects:
    (y, v) = columns(effect=effect, variance=variance)
    return effect_size(measure, effect=factor * y, variance=factor**2 * v)


def _split(share: float) -> float:
    if not 0 < share < 1:
        raise ValueError(f"share is {share}; the first group should be a share between 0 and 1 of all people")
    return 1 / (share * (1 - share))


def _ratio_and_risk(ratio: ArrayLike, baseline: ArrayLike, name: str) -> Pair:
    value, risk = np.asarray(ratio, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    if not (value > 0).all():
        raise ValueError(f"{name} is {value.min():g}; it should be above 0")
    if not ((risk > 0) & (risk < 1)).all():
        raise ValueError(f"baseline is {risk}; it should be a risk between 0 and 1, both excluded")
    return value, risk
