"""Published results: Lipsey & Wilson 2001, Practical Meta-Analysis, chapter 7; ten studies.

Exhibits 7.3 and 7.4, with digits as in the test suite of R metafor (test_analysis_example_lipsey2001.r).
"""

import pytest

from equipoise.engines.synthesis import pool

EFFECT = (-0.33, 0.32, 0.39, 0.31, 0.17, 0.64, -0.33, 0.15, -0.02, 0.00)
VARIANCE = (0.084, 0.035, 0.017, 0.034, 0.072, 0.117, 0.102, 0.093, 0.012, 0.067)


@pytest.mark.parametrize(
    ("method", "expected", "tau2"),
    [
        ("common", (0.1549, 0.0609, 2.5450, 0.0356, 0.2742), 0),
        ("DL", (0.1534, 0.0858, 1.7893, -0.0146, 0.3215), 0.025955),
    ],
)
def test_mean_effect(method, expected, tau2):
    """Page 133: mean, standard error, z, interval; tau squared and Q."""
    p = pool(EFFECT, VARIANCE, method=method, test="z")
    assert (p.estimate, p.standard_error, p.statistic, *p.interval) == pytest.approx(expected, abs=5e-5)
    assert p.tau2 == pytest.approx(tau2, abs=5e-7)
    assert p.q == pytest.approx(14.7640, abs=5e-5)
