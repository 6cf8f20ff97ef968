"""Published results: Viechtbauer 2007, Statistics in Medicine 26:37-52; diuretics in pre-eclampsia.

Table II, p. 44, digits as in the test suite of R metafor (test_analysis_example_viechtbauer2007a.r); data of Collins 1985.
"""

import pytest

from equipoise.engines.synthesis import effect_size, pool

TREATED, TREATED_TOTAL = (14, 21, 14, 6, 12, 138, 15, 6, 65), (131, 385, 57, 38, 1011, 1370, 506, 108, 153)
CONTROL, CONTROL_TOTAL = (14, 17, 24, 18, 35, 175, 20, 2, 40), (136, 134, 48, 40, 760, 1336, 524, 103, 102)
DIURETICS = effect_size("OR", a=TREATED, n1=TREATED_TOTAL, c=CONTROL, n2=CONTROL_TOTAL)


@pytest.mark.parametrize(("method", "tau2"), [("DL", 0.2297), ("ML", 0.2386), ("REML", 0.3008)])
def test_estimates_differ_and_their_q_profile_interval_does_not(method, tau2):
    """Table II: tau squared, and the Q-profile interval 0.0723 to 2.2027."""
    p = pool(DIURETICS.effect, DIURETICS.variance, method=method)
    assert p.tau2 == pytest.approx(tau2, abs=5e-5)
    assert p.tau2_interval == pytest.approx((0.0723, 2.2027), abs=5e-5)
