"""What must hold for the multiverse of any studies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.engines.synthesis import pool
from equipoise.engines.synthesis.declaration import choices
from equipoise.engines.synthesis.multiverses import multiverse, summary
from equipoise.engines.synthesis.null_curve import null

few = settings(derandomize=True, deadline=None, max_examples=20)

HOW = {"method": ["REML", "DL", "common"], "test": ["knapp-hartung", "z"]}
WHICH = {
    "bias": {"all": "all", "low": {"bias": ["low"]}, "not high": {"bias": {"not": ["high"]}}},
    "year": {"all": "all", "new": {"year": {"from": 5}}},
    "people": {"all": "all", "largest": {"one_of": "study", "keep": [{"largest": "size"}, {"newest": "id"}]}},
}
PRIMARY = {"method": "REML", "test": "z", "bias": "all", "year": "all", "people": "all"}


def grid(measure="GEN", which=None, **how):
    return choices({"how": {"measure": [measure]} | HOW | how, "which": which or WHICH})


@st.composite
def tables(draw, least=1):
    """Effects of a few studies with words and numbers that rules ask for."""
    n = draw(st.integers(least, 9))
    rows = st.lists(st.integers(-3000, 3000), min_size=n, max_size=n)
    words = st.lists(st.sampled_from(["low", "some", "high", None]), min_size=n, max_size=n)
    return {
        "effect": np.array(draw(rows)) / 1000,
        "variance": 10 ** (np.array(draw(rows)) / 1500),
        "bias": draw(words),
        "year": draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)),
        "study": draw(st.lists(st.sampled_from("abcdef"), min_size=n, max_size=n)),
        "size": draw(st.lists(st.integers(1, 3), min_size=n, max_size=n)),
        "id": list(range(n)),
    }


def same(one, other):
    return one == pytest.approx(other, rel=1e-7, abs=1e-9, nan_ok=True)


@few
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(table, random):
    order = list(range(len(table["id"])))
    random.shuffle(order)
    turned = {name: [column[i] for i in order] for name, column in table.items()}
    one, other = (multiverse(each, grid(), primary=PRIMARY) for each in (table, turned))
    assert other.feasible.tolist() == one.feasible.tolist()
    assert same(other.estimate, one.estimate)
    assert same(other.interval, one.interval)
    assert [one.reasons[at] for at in one.reason] == [other.reasons[at] for at in other.reason]
    assert (other.sets.shape, np.unique(other.analysis).size) == (one.sets.shape, np.unique(one.analysis).size)


@few
@given(tables())
def test_the_order_of_the_declaration_changes_neither_fingerprint_nor_curve(table):
    turned = choices({
        "which": {name: dict(reversed(options.items())) for name, options in reversed(WHICH.items())},
        "how": {"test": ["z", "knapp-hartung"], "measure": ["GEN"], "method": ["common", "REML", "DL"]},
    })  # fmt: skip
    assert turned.declared == grid().declared
    one, other = (multiverse(table, each, primary=PRIMARY) for each in (grid(), turned))
    assert same(other.estimate[other.order], one.estimate[one.order])
    a, b = summary(one), summary(other)
    assert {x.factor: (x.first_order, x.total) for x in a.influences}.keys() == {x.factor for x in b.influences}
    for factor in a.influences:
        twin = next(x for x in b.influences if x.factor == factor.factor)
        assert same([twin.first_order, twin.total], [factor.first_order, factor.total])
    assert (a.agree, a.study_sets, a.analyses, a.verdict.word) == (b.agree, b.study_sets, b.analyses, b.verdict.word)


@few
@given(tables(), st.floats(-4, 4))
def test_units_do_not_matter(table, decades):
    c = 10**decades
    scaled = table | {"effect": table["effect"] * c, "variance": table["variance"] * c**2}
    one, other = multiverse(table, grid(), primary=PRIMARY), multiverse(scaled, grid(), primary=PRIMARY)
    assert same(other.estimate / c, one.estimate)
    assert same(other.p_value, one.p_value)
    a, b = summary(one), summary(other)
    assert (a.verdict, a.agree, a.opposite_sign) == (b.verdict, b.agree, b.opposite_sign)


@few
@given(tables(least=3))
def test_turning_every_sign_turns_the_curve_and_nothing_else(table):
    turned = table | {"effect": -table["effect"]}
    one, other = multiverse(table, grid(), primary=PRIMARY), multiverse(turned, grid(), primary=PRIMARY)
    assert same(-other.estimate, one.estimate)
    a, b = summary(one), summary(other)
    assert (a.verdict, a.above, a.below, a.beyond) == (b.verdict, b.below, b.above, b.beyond)
    p, q = (null(each, grid(), primary=PRIMARY, rng=np.random.default_rng(0), draws=64) for each in (table, turned))
    assert p.exact
    assert q.p_value.tolist() == p.p_value.tolist()


@few
@given(tables())
def test_a_choice_without_a_difference_counts_twice_but_is_no_new_analysis(table):
    """A factor of which both options take every row doubles the specifications; shares, verdict and null stay."""
    doubled = grid(which=WHICH | {"moon": {"full": "all", "new": {"id": {"from": 0}}}})
    one = summary(multiverse(table, grid(), primary=PRIMARY))
    two = summary(multiverse(table, doubled, primary=PRIMARY | {"moon": "full"}))
    assert two.specifications == 2 * one.specifications
    assert (two.study_sets, two.analyses, two.agree, two.verdict.word) == (
        one.study_sets,
        one.analyses,
        one.agree,
        one.verdict.word,
    )
    moon = two.influences[-1]
    assert same([x.total for x in two.influences[:-1]], [x.total for x in one.influences])
    assert moon.total == pytest.approx(0, abs=1e-12) or np.isnan(moon.total)
    a = null(table, grid(), primary=PRIMARY, rng=np.random.default_rng(0), draws=30)
    b = null(table, doubled, primary=PRIMARY | {"moon": "full"}, rng=np.random.default_rng(0), draws=30)
    assert b.observed == pytest.approx(a.observed, rel=1e-9, abs=1e-12)
    assert b.p_value.tolist() == a.p_value.tolist()


@few
@given(tables())
def test_every_number_is_that_of_pool_and_every_gap_has_a_reason(table):
    found = multiverse(table, grid(), primary=PRIMARY)
    for at in range(found.feasible.size):
        taken = {factor: names[i] for factor, names, i in zip(found.factors, found.options, found.choice[at], strict=True)}
        if not found.feasible[at]:
            assert found.reasons[found.reason[at]].startswith("no row is left by ")
            assert np.isnan([found.estimate[at], *found.interval[at], found.p_value[at]]).all()
            continue
        rows = found.sets[found.study_set[at]]
        pooled = pool(table["effect"][rows], table["variance"][rows], method=taken["method"], test=taken["test"])
        assert same([found.estimate[at], *found.interval[at]], [pooled.estimate, *pooled.interval])
        assert found.p_value[at] == pytest.approx(pooled.p_value, rel=1e-6, abs=1e-12, nan_ok=True)
    assert found.order.size == found.feasible.sum()
    assert (np.diff(found.estimate[found.order]) >= 0).all()


@few
@given(tables())
def test_first_orders_never_exceed_totals_in_a_complete_grid(table):
    """And both lie between 0 and 1; totals of independent factors sum to 1 or more."""
    found = multiverse(table, grid(), primary=PRIMARY)
    told = summary(found)
    if found.feasible.all() and not np.isnan(told.influences[0].total):
        first = np.array([one.first_order for one in told.influences])
        total = np.array([one.total for one in told.influences])
        assert (first <= total + 1e-9).all()
        assert (total <= 1 + 1e-9).all()
        assert first.sum() <= 1 + 1e-9
        assert total.sum() >= 1 - 1e-9


@few
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 2), min_size=2, max_size=6))
def test_swapping_the_arms_turns_ratios_around(rows):
    """Odds ratios become their reciprocals, risk differences their negatives; conclusions turn, the verdict stays."""
    a, c = zip(*rows, strict=True)
    people = [40] * len(rows)
    one_way = {"a": a, "n1": people, "c": c, "n2": people}
    other_way = {"a": c, "n1": people, "c": a, "n2": people}
    which = {"row": {"all": "all", "first": {"row": ["0"]}, "others": {"row": {"not": ["0"]}}}}
    continuity = {"half": {"to": "only0", "add": 0.5}, "all": {"to": "all", "add": 0.5}}
    rows_of = {"row": range(len(rows))}
    primary = {"method": "DL", "test": "z", "row": "all", "continuity": "half"}
    for measure, turn in (("OR", np.reciprocal), ("RR", np.reciprocal), ("RD", np.negative)):
        declared = grid(measure, which, continuity=continuity)
        one = multiverse(one_way | rows_of, declared, primary=primary)
        other = multiverse(other_way | rows_of, declared, primary=primary)
        assert other.feasible.tolist() == one.feasible.tolist()
        assert turn(other.estimate) == pytest.approx(one.estimate, rel=1e-7, abs=1e-9, nan_ok=True)
        assert other.conclusion.tolist() == (-one.conclusion).tolist()
        a_, b_ = summary(one), summary(other)
        assert (a_.verdict.word, a_.verdict.agree) == (b_.verdict.word, b_.verdict.agree)
        assert same([x.total for x in a_.influences], [x.total for x in b_.influences])
