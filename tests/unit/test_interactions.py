"""The engine of interactions: how far its steps are from the exact solution, what it refuses, how it grades evidence."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from equipoise.engines.interactions import (
    Evidence,
    Kinetics,
    Victim,
    Warned,
    agreement,
    course,
    foremost,
    fractions,
    grade,
    grid,
    inlet,
    log_sd,
    lumen,
    middles,
    positives,
    reversible,
    spread,
    static,
    turnover,
    wall,
)

DOSES, TAKEN_H = np.array([100.0, 60.0]), np.array([0.0, 8.0])
KA, VICTIM_KA, HALF_LIFE_H, EXTRACTION, AVAILABILITY, FRACTION = 1.5, 3.0, 2.4, 0.3, 0.57, 0.9
GUT = Kinetics(degradation_per_h=0.03, reversible_um=8.0, inactivation_um=4.2, inactivation_per_h=4.7)
LIVER = Kinetics(
    degradation_per_h=0.02,
    reversible_um=5.0,
    inactivation_um=4.1,
    inactivation_per_h=4.1,
    induction_um=0.5,
    induction_fold=0.5,
)
VICTIM = Victim(
    fractions={"CYP3A": FRACTION},
    gut_availability=AVAILABILITY,
    extraction=EXTRACTION,
    absorption_per_h=VICTIM_KA,
    half_life_h=HALF_LIFE_H,
)


def systemic(at_h):
    return 0.02 * np.exp(-np.asarray(at_h) / 20)


def concentrations(at_h):
    return course(DOSES, TAKEN_H, at_h, systemic_um=systemic(at_h), unbound=0.05, absorption_per_h=KA)


def exact(taken_h, until_h, window_h=(4.0, 12.0)):
    """AUC to infinity, Cmax and half-life ratios by an ODE solver that starts anew at each intake."""

    def rates(t, y, *, with_it):
        gut, liver, here, _ = y
        where = concentrations(np.array([t]))
        i_gut, i_liver = (float(one[0]) * with_it for one in (where.gut_um, where.liver_um))
        remaining = FRACTION * liver / (1 + i_liver / 5.0) + 1 - FRACTION
        active = gut / (1 + i_gut / 8.0)
        odds = EXTRACTION / (1 - EXTRACTION)
        spared = (1 + odds) / (1 + remaining * odds)
        enters = VICTIM_KA * np.exp(-VICTIM_KA * (t - taken_h)) if t >= taken_h else 0.0
        enters *= spared / (active * (1 - AVAILABILITY) + AVAILABILITY)
        leaves = np.log(2) / HALF_LIFE_H * remaining * spared * here
        return [
            0.03 - (0.03 + 4.7 * i_gut / (4.2 + i_gut)) * gut,
            0.02 * (1 + 0.5 * i_liver / (0.5 + i_liver)) - (0.02 + 4.1 * i_liver / (4.1 + i_liver)) * liver,
            enters - leaves,
            here,
        ]

    found = []
    for with_it in (1.0, 0.0):
        corners = sorted({0.0, 8.0, taken_h, until_h})
        state, marks, highest = np.array([1.0, 1.0, 0.0, 0.0]), {}, 0.0
        for begins, ends in pairwise(corners):
            inside = np.nextafter(begins, ends), np.nextafter(ends, begins)
            at = np.linspace(*inside, 4001)
            wanted = [taken_h + one for one in window_h if inside[0] <= taken_h + one <= inside[1]]
            at = np.unique(np.concatenate([at, wanted]))
            run = solve_ivp(
                lambda t, y, w=with_it: rates(t, y, with_it=w), inside, state, "LSODA", t_eval=at, rtol=1e-10, atol=1e-13
            )
            marks |= {one: run.y[2, np.searchsorted(at, one)] for one in wanted}
            state, highest = run.y[:, -1], max(highest, run.y[2].max())
        first, last = (marks[taken_h + one] for one in window_h)
        found.append((state[3], highest, 1 / np.log(first / last)))
    return [with_it / without for with_it, without in zip(*found, strict=True)]


@pytest.mark.parametrize("taken_h", [0.0, 2.0, 8.5])
def test_the_steps_are_within_a_thousandth_of_the_exact_solution(taken_h):
    """And within a fortieth of that with steps a fifth as long: the error falls with the square of the step."""
    until_h = taken_h + 40.0
    reference = exact(taken_h, until_h)
    off = []
    for finest_h, coarsest_h, growth in ((0.02, 0.5, 1.12), (0.004, 0.1, 1.024)):
        times = grid(
            until_h,
            breaks_h=[*TAKEN_H, taken_h, taken_h + 4, taken_h + 12],
            finest_h=finest_h,
            coarsest_h=coarsest_h,
            growth=growth,
        )
        at = concentrations(middles(times))
        found = turnover(
            times, gut_um=at.gut_um, liver_um=at.liver_um, gut=GUT, liver={"CYP3A": LIVER}, victim=VICTIM, taken_h=taken_h
        )
        ours = [float(one) for one in (found.auc, found.cmax, found.half_life)]
        off.append(max(abs(one / other - 1) for one, other in zip(ours, reference, strict=True)))
    assert off[0] < 1e-3
    assert off[1] < 1e-3 / 20


def test_an_intake_has_the_largest_concentrations_of_the_static_model_at_its_moment():
    at = course(
        100.0, 5.0, np.array([4.999, 5.0, 6.0]), systemic_um=np.array([0.0, 0.3, 0.3]), unbound=0.1, absorption_per_h=1.2
    )
    assert at.gut_um[:2] == pytest.approx([0.0, float(wall(100.0, absorption_per_h=1.2))])
    assert at.liver_um[1] == pytest.approx(float(inlet(0.3, 100.0, unbound=0.1, absorption_per_h=1.2)))
    assert at.gut_um[2] == pytest.approx(at.gut_um[1] * np.exp(-1.2))


def test_intakes_in_any_order_add_up():
    times, taken, doses = np.linspace(0.0, 30.0, 301), np.array([12.0, 0.0, 3.5, 3.5]), np.array([4.0, 1.0, 2.0, 3.0])
    given = {"systemic_um": np.zeros((2, 301)), "unbound": 0.1, "absorption_per_h": np.array([0.4, 2.0])}
    together = course(doses, taken, times, **given).gut_um
    apart = sum(course(dose, time, times, **given).gut_um for dose, time in zip(doses, taken, strict=True))
    assert together == pytest.approx(apart, rel=1e-12, abs=1e-15)
    assert together.shape == (2, 301)


def test_all_of_a_dose_passes_the_wall_of_the_gut():
    times = grid(40.0, breaks_h=[3.0])
    at = course(
        [50.0, 20.0], [0.0, 3.0], middles(times), systemic_um=np.zeros(times.size - 1), unbound=0.1, absorption_per_h=1.0
    )
    assert float(at.gut_um @ np.diff(times)) * 18.0 == pytest.approx(70.0, rel=1e-3)


@pytest.mark.parametrize("spacing", ["growing", "even"])
def test_a_grid_rises_has_every_break_and_is_finest_after_it(spacing):
    times = grid(100.0, breaks_h=[0.5, 30.0, 30.004], spacing=spacing)
    steps = np.diff(times)
    assert np.all(steps > 0)
    assert {0.0, 0.5, 30.0, 30.004, 100.0} <= set(times)
    assert steps[np.searchsorted(times, 30.004)] <= 0.02 + 1e-12
    assert steps.max() <= 0.5 + 1e-12


def test_a_fraction_without_spread_is_the_same_in_every_draw_and_spreads_are_those_printed():
    rng = np.random.default_rng(1)
    assert set(fractions(rng, value=0.3, low=0.3, high=0.3, size=5)) == {0.3}
    drawn = positives(rng, value=4.2, log_sd=log_sd(4.2, 2.5), size=200_000)
    assert np.median(drawn) == pytest.approx(4.2, rel=0.01)
    assert drawn.std() / drawn.mean() == pytest.approx(2.5 / 4.2, rel=0.02)
    found = spread(drawn)
    assert np.mean((drawn >= found.low) & (drawn <= found.high)) == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Kinetics(degradation_per_h=0.0), "degradation_per_h is 0; should be a number above 0"),
        (lambda: Kinetics(degradation_per_h=0.02, reversible_um=-1.0), "reversible_um is -1; should be"),
        (lambda: Kinetics(degradation_per_h=0.02, inactivation_per_h=np.nan), "inactivation_per_h is nan; should be"),
        (lambda: Victim(fractions={"CYP3A": 1.2}), "the fraction of CYP3A is 1.2; should be a number at least 0 and at most 1"),
        (lambda: Victim(fractions={"CYP3A": 0.7, "CYP2D6": 0.4}), "add up to more than 1"),
        (lambda: Victim(gut_availability=0.0), "gut_availability is 0; should be"),
        (lambda: Victim(half_life_h=[[2.0]]), r"has shape \(1, 1\); should be a number or have shape \(draws,\)"),
        (lambda: lumen(-1.0), "dose_umol is -1; should be a number at least 0"),
        (lambda: reversible(0.1, 0.0, at="lumen"), "ki_um is 0; should be"),
        (lambda: grid(0.0), "until_h is 0; should be"),
        (lambda: grid(5.0, finest_h=1.0), "cannot grow"),
        (lambda: fractions(np.random.default_rng(1), value=0.5, low=0.6, high=0.4, size=2), "bounds between 0 and 1 that rise"),
        (lambda: fractions(np.random.default_rng(1), value=0.2, low=0.3, high=0.4, size=2), "of 0.2 from 0.3 to 0.4"),
        (lambda: agreement(1.4, observed=2.0, low=1.2, high=1.6), "lie in its interval"),
        (lambda: static(gut_um=-1.0, liver_um=0.0, gut=GUT, liver={}, victim=VICTIM), "gut_um is -1; should be"),
        (lambda: follow(times_h=[0.0, 0.0, 20.0]), "times that rise"),
        (lambda: follow(gut_um=[1.0]), "should have 3 values, one for each step, last"),
        (lambda: follow(liver_um=[1.0, -1.0, 1.0]), "below zero"),
        (lambda: follow(taken_h=30.0), "should be between 0 and 20 h"),
        (lambda: follow(window_h=(4.0, 40.0)), "should lie in the grid"),
        (
            lambda: course([1.0, 2.0], [0.0], [0.0, 1.0], systemic_um=[0.0, 0.0], unbound=0.1, absorption_per_h=1.0),
            "should have a time for each dose",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def follow(**changed):
    given = {"times_h": [0.0, 5.0, 13.0, 20.0], "gut_um": [0.0, 0.0, 0.0], "liver_um": [0.0, 0.0, 0.0]} | changed
    return turnover(given.pop("times_h"), gut=GUT, liver={"CYP3A": LIVER}, victim=VICTIM, **given)


def test_the_point_decides_whether_a_prediction_is_inside_a_trial_not_its_own_interval():
    trial = {"observed": 1.39, "low": 1.23, "high": 1.57}
    wide = agreement(1.7, **trial, predicted_interval=(1.2, 2.5))
    assert (wide.stands, wide.overlaps) == ("above", True)
    assert agreement(1.1, **trial).stands == "below"
    assert agreement(1.57, **trial).stands == "inside"
    assert agreement(5.68, **trial).fold == pytest.approx(5.68 / 1.39)
    assert agreement(5.68, **trial, predicted_interval=(2.0, 9.0)).overlaps is False


@pytest.mark.parametrize(
    ("pieces", "likelihood"),
    [
        ([], "unknown"),
        ([("animal", "unclear")], "unknown"),
        ([("pharmacology", "for")], "expected"),
        ([("in-vitro", "for"), ("animal", "against")], "seen-in-vitro"),
        ([("in-vitro", "for"), ("animal", "for")], "seen-in-animals"),
        ([("in-vitro", "for"), ("case", "for")], "seen-in-cases"),
        ([("observational", "for"), ("case", "for")], "seen-in-studies-of-people"),
        ([("human-trial", "for"), ("in-vitro", "for")], "shown-in-trial"),
        ([("in-vitro", "for"), ("human-trial", "against")], "not-in-people"),
        ([("in-vitro", "for"), ("human-trial", "against"), ("case", "for")], "seen-in-cases"),
        ([("in-vitro", "for"), ("observational", "against")], "seen-in-vitro"),
    ],
)
def test_the_strongest_evidence_for_decides_and_a_trial_in_people_alone_can_refute_a_dish(pieces, likelihood):
    assert grade(Evidence(kind=kind, stands=stands) for kind, stands in pieces).likelihood == likelihood


def test_a_grade_says_by_what_and_whether_people_speak_on_both_sides():
    """CYP2D6: strong in a dish, no effect on dextromethorphan in the trial of Tanna 2023."""
    dish = [Evidence(kind="in-vitro", stands="for"), Evidence(kind="human-trial", stands="against")]
    found = grade(dish)
    assert (found.strongest, found.kinds_for, found.kinds_against) == ("human-trial", ("in-vitro",), ("human-trial",))
    assert not found.contested
    assert grade([*dish, Evidence(kind="case", stands="for")]).contested


def test_severe_and_likely_are_never_traded_against_each_other():
    rare = Warned(name="rare and deadly", severity="life-threatening", likelihood="seen-in-vitro")
    common = Warned(name="common and mild", severity="minor", likelihood="shown-in-trial")
    lesser = Warned(name="outdone", severity="minor", likelihood="seen-in-cases")
    assert foremost([common, lesser, rare]) == (rare, common)
