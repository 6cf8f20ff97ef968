"""Limit meta-analysis: what a random-effects model with a small-study effect expects of an endless study."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile, chi2_upper, two_sided_p
from equipoise.engines.synthesis.effects import check_level, studies
from equipoise.engines.synthesis.pooling import OTHER_NAMES, Pooled, pool

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LimitMetaAnalysis:
    """What :func:`limit_meta_analysis` found for k studies.

    - ``estimate``, ``standard_error``, ``interval`` (2,), ``statistic``, ``p_value``: the expected effect of an endless
      study, normal, with tau squared taken as known.
    - ``bias``: alpha, the shift of small studies in units of their total standard deviation; ``mean``: beta, the mean
      effect of the extended model, which is the pooled one only where alpha is 0.
    - ``shrunken`` (k,): each study's effect as it would be without sampling error.
    - ``q``, ``q_small``, ``q_residual``: Cochran's Q (k - 1 degrees of freedom), its part that small-study effects explain
      (1), and the rest (k - 2); ``q_p``, ``q_small_p``, ``q_residual_p`` their chi-squared probabilities.
    - ``unadjusted``: the usual random-effects result, with the tau squared that was used.
    """

    estimate: float
    standard_error: float
    interval: Floats
    statistic: float
    p_value: float
    bias: float
    mean: float
    tau2: float
    shrunken: Floats
    q: float
    q_p: float
    q_small: float
    q_small_p: float
    q_residual: float
    q_residual_p: float
    unadjusted: Pooled
    k: int
    level: float


def limit_meta_analysis(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    error: Literal["limit", "model"] = "limit",
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> LimitMetaAnalysis:
    r"""Limit meta-analysis of Rücker and colleagues [1]_.

    .. math:: y_i = \beta + \sqrt{v_i + \tau^2}\,(\epsilon_i + \alpha), \qquad \epsilon_i \sim N(0, 1)

    :math:`\alpha` and :math:`\beta` are intercept and slope of the generalised radial plot, the unweighted regression of
    :math:`y_i / s_i` on :math:`1 / s_i` with :math:`s_i^2 = v_i + \hat\tau^2`. As sampling error vanishes, the expected
    effect and the effect of study i become

    .. math:: \hat\beta_0 = \hat\beta + \hat\tau \hat\alpha, \qquad y_i^* = \hat\beta + \frac{\hat\tau}{s_i}(y_i - \hat\beta)

    With unit variance about the line, and :math:`\hat\tau^2` taken as known, the squared standard error of
    :math:`\hat\beta_0` is

    .. math::
        \frac{1}{\sum_i (1/\sigma_i - \overline{1/\sigma})^2} \;\text{(limit)}, \qquad
        \frac{\hat\tau^2}{k} + \frac{(1 - \hat\tau\, \overline{1/s})^2}{\sum_i (1/s_i - \overline{1/s})^2} \;\text{(model)}

    with :math:`\sigma_i^2 = v_i`. The first is that of R's metasens, the slope's in the ordinary radial plot; heterogeneity
    does not enter it, so that it is far too small where one study is very precise. The second follows from the model above.
    Without heterogeneity they agree. The two further estimators of the paper, from the radial plot of the shrunken effects,
    are not computed. Q divides into the part that a line through the ordinary radial plot explains beyond the mean, and the
    rest [2]_.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 3; variances above zero and not all equal, in squared units of the effects.
    error
        Which standard error: ``limit`` or ``model``, as above.
    method, test
        Of :func:`pool`: how tau squared is estimated (not ``common``), and the test of ``unadjusted``.
    level
        Of all intervals, between 0 and 1.

    Raises
    ------
    ValueError
        Fewer than three studies, unequal lengths, a variance not above zero, variances all equal, an unknown option.

    References
    ----------
    .. [1] Rücker, Schwarzer, Carpenter, Binder & Schumacher 2011, Biostatistics 12:122-142.
    .. [2] Rücker, Carpenter & Schwarzer 2011, Biometrical Journal 53:351-368.
    """
    check_level(level)
    y, v = studies(effect, variance)
    if y.size < 3:
        raise ValueError(f"a limit was asked of {y.size} studies; a line through them and its error need at least 3")
    if np.ptp(v) <= 1e-12 * v.max():
        raise ValueError(f"variance is {v[0]:g} in all {v.size} studies; a limit needs studies of different precision")
    if error not in ("limit", "model"):
        raise ValueError(f"error is {error!r}; it should be 'limit' (metasens's) or 'model' (with heterogeneity)")
    if OTHER_NAMES.get(method, method) == "common":
        raise ValueError(f"method is {method!r}; it should estimate tau squared, as REML does, for the limit keeps it")
    unadjusted = pool(y, v, method=method, test=test, level=level)
    tau2 = float(unadjusted.tau2)
    centre = y[np.argmin(v)]
    alpha, slope = _radial(y - centre, v + tau2)
    beta = slope + centre
    estimate = beta + np.sqrt(tau2) * alpha
    spread = _standard_error(v, tau2 if error == "model" else 0.0)
    half = central_quantile(level) * spread
    intercept, line = _radial(y - centre, v)
    residual = float((((y - centre - line) / np.sqrt(v) - intercept) ** 2).sum())
    q = float(unadjusted.q)
    small = max(0.0, q - residual)
    return LimitMetaAnalysis(
        estimate=estimate,
        standard_error=spread,
        interval=np.array([estimate - half, estimate + half]),
        statistic=estimate / spread,
        p_value=two_sided_p(estimate / spread),
        bias=alpha,
        mean=beta,
        tau2=tau2,
        shrunken=beta + np.sqrt(tau2 / (v + tau2)) * (y - beta),
        q=q,
        q_p=chi2_upper(q, y.size - 1),
        q_small=small,
        q_small_p=chi2_upper(small, 1),
        q_residual=residual,
        q_residual_p=chi2_upper(residual, y.size - 2),
        unadjusted=unadjusted,
        k=y.size,
        level=level,
    )


def _standard_error(variance: Floats, tau2: float) -> float:
    x, tau = 1 / np.sqrt(variance + tau2), np.sqrt(tau2)
    return float(np.sqrt(tau2 / x.size + (1 - tau * x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()))


def _radial(effect: Floats, variance: Floats) -> tuple[float, float]:
    """Return intercept and slope of standardised effects on precision."""
    x = 1 / np.sqrt(variance)
    y = effect * x
    away = x - x.mean()
    slope = float(away @ y / (away @ away))
    return float(y.mean() - slope * x.mean()), slope
