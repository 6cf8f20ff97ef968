"""Published results: Sidik & Jonkman 2007, Statistics in Medicine 26:1964-1981; 29 trials, odds of the event in two arms.

Table 1, as quoted with its data on the manual page SidikJonkman2007 of the R package bayesmeta.
"""

import pytest

from equipoise.engines.synthesis import effect_size, pool

LOW = (
    (4, 2, 16, 20, 54, 15, 5, 10, 28, 40, 4, 5, 62, 13, 8, 6, 4, 17, 108, 14, 6, 14, 7, 6, 24, 6, 164, 15, 5),
    (32, 51, 22, 150, 487, 60, 24, 43, 42, 88, 20, 18, 207, 138, 110, 58, 54, 42, 361, 52, 48, 52, 28, 75, 60, 44, 200, 80, 30),
)
HIGH = (
    (7, 11, 18, 33, 99, 46, 2, 6, 23, 81, 15, 8, 48, 15, 9, 1, 4, 21, 155, 15, 9, 13, 6, 16, 30, 9, 191, 13, 5),
    (72, 49, 23, 142, 507, 60, 25, 49, 37, 87, 18, 20, 199, 130, 89, 66, 48, 44, 356, 56, 52, 52, 34, 75, 60, 43, 200, 80, 28),
)


@pytest.mark.parametrize(("method", "tau2"), [("DL", 0.429), ("ML", 0.562), ("REML", 0.598)])
def test_heterogeneity(method, tau2):
    """Table 1."""
    (a, n), (c, m) = LOW, HIGH
    effects = effect_size("OR", a=a, n1=n, c=c, n2=m)
    assert pool(effects.effect, effects.variance, method=method).tau2 == pytest.approx(tau2, abs=5e-4)
