r"""How much true effects differ between studies: Cochran's Q, its profile, I squared and H squared, of many analyses.

At the true tau squared, :math:`Q(\tau^2) = y'Py` of :mod:`least_squares` is chi-squared with k - p degrees of freedom.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis import moments
from equipoise.engines.synthesis.distributions import chi2_quantiles, chi2_uppers
from equipoise.engines.synthesis.least_squares import Model

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Heterogeneity:
    """How much effects differ, each of shape (B,); explained in :class:`equipoise.engines.synthesis.Pooled`."""

    i2: Floats
    i2_q: Floats
    h2: Floats
    q: Floats
    q_df: Floats
    q_p: Floats


def heterogeneity(model: Model, tau2: Floats, df: Floats, *, common: bool) -> Heterogeneity:
    r"""Describe heterogeneity at an estimate of tau squared, or under one common effect, with k - p degrees of freedom.

    .. math::
        I^2 = \frac{\hat\tau^2}{\hat\tau^2 + s^2}, \quad H^2 = \frac{\hat\tau^2 + s^2}{s^2}, \quad
        s^2 = \frac{k - p}{\operatorname{tr} P}, \quad I^2_Q = \max\left(0, 1 - \frac{k - p}{Q}\right)

    at weights 1/v [1]_; under one common effect :math:`I^2 = I^2_Q` and :math:`H^2 = Q / (k - p)`.

    References
    ----------
    .. [1] Higgins & Thompson 2002, Statistics in Medicine 21:1539-1558.
    """
    a = np.reciprocal(model.variance)
    fit = model.fit(a)
    q = moments.spread(fit, a)
    with np.errstate(divide="ignore", invalid="ignore"):
        i2_q = np.where(q > df, 1 - df / q, 0.0)
    typical = df / (a * fit.free).sum(axis=0)
    return Heterogeneity(
        i2=i2_q if common else tau2 / (tau2 + typical),
        i2_q=i2_q,
        h2=q / df if common else (tau2 + typical) / typical,
        q=q,
        q_df=df,
        q_p=chi2_uppers(q, df),
    )


def q_profile(model: Model, near: Floats, df: Floats, *, level: float) -> Floats:
    """Return the bounds (B, 2) of all tau squared whose Q lies between the tail quantiles of its distribution [1]_.

    Both are 0 where no tau squared makes effects so alike as these probable. The search starts ``near`` a tau squared, (B,).

    References
    ----------
    .. [1] Viechtbauer 2007, Statistics in Medicine 26:37-52.
    """
    upper = (1 - level) / 2
    targets = np.concatenate([chi2_quantiles(upper, df), chi2_quantiles(1 - upper, df)])
    twice = np.concatenate([np.arange(df.size)] * 2)
    bounds, _ = moments.tau2_at(model if model.single else model.take(twice), targets, near[twice])
    return bounds.reshape(2, -1).T
