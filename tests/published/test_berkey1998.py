"""Published results: Berkey et al. 1998, Statistics in Medicine 17:2537-2550; surgery for periodontal disease, two outcomes.

Effects, variances and covariances of Table I; pages and tables as named in the test suite of R metafor
(test_analysis_example_berkey1998.r). AL is attachment level, PD probing depth.
"""

import math

import numpy as np
import pytest

from equipoise.engines.synthesis.clusters import robust_design
from equipoise.engines.synthesis.levels import multivariate

EFFECT = (0.47, -0.32, 0.20, -0.60, 0.40, -0.12, 0.26, -0.31, 0.56, -0.39)
OUTCOME = ("PD", "AL") * 5
TRIAL = np.repeat(("Pihlstrom 1983", "Lindhe 1982", "Knowles 1979", "Ramfjord 1987", "Becker 1988"), 2)
SINCE_1983 = np.repeat((0, -1, -4, 4, 5), 2)
V = np.zeros((10, 10))
for at, (pd, both, al) in enumerate((
    (0.0075, 0.0030, 0.0077), (0.0057, 0.0009, 0.0008), (0.0021, 0.0007, 0.0014), (0.0029, 0.0009, 0.0015),
    (0.0148, 0.0072, 0.0304),
)):  # fmt: skip
    V[2 * at : 2 * at + 2, 2 * at : 2 * at + 2] = (pd, both), (both, al)


def test_regression_of_both_outcomes_on_the_year():
    """Table II, p. 2545, maximum likelihood: means, slopes, their standard errors, variances and their covariance."""
    fit = multivariate(EFFECT, V, study=TRIAL, outcome=OUTCOME, moderators=SINCE_1983, method="ML")
    assert fit.outcomes == ("AL", "PD")
    assert fit.estimate == pytest.approx((-0.335, 0.348, -0.011, 0.001), abs=5e-4)
    assert fit.standard_error == pytest.approx((0.079, 0.052, 0.024, 0.015), abs=5e-4)
    assert (*fit.tau2, fit.random[0, 1], fit.correlation[0, 1]) == pytest.approx((0.025, 0.008, 0.009, 0.659), abs=5e-4)


@pytest.mark.parametrize(
    ("structure", "method", "expected"),
    [  # rma.mv(yi, V, mods = ~ 0 + outcome, random = ~ outcome | trial, struct, method, control = list(optimizer = "optim",
        # optmethod = "BFGS", reltol = 1e-15)), metafor 3.8-1, R 4.2.2; means, standard errors, variances,
        # correlation, log-likelihood
        ("HCS", "ML", (-0.337938111869, 0.344839161653, 0.0797631610248, 0.0494598430655, 0.0261445232174, 0.00700199791248,
                       0.699230623083, 5.84065688477)),
        ("UN", "REML", (-0.339215320680, 0.353428145108, 0.0879052807287, 0.0588484679320, 0.0326514518767, 0.0117329329325,
                        0.608796317831, 3.69176769430)),
        ("CS", "ML", (-0.336806680658, 0.360471713613, 0.0705927647067, 0.0715904011358, 0.0197396107721, 0.0197396107721,
                      0.553061189502, 5.20555740701)),
        ("CS", "REML", (-0.337961159706, 0.363594183568, 0.0781794506705, 0.0787625146817, 0.0250204277364, 0.0250204277364,
                        0.529040829572, 3.31056110974)),
        ("DIAG", "REML", (-0.352947787195, 0.361338846992, 0.0873712988485, 0.0586249175700, 0.0322285867114, 0.0115882571245,
                          0, 3.20124471499)),
    ],
)  # fmt: skip
def test_metafor_agrees(structure, method, expected):
    """To some 1e-5 of the variances, where metafor's steps end; the likelihood here is never the lower one."""
    fit = multivariate(EFFECT, V, study=TRIAL, outcome=OUTCOME, structure=structure, method=method)
    found = (*fit.estimate, *fit.standard_error, *fit.tau2, fit.correlation[0, 1])
    assert found == pytest.approx(expected[:-1], rel=5e-5)
    assert -1e-10 < fit.log_likelihood - expected[-1] < 1e-7
    assert (fit.q, fit.q_p) == pytest.approx((128.226716213, 6.59313133229e-24), rel=1e-10)
    assert not fit.at_boundary


def test_two_outcomes_have_one_model_by_two_names():
    un, hcs = (multivariate(EFFECT, V, study=TRIAL, outcome=OUTCOME, structure=s) for s in ("UN", "HCS"))
    assert un.random == pytest.approx(hcs.random, rel=1e-9)


def test_clubsandwich_agrees_on_both_means():
    """coef_test() and Wald_test(constrain_zero(1:2), test = "HTZ") of the REML fit, vcov = "CR2", clubSandwich 0.5.8."""
    fit = multivariate(EFFECT, V, study=TRIAL, outcome=OUTCOME)
    design = np.array([[o == "AL", o == "PD"] for o in OUTCOME], dtype=float)
    r = robust_design(EFFECT, fit.marginal, design, cluster=TRIAL)
    assert r.estimate == pytest.approx(fit.estimate, rel=1e-12)
    assert r.standard_error == pytest.approx((0.0891940737293, 0.0581524320774), rel=1e-6)
    assert r.df == pytest.approx((3.80806149578, 3.79088350968), rel=1e-6)
    assert (r.f, r.f_df2, r.f_p) == pytest.approx((40.7910586440, 2.75867163249, 0.00893759312784), rel=1e-6)


def test_the_difference_of_the_slopes():
    """In metafor's analysis of the same data: 0.0118 with standard error 0.0199 and p = 0.5534."""
    fit = multivariate(EFFECT, V, study=TRIAL, outcome=OUTCOME, moderators=SINCE_1983, method="ML")
    contrast = np.array((0, 0, -1, 1))
    error = math.sqrt(contrast @ fit.covariance @ contrast)
    assert (contrast @ fit.estimate, error) == pytest.approx((0.0118, 0.0199), abs=5e-5)
    assert math.erfc(contrast @ fit.estimate / error / math.sqrt(2)) == pytest.approx(0.5534, abs=5e-5)
