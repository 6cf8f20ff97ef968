"""The page of an assessment: help first, short for a person, whole for a clinician, and what was typed is only ever text."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from jsonschema import Draft202012Validator

from assessed import example, hostile, urgent
from equipoise.documents.assessment import Assessment
from equipoise.documents.lines import Source
from equipoise.findings.finding import Citation
from equipoise.findings.interactions import PieceAnswer
from equipoise.outputs.assessment import SCHEMA, Register, assessment_json
from equipoise.outputs.assessment_page import answer_view, assessment_page

BOTH: tuple[Register, ...] = ("person", "clinician")


class Reader(HTMLParser):
    """The page as a reader gets it: its text, its tags with their attributes, and what is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.in_sight: list[str] = []
        self._within: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, and whether what follows is closed."""
        held = dict(attrs)
        self.tags.append((tag, held))
        if tag in ("details", "summary", "style"):
            self._within.append((tag, tag == "details" and "open" not in held))

    def handle_endtag(self, tag: str) -> None:
        """Leave what the tag opened."""
        if tag in ("details", "summary", "style"):
            self._within.pop()

    def handle_data(self, data: str) -> None:
        """Note the words, and whether they are in sight."""
        text = " ".join(data.split())
        if not text or ("style", False) in self._within:
            return
        self.said.append(text)
        if not any(closed for _, closed in self._within):
            self.in_sight.append(text)

    def place(self, words: str) -> int:
        """Return where words stand in the order of the page."""
        return next(at for at, text in enumerate(self.said) if words in text)


@pytest.mark.parametrize("register", BOTH)
def test_urgent_signs_and_their_help_stand_before_all_else(register: Register) -> None:
    read = Reader(assessment_page(urgent(), register))
    words = "You wrote of {}" if register == "person" else "Words for {}"
    order = [
        words.format("despair"),
        words.format("a seizure"),
        words.format("yellow eyes"),
        "Your medicines and kratom",
    ]
    places = [read.said.index(next(text for text in read.said if one in text)) for one in order]
    assert places == sorted(places)
    card = read.said[places[0] : places[1]]
    assert any("116 123" in text for text in card)
    assert any("113" in text for text in read.said[places[1] : places[2]])


def test_a_card_is_told_by_words_and_a_sign_and_not_by_colour_alone() -> None:
    page = assessment_page(urgent())
    assert page.count('<section class="card"') == 3
    assert page.count('class="alarm"') == 3
    assert page.count("Urgent: ") == 3


def test_without_urgent_signs_help_stands_first_and_then_what_matters_most() -> None:
    read = Reader(assessment_page(example()))
    order = [
        "Help now",
        "What matters most",
        "Calmine: Both make you sleepy.",
        "Your medicines and kratom",
        "Questions to take",
    ]
    assert [read.place(words) for words in order] == sorted(read.place(words) for words in order)
    assert "alarm" not in {attrs.get("class") for _, attrs in read.tags}


def test_a_person_sees_the_worst_line_of_a_medicine_and_opens_the_others() -> None:
    read = Reader(assessment_page(example()))
    assert "Both make you sleepy. If it happens, it is life-threatening." in read.in_sight
    closed = [text for text in read.said if text not in read.in_sight]
    assert "The level of calmine with kratom: cannot tell." in closed
    assert any("Aronson 1948" in text for text in closed)
    assert not any("Aronson 1948" in text for text in read.in_sight)


def test_a_clinician_sees_both_axes_the_signs_and_whom_to_ask_and_opens_what_they_rest_on() -> None:
    read = Reader(assessment_page(example(), "clinician"))
    at = read.in_sight.index("With")
    assert read.in_sight[at : at + 12] == [
        "With",
        "calmine",
        "How severe",
        "life-threatening if it happens",
        "How likely",
        "seen-in-cases",
        "Evidence",
        "case reports for it",
        "Signs",
        "deep sleep; slow breath.",
        "Ask",
        "Emergency services at once; otherwise a pharmacist.",
    ]
    for words in (
        "Mechanism: Both act on the same brake of the brain.",
        "Why this rule, calmine: class: sedatives.",
        "Aronson 1948",
    ):
        assert words in read.said
        assert words not in read.in_sight


def test_a_clinician_finds_each_medicine_and_each_name_in_a_row_that_leads_to_its_part() -> None:
    answer = example(4)
    name = replace(answer.sections[0].lines[0], id="name/9/unregistered", weight="unknown", about=("blorbium",), medicine=None)
    section = replace(answer.sections[0], lines=(*answer.sections[0].lines, name))
    page = assessment_page(replace(answer, sections=(section, *answer.sections[1:])), "clinician")
    view = answer_view(replace(answer, sections=(section, *answer.sections[1:])), "clinician")
    worst = ("life-threatening", *3 * ("serious",), "")
    assert [(one.name, one.severe) for one in view.glance] == list(
        zip(("Calmine", "Restine1", "Restine2", "Restine3", "blorbium"), worst, strict=True)
    )
    assert [name for name, _ in view.glance[0].others] == ["seizure-threshold", "enzymes"]
    assert view.glance[-1].note == "Not checked: unknown."
    ids = {attrs.get("id") for _, attrs in Reader(page).tags}
    leads = [part for one in view.glance for part in (one.part, *(part for _, part in one.others))]
    assert {f"answer-{part}" for part in leads} <= ids


def test_a_rule_on_several_medicines_stands_once_with_their_names_for_a_clinician() -> None:
    read = Reader(assessment_page(example(9), "clinician"))
    assert sum("Mechanism: " in text for text in read.said) == 4  # three rules, and the lab report
    names = ", ".join(f"restine{place}" for place in range(1, 9))
    assert f"calmine, {names}" in read.in_sight
    assert read.in_sight.count("as with sedatives") == 4  # signs, and whom to ask, of the other two rules


def test_a_piece_of_evidence_has_its_own_sources_beside_it_and_says_with_which_medicine() -> None:
    answer = example(2)
    assert answer.medicines is not None
    piece = PieceAnswer(
        kind="case",
        stands="for",
        says="One slept.",
        people=1,
        about="this medicine",
        sources=(Citation(ref="b-2000", at="page 2"),),
    )
    own, other = (
        replace(
            held,
            rules=tuple(
                replace(one, evidence=(replace(piece, about=about),)) if one.id == "seizure-threshold" else one
                for one in held.rules
            ),
        )
        for held, about in zip(answer.medicines.medicines, ("this medicine", "its kind"), strict=True)
    )
    section = answer.sections[0]
    lines = [
        replace(one, sources=(*one.sources, Source(text="B 2000", at="page 2", url=None, ref="b-2000")))
        for one in section.lines
    ]
    mixed = replace(
        answer, sections=(replace(section, lines=tuple(lines)),), medicines=replace(answer.medicines, medicines=(own, other))
    )
    groups = {group.name: group for group in answer_view(mixed, "clinician").sections[0].groups}
    view = groups["Seizure-threshold"].lines[0]
    said = {text: [link.text for link in links] for text, links in view.more}
    assert said["Case reports, with calmine, for it: One slept."] == ["B 2000"]
    assert [link.text for link in view.sources] == ["Aronson 1948"]


@pytest.mark.parametrize("register", BOTH)
def test_what_weighs_is_in_sight_whoever_reads(register: Register) -> None:
    answer = urgent()
    read = Reader(assessment_page(answer, register))
    sight = " ".join(read.in_sight)
    told = [line for section in answer.sections for line in section.lines if section.id != "medicines"]
    for line in (*answer.urgent, *told):
        assert (line.person if register == "person" else line.clinician) in sight
    for gap in answer.missing:
        assert (gap.person if register == "person" else gap.clinician) in sight
    for words in (*answer.questions, "116 123", "113", "Asked back", "Not used"):
        assert words in sight


def test_a_person_finds_the_names_by_the_worst_of_each_where_there_are_several() -> None:
    view = answer_view(example(3))
    assert [(label, [name for name, _ in names]) for _, label, names in view.tiers] == [
        ("Can be life-threatening", ["Calmine"]),
        ("Serious", ["Restine1", "Restine2"]),
    ]
    assert answer_view(example(2)).tiers == ()
    ids = {attrs.get("id") for _, attrs in Reader(assessment_page(example(3))).tags}
    assert {f"answer-{part}" for _, _, names in view.tiers for _, part in names} <= ids


def test_the_heaviest_line_is_in_sight_wherever_it_stands_in_its_medicine() -> None:
    answer = example(1)
    section = answer.sections[0]
    turned = replace(answer, sections=(replace(section, lines=section.lines[::-1]), *answer.sections[1:]))
    assert answer_view(turned).sections[0].groups[0].lines[0].weight == "life-threatening"


def test_what_was_not_used_as_given_is_in_sight_and_nothing_that_was_given_is_left_out() -> None:
    read = Reader(assessment_page(example()))
    assert {"Asked back", "Not used"} <= set(read.in_sight)
    assert {one.given for one in example().inputs} <= set(read.said)


def test_signs_and_whom_to_ask_stand_once_among_what_is_in_sight() -> None:
    read = Reader(assessment_page(replace(example(9), first=example().sections[3].lines[0])))
    assert sum("deep sleep; slow breath" in text for text in read.in_sight) == 2  # of the medicines, and of the lab report


@pytest.mark.parametrize("register", BOTH)
def test_nothing_typed_or_read_is_more_than_text(register: Register) -> None:
    calm = Reader(assessment_page(hostile("calm words"), register))
    read = Reader(assessment_page(hostile(), register))
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in calm.tags]
    assert [sorted(attrs) for _, attrs in read.tags] == [sorted(attrs) for _, attrs in calm.tags]
    assert not {"script", "iframe", "img", "link"} & {tag for tag, _ in read.tags}
    assert any("{{ 7*7 }}" in text and "<script>alert(1)</script>" in text for text in read.said)


@pytest.mark.parametrize("register", BOTH)
def test_signs_that_nobody_sees_do_not_reach_the_page(register: Register) -> None:
    page = assessment_page(hostile(), register)
    assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069\x07]", page)
    assert "\u05d0\u05d1" in page


@pytest.mark.parametrize("answer", [example(), urgent(), hostile()], ids=["example", "urgent", "hostile"])
def test_the_page_asks_nobody_for_anything(answer: Assessment) -> None:
    page = assessment_page(answer)
    read = Reader(page)
    assert not any("src" in attrs for _, attrs in read.tags)
    assert not re.search(r"url\((?!\"?#)|@import|@font-face", page)
    links = [attrs.get("href") or "" for tag, attrs in read.tags if tag == "a"]
    assert all(re.match(r"#|https://|http://|tel:|sms:|mailto:", link) for link in links)
    assert any("default-src 'none'" in (attrs.get("content") or "") for tag, attrs in read.tags if tag == "meta")


def test_ids_stand_once_and_headings_leave_no_level_out() -> None:
    read = Reader(assessment_page(urgent()))
    ids = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_a_server_links_each_line_to_the_page_of_its_finding() -> None:
    view = answer_view(example(), findings="/findings/")
    assert view.sections[0].groups[0].lines[0].finding == "/findings/interaction-sedatives"
    assert answer_view(example()).sections[0].groups[0].lines[0].finding == ""


@pytest.mark.parametrize("answer", [example(), urgent(), hostile(), example(100)], ids=["example", "urgent", "hostile", "many"])
def test_the_json_is_what_its_schema_says(answer: Assessment) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert [fault.message for fault in Draft202012Validator(schema).iter_errors(json.loads(assessment_json(answer)))] == []


def test_the_schema_refuses_what_no_answer_holds() -> None:
    data = json.loads(assessment_json(example()))
    schema = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert list(schema.iter_errors({**data, "score": 3}))
    assert list(schema.iter_errors({**data, "help": []}))
    assert list(schema.iter_errors({**data, "first": {**data["first"], "weight": "safe"}}))


@pytest.mark.parametrize("made", [urgent(), example()], ids=["card", "no card"])
def test_numbers_of_several_places_stand_with_the_names_of_these_and_with_what_is_amiss(made: Assessment) -> None:
    elsewhere = replace(made.help[0], id="far", country="Atlantis")
    note = "You did not say where you are."
    page = assessment_page(replace(made, help=(elsewhere, *made.help), help_note=note))
    read = Reader(page)
    assert read.place("Help now. You did not say where you are.") < read.place("Norway")
    assert sum(", Atlantis" in text for text in read.said) == (2 if made.urgent else 1)
    assert not any(", Norway" in text for text in Reader(assessment_page(made)).said if not text.startswith("Help now"))
    assert note not in assessment_page(made)
