r"""How an analyte varies between products: one lognormal distribution from all that surveys print of it.

With :math:`\ln X \sim N(\mu, \sigma^2)` over products, every printed number has a likelihood of :math:`\mu` and :math:`\sigma`:

- a value has its density, a value ``< LOQ`` the probability of all below it;
- order statistics of a survey of n products (minimum, median, percentiles, maximum) have their joint density: with ranks
  :math:`r_1 < \dots < r_m` of n, :math:`\prod_j f(x_j) \prod_{j=0}^{m} [F(x_{j+1}) - F(x_j)]^{r_{j+1} - r_j - 1}`, where
  :math:`r_0 = 0`, :math:`r_{m+1} = n + 1`, :math:`F(x_0) = 0` and :math:`F(x_{m+1}) = 1`;
- a mean and a standard deviation between products give :math:`\ln \bar x \sim N(\mu + \sigma^2/2, (e^{\sigma^2} - 1)/n)` and,
  with :math:`\hat\sigma^2 = \ln(1 + s^2/\bar x^2)`, :math:`\ln \hat\sigma^2 \sim N(\ln \sigma^2, 2/(n - 1))`; both hold for
  many products only. A geometric mean has :math:`N(\mu, \sigma^2/n)`;
- counts of products above one or more thresholds are multinomial.

The point is the maximum of the likelihood. What is not known of :math:`\mu` and :math:`\sigma` is their posterior on a
grid, with a uniform prior of :math:`\mu` and a half-normal one of :math:`\sigma` (scale 1.5: geometric standard deviations up
to 20 have 95% of it). A product without a certificate is a draw from both.

Numbers of one survey belong into one piece of evidence: a mean beside the median of the same products would count them twice.

Surveys bought different products in different years; one distribution for them all is an assumption that a reader should see.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.values.distributions import Mixture, weighted_quantiles

Floats = NDArray[np.float64]

SIGMA_SCALE = 1.5
"""Scale of the half-normal prior of sigma, in natural logarithms."""

_POINTS = 121
_DROP = 14.0
"""The grid holds what is within this much of the highest log posterior: all but about a millionth."""


@dataclass(frozen=True, kw_only=True)
class Values:
    """Single products: ``value`` above zero; ``below``: which of them are bounds from above (``< LOQ``). None: none is."""

    value: Sequence[float]
    below: Sequence[bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """Order statistics of ``n`` products: pairs of (quantile, value), the minimum at 0, the median at 0.5, the maximum at 1."""

    n: int
    quantiles: Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Moments:
    """A mean over ``n`` products, with the standard deviation between products where it is printed (not that of replicates)."""

    n: int
    mean: float
    sd: float | None = None
    geometric: bool = False


@dataclass(frozen=True, kw_only=True)
class Exceedances:
    """Of ``n`` products, how many are above thresholds: pairs of (threshold, products above it)."""

    n: int
    above: Sequence[tuple[float, int]]


Evidence = Values | Ranked | Moments | Exceedances


@dataclass(frozen=True, kw_only=True, eq=False)
class Distribution:
    """A lognormal distribution over products, in the unit of the evidence.

    - ``median``, ``gsd``: maximum-likelihood median and geometric standard deviation, above 1; ``median_90``, ``gsd_90``, (2,).
    - ``product_90``, ``product_95``, (2,): where the amount of a product that was not tested is expected.
    - ``pieces`` of evidence on ``products`` products.
    - ``mu``, ``sigma``, ``weight``, (g,): points of the posterior of both parameters, and their probabilities.
    """

    median: float
    gsd: float
    median_90: Floats
    gsd_90: Floats
    product_90: Floats
    product_95: Floats
    pieces: int
    products: int
    sigma_scale: float
    mu: Floats
    sigma: Floats
    weight: Floats

    def exceedance(self, threshold: float) -> float:
        """Share of products above ``threshold`` by the maximum-likelihood parameters."""
        return float(_tail((math.log(threshold) - math.log(self.median)) / math.log(self.gsd)))

    def exceedance_interval(self, threshold: float, *, level: float = 0.90) -> Floats:
        """Bounds of that share over the posterior, (2,)."""
        share = _tail((math.log(threshold) - self.mu) / self.sigma)
        return weighted_quantiles(share, self.weight, [(1 - level) / 2, (1 + level) / 2])

    def draws(self, rng: np.random.Generator, size: int) -> Floats:
        """Amounts of ``size`` products that were not tested, (size,): parameters and product anew for each."""
        return np.asarray(np.exp(Mixture(mean=self.mu, sd=self.sigma, weight=self.weight).draws(rng, size)))


def distribution(evidence: Sequence[Evidence], *, sigma_scale: float = SIGMA_SCALE) -> Distribution:
    """Fit the lognormal distribution of an analyte over products; all evidence in one unit.

    Raises
    ------
    ValueError
        Numbers that are not above zero, counts or ranks that no survey can have, or evidence that does not fix both parameters
        (one number, or bounds alone).

    Notes
    -----
    Amounts in a gram have an upper end that the lognormal does not know; where it puts products above 1,000 mg/g it should not
    be used.
    """
    if not (math.isfinite(sigma_scale) and sigma_scale > 0):
        raise ValueError(f"sigma_scale is {sigma_scale}; it should be above zero")
    terms, anchors, products = [], [], 0
    for one in evidence:
        term, points, n = _TERMS[type(one)](one)
        terms.append(term)
        anchors += points
        products += n
    if len(anchors) < 2:
        raise ValueError(f"there are {len(anchors)} numbers to fit; there should be two or more that are not bounds")

    def log_likelihood(mu: Floats, sigma: Floats) -> Floats:
        return np.asarray(np.sum([term(mu, sigma) for term in terms], axis=0))

    best = _highest(log_likelihood, anchors)
    mu, sigma, weight = _posterior(log_likelihood, best, sigma_scale)
    product = Mixture(mean=mu, sd=sigma, weight=weight)
    ends = (0.05, 0.95)
    return Distribution(
        median=math.exp(best[0]),
        gsd=math.exp(best[1]),
        median_90=np.exp(weighted_quantiles(mu, weight, ends)),
        gsd_90=np.exp(weighted_quantiles(sigma, weight, ends)),
        product_90=np.exp(product.quantile(ends)),
        product_95=np.exp(product.quantile((0.025, 0.975))),
        pieces=len(evidence),
        products=products,
        sigma_scale=sigma_scale,
        mu=mu,
        sigma=sigma,
        weight=weight,
    )


_Term = Callable[[Floats, Floats], Floats]


def _values(one: Values) -> tuple[_Term, list[float], int]:
    value = _positive(one.value)
    below = np.zeros(value.size, dtype=bool) if one.below is None else np.asarray(one.below, dtype=bool)
    if below.shape != value.shape or value.size == 0:
        raise ValueError(f"there are {value.size} values and {below.size} marks; there should be one each, and not none")
    known, bounds = np.log(value[~below]), np.log(value[below])

    def term(mu: Floats, sigma: Floats) -> Floats:
        return np.asarray(
            sum((_log_density(y, mu, sigma) for y in known), np.zeros_like(mu))
            + sum((_log_below((bound - mu) / sigma) for bound in bounds), np.zeros_like(mu))
        )

    return term, list(known), int(value.size)


def _ranked(one: Ranked) -> tuple[_Term, list[float], int]:
    shares = np.array([share for share, _ in one.quantiles], dtype=float)
    y = np.log(_positive([value for _, value in one.quantiles]))
    ranks = 1 + shares * (one.n - 1)
    gaps = np.diff([0, *ranks, one.n + 1]) - 1
    if not (((shares >= 0) & (shares <= 1)).all() and (np.diff(y) > 0).all() and (gaps >= -1e-9).all() and y.size):
        raise ValueError(
            f"the quantiles {list(one.quantiles)} of {one.n} products cannot be; both parts should rise, with room between them"
        )

    def term(mu: Floats, sigma: Floats) -> Floats:
        total = sum((_log_density(point, mu, sigma) for point in y), np.zeros_like(mu))
        for gap, low, high in zip(gaps, [-math.inf, *y], [*y, math.inf], strict=True):
            if gap > 0:
                total = total + gap * _log_between((low - mu) / sigma, (high - mu) / sigma)
        return np.asarray(total)

    return term, list(y), one.n


def _moments(one: Moments) -> tuple[_Term, list[float], int]:
    mean = math.log(_positive([one.mean])[0])
    if one.n < 2 or (one.sd is not None and (one.geometric or not 0 < one.sd < math.inf)):
        raise ValueError(
            f"{one} cannot be; it should have two or more products, and a standard deviation above zero of a plain mean"
        )
    spread = None if one.sd is None else math.log1p((one.sd / one.mean) ** 2)

    def term(mu: Floats, sigma: Floats) -> Floats:
        if one.geometric:
            return _log_density(mean, mu, sigma / math.sqrt(one.n))
        total = _log_density(mean, mu + sigma**2 / 2, np.sqrt(np.expm1(np.minimum(sigma**2, 500.0)) / one.n))
        if spread is not None:
            total = total + _log_density(math.log(spread), 2 * np.log(sigma), np.full_like(mu, math.sqrt(2 / (one.n - 1))))
        return total

    return term, [mean] if spread is None else [mean - math.sqrt(spread), mean + math.sqrt(spread)], one.n


def _exceedances(one: Exceedances) -> tuple[_Term, list[float], int]:
    pairs = sorted(one.above)
    y = np.log(_positive([threshold for threshold, _ in pairs]))
    counts = -np.diff([one.n, *(count for _, count in pairs), 0])
    if not pairs or (counts < 0).any() or (np.diff(y) <= 0).any():
        raise ValueError(f"{one} cannot be; products above a threshold should be from 0 to n, and fewer above a higher one")

    def term(mu: Floats, sigma: Floats) -> Floats:
        total = np.zeros_like(mu)
        for count, low, high in zip(counts, [-math.inf, *y], [*y, math.inf], strict=True):
            if count:
                total = total + count * _log_between((low - mu) / sigma, (high - mu) / sigma)
        return total

    # a threshold with all products on one side is a bound, not a number
    return term, [float(at) for at, (_, count) in zip(y, pairs, strict=True) if 0 < count < one.n], one.n


_TERMS: dict[type, Callable[..., tuple[_Term, list[float], int]]] = {
    Values: _values,
    Ranked: _ranked,
    Moments: _moments,
    Exceedances: _exceedances,
}


def _positive(values: ArrayLike) -> Floats:
    found = np.asarray(values, dtype=float)
    if not (np.isfinite(found) & (found > 0)).all():
        raise ValueError(f"the amounts {found.tolist()} should be finite and above zero; zero is a value below a limit")
    return found


def _log_density(y: float, mean: Floats, sd: Floats) -> Floats:
    return np.asarray(-(((y - mean) / sd) ** 2) / 2 - np.log(sd))


def _log_below(z: Floats) -> Floats:
    from scipy.special import log_ndtr  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    return np.asarray(log_ndtr(z))


def _log_between(low: Floats, high: Floats) -> Floats:
    """Log probability between two normal quantiles, taken on the side where both tails are small."""
    flip = low > 0
    upper, lower = _log_below(np.where(flip, -low, high)), _log_below(np.where(flip, -high, low))
    with np.errstate(divide="ignore"):
        return np.asarray(upper + np.log(-np.expm1(np.minimum(lower - upper, 0.0))))


def _tail(z: ArrayLike) -> Floats:
    return np.exp(_log_below(-np.asarray(z, dtype=float)))


def _highest(log_likelihood: _Term, anchors: Sequence[float]) -> tuple[float, float]:
    """Mu and sigma at the maximum: a grid over all scales of the evidence, then one ever finer around its best point."""
    centre, reach = (min(anchors) + max(anchors)) / 2, max(anchors) - min(anchors) + 3.0
    log_sigma, width = -2.0, 6.0
    for _ in range(40):
        mu = np.linspace(centre - reach, centre + reach, 31)[:, None]
        sigma = np.exp(np.linspace(log_sigma - width, log_sigma + width, 31))[None, :]
        each = log_likelihood(*np.broadcast_arrays(mu, sigma))
        row, column = np.unravel_index(np.nanargmax(each), each.shape)
        centre, log_sigma = float(mu[row, 0]), float(np.log(sigma[0, column]))
        reach, width = reach / 2, width / 2
    if not -7.9 < log_sigma < 3.9:
        raise ValueError("the evidence does not fix how much products differ; it should have two numbers that differ, or more")
    return centre, math.exp(log_sigma)


def _posterior(log_likelihood: _Term, best: tuple[float, float], scale: float) -> tuple[Floats, Floats, Floats]:
    """Points of mu and of sigma, even in ln sigma, and the probability of each; the box around them is found first."""
    low = np.array([best[0] - 30 * best[1], math.log(best[1]) - 8])
    high = np.array([best[0] + 30 * best[1], math.log(best[1]) + 4])
    for _ in range(5):
        mu, log_sigma = np.meshgrid(np.linspace(low[0], high[0], _POINTS), np.linspace(low[1], high[1], _POINTS), indexing="ij")
        sigma = np.exp(log_sigma)
        log_post = log_likelihood(mu, sigma) + log_sigma - (sigma / scale) ** 2 / 2
        kept = log_post > np.nanmax(log_post) - _DROP
        step = (high - low) / (_POINTS - 1)
        low = np.maximum(low, np.array([mu[kept].min(), log_sigma[kept].min()]) - step)
        high = np.minimum(high, np.array([mu[kept].max(), log_sigma[kept].max()]) + step)
    weight = np.exp(log_post[kept] - log_post[kept].max())
    return mu[kept], sigma[kept], weight / weight.sum()
