"""Whatever is in a product: below quantitation is not zero, more grams a day never mend a verdict, sums hold their parts."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.engines.products import (
    ALKALOIDS,
    Content,
    ContentLimit,
    DailyLimit,
    Exceedances,
    FractionLimit,
    Intake,
    Product,
    Values,
    distribution,
    fraction,
    judge,
    total,
)

AMOUNTS = st.decimals(Decimal("0.001"), Decimal(80), places=3)
RANK = {"within": 0, "cannot-tell": 1, "above": 2}


@st.composite
def contents(draw, names=("lead",), unit="mg/g"):
    low, high = sorted([draw(AMOUNTS), draw(AMOUNTS)])
    censored = draw(st.booleans())
    low, high = (Decimal(0), draw(st.none() | st.just(high))) if censored else (low, high)
    return Content.of(draw(st.sampled_from(names)), low=low, high=high, unit=unit, censored=censored)


@given(AMOUNTS, AMOUNTS, st.fractions(Fraction(1, 100), 100))
def test_below_a_limit_of_quantitation_that_lies_above_the_limit_is_never_within(limit, loq, grams):
    most = Fraction(limit) / 1000
    censored = Content.of("lead", low=Decimal(0), high=loq, unit="mg/g", censored=True)
    unbounded = Content.of("lead", low=Decimal(0), high=None, unit="mg/g", censored=True)
    for one, bound in ((censored, loq), (unbounded, None)):
        product = Product(contents=(one,))
        a_day = judge(
            product, DailyLimit(id="d", analyte="lead", most=most * grams, people="anyone"), intake=Intake(grams=grams)
        )
        a_gram = judge(product, ContentLimit(id="c", analyte="lead", most=most, per="gram"))
        expected = "within" if bound is not None and bound <= limit else "cannot-tell"
        assert (a_day.verdict, a_gram.verdict) == (expected, expected)
        assert (a_day.why is None) == (a_day.verdict == "within")


@given(st.lists(contents(), min_size=1, max_size=3), AMOUNTS, st.fractions(Fraction(1, 100), 100), st.fractions(1, 50))
def test_more_grams_a_day_never_turn_a_verdict_for_the_better(rows, limit, grams, factor):
    product, most = Product(contents=tuple(rows)), DailyLimit(id="d", analyte="lead", most=Fraction(limit), people="anyone")
    less = judge(product, most, intake=Intake(grams=grams))
    more = judge(product, most, intake=Intake(grams=grams * factor))
    assert RANK[more.verdict] >= RANK[less.verdict]


@given(st.lists(contents(), min_size=1, max_size=4), AMOUNTS)
def test_another_measurement_never_makes_a_verdict_surer_than_all_of_them_are(rows, limit):
    """Where every row alone has the verdict, all rows together have it; where they differ, nothing is told."""
    most = ContentLimit(id="c", analyte="lead", most=Fraction(limit) / 1000, per="gram")
    alone = {judge(Product(contents=(row,)), most).verdict for row in rows}
    together = judge(Product(contents=tuple(rows)), most).verdict
    assert together == (alone.pop() if len(alone) == 1 else "cannot-tell")


@given(st.lists(contents(names=ALKALOIDS[:4]), min_size=1, max_size=4, unique_by=lambda one: one.analyte))
def test_shares_of_alkaloids_are_shares_and_a_total_holds_its_parts(rows):
    whole = total(rows)
    for row in rows:
        assert whole.low >= row.bounds.low
        assert whole.high is None or (row.bounds.high is not None and whole.high >= row.bounds.high)
        share = fraction(rows, row.analyte)
        if share is None:
            assert len(rows) == 1
            continue
        assert share.high is not None
        assert 0 <= share.low <= share.high <= 1
        every = fraction(rows, row.analyte, of="all")
        assert every is not None
        assert (every.low, every.high) == (0, share.high)
        limit = FractionLimit(id="f", analyte=row.analyte, most=share.high)
        assert judge(Product(contents=tuple(rows)), limit).verdict == "within"


@given(
    st.lists(st.floats(0.01, 100), min_size=3, max_size=8, unique=True).filter(lambda v: max(v) > 1.2 * min(v)),
    st.floats(1e-3, 1e3),
    st.randoms(use_true_random=False),
)
@settings(max_examples=20, deadline=None)
def test_order_and_unit_of_a_survey_do_not_matter(values, factor, chance):
    shuffled = list(values)
    chance.shuffle(shuffled)
    first = distribution([Values(value=values), Exceedances(n=9, above=[(1.0, 4)])])
    second = distribution([Exceedances(n=9, above=[(factor, 4)]), Values(value=[factor * one for one in shuffled])])
    assert second.median == pytest.approx(factor * first.median, rel=1e-6)
    assert second.gsd == pytest.approx(first.gsd, rel=1e-6)
    assert second.product_90 == pytest.approx(factor * first.product_90, rel=1e-4)
    thresholds = np.geomspace(1e-3, 1e3, 9)
    shares = [first.exceedance(one) for one in thresholds]
    assert shares == sorted(shares, reverse=True)
