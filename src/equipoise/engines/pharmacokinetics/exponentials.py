r"""Divided differences of the exponential: what convolutions of exponential decays are, also where rates are equal.

The amount in a chain of compartments is a sum of :math:`e^{-\lambda_i t}` over products of :math:`\lambda_j - \lambda_i`, which
loses all its digits as two rates meet. The same sum as a divided difference has no such place.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CLOSE = 0.1
"""Rates times time that differ by less are taken by a series, by more through differences: both keep 13 digits there."""
TERMS = 11
_LEAST = 1e-300
"""In place of a zero that is divided by itself: the limit is 1."""


def two_rates(x: Floats, y: Floats, t: Floats) -> Floats:
    r"""Convolution of two decays, :math:`(e^{-xt} - e^{-yt}) / (y - x)`, and :math:`t e^{-xt}` where x = y.

    Arrays of shapes that broadcast; rates in 1/h and t in h, all at least 0. The result is never negative.
    """
    return np.asarray(Convolutions((x, y), t).two[0])


def three_rates(x: Floats, y: Floats, z: Floats, t: Floats) -> Floats:
    r"""Convolution of three, :math:`\sum_i e^{-\lambda_i t} / \prod_{j \ne i} (\lambda_j - \lambda_i)`, and its limits."""
    return np.asarray(Convolutions((x, y, z), t).three(((0, 1, 2),))[0])


class Convolutions:
    """Decays of some rates (1/h) after t hours, and convolutions of them; rates are named by their place.

    All are worked out together, and what they share once: a call costs more than a few hundred people, and an exponential more
    than all other arithmetic.
    """

    def __init__(self, rates: Sequence[Floats], t: Floats) -> None:
        whole = np.broadcast_arrays(*rates)
        self.t = t
        self.rates = np.stack([rate.reshape((1,) * (np.ndim(t) - rate.ndim) + rate.shape) for rate in whole])
        self.one = np.exp(-self.rates * t)
        """What is left of each."""
        self._pairs = tuple(combinations(range(len(whole)), 2))
        lower, upper = np.array(self._pairs).T
        z = np.maximum(np.abs(self.rates[upper] - self.rates[lower]) * t, _LEAST)
        self.two = np.expm1(-z)
        """Of each two rates: of the first with the second, with the third and so on, then of the second."""
        self.two /= -z
        self.two *= np.maximum(self.one[lower], self.one[upper])
        self.two *= t

    def three(self, places: Sequence[tuple[int, int, int]]) -> Floats:
        r"""Return the convolutions of threes of the rates, the lowest place first in each.

        Each is the divided difference of two of two that share the rate in the middle. Where all three are close, with
        :math:`u \le v` the differences to the slowest rate times t, it is

        .. math:: t^2 e^{-\lambda_1 t} \sum_{n \ge 0} \frac{(-1)^n}{(n + 2)!} \sum_{m=0}^{n} u^m v^{n-m}.
        """
        x, y, z = (self.rates[list(one)] for one in zip(*places, strict=True))
        near, wide, far = ([self._pairs.index((one[a], one[b])) for one in places] for a, b in ((0, 1), (0, 2), (1, 2)))
        first, last = (x - y) * (x - z) <= 0, (z - x) * (z - y) < 0
        apart = np.where(first, z - y, np.where(last, y - x, z - x))
        across = self.two[wide]
        found: Floats = np.where(last, across, self.two[near])
        found -= np.where(first, across, self.two[far])
        found /= np.where(apart == 0, 1.0, apart)
        apart = np.abs(apart)
        close = np.nonzero(apart * self.t <= CLOSE)
        if close[0].size:
            slowest = np.minimum(np.minimum(x, y), z)
            middle = np.where(first, x, np.where(last, z, y))
            slow, u, v, t = (np.broadcast_to(part, found.shape)[close] for part in (slowest, middle - slowest, apart, self.t))
            found[close] = t * t * np.exp(-slow * t) * _series(u * t, v * t)
        return found


def _series(u: Floats, v: Floats) -> Floats:
    total, symmetric, power, factor = np.full_like(u, 0.5), np.ones_like(u), np.ones_like(u), 0.5
    for k in range(1, TERMS):
        power = power * u
        symmetric = power + v * symmetric
        factor /= -(k + 2)
        total += factor * symmetric
    return total
