"""Medicines of a chart against the register: codes and words apart, both where they differ, nothing that is only similar."""

from datetime import date, timedelta

import pytest
from patients import AS_OF, RXNORM, book, order, synthea

from equipoise.findings.charts import ChartMedicine, ChartMedicines, dated, names, read, reasons_to_ask
from equipoise.intake.fhir import Chart, bare, chart, written


def charted(*resources: object) -> Chart:
    return chart({"sent": list(resources)})


def found(*resources: object, as_of: date = AS_OF) -> ChartMedicines:
    return read(book(), charted(*resources), as_of)


def one(text: str, code: str | None = None) -> ChartMedicine:
    (only,) = found(order("1", text, code=code)).current
    return only


@pytest.mark.parametrize(
    ("text", "medicines"),
    [
        ("24 HR venlafaxine 75 MG Extended Release Oral Capsule", {"venlafaxine"}),
        ("Acetaminophen 300 MG / Hydrocodone Bitartrate 5 MG Oral Tablet", {"paracetamol", "hydrocodone"}),
        ("Abuse-Deterrent 12 HR Oxycodone Hydrochloride 15 MG Extended Release Oral Tablet [Oxycontin]", {"oxycodone"}),
        ("Ibuprofen 400 MG Oral Tablet [Ibu]", {"ibuprofen"}),
        ("{28 (fluoxetine 20 MG Oral Capsule)} Pack", {"fluoxetine"}),
        ("72 HR Fentanyl 0.025 MG/HR Transdermal System", {"fentanyl"}),
        ("buprenorphine 2 MG / naloxone 0.5 MG Sublingual Tablet", {"buprenorphine", "naloxone"}),
        ("Zoloft", {"sertraline"}),
    ],
)
def test_a_product_is_read_by_its_written_ingredients(text: str, medicines: set[str]) -> None:
    assert (one(text).kind, set(one(text).medicines)) == ("read", medicines)


def test_a_code_is_read_where_the_words_say_nothing() -> None:
    assert one("Tablet, see note", "36437").medicines == ("sertraline",)
    coded = order("1", "x") | {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "5489"}]}}
    assert found(coded).current[0].medicines == ("hydrocodone",)


def test_where_code_and_words_differ_both_are_named_and_taken() -> None:
    both = one("hydrocodone", "36437")
    assert (both.kind, both.medicines) == ("disagrees", ("sertraline", "hydrocodone"))
    assert both.sentence == "The code means sertraline, the words beside it hydrocodone: both were checked."
    foreign = one("lisinopril 10 MG Oral Tablet", "36437")
    assert (foreign.kind, foreign.medicines) == ("disagrees", ("sertraline",))
    assert "only sertraline was checked" in foreign.sentence


def test_words_that_hold_more_than_the_code_do_not_contradict_it() -> None:
    percocet = one("Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet [Percocet]", "7804")
    assert (percocet.kind, set(percocet.medicines)) == ("read", {"oxycodone", "paracetamol"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("trazadone", "unclear"),
        ("suboxin", "unclear"),
        ("Cipramil", None),
        ("the pill", "not-recognised"),
        ("kratom", "topic"),
        ("lisinopril 10 MG Oral Tablet", "not-in-register"),
        ("Zzyzx compound", "not-recognised"),
    ],
)
def test_a_name_that_is_only_similar_is_never_taken(text: str, kind: str | None) -> None:
    """Misspellings, brands and generic words that fuzzy matching has turned into other medicines."""
    if kind is None:
        assert set(one(text).medicines) <= {"citalopram"}
    else:
        assert (one(text).kind, one(text).medicines) == (kind, ())


def test_what_is_past_is_kept_apart_and_an_old_dispense_is_past() -> None:
    dispensed = order("2", "quetiapine", kind="MedicationDispense", status="completed") | {"whenHandedOver": "2026-01-01"}
    held = found(order("1", "sertraline", status="stopped"), dispensed)
    assert [medicine.medicines for medicine in held.current] == [("quetiapine",)]
    assert [medicine.name.named for medicine in held.past] == ["sertraline"]
    assert found(dispensed, as_of=AS_OF + timedelta(days=365)).current == ()


def test_more_unknown_names_than_are_looked_up_are_counted_and_none_is_lost() -> None:
    held = found(*(order(str(number), f"Zzyzx{number:03d} compound") for number in range(60)))
    assert len(held.current) + len(held.beyond) == 60
    assert held.beyond


def test_the_names_of_all_that_was_read_are_names_of_the_register() -> None:
    held = read(book(), chart({"all": synthea("soledad-bailey")}), AS_OF)
    assert {"lithium", "quetiapine", "escitalopram", "sertraline", "buspirone", "hydrocodone"} <= set(held.idents)
    assert set(names(book(), held.idents)) <= {medicine.name for medicine in book().evidence.medicines.values()}
    assert dated(book().evidence) >= date(2026, 11, 22)


def test_amounts_are_left_out_of_a_name_and_nothing_else_is() -> None:
    assert bare("Acetaminophen 325 MG / HYDROcodone Bitartrate 5 MG Oral Tablet") == (
        "Acetaminophen / HYDROcodone Bitartrate Oral Tablet"
    )
    assert bare("fentanyl 0.05 MG/HR transdermal patch") == "fentanyl transdermal patch"
    assert bare("7-OH tablets") == "7-OH tablets"
    assert written("Zoloft") is None


@pytest.mark.parametrize(
    ("resource", "why"),
    [
        ({"code": {"text": "Major depressive disorder"}}, ("depression",)),
        ({"code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F11.20"}]}}, ("opioids",)),
        ({"code": {"text": "Chronic hepatitis C"}}, ("the liver",)),
        ({"code": {"text": "No history of depression"}}, ()),
        ({"code": {"text": "Depression"}, "clinicalStatus": {"coding": [{"code": "resolved"}]}}, ()),
        ({"code": {"text": "Asthma"}}, ()),
    ],
)
def test_depression_opioids_and_the_liver_are_reasons_to_ask(resource: dict[str, object], why: tuple[str, ...]) -> None:
    held = charted({"resourceType": "Condition", "id": "c", **resource})
    assert reasons_to_ask(book(), held, read(book(), held, AS_OF)) == why


def test_an_opioid_on_the_list_is_a_reason_to_ask() -> None:
    held = charted(order("1", "oxycodone"))
    assert reasons_to_ask(book(), held, read(book(), held, AS_OF)) == ("opioids",)
