"""Published results: Henmi & Copas 2010, Statistics in Medicine 29:2969-2983; acupuncture against nausea.

Page 2978, with digits as in the test suite of R metafor (test_analysis_example_henmi2010.r); 16 trials of point P6 (Lee
& Done 2004).
"""

import pytest

from equipoise.engines.synthesis import effect_size, pool

P6 = effect_size(
    "OR",
    a=(18, 5, 9, 32, 9, 11, 69, 3, 1, 11, 7, 4, 1, 24, 16, 28),
    n1=(100, 50, 20, 135, 23, 18, 122, 25, 30, 30, 44, 47, 30, 40, 50, 110),
    c=(20, 18, 7, 31, 10, 12, 80, 12, 1, 19, 16, 6, 13, 71, 53, 25),
    n2=(100, 50, 20, 139, 23, 18, 122, 25, 30, 30, 39, 47, 30, 80, 88, 111),
)


def test_random_effects_interval_that_the_paper_sets_out_to_mend():
    """Page 2978: DerSimonian-Laird tau squared, log odds ratio and interval."""
    p = pool(P6.effect, P6.variance, method="DL", test="z")
    assert (p.tau2, p.estimate, *p.interval) == pytest.approx((0.3325, -0.6787, -1.0664, -0.2911), abs=5e-5)


def test_their_estimate_is_the_inverse_variance_mean():
    """Page 2978: -0.5145, the common-effect estimate, around which their interval is built."""
    assert pool(P6.effect, P6.variance, method="common").estimate == pytest.approx(-0.5145, abs=5e-5)
