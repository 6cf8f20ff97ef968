r"""Tau squared of maximal likelihood (ML) or restricted likelihood (REML): the global maximum, on any scale.

With :math:`w_i = 1 / (v_i + \tau^2)` and the weighted mean :math:`\hat\mu` put in, the profile log-likelihood is

.. math::
    \ell(\tau^2) = \tfrac12 \sum_i \ln w_i - \tfrac12 \sum_i w_i (y_i - \hat\mu)^2 \;[- \tfrac12 \ln \sum_i w_i \text{
    for REML}].

It can have several maxima. As a function of :math:`\ln \tau^2` each of its terms bends over about one unit, so the sign
of the derivative on a grid of 24 points a decade shows where the maxima are; each is then closed in to rounding.
The grid is made of ratios to the variances and to the spread of the effects, and nothing here knows an absolute size.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.heterogeneity import pair_weight

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Maximum:
    """The best tau squared, how many local maxima it was chosen from, and the evaluations that closing in on them took."""

    tau2: float
    maxima: int
    iterations: int


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The profile log-likelihood of tau squared and its derivative, for effects and variances of shape (k,)."""

    effect: Floats
    variance: Floats
    method: Literal["ML", "REML"]

    def height(self, tau2: float) -> float:
        """Log-likelihood up to a constant."""
        w = 1 / (self.variance + tau2)
        residual = self.effect - w @ self.effect / w.sum()
        value = np.log(w).sum() - w @ residual**2 - (np.log(w.sum()) if self.method == "REML" else 0.0)
        return float(value / 2)

    def slope(self, tau2: Floats) -> Floats:
        r"""Return twice the derivative at each tau squared, shape (m,).

        .. math:: 2 \ell' = \sum_i w_i^2 (y_i - \hat\mu)^2 - \sum_i w_i \;[+ \sum_i w_i^2 / \sum_i w_i \text{ for REML}]
        """
        w = 1 / (self.variance + tau2[:, None])
        total = w.sum(axis=1)
        mean = w @ self.effect / total
        spread: Floats = np.square(w * (self.effect - mean[:, None])).sum(axis=1)
        return spread - (pair_weight(w) if self.method == "REML" else total)


def maximise(effect: Floats, variance: Floats, *, method: Literal["ML", "REML"]) -> Maximum:
    """Find the tau squared, 0 or more, of the highest profile log-likelihood for k >= 2 studies [1]_.

    References
    ----------
    .. [1] Viechtbauer 2005, Journal of Educational and Behavioral Statistics 30:261-293.
    """
    grid = _grid(effect, variance)
    if grid.size == 1:
        return Maximum(tau2=0.0, maxima=1, iterations=0)
    profile = Profile(effect=effect, variance=variance, method=method)
    slopes = profile.slope(grid)
    rises = slopes > 0
    tops = np.flatnonzero(rises[:-1] & ~rises[1:])
    found = [_crossing(profile, (grid[i], grid[i + 1]), (slopes[i], slopes[i + 1])) for i in tops]
    candidates = [float(tau2) for tau2, _ in found]
    if not rises[0]:
        candidates.insert(0, 0.0)
    return Maximum(
        tau2=max(candidates, key=profile.height) if len(candidates) > 1 else candidates[0],
        maxima=len(candidates),
        iterations=sum(evaluations for _, evaluations in found),
    )


def _grid(effect: Floats, variance: Floats) -> Floats:
    """Return 0 and then 24 points a decade, from where tau squared begins to matter to where no maximum can lie.

    The derivative is negative as soon as tau squared plus the smallest variance exceeds half the squared range of the
    effects: for shares p of weight, the weighted sum of squares is at most range^2 / 2 times (1 - sum p^2), and no
    weight exceeds 1 / (v_min + tau2).
    """
    least, most = float(variance.min()), float(np.ptp(effect)) ** 2
    if most / 2 <= least:
        return np.zeros(1)
    first = least / 1000
    points = 2 + int(24 * np.log10(most / first))
    return np.concatenate(([0.0], np.geomspace(first, most, points)))


def _crossing(profile: Profile, ends: tuple[float, float], slopes: tuple[float, float]) -> tuple[float, int]:
    """Return where the derivative falls through 0 between two ends, by the Illinois rule, and the evaluations it took."""
    (low, high), (rise, fall) = ends, slopes
    evaluations, side = 0, 0
    while high - low > 1e-13 * high:
        middle = (low * fall - high * rise) / (fall - rise)
        if not low < middle < high:
            break
        slope = float(profile.slope(np.array([middle]))[0])
        evaluations += 1
        if slope > 0:
            low, rise, fall = middle, slope, fall / 2 if side > 0 else fall
            side = 1
        else:
            high, fall, rise = middle, slope, rise / 2 if side < 0 else rise
            side = -1
    return (low if rise < -fall else high), evaluations
