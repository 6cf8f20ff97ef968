"""Amounts convert without rounding, and what was not measured stays between what it can be."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.engines.law import Amount, Bounds, Limit, Predicate, Product, mass
from equipoise.engines.law.products import match

SEVEN_OH, MITRAGYNINE, TOTAL = "7-hydroxymitragynine", "mitragynine", "total-alkaloids"


def product(kind: Any = "leaf", serving: str | None = None, container: str | None = None, **amounts: str) -> Product:
    names = {"seven_oh": SEVEN_OH, "mitragynine": MITRAGYNINE, "total": TOTAL, "pseudoindoxyl": "mitragynine-pseudoindoxyl"}
    return Product(
        kind=kind,
        amounts=tuple((names[name], Amount.parse(text)) for name, text in amounts.items()),
        serving=None if serving is None else mass(serving),
        container=None if container is None else mass(container),
    )


def limit(sign: Any, value: str, unit: Any, basis: Any, analyte: str = SEVEN_OH) -> Limit:
    return Limit.of(analyte=analyte, operator=sign, value=Decimal(value), unit=unit, basis=basis)


def covered(held: Product, *limits: Limit, substance: str = SEVEN_OH) -> bool | None:
    return match(Predicate(any_of=(substance,), limits=tuple((one,) for one in limits)), held).covers


def test_five_hundredths_of_a_percent_are_one_number_in_every_unit() -> None:
    same = ["0.05%", "0.05percent", "500ppm", "0.5mg/g", "500mg/kg", "500ug/g", "500µg/g", "0.5g/kg", "0.0005g/g"]
    assert {Amount.parse(text) for text in same} == {Amount(Fraction(1, 2000), "gram")}
    assert Amount.parse("1mg/serving") == Amount(Fraction(1, 1000), "serving")
    assert Amount.parse("20 mg/container") == Amount(Fraction(1, 50), "container")
    assert mass("3g") == mass("3000mg") == Fraction(3)


@given(st.decimals(0, 100, places=7), st.sampled_from(("dry-weight", "alkaloid-fraction")))
def test_no_conversion_rounds(percent: Decimal, basis: str) -> None:
    """Percent, ppm and mg/g of any decimal are the same fraction, and never a float."""
    shares = [limit(">", str(value), unit, basis).value for value, unit in ((percent, "percent"), (percent * 10_000, "ppm"))]
    shares.append(limit(">", str(percent * 10), "mg/g", basis).value)
    assert len(set(shares)) == 1
    assert all(type(share) is Fraction for share in shares)
    assert Amount.parse(f"{percent:f}%").grams == shares[0]


def test_a_serving_and_a_gram_convert_both_ways() -> None:
    by_weight = product(serving="3g", container="30g", seven_oh="0.4mg/g")
    by_serving = product(serving="3g", container="30g", seven_oh="1.2mg/serving")
    for held in (by_weight, by_serving):
        for per, grams in (("gram", Fraction(4, 10_000)), ("serving", Fraction(12, 10_000)), ("container", Fraction(12, 1000))):
            assert held.grams(SEVEN_OH, per) == Bounds(grams, grams)
    assert product(seven_oh="0.4mg/g").grams(SEVEN_OH, "serving") == Bounds(Fraction(0), None)
    third = product(serving="3g", seven_oh="1mg/serving").grams(SEVEN_OH, "gram")
    assert third.low == third.high == Fraction(1, 3000), "a third stays a third"


def test_a_limit_is_met_exceeded_or_not_to_be_told_at_its_very_number() -> None:
    at = product(serving="2g", seven_oh="0.5mg/g")
    assert [covered(at, limit(sign, "500", "ppm", "dry-weight")) for sign in (">", ">=", "<", "<=")] == [
        False,
        True,
        False,
        True,
    ]
    assert [covered(at, limit(sign, "1", "mg", "per-serving")) for sign in (">", ">=", "<", "<=")] == [False, True, False, True]
    untold = product(seven_oh="0.5mg/g")
    assert covered(untold, limit(">", "1", "mg", "per-serving")) is None
    assert covered(untold, limit(">", "1", "mg", "per-serving"), limit(">", "400", "ppm", "dry-weight")) is True


def test_a_share_of_the_alkaloids_is_exact_with_their_total_and_bounded_without() -> None:
    share = limit(">", "2", "percent", "alkaloid-fraction")
    assert product(seven_oh="0.4mg/g", total="16mg/g").measure(share) == Bounds(Fraction(1, 40), Fraction(1, 40))
    bounded = product(seven_oh="0.4mg/g", mitragynine="15.6mg/g").measure(share)
    assert bounded == Bounds(Fraction(4, 10_000), Fraction(1, 40)), "alkaloids not measured only make it smaller"
    assert product().measure(share) == Bounds(Fraction(0), Fraction(1))
    assert covered(product(seven_oh="0.4mg/g", total="16mg/g"), share) is True
    assert covered(product(seven_oh="0.1mg/g", mitragynine="15.6mg/g"), share) is False
    assert covered(product(seven_oh="0.4mg/g", mitragynine="15.6mg/g"), share) is None
    assert covered(product(seven_oh="30mg/g"), share) is True, "more than 2% of the whole weight is more than 2% of a part"
    assert covered(product("7-oh"), share) is True, "a product of 7-OH is one whose alkaloids are mostly that"


def test_a_ratio_to_mitragynine_needs_both() -> None:
    ratio = limit(">", "0.02", "ratio", "to-mitragynine")
    assert covered(product(seven_oh="0.4mg/g", mitragynine="16mg/g"), ratio) is True
    assert covered(product(seven_oh="0.32mg/g", mitragynine="16mg/g"), ratio) is False
    assert covered(product(seven_oh="0.4mg/g"), ratio) is None


def test_a_leaf_has_alkaloids_though_nobody_measured_how_many() -> None:
    """What is not among the measured amounts is unknown, not none."""
    assert covered(product(), limit(">", "10", "mg", "per-serving", TOTAL), substance="plant") is None


def test_the_name_of_a_product_says_nothing_of_its_metals() -> None:
    barred = Predicate(
        any_of=("plant",),
        limits=(
            (Limit.of(analyte="arsenic", operator=">=", value=Decimal(2), unit="ppm", basis="product-weight"),),
            (Limit.of(analyte="lead", operator=">", value=Decimal("1.2"), unit="ppm", basis="product-weight"),),
        ),
    )
    found = match(barred, Product(kind="leaf"))
    assert found.covers is None
    assert found.outside == ("less than 2 ppm of arsenic by weight and at most 1.2 ppm of lead by weight",)
    measured = Product(kind="leaf", amounts=(("lead", Amount.parse("1.3ppm")), ("mitragynine", Amount.parse("15mg/g"))))
    assert match(barred, measured).covers
    whole = Limit.of(analyte="mitragynine", operator="<", value=Decimal(100), unit="percent", basis="alkaloid-fraction")
    assert measured.measure(whole).high == 1


def test_a_semisynthetic_that_was_measured_is_a_synthetic_of_the_law() -> None:
    """Whatever the product is called: an extract with measured pseudoindoxyl is not outside a ban of synthetic alkaloids."""
    ban = Predicate(any_of=("synthetic-kratom",))
    assert match(ban, product("pseudoindoxyl")).covers is True
    assert match(ban, product("extract", pseudoindoxyl="5mg/g")).covers is not False
    assert match(ban, product("extract")).covers is False


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0.4mg", "has the unit 'mg'; should be one of %, percent, ppm, mg/g"),
        ("0.4oz/g", "has the unit 'oz/g'; should be one of %"),
        ("1mg/day", "has the unit 'mg/day'; should be one of .* mg/serving or mg/container"),
        ("-1mg/g", "should not be below zero"),
        ("101%", "should be at most the whole"),
        ("much", "is not an amount; should be a number and a unit, such as 0.4mg/g"),
    ],
)
def test_an_amount_that_is_none_is_refused_with_what_would_be_right(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Amount.parse(text)


@pytest.mark.parametrize(
    ("text", "fault"), [("0g", "is not above zero"), ("-3g", "is not above zero"), ("3oz", "one of g, mg")]
)
def test_a_serving_is_a_weight_above_zero(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        mass(text)


@pytest.mark.parametrize(
    ("value", "unit", "basis", "fault"),
    [
        ("1", "mg", "dry-weight", "a limit dry-weight has the unit mg; should be percent or ppm or mg/g"),
        ("1", "percent", "per-serving", "a limit per-serving has the unit percent; should be mg"),
        ("1", "ppm", "to-mitragynine", "should be ratio or percent"),
        ("-1", "percent", "dry-weight", "should not be below zero"),
    ],
)
def test_a_limit_has_a_unit_of_its_basis(value: str, unit: str, basis: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        limit(">", value, unit, basis)
