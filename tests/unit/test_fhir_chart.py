"""What a chart says: of kratom, of medicines and of results; odd but legal records are read, and what cannot be is named."""

import json
import time
from decimal import Decimal

import fhirkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import ROOT, bundle, observation, order, statement, synthea

from equipoise.intake.fhir import Chart, FhirError, bare, chart, written
from equipoise.intake.fhir.kratom import claim


def read(*resources: object) -> Chart:
    return chart({"sent": list(resources)})


def state(*resources: object) -> str:
    return read(*resources).kratom.state


def why(found: Chart) -> str:
    return "; ".join(f"{one.what}: {one.why}" for one in found.unread)


# Kratom.


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Patient uses kratom daily for pain", "used"),
        ("Denies kratom", "denied"),
        ("denies alcohol, tobacco, and kratom", "denied"),
        ("Does not smoke, uses kratom", "used"),
        ("No alcohol. Drinks ketum tea.", "used"),
        ("No opioids but kratom", "used"),
        ("Kratom use: never", "denied"),
        ("hasn't used kratom", "denied"),
        ("takes 7-OH tablets", "used"),
        ("Kratom use unknown", "unknown"),
        ("Counselled to avoid kratom", "unknown"),
        ("Mother uses kratom", "unknown"),
        ("No longer uses kratom", "used"),
        ("Cannot stop kratom", "used"),
        ("Can't quit kratom", "used"),
        ("Tylenol PM no, kratom yes", "used"),
        ("Uses kratom daily, counseled on risks", "used"),
        ("No adverse effects from kratom", "unknown"),
        ("Not taking sertraline because of kratom", "unknown"),
        ("Do not take with kratom", "unknown"),
        ("Kratom negative on UDS", "unknown"),
        ("Interested in trying kratom", "unknown"),
        ("Interested in quitting kratom", "used"),
        ("Unclear whether he uses kratom", "unknown"),
        ("Wife takes kratom", "unknown"),
        ("Kratom use?", "unknown"),
        ("kein Kratom", "denied"),
        ("Niega kratom", "denied"),
        ("17-OH progesterone", None),
        ("7-OH-DHEA", None),
        ("Patient is present", None),
    ],
)
def test_a_text_says_used_denied_unclear_or_nothing_of_kratom(text: str, says: str | None) -> None:
    assert claim(text) == says


@pytest.mark.parametrize("code", ["754HG7WK00", "A5K6F2BNRB", "EP479K822J", "2T3TWA75R0", "BKA67VHE3B"])
def test_kratom_is_known_by_each_of_its_codes(code: str) -> None:
    coded = {"coding": [{"system": "http://fdasis.nlm.nih.gov", "code": code}]}
    assert state(statement() | {"medicationCodeableConcept": coded}) == "used"
    assert state({"resourceType": "AllergyIntolerance", "id": "a", "code": coded}) == "used"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"valueBoolean": True}, "used"),
        ({"valueBoolean": False}, "denied"),
        ({"valueString": "Never"}, "denied"),
        ({"valueString": "twice a week"}, "used"),
        ({"valueString": "0"}, "denied"),
        ({"valueString": "Yes, no problems"}, "used"),
        ({"valueString": "Daily, without side effects"}, "used"),
        ({"valueString": "Does not take it daily or at all"}, "denied"),
        ({"valueString": "Patient declined"}, "unknown"),
        ({"valueInteger": 3}, "used"),
        ({"valueQuantity": {"value": 0, "unit": "cups"}}, "denied"),
        ({"valueCodeableConcept": {"text": "Does not use"}}, "denied"),
        ({"valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA32-8", "display": "No"}]}}, "denied"),
        ({"valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA33-6", "display": "Yes"}]}}, "used"),
        ({"valueString": "Nein"}, "denied"),
        ({"valueString": "Jamais"}, "denied"),
        ({"valueCodeableConcept": {"coding": [{"code": "N"}]}}, "denied"),
        ({"valueCodeableConcept": {"coding": [{"code": "Y"}]}}, "used"),
        ({"valueCodeableConcept": {"coding": [{"code": "x"}]}}, "unknown"),
        ({"valueDateTime": "2026-10"}, "used"),
        ({"valueRange": {"low": {"value": 0}, "high": {"value": 3}}}, "used"),
        ({"valueRange": {"high": {"value": 0}}}, "denied"),
        ({}, "unknown"),
    ],
)
def test_an_answer_to_a_question_on_kratom_is_read_from_any_kind_of_value(value: dict[str, object], says: str) -> None:
    found = read(observation(text="Kratom use", **value))
    assert found.kratom.state == says
    assert ("Observation/o" in why(found)) == (says == "unknown")


def test_used_wins_over_denied_and_the_contradiction_is_kept() -> None:
    denied = observation(text="Kratom use", valueBoolean=False)
    found = read(statement(), denied)
    assert (found.kratom.state, found.kratom.contradicted) == ("used", True)
    assert state(denied) == "denied"


def test_a_statement_that_it_is_not_taken_denies_and_one_in_error_says_nothing() -> None:
    assert state(statement(status="not-taken")) == "denied"
    assert state(statement(status="entered-in-error")) == "unknown"
    assert state(order("1", "sertraline")) == "unknown"


def test_use_that_the_record_calls_ended_is_kept_as_ended() -> None:
    assert read(statement(status="stopped")).kratom.ended
    assert read(observation(text="Kratom use", valueString="Former user")).kratom.ended
    resolved = {"clinicalStatus": {"coding": [{"code": "resolved"}]}, "code": {"text": "Kratom dependence"}}
    assert read({"resourceType": "Condition", "id": "c", **resolved}).kratom.ended
    assert not read(statement(status="stopped"), statement(id="k2")).kratom.ended


def test_a_test_that_found_none_is_no_denial() -> None:
    laboratory = {"category": [{"coding": [{"code": "laboratory"}]}]}
    assert state(observation(text="Mitragynine, urine", valueString="Not detected", **laboratory)) == "unknown"
    assert state(observation(text="Mitragynine, urine", valueString="Positive", **laboratory)) == "used"
    assert state(observation(text="Mitragynine in Urine", valueString="Not detected")) == "unknown"
    limit = {"valueQuantity": {"value": 5, "comparator": "<", "unit": "ng/mL"}}
    assert state(observation(text="Mitragynine", **limit, **laboratory)) == "unknown"
    below = {"valueQuantity": {"value": 1}, "interpretation": [{"coding": [{"code": "NEG"}]}]}
    assert state(observation(text="Mitragynine", **below, **laboratory)) == "unknown"
    assert state(observation(text="Mitragynine", valueQuantity={"value": 90}, **laboratory)) == "used"


@pytest.mark.parametrize("text", ["Family history of kratom use", "Mother uses kratom", "Counseled about kratom"])
def test_a_yes_about_somebody_else_or_about_advice_is_no_word_on_use(text: str) -> None:
    found = read(observation(text=text, valueBoolean=True))
    assert (found.kratom.state, "Observation/o" in why(found)) == ("unknown", True)
    about = read(observation(text="Kratom use", valueBoolean=True, focus=[{"reference": "RelatedPerson/1"}]))
    assert (about.kratom.state, "someone or something else" in why(about)) == ("unknown", True)


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_a_condition_that_is_refuted_says_nothing(status: str) -> None:
    verified = {"verificationStatus": {"coding": [{"code": status}]}}
    assert state({"resourceType": "Condition", "id": "c", "code": {"text": "Kratom dependence"}, **verified}) == "unknown"
    assert state({"resourceType": "Condition", "id": "c", "code": {"text": "Kratom dependence"}}) == "used"


def test_a_note_beside_another_medicine_counts() -> None:
    assert state(order("1", "sertraline") | {"note": [{"text": "Takes it with kratom tea."}]}) == "used"


def test_directions_and_the_reason_of_a_medicine_count() -> None:
    assert state(order("1", "buprenorphine") | {"reasonCode": [{"text": "Kratom dependence"}]}) == "used"
    assert state(order("1", "oxycodone") | {"dosageInstruction": [{"text": "patient also takes kratom"}]}) == "used"
    assert state(order("1", "oxycodone") | {"dosageInstruction": [{"patientInstruction": "Not with kratom"}]}) == "unknown"


# Medicines.


@pytest.mark.parametrize(
    ("kind", "status", "standing"),
    [
        ("MedicationRequest", "active", "current"),
        ("MedicationRequest", "on-hold", "current"),
        ("MedicationRequest", "draft", "draft"),
        ("MedicationRequest", "stopped", "ended"),
        ("MedicationRequest", "entered-in-error", "error"),
        ("MedicationRequest", "unheard-of", "unknown"),
        ("MedicationStatement", "not-taken", "not-taken"),
        ("MedicationStatement", "intended", "current"),
        ("MedicationDispense", "completed", "current"),
        ("MedicationDispense", "declined", "not-taken"),
    ],
)
def test_whether_a_medicine_holds_follows_its_status(kind: str, status: str, standing: str) -> None:
    assert read(order("1", "sertraline", kind=kind, status=status)).medicines[0].standing == standing


def test_an_order_not_to_give_and_a_proposal_are_told_from_an_order() -> None:
    assert read(order("1", "sertraline") | {"doNotPerform": True}).medicines[0].standing == "not-taken"
    assert read(order("1", "sertraline") | {"intent": "proposal"}).medicines[0].standing == "draft"


def test_thirteen_copies_of_one_order_are_one_medicine_counted_thirteen_times() -> None:
    copies = [order(str(number), "sertraline", code="36437") for number in range(13)]
    (one,) = read(*copies, copies[0]).medicines
    assert (one.count, len(one.records)) == (13, 13)
    assert max(one.count for one in chart({"all": synthea("becky-fadel")}).medicines) == 13


def test_a_medication_is_found_inside_beside_and_by_its_uuid() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "sertraline"}}
    plain = {"resourceType": "MedicationRequest", "id": "1", "status": "active"}
    inside = plain | {"contained": [medication], "medicationReference": {"reference": "#m"}}
    beside = plain | {"medicationReference": {"reference": "https://ehr.example.org/fhir/Medication/m/_history/2"}}
    uuid = plain | {"medicationReference": {"reference": "urn:uuid:7"}}
    lost = plain | {"medicationReference": {"reference": "Medication/other"}}
    shown = plain | {"medicationReference": {"reference": "Medication/other", "display": "sertraline"}}
    by_uuid = {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:7", "resource": medication}, {"resource": uuid}]}
    for found in (read(inside), read(beside, medication), read(by_uuid), read(shown)):
        assert [one.name.named for one in found.medicines] == ["sertraline"]
    assert read(lost).medicines == ()
    assert "MedicationRequest/1: names a Medication that was not sent" in why(read(lost))


def test_a_medication_without_a_name_is_known_by_its_ingredients() -> None:
    parts = [{"itemCodeableConcept": {"text": "oxycodone"}}, {"itemReference": {"display": "paracetamol"}}]
    medication = {"resourceType": "Medication", "id": "m", "ingredient": parts}
    named = {"medicationReference": {"reference": "#m"}, "contained": [medication]}
    (one,) = read({"resourceType": "MedicationRequest", "id": "1", "status": "active", **named}).medicines
    assert [part.named for part in one.ingredients] == ["oxycodone", "paracetamol"]


def test_only_the_chosen_orders_lead_and_one_that_is_not_there_is_named() -> None:
    drafts = bundle(order("1", "sertraline", status="draft"), order("2", "oxycodone", status="draft"))
    found = chart({"medications": bundle(order("3", "lithium"))}, orders=drafts, selected=["MedicationRequest/1", "other"])
    assert {one.name.named: one.ordered for one in found.medicines} == {
        "sertraline": True,
        "oxycodone": False,
        "lithium": False,
    }
    assert "other: was chosen, and is not among the orders" in why(found)


def test_an_order_may_be_chosen_by_its_reference_id_or_address() -> None:
    draft = order("1", "sertraline", status="draft")
    drafts = {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:7", "resource": draft}]}
    for name in (
        "MedicationRequest/1",
        "1",
        "urn:uuid:7",
        "MedicationRequest/1/_history/2",
        "https://ehr.example.org/MedicationRequest/1",
    ):
        found = chart({}, orders=drafts, selected=[name])
        assert [one.ordered for one in found.medicines] == [True]
        assert found.unread == ()


def test_a_prefetch_of_the_same_name_does_not_hide_the_orders() -> None:
    found = chart({"draftOrders": bundle(order("3", "lithium"))}, orders=bundle(order("1", "sertraline")))
    assert {one.name.named for one in found.medicines} == {"sertraline", "lithium"}


# Results.


@pytest.mark.parametrize(
    ("subject", "counts"),
    [
        ({"subject": {"reference": "Patient/7"}}, True),
        ({"subject": {"reference": "https://ehr.example/r4/Patient/7/_history/2"}}, True),
        ({"subject": {"reference": "urn:uuid:7c0ffee0-0000-4000-8000-000000000000"}}, True),
        ({"subject": {"display": "A person"}}, True),
        ({"subject": "Patient/8"}, True),
        ({}, True),
        ({"subject": {"reference": "Patient/8"}}, False),
        ({"patient": {"reference": "https://ehr.example/r4/Patient/8"}}, False),
    ],
)
def test_what_says_that_it_is_about_another_person_is_left_out_and_named(subject: dict[str, object], counts: bool) -> None:
    other = {"resourceType": "Patient", "id": "8", "birthDate": "1950"}
    found = chart(
        {"all": [other, {**statement(), **subject}, {"resourceType": "Patient", "id": "7", "birthDate": "1980"}]}, patient="7"
    )
    assert (found.kratom.state == "used") is counts
    assert found.patient is not None
    assert str(found.patient.born) == "1980"
    named = [one.what for one in found.unread if one.why == "is about another person"]
    assert named == ["Patient/8", *([] if counts else [f"MedicationStatement/{statement()['id']}"])]


def test_the_newest_result_counts_and_of_one_moment_the_higher() -> None:
    def item(number: int, on: str | None) -> dict[str, object]:
        dated = {"effectiveDateTime": on} if on else {}
        return observation("44260-8", valueInteger=number, id=f"{number}{on}", **dated)

    found = read(item(2, "2025-01-01"), item(0, "2026-03-01"), item(1, "2026-03-01"), item(3, None)).result("PHQ-9 item 9")
    assert found is not None
    assert (found.value, str(found.on)) == (Decimal(1), "2026-03-01")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ({"valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA6571-9"}]}}, 3),
        ({"valueCodeableConcept": {"text": "Several days"}}, 1),
        ({"valueQuantity": {"value": 2, "unit": "{score}"}}, 2),
        ({"valueString": "1"}, 1),
        ({"valueString": "Several days (1)"}, 1),
        ({"valueCodeableConcept": {"text": "3 - Nearly every day"}}, 3),
        ({"valueInteger": 7}, None),
        ({"valueInteger": -1}, None),
        ({"valueString": "sometimes"}, None),
        ({"valueBoolean": True}, None),
    ],
)
def test_an_answer_of_item_9_is_read_by_code_word_or_number(value: dict[str, object], number: int | None) -> None:
    found = read(observation("44260-8", **value))
    item = found.result("PHQ-9 item 9")
    assert (None if item is None else item.value) == number
    assert ("PHQ-9 item 9 without a value" in why(found)) == (number is None)


def test_a_panel_holds_its_items_as_components() -> None:
    item = {"code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]}, "valueInteger": 2}
    assert read(observation("44249-1", component=[item])).result("PHQ-9 item 9") is not None


# What cannot be read.


def test_what_cannot_be_used_is_named_with_its_reason() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout", "diagnostics": "Ann"}]}
    found = chart(
        {
            "patient": {"resourceType": "Patient", "id": "1", "birthDate": "31.12.1974", "gender": "female"},
            "conditions": outcome,
            "medications": {
                "resourceType": "Bundle",
                "link": [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}],
                "entry": [{"fullUrl": "urn:uuid:1"}, {"resource": {"id": "x"}}, {"resource": {"resourceType": "Martian"}}],
            },
            "social": None,
            "other": 7,
        }
    )
    for words in (
        "Patient/1: its birthDate is no date",
        "conditions: the record answered with an error (error timeout)",
        "medications: 1 of its entries hold no resource",
        "medications: a resource without a type",
        "medications: has further pages",
        "Martian: 1 of them; this type is not read here",
        "other: is neither a resource nor a bundle",
    ):
        assert words in why(found)
    assert "Ann" not in why(found)
    assert found.patient is not None
    assert (found.patient.born, found.patient.sex) == (None, "female")


def copied(nested: object) -> object:
    """A structure of the same depth and content."""
    depth = 0
    while isinstance(nested, dict):
        nested, depth = nested["extension"][0], depth + 1
    for _ in range(depth):
        nested = {"extension": [nested]}
    return nested


def test_what_is_too_large_is_refused_with_what_would_be_right() -> None:
    deep: dict[str, object] = bundle()
    for _ in range(9):
        deep = bundle(deep)
    nested: object = "x"
    for _ in range(5000):
        nested = {"extension": [nested]}
    twice = [order("1", "a") | {"modifierExtension": held} for held in (nested, copied(nested))]
    codings = order("1", "a") | {"medicationCodeableConcept": {"coding": [{"code": str(number)} for number in range(51)]}}
    many = [order(str(number), "a") for number in range(5001)]
    for too_much in (deep, many, order("1", "a" * 6000), twice, codings):
        with pytest.raises(FhirError, match="should"):
            read(too_much)


@pytest.mark.parametrize("name", ["becky-fadel", "krystina-ratke", "soledad-bailey", "tommie-koepp"])
def test_the_invented_patients_are_valid_fhir_and_read_whole(name: str) -> None:
    text = (ROOT / "tests" / "data" / "synthea" / f"{name}.json").read_text()
    assert fhirkit.validate(text) == []
    found = chart({"all": json.loads(text)})
    assert found.medicines
    assert (found.unread, found.kratom.state) == ((), "unknown")


_TEXTS = st.sampled_from(
    ["kratom", "denies kratom", "sertraline 50 MG Oral Tablet", "active", "", "2026-01-02", "#m", "Medication/m"]
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | _TEXTS
_NAMES = st.sampled_from(
    """
    resourceType id status intent code coding system display text medicationCodeableConcept medicationReference reference
    contained entry resource fullUrl link relation url valueBoolean valueString valueQuantity valueCodeableConcept value unit
    component note category effectiveDateTime effectivePeriod start end authoredOn birthDate issue severity ingredient
    itemReference itemCodeableConcept clinicalStatus verificationStatus reaction substance doNotPerform medication concept
    """.split()  # noqa: SIM905
)
_TYPES = st.sampled_from(
    [
        "Bundle",
        "Patient",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationDispense",
        "Medication",
        "Observation",
        "Condition",
        "AllergyIntolerance",
        "OperationOutcome",
        "Martian",
    ]
)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5), max_leaves=12
)
RESOURCES = st.builds(
    lambda kind, fields: {**fields, "resourceType": kind}, _TYPES, st.dictionaries(_NAMES, _VALUES, max_size=8)
)


@pytest.mark.parametrize("filling", [" ", "(", "kratom ", "no ", ", and ", "1 ", "- ", " / 1 MG"])
def test_no_text_takes_long_to_read(filling: str) -> None:
    """Patterns that try every way to split a run of signs would take minutes for these."""
    long = (filling * 5000)[:4900]
    began = time.process_time()
    read(order("1", f"kratom{long}x"), observation(text=f"kratom{long}", valueString=f"1{long}x kratom"))
    bare(f"1{long}x")
    written(f"1{long}x")
    written(f"a{long}x 1-2 MG")
    assert time.process_time() - began < 0.5


@settings(max_examples=400)
@given(st.dictionaries(st.text(max_size=6), _VALUES | RESOURCES | st.lists(RESOURCES, max_size=4), max_size=4), RESOURCES)
def test_any_json_is_read_or_refused_and_never_breaks(sent: dict[str, object], orders: dict[str, object]) -> None:
    try:
        found = chart(sent, orders=bundle(orders), selected=["x"])
    except FhirError:
        return
    assert found.kratom.state in ("used", "denied", "unknown")
