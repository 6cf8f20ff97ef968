"""Meta-regression: factors, contrasts, predictions and subgroups against matrix algebra and R metafor."""

import numpy as np
import pytest

from equipoise.engines.synthesis import contrast, dummies, pool, predict, subgroups

EFFECT = np.array([0.2, -0.4, 0.9, 0.5, 1.3, 0.1, 0.7, 1.1])
VARIANCE = np.array([0.05, 0.1, 0.2, 0.02, 0.4, 0.1, 0.08, 0.03])
DOSE = np.array([1.0, 0, 3, 2, 5, 2, 4, 4])
KIND = ["b", "a", "b", "c", "a", "c", "b", "a"]
DESIGN = np.column_stack([np.ones(8), DOSE, [k == "b" for k in KIND], [k == "c" for k in KIND]]).astype(float)
BCG_EFFECT = np.array(  # log risk ratios of vaccine trials and their variances; escalc(measure = "RR", data = dat.bcg)
    [-0.88931133392, -1.5853886572, -1.34807314830, -1.44155119002, -0.217547322211, -0.786115585819, -1.62089822360,
     0.0119523335239, -0.469417648738, -1.37134480384, -0.339358828330, 0.445913400469, -0.0173139482161]
)  # fmt: skip
BCG_VARIANCE = np.array(
    [0.325584765004, 0.194581121398, 0.415367965368, 0.0200100319021, 0.0512101722085, 0.00690561845592, 0.223017247573,
     0.00396157929781, 0.0564342104632, 0.0730247936130, 0.0124122139706, 0.532505845190, 0.0714046596839]
)  # fmt: skip
LATITUDE = np.array([44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33.0])
YEAR = np.array([1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976.0])


@pytest.mark.parametrize(
    ("method", "test", "expected"),
    [  # rma(yi, vi, mods = ~ ablat + I(year - 1948), method, test, control = list(threshold = 1e-14)), metafor 3.8-1
        ("REML", "z", (0.1107846969474, 71.97731777876, 64.63301473542, 12.20448687922, 0.002237841621186, 0.01023394323102)),
        ("REML", "knha", (0.1107846969474, 71.97731777876, 64.63301473542, 4.964947555891, 0.0318035012858, 0.01134567752066)),
        ("SJ", "knha", (0.2532261231819, 85.44615241158, 26.71067566241, 3.732301595888, 0.06154692887312, 0.01304374308583)),
        ("SJ", "adhoc", (0.2532261231819, 85.44615241158, 26.71067566241, 3.022906794122, 0.09401373083424, 0.01449366513652)),
        ("HE", "z", (0.2356107608171, 84.52640896703, 28.29072489765, 6.443643532657, 0.03988233574269, 0.01404215161993)),
        ("PM", "z", (0.1716371157246, 79.91725153192, 46.03768008594, 8.481534516871, 0.01439654173642, 0.01225231181871)),
        ("DL", "z", (0.07903895781526, 64.69567773158, 74.40118845524, 15.93143826931, 0.0003471619630328, 0.00897921223528)),
    ],
)
def test_metafor_agrees(method, test, expected):
    """Columns: tau squared, I squared and R squared in percent, QM or F and its p-value, standard error of latitude."""
    for year in (YEAR - 1948, YEAR):
        p = pool(BCG_EFFECT, BCG_VARIANCE, method=method, test=test, moderators=np.column_stack([LATITUDE, year]))
        found = (p.tau2, 100 * p.i2, 100 * p.r2, p.qm, p.qm_p, p.standard_error[1])
        assert found == pytest.approx(expected, rel=1e-7)
        assert (p.q, p.qm_df, p.k) == (pytest.approx(28.32514365796, rel=1e-8), 2, 13)
        assert p.qm_df2 == (10 if test != "z" else pytest.approx(np.nan, nan_ok=True))


def test_metafor_agrees_on_predictions_and_contrasts():
    """predict(r, newmods = c(10, 50)) and anova(r, X = rbind(c(1, 30), c(0, 1))) of a fit with test = "knha", metafor 3.8-1."""
    fit = pool(BCG_EFFECT, BCG_VARIANCE, moderators=LATITUDE)
    new = predict(fit, [10, 50])
    assert new.estimate == pytest.approx((-0.03954904010913, -1.203618040575), rel=1e-8)
    assert new.standard_error == pytest.approx((0.2126990376102, 0.1956441440642), rel=1e-8)
    assert new.interval[0] == pytest.approx((-0.507696465455, 0.4285983852367), rel=1e-8)
    assert new.prediction_interval[1] == pytest.approx((-1.948789171983, -0.4584469091671), rel=1e-8)
    found = contrast(fit, [[1, 30], [0, 1]])
    assert found.statistic == pytest.approx((-5.100182732207, -3.548377500271), rel=1e-8)
    assert found.p_value == pytest.approx((0.0003439490816437, 0.00456505154154), rel=1e-7)
    assert (found.joint, found.joint_df, found.joint_p) == pytest.approx((21.03714169924, 2, 0.000174099291339), rel=1e-7)


@pytest.mark.parametrize("test", ["z", "t", "knapp-hartung"])
def test_contrasts_are_matrix_algebra(test):
    """Coefficients, covariance and combinations with the weights of the fit; rows that repeat others count once."""
    from scipy import stats

    fit = pool(EFFECT, VARIANCE, test=test, moderators=DESIGN[:, 1:])
    w = 1 / (VARIANCE + fit.tau2)
    covariance = np.linalg.inv(DESIGN.T @ (w[:, None] * DESIGN))
    coefficient = covariance @ DESIGN.T @ (w * EFFECT)
    if test == "knapp-hartung":
        covariance = covariance * (w @ (EFFECT - DESIGN @ coefficient) ** 2) / 4
    assert fit.covariance == pytest.approx(covariance, rel=1e-8)
    matrix = np.array([[0, 0, 1, -1], [1, 2, 0, 0], [0, 2, 0, 0]])
    found = contrast(fit, matrix)
    error = np.sqrt(np.diag(matrix @ covariance @ matrix.T))
    assert found.estimate == pytest.approx(matrix @ coefficient, rel=1e-8)
    assert found.standard_error == pytest.approx(error, rel=1e-8)
    quantile = stats.norm.ppf(0.975) if test == "z" else stats.t.ppf(0.975, 4)
    assert found.interval[:, 1] == pytest.approx(matrix @ coefficient + quantile * error, rel=1e-8)
    wald = found.estimate @ np.linalg.solve(matrix @ covariance @ matrix.T, found.estimate)
    assert found.joint == pytest.approx(wald if test == "z" else wald / 3, rel=1e-7)
    assert found.joint_p == pytest.approx(stats.chi2.sf(wald, 3) if test == "z" else stats.f.sf(wald / 3, 3, 4), rel=1e-7)
    again = contrast(fit, np.vstack([matrix, matrix[0] + matrix[1]]))
    assert (again.joint, again.joint_df) == pytest.approx((found.joint, 3), rel=1e-7)
    slopes = contrast(fit, np.eye(4)[1:])
    assert (slopes.joint, slopes.joint_p) == pytest.approx((fit.qm, fit.qm_p), rel=1e-8)


def test_a_contrast_without_error_has_no_test():
    """A row of zeros, and a line through all points, after Knapp and Hartung."""
    fit = pool(EFFECT, VARIANCE, moderators=DOSE)
    nothing = contrast(fit, [0, 0])
    assert (nothing.estimate[0], nothing.standard_error[0]) == (0, 0)
    assert np.isnan([nothing.statistic[0], nothing.p_value[0], nothing.joint, nothing.joint_p]).all()
    alike = pool(np.ones(8), VARIANCE, moderators=DOSE)
    assert (alike.estimate[0], *alike.standard_error) == (1, 0, 0)
    assert np.isnan([alike.qm, alike.qm_p, contrast(alike, [0, 1]).joint_p]).all()
    assert np.isfinite(pool(np.ones(8), VARIANCE, moderators=DOSE, test="z").qm_p)


def test_a_prediction_is_a_contrast_with_tau_squared():
    """Where there are no effects to differ (common) there is nothing to predict; one moderator takes a plain list."""
    fit = pool(EFFECT, VARIANCE, moderators=DESIGN[:, 1:])
    rows = np.array([[2, 1, 0], [3.5, 0, 1]])
    new, line = predict(fit, rows), contrast(fit, np.column_stack([np.ones(2), rows]))
    assert np.array_equal(new.interval, line.interval)
    half = (new.interval[:, 1] - new.estimate) / new.standard_error * np.sqrt(new.standard_error**2 + fit.tau2)
    assert new.prediction_interval == pytest.approx(np.column_stack([new.estimate - half, new.estimate + half]), rel=1e-12)
    assert predict(fit, rows[0]).estimate == new.estimate[:1]
    common = pool(EFFECT, VARIANCE, moderators=DOSE, method="common")
    assert np.isnan(predict(common, [1, 2, 3]).prediction_interval).all()
    assert predict(common, [1, 2, 3]).estimate.shape == (3,)
    assert fit.r2 == pytest.approx(max(0, 1 - fit.tau2 / pool(EFFECT, VARIANCE).tau2))


def test_a_factor_is_columns_against_its_reference():
    """A regression on them gives each group's mean, and any reference the same fit."""
    first, second = dummies(KIND), dummies(KIND, reference="c")
    assert (first.reference, first.levels, second.levels) == ("a", ("b", "c"), ("a", "b"))
    assert first.columns.tolist() == DESIGN[:, 2:].tolist()
    one, other = (pool(EFFECT, VARIANCE, moderators=factor.columns) for factor in (first, second))
    assert (one.tau2, one.qm, one.q) == pytest.approx((other.tau2, other.qm, other.q), rel=1e-9)
    assert predict(one, [1, 0]).estimate == pytest.approx(predict(other, [0, 1]).estimate, rel=1e-9)
    common = pool(EFFECT, VARIANCE, moderators=first.columns, method="common", test="z")
    b = np.array(KIND) == "b"
    alone = pool(EFFECT[b], VARIANCE[b], method="common", test="z")
    assert predict(common, [1, 0]).interval[0] == pytest.approx(alone.interval, rel=1e-9)


@pytest.mark.parametrize("method", ["common", "DL", "REML"])
def test_subgroups_are_pools_of_their_own_and_a_test_between_them(method):
    """For a common effect Q splits: of all studies, within each group, between groups."""
    from scipy.stats import chi2

    found = subgroups(EFFECT, VARIANCE, KIND, method=method, test="z")
    means, errors = [], []
    for row, name in enumerate(("a", "b", "c")):
        inside = np.array(KIND) == name
        one = pool(EFFECT[inside], VARIANCE[inside], method=method, test="z")
        assert found.pooled.estimate[row] == pytest.approx(one.estimate, rel=1e-10)
        assert found.pooled.interval[row] == pytest.approx(one.interval, rel=1e-10)
        means.append(one.estimate)
        errors.append(one.standard_error)
    w = 1 / np.square(errors)
    q = w @ (means - w @ means / w.sum()) ** 2
    assert found.names == ("a", "b", "c")
    assert (found.q_between, found.df, found.p_value) == pytest.approx((q, 2, chi2.sf(q, 2)), rel=1e-8)
    if method == "common":
        assert found.q_between + found.pooled.q.sum() == pytest.approx(pool(EFFECT, VARIANCE).q, rel=1e-9)


def test_subgroups_without_a_comparison_have_no_test():
    """One group; a group that has no standard error; a group of one study is that study."""
    one = subgroups(EFFECT, VARIANCE, ["x"] * 8)
    assert one.df == 0
    assert np.isnan([one.q_between, one.p_value]).all()
    alike = subgroups([1, 1, 2, 3], [0.1] * 4, ["x", "x", "y", "y"])
    assert np.isnan([alike.q_between, alike.p_value]).all()
    lonely = subgroups([1, 2, 3], [0.1] * 3, ["x", "y", "y"])
    assert (lonely.pooled.estimate[0], lonely.pooled.standard_error[0]) == (1, pytest.approx(np.sqrt(0.1)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dummies(["a", "a"]), r"the factor has 1 group \(a\); it should have two at least"),
        (lambda: dummies(["a", "b"], reference="c"), "the reference is 'c'; it should be one of a, b"),
        (
            lambda: contrast(pool(EFFECT, VARIANCE, moderators=DOSE), [1, 2, 3]),
            r"the contrast has shape \(1, 3\); it should have 2",
        ),
        (lambda: contrast(pool([EFFECT] * 2, VARIANCE), [1, 1]), "the fit is a batch of 2 analyses; it should be one"),
        (lambda: subgroups(EFFECT, VARIANCE, ["a"]), "there are 1 labels for 8 effects; there should be one label an effect"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would_be_right(call, message):
    with pytest.raises(ValueError, match=message):
        call()
