"""An amount is an interval, a verdict holds for all of it, and products differ by as much as surveys say."""

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from equipoise.engines.products import (
    AbsenceLimit,
    Bounds,
    Content,
    ContentLimit,
    DailyLimit,
    Exceedances,
    FractionLimit,
    Intake,
    Limit,
    Moments,
    Product,
    Ranked,
    Unit,
    Values,
    amount,
    distribution,
    fraction,
    judge,
    judgements,
    total,
)
from equipoise.intake.certificate import read_certificate

DATA = Path(__file__).parents[1] / "data" / "certificates"

PDE = DailyLimit(id="pde-lead", analyte="lead", most=Fraction(5, 10**6), people="adults")
SEVEN_OH = "7-hydroxymitragynine"
TWO_PERCENT = FractionLimit(id="two-percent", analyte=SEVEN_OH, most=Fraction(2, 100))
RI_GRAM = ContentLimit(id="ri-gram", analyte=SEVEN_OH, most=Fraction(1, 2000), per="gram")
RI_SERVING = ContentLimit(id="ri-serving", analyte="mitragynine", most=Fraction(150, 1000), per="serving")


def measured(analyte: str, value: str, unit: Unit = "mg/g") -> Content:
    return Content.of(analyte, low=Decimal(value), high=Decimal(value), unit=unit)


def below(analyte: str, bound: str | None, unit: Unit = "mg/g") -> Content:
    return Content.of(analyte, low=Decimal(0), high=None if bound is None else Decimal(bound), unit=unit, censored=True)


def verdict(product: Product, limit: Limit, **intake: int) -> tuple[str, str | None]:
    found = judge(product, limit, intake=Intake(**{name: Fraction(value) for name, value in intake.items()}))
    return found.verdict, found.why


K51 = Product(
    contents=(
        measured("mitragynine", "19.48"),
        measured("speciogynine", "3.18"),
        measured("mitraciliatine", "0.647"),
        measured("speciociliatine", "5.12"),
        measured("paynantheine", "5.86"),
        measured("isopaynantheine", "0.512"),
        below(SEVEN_OH, "0.124"),
    )
)
"""The leaf of Tanna et al. 2022 (10.3390/pharmaceutics14030620), mg in a gram of dry leaf, repo.napdi.org/NPDI-scab3g."""


def test_a_leaf_with_7_oh_below_quantitation_is_within_two_percent_of_alkaloids() -> None:
    """7-OH below 0.124 of 34.8 mg/g: less than 0.36% of them, and within 0.5 mg/g."""
    share = fraction(K51.contents, SEVEN_OH)
    assert share is not None
    assert share.low == 0
    assert float(100 * share.high) == pytest.approx(0.355, abs=0.0005)
    assert float(1000 * total(K51.contents).low) == pytest.approx(34.8, abs=0.05)
    assert [found.verdict for found in judgements(K51, [TWO_PERCENT, RI_GRAM])] == ["within", "within"]


@pytest.mark.parametrize(("seven_oh", "times"), [("22", 44), ("75", 150)])
def test_7_oh_products_are_above_every_limit_of_7_oh(seven_oh: str, times: int) -> None:
    """Brown et al. 2025 (10.1093/jaoacint/qsaf094), abstract: 22 to 75 mg/g of 7-OH beside 2.0 to 6.0 mg/g of mitragynine."""
    mitragynine = Content.of("mitragynine", low=Decimal("2.0"), high=Decimal("6.0"), unit="mg/g")
    product = Product(contents=(measured(SEVEN_OH, seven_oh), mitragynine))
    share = fraction(product.contents, SEVEN_OH)
    assert share is not None
    assert float(share.low) >= 22 / 28
    assert [found.verdict for found in judgements(product, [TWO_PERCENT, RI_GRAM])] == ["above", "above"]
    assert judge(product, RI_GRAM).share == Bounds(Fraction(times), Fraction(times))


@pytest.mark.parametrize(("mg", "expected"), [("25.4", "within"), ("150", "within"), ("205.9", "above")])
def test_the_largest_use_of_a_survey_is_above_a_limit_of_150_mg_a_serving(mg: str, expected: str) -> None:
    """Sharma et al. 2025 (10.1002/dta.3906), abstract: mitragynine a use, median 25.4 mg, at most 205.9 mg."""
    assert verdict(Product(contents=(measured("mitragynine", mg, "mg/serving"),)), RI_SERVING) == (expected, None)


def test_legal_content_of_lead_reaches_the_daily_limit_at_a_reported_amount() -> None:
    """At 1.2 ug/g 4 g a day are within 5 ug and 4.2 g above: a limit for a gram is none for a day."""
    product = Product(contents=(measured("lead", "1.2", "ug/g"),))
    assert verdict(product, PDE, grams=4) == ("within", None)
    assert judge(product, PDE, intake=Intake(grams=Fraction("4.2"))).verdict == "above"
    exact = Product(contents=(measured("lead", "0.1", "ug/g"),))
    assert verdict(exact, PDE, grams=50) == ("within", None)


@pytest.mark.parametrize(
    ("content", "limit", "expected"),
    [
        (measured("cadmium", "1", "ug/g"), PDE, ("cannot-tell", "not-measured")),
        (below("lead", None, "ug/g"), PDE, ("cannot-tell", "below-a-limit-not-said")),
        (below("lead", "1", "ug/g"), PDE, ("cannot-tell", "censored-above-the-limit")),
        (below("lead", "0.5", "ug/g"), PDE, ("within", None)),
        (measured("lead", "1", "not-said"), PDE, ("cannot-tell", "unit-unknown")),
        (measured("lead", "1", "ug/serving"), PDE, ("cannot-tell", "no-weight")),
        (Content.of("lead", low=Decimal("0.1"), high=Decimal(2), unit="ug/g"), PDE, ("cannot-tell", "spans-the-limit")),
        (measured("mitragynine", "15"), RI_SERVING, ("cannot-tell", "no-weight")),
        (measured(SEVEN_OH, "15"), TWO_PERCENT, ("cannot-tell", "no-other-alkaloid")),
        (
            measured("lead", "1", "ug/g"),
            AbsenceLimit(id="a", analyte="salmonella", in_g=Fraction(25)),
            ("cannot-tell", "not-measured"),
        ),
    ],
)
def test_what_cannot_be_told_says_why(content: Content, limit: Limit, expected: tuple[str, str | None]) -> None:
    assert verdict(Product(contents=(content,)), limit, grams=10) == expected


def test_a_daily_limit_without_a_reported_amount_cannot_be_told() -> None:
    product = Product(contents=(measured("lead", "0.1", "ug/g"),))
    assert judge(product, PDE).why == "no-daily-amount"
    assert verdict(product, PDE, servings=2) == ("cannot-tell", "no-weight")
    weighed = Product(contents=product.contents, grams={"serving": Fraction(30)})
    assert verdict(weighed, PDE, servings=1) == ("within", None)
    assert verdict(weighed, PDE, servings=2) == ("above", None)


def test_a_share_of_amounts_in_grams_and_in_servings_needs_the_weight_of_a_serving() -> None:
    rows = (measured(SEVEN_OH, "3", "mg/serving"), measured("mitragynine", "9"))
    assert verdict(Product(contents=rows), TWO_PERCENT) == ("cannot-tell", "no-weight")
    weighed = judge(Product(contents=rows, grams={"serving": Fraction(3)}), TWO_PERCENT)
    assert (weighed.verdict, weighed.bounds) == ("above", Bounds(Fraction(1, 10), Fraction(1, 10)))


def test_a_row_without_a_unit_keeps_the_other_from_being_within() -> None:
    rows = (measured("lead", "0.1", "ug/g"), measured("lead", "900", "not-said"))
    assert verdict(Product(contents=rows), PDE, grams=1) == ("cannot-tell", "unit-unknown")
    assert verdict(Product(contents=(measured("lead", "9", "ug/g"), rows[1])), PDE, grams=1) == ("above", None)


def test_microbes_are_counted_or_looked_for_in_a_sample() -> None:
    absent = AbsenceLimit(id="absent", analyte="salmonella", in_g=Fraction(25))
    counted = ContentLimit(id="count", analyte="salmonella", most=Fraction(10), per="gram", counted=True)
    found = Content.found("salmonella")

    def both(content: Content) -> list[tuple[str, str | None]]:
        return [verdict(Product(contents=(content,)), limit) for limit in (absent, counted)]

    assert both(Content.absent("salmonella", in_g=Decimal(25))) == [("within", None), ("within", None)]
    assert both(Content.absent("salmonella", in_g=Decimal(10)))[0] == ("cannot-tell", "sample-too-small")
    assert both(Content.absent("salmonella", in_g=None))[0] == ("cannot-tell", "below-a-limit-not-said")
    assert both(below("salmonella", "10", "cfu/g")) == [("cannot-tell", "sample-too-small"), ("within", None)]
    assert both(measured("salmonella", "11", "cfu/g")) == [("above", None), ("above", None)]
    assert both(found)[0] == ("above", None)


def test_from_a_certificate_to_verdicts() -> None:
    """The invented leaf.csv at 9 g a day: 0.42 ug/g of lead, cadmium below 5 ng/g, 13.9 mg/g in servings of 3 g."""
    certificate = read_certificate(DATA / "leaf.csv")
    contents = tuple(
        Content.absent(one.analyte, in_g=one.sample_g)
        if one.outcome == "absent"
        else Content.of(one.analyte, low=one.low, high=one.high, unit=one.unit, censored=one.censored, form=one.form)
        for one in certificate.results
    )
    assert certificate.serving_g is not None
    product = Product(contents=contents, grams={"serving": Fraction(certificate.serving_g)})
    limits: list[Limit] = [
        PDE,
        DailyLimit(id="cadmium", analyte="cadmium", most=Fraction(5, 10**6), people="adults"),
        DailyLimit(id="arsenic", analyte="arsenic", most=Fraction(15, 10**6), people="adults"),
        DailyLimit(id="inorganic", analyte="arsenic", form="inorganic", most=Fraction(15, 10**6), people="adults"),
        TWO_PERCENT,
        RI_GRAM,
        RI_SERVING,
        AbsenceLimit(id="absent", analyte="salmonella", in_g=Fraction(25)),
    ]
    nine = judgements(product, limits, intake=Intake(grams=Fraction(9)))
    assert [(found.verdict, found.why) for found in nine] == [
        ("within", None),
        ("within", None),
        ("cannot-tell", "other-form"),  # inorganic arsenic is only a part of it
        ("within", None),
        ("within", None),
        ("within", None),
        ("within", None),
        ("within", None),
    ]
    assert judge(product, PDE, intake=Intake(grams=Fraction(12))).verdict == "above"


def arsenic(value: str, form: str | None = None) -> Content:
    return Content.of("arsenic", low=Decimal(value), high=Decimal(value), unit="ug/g", form=form)


@pytest.mark.parametrize(
    ("rows", "inorganic", "whole"),
    [
        ([arsenic("2")], ("cannot-tell", "other-form"), ("above", None)),
        ([arsenic("1")], ("within", None), ("within", None)),
        ([arsenic("1", "inorganic")], ("within", None), ("cannot-tell", "other-form")),
        ([arsenic("2", "inorganic")], ("above", None), ("above", None)),
        ([arsenic("2"), arsenic("1", "inorganic")], ("within", None), ("above", None)),
        (
            [below("arsenic", None, "ug/g")],
            ("cannot-tell", "below-a-limit-not-said"),
            ("cannot-tell", "below-a-limit-not-said"),
        ),
    ],
)
def test_a_part_is_at_most_the_whole_and_the_whole_at_least_a_part(
    rows: list[Content], inorganic: tuple[str, str | None], whole: tuple[str, str | None]
) -> None:
    """A limit of 15 ug a day, at 10 g: total arsenic above it tells nothing of the inorganic part."""
    product = Product(contents=tuple(rows))
    limits = [
        DailyLimit(id="x", analyte="arsenic", form=form, most=Fraction(15, 10**6), people="anyone")
        for form in ("inorganic", None)
    ]
    assert [verdict(product, limit, grams=10) for limit in limits] == [inorganic, whole]


DRY = ContentLimit(id="dry", analyte=SEVEN_OH, most=Fraction(5, 10**4), per="gram", dry=True)
AS_IS = ContentLimit(id="as-is", analyte=SEVEN_OH, most=Fraction(5, 10**4), per="gram")


@pytest.mark.parametrize(
    ("mg_per_g", "dry", "moisture", "by_dry", "as_is"),
    [
        ("0.42", None, None, ("within", None), ("within", None)),  # 0.42 / 0.85 is below 0.5
        ("0.43", None, None, ("cannot-tell", "by-which-weight"), ("within", None)),
        ("0.43", False, None, ("cannot-tell", "no-moisture"), ("within", None)),
        ("0.43", True, None, ("within", None), ("within", None)),
        ("0.51", None, None, ("above", None), ("above", None)),
        ("0.51", True, None, ("above", None), ("cannot-tell", "no-moisture")),
        ("0.45", None, "0.1", ("within", None), ("within", None)),  # 0.45 / 0.9 is 0.5
        ("0.46", None, "0.1", ("above", None), ("within", None)),
        ("0.55", True, "0.1", ("above", None), ("within", None)),  # 0.55 * 0.9
        ("0.56", True, "0.1", ("above", None), ("above", None)),
        ("0.4", None, "1", ("cannot-tell", "spans-the-limit"), ("within", None)),
    ],
)
def test_a_limit_by_dry_weight_takes_the_moisture_off(
    *, mg_per_g: str, dry: bool | None, moisture: str | None, by_dry: tuple[str, str | None], as_is: tuple[str, str | None]
) -> None:
    content = Content.of(SEVEN_OH, low=Decimal(mg_per_g), high=Decimal(mg_per_g), unit="mg/g", dry=dry)
    water = None if moisture is None else Bounds(Fraction(moisture), Fraction(moisture))
    product = Product(contents=(content,), moisture=water)
    assert [verdict(product, limit) for limit in (DRY, AS_IS)] == [by_dry, as_is]


def test_a_share_does_not_depend_on_the_weight_unless_two_are_mixed() -> None:
    def rows(dry: list[bool | None]) -> tuple[Content, ...]:
        amounts = ((SEVEN_OH, "1"), ("mitragynine", "9"))
        return tuple(
            Content.of(name, low=Decimal(value), high=Decimal(value), unit="mg/g", dry=one)
            for (name, value), one in zip(amounts, dry, strict=True)
        )

    tenth = FractionLimit(id="f", analyte=SEVEN_OH, most=Fraction(1, 10))
    water = Bounds(Fraction(1, 10), Fraction(1, 10))
    for dry in (True, False, None):
        assert judge(Product(contents=rows([dry, dry]), moisture=water), tenth).bounds == Bounds(
            Fraction(1, 10), Fraction(1, 10)
        )
    mixed = judge(Product(contents=rows([True, None]), moisture=water), tenth).bounds
    assert mixed == Bounds(Fraction(1, 11), Fraction(1, 11))  # 0.9 beside 9


@pytest.mark.parametrize(
    ("total_mg", "expected"),
    [
        ("10", ("cannot-tell", "total-disagrees")),  # 2.5% by the total, 1.77% by the sum
        ("14", ("within", None)),  # the sum of 14.15, rounded
        ("8", ("cannot-tell", "total-disagrees")),
        ("20", ("within", None)),
    ],
)
def test_a_total_that_is_smaller_than_its_parts_judges_no_share_alone(total_mg: str, expected: tuple[str, str | None]) -> None:
    rows = (measured("mitragynine", "13.9"), measured(SEVEN_OH, "0.25"), measured("total-alkaloids", total_mg))
    assert verdict(Product(contents=rows), TWO_PERCENT) == expected
    share = fraction(rows, SEVEN_OH)
    assert share is not None
    assert share.low <= Fraction(25, 1415)


def test_units_are_one_amount_however_they_are_written() -> None:
    same = [("0.05", "percent"), ("0.5", "mg/g"), ("500", "ug/g"), ("500000", "ng/g")]
    assert len({measured("lead", value, unit).bounds for value, unit in same}) == 1  # type: ignore[arg-type]
    per_serving = amount([measured("lead", "0.5")], "lead", per="serving", grams={"serving": Fraction(3)})
    assert per_serving == Bounds(Fraction(3, 2000), Fraction(3, 2000))


def test_the_share_of_all_alkaloids_is_open_where_some_were_not_measured() -> None:
    pair = [measured(SEVEN_OH, "1"), measured("mitragynine", "9")]
    assert fraction(pair, SEVEN_OH) == Bounds(Fraction(1, 10), Fraction(1, 10))
    assert fraction(pair, SEVEN_OH, of="all") == Bounds(Fraction(0), Fraction(1, 10))
    assert fraction([*pair, measured("total-alkaloids", "20")], SEVEN_OH, of="all") == Bounds(Fraction(1, 20), Fraction(1, 20))


def test_a_share_is_as_open_as_what_it_is_a_share_of() -> None:
    other = Content.of("mitragynine", low=Decimal(3), high=Decimal(9), unit="mg/g")
    assert fraction([measured(SEVEN_OH, "1"), other], SEVEN_OH) == Bounds(Fraction(1, 10), Fraction(1, 4))


def test_amounts_that_cannot_be_are_refused() -> None:
    for make in (
        lambda: measured("lead", "-1"),
        lambda: measured("lead", "1001"),
        lambda: Content.of("lead", low=Decimal(2), high=Decimal(1), unit="mg/g"),
        lambda: Content.of("lead", low=Decimal(1), high=Decimal(1), unit="stone"),  # type: ignore[arg-type]
        lambda: Intake(grams=Fraction(0)),
        lambda: Intake(grams=Fraction(1), servings=Fraction(1)),
        lambda: Product(contents=(), grams={"serving": Fraction(0)}),
        lambda: Content.absent("salmonella", in_g=Decimal(0)),
    ):
        with pytest.raises(ValueError, match="should be"):
            make()


def test_values_give_the_moments_of_their_logarithms() -> None:
    values = [3.9, 11.0, 14.2, 19.5, 62.1]
    found = distribution([Values(value=values)])
    assert math.log(found.median) == pytest.approx(np.log(values).mean(), abs=1e-6)
    assert math.log(found.gsd) == pytest.approx(np.log(values).std(), abs=1e-6)
    assert found.median_90[0] < found.median < found.median_90[1]


def test_all_order_statistics_of_a_survey_are_its_values() -> None:
    values = [2.0, 3.0, 7.0]
    ranked = distribution([Ranked(n=3, quantiles=[(0, 2.0), (0.5, 3.0), (1, 7.0)])])
    plain = distribution([Values(value=values)])
    assert (ranked.median, ranked.gsd) == pytest.approx((plain.median, plain.gsd), rel=1e-6)
    assert ranked.product_90 == pytest.approx(plain.product_90, rel=1e-6)


def test_quantiles_of_a_large_survey_are_those_of_its_distribution() -> None:
    found = distribution([Ranked(n=1001, quantiles=[(0.5, 20.0), (0.9, 40.0)])])
    assert found.median == pytest.approx(20, rel=1e-3)
    assert math.log(found.gsd) == pytest.approx(math.log(2) / 1.2816, rel=0.005)


def test_a_value_below_quantitation_counts_as_one_product_below_and_not_as_zero() -> None:
    censored = distribution([Values(value=[1.0, 2, 4, 8], below=[True, False, False, False])])
    counted = distribution([Values(value=[2.0, 4, 8]), Exceedances(n=1, above=[(1.0, 0)])])
    dropped = distribution([Values(value=[2.0, 4, 8])])
    assert (censored.median, censored.gsd) == pytest.approx((counted.median, counted.gsd), rel=1e-6)
    assert censored.median < dropped.median
    assert censored.gsd > dropped.gsd


def test_a_mean_and_its_deviation_between_products_fix_the_lognormal_that_has_them() -> None:
    found = distribution([Moments(n=400, mean=15, sd=6)])
    spread = math.log(1 + (6 / 15) ** 2)
    assert math.log(found.gsd) == pytest.approx(math.sqrt(spread), rel=0.01)
    assert found.median == pytest.approx(15 * math.exp(-spread / 2), rel=0.01)
    se = math.sqrt(math.expm1(spread) / 400 + spread**2 / (2 * 399))
    assert np.diff(np.log(found.median_90)) == pytest.approx(2 * 1.645 * se, rel=0.05)
    centred = distribution([Moments(n=400, mean=found.median, geometric=True), Exceedances(n=400, above=[(30, 20)])])
    assert centred.median == pytest.approx(found.median, rel=1e-3)


def test_the_posterior_of_a_share_is_that_of_its_counts() -> None:
    """Two thresholds and two parameters: the interval of a share is close to the exact one of 48 in 68."""
    found = distribution([Exceedances(n=68, above=[(5 / 3, 5), (0.2, 48)])])
    low, high = found.exceedance_interval(0.2)
    assert binom.sf(47, 68, low) == pytest.approx(0.05, abs=0.03)
    assert binom.cdf(48, 68, high) == pytest.approx(0.05, abs=0.03)


def test_draws_of_a_product_without_a_certificate_lie_in_its_interval() -> None:
    found = distribution([Values(value=[9.0, 13, 14, 19, 24])])
    drawn = found.draws(np.random.default_rng(7), 40_000)
    assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx(found.product_90, rel=0.05)
    known = np.exp(math.log(found.median) + math.log(found.gsd) * np.array([-1.645, 1.645]))
    assert found.product_90[0] < known[0] < known[1] < found.product_90[1]


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        ([], "two or more"),
        ([Values(value=[3.0])], "two or more"),
        ([Values(value=[3.0, 3.0])], "does not fix"),
        ([Values(value=[3.0, 0.0])], "above zero"),
        ([Values(value=[3.0, 4.0], below=[True])], "one each"),
        ([Values(value=[3.0, 4.0], below=[True, True])], "two or more"),
        ([Exceedances(n=5, above=[(1, 2), (2, 3)])], "fewer above a higher one"),
        ([Exceedances(n=5, above=[(1, 6)])], "from 0 to n"),
        ([Exceedances(n=5, above=[(1, 5), (2, 0)])], "two or more"),
        ([Ranked(n=3, quantiles=[(0.5, 3), (0, 4)])], "should rise"),
        ([Moments(n=1, mean=3)], "two or more products"),
    ],
)
def test_evidence_that_fixes_no_distribution_is_refused(evidence: list[Values], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        distribution(evidence)
