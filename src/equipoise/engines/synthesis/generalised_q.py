r"""The exact distribution of a weighted Q, and what follows for tau squared: GENQM and its interval.

With fixed weights a, :math:`y'Py` is distributed as :math:`\sum_j \lambda_j(\tau^2) \chi^2_1`, the lambda being the
eigenvalues of :math:`\Sigma^{1/2} P \Sigma^{1/2}`, with :math:`\Sigma = \operatorname{diag}(v_i + \tau^2)` [1]_. One analysis
at a time: effects of shape (k,).

References
----------
.. [1] Jackson 2013, Research Synthesis Methods 4:220-229.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NODES = 28
"""Points on the contour: the error falls as exp(-1.36 NODES), to the size of rounding."""


def cumulative(value: float, eigenvalues: Floats) -> float:
    r"""Return the probability that :math:`\sum_j \lambda_j \chi^2_1` is at most a value, to some 1e-12.

    The Laplace transform of the distribution function, :math:`\prod_j (1 + 2 \lambda_j z)^{-1/2} / z`, has its singularities
    at 0 and on the negative real axis, where Talbot's contour wraps around them [1]_.

    Parameters
    ----------
    value
        At least 0.
    eigenvalues
        Shape (m,), above 0.

    References
    ----------
    .. [1] Weideman 2006, SIAM Journal on Numerical Analysis 44:2342-2362, equation 4.1 (modified Talbot contour).
    """
    if value <= 0:
        return 0.0
    theta = np.pi * (2 * np.arange(NODES // 2) + 1) / NODES
    cot = 1 / np.tan(0.6407 * theta)
    z = NODES * (0.5017 * theta * cot - 0.6122 + 0.2645j * theta)
    slope = NODES * (0.5017 * (cot - 0.6407 * theta * (1 + cot**2)) + 0.2645j)
    scaled = 2 * eigenvalues / value
    transform = np.exp(-0.5 * np.log1p(z[:, None] * scaled).sum(axis=1)) / z
    total = float((np.exp(z) * transform * slope).imag.sum()) * 2 / NODES
    return min(1.0, max(0.0, total))


def tail(tau2: float, effect: Floats, variance: Floats, design: Floats, weight: Floats) -> float:
    """Return the probability, at a tau squared, of a y'Py as large as observed; it grows with tau squared."""
    root = np.sqrt(variance + tau2)
    projection = np.diag(weight) - (weight[:, None] * design) @ np.linalg.solve(
        design.T @ (weight[:, None] * design), design.T * weight
    )
    observed = float(effect @ projection @ effect)
    found = np.asarray(np.linalg.eigvalsh(root[:, None] * projection * root), dtype=np.float64)
    return 1 - cumulative(observed, found[design.shape[1] :])


def tau2_at(probability: float, effect: Floats, variance: Floats, design: Floats, weight: Floats) -> float:
    """Return the tau squared at which the tail has a probability, or 0 where it is larger from the start."""

    def excess(tau2: float) -> float:
        return tail(tau2, effect, variance, design, weight) - probability

    if excess(0.0) >= 0:
        return 0.0
    origin = float(variance.min())
    low, high = 0.0, origin
    while excess(high) < 0:
        low, high = high, 10 * high + float(np.var(effect))
    from scipy.optimize import brentq  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    log = brentq(lambda t: excess(np.exp(t) - origin), np.log(low + origin), np.log(high + origin), xtol=1e-15, rtol=1e-14)
    return max(0.0, float(np.exp(log)) - origin)
