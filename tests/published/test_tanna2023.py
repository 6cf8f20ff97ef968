"""Published results: two papers of Tanna 2023 on what kratom does to other medicines.

DMD: Drug Metabolism and Disposition 51:923-935, Table 5, the basic static model. CPT: Clinical Pharmacology & Therapeutics
113:1315-1325, abstract, the trial: 12 people, tea of 2 g kratom with midazolam 2.5 mg and dextromethorphan 30 mg.
"""

import numpy as np
import pytest

from equipoise.engines.interactions import (
    Kinetics,
    Victim,
    agreement,
    course,
    fractions,
    grid,
    inlet,
    log_sd,
    lumen,
    middles,
    positives,
    reversible,
    spread,
    static,
    transporter,
    turnover,
    wall,
)

DOSE_UMOL = 39 / 398.50 * 1000
CMAX_UM, UNBOUND = 0.0819, 0.031
"""Cmax: Tanna 2022, in DMD Table 3. The unbound fraction is derived from DMD Table 5: it makes its inlet, about 0.19 µM."""
INLET = inlet(CMAX_UM, DOSE_UMOL, unbound=UNBOUND, absorption_per_h=0.1 * 60)


# DMD, Table 5.


@pytest.mark.parametrize(
    ("found", "printed", "half_a_unit", "reached"),
    [
        (reversible(lumen(DOSE_UMOL), 5.7, at="lumen"), 71, 0.5, True),
        (transporter(lumen(DOSE_UMOL), 18.2), 22, 0.5, True),
        (reversible(INLET, 0.34, at="inlet"), 1.57, 5e-3, True),
        (reversible(INLET, 5.25, at="inlet"), 1.04, 5e-3, True),
        (reversible(INLET, 5.7, at="inlet"), 1.03, 5e-3, True),
        (reversible(INLET, 19.9, at="inlet"), 1.01, 5e-3, False),
        (reversible(INLET, 16.8, at="inlet"), 1.01, 5e-3, False),
        (reversible(UNBOUND * CMAX_UM, 0.34, at="systemic"), 1.01, 5e-3, False),
    ],
    ids=["CYP3A gut", "P-gp", "CYP2D6", "CYP2C19", "CYP3A", "CYP2C9", "CYP2C8", "CYP2D6 systemic"],
)
def test_basic_static_model(found, printed, half_a_unit, reached):
    """Within 2% of what is printed, or half a unit of its last digit; the stars of the table are those of ours."""
    assert float(found.ratio) == pytest.approx(printed, abs=max(0.02 * printed, half_a_unit))
    assert bool(found.reached) is reached


def test_the_lumen_holds_about_400_micromolar():
    """Note (b)."""
    assert float(lumen(DOSE_UMOL)) == pytest.approx(400, rel=0.03)


# CPT. The dynamic model has nothing fitted to the trial. Mitragynine: two compartments fitted to Tanna 2022. Enzymes: KI and
# kinact of Tanna 2021; Ki of CYP3A both as half of its IC50 of about 20 µM there and as in DMD Table 5; kdeg and flows of ddir
# 0.16.0. Midazolam: absorption half-life 0.23 h, half-life 2.4 h, clearance of blood 502 mL/min (over 1616: 0.31), all in the
# abstract "Midazolam kinetics", CPT 1981 30:653; Fg 0.57 and fm 0.96, ddir 0.16.0. Assumed: all in the wall of the gut is free;
# tea and medicines are taken together; dextromethorphan's fm (0.93), absorption, half-life and extraction, so a range of them.

TRIAL = {
    ("midazolam", "auc"): (1.39, 1.23, 1.57),
    ("midazolam", "cmax"): (1.50, 1.32, 1.70),
    ("midazolam", "half_life"): (1.07, 0.98, 1.17),
    ("dextromethorphan", "auc"): (0.99, 0.83, 1.19),
    ("dextromethorphan", "cmax"): (0.96, 0.78, 1.19),
}
MIDAZOLAM = Victim(
    fractions={"CYP3A": 0.96},
    gut_availability=0.57,
    extraction=502 / 1616,
    absorption_per_h=np.log(2) / 0.23,
    half_life_h=2.4,
)
TIMES = grid(48.0, breaks_h=[1.0, 4.0, 5.0, 12.0, 13.0])


def mitragynine_um(at_h):
    """Plasma concentration after 39 mg: ka 1.52/h, V1 618 L, Q 199 L/h, V2 6890 L, CL 233 L/h, all apparent."""
    ka, v1, q, v2, cl = 1.52, 618.0, 199.0, 6890.0, 233.0
    rates, modes = np.linalg.eig(np.array([[-ka, 0, 0], [ka, -(cl + q) / v1, q / v2], [0, q / v1, -q / v2]]))
    start = np.linalg.solve(modes, np.array([DOSE_UMOL, 0, 0]))
    return np.maximum(np.exp(np.outer(at_h, rates)) @ (modes[1] * start) / v1, 0.0)


def enzymes(ki_3a, ki_2d6, draws=None):
    """Of gut and liver; ``draws`` makes draws of a value and the spread of its logarithm."""
    at = draws or (lambda value, _: value)
    gut = Kinetics(
        degradation_per_h=at(0.03, 0.3),
        reversible_um=at(ki_3a, 0.3),
        inactivation_um=at(4.2, log_sd(4.2, 2.5)),
        inactivation_per_h=at(0.079 * 60, log_sd(0.079, 0.02)),
    )
    liver = {
        "CYP3A": Kinetics(
            degradation_per_h=at(0.0193, 0.3),
            reversible_um=at(ki_3a, 0.3),
            inactivation_um=at(4.1, log_sd(4.1, 0.9)),
            inactivation_per_h=at(0.068 * 60, log_sd(0.068, 0.01)),
        ),
        "CYP2D6": Kinetics(degradation_per_h=at(0.0099, 0.3), reversible_um=at(ki_2d6, 0.1)),
    }
    return {"gut": gut, "liver": liver}


def tea(scale=1.0, unbound=UNBOUND, absorption_per_h=1.52, gut_unbound=1.0):
    at = middles(TIMES)
    systemic = np.multiply.outer(scale, mitragynine_um(at))
    found = course(
        DOSE_UMOL,
        0.0,
        at,
        systemic_um=systemic,
        unbound=unbound,
        absorption_per_h=absorption_per_h,
        gut_unbound=gut_unbound,
    )
    return {"gut_um": found.gut_um, "liver_um": found.liver_um}


def stands(medicine, metric, ratio):
    observed, low, high = TRIAL[medicine, metric]
    return agreement(float(ratio), observed=observed, low=low, high=high).stands


def test_mitragynine_is_that_of_tanna_2022():
    """DMD Table 3: Cmax 81.9 nM."""
    assert mitragynine_um(np.linspace(0, 4, 4001)).max() == pytest.approx(0.0819, abs=5e-5)


@pytest.mark.parametrize("ki_3a", [10.0, 5.7])
@pytest.mark.parametrize("metric", ["auc", "cmax", "half_life"])
def test_dynamic_midazolam_is_inside_the_trial(metric, ki_3a):
    found = turnover(TIMES, **tea(), **enzymes(ki_3a, 1.17), victim=MIDAZOLAM)
    assert stands("midazolam", metric, getattr(found, metric)) == "inside"


@pytest.mark.parametrize("metric", ["auc", "cmax"])
@pytest.mark.parametrize("ki_2d6", [1.17, 0.34])
@pytest.mark.parametrize("extraction", [0.1, 0.5, 0.9])
@pytest.mark.parametrize(("absorption_per_h", "half_life_h"), [(0.3, 2.0), (0.3, 6.0), (3.0, 2.0), (3.0, 6.0)])
def test_dynamic_dextromethorphan_is_inside_the_trial_whatever_is_assumed_of_it(
    metric, ki_2d6, extraction, absorption_per_h, half_life_h
):
    """With either of the two printed Ki of CYP2D6: 1.17 µM (Tanna 2021) and 0.34 µM (DMD Table 5)."""
    victim = Victim(
        fractions={"CYP2D6": 0.93, "CYP3A": 0.05},
        gut_availability=0.95,
        extraction=extraction,
        absorption_per_h=absorption_per_h,
        half_life_h=half_life_h,
    )
    found = turnover(TIMES, **tea(), **enzymes(10.0, ki_2d6), victim=victim)
    assert stands("dextromethorphan", metric, getattr(found, metric)) == "inside"


def test_static_midazolam_is_outside_the_trial():
    """More than three times too much with the absorption that Tanna 2022 shows, eight times with that of the guideline."""
    for absorption_per_h, fold in ((1.52, 3.0), (6.0, 8.0)):
        found = static(
            gut_um=wall(DOSE_UMOL, absorption_per_h=absorption_per_h),
            liver_um=inlet(CMAX_UM, DOSE_UMOL, unbound=UNBOUND, absorption_per_h=absorption_per_h),
            **enzymes(10.0, 1.17),
            victim=MIDAZOLAM,
        )
        observed, low, high = TRIAL["midazolam", "auc"]
        beside = agreement(float(found.auc), observed=observed, low=low, high=high)
        assert beside.stands == "above"
        assert beside.fold > fold


@pytest.mark.parametrize(("absorption_per_h", "ki_2d6", "where"), [(1.52, 1.17, "inside"), (6.0, 0.34, "above")])
def test_static_dextromethorphan_is_outside_the_trial_with_the_inputs_of_table_5(absorption_per_h, ki_2d6, where):
    found = static(
        gut_um=0.0,
        liver_um=inlet(CMAX_UM, DOSE_UMOL, unbound=UNBOUND, absorption_per_h=absorption_per_h),
        **enzymes(10.0, ki_2d6),
        victim=Victim(fractions={"CYP2D6": 0.93}),
    )
    assert stands("dextromethorphan", "auc", found.auc) == where


def test_one_cup_destroys_the_gut_enzyme_and_hardly_touches_the_liver():
    """CPT, abstract: an unchanged half-life suggested that kratom acts on CYP3A of the gut."""
    found = turnover(TIMES, **tea(), **enzymes(10.0, 1.17), victim=MIDAZOLAM)
    assert float(found.gut_enzyme) < 0.1
    assert float(found.liver_enzyme["CYP3A"]) > 0.95


def test_the_middle_of_draws_of_what_is_uncertain_is_inside_the_trial():
    """1,000 draws; spreads of KI and kinact as printed, the others assumed (0.3 for kdeg and Ki, 0.5 for exposure)."""
    rng = np.random.default_rng(20230316)
    size = 1000

    def lognormal(value, sd):
        return positives(rng, value=value, log_sd=sd, size=size)

    perpetrator = tea(
        scale=lognormal(1.0, 0.5), unbound=np.minimum(lognormal(UNBOUND, 0.4), 1.0), absorption_per_h=lognormal(1.52, 0.45)
    )
    victim = Victim(
        fractions={"CYP3A": fractions(rng, value=0.96, low=0.90, high=0.98, size=size)},
        gut_availability=fractions(rng, value=0.57, low=0.45, high=0.68, size=size),
        extraction=502 / 1616,
        absorption_per_h=lognormal(np.log(2) / 0.23, 0.4),
        half_life_h=2.4,
    )
    found = turnover(TIMES, **perpetrator, **enzymes(10.0, 1.17, lognormal), victim=victim)
    for metric in ("auc", "cmax", "half_life"):
        drawn = spread(getattr(found, metric))
        observed, low, high = TRIAL["midazolam", metric]
        beside = agreement(drawn.median, observed=observed, low=low, high=high, predicted_interval=(drawn.low, drawn.high))
        assert beside.stands == "inside"
        assert beside.overlaps


@pytest.mark.parametrize(
    ("change", "taken_h", "auc", "where"),
    [
        ({"gut_unbound": 0.3}, 0.0, 1.25, "inside"),
        ({"gut_unbound": 0.1}, 0.0, 1.12, "below"),
        ({"absorption_per_h": 1.0}, 0.0, 1.40, "inside"),
        ({}, 1.0, 1.70, "above"),
    ],
)
def test_the_trial_supports_the_model_and_does_not_prove_it(change, taken_h, auc, where):
    """Less that is free in the wall of the gut, or midazolam an hour after the tea, would have put it outside."""
    found = turnover(TIMES, **tea(**change), **enzymes(10.0, 1.17), victim=MIDAZOLAM, taken_h=taken_h)
    assert float(found.auc) == pytest.approx(auc, abs=0.02)
    assert stands("midazolam", "auc", found.auc) == where
