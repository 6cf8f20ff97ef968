"""What a person reads is plain."""

from datetime import date

import pytest
import textstat

from equipoise.documents.assessment import Assessment, assess
from equipoise.documents.desk import Desk, desk
from equipoise.documents.monograph import ChapterPage, Monograph
from equipoise.documents.prose import Bullets, Heading, Shown, plain
from equipoise.intake.medicine_names import unii_names
from equipoise.outputs.assessment_page import AnswerView, LineView, SectionView, answer_view
from equipoise.records import places
from equipoise.records.reader import read_case
from equipoise.records.rules import sound

GRADE = 8.0


def _as_read(page: ChapterPage, document: Monograph) -> str:
    """The sentences of a chapter: its prose, and the statement of each finding where it stands."""
    lines = []
    for block in page.blocks:
        if isinstance(block, Shown):
            lines.append(document.findings[block.finding].statement)
        elif isinstance(block, Bullets):
            lines += [f"{plain(item).rstrip('.')}." for item in block.items]
        elif not isinstance(block, Heading):
            lines.append(plain(block.spans))
    return "\n".join(lines)


def test_each_chapter_for_a_person_reads_at_grade_eight_or_below(shipped: Monograph) -> None:
    grades = {
        page.id: textstat.flesch_kincaid_grade(_as_read(page, shipped)) for page in shipped.chapters if page.reader == "person"
    }
    assert grades
    assert {name: grade for name, grade in grades.items() if grade > GRADE} == {}


CASES: dict[str, dict[str, object]] = {
    "nothing": {},
    "antidepressant-and-antipsychotic": {
        "age": 46,
        "medicines": ["venlafaxine", "Seroquel 50 mg", "trazadone"],
        "conditions": ["depression", "fatty liver", "wobbly knees"],
        "place": "US-TN",
        "kratom": {"use": "now", "product": "powder", "grams": "4", "times_per_day": 3, "since": "2024-03"},
    },
    "urgent-and-pregnant": {
        "age": 30,
        "pregnant": "yes",
        "place": "GB",
        "medicines": ["oxycodone", "alprazolam"],
        "kratom": {"use": "now", "product": "powder", "grams": "5", "times": ["08:00", "20:00"], "reason": "I want to die"},
        "note": "my eyes are yellow and I had a seizure",
    },
    "older-and-many": {
        "age": 71,
        "medicines": ["warfarin", "metoprolol", "atorvastatin", "omeprazole", "fentanyl", "gabapentin", "amitriptyline"],
        "conditions": ["surgery", "kidney disease", "high blood pressure"],
        "kratom": {"use": "stopped", "stopped": "2026-10"},
    },
    "seven-hydroxy": {"age": 22, "place": "US-FL", "medicines": [], "kratom": {"use": "now", "product": "7-oh"}},
    "young": {"age": 16, "place": "US-CA", "medicines": ["fluoxetine", "methylphenidate"], "kratom": {"use": "considering"}},
    "breastfeeding": {"age": 39, "breastfeeding": "yes", "medicines": ["lithium", "lamotrigine"], "conditions": ["bipolar"]},
    "misread": {"medicines": ["St John's wort", "the pill", "alcohol", "phenelzine"], "conditions": ["nerves"], "place": "DE"},
    "poor-metaboliser": {"phenotypes": {"cyp2d6": "poor"}, "medicines": ["codeine", "Suboxone"], "conditions": ["drug use"]},
    "traveller": {"age": 33, "sex": "male", "place": "TH", "travel": ["US-IN", "GB"], "medicines": ["buspirone"]},
}


@pytest.fixture(scope="session")
def held() -> Desk:
    """Return what the shipped evidence has for any person, as of the day on which its newest record was made."""
    evidence = sound(*places.shipped(), date.max)
    newest = max(record.extracted.date for _, record in evidence.records())
    return desk(evidence, evidence.topics["kratom-depression"], newest, unii_names())


def _spoken(line: LineView) -> list[str]:
    """A line as it is read, signs as a sentence of their own."""
    return [line.text, *([f"{'; '.join(line.watch)}."] if line.watch else []), *([line.ask] if line.ask else [])]


OWN = frozenset({"medicines", "together", "conditions", "exposure", "law"})
"""Sections of lines that are written for the answer; the others show findings of the monograph in its own sentences."""


def _section_as_read(section: SectionView) -> str:
    return "\n".join(text for group in section.groups for line in (*group.lines, *group.rest) for text in _spoken(line))


def _answer_as_read(view: AnswerView) -> str:
    """The sentences of an answer in the order of its page."""
    lines = [line for card in view.cards for line in card.lines]
    said = [text for line in lines for text in _spoken(line)] + [_section_as_read(section) for section in view.sections]
    said += [section.note for section in view.sections if section.note]
    said += [one.sentence for one in (*view.beside, *view.used)]
    return "\n".join([*said, *(text for _, text in view.missing), *view.questions, view.notice])


@pytest.mark.parametrize("name", CASES)
def test_the_answer_for_a_person_reads_at_grade_eight_or_below(held: Desk, name: str) -> None:
    case, faults = read_case(CASES[name])
    assert case is not None, faults
    answer: Assessment = assess(held, case)
    view = answer_view(answer)
    assert textstat.flesch_kincaid_grade(_answer_as_read(view)) <= GRADE
    own = {section.id: _section_as_read(section) for section in view.sections if section.id in OWN}
    assert {name: text for name, text in own.items() if textstat.flesch_kincaid_grade(text) > GRADE} == {}
