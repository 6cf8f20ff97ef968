"""Published results: Berkey, Hoaglin, Mosteller & Colditz 1995, Statistics in Medicine 14:395-411; BCG vaccine and latitude.

Page 408, with digits as in the test suite of R metafor (test_analysis_example_berkey1995.r), which stops its empirical Bayes
fits at a change of 1e-5; the cells are those of Colditz et al. 1994.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size, pool

CASES, WELL = (
    np.array((4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27)),
    np.array((119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886)),
)
CONTROL_CASES, CONTROL_WELL = (
    np.array((11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29)),
    np.array((128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825)),
)
LATITUDE = np.array((44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33))
EFFECT = effect_size("RR", a=CASES, b=WELL, c=CONTROL_CASES, d=CONTROL_WELL).effect
SMOOTHED = np.mean(WELL / CASES) / (WELL + CASES) + np.mean(CONTROL_WELL / CONTROL_CASES) / (CONTROL_WELL + CONTROL_CASES)


def test_mean_log_risk_ratio():
    """Empirical Bayes mean, standard error and tau squared, on variances smoothed over the trials."""
    p = pool(EFFECT, SMOOTHED, method="EB", test="z")
    assert (p.estimate, p.standard_error, p.tau2) == pytest.approx((-0.5429, 0.1842, 0.2682), abs=5e-5)


def test_vaccine_works_better_far_from_the_equator():
    """Empirical Bayes regression on latitude, centred at 33.46 degrees; the risk ratio there and at 42 degrees."""
    p = pool(EFFECT, SMOOTHED, moderators=LATITUDE - 33.46, method="EB", test="z")
    assert p.estimate == pytest.approx([-0.6303, -0.0268], abs=5e-5)
    assert p.standard_error == pytest.approx([0.1591, 0.0110], abs=5e-5)
    assert p.tau2 == pytest.approx(0.1572, abs=5e-5)
    assert p.r2 == pytest.approx(0.413844, abs=5e-5)
    assert np.exp(p.estimate[0] + p.estimate[1] * np.array([0, 8.54])) == pytest.approx([0.5324, 0.4236], abs=5e-5)


@pytest.mark.xfail(strict=True, reason="the paper prints -0.6304; the data give -0.6303")
def test_mean_at_the_centre_as_printed():
    """Page 408, random effects."""
    assert pool(EFFECT, SMOOTHED, moderators=LATITUDE - 33.46, method="EB").estimate[0] == pytest.approx(-0.6304, abs=5e-5)


def test_regression_without_further_heterogeneity():
    """The same with one line for all trials."""
    p = pool(EFFECT, SMOOTHED, moderators=LATITUDE - 33.46, method="common", test="z")
    assert p.estimate == pytest.approx([-0.5949, -0.0282], abs=5e-5)
    assert p.standard_error == pytest.approx([0.0696, 0.0040], abs=5e-5)
    assert np.exp(p.estimate[0] + p.estimate[1] * np.array([0, 8.54])) == pytest.approx([0.5516, 0.4336], abs=5e-5)


@pytest.mark.xfail(strict=True, reason="the paper prints -0.5950 and 0.0039; the data give -0.5949 and 0.0040")
@pytest.mark.parametrize(("field", "at", "printed"), [("estimate", 0, -0.5950), ("standard_error", 1, 0.0039)])
def test_one_line_as_printed(field, at, printed):
    """Page 408, fixed effects."""
    p = pool(EFFECT, SMOOTHED, moderators=LATITUDE - 33.46, method="common", test="z")
    assert getattr(p, field)[at] == pytest.approx(printed, abs=5e-5)
