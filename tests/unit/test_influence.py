"""What moves when a study goes: by fits without it, by R metafor, and where nothing can be measured."""

import numpy as np
import pytest
from scipy.stats import chi2

from equipoise.engines.synthesis import baujat, influence, pool, radial

EFFECT = np.array([-0.9, -1.6, -1.3, -1.4, -0.2, -0.8, -1.6, 0.1])
VARIANCE = np.array([0.33, 0.19, 0.42, 0.02, 0.05, 0.01, 0.22, 0.004])
BCG_EFFECT = np.array(  # log risk ratios of vaccine trials and their variances; escalc(measure = "RR", data = dat.bcg)
    [-0.88931133392, -1.5853886572, -1.34807314830, -1.44155119002, -0.217547322211, -0.786115585819, -1.62089822360,
     0.0119523335239, -0.469417648738, -1.37134480384, -0.339358828330, 0.445913400469, -0.0173139482161]
)  # fmt: skip
BCG_VARIANCE = np.array(
    [0.325584765004, 0.194581121398, 0.415367965368, 0.0200100319021, 0.0512101722085, 0.00690561845592, 0.223017247573,
     0.00396157929781, 0.0564342104632, 0.0730247936130, 0.0124122139706, 0.532505845190, 0.0714046596839]
)  # fmt: skip


@pytest.mark.parametrize("method", ["REML", "DL", "common"])
@pytest.mark.parametrize("test", ["z", "knapp-hartung", "adhoc"])
def test_each_number_is_a_comparison_with_the_fit_without_the_study(method, test):
    """Definitions written out, one fit without each row; Knapp and Hartung's factor of the others multiplies variances."""
    found = influence(EFFECT, VARIANCE, method=method, test=test)
    fit = pool(EFFECT, VARIANCE, method=method, test=test)
    for i, (y, v) in enumerate(zip(EFFECT, VARIANCE, strict=True)):
        rest = np.delete(EFFECT, i), np.delete(VARIANCE, i)
        without = pool(*rest, method=method, test=test)
        s2 = (without.standard_error / pool(*rest, method=method, test="z").standard_error) ** 2
        shift = fit.estimate - without.estimate
        assert found.hat[i] == pytest.approx(fit.weights[i])
        assert (found.tau2_deleted[i], found.q_deleted[i]) == pytest.approx((without.tau2, without.q))
        assert found.rstudent[i] == pytest.approx(
            (y - without.estimate) / np.sqrt(s2 * (v + without.tau2) + without.standard_error**2)
        )
        assert found.dffits[i] == pytest.approx(shift / np.sqrt(s2 * fit.weights[i] * (v + without.tau2)))
        assert found.cook[i] == pytest.approx((shift / fit.standard_error) ** 2)
        assert found.cov_ratio[i] == pytest.approx((without.standard_error / fit.standard_error) ** 2)
        assert found.dfbetas[i] == pytest.approx(shift / np.sqrt(s2 / (1 / (VARIANCE + without.tau2)).sum()))
    far = (np.abs(found.dffits) > 3 / np.sqrt(7)) | (found.hat > 3 / 8) | (np.abs(found.dfbetas) > 1)
    assert found.influential.tolist() == (far | (found.cook > chi2.median(1))).tolist()


def test_a_distance_alone_flags_a_study():
    """Cook's, beyond the median of chi-squared, where dffits and dfbetas are below their limits."""
    found = influence([0.0, 0.05, -0.05, 0.02, -0.02, 0.46], [0.05] * 6, method="common")
    assert found.influential.tolist() == [False] * 5 + [True]
    assert chi2.median(1) < found.cook[-1] < 1
    assert abs(found.dfbetas[-1]) < 1
    assert abs(found.dffits[-1]) < 3 / np.sqrt(5)


@pytest.mark.parametrize(
    ("test", "expected"),
    [  # influence(rma(yi, vi, test, control = list(threshold = 1e-14))), metafor 3.8-1: study 4 of 13
        ("z", (-1.451200664251, -0.5200509884699, 0.2294816391158, 0.9651264851359, 0.262758148091, -0.51381338732)),
        (
            "knapp-hartung",
            (-1.408779852732, -0.5048491039162, 0.2269242096346, 1.012711623993, 0.262758148091, -0.4987938373732),
        ),
    ],
)
def test_metafor_agrees(test, expected):
    """Columns: studentised residual, dffits, Cook's distance, ratio of variances, tau squared without it, dfbetas."""
    found = influence(BCG_EFFECT, BCG_VARIANCE, test=test)
    names = ("rstudent", "dffits", "cook", "cov_ratio", "tau2_deleted", "dfbetas")
    assert [getattr(found, name)[3] for name in names] == pytest.approx(expected, rel=1e-8)
    assert not found.influential.any()


def test_one_far_off_study_is_flagged_and_no_other():
    effect = np.append(np.linspace(-0.1, 0.1, 9), 3)
    found = influence(effect, np.full(10, 0.01))
    assert found.influential.tolist() == [False] * 9 + [True]
    assert (np.abs(found.rstudent) > 2).tolist() == [False] * 9 + [True]


def test_where_nothing_can_be_measured_a_number_is_not_there():
    """Equal effects have a standard error of 0 after Knapp and Hartung; two studies leave no heterogeneity of the other."""
    alike = influence([1.0, 1.0, 1.0], [0.1, 0.2, 0.3], test="knapp-hartung")
    assert np.isnan([alike.cook, alike.cov_ratio, alike.rstudent]).all()
    assert not alike.influential.any()
    two = influence([0.0, 1.0], [0.1, 0.2])
    assert np.isnan([two.tau2_deleted, two.q_deleted]).all()
    assert two.rstudent == pytest.approx([-1 / np.sqrt(0.3), 1 / np.sqrt(0.3)])
    with pytest.raises(ValueError, match="there is 1 study; leaving one out needs two at least"):
        influence([1.0], [0.1])


@pytest.mark.parametrize("method", ["common", "REML"])
def test_baujat_splits_q_and_shows_who_moves_the_mean(method):
    found = baujat(EFFECT, VARIANCE, method=method)
    fit = pool(EFFECT, VARIANCE, method=method, test="z")
    assert found.contribution == pytest.approx((EFFECT - fit.estimate) ** 2 / (VARIANCE + fit.tau2))
    if method == "common":
        assert found.contribution.sum() == pytest.approx(fit.q)
    for i in range(EFFECT.size):
        without = pool(np.delete(EFFECT, i), np.delete(VARIANCE, i), method=method, test="z")
        assert found.influence[i] == pytest.approx(((fit.estimate - without.estimate) / without.standard_error) ** 2)


@pytest.mark.parametrize("method", ["common", "REML"])
def test_the_slope_of_the_radial_plot_is_the_pooled_effect(method):
    """Least squares through the origin; the band holds what the level says; one study lies on its own line."""
    found = radial(EFFECT, VARIANCE, method=method, level=0.9)
    fit = pool(EFFECT, VARIANCE, method=method, test="z")
    assert found.x**-2 == pytest.approx(VARIANCE + fit.tau2)
    assert found.y / found.x == pytest.approx(EFFECT)
    assert found.x @ found.y / (found.x @ found.x) == pytest.approx(fit.estimate)
    assert found.slope == fit.estimate
    assert found.half_band == pytest.approx(1.6448536269514722)
    assert radial([0.3], [0.04]).slope == 0.3
