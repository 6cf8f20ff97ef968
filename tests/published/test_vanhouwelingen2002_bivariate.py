"""Published results: van Houwelingen et al. 2002, Statistics in Medicine 21:589-624; BCG vaccine, both arms at once.

Log odds of tuberculosis in vaccinated (EXP) and controls (CON), Table I, p. 594; pages as named in the test suite of R metafor
(test_analysis_example_vanhouwelingen2002.r).
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size
from equipoise.engines.synthesis.levels import multivariate

ILL = (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27), (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29)
WELL = (
    (119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886),
    (128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825),
)
LATITUDE = np.array((44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33))
ARMS = effect_size("PLO", events=np.ravel(ILL), total=np.ravel(ILL) + np.ravel(WELL))
TRIAL, ARM = np.tile(np.arange(13), 2), np.repeat(("EXP", "CON"), 13)


def test_bivariate_model():
    """Pages 604 and 605, maximum likelihood: mean log odds, their variances and correlation, and the log odds ratio."""
    fit = multivariate(ARMS.effect, ARMS.variance, study=TRIAL, outcome=ARM, method="ML")
    assert fit.outcomes == ("CON", "EXP")
    assert fit.estimate == pytest.approx((-4.096, -4.834), abs=5e-4)
    assert (*fit.tau2, fit.correlation[0, 1]) == pytest.approx((2.407, 1.431, 0.947), abs=5e-4)
    ratio = np.array((-1, 1))
    found = (ratio @ fit.estimate, np.sqrt(ratio @ fit.covariance @ ratio), fit.standard_error[0], ratio @ fit.random @ ratio)
    assert found == pytest.approx((-0.738, 0.180, 0.435, 0.324), abs=5e-4)


def test_bivariate_regression_on_latitude_ends_at_a_correlation_of_one():
    """Pages 612 and 613: log odds at latitude 33 and their slopes, and the log odds ratio and its slope."""
    fit = multivariate(ARMS.effect, ARMS.variance, study=TRIAL, outcome=ARM, moderators=np.tile(LATITUDE - 33, 2), method="ML")
    assert fit.estimate == pytest.approx((-4.117, -4.826, 0.072, 0.039), abs=5e-4)
    assert fit.standard_error == pytest.approx((0.306, 0.313, 0.022, 0.022), abs=5e-4)
    assert fit.tau2 == pytest.approx((1.18, 1.23), abs=5e-3)
    assert fit.correlation[0, 1] == pytest.approx(1, abs=1e-9)
    assert fit.at_boundary
    ratio = np.array(((-1, 1, 0, 0), (0, 0, -1, 1)))
    assert ratio @ fit.estimate == pytest.approx((-0.708, -0.033), abs=5e-4)
    assert np.sqrt(np.diag(ratio @ fit.covariance @ ratio.T)) == pytest.approx((0.048, 0.003), abs=5e-4)
