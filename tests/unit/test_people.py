"""Conditions of a person, and urgent signs in what they typed."""

from pathlib import Path

import pytest

from equipoise.findings.people import URGENT, condition_answers, condition_register, signs, typed_condition, written
from equipoise.records import places
from equipoise.records.case import Case, KratomUse, Phenotypes
from equipoise.records.evidence import Evidence
from equipoise.records.reader import read

SHIPPED = read(*places.shipped())[0]


@pytest.fixture
def small(evidence_folder: Path) -> Evidence:
    return read(evidence_folder, places.beside(evidence_folder))[0]


def seen(text: str, evidence: Evidence = SHIPPED) -> list[str]:
    return [sign.id for sign in signs(evidence, {"note": text})]


def conditions_of(case: Case, evidence: Evidence = SHIPPED) -> dict[str, tuple[str, ...]]:
    typed = [typed_condition(evidence, text, condition_register(evidence)) for text in case.conditions or ()]
    return {one.id: one.because for one in condition_answers(evidence, case, typed)}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("I DON’T WANT TO LIVE", "suicidal-thoughts"),
        ("dont want to be here anymore", "suicidal-thoughts"),
        ("feeling suicidle", "suicidal-thoughts"),
        ("life isn't worth living", "suicidal-thoughts"),
        ("i want to kms", "suicidal-thoughts"),
        ("found unresponsive on the sofa", "not-waking"),
        ("he OD'd", "not-waking"),
        ("had a seisure", "seizure"),
        ("My eyes look yellow\nsince monday", "jaundice"),
        ("pain in chest", "chest-pain"),
        ("háving sëizures", "seizure"),
        ("seratonin syndrome", "serotonin-toxicity"),
        ("my 2 year old swallowed one", "child-swallowed"),
        ("no sleep for four days", "mania"),
    ],
)
def test_an_urgent_sign_is_found_however_it_is_written(text: str, sign: str) -> None:
    assert sign in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "seizure of assets",
        "no seizures for years",
        "yellow capsules",
        "dying my hair",
        "killing time",
        "I want to live",
        "",
    ],
)
def test_words_that_only_resemble_a_sign_are_none(text: str) -> None:
    assert seen(text) == []


def test_a_word_is_found_whole_and_goes_on_only_where_a_star_lets_it(small: Evidence) -> None:
    assert seen("since then I cannot seesaw", small) == ["blind"]
    assert seen("gone blind", small) == ["blind"]
    assert seen("gone blindly, agone blind", small) == []


def test_a_crisis_stands_before_an_emergency_and_an_emergency_before_a_doctor() -> None:
    found = signs(
        SHIPPED, {"a": "i fainted", "b": "i took too much", "c": "chest pain", "d": "want to die", "e": "chest pains"}
    )
    assert [URGENT.index(one.help) for one in found] == sorted(URGENT.index(one.help) for one in found)
    assert found[0].id == "suicidal-thoughts"
    assert next(one for one in found if one.id == "chest-pain").seen_in == ("c", "e")


def test_every_word_that_was_written_is_read_for_signs() -> None:
    case = Case(medicines=("a", "b"), conditions=("c",), kratom=KratomUse(reason="d"), note="e")
    assert written(case) == {
        "medicines[0]": "a",
        "medicines[1]": "b",
        "conditions[0]": "c",
        "kratom.reason": "d",
        "note": "e",
    }


def test_a_condition_is_taken_by_its_names_asked_for_when_similar_and_named_when_unknown(small: Evidence) -> None:
    known = condition_register(small)
    assert typed_condition(small, "Poor EYESIGHT", known).conditions == ("weak-sight",)
    similar = typed_condition(small, "poor eyesigth", known)
    assert (similar.conditions, similar.suggestions) == ((), ("weak sight",))
    unknown = typed_condition(small, "gout", known)
    assert (unknown.conditions, unknown.suggestions) == ((), ())
    assert "That says nothing of its risk" in unknown.sentence
    assert "old age" not in [option.label for option in known.names.values()]


@pytest.mark.parametrize(("age", "held"), [(80, {}), (81, {"old-age": ("age 81",)}), (None, {})])
def test_an_age_is_above_its_bound(small: Evidence, age: int | None, held: dict[str, tuple[str, ...]]) -> None:
    assert conditions_of(Case(age=age), small) == held


@pytest.mark.parametrize(("age", "held"), [(17, ["under-18"]), (18, []), (64, []), (65, ["over-65"])])
def test_the_ages_on_record_begin_and_end_where_their_labels_say(age: int, held: list[str]) -> None:
    assert list(conditions_of(Case(age=age))) == held


def test_the_worst_condition_stands_first_and_one_case_is_called_one(small: Evidence) -> None:
    typed = [typed_condition(small, "weak sight", condition_register(small))]
    answers = condition_answers(small, Case(age=90), typed)
    assert [(one.id, one.severity, one.one_case) for one in answers] == [
        ("old-age", "serious", True),
        ("weak-sight", "moderate", False),
    ]
    assert answers[0].sentence == "Kratom and old age: serious if it happens; seen in one case report."


def test_pregnancy_is_understood_as_an_answer_and_as_a_word() -> None:
    assert conditions_of(Case(pregnant="yes")) == {"pregnancy": ("pregnant",)}
    assert conditions_of(Case(conditions=("Pregnant",))) == {"pregnancy": ("Pregnant",)}
    assert conditions_of(Case(pregnant="no", breastfeeding="yes")) == {"breastfeeding": ("breastfeeding",)}


def test_a_slow_enzyme_is_a_rule_and_another_speed_is_none() -> None:
    assert conditions_of(Case(phenotypes=Phenotypes(cyp2d6="poor", cyp3a="ultrarapid"))) == {"cyp2d6-poor": ("CYP2D6: poor",)}
    assert conditions_of(Case(phenotypes=Phenotypes(cyp2d6="normal"))) == {}
