"""Small-study effects: regression and rank tests, limits, precise-study means and counts, at their edges and against R."""

from itertools import permutations

import numpy as np
import pytest

from equipoise.engines.synthesis.asymmetry import begg, egger, harbord, peters
from equipoise.engines.synthesis.failsafe import failsafe_n
from equipoise.engines.synthesis.limit import limit_meta_analysis
from equipoise.engines.synthesis.pooling import pool
from equipoise.engines.synthesis.precision_effect import pet_peese, uwls, waap
from equipoise.engines.synthesis.significance import excess_significance

MAGNESIUM = np.array(  # deaths and patients, magnesium and control; Egger, Davey Smith & Altman 2001, Systematic Reviews
    [(1, 40, 2, 36), (9, 135, 23, 135), (2, 200, 7, 200), (1, 48, 1, 46), (10, 150, 8, 148), (1, 59, 9, 56), (1, 25, 3, 23),
     (0, 22, 1, 21), (6, 76, 11, 75), (1, 27, 7, 27), (2, 89, 12, 80), (5, 23, 13, 33), (4, 130, 8, 122), (90, 1159, 118, 1157),
     (4, 107, 17, 108), (2216, 29011, 2103, 29039)], dtype=float,
)  # fmt: skip
A, N1, C, N2 = MAGNESIUM.T
ADDED = 0.5 * (A == 0)
CELLS = np.stack([A, N1 - A, C, N2 - C]) + ADDED
EFFECT, VARIANCE = np.log(CELLS[0] * CELLS[3] / (CELLS[1] * CELLS[2])), (1 / CELLS).sum(axis=0)
BASKERVILLE = (  # practice facilitation, standardised mean difference and standard error; Annals of Family Medicine 10:63-74
    np.array([1.01, 0.82, 0.59, 0.44, 0.84, 0.73, 1.12, 0.04, 0.24, 0.32, 1.04, 1.31, 0.59, 0.66, 0.62, 0.47, 1.08, 0.98, 0.26,
              0.39, 0.60, 0.94, 0.11]),
    np.array([0.52, 0.46, 0.23, 0.18, 0.29, 0.29, 0.36, 0.37, 0.15, 0.40, 0.32, 0.57, 0.29, 0.19, 0.31, 0.27, 0.32, 0.32, 0.18,
              0.18, 0.31, 0.53, 0.27]) ** 2,
)  # fmt: skip


@pytest.mark.parametrize(
    ("model", "predictor", "expected"),
    [  # regtest(yi, vi, ni = , model = , predictor = ), metafor 3.8-1; rma by rma(mods = , control = list(threshold = 1e-16))
        ("lm", "sei", (0.0996171438181, -1.59908536516, 0.0337396236411, 0.276437344295, -5.78462135512, 4.72866354338e-05)),
        (
            "lm",
            "vi",
            (0.03364198771, -1.26790931156, 0.042073642358, 0.378787077075, -3.34728766714, 0.00478974394904),
        ),
        ("lm", "ni", (-0.575743617103, 1.09176062908e-05, 0.142724651343, 2.54953994883e-06, 4.28218679054, 0.000759275770507)),
        ("lm", "ninv", (0.0371727278712, -100.432516111, 0.0407010803531, 27.7731669973, -3.6161708213, 0.00280697175298)),
        (
            "lm",
            "sqrtni",
            (-0.684994099315, 0.00308933122352, 0.154808355623, 0.000665654496539, 4.6410431231, 0.000381513599269),
        ),
        ("lm", "sqrtninv", (0.105014580179, -13.1272251906, 0.0349708561514, 2.34068169384, -5.60829147557, 6.45087415373e-05)),
        ("rma", "sei", (0.0419173327113, -1.48655311534, 0.103248969508, 0.318412751177, -4.66863563047, 3.03206580321e-06)),
        ("rma", "vi", (-0.400076615495, -0.74423028601, 0.208954251405, 0.355859995248, -2.091356982936, 0.036496075274)),
        ("rma", "sqrtni", (-0.96036985114, 0.0045053740974, 0.216733404683, 0.001920455793, 2.345992088869, 0.018976510248)),
        ("rma", "sqrtninv", (0.073500954816, -12.603048493, 0.0817549942056, 2.53221372903, -4.97708718205, 6.45482533e-07)),
    ],
)
def test_metafor_agrees_on_every_regression(model, predictor, expected):
    """Intercept, slope, their standard errors, statistic and p-value."""
    e = egger(EFFECT, VARIANCE, model=model, predictor=predictor, total=N1 + N2)
    found = (e.intercept, e.slope, e.intercept_standard_error, e.slope_standard_error, e.statistic, e.p_value)
    assert found == pytest.approx(expected, rel=1e-8)
    assert np.isnan(e.limit) == (predictor in ("ni", "sqrtni"))


def test_metafor_agrees_on_limits():
    """Without ISIS-4, help(regtest) of metafor 5 prints t = -3.1783, 13 df, p = 0.0073; z = -2.8062, p = 0.0050; and limits."""
    lm, rma = (egger(EFFECT[:-1], VARIANCE[:-1], model=model) for model in ("lm", "rma"))
    assert (lm.statistic, lm.df, lm.p_value, lm.limit) == pytest.approx((-3.1783, 13, 0.0073, -0.1512), abs=5e-5)
    assert lm.limit_interval == pytest.approx([-0.5130, 0.2106], abs=5e-5)
    assert (rma.statistic, rma.p_value, rma.limit) == pytest.approx((-2.8062, 0.0050, -0.1639), abs=5e-5)
    assert rma.limit_interval == pytest.approx([-0.5681, 0.2402], abs=5e-5)
    knapp = egger(EFFECT, VARIANCE, model="rma", test="knapp-hartung")  # rma(mods = , test = "knha"), metafor 3.8-1
    assert (knapp.statistic, knapp.p_value, knapp.df) == pytest.approx((-4.90330468069, 0.000232855405736, 14), rel=1e-9)


def test_egger_is_a_line_through_the_radial_plot():
    """Standardised effects on precision: the printed form of 1997, whose intercept is our slope."""
    x = np.stack([np.ones(16), 1 / np.sqrt(VARIANCE)], axis=1)
    (bias, effect), *_ = np.linalg.lstsq(x, EFFECT / np.sqrt(VARIANCE), rcond=None)
    e = egger(EFFECT, VARIANCE)
    assert (e.slope, e.intercept) == pytest.approx((bias, effect), rel=1e-12)


@pytest.mark.parametrize("c", [1e-6, 1e-3, 1e6])
@pytest.mark.parametrize("model", ["lm", "rma"])
def test_units_and_origin_do_not_matter(model, c):
    e, f = egger(EFFECT, VARIANCE, model=model), egger(c * (EFFECT + 3), c**2 * VARIANCE, model=model)
    assert (f.slope, f.statistic, f.p_value) == pytest.approx((e.slope, e.statistic, e.p_value), rel=1e-7)
    assert (f.intercept / c - 3, f.intercept_standard_error / c) == pytest.approx(
        (e.intercept, e.intercept_standard_error), rel=1e-7
    )


def test_given_numbers_stand_for_a_predictor():
    named, given = egger(EFFECT, VARIANCE, predictor="vi"), egger(EFFECT, VARIANCE, predictor=VARIANCE)
    assert (given.slope, given.limit, given.predictor) == (named.slope, named.limit, "given")


def test_an_exact_line_has_no_test():
    e = egger(1 + 2 * np.sqrt(VARIANCE), VARIANCE)
    assert (e.intercept, e.slope, e.slope_standard_error) == (pytest.approx(1), pytest.approx(2), 0)
    assert np.isnan([e.statistic, e.p_value]).all()


def test_harbord_and_peters():
    """R 4.2.2: lm(Z / sqrt(V) ~ sqrt(V)); lm(yi ~ I(1 / n), weights = 1 / (1 / events + 1 / (n - events)))."""
    h = harbord(A, N1 - A, C, N2 - C)
    assert (h.slope, h.slope_standard_error, h.statistic) == pytest.approx(
        (-1.75253803037, 0.307739632684, -5.69487269186), rel=1e-10
    )
    assert (h.intercept, h.p_value) == pytest.approx((0.102910107303, 5.53550758322e-05), rel=1e-10)
    p = peters(EFFECT, events=A + C, total=N1 + N2)
    assert (p.intercept, p.slope) == pytest.approx((0.0337235264071, -115.305732237), rel=1e-10)
    assert (p.slope_standard_error, p.p_value) == pytest.approx((29.0391231606, 0.00139391624031), rel=1e-10)


def test_metafor_agrees_on_ranks():
    """ranktest(yi, vi), metafor 3.8-1: exact without ties, normal with them."""
    exact, normal = begg(EFFECT, VARIANCE), begg(*BASKERVILLE)
    assert (exact.tau, exact.p_value, exact.exact) == (pytest.approx(0.15), pytest.approx(0.450284886272, rel=1e-11), True)
    assert (normal.tau, normal.p_value, normal.exact) == (
        pytest.approx(0.42838861631168, rel=1e-12),
        pytest.approx(0.00491904613833, rel=1e-11),
        False,
    )


def test_exact_rank_probability_counts_permutations():
    rng = np.random.default_rng(1)
    y, v = rng.normal(size=6), rng.uniform(0.01, 1, 6)
    found = begg(y, v)
    taus = [sum(np.sign(a[j] - a[i]) for i in range(6) for j in range(i + 1, 6)) / 15 for a in permutations(range(6))]
    tail = min(np.mean(np.array(taus) >= found.tau - 1e-9), np.mean(np.array(taus) <= found.tau + 1e-9))
    assert found.p_value == pytest.approx(min(1, 2 * tail))


def test_ties_on_both_sides_have_kendalls_variance():
    """The same studies twice: SciPy's asymptotic tau-b on the standardised effects."""
    from scipy.stats import kendalltau

    y, v = np.array([0.1, 0.5, 0.2, 0.9, 0.4, 0.5] * 2), np.array([0.1, 0.2, 0.05, 0.3, 0.2, 0.4] * 2)
    w = 1 / v
    z = np.round((y - w @ y / w.sum()) / np.sqrt(v - 1 / w.sum()), 12)
    oracle = kendalltau(z, v, method="asymptotic")
    found = begg(y, v)
    assert (found.tau, found.p_value) == pytest.approx((oracle.statistic, oracle.pvalue), rel=1e-12)


def test_without_spread_there_is_no_rank_correlation():
    assert np.isnan(begg([0.1, 0.2, 0.4], [1, 1, 1]).tau)


def test_pet_peese_chooses_by_its_rule():
    """Precise nulls under small positive studies: PET. A clear effect everywhere: PEESE. Towards less: the mirror image."""
    v = np.linspace(0.01, 0.4, 20) ** 2
    noise = 0.3 * np.sqrt(v) * np.tile([1, -1], 10)
    null, clear = 1.5 * np.sqrt(v) + noise, 0.8 + 1.5 * v + noise
    assert pet_peese(null, v).chosen == "PET"
    found = pet_peese(clear, v)
    assert (found.chosen, found.estimate) == ("PEESE", found.peese.limit)
    assert found.pet_p == pytest.approx(found.pet.intercept_p / 2)
    mirrored = pet_peese(-clear, v, alternative="less")
    assert (mirrored.chosen, mirrored.estimate) == ("PEESE", pytest.approx(-found.estimate))
    assert pet_peese(-clear, v).chosen == "PET"
    assert pet_peese(-clear, v, alternative="two.sided").pet_p == pytest.approx(found.pet.intercept_p)


def test_weighted_least_squares_keeps_the_common_mean_and_widens_its_error():
    common, found = pool(EFFECT, VARIANCE, method="common", test="z"), uwls(EFFECT, VARIANCE)
    assert found.estimate == pytest.approx(common.estimate, rel=1e-12)
    assert found.dispersion == pytest.approx(common.q / 15, rel=1e-12)
    assert found.standard_error == pytest.approx(common.standard_error * np.sqrt(common.q / 15), rel=1e-12)
    assert np.isnan(uwls([0.3], [0.1]).standard_error)


def test_adequately_powered_studies_speak_alone():
    y, v = np.array([0.5, 0.45, 1.4, 0.2]), np.array([0.01, 0.02, 0.4, 0.3])
    found = waap(y, v)
    assert found.adequate.tolist() == [True, True, False, False]
    assert found.estimate == uwls(y[:2], v[:2]).estimate
    assert waap(0.01 * y, v).k == 4


def test_limit_without_heterogeneity_is_pets():
    """With a tau squared of 0 the limit is the intercept of Egger's regression, and Q divides as its residuals do."""
    rng = np.random.default_rng(3)
    v = rng.uniform(0.01, 0.5, 12)
    y = 0.2 + 0.4 * np.sqrt(v) * np.tile([1, -1], 6)
    found, line = limit_meta_analysis(y, v), egger(y, v)
    assert (found.tau2, found.bias) == (0, pytest.approx(line.slope, rel=1e-9))
    assert found.estimate == pytest.approx(line.limit, rel=1e-9)
    assert found.shrunken == pytest.approx(np.full(12, found.mean))
    assert found.q_residual == pytest.approx(10 * line.dispersion, rel=1e-9)
    assert found.q_small + found.q_residual == pytest.approx(found.q)


def test_error_of_the_limit_under_its_model():
    """The inverse of X'X, X the generalised radial plot with unit variance about its line."""
    found = limit_meta_analysis(EFFECT, VARIANCE, error="model")
    x = np.stack([np.ones(16), 1 / np.sqrt(VARIANCE + found.tau2)], axis=1)
    combination = np.array([np.sqrt(found.tau2), 1])
    assert found.standard_error**2 == pytest.approx(combination @ np.linalg.inv(x.T @ x) @ combination, rel=1e-9)
    assert found.standard_error > 5 * limit_meta_analysis(EFFECT, VARIANCE).standard_error


@pytest.mark.parametrize("c", [1e-6, 1e6])
def test_limit_knows_no_units(c):
    a, b = limit_meta_analysis(EFFECT, VARIANCE), limit_meta_analysis(c * EFFECT, c**2 * VARIANCE)
    assert (b.estimate / c, b.standard_error / c, b.bias) == pytest.approx((a.estimate, a.standard_error, a.bias), rel=1e-7)
    assert b.q_residual == pytest.approx(14 * egger(EFFECT, VARIANCE).dispersion, rel=1e-9)


def test_fail_safe_numbers():
    """fsn(yi, vi) and type = "Orwin", target = 0.05, type = "Rosenberg", metafor 3.8-1."""
    found = [failsafe_n(EFFECT, VARIANCE, kind=kind, target=0.05).n for kind in ("Rosenthal", "Orwin", "Rosenberg")]
    assert found == [131, 310, 0]
    assert failsafe_n(EFFECT, VARIANCE, kind="Orwin").n == 16
    n = failsafe_n(*BASKERVILLE).n
    y, v = (np.append(a, np.full(n, b)) for a, b in zip(BASKERVILLE, (0.0, 1.0), strict=True))
    assert failsafe_n(y, v).p_value >= 0.05 > failsafe_n(y[:-1], v[:-1]).p_value


def test_excess_significance():
    """tes(yi, vi), metafor 3.8-1: six significant trials of magnesium where 0.83 were expected."""
    found = excess_significance(EFFECT, VARIANCE)
    assert (found.observed, found.expected) == (6, pytest.approx(0.827136832865, rel=1e-11))
    assert found.p_value == pytest.approx(9.6310100448e-05, rel=1e-10)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: egger([1, 2], [1, 1]), "2 studies; a line"),
        (lambda: egger([1, 2, 3], [1, 1, 1]), "predictor sei is 1 in all 3 studies"),
        (lambda: egger([1, 2, 3], [1, 2, -1]), "variance of row 2 is -1"),
        (lambda: egger([1, 2, 3], [1, 2, 3], predictor="ni"), "needs total"),
        (lambda: egger([1, 2, 3], [1, 2, 3], predictor="ni", total=[1, 0, 3]), "total of row 1 is 0"),
        (lambda: egger([1, 2, 3], [1, 2, 3], predictor="se"), "predictor is 'se'"),
        (lambda: egger([1, 2, 3], [1, 2, 3], model="ols"), "model is 'ols'"),
        (lambda: harbord([1, 0, 2], [3, 4, 5], [1, 0, 2], [3, 4, 5]), "events of row 1 is 0"),
        (lambda: peters([1, 2, 3], events=[1, 2, 5], total=[4, 4, 5]), "events of row 2 is 5"),
        (lambda: pet_peese([1, 2, 3], [1, 2, 3], alternative="more"), "alternative is 'more'"),
        (lambda: limit_meta_analysis([1, 2, 3], [1, 2, 3], method="common"), "should estimate tau squared"),
        (lambda: limit_meta_analysis([1, 2, 3], [1, 2, 3], error="beta"), "error is 'beta'"),
        (lambda: limit_meta_analysis([1, 2, 3], [2, 2, 2]), "variance is 2 in all 3 studies"),
        (lambda: uwls([], []), "no study to average"),
        (lambda: failsafe_n([1], [1], kind="Orwin", target=0), "target is 0"),
        (lambda: excess_significance([], []), "no study"),
    ],
)
def test_bad_input_is_refused_in_words(call, says):
    with pytest.raises(ValueError, match=says):
        call()
