"""Published results: Harrer, Cuijpers, Furukawa & Ebert 2021, Doing Meta-Analysis with R, Chapman & Hall/CRC; chapters 4 and 5.

Data as printed there where whole tables are printed, else those of its companion package dmetar 0.1.0; results as printed.
"""

import pytest

from equipoise.engines.synthesis import effect_size, from_interval, natural, pool, readable


def to(digits: int) -> float:
    """Half a unit of the last printed digit."""
    return 0.5 * 10.0**-digits + 1e-12


THIRD_WAVE = {  # section 4.2.1, output of summary(m.gen): Hedges' g, its interval, weight in percent
    "Call": (0.7091, 0.1979, 1.2203, 5.0),
    "Cavanagh": (0.3549, -0.0300, 0.7397, 6.3),
    "DanitzOrsillo": (1.7912, 1.1139, 2.4685, 3.8),
    "de Vibe": (0.1825, -0.0484, 0.4133, 7.9),
    "Frazier": (0.4219, 0.1380, 0.7057, 7.3),
    "Frogeli": (0.6300, 0.2458, 1.0142, 6.3),
    "Gallego": (0.7249, 0.2846, 1.1652, 5.7),
    "Hazlett-Stevens": (0.5287, 0.1162, 0.9412, 6.0),
    "Hintz": (0.2840, -0.0453, 0.6133, 6.9),
    "Kang": (1.2751, 0.6142, 1.9360, 3.9),
    "Kuhlmann": (0.1036, -0.2781, 0.4853, 6.3),
    "Lever Taylor": (0.3884, -0.0639, 0.8407, 5.6),
    "Phang": (0.5407, 0.0619, 1.0196, 5.3),
    "Rasanen": (0.4262, -0.0794, 0.9317, 5.1),
    "Ratanasiripong": (0.5154, -0.1731, 1.2039, 3.7),
    "Shapiro": (1.4797, 0.8618, 2.0977, 4.2),
    "Song & Lindquist": (0.6126, 0.1683, 1.0569, 5.7),
    "Warnecke": (0.6000, 0.1120, 1.0880, 5.2),
}


def test_third_wave_psychotherapies_on_stress():
    """Section 4.2.1: REML, Knapp-Hartung and Q-profile from nothing but the printed intervals."""
    estimate, low, high, _ = zip(*THIRD_WAVE.values(), strict=True)
    effects = from_interval(estimate, low, high, scale="identity", measure="SMD")
    pooled = pool(effects.effect, effects.variance, method="REML", test="knapp-hartung")
    assert pooled.k == 18
    assert (pooled.estimate, *pooled.interval) == pytest.approx((0.5771, 0.3782, 0.7760), abs=to(4))
    assert pooled.statistic == pytest.approx(6.12, abs=to(2))
    assert (pooled.tau2, *pooled.tau2_interval) == pytest.approx((0.0820, 0.0295, 0.3533), abs=to(4))
    assert pooled.i2_q == pytest.approx(0.626, abs=to(3))
    assert pooled.q == pytest.approx(45.50, abs=to(2))
    assert pooled.q_p == pytest.approx(0.0002, abs=to(4))
    assert [100 * weight for weight in pooled.weights] == pytest.approx([row[3] for row in THIRD_WAVE.values()], abs=to(1))


DATA = (  # data set ThirdWave, in the order above: Hedges' g and its standard error
    (0.7091362, 0.2608202), (0.3548641, 0.1963624), (1.7911700, 0.3455692), (0.1824552, 0.1177874), (0.4218509, 0.1448128),
    (0.6300000, 0.1960000), (0.7248838, 0.2246641), (0.5286638, 0.2104609), (0.2840000, 0.1680000), (1.2750682, 0.3371997),
    (0.1036082, 0.1947275), (0.3883906, 0.2307689), (0.5407398, 0.2443133), (0.4261593, 0.2579379), (0.5153969, 0.3512737),
    (1.4797260, 0.3152817), (0.6125782, 0.2266834), (0.6000000, 0.2490000),
)  # fmt: skip


def third_wave(*, without=(), test="knapp-hartung"):
    rows = [row for name, row in zip(THIRD_WAVE, DATA, strict=True) if name not in without]
    return pool([g for g, _ in rows], [error**2 for _, error in rows], method="REML", test=test)


def test_a_new_third_wave_study():
    """Section 5.3: the printed prediction interval has t with k - 2 degrees of freedom on the classical standard error."""
    pooled = third_wave(test="z")
    assert pooled.prediction_interval_riley == pytest.approx((-0.0572, 1.2115), abs=to(4))


def test_third_wave_without_two_outliers():
    """Section 5.4.1: heterogeneity falls when two studies leave; here the prediction interval is on the Knapp-Hartung error."""
    pooled = third_wave(without=("DanitzOrsillo", "Shapiro"))
    assert (pooled.estimate, *pooled.interval) == pytest.approx((0.4528, 0.3257, 0.5800), abs=to(4))
    assert pooled.prediction_interval_riley == pytest.approx((0.1693, 0.7363), abs=to(4))
    assert (pooled.tau2, *pooled.tau2_interval) == pytest.approx((0.0139, 0, 0.1032), abs=to(4))
    assert (pooled.q, pooled.statistic) == pytest.approx((19.95, 7.59), abs=to(2))
    assert pooled.q_p == pytest.approx(0.1739, abs=to(4))


INFLUENTIAL = ("DanitzOrsillo", "de Vibe", "Shapiro")


def test_third_wave_without_three_influential_studies():
    """Section 5.4.3: without the studies that the GOSH plot points at, nothing but chance is left."""
    pooled = third_wave(without=INFLUENTIAL)
    assert (pooled.estimate, *pooled.interval) == pytest.approx((0.4819, 0.3595, 0.6043), abs=to(4))
    assert pooled.tau2_interval == pytest.approx((0, 0.0955), abs=to(4))
    assert (pooled.q, pooled.statistic) == pytest.approx((14.67, 8.44), abs=to(2))
    assert pooled.q_p == pytest.approx(0.4011, abs=to(4))


@pytest.mark.xfail(
    strict=True, reason="the book prints tau = 0.0012 and 0.6053; the likelihood is highest at tau = 0, which gives 0.6052"
)
def test_a_new_study_without_three_influential_ones():
    """Section 5.4.3: a likelihood search that stopped short of 0."""
    assert third_wave(without=INFLUENTIAL).prediction_interval_riley[1] == pytest.approx(0.6053, abs=to(4))


HEALTH = (  # data set HealthWellbeing: correlation, people
    (0.62, 121), (0.372, 383), (0.29, 350000), (0.333, 1764), (0.73, 42331), (0.405, 112), (0.292, 899), (0.388, 870),
    (0.36, 70), (0.308, 67), (0.35, 246), (0.34, 285086), (0.42, 83), (0.19, 2675), (0.49, 19000), (0.47, 612),
    (0.294, 15184), (0.39, 6808), (0.498, 3030), (0.29, 85070), (0.16, 245), (0.22, 817), (0.202, 816), (0.29, 1134),
    (0.32, 142), (0.32, 5854), (0.39, 396), (0.244, 3722), (0.36, 26257),
)  # fmt: skip


def test_health_and_wellbeing_correlate():
    """Section 4.2.4: Fisher's z, REML and Knapp-Hartung, bounds turned back one by one."""
    r, n = zip(*HEALTH, strict=True)
    assert (len(n), sum(n)) == (29, 853794)
    effects = effect_size("ZCOR", r=r, n=n)
    pooled = pool(effects.effect, effects.variance)
    shown = readable(pooled, "ZCOR")
    assert (shown.estimate, *shown.interval) == pytest.approx((0.3632, 0.3092, 0.4148), abs=to(4))
    assert pooled.statistic == pytest.approx(12.81, abs=to(2))
    assert (pooled.tau2, *pooled.tau2_interval) == pytest.approx((0.0241, 0.0141, 0.0436), abs=to(4))
    assert pooled.q == pytest.approx(16320.87, abs=to(2))
    assert pooled.i2_q == pytest.approx(0.998, abs=to(3))


MORTALITY = (  # data set DepressionMortality: deaths and people, depressed and not; section 4.2.3.1: risk ratio and interval
    (25, 215, 171, 3088, 2.0998, 1.4128, 3.1208),
    (65, 588, 120, 1901, 1.7512, 1.3139, 2.3341),
    (5, 46, 107, 2479, 2.5183, 1.0785, 5.8802),
    (26, 67, 1168, 3493, 1.1605, 0.8560, 1.5733),
    (32, 407, 269, 6256, 1.8285, 1.2853, 2.6014),
    (1, 44, 87, 1520, 0.3971, 0.0566, 2.7861),
    (24, 60, 200, 882, 1.7640, 1.2644, 2.4610),
    (15, 61, 437, 2603, 1.4647, 0.9361, 2.2919),
    (15, 29, 227, 853, 1.9436, 1.3441, 2.8107),
    (173, 1015, 250, 3375, 2.3010, 1.9206, 2.7567),
    (37, 105, 66, 409, 2.1837, 1.5533, 3.0700),
    (41, 120, 9, 54, 2.0500, 1.0744, 3.9114),
    (29, 258, 24, 1490, 6.9784, 4.1303, 11.7902),
    (61, 388, 34, 1257, 5.8124, 3.8816, 8.7035),
    (15, 211, 73, 1366, 1.3303, 0.7780, 2.2745),
    (21, 237, 67, 1340, 1.7722, 1.1073, 2.8363),
    (10, 48, 36, 216, 1.2500, 0.6678, 2.3398),
    (31, 615, 1468, 57674, 1.9803, 1.4001, 2.8011),
)
MORTALITY_CELLS = dict(zip(("a", "n1", "c", "n2"), zip(*(row[:4] for row in MORTALITY), strict=True), strict=True))


def test_depression_and_mortality_risk_ratios():
    """Section 4.2.3.1: each study's risk ratio and interval, their Q, and the Q-profile interval that no estimator moves."""
    effects = effect_size("RR", **MORTALITY_CELLS)
    for effect, variance, row in zip(effects.effect, effects.variance, MORTALITY, strict=True):
        study = pool([effect], [variance])
        assert natural("RR", [study.estimate, *study.interval]) == pytest.approx(row[4:], abs=to(4))
    pooled = pool(effects.effect, effects.variance)
    assert pooled.q == pytest.approx(74.49, abs=to(2))
    assert pooled.i2_q == pytest.approx(0.772, abs=to(3))
    assert pooled.tau2_interval == pytest.approx((0.0739, 0.5568), abs=to(4))


def test_depression_and_mortality_odds_ratios():
    """Section 4.2.3.1, the update to sm = "OR"."""
    effects = effect_size("OR", **MORTALITY_CELLS)
    pooled = pool(effects.effect, effects.variance)
    assert pooled.q == pytest.approx(62.73, abs=to(2))
    assert pooled.i2_q == pytest.approx(0.729, abs=to(3))
    assert pooled.tau2_interval == pytest.approx((0.0744, 0.6314), abs=to(4))


def test_opioid_misuse_differs_between_surveys():
    """Section 4.2.6: the Wald-type Q of logit proportions (the pooled proportion printed there is of another model, a GLMM)."""
    events = (2186, 91, 126, 543, 6496, 10850, 86, 668, 843, 647, 11521, 1111, 2090, 2193, 1913)  # data set OpioidMisuse
    total = (21826, 912, 1084, 7646, 55215, 114783, 527, 9403, 11274, 8888, 126764, 11554, 16599, 25127, 22783)
    assert (sum(events), sum(total)) == (41364, 434385)
    effects = effect_size("PLO", events=events, total=total)
    pooled = pool(effects.effect, effects.variance)
    assert pooled.q == pytest.approx(838.21, abs=to(2))
    assert pooled.i2_q == pytest.approx(0.983, abs=to(3))
