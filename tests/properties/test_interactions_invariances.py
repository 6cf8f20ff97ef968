"""What holds of the static and the dynamic model, and of grades of evidence, for any input."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equipoise.engines.interactions import (
    LIKELIHOODS,
    SEVERITIES,
    Evidence,
    Kinetics,
    Victim,
    Warned,
    course,
    foremost,
    fractions,
    grade,
    grid,
    middles,
    static,
    turnover,
    within_one,
)
from equipoise.engines.interactions.likelihood import KINDS

TIMES = grid(60.0, breaks_h=[2.0, 6.0, 14.0], finest_h=0.05)
MIDDLES = middles(TIMES)
shares = st.floats(0.05, 0.95)
log_range = st.floats(-1.5, 1.5).map(np.exp)


@st.composite
def victims(draw):
    return {
        "fractions": {"CYP3A": draw(shares) * 0.9, "CYP2D6": draw(shares) * 0.1},
        "gut_availability": draw(shares),
        "extraction": draw(st.floats(0.0, 0.9)),
        "absorption_per_h": 1.5 * draw(log_range),
        "half_life_h": 4.0 * draw(log_range),
    }


@st.composite
def perpetrators(draw):
    def enzyme(kdeg):
        return Kinetics(
            degradation_per_h=kdeg,
            reversible_um=5.0 * draw(log_range),
            inactivation_um=4.0 * draw(log_range),
            inactivation_per_h=draw(st.sampled_from([0.0, 0.4, 4.0])),
        )

    return {"gut": enzyme(0.03), "liver": {"CYP3A": enzyme(0.02), "CYP2D6": enzyme(0.01)}}


def intake(amount):
    found = course(
        [amount, amount],
        [0.0, 6.0],
        MIDDLES,
        systemic_um=0.001 * amount * np.exp(-MIDDLES / 10),
        unbound=0.1,
        absorption_per_h=1.2,
    )
    return {"gut_um": found.gut_um, "liver_um": found.liver_um}


def dynamic(victim, enzymes, amount, taken_h=2.0):
    return turnover(TIMES, **intake(amount), **enzymes, victim=Victim(**victim), taken_h=taken_h)


@given(victims(), perpetrators())
@settings(max_examples=20)
def test_no_perpetrator_no_change(victim, enzymes):
    found = dynamic(victim, enzymes, 0.0)
    assert [float(one) for one in (found.auc, found.cmax, found.half_life)] == pytest.approx([1.0, 1.0, 1.0], abs=1e-12)
    still = static(gut_um=0.0, liver_um=0.0, **enzymes, victim=Victim(**victim))
    assert float(still.auc) == pytest.approx(1.0, abs=1e-12)


@given(victims(), perpetrators(), st.floats(1.0, 200.0), st.floats(1.0, 10.0))
@settings(max_examples=30)
def test_more_of_an_inhibitor_never_lowers_the_ratios(victim, enzymes, amount, times):
    less, more = (dynamic(victim, enzymes, dose) for dose in (amount, amount * times))
    assert float(more.auc) >= float(less.auc) - 1e-12
    assert float(more.cmax) >= float(less.cmax) - 1e-12
    concentrations = [{"gut_um": dose / 10, "liver_um": dose / 100} for dose in (amount, amount * times)]
    low, high = (static(**one, **enzymes, victim=Victim(**victim)).auc for one in concentrations)
    assert float(high) >= float(low) - 1e-12


@given(victims(), perpetrators(), st.floats(1.0, 200.0), shares)
@settings(max_examples=30)
def test_the_auc_rises_with_the_fraction_by_the_enzyme_and_with_what_the_gut_removes(victim, enzymes, amount, share):
    base = float(dynamic(victim, enzymes, amount).auc)
    smaller = victim | {"fractions": victim["fractions"] | {"CYP3A": victim["fractions"]["CYP3A"] * share}}
    assert float(dynamic(smaller, enzymes, amount).auc) <= base + 1e-12
    escaping = victim | {"gut_availability": 1 - (1 - victim["gut_availability"]) * share}
    assert float(dynamic(escaping, enzymes, amount).auc) <= base + 1e-12


@given(victims(), perpetrators(), st.floats(1.0, 1e6))
@settings(max_examples=30)
def test_the_auc_is_bounded_by_what_is_left_without_the_enzymes(victim, enzymes, amount):
    """1/Fg of the gut times 1/(1 - sum of fm) of the liver; and an inhibitor never lowers it below 1."""
    bound = 1 / victim["gut_availability"] / (1 - sum(victim["fractions"].values()))
    assert 1 - 1e-12 <= float(dynamic(victim, enzymes, amount).auc) <= bound * (1 + 1e-12)
    still = static(gut_um=amount, liver_um=amount, **enzymes, victim=Victim(**victim))
    assert 1 - 1e-12 <= float(still.auc) <= bound * (1 + 1e-12)


@given(victims(), perpetrators(), st.floats(0.1, 50.0), st.floats(0.0, 5.0))
@settings(max_examples=20)
def test_with_concentrations_that_last_the_dynamic_model_is_the_static_one(victim, enzymes, concentration, fold):
    """Once the enzymes rest: after 40 of their half-lives; with induction as well."""
    induced = Kinetics(degradation_per_h=0.02, induction_um=3.0, induction_fold=fold, reversible_um=8.0, inactivation_per_h=0.1)
    enzymes = {"gut": enzymes["gut"], "liver": enzymes["liver"] | {"CYP2D6": induced}}
    taken_h = 3000.0
    times = grid(taken_h + 400.0, breaks_h=[taken_h], coarsest_h=2.0)
    lasting = np.full(times.size - 1, concentration)
    found = turnover(
        times, gut_um=lasting, liver_um=lasting / 10, **enzymes, victim=Victim(**victim), taken_h=taken_h, window_h=(4.0, 12.0)
    )
    still = static(gut_um=concentration, liver_um=concentration / 10, **enzymes, victim=Victim(**victim))
    assert float(found.auc) == pytest.approx(float(still.auc), rel=1e-9)


@given(victims(), st.floats(1.0, 200.0), log_range)
@settings(max_examples=20)
def test_without_inactivation_only_what_is_there_now_inhibits(victim, amount, ki):
    """As inactivation goes to nothing the ratio goes to that of reversible inhibition; afterwards, no trace of it is left."""
    plain = Kinetics(degradation_per_h=0.03, reversible_um=ki)
    slight = Kinetics(degradation_per_h=0.03, reversible_um=ki, inactivation_um=4.0, inactivation_per_h=1e-10)
    enzymes = [{"gut": one, "liver": {"CYP3A": one}} for one in (plain, slight)]
    without, nearly = (dynamic(victim, one, amount) for one in enzymes)
    assert float(nearly.auc) == pytest.approx(float(without.auc), rel=1e-6)
    assert float(without.gut_enzyme) == 1.0


@given(victims(), perpetrators(), st.floats(1.0, 200.0))
@settings(max_examples=10)
def test_draws_are_what_each_alone_would_be(victim, enzymes, amount):
    many = victim | {
        "gut_availability": np.array([0.3, 0.9, victim["gut_availability"]]),
        "absorption_per_h": np.array([0.5, 3.0, victim["absorption_per_h"]]),
    }
    together = dynamic(many, enzymes, amount)
    for at in range(3):
        alone = victim | {name: many[name][at] for name in ("gut_availability", "absorption_per_h")}
        one = dynamic(alone, enzymes, amount)
        for metric in ("auc", "cmax", "half_life"):
            assert getattr(together, metric)[at] == pytest.approx(float(getattr(one, metric)), rel=1e-12)


@given(st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).map(sorted), st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_fractions_are_drawn_with_their_value_in_the_middle_and_their_bounds_around_nine_tenths(held, seed):
    low, value, high = held
    assume(high - low > 0.01)
    drawn = fractions(np.random.default_rng(seed), value=value, low=low, high=high, size=4000)
    assert np.all((drawn >= 0) & (drawn <= 1))
    for bound, below in ((low, 0.05), (value, 0.5), (high, 0.95)):
        assert np.mean(drawn < bound) <= below + 0.03
        assert np.mean(drawn > bound) <= 1 - below + 0.03


@given(st.lists(st.lists(shares, min_size=5, max_size=5), min_size=1, max_size=4))
def test_fractions_of_one_clearance_never_add_up_to_more(drawn):
    held = within_one({f"E{at}": np.array(row) for at, row in enumerate(drawn)})
    total = sum(held.values())
    assert np.all(total <= 1 + 1e-12)
    given_total = np.sum(drawn, axis=0)
    assert total == pytest.approx(np.minimum(given_total, 1.0), rel=1e-12)


evidence = st.builds(Evidence, kind=st.sampled_from(KINDS), stands=st.sampled_from(["for", "against", "unclear"]))
warnings = st.builds(
    Warned, name=st.sampled_from("abcdef"), severity=st.sampled_from(SEVERITIES), likelihood=st.sampled_from(LIKELIHOODS)
)


@given(st.lists(evidence, max_size=6), st.sampled_from(KINDS))
def test_more_evidence_for_an_interaction_never_makes_it_less_likely(pieces, kind):
    before, after = grade(pieces), grade([*pieces, Evidence(kind=kind, stands="for")])
    assert LIKELIHOODS.index(after.likelihood) <= LIKELIHOODS.index(before.likelihood)


@given(st.lists(evidence, max_size=6))
def test_the_order_of_pieces_and_those_that_are_unclear_do_not_matter(pieces):
    told = [piece for piece in pieces if piece.stands != "unclear"]
    assert grade(pieces) == grade(reversed(told))


@given(st.lists(warnings, max_size=6), warnings)
def test_a_further_medicine_never_lowers_a_warning(listed, another):
    def held(one, front):
        return any(
            SEVERITIES.index(other.severity) <= SEVERITIES.index(one.severity)
            and LIKELIHOODS.index(other.likelihood) <= LIKELIHOODS.index(one.likelihood)
            for other in front
        )

    front = foremost([*listed, another])
    assert all(held(one, front) for one in [*foremost(listed), another])
    assert set(front) <= {*listed, another}
    assert len({(one.severity, one.likelihood) for one in front}) == len({one.severity for one in front}), (
        "of two with the same severity, one would be outdone"
    )
