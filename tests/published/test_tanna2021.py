"""Tanna 2021, Journal of Pharmacology and Experimental Therapeutics 376:64-73, abstract: kratom's static predictions.

Mitragynine of 2 g kratom was predicted to raise the AUC of dextromethorphan to 1.06, of midazolam to 5.69. The abstract gives
KI and kinact (HLM 4.1 µM, 0.068/min; HIM 4.2 µM, 0.079/min) and the Ki of CYP2D6 (1.17 µM); the other inputs of the paper were
not at hand. Ours: dose 39 mg, Cmax 81.9 nM (Tanna 2022, in Tanna 2023 DMD 51:923 Table 3); Ki of CYP3A 5.7 µM (there, Table 5);
kdeg, blood flows, Fg 0.57 and fm 0.96 of midazolam from ddir 0.16.0 (data-raw/cyp_reference_data.R, R/compounds.R). Derived: ka
1.52/h, fitted to Tanna 2022; fu 0.031, which makes the inlet of Table 5. Assumed: fm 0.93 of dextromethorphan by CYP2D6.
"""

import pytest

from equipoise.engines.interactions import CUT_OFF, Kinetics, Victim, inlet, static, wall

DOSE_UMOL = 39 / 398.50 * 1000
CONCENTRATIONS = {
    "gut_um": wall(DOSE_UMOL, absorption_per_h=1.52),
    "liver_um": inlet(0.0819, DOSE_UMOL, unbound=0.031, absorption_per_h=1.52),
}
GUT = Kinetics(degradation_per_h=0.03, reversible_um=5.7, inactivation_um=4.2, inactivation_per_h=0.079 * 60)
LIVER = {
    "CYP3A": Kinetics(degradation_per_h=0.0193, reversible_um=5.7, inactivation_um=4.1, inactivation_per_h=0.068 * 60),
    "CYP2D6": Kinetics(degradation_per_h=0.0099, reversible_um=1.17),
}
MIDAZOLAM = Victim(fractions={"CYP3A": 0.96}, gut_availability=0.57)
DEXTROMETHORPHAN = Victim(fractions={"CYP2D6": 0.93})


def ratio(victim):
    return float(static(**CONCENTRATIONS, gut=GUT, liver=LIVER, victim=victim).auc)


@pytest.mark.parametrize(("victim", "ours", "printed"), [(MIDAZOLAM, 5.68, 5.69), (DEXTROMETHORPHAN, 1.04, 1.06)])
def test_static_predictions_are_within_two_percent_of_the_printed(victim, ours, printed):
    assert ratio(victim) == pytest.approx(ours, abs=5e-3)
    assert ratio(victim) == pytest.approx(printed, rel=0.02)


@pytest.mark.xfail(strict=True, reason="the paper prints 5.69; with inputs of ours where its own were not at hand it is 5.681")
def test_midazolam_to_the_last_digit():
    assert ratio(MIDAZOLAM) == pytest.approx(5.69, abs=5e-3)


@pytest.mark.xfail(strict=True, reason="the paper prints 1.06; with inputs of ours where its own were not at hand it is 1.040")
def test_dextromethorphan_to_the_last_digit():
    assert ratio(DEXTROMETHORPHAN) == pytest.approx(1.06, abs=5e-3)


def test_without_time_dependent_inhibition_the_rise_of_midazolam_would_have_been_missed():
    """Abstract, with Ki 10 µM, half the IC50 of about 20 µM that it gives without preincubation; 5.7 µM would give 1.35."""
    plain = Kinetics(degradation_per_h=0.0193, reversible_um=10.0)
    found = float(static(**CONCENTRATIONS, gut=plain, liver={"CYP3A": plain}, victim=MIDAZOLAM).auc)
    assert found < CUT_OFF < ratio(MIDAZOLAM)
