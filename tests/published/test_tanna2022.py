"""Published results: Tanna et al. 2022, Pharmaceutics 14:620; one tea of 2 g of kratom leaf, five people.

Medians and ranges as printed by Tanna et al. 2023, Drug Metabolism and Disposition 51:923-935, Table 3; content of the product,
mg in a gram of dry leaf, as in the NaPDI repository (NPDI-scab3g). Sampling times and limits of the assay were not seen; those
here are assumed. The parameters were fitted to these medians (validation/pharmacokinetics/README.md), so that agreement with a
median shows that the fit is kept, and agreement of ranges and study medians that the spreads are right.
"""

import math

import numpy as np
import pytest

from equipoise.engines.pharmacokinetics import (
    HYDROXYMITRAGYNINE,
    MITRAGYNINE,
    Content,
    Population,
    Profile,
    Sampling,
    consistent,
    draw,
    exposure,
    molar_mass,
    nanomolar,
    ng_per_ml,
    nmol,
    profile,
    schedule,
)

ONE_TEA = schedule([(0, 39)])
STUDIES, PEOPLE = 1500, 5
SAMPLED = (0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3.5, 4.5, 6.5, 8.5, 12, 24, 48, 72, 96, 120)
ASSUMED = Sampling(times_h=SAMPLED, loq_mitragynine_nm=0.25, loq_hydroxymitragynine_nm=0.25)

TABLE_3 = {
    # alkaloid: formula, mg, AUCinf nM h, CL/F L/h, Vz/F L, half-life h
    "mitragynine": ("C23H30N2O4", 39, 420, 233, 12_700, 45.3),
    "speciogynine": ("C23H30N2O4", 6.4, 477, 33.5, 962, 23.5),
    "paynantheine": ("C23H28N2O4", 12, 438, 67.4, 1940, 27.0),
    "speciociliatine": ("C23H30N2O4", 10, 5120, 5.01, 130, 12.3),
    "mitraciliatine": ("C23H30N2O4", 1.3, 1160, 2.78, 46.0, 17.8),
    "isopaynantheine": ("C23H28N2O4", 1.0, 794, 3.25, 55.5, 14.4),
}
PRODUCT_MG_PER_G = {
    "mitragynine": 19.48,
    "speciogynine": 3.18,
    "paynantheine": 5.86,
    "speciociliatine": 5.12,
    "mitraciliatine": 0.647,
    "isopaynantheine": 0.512,
}


@pytest.fixture(scope="module")
def typical(leaf_population: Population) -> Profile:
    return profile(leaf_population.typical, ONE_TEA, sampling=ASSUMED)


@pytest.fixture(scope="module")
def people(leaf_population: Population) -> Profile:
    """7500 people who differ as people do, in 1500 studies of five."""
    drawn = draw(leaf_population, people=STUDIES * PEOPLE, rng=np.random.default_rng(620), levels=("people",))
    return profile(drawn.parameters, ONE_TEA, times_h=(0, *SAMPLED))


def study_medians(values: np.ndarray) -> tuple[float, float]:
    """Return bounds of the central 90% of medians of five."""
    low, high = np.quantile(np.median(values.reshape(STUDIES, PEOPLE), axis=1), [0.05, 0.95])
    return float(low), float(high)


def test_the_typical_person_has_the_printed_medians_of_mitragynine(typical):
    """V1. Parameters have three digits: within 0.5%, and tmax within the quarter of an hour of sampling."""
    found = typical.mitragynine
    printed = [81.9, 45.3, 420]
    assert [found.cmax_nm[0], found.half_life_h[0], found.auc_inf_nm_h[0]] == pytest.approx(printed, rel=5e-3)
    assert found.tmax_h[0] == pytest.approx(1, abs=0.125)
    assert found.half_life_studied_h[0] == pytest.approx(45.3, abs=0.05)


def test_printed_medians_are_among_those_of_simulated_studies(people):
    """V1: medians of studies of five people hold the printed ones in their central 90%."""
    parent, metabolite = people.mitragynine, people.hydroxymitragynine
    clearance = nmol(39) / parent.auc_inf_nm_h
    printed = [
        (81.9, parent.cmax_nm),
        (45.3, parent.half_life_h),
        (420, parent.auc_inf_nm_h),
        (233, clearance),
        (12_700, clearance * parent.half_life_h / math.log(2)),
        (16.1, metabolite.cmax_nm),
        (106, metabolite.auc_inf_nm_h),
    ]
    for median, simulated in printed:
        low, high = study_medians(simulated)
        assert low < median < high


def test_printed_times_of_the_peak_are_among_those_of_simulated_studies(people):
    """V1, to the assumed sampling times: both medians are printed as 1 h."""
    for analyte in (people.mitragynine, people.hydroxymitragynine):
        low, high = study_medians(people.times_h[analyte.concentration.argmax(axis=1)])
        assert low <= 1 <= high


def test_printed_ranges_are_among_those_of_simulated_studies(people):
    """Table 3: lowest and highest of five, within the central 98% of simulated lowest and highest."""
    parent, metabolite = people.mitragynine, people.hydroxymitragynine
    printed = [
        (50.1, 177, parent.cmax_nm),
        (31.9, 50.2, parent.half_life_h),
        (324, 1360, parent.auc_inf_nm_h),
        (11.9, 22.2, metabolite.cmax_nm),
        (60.8, 126, metabolite.auc_inf_nm_h),
    ]
    for lowest, highest, values in printed:
        studies = values.reshape(STUDIES, PEOPLE)
        for end, simulated in ((lowest, studies.min(axis=1)), (highest, studies.max(axis=1))):
            low, high = np.quantile(simulated, [0.01, 0.99])
            assert low < end < high


def test_the_study_is_low_among_studies_and_one_of_them(leaf_population):
    """Medians lie in the lower quarter of what a new study is expected to have after 39 mg, and in its central 90%."""
    levels = ("studies", "uncertainty")
    found = exposure(ONE_TEA, leaf_population, rng=np.random.default_rng(39), people=4000, levels=levels)
    quarter = exposure(ONE_TEA, leaf_population, rng=np.random.default_rng(39), people=4000, levels=levels, level=0.5)
    for name, printed in (("mitragynine", 81.9), ("hydroxymitragynine", 16.1)):
        assert getattr(found, name).cmax_nm.low < printed < getattr(quarter, name).cmax_nm.low


@pytest.mark.xfail(
    strict=True,
    reason="the table prints 106 nM h; the model has 87, since ratios of metabolite to parent in Huestis 2024 pull it down",
)
def test_area_of_7_hydroxymitragynine(typical):
    """Table 3, within 10%."""
    assert typical.hydroxymitragynine.auc_inf_nm_h[0] == pytest.approx(106, rel=0.1)


@pytest.mark.xfail(
    strict=True,
    reason="the table prints 5.67 h; samples of the model above the assumed limit give 3.6 h, between first pass and slow tail",
)
def test_half_life_of_7_hydroxymitragynine(typical):
    """Table 3, within 10%."""
    assert typical.hydroxymitragynine.half_life_studied_h[0] == pytest.approx(5.67, rel=0.1)


@pytest.mark.parametrize("alkaloid", TABLE_3)
def test_two_grams_of_the_product_hold_the_printed_doses(alkaloid):
    """V2, Table 3, within 3%: paynantheine is printed as 12 mg and is 11.7."""
    taken = schedule([(0, 2)], content=Content(mg_per_g=PRODUCT_MG_PER_G[alkaloid]))
    assert taken.mg == pytest.approx(TABLE_3[alkaloid][1], rel=0.03)


@pytest.mark.parametrize("alkaloid", TABLE_3)
def test_clearance_is_dose_over_area(alkaloid):
    """V3, Table 3, within 3%: doses have two digits."""
    formula, mg, auc, clearance, _, _ = TABLE_3[alkaloid]
    assert nmol(mg, formula) / auc == pytest.approx(clearance, rel=0.03)


@pytest.mark.parametrize("alkaloid", TABLE_3)
def test_printed_clearances_agree_with_volumes_and_half_lives(alkaloid):
    """V5: within twofold, and here within 1.6, since medians are of different people."""
    _, _, _, clearance, volume, half_life = TABLE_3[alkaloid]
    assert consistent(cl_f=clearance, vz_f=volume, half_life_h=half_life).holds


def test_units():
    """V13: molar masses of 398.50 and 414.50 g/mol; 1 ng/mL is 2.509 and 2.413 nM; ratios by mass are 4% above molar ones."""
    assert molar_mass(MITRAGYNINE) == pytest.approx(398.50, abs=5e-3)
    assert molar_mass(HYDROXYMITRAGYNINE) == pytest.approx(414.50, abs=6e-3)
    assert nanomolar(1, MITRAGYNINE) == pytest.approx(2.509, abs=5e-4)
    assert nanomolar(1, HYDROXYMITRAGYNINE) == pytest.approx(2.413, abs=5e-4)
    by_mass = ng_per_ml(1, HYDROXYMITRAGYNINE) / ng_per_ml(1, MITRAGYNINE)
    assert by_mass == pytest.approx(1.04, abs=5e-3)
