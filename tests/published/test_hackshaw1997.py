"""Published results: Hackshaw, Law & Wald 1997, British Medical Journal 315:980-988; lung cancer and a spouse's smoke.

The abstract: 37 studies, an excess risk of 24% (13% to 36%). Odds ratios and intervals as in the data set dat.hackshaw1998 of
the R package metadat 1.2-0 (Hackshaw 1998, Statistical Methods in Medical Research 7:119-136).
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import pool
from equipoise.engines.synthesis.conversions import from_interval

STUDIES = (  # odds ratio and its 95% interval
    (1.18, 0.90, 1.54), (1.45, 1.02, 2.08), (2.02, 0.48, 8.56), (1.20, 0.80, 1.60), (0.75, 0.43, 1.30),
    (2.07, 0.81, 5.25), (2.13, 1.19, 3.83), (0.80, 0.34, 1.90), (0.79, 0.25, 2.45), (2.01, 1.09, 3.72),
    (1.23, 0.81, 1.87), (1.20, 0.50, 3.30), (1.52, 0.87, 2.63), (1.03, 0.41, 2.55), (1.55, 0.90, 2.67),
    (1.03, 0.61, 1.74), (2.34, 0.81, 6.75), (1.65, 1.16, 2.35), (1.19, 0.82, 1.73), (1.52, 0.39, 5.96),
    (2.16, 1.08, 4.29), (1.08, 0.64, 1.82), (2.55, 0.74, 8.78), (1.62, 0.90, 2.91), (1.06, 0.74, 1.52),
    (0.79, 0.62, 1.02), (0.74, 0.32, 1.69), (2.27, 0.75, 6.82), (0.97, 0.78, 1.21), (1.60, 0.80, 3.00),
    (1.19, 0.66, 2.13), (1.66, 0.73, 3.78), (1.26, 1.04, 1.54), (1.10, 0.62, 1.96), (1.66, 1.12, 2.45),
    (1.16, 0.80, 1.69), (1.11, 0.67, 1.84),
)  # fmt: skip


def test_excess_risk():
    """Abstract: 24% (13% to 36%), from DerSimonian and Laird's random effects."""
    estimate, low, high = zip(*STUDIES, strict=True)
    effects = from_interval(estimate, low, high)
    p = pool(effects.effect, effects.variance, method="DL", test="z")
    assert p.k == 37
    assert 100 * (np.exp([p.estimate, *p.interval]) - 1) == pytest.approx([24, 13, 36], abs=0.5)
    assert p.p_value < 0.001
