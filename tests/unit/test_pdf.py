"""The PDF is tagged for everyone, holds what the document holds, and runs nothing that a record says."""

import dataclasses
import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from equipoise.documents.monograph import Monograph
from equipoise.outputs.html import site
from equipoise.outputs.json import monograph_json
from equipoise.outputs.pdf import _SHOWN, pdf
from equipoise.outputs.text import monograph_text


def squeezed(text: str) -> str:
    """Return the text without white space, which print puts where it likes."""
    return re.sub(r"\s+", "", text)


def words(made: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages))


def elements(node: object) -> Iterator[DictionaryObject]:
    """Walk the structure tree of a tagged PDF."""
    held = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(held, list):
        for item in held:
            yield from elements(item)
    elif isinstance(held, DictionaryObject):
        yield held
        yield from elements(held.get("/K"))


def saying(document: Monograph, words: str) -> Monograph:
    """Return the document with these words where free text may stand."""
    finding = dataclasses.replace(document.findings["example-position"], caveats=(words,), in_sight=())
    first, *others = document.chapters
    return dataclasses.replace(
        document,
        subtitle=words,
        chapters=(dataclasses.replace(first, title=words), *others),
        findings={**document.findings, "example-position": finding},
        references={name: dataclasses.replace(item, text=words) for name, item in document.references.items()},
    )


@pytest.fixture(scope="session")
def printed(shipped: Monograph) -> PdfReader:
    return PdfReader(BytesIO(pdf(shipped)))


@pytest.fixture(scope="session")
def pages(printed: PdfReader) -> list[str]:
    return [squeezed(page.extract_text()) for page in printed.pages]


def test_the_pdf_says_that_it_is_pdf_ua_1_with_title_and_language(printed: PdfReader, shipped: Monograph) -> None:
    root = printed.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert re.search(rb"pdfuaid:part(>|=\")1", root["/Metadata"].get_object().get_data())
    assert printed.metadata is not None
    assert (printed.metadata.title, printed.metadata.author) == (shipped.title, "Equipoise")
    assert printed.metadata.creation_date is not None
    assert printed.metadata.creation_date.date() == shipped.as_of


def test_every_statement_stands_in_print(pages: list[str], shipped: Monograph) -> None:
    text = "".join(pages)
    assert [
        name for page in shipped.chapters for name in page.findings if squeezed(shipped.findings[name].statement) not in text
    ] == []


def test_the_crisis_number_stands_at_the_top_of_every_page(pages: list[str], shipped: Monograph) -> None:
    crisis = next(item for item in shipped.urgent if item.kind == "crisis")
    said = squeezed(f"{crisis.country}: in a crisis call or text {crisis.channels[0][1]}")
    assert [place for place, page in enumerate(pages, 1) if not page.startswith(said)] == []


def test_every_chapter_title_is_a_bookmark(printed: PdfReader, shipped: Monograph) -> None:
    titles = [item.title for item in printed.outline if not isinstance(item, list)]
    assert [page.title for page in shipped.chapters] == [
        title for title in titles if title in {page.title for page in shipped.chapters}
    ]


def test_every_format_holds_the_same_statements(shipped: Monograph) -> None:
    html = squeezed(unescape(b"".join(content for name, content in site(shipped).items() if name.endswith(".html")).decode()))
    plain, data = squeezed(monograph_text(shipped)), monograph_json(shipped)
    for page in shipped.chapters:
        for name in page.findings:
            statement = shipped.findings[name].statement
            assert squeezed(statement) in html
            assert squeezed(statement) in plain
            assert statement.replace('"', r"\"") in data


def test_the_same_document_gives_the_same_bytes(small: Monograph) -> None:
    assert pdf(small) == pdf(dataclasses.replace(small))


def test_an_interval_plot_says_its_numbers_to_a_reader_who_does_not_see_it(small: Monograph) -> None:
    tree = PdfReader(BytesIO(pdf(small))).trailer["/Root"]["/StructTreeRoot"]
    figures = [item for item in elements(tree) if item.get("/S") == "/Figure"]
    assert len(figures) == 6
    assert figures[1]["/Alt"].startswith("Curve of all analyses, from the lowest estimate to the highest. Of 24 defensible")
    assert re.match(r"Interval plot\. .*: Aronson 1948 0\.\d+ \(.*; Together 0\.\d+ \(", figures[0]["/Alt"])


@pytest.mark.parametrize(
    "hostile",
    [
        '#import "/etc/passwd": *',
        '#read("/etc/passwd")"] #panic()',
        "#set page(width: 1pt) *bold* _it_ `raw` $x^2$ @label <label>",
        r"\u{41} \ // comment /* open",
        "<script>alert(1)</script> &amp; {{finding: x}} {% raw %}",
        "= Heading\n- item ~ -- --- ...",
    ],
)
def test_what_a_record_says_is_text_and_never_code(small: Monograph, hostile: str) -> None:
    assert words(pdf(saying(small, hostile))).count(squeezed(hostile)) >= 4


def test_hebrew_and_arabic_are_set_and_a_sign_without_a_glyph_is_named(small: Monograph) -> None:
    said = words(pdf(saying(small, "\u05e9\u05dc\u05d5\u05dd \u0633\u0644\u0627\u0645 \U0001f642 \u0e44 end\x1b[31m\u202e")))
    assert set("\u05e9\u05dc\u05d5\u05dd") <= set(said)
    assert "[slightlysmilingface]" in said
    assert "[thaicharactersaraaimaimalai]end[31m" in said


def test_every_sign_that_is_promised_can_be_set(small: Monograph) -> None:
    signs = "".join(chr(code) for low, high in re.findall("(.)-(.)", _SHOWN) for code in range(ord(low), ord(high) + 1))
    assert pdf(saying(small, " ".join(signs))).startswith(b"%PDF")


def test_an_address_that_is_no_web_or_phone_address_is_not_a_link(small: Monograph) -> None:
    references = {
        name: dataclasses.replace(item, url="javascript:alert(1)", text="Bad address")
        for name, item in small.references.items()
    }
    made = pdf(dataclasses.replace(small, references=references))
    assert b"javascript" not in made
    assert "Badaddress" in words(made)
