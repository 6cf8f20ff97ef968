"""Whatever the assays: order and unit do not matter, occupancy stays between 0 and 1 and rises with concentration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.engines.receptors import UNPRINTED, occupancy, pool

CONSTANTS = st.floats(0.1, 1e5)
ROWS = st.lists(
    st.tuples(CONSTANTS, st.floats(0.02, 0.5), st.sampled_from("abc"), st.sampled_from("===><")), min_size=1, max_size=5
)


def pooled(rows: list[tuple[float, float, str, str]], factor: float = 1.0):
    value, se, paper, op = zip(*rows, strict=True)
    return pool(factor * np.array(value), log_se=se, paper=paper, species=["human"] * len(rows), op=op)


@given(ROWS.filter(lambda rows: any(row[3] == "=" for row in rows)), st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_and_unit_of_the_measurements_do_not_matter(rows, factor, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    first, second = pooled(rows), pooled(shuffled, factor)
    assert second.constant == pytest.approx(factor * first.constant, rel=1e-6)
    assert second.prediction_90 == pytest.approx(factor * first.prediction_90, rel=1e-6)
    assert second.tau == pytest.approx(first.tau, rel=1e-6)


@given(ROWS.filter(lambda rows: any(row[3] == "=" for row in rows)))
@settings(max_examples=30, deadline=None)
def test_intervals_nest_and_a_new_assay_is_less_sure_than_the_mean(rows):
    found = pooled(rows)
    assert found.prediction_95[0] < found.interval_95[0] < found.interval_90[0] < found.constant
    assert found.constant < found.interval_90[1] < found.interval_95[1] < found.prediction_95[1]


@given(CONSTANTS, st.floats(1, 1e4))
@settings(max_examples=15, deadline=None)
def test_a_bound_never_draws_the_pool_towards_zero(constant, bound):
    """``> x`` says that the value lies above x: it can only raise the pool, and the more the higher x is."""
    row = (constant, UNPRINTED, "a", "=")
    without, low, high = pooled([row]), pooled([row, (bound, 0.1, "b", ">")]), pooled([row, (10 * bound, 0.1, "b", ">")])
    assert without.constant <= low.constant * (1 + 2e-3)
    assert low.constant <= high.constant * (1 + 2e-3)


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(1e-3, 1e6)), min_size=1, max_size=5),
    st.integers(0, 4),
    st.floats(1, 100),
)
def test_occupancy_is_a_share_that_rises_with_its_ligand_and_falls_with_the_others(pairs, which, factor):
    concentration, constant = np.array(pairs).T
    which %= len(pairs)
    share = occupancy(concentration, constant)
    assert (share >= 0).all()
    assert share.sum() <= 1
    concentration[which] = factor * concentration[which] + 1e-6
    more = occupancy(concentration, constant)
    assert more[which] >= share[which]
    assert (np.delete(more, which) <= np.delete(share, which)).all()
    assert more.sum() >= share.sum() * (1 - 1e-12)
