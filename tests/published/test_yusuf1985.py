"""Published results: Yusuf, Peto, Lewis, Collins & Sleight 1985, Progress in Cardiovascular Diseases 27:335-371; beta blockers.

Table 6, p. 343: deaths in trials of oral beta blockers, short term. The odds ratio with digits as in the test suite of R
metafor (test_analysis_example_yusuf1985.r); the paper itself was not seen. One trial there has no numbers.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size, pool
from equipoise.engines.synthesis.stratified import peto

TABLE_6 = {
    "a": (14, 18, 15, 10, 21, 3, 2, 19, 15, 5, 0, 8, 3, 0, 1, 0, 14, 0, 8, 6, 3),
    "n1": (56, 66, 100, 52, 226, 38, 20, 76, 106, 62, 9, 133, 48, 16, 42, 25, 221, 11, 259, 157, 177),
    "c": (15, 19, 12, 12, 24, 6, 3, 15, 9, 4, 0, 11, 3, 0, 1, 3, 15, 0, 7, 4, 2),
    "n2": (58, 64, 95, 47, 228, 31, 20, 67, 114, 57, 8, 127, 49, 13, 46, 25, 228, 11, 129, 158, 136),
}


def test_odds_ratio_by_petos_method():
    """Table 6: trials without a death say nothing, and stay harmless."""
    found = peto(**TABLE_6)
    assert np.exp([found.estimate, *found.interval]) == pytest.approx([0.9332, 0.7385, 1.1792], abs=5e-5)


def test_the_method_is_an_inverse_variance_mean():
    """The same from one-step log odds ratios of the trials in which somebody died."""
    died = np.add(TABLE_6["a"], TABLE_6["c"]) > 0
    effects = effect_size("PETO", add=0, **{name: np.array(cells)[died] for name, cells in TABLE_6.items()})
    p = pool(effects.effect, effects.variance, method="common", test="z")
    assert p.k == 18
    assert np.exp([p.estimate, *p.interval]) == pytest.approx([0.9332, 0.7385, 1.1792], abs=5e-5)
