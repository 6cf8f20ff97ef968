"""Lines of an assessment in their two registers, what a case may hold, and what is named as missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest

from equipoise.documents.assessment import CaseError, assess
from equipoise.documents.cases import LONGEST_NOTE, MOST, faults
from equipoise.documents.desk import Desk
from equipoise.documents.lines import LIKELY_PLAIN, MISSING, SEVERE_PLAIN, SHARED_PLAIN, Line, Weight, joined, law, shown
from equipoise.engines.interactions import LIKELIHOODS, SEVERITIES
from equipoise.findings.places import places
from equipoise.intake.certificate import read_certificate
from equipoise.records.case import Case, KratomUse
from equipoise.values.dates import PartialDate

DAY = date(2026, 11, 22)
LEAF = read_certificate(Path(__file__).parents[1] / "data" / "certificates" / "leaf.csv")


def lines_of(desk: Desk, **fields: Any) -> dict[str, Line]:
    answer = assess(desk, Case(**fields))
    return {line.id: line for section in answer.sections for line in section.lines}


def test_every_severity_and_likelihood_has_everyday_words_and_a_weight() -> None:
    assert set(SEVERE_PLAIN) == set(SEVERITIES)
    assert set(LIKELY_PLAIN) == set(LIKELIHOODS)
    assert set(SEVERITIES) < set(get_args(Weight))


def test_names_are_joined_as_people_do() -> None:
    assert [joined(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_a_typed_text_is_repeated_on_one_line_without_signs_that_cannot_be_seen() -> None:
    assert shown("zolo\x00ft\u202e\n 50") == "zolo ft 50"
    assert len(shown("x" * 500)) == 60


def test_the_second_medicine_of_a_rule_is_told_in_short_and_weighs_the_same(assessment_desk: Desk) -> None:
    held = lines_of(assessment_desk, medicines=("oxycodone", "hydrocodone"))
    first, second = held["interaction/hydrocodone/opioids"], held["interaction/oxycodone/opioids"]
    assert first.person.endswith("That was with other medicines of its kind.")
    assert "hydrocodone" in second.person
    assert len(second.person) < len(first.person)
    assert "so much that a person dies" in second.person
    assert (first.weight, second.weight) == ("life-threatening", "life-threatening")


def test_kin_are_named_only_where_people_were_seen_and_not_with_this_medicine(assessment_desk: Desk) -> None:
    held = lines_of(assessment_desk, medicines=("fentanyl", "phenelzine"))
    kin = "That was with other medicines of its kind"
    assert kin not in held["interaction/fentanyl/opioids"].person
    assert kin not in held["interaction/phenelzine/maoi"].person


def test_what_nobody_has_studied_is_said_once_and_a_single_report_is_of_both_together(assessment_desk: Desk) -> None:
    held = lines_of(assessment_desk, medicines=("metoprolol", "citalopram"), conditions=("epilepsy", "depression"))
    person = {name: line.person for name, line in held.items()}
    assert person["interaction/metoprolol/alpha-2-and-blood-pressure"].count("Nobody has") == 1
    assert person["condition/seizures"].count("Nobody has") == 1
    assert "With both together it was reported in one person" in person["interaction/citalopram/qt-prolonging"]
    assert "It was reported in one person" in person["condition/depression"]


def test_effects_that_medicines_share_have_everyday_words_of_their_own_where_they_are_of_the_field(
    assessment_desk: Desk,
) -> None:
    every = assessment_desk.check([one.name for one in assessment_desk.evidence.medicines.values()])
    assert set(SHARED_PLAIN) < {one.effect for one in every.together}
    shared = [line for line in lines_of(assessment_desk, medicines=("citalopram", "quetiapine")).values() if line.severity]
    qt = next(line for line in shared if line.id == "together/lengthen-the-QT-interval-of-the-heart")
    assert "upset the beat of the heart" in qt.person
    assert "QT" in qt.clinician
    assert "QT" not in qt.person


def test_a_level_is_said_as_far_as_the_models_go(assessment_desk: Desk) -> None:
    held = lines_of(assessment_desk, medicines=("midazolam", "gabapentin", "sertraline", "lithium"))
    assert held["level/midazolam"].person == (
        "Kratom may raise how much midazolam is in the blood. A trial in people measured it. Daily use may do more."
    )
    assert "a little at most" in held["level/gabapentin"].person
    assert "may hardly change" in held["level/sertraline"].person
    assert "is not known. Small changes matter" in held["level/lithium"].person


def test_limits_of_the_law_are_amounts_for_a_clinician_and_words_for_a_person(assessment_desk: Desk) -> None:
    held = places(assessment_desk.evidence, DAY)
    spot = held.find("US-RI").spot
    assert spot is not None
    answer = held.answer([spot], substance="leaf", form=None, action="possess", age=None)[0]
    line = law(answer)
    assert "at most 150 mg of mitragynine in a serving" in line.clinician
    assert not any(unit in line.person for unit in ("mg", "ppm"))
    assert line.person.count("the product keeps the limits of the law on what it holds") == 1
    aged = law(replace(answer, conditions=("21 years of age",)))
    assert "Conditions: 21 years of age." in aged.person


def test_what_is_only_minor_never_stands_first(assessment_desk: Desk) -> None:
    answer = assess(assessment_desk, Case(medicines=("pravastatin",)))
    assert answer.first.weight == "unknown"
    assert "more than minor" in answer.first.person
    assert assess(assessment_desk, Case()).first.person.startswith("You gave nothing about you")
    assert assess(assessment_desk, Case(conditions=("gout",))).first.person.startswith("Nothing on record speaks to")


def test_help_is_that_of_where_the_person_is(assessment_desk: Desk) -> None:
    def countries(case: Case) -> set[str]:
        return {entry.country for entry in assess(assessment_desk, case).help}

    assert countries(Case(place="AT")) == {"Austria"}
    assert countries(Case(place="US-TN/Nashville", travel=("DE",))) == {"United States"}
    assert countries(Case(travel=("DE",))) == {"European Union", "United States"}
    assert countries(Case(place=" ", travel=("DE",))) == {"European Union", "United States"}


@pytest.mark.parametrize(
    ("place", "first", "note"),
    [
        (None, ["European Union", "United States"], "You did not say where you are"),
        ("Qzzxwv", ["European Union", "United States"], "is not known here"),
        ("London", ["European Union", "United States"], "is not known here"),
        ("Germany", ["Germany", "European Union", "United States"], "If you mean Germany"),
        ("California", ["United States", "European Union"], "If you mean the United States"),
        ("the Netherlands", ["Netherlands", "European Union", "United States"], "If you mean the Netherlands"),
        ("FR/Paris", ["France", "European Union", "United States"], "If you mean France"),
        ("GB-SCT", ["United Kingdom", "European Union", "United States"], "If you mean the United Kingdom"),
        ("US-CA/San Diegoo", ["United States", "European Union"], "If you mean the United States"),
        ("Toronto, Ontario", ["Canada", "European Union", "United States"], "If you mean Canada"),
        ("Albany, GA", ["United States", "European Union"], "If you mean the United States"),
        ("Tbilisi, Georgia", ["European Union", "United States"], "is not known here"),
        ("TN", ["European Union", "United States"], "If you mean Tennessee"),
        ("VN", ["European Union"], "No help line in Vietnam is on record"),
    ],
)
def test_numbers_that_may_not_be_those_of_the_place_say_so_and_whose_they_are(
    assessment_desk: Desk, place: str | None, first: list[str], note: str
) -> None:
    answer = assess(assessment_desk, Case(place=place, note="i want to die"))
    assert list(dict.fromkeys(entry.country for entry in answer.help)) == first
    assert answer.help_note is not None
    assert note in answer.help_note
    assert "call the emergency number" in answer.help_note
    assert "crisis line here" not in answer.urgent[0].person
    assert "emergency number there" in answer.urgent[0].person


CODES_OF_STATES_TOO = {"CA": "California", "DE": "Delaware", "ID": "Idaho", "IN": "Indiana", "NL": "Newfoundland and Labrador"}


def test_every_country_with_help_has_its_own_first_and_alone_unless_its_code_is_that_of_a_state_too(
    assessment_desk: Desk,
) -> None:
    for country, entries in assessment_desk.help.items():
        if country != "EU":
            answer = assess(assessment_desk, Case(place=country, note="i want to die"))
            countries = list(dict.fromkeys(entry.country for entry in answer.help))
            state = CODES_OF_STATES_TOO.get(country)
            if state is None:
                assert answer.help_note is None, country
                assert countries == [entries[0].country]
            else:
                around = "Canada" if country == "NL" else "United States"
                assert f"If you mean {state}," in (answer.help_note or ""), country
                assert countries == [entries[0].country, around]
            kinds = [entry.kind for entry in answer.help]
            assert "crisis" not in kinds[kinds.count("crisis") :], country
            own = [entry for entry in answer.help if entry.country == entries[0].country]
            ways = {by for entry in own if entry.kind == "crisis" for by, _ in entry.channels}
            assert ("Call or text the crisis line here" in answer.urgent[0].person) is ("text" in ways), country


def test_a_helpline_for_drug_use_stands_among_help_only_for_those_who_stopped(assessment_desk: Desk) -> None:
    def kinds(**fields: Any) -> list[str]:
        return [entry.kind for entry in assess(assessment_desk, Case(place="US-OH", **fields)).help]

    assert set(kinds()) == {"crisis", "emergency", "poison"} < {entry.kind for entry in assessment_desk.help["US"]}
    assert kinds(kratom=KratomUse(use="stopped"))[-1] == "substance-use"


def test_a_sign_decides_which_help_stands_first(assessment_desk: Desk) -> None:
    def kind(note: str) -> str:
        return assess(assessment_desk, Case(place="US-OH", note=note)).help[0].kind

    assert [kind(note) for note in ("want to die", "chest pain", "took too much", "yellow eyes", "fine")] == [
        "crisis",
        "emergency",
        "poison",
        "emergency",
        "crisis",
    ]


@pytest.mark.parametrize(
    ("use", "urgent"),
    [("now", True), (None, True), ("stopped", False), ("considering", False), ("never", False)],
)
def test_a_pregnancy_is_urgent_unless_the_use_has_ended_or_never_began(assessment_desk: Desk, use: Any, urgent: bool) -> None:
    answer = assess(assessment_desk, Case(pregnant="yes", kratom=KratomUse(use=use)))
    assert bool(answer.urgent) is urgent


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (KratomUse(use="now"), (None, "in groups of people")),
        (KratomUse(use="stopped"), ("no kratom now", "You say that you stopped")),
        (KratomUse(stopped=PartialDate.parse("2026")), ("no kratom now", "You say that you stopped")),
        (KratomUse(use="considering"), ("no kratom now", "in groups of people")),
        (KratomUse(use="never"), ("no kratom now", "in groups of people")),
    ],
)
def test_those_who_take_none_now_are_told_whom_the_answer_is_about(
    assessment_desk: Desk, use: KratomUse, said: tuple[str | None, str]
) -> None:
    notes = {one.id: one.note for one in assess(assessment_desk, Case(medicines=("oxycodone",), kratom=use)).sections}
    medicines, dependence = said
    assert (medicines or "") in (notes["medicines"] or "")
    assert (notes["medicines"] is None) is (medicines is None)
    assert dependence in (notes["dependence"] or "")


@pytest.mark.parametrize(
    ("fields", "people"),
    [
        ({"age": 17, "sex": "male"}, "children"),
        ({"age": 18, "sex": "male"}, "adults"),
        ({"age": 30, "sex": "female"}, "women who may become pregnant"),
        ({"age": 30, "pregnant": "yes"}, "women who may become pregnant"),
        ({"age": 30}, "all that limits are set for"),
        ({"sex": "male"}, "all that limits are set for"),
    ],
)
def test_a_product_is_held_against_limits_for_this_person_at_the_intake_of_a_day(
    assessment_desk: Desk, fields: dict[str, Any], people: str
) -> None:
    use = KratomUse(product="leaf", grams=Decimal(4), times=("08:00", "20:00"))
    answer = assess(assessment_desk, Case(kratom=use, **fields), LEAF)
    assert answer.product is not None
    asked = dict(answer.product.asked)
    assert (asked["people"], asked["grams_per_day"]) == (people, "8")


@pytest.mark.parametrize(("age", "ruled"), [(16, True), (40, False)])
def test_an_age_is_answered_for_by_whether_a_rule_is_about_it(assessment_desk: Desk, age: int, ruled: bool) -> None:
    (given,) = assess(assessment_desk, Case(age=age)).inputs
    assert given.sentence.startswith("A rule on record" if ruled else "Nothing on record")


def test_all_that_may_lack_is_named_with_what_it_would_change(assessment_desk: Desk) -> None:
    assert [gap.field for gap in assess(assessment_desk, Case()).missing] == list(MISSING)
    use = KratomUse(grams=Decimal(2), times_per_day=2, since=PartialDate.parse("2025"))
    case = Case(age=30, sex="male", place="DE", medicines=(), conditions=(), kratom=use)
    assert [gap.field for gap in assess(assessment_desk, case).missing] == ["certificate", "phenotypes"]


@pytest.mark.parametrize("use", ["considering", "never"])
def test_an_amount_that_is_only_thought_of_is_not_asked_for(assessment_desk: Desk, use: Any) -> None:
    fields = {gap.field for gap in assess(assessment_desk, Case(kratom=KratomUse(use=use))).missing}
    assert not fields & {"kratom", "amount", "times", "since"}


def test_those_who_stopped_are_pointed_to_a_help_line_only_where_one_stands_above(assessment_desk: Desk) -> None:
    notes = []
    for place in ("US-OH", "VN"):
        answer = assess(assessment_desk, Case(place=place, kratom=KratomUse(use="stopped", stopped=PartialDate.parse("2026"))))
        notes.append(next(one.note for one in answer.sections if one.id == "dependence") or "")
        assert {one.field: one.became for one in answer.inputs}["kratom.stopped"] == "used"
    assert [note.endswith("so can a help line above.") for note in notes] == [True, False]
    assert notes[1].endswith("A doctor can help with it.")


@pytest.mark.parametrize(
    ("case", "field", "said"),
    [
        (Case(age=121), "age", "is 121; should be from 0 to 120"),
        (Case(medicines=("a",) * (MOST["medicines"] + 1)), "medicines", "are 101; should be 100 at most"),
        (Case(medicines=("a", " ")), "medicines[1]", "is empty"),
        (Case(conditions=("x" * 201,)), "conditions[0]", "has 201 characters"),
        (Case(place="x" * 201), "place", "has 201 characters"),
        (Case(note="x" * (LONGEST_NOTE + 1)), "note", "has 5,001 characters"),
        (Case(kratom=KratomUse(grams=Decimal(0))), "kratom.grams", "should be above 0 and at most 500"),
        (Case(kratom=KratomUse(grams=Decimal(1), mitragynine_mg=Decimal(1))), "kratom.mitragynine_mg", "one of the two"),
        (Case(kratom=KratomUse(times_per_day=25)), "kratom.times_per_day", "should be from 1 to 24"),
        (Case(kratom=KratomUse(times=("08:00", "25:00"))), "kratom.times[1]", "should look like 08:00"),
        (Case(kratom=KratomUse(since=PartialDate.parse("2027"))), "kratom.since", "should not be after 2026-11-22"),
        (
            Case(kratom=KratomUse(since=PartialDate.parse("2026-02"), stopped=PartialDate.parse("2026-01"))),
            "kratom.stopped",
            "should be after it",
        ),
    ],
)
def test_what_cannot_be_is_named_by_its_field_and_what_would_be_right(
    assessment_desk: Desk, case: Case, field: str, said: str
) -> None:
    found = list(faults(case, DAY))
    assert [name for name, _ in found] == [field]
    assert said in found[0][1]
    with pytest.raises(CaseError) as refused:
        assess(assessment_desk, case)
    assert refused.value.faults == tuple(found)


def test_the_bounds_themselves_can_be() -> None:
    use = KratomUse(
        grams=Decimal(500), times_per_day=24, since=PartialDate.parse("2026-11"), stopped=PartialDate.parse("2026-11")
    )
    assert list(faults(Case(age=0, note="x" * LONGEST_NOTE, kratom=use), DAY)) == []
    assert list(faults(Case(age=120, medicines=("a",) * 100), DAY)) == []


def test_amounts_that_cannot_be_together_are_refused_too(assessment_desk: Desk) -> None:
    with pytest.raises(CaseError) as refused:
        assess(assessment_desk, Case(kratom=KratomUse(grams=Decimal(400), mg_per_g=Decimal(900))))
    assert [field for field, _ in refused.value.faults] == ["kratom"]
