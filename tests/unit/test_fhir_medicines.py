"""Medicines of a chart against the register: codes and words apart, both where they differ, nothing that is only similar."""

from datetime import date, timedelta

import pytest
from patients import AS_OF, RXNORM, book, order, synthea

from equipoise.findings.charted import reasons_to_ask
from equipoise.findings.charts import ChartMedicine, ChartMedicines, names, read
from equipoise.intake.fhir import Chart, bare, chart, written

PATIENTS = ("becky-fadel", "krystina-ratke", "soledad-bailey", "tommie-koepp")


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
        ("Smoking Cessation 12 HR bupropion hydrochloride 150 MG Extended Release Oral Tablet [Zyban]", {"bupropion"}),
        ("PMDD fluoxetine 10 MG Oral Tablet", {"fluoxetine"}),
        ("Osmotic 24 HR paliperidone 3 MG Extended Release Oral Tablet", {"paliperidone"}),
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


def coded(*codes: str, text: str | None = None) -> ChartMedicine:
    """An order by codes of RxNorm, with or without words."""
    said = {"coding": [{"system": RXNORM, "code": code} for code in codes], **({"text": text} if text else {})}
    (only,) = found(order("1", "") | {"medicationCodeableConcept": said}).current
    return only


@pytest.mark.parametrize(
    ("code", "medicines", "others"),
    [
        ("349332", {"escitalopram"}, ()),
        ("833036", {"hydrocodone", "paracetamol"}, ()),
        ("155137", {"sertraline"}, ()),
        ("861769", {"metformin"}, ("sitagliptin",)),
    ],
)
def test_the_code_of_a_product_or_a_salt_is_read_without_words(code: str, medicines: set[str], others: tuple[str, ...]) -> None:
    read = coded(code)
    assert (read.kind, set(read.medicines), read.others) == ("read", medicines, others)


def test_a_product_whose_words_name_another_medicine_is_checked_as_both() -> None:
    both = one("quetiapine 25 MG Oral Tablet", "833036")
    assert (both.kind, both.medicines) == ("disagrees", ("hydrocodone", "paracetamol", "quetiapine"))
    assert both.sentence == "The code means hydrocodone and paracetamol, the words beside it quetiapine: both were checked."
    foreign = one("famotidine 20 MG Oral Tablet", "833036")
    assert foreign.sentence.endswith("the words beside it famotidine: only hydrocodone and paracetamol were checked.")
    assert one("fluoxetine / olanzapine", "861769").sentence.startswith("The code means metformin and sitagliptin, ")


@pytest.mark.parametrize(
    ("code", "text", "medicines"),
    [
        ("833036", "hydrocodone", {"hydrocodone", "paracetamol"}),
        ("849450", "Naproxen sodium", {"sumatriptan"}),
        ("312938", "Zoloft and kratom", {"sertraline"}),
        ("999999999", "sertraline 50 MG Oral Tablet", {"sertraline"}),
        ("999999999", "Zzyzx", set()),
    ],
)
def test_words_that_name_a_part_of_a_product_or_stand_by_an_unknown_code_do_not_contradict_it(
    code: str, text: str, medicines: set[str]
) -> None:
    read = one(text, code)
    assert (read.kind, set(read.medicines)) == ("read" if medicines else "not-recognised", medicines)


def test_what_else_is_in_a_product_is_named_once_by_code_and_words() -> None:
    assert one("sumatriptan 85 MG / naproxen sodium 500 MG Oral Tablet", "849450").others == ("naproxen sodium",)


def test_codes_of_parts_are_one_product_and_codes_of_two_products_disagree() -> None:
    assert coded("5489", "161", "833036").kind == "read"
    assert coded("142439", "161").kind == "read"
    assert coded("155137", "833036").kind == "disagrees"
    both = coded("312938", "349332")
    assert (both.kind, set(both.medicines)) == ("disagrees", {"sertraline", "escitalopram"})
    assert both.sentence == "The codes mean different medicines (sertraline, escitalopram): all were checked."
    assert ", the words beside them quetiapine: all" in coded("312938", "349332", text="quetiapine").sentence


def test_ingredients_that_a_record_lists_are_one_product_however_each_is_named() -> None:
    def listed(*parts: dict[str, object], name: str | None = None) -> ChartMedicine:
        held = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": part} for part in parts]}
        medication = held | ({"code": {"text": name}} if name else {})
        request = {"resourceType": "MedicationRequest", "id": "1", "status": "active", "contained": [medication]}
        (only,) = found(request | {"medicationReference": {"reference": "#m"}}).current
        return only

    by_words = ({"text": "oxycodone"}, {"text": "paracetamol"})
    by_code = ({"coding": [{"system": RXNORM, "code": "1049604"}]}, {"coding": [{"system": RXNORM, "code": "313782"}]})
    for parts in (by_words, by_code, (by_words[0], by_code[1])):
        assert (listed(*parts).kind, set(listed(*parts).medicines)) == ("read", {"oxycodone", "paracetamol"})
    assert listed(*by_words, name="oxycodone").kind == "read"
    assert listed(*by_code, {"text": "famotidine"}).kind == "read"
    assert listed(*by_words, name="sertraline").kind == listed(*by_code, name="sertraline").kind == "disagrees"
    assert listed(by_words[0], by_code[1] | {"text": "sertraline"}).kind == "disagrees"


def test_codes_of_invented_patients_agree_with_the_words_beside_them() -> None:
    """The displays of these records are RxNorm's own, made without our table."""
    held = [read(book(), chart({"all": synthea(name)}), AS_OF) for name in PATIENTS]
    codings = {
        (coding.code, coding.display)
        for one in held
        for medicine in one.current
        for coding in medicine.listed.name.codings
        if (RXNORM, coding.code) in book().codes
    }
    assert len(codings) >= 5
    assert not [medicine.sentence for one in held for medicine in one.of_kind("disagrees")]


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


@pytest.mark.parametrize(
    ("text", "medicines"),
    [
        ("OXYCODONE-ACETAMINOPHEN 5-325 MG PO TABS", {"oxycodone", "paracetamol"}),
        ("buPROPion XL (WELLBUTRIN XL) 150 mg 24 hr tablet", {"bupropion"}),
        ("traZODone (DESYREL) 50 mg tablet", {"trazodone"}),
        ("sertraline (as hydrochloride) 50 mg tablet", {"sertraline"}),
        ("methadone 5-10 mg tablet", {"methadone"}),
        ("dextroamphetamine-amphetamine (ADDERALL) 10 mg tablet", {"dexamfetamine", "amfetamine"}),
        ("oxycodone-acetaminophen 10 mg tablet", {"oxycodone", "paracetamol"}),
        ("oxycodone-zzyzx 10 mg tablet", set()),
        ("OXYCODONE-ZZYZX 5-325 MG TABS", set()),
        ("OXYCODONE-ACETAMINOPHEN-ZZYZX 5-325 MG TABS", set()),
        ("trazadone (Desirel) 50 mg", set()),
    ],
)
def test_a_name_as_lists_of_orders_write_it_is_read_by_its_exact_parts_or_not_at_all(text: str, medicines: set[str]) -> None:
    assert set(one(text).medicines) == medicines


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
    assert book().dated >= date(2026, 11, 22)


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
    assert tuple(reasons_to_ask(book(), held, read(book(), held, AS_OF), ())) == why


def test_an_opioid_on_the_list_is_a_reason_to_ask() -> None:
    held = charted(order("1", "oxycodone"))
    assert tuple(reasons_to_ask(book(), held, read(book(), held, AS_OF), ())) == ("opioids",)
