"""One unit is one exact number however it is spelled, and an interval says yes or no only for all that it holds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.values.amounts import ANY, SHARES, UNITS, Amount, Bounds, Operator, measure, unit_of

SPELLINGS = {
    "percent": ["%", "% w/w", "w/w %", "Per cent", "g/100 g"],
    "mg/g": ["MG / G", "(mg/g)", "mg per g", "g/kg"],
    "ug/g": ["µg/g", "μg/g", "mcg/g", "mg/kg", "ppm"],
    "ng/g": ["ug/kg", "PPB"],
    "ug/serving": ["mcg per serving"],
    "mg/unit": ["mg/capsule", "mg/tablet", "mg/piece"],
    "mg/container": ["mg/package", "mg/bottle"],
    "mg/mL": ["mg/ml"],
    "cfu/g": ["CFU/gram", "MPN/g"],
}

bounds = st.builds(
    lambda low, width: Bounds(low, None if width is None else low + width),
    st.fractions(0, 4, max_denominator=4),
    st.none() | st.fractions(0, 4, max_denominator=4),
)


def test_spellings_of_one_unit_are_that_unit_and_the_same_exact_number() -> None:
    for unit, spellings in SPELLINGS.items():
        assert {unit_of(word) for word in [unit, *spellings]} == {unit}
    powers = {"percent": 2, "mg/g": 3, "ug/g": 6, "ng/g": 9}
    assert {unit: Fraction(1, 10**power) for unit, power in powers.items()} == SHARES
    assert set(SPELLINGS) | {"mg/serving"} == set(UNITS)
    assert Amount.parse("500ppb") == Amount.parse("0.5mcg/g") == Amount(Fraction(1, 2_000_000), "gram")


@pytest.mark.parametrize("word", ["", "mg", "g/g", "mg/l", "mg/day", "cfu/ml", "stone", "mg/", "/g", "not-said", "mg/100g"])
def test_what_is_no_unit_of_a_certificate_becomes_none(word: str) -> None:
    assert unit_of(word) is None


def test_a_count_of_microbes_is_no_weight() -> None:
    counted = measure("cfu/g")
    assert counted is not None
    assert counted.counted
    assert "cfu/g" not in SHARES
    with pytest.raises(ValueError, match="has the unit 'cfu/g'; should be one of"):
        Amount.parse("10cfu/g")


@given(bounds, st.sampled_from(["<", "<=", ">", ">="]), st.fractions(0, 9, max_denominator=4))
def test_a_comparison_is_told_where_both_ends_and_all_between_agree(held: Bounds, operator: Operator, value: Fraction) -> None:
    high = 20 if held.high is None else held.high
    inside = [held.low + (high - held.low) * Fraction(step, 8) for step in range(9)] + [min(max(value, held.low), high)]
    relation = {"<": Fraction.__lt__, "<=": Fraction.__le__, ">": Fraction.__gt__, ">=": Fraction.__ge__}[operator]
    said = {bool(relation(Fraction(one), value)) for one in inside}
    assert held.compare(operator, value) == (said.pop() if len(said) == 1 else None)


@given(bounds, bounds)
def test_two_intervals_are_apart_or_their_hull_is_no_longer_than_both(one: Bounds, other: Bounds) -> None:
    hull, both = one.hull(other), one + other
    assert one.apart(other) == other.apart(one)
    if one.high is None or other.high is None:
        assert hull.high is both.high is None
    else:
        assert hull.high is not None
        longer = hull.high - hull.low - (one.high - one.low) - (other.high - other.low)
        assert one.apart(other) == (longer > 0)
    assert not one.apart(one)
    assert not one.apart(ANY)


@pytest.mark.parametrize(("low", "high"), [(Fraction(-1), None), (Fraction(2), Fraction(1))])
def test_an_interval_that_cannot_be_is_refused(low: Fraction, high: Fraction | None) -> None:
    with pytest.raises(ValueError, match="should be from zero or more to no less"):
        Bounds(low, high)
