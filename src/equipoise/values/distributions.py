"""What several engines say of a number that is not known well: mixtures of normals, weighted points, a spread of logarithms."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HALVINGS = 45
"""Bisections of a bracket: twelve digits and more."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixture:
    """Normal distributions with ``mean`` (m,), standard deviation ``sd`` (m,) above zero and ``weight`` (m,) that sums to 1.

    What is known of a number after its spread has been integrated out.
    """

    mean: Floats
    sd: Floats
    weight: Floats

    def cdf(self, at: ArrayLike) -> Floats:
        """Probability of a value up to ``at``, of its shape."""
        from scipy.special import ndtr  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

        points = np.asarray(at, dtype=float)[..., None]
        return np.asarray(ndtr((points - self.mean) / self.sd) @ self.weight, dtype=float)

    def quantile(self, probability: ArrayLike) -> Floats:
        """The values below which ``probability`` (in (0, 1), any shape) lies, by bisection."""
        from scipy.special import ndtri  # noqa: PLC0415 - slow to import

        share = np.asarray(probability, dtype=float)
        each = self.mean + self.sd * ndtri(share)[..., None]
        low, high = each.min(axis=-1), each.max(axis=-1)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            below = self.cdf(middle) < share
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2)

    def draws(self, rng: np.random.Generator, size: int) -> Floats:
        """``size`` independent values."""
        which = rng.choice(self.weight.size, size=size, p=self.weight)
        return np.asarray(self.mean[which] + self.sd[which] * rng.standard_normal(size))


def weighted_quantiles(values: Floats, weight: Floats, shares: ArrayLike) -> Floats:
    """Quantiles of points (m,) with weights (m,) that sum to 1, by interpolation between the middles of their weights."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weight[order]) - weight[order] / 2
    return np.asarray(np.interp(np.asarray(shares, dtype=float), middle, values[order]))


def log_sd(mean: float, sd: float) -> float:
    r"""The standard deviation of the logarithm of a lognormal number, :math:`\sqrt{\ln(1 + (s/m)^2)}`; ``mean`` above zero."""
    return math.sqrt(math.log1p((sd / mean) ** 2))
