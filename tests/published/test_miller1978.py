"""Published results: Miller 1978, American Statistician 32:138; the inverse of the Freeman-Tukey double arcsine.

Page 138, with digits as in the test suite of R metafor (test_analysis_example_miller1978.r). The paper's transformation is
twice ours (as metafor's is), and so its variance four times.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size, pool, readable

EVENTS, TOTAL = (3, 6, 10, 1), (11, 17, 21, 6)
EFFECTS = effect_size("PFT", events=EVENTS, total=TOTAL)


def test_transformed_proportions():
    assert 2 * EFFECTS.effect == pytest.approx([1.1391, 1.2888, 1.5253, 0.9515], abs=5e-5)
    assert 4 * EFFECTS.variance == pytest.approx([0.0870, 0.0571, 0.0465, 0.1538], abs=5e-5)


def test_unweighted_mean():
    """Back at the harmonic mean of the sample sizes: 0.3164."""
    mean = pool(EFFECTS.effect, np.ones(4), method="common", test="z")
    assert 2 * mean.estimate == pytest.approx(1.2262, abs=5e-5)
    assert readable(mean, "PFT", totals=TOTAL).estimate == pytest.approx(0.3164, abs=5e-5)


def test_weighted_mean():
    """Back at the harmonic mean of the sample sizes: 0.3595."""
    mean = pool(EFFECTS.effect, EFFECTS.variance, method="common", test="z")
    assert 2 * mean.estimate == pytest.approx(1.3093, abs=5e-5)
    assert readable(mean, "PFT", totals=TOTAL).estimate == pytest.approx(0.3595, abs=5e-5)


def test_nobody_and_everybody():
    """Five samples, one with nobody and one with everybody, and their mean; computed there, not printed in the paper."""
    events, total = (0, 4, 9, 16, 20), (10, 10, 15, 20, 20)
    effects = effect_size("PFT", events=events, total=total)
    shown = readable(pool(effects.effect, effects.variance, method="common", test="z"), "PFT", totals=total)
    assert (shown.estimate, *shown.interval) == pytest.approx((0.6886, 0.5734, 0.7943), abs=5e-5)
