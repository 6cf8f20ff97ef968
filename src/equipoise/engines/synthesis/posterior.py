r"""Bayesian random-effects meta-analysis by exact integration over tau: no sampler, no seed, the same digits every time.

Given the heterogeneity tau, everything is normal. With :math:`w_i = 1 / (v_i + \tau^2)` and a normal prior (mean m, standard
deviation s; s infinite for the uniform one) the mean effect has

.. math::
    \mu \mid \tau, y \sim N\!\left(\hat\mu, \hat\sigma^2\right), \qquad
    \hat\sigma^{-2} = \sum_i w_i + s^{-2}, \qquad \hat\mu = \hat\sigma^2 \left(\sum_i w_i y_i + s^{-2} m\right),

so that one integral is left, over the posterior of tau. It is taken by Gauss-Legendre panels on :math:`\ln \tau`, where the
integrand is smooth for :math:`\pi / 4` off the axis; panels reach from far below to far above every scale in the data and
the prior, and are halved until nothing changes. Nothing knows an absolute size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.effects import check_level, check_options, columns, refuse

Floats = NDArray[np.float64]
Prior = Literal["half-normal", "half-cauchy"]

POINTS = 16
"""Gauss-Legendre points in a panel."""

HALVINGS = 40
"""How often a panel may be halved; the posterior is narrow where studies are many, or in conflict with the prior."""

DEPTH = 42.0
"""How far, in ln tau, panels go beyond the scales of data and prior: what they leave out is below e^-42 of the whole."""


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """What is known of one number after the data, at the level of the analysis; on the scale of the effects.

    ``interval``, shape (2,), leaves out equal probabilities at both ends; ``shortest``, shape (2,), is the shortest that holds
    the probability. ``mean`` and ``sd`` are NaN where the integral diverges (few studies and a half-Cauchy prior).
    """

    mean: float
    sd: float
    median: float
    interval: Floats
    shortest: Floats


@dataclass(frozen=True, kw_only=True)
class Bayesian:
    """What :func:`bayesian` found in k studies.

    - ``effect``: posterior of the mean effect; ``tau``: of the standard deviation of true effects; ``prediction``: of the true
      effect of a new study.
    - ``study_mean``, ``study_sd``, ``study_median``, shape (k,), ``study_interval``, ``study_shortest``, shape (k, 2): of the
      true effect of each study, drawn towards the others.
    - ``probability_above``, ``prediction_above``: probability that the mean effect, and that the true effect of a new study, is
      above ``threshold``.
    - ``weights``, shape (k,): posterior mean of each study's share in the mean effect; they sum to 1, or to less by
      ``prior_weight``, the share of a proper prior of the effect (0 without).
    - ``log_marginal_likelihood``: natural logarithm; NaN where the prior of the effect is uniform. ``bayes_factor_no_effect``:
      evidence for a mean effect of 0 against this model, NaN as before. ``bayes_factor_no_heterogeneity``: evidence for tau = 0
      against this model; with a uniform prior of the effect in both models its constant cancels. Above 1 the data favour the
      null.
    """

    k: int
    effect: Posterior
    tau: Posterior
    prediction: Posterior
    study_mean: Floats
    study_sd: Floats
    study_median: Floats
    study_interval: Floats
    study_shortest: Floats
    probability_above: float
    prediction_above: float
    weights: Floats
    prior_weight: float
    log_marginal_likelihood: float
    bayes_factor_no_effect: float
    bayes_factor_no_heterogeneity: float
    prior: Prior
    scale: float
    mu_prior: tuple[float, float] | None
    threshold: float
    level: float


def bayesian(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    scale: float,
    prior: Prior = "half-normal",
    mu_prior: tuple[float, float] | None = None,
    threshold: float = 0.0,
    level: float = 0.95,
) -> Bayesian:
    r"""Posterior of the normal-normal hierarchical model [1]_, [2]_.

    .. math:: y_i \mid \theta_i \sim N(\theta_i, v_i), \qquad \theta_i \mid \mu, \tau \sim N(\mu, \tau^2)

    The prior of tau is half-normal, :math:`p(\tau) \propto e^{-\tau^2 / 2 s^2}`, or half-Cauchy,
    :math:`p(\tau) \propto 1 / (1 + \tau^2 / s^2)`, with scale s [3]_; the prior of mu is normal or, improper, uniform. One
    study is enough: tau then keeps its prior, if mu is uniform.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 1; variances above zero, in squared units of the effects.
    scale
        Of the prior of tau, in units of the effects. There is no default: 0.5 and 1 are usual for log odds ratios [4]_.
    mu_prior
        Mean and standard deviation of the effect before the data; None for a uniform prior.
    threshold
        Of ``probability_above``.

    Raises
    ------
    ValueError
        No study, unequal lengths, a variance, scale or prior standard deviation not above zero, an unknown option.

    References
    ----------
    .. [1] Röver 2020, Journal of Statistical Software 93(6):1-51.
    .. [2] Röver & Friede 2017, Journal of Computational and Graphical Statistics 26:217-222.
    .. [3] Gelman 2006, Bayesian Analysis 1:515-534.
    .. [4] Friede, Röver, Wandel & Neuenschwander 2017, Research Synthesis Methods, doi 10.1002/jrsm.1217.
    """
    y, v = columns(effect=effect, variance=variance)
    refuse(~(v > 0), "variance", v, "above 0")
    if y.size == 0:
        raise ValueError("there is no study; at least one is needed")
    check_level(level)
    check_options(prior=(prior, get_args(Prior)))
    _check_numbers(scale=scale, mu_prior=mu_prior, threshold=threshold)
    centre = float(y[np.argmin(v)])
    shifted = None if mu_prior is None else (mu_prior[0] - centre, mu_prior[1])
    model = _Model(effect=y - centre, variance=v, prior=prior, scale=scale, mu_prior=shifted)
    grid = _grid(model)
    # the posterior of tau falls like tau^-tail, and moments of order r exist where tail > r + 1
    tail = np.inf if prior == "half-normal" else y.size + 1 + (mu_prior is not None)
    mean, prediction, *own_effects = _mixtures(model, grid)
    bounded = np.inf if mu_prior is not None else tail  # a proper prior bounds what is known of the mean effect
    studies = [_summary(one, level, centre, np.inf) for one in own_effects]
    share, own = _weights(model, grid)
    return Bayesian(
        k=y.size,
        effect=_summary(mean, level, centre, bounded),
        tau=_tau_posterior(model, grid, tail, level),
        prediction=_summary(prediction, level, centre, tail),
        study_mean=np.array([one.mean for one in studies]),
        study_sd=np.array([one.sd for one in studies]),
        study_median=np.array([one.median for one in studies]),
        study_interval=np.array([one.interval for one in studies]),
        study_shortest=np.array([one.shortest for one in studies]),
        probability_above=mean.above(threshold - centre),
        prediction_above=prediction.above(threshold - centre),
        weights=share,
        prior_weight=own,
        **_evidence(model, grid, centre),
        prior=prior,
        scale=scale,
        mu_prior=mu_prior,
        threshold=threshold,
        level=level,
    )


@dataclass(frozen=True, kw_only=True)
class _Model:
    effect: Floats
    variance: Floats
    prior: Prior
    scale: float
    mu_prior: tuple[float, float] | None

    def conditional(self, tau: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of mu given each tau, shape (J,)."""
        w = 1 / (self.variance + np.square(tau)[:, None])
        precision, weighted = w.sum(axis=1), w @ self.effect
        if self.mu_prior is not None:
            precision = precision + self.mu_prior[1] ** -2.0
            weighted = weighted + self.mu_prior[0] * self.mu_prior[1] ** -2.0
        return weighted / precision, 1 / precision

    def log_likelihood(self, tau: Floats) -> Floats:
        """Log density of the data given each tau, mu integrated out (up to a constant where its prior is uniform)."""
        mean, variance = self.conditional(tau)
        w = 1 / (self.variance + np.square(tau)[:, None])
        value = np.log(w).sum(axis=1) - (w * np.square(self.effect - mean[:, None])).sum(axis=1) + np.log(variance)
        if self.mu_prior is not None:
            value = value - np.square((mean - self.mu_prior[0]) / self.mu_prior[1]) - 2 * np.log(self.mu_prior[1])
            value = value - self.effect.size * np.log(2 * np.pi)
        half: Floats = value / 2
        return half

    def log_likelihood_at(self, mu: float, tau: Floats) -> Floats:
        """Log density of the data given a mean effect and each tau."""
        w = 1 / (self.variance + np.square(tau)[:, None])
        terms = np.log(w / (2 * np.pi)) - w * np.square(self.effect - mu)
        half: Floats = terms.sum(axis=1) / 2
        return half

    def log_prior(self, tau: Floats) -> Floats:
        square = np.square(tau / self.scale)
        normal = self.prior == "half-normal"
        constant = (np.log(2 / np.pi) / 2 if normal else np.log(2 / np.pi)) - np.log(self.scale)
        value: Floats = constant - (square / 2 if normal else np.log1p(square))
        return value


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Nodes of tau with their posterior shares; panel borders in ln tau, what lies below each; and the log of the integral."""

    tau: Floats
    share: Floats
    borders: Floats
    below: Floats
    log_integral: float


def _grid(model: _Model) -> _Grid:
    """Halve panels until the halves of each agree with it, to rounding of the whole."""
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    borders = _borders(model)
    low, high = borders[:-1], borders[1:]
    mass, top = np.full((low.size, POINTS), np.nan), -np.inf
    kept: list[tuple[Floats, Floats, Floats]] = []
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        halves = np.column_stack((low, middle)).ravel(), np.column_stack((middle, high)).ravel()
        width = (halves[1] - halves[0])[:, None] / 2
        place = (halves[0] + halves[1])[:, None] / 2 + width * points
        tau = np.exp(place.ravel())
        fine = (model.log_likelihood(tau) + model.log_prior(tau) + np.log(tau)).reshape(place.shape) + np.log(width * weights)
        top = max(top, float(fine.max()))
        whole = sum(float(np.exp(log_mass - top).sum()) for _, _, log_mass in kept) + float(np.exp(fine - top).sum())
        apart = np.abs(np.exp(fine - top).reshape(-1, 2 * POINTS).sum(axis=1) - np.exp(mass - top).sum(axis=1))
        rough = np.repeat(~(apart <= 1e-13 * whole), 2)
        kept.append((halves[0][~rough], place[~rough], fine[~rough]))
        low, high, mass = halves[0][rough], halves[1][rough], fine[rough]
        if low.size == 0:
            break
    else:
        raise ArithmeticError(f"the posterior of tau is not integrated after {HALVINGS} halvings of {borders.size} panels")
    start, place, log_mass = (np.concatenate(part) for part in zip(*kept, strict=True))
    order = np.argsort(start)
    mass = np.exp(log_mass[order] - top)
    return _Grid(
        tau=np.exp(place[order].ravel()),
        share=mass.ravel() / mass.sum(),
        borders=np.concatenate((start[order], borders[-1:])),
        below=np.concatenate(([0.0], np.cumsum(mass.sum(axis=1)))) / mass.sum(),
        log_integral=top + float(np.log(mass.sum())),
    )


def _borders(model: _Model) -> Floats:
    """Panels of at most two units of ln tau, from far below every scale of data and prior to far above."""
    reach = float(np.ptp(model.effect)) + (0.0 if model.mu_prior is None else abs(model.mu_prior[0]) + model.mu_prior[1])
    scales = [float(np.sqrt(model.variance.min())), float(np.sqrt(model.variance.max())), model.scale]
    scales += [reach] if reach > 0 else []
    low = np.log(min(scales)) - DEPTH
    high = np.log(max(scales)) + DEPTH
    if model.prior == "half-normal":  # its mode is below sqrt(scale reach k), where data pull against the prior
        high = np.log(40 * (model.scale + np.sqrt(model.scale * reach * model.effect.size)))
    return np.linspace(low, high, int(np.ceil((high - low) / 2)) + 1)


@dataclass(frozen=True, kw_only=True)
class _Mixture:
    """A mixture of J normals: mean, sd and share of shape (J,); its moments, which also rest on the parts left out here."""

    mean: Floats
    sd: Floats
    share: Floats
    first: float
    second: float

    def below(self, x: float) -> float:
        from scipy.special import ndtr  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

        return float(ndtr((x - self.mean) / self.sd) @ self.share)

    def above(self, x: float) -> float:
        from scipy.special import ndtr  # noqa: PLC0415 - slow to import

        return float(ndtr((self.mean - x) / self.sd) @ self.share)

    def density(self, x: float) -> float:
        return float((np.exp(-np.square((x - self.mean) / self.sd) / 2) / self.sd) @ self.share) / float(np.sqrt(2 * np.pi))

    def quantile(self, share: float) -> float:
        """Return the x below which a share lies: Newton's steps, kept within an interval that surely holds it."""
        from scipy.special import ndtr, ndtri  # noqa: PLC0415 - slow to import

        # a quantile of a mixture lies between the least and the greatest of the same quantile of its parts
        ends = self.mean + ndtri(share) * self.sd
        low, high, x = float(ends.min()), float(ends.max()), float(ends @ self.share)
        sign = 1.0 if share < 0.5 else -1.0  # the smaller tail has the more exact probability
        tail = share if share < 0.5 else 1 - share
        enough = 1e-12 * float(self.sd.min())
        for _ in range(200):
            z = (x - self.mean) / self.sd
            excess = sign * (float(ndtr(sign * z) @ self.share) - tail)
            low, high = (x, high) if excess < 0 else (low, x)
            height = float((np.exp(-np.square(z) / 2) / self.sd) @ self.share) / float(np.sqrt(2 * np.pi))
            following = x - excess / height if height * (high - low) > 1e-100 else np.nan
            if not low < following < high:
                following = (low + high) / 2
            step, x = abs(following - x), following
            if step <= 1e-9 * min(high - low, 1 / height if height > 0 else np.inf) or step <= enough:
                return x
        raise ArithmeticError(f"the quantile {share:g} is not found after 200 steps; it lies from {low:g} to {high:g}")


def _mixtures(model: _Model, grid: _Grid) -> list[_Mixture]:
    """Mixtures of the mean effect, of the effect of a new study, and of the effect of each study."""
    # tau far below every standard error acts as 0, and all of it becomes one part
    none = grid.tau < 1e-7 * np.sqrt(model.variance.min())
    kept = ~none & (grid.share > 1e-17)
    tau = np.concatenate(([0.0], grid.tau[kept]))
    share = np.concatenate(([grid.share[none].sum()], grid.share[kept]))
    parts = _conditionals(model, tau)
    mixtures = []
    for (mean, variance), (every_mean, every_variance) in zip(parts, _conditionals(model, grid.tau), strict=True):
        first = float(grid.share @ every_mean)
        second = float(grid.share @ (every_variance + np.square(every_mean - first)))
        mixtures.append(_Mixture(mean=mean, sd=np.sqrt(variance), share=share, first=first, second=second))
    return mixtures


def _conditionals(model: _Model, tau: Floats) -> list[tuple[Floats, Floats]]:
    """Return mean and variance given each tau of the mean effect, of the effect of a new study, and of each study's."""
    mean, variance = model.conditional(tau)
    square = np.square(tau)
    pull = model.variance[:, None] / (model.variance[:, None] + square)
    own = zip(pull * mean + (1 - pull) * model.effect[:, None], pull * square + np.square(pull) * variance, strict=True)
    return [(mean, variance), (mean, variance + square), *own]


def _summary(mixture: _Mixture, level: float, centre: float, tail: float) -> Posterior:
    lost = (1 - level) / 2
    return Posterior(
        mean=mixture.first + centre if tail > 2 else np.nan,
        sd=float(np.sqrt(mixture.second)) if tail > 3 else np.nan,
        median=mixture.quantile(0.5) + centre,
        interval=np.array([mixture.quantile(lost), mixture.quantile(1 - lost)]) + centre,
        shortest=_shortest(mixture.quantile, mixture.density, level) + centre,
    )


def _shortest(quantile: Callable[[float], float], density: Callable[[float], float], level: float) -> Floats:
    """Return the shortest interval: densities are equal at its ends, or it starts at the least value and they only fall.

    Among several such intervals (a posterior of several modes) a scan of the lower probability takes the shortest.
    """
    from scipy.optimize import brentq  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    def ends(lost: float) -> Floats:
        return np.array([quantile(lost), quantile(lost + level)])

    def difference(lost: float) -> float:
        low, high = ends(lost)
        return density(low) - density(high)

    scan = (1 - level) * np.array([1e-14, 0.1, 0.3, 0.5, 0.7, 0.9, 1 - 1e-9])
    rises = [difference(lost) > 0 for lost in scan]
    candidates = [ends(0.0)] if rises[0] else []
    candidates += [
        ends(brentq(difference, scan[i], scan[i + 1], xtol=1e-300, rtol=1e-12))
        for i in range(scan.size - 1)
        if rises[i + 1] and not rises[i]
    ]
    return min(candidates, key=lambda pair: float(pair[1] - pair[0]))


def _tau_posterior(model: _Model, grid: _Grid, tail: float, level: float) -> Posterior:
    mean = float(grid.share @ grid.tau)
    square = float(grid.share @ np.square(grid.tau - mean))
    lost = (1 - level) / 2

    def quantile(share: float) -> float:
        return _tau_quantile(model, grid, share)

    def density(tau: float) -> float:
        at = np.array([tau])
        return float(np.exp(model.log_likelihood(at) + model.log_prior(at) - grid.log_integral)[0])

    return Posterior(
        mean=mean if tail > 2 else np.nan,
        sd=float(np.sqrt(square)) if tail > 3 else np.nan,
        median=quantile(0.5),
        interval=np.array([quantile(lost), quantile(1 - lost)]),
        shortest=_shortest(quantile, density, level),
    )


def _tau_quantile(model: _Model, grid: _Grid, share: float) -> float:
    """Return the tau below which a share of the posterior lies: the panel first, then the place in it."""
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    if share <= 0:
        return 0.0
    panel = int(np.clip(np.searchsorted(grid.below, share) - 1, 0, grid.borders.size - 2))
    start = grid.borders[panel]
    points, weights = np.polynomial.legendre.leggauss(POINTS)

    def excess(end: float) -> float:
        half = (end - start) / 2
        tau = np.exp(start + half * (1 + points))
        mass = np.exp(model.log_likelihood(tau) + model.log_prior(tau) + np.log(tau) - grid.log_integral)
        return float(grid.below[panel] + half * weights @ mass - share)

    end = grid.borders[panel + 1]
    if excess(end) <= 0:  # the border itself, to rounding
        return float(np.exp(end))
    return float(np.exp(brentq(excess, start, end, xtol=1e-300, rtol=1e-15 * 4)))


def _weights(model: _Model, grid: _Grid) -> tuple[Floats, float]:
    w = 1 / (model.variance + np.square(grid.tau)[:, None])
    own = 0.0 if model.mu_prior is None else model.mu_prior[1] ** -2.0
    total = w.sum(axis=1) + own
    return grid.share @ (w / total[:, None]), float(grid.share @ (own / total))


def _evidence(model: _Model, grid: _Grid, centre: float) -> dict[str, float]:
    none = float(model.log_likelihood(np.zeros(1))[0])
    found = {
        "log_marginal_likelihood": np.nan,
        "bayes_factor_no_effect": np.nan,
        "bayes_factor_no_heterogeneity": float(np.exp(none - grid.log_integral)),
    }
    if model.mu_prior is not None:
        # the posterior of tau reweighted from mu integrated out to mu = 0
        ratio = np.exp(model.log_likelihood_at(-centre, grid.tau) - model.log_likelihood(grid.tau))
        found["log_marginal_likelihood"] = grid.log_integral
        found["bayes_factor_no_effect"] = float(grid.share @ ratio)
    return found


def _check_numbers(*, scale: float, mu_prior: tuple[float, float] | None, threshold: float) -> None:
    if not (np.isfinite(scale) and scale > 0):
        raise ValueError(f"scale is {scale}; it should be finite and above 0, in units of the effects")
    if not np.isfinite(threshold):
        raise ValueError(f"threshold is {threshold}; it should be a finite number")
    if mu_prior is not None and not (np.isfinite(mu_prior[0]) and np.isfinite(mu_prior[1]) and mu_prior[1] > 0):
        raise ValueError(f"mu_prior is {mu_prior}; it should be a finite mean and a standard deviation above 0, or None")
