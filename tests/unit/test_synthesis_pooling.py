"""Pooling at its edges, by definitions written out, and against R metafor (validation/metafor says what else agrees)."""

import dataclasses

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size, pool, readable
from equipoise.engines.synthesis.pooling import CELLS

BCG = (  # vaccinated with and without tuberculosis, controls with and without; Colditz et al. 1994, JAMA 271:698-702
    (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
    (119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886),
    (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
    (128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825),
)
ANEURYSM = (  # patients well, patients treated; Pritz et al. 1997, Neurological Research 19:479-488
    (16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6),
    (17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10),
)

RR, OR = (effect_size(measure, **dict(zip("abcd", BCG, strict=True))) for measure in ("RR", "OR"))
PLO = effect_size("PLO", events=ANEURYSM[0], total=ANEURYSM[1])
VACCINATED = np.sqrt(np.add(BCG[0], BCG[1]))

METHODS = ("common", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "DLIT", "SJIT", "GENQ", "GENQM")
TESTS = ("z", "t", "knapp-hartung", "adhoc")
OF_STUDIES = {"weights"}
"""Fields with one number a study."""


@pytest.mark.parametrize(
    ("effects", "method", "expected"),
    [  # escalc(measure), rma(yi, vi, method, control = list(threshold = 1e-13 * mean(vi))), metafor 3.8-1, R 4.2.2
        (RR, "common", (0, 92.1173468546, -0.430285163654, 0.0404987517109, 0.14424654798, 0.0114222350401)),
        (RR, "DL", (0.308760262862, 92.1173468546, -0.714117222073, 0.178742089535, 0.180696628336, 0.00192076676705)),
        (RR, "REML", (0.313243258136, 92.2213845213, -0.714532342158, 0.179781516105, 0.180791744093, 0.00192001509606)),
        (OR, "ML", (0.302456572359, 91.2282740752, -0.741966830329, 0.177953370638, 0.186013794252, 0.00179765850169)),
        (OR, "REML", (0.337772033112, 92.0726912933, -0.745177770844, 0.186027912751, 0.186726187662, 0.00179126758998)),
        (PLO, "REML", (0.364587778609, 56.5596029963, 1.13890911599, 0.241477898346, 0.244441470117, 0.000446984235063)),
    ],
)
def test_metafor_agrees(effects, method, expected):
    """Columns: tau squared, I squared in percent, estimate, its standard error, Knapp-Hartung standard error and p-value."""
    z = pool(effects.effect, effects.variance, method=method, test="z")
    t = pool(effects.effect, effects.variance, method=method, test="knapp-hartung")
    assert (z.tau2, 100 * z.i2, z.estimate, z.standard_error, t.standard_error, t.p_value) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("method", "expected"),
    [  # rma(yi, vi, method, test = "knha", control = list(threshold = 1e-14, tol = 1e-14)), metafor 3.8-1, R 4.2.2
        ("HE", (0.3285638579958, 92.55709740663, 13.43561852993, -0.7158785887587, 0.1811040691912)),
        ("HS", (0.2283628636769, 89.62996666409, 9.643170543503, -0.7045353739163, 0.178623307722)),
        ("HSk", (0.249169930281, 90.4129018071, 10.43068486292, -0.7074760517245, 0.1792382540823)),
        ("SJ", (0.3455157015986, 92.89632409554, 14.07721880121, -0.7172485925576, 0.1814284515278)),
        ("ML", (0.2800281372686, 91.37828378945, 11.59861883155, -0.7111991354742, 0.1800422221444)),
        ("PM", (0.318068452205, 92.33033795415, 13.0383841429, -0.7149681534934, 0.1808921915376)),
        ("PMM", (0.3433879068958, 92.85545121267, 13.99668516189, -0.7170830446636, 0.1813888803757)),
    ],
)
def test_metafor_agrees_on_the_other_estimators(method, expected):
    """BCG risk ratios: tau squared, I squared in percent, H squared, estimate, Knapp-Hartung standard error."""
    p = pool(RR.effect, RR.variance, method=method)
    assert (p.tau2, 100 * p.i2, p.h2, p.estimate, p.standard_error) == pytest.approx(expected, rel=1e-9)


def test_metafor_agrees_on_weights_of_the_callers_own():
    """rma(yi, vi, weights = sqrt(tpos + tneg), method = "GENQ"), metafor 3.8-1: the mean is weighted by them, too."""
    z, t = (pool(RR.effect, RR.variance, method="GENQ", weights=VACCINATED, test=test) for test in ("z", "knapp-hartung"))
    expected = (0.3254230691675, 92.49065725702, -0.4380900370462, 0.2256706372794, 0.2237821575192)
    assert (z.tau2, 100 * z.i2, z.estimate, z.standard_error, t.standard_error) == pytest.approx(expected, rel=1e-9)


def test_metafor_agrees_on_every_interval():
    """confint() and predict(), also with pi.type = "Riley", of metafor 3.8-1: BCG risk ratios, REML, Knapp-Hartung."""
    p = pool(RR.effect, RR.variance)
    assert p.interval == pytest.approx((-1.10844371369, -0.320620970631), rel=1e-10)
    assert p.prediction_interval == pytest.approx((-1.9960168342, 0.56695214988), rel=1e-10)
    assert p.prediction_interval_riley == pytest.approx((-2.00905765037, 0.579992966055), rel=1e-10)
    assert p.tau2_interval == pytest.approx((0.119718361141, 1.11147908406), rel=1e-10)
    assert (p.q, p.q_p) == pytest.approx((152.233008082, 1.99676459085e-26), rel=1e-9)
    shown = readable(pool(RR.effect, RR.variance, test="z"), "RR")
    assert (shown.estimate, *shown.interval) == pytest.approx((0.489420939826, 0.344074306107, 0.696166066715), rel=1e-10)


def test_other_names_are_the_same_thing():
    """EE, FE and CE are the common effect, knha is Knapp and Hartung; four names of estimators are one root."""
    for method in ("EE", "FE", "CE"):
        same(pool(RR.effect, RR.variance, method=method, test="knha"), pool(RR.effect, RR.variance, method="common"))
    pm = pool(RR.effect, RR.variance, method="PM")
    for method in ("EB", "DLIT", "SJIT"):
        assert pool(RR.effect, RR.variance, method=method).tau2 == pm.tau2


def test_iterating_moment_estimators_leads_to_paule_and_mandel():
    """DLIT: the moment estimate with weights 1 / (v + tau squared); SJIT: Sidik and Jonkman's; both again and again."""
    y, v = RR.effect, RR.variance
    k, dl, sj = y.size, 0.0, float(np.var(y))
    for _ in range(2000):
        w = 1 / (v + dl)
        q = w @ (y - w @ y / w.sum()) ** 2
        dl = max(0.0, (q - (w @ v - (w**2) @ v / w.sum())) / (w.sum() - (w @ w) / w.sum()))
        w = 1 / (v + sj)
        sj = sj * (w @ (y - w @ y / w.sum()) ** 2) / (k - 1)
    assert (dl, sj) == pytest.approx([pool(y, v, method="PM").tau2] * 2, rel=1e-12)


def same(a, b, *, row=..., taking=slice(None)):
    """Compare all fields of a result with those of one analysis of a batch, to 1e-10 and counts exactly."""
    for field in dataclasses.fields(a):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, (str, float)) and not isinstance(one, np.floating):
            assert one == other
            continue
        one = one[row]
        if field.name in OF_STUDIES:
            one = one[taking]
        if np.asarray(one).dtype.kind in "bi":
            assert np.array_equal(one, other) or field.name == "iterations", field.name
        assert np.shape(one) == np.shape(other), field.name
        assert one == pytest.approx(other, rel=1e-10, abs=1e-12, nan_ok=True), field.name


def gaps(method, rng):
    """Return 24 analyses of none to eight studies in columns of their own, nonsense where a study is not, and weights."""
    mask = rng.random((24, 8)) < np.linspace(0, 1, 24)[:, None]
    mask[-1] = True
    y, v = rng.normal(size=mask.shape) * 2, 10 ** rng.uniform(-2, 1, mask.shape)
    y[~mask], v[~mask] = np.nan, -1
    return y, v, mask, {"weights": 10 ** rng.uniform(-1, 1, mask.shape)} if method.startswith("GENQ") else {}


@pytest.mark.parametrize("method", METHODS)
def test_a_batch_is_its_analyses_one_by_one(method):
    """With studies that take no part at any place, from none to all eight; an analysis without a study is all NaN."""
    y, v, mask, own = gaps(method, np.random.default_rng(METHODS.index(method)))
    assert set(mask.sum(axis=1)) >= {0, 1, 2, 8}
    for test in TESTS:
        many = pool(y, v, mask=mask, method=method, test=test, level=0.9, **own)
        for row, taking in enumerate(mask):
            mine = {name: weight[row][taking] for name, weight in own.items()}
            if taking.any():
                same(
                    many,
                    pool(y[row][taking], v[row][taking], method=method, test=test, level=0.9, **mine),
                    row=row,
                    taking=taking,
                )
        empty = mask.sum(axis=1) == 0
        assert np.isnan(many.estimate[empty]).all()
        assert np.isnan(many.tau2_interval[empty]).all()
        assert (many.weights[~mask] == 0).all()
        assert (many.k == mask.sum(axis=1)).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_batch_of_regressions_is_its_regressions_one_by_one(method):
    """Moderators shared by all analyses or of their own; with too few studies or collinear moderators a row is all NaN."""
    rng = np.random.default_rng(METHODS.index(method))
    y, v, mask, own = gaps(method, rng)
    shared = rng.normal(size=(8, 2)).round(1)
    shared[:7, 1] = 0  # of the last study alone
    each = np.concatenate([shared[None] + rng.normal(size=(24, 8, 2)), rng.normal(size=(24, 8, 1))], axis=2)
    for moderators in (shared, each):
        many = pool(y, v, mask=mask, method=method, moderators=moderators, **own)
        done = 0
        for row, taking in enumerate(mask):
            columns = (moderators if moderators.ndim == 2 else moderators[row])[taking]
            design = np.column_stack([np.ones(taking.sum()), columns])
            mine = {name: weight[row][taking] for name, weight in own.items()}
            if taking.sum() <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
                assert np.isnan(many.estimate[row]).all()
                assert np.isnan((many.tau2[row], many.qm_p[row])).all()
                continue
            done += 1
            fit = pool(y[row][taking], v[row][taking], method=method, moderators=columns, **mine)
            same(many, fit, row=row, taking=taking)
        assert done >= 5


@pytest.mark.parametrize("moderators", [None, np.array([0.0, 1, 0, 1, 0, 1, 2, 5])])
def test_a_batch_larger_than_a_block_is_as_any(moderators):
    """The last analysis of many is that analysis alone; effects or variances may be shared."""
    rng = np.random.default_rng(8)
    y, v = rng.normal(size=(CELLS // 8 + 3, 8)), rng.uniform(0.1, 1, 8)
    many = pool(y, v, moderators=moderators)
    for row in (0, CELLS // 8 - 1, CELLS // 8, -1):
        same(many, pool(y[row], v, moderators=moderators), row=row)
    assert pool(y[0], np.tile(v, (3, 1))).estimate == pytest.approx(pool(y[0], v).estimate, rel=1e-12)
    nothing = pool(y[:0], v, moderators=moderators)
    assert nothing.estimate.shape == ((0,) if moderators is None else (0, 2))


@pytest.mark.parametrize("test", TESTS)
def test_one_study_is_itself(test):
    p = pool([0.5], [0.04], test=test)
    assert (p.estimate, p.standard_error, p.k) == (0.5, pytest.approx(0.2), 1)
    assert p.interval == pytest.approx((0.5 - 1.959963984540054 * 0.2, 0.5 + 1.959963984540054 * 0.2))
    assert p.statistic == pytest.approx(2.5)
    assert p.p_value == pytest.approx(0.012419330651552265)  # 2 Phi(-2.5)
    assert (*p.weights, p.maxima, p.at_boundary) == (1, 0, False)
    assert np.isnan((p.df, p.tau2, *p.tau2_interval, p.i2, p.q, *p.prediction_interval, *p.prediction_interval_riley)).all()


def test_two_studies_have_an_interval_of_one_degree_of_freedom():
    """Effects 0 and 1, variances 0.1: tau squared 0.4, both weights a half, standard error 0.5, t quantile 12.7062."""
    p = pool([0, 1], [0.1, 0.1])
    assert (p.estimate, p.tau2, p.standard_error) == pytest.approx((0.5, 0.4, 0.5), abs=1e-12)
    assert p.interval[1] - p.estimate == pytest.approx(12.706204736174707 * 0.5, rel=1e-9)
    assert p.prediction_interval[1] - p.estimate == pytest.approx(12.706204736174707 * np.sqrt(0.65), rel=1e-9)
    assert np.isnan(p.prediction_interval_riley).all()
    assert np.isfinite(pool([0, 1, 2], [0.1] * 3).prediction_interval_riley).all()


@pytest.mark.parametrize("method", METHODS)
def test_equal_variances_have_closed_forms(method):
    """Effects 1 to 4 of variance 1: squares 5, k 4. Each estimator in numbers; the mean is 2.5 and Q 5."""
    tau2 = {"common": 0, "ML": 5 / 4 - 1, "HS": 5 / 4 - 1, "SJ": 5 / 3 * 1.25 / 2.25, "PMM": 5 / 2.365973884375338 - 1}
    own = {"weights": [2.0] * 4} if method.startswith("GENQ") else {}
    tau2["GENQM"] = tau2["PMM"]  # 2.36597 is the median of chi-squared with 3 degrees of freedom
    p = pool([1, 2, 3, 4], [1] * 4, method=method, test="z", **own)
    assert p.tau2 == pytest.approx(tau2.get(method, 5 / 3 - 1), rel=1e-12)
    assert (p.estimate, p.q, p.standard_error) == pytest.approx((2.5, 5, np.sqrt((1 + p.tau2) / 4)), rel=1e-12)
    assert pool([1, 2, 3, 4], [1] * 4, method=method, **own).standard_error == pytest.approx(np.sqrt(5 / 12), rel=1e-12)


@pytest.mark.parametrize(
    ("effect", "variance", "tau2"),
    [
        ((-1.6, 1.1, 1.1), (1, 0.01, 0.0001), 0),
        ((1.4, -1.9, 1.5), (0.0001, 1, 0.0001), 2.66125973653),
        ((0, 3.3, 0.2), (0.01, 1, 0.01), 2.33694707701),
    ],
)
def test_of_two_local_maxima_the_higher_is_taken(effect, variance, tau2):
    """The one at 0; the inner one; and one so near a minimum that a grid of four points a decade sees but one maximum."""
    p = pool(effect, variance, method="REML")
    assert p.maxima == 2
    assert p.tau2 == pytest.approx(tau2, rel=1e-10)
    assert p.at_boundary == (tau2 == 0)


def test_one_study_far_more_precise_than_all_others_loses_no_digit():
    """Variance 1e-14 beside three of 1: with its effect as 0, tau squared of DL is (sum w y^2 - 3) / 6 to rounding."""
    y = np.array([0, 2.0, -3.0, 4.0])
    p = pool(y + 7, [1e-14, 1, 1, 1], method="DL")
    assert p.tau2 == pytest.approx((4 + 9 + 16 - 3) / 6, rel=1e-12)


def test_homogeneous_effects_empty_the_q_profile():
    """Q is 0.0002, below the 2.5% quantile 0.051 of chi-squared with 2 degrees of freedom."""
    p = pool([0.1, 0.1, 0.11], [0.3, 0.3, 0.3])
    assert (*p.tau2_interval, p.tau2_interval_empty, p.at_boundary) == (0, 0, True, True)
    assert not pool([0.1, 0.5, 0.9], [0.3, 0.3, 0.3]).tau2_interval_empty


@pytest.mark.parametrize("method", ["PM", "PMM", "REML"])
def test_a_search_that_starts_at_its_end_ends(method):
    """Of 2,000 analyses Q is its goal up to rounding, or the score at 0 is 0 up to rounding."""
    rng = np.random.default_rng(4)
    y, v = rng.normal(size=(2000, 3)), 10 ** rng.uniform(-8, 4, (2000, 3))
    w = 1 / v
    y = y - ((w * y).sum(axis=1) / w.sum(axis=1))[:, None]
    if method == "REML":
        there, goal = ((w * y) ** 2).sum(axis=1), w.sum(axis=1) - (w**2).sum(axis=1) / w.sum(axis=1)
    else:
        there, goal = (w * y**2).sum(axis=1), 2 if method == "PM" else 2 * np.log(2)
    p = pool(y * np.sqrt(goal / there)[:, None], v, method=method)
    assert (p.tau2 <= 1e-9 * v.max(axis=1)).all() or method == "REML"  # whose score may rise again
    assert (p.tau2 >= 0).all()


def test_a_common_effect_has_no_prediction_interval():
    p = pool([0.1, 0.5, 0.9], [0.3, 0.3, 0.3], method="common", test="z")
    assert (p.tau2, p.maxima, p.at_boundary) == (0, 0, False)
    assert np.isnan((p.prediction_interval, p.prediction_interval_riley)).all()


def test_what_takes_no_part_is_not_looked_at():
    p = pool([1, np.nan, 2, np.inf], [0.1, 0.1, 0.2, -7], mask=[True, False, True, False], moderators=None)
    assert p.estimate == pool([1, 2], [0.1, 0.2]).estimate
    assert p.weights.tolist() == [p.weights[0], 0, p.weights[2], 0]
    line = pool([1, 2, 4, 4, 0], [0.1] * 5, mask=[1, 1, 1, 1, 0], moderators=[1, 2, 3, 5, np.nan])
    assert line.k == 4


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        pool([0.1], [0.1]).estimate = 1


TWO = ([1, 2], [0.1, 0.1])
FOUR = ([1, 2, 3, 4], [0.1] * 4)


@pytest.mark.parametrize(
    ("effect", "variance", "options", "message"),
    [
        ([], [], {}, "there is no study to pool; at least one is needed"),
        (*TWO, {"mask": [False, False]}, "the mask leaves no study to pool; at least one is needed"),
        ([1, 2], [0.1], {}, r"columns have shapes effect \(2,\), variance \(1,\); they should be \(k,\)"),
        (1, 0.1, {}, r"columns have shapes effect \(\), variance \(\); they should be \(k,\)"),
        (
            [[1, 2]],
            [[0.1, 0.1]] * 2,
            {},
            r"effect \(1, 2\), variance \(2, 2\); they should be \(k,\), one value a study, or \(B",
        ),
        (*TWO, {"mask": [True]}, r"variance \(2,\), mask \(1,\); they should be"),
        (*TWO, {"weights": [1], "method": "GENQ"}, r"variance \(2,\), weights \(1,\); they should be"),
        ([1, np.inf], [0.1, 0.1], {}, "effect of row 1 is inf; it should be a finite number"),
        ([1, np.nan], [0.1, 0.1], {}, "effect of row 1 is nan; it should be a finite number"),
        ([1, 2], [0.1, -0.1], {}, "variance of row 1 is -0.1; it should be finite and above 0"),
        ([1, 2], [0, 0.1], {}, "variance of row 0 is 0; it should be finite and above 0"),
        ([1, 2], [np.nan, 0.1], {}, "variance of row 0 is nan; it should be finite and above 0"),
        ([1, 2], [np.inf, 0.1], {}, "variance of row 0 is inf; it should be finite and above 0"),
        ([[1, 2], [1, 2]], [[0.1, 1], [0, 1]], {}, "variance of row 0 of analysis 1 is 0; it should be finite and above 0"),
        (*TWO, {"weights": [1, 0], "method": "GENQ"}, "weight of row 1 is 0; it should be finite and above 0"),
        (*TWO, {"weights": [1, 1]}, "method 'REML' is called with weights; GENQ and GENQM need them, and no other"),
        (*TWO, {"method": "GENQM"}, "method 'GENQM' is called without weights; GENQ and GENQM need them, and no other"),
        (
            *TWO,
            {"method": "bayes"},
            "method is 'bayes'; it should be one of common, DL, HE, HS, HSk, SJ, ML, REML, EB, PM, PMM",
        ),
        (*TWO, {"test": "F"}, "test is 'F'; it should be one of z, t, knapp-hartung, adhoc"),
        (*TWO, {"level": 95}, "level is 95; it should be a share between 0 and 1, such as 0.95"),
        (*TWO, {"moderators": [1, 2]}, "there are 2 studies for 2 coefficients; studies should be more than coefficients"),
        (*FOUR, {"moderators": [1, 2]}, r"moderators have shape \(2,\); it should be \(4,\) or \(4, q\), a row for each study"),
        (
            *FOUR,
            {"moderators": [1, 2, 3, np.nan]},
            "a moderator of row 3 is not a finite number; it should be one, or the study",
        ),
        (*FOUR, {"moderators": [7, 7, 7, 7]}, "the 1 moderators are collinear, with each other or with the intercept"),
        (*FOUR, {"moderators": [[1, 3], [2, 5], [3, 7], [5, 11]]}, "the 2 moderators are collinear, with each other or"),
        (*FOUR, {"moderators": [1, 7, 7, 7], "mask": [0, 1, 1, 1]}, "the 1 moderators are collinear, with each other or"),
    ],
)
def test_what_cannot_be_pooled_is_refused_with_what_would_be_right(effect, variance, options, message):
    with pytest.raises(ValueError, match=message):
        pool(effect, variance, **options)


def test_without_the_profile_only_the_interval_of_tau2_is_missing():
    with_it, without = pool(RR.effect, RR.variance), pool(RR.effect, RR.variance, profile=False)
    assert np.isnan(without.tau2_interval).all()
    assert not without.tau2_interval_empty
    assert (without.tau2, *without.interval, *without.prediction_interval) == (
        with_it.tau2,
        *with_it.interval,
        *with_it.prediction_interval,
    )
