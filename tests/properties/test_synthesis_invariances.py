"""What must hold for any studies, whatever the estimator and the test."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equipoise.engines.synthesis import effect_size, natural, pool, readable

METHODS = ("common", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "DLIT", "SJIT", "GENQ", "GENQM")
TESTS = ("z", "t", "knapp-hartung", "adhoc")
SQUARED = ("tau2", "tau2_interval")
LINEAR = ("estimate", "standard_error", "interval", "prediction_interval", "prediction_interval_riley")
PURE = ("df", "p_value", "i2", "i2_q", "q", "q_df", "q_p", "weights", "k", "at_boundary", "tau2_interval_empty", "maxima")
"""Fields of a result by what units do to them; h2 and statistic have none, but no bound."""
every = pytest.mark.parametrize("method", METHODS)
any_test = st.sampled_from(TESTS)


@st.composite
def studies(draw, min_size=2, max_size=9, decades=(-5, 2)):
    """Effects of any spread, variances over some decades."""
    rows = draw(st.lists(st.tuples(st.integers(-3000, 3000), st.floats(*decades)), min_size=min_size, max_size=max_size))
    return np.array([y / 1000 for y, _ in rows]), np.array([10**v for _, v in rows])


def pooled(y, v, method, test="z", own=None, **options):
    """Pool; where a method wants weights, these are more alike than the precisions."""
    if method.startswith("GENQ"):
        options["weights"] = v**-0.5 / (v**-0.5).sum() if own is None else own
    return pool(y, v, method=method, test=test, **options)


def scale_of(y, v):
    """A size below which a tau squared is nothing for these studies."""
    return max(np.ptp(y) ** 2, float(v.min()))


def alike(a, b, y, v, *, unit=1.0, order=slice(None), shift=0.0, exact=True):
    """Compare all that two results say, the second in units that are smaller by a factor, and with studies in another order."""
    close, size = 1e-7, scale_of(y, v)
    for name in SQUARED:
        assert getattr(b, name) / unit**2 == pytest.approx(getattr(a, name), rel=close, abs=close * size, nan_ok=True), name
    for name in LINEAR:
        moved = shift if "interval" in name or name == "estimate" else 0.0
        limit = close * (math.sqrt(size) + abs(shift))
        assert getattr(b, name) / unit - moved == pytest.approx(getattr(a, name), rel=close, abs=limit, nan_ok=True), name
    if not exact:
        return
    for name in PURE:
        one, other = getattr(a, name), getattr(b, name)
        if name == "weights":
            other = other[np.argsort(order)] if not isinstance(order, slice) else other
        if name in ("at_boundary", "tau2_interval_empty") and 0 < max(*a.tau2_interval, a.tau2) < 1e-9 * size:
            continue
        if name == "p_value" and a.standard_error < 1e-6 * math.sqrt(size):
            continue
        assert other == pytest.approx(one, rel=1e-6, abs=1e-7, nan_ok=True), name


@every
@settings(max_examples=12)
@given(data=studies(), test=any_test, shift=st.integers(-50, 50))
def test_shifting_every_study_shifts_the_mean_alike_and_nothing_else(method, data, test, shift):
    y, v = data
    alike(pooled(y, v, method, test), pooled(y + shift, v, method, test), y, v, shift=shift, exact=False)


@every
@settings(max_examples=14)
@given(data=studies(), test=any_test, decades=st.floats(-6, 6))
def test_units_do_not_matter(method, data, test, decades):
    """Effects times c and variances times c^2: tau squared times c^2, bounds times c, pure numbers the same."""
    y, v = data
    c = 10**decades
    alike(pooled(y, v, method, test), pooled(c * y, c**2 * v, method, test), y, v, unit=c)


@every
@settings(max_examples=12)
@given(data=studies(), test=any_test, random=st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(method, data, test, random):
    y, v = data
    order = list(range(y.size))
    random.shuffle(order)
    alike(pooled(y, v, method, test), pooled(y[order], v[order], method, test), y, v, order=order)


@every
@settings(max_examples=12)
@given(data=studies(), test=any_test)
def test_turning_every_sign_turns_the_result(method, data, test):
    y, v = data
    a, b = pooled(y, v, method, test), pooled(-y, v, method, test)
    assert b.estimate == pytest.approx(-a.estimate, abs=1e-12)
    assert (b.tau2, b.standard_error) == pytest.approx((a.tau2, a.standard_error), rel=1e-9, abs=1e-12 * scale_of(y, v))
    assert b.interval == pytest.approx(-a.interval[::-1], rel=1e-9, abs=1e-12)


@every
@settings(max_examples=14)
@given(data=studies(), test=any_test, level=st.floats(0.5, 0.99))
def test_results_are_in_order(method, data, test, level):
    """The mean lies among the effects and in its intervals, wider ones around narrower ones; shares are shares."""
    y, v = data
    p = pooled(y, v, method, test, level=level)
    slack = 1e-12 * max(1, np.abs(y).max())
    assert y.min() - slack <= p.estimate <= y.max() + slack
    assert p.interval[0] <= p.estimate <= p.interval[1]
    assert p.interval.sum() / 2 == pytest.approx(p.estimate, abs=1e-6 * (1 + np.ptp(p.interval)))
    assert p.weights.sum() == pytest.approx(1, abs=1e-12)
    assert (p.weights >= 0).all()
    assert p.tau2 >= 0
    assert 0 <= p.tau2_interval[0] <= p.tau2_interval[1]
    for share in (p.i2, p.i2_q, p.q_p):
        assert 0 <= share <= 1
    assert 0 <= p.p_value <= 1 or (np.isnan(p.p_value) and p.standard_error == 0)
    assert p.at_boundary == (method != "common" and p.tau2 == 0)
    assert (p.maxima > 0) == (method in ("ML", "REML"))
    if method != "common":
        assert p.prediction_interval[0] <= p.interval[0]
        assert p.interval[1] <= p.prediction_interval[1]
        if y.size > 2 and test != "z":
            assert p.prediction_interval_riley[0] <= p.prediction_interval[0]
    narrow = pooled(y, v, method, test, level=level / 2)
    assert p.interval[0] <= narrow.interval[0]
    assert p.tau2_interval[0] <= narrow.tau2_interval[0] + 1e-9 * scale_of(y, v)


@every
@settings(max_examples=12)
@given(data=studies())
def test_tests_differ_by_their_quantile_and_their_factor_alone(method, data):
    """The ad hoc error is the larger of the classical and Knapp and Hartung's; z and t share the first."""
    y, v = data
    z, t, kh, adhoc = (pooled(y, v, method, test) for test in TESTS)
    assert (z.standard_error, z.tau2) == (t.standard_error, kh.tau2)
    assert adhoc.standard_error == pytest.approx(max(z.standard_error, kh.standard_error), rel=1e-12)
    assert np.isnan(z.df)
    assert t.df == kh.df == adhoc.df == y.size - 1
    w = 1 / (v + z.tau2)
    left = y - y[np.argmin(v)]
    factor = w @ (left - w @ left / w.sum()) ** 2 / (y.size - 1)
    assert kh.standard_error**2 == pytest.approx(factor * z.standard_error**2, rel=1e-6, abs=1e-12 * scale_of(y, v))


@settings(max_examples=14)
@given(studies(), st.sampled_from(("common", "REML", "ML")), st.floats(-3, 3), st.sampled_from((1e12, 1e18)))
def test_a_study_that_knows_nothing_changes_nothing(data, method, effect, variance):
    """Of a variance of 1e12 against at most 100; moment estimators are left out, for they count studies whatever they know."""
    y, v = data
    a = pool(y, v, method=method, test="z")
    b = pool(np.append(y, effect), np.append(v, variance), method=method, test="z")
    assert b.maxima == a.maxima
    assert b.estimate == pytest.approx(a.estimate, abs=1e-7)
    assert b.tau2 == pytest.approx(a.tau2, rel=1e-5, abs=1e-7 * scale_of(y, v))
    assert b.standard_error == pytest.approx(a.standard_error, rel=1e-6)
    assert b.weights[-1] < 1e-9


@given(studies())
def test_common_effect_is_the_weighted_mean(data):
    """Against the formula in plain Python with exact sums; random effects without heterogeneity are the same."""
    y, v = data
    total = math.fsum(1 / x for x in v)
    mean = math.fsum(x / s for x, s in zip(y, v, strict=True)) / total
    p = pool(y, v, method="common", test="z")
    assert p.estimate == pytest.approx(mean, abs=1e-11)
    assert p.standard_error == pytest.approx(total**-0.5, rel=1e-12)
    assert p.q == pytest.approx(math.fsum((x - mean) ** 2 / s for x, s in zip(y, v, strict=True)), rel=1e-6, abs=1e-9)
    for method in METHODS[1:13]:
        random = pool(y, v, method=method, test="z")
        if random.tau2 == 0:
            assert (random.estimate, random.standard_error, random.q) == (p.estimate, p.standard_error, p.q)


@settings(max_examples=60)
@given(studies(), st.lists(st.floats(-2, 2), min_size=9, max_size=9))
def test_the_callers_weights_weigh_the_mean(data, logs):
    """GENQ by its formulas: the mean and the variance of a sum with these weights; with 1 / v tau squared is that of DL."""
    y, v = data
    w = 10 ** np.array(logs[: y.size])
    for method in ("GENQ", "GENQM"):
        p = pool(y, v, method=method, weights=w, test="z")
        assert p.estimate == pytest.approx(w @ y / w.sum(), abs=1e-9)
        assert p.standard_error == pytest.approx(math.sqrt(w**2 @ (v + p.tau2)) / w.sum(), rel=1e-9)
        assert p.weights == pytest.approx(w / w.sum(), rel=1e-12)
        tripled = pool(y, v, method=method, weights=3 * w, test="z")
        assert tripled.tau2 == pytest.approx(p.tau2, rel=1e-8, abs=1e-9 * scale_of(y, v))
    precise = pool(y, v, method="GENQ", weights=1 / v)
    assert precise.tau2 == pytest.approx(pool(y, v, method="DL").tau2, rel=1e-8, abs=1e-9 * scale_of(y, v))


@given(studies(decades=(-1, 1)), st.floats(-30, 30).filter(lambda x: abs(x) > 1))
def test_estimators_agree_where_studies_are_large(data, gap):
    """Variances of a hundred-millionth, effects that differ: tau squared is the sample's variance (ML, HS: with k below it)."""
    y, v = data[0] * 1.0, data[1] * 1e-8
    y[0] += gap
    assume(np.var(y) > 0.1)
    k = y.size
    for method in METHODS[2:]:
        if method in ("HS", "HSk", "GENQ", "GENQM", "PMM"):
            continue
        expected = np.var(y) if method == "ML" else np.var(y, ddof=1)
        assert pool(y, v, method=method).tau2 == pytest.approx(expected, rel=1e-5), method
    same = pool(y, np.full(k, 1e-8), method="HS")
    assert same.tau2 == pytest.approx(np.var(y), rel=1e-5)


@given(studies(), st.floats(0.5, 0.99))
def test_q_at_the_bounds_of_tau_squared_is_its_quantile(data, level):
    """The definition of the Q-profile interval, checked at both bounds; it holds Paule and Mandel's estimate."""
    from scipy.special import chdtrc

    y, v = data
    y = y - y[np.argmin(v)]
    p = pool(y, v, level=level)

    def tail(tau2):
        w = 1 / (v + tau2)
        return chdtrc(y.size - 1, (w * (y - (w * y).sum() / w.sum()) ** 2).sum())

    for bound, share in zip(p.tau2_interval, ((1 - level) / 2, (1 + level) / 2), strict=True):
        assert tail(bound) == pytest.approx(share, rel=1e-6) if bound > 0 else tail(0) >= share * (1 - 1e-9)
    assert p.tau2_interval_empty == (tail(0) > (1 + level) / 2) or tail(0) == pytest.approx((1 + level) / 2)
    if level > 0.9 and y.size > 2:
        assert p.tau2_interval[0] <= pool(y, v, method="PM").tau2 * (1 + 1e-9)
        assert pool(y, v, method="PM").tau2 <= p.tau2_interval[1] * (1 + 1e-9) or p.tau2_interval_empty


@given(st.floats(0, 10), st.floats(-7, 3), st.sampled_from(("DL", "HE", "PM", "REML", "ML")))
def test_two_studies_of_one_precision_have_a_closed_form(difference, log_variance, method):
    """Tau squared is half the squared difference (a quarter for ML) less the variance, or 0."""
    variance = 10**log_variance
    share = 4 if method == "ML" else 2
    p = pool([0, difference], [variance, variance], method=method)
    assert p.tau2 == pytest.approx(max(0, difference**2 / share - variance), rel=1e-9, abs=1e-9 * variance)
    assert p.estimate == pytest.approx(difference / 2, abs=1e-12)
    assert p.df == 1
    assert np.isnan(p.prediction_interval_riley).all()


@every
@settings(max_examples=12)
@given(effect=st.floats(-3, 3), logs=st.lists(st.floats(-7, 3), min_size=2, max_size=12))
def test_equal_effects_have_no_heterogeneity(method, effect, logs):
    """The Q-profile is empty, Knapp and Hartung's standard error is 0 with no test."""
    p = pooled(np.full(len(logs), effect), 10.0 ** np.array(logs), method, "knapp-hartung")
    assert p.at_boundary or method == "common"
    assert (p.tau2, *p.tau2_interval, p.i2, p.q) == (0, 0, 0, 0, 0)
    assert p.tau2_interval_empty
    assert (p.standard_error, p.estimate) == (0, effect)
    assert np.isnan((p.statistic, p.p_value)).all()


@settings(max_examples=60)
@given(studies(min_size=4), st.sampled_from(METHODS[:13]), any_test, st.floats(-6, 6), st.integers(-2000, 2000))
def test_a_regression_bears_other_units_and_origins_of_its_moderators(data, method, test, decades, origin):
    """Another unit of effects, another unit and origin of the moderator: slope and intercept follow, all else stays."""
    y, v = data
    x = np.arange(y.size) ** 2 % 7 / 4.0
    c = 10**decades
    a = pool(y, v, method=method, test=test, moderators=x)
    b = pool(c * y, c**2 * v, method=method, test=test, moderators=100 * x + origin)
    size = scale_of(y, v)
    assert b.tau2 / c**2 == pytest.approx(a.tau2, rel=1e-6, abs=1e-8 * size)
    assert 100 * b.estimate[1] / c == pytest.approx(a.estimate[1], rel=1e-6, abs=1e-8 * math.sqrt(size))
    assert (b.estimate[0] + origin * b.estimate[1]) / c == pytest.approx(a.estimate[0], rel=1e-5, abs=1e-7 * math.sqrt(size))
    assert 100 * b.standard_error[1] / c == pytest.approx(a.standard_error[1], rel=1e-5, abs=1e-8 * math.sqrt(size))
    assert (b.i2, b.q_p) == pytest.approx((a.i2, a.q_p), rel=1e-6, abs=1e-7)
    if a.standard_error[1] > 1e-4 * math.sqrt(size):
        assert b.qm == pytest.approx(a.qm, rel=1e-5, abs=1e-7)


CELLS = st.lists(st.tuples(*[st.integers(0, 200)] * 4), min_size=2, max_size=10)


@given(CELLS, st.sampled_from(("OR", "RR", "RD", "AS")), st.sampled_from(("only0", "all", "if0all")))
def test_swapping_the_arms_flips_the_sign(rows, measure, to):
    assume(all(a + b > 0 and c + d > 0 for a, b, c, d in rows))
    a, b, c, d = zip(*rows, strict=True)
    one, other = effect_size(measure, a=a, b=b, c=c, d=d, to=to), effect_size(measure, a=c, b=d, c=a, d=b, to=to)
    assert other.effect == pytest.approx([-y for y in one.effect], abs=1e-12)
    assert other.variance == pytest.approx(one.variance, rel=1e-12)
    assert (other.corrected == one.corrected).all()


@given(CELLS)
def test_swapping_events_and_non_events_flips_the_log_odds_ratio(rows):
    assume(all(a + b > 0 and c + d > 0 for a, b, c, d in rows))
    a, b, c, d = zip(*rows, strict=True)
    one, other = effect_size("OR", a=a, b=b, c=c, d=d), effect_size("OR", a=b, b=a, c=d, d=c)
    assert other.effect == pytest.approx(-one.effect, abs=1e-12)


@settings(max_examples=14)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=10), st.sampled_from(METHODS[:13]))
def test_a_pooled_proportion_is_one(rows, method):
    """Between 0 and 1 with its bounds in order; those without the event mirror those with it."""
    events, total = zip(*((x % (n + 1), n) for x, n in rows), strict=True)
    effects = effect_size("PLO", events=events, total=total)
    shown = readable(pool(effects.effect, effects.variance, method=method), "PLO")
    assert 0 <= shown.interval[0] <= shown.estimate <= shown.interval[1] <= 1
    mirrored = effect_size("PLO", events=np.subtract(total, events), total=total)
    assert mirrored.effect == pytest.approx([-y for y in effects.effect], abs=1e-12)
    back = natural("PLO", effects.effect)
    for p, x, n, corrected in zip(back, events, total, effects.corrected, strict=True):
        assert p == pytest.approx((x + 0.5) / (n + 1) if corrected else x / n, abs=1e-12)
