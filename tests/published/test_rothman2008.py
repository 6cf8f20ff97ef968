"""Published results: Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd ed., chapter 15; Mantel-Haenszel estimates.

Tables 15-1 (tolbutamide), 15-2 (smoking) and 15-5 (spermicide); digits as in the test suite of R metafor
(test_analysis_example_rothman2008.r). Intervals are of 90%.
"""

import math

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size, pool
from equipoise.engines.synthesis.stratified import mantel_haenszel

TOLBUTAMIDE = {"a": (8, 22), "b": (98, 76), "c": (5, 16), "d": (115, 69)}  # dead and alive, treated then placebo; by age
SPERMICIDE = {"a": (3, 1), "b": (9, 3), "c": (104, 5), "d": (1059, 86)}  # used and not, Down syndrome then controls; by age
SMOKING = {  # deaths and person-years in ten thousands, smokers then others; by age
    "x1": (32, 104, 206, 186, 102), "t1": (5.2407, 4.3248, 2.8612, 1.2663, 0.5317),
    "x2": (2, 12, 28, 28, 31), "t2": (1.8790, 1.0673, 0.5710, 0.2585, 0.1462),
}  # fmt: skip


def all_ages(table):
    return {name: [sum(cells)] for name, cells in table.items()}


def test_crude_risk_difference_of_tolbutamide():
    """Table 15-1: both strata together, and each."""
    assert effect_size("RD", **all_ages(TOLBUTAMIDE)).effect == pytest.approx([0.0446], abs=5e-5)
    assert np.sqrt(effect_size("RD", **all_ages(TOLBUTAMIDE)).variance) == pytest.approx([0.0326], abs=5e-5)
    assert effect_size("RD", **TOLBUTAMIDE).effect == pytest.approx([0.0338, 0.0363], abs=5e-5)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (all_ages(TOLBUTAMIDE), (1.4356, 0.8510, 2.4216)),
        ({name: cells[:1] for name, cells in TOLBUTAMIDE.items()}, (1.8113, 0.6112, 5.3679)),
    ],
)
def test_risk_ratios_of_tolbutamide(table, expected):
    """Table 15-1, with 95% intervals: crude, and below the age of 55."""
    effects = effect_size("RR", **table)
    p = pool(effects.effect, effects.variance)
    assert np.exp([p.estimate, *p.interval]) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    ("measure", "expected", "heterogeneity"),
    [
        ("RD", (0.0349, -0.0176, 0.0874), (0.0017, 0.9669)),
        ("RR", (0.2818, -0.1442, 0.7078), (0.4472, 0.5037)),
        ("OR", (0.3387, -0.1731, 0.8505), (0.3474, 0.5556)),
    ],
)
def test_tolbutamide_over_both_ages(measure, expected, heterogeneity):
    """Section on the Mantel-Haenszel estimators, with data of Table 15-1; ratios as logarithms."""
    found = mantel_haenszel(measure, **TOLBUTAMIDE, level=0.9, continuity=False)
    assert (found.estimate, *found.interval) == pytest.approx(expected, abs=5e-5)
    assert (found.q, found.q_p) == pytest.approx(heterogeneity, abs=5e-5)


@pytest.mark.xfail(strict=True, reason="the chapter prints 0.088 and 0.001; the data give 0.0874 and 0.0017")
@pytest.mark.parametrize(("take", "printed"), [(lambda found: found.interval[1], 0.088), (lambda found: found.q, 0.001)])
def test_risk_difference_of_tolbutamide_as_printed(take, printed):
    """Upper bound of the pooled risk difference, and its test of homogeneity."""
    assert take(mantel_haenszel("RD", **TOLBUTAMIDE, level=0.9)) == pytest.approx(printed, abs=5e-4)


@pytest.mark.parametrize(
    ("table", "cmh", "cmh_p", "tarone", "tarone_p"),
    [(TOLBUTAMIDE, 1.1914, 0.2750, 0.3489, 0.5547), (SPERMICIDE, 5.8092, 0.0159, 0.1391, 0.7092)],
)
def test_tests_of_association_and_of_one_odds_ratio(table, cmh, cmh_p, tarone, tarone_p):
    """Cochran-Mantel-Haenszel without continuity correction; Breslow and Day's test as Tarone mended it."""
    found = mantel_haenszel("OR", **table, continuity=False)
    assert (found.cmh, found.cmh_p, found.tarone, found.tarone_p) == pytest.approx((cmh, cmh_p, tarone, tarone_p), abs=5e-5)


def test_spermicide_and_down_syndrome():
    """Table 15-5: pooled odds ratio."""
    found = mantel_haenszel("OR", **SPERMICIDE, level=0.9)
    assert np.exp([found.estimate, *found.interval]) == pytest.approx([3.7812, 1.4304, 9.9954], abs=5e-5)
    assert (found.q, found.q_p) == pytest.approx((0.1378, 0.7105), abs=5e-5)


def test_rates_of_smokers():
    """Table 15-2: rate differences (per ten thousand years) and ratios by age, and crude."""
    assert effect_size("IRD", **SMOKING).effect == pytest.approx([5.0417, 12.8040, 22.9610, 38.5674, -20.2008], abs=5e-5)
    assert effect_size("IRD", **all_ages(SMOKING)).effect == pytest.approx([18.5370], abs=5e-5)
    assert np.exp(effect_size("IRR", **SMOKING).effect) == pytest.approx([5.7366, 2.1388, 1.4682, 1.3561, 0.9047], abs=5e-5)
    assert np.exp(effect_size("IRR", **all_ages(SMOKING)).effect) == pytest.approx([1.7198], abs=5e-5)


def test_smokers_over_all_ages():
    """Pooled rate difference and rate ratio, their heterogeneity, and the test of association with and without correction."""
    difference, ratio = (mantel_haenszel(measure, **SMOKING, level=0.9) for measure in ("IRD", "IRR"))
    assert (difference.estimate, *difference.interval) == pytest.approx((11.4392, 6.3498, 16.5286), abs=5e-5)
    assert difference.q == pytest.approx(26.8758, abs=5e-5)
    assert np.exp([ratio.estimate, *ratio.interval]) == pytest.approx([1.4247, 1.1944, 1.6994], abs=5e-5)
    assert (ratio.q, ratio.q_p, ratio.cmh, ratio.cmh_p) == pytest.approx((10.4117, 0.0340, 10.7021, 0.0011), abs=5e-5)
    assert mantel_haenszel("IRR", **SMOKING, continuity=False).cmh == pytest.approx(11.0162, abs=5e-5)
    assert math.exp(ratio.estimate) < math.exp(effect_size("IRR", **all_ages(SMOKING)).effect[0])  # age confounds
