"""ICH M12's basic and mechanistic static models, as ddir 0.16.0 (R, commit 81cd3824) computes them for its made-up examplinib.

The guideline was not at hand; ddir restates its sections 2.1.2.1, 2.1.4.1 and 7.5.1.2, and its pages print what it gives:
docs/articles/ddi-assessment.html and docs/reference/*.html. Tolerances are half a unit of the last printed digit.
"""

import pytest

from equipoise.engines.interactions import (
    Kinetics,
    Victim,
    induction,
    inlet,
    lumen,
    reversible,
    static,
    time_dependent,
    transporter,
    wall,
)

MW, DOSE_MG, CMAX_NG_ML, UNBOUND, ABSORBED = 492.6, 450.0, 3530.0, 0.023, 0.81
ABSORPTION_PER_H = 0.00267 * 60
DOSE_UMOL, CMAX_UM = 1000 * DOSE_MG / MW, CMAX_NG_ML / MW
SYSTEMIC = UNBOUND * CMAX_UM
IN_WALL = wall(DOSE_UMOL, absorption_per_h=ABSORPTION_PER_H, absorbed=ABSORBED)
AT_INLET = inlet(CMAX_UM, DOSE_UMOL, unbound=UNBOUND, absorption_per_h=ABSORPTION_PER_H, absorbed=ABSORBED)


def test_concentrations():
    """key_concentrations(examplinib_parent): igut, imaxssu, imaxinletu, imaxintest."""
    assert float(lumen(DOSE_UMOL)) == pytest.approx(3654.0803898, abs=5e-8)
    assert float(UNBOUND * CMAX_UM) == pytest.approx(0.1648193, abs=5e-8)
    assert float(AT_INLET) == pytest.approx(0.1929384, abs=5e-8)
    assert float(IN_WALL) == pytest.approx(6.5855664, abs=5e-8)


@pytest.mark.parametrize(
    ("ki", "printed", "reached"), [(11.0, 0.0150, False), (0.60, 0.2747, True), (0.25, 0.6593, True), (12.5, 0.0132, False)]
)
def test_reversible_inhibition_in_the_liver(ki, printed, reached):
    """basic_cyp_inhibition_risk: r and risk_hep; ours is 1 + r, as papers before the guideline print it."""
    basic = reversible(SYSTEMIC, ki, at="systemic")
    assert float(basic.ratio) == pytest.approx(1 + printed, abs=5e-5)
    assert bool(basic.reached) is reached


def test_reversible_inhibition_in_the_gut_transport_inactivation_and_induction():
    """basic_cyp_inhibition_risk, transporter_inhibition_risk, basic_cyp_tdi_risk, kinetic_cyp_induction_risk."""
    assert float(reversible(lumen(DOSE_UMOL), 12.5, at="lumen").ratio) == pytest.approx(1 + 292.3264, abs=5e-5)
    assert float(transporter(lumen(DOSE_UMOL), 0.41).ratio) == pytest.approx(8912.391, abs=5e-3)
    lost = time_dependent(SYSTEMIC, inactivation_um=0.17, inactivation_per_h=0.04, degradation_per_h=0.0193)
    assert float(lost.ratio) == pytest.approx(2.718115, abs=5e-7)
    more = induction(SYSTEMIC, induction_um=1.64, induction_fold=7.35)
    assert float(more.ratio) == pytest.approx(0.2134856, abs=5e-8)
    assert bool(lost.reached)
    assert bool(more.reached)


REVERSIBLE = {"reversible_um": 12.5}
INACTIVATION = {"inactivation_um": 0.17, "inactivation_per_h": 0.04}
INDUCTION = {"induction_um": 1.64, "induction_fold": 7.35}


@pytest.mark.parametrize(
    ("kinetics", "fraction", "availability", "printed"),
    [
        ({"reversible_um": 11.0}, 0.61, 1.0, 1.0106266),
        ({"reversible_um": 0.60}, 0.91, 1.0, 1.2843927),
        ({"reversible_um": 0.25}, 0.87, 1.0, 1.6102050),
        (REVERSIBLE | INDUCTION, 0.96, 0.57, 0.2321612),
        (REVERSIBLE | INACTIVATION | INDUCTION, 0.96, 0.57, 0.8446594),
        (REVERSIBLE | INACTIVATION, 0.96, 0.57, 2.948311),
    ],
)
def test_the_mechanistic_static_model(kinetics, fraction, availability, printed):
    """mech_stat_cyp_risk: aucr of repaglinide, S-warfarin, omeprazole; of midazolam with and without induction and TDI."""
    gut, liver = (Kinetics(degradation_per_h=rate, **kinetics) for rate in (0.03, 0.0193))
    victim = Victim(fractions={"E": fraction}, gut_availability=availability)
    found = static(gut_um=IN_WALL, liver_um=AT_INLET, gut=gut, liver={"E": liver}, victim=victim)
    assert float(found.auc) == pytest.approx(printed, abs=5e-7 if printed > 1 else 5e-8)
