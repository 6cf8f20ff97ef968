"""Published results: Vevea & Woods 2005, Psychological Methods 10:428-443; fixed weight functions on the validity of ratings.

Cohen's 20 correlations of students' ratings with achievement, from Cooper & Hedges 1994, Table A.3. Weights from Table 1 of the
paper. Results with digits as in the documentation of R metafor (help(selmodel), the example after this paper).
"""

import numpy as np
import pytest

from equipoise.engines.synthesis.selection_models import selection

SECTIONS, CORRELATION = np.array([
    (10, 0.68), (20, 0.56), (13, 0.23), (22, 0.64), (28, 0.49), (12, -0.04), (12, 0.49), (36, 0.33), (19, 0.58), (12, 0.18),
    (36, -0.11), (75, 0.27), (33, 0.26), (121, 0.40), (37, 0.49), (14, 0.51), (40, 0.40), (16, 0.34), (14, 0.42), (20, 0.16),
]).T  # fmt: skip
STEPS = (0.005, 0.01, 0.05, 0.10, 0.25, 0.35, 0.50, 0.65, 0.75, 0.90, 0.95, 0.99, 0.995, 1)


@pytest.mark.parametrize(
    ("weights", "mean", "tau2"),
    [
        ((1,) * 14, 0.38, 0.001),
        ((1, 0.99, 0.95, 0.80, 0.75, 0.65, 0.60, 0.55, 0.50, 0.50, 0.50, 0.50, 0.50, 0.50), 0.35, 0.005),
        ((1, 0.99, 0.90, 0.75, 0.60, 0.50, 0.40, 0.35, 0.30, 0.25, 0.10, 0.10, 0.10, 0.10), 0.32, 0.010),
        ((1, 0.99, 0.95, 0.90, 0.80, 0.75, 0.60, 0.60, 0.75, 0.80, 0.90, 0.95, 0.99, 1.00), 0.36, 0.003),
        ((1, 0.99, 0.90, 0.75, 0.60, 0.50, 0.25, 0.25, 0.50, 0.60, 0.75, 0.90, 0.99, 1.00), 0.33, 0.006),
    ],
    ids=["none", "moderate one-tailed", "severe one-tailed", "moderate two-tailed", "severe two-tailed"],
)
def test_mean_and_variance_under_each_function(weights, mean, tau2):
    """Fisher's z; all five functions are on one-tailed p-values."""
    found = selection(np.arctanh(CORRELATION), 1 / (SECTIONS - 3), steps=STEPS, weights=weights)
    assert found.estimate == pytest.approx(mean, abs=0.005)
    assert found.tau2 == pytest.approx(tau2, abs=0.0005 + 1e-6)
