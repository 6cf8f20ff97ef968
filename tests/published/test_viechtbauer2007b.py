"""Published results: Viechtbauer 2007, Zeitschrift fuer Psychologie / Journal of Psychology 215:104-121; St John's wort.

Seventeen placebo-controlled trials of Linde, Berner, Egger & Mulrow 2005, British Journal of Psychiatry 186:99-107 (Table 1 and
Figure 3). Pages and digits as in the test suite of R metafor (test_analysis_example_viechtbauer2007b.r).
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size, pool

ANSWERED, TREATED = (
    np.array((20, 14, 4, 20, 28, 34, 35, 24, 45, 67, 34, 46, 55, 23, 26, 46, 98)),
    np.array((25, 20, 25, 32, 50, 48, 53, 49, 80, 106, 60, 70, 123, 37, 98, 113, 186)),
)
PLACEBO_ANSWERED, PLACEBO = (
    np.array((11, 9, 2, 6, 13, 25, 12, 16, 12, 22, 17, 34, 57, 15, 19, 56, 80)),
    np.array((25, 20, 25, 33, 55, 49, 54, 49, 79, 47, 59, 70, 124, 35, 102, 116, 189)),
)
WEEKS = np.array((8, 4, 4, 6, 4, 6, 4, 6, 6, 6, 6, 6, 6, 6, 8, 8, 6))
DAILY_MG = np.array((380, 900, 900, 900, 900, 240, 900, 900, 500, 1050, 900, 500, 900, 900, 1050, 1200, 900))
BASELINE = np.array((19.5, 12.5, 22.7, 16.5, 15.8, 23.6, 20.7, 21.1, 19.4, 22.7, 16.7, 20.9, 21.5, 19.9, 22.5, 22.9, 21.9))
EFFECTS = effect_size("RR", a=ANSWERED, n1=TREATED, c=PLACEBO_ANSWERED, n2=PLACEBO)
TOTAL_G = DAILY_MG * 7 / 1000 * WEEKS


def shown(p):
    return np.exp([p.estimate, *p.interval])


def test_two_trials():
    """Page 106: the intervals of trials 13 and 17 (the paper prints 1.01 for the lower bound of the second)."""
    half = 1.959963985 * np.sqrt(EFFECTS.variance)
    low, high = np.exp(EFFECTS.effect - half)[[12, 16]], np.exp(EFFECTS.effect + half)[[12, 16]]
    assert low == pytest.approx([0.7397, 1.0039], abs=5e-5)
    assert high == pytest.approx([1.2793, 1.5434], abs=5e-5)


def test_one_common_rate_ratio():
    """Page 107 (1.39 and Q = 55.54 in the paper)."""
    p = pool(EFFECTS.effect, EFFECTS.variance, method="common", test="z")
    assert shown(p) == pytest.approx([1.3840, 1.2599, 1.5204], abs=5e-5)
    assert p.q == pytest.approx(51.5454, abs=5e-5)


@pytest.mark.xfail(strict=True, reason="the paper prints 1.39 and Q = 55.54; the data give 1.384 and 51.55")
@pytest.mark.parametrize(("take", "printed"), [(lambda p: np.exp(p.estimate), 1.39), (lambda p: p.q, 55.54)])
def test_one_common_rate_ratio_as_printed(take, printed):
    """Page 107."""
    assert take(pool(EFFECTS.effect, EFFECTS.variance, method="common", test="z")) == pytest.approx(printed, abs=5e-3)


def test_average_rate_ratio_and_where_a_new_trial_may_lie():
    """Page 109 (1.90 and tau squared 0.091 in the paper, whose 0.87 to 2.83 leaves out the error of the mean)."""
    p = pool(EFFECTS.effect, EFFECTS.variance, method="DL", test="z")
    assert shown(p) == pytest.approx([1.5722, 1.3103, 1.8864], abs=5e-5)
    assert np.exp(p.prediction_interval) == pytest.approx([0.8488, 2.9120], abs=5e-5)
    assert p.tau2 == pytest.approx(0.0903, abs=5e-5)


@pytest.mark.xfail(strict=True, reason="the paper prints 1.90 and 0.091; the data give 1.886 and 0.0903")
@pytest.mark.parametrize(
    ("take", "printed", "half"), [(lambda p: np.exp(p.interval[1]), 1.90, 5e-3), (lambda p: p.tau2, 0.091, 5e-4)]
)
def test_average_as_printed(take, printed, half):
    """Page 109."""
    assert take(pool(EFFECTS.effect, EFFECTS.variance, method="DL", test="z")) == pytest.approx(printed, abs=half)


MODERATORS = np.column_stack([TOTAL_G - 34, BASELINE - 20, (TOTAL_G - 34) * (BASELINE - 20)])


def test_severe_depression_answers_less():
    """Pages 112 and 113, Table II: total dose (g, centred at 34), baseline score (centred at 20) and their product."""
    p = pool(EFFECTS.effect, EFFECTS.variance, moderators=MODERATORS, method="DL", test="z")
    assert p.estimate == pytest.approx([0.47625885, -0.0058448, -0.06722782, -0.00156996], abs=5e-9)
    assert p.standard_error == pytest.approx([0.08764097, 0.00999872, 0.03522283, 0.00344659], abs=5e-9)
    assert p.p_value == pytest.approx([6e-8, 0.55884735, 0.05630808, 0.64874054], abs=5e-9)
    assert (p.tau2, p.r2) == pytest.approx((0.0475, 0.473778), abs=5e-5)


@pytest.mark.parametrize(("baseline", "expected"), [(12.5, (2.6657, 1.4560, 4.8806)), (23.6, (1.2639, 0.9923, 1.6099))])
def test_rate_ratio_at_a_baseline(baseline, expected):
    """Page 113: a dose of 34 g; 2.66 (1.46 to 4.90) and 1.26 (0.99 to 1.61) in the paper."""
    p = pool(EFFECTS.effect, EFFECTS.variance, moderators=MODERATORS, method="DL", test="z")
    x = np.array([1, 0, baseline - 20, 0])
    half = 1.959963985 * np.sqrt(x @ p.covariance @ x)
    assert np.exp(x @ p.estimate + np.array([0, -half, half])) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    ("method", "tau2"),
    [
        ("HS", 0.0253), ("HE", 0.0388), ("DL", 0.0475), ("GENQ", 0.0600), ("SJ", 0.0912), ("DLIT", 0.0633), ("SJIT", 0.0633),
        ("PM", 0.0633), ("ML", 0.0240), ("REML", 0.0558), ("EB", 0.0633),
    ],
)  # fmt: skip
def test_what_every_estimator_leaves(method, tau2):
    """Not in the paper; the eleven estimators that test suite compares on this regression (GENQ by sample size)."""
    weights = TREATED + PLACEBO if method == "GENQ" else None
    p = pool(EFFECTS.effect, EFFECTS.variance, moderators=MODERATORS, method=method, weights=weights)
    assert p.tau2 == pytest.approx(tau2, abs=6e-5)
