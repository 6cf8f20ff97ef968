"""What holds for any person and any intakes."""

import math
from decimal import Decimal, getcontext
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from equipoise.engines.pharmacokinetics import (
    HYDROXYMITRAGYNINE,
    MITRAGYNINE,
    OFFSETS,
    Parameters,
    Population,
    Schedule,
    Typical,
    area,
    concentrations,
    consistent,
    disposition,
    draw,
    exposed,
    nanomolar,
    nearby,
    ng_per_ml,
    nmol,
    profile,
    profiles,
    regular,
    schedule,
)
from equipoise.engines.pharmacokinetics.exponentials import three_rates, two_rates
from equipoise.engines.pharmacokinetics.inactivation import Numerical
from equipoise.engines.pharmacokinetics.profiles import assembled, clock

TYPICAL = {"ka": 1.52, "v1": 618.0, "q": 199.0, "v2": 6880.0, "cl": 233.0, "km": 0.601, "sp": 3.75e-4, "b": 0.119, "f": 1.0}
NAMES = tuple(TYPICAL)

factors = st.floats(-1.5, 1.5).map(math.exp)
people = st.fixed_dictionaries(dict.fromkeys(NAMES, factors)).map(
    lambda times: Parameters(**{name: TYPICAL[name] * times[name] for name in NAMES})
)
quarters = st.integers(0, 400).map(lambda n: n / 4)
amounts = st.floats(0.5, 200)
lists = st.lists(st.tuples(quarters, amounts), min_size=1, max_size=6, unique_by=lambda intake: intake[0])
TIMES = np.linspace(0, 130, 53)

steady = settings(deadline=None, derandomize=True)
few = settings(steady, max_examples=25)


@st.composite
def meeting(draw) -> Parameters:
    """People in whom two or three of the four rates are equal, or differ in their last digits."""
    p = draw(people)
    by = 1 + draw(st.sampled_from([0, 1e-15, -1e-12, 1e-9, 1e-6, -1e-3]))
    met = draw(st.sampled_from([p.rates.alpha, p.rates.beta]))[0] * by
    which = draw(st.sampled_from([("ka",), ("km",), ("ka", "km")]))
    return Parameters(**{name: met if name in which else getattr(p, name) for name in NAMES})


def matrix(p: Parameters) -> np.ndarray:
    """Return the model as its differential equations have it: gut, central, peripheral, 7-hydroxymitragynine."""
    ka, v1, q, v2, cl, km, sp, b, f = (float(getattr(p, name)[0]) for name in NAMES)
    return np.array(
        [
            [-ka, 0, 0, 0],
            [f * ka, -(cl + q) / v1, q / v2, 0],
            [0, q / v1, -q / v2, 0],
            [km * sp * ka, km * b / v1, 0, -km],
        ]
    )


def both(p: Parameters, taken: Schedule, times: np.ndarray = TIMES) -> np.ndarray:
    curves = concentrations(p, taken, times)
    return np.stack([curves.mitragynine[0], curves.hydroxymitragynine[0]])


@steady
@given(st.one_of(people, meeting()), st.floats(0.01, 300))
def test_the_closed_form_is_the_matrix_exponential(p, time):
    """Wherever rates meet; to ten digits of the highest concentration that the dose can make."""
    found = both(p, schedule([(0, 39)]), np.array([time]))[:, 0]
    state = expm(matrix(p) * time) @ [float(nmol(39)), 0, 0, 0]
    bound = float(nmol(39)) * np.array([p.f[0] / p.v1[0], p.km[0] * (p.sp[0] + p.b[0] * p.f[0] / p.cl[0])])
    assert np.abs(found - [state[1] / p.v1[0], state[3]]).max() <= 1e-10 * bound.max()


@few
@given(people, lists)
def test_the_closed_form_is_what_a_solver_of_differential_equations_finds(p, intakes):
    taken = schedule(intakes)
    model, state, pieces = matrix(p), np.zeros(4), []
    edges = sorted({0.0, 130.0, *taken.time_h.tolist()})
    amounts = dict(zip(taken.time_h.tolist(), nmol(taken.mg).tolist(), strict=True))
    for begin, end in pairwise(edges):
        state = np.add(state, [amounts.get(begin, 0.0), 0, 0, 0])
        inside = TIMES[(begin < TIMES) & (end >= TIMES)]
        solved = solve_ivp(
            lambda _, x: model @ x, (begin, end), state, method="LSODA", t_eval=np.union1d(inside, end), rtol=1e-10, atol=1e-8
        )
        pieces.append(solved.y[:, : inside.size])
        state = solved.y[:, -1]
    states = np.concatenate(pieces, axis=1)
    found = both(p, taken)[:, 1:]
    assert found == pytest.approx(np.stack([states[1] / p.v1[0], states[3]]), rel=1e-6, abs=1e-7 * found.max())


@steady
@given(
    st.lists(st.floats(0.01, 5), min_size=3, max_size=3, unique=True),
    st.sampled_from([1.0, 1e-1, 1e-2, 1e-3, 1e-6, 1e-9]),
    st.floats(1e-3, 50),
)
def test_divided_differences_keep_their_digits_as_rates_meet(rates, closeness, time):
    """Against the plain formula with 80 digits."""
    getcontext().prec = 80
    rates = [1 + closeness * (rate - 1) for rate in rates]
    assume(len(set(rates)) == 3)
    x, y, z, t = (Decimal(value) for value in (*rates, time))
    two = ((-x * t).exp() - (-y * t).exp()) / (y - x)
    three = sum((-a * t).exp() / ((b - a) * (c - a)) for a, b, c in ((x, y, z), (y, x, z), (z, x, y)))
    arrays = [np.array([rate]) for rate in rates]
    assert two_rates(*arrays[:2], np.array(time))[0] == pytest.approx(float(two), rel=1e-12)
    assert three_rates(*arrays, np.array(time))[0] == pytest.approx(float(three), rel=1e-12)


@steady
@given(st.one_of(people, meeting()), lists)
def test_the_area_is_dose_over_clearance(p, intakes):
    """That of mitragynine; that of 7-hydroxymitragynine is what the first pass and blood form."""
    taken = schedule(intakes)
    slowest = min(float(rate[0]) for rate in (p.ka, p.rates.beta, p.km))
    parent, metabolite = area(p, taken, start_h=0, end_h=100 + 60 / slowest)
    dose = nmol(taken.mg).sum()
    expected = p.f * dose / p.cl
    assert parent == pytest.approx(expected, rel=1e-10)
    assert metabolite == pytest.approx(p.sp * dose + p.b * expected, rel=1e-10)
    assert area(p, taken, start_h=0) == (pytest.approx(parent, rel=1e-10), pytest.approx(metabolite, rel=1e-10))


@few
@given(people, lists, st.integers(0, 200), st.integers(1, 200))
def test_mass_is_kept(p, intakes, start, length):
    """What the balance of mass gives as area between two times is the integral of the curve."""
    taken = schedule(intakes)
    edges = np.union1d([start, start + length], taken.time_h[(taken.time_h > start) & (taken.time_h < start + length)])
    nodes, weights = np.polynomial.legendre.leggauss(24)
    total = np.zeros(2)
    for begin, end in pairwise(edges):
        cuts = begin + (end - begin) * np.array([0, 0.01, 0.04, 0.12, 0.35, 1])
        for a, b in pairwise(cuts):
            total += both(p, taken, (a + b) / 2 + (b - a) / 2 * nodes) @ weights * (b - a) / 2
    found = np.concatenate(area(p, taken, start_h=start, end_h=start + length))
    assert found == pytest.approx(total, rel=1e-7, abs=1e-7 * float(nmol(taken.mg).sum() * (p.f / p.cl)[0]))


@steady
@given(people, lists, st.data())
def test_curves_of_intakes_add_up(p, intakes, data):
    cut = data.draw(st.integers(0, len(intakes)))
    parts = [part for part in (intakes[:cut], intakes[cut:]) if part]
    whole = both(p, schedule(intakes))
    assert whole == pytest.approx(sum(both(p, schedule(part)) for part in parts), rel=1e-11, abs=1e-12 * whole.max())


@few
@given(people, lists, st.floats(0.01, 40))
def test_concentrations_are_proportional_to_amounts(p, intakes, factor):
    """Also as a factor on content, and the times of peaks do not move."""
    one, other = schedule(intakes), schedule([(time, mg * factor) for time, mg in intakes])
    first, second, third = profile(p, one), profile(p, other), profile(p, one, content=factor)
    for name in ("mitragynine", "hydroxymitragynine"):
        a, b, c = (getattr(found, name) for found in (first, second, third))
        for field in ("concentration", "cmax_nm", "auc_inf_nm_h", "auc_last_day_nm_h"):
            expected = pytest.approx(factor * getattr(a, field), rel=1e-9)
            assert getattr(b, field) == expected
            assert getattr(c, field) == expected
        assert b.accumulation == pytest.approx(a.accumulation, rel=1e-9, nan_ok=True)


effects = st.floats(-2, 2)
spreads = st.floats(0, 1)
seeds = st.integers(0, 2**32 - 1)


@steady
@given(st.fixed_dictionaries(dict.fromkeys(NAMES, st.tuples(spreads, spreads, spreads, effects))), seeds)
def test_without_the_level_of_studies_people_are_those_of_the_reference_study(chosen, seed):
    """Whatever is known of other studies, to the last bit."""

    def drawn(*, known: bool) -> Parameters:
        held = {
            name: Typical(
                value=TYPICAL[name],
                between_people=between,
                between_studies=studies if known else 0,
                studies_mean=mean if known else 0,
                uncertainty=uncertainty,
            )
            for name, (between, studies, uncertainty, mean) in chosen.items()
        }
        levels = ("people", "uncertainty", "content")
        return draw(Population(**held), people=5, rng=np.random.default_rng(seed), levels=levels).parameters

    known, unknown = drawn(known=True), drawn(known=False)
    for name in NAMES:
        assert np.array_equal(getattr(known, name), getattr(unknown, name))


@few
@given(effects, spreads, seeds, lists)
def test_the_effect_of_a_study_on_bioavailability_is_one_on_both_curves(mean, between, seed, intakes):
    """As if more or less had been taken, by the same factor for mitragynine and 7-hydroxymitragynine."""
    held = {name: Typical(value=value) for name, value in TYPICAL.items()}
    held["f"] = Typical(value=1, between_studies=between, studies_mean=mean)
    population, taken = Population(**held), schedule(intakes)
    drawn = draw(population, people=3, rng=np.random.default_rng(seed), levels=("studies",)).parameters
    reference, found = both(population.typical, taken), concentrations(drawn, taken, TIMES)
    deviation = np.random.default_rng(seed).standard_normal((len(NAMES), 3, 3))[NAMES.index("f"), 1]
    factor = np.exp(mean + between * deviation)[:, None]
    assert np.allclose(found.mitragynine, factor * reference[0], rtol=1e-10, atol=0)
    assert np.allclose(found.hydroxymitragynine, factor * reference[1], rtol=1e-10, atol=0)


@few
@given(people, lists, quarters)
def test_curves_begin_when_intakes_do(p, intakes, shift):
    """Exactly representable hours: the same numbers, later."""
    early, late = profile(p, schedule(intakes)), profile(p, schedule([(time + shift, mg) for time, mg in intakes]))
    assert late.times_h == pytest.approx(early.times_h + shift)
    for name in ("mitragynine", "hydroxymitragynine"):
        a, b = getattr(early, name), getattr(late, name)
        assert b.concentration == pytest.approx(a.concentration, rel=1e-11, abs=1e-12 * a.cmax_nm[0])
        assert b.cmax_nm == pytest.approx(a.cmax_nm, rel=1e-9)
        assert b.trough_nm == pytest.approx(a.trough_nm, rel=1e-9, nan_ok=True)


@steady
@given(people, st.sets(st.integers(1, 12), max_size=11))
def test_a_missed_intake_is_one_that_is_not_there(p, missed):
    left = [(8.0 * n, 39) for n in range(12) if n + 1 not in missed]
    as_zero = [(8.0 * n, 0 if n + 1 in missed else 39) for n in range(12)]
    found = both(p, regular(39, every_h=8, days=4, missed=sorted(missed)))
    assert np.array_equal(found, both(p, schedule(left)))
    assert np.array_equal(found, both(p, schedule(as_zero)))


@steady
@given(lists, st.randoms(use_true_random=False))
def test_the_order_of_a_list_has_no_meaning(intakes, random):
    shuffled = random.sample(intakes, len(intakes))
    one, other = schedule(intakes), schedule(shuffled)
    assert np.array_equal(one.time_h, other.time_h)
    assert np.array_equal(one.mg, other.mg)


@few
@given(st.one_of(people, meeting()), lists)
def test_the_peak_is_on_the_curve_and_nothing_is_above_it(p, intakes):
    taken = schedule(intakes)
    found = profile(p, taken)
    fine = np.arange(taken.time_h[0], taken.time_h[-1] + 24, 1 / 16)
    for row, analyte in enumerate((found.mitragynine, found.hydroxymitragynine)):
        assert both(p, taken, analyte.peak_h)[row] == pytest.approx(analyte.cmax_nm, rel=1e-9)
        assert both(p, taken, fine)[row].max() <= analyte.cmax_nm[0] * (1 + 1e-9)
        before = taken.time_h[taken.time_h < analyte.peak_h[0]].max()
        assert analyte.tmax_h[0] == pytest.approx(analyte.peak_h[0] - before, abs=1e-9)


@few
@given(
    st.one_of(people, meeting()),
    st.lists(st.tuples(st.integers(0, 95).map(lambda n: n / 4), amounts), min_size=1, max_size=3, unique_by=lambda one: one[0]),
    st.lists(st.sampled_from([0.25, 1.0, 1.0, 1.0, 2.0]), min_size=2, max_size=6),
)
def test_the_peak_of_days_alike_is_found_though_only_the_last_of_them_are_looked_at(p, day, days):
    """Also where a day has more or less, and no moment is asked for; of two peaks near each other it may be the lower one."""
    taken = schedule([(24.0 * number + hour, mg * part) for number, part in enumerate(days) for hour, mg in day])
    found = profile(p, taken, times_h=[])
    fine = np.linspace(0, 24.0 * (len(days) + 1), 600)
    curves = both(p, taken, fine)
    for row, analyte in enumerate((found.mitragynine, found.hydroxymitragynine)):
        assert analyte.concentration.shape == (1, 0)
        assert curves[row].max() <= analyte.cmax_nm[0] * (1 + 2e-3)
        assert both(p, taken, analyte.peak_h)[row] == pytest.approx(analyte.cmax_nm, rel=1e-9)


@few
@given(lists, seeds)
def test_what_was_worked_out_ahead_changes_no_number(intakes, seed):
    spread = {name: Typical(value=value, between_people=0.4) for name, value in TYPICAL.items()}
    drawn = draw(Population(**spread), people=30, rng=np.random.default_rng(seed))
    ahead = nearby(drawn.parameters, OFFSETS)
    for times in ([], [0.5, 3.0, 40.0]):
        alone, helped = (exposed(schedule(intakes), drawn, times_h=times, near=near) for near in (None, ahead))
        for one, other in zip(
            (alone.mitragynine, alone.hydroxymitragynine), (helped.mitragynine, helped.hydroxymitragynine), strict=True
        ):
            assert (one.cmax_nm.low, one.cmax_nm.median, one.cmax_nm.high) == pytest.approx(
                (other.cmax_nm.low, other.cmax_nm.median, other.cmax_nm.high), rel=1e-10
            )
            assert one.median == pytest.approx(other.median, rel=1e-10)


@steady
@given(people, lists)
def test_concentrations_are_never_negative(p, intakes):
    assert (both(p, schedule(intakes)) >= 0).all()


@few
@given(st.lists(people, min_size=2, max_size=4), lists)
def test_a_person_among_others_is_the_same_person(group, intakes):
    together = Parameters(**{name: np.concatenate([getattr(p, name) for p in group]) for name in NAMES})
    taken = schedule(intakes)
    found = concentrations(together, taken, TIMES)
    for number, p in enumerate(group):
        assert found.mitragynine[number] == pytest.approx(both(p, taken)[0], rel=1e-12)
        assert found.hydroxymitragynine[number] == pytest.approx(both(p, taken)[1], rel=1e-12)


@few
@given(people, st.lists(st.tuples(quarters, amounts), min_size=1, max_size=3, unique_by=lambda intake: intake[0]))
def test_the_numerical_way_without_inactivation_is_the_closed_form(p, intakes):
    """Peaks to one in five thousand, from a parabola; all else to five digits."""
    taken = schedule(intakes)
    exact = profile(p, taken)
    solve = Numerical(inactivation=None)
    found = assembled(p, taken, clock(taken, None, None), solve, content=1.0, sampling=None)
    for name in ("mitragynine", "hydroxymitragynine"):
        a, b = getattr(exact, name), getattr(found, name)
        assert b.concentration == pytest.approx(a.concentration, rel=1e-5, abs=1e-6 * a.cmax_nm[0])
        assert b.cmax_nm == pytest.approx(a.cmax_nm, rel=2e-4)
        for field in ("auc_first_day_nm_h", "auc_last_day_nm_h", "auc_inf_nm_h"):
            assert getattr(b, field) == pytest.approx(getattr(a, field), rel=1e-6)


@steady
@given(st.floats(1e-6, 1e6), st.sampled_from([MITRAGYNINE, HYDROXYMITRAGYNINE]))
def test_units_come_back(value, formula):
    assert ng_per_ml(nanomolar(value, formula), formula) == pytest.approx(value, rel=1e-14)
    assert nmol(value, formula) == pytest.approx(nanomolar(value, formula) * 1e3, rel=1e-14)


@steady
@given(st.floats(1, 1e4), st.floats(0.5, 100), st.floats(-3, 3))
def test_a_clearance_is_consistent_if_it_is_near_what_volume_and_half_life_imply(volume, half_life, log_ratio):
    assume(abs(abs(log_ratio) - math.log(2)) > 1e-9)
    implied = math.log(2) * volume / half_life
    found = consistent(cl_f=implied * math.exp(log_ratio), vz_f=volume, half_life_h=half_life)
    assert found.holds == (abs(log_ratio) < math.log(2))


crowds = st.lists(st.floats(0, 0.01), max_size=70).map(lambda near: [40 + hour for hour in near])


@few
@given(st.lists(people, min_size=1, max_size=3), lists, crowds, st.sampled_from([0.5, 0.7, 24, 100]))
def test_a_moment_has_the_same_concentration_whichever_others_are_asked(group, intakes, crowd, step):
    """Far between or crowded, so that legs are cut anywhere, and whatever is worked out together."""
    together = Parameters(**{name: np.concatenate([getattr(p, name) for p in group]) for name in NAMES})
    taken = schedule(intakes)
    times = np.unique([*np.arange(0, 150 * step, step), *crowd])
    found = concentrations(together, taken, times)
    for place in range(0, times.size, 11):
        alone = concentrations(together, taken, times[place : place + 1])
        for curve, point in ((found.mitragynine, alone.mitragynine), (found.hydroxymitragynine, alone.hydroxymitragynine)):
            assert curve[:, place] == pytest.approx(point[:, 0], rel=1e-11, abs=1e-250)


@few
@given(st.lists(people, min_size=3, max_size=5), lists)
def test_people_solved_some_at_a_time_are_the_same_people(group, intakes):
    together = Parameters(**{name: np.concatenate([getattr(p, name) for p in group]) for name in NAMES})
    whole, factor = profile(together, schedule(intakes)), np.arange(1.0, len(group) + 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profiles, "TOGETHER", 2)
        patch.setattr(disposition, "CELLS", 1)
        patch.setattr(disposition, "PIECE", 2)
        patch.setattr(disposition, "FEWEST_STEPS", 1)
        parts = profile(together, schedule(intakes), content=factor)
    for one, other in ((whole.mitragynine, parts.mitragynine), (whole.hydroxymitragynine, parts.hydroxymitragynine)):
        assert other.concentration == pytest.approx(one.concentration * factor[:, None], rel=1e-11)
        for name in ("cmax_nm", "auc_first_day_nm_h", "auc_last_day_nm_h", "auc_inf_nm_h", "trough_nm"):
            assert getattr(other, name) == pytest.approx(getattr(one, name) * factor, rel=1e-10, nan_ok=True)
        assert other.tmax_h == pytest.approx(one.tmax_h, rel=1e-9)
