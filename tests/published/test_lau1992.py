"""Published results: Lau et al. 1992, New England Journal of Medicine 327:248-254; streptokinase, trial by trial.

The abstract: after eight trials with 2,432 patients, in 1973, the odds ratio of death was 0.74 (0.59 to 0.92), and 25 further
trials with 34,542 patients only narrowed the interval. Cells from the data set dat.lau1992 of the R package metadat 1.2-0.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis.stratified import mantel_haenszel

TRIALS = {
    "a": np.array(
        (1, 4, 20, 69, 22, 19, 26, 13, 7, 6, 11, 4, 38, 37, 25, 1, 63, 5, 18, 54, 628, 1, 0, 1, 1, 3, 3, 2, 4, 1, 12, 791, 2)
    ),
    "n1": np.array(
        (
            12, 21, 83, 373, 219, 164, 264, 102, 53, 55, 49, 14, 302, 352, 123, 13, 249, 32, 156, 859, 5860, 28, 29, 19, 21, 49,
            35, 107, 52, 13, 191, 8592, 41,
        )
    ),
    "c": np.array(
        (4, 7, 15, 94, 17, 18, 32, 29, 3, 6, 9, 1, 40, 65, 31, 3, 51, 5, 30, 63, 758, 2, 6, 3, 1, 6, 4, 12, 7, 2, 17, 1029, 5)
    ),
    "n2": np.array(
        (
            11, 21, 84, 357, 207, 157, 253, 104, 54, 53, 42, 9, 293, 376, 107, 11, 234, 26, 159, 882, 5852, 24, 30, 19,
            23, 49, 29, 112, 55, 12, 177, 8595, 25,
        )
    ),
}  # fmt: skip


def after(trials):
    return mantel_haenszel("OR", **{name: cells[:trials] for name, cells in TRIALS.items()})


def test_patients():
    assert sum(TRIALS[name][:8].sum() for name in ("n1", "n2")) == 2432
    assert sum(TRIALS[name][8:].sum() for name in ("n1", "n2")) == 34542


def test_eight_trials_were_enough():
    """Abstract: 0.74 (0.59 to 0.92); a trial earlier the interval still holds 1."""
    found = after(8)
    assert np.exp([found.estimate, *found.interval]) == pytest.approx([0.74, 0.59, 0.92], abs=5e-3)
    assert after(7).interval[1] > 0


def test_twenty_five_further_trials_only_narrow_the_interval():
    """Abstract."""
    early, late = after(8), after(33)
    assert early.interval[0] < late.interval[0] < late.interval[1] < early.interval[1] < 0
