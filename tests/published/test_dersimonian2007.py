"""Published results: DerSimonian & Kacker 2007, Contemporary Clinical Trials 28:105-114; six trials, log odds ratios.

Tables 3 and 4, pp. 111-112, with digits as in the test suite of R metafor (test_analysis_example_dersimonian2007.r).
"""

import math

import pytest

from equipoise.engines.synthesis import effect_size, pool

TREATED, TREATED_TOTAL = (5, 5, 12, 69, 9, 313), (156, 303, 565, 1570, 103, 4659)
CONTROL, CONTROL_TOTAL = (8, 17, 9, 94, 11, 352), (74, 303, 477, 1565, 105, 4650)


def test_moment_estimate():
    """Tau, mean and standard error of the DerSimonian-Laird method."""
    effects = effect_size("OR", a=TREATED, n1=TREATED_TOTAL, c=CONTROL, n2=CONTROL_TOTAL)
    p = pool(effects.effect, effects.variance, method="DL", test="z")
    assert (math.sqrt(p.tau2), p.estimate, p.standard_error) == pytest.approx((0.2323, -0.3240, 0.1540), abs=5e-5)
