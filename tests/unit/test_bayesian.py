"""Bayesian random effects: agreement with slow quadrature of the two-dimensional posterior, limits, and words for bad input."""

import numpy as np
import pytest

from equipoise.engines.synthesis.posterior import bayesian

EFFECT, VARIANCE = np.array([0.9, 0.1, 0.4, -0.3]), np.array([0.04, 0.09, 0.01, 0.25])


class Slow:
    """Posterior by brute force: the density of the model over a fine net of mu and tau, split where a question asks."""

    def __init__(self) -> None:
        self.evidence = self.integral()

    def integral(self, function=lambda mu, tau: np.ones_like(mu + tau), *, mu_below=15.0, tau_below=7.0) -> float:
        """Integral of a function times the joint density of parameters and data."""
        from scipy.stats import halfnorm, norm

        mu, mu_weight = net(-15.0, mu_below)
        tau, tau_weight = net(0.0, tau_below)
        prior = norm(0.2, 1.0).pdf(mu)[:, None] * halfnorm(scale=0.5).pdf(tau)
        density = [norm.pdf(y, mu[:, None], np.sqrt(v + tau**2)) for y, v in zip(EFFECT, VARIANCE, strict=True)]
        return float(mu_weight @ (prior * np.prod(density, axis=0) * function(mu[:, None], tau)) @ tau_weight)

    def mean(self, function=lambda mu, tau: np.ones_like(mu + tau), **below) -> float:
        """Posterior mean of a function, counted only below the given values."""
        return self.integral(function, **below) / self.evidence


def net(low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    points, weights = np.polynomial.legendre.leggauss(20)
    inner = np.linspace(-2, 3, 41)
    edges = np.array([low, *[edge for edge in (-6.0, -4.0, *inner, 4.0, 6.0, 9.0) if low < edge < high], high])
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + points)).ravel(), (half * weights).ravel()


@pytest.fixture(scope="module")
def slow():
    return Slow()


@pytest.fixture(scope="module")
def found():
    return bayesian(EFFECT, VARIANCE, scale=0.5, mu_prior=(0.2, 1.0), threshold=0.25)


def test_moments_and_evidence_agree_with_brute_force(slow, found):
    mean = slow.mean(lambda mu, tau: mu + 0 * tau)
    assert found.effect.mean == pytest.approx(mean, abs=1e-10)
    assert found.effect.sd**2 == pytest.approx(slow.mean(lambda mu, tau: (mu - mean) ** 2 + 0 * tau), abs=1e-10)
    assert found.tau.mean == pytest.approx(slow.mean(lambda mu, tau: tau + 0 * mu), abs=1e-10)
    square = slow.mean(lambda mu, tau: (mu - mean) ** 2 + tau**2)
    assert (found.prediction.mean, found.prediction.sd**2) == pytest.approx((mean, square), abs=1e-10)
    assert found.log_marginal_likelihood == pytest.approx(np.log(slow.evidence), abs=1e-10)


def test_quantiles_leave_the_probability_that_they_name(slow, found):
    low, high = found.effect.interval
    asked = [slow.mean(mu_below=x) for x in (low, found.effect.median, high, 0.25)]
    assert asked == pytest.approx([0.025, 0.5, 0.975, 1 - found.probability_above], abs=1e-10)
    asked = [slow.mean(tau_below=x) for x in (found.tau.interval[0], found.tau.median, found.tau.interval[1])]
    assert asked == pytest.approx([0.025, 0.5, 0.975], abs=1e-10)


def test_the_shortest_interval_holds_the_level_with_equal_densities_at_its_ends(found, slow):
    low, high = found.effect.shortest
    assert slow.mean(mu_below=high) - slow.mean(mu_below=low) == pytest.approx(0.95, abs=1e-10)
    slopes = [slow.mean(mu_below=x + 1e-4) - slow.mean(mu_below=x - 1e-4) for x in (low, high)]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-6)
    assert slow.mean(tau_below=found.tau.shortest[1]) == pytest.approx(0.95, abs=1e-10)
    assert found.tau.shortest[0] == 0
    for one in (found.effect, found.prediction, found.tau):
        assert np.ptp(one.shortest) < np.ptp(one.interval)


def test_studies_and_bayes_factors_agree_with_brute_force(slow, found):
    y, v = EFFECT[2], VARIANCE[2]
    mean = slow.mean(lambda mu, tau: (v * mu + tau**2 * y) / (v + tau**2))
    square = slow.mean(lambda mu, tau: v * tau**2 / (v + tau**2) + ((v * mu + tau**2 * y) / (v + tau**2) - mean) ** 2)
    assert (found.study_mean[2], found.study_sd[2] ** 2) == pytest.approx((mean, square), abs=1e-10)
    # Savage-Dickey: posterior by prior density of mu at 0, and of tau at 0
    step = 1e-3
    height = (slow.mean(mu_below=step) - slow.mean(mu_below=-step)) / (2 * step)
    assert found.bayes_factor_no_effect == pytest.approx(height / (np.exp(-0.02) / np.sqrt(2 * np.pi)), rel=1e-5)
    height = slow.mean(tau_below=step) / step
    assert found.bayes_factor_no_heterogeneity == pytest.approx(height / (2 / np.sqrt(2 * np.pi) / 0.5), rel=1e-4)
    assert found.weights.sum() + found.prior_weight == pytest.approx(1, abs=1e-12)


def test_the_uniform_prior_is_the_limit_of_wide_ones():
    wide = bayesian(EFFECT, VARIANCE, scale=0.5, mu_prior=(0.0, 1e5))
    flat = bayesian(EFFECT, VARIANCE, scale=0.5)
    assert flat.effect.interval == pytest.approx(wide.effect.interval, rel=1e-7)
    assert flat.bayes_factor_no_heterogeneity == pytest.approx(wide.bayes_factor_no_heterogeneity, rel=1e-7)
    assert np.isnan([flat.log_marginal_likelihood, flat.bayes_factor_no_effect]).all()


def test_one_study_says_nothing_of_heterogeneity():
    """Tau keeps its prior: the half-normal's mean is s sqrt(2 / pi), the half-Cauchy's median s; the latter has no mean."""
    normal = bayesian([0.3], [0.04], scale=0.5)
    assert (normal.tau.mean, normal.tau.sd**2) == pytest.approx((0.5 * np.sqrt(2 / np.pi), 0.25 * (1 - 2 / np.pi)), rel=1e-10)
    assert (normal.effect.mean, normal.effect.sd**2) == pytest.approx((0.3, 0.04 + 0.25), rel=1e-10)
    assert normal.prediction.sd**2 == pytest.approx(0.04 + 2 * 0.25, rel=1e-10)
    assert normal.bayes_factor_no_heterogeneity == pytest.approx(1, rel=1e-10)
    assert normal.study_interval[0] == pytest.approx([0.3 - 0.2 * 1.959963984540054, 0.3 + 0.2 * 1.959963984540054], rel=1e-9)
    cauchy = bayesian([0.3], [0.04], scale=0.5, prior="half-cauchy")
    assert cauchy.tau.median == pytest.approx(0.5, rel=1e-9)
    assert cauchy.tau.shortest == pytest.approx([0, 0.5 * np.tan(0.95 * np.pi / 2)], rel=1e-9)
    assert np.isnan([cauchy.tau.mean, cauchy.tau.sd, cauchy.effect.mean, cauchy.effect.sd, cauchy.prediction.mean]).all()


def test_two_studies_under_a_half_cauchy_prior_have_means_but_no_variances():
    found = bayesian([0.3, 0.8], [0.04, 0.09], scale=0.5, prior="half-cauchy")
    assert np.isfinite([found.tau.mean, found.effect.mean]).all()
    assert np.isnan([found.tau.sd, found.effect.sd, found.prediction.sd]).all()
    proper = bayesian([0.3, 0.8], [0.04, 0.09], scale=0.5, prior="half-cauchy", mu_prior=(0.0, 2.0))
    assert np.isfinite([proper.tau.sd, proper.effect.sd, proper.prediction.sd]).all()


@pytest.mark.parametrize("c", [1e-6, 1e6])
@pytest.mark.parametrize("prior", ["half-normal", "half-cauchy"])
def test_units_and_origin_do_not_matter(c, prior):
    plain = bayesian(EFFECT, VARIANCE, scale=0.5, prior=prior, mu_prior=(0.2, 1.0), threshold=0.25)
    other = bayesian(
        (EFFECT + 3) * c, VARIANCE * c**2, scale=0.5 * c, prior=prior, mu_prior=(3.2 * c, 1.0 * c), threshold=3.25 * c
    )
    for ours, theirs in ((plain.effect, other.effect), (plain.prediction, other.prediction)):
        assert theirs.shortest / c - 3 == pytest.approx(ours.shortest, abs=1e-8)
        assert (theirs.median / c - 3, theirs.sd / c) == pytest.approx((ours.median, ours.sd), abs=1e-9)
    assert other.tau.interval / c == pytest.approx(plain.tau.interval, rel=1e-8)
    assert other.probability_above == pytest.approx(plain.probability_above, rel=1e-8)
    # the null of no effect is at 0, so only the other Bayes factor is free of the origin
    assert other.bayes_factor_no_heterogeneity == pytest.approx(plain.bayes_factor_no_heterogeneity, rel=1e-8)


def test_extremes_keep_their_digits():
    """A variance of 1e-7 beside one of 1e5."""
    precise = bayesian([0.3, 0.5, 9.0], [1e-7, 0.04, 1e5], scale=0.5)
    assert precise.study_interval[0] == pytest.approx(0.3 + 1.96 * np.sqrt(1e-7) * np.array([-1, 1]), abs=1e-6)


@pytest.mark.parametrize(
    ("effect", "scale", "low", "high"),
    [(np.random.default_rng(7).normal(0.2, 0.5, size=100), 1.0, 0.2, 0.9), (np.array([0.0, 100.0]), 1e-3, 0.1, 0.3)],
)
def test_narrow_posteriors_are_found(effect, scale, low, high):
    """Of a hundred studies, and of two that fight the prior of tau; equal variances give the density in closed form."""
    found = bayesian(effect, np.full(effect.size, 0.04), scale=scale)
    tau = np.linspace(low, high, 400_001)
    v = 0.04 + tau**2
    log_density = -(effect.size - 1) / 2 * np.log(v) - effect.size * np.var(effect) / v / 2 - (tau / scale) ** 2 / 2
    mass = np.cumsum(np.exp(log_density - log_density.max()))
    assert found.tau.median == pytest.approx(np.interp(0.5, mass / mass[-1], tau), rel=1e-5)
    assert found.tau.interval == pytest.approx(np.interp([0.025, 0.975], mass / mass[-1], tau), rel=1e-5)


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        (([], []), {}, "there is no study"),
        (([1.0, 2.0], [1.0, 0.0]), {}, "variance of row 1 is 0"),
        (([1.0], [1.0]), {"scale": 0.0}, "scale is 0.0; it should be finite and above 0"),
        (([1.0], [1.0]), {"prior": "uniform"}, "prior is 'uniform'; it should be one of half-normal, half-cauchy"),
        (([1.0], [1.0]), {"mu_prior": (0.0, -1.0)}, "a standard deviation above 0, or None"),
        (([1.0], [1.0]), {"threshold": np.nan}, "threshold is nan"),
        (([1.0], [1.0]), {"level": 95}, "level is 95"),
    ],
)
def test_bad_input_is_told_what_would_be_right(columns, options, words):
    with pytest.raises(ValueError, match=words):
        bayesian(*columns, **{"scale": 0.5, **options})
