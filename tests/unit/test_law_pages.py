"""The law on pages, in print and as data: one answer everywhere, one click from its source, and no word that comforts."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import textstat
from pypdf import PdfReader

from equipoise.documents.citations import cite_law, dated
from equipoise.documents.monograph import ChapterPage, Monograph, SearchEntry, Strip, monograph
from equipoise.documents.prose import Heading, Paragraph, Shown, Span
from equipoise.findings.atlas import Atlas, LawEntry, PlaceEntry, Question, Seen, page
from equipoise.findings.finding import Basis, Citation, Finding, Level
from equipoise.findings.law_answer import Ahead, ChangeEntry, FoodLaw, Ground, LawAnswer, Otherwise
from equipoise.outputs import html, text
from equipoise.outputs import json as json_output
from equipoise.outputs import law as law_output
from equipoise.outputs.law_pages import LawPages
from equipoise.outputs.law_table import LEGEND, MEANS, Register
from equipoise.outputs.pdf import pdf
from equipoise.outputs.timeline import timeline
from equipoise.records import places
from equipoise.records.faults import EvidenceError
from equipoise.records.rules import chapters_have_their_pages, sound
from equipoise.records.topic import Asked

DAY = date(2026, 11, 22)
HOSTILE = "<script>alert('x')</script> \"quoted\" & <b>"
BCG = Path(__file__).parents[1] / "data" / "bcg" / "evidence"
TEMPLATES = Path(html.__file__).parent / "templates"
GRADE = 8.0
LAW_SCHEMA = json.loads(law_output.SCHEMA.read_text(encoding="utf-8"))
MONOGRAPH_SCHEMA = json.loads(json_output.SCHEMA.read_text(encoding="utf-8"))


def ground(norm: str, place: str, **more: Any) -> Ground:
    held = {
        "effect": "prohibit",
        "says": "Selling leaf is an offence.",
        "citation": "Act 9 of 2026",
        "url": "https://example.org/act",
        "grade": "official",
        "since": "2026-07-01",
        "until": None,
        "penalty": "a fine",
        "last_verified": date(2026, 8, 13),
        "read_on": DAY,
    }
    return Ground(norm=norm, place=place, **{**held, **more})


def food_law(verdict: str = "unknown", **more: Any) -> FoodLaw:
    held = {"last": None, "why": (), "conditions": (), "because": (), "upcoming": (), "stale": verdict == "stale"}
    return FoodLaw(action="sell", verdict=verdict, **{**held, **more})


def answer(place: str, name: str, verdict: str, **more: Any) -> LawAnswer:
    held = {
        "segment": None,
        "asked": (
            ("question", f"Selling leaf in {name}"),
            ("action", "sell"),
            ("substance", "leaf"),
            ("age", "25"),
            ("on", "2026-11-22"),
            ("known_on", "2026-11-22"),
        ),
        "sentence": f"The answer for {name} is {verdict}.",
        "last": None,
        "why": (),
        "conditions": (),
        "because": (),
        "voided": (),
        "food_law": food_law(),
        "upcoming": (),
        "next_change": None,
        "conflicts": (),
        "searched": (),
        "last_verified": date(2026, 8, 13),
        "stale": verdict == "stale",
        "notes": ("Legal information, not legal advice.",),
    }
    return LawAnswer(place=place, place_name=name, verdict=verdict, **{**held, **more})


def entry(ident: str, **more: Any) -> LawEntry:
    seen = Seen(
        title="The gazette",
        url="https://example.org/gazette",
        at="page 3",
        grade="official",
        saw="full-text",
        dated="2026-05",
        read_on=DAY,
    )
    held = {
        "title": "Leaf Act",
        "kind": "statute",
        "axis": "control",
        "citation": "Act 9 of 2026",
        "url": None,
        "proposal": False,
        "dates": (("signed", "2026-05-07"), ("in force from", "2026-07-01")),
        "says": ("Selling leaf is an offence.",),
        "sources": (seen,),
        "conflicts": (("signed", "2026-06", "A blog (tracker): it gives June."),),
        "last_verified": date(2026, 8, 13),
        "checked": False,
        "note": None,
    }
    return LawEntry(id=ident, **{**held, **more})


def place(code: str, name: str, kind: str, *answers: LawAnswer, **more: Any) -> PlaceEntry:
    held: dict[str, Any] = {"within": (), "laws": (), "local": (), "searched": ()}
    short = name.removeprefix("the ")
    return PlaceEntry(id=code, name=name, short=short, kind=kind, page=page(code), answers=answers, **{**held, **more})


def change(day: str, code: str, name: str, **more: Any) -> ChangeEntry:
    held = {"law": f"{code.lower()}/act", "grade": "official", "what": "began", "citation": "Act 9 of 2026", "url": None}
    held["says"] = ("Selling leaf is an offence.",)
    return ChangeEntry(date=day, place=code, place_name=name, **{**held, **more})


def second(first: LawAnswer) -> LawAnswer:
    """The answer to the second question: like the first, but that the town has no rule on it, and food law no word."""
    verdict = "lawful-if" if first.place == "US-OH/Lone Oak" else first.verdict
    return replace(first, verdict=verdict, food_law=food_law())


@pytest.fixture
def atlas() -> Atlas:
    """Give the law of a country with two states, a county for its town alone, that town, and two more countries."""
    us = ("US", "United States")
    banned = answer(
        "US-TN",
        "Tennessee",
        "unlawful",
        because=(ground("us-tn/2026-act-9#sale", "US-TN"), ground("us/notice#all", "US", citation="Notice 4", penalty=None)),
        food_law=food_law("stale", last="unlawful", because=(ground("us/foods#market", "US", citation="Food Act"),)),
        upcoming=(
            Ahead(
                norm="us/notice#all",
                what="proposed",
                date="2026-12-01",
                certain=False,
                stale=False,
                says="Leaf would be scheduled.",
                citation="Notice 4",
                url=None,
            ),
        ),
        conflicts=(
            Otherwise(
                norm="us-tn/2026-act-9#sale",
                field="effect",
                says="lawful",
                source="A map",
                url="https://example.org/map",
                grade="tracker",
                note="It was not brought up to date.",
                decides=False,
            ),
        ),
    )
    county = ("US-OH/Clay County", "Clay County")
    entries = [
        place("TH", "Thailand", "country", answer("TH", "Thailand", "stale", last="lawful-if", conditions=("an age of 20",))),
        place("US", "the United States", "country", answer("US", "the United States", "not-scheduled"), local=(county[0],)),
        place(
            "KE",
            "Kenya",
            "country",
            answer("KE", "Kenya", "unknown", last_verified=None),
            searched=(("letters", "2026-11-20"),),
        ),
        place(
            "US-OH",
            "Ohio",
            "state",
            answer("US-OH", "Ohio", "lawful-if", conditions=("the buyer is 21",)),
            within=(us,),
            local=("US-OH/Lone Oak",),
        ),
        place(
            "US-TN",
            "Tennessee",
            "state",
            banned,
            within=(us,),
            laws=(
                entry("us-tn/2026-act-9"),
                entry(
                    "us-tn/2018-act-1",
                    title="Old Act",
                    citation="Act 1 of 2018",
                    says=("Old words.",),
                    dates=(("in force from", "2018-04"), ("superseded", "2026-07-01 by us-tn/2026-act-9")),
                    checked=True,
                ),
            ),
        ),
        place(*county, "county", answer(*county, "lawful-if"), within=(us, ("US-OH", "Ohio"))),
        place(
            "US-OH/Lone Oak",
            "Lone Oak",
            "town",
            answer("US-OH/Lone Oak", "Lone Oak, Ohio", "unlawful"),
            within=(us, ("US-OH", "Ohio"), county),
            laws=(entry("us-oh/lone-oak-2025", title="Ordinance", citation="Ordinance 12"),),
        ),
    ]
    entries = [replace(item, answers=(*item.answers, second(item.answers[0]))) for item in entries]
    return Atlas(
        as_of=DAY,
        questions=(
            Question(id="leaf-sale", title="Selling leaf", maps=("us", "world")),
            Question(id="seven-oh-sale", title="Selling 7-OH", maps=()),
        ),
        places={item.id: item for item in entries},
        changes=(
            change("2018-04", "US-TN", "Tennessee", law="us-tn/2018-act-1", citation="Act 1 of 2018", says=("Old words.",)),
            change("2024", "TH", "Thailand", what="lapsed"),
            change("2024-11-21", "US-OH", "Ohio", what="proposed"),
            change("2024-11-22", "US-OH", "Ohio"),
            change("2026-07-01", "US-TN", "Tennessee", law="us-tn/2026-act-9"),
        ),
    )


@pytest.fixture
def document(atlas: Atlas) -> Monograph:
    """Give a document of two chapters, the second with the law and a finding that cites one."""
    finding = Finding(
        id="ban",
        question="May it be sold?",
        statement="Selling leaf in Tennessee is unlawful.",
        estimate=None,
        certainty=Level.NOT_GRADED,
        because=(),
        sources=(Citation(ref="law/us-tn/2026-act-9", at="page 3"),),
        basis=Basis(kind="law", engine="law", options=(), records=("us-tn/2026-act-9",), version="0"),
        as_of=DAY,
        caveats=("Selling leaf is an offence.", "Last verified: 2026-08-13."),
        in_sight=("Last verified: 2026-08-13.",),
    )
    strip = Strip(as_of=DAY, studies=0, people=0, last_search=None, checked=1, records=3, laws=3)
    opening = Paragraph(spans=(Span(text="The opening."),))
    heading = Heading(level=2, spans=(Span(text="Federal law"),))
    first = ChapterPage(
        id="glance", title="Glance", reader="person", strip=strip, blocks=(opening,), findings=(), map=None, atlas=False
    )
    blocks = (opening, heading, Shown(finding="ban"))
    law = replace(first, id="the-law", title="The law", blocks=blocks, findings=("ban",), atlas=True)
    held = atlas.places["US-TN"]
    search = SearchEntry(
        id="letters", question="Is there law?", on="2026-11-20", queries=("Web: law",), found="None.", limits="One.", sources=()
    )
    return Monograph(
        id="villages",
        title="Leaf in villages",
        subtitle="A small topic",
        as_of=DAY,
        version="0",
        chapters=(first, law),
        findings={"ban": finding},
        references={"law/us-tn/2026-act-9": cite_law(held.laws[0], held.name)},
        searches={"letters": search},
        studies=(),
        help=(),
        urgent=(),
        law=atlas,
    )


def words(content: bytes | str) -> str:
    held = content if isinstance(content, str) else content.decode()
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", held))).replace("\N{NO-BREAK SPACE}", " ")


def lines(document: Monograph) -> dict[str, tuple[str, str]]:
    """Each row of the tables of the chapter: its place, and its words of verdict and day."""
    page = html.site(document)["the-law.html"].decode()
    rows = re.findall(r'<th scope="row"><a href="([^"]+)">[^<]+</a></th>(.*?)</tr>', page)
    cells = {href: re.findall(r"<td[^>]*>(.*?)</td>", row) for href, row in rows}
    return {href: (words(held[0]).partition(" ")[2], words(held[-1])) for href, held in cells.items()}


def test_a_place_with_law_has_a_page_and_a_county_that_stands_for_its_town_alone_has_none(document: Monograph) -> None:
    made = html.site(document)
    pages = {name for name in made if name.startswith("law-")}
    assert pages == {"law-th.html", "law-us.html", "law-ke.html", "law-us-oh.html", "law-us-tn.html", "law-us-oh-lone-oak.html"}
    town = made["law-us-oh-lone-oak.html"].decode()
    assert re.findall(r'<li>(?:<a href="([^"]+)">)?[^<]+', town.partition("<h1>")[0].rpartition('"trail"')[2]) == [
        "the-law.html",
        "law-us.html",
        "law-us-oh.html",
        "",
    ]


def test_a_finding_on_law_leads_to_the_law_on_the_page_of_its_place_and_that_to_the_source(document: Monograph) -> None:
    made = html.site(document)
    chapter = made["the-law.html"].decode()
    block = chapter.partition('id="ban"')[2].partition("</details>")[0]
    link = '<a href="law-us-tn.html#2026-act-9">'
    assert re.findall(f"{link}([^<]+)</a>", block) == ["Act 9 of 2026", "Act 9 of 2026", "us-tn/2026-act-9"]
    assert "Last verified: 13 August 2026." in words(block.partition("<details>")[0])
    held = made["law-us-tn.html"].decode()
    law = held.partition('<section class="entry" id="2026-act-9">')[2].partition("</section>")[0]
    assert 'href="https://example.org/gazette"' in law
    for said in (
        "Signed 7 May 2026",
        "In force from 1 July 2026",
        "page 3",
        "full text read 22 November 2026",
        "it gives June",
    ):
        assert said in words(law)
    assert "Read by one person" in words(law)
    old = held.partition('id="2018-act-1"')[2]
    assert "In force from 2018-04" in words(old)
    assert 'Superseded 1\N{NO-BREAK SPACE}July\N{NO-BREAK SPACE}2026 by <a href="law-us-tn.html#2026-act-9">Leaf Act</a>' in old
    assert "Read by a second person" in words(old)


def test_a_law_that_is_cited_has_its_page_where_no_chapter_asks_of_every_place(document: Monograph, atlas: Atlas) -> None:
    asked_nothing = {code: replace(held, answers=()) for code, held in atlas.places.items()}
    first, law = document.chapters
    made = html.site(
        replace(
            document,
            chapters=(first, replace(law, atlas=False)),
            law=replace(atlas, questions=(), places=asked_nothing),
        )
    )
    assert 'href="law-us-tn.html#2026-act-9"' in made["the-law.html"].decode()
    assert 'id="maps"' not in made["the-law.html"].decode()
    assert 'id="2026-act-9"' in made["law-us-tn.html"].decode()
    assert 'id="answers"' not in made["law-us-tn.html"].decode()


def test_an_answer_opens_to_each_rule_with_citation_grade_and_days_and_keeps_food_law_apart(document: Monograph) -> None:
    held = html.site(document)["law-us-tn.html"].decode()
    control, _, food = held.partition('id="food"')
    assert "The answer for Tennessee is unlawful." in words(control)
    because = "Since 1 July 2026; official source, speaks for 13 August 2026, read 22 November 2026."
    assert because in words(control)
    assert "Penalty: a fine." in words(control)
    assert "equipoise law US-TN --substance leaf --action sell --age 25 --on 2026-11-22" in words(control)
    assert "Food Act" not in control
    assert "Selling leaf Stale (was unlawful). Selling leaf is an offence. Penalty: a fine. Food Act" in words(food)
    assert "Selling 7-OH Unknown. What may change" in words(food)
    assert "Proposed, possible from 1 December 2026: Leaf would be scheduled. Notice 4" in words(food)
    assert "A map: effect lawful. It was not brought up to date. Tracker source; it decides nothing." in words(food)


def test_the_command_of_a_place_with_an_apostrophe_can_be_pasted(atlas: Atlas) -> None:
    town = atlas.places["US-OH/Lone Oak"]
    told = replace(town.answers[0], place="US-OH/Saint Mary's")
    asked, _ = LawPages(atlas).view(replace(town, answers=(told, told))).answers
    assert shlex.split(asked.command)[:3] == ["equipoise", "law", "US-OH/Saint Mary's"]


def test_conditions_stand_in_sight_while_they_hold_and_inside_when_the_record_is_too_old(document: Monograph) -> None:
    made = html.site(document)
    ohio, thailand = (
        re.sub(r"<details.*?</details>", "", made[f"law-{code}.html"].decode(), flags=re.S) for code in ("us-oh", "th")
    )
    assert "The buyer is 21." in ohio
    assert "an age of 20" not in thailand.casefold()
    assert "An age of 20." in made["law-th.html"].decode()


def test_table_and_map_say_the_same_and_what_is_stale_says_what_it_was(document: Monograph) -> None:
    table = lines(document)
    assert table["law-th.html"] == ("stale (was under conditions)", "13 August 2026")
    assert table["law-ke.html"] == ("unknown", "no law found, searched 20 November 2026")
    assert table["law-us-oh-lone-oak.html"] == ("unlawful", "13 August 2026")
    page = html.site(document)["the-law.html"].decode()
    drawn = dict(re.findall(r'<a href="(law-[^"]+)" aria-label="[^:]+: ([^";]+)', page))
    assert drawn == {href: said for href, (said, _) in table.items() if "lone-oak" not in href}


def test_a_date_of_a_law_says_what_happened_and_that_a_day_is_not_reported() -> None:
    held = entry("x/y", dates=(("opened", "2026-01"), ("earliest", "not reported"), ("expires", "2026-09-04")))
    assert dated(held) == ("proposed 2026-01", "possible from a day not reported", "expires 2026-09-04")


def test_a_map_says_where_parts_of_a_place_differ(document: Monograph) -> None:
    page = html.site(document)["the-law.html"].decode()
    assert 'aria-label="United States: not scheduled; its states differ"' in page
    assert 'aria-label="Ohio: under conditions; some counties or towns differ"' in page


def test_the_counts_over_a_map_are_those_of_its_answers(atlas: Atlas) -> None:
    register = Register(atlas)
    assert register.counted(0, "us") == "Selling leaf. Of 2 states on record: unlawful in 1; lawful under conditions in 1."
    said = "under no drug control on record in 1; not known in 1; the record is too old in 1."
    assert register.counted(0, "world") == f"Selling leaf. Of 3 countries on record: {said}"


def test_a_town_like_its_state_is_not_among_those_that_differ(atlas: Atlas) -> None:
    assert [(state, [row.name for row in rows]) for state, rows in Register(atlas).locals] == [("Ohio", ["Lone Oak"])]
    town = atlas.places["US-OH/Lone Oak"]
    same = replace(town, answers=(answer(town.id, town.name, "lawful-if"),) * 2)
    assert Register(replace(atlas, places={**atlas.places, town.id: same})).locals == ()


def test_changes_are_the_latest_first_and_those_of_two_years_stand_open_with_dates_as_printed(document: Monograph) -> None:
    held = html.site(document)["the-law.html"].decode().partition('id="changes"')[2]
    seen, _, inside = held.partition("<details>")
    assert 'id="timeline-title"' in seen
    assert re.findall(r'<li><time datetime="([^"]+)">', seen) == ["2026-07-01", "2024-11-22", "2024"]
    assert re.findall(r'<li><time datetime="([^"]+)">([^<]+)', inside) == [
        ("2024-11-21", "21\N{NO-BREAK SPACE}November\N{NO-BREAK SPACE}2024"),
        ("2018-04", "2018-04"),
    ]
    assert 'href="law-us-tn.html#2026-act-9">Act 9 of 2026</a>' in seen
    assert 'href="law-us-tn.html#2018-act-1">Act 1 of 2018</a>' in inside


def test_the_timeline_has_a_mark_for_each_recent_change_whose_month_is_known(document: Monograph) -> None:
    assert document.law is not None
    drawn = timeline(Register(document.law).recent, DAY, ident="t")
    assert 'aria-labelledby="t-title"' in drawn
    assert "November 2024 to November 2026: in force 2, ended 0, proposed, or no longer proposed 0." in drawn
    legend = 1
    assert drawn.count('class="dot"') == legend + 2
    at = [float(x) for x in re.findall(r'class="dot" x="([\d.]+)"', drawn)][legend:]
    assert at == [5.0, 5.0 + 20 * 17], "the first month, and twenty months after it"


def test_a_country_shows_its_states_and_a_state_its_towns(document: Monograph) -> None:
    made = html.site(document)
    pages = {code: made[f"law-{code}.html"].decode() for code in ("us", "us-oh", "th")}
    rows = {code: re.findall(r'<th scope="row"><a href="([^"]+)"', page) for code, page in pages.items()}
    assert rows == {"us": ["law-us-oh.html", "law-us-tn.html"], "us-oh": ["law-us-oh-lone-oak.html"], "th": []}


def test_one_chapter_alone_shows_the_law_and_none_has_the_name_of_the_page_of_a_place() -> None:
    evidence = sound(BCG, places.beside(BCG), date(2026, 6, 1))
    topic = evidence.topics["bcg-tuberculosis"]
    asked = Asked(id="x", title="X", substance="leaf", action="sell")
    twice = replace(topic, chapters=tuple(replace(chapter, atlas=(asked,)) for chapter in topic.chapters[:2]))
    with pytest.raises(EvidenceError, match="stands in a second chapter; should stand in one"):
        monograph(evidence, twice, date(2026, 6, 1))
    named = replace(topic, chapters=(replace(topic.chapters[0], id="law-us-tn"), *topic.chapters[1:]))
    (breach,) = chapters_have_their_pages(replace(evidence, topics={topic.id: named}), date(2026, 6, 1))
    assert "is 'law-us-tn', as the page of a place is named" in breach.message


def test_maps_stand_between_the_opening_and_the_first_heading(document: Monograph) -> None:
    page = html.site(document)["the-law.html"].decode()
    found = [page.index(mark) for mark in ("The opening.", 'id="maps"', "Federal law", 'id="changes"')]
    assert found == sorted(found)


def test_the_strip_counts_laws(document: Monograph) -> None:
    assert "<li>3 laws</li><li>1 of 3 records checked by a second reader</li>" in html.site(document)["the-law.html"].decode()
    assert text.strip_words(document.chapters[1].strip).endswith("3 laws · checked by a second reader 1 of 3")


def test_every_format_holds_the_verdict_of_every_place(document: Monograph) -> None:
    said = " ".join(text.monograph_text(document).split())
    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf(document))).pages)
    data = json.loads(json_output.monograph_json(document))["law"]
    table = {place["name"]: (place["answers"][0]["verdict"], place["answers"][0]["last"]) for place in data["places"]}
    assert table["Thailand"] == ("stale", "lawful-if")
    for row in (*Register(document.law).states, *Register(document.law).countries):  # type: ignore[arg-type]
        _, word = row.cells[0]
        assert f"{row.name}: {word} ({row.verified})" in said
        assert table[row.place.name][0] == row.place.answers[0].verdict
        assert re.sub(r"\s", "", f"{row.name}") in re.sub(r"\s", "", printed)
    assert "stale(wasunderconditions)" in re.sub(r"\s", "", printed)
    assert "2026-07-01 Tennessee, in force: Selling leaf is an offence. [Act 9 of 2026]" in said


def test_the_json_of_a_monograph_with_law_keeps_its_schema(document: Monograph) -> None:
    data = json.loads(json_output.monograph_json(document))
    jsonschema.validate(data, MONOGRAPH_SCHEMA)
    assert data["references"][0]["id"] == data["findings"][0]["sources"][0]["ref"]
    data["law"]["places"][0]["answers"][0]["verdict"] = "legal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, MONOGRAPH_SCHEMA)


def refusals() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "a verdict of another name", {"verdict": "legal"}
    yield "no sentence", {"sentence": None}
    yield "a day that is none", {"last_verified": "soon"}
    yield "something more", {"advice": "go elsewhere"}


def test_the_schema_of_law_holds_for_an_answer_a_route_and_changes(atlas: Atlas) -> None:
    jsonschema.Draft202012Validator.check_schema(LAW_SCHEMA)
    answers = [item.answers[0] for item in atlas.places.values()]
    route = [replace(item, segment="possess") for item in answers]
    for said in (*(law_output.law_json([item]) for item in answers), law_output.law_json(route)):
        jsonschema.validate(json.loads(said), LAW_SCHEMA)
    jsonschema.validate(json.loads(law_output.changes_json(atlas.changes, since="2018-01-01", until="2026-11-22")), LAW_SCHEMA)


@pytest.mark.parametrize("wrong", [wrong for _, wrong in refusals()], ids=[name for name, _ in refusals()])
def test_the_schema_of_law_refuses_what_is_no_answer(atlas: Atlas, wrong: dict[str, Any]) -> None:
    data = json.loads(law_output.law_json([atlas.places["US-TN"].answers[0]]))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, **wrong}, LAW_SCHEMA)


def test_hostile_words_of_a_law_stay_words(document: Monograph) -> None:
    law = document.law
    assert law is not None
    seen = Seen(title=HOSTILE, url="javascript:alert(1)", at=HOSTILE, grade=HOSTILE, saw=HOSTILE, dated=HOSTILE, read_on=DAY)
    bad = entry(
        "us-tn/2026-act-9",
        title=HOSTILE,
        citation=HOSTILE,
        url="javascript:alert(1)",
        says=(HOSTILE,),
        sources=(seen,),
        note=HOSTILE,
        conflicts=((HOSTILE, HOSTILE, HOSTILE),),
    )
    rule = ground("us-tn/2026-act-9#sale", "US-TN", says=HOSTILE, citation=HOSTILE, url="javascript:alert(1)")
    told = answer("US-TN", HOSTILE, "lawful-if", sentence=HOSTILE, because=(rule,), conditions=(HOSTILE,), why=(HOSTILE,))
    held = replace(law.places["US-TN"], name=HOSTILE, short=HOSTILE, laws=(bad,), answers=(told, told))
    atlas = replace(
        law,
        questions=tuple(replace(question, title=HOSTILE) for question in law.questions),
        places={**law.places, "US-TN": held},
        changes=(change("2026-07-01", "US-TN", HOSTILE, citation=HOSTILE, says=(HOSTILE,)),),
    )
    for name, content in html.site(replace(document, law=atlas)).items():
        if name.endswith(".html"):
            page = content.decode()
            assert "<script" not in page, name
            assert "<b> " not in page, name
            assert not re.search(r'(?:href|src)="(?!https?:|tel:|sms:|mailto:|[\w./-]*(?:#[\w./-]+)?")', page), name


def test_every_verdict_has_a_word_a_mark_and_a_meaning() -> None:
    assert set(law_output.WORDS) == set(law_output.MARKS) == set(MEANS) == set(LEGEND)
    assert len(set(law_output.MARKS.values())) == len(law_output.MARKS)


def test_the_sentences_of_these_pages_read_at_grade_eight_or_below() -> None:
    said = [*MEANS.values()]
    for name in ("law.html", "place.html"):
        found = re.findall(r"<p>([A-Z].*?)</p>", (TEMPLATES / name).read_text(encoding="utf-8"))
        said += [re.sub(r"\{\{.*?\}\}", "one", words) for words in found]
    assert len(said) > 10
    assert textstat.flesch_kincaid_grade("\n".join(said)) <= GRADE


def test_every_shipped_place_says_its_answers_with_their_laws_and_never_a_word_that_comforts(shipped: Monograph) -> None:
    assert shipped.law is not None
    made = html.site(shipped)
    for held in shipped.law.places.values():
        page = made.get(f"{held.page}.html")
        if page is None:
            assert not held.laws
            continue
        said = words(page)
        assert not re.search(r"\bsafe\b|\ball clear\b", said, re.IGNORECASE), held.id
        assert [told.sentence for told in held.answers if words(told.sentence) not in said] == [], held.id
        anchors = set(re.findall(r'<section class="entry" id="([^"]+)"', page.decode()))
        assert anchors == {law.id.partition("/")[2] for law in held.laws}, held.id


def test_the_shipped_chapter_counts_every_law_and_how_many_a_second_reader_checked(shipped: Monograph) -> None:
    assert shipped.law is not None
    (strip,) = (page.strip for page in shipped.chapters if page.atlas)
    laws = [law for held in shipped.law.places.values() for law in held.laws]
    assert strip.laws == len(laws) > 300
    assert strip.checked >= sum(law.checked for law in laws)
    assert strip.records >= strip.laws


def test_shipped_answers_and_changes_keep_the_schema_of_law(shipped: Monograph) -> None:
    assert shipped.law is not None
    check = jsonschema.Draft202012Validator(LAW_SCHEMA)
    told = [told for held in shipped.law.places.values() for told in held.answers]
    assert len(told) > 400
    for item in told[::17]:
        check.validate(json.loads(law_output.law_json([item])))
    check.validate(json.loads(law_output.changes_json(shipped.law.changes, since="1900-01-01", until=str(DAY))))
