r"""One common effect of studies that are tables of counts, without a correction of zero cells: Mantel-Haenszel and Peto.

A 2x2 table has :math:`a_i` of :math:`n_{1i} = a_i + b_i` treated and :math:`c_i` of :math:`n_{2i} = c_i + d_i` controls with
the event, :math:`m_i = a_i + c_i` events and :math:`N_i` people; a table of rates has :math:`x_{1i}` events in the person-time
:math:`t_{1i}`, and :math:`x_{2i}` in :math:`t_{2i}`. A table in which nobody or everybody has the event is *uninformative*: it
adds nothing to an odds ratio, and is not counted in the tests of heterogeneity of any measure.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile, chi2_upper, two_sided_p
from equipoise.engines.synthesis.effects import arms, check_level, check_options, effect_size

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Measure = Literal["OR", "RR", "RD", "IRR", "IRD"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CommonEffect:
    """What :func:`mantel_haenszel` or :func:`peto` found; NaN where a number does not exist.

    - ``estimate``, ``standard_error``, ``statistic``, ``p_value``, ``interval`` (2,): the common effect, on the log scale for
      ratios, with its normal interval at ``level`` and the test of no effect. Where no study has an event in one of the arms a
      ratio is minus or plus infinity, without standard error, interval and test; where none has any event it is NaN.
    - ``q``, ``q_df``, ``q_p``: the test that all studies share the effect, from the effects of single studies, which do have
      1/2 added where a cell is 0 (Peto: from observed minus expected, nothing added). ``i2`` = max(0, 1 - df / q), a share;
      ``h2`` = q / df. From ``k_informative`` studies, those with an event and a person, or time, without one.
    - ``cmh``, ``cmh_p``: the Cochran-Mantel-Haenszel test of no association (OR), for rates the Mantel-Haenszel test (IRR):
      chi-squared with 1 degree of freedom, corrected for continuity if ``continuity``.
    - ``breslow_day``, ``tarone``, ``tarone_p``: the test that all odds ratios are equal, without and with Tarone's adjustment,
      chi-squared with ``q_df`` degrees of freedom (OR by Mantel-Haenszel only).
    - ``weights`` (k,): shares of the studies, summing to 1: with them the ratio, or difference, is the mean of those of the
      studies (Peto: of one-step log odds ratios).
    """

    estimate: float
    standard_error: float
    statistic: float
    p_value: float
    interval: Floats
    q: float
    q_df: int
    q_p: float
    i2: float
    h2: float
    cmh: float
    cmh_p: float
    breslow_day: float
    tarone: float
    tarone_p: float
    weights: Floats
    k: int
    k_informative: int
    measure: str
    continuity: bool
    level: float


def mantel_haenszel(measure: Measure, *, continuity: bool = True, level: float = 0.95, **counts: ArrayLike) -> CommonEffect:
    r"""Mantel and Haenszel's common odds ratio, risk ratio, rate ratio or difference.

    .. math::
        \widehat{OR} = \frac{\sum a_i d_i / N_i}{\sum b_i c_i / N_i}, \quad
        \widehat{RR} = \frac{\sum a_i n_{2i} / N_i}{\sum c_i n_{1i} / N_i}, \quad
        \widehat{RD} = \frac{\sum (a_i n_{2i} - c_i n_{1i}) / N_i}{\sum n_{1i} n_{2i} / N_i},

    and for rates IRR, IRD the same as RR, RD with x and t in place of a, c and n [1]_ [5]_. The variance of the log odds ratio
    is Robins, Breslow and Greenland's [2]_, of the log risk ratio and both of rates Greenland and Robins's [3]_, of the risk
    difference Sato, Greenland and Robins's [4]_; all hold with few large and with many small studies. Odds ratios are tested
    for being equal by Breslow and Day's test, and with the adjustment of Tarone [6]_.

    Parameters
    ----------
    measure
        OR, RR, RD of 2x2 tables; IRR, IRD of rates.
    continuity
        Whether the Cochran-Mantel-Haenszel test takes 1/2 off the distance of events from expectation (never more than it is).
    level
        Of the interval, between 0 and 1.
    counts
        Shape (k,), k >= 1: ``a, b, c, d``, or ``a, n1, c, n2`` (people with the event and in each arm, treated first); for
        rates ``x1, t1, x2, t2`` (events and person-time, above 0). metafor's names (``ai``, ``n1i``, ...) are taken too.

    Raises
    ------
    ValueError
        Another measure, missing or superfluous columns, unequal lengths, counts that cannot be, an empty arm.

    References
    ----------
    .. [1] Mantel & Haenszel 1959, Journal of the National Cancer Institute 22:719-748.
    .. [2] Robins, Breslow & Greenland 1986, Biometrics 42:311-323.
    .. [3] Greenland & Robins 1985, Biometrics 41:55-68.
    .. [4] Sato, Greenland & Robins 1989, Biometrics 45:1323-1324.
    .. [5] Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd edition, chapter 15.
    .. [6] Tarone 1985, Biometrika 72:91-95.
    """
    check_level(level)
    check_options(measure=(measure, get_args(Measure)))
    tables = arms(measure, **counts)
    x1, n1, x2, n2 = tables.T
    whole, paired = n1 + n2, n1 * n2 / (n1 + n2)
    kept = informative(tables, rates=measure in ("IRR", "IRD"))
    cmh = breslow_day = tarone = np.nan
    if measure == "OR":
        up, down = x1 * (n2 - x2) / whole, x2 * (n1 - x1) / whole
        estimate, variance = _log_ratio(up, down), _robins_breslow_greenland(up, down, tables)
    elif measure in ("RR", "IRR"):
        up, down = x1 * n2 / whole, x2 * n1 / whole
        spread = (paired * (x1 + x2) - (x1 * x2 if measure == "RR" else 0)) / whole
        estimate, variance = _log_ratio(up, down), _over(spread.sum(), up.sum() * down.sum())
    else:
        down = paired
        estimate = float((x1 * n2 - x2 * n1) @ (1 / whole) / paired.sum())
        sampling = _sato(tables, estimate) if measure == "RD" else paired**2 @ (x1 / n1**2 + x2 / n2**2)
        variance = float(sampling / paired.sum() ** 2)
    if measure in ("OR", "IRR"):
        observed, dispersion = _observed_less_expected(tables, rates=measure == "IRR")
        distance = abs(float(observed.sum()))
        cmh = _over((distance - min(0.5, distance) * continuity) ** 2, dispersion.sum())
    if measure == "OR" and np.isfinite(estimate):
        breslow_day, tarone = _breslow_day(tables[kept], float(np.exp(estimate)))
    return _common_effect(
        estimate,
        variance,
        q=_cochran_q(measure, tables[kept], estimate),
        weights=down,
        kept=kept,
        measure=measure,
        level=level,
        cmh=cmh,
        breslow_day=breslow_day,
        tarone=tarone,
        continuity=continuity,
    )


def peto(*, level: float = 0.95, **counts: ArrayLike) -> CommonEffect:
    r"""Peto's one-step common log odds ratio, for rare events, arms of similar size and small effects [1]_ [2]_.

    .. math::
        \hat\theta = \frac{\sum (a_i - E_i)}{\sum V_i}, \qquad E_i = \frac{n_{1i} m_i}{N_i}, \qquad
        V_i = \frac{n_{1i} n_{2i} m_i (N_i - m_i)}{N_i^2 (N_i - 1)}, \qquad \operatorname{var} \hat\theta = \frac{1}{\sum V_i}

    with :math:`Q = \sum (a_i - E_i)^2 / V_i - (\sum (a_i - E_i))^2 / \sum V_i`.

    Parameters
    ----------
    level
        Of the interval, between 0 and 1.
    counts
        Shape (k,): ``a, b, c, d`` or ``a, n1, c, n2``, as in :func:`mantel_haenszel`; errors too.

    References
    ----------
    .. [1] Yusuf, Peto, Lewis, Collins & Sleight 1985, Progress in Cardiovascular Diseases 27:335-371.
    .. [2] Bradburn, Deeks, Berlin & Localio 2007, Statistics in Medicine 26:53-77.
    """
    check_level(level)
    tables = arms("PETO", **counts)
    kept = informative(tables, rates=False)
    observed, dispersion = _observed_less_expected(tables, rates=False)
    total = float(dispersion.sum())
    estimate = _over(observed.sum(), total)
    q = float(np.square(observed[kept] - dispersion[kept] * estimate) @ (1 / dispersion[kept])) if kept.any() else np.nan
    return _common_effect(
        estimate, _over(1, total), q=q, weights=dispersion, kept=kept, measure="PETO", level=level, continuity=False
    )


def informative(tables: Floats, *, rates: bool) -> Flags:
    """Tables with an event and, unless they are of rates, with a person who has none."""
    events, people = tables[:, 0] + tables[:, 2], tables[:, 1] + tables[:, 3]
    return np.asarray((events > 0) & (rates | (events < people)))


def _common_effect(
    estimate: float,
    variance: float,
    *,
    q: float,
    weights: Floats,
    kept: Flags,
    measure: str,
    level: float,
    continuity: bool,
    cmh: float = np.nan,
    breslow_day: float = np.nan,
    tarone: float = np.nan,
) -> CommonEffect:
    standard_error = float(np.sqrt(variance)) if variance > 0 else np.nan
    statistic = estimate / standard_error
    df = int(kept.sum()) - 1
    several = df > 0 and np.isfinite(q)
    return CommonEffect(
        estimate=estimate,
        standard_error=standard_error,
        statistic=statistic,
        p_value=float(two_sided_p(statistic)),
        interval=estimate + np.array([-1, 1]) * central_quantile(level) * standard_error,
        q=q if several else np.nan,
        q_df=max(df, 0),
        q_p=float(chi2_upper(q, df)) if several else np.nan,
        i2=(max(0.0, 1 - df / q) if q > 0 else 0.0) if several else np.nan,
        h2=q / df if several else np.nan,
        cmh=cmh,
        cmh_p=float(chi2_upper(cmh, 1)),
        breslow_day=breslow_day if several else np.nan,
        tarone=tarone if several else np.nan,
        tarone_p=float(chi2_upper(tarone, df)) if several else np.nan,
        weights=weights / weights.sum() if weights.sum() > 0 else np.full(weights.shape, np.nan),
        k=kept.size,
        k_informative=int(kept.sum()),
        measure=measure,
        continuity=continuity,
        level=level,
    )


def _log_ratio(up: Floats, down: Floats) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.log(up.sum()) - np.log(down.sum()))


def _over(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator > 0 else np.nan


def _robins_breslow_greenland(up: Floats, down: Floats, tables: Floats) -> float:
    x1, n1, x2, n2 = tables.T
    alike = (x1 + n2 - x2) / (n1 + n2)
    r, s = up.sum(), down.sum()
    if r == 0 or s == 0:
        return np.nan
    mixed = alike @ down + (1 - alike) @ up
    return float(alike @ up / (2 * r**2) + mixed / (2 * r * s) + (1 - alike) @ down / (2 * s**2))


def _sato(tables: Floats, difference: float) -> float:
    """Variance of the numerator of the risk difference; the same whichever arm comes first."""
    x1, n1, x2, n2 = tables.T
    whole = n1 + n2
    lean = (n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / whole**2
    return float(difference * lean.sum() + ((x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * whole)).sum())


def _observed_less_expected(tables: Floats, *, rates: bool) -> tuple[Floats, Floats]:
    """Events of the treated less those expected without effect, and their variance: hypergeometric, or binomial for rates."""
    x1, n1, x2, n2 = tables.T
    whole, events = n1 + n2, x1 + x2
    binomial = n1 / whole * n2 / whole * events
    finite = 1 if rates else (whole - events) / np.maximum(whole - 1, 1)
    return x1 - n1 / whole * events, binomial * finite


def _breslow_day(tables: Floats, odds_ratio: float) -> tuple[float, float]:
    """Squared distances from the cells that give each table this odds ratio, summed, without and with Tarone's adjustment."""
    x1, n1, x2, n2 = tables.T
    events = x1 + x2
    linear, product = n2 - events + odds_ratio * (n1 + events), odds_ratio * n1 * events
    root = np.sqrt(linear**2 + 4 * (1 - odds_ratio) * product)
    with np.errstate(divide="ignore", invalid="ignore"):  # of two equal forms of the root, the one that does not cancel
        fitted = np.where(linear > 0, 2 * product / (linear + root), (root - linear) / (2 * (1 - odds_ratio)))
    variance = 1 / (1 / fitted + 1 / (n1 - fitted) + 1 / (events - fitted) + 1 / (n2 - events + fitted))
    distance = x1 - fitted
    plain = float(distance**2 @ (1 / variance))
    return plain, plain - float(distance.sum() ** 2 / variance.sum())


def _cochran_q(measure: str, tables: Floats, estimate: float) -> float:
    if len(tables) == 0 or not np.isfinite(estimate):
        return np.nan
    names = ("x1", "t1", "x2", "t2") if measure in ("IRR", "IRD") else ("a", "n1", "c", "n2")
    effects = effect_size(measure, **dict(zip(names, tables.T, strict=True)))
    return float(np.square(np.asarray(effects.effect) - estimate) @ (1 / np.asarray(effects.variance)))
