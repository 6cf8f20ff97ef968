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

STEP = 0.07
"""Distance of points on the contour, in widths of the integrand's peak: the error is 1e-12 of a thousand equal eigenvalues
and one far off, and less of others."""
BLOCK = 50
"""Points on the contour that are looked at together, until nothing more comes."""


def cumulative(value: float, eigenvalues: Floats) -> float:
    r"""Return the probability that :math:`\sum_j \lambda_j \chi^2_1` is at most a value, to 1e-12.

    The Laplace transform of the distribution function, :math:`\prod_j (1 + 2 \lambda_j s)^{-1/2} / s`, is turned back on a
    path through the integrand's saddle point [1]_: the one above 0 for the lower tail, and for the upper tail the one between
    0 and the first singularity. The path is a hyperbola that leaves the saddle as steeply as the product wants it, and falls
    off at 45 degrees: nowhere on it is a factor :math:`|e^{a s / 2} (1 + a s)^{-1/2}|` larger than at the saddle.

    Parameters
    ----------
    value
        At least 0.
    eigenvalues
        Shape (m,), above 0.

    References
    ----------
    .. [1] Imhof 1961, Biometrika 48:419-426, for the transform; Kuonen 1999, Biometrika 86:929-935, for the saddle point.
    """
    if value <= 0:
        return 0.0
    scaled = eigenvalues / value
    upper = bool(scaled.sum() + np.sqrt(2 * (scaled @ scaled)) < 1)
    saddle = _saddle(scaled, upper=upper)
    pull = 2 * scaled / (1 + 2 * scaled * saddle)
    size = 1.5 * (pull @ pull) / (pull**2 @ pull)  # of the hyperbola
    step = STEP / size / np.sqrt(0.5 * (pull @ pull) + 1 / saddle**2)
    total, largest = 0.0, 0.0
    for start in range(0, 200 * BLOCK, BLOCK):
        along = step * (start + np.arange(BLOCK))
        s = saddle + size * (1 - np.cosh(along) + 1j * np.sinh(along))
        slope = size * (1j * np.cosh(along) - np.sinh(along))
        terms = (np.exp(s - 0.5 * np.log1p(2 * scaled[:, None] * s).sum(axis=0)) / s * slope).imag
        terms[0] *= 1.0 if start else 0.5
        total += float(terms.sum())
        block = float(np.abs(terms).max())
        largest = max(largest, block)
        if block <= 1e-16 * largest:
            break
    share = abs(total) * step / np.pi
    return float(np.clip(1 - share if upper else share, 0.0, 1.0))


def _saddle(scaled: Floats, *, upper: bool) -> float:
    """Return where the integrand at a value of 1 is stationary, above 0 or between 0 and the singularity at -1 / (2 max)."""
    low, high = (-0.5 / float(scaled.max()), 0.0) if upper else (1.0, 1.0 + scaled.size / 2)
    s = (low + high) / 2
    for _ in range(200):
        pull = 2 * scaled / (1 + 2 * scaled * s)
        rest = 1 - pull.sum() / 2 - 1 / s
        low, high = (low, s) if rest > 0 else (s, high)
        last, s = s, s - float(rest / (0.5 * (pull @ pull) + 1 / s**2))
        if not low < s < high:
            s = (low + high) / 2
        if abs(s - last) <= 1e-6 * abs(s):  # any point near is as good
            return s
    raise ArithmeticError(f"the saddle point of a quadratic form's distribution is not met between {low:g} and {high:g}")


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

    if excess(0.0) >= -1e-12:  # as near as the tail is known
        return 0.0
    origin = float(variance.min())
    low, high = 0.0, origin
    while excess(high) < 0:
        low, high = high, 10 * high + float(np.var(effect))
    from scipy.optimize import brentq  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    log = brentq(lambda t: excess(np.exp(t) - origin), np.log(low + origin), np.log(high + origin), xtol=1e-15, rtol=1e-14)
    return max(0.0, float(np.exp(log)) - origin)
