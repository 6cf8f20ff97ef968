"""The distribution of a quadratic form against those that are known; what follows for tau squared against Q-profile."""

import numpy as np
import pytest
from scipy import stats

from equipoise.engines.synthesis import pool
from equipoise.engines.synthesis.generalised_q import cumulative, tail, tau2_at

VALUES = np.concatenate([[1e-9, 1e-4], np.linspace(0.05, 60, 100), [300]])
TAILS = np.array([1e-9, 0.001, 0.025, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.975, 0.999])


@pytest.mark.parametrize("df", [1, 2, 3, 8, 40, 200, 1000])
@pytest.mark.parametrize("size", [1e-8, 1, 1e8])
def test_equal_eigenvalues_are_a_chi_squared(df, size):
    found = [cumulative(size * value, np.full(df, size)) for value in stats.chi2.ppf(TAILS, df)]
    assert found == pytest.approx(TAILS, rel=1e-10, abs=2e-12)


@pytest.mark.parametrize("ratio", [1.5, 7, 1e3])
def test_pairs_of_eigenvalues_are_a_sum_of_exponentials(ratio):
    """Each pair is an exponential of twice its size: 1 - (a exp(-x / a) - b exp(-x / b)) / (a - b), a and b these means."""
    a, b = 2.0, 2 * ratio
    expected = 1 - (a * np.exp(-VALUES / a) - b * np.exp(-VALUES / b)) / (a - b)
    assert [cumulative(value, np.array([1, ratio, 1, ratio])) for value in VALUES] == pytest.approx(expected, abs=2e-12)


def test_a_sum_of_two_parts_is_their_convolution():
    """Eigenvalues 1 and 5, 5: chi-squared with one degree of freedom against an exponential, by quadrature."""
    from scipy.integrate import quad

    for value in (0.3, 4.0, 25.0):

        def share(root, value=value):  # chi-squared of one degree of freedom is a squared normal: no pole at 0
            return 2 * stats.norm.pdf(root) * -np.expm1(-(value - root**2) / 10)

        expected = quad(share, 0, np.sqrt(value), epsabs=1e-13)[0]
        assert cumulative(value, np.array([5, 1, 5.0])) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("many", [3, 100, 800])
def test_one_far_larger_eigenvalue_is_added_to_the_rest(many):
    """A thirtieth each beside 1: chi-squared with one degree of freedom and another, by quadrature, over both tails."""
    from scipy.integrate import quad

    mean, deviation = 1 + many / 30, np.sqrt(2 + 2 * many / 900)
    for value in (mean / 2, mean, mean + 1.02 * deviation, mean + 2 * deviation, mean + 5 * deviation):

        def share(root, value=value):
            return 2 * stats.norm.pdf(root) * stats.chi2.cdf(30 * (value - root**2), many)

        expected = quad(share, 0, np.sqrt(value), epsabs=1e-13, limit=200)[0]
        assert cumulative(value, np.append(np.full(many, 1 / 30), 1)) == pytest.approx(expected, abs=1e-11)


def test_the_distribution_function_is_one():
    """It rises from 0 to 1, and does not see an eigenvalue of nothing."""
    eigenvalues = np.array([1e-6, 0.1, 1, 3, 30])
    found = np.array([cumulative(value, eigenvalues) for value in np.geomspace(1e-3, 1e4, 200)])
    assert (np.diff(found) >= -1e-12).all()
    assert cumulative(0, eigenvalues) == 0
    assert found[-1] == pytest.approx(1, abs=1e-12)
    assert cumulative(5, eigenvalues) == pytest.approx(cumulative(5, np.append(eigenvalues, 1e-15)), abs=1e-12)


EFFECT = np.array([0.1, 0.9, -0.3, 1.4, 0.5])
VARIANCE = np.array([0.05, 0.02, 0.1, 0.04, 0.08])
DESIGN = np.ones((5, 1))


def test_weights_of_the_precisions_make_q_chi_squared_without_heterogeneity():
    w = 1 / VARIANCE
    q = pool(EFFECT, VARIANCE).q
    assert tail(0.0, EFFECT, VARIANCE, DESIGN, w) == pytest.approx(stats.chi2.sf(q, 4), abs=1e-11)


def test_the_mean_of_the_distribution_is_the_moment_that_the_estimate_equates():
    """The integral of the upper tail over all values is the sum of eigenvalues, tr(P Sigma), with P written out."""
    w = np.array([1.0, 4, 2, 2, 1])
    tau2 = pool(EFFECT, VARIANCE, method="GENQ", weights=w).tau2
    projection = np.diag(w) - np.outer(w, w) / w.sum()
    sigma = np.diag(VARIANCE + tau2)
    eigenvalues = np.sort(np.linalg.eigvals(projection @ sigma).real)[1:]
    points, weights = np.polynomial.legendre.leggauss(400)
    top = 60 * eigenvalues[-1]
    mean = weights @ [1 - cumulative(x, eigenvalues) for x in top * (points + 1) / 2] * top / 2
    assert mean == pytest.approx(np.trace(projection @ sigma), rel=1e-8)
    assert mean == pytest.approx(EFFECT @ projection @ EFFECT, rel=1e-8)  # what GENQ asks for


@pytest.mark.parametrize("probability", [0.025, 0.5, 0.975])
def test_tau_squared_has_the_tail_that_was_asked_for(probability):
    """On any scale, and with moderators; 0 where the tail is larger from the start."""
    w = np.array([1.0, 4, 2, 2, 1])
    line = np.column_stack([np.ones(5), [0, 1, 2, 3, 5]])
    for design in (DESIGN, line):
        tau2 = tau2_at(probability, EFFECT, VARIANCE, design, w)
        assert tail(tau2, EFFECT, VARIANCE, design, w) == pytest.approx(max(probability, tail(0, EFFECT, VARIANCE, design, w)))
        for c in (1e-6, 1e6):
            assert tau2_at(probability, c * EFFECT, c**2 * VARIANCE, design, w) == pytest.approx(c**2 * tau2, rel=1e-9)
    assert tau2_at(0.001, EFFECT / 10, VARIANCE, DESIGN, w) == 0


@pytest.mark.parametrize("moderators", [None, np.array([0.0, 1, 2, 3, 5])])
def test_equal_variances_leave_nothing_of_weights_but_the_known_methods(moderators):
    """With equal weights, too, GENQM is PMM and its interval is Q-profile's; GENQ is DL."""
    v, w = np.full(5, 0.1), np.full(5, 3.0)
    median = pool(EFFECT, v, method="GENQM", weights=w, moderators=moderators)
    known = pool(EFFECT, v, method="PMM", moderators=moderators)
    assert median.tau2 == pytest.approx(known.tau2, rel=1e-10)
    assert median.tau2_interval == pytest.approx(known.tau2_interval, rel=1e-10)
    assert median.interval == pytest.approx(known.interval, rel=1e-10)
    moment = pool(EFFECT, v, method="GENQ", weights=w, moderators=moderators)
    assert moment.tau2 == pytest.approx(pool(EFFECT, v, method="DL", moderators=moderators).tau2, rel=1e-10)


def test_the_interval_holds_the_median_unbiased_estimate():
    p = pool(EFFECT, VARIANCE, method="GENQM", weights=[1, 4, 2, 2, 1])
    assert 0 <= p.tau2_interval[0] < p.tau2 < p.tau2_interval[1]
