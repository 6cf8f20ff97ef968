"""Published results: Mongar et al. 2024; kratom tea with 23.6 mg of mitragynine, sixteen people.

Numbers as a report of the US regulator has them (FDA 2025, Human Exposures in Pharmacokinetic Studies, pages 10 and 11); the
paper was not reached. The peak took part in the mean of studies (validation/pharmacokinetics/README.md), its time did not.
"""

import numpy as np
import pytest

from equipoise.engines.pharmacokinetics import HYDROXYMITRAGYNINE, Exposure, Population, exposure, ng_per_ml, schedule


@pytest.fixture(scope="module")
def new_study(leaf_population: Population) -> Exposure:
    """Typical people of new studies, with what is not known of typical values."""
    return exposure(
        schedule([(0, 23.6)]), leaf_population, rng=np.random.default_rng(236), people=4000, levels=("studies", "uncertainty")
    )


def test_the_peak_of_7_hydroxymitragynine_is_that_of_a_new_study(new_study):
    """12.81 ng/mL, within 90% of new studies."""
    peak = new_study.hydroxymitragynine.cmax_nm
    low, high = ng_per_ml([peak.low, peak.high], HYDROXYMITRAGYNINE)
    assert low < 12.81 < high


def test_the_peak_of_7_hydroxymitragynine_is_not_that_of_the_reference_study(leaf_population):
    """12.81 ng/mL is above 95% of people of the study to which typical values belong: studies differ, not people alone."""
    peak = exposure(
        schedule([(0, 23.6)]), leaf_population, rng=np.random.default_rng(236), people=4000, levels=("people", "uncertainty")
    ).hydroxymitragynine.cmax_nm
    assert ng_per_ml(peak.high, HYDROXYMITRAGYNINE) < 12.81


def test_the_time_of_the_peak_of_7_hydroxymitragynine_is_that_of_a_new_study(new_study):
    """1.7 h, within 90%."""
    time = new_study.hydroxymitragynine.tmax_h
    assert time.low < 1.7 < time.high
