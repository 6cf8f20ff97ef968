"""Published results: Gleser & Olkin 2009, Handbook of Research Synthesis, 2nd ed., chapter 19; shared controls.

Table 19.2 (p. 360) and pages 361 to 365; data and digits as in the test suite of R metafor
(test_analysis_example_gleser2009.r). Treatments of a study share its controls, so that their effects are correlated; the mean
is a generalised least squares one.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size

STUDY, TREATMENT = np.array((1, 1, 2, 3, 3, 3)), np.array((1, 2, 1, 1, 2, 3))
CELLS = {  # the control's events come first in the chapter's differences
    "a": (40, 40, 10, 150, 150, 150), "n1": (1000, 1000, 200, 2000, 2000, 2000),
    "c": (100, 150, 15, 40, 80, 50), "n2": (4000, 4000, 400, 1000, 1000, 1000),
}  # fmt: skip
P, N = np.divide(CELLS["a"], CELLS["n1"]), np.array(CELLS["n1"])
SHARED = {"RD": P * (1 - P) / N, "OR": 1 / (N * P * (1 - P)), "RR": (1 - P) / (N * P), "AS": 1 / (4 * N)}


def least_squares(effects, shared):
    """Effects of the treatments and their covariances, and Q, with the shared control's variance as covariance."""
    covariance = np.where(STUDY[:, None] == STUDY, shared, 0.0)
    np.fill_diagonal(covariance, effects.variance)
    x = (TREATMENT[:, None] == np.unique(TREATMENT)).astype(float)
    inverse = np.linalg.inv(covariance)
    around = np.linalg.inv(x.T @ inverse @ x)
    mean = around @ x.T @ inverse @ effects.effect
    left = effects.effect - x @ mean
    return mean, around, left @ inverse @ left


@pytest.mark.parametrize(
    ("measure", "by", "effect", "mean", "q"),
    [
        ("RD", 1, (0.0150, 0.0025, 0.0125, 0.0350, -0.0050, 0.0250), (0.0200, 0.0043, 0.0211), 7.1907),
        ("OR", 1, (0.4855, 0.0671, 0.3008, 0.6657, -0.0700, 0.4321), (0.5099, 0.0044, 0.4301), 2.0563),
        ("RR", 1, (0.4700, 0.0645, 0.2877, 0.6286, -0.0645, 0.4055), (0.4875, 0.0006, 0.4047), 1.8954),
        ("AS", 2, (0.0852, 0.0130, 0.0613, 0.1521, -0.0187, 0.1038), (0.1010, 0.0102, 0.0982), 4.2634),
    ],
)
def test_effects_and_means(measure, by, effect, mean, q):
    """Pages 360 to 365: effects, their means over studies and Q; the chapter's arcsine differences are twice ours."""
    effects = effect_size(measure, **CELLS)
    found, _, heterogeneity = least_squares(effects, SHARED[measure])
    assert by * effects.effect == pytest.approx(effect, abs=5e-5)
    assert by * found == pytest.approx(mean, abs=5e-5)
    assert heterogeneity == pytest.approx(q, abs=5e-5)


def test_covariances_of_risk_differences():
    """Page 361, equation 19.7, in millionths."""
    _, around, _ = least_squares(effect_size("RD", **CELLS), SHARED["RD"])
    expected = [[24.612, 19.954, 13.323], [19.954, 28.538, 13.255], [13.323, 13.255, 69.806]]
    assert 1e6 * around == pytest.approx(np.array(expected), abs=5e-4)
