"""The searches in plain numbers are those in arrays."""

import numpy as np
import pytest

from equipoise.engines.synthesis import alone, pool
from equipoise.engines.synthesis.least_squares import Location

EFFECT = [0.0, 0.7, -0.4, 1.3, 0.2]


@pytest.mark.parametrize("least", [0.5, 1e-7, 1e-14])
@pytest.mark.parametrize("tau2", [0.0, 1e-9, 0.3])
def test_curve_and_q_lose_no_digit_to_a_lead_with_nearly_all_the_weight(least, tau2):
    variance = [least, 0.6, 1.0, 0.8, 2.0]
    arrays = Location(effect=np.array(EFFECT)[:, None], variance=np.array(variance)[:, None])
    for restricted in (True, False):
        expected = arrays.curve(np.array([tau2]), restricted=restricted)[:, 0]
        assert alone.curve(EFFECT, variance, tau2, restricted=restricted) == pytest.approx(expected, rel=1e-12)
    assert alone.q(EFFECT, variance, tau2) == pytest.approx([one[0] for one in arrays.q(np.array([tau2]))], rel=1e-12)


@pytest.mark.parametrize("method", ["REML", "ML", "PM", "PMM"])
def test_a_score_of_0_up_to_rounding_ends_the_search_as_it_does_in_a_batch(method):
    """Equal variances, and effects as far apart as chance makes them: the maximum is at 0, or a rounding above it."""
    rng = np.random.default_rng(11)
    for k in (2, 3, 5, 9):
        y = rng.normal(size=k)
        y *= np.sqrt((k - 1) / ((y - y.mean()) @ (y - y.mean())))
        one, many = pool(y, np.ones(k), method=method), pool(np.tile(y, (2, 1)), np.ones((2, k)), method=method)
        assert one.tau2 == pytest.approx(many.tau2[0], abs=1e-9)
        assert one.estimate == pytest.approx(many.estimate[0], abs=1e-12)
