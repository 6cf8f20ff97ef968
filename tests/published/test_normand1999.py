"""Published results: Normand 1999, Statistics in Medicine 18:321-359; lidocaine after infarction, stay after stroke.

Tables as named in the test suite of R metafor (test_analysis_example_normand1999.r).
"""

import pytest

from equipoise.engines.synthesis import effect_size, pool

TREATED, CONTROLS = (39, 44, 107, 103, 110, 154), (43, 44, 110, 100, 106, 146)  # patients; deaths:
DIED_TREATED, DIED_CONTROL = (2, 4, 6, 7, 7, 11), (1, 4, 4, 5, 3, 4)
LIDOCAINE = effect_size("RD", a=DIED_TREATED, n1=TREATED, c=DIED_CONTROL, n2=CONTROLS)
STAY = (  # patients, mean and standard deviation of days in hospital: stroke unit, then routine care
    (155, 55, 47, 156, 75, 64), (31, 27, 7, 32, 29, 4), (75, 64, 17, 71, 119, 29), (18, 66, 20, 18, 137, 48),
    (8, 14, 8, 13, 18, 11), (57, 19, 7, 52, 18, 4), (34, 52, 45, 33, 41, 34), (110, 21, 16, 183, 31, 27),
    (60, 30, 27, 52, 23, 20),
)  # fmt: skip
DAYS = [m1 - m2 for _, m1, _, _, m2, _ in STAY]
VARIANCES = [((n - 1) * s**2 + (m - 1) * t**2) / (n + m - 2) * (1 / n + 1 / m) for n, _, s, m, _, t in STAY]


def test_lidocaine_trials():
    """Table III, p. 330: risk differences in percent and their variances."""
    assert [100 * y for y in LIDOCAINE.effect] == pytest.approx([2.8026, 0, 1.9711, 1.7961, 3.5334, 4.4031], abs=5e-5)
    assert [1e4 * v for v in LIDOCAINE.variance] == pytest.approx([17.7575, 37.5657, 8.1323, 10.8998, 8.0114, 6.1320], abs=5e-5)


@pytest.mark.parametrize("method", ["common", "DL", "REML"])
def test_lidocaine_pooled(method):
    """Table VII, p. 349: without heterogeneity all methods agree."""
    p = pool(LIDOCAINE.effect, LIDOCAINE.variance, method=method, test="z")
    assert (100 * p.estimate, *(100 * p.interval)) == pytest.approx((2.9444, 0.3831, 5.5058), abs=5e-5)
    assert p.tau2 == 0


def test_stay_in_hospital_trials():
    """Table VIII, p. 351: variances with a standard deviation pooled within each trial."""
    expected = (40.5863, 2.0468, 15.2809, 150.2222, 20.1923, 1.2235, 95.3756, 8.0321, 20.6936)
    assert pytest.approx(expected, abs=5e-5) == VARIANCES


@pytest.mark.parametrize(
    ("method", "interval", "tau2"),
    [
        ("common", (-3.4939, -5.0265, -1.9613), 0),
        ("DL", (-14.0972, -24.4454, -3.7490), 218.7216),
        ("REML", (-15.1217, -32.6716, 2.4282), 685.1965),
    ],
)
def test_stay_in_hospital_pooled(method, interval, tau2):
    """Table IX, p. 352: methods part when trials disagree."""
    p = pool(DAYS, VARIANCES, method=method, test="z")
    assert (p.estimate, *p.interval) == pytest.approx(interval, abs=5e-5)
    assert p.tau2 == pytest.approx(tau2, abs=5e-5)
