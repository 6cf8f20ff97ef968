"""The sheet for a visit is one page of A4 whatever stands on it, holds the heaviest, counts the rest, and runs nothing."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from assessed import example, hostile, lines_on, listed, medicine, rule, sign, urgent
from equipoise.documents.assessment import Assessment
from equipoise.outputs.assessment_sheet import assessment_sheet

A4 = (595, 842)
WIDE = "W" * 2000
MANY_WORDS = "very long words " * 200


def text(made: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages).split())


def squeezed(made: bytes) -> str:
    return re.sub(r"\s+", "", text(made))


def stuffed(words: str) -> Assessment:
    """Return an answer with a hundred medicines and as much of everything else, all in these words."""
    held = hostile(words)
    return replace(
        held,
        urgent=tuple(replace(sign(f"{words}{place}", "emergency"), id=f"sign/{place}") for place in range(15)),
        help=held.help * 10,
        sections=tuple(replace(section, lines=section.lines * 40) for section in held.sections),
        inputs=held.inputs * 50,
        missing=held.missing * 20,
        questions=held.questions * 60,
        medicines=listed([replace(one, typed=(words,)) for one in example(100).medicines.medicines]),  # type: ignore[union-attr]
    )


ANSWERS = {
    "example": example(),
    "one": example(1),
    "urgent": urgent(),
    "hundred": example(100),
    "hostile": hostile(),
    "wide": stuffed(WIDE),
    "long": stuffed(MANY_WORDS),
    "short": stuffed("x"),
    "bare": replace(example(), sections=(), inputs=(), missing=(), questions=(), medicines=None, product=None, law=()),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_it_is_one_page_of_a4_whatever_it_holds(name: str) -> None:
    pages = PdfReader(BytesIO(assessment_sheet(ANSWERS[name]))).pages
    assert len(pages) == 1
    assert (round(float(pages[0].mediabox.width)), round(float(pages[0].mediabox.height))) == A4


def test_it_is_tagged_for_everyone_with_a_title_a_language_headings_and_the_heads_of_its_table() -> None:
    read = PdfReader(BytesIO(assessment_sheet(example())))
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("en")
    assert "Kratom" in str(read.metadata.title)
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    kinds: list[str] = []

    def walk(node: object) -> None:
        held = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(held, list):
            for item in held:
                walk(item)
        elif isinstance(held, DictionaryObject):
            kinds.append(str(held.get("/S")))
            walk(held.get("/K"))

    walk(root["/StructTreeRoot"]["/K"])
    assert kinds.count("/TH") == 5
    assert kinds.count("/H1") == 1
    assert "/H2" in kinds


def test_help_and_what_matters_most_stand_before_all_else() -> None:
    said = text(assessment_sheet(example()))
    order = ["Help now, Norway", "call 116 123", "What matters most", "Calmine. Kratom and sedatives", "Medicines with kratom"]
    assert [said.index(words) for words in order] == sorted(said.index(words) for words in order)


def test_lines_of_help_are_whole_or_counted_and_it_is_said_where_they_may_not_be_those_of_the_place() -> None:
    """A number that is cut is another number."""
    entry = example().help[0]
    many = [replace(entry, id=f"line-{at}", channels=(("call", f"0{at:02d} 555 000 111"),)) for at in range(30)]
    said = text(assessment_sheet(replace(example(), help=tuple(many), help_note="The place was not given.")))
    head = said.partition("What matters most")[0]
    assert "The place was not given." in head
    whole, begun = re.findall(r"call 0\d\d 555 000 111", head), head.count("call 0")
    counted = re.search(r"and (\d+) more on the screen", head)
    assert counted is not None
    assert 0 < len(whole) == begun == 30 - int(counted[1])
    assert "may not be yours" not in text(assessment_sheet(example()))


def test_a_row_says_how_severe_how_likely_and_by_what_evidence() -> None:
    said = squeezed(assessment_sheet(example(1)))
    row = "Calmine(asgiven:Calmex5)Bothmakedrowsy.Togethertheymayslowthebreathing."
    assert row in said
    assert "life-threateningseenincasereports,thismedicinecasereportsforit" in said


def test_what_does_not_fit_is_counted_and_the_heaviest_is_kept() -> None:
    graver = medicine("gravine", "gravine", (rule("opioids", "life-threatening", "seen-in-cases"),))
    held = example(100)
    assert held.medicines is not None
    medicines = [*held.medicines.medicines, graver]
    lines = (*held.sections[0].lines, *lines_on(graver))
    answer = replace(held, medicines=listed(medicines), sections=(replace(held.sections[0], lines=lines), *held.sections[1:]))
    said = text(assessment_sheet(answer))
    assert "Gravine" in said
    found = re.search(r"and (\d+) more: on the screen", said)
    assert found is not None
    rules = sum(len(one.rules) for one in medicines)
    shown = said.count("life-threatening seen in case reports") + len(re.findall(r"serious expected, not studied", said))
    assert shown + int(found[1]) == rules


def test_each_part_has_its_place_even_beside_a_hundred_medicines() -> None:
    said = squeezed(assessment_sheet(example(100)))
    for words in (
        "Lead:9;above.",
        "Notrialwasfound",
        "Medicines“calmin”:notsurewhatismeant",
        "Place",
        "Questions",
        "Aronson1948",
    ):
        assert words in said, words


def test_a_medicine_without_a_rule_that_counts_is_named() -> None:
    silent, slight = (
        medicine("blandine", "b", ()),
        medicine("tinine", "t", (rule("enzymes", "serious", "expected", minor=True),)),
    )
    said = squeezed(assessment_sheet(replace(example(), medicines=listed([silent, slight]))))
    assert "Norule" in said
    assert {"Blandine", "Tinine"} <= set(re.findall("Blandine|Tinine", said))


def test_what_was_typed_is_set_as_text_and_its_hidden_signs_are_left_out() -> None:
    said = squeezed(assessment_sheet(hostile()))
    assert "<script>alert(1)</script></style>#letx=1$x^2$`raw`@ref" in said
    assert "\u202e" not in said


def test_a_sign_that_no_font_shows_is_spelt_out() -> None:
    assert "[cjkunifiedideograph-836f]" in squeezed(assessment_sheet(hostile("\u836f")))


def test_the_same_answer_gives_the_same_bytes_and_no_address_that_runs_something() -> None:
    made = assessment_sheet(hostile())
    assert made == assessment_sheet(hostile())
    assert b"javascript" not in made
    assert b"/JavaScript" not in made
