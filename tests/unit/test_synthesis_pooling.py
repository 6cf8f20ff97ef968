"""Pooling at its edges, and against numbers of R metafor (validation/metafor/README.md says what else agrees)."""

import dataclasses

import numpy as np
import pytest

from equipoise.engines.synthesis import log_odds_ratio, log_risk_ratio, logit_proportion, pool, readable

BCG = (  # vaccinated with and without tuberculosis, controls with and without; Colditz et al. 1994, JAMA 271:698-702
    (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
    (119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886),
    (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
    (128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825),
)
ANEURYSM = (  # patients well, patients treated; Pritz et al. 1997, Neurological Research 19:479-488
    (16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6),
    (17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10),
)


RR, OR, PLO = log_risk_ratio(*BCG), log_odds_ratio(*BCG), logit_proportion(*ANEURYSM)


@pytest.mark.parametrize(
    ("effects", "method", "expected"),
    [  # escalc(measure), rma(yi, vi, method, control = list(threshold = 1e-13 * mean(vi))), metafor 3.8-1, R 4.2.2
        (RR, "common", (0, 92.1173468546, -0.430285163654, 0.0404987517109, 0.14424654798, 0.0114222350401)),
        (RR, "DL", (0.308760262862, 92.1173468546, -0.714117222073, 0.178742089535, 0.180696628336, 0.00192076676705)),
        (RR, "REML", (0.313243258136, 92.2213845213, -0.714532342158, 0.179781516105, 0.180791744093, 0.00192001509606)),
        (OR, "ML", (0.302456572359, 91.2282740752, -0.741966830329, 0.177953370638, 0.186013794252, 0.00179765850169)),
        (OR, "REML", (0.337772033112, 92.0726912933, -0.745177770844, 0.186027912751, 0.186726187662, 0.00179126758998)),
        (PLO, "REML", (0.364587778609, 56.5596029963, 1.13890911599, 0.241477898346, 0.244441470117, 0.000446984235063)),
    ],
)
def test_metafor_agrees(effects, method, expected):
    """Columns: tau squared, I squared in percent, estimate, its standard error, Knapp-Hartung standard error and p-value."""
    z = pool(effects.effect, effects.variance, method=method, test="z")
    t = pool(effects.effect, effects.variance, method=method, test="knha")
    assert (z.tau2, 100 * z.i2, z.estimate, z.standard_error, t.standard_error, t.p_value) == pytest.approx(expected, rel=1e-9)


def test_metafor_agrees_on_every_interval():
    """confint() and predict(), also with pi.type = "Riley", of metafor 3.8-1: BCG risk ratios, REML, Knapp-Hartung."""
    p = pool(RR.effect, RR.variance)
    assert (p.low, p.high) == pytest.approx((-1.10844371369, -0.320620970631), rel=1e-10)
    assert (p.prediction_low, p.prediction_high) == pytest.approx((-1.9960168342, 0.56695214988), rel=1e-10)
    assert (p.prediction_riley_low, p.prediction_riley_high) == pytest.approx((-2.00905765037, 0.579992966055), rel=1e-10)
    assert (p.tau2_low, p.tau2_high) == pytest.approx((0.119718361141, 1.11147908406), rel=1e-10)
    assert (p.q, p.q_p_value) == pytest.approx((152.233008082, 1.99676459085e-26), rel=1e-9)
    shown = readable(pool(RR.effect, RR.variance, test="z"), "RR")
    assert (shown.estimate, shown.low, shown.high) == pytest.approx((0.489420939826, 0.344074306107, 0.696166066715), rel=1e-10)


def test_one_study_is_itself():
    p = pool([0.5], [0.04], method="REML", test="knha")
    assert (p.estimate, p.standard_error, p.k, p.df) == (0.5, pytest.approx(0.2), 1, None)
    assert (p.low, p.high) == pytest.approx((0.5 - 1.959963984540054 * 0.2, 0.5 + 1.959963984540054 * 0.2))
    assert (p.method, p.test, p.weights) == ("common", "z", (1.0,))
    assert (p.tau2, p.tau2_low, p.i2, p.q, p.prediction_low, p.maxima, p.at_boundary) == (None,) * 6 + (False,)


def test_two_studies_have_an_interval_of_one_degree_of_freedom():
    """Effects 0 and 1, variances 0.1: tau squared 0.4, both weights a half, standard error 0.5, t quantile 12.7062."""
    p = pool([0, 1], [0.1, 0.1])
    assert (p.estimate, p.tau2, p.standard_error) == pytest.approx((0.5, 0.4, 0.5), abs=1e-12)
    assert p.high - p.estimate == pytest.approx(12.706204736174707 * 0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("effect", "variance", "tau2"),
    [
        ((-1.6, 1.1, 1.1), (1, 0.01, 0.0001), 0),
        ((1.4, -1.9, 1.5), (0.0001, 1, 0.0001), 2.66125973653),
        ((0, 3.3, 0.2), (0.01, 1, 0.01), 2.33694707701),
    ],
)
def test_of_two_local_maxima_the_higher_is_taken(effect, variance, tau2):
    """The one at 0; the inner one; and one so near a minimum that a grid of four points a decade sees but one maximum."""
    p = pool(effect, variance, method="REML")
    assert p.maxima == 2
    assert p.tau2 == pytest.approx(tau2, rel=1e-10)
    assert p.at_boundary == (tau2 == 0)


def test_one_study_far_more_precise_than_all_others_loses_no_digit():
    """Variance 1e-14 beside three of 1: with its effect as 0, tau squared of DL is (sum w y^2 - 3) / 6 to rounding."""
    y = np.array([0, 2.0, -3.0, 4.0])
    p = pool(y + 7, [1e-14, 1, 1, 1], method="DL")
    assert p.tau2 == pytest.approx((4 + 9 + 16 - 3) / 6, rel=1e-12)


def test_homogeneous_effects_empty_the_q_profile():
    """Q is 0.0002, below the 2.5% quantile 0.051 of chi-squared with 2 degrees of freedom."""
    p = pool([0.1, 0.1, 0.11], [0.3, 0.3, 0.3])
    assert (p.tau2_low, p.tau2_high, p.tau2_interval_empty, p.at_boundary) == (0, 0, True, True)
    assert not pool([0.1, 0.5, 0.9], [0.3, 0.3, 0.3]).tau2_interval_empty


def test_a_common_effect_has_no_prediction_interval():
    p = pool([0.1, 0.5, 0.9], [0.3, 0.3, 0.3], method="common", test="z")
    assert (p.tau2, p.prediction_low, p.prediction_riley_low, p.maxima, p.at_boundary) == (0, None, None, None, False)


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        pool([0.1], [0.1]).estimate = 1


@pytest.mark.parametrize(
    ("effect", "variance", "options", "message"),
    [
        ([], [], {}, "there is no study to pool; at least one is needed"),
        ([1, 2], [0.1], {}, r"columns have shapes effect \(2,\), variance \(1,\)"),
        ([1, np.inf], [0.1, 0.1], {}, "effect of row 1 is inf; it should be a finite number"),
        ([1, 2], [0.1, -0.1], {}, "variance of row 1 is -0.1; it should be above 0"),
        ([1, 2], [0.1, 0.1], {"method": "PM"}, "method is 'PM'; it should be one of common, DL, REML, ML"),
        ([1, 2], [0.1, 0.1], {"test": "t"}, "test is 't'; it should be one of z, knha, adhoc"),
        ([1, 2], [0.1, 0.1], {"level": 95}, "level is 95; it should be a share between 0 and 1, such as 0.95"),
    ],
)
def test_what_cannot_be_pooled_is_refused_with_what_would_be_right(effect, variance, options, message):
    with pytest.raises(ValueError, match=message):
        pool(effect, variance, **options)
