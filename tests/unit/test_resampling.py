"""Other sets of studies: each batch against a loop of single fits, each test by chance against all that could have been."""

from itertools import permutations, product

import numpy as np
import pytest

from equipoise.engines.synthesis import bootstrap, cumulative, leave_one_out, permute, pool, subsets
from equipoise.engines.synthesis.resampling import BLOCK

EFFECT = np.array([0.2, -0.4, 0.9, 0.5, 1.3, 0.1])
VARIANCE = np.array([0.05, 0.1, 0.2, 0.02, 0.4, 0.1])
DOSE = np.array([1.0, 0, 3, 2, 5, 2])
FIELDS = (
    "estimate",
    "standard_error",
    "interval",
    "tau2",
    "tau2_interval",
    "q",
    "i2",
    "prediction_interval",
    "p_value",
    "maxima",
)


class NoChance:
    """A source of chance that nobody may ask."""


def same(many, row, one):
    for name in FIELDS:
        assert getattr(many, name)[row] == pytest.approx(getattr(one, name), rel=1e-9, abs=1e-12, nan_ok=True), name


@pytest.mark.parametrize("method", ["common", "DL", "PM", "REML"])
@pytest.mark.parametrize("moderators", [None, DOSE])
def test_leaving_one_out_is_the_fit_without_the_row(method, moderators):
    many = leave_one_out(EFFECT, VARIANCE, method=method, moderators=moderators, level=0.9)
    for i in range(EFFECT.size):
        kept = np.arange(EFFECT.size) != i
        left = None if moderators is None else moderators[kept]
        same(many, i, pool(EFFECT[kept], VARIANCE[kept], method=method, moderators=left, level=0.9))
    assert (many.k == 5).all()
    assert (np.diag(many.weights) == 0).all()


def test_without_the_only_study_of_its_kind_a_regression_is_not_there():
    """The moderator is then constant: that row is NaN, and the others are as ever."""
    kind = np.array([0.0, 0, 0, 0, 0, 1])
    many = leave_one_out(EFFECT, VARIANCE, moderators=kind)
    assert np.isnan(many.estimate).all(axis=1).tolist() == [False] * 5 + [True]
    same(many, 0, pool(EFFECT[1:], VARIANCE[1:], moderators=kind[1:]))


@pytest.mark.parametrize("order", [None, [2003, 1999, 2010, 1999, 2020, 2001]])
def test_studies_are_added_in_order_and_ties_as_they_stand(order):
    many = cumulative(EFFECT, VARIANCE, order=order, test="z")
    rows = range(6) if order is None else (1, 3, 5, 0, 2, 4)
    for count in range(1, 7):
        taken = list(rows)[:count]
        same(many, count - 1, pool(EFFECT[taken], VARIANCE[taken], test="z"))
        assert np.flatnonzero(many.weights[count - 1]).tolist() == sorted(taken)
    assert many.k.tolist() == [1, 2, 3, 4, 5, 6]
    tied = cumulative(np.arange(50.0), np.ones(50), order=np.arange(50) % 2, method="common")
    assert (tied.weights[24] > 0).tolist() == [True, False] * 25
    assert (tied.weights[30, 1::2] > 0).tolist() == [True] * 6 + [False] * 19


@pytest.mark.parametrize("test", ["z", "knapp-hartung"])
@pytest.mark.parametrize("method", ["common", "DL", "REML"])
def test_all_signs_are_flipped_once_each(method, test):
    """Exact: against a loop over every combination of signs."""
    observed = abs(pool(EFFECT, VARIANCE, method=method, test=test).statistic)
    far = [
        abs(pool(EFFECT * signs, VARIANCE, method=method, test=test).statistic) >= observed * (1 - 1e-9)
        for signs in product((1, -1), repeat=6)
    ]
    found = permute(EFFECT, VARIANCE, rng=NoChance(), method=method, test=test)
    assert (found.p_value, found.permutations, found.exact) == (pytest.approx(np.mean(far)), 64, True)
    assert np.isnan(found.qm_p)


def test_all_orders_of_the_moderators_are_taken_once_each():
    """Exact: against a loop over every order of the rows, with two moderators."""
    y, v, x = EFFECT[:5], VARIANCE[:5], np.column_stack([DOSE[:5], [0, 1, 1, 0, 0]])
    fit = pool(y, v, method="DL", moderators=x)
    others = [pool(y, v, method="DL", moderators=x[list(order)]) for order in permutations(range(5))]
    far = np.mean([np.abs(one.statistic) >= np.abs(fit.statistic) * (1 - 1e-9) for one in others], axis=0)
    found = permute(y, v, rng=NoChance(), method="DL", test="knapp-hartung", moderators=x)
    assert found.p_value == pytest.approx(far)
    assert found.qm_p == pytest.approx(np.mean([one.qm >= fit.qm * (1 - 1e-9) for one in others]))
    assert (found.permutations, found.exact) == (120, True)


def test_metafor_agrees_on_exact_tests():
    """permutest(rma(yi, vi, mods = ~ ablat, method = "DL"), exact = TRUE), metafor 3.8-1: first six trials of dat.bcg."""
    y = np.array([-0.88931133392, -1.5853886572, -1.34807314830, -1.44155119002, -0.217547322211, -0.786115585819])
    v = np.array([0.325584765004, 0.194581121398, 0.415367965368, 0.0200100319021, 0.0512101722085, 0.00690561845592])
    assert permute(y, v, rng=NoChance(), method="DL").p_value == 0.03125
    found = permute(y, v, rng=NoChance(), method="DL", moderators=[44, 55, 42, 52, 13, 44])
    assert (*found.p_value, found.qm_p) == pytest.approx((0.7722222222222, 0.03055555555556, 0.03055555555556), rel=1e-12)


@pytest.mark.parametrize("moderators", [None, DOSE])
def test_a_sample_of_permutations_comes_near_all_of_them(moderators):
    exact = permute(EFFECT, VARIANCE, rng=NoChance(), method="DL", moderators=moderators)
    drawn = permute(EFFECT, VARIANCE, rng=np.random.default_rng(1), method="DL", moderators=moderators, permutations=60)
    assert exact.exact
    assert (drawn.exact, drawn.permutations) == (False, 60)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * 0.5 / np.sqrt(60))
    assert (np.asarray(drawn.p_value) >= 1 / 60).all()  # the observed one counts
    again = permute(EFFECT, VARIANCE, rng=np.random.default_rng(1), method="DL", moderators=moderators, permutations=60)
    assert np.array_equal(again.p_value, drawn.p_value)


def test_more_permutations_than_a_block_are_all_counted():
    """Twelve equal effects: of 4,096 sign flips two are as far from 0; thirteen need a second block."""
    for k in (12, 13):
        found = permute(np.ones(k), np.ones(k), rng=NoChance(), method="common", permutations=2 * BLOCK)
        assert (found.permutations, found.p_value) == (2**k, 2 / 2**k)


def test_a_statistic_that_is_not_there_is_no_sign_of_an_effect():
    """Of equal effects Knapp and Hartung's does not exist; flips that make effects equal are as far as can be."""
    assert np.isnan(permute([1, 1, 1, 1], VARIANCE[:4], rng=NoChance(), test="knapp-hartung").p_value)
    assert permute([1, 1, 1, -1], np.ones(4), rng=NoChance(), test="knapp-hartung").p_value == 10 / 16


def test_bootstraps_have_their_means_where_they_were_drawn():
    """Parametric: mean at the estimate, spread as its standard error; of studies: around it; the same from the same seed."""
    fit = pool(EFFECT, VARIANCE, method="DL", test="z")
    draws = bootstrap(EFFECT, VARIANCE, rng=np.random.default_rng(2), draws=4000, method="DL", test="z")
    assert draws.estimate.mean() == pytest.approx(fit.estimate, abs=4 * fit.standard_error / np.sqrt(4000))
    assert draws.estimate.std() == pytest.approx(fit.standard_error, rel=0.1)
    again = bootstrap(EFFECT, VARIANCE, rng=np.random.default_rng(2), draws=4000, method="DL", test="z")
    assert np.array_equal(again.estimate, draws.estimate)
    studies = bootstrap(EFFECT, VARIANCE, rng=np.random.default_rng(3), draws=2000, kind="studies", method="common")
    assert studies.estimate.mean() == pytest.approx(pool(EFFECT, VARIANCE, method="common").estimate, abs=0.1)
    assert (studies.k == 6).all()
    rows = np.random.default_rng(3).integers(6, size=(2000, 6))[7]
    assert studies.estimate[7] == pytest.approx(pool(EFFECT[rows], VARIANCE[rows], method="common").estimate, rel=1e-12)


def test_all_subsets_are_pooled_once_each():
    found = subsets(EFFECT, VARIANCE, rng=NoChance(), method="DL")
    assert found.complete
    assert found.mask.shape == (2**6 - 6 - 1, 6)
    assert len({tuple(row) for row in found.mask.tolist()}) == 57
    assert found.mask.sum(axis=1).min() == 2
    for row, mask in enumerate(found.mask):
        one = pool(EFFECT[mask], VARIANCE[mask], method="DL")
        assert (found.estimate[row], found.tau2[row], found.i2[row], found.q[row]) == pytest.approx(
            (one.estimate, one.tau2, one.i2, one.q), rel=1e-10, abs=1e-12
        )


@pytest.mark.parametrize(("k", "most"), [(6, 56), (14, 16_000), (70, 500)])
def test_drawn_subsets_are_different_and_as_many_as_wanted(k, most):
    y, v = np.arange(k, dtype=float), np.ones(k)
    found = subsets(y, v, rng=np.random.default_rng(5), most=most)
    assert not found.complete
    assert found.mask.shape == (most, k)
    assert len({row.tobytes() for row in found.mask}) == most
    assert found.mask.sum(axis=1).min() >= 2
    assert found.mask.mean() == pytest.approx(0.5, abs=0.05)
    assert found.estimate[-1] == pytest.approx(y[found.mask[-1]].mean())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: leave_one_out([1], [1]), "there is 1 study; leaving one out needs two at least"),
        (lambda: subsets([1], [1], rng=NoChance()), "there is 1 study; subsets need two at least"),
        (lambda: cumulative([1, 2], [1, 1], order=[1]), "the order has 1 values for 2 effects; it should have one for each"),
        (lambda: permute([1, 2], [1, 1], rng=NoChance(), permutations=0), "permutations is 0; it should be at least 1"),
        (lambda: permute([1, 2], [1, 0], rng=NoChance()), "variance of row 1 is 0; it should be above 0"),
        (lambda: bootstrap([1, 2], [1, 1], rng=NoChance(), kind="x"), "kind is 'x'; it should be 'parametric' or 'studies'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_would_be_right(call, message):
    with pytest.raises(ValueError, match=message):
        call()
