"""Trim and fill: symmetric funnels, mirrored ones, and R."""

import numpy as np
import pytest

from equipoise.engines.synthesis.filling import trim_and_fill
from equipoise.engines.synthesis.pooling import pool

BCG = np.array(  # vaccinated with and without tuberculosis, controls with and without; Colditz et al. 1994, JAMA 271:698-702
    [(4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
     (119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886),
     (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
     (128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825)], dtype=float,
)  # fmt: skip
EFFECT = np.log(BCG[0] / (BCG[0] + BCG[1]) / (BCG[2] / (BCG[2] + BCG[3])))
VARIANCE = 1 / BCG[0] - 1 / (BCG[0] + BCG[1]) + 1 / BCG[2] - 1 / (BCG[2] + BCG[3])


@pytest.mark.parametrize(
    ("method", "estimator", "missing", "expected"),
    [  # trimfill(rma(yi, vi, method = ), estimator = , side = "right"), metafor 3.8-1
        ("common", "L0", 4, (2.38532559119, np.nan, -0.291025992106)),
        ("common", "R0", 4, (3.16227766017, 0.03125, -0.291025992106)),
        ("common", "Q0", 5, (3.969183, np.nan, -0.2862604)),
        ("REML", "L0", 1, (2.45279864318, np.nan, -0.657082800760)),
        ("REML", "R0", 0, (1.41421356237, 1, -0.714532342158)),  # metafor: p = 0.5, that of a run of one; here it is none
        ("REML", "Q0", 1, (2.778626, np.nan, -0.6570828)),
    ],
)
def test_metafor_agrees(method, estimator, missing, expected):
    """Error of the number missing, the p-value of a run so long, and the mean."""
    found = trim_and_fill(EFFECT, VARIANCE, estimator=estimator, method=method)
    assert (found.side, found.missing) == ("right", missing)
    numbers = (found.missing_standard_error, found.missing_p, found.pooled.estimate)
    assert numbers == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_filled_studies_mirror_the_trimmed_ones():
    found = trim_and_fill(EFFECT, VARIANCE, method="common")
    lowest = np.argsort(EFFECT)[:4]
    centre = pool(np.delete(EFFECT, lowest), np.delete(VARIANCE, lowest), method="common").estimate
    assert np.sort(found.effect[found.filled]) == pytest.approx(np.sort(2 * centre - EFFECT[lowest]))
    assert np.sort(found.variance[found.filled]) == pytest.approx(np.sort(VARIANCE[lowest]))
    assert (found.effect[:13] == EFFECT).all()
    assert found.pooled.k == 17


def test_a_symmetric_funnel_lacks_nothing():
    away, v = np.array([0.0, 0.1, -0.1, 0.3, -0.3, 0.8, -0.8]), np.array([0.01, 0.02, 0.02, 0.1, 0.1, 0.4, 0.4])
    for estimator in ("L0", "R0", "Q0"):
        found = trim_and_fill(2 + away, v, estimator=estimator, side="left")
        assert (found.missing, found.iterations) == (0, 1)
        assert found.pooled.estimate == pool(2 + away, v, test="z").estimate


def test_the_mirror_image_lacks_the_other_side():
    a, b = trim_and_fill(EFFECT, VARIANCE, method="DL"), trim_and_fill(-EFFECT, VARIANCE, method="DL")
    assert (a.side, b.side, a.missing) == ("right", "left", b.missing)
    assert a.pooled.estimate == pytest.approx(-b.pooled.estimate)


@pytest.mark.parametrize("c", [1e-6, 1e6])
def test_units_and_order_do_not_matter(c):
    order = np.random.default_rng(2).permutation(13)
    a, b = trim_and_fill(EFFECT, VARIANCE), trim_and_fill(c * EFFECT[order], c**2 * VARIANCE[order])
    assert (b.missing, b.pooled.estimate / c) == (a.missing, pytest.approx(a.pooled.estimate, rel=1e-8))


def test_trimming_may_have_its_own_method():
    """The fixed-random procedure trims as common does, and pools as REML."""
    found, common = trim_and_fill(EFFECT, VARIANCE, trimming="common"), trim_and_fill(EFFECT, VARIANCE, method="common")
    assert (found.effect == common.effect).all()
    assert found.pooled.method == "REML"
    assert found.pooled.tau2 > 0


def test_a_circle_is_an_error_that_names_it():
    """Trimming moves a common mean one way only, and so must settle; a tau squared that falls on the way can undo it."""
    y, v = [-1.0, -0.1, 0.1, 0.3, -0.4, 1.0], [0.02, 0.147, 0.233, 6.3, 0.086, 5.422]
    with pytest.raises(ArithmeticError, match="runs in a circle: 1, 2 and 1 studies missing in turn"):
        trim_and_fill(y, v, side="left", method="DL", estimator="R0")
    assert trim_and_fill(y, v, side="left", method="common", estimator="R0").iterations > 1


def test_q0_that_is_not_real_is_an_error_that_says_so():
    with pytest.raises(ArithmeticError, match="Q0 has no real value after 0 studies"):
        trim_and_fill([0, 1, 2, 3, 4, 5, 6, 7], [1e-4, 1, 1, 1, 1, 1, 1, 1], estimator="Q0", side="left", method="common")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"estimator": "L1"}, "estimator is 'L1'"),
        ({"side": "up"}, "side is 'up'"),
        ({"effect": [1, 2], "variance": [1, 1]}, "2 studies; a side"),
        ({"effect": [1, 2, 3], "variance": [1, 1, 1]}, "in all 3 studies"),
    ],
)
def test_bad_input_is_refused_in_words(change, says):
    given = {"effect": EFFECT, "variance": VARIANCE} | change
    with pytest.raises(ValueError, match=says):
        trim_and_fill(given.pop("effect"), given.pop("variance"), **given)
