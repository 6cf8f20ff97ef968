"""No sentence of ours claims more than its kind allows: over all templates, all results and the whole shipped topic."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.findings import wording
from equipoise.findings.certainty import aim
from equipoise.findings.finding import SENTENCE, Finding, Level, numbers
from equipoise.findings.register import reported
from equipoise.findings.results import Result, result
from equipoise.findings.topics import compute
from equipoise.outputs.json import finding_data
from equipoise.records import places
from equipoise.records.evidence import Evidence
from equipoise.records.reader import read
from equipoise.records.topic import ReportedFinding
from equipoise.values.estimate import rounded

EVIDENCE = read(*places.shipped())[0]

BENEFIT = re.compile(
    r"\b(?:helps?|helped|improv\w+|benefi\w+|reliev\w+|works?|worked|treats?|effective\w*|better)\b", re.IGNORECASE
)
CAUSE = re.compile(r"\b(?:caus\w+|leads? to|led to|reduc\w+|increas\w+|prevent\w*|due to|because)\b", re.IGNORECASE)
ANIMAL = re.compile(r"\b(?:mouse|mice|rats?|rodents?|animals?|dogs?|monkeys?|zebrafish|cells?|plasma)\b", re.IGNORECASE)
PEOPLE = re.compile(r"^(?:in )?(?:people|patients?|users?|women|men|adults)\b", re.IGNORECASE)
AMOUNT = re.compile(
    r"\b\d[\d.,]* ?(?:g|mg|grams?|milligrams?|capsules?|teaspoons?|tablespoons?|cups?|glasses)\b(?!/)", re.IGNORECASE
)
"""An amount that one could take; ``mg/g`` and ``mg/L`` are contents of a product or of blood."""
SAID = re.compile(
    r"\b(?:said?|says|gave|named?|reasons?|motives?|disagree on use for|had taken kratom for|used kratom daily to)\b",
    re.IGNORECASE,
)

levels = st.sampled_from(Level)
graded = st.sampled_from([level for level in Level if level is not Level.NOT_GRADED])
directions = st.sampled_from(["higher", "lower", "same", "unclear"])
labels = st.sampled_from(sorted({word.label for word in EVIDENCE.vocabulary.outcomes.values()}))
phrases = st.sampled_from(sorted({(word.kind, word.phrase) for word in EVIDENCE.vocabulary.outcomes.values()}))
groups = st.sampled_from(sorted({outcome.among for study in EVIDENCE.studies.values() for outcome in study.outcomes}))
percentages = st.floats(0, 100).map(lambda value: f"{rounded(value, '%')}%")


@given(label=labels, direction=directions, certainty=graded, chance=st.booleans())
def test_an_effect_is_hedged_by_its_certainty(label: str, direction: wording.Direction, certainty: Level, chance: bool) -> None:
    said = wording.effect(label, "one", "other", direction, certainty, chance=chance)
    assert wording.forbidden(said) is None
    assert ("very uncertain" in said) == (certainty is Level.VERY_LOW)
    if certainty is not Level.VERY_LOW and direction != "unclear":
        assert ("probably" in said) == (certainty is Level.MODERATE)
        assert ("may be" in said) == (certainty is Level.LOW)
        assert ("about the same" in said) == (direction == "same")


def test_an_effect_that_nobody_graded_is_not_worded() -> None:
    with pytest.raises(ValueError, match="is not graded; an effect should be"):
        wording.effect("pain", "one", "other", "higher", Level.NOT_GRADED, chance=True)


@given(label=labels, direction=directions, chance=st.booleans())
def test_an_association_is_a_link_and_never_a_cause(label: str, direction: wording.Direction, chance: bool) -> None:
    said = wording.link(label, "kratom use", direction, chance=chance)
    assert "linked with" in said
    assert not CAUSE.search(said.removesuffix(f"{label}."))
    assert wording.forbidden(said) is None
    assert ("not clearly" in said) == (direction in {"same", "unclear"})


@given(printed=percentages, among=groups, word=phrases, certainty=levels)
def test_a_share_keeps_its_number_and_a_motive_is_said(
    printed: str, among: str, word: tuple[str, str], certainty: Level
) -> None:
    kind, phrase = word
    for said in (wording.share(printed, among, phrase), wording.pooled_share(printed, among, phrase, certainty)):
        assert printed in said
        assert wording.forbidden(said.replace(among, "")) is None
        if kind == "motive":
            assert re.search(r" (?:said|gave) ", said)
            assert not BENEFIT.search(phrase)


@pytest.mark.parametrize(
    "name", sorted(name for name, word in EVIDENCE.vocabulary.outcomes.items() if word.kind in {"motive", "self-rated"})
)
def test_what_users_say_is_worded_as_said(name: str) -> None:
    assert re.match(r"(?:said|reported|gave|rated) ", EVIDENCE.vocabulary.outcomes[name].phrase)


@pytest.mark.parametrize(
    "said",
    [
        "Kratom is safe.",
        "The leaf was found SAFE.",
        "It has no interactions.",
        "All clear.",
        "It causes harm.",
        "It cured him.",
        "You should stop.",
    ],
)
def test_forbidden_forms_are_found(said: str) -> None:
    assert wording.forbidden(said)


@pytest.mark.parametrize(
    "said", ["Food safety matters.", "It is unsafe.", "They named it as a cause of death.", "No trial was found."]
)
def test_other_words_are_not_taken_for_them(said: str) -> None:
    assert wording.forbidden(said) is None


def sentences(evidence: Evidence) -> list[tuple[str, str, str]]:
    """Return aim, kind and sentence of every result of the register that a template words."""
    said = []
    for study in evidence.studies.values():
        for outcome in study.outcomes:
            name = f"{study.id}/{outcome.id}"
            held = result(evidence, name)
            if outcome.stated is None:
                try:
                    finding = reported(evidence, ReportedFinding(id="x", kind="reported", question="?", record=name), date.max)
                except ValueError:  # too long, or a digit in a contrast: the topic cannot show it
                    continue
                said.append((aim(held), held.word.kind, finding.statement))
    return said


def test_whatever_result_a_topic_may_choose_is_worded_within_its_kind() -> None:
    said = sentences(EVIDENCE)
    assert len(said) > 400
    for question, kind, sentence in said:
        assert wording.forbidden(sentence) is None, sentence
        if kind == "motive":
            assert re.search(r" (?:said|gave) ", sentence), sentence
            assert not BENEFIT.search(sentence), sentence
        if question == "association":
            assert "linked with" in sentence, sentence
            assert not CAUSE.search(sentence), sentence
        if question == "preclinical":
            assert not PEOPLE.search(sentence), sentence


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    """Return every finding of every shipped topic."""
    day = max(record.extracted.date for _, record in EVIDENCE.records())
    return tuple(finding for topic in EVIDENCE.topics.values() for finding in compute(EVIDENCE, topic, day).values())


def held_by(finding: Finding) -> list[Result]:
    return [result(EVIDENCE, name) for name in finding.basis.records if EVIDENCE.outcome(name)]


def values(text: str) -> set[float]:
    """Return the numbers in a text by their value, so that 22 and 22.0 are one."""
    return {float(number.replace(",", "")) for number in numbers(text)}


def test_shipped_statements_are_short_and_hold_no_forbidden_form(findings: tuple[Finding, ...]) -> None:
    assert len(findings) > 100
    assert not [finding.statement for finding in findings if len(finding.statement) > SENTENCE]
    assert not [finding.statement for finding in findings if wording.forbidden(finding.statement)]


def test_every_number_of_a_shipped_statement_stands_in_its_json(findings: tuple[Finding, ...]) -> None:
    assert not [
        finding.statement
        for finding in findings
        if not values(finding.statement) <= values(str(finding_data(finding)["estimate"]))
    ]


def test_no_shipped_statement_gives_an_amount_to_take(findings: tuple[Finding, ...]) -> None:
    assert not [finding.statement for finding in findings if AMOUNT.search(finding.statement)]


def test_shipped_motives_are_said_and_are_no_benefit(findings: tuple[Finding, ...]) -> None:
    said = [finding.statement for finding in findings if any(item.word.kind == "motive" for item in held_by(finding))]
    assert said
    assert not [sentence for sentence in said if not SAID.search(sentence)]
    assert not [sentence for sentence in said if re.search(r"\b(?:helps?|helped|treats|effective|works)\b", sentence)]


def test_shipped_associations_are_links_and_no_causes(findings: tuple[Finding, ...]) -> None:
    said = [
        finding.statement
        for finding in findings
        if any(item.outcome.association is not None and aim(item) == "association" for item in held_by(finding))
    ]
    assert said
    assert not [sentence for sentence in said if "linked with" not in sentence or CAUSE.search(sentence)]


def test_shipped_animal_findings_name_the_animal_and_not_people(findings: tuple[Finding, ...]) -> None:
    said = [
        finding.statement
        for finding in findings
        if any(item.word.kind == "animal" or item.study.frame == "animals" for item in held_by(finding))
    ]
    assert said
    assert not [sentence for sentence in said if not ANIMAL.search(sentence) or PEOPLE.search(sentence)]


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_looking_for_forbidden_forms_never_fails(said: str) -> None:
    form = wording.forbidden(said)
    assert form is None or form in said


@given(st.floats(0.01, 1e7), st.sampled_from(["%", "", "ng/mL"]))
def test_a_rounded_number_is_read_back_as_one_number(value: float, unit: str) -> None:
    assert numbers(f"It was {rounded(value, unit)}.") == [rounded(value, unit)]
