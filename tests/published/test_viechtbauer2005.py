"""Published results: Viechtbauer 2005, Journal of Educational and Behavioral Statistics 30:261-293; estimators of tau squared.

Pages and digits as in the test suite of R metafor (test_analysis_example_viechtbauer2005.r).
"""

import pytest

from equipoise.engines.synthesis import pool


@pytest.mark.parametrize(("method", "tau2"), [("DL", 0.2768), ("ML", 0.1967), ("REML", 0.2232)])
def test_ten_studies(method, tau2):
    """Page 271."""
    effect = (-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232)
    variance = (0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040)
    assert pool(effect, variance, method=method).tau2 == pytest.approx(tau2, abs=5e-5)


@pytest.mark.parametrize(("method", "tau2"), [("DL", 0.0126), ("ML", 0.0132), ("REML", 0.0157)])
def test_eighteen_studies(method, tau2):
    """Page 272."""
    effect = (
        0.100, -0.162, -0.090, -0.049, -0.046, -0.010, -0.431, -0.261, 0.134,
        0.019, 0.175, 0.056, 0.045, 0.103, 0.121, -0.482, 0.290, 0.342,
    )  # fmt: skip
    variance = (
        0.016, 0.015, 0.050, 0.050, 0.032, 0.052, 0.036, 0.024, 0.034,
        0.033, 0.031, 0.034, 0.039, 0.167, 0.134, 0.096, 0.016, 0.035,
    )  # fmt: skip
    assert pool(effect, variance, method=method).tau2 == pytest.approx(tau2, abs=5e-5)
