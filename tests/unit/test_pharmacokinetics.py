"""Intakes, people and their levels, studied half-lives, and what is refused."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from equipoise.engines.pharmacokinetics import (
    LEVELS,
    OFFSETS,
    Content,
    Inactivation,
    Parameters,
    Population,
    Sampling,
    Typical,
    UnsupportedError,
    area,
    concentrations,
    consistent,
    draw,
    exposure,
    molar_mass,
    nearby,
    profile,
    regular,
    schedule,
    studied_half_life,
)
from equipoise.engines.pharmacokinetics.disposition import legs, rounding_h
from equipoise.engines.pharmacokinetics.inactivation import Numerical, _Equations
from equipoise.engines.pharmacokinetics.profiles import assembled, clock

PERSON = Parameters(ka=1.52, v1=618, q=199, v2=6880, cl=233, km=0.601, sp=3.75e-4, b=0.119)
POPULATION = Population(
    ka=Typical(value=1.52, between_people=0.45, uncertainty=0.24),
    v1=Typical(value=618, between_people=0.25, uncertainty=0.13),
    q=Typical(value=199, between_people=0.20),
    v2=Typical(value=6880, between_people=0.20),
    cl=Typical(value=233, between_people=0.20, uncertainty=0.11),
    km=Typical(value=0.601, between_people=0.25),
    sp=Typical(value=3.75e-4, between_people=0.28, between_studies=0.25),
    b=Typical(value=0.119, between_people=0.20),
    f=Typical(value=1, between_people=0.50, between_studies=0.49, uncertainty=0.27),
)
LEAF = Content(mg_per_g=13.3, log_sd=0.3)


STUDIED = dataclasses.replace(
    POPULATION,
    sp=dataclasses.replace(POPULATION.sp, studies_mean=-0.07),
    f=dataclasses.replace(POPULATION.f, studies_mean=0.83),
)
"""The same, the reference study being below the mean of all."""


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


# Intakes


@pytest.mark.parametrize("name", ["7-hydroxymitragynine", "7-OH"])
def test_a_dose_of_7_hydroxymitragynine_is_not_supported(name):
    with pytest.raises(UnsupportedError, match="not supported: no human data"):
        schedule([(0, 10)], analyte=name)


@pytest.mark.parametrize(
    ("intakes", "said"),
    [
        ([], "no intake above 0"),
        ([(0, 0), (8, 0)], "no intake above 0"),
        ([(0, -1)], "intake 1 is -1 mg of mitragynine; should be 0"),
        ([(0, 1), (float("nan"), 1)], "intake 2 .* should be finite"),
        ([(0, float("inf"))], "should be finite"),
        ([(0, 12_000)], "12,000 mg of mitragynine at 0 h is more than 10,000 mg at once; should be mg of the alkaloid"),
        ([(0, 6000), (0, 6000)], "12,000 mg"),
        ([(1e6, 1)], "within 100,000 h"),
        ([(0, 1e-9)], "1e-09 mg of mitragynine at 0 h is less than a nanogram"),
        ([(n, 1) for n in range(10_001)], "10,001 intakes are more than 10,000"),
    ],
)
def test_an_intake_that_cannot_be_is_refused_and_it_is_said_what_would_be_right(intakes, said):
    with pytest.raises(ValueError, match=said):
        schedule(intakes)


def test_grams_of_product_are_milligrams_by_its_content():
    taken = schedule([(0, 2), (8, 0.5)], content=LEAF)
    assert taken.mg == pytest.approx([26.6, 6.65])
    assert taken.content_log_sd == 0.3
    with pytest.raises(ValueError, match="2000 g of product at once; should be grams, not milligrams"):
        schedule([(0, 2000)], content=LEAF)


@pytest.mark.parametrize(
    "content", [{"mg_per_g": 0}, {"mg_per_g": 1001}, {"mg_per_g": math.nan}, {"mg_per_g": 10, "log_sd": 4}]
)
def test_an_impossible_content_is_refused(content):
    with pytest.raises(ValueError, match="should be"):
        Content(**content)


def test_intakes_at_one_time_are_one():
    taken = schedule([(8, 1), (0, 2), (8, 3)])
    assert taken.time_h.tolist() == [0, 8]
    assert taken.mg.tolist() == [2, 4]


def test_regular_intakes_begin_before_the_days_are_over():
    assert regular(39, every_h=8, days=15).time_h.size == 45
    assert regular(39, every_h=24, days=1.5).time_h.tolist() == [0, 24]
    assert regular(39, every_h=8, days=1, missed=[2]).time_h.tolist() == [0, 16]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"every_h": 0, "days": 1}, "every_h is 0"),
        ({"every_h": 8, "days": math.inf}, "days is inf"),
        ({"every_h": 8, "days": 1, "missed": [4]}, "intake 4 cannot be missed; there are intakes 1 to 3"),
        ({"every_h": 0.001, "days": 15}, "more than 10,000"),
    ],
)
def test_regular_refuses(options, said):
    with pytest.raises(ValueError, match=said):
        regular(39, **options)


# People


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ka", 0, "ka should be finite and above 0"),
        ("cl", math.nan, "cl should be finite and above 0"),
        ("sp", -1, "sp should be finite and at least 0"),
        ("v1", [1, 2], "2 and 3 people"),
    ],
)
def test_parameters_that_cannot_be_are_refused(name, value, said):
    numbers = {field.name: getattr(PERSON, field.name) for field in dataclasses.fields(PERSON)}
    with pytest.raises(ValueError, match=said):
        Parameters(**{**numbers, "q": [1, 2, 3], name: value})


def test_a_metabolite_that_is_not_formed_has_no_peak():
    numbers = {field.name: getattr(PERSON, field.name) for field in dataclasses.fields(PERSON)}
    found = profile(Parameters(**{**numbers, "sp": 0, "b": 0}), schedule([(0, 39)]))
    assert found.hydroxymitragynine.cmax_nm[0] == 0
    assert math.isnan(found.hydroxymitragynine.tmax_h[0])
    assert found.ratio_first_day[0] == 0


def test_each_level_can_be_left_out_and_the_people_stay_the_same():
    """Deviations on the log scale add up level by level."""
    whole = draw(STUDIED, people=50, rng=rng())
    alone = {level: draw(STUDIED, people=50, rng=rng(), levels=(level,)) for level in LEVELS}
    for name, value in (("f", 1), ("sp", 3.75e-4)):
        parts = [np.log(getattr(alone[level].parameters, name) / value) for level in ("people", "studies", "uncertainty")]
        assert np.log(getattr(whole.parameters, name) / value) == pytest.approx(sum(parts))
    assert whole.content(0.3) == pytest.approx(alone["content"].content(0.3))
    assert np.log(whole.content(0.6)) == pytest.approx(2 * np.log(whole.content(0.3)))
    assert (alone["people"].content(0.3) == 1).all()
    assert (draw(POPULATION, people=50, rng=rng(), levels=()).parameters.cl == 233).all()


def test_spreads_are_as_wide_as_said_around_the_mean_of_studies():
    drawn = draw(STUDIED, people=40_000, rng=rng(), levels=("people", "studies")).parameters
    assert np.log(drawn.f).std() == pytest.approx(math.hypot(0.5, 0.49), rel=0.02)
    assert np.log(drawn.sp).std() == pytest.approx(math.hypot(0.28, 0.25, 0.49), rel=0.02)
    assert np.median(drawn.f) == pytest.approx(math.exp(0.83), rel=0.02)
    assert np.median(drawn.sp) == pytest.approx(3.75e-4 * math.exp(0.83 - 0.07), rel=0.02)
    assert np.median(drawn.cl) == pytest.approx(233, rel=0.01)


def test_f_of_people_and_of_its_uncertainty_leaves_the_first_pass_alone():
    varied = dataclasses.replace(POPULATION, f=Typical(value=1, between_people=1, uncertainty=1))
    levels = ("people", "uncertainty")
    as_varied, as_before = (draw(each, people=50, rng=rng(), levels=levels).parameters for each in (varied, POPULATION))
    assert np.array_equal(as_varied.sp, as_before.sp)
    assert not np.array_equal(as_varied.f, as_before.f)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"people": 0}, "there are 0 people"),
        ({"people": 10, "levels": ("persons",)}, "'persons' is not a level; should be of people, studies"),
        ({"people": 10, "level": 1.0}, "the level is 1.0"),
        ({"people": 10, "times_h": [3, 2]}, "ascending order"),
        ({"people": 100_000, "times_h": np.arange(1000.0)}, "too many"),
    ],
)
def test_exposure_refuses(options, said):
    with pytest.raises(ValueError, match=said):
        exposure(schedule([(0, 39)]), POPULATION, rng=rng(), **options)


@pytest.mark.parametrize(
    "spreads",
    [
        {"value": 0},
        {"value": 1, "between_people": -0.1},
        {"value": 1, "uncertainty": math.nan},
        {"value": 1, "studies_mean": math.nan},
        {"value": 1, "studies_mean": -3.1},
    ],
)
def test_a_spread_that_cannot_be_is_refused(spreads):
    with pytest.raises(ValueError, match="should be"):
        Typical(**spreads)


# Exposure


def test_exposure_says_what_made_it():
    found = exposure(schedule([(0, 2)], content=LEAF), POPULATION, rng=rng(), people=300, levels=("content", "people"))
    assert (found.levels, found.people, found.level) == (("people", "content"), 300, 0.9)
    assert found.rng == "PCG64, entropy 11"
    assert found.inactivation is None
    assert found.times_h.tolist() == list(range(25))


def test_the_generator_that_came_in_decides_the_numbers():
    taken = schedule([(0, 39)])
    one, same = (exposure(taken, POPULATION, rng=rng(), people=50) for _ in range(2))
    other = exposure(taken, POPULATION, rng=np.random.default_rng(12), people=50)
    assert np.array_equal(one.mitragynine.high, same.mitragynine.high)
    assert not np.array_equal(one.mitragynine.high, other.mitragynine.high)
    child = exposure(taken, POPULATION, rng=rng().spawn(2)[1], people=2)
    assert child.rng == "PCG64, entropy 11, child (1,)"


def test_more_levels_make_wider_intervals_around_the_typical_person():
    taken = schedule([(0, 2)], content=LEAF)
    widths, typical = [], exposure(taken, POPULATION, rng=rng(), people=1, levels=()).mitragynine.cmax_nm.median
    for count in range(1, len(LEVELS) + 1):
        peak = exposure(taken, POPULATION, rng=rng(), people=4000, levels=LEVELS[:count]).mitragynine.cmax_nm
        assert peak.median == pytest.approx(typical, rel=0.1)
        widths.append(math.log(peak.high / peak.low))
    assert widths == sorted(widths)


def test_bands_and_numbers_are_quantiles_of_people():
    taken = regular(39, every_h=24, days=2)
    found = exposure(taken, POPULATION, rng=rng(), people=201, level=0.8)
    drawn = draw(POPULATION, people=201, rng=rng())
    each = profile(drawn.parameters, taken, content=drawn.content(taken.content_log_sd))
    parent, shown = each.mitragynine, found.mitragynine
    for band, share in ((shown.low, 0.1), (shown.median, 0.5), (shown.high, 0.9)):
        assert band == pytest.approx(np.quantile(parent.concentration, share, axis=0))
    assert shown.trough_nm is not None
    assert [shown.trough_nm.low, shown.trough_nm.high] == pytest.approx(np.quantile(parent.trough_nm, [0.1, 0.9]))


def test_numbers_that_nobody_has_are_none():
    found = exposure(schedule([(0, 39)]), POPULATION, rng=rng(), people=5).mitragynine
    assert found.trough_nm is None
    assert found.half_life_studied_h is None
    assert found.accumulation is not None
    assert found.accumulation.median == 1


def test_a_peak_after_the_last_day_counts():
    """An intake at the end of a day: the peak comes in the next."""
    found = profile(PERSON, schedule([(0, 5), (23.9, 40)]), times_h=[0, 12])
    assert found.mitragynine.peak_h[0] == pytest.approx(24.85, abs=0.05)
    assert found.mitragynine.tmax_h[0] == pytest.approx(0.95, abs=0.05)


def test_days_are_counted_from_the_first_intake():
    """An hour that rounding moves is the same hour."""
    taken = schedule([(0.1 + 0.1 * n, 10) for n in range(250)])
    first, last = area(PERSON, taken, start_h=0.1, end_h=24.1), area(PERSON, taken, start_h=24.1, end_h=48.1)
    found = profile(PERSON, taken)
    assert found.mitragynine.auc_first_day_nm_h == pytest.approx(first[0])
    assert found.hydroxymitragynine.auc_last_day_nm_h == pytest.approx(last[1])
    assert math.isnan(found.mitragynine.accumulation[0])  # ten intakes on the second day, 240 on the first
    assert found.ratio_first_day == pytest.approx(first[1] / first[0])
    assert found.ratio_last_day == pytest.approx(last[1] / last[0])


def test_accumulation_is_told_where_as_much_was_taken_on_both_days():
    daily, missed = regular(39, every_h=8, days=10), regular(39, every_h=8, days=10, missed=[29])
    found = profile(PERSON, daily).mitragynine
    assert found.accumulation == pytest.approx(found.auc_last_day_nm_h / found.auc_first_day_nm_h)
    assert np.isnan(profile(PERSON, missed).mitragynine.accumulation).all()


def test_what_is_not_formed_from_blood_leaves_with_the_first_pass():
    others = {"ka": 1.52, "v1": 618, "q": 199, "v2": 6880, "cl": 233, "km": 0.601}
    fast = Parameters(**others, sp=3.75e-4, b=0)
    assert fast.half_life_h[1] == pytest.approx(math.log(2) / 0.601)
    assert np.isnan(Parameters(**others, sp=0, b=0).half_life_h[1])
    assert PERSON.half_life_h[0] == PERSON.half_life_h[1]


def test_curves_before_the_first_intake_are_nothing():
    curves = concentrations(PERSON, schedule([(10, 39)]), [0, 9.99, 10, 11])
    assert curves.mitragynine[0, :3].tolist() == [0, 0, 0]
    assert curves.mitragynine[0, 3] > 0


def test_an_area_needs_a_start_before_its_end():
    with pytest.raises(ValueError, match="from 5 to 5 h has no meaning"):
        area(PERSON, schedule([(0, 39)]), start_h=5, end_h=5)


# Half-lives as studied


def test_a_pure_decay_has_its_own_half_life():
    times = np.array([1.0, 2, 4, 8, 16])
    assert studied_half_life(times, 100 * 0.5 ** (times / 3), loq=1)[0] == pytest.approx(3, rel=1e-12)


def test_a_tail_below_the_limit_is_not_seen():
    """Of a fast and a slow decay the study prints the fast one if the slow one is below its limit."""
    times = np.array([0.0, 1, 2, 3, 4, 5, 6, 24, 48, 72, 96])
    curve = 100 * np.exp(-times) + 0.1 * np.exp(-0.01 * times)
    curve[0] = 0
    fast, slow = studied_half_life(times, curve, loq=1.0), studied_half_life(times, curve, loq=0.01)
    assert fast[0] == pytest.approx(math.log(2), rel=0.05)
    assert slow[0] == pytest.approx(math.log(2) / 0.01, rel=0.02)


def test_more_samples_count_unless_fewer_fit_better():
    """Three samples fit nearly as well by chance: adjusted R squared 0.9867 of three, 0.9908 of six (by polynomial fits)."""
    times, curve = np.arange(7.0), np.array([120.0, 73, 59, 38, 31, 22, 17])
    assert studied_half_life(times, curve, loq=1)[0] == pytest.approx(
        -math.log(2) / np.polyfit(times[1:], np.log(curve[1:]), 1)[0]
    )


def test_too_few_samples_give_no_half_life():
    times = np.array([0.0, 1, 2, 3])
    assert np.isnan(studied_half_life(times, [[0, 8, 4, 2], [0, 1, 2, 4], [5, 5, 5, 5]], loq=0.1)).tolist() == [
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "sampling",
    [
        {"times_h": (1.0, 2.0), "loq_mitragynine_nm": 1, "loq_hydroxymitragynine_nm": 1},
        {"times_h": (1.0, 2.0, 2.0), "loq_mitragynine_nm": 1, "loq_hydroxymitragynine_nm": 1},
        {"times_h": (1.0, 2.0, 3.0), "loq_mitragynine_nm": 0, "loq_hydroxymitragynine_nm": 1},
    ],
)
def test_sampling_that_cannot_be_is_refused(sampling):
    with pytest.raises(ValueError, match="should be"):
        Sampling(**sampling)


# Inactivation


def test_inactivation_keeps_mitragynine_longer_and_forms_as_much_7_hydroxymitragynine():
    """All clearance is by CYP3A: what is absorbed passes through it sooner or later, so that this area stays."""
    taken = regular(39, every_h=8, days=2)
    strong = Inactivation(kdeg=0.02, kinact=4, ki=100, fu=0.03, share=1)
    found = {}
    for name, held in (("without", None), ("with", strong)):
        solve = Numerical(inactivation=held)
        found[name] = assembled(PERSON, taken, clock(taken, None, None), solve, content=1.0, sampling=None)
    assert found["with"].mitragynine.auc_inf_nm_h > 1.2 * found["without"].mitragynine.auc_inf_nm_h
    expected = found["without"].hydroxymitragynine.auc_inf_nm_h
    assert found["with"].hydroxymitragynine.auc_inf_nm_h == pytest.approx(expected, rel=1e-5)


def test_what_is_cleared_is_what_was_taken_while_cyp3a_is_lost():
    held = Inactivation(kdeg=0.0193, kinact=4.08, ki=4100, fu=0.031, share=1, portal=96.96)
    equations = _Equations(PERSON, held)

    def slopes(time, state):
        cleared = equations.cl * (1 - held.share * (1 - state[4])) * state[1] / equations.v1
        return [*equations.slopes(time, state[:7]), cleared]

    begin = [1e6, 0, 0, 0, 1, 0, 0, 0]
    state = solve_ivp(slopes, (0, 200), begin, method="LSODA", rtol=1e-9, atol=1e-6).y[:, -1]
    assert state[[0, 1, 2, 7]].sum() == pytest.approx(1e6, rel=1e-8)
    assert state[4] < 1


def test_more_solving_than_minutes_is_refused():
    held = Inactivation(kdeg=0.0193, kinact=4.08, ki=4100, fu=0.031, share=1)
    with pytest.raises(ValueError, match="50,001 people with 1 intakes are too many to solve one by one"):
        exposure(schedule([(0, 39)]), POPULATION, rng=rng(), people=50_001, times_h=[0, 1], inactivation=held)


def test_inactivation_is_named_in_the_result():
    held = Inactivation(kdeg=0.02, kinact=4, ki=4000, fu=0.03, share=0.8, portal=97)
    found = exposure(schedule([(0, 39)]), POPULATION, rng=rng(), people=2, inactivation=held)
    assert found.inactivation == held


@pytest.mark.parametrize(("name", "value"), [("kdeg", 0), ("ki", math.nan), ("portal", -1), ("share", 1.1), ("fu", -0.1)])
def test_an_inactivation_that_cannot_be_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} is"):
        Inactivation(**{"kdeg": 0.02, "kinact": 4, "ki": 4000, "fu": 0.03, "share": 0.8, name: value})


# Units and agreement


def test_molar_masses_follow_from_formulas():
    assert molar_mass("H2O") == pytest.approx(18.015, abs=0.001)
    for wrong in ("mitragynine", "C2 H6O", "C2h6", ""):
        with pytest.raises(ValueError, match="is not a formula"):
            molar_mass(wrong)
    with pytest.raises(ValueError, match="C2H5Cl has Cl"):
        molar_mass("C2H5Cl")


@pytest.mark.parametrize("numbers", [{"cl_f": 0}, {"vz_f": math.inf}, {"half_life_h": -1}, {"fold": 1}])
def test_numbers_that_cannot_be_printed_are_refused(numbers):
    with pytest.raises(ValueError, match="should be"):
        consistent(**{"cl_f": 1, "vz_f": 1, "half_life_h": 1, **numbers})


@pytest.mark.parametrize("later_h", [0.9, 1.05, 1.2, 1.35])
@pytest.mark.parametrize("mg", [0.05, 0.5, 2, 5])
def test_a_peak_beside_an_intake_is_found_on_whichever_side_of_it_is_the_higher_one(later_h, mg):
    taken = schedule([(0, 39), (later_h, mg)])
    found = profile(PERSON, taken)
    fine = concentrations(PERSON, taken, np.arange(0, 12, 1e-3))
    for analyte, curve in ((found.mitragynine, fine.mitragynine), (found.hydroxymitragynine, fine.hydroxymitragynine)):
        assert analyte.cmax_nm == pytest.approx(curve.max(axis=1), rel=1e-6)
        assert analyte.peak_h[0] == pytest.approx(fine.times_h[curve[0].argmax()], abs=1e-3)


@pytest.mark.parametrize(
    ("intakes", "looked_at"),
    [
        ([(0, 5), (24, 5), (48, 5)], [48]),
        ([(0, 5), (12, 5), (24, 5), (36, 5)], [24, 36]),
        ([(0, 5), (12, 5), (24, 5), (37, 5)], [12, 24, 37]),
        ([(0, 5), (12, 5), (24, 5)], [12, 24]),
        ([(0, 9), (24, 5), (48, 5), (72, 5)], [0, 24, 48, 72]),
        ([(0, 5), (24, 9), (48, 9), (72, 5)], [48, 72]),
        ([(0, 5), (8, 9), (24, 5), (32, 5), (48, 5), (56, 5)], [8, 24, 32, 48, 56]),
    ],
)
def test_a_peak_is_looked_for_unless_all_before_is_taken_again_a_day_later_and_as_much(intakes, looked_at):
    grid = clock(schedule(intakes), [], None).grid
    assert [time for time, _ in intakes if time + 0.125 in grid] == looked_at


@pytest.mark.parametrize(
    "taken",
    [
        schedule([(0, 39)]),
        regular(20, every_h=6, days=14),
        schedule([(24 * day + hour, 39) for day in range(14) for hour in (8 + 1 / 12, 13.7, 20 + 2 / 3)]),
    ],
)
def test_what_is_worked_out_ahead_is_all_that_an_intake_without_curves_needs(taken):
    held = legs(clock(taken, [], None).grid, taken.time_h)
    assert nearby(PERSON, OFFSETS).places(held.lag_h, rounding_h(held.grid)) is not None
    assert nearby(PERSON, OFFSETS[1:]).places(held.lag_h, rounding_h(held.grid)) is None
