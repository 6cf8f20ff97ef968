r"""How much true effects differ between studies: Cochran's Q, its profile, and the moment estimate of tau squared.

With weights :math:`w_i = 1 / (v_i + \tau^2)` and their mean :math:`\hat\mu`, :math:`Q(\tau^2) = \sum_i w_i (y_i -
\hat\mu)^2` has a chi-squared distribution with k - 1 degrees of freedom at the true tau squared. Effects have shape
(k,), variances too and are above 0; tau squared is in squared units of the effects.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.distributions import chi2_quantile, chi2_upper

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Heterogeneity:
    """How much effects differ; the fields are explained in :class:`equipoise.engines.synthesis.Pooled`."""

    tau2: float | None
    tau2_low: float | None
    tau2_high: float | None
    tau2_interval_empty: bool
    i2: float | None
    i2_q: float | None
    h2: float | None
    q: float | None
    q_p_value: float | None


def heterogeneity(effect: Floats, variance: Floats, *, tau2: float | None, level: float) -> Heterogeneity:
    r"""Describe heterogeneity at an estimate of tau squared, or, where that is None, under one common effect.

    .. math::
        I^2 = \frac{\hat\tau^2}{\hat\tau^2 + s^2}, \quad H^2 = \frac{\hat\tau^2 + s^2}{s^2}, \quad
        s^2 = \frac{k - 1}{\sum w_i - \sum w_i^2 / \sum w_i}, \quad w_i = \frac{1}{v_i}, \quad
        I^2_Q = \max\left(0, 1 - \frac{k - 1}{Q}\right)

    [1]_; under one common effect :math:`I^2 = I^2_Q` and :math:`H^2 = Q / (k - 1)`. One study leaves everything None.

    References
    ----------
    .. [1] Higgins & Thompson 2002, Statistics in Medicine 21:1539-1558.
    """
    df = effect.size - 1
    if df == 0:
        return Heterogeneity(
            tau2=None,
            tau2_low=None,
            tau2_high=None,
            tau2_interval_empty=False,
            i2=None,
            i2_q=None,
            h2=None,
            q=None,
            q_p_value=None,
        )
    q = cochran_q(effect, variance)
    i2_q = 1 - df / q if q > df else 0.0
    typical = df / float(pair_weight(1 / variance))
    low, high, empty = q_profile(effect, variance, level=level)
    return Heterogeneity(
        tau2=0.0 if tau2 is None else tau2,
        tau2_low=low,
        tau2_high=high,
        tau2_interval_empty=empty,
        i2=i2_q if tau2 is None else tau2 / (tau2 + typical),
        i2_q=i2_q,
        h2=q / df if tau2 is None else (tau2 + typical) / typical,
        q=q,
        q_p_value=chi2_upper(q, df),
    )


def cochran_q(effect: Floats, variance: Floats) -> float:
    """Q at a tau squared of 0 [Cochran 1954, Biometrics 10:101-129]."""
    return _q_and_slope(effect, variance, 0.0)[0]


def moment_tau2(effect: Floats, variance: Floats) -> float:
    r"""Return the moment estimate of tau squared, cut off at 0 [1]_.

    .. math:: \hat\tau^2 = \max\left(0, \frac{Q(0) - (k - 1)}{\sum w_i - \sum w_i^2 / \sum w_i}\right)

    References
    ----------
    .. [1] DerSimonian & Laird 1986, Controlled Clinical Trials 7:177-188.
    """
    excess = cochran_q(effect, variance) - (effect.size - 1)
    return max(0.0, float(excess / pair_weight(1 / variance)))


def q_profile(effect: Floats, variance: Floats, *, level: float) -> tuple[float, float, bool]:
    r"""Bounds of all tau squared whose Q lies between the tail quantiles of its distribution, and whether there is none [1]_.

    References
    ----------
    .. [1] Viechtbauer 2007, Statistics in Medicine 26:37-52.
    """
    df, tail = effect.size - 1, (1 - level) / 2
    most, least = chi2_quantile(tail, df), chi2_quantile(1 - tail, df)
    return _tau2_at(most, effect, variance), _tau2_at(least, effect, variance), cochran_q(effect, variance) < least


def _tau2_at(target: float, effect: Floats, variance: Floats) -> float:
    """Return the tau squared at which Q equals the target, or 0 where Q is below it from the start.

    1/Q is an increasing, concave function of tau squared (Cauchy-Schwarz on Q = y'Py, whose derivatives are -y'PPy and
    2y'PPPy), so that Newton's steps on it, from 0, never pass the root; when all variances are equal the first step
    meets it.
    """
    tau2, step = 0.0, np.inf
    while step > 1e-13 * tau2:
        q, slope = _q_and_slope(effect, variance, tau2)
        step = (q / target - 1) * q / slope if q > target else 0.0
        tau2 += step
    return tau2


def _q_and_slope(effect: Floats, variance: Floats, tau2: float) -> tuple[float, float]:
    """Return Q and minus its derivative by tau squared."""
    w = 1 / (variance + tau2)
    terms = w * (effect - w @ effect / w.sum()) ** 2
    return float(terms.sum()), float(w @ terms)


def pair_weight(w: Floats) -> Floats:
    r"""Return :math:`\sum w_i - \sum w_i^2 / \sum w_i` along the last axis, summed over pairs of studies.

    .. math:: \frac{2 \sum_{i < j} w_i w_j}{\sum_i w_i}

    has no cancellation, even when one study has nearly all the weight.
    """
    earlier = np.cumsum(w, axis=-1)
    pairs: Floats = 2 * (w[..., 1:] * earlier[..., :-1]).sum(axis=-1) / earlier[..., -1]
    return pairs
