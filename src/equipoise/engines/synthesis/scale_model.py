r"""How much true effects differ, as a function of what studies are like: the location-scale model [1]_.

.. math:: y_i \sim N(x_i'\beta,\ v_i + \tau^2_i), \qquad \ln \tau^2_i = z_i'\alpha \quad \text{or} \quad \tau^2_i = z_i'\alpha

Moderators move the mean (location), scale moderators the variance of true effects (scale). With :math:`\hat\beta` put in, the
log-likelihood of :math:`\alpha` is that of :mod:`mixed`; its first and second derivatives by :math:`\tau^2_i` are

.. math::
    \tfrac12 (z_i^2 - P_{ii}), \qquad \tfrac12 P_{ij}^2 - z_i P_{ij} z_j, \qquad z = Py

with W in place of P, but for z and the last :math:`P_{ij}`, for ML.

The log-likelihood is scanned on a lattice of levels and slopes, with scale moderators made orthonormal, and climbed by Newton's
steps from its tops. The identity link must keep every variance at 0 or above: a barrier that fades out, :math:`\mu \sum \ln
\tau^2_i`, leads the climb to the bound where the maximum lies on it.

References
----------
.. [1] Viechtbauer & López-López 2022, Research Synthesis Methods 13:697-715.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.ascent import Surface, Top, best_of, climb, tops_of
from equipoise.engines.synthesis.design import check_identified, design_of, orthogonal
from equipoise.engines.synthesis.distributions import chi2_upper
from equipoise.engines.synthesis.effects import check_level, check_options, columns, refuse
from equipoise.engines.synthesis.levels import Coefficients, Method, Test, Wald, wald

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Link = Literal["log", "identity"]

BARRIER = (1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13)
"""Heights of the barrier, in units of the log-likelihood, on its way out."""
FLAT = 1e-6
"""Curvature per unit of a standardised scale coefficient under which a log-likelihood is flat: variances have gone to 0."""
NOTHING = 1e-7
"""Share of a sampling variance under which tau squared is 0."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LocationScale(Coefficients):
    """What :func:`location_scale` found, with the coefficients of the mean as those of its base.

    - ``scale``: the coefficients alpha with their tests, on the scale of the link: logarithms of squared effects, or squared
      effects. Standard errors come from the observed information; they and the tests are NaN at the boundary. With
      ``test="t"`` they have k - q degrees of freedom, q coefficients.
    - ``tau2`` (k,): variance of true effects of studies like each study.
    - ``log_likelihood``: of REML or ML with its constants, as in metafor; twice the difference of two nested fits of the same
      moderators tests scale moderators. ``maxima``: distinct local maxima found, the best of which was taken. ``iterations``:
      Newton steps.
    - ``at_boundary``: some tau squared is 0 (identity link alone).
    """

    scale: Wald
    tau2: Floats
    log_likelihood: float
    at_boundary: bool
    maxima: int
    iterations: int
    k: int
    link: Link
    method: Method
    test: Test
    level: float


def location_scale(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    moderators: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    link: Link = "log",
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
) -> LocationScale:
    """Mean and heterogeneity of effects, each with its own moderators.

    Parameters
    ----------
    effect, variance
        Shape (k,); variances above 0.
    moderators, scale
        Shape (k,) or (k, q), numbers; both intercepts are added. Without ``scale`` there is one tau squared for all.
    link
        ``log``: tau squared is above 0 everywhere. ``identity``: it may be 0, and is 0 or more for every study.
    level
        Of all intervals, between 0 and 1.

    Raises
    ------
    ValueError
        Unequal shapes, a value that is not finite, a variance not above 0, collinear columns, too few effects, scale
        moderators that only effects tell which the mean fits exactly, an unknown option.
    ArithmeticError
        With the log link: the likelihood has no maximum, as some tau squared go to 0; or no climb converged.
    """
    check_level(level)
    check_options(link=(link, get_args(Link)), method=(method, get_args(Method)), test=(test, get_args(Test)))
    y, v = columns(effect=effect, variance=variance)
    refuse(~(v > 0), "variance", v, "above 0")
    x, z = design_of(moderators, y.size), design_of(scale, y.size)
    problem = _Problem.of(y, v, x, z, method=method, link=link)
    check_identified(x, np.einsum("iq,ij->qij", z, np.eye(y.size)), [f"scale coefficient {n}" for n in range(z.shape[1])])
    top, maxima, steps = problem.summit()
    a, turn = top.position, np.linalg.inv(problem.scale_triangle) * math.sqrt(y.size)
    scaled = problem.tau2(a)[0]
    zero: Flags = scaled < NOTHING * problem.v if link == "identity" else np.zeros(y.size, dtype=np.bool_)
    flat = float(np.linalg.eigvalsh(top.curvature)[-1]) > -FLAT
    if link == "log" and flat:
        row = int(np.argmin(scaled / problem.v))
        raise ArithmeticError(
            f"the likelihood has no maximum: it rises as tau squared goes to 0, first for studies like that of row {row}; "
            "link='identity' allows 0, or leave scale moderators out"
        )
    alpha = turn @ a
    if link == "log":
        alpha = alpha + np.eye(alpha.size)[0] * 2 * math.log(problem.unit)
        covariance = turn @ np.linalg.inv(-top.curvature) @ turn.T
    else:
        alpha = alpha * problem.unit**2
        covariance = np.full((alpha.size, alpha.size), math.nan)
        if not zero.any() and not flat:
            covariance = turn @ np.linalg.inv(-top.curvature) @ turn.T * problem.unit**4
    freedom = [float(y.size - n) if test == "t" else math.nan for n in (x.shape[1], z.shape[1])]
    beta, spread, q = problem.location(a)
    n = y.size - x.shape[1] if method == "REML" else y.size
    return LocationScale(
        **vars(wald(beta, spread, df=freedom[0], level=level, tested=slice(1, None))),
        q=q,
        q_df=y.size - x.shape[1],
        q_p=chi2_upper(q, y.size - x.shape[1]),
        scale=wald(alpha, covariance, df=freedom[1], level=level, tested=slice(1, None)),
        tau2=np.where(zero, 0.0, scaled) * problem.unit**2,
        log_likelihood=problem.surface(a)[0] - n * (math.log(2 * math.pi) / 2 + math.log(problem.unit)),
        at_boundary=bool(zero.any()),
        maxima=maxima,
        iterations=steps,
        k=y.size,
        link=link,
        method=method,
        test=test,
        level=level,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Problem:
    """A model ready to be fitted: effects about their mean under ``v`` alone, in units of the typical standard error, ``unit``.

    ``x`` (k, p) is orthonormal; ``z`` (k, q) has columns of mean square 1, the first of ones.
    """

    y: Floats
    v: Floats
    x: Floats
    z: Floats
    triangle: Floats
    scale_triangle: Floats
    origin: Floats
    unit: float
    restricted: bool
    link: Link

    @classmethod
    def of(cls, y: Floats, v: Floats, x: Floats, z: Floats, *, method: Method, link: Link) -> "_Problem":
        basis, triangle = orthogonal(x)
        scale_basis, scale_triangle = orthogonal(z)
        unit = float(np.exp(np.log(v).mean() / 2))
        weighted = basis / v[:, None]
        start = np.linalg.solve(basis.T @ weighted, weighted.T @ y)
        return cls(
            y=(y - basis @ start) / unit,
            v=v / unit**2,
            x=basis,
            z=scale_basis * math.sqrt(y.size),
            triangle=triangle,
            scale_triangle=scale_triangle,
            origin=np.linalg.solve(triangle, start),
            unit=unit,
            restricted=method == "REML",
            link=link,
        )

    def tau2(self, a: Floats) -> tuple[Floats, Floats]:
        """Return tau squared (..., k) and its slope by its linear predictor, at scale coefficients (..., q)."""
        predictor = a @ self.z.T
        if self.link == "identity":
            return predictor, np.ones_like(predictor)
        tau2 = np.exp(np.minimum(predictor, 600.0))
        return tau2, tau2

    def surface(self, a: Floats, barrier: float = 0.0) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood without constants, its slope and its curvature by the scale coefficients."""
        tau2, first = self.tau2(a)
        if (tau2 + self.v <= 0).any() or (barrier > 0 and (tau2 <= 0).any()):
            return -math.inf, np.zeros(a.size), np.zeros((a.size, a.size))
        w = 1 / (self.v + tau2)
        wx = w[:, None] * self.x
        c = np.linalg.inv(self.x.T @ wx)
        p = np.diag(w) - wx @ c @ wx.T
        residual = self.y - self.x @ (c @ (wx.T @ self.y))
        z = w * residual
        height = float(np.log(w).sum() - residual @ z) / 2
        if self.restricted:
            height += float(np.linalg.slogdet(c)[1]) / 2
            slope, curvature = (z**2 - np.diag(p)) / 2, p**2 / 2 - z[:, None] * p * z
        else:
            slope, curvature = (z**2 - w) / 2, np.diag(w**2) / 2 - z[:, None] * p * z
        if barrier > 0:
            height += barrier * float(np.log(tau2).sum())
            slope = slope + barrier / tau2
            curvature = curvature - np.diag(barrier / tau2**2)
        bent = first[:, None] * curvature * first
        if self.link == "log":
            bent[np.diag_indices(bent.shape[0])] += slope * first
        return height, self.z.T @ (slope * first), self.z.T @ bent @ self.z

    def heights(self, a: Floats) -> Floats:
        """Return the log-likelihood without constants at many scale coefficients, (n, q) to (n,)."""
        w = 1 / (self.v + self.tau2(a)[0])
        gram = np.einsum("kp,nk,kr->npr", self.x, w, self.x, optimize=True)
        cross = np.einsum("nk,kp,k->np", w, self.x, self.y, optimize=True)
        fitted = np.einsum("np,np->n", cross, np.linalg.solve(gram, cross[..., None])[..., 0])
        value: Floats = (np.log(w).sum(axis=1) - w @ self.y**2 + fitted) / 2
        return value - np.linalg.slogdet(gram)[1] / 2 if self.restricted else value

    def lattice(self) -> tuple[Floats, tuple[int, ...]]:
        """Return starts (n, q) and how many along each axis: levels of tau squared, and slopes on each scale moderator.

        With more than four scale moderators all slopes but one are 0.
        """
        most = max(float(np.ptp(self.y)) ** 2, float(self.v.min()) / 1000)
        levels = np.geomspace(float(self.v.min()) / 1000, most, 16)
        slopes = self.z.shape[1] - 1
        shares = (-0.8, -0.3, -0.1, 0.0, 0.1, 0.3, 0.8)
        if slopes <= 3:
            patterns = np.array(list(itertools.product(shares, repeat=slopes))).reshape(len(shares) ** slopes, slopes)
            counts: tuple[int, ...] = (levels.size, *((len(shares),) * slopes))
        else:
            patterns = np.concatenate([np.zeros((1, slopes)), *(share * np.eye(slopes) for share in shares if share != 0)])
            counts = (levels.size * len(patterns),)
        if self.link == "log":
            return np.array([[math.log(level), *(10 * pattern)] for level in levels for pattern in patterns]), counts
        extent = np.stack([self.z[:, 1:].min(axis=0), self.z[:, 1:].max(axis=0)])
        reach = np.where(patterns > 0, -1 / extent[0], 1 / extent[1]) * patterns / max(slopes, 1)
        return np.array([[level, *(level * slope)] for level in levels for slope in reach]), counts

    def summit(self) -> tuple[Top, int, int]:
        """Return the highest top, how many distinct maxima were found and the steps that took."""
        starts, counts = self.lattice()
        chosen = tops_of(self.heights(starts), counts)
        tops = [self._climb(starts[place]) for place in chosen]
        best, maxima = best_of(tops, [self.tau2(top.position)[0] for top in tops], float(self.v.min()) * 1e-5)
        return tops[best], maxima, sum(top.steps for top in tops)

    def _climb(self, start: Floats) -> Top:
        if self.link == "log":
            return climb(self.surface, start, np.ones(start.size))
        smallest = np.full(start.size, float(self.v.min()) / 1000)
        steps = 0
        for barrier in BARRIER:
            top = climb(self._with(barrier), start, smallest)
            start, steps = top.position, steps + top.steps
        if not (self.tau2(start)[0] < NOTHING * self.v).any():
            top = climb(self.surface, start, smallest)
            steps += top.steps
        height, _, curvature = self.surface(top.position)
        return Top(position=top.position, height=height, curvature=curvature, steps=steps, reached=top.reached)

    def _with(self, barrier: float) -> Surface:
        return lambda a: self.surface(a, barrier)

    def location(self, a: Floats) -> tuple[Floats, Floats, float]:
        """Return the coefficients of the mean, their covariance and Cochran's Q, in the unit of the caller."""
        back = np.linalg.inv(self.triangle)
        w = 1 / (self.v + np.maximum(self.tau2(a)[0], 0.0))
        c = np.linalg.inv(self.x.T @ (w[:, None] * self.x))
        beta = c @ (self.x.T @ (w * self.y))
        return self.origin + back @ beta * self.unit, back @ c @ back.T * self.unit**2, float(self.y**2 @ (1 / self.v))
