"""Published results: Pignon et al. 2000, Lancet 355:949-955; chemotherapy of cancers of head and neck.

The abstract: 63 trials (65 comparisons), hazard ratio of death 0.90 (0.85 to 0.94). Observed less expected deaths and their
variances from the data set dat.pignon2000 of the R package metadat 1.2-0, by when chemotherapy was given.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import pool

LESS_EXPECTED = np.array((
    -1.8, 11.8, -7.4, -5.6, 0.4, 1.8, -0.2, -3.9,  # after
    0.0, -0.8, 2.2, -3.3, -0.6, -9.2, 6.3, 2.6, -2.0, -2.1, 7.2, 2.7, 1.2, 0.4, -3.6, -0.3, -4.2, 1.6, -5.7, -8.5, -7.5, -6.5,
    -5.7, -4.0, -2.9, 5.4, -8.1, -1.1, 0.6, 4.6, -7.1,  # before
    1.8, -4.3, -17.9, 1.2, -3.1, 2.1, -4.4, -2.0, -12.0, 4.5, -25.3, -6.8, -2.4, 2.0, -4.3, 5.4, 2.1, -13.5, -8.7, -2.2, -0.8,
    -14.3, -5.1, -13.3, -16.8, -5.3,  # with
))  # fmt: skip
VARIANCE = np.array((
    14.5, 57.1, 80.6, 8.5, 6.4, 8.7, 5.0, 30.2,
    7.8, 125.9, 27.9, 13.5, 63.1, 29.7, 16.6, 36.6, 25.8, 18.1, 19.8, 22.2, 9.0, 11.9, 33.2, 13.4, 92.2, 19.6, 20.2, 47.4, 24.8,
    15.9, 46.5, 5.2, 25.8, 9.2, 46.6, 6.7, 9.0, 5.9, 16.4,
    8.0, 8.4, 14.1, 40.0, 6.7, 5.5, 7.0, 9.9, 10.4, 45.6, 121.2, 4.6, 66.2, 24.3, 41.2, 79.4, 11.9, 16.6, 31.7, 11.2, 12.2,
    30.0, 28.3, 21.9, 29.8, 12.3,
))  # fmt: skip


def test_hazard_ratio_of_death():
    """Abstract: the one-step log hazard ratios (O - E) / V, whose variances are 1 / V."""
    p = pool(LESS_EXPECTED / VARIANCE, 1 / VARIANCE, method="common", test="z")
    assert p.k == 65
    assert np.exp([p.estimate, *p.interval]) == pytest.approx([0.90, 0.85, 0.94], abs=5e-3)
    assert p.p_value < 0.0001


def test_the_mean_is_all_that_was_observed_less_expected():
    """So it equals the sum of O - E over the sum of V, with any split of the trials."""
    p = pool(LESS_EXPECTED / VARIANCE, 1 / VARIANCE, method="common", test="z")
    assert p.estimate == pytest.approx(LESS_EXPECTED.sum() / VARIANCE.sum(), rel=1e-12)
