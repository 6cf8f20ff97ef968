r"""Tau squared by moments: closed forms, and roots of the profile of Q.

With fixed weights a and P built from them as in :mod:`least_squares`,

.. math:: E[y'Py] = \operatorname{tr}(P V) + \tau^2 \operatorname{tr} P, \qquad V = \operatorname{diag}(v_i)

Each closed form equates an observed y'Py with its expectation; estimates below 0 are set to 0. Everything has shape (B,).
"""

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis import alone
from equipoise.engines.synthesis.least_squares import Fit, Model

Floats = NDArray[np.float64]

STEPS = 200
"""Newton's steps after which a search gives up with an error."""


def studies(model: Model) -> NDArray[np.bool_]:
    """Return which studies take part, shape (k, B)."""
    return np.isfinite(model.variance)


def degrees(model: Model) -> NDArray[np.int64]:
    """Return studies minus coefficients."""
    count: NDArray[np.int64] = studies(model).sum(axis=0) - model.columns
    return count


def spread(fit: Fit, a: Floats) -> Floats:
    """Return y'Py of a fit with weights a, shape (k, B)."""
    return np.asarray(np.einsum("kb,kb,kb->b", a, fit.residual, fit.residual))


def general(model: Model, a: Floats) -> Floats:
    r"""Return the generalised moment estimate with weights a, shape (k, B) [1]_.

    .. math:: \hat\tau^2 = \max\left(0, \frac{y'Py - \operatorname{tr}(PV)}{\operatorname{tr} P}\right)

    Weights 1/v give DerSimonian and Laird's (DL), equal weights Hedges and Olkin's (HE).

    References
    ----------
    .. [1] DerSimonian & Kacker 2007, Contemporary Clinical Trials 28:105-114; Jackson 2013, Research Synthesis Methods
       4:220-229.
    """
    fit = model.fit(a)
    weight = a * fit.free
    expected = np.einsum("kb,kb->b", weight, np.where(studies(model), model.variance, 0.0))
    return np.asarray(np.maximum(0.0, (spread(fit, a) - expected) / weight.sum(axis=0)))


def hunter_schmidt(model: Model, *, corrected: bool) -> Floats:
    r"""Return Hunter and Schmidt's estimate (HS), or the one corrected for the number of studies (HSk) [1]_.

    .. math::
        \hat\tau^2_{HS} = \frac{y'Py - k}{\sum 1/v_i}, \qquad
        \hat\tau^2_{HSk} = \frac{\frac{k}{k - p} y'Py - k}{\sum 1/v_i}

    References
    ----------
    .. [1] Viechtbauer 2005, Journal of Educational and Behavioral Statistics 30:261-293; Brannick et al. 2019,
       Organizational Research Methods 22:490-514.
    """
    a = np.reciprocal(model.variance)
    k = studies(model).sum(axis=0)
    q = spread(model.fit(a), a)
    factor = k / degrees(model) if corrected else 1.0
    return np.asarray(np.maximum(0.0, (factor * q - k) / a.sum(axis=0)))


def sidik_jonkman(model: Model) -> Floats:
    r"""Return Sidik and Jonkman's estimate (SJ), which is above 0 unless all effects are equal [1]_.

    .. math::
        \hat\tau^2 = \frac{\tau_0^2}{k - p} y'P_0y, \qquad
        \tau_0^2 = \frac1k \sum (y_i - \bar y)^2, \quad a_i = \frac{1}{v_i + \tau_0^2}

    References
    ----------
    .. [1] Sidik & Jonkman 2005, Applied Statistics 54:367-384.
    """
    taking = studies(model)
    k = taking.sum(axis=0)
    mean = np.where(taking, model.effect, 0.0).sum(axis=0) / k
    rough = np.where(taking, (model.effect - mean) ** 2, 0.0).sum(axis=0) / k
    a = np.reciprocal(model.variance + rough)
    return np.asarray(rough * spread(model.fit(a), a) / degrees(model))


def tau2_at(model: Model, target: Floats, start: Floats | None = None) -> tuple[Floats, NDArray[np.int64]]:
    r"""Return the tau squared at which :math:`y'Py` meets a target, 0 where it starts below, and the steps spent.

    1/Q is an increasing, concave function of tau squared (Cauchy-Schwarz on Q = y'Py, whose derivatives are -y'PPy and
    2y'PPPy), so that Newton's steps on it, from 0, never pass the root; where all variances are equal the first meets it.
    A ``start`` may be anywhere: from above the root the first step leads below it, or to 0.
    With the target k - p the root is the estimate of Paule and Mandel (PM), of Morris' empirical Bayes (EB), and the fixed
    point of the iterated DerSimonian-Laird (DLIT) and Sidik-Jonkman (SJIT) estimates [1]_; with the median of chi-squared it is
    the median-unbiased PMM; with its tail quantiles the ends of the Q-profile interval [2]_.

    References
    ----------
    .. [1] DerSimonian & Kacker 2007, Contemporary Clinical Trials 28:105-114; Viechtbauer et al. 2015, Psychological
       Methods 20:360-374.
    .. [2] Viechtbauer 2007, Statistics in Medicine 26:37-52; of PMM, Viechtbauer 2021, European Congress of Methodology,
       Valencia.
    """
    if model.single:
        effect, variance = model.effect[:, 0].tolist(), model.variance[:, 0].tolist()
        first = [0.0] * target.size if start is None else start.tolist()
        met = [alone.tau2_at(effect, variance, one, at, most=STEPS) for one, at in zip(target.tolist(), first, strict=True)]
        return np.array([one for one, _ in met]), np.array([spent for _, spent in met])
    tau2 = np.zeros(target.size) if start is None else start.copy()
    steps = np.zeros(target.size, dtype=np.int64)
    active, goal, part = np.arange(target.size), target, model
    for _ in range(STEPS):
        now = tau2[active]
        q, fall = part.q(now)
        steps[active] += 1
        step = (q / goal - 1) * q / np.where(fall > 0, fall, 1.0)  # no fall: equal effects, and q is 0
        tau2[active] = after = np.maximum(now + step, 0.0)
        # the error is the square of the last step; a Q at its goal up to rounding has no better tau squared
        moving = np.flatnonzero((np.abs(after - now) > 1e-9 * after) & (np.abs(q - goal) > 1e-13 * goal))
        if moving.size == 0:
            return tau2, steps
        if moving.size < active.size:
            active, goal, part = active[moving], goal[moving], part.take(moving)
    raise ArithmeticError(f"analysis {active[0]}: the root of Q's profile is not met after {STEPS} Newton steps")
