"""What a person reads is plain."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import textstat
import yaml

from equipoise.documents.assessment import Assessment, Line, Section, assess
from equipoise.documents.desk import Desk, desk
from equipoise.documents.monograph import ChapterPage, Monograph
from equipoise.documents.prose import Bullets, Heading, Shown, plain
from equipoise.findings.finding import numbers
from equipoise.intake.certificate import read_certificate
from equipoise.intake.medicine_names import unii_names
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


def _spoken(line: Line) -> list[str]:
    """A line as it is read, signs as a sentence of their own."""
    return [line.person, *([f"{'; '.join(line.watch)}."] if line.watch else []), *([line.ask] if line.ask else [])]


OWN = frozenset({"medicines", "together", "conditions", "exposure", "law"})
"""Sections of lines that are about the person; the others tell of everybody, from findings of the monograph."""


def _section_as_read(section: Section) -> str:
    return "\n".join(text for line in section.lines for text in _spoken(line))


def _answer_as_read(answer: Assessment) -> str:
    """The sentences of an answer in their order."""
    said = [text for line in answer.urgent for text in _spoken(line)] + [_section_as_read(one) for one in answer.sections]
    said += [answer.help_note or "", *(section.note for section in answer.sections if section.note)]
    said += [one.sentence for one in answer.inputs]
    return "\n".join([*said, *(gap.person for gap in answer.missing), *answer.questions, answer.notice])


@pytest.mark.parametrize("name", CASES)
def test_the_answer_for_a_person_reads_at_grade_eight_or_below(held: Desk, name: str) -> None:
    case, faults = read_case(CASES[name])
    assert case is not None, faults
    answer: Assessment = assess(held, case)
    assert textstat.flesch_kincaid_grade(_answer_as_read(answer)) <= GRADE
    own = {section.id: _section_as_read(section) for section in answer.sections if section.id in OWN}
    assert {name: text for name, text in own.items() if textstat.flesch_kincaid_grade(text) > GRADE} == {}


# Each line by itself.

DATA = Path(__file__).parent.parent / "data"
WRITTEN = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
SHORT = 6
"""Words up to which the formula says nothing: one long word of five makes it leap."""
SIGNS_GRADE = 12.0
"""For signs to watch for, which are read one by one: a list without a verb has no sentence that the formula could measure."""


@pytest.fixture(scope="module")
def answers(held: Desk) -> list[Assessment]:
    """Return the answers to every written case and to those above."""
    found = []
    for data in [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader) for path in WRITTEN]:  # noqa: S506
        case, faults = read_case(data["case"])
        assert case is not None, faults
        found.append(assess(held, case, read_certificate(DATA / data["certificate"]) if "certificate" in data else None))
    for asked in CASES.values():
        case, faults = read_case(asked)
        assert case is not None, faults
        found.append(assess(held, case))
    return found


def each_alone(answer: Assessment) -> Iterator[str]:
    """Yield every text that a person reads, one by one."""
    for line in (*answer.urgent, answer.first, *(line for section in answer.sections for line in section.lines)):
        yield line.person
        yield line.ask or ""
    yield from (section.note or "" for section in answer.sections)
    yield from (one.sentence for one in answer.inputs)
    yield from (one.person for one in answer.missing)
    yield from (*answer.questions, answer.notice, answer.help_note or "")


def hard(texts: set[str], bound: float, names: re.Pattern[str]) -> dict[str, float]:
    """Return the texts above a grade.

    Names of medicines and places stand as one plain word: a person knows the name of what they take and of where they are, and
    the formula counts its syllables.
    """
    grades = {text: textstat.flesch_kincaid_grade(names.sub("this", text)) for text in texts if len(text.split()) > SHORT}
    assert grades
    return {text: grade for text, grade in grades.items() if grade > bound}


def test_each_line_for_a_person_reads_at_grade_eight_or_below_by_itself(held: Desk, answers: list[Assessment]) -> None:
    medicines = held.evidence.medicines.values()
    named = {name for one in medicines for name in (one.name, *one.names, *one.brands)}
    named |= {found.name for answer in answers for one in answer.law if (found := held.places.find(one.place).spot) is not None}
    names = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(named, key=len, reverse=True)))})\b", re.IGNORECASE)
    assert hard({text for answer in answers for text in each_alone(answer)}, GRADE, names) == {}
    lines = [line for answer in answers for section in answer.sections for line in section.lines]
    assert hard({f"{'; '.join(line.watch)}." for line in lines if line.watch}, SIGNS_GRADE, names) == {}
    assert hard({held.findings["link-internalising"].statement}, GRADE, names), "a clinician's sentence is harder"


PLAIN_FOR = {
    "survey-rated-help": "Kratom users in a US web survey rated its help for pain, anxiety and depression as high.",
    "link-internalising": "Kratom use was not clearly linked with internalising disorders.",
    "link-episode": "Kratom use more than a month ago was linked with higher odds of a major depressive episode.",
    "withdrawal-mood-mild": "# of regular kratom tea users in Penang recalled mild depressive symptoms when without kratom.",
    "label-less": "Kratom products that named an amount of alkaloid held much less than the label said.",
    "concentrate-not-leaf": "None of the tested 7-OH products had the alkaloid pattern of kratom leaf.",
    "metal-lead-light": "# of lead-tested kratom products in light daily use would exceed a limit for lead.",
    "metal-lead-heavy": "# of lead-tested kratom products in heavy daily use would exceed a limit for lead.",
    "disorder-any": "Studies disagree on any kratom use disorder: from #.",
    "disorder-threshold": "Studies disagree on moderate or severe kratom use disorder: from #.",
    "disorder-often": "Use-disorder and withdrawal symptoms went more with how often people took kratom than with how much.",
    "withdrawal-disorder": "# of users who met criteria for a kratom use disorder had withdrawal symptoms after stopping.",
    "withdrawal-kind": "Withdrawal in a US panel was moderate, with anxiety, restlessness, irritability and low energy.",
    "with-none": "No trial of kratom taken together with an antidepressant was found.",
    "scale-none": "No study with a tested depression scale before and after kratom was found.",
    "withdrawal-mood-none": "No controlled study of depression scores after stopping kratom was found.",
    "pregnancy-none": "No cohort study of kratom in pregnancy was found.",
}
"""What each finding said when its everyday words were written, ``#`` for its estimate."""


def test_everyday_words_stand_for_the_finding_that_they_were_written_for(held: Desk, answers: list[Assessment]) -> None:
    """A finding that comes to say another thing fails here, until somebody has read its everyday words again."""
    found = {one.finding: held.findings[one.finding] for one in held.page.plain}
    estimates = {name: "" if one.estimate is None else one.estimate.printed for name, one in found.items()}
    masked = {name: one.statement.replace(estimates[name] or "#", "#") for name, one in found.items()}
    assert masked == PLAIN_FOR
    assert {name for name, said in PLAIN_FOR.items() if "#" in said} == {
        one.finding for one in held.page.plain if "{number}" in one.says
    }
    for line in (line for section in answers[0].sections for line in section.lines if line.finding in found):
        assert line.finding is not None
        assert numbers(line.person) == numbers(found[line.finding].statement), line.finding
        assert line.clinician.startswith(found[line.finding].statement)
