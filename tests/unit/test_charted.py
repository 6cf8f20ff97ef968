"""The person in a chart: conditions, age and results count by code, exact name and published limit, and never by likeness."""

import itertools
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import AS_OF, Json, book, bundle, checks, evidence, observation, order, statement
from test_cards import COMFORT, DIRECTIVE, DOSE, RANK, told, worst

from equipoise.documents.cards import SUMMARY, Card, Site, cards
from equipoise.findings.charted import PASSES, STANDS_FOR, TOUCHES, Charted, charted
from equipoise.findings.charts import read
from equipoise.intake.fhir import chart
from equipoise.intake.fhir.kratom import MENTION
from equipoise.intake.fhir.observations import ITEM_9, NAMES

ICD_10 = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
ALT, AST, BILIRUBIN, QTC, PHQ_9, GAD_7 = "1742-6", "1920-8", "1975-2", "8636-3", "44261-6", "70274-6"
SITE = Site(base_url="https://kratom.example.org", pages={"qt-prolonging": "/findings/qt"})
ASKING = Site(base_url="https://kratom.example.org", ask=True)
CHILD, ADULT = "2009-11-22", "2008-11-22"


def condition(text: str | None = None, *, code: str | None = None, system: str = ICD_10, **more: object) -> Json:
    coded = {"coding": [{"system": system, "code": code}]} if code else {}
    said = {"text": text} if text else {}
    return {"resourceType": "Condition", "id": "c", "code": {**coded, **said}, **more}


def result(code: str, value: object, unit: str | None = None, *, upper: object = None, on: str | None = "2026-11-01") -> Json:
    dated = {"effectiveDateTime": on} if on else {}
    measured = {"value": value, **({"unit": unit} if unit else {})}
    limits = {"referenceRange": [{"high": {"value": upper, **({"unit": unit} if unit else {})}}]} if upper else {}
    return observation(code, valueQuantity=measured, **dated, **limits) | {"id": f"o-{code}"}


def person(born: str | None = None, sex: str | None = None) -> Json:
    known = {"birthDate": born, "gender": sex}
    return {"resourceType": "Patient", "id": "p", **{name: value for name, value in known.items() if value}}


def of(*resources: object) -> Charted:
    held = chart({"sent": list(resources)})
    return charted(book(), held, read(book(), held, AS_OF), AS_OF)


def idents(*resources: object) -> list[str]:
    return [one.answer.id for one in of(*resources).conditions]


def made(*resources: object, hook: str = "patient-view", orders: object = None, site: Site = SITE) -> tuple[Card, ...]:
    numbers = itertools.count(1)
    held = chart({"sent": list(resources)}, orders=orders)
    return cards(held, book(), checks().check, hook=hook, site=site, as_of=AS_OF, uuid=lambda: str(next(numbers)))  # type: ignore[arg-type]


def about(several: Sequence[Card]) -> Card | None:
    """The card on the person: the one with the record's entries."""
    return next((one for one in several if "\nIn the record: " in one.detail), None)


# Conditions and the age.


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        (condition(code="K70.30"), ["liver-disease"]),
        (condition(code="K7030"), ["liver-disease"]),
        (condition(code="i4581"), ["heart-disease", "long-qt"]),
        (condition("Alcoholic cirrhosis of liver without ascites", code="K70.30"), ["liver-disease"]),
        (condition("Epilepsy (disorder)", code="84757009", system=SNOMED), ["seizures"]),
        (condition("Major depressive disorder (disorder)"), ["depression"]),
        (condition("Depression, unspecified"), ["depression"]),
        (condition("anxiety and depression"), ["depression", "anxiety"]),
        (condition("Chronic pain", verificationStatus={"coding": [{"code": "provisional"}]}), ["chronic-pain"]),
        (condition("Pregnancy", recordedDate="2026-05-01"), ["pregnancy"]),
        (condition(code="Z33.1"), ["pregnancy"]),
        (condition("Pregnancy", recordedDate="2025-05-01"), []),
        (condition(code="K70.30", system=SNOMED), []),
        (condition(code="K70.30", system="http://www.cms.gov/Medicare/Coding/icd-10-pcs"), []),
        (condition("Epilepsy (mother)"), []),
        (condition("No epilepsy"), []),
        (condition("Epilepsy and migraine"), []),
        (condition("Epilepsi"), []),
        (condition("Epilepsy without aura"), []),
        (condition("Epilepsy", verificationStatus={"coding": [{"code": "refuted"}]}), []),
        (condition("Epilepsy", clinicalStatus={"coding": [{"code": "resolved"}]}), []),
        (condition("Epilepsy", abatementDateTime="2020-01-01"), []),
        (condition("Family history of epilepsy", code="G40.909"), []),
        (condition("Screening for depression", code="F32.9"), []),
        (condition("FH: epilepsy", code="G40.909"), []),
        (condition("Fam hx of epilepsy", code="G40.909"), []),
        (condition("F/H: epilepsy", code="G40.909"), []),
        (condition("Long QT syndrome, ruled out", code="I45.81"), []),
        (condition("No evidence of cirrhosis", code="K74.60"), []),
        (condition("Epilepsy, unspecified, not intractable, without status epilepticus", code="G40.909"), ["seizures"]),
        (condition("no spleen"), ["weak-immune-system"]),
        (condition(code="K74.60", system="urn:oid:2.16.840.1.113883.6.90"), ["liver-disease"]),
        (condition(code="K74.60", system="http://www.cms.gov/Medicare/Coding/ICD10"), []),
        (condition("Epilepsy", clinicalStatus={"text": "Resolved"}), []),
        (condition("Epilepsy", clinicalStatus={"coding": [{"code": "remission"}]}), ["seizures"]),
        (condition("Pregnancy", recordedDate="2026-01-02"), []),
        (condition("Pregnancy", recordedDate="2026-06-02", abatementDateTime="2026-10-01", clinicalStatus="active"), []),
        (condition("surgery", recordedDate="2010-01-01"), []),
        (condition("surgery", recordedDate="2026-10-01"), ["surgery"]),
        (condition("Kratom dependence", code="F11.20"), []),
        (condition("Sprained ankle", code="S93.4"), []),
    ],
)
def test_a_condition_counts_by_icd_10_or_by_its_exact_name_and_only_while_it_holds(resource: Json, found: list[str]) -> None:
    assert sorted(idents(resource)) == sorted(found)


@pytest.mark.parametrize(
    ("resource", "word"),
    [
        (condition("Epilepsy", code="G40.909", verificationStatus={"coding": [{"code": "differential"}]}), "differential"),
        (condition("Rule out epilepsy", code="G40.909"), "in doubt"),
        (condition("Epilepsy", clinicalStatus={"coding": [{"code": "remission"}]}), "in remission"),
        (condition("Epilepsy", clinicalStatus="active", abatementDateTime="2020-01-01"), "an end is recorded"),
    ],
)
def test_what_makes_a_condition_less_than_sure_stands_in_the_first_line_unless_another_entry_is_sure(
    resource: Json, word: str
) -> None:
    card = about(made(statement(), resource))
    assert card is not None
    assert card.summary.startswith(f"Kratom and seizures or epilepsy ({word}): ")
    assert f"(Condition/c, {word})." in card.detail
    sure = about(made(statement(), resource, {**condition("seizure"), "id": "d"}))
    assert sure is not None
    assert sure.summary.startswith("Kratom and seizures or epilepsy: ")


def test_what_its_words_or_its_age_speak_against_is_named_and_not_where_another_entry_counts() -> None:
    denied = told(*made(statement(), condition("FH: epilepsy", code="G40.909")))
    assert "Not counted: “FH: epilepsy” (Condition/c), by its words absent, looked for, or of somebody else." in denied
    old = [condition("Pregnancy", recordedDate=f"20{year}-01-01") | {"id": str(year)} for year in range(10, 24)]
    assert told(*made(statement(), *old)).count("Not counted: pregnancy, since its entry (Condition/23) is of 2023-01-01.") == 1
    assert "Not counted" not in told(*made(statement(), *old, condition("Pregnancy", recordedDate="2026-10-01")))
    many = [condition(f"FH: epilepsy {number}", code="G40.909") for number in range(40)]
    assert told(*made(statement(), *many)).count("Not counted: “") == 12
    assert "Not counted: 28 more entries, for like reasons." in told(*made(statement(), *many))


def test_an_entry_stands_with_its_newest_date_and_a_diagnosis_of_a_visit_is_called_so() -> None:
    visit = {"category": [{"coding": [{"code": "encounter-diagnosis"}]}]}
    dated = [condition("Epilepsy", recordedDate=f"{year}-03-01", **visit) | {"id": str(year)} for year in (2010, 2022, 2016)]
    card = about(made(statement(), *dated))
    assert card is not None
    assert "In the record: “Epilepsy” (Condition/2022, 2022-03-01, a diagnosis of a visit)." in card.detail


def test_how_many_conditions_of_the_record_mean_none_of_ours_is_said() -> None:
    record = [condition("Sarcoidosis"), condition("Epilepsy"), condition("Kratom dependence"), condition("Sarcoidosis")]
    assert "Conditions of the record: 2 of 3 mean one on record here" in told(*made(statement(), *record))
    assert "Conditions of the record" not in told(*made(statement(), condition("Epilepsy")))


def test_more_conditions_are_never_left_out_of_the_first_line_unsaid_and_what_endangers_life_stands_first_below() -> None:
    card = about(made(statement(), condition("anxiety"), {**condition("Suicidal ideation", code="R45.851"), "id": "d"}))
    assert card is not None
    assert card.summary.endswith("Also: 1 more.")
    names = (
        "bipolar disorder",
        "depression",
        "schizophrenia",
        "anxiety",
        "long qt",
        "COPD",
        "surgery",
        "epilepsy",
        "cirrhosis",
    )
    many = about(made(statement(), *({**condition(name), "id": name} for name in names), condition(code="R45.851")))
    assert many is not None
    lines = [line for line in many.detail.splitlines() if line.startswith("- ")]
    graves = ["life-threatening" in line for line in lines]
    assert graves == sorted(graves, reverse=True)
    assert "- Kratom and thoughts of suicide or an attempt before: " in many.detail


@pytest.mark.parametrize("ident", evidence().conditions)
def test_every_name_and_code_of_a_condition_is_found_in_a_chart(ident: str) -> None:
    held = evidence().conditions[ident]
    if held.applies.to == "age":
        return
    for name in (held.label, *held.names):
        assert (ident in idents(condition(name))) != bool(MENTION.search(name)), name
    for code in held.icd10:
        assert ident in idents(condition(code=code)), code


@pytest.mark.parametrize(
    ("born", "found", "note"),
    [
        ("1961-11-22", ["over-65"], None),
        ("1961-11-23", [], None),
        ("1961", [], "age 64 or 65"),
        ("1960", ["over-65"], None),
        (CHILD, ["under-18"], None),
        (ADULT, [], None),
        ("2008", [], "age 17 or 18"),
        ("2026-11", ["under-18"], None),
        ("2027", [], None),
        (None, [], None),
    ],
)
def test_an_age_counts_whichever_day_of_a_partial_birth_date_it_is_and_is_else_named(
    born: str | None, found: list[str], note: str | None
) -> None:
    held = of(person(born))
    assert [one.answer.id for one in held.conditions] == found
    assert note is None if not held.notes else str(note) in held.notes[0]


def test_one_condition_that_stands_many_times_in_a_record_is_named_once() -> None:
    (one,) = of(*({**condition("Epilepsy"), "id": str(number)} for number in range(13))).conditions
    assert [(held.name, held.record) for held in one.recorded] == [("Epilepsy", "Condition/0")]


# Results.


@pytest.mark.parametrize(
    ("resources", "raised", "high"),
    [
        ([result(ALT, 41, "U/L", upper=40)], True, False),
        ([result(ALT, 40, "U/L", upper=40)], False, False),
        ([result(ALT, 119, "U/L", upper=40)], True, False),
        ([result(ALT, 120, "U/L", upper=40)], True, True),
        ([result(AST, 120, "U/L", upper=40)], True, True),
        ([result(BILIRUBIN, 2.3, "mg/dL", upper=1.2)], True, False),
        ([result(BILIRUBIN, 2.4, "mg/dL", upper=1.2)], True, True),
        ([result(ALT, 9000, "U/L")], False, False),
        ([result(ALT, 9000, "U/L") | {"interpretation": [{"coding": [{"code": "HH"}]}]}], True, False),
        ([result(ALT, 9000, "U/L") | {"interpretation": [{"text": "Abnormal"}]}], True, False),
        ([result(ALT, 3, "U/L", upper=40) | {"interpretation": [{"coding": [{"code": "A"}]}]}], False, False),
        ([result(ALT, 30, "U/L", upper=40) | {"interpretation": [{"coding": [{"code": "H"}]}]}], True, False),
        ([result(ALT, 30, "U/L", upper=40) | {"interpretation": [{"coding": [{"code": "N"}]}]}], False, False),
        ([result(ALT, 90, "U/L") | {"referenceRange": [{"high": {"value": 1, "unit": "ukat/L"}}]}], False, False),
        ([result(ALT, 45, "U/L") | {"referenceRange": [{"high": {"value": limit}} for limit in (35, 50)]}], False, False),
        ([result(ALT, 180, "U/L") | {"referenceRange": [{"high": {"value": 40, "unit": "IU/L", "code": "U/L"}}]}], True, True),
        ([result(ALT, 180, "U/L") | {"referenceRange": [{"text": "7-52 U/L"}]}], True, True),
        ([result(ALT, 53, "U/L") | {"referenceRange": [{"text": "<=52"}]}], True, False),
        ([result(ALT, 180, "U/L") | {"referenceRange": [{"text": "7-52 ukat/L"}]}], False, False),
        ([result(ALT, 180, "U/L") | {"referenceRange": [{"text": "M 7-52, F 7-40"}]}], False, False),
        ([result(ALT, 180, "U/L") | {"referenceRange": [{"text": "52-7"}]}], False, False),
        ([result("1743-4", 180, "U/L", upper=52)], True, True),
        ([result("1744-2", 180, "U/L", upper=52)], True, True),
        ([result("30239-8", 180, "U/L", upper=52)], True, True),
        ([result("88112-8", 180, "U/L", upper=52)], True, True),
        ([result("14631-6", 60, "umol/L", upper=21)], True, True),
        ([result(QTC, 455, "ms"), person("2016-01-01", "male")], False, False),
        ([result(QTC, 455, "ms"), person("2008-11-22", "male")], True, False),
        (
            [
                result(ALT, 45, "U/L")
                | {"referenceRange": [{"high": {"value": 9}, "type": {"coding": [{"code": "treatment"}]}}]}
            ],
            False,
            False,
        ),
        ([result(ALT, 50, "U/L", upper=40) | {"valueQuantity": {"value": 50, "unit": "U/L", "comparator": "<"}}], False, False),
        ([result(ALT, 40, "U/L", upper=40) | {"valueQuantity": {"value": 40, "unit": "U/L", "comparator": ">"}}], True, False),
        ([result(QTC, 449, "ms"), person(sex="male")], False, False),
        ([result(QTC, 450, "ms"), person(sex="male")], True, False),
        ([result(QTC, 459, "ms"), person(sex="female")], False, False),
        ([result(QTC, 460, "ms"), person(sex="female")], True, False),
        ([result(QTC, 459, "ms")], False, False),
        ([result(QTC, 460, "ms"), person(sex="other")], True, False),
        ([result(QTC, 499, "ms")], True, False),
        ([result(QTC, 500, "ms")], True, True),
        ([result(QTC, 0.5, "s")], True, True),
        ([result(PHQ_9, 27, "{score}")], False, False),
    ],
)
def test_a_liver_test_is_raised_by_its_own_laboratory_and_qtc_by_the_published_limits(
    resources: list[Json], raised: bool, high: bool
) -> None:
    (one,) = of(*resources).results
    assert (one.raised, one.high) == (raised, high)


@pytest.mark.parametrize(
    "resource",
    [
        result(QTC, 0.5),
        result(QTC, 480, "mm"),
        result(QTC, 450, "s"),
        result(QTC, 0.45, "ms"),
        result(PHQ_9, 28),
        result(ALT, -5, "U/L", upper=40),
    ],
)
def test_a_unit_or_a_sum_that_cannot_be_is_named_as_not_read(resource: Json) -> None:
    held = chart({"sent": [resource]})
    assert held.observations == ()
    assert held.unread[0].what == f"Observation/{resource['id']}"
    assert re.search("unit|other than|scale|below zero", held.unread[0].why)


def test_an_old_result_that_cannot_be_read_is_not_named_beside_a_newer_one_that_can() -> None:
    old = {**result(PHQ_9, 10.5, on="1996-02-18"), "id": "old"}
    held = chart({"sent": [old, result(PHQ_9, 10)]})
    assert held.unread == ()
    assert chart({"sent": [old, result(PHQ_9, 10, on="1995-01-01")]}).unread


@pytest.mark.parametrize(("status", "value"), [("corrected", 31), ("final", 31), ("preliminary", 900)])
def test_of_one_moment_what_is_final_counts_before_what_is_preliminary(status: str, value: int) -> None:
    early = result(ALT, 900, "U/L", upper=40) | {"status": "preliminary", "id": "early"}
    late = result(ALT, 31, "U/L", upper=40) | {"status": status}
    for pair in ((early, late), (late, early)):
        (one,) = of(*pair).results
        assert (one.value, "preliminary" in one.shown) == (str(value), status == "preliminary")


def test_a_result_with_a_date_to_come_raises_nothing_is_named_and_hides_no_other() -> None:
    wrong, right = result(ALT, 30, "U/L", upper=40, on="2062-11-01"), result(ALT, 180, "U/L", upper=40)
    several = made(statement(), wrong | {"id": "wrong"}, right)
    assert "Kratom and a high ALT" in told(*several)
    assert "not used: ALT 30 (U/L, laboratory's limit 40, 2062-11-01)." in told(*several)
    assert about(made(statement(), result(ALT, 180, "U/L", upper=40, on="2062-11-01"))) is None
    assert about(made(statement(), result(ALT, 180, "U/L", upper=40, on="2026-11-23"))) is not None


def test_a_limit_that_came_and_cannot_be_read_is_not_called_missing() -> None:
    worded = result(ALT, 180, "U/L") | {"referenceRange": [{"text": "see report"}]}
    assert "ALT 180 (U/L, its limit could not be read, 2026-11-01)" in told(*made(statement(), worded))
    low = result(ALT, 180, "U/L") | {"referenceRange": [{"low": {"value": 7}}]}
    assert "no limit of the laboratory" in told(*made(statement(), low))


@pytest.mark.parametrize(
    ("value", "comparator", "said"),
    [(119.9, None, "2.9 times"), (40.5, None, "just above"), (7000, ">", "more than 175 times"), (399, None, "9.9 times")],
)
def test_how_many_times_a_limit_is_cut_off_and_never_rounded_up(value: float, comparator: str | None, said: str) -> None:
    one = result(ALT, value, "U/L", upper=40)
    if comparator:
        one["valueQuantity"]["comparator"] = comparator
    assert f"): {said} that limit" in told(*made(statement(), one))


@pytest.mark.parametrize("on", ["2025-11-21", "2024", None])
def test_a_result_older_than_a_year_or_without_a_date_raises_nothing_and_is_named(on: str | None) -> None:
    old = result(ALT, 400, "U/L", upper=40, on=on)
    several = made(old, statement())
    assert about(several) is None
    assert "not used: ALT 400 (U/L, laboratory's limit 40, " in told(*several)
    assert about(made(result(ALT, 400, "U/L", upper=40, on="2025-11-22"), statement())) is not None


# Cards.


def test_a_card_on_the_person_says_what_how_sure_by_which_study_and_when_looked_at_with_the_gravest_first() -> None:
    several = made(
        statement(),
        condition("Epilepsy"),
        {**condition(code="K74.6"), "id": "d"},
        {**condition("Major depression"), "id": "e"},
        result(ALT, 180, "U/L", upper=40),
    )
    card = about(several)
    assert card is not None
    assert card.indicator == "warning"
    assert card.summary == (
        "Kratom and liver disease with a high ALT: serious if it happens; expected, not studied; "
        "read 2026-11-22, not yet checked. Also: 2 more."
    )
    first, entry, *_ = card.detail.split("\n\n")
    assert first.startswith("**Kratom and liver disease: serious if it happens; expected, not studied.** Evidence read ")
    assert entry.startswith("In the record: “K74.6” (Condition/d); ALT 180 (U/L, laboratory's limit 40, 2026-11-01): 4.5 times")
    assert "Evidence on record, by kind: " in card.detail
    assert "To watch for: yellow eyes or skin" in card.detail
    assert told(*several).count("ALT 180") == 1
    lines = [line for line in card.detail.splitlines() if line.startswith("- ")]
    assert [line.split(":")[0] for line in lines] == ["- Kratom and depression", "- Kratom and seizures or epilepsy"]


def test_what_is_grave_and_seen_in_people_is_a_warning_and_what_is_only_expected_is_not() -> None:
    for name, indicator in (("depression", "warning"), ("liver disease", "info"), ("long qt", "info")):
        card = about(made(statement(), condition(name)))
        assert card is not None
        assert card.indicator == indicator, name


def test_what_is_less_than_serious_has_no_card_alone_and_is_named_with_how_bad_and_how_likely() -> None:
    for name, said in (
        ("hypothyroidism", "Kratom and thyroid disease: how bad it would be is unknown; likelihood unknown."),
        ("chronic pain", "Kratom and chronic pain: moderate if it happens; seen in one case report."),
    ):
        several = made(statement(), condition(name))
        assert about(several) is None
        assert f"In the record too, of less weight: {said}" in told(*several)
        beside = about(made(statement(), condition(name), {**condition("Epilepsy"), "id": "d"}))
        assert beside is not None
        assert f"- {said} In the record: " in beside.detail


def test_a_long_qt_and_a_medicine_with_a_rule_on_it_are_said_together_with_the_page_of_the_rule() -> None:
    card = about(made(statement(), order("1", "quetiapine"), result(QTC, 512, "ms")))
    assert card is not None
    assert card.summary.startswith("Kratom and a QTc of 512 ms: life-threatening if it happens; ")
    assert "Here too: quetiapine (may lengthen the QT interval)." in card.detail
    assert "from 500 ms: " in card.detail
    assert [one.url for one in card.links] == ["https://kratom.example.org/findings/qt"]


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_on_orders_the_person_has_a_card_only_where_an_ordered_medicine_bears_on_the_same(hook: str) -> None:
    record = (statement(), condition("long qt"), {**condition("depression"), "id": "d"}, order("1", "quetiapine"))
    sharing = made(*record, hook=hook, orders=bundle(order("9", "citalopram", status="draft")))
    card = about(sharing)
    assert card is not None
    assert card.summary.startswith("Kratom and a long QT interval")
    assert "depression" not in card.detail
    assert "a card on it comes when the chart is opened: depression." in told(*sharing)
    other = made(*record, hook=hook, orders=bundle(order("9", "ibuprofen", status="draft")))
    assert about(other) is None
    assert "a card on it comes when the chart is opened: a long QT interval, depression." in told(*other)


def test_sums_of_scales_and_results_within_their_limits_are_named_as_recorded_and_nobody_is_scored() -> None:
    several = made(
        statement(), result(PHQ_9, 14), result(GAD_7, 4), result(ALT, 30, "U/L", upper=40), result(BILIRUBIN, 4.2, "mg/dL")
    )
    assert about(several) is None
    assert (
        "Results as recorded; nobody was scored here: ALT 30 (U/L, laboratory's limit 40, 2026-11-01); "
        "total bilirubin 4.2 (mg/dL, no limit of the laboratory, 2026-11-01); "
        "PHQ-9 14/27 (2026-11-01): “moderate” from 10 in Kroenke 2001; GAD-7 4/21 (2026-11-01)."
    ) in told(*several)


@pytest.mark.parametrize(
    ("resource", "why"),
    [
        (result(PHQ_9, 10), "depression"),
        (result(PHQ_9, 9), None),
        (result(PHQ_9, 20, on="2020-01-01"), None),
        (result(GAD_7, 21), None),
        (result(ALT, 60, "U/L", upper=40), "the liver"),
        (result(ALT, 60, "U/L"), None),
        (result(QTC, 600, "ms"), None),
        (condition("Family history of depression", code="F32.9"), None),
        (condition("FH depression"), None),
        (condition(code="F11.21", clinicalStatus={"coding": [{"code": "remission"}]}), "opioids"),
    ],
)
def test_a_sum_at_the_cut_a_raised_liver_test_or_a_condition_of_the_person_is_a_reason_to_ask(
    resource: Json, why: str | None
) -> None:
    several = made(resource, site=ASKING)
    assert len(several) == (why is not None)
    if why is not None:
        assert f"({why})" in several[0].summary
        assert ("Results as recorded: " in several[0].detail) == (resource["resourceType"] == "Observation")


def test_without_recorded_use_nothing_of_the_person_is_said() -> None:
    assert made(condition("liver disease"), result(ALT, 900, "U/L", upper=40), person("1940-01-01")) == ()


@pytest.mark.parametrize("ident", evidence().conditions)
@pytest.mark.parametrize("status", ["active", "stopped"])
def test_no_summary_on_the_person_is_cut_before_it_says_how_sure_and_when_looked_at(ident: str, status: str) -> None:
    liver = [result(code, 400, "U/L", upper=40) for code in (ALT, AST)] + [result(BILIRUBIN, 2, upper=1.2)]
    for results in ([], liver):
        card = about(made(statement(status=status), condition(evidence().conditions[ident].label), *results))
        assert card is None or re.search(r"; (?:read|checked) [\d-]{10}[.,]", card.summary), card.summary
    assert "a high ALT, AST and a raised total bilirubin" in told(*made(statement(), *liver))


def test_use_recorded_as_ended_is_said_on_the_card_on_the_person() -> None:
    card = about(made(statement(status="stopped"), condition("Epilepsy")))
    assert card is not None
    assert card.summary.startswith("Kratom (recorded as ended) and seizures or epilepsy: ")


def test_a_name_or_a_unit_of_a_record_cannot_put_markup_a_link_or_a_dose_into_a_card() -> None:
    bad = result(ALT, 50, "mg kratom [x](https://evil.example.org)", upper=40)
    several = made(statement(), condition("Epilepsy", code="K74<img src=x>[a](https://evil.example.org)"), bad)
    assert "evil" not in told(*several).replace("https\\://evil.example.org", "")
    assert "<img" not in told(*several).replace("\\<img", "")
    assert "ALT 50 (no unit, laboratory's limit 40, 2026-11-01)" in told(*several)


MANY = [condition(held.label) | {"id": ident} for ident, held in evidence().conditions.items()]
RESULTS = [
    result(ALT, 400, "U/L", upper=40),
    result(BILIRUBIN, 9.5, "mg/dL", upper=1.2),
    result(QTC, 0.52, "s"),
    result(PHQ_9, 22),
    result(GAD_7, 15),
]


@settings(max_examples=80)
@given(
    st.lists(st.sampled_from([*MANY, *RESULTS, person("1940-01-01", "male")]), max_size=8),
    st.sampled_from([*MANY, *RESULTS]),
    st.sampled_from(["sertraline", "quetiapine", "oxycodone", "ibuprofen", "Zzyzx"]),
    st.sampled_from(["patient-view", "order-sign"]),
)
def test_more_of_the_person_never_lowers_a_card_is_never_critical_and_never_advises_or_comforts(
    record: list[Json], more: Json, medicine: str, hook: str
) -> None:
    drafts = bundle(order("9", medicine, status="draft"))
    bare = made(statement(), hook=hook, orders=drafts)
    few = made(statement(), *record, hook=hook, orders=drafts)
    several = made(statement(), *record, more, hook=hook, orders=drafts)
    assert worst(bare) <= worst(few) <= worst(several)
    for one in (about(few), about(several)):
        assert one is None or RANK[one.indicator] < RANK["critical"]
    for one in several:
        assert len(one.summary) <= SUMMARY
        for pattern in (DOSE, DIRECTIVE, COMFORT):
            assert not pattern.search(f"{one.summary}\n{one.detail}"), pattern.pattern


_NUMBERS = st.none() | st.integers() | st.floats() | st.sampled_from([0, 1, 40, 500, 1e300, 5e-324, "7"])
_QUANTITIES = st.fixed_dictionaries(
    {}, optional={"value": _NUMBERS, "unit": st.sampled_from(["ms", "s", "U/L", "", 3]), "comparator": st.sampled_from("<>=")}
)


@settings(max_examples=200)
@given(st.sampled_from([*NAMES]), _QUANTITIES, st.lists(st.fixed_dictionaries({"high": _QUANTITIES}), max_size=2))
def test_any_number_of_a_result_is_read_or_named_and_never_breaks(code: str, value: Json, ranges: list[Json]) -> None:
    odd = observation(code, valueQuantity=value, referenceRange=ranges, effectiveDateTime="2026-11-01")
    held = chart({"sent": [odd]})
    assert len(held.observations) + len(held.unread) == 1
    for one in made(odd, statement()):
        assert len(one.summary) <= SUMMARY
        assert len(one.detail) < 5000


def test_every_limit_of_the_table_is_of_a_result_that_is_read_and_every_condition_that_is_named_is_on_record() -> None:
    words = evidence().vocabulary
    assert {one.result for one in words.result_limits.values()} == {*NAMES.values()} - {ITEM_9}
    assert {*STANDS_FOR.values(), *TOUCHES, *PASSES} <= evidence().conditions.keys()
    assert {word for several in TOUCHES.values() for word in several} <= words.properties.keys()
