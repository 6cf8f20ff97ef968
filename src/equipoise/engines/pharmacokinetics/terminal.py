"""The half-life that a study would print: from samples at set times, above a limit of quantitation."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FEWEST = 3
TIE = 1e-4
"""Fits whose adjusted R squared differs by less are alike, and the one with more points is taken."""


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """When blood is drawn, in h after the last intake, and the least concentrations in nM that the assay can tell.

    Raises
    ------
    ValueError
        Fewer than three times, times that are not ascending, negative or not finite, or limits that are not finite and above 0.
    """

    times_h: tuple[float, ...]
    loq_mitragynine_nm: float
    loq_hydroxymitragynine_nm: float

    def __post_init__(self) -> None:
        times = np.asarray(self.times_h, dtype=np.float64)
        if times.size < FEWEST or not np.isfinite(times).all() or (times < 0).any() or (np.diff(times) <= 0).any():
            raise ValueError(f"sampling times should be at least {FEWEST}, from 0 on and ascending, in h after the last intake")
        for limit in (self.loq_mitragynine_nm, self.loq_hydroxymitragynine_nm):
            if not (math.isfinite(limit) and limit > 0):
                raise ValueError(f"a limit of quantitation is {limit} nM; should be finite and above 0")


def studied_half_life(times_h: ArrayLike, concentration: ArrayLike, *, loq: float) -> Floats:
    r"""Terminal half-life from a log-linear fit of the last samples, as a non-compartmental analysis has it.

    Of all fits to the last n >= 3 samples that are after the highest one and not below ``loq``, the one with the highest
    adjusted :math:`R^2` is taken, among alike ones that of most samples; :math:`t_{1/2} = -\ln 2 / \text{slope}`.

    Parameters
    ----------
    times_h
        Shape (m,), ascending.
    concentration
        Shape (people, m) or (m,).
    loq
        In the unit of the concentrations.

    Returns
    -------
    Shape (people,), in h; NaN where fewer than three samples are left or the fit does not fall.
    """
    t = np.asarray(times_h, dtype=np.float64)
    c = np.atleast_2d(np.asarray(concentration, dtype=np.float64))
    used = (c >= loq) & (np.arange(t.size) > np.argmax(c, axis=1)[:, None])
    weight = used.astype(np.float64)
    # Centred on the mean of the used samples: sums of squares of what is left then lose nothing to a common shift.
    y = np.log(np.where(used, c, 1.0))
    count = np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
    x = (t - (weight * t).sum(axis=1, keepdims=True) / count) * weight
    y = (y - (weight * y).sum(axis=1, keepdims=True) / count) * weight
    n, sx, sy, sxx, sxy, syy = (_from_the_end(part) for part in (weight, x, y, x * x, x * y, y * y))
    with np.errstate(divide="ignore", invalid="ignore"):
        vx, vy, cxy = sxx - sx * sx / n, syy - sy * sy / n, sxy - sx * sy / n
        slope = cxy / vx
        fit = 1 - (1 - cxy * cxy / (vx * vy)) * (n - 1) / (n - 2)
    possible = used & (n >= FEWEST) & (slope < 0) & np.isfinite(fit)
    best, chosen = np.full(c.shape[0], -np.inf), np.full(c.shape[0], np.nan)
    for start in range(t.size - 1, -1, -1):
        better = possible[:, start] & (fit[:, start] > best - TIE)
        chosen = np.where(better, slope[:, start], chosen)
        best = np.where(better, np.maximum(fit[:, start], best), best)
    return -math.log(2) / chosen


def _from_the_end(values: Floats) -> Floats:
    return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
