"""Published results: Morris 2008, Organizational Research Methods 11:364-386; before and after, with controls.

Data and Table 5 (p. 382) with digits as in the test suite of R metafor (test_analysis_example_morris2008.r).
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size

CORRELATION = (0.47, 0.64, 0.77, 0.89, 0.44)
TRAINED = {
    "before": (30.6, 23.5, 0.5, 53.4, 35.6), "after": (38.5, 26.8, 0.7, 75.9, 36.0),
    "sd_before": (15.0, 3.1, 0.1, 14.5, 4.7), "sd_after": (11.6, 4.1, 0.1, 4.4, 4.6), "n": (20, 50, 9, 10, 14),
}  # fmt: skip
CONTROLS = {
    "before": (23.1, 24.9, 0.6, 55.7, 34.8), "after": (19.7, 25.3, 0.6, 60.7, 33.4),
    "sd_before": (13.8, 4.1, 0.2, 17.3, 3.1), "sd_after": (14.8, 3.3, 0.2, 17.9, 6.9), "n": (20, 42, 9, 11, 14),
}  # fmt: skip


def by_raw_scores(group):
    """Standardised by the standard deviation before."""
    return effect_size("SMCR", m1=group["after"], m2=group["before"], sd1=group["sd_before"], n=group["n"], r=CORRELATION)


def by_changes(group):
    """Standardised by the standard deviation of changes."""
    return effect_size(
        "SMCC",
        m1=group["after"],
        m2=group["before"],
        sd1=group["sd_after"],
        sd2=group["sd_before"],
        n=group["n"],
        r=CORRELATION,
    )


def test_difference_of_standardised_changes():
    """Table 5, p. 382: change of the trained less change of the controls, each by its own standard deviation before."""
    difference = by_raw_scores(TRAINED).effect - by_raw_scores(CONTROLS).effect
    assert difference == pytest.approx([0.7421, 0.9524, 1.8054, 1.1514, 0.5050], abs=5e-5)


@pytest.mark.parametrize(
    ("measure", "group", "effect", "variance"),
    [
        (by_raw_scores, TRAINED, (0.5056, 1.0481, 1.8054, 1.4181, 0.0801), (0.0594, 0.0254, 0.2322, 0.1225, 0.0802)),
        (by_raw_scores, CONTROLS, (-0.2365, 0.0958, 0.0000, 0.2667, -0.4250), (0.0544, 0.0173, 0.0511, 0.0232, 0.0864)),
        (by_changes, TRAINED, (0.5417, 1.0198, 2.6619, 1.9088, 0.0765), (0.0573, 0.0304, 0.5048, 0.2822, 0.0716)),
        (by_changes, CONTROLS, (-0.2213, 0.1219, 0.0000, 0.5575, -0.2126), (0.0512, 0.0240, 0.1111, 0.1050, 0.0730)),
    ],
)
def test_changes_of_each_group(measure, group, effect, variance):
    """Not in the paper; from its data, as in that test suite."""
    found = measure(group)
    assert np.asarray(found.effect) == pytest.approx(effect, abs=5e-5)
    assert np.asarray(found.variance) == pytest.approx(variance, abs=5e-5)
