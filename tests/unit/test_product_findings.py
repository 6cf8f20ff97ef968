"""Findings on products, and a certificate against limits: what is censored stays open, and law is the law engine's own."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.engines.law import Amount, Norm, Place
from equipoise.engines.law import Product as LawProduct
from equipoise.engines.law.products import match
from equipoise.findings import products, wording
from equipoise.findings.certificates import Asked, LimitAnswer, ProductAnswer, product_answer, standing
from equipoise.findings.finding import Finding
from equipoise.findings.norms import norms
from equipoise.intake.certificate import Certificate, Outcome, Result, Unit
from equipoise.records import places
from equipoise.records.evidence import Evidence
from equipoise.records.reader import read
from equipoise.records.topic import ContentFinding, RecallFinding
from equipoise.values.panels import DotPlot, Meters

DAY = date(2026, 11, 22)
KINDS = ("products", "recalls", "limits", "law")
US = Place(id="US", name="United States")
RI = Place(id="US-RI", name="Rhode Island", parent=US)
LEAD = tuple(f"snow-caroti-2024/lead-{name}" for name in ("pde-3", "pde-25", "reference-level-3", "reference-level-25"))


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    evidence, faults = read(places.shipped()[0], None, lambda file: file.partition("/")[0] in KINDS)
    assert faults == []
    return evidence


@pytest.fixture(scope="module")
def law(shipped: Evidence) -> list[Norm]:
    return norms(shipped.law)


# What products hold.


def content(evidence: Evidence, analyte: str, *records: str, unit: str = "mg/g") -> Finding:
    declared = ContentFinding(
        id="x",
        kind="content",
        question="How much?",
        analyte=analyte,
        among="kratom products",
        unit=unit,  # type: ignore[arg-type]
        records=records,
    )
    return products.content(evidence, declared, DAY)


def named(evidence: Evidence, analyte: str) -> tuple[str, ...]:
    return tuple(
        f"{survey.id}/{item.id}"
        for survey in evidence.products.values()
        for item in survey.contents
        if item.analyte == analyte and item.product not in ("leaf", "7-oh-product")
        if item.unit in ("mg/g", "ug/g", "ng/g", "percent")
    )


def test_shares_of_products_above_a_daily_limit_give_the_distribution_in_a_gram(shipped: Evidence) -> None:
    """7.4% above 5 ug a day at 3 g are 5 of 68 above 1.67 ug/g; the fit gives back the shares that were printed."""
    market = products.market(shipped, LEAD, analyte="lead", unit="ug/g")
    assert [round(one.value or 0, 3) for one in market.numbers] == [1.667, 0.2, 4.167, 0.5]
    assert market.distribution.products == 68
    for one in market.numbers:
        printed = float(str(one.held.value)) / 100
        assert market.distribution.exceedance(one.value or 0) == pytest.approx(printed, abs=0.03)
    grams = products.market(shipped, LEAD, analyte="lead", unit="mg/g").distribution
    assert grams.median == pytest.approx(market.distribution.median / 1000, rel=1e-6)


def test_surveys_in_percent_and_milligrams_are_one_distribution_with_its_spread_over_products(shipped: Evidence) -> None:
    found = content(shipped, "mitragynine", *named(shipped, "mitragynine"))
    assert re.fullmatch(
        r"Across surveys of kratom products, the median product held about [\d.]+ mg/g of mitragynine\.", found.statement
    )
    assert wording.forbidden(found.statement) is None
    estimate = found.estimate
    assert estimate is not None
    assert estimate.interval is not None
    assert estimate.prediction is not None
    assert 8 < estimate.value < 25
    assert estimate.prediction.low < estimate.interval.low < estimate.value < estimate.interval.high < estimate.prediction.high
    parts = {part.record: part.value for part in estimate.parts}
    assert parts["kikura-hanajiri-2009/mitragynine-maximum"] == pytest.approx(60)
    assert parts["prozialeck-2020/mitragynine-minimum"] == pytest.approx(3.9)


def test_what_cannot_be_used_is_shown_open_and_named_with_the_reason(shipped: Evidence) -> None:
    found = content(shipped, "mitragynine", *named(shipped, "mitragynine"))
    panel = found.panel
    assert isinstance(panel, DotPlot)
    boise = next(row for row in panel.rows if row.label.startswith("Boise 2024"))
    assert [dot.open for dot in boise.dots] == [True, True]
    assert panel.rows[-1].dots == ()
    assert any("the number of products is not reported: Boise 2024 (minimum 4.05 mg/g)" in said for said in found.caveats)
    used = {row[0]: row[7] for row in panel.table.rows}
    assert used["Prozialeck 2020"] == "yes"
    assert used["Boise 2024"] == "no: the number of products is not reported"
    assert found.estimate is not None
    assert not any(part.record.startswith("boise-2024") for part in found.estimate.parts)


def test_a_value_below_a_limit_of_quantitation_draws_the_distribution_down_and_is_no_zero(shipped: Evidence) -> None:
    survey = shipped.products["prozialeck-2020"]
    item = next(one for one in survey.contents if one.id == "mitragynine-minimum")
    single = replace(item, id="a", statistic="single", products=1, value=Decimal("5"))
    values = [single, replace(single, id="b", value=Decimal("20")), replace(single, id="c", value=Decimal("4"), op="<")]
    made = replace(shipped, products={"prozialeck-2020": replace(survey, contents=tuple(values))})
    names = [f"prozialeck-2020/{name}" for name in "abc"]
    two = products.market(made, names[:2], analyte="mitragynine", unit="mg/g").distribution
    three = products.market(made, names, analyte="mitragynine", unit="mg/g").distribution
    exact = replace(survey, contents=(*values[:2], replace(values[2], op="=")))
    four = replace(shipped, products={"prozialeck-2020": exact})
    measured = products.market(four, names, analyte="mitragynine", unit="mg/g").distribution
    assert 0 < three.median < measured.median < two.median


def test_a_number_on_which_print_disagrees_is_no_part_of_the_distribution(shipped: Evidence) -> None:
    survey = shipped.products["fowble-2019"]
    doubted = tuple(replace(item, basis="conflicting") for item in survey.contents)
    made = replace(shipped, products={**shipped.products, "fowble-2019": replace(survey, contents=doubted)})
    names = named(shipped, "mitragynine")
    without = [name for name in names if not name.startswith("fowble-2019")]
    found = content(made, "mitragynine", *names)
    assert found.estimate is not None
    assert found.estimate.value == content(shipped, "mitragynine", *without).estimate.value  # type: ignore[union-attr]
    assert any(said.startswith("Shown and not used, as print disagrees: Fowble 2019") for said in found.caveats)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (("nobody-2020/mitragynine",), "'nobody-2020/mitragynine' is no content on record"),
        (("prozialeck-2020/lead-minimum",), "prozialeck-2020/lead-minimum is of lead; should be of mitragynine"),
        (("boise-2024/mitragynine-minimum",), "there are 0 numbers to fit"),
    ],
)
def test_content_names_what_is_wrong_with_a_declaration(shipped: Evidence, records: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValueError, match=f"x: .*{re.escape(said)}"):
        content(shipped, "mitragynine", *records)


def test_every_recall_on_record_has_a_sentence_and_the_counts_that_were_printed(shipped: Evidence) -> None:
    said = {}
    for name, held in shipped.recalls.items():
        found = products.recall(shipped, RecallFinding(id="x", kind="recall", question="What?", record=name), DAY)
        assert wording.forbidden(found.statement) is None
        assert found.sources
        assert held.says in (found.statement, *found.caveats) or found.statement.endswith(held.says[8:])
        said[name] = found.statement
    assert said["salmonella-2018"] == "In an outbreak of Salmonella linked with kratom, 199 people fell ill; nobody died."
    assert said["krypton-2010"].startswith("9 people died")
    assert said["triangle-2018"] == shipped.recalls["triangle-2018"].says
    held = shipped.recalls["salmonella-2018"]
    some = replace(shipped, recalls={"some": replace(held, deaths=4)})
    found = products.recall(some, RecallFinding(id="x", kind="recall", question="What?", record="some"), DAY)
    assert found.statement.endswith("199 people fell ill; 4 died.")
    with pytest.raises(ValueError, match="no recall on record"):
        products.recall(shipped, RecallFinding(id="x", kind="recall", question="What?", record="no"), DAY)


# A certificate against limits.


def line(
    analyte: str, value: str | None, unit: Unit = "mg/g", *, outcome: Outcome = "measured", loq: str | None = None
) -> Result:
    return Result(
        analyte=analyte,
        printed=analyte,
        outcome=outcome,
        value=None if value is None else Decimal(value),
        unit=unit,
        loq=None if loq is None else Decimal(loq),
    )


def answer(evidence: Evidence, law: list[Norm], *lines: Result, place: Place | None = RI, **asked: object) -> ProductAnswer:
    certificate = Certificate(file="x.csv", results=lines, serving_g=None, sha256="0" * 64)
    known = Asked(**{name: Decimal(str(value)) if name.endswith(("day", "_g")) else value for name, value in asked.items()})  # type: ignore[arg-type]
    return product_answer(certificate, evidence, standing(evidence), law, place=place, asked=known, day=DAY)


def one(found: ProductAnswer, ident: str, says: str = "") -> LimitAnswer:
    (held,) = [limit for limit in found.limits if limit.id == ident and says in limit.says]
    return held


def test_an_amount_at_a_limit_is_within_and_the_least_more_is_above(shipped: Evidence, law: list[Norm]) -> None:
    """ICH Q3D has 5 ug lead a day; Rhode Island bars 1.2 ppm itself, and more than 150 mg mitragynine a serving."""
    at = answer(shipped, law, line("lead", "0.5", "ug/g"), grams_per_day=10)
    assert one(at, "ich-q3d/lead").verdict == "within"
    assert one(answer(shipped, law, line("lead", "0.5000001", "ug/g"), grams_per_day=10), "ich-q3d/lead").verdict == "above"
    metal = "us-ri/kratom-act#heavy-metals"
    assert one(answer(shipped, law, line("lead", "1.2", "ug/g")), metal, "lead").verdict == "above"
    assert one(answer(shipped, law, line("lead", "1.1999", "ug/g")), metal, "lead").verdict == "within"
    content = "us-ri/kratom-act#content"
    assert one(answer(shipped, law, line("mitragynine", "50"), serving_g=3), content, "150 mg").verdict == "within"
    served = one(answer(shipped, law, line("mitragynine", "205.9", "mg/serving")), content, "150 mg")
    assert (served.verdict, served.low) == ("above", 205.9)


def test_units_of_a_certificate_are_one_amount(shipped: Evidence, law: list[Norm]) -> None:
    same = [("0.00006", "percent"), ("0.0006", "mg/g"), ("0.6", "ug/g"), ("600", "ng/g")]
    verdicts = {one(answer(shipped, law, line("lead", *of), grams_per_day=9), "ich-q3d/lead").low for of in same}  # type: ignore[arg-type]
    assert verdicts == {5.4}


@pytest.mark.parametrize(
    ("result", "asked", "why"),
    [
        (line("lead", "0.9", "ug/g"), {}, "no daily amount given"),
        (line("lead", "0.9", "not-said"), {"grams_per_day": 6}, "its unit is not said"),
        (line("lead", None, "ug/g", outcome="below", loq="2"), {"grams_per_day": 6}, "limit of quantitation that lies above"),
        (line("lead", None, "ug/g", outcome="not-detected"), {"grams_per_day": 6}, "no limit of detection is printed"),
        (line("lead", None, "not-said", outcome="not-detected"), {"grams_per_day": 6}, "no limit of detection is printed"),
        (line("lead", "0.1", "ug/g", outcome="above"), {"grams_per_day": 6}, "leaves both sides open"),
        (line("lead", "0.9", "ug/serving"), {"grams_per_day": 6}, "no weight of a serving"),
        (line("cadmium", "0.9", "ug/g"), {"grams_per_day": 6}, "not measured"),
    ],
)
def test_what_cannot_be_told_says_why(
    shipped: Evidence, law: list[Norm], result: Result, asked: dict[str, int], why: str
) -> None:
    found = one(answer(shipped, law, result, **asked), "ich-q3d/lead")
    assert found.verdict == "cannot tell"
    assert why in str(found.why)


def test_below_quantitation_is_within_where_the_limit_lies_above_it(shipped: Evidence, law: list[Norm]) -> None:
    """K51 of NaPDI: 7-OH below 0.124 mg/g beside 19.48 mg/g of mitragynine and four more alkaloids."""
    others = {"speciogynine": "3.18", "speciociliatine": "5.12", "paynantheine": "5.86", "isopaynantheine": "0.512"}
    lines = [line("mitragynine", "19.48"), *(line(name, value) for name, value in others.items())]
    lines.append(line("7-hydroxymitragynine", "0.124", outcome="below"))
    ky = Place(id="US-KY", name="Kentucky", parent=US)
    share = one(answer(shipped, law, *lines, place=ky), "us-ky/2024-hb293#seven-oh-share")
    assert share.verdict == "within"
    assert share.high == pytest.approx(100 * 0.124 / (0.124 + 34.152))
    gram = one(answer(shipped, law, *lines), "us-ri/kratom-act#content", "0.5 mg/g")
    assert (gram.verdict, gram.low, gram.high) == ("within", 0, 0.124)


def test_a_share_that_unmeasured_alkaloids_could_lower_is_above_only_where_nothing_could(
    shipped: Evidence, law: list[Norm]
) -> None:
    ky = Place(id="US-KY", name="Kentucky", parent=US)
    strong = answer(shipped, law, line("7-hydroxymitragynine", "22"), line("mitragynine", "6"), place=ky)
    weak = answer(shipped, law, line("7-hydroxymitragynine", "15"), line("mitragynine", "6"), place=ky)
    assert one(strong, "us-ky/2024-hb293#seven-oh-share").verdict == "above"
    assert one(weak, "us-ky/2024-hb293#seven-oh-share").verdict == "cannot tell"
    whole = answer(
        shipped, law, line("7-hydroxymitragynine", "15"), line("mitragynine", "6"), line("total-alkaloids", "22"), place=ky
    )
    assert one(whole, "us-ky/2024-hb293#seven-oh-share").verdict == "above"


def with_limits(law: list[Norm]) -> Iterator[Norm]:
    """Norms with limits that ask for no form: a certificate does not say what the product is."""
    for norm in law:
        if norm.predicate.limits and norm.effect in ("prohibit", "schedule") and norm.force == "law":
            yield replace(norm, predicate=replace(norm.predicate, forms=(), not_forms=()))


@settings(max_examples=60, deadline=None)
@given(drawn=st.tuples(st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 400)), serving=st.integers(1, 2000))
def test_verdicts_on_exact_amounts_are_those_of_the_law_engine(
    shipped: Evidence, law: list[Norm], drawn: tuple[int, int, int], serving: int
) -> None:
    """A norm with limits covers a product just where one of its limits is reached."""
    mitragynine, seven_oh, lead = drawn
    amounts = {
        "mitragynine": Decimal(mitragynine) / 10,
        "7-hydroxymitragynine": Decimal(seven_oh) / 100,
        "lead": Decimal(lead) / 100_000,
    }
    lines = [line(name, str(value)) for name, value in amounts.items()]
    weights = {"serving_g": Decimal(serving) / 100, "container_g": Decimal(serving) / 10}
    for norm in with_limits(law):
        place = Place(id=norm.place, name=norm.place, local="county" if "/" in norm.place else "no")
        live = replace(
            norm, began=replace(norm.began, first=-(10**9), last=-(10**9)), ended=replace(norm.ended, first=10**10, last=10**10)
        )
        live = replace(live, known=0, unknown_from=10**10, reach="everywhere")
        dry = any(limit.basis == "dry-weight" for group in norm.predicate.limits for limit in group)
        stated = [replace(one, basis="dry") if dry else one for one in lines]  # else it is open by which weight they are
        found = answer(shipped, [live], *stated, place=place, **weights)
        verdicts = [limit.verdict for limit in found.limits if limit.kind == "law"]
        alkaloids = {name: Amount(Fraction(value) / 1000, "gram") for name, value in amounts.items()}
        metals = any("lead" in limit.analyte for group in norm.predicate.limits for limit in group)
        kept = {name: held for name, held in alkaloids.items() if (name == "lead") == metals}
        exact = LawProduct(
            amounts=tuple(kept.items()), serving=Fraction(weights["serving_g"]), container=Fraction(weights["container_g"])
        )
        covers = match(replace(norm.predicate, any_of=tuple(kept), concentrated=False), exact).covers
        if any(name in kept and kept[name].grams == 0 for name in kept) and covers is False and "above" not in verdicts:
            continue  # a product without any of the substances is under no norm, whatever its limits
        assert ("above" in verdicts) == (covers is True), norm.id
        assert (set(verdicts) == {"within"}) == (covers is False), norm.id


def test_a_limit_counts_on_the_days_on_which_its_law_is_in_force(shipped: Evidence, law: list[Norm]) -> None:
    certificate = Certificate(file="x", results=(line("lead", "1.3", "ug/g"),), serving_g=None, sha256="0" * 64)

    def laws(day: date) -> set[str]:
        found = product_answer(certificate, shipped, standing(shipped), law, place=RI, asked=Asked(), day=day)
        return {limit.id for limit in found.limits if limit.kind == "law"}

    assert laws(date(2026, 3, 31)) == set()
    assert laws(date(2026, 4, 1)) == {"us-ri/kratom-act#content", "us-ri/kratom-act#heavy-metals"}
    known_before = [replace(norm, known=0) for norm in law if norm.instrument == "us-ri/kratom-act"]
    for day, held in ((date(2026, 3, 31), 0), (date(2026, 4, 1), 7)):
        found = product_answer(certificate, shipped, standing(shipped), known_before, place=RI, asked=Asked(), day=day)
        assert sum(limit.kind == "law" for limit in found.limits) == held
    ended = [replace(norm, ended=norm.began) for norm in known_before]
    assert not any(
        limit.kind == "law"
        for limit in product_answer(certificate, shipped, standing(shipped), ended, place=RI, asked=Asked(), day=DAY).limits
    )
    old = product_answer(certificate, shipped, standing(shipped), law, place=RI, asked=Asked(), day=date(2027, 11, 1))
    assert {limit.by.stale for limit in old.limits if limit.kind == "law"} == {True}


def test_more_of_a_product_a_day_never_brings_it_back_within(shipped: Evidence, law: list[Norm]) -> None:
    lines = [line("lead", "0.4", "ug/g"), line("cadmium", "0.2", "ug/g", outcome="below"), line("nickel", "9", "ug/g")]
    rank = {"within": 0, "cannot tell": 1, "above": 2}
    before: dict[str, int] = {}
    for grams in (1, 3, 6, 12, 25, 60, 200, 900):
        found = answer(shipped, law, *lines, grams_per_day=grams)
        now = {limit.id: rank[limit.verdict] for limit in found.limits if limit.kind == "daily"}
        assert all(now[ident] >= worst for ident, worst in before.items())
        before = now
    assert set(before.values()) >= {2}


def test_microbes_are_counted_or_absent_in_as_much_as_a_limit_asks_for(shipped: Evidence, law: list[Norm]) -> None:
    none_in = {"outcome": "absent", "value": None, "unit": "not-said"}
    ten = Result(analyte="salmonella", printed="Salmonella", sample_g=Decimal(10), **none_in)  # type: ignore[arg-type]
    full = replace(ten, sample_g=Decimal(25))
    found = replace(ten, outcome="detected")
    assert one(answer(shipped, law, full), "ahpa-2014/salmonella").verdict == "within"
    assert one(answer(shipped, law, ten), "ahpa-2014/salmonella").verdict == "cannot tell"
    assert one(answer(shipped, law, found), "ahpa-2014/salmonella").verdict == "above"
    yeast = answer(shipped, law, line("yeast-and-mould", "5000", "cfu/g"))
    assert one(yeast, "usp-2023-powders/yeast-and-mould").verdict == "above"
    assert one(yeast, "ahpa-2014/yeast-and-mould").verdict == "within"


def test_the_first_sentence_is_what_is_above_and_within_is_followed_by_what_was_not_measured(
    shipped: Evidence, law: list[Norm]
) -> None:
    bad = answer(shipped, law, line("lead", "2", "ug/g"), grams_per_day=6)
    assert re.fullmatch(r"Above 6 of \d+ limits: lead \(6 of 7\)\.", bad.sentence)
    assert bad.limits[0].verdict == "above"
    assert bad.limits[0].kind == "law"
    good = answer(shipped, law, line("lead", "0.01", "ug/g"), grams_per_day=6)
    assert re.fullmatch(r"\d+ of \d+ limits cannot be judged from this certificate; it is within the other 7\.", good.sentence)
    assert {"mitragynine", "cadmium"} <= set(good.not_measured)
    assert "lead" not in good.not_measured
    nothing = answer(shipped, law, line("not-recognised", "3"))
    assert nothing.sentence.startswith("None of ")
    assert nothing.not_recognised == ("not-recognised",)
    assert nothing.figure is None
    every = [held.sentence for held in (bad, good, nothing)] + [*bad.notes, *good.notes]
    assert [wording.forbidden(said) for said in every] == [None] * len(every)


def test_limits_for_one_group_leave_those_for_all_and_drop_those_for_others(shipped: Evidence, law: list[Norm]) -> None:
    lead = line("lead", "1.5", "ug/g")
    children = answer(shipped, law, lead, grams_per_day=6, people="children")
    assert {limit.people for limit in children.limits if limit.kind == "daily"} == {"children", "anyone"}
    assert len(answer(shipped, law, lead, grams_per_day=6).limits) > len(children.limits)


def test_the_figure_shows_what_is_known_as_a_range(shipped: Evidence, law: list[Norm]) -> None:
    found = answer(
        shipped, law, line("lead", None, "ug/g", outcome="not-detected"), line("cadmium", "0.1", "ug/g"), grams_per_day=6
    )
    assert isinstance(found.figure, Meters)
    lead = next(meter for meter in found.figure.meters if meter.label.startswith("Lead: International"))
    assert (lead.low, lead.high, lead.verdict) == (0, float("inf"), "cannot tell")
    assert len(found.figure.table.rows) == len(found.limits)


def test_without_a_place_no_law_is_looked_at(shipped: Evidence, law: list[Norm]) -> None:
    found = answer(shipped, law, line("lead", "2", "ug/g"), place=None)
    assert all(limit.kind != "law" for limit in found.limits)
    assert "No place was given, so no law was looked at." in found.notes


def test_the_file_of_a_certificate_is_in_no_answer(shipped: Evidence, law: list[Norm]) -> None:
    certificate = Certificate(file="folder/secret.csv", results=(line("lead", "2", "ug/g"),), serving_g=None, sha256="0" * 64)
    found = product_answer(certificate, shipped, standing(shipped), law, place=RI, asked=Asked(), day=DAY)
    assert "secret" not in repr(found)
    assert Path(certificate.file).name not in repr(found)
