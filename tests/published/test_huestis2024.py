"""Published results: Huestis et al. 2024, Molecules 29:984; leaf in capsules, 6.65 to 53.2 mg of mitragynine, 1 and 15 days.

Numbers of the abstract, each a range over doses; the tables were not seen. Sampling times and limits of the assay are assumed.
The ratio after a single dose took part in the fit of the parameters, and with the peaks of 7-hydroxymitragynine in that of the
mean of studies (validation/pharmacokinetics/README.md), nothing else did.
"""

import numpy as np
import pytest

from equipoise.engines.pharmacokinetics import (
    HYDROXYMITRAGYNINE,
    Inactivation,
    Parameters,
    Population,
    Sampling,
    concentrations,
    exposure,
    ng_per_ml,
    profile,
    regular,
    schedule,
)

LOWEST_MG, HIGHEST_MG = 6.65, 53.2
SAMPLED = (0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 24, 48, 72, 96, 120)
ASSUMED = Sampling(times_h=SAMPLED, loq_mitragynine_nm=0.25, loq_hydroxymitragynine_nm=0.25)
IN_VITRO = Inactivation(kdeg=0.0193, kinact=0.068 * 60, ki=4100, fu=0.031, share=1.0, portal=97.0)
"""CYP3A in human liver microsomes (Tanna et al. 2021, JPET 376:64-73): kinact 0.068 per min and KI 4.1 uM; turnover and flow
as in evidence/parameters/enzyme-turnover.yaml; all clearance is by CYP3A, which is the most that the hypothesis can claim."""


@pytest.fixture(scope="module")
def leaf(leaf_population: Population) -> Parameters:
    return leaf_population.typical


def daily(mg: float = HIGHEST_MG):
    return regular(mg, every_h=24, days=15)


def test_mitragynine_is_steady_after_eight_to_nine_days(leaf):
    """V4: troughs reach 95% of what they become between the eighth and the ninth dose; printed 8-9 days."""
    troughs = concentrations(leaf, regular(HIGHEST_MG, every_h=24, days=150), 24.0 * np.arange(1, 150)).mitragynine[0]
    share = troughs / troughs[-1]
    assert share[7] == pytest.approx(0.95, abs=0.01)
    assert share[6] < 0.95 < share[8]


def test_times_of_the_peaks(leaf):
    """Abstract: mitragynine 1.0-1.3 and 1.0-1.7 h, 7-hydroxymitragynine 1.2-1.8 and 1.3-2.0 h; half a printed digit."""
    once, repeated = profile(leaf, schedule([(0, HIGHEST_MG)])), profile(leaf, daily())
    printed = [
        (once.mitragynine, 1.0, 1.3),
        (repeated.mitragynine, 1.0, 1.7),
        (once.hydroxymitragynine, 1.2, 1.8),
        (repeated.hydroxymitragynine, 1.3, 2.0),
    ]
    for analyte, low, high in printed:
        assert low - 0.051 <= analyte.tmax_h[0] <= high + 0.05


def test_ratios_to_mitragynine_fall_with_repeated_doses(leaf):
    """V4: 0.20-0.31 after a single dose, 0.15-0.21 after 15; areas of a day."""
    found = profile(leaf, daily())
    assert 0.20 <= found.ratio_first_day[0] <= 0.31
    assert 0.15 <= found.ratio_last_day[0] <= 0.21


@pytest.mark.parametrize(("mg", "printed"), [(LOWEST_MG, 3.6), (HIGHEST_MG, 22.7)])
def test_peaks_of_7_hydroxymitragynine_are_those_of_a_new_study(leaf_population, mg, printed):
    """Printed 3.6 to 22.7 ng/mL over doses (FDA 2025, page 10): within 90% of new studies, above 95% of any like Tanna 2022."""

    def peak(levels):
        found = exposure(schedule([(0, mg)]), leaf_population, rng=np.random.default_rng(984), people=4000, levels=levels)
        held = found.hydroxymitragynine.cmax_nm
        return ng_per_ml([held.low, held.high], HYDROXYMITRAGYNINE)

    low, high = peak(("studies", "uncertainty"))
    assert low < printed < high
    assert printed > peak(("uncertainty",))[1]


def test_peaks_are_proportional_to_doses(leaf):
    """Abstract: highest concentrations of both rose as doses did."""
    low, high = profile(leaf, daily(LOWEST_MG)), profile(leaf, daily(HIGHEST_MG))
    for name in ("mitragynine", "hydroxymitragynine"):
        ratio = getattr(high, name).cmax_nm / getattr(low, name).cmax_nm
        assert ratio == pytest.approx(HIGHEST_MG / LOWEST_MG, rel=1e-9)


def test_half_life_of_7_hydroxymitragynine_seems_to_rise_severalfold(leaf):
    """Abstract: from 4.7 to 24.7 h. No parameter changes: once it has accumulated, the slow tail is above the assumed limit."""
    once = profile(leaf, schedule([(0, HIGHEST_MG)]), sampling=ASSUMED).hydroxymitragynine.half_life_studied_h[0]
    repeated = profile(leaf, daily(), sampling=ASSUMED).hydroxymitragynine.half_life_studied_h[0]
    assert once < 10
    assert repeated > 4 * once


@pytest.mark.xfail(
    strict=True, reason="the abstract prints 43.4 h, then 67.9 h; in a linear model a half-life stays, 45 h here"
)
def test_half_life_of_mitragynine_rises_with_repeated_doses(leaf):
    """Abstract: 67.9 h at most after 15 doses, within 10%."""
    found = profile(leaf, daily(), sampling=ASSUMED).mitragynine
    assert found.half_life_studied_h[0] == pytest.approx(67.9, rel=0.1)


@pytest.mark.xfail(
    strict=True, reason="the abstract says that areas rose slightly more than doses; in a linear model they rise alike"
)
def test_areas_rise_more_than_doses(leaf):
    """Abstract: slightly more than dose proportional; more than 1% over eight times the dose."""
    low, high = profile(leaf, schedule([(0, LOWEST_MG)])), profile(leaf, schedule([(0, HIGHEST_MG)]))
    assert high.mitragynine.auc_inf_nm_h[0] / low.mitragynine.auc_inf_nm_h[0] > 1.01 * HIGHEST_MG / LOWEST_MG


def test_inactivation_of_cyp3a_as_in_vitro_explains_areas_and_not_the_half_life(leaf_population):
    """A hypothesis tested: areas rise more than doses, by 1 to 10% over eightfold doses; the half-life moves by under 2%."""

    def found(taken):
        return exposure(
            taken, leaf_population, rng=np.random.default_rng(1), people=1, levels=(), sampling=ASSUMED, inactivation=IN_VITRO
        ).mitragynine

    low, high, repeated = found(schedule([(0, LOWEST_MG)])), found(schedule([(0, HIGHEST_MG)])), found(daily())
    excess = high.auc_inf_nm_h.median / low.auc_inf_nm_h.median * LOWEST_MG / HIGHEST_MG
    assert 1.01 < excess < 1.1
    assert repeated.half_life_studied_h.median == pytest.approx(high.half_life_studied_h.median, rel=0.02)
