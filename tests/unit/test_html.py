"""The site says what the document says, lets nothing in that is not words, and is quickly made."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from equipoise.documents.citations import CitedReference
from equipoise.documents.monograph import (
    Cell,
    ChapterPage,
    HelpEntry,
    Map,
    Monograph,
    OutcomeEntry,
    SearchEntry,
    Strip,
    StudyEntry,
)
from equipoise.documents.prose import Bullets, Heading, Paragraph, Shown, Span
from equipoise.findings.finding import Basis, Citation, Finding, Level, Reason
from equipoise.outputs import html
from equipoise.values.estimate import Counts, Estimate

DAY = date(2026, 1, 31)
HOSTILE = "<script>alert('x')</script> \"quoted\" & <b>"
CSS = Path(html.__file__).parent / "static" / "style.css"
STRIP = Strip(as_of=DAY, studies=1, people=200, last_search="2026-01-05", checked=0, records=1)


def finding(ident: str, kind: str = "reported", **more: object) -> Finding:
    held = {
        "question": "How many?",
        "statement": "25% of people fell ill.",
        "estimate": Estimate(measure="proportion", value=25, unit="%", printed="25%", counts=Counts(events=50, total=200)),
        "certainty": Level.LOW,
        "because": (Reason(domain="risk of bias", change=-1, why="volunteers"),),
        "sources": (Citation(ref="aronson-1948", at="Table I"),),
        "basis": Basis(kind=kind, engine="register", options=(), records=("aronson-1948/illness",), version="0"),  # type: ignore[arg-type]
    }
    return Finding(id=ident, as_of=DAY, **{**held, **more})  # type: ignore[arg-type]


def reference(ident: str, **more: object) -> CitedReference:
    held = {
        "short": "Aronson 1948",
        "text": "Aronson J (1948). Vaccination.",
        "url": "https://example.org/a",
        "doi": None,
        "saw": (),
        "checked": False,
    }
    return CitedReference(id=ident, **{**held, **more})  # type: ignore[arg-type]


def study(ident: str, **more: object) -> StudyEntry:
    words = (
        "title",
        "frame",
        "countries",
        "conducted",
        "population",
        "recruitment",
        "funding",
        "interests",
        "instruments",
        "bias",
        "extracted",
    )
    outcome = OutcomeEntry(
        id="illness",
        label="illness",
        among="people",
        result="25%",
        estimate=None,
        basis="reported",
        source=("aronson-1948", "Table I"),
        note=None,
    )
    held = {word: f"the {word}" for word in words} | {
        "design": "Survey",
        "rank": 1,
        "size": 200,
        "size_text": "200 people",
        "conditions": None,
        "outcomes": (outcome,),
        "bias_domains": (("sampling", "high", "volunteers"),),
        "overlaps": (),
        "sources": (("aronson-1948", "Table I"),),
        "checked": "nobody yet",
        "note": None,
    }
    return StudyEntry(id=ident, **{**held, **more})  # type: ignore[arg-type]


def helpline(ident: str, **more: object) -> HelpEntry:
    held = {
        "country": "Norway",
        "name": "Lifeline",
        "kind": "crisis",
        "channels": (("call", "+47 116 123"), ("text", "988")),
        "hours": "all hours",
    }
    rest = {"languages": "Norwegian", "verified_on": DAY, "stale": False, "source": ("aronson-1948", "top of page")}
    return HelpEntry(id=ident, **{**held, **rest, **more})  # type: ignore[arg-type]


def chapter(ident: str, *blocks: object, **more: object) -> ChapterPage:
    shown = tuple(block.finding for block in blocks if isinstance(block, Shown))
    held = {"title": ident.capitalize(), "reader": "person", "strip": STRIP, "blocks": blocks, "findings": shown, "map": None}
    return ChapterPage(id=ident, **{**held, **more})  # type: ignore[arg-type]


def paragraph(text: str, href: str | None = None) -> Paragraph:
    return Paragraph(spans=(Span(text=text, href=href),))


@pytest.fixture
def document() -> Monograph:
    """Give a document of two chapters with one finding of each kind that looks different."""
    search = SearchEntry(
        id="letters",
        question="A trial?",
        on="2026-01-05",
        queries=("PubMed: letters",),
        found="None.",
        limits="One.",
        sources=(),
    )
    findings = (
        finding("ill"),
        finding(
            "none",
            "absence",
            estimate=None,
            statement="No trial was found.",
            sources=(Citation(search="letters", on="2026-01-05"),),
        ),
        finding(
            "held",
            "position",
            estimate=None,
            statement="The ministry supports it.",
            certainty=Level.NOT_GRADED,
            because=(),
            basis=Basis(
                kind="position",
                engine="register",
                options=(("holder", "Ministry"), ("kind", "public-body")),
                records=("m",),
                version="0",
            ),
            caveats=("Held since 2020.", "Interests: It sells vaccines."),
            in_sight=("Interests: It sells vaccines.",),
        ),
    )
    return Monograph(
        id="villages",
        title="Tuberculosis in villages",
        subtitle="A small topic",
        as_of=DAY,
        version="0",
        chapters=(
            chapter("glance", Heading(level=2, spans=(Span(text="Found"),)), paragraph("First. Second."), Shown(finding="ill")),
            chapter(
                "more",
                paragraph("Opening line. Not this."),
                Shown(finding="none"),
                Shown(finding="held"),
                Bullets(items=((Span(text="a"),),)),
            ),
        ),
        findings={item.id: item for item in findings},
        references={"aronson-1948": reference("aronson-1948")},
        searches={"letters": search},
        studies=(study("aronson-1948"),),
        help=(helpline("no-1"), helpline("no-2", stale=True)),
        urgent=(helpline("no-1"),),
    )


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", page.decode())))


def test_the_first_chapter_is_the_index_and_the_others_have_their_pages(document: Monograph) -> None:
    files = html.site(document)
    assert {name for name in files if name.endswith(".html")} == {
        "index.html",
        "more.html",
        "studies.html",
        "sources.html",
        "help.html",
    }
    index = text_of(files["index.html"])
    assert "25% of people fell ill." in index
    assert "Opening line." in index
    assert "Not this." not in index
    assert '<a rel="prev" href="index.html">' in files["more.html"].decode()


def test_sentence_certainty_and_source_stand_outside_what_opens(document: Monograph) -> None:
    page = html.site(document)["index.html"].decode()
    seen = re.sub(r"<details.*</details>", "", page, flags=re.DOTALL)
    assert "25% of people fell ill." in seen
    assert "Low certainty" in seen
    assert 'href="sources.html#ref-aronson-1948"' in seen
    assert "50 of 200" not in seen


def test_a_finding_opens_to_how_it_was_made(document: Monograph) -> None:
    page = text_of(html.site(document)["index.html"])
    for said in ("50 of 200", "down one level: volunteers", "Table I", "equipoise show ill", "About 25 in 100"):
        assert said in page


def test_an_absence_says_how_it_was_searched_and_a_position_who_holds_it(document: Monograph) -> None:
    page = text_of(html.site(document)["more.html"]).replace("\N{NO-BREAK SPACE}", " ")
    assert "Searched 5 January 2026: 1 query" in page
    assert "PubMed: letters" in page
    assert "Held by Ministry (public body)." in page
    assert page.count("It sells vaccines.") == 1


def test_a_position_with_the_id_of_a_study_does_not_lead_to_the_study(document: Monograph) -> None:
    held = document.findings["held"]
    same = replace(held, basis=replace(held.basis, records=("aronson-1948",)))
    page = html.site(replace(document, findings={**document.findings, "held": same}))["more.html"].decode()
    assert 'href="studies.html#aronson-1948"' not in page


def test_a_record_that_nobody_checked_says_so(document: Monograph) -> None:
    files = html.site(document)
    assert "Checked by nobody yet" in text_of(files["index.html"])
    assert "nobody yet" in text_of(files["studies.html"])
    assert "Checked by nobody yet" in text_of(files["sources.html"])


def test_old_numbers_are_marked_and_numbers_are_links(document: Monograph) -> None:
    page = html.site(document)["help.html"].decode()
    assert page.count("may be out of date") == 1
    assert 'href="tel:+47116123"' in page
    assert 'href="sms:988"' in page


def test_hostile_words_stay_words_wherever_they_stand(document: Monograph) -> None:
    evil = finding(
        "ill",
        statement=HOSTILE[:30],
        question=HOSTILE,
        caveats=(HOSTILE,),
        because=(Reason(domain=HOSTILE, change=0, why=HOSTILE),),
    )
    cell = Cell(studies=("aronson-1948",), people=3, certainty=Level.LOW)
    blocks = (paragraph(HOSTILE, "javascript:alert(1)"), Heading(level=2, spans=(Span(text=HOSTILE),)), Shown(finding="ill"))
    spoiled = replace(
        document,
        title=HOSTILE,
        subtitle=HOSTILE,
        chapters=(chapter("glance", *blocks, title=HOSTILE, map=Map(designs=(HOSTILE,), rows=((HOSTILE, (cell,)),))),),
        findings={"ill": evil},
        references={
            "aronson-1948": reference("aronson-1948", short=HOSTILE, text=HOSTILE, url="javascript:alert(1)", saw=(HOSTILE,))
        },
        searches={"letters": replace(document.searches["letters"], question=HOSTILE, queries=(HOSTILE,), limits=HOSTILE)},
        studies=(
            study("aronson-1948", title=HOSTILE, note=HOSTILE, population=HOSTILE, bias_domains=((HOSTILE, HOSTILE, HOSTILE),)),
        ),
        help=(helpline("no-1", name=HOSTILE, hours=HOSTILE, channels=(("web", "javascript:alert(1)"), ("call", "<b>911"))),),
        urgent=(helpline("no-1", name=HOSTILE, channels=(("chat", "javascript:alert(1)"),)),),
    )
    for name, content in html.site(spoiled).items():
        if name.endswith(".html"):
            page = content.decode()
            assert "<script" not in page, name
            assert "<b> " not in page, name
            assert not re.search(r'(?:href|src)="(?!https?:|tel:|sms:|mailto:|[\w./-]*(?:#[\w.-]+)?")', page), name


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "ftp://example.org/x", ""])
def test_only_kinds_of_address_that_we_know_become_links(url: str) -> None:
    assert html.outside(url) is None


@pytest.mark.parametrize(
    ("channel", "href"),
    [
        (("call", "1-800-222-1222"), "tel:18002221222"),
        (("text", "WhatsApp 9151 1767"), None),
        (("email", "jo@example.org"), "mailto:jo@example.org"),
        (("web", "https://example.org"), "https://example.org"),
    ],
)
def test_channels_lead_where_a_telephone_understands_them(channel: tuple[str, str], href: str | None) -> None:
    assert html.dial(channel) == href


def test_a_pooled_number_shows_the_curve_of_all_analyses_and_opens_to_the_whole(small: Monograph) -> None:
    page = html.site(small)["index.html"].decode()
    block = page[page.index('id="bcg-ml"') : page.index('id="bcg-common"')]
    held = small.findings["bcg-ml"].multiverse
    assert held is not None
    seen, _, inside = block.partition("<details")
    assert 'id="curve-bcg-ml-title"' in seen
    assert f"<figcaption>{held.said}</figcaption>" in unescape(seen)
    assert "All 24 analyses" in inside
    assert 'id="analyses-bcg-ml-title"' in inside
    assert held.declared in inside
    for choice in held.choices:
        for option in choice.options:
            assert f'<th scope="row">{option}' in inside
    for line in held.details:
        assert line in unescape(inside)
    assert "<script" not in block


def test_style_is_small_and_names_no_other_place() -> None:
    style = CSS.read_text(encoding="utf-8")
    assert len(style.encode()) < 20_000
    assert "http" not in style
    assert "@import" not in style
    for face in re.findall(r'url\("(fonts/[^"]+)"\)', style):
        assert (CSS.parent.parent / face).is_file(), face


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "leaf", "warn"])
def test_every_ink_reads_on_its_paper(scheme: int, ink: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    style = CSS.read_text(encoding="utf-8")

    def colour(name: str) -> str:
        return re.findall(rf"--{name}: (#[0-9a-f]{{6}})", style)[scheme]

    light, dark = sorted((luminance(colour(ink)), luminance(colour("paper"))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
