"""How much each study moves a pooled result: deletion diagnostics, and the numbers behind Baujat and radial plots."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile, chi2_quantile
from equipoise.engines.synthesis.effects import columns
from equipoise.engines.synthesis.pooling import pool
from equipoise.engines.synthesis.resampling import leave_one_out

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Influence:
    """What changes when each study is left out, each of shape (k,).

    tau squared and Q of the others are NaN with k = 2. After Knapp and Hartung, effects that are all equal leave no standard
    error to measure by: NaN, or infinite where only the other studies are.

    - ``rstudent``: studentised deleted residual; beyond 1.96 a study does not fit the others;
    - ``dffits``: by how many standard errors the study's own fitted value moves; ``cook``: Cook's distance; ``cov_ratio``: by
      what factor the variance of the estimate changes;
    - ``tau2_deleted``, ``q_deleted``: tau squared and Q without the study;
    - ``hat``: its leverage, its share of the weight; ``dfbetas``: by how many standard errors the estimate moves.
    - ``influential``: |dffits| > 3 sqrt(1 / (k - 1)), or Cook's distance beyond the median of chi-squared (0.455), or hat >
      3 / k, or |dfbetas| > 1: a flag for the eye, not a reason to leave a study out.
    """

    rstudent: Floats
    dffits: Floats
    cook: Floats
    cov_ratio: Floats
    tau2_deleted: Floats
    q_deleted: Floats
    hat: Floats
    dfbetas: Floats
    influential: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Baujat:
    """Each study's ``contribution`` to Q and its ``influence`` on the estimate, shape (k,)."""

    contribution: Floats
    influence: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Radial:
    """Galbraith's plot: precision ``x`` and standardised effect ``y``, shape (k,); ``slope``: the pooled effect."""

    x: Floats
    y: Floats
    slope: float
    half_band: float


def influence(
    effect: ArrayLike, variance: ArrayLike, *, method: str = "REML", test: str = "z", level: float = 0.95
) -> Influence:
    r"""Leave each study out, and look what moves.

    With :math:`\hat\mu_{(i)}` and :math:`\hat\tau^2_{(i)}` without study i, and weights :math:`w_j = 1 / (v_j + \tau^2)`,

    .. math::
        t_i = \frac{y_i - \hat\mu_{(i)}}{\sqrt{v_i + \hat\tau^2_{(i)} + s^2_{(i)}}}, \quad
        \mathrm{DFFITS}_i = \frac{\hat\mu - \hat\mu_{(i)}}{\sqrt{h_i (\hat\tau^2_{(i)} + v_i)}}, \quad
        D_i = \frac{(\hat\mu - \hat\mu_{(i)})^2}{s^2}, \quad
        \mathrm{DFBETAS}_i = \frac{\hat\mu - \hat\mu_{(i)}}{\sqrt{1 / \sum_j w_j(\hat\tau^2_{(i)})}}

    with s the standard error [1]_, the definitions of metafor's ``influence``; after Knapp and Hartung the variances
    :math:`v_i + \tau^2` are multiplied by their factor, that of the other studies.

    References
    ----------
    .. [1] Viechtbauer & Cheung 2010, Research Synthesis Methods 1:112-125.
    """
    y, v = columns(effect=effect, variance=variance)
    fit = pool(y, v, method=method, test=test, level=level)
    without = leave_one_out(y, v, method=method, test=test, level=level)
    tau2 = np.nan_to_num(without.tau2)
    shift = fit.estimate - without.estimate
    hat = fit.weights
    w = 1 / (v[None] + tau2[:, None])
    factor = without.standard_error**2 * (w.sum(axis=1) - np.diag(w))  # Knapp and Hartung's, of the others; 1 for z and t
    with np.errstate(divide="ignore", invalid="ignore"):
        rstudent = (y - without.estimate) / np.sqrt(factor * (v + tau2) + without.standard_error**2)
        dffits = shift / np.sqrt(factor * hat * (tau2 + v))
        cook = shift**2 / fit.standard_error**2
        dfbetas = shift / np.sqrt(factor / w.sum(axis=1))
        ratio = (without.standard_error / fit.standard_error) ** 2
    k = y.size
    return Influence(
        rstudent=rstudent,
        dffits=dffits,
        cook=cook,
        cov_ratio=ratio,
        tau2_deleted=without.tau2,
        q_deleted=without.q,
        hat=hat,
        dfbetas=dfbetas,
        influential=(np.abs(dffits) > 3 * np.sqrt(1 / (k - 1)))
        | (cook > chi2_quantile(0.5, 1))
        | (hat > 3 / k)
        | (np.abs(dfbetas) > 1),
    )


def baujat(effect: ArrayLike, variance: ArrayLike, *, method: str = "common") -> Baujat:
    r"""Return the coordinates of Baujat's plot.

    .. math:: x_i = w_i (y_i - \hat\mu)^2, \qquad y_i = \frac{(\hat\mu - \hat\mu_{(i)})^2}{s^2_{(i)}}

    with weights of the method [1]_.

    References
    ----------
    .. [1] Baujat et al. 2002, Statistics in Medicine 21:2641-2652.
    """
    y, v = columns(effect=effect, variance=variance)
    fit = pool(y, v, method=method, test="z")
    without = leave_one_out(y, v, method=method, test="z")
    return Baujat(
        contribution=(y - fit.estimate) ** 2 / (v + np.nan_to_num(fit.tau2)),
        influence=(fit.estimate - without.estimate) ** 2 / without.standard_error**2,
    )


def radial(effect: ArrayLike, variance: ArrayLike, *, method: str = "common", level: float = 0.95) -> Radial:
    r"""Return the coordinates of Galbraith's plot, :math:`1 / \sqrt{v_i + \tau^2}` and :math:`y_i / \sqrt{v_i + \tau^2}` [1]_.

    ``half_band`` is the normal quantile of the level: that share of points lies in the band about the line if the model holds.

    References
    ----------
    .. [1] Galbraith 1988, Technometrics 30:271-281.
    """
    y, v = columns(effect=effect, variance=variance)
    fit = pool(y, v, method=method, test="z")
    root = np.sqrt(v + np.nan_to_num(fit.tau2))
    return Radial(x=1 / root, y=y / root, slope=float(fit.estimate), half_band=central_quantile(level))
