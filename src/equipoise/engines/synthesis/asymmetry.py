r"""Small-study effects: whether the effects of small studies differ from those of large ones.

A funnel plot is lopsided when effects go with their standard errors. Each function here measures that relation for k
studies and says how far chance explains it; none of them knows why it is there. Selective publication is one reason;
others are true differences between small and large trials, poorer methods in small ones, an effect measure tied to its
own standard error, and chance [1]_. With fewer than ten studies chance is nearly always enough; the results carry ``k`` so
that a caller can keep silent.

References
----------
.. [1] Sterne et al. 2011, BMJ 343:d4002.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.counts import peto
from equipoise.engines.synthesis.distributions import central_quantile, two_sided_p, two_sided_ps
from equipoise.engines.synthesis.effects import check_level, columns, refuse, studies
from equipoise.engines.synthesis.pooling import pool

Floats = NDArray[np.float64]
Predictor = Literal["sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv"]
"""Standard error, variance, people, one over people, root of people, one over root of people (metafor's names)."""
VANISHING = ("sei", "vi", "ninv", "sqrtninv")
"""Predictors that go to 0 as a study grows without end, so that the intercept is a limit."""


@dataclass(frozen=True, kw_only=True)
class RegressionTest:
    """Regression of k effects on a measure of their size.

    - ``slope``, ``slope_standard_error``, ``slope_interval`` (2,), ``statistic``, ``p_value``: change of effect for one
      unit of the predictor, and the test that there is none: Student's t with ``df`` degrees of freedom, or normal where
      ``df`` is NaN. ``statistic`` and ``p_value`` are NaN where the effects lie exactly on the line.
    - ``intercept``, ``intercept_standard_error``, ``intercept_interval`` (2,), ``intercept_p``: the effect at a predictor
      of 0. ``limit`` and ``limit_interval`` repeat it for predictors that vanish as studies grow (the effect of an
      endless study), and are NaN for the number of people and its root.
    - ``dispersion``: residual variance in units of the sampling variances (``lm``; NaN for ``rma``). ``tau2``: residual
      variance of true effects (``rma``; NaN for ``lm``).
    - ``model``, ``predictor``, ``method``, ``test``, ``level``, ``k``: what made it.
    """

    intercept: float
    intercept_standard_error: float
    intercept_interval: Floats
    intercept_p: float
    slope: float
    slope_standard_error: float
    slope_interval: Floats
    statistic: float
    df: float
    p_value: float
    limit: float
    limit_interval: Floats
    dispersion: float
    tau2: float
    k: int
    model: str
    predictor: str
    method: str
    test: str
    level: float


@dataclass(frozen=True, kw_only=True)
class RankTest:
    """Rank correlation of k effects with their variances: ``tau`` (-1 to 1), its two-sided ``p_value``, ``exact`` or normal."""

    tau: float
    p_value: float
    exact: bool
    k: int


def egger(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    model: Literal["lm", "rma"] = "lm",
    predictor: Predictor | ArrayLike = "sei",
    total: ArrayLike | None = None,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> RegressionTest:
    r"""Regression test of funnel plot asymmetry, in any of its usual forms.

    .. math:: y_i = \beta_0 + \beta_1 x_i + e_i

    - ``model="lm"``: :math:`\operatorname{var} e_i = \phi v_i`, weighted least squares, Student's t with k - 2 degrees of
      freedom. With :math:`x_i = \sqrt{v_i}` this is the test of Egger et al. [1]_, whose intercept is the slope here:
      they divide the equation by :math:`\sqrt{v_i}`.
    - ``model="rma"``: :math:`\operatorname{var} e_i = v_i + \tau^2`, meta-regression [2]_, tested as ``test`` says.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 3; variances above zero, in squared units of the effects.
    predictor
        :math:`x_i`: a name (``sei``, ``vi`` from the variances; ``ni``, ``ninv``, ``sqrtni``, ``sqrtninv`` from
        ``total``) or numbers of shape (k,) that go to 0 as studies grow: for standardised mean differences, whose
        variance contains the effect, :math:`\sqrt{1/n_1 + 1/n_2}` [3]_.
    total
        Shape (k,): people in each study, above 0; for the four predictors that need them.
    method, test
        Of :func:`pool`; for ``rma`` alone.
    level
        Of all intervals, between 0 and 1.

    Raises
    ------
    ValueError
        Fewer than three studies, unequal lengths, a variance or total not above zero, a predictor that is the same in
        all studies or lacks its ``total``, an unknown option.

    References
    ----------
    .. [1] Egger, Davey Smith, Schneider & Minder 1997, BMJ 315:629-634.
    .. [2] Sterne & Egger 2005, in Rothstein, Sutton & Borenstein (eds), Publication Bias in Meta-Analysis, 99-110, Wiley.
    .. [3] Pustejovsky & Rodgers 2019, Research Synthesis Methods 10:57-71.
    """
    check_level(level)
    if model not in ("lm", "rma"):
        raise ValueError(f"model is {model!r}; it should be 'lm' (multiplicative error) or 'rma' (additive heterogeneity)")
    y, v = _studies(effect, variance)
    name, x = _predictor(predictor, v, total)
    vanishing = name in (*VANISHING, "given")
    if model == "lm":
        return _least_squares(y, 1 / v, x, name=name, vanishing=vanishing, level=level)
    return _meta_regression(y, v, x, name=name, vanishing=vanishing, method=method, test=test, level=level)


def peters(effect: ArrayLike, *, events: ArrayLike, total: ArrayLike, level: float = 0.95) -> RegressionTest:
    r"""Peters' test for two arms with events: regression on one over the people, weighted by events and non-events [1]_.

    .. math:: y_i = \beta_0 + \beta_1 \frac{1}{n_i} + e_i, \qquad w_i = \frac{d_i (n_i - d_i)}{n_i}

    The weights hold the event's rate over both arms together, so that, unlike Egger's, they are not tied to the log odds
    ratio. Student's t with k - 2 degrees of freedom; ``predictor`` is ``ninv``.

    Parameters
    ----------
    effect
        Shape (k,), k >= 3: log odds ratios or log risk ratios.
    events, total
        Shape (k,): people with the event and all people, both arms together; 0 < events < total.
    level
        Of all intervals, between 0 and 1.

    Raises
    ------
    ValueError
        Fewer than three studies, unequal lengths, a row where nobody or everybody has the event (it has no weight),
        totals that are all the same.

    References
    ----------
    .. [1] Peters, Sutton, Jones, Abrams & Rushton 2006, JAMA 295:676-680.
    """
    check_level(level)
    y, d, n = columns(effect=effect, events=events, total=total)
    _enough(y)
    refuse(~((d > 0) & (d < n)), "events", d, "above 0 and below the total of its row: without either it has no weight")
    return _least_squares(y, d * (n - d) / n, _spread(1 / n, "ninv"), name="ninv", vanishing=True, level=level)


def harbord(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, *, level: float = 0.95) -> RegressionTest:
    r"""Harbord's test for odds ratios: Egger's, with the score and its information in place of the log odds ratio [1]_.

    .. math::
        Z = a - \frac{(a + b)(a + c)}{n}, \quad V = \frac{(a + b)(c + d)(a + c)(b + d)}{n^2 (n - 1)}, \quad
        \frac{Z_i}{V_i} = \beta_0 + \beta_1 \frac{1}{\sqrt{V_i}} + e_i, \quad w_i = V_i

    The same line as that of :math:`Z / \sqrt V` on :math:`\sqrt V`, whose intercept is the slope here. :math:`V` is fixed
    by the margins, so that it is not tied to the odds ratio where there is no effect. Zero cells need no correction.

    Parameters
    ----------
    a, b, c, d
        Shape (k,), k >= 3: treated with and without the event, controls with and without it; counts of 0 or more.
    level
        Of all intervals, between 0 and 1.

    Raises
    ------
    ValueError
        Fewer than three studies, unequal lengths, a count below 0, or a row with an empty arm or where nobody or
        everybody has the event (it has no information).

    References
    ----------
    .. [1] Harbord, Egger & Sterne 2006, Statistics in Medicine 25:3443-3457.
    """
    check_level(level)
    cells = columns(a=a, b=b, c=c, d=d)
    for name, cell in zip("abcd", cells, strict=True):
        refuse(~(cell >= 0), name, cell, "a count of 0 or more")
    treated_events, treated_rest, control_events, control_rest = cells
    _enough(treated_events)
    treated, control = treated_events + treated_rest, control_events + control_rest
    events, rest = treated_events + control_events, treated_rest + control_rest
    refuse(treated * control == 0, "the smaller arm", np.minimum(treated, control), "more than 0 people")
    refuse(events * rest == 0, "events", events, "above 0 and below the total of its row, or left out")
    y, v = peto(a=treated_events, b=treated_rest, c=control_events, d=control_rest)  # Z / V and 1 / V
    return _least_squares(y, 1 / v, _spread(np.sqrt(v), "sei"), name="sei", vanishing=True, level=level)


def begg(effect: ArrayLike, variance: ArrayLike) -> RankTest:
    r"""Rank correlation of standardised effects with their variances [1]_.

    .. math:: \tau\left(\frac{y_i - \hat\mu}{\sqrt{v_i - 1 / \sum_j v_j^{-1}}},\; v_i\right)

    with :math:`\hat\mu` the common-effect mean and Kendall's tau-b. Without ties the p-value is exact, from the number of
    permutations with so many inversions; with ties it is normal, without continuity correction and with the variance of
    Kendall's S under ties [2]_. Low power: little is learnt where it finds nothing.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 3; variances above zero, in squared units of the effects. If all variances (or all standardised
        effects) are equal there is no correlation, and ``tau`` and ``p_value`` are NaN.

    Raises
    ------
    ValueError
        Fewer than three studies, unequal lengths, or a variance not above zero.

    References
    ----------
    .. [1] Begg & Mazumdar 1994, Biometrics 50:1088-1101.
    .. [2] Kendall 1970, Rank Correlation Methods, 4th edition, Griffin.
    """
    y, v = _studies(effect, variance)
    w = 1 / v
    share = w / w.sum()
    y = y - y[np.argmin(v)]
    standardised = (y - share @ y) / np.sqrt(v * (1 - share))
    return _kendall(standardised, v)


def _studies(effect: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    y, v = studies(effect, variance)
    _enough(y)
    return y, v


def _enough(effect: Floats) -> None:
    if effect.size < 3:
        raise ValueError(f"asymmetry was asked of {effect.size} studies; a line through them and its error need at least 3")


def _predictor(predictor: Predictor | ArrayLike, variance: Floats, total: ArrayLike | None) -> tuple[str, Floats]:
    if not isinstance(predictor, str):
        x = columns(variance=variance, predictor=predictor)[1]
        return "given", _spread(x, "given")
    if predictor in ("sei", "vi"):
        return predictor, _spread(np.sqrt(variance) if predictor == "sei" else variance, predictor)
    if predictor not in get_args(Predictor):
        raise ValueError(
            f"predictor is {predictor!r}; it should be one of {', '.join(get_args(Predictor))}, or one number a study"
        )
    if total is None:
        raise ValueError(f"predictor {predictor!r} needs total, the number of people in each study")
    n = columns(variance=variance, total=total)[1]
    refuse(~(n > 0), "total", n, "more than 0 people")
    return predictor, _spread({"ni": n, "ninv": 1 / n, "sqrtni": np.sqrt(n), "sqrtninv": 1 / np.sqrt(n)}[predictor], predictor)


def _spread(x: Floats, name: str) -> Floats:
    """Return a predictor that differs between studies, or say that it does not."""
    if np.ptp(x) <= 1e-12 * np.abs(x).max():
        raise ValueError(f"predictor {name} is {x[0]:g} in all {x.size} studies; a slope needs studies of different size")
    return x


def _least_squares(y: Floats, w: Floats, x: Floats, *, name: str, vanishing: bool, level: float) -> RegressionTest:
    """Weighted least squares whose error variance is a multiple of 1 / w."""
    df = y.size - 2
    share = w / w.sum()
    middle = share @ x
    away = x - middle
    sxx = w @ away**2
    slope = (w * away) @ y / sxx
    intercept = share @ y - slope * middle
    residual = y - share @ y - slope * away
    dispersion = w @ residual**2 / df
    if dispersion * df <= 1e-24 * (w @ y**2):  # what rounding leaves of an exact line
        dispersion = np.float64(0.0)
    errors = np.sqrt(dispersion * np.array([1 / w.sum() + middle**2 / sxx, 1 / sxx]))
    found = np.array([intercept, slope])
    statistic = np.divide(found, errors, out=np.full(2, np.nan), where=errors > 0)
    half = central_quantile(level, df) * errors
    interval = np.stack([found - half, found + half], axis=-1)
    p = two_sided_ps(statistic, df)
    return RegressionTest(
        intercept=intercept,
        intercept_standard_error=errors[0],
        intercept_interval=interval[0],
        intercept_p=p[0],
        slope=slope,
        slope_standard_error=errors[1],
        slope_interval=interval[1],
        statistic=statistic[1],
        df=float(df),
        p_value=p[1],
        limit=intercept if vanishing else np.nan,
        limit_interval=interval[0] if vanishing else np.full(2, np.nan),
        dispersion=dispersion,
        tau2=np.nan,
        k=y.size,
        model="lm",
        predictor=name,
        method="least squares",
        test="t",
        level=level,
    )


def _meta_regression(
    y: Floats, v: Floats, x: Floats, *, name: str, vanishing: bool, method: str, test: str, level: float
) -> RegressionTest:
    unit = np.abs(x).max()  # a predictor of order 1, so that no unit is too small for the regression
    fit = pool(y, v, method=method, test=test, moderators=x / unit, level=level)
    interval = fit.interval / np.array([[1.0], [unit]])
    return RegressionTest(
        intercept=fit.estimate[0],
        intercept_standard_error=fit.standard_error[0],
        intercept_interval=interval[0],
        intercept_p=fit.p_value[0],
        slope=fit.estimate[1] / unit,
        slope_standard_error=fit.standard_error[1] / unit,
        slope_interval=interval[1],
        statistic=fit.statistic[1],
        df=float(fit.df),
        p_value=fit.p_value[1],
        limit=fit.estimate[0] if vanishing else np.nan,
        limit_interval=interval[0] if vanishing else np.full(2, np.nan),
        dispersion=np.nan,
        tau2=float(fit.tau2),
        k=y.size,
        model="rma",
        predictor=name,
        method=fit.method,
        test=fit.test,
        level=level,
    )


def _kendall(first: Floats, second: Floats) -> RankTest:
    """Kendall's tau-b with its two-sided p-value: exact without ties, else normal."""
    k = first.size
    above = np.triu_indices(k, 1)
    s = float((np.sign(first[:, None] - first) * np.sign(second[:, None] - second))[above].sum())
    ties = [np.unique(column, return_counts=True)[1].astype(np.float64) for column in (first, second)]
    pairs = k * (k - 1) / 2
    tied = [float((t * (t - 1) / 2).sum()) for t in ties]
    if pairs in tied:
        return RankTest(tau=np.nan, p_value=np.nan, exact=False, k=k)
    tau = s / np.sqrt((pairs - tied[0]) * (pairs - tied[1]))
    if not any(tied):
        return RankTest(tau=tau, p_value=_inversions_p(round((pairs + s) / 2), k), exact=True, k=k)
    t, u = ties
    variance = (k * (k - 1) * (2 * k + 5) - sum((z * (z - 1) * (2 * z + 5)).sum() for z in ties)) / 18
    variance += 2 * tied[0] * tied[1] / (k * (k - 1))
    variance += (t * (t - 1) * (t - 2)).sum() * (u * (u - 1) * (u - 2)).sum() / (9 * k * (k - 1) * (k - 2))
    return RankTest(tau=tau, p_value=two_sided_p(s / np.sqrt(variance)), exact=False, k=k)


def _inversions_p(concordant: int, k: int) -> float:
    """Two-sided probability of a number of concordant pairs of k, over all permutations."""
    chance = np.ones(1)
    for size in range(2, k + 1):  # the last of ``size`` ranks makes 0 to size - 1 pairs concordant, each as likely
        chance = np.convolve(chance, np.full(size, 1 / size))
    return min(1.0, 2 * min(float(chance[: concordant + 1].sum()), float(chance[concordant:].sum())))
