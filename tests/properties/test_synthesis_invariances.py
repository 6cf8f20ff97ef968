"""What must hold for any studies, and slow, naive implementations that the engine must agree with."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equipoise.engines.synthesis import (
    log_odds_ratio,
    log_risk_ratio,
    logit_proportion,
    pool,
    proportion,
    readable,
    risk_difference,
)

settings.register_profile("same every time", derandomize=True, deadline=None)
settings.load_profile("same every time")

METHODS = ("common", "DL", "REML", "ML")
TESTS = ("z", "knha", "adhoc")
method = st.sampled_from(METHODS)
test_of_effect = st.sampled_from(TESTS)


@st.composite
def studies(draw, min_size=2, max_size=12):
    """Effects of any spread, variances over ten decades."""
    rows = draw(st.lists(st.tuples(st.integers(-3000, 3000), st.floats(-7, 3)), min_size=min_size, max_size=max_size))
    return np.array([y / 1000 for y, _ in rows]), np.array([10**v for _, v in rows])


def close(a, b, scale):
    return a == pytest.approx(b, rel=1e-9, abs=1e-9 * scale)


def scale_of(effect, variance):
    """A size below which a tau squared is nothing for these studies."""
    return max(np.ptp(effect) ** 2, float(variance.min()))


@given(studies(), method, test_of_effect, st.integers(-50, 50))
def test_shifting_every_study_shifts_the_mean_alike_and_nothing_else(data, method, test, shift):
    y, v = data
    a, b = pool(y, v, method=method, test=test), pool(y + shift, v, method=method, test=test)
    assert b.estimate - shift == pytest.approx(a.estimate, abs=1e-9)
    assert b.tau2 == pytest.approx(a.tau2, rel=1e-6, abs=1e-9 * scale_of(y, v))
    assert b.high - b.low == pytest.approx(a.high - a.low, rel=1e-6, abs=1e-9)


@given(studies(), method, test_of_effect, st.floats(-6, 6))
def test_units_do_not_matter(data, method, test, decades):
    """Effects times c and variances times c^2: tau squared times c^2, bounds times c, pure numbers the same."""
    y, v = data
    c = 10**decades
    a, b = pool(y, v, method=method, test=test), pool(c * y, c**2 * v, method=method, test=test)
    for squared in ("tau2", "tau2_low", "tau2_high"):
        assert close(getattr(b, squared) / c**2, getattr(a, squared), scale_of(y, v))
    for linear in ("estimate", "standard_error", "low", "high", "prediction_low", "prediction_high"):
        if getattr(a, linear) is not None:
            assert close(getattr(b, linear) / c, getattr(a, linear), 1)
    assert (b.i2, b.q, b.i2_q) == pytest.approx((a.i2, a.q, a.i2_q), rel=1e-7, abs=1e-7)
    assert b.weights == pytest.approx(a.weights, rel=1e-7)


@given(studies(), method, test_of_effect, st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(data, method, test, random):
    y, v = data
    order = list(range(y.size))
    random.shuffle(order)
    a, b = pool(y, v, method=method, test=test), pool(y[order], v[order], method=method, test=test)
    assert b.estimate == pytest.approx(a.estimate, abs=1e-9)
    assert b.tau2 == pytest.approx(a.tau2, rel=1e-7, abs=1e-9 * scale_of(y, v))
    assert b.weights == pytest.approx([a.weights[i] for i in order], rel=1e-6)


@given(studies(), st.sampled_from(("common", "REML", "ML")), st.floats(-3, 3))
def test_a_study_that_knows_nothing_changes_nothing(data, method, effect):
    """A variance of 1e18 against at most 1e3; DL is left out, for it counts studies whatever they know."""
    y, v = data
    a = pool(y, v, method=method, test="z")
    b = pool(np.append(y, effect), np.append(v, 1e18), method=method, test="z")
    assert b.maxima == a.maxima
    assert b.estimate == pytest.approx(a.estimate, abs=1e-7)
    assert b.tau2 == pytest.approx(a.tau2, rel=1e-5, abs=1e-7 * scale_of(y, v))
    assert b.standard_error == pytest.approx(a.standard_error, rel=1e-6)
    assert b.weights[-1] < 1e-12


@given(studies(), method, test_of_effect)
def test_the_mean_lies_among_the_effects_and_inside_its_intervals(data, method, test):
    y, v = data
    p = pool(y, v, method=method, test=test)
    assert y.min() - 1e-12 <= p.estimate <= y.max() + 1e-12
    assert p.low <= p.estimate <= p.high
    assert sum(p.weights) == pytest.approx(1, abs=1e-12)
    assert 0 <= p.tau2 <= np.ptp(y) ** 2 or method == "DL"
    assert 0 <= p.tau2_low <= p.tau2_high
    assert 0 <= p.i2 <= 1
    assert 0 <= p.i2_q <= 1
    assert all(
        value is None or math.isfinite(value) for value in vars(p).values() if isinstance(value, (float, int, type(None)))
    )
    if method != "common":
        assert p.prediction_low <= p.low
        assert p.high <= p.prediction_high


@given(studies(), method)
def test_the_ad_hoc_interval_is_never_shorter(data, method):
    """Than the plain Knapp-Hartung interval, or than the t interval with the classical standard error."""
    y, v = data
    z, knha, adhoc = (pool(y, v, method=method, test=test) for test in TESTS)
    assert adhoc.standard_error == pytest.approx(max(z.standard_error, knha.standard_error), rel=1e-12)


@given(studies())
def test_common_effect_is_the_weighted_mean(data):
    """Against the formula in plain Python with exact sums."""
    y, v = data
    total = math.fsum(1 / x for x in v)
    mean = math.fsum(x / s for x, s in zip(y, v, strict=True)) / total
    p = pool(y, v, method="common", test="z")
    assert p.estimate == pytest.approx(mean, abs=1e-11)
    assert p.standard_error == pytest.approx(total**-0.5, rel=1e-12)
    assert p.q == pytest.approx(math.fsum((x - mean) ** 2 / s for x, s in zip(y, v, strict=True)), rel=1e-6, abs=1e-9)


def log_likelihood(y, v, tau2, method):
    """Of the normal model with the mean at its best, from the textbook; shape of tau2."""
    s = v + np.asarray(tau2)[..., None]
    mean = (y / s).sum(-1) / (1 / s).sum(-1)
    value = -0.5 * np.log(s).sum(-1) - 0.5 * ((y - mean[..., None]) ** 2 / s).sum(-1)
    return value - 0.5 * np.log((1 / s).sum(-1)) if method == "REML" else value


@settings(max_examples=200)
@given(studies(), st.sampled_from(("REML", "ML")))
def test_no_tau_squared_is_likelier(data, method):
    """Not on a fine grid over all tau squared that could be, nor next to the estimate."""
    y, v = data
    y = y - y[np.argmin(v)]
    p = pool(y, v, method=method)
    here = log_likelihood(y, v, p.tau2, method)
    grid = np.concatenate(([0.0], np.geomspace(v.min() / 1e6, np.ptp(y) ** 2 + v.max(), 3000)))
    around = p.tau2 * np.array([1 - 1e-3, 1 + 1e-3])
    assert here >= log_likelihood(y, v, np.concatenate((grid, around)), method).max() - 1e-8 * max(1, abs(here))
    assert p.at_boundary == (p.tau2 == 0)


@given(studies(), st.floats(0.5, 0.99))
def test_q_at_the_bounds_of_tau_squared_is_its_quantile(data, level):
    """The definition of the Q-profile interval, checked at both bounds by bisection-free arithmetic."""
    from scipy.special import chdtrc

    y, v = data
    y = y - y[np.argmin(v)]
    p = pool(y, v, level=level)

    def tail(tau2):
        w = 1 / (v + tau2)
        return chdtrc(y.size - 1, (w * (y - (w * y).sum() / w.sum()) ** 2).sum())

    low, high = (1 - level) / 2, (1 + level) / 2
    assert tail(p.tau2_low) == pytest.approx(low, rel=1e-6) if p.tau2_low > 0 else tail(0) >= low * (1 - 1e-9)
    assert tail(p.tau2_high) == pytest.approx(high, rel=1e-6) if p.tau2_high > 0 else tail(0) >= high * (1 - 1e-9)
    assert p.tau2_interval_empty == (tail(0) > high) or tail(0) == pytest.approx(high)


@given(st.floats(0, 10), st.floats(-7, 3), st.sampled_from(("DL", "REML", "ML")))
def test_two_studies_of_one_precision_have_a_closed_form(difference, log_variance, method):
    """Tau squared is half the squared difference (a quarter for ML) less the variance, or 0."""
    variance = 10**log_variance
    share = 4 if method == "ML" else 2
    p = pool([0, difference], [variance, variance], method=method, test="knha")
    assert p.tau2 == pytest.approx(max(0, difference**2 / share - variance), rel=1e-9, abs=1e-9 * variance)
    assert p.estimate == pytest.approx(difference / 2, abs=1e-12)
    assert p.df == 1
    assert p.prediction_riley_low is None


@given(st.floats(-3, 3), st.lists(st.floats(-7, 3), min_size=2, max_size=12), st.sampled_from(("DL", "REML", "ML")))
def test_equal_effects_have_no_heterogeneity(effect, log_variances, method):
    """Tau squared is at its boundary, its Q-profile interval is empty, and Knapp and Hartung's error is 0 with no test."""
    p = pool([effect] * len(log_variances), [10**x for x in log_variances], method=method)
    assert p.at_boundary
    assert (p.tau2, p.tau2_low, p.tau2_high, p.i2, p.q) == (0, 0, 0, 0, 0)
    assert p.tau2_interval_empty
    assert (p.standard_error, p.statistic, p.p_value) == (0, None, None)


CELLS = st.lists(st.tuples(*[st.integers(0, 200)] * 4), min_size=2, max_size=10)


@given(CELLS, st.sampled_from((log_odds_ratio, log_risk_ratio, risk_difference)), st.sampled_from(("only0", "all", "if0all")))
def test_swapping_the_arms_flips_the_sign(rows, measure, to):
    assume(all(a + b > 0 and c + d > 0 for a, b, c, d in rows))
    a, b, c, d = zip(*rows, strict=True)
    one, other = measure(a, b, c, d, to=to), measure(c, d, a, b, to=to)
    assert other.effect == pytest.approx([-y for y in one.effect], abs=1e-12)
    assert other.variance == pytest.approx(one.variance, rel=1e-12)
    assert other.corrected == one.corrected


@given(CELLS)
def test_swapping_events_and_non_events_flips_the_log_odds_ratio(rows):
    assume(all(a + b > 0 and c + d > 0 for a, b, c, d in rows))
    a, b, c, d = zip(*rows, strict=True)
    assert log_odds_ratio(b, a, d, c).effect == pytest.approx([-y for y in log_odds_ratio(a, b, c, d).effect], abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=10), method)
def test_a_pooled_proportion_is_one(rows, method):
    """Between 0 and 1 with its bounds in order; those without the event mirror those with it."""
    events, total = zip(*((x % (n + 1), n) for x, n in rows), strict=True)
    effects = logit_proportion(events, total)
    shown = readable(pool(effects.effect, effects.variance, method=method), "PLO")
    assert 0 <= shown.low <= shown.estimate <= shown.high <= 1
    mirrored = logit_proportion([n - x for x, n in zip(events, total, strict=True)], total)
    assert mirrored.effect == pytest.approx([-y for y in effects.effect], abs=1e-12)
    back = proportion(effects.effect)
    for p, x, n, corrected in zip(back, events, total, effects.corrected, strict=True):
        assert p == pytest.approx((x + 0.5) / (n + 1) if corrected else x / n, abs=1e-12)
