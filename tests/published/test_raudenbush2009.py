"""Published results: Raudenbush 2009, Handbook of Research Synthesis and Meta-Analysis, 2nd ed.; teacher expectancy.

Pages as named in the test suite of R metafor (test_analysis_example_raudenbush2009.r). Its likelihood fits stop at a change
of 1e-5, so numbers that rest on them are compared to three decimals, and closed forms to four.
"""

import pytest

from equipoise.engines.synthesis import pool

EFFECT = (
    0.03,
    0.12,
    -0.14,
    1.18,
    0.26,
    -0.06,
    -0.02,
    -0.32,
    0.27,
    0.80,
    0.54,
    0.18,
    -0.02,
    0.23,
    -0.18,
    -0.06,
    0.30,
    0.07,
    -0.07,
)
VARIANCE = (
    0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630,
    0.0912, 0.0497, 0.0835, 0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303,
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "tau2", "usual", "knapp_hartung"),
    [
        ("common", 0, (0.0604, 0.0365, 1.6553, -0.0111, 0.1318), (0.0604, 0.0515, 1.1733, -0.0477, 0.1685)),
        ("ML", 0.0126, (0.0777, 0.0475, 1.6368, -0.0153, 0.1708), (0.0777, 0.0593, 1.3110, -0.0468, 0.2023)),
        ("REML", 0.0188, (0.0837, 0.0516, 1.6208, -0.0175, 0.1849), (0.0837, 0.0616, 1.3593, -0.0457, 0.2131)),
        ("DL", 0.0259, (0.0893, 0.0558, 1.6009, -0.0200, 0.1987), (0.0893, 0.0636, 1.4050, -0.0442, 0.2229)),
    ],
)
def test_five_numbers_of_every_estimator(method, tau2, usual, knapp_hartung):
    """Table 16.3, p. 309: estimate, standard error, statistic and interval, normal and by Knapp and Hartung."""
    half_unit = 5e-4 if method in ("ML", "REML") else 5e-5
    for test, expected in (("z", usual), ("knapp-hartung", knapp_hartung)):
        p = pool(EFFECT, VARIANCE, method=method, test=test)
        assert p.tau2 == pytest.approx(tau2, abs=half_unit)
        assert (p.estimate, p.standard_error, p.statistic, *p.interval) == pytest.approx(expected, abs=half_unit)


def test_where_the_effect_of_a_new_study_lies():
    """Page 302, with the error of the mean counted (the chapter, which leaves it out, prints -0.19 to 0.35)."""
    p = pool(EFFECT, VARIANCE, method="REML", test="z")
    assert p.prediction_interval == pytest.approx((-0.2036, 0.3711), abs=5e-4)
    assert p.q == pytest.approx(35.8295, abs=5e-5)


@pytest.mark.xfail(strict=True, reason="the chapter prints 0.083 on p. 301; the data give 0.0837")
def test_mean_as_printed():
    """Table 16.2, p. 301, random effects by REML."""
    assert pool(EFFECT, VARIANCE, method="REML").estimate == pytest.approx(0.083, abs=5e-4)


@pytest.mark.xfail(strict=True, reason="the chapter prints z = 1.65 on p. 301; the data give 1.6553")
def test_z_of_the_common_effect_as_printed():
    """Table 16.2, p. 301."""
    assert pool(EFFECT, VARIANCE, method="common", test="z").statistic == pytest.approx(1.65, abs=5e-3)
