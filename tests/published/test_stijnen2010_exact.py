"""Published results: Stijnen, Hamza & Özdemir 2010, Statistics in Medicine 29:3046-3067; exact likelihoods.

Tables II, III, VII and VIII (pp. 3050-3055) with digits as in the test suite of R metafor
(test_analysis_example_stijnen2010.r); catheter-related infections, data of Niel-Weise et al. 2007 and 2008, as there. The
normal models of the same paper are in test_stijnen2010.py.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size, pool
from equipoise.engines.synthesis.mixed_counts import glmm

CONTROL, CONTROL_TOTAL = (
    np.array((3, 3, 9, 7, 6, 4, 3, 2, 19, 2, 7, 1, 5, 11, 0, 1, 3, 1)),
    np.array((117, 35, 195, 136, 157, 139, 177, 39, 103, 122, 64, 58, 175, 180, 105, 262, 362, 69)),
)
TREATED, TREATED_TOTAL = (
    np.array((0, 1, 2, 0, 5, 1, 1, 1, 1, 1, 0, 0, 3, 6, 0, 0, 1, 4)),
    np.array((116, 44, 208, 130, 151, 98, 174, 74, 97, 113, 66, 70, 188, 187, 118, 252, 345, 64)),
)
RATES = {  # infections and days with a catheter, in thousands; treated, then control
    "x1": np.array((7, 8, 3, 6, 1, 1, 17, 3, 2)),
    "t1": np.array((1344, 1600, 12012, 1536, 370, 729, 6760, 1107, 320)) / 1000,
    "x2": np.array((11, 8, 14, 10, 1, 8, 15, 7, 3)),
    "t2": np.array((1988, 1461, 10962, 1503, 483, 913, 6840, 1015, 440)) / 1000,
}


@pytest.mark.parametrize(
    ("events", "total", "logit", "share"),
    [
        (CONTROL, CONTROL_TOTAL, (-3.4964, 0.2570, 0.8124), (0.0294, 0.0180, 0.0478)),
        (TREATED, TREATED_TOTAL, (-4.8121, 0.3555, 0.8265), (0.0081, 0.0040, 0.0161)),
    ],
)
def test_infections_by_arm(events, total, logit, share):
    """Table II, p. 3050: binomial-normal model, by a quadrature of seven points as there; the exact integral is close by."""
    found = glmm("PLO", events=events, total=total, points=7)
    assert (found.estimate, found.standard_error, found.tau2) == pytest.approx(logit, abs=5e-5)
    exact = glmm("PLO", events=events, total=total)
    assert (exact.estimate, exact.standard_error, exact.tau2) == pytest.approx(logit, rel=2e-3)
    assert 1 / (1 + np.exp([-found.estimate, *-found.interval])) == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize(
    ("model", "estimate", "error", "tau"), [("CM.EL", -1.3532, 0.3511, 0.8327), ("CM.AL", -1.3027, 0.3386, 0.7750)]
)
def test_odds_ratio(model, estimate, error, tau):
    """Table III, p. 3052: hypergeometric-normal model, and its binomial approximation."""
    cells = {"a": TREATED, "b": TREATED_TOTAL - TREATED, "c": CONTROL, "d": CONTROL_TOTAL - CONTROL}
    found = glmm("OR", model=model, **cells)
    assert (found.estimate, found.standard_error, np.sqrt(found.tau2)) == pytest.approx((estimate, error, tau), abs=1.5e-4)


@pytest.mark.parametrize(("arm", "estimate", "error", "tau2"), [("2", 1.4007, 0.2310, 0.3165), ("1", 0.8494, 0.3303, 0.6543)])
def test_rates_by_arm(arm, estimate, error, tau2):
    """Table VII, p. 3054: Poisson-normal model, control then treated."""
    found = glmm("IRLN", events=RATES["x" + arm], time=RATES["t" + arm])
    assert (found.estimate, found.standard_error, found.tau2) == pytest.approx((estimate, error, tau2), abs=1.5e-4)


def test_rate_ratio():
    """Table VIII, p. 3055: conditional on all infections of a trial."""
    found = glmm("IRR", model="CM.EL", **RATES)
    assert (found.estimate, found.standard_error, np.sqrt(found.tau2)) == pytest.approx((-0.4762, 0.2377, 0.3501), abs=1.5e-4)


@pytest.mark.parametrize(
    ("measure", "columns", "estimate", "error", "tau2"),
    [
        ("IRLN", {"events": RATES["x2"], "time": RATES["t2"]}, 1.4676, 0.2425, 0.3699),
        ("IRLN", {"events": RATES["x1"], "time": RATES["t1"]}, 0.9808, 0.3259, 0.6393),
        ("IRR", RATES, -0.3963, 0.2268, 0.3060**2),
    ],
)
def test_normal_models_of_rates(measure, columns, estimate, error, tau2):
    """Tables VII and VIII: normal-normal models by REML, for comparison."""
    effects = effect_size(measure, **columns)
    p = pool(effects.effect, effects.variance, method="REML", test="z")
    assert (p.estimate, p.standard_error, p.tau2) == pytest.approx((estimate, error, tau2), abs=5e-5)
