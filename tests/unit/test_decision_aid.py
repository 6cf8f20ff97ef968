"""What a decision aid owes its reader, after the qualifying and certifying criteria of IPDAS, held against the served pages.

Only what can be computed is held here: that a thing is said, where, and in what form. Whether it is said well, a reader judges.
"""

import re
from typing import Any

import pytest

from equipoise.apps.web.house import House
from equipoise.outputs.served import ASKS

Client = Any

OUTCOMES = {"help": "does-it-help", "harm": "risks", "what it is like": "what-people-report"}
"""Chapters in which a reader finds what may come of it."""
BACKGROUND = frozenset({"how-it-may-work", "how-we-know"})
"""Chapters on mechanism and method, which say what is not known as they go."""
A_FINDING = re.compile(r'<div class="finding" id="([^"]+)">(.*?)</details>\n</div>\n</div>', re.DOTALL)


@pytest.fixture(scope="module")
def pages(client: Client, held: House) -> dict[str, str]:
    """Every chapter of the monograph as the server shows it."""
    return {chapter.id: client.get(f"/{held.served.site.pages[chapter.id]}").text for chapter in held.document.chapters}


@pytest.fixture(scope="module")
def everywhere(client: Client, pages: dict[str, str], held: House) -> dict[str, str]:
    """Chapters, lists, forms, a finding, a place, and an address that leads nowhere."""
    others = ("studies.html", "sources.html", "help.html", "law-us-tn.html", "nowhere", "api/docs", *(path for path, _ in ASKS))
    finding = next(iter(held.document.findings))
    return pages | {path: client.get(f"/{path}").text for path in (*others, f"findings/{finding}")}


def headings(page: str) -> list[str]:
    return re.findall(r"<h[2-4][^>]*>([^<]*)</h[2-4]>", page)


def under(page: str, heading: str) -> str:
    """What stands under a heading, down to the next of its level or above."""
    found = re.search(rf"<h([2-4])[^>]*>{re.escape(heading)}</h", page)
    assert found is not None, heading
    return re.split(rf"<h[2-{found[1]}][ >]|<nav", page[found.end() :])[0]


def findings(page: str) -> dict[str, str]:
    return dict(A_FINDING.findall(page))


def test_the_condition_is_described(pages: dict[str, str]) -> None:
    assert len(findings(under(pages["understanding-depression"], "What depression is"))) >= 3


def test_the_decision_is_named_and_with_whom_to_talk_about_it(pages: dict[str, str], client: Client) -> None:
    assert under(pages["at-a-glance"], "What to take to a pharmacist or doctor").count("<li>") >= 3
    purpose = client.get("/about").text.partition('id="purpose"')[2].partition("<h2")[0]
    assert "take or consider kratom" in purpose
    assert "pharmacist or a doctor" in purpose


@pytest.mark.parametrize("option", ["Medicines", "Talking therapy", "Exercise"])
def test_other_ways_that_help_are_laid_out_with_their_evidence(pages: dict[str, str], option: str) -> None:
    assert findings(under(pages["understanding-depression"], option))


@pytest.mark.parametrize("side", OUTCOMES)
def test_what_may_come_of_it_has_a_chapter_of_findings(pages: dict[str, str], side: str) -> None:
    assert len(findings(pages[OUTCOMES[side]])) >= 5


@pytest.mark.parametrize("heading", ["Does it help?", "What can go wrong"])
def test_help_and_harm_both_stand_on_the_first_page(pages: dict[str, str], heading: str) -> None:
    assert len(findings(under(pages["at-a-glance"], heading))) >= 3


def test_help_and_harm_are_told_in_equal_detail(pages: dict[str, str]) -> None:
    """Each finding of either side has its sentence, its certainty, its day, its sources, and why."""
    parts = ('<p class="statement">', '<p class="notes">', '<p class="certainty">', "<time ", "Why we say so")
    for chapter in OUTCOMES.values():
        for name, text in findings(pages[chapter]).items():
            assert [part for part in parts if text.count(part) < 1] == [], (chapter, name)


def test_every_finding_leads_to_a_source_that_stands_there(pages: dict[str, str], client: Client, held: House) -> None:
    ids: dict[str, set[str]] = {}
    for chapter, page in pages.items():
        for name, text in findings(page).items():
            notes = text.partition('<p class="notes">')[2].partition("</p>")[0]
            links = re.findall(r'href="([^"#:]*)#([^"]+)"', notes)
            assert links or "http" in notes, (chapter, name)
            for path, fragment in links:
                target = path or held.served.site.pages[chapter]
                if target not in ids:
                    ids[target] = set(re.findall(r'id="([^"]+)"', client.get(f"/{target}").text))
                assert fragment in ids[target], (chapter, name, target, fragment)


def test_every_page_says_its_day(everywhere: dict[str, str], held: House) -> None:
    day = f'<time datetime="{held.as_of}">'
    assert [path for path, page in everywhere.items() if day not in page.partition("<footer>")[2]] == []


def test_every_page_leads_to_how_it_is_kept_up_who_pays_and_what_is_stored(everywhere: dict[str, str], client: Client) -> None:
    about = client.get("/about").text
    assert all(f'<h2 id="{part}">' in about for part in ("updates", "interests", "privacy", "changes"))
    assert [path for path, page in everywhere.items() if not re.search(r'href="(\.\./)*about"', page)] == []


def test_every_study_says_who_paid_or_that_it_is_not_reported(everywhere: dict[str, str], held: House) -> None:
    register = everywhere["studies.html"]
    assert register.count(">Funding</dt>") == register.count(">Interests</dt>") == len(held.document.studies)


def test_uncertainty_is_in_words_and_what_is_not_known_has_a_heading(pages: dict[str, str], held: House) -> None:
    words = {"High certainty", "Moderate certainty", "Low certainty", "Very low certainty", "Not graded"}
    assert {name for page in pages.values() for name in findings(page)} == {
        name for chapter in held.document.chapters for name in chapter.findings
    }
    for chapter, page in pages.items():
        assert any("not known" in heading for heading in headings(page)) or chapter in BACKGROUND, chapter
        for name, text in findings(page).items():
            said = re.search(r'<p class="certainty">.*?<span>([^<]*)</span>', text, re.DOTALL)
            assert said is not None, name
            assert said[1] in words, (name, said[1])


def test_help_stands_first_on_every_page(everywhere: dict[str, str]) -> None:
    for path, page in everywhere.items():
        help_now = page.partition('<aside class="urgent"')[2].partition("</aside>")[0]
        assert page.index('<aside class="urgent"') < page.index("<h1"), path
        assert "tel:988" in help_now, path
        assert "help.html" in help_now, path
        assert "Do not stop a prescribed medicine by yourself" in page.partition("<footer>")[2], path


def test_no_page_asks_for_a_script_where_it_says_that_there_is_none(everywhere: dict[str, str]) -> None:
    for path, page in everywhere.items():
        assert ("no scripts" in page) == ("<script" not in page or path == "about"), path
