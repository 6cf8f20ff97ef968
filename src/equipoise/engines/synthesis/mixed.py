r"""The likelihood of a linear mixed model with known sampling covariance, and its maximum.

The model is linear and mixed, with a known sampling covariance V and a covariance of true effects that depends on a few
variance parameters :math:`\varphi`:

.. math:: y \sim N(X \beta, M), \qquad M = V + \sum_q \varphi_q D_q

With :math:`\hat\beta = (X'M^{-1}X)^{-1} X'M^{-1}y` put in, the log-likelihood of the variance parameters is [1]_

.. math::
    \ell(\varphi) = -\tfrac{n}{2} \ln 2\pi - \tfrac12 \ln|M| - \tfrac12 y'Py
    \;[- \tfrac12 \ln|X'M^{-1}X| + \tfrac12 \ln|X'X| \text{ for REML}], \qquad
    P = M^{-1} - M^{-1}X(X'M^{-1}X)^{-1}X'M^{-1}

with n = k for ML and k - p for REML. It is scanned on a lattice, and every local top of the lattice is climbed by Newton's
steps with the exact first and second derivatives. The variance parameters are squares or products of free coordinates
(:math:`\sigma^2 = u^2`, a covariance matrix :math:`LL'`), so that a variance of 0 or a correlation of 1 is a place like any
other. The lattice reaches from a thousandth of the smallest sampling variance to the squared range of the effects: nothing
here knows an absolute size. A scan is no proof: with many parameters a narrow maximum may lie between its points.

References
----------
.. [1] Harville 1977, Journal of the American Statistical Association 72:320-338.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.ascent import Surface, best_of, climb, tops_of
from equipoise.engines.synthesis.design import orthogonal
from equipoise.engines.synthesis.distributions import chi2_quantile

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]
Structure = Literal["UN", "CS", "HCS", "DIAG"]
"""metafor's names: any covariance matrix; one variance and one correlation; several variances, one correlation or none."""
Shape = Callable[[Floats], tuple[Floats, Floats, Floats]]
"""Variance parameters (q,) at coordinates (t,), with their first (q, t) and second (q, t, t) derivatives."""
POINTS = 500
"""Size that a lattice aims at."""
RANGE = 1e11
"""Squared range of effects, in smallest sampling variances, beyond which M cannot be inverted to any use."""
MEMORY = 4_000_000
"""Numbers that one stack of matrices may hold while a lattice is scanned."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Blocks:
    """Independent blocks of M of one padded size: b blocks of s rows.

    ``fixed`` (b, s, s) is V, ``parts`` (q, b, s, s) the D, ``design`` (b, s, p) and ``effect`` (b, s). Padding has variance 1,
    no parts, no design and no effect, and so says nothing.
    """

    fixed: Floats
    parts: Floats
    design: Floats
    effect: Floats

    def at(self, phi: Floats) -> Floats:
        """Return M at variance parameters of shape (..., q)."""
        m: Floats = self.fixed + np.tensordot(phi, self.parts, axes=1)
        return m


@dataclass(frozen=True, kw_only=True, eq=False)
class _Local:
    """Height of the log-likelihood without constants, slope (q,) and curvature (q, q); coefficients and their covariance."""

    height: float
    slope: Floats
    curvature: Floats
    coefficient: Floats
    inverse: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """A model ready to be fitted, with effects in a unit of their own: ``unit`` is the typical standard error.

    ``origin`` (p,) are the coefficients under V alone, on the scale of the caller; what they leave of the effects is fitted,
    with the orthonormal design whose columns ``triangle`` turns back. ``least`` and ``most``: sampling variances that bound
    the lattice, and ``q`` what Cochran's test needs.
    """

    blocks: list[_Blocks]
    restricted: bool
    k: int
    p: int
    unit: float
    origin: Floats
    triangle: Floats
    least: float
    most: float
    q: float

    @classmethod
    def of(cls, y: Floats, v: Floats, x: Floats, parts: Floats, *, restricted: bool) -> "Problem":
        """Make it of effects, their sampling covariance, a design of full rank, and the D."""
        basis, triangle = orthogonal(x)
        unit = float(np.exp(np.log(np.diag(v)).mean() / 2))
        weighted = np.linalg.solve(v, basis)
        start = np.linalg.solve(basis.T @ weighted, weighted.T @ y)
        left = y - basis @ start
        least = float(np.linalg.eigvalsh(v)[0] if np.count_nonzero(v) > y.size else np.diag(v).min()) / unit**2
        most = max(float(np.ptp(left) / unit) ** 2, least)
        if most > RANGE * least:
            raise ValueError(
                f"effects lie {math.sqrt(most / least):.0e} of the smallest standard errors apart, too far to be told from "
                "rounding; a variance may be in another unit than its effect"
            )
        return cls(
            blocks=_split(left / unit, v / unit**2, basis, parts),
            restricted=restricted,
            k=y.size,
            p=x.shape[1],
            unit=unit,
            origin=np.linalg.solve(triangle, start),
            triangle=triangle,
            least=least / 1000,
            most=most,
            q=float(left @ np.linalg.solve(v, left)),
        )

    def span(self, points: int) -> Floats:
        """Return coordinates of standard deviations, from too small to matter to too large to be."""
        return np.geomspace(math.sqrt(self.least), math.sqrt(self.most), points)

    def log_likelihood(self, height: float) -> float:
        """Return a height with all constants, in the unit of the caller."""
        n = self.k - self.p if self.restricted else self.k
        return height - n * (math.log(2 * math.pi) / 2 + math.log(self.unit))

    def heights(self, phi: Floats) -> Floats:
        """Return heights for many sets of variance parameters, (n, q) to (n,)."""
        size = sum(block.fixed.size for block in self.blocks)
        rows = max(1, MEMORY // size)
        return np.concatenate([self._heights(phi[i : i + rows]) for i in range(0, len(phi), rows)])

    def _heights(self, phi: Floats) -> Floats:
        value = np.zeros(len(phi))
        gram = np.zeros((len(phi), self.p + 1, self.p + 1))
        for block in self.blocks:
            m = block.at(phi)
            both = np.concatenate([block.design, block.effect[..., None]], axis=-1)
            solved = np.linalg.solve(m, np.broadcast_to(both, (*m.shape[:-1], self.p + 1)))
            value -= np.linalg.slogdet(m)[1].sum(axis=-1) / 2
            gram += np.einsum("bsp,nbsr->npr", both, solved)
        inner, cross = gram[:, :-1, :-1], gram[:, :-1, -1]
        value -= (gram[:, -1, -1] - np.einsum("np,np->n", cross, np.linalg.solve(inner, cross[..., None])[..., 0])) / 2
        return value - np.linalg.slogdet(inner)[1] / 2 if self.restricted else value

    def local(self, phi: Floats) -> _Local:
        r"""Return everything at one set of variance parameters.

        .. math::
            \frac{\partial \ell}{\partial \varphi_i} = \tfrac12 (z'D_iz - \operatorname{tr} P D_i), \qquad
            \frac{\partial^2 \ell}{\partial \varphi_i \partial \varphi_j} =
            \tfrac12 \operatorname{tr} P D_i P D_j - z'D_i P D_j z, \qquad z = Py

        with the inverse of M in place of P in the traces of ML.
        """
        inverses = [np.linalg.inv(block.at(phi)) for block in self.blocks]
        turned = [w @ block.design for w, block in zip(inverses, self.blocks, strict=True)]
        gram = _sum([np.einsum("bsp,bsr->pr", b.design, t) for b, t in zip(self.blocks, turned, strict=True)])
        c = np.linalg.inv(gram)
        c = (c + c.T) / 2
        beta = c @ _sum([np.einsum("bsp,bs->p", t, b.effect) for b, t in zip(self.blocks, turned, strict=True)])
        q = self.blocks[0].parts.shape[0]
        height, slope, curvature = 0.0, np.zeros(q), np.zeros((q, q))
        within, along = np.zeros((q, self.p, self.p)), np.zeros((q, self.p))
        for block, w, wx in zip(self.blocks, inverses, turned, strict=True):
            left = block.effect - block.design @ beta
            z = np.einsum("bst,bt->bs", w, left)
            height += float(np.linalg.slogdet(w)[1].sum() - np.einsum("bs,bs->", left, z)) / 2
            pushed = np.einsum("qbst,bt->qbs", block.parts, z)
            slope += np.einsum("bs,qbs->q", z, pushed) / 2
            curvature -= np.einsum("ibs,jbs->ij", pushed, np.einsum("bst,qbt->qbs", w, pushed))
            along += np.einsum("bsp,qbs->qp", wx, pushed)
            product = w @ block.parts
            slope -= np.einsum("qbss->q", product) / 2
            curvature += np.einsum("ibst,jbts->ij", product, product) / 2
            if self.restricted:
                carried = block.parts @ wx
                within += np.einsum("bsp,qbsr->qpr", wx, carried)
                curvature -= np.einsum("ibsp,jbsp->ij", carried @ c, w @ carried)
        curvature += along @ c @ along.T
        if self.restricted:
            inner = c @ within
            height += float(np.linalg.slogdet(c)[1]) / 2
            slope += np.einsum("qpp->q", inner) / 2
            curvature += np.einsum("iab,jba->ij", inner, inner) / 2
        return _Local(height=height, slope=slope, curvature=(curvature + curvature.T) / 2, coefficient=beta, inverse=c)


def _sum(pieces: list[Floats]) -> Floats:
    total: Floats = np.sum(pieces, axis=0)
    return total


def _split(y: Floats, v: Floats, x: Floats, parts: Floats) -> list[_Blocks]:
    """Cut a problem into its independent blocks, each padded to the next power of two."""
    number = _components((v != 0) | (parts != 0).any(axis=0))
    members = [np.flatnonzero(number == one) for one in np.unique(number)]
    padded = np.array([1 << (rows.size - 1).bit_length() for rows in members])
    found = []
    for size in np.unique(padded):
        rows = np.full((int((padded == size).sum()), int(size)), -1)
        for row, chosen in zip(rows, (m for m, s in zip(members, padded, strict=True) if s == size), strict=True):
            row[: chosen.size] = chosen
        real = (rows >= 0).astype(np.float64)
        both = real[:, :, None] * real[:, None, :]
        pairs = (rows[:, :, None], rows[:, None, :])
        found.append(
            _Blocks(
                fixed=np.where(both > 0, v[pairs], np.eye(int(size))),
                parts=parts[(slice(None), *pairs)] * both,
                design=x[rows] * real[:, :, None],
                effect=y[rows] * real,
            )
        )
    return found


def _components(linked: Flags) -> Codes:
    """Return for each row the lowest row that it is linked to, by any chain of links."""
    number = np.arange(len(linked))
    while True:
        lowest = np.where(linked, number, len(linked)).min(axis=1)
        lowest = lowest[lowest]
        if np.array_equal(lowest, number):
            return number
        number = lowest


def squares(u: Floats) -> tuple[Floats, Floats, Floats]:
    """Variances as squares."""
    second = np.zeros((u.size,) * 3)
    np.einsum("aaa->a", second)[:] = 2
    return u**2, np.diag(2 * u), second


def _diagonal(r: int) -> tuple[Floats, Shape]:
    parts = np.zeros((r, r, r))
    np.einsum("aaa->a", parts)[:] = 1
    return parts, squares


def _compound(r: int) -> tuple[Floats, Shape]:
    """One variance and one correlation, by the two eigenvalues of their matrix: within outcomes and of their mean."""
    mean = np.full((r, r), 1 / r)
    return np.stack([np.eye(r) - mean, mean]), squares


def _unstructured(r: int) -> tuple[Floats, Shape]:
    """Any covariance matrix, by its Cholesky factor."""
    places = _triangle(r)
    number = {place: i for i, place in enumerate(places)}
    forms = np.zeros((len(places),) * 3)
    for q, (a, b) in enumerate(places):
        for c in range(b + 1):
            forms[q, number[a, c], number[b, c]] += 0.5
            forms[q, number[b, c], number[a, c]] += 0.5

    def shape(theta: Floats) -> tuple[Floats, Floats, Floats]:
        first = forms @ theta
        return first @ theta, 2 * first, 2 * forms

    return _entries(r), shape


def _heterogeneous(r: int) -> tuple[Floats, Shape]:
    r"""One variance an outcome and one correlation, :math:`\rho = l + (1 - l) \sin^2 \omega` with l = -1 / (r - 1)."""
    places = _triangle(r)
    lowest = -1 / (r - 1)

    def shape(theta: Floats) -> tuple[Floats, Floats, Floats]:
        t, omega = theta[:-1], theta[-1]
        rho = lowest + (1 - lowest) * math.sin(omega) ** 2
        d1, d2 = (1 - lowest) * math.sin(2 * omega), 2 * (1 - lowest) * math.cos(2 * omega)
        phi = np.zeros(len(places))
        first, second = np.zeros((phi.size, r + 1)), np.zeros((phi.size, r + 1, r + 1))
        for q, (a, b) in enumerate(places):
            same = a == b
            factor = 1.0 if same else rho
            phi[q] = factor * t[a] * t[b]
            first[q, a] += factor * t[b]
            first[q, b] += factor * t[a]
            second[q, a, b] += factor
            second[q, b, a] += factor
            if not same:
                first[q, r], second[q, r, r] = d1 * t[a] * t[b], d2 * t[a] * t[b]
                second[q, a, r] = second[q, r, a] = d1 * t[b]
                second[q, b, r] = second[q, r, b] = d1 * t[a]
        return phi, first, second

    return _entries(r), shape


def _triangle(r: int) -> list[tuple[int, int]]:
    """Return the places of a lower triangle, row by row."""
    return [(a, b) for a in range(r) for b in range(a + 1)]


def _entries(r: int) -> Floats:
    """Return for each entry of the lower triangle the matrix (r, r) that has 1 there and at its mirror."""
    rows, cols = np.tril_indices(r)
    parts = np.zeros((rows.size, r, r))
    parts[np.arange(rows.size), rows, cols] = 1
    parts[np.arange(rows.size), cols, rows] = 1
    return parts


STRUCTURES: dict[Structure, Callable[[int], tuple[Floats, Shape]]] = {
    "UN": _unstructured,
    "CS": _compound,
    "HCS": _heterogeneous,
    "DIAG": _diagonal,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Lattice:
    """Coordinates (n, t) from which to look, how many along each axis, and the size (t,) at which each coordinate matters."""

    starts: Floats
    counts: tuple[int, ...]
    smallest: Floats


def square_lattice(problem: Problem, m: int) -> Lattice:
    """Return standard deviations each on its own axis; all on one axis where there are more than four."""
    smallest = np.full(m, math.sqrt(problem.least))
    if m > 4:
        axis = problem.span(48)
        return Lattice(starts=np.repeat(axis[:, None], m, axis=1), counts=(axis.size,), smallest=smallest)
    axis = problem.span(min(48, int(POINTS ** (1 / m))))
    return Lattice(starts=np.array(list(itertools.product(axis, repeat=m))), counts=(axis.size,) * m, smallest=smallest)


def outcome_lattice(problem: Problem, structure: Structure, r: int) -> Lattice:
    """Return standard deviations (each on its own axis for two outcomes, in step for more) and correlations."""
    if structure in ("CS", "DIAG"):
        return square_lattice(problem, 2 if structure == "CS" else r)
    shares: tuple[float, ...] = (-0.9, -0.5, 0.0, 0.5, 0.9) if r == 2 else (0.0, 0.3, 0.6, 0.9)
    counts: tuple[int, ...]
    if r == 2:
        axis = problem.span(10)
        sizes, counts = np.array(list(itertools.product(axis, repeat=2))), (axis.size, axis.size, len(shares))
    else:
        axis = problem.span(24)
        sizes, counts = np.repeat(axis[:, None], r, axis=1), (axis.size, len(shares))
    smallest = np.full(r * (r + 1) // 2, math.sqrt(problem.least))
    if structure == "HCS":
        lowest = -1 / (r - 1)
        angles = [math.asin(math.sqrt((rho - lowest) / (1 - lowest))) for rho in shares]
        starts = np.array([[*size, angle] for size in sizes for angle in angles])
        return Lattice(starts=starts, counts=counts, smallest=np.append(smallest[:r], 1.0))
    lower = np.tril_indices(r)
    factors = [np.linalg.cholesky((1 - rho) * np.eye(r) + rho) for rho in shares]
    starts = np.array([(size[:, None] * factor)[lower] for size in sizes for factor in factors])
    return Lattice(starts=starts, counts=counts, smallest=smallest)


@dataclass(frozen=True, kw_only=True, eq=False)
class Summit:
    """The best top: its coordinates, variance parameters and height; distinct maxima found and steps taken."""

    position: Floats
    parameters: Floats
    height: float
    maxima: int
    steps: int


def summit_of(problem: Problem, shape: Shape, lattice: Lattice) -> Summit:
    """Scan a lattice, climb from its tops, and take the highest."""
    surface = surface_of(problem, shape)
    heights = problem.heights(np.array([shape(start)[0] for start in lattice.starts]))
    tops = [climb(surface, lattice.starts[place], lattice.smallest) for place in tops_of(heights, lattice.counts)]
    images = [shape(top.position)[0] for top in tops]
    best, maxima = best_of(tops, images, problem.least / 100)
    position = _onto_zero(problem, shape, tops[best].position)
    return Summit(
        position=position,
        parameters=shape(position)[0],
        height=surface(position)[0],
        maxima=maxima,
        steps=sum(top.steps for top in tops),
    )


def surface_of(problem: Problem, shape: Shape) -> Surface:
    """Return the log-likelihood over free coordinates."""

    def surface(theta: Floats) -> tuple[float, Floats, Floats]:
        phi, first, second = shape(theta)
        local = problem.local(phi)
        return (
            local.height,
            first.T @ local.slope,
            first.T @ local.curvature @ first + np.einsum("q,qab->ab", local.slope, second),
        )

    return surface


def _onto_zero(problem: Problem, shape: Shape, position: Floats) -> Floats:
    """Set coordinates to 0 that only rounding keeps from it: a climb ends some 1e-10 standard errors away."""
    nearly = np.abs(position) < 1e-5 * math.sqrt(problem.least)
    if not nearly.any():
        return position
    exact = np.where(nearly, 0.0, position)
    near, at = problem.local(shape(position)[0]).height, problem.local(shape(exact)[0]).height
    return exact if at >= near - 1e-10 else position


def profile_interval(problem: Problem, summit: Summit, j: int, *, level: float) -> Floats:
    """Return the bounds of a variance, in the unit of the problem, between which its profile stays near the top.

    At a bound twice the fall of the log-likelihood, maximised over all other variances, is the quantile of chi-squared with one
    degree of freedom. The nearest crossing on each side of the estimate is taken.
    """
    from scipy.optimize import brentq  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    allowed = chi2_quantile(1 - level, 1) / 2
    others = np.delete(np.arange(summit.position.size), j)
    full = surface_of(problem, squares)
    floor = np.full(others.size, 0.1)  # of the typical standard error: at exactly 0 the surface has a saddle
    smallest = np.full(others.size, math.sqrt(problem.least))

    def excess(u: float) -> float:
        def section(rest: Floats) -> tuple[float, Floats, Floats]:
            height, slope, curvature = full(np.insert(rest, j, u))
            return height, slope[others], curvature[np.ix_(others, others)]

        if others.size == 0:
            return summit.height - allowed - full(np.array([u]))[0]
        top = climb(section, np.maximum(np.abs(summit.position[others]), floor), smallest)
        return summit.height - allowed - top.height

    centre = abs(float(summit.position[j]))
    low = 0.0
    if centre > 0 and excess(0.0) > 0:
        low = float(brentq(excess, 0.0, centre, xtol=1e-12 * centre, rtol=1e-11))
    near, high = centre, max(2 * centre, 1.0)
    while excess(high) <= 0:
        near, high = high, 2 * high
        if high > 30 * (1 + math.sqrt(problem.most)):
            return np.array([low**2, math.inf])
    high = float(brentq(excess, near, high, xtol=1e-12 * high, rtol=1e-11))
    return np.array([low**2, high**2])


def typical_variance(v: Floats, x: Floats) -> float:
    """Return the sampling variance of a typical effect, from the trace of P at M = V."""
    w = np.linalg.inv(v)
    wx = w @ x
    trace = np.trace(w) - np.trace(np.linalg.solve(x.T @ wx, wx.T @ wx))
    return float((x.shape[0] - x.shape[1]) / trace)
