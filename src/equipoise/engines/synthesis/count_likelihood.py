r"""The likelihood of counts whose effects are normal, and its maximum.

In study i the statistic :math:`s_{ia}` of arm a has a distribution of the exponential family,

.. math:: \ln P(s_{ia} \mid \eta_{ia}) = s_{ia} \eta_{ia} - K_{ia}(\eta_{ia}) + c_{ia},

binomial, Poisson or hypergeometric, and its linear predictor is :math:`\eta_{ia} = o_{ia} + D_a^\top \beta_i + \sum_r R_{ar}
\lambda_r u_{ir}` with standard normal :math:`u_{ir}`. :math:`\beta_i` is shared by the studies, but for at most one *nuisance*
coefficient of each study's own; :math:`\lambda_r` are standard deviations between studies (:math:`\tau`, and :math:`\sigma`
where the studies' levels are random too).

**The likelihood of a study** is the integral over u. Along one axis it is summed at even distances over all that exceeds e^-34
of its top; for an analytic function this converges faster than any power of the distance (Trefethen & Weideman 2014, SIAM
Review 56:385-458), which is chosen for ten digits and more. On demand, and along two axes, it is adaptive Gauss-Hermite
quadrature (Liu & Pierce 1994, Biometrika 81:624-629): points centred on the mode of the integrand and scaled by its curvature
there; with one point it is Laplace's approximation. Then the gradient is that of the sum itself, with points that move.

**The maximum is the global one.** With :math:`\lambda` given the likelihood is log-concave in all :math:`\beta` together, being
an integral of a jointly log-concave function (Prékopa 1973, Acta Scientiarum Mathematicarum 34:335-343), so that there is one
maximum. It is found for each :math:`\lambda` of a logarithmic grid, from 0 to beyond the range of the effects; from every local
maximum of the grid all parameters then climb together by Newton's method, and the highest summit is taken. A maximum at the end
of the grid widens it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ITERATIONS = 200
"""Steps of Newton's method after which a search gives up."""


def log_factorial(x: Floats) -> Floats:
    """Logarithm of x!, for x that need not be whole."""
    from scipy.special import gammaln  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    return np.asarray(gammaln(x + 1))


def log_choose(n: Floats, x: Floats) -> Floats:
    """Logarithm of the ways to choose x of n."""
    return log_factorial(n) - log_factorial(x) - log_factorial(n - x)


class Family(Protocol):
    """A cumulant function K of linear predictors of shape (T, k, J, arms)."""

    def cumulant(self, eta: Floats) -> tuple[Floats, Floats]:
        """Return K and its first derivative, the mean."""

    def moments(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the first three derivatives of K: mean, variance, third central moment."""


@dataclass(frozen=True)
class Binomial:
    """Events among ``size`` people, shape (k, arms)."""

    size: Floats

    def cumulant(self, eta: Floats) -> tuple[Floats, Floats]:
        """K = n ln(1 + e^eta)."""
        small = np.exp(-np.abs(eta))
        size = self.size[:, None]
        return size * (np.maximum(eta, 0) + np.log1p(small)), size * np.where(eta >= 0, 1, small) / (1 + small)

    def moments(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """N p, n p (1 - p), n p (1 - p) (1 - 2 p)."""
        small = np.exp(-np.abs(eta))
        size = self.size[:, None]
        variance = size * small / (1 + small) ** 2
        skew = np.where(eta >= 0, small - 1, 1 - small) / (1 + small)
        return size * np.where(eta >= 0, 1, small) / (1 + small), variance, variance * skew


@dataclass(frozen=True)
class Poisson:
    """Events in a time that the offset holds."""

    def cumulant(self, eta: Floats) -> tuple[Floats, Floats]:
        """K = e^eta; far up, where nothing has weight, it stays a number."""
        mean = np.exp(np.minimum(eta, 300))
        return mean, mean

    def moments(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """All derivatives are e^eta."""
        mean = np.exp(np.minimum(eta, 300))
        return mean, mean, mean


@dataclass(frozen=True)
class Hypergeometric:
    r"""Events of the treated, given all events of both arms: Fisher's noncentral hypergeometric distribution.

    :math:`K(\eta) = \ln \sum_j \binom{n_1}{j} \binom{n_2}{m - j} e^{j \eta}`, summed over all j that can be; the terms of all
    studies stand in one row, ``first`` says where each begins.
    """

    count: Floats
    log_term: Floats
    first: NDArray[np.intp]
    study: NDArray[np.intp]

    @classmethod
    def of(cls, tables: Floats) -> "Hypergeometric":
        """Terms of tables with columns x1, n1, x2, n2."""
        x1, n1, x2, n2 = tables.T
        low, high = np.maximum(0, x1 + x2 - n2), np.minimum(n1, x1 + x2)
        counts = [np.arange(a, b + 1) for a, b in zip(low, high, strict=True)]
        sizes = np.array([count.size for count in counts])
        study = np.repeat(np.arange(len(tables)), sizes)
        count = np.concatenate(counts)
        log_term = log_choose(n1[study], count) + log_choose(n2[study], (x1 + x2)[study] - count)
        return cls(count=count, log_term=log_term, first=np.cumsum(sizes) - sizes, study=study)

    def cumulant(self, eta: Floats) -> tuple[Floats, Floats]:
        """Logarithm of the sum, and the mean."""
        height, mean, _, _ = self._sums(eta, order=1)
        return height, mean

    def moments(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean, variance and third central moment by summation."""
        _, mean, variance, third = self._sums(eta, order=3)
        return mean, variance, third

    def _sums(self, eta: Floats, *, order: int) -> tuple[Floats, Floats, Floats, Floats]:
        flat = np.moveaxis(eta, 1, 0).reshape(eta.shape[1], -1)
        width = max(1, 1_000_000 // self.count.size)
        parts = [self._block(flat[:, i : i + width], order) for i in range(0, flat.shape[1], width)]
        shape = (eta.shape[1], eta.shape[0], *eta.shape[2:])
        whole = [np.moveaxis(np.concatenate(part, axis=1).reshape(shape), 0, 1) for part in zip(*parts, strict=True)]
        return whole[0], whole[1], whole[2], whole[3]

    def _block(self, eta: Floats, order: int) -> tuple[Floats, Floats, Floats, Floats]:
        count = self.count[:, None]
        term = self.log_term[:, None] + count * eta[self.study]
        top = np.maximum.reduceat(term, self.first, axis=0)
        term = np.exp(term - top[self.study])
        total = np.add.reduceat(term, self.first, axis=0)
        mean = np.add.reduceat(term * count, self.first, axis=0) / total
        height = top + np.log(total)
        if order < 3:
            return height, mean, mean, mean
        away = count - mean[self.study]
        variance = np.add.reduceat(term * away**2, self.first, axis=0) / total
        return height, mean, variance, np.add.reduceat(term * away**3, self.first, axis=0) / total


@dataclass(frozen=True, kw_only=True, eq=False)
class Likelihood:
    """The likelihood of k studies as a function of parameters (T, k, q), T sets at once.

    The q parameters are the nuisance coefficient, if ``nuisance``, the shared coefficients, the standard deviations.
    ``statistic``, ``offset``: (k, arms); ``fixed``: (arms, coefficients), ``random``: (arms, standard deviations).
    ``constant``: (k,), what no parameter changes. ``points``: of Gauss-Hermite quadrature along each axis; None for points at
    even distances, ``density`` times as many as ten digits need.
    """

    family: Family
    statistic: Floats
    offset: Floats
    fixed: Floats
    random: Floats
    nuisance: bool
    constant: Floats
    points: int | None
    density: int = 1

    @property
    def shared(self) -> slice:
        """Where the parameters stand that all studies have in common."""
        return slice(int(self.nuisance), None)

    @property
    def finer(self) -> "Likelihood":
        """The same by twice as many points."""
        return replace(self, density=2 * self.density) if self.points is None else replace(self, points=2 * self.points)

    @cached_property
    def step(self) -> float:
        """Distance of the differences that give second derivatives: small against the sharpest study."""
        sharpest = float(np.abs(self.statistic).max())
        return 3e-4 / float(np.sqrt(1 + sharpest))

    def __call__(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return the log-likelihood of each study (T, k), and its gradient (T, k, q)."""
        spread = parameters[..., None, self.fixed.shape[1] :] * self.random  # (T, k, arms, r)
        level = self.offset + parameters[..., : self.fixed.shape[1]] @ self.fixed.T  # (T, k, arms)
        mode, inverse = self._mode(level, spread)
        u, log_weight = (
            self._spaced(level, spread, mode, inverse) if self.points is None else _scaled(mode, inverse, self.points)
        )
        eta = level[:, :, None] + u @ np.swapaxes(spread, -1, -2)
        cumulant, expected = self.family.cumulant(eta)
        height = (self.statistic[:, None] * eta - cumulant).sum(axis=-1) - np.square(u).sum(axis=-1) / 2 + log_weight
        top = height.max(axis=-1, keepdims=True)
        share = np.exp(height - top)
        total = share.sum(axis=-1, keepdims=True)
        value = top[..., 0] + np.log(total[..., 0]) + self.constant
        weighted = (share / total)[..., None] * (self.statistic[:, None] - expected)  # (T, k, J, arms)
        crossed = np.swapaxes(weighted, -1, -2) @ u  # (T, k, arms, r)
        gradient = np.concatenate((weighted.sum(axis=2) @ self.fixed, (crossed * self.random).sum(axis=2)), axis=-1)
        if self.points is not None:
            pull = weighted @ spread - (share / total)[..., None] * u  # slope of the integrand at each point, (T, k, J, r)
            gradient = gradient + self._through_points(level, spread, mode, inverse, pull=pull, away=u - mode[:, :, None])
        return value, gradient

    def _spaced(self, level: Floats, spread: Floats, mode: Floats, inverse: Floats) -> tuple[Floats, Floats]:
        """Return points (T, k, J, 1) at even distances over all of the integrand that matters, and the log distance (T, k, 1).

        The integrand falls at least as fast as the normal density, and matters no farther than 8.3 from its mode; halving the
        logarithm of that distance finds how far. Points stand closer than 0.3 in eta (far from the real axis, beyond pi / 2,
        e^-K grows), and there are at least 28 (0.6 standard deviations apart where the integrand looks normal).
        """
        side = np.array([-1.0, 1.0])

        def fall(distance: Floats) -> Floats:
            u = mode + side * distance  # (T, k, 2)
            eta = level[:, :, None] + u[..., None] * spread[..., 0][:, :, None]
            return np.asarray((self.statistic[:, None] * eta - self.family.cumulant(eta)[0]).sum(axis=-1) - u**2 / 2)

        limit = fall(np.zeros(1)) - 34
        near, far = np.broadcast_to(np.sqrt(inverse[..., 0]) / 4, limit.shape), np.full(limit.shape, 8.3)
        for _ in range(7):
            middle = np.sqrt(near * far)
            inside = fall(middle) > limit
            near, far = np.where(inside, middle, near), np.where(inside, far, middle)
        width = far.sum(axis=-1)
        points = max(28, int((width * np.abs(spread[..., 0]).max(axis=-1)).max() / 0.3)) * self.density
        u = (mode - far[..., :1]) + width[..., None] * ((np.arange(points) + 0.5) / points)
        return u[..., None], (np.log(width / points) - np.log(2 * np.pi) / 2)[..., None]

    def _through_points(
        self, level: Floats, spread: Floats, mode: Floats, inverse: Floats, *, pull: Floats, away: Floats
    ) -> Floats:
        """How the sum changes (T, k, q) because its points move: not at all if they were infinitely many."""
        eta = level + (spread @ mode[..., None])[..., 0]
        mean, variance, third = (part[:, :, 0] for part in self.family.moments(eta[:, :, None]))
        centre, bend = self._moved(mode, spread, inverse, residual=self.statistic - mean, variance=variance, third=third)
        stretch = np.eye(spread.shape[-1]) + np.swapaxes(away, -1, -2) @ pull
        tilt = np.swapaxes(stretch @ inverse, -1, -2)
        return np.asarray((centre @ pull.sum(axis=2)[..., None])[..., 0] - (bend * tilt[:, :, None]).sum(axis=(-1, -2)) / 2)

    def _mode(self, level: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Return the u (T, k, r) of the highest integrand and its inverse curvature there, by Newton's method, damped.

        In all three families the third derivative of K is at most the second (they are sums of independent yes and no), so that
        steps shortened by ln(1 + d) / d, d the change of eta, never overshoot (Sun & Tran-Dinh 2019, Mathematical Programming
        178:145-213).
        """
        u = np.zeros((*level.shape[:2], spread.shape[-1]))
        for _ in range(ITERATIONS):
            eta = level + (spread @ u[..., None])[..., 0]
            mean, variance, _ = (part[:, :, 0] for part in self.family.moments(eta[:, :, None]))
            slope = ((self.statistic - mean)[..., None, :] @ spread)[..., 0, :] - u
            inverse = _inverse(_quadratic(variance, spread) + np.eye(spread.shape[-1]))
            newton = (inverse @ slope[..., None])[..., 0]
            change = np.abs((spread @ newton[..., None])[..., 0]).max(axis=-1, keepdims=True)
            u = u + newton * np.where(change > 1e-6, np.log1p(change) / np.maximum(change, 1e-300), 1)
            if max(np.abs(newton).max(), change.max()) < (
                1e-2 if self.points is None else 1e-8
            ):  # there, to look around is enough
                return u, inverse
        raise ArithmeticError(f"the mode of a study's likelihood was not found in {ITERATIONS} steps of Newton's method")

    def _moved(
        self, mode: Floats, spread: Floats, inverse: Floats, *, residual: Floats, variance: Floats, third: Floats
    ) -> tuple[Floats, Floats]:
        """How the mode (T, k, q, r) and the curvature at it (T, k, q, r, r) move with the parameters."""
        sets, studies, r = mode.shape
        p = self.fixed.shape[1]
        reach = np.empty((sets, studies, self.fixed.shape[0], p + r))  # derivative of eta with the mode held
        reach[..., :p] = self.fixed
        reach[..., p:] = self.random * mode[:, :, None]
        slope = np.swapaxes(reach, -1, -2) @ (-variance[..., None] * spread)  # (T, k, q, r)
        widen = np.zeros((*reach.shape, r))  # derivative of spread, (T, k, arms, q, r)
        for i in range(r):
            widen[..., p + i, i] = self.random[:, i]
        slope = slope + (residual[..., None, None] * widen).sum(axis=2)
        centre = slope @ inverse
        eta = reach + spread @ np.swapaxes(centre, -1, -2)  # derivative of eta with the mode moving, (T, k, arms, q)
        square = spread[..., :, None] * spread[..., None, :]  # (T, k, arms, r, r)
        bend = ((third[..., None] * eta)[..., None, None] * square[..., None, :, :]).sum(axis=2)
        outer = (variance[..., None, None, None] * widen[..., :, None] * spread[..., None, None, :]).sum(axis=2)
        return centre, bend + outer + np.swapaxes(outer, -1, -2)

    def derivatives(self, parameters: Floats, free: Flags) -> tuple[Floats, Floats, Floats]:
        """Return log-likelihoods (T, k), gradients (T, k, q), and minus the second derivatives (T, k, q, q) by differences.

        The last are 0 for shared parameters that are not ``free`` (m,).
        """
        q = parameters.shape[-1]
        moving = np.flatnonzero(np.concatenate((np.ones(q - free.size, dtype=np.bool_), free)))
        moves = np.concatenate((np.zeros((1, q)), np.eye(q)[moving], -np.eye(q)[moving])) * self.step
        value, gradient = self((parameters + moves[:, None, None]).reshape(-1, *parameters.shape[1:]))
        gradient = gradient.reshape(-1, *parameters.shape)
        slopes = (gradient[1 + moving.size :] - gradient[1 : 1 + moving.size])[..., moving] / (2 * self.step)
        bent = np.zeros((*parameters.shape, q))
        bent[..., moving[:, None], moving] = (np.moveaxis(slopes, 0, -1) + np.moveaxis(slopes, 0, -2)) / 2
        return value[: len(parameters)], gradient[0], bent


@dataclass(frozen=True, eq=False)
class Summit:
    """Where a climb ended: parameters (T, k, q), log-likelihoods (T,), information of the shared parameters (T, m, m)."""

    parameters: Floats
    value: Floats
    information: Floats
    iterations: int


def climb(likelihood: Likelihood, start: Floats, *, free: Flags, rough: bool = False) -> Summit:
    """Raise the likelihood from each start (T, k, q) by Newton's method, moving nuisances and ``free`` shared parameters (m,).

    ``rough``: stop where a step promises a rise of less than a thousandth, and after 30 steps anyway; for a first look.

    Raises
    ------
    ArithmeticError
        A summit is not reached.
    """
    here, shared = start, likelihood.shared
    value, gradient, bent = likelihood.derivatives(here, free)
    height, (information, move) = value.sum(axis=1), _newton(gradient, bent, shared, free)
    for iteration in range(1, 31 if rough else ITERATIONS + 1):
        step, gain = move
        done = gain < (1e-3 if rough else 1e-15 * (1 + np.abs(height)))
        value, gradient, bent = likelihood.derivatives(here + step, free)
        higher = value.sum(axis=1) >= height - 1e-13 * np.abs(height)
        found, (onward, hope) = _newton(gradient, bent, shared, free)
        keep = (higher | done)[:, None, None]
        here, height = np.where(keep, here + step, here), np.where(keep[:, 0, 0], value.sum(axis=1), height)
        information = np.where(keep, found, information)
        if done.all() and (rough or hope.max(initial=0) < 1e-9 * (1 + np.abs(height).max())):
            return Summit(here, height, information, iteration)
        move = np.where(keep, onward, step / 4), np.where(keep[:, 0, 0], hope, gain / 4)
    if rough:
        return Summit(here, height, information, iteration)
    raise ArithmeticError(
        f"the likelihood was still rising after {ITERATIONS} steps of Newton's method from {len(start)} starts"
    )


def _newton(gradient: Floats, bent: Floats, shared: slice, free: Flags) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return the information of shared parameters, and the step upward (T, k, q) with twice the rise that it promises (T,)."""
    slope, inside = gradient[..., shared], bent[..., shared, shared]
    if shared.start:
        own = np.maximum(bent[..., 0, 0], 1e-300)
        cross = bent[..., 0, 1:]
        inside = inside - cross[..., :, None] * cross[..., None, :] / own[..., None, None]
        slope = slope - cross * (gradient[..., 0] / own)[..., None]
    information, rise = inside.sum(axis=1), slope.sum(axis=1)
    size, axes = np.linalg.eigh(information[:, free][:, :, free])
    size = np.maximum(np.abs(size), 1e-9 * np.abs(size).max(axis=-1, keepdims=True, initial=1e-300))  # uphill at a saddle, too
    along = np.zeros_like(rise)
    along[:, free] = (axes @ ((np.swapaxes(axes, -1, -2) @ rise[:, free, None]) / size[..., None]))[..., 0]
    along *= np.minimum(1, 4 / np.maximum(np.abs(along).max(axis=-1, keepdims=True, initial=0), 1e-300))
    gain = (along * rise).sum(axis=-1)
    step = np.repeat(along[:, None], gradient.shape[1], axis=1)
    if shared.start:
        alone = (gradient[..., 0] - (cross * along[:, None]).sum(axis=-1)) / own
        gain = gain + (gradient[..., 0] ** 2 / own).sum(axis=-1)
        step = np.concatenate((np.clip(alone, -4, 4)[..., None], step), axis=-1)
    return information, (step, gain)


@dataclass(frozen=True, kw_only=True, eq=False)
class Best:
    """The highest summit: parameters (k, q), log-likelihood, and the covariance (m, m) of the parameters that studies share."""

    parameters: Floats
    height: float
    error: float
    covariance: Floats
    maxima: int
    iterations: int


def highest(
    likelihood: Likelihood, start: Callable[[Floats], Floats], *, low: float, high: float, moving: tuple[bool, ...]
) -> Best:
    """Search the ``moving`` standard deviations on a grid from 0 to ``high``, climb from each local maximum, and take the best.

    ``start`` gives parameters (T, k, q) for standard deviations (T, r); those that do not move are 0.

    Raises
    ------
    ArithmeticError
        The likelihood still rises far beyond ``high``, or a summit is not reached.
    """
    if any(moving):
        parameters, iterations = _scan(likelihood, start, low=low, high=high, moving=moving)
    else:
        parameters, iterations = start(np.zeros((1, len(moving)))), 0
    best = best_summit(likelihood, parameters, low=low, moving=moving)
    return replace(best, iterations=best.iterations + iterations)


def best_summit(likelihood: Likelihood, parameters: Floats, *, low: float, moving: tuple[bool, ...]) -> Best:
    """Climb from each of the parameters (T, k, q), and take the best summit."""
    r = len(moving)
    free = np.array([True] * (likelihood.fixed.shape[1] - likelihood.nuisance) + list(moving))
    scales = parameters[..., -r:]
    parameters[..., -r:] = np.where(np.array(moving) & (scales == 0), low / 2, scales)  # 0 is stationary, whatever its height
    summit = climb(likelihood, parameters, free=free)
    found = np.abs(summit.parameters[:, 0, -r:])
    found[found < 1e-4 * low] = 0  # a likelihood is even in each standard deviation: Newton's method has no trouble to reach 0
    top, iterations = int(np.argmax(summit.value)), summit.iterations
    if ((found[top] == 0) & free[-r:]).any():
        parameters = summit.parameters[top : top + 1].copy()
        parameters[..., -r:] = found[top]
        free[-r:] = found[top] > 0
        summit = climb(likelihood, parameters, free=free)
        top, iterations = 0, iterations + summit.iterations
    covariance = np.zeros((free.size, free.size))
    covariance[np.ix_(free, free)] = np.linalg.inv(summit.information[top][np.ix_(free, free)])
    return Best(
        parameters=summit.parameters[top],
        height=float(summit.value[top]),
        error=abs(float(likelihood.finer(summit.parameters[top : top + 1])[0].sum() - summit.value[top])),
        covariance=covariance,
        maxima=_different(found, close=1e-3 * low),
        iterations=iterations,
    )


def _different(places: Floats, *, close: float) -> int:
    """How many of the places (T, r) are farther than ``close`` from all before them."""
    far = np.abs(places[:, None] - places).max(axis=-1) > close
    return int(sum(far[i, :i].all() for i in range(len(places))))


def _scan(
    likelihood: Likelihood, start: Callable[[Floats], Floats], *, low: float, high: float, moving: tuple[bool, ...]
) -> tuple[Floats, int]:
    """Return the parameters (T, k, q) at local maxima of a grid of standard deviations, and the iterations that took."""
    sketch = replace(likelihood, points=min(likelihood.points or 9, 9 if len(moving) == 1 else 5))
    held = np.array([True] * (likelihood.fixed.shape[1] - likelihood.nuisance) + [False] * len(moving))
    for _ in range(4):
        points = 2 + int((4 if len(moving) == 1 else 2) * np.log10(high / low))
        axis = np.concatenate(([0.0], np.geomspace(low, high, points)))
        mesh = np.stack(np.meshgrid(*(axis if free else np.zeros(1) for free in moving), indexing="ij"), axis=-1)
        summit = climb(sketch, start(mesh.reshape(-1, len(moving))), free=held, rough=True)
        heights = likelihood(summit.parameters)[0].sum(axis=1).reshape(mesh.shape[:-1])
        place = np.unravel_index(int(np.argmax(heights)), heights.shape)
        if all(size == 1 or at < size - 1 for at, size in zip(place, heights.shape, strict=True)):
            return summit.parameters[_local_maxima(heights).ravel()], summit.iterations
        high *= 10
    raise ArithmeticError(
        f"the likelihood still rises where the standard deviation between studies is {high / 10:g}; it has no maximum,"
        " and method='common' alone has an answer"
    )


def _local_maxima(heights: Floats) -> Flags:
    """Places of a grid that no neighbour along an axis exceeds, but for those at its far ends."""
    tops = np.ones(heights.shape, dtype=np.bool_)
    for axis, size in enumerate(heights.shape):
        if size > 1:
            along, top = np.moveaxis(heights, axis, 0), np.moveaxis(tops, axis, 0)
            top[:-1] &= along[:-1] >= along[1:]
            top[1:] &= along[1:] >= along[:-1]
            top[-1] = False
    return tops


@lru_cache(maxsize=16)
def _nodes(points: int, axes: int) -> tuple[Floats, Floats]:
    """Points (J, axes) for an integrand in units of its spread, and the logarithms of their weights (J,)."""
    z, weight = np.polynomial.hermite_e.hermegauss(points)
    place = np.stack(np.meshgrid(*[np.arange(points)] * axes, indexing="ij"), axis=-1).reshape(-1, axes)
    log_weight = np.log(weight / np.sqrt(2 * np.pi)) + z**2 / 2
    return z[place], log_weight[place].sum(axis=1)


def _scaled(mode: Floats, inverse: Floats, points: int) -> tuple[Floats, Floats]:
    """Return points (T, k, J, r) of Gauss-Hermite quadrature about a mode, and the logarithms of their weights (T, k, J)."""
    z, log_weight = _nodes(points, mode.shape[-1])
    root = _cholesky(inverse)
    scale = np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1, keepdims=True)
    return mode[:, :, None] + z @ np.swapaxes(root, -1, -2), log_weight + scale


def _quadratic(variance: Floats, spread: Floats) -> Floats:
    return np.asarray(np.swapaxes(variance[..., None] * spread, -1, -2) @ spread)


def _inverse(matrix: Floats) -> Floats:
    if matrix.shape[-1] == 1:
        return 1 / matrix
    a, b, d = matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 1, 1]
    adjugate = np.stack((d, -b, -b, a), axis=-1) / (a * d - b * b)[..., None]
    return adjugate.reshape(matrix.shape)


def _cholesky(matrix: Floats) -> Floats:
    return np.sqrt(matrix) if matrix.shape[-1] == 1 else np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
