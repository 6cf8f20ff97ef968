"""Probabilities that do not exist."""

import math

from equipoise.engines.synthesis.distributions import chi2_upper


def test_without_degrees_of_freedom_there_is_no_probability_of_chi_squared():
    """Even where rounding leaves a little of a Q that is 0."""
    assert math.isnan(chi2_upper(0.0, 0))
    assert math.isnan(chi2_upper(1e-20, 0))
    assert math.isclose(chi2_upper(-2 * math.log(0.05), 2), 0.05, rel_tol=1e-12)
