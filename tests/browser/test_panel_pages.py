"""Figures of findings can be seen, read as a table and reached by keys, whatever the width, the colours and the paper."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from equipoise.documents.monograph import Monograph

COLOURS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "forced-dark": {"forced_colors": "active", "color_scheme": "dark"},
}
WIDTHS = (320, 768, 1280)
CENTIMETRE = 96 / 2.54
PAPER = 29.7 - 2 * 2.0
"""Centimetres between the upper and the lower margin of a printed page."""

OPEN = "document.querySelectorAll('.panel details').forEach(item => item.open = true)"
OUTSIDE = """[...document.querySelectorAll('.panel svg')].filter(item => {
    const box = item.getBoundingClientRect();
    return box.left < 0 || box.right > innerWidth || box.width < 200;
}).map(item => item.closest('.finding').id)"""
COVERED = """[...document.querySelectorAll('.panel td')].filter(
    cell => [...cell.parentElement.children].indexOf(cell) > 0 && cell.scrollWidth > cell.clientWidth + 1
).map(cell => cell.innerText)"""
"""Cells whose words run into the next cell."""
FAINT = """[...document.querySelectorAll('.panel svg :is(text, .bead, .did, .diamond, .reach, .bar)')].filter(item => {
    const style = getComputedStyle(item), paper = getComputedStyle(document.body).backgroundColor;
    return [style.fill, style.stroke].every(colour => colour === 'none' || colour === paper);
}).map(item => `${item.closest('.finding').id}: ${item.getAttribute('class')}`)"""
"""Marks and words of the colour of the paper."""


@pytest.fixture(scope="module")
def figures(shipped: Monograph) -> dict[str, list[str]]:
    """The findings with a figure, by the page on which they stand."""
    found = {
        "index.html" if place == 0 else f"{page.id}.html": [
            block.finding
            for block in page.blocks
            if hasattr(block, "finding") and shipped.findings[block.finding].panel is not None
        ]
        for place, page in enumerate(shipped.chapters)
    }
    return {name: held for name, held in found.items() if held}


def test_the_chapters_of_the_mechanism_have_figures(figures: dict[str, list[str]]) -> None:
    assert {"how-it-may-work.html", "what-is-in-the-product.html", "risks.html"} <= set(figures)


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_figure_fits_and_axe_finds_nothing(
    folder: Path, chromium: Browser, figures: dict[str, list[str]], width: int, colours: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, **COLOURS[colours])
    page = context.new_page()
    for name, held in figures.items():
        page.goto((folder / name).as_uri())
        page.evaluate(OPEN)
        assert page.locator(".finding > .panel svg").count() == len(held)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        for fault in (OUTSIDE, COVERED, FAINT):
            assert page.evaluate(fault) == [], name
        if colours == "light" or width == WIDTHS[0]:  # axe looks at colours, which no width changes
            found = Axe().run(page, context=".panel", options={"resultTypes": ["violations"]}).response["violations"]
            assert [f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]] == [], name
    context.close()


def test_keys_open_a_table_and_move_along_it(folder: Path, chromium: Browser, figures: dict[str, list[str]]) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    for name, held in figures.items():
        page.goto((folder / name).as_uri())
        for ident in held:
            panel = page.locator(f"[id='{ident}'] > .panel")
            panel.locator("summary").focus()
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            table = panel.locator(".scroll")
            assert table.evaluate("item => item === document.activeElement"), ident
            assert table.get_attribute("aria-label"), ident
            if table.evaluate("item => item.scrollWidth > item.clientWidth"):
                page.keyboard.press("ArrowRight")
                page.wait_for_function("document.activeElement.scrollLeft > 0")
                first = panel.locator("tbody th").first
                box, frame = first.bounding_box(), table.bounding_box()
                assert box is not None
                assert frame is not None
                assert box["x"] == pytest.approx(frame["x"], abs=1), f"{ident}: the name of the row went out of sight"
    context.close()


def test_no_figure_is_taller_than_a_printed_page(folder: Path, chromium: Browser, figures: dict[str, list[str]]) -> None:
    context = chromium.new_context(viewport={"width": 630, "height": 900})
    page = context.new_page()
    page.emulate_media(media="print")
    for name, held in figures.items():
        page.goto((folder / name).as_uri())
        for ident in held:
            box = page.locator(f"[id='{ident}'] > .panel svg").bounding_box()
            assert box is not None
            assert 50 < box["height"] <= PAPER * CENTIMETRE, ident
    context.close()
