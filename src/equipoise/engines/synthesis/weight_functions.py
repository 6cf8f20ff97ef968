r"""Normal effects seen with a probability that depends on their p-values: the log-likelihood and its derivatives.

Effects :math:`y_i \sim N(\mu, s_i^2)`, :math:`s_i^2 = v_i + \tau^2`, are seen with a relative probability :math:`w(p_i)`. A
weight function is log-linear in its parameters, :math:`w(p) = \exp(\eta^\top x(p))`, so that the log-likelihood

.. math::
    \ell(\mu, \tau^2, \eta) = \sum_i \left[\eta^\top x(p_i) + \ln \phi(y_i; \mu, s_i^2) - \ln A_i\right], \qquad
    A_i = \int w(p(y))\, \phi(y; \mu, s_i^2)\, dy

is concave in :math:`\eta` for each :math:`\mu` and :math:`\tau^2`. By the heat equation, :math:`\partial A / \partial \tau^2 =
\tfrac12 \partial^2 A / \partial \mu^2`, so that all derivatives are Hermite polynomials times normal densities.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

SMALLEST_P = 1e-5
"""The beta weight is taken as constant for p-values nearer than this to 0 or 1 [Citkowicz & Vevea 2017]."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A weight function over the effects of k studies: cells of one weight each, and nodes of a quadrature.

    ``edge`` (k, e): finite ends of cells, the highest first; ``upper``, ``lower`` (c,): places of each cell's ends in these,
    with plus and minus infinity put before and after; ``node`` and ``mass`` (k, n): places and masses of the quadrature;
    ``basis`` (c + n, m): x of each cell and node.
    """

    edge: Floats
    upper: Places
    lower: Places
    node: Floats
    mass: Floats
    basis: Floats

    def kernels(self, mean: Floats, s: Floats, order: int) -> list[Floats]:
        """Return normal masses of cells and nodes (B, k, c + n), for means (B,) and deviations s (B, k), and slopes."""
        from scipy.special import ndtr  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

        s = s[..., None]
        at = (self.edge - mean[:, None, None]) / s
        away = (self.node - mean[:, None, None]) / s
        density = np.exp(-(away**2) / 2) * (self.mass / (s * np.sqrt(2 * np.pi)))
        ends = np.pad(at, ((0, 0), (0, 0), (1, 1)), constant_values=((0, 0), (0, 0), (np.inf, -np.inf)))
        below, above = ndtr(ends), ndtr(-ends)
        high, low = below[..., self.upper], above[..., self.lower]  # the smaller tail gives the difference without loss
        cells = np.where(high < low, high - below[..., self.lower], low - above[..., self.upper])
        found = [np.concatenate([cells, density], axis=-1)]
        slope = -np.exp(-(at**2) / 2) / (s * np.sqrt(2 * np.pi)) if order else at
        for degree in range(1, order + 1):
            change = np.pad(slope * _hermite(at, degree - 1) / s ** (degree - 1), ((0, 0), (0, 0), (1, 1)))
            cells = change[..., self.upper] - change[..., self.lower]
            found.append(np.concatenate([cells, density * _hermite(away, degree) / s**degree], axis=-1))
        return found


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The log-likelihood of a point (mean, tau squared, eta), for effects and variances of shape (k,).

    ``curve``: the weight function, ``coarse``: the same with fewer nodes; ``total`` (m,): sum of x over the studies; ``low``,
    ``high`` (m,): bounds of eta; ``start`` (m,): its value without selection, or its fixed value; ``logarithmic``: delta is
    exp(eta), else eta + 1.
    """

    effect: Floats
    variance: Floats
    curve: Curve
    coarse: Curve
    total: Floats
    low: Floats
    high: Floats
    start: Floats
    logarithmic: bool

    def plain(self, mean: Floats, tau2: Floats) -> Floats:
        """Log-likelihood without selection, shape (B,)."""
        s2 = self.variance + tau2[:, None]
        terms: Floats = (np.log(2 * np.pi * s2) + (self.effect - mean[:, None]) ** 2 / s2).sum(axis=1)
        return -terms / 2

    def height(self, point: Floats) -> float:
        """Log-likelihood at one point; minus infinity where a mass vanishes in rounding."""
        mean, tau2, eta = point[:1], point[1:2], point[None, 2:]
        kernel = self.curve.kernels(mean, np.sqrt(self.variance + tau2[:, None]), 0)[0]
        masses = weigh(self.curve.basis, eta, kernel)[2]
        value = float(point[2:] @ self.total + self.plain(mean, tau2)[0] - masses[0])
        return value if np.isfinite(value) else -np.inf

    def derivatives(self, point: Floats) -> tuple[Floats, Floats]:
        """Gradient (2 + m,) and Hessian (2 + m, 2 + m) at one point."""
        mean, tau2, eta, basis = point[:1], point[1:2], point[None, 2:], self.curve.basis
        kernels = self.curve.kernels(mean, np.sqrt(self.variance + tau2[:, None]), 4)
        weight, mass, _ = weigh(basis, eta, kernels[0])
        shares = np.stack([kernel[0] * weight for kernel in kernels]) / mass[0, :, None]  # (5, k, q)
        d = shares.sum(axis=2)  # d[j]: j-th derivative of A by the mean, over A
        x = shares[:3] @ basis  # (3, k, m)
        r, s2 = self.effect - mean, self.variance + tau2
        size = point.size
        gradient, hessian = np.empty(size), np.empty((size, size))
        gradient[0] = (r / s2 - d[1]).sum()
        gradient[1] = ((r**2 / s2 - 1) / s2 - d[2]).sum() / 2
        gradient[2:] = self.total - x[0].sum(axis=0)
        hessian[0, 0] = -(1 / s2 + d[2] - d[1] ** 2).sum()
        hessian[0, 1] = -(r / s2**2 + (d[3] - d[1] * d[2]) / 2).sum()
        hessian[1, 1] = (1 / (2 * s2**2) - r**2 / s2**3 - (d[4] - d[2] ** 2) / 4).sum()
        hessian[0, 2:] = d[1] @ x[0] - x[1].sum(axis=0)
        hessian[1, 2:] = (d[2] @ x[0] - x[2].sum(axis=0)) / 2
        hessian[2:, 2:] = x[0].T @ x[0] - basis.T @ (shares[0].sum(axis=0)[:, None] * basis)
        lower = np.tril_indices(size, -1)
        hessian[lower] = hessian.T[lower]
        return gradient, hessian


def weigh(basis: Floats, eta: Floats, kernel: Floats) -> tuple[Floats, Floats, Floats]:
    """Return weights (B, q), up to a factor, the masses A under them (B, k), and the true sum of ln A (B,)."""
    exponent = eta @ basis.T
    top = exponent.max(axis=1, keepdims=True)
    weight = np.exp(exponent - top)
    mass = (kernel @ weight[..., None])[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return weight, mass, np.log(mass).sum(axis=1) + mass.shape[1] * top[:, 0]


def p_values(effect: Floats, variance: Floats, *, two_sided: bool) -> Floats:
    """P-values of the studies' own tests: of no effect against a positive one, or against either."""
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    z = effect / np.sqrt(variance)
    return np.asarray(2 * ndtr(-np.abs(z)) if two_sided else ndtr(-z))


def step_curve(standard_error: Floats, ends: Floats, *, two_sided: bool) -> Curve:
    """Return one weight for each interval of p between rising ends, the last 1; x(p) says which interval, the first none."""
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import

    z = -ndtri(ends[:-1] / (2 if two_sided else 1))
    interval = np.eye(ends.size)[:, 1:]
    if two_sided:  # cells from the highest effect to the lowest: each interval but the last on either side
        z, interval = np.concatenate([z, -z[::-1]]), np.concatenate([interval, interval[-2::-1]])
    none = np.empty((standard_error.size, 0))
    places = np.arange(z.size + 1)
    return Curve(edge=standard_error[:, None] * z, upper=places, lower=places + 1, node=none, mass=none, basis=interval)


def beta_curve(standard_error: Floats, panels: int, *, two_sided: bool) -> Curve:
    """Return x(p) = (ln p, ln(1 - p)): 16 Gauss-Legendre nodes in ln p/(1 - p) a panel, and cells for the ends of p."""
    from scipy.special import log_expit, ndtri  # noqa: PLC0415 - slow to import

    x, w = np.polynomial.legendre.leggauss(16)
    reach = np.log((1 - SMALLEST_P) / SMALLEST_P)
    t = reach * ((x + 1 + 2 * np.arange(panels)[:, None]).ravel() / panels - 1)
    logs = np.stack([log_expit(t), log_expit(-t)], axis=1)
    sides = 2 if two_sided else 1
    z = -ndtri(np.exp(logs[:, 0]) / sides)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    mass = (
        reach / panels * np.tile(w, panels) * np.exp(logs.sum(axis=1)) / (sides * density)
    )  # dz = dp/density, dp = p(1 - p) dt
    edge = -ndtri(np.array([SMALLEST_P, 1 - SMALLEST_P]) / sides)
    cells = np.array([[np.log(SMALLEST_P), np.log1p(-SMALLEST_P)], [np.log1p(-SMALLEST_P), np.log(SMALLEST_P)]])
    upper = np.array([0, 2])
    if two_sided:  # the centre is one cell, either tail another; nodes on either side
        edge, cells, upper = np.concatenate([edge, -edge[::-1]]), cells[[0, 1, 0]], np.array([0, 2, 4])
        z, mass, logs = np.concatenate([z, -z]), np.tile(mass, 2), np.tile(logs, (2, 1))
    return Curve(
        edge=standard_error[:, None] * edge,
        upper=upper,
        lower=upper + 1,
        node=standard_error[:, None] * z,
        mass=standard_error[:, None] * mass,
        basis=np.concatenate([cells, logs]),
    )


def _hermite(u: Floats, degree: int) -> Floats | float:
    """Hermite polynomial of the normal density, up to degree 4."""
    if degree == 0:
        return 1.0
    if degree == 1:
        return u
    square = u**2
    if degree == 2:
        return square - 1
    return u * (square - 3) if degree == 3 else square * (square - 6) + 3
