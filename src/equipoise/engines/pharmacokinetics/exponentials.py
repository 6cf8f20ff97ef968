r"""Divided differences of the exponential: what convolutions of exponential decays are, also where rates are equal.

The amount in a chain of compartments is a sum of :math:`e^{-\lambda_i t}` over products of :math:`\lambda_j - \lambda_i`, which
loses all its digits as two rates meet. The same sum as a divided difference has no such place.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CLOSE = 0.5
"""Rates times time that differ by less are taken by a series, by more through differences: both keep 14 digits there."""
TERMS = 16


def _mean_decay(z: Floats) -> Floats:
    r"""Return :math:`(1 - e^{-z}) / z` for z >= 0, 1 at 0."""
    safe = np.where(z > 0, z, 1.0)
    return np.where(z > 0, -np.expm1(-safe) / safe, 1.0)


def two_rates(x: Floats, y: Floats, t: Floats) -> Floats:
    r"""Convolution of two decays, :math:`(e^{-xt} - e^{-yt}) / (y - x)`, and :math:`t e^{-xt}` where x = y.

    Arrays of shapes that broadcast; rates in 1/h and t in h, all at least 0. The result is never negative.
    """
    return t * np.exp(-np.minimum(x, y) * t) * _mean_decay(np.abs(y - x) * t)


def three_rates(x: Floats, y: Floats, z: Floats, t: Floats) -> Floats:
    r"""Convolution of three decays, :math:`\sum_i e^{-\lambda_i t} / \prod_{j \ne i} (\lambda_j - \lambda_i)`, with its limits.

    With :math:`u \le v` the differences to the slowest rate times t, it is :math:`t^2 e^{-\lambda_1 t} \varphi(u, v)`, where

    .. math:: \varphi(u, v) = \frac1v \left[\frac{1 - e^{-u}}{u} - e^{-u} \frac{1 - e^{-(v-u)}}{v-u}\right]
                            = \sum_{k \ge 0} \frac{(-1)^k}{(k + 2)!} \sum_{i=0}^{k} u^i v^{k-i}.
    """
    slowest, fastest = np.minimum(np.minimum(x, y), z), np.maximum(np.maximum(x, y), z)
    middle = np.maximum(np.minimum(x, y), np.minimum(np.maximum(x, y), z))
    u, v = np.broadcast_arrays((middle - slowest) * t, (fastest - slowest) * t)
    far = np.where(v > CLOSE, v, 1.0)
    shape = (_mean_decay(u) - np.exp(-u) * _mean_decay(v - u)) / far
    close = v <= CLOSE
    if close.any():
        shape[close] = _series(u[close], v[close])
    return np.asarray(t * t * np.exp(-slowest * t) * shape)


def _series(u: Floats, v: Floats) -> Floats:
    total, symmetric, power, factor = np.full_like(u, 0.5), np.ones_like(u), np.ones_like(u), 0.5
    for k in range(1, TERMS):
        power = power * u
        symmetric = power + v * symmetric
        factor /= -(k + 2)
        total += factor * symmetric
    return total
